// SPDX-License-Identifier: GPL-2.0-only
/* What events and filters are, and which events are for whom. */

#include "channel_internal.h"
#include "message.h"
#include "tests.h"

#define MOTET_TEST_ARRAY	96

/**
 * struct motet_test_array - an array of patterns or filters
 * @count: how many [own]
 * @len: bytes [own]
 * @bytes: the array [own]
 */
struct motet_test_array {
	u32 count;
	u32 len;
	u8 bytes[MOTET_TEST_ARRAY];
};

/**
 * struct motet_test_event - an event, as a message
 * @message: the message [own]
 * @array: its patterns [own]
 */
struct motet_test_event {
	struct motet_message message;
	struct motet_test_array array;
};

static void motet_test_append(struct motet_test_array *array, u32 type,
			      const void *bytes, u32 len)
{
	struct motet_pattern pattern = { .len = len, .type = type };
	u8 *at = array->bytes + array->len;

	memset(at, 0, MOTET_PATTERN_SIZE(len));
	memcpy(at, &pattern, sizeof(pattern));
	memcpy(at + sizeof(pattern), bytes, len);
	array->len += MOTET_PATTERN_SIZE(len);
	array->count++;
}

/* Up to three, of bytes that are often alike. */
static void motet_test_array_random(struct motet_test_array *array,
				    struct rnd_state *random, bool filters)
{
	u32 i, len, type = MOTET_FILTER_NONE, count;
	u8 bytes[9];

	memset(array, 0, sizeof(*array));
	count = motet_test_below(random, 4);
	while (array->count < count) {
		len = motet_test_below(random, filters ? 4 : sizeof(bytes));
		for (i = 0; i < len; i++)
			bytes[i] = motet_test_below(random, 2);
		if (filters)
			type = 1 + motet_test_below(random, 4);
		if (type == MOTET_FILTER_PASS_ALL)
			len = 0;
		motet_test_append(array, type, bytes, len);
	}
}

static int motet_test_array_check(const struct motet_test_array *array,
				  bool filters)
{
	return motet_patterns_check(array->bytes, array->len, array->count,
				    filters);
}

static void motet_test_patterns_bounds(struct kunit *test)
{
	struct motet_test_array array = {};
	u32 len = 0;

	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), 0);
	array.count = 1;
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), -EINVAL);
	array.len = 7;
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), -EINVAL);
	array.len = 8;
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), 0);
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, true), -EINVAL);
	array.len = 16;
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), -EINVAL);
	array.count = 2;
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), 0);
	array.count = 1;
	for (len = 1; len <= 8; len++) {
		memcpy(array.bytes, &len, sizeof(len));
		KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), 0);
	}
	memcpy(array.bytes, &len, sizeof(len));
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), -EINVAL);
	/* lengths at which sums wrap */
	for (len = U32_MAX; len > U32_MAX - 24; len--) {
		memcpy(array.bytes, &len, sizeof(len));
		KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false),
				-EINVAL);
	}
}

static void motet_test_patterns_types(struct kunit *test)
{
	struct motet_test_array array;
	u32 type;

	for (type = 0; type < 7; type++) {
		memset(&array, 0, sizeof(array));
		motet_test_append(&array, type, "ab", 2);
		KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false),
				type == MOTET_FILTER_NONE ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, true),
				type >= MOTET_FILTER_PREFIX &&
				type <= MOTET_FILTER_EXACT ? 0 : -EINVAL);
		memset(&array, 0, sizeof(array));
		motet_test_append(&array, type, "", 0);
		KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, true),
				type >= MOTET_FILTER_PREFIX &&
				type <= MOTET_FILTER_PASS_ALL ? 0 : -EINVAL);
	}
}

/* Each byte that is no length, type or text has to be 0, and is looked at. */
static void motet_test_patterns_padding(struct kunit *test)
{
	struct motet_test_array array = {};
	u32 i;

	motet_test_append(&array, MOTET_FILTER_NONE, "abc", 3);
	motet_test_append(&array, MOTET_FILTER_NONE, "abcdefghi", 9);
	for (i = 0; i < array.len; i++) {
		bool text = (i >= 8 && i < 11) || (i >= 24 && i < 33);

		array.bytes[i] ^= 0x80;
		KUNIT_EXPECT_EQ_MSG(test, motet_test_array_check(&array, false),
				    text ? 0 : -EINVAL, "byte %u", i);
		array.bytes[i] ^= 0x80;
	}
	KUNIT_EXPECT_EQ(test, motet_test_array_check(&array, false), 0);
}

/* What was made is good; one byte or pattern more or less is not. */
static void motet_test_patterns_random(struct kunit *test)
{
	struct motet_test_array array;
	struct rnd_state random;
	unsigned int i;
	bool filters;

	motet_test_seed(test, &random);
	for (i = 0; i < 2000; i++) {
		filters = motet_test_below(&random, 2);
		motet_test_array_random(&array, &random, filters);
		KUNIT_ASSERT_EQ(test, motet_test_array_check(&array, filters),
				0);
		array.count++;
		KUNIT_ASSERT_EQ(test, motet_test_array_check(&array, filters),
				-EINVAL);
		array.count--;
		array.len++;
		KUNIT_ASSERT_EQ(test, motet_test_array_check(&array, filters),
				-EINVAL);
		array.len -= 2;
		if (array.count)
			KUNIT_ASSERT_EQ(test,
					motet_test_array_check(&array, filters),
					-EINVAL);
	}
}

