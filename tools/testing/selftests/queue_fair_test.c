// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Senders that wait for room in a port: who is let in, and when.
 */
#include <signal.h>
#include <stdlib.h>

#include "queue_test.h"

/* Senders of one user are served as they came. */
TEST_F(queue, first_in_first_out_of_one_user)
{
	struct motet_port_status status;
	pid_t pids[12];
	__u64 value, i;

	EXPECT_EQ(0, fill(self->sender, 0));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = sender_process(self->sender, BOUND + i);
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	/* suspended senders hold no copy in the kernel, and no room */
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(BOUND, status.messages);
	EXPECT_EQ(BOUND * 8, status.bytes);
	for (i = 0; i < BOUND + ARRAY_SIZE(pids); i++) {
		EXPECT_EQ(0, mt_recv(self->holder, &value));
		EXPECT_EQ(i, value);
		/* with two released at once, either may commit first */
		if (i < ARRAY_SIZE(pids))
			EXPECT_EQ(0, mt_wait(pids[i]));
	}
}

/* Whoever is killed or interrupted while waiting leaves the line. */
TEST_F(queue, leaving_the_line)
{
	pid_t pids[5];
	__u64 value, i;

	EXPECT_EQ(0, fill(self->sender, 0));
	for (i = 0; i < 5; i++) {
		pids[i] = sender_process(self->sender, 100 + i);
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[0]));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[2]));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[4]));
	EXPECT_EQ(0, mt_until_suspended(&self->id, 2));
	for (i = 0; i < BOUND; i++)
		EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_wait(pids[1]));
	EXPECT_EQ(0, mt_wait(pids[3]));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* A large message is not starved by small ones that would fit. */
TEST_F(queue, large_message_gets_its_turn)
{
	struct motet_msg msg = { 0 };
	pid_t pid;

	EXPECT_EQ(0, try_bytes(self->sender, 0, 400));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 400));
	pid = mt_fork();
	if (pid == 0)
		_exit(mt_send_flags(self->sender, 0, 0, bytes, 900) ? 1 : 0);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 0, 8));
	/* another priority has nothing to do with it */
	EXPECT_EQ(0, try_bytes(self->sender, 3, 8));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 0, 8));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, bytes, sizeof(bytes)));
	EXPECT_EQ(900, msg.body_len);
}

/* When the large one gives up, the small ones behind it fit at once. */
TEST_F(queue, giving_up_lets_the_next_in)
{
	pid_t large, small;

	EXPECT_EQ(0, try_bytes(self->sender, 0, 500));
	large = mt_fork();
	if (large == 0)
		_exit(mt_send_flags(self->sender, 0, 0, bytes, 900) ? 1 : 0);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	small = sender_process(self->sender, 1);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 2));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(large));
	EXPECT_EQ(0, mt_wait(small));
}

/*
 * Sends for ever as a user, a message at a time. The room counts as that of
 * the user who opened the handle.
 */
static pid_t user_process(const struct motet_id *id, uid_t uid)
{
	pid_t pid = mt_fork();
	int sender;

	if (pid)
		return pid;
	if (mt_become(uid))
		_exit(1);
	sender = mt_sender(mt_actor(), id);
	while (mt_send(sender, 0, uid) == 0)
		;
	_exit(0);
}

static int open_wide(int actor, __u32 flags, __u32 messages,
		     struct motet_id *id)
{
	struct motet_port_create create = {
		.flags = flags, .mode = 0777, .limits[0].messages = messages,
	};
	int fd = mt_create(actor, &create, NULL);

	*id = create.id;
	return fd;
}

/* Who was let in has sent its message, and waits to send the next. */
static int until_settled(const struct motet_id *id, __u32 messages,
			 __u32 senders)
{
	struct mt_attrs attrs;

	do {
		if (mt_port_get(id, &attrs))
			return -1;
	} while (mt_attr_number(&attrs, MOTET_A_PORT_MESSAGES) != messages ||
		 mt_attr_number(&attrs, MOTET_A_PORT_SUSPENDED) != senders);
	return 0;
}

/* After each message all senders wait again, so the outcome is no chance. */
static int count_user(int holder, const struct motet_id *id, int messages,
		      __u32 senders, uid_t uid)
{
	int count = 0;
	__u64 value;

	while (messages--) {
		if (until_settled(id, 10, senders) || mt_recv(holder, &value))
			return -1;
		count += value == uid;
	}
	return count;
}

/* One sender of a user gets as much room as five of another. */
TEST_F_TIMEOUT(queue, fair_between_users, 600)
{
	struct motet_id id;
	int holder, i, share;

	holder = open_wide(self->actor, 0, 10, &id);
	for (i = 0; i < 5; i++)
		ASSERT_LT(0, user_process(&id, MT_USER_A));
	/* alone, a user may use all the room */
	ASSERT_EQ(20, count_user(holder, &id, 20, 5, MT_USER_A));
	ASSERT_LT(0, user_process(&id, MT_USER_B));
	ASSERT_LE(0, count_user(holder, &id, 20, 6, MT_USER_B));
	share = count_user(holder, &id, 60, 6, MT_USER_B);
	EXPECT_LE(24, share);
	EXPECT_GE(36, share);
}

