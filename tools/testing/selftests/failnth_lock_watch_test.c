// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks and watches, with each allocation and user copy failing.
 */
#include <errno.h>
#include <poll.h>

#include "kselftest_harness.h"
#include "failnth.h"
#include "lock_test.h"
#include "watch_test.h"

static int actor, waiter, port;
static __u64 opening, waiting, watch;
static struct motet_id id;
static struct peer *peer;
static pid_t child;

static int with_actor(void)
{
	actor = mt_actor();
	waiter = mt_actor();
	return waiter;
}

static int run_open(void)
{
	return mt_lock_new(actor, "made", &opening);
}

/*
 * A new lock may come and go before there is memory for its first opening: that
 * is told to those who listen, and all that is left of it.
 */
static int half_open(int ret)
{
	__u64 none;

	if (ret != -ENOMEM)
		return 0;
	return mt_lock_open(actor, 0, "made", &none) == -ENOENT ? 1 : -EPROTO;
}

FN_TEST(lock_new, .setup = with_actor, .run = run_open, .half = half_open)

static int opened(void)
{
	int ret = with_actor();

	ret = ret < 0 ? ret : mt_lock_new(actor, "lock", &opening);
	return ret ?: mt_lock_open(waiter, MOTET_LOCK_TELL_WAITERS, "lock",
				   &waiting);
}

static int run_open_again(void)
{
	return mt_lock_new(actor, "lock", &opening);
}

FN_TEST(lock_open, .setup = opened, .run = run_open_again)

static int run_lock(void)
{
	return mt_lock(actor, opening, 1, EXCLUSIVE, 0);
}

FN_TEST(lock_exclusive, .setup = opened, .run = run_lock)

static int run_lock_async(void)
{
	return mt_lock(actor, opening, 1, SHARED, ASYNC);
}

FN_TEST(lock_async, .setup = opened, .run = run_lock_async)

static int locked(void)
{
	int ret = opened();

	return ret ?: mt_lock(waiter, waiting, 1, EXCLUSIVE, ORPHAN);
}

/* It waits, and the owner is told. */
FN_TEST(lock_waits, .setup = locked, .run = run_lock_async)

static int locked_by_other(void)
{
	int ret = opened();

	return ret ?: mt_lock(actor, opening, 1, EXCLUSIVE, ORPHAN);
}

static int run_lock_telling(void)
{
	return mt_lock(waiter, waiting, 1, EXCLUSIVE, ASYNC);
}

/* One that would be told of who waits for it waits itself. */
FN_TEST(teller_waits, .setup = locked_by_other, .run = run_lock_telling)

static int run_no_queue(void)
{
	int ret = mt_lock(actor, opening, 1, EXCLUSIVE, NO_QUEUE);

	return ret == -EAGAIN ? 0 : ret;
}

FN_TEST(lock_refused, .setup = locked, .run = run_no_queue)

static int run_lock_until(void)
{
	int ret = mt_lock_until(actor, opening, 1, EXCLUSIVE, 1);

	return ret == -ETIMEDOUT ? 0 : ret;
}

FN_TEST(lock_times_out, .setup = locked, .run = run_lock_until,
	.flags = FN_COUNTS)

static int run_lock_a_while(void)
{
	int ret = mt_lock_until(actor, opening, 1, EXCLUSIVE, mt_after(MT_MS));

	return ret == -ETIMEDOUT ? 0 : ret;
}

FN_TEST(lock_waits_in_vain, .setup = locked, .run = run_lock_a_while,
	.flags = FN_COUNTS)

static int waited_for(void)
{
	int ret = locked();

	return ret ?: run_lock_async();
}

/* The lock goes on, and that is told. */
static int run_unlock(void)
{
	return mt_unlock(waiter, waiting, 1);
}

FN_TEST(unlock, .setup = waited_for, .run = run_unlock)

static int run_close_opening(void)
{
	return mt_lock_close(waiter, waiting);
}

FN_TEST(lock_close, .setup = waited_for, .run = run_close_opening)

static int run_close(void)
{
	return close(waiter) ? -errno : 0;
}

