// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages and calls that are received under a lease: how it ends, and what
 * becomes of them then.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "lease_test.h"
#include "peer.h"

#define RETENTION	(300 * MT_SECOND)
#define ONE		(1 * MT_SECOND)
/* more than the kernel looks at without a break */
#define MANY		200

FIXTURE(lease) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
};

FIXTURE_SETUP(lease)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_port(self->actor, NULL, BOUND, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(lease)
{
	peers_end();
	EXPECT_LE(0, mt_purge());
}

static int leases_of(int fd)
{
	struct motet_port_status status;
	int ret = mt_status(fd, &status);

	return ret < 0 ? ret : (int)status.leased;
}

TEST_F(lease, acknowledged)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_LEASE,
				  .stamp = mt_ptr(&stamp));
	__u64 value;

	EXPECT_EQ(0, mt_send(self->sender, 2, 7));
	EXPECT_EQ(0, leases_of(self->sender));
	EXPECT_EQ(0, mt_recv_msg(self->holder, &msg, &value, sizeof(value)));
	EXPECT_EQ(7, value);
	EXPECT_EQ(MOTET_MSG_LEASED, msg.flags & MOTET_MSG_LEASED);
	EXPECT_EQ(2, msg.priority);
	EXPECT_EQ(0, msg.redelivered);
	EXPECT_EQ(0, msg.exception);
	EXPECT_NE(0, msg.id);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.at));
	EXPECT_EQ(1, stamp.sequence);
	EXPECT_EQ(1, leases_of(self->sender));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, mt_acknowledge(self->holder, msg.id));
	EXPECT_EQ(0, leases_of(self->sender));
	/* it is over, for good */
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, msg.id));
	EXPECT_EQ(-ENOENT, mt_give_back(self->holder, msg.id));
	EXPECT_EQ(-ENOENT, mt_lease(self->holder, MOTET_LEASE_EXTEND, msg.id,
				    0));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* Only what is asked for is leased. */
TEST_F(lease, plain_receive_is_none)
{
	struct motet_msg msg = { 0 };
	__u64 value;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, &value, 8));
	EXPECT_EQ(0, msg.flags & MOTET_MSG_LEASED);
	EXPECT_EQ(0, leases_of(self->holder));
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, msg.id));
}

TEST_F(lease, given_back)
{
	__u64 id, again;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, 2));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
	EXPECT_EQ(0, mt_give_back(self->holder, id));
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, id));
	EXPECT_EQ(0, leased(self->holder, 1, 1, &again));
	/* the message is the same */
	EXPECT_EQ(id, again);
	EXPECT_EQ(0, mt_give_back(self->holder, again));
	EXPECT_EQ(0, taken(self->holder, 1, 2));
	EXPECT_EQ(0, taken(self->holder, 2, 0));
}

TEST_F(lease, given_back_to_the_head_of_its_priority)
{
	__u64 ids[3], low;

	EXPECT_EQ(0, mt_send(self->sender, 3, 100));
	EXPECT_EQ(0, leased(self->holder, 100, 0, &low));
	EXPECT_EQ(0, mt_send(self->sender, 3, 101));
	EXPECT_EQ(0, mt_send_all(self->sender, 1, 4));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &ids[0]));
	EXPECT_EQ(0, leased(self->holder, 2, 0, &ids[1]));
	EXPECT_EQ(0, leased(self->holder, 3, 0, &ids[2]));
	EXPECT_EQ(0, mt_give_back(self->holder, low));
	EXPECT_EQ(0, mt_give_back(self->holder, ids[2]));
	EXPECT_EQ(0, mt_give_back(self->holder, ids[1]));
	EXPECT_EQ(0, mt_give_back(self->holder, ids[0]));
	EXPECT_EQ(0, taken(self->holder, 1, 1));
	EXPECT_EQ(0, taken(self->holder, 2, 1));
	EXPECT_EQ(0, taken(self->holder, 3, 1));
	EXPECT_EQ(0, taken(self->holder, 4, 0));
	EXPECT_EQ(0, taken(self->holder, 100, 1));
	EXPECT_EQ(0, taken(self->holder, 101, 0));
}

