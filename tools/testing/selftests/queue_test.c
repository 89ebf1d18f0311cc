// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Room in a port: bounds, suspended senders and their turn, polling, time.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "motet_test.h"

#define BOUND		4
#define BYTES		1000

FIXTURE(queue) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
};

/* BOUND messages and BYTES bytes in each priority */
FIXTURE_SETUP(queue)
{
	struct motet_port_create create = { .mode = 0777 };
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		create.limits[i].messages = BOUND;
		create.limits[i].bytes = BYTES;
	}
	self->holder = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, self->holder);
	self->id = create.id;
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(queue)
{
}

static char bytes[BYTES + 1];

static int try_bytes(int sender, __u32 priority, __u32 len)
{
	return mt_send_flags(sender, MOTET_MSG_DONTWAIT, priority, bytes, len);
}

static int take(int holder)
{
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(holder, &msg, bytes, sizeof(bytes));
}

static int fill(int sender, __u32 priority)
{
	__u64 i;

	for (i = 0; i < BOUND; i++)
		if (mt_try_send(sender, priority, i))
			return -1;
	return 0;
}

/* A child that sends @value and exits with 0 if that worked. */
static pid_t sender_process(int sender, __u64 value)
{
	pid_t pid = mt_fork();

	if (pid == 0)
		_exit(-mt_send(sender, 0, value));
	return pid;
}

TEST_F(queue, bound_of_messages_by_priority)
{
	int priority;

	for (priority = 0; priority < MOTET_PRIORITIES; priority++) {
		EXPECT_EQ(0, fill(self->sender, priority));
		EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, priority, 0));
		/* a message is one even if it has no byte */
		EXPECT_EQ(-EAGAIN, try_bytes(self->sender, priority, 0));
	}
	for (priority = 0; priority < MOTET_PRIORITIES; priority++) {
		EXPECT_EQ(0, take(self->holder));
		EXPECT_EQ(0, mt_try_send(self->sender, 0, 0));
		EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 0));
	}
}

TEST_F(queue, bound_of_bytes_by_priority)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
				  .annex = mt_ptr(bytes), .annex_len = 100,
				  .body = mt_ptr(bytes), .body_len = 400);
	struct motet_port_status status;

	EXPECT_EQ(0, try_bytes(self->sender, 0, BYTES));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 0, 1));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 0));
	/* the next priority has room of its own; the annex counts */
	msg.priority = 1;
	EXPECT_EQ(0, mt_ioctl(self->sender, MOTET_IOC_SEND, &msg));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 1, 501));
	msg.body_len = 401;
	EXPECT_EQ(-EAGAIN, mt_ioctl(self->sender, MOTET_IOC_SEND, &msg));
	EXPECT_EQ(0, try_bytes(self->sender, 1, 500));
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(4, status.messages);
	EXPECT_EQ(2000, status.bytes);
}

TEST_F(queue, what_can_never_fit)
{
	struct motet_msg msg = MT(motet_msg, .annex = mt_ptr(bytes),
				  .annex_len = 1, .body = mt_ptr(bytes),
				  .body_len = BYTES);

	EXPECT_EQ(-EMSGSIZE, try_bytes(self->sender, 0, BYTES + 1));
	/* nor does a sender that would wait */
	EXPECT_EQ(-EMSGSIZE, mt_send_flags(self->sender, 0, 0, bytes,
					   BYTES + 1));
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->sender, MOTET_IOC_SEND, &msg));
	/* a full port is no other answer */
	EXPECT_EQ(0, fill(self->sender, 0));
	EXPECT_EQ(-EMSGSIZE, try_bytes(self->sender, 0, BYTES + 1));
}

