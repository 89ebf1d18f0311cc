/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fail-the-nth sweep: an operation is repeated with the first, the second,
 * the third... of its allocations and user copies failing, until it has fewer
 * of them. Each time it must fail and leave everything as it was, or succeed
 * as if nothing had happened.
 *
 * What the kernel shows of a domain is its "look": the dumps of netlink, what
 * the open files tell of themselves and whether they are ready, the sections
 * of checkpoints byte for byte, and the next free file descriptor.
 */
#ifndef FAILNTH_H
#define FAILNTH_H

#include <stdbool.h>

#include "motet_test.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

/**
 * enum fn_flags - what is particular about a scenario
 * @FN_NOTHING: it has neither an allocation nor a copy that could fail
 * @FN_COUNTS: its success depends on chance or on time, so its look afterwards
 *	is compared with nothing; that of its failures is
 * @FN_TELLS: it says what it has done when that is done. If it can't, at its last
 *	place, that is -EFAULT, and all else is as after a success
 */
enum fn_flags {
	FN_NOTHING	= 0x1,
	FN_COUNTS	= 0x2,
	FN_TELLS	= 0x4,
};

/**
 * struct fn_scenario - an operation, and what it needs
 * @name: for messages
 * @setup: makes what it needs, returns 0 or a negative error
 * @run: the operation: one system call, that can be repeated after it failed;
 *	returns a negative error, or what the call returns
 * @check: after it was done: 0 if its results are right; optional
 * @undo: ends what closing all files and a purge don't; optional
 * @half: after a failure, with its error: 1 if the interface says that it was
 *	half done, and it is so, 0 if nothing is to have changed; optional
 * @error: a negative error by which it may fail besides -ENOMEM and -EFAULT
 * @flags: &enum fn_flags
 */
struct fn_scenario {
	const char *name;
	int (*setup)(void);
	int (*run)(void);
	int (*check)(void);
	void (*undo)(void);
	int (*half)(int ret);
	int error;
	unsigned int flags;
};

#define FN_TEXT_MAX	0x80000
#define FN_IDS_MAX	512

/**
 * struct fn_look - a look as text, a line for each object or file
 * @len: of @text
 * @plain: numbers and identifiers as they are; else such that two looks at
 *	the same that was made twice are equal
 * @sequence: of the domain's events, from which they are counted; ~0 is not at all
 * @ids: identifiers by the order in which they appeared
 * @count: of them
 * @text: the lines
 */
struct fn_look {
	size_t len;
	bool plain;
	__u64 sequence;
	struct motet_id ids[FN_IDS_MAX];
	int count;
	char text[FN_TEXT_MAX];
};

/* failnth_look.c */
int fn_look_open(void);
void fn_look(struct fn_look *look, bool plain, __u64 sequence, int first);
__u64 fn_sequence(void);
bool fn_empty(void);
bool fn_look_equal(const struct fn_look *a, const struct fn_look *b);
void fn_look_differ(const struct fn_look *a, const struct fn_look *b);

/* failnth.c */
bool fn_available(void);
void fn_next(unsigned int n);
unsigned int fn_stop(void);
int fn_sweep(const struct fn_scenario *scenario);
int fn_leaks(void);

/* failnth_call.c */
pid_t fn_server(struct motet_id *id);
int fn_call(int fd);
int fn_called(void);
int fn_call_failed(int fd);

/* A test of the harness that sweeps over a scenario. */
#define FN_TEST(scenario, ...)						\
	TEST(scenario)							\
	{								\
		static const struct fn_scenario scenario = {		\
			.name = #scenario, ##__VA_ARGS__		\
		};							\
									\
		if (!fn_available())					\
			SKIP(return, "the kernel injects no faults");	\
		EXPECT_EQ(0, fn_sweep(&scenario));			\
	}

/* The last test of a program. */
#define FN_LEAKS							\
	FIXTURE(leaks) {						\
	};								\
									\
	FIXTURE_SETUP(leaks)						\
	{								\
	}								\
									\
	FIXTURE_TEARDOWN(leaks)						\
	{								\
	}								\
									\
	TEST_F(leaks, none)						\
	{								\
		if (!fn_available())					\
			SKIP(return, "the kernel injects no faults");	\
		EXPECT_EQ(0, fn_leaks());				\
	}

#endif /* FAILNTH_H */
