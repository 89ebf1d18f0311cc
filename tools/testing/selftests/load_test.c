// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to the member of a group that has least to do, and to the one that
 * has the session.
 */
#include <poll.h>
#include <signal.h>

#include "address_test.h"

TEST_F(address, least_loaded)
{
	__u64 value;
	int i;

#define LEAST(load) TO(.address = MOTET_ADDRESS_LEAST_LOADED, .weight = load)
	/* each the least loaded in its turn, ended by what it weighs */
	ASSERT_EQ(0, mt_report(self->ports[0], &self->cap.id, 10, 0));
	ASSERT_EQ(0, mt_report(self->ports[1], &self->cap.id, 5, 0));
	EXPECT_EQ(2, LEAST(7));		/* 10 5 7 */
	EXPECT_EQ(1, LEAST(3));		/* 10 8 7 */
	EXPECT_EQ(2, LEAST(2));		/* 10 8 9 */
	EXPECT_EQ(1, LEAST(100));	/* 10 108 9 */
	EXPECT_EQ(2, LEAST(0));		/* 10 108 10: 0 is 1 */
	ASSERT_EQ(0, mt_report(self->ports[0], &self->cap.id, 11, 0));
	EXPECT_EQ(2, LEAST(1));		/* 11 108 11 */
	ASSERT_EQ(0, mt_report(self->ports[0], &self->cap.id, 12, 0));
	/* received is finished */
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mt_try_recv(self->ports[2], &value));
	EXPECT_EQ(2, LEAST(50));	/* 12 108 50 */
	ASSERT_EQ(0, mt_try_recv(self->ports[1], &value));
	ASSERT_EQ(0, mt_try_recv(self->ports[1], &value));
	EXPECT_EQ(1, LEAST(10));	/* 12 15 50 */
	EXPECT_EQ(0, LEAST(4));		/* 16 15 50 */
	EXPECT_EQ(1, LEAST(1));
}

/* Other messages of the group weigh as well; those of others do not. */
TEST_F(address, load_of_other_ways)
{
	int sender = mt_sender(self->actor, &self->ids[1]);

	ASSERT_EQ(0, mt_report(self->ports[2], &self->cap.id, 1, 0));
	EXPECT_EQ(0, TO(.address = MOTET_ADDRESS_ANY, .weight = 9));
	EXPECT_EQ(0, mt_try_send(sender, 0, 1));	/* 9 0 1 */
	EXPECT_EQ(1, LEAST(2));				/* 9 2 1 */
	EXPECT_EQ(2, LEAST(2));				/* 9 2 3 */
	EXPECT_EQ(1, LEAST(8));				/* 9 10 3 */
	EXPECT_EQ(2, LEAST(1));
}

/* Under a lease it is not finished, nor is a call before its answer. */
TEST_F(address, load_until_finished)
{
	struct motet_msg msg;
	struct mt_child *child;
	__u64 value;

	ASSERT_EQ(0, mt_report(self->ports[2], &self->cap.id, 1000, 0));
	ASSERT_EQ(0, mt_report(self->ports[1], &self->cap.id, 1, 0));
	EXPECT_EQ(0, LEAST(5));		/* 5 1 */
	EXPECT_EQ(1, LEAST(2));		/* 5 3 */
	ASSERT_EQ(0, mt_soon_msg(self->ports[1], &msg, MOTET_MSG_LEASE,
				 &value));
	EXPECT_EQ(1, LEAST(1));		/* 5 4 */
	EXPECT_EQ(1, LEAST(2));		/* 5 6 */
	EXPECT_EQ(0, LEAST(2));		/* 7 6 */
	EXPECT_EQ(1, LEAST(2));		/* 7 8 */
	EXPECT_EQ(0, mt_lease_op(self->ports[1], MOTET_LEASE_ACKNOWLEDGE,
				 msg.id));	/* 7 6 */
	EXPECT_EQ(1, LEAST(3));		/* 7 9 */
	/* a call */
	child = mt_child_call(self->group, &(struct motet_msg){
			      .weight = 20, .priority = 1,
			      .address = MOTET_ADDRESS_LEAST_LOADED }, 1);
	while (!mt_try_recv_msg(self->ports[0], &msg, &value, sizeof(value)) &&
	       !(msg.flags & MOTET_MSG_CALL))
		msg = (struct motet_msg){ 0 };
	ASSERT_TRUE(msg.flags & MOTET_MSG_CALL);	/* 20 9 */
	EXPECT_EQ(1, TO(.address = MOTET_ADDRESS_LEAST_LOADED,
			.priority = 2));
	EXPECT_EQ(0, mt_reply(self->ports[0], msg.token, 1));	/* 0 10 */
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(0, LEAST(9));
	EXPECT_EQ(0, LEAST(1));
}

