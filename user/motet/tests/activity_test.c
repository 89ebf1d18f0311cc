// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of what motet top computes: rates, totals, order.
 */
#include "activity.h"
#include "replay.h"
#include "text.h"

static struct activity_row row(unsigned char id, unsigned long long in,
			       unsigned int depth, const char *title)
{
	return (struct activity_row){
		.class = "port", .id = { { 2, id } }, .state = "held",
		.in = in, .depth = depth, .title = text_format("%s", title),
	};
}

static struct activity sample(unsigned long long time, size_t n)
{
	return (struct activity){
		.time = time, .n = n,
		.rows = text_grow(NULL, n, sizeof(struct activity_row)),
	};
}

/* Of an object that is in both; a new one has none, nor what went back */
static void rates_are_of_the_time_between(void **state)
{
	struct activity before = sample(1000000000, 2);
	struct activity now = sample(3000000000, 3);

	(void)state;
	before.rows[0] = row(9, 100, 0, "b");
	before.rows[1] = row(1, 50, 0, "a");
	now.rows[0] = row(1, 40, 0, "a");
	now.rows[1] = row(9, 1100, 0, "b");
	now.rows[2] = row(5, 77, 0, "new");
	activity_compare(&now, &before);
	assert_true(now.rows[0].in_rate == 0);
	assert_true(now.rows[1].in_rate == 500);
	assert_true(now.rows[2].in_rate == 0);
	/* nothing before, and no time between */
	cleanup_activity(&before);
	activity_compare(&now, &before);
	assert_true(now.rows[1].in_rate == 500);
	activity_compare(&now, &now);
	assert_true(now.rows[1].in_rate == 0);
	cleanup_activity(&now);
}

static void expect_order(struct activity *now, enum activity_order order,
			 const char *want)
{
	char got[16] = "";
	size_t i;

	activity_sort(now, order);
	for (i = 0; i < now->n; i++)
		strcat(got, now->rows[i].title);
	assert_string_equal(got, want);
}

static void the_first_is_what_was_asked_for(void **state)
{
	struct activity now = sample(1, 3), none = { 0 };

	(void)state;
	now.rows[0] = row(1, 0, 5, "b");
	now.rows[1] = row(2, 0, 9, "c");
	now.rows[2] = row(3, 0, 1, "a");
	now.rows[0].out_rate = 3;
	now.rows[2].in_rate = 4;
	now.rows[1].waiting = 1;
	now.rows[0].lost_rate = 1;
	expect_order(&now, ACTIVITY_BY_RATE, "abc");
	expect_order(&now, ACTIVITY_BY_DEPTH, "cba");
	expect_order(&now, ACTIVITY_BY_WAITING, "cab");
	expect_order(&now, ACTIVITY_BY_LOST, "bac");
	expect_order(&now, ACTIVITY_BY_NAME, "abc");
	activity_sort(&none, ACTIVITY_BY_RATE);
	cleanup_activity(&now);
}

static void totals_are_sums(void **state)
{
	struct activity now = sample(1, 2), none = { 0 };
	struct activity_row total;

	(void)state;
	now.rows[0] = row(1, 0, 5, "a");
	now.rows[1] = row(2, 0, 9, "b");
	now.rows[0].in_rate = 2;
	now.rows[1].in_rate = 3;
	now.rows[1].waiting = 4;
	total = activity_total(&now);
	assert_int_equal(total.depth, 14);
	assert_int_equal(total.waiting, 4);
	assert_true(total.in_rate == 5);
	assert_int_equal(activity_total(&none).depth, 0);
	cleanup_activity(&now);
}

static void json_has_all_of_it(void **state)
{
	struct activity now = sample(7, 1);
	json_t *document, *object;

	(void)state;
	now.rows[0] = row(1, 12, 5, "a\\x0a");
	document = activity_json(&now);
	assert_int_equal(json_integer_value(json_object_get(document,
							    "monotonic")), 7);
	object = json_array_get(json_object_get(document, "objects"), 0);
	assert_int_equal(json_object_size(object), 16);
	assert_int_equal(json_integer_value(json_object_get(object, "in")), 12);
	assert_string_equal(json_string_value(json_object_get(object, "title")),
			    "a\\x0a");
	json_decref(document);
	cleanup_activity(&now);
}

