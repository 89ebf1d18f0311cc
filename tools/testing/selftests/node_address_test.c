// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addressing by node. Ports of other nodes are stubs: ports of this one that
 * say they were elsewhere. Every test has a network namespace, and so a table
 * of nodes, of its own.
 */
#include <poll.h>
#include <sched.h>

#include "kselftest_harness.h"
#include "group_test.h"

#define HERE		7
#define NEAR		8
#define FAR		9
#define ROOM		4
#define MEMBERS		5

FIXTURE(nodes) {
	int actor;
	int group;
	struct mt_nl nl;
	struct motet_cap cap;
	int ports[MEMBERS];
	struct motet_id ids[MEMBERS];
};

static int member_on(int actor, const struct motet_cap *cap, __u32 node,
		     struct motet_id *id)
{
	struct motet_port_create create = { .mode = 0777, .node = node };
	int fd, i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		create.limits[i].messages = ROOM;
	fd = mt_create(actor, &create, NULL);
	*id = create.id;
	return fd < 0 || mt_insert(actor, cap, id) ? -1 : fd;
}

/* Two members here, two near, one far. */
FIXTURE_SETUP(nodes)
{
	static const __u32 nodes[MEMBERS] = { NEAR, 0, FAR, 0, NEAR };
	int i;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_EQ(0, mt_nl_open(&self->nl));
	ASSERT_EQ(0, mt_node_set_here(&self->nl, HERE));
	ASSERT_EQ(0, mt_node_set(&self->nl, NEAR, 1, 0));
	ASSERT_EQ(0, mt_node_set(&self->nl, FAR, 1, 0));
	self->group = mt_group(self->actor, MOTET_ADDRESS_ON_NODE, &self->cap);
	ASSERT_LE(0, self->group);
	for (i = 0; i < MEMBERS; i++) {
		self->ports[i] = member_on(self->actor, &self->cap, nodes[i],
					   &self->ids[i]);
		ASSERT_LE(0, self->ports[i]);
	}
}

FIXTURE_TEARDOWN(nodes)
{
}

#define TO(way, ...)							\
	to_member(self->group, self->ids,				\
		  (struct motet_msg){ .flags = MOTET_MSG_DONTWAIT,	\
				      .address = MOTET_ADDRESS_##way,	\
				      ##__VA_ARGS__ })

static int to_member(int group, const struct motet_id *ids,
		     struct motet_msg msg)
{
	int i, ret = mt_to_group(group, &msg, 1);

	if (ret)
		return ret;
	for (i = 0; i < MEMBERS; i++)
		if (mt_id_equal(&msg.at, &ids[i]))
			return i;
	return -ERANGE;
}

static int receive(int port)
{
	return mt_try_recv(port, &(__u64){ 0 });
}

/* To members 1 and 3, whether this node is named or not. */
TEST_F(nodes, on_this_node)
{
	int i, to, sent[MEMBERS] = { 0 };

	for (i = 0; i < 2 * ROOM; i++) {
		to = TO(ON_NODE, .node = i % 2 ? HERE : 0);
		ASSERT_LE(0, to);
		sent[to]++;
	}
	EXPECT_EQ(ROOM, sent[1]);
	EXPECT_EQ(ROOM, sent[3]);
	/* full here: the others are no help */
	EXPECT_EQ(-EAGAIN, TO(ON_NODE));
	EXPECT_EQ(-EAGAIN, TO(ON_NODE, .node = HERE));
	EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
	EXPECT_EQ(0, receive(self->ports[3]));
	EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 1000));
	EXPECT_EQ(3, TO(DEFAULT));
}

TEST_F(nodes, on_another_node)
{
	int i, to, sent[MEMBERS] = { 0 };

	for (i = 0; i < 2 * ROOM; i++) {
		to = TO(ON_NODE, .node = NEAR);
		ASSERT_LE(0, to);
		sent[to]++;
	}
	EXPECT_EQ(ROOM, sent[0]);
	EXPECT_EQ(ROOM, sent[4]);
	EXPECT_EQ(-EAGAIN, TO(ON_NODE, .node = NEAR));
	EXPECT_EQ(2, TO(ON_NODE, .node = FAR));
	/* no member is on it, or no such node is */
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[2]));
	EXPECT_EQ(-EHOSTUNREACH, TO(ON_NODE, .node = FAR));
	EXPECT_EQ(-EHOSTUNREACH, TO(ON_NODE, .node = 12345));
}

TEST_F(nodes, except_a_node)
{
	int i, to, sent[MEMBERS] = { 0 };

	for (i = 0; i < 3 * ROOM; i++) {
		to = TO(EXCEPT_NODE, .node = i % 2 ? HERE : 0);
		ASSERT_LE(0, to);
		sent[to]++;
	}
	EXPECT_EQ(ROOM, sent[0]);
	EXPECT_EQ(ROOM, sent[2]);
	EXPECT_EQ(ROOM, sent[4]);
	EXPECT_EQ(-EAGAIN, TO(EXCEPT_NODE));
	EXPECT_EQ(0, receive(self->ports[2]));
	for (i = 0; i < 2 * ROOM + 1; i++) {
		to = TO(EXCEPT_NODE, .node = NEAR);
		ASSERT_LE(0, to);
		sent[to]++;
	}
	EXPECT_EQ(ROOM, sent[1]);
	EXPECT_EQ(ROOM + 1, sent[2]);
	EXPECT_EQ(ROOM, sent[3]);
	EXPECT_EQ(-EAGAIN, TO(EXCEPT_NODE, .node = NEAR));
	/* a node that nobody is on excludes nobody */
	EXPECT_EQ(0, receive(self->ports[4]));
	EXPECT_EQ(4, TO(EXCEPT_NODE, .node = 12345));
	for (i = 0; i < MEMBERS; i++)
		if (i % 2)
			EXPECT_EQ(0, mt_remove(self->actor, &self->cap,
					       &self->ids[i]));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[2]));
	EXPECT_EQ(-EHOSTUNREACH, TO(EXCEPT_NODE, .node = NEAR));
}