static void pass(__u64 ns)
{
	__u64 end = mt_after(ns);

	while (mt_now() < end)
		mt_breathe();
}

/* Without news for three periods a member counts as full. */
TEST_F(address, stale_reports)
{
	struct mt_child *child;
	int i;

	ASSERT_EQ(0, mt_report(self->ports[1], &self->cap.id, 10, 0));
	ASSERT_EQ(0, mt_report(self->ports[2], &self->cap.id, 20, 0));
	ASSERT_EQ(0, mt_report(self->ports[0], &self->cap.id, 0, 10 * MT_MS));
	pass(31 * MT_MS);
	EXPECT_EQ(1, LEAST(1));
	/* until it reports again */
	ASSERT_EQ(0, mt_report(self->ports[0], &self->cap.id, 0, MT_SOON));
	EXPECT_EQ(0, LEAST(1));
	/* nobody is left */
	for (i = 0; i < MEMBERS; i++)
		ASSERT_EQ(0, mt_report(self->ports[i], &self->cap.id, i, 1));
	pass(MT_MS);
	EXPECT_EQ(-EAGAIN, LEAST(1));
	/* a report gives room to whoever waits for it */
	child = mt_child_send(self->group, &(struct motet_msg){
			      .address = MOTET_ADDRESS_LEAST_LOADED }, 1);
	ASSERT_EQ(0, mt_report(self->ports[1], &self->cap.id, 5, 0));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_TRUE(mt_id_equal(&child->msg.at, &self->ids[1]));
}

/* Reports are a member's, of one group. */
TEST_F(address, reports_of_others)
{
	struct motet_cap cap;
	struct motet_id id, none = { { MOTET_CLASS_GROUP, 9 } };
	int group, port;

	port = mt_port(self->actor, NULL, 1, &id);
	EXPECT_EQ(-ENOENT, mt_report(port, &self->cap.id, 1, 0));
	EXPECT_EQ(-ESRCH, mt_report(self->ports[0], &none, 1, 0));
	EXPECT_EQ(-ENOTTY, mt_report(self->actor, &self->cap.id, 1, 0));
	group = mt_group(self->actor, MOTET_ADDRESS_LEAST_LOADED, &cap);
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[1]));
	ASSERT_EQ(0, mt_report(self->ports[0], &self->cap.id, 100, 0));
	ASSERT_EQ(0, mt_report(self->ports[1], &cap.id, 3, 0));
	EXPECT_EQ(0, to_member(group, self->ids, (struct motet_msg){ 0 }));
	EXPECT_EQ(0, to_member(group, self->ids, (struct motet_msg){ 0 }));
	/* what is to be done for one group is no load in the other */
	ASSERT_EQ(0, mt_report(self->ports[2], &self->cap.id, 1, 0));
	EXPECT_EQ(1, LEAST(1));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(-ENOENT, mt_report(self->ports[0], &self->cap.id, 1, 0));
}

