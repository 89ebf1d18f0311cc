// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work groups: who gets which job and when, and how many may wait.
 */
#include <poll.h>

#include "work_test.h"

TEST_F(work, what_is_told)
{
	static const struct motet_id none;
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg = { .priority = 2, .job_class = 3 };
	struct motet_info info;
	__u64 value = 0;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 77));
	EXPECT_TRUE(mt_id_equal(&msg.at, &none));
	msg = (struct motet_msg){ .stamp = mt_ptr(&stamp),
				  .deadline = mt_after(MT_SOON) };
	ASSERT_EQ(0, mt_recv_msg(self->ports[0], &msg, &value, sizeof(value)));
	EXPECT_EQ(77, value);
	EXPECT_EQ(2, msg.priority);
	EXPECT_EQ(0, msg.redelivered);
	EXPECT_EQ(0, msg.exception);
	EXPECT_EQ(0, msg.flags & MOTET_MSG_CALL);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
	EXPECT_TRUE(mt_id_equal(&msg.at, &self->ids[0]));
	EXPECT_TRUE(mt_id_equal(&stamp.actor, &info.actor));
	EXPECT_EQ(getpid(), stamp.pid);
}

/* The member that is idle longest gets the next job. */
TEST_F(work, idle_longest_first)
{
	static const int ends[] = { 1, 0, 2, 2, 1, 0, 0, 2, 1 };
	struct motet_msg msgs[3];
	__u32 i, round;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, job(self->group, i));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(i, lease(self->ports[i], &msgs[i]));
	for (round = 0; round < ARRAY_SIZE(ends); round += 3) {
		for (i = 0; i < 3; i++) {
			int who = ends[round + i];

			EXPECT_EQ(0, done(self->ports[who], &msgs[who]));
			EXPECT_EQ(0, until(self->group, i + 1, 0, 2 - i));
		}
		for (i = 0; i < 3; i++)
			ASSERT_EQ(0, job(self->group, 10 * round + i));
		for (i = 0; i < 3; i++) {
			int who = ends[round + i];

			EXPECT_EQ(10 * round + i,
				  lease(self->ports[who], &msgs[who]));
		}
	}
}

/* A member has one job at a time, and is done when it has received it. */
TEST_F(work, one_job_at_a_time)
{
	__u64 value, i;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	for (i = 0; i < BACKLOG; i++)
		ASSERT_EQ(0, job(self->group, i));
	for (i = 0; i < BACKLOG; i++) {
		EXPECT_EQ(0, until(self->group, 0, BACKLOG - 1 - i, 1));
		ASSERT_EQ(0, mt_soon(self->ports[0], &value));
		EXPECT_EQ(i, value);
	}
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
}

/* With a lease it is done when it is acknowledged. */
TEST_F(work, no_other_job_under_a_lease)
{
	struct motet_msg msg, other;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 1));
	ASSERT_EQ(0, job(self->group, 2));
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_EQ(0, until(self->group, 0, 1, 1));
	EXPECT_EQ(0, done(self->ports[0], &msg));
	EXPECT_EQ(-ENOENT, done(self->ports[0], &msg));
	EXPECT_EQ(2, lease(self->ports[0], &other));
	EXPECT_EQ(0, done(self->ports[0], &other));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

TEST_F(work, jobs_before_any_member)
{
	__u64 value, i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, job(self->group, i));
	EXPECT_EQ(0, until(self->group, 0, 3, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_soon(self->ports[0], &value));
		EXPECT_EQ(i, value);
	}
}

/* Messages that are no jobs come between, and make nobody busy. */
TEST_F(work, other_messages_of_a_member)
{
	int sender = mt_sender(self->actor, &self->ids[0]);
	struct motet_msg msg;
	__u64 value = 0;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_try_send(sender, 0, 50));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
	ASSERT_EQ(0, job(self->group, 1));
	EXPECT_EQ(0, mt_soon(self->ports[0], &value));
	EXPECT_EQ(50, value);
	EXPECT_EQ(0, until(self->group, 0, 0, 1));
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	ASSERT_EQ(0, mt_try_send(sender, 0, 51));
	EXPECT_EQ(0, mt_soon(self->ports[0], &value));
	EXPECT_EQ(51, value);
	EXPECT_EQ(0, until(self->group, 0, 0, 1));
	EXPECT_EQ(0, done(self->ports[0], &msg));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