/* Puts an event into the message's own bytes; @more is data behind it. */
static void motet_test_event_build(struct motet_test_event *event,
				   const struct motet_event_head *head,
				   u32 more)
{
	u8 *at = event->message.inline_data;

	memset(&event->message, 0, sizeof(event->message));
	memcpy(at, head, sizeof(*head));
	memcpy(at + sizeof(*head), event->array.bytes, event->array.len);
	event->message.body_len = sizeof(*head) + event->array.len + more;
}

static struct motet_event_head
motet_test_head(const struct motet_test_array *array)
{
	return (struct motet_event_head) {
		.size = sizeof(struct motet_event_head),
		.pattern_count = array->count,
		.pattern_len = array->len,
	};
}

static bool motet_test_bytes_match(u32 type, const u8 *filter, u32 len,
				   const u8 *pattern, u32 pattern_len)
{
	u32 i, from = type == MOTET_FILTER_SUFFIX ? pattern_len - len : 0;

	if (type == MOTET_FILTER_PASS_ALL)
		return true;
	if (len > pattern_len)
		return false;
	if (type == MOTET_FILTER_EXACT && len != pattern_len)
		return false;
	for (i = 0; i < len; i++)
		if (filter[i] != pattern[from + i])
			return false;
	return true;
}

/* Where in an array the pattern of an index is; its end, if there is none. */
static const u8 *motet_test_pattern(const struct motet_test_array *array,
				    u32 index, struct motet_pattern *pattern)
{
	const u8 *at = array->bytes;
	u32 i;

	memset(pattern, 0, sizeof(*pattern));
	for (i = 0; i < array->count; i++) {
		memcpy(pattern, at, sizeof(*pattern));
		if (i == index)
			return at + sizeof(*pattern);
		at += sizeof(*pattern) + roundup(pattern->len, 8);
	}
	memset(pattern, 0, sizeof(*pattern));
	return at;
}

static bool motet_test_expect(const struct motet_test_array *filters,
			      const struct motet_test_array *patterns)
{
	struct motet_pattern filter, pattern;
	const u8 *bytes, *other;
	u32 i;

	for (i = 0; i < filters->count; i++) {
		bytes = motet_test_pattern(filters, i, &filter);
		other = motet_test_pattern(patterns, i, &pattern);
		if (!motet_test_bytes_match(filter.type, bytes, filter.len,
					    other, pattern.len))
			return false;
	}
	return true;
}

static void motet_test_subscribe(struct motet_subscription *subscription,
				 const struct motet_test_array *filters)
{
	subscription->filter_count = filters->count;
	subscription->filter_len = filters->len;
	memcpy(subscription->filters, filters->bytes, filters->len);
}

/* A hash table must find by the key of an event what it has by a filter. */
static void motet_test_exact(struct kunit *test,
			     struct motet_subscription *subscription,
			     const struct motet_test_array *filters,
			     const struct motet_test_array *patterns)
{
	const struct rhashtable_params *params = &motet_channel_exact_params;
	struct motet_pattern filter, pattern;
	struct {
		const u8 *bytes;
		u32 len;
	} key;
	struct rhashtable_compare_arg arg = { .key = &key };
	bool same;

	motet_test_pattern(filters, 0, &filter);
	key.bytes = motet_test_pattern(patterns, 0, &pattern);
	key.len = pattern.len;
	if (!filters->count || filter.type != MOTET_FILTER_EXACT)
		return;
	same = filter.len == pattern.len &&
	       !memcmp(subscription->filters + sizeof(filter), key.bytes,
		       key.len);
	KUNIT_ASSERT_EQ(test, !params->obj_cmpfn(&arg, subscription), same);
	if (same)
		KUNIT_ASSERT_EQ(test, params->hashfn(&key, 0, 99),
				params->obj_hashfn(subscription, 0, 99));
}