TEST_F(queue, file_is_nonblocking)
{
	EXPECT_EQ(0, fcntl(self->sender, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(0, fcntl(self->holder, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mt_recv(self->holder, &(__u64){ 0 }));
	EXPECT_EQ(0, fill(self->sender, 0));
	EXPECT_EQ(-EAGAIN, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, fcntl(self->actor, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mt_recv(self->actor, &(__u64){ 0 }));
}

static int send_until(int sender, __u64 deadline)
{
	struct motet_msg msg = MT(motet_msg, .deadline = deadline);

	return mt_ioctl(sender, MOTET_IOC_SEND, &msg);
}

static int recv_until(int holder, __u64 deadline)
{
	struct motet_msg msg = { .deadline = deadline };

	return mt_recv_msg(holder, &msg, bytes, sizeof(bytes));
}

TEST_F(queue, deadlines)
{
	__u64 deadline = mt_after(20 * MT_MS);
	struct motet_port_status status;

	EXPECT_EQ(-ETIMEDOUT, recv_until(self->holder, deadline));
	EXPECT_LE(deadline, mt_now());
	EXPECT_EQ(-ETIMEDOUT, recv_until(self->holder, 1));
	/* a deadline that has passed is none if there is no need to wait */
	EXPECT_EQ(0, send_until(self->sender, 1));
	EXPECT_EQ(0, recv_until(self->holder, 1));
	EXPECT_EQ(0, fill(self->sender, 0));
	deadline = mt_after(20 * MT_MS);
	EXPECT_EQ(-ETIMEDOUT, send_until(self->sender, deadline));
	EXPECT_LE(deadline, mt_now());
	EXPECT_EQ(-ETIMEDOUT, send_until(self->sender, 1));
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(BOUND, status.messages);
	EXPECT_EQ(BOUND * 8, status.bytes);
	/* so far away that it doesn't fit a signed number */
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, send_until(self->sender, ~0ULL));
	EXPECT_EQ(0, recv_until(self->holder, ~0ULL));
}

TEST_F(queue, suspended_until_the_deadline_of_another_time)
{
	pid_t pid;

	EXPECT_EQ(0, fill(self->sender, 0));
	pid = mt_fork();
	if (pid == 0)
		_exit(send_until(self->sender, ~0ULL) ? 1 : 0);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, mt_wait(pid));
}

static unsigned int *handled;

static void count_signal(int signal)
{
	(void)signal;
	__atomic_add_fetch(handled, 1, __ATOMIC_SEQ_CST);
}

/* Sends SIGUSR1 to who is blocked, until it is handled; blocked again? */
static int interrupt(pid_t pid, bool again)
{
	unsigned int before = __atomic_load_n(handled, __ATOMIC_SEQ_CST);
	int ret = mt_until_blocked(pid);

	if (ret)
		return ret;
	kill(pid, SIGUSR1);
	while (__atomic_load_n(handled, __ATOMIC_SEQ_CST) == before)
		mt_breathe();
	return again ? mt_until_blocked(pid) : 0;
}

static void catch_signal(int flags)
{
	struct sigaction action = {
		.sa_handler = count_signal,
		.sa_flags = flags,
	};

	sigaction(SIGUSR1, &action, NULL);
}

TEST_F(queue, signals_while_sending)
{
	struct motet_port_status status;
	pid_t pid;
	int i;

	handled = mt_shared(sizeof(*handled));
	EXPECT_EQ(0, fill(self->sender, 0));
	pid = mt_fork();
	if (pid == 0) {
		catch_signal(0);
		_exit(mt_send(self->sender, 0, 1) == -EINTR ? 0 : 1);
	}
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, interrupt(pid, false));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_until_suspended(&self->id, 0));
	pid = mt_fork();
	if (pid == 0) {
		catch_signal(SA_RESTART);
		_exit(mt_send(self->sender, 0, 1) ? 1 : 0);
	}
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, interrupt(pid, true));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(BOUND, status.messages);
}

