// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that stand by to hold a port when its holder dies.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "call_test.h"
#include "peer.h"

#define BOUND		8
#define RETENTION	(300 * MT_SECOND)

/* A peer holds the port; the test itself stands by, and sends. */
FIXTURE(standby) {
	int actor;
	struct motet_id id;
	struct peer *peer;
	int holder;
	int standby;
	int sender;
};

FIXTURE_SETUP(standby)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->peer = peer_new();
	self->holder = peer_port(self->peer, NULL, BOUND, 0, &self->id);
	ASSERT_LE(0, self->holder);
	self->standby = mt_open_id(self->actor, MOTET_ROLE_STANDBY, &self->id);
	ASSERT_LE(0, self->standby);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(standby)
{
	peers_end();
	EXPECT_LE(0, mt_purge());
}

/* The first message of a new holder; what it says of its predecessor. */
static int taken_over(int holder, const struct motet_id *id, __u64 cause)
{
	struct motet_msg msg = { .deadline = mt_after(20 * MT_SECOND) };
	int ret;

	/* until then it may not receive */
	if (mt_poll(holder, POLLIN, 20000) != POLLIN)
		return -ETIME;
	ret = mt_recv_msg(holder, &msg, NULL, 0);
	if (ret)
		return ret;
	if (msg.exception != MOTET_EXCEPTION_TAKEN_OVER)
		return 1;
	if (msg.token != cause)
		return 2;
	return mt_id_equal(&msg.to, id) && msg.count == 1 ? 0 : 3;
}

/* The same of a peer, whose message tells the cause. */
static int peer_taken_over(struct peer *peer, int fd)
{
	struct motet_port_status status;
	__u64 end = mt_after(20 * MT_SECOND);

	while (mt_now() < end) {
		if (peer_status(peer, fd, &status))
			return -1;
		if (status.role == MOTET_ROLE_HOLDER)
			return peer_exception(peer, fd,
					      MOTET_EXCEPTION_TAKEN_OVER);
		mt_breathe();
	}
	return -ETIME;
}

static int gets(int holder, __u64 value, __u32 redelivered)
{
	struct motet_msg msg = { 0 };
	__u64 seen = 0;
	int ret = mt_try_recv_msg(holder, &msg, &seen, sizeof(seen));

	if (ret)
		return ret;
	return seen == value && msg.redelivered == redelivered &&
	       !msg.exception ? 0 : 1;
}

TEST_F(standby, before)
{
	struct motet_port_status status;
	__u64 value;

	EXPECT_EQ(0, mt_status(self->standby, &status));
	EXPECT_EQ(MOTET_ROLE_STANDBY, status.role);
	EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
	EXPECT_EQ(1, status.standbys);
	EXPECT_EQ(1, status.epoch);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	/* it receives nothing, nor does it do what a holder does */
	EXPECT_EQ(0, mt_poll(self->standby, POLLIN, 0) & (POLLIN | POLLHUP));
	EXPECT_EQ(-EPERM, mt_try_recv(self->standby, &value));
	EXPECT_EQ(-EPERM, mt_recv(self->standby, &value));
	EXPECT_EQ(-EPERM, mt_offer(self->standby, 0, NULL));
	EXPECT_EQ(-EPERM, mt_enable(self->standby, 0, 0));
	EXPECT_EQ(0, peer_recv(self->peer, self->holder, 0));
	EXPECT_EQ(1, self->peer->value);
	close(self->standby);
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(0, status.standbys);
}

