// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports that move from one process to another, with what is queued in them.
 */
#include <poll.h>
#include <signal.h>

#include "call_test.h"
#include "migrate_test.h"

#define RETENTION	(300 * MT_SECOND)

/* The new holder's handle. */
static int move(struct peer *from, int holder, struct peer *to,
		const struct motet_id *id, __u32 flags)
{
	int ret = peer_offer(from, holder, flags, &to->info.actor);

	return ret ? ret : peer_open(to, MOTET_ROLE_HOLDER, id);
}

/* The peer's next message is this one. */
static int gets(struct peer *peer, int holder, __u64 value)
{
	int ret = peer_recv(peer, holder, MOTET_MSG_DONTWAIT);

	if (ret)
		return ret;
	return peer->value == value && !peer->msg.exception ? 0 : 1;
}

TEST_F(migrate, offered_and_accepted)
{
	struct motet_port_status status;
	int holder;

	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(1, status.epoch);
	EXPECT_EQ(0, mt_send_all(self->sender, 1, 2));
	/* it holds the port until that is accepted */
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0,
				&self->to->info.actor));
	EXPECT_EQ(0, gets(self->from, self->holder, 1));
	holder = peer_open(self->to, MOTET_ROLE_HOLDER, &self->id);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, gets(self->to, holder, 2));
	EXPECT_EQ(0, peer_status(self->to, holder, &status));
	EXPECT_EQ(MOTET_ROLE_HOLDER, status.role);
	EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
	EXPECT_EQ(2, status.epoch);
	EXPECT_EQ(0, status.cause);
	EXPECT_TRUE(mt_id_equal(&self->id, &status.id));
	EXPECT_EQ(0, mt_send(self->sender, 0, 3));
	EXPECT_EQ(0, gets(self->to, holder, 3));
	EXPECT_EQ(-EAGAIN, gets(self->to, holder, 0));
}

/* What poll says of a peer's file. */
static int polled(struct peer *peer, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, peer->pid, 0), copy, ret;

	copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	close(pidfd);
	if (copy < 0)
		return -errno;
	ret = mt_poll(copy, POLLIN, 0);
	close(copy);
	return ret;
}

TEST_F(migrate, old_handle)
{
	struct motet_port_status status;
	int holder;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, 2));
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(-ESTALE, peer_recv(self->from, self->holder, 0));
	EXPECT_EQ(-ESTALE, peer_recv(self->from, self->holder,
				     MOTET_MSG_DONTWAIT));
	EXPECT_EQ(-ESTALE, peer_recv(self->from, self->holder,
				     MOTET_MSG_LEASE));
	EXPECT_EQ(-ESTALE, peer_offer(self->from, self->holder, 0,
				      &self->from->info.actor));
	self->from->arg.enable = MT(motet_port_enable);
	EXPECT_EQ(-ESTALE, peer_do(self->from, self->holder,
				   MOTET_IOC_PORT_ENABLE));
	EXPECT_EQ(0, peer_status(self->from, self->holder, &status));
	EXPECT_EQ(MOTET_ROLE_FORMER, status.role);
	EXPECT_NE(0, polled(self->from, self->holder) & POLLHUP);
	EXPECT_EQ(POLLIN, polled(self->to, holder));
	/* closing it is nothing to the port */
	EXPECT_EQ(0, peer_close(self->from, self->holder));
	EXPECT_EQ(SIGKILL, peer_kill(self->from));
	EXPECT_EQ(0, gets(self->to, holder, 1));
	EXPECT_EQ(0, gets(self->to, holder, 2));
	EXPECT_EQ(0, mt_try_send(self->sender, 0, 3));
	EXPECT_EQ(0, gets(self->to, holder, 3));
}

