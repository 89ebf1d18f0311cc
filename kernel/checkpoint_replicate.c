// SPDX-License-Identifier: GPL-2.0-only
/* Replicators: attached, closed, waited for. */

#include <linux/module.h>
#include <linux/slab.h>

#include "actor.h"
#include "checkpoint_internal.h"
#include "checkpoint_replicate.h"
#include "domain.h"
#include "trace.h"

static unsigned int motet_replicator_steps_max = 1U << 16;
module_param_named(replicator_steps_max, motet_replicator_steps_max, uint,
		   0644);
MODULE_PARM_DESC(replicator_steps_max,
		 "changes that the window of a replicator may have room for");

static unsigned long motet_replicator_bytes_max = 64UL << 20;
module_param_named(replicator_bytes_max, motet_replicator_bytes_max, ulong,
		   0644);
MODULE_PARM_DESC(replicator_bytes_max,
		 "bytes that the window of a replicator may have room for");

/**
 * motet_replicator_check() - whether a replicator can be made like this
 * @arg: what it is to be, as the user says
 *
 * Return: 0 or -EINVAL.
 */
int motet_replicator_check(const struct motet_checkpoint_replicate *arg)
{
	const u32 known = MOTET_REPLICATE_STREAM | MOTET_REPLICATE_APPLY;

	if (!arg->flags || arg->flags & ~known || arg->pad)
		return -EINVAL;
	if (!(arg->flags & MOTET_REPLICATE_STREAM))
		return arg->steps_max || arg->bytes_max ? -EINVAL : 0;
	return !arg->steps_max || !arg->bytes_max ||
	       arg->steps_max > READ_ONCE(motet_replicator_steps_max) ||
	       arg->bytes_max > READ_ONCE(motet_replicator_bytes_max) ?
		       -EINVAL : 0;
}

static void motet_update_init(struct motet_update *update, u32 kind)
{
	INIT_LIST_HEAD(&update->link);
	update->head.kind = kind;
	update->static_part = true;
}

static struct motet_replicator *
motet_replicator_new(const struct motet_checkpoint_replicate *arg)
{
	struct motet_replicator *replicator;

	replicator = kzalloc(sizeof(*replicator), GFP_KERNEL_ACCOUNT);
	if (!replicator)
		return NULL;
	refcount_set(&replicator->refs, 1);
	mutex_init(&replicator->reader);
	init_waitqueue_head(&replicator->readable);
	init_waitqueue_head(&replicator->changed);
	INIT_LIST_HEAD(&replicator->updates);
	INIT_LIST_HEAD(&replicator->offers);
	replicator->flags = arg->flags;
	replicator->steps_max = arg->steps_max;
	replicator->bytes_max = arg->bytes_max;
	motet_update_init(&replicator->begin, MOTET_STEP_BEGIN);
	motet_update_init(&replicator->end, MOTET_STEP_END);
	motet_update_init(&replicator->retention, MOTET_STEP_RETENTION);
	motet_update_init(&replicator->unlink, MOTET_STEP_UNLINK);
	motet_update_init(&replicator->death, MOTET_STEP_GONE);
	return replicator;
}

/* What is in the window, and one call and one section besides. */
static int motet_replicator_charge(struct motet_replicator *replicator,
				   const struct motet_checkpoint_handle *handle)
{
	u64 *bytes = &replicator->charge.amount[MOTET_QUOTA_CHECKPOINT_BYTES];
	struct motet_checkpoint_limits limits = {};

	if (!(replicator->flags & MOTET_REPLICATE_STREAM))
		return 0;
	motet_checkpoint_limits(&limits);
	*bytes = replicator->bytes_max + limits.call_bytes_max +
		 handle->checkpoint->attributes.section_bytes_max;
	return motet_quota_charge(handle->actor->payer, &replicator->charge);
}

static int motet_replicator_begin_locked(struct motet_replicator *replicator,
					 struct motet_checkpoint *checkpoint)
{
	lockdep_assert_held(&checkpoint->object.domain->mutex);
	lockdep_assert_held(&checkpoint->mutex);
	if (checkpoint->replicator)
		return -EBUSY;
	checkpoint->replicator = replicator;
	replicator->last = checkpoint->last_serial;
	replicator->begin.head.retention = checkpoint->object.retention;
	if (replicator->flags & MOTET_REPLICATE_STREAM)
		motet_replicator_add_locked(replicator, &replicator->begin);
	trace_motet_replicator_attach(&checkpoint->object.id,
				      replicator->flags);
	return 0;
}

/**
 * motet_replicator_attach() - make a replicator
 * @handle: of which checkpoint, and who opened that
 * @arg: what it is to be, as the user says, checked
 *
 * Context: may sleep.
 * Return: the replicator, or ERR_PTR() of -ENOMEM, -EDQUOT, -EBUSY.
 */
