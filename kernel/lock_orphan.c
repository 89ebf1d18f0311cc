// SPDX-License-Identifier: GPL-2.0-only
/* Orphans: grants that outlive their owners. */

#include <linux/ktime.h>

#include "domain.h"
#include "lock_internal.h"
#include "trace.h"

/* Whoever waits does so for the orphan now, at least for its end, too. */
static void motet_lock_dismiss_averse(struct motet_lock *lock)
{
	struct motet_lock_request *request, *next;

	if (!lock->averse_count)
		return;
	list_for_each_entry_safe(request, next, &lock->waiting, link)
		if (request->flags & MOTET_LOCK_ORPHAN)
			motet_lock_end(request, -ENOTRECOVERABLE);
}

/**
 * motet_lock_orphan() - a grant loses its owner, and stays
 * @request: the request, which its opening has forgotten; the mutex of its space
 *	is held
 *
 * The caller serves those who wait: motet_lock_serve().
 */
void motet_lock_orphan(struct motet_lock_request *request)
{
	struct motet_lock *lock = request->lock;

	trace_motet_lock_request(&lock->object.id, &request->owner,
				 request->lock_id, MOTET_LOCK_EVENT_ORPHAN, 0);
	motet_lock_request_strip(request);
	request->opening = NULL;
	request->state = MOTET_LOCK_ORPHANED;
	request->since = ktime_get_ns();
	list_move_tail(&request->link, &lock->orphans);
	list_add_tail(&request->lock_link, &lock->requests);
	request->number = ++lock->last_number;
	lock->orphan_count++;
	lock->stats.orphaned++;
	motet_lock_dismiss_averse(lock);
}

/**
 * motet_lock_take_orphans() - end the orphans of a lock
 * @lock: the lock; the mutex of its space is held
 * @orphans: an empty list; those to be freed with motet_lock_free_orphans(),
 *	with nothing locked
 *
 * Return: how many there were.
 */
u32 motet_lock_take_orphans(struct motet_lock *lock, struct list_head *orphans)
{
	struct motet_lock_request *orphan;
	u32 count = lock->orphan_count;

	list_for_each_entry(orphan, &lock->orphans, link) {
		trace_motet_lock_request(&lock->object.id, &orphan->owner,
					 orphan->lock_id,
					 MOTET_LOCK_EVENT_PURGE, 0);
		if (orphan->mode == MOTET_LOCK_EXCLUSIVE)
			lock->exclusive--;
		else
			lock->shared--;
		list_del(&orphan->lock_link);
	}
	list_splice_init(&lock->orphans, orphans);
	lock->orphan_count = 0;
	motet_lock_serve(lock);
	return count;
}

/**
 * motet_lock_free_orphans() - free what were orphans
 * @orphans: as motet_lock_take_orphans() returned them
 *
 * Context: may sleep.
 */
void motet_lock_free_orphans(struct list_head *orphans)
{
	struct motet_lock_request *orphan, *next;

	list_for_each_entry_safe(orphan, next, orphans, link) {
		motet_lock_request_free(orphan);
		cond_resched();
	}
}

/**
 * motet_lock_purge_opening() - end the orphans of a lock, by an opening
 * @actor: whose opening
 * @number: its number
 * @purged: out: how many there were
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if there is no such opening, -EACCES if it has not the right.
 */
int motet_lock_purge_opening(struct motet_actor *actor, u64 number,
			     u32 *purged)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);
	struct motet_lock_opening *opening;
	LIST_HEAD(orphans);
	int err = 0;

	mutex_lock(&space->mutex);
	opening = motet_lock_find_opening(space, actor, number);
	if (!opening)
		err = -ENOENT;
	else if (!(opening->rights & MOTET_MODE_ADMIN))
		err = -EACCES;
	else
		*purged = motet_lock_take_orphans(opening->lock, &orphans);
	mutex_unlock(&space->mutex);
	motet_lock_free_orphans(&orphans);
	return err;
}

/**
 * motet_lock_purge_orphans() - end the orphans of a lock
 * @lock: the lock; it dies if nobody has it open
 *
 * Context: may sleep.
 * Return: how many there were.
 */
u32 motet_lock_purge_orphans(struct motet_lock *lock)
{
	struct motet_lock_space *space =
		motet_lock_space_of(lock->object.domain);
	LIST_HEAD(orphans);
	u32 count;

	mutex_lock(&space->mutex);
	count = motet_lock_take_orphans(lock, &orphans);
	mutex_unlock(&space->mutex);
	motet_lock_free_orphans(&orphans);
	motet_lock_settle(lock);
	return count;
}