TEST_F(migrate, refused)
{
	struct motet_id strange = self->to->info.actor, none = { 0 };
	struct peer *third = peer_new();
	int sender = peer_open(self->from, MOTET_ROLE_SENDER, &self->id);

	EXPECT_EQ(-EBUSY, peer_open(self->to, MOTET_ROLE_HOLDER, &self->id));
	strange.bytes[15] ^= 1;
	EXPECT_EQ(-ESRCH, peer_offer(self->from, self->holder, 0, &strange));
	/* a port is no actor */
	EXPECT_EQ(-ESRCH, peer_offer(self->from, self->holder, 0, &self->id));
	EXPECT_EQ(-ENOTTY, peer_offer(self->from, sender, 0,
				      &self->to->info.actor));
	/* a default port stays where it is */
	EXPECT_EQ(-ENOTTY, peer_offer(self->from, self->from->actor, 0,
				      &self->to->info.actor));
	EXPECT_EQ(-EINVAL, peer_offer(self->from, self->holder, 4,
				      &self->to->info.actor));
	EXPECT_EQ(-EBUSY, peer_open(self->to, MOTET_ROLE_HOLDER, &self->id));
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0,
				&self->to->info.actor));
	/* not to who asks, but to whom it was offered */
	EXPECT_EQ(-EBUSY, peer_open(third, MOTET_ROLE_HOLDER, &self->id));
	EXPECT_EQ(-EBUSY, mt_open_id(self->actor, MOTET_ROLE_HOLDER,
				     &self->id));
	/* withdrawn */
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0, &none));
	EXPECT_EQ(-EBUSY, peer_open(self->to, MOTET_ROLE_HOLDER, &self->id));
	/* the last offer counts */
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0,
				&self->to->info.actor));
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0,
				&third->info.actor));
	EXPECT_EQ(-EBUSY, peer_open(self->to, MOTET_ROLE_HOLDER, &self->id));
	EXPECT_LE(0, peer_open(third, MOTET_ROLE_HOLDER, &self->id));
	EXPECT_EQ(-EBUSY, peer_open(third, MOTET_ROLE_HOLDER, &self->id));
}

/* Another actor of the same process is another actor. */
TEST_F(migrate, within_a_process)
{
	int holder = mt_port(self->actor, NULL, BOUND, &self->id), other;
	int second = mt_actor(), sender = mt_sender(second, &self->id);
	struct motet_id id;
	__u64 value;
	pid_t pid;

	EXPECT_EQ(0, mt_send_all(sender, 1, 2));
	ASSERT_EQ(0, mt_actor_id(second, &id));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(-EPERM, mt_offer(holder, 0, &id));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_offer(holder, 0, &id));
	EXPECT_EQ(-EBUSY, mt_open_id(self->actor, MOTET_ROLE_HOLDER,
				     &self->id));
	other = mt_open_id(second, MOTET_ROLE_HOLDER, &self->id);
	ASSERT_LE(0, other);
	EXPECT_EQ(-ESTALE, mt_try_recv(holder, &value));
	EXPECT_EQ(POLLHUP, mt_poll(holder, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(0, mt_try_recv(other, &value));
	EXPECT_EQ(1, value);
	close(holder);
	EXPECT_EQ(0, mt_try_recv(other, &value));
	EXPECT_EQ(2, value);
	/* it was the first actor's, and is no longer */
	close(self->actor);
	EXPECT_EQ(0, mt_send(sender, 0, 3));
	EXPECT_EQ(0, mt_try_recv(other, &value));
}

/* There and back again, and by name. */
TEST_F(migrate, back_again)
{
	struct motet_port_status status;
	struct peer *peers[2] = { self->from, self->to };
	int i, old = self->holder, holder;

	for (i = 0; i < 20; i++) {
		EXPECT_EQ(0, mt_send(self->sender, 0, i));
		EXPECT_EQ(0, mt_send(self->sender, 1, 100 + i));
		holder = move(peers[i % 2], old, peers[1 - i % 2], &self->id,
			      0);
		ASSERT_LE(0, holder);
		if (i % 3)
			EXPECT_EQ(0, peer_close(peers[i % 2], old));
		EXPECT_EQ(0, gets(peers[1 - i % 2], holder, i));
		EXPECT_EQ(0, gets(peers[1 - i % 2], holder, 100 + i));
		old = holder;
		EXPECT_EQ(0, mt_status(self->sender, &status));
		EXPECT_EQ(i + 2, status.epoch);
	}
}

/* The consent of the holder is enough. */
TEST_F(migrate, offer_overrides_the_mode)
{
	struct motet_port_change change = { .flags = MOTET_CHANGE_MODE };
	int holder;

	EXPECT_EQ(0, mt_change(self->actor, &self->id, &change));
	EXPECT_EQ(0, peer_do(self->to, MT_USER_A, PEER_USER));
	EXPECT_GT(0, peer_open(self->to, MOTET_ROLE_HOLDER, &self->id));
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, gets(self->to, holder, 1));
}

