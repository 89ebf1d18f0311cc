// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults of a process that handles their signals: its default port tells.
 */
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "kselftest_harness.h"
#include "motet_test.h"

FIXTURE(fault) {
	int actor;
};

FIXTURE_SETUP(fault)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
}

FIXTURE_TEARDOWN(fault)
{
}

static sigjmp_buf back;

static void handler(int signal)
{
	siglongjmp(back, signal);
}

static void handle(int signal)
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(signal, &action, NULL);
}

/* A page of a file that has none. */
static char *beyond_a_file(void)
{
	char name[] = "/dev/shm/fault.XXXXXX", other[] = "/tmp/fault.XXXXXX";
	char *path = name;
	int fd = mkstemp(path);
	void *page;

	if (fd < 0) {
		path = other;
		fd = mkstemp(path);
	}
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	unlink(path);
	return page == MAP_FAILED ? NULL : page;
}

/* A fault of the kind that the signal tells of. */
static void fault(int signal)
{
	int zero = 0, *nowhere = (int *)8;
	char *page;

	switch (signal) {
	case SIGSEGV:
		/* the compiler is not to know what it points to */
		asm volatile("" : "+r" (nowhere));
		__atomic_store_n(nowhere, 1, __ATOMIC_SEQ_CST);
		break;
	case SIGBUS:
		page = beyond_a_file();
		if (page)
			__atomic_load_n(page, __ATOMIC_SEQ_CST);
		break;
#ifdef __x86_64__
	case SIGFPE:
		asm volatile("cltd; idivl %1" : : "a" (1), "m" (zero) : "edx");
		break;
	case SIGILL:
		asm volatile("ud2");
		break;
	case SIGTRAP:
		asm volatile("int3");
		break;
#else
	default:
		raise(signal);
#endif
	}
	(void)zero;
}

/* Comes back when the handler was left. */
static bool handled(int signal)
{
	if (sigsetjmp(back, 1))
		return true;
	fault(signal);
	return false;
}

/* Told while they happen, or at once: so many in all. */
static int told(int actor, int signal, __u32 count)
{
	struct motet_msg msg;
	int ret;

	for (; count && count <= INT_MAX; count -= msg.count) {
		msg = MT(motet_msg, .deadline = mt_after(10 * MT_SECOND));
		ret = mt_recv_msg(actor, &msg, NULL, 0);
		if (ret)
			return ret;
		if (msg.exception != MOTET_EXCEPTION_FAULT)
			return 1;
		if (msg.token != (__u64)signal)
			return 2;
	}
	return count ? 3 : 0;
}

static int told_nothing(int actor)
{
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(actor, &msg, NULL, 0) == -EAGAIN ? 0 : 1;
}

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };

TEST_F(fault, told_of_each_signal)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		handle(signals[i]);
		EXPECT_EQ(0, told_nothing(self->actor));
		ASSERT_TRUE(handled(signals[i]));
		EXPECT_EQ(POLLIN, mt_poll(self->actor, POLLIN, 10000)) {
			TH_LOG("signal %d", signals[i]);
		}
		msg = (struct motet_msg){ .stamp = mt_ptr(&stamp) };
		EXPECT_EQ(0, mt_try_recv_msg(self->actor, &msg, NULL, 0));
		EXPECT_EQ(MOTET_EXCEPTION_FAULT, msg.exception);
		EXPECT_EQ(signals[i], msg.token);
		EXPECT_EQ(1, msg.count);
		EXPECT_EQ(0, msg.body_len);
		EXPECT_EQ(0, stamp.pid);
	}
}

/* Unread, they are counted, and read they are forgotten. */
TEST_F(fault, counted)
{
	int i, round;

	handle(SIGSEGV);
	for (round = 1; round < 4; round++) {
		for (i = 0; i < round * 10; i++)
			ASSERT_TRUE(handled(SIGSEGV));
		EXPECT_EQ(0, told(self->actor, SIGSEGV, round * 10));
		EXPECT_EQ(0, told_nothing(self->actor));
	}
}

/* Counted apart from one another. */
TEST_F(fault, of_two_kinds)
{
	struct motet_msg msg;
	int i, seen[2] = { 0 };

	handle(SIGSEGV);
	handle(SIGILL);
	for (i = 0; i < 3; i++) {
		ASSERT_TRUE(handled(SIGSEGV));
		if (i)
			ASSERT_TRUE(handled(SIGILL));
	}
	while (seen[0] + seen[1] < 5) {
		ASSERT_EQ(0, mt_exception(self->actor, &msg));
		ASSERT_EQ(MOTET_EXCEPTION_FAULT, msg.exception);
		seen[msg.token == SIGILL] += msg.count;
	}
	EXPECT_EQ(3, seen[0]);
	EXPECT_EQ(2, seen[1]);
	EXPECT_EQ(0, told_nothing(self->actor));
}