/* Sends numbers in order for ever, as a user. */
static pid_t counting_process(const struct motet_id *id, uid_t uid)
{
	pid_t pid = mt_fork();
	__u64 number;
	int sender;

	if (pid)
		return pid;
	if (mt_become(uid))
		_exit(1);
	sender = mt_sender(mt_actor(), id);
	for (number = 0; !mt_send(sender, 0, (__u64)uid << 32 | number);)
		number++;
	_exit(0);
}

/* Two suspended senders of two users and a slow receiver: half and half. */
TEST_F_TIMEOUT(queue, two_users_two_senders, 600)
{
	__u64 next[2] = { 0 }, before[2], value;
	const int rounds = 100;
	struct motet_id id;
	int holder, i, who;

	holder = open_wide(self->actor, 0, 10, &id);
	ASSERT_LT(0, counting_process(&id, MT_USER_A));
	/* alone, a user has all the room */
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, until_settled(&id, 10, 1));
		ASSERT_EQ(0, mt_recv(holder, &value));
		ASSERT_EQ((__u64)MT_USER_A << 32 | next[0]++, value);
	}
	ASSERT_LT(0, counting_process(&id, MT_USER_B));
	for (i = -20; i < rounds; i++) {
		if (i == 0)
			memcpy(before, next, sizeof(before));
		ASSERT_EQ(0, until_settled(&id, 10, 2));
		ASSERT_EQ(0, mt_recv(holder, &value));
		who = value >> 32 == MT_USER_B;
		ASSERT_EQ((__u64)(who ? MT_USER_B : MT_USER_A) << 32 |
			  next[who]++, value);
	}
	EXPECT_LE(rounds * 40 / 100, next[1] - before[1]);
	EXPECT_GE(rounds * 60 / 100, next[1] - before[1]);
}

/* Each user's senders are served as they came, and the users in turn. */
TEST_F(queue, first_in_first_out_within_each_user)
{
	static const uid_t uids[] = { MT_USER_A, MT_USER_B };
	__u64 next[2] = { 0 }, value, i;
	pid_t pids[8];
	int who;

	EXPECT_EQ(0, fill(self->sender, 0));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		/* all of the first user come before all of the other */
		who = i / 4;
		pids[i] = mt_fork();
		if (pids[i] == 0) {
			EXPECT_EQ(0, mt_become(uids[who]));
			_exit(-mt_send(mt_sender(mt_actor(), &self->id), 0,
				       (__u64)uids[who] << 32 | i % 4));
		}
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	for (i = 0; i < BOUND + ARRAY_SIZE(pids); i++) {
		/* one at a time is let in, and has sent */
		ASSERT_EQ(0, until_settled(&self->id, i < 8 ? BOUND : 12 - i,
					   i < 8 ? 8 - i : 0));
		ASSERT_EQ(0, mt_recv(self->holder, &value));
		if (i < BOUND)
			continue;
		who = value >> 32 == MT_USER_B;
		EXPECT_EQ((__u64)uids[who] << 32 | next[who], value);
		next[who]++;
		EXPECT_GE(2, llabs((long long)(next[0] - next[1])));
	}
	for (i = 0; i < ARRAY_SIZE(pids); i++)
		EXPECT_EQ(0, mt_wait(pids[i]));
}

/* Freed room goes to the user that holds least, whoever came first. */
TEST_F(queue, least_holder_first)
{
	__u64 value, i;
	pid_t a, b;

	EXPECT_EQ(0, fill(self->sender, 0));
	a = sender_process(self->sender, 100);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	b = mt_fork();
	if (b == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_B));
		_exit(-mt_send(mt_sender(mt_actor(), &self->id), 0, 200));
	}
	EXPECT_EQ(0, mt_until_suspended(&self->id, 2));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_wait(b));
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_wait(a));
	for (i = 2; i < BOUND; i++)
		EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(200, value);
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(100, value);
}

/* With MOTET_PORT_FIFO nobody overtakes, of whatever user. */
TEST_F(queue, strict_order)
{
	struct motet_id id;
	int holder, sender;
	pid_t pids[8];
	__u64 value, i;

	holder = open_wide(self->actor, MOTET_PORT_FIFO, 1, &id);
	sender = mt_sender(self->actor, &id);
	EXPECT_EQ(0, mt_send(sender, 0, 0));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = mt_fork();
		if (pids[i] == 0) {
			EXPECT_EQ(0, mt_become(MT_USER_A + (i * 5 / 4) % 3));
			_exit(-mt_send(mt_sender(mt_actor(), &id), 0, i + 1));
		}
		ASSERT_EQ(0, mt_until_suspended(&id, i + 1));
	}
	for (i = 0; i <= ARRAY_SIZE(pids); i++) {
		EXPECT_EQ(0, mt_recv(holder, &value));
		EXPECT_EQ(i, value);
		if (i < ARRAY_SIZE(pids))
			EXPECT_EQ(0, mt_wait(pids[i]));
	}
}

TEST_HARNESS_MAIN