TEST_F(standby, refused)
{
	struct motet_port_change change = {
		.flags = MOTET_CHANGE_MODE, .mode = 0733,
	};
	struct motet_id id = self->id;
	pid_t pid;

	/* a default port goes with its actor */
	EXPECT_EQ(-EINVAL, mt_open_id(self->actor, MOTET_ROLE_STANDBY,
				      &self->peer->info.port));
	id.bytes[9] ^= 1;
	EXPECT_EQ(-ESRCH, mt_open_id(self->actor, MOTET_ROLE_STANDBY, &id));
	EXPECT_EQ(-ENOENT, mt_open(self->actor, MOTET_ROLE_STANDBY, "nobody",
				   &id));
	EXPECT_EQ(0, mt_change(self->actor, &self->id, &change));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(-EACCES, mt_open_id(mt_actor(), MOTET_ROLE_STANDBY,
					      &self->id));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

enum death { KILLED, EXITED, SIGNALLED, EXECED, CLOSED, DEATHS };

static int die(struct peer *peer, int holder, enum death death, __u64 *cause)
{
	*cause = 0;
	switch (death) {
	case KILLED:
		*cause = peer_kill(peer);
		return *cause == SIGKILL ? 0 : -1;
	case EXITED:
		*cause = peer_exit(peer, 3);
		return *cause == 3 << 8 ? 0 : -1;
	case SIGNALLED:
		kill(peer->pid, SIGTERM);
		*cause = peer_wait(peer);
		return *cause == SIGTERM ? 0 : -1;
	case EXECED:
		return peer_exec(peer);
	default:
		return peer_close(peer, holder);
	}
}

/* In whatever way the holder dies, and all that is queued is there. */
TEST_F(standby, takes_over)
{
	struct motet_port_status status;
	struct motet_id id;
	int holder, standby, sender;
	enum death death;
	struct peer *peer;
	__u64 cause;

	for (death = 0; death < DEATHS; death++) {
		peer = peer_new();
		holder = peer_port(peer, NULL, BOUND, 0, &id);
		standby = mt_open_id(self->actor, MOTET_ROLE_STANDBY, &id);
		ASSERT_LE(0, standby);
		sender = mt_sender(self->actor, &id);
		EXPECT_EQ(0, mt_send_all(sender, 1, 2));
		EXPECT_EQ(0, mt_send(sender, 1, 3));
		EXPECT_EQ(0, die(peer, holder, death, &cause));
		EXPECT_EQ(POLLIN, mt_poll(standby, POLLIN, 20000)) {
			TH_LOG("death %d", death);
		}
		EXPECT_EQ(0, taken_over(standby, &id, cause)) {
			TH_LOG("death %d, cause %llu", death,
			       (unsigned long long)cause);
		}
		EXPECT_EQ(0, mt_status(standby, &status));
		EXPECT_EQ(MOTET_ROLE_HOLDER, status.role);
		EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
		EXPECT_EQ(cause, status.cause);
		EXPECT_EQ(0, status.standbys);
		EXPECT_EQ(2, status.epoch);
		EXPECT_EQ(0, gets(standby, 1, 0));
		EXPECT_EQ(0, gets(standby, 2, 0));
		EXPECT_EQ(0, gets(standby, 3, 0));
		EXPECT_EQ(-EAGAIN, gets(standby, 0, 0));
		EXPECT_EQ(0, mt_send(sender, 0, 4));
		EXPECT_EQ(0, gets(standby, 4, 0));
		close(standby);
		close(sender);
	}
	/* nobody was told that a port was lost, until it was */
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
}

/* Readable even if nothing is queued; and told once. */
TEST_F(standby, empty_port)
{
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(POLLIN, mt_poll(self->standby, POLLIN, 20000));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, mt_poll(self->standby, POLLIN, 0));
	EXPECT_EQ(-EAGAIN, gets(self->standby, 0, 0));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->actor, &(__u64){ 0 }));
}

/* It sleeps in poll, as a guardian does. */
TEST_F(standby, poll_wakes)
{
	pid_t pid = mt_fork();

	if (pid == 0) {
		int pidfd = self->peer->pid;

		EXPECT_EQ(0, mt_poll(self->standby, POLLIN, 50));
		kill(pidfd, SIGKILL);
		_exit(0);
	}
	EXPECT_EQ(POLLIN, mt_poll(self->standby, POLLIN, 20000));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, mt_wait(pid));
}

/* A child of the holder keeps its files open, and holds nothing. */
TEST_F(standby, child_of_the_holder)
{
	EXPECT_EQ(0, peer_do(self->peer, 0, PEER_FORK));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, gets(self->standby, 1, 0));
}

/* The holder's own process may stand by, too. */
TEST_F(standby, of_the_same_process)
{
	int holder = mt_port(self->actor, NULL, BOUND, &self->id), standby;

	standby = mt_open_id(self->actor, MOTET_ROLE_STANDBY, &self->id);
	ASSERT_LE(0, standby);
	self->sender = mt_sender(self->actor, &self->id);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	close(holder);
	EXPECT_EQ(0, taken_over(standby, &self->id, 0));
	EXPECT_EQ(0, gets(standby, 1, 0));
}

