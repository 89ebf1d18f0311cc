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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_id_to_string),
		cmocka_unit_test(test_motet_id_from_string),
		cmocka_unit_test(test_motet_id_is_zero),
		cmocka_unit_test(test_motet_id_equal),
		cmocka_unit_test(test_motet_deadline),
		cmocka_unit_test(test_motet_strerror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
