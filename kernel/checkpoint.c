// SPDX-License-Identifier: GPL-2.0-only
/* The life of checkpoints. */

#include <linux/module.h>
#include <linux/slab.h>

#include "checkpoint_internal.h"
#include "domain.h"
#include "trace.h"

static unsigned int motet_checkpoint_sections_max = 1U << 20;
module_param_named(checkpoint_sections_max, motet_checkpoint_sections_max, uint,
		   0644);
MODULE_PARM_DESC(checkpoint_sections_max, "sections that a checkpoint may have");

static unsigned long motet_checkpoint_bytes_max = 1UL << 30;
module_param_named(checkpoint_bytes_max, motet_checkpoint_bytes_max, ulong,
		   0644);
MODULE_PARM_DESC(checkpoint_bytes_max, "bytes of all sections of a checkpoint");

static unsigned long motet_checkpoint_section_bytes_max = 64UL << 20;
module_param_named(checkpoint_section_bytes_max,
		   motet_checkpoint_section_bytes_max, ulong, 0644);
MODULE_PARM_DESC(checkpoint_section_bytes_max, "bytes of one section");

static unsigned long motet_checkpoint_call_bytes_max = 64UL << 20;
module_param_named(checkpoint_call_bytes_max, motet_checkpoint_call_bytes_max,
		   ulong, 0644);
MODULE_PARM_DESC(checkpoint_call_bytes_max,
		 "bytes that one call may read or write");

/**
 * motet_checkpoint_limits() - say what there may be
 * @limits: filled in, but for its size
 */
void motet_checkpoint_limits(struct motet_checkpoint_limits *limits)
{
	limits->sections_max = READ_ONCE(motet_checkpoint_sections_max);
	limits->section_id_max = MOTET_SECTION_ID_MAX;
	limits->bytes_max = READ_ONCE(motet_checkpoint_bytes_max);
	limits->section_bytes_max =
		READ_ONCE(motet_checkpoint_section_bytes_max);
	limits->call_bytes_max = READ_ONCE(motet_checkpoint_call_bytes_max);
	limits->vector_max = MOTET_CHECKPOINT_VECTOR_MAX;
	limits->user_checkpoints_max =
		motet_quota_limit(MOTET_QUOTA_CHECKPOINTS);
	limits->user_bytes_max =
		motet_quota_limit(MOTET_QUOTA_CHECKPOINT_BYTES);
	limits->domain_checkpoints_max = motet_domain_checkpoints_limit();
}

/**
 * motet_checkpoint_check() - whether a checkpoint can be made like this
 * @attributes: what it is to be
 *
 * Return: 0 or -EINVAL.
 */
int motet_checkpoint_check(const struct motet_checkpoint_attributes *attributes)
{
	struct motet_checkpoint_limits limits = {};
	u32 ids_min = attributes->sections_max > 1;

	motet_checkpoint_limits(&limits);
	if (!attributes->sections_max || !attributes->bytes_max ||
	    !attributes->section_bytes_max || attributes->pad ||
	    attributes->sections_max > limits.sections_max ||
	    attributes->bytes_max > limits.bytes_max ||
	    attributes->section_bytes_max > limits.section_bytes_max ||
	    attributes->section_id_max < ids_min ||
	    attributes->section_id_max > limits.section_id_max)
		return -EINVAL;
	if (DIV_ROUND_UP_ULL(attributes->bytes_max,
			     attributes->section_bytes_max) >
	    attributes->sections_max)
		return -EINVAL;
	return 0;
}

static void motet_checkpoint_free_rcu(struct rcu_head *rcu)
{
	struct motet_object *object = container_of(rcu, struct motet_object,
						   rcu);

	kfree(motet_checkpoint_of(object));
}

/* Once, when it is dead. */
static void motet_checkpoint_uncharge(struct motet_checkpoint *checkpoint)
{
	struct motet_payer *payer = checkpoint->payer;

	checkpoint->payer = NULL;
	if (payer)
		motet_quota_uncharge(payer, &checkpoint->charge);
	motet_payer_put(payer);
}

static void motet_checkpoint_release(struct motet_object *object)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);

	motet_sections_free(checkpoint);
	motet_checkpoint_uncharge(checkpoint);
	call_rcu(&object->rcu, motet_checkpoint_free_rcu);
}

/*
 * Nobody finds it any more before anybody sees that it is dead. The reference
 * that it has while it lives is the caller's to drop.
 */
