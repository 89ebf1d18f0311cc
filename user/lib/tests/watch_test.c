// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of watches.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "fake.h"

#define COOKIE	0x123456789abcdefULL

static const struct motet_id port_id = FAKE_ID(MOTET_CLASS_PORT, 9);
static const struct motet_id group_id = FAKE_ID(MOTET_CLASS_GROUP, 4);
static const struct motet_id actor_id = FAKE_ID(MOTET_CLASS_ACTOR, 1);
static const struct motet_id no_id;

static void empty_check(const struct motet_watch_start *start)
{
	assert_int_equal(start->size, sizeof(*start));
	assert_int_equal(start->depth, 0);
	assert_int_equal(start->places, 0);
	assert_int_equal(start->pad, 0);
	assert_int_equal(start->cookie, COOKIE);
}

static void process_check(void *arg)
{
	struct motet_watch_start *start = arg;

	empty_check(start);
	assert_int_equal(start->kind, MOTET_WATCH_PROCESS);
	assert_int_equal(start->flags, MOTET_WATCH_EXEC);
	assert_int_equal(start->pid, 42);
	assert_int_equal(start->node, 0);
	assert_memory_equal(&start->id, &no_id, sizeof(no_id));
	start->watch = 77;
}

static void test_motet_watch_process(void **state)
{
	__u64 watch = 0;

	(void)state;
	fake_expect(MOTET_IOC_WATCH, process_check, 0);
	assert_int_equal(motet_watch_process(FAKE_FD, 42, MOTET_WATCH_EXEC,
					     COOKIE, &watch), 0);
	fake_assert_done();
	assert_int_equal(watch, 77);
	fake_expect(MOTET_IOC_WATCH, process_check, 0);
	assert_int_equal(motet_watch_process(FAKE_FD, 42, MOTET_WATCH_EXEC,
					     COOKIE, NULL), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_WATCH, NULL, -ESRCH);
	assert_int_equal(motet_watch_process(FAKE_FD, 42, 0, COOKIE, &watch),
			 -ESRCH);
	assert_int_equal(watch, 77);
}

static void start_check(void *arg)
{
	struct motet_watch_start *start = arg;

	assert_int_equal(start->size, sizeof(*start));
	assert_int_equal(start->depth, 3);
	assert_int_equal(start->places, 5);
	start->watch = 78;
}

static void test_motet_watch_start(void **state)
{
	struct motet_watch_start start = { .depth = 3, .places = 5 };

	(void)state;
	fake_expect(MOTET_IOC_WATCH, start_check, 0);
	assert_int_equal(motet_watch_start(FAKE_FD, &start), 0);
	fake_assert_done();
	assert_int_equal(start.watch, 78);
}

static void pidfd_check(void *arg)
{
	struct motet_watch_start *start = arg;

	empty_check(start);
	assert_int_equal(start->kind, MOTET_WATCH_PROCESS);
	assert_int_equal(start->pid, getpid());
	start->watch = 79;
}

static void test_motet_watch_pidfd(void **state)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	__u64 watch = 0;
	int line[2];

	(void)state;
	assert_true(pidfd >= 0);
	fake_expect(MOTET_IOC_WATCH, pidfd_check, 0);
	assert_int_equal(motet_watch_pidfd(FAKE_FD, pidfd, 0, COOKIE, &watch),
			 0);
	fake_assert_done();
	assert_int_equal(watch, 79);
	close(pidfd);
	assert_int_equal(motet_watch_pidfd(FAKE_FD, pidfd, 0, COOKIE, &watch),
			 -EBADF);
	assert_int_equal(pipe(line), 0);
	assert_int_equal(motet_watch_pidfd(FAKE_FD, line[0], 0, COOKIE, &watch),
			 -EINVAL);
	close(line[0]);
	close(line[1]);
}

static void port_check(void *arg)
{
	struct motet_watch_start *start = arg;

	empty_check(start);
	assert_int_equal(start->kind, MOTET_WATCH_PORT);
	assert_memory_equal(&start->id, &port_id, sizeof(port_id));
}

static void group_check(void *arg)
{
	struct motet_watch_start *start = arg;

	empty_check(start);
	assert_int_equal(start->kind, MOTET_WATCH_GROUP);
	assert_memory_equal(&start->id, &group_id, sizeof(group_id));
}

static void test_motet_watch_object(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_WATCH, port_check, 0);
	assert_int_equal(motet_watch_object(FAKE_FD, &port_id, COOKIE, NULL),
			 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_WATCH, group_check, -EACCES);
	assert_int_equal(motet_watch_object(FAKE_FD, &group_id, COOKIE, NULL),
			 -EACCES);
	fake_assert_done();
	assert_int_equal(motet_watch_object(FAKE_FD, &actor_id, COOKIE, NULL),
			 -EINVAL);
}

static void node_check(void *arg)
{
	struct motet_watch_start *start = arg;

	empty_check(start);
	assert_int_equal(start->kind, MOTET_WATCH_NODE);
	assert_int_equal(start->node, 3);
	assert_int_equal(start->pid, 0);
}

static void test_motet_watch_node(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_WATCH, node_check, 0);
	assert_int_equal(motet_watch_node(FAKE_FD, 3, COOKIE, NULL), 0);
	fake_assert_done();
}

static void stop_check(void *arg)
{
	const struct motet_watch_stop *stop = arg;

	assert_int_equal(stop->size, sizeof(*stop));
	assert_int_equal(stop->flags, 0);
	assert_int_equal(stop->watch, 80);
}

static void test_motet_watch_stop(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_WATCH_STOP, stop_check, -ENOENT);
	assert_int_equal(motet_watch_stop(FAKE_FD, 80), -ENOENT);
	fake_assert_done();
}

static void test_motet_watched_to_string(void **state)
{
	unsigned int i;

	(void)state;
	for (i = MOTET_WATCHED_EXITED; i <= MOTET_WATCHED_LEFT; i++)
		assert_string_not_equal(motet_watched_to_string(i), "unknown");
	assert_string_equal(motet_watched_to_string(MOTET_WATCHED_EXITED),
			    "exited");
	assert_string_equal(motet_watched_to_string(0), "unknown");
	assert_string_equal(motet_watched_to_string(i), "unknown");
}

static void test_motet_watch_kind_to_string(void **state)
{
	(void)state;
	assert_string_equal(motet_watch_kind_to_string(MOTET_WATCH_NODE),
			    "node");
	assert_string_equal(motet_watch_kind_to_string(0), "unknown");
	assert_string_equal(motet_watch_kind_to_string(MOTET_WATCH_NODE + 1),
			    "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_watch_process),
		cmocka_unit_test(test_motet_watch_start),
		cmocka_unit_test(test_motet_watch_pidfd),
		cmocka_unit_test(test_motet_watch_object),
		cmocka_unit_test(test_motet_watch_node),
		cmocka_unit_test(test_motet_watch_stop),
		cmocka_unit_test(test_motet_watched_to_string),
		cmocka_unit_test(test_motet_watch_kind_to_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
