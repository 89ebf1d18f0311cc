// SPDX-License-Identifier: GPL-2.0-only
/* Trackers: ports that are told of the changes of a checkpoint. */

#include <linux/module.h>
#include <linux/slab.h>

#include "checkpoint_internal.h"
#include "domain.h"
#include "record.h"
#include "trace.h"

static unsigned int motet_checkpoint_trackers_max = 64;
module_param_named(checkpoint_trackers_max, motet_checkpoint_trackers_max, uint,
		   0644);
MODULE_PARM_DESC(checkpoint_trackers_max, "ports that may track a checkpoint");

/**
 * struct motet_checkpoint_tracker - a port that is told of a checkpoint or one section
 * @bond: ties the port to it [domain.mutex]
 * @link: among those of the checkpoint [checkpoint.mutex]
 * @checkpoint: the checkpoint [const]
 * @port: the port, referenced [const]
 * @record: tells it [const]
 * @section: the section, or none for all [const]
 */
struct motet_checkpoint_tracker {
	struct motet_bond bond;
	struct list_head link;
	struct motet_checkpoint *checkpoint;
	struct motet_object *port;
	struct motet_record *record;
	struct motet_section_id section;
};

/* Both have a range, of one section: now it is from the first to the last. */
static void motet_event_add_range(struct motet_checkpoint_event *to,
				  const struct motet_checkpoint_event *event)
{
	u64 end = max(to->offset + to->len, event->offset + event->len);

	to->offset = min(to->offset, event->offset);
	to->len = end - to->offset;
}

static void motet_event_add_scope(struct motet_checkpoint_event *to,
				  const struct motet_checkpoint_event *event)
{
	bool same = to->section_len == event->section_len &&
		    !memcmp(to->section, event->section, to->section_len);

	if (to->scope == MOTET_SCOPE_RANGE &&
	    event->scope == MOTET_SCOPE_RANGE && same) {
		motet_event_add_range(to, event);
		return;
	}
	to->offset = 0;
	to->len = 0;
	if (to->scope != MOTET_SCOPE_SEVERAL && same) {
		to->scope = MOTET_SCOPE_SECTION;
		return;
	}
	to->scope = MOTET_SCOPE_SEVERAL;
	to->section_len = 0;
	memset(to->section, 0, sizeof(to->section));
}

/* Whether there is room now is told by the last that says so. */
static void motet_event_add(void *unread, const void *body)
{
	const u32 room = MOTET_CHECKPOINT_FULL | MOTET_CHECKPOINT_ROOM;
	const struct motet_checkpoint_event *event = body;
	struct motet_checkpoint_event *to = unread;

	if (event->events & room)
		to->events &= ~room;
	to->events |= event->events;
	to->generation = event->generation;
	if (event->scope == MOTET_SCOPE_NONE)
		return;
	if (to->scope != MOTET_SCOPE_NONE) {
		motet_event_add_scope(to, event);
		return;
	}
	to->scope = event->scope;
	to->offset = event->offset;
	to->len = event->len;
	to->section_len = event->section_len;
	memcpy(to->section, event->section, sizeof(to->section));
}

static bool motet_tracker_is_for(const struct motet_checkpoint_tracker *tracker,
				 const struct motet_section *section)
{
	return !section || !tracker->section.len ||
	       (tracker->section.len == section->id_len &&
		!memcmp(tracker->section.bytes, section->id, section->id_len));
}

static void motet_track_tell_locked(struct motet_checkpoint *checkpoint,
				    const struct motet_section *section,
				    struct motet_checkpoint_event *event)
{
	struct motet_checkpoint_tracker *tracker;

	lockdep_assert_held(&checkpoint->mutex);
	event->size = sizeof(*event);
	event->generation = checkpoint->generation;
	event->since = checkpoint->generation - 1;
	if (section) {
		event->section_len = section->id_len;
		memcpy(event->section, section->id, section->id_len);
	}
	list_for_each_entry(tracker, &checkpoint->trackers, link)
		if (motet_tracker_is_for(tracker, section))
			motet_record_tell_adding(tracker->record, event,
						 sizeof(*event));
}

/**
 * motet_track_section_locked() - tell that something happened to a section
 * @checkpoint: the checkpoint; its mutex is held
 * @section: the section
 * @events: what
 */
void motet_track_section_locked(struct motet_checkpoint *checkpoint,
				const struct motet_section *section, u32 events)
{
	struct motet_checkpoint_event event = {
		.events = events,
		.scope = MOTET_SCOPE_SECTION,
	};

	if (!list_empty(&checkpoint->trackers))
		motet_track_tell_locked(checkpoint, section, &event);
}

