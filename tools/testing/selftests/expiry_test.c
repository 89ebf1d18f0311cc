// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages that are no longer worth delivering, and messages that their sender
 * withdraws.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include "call_test.h"
#include "peer.h"

#define BOUND	2
#define SOON	(30 * MT_MS)

/* A port, the same with a dead-letter port, and that. */
FIXTURE(expiry) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
	int letters;
	struct motet_id letters_id;
	int careful;
	int careful_sender;
	struct motet_id careful_id;
};

static bool set_up(FIXTURE_DATA(expiry) * self)
{
	struct motet_port_create create = {
		.mode = 0777, .limits[0].messages = BOUND,
	};

	self->actor = mt_actor();
	self->holder = mt_port(self->actor, NULL, BOUND, &self->id);
	self->sender = mt_sender(self->actor, &self->id);
	self->letters = mt_port(self->actor, NULL, 1, &self->letters_id);
	create.dead_letter = self->letters_id;
	self->careful = mt_create(self->actor, &create, NULL);
	self->careful_id = create.id;
	self->careful_sender = mt_sender(self->actor, &create.id);
	return self->actor >= 0 && self->holder >= 0 && self->sender >= 0 &&
	       self->letters >= 0 && self->careful >= 0 &&
	       self->careful_sender >= 0;
}

FIXTURE_SETUP(expiry)
{
	ASSERT_TRUE(set_up(self));
}

FIXTURE_TEARDOWN(expiry)
{
	peers_end();
}

static int send_until(int sender, __u32 flags, __u64 expires, __u64 value,
		      __u64 *id)
{
	struct motet_msg msg = {
		.flags = MOTET_MSG_DONTWAIT | flags, .expires = expires,
	};
	int ret = mt_send_msg(sender, &msg, &value);

	if (id)
		*id = msg.id;
	return ret;
}

/*
 * Whether to begin again, with more time and new ports: not all that was to be
 * done before @end was. How long a slow machine takes is not what is tested.
 */
static bool late(FIXTURE_DATA(expiry) * self, __u64 end, __u64 *delay)
{
	if (mt_now() < end || *delay > 20 * MT_SECOND)
		return false;
	*delay *= 2;
	return set_up(self);
}

/* Expires soon, but not before it is sent. */
static int msg_soon(int sender, struct motet_msg *msg, __u64 value)
{
	__u64 delay = SOON;
	int ret;

	do {
		msg->expires = mt_after(delay);
		ret = mt_send_msg(sender, msg, &value);
		delay *= 2;
	} while (ret == -ETIMEDOUT && msg->expires <= mt_now() &&
		 delay < 20 * MT_SECOND);
	return ret;
}

/* The same; when it does. */
static int send_soon(int sender, __u32 flags, __u64 value, __u64 *id,
		     __u64 *end)
{
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT | flags };
	int ret = msg_soon(sender, &msg, value);

	if (id)
		*id = msg.id;
	if (end)
		*end = msg.expires;
	return ret;
}

static int until_empty(int fd)
{
	struct motet_port_status status;
	__u64 end = mt_after(20 * MT_SECOND);

	while (mt_now() < end) {
		if (mt_status(fd, &status))
			return -1;
		/* its room is free a moment later than it is gone */
		if (!status.messages && !status.bytes)
			return 0;
		mt_breathe();
	}
	return -ETIME;
}

static void until(__u64 time)
{
	while (mt_now() <= time)
		mt_breathe();
}

TEST_F(expiry, returned)
{
	struct motet_msg msg;
	__u64 id, end;

	EXPECT_EQ(0, send_soon(self->sender, MOTET_MSG_RETURN, 5, &id, &end));
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_LE(end, mt_now());
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(id, msg.id);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	EXPECT_EQ(8, msg.body_len);
	EXPECT_EQ(0, until_empty(self->sender));
	EXPECT_EQ(0, mt_poll(self->holder, POLLIN, 0));
}

