// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to all members of a group: all or none, or each that has room; in
 * one order for all.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>

#include "address_test.h"

#define BROADCAST(...)							\
	broadcast(self->group,						\
		  (struct motet_msg){ .address = MOTET_ADDRESS_BROADCAST, \
				      ##__VA_ARGS__ })

/* How many members got it, or an error. */
static int broadcast(int group, struct motet_msg msg)
{
	static const struct motet_id none;
	int ret = mt_to_group(group, &msg, 1);

	if (!ret && !mt_id_equal(&msg.at, &none))
		return -EPROTO;
	return ret ? ret : (int)msg.delivered;
}

TEST_F(address, to_all)
{
	struct motet_msg msg = { .address = MOTET_ADDRESS_BROADCAST,
				 .priority = 1 };
	struct motet_cap cap;
	__u64 value = 0;
	int group, i;

	ASSERT_EQ(0, mt_to_group(self->group, &msg, 42));
	EXPECT_EQ(MEMBERS, msg.delivered);
	for (i = 0; i < MEMBERS; i++) {
		msg = (struct motet_msg){ 0 };
		ASSERT_EQ(0, mt_recv_msg(self->ports[i], &msg, &value,
					 sizeof(value)));
		EXPECT_EQ(42, value);
		EXPECT_EQ(1, msg.priority);
		EXPECT_EQ(0, msg.exception);
		EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
		EXPECT_TRUE(mt_id_equal(&msg.at, &self->ids[i]));
		EXPECT_TRUE(mt_not_told(self->ports[i]));
	}
	/* as the group's way, and of none of the members */
	group = mt_group(self->actor, MOTET_ADDRESS_BROADCAST, &cap);
	EXPECT_EQ(-EHOSTUNREACH, broadcast(group, (struct motet_msg){ 0 }));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[1]));
	EXPECT_EQ(1, broadcast(group, (struct motet_msg){ 0 }));
	EXPECT_EQ(1, broadcast(group, (struct motet_msg){
			       .flags = MOTET_MSG_EACH }));
	EXPECT_EQ(0, receive(self->ports[1]));
}

/* All or none. */
TEST_F(address, all_or_none)
{
	int i;

	for (i = 0; i < ROOM; i++)
		EXPECT_EQ(MEMBERS, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	/* one after the other: it's not enough that some have room */
	for (i = 0; i < MEMBERS; i++) {
		EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
		EXPECT_EQ(0, receive(self->ports[i]));
	}
	EXPECT_EQ(MEMBERS, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	/* none has more than its room, and none lost any */
	for (i = 0; i < MEMBERS * ROOM; i++)
		EXPECT_EQ(0, receive(self->ports[i % MEMBERS]));
	for (i = 0; i < MEMBERS; i++)
		EXPECT_TRUE(mt_not_told(self->ports[i]));
}

/* What one has no room for holds no room at the others. */
TEST_F(address, failed_broadcast_holds_nothing)
{
	struct motet_port_status status;
	int i;

	ASSERT_EQ(0, fill(self->actor, &self->ids[2]));
	EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	EXPECT_EQ(-ETIMEDOUT, BROADCAST(.deadline = mt_after(MT_MS)));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mt_status(self->ports[i], &status));
		EXPECT_EQ(0, status.messages);
		EXPECT_EQ(0, status.bytes);
	}
	/* and the numbers of messages have no gap */
	ASSERT_EQ(0, receive(self->ports[2]));
	EXPECT_EQ(MEMBERS, BROADCAST());
	for (i = 0; i < MEMBERS; i++) {
		struct motet_stamp stamp = MT(motet_stamp);
		struct motet_msg msg = { .stamp = mt_ptr(&stamp) };
		__u64 value;

		while (!mt_try_recv_msg(self->ports[i], &msg, &value,
					sizeof(value)) && value != 1)
			;
		EXPECT_EQ(i == 2 ? ROOM + 1 : 1, stamp.sequence);
	}
}

