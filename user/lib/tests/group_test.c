// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of groups.
 */
#include "fake.h"

static const struct motet_id group_id = FAKE_ID(MOTET_CLASS_GROUP, 4);
static const struct motet_id port_id = FAKE_ID(MOTET_CLASS_PORT, 9);
static const struct motet_id no_id;

static const struct motet_cap cap = {
	.id = FAKE_ID(MOTET_CLASS_GROUP, 4),
	.key = { 1, 2, 3, 4 },
};

static const struct motet_cap other_cap = {
	.id = FAKE_ID(MOTET_CLASS_GROUP, 4),
	.key = { 9 },
};

static void create_check(void *arg)
{
	struct motet_group_create *create = arg;

	assert_int_equal(create->size, sizeof(*create));
	assert_int_equal(create->flags, 0);
	assert_int_equal(create->mode, 0755);
	assert_int_equal(create->address, MOTET_ADDRESS_WORK);
	assert_int_equal(create->name_len, 4);
	assert_memory_equal(fake_pointer(create->name), "jobs", 4);
	assert_int_equal(create->retention, 0);
	assert_int_equal(create->sessions_max, 0);
	create->fd = 31;
	create->cap = cap;
}

static void test_motet_group_create(void **state)
{
	struct motet_cap got;

	(void)state;
	fake_expect(MOTET_IOC_GROUP_CREATE, create_check, 0);
	assert_int_equal(motet_group_create(FAKE_FD, "jobs", MOTET_ADDRESS_WORK,
					    0755, &got), 31);
	fake_assert_done();
	assert_memory_equal(&got, &cap, sizeof(cap));
	fake_expect(MOTET_IOC_GROUP_CREATE, NULL, -EEXIST);
	assert_int_equal(motet_group_create(FAKE_FD, "jobs", MOTET_ADDRESS_WORK,
					    0755, &got), -EEXIST);
}

static void create_full_check(void *arg)
{
	struct motet_group_create *create = arg;

	assert_int_equal(create->name, 0);
	assert_int_equal(create->class_members[15], 2);
	create->fd = 32;
	create->cap = cap;
}

static void test_motet_group_create_full(void **state)
{
	struct motet_group_create create;

	(void)state;
	motet_group_create_init(&create, NULL, MOTET_ADDRESS_WORK);
	create.class_members[15] = 2;
	fake_expect(MOTET_IOC_GROUP_CREATE, create_full_check, 0);
	assert_int_equal(motet_group_create_full(FAKE_FD, &create), 32);
	fake_assert_done();
	assert_memory_equal(&create.cap, &cap, sizeof(cap));
}

static void test_motet_group_create_init(void **state)
{
	struct motet_group_create create;

	(void)state;
	memset(&create, 0xff, sizeof(create));
	motet_group_create_init(&create, NULL, MOTET_ADDRESS_ANY);
	assert_int_equal(create.size, sizeof(create));
	assert_int_equal(create.mode, MOTET_MODE_DEFAULT);
	assert_int_equal(create.address, MOTET_ADDRESS_ANY);
	assert_int_equal(create.name, 0);
	assert_int_equal(create.name_len, 0);
	assert_int_equal(create.retention, 0);
	assert_int_equal(create.pad, 0);
}

static void open_name_check(void *arg)
{
	struct motet_group_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->flags, 0);
	assert_int_equal(open->fd_flags, MOTET_FD_NONBLOCK);
	assert_int_equal(open->name_len, 4);
	assert_memory_equal(fake_pointer(open->name), "jobs", 4);
	assert_memory_equal(&open->id, &no_id, sizeof(no_id));
	open->fd = 33;
	open->id = group_id;
}

static void test_motet_group_open(void **state)
{
	struct motet_id id = no_id;

	(void)state;
	fake_expect(MOTET_IOC_GROUP_OPEN, open_name_check, 0);
	assert_int_equal(motet_group_open(FAKE_FD, "jobs", MOTET_FD_NONBLOCK,
					  &id), 33);
	fake_assert_done();
	assert_true(motet_id_equal(&id, &group_id));
	fake_expect(MOTET_IOC_GROUP_OPEN, NULL, -ENOENT);
	assert_int_equal(motet_group_open(FAKE_FD, "jobs", 0, NULL), -ENOENT);
	assert_int_equal(motet_group_open(FAKE_FD, "", 0, NULL), -EINVAL);
}

static void open_id_check(void *arg)
{
	struct motet_group_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->name, 0);
	assert_int_equal(open->name_len, 0);
	assert_memory_equal(&open->id, &group_id, sizeof(group_id));
	open->fd = 34;
}

static void test_motet_group_open_id(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_GROUP_OPEN, open_id_check, 0);
	assert_int_equal(motet_group_open_id(FAKE_FD, &group_id, 0), 34);
	fake_assert_done();
}

static void member_check(void *arg)
{
	struct motet_group_member *member = arg;

	assert_int_equal(member->size, sizeof(*member));
	assert_int_equal(member->flags, 0);
	assert_memory_equal(&member->cap, &cap, sizeof(cap));
	assert_memory_equal(&member->port, &port_id, sizeof(port_id));
}

