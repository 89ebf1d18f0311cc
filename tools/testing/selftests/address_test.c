// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which member of a group a message goes to, and what becomes of it if none
 * has room, or one dies in the middle. Load and sessions are tested in
 * load_test, calls in group_call_test, nodes in node_address_test, broadcasts
 * in broadcast_test, work in work_test.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>

#include "address_test.h"

TEST_F(address, what_is_told)
{
	struct motet_msg msg = { 0 };
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_info info;
	__u64 value = 0, id;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	msg.priority = 2;
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 77));
	EXPECT_EQ(1, msg.delivered);
	EXPECT_TRUE(mt_id_equal(&msg.at, &self->ids[0]));
	EXPECT_NE(0, msg.id);
	id = msg.id;
	/* the same struct can be used again */
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 78));
	msg = (struct motet_msg){ .stamp = mt_ptr(&stamp) };
	ASSERT_EQ(0, mt_recv_msg(self->ports[0], &msg, &value, sizeof(value)));
	EXPECT_EQ(77, value);
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(2, msg.priority);
	EXPECT_EQ(0, msg.exception);
	EXPECT_EQ(0, msg.count);
	EXPECT_EQ(0, msg.flags & MOTET_MSG_CALL);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
	EXPECT_TRUE(mt_id_equal(&msg.at, &self->ids[0]));
	EXPECT_TRUE(mt_id_equal(&stamp.actor, &info.actor));
	EXPECT_TRUE(mt_id_equal(&stamp.port, &info.port));
	EXPECT_EQ(getpid(), stamp.pid);
	EXPECT_EQ(1, stamp.sequence);
}

TEST_F(address, bad_arguments)
{
	struct motet_cap cap;
	int work;

	EXPECT_EQ(-EINVAL, TO(.address = MOTET_ADDRESS_WORK + 1));
	EXPECT_EQ(-EINVAL, TO(.priority = MOTET_PRIORITIES));
	EXPECT_EQ(-EINVAL, TO(.body_cap = 1));
	EXPECT_EQ(-EINVAL, TO(.pad2 = 1));
	/* each for broadcasts, return and cancelling for the others */
	EXPECT_EQ(-EINVAL, FLAGS(MOTET_MSG_EACH));
	EXPECT_EQ(-EINVAL, FLAGS(MOTET_MSG_RETURN,
				 .address = MOTET_ADDRESS_BROADCAST));
	EXPECT_EQ(-EINVAL, FLAGS(MOTET_MSG_CANCELABLE,
				 .address = MOTET_ADDRESS_BROADCAST));
	EXPECT_EQ(-EINVAL, FLAGS(MOTET_MSG_LEASE));
	EXPECT_EQ(-EINVAL, FLAGS(1U << 31));
	/* work is for work groups, and they know only that and broadcast */
	EXPECT_EQ(-EINVAL, TO(.address = MOTET_ADDRESS_WORK));
	work = mt_group(self->actor, MOTET_ADDRESS_WORK, &cap);
	ASSERT_LE(0, work);
	EXPECT_EQ(-EINVAL, mt_to_group(work, &(struct motet_msg){
				       .address = MOTET_ADDRESS_ANY }, 1));
	EXPECT_EQ(-EINVAL, mt_to_group(work, &(struct motet_msg){
				       .address = MOTET_ADDRESS_STICKY,
				       .session = 1 }, 1));
	EXPECT_EQ(-EINVAL, mt_to_group(work, &(struct motet_msg){
				       .job_class = MOTET_JOB_CLASSES }, 1));
	/* nothing of it was sent */
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_EQ(0, TO(.priority = 0));
}

/* What is for groups only is an error at a port. */
TEST_F(address, not_to_a_port)
{
	int sender = mt_sender(self->actor, &self->ids[0]);

#define BAD(...)							\
	EXPECT_EQ(-EINVAL, mt_to_group(sender,				\
				       &(struct motet_msg){ __VA_ARGS__ }, 1))
	BAD(.address = MOTET_ADDRESS_ANY);
	BAD(.session = 1);
	BAD(.node = 1);
	BAD(.weight = 1);
	BAD(.job_class = 1);
	BAD(.flags = MOTET_MSG_EACH);
	EXPECT_TRUE(mt_not_told(self->ports[0]));
}