static void motet_test_match_random(struct kunit *test)
{
	struct motet_subscription *subscription;
	struct motet_test_array filters;
	struct motet_test_event *event;
	struct motet_event_head head;
	struct rnd_state random;
	unsigned int i, hits = 0;

	event = kunit_kzalloc(test, sizeof(*event), GFP_KERNEL);
	subscription = kunit_kzalloc(test, struct_size(subscription, filters,
						       MOTET_TEST_ARRAY),
				     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_ASSERT_NOT_NULL(test, subscription);
	motet_test_seed(test, &random);
	for (i = 0; i < 5000; i++) {
		motet_test_array_random(&filters, &random, true);
		motet_test_array_random(&event->array, &random, false);
		head = motet_test_head(&event->array);
		/* whatever comes behind the patterns is no pattern */
		motet_test_event_build(event, &head, 24);
		motet_test_subscribe(subscription, &filters);
		KUNIT_ASSERT_EQ(test,
				motet_subscription_matches(subscription,
							   &event->message),
				motet_test_expect(&filters, &event->array));
		hits += motet_test_expect(&filters, &event->array);
		motet_test_exact(test, subscription, &filters, &event->array);
	}
	KUNIT_EXPECT_GT(test, hits, 100);
	KUNIT_EXPECT_LT(test, hits, 4900);
}

static int motet_test_event_check(struct motet_test_event *event,
				  const struct motet_event_head *head, u32 more)
{
	u64 retention;

	motet_test_event_build(event, head, more);
	return motet_event_check(&event->message, &retention);
}

static struct motet_test_event *motet_test_event_new(struct kunit *test)
{
	struct motet_test_event *event;

	event = kunit_kzalloc(test, sizeof(*event), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, event);
	motet_test_append(&event->array, MOTET_FILTER_NONE, "one", 3);
	motet_test_append(&event->array, MOTET_FILTER_NONE, "two", 3);
	return event;
}

static void motet_test_event_good(struct kunit *test)
{
	struct motet_test_event *event = motet_test_event_new(test);
	struct motet_event_head head = motet_test_head(&event->array);
	struct motet_channel_limits limits = {};
	u64 retention = 0;

	KUNIT_EXPECT_EQ(test, motet_test_event_check(event, &head, 0), 0);
	head.publisher_len = 10;
	KUNIT_EXPECT_EQ(test, motet_test_event_check(event, &head, 10), 0);
	KUNIT_EXPECT_EQ(test, motet_test_event_check(event, &head, 9), -EINVAL);
	motet_channel_limits(&limits);
	head.retention = limits.retention_max;
	motet_test_event_build(event, &head, 10);
	KUNIT_EXPECT_EQ(test, motet_event_check(&event->message, &retention),
			0);
	KUNIT_EXPECT_EQ(test, retention, limits.retention_max);
	head.retention++;
	KUNIT_EXPECT_EQ(test, motet_test_event_check(event, &head, 10),
			-EINVAL);
}

static void motet_test_event_bad(struct kunit *test)
{
	struct motet_test_event *event = motet_test_event_new(test);
	const struct motet_event_head good = motet_test_head(&event->array);
	struct motet_channel_limits limits = {};
	struct motet_event_head head;

	motet_channel_limits(&limits);
#define MOTET_TEST_BAD(member, value, error) do {			\
	head = good;							\
	head.member = (value);						\
	KUNIT_EXPECT_EQ(test, motet_test_event_check(event, &head, 64),	\
			error);						\
} while (0)
	MOTET_TEST_BAD(size, 24, -EINVAL);
	MOTET_TEST_BAD(size, 36, -EINVAL);
	MOTET_TEST_BAD(size, U32_MAX - 7, -EMSGSIZE);
	MOTET_TEST_BAD(flags, 1, -EINVAL);
	MOTET_TEST_BAD(pad, 1, -EINVAL);
	MOTET_TEST_BAD(retention, U64_MAX, -EINVAL);
	MOTET_TEST_BAD(pattern_count, limits.patterns_max + 1, -EMSGSIZE);
	MOTET_TEST_BAD(pattern_count, 1, -EINVAL);
	MOTET_TEST_BAD(pattern_count, 3, -EINVAL);
	MOTET_TEST_BAD(pattern_len, limits.pattern_bytes_max + 1, -EMSGSIZE);
	MOTET_TEST_BAD(pattern_len, U32_MAX, -EMSGSIZE);
	MOTET_TEST_BAD(pattern_len, limits.pattern_bytes_max, -EINVAL);
	MOTET_TEST_BAD(publisher_len, 65, -EINVAL);
	MOTET_TEST_BAD(publisher_len, MOTET_NAME_MAX + 1, -EINVAL);
	MOTET_TEST_BAD(publisher_len, U32_MAX, -EINVAL);
	/* a larger struct, of which this kernel knows that it is not zero */
	MOTET_TEST_BAD(size, 48, -E2BIG);
#undef MOTET_TEST_BAD
	motet_test_event_build(event, &good, 0);
	event->message.body_len = sizeof(good) - 1;
	KUNIT_EXPECT_EQ(test, motet_event_check(&event->message, &head.retention),
			-EINVAL);
}

static struct kunit_case motet_test_channel_cases[] = {
	KUNIT_CASE(motet_test_patterns_bounds),
	KUNIT_CASE(motet_test_patterns_types),
	KUNIT_CASE(motet_test_patterns_padding),
	KUNIT_CASE(motet_test_patterns_random),
	KUNIT_CASE(motet_test_match_random),
	KUNIT_CASE(motet_test_event_good),
	KUNIT_CASE(motet_test_event_bad),
	{}
};

static struct kunit_suite motet_test_channel_suite = {
	.name = "motet-channel",
	.test_cases = motet_test_channel_cases,
};

kunit_test_suite(motet_test_channel_suite);