FN_TEST(owner_dies, .setup = locked, .run = run_close, .flags = FN_NOTHING)

static int orphaned(void)
{
	int ret = waited_for();

	close(waiter);
	return ret;
}

static int run_purge(void)
{
	return mt_lock_purge(actor, opening);
}

/* How many there were can't be told: then they are gone all the same. */
static int half_purge(int ret)
{
	struct motet_lock_status status;

	ret = mt_lock_status(actor, opening, &status);
	return ret ?: !status.orphans;
}

FN_TEST(lock_purge, .setup = orphaned, .run = run_purge, .half = half_purge)

static int with_result(void)
{
	int ret = waited_for();

	return ret ?: run_unlock();
}

static int run_result(void)
{
	struct motet_lock_result result;
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(actor, &msg, &result, sizeof(result));
}

FN_TEST(recv_result, .setup = with_result, .run = run_result)

static int run_waiter_told(void)
{
	struct motet_lock_waiter told;
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(waiter, &msg, &told, sizeof(told));
}

FN_TEST(recv_waiter, .setup = waited_for, .run = run_waiter_told)

/* Another process sleeps in its request, and gets the lock. */
static int peer_waits(void)
{
	__u64 theirs;
	int ret = locked();

	peer = peer_new();
	ret = ret ?: peer_lock_open(peer, "lock", &theirs);
	if (ret)
		return ret;
	peer_lock_begin(peer, theirs, 7, EXCLUSIVE, 0);
	return mt_until_waiting(actor, opening, 1);
}

static int peer_has(void)
{
	return peer_end(peer);
}

FN_TEST(unlock_sleeper, .setup = peer_waits, .run = run_unlock,
	.check = peer_has, .undo = peers_end)

/* watches */
static int watched(void)
{
	actor = mt_actor();
	port = mt_port(actor, NULL, 8, &id);
	return port;
}

static int run_watch_port(void)
{
	return mt_watch_object(actor, MOTET_WATCH_PORT, &id, &watch);
}

FN_TEST(watch_port, .setup = watched, .run = run_watch_port)

static int run_watch_self(void)
{
	return mt_watch_process(actor, getpid(), &watch);
}

FN_TEST(watch_process, .setup = watched, .run = run_watch_self)

static int run_watch_tree(void)
{
	return mt_watch_process_flags(actor, getpid(),
				      MOTET_WATCH_DESCENDANTS, 3, 8, &watch);
}

FN_TEST(watch_tree, .setup = watched, .run = run_watch_tree)

static int watching_tree(void)
{
	int ret = watched();

	return ret < 0 ? ret : run_watch_tree();
}

static int run_stop(void)
{
	return mt_watch_stop(actor, watch);
}

FN_TEST(watch_stop, .setup = watching_tree, .run = run_stop)

/* A child is followed, though nothing may be allocated for it. */
static int run_fork(void)
{
	child = mt_fork_idle();
	return child < 0 ? -errno : 0;
}

static void end_child(void)
{
	if (child > 0)
		mt_kill(child);
	child = 0;
}

FN_TEST(watched_forks, .setup = watching_tree, .run = run_fork,
	.undo = end_child, .flags = FN_NOTHING)

static int watching_port(void)
{
	int ret = watched();

	return ret < 0 ? ret : run_watch_port();
}

static int run_close_port(void)
{
	return close(port) ? -errno : 0;
}

static int told(void)
{
	struct motet_watch_event event;

	if (mt_poll(actor, POLLIN, 10000) != POLLIN)
		return 1;
	return mt_watch_told_now(actor, &event);
}

FN_TEST(watched_port_dies, .setup = watching_port, .run = run_close_port,
	.check = told, .flags = FN_NOTHING)

static int port_died(void)
{
	int ret = watching_port();

	ret = ret ?: run_close_port();
	return ret ?: mt_poll(actor, POLLIN, 10000) == POLLIN ? 0 : -EPROTO;
}

static int run_told(void)
{
	struct motet_watch_event event;

	return mt_watch_told_now(actor, &event);
}

FN_TEST(recv_watch_event, .setup = port_died, .run = run_told)

FN_LEAKS

TEST_HARNESS_MAIN