/* What the dead one had under lease comes first, in order, and counts. */
TEST_F(standby, leases)
{
	struct motet_port_status status;
	enum death death;
	__u64 cause, i;

	for (death = 0; death < DEATHS; death++) {
		EXPECT_EQ(0, mt_send_all(self->sender, 1, BOUND));
		for (i = 1; i <= 3; i++) {
			EXPECT_EQ(0, peer_recv(self->peer, self->holder,
					       MOTET_MSG_LEASE));
			EXPECT_EQ(i, self->peer->value);
		}
		EXPECT_EQ(0, die(self->peer, self->holder, death, &cause));
		EXPECT_EQ(0, taken_over(self->standby, &self->id, cause));
		EXPECT_EQ(0, mt_status(self->standby, &status));
		EXPECT_EQ(0, status.leased);
		EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 9));
		for (i = 1; i <= BOUND; i++)
			EXPECT_EQ(0, gets(self->standby, i, i <= 3));
		/* and the other way round for the next one */
		self->peer = peer_new();
		self->holder = peer_open(self->peer, MOTET_ROLE_STANDBY,
					 &self->id);
		close(self->standby);
		EXPECT_EQ(0, peer_taken_over(self->peer, self->holder));
		self->standby = mt_open_id(self->actor, MOTET_ROLE_STANDBY,
					   &self->id);
		ASSERT_LE(0, self->standby);
	}
}

TEST_F(standby, calls)
{
	struct caller queued = { .sender = self->sender, .value = 1 };
	struct caller received = { .sender = self->sender, .value = 2 };
	struct caller leased = { .sender = self->sender, .value = 3 };
	__u64 token, value;

	ASSERT_EQ(0, caller_start(&received));
	EXPECT_EQ(0, peer_recv(self->peer, self->holder, 0));
	ASSERT_EQ(0, caller_start(&leased));
	EXPECT_EQ(0, peer_recv(self->peer, self->holder, MOTET_MSG_LEASE));
	ASSERT_EQ(0, caller_start(&queued));
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(-ECONNRESET, caller_end(&received));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, mt_recv_call(self->standby, &token, &value));
	EXPECT_EQ(3, value);
	EXPECT_EQ(0, mt_reply(self->standby, token, 30));
	EXPECT_EQ(0, caller_end(&leased));
	EXPECT_EQ(30, leased.answer);
	EXPECT_EQ(0, mt_recv_call(self->standby, &token, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_reply(self->standby, token, 10));
	EXPECT_EQ(0, caller_end(&queued));
	EXPECT_EQ(10, queued.answer);
}

/* First come, first to take over; those that have died are passed over. */
/* A program that is replaced closes its files on its way. */
static int until_standbys(int port, __u32 count)
{
	__u64 end = mt_after(10 * MT_SECOND);
	struct motet_port_status status;
	int ret;

	for (;;) {
		ret = mt_status(port, &status);
		if (ret || status.standbys == count)
			return ret;
		if (mt_now() > end)
			return -ETIMEDOUT;
		mt_breathe();
	}
}

TEST_F(standby, several)
{
	struct motet_port_status status;
	struct peer *peers[6];
	int fds[6], i;

	for (i = 0; i < 6; i++) {
		peers[i] = peer_new();
		fds[i] = peer_open(peers[i], MOTET_ROLE_STANDBY, &self->id);
		ASSERT_LE(0, fds[i]);
	}
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(7, status.standbys);
	/* the test's own is the first */
	close(self->standby);
	/* dead, another program, closed, each in front of a living one */
	EXPECT_EQ(SIGKILL, peer_kill(peers[0]));
	EXPECT_EQ(0, peer_exec(peers[2]));
	EXPECT_EQ(0, peer_close(peers[4], fds[4]));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_send(self->sender, 0, 2));
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, peer_taken_over(peers[1], fds[1]));
	EXPECT_EQ(SIGKILL, peers[1]->msg.token);
	EXPECT_EQ(0, peer_recv(peers[1], fds[1], 0));
	EXPECT_EQ(1, peers[1]->value);
	EXPECT_EQ(0, until_standbys(self->sender, 2));
	EXPECT_EQ(5 << 8, peer_exit(peers[1], 5));
	EXPECT_EQ(0, peer_taken_over(peers[3], fds[3]));
	EXPECT_EQ(5 << 8, peers[3]->msg.token);
	EXPECT_EQ(0, peer_recv(peers[3], fds[3], 0));
	EXPECT_EQ(2, peers[3]->value);
	EXPECT_EQ(0, peer_close(peers[3], fds[3]));
	EXPECT_EQ(0, peer_taken_over(peers[5], fds[5]));
	EXPECT_EQ(0, peers[5]->msg.token);
	EXPECT_EQ(SIGKILL, peer_kill(peers[5]));
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
}

