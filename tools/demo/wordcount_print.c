// SPDX-License-Identifier: GPL-2.0-or-later
/* Word count: prints what the state file has. */

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wordcount.h"

int main(int argc, char **argv)
{
	static struct wc_state state;
	uint32_t i;
	int dir;

	if (argc != 3 || (strcmp(argv[1], "lines") && strcmp(argv[1], "words")))
		errx(2, "usage: wordcount-print lines|words DIR");
	dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		err(1, "%s", argv[2]);
	wc_state_init(&state);
	wc_state_load(&state, dir);
	if (argv[1][0] == 'l')
		printf("%llu\n", (unsigned long long)state.lines);
	else
		for (i = 0; i < state.words; i++)
			printf("%s %u\n", state.pool + state.offsets[i],
			       state.counts[i]);
	if (fflush(stdout))
		err(1, "stdout");
	return 0;
}
