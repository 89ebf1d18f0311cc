// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Circles of actors that wait for each other: found, and only those.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "lock_test.h"

#define ACTORS		5
#define LOCKS		5

/**
 * struct sleeper - a thread that sleeps in a request
 * @id: the thread
 * @actor: its actor
 * @opening: of the lock
 * @mode: how it requests it
 * @result: what came of it
 */
struct sleeper {
	pthread_t id;
	int actor;
	__u64 opening;
	__u32 mode;
	int result;
};

static int actors[ACTORS];
static __u64 openings[ACTORS][LOCKS];
/* by actor; and another thread of the first */
static struct sleeper sleepers[ACTORS + 1];

FIXTURE(deadlock) {
};

/* Each actor has every lock open; requests have the number of the actor. */
FIXTURE_SETUP(deadlock)
{
	char name[32];
	int i, j;

	for (i = 0; i < ACTORS; i++) {
		actors[i] = mt_actor();
		ASSERT_LE(0, actors[i]);
		for (j = 0; j < LOCKS; j++) {
			snprintf(name, sizeof(name), "deadlock-%d", j);
			ASSERT_EQ(0, mt_lock_new(actors[i], name,
						 &openings[i][j]));
		}
	}
}

FIXTURE_TEARDOWN(deadlock)
{
	int i;

	for (i = 0; i < ACTORS; i++)
		close(actors[i]);
	EXPECT_EQ(0, mt_purge());
}

static void *sleeper_run(void *arg)
{
	struct sleeper *sleeper = arg;

	sleeper->result = mt_lock(sleeper->actor, sleeper->opening, 99,
				  sleeper->mode, 0);
	return NULL;
}

static int waiting_for(int actor, __u64 opening)
{
	struct motet_lock_status status;
	int ret = mt_lock_status(actor, opening, &status);

	return ret < 0 ? ret : (int)status.waiting;
}

/* A thread of an actor sleeps in a request from now on. */
static int sleep_as(int place, int actor,
		    int lock, __u32 mode)
{
	struct sleeper *sleeper = &sleepers[place];
	int before;

	*sleeper = (struct sleeper){
		.actor = actors[actor],
		.opening = openings[actor][lock],
		.mode = mode,
		.result = -EINPROGRESS,
	};
	before = waiting_for(sleeper->actor, sleeper->opening);
	if (before < 0)
		return before;
	if (pthread_create(&sleeper->id, NULL, sleeper_run, sleeper))
		return -ENOMEM;
	return mt_until_waiting(sleeper->actor, sleeper->opening, before + 1);
}

static int sleep_in(int actor, int lock,
		    __u32 mode)
{
	return sleep_as(actor, actor, lock, mode);
}

/* What became of it; whatever it was granted is released. */
static int wake(int place)
{
	struct sleeper *sleeper = &sleepers[place];

	pthread_join(sleeper->id, NULL);
	if (!sleeper->result)
		mt_unlock(sleeper->actor, sleeper->opening, 99);
	return sleeper->result;
}

static int take(int actor, int lock, __u32 mode)
{
	return mt_lock(actors[actor], openings[actor][lock], actor, mode, 0);
}

static int ask(int actor, int lock, __u32 mode)
{
	return mt_lock(actors[actor], openings[actor][lock], actor, mode,
		       ASYNC);
}

static int try(int actor, int lock, __u32 mode)
{
	return mt_lock_until(actors[actor], openings[actor][lock], actor, mode,
			     mt_after(50 * MT_MS));
}

static int give(int actor, int lock)
{
	return mt_unlock(actors[actor], openings[actor][lock], actor);
}

TEST_F(deadlock, of_two)
{
	EXPECT_EQ(0, take(0, 0, EXCLUSIVE));
	EXPECT_EQ(0, take(1, 1, EXCLUSIVE));
	EXPECT_EQ(0, sleep_in(0, 1, EXCLUSIVE));
	EXPECT_EQ(-EDEADLK, take(1, 0, EXCLUSIVE));
	EXPECT_EQ(-EDEADLK, take(1, 0, SHARED));
	/* who does not wait makes no circle */
	EXPECT_EQ(-EAGAIN, mt_lock(actors[1], openings[1][0], 1,
				   EXCLUSIVE, NO_QUEUE));
	EXPECT_EQ(0, give(1, 1));
	EXPECT_EQ(0, wake(0));
	EXPECT_EQ(0, give(0, 0));
	EXPECT_EQ(0, take(1, 0, EXCLUSIVE));
}