#define STICKY(number, ...)						\
	to_member(self->group, self->ids,				\
		  (struct motet_msg){ .flags = MOTET_MSG_DONTWAIT,	\
				      .address = MOTET_ADDRESS_STICKY,	\
				      .session = number, ##__VA_ARGS__ })

static __u32 sessions(int group)
{
	struct motet_group_status status;

	return mt_group_status(group, &status) ? ~0U : status.sessions;
}

/* A session stays where it is, and new ones go where there is least. */
TEST_F(address, sticky)
{
	int of[6], i, round;

	for (i = 0; i < 6; i++) {
		of[i] = STICKY(i + 1);
		ASSERT_LE(0, of[i]);
		ASSERT_EQ(0, receive(self->ports[of[i]]));
	}
	/* two for each: sessions are load */
	for (i = 0; i < MEMBERS; i++)
		EXPECT_EQ(2, (of[0] == i) + (of[1] == i) + (of[2] == i) +
			     (of[3] == i) + (of[4] == i) + (of[5] == i));
	EXPECT_EQ(6, sessions(self->group));
	ASSERT_EQ(0, mt_report(self->ports[of[2]], &self->cap.id, 1000, 0));
	for (round = 0; round < 10; round++) {
		for (i = 5; i >= 0; i--) {
			ASSERT_EQ(of[i], STICKY(i + 1));
			ASSERT_EQ(0, receive(self->ports[of[i]]));
		}
	}
	EXPECT_EQ(6, sessions(self->group));
}

/* Only one member is meant, so the others don't do instead. */
TEST_F(address, sticky_member_is_full)
{
	int member = STICKY(1), i;
	struct mt_child *child;

	ASSERT_LE(0, member);
	for (i = 1; i < ROOM; i++)
		EXPECT_EQ(member, STICKY(1));
	EXPECT_EQ(-EAGAIN, STICKY(1));
	EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
	child = mt_child_send(self->group, &(struct motet_msg){
			      .session = 1,
			      .address = MOTET_ADDRESS_STICKY }, 5);
	EXPECT_EQ(0, receive(self->ports[member]));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_TRUE(mt_id_equal(&child->msg.at, &self->ids[member]));
	/* a new one goes elsewhere */
	EXPECT_NE(member, STICKY(2));
	EXPECT_EQ(2, sessions(self->group));
}

/* What wasn't sent has begun no session. */
TEST_F(address, sticky_failed)
{
	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	EXPECT_EQ(-EAGAIN, STICKY(1));
	EXPECT_EQ(0, sessions(self->group));
	EXPECT_EQ(-ENOENT, mt_session_end(self->group, 1));
}

/* A session whose member dies or leaves goes on with another. */
TEST_F(address, sticky_goes_to_another)
{
	int first = STICKY(1), second, third;

	ASSERT_LE(0, first);
	close(self->ports[first]);
	ASSERT_EQ(0, mt_until_members(self->group, 2));
	second = STICKY(1);
	ASSERT_LE(0, second);
	EXPECT_NE(first, second);
	EXPECT_EQ(second, STICKY(1));
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[second]));
	third = STICKY(1);
	EXPECT_NE(second, third);
	EXPECT_EQ(MEMBERS, first + second + third);
	EXPECT_EQ(1, sessions(self->group));
	/* it stays there when the other comes back */
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[second]));
	EXPECT_EQ(third, STICKY(1));
	close(self->ports[third]);
	ASSERT_EQ(0, mt_until_members(self->group, 1));
	EXPECT_EQ(second, STICKY(1));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[second]));
	EXPECT_EQ(-EHOSTUNREACH, STICKY(1));
}

/* Sessions are a handle's, and end with it. */
TEST_F(address, sticky_sessions_of_handles)
{
	int other = mt_group_open(self->actor, &self->cap.id);
	int of[MEMBERS], i;

	for (i = 0; i < MEMBERS; i++) {
		of[i] = STICKY(i + 1);
		ASSERT_LE(0, of[i]);
	}
	/* the same number is another session: wherever there is least */
	ASSERT_EQ(0, mt_report(self->ports[of[0]], &self->cap.id, 100, 0));
	EXPECT_NE(of[0], to_member(other, self->ids, (struct motet_msg){
				   .address = MOTET_ADDRESS_STICKY,
				   .session = 1 }));
	EXPECT_EQ(MEMBERS + 1, sessions(self->group));
	EXPECT_EQ(-ENOENT, mt_session_end(other, 2));
	EXPECT_EQ(0, mt_session_end(self->group, 1));
	EXPECT_EQ(-ENOENT, mt_session_end(self->group, 1));
	EXPECT_EQ(MEMBERS, sessions(self->group));
	close(other);
	EXPECT_EQ(MEMBERS - 1, sessions(self->group));
}

