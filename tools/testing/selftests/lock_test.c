// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks: opened, requested, granted, released, and what is told of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "lock_test.h"

FIXTURE(lock) {
	int a;
	int b;
	int c;
	__u64 of_a;
	__u64 of_b;
	__u64 of_c;
};

/* Three actors of one process have the same lock open. */
FIXTURE_SETUP(lock)
{
	self->a = mt_actor();
	self->b = mt_actor();
	self->c = mt_actor();
	ASSERT_LE(0, self->c);
	ASSERT_EQ(0, mt_lock_new(self->a, "lock", &self->of_a));
	ASSERT_EQ(0, mt_lock_open(self->b, 0, "lock", &self->of_b));
	ASSERT_EQ(0, mt_lock_open(self->c, 0, "lock", &self->of_c));
}

FIXTURE_TEARDOWN(lock)
{
	peers_end();
	close(self->a);
	close(self->b);
	close(self->c);
	/* nothing is left that nobody has open */
	if (geteuid() == 0)
		EXPECT_LE(0, mt_purge());
}

/* The result of an asynchronous request, or a negative errno. */
static int result(int actor, __u64 lock_id)
{
	struct motet_lock_result told;
	int ret = mt_lock_result(actor, &told);

	if (ret != 1 || told.size != sizeof(told) || told.lock_id != lock_id ||
	    told.pad)
		return ret < 0 ? ret : -EPROTO;
	return -(int)told.error;
}

TEST_F(lock, life)
{
	__u64 other, opening;

	EXPECT_NE(0, self->of_a);
	EXPECT_NE(self->of_a, self->of_b);
	EXPECT_EQ(-ENOENT, mt_lock_open(self->a, 0, "other", &other));
	EXPECT_EQ(-EINVAL, mt_lock_new(self->a, "", &other));
	ASSERT_EQ(0, mt_lock_new(self->a, "other", &other));
	ASSERT_EQ(0, mt_lock_open(self->a, 0, "other", &opening));
	EXPECT_EQ(0, mt_lock_close(self->a, other));
	EXPECT_EQ(-ENOENT, mt_lock_close(self->a, other));
	/* it lives on with the second opening, and no longer */
	ASSERT_EQ(0, mt_lock_open(self->b, 0, "other", &other));
	EXPECT_EQ(0, mt_lock_close(self->b, other));
	EXPECT_EQ(0, mt_lock_close(self->a, opening));
	EXPECT_EQ(-ENOENT, mt_lock_open(self->a, 0, "other", &other));
	/* an opening is good for its actor only */
	EXPECT_EQ(-ENOENT, mt_lock_close(self->b, self->of_a));
	EXPECT_EQ(-ENOENT, mt_lock(self->b, self->of_a, 1, SHARED, 0));
	EXPECT_EQ(-ENOENT, mt_lock_purge(self->b, self->of_a));
	EXPECT_EQ(-ENOENT, mt_lock(self->a, 0, 1, SHARED, 0));
	EXPECT_EQ(-ENOENT, mt_lock(self->a, ~0ULL, 1, SHARED, 0));
}

TEST_F(lock, status)
{
	struct motet_lock_open open = MT(motet_lock_open,
					 .flags = MOTET_LOCK_CREATE,
					 .mode = 0640,
					 .name = mt_ptr("status"),
					 .name_len = 6);
	struct motet_lock_status status;

	ASSERT_EQ(0, mt_ioctl(self->a, MOTET_IOC_LOCK_OPEN, &open));
	EXPECT_EQ(MOTET_CLASS_LOCK, open.id.bytes[0]);
	EXPECT_EQ(0, mt_lock(self->a, open.opening, 1, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->a, open.opening, 2, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->a, open.opening, 3, EXCLUSIVE, ASYNC));
	ASSERT_EQ(0, mt_lock_status(self->a, open.opening, &status));
	EXPECT_EQ(0, status.flags);
	EXPECT_EQ(0640, status.mode);
	EXPECT_EQ(1, status.openings);
	EXPECT_EQ(2, status.shared);
	EXPECT_EQ(0, status.exclusive);
	EXPECT_EQ(0, status.orphans);
	EXPECT_EQ(1, status.waiting);
	EXPECT_EQ(3, status.requests);
	EXPECT_EQ(0, status.pad);
	EXPECT_TRUE(mt_id_equal(&open.id, &status.id));
	EXPECT_EQ(-ENOENT, mt_lock_status(self->b, open.opening, &status));
}

