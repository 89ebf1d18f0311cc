/* SPDX-License-Identifier: GPL-2.0-only */
/* Replicators: all that changes in a checkpoint is offered to one, in order. */
#ifndef _MOTET_CHECKPOINT_REPLICATE_H
#define _MOTET_CHECKPOINT_REPLICATE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <uapi/linux/motet_replicator.h>

#include "checkpoint.h"
#include "queue.h"
#include "quota.h"

struct page;

/**
 * DOC: replicator
 *
 * A replicator is what an open file is to the changes of a checkpoint. A change
 * is *offered*: under the mutex of the checkpoint, with the change itself, an
 * *update* is put at the end of the replicator's list. So updates are in the order
 * of the generations, none is missing, and a change that is made is offered
 * whatever becomes of the task that made it. An update has references to the pages
 * that were written, which never change, and copies nothing.
 *
 * Whatever changes sections begins with motet_change_lock(), which takes the mutex
 * when there is room for the update in the *window*, and otherwise waits, with
 * nothing locked and nothing done. There is room for an update that fits, and for
 * any if the window is empty. Those who wait have their turns, so that none that
 * is large waits for ever. All that the update needs is allocated before: once
 * the change is made nothing can fail. The one change that can't wait is that a
 * section expires: it is put off, and the replicator queues the work that does it
 * when there is room.
 *
 * The replicator is given what is there already by the way: while it takes updates
 * one for the next section is put at the end of the list, unless there is such a
 * one, in the order of the serial numbers and up to the last section that there
 * was when it was attached. A change of a section that is yet to come is not
 * offered, as it comes with the section. Then an update says that this is all. So
 * nothing is stopped for it, and the generations only rise.
 *
 * What is not of a section - retention, name, end - can't wait, as the domain's
 * mutex is held. It has updates of the replicator's own, which are in the list at
 * most once each.
 *
 * An update is taken by copying it to the user, with nothing locked that a change
 * needs, and removed when that is done; only one task at a time does so. Whoever
 * waits until a generation is acknowledged waits for the replicator, and knows
 * when it is closed. What a closed one had not acknowledged the checkpoint
 * remembers, until a later one acknowledges, for who asks late.
 *
 * To apply a step is to do what it says as its user would do it: the parts are
 * elements of a transfer, or the argument of a call, with pointers into the step.
 * So they are checked, staged, charged and carried out as any. It is only not
 * offered.
 *
 * A replicator refers to its checkpoint and does not keep it alive: that it is
 * dead is seen under its mutex. It lives while its file is open or somebody waits
 * for it.
 *
 * Locks: the checkpoint's mutex guards it; before that, the mutex of whoever
 * takes updates.
 */

/** define MOTET_STEP_ALIGN - all in a step begins at a multiple of this */
#define MOTET_STEP_ALIGN	8

/**
 * struct motet_update_part - a section in an update
 * @head: it, as it is told [own]
 * @expires: when the section expires, CLOCK_BOOTTIME [own]
 * @pages: what was written, in the update's pages [own]
 */
struct motet_update_part {
	struct motet_step_part head;
	s64 expires;
	struct page **pages;
};

/**
 * struct motet_update - a step to be taken
 * @link: among those of the replicator, or with itself [checkpoint.mutex]
 * @head: it, as it is told, but for its size and length [checkpoint.mutex]
 * @cost: bytes of the window; 0 if it is not in it [const]
 * @static_part: it is the replicator's own [const]
 * @page_count: pages that it has [own]
 * @page_room: pages that it has room for [const]
 * @part_room: parts that it has room for [const]
 * @pages: the pages, some are NULL [own]
 * @parts: its parts [own]
 */
struct motet_update {
	struct list_head link;
	struct motet_step head;
	u64 cost;
	bool static_part;
	unsigned int page_count;
	unsigned int page_room;
	unsigned int part_room;
	struct page **pages;
	struct motet_update_part *parts;
};

/**
 * struct motet_step_receipt - an update that was copied, and not taken yet
 * @update: the update [own]
 * @head: what the user was given as its head [own]
 */
struct motet_step_receipt {
	struct motet_update *update;
	struct motet_step head;
};

/**
 * struct motet_change - how a change is made
 * @wait: how long to wait for room [own]
 * @applied: it came from another checkpoint, and is not offered [own]
 * @expiry: it is that a section expires [own]
 * @time: when it was made there, CLOCK_REALTIME, or 0 for now [own]
 * @kind: &enum motet_step_kind [own]
 * @parts: how many parts it has at most [own]
 * @pages: how many pages it has at most [own]
 * @update: what is offered, or NULL [own]
 * @link: among those that wait for room, or with itself [checkpoint.mutex]
 *
 * What it is begins with zeros.
 */
