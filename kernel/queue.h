/* SPDX-License-Identifier: GPL-2.0-only */
/* The one bounded queue that everything asynchronous goes through. */
#ifndef _MOTET_QUEUE_H
#define _MOTET_QUEUE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include <uapi/linux/motet.h>

struct motet_message;
struct motet_ready;

/**
 * DOC: queue
 *
 * A queue has four lanes, one per priority, each bounded in messages and in
 * bytes. It is part of a larger object, whose owner creates it, closes it once
 * and frees it; its spinlock also guards what that object says it guards.
 *
 * In: a sender *reserves* room in a lane, builds its message with no lock held,
 * and *commits* it, or gives the room back. A sender that finds no room is
 * suspended; it holds no copy of its message then. A closed queue refuses both
 * with EOWNERDEAD.
 *
 * Who gets the room: what one user has reserved or queued is its *share*. Room
 * that is freed goes to the suspended sender whose user holds least of the
 * lane (the larger of its parts of messages and bytes), and among the senders
 * of one user to the first that came. Nobody is served before that sender,
 * until its message fits, so that large messages don't starve; and while one
 * waits, a newcomer waits too, unless its user holds less. Alone, a user may
 * fill the lane. With @fifo the first that came is always next.
 *
 * A sender that does not wait but was refused leaves a claim of its user. Once
 * for each claim, room that would go to a suspended sender of a user that holds
 * more is left free instead, and pollers are woken. It is not left free if the
 * lane is empty: then nothing would be received any more that frees room again,
 * and the suspended sender would be stuck if the claim is never used.
 *
 * Out: the oldest message of the first lane that has one is *taken*; when it
 * was handed over its room is *released*. One that could not be handed over is
 * put back at the head of its lane, and nothing has changed. What the kernel
 * itself has to tell is *forced* in: it was allocated when the reason for it
 * came into being, and it has no part in the bound. So that a reader that never
 * reads holds no more and more of it, there is a largest number of those; from
 * then on the last one of a kind is counted up instead. Standing records
 * (record.h) are as many as the reasons for them, and are not counted here.
 *
 * Receivers sleep exclusively on @readable: a message wakes one of them.
 * Whoever was woken and leaves the message wakes the next. A new epoch, which
 * comes with a new receiver, wakes them all. Pollers for room sleep on
 * @writable. Both live as long as the object, which every open file refers to.
 * Receivers of several queues sleep elsewhere: @ready.
 *
 * A share lives while a handle refers to it, or while it holds room.
 */

/**
 * struct motet_room - an amount of room in a lane
 * @messages: messages [queue.lock]
 * @bytes: bytes of bodies and annexes [queue.lock]
 */
struct motet_room {
	u32 messages;
	u64 bytes;
};

/**
 * struct motet_share - what one user holds of one queue
 * @node: in the queue's table of shares [queue.lock]
 * @uid: the user [const]
 * @refs: handles that refer to it [queue.lock]
 * @held: room reserved or used, by lane [queue.lock]
 * @waiters: its suspended senders, first come first, by lane [queue.lock]
 * @waiting: in the lane's list of shares with suspended senders [queue.lock]
 * @claims: a sender was refused, by lane [queue.lock]
 * @claim_bytes: what it wanted to send, by lane [queue.lock]
 */
struct motet_share {
	struct hlist_node node;
	kuid_t uid;
	unsigned int refs;
	struct motet_room held[MOTET_PRIORITIES];
	struct list_head waiters[MOTET_PRIORITIES];
	struct list_head waiting[MOTET_PRIORITIES];
	bool claims[MOTET_PRIORITIES];
	u64 claim_bytes[MOTET_PRIORITIES];
};

/**
 * struct motet_lane - the messages of one priority
 * @messages: oldest first [queue.lock]
 * @limit: bound [const]
 * @used: room reserved or used [queue.lock]
 * @waiting: shares with suspended senders [queue.lock]
 * @claims: number of shares with a claim [queue.lock]
 */
struct motet_lane {
	struct list_head messages;
	struct motet_room limit;
	struct motet_room used;
	struct list_head waiting;
	u32 claims;
};

/**
 * struct motet_queue_stats - what happened at a queue
 * @sent: messages committed or forced in [queue.lock]
 * @received: messages taken for good [queue.lock]
 * @redelivered: messages that came back from a lease [queue.lock]
 * @expired: messages that nobody received in time [queue.lock]
 * @dead_letters: messages that went to the dead-letter port [queue.lock]
 * @returned: messages that went back to their senders [queue.lock]
 * @dropped: messages that were given up and went nowhere [queue.lock]
 * @cancelled: messages and requests that their senders withdrew [queue.lock]
 * @refused: reservations that ended for want of room [queue.lock]
 * @suspended: senders that wait for room now [queue.lock]
 * @suspended_total: senders that ever had to wait [queue.lock]
 * @longest_wait: longest that one waited, nanoseconds [queue.lock]
 * @messages_peak: largest depth [queue.lock]
 * @bytes_peak: most bytes reserved or used [queue.lock]
 */
struct motet_queue_stats {
	u64 sent;
	u64 received;
	u64 redelivered;
	u64 expired;
	u64 dead_letters;
	u64 returned;
	u64 dropped;
	u64 cancelled;
	u64 refused;
	u32 suspended;
	u64 suspended_total;
	u64 longest_wait;
	u32 messages_peak;
	u64 bytes_peak;
};

#define MOTET_QUEUE_SHARE_BITS	3