TEST_F(address, each_that_has_room)
{
	int i;

	ASSERT_EQ(0, fill(self->actor, &self->ids[1]));
	EXPECT_EQ(2, BROADCAST(.flags = MOTET_MSG_EACH));
	EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(MEMBERS, BROADCAST(.flags = MOTET_MSG_EACH));
	for (i = 2; i < ROOM; i++)
		EXPECT_EQ(2, BROADCAST(.flags = MOTET_MSG_EACH));
	/* nobody is left */
	EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_EACH |
				     MOTET_MSG_DONTWAIT));
}

/* It waits for the one that is full; with each, while all are. */
TEST_F(address, suspended_broadcasts)
{
	struct motet_msg all = { .address = MOTET_ADDRESS_BROADCAST };
	struct motet_msg each = { .address = MOTET_ADDRESS_BROADCAST,
				  .flags = MOTET_MSG_EACH };
	struct mt_child *child;
	int i;

	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	child = mt_child_send(self->group, &all, 50);
	for (i = 0; i < MEMBERS; i++) {
		/* it has nothing anywhere, until the last one has room */
		ASSERT_EQ(0, mt_until_blocked(child->pid));
		EXPECT_EQ(0, receive(self->ports[i]));
	}
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(MEMBERS, child->msg.delivered);
	child = mt_child_send(self->group, &each, 51);
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(1, child->msg.delivered);
	for (i = 1; i < ROOM; i++)
		EXPECT_EQ(0, receive(self->ports[0]));
	EXPECT_EQ(0, receive(self->ports[0]));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
}

/*
 * Several that wait, each for something else, at members with room for one
 * message: while anything is free that one of them can use, it goes on.
 */
TEST_F_TIMEOUT(address, none_forgotten, 600)
{
	static const struct motet_msg kinds[] = {
		{ .address = MOTET_ADDRESS_BROADCAST },
		{ .address = MOTET_ADDRESS_STICKY, .session = 1 },
		{ .address = MOTET_ADDRESS_ANY },
		{ .address = MOTET_ADDRESS_BROADCAST },
		{ .address = MOTET_ADDRESS_STICKY, .session = 2 },
	};
	unsigned int rounds = 4 * mt_rounds(25), i, running;
	pid_t pids[ARRAY_SIZE(kinds)];
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap), status;
	int ports[MEMBERS];
	struct motet_id id;
	__u64 value;

	for (i = 0; i < MEMBERS; i++)
		ports[i] = mt_member(self->actor, &cap, 1, &id);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		pids[i] = mt_fork();
		if (pids[i])
			continue;
		for (; rounds; rounds--) {
			struct motet_msg msg = kinds[i];

			msg.deadline = mt_after(MT_SOON);
			if (mt_to_group(group, &msg, i) ||
			    mt_now() >= msg.deadline)
				_exit(1);
		}
		_exit(0);
	}
	running = ARRAY_SIZE(kinds);
	for (i = 0; running; i++) {
		mt_try_recv(ports[i * 7 / 3 % MEMBERS], &value);
		if (waitpid(pids[running - 1], &status, WNOHANG) <= 0)
			continue;
		EXPECT_EQ(0, status);
		running--;
	}
}

/* While it waits, others have the room that it doesn't get all of. */
TEST_F(address, broadcast_yields_to_others)
{
	struct motet_msg all = { .address = MOTET_ADDRESS_BROADCAST };
	int sender = mt_sender(self->actor, &self->ids[0]);
	struct mt_child *child;

	ASSERT_EQ(0, fill(self->actor, &self->ids[2]));
	child = mt_child_send(self->group, &all, 50);
	EXPECT_EQ(0, mt_try_send(sender, 0, 7));
	EXPECT_EQ(0, receive(self->ports[0]));
	EXPECT_EQ(0, receive(self->ports[2]));
	EXPECT_EQ(0, mt_child_end(child));
}

TEST_F(address, poll_for_broadcasts)
{
	int i;

	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	for (i = 0; i < MEMBERS; i++) {
		EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
		EXPECT_EQ(0, receive(self->ports[i]));
	}
	EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 1000));
	EXPECT_EQ(MEMBERS, BROADCAST(.flags = MOTET_MSG_DONTWAIT));
	EXPECT_EQ(-EAGAIN, BROADCAST(.flags = MOTET_MSG_DONTWAIT |
				     MOTET_MSG_EACH));
	EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 1000));
}

