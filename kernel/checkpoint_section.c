// SPDX-License-Identifier: GPL-2.0-only
/* Sections: made, found, changed; they end and expire. */

#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>

#include "checkpoint_internal.h"
#include "checkpoint_replicate.h"
#include "domain.h"
#include "trace.h"

/* until it is tried again to let sections expire */
#define MOTET_SECTION_EXPIRE_AGAIN_MS	100

/* Nanoseconds between the clock of the task's time namespace and the kernel's. */
static s64 motet_boottime_offset(void)
{
	struct timespec64 offset = {};

	timens_add_boottime(&offset);
	return timespec64_to_ns(&offset);
}

/**
 * motet_boottime_from_user() - when something expires
 * @time: CLOCK_BOOTTIME of the current task; 0 is never
 *
 * Return: the kernel's time; KTIME_MAX is never.
 */
s64 motet_boottime_from_user(u64 time)
{
	if (!time || time >= KTIME_MAX)
		return KTIME_MAX;
	return clamp_t(s64, time - motet_boottime_offset(), 0, KTIME_MAX - 1);
}

/**
 * motet_boottime_to_user() - when something expires
 * @time: the kernel's time; KTIME_MAX is never
 *
 * Return: CLOCK_BOOTTIME of the current task; 0 is never.
 */
u64 motet_boottime_to_user(s64 time)
{
	if (time == KTIME_MAX)
		return 0;
	return max_t(s64, time + motet_boottime_offset(), 1);
}

/**
 * motet_section_id_get() - copy the id of a section from the current task
 * @id: filled in
 * @address: the user's
 * @len: its length
 *
 * Context: may sleep.
 * Return: 0, -EINVAL or -EFAULT.
 */
int motet_section_id_get(struct motet_section_id *id, u64 address, u32 len)
{
	if (len > sizeof(id->bytes) || (!len && address))
		return -EINVAL;
	id->len = len;
	return copy_from_user(id->bytes, u64_to_user_ptr(address), len) ?
		       -EFAULT : 0;
}

static int motet_section_compare(const struct motet_section_id *id,
				 const struct motet_section *section)
{
	int order = memcmp(id->bytes, section->id,
			   min(id->len, section->id_len));

	return order ?: (int)id->len - (int)section->id_len;
}

/**
 * motet_section_find_locked() - find a section
 * @checkpoint: where; its mutex is held
 * @id: its id
 *
 * Return: the section or NULL.
 */