static void motet_checkpoint_kill_locked(struct motet_checkpoint *checkpoint)
{
	lockdep_assert_held(&checkpoint->object.domain->mutex);
	motet_retention_end_locked(&checkpoint->retention);
	motet_domain_unpublish_locked(&checkpoint->object);
	mutex_lock(&checkpoint->mutex);
	trace_motet_checkpoint_delete(&checkpoint->object.id,
				      checkpoint->section_count);
	checkpoint->dead = true;
	motet_checkpoint_drop_trackers(checkpoint);
	motet_views_gone_locked(checkpoint);
	motet_replicate_death_locked(checkpoint);
	motet_sections_stop_locked(checkpoint);
	mutex_unlock(&checkpoint->mutex);
}

/* Nothing is locked. Called once, by whoever killed it. */
static void motet_checkpoint_bury(struct motet_checkpoint *checkpoint)
{
	motet_sections_free(checkpoint);
	motet_checkpoint_uncharge(checkpoint);
	motet_object_put(&checkpoint->object);
}

static bool motet_checkpoint_is_unused_locked(const struct motet_checkpoint *checkpoint)
{
	lockdep_assert_held(&checkpoint->object.domain->mutex);
	return !checkpoint->dead && !checkpoint->handles;
}

/* Nothing but its retention kept it. */
static void motet_checkpoint_retention_over(struct motet_object *object)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);
	bool over;

	mutex_lock(&object->domain->mutex);
	over = motet_checkpoint_is_unused_locked(checkpoint) &&
	       motet_retention_is_over_locked(&checkpoint->retention);
	if (over)
		motet_checkpoint_kill_locked(checkpoint);
	mutex_unlock(&object->domain->mutex);
	if (over)
		motet_checkpoint_bury(checkpoint);
}

static bool motet_checkpoint_purge(struct motet_object *object)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);
	bool unused;

	mutex_lock(&object->domain->mutex);
	unused = motet_checkpoint_is_unused_locked(checkpoint);
	if (unused)
		motet_checkpoint_kill_locked(checkpoint);
	mutex_unlock(&object->domain->mutex);
	if (unused)
		motet_checkpoint_bury(checkpoint);
	return unused;
}

static const struct motet_object_ops motet_checkpoint_ops = {
	.class = MOTET_CLASS_CHECKPOINT,
	.release = motet_checkpoint_release,
	.purge = motet_checkpoint_purge,
};

static struct motet_checkpoint *
motet_checkpoint_alloc(struct motet_actor *actor,
		       const struct motet_checkpoint_attributes *attributes)
{
	struct motet_checkpoint *checkpoint;
	struct motet_charge *charge;
	int err;

	checkpoint = kzalloc(sizeof(*checkpoint), GFP_KERNEL_ACCOUNT);
	if (!checkpoint)
		return ERR_PTR(-ENOMEM);
	charge = &checkpoint->charge;
	charge->amount[MOTET_QUOTA_CHECKPOINTS] = 1;
	charge->amount[MOTET_QUOTA_CHECKPOINT_BYTES] = attributes->bytes_max +
		(u64)attributes->sections_max * PAGE_SIZE;
	err = motet_quota_charge(actor->payer, charge);
	if (err) {
		kfree(checkpoint);
		return ERR_PTR(err);
	}
	checkpoint->payer = motet_payer_get(actor->payer);
	return checkpoint;
}

/**
 * motet_checkpoint_new() - build a checkpoint
 * @actor: who creates it
 * @attributes: what it is to be; checked by the caller
 * @mode: its mode bits
 *
 * It has one reference, which stands for its life once a handle is attached.
 *
 * Context: may sleep.
 * Return: the checkpoint, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_checkpoint *
motet_checkpoint_new(struct motet_actor *actor,
		     const struct motet_checkpoint_attributes *attributes,
		     umode_t mode)
{
	struct motet_checkpoint *checkpoint;

	checkpoint = motet_checkpoint_alloc(actor, attributes);
	if (IS_ERR(checkpoint))
		return checkpoint;
	motet_object_init(&checkpoint->object, &motet_checkpoint_ops,
			  actor->object.domain);
	mutex_init(&checkpoint->mutex);
	INIT_LIST_HEAD(&checkpoint->openers);
	INIT_LIST_HEAD(&checkpoint->trackers);
	INIT_LIST_HEAD(&checkpoint->views);
	motet_retention_init(&checkpoint->retention, &checkpoint->object,
			     motet_checkpoint_retention_over);
	motet_sections_init(checkpoint);
	checkpoint->attributes = *attributes;
	checkpoint->object.mode = mode;
	checkpoint->object.retention = attributes->retention;
	if (attributes->sections_max == 1 &&
	    motet_section_add_default(checkpoint)) {
		motet_object_put(&checkpoint->object);
		return ERR_PTR(-ENOMEM);
	}
	return checkpoint;
}

/**
 * motet_checkpoint_publish() - let a checkpoint be found
 * @checkpoint: it; it has a handle, whose closing lets it die if this fails
 * @name: its name; the checkpoint's if this succeeds
 *
 * Context: may sleep.
 * Return: 0 or what motet_domain_publish() says.
 */