TEST_F(address, empty_group)
{
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap), address;
	__u64 answer;

	ASSERT_LE(0, group);
	for (address = 0; address < MOTET_ADDRESS_WORK; address++)
		EXPECT_EQ(-EHOSTUNREACH,
			  mt_to_group(group, &(struct motet_msg){
				      .address = address }, 1));
	EXPECT_EQ(-EHOSTUNREACH, mt_call(group, 1, &answer, 0, NULL));
}

/* The first, while that has room. */
TEST_F(address, any)
{
	int i;

	for (i = 0; i < ROOM * MEMBERS; i++)
		EXPECT_EQ(i / ROOM, TO());
	EXPECT_EQ(-EAGAIN, TO());
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(1, TO());
	EXPECT_EQ(0, receive(self->ports[2]));
	EXPECT_EQ(0, receive(self->ports[0]));
	EXPECT_EQ(0, TO(.address = MOTET_ADDRESS_ANY));
	EXPECT_EQ(2, TO(.address = MOTET_ADDRESS_DEFAULT));
	/* room is by priority, as ever */
	EXPECT_EQ(-EAGAIN, TO());
	EXPECT_EQ(0, TO(.priority = 3));
}

TEST_F(address, round_robin)
{
	int i, first = TO(.address = MOTET_ADDRESS_ROUND_ROBIN);

	ASSERT_LE(0, first);
	for (i = 1; i < 2 * MEMBERS; i++)
		EXPECT_EQ((first + i) % MEMBERS,
			  TO(.address = MOTET_ADDRESS_ROUND_ROBIN));
	/* one without room is passed over, and not made up for later */
	EXPECT_EQ(0, fill(self->actor, &self->ids[(first + 1) % MEMBERS]));
	EXPECT_EQ(first, TO(.address = MOTET_ADDRESS_ROUND_ROBIN));
	EXPECT_EQ((first + 2) % MEMBERS,
		  TO(.address = MOTET_ADDRESS_ROUND_ROBIN));
	EXPECT_EQ(first, TO(.address = MOTET_ADDRESS_ROUND_ROBIN));
}

/* Members that come and go: the others are served in turn all the same. */
TEST_F(address, round_robin_of_changing_members)
{
	int sent[MEMBERS] = { 0 }, i, to;

	for (i = 0; i < 300; i++) {
		if (i % 3 == 0)
			ASSERT_EQ(0, mt_remove(self->actor, &self->cap,
					       &self->ids[2]));
		if (i % 3 == 1)
			ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
					       &self->ids[2]));
		to = TO(.address = MOTET_ADDRESS_ROUND_ROBIN);
		ASSERT_LE(0, to);
		ASSERT_EQ(0, receive(self->ports[to]));
		sent[to]++;
	}
	/* nobody is forgotten, or always has to do it */
	EXPECT_LE(50, sent[0]);
	EXPECT_LE(50, sent[1]);
	EXPECT_GE(200, sent[0]);
	EXPECT_GE(200, sent[1]);
}

TEST_F(address, round_robin_for_a_group)
{
	struct motet_cap cap;
	int group, i;

	group = mt_group(self->actor, MOTET_ADDRESS_ROUND_ROBIN, &cap);
	ASSERT_LE(0, group);
	for (i = 0; i < MEMBERS; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[i]));
	for (i = 0; i < MEMBERS * ROOM; i++) {
		struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };

		EXPECT_EQ(0, mt_to_group(group, &msg, i));
	}
	for (i = 0; i < MEMBERS * ROOM; i++)
		EXPECT_EQ(0, receive(self->ports[i % MEMBERS]));
	/* and another way for one message */
	EXPECT_EQ(0, to_member(group, self->ids, (struct motet_msg){
			       .address = MOTET_ADDRESS_ANY }));
	EXPECT_EQ(0, to_member(group, self->ids, (struct motet_msg){
			       .address = MOTET_ADDRESS_ANY }));
}

