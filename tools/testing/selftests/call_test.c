// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls and answers, and all the ways in which they end otherwise.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "call_test.h"

#define RETENTION	(300 * MT_SECOND)

TEST_F(call, answered)
{
	struct caller caller = { .sender = self->sender, .value = 5 };
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg = { .stamp = mt_ptr(&stamp) };
	struct motet_msg reply = MT(motet_msg);
	__u64 value;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_msg(self->holder, &msg, &value, sizeof(value)));
	EXPECT_EQ(5, value);
	EXPECT_EQ(MOTET_MSG_CALL, msg.flags & MOTET_MSG_CALL);
	EXPECT_NE(0, msg.token);
	EXPECT_EQ(1, stamp.sequence);
	EXPECT_EQ(getpid(), stamp.pid);
	value = 6;
	reply.token = msg.token;
	reply.body = mt_ptr(&value);
	reply.body_len = sizeof(value);
	EXPECT_EQ(0, mt_ioctl(self->holder, MOTET_IOC_REPLY, &reply));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(6, caller.answer);
	EXPECT_EQ(0, caller.id);
	/* it has its answer, and is no longer there to resume or to cancel */
	EXPECT_EQ(-ECONNRESET, mt_reply(self->holder, msg.token, 7));
	EXPECT_EQ(-ENOENT, mt_reply(self->holder, msg.token + 1000, 7));
	EXPECT_EQ(-ENOENT, mt_cancel(self->sender, msg.token));
	EXPECT_EQ(-ENOENT, mt_resume(self->sender, msg.token, &value, 0));
}

/* All of an answer: body and annex, stamped as who answers. */
TEST_F(call, contents_of_an_answer)
{
	static char big[20000], seen[20000];
	struct motet_stamp stamp = MT(motet_stamp);
	char annex[MOTET_ANNEX_MAX];
	struct motet_msg request = MT(motet_msg, .annex = mt_ptr("question"),
				      .annex_len = 8);
	struct motet_msg answer = MT(motet_msg, .body = mt_ptr(seen),
				     .body_cap = sizeof(seen),
				     .annex = mt_ptr(annex),
				     .annex_cap = sizeof(annex),
				     .stamp = mt_ptr(&stamp));
	struct motet_call_arg arg = MT(motet_call_arg,
				       .request = mt_ptr(&request),
				       .reply = mt_ptr(&answer));
	int ready = eventfd(0, 0);
	struct motet_id *id = mt_shared(sizeof(*id));
	eventfd_t count;
	pid_t pid;

	memset(big, 0x5a, sizeof(big));
	pid = mt_fork();
	if (pid == 0) {
		int holder = mt_port(mt_actor(), NULL, 4, id);
		struct motet_msg got = MT(motet_msg, .annex = mt_ptr(annex),
					  .annex_cap = sizeof(annex));

		eventfd_write(ready, 1);
		EXPECT_EQ(0, mt_recv_msg(holder, &got, NULL, 0));
		EXPECT_EQ(8, got.annex_len);
		EXPECT_EQ(0, memcmp(annex, "question", 8));
		got = MT(motet_msg, .token = got.token, .body = mt_ptr(big),
			 .body_len = sizeof(big), .annex = mt_ptr("reply"),
			 .annex_len = 5);
		EXPECT_EQ(0, mt_ioctl(holder, MOTET_IOC_REPLY, &got));
		pause();
	}
	eventfd_read(ready, &count);
	self->sender = mt_sender(self->actor, id);
	EXPECT_EQ(0, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	EXPECT_EQ(sizeof(big), answer.body_len);
	EXPECT_EQ(0, memcmp(big, seen, sizeof(big)));
	EXPECT_EQ(5, answer.annex_len);
	EXPECT_EQ(0, memcmp(annex, "reply", 5));
	EXPECT_EQ(0, answer.priority);
	EXPECT_EQ(0, answer.exception);
	EXPECT_EQ(pid, stamp.pid);
	EXPECT_EQ(MOTET_CLASS_ACTOR, stamp.actor.bytes[0]);
	EXPECT_EQ(0, stamp.sequence);
	EXPECT_EQ(0, stamp.epoch);
	mt_kill(pid);
}

/* Refused answers change nothing: the call can still be answered. */
TEST_F(call, answer_bounded_by_the_capacity)
{
	struct caller caller = { .sender = self->sender };
	char bytes[16] = "123456789";
	struct motet_msg reply;
	__u64 token, value;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	reply = MT(motet_msg, .token = token, .body = mt_ptr(bytes),
		   .body_len = 9);
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->holder, MOTET_IOC_REPLY, &reply));
	reply = MT(motet_msg, .token = token, .annex = mt_ptr(bytes),
		   .annex_len = 1);
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->holder, MOTET_IOC_REPLY, &reply));
	reply = MT(motet_msg, .token = token, .body_len = 8);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->holder, MOTET_IOC_REPLY, &reply));
	reply = MT(motet_msg, .token = token, .body = mt_ptr(bytes),
		   .body_len = 8);
	EXPECT_EQ(0, mt_ioctl(self->holder, MOTET_IOC_REPLY, &reply));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(0, memcmp(&caller.answer, bytes, 8));
}

