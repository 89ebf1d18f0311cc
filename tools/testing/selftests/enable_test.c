// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Receiving from any of several ports.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "call_test.h"
#include "peer.h"

#define PORTS	4
#define BOUND	16

FIXTURE(enable) {
	int actor;
	struct motet_id ids[PORTS];
	int holders[PORTS];
	int senders[PORTS];
};

FIXTURE_SETUP(enable)
{
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	for (i = 0; i < PORTS; i++) {
		self->holders[i] = mt_port(self->actor, NULL, BOUND,
					   &self->ids[i]);
		ASSERT_LE(0, self->holders[i]);
		self->senders[i] = mt_sender(self->actor, &self->ids[i]);
		ASSERT_LE(0, self->senders[i]);
	}
}

FIXTURE_TEARDOWN(enable)
{
	peers_end();
	EXPECT_LE(0, mt_purge());
}

/* The next message of any port is this one. */
static int any(int actor, __u64 value, __u64 cookie, const struct motet_id *at)
{
	struct motet_msg msg;
	__u64 seen = ~0ULL;
	int ret = mt_recv_any(actor, MOTET_MSG_DONTWAIT, &msg, &seen);

	if (ret)
		return ret;
	if (seen != value)
		return 1;
	if (msg.cookie != cookie)
		return 2;
	return mt_id_equal(&msg.at, at) ? 0 : 3;
}

static int enabled(int fd)
{
	struct motet_port_status status;
	int ret = mt_status(fd, &status);

	return ret ? ret : (int)status.enabled;
}

TEST_F(enable, one_port)
{
	struct motet_msg msg;
	__u64 value;

	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
	EXPECT_EQ(0, enabled(self->holders[0]));
	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 77));
	EXPECT_EQ(1, enabled(self->holders[0]));
	/* what was there before counts as well */
	EXPECT_EQ(0, mt_recv_any(self->actor, 0, &msg, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(77, msg.cookie);
	EXPECT_EQ(0, msg.exception);
	EXPECT_TRUE(mt_id_equal(&self->ids[0], &msg.at));
	EXPECT_TRUE(mt_id_equal(&self->ids[0], &msg.to));
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 2));
	EXPECT_EQ(0, any(self->actor, 2, 77, self->ids));
	/* and by its own handle, as ever */
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 3));
	EXPECT_EQ(0, mt_try_recv(self->holders[0], &value));
	EXPECT_EQ(3, value);
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
}

TEST_F(enable, bad_arguments)
{
	struct motet_port_enable enable;
	struct motet_msg msg;
	__u64 value;
	pid_t pid;

	EXPECT_EQ(-EINVAL, mt_enable(self->holders[0],
				     MOTET_ENABLE_PRIORITIES, 0));
	EXPECT_EQ(-EINVAL, mt_enable(self->holders[0], ~0U, 0));
	enable = MT(motet_port_enable, .flags = MOTET_ENABLE_OFF,
		    .priority = 1);
	EXPECT_EQ(-EINVAL, mt_ioctl(self->holders[0], MOTET_IOC_PORT_ENABLE,
				    &enable));
	enable = MT(motet_port_enable, .flags = MOTET_ENABLE_OFF, .cookie = 1);
	EXPECT_EQ(-EINVAL, mt_ioctl(self->holders[0], MOTET_IOC_PORT_ENABLE,
				    &enable));
	EXPECT_EQ(-ENOTTY, mt_enable(self->senders[0], 0, 0));
	/* any is for actors */
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(-EINVAL, mt_recv_any(self->holders[0], MOTET_MSG_DONTWAIT,
				       &msg, &value));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(-EPERM, mt_enable(self->holders[0], 0, 0));
		EXPECT_EQ(-EPERM, mt_enable(self->actor, 0, 0));
		EXPECT_EQ(-EPERM, mt_disable(self->holders[0]));
		EXPECT_EQ(-EPERM, mt_recv_any(self->actor, MOTET_MSG_DONTWAIT,
					      &msg, &value));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, enabled(self->holders[0]));
}

