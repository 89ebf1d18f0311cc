// SPDX-License-Identifier: GPL-2.0-only
/* What a checkpoint may be, and going through its sections. */

#include <linux/ktime.h>

#include "checkpoint_internal.h"
#include "tests.h"

#define MOTET_TEST_SECTIONS	40

/**
 * struct motet_test_sections - a checkpoint with sections
 * @checkpoint: the checkpoint [own]
 * @content: of all of them [own]
 * @sections: by serial number; NULL where there is none [own]
 */
struct motet_test_sections {
	struct motet_checkpoint checkpoint;
	struct motet_content content;
	struct motet_section *sections[MOTET_TEST_SECTIONS];
};

static void motet_test_section_add(struct kunit *test,
				   struct motet_test_sections *sections,
				   unsigned long serial,
				   struct rnd_state *random)
{
	struct motet_section *section;

	section = kunit_kzalloc(test, struct_size(section, id, 8), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, section);
	section->serial = serial;
	section->content = &sections->content;
	section->expiry.expires = 1000 + motet_test_below(random, 8);
	if (motet_test_below(random, 3) == 0)
		section->expiry.expires = KTIME_MAX;
	section->generation = motet_test_below(random, 8);
	section->updated = serial * 3;
	section->state = motet_test_below(random, 2) ?
		MOTET_SECTION_VALID : MOTET_SECTION_CORRUPTED;
	section->id_len = motet_test_below(random, 9);
	memset(section->id, serial, section->id_len);
	sections->sections[serial] = section;
	KUNIT_ASSERT_EQ(test,
			xa_err(xa_store(&sections->checkpoint.serials, serial,
					section, GFP_KERNEL)), 0);
}

static struct motet_test_sections *
motet_test_sections_new(struct kunit *test, struct rnd_state *random)
{
	struct motet_test_sections *sections;
	unsigned long serial;

	sections = kunit_kzalloc(test, sizeof(*sections), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sections);
	mutex_init(&sections->checkpoint.mutex);
	xa_init(&sections->checkpoint.serials);
	sections->content.size = 4711;
	/* serial numbers begin with 1; some sections were deleted */
	for (serial = 1; serial < MOTET_TEST_SECTIONS; serial++)
		if (motet_test_below(random, 4))
			motet_test_section_add(test, sections, serial, random);
	return sections;
}

static bool motet_test_passes(const struct motet_section *section, u32 filter,
			      u64 when)
{
	s64 expires = section->expiry.expires;

	switch (filter) {
	case MOTET_SECTIONS_FOREVER:
		return expires == KTIME_MAX;
	case MOTET_SECTIONS_UNTIL:
		return !when || expires < when || expires == when;
	case MOTET_SECTIONS_FROM:
		return when ? expires > when || expires == when :
			      expires == KTIME_MAX;
	case MOTET_SECTIONS_CORRUPTED:
		return section->state != MOTET_SECTION_VALID;
	case MOTET_SECTIONS_SINCE:
		return when < section->generation;
	}
	return true;
}

static void motet_test_described(struct kunit *test,
				 const struct motet_section *section,
				 const struct motet_section_next *next,
				 const u8 *id)
{
	KUNIT_EXPECT_EQ(test, next->cursor, section->serial);
	KUNIT_EXPECT_EQ(test, next->section_len, section->id_len);
	KUNIT_EXPECT_EQ(test, next->state, section->state);
	KUNIT_EXPECT_EQ(test, next->bytes, 4711);
	KUNIT_EXPECT_EQ(test, next->expires,
			section->expiry.expires == KTIME_MAX ?
			0 : section->expiry.expires);
	KUNIT_EXPECT_EQ(test, next->updated, section->updated);
	KUNIT_EXPECT_EQ(test, next->generation, section->generation);
	KUNIT_EXPECT_MEMEQ(test, id, section->id, section->id_len);
}