/* Holder and first standby die at once. */
TEST_F(standby, two_die_together)
{
	struct peer *second = peer_new(), *third = peer_new();
	int fd = peer_open(second, MOTET_ROLE_STANDBY, &self->id), last;

	ASSERT_LE(0, fd);
	close(self->standby);
	last = peer_open(third, MOTET_ROLE_STANDBY, &self->id);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	kill(self->peer->pid, SIGKILL);
	kill(second->pid, SIGKILL);
	EXPECT_EQ(0, peer_taken_over(third, last));
	EXPECT_EQ(0, peer_recv(third, last, 0));
	EXPECT_EQ(1, third->value);
}

TEST_F(standby, suspended_senders)
{
	struct peer *peers[3];
	int i, sender;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, BOUND));
	for (i = 0; i < 3; i++) {
		peers[i] = peer_new();
		sender = peer_open(peers[i], MOTET_ROLE_SENDER, &self->id);
		peer_send_begin(peers[i], sender, 0, BOUND + 1 + i);
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(peer_busy(peers[i]));
	/* room for one at a time, so that the next can't overtake it */
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, gets(self->standby, 1 + i, 0));
		EXPECT_EQ(0, peer_end(peers[i]));
		EXPECT_EQ(0, mt_until_suspended(&self->id, 2 - i));
	}
	for (; i < BOUND + 3; i++)
		EXPECT_EQ(0, gets(self->standby, 1 + i, 0));
}

/* The sequence begins again with each holder. */
TEST_F(standby, epoch)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg = { .stamp = mt_ptr(&stamp) };
	__u64 value;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, peer_recv(self->peer, self->holder, 0));
	EXPECT_EQ(1, self->peer->stamp.epoch);
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, mt_send(self->sender, 0, 2));
	EXPECT_EQ(0, mt_recv_msg(self->standby, &msg, &value, 8));
	EXPECT_EQ(2, value);
	EXPECT_EQ(2, stamp.epoch);
	EXPECT_EQ(1, stamp.sequence);
}

/* With a name and a retention: a standby goes before. */
TEST_F(standby, retention)
{
	struct peer *first = peer_new(), *second = peer_new();
	struct motet_port_status status;
	struct motet_id id;
	int holder, fd, sender;

	holder = peer_port(first, "kept", BOUND, RETENTION, &id);
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &id);
	fd = peer_open(second, MOTET_ROLE_STANDBY, &id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(SIGKILL, peer_kill(first));
	EXPECT_EQ(0, peer_taken_over(second, fd));
	EXPECT_EQ(0, mt_status(sender, &status));
	EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
	/* and nobody after it: retained */
	EXPECT_EQ(SIGKILL, peer_kill(second));
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "kept", NULL);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_status(holder, &status));
	EXPECT_EQ(SIGKILL, status.cause);
	EXPECT_EQ(0, gets(holder, 1, 0));
}

/* Without a standby it dies as ever. */
TEST_F(standby, closed_before)
{
	close(self->standby);
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
}

/* A port that moves away keeps those who stand by for it. */
TEST_F(standby, port_moves)
{
	struct peer *to = peer_new();
	int holder;

	EXPECT_EQ(0, peer_offer(self->peer, self->holder, 0, &to->info.actor));
	holder = peer_open(to, MOTET_ROLE_HOLDER, &self->id);
	ASSERT_LE(0, holder);
	/* the former holder is nobody to the port */
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_poll(self->standby, POLLIN, 100));
	EXPECT_EQ(SIGKILL, peer_kill(to));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, gets(self->standby, 1, 0));
}

/* Not more than there is room for in a fixed number of them. */
TEST_F(standby, too_many)
{
	struct motet_port_status status;
	int fds[16], i;

	for (i = 1; i < 16; i++) {
		fds[i] = mt_open_id(self->actor, MOTET_ROLE_STANDBY, &self->id);
		ASSERT_LE(0, fds[i]);
	}
	EXPECT_EQ(-EDQUOT, mt_open_id(self->actor, MOTET_ROLE_STANDBY,
				      &self->id));
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(16, status.standbys);
	close(fds[7]);
	EXPECT_EQ(0, until_standbys(self->sender, 15));
	EXPECT_LE(0, mt_open_id(self->actor, MOTET_ROLE_STANDBY, &self->id));
	EXPECT_EQ(-EDQUOT, mt_open_id(self->actor, MOTET_ROLE_STANDBY,
				      &self->id));
	/* what was refused does not stand by */
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, until_standbys(self->sender, 15));
}