/* Kinds of exceptions: the last of &enum motet_exception, and one more. */
#define MOTET_QUEUE_EXCEPTIONS	(MOTET_EXCEPTION_CHECKPOINT + 1)

/* How many exceptions may lie in a queue before they are counted only. */
#define MOTET_QUEUE_FORCED_MAX	256

/* How many of anything are gone through before a lock is dropped for others. */
#define MOTET_BATCH	64

/**
 * struct motet_queue - a bounded queue with priorities
 * @lock: guards the queue, its shares and its waiters, and what the object
 *	around it says [own]
 * @closed: nothing comes in any more [queue.lock]
 * @fifo: suspended senders are served as they came [const]
 * @owner: identifier of the object around it, for traces [const]
 * @depth: messages in all lanes; read without the lock to see whether there
 *	is one at all [queue.lock]
 * @bytes: bytes reserved or used in all lanes [queue.lock]
 * @sequence: number of the last message committed [queue.lock]
 * @epoch: which sequence this is; read without the lock to see whether there is
 *	a new one [queue.lock]
 * @ready: it is received from together with others, or NULL [queue.lock]
 * @forced: messages without a part in the bound [queue.lock]
 * @last_forced: the last of them by &enum motet_exception, or NULL
 *	[queue.lock]
 * @arrivals: number of the last sender that was suspended [queue.lock]
 * @lanes: by priority [own]
 * @shares: by uid [queue.lock]
 * @readable: receivers and pollers [own]
 * @writable: pollers for room [own]
 * @stats: what happened [queue.lock]
 */
struct motet_queue {
	spinlock_t lock;
	bool closed;
	bool fifo;
	const struct motet_id *owner;
	u32 depth;
	u64 bytes;
	u64 sequence;
	u64 epoch;
	struct motet_ready *ready;
	u32 forced;
	struct motet_message *last_forced[MOTET_QUEUE_EXCEPTIONS];
	u64 arrivals;
	struct motet_lane lanes[MOTET_PRIORITIES];
	struct hlist_head shares[1 << MOTET_QUEUE_SHARE_BITS];
	wait_queue_head_t readable;
	wait_queue_head_t writable;
	struct motet_queue_stats stats;
};

/**
 * struct motet_suspended - those of one sender's threads that had to wait
 * @now: how many wait [queue.lock]
 * @released: how many did until the queue was closed [queue.lock]
 */
struct motet_suspended {
	u32 now;
	u32 released;
};

/**
 * struct motet_wait - how long a call may wait
 * @deadline: CLOCK_MONOTONIC in nanoseconds, 0 for ever [own]
 * @nonblock: not at all [own]
 * @suspended: counts it while it waits for room, or NULL [queue.lock]
 */
struct motet_wait {
	u64 deadline;
	bool nonblock;
	struct motet_suspended *suspended;
};

int motet_queue_init_cache(void);
void motet_queue_exit_cache(void);

void motet_queue_init(struct motet_queue *queue,
		      const struct motet_limits limits[MOTET_PRIORITIES],
		      bool fifo, const struct motet_id *owner);
void motet_queue_close(struct motet_queue *queue);

struct motet_share *motet_share_get(struct motet_queue *queue, kuid_t uid);
void motet_share_put(struct motet_queue *queue, struct motet_share *share);

int motet_queue_reserve(struct motet_queue *queue, struct motet_share *share,
			unsigned int priority, u64 bytes,
			const struct motet_wait *wait);
void motet_queue_unreserve(struct motet_queue *queue, struct motet_share *share,
			   unsigned int priority, u64 bytes);
void motet_queue_release_locked(struct motet_queue *queue,
				struct motet_share *share,
				unsigned int priority, u64 bytes);
int motet_queue_check_room_locked(struct motet_queue *queue, kuid_t uid,
				  unsigned int priority, u64 bytes);
int motet_queue_check_room(struct motet_queue *queue, kuid_t uid,
			   unsigned int priority, u64 bytes);
bool motet_queue_admits_locked(struct motet_queue *queue,
			       struct motet_share *share, unsigned int priority,
			       u64 bytes);
void motet_queue_claim_locked(struct motet_queue *queue,
			      struct motet_share *share, unsigned int priority,
			      u64 bytes);

int motet_queue_commit_locked(struct motet_queue *queue,
			      struct motet_message *message);
void motet_queue_append_locked(struct motet_queue *queue,
			       struct motet_message *message);
void motet_queue_force(struct motet_queue *queue, struct motet_message *message);
bool motet_queue_orphan_locked(struct motet_queue *queue,
			       struct motet_message *message);
void motet_queue_force_first_locked(struct motet_queue *queue,
				    struct motet_message *message);
void motet_queue_begin_epoch_locked(struct motet_queue *queue);
void motet_queue_wake(struct motet_queue *queue);

struct motet_message *motet_queue_peek_locked(struct motet_queue *queue);
void motet_queue_take_locked(struct motet_queue *queue,
			     struct motet_message *message);
void motet_queue_detach_locked(struct motet_queue *queue,
			       struct motet_message *message);
void motet_queue_withdraw_locked(struct motet_queue *queue,
				 struct motet_message *message);
int motet_queue_put_back_locked(struct motet_queue *queue,
				struct motet_message *message, bool sorted);
int motet_queue_wait(struct motet_queue *queue, u64 epoch,
		     const struct motet_wait *wait);
int motet_sleep_until(u64 deadline);

#endif /* _MOTET_QUEUE_H */