/* Whatever came first: the port of the first priority. */
TEST_F(enable, priorities)
{
	int i;

	for (i = 0; i < PORTS; i++) {
		EXPECT_EQ(0, mt_enable(self->holders[i], 7 - 2 * i, i));
		EXPECT_EQ(0, mt_send(self->senders[i], 0, i));
		EXPECT_EQ(0, mt_send(self->senders[i], 0, 10 + i));
	}
	for (i = PORTS - 1; i >= 0; i--) {
		EXPECT_EQ(0, any(self->actor, i, i, &self->ids[i]));
		EXPECT_EQ(0, any(self->actor, 10 + i, i, &self->ids[i]));
	}
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
}

/* The priority of a message counts within its port. */
TEST_F(enable, priorities_of_messages)
{
	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_enable(self->holders[1], 1, 1));
	EXPECT_EQ(0, mt_send(self->senders[1], 0, 5));
	EXPECT_EQ(0, mt_send(self->senders[0], 3, 1));
	EXPECT_EQ(0, mt_send(self->senders[0], 2, 2));
	EXPECT_EQ(0, any(self->actor, 2, 0, &self->ids[0]));
	EXPECT_EQ(0, any(self->actor, 1, 0, &self->ids[0]));
	EXPECT_EQ(0, any(self->actor, 5, 1, &self->ids[1]));
}

TEST_F(enable, longest_waiting_first)
{
	static const int order[] = { 2, 0, 3, 1 };
	int i, round;

	for (i = 0; i < PORTS; i++)
		EXPECT_EQ(0, mt_enable(self->holders[i], 4, i));
	for (round = 0; round < 3; round++) {
		for (i = 0; i < PORTS; i++)
			EXPECT_EQ(0, mt_send(self->senders[order[i]], 0, i));
		for (i = 0; i < PORTS; i++)
			EXPECT_EQ(0, any(self->actor, i, order[i],
					 &self->ids[order[i]]));
	}
}

/* A port that always has something does not hide the others. */
TEST_F(enable, no_port_starves)
{
	struct motet_msg msg;
	__u64 value;
	int i, seen = 0;

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_enable(self->holders[1], 0, 1));
	for (i = 0; i < BOUND; i++)
		EXPECT_EQ(0, mt_send(self->senders[0], 0, i));
	EXPECT_EQ(0, mt_send(self->senders[1], 0, 100));
	for (i = 0; i < 4 * BOUND && !seen; i++) {
		ASSERT_EQ(0, mt_recv_any(self->actor, MOTET_MSG_DONTWAIT, &msg,
					 &value));
		seen = msg.cookie == 1;
		if (!seen)
			EXPECT_EQ(0, mt_send(self->senders[0], 0, i));
	}
	EXPECT_EQ(1, seen);
}

TEST_F(enable, changed)
{
	EXPECT_EQ(0, mt_enable(self->holders[0], 5, 50));
	EXPECT_EQ(0, mt_enable(self->holders[1], 3, 30));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(0, mt_send(self->senders[1], 0, 2));
	/* also while something is queued */
	EXPECT_EQ(0, mt_enable(self->holders[0], 1, ~0ULL));
	EXPECT_EQ(0, any(self->actor, 1, ~0ULL, &self->ids[0]));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 3));
	EXPECT_EQ(0, mt_enable(self->holders[0], 7, 0));
	EXPECT_EQ(0, any(self->actor, 2, 30, &self->ids[1]));
	EXPECT_EQ(0, any(self->actor, 3, 0, &self->ids[0]));
}

TEST_F(enable, disabled)
{
	__u64 value;

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_enable(self->holders[1], 1, 1));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(0, mt_send(self->senders[1], 0, 2));
	EXPECT_EQ(0, mt_disable(self->holders[0]));
	EXPECT_EQ(0, enabled(self->holders[0]));
	EXPECT_EQ(0, any(self->actor, 2, 1, &self->ids[1]));
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
	EXPECT_EQ(0, mt_try_recv(self->holders[0], &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 3));
	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 9));
	EXPECT_EQ(0, any(self->actor, 3, 9, &self->ids[0]));
}