int motet_checkpoint_publish(struct motet_checkpoint *checkpoint,
			     struct motet_name *name)
{
	int err = motet_domain_publish(&checkpoint->object, name);

	if (!err)
		trace_motet_checkpoint_create(&checkpoint->object.id,
					      checkpoint->attributes.sections_max);
	return err;
}

/**
 * motet_checkpoint_attach() - open a handle
 * @actor: who opens it
 * @checkpoint: the checkpoint
 * @flags: what for: %MOTET_CHECKPOINT_READ, %MOTET_CHECKPOINT_WRITE
 *
 * Context: may sleep.
 * Return: the handle, or ERR_PTR() of -ENOMEM, or -ESRCH if it is dead.
 */
struct motet_checkpoint_handle *
motet_checkpoint_attach(struct motet_actor *actor,
			struct motet_checkpoint *checkpoint, u32 flags)
{
	struct motet_domain *domain = checkpoint->object.domain;
	struct motet_checkpoint_handle *handle;
	bool dead;

	handle = kzalloc(sizeof(*handle), GFP_KERNEL_ACCOUNT);
	if (!handle)
		return ERR_PTR(-ENOMEM);
	handle->checkpoint = checkpoint;
	handle->actor = motet_actor_get(actor);
	handle->flags = flags;
	mutex_lock(&domain->mutex);
	dead = checkpoint->dead;
	if (!dead) {
		motet_object_get(&checkpoint->object);
		list_add_tail(&handle->link, &checkpoint->openers);
		checkpoint->handles++;
		motet_retention_end_locked(&checkpoint->retention);
	}
	mutex_unlock(&domain->mutex);
	if (dead) {
		motet_actor_put(actor);
		kfree(handle);
		return ERR_PTR(-ESRCH);
	}
	trace_motet_checkpoint_open(&checkpoint->object.id, flags);
	return handle;
}

/**
 * motet_checkpoint_detach() - close a handle
 * @handle: the handle
 *
 * Context: may sleep.
 */
void motet_checkpoint_detach(struct motet_checkpoint_handle *handle)
{
	struct motet_checkpoint *checkpoint = handle->checkpoint;
	struct motet_domain *domain = checkpoint->object.domain;
	bool over;

	trace_motet_checkpoint_close(&checkpoint->object.id, handle->flags);
	mutex_lock(&domain->mutex);
	list_del(&handle->link);
	over = !--checkpoint->handles &&
	       motet_retention_settle_locked(&checkpoint->retention);
	if (over)
		motet_checkpoint_kill_locked(checkpoint);
	mutex_unlock(&domain->mutex);
	if (over)
		motet_checkpoint_bury(checkpoint);
	motet_object_put(&checkpoint->object);
	motet_actor_put(handle->actor);
	kfree(handle);
}

/**
 * motet_checkpoint_unlink() - take the name of a checkpoint away
 * @object: the checkpoint; the caller has checked that the current task may
 * @applied: it was unlinked elsewhere, which a replicator applies here
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if it has none any more.
 */
int motet_checkpoint_unlink(struct motet_object *object, bool applied)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);
	bool named, unused;

	mutex_lock(&object->domain->mutex);
	named = rcu_access_pointer(object->name);
	unused = named && motet_checkpoint_is_unused_locked(checkpoint);
	if (named)
		trace_motet_checkpoint_unlink(&object->id, checkpoint->handles);
	if (named && !applied)
		motet_replicate_unlink(checkpoint);
	if (unused) {
		motet_checkpoint_kill_locked(checkpoint);
	} else if (named) {
		motet_domain_unname_locked(object);
		mutex_lock(&checkpoint->mutex);
		motet_views_unlinked_locked(checkpoint);
		mutex_unlock(&checkpoint->mutex);
		motet_domain_changed_locked(object);
	}
	mutex_unlock(&object->domain->mutex);
	if (unused)
		motet_checkpoint_bury(checkpoint);
	return named ? 0 : -ENOENT;
}

