// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for room at any member of a group. */

#include <linux/freezer.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "deliver_internal.h"

/*
 * Of all who wait the first is woken that the member suits. It is passed over
 * by what follows until it has looked.
 */
static int motet_room_wake(struct wait_queue_entry *entry, unsigned int mode,
			   int flags, void *key)
{
	struct motet_room_wait *wait = container_of(entry,
						    struct motet_room_wait,
						    entry);
	const struct motet_member *member = key;

	if (member) {
		if (READ_ONCE(wait->woken) ||
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
	wait->only = 0;
	wait->woken = 0;
	add_wait_queue_exclusive(&group->room, &wait->entry);
}

/* Room that was offered and not used, or not all, is for the next. */
static void motet_room_pass_on(struct motet_group *group, unsigned long number)
{
	struct motet_member *member;

	if (!number || number == ULONG_MAX)
		return;
	mutex_lock(&group->mutex);
	member = motet_group_member(group, number);
	if (member)
		motet_group_wake(group, member);
	mutex_unlock(&group->mutex);
}

static bool motet_room_still_suits(struct motet_group *group,
				   const struct motet_room_wait *wait,
				   unsigned long number)
{
	return !wait->only || wait->only == number;
}

/**
 * motet_room_wait_again() - wait on, after one look
 * @group: the group
 * @wait: who waits; if only one member will do now, its @only says so
 *
 * Called before the next look. What this one can't use any more, since another
 * has bound its session, is passed on.
 */
void motet_room_wait_again(struct motet_group *group,
			   struct motet_room_wait *wait)
{
	unsigned long woken = READ_ONCE(wait->woken);

	/* before the look, which is after it as seen by whoever wakes */
	smp_store_mb(wait->woken, 0);
	if (!motet_room_still_suits(group, wait, woken))
		motet_room_pass_on(group, woken);
}

/**
 * motet_room_wait_sleep() - sleep until it is worth to look again
 * @wait: who waits
 * @deadline: CLOCK_MONOTONIC in nanoseconds, or 0 for ever
 *
 * Return: 0, -ETIMEDOUT or -ERESTARTSYS.
 */
int motet_room_wait_sleep(struct motet_room_wait *wait, u64 deadline)
{
	int err = 0;

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
	motet_room_pass_on(group, READ_ONCE(wait->woken));
}
