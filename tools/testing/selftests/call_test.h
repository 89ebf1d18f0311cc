/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port, a sender, and callers that are threads or processes of their own.
 */
#ifndef CALL_TEST_H
#define CALL_TEST_H

#include <pthread.h>
#include <sys/syscall.h>

#include <linux/futex.h>

#include "kselftest_harness.h"
#include "motet_test.h"

FIXTURE(call) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
};

FIXTURE_SETUP(call)
{
	int futex = 0;

	/* a 32-bit program's threads may be more than the kernel can do */
	if (syscall(SYS_futex, &futex, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0))
		SKIP(return, "the kernel has no futex for this program");
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_port(self->actor, NULL, 16, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(call)
{
	EXPECT_LE(0, mt_purge());
}

/*
 * A call in another thread, since one that calls itself would wait for ever.
 * The result is there when the thread has been joined.
 */
struct caller {
	pthread_t thread;
	pid_t tid;
	int sender;
	__u64 value;
	__u64 deadline;
	bool resume;
	int result;
	__u64 answer;
	__u64 id;
};

static inline void *caller_thread(void *arg)
{
	struct caller *caller = arg;

	__atomic_store_n(&caller->tid, (pid_t)syscall(SYS_gettid),
			 __ATOMIC_SEQ_CST);
	if (caller->resume)
		caller->result = mt_resume(caller->sender, caller->id,
					   &caller->answer, caller->deadline);
	else
		caller->result = mt_call(caller->sender, caller->value,
					 &caller->answer, caller->deadline,
					 &caller->id);
	return NULL;
}

static inline int caller_start(struct caller *caller)
{
	caller->tid = 0;
	if (pthread_create(&caller->thread, NULL, caller_thread, caller))
		return -1;
	while (!__atomic_load_n(&caller->tid, __ATOMIC_SEQ_CST))
		sched_yield();
	return mt_until_blocked(caller->tid);
}

static inline int caller_end(struct caller *caller)
{
	pthread_join(caller->thread, NULL);
	return caller->result;
}

/* A process that calls and exits with the errno. */
static inline pid_t caller_process(int sender, __u64 value)
{
	pid_t pid = mt_fork();
	__u64 answer;

	if (pid == 0)
		_exit(-mt_call(sender, value, &answer, 0, NULL));
	return pid;
}

static inline int abandoned(int actor, __u64 token, const struct motet_id *to)
{
	struct motet_msg msg;
	int ret = mt_exception(actor, &msg);

	if (ret)
		return ret;
	return msg.exception == MOTET_EXCEPTION_CALL_ABANDONED &&
	       msg.token == token && mt_id_equal(&msg.to, to) &&
	       msg.count == 1 ? 0 : -EPROTO;
}

#endif /* CALL_TEST_H */
