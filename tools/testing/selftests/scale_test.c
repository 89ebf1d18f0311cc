// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many objects: with many of them one takes as long as with few, where it should.
 * What is compared is of one run, and medians; the bounds are generous all the
 * same, since the machine has other things to do.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "scale.h"

/*
 * One of many takes so many times as long as one of few, at most. Those that are
 * made and shown are compared with a tenth of them: were it in proportion, it
 * would be ten times.
 */
#define TIMES		5
#define FIND_TIMES	12

/*
 * Of so many times as many all are gone in so many times the time, at most: were
 * each to look at all others, it would be in the square of PART. Less than the
 * least is what it takes to see a death.
 */
#define PART		4
#define GONE_TIMES	10
#define GONE_LEAST	(50 * MT_MS)

/* What grows is found to grow each time; what the machine did meanwhile is not. */
#define TRIES		3

static unsigned int objects(void)
{
	const char *text = getenv("MOTET_OBJECTS");

	return text && atoi(text) >= 1000 ? atoi(text) : 10000;
}

FIXTURE(scale) {
};

FIXTURE_SETUP(scale)
{
	ASSERT_EQ(0, scale_prepare());
}

FIXTURE_TEARDOWN(scale)
{
}

static bool grows(const char *what, __u64 times, __u64 few, __u64 many)
{
	if (many <= times * few)
		return false;
	printf("# %s: %llu ns, %llu ns with more\n", what,
	       (unsigned long long)few, (unsigned long long)many);
	return true;
}

static bool any_grows(const struct scale *part, const struct scale *all)
{
	const struct scale_level *few = &all->levels[0];
	const struct scale_level *some = &all->levels[1];
	const struct scale_level *many = &all->levels[SCALE_LEVELS - 1];
	__u64 gone = part->gone > GONE_LEAST ? part->gone : GONE_LEAST;

	/* a few that are made in a row take what the allocator has at hand */
	return (some->count >= 10 * SCALE_FEW &&
		grows("make", TIMES, some->make, many->make)) ||
	       grows("find", FIND_TIMES, few->find, many->find) ||
	       grows("show", TIMES, some->show, many->show) ||
	       grows("gone", GONE_TIMES, gone, all->gone);
}

TEST_F_TIMEOUT(scale, of_each_kind, 4 * 3600)
{
	struct scale *part, *all;
	unsigned int i, count, tries;

	for (i = 0; i < scale_kinds; i++) {
		count = objects() / scale_share(i);
		if (count < 4 * PART * SCALE_FEW)
			count = 4 * PART * SCALE_FEW;
		for (tries = 0; tries < TRIES; tries++) {
			ASSERT_EQ(0, scale_run(i, count / PART, &part)) {
				TH_LOG("%s", scale_name(i));
			}
			ASSERT_EQ(0, scale_run(i, count, &all)) {
				TH_LOG("%s", scale_name(i));
			}
			scale_print(all);
			if (!any_grows(part, all))
				break;
		}
		EXPECT_GT(TRIES, tries) {
			TH_LOG("%s", scale_name(i));
		}
	}
}

TEST_HARNESS_MAIN