TEST_F(lock, shared_and_exclusive)
{
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, SHARED, 0));
	EXPECT_EQ(-EAGAIN, mt_lock(self->c, self->of_c, 1, EXCLUSIVE,
				   NO_QUEUE));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(-EAGAIN, mt_lock(self->c, self->of_c, 1, EXCLUSIVE,
				   NO_QUEUE));
	EXPECT_EQ(0, mt_unlock(self->b, self->of_b, 1));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 1, EXCLUSIVE, NO_QUEUE));
	EXPECT_EQ(-EAGAIN, mt_lock(self->a, self->of_a, 1, SHARED, NO_QUEUE));
	EXPECT_EQ(-EAGAIN, mt_lock(self->a, self->of_a, 1, EXCLUSIVE,
				   NO_QUEUE));
	EXPECT_EQ(0, mt_unlock(self->c, self->of_c, 1));
	EXPECT_EQ(-ENOENT, mt_unlock(self->c, self->of_c, 1));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, SHARED, NO_QUEUE));
}

TEST_F(lock, nonblocking_actor)
{
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	ASSERT_EQ(0, fcntl(self->b, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mt_lock(self->b, self->of_b, 1, SHARED, 0));
	/* an asynchronous request waits all the same */
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, SHARED, ASYNC));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, result(self->b, 1));
}

TEST_F(lock, numbers_of_requests)
{
	__u64 second;

	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 0, SHARED, 0));
	EXPECT_EQ(-EEXIST, mt_lock(self->a, self->of_a, 0, SHARED, 0));
	EXPECT_EQ(-EEXIST, mt_lock(self->a, self->of_a, 0, EXCLUSIVE,
				   ASYNC));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, ~0ULL, SHARED, 0));
	/* by another opening it is another number */
	ASSERT_EQ(0, mt_lock_open(self->a, 0, "lock", &second));
	EXPECT_EQ(0, mt_lock(self->a, second, 0, SHARED, 0));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 0));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 0, SHARED, 0));
	/* one that waits has its number, too */
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 5, EXCLUSIVE, ASYNC));
	EXPECT_EQ(-EEXIST, mt_lock(self->b, self->of_b, 5, SHARED, ASYNC));
	EXPECT_EQ(0, mt_unlock(self->b, self->of_b, 5));
	EXPECT_EQ(-ECANCELED, result(self->b, 5));
}

TEST_F(lock, not_recursive)
{
	__u64 second;

	ASSERT_EQ(0, mt_lock_open(self->a, 0, "lock", &second));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	EXPECT_EQ(-EALREADY, mt_lock(self->a, self->of_a, 2, EXCLUSIVE, 0));
	EXPECT_EQ(-EALREADY, mt_lock(self->a, second, 2, EXCLUSIVE, NO_QUEUE));
	EXPECT_EQ(0, mt_lock(self->a, second, 2, EXCLUSIVE, ASYNC));
	EXPECT_EQ(-EALREADY, result(self->a, 2));
	/* it waits for itself */
	EXPECT_EQ(-EDEADLK, mt_lock(self->a, second, 2, SHARED, 0));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, SHARED, 0));
	EXPECT_EQ(-EDEADLK, mt_lock(self->a, second, 2, EXCLUSIVE, 0));
	EXPECT_EQ(0, mt_lock(self->a, second, 2, SHARED, 0));
	/* nor may it wait twice */
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, EXCLUSIVE, ASYNC));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 2, EXCLUSIVE, ASYNC));
	EXPECT_EQ(-EALREADY, result(self->b, 2));
	/* the other opening went, and with it what was in the way */
	EXPECT_EQ(0, mt_lock_close(self->a, second));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, result(self->b, 1));
}

