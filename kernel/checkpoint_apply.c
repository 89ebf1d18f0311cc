// SPDX-License-Identifier: GPL-2.0-only
/* Steps of another checkpoint are applied to one. */

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "checkpoint_internal.h"
#include "checkpoint_replicate.h"
#include "trace.h"

/* no struct in a step is larger */
#define MOTET_STEP_STRUCT_MAX	PAGE_SIZE

/**
 * struct motet_apply - a step that is applied
 * @replicator: by whom [const]
 * @change: how the change is made: it is applied [own]
 * @head: the step [own]
 * @at: where the user's memory goes on with it [own]
 * @left: how much there is of it [own]
 */
struct motet_apply {
	struct motet_replicator *replicator;
	struct motet_change change;
	struct motet_step head;
	u64 at;
	u64 left;
};

/* A struct that begins with its size. */
static int motet_apply_get(struct motet_apply *apply, void *to, u32 size,
			   u32 min)
{
	u32 usize;
	int err;

	if (apply->left < min)
		return -EINVAL;
	if (get_user(usize, (const u32 __user *)u64_to_user_ptr(apply->at)))
		return -EFAULT;
	if (usize < min || usize > apply->left ||
	    usize > MOTET_STEP_STRUCT_MAX || usize % MOTET_STEP_ALIGN)
		return -EINVAL;
	err = copy_struct_from_user(to, size, u64_to_user_ptr(apply->at),
				    usize);
	apply->at += usize;
	apply->left -= usize;
	return err;
}

/* Of a part and its data, which is not read yet. */
static int motet_apply_part(struct motet_apply *apply,
			    struct motet_step_part *part, u64 *id, u64 *data)
{
	u64 len;
	int err;

	*id = apply->at + offsetof(struct motet_step_part, section);
	err = motet_apply_get(apply, part, sizeof(*part),
			      MOTET_STEP_PART_SIZE_VER0);
	if (err)
		return err;
	if (part->section_len > MOTET_SECTION_ID_MAX ||
	    memchr_inv(part->section + part->section_len, 0,
		       MOTET_SECTION_ID_MAX - part->section_len))
		return -EINVAL;
	if (!part->section_len)
		*id = 0;
	if (part->data_len > apply->left)
		return -EINVAL;
	len = round_up(part->data_len, MOTET_STEP_ALIGN);
	if (len > apply->left)
		return -EINVAL;
	*data = part->data_len ? apply->at : 0;
	apply->at += len;
	apply->left -= len;
	return 0;
}

/* The only part of a step that has one. */
static int motet_apply_only_part(struct motet_apply *apply,
				 struct motet_step_part *part, u64 *id,
				 u64 *data)
{
	int err = motet_apply_part(apply, part, id, data);

	if (err)
		return err;
	return apply->left || part->offset ? -EINVAL : 0;
}

static s64 motet_apply_expires(const struct motet_step_part *part)
{
	s64 now = ktime_get_boottime_ns();

	if (!part->expires_in)
		return KTIME_MAX;
	return now + min_t(u64, part->expires_in, KTIME_MAX - 1 - now);
}