/* A leased message keeps its room, whatever happens to the lease. */
TEST_F(lease, keeps_its_room)
{
	struct motet_port_status status;
	__u64 id;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, BOUND));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
	EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 9));
	EXPECT_EQ(0, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(BOUND - 1, status.messages);
	EXPECT_EQ(1, status.leased);
	EXPECT_EQ(0, mt_give_back(self->holder, id));
	EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 9));
	EXPECT_EQ(0, leased(self->holder, 1, 1, &id));
	EXPECT_EQ(0, mt_acknowledge(self->holder, id));
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, mt_try_send(self->sender, 0, 9));
	EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 9));
}

TEST_F(lease, suspended_sender_goes_on_when_it_ends)
{
	struct peer *peer = peer_new();
	int sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id);
	__u64 id;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, BOUND));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
	peer_send_begin(peer, sender, 0, 5);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, mt_give_back(self->holder, id));
	EXPECT_EQ(0, leased(self->holder, 1, 1, &id));
	EXPECT_TRUE(peer_busy(peer));
	EXPECT_EQ(0, mt_acknowledge(self->holder, id));
	EXPECT_EQ(0, peer_end(peer));
	EXPECT_EQ(0, taken(self->holder, 2, 0));
}

/* Its time over, it is there again, and wakes who waits for it. */
TEST_F(lease, deadline)
{
	struct motet_msg msg, probe, next = { 0 };
	__u64 value, end, delay = 25 * MT_MS;
	int ret, polled, times = 0;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	/* a slow machine may see it only when its time is over */
	do {
		delay *= 2;
		end = mt_after(delay);
		EXPECT_EQ(0, mt_lease_recv(self->holder, &msg, &value, end));
		EXPECT_EQ(times++, msg.redelivered);
		probe = (struct motet_msg){ 0 };
		ret = mt_try_recv_msg(self->holder, &probe, NULL, 0);
		polled = mt_poll(self->holder, POLLIN, 0);
	} while (end <= mt_now() && delay < 20 * MT_SECOND);
	EXPECT_EQ(-EAGAIN, ret);
	EXPECT_EQ(0, polled);
	next.deadline = mt_after(20 * MT_SECOND);
	EXPECT_EQ(0, mt_recv_msg(self->holder, &next, &value, 8));
	EXPECT_LE(end, mt_now());
	EXPECT_EQ(1, value);
	EXPECT_EQ(times, next.redelivered);
	EXPECT_EQ(msg.id, next.id);
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, msg.id));
}

TEST_F(lease, deadline_polls)
{
	struct motet_msg msg;
	__u64 value;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_lease_recv(self->holder, &msg, &value,
				   mt_after(50 * MT_MS)));
	EXPECT_EQ(POLLIN, mt_poll(self->holder, POLLIN, 20000));
	EXPECT_EQ(0, taken(self->holder, 1, 1));
}

TEST_F(lease, extended)
{
	__u64 value, end, delay = 100 * MT_MS;
	struct motet_msg msg;
	int ret, times = 0;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_lease_recv(self->holder, &msg, &value,
				   mt_after(1000 * MT_SECOND)));
	/* less is as good as more */
	end = mt_after(100 * MT_MS);
	EXPECT_EQ(0, mt_lease(self->holder, MOTET_LEASE_EXTEND, msg.id, end));
	EXPECT_EQ(POLLIN, mt_poll(self->holder, POLLIN, 20000));
	EXPECT_LE(end, mt_now());
	EXPECT_EQ(-ENOENT, mt_lease(self->holder, MOTET_LEASE_EXTEND, msg.id,
				    mt_after(ONE)));
	/* for ever, unless that comes too late */
	do {
		delay *= 2;
		end = mt_after(delay);
		EXPECT_EQ(0, mt_lease_recv(self->holder, &msg, &value, end));
		EXPECT_EQ(++times, msg.redelivered);
		ret = mt_lease(self->holder, MOTET_LEASE_EXTEND, msg.id, 0);
	} while (ret == -ENOENT && end <= mt_now() && delay < 20 * MT_SECOND);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, mt_poll(self->holder, POLLIN, 2 * delay / MT_MS));
	EXPECT_EQ(0, mt_acknowledge(self->holder, msg.id));
}

