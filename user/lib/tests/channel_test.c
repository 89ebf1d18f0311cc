// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of channels.
 */
#include "fake.h"

static const struct motet_id channel_id = FAKE_ID(MOTET_CLASS_CHANNEL, 4);
static const struct motet_id no_id;

static void open_check(void *arg)
{
	struct motet_channel_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->flags,
			 MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER);
	assert_int_equal(open->mode, MOTET_MODE_DEFAULT);
	assert_int_equal(open->name_len, 4);
	assert_memory_equal(fake_pointer(open->name), "news", 4);
	assert_memory_equal(&open->id, &no_id, sizeof(no_id));
	open->fd = 31;
	open->id = channel_id;
}

static void test_motet_channel_open(void **state)
{
	struct motet_id id;

	(void)state;
	fake_expect(MOTET_IOC_CHANNEL_OPEN, open_check, 0);
	assert_int_equal(motet_channel_open(FAKE_FD, "news",
					    MOTET_CHANNEL_CREATE |
					    MOTET_CHANNEL_PUBLISHER, &id), 31);
	fake_assert_done();
	assert_memory_equal(&id, &channel_id, sizeof(id));
	fake_expect(MOTET_IOC_CHANNEL_OPEN, NULL, -ENOENT);
	assert_int_equal(motet_channel_open(FAKE_FD, "news", 0, NULL),
			 -ENOENT);
	assert_int_equal(motet_channel_open(FAKE_FD, "", 0, NULL), -EINVAL);
}

static void test_motet_channel_open_init(void **state)
{
	struct motet_channel_open open;

	(void)state;
	memset(&open, 0xff, sizeof(open));
	motet_channel_open_init(&open, "news", MOTET_CHANNEL_SUBSCRIBER);
	assert_int_equal(open.size, sizeof(open));
	assert_int_equal(open.flags, MOTET_CHANNEL_SUBSCRIBER);
	assert_int_equal(open.mode, 0);
	assert_int_equal(open.retention, 0);
	assert_int_equal(open.limits[3].messages, 0);
}

static void open_full_check(void *arg)
{
	struct motet_channel_open *open = arg;

	assert_int_equal(open->limits[2].messages, 5);
	open->fd = 32;
	open->created = 1;
}

static void test_motet_channel_open_full(void **state)
{
	struct motet_channel_open open;

	(void)state;
	motet_channel_open_init(&open, "news", MOTET_CHANNEL_SUBSCRIBER);
	open.limits[2].messages = 5;
	fake_expect(MOTET_IOC_CHANNEL_OPEN, open_full_check, 0);
	assert_int_equal(motet_channel_open_full(FAKE_FD, &open), 32);
	fake_assert_done();
	assert_int_equal(open.created, 1);
}

static void unlink_check(void *arg)
{
	struct motet_channel_name *name = arg;

	assert_int_equal(name->size, sizeof(*name));
	assert_int_equal(name->name_len, 4);
	assert_memory_equal(fake_pointer(name->name), "news", 4);
}

static void test_motet_channel_unlink(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHANNEL_UNLINK, unlink_check, -EACCES);
	assert_int_equal(motet_channel_unlink(FAKE_FD, "news"), -EACCES);
	fake_assert_done();
}

static void publish_check(void *arg)
{
	struct motet_channel_publish *publish = arg;

	assert_int_equal(publish->size, sizeof(*publish));
	assert_int_equal(publish->flags, 0);
	assert_int_equal(publish->priority, 2);
	assert_int_equal(publish->body_len, 4);
	assert_memory_equal(fake_pointer(publish->body), "body", 4);
	publish->id = 1234;
	publish->delivered = 3;
}

static void test_motet_channel_publish(void **state)
{
	struct motet_channel_publish publish;

	(void)state;
	fake_expect(MOTET_IOC_CHANNEL_PUBLISH, publish_check, 0);
	assert_int_equal(motet_channel_publish(FAKE_FD, 2, "body", 4,
					       &publish), 0);
	fake_assert_done();
	assert_int_equal(publish.id, 1234);
	assert_int_equal(publish.delivered, 3);
	fake_expect(MOTET_IOC_CHANNEL_PUBLISH, publish_check, -EDQUOT);
	assert_int_equal(motet_channel_publish(FAKE_FD, 2, "body", 4, NULL),
			 -EDQUOT);
}

static void subscribe_check(void *arg)
{
	struct motet_channel_subscribe *subscribe = arg;

	assert_int_equal(subscribe->size, sizeof(*subscribe));
	assert_int_equal(subscribe->flags, MOTET_SUBSCRIBE_NEW);
	assert_int_equal(subscribe->id, 7);
	assert_int_equal(subscribe->filter_count, 1);
	assert_int_equal(subscribe->filter_len, 16);
	subscribe->replayed = 2;
}

static void subscribe_all_check(void *arg)
{
	struct motet_channel_subscribe *subscribe = arg;

	assert_int_equal(subscribe->filters, 0);
	assert_int_equal(subscribe->filter_count, 0);
	assert_int_equal(subscribe->filter_len, 0);
}