TEST_F(work, backlog_is_bounded)
{
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT, .priority = 1 };
	struct motet_msg leased;
	__u64 value, i;

	for (i = 0; i < BACKLOG; i++)
		ASSERT_EQ(0, job(self->group, i));
	EXPECT_EQ(-EAGAIN, job(self->group, 99));
	EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
	/* priorities have room of their own */
	EXPECT_EQ(0, mt_to_group(self->group, &msg, 100));
	EXPECT_EQ(0, until(self->group, 0, BACKLOG + 1, 0));
	/* what a member has keeps its room until it is done */
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(0, lease(self->ports[0], &leased));
	EXPECT_EQ(-EAGAIN, job(self->group, 99));
	EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
	EXPECT_EQ(0, done(self->ports[0], &leased));
	EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 1000));
	EXPECT_EQ(0, job(self->group, BACKLOG));
	for (i = 1; i <= BACKLOG; i++) {
		ASSERT_EQ(0, mt_soon(self->ports[0], &value));
		EXPECT_EQ(i, value);
	}
	ASSERT_EQ(0, mt_soon(self->ports[0], &value));
	EXPECT_EQ(100, value);
}

TEST_F(work, suspended_senders)
{
	struct motet_msg none = { 0 }, soon = { .deadline = mt_after(MT_MS) };
	struct motet_group_status status;
	struct mt_child *children[2];
	__u64 value, i;

	for (i = 0; i < BACKLOG; i++)
		ASSERT_EQ(0, job(self->group, i));
	EXPECT_EQ(-ETIMEDOUT, mt_to_group(self->group, &soon, 1));
	for (i = 0; i < 2; i++) {
		children[i] = mt_child_send(self->group, &none, BACKLOG + i);
		ASSERT_EQ(0, mt_group_status(self->group, &status));
		EXPECT_EQ(i + 1, status.suspended);
	}
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_soon(self->ports[0], &value));
	EXPECT_EQ(0, mt_child_end(children[0]));
	ASSERT_EQ(0, mt_soon(self->ports[0], &value));
	EXPECT_EQ(0, mt_child_end(children[1]));
	ASSERT_EQ(0, mt_group_status(self->group, &status));
	EXPECT_EQ(0, status.suspended);
	for (i = 2; i < BACKLOG + 2; i++) {
		ASSERT_EQ(0, mt_soon(self->ports[0], &value));
		EXPECT_EQ(i, value);
	}
}

TEST_F(work, priorities)
{
	static const __u32 priorities[] = { 3, 1, 0, 2, 1, 0, 3 };
	static const __u64 order[] = { 2, 5, 1, 4, 3, 0, 6 };
	struct motet_msg msg = { 0 };
	unsigned int i;
	__u64 value;

	for (i = 0; i < ARRAY_SIZE(priorities); i++) {
		msg.priority = priorities[i];
		ASSERT_EQ(0, mt_to_group(self->group, &msg, i));
	}
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	for (i = 0; i < ARRAY_SIZE(priorities); i++) {
		ASSERT_EQ(0, mt_soon(self->ports[0], &value));
		EXPECT_EQ(order[i], value);
	}
}

/* One member for the class; the next jobs overtake those that have to wait. */
TEST_F(work, class_limit)
{
	struct motet_msg first, second;
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
	ASSERT_EQ(0, class_job(self->group, CLASS, 1));
	ASSERT_EQ(0, class_job(self->group, CLASS, 2));
	EXPECT_EQ(1, lease(self->ports[0], &first));
	EXPECT_EQ(0, until(self->group, 1, 1, 1));
	ASSERT_EQ(0, class_job(self->group, 0, 3));
	EXPECT_EQ(3, lease(self->ports[1], &second));
	EXPECT_EQ(0, until(self->group, 0, 1, 2));
	EXPECT_EQ(0, done(self->ports[1], &second));
	EXPECT_EQ(0, until(self->group, 1, 1, 1));
	EXPECT_TRUE(mt_not_told(self->ports[1]));
	/* free again, it goes to the one that is idle longer */
	EXPECT_EQ(0, done(self->ports[0], &first));
	EXPECT_EQ(2, lease(self->ports[1], &second));
	/* given back, it is free as well */
	ASSERT_EQ(0, class_job(self->group, CLASS, 4));
	EXPECT_EQ(0, until(self->group, 1, 1, 1));
	EXPECT_EQ(0, give_back(self->ports[1], &second));
	EXPECT_EQ(2, lease(self->ports[0], &first));
	EXPECT_EQ(1, first.redelivered);
	EXPECT_EQ(0, done(self->ports[0], &first));
	EXPECT_EQ(4, lease(self->ports[1], &second));
	EXPECT_EQ(0, done(self->ports[1], &second));
}

/* The other classes have no limit here. */
TEST_F(work, classes_without_limit)
{
	struct motet_msg msg;
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
		ASSERT_EQ(0, class_job(self->group, MOTET_JOB_CLASSES - 1, i));
	}
	for (i = 0; i < 3; i++)
		EXPECT_EQ(i, lease(self->ports[i], &msg));
}

