// SPDX-License-Identifier: GPL-2.0-only
/* The one bounded queue that everything asynchronous goes through. */

#include <linux/freezer.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "message.h"
#include "queue.h"
#include "trace.h"

/* What a sender's task waits for; any other value ends its wait. */
#define MOTET_SENDER_WAITING	1

/**
 * struct motet_sender - a suspended sender, on its own stack
 * @link: among the waiters of its share [queue.lock]
 * @task: who waits [const]
 * @bytes: room that it wants, for one message [const]
 * @arrival: its place in the order of all that were suspended [const]
 * @result: %MOTET_SENDER_WAITING, 0 once it has its room, or an error
 *	[queue.lock, read without it to see whether to sleep on]
 */
struct motet_sender {
	struct list_head link;
	struct task_struct *task;
	u64 bytes;
	u64 arrival;
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

/**
 * motet_queue_init() - make an empty queue
 * @queue: the queue
 * @limits: bounds by priority
 * @fifo: serve suspended senders as they came
 * @owner: identifier of the object around it, as long-lived as the queue
 */
void motet_queue_init(struct motet_queue *queue,
		      const struct motet_limits limits[MOTET_PRIORITIES],
		      bool fifo, const struct motet_id *owner)
{
	unsigned int i;

	memset(queue, 0, sizeof(*queue));
	spin_lock_init(&queue->lock);
	init_waitqueue_head(&queue->readable);
	init_waitqueue_head(&queue->writable);
	queue->fifo = fifo;
	queue->owner = owner;
	queue->epoch = 1;
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		INIT_LIST_HEAD(&queue->lanes[i].messages);
		INIT_LIST_HEAD(&queue->lanes[i].waiting);
		queue->lanes[i].limit.messages = limits[i].messages;
		queue->lanes[i].limit.bytes = limits[i].bytes;
	}
	for (i = 0; i < ARRAY_SIZE(queue->shares); i++)
		INIT_HLIST_HEAD(&queue->shares[i]);
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
	struct motet_share *spare = motet_share_new(uid);
	struct motet_share *share;

