// SPDX-License-Identifier: GPL-2.0-only
/* Which of several queues is received from next. */

#include "ready.h"
#include "tests.h"

#define MOTET_TEST_ITEMS	24

/**
 * struct motet_test_ready - a queue, as the suite thinks of it
 * @ready: what the set has of it [own]
 * @turn: when it came to the end of its list; 0 if it is in none [own]
 */
struct motet_test_ready {
	struct motet_ready ready;
	u64 turn;
};

/**
 * struct motet_test_ready_set - a set, and all that may be in it
 * @set: the set [own]
 * @items: in it or not [own]
 * @turn: the last that was given [own]
 */
struct motet_test_ready_set {
	struct motet_ready_set set;
	struct motet_test_ready items[MOTET_TEST_ITEMS];
	u64 turn;
};

static struct motet_ready *motet_test_ready_first(struct motet_ready_set *set)
{
	struct motet_ready *first;

	spin_lock(&set->lock);
	first = motet_ready_first_locked(set);
	spin_unlock(&set->lock);
	return first;
}

/* Slow and plain: the one of the smallest priority that was put there first. */
static struct motet_ready *
motet_test_ready_expect(struct motet_test_ready_set *sets)
{
	struct motet_test_ready *item, *best = NULL;
	unsigned int i;

	for (i = 0; i < MOTET_TEST_ITEMS; i++) {
		item = &sets->items[i];
		if (item->turn &&
		    (!best || item->ready.priority < best->ready.priority ||
		     (item->ready.priority == best->ready.priority &&
		      item->turn < best->turn)))
			best = item;
	}
	return best ? &best->ready : NULL;
}

static u32 motet_test_ready_count(const struct motet_test_ready_set *sets)
{
	unsigned int i, count = 0;

	for (i = 0; i < MOTET_TEST_ITEMS; i++)
		count += !!sets->items[i].turn;
	return count;
}

static struct motet_test_ready_set *motet_test_ready_new(struct kunit *test)
{
	struct motet_test_ready_set *sets;
	unsigned int i;

	sets = kunit_kzalloc(test, sizeof(*sets), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sets);
	motet_ready_set_init(&sets->set);
	for (i = 0; i < MOTET_TEST_ITEMS; i++) {
		INIT_LIST_HEAD(&sets->items[i].ready.link);
		sets->items[i].ready.set = &sets->set;
		sets->items[i].ready.priority = i % MOTET_ENABLE_PRIORITIES;
	}
	return sets;
}

static void motet_test_ready_empty(struct kunit *test)
{
	struct motet_test_ready_set *sets = motet_test_ready_new(test);

	KUNIT_EXPECT_NULL(test, motet_test_ready_first(&sets->set));
	motet_ready_remove(&sets->items[0].ready);
	motet_ready_requeue(&sets->items[0].ready);
	KUNIT_EXPECT_EQ(test, sets->set.count, 0);
	KUNIT_EXPECT_NULL(test, motet_test_ready_first(&sets->set));
}

/* What has a message already keeps its place when one more comes. */
static void motet_test_ready_add_twice(struct kunit *test)
{
	struct motet_test_ready_set *sets = motet_test_ready_new(test);
	struct motet_ready *a = &sets->items[1].ready;
	struct motet_ready *b = &sets->items[1 + MOTET_ENABLE_PRIORITIES].ready;

	motet_ready_add(a);
	motet_ready_add(b);
	motet_ready_add(a);
	KUNIT_EXPECT_EQ(test, sets->set.count, 2);
	KUNIT_EXPECT_PTR_EQ(test, motet_test_ready_first(&sets->set), a);
	motet_ready_requeue(a);
	KUNIT_EXPECT_PTR_EQ(test, motet_test_ready_first(&sets->set), b);
	motet_ready_remove(b);
	motet_ready_remove(b);
	KUNIT_EXPECT_EQ(test, sets->set.count, 1);
	KUNIT_EXPECT_PTR_EQ(test, motet_test_ready_first(&sets->set), a);
}

/* The least and the most urgent list are lists like the others. */
static void motet_test_ready_priorities(struct kunit *test)
{
	struct motet_test_ready_set *sets = motet_test_ready_new(test);
	unsigned int i;

	for (i = MOTET_ENABLE_PRIORITIES; i-- > 0;) {
		motet_ready_add(&sets->items[i].ready);
		KUNIT_EXPECT_PTR_EQ(test, motet_test_ready_first(&sets->set),
				    &sets->items[i].ready);
	}
}

static void motet_test_ready_step(struct motet_test_ready_set *sets,
				  struct motet_test_ready *item,
				  unsigned int what)
{
	if (what == 0) {
		motet_ready_add(&item->ready);
		item->turn = item->turn ?: ++sets->turn;
	} else if (what == 1) {
		motet_ready_remove(&item->ready);
		item->turn = 0;
	} else {
		motet_ready_requeue(&item->ready);
		if (item->turn)
			item->turn = ++sets->turn;
	}
}

static void motet_test_ready_random(struct kunit *test)
{
	struct motet_test_ready_set *sets = motet_test_ready_new(test);
	struct rnd_state random;
	unsigned int i;

	motet_test_seed(test, &random);
	for (i = 0; i < 5000; i++) {
		motet_test_ready_step(sets,
				      &sets->items[motet_test_below(&random,
								    MOTET_TEST_ITEMS)],
				      motet_test_below(&random, 3));
		KUNIT_ASSERT_PTR_EQ(test, motet_test_ready_first(&sets->set),
				    motet_test_ready_expect(sets));
		KUNIT_ASSERT_EQ(test, sets->set.count,
				motet_test_ready_count(sets));
	}
}

static struct kunit_case motet_test_ready_cases[] = {
	KUNIT_CASE(motet_test_ready_empty),
	KUNIT_CASE(motet_test_ready_add_twice),
	KUNIT_CASE(motet_test_ready_priorities),
	KUNIT_CASE(motet_test_ready_random),
	{}
};

static struct kunit_suite motet_test_ready_suite = {
	.name = "motet-ready",
	.test_cases = motet_test_ready_cases,
};

kunit_test_suite(motet_test_ready_suite);