TEST_F(queue, signals_while_receiving)
{
	struct motet_id *id = mt_shared(sizeof(*id));
	int ready = eventfd(0, 0), flags, sender;
	eventfd_t count;
	__u64 value;
	pid_t pid;

	handled = mt_shared(sizeof(*handled));
	for (flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		pid = mt_fork();
		if (pid == 0) {
			int holder = mt_port(mt_actor(), NULL, 4, id);

			catch_signal(flags);
			eventfd_write(ready, 1);
			_exit(-mt_recv(holder, &value));
		}
		eventfd_read(ready, &count);
		EXPECT_EQ(0, interrupt(pid, flags));
		if (flags) {
			EXPECT_EQ(0, interrupt(pid, true));
			sender = mt_sender(self->actor, id);
			EXPECT_EQ(0, mt_send(sender, 0, 1));
		}
		EXPECT_EQ(flags ? 0 : EINTR, mt_wait(pid));
	}
}

/* Senders of one user are served as they came. */
TEST_F(queue, first_in_first_out_of_one_user)
{
	struct motet_port_status status;
	pid_t pids[12];
	__u64 value, i;

	EXPECT_EQ(0, fill(self->sender, 0));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = sender_process(self->sender, BOUND + i);
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	/* suspended senders hold no copy in the kernel, and no room */
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(BOUND, status.messages);
	EXPECT_EQ(BOUND * 8, status.bytes);
	for (i = 0; i < BOUND + ARRAY_SIZE(pids); i++) {
		EXPECT_EQ(0, mt_recv(self->holder, &value));
		EXPECT_EQ(i, value);
		/* with two released at once, either may commit first */
		if (i < ARRAY_SIZE(pids))
			EXPECT_EQ(0, mt_wait(pids[i]));
	}
}

/* Whoever is killed or interrupted while waiting leaves the line. */
TEST_F(queue, leaving_the_line)
{
	pid_t pids[5];
	__u64 value, i;

	EXPECT_EQ(0, fill(self->sender, 0));
	for (i = 0; i < 5; i++) {
		pids[i] = sender_process(self->sender, 100 + i);
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[0]));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[2]));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[4]));
	EXPECT_EQ(0, mt_until_suspended(&self->id, 2));
	for (i = 0; i < BOUND; i++)
		EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_wait(pids[1]));
	EXPECT_EQ(0, mt_wait(pids[3]));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* A large message is not starved by small ones that would fit. */
TEST_F(queue, large_message_gets_its_turn)
{
	struct motet_msg msg = { 0 };
	pid_t pid;

	EXPECT_EQ(0, try_bytes(self->sender, 0, 400));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 400));
	pid = mt_fork();
	if (pid == 0)
		_exit(mt_send_flags(self->sender, 0, 0, bytes, 900) ? 1 : 0);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 0, 8));
	/* another priority has nothing to do with it */
	EXPECT_EQ(0, try_bytes(self->sender, 3, 8));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 0, 8));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, bytes, sizeof(bytes)));
	EXPECT_EQ(900, msg.body_len);
}

/* When the large one gives up, the small ones behind it fit at once. */
TEST_F(queue, giving_up_lets_the_next_in)
{
	pid_t large, small;

	EXPECT_EQ(0, try_bytes(self->sender, 0, 500));
	large = mt_fork();
	if (large == 0)
		_exit(mt_send_flags(self->sender, 0, 0, bytes, 900) ? 1 : 0);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	small = sender_process(self->sender, 1);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 2));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(large));
	EXPECT_EQ(0, mt_wait(small));
}

/*
 * Sends for ever as a user, a message at a time. The room counts as that of
 * the user who opened the handle.
 */
static pid_t user_process(const struct motet_id *id, uid_t uid)
{
	pid_t pid = mt_fork();
	int sender;

	if (pid)
		return pid;
	if (mt_become(uid))
		_exit(1);
	sender = mt_sender(mt_actor(), id);
	while (mt_send(sender, 0, uid) == 0)
		;
	_exit(0);
}

static int open_wide(int actor, __u32 flags, __u32 messages,
		     struct motet_id *id)
{
	struct motet_port_create create = {
		.flags = flags, .mode = 0777, .limits[0].messages = messages,
	};
	int fd = mt_create(actor, &create, NULL);

	*id = create.id;
	return fd;
}