/* All priorities, in order; and what comes after is of the next epoch. */
TEST_F(migrate, queue_follows)
{
	struct peer *to = self->to;
	__u64 epoch = 0, sequence = 0;
	int i, holder;

	for (i = 0; i < 16; i++)
		EXPECT_EQ(0, mt_try_send(self->sender, i % 4, i));
	EXPECT_EQ(0, gets(self->from, self->holder, 0));
	holder = move(self->from, self->holder, to, &self->id, 0);
	ASSERT_LE(0, holder);
	for (i = 16; i < 20; i++)
		EXPECT_EQ(0, mt_try_send(self->sender, 3, i));
	for (i = 1; i < 16; i++) {
		EXPECT_EQ(0, peer_recv(to, holder, MOTET_MSG_DONTWAIT));
		EXPECT_EQ(i / 4 + i % 4 * 4, to->value);
		EXPECT_EQ(0, to->msg.redelivered);
	}
	for (i = 16; i < 20; i++) {
		EXPECT_EQ(0, peer_recv(to, holder, MOTET_MSG_DONTWAIT));
		EXPECT_EQ(i, to->value);
		EXPECT_EQ(2, to->stamp.epoch);
		EXPECT_LE(1, to->stamp.sequence);
		if (epoch)
			EXPECT_EQ(sequence + 1, to->stamp.sequence);
		epoch = to->stamp.epoch;
		sequence = to->stamp.sequence;
	}
}

TEST_F(migrate, sequence_begins_again)
{
	int holder;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, 3));
	EXPECT_EQ(0, gets(self->from, self->holder, 1));
	EXPECT_EQ(1, self->from->stamp.epoch);
	EXPECT_EQ(1, self->from->stamp.sequence);
	EXPECT_EQ(0, gets(self->from, self->holder, 2));
	EXPECT_EQ(0, gets(self->from, self->holder, 3));
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_send(self->sender, 0, 4));
	EXPECT_EQ(0, gets(self->to, holder, 4));
	EXPECT_EQ(2, self->to->stamp.epoch);
	EXPECT_EQ(1, self->to->stamp.sequence);
}

#define SUSPENDED	4

/* Those who wait for room go on waiting, and in the same order. */
TEST_F(migrate, suspended_senders)
{
	struct peer *peers[SUSPENDED];
	int i, holder, sender;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, BOUND));
	for (i = 0; i < SUSPENDED; i++) {
		peers[i] = peer_new();
		sender = peer_open(peers[i], MOTET_ROLE_SENDER, &self->id);
		peer_send_begin(peers[i], sender, 0, BOUND + 1 + i);
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	for (i = 0; i < SUSPENDED; i++)
		EXPECT_TRUE(peer_busy(peers[i]));
	EXPECT_EQ(0, mt_until_suspended(&self->id, SUSPENDED));
	/* room for one at a time, so that the next can't overtake it */
	for (i = 0; i < SUSPENDED; i++) {
		EXPECT_EQ(0, gets(self->to, holder, 1 + i));
		EXPECT_EQ(0, peer_end(peers[i]));
		EXPECT_EQ(0, mt_until_suspended(&self->id, SUSPENDED - 1 - i));
	}
	for (; i < BOUND + SUSPENDED; i++)
		EXPECT_EQ(0, gets(self->to, holder, 1 + i));
}

