// SPDX-License-Identifier: GPL-2.0-only
/* Circles of lockers, held against a search that is slow and plain. */

#include <net/net_namespace.h>

#include "domain.h"
#include "lock_internal.h"
#include "tests.h"

#define MOTET_TEST_LOCKERS	7
#define MOTET_TEST_LOCKS	5
#define MOTET_TEST_REQUESTS	24

/**
 * struct motet_test_locks - lockers, locks and requests
 * @domain: where the locks are said to be [own]
 * @space: of that domain [own]
 * @lockers: who requests [own]
 * @locks: what they request [own]
 * @openings: of each locker on each lock [own]
 * @requests: granted, or waiting [own]
 * @count: how many there are [own]
 */
struct motet_test_locks {
	struct motet_domain domain;
	struct motet_lock_space *space;
	struct motet_locker lockers[MOTET_TEST_LOCKERS];
	struct motet_lock locks[MOTET_TEST_LOCKS];
	struct motet_lock_opening openings[MOTET_TEST_LOCKERS][MOTET_TEST_LOCKS];
	struct motet_lock_request requests[MOTET_TEST_REQUESTS];
	unsigned int count;
};

static void motet_test_lock_init(struct motet_test_locks *locks,
				 unsigned int i)
{
	struct motet_lock *lock = &locks->locks[i];
	unsigned int j;

	lock->object.domain = &locks->domain;
	INIT_LIST_HEAD(&lock->grants);
	INIT_LIST_HEAD(&lock->waiting);
	for (j = 0; j < MOTET_TEST_LOCKERS; j++) {
		locks->openings[j][i].lock = lock;
		locks->openings[j][i].locker = &locks->lockers[j];
	}
}

static struct motet_test_locks *motet_test_locks_new(struct kunit *test)
{
	struct motet_test_locks *locks;

	locks = kunit_kzalloc(test, sizeof(*locks), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, locks);
	locks->domain.net = &init_net;
	locks->space = motet_lock_space_of(&locks->domain);
	return locks;
}

/* Forgets all requests. */
static void motet_test_locks_reset(struct motet_test_locks *locks)
{
	unsigned int i;

	locks->count = 0;
	memset(locks->requests, 0, sizeof(locks->requests));
	memset(locks->locks, 0, sizeof(locks->locks));
	memset(locks->lockers, 0, sizeof(locks->lockers));
	for (i = 0; i < MOTET_TEST_LOCKERS; i++)
		INIT_LIST_HEAD(&locks->lockers[i].blocked);
	for (i = 0; i < MOTET_TEST_LOCKS; i++)
		motet_test_lock_init(locks, i);
}

static bool motet_test_is_free(const struct motet_lock *lock, u32 mode)
{
	if (mode == MOTET_LOCK_EXCLUSIVE)
		return !lock->shared && !lock->exclusive;
	return !lock->exclusive;
}

static struct motet_lock_request *
motet_test_request(struct motet_test_locks *locks, unsigned int locker,
		   unsigned int lock, u32 mode)
{
	struct motet_lock_request *request = &locks->requests[locks->count++];

	request->mode = mode;
	request->lock = &locks->locks[lock];
	request->opening = &locks->openings[locker][lock];
	request->number = ++request->lock->last_number;
	INIT_LIST_HEAD(&request->blocked);
	return request;
}

/* Grants it if it can be; else it waits, in a thread or not. */
static void motet_test_settle(struct motet_lock_request *request, bool sleeps)
{
	struct motet_lock *lock = request->lock;

	if (list_empty(&lock->waiting) &&
	    motet_test_is_free(lock, request->mode)) {
		if (request->mode == MOTET_LOCK_EXCLUSIVE)
			lock->exclusive++;
		else
			lock->shared++;
		list_add_tail(&request->link, &lock->grants);
		return;
	}
	list_add_tail(&request->link, &lock->waiting);
	if (sleeps)
		list_add_tail(&request->blocked,
			      &request->opening->locker->blocked);
}

/*
 * Whether one request waits for another of its lock: that is granted, or came
 * before it, unless both share the lock and no one between them doesn't.
 */
static bool motet_test_waits_for(struct motet_test_locks *locks,
				 const struct motet_lock_request *request,
				 const struct motet_lock_request *other)
{
	const struct motet_lock_request *between;
	struct motet_lock *lock = request->lock;

	if (other->lock != lock || other == request)
		return false;
	list_for_each_entry(between, &lock->grants, link)
		if (between == other)
			return true;
	if (other->number > request->number)
		return false;
	if (request->mode == MOTET_LOCK_EXCLUSIVE)
		return true;
	list_for_each_entry(between, &lock->waiting, link)
		if (between->number >= other->number &&
		    between->number < request->number &&
		    between->mode == MOTET_LOCK_EXCLUSIVE)
			return true;
	return false;
}