TEST_F(lock, nobody_is_overtaken)
{
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, EXCLUSIVE, ASYNC));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 1, SHARED, ASYNC));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 2, SHARED, ASYNC));
	EXPECT_EQ(-EAGAIN, mt_lock(self->a, self->of_a, 2, SHARED, NO_QUEUE));
	EXPECT_TRUE(mt_not_told(self->b));
	EXPECT_TRUE(mt_not_told(self->c));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, result(self->b, 1));
	EXPECT_TRUE(mt_not_told(self->c));
	/* those who share it come together */
	EXPECT_EQ(0, mt_unlock(self->b, self->of_b, 1));
	EXPECT_EQ(0, result(self->c, 1));
	EXPECT_EQ(0, result(self->c, 2));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 2, SHARED, NO_QUEUE));
}

TEST_F(lock, who_gives_up_lets_others_by)
{
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, EXCLUSIVE, ASYNC));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 1, SHARED, ASYNC));
	EXPECT_EQ(0, mt_unlock(self->b, self->of_b, 1));
	EXPECT_EQ(-ECANCELED, result(self->b, 1));
	EXPECT_EQ(0, result(self->c, 1));
	EXPECT_TRUE(mt_not_told(self->b));
}

TEST_F(lock, results_are_told_one_by_one)
{
	const unsigned int count = 1000;
	unsigned int i;

	/* more than the largest number of exceptions; none is read before all */
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 0, EXCLUSIVE, 0));
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, mt_lock(self->b, self->of_b, i, SHARED, ASYNC));
		if (i % 2)
			ASSERT_EQ(0, mt_unlock(self->b, self->of_b, i));
	}
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 0));
	for (i = 0; i < count; i += 2)
		ASSERT_EQ(0, mt_unlock(self->b, self->of_b, i));
	for (i = 1; i < count; i += 2)
		ASSERT_EQ(-ECANCELED, result(self->b, i));
	for (i = 0; i < count; i += 2)
		ASSERT_EQ(0, result(self->b, i));
	EXPECT_TRUE(mt_not_told(self->b));
}

TEST_F(lock, result_says_which)
{
	struct motet_lock_result told;
	struct motet_lock_status status;
	struct motet_msg msg = { 0 };

	ASSERT_EQ(0, mt_lock_status(self->a, self->of_a, &status));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 77, EXCLUSIVE, ASYNC));
	ASSERT_EQ(0, mt_recv_msg(self->a, &msg, &told, sizeof(told)));
	EXPECT_EQ(MOTET_EXCEPTION_LOCK, msg.exception);
	EXPECT_EQ(77, msg.token);
	EXPECT_EQ(1, msg.count);
	EXPECT_TRUE(mt_id_equal(&status.id, &msg.to));
	EXPECT_EQ(sizeof(told), told.size);
	EXPECT_EQ(0, told.error);
	EXPECT_EQ(self->of_a, told.opening);
	EXPECT_EQ(77, told.lock_id);
	EXPECT_EQ(EXCLUSIVE, told.mode);
}

TEST_F(lock, deadlines)
{
	struct motet_lock_acquire arg = MT(motet_lock_acquire,
					   .flags = ASYNC, .mode = SHARED,
					   .opening = self->of_c,
					   .lock_id = 3);
	__u64 begin = mt_now();

	/* what is free is granted even then */
	EXPECT_EQ(0, mt_lock_until(self->a, self->of_a, 1, SHARED, 1));
	EXPECT_EQ(-ETIMEDOUT, mt_lock_until(self->b, self->of_b, 1, EXCLUSIVE,
					    1));
	EXPECT_EQ(-ETIMEDOUT, mt_lock_until(self->b, self->of_b, 1, EXCLUSIVE,
					    begin + 50 * MT_MS));
	EXPECT_LE(begin + 50 * MT_MS, mt_now());
	/* whoever was behind it goes on when it gives up */
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, EXCLUSIVE, ASYNC));
	arg.deadline = mt_after(50 * MT_MS);
	begin = arg.deadline;
	EXPECT_EQ(0, mt_ioctl(self->c, MOTET_IOC_LOCK_ACQUIRE, &arg));
	EXPECT_EQ(-ETIMEDOUT, result(self->c, 3));
	EXPECT_LE(begin, mt_now());
	EXPECT_EQ(0, mt_unlock(self->b, self->of_b, 1));
	EXPECT_EQ(-ECANCELED, result(self->b, 1));
	arg.opening = self->of_b;
	arg.mode = EXCLUSIVE;
	arg.deadline = mt_after(50 * MT_MS);
	EXPECT_EQ(0, mt_ioctl(self->b, MOTET_IOC_LOCK_ACQUIRE, &arg));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 4, SHARED, 0));
	EXPECT_EQ(-ETIMEDOUT, result(self->b, 3));
	/* a deadline that has passed is told at once */
	arg.deadline = 1;
	EXPECT_EQ(0, mt_ioctl(self->b, MOTET_IOC_LOCK_ACQUIRE, &arg));
	EXPECT_EQ(-ETIMEDOUT, result(self->b, 3));
}