/* The default port, with what the kernel tells. */
TEST_F(enable, default_port)
{
	struct motet_info info;
	struct motet_msg msg;
	__u64 value;
	int sender;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	sender = mt_sender(self->actor, &info.port);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
	EXPECT_EQ(0, mt_enable(self->actor, 2, 8));
	EXPECT_EQ(1, enabled(self->actor));
	EXPECT_EQ(0, any(self->actor, 1, 8, &info.port));
	close(self->holders[3]);
	EXPECT_EQ(0, mt_recv_any(self->actor, 0, &msg, &value));
	EXPECT_EQ(MOTET_EXCEPTION_PORT_LOST, msg.exception);
	EXPECT_EQ(8, msg.cookie);
	EXPECT_TRUE(mt_id_equal(&self->ids[3], &msg.to));
	EXPECT_TRUE(mt_id_equal(&info.port, &msg.at));
	EXPECT_EQ(0, mt_disable(self->actor));
	EXPECT_EQ(0, mt_send(sender, 0, 2));
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, self->ids));
	/* without any, from the default port, enabled or not */
	EXPECT_EQ(0, mt_try_recv(self->actor, &value));
	EXPECT_EQ(2, value);
}

/* The default port's own receive doesn't take from the others. */
TEST_F(enable, plain_receive_on_the_actor)
{
	__u64 value;

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->actor, &value));
	EXPECT_EQ(0, any(self->actor, 1, 0, &self->ids[0]));
}

/* Each actor of a process has a set of its own. */
TEST_F(enable, set_of_the_actor_that_opened_it)
{
	int other = mt_actor(), holder, sender;
	struct motet_id id;

	holder = mt_port(other, NULL, 4, &id);
	sender = mt_sender(other, &id);
	EXPECT_EQ(0, mt_enable(holder, 0, 1));
	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 2));
	EXPECT_EQ(0, mt_send(sender, 0, 10));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 20));
	EXPECT_EQ(0, any(self->actor, 20, 2, &self->ids[0]));
	EXPECT_EQ(-EAGAIN, any(self->actor, 0, 0, &id));
	EXPECT_EQ(0, any(other, 10, 1, &id));
	EXPECT_EQ(-EAGAIN, any(other, 0, 0, &id));
}

TEST_F(enable, leases_and_calls)
{
	struct caller caller = { .sender = self->senders[1], .value = 4 };
	struct motet_msg msg;
	__u64 value, id;

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_enable(self->holders[1], 0, 0));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(0, mt_recv_any(self->actor, MOTET_MSG_LEASE, &msg, &value));
	EXPECT_NE(0, msg.flags & MOTET_MSG_LEASED);
	id = msg.id;
	/* ended at its port, not at the actor */
	EXPECT_EQ(-ENOENT, mt_acknowledge(self->actor, id));
	EXPECT_EQ(0, mt_give_back(self->holders[0], id));
	EXPECT_EQ(0, mt_recv_any(self->actor, MOTET_MSG_LEASE |
				 MOTET_MSG_DONTWAIT, &msg, &value));
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(1, msg.redelivered);
	EXPECT_EQ(0, mt_acknowledge(self->holders[0], id));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_any(self->actor, 0, &msg, &value));
	EXPECT_NE(0, msg.flags & MOTET_MSG_CALL);
	EXPECT_EQ(4, value);
	EXPECT_EQ(0, mt_reply(self->holders[1], msg.token, 5));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(5, caller.answer);
}

/* A receive that fails leaves it where it was. */
TEST_F(enable, refused_receive)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_ANY |
				  MOTET_MSG_DONTWAIT);

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 6));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->actor, MOTET_IOC_RECV, &msg));
	EXPECT_EQ(8, msg.body_len);
	msg = MT(motet_msg, .flags = MOTET_MSG_ANY | MOTET_MSG_DONTWAIT,
		 .body = 8, .body_cap = 8);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->actor, MOTET_IOC_RECV, &msg));
	EXPECT_EQ(0, any(self->actor, 1, 6, &self->ids[0]));
}