/* A member with a part of its room taken: so many of a hundred messages. */
static int part_full(int actor, const struct motet_cap *cap, int percent)
{
	struct motet_id id;
	int port = mt_member(actor, cap, 100, &id), sender;

	sender = mt_sender(actor, &id);
	while (port >= 0 && percent--)
		if (mt_try_send(sender, 0, 0))
			return -EPROTO;
	close(sender);
	return port;
}

/* The largest part, not the largest number. */
TEST_F(address, best_queue)
{
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_BEST_QUEUE, &cap);
	struct motet_msg msg = { 0 };
	int half, small, i;
	struct motet_id id;
	__u64 value;

	half = part_full(self->actor, &cap, 50);
	ASSERT_LE(0, half);
	ASSERT_LE(0, part_full(self->actor, &cap, 60));
	small = mt_member(self->actor, &cap, 4, &id);
	ASSERT_LE(0, small);
	/* empty, then a quarter full */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mt_to_group(group, &msg, 1));
		EXPECT_TRUE(mt_id_equal(&msg.at, &id));
	}
	/* half full both: any of them; then the one with 49 free of 100 */
	ASSERT_EQ(0, mt_to_group(group, &msg, 1));
	ASSERT_EQ(0, mt_to_group(group, &msg, 1));
	ASSERT_EQ(0, mt_to_group(group, &msg, 1));
	EXPECT_FALSE(mt_id_equal(&msg.at, &id));
	/* what is received is free again */
	while (!mt_try_recv(half, &value))
		;
	ASSERT_EQ(0, mt_try_recv(small, &value));
	ASSERT_EQ(0, mt_to_group(group, &msg, 2));
	ASSERT_EQ(0, mt_try_recv(half, &value));
	EXPECT_EQ(2, value);
	/* of the message's own priority */
	msg.priority = 1;
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, mt_to_group(group, &msg, 1));
}

/* Bytes count as messages do: whatever is fuller. */
TEST_F(address, best_queue_by_bytes)
{
	struct motet_port_create create = {
		.mode = 0777,
		.limits[0] = { .messages = 1000, .bytes = 100 },
	};
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_BEST_QUEUE, &cap);
	struct motet_msg msg = { 0 };
	struct motet_id first;
	char body[60] = "";
	int i;

	ASSERT_LE(0, mt_create(self->actor, &create, NULL));
	first = create.id;
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &create.id));
	ASSERT_LE(0, mt_create(self->actor, &create, NULL));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &create.id));
	ASSERT_EQ(0, mt_send_flags(mt_sender(self->actor, &first), 0, 0, body,
				   sizeof(body)));
	/* 1 message of 1000 is little, 60 bytes of 100 are not */
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, mt_to_group(group, &msg, i));
		EXPECT_TRUE(mt_id_equal(&msg.at, &create.id));
	}
	ASSERT_EQ(0, mt_to_group(group, &msg, i));
	EXPECT_TRUE(mt_id_equal(&msg.at, &first));
}

/* All full: refused, and writable as soon as it would fit anywhere. */
TEST_F(address, all_full)
{
	struct motet_msg msg = { 0 };
	int i;

	EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 0));
	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	for (i = 0; i < MEMBERS; i++) {
		EXPECT_EQ(-EAGAIN, TO());
		EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
		EXPECT_EQ(0, receive(self->ports[i]));
		EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 1000));
		EXPECT_EQ(i, TO());
	}
	EXPECT_EQ(0, fcntl(self->group, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mt_to_group(self->group, &msg, 1));
	EXPECT_EQ(0, fcntl(self->group, F_SETFL, 0));
	msg.deadline = mt_after(20 * MT_MS);
	EXPECT_EQ(-ETIMEDOUT, mt_to_group(self->group, &msg, 1));
	EXPECT_LE(msg.deadline, mt_now());
	/* a new member is room, too */
	EXPECT_EQ(-EAGAIN, TO());
	EXPECT_EQ(0, mt_poll(self->group, POLLOUT, 0));
	ASSERT_LE(0, mt_member(self->actor, &self->cap, 1, &self->ids[0]));
	EXPECT_EQ(POLLOUT, mt_poll(self->group, POLLOUT, 1000));
	EXPECT_EQ(0, TO());
}