static int motet_apply_begin(struct motet_apply *apply)
{
	struct motet_checkpoint *checkpoint =
		apply->replicator->handle.checkpoint;

	while (motet_section_delete_first(checkpoint, &apply->change)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	motet_checkpoint_change(checkpoint, apply->head.retention, true);
	return 0;
}

static int motet_apply_element(struct motet_apply *apply,
			       struct motet_transfer *transfer, u32 index)
{
	struct motet_checkpoint_element *element =
		motet_transfer_element(transfer, index);
	struct motet_step_part part;
	int err;

	err = motet_apply_part(apply, &part, &element->section, &element->data);
	if (err)
		return err;
	if (part.state || part.expires_in)
		return -EINVAL;
	element->size = sizeof(*element);
	element->flags = part.flags;
	element->section_len = part.section_len;
	element->offset = part.offset;
	element->data_len = part.data_len;
	return 0;
}

static int motet_apply_transfer(struct motet_apply *apply,
				struct motet_transfer *transfer)
{
	u64 generation;
	u32 failed;
	int err;

	*motet_transfer_change(transfer) = apply->change;
	err = motet_transfer_begin(transfer, &failed);
	return err ?: motet_transfer_write(transfer, &failed, &generation);
}

static int motet_apply_write(struct motet_apply *apply)
{
	struct motet_transfer *transfer;
	int err = 0;
	u32 i;

	transfer = motet_transfer_new(&apply->replicator->handle,
				      apply->head.count, true);
	if (!transfer)
		return -ENOMEM;
	for (i = 0; i < apply->head.count && !err; i++)
		err = motet_apply_element(apply, transfer, i);
	if (!err && apply->left)
		err = -EINVAL;
	if (!err)
		err = motet_apply_transfer(apply, transfer);
	motet_transfer_free(transfer);
	return err;
}

static int motet_apply_default(struct motet_apply *apply,
			       const struct motet_step_part *part, u64 data)
{
	struct motet_section_change alter = {
		.flags = MOTET_SECTION_STATE,
		.state = part->state,
	};
	struct motet_checkpoint_element *element;
	struct motet_transfer *transfer;
	int err;

	transfer = motet_transfer_new(&apply->replicator->handle, 1, true);
	if (!transfer)
		return -ENOMEM;
	element = motet_transfer_element(transfer, 0);
	element->size = sizeof(*element);
	element->flags = MOTET_ELEMENT_OVERWRITE;
	element->data = data;
	element->data_len = part->data_len;
	err = motet_apply_transfer(apply, transfer);
	motet_transfer_free(transfer);
	if (!err && part->state != MOTET_SECTION_VALID)
		err = motet_section_alter(apply->replicator->handle.checkpoint,
					  &alter, KTIME_MAX, &apply->change);
	return err;
}

static int motet_apply_section(struct motet_apply *apply)
{
	struct motet_replicator *replicator = apply->replicator;
	bool snapshot = apply->head.kind == MOTET_STEP_SECTION;
	struct motet_section_create create = {};
	struct motet_step_part part;
	u64 id, data;
	int err;

	err = motet_apply_only_part(apply, &part, &id, &data);
	if (err)
		return err;
	if (part.flags ||
	    (snapshot ? part.state != MOTET_SECTION_VALID &&
			part.state != MOTET_SECTION_CORRUPTED : part.state))
		return -EINVAL;
	if (motet_checkpoint_has_default(replicator->handle.checkpoint) &&
	    snapshot && !part.section_len)
		return part.expires_in ? -EINVAL :
					 motet_apply_default(apply, &part, data);
	create.section = id;
	create.section_len = part.section_len;
	create.data = data;
	create.data_len = part.data_len;
	return motet_section_make(&replicator->handle, &create,
				  motet_apply_expires(&part),
				  snapshot ? part.state : MOTET_SECTION_VALID,
				  &apply->change);
}

static int motet_apply_delete(struct motet_apply *apply)
{
	struct motet_section_name name = {};
	struct motet_step_part part;
	u64 data;
	int err;

	err = motet_apply_only_part(apply, &part, &name.section, &data);
	if (err)
		return err;
	if (part.flags || part.state || part.expires_in || part.data_len)
		return -EINVAL;
	name.section_len = part.section_len;
	apply->change.expiry = apply->head.flags & MOTET_STEP_EXPIRED;
	return motet_section_delete(apply->replicator->handle.checkpoint, &name,
				    &apply->change);
}

static int motet_apply_change(struct motet_apply *apply)
{
	struct motet_section_change alter = {};
	struct motet_step_part part;
	u64 data;
	int err;

	err = motet_apply_only_part(apply, &part, &alter.section, &data);
	if (err)
		return err;
	if (part.data_len ||
	    (part.expires_in && !(part.flags & MOTET_SECTION_EXPIRES)))
		return -EINVAL;
	alter.flags = part.flags;
	alter.section_len = part.section_len;
	alter.state = part.state;
	return motet_section_alter(apply->replicator->handle.checkpoint,
				   &alter, motet_apply_expires(&part),
				   &apply->change);
}

static int motet_apply_retention(struct motet_apply *apply)
{
	return motet_checkpoint_change(apply->replicator->handle.checkpoint,
				       apply->head.retention, true);
}

static int motet_apply_unlink(struct motet_apply *apply)
{
	struct motet_checkpoint *checkpoint =
		apply->replicator->handle.checkpoint;
	int err = motet_checkpoint_unlink(&checkpoint->object, true);

	return apply->head.kind == MOTET_STEP_GONE ? 0 : err;
}

static int motet_apply_nothing(struct motet_apply *apply)
{
	return 0;
}

/**
 * struct motet_step_type - a kind of steps
 * @count_min: parts that it has at least [const]
 * @count_max: parts that it has at most [const]
 * @flags: flags that it may have [const]
 * @retention: it may have a retention [const]
 * @apply: does what it says [const]
 */
struct motet_step_type {
	u32 count_min;
	u32 count_max;
	u32 flags;
	bool retention;
	int (*apply)(struct motet_apply *apply);
};

static const struct motet_step_type motet_step_types[] = {
	[MOTET_STEP_BEGIN] = { 0, 0, 0, true, motet_apply_begin },
	[MOTET_STEP_SECTION] = { 1, 1, 0, false, motet_apply_section },
	[MOTET_STEP_END] = { 0, 0, 0, false, motet_apply_nothing },
	[MOTET_STEP_CREATE] = { 1, 1, 0, false, motet_apply_section },
	[MOTET_STEP_DELETE] = { 1, 1, MOTET_STEP_EXPIRED, false,
				motet_apply_delete },
	[MOTET_STEP_CHANGE] = { 1, 1, 0, false, motet_apply_change },
	[MOTET_STEP_WRITE] = { 1, MOTET_CHECKPOINT_VECTOR_MAX, 0, false,
			       motet_apply_write },
	[MOTET_STEP_RETENTION] = { 0, 0, 0, true, motet_apply_retention },
	[MOTET_STEP_UNLINK] = { 0, 0, 0, false, motet_apply_unlink },
	[MOTET_STEP_GONE] = { 0, 0, 0, false, motet_apply_unlink },
};

/* Returns NULL for what is no step. */
static const struct motet_step_type *
motet_apply_type(const struct motet_apply *apply, u64 len)
{
	const struct motet_step *head = &apply->head;
	const struct motet_step_type *type;

	if (!head->kind || head->kind >= ARRAY_SIZE(motet_step_types) ||
	    head->len != len)
		return NULL;
	type = &motet_step_types[head->kind];
	if (head->flags & ~type->flags || head->count < type->count_min ||
	    head->count > type->count_max ||
	    (head->retention && !type->retention) ||
	    (!type->count_max && apply->left))
		return NULL;
	return type;
}

static u64 motet_apply_generation(struct motet_checkpoint *checkpoint,
				  bool *dead)
{
	u64 generation;

	mutex_lock(&checkpoint->mutex);
	generation = checkpoint->generation;
	*dead = checkpoint->dead;
	mutex_unlock(&checkpoint->mutex);
	return generation;
}

/**
 * motet_replicator_apply() - do what a step says
 * @replicator: the replicator
 * @arg: the step, as the user says; the generation is filled in
 * @retention_max: longest retention that ends
 *
 * Context: may sleep; nothing is locked.
 * Return: 0, or an error as MOTET_IOC_REPLICATOR_APPLY says.
 */
int motet_replicator_apply(struct motet_replicator *replicator,
			   struct motet_replicator_apply *arg,
			   u64 retention_max)
{
	struct motet_checkpoint *checkpoint = replicator->handle.checkpoint;
	struct motet_apply apply = {
		.replicator = replicator,
		.change.applied = true,
		.at = arg->step,
		.left = arg->step_len,
	};
	const struct motet_step_type *type;
	bool dead;
	int err;

	if (!(replicator->flags & MOTET_REPLICATE_APPLY))
		return -EACCES;
	err = motet_apply_get(&apply, &apply.head, sizeof(apply.head),
			      MOTET_STEP_SIZE_VER0);
	if (err)
		return err;
	type = motet_apply_type(&apply, arg->step_len);
	if (!type || (apply.head.retention > retention_max &&
		      apply.head.retention != U64_MAX))
		return -EINVAL;
	apply.change.time = apply.head.time;
	motet_apply_generation(checkpoint, &dead);
	if (dead)
		return -ESRCH;
	err = type->apply(&apply);
	arg->generation = motet_apply_generation(checkpoint, &dead);
	trace_motet_replicator_apply(&checkpoint->object.id,
				     apply.head.generation, err);
	return err;
}