TEST_F(expiry, dropped)
{
	__u64 value, end, delay = SOON;
	int ret;

	do {
		end = mt_after(delay);
		ret = send_until(self->sender, 0, end, 1, NULL) ?:
		      send_until(self->sender, 0, end, 2, NULL) ?:
		      mt_try_send(self->sender, 0, 3);
	} while (late(self, end, &delay));
	EXPECT_EQ(-EAGAIN, ret);
	/* its room is free without anybody receiving */
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 20000));
	EXPECT_EQ(0, until_empty(self->sender));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->actor, &value));
	EXPECT_EQ(0, mt_try_send(self->sender, 0, 3));
	EXPECT_EQ(0, mt_try_send(self->sender, 0, 4));
}

TEST_F(expiry, dead_letter)
{
	struct motet_msg out = { .annex = mt_ptr("why"), .annex_len = 3 };
	char annex[MOTET_ANNEX_MAX];
	struct motet_msg msg = { .annex = mt_ptr(annex),
				 .annex_cap = sizeof(annex) };
	__u64 value = 0;

	EXPECT_EQ(0, msg_soon(self->careful_sender, &out, 6));
	EXPECT_EQ(POLLIN, mt_poll(self->letters, POLLIN, 20000));
	EXPECT_EQ(0, mt_try_recv_msg(self->letters, &msg, &value, 8));
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_TRUE(mt_id_equal(&self->careful_id, &msg.to));
	EXPECT_EQ(out.id, msg.token);
	EXPECT_EQ(6, value);
	EXPECT_EQ(3, msg.annex_len);
	EXPECT_EQ(0, memcmp(annex, "why", 3));
	EXPECT_EQ(0, until_empty(self->careful_sender));
}

/* No room there: it comes back, or is dropped, and nobody waits. */
TEST_F(expiry, dead_letter_port_full)
{
	struct motet_msg msg;
	__u64 id, value;

	EXPECT_EQ(0, mt_send(mt_sender(self->actor, &self->letters_id), 0, 0));
	EXPECT_EQ(0, send_soon(self->careful_sender, MOTET_MSG_RETURN, 1, &id,
			       NULL));
	EXPECT_EQ(0, send_soon(self->careful_sender, 0, 2, NULL, NULL));
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(0, until_empty(self->careful_sender));
	EXPECT_EQ(0, mt_try_recv(self->letters, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->letters, &value));
}

TEST_F(expiry, dead_letter_port_gone)
{
	struct motet_msg msg;
	__u64 id;

	close(self->letters);
	EXPECT_EQ(0, send_soon(self->careful_sender, MOTET_MSG_RETURN, 1, &id,
			       NULL));
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(0, until_empty(self->careful_sender));
}

/* It goes one of the ways, and not both. */
TEST_F(expiry, told_once)
{
	struct pollfd ways[2] = {
		{ .fd = self->letters, .events = POLLIN },
		{ .fd = self->actor, .events = POLLIN },
	};
	__u64 value, id;
	int ret[2];

	EXPECT_EQ(0, send_soon(self->careful_sender, MOTET_MSG_RETURN, 1, &id,
			       NULL));
	EXPECT_EQ(0, until_empty(self->careful_sender));
	/* what is told may come a moment later, and so would the other */
	EXPECT_LT(0, poll(ways, 2, 20000));
	mt_poll(ways[0].revents ? self->actor : self->letters, POLLIN, 100);
	ret[0] = mt_try_recv(self->letters, &value);
	ret[1] = mt_try_recv(self->actor, &value);
	EXPECT_EQ(1, (ret[0] == 0) + (ret[1] == 0));
	EXPECT_EQ(1, (ret[0] == -EAGAIN) + (ret[1] == -EAGAIN));
}

/* Those that do not expire, or later, stay where they are. */
TEST_F(expiry, only_what_is_due)
{
	__u64 value, soon, delay = SOON;
	int ret;

	do {
		soon = mt_after(delay);
		ret = mt_send(self->sender, 0, 1) ?:
		      send_until(self->sender, 0, soon, 2, NULL) ?:
		      mt_try_send(self->sender, 0, 3);
	} while (late(self, soon, &delay));
	EXPECT_EQ(-EAGAIN, ret);
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 20000));
	EXPECT_LE(soon, mt_now());
	EXPECT_EQ(0, send_until(self->sender, 0, mt_after(100 * MT_SECOND), 3,
				NULL));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(3, value);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* Many, in no order: each at its time. */