/*
 * Room that is left to a sender of a port, which comes first, is none for the
 * group: neither for a message nor for a poller. It is for a user who has less.
 */
TEST_F(address, room_of_a_suspended_sender)
{
	struct motet_port_create create = {
		.mode = 0777, .limits[0] = { .messages = 9, .bytes = 20 },
	};
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap), i;
	int port, sender;
	char body[16] = "";
	pid_t pid, other;

	port = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &create.id));
	sender = mt_sender(self->actor, &create.id);
	ASSERT_EQ(0, mt_send_flags(sender, 0, 0, body, 12));
	/* eight bytes are free, and ten wanted */
	pid = mt_fork();
	if (pid == 0)
		_exit(mt_send_flags(sender, 0, 0, body, 10) != 0);
	ASSERT_EQ(0, mt_until_suspended(&create.id, 1));
	EXPECT_EQ(-EAGAIN, mt_to_group(group, &msg, 1));
	EXPECT_EQ(0, mt_poll(group, POLLOUT, 0));
	other = mt_fork();
	if (other == 0)
		_exit(mt_become(MT_USER_A) || mt_to_group(group, &msg, 2));
	EXPECT_EQ(0, mt_wait(other));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, mt_recv_msg(port, &(struct motet_msg){ 0 }, body,
					 sizeof(body)));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(POLLOUT, mt_poll(group, POLLOUT, 0));
	EXPECT_EQ(0, mt_to_group(group, &msg, 3));
}

/* A poller that waits is woken by any member. */
TEST_F(address, poll_is_woken)
{
	pid_t pid;
	int i;

	for (i = 0; i < MEMBERS; i++) {
		ASSERT_EQ(0, fill_all(self->actor, self->ids));
		EXPECT_EQ(-EAGAIN, TO());
		pid = mt_fork();
		if (pid == 0)
			_exit(mt_poll(self->group, POLLOUT, 20000) != POLLOUT);
		EXPECT_EQ(0, receive(self->ports[i]));
		EXPECT_EQ(0, mt_wait(pid));
	}
}

/* Released by any member's room, and gone on with that. */
TEST_F(address, suspended_until_any_has_room)
{
	static const __u32 ways[] = {
		MOTET_ADDRESS_ANY, MOTET_ADDRESS_ROUND_ROBIN,
		MOTET_ADDRESS_LOCAL_ROUND_ROBIN, MOTET_ADDRESS_BEST_QUEUE,
		MOTET_ADDRESS_LOCAL_BEST_QUEUE, MOTET_ADDRESS_LEAST_LOADED,
		MOTET_ADDRESS_STICKY,
	};
	struct motet_msg msg = { 0 };
	struct mt_child *child;
	unsigned int i, member;

	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		member = i % MEMBERS;
		msg.address = ways[i];
		msg.session = i;
		child = mt_child_send(self->group, &msg, i);
		EXPECT_EQ(0, receive(self->ports[member]));
		EXPECT_EQ(0, mt_child_end(child));
		EXPECT_TRUE(mt_id_equal(&child->msg.at, &self->ids[member]));
		EXPECT_EQ(1, child->msg.delivered);
	}
}

/* Several that wait: all go on, each once. */
TEST_F(address, suspended_together)
{
	struct mt_child *children[6];
	struct motet_msg msg = { 0 };
	bool seen[6] = { 0 };
	__u64 value;
	int i, port;

	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	for (i = 0; i < 6; i++)
		children[i] = mt_child_send(self->group, &msg, 100 + i);
	for (i = 0; i < MEMBERS * ROOM; i++)
		EXPECT_EQ(0, receive(self->ports[i % MEMBERS]));
	for (i = 0; i < 6; i++)
		EXPECT_EQ(0, mt_child_end(children[i]));
	for (port = 0; port < MEMBERS; port++) {
		while (!mt_try_recv(self->ports[port], &value)) {
			ASSERT_TRUE(value >= 100 && value < 106);
			EXPECT_FALSE(seen[value - 100]);
			seen[value - 100] = true;
		}
	}
	for (i = 0; i < 6; i++)
		EXPECT_TRUE(seen[i]);
}

