// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of ports.
 */
#include "fake.h"

static const struct motet_id port_id = FAKE_ID(MOTET_CLASS_PORT, 9);
static const struct motet_id no_id;

static void create_named_check(void *arg)
{
	struct motet_port_create *create = arg;

	assert_int_equal(create->size, sizeof(*create));
	assert_int_equal(create->flags, 0);
	assert_int_equal(create->fd_flags, 0);
	assert_int_equal(create->mode, 0600);
	assert_int_equal(create->name_len, 7);
	assert_memory_equal(fake_pointer(create->name), "printer", 7);
	assert_int_equal(create->retention, 0);
	assert_int_equal(create->limits[0].messages, 0);
	assert_memory_equal(&create->id, &no_id, sizeof(no_id));
	create->fd = 12;
	create->id = port_id;
}

static void create_anonymous_check(void *arg)
{
	struct motet_port_create *create = arg;

	assert_int_equal(create->name, 0);
	assert_int_equal(create->name_len, 0);
	create->fd = 13;
}

static void test_motet_port_create(void **state)
{
	struct motet_id id = no_id;

	(void)state;
	fake_expect(MOTET_IOC_PORT_CREATE, create_named_check, 0);
	assert_int_equal(motet_port_create(FAKE_FD, "printer", 0600, &id), 12);
	fake_assert_done();
	assert_true(motet_id_equal(&id, &port_id));

	fake_expect(MOTET_IOC_PORT_CREATE, create_anonymous_check, 0);
	assert_int_equal(motet_port_create(FAKE_FD, NULL, 0600, NULL), 13);

	fake_expect(MOTET_IOC_PORT_CREATE, NULL, -EEXIST);
	assert_int_equal(motet_port_create(FAKE_FD, "printer", 0600, NULL),
			 -EEXIST);
}

static void create_full_check(void *arg)
{
	struct motet_port_create *create = arg;

	assert_int_equal(create->size, sizeof(*create));
	assert_int_equal(create->mode, MOTET_MODE_DEFAULT);
	assert_int_equal(create->flags, MOTET_PORT_FIFO);
	assert_int_equal(create->limits[3].bytes, 4096);
	create->fd = 12;
	create->id = port_id;
}

static void test_motet_port_create_full(void **state)
{
	struct motet_port_create create;

	(void)state;
	motet_port_create_init(&create, "printer");
	create.flags = MOTET_PORT_FIFO;
	create.limits[3].bytes = 4096;
	fake_expect(MOTET_IOC_PORT_CREATE, create_full_check, 0);
	assert_int_equal(motet_port_create_full(FAKE_FD, &create), 12);
	fake_assert_done();
	assert_true(motet_id_equal(&create.id, &port_id));
}

static void test_motet_port_create_init(void **state)
{
	struct motet_port_create create;

	(void)state;
	memset(&create, 0xff, sizeof(create));
	motet_port_create_init(&create, NULL);
	assert_int_equal(create.size, sizeof(create));
	assert_int_equal(create.mode, 0722);
	assert_int_equal(create.name, 0);
	assert_int_equal(create.name_len, 0);
	assert_int_equal(create.retention, 0);
}

static unsigned int open_role;

static void open_name_check(void *arg)
{
	struct motet_port_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->flags, 0);
	assert_int_equal(open->fd_flags, MOTET_FD_NONBLOCK);
	assert_int_equal(open->role, open_role);
	assert_int_equal(open->name_len, 2);
	assert_memory_equal(fake_pointer(open->name), "in", 2);
	assert_memory_equal(&open->id, &no_id, sizeof(no_id));
	open->fd = 21;
}

static void open_id_check(void *arg)
{
	struct motet_port_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->fd_flags, MOTET_FD_NONBLOCK);
	assert_int_equal(open->role, open_role);
	assert_int_equal(open->name, 0);
	assert_int_equal(open->name_len, 0);
	assert_memory_equal(&open->id, &port_id, sizeof(port_id));
	open->fd = 22;
}

static void expect_open(void (*check)(void *arg), unsigned int role)
{
	open_role = role;
	fake_expect(MOTET_IOC_PORT_OPEN, check, 0);
}

static void test_motet_port_open(void **state)
{
	(void)state;
	expect_open(open_name_check, MOTET_ROLE_SENDER);
	assert_int_equal(motet_port_open(FAKE_FD, "in", MOTET_FD_NONBLOCK), 21);
	fake_assert_done();
	fake_expect(MOTET_IOC_PORT_OPEN, NULL, -ENOENT);
	assert_int_equal(motet_port_open(FAKE_FD, "in", 0), -ENOENT);
	assert_int_equal(motet_port_open(FAKE_FD, "", 0), -EINVAL);
}