/* What was leased first is queued first again. */
TEST_F(lease, closing_gives_back_in_order)
{
	struct peer *peer = peer_new();
	struct motet_id id;
	int holder, sender, i;

	holder = peer_port(peer, "lease", 8, RETENTION, &id);
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &id);
	EXPECT_EQ(0, mt_send_all(sender, 1, 5));
	EXPECT_EQ(0, mt_send(sender, 2, 11));
	EXPECT_EQ(0, mt_send(sender, 2, 12));
	for (i = 1; i <= 3; i++) {
		EXPECT_EQ(0, peer_recv(peer, holder, MOTET_MSG_LEASE));
		EXPECT_EQ(i, peer->value);
	}
	EXPECT_EQ(0, peer_close(peer, holder));
	holder = mt_open_id(self->actor, MOTET_ROLE_HOLDER, &id);
	ASSERT_LE(0, holder);
	for (i = 1; i <= 5; i++)
		EXPECT_EQ(0, taken(holder, i, i <= 3));
	EXPECT_EQ(0, taken(holder, 11, 0));
	EXPECT_EQ(0, taken(holder, 12, 0));
	EXPECT_EQ(-EAGAIN, taken(holder, 0, 0));
}

enum death { KILLED, EXITED, EXECED, CLOSED, DEATHS };

static int die(struct peer *peer, int holder, enum death death)
{
	switch (death) {
	case KILLED:
		return peer_kill(peer) == SIGKILL ? 0 : -1;
	case EXITED:
		return peer_exit(peer, 3) == 3 << 8 ? 0 : -1;
	case EXECED:
		return peer_exec(peer);
	default:
		return peer_close(peer, holder);
	}
}

/* However its receiver died, the next one gets it. */
TEST_F(lease, death_gives_back)
{
	struct motet_port_status status;
	struct peer *peer;
	struct motet_id id;
	int holder, sender;
	enum death death;

	for (death = 0; death < DEATHS; death++) {
		peer = peer_new();
		holder = peer_port(peer, "death", BOUND, RETENTION, &id);
		ASSERT_LE(0, holder);
		sender = mt_sender(self->actor, &id);
		EXPECT_EQ(0, mt_send_all(sender, 1, BOUND));
		EXPECT_EQ(0, peer_recv(peer, holder, MOTET_MSG_LEASE));
		EXPECT_EQ(1, peer->value);
		EXPECT_EQ(0, die(peer, holder, death));
		EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
		EXPECT_EQ(0, mt_until_leased(sender, 0));
		EXPECT_EQ(-EAGAIN, mt_try_send(sender, 0, 9));
		holder = mt_open_id(self->actor, MOTET_ROLE_HOLDER, &id);
		ASSERT_LE(0, holder);
		EXPECT_EQ(0, mt_status(holder, &status));
		EXPECT_EQ(2, status.epoch);
		EXPECT_EQ(0, taken(holder, 1, 1));
		EXPECT_EQ(0, taken(holder, 2, 0));
		EXPECT_EQ(0, mt_unlink(self->actor, "death"));
		close(holder);
		close(sender);
	}
}