TEST_F(enable, deadline_and_signal)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_ANY,
				  .deadline = mt_after(20 * MT_MS));
	__u64 value;
	pid_t pid;

	/* an empty set is waited for as well: somebody may fill it */
	EXPECT_EQ(-ETIMEDOUT, mt_recv_msg(self->actor, &msg, &value, 8));
	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 6));
	msg = MT(motet_msg, .flags = MOTET_MSG_ANY,
		 .deadline = mt_after(20 * MT_MS));
	EXPECT_EQ(-ETIMEDOUT, mt_recv_msg(self->actor, &msg, &value, 8));
	mt_alarm_signal(0);
	pid = mt_fork();
	if (pid == 0) {
		mt_until_blocked(getppid());
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	EXPECT_EQ(-EINTR, mt_recv_any(self->actor, 0, &msg, &value));
	mt_wait(pid);
	EXPECT_EQ(0, fcntl(self->actor, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mt_recv_any(self->actor, 0, &msg, &value));
}

/**
 * struct waiter - a thread that receives from any port
 * @thread: the thread
 * @tid: its number
 * @actor: what it receives from
 * @result: of the call
 * @value: what it got
 * @msg: the same
 */
struct waiter {
	pthread_t thread;
	pid_t tid;
	int actor;
	int result;
	__u64 value;
	struct motet_msg msg;
};

static void *waiter_thread(void *arg)
{
	struct waiter *waiter = arg;

	__atomic_store_n(&waiter->tid, (pid_t)syscall(SYS_gettid),
			 __ATOMIC_SEQ_CST);
	waiter->msg = MT(motet_msg, .flags = MOTET_MSG_ANY,
			 .deadline = mt_after(30 * MT_SECOND));
	waiter->result = mt_recv_msg(waiter->actor, &waiter->msg,
				     &waiter->value, 8);
	return NULL;
}

static int waiter_start(struct waiter *waiter, int actor)
{
	*waiter = (struct waiter){ .actor = actor };
	if (pthread_create(&waiter->thread, NULL, waiter_thread, waiter))
		return -1;
	while (!__atomic_load_n(&waiter->tid, __ATOMIC_SEQ_CST))
		sched_yield();
	return mt_until_blocked(waiter->tid);
}

static int waiter_end(struct waiter *waiter)
{
	pthread_join(waiter->thread, NULL);
	return waiter->result;
}

/* By a message, by enabling, by a lease that comes back. */
TEST_F(enable, what_wakes)
{
	struct waiter waiter;
	struct motet_msg msg;
	__u64 value;

	ASSERT_EQ(0, waiter_start(&waiter, self->actor));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 6));
	EXPECT_EQ(0, waiter_end(&waiter));
	EXPECT_EQ(1, waiter.value);
	ASSERT_EQ(0, waiter_start(&waiter, self->actor));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 2));
	EXPECT_EQ(0, waiter_end(&waiter));
	EXPECT_EQ(2, waiter.value);
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 3));
	EXPECT_EQ(0, mt_lease_recv(self->holders[0], &msg, &value, 0));
	ASSERT_EQ(0, waiter_start(&waiter, self->actor));
	EXPECT_EQ(0, mt_give_back(self->holders[0], msg.id));
	EXPECT_EQ(0, waiter_end(&waiter));
	EXPECT_EQ(3, waiter.value);
	EXPECT_EQ(1, waiter.msg.redelivered);
	/* the same when its time is over */
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 4));
	EXPECT_EQ(0, mt_lease_recv(self->holders[0], &msg, &value,
				   mt_after(200 * MT_MS)));
	ASSERT_EQ(0, waiter_start(&waiter, self->actor));
	EXPECT_EQ(0, waiter_end(&waiter));
	EXPECT_EQ(4, waiter.value);
}

