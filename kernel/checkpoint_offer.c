// SPDX-License-Identifier: GPL-2.0-only
/* Changes of a checkpoint are offered to its replicator. */

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "checkpoint_internal.h"
#include "checkpoint_replicate.h"
#include "trace.h"

/**
 * motet_update_new() - make an update
 * @kind: &enum motet_step_kind
 * @parts: how many parts it may have
 * @pages: how many pages
 *
 * Context: may sleep.
 * Return: the update, or NULL without memory.
 */
struct motet_update *motet_update_new(u32 kind, unsigned int parts,
				      unsigned int pages)
{
	size_t size = size_add(sizeof(struct motet_update),
			       array_size(parts,
					  sizeof(struct motet_update_part)));
	struct motet_update *update;

	size = size_add(size, array_size(pages, sizeof(struct page *)));
	update = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!update)
		return NULL;
	INIT_LIST_HEAD(&update->link);
	update->head.kind = kind;
	update->cost = size + (u64)pages * PAGE_SIZE;
	update->part_room = parts;
	update->page_room = pages;
	update->parts = (struct motet_update_part *)(update + 1);
	update->pages = (struct page **)(update->parts + parts);
	return update;
}

/**
 * motet_update_free() - free an update that nobody has any more
 * @update: the update, or NULL; none of those that a replicator has itself
 *
 * Context: may sleep.
 */
void motet_update_free(struct motet_update *update)
{
	unsigned int i;

	if (!update)
		return;
	for (i = 0; i < update->page_count; i++) {
		if (update->pages[i])
			put_page(update->pages[i]);
		cond_resched();
	}
	kvfree(update);
}

/**
 * motet_update_add_part_locked() - add a part to an update, with what was written
 * @update: the update; it has room
 * @section: the section; the mutex of its checkpoint is held
 * @offset: where it was written
 * @len: how much
 *
 * Return: the part, to be completed.
 */
struct motet_update_part *
motet_update_add_part_locked(struct motet_update *update,
			     const struct motet_section *section, u64 offset,
			     u64 len)
{
	unsigned int pages = motet_content_span(offset, len);
	struct motet_update_part *part = &update->parts[update->head.count];

	if (WARN_ON_ONCE(update->head.count >= update->part_room ||
			 pages > update->page_room - update->page_count))
		return NULL;
	update->head.count++;
	if (update->head.kind != MOTET_STEP_DELETE &&
	    update->head.kind != MOTET_STEP_CHANGE)
		update->head.time = section->updated;
	part->pages = update->pages + update->page_count;
	part->head.offset = offset;
	part->head.data_len = len;
	part->head.section_len = section->id_len;
	memcpy(part->head.section, section->id, section->id_len);
	motet_content_get(section->content, part->pages, offset, len);
	update->page_count += pages;
	return part;
}

/**
 * motet_replicator_add_locked() - put an update at the end of the list
 * @replicator: the replicator; the mutex of its checkpoint is held
 * @update: the update; if it says no time it is now
 */
void motet_replicator_add_locked(struct motet_replicator *replicator,
				 struct motet_update *update)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;

	lockdep_assert_held(&checkpoint->mutex);
	update->head.generation = checkpoint->generation;
	update->head.time = update->head.time ?: ktime_get_real_ns();
	replicator->offered = checkpoint->generation;
	list_add_tail(&update->link, &replicator->updates);
	trace_motet_replicator_offer(&checkpoint->object.id,
				     update->head.generation,
				     update->head.kind);
	wake_up_interruptible(&replicator->readable);
}

/**
 * motet_replicator_turn_locked() - let those look again who wait
 * @replicator: the replicator; the mutex of its checkpoint is held
 */
void motet_replicator_turn_locked(struct motet_replicator *replicator)
{
	lockdep_assert_held(&replicator->handle.checkpoint->mutex);
	WRITE_ONCE(replicator->turn, replicator->turn + 1);
	wake_up_interruptible_all(&replicator->changed);
}