TEST_F(expiry, many)
{
	int holder = mt_port(self->actor, NULL, 512, &self->id), i;
	int sender = mt_sender(self->actor, &self->id);
	__u64 start = mt_after(500 * MT_MS), value, end;
	int ret;

	for (i = 0; i < 512; i++) {
		end = i % 8 ? start + (i * 37 % 512) * 100000 : 0;
		ret = send_until(sender, 0, end, i, NULL);
		/* a slow machine may be too late for some */
		if (ret != -ETIMEDOUT || !end || mt_now() < end)
			ASSERT_EQ(0, ret);
	}
	until(start + 512 * 100000);
	for (i = 0; i < 512; i += 8) {
		ASSERT_EQ(0, mt_recv(holder, &value));
		/* what is due is not handed out, however late a timer */
		EXPECT_EQ(0, value % 8);
	}
	EXPECT_EQ(0, until_empty(sender));
}

TEST_F(expiry, received_in_time)
{
	struct motet_msg msg;
	__u64 value, end, id, delay = SOON;
	int ret;

	do {
		end = mt_after(delay);
		ret = send_until(self->sender, MOTET_MSG_RETURN, end, 5, &id) ?:
		      mt_try_recv(self->holder, &value);
	} while (late(self, end, &delay));
	EXPECT_EQ(0, ret);
	until(end + SOON);
	msg = (struct motet_msg){ 0 };
	EXPECT_EQ(-EAGAIN, mt_try_recv_msg(self->actor, &msg, &value, 8));
}

TEST_F(expiry, expired_when_sent)
{
	__u64 value, id;

	EXPECT_EQ(-ETIMEDOUT, send_until(self->sender, 0, 1, 1, NULL));
	EXPECT_EQ(-ETIMEDOUT, send_until(self->sender, MOTET_MSG_RETURN,
					 mt_now() - 1, 1, &id));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->actor, &value));
}

/* It expires while it waits for room. */
TEST_F(expiry, suspended)
{
	struct peer *peer = peer_new();
	int sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id);
	__u64 value, end, delay = SOON;
	struct mt_attrs attrs;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_send(self->sender, 0, 2));
	peer->value = 3;
	do {
		end = mt_after(delay);
		peer->msg = MT(motet_msg, .expires = end, .body_len = 8,
			       .body = mt_ptr(&peer->value));
		peer_begin(peer, sender, MOTET_IOC_SEND);
		do {
			ASSERT_EQ(0, mt_port_get(&self->id, &attrs));
		} while (peer_busy(peer) &&
			 !mt_attr_number(&attrs, MOTET_A_PORT_SUSPENDED));
		delay *= 2;
		/* it may have expired before it could wait */
	} while (!peer_busy(peer) && peer_end(peer) == -ETIMEDOUT &&
		 end <= mt_now() && delay < 20 * MT_SECOND);
	until(end);
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(-ETIMEDOUT, peer_end(peer));
	EXPECT_EQ(0, until_empty(self->sender));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* The deadline is of sending, and no business of the message's. */
TEST_F(expiry, deadline_is_another)
{
	struct motet_msg msg = { .deadline = mt_after(SOON) };
	__u64 value = 1;

	EXPECT_EQ(0, mt_send_msg(self->sender, &msg, &value));
	until(msg.deadline + SOON);
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
}

/* Under a lease before it expires, at @end. */
static int lease_in_time(FIXTURE_DATA(expiry) * self, struct motet_msg *msg,
			 __u64 *end)
{
	__u64 value, delay = SOON;
	int ret;

	do {
		*msg = MT(motet_msg,
			  .flags = MOTET_MSG_LEASE | MOTET_MSG_DONTWAIT);
		*end = mt_after(delay);
		ret = send_until(self->careful_sender, 0, *end, 1, NULL) ?:
		      mt_recv_msg(self->careful, msg, &value, sizeof(value));
	} while (late(self, *end, &delay));
	return ret;
}

