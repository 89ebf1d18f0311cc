/* SPDX-License-Identifier: GPL-2.0-only */
/* A record: what the kernel tells again and again, and can't fail to tell. */
#ifndef _MOTET_RECORD_H
#define _MOTET_RECORD_H

#include <linux/types.h>

#include <uapi/linux/motet.h>

struct motet_charge;
struct motet_payer;
struct motet_queue;
struct motet_record;

/**
 * DOC: record
 *
 * A record is a standing exception: one message, made when the reason for it
 * comes into being, that its owner can put into one queue whenever there is
 * something to tell. It has no part in the bound of the queue, nor in the
 * largest number of exceptions there: whoever makes it bounds and charges it
 * with the thing that it is about.
 *
 * Where the message is, is known under the lock of the queue:
 *
 *  ::
 *
 *    idle ---told---> queued ---received---> taken ---handed over---> idle
 *      ^                | ^                   |  `--if told meanwhile---.
 *      `---withdrawn----' `---copy failed-----'<---------(queued)-------'
 *
 * Telling one that is queued counts it up. While it is being received what is
 * told is noted, and it is queued again after it was handed over. A record that
 * *adds up* adds what it is told to what is unread; it has room to note that
 * while it is being received. The owner
 * may drop it at any time: what it has told by then is still received, and
 * the record is freed after that. But the owner's bound and charge end with it,
 * so that the message has a part in the largest number of exceptions from then
 * on; beyond that it is counted in the last of its kind, and the record is freed
 * at once. A *charged* record has a charge of its own until it is freed, and is
 * always received. When the port dies all that is told to it is lost, as
 * everything in its queue.
 *
 * An owner that has to know when what it told was read has itself called then,
 * under the lock of the queue, until it drops the record. Such a record is not
 * told while it is being received, since what it would say is another thing: the
 * owner is called when it can.
 *
 * The owner sees to it that the queue is there as long as it has the record.
 */

/** typedef motet_record_read_t - what its owner told was read, or was lost */
typedef void (*motet_record_read_t)(void *owner);

struct motet_record *motet_record_new(struct motet_queue *queue, u32 exception,
				      const struct motet_id *about);
struct motet_record *
motet_record_new_charged(struct motet_queue *queue, u32 exception,
			 const struct motet_id *about,
			 struct motet_payer *payer,
			 const struct motet_charge *charge);
void motet_record_set_priority(struct motet_record *record,
			       unsigned int priority);
void motet_record_tell(struct motet_record *record);
void motet_record_tell_times(struct motet_record *record, u64 token, u32 times);
void motet_record_tell_about(struct motet_record *record, u64 token,
			     const void *body, u32 len);
void motet_record_on_read(struct motet_record *record, motet_record_read_t read,
			  void *owner);
int motet_record_try_tell(struct motet_record *record, u64 token, u32 times,
			  const void *body, u32 len);
struct motet_record *
motet_record_new_adding(struct motet_queue *queue, u32 exception,
			const struct motet_id *about,
			void (*add)(void *to, const void *body));
void motet_record_tell_adding(struct motet_record *record, const void *body,
			      u32 len);
bool motet_record_withdraw(struct motet_record *record);
void motet_record_drop(struct motet_record *record);

#endif /* _MOTET_RECORD_H */
