// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that are unfinished: interrupted, resumed, cancelled.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "call_test.h"

/* With SA_RESTART too: the call is unfinished, and never sent twice. */
TEST_F(call, interrupted_and_resumed)
{
	struct caller caller;
	__u64 token, value;
	int i;

	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, mt_alarm_signal(i & 1 ? SA_RESTART : 0));
		caller = (struct caller){
			.sender = self->sender, .value = 7,
		};
		ASSERT_EQ(0, caller_start(&caller));
		if (i & 2)
			EXPECT_EQ(0, mt_recv_call(self->holder, &token,
						  &value));
		pthread_kill(caller.thread, SIGUSR1);
		EXPECT_EQ(-EINTR, caller_end(&caller));
		EXPECT_NE(0, caller.id);
		caller.resume = true;
		ASSERT_EQ(0, caller_start(&caller));
		/* it may be interrupted again and again */
		pthread_kill(caller.thread, SIGUSR1);
		EXPECT_EQ(-EINTR, caller_end(&caller));
		ASSERT_EQ(0, caller_start(&caller));
		if (!(i & 2))
			EXPECT_EQ(0, mt_recv_call(self->holder, &token,
						  &value));
		EXPECT_EQ(7, value);
		EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
		EXPECT_EQ(0, mt_reply(self->holder, token, 8));
		EXPECT_EQ(0, caller_end(&caller));
		EXPECT_EQ(8, caller.answer);
		EXPECT_EQ(-ENOENT, mt_resume(self->sender, caller.id, &value,
					     0));
	}
}

/* Answered while nobody waited: it is kept. */
TEST_F(call, resumed_after_the_answer)
{
	struct caller caller = { .sender = self->sender };
	__u64 token, value;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	EXPECT_EQ(0, mt_reply(self->holder, token, 9));
	/* who answers has done so, whether or not it is fetched */
	EXPECT_EQ(-ECONNRESET, mt_reply(self->holder, token, 10));
	/* the deadline has passed, but there is no need to wait */
	EXPECT_EQ(0, mt_resume(self->sender, caller.id, &value, 1));
	EXPECT_EQ(9, value);
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
}

TEST_F(call, resumed_until_a_deadline)
{
	struct caller caller = { .sender = self->sender };
	__u64 token, value;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	EXPECT_EQ(-ETIMEDOUT, mt_resume(self->sender, caller.id, &value,
					mt_after(MT_MS)));
	EXPECT_EQ(0, abandoned(self->actor, token, &self->id));
	EXPECT_EQ(-ENOENT, mt_resume(self->sender, caller.id, &value, 0));
}

TEST_F(call, one_waiter_at_a_time)
{
	struct caller caller = { .sender = self->sender };
	__u64 token, value;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	caller.resume = true;
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(-EBUSY, mt_resume(self->sender, caller.id, &value, 0));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

TEST_F(call, cancelled_before_it_is_received)
{
	struct caller caller = { .sender = self->sender };
	__u64 value, id;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	id = caller.id;
	EXPECT_EQ(0, mt_cancel(self->sender, id));
	EXPECT_EQ(-ENOENT, mt_cancel(self->sender, id));
	EXPECT_EQ(-ENOENT, mt_resume(self->sender, id, &value, 0));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
}

/* The token a server sees is the id that the caller has. */
TEST_F(call, cancelled_while_another_thread_waits)
{
	struct caller caller = { .sender = self->sender };
	int other = mt_sender(self->actor, &self->id);
	__u64 token, value;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	caller.resume = true;
	ASSERT_EQ(0, caller_start(&caller));
	/* calls belong to the handle that they were made on */
	EXPECT_EQ(-ENOENT, mt_cancel(other, caller.id));
	EXPECT_EQ(0, mt_cancel(self->sender, caller.id));
	EXPECT_EQ(-ECANCELED, caller_end(&caller));
	EXPECT_EQ(0, abandoned(self->actor, token, &self->id));
	EXPECT_EQ(-ECONNRESET, mt_reply(self->holder, token, 1));
}

TEST_F(call, closing_the_handle_cancels)
{
	struct caller queued = { .sender = self->sender };
	struct caller received = { .sender = self->sender };
	__u64 token, value;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&received));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	pthread_kill(received.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&received));
	ASSERT_EQ(0, caller_start(&queued));
	pthread_kill(queued.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&queued));
	close(self->sender);
	EXPECT_EQ(0, abandoned(self->actor, token, &self->id));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(-ECONNRESET, mt_reply(self->holder, token, 1));
}