TEST_F(migrate, waiting_receiver)
{
	struct peer *from = self->from;
	struct peer *second = peer_new();
	int holder = self->holder, i;

	/* offered before it waits */
	EXPECT_EQ(0, peer_offer(from, holder, 0, &self->to->info.actor));
	for (i = 0; i < 2; i++) {
		peer_recv_begin(from, holder, i ? MOTET_MSG_LEASE : 0);
		EXPECT_EQ(0, mt_until_blocked(from->pid));
		holder = peer_open(self->to, MOTET_ROLE_HOLDER, &self->id);
		ASSERT_LE(0, holder);
		EXPECT_EQ(-ESTALE, peer_end(from));
		from = self->to;
		self->to = second;
		EXPECT_EQ(0, peer_offer(from, holder, 0, &second->info.actor));
	}
	EXPECT_EQ(0, mt_send(self->sender, 0, 5));
	EXPECT_EQ(0, gets(from, holder, 5));
}

/* What was received before is for who received it. */
TEST_F(migrate, received_calls)
{
	struct caller early = { .sender = self->sender, .value = 1 };
	struct caller late = { .sender = self->sender, .value = 2 };
	__u64 token, second;
	int holder;

	ASSERT_EQ(0, caller_start(&early));
	EXPECT_EQ(0, gets(self->from, self->holder, 1));
	token = self->from->msg.token;
	ASSERT_EQ(0, caller_start(&late));
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, gets(self->to, holder, 2));
	second = self->to->msg.token;
	EXPECT_GT(0, peer_reply(self->to, holder, token, 10));
	EXPECT_EQ(0, peer_reply(self->from, self->holder, token, 11));
	EXPECT_EQ(0, caller_end(&early));
	EXPECT_EQ(11, early.answer);
	EXPECT_EQ(0, peer_reply(self->to, holder, second, 12));
	EXPECT_EQ(0, caller_end(&late));
	EXPECT_EQ(12, late.answer);
	EXPECT_EQ(-ECONNRESET, peer_reply(self->from, self->holder, token,
					  1));
}

/* It dies, and only its callers are told. */
TEST_F(migrate, former_holder_dies_with_a_call)
{
	struct caller early = { .sender = self->sender, .value = 1 };
	struct caller late = { .sender = self->sender, .value = 2 };
	struct motet_port_status status;
	int holder, i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, caller_start(&early));
		EXPECT_EQ(0, gets(self->from, self->holder, 1));
		holder = move(self->from, self->holder, self->to, &self->id,
			      0);
		ASSERT_LE(0, holder);
		ASSERT_EQ(0, caller_start(&late));
		EXPECT_EQ(0, gets(self->to, holder, 2));
		EXPECT_EQ(i ? 0 : SIGKILL,
			  i ? peer_close(self->from, self->holder) :
			      peer_kill(self->from));
		EXPECT_EQ(-ECONNRESET, caller_end(&early));
		EXPECT_EQ(0, mt_status(self->sender, &status));
		EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
		EXPECT_EQ(0, peer_reply(self->to, holder,
					self->to->msg.token, 3));
		EXPECT_EQ(0, caller_end(&late));
		self->from = self->to;
		self->holder = holder;
		self->to = peer_new();
	}
}

