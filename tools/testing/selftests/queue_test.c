// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Room in a port: bounds, polling, time, and receivers.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "queue_test.h"

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

struct failing {
	pthread_t thread;
	int holder;
	int stop;
	int wrong;
};

static void *fail_to_receive(void *arg)
{
	struct failing *failing = arg;
	struct motet_msg msg;
	int ret;

	while (!__atomic_load_n(&failing->stop, __ATOMIC_SEQ_CST)) {
		msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT, .body = 8,
			 .body_cap = 8);
		ret = mt_ioctl(failing->holder, MOTET_IOC_RECV, &msg);
		failing->wrong |= ret != -EFAULT && ret != -EAGAIN;
	}
	return NULL;
}

/* Several that can't receive leave the queue as it was. */
TEST_F(queue, failed_receives_keep_the_order)
{
	unsigned int round, rounds = mt_rounds(200);
	struct failing failing[3] = { 0 };
	__u64 value, i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < 4; i++)
			ASSERT_EQ(0, mt_send(self->sender, 0, i));
		for (i = 0; i < ARRAY_SIZE(failing); i++) {
			failing[i].stop = 0;
			failing[i].holder = self->holder;
			ASSERT_EQ(0, pthread_create(&failing[i].thread, NULL,
						    fail_to_receive,
						    &failing[i]));
		}
		mt_breathe();
		for (i = 0; i < ARRAY_SIZE(failing); i++)
			__atomic_store_n(&failing[i].stop, 1, __ATOMIC_SEQ_CST);
		for (i = 0; i < ARRAY_SIZE(failing); i++)
			pthread_join(failing[i].thread, NULL);
		for (i = 0; i < 4; i++) {
			ASSERT_EQ(0, mt_try_recv(self->holder, &value));
			ASSERT_EQ(i, value);
		}
	}
	for (i = 0; i < ARRAY_SIZE(failing); i++)
		EXPECT_EQ(0, failing[i].wrong);
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
