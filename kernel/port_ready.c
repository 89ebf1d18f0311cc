// SPDX-License-Identifier: GPL-2.0-only
/* Receiving from any of several ports. */

#include <linux/freezer.h>
#include <linux/sched/signal.h>

#include "port_internal.h"
#include "trace.h"

/* The port can be enabled already: then only how changes. */
static void motet_port_enable_locked(struct motet_port *port,
				     struct motet_actor *actor, u32 priority,
				     u64 cookie)
{
	struct motet_ready *ready = &port->ready;

	lockdep_assert_held(&port->queue.lock);
	motet_port_disable_locked(port);
	ready->set = &actor->ready;
	ready->priority = priority;
	ready->cookie = cookie;
	port->queue.ready = ready;
	if (port->queue.depth)
		motet_ready_add(ready);
	trace_motet_port_enable(&port->object.id, &actor->object.id, priority);
}

/**
 * motet_port_disable_locked() - take a port out of the enabled set it is in
 * @port: the port; its queue is locked
 */
void motet_port_disable_locked(struct motet_port *port)
{
	const struct motet_actor *actor;

	lockdep_assert_held(&port->queue.lock);
	if (!port->queue.ready)
		return;
	actor = container_of(port->ready.set, struct motet_actor, ready);
	motet_ready_remove(&port->ready);
	port->queue.ready = NULL;
	trace_motet_port_disable(&port->object.id, &actor->object.id,
				 port->ready.priority);
}

/**
 * motet_port_reenable_locked() - enable a port that has moved as it was before
 * @port: the port, which was enabled; its queue is locked
 * @actor: the new holder's
 */
void motet_port_reenable_locked(struct motet_port *port,
				struct motet_actor *actor)
{
	motet_port_enable_locked(port, actor, port->ready.priority,
				 port->ready.cookie);
}

/**
 * motet_port_enable() - put a port into the enabled set of its holder, or out
 * @handle: the holder's
 * @enable: how; its fields are checked
 *
 * Context: any but hard interrupt.
 * Return: 0, or a negative error as MOTET_IOC_PORT_ENABLE says.
 */
int motet_port_enable(struct motet_handle *handle,
		      const struct motet_port_enable *enable)
{
	struct motet_port *port = handle->port;
	int err;

	spin_lock(&port->queue.lock);
	err = motet_port_check_holder_locked(handle);
	if (!err && (enable->flags & MOTET_ENABLE_OFF))
		motet_port_disable_locked(port);
	else if (!err)
		motet_port_enable_locked(port, handle->actor,
					 enable->priority, enable->cookie);
	spin_unlock(&port->queue.lock);
	return err;
}

/* The port whose turn it is, referenced, or NULL. */
static struct motet_port *motet_actor_first_ready(struct motet_actor *actor)
{
	struct motet_ready_set *set = &actor->ready;
	struct motet_port *port = NULL;
	struct motet_ready *ready;

	spin_lock(&set->lock);
	ready = motet_ready_first_locked(set);
	if (ready) {
		/* what is in the set is held, so this is not the last one */
		port = container_of(ready, struct motet_port, ready);
		motet_object_get(&port->object);
	}
	spin_unlock(&set->lock);
	return port;
}

/* -EAGAIN if it is no longer the actor's turn there. */
static int motet_port_take_ready(struct motet_port *port,
				 struct motet_actor *actor,
				 struct motet_msg *msg,
				 struct motet_receipt *receipt)
{
	int err = -EAGAIN;

	spin_lock(&port->queue.lock);
	if (port->queue.ready && port->ready.set == &actor->ready)
		err = motet_port_take_locked(port->holder, msg, receipt);
	if (!err) {
		receipt->any = true;
		msg->cookie = port->ready.cookie;
		if (port->queue.ready)
			motet_ready_requeue(&port->ready);
	}
	spin_unlock(&port->queue.lock);
	return err;
}

/*
 * The reference to the port is the receipt's if this succeeds. A port that was
 * emptied, disabled or lost since it was found is not found again.
 */
static int motet_port_take_any(struct motet_actor *actor, struct motet_msg *msg,
			       struct motet_receipt *receipt)
{
	struct motet_port *port;
	int err;

	if (!motet_actor_is_current(actor))
		return -EPERM;
	while ((port = motet_actor_first_ready(actor))) {
		err = motet_port_take_ready(port, actor, msg, receipt);
		if (!err)
			return 0;
		if (err == -ETIME)
			motet_port_do_deadlines(port);
		motet_object_put(&port->object);
		if (err != -ETIME && err != -EAGAIN)
			return err;
	}
	return -EAGAIN;
}

static int motet_port_wait_any(struct motet_ready_set *set,
			       const struct motet_wait *wait)
{
	DEFINE_WAIT(entry);
	int err = 0;

	if (wait->nonblock)
		return -EAGAIN;
	prepare_to_wait_exclusive(&set->waiters, &entry,
				  TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (!READ_ONCE(set->count)) {
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			err = motet_sleep_until(wait->deadline);
	}
	finish_wait(&set->waiters, &entry);
	return err;
}

/**
 * motet_port_await_any() - take a message of an enabled port, waiting for one
 * @actor: the actor
 * @msg: room; with -EMSGSIZE its lengths are set; its cookie is set
 * @wait: how long
 * @receipt: its @lease says what the receiver wants; filled in
 *
 * Who was woken and finds that another was faster sleeps on; and who got an
 * error looks once more, since it may have been woken for a message, too.
 *
 * Context: may sleep unless @wait says not to.
 * Return: 0, or a negative error as MOTET_IOC_RECV says, -ERESTARTSYS for a
 * signal.
 */
int motet_port_await_any(struct motet_actor *actor, struct motet_msg *msg,
			 const struct motet_wait *wait,
			 struct motet_receipt *receipt)
{
	int err, waited = 0;

	do {
		err = motet_port_take_any(actor, msg, receipt);
		if (err == -EAGAIN && !waited) {
			waited = motet_port_wait_any(&actor->ready, wait);
			continue;
		}
		/* whoever leaves a message wakes the next */
		motet_ready_set_wake(&actor->ready);
		return err == -EAGAIN ? waited : err;
	} while (true);
}
