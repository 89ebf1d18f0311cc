// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of a checkpoint: what the interface says that it does.
 */
#include <errno.h>
#include <stdio.h>

#include "checkpoint_model.h"

#define ROOM_EVENTS	(MOTET_CHECKPOINT_FULL | MOTET_CHECKPOINT_ROOM)

struct model model;
__u8 room[ELEMENTS][SECTION_ROOM] __attribute__((aligned(8)));

static __u64 random_state;

/* Neither all sections nor all bytes of them can be there at once. */
const struct motet_checkpoint_attributes attributes = {
	.kind = 7,
	.sections_max = 11,
	.bytes_max = 80000,
	.section_bytes_max = SECTION_BYTES,
	.section_id_max = 32,
	.retention = 3600 * MT_SECOND,
};

void random_begin(__u64 seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

__u32 random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 16;
}

__u32 below(__u32 bound)
{
	return random_number() % bound;
}

/* Of a whole number of words: behind the end it is zero. */
__u64 seal_hash(const void *data, __u64 size)
{
	const struct seal *seal = data;
	const __u64 *words = data;
	__u64 hash = seal->serial * 31 + seal->size, i;

	hash = hash * 31 + seal->slot * 2 + seal->fresh;
	for (i = sizeof(*seal) / 8; i < (size + 7) / 8; i++)
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ULL +
		       (hash >> 29);
	return hash;
}

bool seal_is_whole(const void *data, __u64 size)
{
	const struct seal *seal = data;

	return size >= sizeof(*seal) && seal->size == size &&
	       seal->hash == seal_hash(data, size);
}

void seal(void *data, __u64 size, int slot, bool fresh)
{
	struct seal *seal = data;

	*seal = (struct seal){
		.serial = model.serial, .slot = slot, .fresh = fresh,
		.size = size,
	};
	seal->hash = seal_hash(data, size);
}

/* A new checkpoint; who tracks the old one was told of its end. */
void m_begin(void)
{
	__u64 turns = model.turns, serial = model.serial;
	int i;

	memset(&model, 0, sizeof(model));
	model.turns = turns;
	model.serial = serial;
	model.retention = attributes.retention;
	for (i = 0; i < MADE; i++)
		model.section[i].id_len =
			snprintf(model.section[i].id,
				 sizeof(model.section[i].id), "%.*s%d", i,
				 "section-number", i);
	for (i = 0; i < TRACKERS; i++)
		model.tracker[i].slot = i - 1 ? i : -1;
}

static bool is_for(const struct m_tracker *tracker, int slot)
{
	return tracker->tracking &&
	       (slot < 0 || tracker->slot < 0 || tracker->slot == slot);
}

/* The kernel makes other ids for other sections, in the same slot too. */
static void touch(struct m_tracker *tracker, const struct m_section *section)
{
	if (!tracker->touched++) {
		tracker->id_len = section->id_len;
		memcpy(tracker->id, section->id, section->id_len);
	} else if (tracker->id_len != section->id_len ||
		   memcmp(tracker->id, section->id, section->id_len)) {
		tracker->several = true;
	}
}

/* Of section @slot, or of none; a range if @from isn't behind @to. */
static void tell(int slot, __u32 events, __u64 from, __u64 to)
{
	struct m_tracker *tracker;

	model.turns++;
	for (tracker = model.tracker; tracker < model.tracker + TRACKERS;
	     tracker++) {
		if (!is_for(tracker, slot))
			continue;
		if (!tracker->count++) {
			tracker->turn = model.turns;
			tracker->since = model.generation - 1;
			tracker->events = 0;
			tracker->touched = 0;
			tracker->several = false;
			tracker->whole = false;
			tracker->from = ~0ULL;
			tracker->to = 0;
		}
		if (events & ROOM_EVENTS)
			tracker->events &= ~ROOM_EVENTS;
		tracker->events |= events;
		tracker->generation = model.generation;
		if (slot < 0)
			continue;
		touch(tracker, &model.section[slot]);
		tracker->whole |= from > to;
		if (from < tracker->from)
			tracker->from = from;
		if (to > tracker->to)
			tracker->to = to;
	}
}

static void tell_whole(int slot, __u32 events)
{
	tell(slot, events, 1, 0);
}

static void tell_room(void)
{
	bool full = model.bytes >= attributes.bytes_max ||
		    model.sections >= attributes.sections_max;

	if (full == model.exhausted)
		return;
	model.exhausted = full;
	tell_whole(-1, full ? MOTET_CHECKPOINT_FULL : MOTET_CHECKPOINT_ROOM);
}

static bool is_told_before(const struct m_tracker *a, const struct m_tracker *b)
{
	return a->turn != b->turn ? a->turn < b->turn : a->begun < b->begun;
}

/* The tracker that is told next, or NULL. */
struct m_tracker *m_told(void)
{
	struct m_tracker *first = NULL;
	int i;

	for (i = 0; i < TRACKERS; i++)
		if (model.tracker[i].count &&
		    (!first || is_told_before(&model.tracker[i], first)))
			first = &model.tracker[i];
	return first;
}

void m_event(const struct m_tracker *tracker,
	     struct motet_checkpoint_event *event)
{
	*event = MT(motet_checkpoint_event, .events = tracker->events,
		    .since = tracker->since,
		    .generation = tracker->generation,
		    .scope = MOTET_SCOPE_NONE);
	if (!tracker->touched)
		return;
	event->scope = MOTET_SCOPE_SEVERAL;
	if (tracker->several)
		return;
	event->scope = MOTET_SCOPE_SECTION;
	event->section_len = tracker->id_len;
	memcpy(event->section, tracker->id, tracker->id_len);
	if (tracker->whole)
		return;
	event->scope = MOTET_SCOPE_RANGE;
	event->offset = tracker->from;
	event->len = tracker->to - tracker->from;
}

