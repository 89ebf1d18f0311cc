/* SPDX-License-Identifier: GPL-2.0-only */
/* A checkpoint: sections of bytes, read and written as a whole. */
#ifndef _MOTET_CHECKPOINT_H
#define _MOTET_CHECKPOINT_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <uapi/linux/motet_checkpoint.h>
#include <uapi/linux/motet_checkpoint_view.h>

#include "actor.h"
#include "object.h"
#include "quota.h"
#include "retention.h"

/**
 * DOC: checkpoint
 *
 * A checkpoint is a set of sections. A *section* has an id, by which it is
 * found, a serial number, which is its place in the order of creation and never
 * used again, and a *content*: pages by their place in it, and a size.
 *
 * A page of a content is never changed: what is written goes to new pages, which
 * take the place of the old ones. So a reader needs no lock to copy out: it
 * takes references to the pages that it wants, all of them under the mutex, and
 * what it has then is one moment's, however long its own memory lets it wait and
 * whatever is written, deleted or expires meanwhile. And a writer copies in
 * before it locks anything.
 *
 * A call that reads or writes is a *transfer* of several *parts*. To write goes
 * in steps, of which only the last changes anything:
 *
 *  ::
 *
 *    stage     copy what is to be written into new pages; nothing is locked
 *    prepare   find the sections, check the bounds, make room in the contents;
 *              the mutex is held from here
 *    apply     complete pages that are written in part, put them in place;
 *              nothing can fail
 *    free      what was replaced; nothing is locked
 *
 * A task that is killed is killed at staging or after all is done. Changes of a
 * checkpoint are numbered by its *generation*.
 *
 * What a checkpoint may have is charged to its creator when it is made, and so is
 * to a user what one large transfer of theirs holds besides, while it runs; the
 * memory itself goes to the memory cgroup of whoever writes.
 *
 * A checkpoint lives while a *handle* on it is open, which is what a file refers
 * to, and then for its retention, if it still has its name. Handles belong to no
 * process: a checkpoint that was passed on stays open. Its death is final. Then
 * nobody has a handle on it, and its sections are freed with nothing locked.
 *
 * Sections expire: they are in the order of their expiries, with one timer, that
 * queues work.
 *
 * A *tracker* is a port that is told of the changes of a checkpoint, or of those
 * of one section. It has one record, to which each change is added while it is
 * unread: a range grows, then it is the section, then several sections. Telling
 * is done under the mutex with the change itself, so that whoever has read that
 * there was a change finds it. A tracker refers to its port's object and queue,
 * and has a bond in the object.
 *
 * A *view* is a copy of a section in pages of its own that processes map and read
 * without a call: those of the content are replaced, these are written over. It
 * is brought up to date under the mutex, after all parts of a transfer have been
 * applied and before any of its sections can be read: first every view that is
 * concerned gets an odd count, then what was written, then the next even count.
 * So a transfer is one change in each view, but views of two sections are not
 * changed at one moment. A view ends when its section has no room in it, when it
 * is deleted or expires, or when the checkpoint dies: that is written into its
 * header, and then nothing changes in it any more. It does not keep its
 * checkpoint alive, only what is left of it; its pages, which whoever made it is
 * charged for, are there until it is closed and unmapped everywhere. Who writes
 * a checkpoint without views asks once a call whether there is one.
 *
 * A *replicator* is offered all changes, in the order of the generations; what
 * changes sections takes the mutex by motet_change_lock(), which waits until it has
 * room. See the chapter on replicators.
 *
 * Locks: the domain's mutex is taken first where a checkpoint may begin or cease
 * to live, then the checkpoint's mutex, under which sections change. It is never
 * held while anything is copied from or to a user.
 */

struct page;
struct motet_content;
struct motet_change;
struct motet_queue;
struct motet_replicator;
struct motet_section;