/**
 * motet_replicator_wait() - sleep until it is worth to look again
 * @replicator: the replicator, referenced
 * @turn: its @turn when there was nothing
 * @wait: how long
 *
 * Context: may sleep; nothing is locked.
 * Return: 0, -EAGAIN, -ETIMEDOUT or -ERESTARTSYS.
 */
int motet_replicator_wait(struct motet_replicator *replicator,
			  unsigned int turn, const struct motet_wait *wait)
{
	DEFINE_WAIT(entry);
	int err = 0;

	if (wait->nonblock)
		return -EAGAIN;
	prepare_to_wait(&replicator->changed, &entry,
			TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (READ_ONCE(replicator->turn) == turn) {
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(wait->deadline);
	}
	finish_wait(&replicator->changed, &entry);
	return err;
}

/**
 * motet_replicate_stream_locked() - who changes are offered to
 * @checkpoint: the checkpoint; its mutex is held
 *
 * Return: the replicator, or NULL.
 */
struct motet_replicator *
motet_replicate_stream_locked(const struct motet_checkpoint *checkpoint)
{
	struct motet_replicator *replicator = checkpoint->replicator;

	lockdep_assert_held(&checkpoint->mutex);
	if (!replicator || !(replicator->flags & MOTET_REPLICATE_STREAM))
		return NULL;
	return replicator;
}

static bool motet_change_fits_locked(const struct motet_replicator *replicator,
				     const struct motet_change *change)
{
	lockdep_assert_held(&replicator->handle.checkpoint->mutex);
	if (!list_empty(&replicator->offers) &&
	    list_first_entry(&replicator->offers, struct motet_change, link) !=
		    change)
		return false;
	return !replicator->steps ||
	       (replicator->steps < replicator->steps_max &&
		replicator->bytes < replicator->bytes_max &&
		change->update->cost <=
			replicator->bytes_max - replicator->bytes);
}

/* It has its turn, or waits no more; then it is that of the next. */
static void motet_change_leave_locked(struct motet_replicator *replicator,
				      struct motet_change *change)
{
	lockdep_assert_held(&replicator->handle.checkpoint->mutex);
	if (list_empty(&change->link))
		return;
	list_del_init(&change->link);
	replicator->waiting--;
	motet_replicator_turn_locked(replicator);
}

/*
 * Waits, with the mutex given up; on return it is as it was. The replicator may
 * be another one then, or none: the caller looks again.
 */
static int motet_change_wait_locked(struct motet_replicator *replicator,
				    struct motet_change *change)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	unsigned int turn = replicator->turn;
	int err;

	lockdep_assert_held(&checkpoint->mutex);
	if (change->expiry)
		replicator->expiry_waits = true;
	if (list_empty(&change->link) && !change->wait.nonblock) {
		list_add_tail(&change->link, &replicator->offers);
		replicator->waiting++;
		trace_motet_replicator_full(&checkpoint->object.id,
					    replicator->steps,
					    replicator->bytes);
	}
	refcount_inc(&replicator->refs);
	mutex_unlock(&checkpoint->mutex);
	err = motet_replicator_wait(replicator, turn, &change->wait);
	mutex_lock(&checkpoint->mutex);
	if (err || replicator->closed)
		motet_change_leave_locked(replicator, change);
	motet_replicator_put(replicator);
	return err;
}

/* With the mutex, which may be given up. 0 if the caller is to look again. */
static int motet_change_admit_locked(struct motet_checkpoint *checkpoint,
				     struct motet_change *change)
{
	struct motet_replicator *replicator = checkpoint->replicator;

	lockdep_assert_held(&checkpoint->mutex);
	if (checkpoint->dead)
		return -ESRCH;
	if (!replicator || change->applied)
		return 1;
	if (!(replicator->flags & MOTET_REPLICATE_STREAM)) {
		/* of a copy nothing expires but by who made it */
		replicator->expiry_waits |= change->expiry;
		return change->expiry ? -EAGAIN : 1;
	}
	if (!change->update) {
		mutex_unlock(&checkpoint->mutex);
		change->update = motet_update_new(change->kind, change->parts,
						  change->pages);
		mutex_lock(&checkpoint->mutex);
		return change->update ? 0 : -ENOMEM;
	}
	if (!motet_change_fits_locked(replicator, change))
		return motet_change_wait_locked(replicator, change);
	motet_change_leave_locked(replicator, change);
	return 1;
}

