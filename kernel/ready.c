// SPDX-License-Identifier: GPL-2.0-only
/* Which of several queues have a message, the most urgent first. */

#include <linux/sched.h>

#include "ready.h"

/**
 * motet_ready_set_init() - make an empty set
 * @set: the set
 */
void motet_ready_set_init(struct motet_ready_set *set)
{
	unsigned int i;

	spin_lock_init(&set->lock);
	for (i = 0; i < ARRAY_SIZE(set->lists); i++)
		INIT_LIST_HEAD(&set->lists[i]);
	set->count = 0;
	init_waitqueue_head(&set->waiters);
}

/**
 * motet_ready_set_wake() - wake one receiver if there is a message
 * @set: the set
 *
 * Called by a receiver that leaves one.
 */
void motet_ready_set_wake(struct motet_ready_set *set)
{
	if (READ_ONCE(set->count) && wq_has_sleeper(&set->waiters))
		wake_up_interruptible(&set->waiters);
}

/**
 * motet_ready_first_locked() - what is to be received from next
 * @set: the set; its lock is held
 *
 * Return: the first of the most urgent that have a message, or NULL.
 */
struct motet_ready *motet_ready_first_locked(struct motet_ready_set *set)
{
	unsigned int i;

	lockdep_assert_held(&set->lock);
	if (!set->count)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(set->lists); i++)
		if (!list_empty(&set->lists[i]))
			return list_first_entry(&set->lists[i],
						struct motet_ready, link);
	return NULL;
}

/**
 * motet_ready_add() - an enabled queue has a message, or one more
 * @ready: what it refers to; the queue is locked
 */
void motet_ready_add(struct motet_ready *ready)
{
	struct motet_ready_set *set = ready->set;

	spin_lock(&set->lock);
	if (list_empty(&ready->link)) {
		list_add_tail(&ready->link, &set->lists[ready->priority]);
		WRITE_ONCE(set->count, set->count + 1);
	}
	spin_unlock(&set->lock);
	motet_ready_set_wake(set);
}

/**
 * motet_ready_remove() - a queue has no message, or is no longer enabled
 * @ready: what it refers to; the queue is locked
 */
void motet_ready_remove(struct motet_ready *ready)
{
	struct motet_ready_set *set = ready->set;

	spin_lock(&set->lock);
	if (!list_empty(&ready->link)) {
		list_del_init(&ready->link);
		WRITE_ONCE(set->count, set->count - 1);
	}
	spin_unlock(&set->lock);
}

/**
 * motet_ready_requeue() - a queue was received from: the others come first now
 * @ready: what it refers to; the queue is locked
 */
void motet_ready_requeue(struct motet_ready *ready)
{
	struct motet_ready_set *set = ready->set;

	spin_lock(&set->lock);
	if (!list_empty(&ready->link))
		list_move_tail(&ready->link, &set->lists[ready->priority]);
	spin_unlock(&set->lock);
}