struct motet_replicator *
motet_replicator_attach(struct motet_checkpoint_handle *handle,
			const struct motet_checkpoint_replicate *arg)
{
	struct motet_checkpoint *checkpoint = handle->checkpoint;
	struct motet_domain *domain = checkpoint->object.domain;
	struct motet_replicator *replicator = motet_replicator_new(arg);
	int err;

	if (!replicator)
		return ERR_PTR(-ENOMEM);
	err = motet_replicator_charge(replicator, handle);
	if (err)
		goto err_free;
	motet_object_get(&checkpoint->object);
	replicator->handle.checkpoint = checkpoint;
	replicator->handle.actor = motet_actor_get(handle->actor);
	replicator->handle.flags = handle->flags;
	mutex_lock(&domain->mutex);
	mutex_lock(&checkpoint->mutex);
	err = motet_replicator_begin_locked(replicator, checkpoint);
	mutex_unlock(&checkpoint->mutex);
	mutex_unlock(&domain->mutex);
	if (!err)
		return replicator;
	motet_quota_uncharge(handle->actor->payer, &replicator->charge);
	motet_object_put(&checkpoint->object);
	motet_actor_put(handle->actor);
err_free:
	kfree(replicator);
	return ERR_PTR(err);
}

/**
 * motet_replicator_put() - drop a reference
 * @replicator: the replicator
 *
 * Neither the checkpoint nor the actor is referenced by it when it is closed, so
 * that this may be called with the mutex of the checkpoint.
 */
void motet_replicator_put(struct motet_replicator *replicator)
{
	if (refcount_dec_and_test(&replicator->refs))
		kfree(replicator);
}

/* What was offered and not acknowledged is remembered for who asks late. */
static void motet_replicator_lose_locked(struct motet_replicator *replicator,
					 struct motet_checkpoint *checkpoint)
{
	lockdep_assert_held(&checkpoint->mutex);
	if (!(replicator->flags & MOTET_REPLICATE_STREAM) ||
	    replicator->acknowledged >= replicator->offered)
		return;
	if (!checkpoint->lost_until)
		checkpoint->lost_after =
			max(replicator->acknowledged,
			    replicator->begin.head.generation);
	checkpoint->lost_until = replicator->offered;
}

static void motet_updates_free(struct list_head *updates)
{
	struct motet_update *update, *next;

	list_for_each_entry_safe(update, next, updates, link) {
		list_del_init(&update->link);
		if (!update->static_part)
			motet_update_free(update);
	}
}

/**
 * motet_replicator_detach() - close a replicator, and release who waits for it
 * @replicator: the replicator
 *
 * Context: may sleep; nothing is locked.
 */
void motet_replicator_detach(struct motet_replicator *replicator)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	struct motet_actor *actor = replicator->handle.actor;
	LIST_HEAD(updates);
	bool expire;

	mutex_lock(&checkpoint->mutex);
	motet_replicator_lose_locked(replicator, checkpoint);
	checkpoint->replicator = NULL;
	replicator->closed = true;
	list_splice_init(&replicator->updates, &updates);
	motet_replicator_turn_locked(replicator);
	trace_motet_replicator_detach(&checkpoint->object.id,
				      replicator->steps);
	expire = replicator->expiry_waits && !checkpoint->dead;
	if (expire)
		motet_sections_expire_soon(checkpoint);
	mutex_unlock(&checkpoint->mutex);
	motet_updates_free(&updates);
	motet_quota_uncharge(actor->payer, &replicator->charge);
	motet_object_put(&checkpoint->object);
	motet_actor_put(actor);
	motet_replicator_put(replicator);
}

/**
 * motet_replicator_acknowledge() - it is at the copies
 * @replicator: the replicator
 * @generation: up to which
 *
 * Context: may sleep.
 * Return: 0, -EACCES without a stream, -EINVAL.
 */
int motet_replicator_acknowledge(struct motet_replicator *replicator,
				 u64 generation)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	int err = 0;

	if (!(replicator->flags & MOTET_REPLICATE_STREAM))
		return -EACCES;
	mutex_lock(&checkpoint->mutex);
	if (!replicator->complete || generation > replicator->taken ||
	    generation < replicator->end.head.generation ||
	    generation < replicator->acknowledged) {
		err = -EINVAL;
	} else {
		trace_motet_replicator_ack(&checkpoint->object.id, generation,
					   replicator->offered);
		replicator->acknowledged = generation;
		checkpoint->lost_until = 0;
		motet_replicator_turn_locked(replicator);
	}
	mutex_unlock(&checkpoint->mutex);
	return err;
}

static bool motet_generation_is_lost_locked(const struct motet_checkpoint *checkpoint,
					    u64 generation)
{
	lockdep_assert_held(&checkpoint->mutex);
	return generation > checkpoint->lost_after &&
	       generation <= checkpoint->lost_until;
}

/* Before all that was there has been sent, what is to come counts. */
static u64 motet_replicator_target_locked(const struct motet_replicator *replicator,
					  u64 generation)
{
	lockdep_assert_held(&replicator->handle.checkpoint->mutex);
	return replicator->all_sent ? min(generation, replicator->offered) :
				      generation;
}

