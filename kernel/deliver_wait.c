// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for room at any member of a group. */

#include <linux/freezer.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "deliver_internal.h"

/*
 * Of all who wait the first is woken that the member suits. It is passed over
 * by what follows until it has looked. One that looks gets all that comes, since
 * what suits it is not known before it has. What it can't use it passes on, to
 * others.
 */
static int motet_room_wake(struct wait_queue_entry *entry, unsigned int mode,
			   int flags, void *key)
{
	struct motet_room_wait *wait = container_of(entry,
						    struct motet_room_wait,
						    entry);
	const struct motet_member *member = key;

	if (member) {
		if (wait->task == current || READ_ONCE(wait->woken))
			return 0;
		/* then @only is that of the look that has ended */
		if (!smp_load_acquire(&wait->looking) &&
		    !motet_pick_suits(wait->want, READ_ONCE(wait->only),
				      member))
			return 0;
		WRITE_ONCE(wait->woken, member->number);
	} else {
		WRITE_ONCE(wait->woken, ULONG_MAX);
	}
	wake_up_process(wait->task);
	return 1;
}

/**
 * motet_room_wait_begin() - be woken when there is room
 * @group: the group
 * @wait: who waits: the current task
 * @want: what it wants to send
 */
void motet_room_wait_begin(struct motet_group *group,
			   struct motet_room_wait *wait,
			   const struct motet_want *want)
{
	init_waitqueue_func_entry(&wait->entry, motet_room_wake);
	wait->task = current;
	wait->want = want;
	wait->looking = true;
	wait->only = 0;
	wait->woken = 0;
	wait->offered = 0;
	add_wait_queue_exclusive(&group->room, &wait->entry);
}

/*
 * Room that was offered and not used, or not all, is for the next. That a member
 * is closed was told to one only, but it leaves the group soon, which is told to
 * all.
 */
static void motet_room_pass_on(struct motet_group *group, unsigned long number)
{
	struct motet_member *member;

	if (!number || number == ULONG_MAX)
		return;
	mutex_lock(&group->mutex);
	member = motet_group_member(group, number);
	if (member && !READ_ONCE(member->queue->closed))
		motet_group_wake(group, member);
	mutex_unlock(&group->mutex);
}

/**
 * motet_room_wait_again() - begin to look for room
 * @wait: who waits; if only one member will do, its @only says so after the look
 */
void motet_room_wait_again(struct motet_room_wait *wait)
{
	WRITE_ONCE(wait->looking, true);
	/* a full barrier: the look is after it as seen by whoever wakes */
	wait->offered = xchg(&wait->woken, 0);
}

/**
 * motet_room_wait_sleep() - sleep until it is worth to look again
 * @group: the group; its mutex is not held
 * @wait: who waits; it has looked and found nothing
 * @deadline: CLOCK_MONOTONIC in nanoseconds, or 0 for ever
 *
 * Return: 0, -ETIMEDOUT or -ERESTARTSYS.
 */
int motet_room_wait_sleep(struct motet_group *group,
			  struct motet_room_wait *wait, u64 deadline)
{
	int err = 0;

	/* pairs with the acquire of whoever wakes: @only is what it is now */
	smp_store_release(&wait->looking, false);
	motet_room_pass_on(group, wait->offered);
	wait->offered = 0;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (err || READ_ONCE(wait->woken))
			break;
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(deadline);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

/**
 * motet_room_wait_end() - wait no more
 * @group: the group
 * @wait: who waits
 */
void motet_room_wait_end(struct motet_group *group,
			 struct motet_room_wait *wait)
{
	remove_wait_queue(&group->room, &wait->entry);
	motet_room_pass_on(group, wait->offered);
	motet_room_pass_on(group, READ_ONCE(wait->woken));
}