/* A port that dies takes what is leased with it, as what is queued. */
TEST_F(lease, port_dies)
{
	struct motet_msg out = { .flags = MOTET_MSG_RETURN }, msg;
	__u64 id, value = 5;
	char body[64];

	EXPECT_EQ(0, mt_send_msg(self->sender, &out, &value));
	EXPECT_EQ(0, leased(self->holder, 5, 0, &id));
	close(self->holder);
	do {
		ASSERT_EQ(0, mt_exception(self->actor, &msg));
	} while (msg.exception == MOTET_EXCEPTION_PORT_LOST);
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(EOWNERDEAD, msg.error);
	EXPECT_EQ(out.id, msg.id);
	msg = (struct motet_msg){ 0 };
	while (!mt_try_recv_msg(self->actor, &msg, body, sizeof(body))) {
		EXPECT_EQ(MOTET_EXCEPTION_PORT_LOST, msg.exception);
		msg = (struct motet_msg){ 0 };
	}
}

/* Acknowledged is received: the room for its return is free again. */
TEST_F(lease, returns_nothing_when_acknowledged)
{
	struct motet_msg out = { .flags = MOTET_MSG_RETURN };
	struct motet_port_status status;
	__u64 id, value = 5;

	EXPECT_EQ(0, mt_send_msg(self->sender, &out, &value));
	EXPECT_EQ(0, leased(self->holder, 5, 0, &id));
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_LE(8, status.bytes);
	EXPECT_EQ(0, mt_acknowledge(self->holder, id));
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_EQ(0, status.bytes);
}

TEST_F(lease, bad_arguments)
{
	struct motet_lease lease;
	struct motet_msg msg;
	__u64 id, value;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	/* a deadline without a lease */
	msg = MT(motet_msg, .lease = mt_after(ONE),
		 .flags = MOTET_MSG_DONTWAIT);
	EXPECT_EQ(-EINVAL, mt_recv_msg(self->holder, &msg, &value, 8));
	/* not a flag of sending */
	EXPECT_EQ(-EINVAL, mt_send_flags(self->sender, MOTET_MSG_LEASE, 0,
					 &value, 8));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
	EXPECT_EQ(-EINVAL, mt_lease(self->holder, 3, id, 0));
	EXPECT_EQ(-EINVAL, mt_lease(self->holder, ~0U, id, 0));
	EXPECT_EQ(-EINVAL, mt_lease(self->holder, MOTET_LEASE_ACKNOWLEDGE, id,
				    mt_after(ONE)));
	EXPECT_EQ(-EINVAL, mt_lease(self->holder, MOTET_LEASE_GIVE_BACK, id,
				    1));
	lease = MT(motet_lease, .id = id, .pad = 1);
	EXPECT_EQ(-EINVAL, mt_ioctl(self->holder, MOTET_IOC_LEASE, &lease));
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, id + 1));
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, 0));
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->holder, ~0ULL));
	EXPECT_EQ(0, mt_acknowledge(self->holder, id));
}

TEST_F(lease, belongs_to_its_handle_and_process)
{
	int other = mt_port(self->actor, NULL, 1, NULL);
	__u64 id;
	pid_t pid;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
	EXPECT_EQ(-ENOENT, mt_acknowledge(other, id));
	EXPECT_EQ(-ENOENT, mt_give_back(self->actor, id));
	EXPECT_EQ(-ENOTTY, mt_acknowledge(self->sender, id));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(-EPERM, mt_acknowledge(self->holder, id));
		EXPECT_EQ(-EPERM, mt_give_back(self->holder, id));
		EXPECT_EQ(-EPERM, mt_lease(self->holder, MOTET_LEASE_EXTEND,
					   id, 0));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_acknowledge(self->holder, id));
}

/* The default port leases messages, but not what the kernel tells. */
TEST_F(lease, exceptions_are_not_leased)
{
	struct motet_info info;
	struct motet_msg msg;
	__u64 id, value;
	int sender;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	sender = mt_sender(self->actor, &info.port);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(0, leased(self->actor, 1, 0, &id));
	EXPECT_EQ(0, mt_acknowledge(self->actor, id));
	close(self->holder);
	EXPECT_EQ(POLLIN, mt_poll(self->actor, POLLIN, 20000));
	EXPECT_EQ(0, mt_lease_recv(self->actor, &msg, &value, 0));
	EXPECT_EQ(MOTET_EXCEPTION_PORT_LOST, msg.exception);
	EXPECT_EQ(0, msg.flags & MOTET_MSG_LEASED);
	EXPECT_EQ(0, leases_of(self->actor));
}