/* A port that was taken out, or died, wakes nobody. */
TEST_F(enable, what_wakes_not)
{
	struct waiter waiter;

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_enable(self->holders[1], 0, 1));
	EXPECT_EQ(0, mt_enable(self->holders[2], 0, 2));
	ASSERT_EQ(0, waiter_start(&waiter, self->actor));
	EXPECT_EQ(0, mt_disable(self->holders[0]));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(0, mt_send(self->senders[3], 0, 1));
	close(self->holders[1]);
	EXPECT_EQ(0, mt_until_state(self->senders[1], MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(0, mt_until_blocked(waiter.tid));
	EXPECT_EQ(0, mt_send(self->senders[2], 0, 5));
	EXPECT_EQ(0, waiter_end(&waiter));
	EXPECT_EQ(5, waiter.value);
	EXPECT_EQ(2, waiter.msg.cookie);
}

/* A message for each, and each message for one. */
TEST_F(enable, several_threads)
{
	struct waiter waiters[PORTS];
	__u64 seen = 0;
	int i;

	for (i = 0; i < PORTS; i++) {
		EXPECT_EQ(0, mt_enable(self->holders[i], i, i));
		ASSERT_EQ(0, waiter_start(&waiters[i], self->actor));
	}
	for (i = 0; i < PORTS; i++)
		EXPECT_EQ(0, mt_send(self->senders[i / 2], 0, i));
	for (i = 0; i < PORTS; i++) {
		EXPECT_EQ(0, waiter_end(&waiters[i]));
		seen |= 1ULL << waiters[i].value;
	}
	EXPECT_EQ((1ULL << PORTS) - 1, seen);
}

/* One thread waits at the port itself, another at any. */
TEST_F(enable, beside_a_plain_receiver)
{
	struct waiter waiter;
	__u64 value;
	int i;

	EXPECT_EQ(0, mt_enable(self->holders[0], 0, 0));
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, waiter_start(&waiter, self->actor));
		EXPECT_EQ(0, mt_send(self->senders[0], 0, i));
		EXPECT_EQ(0, mt_send(self->senders[0], 0, 100 + i));
		EXPECT_EQ(0, mt_recv(self->holders[0], &value));
		EXPECT_EQ(0, waiter_end(&waiter));
		EXPECT_EQ(100 + 2 * i, value + waiter.value);
	}
}

/* Of a port that moved, its old actor gets nothing. */
TEST_F(enable, moved_port)
{
	struct peer *peer = peer_new();
	struct waiter waiter;
	int holder;

	EXPECT_EQ(0, mt_enable(self->holders[0], 2, 22));
	EXPECT_EQ(0, mt_enable(self->holders[1], 2, 11));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 1));
	EXPECT_EQ(0, mt_offer(self->holders[0], 0, &peer->info.actor));
	holder = peer_open(peer, MOTET_ROLE_HOLDER, &self->ids[0]);
	ASSERT_LE(0, holder);
	EXPECT_EQ(-EAGAIN, any(self->actor, 1, 22, &self->ids[0]));
	ASSERT_EQ(0, waiter_start(&waiter, self->actor));
	EXPECT_EQ(0, mt_send(self->senders[0], 0, 2));
	EXPECT_EQ(0, peer_recv(peer, peer->actor, MOTET_MSG_ANY));
	EXPECT_EQ(1, peer->value);
	EXPECT_EQ(0, peer_recv(peer, peer->actor, MOTET_MSG_ANY));
	EXPECT_EQ(2, peer->value);
	EXPECT_EQ(-ESTALE, mt_enable(self->holders[0], 0, 0));
	EXPECT_EQ(0, mt_send(self->senders[1], 0, 3));
	EXPECT_EQ(0, waiter_end(&waiter));
	EXPECT_EQ(11, waiter.msg.cookie);
}

/* The one that takes over enables it for itself. */
TEST_F(enable, taken_over_port)
{
	struct peer *peer = peer_new();
	struct motet_msg msg;
	struct motet_id id;
	int holder, standby;
	__u64 value;

	holder = peer_port(peer, NULL, 4, 0, &id);
	standby = mt_open_id(self->actor, MOTET_ROLE_STANDBY, &id);
	ASSERT_LE(0, holder);
	ASSERT_LE(0, standby);
	EXPECT_EQ(0, mt_send(mt_sender(self->actor, &id), 0, 1));
	EXPECT_EQ(SIGKILL, peer_kill(peer));
	EXPECT_EQ(POLLIN, mt_poll(standby, POLLIN, 20000));
	EXPECT_EQ(0, mt_enable(standby, 0, 4));
	EXPECT_EQ(0, mt_recv_any(self->actor, 0, &msg, &value));
	EXPECT_EQ(MOTET_EXCEPTION_TAKEN_OVER, msg.exception);
	EXPECT_EQ(4, msg.cookie);
	EXPECT_EQ(0, any(self->actor, 1, 4, &id));
}