static void test_motet_group_insert(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_GROUP_INSERT, member_check, 0);
	assert_int_equal(motet_group_insert(FAKE_FD, &cap, &port_id), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_GROUP_INSERT, NULL, -EACCES);
	assert_int_equal(motet_group_insert(FAKE_FD, &cap, &port_id), -EACCES);
}

static void test_motet_group_remove(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_GROUP_REMOVE, member_check, 0);
	assert_int_equal(motet_group_remove(FAKE_FD, &cap, &port_id), 0);
	fake_assert_done();
}

static void rekey_check(void *arg)
{
	struct motet_group_cap *rekey = arg;

	assert_int_equal(rekey->size, sizeof(*rekey));
	assert_int_equal(rekey->flags, 0);
	assert_memory_equal(&rekey->cap, &cap, sizeof(cap));
	rekey->cap = other_cap;
}

static void test_motet_group_rekey(void **state)
{
	struct motet_cap mine = cap;

	(void)state;
	fake_expect(MOTET_IOC_GROUP_REKEY, rekey_check, 0);
	assert_int_equal(motet_group_rekey(FAKE_FD, &mine), 0);
	fake_assert_done();
	assert_memory_equal(&mine, &other_cap, sizeof(mine));

	/* What still counts is not lost. */
	mine = cap;
	fake_expect(MOTET_IOC_GROUP_REKEY, rekey_check, -EACCES);
	assert_int_equal(motet_group_rekey(FAKE_FD, &mine), -EACCES);
	assert_memory_equal(&mine, &cap, sizeof(mine));
}

static void delete_check(void *arg)
{
	struct motet_group_cap *deleted = arg;

	assert_int_equal(deleted->size, sizeof(*deleted));
	assert_memory_equal(&deleted->cap, &cap, sizeof(cap));
}

static void test_motet_group_delete(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_GROUP_DELETE, delete_check, 0);
	assert_int_equal(motet_group_delete(FAKE_FD, &cap), 0);
	fake_assert_done();
}

static unsigned int track_flags;

static void track_check(void *arg)
{
	struct motet_group_track *track = arg;

	assert_int_equal(track->size, sizeof(*track));
	assert_int_equal(track->flags, track_flags);
	assert_memory_equal(&track->group, &group_id, sizeof(group_id));
}

static void test_motet_group_track(void **state)
{
	(void)state;
	track_flags = 0;
	fake_expect(MOTET_IOC_GROUP_TRACK, track_check, 0);
	assert_int_equal(motet_group_track(FAKE_FD, &group_id), 0);
	fake_assert_done();
}

static void test_motet_group_untrack(void **state)
{
	(void)state;
	track_flags = MOTET_TRACK_STOP;
	fake_expect(MOTET_IOC_GROUP_TRACK, track_check, 0);
	assert_int_equal(motet_group_untrack(FAKE_FD, &group_id), 0);
	fake_assert_done();
}

static void report_check(void *arg)
{
	struct motet_group_report *report = arg;

	assert_int_equal(report->size, sizeof(*report));
	assert_int_equal(report->flags, 0);
	assert_int_equal(report->load, 50);
	assert_int_equal(report->pad, 0);
	assert_int_equal(report->period, 1000000000);
	assert_memory_equal(&report->group, &group_id, sizeof(group_id));
}

static void test_motet_group_report(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_GROUP_REPORT, report_check, 0);
	assert_int_equal(motet_group_report(FAKE_FD, &group_id, 50, 1000000000),
			 0);
	fake_assert_done();
}

static void session_check(void *arg)
{
	struct motet_group_session *session = arg;

	assert_int_equal(session->size, sizeof(*session));
	assert_int_equal(session->flags, 0);
	assert_int_equal(session->session, 12);
}

static void test_motet_group_session_end(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_GROUP_SESSION_END, session_check, -ENOENT);
	assert_int_equal(motet_group_session_end(FAKE_FD, 12), -ENOENT);
	fake_assert_done();
}

static void status_check(void *arg)
{
	struct motet_group_status *status = arg;

	assert_int_equal(status->size, sizeof(*status));
	status->members = 3;
}

static void test_motet_group_status_get(void **state)
{
	struct motet_group_status status = { .size = sizeof(status) };

	(void)state;
	fake_expect(MOTET_IOC_GROUP_STATUS, status_check, 0);
	assert_int_equal(motet_group_status_get(FAKE_FD, &status), 0);
	fake_assert_done();
	assert_int_equal(status.members, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_group_create),
		cmocka_unit_test(test_motet_group_create_full),
		cmocka_unit_test(test_motet_group_create_init),
		cmocka_unit_test(test_motet_group_open),
		cmocka_unit_test(test_motet_group_open_id),
		cmocka_unit_test(test_motet_group_insert),
		cmocka_unit_test(test_motet_group_remove),
		cmocka_unit_test(test_motet_group_rekey),
		cmocka_unit_test(test_motet_group_delete),
		cmocka_unit_test(test_motet_group_track),
		cmocka_unit_test(test_motet_group_untrack),
		cmocka_unit_test(test_motet_group_report),
		cmocka_unit_test(test_motet_group_session_end),
		cmocka_unit_test(test_motet_group_status_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
