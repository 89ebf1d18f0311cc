// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many locks, what they cost, and the limits of how many there may be.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "lock_test.h"

#define MANY		100000U

/**
 * struct clock - how long each of many things takes
 * @begin: when they began
 * @name: what they are
 */
struct clock {
	__u64 begin;
	const char *name;
};

static void start(struct clock *clock, const char *name)
{
	clock->name = name;
	clock->begin = mt_now();
}

static void stop(const struct clock *clock)
{
	printf("# %-8s %7llu ns each\n", clock->name,
	       (unsigned long long)(mt_now() - clock->begin) / MANY);
}

static __u64 domain_number(__u16 attribute)
{
	struct mt_attrs request = { 0 }, answer;
	struct mt_nl nl;
	__u64 number = ~0ULL;

	if (mt_nl_open(&nl))
		return number;
	if (!mt_nl_do(&nl, MOTET_CMD_DOMAIN_GET, &request, &answer))
		number = mt_attr_number(&answer, attribute);
	mt_nl_close(&nl);
	return number;
}

static __u64 charged(uid_t uid)
{
	struct mt_attrs attrs;

	return mt_user_get(uid, &attrs) ? 0 :
		mt_attr_number(&attrs, MOTET_A_USER_LOCKS);
}

/* What a process had is given back a moment after its end. */
/* Who has died is charged less only when all is given up. */
static __u64 still_charged(uid_t uid, __u64 wanted)
{
	__u64 end = mt_after(20 * MT_SECOND);

	while (charged(uid) != wanted && mt_now() < end)
		mt_breathe();
	return charged(uid);
}