struct motet_section *
motet_section_find_locked(struct motet_checkpoint *checkpoint,
			  const struct motet_section_id *id)
{
	struct rb_node *node = checkpoint->sections.rb_node;
	struct motet_section *section;
	int order;

	lockdep_assert_held(&checkpoint->mutex);
	while (node) {
		section = rb_entry(node, struct motet_section, node);
		order = motet_section_compare(id, section);
		if (!order)
			return section;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static void motet_section_free(struct motet_section *section)
{
	if (!section)
		return;
	motet_content_free(section->content);
	kfree(section);
}

static struct motet_section *motet_section_new(const struct motet_section_id *id)
{
	struct motet_section *section;

	section = kzalloc(struct_size(section, id, id->len),
			  GFP_KERNEL_ACCOUNT);
	if (!section)
		return NULL;
	section->id_len = id->len;
	memcpy(section->id, id->bytes, id->len);
	timerqueue_init(&section->expiry);
	section->expiry.expires = KTIME_MAX;
	section->state = MOTET_SECTION_VALID;
	section->content = motet_content_new();
	if (section->content)
		return section;
	kfree(section);
	return NULL;
}

static void motet_section_arm_locked(struct motet_checkpoint *checkpoint)
{
	struct timerqueue_node *next =
		timerqueue_getnext(&checkpoint->expiries);

	lockdep_assert_held(&checkpoint->mutex);
	if (next && !checkpoint->dead)
		hrtimer_start(&checkpoint->expiry_timer, next->expires,
			      HRTIMER_MODE_ABS_SOFT);
}

/* The timer may go off for nothing then, once. */
static void motet_section_expire_never_locked(struct motet_checkpoint *checkpoint,
					      struct motet_section *section)
{
	lockdep_assert_held(&checkpoint->mutex);
	if (!RB_EMPTY_NODE(&section->expiry.node))
		timerqueue_del(&checkpoint->expiries, &section->expiry);
	section->expiry.expires = KTIME_MAX;
}

static void motet_section_expire_at_locked(struct motet_checkpoint *checkpoint,
					   struct motet_section *section,
					   s64 expires)
{
	motet_section_expire_never_locked(checkpoint, section);
	if (expires == KTIME_MAX)
		return;
	section->expiry.expires = expires;
	if (timerqueue_add(&checkpoint->expiries, &section->expiry))
		motet_section_arm_locked(checkpoint);
}

/* There is none with its id. */
static void motet_section_link_locked(struct motet_checkpoint *checkpoint,
				      struct motet_section *section)
{
	struct rb_node **link = &checkpoint->sections.rb_node;
	struct motet_section_id id = { .len = section->id_len };
	struct rb_node *parent = NULL;

	lockdep_assert_held(&checkpoint->mutex);
	memcpy(id.bytes, section->id, section->id_len);
	while (*link) {
		parent = *link;
		if (motet_section_compare(&id, rb_entry(parent,
							struct motet_section,
							node)) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&section->node, parent, link);
	rb_insert_color(&section->node, &checkpoint->sections);
}

static int motet_section_add_locked(struct motet_checkpoint *checkpoint,
				    struct motet_section *section)
{
	unsigned long serial = checkpoint->last_serial + 1;
	int err;

	lockdep_assert_held(&checkpoint->mutex);
	err = xa_err(xa_store(&checkpoint->serials, serial, section,
			      GFP_KERNEL_ACCOUNT));
	if (err)
		return err;
	section->serial = serial;
	checkpoint->last_serial = serial;
	motet_section_link_locked(checkpoint, section);
	checkpoint->section_count++;
	checkpoint->bytes += section->content->size;
	checkpoint->pages += section->content->page_count;
	section->generation = ++checkpoint->generation;
	section->updated = ktime_get_real_ns();
	trace_motet_section_create(&checkpoint->object.id, serial,
				   section->content->size);
	motet_track_section_locked(checkpoint, section,
				   MOTET_CHECKPOINT_CREATED);
	motet_track_room_locked(checkpoint);
	return 0;
}

/* It is the caller's to free, with nothing locked. */
static void motet_section_remove_locked(struct motet_checkpoint *checkpoint,
					struct motet_section *section,
					u32 event)
{
	lockdep_assert_held(&checkpoint->mutex);
	motet_section_expire_never_locked(checkpoint, section);
	rb_erase(&section->node, &checkpoint->sections);
	xa_erase(&checkpoint->serials, section->serial);
	checkpoint->section_count--;
	checkpoint->bytes -= section->content->size;
	checkpoint->pages -= section->content->page_count;
	checkpoint->generation++;
	motet_views_end_locked(checkpoint, section,
			       event == MOTET_CHECKPOINT_EXPIRED ?
				       MOTET_VIEW_EXPIRED : MOTET_VIEW_DELETED);
	trace_motet_section_delete(&checkpoint->object.id, section->serial,
				   section->content->size);
	motet_track_section_locked(checkpoint, section, event);
	motet_track_room_locked(checkpoint);
}

/**
 * motet_section_add_default() - give a checkpoint its default section
 * @checkpoint: one that nobody else knows
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int motet_section_add_default(struct motet_checkpoint *checkpoint)
{
	const struct motet_section_id id = { .len = 0 };
	struct motet_section *section = motet_section_new(&id);
	int err;

	if (!section)
		return -ENOMEM;
	mutex_lock(&checkpoint->mutex);
	err = motet_section_add_locked(checkpoint, section);
	mutex_unlock(&checkpoint->mutex);
	if (err)
		motet_section_free(section);
	return err;
}

/**
 * motet_checkpoint_has_default() - whether it has but the default section
 * @checkpoint: the checkpoint
 *
 * Return: true if so.
 */
bool motet_checkpoint_has_default(const struct motet_checkpoint *checkpoint)
{
	return checkpoint->attributes.sections_max == 1;
}

/* As there is no end of serial numbers, one is found. */
static void motet_section_make_id_locked(struct motet_checkpoint *checkpoint,
					 struct motet_section *section)
{
	struct motet_section_id id = { .len = MOTET_SECTION_ID_MADE };
	u64 number = checkpoint->last_serial;
	__be64 bytes;

	lockdep_assert_held(&checkpoint->mutex);
	do {
		bytes = cpu_to_be64(++number);
		memcpy(id.bytes, &bytes, sizeof(bytes));
	} while (motet_section_find_locked(checkpoint, &id));
	memcpy(section->id, id.bytes, id.len);
}

static int motet_section_admit_locked(struct motet_checkpoint *checkpoint,
				      struct motet_section *section,
				      const struct motet_section_id *id)
{
	const struct motet_checkpoint_attributes *max = &checkpoint->attributes;

	lockdep_assert_held(&checkpoint->mutex);
	if (id && motet_section_find_locked(checkpoint, id))
		return -EEXIST;
	if (checkpoint->section_count >= max->sections_max ||
	    section->content->size > max->bytes_max - checkpoint->bytes)
		return -ENOSPC;
	if (!id)
		motet_section_make_id_locked(checkpoint, section);
	return motet_section_add_locked(checkpoint, section);
}

static int motet_section_create_check(const struct motet_checkpoint *checkpoint,
				      const struct motet_section_create *arg)
{
	const struct motet_checkpoint_attributes *max = &checkpoint->attributes;
	struct motet_checkpoint_limits limits = {};

	if ((arg->flags & ~MOTET_SECTION_MAKE_ID) || arg->pad)
		return -EINVAL;
	if (arg->flags & MOTET_SECTION_MAKE_ID &&
	    (arg->section || arg->section_len))
		return -EINVAL;
	if (motet_checkpoint_has_default(checkpoint))
		return -EEXIST;
	if (arg->flags & MOTET_SECTION_MAKE_ID ?
		    max->section_id_max < MOTET_SECTION_ID_MADE :
		    !arg->section_len || arg->section_len > max->section_id_max)
		return -EINVAL;
	if (arg->data_len > max->section_bytes_max)
		return -EINVAL;
	motet_checkpoint_limits(&limits);
	return arg->data_len > limits.call_bytes_max ? -EMSGSIZE : 0;
}

static int motet_section_enter(struct motet_checkpoint *checkpoint,
			       struct motet_section *section,
			       const struct motet_section_id *id, s64 expires,
			       struct motet_change *change)
{
	int err;

	change->kind = MOTET_STEP_CREATE;
	change->parts = 1;
	change->pages = motet_content_span(0, section->content->size);
	err = motet_change_lock(checkpoint, change);
	if (err)
		return err;
	err = motet_section_admit_locked(checkpoint, section, id);
	if (!err) {
		motet_section_expire_at_locked(checkpoint, section, expires);
		section->updated = change->time ?: section->updated;
		motet_change_section_locked(checkpoint, change, section, 0);
	}
	motet_change_unlock(checkpoint, change, !err);
	return err;
}

static int motet_section_fill(struct motet_checkpoint *checkpoint,
			      struct motet_section_create *arg,
			      const struct motet_section_id *id, s64 expires,
			      u32 state, struct motet_change *change)
{
	bool make = arg->flags & MOTET_SECTION_MAKE_ID;
	struct motet_section *section;
	int err = -ENOMEM;

	section = motet_section_new(id);
	if (section)
		err = motet_content_fill(section->content,
					 u64_to_user_ptr(arg->data),
					 arg->data_len);
	if (err)
		goto err_free_section;
	section->state = state;
	err = motet_section_enter(checkpoint, section, make ? NULL : id,
				  expires, change);
	if (err)
		goto err_free_section;
	if (make)
		memcpy(arg->made, section->id, sizeof(arg->made));
	return 0;
err_free_section:
	motet_section_free(section);
	return err;
}

/**
 * motet_section_make() - make a section
 * @handle: by which handle; it may write
 * @arg: what it is to be, as the user says; @made is filled in
 * @expires: when it expires, CLOCK_BOOTTIME
 * @state: &enum motet_section_state
 * @change: how it is offered
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_SECTION_CREATE says.
 */
int motet_section_make(struct motet_checkpoint_handle *handle,
		       struct motet_section_create *arg, s64 expires,
		       u32 state, struct motet_change *change)
{
	struct motet_checkpoint *checkpoint = handle->checkpoint;
	struct motet_section_id id = { .len = MOTET_SECTION_ID_MADE };
	u64 charged;
	int err;

	err = motet_section_create_check(checkpoint, arg);
	if (!err && !(arg->flags & MOTET_SECTION_MAKE_ID))
		err = motet_section_id_get(&id, arg->section,
					   arg->section_len);
	if (err)
		return err;
	charged = arg->data_len;
	err = motet_transfer_charge(handle, &charged);
	if (err)
		return err;
	memset(arg->made, 0, sizeof(arg->made));
	err = motet_section_fill(checkpoint, arg, &id, expires, state, change);
	motet_transfer_uncharge(handle, charged);
	return err;
}

/* When it is to expire by the user's clock: not at once. */
static int motet_section_expires(u64 time, s64 *expires)
{
	*expires = motet_boottime_from_user(time);
	return time && *expires <= ktime_get_boottime_ns() ? -EINVAL : 0;
}

/**
 * motet_section_create() - make a section as a user says
 * @handle: by which handle; it may write
 * @arg: what it is to be, as the user says; @made is filled in
 * @change: how it is offered
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_SECTION_CREATE says.
 */
int motet_section_create(struct motet_checkpoint_handle *handle,
			 struct motet_section_create *arg,
			 struct motet_change *change)
{
	s64 expires;
	int err;

	err = motet_section_expires(arg->expires, &expires);
	return err ?: motet_section_make(handle, arg, expires,
					 MOTET_SECTION_VALID, change);
}

/* It is the caller's to free, with nothing locked. */
static void motet_section_drop_locked(struct motet_checkpoint *checkpoint,
				      struct motet_section *section,
				      struct motet_change *change)
{
	lockdep_assert_held(&checkpoint->mutex);
	motet_section_remove_locked(checkpoint, section,
				    change->expiry ? MOTET_CHECKPOINT_EXPIRED :
						    MOTET_CHECKPOINT_DELETED);
	motet_change_section_locked(checkpoint, change, section, 0);
}

/**
 * motet_section_delete() - delete a section
 * @checkpoint: where
 * @arg: which, as the user says
 * @change: how it is offered
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EFAULT, -ENOENT, or what motet_change_lock() says.
 */
int motet_section_delete(struct motet_checkpoint *checkpoint,
			 const struct motet_section_name *arg,
			 struct motet_change *change)
{
	struct motet_section *section;
	struct motet_section_id id;
	int err;

	if (arg->flags || arg->pad)
		return -EINVAL;
	err = motet_section_id_get(&id, arg->section, arg->section_len);
	if (err)
		return err;
	if (!id.len && motet_checkpoint_has_default(checkpoint))
		return -EINVAL;
	change->kind = MOTET_STEP_DELETE;
	change->parts = 1;
	err = motet_change_lock(checkpoint, change);
	if (err)
		return err;
	section = motet_section_find_locked(checkpoint, &id);
	if (section)
		motet_section_drop_locked(checkpoint, section, change);
	motet_change_unlock(checkpoint, change, section);
	if (!section)
		return -ENOENT;
	motet_section_free(section);
	return 0;
}

/**
 * motet_section_delete_first() - delete the section that was created first
 * @checkpoint: where; not the default section
 * @change: how it is offered: not at all
 *
 * Context: may sleep.
 * Return: whether there was one.
 */
bool motet_section_delete_first(struct motet_checkpoint *checkpoint,
				struct motet_change *change)
{
	struct motet_section *section;
	unsigned long serial = 0;

	if (motet_checkpoint_has_default(checkpoint) ||
	    motet_change_lock(checkpoint, change))
		return false;
	section = xa_find(&checkpoint->serials, &serial, ULONG_MAX, XA_PRESENT);
	if (section)
		motet_section_drop_locked(checkpoint, section, change);
	motet_change_unlock(checkpoint, change, section);
	motet_section_free(section);
	return section;
}

static int motet_section_change_check(const struct motet_checkpoint *checkpoint,
				      const struct motet_section_change *arg)
{
	const u32 known = MOTET_SECTION_EXPIRES | MOTET_SECTION_STATE;

	if (!arg->flags || arg->flags & ~known)
		return -EINVAL;
	if (arg->flags & MOTET_SECTION_STATE ?
		    arg->state != MOTET_SECTION_VALID &&
		    arg->state != MOTET_SECTION_CORRUPTED :
		    arg->state)
		return -EINVAL;
	if (!(arg->flags & MOTET_SECTION_EXPIRES))
		return arg->expires ? -EINVAL : 0;
	return motet_checkpoint_has_default(checkpoint) ? -EINVAL : 0;
}

static void motet_section_alter_locked(struct motet_checkpoint *checkpoint,
				       struct motet_section *section,
				       const struct motet_section_change *arg,
				       s64 expires)
{
	lockdep_assert_held(&checkpoint->mutex);
	if (arg->flags & MOTET_SECTION_EXPIRES)
		motet_section_expire_at_locked(checkpoint, section, expires);
	if (arg->flags & MOTET_SECTION_STATE)
		section->state = arg->state;
	checkpoint->generation++;
	trace_motet_section_change(&checkpoint->object.id, section->serial,
				   arg->flags);
	motet_views_write_locked(checkpoint, section, 0, 0);
	motet_views_publish_locked(checkpoint, section);
	motet_track_section_locked(checkpoint, section,
				   MOTET_CHECKPOINT_CHANGED);
}

/**
 * motet_section_alter() - change what is not the data of a section
 * @checkpoint: where
 * @arg: which and what, as the user says
 * @expires: when it expires then, CLOCK_BOOTTIME
 * @change: how it is offered
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EFAULT, -ENOENT, or what motet_change_lock() says.
 */
int motet_section_alter(struct motet_checkpoint *checkpoint,
			const struct motet_section_change *arg, s64 expires,
			struct motet_change *change)
{
	struct motet_section *section;
	struct motet_section_id id;
	int err;

	err = motet_section_change_check(checkpoint, arg);
	if (!err)
		err = motet_section_id_get(&id, arg->section,
					   arg->section_len);
	change->kind = MOTET_STEP_CHANGE;
	change->parts = 1;
	if (!err)
		err = motet_change_lock(checkpoint, change);
	if (err)
		return err;
	section = motet_section_find_locked(checkpoint, &id);
	if (section) {
		motet_section_alter_locked(checkpoint, section, arg, expires);
		motet_change_section_locked(checkpoint, change, section,
					    arg->flags);
	}
	motet_change_unlock(checkpoint, change, section);
	return section ? 0 : -ENOENT;
}

/**
 * motet_section_change() - change what is not the data of a section, as a user says
 * @checkpoint: where
 * @arg: which and what, as the user says
 * @change: how it is offered
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EFAULT, -ENOENT, or what motet_change_lock() says.
 */
int motet_section_change(struct motet_checkpoint *checkpoint,
			 const struct motet_section_change *arg,
			 struct motet_change *change)
{
	s64 expires;
	int err;

	err = motet_section_expires(arg->expires, &expires);
	return err ?: motet_section_alter(checkpoint, arg, expires, change);
}

/* Without memory it is tried again. */
static void motet_section_expire_later(struct motet_checkpoint *checkpoint)
{
	mutex_lock(&checkpoint->mutex);
	if (!checkpoint->dead)
		hrtimer_start(&checkpoint->expiry_timer,
			      ktime_add_ms(ktime_get_boottime(),
					   MOTET_SECTION_EXPIRE_AGAIN_MS),
			      HRTIMER_MODE_ABS_SOFT);
	mutex_unlock(&checkpoint->mutex);
}

/*
 * Returns NULL when nothing more is due, or the replicator has no room, which
 * says when it has.
 */
static struct motet_section *
motet_section_take_due(struct motet_checkpoint *checkpoint)
{
	struct motet_change change = {
		.wait.nonblock = true,
		.expiry = true,
		.kind = MOTET_STEP_DELETE,
		.parts = 1,
	};
	struct motet_section *section = NULL;
	struct timerqueue_node *next;
	int err;

	err = motet_change_lock(checkpoint, &change);
	if (err == -ENOMEM)
		motet_section_expire_later(checkpoint);
	if (err)
		return NULL;
	next = timerqueue_getnext(&checkpoint->expiries);
	if (next && next->expires <= ktime_get_boottime()) {
		section = container_of(next, struct motet_section, expiry);
		trace_motet_section_expire(&checkpoint->object.id,
					   section->serial, next->expires);
		motet_section_drop_locked(checkpoint, section, &change);
	} else {
		motet_section_arm_locked(checkpoint);
	}
	motet_change_unlock(checkpoint, &change, section);
	return section;
}

static void motet_section_expire_work(struct work_struct *work)
{
	struct motet_checkpoint *checkpoint =
		container_of(work, struct motet_checkpoint, expiry_work);
	struct motet_section *section;

	while ((section = motet_section_take_due(checkpoint))) {
		motet_section_free(section);
		cond_resched();
	}
	motet_object_put(&checkpoint->object);
}

/**
 * motet_sections_expire_soon() - let sections expire that are due
 * @checkpoint: the checkpoint; it is not dead
 *
 * While it is not dead none of the references is the last.
 *
 * Context: any.
 */
void motet_sections_expire_soon(struct motet_checkpoint *checkpoint)
{
	motet_object_get(&checkpoint->object);
	if (!queue_work(motet_workqueue, &checkpoint->expiry_work))
		motet_object_put(&checkpoint->object);
}

static enum hrtimer_restart motet_section_timer(struct hrtimer *timer)
{
	struct motet_checkpoint *checkpoint =
		container_of(timer, struct motet_checkpoint, expiry_timer);

	motet_sections_expire_soon(checkpoint);
	return HRTIMER_NORESTART;
}

/**
 * motet_sections_init() - begin
 * @checkpoint: a new one
 */
void motet_sections_init(struct motet_checkpoint *checkpoint)
{
	checkpoint->sections = RB_ROOT;
	xa_init_flags(&checkpoint->serials, XA_FLAGS_ACCOUNT);
	timerqueue_init_head(&checkpoint->expiries);
	INIT_WORK(&checkpoint->expiry_work, motet_section_expire_work);
	hrtimer_init(&checkpoint->expiry_timer, CLOCK_BOOTTIME,
		     HRTIMER_MODE_ABS_SOFT);
	checkpoint->expiry_timer.function = motet_section_timer;
}

/**
 * motet_sections_stop_locked() - the checkpoint is dead: sections expire no more
 * @checkpoint: the checkpoint; its mutex is held
 */
void motet_sections_stop_locked(struct motet_checkpoint *checkpoint)
{
	lockdep_assert_held(&checkpoint->mutex);
	hrtimer_cancel(&checkpoint->expiry_timer);
}

/**
 * motet_sections_free() - free the sections of a checkpoint that is dead
 * @checkpoint: nobody has a handle on it
 *
 * Context: may sleep; nothing is locked.
 */
void motet_sections_free(struct motet_checkpoint *checkpoint)
{
	struct motet_section *section, *next;
	struct rb_root sections;

	mutex_lock(&checkpoint->mutex);
	sections = checkpoint->sections;
	checkpoint->sections = RB_ROOT;
	timerqueue_init_head(&checkpoint->expiries);
	checkpoint->section_count = 0;
	checkpoint->bytes = 0;
	checkpoint->pages = 0;
	xa_destroy(&checkpoint->serials);
	mutex_unlock(&checkpoint->mutex);
	rbtree_postorder_for_each_entry_safe(section, next, &sections, node) {
		motet_section_free(section);
		cond_resched();
	}
}