/* Not handed over, it is told again; and before what is given back meanwhile. */
TEST_F(standby, told_before_all_else)
{
	struct peer *to = peer_new();
	struct motet_msg *msg;
	__u64 lease;
	int i;

	msg = mmap(NULL, sizeof(*msg), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, msg);
	*msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT);
	ASSERT_EQ(0, mprotect(msg, sizeof(*msg), PROT_READ));
	EXPECT_EQ(0, mt_send_all(self->sender, 1, 2));
	EXPECT_EQ(0, peer_recv(self->peer, self->holder, MOTET_MSG_LEASE));
	lease = self->peer->msg.id;
	EXPECT_EQ(0, peer_offer(self->peer, self->holder, 0, &to->info.actor));
	ASSERT_LE(0, peer_open(to, MOTET_ROLE_HOLDER, &self->id));
	EXPECT_EQ(SIGKILL, peer_kill(to));
	EXPECT_EQ(POLLIN, mt_poll(self->standby, POLLIN, 20000));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(-EFAULT, mt_ioctl(self->standby, MOTET_IOC_RECV,
					    msg));
	EXPECT_EQ(0, peer_lease(self->peer, self->holder,
				MOTET_LEASE_GIVE_BACK, lease));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->standby, MOTET_IOC_RECV, msg));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(0, gets(self->standby, 1, 1));
	EXPECT_EQ(0, gets(self->standby, 2, 0));
	EXPECT_EQ(-EAGAIN, gets(self->standby, 0, 0));
}

/* An offer is the holder's, and ends with it. */
TEST_F(standby, offered_port)
{
	struct peer *to = peer_new();

	EXPECT_EQ(0, peer_offer(self->peer, self->holder, 0, &to->info.actor));
	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
	EXPECT_EQ(-EBUSY, peer_open(to, MOTET_ROLE_HOLDER, &self->id));
}

/* It doesn't hold the port through a child of its own. */
TEST_F(standby, not_after_fork)
{
	__u64 value;
	pid_t pid;

	EXPECT_EQ(SIGKILL, peer_kill(self->peer));
	EXPECT_EQ(POLLIN, mt_poll(self->standby, POLLIN, 20000));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(-EPERM, mt_try_recv(self->standby, &value));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, taken_over(self->standby, &self->id, SIGKILL));
}

#define SERVERS		3
#define SENDERS		2
#define MOST		8192

/**
 * struct work - what is done while those who do it are killed
 * @id: the port
 * @stop: senders are to end
 * @accepted: messages that each sender was told are queued
 * @handled: how often a message was acknowledged: written before it is done,
 *	and so once too often if the server dies in between
 * @redelivered: the largest count that a message came with
 * @errors: what must never happen, by line
 */
struct work {
	struct motet_id id;
	int stop;
	unsigned int accepted[SENDERS];
	__u8 handled[SENDERS][MOST];
	__u8 redelivered[SENDERS][MOST];
	int errors[8];
};

static struct work *work;

#define NEVER(index, condition)						\
	do {								\
		if (condition)						\
			__atomic_add_fetch(&work->errors[index], 1,	\
					   __ATOMIC_SEQ_CST);		\
	} while (0)

/* Stands by, and when its turn comes, serves until it is killed. */
static void be_server(int fd)
{
	struct motet_msg msg = { 0 };
	__u64 value;
	__u8 *handled;

	while (!(mt_poll(fd, POLLIN, 1000) & POLLIN))
		;
	NEVER(0, mt_recv_msg(fd, &msg, &value, 8) ||
	      msg.exception != MOTET_EXCEPTION_TAKEN_OVER);
	for (;;) {
		msg = MT(motet_msg, .flags = MOTET_MSG_LEASE);
		if (mt_recv_msg(fd, &msg, &value, 8)) {
			NEVER(1, true);
			break;
		}
		NEVER(2, msg.exception);
		handled = &work->handled[value >> 32][value & (MOST - 1)];
		/* done before is done with, and was handed out before */
		NEVER(3, *handled && !msg.redelivered);
		work->redelivered[value >> 32][value & (MOST - 1)] =
			msg.redelivered;
		(*handled)++;
		NEVER(4, mt_acknowledge(fd, msg.id));
	}
	_exit(1);
}