TEST_F(lock, waiters_are_told)
{
	struct motet_lock_waiter waiter;
	__u64 telling;
	int d = mt_actor();

	ASSERT_EQ(0, mt_lock_open(d, MOTET_LOCK_TELL_WAITERS, "lock",
				  &telling));
	EXPECT_EQ(0, mt_lock(d, telling, 9, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, SHARED, 0));
	EXPECT_TRUE(mt_not_told(d));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 21, EXCLUSIVE, ASYNC));
	ASSERT_EQ(1, mt_lock_waiter(d, &waiter));
	EXPECT_EQ(sizeof(waiter), waiter.size);
	EXPECT_EQ(0, waiter.pad);
	EXPECT_EQ(telling, waiter.opening);
	EXPECT_EQ(9, waiter.lock_id);
	EXPECT_EQ(SHARED, waiter.granted);
	EXPECT_EQ(EXCLUSIVE, waiter.wanted);
	EXPECT_EQ(21, waiter.signal);
	/* whoever would share it does not wait for those who share it */
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 31, SHARED, ASYNC));
	EXPECT_TRUE(mt_not_told(d));
	/* the last one is told, and how many */
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 11, EXCLUSIVE, ASYNC));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 32, EXCLUSIVE, ASYNC));
	ASSERT_EQ(2, mt_lock_waiter(d, &waiter));
	EXPECT_EQ(32, waiter.signal);
	/* and not those who ask for nothing */
	EXPECT_TRUE(mt_not_told(self->a));
	close(d);
}

TEST_F(lock, waiters_are_told_when_it_is_granted)
{
	struct motet_lock_waiter waiter;
	__u64 telling;
	int d = mt_actor();

	ASSERT_EQ(0, mt_lock_open(d, MOTET_LOCK_TELL_WAITERS, "lock",
				  &telling));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	EXPECT_EQ(0, mt_lock(d, telling, 9, EXCLUSIVE, ASYNC));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 21, SHARED, ASYNC));
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 31, SHARED, ASYNC));
	EXPECT_TRUE(mt_not_told(d));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, result(d, 9));
	ASSERT_EQ(1, mt_lock_waiter(d, &waiter));
	EXPECT_EQ(21, waiter.signal);
	/* what is unread when it is released is told no more */
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, ASYNC));
	EXPECT_EQ(0, mt_unlock(d, telling, 9));
	EXPECT_TRUE(mt_not_told(d));
	close(d);
}

/* A peer sleeps in a request by the opening of_peer. */
static struct peer *sleeper(int actor, __u64 opening, __u64 *of_peer,
			    __u32 mode, __u32 flags)
{
	struct peer *peer = peer_new();
	struct motet_lock_status status;

	if (!peer || peer_lock_open(peer, "lock", of_peer) ||
	    mt_lock_status(actor, opening, &status))
		return NULL;
	peer_lock_begin(peer, *of_peer, 1, mode, flags);
	if (mt_until_waiting(actor, opening, status.waiting + 1))
		return NULL;
	return peer;
}