/* Whoever goes gives back what it has, wherever that lies among many others. */
TEST_F(lease, given_back_among_many)
{
	struct motet_port_create create = {
		.mode = 0700, .retention = RETENTION,
		.limits[0].messages = MANY,
	};
	int holder = mt_create(self->actor, &create, "among many"), sender;
	struct motet_msg msg = { .flags = MOTET_MSG_CANCELABLE };
	__u64 value, id;

	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &create.id);
	for (value = 1; value <= MANY; value++)
		ASSERT_EQ(0, mt_send_msg(sender, &msg, &value));
	EXPECT_EQ(0, leased(holder, 1, 0, &id));
	EXPECT_EQ(0, leased(holder, 2, 0, &id));
	close(holder);
	EXPECT_EQ(0, mt_until_leased(sender, 0));
	holder = mt_open_id(self->actor, MOTET_ROLE_HOLDER, &create.id);
	ASSERT_LE(0, holder);
	for (value = 1; value <= MANY; value++)
		ASSERT_EQ(0, taken(holder, value, value <= 2));
	EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
}

/* What could not be handed out was not handed out. */
TEST_F(lease, refused_receive_leases_nothing)
{
	struct motet_msg msg;
	__u64 id, value;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, 2));
	msg = MT(motet_msg, .flags = MOTET_MSG_LEASE);
	EXPECT_EQ(-EMSGSIZE, mt_recv_msg(self->holder, &msg, &value, 7));
	EXPECT_EQ(8, msg.body_len);
	msg = MT(motet_msg, .flags = MOTET_MSG_LEASE);
	EXPECT_EQ(-EFAULT, mt_recv_msg(self->holder, &msg, (void *)8, 8));
	EXPECT_EQ(0, leases_of(self->holder));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
}

TEST_F(lease, nonblocking_file_and_deadline_of_waiting)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_LEASE,
				  .deadline = mt_after(10 * MT_MS));
	__u64 value;

	EXPECT_EQ(-ETIMEDOUT, mt_recv_msg(self->holder, &msg, &value, 8));
	EXPECT_EQ(0, fcntl(self->holder, F_SETFL, O_NONBLOCK));
	msg = MT(motet_msg, .flags = MOTET_MSG_LEASE);
	EXPECT_EQ(-EAGAIN, mt_recv_msg(self->holder, &msg, &value, 8));
}

/* Its time is that of waiting for the message, and not of the lease. */
TEST_F(lease, many_at_once)
{
	int holder = mt_port(self->actor, NULL, 256, &self->id);
	int sender = mt_sender(self->actor, &self->id);
	__u64 ids[256], i, value;

	for (i = 0; i < 256; i++)
		ASSERT_EQ(0, mt_try_send(sender, 0, i));
	for (i = 0; i < 256; i++)
		ASSERT_EQ(0, leased(holder, i, 0, &ids[i]));
	EXPECT_EQ(256, leases_of(holder));
	/* in any order */
	for (i = 0; i < 256; i++)
		ASSERT_EQ(0, mt_acknowledge(holder, ids[(i * 77) & 255]));
	EXPECT_EQ(0, leases_of(holder));
	EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
	EXPECT_EQ(0, mt_try_send(sender, 0, 1));
}

/* A caller waits for a lease that is open, and for those who come after. */
FIXTURE(leased_call) {
	int actor;
	int sender;
	struct motet_id id;
	struct peer *server;
	int holder;
};