static void test_motet_channel_subscribe(void **state)
{
	struct motet_channel_subscribe subscribe;
	struct motet_patterns filters;
	char bytes[64];

	(void)state;
	motet_patterns_init(&filters, bytes, sizeof(bytes));
	assert_int_equal(motet_patterns_add(&filters, MOTET_FILTER_PREFIX, "a",
					    1), 0);
	fake_expect(MOTET_IOC_CHANNEL_SUBSCRIBE, subscribe_check, 0);
	assert_int_equal(motet_channel_subscribe(FAKE_FD, 7,
						 MOTET_SUBSCRIBE_NEW, &filters,
						 &subscribe), 0);
	fake_assert_done();
	assert_int_equal(subscribe.replayed, 2);
	fake_expect(MOTET_IOC_CHANNEL_SUBSCRIBE, subscribe_all_check, -EEXIST);
	assert_int_equal(motet_channel_subscribe(FAKE_FD, 7, 0, NULL, NULL),
			 -EEXIST);
}

static void unsubscribe_check(void *arg)
{
	struct motet_channel_unsubscribe *unsubscribe = arg;

	assert_int_equal(unsubscribe->size, sizeof(*unsubscribe));
	assert_int_equal(unsubscribe->id, 7);
}

static void test_motet_channel_unsubscribe(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHANNEL_UNSUBSCRIBE, unsubscribe_check, -ENOENT);
	assert_int_equal(motet_channel_unsubscribe(FAKE_FD, 7), -ENOENT);
	fake_assert_done();
}

static void clear_check(void *arg)
{
	struct motet_channel_clear *clear = arg;

	assert_int_equal(clear->size, sizeof(*clear));
	assert_int_equal(clear->id, 1234);
}

static void test_motet_channel_clear(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHANNEL_CLEAR, clear_check, -ESRCH);
	assert_int_equal(motet_channel_clear(FAKE_FD, 1234), -ESRCH);
	fake_assert_done();
}

static void test_motet_channel_status_get(void **state)
{
	struct motet_channel_status status = { .size = sizeof(status) };

	(void)state;
	fake_expect(MOTET_IOC_CHANNEL_STATUS, NULL, 0);
	assert_int_equal(motet_channel_status_get(FAKE_FD, &status), 0);
	fake_assert_done();
}

static void limits_check(void *arg)
{
	struct motet_channel_limits *limits = arg;

	assert_int_equal(limits->size, sizeof(*limits));
	assert_int_equal(limits->flags, 0);
	limits->patterns_max = 64;
}

static void test_motet_channel_limits_get(void **state)
{
	struct motet_channel_limits limits;

	(void)state;
	memset(&limits, 0xff, sizeof(limits));
	fake_expect(MOTET_IOC_CHANNEL_LIMITS, limits_check, 0);
	assert_int_equal(motet_channel_limits_get(FAKE_FD, &limits), 0);
	fake_assert_done();
	assert_int_equal(limits.patterns_max, 64);
}

static void test_motet_patterns_init(void **state)
{
	struct motet_patterns patterns;
	char bytes[8];

	(void)state;
	memset(&patterns, 0xff, sizeof(patterns));
	motet_patterns_init(&patterns, bytes, sizeof(bytes));
	assert_int_equal(patterns.cap, 8);
	assert_int_equal(patterns.len, 0);
	assert_int_equal(patterns.count, 0);
}

static void test_motet_patterns_add(void **state)
{
	static char large[MOTET_PATTERN_BYTES_MAX];
	struct motet_patterns patterns;
	unsigned char bytes[40];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	motet_patterns_init(&patterns, bytes, sizeof(bytes));
	assert_int_equal(motet_patterns_add(&patterns, 2, "123456789", 9), 0);
	assert_int_equal(patterns.len, 24);
	assert_int_equal(bytes[16], '9');
	assert_int_equal(bytes[17], 0);
	assert_int_equal(bytes[23], 0);
	assert_int_equal(motet_patterns_add(&patterns, 0, "123456789", 9),
			 -EMSGSIZE);
	assert_int_equal(motet_patterns_add(&patterns, 0, "12345678", 8), 0);
	assert_int_equal(motet_patterns_add(&patterns, 0, NULL, 0), -EMSGSIZE);
	assert_int_equal(patterns.count, 2);
	assert_int_equal(patterns.len, 40);
	assert_int_equal(motet_patterns_add(&patterns, 0, large, sizeof(large)),
			 -EMSGSIZE);
	assert_int_equal(motet_patterns_add(&patterns, 0, large, (size_t)-1),
			 -EMSGSIZE);
}

