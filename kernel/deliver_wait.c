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

static void motet_room_wait_begin(struct motet_room_wait *wait)
{
	init_waitqueue_func_entry(&wait->entry, motet_room_wake);
	wait->task = current;
	wait->looking = true;
	add_wait_queue_exclusive(&wait->group->room, &wait->entry);
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

static void motet_room_wait_again(struct motet_room_wait *wait)
{
	WRITE_ONCE(wait->looking, true);
	/* a full barrier: the look is after it as seen by whoever wakes */
	wait->offered = xchg(&wait->woken, 0);
}

/* Until it is worth to look again; else -ETIMEDOUT or -ERESTARTSYS. */
static int motet_room_wait_sleep(struct motet_room_wait *wait, u64 deadline)
{
	int err = 0;

	/* pairs with the acquire of whoever wakes: @only is what it is now */
	smp_store_release(&wait->looking, false);
	motet_room_pass_on(wait->group, wait->offered);
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

static void motet_room_wait_end(struct motet_room_wait *wait)
{
	remove_wait_queue(&wait->group->room, &wait->entry);
	motet_room_pass_on(wait->group, wait->offered);
	motet_room_pass_on(wait->group, READ_ONCE(wait->woken));
}

/**
 * motet_room_wait_for() - look for room until there is some
 * @wait: who waits: the current task
 * @look: looks for it: -EAGAIN if there is none, and any other value ends it; if
 *	only one member will do, the waiter's @only says so then
 * @data: for @look
 *
 * Context: may sleep; the mutex of the group is not held.
 * Return: what the last look has said, -ETIMEDOUT or -ERESTARTSYS.
 */
int motet_room_wait_for(struct motet_room_wait *wait,
			int (*look)(struct motet_room_wait *wait, void *data),
			void *data)
{
	u64 deadline = motet_deliver_deadline(wait->msg);
	int err, slept = 0;

	motet_room_wait_begin(wait);
	for (;;) {
		motet_room_wait_again(wait);
		err = look(wait, data);
		if (err != -EAGAIN || wait->nonblock)
			break;
		/* one more look, after what ended the sleep */
		if (slept) {
			err = slept;
			break;
		}
		slept = motet_room_wait_sleep(wait, deadline);
	}
	motet_room_wait_end(wait);
	return err;
}