TEST_F(expiry, not_under_a_lease)
{
	struct motet_port_status status;
	struct motet_msg msg;
	__u64 value, end;

	EXPECT_EQ(0, lease_in_time(self, &msg, &end));
	until(end + SOON);
	EXPECT_EQ(0, mt_status(self->careful, &status));
	EXPECT_EQ(1, status.leased);
	EXPECT_EQ(0, mt_acknowledge(self->careful, msg.id));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->letters, &value));
}

TEST_F(expiry, given_back_too_late)
{
	struct motet_msg msg;
	__u64 value, end;

	EXPECT_EQ(0, lease_in_time(self, &msg, &end));
	until(end);
	EXPECT_EQ(0, mt_give_back(self->careful, msg.id));
	EXPECT_EQ(0, mt_exception(self->letters, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->careful, &value));
}

TEST_F(expiry, given_back_in_time)
{
	struct motet_msg msg;
	__u64 end;

	EXPECT_EQ(0, lease_in_time(self, &msg, &end));
	EXPECT_EQ(0, mt_give_back(self->careful, msg.id));
	EXPECT_EQ(0, mt_exception(self->letters, &msg));
	EXPECT_LE(end, mt_now());
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(ETIMEDOUT, msg.error);
}

/* It waits with its port for the next holder, and no longer than it is worth. */
TEST_F(expiry, while_the_port_is_retained)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = 100 * MT_SECOND,
	};
	int holder = mt_create(self->actor, &create, "expiry");
	int sender = mt_sender(self->actor, &create.id);
	struct motet_msg msg;
	__u64 id;

	EXPECT_EQ(0, send_soon(sender, MOTET_MSG_RETURN, 1, &id, NULL));
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_EQ(ETIMEDOUT, msg.error);
	EXPECT_EQ(id, msg.id);
	EXPECT_LE(0, mt_purge());
}

static int call_until(int sender, __u64 expires, __u64 *answer)
{
	__u64 value = 1;
	struct motet_msg request = MT(motet_msg, .body = mt_ptr(&value),
				      .body_len = 8, .expires = expires);
	struct motet_msg reply = MT(motet_msg, .body = mt_ptr(answer),
				    .body_cap = 8);
	struct motet_call_arg call = MT(motet_call_arg,
					.request = mt_ptr(&request),
					.reply = mt_ptr(&reply));

	return mt_ioctl(sender, MOTET_IOC_CALL, &call);
}

TEST_F(expiry, call)
{
	__u64 end = mt_after(SOON), answer, value;

	EXPECT_EQ(-ETIMEDOUT, call_until(self->careful_sender, 1, &answer));
	EXPECT_EQ(-ETIMEDOUT, call_until(self->careful_sender, end, &answer));
	EXPECT_LE(end, mt_now());
	EXPECT_EQ(0, until_empty(self->careful_sender));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->careful, &value));
	/* the caller was told, so nobody else is */
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->letters, &value));
}

/* Received in time, it takes what it takes. */
TEST_F(expiry, call_received_in_time)
{
	struct peer *peer = peer_new();
	int sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id);
	__u64 token, value, end, delay = SOON;
	int ret;

	peer_call_begin(peer, sender, 4, 0);
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, peer_end(peer));
	/* the same with a request that expires */
	do {
		struct motet_msg msg = { 0 };

		end = mt_after(delay);
		peer->value = 5;
		peer->request = MT(motet_msg, .body = mt_ptr(&peer->value),
				   .body_len = 8, .expires = end);
		peer->reply = MT(motet_msg, .body = mt_ptr(&peer->answer),
				 .body_cap = 8);
		peer->arg.call = MT(motet_call_arg,
				    .request = mt_ptr(&peer->request),
				    .reply = mt_ptr(&peer->reply));
		peer_begin(peer, sender, MOTET_IOC_CALL);
		do {
			ret = mt_try_recv_msg(self->holder, &msg, &value, 8);
		} while (ret == -EAGAIN && peer_busy(peer));
		token = msg.token;
		delay *= 2;
		/* nobody was there in time */
	} while (ret == -EAGAIN && peer_end(peer) == -ETIMEDOUT &&
		 end <= mt_now() && delay < 20 * MT_SECOND);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(5, value);
	until(end + SOON);
	EXPECT_TRUE(peer_busy(peer));
	EXPECT_EQ(0, mt_reply(self->holder, token, 6));
	EXPECT_EQ(0, peer_end(peer));
	EXPECT_EQ(6, peer->answer);
}

