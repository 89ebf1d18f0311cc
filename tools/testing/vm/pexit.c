// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pexit - end the guest through qemu's isa-debug-exit device
 *
 * qemu then exits with an odd status, which no panic, reset or power-off can
 * bring about.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <unistd.h>

#define DEBUG_EXIT_PORT 0x501

int main(int argc, char **argv)
{
	int code = argc > 1 ? atoi(argv[1]) : 0;

	sync();
	if (ioperm(DEBUG_EXIT_PORT, 1, 1)) {
		perror("pexit: ioperm");
		return 1;
	}
	outb(code, DEBUG_EXIT_PORT);
	fputs("pexit: the machine has no isa-debug-exit device\n", stderr);
	return 1;
}
