// SPDX-License-Identifier: GPL-2.0-only
/* Steps: a replicator takes updates, and what there is already by the way. */

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "checkpoint_internal.h"
#include "checkpoint_replicate.h"
#include "trace.h"

static struct motet_update *
motet_update_of_section_locked(struct motet_checkpoint *checkpoint,
			       const struct motet_section *section)
{
	unsigned int pages = motet_content_span(0, section->content->size);
	struct motet_update_part *part;
	struct motet_update *update;

	lockdep_assert_held(&checkpoint->mutex);
	update = motet_update_new(MOTET_STEP_SECTION, 1, pages);
	if (!update)
		return NULL;
	update->cost = 0;
	part = motet_update_add_part_locked(update, section, 0,
					    section->content->size);
	part->head.state = section->state;
	part->expires = section->expiry.expires;
	return update;
}

/* Puts what is next of what was there at the end of the list, if it is time. */
static int motet_replicator_feed_locked(struct motet_replicator *replicator)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	unsigned long serial = replicator->sent;
	struct motet_section *section;

	lockdep_assert_held(&checkpoint->mutex);
	if (replicator->all_sent || replicator->section || checkpoint->dead)
		return 0;
	section = xa_find_after(&checkpoint->serials, &serial, replicator->last,
				XA_PRESENT);
	if (!section) {
		replicator->sent = replicator->last;
		replicator->all_sent = true;
		motet_replicator_add_locked(replicator, &replicator->end);
		return 0;
	}
	replicator->section = motet_update_of_section_locked(checkpoint,
							     section);
	if (!replicator->section)
		return -ENOMEM;
	replicator->sent = serial;
	motet_replicator_add_locked(replicator, replicator->section);
	return 0;
}

/* The head is copied, since that of the retention may change. */
static struct motet_update *
motet_replicator_first(struct motet_replicator *replicator,
		       struct motet_step *head, bool *gone, int *err)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	struct motet_update *update;

	mutex_lock(&checkpoint->mutex);
	*err = motet_replicator_feed_locked(replicator);
	*gone = replicator->gone;
	update = list_first_entry_or_null(&replicator->updates,
					  struct motet_update, link);
	if (update)
		*head = update->head;
	mutex_unlock(&checkpoint->mutex);
	return update;
}

static int motet_replicator_await(struct motet_replicator *replicator,
				  const struct motet_wait *wait)
{
	DEFINE_WAIT(entry);
	int err = 0;

	if (wait->nonblock)
		return -EAGAIN;
	prepare_to_wait(&replicator->readable, &entry,
			TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (list_empty(&replicator->updates)) {
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(wait->deadline);
	}
	finish_wait(&replicator->readable, &entry);
	return err;
}

static u64 motet_step_part_len(const struct motet_update_part *part)
{
	return sizeof(part->head) +
	       round_up(part->head.data_len, MOTET_STEP_ALIGN);
}

static u64 motet_step_len(const struct motet_update *update)
{
	u64 len = sizeof(update->head);
	u32 i;

	for (i = 0; i < update->head.count; i++)
		len += motet_step_part_len(&update->parts[i]);
	return len;
}

static u64 motet_step_expires_in(s64 expires)
{
	if (expires == KTIME_MAX)
		return 0;
	return max_t(s64, expires - ktime_get_boottime_ns(), 1);
}

static int motet_step_put_part(void __user *to,
			       const struct motet_update_part *part)
{
	struct motet_step_part head = part->head;
	u64 pad = round_up(head.data_len, MOTET_STEP_ALIGN) - head.data_len;
	int err;

	head.size = sizeof(head);
	if (part->expires)
		head.expires_in = motet_step_expires_in(part->expires);
	if (copy_to_user(to, &head, sizeof(head)))
		return -EFAULT;
	to += sizeof(head);
	err = motet_pages_copy_out(to, part->pages, head.offset, head.data_len);
	if (!err && pad && clear_user(to + head.data_len, pad))
		err = -EFAULT;
	return err;
}

static int motet_step_put(const struct motet_update *update,
			  const struct motet_step *head, void __user *to)
{
	int err;
	u32 i;

	if (copy_to_user(to, head, sizeof(*head)))
		return -EFAULT;
	to += sizeof(*head);
	for (i = 0; i < head->count; i++) {
		err = motet_step_put_part(to, &update->parts[i]);
		if (err)
			return err;
		to += motet_step_part_len(&update->parts[i]);
	}
	return 0;
}

/* What waited for room has it. */
static void motet_replicator_room_locked(struct motet_replicator *replicator,
					 const struct motet_update *update)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;

	lockdep_assert_held(&checkpoint->mutex);
	if (!update->cost)
		return;
	replicator->steps--;
	replicator->bytes -= update->cost;
	motet_replicator_turn_locked(replicator);
	if (!replicator->expiry_waits || checkpoint->dead)
		return;
	replicator->expiry_waits = false;
	motet_sections_expire_soon(checkpoint);
}