/* Each actor of the process tells. */
TEST_F(fault, every_actor_of_the_process)
{
	int other = mt_actor();

	handle(SIGSEGV);
	ASSERT_TRUE(handled(SIGSEGV));
	EXPECT_EQ(0, told(self->actor, SIGSEGV, 1));
	ASSERT_TRUE(handled(SIGSEGV));
	EXPECT_EQ(0, told(self->actor, SIGSEGV, 1));
	EXPECT_EQ(0, told(other, SIGSEGV, 2));
}

/* A process without a handler dies of it, and nobody is told a fault. */
TEST_F(fault, not_handled)
{
	struct motet_id *id = mt_shared(sizeof(*id));
	struct motet_info info;
	unsigned int i;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		pid = mt_fork();
		if (pid == 0) {
			int actor = mt_actor();

			prctl(PR_SET_DUMPABLE, 0);
			mt_info(actor, &info);
			*id = info.port;
			signal(signals[i], SIG_DFL);
			fault(signals[i]);
			_exit(1);
		}
		EXPECT_EQ(1000 + signals[i], mt_wait(pid));
		EXPECT_EQ(MOTET_CLASS_PORT, id->bytes[0]);
		EXPECT_EQ(-ESRCH, mt_sender(self->actor, id));
	}
	EXPECT_EQ(0, told_nothing(self->actor));
}

/* A child's faults are the child's. */
TEST_F(fault, another_process_is_not_told)
{
	pid_t pid;

	handle(SIGSEGV);
	pid = mt_fork();
	if (pid == 0) {
		int actor = mt_actor();

		if (!handled(SIGSEGV))
			_exit(1);
		_exit(told(actor, SIGSEGV, 1));
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, told_nothing(self->actor));
}

/* Other signals are no faults. */
TEST_F(fault, other_signals)
{
	handle(SIGUSR2);
	handle(SIGHUP);
	if (!sigsetjmp(back, 1))
		raise(SIGUSR2);
	if (!sigsetjmp(back, 1))
		raise(SIGHUP);
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 100));
	EXPECT_EQ(0, told_nothing(self->actor));
}

/* A full default port tells it all the same. */
TEST_F(fault, full_port)
{
	__u64 value, count = 0;
	struct motet_info info;
	struct motet_msg msg;
	__u32 faults = 0;
	int sender;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	sender = mt_sender(self->actor, &info.port);
	while (!mt_try_send(sender, 0, count))
		count++;
	handle(SIGSEGV);
	ASSERT_TRUE(handled(SIGSEGV));
	ASSERT_TRUE(handled(SIGSEGV));
	while (faults < 2) {
		msg = MT(motet_msg, .deadline = mt_after(10 * MT_SECOND));
		ASSERT_EQ(0, mt_recv_msg(self->actor, &msg, &value, 8));
		if (msg.exception) {
			EXPECT_EQ(MOTET_EXCEPTION_FAULT, msg.exception);
			faults += msg.count;
		}
	}
	EXPECT_EQ(2, faults);
}

static void *thread_faults(void *arg)
{
	int i;

	for (i = 0; i < *(int *)arg; i++)
		fault(SIGTRAP);
	return NULL;
}

static int traps;

static void count_trap(int signal)
{
	(void)signal;
	__atomic_add_fetch(&traps, 1, __ATOMIC_SEQ_CST);
}

/* Of several threads at once, and none is forgotten. */
TEST_F(fault, several_threads)
{
	struct sigaction action = { .sa_handler = count_trap };
	pthread_t threads[3];
	int i, each = 200, sum = 0;
	struct motet_msg msg;

	sigaction(SIGTRAP, &action, NULL);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, thread_faults,
					    &each));
	while (sum < 3 * each) {
		ASSERT_EQ(0, mt_exception(self->actor, &msg));
		ASSERT_EQ(MOTET_EXCEPTION_FAULT, msg.exception);
		EXPECT_EQ(SIGTRAP, msg.token);
		sum += msg.count;
	}
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(3 * each, sum);
	EXPECT_EQ(3 * each, traps);
	EXPECT_EQ(0, told_nothing(self->actor));
}

TEST_HARNESS_MAIN
