/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of several queues have a message, the most urgent first. */
#ifndef _MOTET_READY_H
#define _MOTET_READY_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <uapi/linux/motet.h>

/**
 * DOC: ready
 *
 * Each actor has a set of ports that it receives from together. A queue is
 * *enabled* in a set while it refers to a &struct motet_ready; that is in one of
 * the lists of the set, by its priority, as long as the queue has a message.
 *
 * In a list stands first what has waited longest: a queue comes to the end when
 * its first message comes, and again when a message of it was received by the
 * set. So no port of a priority can keep the others from being served.
 *
 * Every message that comes into an enabled queue, whether it is new or comes
 * back, wakes one receiver of the set; and whoever takes a message or gives up
 * while there are more wakes the next. A receiver looks at the lists after it is
 * in the wait queue. So no message lies there while a receiver sleeps.
 *
 * Whether a queue is enabled, and how, is guarded by the lock of the queue; the
 * lists by the lock of the set, which nests inside that. Who looks for a queue
 * finds it under the lock of the set alone, refers to the object around it, and
 * then takes the lock of the queue to see whether it is still so.
 *
 * The set lives as long as its actor. What is in it is held by handles of that
 * actor, and leaves the set, under the lock of its queue, when it no longer is.
 */

/**
 * struct motet_ready_set - the enabled queues of an actor that have a message
 * @lock: guards the lists; nests inside any queue lock [own]
 * @lists: by priority; first what has waited longest [ready_set.lock]
 * @count: how many there are; read without the lock to see whether there is
 *	one at all [ready_set.lock]
 * @waiters: receivers; each sleeps exclusively [own]
 */
struct motet_ready_set {
	spinlock_t lock;
	struct list_head lists[MOTET_ENABLE_PRIORITIES];
	u32 count;
	wait_queue_head_t waiters;
};

/**
 * struct motet_ready - an enabled queue
 * @set: where it is enabled [queue.lock]
 * @link: in a list of the set while the queue has a message [ready_set.lock]
 * @priority: which list, 0 (first) to 7 [queue.lock]
 * @cookie: what its receiver is told with each message [queue.lock]
 */
struct motet_ready {
	struct motet_ready_set *set;
	struct list_head link;
	u32 priority;
	u64 cookie;
};

void motet_ready_set_init(struct motet_ready_set *set);
void motet_ready_set_wake(struct motet_ready_set *set);
struct motet_ready *motet_ready_first_locked(struct motet_ready_set *set);

void motet_ready_add(struct motet_ready *ready);
void motet_ready_remove(struct motet_ready *ready);
void motet_ready_requeue(struct motet_ready *ready);

#endif /* _MOTET_READY_H */