/* A retention that has changed since is told as well. */
static void motet_replicator_take(struct motet_replicator *replicator,
				  struct motet_update *update,
				  const struct motet_step *head)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;

	mutex_lock(&checkpoint->mutex);
	replicator->taken = head->generation;
	if (update == replicator->section)
		replicator->section = NULL;
	if (head->kind == MOTET_STEP_END)
		replicator->complete = true;
	if (head->kind == MOTET_STEP_GONE)
		replicator->gone = true;
	if (update->head.retention == head->retention)
		list_del_init(&update->link);
	motet_replicator_room_locked(replicator, update);
	trace_motet_replicator_take(&checkpoint->object.id, head->generation,
				    head->kind);
	mutex_unlock(&checkpoint->mutex);
	if (!update->static_part)
		motet_update_free(update);
}

/* By whoever holds @reader. */
static int motet_replicator_next_step(struct motet_replicator *replicator,
				      struct motet_replicator_next *arg,
				      const struct motet_wait *wait,
				      struct motet_step_receipt *receipt)
{
	struct motet_step *head = &receipt->head;
	bool gone;
	int err;

	lockdep_assert_held(&replicator->reader);
	for (;;) {
		receipt->update = motet_replicator_first(replicator, head,
							 &gone, &err);
		if (receipt->update)
			break;
		if (err)
			return err;
		if (gone)
			return -ESRCH;
		err = motet_replicator_await(replicator, wait);
		if (err)
			return err;
	}
	head->size = sizeof(*head);
	head->len = motet_step_len(receipt->update);
	arg->step_len = head->len;
	arg->generation = head->generation;
	arg->kind = head->kind;
	if (head->len > arg->step_cap)
		return -EMSGSIZE;
	return motet_step_put(receipt->update, head, u64_to_user_ptr(arg->step));
}

/**
 * motet_replicator_next_begin() - copy the next update to the user
 * @replicator: the replicator
 * @arg: where to, as the user says; filled in
 * @wait: how long
 * @receipt: out: for motet_replicator_next_end()
 *
 * Context: may sleep; nothing is locked. If it succeeds, the replicator's reader
 * mutex is held until motet_replicator_next_end().
 * Return: 0, or an error as MOTET_IOC_REPLICATOR_NEXT says.
 */
int motet_replicator_next_begin(struct motet_replicator *replicator,
				struct motet_replicator_next *arg,
				const struct motet_wait *wait,
				struct motet_step_receipt *receipt)
{
	int err;

	if (!(replicator->flags & MOTET_REPLICATE_STREAM))
		return -EACCES;
	if (!wait->nonblock)
		err = mutex_lock_interruptible(&replicator->reader);
	else
		err = mutex_trylock(&replicator->reader) ? 0 : -EAGAIN;
	if (err)
		return err;
	err = motet_replicator_next_step(replicator, arg, wait, receipt);
	if (err)
		mutex_unlock(&replicator->reader);
	return err;
}

/**
 * motet_replicator_next_end() - take the update that was copied
 * @replicator: the replicator
 * @receipt: of motet_replicator_next_begin(), which has succeeded
 * @err: why it is not to be taken after all, or 0
 *
 * Context: may sleep; unlocks the replicator's reader mutex.
 * Return: @err.
 */
int motet_replicator_next_end(struct motet_replicator *replicator,
			      const struct motet_step_receipt *receipt, int err)
{
	lockdep_assert_held(&replicator->reader);
	if (!err)
		motet_replicator_take(replicator, receipt->update,
				      &receipt->head);
	mutex_unlock(&replicator->reader);
	return err;
}

/**
 * motet_replicator_has_next() - whether there is an update to be taken
 * @replicator: the replicator
 * @gone: out: there will be none any more
 *
 * Context: may sleep; nothing is locked.
 * Return: true if there is one.
 */
bool motet_replicator_has_next(struct motet_replicator *replicator, bool *gone)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	bool stream = replicator->flags & MOTET_REPLICATE_STREAM;
	bool next;

	mutex_lock(&checkpoint->mutex);
	next = !list_empty(&replicator->updates) ||
	       (stream && !replicator->all_sent && !checkpoint->dead);
	*gone = stream ? replicator->gone : checkpoint->dead;
	mutex_unlock(&checkpoint->mutex);
	return next;
}