/**
 * motet_checkpoint_change() - change the retention of a checkpoint
 * @checkpoint: the checkpoint
 * @retention: the new one
 * @applied: it was changed elsewhere, which a replicator applies here
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if it has no name any more.
 */
int motet_checkpoint_change(struct motet_checkpoint *checkpoint, u64 retention,
			    bool applied)
{
	struct motet_object *object = &checkpoint->object;
	bool named;

	mutex_lock(&object->domain->mutex);
	named = rcu_access_pointer(object->name);
	if (named) {
		object->retention = retention;
		if (!applied)
			motet_replicate_retention(checkpoint);
		motet_domain_changed_locked(object);
	}
	mutex_unlock(&object->domain->mutex);
	return named ? 0 : -ENOENT;
}

/**
 * motet_checkpoint_look() - say what is shown of a checkpoint
 * @checkpoint: the checkpoint
 * @view: filled in
 *
 * Context: may sleep; under the mutex of the checkpoint's domain.
 */
void motet_checkpoint_look(struct motet_checkpoint *checkpoint,
			   struct motet_checkpoint_view *view)
{
	lockdep_assert_held(&checkpoint->object.domain->mutex);
	view->handles = checkpoint->handles;
	view->retained = checkpoint->retention.running;
	mutex_lock(&checkpoint->mutex);
	view->sections = checkpoint->section_count;
	view->bytes = checkpoint->bytes;
	view->memory = checkpoint->pages * PAGE_SIZE;
	view->generation = checkpoint->generation;
	view->reads = checkpoint->reads;
	view->writes = checkpoint->writes;
	view->trackers = checkpoint->tracker_count;
	view->views = checkpoint->view_count;
	view->exhausted = checkpoint->exhausted;
	motet_replicate_look_locked(checkpoint, view);
	mutex_unlock(&checkpoint->mutex);
}

/**
 * motet_checkpoint_look_handle() - say what is shown of one handle
 * @checkpoint: the checkpoint
 * @index: which, in the order of opening
 * @view: filled in; the caller puts its pid
 *
 * Context: under the mutex of the checkpoint's domain.
 * Return: true if there is one, and not too many before.
 */
bool motet_checkpoint_look_handle(struct motet_checkpoint *checkpoint,
				  unsigned int index,
				  struct motet_handle_view *view)
{
	const struct motet_checkpoint_handle *handle;

	lockdep_assert_held(&checkpoint->object.domain->mutex);
	if (index >= MOTET_HANDLES_SHOWN)
		return false;
	list_for_each_entry(handle, &checkpoint->openers, link) {
		if (index--)
			continue;
		motet_actor_look(handle->actor, view);
		view->role = MOTET_ROLE_CHECKPOINT;
		if (handle->flags & MOTET_CHECKPOINT_READ)
			view->rights |= MOTET_MODE_RECEIVE;
		if (handle->flags & MOTET_CHECKPOINT_WRITE)
			view->rights |= MOTET_MODE_SEND;
		return true;
	}
	return false;
}

/**
 * motet_checkpoint_status() - say what a checkpoint is
 * @checkpoint: the checkpoint
 * @status: filled in but for its size
 *
 * Context: may sleep.
 */
void motet_checkpoint_status(struct motet_checkpoint *checkpoint,
			     struct motet_checkpoint_status *status)
{
	struct motet_object *object = &checkpoint->object;
	struct motet_checkpoint_view view;

	mutex_lock(&object->domain->mutex);
	motet_checkpoint_look(checkpoint, &view);
	status->flags = view.exhausted ? MOTET_CHECKPOINT_EXHAUSTED : 0;
	if (!rcu_access_pointer(object->name))
		status->flags |= MOTET_CHECKPOINT_UNLINKED;
	status->mode = object->mode;
	status->retention = object->retention;
	mutex_unlock(&object->domain->mutex);
	status->attributes = checkpoint->attributes;
	status->sections = view.sections;
	status->bytes = view.bytes;
	status->memory = view.memory;
	status->generation = view.generation;
	status->reads = view.reads;
	status->writes = view.writes;
	status->handles = view.handles;
	status->id = object->id;
}
