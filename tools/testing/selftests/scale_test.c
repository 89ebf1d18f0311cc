// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many objects: with many of them one takes as long as with few, where it should.
 * What is compared is of one run, and medians; the bounds are generous all the
 * same, since the machine has other things to do.
 */
#include <stdlib.h>

#include "kselftest_harness.h"
#include "scale.h"

/* One of many takes so many times as long as one of few, at most. */
#define TIMES		12

/* All of many are gone in so many times the time in which they were made. */
#define GONE_TIMES	40

static unsigned int objects(void)
{
	const char *text = getenv("MOTET_OBJECTS");

	return text && atoi(text) >= 1000 ? atoi(text) : 10000;
}

FIXTURE(scale) {
	struct scale *scale;
};

FIXTURE_SETUP(scale)
{
	ASSERT_EQ(0, scale_prepare());
}

FIXTURE_TEARDOWN(scale)
{
}

static void check(struct __test_metadata *_metadata, const struct scale *scale)
{
	const struct scale_level *few = &scale->levels[0];
	const struct scale_level *some = &scale->levels[1];
	const struct scale_level *many = &scale->levels[SCALE_LEVELS - 1];

	EXPECT_GE(TIMES * some->make, many->make);
	EXPECT_GE(TIMES * few->find, many->find);
	EXPECT_GE(TIMES * some->show, many->show);
	EXPECT_GE(GONE_TIMES * many->make * many->count +
		  SCALE_USES * many->use, scale->gone);
}

TEST_F_TIMEOUT(scale, of_each_kind, 4 * 3600)
{
	unsigned int i, count;
	int ret;

	for (i = 0; i < scale_kinds; i++) {
		count = objects() / scale_share(i);
		if (count < 2 * SCALE_FEW)
			count = 2 * SCALE_FEW;
		ret = scale_run(i, count, &self->scale);
		EXPECT_EQ(0, ret) {
			TH_LOG("%s", scale_name(i));
		}
		if (ret)
			continue;
		scale_print(self->scale);
		check(_metadata, self->scale);
	}
}

TEST_HARNESS_MAIN
