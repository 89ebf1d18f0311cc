// SPDX-License-Identifier: GPL-2.0-only
/* Messages: identifiers, times, bodies, and what is told of them. */

#include <linux/ktime.h>

#include "message.h"
#include "tests.h"

/* The test runs in the first time namespace: times are the kernel's. */
static void motet_test_monotonic(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, motet_monotonic_from_user(0), 0);
	KUNIT_EXPECT_EQ(test, motet_monotonic_from_user(1), 1);
	KUNIT_EXPECT_EQ(test, motet_monotonic_from_user(KTIME_MAX - 1),
			KTIME_MAX - 1);
	KUNIT_EXPECT_EQ(test, motet_monotonic_from_user(KTIME_MAX), KTIME_MAX);
	KUNIT_EXPECT_EQ(test, motet_monotonic_from_user(U64_MAX), KTIME_MAX);
	KUNIT_EXPECT_FALSE(test, motet_has_expired(0));
	KUNIT_EXPECT_TRUE(test, motet_has_expired(1));
	KUNIT_EXPECT_TRUE(test, motet_has_expired(ktime_get_ns()));
	KUNIT_EXPECT_FALSE(test, motet_has_expired(KTIME_MAX));
}

static void motet_test_message_ids(struct kunit *test)
{
	u64 first = motet_message_new_id(), second = motet_message_new_id();

	KUNIT_EXPECT_EQ(test, first & MOTET_MESSAGE_ID_GROUP,
			MOTET_MESSAGE_ID_GROUP);
	KUNIT_EXPECT_GT(test, second, first);
	KUNIT_EXPECT_TRUE(test, motet_message_gave_id(first));
	KUNIT_EXPECT_TRUE(test, motet_message_gave_id(second));
	KUNIT_EXPECT_FALSE(test, motet_message_gave_id(second + (1 << 20)));
	KUNIT_EXPECT_FALSE(test, motet_message_gave_id(MOTET_MESSAGE_ID_GROUP));
	KUNIT_EXPECT_FALSE(test, motet_message_gave_id(U64_MAX));
}

static void motet_test_message_order(struct kunit *test)
{
	static const u64 values[] = { 0, 1, 2, U64_MAX - 1, U64_MAX };
	struct motet_message *a, *b;
	unsigned int i, j;

	a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);
	b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	for (i = 0; i < 25; i++) {
		for (j = 0; j < 25; j++) {
			a->epoch = values[i / 5];
			a->sequence = values[i % 5];
			b->epoch = values[j / 5];
			b->sequence = values[j % 5];
			KUNIT_EXPECT_EQ(test, motet_message_is_before(a, b),
					i < j);
		}
	}
	a->body_len = U32_MAX;
	a->annex_len = U16_MAX;
	KUNIT_EXPECT_EQ(test, motet_message_bytes(a),
			(u64)U32_MAX + U16_MAX);
}

static void motet_test_message_body(struct kunit *test)
{
	static const u32 lens[] = { 0, 1, PAGE_SIZE - 1, PAGE_SIZE,
				    PAGE_SIZE + 1, 5 * PAGE_SIZE, U32_MAX };
	struct motet_message *message;
	struct motet_payload *payload;
	unsigned int i;
	u32 len;

	message = kunit_kzalloc(test, sizeof(*message), GFP_KERNEL);
	payload = kunit_kzalloc(test, struct_size(payload, segments, 1),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_ASSERT_NOT_NULL(test, payload);
	message->annex_len = 40;
	message->body_len = MOTET_MESSAGE_INLINE - 40;
	KUNIT_EXPECT_PTR_EQ(test, motet_message_body(message, &len),
			    message->inline_data + 40);
	KUNIT_EXPECT_EQ(test, len, MOTET_MESSAGE_INLINE - 40);
	payload->count = 1;
	payload->segments[0] = payload;
	message->payload = payload;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		message->body_len = lens[i];
		KUNIT_EXPECT_PTR_EQ(test, motet_message_body(message, &len),
				    (u8 *)payload);
		KUNIT_EXPECT_EQ(test, len, min_t(u32, lens[i], PAGE_SIZE));
	}
}

static void motet_test_message_exception(struct kunit *test)
{
	struct motet_id about = { .bytes = { 1, 2, 3 } };
	struct motet_message *message, *clone;
	struct motet_msg msg = {};

	message = motet_message_new_exception(MOTET_EXCEPTION_MEMBER, &about);
	KUNIT_ASSERT_NOT_NULL(test, message);
	message->token = 99;
	message->body_len = 5;
	memcpy(message->inline_data, "hello", 5);
	msg.flags = U32_MAX;
	msg.cookie = 7;
	motet_message_describe(message, &msg);
	KUNIT_EXPECT_EQ(test, msg.exception, MOTET_EXCEPTION_MEMBER);
	KUNIT_EXPECT_EQ(test, msg.count, 1);
	KUNIT_EXPECT_EQ(test, msg.token, 99);
	KUNIT_EXPECT_EQ(test, msg.body_len, 5);
	KUNIT_EXPECT_EQ(test, msg.cookie, 7);
	KUNIT_EXPECT_MEMEQ(test, &msg.to, &about, sizeof(about));
	/* only what a receiver may have asked for stays */
	KUNIT_EXPECT_EQ(test, msg.flags,
			MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE | MOTET_MSG_ANY |
			MOTET_MSG_LEASED);
	msg.flags = 0;
	motet_message_describe(message, &msg);
	KUNIT_EXPECT_EQ(test, msg.flags, 0);
	KUNIT_EXPECT_EQ(test, msg.cookie, 0);
	clone = motet_message_clone(message);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_EXPECT_MEMEQ(test, clone->inline_data, message->inline_data,
			   MOTET_MESSAGE_INLINE);
	KUNIT_EXPECT_EQ(test, clone->body_len, 5);
	KUNIT_EXPECT_MEMEQ(test, &clone->to, &about, sizeof(about));
	motet_message_free(clone);
	motet_message_free(message);
	motet_message_free(NULL);
}

/* Of what it was nothing is left but its identifier, as the token. */
static void motet_test_message_recycle(struct kunit *test)
{
	const size_t first = offsetof(struct motet_message, payload);
	const size_t len = sizeof(struct motet_message) - first;
	struct motet_id about = { .bytes = { 9 } }, none = {};
	struct motet_message *message, *fresh;

	message = motet_message_new_exception(MOTET_EXCEPTION_MEMBER, &none);
	fresh = motet_message_new_exception(MOTET_EXCEPTION_LOCK, &about);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_ASSERT_NOT_NULL(test, fresh);
	/* the links before are of its own */
	memset((u8 *)message + first, 0xa5, len);
	message->id = 4711;
	message->payload = NULL;
	message->pid = get_pid(task_tgid(current));
	motet_message_recycle(message, MOTET_EXCEPTION_LOCK, &about);
	fresh->token = 4711;
	KUNIT_EXPECT_MEMEQ(test, (u8 *)message + first, (u8 *)fresh + first,
			   len);
	motet_message_free(message);
	motet_message_free(fresh);
}

static struct kunit_case motet_test_message_cases[] = {
	KUNIT_CASE(motet_test_monotonic),
	KUNIT_CASE(motet_test_message_ids),
	KUNIT_CASE(motet_test_message_order),
	KUNIT_CASE(motet_test_message_body),
	KUNIT_CASE(motet_test_message_exception),
	KUNIT_CASE(motet_test_message_recycle),
	{}
};

static struct kunit_suite motet_test_message_suite = {
	.name = "motet-message",
	.test_cases = motet_test_message_cases,
};

kunit_test_suite(motet_test_message_suite);