/* One user's, within what a user may have by default. */
TEST(hundred_thousand)
{
	__u64 *openings = calloc(MANY, sizeof(*openings)), before;
	struct clock clock;
	unsigned int i;
	char name[32];
	int actor;

	ASSERT_NE(NULL, openings);
	before = domain_number(MOTET_A_DOMAIN_LOCKS);
	ASSERT_EQ(0, mt_become(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	start(&clock, "create");
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		ASSERT_EQ(0, mt_lock_new(actor, name, &openings[i]));
	}
	stop(&clock);
	start(&clock, "acquire");
	for (i = 0; i < MANY; i++)
		ASSERT_EQ(0, mt_lock(actor, openings[i], 1, EXCLUSIVE, 0));
	stop(&clock);
	EXPECT_EQ(before + MANY, domain_number(MOTET_A_DOMAIN_LOCKS));
	EXPECT_EQ(3 * MANY, charged(MT_USER_A));
	start(&clock, "release");
	for (i = 0; i < MANY; i += 2)
		ASSERT_EQ(0, mt_unlock(actor, openings[i], 1));
	for (i = 1; i < MANY; i += 2)
		ASSERT_EQ(0, mt_unlock(actor, openings[i], 1));
	stop(&clock);
	for (i = 0; i < MANY; i++)
		ASSERT_EQ(0, mt_lock(actor, openings[i], 1, SHARED, 0));
	start(&clock, "end");
	close(actor);
	stop(&clock);
	EXPECT_EQ(before, domain_number(MOTET_A_DOMAIN_LOCKS));
	EXPECT_EQ(0, charged(MT_USER_A));
	free(openings);
}

FIXTURE(limit) {
	__u64 user_locks_max;
	__u64 domain_locks_max;
	__u64 lock_requests_max;
};

FIXTURE_SETUP(limit)
{
	self->user_locks_max = mt_param("user_locks_max");
	self->domain_locks_max = mt_param("domain_locks_max");
	self->lock_requests_max = mt_param("lock_requests_max");
}

FIXTURE_TEARDOWN(limit)
{
	mt_param_set("user_locks_max", self->user_locks_max);
	mt_param_set("domain_locks_max", self->domain_locks_max);
	mt_param_set("lock_requests_max", self->lock_requests_max);
	EXPECT_LE(0, mt_purge());
}

/* Whatever is the first beyond the limit fails, and changes nothing. */
static int use_all(unsigned int limit)
{
	struct motet_lock_result result;
	int actor = mt_actor();
	__u64 one, two;

	if (mt_lock_new(actor, "limit", &one) != (limit < 2 ? -EDQUOT : 0))
		return 1;
	if (limit < 2)
		return charged(MT_USER_A) ? 2 : 0;
	if (mt_lock(actor, one, 1, SHARED, 0) != (limit < 3 ? -EDQUOT : 0))
		return 3;
	if (limit < 3)
		return charged(MT_USER_A) == 2 ? 0 : 4;
	if (mt_lock_new(actor, "limit", &two) != (limit < 4 ? -EDQUOT : 0))
		return 5;
	if (limit < 4)
		return charged(MT_USER_A) == 3 ? 0 : 6;
	/* with its result a request is two */
	if (mt_lock(actor, two, 1, SHARED, ASYNC) != (limit < 6 ? -EDQUOT : 0))
		return 7;
	if (limit < 6)
		return charged(MT_USER_A) == 4 ? 0 : 8;
	if (mt_unlock(actor, two, 1) || charged(MT_USER_A) != 5)
		return 9;
	if (mt_lock_result(actor, &result) != 1 || charged(MT_USER_A) != 4)
		return 10;
	if (mt_lock_close(actor, two) || mt_unlock(actor, one, 1))
		return 11;
	if (charged(MT_USER_A) != 2 || mt_lock_close(actor, one))
		return 12;
	return charged(MT_USER_A) ? 13 : 0;
}

TEST_F(limit, of_a_user)
{
	unsigned int i;
	pid_t pid;

	for (i = 1; i <= 6; i++) {
		ASSERT_EQ(0, mt_param_set("user_locks_max", i));
		pid = mt_fork();
		if (!pid) {
			mt_become(MT_USER_A);
			_exit(use_all(i));
		}
		EXPECT_EQ(0, mt_wait(pid));
		EXPECT_EQ(0, still_charged(MT_USER_A, 0));
	}
}

TEST_F(limit, of_orphans)
{
	int actor = mt_actor();
	__u64 opening;
	pid_t pid;

	ASSERT_EQ(0, mt_lock_new(actor, "orphans", &opening));
	pid = mt_fork();
	if (!pid) {
		mt_become(MT_USER_A);
		actor = mt_actor();
		_exit(mt_lock_open(actor, 0, "orphans", &opening) ||
		      mt_lock(actor, opening, 1, SHARED, ORPHAN) ||
		      mt_lock(actor, opening, 2, SHARED, ORPHAN | ASYNC));
	}
	ASSERT_EQ(0, mt_wait(pid));
	ASSERT_EQ(0, mt_until_openings(actor, opening, 1));
	/* the dead one pays until they are purged */
	EXPECT_EQ(2, still_charged(MT_USER_A, 2));
	EXPECT_EQ(2, mt_lock_purge(actor, opening));
	EXPECT_EQ(0, charged(MT_USER_A));
	close(actor);
}

TEST_F(limit, of_a_domain)
{
	__u64 before = domain_number(MOTET_A_DOMAIN_LOCKS), one, two;
	int actor = mt_actor();

	ASSERT_EQ(0, mt_param_set("domain_locks_max", before + 1));
	EXPECT_EQ(0, mt_lock_new(actor, "domain-1", &one));
	EXPECT_EQ(-EDQUOT, mt_lock_new(actor, "domain-2", &two));
	EXPECT_EQ(0, mt_lock_new(actor, "domain-1", &two));
	EXPECT_EQ(0, mt_lock_close(actor, one));
	EXPECT_EQ(0, mt_lock_close(actor, two));
	EXPECT_EQ(0, mt_lock_new(actor, "domain-2", &two));
	close(actor);
}

TEST_F(limit, of_an_opening)
{
	int actor = mt_actor();
	__u64 opening;

	ASSERT_EQ(0, mt_param_set("lock_requests_max", 2));
	ASSERT_EQ(0, mt_lock_new(actor, "requests", &opening));
	EXPECT_EQ(0, mt_lock(actor, opening, 1, SHARED, 0));
	EXPECT_EQ(0, mt_lock(actor, opening, 2, SHARED, 0));
	EXPECT_EQ(-EDQUOT, mt_lock(actor, opening, 3, SHARED, ASYNC));
	EXPECT_TRUE(mt_not_told(actor));
	EXPECT_EQ(0, mt_unlock(actor, opening, 1));
	EXPECT_EQ(0, mt_lock(actor, opening, 3, SHARED, 0));
	close(actor);
}

TEST_HARNESS_MAIN
