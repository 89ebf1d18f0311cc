// SPDX-License-Identifier: GPL-2.0-only
/* The one bounded queue that everything asynchronous goes through. */

#include <linux/freezer.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "message.h"
#include "queue_internal.h"
#include "ready.h"
#include "trace.h"

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
	expires = ns_to_ktime(motet_monotonic_from_user(deadline));
	return schedule_hrtimeout_range(&expires, current->timer_slack_ns,
					HRTIMER_MODE_ABS) ? 0 : -ETIMEDOUT;
}

/*
 * What was forced in has no share of the room, and is freed when it is read. A
 * record is not, unless nothing else bounds it any more.
 */
static bool motet_message_is_forced(const struct motet_message *message)
{
	return message->exception && !message->share &&
	       (!message->finished || message->orphan);
}

static void motet_queue_count_in(struct motet_queue *queue,
				 struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	WRITE_ONCE(queue->depth, queue->depth + 1);
	message->queued = true;
	if (motet_message_is_forced(message))
		queue->forced++;
	queue->stats.messages_peak = max(queue->stats.messages_peak,
					 queue->depth);
	if (queue->ready)
		motet_ready_add(queue->ready);
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
	message->realtime = message->published ?: ktime_get_real_ns();
	message->monotonic = ktime_get_ns();
	list_add_tail(&message->link,
		      &queue->lanes[message->priority].messages);
	motet_queue_count_in(queue, message);
	queue->stats.sent++;
	trace_motet_message_queue(queue->owner, message->id, message->priority,
				  motet_message_bytes(message));
	return 0;
}

static bool motet_queue_coalesce(struct motet_queue *queue,
				 struct motet_message *message)
{
	struct motet_message *last = queue->last_forced[message->exception];

	lockdep_assert_held(&queue->lock);
	if (!last || queue->forced < MOTET_QUEUE_FORCED_MAX)
		return false;
	last->count += message->count;
	return true;
}

/**
 * motet_queue_append_locked() - queue a message that takes no room
 * @queue: the queue, not closed; its lock is held
 * @message: an exception
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 */
void motet_queue_append_locked(struct motet_queue *queue,
			       struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	message->realtime = ktime_get_real_ns();
	message->monotonic = ktime_get_ns();
	list_add_tail(&message->link,
		      &queue->lanes[message->priority].messages);
	motet_queue_count_in(queue, message);
	queue->stats.sent++;
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

	trace_motet_exception(&message->to, message->exception);
	spin_lock(&queue->lock);
	queued = !queue->closed && !motet_queue_coalesce(queue, message);
	if (queued) {
		motet_queue_append_locked(queue, message);
		queue->last_forced[message->exception] = message;
	}
	spin_unlock(&queue->lock);
	if (queued)
		motet_queue_wake(queue);
	else
		motet_message_free(message);
}

/**
 * motet_queue_orphan_locked() - the message of a record has nobody else any more
 * @queue: the queue; its lock is held
 * @message: it lies in the queue, or is being received from it
 *
 * From now on it counts as what was forced in.
 *
 * Return: true if it is not in the queue any more, since that is full of unread
 * exceptions: it is counted in the last of its kind, and is the caller's.
 */
bool motet_queue_orphan_locked(struct motet_queue *queue,
			       struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	if (message->queued && motet_queue_coalesce(queue, message)) {
		motet_queue_detach_locked(queue, message);
		return true;
	}
	message->orphan = true;
	if (message->queued) {
		queue->forced++;
		queue->last_forced[message->exception] = message;
	}
	return false;
}

/**
 * motet_queue_force_first_locked() - queue what is to be received before all else
 * @queue: the queue, which is not closed; its lock is held
 * @message: an exception of the first priority; the queue's from now on
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 */
void motet_queue_force_first_locked(struct motet_queue *queue,
				    struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	message->realtime = ktime_get_real_ns();
	message->monotonic = ktime_get_ns();
	trace_motet_exception(&message->to, message->exception);
	list_add(&message->link, &queue->lanes[message->priority].messages);
	motet_queue_count_in(queue, message);
	queue->last_forced[message->exception] = message;
	queue->stats.sent++;
}

/**
 * motet_queue_begin_epoch_locked() - begin another sequence: the receiver changes
 * @queue: the queue; its lock is held
 */
