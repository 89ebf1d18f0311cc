// SPDX-License-Identifier: GPL-2.0-only
/* Requests: granted, queued, refused, ended. */

#include <linux/freezer.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "domain.h"
#include "lock_internal.h"
#include "message.h"
#include "queue.h"
#include "record.h"
#include "trace.h"

static unsigned int motet_lock_requests_max = 1024;
module_param_named(lock_requests_max, motet_lock_requests_max, uint, 0644);
MODULE_PARM_DESC(lock_requests_max,
		 "requests that one opening of a lock may have");

/**
 * motet_lock_requests_limit() - how many requests one opening may have
 *
 * Return: the limit in force now.
 */
u32 motet_lock_requests_limit(void)
{
	return READ_ONCE(motet_lock_requests_max);
}

/* Whether neither a grant nor an orphan is in the way. */
static bool motet_lock_is_free(const struct motet_lock *lock, u32 mode)
{
	if (mode == MOTET_LOCK_EXCLUSIVE)
		return !lock->shared && !lock->exclusive;
	return !lock->exclusive;
}

static void motet_lock_trace(const struct motet_lock_request *request,
			     enum motet_lock_event event, int err)
{
	trace_motet_lock_request(&request->lock->object.id, &request->owner,
				 request->lock_id, event, err);
}

static struct motet_lock_request *
motet_lock_find_request(const struct motet_lock_opening *opening, u64 lock_id)
{
	struct rb_node *node = opening->requests.rb_node;
	struct motet_lock_request *request;

	while (node) {
		request = rb_entry(node, struct motet_lock_request, node);
		if (lock_id == request->lock_id)
			return request;
		node = lock_id < request->lock_id ? node->rb_left :
						    node->rb_right;
	}
	return NULL;
}

/* A request becomes one of its opening. */
static void motet_lock_begin(struct motet_lock_request *request,
			     struct motet_lock_opening *opening)
{
	struct rb_node **link = &opening->requests.rb_node;
	struct motet_lock *lock = opening->lock;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		if (request->lock_id < rb_entry(parent,
						struct motet_lock_request,
						node)->lock_id)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&request->node, parent, link);
	rb_insert_color(&request->node, &opening->requests);
	opening->request_count++;
	opening->exclusive += request->mode == MOTET_LOCK_EXCLUSIVE;
	request->opening = opening;
	request->lock = lock;
	request->number = ++lock->last_number;
	list_add_tail(&request->lock_link, &lock->requests);
}

static void motet_lock_grant(struct motet_lock_request *request)
{
	struct motet_lock *lock = request->lock;

	if (request->mode == MOTET_LOCK_EXCLUSIVE)
		lock->exclusive++;
	else
		lock->shared++;
	lock->stats.granted++;
	request->state = MOTET_LOCK_GRANTED;
	request->since = ktime_get_ns();
	list_add_tail(&request->link, &lock->grants);
	motet_lock_trace(request, MOTET_LOCK_EVENT_GRANT, 0);
}

static void motet_lock_queue(struct motet_lock_request *request)
{
	struct motet_lock *lock = request->lock;

	request->state = MOTET_LOCK_WAITING;
	request->since = ktime_get_ns();
	list_add_tail(&request->link, &lock->waiting);
	lock->averse_count += !!(request->flags & MOTET_LOCK_ORPHAN);
	lock->stats.queued++;
	if (++lock->waiting_count > lock->stats.waiting_peak)
		lock->stats.waiting_peak = lock->waiting_count;
	if (request->sleeper)
		list_add_tail(&request->blocked,
			      &request->opening->locker->blocked);
	else
		motet_lock_set_deadline(request);
	motet_lock_trace(request, MOTET_LOCK_EVENT_WAIT, 0);
	motet_lock_tell_holders(request);
}

static void motet_lock_unqueue(struct motet_lock_request *request)
{
	struct motet_lock *lock = request->lock;

	list_del(&request->link);
	list_del_init(&request->blocked);
	motet_lock_clear_deadline(request);
	lock->averse_count -= !!(request->flags & MOTET_LOCK_ORPHAN);
	lock->waiting_count--;
}

/* Lets whoever made the request know what became of it, once. */
static void motet_lock_conclude(struct motet_lock_request *request, int err)
{
	struct motet_lock_sleeper *sleeper = request->sleeper;

	if (sleeper) {
		request->sleeper = NULL;
		sleeper->error = err;
		WRITE_ONCE(sleeper->done, true);
		wake_up_process(sleeper->task);
	} else {
		motet_lock_tell_result(request, err);
	}
}

/**
 * motet_lock_serve() - grant a lock to those who come first
 * @lock: the lock; the mutex of its space is held
 *
 * Called whenever something that was in the way has gone.
 */
