// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events: see events.h.
 */
#include <errno.h>
#include <string.h>

#include "events.h"
#include "text.h"

static const char * const events_names[] = {
	[EVENTS_EXISTS] = "exists",
	[EVENTS_CREATED] = "created",
	[EVENTS_CHANGED] = "changed",
	[EVENTS_DELETED] = "deleted",
	[EVENTS_MISSED] = "missed",
};

const char *events_kind_name(enum events_kind kind)
{
	return events_names[kind];
}

unsigned long long events_sequence_of(const struct events_class *class,
				      const void *record)
{
	unsigned long long sequence;

	memcpy(&sequence, (const char *)record + class->sequence,
	       sizeof(sequence));
	return sequence;
}

static void events_free(struct events_object *object)
{
	record_clear(object->class->type, object->record);
	free(object->record);
}

void cleanup_events(struct events *events)
{
	size_t i;

	for (i = 0; i < events->n_objects; i++)
		events_free(&events->objects[i]);
	free(events->objects);
	events->objects = NULL;
	events->n_objects = 0;
}

/* Move a record to the heap; the one it came from is empty then. */
static struct events_object events_move(const struct events_class *class,
					void *from)
{
	size_t size = record_size(class->type);
	void *record = text_grow(NULL, 1, size);

	memcpy(record, from, size);
	memset(from, 0, size);
	return (struct events_object){ class, record };
}

static const char *events_key(const struct events_object *object)
{
	return (const char *)object->record + object->class->key;
}

/* By class, in the order of their commands, and then by key */
static int events_compare(const struct events_object *a,
			  const struct events_object *b)
{
	if (a->class != b->class)
		return a->class->get - b->class->get;
	return memcmp(events_key(a), events_key(b), a->class->key_len);
}

static int events_compare_slots(const void *a, const void *b)
{
	return events_compare(a, b);
}

/* Where the object is, or else where it belongs */
static size_t events_slot(const struct events *events,
			  const struct events_object *object, bool *found)
{
	size_t low = 0, high = events->n_objects;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = events_compare(object, &events->objects[middle]);

		if (!order) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*found = false;
	return low;
}

static bool events_differ(const struct events_object *a,
			  const struct events_object *b)
{
	return a->class->differ(a->record, b->record);
}

/* --- dumps --------------------------------------------------------------- */

/* Both are in order: go through them side by side. */
static void events_tell_difference(struct events *events,
				   struct events_object *now, size_t n_now)
{
	size_t old = 0, new = 0;
	int order;

	while (old < events->n_objects || new < n_now) {
		if (old == events->n_objects)
			order = 1;
		else if (new == n_now)
			order = -1;
		else
			order = events_compare(&events->objects[old],
					       &now[new]);

		if (order < 0)
			events->tell(events->arg, EVENTS_DELETED,
				     events->sequence, &events->objects[old]);
		else if (order > 0)
			events->tell(events->arg, EVENTS_CREATED,
				     events->sequence, &now[new]);
		else if (events_differ(&events->objects[old], &now[new]))
			events->tell(events->arg, EVENTS_CHANGED,
				     events->sequence, &now[new]);
		old += order <= 0;
		new += order >= 0;
	}
}

/* What a dump has, in its order, which is that of their creation */
static size_t events_move_dump(struct events *events, struct events_dump *dump,
			       struct events_object *now)
{
	size_t i;

	for (i = 0; i < dump->records.n; i++) {
		now[i] = events_move(dump->class, records_at(&dump->records,
							     i));
		if (!events->started)
			events->tell(events->arg, EVENTS_EXISTS,
				     events_sequence_of(dump->class,
							now[i].record),
				     &now[i]);
	}
	return dump->records.n;
}

void events_take_dump(struct events *events, unsigned long long sequence,
		      struct events_dump *dumps, size_t n_dumps)
{
	struct events_object *now;
	size_t i, all = 0, n = 0;

	for (i = 0; i < n_dumps; i++)
		all += dumps[i].records.n;
	now = text_grow(NULL, all, sizeof(*now));
	events->sequence = sequence;
	for (i = 0; i < n_dumps; i++)
		n += events_move_dump(events, &dumps[i], now + n);
	qsort(now, n, sizeof(*now), events_compare_slots);
	if (events->started) {
		events->tell(events->arg, EVENTS_MISSED, sequence, NULL);
		events_tell_difference(events, now, n);
	}

	cleanup_events(events);
	events->objects = now;
	events->n_objects = n;
	events->started = true;
}

/* --- events -------------------------------------------------------------- */

static void events_add(struct events *events, size_t slot,
		       struct events_object object)
{
	events->objects = text_grow(events->objects, events->n_objects + 1,
				    sizeof(*events->objects));
	memmove(events->objects + slot + 1, events->objects + slot,
		(events->n_objects - slot) * sizeof(*events->objects));
	events->objects[slot] = object;
	events->n_objects++;
}

static void events_remove(struct events *events, size_t slot)
{
	events_free(&events->objects[slot]);
	events->n_objects--;
	memmove(events->objects + slot, events->objects + slot + 1,
		(events->n_objects - slot) * sizeof(*events->objects));
}

static void events_replace(struct events *events, size_t slot,
			   struct events_object object)
{
	events_free(&events->objects[slot]);
	events->objects[slot] = object;
}

/* An object is gone; told as it was known */
static void events_apply_deleted(struct events *events, size_t slot,
				 unsigned long long sequence)
{
	events->tell(events->arg, EVENTS_DELETED, sequence,
		     &events->objects[slot]);
	events_remove(events, slot);
}

/*
 * An event of an object that isn't known, or is newer than what is known of it:
 * a dump may have shown the object as it was after the event.
 */
static void events_apply(struct events *events, int command,
			 struct events_object object)
{
	unsigned long long sequence = events_sequence_of(object.class,
							 object.record);
	bool deleted = command == object.class->deleted;
	bool created = command == object.class->created;
	bool found;
	size_t slot = events_slot(events, &object, &found);
	bool stale = found && sequence <=
		events_sequence_of(object.class, events->objects[slot].record);

	if (stale || deleted) {
		if (found && !stale)
			events_apply_deleted(events, slot, sequence);
		events_free(&object);
		return;
	}
	events->tell(events->arg, created ? EVENTS_CREATED : EVENTS_CHANGED,
		     sequence, &object);
	if (found)
		events_replace(events, slot, object);
	else
		events_add(events, slot, object);
}

int events_feed(struct events *events, const struct events_class *class,
		int command, void *record)
{
	unsigned long long sequence = events_sequence_of(class, record);

	/* From before the dump, which reflects it */
	if (sequence <= events->sequence)
		return 0;
	if (sequence > events->sequence + 1)
		return -ENOBUFS;
	events->sequence = sequence;
	events_apply(events, command, events_move(class, record));
	return 0;
}