TEST_F(deadlock, of_many)
{
	int i;

	for (i = 0; i < ACTORS; i++)
		EXPECT_EQ(0, take(i, i, i % 2 ? SHARED : EXCLUSIVE));
	for (i = 0; i < ACTORS - 1; i++)
		EXPECT_EQ(0, sleep_in(i, i + 1, EXCLUSIVE));
	EXPECT_EQ(-EDEADLK, take(ACTORS - 1, 0, SHARED));
	for (i = ACTORS - 1; i > 0; i--) {
		EXPECT_EQ(0, give(i, i));
		EXPECT_EQ(0, wake(i - 1));
	}
}

TEST_F(deadlock, asynchronous_requests_make_none)
{
	EXPECT_EQ(0, take(0, 0, EXCLUSIVE));
	EXPECT_EQ(0, take(1, 1, EXCLUSIVE));
	EXPECT_EQ(0, ask(0, 1, EXCLUSIVE));
	EXPECT_EQ(-ETIMEDOUT, try(1, 0, EXCLUSIVE));
	/* nor does one that was given up */
	EXPECT_EQ(0, give(0, 1));
	EXPECT_EQ(0, sleep_in(1, 0, SHARED));
	EXPECT_EQ(-EDEADLK, take(0, 1, EXCLUSIVE));
	EXPECT_EQ(0, give(0, 0));
	EXPECT_EQ(0, wake(1));
}

/* A waits for one who is before it, though that one has nothing yet. */
TEST_F(deadlock, by_the_order_of_those_who_wait)
{
	EXPECT_EQ(0, take(0, 0, SHARED));
	EXPECT_EQ(0, take(2, 1, EXCLUSIVE));
	EXPECT_EQ(0, ask(1, 0, EXCLUSIVE));
	/* 2 shares lock 0 only after 1 has had it */
	EXPECT_EQ(0, sleep_in(2, 0, SHARED));
	EXPECT_EQ(-EDEADLK, take(1, 1, EXCLUSIVE));
	/* and after 0 has given it up, for which 1 waits */
	EXPECT_EQ(-EDEADLK, take(0, 1, SHARED));
	EXPECT_EQ(-ETIMEDOUT, try(3, 1, SHARED));
	EXPECT_EQ(0, give(1, 0));
	EXPECT_EQ(0, wake(2));
	EXPECT_EQ(0, give(2, 1));
	EXPECT_EQ(0, take(0, 1, SHARED));
}

/* Those who will share a lock do not wait for each other. */
TEST_F(deadlock, not_among_those_who_share)
{
	EXPECT_EQ(0, take(0, 0, EXCLUSIVE));
	EXPECT_EQ(0, take(2, 1, EXCLUSIVE));
	EXPECT_EQ(0, ask(1, 0, SHARED));
	EXPECT_EQ(0, sleep_in(2, 0, SHARED));
	EXPECT_EQ(-ETIMEDOUT, try(1, 1, EXCLUSIVE));
	EXPECT_EQ(-EDEADLK, take(0, 1, EXCLUSIVE));
	/* an exclusive one behind them waits for them */
	EXPECT_EQ(0, take(3, 2, EXCLUSIVE));
	EXPECT_EQ(0, sleep_in(3, 0, EXCLUSIVE));
	EXPECT_EQ(-EDEADLK, take(1, 2, SHARED));
	EXPECT_EQ(0, give(0, 0));
	EXPECT_EQ(0, wake(2));
	EXPECT_EQ(0, give(1, 0));
	EXPECT_EQ(0, wake(3));
}

