// SPDX-License-Identifier: GPL-2.0-only
/* What users are charged. */

#include <linux/cred.h>

#include "quota.h"
#include "tests.h"

/* Users that a test's guest has none of. */
#define MOTET_TEST_UID		4000000000U

/* A payer for a user, as if a task of that user asked for it. */
static struct motet_payer *motet_test_payer(struct kunit *test, u32 uid)
{
	const struct cred *old;
	struct motet_payer *payer;
	struct cred *cred;

	cred = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, cred);
	cred->uid = KUIDT_INIT(uid);
	old = override_creds(cred);
	payer = motet_payer_new();
	revert_creds(old);
	put_cred(cred);
	KUNIT_ASSERT_FALSE(test, IS_ERR(payer));
	return payer;
}

static u64 motet_test_used(struct kunit *test, u32 uid,
			   enum motet_quota_kind kind)
{
	struct motet_charge used;
	kuid_t found;

	if (!motet_quota_next((s64)uid - 1, &found, &used))
		return 0;
	return __kuid_val(found) == uid ? used.amount[kind] : 0;
}

/* Up to the limit of each kind, and not one beyond. */
static void motet_test_quota_limits(struct kunit *test)
{
	struct motet_payer *payer = motet_test_payer(test, MOTET_TEST_UID);
	struct motet_charge one, all;
	unsigned int kind;

	for (kind = 0; kind < MOTET_QUOTA_KINDS; kind++) {
		memset(&one, 0, sizeof(one));
		memset(&all, 0, sizeof(all));
		one.amount[kind] = 1;
		all.amount[kind] = motet_quota_limit(kind);
		KUNIT_ASSERT_GT(test, all.amount[kind], 1);
		KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &one), 0);
		KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &all), -EDQUOT);
		KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
						      kind), 1);
		motet_quota_uncharge(payer, &one);
		KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &all), 0);
		KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &one), -EDQUOT);
		KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
						      kind), all.amount[kind]);
		motet_quota_uncharge(payer, &all);
		KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
						      kind), 0);
	}
	KUNIT_EXPECT_EQ(test, motet_quota_limit(MOTET_QUOTA_KINDS), 0);
	motet_payer_put(payer);
}

/* One kind that is refused charges nothing of the others. */
static void motet_test_quota_all_or_none(struct kunit *test)
{
	struct motet_payer *payer = motet_test_payer(test, MOTET_TEST_UID);
	struct motet_charge charge = {
		.amount[MOTET_QUOTA_PORTS] = 3,
		.amount[MOTET_QUOTA_BYTES] = 7,
	};
	struct motet_charge much = charge;

	much.amount[MOTET_QUOTA_BYTES] =
		motet_quota_limit(MOTET_QUOTA_BYTES) + 1;
	KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &much), -EDQUOT);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
					      MOTET_QUOTA_PORTS), 0);
	KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &charge), 0);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
					      MOTET_QUOTA_PORTS), 3);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
					      MOTET_QUOTA_BYTES), 7);
	motet_quota_uncharge(payer, &charge);
	motet_payer_put(payer);
}

