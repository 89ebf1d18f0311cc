// SPDX-License-Identifier: GPL-2.0-only
/* Room in queues: who gets it, and who is suspended until then. */

#include <linux/freezer.h>
#include <linux/hash.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "queue_internal.h"
#include "trace.h"

/* What a sender's task waits for; any other value ends its wait. */
#define MOTET_SENDER_WAITING	1

/**
 * struct motet_sender - a suspended sender, on its own stack
 * @link: among the waiters of its share [queue.lock]
 * @task: who waits [const]
 * @bytes: room that it wants, for one message [const]
 * @arrival: its place in the order of all that were suspended [const]
 * @suspended: counts it, or NULL [queue.lock]
 * @result: %MOTET_SENDER_WAITING, 0 once it has its room, or an error
 *	[queue.lock, read without it to see whether to sleep on]
 */
struct motet_sender {
	struct list_head link;
	struct task_struct *task;
	u64 bytes;
	u64 arrival;
	struct motet_suspended *suspended;
	int result;
};

static struct kmem_cache *motet_share_cache;

/**
 * motet_queue_init_cache() - make the cache of shares
 *
 * Return: 0 or -ENOMEM.
 */
int motet_queue_init_cache(void)
{
	motet_share_cache = kmem_cache_create("motet_share",
					      sizeof(struct motet_share), 0,
					      SLAB_ACCOUNT, NULL);
	return motet_share_cache ? 0 : -ENOMEM;
}

/**
 * motet_queue_exit_cache() - give the cache of shares back
 */
void motet_queue_exit_cache(void)
{
	kmem_cache_destroy(motet_share_cache);
}

static struct hlist_head *motet_share_bucket(struct motet_queue *queue,
					     kuid_t uid)
{
	return &queue->shares[hash_32(__kuid_val(uid), MOTET_QUEUE_SHARE_BITS)];
}

static struct motet_share *motet_share_find(struct motet_queue *queue,
					    kuid_t uid)
{
	struct motet_share *share;

	lockdep_assert_held(&queue->lock);
	hlist_for_each_entry(share, motet_share_bucket(queue, uid), node)
		if (uid_eq(share->uid, uid))
			return share;
	return NULL;
}

static struct motet_share *motet_share_new(kuid_t uid)
{
	struct motet_share *share;
	unsigned int i;

	share = kmem_cache_zalloc(motet_share_cache, GFP_KERNEL);
	if (!share)
		return NULL;
	share->uid = uid;
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		INIT_LIST_HEAD(&share->waiters[i]);
		INIT_LIST_HEAD(&share->waiting[i]);
	}
	return share;
}

static struct motet_share *motet_share_refer(struct motet_queue *queue,
					     kuid_t uid,
					     struct motet_share *spare)
{
	struct motet_share *share;

	spin_lock(&queue->lock);
	share = motet_share_find(queue, uid);
	if (!share && spare) {
		share = spare;
		hlist_add_head(&share->node, motet_share_bucket(queue, uid));
	}
	if (share)
		share->refs++;
	spin_unlock(&queue->lock);
	return share;
}

/**
 * motet_share_get() - find or make the share of a user, and refer to it
 * @queue: the queue
 * @uid: the user
 *
 * Context: may sleep.
 * Return: the share, or NULL without memory.
 */
struct motet_share *motet_share_get(struct motet_queue *queue, kuid_t uid)
{
	struct motet_share *share, *spare;

	share = motet_share_refer(queue, uid, NULL);
	if (share)
		return share;
	spare = motet_share_new(uid);
	if (!spare)
		return NULL;
	share = motet_share_refer(queue, uid, spare);
	if (share != spare)
		kmem_cache_free(motet_share_cache, spare);
	return share;
}

/* Takes a share that nothing refers to out of the queue, to be freed. */
static bool motet_share_retire(struct motet_queue *queue,
			       struct motet_share *share)
{
	unsigned int i;

	lockdep_assert_held(&queue->lock);
	if (share->refs)
		return false;
	for (i = 0; i < MOTET_PRIORITIES; i++)
		if (share->held[i].messages)
			return false;
	for (i = 0; i < MOTET_PRIORITIES; i++)
		queue->lanes[i].claims -= share->claims[i];
	hlist_del(&share->node);
	return true;
}

/**
 * motet_share_put() - no longer refer to a share
 * @queue: its queue
 * @share: the share, or NULL
 *
 * Context: any but hard interrupt; the queue's lock is not held.
 */
void motet_share_put(struct motet_queue *queue, struct motet_share *share)
{
	bool retired;

	if (!share)
		return;
	spin_lock(&queue->lock);
	share->refs--;
	retired = motet_share_retire(queue, share);
	spin_unlock(&queue->lock);
	if (retired)
		kmem_cache_free(motet_share_cache, share);
}

