// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of identifiers, deadlines and error texts.
 */
#include "fake.h"

#define TEXT	"02000000000000000000000000abcdef"
#define UPPER	"02000000000000000000000000ABCDEF"

static struct timespec fake_now;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*now = fake_now;
	return 0;
}

static void test_motet_id_to_string(void **state)
{
	struct motet_id id = FAKE_ID(MOTET_CLASS_PORT, 0xef);
	char text[MOTET_ID_TEXT_SIZE];

	(void)state;
	id.bytes[13] = 0xab;
	id.bytes[14] = 0xcd;
	assert_ptr_equal(motet_id_to_string(&id, text), text);
	assert_string_equal(text, TEXT);
}

static void test_motet_id_from_string(void **state)
{
	static const char * const bad[] = {
		"", "0", "02", TEXT "0", TEXT " ", " " TEXT, "0x" TEXT,
		"0200000000000000000000000000000g",
		"020000000000000000000000000000-1",
		"02000000 0000000 0000000 00000000",
		"0200000000000000000000000000000",
	};
	struct motet_id id = FAKE_ID(1, 1);
	const struct motet_id before = id;
	char text[MOTET_ID_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(motet_id_from_string(&id, bad[i]), -EINVAL);
		assert_true(motet_id_equal(&id, &before));
	}
	assert_int_equal(motet_id_from_string(&id, TEXT), 0);
	assert_string_equal(motet_id_to_string(&id, text), TEXT);
	assert_int_equal(motet_id_from_string(&id, UPPER), 0);
	assert_string_equal(motet_id_to_string(&id, text), TEXT);
}

static void test_motet_id_is_zero(void **state)
{
	struct motet_id zero = FAKE_ID(0, 0);
	struct motet_id last = FAKE_ID(0, 1);

	(void)state;
	assert_int_equal(motet_id_is_zero(&zero), 1);
	assert_int_equal(motet_id_is_zero(&last), 0);
}

static void test_motet_id_equal(void **state)
{
	struct motet_id a = FAKE_ID(1, 1);
	struct motet_id b = FAKE_ID(1, 2);

	(void)state;
	assert_int_equal(motet_id_equal(&a, &a), 1);
	assert_int_equal(motet_id_equal(&a, &b), 0);
}

static void test_motet_deadline(void **state)
{
	(void)state;
	fake_now.tv_sec = 3;
	fake_now.tv_nsec = 5;
	assert_int_equal(motet_deadline(0), 3000000005);
	assert_int_equal(motet_deadline(250), 3250000005);
	assert_int_equal(motet_deadline(-1), 0);
	assert_int_equal(motet_deadline(LLONG_MIN), 0);
	assert_int_equal(motet_deadline(LLONG_MAX), 0);
	assert_int_not_equal(motet_deadline(LLONG_MAX / 1000000 - 4000), 0);

	fake_now.tv_sec = 0;
	fake_now.tv_nsec = 0;
	assert_int_equal(motet_deadline(0), 1);
}

static void test_motet_strerror(void **state)
{
	(void)state;
	assert_string_equal(motet_strerror(-EDQUOT), motet_strerror(EDQUOT));
	assert_string_equal(motet_strerror(ETIMEDOUT), "the deadline passed");
	assert_string_equal(motet_strerror(-EIO), strerror(EIO));
}

#define KEY	"0123456789abcdef0123456789abcdef"
#define CAP	"030000000000000000000000000000ef12000000000000000000000000000034"

static void test_motet_cap_to_string(void **state)
{
	struct motet_cap cap = { .id = FAKE_ID(MOTET_CLASS_GROUP, 0xef) };
	char text[MOTET_CAP_TEXT_SIZE];

	(void)state;
	cap.key[0] = 0x12;
	cap.key[15] = 0x34;
	assert_ptr_equal(motet_cap_to_string(&cap, text), text);
	assert_string_equal(text, CAP);
}

static void test_motet_cap_from_string(void **state)
{
	static const char * const bad[] = {
		"", TEXT, TEXT KEY "0", TEXT KEY "\n", " " TEXT KEY,
		TEXT "0123456789abcdef0123456789abcdeg",
	};
	struct motet_cap cap = { .id = FAKE_ID(1, 1) };
	const struct motet_cap before = cap;
	char text[MOTET_CAP_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(motet_cap_from_string(&cap, bad[i]), -EINVAL);
		assert_memory_equal(&cap, &before, sizeof(cap));
	}
	assert_int_equal(motet_cap_from_string(&cap, UPPER KEY), 0);
	assert_string_equal(motet_cap_to_string(&cap, text), TEXT KEY);
}

static void test_motet_exception_to_string(void **state)
{
	unsigned int i;

	(void)state;
	assert_string_equal(motet_exception_to_string(MOTET_EXCEPTION_FAULT),
			    "fault");
	assert_string_equal(motet_exception_to_string(MOTET_EXCEPTION_EVENTS_LOST),
			    "events-lost");
	for (i = 0; i < 100; i++)
		assert_non_null(motet_exception_to_string(i));
	assert_string_equal(motet_exception_to_string(i), "unknown");
}

static void test_motet_address_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_address_to_string(MOTET_ADDRESS_WORK),
			    "work");
	assert_string_equal(motet_address_to_string(MOTET_ADDRESS_WORK + 1),
			    "unknown");
}

static void test_motet_address_from_string(void **state)
{
	int i;

	(void)state;
	for (i = 0; i <= MOTET_ADDRESS_WORK; i++) {
		const char *text = motet_address_to_string((unsigned int)i);

		assert_int_equal(motet_address_from_string(text), i);
	}
	assert_int_equal(motet_address_from_string("Any"), -EINVAL);
	assert_int_equal(motet_address_from_string(""), -EINVAL);
	assert_int_equal(motet_address_from_string("unknown"), -EINVAL);
}

static void test_motet_role_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_role_to_string(MOTET_ROLE_STANDBY),
			    "standby");
	assert_string_equal(motet_role_to_string(MOTET_ROLE_GROUP), "group");
	assert_string_equal(motet_role_to_string(MOTET_ROLE_CHANNEL),
			    "channel");
	assert_string_equal(motet_role_to_string(99), "unknown");
}

static void test_motet_member_event_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_member_event_to_string(MOTET_MEMBER_DIED),
			    "died");
	assert_string_equal(motet_member_event_to_string(99), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_id_to_string),
		cmocka_unit_test(test_motet_id_from_string),
		cmocka_unit_test(test_motet_id_is_zero),
		cmocka_unit_test(test_motet_id_equal),
		cmocka_unit_test(test_motet_deadline),
		cmocka_unit_test(test_motet_strerror),
		cmocka_unit_test(test_motet_cap_to_string),
		cmocka_unit_test(test_motet_cap_from_string),
		cmocka_unit_test(test_motet_exception_to_string),
		cmocka_unit_test(test_motet_address_to_string),
		cmocka_unit_test(test_motet_address_from_string),
		cmocka_unit_test(test_motet_role_to_string),
		cmocka_unit_test(test_motet_member_event_to_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