/* Payers of one user have one account; it goes with the last of them. */
static void motet_test_quota_accounts(struct kunit *test)
{
	struct motet_payer *first = motet_test_payer(test, MOTET_TEST_UID);
	struct motet_payer *second = motet_test_payer(test, MOTET_TEST_UID);
	struct motet_payer *other = motet_test_payer(test, MOTET_TEST_UID + 1);
	struct motet_charge used, charge = { .amount[MOTET_QUOTA_LOCKS] = 5 };
	kuid_t uid;

	KUNIT_EXPECT_PTR_EQ(test, first->users[0], second->users[0]);
	KUNIT_EXPECT_PTR_NE(test, first->users[0], other->users[0]);
	KUNIT_EXPECT_EQ(test, motet_quota_charge(first, &charge), 0);
	KUNIT_EXPECT_EQ(test, motet_quota_charge(second, &charge), 0);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID,
					      MOTET_QUOTA_LOCKS), 10);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, MOTET_TEST_UID + 1,
					      MOTET_QUOTA_LOCKS), 0);
	motet_quota_uncharge(first, &charge);
	motet_quota_uncharge(second, &charge);
	KUNIT_EXPECT_PTR_EQ(test, motet_payer_get(first), first);
	motet_payer_put(first);
	motet_payer_put(first);
	KUNIT_EXPECT_TRUE(test, motet_quota_next((s64)MOTET_TEST_UID - 1, &uid,
						 &used));
	KUNIT_EXPECT_EQ(test, __kuid_val(uid), MOTET_TEST_UID);
	motet_payer_put(second);
	KUNIT_EXPECT_TRUE(test, motet_quota_next((s64)MOTET_TEST_UID - 1, &uid,
						 &used));
	KUNIT_EXPECT_EQ(test, __kuid_val(uid), MOTET_TEST_UID + 1);
	motet_payer_put(other);
	KUNIT_EXPECT_FALSE(test, motet_quota_next((s64)MOTET_TEST_UID - 1, &uid,
						  &used));
	motet_payer_put(NULL);
}

/* Accounts come in the order of their users, whoever came first. */
static void motet_test_quota_order(struct kunit *test)
{
	struct motet_payer *payers[32] = {};
	struct motet_charge used;
	struct rnd_state random;
	unsigned int i, j;
	kuid_t uid;
	s64 after;

	motet_test_seed(test, &random);
	for (i = 0; i < 200; i++) {
		j = motet_test_below(&random, ARRAY_SIZE(payers));
		if (payers[j]) {
			motet_payer_put(payers[j]);
			payers[j] = NULL;
		} else {
			payers[j] = motet_test_payer(test, MOTET_TEST_UID + j);
		}
		after = (s64)MOTET_TEST_UID - 1;
		for (j = 0; j < ARRAY_SIZE(payers); j++) {
			if (!payers[j])
				continue;
			KUNIT_ASSERT_TRUE(test, motet_quota_next(after, &uid,
								 &used));
			after = __kuid_val(uid);
			KUNIT_ASSERT_EQ(test, after, MOTET_TEST_UID + j);
		}
		KUNIT_ASSERT_FALSE(test, motet_quota_next(after, &uid, &used));
	}
	for (j = 0; j < ARRAY_SIZE(payers); j++)
		motet_payer_put(payers[j]);
}

/* The machine's root is counted, and never refused. */
static void motet_test_quota_root(struct kunit *test)
{
	struct motet_payer *payer = motet_test_payer(test, 0);
	struct motet_charge charge = {
		.amount[MOTET_QUOTA_WATCHES] =
			motet_quota_limit(MOTET_QUOTA_WATCHES) + 1,
	};
	u64 before = motet_test_used(test, 0, MOTET_QUOTA_WATCHES);

	KUNIT_EXPECT_EQ(test, motet_quota_charge(payer, &charge), 0);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, 0, MOTET_QUOTA_WATCHES),
			before + charge.amount[MOTET_QUOTA_WATCHES]);
	motet_quota_uncharge(payer, &charge);
	KUNIT_EXPECT_EQ(test, motet_test_used(test, 0, MOTET_QUOTA_WATCHES),
			before);
	motet_payer_put(payer);
}

static struct kunit_case motet_test_quota_cases[] = {
	KUNIT_CASE(motet_test_quota_limits),
	KUNIT_CASE(motet_test_quota_all_or_none),
	KUNIT_CASE(motet_test_quota_accounts),
	KUNIT_CASE(motet_test_quota_order),
	KUNIT_CASE(motet_test_quota_root),
	{}
};

static struct kunit_suite motet_test_quota_suite = {
	.name = "motet-quota",
	.test_cases = motet_test_quota_cases,
};

kunit_test_suite(motet_test_quota_suite);