/**
 * motet_track_range_locked() - tell that a part of a section was written
 * @checkpoint: the checkpoint; its mutex is held
 * @section: the section
 * @offset: where
 * @len: how much
 */
void motet_track_range_locked(struct motet_checkpoint *checkpoint,
			      const struct motet_section *section, u64 offset,
			      u64 len)
{
	struct motet_checkpoint_event event = {
		.events = MOTET_CHECKPOINT_WRITTEN,
		.scope = MOTET_SCOPE_RANGE,
		.offset = offset,
		.len = len,
	};

	if (!list_empty(&checkpoint->trackers))
		motet_track_tell_locked(checkpoint, section, &event);
}

static bool motet_checkpoint_is_full_locked(const struct motet_checkpoint *checkpoint)
{
	const struct motet_checkpoint_attributes *max = &checkpoint->attributes;

	lockdep_assert_held(&checkpoint->mutex);
	return checkpoint->bytes >= max->bytes_max ||
	       (max->sections_max > 1 &&
		checkpoint->section_count >= max->sections_max);
}

/**
 * motet_track_room_locked() - see whether there is room, and tell a change
 * @checkpoint: the checkpoint; its mutex is held, and it may have another size
 */
void motet_track_room_locked(struct motet_checkpoint *checkpoint)
{
	bool full = motet_checkpoint_is_full_locked(checkpoint);
	struct motet_checkpoint_event event = {
		.events = full ? MOTET_CHECKPOINT_FULL : MOTET_CHECKPOINT_ROOM,
	};

	lockdep_assert_held(&checkpoint->mutex);
	if (full == checkpoint->exhausted)
		return;
	checkpoint->exhausted = full;
	motet_track_tell_locked(checkpoint, NULL, &event);
}

static void motet_tracker_free(struct motet_checkpoint_tracker *tracker)
{
	motet_record_drop(tracker->record);
	motet_object_put(tracker->port);
	kfree(tracker);
}

static void motet_tracker_remove_locked(struct motet_checkpoint_tracker *tracker)
{
	struct motet_checkpoint *checkpoint = tracker->checkpoint;

	lockdep_assert_held(&checkpoint->object.domain->mutex);
	lockdep_assert_held(&checkpoint->mutex);
	trace_motet_checkpoint_track(&checkpoint->object.id,
				     &tracker->port->id, 0);
	list_del(&tracker->bond.link);
	list_del(&tracker->link);
	checkpoint->tracker_count--;
	motet_tracker_free(tracker);
}

static void motet_tracker_died(struct motet_bond *bond)
{
	struct motet_checkpoint_tracker *tracker =
		container_of(bond, struct motet_checkpoint_tracker, bond);
	struct motet_checkpoint *checkpoint = tracker->checkpoint;

	mutex_lock(&checkpoint->mutex);
	motet_tracker_remove_locked(tracker);
	mutex_unlock(&checkpoint->mutex);
}

static struct motet_checkpoint_tracker *
motet_tracker_find_locked(struct motet_checkpoint *checkpoint,
			  const struct motet_object *port,
			  const struct motet_section_id *section)
{
	struct motet_checkpoint_tracker *tracker;

	lockdep_assert_held(&checkpoint->mutex);
	list_for_each_entry(tracker, &checkpoint->trackers, link)
		if (tracker->port == port &&
		    tracker->section.len == section->len &&
		    !memcmp(tracker->section.bytes, section->bytes,
			    section->len))
			return tracker;
	return NULL;
}

static int motet_tracker_add_locked(struct motet_checkpoint_tracker *tracker)
{
	struct motet_checkpoint *checkpoint = tracker->checkpoint;

	lockdep_assert_held(&checkpoint->object.domain->mutex);
	lockdep_assert_held(&checkpoint->mutex);
	if (checkpoint->dead)
		return -ESRCH;
	if (!tracker->port->published)
		return -EPERM;
	if (motet_tracker_find_locked(checkpoint, tracker->port,
				      &tracker->section))
		return -EEXIST;
	if (checkpoint->tracker_count >=
	    READ_ONCE(motet_checkpoint_trackers_max))
		return -EDQUOT;
	list_add_tail(&tracker->bond.link, &tracker->port->bonds);
	list_add_tail(&tracker->link, &checkpoint->trackers);
	checkpoint->tracker_count++;
	trace_motet_checkpoint_track(&checkpoint->object.id, &tracker->port->id,
				     1);
	return 0;
}