/**
 * struct motet_checkpoint - a checkpoint
 * @object: the object [own]
 * @attributes: what it was created with [const]
 * @handles: open handles [domain.mutex]
 * @openers: they, as they were opened [domain.mutex]
 * @retention: lets it die if nothing keeps it [own]
 * @payer: who is charged for it, NULL once it is dead [own]
 * @charge: how much [const]
 * @mutex: guards its sections [own]
 * @dead: it has no life any more [domain.mutex and checkpoint.mutex]
 * @sections: by their ids [checkpoint.mutex]
 * @serials: sections by their serial numbers [checkpoint.mutex]
 * @last_serial: of the section created last [checkpoint.mutex]
 * @section_count: how many [checkpoint.mutex]
 * @bytes: of all sections [checkpoint.mutex]
 * @pages: of all contents [checkpoint.mutex]
 * @generation: number of the last change [checkpoint.mutex]
 * @reads: calls that have read [checkpoint.mutex]
 * @writes: calls that have written [checkpoint.mutex]
 * @exhausted: it has all the sections or bytes that it may have
 *	[checkpoint.mutex]
 * @trackers: who is told of changes [checkpoint.mutex]
 * @tracker_count: how many [checkpoint.mutex]
 * @views: views that have not ended [checkpoint.mutex]
 * @view_count: how many [checkpoint.mutex]
 * @replicator: who changes are offered to, or who applies them, or NULL
 *	[checkpoint.mutex]
 * @lost_after: what was offered to a replicator that was closed, and not
 *	acknowledged, is after this generation [checkpoint.mutex]
 * @lost_until: and up to this one; 0 if there is nothing such [checkpoint.mutex]
 * @expiries: sections that expire [checkpoint.mutex]
 * @expiry_timer: goes off at the first of them [own]
 * @expiry_work: deletes what is due; has a reference while it is queued or runs
 *	[own]
 */
struct motet_checkpoint {
	struct motet_object object;
	struct motet_checkpoint_attributes attributes;
	u32 handles;
	struct list_head openers;
	struct motet_retention retention;
	struct motet_payer *payer;
	struct motet_charge charge;
	struct mutex mutex;
	bool dead;
	struct rb_root sections;
	struct xarray serials;
	unsigned long last_serial;
	u32 section_count;
	u64 bytes;
	u64 pages;
	u64 generation;
	u64 reads;
	u64 writes;
	bool exhausted;
	struct list_head trackers;
	u32 tracker_count;
	struct list_head views;
	u32 view_count;
	struct motet_replicator *replicator;
	u64 lost_after;
	u64 lost_until;
	struct timerqueue_head expiries;
	struct hrtimer expiry_timer;
	struct work_struct expiry_work;
};

/**
 * struct motet_checkpoint_handle - what an open file is to a checkpoint
 * @link: among those of the checkpoint [domain.mutex]
 * @checkpoint: the checkpoint, referenced [const]
 * @actor: who opened it, referenced [const]
 * @flags: what for: %MOTET_CHECKPOINT_READ, %MOTET_CHECKPOINT_WRITE [const]
 */
struct motet_checkpoint_handle {
	struct list_head link;
	struct motet_checkpoint *checkpoint;
	struct motet_actor *actor;
	u32 flags;
};

/**
 * struct motet_checkpoint_view - what is shown of a checkpoint
 * @sections: sections that it has [own]
 * @bytes: of all sections [own]
 * @memory: that their contents take, bytes [own]
 * @generation: number of the last change [own]
 * @reads: calls that have read [own]
 * @writes: calls that have written [own]
 * @handles: open handles [own]
 * @trackers: who is told of changes [own]
 * @views: views that have not ended [own]
 * @replicate: flags of its replicator, or 0 if it has none [own]
 * @steps: changes that its replicator has not taken [own]
 * @waiting: who waits to change it until the replicator has room [own]
 * @acknowledged: up to which change the replicator has acknowledged [own]
 * @retained: nothing but its retention keeps it [own]
 * @exhausted: it has all the sections or bytes that it may have [own]
 */
struct motet_checkpoint_view {
	u32 sections;
	u64 bytes;
	u64 memory;
	u64 generation;
	u64 reads;
	u64 writes;
	u32 handles;
	u32 trackers;
	u32 views;
	u32 replicate;
	u32 steps;
	u32 waiting;
	u64 acknowledged;
	bool retained;
	bool exhausted;
};