void motet_lock_serve(struct motet_lock *lock)
{
	struct motet_lock_request *request;
	u64 waited;
	u32 served = 0;

	while (lock->waiting_count) {
		request = list_first_entry(&lock->waiting,
					   struct motet_lock_request, link);
		if (!motet_lock_is_free(lock, request->mode))
			break;
		waited = ktime_get_ns() - request->since;
		if (waited > lock->stats.longest_wait)
			lock->stats.longest_wait = waited;
		motet_lock_unqueue(request);
		motet_lock_grant(request);
		motet_lock_conclude(request, 0);
		served++;
	}
	if (served && lock->waiting_count)
		motet_lock_tell_served(lock, served);
}

static void motet_lock_count_end(struct motet_lock *lock, int err)
{
	switch (err) {
	case -EAGAIN:
	case -ENOTRECOVERABLE:
		lock->stats.refused++;
		break;
	case -ETIMEDOUT:
		lock->stats.timeouts++;
		break;
	case -EDEADLK:
		lock->stats.deadlocks++;
		break;
	}
}

static void motet_lock_forget(struct motet_lock_request *request)
{
	struct motet_lock_opening *opening = request->opening;

	rb_erase(&request->node, &opening->requests);
	opening->request_count--;
	opening->exclusive -= request->mode == MOTET_LOCK_EXCLUSIVE;
	list_del(&request->lock_link);
}

/* It was neither granted nor queued, or is so no more. */
static void motet_lock_refuse(struct motet_lock_request *request, int err)
{
	motet_lock_trace(request, MOTET_LOCK_EVENT_REFUSE, err);
	motet_lock_count_end(request->lock, err);
	motet_lock_conclude(request, err);
	motet_lock_forget(request);
	motet_lock_request_free(request);
}

/**
 * motet_lock_end() - end a request that waits
 * @request: the request; the mutex of its space is held
 * @err: what it ends with
 *
 * The caller serves those behind it: motet_lock_serve().
 */
void motet_lock_end(struct motet_lock_request *request, int err)
{
	motet_lock_unqueue(request);
	motet_lock_refuse(request, err);
}

/* The caller serves those who wait: motet_lock_serve(). */
static void motet_lock_give_up(struct motet_lock_request *request)
{
	struct motet_lock *lock = request->lock;

	motet_lock_trace(request, MOTET_LOCK_EVENT_RELEASE, 0);
	if (request->mode == MOTET_LOCK_EXCLUSIVE)
		lock->exclusive--;
	else
		lock->shared--;
	list_del(&request->link);
	motet_lock_forget(request);
	motet_lock_request_free(request);
}

/**
 * motet_lock_end_requests() - end all requests of an opening
 * @opening: the opening; the mutex of its space is held
 *
 * Those who wait come first: they are not granted what the others give up.
 */
void motet_lock_end_requests(struct motet_lock_opening *opening)
{
	struct motet_lock_request *request;
	struct rb_node *node, *next;

	for (node = rb_first(&opening->requests); node; node = next) {
		next = rb_next(node);
		request = rb_entry(node, struct motet_lock_request, node);
		if (request->state == MOTET_LOCK_WAITING)
			motet_lock_end(request, -ECANCELED);
	}
	while ((node = rb_first(&opening->requests))) {
		request = rb_entry(node, struct motet_lock_request, node);
		if (request->flags & MOTET_LOCK_ORPHAN) {
			motet_lock_forget(request);
			motet_lock_orphan(request);
		} else {
			motet_lock_give_up(request);
		}
	}
	motet_lock_serve(opening->lock);
}

static struct motet_lock_request *
motet_lock_request_new(struct motet_lock_space *space,
		       struct motet_actor *actor,
		       const struct motet_lock_acquire *arg)
{
	const struct motet_lock_opening *opening;
	struct motet_lock_request *request;
	struct motet_queue *queue;
	struct motet_id id;
	bool tell;

	mutex_lock(&space->mutex);
	opening = motet_lock_find_opening(space, actor, arg->opening);
	if (opening) {
		queue = opening->locker->queue;
		id = opening->lock->object.id;
		tell = opening->tell;
	}
	mutex_unlock(&space->mutex);
	if (!opening)
		return ERR_PTR(-ENOENT);
	request = kzalloc(sizeof(*request), GFP_KERNEL_ACCOUNT);
	if (!request)
		return ERR_PTR(-ENOMEM);
	request->lock_id = arg->lock_id;
	request->mode = arg->mode;
	request->flags = arg->flags;
	request->signal = arg->signal;
	request->deadline = motet_monotonic_from_user(arg->deadline);
	request->owner = actor->object.id;
	INIT_LIST_HEAD(&request->blocked);
	timerqueue_init(&request->expiry);
	return motet_lock_request_equip(request, actor, queue, &id, tell);
}

/* An exclusive request of the same actor, by whatever opening. */
static bool motet_lock_is_requested(struct motet_lock_opening *opening)
{
	struct motet_lock_opening *peer;

	if (opening->exclusive)
		return true;
	list_for_each_entry(peer, &opening->peers, peers)
		if (peer->exclusive)
			return true;
	return false;
}