/* Who received a call is told that nobody waits for its answer. */
TEST_F(migrate, received_call_is_abandoned)
{
	struct peer *client = peer_new(), *from = self->from;
	int sender = peer_open(client, MOTET_ROLE_SENDER, &self->id);
	__u64 token;

	peer_call_begin(client, sender, 6, 0);
	EXPECT_EQ(0, peer_recv(from, self->holder, 0));
	token = from->msg.token;
	ASSERT_LE(0, move(from, self->holder, self->to, &self->id, 0));
	EXPECT_EQ(SIGKILL, peer_kill(client));
	EXPECT_EQ(0, peer_exception(from, from->actor,
				    MOTET_EXCEPTION_CALL_ABANDONED));
	EXPECT_EQ(token, from->msg.token);
	EXPECT_TRUE(mt_id_equal(&self->id, &from->msg.to));
	EXPECT_EQ(-ECONNRESET, peer_reply(from, self->holder, token, 1));
	EXPECT_EQ(-EAGAIN, peer_recv(self->to, self->to->actor,
				     MOTET_MSG_DONTWAIT));
}

TEST_F(migrate, leases)
{
	struct peer *from = self->from;
	struct motet_port_status status;
	__u64 ids[4];
	int i, holder;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, 5));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, peer_recv(from, self->holder, MOTET_MSG_LEASE));
		ids[i] = from->msg.id;
	}
	holder = move(from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(4, status.leased);
	EXPECT_EQ(1, status.messages);
	/* by the old handle, and by no other */
	EXPECT_EQ(-ENOENT, peer_lease(self->to, holder,
				      MOTET_LEASE_ACKNOWLEDGE, ids[0]));
	EXPECT_EQ(-ENOENT, peer_lease(self->to, holder,
				      MOTET_LEASE_GIVE_BACK, ids[1]));
	EXPECT_EQ(0, peer_lease(from, self->holder, MOTET_LEASE_EXTEND,
				ids[0]));
	EXPECT_EQ(0, peer_lease(from, self->holder, MOTET_LEASE_ACKNOWLEDGE,
				ids[0]));
	EXPECT_EQ(0, peer_lease(from, self->holder, MOTET_LEASE_GIVE_BACK,
				ids[1]));
	EXPECT_EQ(0, gets(self->to, holder, 2));
	EXPECT_EQ(1, self->to->msg.redelivered);
	/* what is left comes back with its end */
	EXPECT_EQ(SIGKILL, peer_kill(from));
	EXPECT_EQ(0, mt_until_leased(self->sender, 0));
	EXPECT_EQ(0, gets(self->to, holder, 3));
	EXPECT_EQ(1, self->to->msg.redelivered);
	EXPECT_EQ(0, gets(self->to, holder, 4));
	EXPECT_EQ(1, self->to->msg.redelivered);
	EXPECT_EQ(0, gets(self->to, holder, 5));
	EXPECT_EQ(0, self->to->msg.redelivered);
}

TEST_F(migrate, lease_of_the_former_holder_runs_out)
{
	struct peer *from = self->from;
	int holder;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	from->msg = MT(motet_msg, .flags = MOTET_MSG_LEASE, .body_cap = 8,
		       .lease = mt_after(300 * MT_MS),
		       .body = mt_ptr(&from->value));
	EXPECT_EQ(0, peer_do(from, self->holder, MOTET_IOC_RECV));
	holder = move(from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, peer_recv(self->to, holder, 0));
	EXPECT_EQ(1, self->to->value);
	EXPECT_EQ(1, self->to->msg.redelivered);
	EXPECT_EQ(-ENOENT, peer_lease(from, self->holder,
				      MOTET_LEASE_ACKNOWLEDGE, from->msg.id));
}

TEST_F(migrate, leased_call_stays)
{
	struct caller caller = { .sender = self->sender, .value = 1 };
	struct peer *from = self->from;
	int holder;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, peer_recv(from, self->holder, MOTET_MSG_LEASE));
	holder = move(from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(SIGKILL, peer_kill(from));
	EXPECT_EQ(0, peer_recv(self->to, holder, 0));
	EXPECT_EQ(1, self->to->msg.redelivered);
	EXPECT_EQ(0, peer_reply(self->to, holder, self->to->msg.token, 5));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(5, caller.answer);
}

