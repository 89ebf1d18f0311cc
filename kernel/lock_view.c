// SPDX-License-Identifier: GPL-2.0-only
/* What is shown of a lock. */

#include "domain.h"
#include "lock_internal.h"
#include "lock_view.h"

static void motet_lock_look_locked(const struct motet_lock *lock,
				   struct motet_lock_view *view)
{
	view->openings = lock->opening_count;
	view->shared = lock->shared;
	view->exclusive = lock->exclusive;
	view->waiting = lock->waiting_count;
	view->orphans = lock->orphan_count;
	view->stats = lock->stats;
}

/**
 * motet_lock_look() - say what is shown of a lock
 * @lock: the lock
 * @view: filled in
 *
 * Context: may sleep.
 */
void motet_lock_look(struct motet_lock *lock, struct motet_lock_view *view)
{
	struct motet_lock_space *space =
		motet_lock_space_of(lock->object.domain);

	mutex_lock(&space->mutex);
	motet_lock_look_locked(lock, view);
	mutex_unlock(&space->mutex);
}

/**
 * motet_lock_status() - say what a lock is that an actor has open
 * @actor: the actor
 * @status: its @opening is set; the rest but for its size is filled in
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if this actor has no such opening.
 */
int motet_lock_status(struct motet_actor *actor,
		      struct motet_lock_status *status)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);
	const struct motet_lock_opening *opening;
	struct motet_lock_view view;

	mutex_lock(&space->mutex);
	opening = motet_lock_find_opening(space, actor, status->opening);
	if (opening) {
		motet_lock_look_locked(opening->lock, &view);
		status->mode = READ_ONCE(opening->lock->object.mode);
		status->id = opening->lock->object.id;
		status->requests = opening->request_count;
	}
	mutex_unlock(&space->mutex);
	if (!opening)
		return -ENOENT;
	status->openings = view.openings;
	status->shared = view.shared;
	status->exclusive = view.exclusive;
	status->orphans = view.orphans;
	status->waiting = view.waiting;
	return 0;
}

static bool motet_lock_look_request(const struct motet_lock_request *request,
				    motet_lock_show show, void *data)
{
	struct motet_lock_request_view view = {
		.lock_id = request->lock_id,
		.number = request->number,
		.mode = request->mode,
		.state = request->state,
		.owner = request->owner,
		.uid = INVALID_UID,
		.since = request->since,
		.sleeping = request->sleeper,
	};
	const struct motet_actor *actor;

	if (request->opening) {
		actor = request->opening->locker->actor;
		view.uid = actor->object.uid;
		view.pid = actor->interest.pid;
	}
	return show(&view, data);
}

/**
 * motet_lock_look_requests() - show the requests of a lock as they came
 * @lock: the lock
 * @after: number of the request that was shown last, 0 to begin
 * @show: called for each, with the mutex of the lock space held: must not sleep
 *	for long
 * @data: for @show
 *
 * An orphan came when it became one.
 *
 * Context: may sleep.
 */
void motet_lock_look_requests(struct motet_lock *lock, u64 after,
			      motet_lock_show show, void *data)
{
	struct motet_lock_space *space =
		motet_lock_space_of(lock->object.domain);
	const struct motet_lock_request *request;

	mutex_lock(&space->mutex);
	list_for_each_entry(request, &lock->requests, lock_link)
		if (request->number > after &&
		    !motet_lock_look_request(request, show, data))
			break;
	mutex_unlock(&space->mutex);
}