TEST_F(lock, sleeping)
{
	struct peer *one, *two;
	__u64 first, second;

	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	one = sleeper(self->a, self->of_a, &first, SHARED, 0);
	ASSERT_NE(NULL, one);
	two = sleeper(self->a, self->of_a, &second, SHARED, 0);
	ASSERT_NE(NULL, two);
	EXPECT_TRUE(peer_busy(one));
	EXPECT_TRUE(peer_busy(two));
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, peer_end(one));
	EXPECT_EQ(0, peer_end(two));
	EXPECT_EQ(-EAGAIN, mt_lock(self->a, self->of_a, 1, EXCLUSIVE,
				   NO_QUEUE));
	EXPECT_EQ(0, peer_unlock(one, first, 1));
	EXPECT_EQ(0, peer_unlock(two, second, 1));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, NO_QUEUE));
}

struct thread {
	pthread_t id;
	int actor;
	__u64 opening;
	__u64 deadline;
	int result;
};

static void *lock_thread(void *arg)
{
	struct thread *thread = arg;

	thread->result = mt_lock_until(thread->actor, thread->opening, 1,
				       EXCLUSIVE, thread->deadline);
	return NULL;
}

TEST_F(lock, another_thread_ends_it)
{
	struct thread thread = { .actor = self->b, .opening = self->of_b };

	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	ASSERT_EQ(0, pthread_create(&thread.id, NULL, lock_thread, &thread));
	ASSERT_EQ(0, mt_until_waiting(self->a, self->of_a, 1));
	EXPECT_EQ(0, mt_unlock(self->b, self->of_b, 1));
	pthread_join(thread.id, NULL);
	EXPECT_EQ(-ECANCELED, thread.result);
	ASSERT_EQ(0, pthread_create(&thread.id, NULL, lock_thread, &thread));
	ASSERT_EQ(0, mt_until_waiting(self->a, self->of_a, 1));
	EXPECT_EQ(0, mt_lock_close(self->b, self->of_b));
	pthread_join(thread.id, NULL);
	EXPECT_EQ(-ECANCELED, thread.result);
	EXPECT_EQ(0, mt_unlock(self->a, self->of_a, 1));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
}

TEST_F(lock, a_signal_withdraws_it)
{
	struct thread thread = { .actor = self->b, .opening = self->of_b };
	struct motet_lock_status status;
	__u64 delay = 250 * MT_MS;
	bool in_time;

	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	ASSERT_EQ(0, mt_alarm_signal(0));
	ASSERT_EQ(0, pthread_create(&thread.id, NULL, lock_thread, &thread));
	ASSERT_EQ(0, mt_until_waiting(self->a, self->of_a, 1));
	pthread_kill(thread.id, SIGUSR1);
	pthread_join(thread.id, NULL);
	EXPECT_EQ(-EINTR, thread.result);
	ASSERT_EQ(0, mt_lock_status(self->b, self->of_b, &status));
	EXPECT_EQ(0, status.waiting);
	EXPECT_EQ(0, status.requests);
	/* restarted, it waits until its deadline, which is not to pass before */
	ASSERT_EQ(0, mt_alarm_signal(SA_RESTART));
	do {
		delay *= 2;
		thread.deadline = mt_after(delay);
		ASSERT_EQ(0, pthread_create(&thread.id, NULL, lock_thread,
					    &thread));
		do {
			ASSERT_EQ(0, mt_lock_status(self->a, self->of_a,
						    &status));
		} while (!status.waiting && mt_now() < thread.deadline);
		pthread_kill(thread.id, SIGUSR1);
		in_time = mt_now() < thread.deadline;
		pthread_join(thread.id, NULL);
		EXPECT_EQ(-ETIMEDOUT, thread.result);
	} while (!in_time && delay < 20 * MT_SECOND);
	EXPECT_TRUE(in_time);
	EXPECT_LE(thread.deadline, mt_now());
}