/* Who was let in has sent its message, and waits to send the next. */
static int until_settled(const struct motet_id *id, __u32 messages,
			 __u32 senders)
{
	struct mt_attrs attrs;

	do {
		if (mt_port_get(id, &attrs))
			return -1;
	} while (mt_attr_number(&attrs, MOTET_A_PORT_MESSAGES) != messages ||
		 mt_attr_number(&attrs, MOTET_A_PORT_SUSPENDED) != senders);
	return 0;
}

/* After each message all senders wait again, so the outcome is no chance. */
static int count_user(int holder, const struct motet_id *id, int messages,
		      __u32 senders, uid_t uid)
{
	int count = 0;
	__u64 value;

	while (messages--) {
		if (until_settled(id, 10, senders) || mt_recv(holder, &value))
			return -1;
		count += value == uid;
	}
	return count;
}

/* One sender of a user gets as much room as five of another. */
TEST_F_TIMEOUT(queue, fair_between_users, 600)
{
	struct motet_id id;
	int holder, i, share;

	holder = open_wide(self->actor, 0, 10, &id);
	for (i = 0; i < 5; i++)
		ASSERT_LT(0, user_process(&id, MT_USER_A));
	/* alone, a user may use all the room */
	ASSERT_EQ(20, count_user(holder, &id, 20, 5, MT_USER_A));
	ASSERT_LT(0, user_process(&id, MT_USER_B));
	ASSERT_LE(0, count_user(holder, &id, 20, 6, MT_USER_B));
	share = count_user(holder, &id, 60, 6, MT_USER_B);
	EXPECT_LE(24, share);
	EXPECT_GE(36, share);
}

/* Sends numbers in order for ever, as a user. */
static pid_t counting_process(const struct motet_id *id, uid_t uid)
{
	pid_t pid = mt_fork();
	__u64 number;
	int sender;

	if (pid)
		return pid;
	if (mt_become(uid))
		_exit(1);
	sender = mt_sender(mt_actor(), id);
	for (number = 0; !mt_send(sender, 0, (__u64)uid << 32 | number);)
		number++;
	_exit(0);
}

/* Two suspended senders of two users and a slow receiver: half and half. */
TEST_F_TIMEOUT(queue, two_users_two_senders, 600)
{
	__u64 next[2] = { 0 }, before[2], value;
	const int rounds = 100;
	struct motet_id id;
	int holder, i, who;

	holder = open_wide(self->actor, 0, 10, &id);
	ASSERT_LT(0, counting_process(&id, MT_USER_A));
	/* alone, a user has all the room */
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, until_settled(&id, 10, 1));
		ASSERT_EQ(0, mt_recv(holder, &value));
		ASSERT_EQ((__u64)MT_USER_A << 32 | next[0]++, value);
	}
	ASSERT_LT(0, counting_process(&id, MT_USER_B));
	for (i = -20; i < rounds; i++) {
		if (i == 0)
			memcpy(before, next, sizeof(before));
		ASSERT_EQ(0, until_settled(&id, 10, 2));
		ASSERT_EQ(0, mt_recv(holder, &value));
		who = value >> 32 == MT_USER_B;
		ASSERT_EQ((__u64)(who ? MT_USER_B : MT_USER_A) << 32 |
			  next[who]++, value);
	}
	EXPECT_LE(rounds * 40 / 100, next[1] - before[1]);
	EXPECT_GE(rounds * 60 / 100, next[1] - before[1]);
}