TEST_F(enable, in_batches)
{
	struct motet_batch batch;
	struct motet_msg msgs[4];
	__u64 values[4];
	int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, mt_enable(self->holders[i], 3 - i, i));
		EXPECT_EQ(0, mt_send(self->senders[i], 0, i));
	}
	for (i = 0; i < 4; i++)
		msgs[i] = MT(motet_msg, .flags = MOTET_MSG_ANY, .body_cap = 8,
			     .body = mt_ptr(&values[i]));
	EXPECT_EQ(0, mt_many(self->actor, MOTET_IOC_RECV_MANY, msgs, 4,
			     &batch));
	EXPECT_EQ(3, batch.done);
	EXPECT_EQ(0, batch.error);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(2 - i, values[i]);
		EXPECT_EQ(2 - i, msgs[i].cookie);
	}
}

#define SENDERS	3

/**
 * struct load - receivers in threads, senders in processes
 * @actor: what is received from
 * @count: messages of each sender
 * @received: by all threads
 * @seen: each message, by sender
 * @errors: what must not be
 */
struct load {
	int actor;
	unsigned int count;
	unsigned int received;
	__u8 *seen[SENDERS];
	unsigned int errors;
};

static void *load_thread(void *arg)
{
	struct load *load = arg;
	unsigned int before;
	struct motet_msg msg;
	__u64 value;
	int ret;

	while (__atomic_load_n(&load->received, __ATOMIC_SEQ_CST) <
	       SENDERS * load->count) {
		msg = MT(motet_msg, .flags = MOTET_MSG_ANY,
			 .deadline = mt_after(10 * MT_SECOND));
		before = __atomic_load_n(&load->received, __ATOMIC_SEQ_CST);
		ret = mt_recv_msg(load->actor, &msg, &value, 8);
		/* others may have got all that came */
		if (ret == -ETIMEDOUT &&
		    __atomic_load_n(&load->received, __ATOMIC_SEQ_CST) !=
		    before)
			continue;
		if (ret) {
			/* lost wake-ups show as this */
			if (ret != -ETIMEDOUT ||
			    __atomic_load_n(&load->received,
					    __ATOMIC_SEQ_CST) <
			    SENDERS * load->count)
				__atomic_add_fetch(&load->errors, 1,
						   __ATOMIC_SEQ_CST);
			break;
		}
		if (value == ~0ULL)
			break;
		__atomic_add_fetch(&load->seen[value >> 32][(__u32)value], 1,
				   __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&load->received, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void load_sender(const int *senders, unsigned int me,
			unsigned int count)
{
	unsigned int i, seed = me;

	for (i = 0; i < count; i++) {
		if (mt_send(senders[rand_r(&seed) % PORTS], rand_r(&seed) % 4,
			    (__u64)me << 32 | i))
			_exit(1);
		if (rand_r(&seed) % 8 == 0)
			mt_breathe();
	}
	_exit(0);
}

/* All is received, once, while ports are switched on and off. */
TEST_F_TIMEOUT(enable, under_load, 3600)
{
	struct load load = { .actor = self->actor };
	pthread_t threads[3];
	pid_t pids[SENDERS];
	unsigned int i, j, ended = 0;

	load.count = mt_rounds(25) * 40;
	for (i = 0; i < SENDERS; i++)
		load.seen[i] = calloc(load.count, 1);
	for (i = 0; i < PORTS; i++)
		EXPECT_EQ(0, mt_enable(self->holders[i], i % 2, i));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, load_thread,
					    &load));
	for (i = 0; i < SENDERS; i++) {
		pids[i] = mt_fork();
		if (pids[i] == 0)
			load_sender(self->senders, i, load.count);
	}
	for (i = 0; ended < SENDERS; i++) {
		EXPECT_EQ(0, mt_disable(self->holders[i % PORTS]));
		sched_yield();
		EXPECT_EQ(0, mt_enable(self->holders[i % PORTS], i % 3, i));
		mt_breathe();
		if (waitpid(pids[ended], NULL, WNOHANG) == pids[ended])
			ended++;
	}
	/* who waits for more than there is */
	while (__atomic_load_n(&load.received, __ATOMIC_SEQ_CST) <
	       SENDERS * load.count &&
	       !__atomic_load_n(&load.errors, __ATOMIC_SEQ_CST))
		mt_breathe();
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, mt_send(self->senders[i], 3, ~0ULL));
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, load.errors);
	EXPECT_EQ(SENDERS * load.count, load.received);
	for (i = 0; i < SENDERS; i++)
		for (j = 0; j < load.count; j++)
			ASSERT_EQ(1, load.seen[i][j]);
}

TEST_HARNESS_MAIN