/* Marks, from those who are marked, all whom they wait for, until all are. */
static bool motet_test_expect(struct motet_test_locks *locks,
			      const struct motet_lock_request *new)
{
	bool marked[MOTET_TEST_LOCKERS] = {}, changed = true;
	const struct motet_lock_request *from, *to;
	unsigned int i, j, locker;

	while (changed) {
		changed = false;
		for (i = 0; i < locks->count; i++) {
			from = &locks->requests[i];
			locker = from->opening->locker - locks->lockers;
			if (from != new && (list_empty(&from->blocked) ||
					    !marked[locker]))
				continue;
			for (j = 0; j < locks->count; j++) {
				to = &locks->requests[j];
				locker = to->opening->locker - locks->lockers;
				if (!marked[locker] &&
				    motet_test_waits_for(locks, from, to)) {
					marked[locker] = true;
					changed = true;
				}
			}
		}
	}
	return marked[new->opening->locker - locks->lockers];
}

static bool motet_test_closes(struct motet_test_locks *locks,
			      struct motet_lock_request *request)
{
	bool closes;

	mutex_lock(&locks->space->mutex);
	closes = motet_lock_closes_circle(request);
	mutex_unlock(&locks->space->mutex);
	return closes;
}

/**
 * struct motet_test_step - somebody requests a lock
 * @locker: who [const]
 * @lock: which [const]
 * @shared: to share it; else to have it alone [const]
 * @awake: its thread does not wait for it [const]
 * @closes: it would close a circle, and is refused [const]
 */
struct motet_test_step {
	unsigned int locker;
	unsigned int lock;
	bool shared;
	bool awake;
	bool closes;
};

/* Two lockers, each with a lock that the other wants. */
static const struct motet_test_step motet_test_two[] = {
	{ 0, 0 }, { 1, 1 }, { 0, 1 },
	{ 1, 0, .shared = true, .closes = true },
	/* a third waits for both, and nobody for it */
	{ 2, 0, .shared = true },
};

/* Who doesn't sleep makes nobody wait. */
static const struct motet_test_step motet_test_awake[] = {
	{ 0, 0 }, { 1, 1 }, { 0, 1, .awake = true }, { 1, 0 },
};

/* Who shares waits for no other who does. */
static const struct motet_test_step motet_test_sharing[] = {
	{ 0, 0 }, { 1, 0, .shared = true }, { 2, 1 },
	{ 1, 1, .shared = true }, { 2, 0, .shared = true },
};

/* But for one who wants it alone, and came between them. */
static const struct motet_test_step motet_test_between[] = {
	{ 0, 0 }, { 1, 0, .shared = true }, { 2, 1 },
	{ 1, 1, .shared = true }, { 3, 0 },
	{ 2, 0, .shared = true, .closes = true },
};

static void motet_test_steps(struct kunit *test,
			     const struct motet_test_step *step,
			     unsigned int count)
{
	struct motet_test_locks *locks = motet_test_locks_new(test);
	const struct motet_test_step *end = step + count;
	struct motet_lock_request *request;

	motet_test_locks_reset(locks);
	for (; step < end; step++) {
		request = motet_test_request(locks, step->locker, step->lock,
					     step->shared ?
					     MOTET_LOCK_SHARED :
					     MOTET_LOCK_EXCLUSIVE);
		KUNIT_EXPECT_EQ_MSG(test, motet_test_closes(locks, request),
				    step->closes, "%u requests %u",
				    step->locker, step->lock);
		if (step->closes)
			locks->count--;
		else
			motet_test_settle(request, !step->awake);
	}
}

static void motet_test_circle_steps(struct kunit *test)
{
	motet_test_steps(test, motet_test_two, ARRAY_SIZE(motet_test_two));
	motet_test_steps(test, motet_test_awake, ARRAY_SIZE(motet_test_awake));
	motet_test_steps(test, motet_test_sharing,
			 ARRAY_SIZE(motet_test_sharing));
	motet_test_steps(test, motet_test_between,
			 ARRAY_SIZE(motet_test_between));
}

/* What would close a circle is refused, and all else waits as it may. */
static void motet_test_circle_random(struct kunit *test)
{
	struct motet_test_locks *locks = motet_test_locks_new(test);
	struct motet_lock_request *request;
	unsigned int i, circles = 0;
	struct rnd_state random;
	bool closes;

	motet_test_seed(test, &random);
	for (i = 0; i < 1500; i++) {
		motet_test_locks_reset(locks);
		while (locks->count < MOTET_TEST_REQUESTS) {
			u32 mode = motet_test_below(&random, 2) ?
				MOTET_LOCK_SHARED : MOTET_LOCK_EXCLUSIVE;

			request = motet_test_request(locks,
						     motet_test_below(&random,
								      MOTET_TEST_LOCKERS),
						     motet_test_below(&random,
								      MOTET_TEST_LOCKS),
						     mode);
			closes = motet_test_expect(locks, request);
			KUNIT_ASSERT_EQ(test, motet_test_closes(locks, request),
					closes);
			circles += closes;
			if (closes)
				break;
			motet_test_settle(request, motet_test_below(&random, 4));
		}
	}
	KUNIT_EXPECT_GT(test, circles, 100);
}

static struct kunit_case motet_test_deadlock_cases[] = {
	KUNIT_CASE(motet_test_circle_steps),
	KUNIT_CASE_SLOW(motet_test_circle_random),
	{}
};

static struct kunit_suite motet_test_deadlock_suite = {
	.name = "motet-lock-deadlock",
	.test_cases = motet_test_deadlock_cases,
};

kunit_test_suite(motet_test_deadlock_suite);
