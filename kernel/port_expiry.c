// SPDX-License-Identifier: GPL-2.0-only
/* Deadlines of messages: when they expire, when their leases pass. */

#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "domain.h"
#include "message.h"
#include "port_internal.h"
#include "trace.h"

static void motet_port_arm_locked(struct motet_port *port)
{
	struct timerqueue_node *next = timerqueue_getnext(&port->deadlines);

	lockdep_assert_held(&port->queue.lock);
	if (next && !port->queue.closed)
		hrtimer_start(&port->deadline_timer, next->expires,
			      HRTIMER_MODE_ABS_SOFT);
}

/**
 * motet_port_set_deadline_locked() - note a deadline of a message
 * @port: the port; its queue is locked
 * @message: the message, which has none
 * @deadline: CLOCK_MONOTONIC of the kernel; 0 is never
 *
 * When it comes, a queued message has expired; else its lease has passed.
 */
void motet_port_set_deadline_locked(struct motet_port *port,
				    struct motet_message *message,
				    u64 deadline)
{
	lockdep_assert_held(&port->queue.lock);
	if (!deadline)
		return;
	message->deadline.expires = ns_to_ktime(deadline);
	if (timerqueue_add(&port->deadlines, &message->deadline))
		motet_port_arm_locked(port);
}

/**
 * motet_port_clear_deadline_locked() - forget a deadline of a message
 * @port: the port; its queue is locked
 * @message: the message, which may have none
 *
 * The timer may go off for nothing then, once.
 */
void motet_port_clear_deadline_locked(struct motet_port *port,
				      struct motet_message *message)
{
	lockdep_assert_held(&port->queue.lock);
	if (RB_EMPTY_NODE(&message->deadline.node))
		return;
	timerqueue_del(&port->deadlines, &message->deadline);
}

static struct motet_message *motet_port_due_locked(struct motet_port *port,
						   ktime_t now)
{
	struct timerqueue_node *next = timerqueue_getnext(&port->deadlines);

	lockdep_assert_held(&port->queue.lock);
	if (!next || next->expires > now)
		return NULL;
	return container_of(next, struct motet_message, deadline);
}

/* It keeps its room until it is where it goes. Its caller need not wait. */
static void motet_port_expire_locked(struct motet_port *port,
				     struct motet_message *message)
{
	lockdep_assert_held(&port->queue.lock);
	motet_queue_detach_locked(&port->queue, message);
	motet_port_delist_locked(port, message);
	if (message->call)
		motet_call_fail_locked(port, message, -ETIMEDOUT);
	port->queue.stats.expired++;
	trace_motet_message_expire(&port->object.id, message->id,
				   message->priority,
				   motet_message_bytes(message));
}

static void motet_port_expire_lease_locked(struct motet_port *port,
					   struct motet_message *message)
{
	lockdep_assert_held(&port->queue.lock);
	trace_motet_lease_expire(&port->object.id, message->id,
				 message->redelivered);
	motet_port_revoke_locked(port, message);
}

/* Returns false when nothing more is due. */
static bool motet_port_do_deadline(struct motet_port *port, ktime_t now,
				   struct list_head *leases)
{
	struct motet_message *message;
	bool expired;

	spin_lock(&port->queue.lock);
	message = motet_port_due_locked(port, now);
	expired = message && message->state == MOTET_MESSAGE_QUEUED;
	if (expired)
		motet_port_expire_locked(port, message);
	else if (message)
		motet_port_expire_lease_locked(port, message);
	else
		motet_port_arm_locked(port);
	spin_unlock(&port->queue.lock);
	if (expired)
		motet_port_give_up(port, message, ETIMEDOUT);
	else if (message)
		list_add(&message->link, leases);
	return message;
}

/**
 * motet_port_do_deadlines() - do what is due
 * @port: the port
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_do_deadlines(struct motet_port *port)
{
	ktime_t now = ktime_get();
	LIST_HEAD(leases);

	while (motet_port_do_deadline(port, now, &leases))
		cond_resched();
	motet_port_give_back_all(port, &leases);
}

static void motet_port_deadline_work(struct work_struct *work)
{
	struct motet_port *port = container_of(work, struct motet_port,
					       deadline_work);

	motet_port_do_deadlines(port);
	motet_object_put(&port->object);
}

static enum hrtimer_restart motet_port_deadline_over(struct hrtimer *timer)
{
	struct motet_port *port = container_of(timer, struct motet_port,
					       deadline_timer);

	/* while the timer is armed the port lives, so none of these is last */
	motet_object_get(&port->object);
	if (!queue_work(motet_workqueue, &port->deadline_work))
		motet_object_put(&port->object);
	return HRTIMER_NORESTART;
}

/**
 * motet_port_init_deadlines() - prepare a new port for deadlines
 * @port: the port
 */
void motet_port_init_deadlines(struct motet_port *port)
{
	timerqueue_init_head(&port->deadlines);
	INIT_WORK(&port->deadline_work, motet_port_deadline_work);
	hrtimer_init(&port->deadline_timer, CLOCK_MONOTONIC,
		     HRTIMER_MODE_ABS_SOFT);
	port->deadline_timer.function = motet_port_deadline_over;
}

/**
 * motet_port_stop_deadlines() - a port is dead: nothing is due any more
 * @port: the port; its queue is closed, so that the timer is not armed again
 *
 * Context: may sleep.
 */
void motet_port_stop_deadlines(struct motet_port *port)
{
	hrtimer_cancel(&port->deadline_timer);
}