/* It has the files of the test, and is not to keep the port alive by them. */
static pid_t start_server(struct __test_metadata *_metadata, int holder)
{
	int *ready = mt_shared(sizeof(*ready));
	pid_t pid = mt_fork();

	if (pid == 0) {
		int fd = mt_open_id(mt_actor(), MOTET_ROLE_STANDBY, &work->id);

		if (holder >= 0)
			close(holder);
		__atomic_store_n(ready, fd < 0 ? fd : 1, __ATOMIC_SEQ_CST);
		be_server(fd);
	}
	while (!__atomic_load_n(ready, __ATOMIC_SEQ_CST))
		mt_breathe();
	EXPECT_EQ(1, *ready);
	munmap(ready, sizeof(*ready));
	return pid;
}

static void be_sender(unsigned int me)
{
	int sender = mt_sender(mt_actor(), &work->id);
	unsigned int i;

	for (i = 0; i < MOST && !__atomic_load_n(&work->stop,
						 __ATOMIC_SEQ_CST); i++) {
		NEVER(5, mt_send(sender, i % 4, (__u64)me << 32 | i));
		__atomic_store_n(&work->accepted[me], i + 1, __ATOMIC_SEQ_CST);
		if (i % 8 == 0)
			mt_breathe();
	}
	_exit(0);
}

static void check_work(struct __test_metadata *_metadata, unsigned int round)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(work->errors); i++)
		ASSERT_EQ(0, work->errors[i]) {
			TH_LOG("round %u, error %u", round, i);
		}
	for (i = 0; i < SENDERS; i++) {
		for (j = 0; j < work->accepted[i]; j++) {
			ASSERT_LE(1, work->handled[i][j]) {
				TH_LOG("round %u: %u of %u of sender %u lost",
				       round, j, work->accepted[i], i);
			}
			/* again only for one that died in the middle */
			ASSERT_LE(work->handled[i][j],
				  work->redelivered[i][j] + 1);
		}
		for (; j < MOST; j++)
			ASSERT_EQ(0, work->handled[i][j]);
	}
}

/* What is just being received is neither queued nor leased, but has its bytes. */
static int until_idle(int sender)
{
	struct motet_port_status status;
	__u64 end = mt_after(60 * MT_SECOND);

	do {
		if (mt_status(sender, &status))
			return -1;
		if (!status.messages && !status.leased && !status.bytes)
			return 0;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIME;
}

static unsigned int seed = 1;

/* Servers die one after the other, each after some time. */
static void run_round(struct __test_metadata *_metadata, int actor,
		      unsigned int round)
{
	pid_t servers[SERVERS], senders[SENDERS];
	int holder, sender, i, victim;

	memset(work, 0, sizeof(*work));
	holder = mt_port(actor, NULL, 4, &work->id);
	ASSERT_LE(0, holder);
	sender = mt_sender(actor, &work->id);
	for (i = 0; i < SERVERS; i++)
		servers[i] = start_server(_metadata, holder);
	for (i = 0; i < SENDERS; i++) {
		senders[i] = mt_fork();
		if (senders[i] == 0) {
			close(holder);
			be_sender(i);
		}
	}
	close(holder);
	for (i = 0; i < 6; i++) {
		usleep(rand_r(&seed) % 4000);
		victim = rand_r(&seed) % SERVERS;
		mt_kill(servers[victim]);
		servers[victim] = start_server(_metadata, -1);
	}
	__atomic_store_n(&work->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(0, mt_wait(senders[i]));
	EXPECT_EQ(0, until_idle(sender));
	check_work(_metadata, round);
	for (i = 0; i < SERVERS; i++)
		mt_kill(servers[i]);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
	close(sender);
}

/* What was accepted is handled, however many die over it. */
TEST_F_TIMEOUT(standby, killed_at_any_moment, 3600)
{
	unsigned int rounds = mt_rounds(25), i;
	int actor;

	work = mt_shared(sizeof(*work));
	ASSERT_TRUE(work);
	seed = getenv("MOTET_SEED") ? atoi(getenv("MOTET_SEED")) : 1;
	for (i = 0; i < rounds; i++) {
		actor = mt_actor();
		run_round(_metadata, actor, i);
		close(actor);
	}
}

TEST_HARNESS_MAIN