static bool motet_lane_fits(const struct motet_lane *lane, u64 bytes)
{
	return lane->used.messages < lane->limit.messages &&
	       lane->used.bytes + bytes <= lane->limit.bytes;
}

static void motet_room_take(struct motet_queue *queue,
			    struct motet_share *share, unsigned int priority,
			    u64 bytes)
{
	struct motet_lane *lane = &queue->lanes[priority];

	lockdep_assert_held(&queue->lock);
	lane->used.messages++;
	lane->used.bytes += bytes;
	share->held[priority].messages++;
	share->held[priority].bytes += bytes;
	queue->bytes += bytes;
	queue->stats.bytes_peak = max(queue->stats.bytes_peak, queue->bytes);
}

/*
 * Compares what two users hold of a lane: each by the larger of its parts of
 * the messages and of the bytes. Limits are at most 2^24 and 2^36, so that the
 * products fit.
 */
static u64 motet_share_part(const struct motet_lane *lane,
			    const struct motet_room *held)
{
	return max(held->messages * lane->limit.bytes,
		   held->bytes * lane->limit.messages);
}

static struct motet_sender *motet_share_first(struct motet_share *share,
					      unsigned int priority)
{
	return list_first_entry(&share->waiters[priority], struct motet_sender,
				link);
}

static struct motet_share *motet_lane_next(struct motet_queue *queue,
					   unsigned int priority)
{
	struct motet_lane *lane = &queue->lanes[priority];
	struct motet_share *share, *best = NULL;
	u64 part, arrival, best_part = 0, best_arrival = 0;

	lockdep_assert_held(&queue->lock);
	list_for_each_entry(share, &lane->waiting, waiting[priority]) {
		part = queue->fifo ? 0 :
		       motet_share_part(lane, &share->held[priority]);
		arrival = motet_share_first(share, priority)->arrival;
		if (!best || part < best_part ||
		    (part == best_part && arrival < best_arrival)) {
			best = share;
			best_part = part;
			best_arrival = arrival;
		}
	}
	return best;
}

static void motet_share_unclaim(struct motet_queue *queue,
				struct motet_share *share,
				unsigned int priority)
{
	queue->lanes[priority].claims -= share->claims[priority];
	share->claims[priority] = false;
}

/*
 * Whether free room is left to somebody who was refused, and whose user holds
 * less than the one whose turn it is. It uses that claim up.
 */
static bool motet_lane_yields(struct motet_queue *queue, unsigned int priority,
			      const struct motet_share *next)
{
	struct motet_lane *lane = &queue->lanes[priority];
	u64 part = motet_share_part(lane, &next->held[priority]);
	struct motet_share *share;
	unsigned int i;

	if (queue->fifo || !lane->claims || !lane->used.messages)
		return false;
	for (i = 0; i < ARRAY_SIZE(queue->shares); i++) {
		hlist_for_each_entry(share, &queue->shares[i], node) {
			if (!share->claims[priority] ||
			    motet_share_part(lane, &share->held[priority]) >= part ||
			    !motet_lane_fits(lane, share->claim_bytes[priority]))
				continue;
			motet_share_unclaim(queue, share, priority);
			return true;
		}
	}
	return false;
}

static void motet_sender_remove(struct motet_share *share,
				unsigned int priority,
				struct motet_sender *sender)
{
	list_del(&sender->link);
	if (list_empty(&share->waiters[priority]))
		list_del_init(&share->waiting[priority]);
}

/*
 * Ends the wait of a sender. It takes the queue's lock before it returns, so
 * its stack and its task are there as long as the lock is held.
 */
static void motet_sender_wake(struct motet_sender *sender, int result)
{
	WRITE_ONCE(sender->result, result);
	wake_up_process(sender->task);
}

static void motet_lane_grant(struct motet_queue *queue, unsigned int priority)
{
	struct motet_lane *lane = &queue->lanes[priority];
	struct motet_sender *sender;
	struct motet_share *share;

	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return;
	while ((share = motet_lane_next(queue, priority))) {
		sender = motet_share_first(share, priority);
		/* somebody whose user holds less may pass it */
		if (!motet_lane_fits(lane, sender->bytes))
			break;
		if (motet_lane_yields(queue, priority, share))
			break;
		motet_room_take(queue, share, priority, sender->bytes);
		motet_sender_remove(share, priority, sender);
		motet_sender_wake(sender, 0);
	}
	if (wq_has_sleeper(&queue->writable))
		wake_up_interruptible_poll(&queue->writable,
					   EPOLLOUT | EPOLLWRNORM);
}