static void test_motet_port_open_id(void **state)
{
	(void)state;
	expect_open(open_id_check, MOTET_ROLE_SENDER);
	assert_int_equal(motet_port_open_id(FAKE_FD, &port_id,
					    MOTET_FD_NONBLOCK), 22);
	fake_assert_done();
}

static void test_motet_port_take(void **state)
{
	(void)state;
	expect_open(open_name_check, MOTET_ROLE_HOLDER);
	assert_int_equal(motet_port_take(FAKE_FD, "in", MOTET_FD_NONBLOCK), 21);
	fake_assert_done();
	fake_expect(MOTET_IOC_PORT_OPEN, NULL, -EBUSY);
	assert_int_equal(motet_port_take(FAKE_FD, "in", 0), -EBUSY);
}

static void test_motet_port_take_id(void **state)
{
	(void)state;
	expect_open(open_id_check, MOTET_ROLE_HOLDER);
	assert_int_equal(motet_port_take_id(FAKE_FD, &port_id,
					    MOTET_FD_NONBLOCK), 22);
	fake_assert_done();
}

static void test_motet_port_open_full(void **state)
{
	struct motet_port_open open = {
		.size = sizeof(open),
		.fd_flags = MOTET_FD_NONBLOCK,
		.role = MOTET_ROLE_HOLDER,
		.id = port_id,
	};

	(void)state;
	expect_open(open_id_check, MOTET_ROLE_HOLDER);
	assert_int_equal(motet_port_open_full(FAKE_FD, &open), 22);
	fake_assert_done();
}

static void name_check(void *arg)
{
	struct motet_port_name *name = arg;

	assert_int_equal(name->size, sizeof(*name));
	assert_int_equal(name->flags, 0);
	assert_int_equal(name->pad, 0);
	assert_int_equal(name->name_len, 2);
	assert_memory_equal(fake_pointer(name->name), "in", 2);
	name->id = port_id;
}

static void test_motet_port_lookup(void **state)
{
	struct motet_id id = no_id;

	(void)state;
	fake_expect(MOTET_IOC_PORT_LOOKUP, name_check, 0);
	assert_int_equal(motet_port_lookup(FAKE_FD, "in", &id), 0);
	fake_assert_done();
	assert_true(motet_id_equal(&id, &port_id));

	id = no_id;
	fake_expect(MOTET_IOC_PORT_LOOKUP, name_check, -ENOENT);
	assert_int_equal(motet_port_lookup(FAKE_FD, "in", &id), -ENOENT);
	assert_true(motet_id_is_zero(&id));
}

static void test_motet_port_unlink(void **state)
{
	struct motet_id id = no_id;

	(void)state;
	fake_expect(MOTET_IOC_PORT_UNLINK, name_check, 0);
	assert_int_equal(motet_port_unlink(FAKE_FD, "in", &id), 0);
	fake_assert_done();
	assert_true(motet_id_equal(&id, &port_id));
	fake_expect(MOTET_IOC_PORT_UNLINK, name_check, 0);
	assert_int_equal(motet_port_unlink(FAKE_FD, "in", NULL), 0);
}

static void status_check(void *arg)
{
	struct motet_port_status *status = arg;

	assert_int_equal(status->size, sizeof(*status));
	status->messages = 3;
}

static void test_motet_port_status_get(void **state)
{
	struct motet_port_status status = { .size = sizeof(status) };

	(void)state;
	fake_expect(MOTET_IOC_PORT_STATUS, status_check, 0);
	assert_int_equal(motet_port_status_get(FAKE_FD, &status), 0);
	fake_assert_done();
	assert_int_equal(status.messages, 3);
}

static void test_motet_port_standby(void **state)
{
	(void)state;
	expect_open(open_name_check, MOTET_ROLE_STANDBY);
	assert_int_equal(motet_port_standby(FAKE_FD, "in", MOTET_FD_NONBLOCK),
			 21);
	fake_assert_done();
	assert_int_equal(motet_port_standby(FAKE_FD, "", 0), -EINVAL);
}

static void test_motet_port_standby_id(void **state)
{
	(void)state;
	expect_open(open_id_check, MOTET_ROLE_STANDBY);
	assert_int_equal(motet_port_standby_id(FAKE_FD, &port_id,
					       MOTET_FD_NONBLOCK), 22);
	fake_assert_done();
}

static const struct motet_id actor_id = FAKE_ID(MOTET_CLASS_ACTOR, 5);

