// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of replicators.
 */
#include "fake.h"

static char step[100];

static void replicate_check(void *arg)
{
	struct motet_checkpoint_replicate *replicate = arg;

	assert_int_equal(replicate->size, sizeof(*replicate));
	assert_int_equal(replicate->flags, MOTET_REPLICATE_STREAM);
	assert_int_equal(replicate->fd_flags, 0);
	assert_int_equal(replicate->steps_max, 7);
	assert_int_equal(replicate->bytes_max, 1ULL << 33);
	replicate->fd = 31;
}

static void test_motet_checkpoint_replicate(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_REPLICATE, replicate_check, 0);
	assert_int_equal(motet_checkpoint_replicate(FAKE_FD,
						    MOTET_REPLICATE_STREAM, 7,
						    1ULL << 33), 31);
	fake_assert_done();
	fake_expect(MOTET_IOC_CHECKPOINT_REPLICATE, NULL, -EBUSY);
	assert_int_equal(motet_checkpoint_replicate(FAKE_FD,
						    MOTET_REPLICATE_APPLY, 0,
						    0), -EBUSY);
}

static void sync_check(void *arg)
{
	struct motet_checkpoint_sync *sync = arg;

	assert_int_equal(sync->size, sizeof(*sync));
	assert_int_equal(sync->flags, 0);
	assert_int_equal(sync->generation, 1ULL << 40);
	assert_int_equal(sync->deadline, 12);
}

static void test_motet_checkpoint_sync(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_SYNC, sync_check, 0);
	assert_int_equal(motet_checkpoint_sync(FAKE_FD, 1ULL << 40, 12), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_CHECKPOINT_SYNC, NULL, -ENOLINK);
	assert_int_equal(motet_checkpoint_sync(FAKE_FD, 0, 0), -ENOLINK);
}

static void next_check(void *arg)
{
	struct motet_replicator_next *next = arg;

	assert_int_equal(next->size, sizeof(*next));
	assert_int_equal(next->flags, 0);
	assert_ptr_equal(fake_pointer(next->step), step);
	assert_int_equal(next->step_cap, sizeof(step));
	assert_int_equal(next->deadline, 13);
	next->step_len = 48;
}

static void next_long_check(void *arg)
{
	struct motet_replicator_next *next = arg;

	next->step_len = 1000;
}

static void test_motet_replicator_next(void **state)
{
	size_t len = 0;

	(void)state;
	fake_expect(MOTET_IOC_REPLICATOR_NEXT, next_check, 0);
	assert_int_equal(motet_replicator_next(FAKE_FD, step, sizeof(step), 13,
					       &len), 0);
	fake_assert_done();
	assert_int_equal(len, 48);
	fake_expect(MOTET_IOC_REPLICATOR_NEXT, next_long_check, -EMSGSIZE);
	assert_int_equal(motet_replicator_next(FAKE_FD, step, sizeof(step), 0,
					       &len), -EMSGSIZE);
	assert_int_equal(len, 1000);
}

static void acknowledge_check(void *arg)
{
	struct motet_replicator_ack *ack = arg;

	assert_int_equal(ack->size, sizeof(*ack));
	assert_int_equal(ack->flags, 0);
	assert_int_equal(ack->generation, 1ULL << 41);
}

static void test_motet_replicator_acknowledge(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_REPLICATOR_ACK, acknowledge_check, 0);
	assert_int_equal(motet_replicator_acknowledge(FAKE_FD, 1ULL << 41), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_REPLICATOR_ACK, NULL, -EINVAL);
	assert_int_equal(motet_replicator_acknowledge(FAKE_FD, 1), -EINVAL);
}

static void apply_check(void *arg)
{
	struct motet_replicator_apply *apply = arg;

	assert_int_equal(apply->size, sizeof(*apply));
	assert_int_equal(apply->flags, 0);
	assert_ptr_equal(fake_pointer(apply->step), step);
	assert_int_equal(apply->step_len, 99);
}

static void test_motet_replicator_apply(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_REPLICATOR_APPLY, apply_check, 0);
	assert_int_equal(motet_replicator_apply(FAKE_FD, step, 99), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_REPLICATOR_APPLY, NULL, -ENOSPC);
	assert_int_equal(motet_replicator_apply(FAKE_FD, step, 1), -ENOSPC);
}

static void status_check(void *arg)
{
	struct motet_replicator_status *status = arg;

	assert_int_equal(status->size, sizeof(*status));
	status->acknowledged = 5;
}

static void test_motet_replicator_status_get(void **state)
{
	struct motet_replicator_status status = { .size = sizeof(status) };

	(void)state;
	fake_expect(MOTET_IOC_REPLICATOR_STATUS, status_check, 0);
	assert_int_equal(motet_replicator_status_get(FAKE_FD, &status), 0);
	fake_assert_done();
	assert_int_equal(status.acknowledged, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_checkpoint_replicate),
		cmocka_unit_test(test_motet_checkpoint_sync),
		cmocka_unit_test(test_motet_replicator_next),
		cmocka_unit_test(test_motet_replicator_acknowledge),
		cmocka_unit_test(test_motet_replicator_apply),
		cmocka_unit_test(test_motet_replicator_status_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