/* Returns the share if it is to be freed, else NULL. */
static struct motet_share *motet_room_give(struct motet_queue *queue,
					   struct motet_share *share,
					   unsigned int priority, u64 bytes)
{
	struct motet_lane *lane = &queue->lanes[priority];

	lockdep_assert_held(&queue->lock);
	lane->used.messages--;
	lane->used.bytes -= bytes;
	share->held[priority].messages--;
	share->held[priority].bytes -= bytes;
	queue->bytes -= bytes;
	motet_lane_grant(queue, priority);
	return motet_share_retire(queue, share) ? share : NULL;
}

/*
 * Whoever is suspended comes first, but for those whose user holds less. @held
 * is what the sender's user does, NULL for nothing.
 */
static bool motet_lane_admits(struct motet_queue *queue,
			      const struct motet_share *held,
			      unsigned int priority, u64 bytes)
{
	struct motet_lane *lane = &queue->lanes[priority];
	struct motet_share *next;
	u64 part;

	lockdep_assert_held(&queue->lock);
	if (!motet_lane_fits(lane, bytes))
		return false;
	next = motet_lane_next(queue, priority);
	if (!next || queue->fifo)
		return !next;
	part = held ? motet_share_part(lane, &held->held[priority]) : 0;
	return part < motet_share_part(lane, &next->held[priority]);
}

/**
 * motet_queue_check_room_locked() - whether there is room for a user's message
 * @queue: the queue; its lock is held
 * @uid: the user
 * @priority: of the message
 * @bytes: of the message
 *
 * Return: 0 if motet_queue_reserve() gives it at once; else -EAGAIN, -EMSGSIZE
 * if it can never fit, -EOWNERDEAD if the queue is closed.
 */
int motet_queue_check_room_locked(struct motet_queue *queue, kuid_t uid,
				  unsigned int priority, u64 bytes)
{
	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return -EOWNERDEAD;
	if (bytes > queue->lanes[priority].limit.bytes)
		return -EMSGSIZE;
	return motet_lane_admits(queue, motet_share_find(queue, uid), priority,
				 bytes) ? 0 : -EAGAIN;
}

/**
 * motet_queue_check_room() - whether there is room for a user's message
 * @queue: the queue
 * @uid: the user
 * @priority: of the message
 * @bytes: of the message
 *
 * Context: any but hard interrupt; the queue's lock is not held.
 * Return: as motet_queue_check_room_locked().
 */
int motet_queue_check_room(struct motet_queue *queue, kuid_t uid,
			   unsigned int priority, u64 bytes)
{
	int err;

	spin_lock(&queue->lock);
	err = motet_queue_check_room_locked(queue, uid, priority, bytes);
	spin_unlock(&queue->lock);
	return err;
}

/**
 * motet_queue_admits_locked() - whether a message would get room at once
 * @queue: the queue; its lock is held
 * @share: who would send it
 * @priority: of the message
 * @bytes: of the message
 *
 * Return: true if it would, or if the queue is closed: sending tells.
 */
bool motet_queue_admits_locked(struct motet_queue *queue,
			       struct motet_share *share, unsigned int priority,
			       u64 bytes)
{
	lockdep_assert_held(&queue->lock);
	return queue->closed ||
	       motet_lane_admits(queue, share, priority, bytes);
}

/**
 * motet_queue_claim_locked() - note that a sender was refused
 * @queue: the queue; its lock is held
 * @share: whose sender it is; the caller refers to it
 * @priority: of its message
 * @bytes: of its message
 */
void motet_queue_claim_locked(struct motet_queue *queue,
			      struct motet_share *share, unsigned int priority,
			      u64 bytes)
{
	lockdep_assert_held(&queue->lock);
	queue->lanes[priority].claims += !share->claims[priority];
	share->claims[priority] = true;
	share->claim_bytes[priority] = bytes;
}

static int motet_queue_try_reserve(struct motet_queue *queue,
				   struct motet_share *share,
				   unsigned int priority, u64 bytes)
{
	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return -EOWNERDEAD;
	if (bytes > queue->lanes[priority].limit.bytes)
		return -EMSGSIZE;
	if (!motet_queue_admits_locked(queue, share, priority, bytes))
		return -EAGAIN;
	motet_share_unclaim(queue, share, priority);
	motet_room_take(queue, share, priority, bytes);
	return 0;
}