TEST_F(call, tokens_belong_to_their_port)
{
	struct caller caller = { .sender = self->sender };
	int other = mt_port(self->actor, NULL, 4, NULL);
	__u64 token, value;

	ASSERT_EQ(0, caller_start(&caller));
	/* not received yet, so there is nothing to answer */
	EXPECT_GT(0, mt_reply(self->holder, 1, 1));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(-ENOENT, mt_reply(other, token, 1));
	EXPECT_EQ(-ENOENT, mt_reply(self->holder, 0, 1));
	EXPECT_EQ(-ENOENT, mt_reply(self->holder, ~0ULL, 1));
	EXPECT_EQ(-ENOTTY, mt_reply(self->sender, token, 1));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

/* Answered in another order than asked. */
TEST_F(call, several_at_once)
{
	struct caller callers[5];
	__u64 tokens[5], values[5];
	int i;

	for (i = 0; i < 5; i++) {
		callers[i] = (struct caller){
			.sender = self->sender, .value = 10 + i,
		};
		ASSERT_EQ(0, caller_start(&callers[i]));
	}
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(0, mt_recv_call(self->holder, &tokens[i],
					  &values[i]));
		EXPECT_EQ(10 + i, values[i]);
	}
	for (i = 4; i >= 0; i--) {
		EXPECT_EQ(0, mt_reply(self->holder, tokens[i], 100 + i));
		EXPECT_EQ(0, caller_end(&callers[i]));
		EXPECT_EQ(100 + i, callers[i].answer);
	}
}

static int reply_recv(int holder, struct motet_msg *reply,
		      struct motet_msg *recv, bool *given)
{
	struct motet_reply_recv both = MT(motet_reply_recv,
					  .reply = mt_ptr(reply),
					  .recv = mt_ptr(recv));
	int ret = mt_ioctl(holder, MOTET_IOC_REPLY_RECV, &both);

	*given = reply && both.reply == 0;
	return ret;
}

TEST_F(call, reply_recv)
{
	struct caller caller = { .sender = self->sender, .value = 1 };
	struct motet_msg reply, recv;
	__u64 value, out = 2;
	bool given;

	ASSERT_EQ(0, caller_start(&caller));
	recv = MT(motet_msg, .body = mt_ptr(&value), .body_cap = 8);
	EXPECT_EQ(0, reply_recv(self->holder, NULL, &recv, &given));
	EXPECT_EQ(0, mt_send(self->sender, 0, 77));
	/* an answer that fails receives nothing, and is not taken back */
	reply = MT(motet_msg, .token = recv.token + 99, .body = mt_ptr(&out),
		   .body_len = 8);
	recv.flags = 0;
	EXPECT_EQ(-ENOENT, reply_recv(self->holder, &reply, &recv, &given));
	EXPECT_FALSE(given);
	reply.token = recv.token;
	recv.pad = 1;
	EXPECT_EQ(-EINVAL, reply_recv(self->holder, &reply, &recv, &given));
	EXPECT_FALSE(given);
	recv.pad = 0;
	EXPECT_EQ(0, reply_recv(self->holder, &reply, &recv, &given));
	EXPECT_TRUE(given);
	EXPECT_EQ(77, value);
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(2, caller.answer);
}

/* The answer is given, and receiving fails: the same call works again. */
TEST_F(call, reply_recv_fails_to_receive)
{
	static const struct {
		__u32 flags;
		__u64 deadline;
		int result;
	} cases[] = {
		{ MOTET_MSG_DONTWAIT, 0, -EAGAIN },
		{ 0, 1, -ETIMEDOUT },
	};
	struct motet_msg reply, recv;
	struct caller caller;
	__u64 token, value;
	unsigned int i;
	bool given;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		caller = (struct caller){ .sender = self->sender };
		ASSERT_EQ(0, caller_start(&caller));
		EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
		reply = MT(motet_msg, .token = token);
		recv = MT(motet_msg, .flags = cases[i].flags,
			  .deadline = cases[i].deadline);
		EXPECT_EQ(cases[i].result,
			  reply_recv(self->holder, &reply, &recv, &given));
		EXPECT_TRUE(given);
		EXPECT_EQ(0, caller_end(&caller));
		EXPECT_EQ(cases[i].result,
			  reply_recv(self->holder, NULL, &recv, &given));
	}
}

