// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CLOCK_REALTIME is set a day forward and back: what happens at a time happens
 * then all the same, since no time of the interface is one of that clock.
 */
#include <errno.h>
#include <time.h>

#include "checkpoint_test.h"
#include "kselftest_harness.h"
#include "timed.h"

#define DAY		(24 * 3600L)

/* When it is to happen; a day is far more than what it may be late. */
#define DELAY		(4 * MT_SECOND)
#define LATE		(60 * MT_SECOND)

/* Where the clock was, and is again afterwards. */
FIXTURE(clock) {
	__u64 begin;
	struct timespec realtime;
};

FIXTURE_VARIANT(clock) {
	long days;
};

FIXTURE_VARIANT_ADD(clock, forward) {
	.days = 1,
};

FIXTURE_VARIANT_ADD(clock, back) {
	.days = -1,
};

FIXTURE_SETUP(clock)
{
	self->begin = mt_now();
	ASSERT_EQ(0, clock_gettime(CLOCK_REALTIME, &self->realtime));
}

/* By the parent: it is to be right again whatever happened. */
FIXTURE_TEARDOWN_PARENT(clock)
{
	struct timespec time = self->realtime;

	time.tv_sec += (mt_now() - self->begin) / MT_SECOND;
	EXPECT_EQ(0, clock_settime(CLOCK_REALTIME, &time));
	EXPECT_LE(0, mt_purge());
}

static int step(long days)
{
	struct timespec time;

	if (clock_gettime(CLOCK_REALTIME, &time))
		return -errno;
	time.tv_sec += days * DAY;
	return clock_settime(CLOCK_REALTIME, &time) ? -errno : 0;
}

/* Forward, back beyond where it was, and again: it ends up where it should. */
TEST_F_TIMEOUT(clock, what_happens_at_a_time, 600)
{
	struct timed_all *all = timed_start(DELAY);
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, step(1));
		mt_breathe();
		EXPECT_EQ(0, timed_early(all));
		EXPECT_EQ(0, step(-2));
		mt_breathe();
		EXPECT_EQ(0, timed_early(all));
		EXPECT_EQ(0, step(1));
	}
	EXPECT_EQ(0, step(variant->days));
	EXPECT_EQ(0, timed_end(all, LATE));
}

/* The one time that is of that clock says what it says; the other goes on. */
TEST_F(clock, stamps)
{
	int actor = mt_actor(), holder, sender;
	struct motet_stamp stamps[2];
	struct timespec now;
	struct motet_id id;
	__u64 value;
	int i;

	holder = mt_port(actor, NULL, 2, &id);
	sender = mt_sender(actor, &id);
	for (i = 0; i < 2; i++) {
		struct motet_msg msg = { .stamp = mt_ptr(&stamps[i]) };

		stamps[i] = MT(motet_stamp);
		if (i)
			ASSERT_EQ(0, step(variant->days));
		ASSERT_EQ(0, mt_send(sender, 0, i));
		ASSERT_EQ(0, mt_recv_msg(holder, &msg, &value, sizeof(value)));
		ASSERT_EQ(i, value);
	}
	EXPECT_LE(stamps[0].monotonic, stamps[1].monotonic);
	EXPECT_GT(60 * MT_SECOND, stamps[1].monotonic - stamps[0].monotonic);
	ASSERT_EQ(0, clock_gettime(CLOCK_REALTIME, &now));
	EXPECT_GT(60, labs((long)(stamps[1].realtime / MT_SECOND) -
			   now.tv_sec));
	EXPECT_LT(DAY - 60, labs((long)(stamps[1].realtime / MT_SECOND) -
				 (long)(stamps[0].realtime / MT_SECOND)));
}

/* A message that waits meanwhile, a lock that is held, a call that is served. */
TEST_F(clock, what_is_under_way)
{
	int actor = mt_actor(), holder, sender;
	__u64 token, value, answer = 0;
	struct motet_id id;
	pid_t pid;

	holder = mt_port(actor, NULL, 2, &id);
	sender = mt_sender(actor, &id);
	ASSERT_EQ(0, mt_send(sender, 0, 1));
	pid = mt_fork();
	if (pid == 0) {
		int ret = mt_call(sender, 2, &answer, mt_after(LATE), NULL);

		_exit(ret || answer != 3);
	}
	ASSERT_EQ(0, mt_until_blocked(pid));
	ASSERT_EQ(0, step(variant->days));
	EXPECT_EQ(0, mt_recv(holder, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_recv_call(holder, &token, &value));
	ASSERT_EQ(0, step(-variant->days));
	EXPECT_EQ(0, mt_reply(holder, token, 3));
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_HARNESS_MAIN