/* Why a request can't be made at all. */
static int motet_lock_check(const struct motet_lock_opening *opening,
			    const struct motet_lock_acquire *arg)
{
	umode_t right = arg->mode == MOTET_LOCK_EXCLUSIVE ? MOTET_MODE_SEND :
							    MOTET_MODE_RECEIVE;

	if (!opening)
		return -ENOENT;
	if (!(opening->rights & right))
		return -EACCES;
	if (motet_lock_find_request(opening, arg->lock_id))
		return -EEXIST;
	if (opening->request_count >= motet_lock_requests_limit())
		return -EDQUOT;
	return 0;
}

/* Why a request that can't be granted now must not wait. */
static int motet_lock_check_wait(struct motet_lock_request *request,
				 bool nonblock)
{
	if (nonblock)
		return -EAGAIN;
	if ((request->flags & MOTET_LOCK_ORPHAN) && request->lock->orphan_count)
		return -ENOTRECOVERABLE;
	if (motet_has_expired(request->deadline))
		return -ETIMEDOUT;
	if (request->sleeper && motet_lock_closes_circle(request))
		return -EDEADLK;
	return 0;
}

/* Grants, queues or refuses a request. */
static void motet_lock_decide(struct motet_lock_request *request,
			      struct motet_lock_opening *opening,
			      bool nonblock)
{
	struct motet_lock *lock = opening->lock;
	bool again = request->mode == MOTET_LOCK_EXCLUSIVE &&
		     motet_lock_is_requested(opening);
	int err;

	motet_lock_begin(request, opening);
	if (again) {
		motet_lock_refuse(request, -EALREADY);
		return;
	}
	if (!lock->waiting_count && motet_lock_is_free(lock, request->mode)) {
		motet_lock_grant(request);
		motet_lock_conclude(request, 0);
		return;
	}
	err = motet_lock_check_wait(request, nonblock);
	if (err)
		motet_lock_refuse(request, err);
	else
		motet_lock_queue(request);
}

/* Sleeps until a request is granted or has ended. */
static int motet_lock_sleep(const struct motet_lock_sleeper *sleeper,
			    u64 deadline)
{
	int err = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (err || READ_ONCE(sleeper->done))
			break;
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(deadline);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

/*
 * A request that is granted or has ended is not the sleeper's to look at any more:
 * another thread may have released it. What was granted at the last moment counts.
 */
static void motet_lock_wait(struct motet_lock_space *space,
			    struct motet_lock_request *request,
			    struct motet_lock_sleeper *sleeper, u64 deadline)
{
	struct motet_lock *lock;
	int err;

	err = motet_lock_sleep(sleeper, deadline);
	mutex_lock(&space->mutex);
	if (!sleeper->done) {
		lock = request->lock;
		motet_lock_end(request, err);
		motet_lock_serve(lock);
	}
	mutex_unlock(&space->mutex);
}

/**
 * motet_lock_acquire() - request a lock
 * @actor: who requests it
 * @arg: the request; checked by the caller
 * @nonblock: don't wait
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_LOCK_ACQUIRE says, or -ENOMEM.
 */
int motet_lock_acquire(struct motet_actor *actor,
		       const struct motet_lock_acquire *arg, bool nonblock)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);
	struct motet_lock_sleeper sleeper = { .task = current };
	struct motet_lock_opening *opening;
	struct motet_lock_request *request;
	bool waits = false;
	int err;

	request = motet_lock_request_new(space, actor, arg);
	if (IS_ERR(request))
		return PTR_ERR(request);
	if (!(arg->flags & MOTET_LOCK_ASYNC))
		request->sleeper = &sleeper;
	mutex_lock(&space->mutex);
	opening = motet_lock_find_opening(space, actor, arg->opening);
	err = motet_lock_check(opening, arg);
	if (!err) {
		motet_lock_decide(request, opening, nonblock);
		waits = !sleeper.done;
	}
	mutex_unlock(&space->mutex);
	if (err) {
		motet_lock_request_free(request);
		return err;
	}
	if (arg->flags & MOTET_LOCK_ASYNC)
		return 0;
	if (waits)
		motet_lock_wait(space, request, &sleeper, arg->deadline);
	return sleeper.error;
}

/**
 * motet_lock_release() - end a request
 * @actor: who made it
 * @number: number of the opening
 * @lock_id: number of the request
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if there is no such opening or request.
 */
int motet_lock_release(struct motet_actor *actor, u64 number, u64 lock_id)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);
	struct motet_lock_request *request = NULL;
	struct motet_lock_opening *opening;

	mutex_lock(&space->mutex);
	opening = motet_lock_find_opening(space, actor, number);
	if (opening)
		request = motet_lock_find_request(opening, lock_id);
	if (request) {
		if (request->state == MOTET_LOCK_WAITING)
			motet_lock_end(request, -ECANCELED);
		else
			motet_lock_give_up(request);
		motet_lock_serve(opening->lock);
	}
	mutex_unlock(&space->mutex);
	return request ? 0 : -ENOENT;
}