/* Room for two that comes at once is for two. */
TEST_F(address, room_for_two)
{
	struct motet_port_create create = {
		.mode = 0777, .limits[0] = { .messages = 9, .bytes = 16 },
	};
	struct motet_msg msg = { .address = MOTET_ADDRESS_ROUND_ROBIN };
	struct mt_child *children[2];
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap), port, i;
	char body[16] = "";

	port = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &create.id));
	ASSERT_EQ(0, mt_send_flags(mt_sender(self->actor, &create.id), 0, 0,
				   body, sizeof(body)));
	msg.deadline = mt_after(MT_SOON);
	for (i = 0; i < 2; i++)
		children[i] = mt_child_send(group, &msg, i);
	ASSERT_EQ(0, mt_recv_msg(port, &(struct motet_msg){ 0 }, body,
				 sizeof(body)));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, mt_child_end(children[i]));
	/* woken, not just looking once more at the end */
	EXPECT_GT(msg.deadline, mt_now());
}

/* From now on no child does anything before this task sleeps. */
static int run_before_children(void)
{
	const struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) ||
	    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		return -errno;
	return 0;
}

/*
 * One is woken by the member that another waits for, and finds room at the first
 * one, too: what it leaves is for the other.
 */
TEST_F(address, room_left_for_another)
{
	struct motet_msg any = { 0 }, bound = {
		.address = MOTET_ADDRESS_STICKY, .session = 1,
	};
	struct mt_child *children[2];
	bool left = false;
	int tries;

	ASSERT_EQ(0, run_before_children());
	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	ASSERT_EQ(0, receive(self->ports[2]));
	ASSERT_EQ(2, TO(.address = MOTET_ADDRESS_STICKY, .session = 1));
	for (tries = 0; !left && tries < 100; tries++) {
		any.deadline = mt_after(MT_SOON);
		bound.deadline = any.deadline;
		children[0] = mt_child_send(self->group, &any, 1);
		children[1] = mt_child_send(self->group, &bound, 2);
		EXPECT_EQ(0, receive(self->ports[2]));
		EXPECT_EQ(0, receive(self->ports[0]));
		ASSERT_EQ(0, mt_child_end(children[0]));
		left = mt_id_equal(&children[0]->msg.at, &self->ids[0]);
		/* it was faster than the second receive: then there is no room */
		if (!left)
			EXPECT_EQ(0, receive(self->ports[2]));
		ASSERT_EQ(0, mt_child_end(children[1]));
		ASSERT_GT(bound.deadline, mt_now());
		EXPECT_TRUE(mt_id_equal(&children[1]->msg.at, &self->ids[2]));
		ASSERT_TRUE(left || !fill(self->actor, &self->ids[0]));
	}
	EXPECT_TRUE(left);
}

TEST_F(address, killed_while_suspended)
{
	struct mt_child *child;
	struct motet_msg msg = { 0 };
	int i;

	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	child = mt_child_send(self->group, &msg, 1);
	EXPECT_EQ(1000 + SIGKILL, mt_kill(child->pid));
	for (i = 0; i < MEMBERS * ROOM; i++)
		EXPECT_EQ(0, receive(self->ports[i % MEMBERS]));
	for (i = 0; i < MEMBERS; i++)
		EXPECT_TRUE(mt_not_told(self->ports[i]));
}

