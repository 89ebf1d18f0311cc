// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls to a group: which member answers, and what becomes of them.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "address_test.h"

TEST_F(address, answered)
{
	struct mt_child *child;
	struct motet_msg msg;
	__u64 value = 0;
	int i;

	for (i = 0; i < 2 * MEMBERS; i++) {
		child = mt_child_call(self->group, &(struct motet_msg){
				      .address = MOTET_ADDRESS_ROUND_ROBIN },
				      10 + i);
		ASSERT_EQ(0, mt_soon_msg(self->ports[i % MEMBERS], &msg, 0,
					 &value));
		EXPECT_EQ(10 + i, value);
		EXPECT_TRUE(msg.flags & MOTET_MSG_CALL);
		EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
		EXPECT_EQ(0, mt_reply(self->ports[i % MEMBERS], msg.token,
				      2 * value));
		EXPECT_EQ(0, mt_child_end(child));
		EXPECT_EQ(20 + 2 * i, child->answer);
		EXPECT_EQ(0, child->id);
	}
}

TEST_F(address, call_to_several)
{
	struct motet_msg request = MT(motet_msg,
				      .address = MOTET_ADDRESS_BROADCAST);
	struct motet_msg reply = MT(motet_msg);
	struct motet_call_arg call = MT(motet_call_arg,
					.request = mt_ptr(&request),
					.reply = mt_ptr(&reply));
	struct motet_group_status status = { 0 };
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_BROADCAST, &cap);
	int work = mt_group(self->actor, MOTET_ADDRESS_WORK,
			    &(struct motet_cap){ 0 });
	__u64 answer;

	EXPECT_EQ(-EINVAL, mt_ioctl(self->group, MOTET_IOC_CALL, &call));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[0]));
	EXPECT_EQ(-EINVAL, mt_call(group, 1, &answer, 0, NULL));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_EQ(-EINVAL, mt_ioctl(work, MOTET_IOC_CALL, &call));
	EXPECT_EQ(0, mt_group_status(work, &status));
	EXPECT_EQ(0, status.backlog);
}

/* Full members are passed over by calls, too; and waited for. */
TEST_F(address, call_waits_for_room)
{
	struct mt_child *child;
	struct motet_msg msg;
	__u64 value;

	ASSERT_EQ(0, fill(self->actor, &self->ids[0]));
	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 1);
	ASSERT_EQ(0, mt_soon_msg(self->ports[1], &msg, 0, &value));
	EXPECT_EQ(0, mt_reply(self->ports[1], msg.token, 2));
	EXPECT_EQ(0, mt_child_end(child));
	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 55);
	EXPECT_EQ(0, receive(self->ports[2]));
	do {
		ASSERT_EQ(0, mt_soon_msg(self->ports[2], &msg, 0, &value));
	} while (!(msg.flags & MOTET_MSG_CALL));
	EXPECT_EQ(55, value);
	EXPECT_EQ(0, mt_reply(self->ports[2], msg.token, 3));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(3, child->answer);
}

/* Interrupted, a call goes on where it is, and is not sent again. */
TEST_F(address, call_resumed)
{
	__u64 id, answer = 0, value;
	struct motet_msg msg;

	ASSERT_EQ(0, mt_call_interrupted(self->group, 7, &id));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0, &value));
	EXPECT_EQ(7, value);
	EXPECT_EQ(0, mt_reply(self->ports[0], msg.token, 8));
	EXPECT_EQ(0, mt_resume(self->group, id, &answer, 0));
	EXPECT_EQ(8, answer);
	EXPECT_EQ(-ENOENT, mt_resume(self->group, id, &answer, 0));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_TRUE(mt_not_told(self->ports[1]));
}