/* Given back, it is for somebody else, before what came later. */
TEST_F(work, given_back)
{
	struct motet_msg msg, other;
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
	for (i = 1; i <= 3; i++)
		ASSERT_EQ(0, job(self->group, i));
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	EXPECT_EQ(2, lease(self->ports[1], &other));
	EXPECT_EQ(0, give_back(self->ports[0], &msg));
	EXPECT_EQ(-ENOENT, give_back(self->ports[0], &msg));
	EXPECT_EQ(-ENOENT, done(self->ports[0], &msg));
	/* at the head again, and nobody else is idle */
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	EXPECT_EQ(1, msg.redelivered);
	EXPECT_EQ(0, done(self->ports[1], &other));
	EXPECT_EQ(3, lease(self->ports[1], &other));
	EXPECT_EQ(0, other.redelivered);
	EXPECT_EQ(0, done(self->ports[1], &other));
	EXPECT_EQ(0, until(self->group, 1, 0, 1));
	EXPECT_EQ(0, give_back(self->ports[0], &msg));
	EXPECT_EQ(1, lease(self->ports[1], &other));
	EXPECT_EQ(2, other.redelivered);
	EXPECT_EQ(0, done(self->ports[1], &other));
	EXPECT_EQ(0, until(self->group, 2, 0, 0));
}

TEST_F(work, lease_passes)
{
	struct motet_msg msg = { 0 }, other;
	__u64 value = 0, end = mt_after(20 * MT_MS);

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	ASSERT_EQ(0, job(self->group, 9));
	msg.flags = MOTET_MSG_LEASE;
	msg.lease = end;
	msg.deadline = mt_after(MT_SOON);
	ASSERT_EQ(0, mt_recv_msg(self->ports[0], &msg, &value, 8));
	EXPECT_EQ(9, lease(self->ports[1], &other));
	EXPECT_LE(end, mt_now());
	EXPECT_EQ(1, other.redelivered);
	EXPECT_EQ(-ENOENT, done(self->ports[0], &msg));
	EXPECT_EQ(0, done(self->ports[1], &other));
	EXPECT_EQ(0, until(self->group, 2, 0, 0));
}

/* After two it has had its chances. */
TEST_F(work, redelivery_limit)
{
	struct motet_msg msg;
	__u64 value = 0;
	__u32 i;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 13));
	ASSERT_EQ(0, job(self->group, 14));
	for (i = 0; i <= 2; i++) {
		EXPECT_EQ(13, lease(self->ports[0], &msg));
		EXPECT_EQ(i, msg.redelivered);
		EXPECT_EQ(0, give_back(self->ports[0], &msg));
	}
	ASSERT_EQ(0, mt_soon_msg(self->dead_letter, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(ENOTRECOVERABLE, msg.error);
	EXPECT_EQ(13, value);
	EXPECT_EQ(14, lease(self->ports[0], &msg));
	EXPECT_EQ(0, msg.redelivered);
	EXPECT_EQ(0, done(self->ports[0], &msg));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

/* It expires soon, but not before it is sent, however slow the machine is. */
static int job_soon(int group, struct motet_msg *msg, __u64 value)
{
	__u64 delay = 20 * MT_MS;
	int ret;

	do {
		msg->expires = mt_after(delay);
		ret = mt_to_group(group, msg, value);
		delay *= 2;
	} while (ret == -ETIMEDOUT && msg->expires <= mt_now() &&
		 delay < MT_SOON);
	return ret;
}

/* A job that nobody came for in time. */
TEST_F(work, expired)
{
	struct motet_msg msg = { 0 };
	struct motet_cap cap;
	__u64 value = 0;
	int group;

	ASSERT_EQ(0, job_soon(self->group, &msg, 21));
	ASSERT_EQ(0, mt_soon_msg(self->dead_letter, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(21, value);
	EXPECT_EQ(0, until(self->group, 0, 0, 0));
	/* back to its sender, where there is nowhere else to go */
	group = mt_group(self->actor, MOTET_ADDRESS_WORK, &cap);
	msg = (struct motet_msg){ .flags = MOTET_MSG_RETURN };
	ASSERT_EQ(0, job_soon(group, &msg, 22));
	ASSERT_EQ(0, mt_soon_msg(self->actor, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(22, value);
}

TEST_F(work, cancelled)
{
	struct motet_msg msg = { .flags = MOTET_MSG_CANCELABLE };
	struct motet_cancel cancel = MT(motet_cancel,
					.flags = MOTET_CANCEL_MESSAGE);
	struct motet_msg leased;

	ASSERT_EQ(0, mt_to_group(self->group, &msg, 1));
	cancel.id = msg.id;
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 2));
	EXPECT_EQ(0, mt_ioctl(self->group, MOTET_IOC_CANCEL, &cancel));
	EXPECT_EQ(-ENOENT, mt_ioctl(self->group, MOTET_IOC_CANCEL, &cancel));
	EXPECT_EQ(0, until(self->group, 0, 1, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(2, lease(self->ports[0], &leased));
	cancel.id = msg.id;
	EXPECT_EQ(-ENOENT, mt_ioctl(self->group, MOTET_IOC_CANCEL, &cancel));
	EXPECT_EQ(0, done(self->ports[0], &leased));
}

TEST_HARNESS_MAIN
