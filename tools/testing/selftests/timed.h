/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that happens at a time, each in a process of its own: for the tests
 * that do something to the clocks meanwhile.
 */
#ifndef TIMED_H
#define TIMED_H

#include "motet_test.h"

/**
 * struct timed - one thing that happens at a time
 * @name: what
 * @pid: the process that waits for it
 * @delay: when it is to happen, nanoseconds after @go
 * @ready: all is prepared
 * @go: begin
 * @due: when it is to happen, CLOCK_MONOTONIC; 0 until it has begun
 * @fired: when it did; 0 until then
 * @result: 0 if what happened is what should have, once and in order
 *
 * In memory that the process shares with the test.
 */
struct timed {
	const char *name;
	pid_t pid;
	__u64 delay;
	bool ready;
	bool go;
	__u64 due;
	__u64 fired;
	int result;
};

/**
 * struct timed_all - all that there is
 * @count: how many
 * @things: each of them
 */
struct timed_all {
	unsigned int count;
	struct timed things[32];
};

struct timed_all *timed_start(__u64 delay);
int timed_early(const struct timed_all *all);
int timed_end(struct timed_all *all, __u64 late);

#endif /* TIMED_H */