/* Each user's senders are served as they came, and the users in turn. */
TEST_F(queue, first_in_first_out_within_each_user)
{
	static const uid_t uids[] = { MT_USER_A, MT_USER_B };
	__u64 next[2] = { 0 }, value, i;
	pid_t pids[8];
	int who;

	EXPECT_EQ(0, fill(self->sender, 0));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		/* all of the first user come before all of the other */
		who = i / 4;
		pids[i] = mt_fork();
		if (pids[i] == 0) {
			EXPECT_EQ(0, mt_become(uids[who]));
			_exit(-mt_send(mt_sender(mt_actor(), &self->id), 0,
				       (__u64)uids[who] << 32 | i % 4));
		}
		ASSERT_EQ(0, mt_until_suspended(&self->id, i + 1));
	}
	for (i = 0; i < BOUND + ARRAY_SIZE(pids); i++) {
		/* one at a time is let in, and has sent */
		ASSERT_EQ(0, until_settled(&self->id, i < 8 ? BOUND : 12 - i,
					   i < 8 ? 8 - i : 0));
		ASSERT_EQ(0, mt_recv(self->holder, &value));
		if (i < BOUND)
			continue;
		who = value >> 32 == MT_USER_B;
		EXPECT_EQ((__u64)uids[who] << 32 | next[who], value);
		next[who]++;
		EXPECT_GE(2, llabs((long long)(next[0] - next[1])));
	}
	for (i = 0; i < ARRAY_SIZE(pids); i++)
		EXPECT_EQ(0, mt_wait(pids[i]));
}

/* Freed room goes to the user that holds least, whoever came first. */
TEST_F(queue, least_holder_first)
{
	__u64 value, i;
	pid_t a, b;

	EXPECT_EQ(0, fill(self->sender, 0));
	a = sender_process(self->sender, 100);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	b = mt_fork();
	if (b == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_B));
		_exit(-mt_send(mt_sender(mt_actor(), &self->id), 0, 200));
	}
	EXPECT_EQ(0, mt_until_suspended(&self->id, 2));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_wait(b));
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_wait(a));
	for (i = 2; i < BOUND; i++)
		EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(200, value);
	EXPECT_EQ(0, mt_recv(self->holder, &value));
	EXPECT_EQ(100, value);
}

/* With MOTET_PORT_FIFO nobody overtakes, of whatever user. */
TEST_F(queue, strict_order)
{
	struct motet_id id;
	int holder, sender;
	pid_t pids[8];
	__u64 value, i;

	holder = open_wide(self->actor, MOTET_PORT_FIFO, 1, &id);
	sender = mt_sender(self->actor, &id);
	EXPECT_EQ(0, mt_send(sender, 0, 0));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = mt_fork();
		if (pids[i] == 0) {
			EXPECT_EQ(0, mt_become(MT_USER_A + (i * 5 / 4) % 3));
			_exit(-mt_send(mt_sender(mt_actor(), &id), 0, i + 1));
		}
		ASSERT_EQ(0, mt_until_suspended(&id, i + 1));
	}
	for (i = 0; i <= ARRAY_SIZE(pids); i++) {
		EXPECT_EQ(0, mt_recv(holder, &value));
		EXPECT_EQ(i, value);
		if (i < ARRAY_SIZE(pids))
			EXPECT_EQ(0, mt_wait(pids[i]));
	}
}

/* Writable after a refusal when, and only when, what was refused would fit. */
TEST_F(queue, poll_for_room)
{
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 300));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 300));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 300));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 0, 600));
	EXPECT_EQ(0, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, try_bytes(self->sender, 0, 600));
	/* a refusal in one priority is about that priority */
	EXPECT_EQ(0, fill(self->sender, 2));
	EXPECT_EQ(-EAGAIN, try_bytes(self->sender, 2, 1));
	EXPECT_EQ(0, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 0));
	/* the other handles of the port have not been refused */
	EXPECT_EQ(POLLOUT, mt_poll(mt_sender(self->actor, &self->id), POLLOUT,
				   0));
}

/* A poller that waits is woken. */
TEST_F(queue, poll_is_woken)
{
	pid_t pid;
	int i;

	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, fill(self->sender, 0));
		EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 1));
		pid = mt_fork();
		if (pid == 0)
			_exit(mt_poll(self->sender, POLLOUT, -1) == POLLOUT ?
			      0 : 1);
		while (take(self->holder) == 0)
			sched_yield();
		EXPECT_EQ(0, mt_wait(pid));
		EXPECT_EQ(0, mt_poll(self->holder, POLLIN, 0));
		pid = sender_process(self->sender, 1);
		EXPECT_EQ(POLLIN, mt_poll(self->holder, POLLIN, -1));
		EXPECT_EQ(0, mt_wait(pid));
		EXPECT_EQ(0, take(self->holder));
	}
}