/* From an actor of this process to another of it. */
static int offered(int holder, __u32 flags, const struct motet_id *port)
{
	int other = mt_actor(), ret;
	struct motet_id to;

	ret = mt_actor_id(other, &to);
	if (!ret)
		ret = mt_offer(holder, flags, &to);
	return ret ?: mt_open_id(other, MOTET_ROLE_HOLDER, port);
}

/* Without what is queued: it goes back to those who want that. */
TEST_F(migrate, with_messages_returned)
{
	struct motet_msg out = { .flags = MOTET_MSG_RETURN }, msg;
	struct caller caller = { .sender = self->sender, .value = 9 };
	struct peer *waiting = peer_new();
	__u64 value = 5, lease;
	int holder, sender, i;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, peer_recv(self->from, self->holder, MOTET_MSG_LEASE));
	lease = self->from->msg.id;
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_send_msg(self->sender, &out, &value));
	for (i = 3; i < BOUND; i++)
		EXPECT_EQ(0, mt_try_send(self->sender, 0, i));
	sender = peer_open(waiting, MOTET_ROLE_SENDER, &self->id);
	peer_send_begin(waiting, sender, 0, 77);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	holder = move(self->from, self->holder, self->to, &self->id,
		      MOTET_OFFER_RETURN);
	ASSERT_LE(0, holder);
	EXPECT_EQ(-ESTALE, caller_end(&caller));
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(ESTALE, msg.error);
	EXPECT_EQ(out.id, msg.id);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	/* a sender that is suspended notices nothing but the room */
	EXPECT_EQ(0, peer_end(waiting));
	EXPECT_EQ(0, gets(self->to, holder, 77));
	EXPECT_EQ(-EAGAIN, gets(self->to, holder, 0));
	/* under lease is not queued */
	EXPECT_EQ(0, peer_lease(self->from, self->holder,
				MOTET_LEASE_GIVE_BACK, lease));
	EXPECT_EQ(0, gets(self->to, holder, 1));
	EXPECT_EQ(1, self->to->msg.redelivered);
}

/* But for what the kernel has put there: that is the port's. */
TEST_F(migrate, exceptions_go_along)
{
	struct motet_port_create create = { .mode = 0700 };
	int holder = mt_port(self->actor, NULL, BOUND, &create.dead_letter);
	int sender = mt_sender(self->actor, &create.dead_letter), lost;
	__u64 value = 0, end = mt_after(20 * MT_SECOND);
	struct motet_port_status status;
	struct motet_msg msg = { 0 };

	ASSERT_LE(0, sender);
	lost = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, lost);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	ASSERT_EQ(0, mt_send(mt_sender(self->actor, &create.id), 0, 2));
	close(lost);
	do {
		ASSERT_EQ(0, mt_status(sender, &status));
	} while (status.messages < 2 && mt_now() < end);
	EXPECT_EQ(0, mt_send(sender, 0, 3));
	holder = offered(holder, MOTET_OFFER_RETURN, &create.dead_letter);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_try_recv_msg(holder, &msg, &value, sizeof(value)));
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(2, value);
	EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
	EXPECT_EQ(0, mt_send(sender, 0, 4));
	EXPECT_EQ(0, mt_try_recv(holder, &value));
	EXPECT_EQ(4, value);
}

/* The offer that was accepted says what goes along. */
TEST_F(migrate, last_offer_counts)
{
	int holder;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, peer_offer(self->from, self->holder, MOTET_OFFER_RETURN,
				&self->to->info.actor));
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0,
				&self->to->info.actor));
	holder = peer_open(self->to, MOTET_ROLE_HOLDER, &self->id);
	EXPECT_EQ(0, gets(self->to, holder, 1));
}