/* One after the other on this node only; and on all. */
TEST_F(nodes, local_round_robin)
{
	int i, first = TO(LOCAL_ROUND_ROBIN), sent[MEMBERS] = { 0 };

	ASSERT_TRUE(first == 1 || first == 3);
	for (i = 1; i < 2 * ROOM; i++)
		EXPECT_EQ(i % 2 ? 4 - first : first, TO(LOCAL_ROUND_ROBIN));
	EXPECT_EQ(-EAGAIN, TO(LOCAL_ROUND_ROBIN));
	for (i = 0; i < 3; i++)
		sent[TO(ROUND_ROBIN)]++;
	EXPECT_EQ(1, sent[0]);
	EXPECT_EQ(1, sent[2]);
	EXPECT_EQ(1, sent[4]);
}

TEST_F(nodes, local_best_queue)
{
	int first = TO(ON_NODE);

	EXPECT_EQ(4 - first, TO(LOCAL_BEST_QUEUE));
	EXPECT_EQ(1, TO(LOCAL_BEST_QUEUE) % 2);
	EXPECT_EQ(1, TO(LOCAL_BEST_QUEUE) % 2);
	/* far away is better */
	EXPECT_EQ(0, TO(BEST_QUEUE) % 2);
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(1, TO(LOCAL_BEST_QUEUE));
}

TEST_F(nodes, nobody_here)
{
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[1]));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[3]));
	EXPECT_EQ(-EHOSTUNREACH, TO(LOCAL_ROUND_ROBIN));
	EXPECT_EQ(-EHOSTUNREACH, TO(LOCAL_BEST_QUEUE));
	EXPECT_EQ(-EHOSTUNREACH, TO(ON_NODE));
	EXPECT_LE(0, TO(EXCEPT_NODE));
	EXPECT_LE(0, TO(ROUND_ROBIN));
	EXPECT_LE(0, TO(ANY));
}

TEST_F(nodes, broadcast_to_all_nodes)
{
	struct motet_msg msg = { .address = MOTET_ADDRESS_BROADCAST };
	int i;

	ASSERT_EQ(0, mt_to_group(self->group, &msg, 5));
	EXPECT_EQ(MEMBERS, msg.delivered);
	for (i = 0; i < MEMBERS; i++)
		EXPECT_EQ(0, receive(self->ports[i]));
}

/* Trackers are told where a member is. */
TEST_F(nodes, tracked)
{
	__u32 count[FAR + 1] = { 0 };
	struct motet_group_change change;
	struct motet_msg msg;
	int i;

	ASSERT_EQ(0, mt_track(self->actor, &self->cap.id));
	for (i = 0; i < MEMBERS; i++) {
		ASSERT_EQ(0, mt_told(self->actor, &msg, &change));
		EXPECT_EQ(MOTET_MEMBER_PRESENT, change.event);
		ASSERT_GE(FAR, change.node);
		count[change.node]++;
	}
	EXPECT_EQ(2, count[0]);
	EXPECT_EQ(2, count[NEAR]);
	EXPECT_EQ(1, count[FAR]);
}

/* Its ports die, and so leave their groups; whoever waits is released. */
TEST_F(nodes, node_leaves)
{
	struct motet_group_change change;
	struct mt_child *sender, *caller;
	struct motet_msg msg = { .address = MOTET_ADDRESS_ON_NODE,
				 .node = NEAR };
	int i;

	for (i = 0; i < 2 * ROOM - 1; i++)
		ASSERT_EQ(0, mt_to_group(self->group, &msg, i));
	caller = mt_child_call(self->group, &(struct motet_msg){
			       .address = MOTET_ADDRESS_ON_NODE,
			       .node = NEAR }, 1);
	sender = mt_child_send(self->group, &(struct motet_msg){
			       .address = MOTET_ADDRESS_ON_NODE,
			       .node = NEAR }, 1);
	ASSERT_EQ(0, mt_node_set(&self->nl, NEAR, 0, 0));
	EXPECT_EQ(-EOWNERDEAD, mt_child_end(caller));
	EXPECT_EQ(-EHOSTUNREACH, mt_child_end(sender));
	ASSERT_EQ(0, mt_until_members(self->group, 3));
	EXPECT_EQ(-EHOSTUNREACH, TO(ON_NODE, .node = NEAR));
	EXPECT_EQ(2, TO(EXCEPT_NODE));
	ASSERT_EQ(0, mt_track(self->ports[1], &self->cap.id));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, mt_told(self->ports[1], &msg, &change));
	ASSERT_EQ(0, mt_node_set(&self->nl, FAR, 0, 0));
	ASSERT_EQ(0, mt_told(self->ports[1], &msg, &change));
	EXPECT_EQ(MOTET_MEMBER_DIED, change.event);
	EXPECT_EQ(FAR, change.node);
	EXPECT_TRUE(mt_id_equal(&change.port, &self->ids[2]));
}

TEST_HARNESS_MAIN