static int epoll_of(int fd, __u32 events)
{
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = events };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : epoll;
}

static __u32 epoll_now(int epoll)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, 0) == 1 ? event.events : 0;
}

TEST_F(queue, epoll_level_and_edge)
{
	int level = epoll_of(self->holder, EPOLLIN);
	int edge = epoll_of(self->holder, EPOLLIN | EPOLLET);
	int room = epoll_of(self->sender, EPOLLOUT | EPOLLET);

	EXPECT_EQ(0, epoll_now(level));
	EXPECT_EQ(0, epoll_now(edge));
	EXPECT_EQ(EPOLLOUT, epoll_now(room));
	EXPECT_EQ(0, epoll_now(room));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(EPOLLIN, epoll_now(level));
	EXPECT_EQ(EPOLLIN, epoll_now(level));
	EXPECT_EQ(EPOLLIN, epoll_now(edge));
	EXPECT_EQ(0, epoll_now(edge));
	EXPECT_EQ(0, mt_send(self->sender, 3, 2));
	EXPECT_EQ(EPOLLIN, epoll_now(edge));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(EPOLLIN, epoll_now(level));
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(0, epoll_now(level));
	EXPECT_EQ(0, fill(self->sender, 0));
	EXPECT_EQ(-EAGAIN, mt_try_send(self->sender, 0, 1));
	epoll_now(room);
	EXPECT_EQ(0, take(self->holder));
	EXPECT_EQ(EPOLLOUT, epoll_now(room));
	EXPECT_EQ(0, epoll_now(room));
}

struct receiver {
	pthread_t thread;
	pid_t tid;
	int holder;
	__u32 cap;
	int result;
};

static void *receive(void *arg)
{
	struct receiver *receiver = arg;
	struct motet_msg msg = { 0 };
	char buffer[8];

	__atomic_store_n(&receiver->tid, (pid_t)syscall(SYS_gettid),
			 __ATOMIC_SEQ_CST);
	receiver->result = mt_recv_msg(receiver->holder, &msg, buffer,
				       receiver->cap);
	return NULL;
}

static int start_receiver(struct receiver *receiver, int holder, __u32 cap)
{
	*receiver = (struct receiver){ .holder = holder, .cap = cap };
	if (pthread_create(&receiver->thread, NULL, receive, receiver))
		return -1;
	while (!__atomic_load_n(&receiver->tid, __ATOMIC_SEQ_CST))
		sched_yield();
	return mt_until_blocked(receiver->tid);
}

/* Any thread of the holder receives, and each message wakes one. */
TEST_F(queue, several_receivers)
{
	struct receiver receivers[4];
	unsigned int round;
	int i;

	for (round = 0; round < 10; round++) {
		for (i = 0; i < 4; i++)
			ASSERT_EQ(0, start_receiver(&receivers[i],
						    self->holder, 8));
		for (i = 0; i < 4; i++)
			EXPECT_EQ(0, mt_send(self->sender, 0, i));
		for (i = 0; i < 4; i++) {
			pthread_join(receivers[i].thread, NULL);
			EXPECT_EQ(0, receivers[i].result);
		}
	}
}

/* One that was woken and can't take the message wakes the next. */
TEST_F(queue, message_left_wakes_the_next)
{
	struct receiver small, fits;
	int i;

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, start_receiver(&small, self->holder, 0));
		ASSERT_EQ(0, start_receiver(&fits, self->holder, 8));
		EXPECT_EQ(0, mt_send(self->sender, 0, 1));
		pthread_join(fits.thread, NULL);
		EXPECT_EQ(0, fits.result);
		/* it may have been too late to see the first message */
		if (pthread_tryjoin_np(small.thread, NULL)) {
			mt_send(self->sender, 0, 2);
			pthread_join(small.thread, NULL);
		}
		EXPECT_EQ(-EMSGSIZE, small.result);
		take(self->holder);
	}
}

TEST_HARNESS_MAIN
