// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of actors.
 */
#include <fcntl.h>

#include "fake.h"

static int open_flags;
static int open_result;

int __wrap_open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/motet");
	open_flags = flags;
	if (open_result < 0) {
		errno = -open_result;
		return -1;
	}
	return open_result;
}

static void test_motet_actor_open(void **state)
{
	(void)state;
	open_result = 5;
	assert_int_equal(motet_actor_open(0), 5);
	assert_int_equal(open_flags, O_RDWR | O_CLOEXEC);
	assert_int_equal(motet_actor_open(MOTET_FD_NONBLOCK), 5);
	assert_int_equal(open_flags, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	open_result = -EACCES;
	assert_int_equal(motet_actor_open(0), -EACCES);
	assert_int_equal(motet_actor_open(1U << 31), -EINVAL);
}

static void info_check(void *arg)
{
	struct motet_info *info = arg;

	assert_int_equal(info->size, sizeof(*info));
	info->abi_major = MOTET_ABI_MAJOR;
}

static void test_motet_info_get(void **state)
{
	struct motet_info info = { .size = sizeof(info) };

	(void)state;
	fake_expect(MOTET_IOC_INFO, info_check, 0);
	assert_int_equal(motet_info_get(FAKE_FD, &info), 0);
	fake_assert_done();
	assert_int_equal(info.abi_major, MOTET_ABI_MAJOR);
	fake_expect(MOTET_IOC_INFO, NULL, -ENOTTY);
	assert_int_equal(motet_info_get(FAKE_FD, &info), -ENOTTY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_actor_open),
		cmocka_unit_test(test_motet_info_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