static int enabled(struct peer *peer, int fd)
{
	struct motet_port_status status;
	int ret = peer_status(peer, fd, &status);

	return ret ? ret : (int)status.enabled;
}

static int enable(struct peer *peer, int fd)
{
	peer->arg.enable = MT(motet_port_enable, .priority = 3, .cookie = 33);
	return peer_do(peer, fd, MOTET_IOC_PORT_ENABLE);
}

TEST_F(migrate, enabled_or_not)
{
	struct peer *third = peer_new();
	int holder, again;

	EXPECT_EQ(0, enabled(self->from, self->holder));
	EXPECT_EQ(0, enable(self->from, self->holder));
	EXPECT_EQ(1, enabled(self->from, self->holder));
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(1, enabled(self->to, holder));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(-EAGAIN, peer_recv(self->from, self->from->actor,
				     MOTET_MSG_ANY | MOTET_MSG_DONTWAIT));
	EXPECT_EQ(0, peer_recv(self->to, self->to->actor,
			       MOTET_MSG_ANY | MOTET_MSG_DONTWAIT));
	EXPECT_EQ(1, self->to->value);
	EXPECT_TRUE(mt_id_equal(&self->id, &self->to->msg.at));
	again = move(self->to, holder, third, &self->id, MOTET_OFFER_DISABLED);
	ASSERT_LE(0, again);
	EXPECT_EQ(0, enabled(third, again));
	EXPECT_EQ(0, mt_send(self->sender, 0, 2));
	EXPECT_EQ(-EAGAIN, peer_recv(third, third->actor,
				     MOTET_MSG_ANY | MOTET_MSG_DONTWAIT));
	EXPECT_EQ(0, gets(third, again, 2));
	/* what was not enabled is not */
	holder = move(third, again, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, enabled(self->to, holder));
}

TEST_F(migrate, offerer_dies)
{
	struct motet_id id;
	int holder = peer_port(self->from, "offered", BOUND, RETENTION, &id);
	int sender = mt_sender(self->actor, &id);

	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0,
				&self->to->info.actor));
	EXPECT_EQ(0, peer_offer(self->from, holder, MOTET_OFFER_RETURN,
				&self->to->info.actor));
	EXPECT_EQ(SIGKILL, peer_kill(self->from));
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(-ESRCH, peer_open(self->to, MOTET_ROLE_HOLDER, &self->id));
	/* a port that is kept is taken over as it is */
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	holder = peer_open(self->to, MOTET_ROLE_HOLDER, &id);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, gets(self->to, holder, 1));
}

TEST_F(migrate, target_dies)
{
	struct motet_id gone = self->to->info.actor;
	struct peer *third = peer_new();

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, peer_offer(self->from, self->holder, 0, &gone));
	EXPECT_EQ(SIGKILL, peer_kill(self->to));
	EXPECT_EQ(0, gets(self->from, self->holder, 1));
	EXPECT_EQ(-EBUSY, peer_open(third, MOTET_ROLE_HOLDER, &self->id));
	EXPECT_EQ(0, mt_send(self->sender, 0, 2));
	EXPECT_LE(0, move(self->from, self->holder, third, &self->id, 0));
}

/* The new holder dies: the port is nobody's, and not the old one's again. */
TEST_F(migrate, new_holder_dies)
{
	struct caller caller = { .sender = self->sender, .value = 1 };
	int holder;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, gets(self->from, self->holder, 1));
	holder = move(self->from, self->holder, self->to, &self->id, 0);
	ASSERT_LE(0, holder);
	EXPECT_EQ(SIGKILL, peer_kill(self->to));
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(self->sender, 0, 1));
	EXPECT_GT(0, peer_recv(self->from, self->holder, 0));
	peer_reply(self->from, self->holder, self->from->msg.token, 2);
	peer_close(self->from, self->holder);
	/* answered or told: it does not wait for ever */
	caller_end(&caller);
}

TEST_HARNESS_MAIN