static void offer_check(void *arg)
{
	struct motet_port_offer *offer = arg;

	assert_int_equal(offer->size, sizeof(*offer));
	assert_int_equal(offer->flags, MOTET_OFFER_RETURN);
	assert_memory_equal(&offer->actor, &actor_id, sizeof(actor_id));
}

static void withdraw_check(void *arg)
{
	struct motet_port_offer *offer = arg;

	assert_int_equal(offer->size, sizeof(*offer));
	assert_int_equal(offer->flags, 0);
	assert_memory_equal(&offer->actor, &no_id, sizeof(no_id));
}

static void test_motet_port_offer(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_PORT_OFFER, offer_check, 0);
	assert_int_equal(motet_port_offer(FAKE_FD, &actor_id,
					  MOTET_OFFER_RETURN), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_PORT_OFFER, NULL, -ESRCH);
	assert_int_equal(motet_port_offer(FAKE_FD, &actor_id, 0), -ESRCH);
	/* Does not withdraw an offer by mistake. */
	assert_int_equal(motet_port_offer(FAKE_FD, &no_id, 0), -EINVAL);
}

static void test_motet_port_withdraw(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_PORT_OFFER, withdraw_check, 0);
	assert_int_equal(motet_port_withdraw(FAKE_FD), 0);
	fake_assert_done();
}

static void enable_check(void *arg)
{
	struct motet_port_enable *enable = arg;

	assert_int_equal(enable->size, sizeof(*enable));
	assert_int_equal(enable->flags, 0);
	assert_int_equal(enable->priority, 7);
	assert_int_equal(enable->pad, 0);
	assert_int_equal(enable->cookie, 0x123456789abc);
}

static void disable_check(void *arg)
{
	struct motet_port_enable *enable = arg;

	assert_int_equal(enable->size, sizeof(*enable));
	assert_int_equal(enable->flags, MOTET_ENABLE_OFF);
	assert_int_equal(enable->priority, 0);
	assert_int_equal(enable->cookie, 0);
}

static void test_motet_port_enable(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_PORT_ENABLE, enable_check, 0);
	assert_int_equal(motet_port_enable(FAKE_FD, 7, 0x123456789abc), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_PORT_ENABLE, NULL, -ESTALE);
	assert_int_equal(motet_port_enable(FAKE_FD, 7, 1), -ESTALE);
}

static void test_motet_port_disable(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_PORT_ENABLE, disable_check, 0);
	assert_int_equal(motet_port_disable(FAKE_FD), 0);
	fake_assert_done();
}

static void change_check(void *arg)
{
	struct motet_port_change *change = arg;

	assert_int_equal(change->size, sizeof(*change));
	assert_int_equal(change->flags, MOTET_CHANGE_MODE);
	assert_int_equal(change->mode, 0700);
	assert_memory_equal(&change->id, &port_id, sizeof(port_id));
}

static void test_motet_port_change(void **state)
{
	struct motet_port_change change;

	(void)state;
	motet_port_change_init(&change, &port_id);
	change.flags = MOTET_CHANGE_MODE;
	change.mode = 0700;
	fake_expect(MOTET_IOC_PORT_CHANGE, change_check, 0);
	assert_int_equal(motet_port_change(FAKE_FD, &change), 0);
	fake_assert_done();
}

static void test_motet_port_change_init(void **state)
{
	struct motet_port_change change;

	(void)state;
	memset(&change, 0xff, sizeof(change));
	motet_port_change_init(&change, &port_id);
	assert_int_equal(change.size, sizeof(change));
	assert_int_equal(change.flags, 0);
	assert_int_equal(change.uid, 0);
	assert_int_equal(change.retention, 0);
	assert_true(motet_id_equal(&change.id, &port_id));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_port_create),
		cmocka_unit_test(test_motet_port_create_full),
		cmocka_unit_test(test_motet_port_create_init),
		cmocka_unit_test(test_motet_port_open),
		cmocka_unit_test(test_motet_port_open_id),
		cmocka_unit_test(test_motet_port_take),
		cmocka_unit_test(test_motet_port_take_id),
		cmocka_unit_test(test_motet_port_open_full),
		cmocka_unit_test(test_motet_port_lookup),
		cmocka_unit_test(test_motet_port_unlink),
		cmocka_unit_test(test_motet_port_status_get),
		cmocka_unit_test(test_motet_port_standby),
		cmocka_unit_test(test_motet_port_standby_id),
		cmocka_unit_test(test_motet_port_offer),
		cmocka_unit_test(test_motet_port_withdraw),
		cmocka_unit_test(test_motet_port_enable),
		cmocka_unit_test(test_motet_port_disable),
		cmocka_unit_test(test_motet_port_change),
		cmocka_unit_test(test_motet_port_change_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