static struct motet_checkpoint_tracker *
motet_tracker_new(struct motet_checkpoint *checkpoint,
		  struct motet_object *port, struct motet_queue *queue)
{
	struct motet_checkpoint_tracker *tracker;

	tracker = kzalloc(sizeof(*tracker), GFP_KERNEL_ACCOUNT);
	if (!tracker)
		return NULL;
	tracker->record = motet_record_new_adding(queue,
						  MOTET_EXCEPTION_CHECKPOINT,
						  &checkpoint->object.id,
						  motet_event_add);
	if (!tracker->record) {
		kfree(tracker);
		return NULL;
	}
	tracker->bond.end = motet_tracker_died;
	tracker->checkpoint = checkpoint;
	tracker->port = motet_object_get(port);
	return tracker;
}

/**
 * motet_checkpoint_track() - tell a port of changes
 * @checkpoint: the checkpoint
 * @arg: of which section, as the user says
 * @port: the port; the caller has checked that it may
 * @queue: its queue
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_CHECKPOINT_TRACK says, or -ENOMEM.
 */
int motet_checkpoint_track(struct motet_checkpoint *checkpoint,
			   const struct motet_checkpoint_track *arg,
			   struct motet_object *port,
			   struct motet_queue *queue)
{
	struct motet_domain *domain = checkpoint->object.domain;
	struct motet_checkpoint_tracker *tracker;
	int err;

	tracker = motet_tracker_new(checkpoint, port, queue);
	if (!tracker)
		return -ENOMEM;
	err = motet_section_id_get(&tracker->section, arg->section,
				   arg->section_len);
	if (!err) {
		mutex_lock(&domain->mutex);
		mutex_lock(&checkpoint->mutex);
		err = motet_tracker_add_locked(tracker);
		mutex_unlock(&checkpoint->mutex);
		mutex_unlock(&domain->mutex);
	}
	if (err)
		motet_tracker_free(tracker);
	return err;
}

/**
 * motet_checkpoint_untrack() - tell a port no more
 * @checkpoint: the checkpoint
 * @arg: of which section, as the user says
 * @port: the port
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if it does not track it, -ESRCH if it is dead, -EINVAL,
 * -EFAULT.
 */
int motet_checkpoint_untrack(struct motet_checkpoint *checkpoint,
			     const struct motet_checkpoint_track *arg,
			     const struct motet_object *port)
{
	struct motet_domain *domain = checkpoint->object.domain;
	struct motet_checkpoint_tracker *tracker;
	struct motet_section_id section;
	int err;

	err = motet_section_id_get(&section, arg->section, arg->section_len);
	if (err)
		return err;
	mutex_lock(&domain->mutex);
	mutex_lock(&checkpoint->mutex);
	tracker = motet_tracker_find_locked(checkpoint, port, &section);
	if (tracker) {
		motet_record_withdraw(tracker->record);
		motet_tracker_remove_locked(tracker);
	} else {
		err = checkpoint->dead ? -ESRCH : -ENOENT;
	}
	mutex_unlock(&checkpoint->mutex);
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_checkpoint_look_tracker() - say which ports are told of changes
 * @checkpoint: the checkpoint
 * @index: which, in the order of coming
 *
 * Context: may sleep; under the mutex of the checkpoint's domain, and it tracks
 * the checkpoint as long as that is held.
 * Return: the port, or NULL if there are no more.
 */
const struct motet_object *
motet_checkpoint_look_tracker(struct motet_checkpoint *checkpoint,
			      unsigned int index)
{
	const struct motet_checkpoint_tracker *tracker;
	const struct motet_object *port = NULL;

	lockdep_assert_held(&checkpoint->object.domain->mutex);
	mutex_lock(&checkpoint->mutex);
	list_for_each_entry(tracker, &checkpoint->trackers, link) {
		if (index--)
			continue;
		port = tracker->port;
		break;
	}
	mutex_unlock(&checkpoint->mutex);
	return port;
}

/**
 * motet_checkpoint_drop_trackers() - it is dead: tell whoever tracks it
 * @checkpoint: the checkpoint; its mutex and its domain's are held
 */
void motet_checkpoint_drop_trackers(struct motet_checkpoint *checkpoint)
{
	struct motet_checkpoint_event event = {
		.events = MOTET_CHECKPOINT_GONE,
	};
	struct motet_checkpoint_tracker *tracker, *next;

	lockdep_assert_held(&checkpoint->mutex);
	motet_track_tell_locked(checkpoint, NULL, &event);
	list_for_each_entry_safe(tracker, next, &checkpoint->trackers, link)
		motet_tracker_remove_locked(tracker);
}