/* What goes wrong at the answer leaves the call unfinished. */
TEST_F(call, answer_cannot_be_taken)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct {
		__u64 body;
		__u32 cap;
		__u64 stamp;
		int result;
	} cases[] = {
		{ 8, 8, 0, -EFAULT },
		{ 0, 0, 0, -EMSGSIZE },
		{ mt_ptr(&stamp), 8, 8, -EFAULT },
	};
	struct caller caller = { .sender = self->sender };
	struct motet_msg answer;
	struct motet_call_arg arg;
	__u64 token, value;
	unsigned int i;

	EXPECT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, caller_start(&caller));
	EXPECT_EQ(0, mt_recv_call(self->holder, &token, &value));
	pthread_kill(caller.thread, SIGUSR1);
	EXPECT_EQ(-EINTR, caller_end(&caller));
	EXPECT_EQ(0, mt_reply(self->holder, token, 11));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		answer = MT(motet_msg, .body = cases[i].body,
			    .body_cap = cases[i].cap,
			    .stamp = cases[i].stamp);
		arg = MT(motet_call_arg, .flags = MOTET_CALL_RESUME,
			 .id = caller.id, .reply = mt_ptr(&answer));
		EXPECT_EQ(cases[i].result,
			  mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
		EXPECT_EQ(caller.id, arg.id);
		if (cases[i].result == -EMSGSIZE)
			EXPECT_EQ(8, answer.body_len);
	}
	EXPECT_EQ(0, mt_resume(self->sender, caller.id, &value, 0));
	EXPECT_EQ(11, value);
}

/* Resumes one call in a thread of its own, as fast as it can. */
static void *resume_thread(void *arg)
{
	struct caller *caller = arg;

	do
		caller->result = mt_resume(caller->sender, caller->id,
					   &caller->answer, 0);
	while (caller->result == -EBUSY);
	return NULL;
}

/* Several resume it; one gets the answer, the others find it finished. */
TEST_F_TIMEOUT(call, resumed_by_several, 600)
{
	unsigned int round, rounds = mt_rounds(500), i, got;
	struct caller caller, others[2];
	__u64 token, value;

	EXPECT_EQ(0, mt_alarm_signal(0));
	for (round = 0; round < rounds; round++) {
		caller = (struct caller){ .sender = self->sender };
		ASSERT_EQ(0, caller_start(&caller));
		ASSERT_EQ(0, mt_recv_call(self->holder, &token, &value));
		pthread_kill(caller.thread, SIGUSR1);
		ASSERT_EQ(-EINTR, caller_end(&caller));
		ASSERT_EQ(0, mt_reply(self->holder, token, round));
		got = 0;
		for (i = 0; i < 2; i++) {
			others[i] = caller;
			ASSERT_EQ(0, pthread_create(&others[i].thread, NULL,
						    resume_thread, &others[i]));
		}
		for (i = 0; i < 2; i++) {
			pthread_join(others[i].thread, NULL);
			if (!others[i].result)
				got++;
			else
				EXPECT_EQ(-ENOENT, others[i].result);
		}
		ASSERT_EQ(1, got);
	}
	/* the count of unfinished calls is right, too: there is room for all */
	EXPECT_EQ(-ETIMEDOUT, mt_call(self->sender, 1, &value, 1, NULL));
}

/* However much a caller says that it has room for. */
TEST_F(call, answer_larger_than_any_message)
{
	struct motet_info info = MT(motet_info);
	struct caller caller = { .sender = self->sender };
	struct motet_msg msg = MT(motet_msg);
	__u64 token, value;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	ASSERT_EQ(0, caller_start(&caller));
	ASSERT_EQ(0, mt_recv_call(self->holder, &token, &value));
	msg.token = token;
	msg.body = mt_ptr(&value);
	msg.body_len = info.body_max + 1;
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->holder, MOTET_IOC_REPLY, &msg));
	EXPECT_EQ(0, mt_reply(self->holder, token, 1));
	EXPECT_EQ(0, caller_end(&caller));
}

/* What was there before does not look like a call that could be resumed. */
TEST_F(call, id_after_a_failure)
{
	struct motet_msg answer = MT(motet_msg, .pad = 1);
	struct motet_call_arg arg = MT(motet_call_arg, .id = 777,
				       .reply = mt_ptr(&answer));

	EXPECT_EQ(-EINVAL, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	EXPECT_EQ(0, arg.id);
	arg.id = 777;
	answer.pad = 0;
	EXPECT_EQ(-EFAULT, mt_ioctl(self->sender, MOTET_IOC_CALL, &arg));
	EXPECT_EQ(0, arg.id);
}

TEST_HARNESS_MAIN
