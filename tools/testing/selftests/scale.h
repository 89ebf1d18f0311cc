/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many objects of one kind: what making, finding, showing and losing one of them
 * takes while there are few, and while there are many.
 */
#ifndef SCALE_H
#define SCALE_H

#include "motet_test.h"

/* Numbers of objects at which is measured, the first and the last among them. */
#define SCALE_LEVELS	3

/* The first of them. */
#define SCALE_FEW	10

/* How often all are used at each level. */
#define SCALE_USES	25

/**
 * struct scale_level - what was measured with so many objects
 * @count: so many
 * @make: nanoseconds for another one, the median
 * @find: nanoseconds to find one of them, by its name or number, the median; 0
 *	if there is nothing to find
 * @use: nanoseconds of the same calls, whatever they are, the median
 * @show: nanoseconds of a dump by netlink, divided by what is in it; 0 if
 *	there is none
 * @shown: how many were in it
 * @slab: bytes of kernel memory for one, as /proc/meminfo has it
 * @charged: bytes of kernel memory for one that the owner's cgroup pays
 */
struct scale_level {
	unsigned int count;
	__u64 make;
	__u64 find;
	__u64 use;
	__u64 show;
	unsigned int shown;
	long slab;
	long charged;
};

/**
 * struct scale - one kind of objects, and what was measured
 * @name: which kind
 * @error: 0, or why it ended early, a negative errno
 * @levels: with few and with many
 * @gone: nanoseconds from the death of the owner until all are gone
 *
 * In memory that the processes share.
 */
struct scale {
	const char *name;
	int error;
	struct scale_level levels[SCALE_LEVELS];
	__u64 gone;
};

extern const unsigned int scale_kinds;

const char *scale_name(unsigned int kind);
unsigned int scale_share(unsigned int kind);
int scale_prepare(void);
int scale_run(unsigned int kind, unsigned int count, struct scale **scale);
void scale_print(const struct scale *scale);

#endif /* SCALE_H */