/* Withdrawing what is queued: one's own, and only while it is queued. */
TEST_F(expiry, cancelled_message)
{
	struct motet_port_status status;
	__u64 ids[2], value;

	EXPECT_EQ(0, send_until(self->sender, MOTET_MSG_CANCELABLE, 0, 1,
				&ids[0]));
	EXPECT_EQ(0, send_until(self->sender, MOTET_MSG_CANCELABLE, 0, 2,
				&ids[1]));
	EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 3));
	EXPECT_EQ(0, mt_withdraw(self->sender, ids[0]));
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, ids[0]));
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(1, status.messages);
	EXPECT_EQ(8, status.bytes);
	EXPECT_EQ(0, mt_try_send(self->sender, 0, 3));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, ids[1]));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(3, value);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* The room of it goes to who waits for room. */
TEST_F(expiry, cancelled_message_releases_a_sender)
{
	struct peer *peer = peer_new();
	int sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id);
	__u64 id, value;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, send_until(self->sender, MOTET_MSG_CANCELABLE, 0, 2, &id));
	peer_send_begin(peer, sender, 0, 3);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, mt_withdraw(self->sender, id));
	EXPECT_EQ(0, peer_end(peer));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(3, value);
}

TEST_F(expiry, cancelled_message_under_lease)
{
	struct motet_msg msg;
	__u64 id, value;

	EXPECT_EQ(0, send_until(self->sender, MOTET_MSG_CANCELABLE, 0, 1, &id));
	EXPECT_EQ(0, mt_lease_recv(self->holder, &msg, &value, 0));
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, id));
	EXPECT_EQ(0, mt_give_back(self->holder, msg.id));
	/* it is queued again */
	EXPECT_EQ(0, mt_withdraw(self->sender, id));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, until_empty(self->sender));
}

/* As if it had never been sent: nothing comes back either. */
TEST_F(expiry, cancelled_message_does_not_return)
{
	struct motet_port_status status;
	__u64 id, value, end, delay = SOON;
	int ret;

	do {
		end = mt_after(delay);
		ret = send_until(self->careful_sender, MOTET_MSG_CANCELABLE |
				 MOTET_MSG_RETURN, end, 1, &id) ?:
		      mt_withdraw(self->careful_sender, id);
	} while (late(self, end, &delay));
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_EQ(0, status.bytes);
	until(end + SOON);
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->letters, &value));
}

TEST_F(expiry, only_cancelable_messages_are_cancelled)
{
	struct caller caller = { .sender = self->sender };
	__u64 id, value, token;

	EXPECT_EQ(0, send_until(self->sender, 0, 0, 1, &id));
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, id));
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, 0));
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, ~0ULL));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	/* a message is no call, and a call no message */
	EXPECT_EQ(0, send_until(self->sender, MOTET_MSG_CANCELABLE, 0, 1, &id));
	EXPECT_EQ(-ENOENT, mt_cancel(self->sender, id));
	EXPECT_EQ(0, mt_withdraw(self->sender, id));
	ASSERT_EQ(0, caller_start(&caller));
	for (id = 1; id < 10; id++)
		EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, id));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(-ENOENT, mt_withdraw(self->sender, token));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