TEST_F(lock, closed_while_others_wait)
{
	__u64 opening;
	struct peer *peer;

	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 1, EXCLUSIVE, 0));
	EXPECT_EQ(0, mt_lock(self->a, self->of_a, 2, SHARED, ASYNC));
	peer = sleeper(self->a, self->of_a, &opening, EXCLUSIVE, 0);
	ASSERT_NE(NULL, peer);
	EXPECT_EQ(0, mt_lock(self->c, self->of_c, 1, SHARED, ASYNC));
	EXPECT_EQ(0, mt_lock_close(self->a, self->of_a));
	/* its own request is not granted what it gives up */
	EXPECT_EQ(-ECANCELED, result(self->a, 2));
	EXPECT_EQ(0, peer_end(peer));
	EXPECT_TRUE(mt_not_told(self->c));
	/* closing the actor is enough, and it has passed on when that returns */
	EXPECT_EQ(0, peer_unlock(peer, opening, 1));
	EXPECT_EQ(0, result(self->c, 1));
	close(self->c);
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, EXCLUSIVE, NO_QUEUE));
	self->c = -1;
}

TEST_F(lock, rights)
{
	static const struct {
		__u32 mode;
		int open, shared, exclusive, purge;
	} cases[] = {
		{ 0700, -EACCES, 0, 0, 0 },
		{ 0704, 0, 0, -EACCES, -EACCES },
		{ 0702, 0, -EACCES, 0, -EACCES },
		{ 0701, 0, -EACCES, -EACCES, 0 },
		{ 0706, 0, 0, 0, -EACCES },
	};
	struct motet_lock_open open = MT(motet_lock_open,
					 .flags = MOTET_LOCK_CREATE,
					 .name = mt_ptr("rights"),
					 .name_len = 6);
	unsigned int i;
	__u64 opening;
	pid_t pid;
	int actor;

	if (geteuid())
		SKIP(return, "needs root");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		TH_LOG("mode %04o", cases[i].mode);
		open.mode = cases[i].mode;
		ASSERT_EQ(0, mt_ioctl(self->a, MOTET_IOC_LOCK_OPEN, &open));
		pid = mt_fork();
		if (!pid) {
			mt_become(MT_USER_A);
			actor = mt_actor();
			if (mt_lock_open(actor, 0, "rights", &opening) !=
			    cases[i].open)
				_exit(1);
			if (cases[i].open)
				_exit(0);
			if (mt_lock(actor, opening, 1, SHARED, 0) !=
			    cases[i].shared)
				_exit(2);
			mt_unlock(actor, opening, 1);
			if (mt_lock(actor, opening, 1, EXCLUSIVE, 0) !=
			    cases[i].exclusive)
				_exit(3);
			if (mt_lock_purge(actor, opening) != cases[i].purge)
				_exit(4);
			_exit(0);
		}
		EXPECT_EQ(0, mt_wait(pid));
		EXPECT_EQ(0, mt_lock_close(self->a, open.opening));
	}
}

TEST_F(lock, creator_may_do_all)
{
	struct motet_lock_open open = MT(motet_lock_open,
					 .flags = MOTET_LOCK_CREATE,
					 .name = mt_ptr("sealed"),
					 .name_len = 6);
	pid_t pid = mt_fork();
	__u64 opening;
	int actor;

	if (pid) {
		EXPECT_EQ(0, mt_wait(pid));
		return;
	}
	mt_become(MT_USER_A);
	actor = mt_actor();
	if (mt_ioctl(actor, MOTET_IOC_LOCK_OPEN, &open))
		_exit(1);
	if (mt_lock_open(actor, 0, "sealed", &opening) != -EACCES)
		_exit(2);
	if (mt_lock(actor, open.opening, 1, EXCLUSIVE, 0))
		_exit(3);
	_exit(mt_lock_purge(actor, open.opening));
}

TEST_F(lock, not_of_another_process)
{
	pid_t pid = mt_fork();
	__u64 opening;

	if (!pid) {
		if (mt_lock_new(self->a, "child", &opening) != -EPERM ||
		    mt_lock(self->a, self->of_a, 1, SHARED, 0) != -EPERM ||
		    mt_unlock(self->a, self->of_a, 1) != -EPERM)
			_exit(1);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_lock(self->b, self->of_b, 1, EXCLUSIVE, NO_QUEUE));
}

TEST_HARNESS_MAIN