static void test_motet_patterns_next(void **state)
{
	struct motet_patterns patterns;
	size_t at = 0, len = 99;
	unsigned int type = 99;
	unsigned char bytes[64];

	(void)state;
	motet_patterns_init(&patterns, bytes, sizeof(bytes));
	assert_null(motet_patterns_next(&patterns, &at, &type, &len));
	motet_patterns_add(&patterns, MOTET_FILTER_EXACT, "abc", 3);
	motet_patterns_add(&patterns, MOTET_FILTER_PASS_ALL, NULL, 0);
	assert_memory_equal(motet_patterns_next(&patterns, &at, &type, &len),
			    "abc", 3);
	assert_int_equal(type, MOTET_FILTER_EXACT);
	assert_int_equal(len, 3);
	assert_non_null(motet_patterns_next(&patterns, &at, NULL, &len));
	assert_int_equal(len, 0);
	assert_null(motet_patterns_next(&patterns, &at, &type, &len));
	/* what claims to be longer than there is */
	bytes[0] = 60;
	at = 0;
	assert_null(motet_patterns_next(&patterns, &at, &type, &len));
	memset(bytes, 0xff, 4);
	assert_null(motet_patterns_next(&patterns, &at, &type, &len));
}

static void test_motet_event_pack(void **state)
{
	unsigned char bytes[32], body[128];
	struct motet_event event = {
		.retention = 5, .data = "data", .data_len = 4,
		.publisher = "me", .publisher_len = 2,
	};
	size_t cap;

	(void)state;
	motet_patterns_init(&event.patterns, bytes, sizeof(bytes));
	motet_patterns_add(&event.patterns, 0, "p", 1);
	for (cap = 0; cap < 54; cap++)
		assert_int_equal(motet_event_pack(&event, body, cap),
				 -EMSGSIZE);
	assert_int_equal(motet_event_pack(&event, body, cap), 54);
	assert_int_equal(motet_event_pack(&event, body, (size_t)-1), 54);
	assert_memory_equal(body + 48, "datame", 6);
	event.data_len = (size_t)-1;
	assert_int_equal(motet_event_pack(&event, body, sizeof(body)),
			 -EMSGSIZE);
	memset(&event, 0, sizeof(event));
	assert_int_equal(motet_event_pack(&event, body, sizeof(body)), 32);
}

static void test_motet_event_parse(void **state)
{
	unsigned char bytes[32], body[128];
	struct motet_event event = {
		.retention = 5, .data = "data", .data_len = 4,
		.publisher = "me", .publisher_len = 2,
	}, parsed;
	struct motet_event_head *head = (struct motet_event_head *)body;
	size_t at = 0, len;

	(void)state;
	motet_patterns_init(&event.patterns, bytes, sizeof(bytes));
	motet_patterns_add(&event.patterns, 0, "p", 1);
	assert_int_equal(motet_event_pack(&event, body, sizeof(body)), 54);
	assert_int_equal(motet_event_parse(&parsed, body, 54), 0);
	assert_int_equal(parsed.retention, 5);
	assert_int_equal(parsed.data_len, 4);
	assert_memory_equal(parsed.data, "data", 4);
	assert_int_equal(parsed.publisher_len, 2);
	assert_memory_equal(parsed.publisher, "me", 2);
	assert_int_equal(parsed.patterns.count, 1);
	assert_memory_equal(motet_patterns_next(&parsed.patterns, &at, NULL,
						&len), "p", 1);
	assert_int_equal(motet_event_parse(&parsed, body, 49), -EBADMSG);
	assert_int_equal(motet_event_parse(&parsed, body, 31), -EBADMSG);
	head->size = 24;
	assert_int_equal(motet_event_parse(&parsed, body, 54), -EBADMSG);
	head->size = ~0U;
	assert_int_equal(motet_event_parse(&parsed, body, 54), -EBADMSG);
	head->size = 32;
	head->pattern_len = ~0U;
	assert_int_equal(motet_event_parse(&parsed, body, 54), -EBADMSG);
}

static void test_motet_filter_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_filter_to_string(MOTET_FILTER_PASS_ALL),
			    "pass-all");
	assert_string_equal(motet_filter_to_string(99), "unknown");
}

static void test_motet_filter_from_string(void **state)
{
	int i;

	(void)state;
	for (i = 0; i <= MOTET_FILTER_PASS_ALL; i++) {
		const char *text = motet_filter_to_string((unsigned int)i);

		assert_int_equal(motet_filter_from_string(text), i);
	}
	assert_int_equal(motet_filter_from_string("Prefix"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_channel_open_init),
		cmocka_unit_test(test_motet_channel_open_full),
		cmocka_unit_test(test_motet_channel_open),
		cmocka_unit_test(test_motet_channel_unlink),
		cmocka_unit_test(test_motet_channel_publish),
		cmocka_unit_test(test_motet_channel_subscribe),
		cmocka_unit_test(test_motet_channel_unsubscribe),
		cmocka_unit_test(test_motet_channel_clear),
		cmocka_unit_test(test_motet_channel_status_get),
		cmocka_unit_test(test_motet_channel_limits_get),
		cmocka_unit_test(test_motet_patterns_init),
		cmocka_unit_test(test_motet_patterns_add),
		cmocka_unit_test(test_motet_patterns_next),
		cmocka_unit_test(test_motet_event_pack),
		cmocka_unit_test(test_motet_event_parse),
		cmocka_unit_test(test_motet_filter_to_string),
		cmocka_unit_test(test_motet_filter_from_string),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