TEST_F(address, interrupted_while_suspended)
{
	struct mt_child *child;

	ASSERT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	child = mt_child_send(self->group, &(struct motet_msg){ 0 }, 1);
	kill(child->pid, SIGUSR1);
	EXPECT_EQ(-EINTR, mt_child_end(child));
	ASSERT_EQ(0, mt_alarm_signal(SA_RESTART));
	child = mt_child_send(self->group, &(struct motet_msg){ 0 }, 1);
	kill(child->pid, SIGUSR1);
	ASSERT_EQ(0, mt_until_blocked(child->pid));
	EXPECT_EQ(0, receive(self->ports[2]));
	EXPECT_EQ(0, mt_child_end(child));
}

/* Members that die or leave while one waits: the others do, or nobody. */
TEST_F(address, members_die_while_suspended)
{
	struct mt_child *child;

	ASSERT_EQ(0, fill_all(self->actor, self->ids));
	child = mt_child_send(self->group, &(struct motet_msg){ 0 }, 1);
	close(self->ports[0]);
	ASSERT_EQ(0, mt_until_members(self->group, 2));
	EXPECT_EQ(0, receive(self->ports[1]));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_TRUE(mt_id_equal(&child->msg.at, &self->ids[1]));
	/* the last one goes */
	child = mt_child_send(self->group, &(struct motet_msg){ 0 }, 1);
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[1]));
	ASSERT_EQ(0, mt_until_blocked(child->pid));
	close(self->ports[2]);
	EXPECT_EQ(-EHOSTUNREACH, mt_child_end(child));
}

/* Too large for the one, not for the other; and for all. */
TEST_F(address, too_large)
{
	struct motet_port_create create = {
		.mode = 0777, .limits[0] = { .messages = 1, .bytes = 100 },
	};
	static char body[20000];
	struct motet_msg msg = MT(motet_msg, .body = mt_ptr(body),
				  .body_len = sizeof(body));
	struct motet_cap cap;
	int group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);

	ASSERT_LE(0, mt_create(self->actor, &create, NULL));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &create.id));
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(group, MOTET_IOC_SEND, &msg));
	create.limits[0].bytes = sizeof(body);
	ASSERT_LE(0, mt_create(self->actor, &create, NULL));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &create.id));
	EXPECT_EQ(0, mt_ioctl(group, MOTET_IOC_SEND, &msg));
	EXPECT_TRUE(mt_id_equal(&msg.at, &create.id));
}

/* What went to a member that dies comes back, if that was asked for. */
TEST_F(address, returned)
{
	struct motet_msg msg = { .flags = MOTET_MSG_RETURN };
	__u64 value = 0, id;

	ASSERT_EQ(0, mt_to_group(self->group, &msg, 33));
	id = msg.id;
	close(self->ports[0]);
	ASSERT_EQ(0, mt_soon_msg(self->actor, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(33, value);
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(EOWNERDEAD, msg.error);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->ids[0]));
	EXPECT_TRUE(mt_not_told(self->actor));
}

/* No room for what may come back is the sender's matter, not the group's. */
TEST_F(address, no_room_to_return)
{
	struct motet_msg msg = { .flags = MOTET_MSG_RETURN };
	int tracker = mt_port(self->actor, NULL, 1, NULL), sent, i, ret;
	struct motet_group_change change;
	struct motet_id id;
	__u64 value;

	ASSERT_LE(0, mt_member(self->actor, &self->cap, 100, &id));
	ASSERT_EQ(0, mt_track(tracker, &self->cap.id));
	for (i = 0; i < MEMBERS + 1; i++)
		ASSERT_EQ(0, mt_told(tracker, &msg, &change));
	for (sent = 0, ret = 0; !ret && sent < 100; sent++) {
		msg = (struct motet_msg){ .flags = MOTET_MSG_RETURN |
						   MOTET_MSG_DONTWAIT };
		ret = mt_to_group(self->group, &msg, sent);
	}
	EXPECT_EQ(-EAGAIN, ret);
	/* waiting is for room at members: they have some */
	for (i = MOTET_ADDRESS_ANY; i <= MOTET_ADDRESS_STICKY; i++) {
		if (i == MOTET_ADDRESS_ON_NODE ||
		    i == MOTET_ADDRESS_EXCEPT_NODE ||
		    i == MOTET_ADDRESS_BROADCAST)
			continue;
		msg = (struct motet_msg){ .flags = MOTET_MSG_RETURN,
					  .deadline = mt_after(MT_SOON),
					  .address = i, .session = 1 };
		EXPECT_EQ(-EAGAIN, mt_to_group(self->group, &msg, i));
	}
	EXPECT_TRUE(mt_not_told(tracker));
	EXPECT_EQ(-ENOENT, mt_session_end(self->group, 1));
	/* one that is received will not come back */
	EXPECT_EQ(0, mt_try_recv(self->ports[0], &value));
	msg = (struct motet_msg){ .flags = MOTET_MSG_RETURN };
	EXPECT_EQ(0, mt_to_group(self->group, &msg, 1));
}