/**
 * motet_checkpoint_of() - the checkpoint that an object is
 * @object: an object of class %MOTET_CLASS_CHECKPOINT
 *
 * Return: the checkpoint.
 */
static inline struct motet_checkpoint *
motet_checkpoint_of(struct motet_object *object)
{
	return container_of(object, struct motet_checkpoint, object);
}

/* checkpoint.c: life */
void motet_checkpoint_limits(struct motet_checkpoint_limits *limits);
int motet_checkpoint_check(const struct motet_checkpoint_attributes *attributes);
struct motet_checkpoint *
motet_checkpoint_new(struct motet_actor *actor,
		     const struct motet_checkpoint_attributes *attributes,
		     umode_t mode);
int motet_checkpoint_publish(struct motet_checkpoint *checkpoint,
			     struct motet_name *name);
struct motet_checkpoint_handle *
motet_checkpoint_attach(struct motet_actor *actor,
			struct motet_checkpoint *checkpoint, u32 flags);
void motet_checkpoint_detach(struct motet_checkpoint_handle *handle);
int motet_checkpoint_unlink(struct motet_object *object, bool applied);
int motet_checkpoint_change(struct motet_checkpoint *checkpoint, u64 retention,
			    bool applied);
void motet_checkpoint_look(struct motet_checkpoint *checkpoint,
			   struct motet_checkpoint_view *view);
bool motet_checkpoint_look_handle(struct motet_checkpoint *checkpoint,
				  unsigned int index,
				  struct motet_handle_view *view);
void motet_checkpoint_status(struct motet_checkpoint *checkpoint,
			     struct motet_checkpoint_status *status);

/* checkpoint_section.c: sections */
int motet_section_create(struct motet_checkpoint_handle *handle,
			 struct motet_section_create *arg,
			 struct motet_change *change);
int motet_section_delete(struct motet_checkpoint *checkpoint,
			 const struct motet_section_name *arg,
			 struct motet_change *change);
int motet_section_change(struct motet_checkpoint *checkpoint,
			 const struct motet_section_change *arg,
			 struct motet_change *change);
int motet_section_next(struct motet_checkpoint *checkpoint,
		       struct motet_section_next *arg, u8 *id);

/* checkpoint_track.c: trackers */
int motet_checkpoint_track(struct motet_checkpoint *checkpoint,
			   const struct motet_checkpoint_track *arg,
			   struct motet_object *port,
			   struct motet_queue *queue);
int motet_checkpoint_untrack(struct motet_checkpoint *checkpoint,
			     const struct motet_checkpoint_track *arg,
			     const struct motet_object *port);
const struct motet_object *
motet_checkpoint_look_tracker(struct motet_checkpoint *checkpoint,
			      unsigned int index);

/* checkpoint_view.c: reading in mapped memory */
struct motet_view;

struct motet_view *motet_view_new(struct motet_checkpoint_handle *handle,
				  struct motet_view_open *arg);
void motet_view_close(struct motet_view *view);
struct page *motet_view_page(const struct motet_view *view, pgoff_t index);

/* checkpoint_transfer.c: reading and writing */
struct motet_transfer;

struct motet_transfer *
motet_transfer_new(struct motet_checkpoint_handle *handle, u32 count,
		   bool write);
void motet_transfer_free(struct motet_transfer *transfer);
struct motet_change *motet_transfer_change(struct motet_transfer *transfer);
struct motet_checkpoint *
motet_transfer_checkpoint(const struct motet_transfer *transfer);
struct motet_checkpoint_element *
motet_transfer_element(struct motet_transfer *transfer, u32 index);
int motet_transfer_begin(struct motet_transfer *transfer, u32 *failed);
int motet_transfer_write(struct motet_transfer *transfer, u32 *failed,
			 u64 *generation);
int motet_transfer_read(struct motet_transfer *transfer, u32 *failed,
			u64 *generation);

#endif /* _MOTET_CHECKPOINT_H */