static int motet_sender_sleep(struct motet_sender *sender, u64 deadline)
{
	int err = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (err || READ_ONCE(sender->result) != MOTET_SENDER_WAITING)
			break;
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(deadline);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

static void motet_sender_count(struct motet_queue *queue,
			       struct motet_sender *sender, int more)
{
	lockdep_assert_held(&queue->lock);
	queue->stats.suspended += more;
	if (sender->suspended)
		sender->suspended->now += more;
}

/* The queue's lock is held, and is dropped and taken again. */
static int motet_sender_suspend(struct motet_queue *queue,
				struct motet_share *share,
				unsigned int priority, u64 bytes,
				const struct motet_wait *wait)
{
	struct motet_sender sender = {
		.task = current,
		.bytes = bytes,
		.arrival = ++queue->arrivals,
		.suspended = wait->suspended,
		.result = MOTET_SENDER_WAITING,
	};
	u64 since = ktime_get_ns(), waited;
	int err;

	lockdep_assert_held(&queue->lock);
	if (list_empty(&share->waiters[priority]))
		list_add_tail(&share->waiting[priority],
			      &queue->lanes[priority].waiting);
	list_add_tail(&sender.link, &share->waiters[priority]);
	motet_sender_count(queue, &sender, 1);
	queue->stats.suspended_total++;
	motet_lane_grant(queue, priority);
	spin_unlock(&queue->lock);

	trace_motet_sender_suspend(queue->owner, priority, bytes);
	err = motet_sender_sleep(&sender, wait->deadline);
	waited = ktime_get_ns() - since;

	spin_lock(&queue->lock);
	if (sender.result == MOTET_SENDER_WAITING) {
		motet_sender_remove(share, priority, &sender);
		sender.result = err;
		motet_lane_grant(queue, priority);
	}
	motet_sender_count(queue, &sender, -1);
	queue->stats.longest_wait = max(queue->stats.longest_wait, waited);
	trace_motet_sender_resume(queue->owner, waited, sender.result);
	return sender.result;
}

/**
 * motet_queue_reserve() - get room for one message
 * @queue: the queue
 * @share: who it is for; the caller refers to it
 * @priority: of the message
 * @bytes: of the message
 * @wait: how long the sender may be suspended
 *
 * Context: may sleep unless @wait says not to.
 * Return: 0, or -EMSGSIZE if it can never fit, -EOWNERDEAD if the queue is
 * closed, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.
 */
int motet_queue_reserve(struct motet_queue *queue, struct motet_share *share,
			unsigned int priority, u64 bytes,
			const struct motet_wait *wait)
{
	int err;

	spin_lock(&queue->lock);
	err = motet_queue_try_reserve(queue, share, priority, bytes);
	if (err == -EAGAIN && !wait->nonblock)
		err = motet_sender_suspend(queue, share, priority, bytes, wait);
	if (err == -EAGAIN || err == -ETIMEDOUT)
		queue->stats.refused++;
	spin_unlock(&queue->lock);
	return err;
}

/**
 * motet_queue_release_locked() - give the room of a message back
 * @queue: the queue; its lock is held
 * @share: who it was for, or NULL if the message had none
 * @priority: as it was reserved
 * @bytes: as it was reserved
 */
void motet_queue_release_locked(struct motet_queue *queue,
				struct motet_share *share,
				unsigned int priority, u64 bytes)
{
	struct motet_share *retired;

	lockdep_assert_held(&queue->lock);
	if (!share)
		return;
	retired = motet_room_give(queue, share, priority, bytes);
	if (retired)
		kmem_cache_free(motet_share_cache, retired);
}

/**
 * motet_queue_unreserve() - give room back that was not used
 * @queue: the queue
 * @share: who it was for
 * @priority: as it was reserved
 * @bytes: as it was reserved
 *
 * Context: any but hard interrupt; the queue's lock is not held.
 */
void motet_queue_unreserve(struct motet_queue *queue, struct motet_share *share,
			   unsigned int priority, u64 bytes)
{
	spin_lock(&queue->lock);
	motet_queue_release_locked(queue, share, priority, bytes);
	spin_unlock(&queue->lock);
}

/**
 * motet_queue_dismiss_locked() - wake one suspended sender, if there is one
 * @queue: a closed queue; its lock is held
 *
 * Return: true if there was one.
 */
bool motet_queue_dismiss_locked(struct motet_queue *queue)
{
	struct motet_sender *sender;
	struct motet_share *share;
	unsigned int i;

	lockdep_assert_held(&queue->lock);
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		share = list_first_entry_or_null(&queue->lanes[i].waiting,
						 struct motet_share,
						 waiting[i]);
		if (!share)
			continue;
		sender = motet_share_first(share, i);
		motet_sender_remove(share, i, sender);
		if (sender->suspended)
			sender->suspended->released++;
		motet_sender_wake(sender, -EOWNERDEAD);
		return true;
	}
	return false;
}
