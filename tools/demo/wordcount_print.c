// SPDX-License-Identifier: GPL-2.0-or-later
/* Word count: prints what a checkpoint has, and lets it go. */

#include <err.h>
#include <motet/motet.h>
#include <stdio.h>
#include <string.h>

#include "wordcount.h"

static void print(int actor, const char *name, bool words)
{
	static struct wc_state state;
	uint32_t i;

	wc_state_init(&state);
	wc_state_open(&state, actor, name);
	if (!words)
		printf("%llu\n", (unsigned long long)state.lines);
	else
		for (i = 0; i < state.words; i++)
			printf("%s %u\n", state.pool + state.offsets[i],
			       state.counts[i]);
	if (fflush(stdout))
		err(1, "stdout");
}

int main(int argc, char **argv)
{
	int actor, ret = 0;

	if (argc != 3 || (strcmp(argv[1], "lines") &&
			  strcmp(argv[1], "words") &&
			  strcmp(argv[1], "unlink")))
		errx(2, "usage: wordcount-print lines|words|unlink CHECKPOINT");
	actor = motet_actor_open(0);
	if (actor < 0)
		errx(1, "%s: %s", MOTET_DEVICE, motet_strerror(actor));
	if (argv[1][0] == 'u')
		ret = motet_checkpoint_unlink(actor, argv[2]);
	else
		print(actor, argv[2], argv[1][0] == 'w');
	if (ret)
		errx(1, "%s: %s", argv[2], motet_strerror(ret));
	return 0;
}