/* The one that it waits for dies: the others get it. */
TEST_F(address, full_member_dies)
{
	struct motet_msg all = { .address = MOTET_ADDRESS_BROADCAST };
	struct mt_child *child;
	int i;

	ASSERT_EQ(0, fill(self->actor, &self->ids[2]));
	child = mt_child_send(self->group, &all, 50);
	close(self->ports[2]);
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(2, child->msg.delivered);
	ASSERT_EQ(0, mt_until_members(self->group, 2));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, fill(self->actor, &self->ids[i]));
	child = mt_child_send(self->group, &all, 50);
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	close(self->ports[1]);
	EXPECT_EQ(-EHOSTUNREACH, mt_child_end(child));
}

/* To those that it fits, or to none: what can never fit one. */
TEST_F(address, too_large_for_one)
{
	struct motet_port_create create = {
		.mode = 0777, .limits[0] = { .messages = 1, .bytes = 4 },
	};
	int port = mt_create(self->actor, &create, NULL);

	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &create.id));
	EXPECT_EQ(-EMSGSIZE, BROADCAST());
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_EQ(MEMBERS, BROADCAST(.flags = MOTET_MSG_EACH));
	EXPECT_TRUE(mt_not_told(port));
}

/* A work group's broadcasts go to all its members, and are no jobs. */
TEST_F(address, to_all_of_a_work_group)
{
	struct motet_cap cap;
	struct motet_group_status status;
	int group = mt_group(self->actor, MOTET_ADDRESS_WORK, &cap), i;

	ASSERT_LE(0, group);
	EXPECT_EQ(-EHOSTUNREACH, broadcast(group, (struct motet_msg){
			       .address = MOTET_ADDRESS_BROADCAST }));
	for (i = 0; i < MEMBERS; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[i]));
	EXPECT_EQ(MEMBERS, broadcast(group, (struct motet_msg){
			       .address = MOTET_ADDRESS_BROADCAST }));
	ASSERT_EQ(0, mt_group_status(group, &status));
	EXPECT_EQ(MEMBERS, status.idle);
	EXPECT_EQ(0, status.backlog);
	for (i = 0; i < MEMBERS; i++)
		EXPECT_EQ(0, receive(self->ports[i]));
}

#define LARGE		(256 * 1024)
#define LARGE_MEMBERS	16

FIXTURE(large) {
	int actor;
	int group;
	struct motet_cap cap;
	int ports[LARGE_MEMBERS];
};

FIXTURE_SETUP(large)
{
	struct motet_port_create create = {
		.mode = 0777,
		.limits[0] = { .messages = 2, .bytes = 2 * (LARGE + 128) },
	};
	struct motet_info info;
	int i;

	self->actor = mt_actor();
	ASSERT_EQ(0, mt_info(self->actor, &info));
	ASSERT_LE(LARGE, info.body_max);
	self->group = mt_group(self->actor, MOTET_ADDRESS_BROADCAST,
			       &self->cap);
	for (i = 0; i < LARGE_MEMBERS; i++) {
		self->ports[i] = mt_create(self->actor, &create, NULL);
		ASSERT_LE(0, self->ports[i]);
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &create.id));
	}
}

FIXTURE_TEARDOWN(large)
{
}