/* So many sessions for each member; whoever ends one makes room. */
TEST_F(address, sticky_bound)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_STICKY,
		.sessions_max = 2,
	};
	int group = mt_group_create(self->actor, &create, NULL), i, other;
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };
	struct mt_child *child;
	struct motet_id at;

	ASSERT_LE(0, group);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &create.cap,
				       &self->ids[i]));
	other = mt_group_open(self->actor, &create.cap.id);
	for (msg.session = 1; msg.session <= 3; msg.session++)
		ASSERT_EQ(0, mt_to_group(group, &msg, 1));
	ASSERT_EQ(0, mt_to_group(other, &msg, 1));
	/* four are all, of whatever handle; old ones go on */
	msg.session = 5;
	EXPECT_EQ(-EAGAIN, mt_to_group(group, &msg, 1));
	EXPECT_EQ(-EAGAIN, mt_to_group(other, &msg, 1));
	msg.session = 2;
	EXPECT_EQ(0, mt_to_group(group, &msg, 1));
	at = msg.at;
	child = mt_child_send(group, &(struct motet_msg){ .session = 5 }, 1);
	EXPECT_EQ(0, mt_session_end(group, 2));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_TRUE(mt_id_equal(&child->msg.at, &at));
	/* a new member has room for two */
	msg.session = 6;
	EXPECT_EQ(-EAGAIN, mt_to_group(group, &msg, 1));
	ASSERT_EQ(0, mt_insert(self->actor, &create.cap, &self->ids[2]));
	EXPECT_EQ(0, mt_to_group(group, &msg, 1));
	EXPECT_TRUE(mt_id_equal(&msg.at, &self->ids[2]));
	EXPECT_EQ(5, sessions(group));
}

/* A session's member dies while one waits for it: another takes it. */
TEST_F(address, sticky_member_dies_while_suspended)
{
	int member = STICKY(1);
	struct mt_child *child;

	ASSERT_LE(0, member);
	ASSERT_EQ(0, fill(self->actor, &self->ids[member]));
	child = mt_child_send(self->group, &(struct motet_msg){
			      .session = 1,
			      .address = MOTET_ADDRESS_STICKY }, 5);
	close(self->ports[member]);
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_FALSE(mt_id_equal(&child->msg.at, &self->ids[member]));
}

/* Without its member, and tried in vain, it is nobody's: the next is chosen. */
TEST_F(address, not_sent_not_bound)
{
	struct motet_msg bad = MT(motet_msg, .session = 1, .body = 8,
				  .body_len = 8,
				  .address = MOTET_ADDRESS_STICKY);

	EXPECT_EQ(0, STICKY(1));
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->group, MOTET_IOC_SEND, &bad));
	ASSERT_EQ(0, mt_report(self->ports[1], &self->cap.id, 100, 0));
	EXPECT_EQ(2, STICKY(1));
	/* with its member it stays there */
	EXPECT_EQ(-EFAULT, mt_ioctl(self->group, MOTET_IOC_SEND, &bad));
	ASSERT_EQ(0, mt_report(self->ports[1], &self->cap.id, 0, 0));
	EXPECT_EQ(2, STICKY(1));
	EXPECT_EQ(0, mt_session_end(self->group, 1));
}

/* A session that comes to nothing leaves its place to whoever waits for it. */
TEST_F_TIMEOUT(address, place_left_by_none, 600)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_STICKY,
		.sessions_max = 1,
	};
	struct motet_msg bad = MT(motet_msg, .session = 1, .body = 8,
				  .body_len = 8);
	struct motet_msg msg = { .session = 2 };
	unsigned int rounds = 100 * mt_rounds(25), i;
	int group = mt_group_create(self->actor, &create, NULL);
	struct motet_id id;
	int port = mt_member(self->actor, &create.cap, 1000, &id);
	pid_t pid = mt_fork();

	ASSERT_LE(0, port);
	if (pid == 0) {
		for (;;)
			mt_ioctl(group, MOTET_IOC_SEND, &bad);
	}
	for (i = 0; i < rounds; i++) {
		msg.deadline = mt_after(MT_SOON);
		ASSERT_EQ(0, mt_to_group(group, &msg, i));
		ASSERT_GT(msg.deadline, mt_now());
		ASSERT_EQ(0, mt_session_end(group, 2));
		ASSERT_EQ(0, receive(port));
	}
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
}

TEST_HARNESS_MAIN