FIXTURE_SETUP(leased_call)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->server = peer_new();
	self->holder = peer_port(self->server, "calls", BOUND, RETENTION,
				 &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(leased_call)
{
	peers_end();
	EXPECT_LE(0, mt_purge());
}

TEST_F(leased_call, answered)
{
	struct caller caller = { .sender = self->sender, .value = 5 };
	struct peer *server = self->server;
	__u64 token, id;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, peer_recv(server, self->holder, MOTET_MSG_LEASE));
	EXPECT_EQ(MOTET_MSG_LEASED | MOTET_MSG_CALL, server->msg.flags &
		  (MOTET_MSG_LEASED | MOTET_MSG_CALL));
	EXPECT_EQ(5, server->value);
	EXPECT_EQ(1, leases_of(self->sender));
	token = server->msg.token;
	id = server->msg.id;
	/* only its answer acknowledges it */
	EXPECT_EQ(-EINVAL, peer_lease(server, self->holder,
				      MOTET_LEASE_ACKNOWLEDGE, id));
	EXPECT_EQ(0, peer_lease(server, self->holder, MOTET_LEASE_EXTEND, id));
	EXPECT_EQ(0, peer_reply(server, self->holder, token, 6));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(6, caller.answer);
	EXPECT_EQ(0, leases_of(self->sender));
	EXPECT_EQ(-ENOENT, peer_lease(server, self->holder,
				      MOTET_LEASE_GIVE_BACK, id));
	EXPECT_EQ(-ECONNRESET, peer_reply(server, self->holder, token, 7));
}

TEST_F(leased_call, given_back_and_answered)
{
	struct caller caller = { .sender = self->sender, .value = 5 };
	struct peer *server = self->server;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, peer_recv(server, self->holder, MOTET_MSG_LEASE));
	EXPECT_EQ(0, peer_lease(server, self->holder, MOTET_LEASE_GIVE_BACK,
				server->msg.id));
	EXPECT_EQ(0, peer_recv(server, self->holder, 0));
	EXPECT_EQ(5, server->value);
	EXPECT_EQ(1, server->msg.redelivered);
	EXPECT_EQ(0, server->msg.flags & MOTET_MSG_LEASED);
	EXPECT_EQ(0, peer_reply(server, self->holder, server->msg.token, 6));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(6, caller.answer);
}

/* The server dies with the request, and the caller gets the next one's answer. */
TEST_F(leased_call, server_dies_and_the_next_answers)
{
	struct caller caller = { .sender = self->sender, .value = 5 };
	enum death death;
	int i;

	ASSERT_EQ(0, caller_start(&caller));
	for (i = 0, death = 0; death < DEATHS; death++, i++) {
		EXPECT_EQ(0, peer_recv(self->server, self->holder,
				       MOTET_MSG_LEASE));
		EXPECT_EQ(5, self->server->value);
		EXPECT_EQ(i, self->server->msg.redelivered);
		EXPECT_EQ(0, die(self->server, self->holder, death));
		EXPECT_EQ(0, mt_until_state(self->sender,
					    MOTET_PORT_STATE_RETAINED));
		self->server = peer_new();
		self->holder = peer_open(self->server, MOTET_ROLE_HOLDER,
					 &self->id);
		ASSERT_LE(0, self->holder);
	}
	EXPECT_EQ(0, peer_recv(self->server, self->holder, 0));
	EXPECT_EQ(i, self->server->msg.redelivered);
	EXPECT_EQ(0, peer_reply(self->server, self->holder,
				self->server->msg.token, 8));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(8, caller.answer);
}