	if (!spare)
		return NULL;
	spin_lock(&queue->lock);
	share = motet_share_find(queue, uid);
	if (!share) {
		share = spare;
		hlist_add_head(&share->node, motet_share_bucket(queue, uid));
	}
	share->refs++;
	spin_unlock(&queue->lock);
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
		if (!motet_lane_fits(lane, sender->bytes))
			return;
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
	struct motet_lane *lane = &queue->lanes[priority];
	struct motet_share *next;

	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return true;
	if (!motet_lane_fits(lane, bytes))
		return false;
	next = motet_lane_next(queue, priority);
	return !next || (!queue->fifo &&
			 motet_share_part(lane, &share->held[priority]) <
			 motet_share_part(lane, &next->held[priority]));
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

/**
 * motet_sleep_until() - sleep in the state that the task is in
 * @deadline: the task's CLOCK_MONOTONIC in nanoseconds, or 0 for no deadline
 *
 * Return: 0, or -ETIMEDOUT if the deadline passed.
 */
int motet_sleep_until(u64 deadline)
{
	ktime_t expires;

	if (!deadline) {
		schedule();
		return 0;
	}
	expires = clamp_t(s64, min_t(u64, deadline, KTIME_MAX) -
			  motet_monotonic_offset(), 1, KTIME_MAX);
	return schedule_hrtimeout_range(&expires, current->timer_slack_ns,
					HRTIMER_MODE_ABS) ? 0 : -ETIMEDOUT;
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

/* The queue's lock is held, and is dropped and taken again. */
static int motet_sender_suspend(struct motet_queue *queue,
				struct motet_share *share,
				unsigned int priority, u64 bytes, u64 deadline)
{
	struct motet_sender sender = {
		.task = current,
		.bytes = bytes,
		.arrival = ++queue->arrivals,
		.result = MOTET_SENDER_WAITING,
	};
	u64 since = ktime_get_ns(), waited;
	int err;

	lockdep_assert_held(&queue->lock);
	if (list_empty(&share->waiters[priority]))
		list_add_tail(&share->waiting[priority],
			      &queue->lanes[priority].waiting);
	list_add_tail(&sender.link, &share->waiters[priority]);
	queue->stats.suspended++;
	queue->stats.suspended_total++;
	motet_lane_grant(queue, priority);
	spin_unlock(&queue->lock);

	trace_motet_sender_suspend(queue->owner, priority, bytes);
	err = motet_sender_sleep(&sender, deadline);
	waited = ktime_get_ns() - since;

	spin_lock(&queue->lock);
	if (sender.result == MOTET_SENDER_WAITING) {
		motet_sender_remove(share, priority, &sender);
		sender.result = err;
		motet_lane_grant(queue, priority);
	}
	queue->stats.suspended--;
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
		err = motet_sender_suspend(queue, share, priority, bytes,
					   wait->deadline);
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

/* What was forced in has no share of the room, whatever else has. */
static bool motet_message_is_forced(const struct motet_message *message)
{
	return message->exception && !message->share;
}

static void motet_queue_count_in(struct motet_queue *queue,
				 struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	WRITE_ONCE(queue->depth, queue->depth + 1);
	if (motet_message_is_forced(message))
		queue->forced++;
	queue->stats.messages_peak = max(queue->stats.messages_peak,
					 queue->depth);
}

/**
 * motet_queue_commit_locked() - queue a message whose room is reserved
 * @queue: the queue; its lock is held
 * @message: its @share says who the room was reserved for
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 *
 * Return: 0, or -EOWNERDEAD if the queue is closed; the message and the
 * reservation are still the caller's then.
 */
int motet_queue_commit_locked(struct motet_queue *queue,
			      struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return -EOWNERDEAD;
	message->sequence = ++queue->sequence;
	message->epoch = queue->epoch;
	message->realtime = ktime_get_real_ns();
	message->monotonic = ktime_get_ns();
	list_add_tail(&message->link,
		      &queue->lanes[message->priority].messages);
	motet_queue_count_in(queue, message);
	queue->stats.sent++;
	trace_motet_message_queue(queue->owner, message->id, message->priority,
				  motet_message_bytes(message));
	return 0;
}

/**
 * motet_queue_commit() - queue a message whose room is reserved, and wake
 * @queue: the queue
 * @message: its @share says who the room was reserved for
 *
 * Context: any but hard interrupt; the queue's lock is not held.
 * Return: as motet_queue_commit_locked().
 */
int motet_queue_commit(struct motet_queue *queue, struct motet_message *message)
{
	int err;

	spin_lock(&queue->lock);
	err = motet_queue_commit_locked(queue, message);
	spin_unlock(&queue->lock);
	if (!err)
		motet_queue_wake(queue);
	return err;
}

static bool motet_queue_coalesce(struct motet_queue *queue,
				 struct motet_message *message)
{
	struct motet_message *last = queue->last_forced[message->exception];

	lockdep_assert_held(&queue->lock);
	if (!last || queue->forced < MOTET_QUEUE_FORCED_MAX)
		return false;
	last->count++;
	return true;
}

/**
 * motet_queue_force() - queue what the kernel has to tell
 * @queue: the queue
 * @message: an exception; it has no part in the bound. The queue's from now
 *	on, or freed: if the queue is closed, or full of unread exceptions
 *
 * Context: any but hard interrupt; the queue's lock is not held.
 */
void motet_queue_force(struct motet_queue *queue, struct motet_message *message)
{
	bool queued;

	message->realtime = ktime_get_real_ns();
	message->monotonic = ktime_get_ns();
	trace_motet_exception(&message->to, message->exception);
	spin_lock(&queue->lock);
	queued = !queue->closed && !motet_queue_coalesce(queue, message);
	if (queued) {
		list_add_tail(&message->link,
			      &queue->lanes[message->priority].messages);
		motet_queue_count_in(queue, message);
		queue->last_forced[message->exception] = message;
		queue->stats.sent++;
	}
	spin_unlock(&queue->lock);
	if (queued)
		motet_queue_wake(queue);
	else
		motet_message_free(message);
}

/**
 * motet_queue_wake() - wake one receiver, and those who poll
 * @queue: the queue
 *
 * Called after a message was queued, and by a receiver that leaves one.
 */
void motet_queue_wake(struct motet_queue *queue)
{
	if (wq_has_sleeper(&queue->readable))
		wake_up_interruptible_poll(&queue->readable,
					   EPOLLIN | EPOLLRDNORM);
}

/**
 * motet_queue_peek_locked() - the message that is to be received next
 * @queue: the queue; its lock is held
 *
 * Return: the message, which stays in the queue, or NULL.
 */
struct motet_message *motet_queue_peek_locked(struct motet_queue *queue)
{
	unsigned int i;

	lockdep_assert_held(&queue->lock);
	if (!queue->depth)
		return NULL;
	for (i = 0; i < MOTET_PRIORITIES; i++)
		if (!list_empty(&queue->lanes[i].messages))
			return list_first_entry(&queue->lanes[i].messages,
						struct motet_message, link);
	return NULL;
}

static void motet_queue_unlink(struct motet_queue *queue,
			       struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	list_del_init(&message->link);
	WRITE_ONCE(queue->depth, queue->depth - 1);
	if (!motet_message_is_forced(message))
		return;
	queue->forced--;
	if (queue->last_forced[message->exception] == message)
		queue->last_forced[message->exception] = NULL;
}

/**
 * motet_queue_withdraw_locked() - take a message out that is not received
 * @queue: the queue; its lock is held
 * @message: a message that lies in it; the caller's from now on
 */
void motet_queue_withdraw_locked(struct motet_queue *queue,
				 struct motet_message *message)
{
	struct motet_share *share = message->share;

	motet_queue_unlink(queue, message);
	message->share = NULL;
	motet_queue_release_locked(queue, share, message->priority,
				   motet_message_bytes(message));
}

/**
 * motet_queue_take_locked() - take a message out to receive it
 * @queue: the queue; its lock is held
 * @message: a message that lies in it; the caller's from now on. Its room is
 *	kept, until it is released or the message is put back
 */
void motet_queue_take_locked(struct motet_queue *queue,
			     struct motet_message *message)
{
	motet_queue_unlink(queue, message);
	queue->stats.received++;
	trace_motet_message_take(queue->owner, message->id, message->priority,
				 motet_message_bytes(message));
}

/**
 * motet_queue_put_back_locked() - a message that was taken was not received
 * @queue: the queue; its lock is held
 * @message: it goes to the head of its lane, where it has its room
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 *
 * Return: 0, or -EOWNERDEAD if the queue is closed; the message is still the
 * caller's then.
 */
int motet_queue_put_back_locked(struct motet_queue *queue,
				struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return -EOWNERDEAD;
	message->redelivered++;
	list_add(&message->link, &queue->lanes[message->priority].messages);
	motet_queue_count_in(queue, message);
	queue->stats.received--;
	trace_motet_message_put_back(queue->owner, message->id,
				     message->priority,
				     motet_message_bytes(message));
	return 0;
}

/**
 * motet_queue_wait() - sleep until there is a message, or the queue is closed
 * @queue: the queue
 * @wait: how long
 *
 * A receiver that was woken may find that another was faster; and one that got
 * an error looks once more, since it may have been woken for a message, too.
 *
 * Context: may sleep unless @wait says not to.
 * Return: 0, -EAGAIN, -ETIMEDOUT or -ERESTARTSYS.
 */
int motet_queue_wait(struct motet_queue *queue, const struct motet_wait *wait)
{
	DEFINE_WAIT(entry);
	int err = 0;

	if (wait->nonblock)
		return -EAGAIN;
	prepare_to_wait_exclusive(&queue->readable, &entry,
				  TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (!READ_ONCE(queue->depth) && !READ_ONCE(queue->closed)) {
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(wait->deadline);
	}
	finish_wait(&queue->readable, &entry);
	return err;
}

/* Wakes one suspended sender, if there is one. */
static bool motet_queue_dismiss(struct motet_queue *queue)
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
		motet_sender_wake(sender, -EOWNERDEAD);
		return true;
	}
	return false;
}

/**
 * motet_queue_close() - let nothing in any more, and wake all who wait
 * @queue: the queue; what lies in it stays there, to be withdrawn
 *
 * Context: may sleep; the queue's lock is not held.
 */
void motet_queue_close(struct motet_queue *queue)
{
	unsigned int i;

	spin_lock(&queue->lock);
	WRITE_ONCE(queue->closed, true);
	spin_unlock(&queue->lock);
	do {
		spin_lock(&queue->lock);
		for (i = 0; i < MOTET_BATCH && motet_queue_dismiss(queue); i++)
			;
		spin_unlock(&queue->lock);
		cond_resched();
	} while (i == MOTET_BATCH);
	wake_up_interruptible_all(&queue->readable);
	wake_up_interruptible_all(&queue->writable);
}