/* Each member has its own copy to read, whoever has read before it. */
TEST_F(large, payload_of_many_members)
{
	static __u8 body[LARGE], annex[100], got[LARGE + 1], got_annex[120];
	struct motet_msg msg = MT(motet_msg, .body = mt_ptr(body),
				  .body_len = LARGE, .annex = mt_ptr(annex),
				  .annex_len = sizeof(annex));
	unsigned int i, round;

	for (round = 0; round < 4; round++) {
		for (i = 0; i < LARGE; i++)
			body[i] = i * 31 + i / 4096 + round;
		memset(annex, round + 1, sizeof(annex));
		ASSERT_EQ(0, mt_ioctl(self->group, MOTET_IOC_SEND, &msg));
		EXPECT_EQ(LARGE_MEMBERS, msg.delivered);
		/* the sender's copy is its own again */
		for (i = 0; i < LARGE_MEMBERS; i++) {
			struct motet_msg in = {
				.annex = mt_ptr(got_annex), .annex_cap = 120,
			};

			memset(got, 0, sizeof(got));
			ASSERT_EQ(0, mt_try_recv_msg(self->ports[i], &in, got,
						     sizeof(got)));
			EXPECT_EQ(LARGE, in.body_len);
			EXPECT_EQ(sizeof(annex), in.annex_len);
			EXPECT_EQ(0, memcmp(body, got, LARGE));
			EXPECT_EQ(0, memcmp(annex, got_annex, sizeof(annex)));
			/* some members are gone when the others read */
			if (round == 3 && i % 3 == 0 && i + 1 < LARGE_MEMBERS)
				close(self->ports[++i]);
		}
	}
}

/* Kept apart from what the sender does with its buffer. */
TEST_F(large, sender_writes_on)
{
	static __u8 body[LARGE], got[LARGE];
	struct motet_msg msg = MT(motet_msg, .body = mt_ptr(body),
				  .body_len = LARGE);
	struct motet_msg in = { 0 };
	unsigned int i;

	memset(body, 1, LARGE);
	ASSERT_EQ(0, mt_ioctl(self->group, MOTET_IOC_SEND, &msg));
	memset(body, 2, LARGE);
	ASSERT_EQ(0, mt_ioctl(self->group, MOTET_IOC_SEND, &msg));
	memset(body, 1, LARGE);
	for (i = 0; i < LARGE_MEMBERS; i++) {
		ASSERT_EQ(0, mt_try_recv_msg(self->ports[i], &in, got, LARGE));
		EXPECT_EQ(0, memcmp(body, got, LARGE));
	}
}

#define CROWD		8
#define RECORDS		8192
/* members that are not there from the beginning to the end */
#define GUESTS		2

/**
 * struct order - what the processes of a round share
 * @got: what each member received, in order
 * @count: how much of it
 * @sent: how many messages each broadcaster sent
 * @stop: broadcasters are to end
 * @errors: what must never happen
 */
struct order {
	__u64 got[CROWD][RECORDS];
	__u32 count[CROWD];
	__u32 sent[CROWD];
	int stop;
	int errors;
};

static struct order *order;

static void be_broadcaster(int group, unsigned int number, unsigned int count,
			   __u32 flags)
{
	struct motet_msg msg = { .flags = flags };
	unsigned int i;

	for (i = 0; i < count; i++) {
		msg.address = MOTET_ADDRESS_BROADCAST;
		if (mt_to_group(group, &msg, (__u64)number << 32 | i))
			break;
		/* members come and go, but most are always there */
		if (!flags && msg.delivered < CROWD - GUESTS)
			__atomic_add_fetch(&order->errors, 1,
					   __ATOMIC_SEQ_CST);
	}
	order->sent[number] = i;
	_exit(0);
}

/* A member until it gets the message that ends all. */
static void be_member(int port, unsigned int number)
{
	__u64 value;

	for (;;) {
		if (mt_recv(port, &value))
			_exit(1);
		if (value == ~0ULL)
			_exit(0);
		if (order->count[number] == RECORDS)
			_exit(2);
		order->got[number][order->count[number]++] = value;
	}
}

/* Where @member got @value, from @from on; or -1. */
static int find(unsigned int member, __u64 value, unsigned int from)
{
	unsigned int i;

	for (i = from; i < order->count[member]; i++)
		if (order->got[member][i] == value)
			return i;
	return -1;
}

/* A member holds its port, so it is the process that creates it. */
static pid_t start_member(struct motet_id *ids, unsigned int number,
			  __u32 messages)
{
	pid_t pid = mt_fork();
	struct motet_id id;
	int port;

	if (pid)
		return pid;
	port = mt_port(mt_actor(), NULL, messages, &id);
	if (port < 0)
		_exit(3);
	memcpy(ids[number].bytes + 1, id.bytes + 1, 15);
	__atomic_store_n(&ids[number].bytes[0], id.bytes[0], __ATOMIC_SEQ_CST);
	be_member(port, number);
	_exit(0);
}

