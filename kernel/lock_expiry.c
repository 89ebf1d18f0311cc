// SPDX-License-Identifier: GPL-2.0-only
/* Deadlines of asynchronous requests. */

#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "domain.h"
#include "lock_internal.h"
#include "queue.h"

static void motet_lock_arm(struct motet_lock_space *space)
{
	struct timerqueue_node *next = timerqueue_getnext(&space->deadlines);

	lockdep_assert_held(&space->mutex);
	if (next)
		hrtimer_start(&space->deadline_timer, next->expires,
			      HRTIMER_MODE_ABS_SOFT);
}

/**
 * motet_lock_set_deadline() - end a request that waits too long
 * @request: an asynchronous request; the mutex of its space is held
 */
void motet_lock_set_deadline(struct motet_lock_request *request)
{
	struct motet_lock_space *space =
		motet_lock_space_of(request->lock->object.domain);

	lockdep_assert_held(&space->mutex);
	if (!request->deadline)
		return;
	request->expiry.expires = ns_to_ktime(request->deadline);
	if (timerqueue_add(&space->deadlines, &request->expiry))
		motet_lock_arm(space);
}

/**
 * motet_lock_clear_deadline() - a request waits no more
 * @request: the request; the mutex of its space is held
 *
 * The timer may go off for nothing then, once.
 */
void motet_lock_clear_deadline(struct motet_lock_request *request)
{
	struct motet_lock_space *space =
		motet_lock_space_of(request->lock->object.domain);

	lockdep_assert_held(&space->mutex);
	if (!RB_EMPTY_NODE(&request->expiry.node))
		timerqueue_del(&space->deadlines, &request->expiry);
}

/* Returns false when no more is over. */
static bool motet_lock_expire(struct motet_lock_space *space)
{
	struct timerqueue_node *next = timerqueue_getnext(&space->deadlines);
	struct motet_lock_request *request;
	struct motet_lock *lock;

	lockdep_assert_held(&space->mutex);
	if (!next || next->expires > ktime_get())
		return false;
	request = container_of(next, struct motet_lock_request, expiry);
	lock = request->lock;
	motet_lock_end(request, -ETIMEDOUT);
	motet_lock_serve(lock);
	return true;
}

static void motet_lock_do_deadlines(struct work_struct *work)
{
	struct motet_lock_space *space =
		container_of(work, struct motet_lock_space, deadline_work);
	unsigned int i;

	do {
		mutex_lock(&space->mutex);
		for (i = 0; i < MOTET_BATCH && motet_lock_expire(space); i++)
			;
		if (i < MOTET_BATCH)
			motet_lock_arm(space);
		mutex_unlock(&space->mutex);
		cond_resched();
	} while (i == MOTET_BATCH);
}

static enum hrtimer_restart motet_lock_deadline(struct hrtimer *timer)
{
	struct motet_lock_space *space =
		container_of(timer, struct motet_lock_space, deadline_timer);

	queue_work(motet_workqueue, &space->deadline_work);
	return HRTIMER_NORESTART;
}

/**
 * motet_lock_init_deadlines() - begin
 * @space: the lock space
 */
void motet_lock_init_deadlines(struct motet_lock_space *space)
{
	timerqueue_init_head(&space->deadlines);
	INIT_WORK(&space->deadline_work, motet_lock_do_deadlines);
	hrtimer_init(&space->deadline_timer, CLOCK_MONOTONIC,
		     HRTIMER_MODE_ABS_SOFT);
	space->deadline_timer.function = motet_lock_deadline;
}

/**
 * motet_lock_stop_deadlines() - end
 * @space: the lock space, in which nobody waits
 *
 * Context: may sleep.
 */
void motet_lock_stop_deadlines(struct motet_lock_space *space)
{
	hrtimer_cancel(&space->deadline_timer);
	cancel_work_sync(&space->deadline_work);
}