/* One who has waited asynchronously, and is granted, was waited for before. */
TEST_F(deadlock, through_a_grant_from_the_queue)
{
	EXPECT_EQ(0, take(0, 0, EXCLUSIVE));
	EXPECT_EQ(0, take(3, 1, EXCLUSIVE));
	EXPECT_EQ(0, take(2, 2, EXCLUSIVE));
	EXPECT_EQ(0, ask(1, 0, EXCLUSIVE));
	EXPECT_EQ(0, sleep_in(2, 0, EXCLUSIVE));
	EXPECT_EQ(0, sleep_in(1, 1, EXCLUSIVE));
	EXPECT_EQ(0, give(0, 0));
	/* 2 waits for 1, that for 3 */
	EXPECT_EQ(-EDEADLK, take(3, 2, EXCLUSIVE));
	EXPECT_EQ(0, give(3, 1));
	EXPECT_EQ(0, wake(1));
	EXPECT_EQ(0, give(1, 0));
	EXPECT_EQ(0, wake(2));
}

/* An orphan has no owner who could wait. */
TEST_F(deadlock, not_by_an_orphan)
{
	EXPECT_EQ(0, mt_lock(actors[0], openings[0][0], 0,
			     EXCLUSIVE, ORPHAN));
	EXPECT_EQ(0, take(1, 1, EXCLUSIVE));
	EXPECT_EQ(0, mt_lock_close(actors[0], openings[0][0]));
	EXPECT_EQ(0, sleep_in(0, 1, EXCLUSIVE));
	EXPECT_EQ(-ETIMEDOUT, try(1, 0, EXCLUSIVE));
	EXPECT_EQ(1, mt_lock_purge(actors[1], openings[1][0]));
	EXPECT_EQ(0, take(1, 0, EXCLUSIVE));
	EXPECT_EQ(0, give(1, 1));
	EXPECT_EQ(0, wake(0));
}

/* Two of its threads wait; the actor waits for both. */
TEST_F(deadlock, of_an_actor_with_threads)
{
	EXPECT_EQ(0, take(0, 0, EXCLUSIVE));
	EXPECT_EQ(0, take(1, 1, EXCLUSIVE));
	EXPECT_EQ(0, take(2, 2, EXCLUSIVE));
	EXPECT_EQ(0, sleep_as(ACTORS, 0, 1, EXCLUSIVE));
	EXPECT_EQ(0, sleep_in(0, 2, EXCLUSIVE));
	EXPECT_EQ(-EDEADLK, take(1, 0, SHARED));
	EXPECT_EQ(-EDEADLK, take(2, 0, SHARED));
	EXPECT_EQ(0, give(1, 1));
	EXPECT_EQ(0, wake(ACTORS));
	EXPECT_EQ(0, give(2, 2));
	EXPECT_EQ(0, wake(0));
}

#define CHAIN	200

/* A chain of many is followed to its end, without growing a stack. */
TEST(long_chain)
{
	struct sleeper chain[CHAIN];
	__u64 own[CHAIN], next[CHAIN];
	int links[CHAIN], i;
	char name[32];

	for (i = 0; i < CHAIN; i++) {
		links[i] = mt_actor();
		ASSERT_LE(0, links[i]);
		snprintf(name, sizeof(name), "chain-%d", i);
		ASSERT_EQ(0, mt_lock_new(links[i], name, &own[i]));
		ASSERT_EQ(0, mt_lock(links[i], own[i], 1, EXCLUSIVE, 0));
	}
	for (i = 0; i < CHAIN; i++) {
		snprintf(name, sizeof(name), "chain-%d", (i + 1) % CHAIN);
		ASSERT_EQ(0, mt_lock_new(links[i], name, &next[i]));
	}
	for (i = 0; i < CHAIN - 1; i++) {
		chain[i] = (struct sleeper){
			.actor = links[i], .opening = next[i],
			.mode = EXCLUSIVE,
		};
		ASSERT_EQ(0, pthread_create(&chain[i].id, NULL, sleeper_run,
					    &chain[i]));
		ASSERT_EQ(0, mt_until_waiting(links[i], next[i], 1));
	}
	EXPECT_EQ(-EDEADLK, mt_lock(links[CHAIN - 1], next[CHAIN - 1], 1,
				    SHARED, 0));
	EXPECT_EQ(0, mt_unlock(links[CHAIN - 1], own[CHAIN - 1], 1));
	for (i = CHAIN - 2; i >= 0; i--) {
		pthread_join(chain[i].id, NULL);
		EXPECT_EQ(0, chain[i].result);
		EXPECT_EQ(0, mt_unlock(links[i], own[i], 1));
	}
	for (i = 0; i < CHAIN; i++)
		close(links[i]);
}

TEST_HARNESS_MAIN