TEST_F(address, cancelled)
{
	struct motet_msg msg = { .flags = MOTET_MSG_CANCELABLE };
	struct motet_cancel cancel = MT(motet_cancel,
					.flags = MOTET_CANCEL_MESSAGE);
	__u64 value;

	ASSERT_EQ(0, mt_to_group(self->group, &msg, 33));
	cancel.id = msg.id;
	EXPECT_EQ(0, mt_ioctl(self->group, MOTET_IOC_CANCEL, &cancel));
	EXPECT_EQ(-ENOENT, mt_ioctl(self->group, MOTET_IOC_CANCEL, &cancel));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 34));
	cancel.id = msg.id;
	EXPECT_EQ(0, mt_try_recv(self->ports[0], &value));
	EXPECT_EQ(34, value);
	EXPECT_EQ(-ENOENT, mt_ioctl(self->group, MOTET_IOC_CANCEL, &cancel));
}

/* Many in one call, each with its own member, until one doesn't fit. */
TEST_F(address, batch)
{
	struct motet_msg msgs[MEMBERS * ROOM + 2];
	struct motet_batch batch = MT(motet_batch, .msgs = mt_ptr(msgs),
				      .msg_size = sizeof(msgs[0]),
				      .count = ARRAY_SIZE(msgs));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(msgs); i++)
		msgs[i] = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
			     .address = MOTET_ADDRESS_ROUND_ROBIN);
	EXPECT_EQ(0, mt_ioctl(self->group, MOTET_IOC_SEND_MANY, &batch));
	EXPECT_EQ(MEMBERS * ROOM, batch.done);
	EXPECT_EQ(EAGAIN, batch.error);
	for (i = 0; i < MEMBERS * ROOM; i++)
		EXPECT_TRUE(mt_id_equal(&msgs[i].at, &msgs[i % MEMBERS].at));
	EXPECT_EQ(-EAGAIN, mt_ioctl(self->group, MOTET_IOC_SEND_MANY, &batch));
	EXPECT_EQ(0, batch.done);
}

/* Messages in flight while a member is inserted and removed: none is lost. */
TEST_F(address, changes_under_load)
{
	unsigned int rounds = 40 * mt_rounds(25), got = 0, turn, i;
	struct motet_msg msg = { .address = MOTET_ADDRESS_ROUND_ROBIN };
	__u64 end = mt_after(MT_SOON), value;
	pid_t pid = mt_fork();

	if (pid == 0) {
		for (i = 0; i < rounds; i++)
			if (mt_to_group(self->group, &msg, i))
				_exit(1);
		_exit(0);
	}
	for (turn = 0; got < rounds; turn++) {
		ASSERT_GT(end, mt_now());
		ASSERT_EQ(0, mt_remove(self->actor, &self->cap,
				       &self->ids[turn % 2]));
		for (i = 0; i < MEMBERS; i++)
			while (!mt_try_recv(self->ports[i], &value)) {
				end = mt_after(MT_SOON);
				got++;
			}
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[turn % 2]));
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(rounds, got);
	for (i = 0; i < MEMBERS; i++)
		EXPECT_TRUE(mt_not_told(self->ports[i]));
}

TEST_HARNESS_MAIN
