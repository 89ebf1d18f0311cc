/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simple model of one checkpoint: its sections in memory, and what its
 * trackers are to be told.
 *
 * What the sections have can be checked by itself: each begins with a *seal*,
 * which has a hash of the rest, and each call that writes also renews the seals
 * of what it writes, and the *index*, a section that has the serial numbers of
 * the seals of all. So readers that know nothing of the model see whether what
 * they read is of one moment.
 */
#ifndef CHECKPOINT_MODEL_H
#define CHECKPOINT_MODEL_H

#include "checkpoint_test.h"

#define NAME		"model"
#define SLOTS		14	/* sections that there may be; the first is the index */
#define MADE		12	/* from here on the kernel makes the ids */
#define SECTION_BYTES	20000
#define SECTION_PAGES	(SECTION_BYTES / 4096 + 1)
#define SECTION_ROOM	(SECTION_BYTES + 8)
#define ELEMENTS	16
#define TRACKERS	4
#define READERS		2

/**
 * struct seal - how a section begins
 * @serial: number of the update that wrote it
 * @slot: which section
 * @fresh: it was created with this, not written
 * @size: of the section
 * @hash: of all that, and of what follows
 */
struct seal {
	__u64 serial;
	__u32 slot;
	__u32 fresh;
	__u64 size;
	__u64 hash;
};

/**
 * struct index - the section that tells of all
 * @seal: its own
 * @serial: of the seals of all sections
 */
struct index {
	struct seal seal;
	__u64 serial[SLOTS];
};

/**
 * struct m_section - a section
 * @exists: there is one
 * @id_len: bytes of its id
 * @id: its id
 * @size: bytes that it has
 * @pages: bits of the pages that were written
 * @state: &enum motet_section_state
 * @expires: when it expires, CLOCK_BOOTTIME; 0 is never
 * @generation: number of the change that created or wrote it
 * @order: its place in the order of creation
 * @data: what it has; behind @size it is zero
 */
struct m_section {
	bool exists;
	__u32 id_len;
	char id[32];
	__u64 size;
	__u32 pages;
	__u32 state;
	__u64 expires;
	__u64 generation;
	__u64 order;
	__u8 data[SECTION_ROOM] __attribute__((aligned(8)));
};

/**
 * struct m_tracker - what a tracker has to be told
 * @tracking: it tracks
 * @slot: the section that it tracks; -1 for all
 * @begun: when it began
 * @count: changes that are unread
 * @turn: when the first of them came
 * @events: of the changes
 * @since: generation before the first of them
 * @generation: of the last
 * @touched: of them, those that have to do with a section
 * @several: with more than one
 * @id_len: bytes of the id of the first
 * @id: its id
 * @whole: not only a range of it
 * @from: where what was written begins
 * @to: where it ends
 */
struct m_tracker {
	bool tracking;
	int slot;
	__u64 begun;
	__u32 count;
	__u64 turn;
	__u32 events;
	__u64 since;
	__u64 generation;
	__u32 touched;
	bool several;
	__u32 id_len;
	char id[32];
	bool whole;
	__u64 from;
	__u64 to;
};

/**
 * struct model - the checkpoint
 * @section: the sections
 * @sections: how many there are
 * @bytes: of all
 * @generation: number of the last change
 * @writes: calls that have written
 * @orders: sections that were created
 * @retention: how long it stays
 * @exhausted: there is no room
 * @tracker: who is told
 * @turns: of what is told
 * @serial: of the last seal
 */
struct model {
	struct m_section section[SLOTS];
	__u32 sections;
	__u64 bytes;
	__u64 generation;
	__u64 writes;
	__u64 orders;
	__u64 retention;
	bool exhausted;
	struct m_tracker tracker[TRACKERS];
	__u64 turns;
	__u64 serial;
};

/**
 * struct shared - what the readers and the writer tell each other
 * @stop: they are to end
 * @pause: they are to have nothing open
 * @open: a reader has
 * @reads: calls that read something
 * @sections: sections that were read
 * @text: what was wrong
 */
struct shared {
	int stop;
	int pause;
	int open[READERS];
	__u64 reads[READERS];
	__u64 sections[READERS];
	char text[READERS][256];
};

extern struct model model;
extern struct shared *shared;
extern const struct motet_checkpoint_attributes attributes;

/* room for what is read and written */
extern __u8 room[ELEMENTS][SECTION_ROOM];

/**
 * struct change - an element of a call, by what it does to a section
 * @slot: which section
 * @overwrite: all of it
 * @offset: where
 * @len: how much
 * @data: what
 */
struct change {
	int slot;
	bool overwrite;
	__u64 offset;
	__u64 len;
	const void *data;
};

void random_begin(__u64 seed);
__u32 random_number(void);
__u32 below(__u32 bound);

__u64 seal_hash(const void *data, __u64 size);
bool seal_is_whole(const void *data, __u64 size);
void seal(void *data, __u64 size, int slot, bool fresh);

void m_begin(void);
int m_create(int slot, const void *data, __u64 size, __u64 expires);
void m_delete(int slot, __u32 event);
void m_change(int slot, __u32 flags, __u32 state, __u64 expires);
int m_write(const struct change *changes, __u32 count, __u32 *failed);
__u64 m_pages(void);
void m_die(void);
struct m_tracker *m_told(void);
void m_event(const struct m_tracker *tracker,
	     struct motet_checkpoint_event *event);
void m_track(struct m_tracker *tracker, bool tracking);
void m_read(struct m_tracker *tracker);
const struct m_section *m_next(__u64 order, __u32 filter, __u64 when);

/* checkpoint_model_reader.c */
int reader_main(int reader);

#endif /* CHECKPOINT_MODEL_H */