/* With the mutex, which is given up meanwhile. */
static int motet_replicate_await_locked(struct motet_replicator *replicator,
					u64 generation,
					const struct motet_wait *wait)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	u64 target = motet_replicator_target_locked(replicator, generation);
	unsigned int turn;
	int err = 0;

	lockdep_assert_held(&checkpoint->mutex);
	refcount_inc(&replicator->refs);
	while (replicator->acknowledged < target && !err) {
		if (replicator->closed) {
			err = -ENOLINK;
			break;
		}
		turn = replicator->turn;
		mutex_unlock(&checkpoint->mutex);
		err = motet_replicator_wait(replicator, turn, wait);
		mutex_lock(&checkpoint->mutex);
	}
	if (replicator->acknowledged >= target)
		err = 0;
	motet_replicator_put(replicator);
	return err;
}

/**
 * motet_replicate_sync() - wait until a change is acknowledged
 * @checkpoint: the checkpoint; a handle on it is open
 * @generation: which, and all before; 0 is the last
 * @wait: how long
 *
 * Context: may sleep; nothing is locked.
 * Return: 0, or an error as MOTET_IOC_CHECKPOINT_SYNC says.
 */
int motet_replicate_sync(struct motet_checkpoint *checkpoint, u64 generation,
			 const struct motet_wait *wait)
{
	struct motet_replicator *replicator;
	int err;

	mutex_lock(&checkpoint->mutex);
	replicator = motet_replicate_stream_locked(checkpoint);
	if (!generation)
		generation = checkpoint->generation;
	if (generation > checkpoint->generation)
		err = -EINVAL;
	else if (replicator)
		err = motet_replicate_await_locked(replicator, generation,
						   wait);
	else
		err = motet_generation_is_lost_locked(checkpoint, generation) ?
			      -ENOLINK : 0;
	mutex_unlock(&checkpoint->mutex);
	return err;
}

/**
 * motet_replicate_retention() - offer another retention
 * @checkpoint: the checkpoint; its domain's mutex is held
 */
void motet_replicate_retention(struct motet_checkpoint *checkpoint)
{
	struct motet_replicator *replicator;

	lockdep_assert_held(&checkpoint->object.domain->mutex);
	mutex_lock(&checkpoint->mutex);
	replicator = motet_replicate_stream_locked(checkpoint);
	if (replicator) {
		replicator->retention.head.retention =
			checkpoint->object.retention;
		replicator->retention.head.time = ktime_get_real_ns();
		if (list_empty(&replicator->retention.link))
			motet_replicator_add_locked(replicator,
						    &replicator->retention);
	}
	mutex_unlock(&checkpoint->mutex);
}

/**
 * motet_replicate_unlink() - offer that it has no name any more
 * @checkpoint: the checkpoint; its domain's mutex is held
 */
void motet_replicate_unlink(struct motet_checkpoint *checkpoint)
{
	struct motet_replicator *replicator;

	lockdep_assert_held(&checkpoint->object.domain->mutex);
	mutex_lock(&checkpoint->mutex);
	replicator = motet_replicate_stream_locked(checkpoint);
	if (replicator)
		motet_replicator_add_locked(replicator, &replicator->unlink);
	mutex_unlock(&checkpoint->mutex);
}

/**
 * motet_replicate_death_locked() - offer that it is gone
 * @checkpoint: the checkpoint; its mutex is held
 */
void motet_replicate_death_locked(struct motet_checkpoint *checkpoint)
{
	struct motet_replicator *replicator;

	replicator = motet_replicate_stream_locked(checkpoint);
	if (replicator)
		motet_replicator_add_locked(replicator, &replicator->death);
}

/**
 * motet_replicate_look_locked() - say what is shown of the replicator
 * @checkpoint: the checkpoint; its mutex is held
 * @view: the replicator's part is filled in
 */
void motet_replicate_look_locked(const struct motet_checkpoint *checkpoint,
				 struct motet_checkpoint_view *view)
{
	const struct motet_replicator *replicator = checkpoint->replicator;

	lockdep_assert_held(&checkpoint->mutex);
	view->replicate = replicator ? replicator->flags : 0;
	view->steps = replicator ? replicator->steps : 0;
	view->waiting = replicator ? replicator->waiting : 0;
	view->acknowledged = replicator ? replicator->acknowledged : 0;
}

/**
 * motet_replicator_status() - say how far a replicator is
 * @replicator: the replicator
 * @status: filled in but for its size
 *
 * Context: may sleep.
 */
void motet_replicator_status(struct motet_replicator *replicator,
			     struct motet_replicator_status *status)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;

	status->id = checkpoint->object.id;
	status->replicate = replicator->flags;
	status->steps_max = replicator->steps_max;
	status->bytes_max = replicator->bytes_max;
	mutex_lock(&checkpoint->mutex);
	status->flags = replicator->complete ? MOTET_REPLICATOR_COMPLETE : 0;
	if (checkpoint->dead)
		status->flags |= MOTET_REPLICATOR_GONE;
	status->steps = replicator->steps;
	status->waiting = replicator->waiting;
	status->bytes = replicator->bytes;
	status->offered = replicator->offered;
	status->taken = replicator->taken;
	status->acknowledged = replicator->acknowledged;
	mutex_unlock(&checkpoint->mutex);
}