TEST_F(expiry, only_the_sender_cancels)
{
	int other = mt_actor(), second, pair[2], fd;
	__u64 id, value = 0;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	EXPECT_EQ(0, send_until(self->sender, MOTET_MSG_CANCELABLE, 0, 1, &id));
	/* another actor, though of this process */
	second = mt_sender(other, &self->id);
	EXPECT_EQ(-ENOENT, mt_withdraw(second, id));
	/* another port */
	EXPECT_EQ(-ENOENT, mt_withdraw(self->careful_sender, id));
	pid = mt_fork();
	if (pid == 0) {
		struct motet_msg msg = { .flags = MOTET_MSG_CANCELABLE };

		/* by inheritance, and passed */
		EXPECT_EQ(-EPERM, mt_withdraw(self->sender, id));
		EXPECT_EQ(-EPERM, mt_send_msg(self->sender, &msg, &value));
		fd = mt_recv_fd(pair[1]);
		EXPECT_EQ(-EPERM, mt_withdraw(fd, id));
		_exit(0);
	}
	EXPECT_EQ(0, mt_send_fd(pair[0], self->sender));
	EXPECT_EQ(0, mt_wait(pid));
	/* another handle of the same actor */
	second = mt_sender(self->actor, &self->id);
	EXPECT_EQ(0, mt_withdraw(second, id));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/**
 * struct race - one who withdraws against one who receives
 * @holder: receives
 * @received: how many it got
 * @stop: it is to end
 */
struct race {
	int holder;
	unsigned int received;
	int stop;
};

static void *race_thread(void *arg)
{
	struct race *race = arg;
	__u64 value;

	while (!__atomic_load_n(&race->stop, __ATOMIC_SEQ_CST))
		if (!mt_try_recv(race->holder, &value))
			race->received++;
		else
			/* on one processor the other waits for its turn */
			sched_yield();
	return NULL;
}

/* Each message is received or cancelled: one of both. */
TEST_F_TIMEOUT(expiry, cancelling_against_receiving, 600)
{
	struct race race = { .holder = self->holder };
	unsigned int rounds = mt_rounds(50) * 40, i, j, cancelled = 0;
	pthread_t thread;
	__u64 id, value;
	int ret;

	ASSERT_EQ(0, pthread_create(&thread, NULL, race_thread, &race));
	for (i = 0; i < rounds; i++) {
		do {
			ret = send_until(self->sender, MOTET_MSG_CANCELABLE, 0,
					 i, &id);
		} while (ret == -EAGAIN);
		ASSERT_EQ(0, ret);
		/* now sooner, now later */
		for (j = 0; j < i % 64; j++)
			sched_yield();
		ret = mt_withdraw(self->sender, id);
		if (!ret)
			cancelled++;
		else
			ASSERT_EQ(-ENOENT, ret);
	}
	__atomic_store_n(&race.stop, 1, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	while (!mt_try_recv(self->holder, &value))
		race.received++;
	EXPECT_EQ(rounds, race.received + cancelled);
	EXPECT_EQ(0, until_empty(self->sender));
	TH_LOG("%u received, %u cancelled", race.received, cancelled);
}

/* The same against the end of its time; each has one fate. */
TEST_F_TIMEOUT(expiry, expiring_against_receiving, 600)
{
	unsigned int rounds = mt_rounds(50) * 20, i, fates[2] = { 0 };
	struct motet_msg msg;
	__u64 value, id, end;

	for (i = 0; i < rounds; i++) {
		end = mt_after(50000 + i * 977 % 50000);
		if (send_until(self->sender, MOTET_MSG_RETURN, end, i, &id))
			continue;
		until(end - 30000);
		for (;;) {
			if (!mt_try_recv(self->holder, &value)) {
				ASSERT_EQ(i, value);
				fates[0]++;
				break;
			}
			msg = (struct motet_msg){ 0 };
			if (!mt_try_recv_msg(self->actor, &msg, &value, 8)) {
				ASSERT_EQ(id, msg.id);
				ASSERT_EQ(ETIMEDOUT, msg.error);
				fates[1]++;
				break;
			}
			ASSERT_GT(end + 20 * MT_SECOND, mt_now());
		}
		ASSERT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
		ASSERT_EQ(-EAGAIN, mt_try_recv(self->actor, &value));
	}
	TH_LOG("%u received, %u expired", fates[0], fates[1]);
}

TEST_HARNESS_MAIN