static void what_ports_and_groups_do(void **state)
{
	struct port_record port = {
		.state = MOTET_PORT_STATE_HELD, .pid = 12, .is_default = true,
		.sent = 9, .received = 4, .refused = 1, .expired = 2,
		.messages = 5, .messages_max = 64,
	};
	struct group_record group = {
		.address = MOTET_ADDRESS_WORK, .sent = 10, .backlog = 3,
	};
	struct activity_row one = activity_of_port(&port);
	struct activity_row other = activity_of_group(&group);

	(void)state;
	assert_string_equal(one.title, "(default of 12)");
	assert_int_equal(one.in, 9);
	assert_int_equal(one.out, 4);
	assert_int_equal(one.lost, 3);
	assert_int_equal(one.depth_max, 64);
	assert_string_equal(other.state, "work");
	assert_int_equal(other.out, 7);
	free(one.title);
	free(other.title);
}

static void what_channels_do(void **state)
{
	struct channel_record channel = {
		.published = 9, .delivered = 18, .lost = 2, .retained = 3,
		.retained_max = 8,
	};
	struct activity_row row = activity_of_channel(&channel);

	(void)state;
	assert_string_equal(row.class, "channel");
	assert_string_equal(row.state, "open");
	assert_int_equal(row.in, 9);
	assert_int_equal(row.out, 18);
	assert_int_equal(row.lost, 2);
	assert_int_equal(row.depth, 3);
	assert_int_equal(row.depth_max, 8);
	free(row.title);
	channel.kept = true;
	row = activity_of_channel(&channel);
	assert_string_equal(row.state, "kept");
	free(row.title);
}

static void what_checkpoints_do(void **state)
{
	struct checkpoint_record checkpoint = {
		.writes = 7, .reads = 5, .sections = 2, .sections_max = 3,
	};
	struct activity_row row = activity_of_checkpoint(&checkpoint);

	(void)state;
	assert_string_equal(row.class, "checkpoint");
	assert_string_equal(row.state, "open");
	assert_int_equal(row.in, 7);
	assert_int_equal(row.out, 5);
	assert_int_equal(row.depth, 2);
	assert_int_equal(row.depth_max, 3);
	free(row.title);
	checkpoint.retained = true;
	row = activity_of_checkpoint(&checkpoint);
	assert_string_equal(row.state, "retained");
	free(row.title);
	checkpoint.exhausted = true;
	row = activity_of_checkpoint(&checkpoint);
	assert_string_equal(row.state, "full");
	free(row.title);
}

static void expect_lock(struct lock_record *lock, const char *state)
{
	struct activity_row row = activity_of_lock(lock);

	assert_string_equal(row.state, state);
	assert_int_equal(row.in, 10);
	assert_int_equal(row.out, 4);
	assert_int_equal(row.lost, 5);
	assert_int_equal(row.waiting, 1);
	assert_int_equal(row.leased, lock->shared + lock->exclusive);
	free(row.title);
}

/* Whoever waits has come in, and is neither out nor lost. */
static void what_locks_do(void **state)
{
	struct lock_record lock = {
		.granted = 4, .waiting = 1, .refused = 1, .timeouts = 2,
		.deadlocks = 2,
	};

	(void)state;
	expect_lock(&lock, "free");
	lock.shared = 2;
	expect_lock(&lock, "shared");
	lock.shared = 0;
	lock.exclusive = 1;
	expect_lock(&lock, "exclusive");
	lock.orphans = 1;
	expect_lock(&lock, "orphaned");
}

static void classes_are_all_that_there_are(void **state)
{
	size_t i = 0;

	(void)state;
	while (activity_class(i))
		i++;
	assert_int_equal(i, 5);
	assert_string_equal(activity_class(0), "port");
	assert_null(activity_class(i + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_of_the_time_between),
		cmocka_unit_test(the_first_is_what_was_asked_for),
		cmocka_unit_test(totals_are_sums),
		cmocka_unit_test(json_has_all_of_it),
		cmocka_unit_test(what_ports_and_groups_do),
		cmocka_unit_test(what_channels_do),
		cmocka_unit_test(what_checkpoints_do),
		cmocka_unit_test(what_locks_do),
		cmocka_unit_test(classes_are_all_that_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