/* Without a lease the caller learns at once that its server is dead. */
TEST_F(leased_call, plain_and_leased_side_by_side)
{
	struct caller plain = { .sender = self->sender, .value = 1 };
	struct caller leased = { .sender = self->sender, .value = 2 };

	ASSERT_EQ(0, caller_start(&plain));
	EXPECT_EQ(0, peer_recv(self->server, self->holder, 0));
	ASSERT_EQ(0, caller_start(&leased));
	EXPECT_EQ(0, peer_recv(self->server, self->holder, MOTET_MSG_LEASE));
	EXPECT_EQ(SIGKILL, peer_kill(self->server));
	EXPECT_EQ(-ECONNRESET, caller_end(&plain));
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_RETAINED));
	self->server = peer_new();
	self->holder = peer_open(self->server, MOTET_ROLE_HOLDER, &self->id);
	ASSERT_LE(0, self->holder);
	EXPECT_EQ(0, peer_recv(self->server, self->holder, 0));
	EXPECT_EQ(2, self->server->value);
	EXPECT_EQ(0, peer_reply(self->server, self->holder,
				self->server->msg.token, 3));
	EXPECT_EQ(0, caller_end(&leased));
}

/* Three ways for a caller to give up; the server is told of each. */
TEST_F(leased_call, caller_gives_up)
{
	struct motet_id port = self->server->info.port;
	struct peer *client, *server = self->server;
	__u64 token, id, delay = 100 * MT_MS;
	int way, sender, ret;

	EXPECT_EQ(MOTET_CLASS_PORT, port.bytes[0]);
	for (way = 0; way < 3; way++) {
		client = peer_new();
		sender = peer_open(client, MOTET_ROLE_SENDER, &self->id);
		do {
			delay *= 2;
			peer_call_begin(client, sender, 5,
					way ? 0 : mt_after(delay));
			do {
				ret = peer_recv(server, self->holder,
						MOTET_MSG_LEASE |
						MOTET_MSG_DONTWAIT);
			} while (ret == -EAGAIN && peer_busy(client));
			/* nobody has received it in time */
		} while (ret == -EAGAIN && peer_end(client) == -ETIMEDOUT &&
			 delay < 20 * MT_SECOND);
		EXPECT_EQ(0, ret);
		token = server->msg.token;
		id = server->msg.id;
		if (way == 0)
			EXPECT_EQ(-ETIMEDOUT, peer_end(client));
		if (way == 1)
			EXPECT_EQ(SIGKILL, peer_kill(client));
		if (way == 2) {
			kill(client->pid, SIGTERM);
			EXPECT_EQ(SIGTERM, peer_wait(client));
		}
		EXPECT_EQ(0, peer_exception(server, server->actor,
					    MOTET_EXCEPTION_CALL_ABANDONED));
		EXPECT_EQ(token, server->msg.token);
		EXPECT_TRUE(mt_id_equal(&self->id, &server->msg.to));
		EXPECT_EQ(-ECONNRESET, peer_reply(server, self->holder, token,
						  1));
		/* nobody is to answer it any more */
		peer_lease(server, self->holder, MOTET_LEASE_GIVE_BACK, id);
		EXPECT_EQ(0, mt_until_leased(self->sender, 0));
		EXPECT_EQ(-EAGAIN, peer_recv(server, self->holder,
					     MOTET_MSG_DONTWAIT));
	}
}

TEST_F(leased_call, lease_runs_out)
{
	struct caller caller = { .sender = self->sender, .value = 5 };
	struct peer *server = self->server;
	__u64 token;

	ASSERT_EQ(0, caller_start(&caller));
	server->msg = MT(motet_msg, .body = mt_ptr(&server->value),
			 .body_cap = 8, .flags = MOTET_MSG_LEASE,
			 .lease = mt_after(100 * MT_MS));
	EXPECT_EQ(0, peer_do(server, self->holder, MOTET_IOC_RECV));
	token = server->msg.token;
	EXPECT_EQ(0, peer_recv(server, self->holder, 0));
	EXPECT_EQ(1, server->msg.redelivered);
	EXPECT_EQ(5, server->value);
	EXPECT_EQ(0, peer_reply(server, self->holder, server->msg.token, 6));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(6, caller.answer);
	EXPECT_GT(0, peer_reply(server, self->holder, token, 7));
}

TEST_HARNESS_MAIN