/* The whole struct can't be written: nothing has happened. */
TEST_F(call, reply_recv_cannot_be_told)
{
	struct motet_reply_recv *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS,
					     -1, 0);
	struct caller caller = { .sender = self->sender };
	struct motet_msg reply, recv = MT(motet_msg,
					  .flags = MOTET_MSG_DONTWAIT);
	__u64 token, value;

	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	reply = MT(motet_msg, .token = token);
	*page = MT(motet_reply_recv, .reply = mt_ptr(&reply),
		   .recv = mt_ptr(&recv));
	ASSERT_EQ(0, mprotect(page, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->holder, MOTET_IOC_REPLY_RECV, page));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

/* A server process that does so much of a call and then waits. */
enum stage { RECEIVE_NOT, RECEIVE };

struct server {
	pid_t pid;
	struct motet_id id;
	int received;
};

static struct server *server_start(enum stage stage, const char *name)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = name ? RETENTION : 0,
	};
	struct server *server = mt_shared(sizeof(*server));
	int ready = eventfd(0, EFD_CLOEXEC);
	eventfd_t count;
	__u64 token, value;
	pid_t pid;

	server->received = eventfd(0, EFD_CLOEXEC);
	pid = mt_fork();
	if (pid == 0) {
		int holder = mt_create(mt_actor(), &create, name);

		server->id = create.id;
		eventfd_write(ready, 1);
		if (stage == RECEIVE && mt_recv_call(holder, &token, &value))
			_exit(1);
		eventfd_write(server->received, 1);
		for (;;)
			pause();
	}
	eventfd_read(ready, &count);
	server->pid = pid;
	return server;
}

static void server_kill(struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

TEST_F(call, server_dies_before_receiving)
{
	struct server *server = server_start(RECEIVE_NOT, NULL);
	struct caller caller = { 0 };

	caller.sender = mt_sender(self->actor, &server->id);
	ASSERT_EQ(0, caller_start(&caller));
	server_kill(server);
	EXPECT_EQ(-EOWNERDEAD, caller_end(&caller));
	EXPECT_EQ(0, caller.id);
}

TEST_F(call, server_dies_after_receiving)
{
	struct server *server;
	struct caller caller;
	eventfd_t count;
	int i;

	/* retained or not, who received it will not answer any more */
	for (i = 0; i < 2; i++) {
		server = server_start(RECEIVE, i ? "after" : NULL);
		caller = (struct caller){
			.sender = mt_sender(self->actor, &server->id),
		};
		ASSERT_EQ(0, caller_start(&caller));
		eventfd_read(server->received, &count);
		server_kill(server);
		EXPECT_EQ(-ECONNRESET, caller_end(&caller));
		EXPECT_EQ(0, caller.id);
	}
}

/* A retained port keeps what was not received, for its next holder. */
TEST_F(call, goes_on_with_the_next_holder)
{
	struct server *server = server_start(RECEIVE_NOT, "next");
	struct caller caller = { 0 };
	__u64 token, value;
	int holder;

	caller.sender = mt_sender(self->actor, &server->id);
	caller.value = 3;
	ASSERT_EQ(0, caller_start(&caller));
	server_kill(server);
	EXPECT_EQ(0, mt_until_state(caller.sender, MOTET_PORT_STATE_RETAINED));
	holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "next", NULL);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_recv_call(holder, &token, &value));
	EXPECT_EQ(3, value);
	EXPECT_EQ(0, mt_reply(holder, token, 4));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(4, caller.answer);
}

TEST_F(call, closing_the_port)
{
	struct caller queued = { .sender = self->sender };
	struct caller received = { .sender = self->sender };
	__u64 token, value;

	ASSERT_EQ(0, caller_start(&received));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	ASSERT_EQ(0, caller_start(&queued));
	close(self->holder);
	EXPECT_EQ(-ECONNRESET, caller_end(&received));
	EXPECT_EQ(-EOWNERDEAD, caller_end(&queued));
	EXPECT_EQ(-EOWNERDEAD, mt_call(self->sender, 1, &value, 0, NULL));
}