static void end_member(int actor, const struct motet_id *id)
{
	int sender = mt_sender(actor, id);

	mt_send(sender, MOTET_PRIORITIES - 1, ~0ULL);
	close(sender);
}

FIXTURE(order) {
	int actor;
};

FIXTURE_SETUP(order)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	order = mt_shared(sizeof(*order));
	ASSERT_TRUE(order);
}

FIXTURE_TEARDOWN(order)
{
}

/*
 * Everybody sends to everybody at the same time. Members with little room keep
 * the broadcasters waiting for one or another. The last two members leave and
 * join all the time; what they got is a part of what the others got, in the
 * same order.
 */
static void run_order(struct __test_metadata *_metadata, int actor,
		      unsigned int count, __u32 flags)
{
	struct motet_id *ids = mt_shared(CROWD * sizeof(*ids));
	pid_t members[CROWD], senders[CROWD];
	unsigned int i, running, m;
	int group, at;
	struct motet_cap cap;

	memset(order, 0, sizeof(*order));
	group = mt_group(actor, MOTET_ADDRESS_BROADCAST, &cap);
	ASSERT_LE(0, group);
	for (i = 0; i < CROWD; i++) {
		members[i] = start_member(ids, i, flags ? 1024 : 2 + i);
		while (!__atomic_load_n(&ids[i].bytes[0], __ATOMIC_SEQ_CST))
			mt_breathe();
		ASSERT_EQ(0, mt_insert(actor, &cap, &ids[i]));
	}
	for (i = 0; i < CROWD; i++) {
		senders[i] = mt_fork();
		if (senders[i] == 0)
			be_broadcaster(group, i, count, flags);
	}
	for (running = CROWD, i = 0; running; i++) {
		m = CROWD - 1 - i % GUESTS;
		ASSERT_EQ(0, mt_remove(actor, &cap, &ids[m]));
		ASSERT_EQ(0, mt_insert(actor, &cap, &ids[m]));
		mt_breathe();
		while (running && waitpid(senders[running - 1], NULL,
					  WNOHANG) == senders[running - 1])
			running--;
	}
	for (i = 0; i < CROWD; i++)
		end_member(actor, &ids[i]);
	for (i = 0; i < CROWD; i++)
		EXPECT_EQ(0, mt_wait(members[i]));
	EXPECT_EQ(0, order->errors);
	for (i = 0; i < CROWD; i++)
		EXPECT_EQ(count, order->sent[i]);
	/* those that were always there got all, in one order */
	for (m = 0; m < CROWD - GUESTS; m++) {
		ASSERT_EQ(CROWD * count, order->count[m]);
		ASSERT_EQ(0, memcmp(order->got[0], order->got[m],
				    order->count[m] * sizeof(__u64)));
	}
	for (; m < CROWD; m++) {
		for (i = 0, at = -1; i < order->count[m]; i++) {
			at = find(0, order->got[m][i], at + 1);
			ASSERT_LE(0, at);
		}
	}
	/* and that of each sender */
	for (m = 0; m < CROWD; m++) {
		for (i = 0, at = -1; i < count; i++) {
			at = find(0, (__u64)m << 32 | i, at + 1);
			ASSERT_LE(0, at);
		}
	}
	munmap(ids, CROWD * sizeof(*ids));
	close(group);
}

TEST_F_TIMEOUT(order, one_for_all, 1800)
{
	unsigned int rounds = mt_rounds(25);

	while (rounds) {
		unsigned int count = rounds < 100 ? rounds : 100;

		run_order(_metadata, self->actor, 8 * count, 0);
		rounds -= count;
	}
}

/* With each, too, as long as all have room. */
TEST_F_TIMEOUT(order, one_for_each, 1800)
{
	run_order(_metadata, self->actor, 100, MOTET_MSG_EACH);
}

TEST_HARNESS_MAIN