/* All that pass come once, in the order of their serial numbers. */
static void motet_test_walk(struct kunit *test,
			    struct motet_test_sections *sections, u32 filter,
			    u64 when)
{
	struct motet_section_next next = {
		.filter = filter,
		.when = when,
		.section_cap = 8,
	};
	struct motet_section *section;
	unsigned long serial;
	u8 id[8];

	for (serial = 1; serial < MOTET_TEST_SECTIONS; serial++) {
		section = sections->sections[serial];
		if (!section || !motet_test_passes(section, filter, when))
			continue;
		KUNIT_ASSERT_EQ(test, motet_section_next(&sections->checkpoint,
							 &next, id), 0);
		motet_test_described(test, section, &next, id);
	}
	KUNIT_ASSERT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), -ENOENT);
}

static void motet_test_sections_walk(struct kunit *test)
{
	struct motet_test_sections *sections;
	struct rnd_state random;
	u64 when;

	motet_test_seed(test, &random);
	sections = motet_test_sections_new(test, &random);
	motet_test_walk(test, sections, MOTET_SECTIONS_ANY, 0);
	motet_test_walk(test, sections, MOTET_SECTIONS_FOREVER, 0);
	motet_test_walk(test, sections, MOTET_SECTIONS_CORRUPTED, 0);
	motet_test_walk(test, sections, MOTET_SECTIONS_UNTIL, 0);
	motet_test_walk(test, sections, MOTET_SECTIONS_FROM, 0);
	for (when = 999; when < 1010; when++) {
		motet_test_walk(test, sections, MOTET_SECTIONS_UNTIL, when);
		motet_test_walk(test, sections, MOTET_SECTIONS_FROM, when);
	}
	for (when = 0; when < 9; when++)
		motet_test_walk(test, sections, MOTET_SECTIONS_SINCE, when);
	xa_destroy(&sections->checkpoint.serials);
}

static void motet_test_sections_refused(struct kunit *test)
{
	struct motet_section_next next = { .filter = MOTET_SECTIONS_ANY };
	struct motet_test_sections *sections;
	struct rnd_state random;
	u8 id[8];

	motet_test_seed(test, &random);
	sections = motet_test_sections_new(test, &random);
	next.when = 1;
	KUNIT_EXPECT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), -EINVAL);
	next.when = 0;
	next.flags = 1;
	KUNIT_EXPECT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), -EINVAL);
	next.flags = 0;
	next.filter = 0;
	KUNIT_EXPECT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), -EINVAL);
	next.filter = MOTET_SECTIONS_SINCE + 1;
	KUNIT_EXPECT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), -EINVAL);
	xa_destroy(&sections->checkpoint.serials);
}

/* An id that there is no room for is told by its length, and comes again. */
static void motet_test_sections_room(struct kunit *test)
{
	struct motet_section_next next = { .filter = MOTET_SECTIONS_ANY };
	struct motet_test_sections *sections;
	struct motet_section *section = NULL;
	struct rnd_state random;
	unsigned long serial;
	u8 id[8] = {};

	motet_test_seed(test, &random);
	sections = motet_test_sections_new(test, &random);
	for (serial = 1; serial < MOTET_TEST_SECTIONS; serial++) {
		section = sections->sections[serial];
		if (section && section->id_len)
			break;
	}
	KUNIT_ASSERT_LT(test, serial, MOTET_TEST_SECTIONS);
	next.cursor = serial - 1;
	next.section_cap = section->id_len - 1;
	KUNIT_EXPECT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, next.section_len, section->id_len);
	KUNIT_EXPECT_EQ(test, next.cursor, serial - 1);
	next.section_cap = section->id_len;
	KUNIT_EXPECT_EQ(test, motet_section_next(&sections->checkpoint, &next,
						 id), 0);
	motet_test_described(test, section, &next, id);
	xa_destroy(&sections->checkpoint.serials);
}