TEST_F(call, caller_dies_before_it_is_received)
{
	struct motet_port_status status;
	__u64 value;
	pid_t pid;

	pid = mt_fork();
	if (pid == 0) {
		int sender = mt_sender(mt_actor(), &self->id);

		_exit(-mt_call(sender, 1, &value, 0, NULL));
	}
	EXPECT_EQ(0, mt_until_blocked(pid));
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(1, status.messages);
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	/* withdrawn with its handle */
	do {
		EXPECT_EQ(0, mt_status(self->sender, &status));
	} while (status.messages);
	EXPECT_EQ(0, status.bytes);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
}

/* One whose request was received. */
static int caller_is_killed(int holder, const struct motet_id *id, __u64 *token)
{
	pid_t pid = mt_fork();
	__u64 value;
	int ret;

	if (pid == 0)
		_exit(-mt_call(mt_sender(mt_actor(), id), 1, &value, 0, NULL));
	ret = mt_recv_call(holder, token, &value);
	ret = ret ?: mt_until_blocked(pid);
	mt_kill(pid);
	return ret;
}

TEST_F(call, caller_dies_after_it_is_received)
{
	__u64 token;

	ASSERT_EQ(0, caller_is_killed(self->holder, &self->id, &token));
	EXPECT_EQ(0, abandoned(self->actor, token, &self->id));
	EXPECT_EQ(-ECONNRESET, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
}

TEST_F(call, deadline_before_it_is_received)
{
	__u64 value, id, deadline = mt_after(20 * MT_MS);

	EXPECT_EQ(-ETIMEDOUT, mt_call(self->sender, 1, &value, deadline, &id));
	EXPECT_LE(deadline, mt_now());
	EXPECT_EQ(0, id);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
}

TEST_F(call, deadline_after_it_is_received)
{
	__u64 value, delay = 100 * MT_MS;
	struct caller caller;
	struct motet_msg msg;
	int ret;

	do {
		delay *= 2;
		caller = (struct caller){
			.sender = self->sender, .deadline = mt_after(delay),
		};
		/* it may be over when it would have been received */
		ret = caller_start(&caller);
		ASSERT_TRUE(ret == 0 || ret == -ESRCH);
		msg = (struct motet_msg){ .deadline = caller.deadline };
		ret = mt_recv_msg(self->holder, &msg, &value, sizeof(value));
	} while (ret == -ETIMEDOUT && caller_end(&caller) == -ETIMEDOUT &&
		 delay < 20 * MT_SECOND);
	EXPECT_EQ(0, ret);
	EXPECT_NE(0, msg.flags & MOTET_MSG_CALL);
	EXPECT_EQ(-ETIMEDOUT, caller_end(&caller));
	EXPECT_EQ(0, caller.id);
	EXPECT_EQ(0, abandoned(self->actor, msg.token, &self->id));
	EXPECT_EQ(-ECONNRESET, mt_reply(self->holder, msg.token, 1));
}

/* While it waits for room nothing was sent, and there is nothing to resume. */
TEST_F(call, no_room_for_the_request)
{
	int holder = mt_port(self->actor, NULL, 1, &self->id);
	int sender = mt_sender(self->actor, &self->id);
	__u64 value, id = 1;
	struct caller caller = { .sender = sender, .id = 1 };

	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(-ETIMEDOUT, mt_call(sender, 2, &value, mt_after(MT_MS), &id));
	EXPECT_EQ(0, id);
	EXPECT_EQ(0, fcntl(sender, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mt_call(sender, 2, &value, 0, &id));
	EXPECT_EQ(0, fcntl(sender, F_SETFL, 0));
	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	EXPECT_EQ(0, caller.id);
	EXPECT_EQ(0, mt_try_recv(holder, &value));
	EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
}

/* DONTWAIT is for the place in the queue only, not for the answer. */
TEST_F(call, nonblocking_waits_for_the_answer)
{
	struct caller caller = { .sender = self->sender };
	__u64 token, value;

	EXPECT_EQ(0, fcntl(self->sender, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

/* Nothing is sent if anything is wrong before. */
TEST_F(call, request_is_bad)
{
	struct motet_msg request = MT(motet_msg, .body = 8, .body_len = 8);
	struct motet_msg answer = MT(motet_msg);
	struct motet_call_arg arg = MT(motet_call_arg,
				       .request = mt_ptr(&request),
				       .reply = mt_ptr(&answer), .id = 5);
	__u64 value;

	EXPECT_EQ(-EFAULT, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	EXPECT_EQ(0, arg.id);
	request.body_len = 0;
	answer.deadline = 1;
	EXPECT_EQ(-EINVAL, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	answer.deadline = 0;
	arg.reply = 8;
	EXPECT_EQ(-EFAULT, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	arg.reply = mt_ptr(&answer);
	arg.flags = MOTET_CALL_RESUME;
	EXPECT_EQ(-EINVAL, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	arg.request = 0;
	arg.id = 5;
	EXPECT_EQ(-ENOENT, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* A received call that can't be handed over is queued again. */
TEST_F(call, receiving_fails)
{
	struct caller caller = { .sender = self->sender };
	struct motet_msg msg;
	__u64 token, value;

	ASSERT_EQ(0, caller_start(&caller));
	msg = MT(motet_msg, .body = 8, .body_cap = 8);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->holder, MOTET_IOC_RECV, &msg));
	msg = MT(motet_msg);
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->holder, MOTET_IOC_RECV, &msg));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

/* Nor is what the kernel tells lost then. */
TEST_F(call, being_told_fails)
{
	struct motet_stamp stamp = { .size = 1 };
	struct motet_msg msg;
	__u64 token;

	ASSERT_EQ(0, caller_is_killed(self->holder, &self->id, &token));
	EXPECT_EQ(POLLIN, mt_poll(self->actor, POLLIN, 20000));
	msg = MT(motet_msg, .stamp = mt_ptr(&stamp));
	EXPECT_EQ(-EINVAL, mt_ioctl(self->actor, MOTET_IOC_RECV, &msg));
	msg = MT(motet_msg, .stamp = 8);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->actor, MOTET_IOC_RECV, &msg));
	EXPECT_EQ(0, abandoned(self->actor, token, &self->id));
}

TEST_F(call, to_the_own_default_port)
{
	struct motet_info info;
	struct caller caller = { .value = 1 };
	__u64 token, value;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	caller.sender = mt_sender(self->actor, &info.port);
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->actor, &token, &value));
	EXPECT_EQ(0, mt_reply(self->actor, token, 2));
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(2, caller.answer);
}

/* A call by who inherited the handle: he has no actor. */
TEST_F(call, by_a_child)
{
	pid_t pid = caller_process(self->sender, 5);
	__u64 token, value;

	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(0, mt_reply(self->holder, token, 6));
	EXPECT_EQ(0, mt_wait(pid));
}

#define CALLERS	8
#define SERVERS	4

struct crowd {
	int fd;
	unsigned int calls;
	int error;
};

static void *crowd_caller(void *arg)
{
	struct crowd *crowd = arg;
	__u64 answer, i;

	for (i = 0; i < crowd->calls; i++) {
		__u64 value = (__u64)(uintptr_t)&i << 16 | i;

		crowd->error = mt_call(crowd->fd, value, &answer, 0, NULL);
		if (!crowd->error && answer != ~value)
			crowd->error = -EPROTO;
		if (crowd->error)
			break;
	}
	return NULL;
}

static void *crowd_server(void *arg)
{
	struct crowd *crowd = arg;
	struct motet_msg reply, recv;
	__u64 value, answer;
	bool given;
	int ret;

	recv = MT(motet_msg, .body = mt_ptr(&value), .body_cap = 8);
	ret = reply_recv(crowd->fd, NULL, &recv, &given);
	while (!ret && (recv.flags & MOTET_MSG_CALL)) {
		answer = ~value;
		reply = MT(motet_msg, .token = recv.token,
			   .body = mt_ptr(&answer), .body_len = 8);
		ret = reply_recv(crowd->fd, &reply, &recv, &given);
	}
	crowd->error = ret;
	return NULL;
}

/* Many threads on one handle, and several on one port. */
TEST_F_TIMEOUT(call, many_threads, 600)
{
	pthread_t callers[CALLERS], servers[SERVERS];
	struct crowd crowd[CALLERS + SERVERS] = { 0 };
	int i;

	for (i = 0; i < SERVERS; i++) {
		crowd[CALLERS + i].fd = self->holder;
		pthread_create(&servers[i], NULL, crowd_server,
			       &crowd[CALLERS + i]);
	}
	for (i = 0; i < CALLERS; i++) {
		crowd[i].fd = self->sender;
		crowd[i].calls = 100;
		pthread_create(&callers[i], NULL, crowd_caller, &crowd[i]);
	}
	for (i = 0; i < CALLERS; i++) {
		pthread_join(callers[i], NULL);
		EXPECT_EQ(0, crowd[i].error);
	}
	/* what is no call lets one server end */
	for (i = 0; i < SERVERS; i++)
		EXPECT_EQ(0, mt_send(self->sender, 0, 0));
	for (i = 0; i < SERVERS; i++) {
		pthread_join(servers[i], NULL);
		EXPECT_EQ(0, crowd[CALLERS + i].error);
	}
}

TEST_HARNESS_MAIN