void m_track(struct m_tracker *tracker, bool tracking)
{
	tracker->tracking = tracking;
	tracker->begun = ++model.turns;
	tracker->count = 0;
}

void m_read(struct m_tracker *tracker)
{
	tracker->count = 0;
}

/* Return: 0 or the error that it has to be. */
int m_create(int slot, const void *data, __u64 size, __u64 expires)
{
	struct m_section *section = &model.section[slot];

	if (section->exists)
		return -EEXIST;
	if (model.sections >= attributes.sections_max ||
	    model.bytes + size > attributes.bytes_max)
		return -ENOSPC;
	section->exists = true;
	section->size = size;
	section->pages = (1U << (size + 4095) / 4096) - 1;
	section->state = MOTET_SECTION_VALID;
	section->expires = expires;
	section->generation = ++model.generation;
	section->order = ++model.orders;
	memset(section->data, 0, sizeof(section->data));
	memcpy(section->data, data, size);
	model.sections++;
	model.bytes += size;
	tell_whole(slot, MOTET_CHECKPOINT_CREATED);
	tell_room();
	return 0;
}

void m_delete(int slot, __u32 event)
{
	model.section[slot].exists = false;
	model.sections--;
	model.bytes -= model.section[slot].size;
	model.generation++;
	tell_whole(slot, event);
	tell_room();
}

void m_change(int slot, __u32 flags, __u32 state, __u64 expires)
{
	if (flags & MOTET_SECTION_STATE)
		model.section[slot].state = state;
	if (flags & MOTET_SECTION_EXPIRES)
		model.section[slot].expires = expires;
	model.generation++;
	tell_whole(slot, MOTET_CHECKPOINT_CHANGED);
}

/* What a section has after one element. */
static void apply(struct m_section *section, const struct change *change)
{
	__u64 end = change->offset + change->len, page;

	if (change->overwrite) {
		memset(section->data, 0, sizeof(section->data));
		section->size = change->len;
		section->pages = 0;
		section->state = MOTET_SECTION_VALID;
	}
	memcpy(section->data + change->offset, change->data, change->len);
	if (change->len && end > section->size)
		section->size = end;
	for (page = change->offset / 4096; change->len && page * 4096 < end;
	     page++)
		section->pages |= 1U << page;
}

/* As if the elements were applied one after another, and then it all at once. */
static int check(const struct change *changes, __u32 count, __u32 *failed)
{
	__u64 sizes[SLOTS], size, bytes = model.bytes;
	int i;

	for (*failed = 0; *failed < count; ++*failed)
		if (changes[*failed].offset + changes[*failed].len >
		    SECTION_BYTES)
			return -EINVAL;
	for (i = 0; i < SLOTS; i++)
		sizes[i] = model.section[i].size;
	for (*failed = 0; *failed < count; ++*failed) {
		const struct change *change = &changes[*failed];

		if (!model.section[change->slot].exists)
			return -ENOENT;
		size = sizes[change->slot];
		if (change->overwrite)
			size = change->len;
		else if (change->len && change->offset + change->len > size)
			size = change->offset + change->len;
		bytes += size - sizes[change->slot];
		sizes[change->slot] = size;
	}
	return bytes > model.bytes && bytes > attributes.bytes_max ? -ENOSPC :
								     0;
}

/* Return: 0 or the error that it has to be, at element @failed. */
int m_write(const struct change *changes, __u32 count, __u32 *failed)
{
	int err = check(changes, count, failed);
	__u32 i;

	if (err)
		return err;
	model.generation++;
	model.writes++;
	for (i = 0; i < count; i++) {
		struct m_section *section = &model.section[changes[i].slot];

		model.bytes -= section->size;
		apply(section, &changes[i]);
		model.bytes += section->size;
		section->generation = model.generation;
		if (changes[i].overwrite)
			tell_whole(changes[i].slot, MOTET_CHECKPOINT_WRITTEN);
		else
			tell(changes[i].slot, MOTET_CHECKPOINT_WRITTEN,
			     changes[i].offset,
			     changes[i].offset + changes[i].len);
	}
	tell_room();
	return 0;
}

__u64 m_pages(void)
{
	__u64 pages = 0;
	int i;

	for (i = 0; i < SLOTS; i++)
		if (model.section[i].exists)
			pages += __builtin_popcount(model.section[i].pages);
	return pages;
}

/* Who tracks it is told, and tracks it no more. */
void m_die(void)
{
	int i;

	tell_whole(-1, MOTET_CHECKPOINT_GONE);
	for (i = 0; i < TRACKERS; i++)
		model.tracker[i].tracking = false;
}

static bool passes(const struct m_section *section, __u32 filter, __u64 when)
{
	__u64 expires = section->expires ?: ~0ULL;

	switch (filter) {
	case MOTET_SECTIONS_FOREVER:
		return !section->expires;
	case MOTET_SECTIONS_UNTIL:
		return expires <= when;
	case MOTET_SECTIONS_FROM:
		return expires >= when;
	case MOTET_SECTIONS_CORRUPTED:
		return section->state == MOTET_SECTION_CORRUPTED;
	case MOTET_SECTIONS_SINCE:
		return section->generation > when;
	default:
		return true;
	}
}

/* The first behind @order, or NULL. */
const struct m_section *m_next(__u64 order, __u32 filter, __u64 when)
{
	const struct m_section *next = NULL, *section;
	int i;

	for (i = 0; i < SLOTS; i++) {
		section = &model.section[i];
		if (section->exists && section->order > order &&
		    passes(section, filter, when) &&
		    (!next || section->order < next->order))
			next = section;
	}
	return next;
}