struct motet_change {
	struct motet_wait wait;
	bool applied;
	bool expiry;
	u64 time;
	u32 kind;
	unsigned int parts;
	unsigned int pages;
	struct motet_update *update;
	struct list_head link;
};

/**
 * struct motet_replicator - what an open file is to the changes of a checkpoint
 * @refs: references: the file's, and of each who waits [atomic]
 * @handle: the checkpoint and who opened it, referenced; not one of the handles
 *	that keep it alive [const]
 * @flags: flags of replication [const]
 * @steps_max: updates that the window has room for [const]
 * @bytes_max: bytes that it has room for [const]
 * @charge: what the user is charged for it [const]
 * @reader: held while an update is taken [own]
 * @readable: who waits for an update; polled [own]
 * @changed: who waits for room, or to be acknowledged [own]
 * @turn: counts what those are woken for [checkpoint.mutex]
 * @updates: to be taken [checkpoint.mutex]
 * @offers: that wait for room [checkpoint.mutex]
 * @waiting: how many [checkpoint.mutex]
 * @steps: updates in the window [checkpoint.mutex]
 * @bytes: bytes in it [checkpoint.mutex]
 * @sent: serial number of the last section that was there and came, or of the last
 *	that is to come [checkpoint.mutex]
 * @last: serial number of the last section that is to come [const]
 * @section: the update of a section that was there, until it is taken
 *	[checkpoint.mutex]
 * @offered: generation of the last update [checkpoint.mutex]
 * @taken: generation of what was taken last [checkpoint.mutex]
 * @acknowledged: up to which generation it is at the copies [checkpoint.mutex]
 * @all_sent: @end is in the list, or was [checkpoint.mutex]
 * @complete: all that was there has been taken [checkpoint.mutex]
 * @gone: the end of the checkpoint has been taken [checkpoint.mutex]
 * @closed: the file was closed [checkpoint.mutex]
 * @expiry_waits: sections are to expire when there is room [checkpoint.mutex]
 * @begin: tells that it begins [own]
 * @end: tells that all that was there has come [own]
 * @retention: tells the retention [own]
 * @unlink: tells that it is unlinked [own]
 * @death: tells that it is dead [own]
 */
struct motet_replicator {
	refcount_t refs;
	struct motet_checkpoint_handle handle;
	u32 flags;
	u32 steps_max;
	u64 bytes_max;
	struct motet_charge charge;
	struct mutex reader;
	wait_queue_head_t readable;
	wait_queue_head_t changed;
	unsigned int turn;
	struct list_head updates;
	struct list_head offers;
	u32 waiting;
	u32 steps;
	u64 bytes;
	unsigned long sent;
	unsigned long last;
	struct motet_update *section;
	u64 offered;
	u64 taken;
	u64 acknowledged;
	bool all_sent;
	bool complete;
	bool gone;
	bool closed;
	bool expiry_waits;
	struct motet_update begin;
	struct motet_update end;
	struct motet_update retention;
	struct motet_update unlink;
	struct motet_update death;
};

/* checkpoint_replicate.c: attaching, and waiting until it has acknowledged */
int motet_replicator_check(const struct motet_checkpoint_replicate *arg);
struct motet_replicator *
motet_replicator_attach(struct motet_checkpoint_handle *handle,
			const struct motet_checkpoint_replicate *arg);
void motet_replicator_detach(struct motet_replicator *replicator);
int motet_replicator_acknowledge(struct motet_replicator *replicator,
				 u64 generation);
int motet_replicate_sync(struct motet_checkpoint *checkpoint, u64 generation,
			 const struct motet_wait *wait);
void motet_replicator_status(struct motet_replicator *replicator,
			     struct motet_replicator_status *status);

/* checkpoint_offer.c: changes are offered */
int motet_change_lock(struct motet_checkpoint *checkpoint,
		      struct motet_change *change);
void motet_change_unlock(struct motet_checkpoint *checkpoint,
			 struct motet_change *change, bool done);

/* checkpoint_step.c: updates are taken */
int motet_replicator_next_begin(struct motet_replicator *replicator,
				struct motet_replicator_next *arg,
				const struct motet_wait *wait,
				struct motet_step_receipt *receipt);
int motet_replicator_next_end(struct motet_replicator *replicator,
			      const struct motet_step_receipt *receipt,
			      int err);
bool motet_replicator_has_next(struct motet_replicator *replicator,
			       bool *gone);

/* checkpoint_apply.c: steps are applied */
int motet_replicator_apply(struct motet_replicator *replicator,
			   struct motet_replicator_apply *arg,
			   u64 retention_max);

#endif /* _MOTET_CHECKPOINT_REPLICATE_H */