/* Given up: withdrawn from the member, or the member is told. */
TEST_F(address, call_cancelled)
{
	struct motet_msg msg = { 0 };
	__u64 id, answer, value;
	int received;

	for (received = 0; received < 2; received++) {
		ASSERT_EQ(0, mt_call_interrupted(self->group, 7, &id));
		if (received)
			ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0,
						 &value));
		EXPECT_EQ(0, mt_cancel(self->group, id));
		EXPECT_EQ(-ENOENT, mt_cancel(self->group, id));
		EXPECT_EQ(-ENOENT, mt_resume(self->group, id, &answer, 0));
	}
	EXPECT_EQ(-ECONNRESET, mt_reply(self->ports[0], msg.token, 8));
	id = msg.token;
	ASSERT_EQ(0, mt_soon_msg(self->actor, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_CALL_ABANDONED, msg.exception);
	EXPECT_EQ(id, msg.token);
	EXPECT_TRUE(mt_not_told(self->ports[0]));
}

/* A job, too, is unfinished until it is resumed or cancelled. */
TEST_F(address, call_to_a_work_group)
{
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_WORK, &cap);
	__u64 ids[2], answer = 0, value;
	struct motet_msg msg;

	ASSERT_LE(0, group);
	ASSERT_EQ(0, mt_call_interrupted(group, 7, &ids[0]));
	ASSERT_EQ(0, mt_call_interrupted(group, 8, &ids[1]));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[0]));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0, &value));
	EXPECT_EQ(7, value);
	EXPECT_EQ(0, mt_reply(self->ports[0], msg.token, 70));
	EXPECT_EQ(0, mt_resume(group, ids[0], &answer, 0));
	EXPECT_EQ(70, answer);
	EXPECT_EQ(-ENOENT, mt_resume(group, ids[0], &answer, 0));
	EXPECT_EQ(-ENOENT, mt_cancel(group, ids[0]));
	/* withdrawn from the member it was lent to, or from the backlog */
	EXPECT_EQ(0, mt_cancel(group, ids[1]));
	EXPECT_EQ(-ENOENT, mt_cancel(group, ids[1]));
	EXPECT_EQ(-ENOENT, mt_resume(group, ids[1], &answer, 0));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_TRUE(mt_not_told(self->actor));
}

/* With the last reference to the file its unfinished calls are over. */
TEST_F(address, closed_with_unfinished_calls)
{
	int other = mt_group_open(self->actor, &self->cap.id);
	struct motet_msg msg, told;
	__u64 id, value;

	ASSERT_EQ(0, mt_call_interrupted(other, 1, &id));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0, &value));
	EXPECT_EQ(1, value);
	ASSERT_EQ(0, mt_call_interrupted(other, 2, &id));
	close(other);
	ASSERT_EQ(0, mt_soon_msg(self->actor, &told, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_CALL_ABANDONED, told.exception);
	EXPECT_EQ(msg.token, told.token);
	EXPECT_TRUE(mt_id_equal(&told.to, &self->ids[0]));
	EXPECT_EQ(-ECONNRESET, mt_reply(self->ports[0], msg.token, 8));
	/* the other one was received by nobody */
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_TRUE(mt_not_told(self->ports[1]));
	EXPECT_TRUE(mt_not_told(self->actor));
}

/* The caller dies: the member that has the call is told. */
TEST_F(address, caller_dies)
{
	struct mt_child *child;
	struct motet_msg msg;
	__u64 value, token;

	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 1);
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0, &value));
	token = msg.token;
	EXPECT_EQ(1000 + SIGKILL, mt_kill(child->pid));
	ASSERT_EQ(0, mt_soon_msg(self->actor, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_CALL_ABANDONED, msg.exception);
	EXPECT_EQ(token, msg.token);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->ids[0]));
}

