// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of locks.
 */
#include "fake.h"

static const struct motet_id lock_id = FAKE_ID(MOTET_CLASS_LOCK, 4);

static void open_check(void *arg)
{
	struct motet_lock_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->flags, MOTET_LOCK_CREATE);
	assert_int_equal(open->name_len, 5);
	assert_memory_equal(fake_pointer(open->name), "table", 5);
	assert_int_equal(open->mode, MOTET_LOCK_MODE_DEFAULT);
	assert_int_equal(open->opening, 0);
	open->opening = 77;
	open->id = lock_id;
}

static void test_motet_lock_open(void **state)
{
	__u64 opening = 1;

	(void)state;
	fake_expect(MOTET_IOC_LOCK_OPEN, open_check, 0);
	assert_int_equal(motet_lock_open(FAKE_FD, "table", MOTET_LOCK_CREATE,
					 MOTET_LOCK_MODE_DEFAULT, &opening), 0);
	fake_assert_done();
	assert_int_equal(opening, 77);
	fake_expect(MOTET_IOC_LOCK_OPEN, NULL, -ENOENT);
	assert_int_equal(motet_lock_open(FAKE_FD, "table", 0, 0, &opening),
			 -ENOENT);
	assert_int_equal(opening, 77);
}

static void close_check(void *arg)
{
	struct motet_lock_close *close = arg;

	assert_int_equal(close->size, sizeof(*close));
	assert_int_equal(close->flags, 0);
	assert_int_equal(close->opening, 77);
}

static void test_motet_lock_close(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_LOCK_CLOSE, close_check, 0);
	assert_int_equal(motet_lock_close(FAKE_FD, 77), 0);
	fake_assert_done();
}

static void acquire_check(void *arg)
{
	struct motet_lock_acquire *acquire = arg;

	assert_int_equal(acquire->size, sizeof(*acquire));
	assert_int_equal(acquire->flags, MOTET_LOCK_NO_QUEUE);
	assert_int_equal(acquire->opening, 77);
	assert_int_equal(acquire->lock_id, 5);
	assert_int_equal(acquire->mode, MOTET_LOCK_EXCLUSIVE);
	assert_int_equal(acquire->pad, 0);
	assert_int_equal(acquire->deadline, 1234);
	assert_int_equal(acquire->signal, 0);
}

static void test_motet_lock_acquire(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_LOCK_ACQUIRE, acquire_check, -EAGAIN);
	assert_int_equal(motet_lock_acquire(FAKE_FD, 77, 5,
					    MOTET_LOCK_EXCLUSIVE,
					    MOTET_LOCK_NO_QUEUE, 1234),
			 -EAGAIN);
	fake_assert_done();
}

static void acquire_full_check(void *arg)
{
	struct motet_lock_acquire *acquire = arg;

	assert_int_equal(acquire->flags, MOTET_LOCK_ASYNC);
	assert_int_equal(acquire->mode, MOTET_LOCK_SHARED);
	assert_int_equal(acquire->deadline, 0);
	assert_int_equal(acquire->signal, 9);
}

static void test_motet_lock_acquire_full(void **state)
{
	struct motet_lock_acquire acquire;

	(void)state;
	motet_lock_acquire_init(&acquire, 77, 5, MOTET_LOCK_SHARED);
	acquire.flags = MOTET_LOCK_ASYNC;
	acquire.signal = 9;
	fake_expect(MOTET_IOC_LOCK_ACQUIRE, acquire_full_check, 0);
	assert_int_equal(motet_lock_acquire_full(FAKE_FD, &acquire), 0);
	fake_assert_done();
}

static void test_motet_lock_acquire_init(void **state)
{
	struct motet_lock_acquire acquire;

	(void)state;
	memset(&acquire, 0xff, sizeof(acquire));
	motet_lock_acquire_init(&acquire, 77, 5, MOTET_LOCK_SHARED);
	assert_int_equal(acquire.size, sizeof(acquire));
	assert_int_equal(acquire.flags, 0);
	assert_int_equal(acquire.opening, 77);
	assert_int_equal(acquire.lock_id, 5);
	assert_int_equal(acquire.mode, MOTET_LOCK_SHARED);
	assert_int_equal(acquire.pad, 0);
	assert_int_equal(acquire.deadline, 0);
	assert_int_equal(acquire.signal, 0);
}

static void release_check(void *arg)
{
	struct motet_lock_release *release = arg;

	assert_int_equal(release->size, sizeof(*release));
	assert_int_equal(release->flags, 0);
	assert_int_equal(release->opening, 77);
	assert_int_equal(release->lock_id, 5);
}

static void test_motet_lock_release(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_LOCK_RELEASE, release_check, 0);
	assert_int_equal(motet_lock_release(FAKE_FD, 77, 5), 0);
	fake_assert_done();
}

static void purge_check(void *arg)
{
	struct motet_lock_purge *purge = arg;

	assert_int_equal(purge->size, sizeof(*purge));
	assert_int_equal(purge->opening, 77);
	purge->purged = 3;
}

static void test_motet_lock_purge(void **state)
{
	unsigned int purged = 0;

	(void)state;
	fake_expect(MOTET_IOC_LOCK_PURGE, purge_check, 0);
	assert_int_equal(motet_lock_purge(FAKE_FD, 77, &purged), 0);
	fake_assert_done();
	assert_int_equal(purged, 3);
	fake_expect(MOTET_IOC_LOCK_PURGE, purge_check, 0);
	assert_int_equal(motet_lock_purge(FAKE_FD, 77, NULL), 0);
	fake_assert_done();
}

static void status_check(void *arg)
{
	struct motet_lock_status *status = arg;

	assert_int_equal(status->opening, 77);
	status->waiting = 6;
	status->id = lock_id;
}

static void test_motet_lock_status_get(void **state)
{
	struct motet_lock_status status = {
		.size = sizeof(status),
		.opening = 77,
	};

	(void)state;
	fake_expect(MOTET_IOC_LOCK_STATUS, status_check, 0);
	assert_int_equal(motet_lock_status_get(FAKE_FD, &status), 0);
	fake_assert_done();
	assert_int_equal(status.waiting, 6);
	assert_true(motet_id_equal(&status.id, &lock_id));
}

static void test_motet_lock_mode_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_lock_mode_to_string(MOTET_LOCK_EXCLUSIVE),
			    "exclusive");
	assert_string_equal(motet_lock_mode_to_string(0), "unknown");
	assert_string_equal(motet_lock_mode_to_string(3), "unknown");
}

static void test_motet_lock_state_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_lock_state_to_string(MOTET_LOCK_ORPHANED),
			    "orphaned");
	assert_string_equal(motet_lock_state_to_string(3), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_lock_open),
		cmocka_unit_test(test_motet_lock_close),
		cmocka_unit_test(test_motet_lock_acquire),
		cmocka_unit_test(test_motet_lock_acquire_full),
		cmocka_unit_test(test_motet_lock_acquire_init),
		cmocka_unit_test(test_motet_lock_release),
		cmocka_unit_test(test_motet_lock_purge),
		cmocka_unit_test(test_motet_lock_status_get),
		cmocka_unit_test(test_motet_lock_mode_to_string),
		cmocka_unit_test(test_motet_lock_state_to_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