/**
 * motet_change_lock() - begin a change
 * @checkpoint: what is to be changed
 * @change: how, and how large it is
 *
 * Waits until the replicator has room for it, if there is one. Then the mutex of
 * the checkpoint is held, and motet_change_unlock() is to follow.
 *
 * Context: may sleep; nothing is locked.
 * Return: 0; or -ESRCH if it is dead, -ENOMEM, or what motet_replicator_wait()
 * says, and nothing is locked.
 */
int motet_change_lock(struct motet_checkpoint *checkpoint,
		      struct motet_change *change)
{
	int admitted;

	INIT_LIST_HEAD(&change->link);
	mutex_lock(&checkpoint->mutex);
	do {
		admitted = motet_change_admit_locked(checkpoint, change);
	} while (!admitted);
	if (admitted > 0)
		return 0;
	mutex_unlock(&checkpoint->mutex);
	motet_update_free(change->update);
	change->update = NULL;
	return admitted;
}

/* Whether it is yet to come, with all that was changed of it. */
static bool motet_section_is_unsent_locked(const struct motet_replicator *replicator,
					   const struct motet_section *section)
{
	lockdep_assert_held(&replicator->handle.checkpoint->mutex);
	return section->serial > replicator->sent &&
	       section->serial <= replicator->last;
}

/**
 * motet_change_part_locked() - a section was changed
 * @checkpoint: the checkpoint; its mutex is held since motet_change_lock()
 * @change: how
 * @section: the section
 * @offset: where it was written
 * @len: how much
 *
 * Return: the part of the update, to be completed, or NULL if it is not offered.
 */
struct motet_update_part *
motet_change_part_locked(struct motet_checkpoint *checkpoint,
			 struct motet_change *change,
			const struct motet_section *section, u64 offset,
			u64 len)
{
	struct motet_replicator *replicator =
		motet_replicate_stream_locked(checkpoint);

	lockdep_assert_held(&checkpoint->mutex);
	if (!replicator || !change->update ||
	    motet_section_is_unsent_locked(replicator, section))
		return NULL;
	return motet_update_add_part_locked(change->update, section, offset,
					    len);
}

/**
 * motet_change_section_locked() - a section was made, deleted or changed
 * @checkpoint: the checkpoint; its mutex is held since motet_change_lock()
 * @change: how
 * @section: the section
 * @flags: of the part
 */
void motet_change_section_locked(struct motet_checkpoint *checkpoint,
				 struct motet_change *change,
				const struct motet_section *section, u32 flags)
{
	u64 len = change->kind == MOTET_STEP_CREATE ? section->content->size : 0;
	struct motet_update_part *part;

	part = motet_change_part_locked(checkpoint, change, section, 0, len);
	if (!part)
		return;
	part->head.flags = flags;
	part->expires = KTIME_MAX;
	if (change->kind == MOTET_STEP_CREATE || flags & MOTET_SECTION_EXPIRES)
		part->expires = section->expiry.expires;
	if (flags & MOTET_SECTION_STATE)
		part->head.state = section->state;
	if (change->expiry)
		change->update->head.flags = MOTET_STEP_EXPIRED;
}

/**
 * motet_change_unlock() - the change was made, or not
 * @checkpoint: the checkpoint; its mutex is held since motet_change_lock()
 * @change: how
 * @done: whether it was made
 */
void motet_change_unlock(struct motet_checkpoint *checkpoint,
			 struct motet_change *change, bool done)
{
	struct motet_replicator *replicator =
		motet_replicate_stream_locked(checkpoint);
	struct motet_update *update = change->update;

	lockdep_assert_held(&checkpoint->mutex);
	change->update = NULL;
	if (done && replicator && update && update->head.count) {
		replicator->steps++;
		replicator->bytes += update->cost;
		motet_replicator_add_locked(replicator, update);
		update = NULL;
	}
	mutex_unlock(&checkpoint->mutex);
	motet_update_free(update);
}