void motet_queue_begin_epoch_locked(struct motet_queue *queue)
{
	lockdep_assert_held(&queue->lock);
	WRITE_ONCE(queue->epoch, queue->epoch + 1);
	queue->sequence = 0;
	wake_up_interruptible_all(&queue->readable);
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

/**
 * motet_queue_detach_locked() - take a message out, and keep its room
 * @queue: the queue; its lock is held
 * @message: a message that lies in it; the caller's from now on
 */
void motet_queue_detach_locked(struct motet_queue *queue,
			       struct motet_message *message)
{
	lockdep_assert_held(&queue->lock);
	list_del_init(&message->link);
	message->queued = false;
	WRITE_ONCE(queue->depth, queue->depth - 1);
	if (queue->ready && !queue->depth)
		motet_ready_remove(queue->ready);
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

	motet_queue_detach_locked(queue, message);
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
	motet_queue_detach_locked(queue, message);
	queue->stats.received++;
	trace_motet_message_take(queue->owner, message->id, message->priority,
				 motet_message_bytes(message));
}

/* What a new holder is told of that stays before all else. */
static struct list_head *motet_queue_head(struct motet_queue *queue,
					  unsigned int priority)
{
	struct motet_message *first;

	first = queue->last_forced[MOTET_EXCEPTION_TAKEN_OVER];
	return first && first->priority == priority ?
		&first->link : &queue->lanes[priority].messages;
}

/*
 * Behind those at the head that other receivers have put back and that were sent
 * before it. There are few, as there are few receivers; what is older than them
 * was given back and may be any number.
 */
static struct list_head *motet_queue_place(struct motet_queue *queue,
					   const struct motet_message *message)
{
	struct list_head *lane = &queue->lanes[message->priority].messages;
	struct list_head *place = motet_queue_head(queue, message->priority);
	const struct motet_message *next;
	unsigned int i;

	for (i = 0; i < MOTET_BATCH && place->next != lane; i++) {
		next = list_entry(place->next, struct motet_message, link);
		if (!next->sequence || !motet_message_is_before(next, message))
			break;
		place = place->next;
	}
	return place;
}

/**
 * motet_queue_put_back_locked() - a message that was taken was not received
 * @queue: the queue; its lock is held
 * @message: it goes to the head of its lane, where it has its room; its count
 *	of redeliveries is the caller's
 * @sorted: not before what was sent before it and is at the head as well
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 *
 * Return: 0, or -EOWNERDEAD if the queue is closed; the message is still the
 * caller's then.
 */
int motet_queue_put_back_locked(struct motet_queue *queue,
				struct motet_message *message, bool sorted)
{
	lockdep_assert_held(&queue->lock);
	if (queue->closed)
		return -EOWNERDEAD;
	list_add(&message->link, sorted ?
		 motet_queue_place(queue, message) :
		 motet_queue_head(queue, message->priority));
	motet_queue_count_in(queue, message);
	if (message->exception == MOTET_EXCEPTION_TAKEN_OVER)
		queue->last_forced[message->exception] = message;
	queue->stats.received--;
	trace_motet_message_put_back(queue->owner, message->id,
				     message->priority,
				     motet_message_bytes(message));
	return 0;
}

/**
 * motet_queue_wait() - sleep until there is a message, or will be none
 * @queue: the queue
 * @epoch: what it was when there was no message: another one ends the wait
 * @wait: how long
 *
 * A receiver that was woken may find that another was faster; and one that got
 * an error looks once more, since it may have been woken for a message, too.
 *
 * Context: may sleep unless @wait says not to.
 * Return: 0, -EAGAIN, -ETIMEDOUT or -ERESTARTSYS.
 */
int motet_queue_wait(struct motet_queue *queue, u64 epoch,
		     const struct motet_wait *wait)
{
	DEFINE_WAIT(entry);
	int err = 0;

	if (wait->nonblock)
		return -EAGAIN;
	prepare_to_wait_exclusive(&queue->readable, &entry,
				  TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (!READ_ONCE(queue->depth) && !READ_ONCE(queue->closed) &&
	    READ_ONCE(queue->epoch) == epoch) {
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(wait->deadline);
	}
	finish_wait(&queue->readable, &entry);
	return err;
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
		for (i = 0; i < MOTET_BATCH && motet_queue_dismiss_locked(queue); i++)
			;
		spin_unlock(&queue->lock);
		cond_resched();
	} while (i == MOTET_BATCH);
	wake_up_interruptible_all(&queue->readable);
	wake_up_interruptible_all(&queue->writable);
}