static void motet_test_attributes(struct kunit *test)
{
	const struct motet_checkpoint_attributes good = {
		.sections_max = 4,
		.section_id_max = 16,
		.bytes_max = 400,
		.section_bytes_max = 100,
	};
	struct motet_checkpoint_limits limits = {};
	struct motet_checkpoint_attributes attributes = good;

	motet_checkpoint_limits(&limits);
	KUNIT_EXPECT_EQ(test, motet_checkpoint_check(&good), 0);
#define MOTET_TEST_ATTRIBUTE(member, value, error) do {			\
	attributes = good;						\
	attributes.member = (value);					\
	KUNIT_EXPECT_EQ(test, motet_checkpoint_check(&attributes), error); \
} while (0)
	MOTET_TEST_ATTRIBUTE(sections_max, 0, -EINVAL);
	MOTET_TEST_ATTRIBUTE(sections_max, limits.sections_max, 0);
	MOTET_TEST_ATTRIBUTE(sections_max, limits.sections_max + 1, -EINVAL);
	MOTET_TEST_ATTRIBUTE(section_id_max, 0, -EINVAL);
	MOTET_TEST_ATTRIBUTE(section_id_max, 1, 0);
	MOTET_TEST_ATTRIBUTE(section_id_max, limits.section_id_max, 0);
	MOTET_TEST_ATTRIBUTE(section_id_max, limits.section_id_max + 1,
			     -EINVAL);
	MOTET_TEST_ATTRIBUTE(bytes_max, 0, -EINVAL);
	MOTET_TEST_ATTRIBUTE(bytes_max, 1, 0);
	/* all sections together must be able to use it */
	MOTET_TEST_ATTRIBUTE(bytes_max, 401, -EINVAL);
	MOTET_TEST_ATTRIBUTE(bytes_max, limits.bytes_max + 1, -EINVAL);
	MOTET_TEST_ATTRIBUTE(section_bytes_max, 0, -EINVAL);
	MOTET_TEST_ATTRIBUTE(section_bytes_max, 99, -EINVAL);
	MOTET_TEST_ATTRIBUTE(section_bytes_max, limits.section_bytes_max, 0);
	MOTET_TEST_ATTRIBUTE(section_bytes_max, limits.section_bytes_max + 1,
			     -EINVAL);
	MOTET_TEST_ATTRIBUTE(pad, 1, -EINVAL);
#undef MOTET_TEST_ATTRIBUTE
	attributes = good;
	attributes.sections_max = 1;
	attributes.section_id_max = 0;
	attributes.bytes_max = 100;
	KUNIT_EXPECT_EQ(test, motet_checkpoint_check(&attributes), 0);
}

/* The test runs in the first time namespace: times are the kernel's. */
static void motet_test_boottime(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, motet_boottime_from_user(0), KTIME_MAX);
	KUNIT_EXPECT_EQ(test, motet_boottime_from_user(1), 1);
	KUNIT_EXPECT_EQ(test, motet_boottime_from_user(KTIME_MAX - 1),
			KTIME_MAX - 1);
	KUNIT_EXPECT_EQ(test, motet_boottime_from_user(KTIME_MAX), KTIME_MAX);
	KUNIT_EXPECT_EQ(test, motet_boottime_from_user(U64_MAX), KTIME_MAX);
	KUNIT_EXPECT_EQ(test, motet_boottime_to_user(KTIME_MAX), 0);
	KUNIT_EXPECT_EQ(test, motet_boottime_to_user(0), 1);
	KUNIT_EXPECT_EQ(test, motet_boottime_to_user(1), 1);
	KUNIT_EXPECT_EQ(test, motet_boottime_to_user(KTIME_MAX - 1),
			KTIME_MAX - 1);
}

static struct kunit_case motet_test_checkpoint_cases[] = {
	KUNIT_CASE(motet_test_sections_walk),
	KUNIT_CASE(motet_test_sections_refused),
	KUNIT_CASE(motet_test_sections_room),
	KUNIT_CASE(motet_test_attributes),
	KUNIT_CASE(motet_test_boottime),
	{}
};

static struct kunit_suite motet_test_checkpoint_suite = {
	.name = "motet-checkpoint",
	.test_cases = motet_test_checkpoint_cases,
};

kunit_test_suite(motet_test_checkpoint_suite);
