// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scale_bench [PORTS [KIND]]: what it takes to have so many ports, a tenth as many
 * groups, and so on; or only of the kind whose number is given: nanoseconds to
 * make, find and show one, and bytes of kernel memory, with 10, with some and with
 * all of them. Needs root, and the module.
 *
 *   make -C tools/testing/bench
 *   tools/testing/vm/run --mem 3072 --timeout 3600 -- sh -c \
 *	"insmod $(tools/build-module -k 6.12) && build/bench/scale_bench"
 */
#include <stdio.h>
#include <stdlib.h>

#include "scale.h"

static int bench(unsigned int kind, unsigned int ports)
{
	struct scale *scale;
	int ret;

	ret = scale_run(kind, ports / scale_share(kind), &scale);
	if (ret) {
		fprintf(stderr, "%s: %s\n", scale_name(kind), strerror(-ret));
		return 1;
	}
	scale_print(scale);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int ports = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	unsigned int only = argc > 2 ? strtoul(argv[2], NULL, 10) : scale_kinds;
	unsigned int i;
	int ret = 0;

	if (ports < 2000 || (argc > 2 && only >= scale_kinds)) {
		fprintf(stderr, "usage: scale_bench [PORTS [KIND]]\n");
		for (i = 0; i < scale_kinds; i++)
			fprintf(stderr, "  %2u  %s\n", i, scale_name(i));
		return 2;
	}
	if (scale_prepare()) {
		perror("scale_bench");
		return 1;
	}
	for (i = 0; i < scale_kinds; i++)
		if (argc <= 2 || i == only)
			ret |= bench(i, ports);
	return ret;
}