/* The member dies: before it has received, after, and with a lease. */
TEST_F(address, server_dies)
{
	struct mt_child *child;
	struct motet_msg msg;
	__u64 value;

	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 1);
	close(self->ports[0]);
	EXPECT_EQ(-EOWNERDEAD, mt_child_end(child));
	ASSERT_EQ(0, mt_until_members(self->group, 2));
	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 1);
	ASSERT_EQ(0, mt_soon_msg(self->ports[1], &msg, 0, &value));
	close(self->ports[1]);
	EXPECT_EQ(-ECONNRESET, mt_child_end(child));
	ASSERT_EQ(0, mt_until_members(self->group, 1));
	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 1);
	ASSERT_EQ(0, mt_soon_msg(self->ports[2], &msg, MOTET_MSG_LEASE,
				 &value));
	/* a request that comes back is there for the next receiver */
	EXPECT_EQ(0, mt_lease_op(self->ports[2], MOTET_LEASE_GIVE_BACK,
				 msg.id));
	ASSERT_EQ(0, mt_soon_msg(self->ports[2], &msg, MOTET_MSG_LEASE,
				 &value));
	EXPECT_EQ(1, msg.redelivered);
	EXPECT_EQ(0, mt_reply(self->ports[2], msg.token, 5));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(5, child->answer);
}

/**
 * struct guesser - a thread that cancels and resumes calls of others
 * @group: by which they are made
 * @next: number of the call that is made next, 0 to end
 * @found: how often one was resumed or cancelled
 */
struct guesser {
	int group;
	__u64 next;
	unsigned int found;
};

static void *guess(void *data)
{
	struct guesser *guesser = data;
	__u64 id, answer;

	while ((id = __atomic_load_n(&guesser->next, __ATOMIC_SEQ_CST))) {
		guesser->found += mt_cancel(guesser->group, id) != -ENOENT;
		guesser->found += mt_resume(guesser->group, id, &answer,
					    mt_now()) != -ENOENT;
	}
	return NULL;
}

/* A call whose number can't be told is not made, whoever guesses it. */
TEST_F(address, call_not_made)
{
	struct guesser guesser = { .group = self->group };
	struct motet_msg request = MT(motet_msg), reply = MT(motet_msg);
	struct motet_msg probe = { .flags = MOTET_MSG_CANCELABLE };
	unsigned int rounds = 400 * mt_rounds(25), i;
	struct motet_call_arg *call;
	pthread_t thread;

	call = mmap(NULL, sizeof(*call), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, call);
	*call = MT(motet_call_arg, .request = mt_ptr(&request),
		   .reply = mt_ptr(&reply));
	ASSERT_EQ(0, mprotect(call, sizeof(*call), PROT_READ));
	/* numbers are given one after the other */
	ASSERT_EQ(0, mt_to_group(self->group, &probe, 1));
	EXPECT_EQ(0, receive(self->ports[0]));
	guesser.next = probe.id + 1;
	ASSERT_EQ(0, pthread_create(&thread, NULL, guess, &guesser));
	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(-EFAULT, mt_ioctl(self->group, MOTET_IOC_CALL,
					    call));
		__atomic_add_fetch(&guesser.next, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(&guesser.next, 0, __ATOMIC_SEQ_CST);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, guesser.found);
	for (i = 0; i < MEMBERS; i++)
		EXPECT_TRUE(mt_not_told(self->ports[i]));
	EXPECT_TRUE(mt_not_told(self->actor));
}

/* Nor is a job that waits for its answer; its room is another's. */
TEST_F(address, job_not_made)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_WORK,
		.limits[0].messages = 1,
	};
	int group = mt_group_create(self->actor, &create, NULL);
	struct motet_msg request = MT(motet_msg), reply = MT(motet_msg);
	struct motet_msg job = { .flags = MOTET_MSG_DONTWAIT };
	struct motet_group_status status = { 0 };
	struct motet_call_arg *call;

	ASSERT_LE(0, group);
	call = mmap(NULL, sizeof(*call), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, call);
	*call = MT(motet_call_arg, .request = mt_ptr(&request),
		   .reply = mt_ptr(&reply));
	ASSERT_EQ(0, mprotect(call, sizeof(*call), PROT_READ));
	EXPECT_EQ(-EFAULT, mt_ioctl(group, MOTET_IOC_CALL, call));
	EXPECT_EQ(0, mt_group_status(group, &status));
	EXPECT_EQ(0, status.backlog);
	EXPECT_EQ(0, mt_to_group(group, &job, 1));
	EXPECT_EQ(-EAGAIN, mt_to_group(group, &job, 2));
}

TEST_HARNESS_MAIN
