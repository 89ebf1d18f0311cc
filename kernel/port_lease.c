// SPDX-License-Identifier: GPL-2.0-only
/* Messages that are found by their ids, and leases. */

#include <linux/list_sort.h>
#include <linux/sched.h>

#include "message.h"
#include "port_internal.h"
#include "trace.h"

static void motet_port_know(struct motet_port *port,
			    struct motet_message *message)
{
	struct rb_node **link = &port->known.rb_node;
	struct rb_node *parent = NULL;

	lockdep_assert_held(&port->queue.lock);
	while (*link) {
		parent = *link;
		if (message->id < rb_entry(parent, struct motet_message,
					   id_node)->id)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&message->id_node, parent, link);
	rb_insert_color(&message->id_node, &port->known);
}

static void motet_port_forget(struct motet_port *port,
			      struct motet_message *message)
{
	lockdep_assert_held(&port->queue.lock);
	if (RB_EMPTY_NODE(&message->id_node))
		return;
	rb_erase(&message->id_node, &port->known);
	RB_CLEAR_NODE(&message->id_node);
}

/**
 * motet_port_find_locked() - find a message by its id
 * @port: the port; its queue is locked
 * @id: which message
 *
 * Return: the message, if it was received and is not finished, can be
 * cancelled, or is a guest; else NULL.
 */
struct motet_message *motet_port_find_locked(struct motet_port *port, u64 id)
{
	struct rb_node *node = port->known.rb_node;
	struct motet_message *message;

	lockdep_assert_held(&port->queue.lock);
	while (node) {
		message = rb_entry(node, struct motet_message, id_node);
		if (message->id == id)
			return message;
		node = id < message->id ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static struct motet_message *motet_port_find_before(struct motet_port *port,
						    u64 id)
{
	struct rb_node *node = port->known.rb_node;
	struct motet_message *message, *best = NULL;

	lockdep_assert_held(&port->queue.lock);
	while (node) {
		message = rb_entry(node, struct motet_message, id_node);
		if (message->id < id) {
			best = message;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}
	return best;
}

/**
 * motet_port_enlist_locked() - a message was put into a lane
 * @port: the port; its queue is locked
 * @message: the message
 * @head: it was put to the head
 *
 * Lets it be found, and expire.
 */
void motet_port_enlist_locked(struct motet_port *port,
			      struct motet_message *message, bool head)
{
	lockdep_assert_held(&port->queue.lock);
	message->state = MOTET_MESSAGE_QUEUED;
	if (message->home || (message->flags & MOTET_MSG_CANCELABLE))
		motet_port_know(port, message);
	/* one that is lent does not expire: it is as good as under lease */
	if (!message->home)
		motet_port_set_deadline_locked(port, message, message->expires);
	if (port->backlog)
		motet_job_enlist_locked(port, message, head);
}

/**
 * motet_port_delist_locked() - a message was taken out of its lane
 * @port: the port; its queue is locked
 * @message: the message; in the hand of the caller from now on
 */
void motet_port_delist_locked(struct motet_port *port,
			      struct motet_message *message)
{
	motet_port_forget(port, message);
	motet_port_clear_deadline_locked(port, message);
	list_del_init(&message->job_link);
	message->state = MOTET_MESSAGE_IN_HAND;
}

/**
 * motet_port_grant_locked() - a message goes to one that has to finish it
 * @port: the port; its queue is locked
 * @message: in the hand of the caller, who hands it over
 * @lessee: the handle that it was received on
 */
void motet_port_grant_locked(struct motet_port *port,
			     struct motet_message *message,
			     struct motet_handle *lessee)
{
	motet_port_know(port, message);
	message->lessee = lessee;
	port->call_count += !!message->call;
}

/**
 * motet_port_revoke_locked() - a message is no longer its lessee's
 * @port: the port; its queue is locked
 * @message: one that has a lessee; in the hand of the caller from now on, or of
 *	whoever has it in hand already
 */
void motet_port_revoke_locked(struct motet_port *port,
			      struct motet_message *message)
{
	motet_port_forget(port, message);
	motet_port_clear_deadline_locked(port, message);
	message->lessee = NULL;
	port->call_count -= !!message->call;
	if (message->state == MOTET_MESSAGE_LEASED) {
		port->leased--;
		trace_motet_lease_end(&port->object.id, message->id,
				      message->redelivered);
	}
	message->state = MOTET_MESSAGE_IN_HAND;
}

static bool motet_receipt_begin_lease_locked(struct motet_receipt *receipt)
{
	struct motet_message *message = receipt->message;
	struct motet_port *port = receipt->port;

	lockdep_assert_held(&port->queue.lock);
	/*
	 * If the port has moved, this was received before: put back, it would
	 * come after what the new holder has received meanwhile.
	 */
	if (port->queue.closed || !message->lessee)
		return false;
	message->state = MOTET_MESSAGE_LEASED;
	port->leased++;
	motet_port_set_deadline_locked(port, message, receipt->lease_deadline);
	trace_motet_lease_begin(&port->object.id, message->id,
				receipt->lease_deadline);
	return true;
}

/**
 * motet_port_lease() - a message was handed over, and its lease begins
 * @receipt: of the message
 *
 * Context: may sleep; no queue lock held.
 * Return: 0; or -EOWNERDEAD if the port has died meanwhile, -EPERM if the handle
 * has; the message is queued again or given up then.
 */
int motet_port_lease(struct motet_receipt *receipt)
{
	struct motet_message *message = receipt->message;
	struct motet_port *port = receipt->port;
	bool over, leased;
	int err;

	spin_lock(&port->queue.lock);
	over = message->answered || message->abandoned;
	leased = !over && motet_receipt_begin_lease_locked(receipt);
	err = port->state == MOTET_PORT_STATE_DEAD ? -EOWNERDEAD : -EPERM;
	spin_unlock(&port->queue.lock);
	if (leased)
		return 0;
	if (over) {
		motet_call_received(port, message);
		return 0;
	}
	motet_port_not_received(receipt);
	return err;
}

static bool motet_port_redelivered_too_often(const struct motet_port *port,
					     const struct motet_message *message)
{
	return port->redeliveries_max &&
	       message->redelivered > port->redeliveries_max;
}

/* To the dead-letter port; false if it is not due there, or there is no room. */
static bool motet_port_give_up_often(struct motet_port *port,
				     struct motet_message *message)
{
	return motet_port_redelivered_too_often(port, message) &&
	       motet_port_dead_letter(port, message, ENOTRECOVERABLE);
}

/* At the head of its priority; false if the port is dead. */
static bool motet_port_requeue(struct motet_port *port,
			       struct motet_message *message)
{
	bool queued;

	spin_lock(&port->queue.lock);
	queued = motet_port_requeue_locked(port, message, false);
	spin_unlock(&port->queue.lock);
	if (queued)
		motet_queue_wake(&port->queue);
	return queued;
}

/**
 * motet_port_restore() - queue a message again that was received under a lease
 * @port: the port
 * @message: in the hand of the caller; its redeliveries are counted
 *
 * It goes to the dead-letter port if that was too often and there is room.
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_restore(struct motet_port *port, struct motet_message *message)
{
	if (!motet_port_give_up_often(port, message) &&
	    !motet_port_requeue(port, message))
		motet_port_give_up(port, message, EOWNERDEAD);
}

/* A job that comes back is counted by its backlog. */
static void motet_port_count_redelivery(struct motet_port *port,
					struct motet_message *message)
{
	if (message->home)
		port = motet_port_of(message->home);
	message->redelivered++;
	motet_port_tally(port, &port->queue.stats.redelivered);
}

/* The lease is over, and the message in the hand of the caller. */
static void motet_port_give_back(struct motet_port *port,
				 struct motet_message *message)
{
	motet_port_count_redelivery(port, message);
	if (message->home)
		motet_job_go_home(port, message);
	else
		motet_port_restore(port, message);
}

static int motet_message_compare(void *data, const struct list_head *a,
				 const struct list_head *b)
{
	const struct motet_message *first, *second;

	first = list_entry(a, struct motet_message, link);
	second = list_entry(b, struct motet_message, link);
	return motet_message_is_before(second, first);
}

/* The first of them first: what is given up goes in the order of the queue. */
static void motet_port_give_up_some(struct motet_port *port,
				    struct list_head *messages)
{
	struct motet_message *message, *next;

	list_for_each_entry_safe(message, next, messages, link) {
		motet_port_count_redelivery(port, message);
		if (message->home)
			continue;
		list_del_init(&message->link);
		if (!motet_port_give_up_often(port, message))
			list_add_tail(&message->link, &next->link);
		cond_resched();
	}
}

/**
 * motet_port_give_back_all() - leases are over: restore the order of the queue
 * @port: the port
 * @messages: a private list; in the hand of the caller
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_give_back_all(struct motet_port *port,
			      struct list_head *messages)
{
	struct motet_message *message;
	LIST_HEAD(left);

	list_sort(NULL, messages, motet_message_compare);
	motet_port_give_up_some(port, messages);
	/* each goes to the head: the last of them first */
	while (!list_empty(messages)) {
		message = list_last_entry(messages, struct motet_message, link);
		list_del_init(&message->link);
		if (message->home)
			motet_job_go_home(port, message);
		else if (!motet_port_requeue(port, message))
			list_add(&message->link, &left);
		cond_resched();
	}
	motet_port_give_up_all(port, &left, EOWNERDEAD);
}

static struct motet_message *motet_port_find_lease(struct motet_handle *handle,
						   u64 id)
{
	struct motet_message *message;

	lockdep_assert_held(&handle->port->queue.lock);
	message = motet_port_find_locked(handle->port, id);
	if (message && message->state == MOTET_MESSAGE_LEASED &&
	    message->lessee == handle)
		return message;
	return NULL;
}

static int motet_port_change_lease_locked(struct motet_port *port,
					  struct motet_message *message,
					  u32 op, u64 deadline)
{
	lockdep_assert_held(&port->queue.lock);
	if (op == MOTET_LEASE_ACKNOWLEDGE && message->call)
		return -EINVAL;
	if (op == MOTET_LEASE_EXTEND) {
		motet_port_clear_deadline_locked(port, message);
		motet_port_set_deadline_locked(port, message, deadline);
		trace_motet_lease_extend(&port->object.id, message->id,
					 deadline);
	} else {
		motet_port_revoke_locked(port, message);
	}
	return 0;
}

/**
 * motet_port_change_lease() - end or extend a lease
 * @handle: a holder's or an actor's
 * @arg: which lease, and what to do; its operation is checked
 *
 * Context: may sleep.
 * Return: 0, or a negative error as MOTET_IOC_LEASE says.
 */
int motet_port_change_lease(struct motet_handle *handle,
			    const struct motet_lease *arg)
{
	u64 deadline = motet_monotonic_from_user(arg->deadline);
	struct motet_port *port = handle->port;
	struct motet_message *message;
	int err = -ENOENT;

	if (!motet_actor_is_current(handle->actor))
		return -EPERM;
	spin_lock(&port->queue.lock);
	message = motet_port_find_lease(handle, arg->id);
	if (message)
		err = motet_port_change_lease_locked(port, message, arg->op,
						     deadline);
	spin_unlock(&port->queue.lock);
	if (err)
		return err;
	if (arg->op == MOTET_LEASE_ACKNOWLEDGE)
		motet_port_finish(port, message);
	else if (arg->op == MOTET_LEASE_GIVE_BACK)
		motet_port_give_back(port, message);
	return 0;
}

/**
 * struct motet_ending - the leases of a handle that are being ended
 * @handle: of which handle, or NULL for all
 * @before: those with a lower id are not looked at yet
 * @leases: leases that are to be given back
 * @lost: requests that were received for good
 */
struct motet_ending {
	const struct motet_handle *handle;
	u64 before;
	struct list_head leases;
	struct list_head lost;
};

static void motet_port_end_lease_locked(struct motet_port *port,
					struct motet_message *message,
					struct motet_ending *ending)
{
	enum motet_message_state state = message->state;

	lockdep_assert_held(&port->queue.lock);
	if (!message->lessee ||
	    (ending->handle && message->lessee != ending->handle))
		return;
	/* who hands it over right now sees that it has no lessee any more */
	motet_port_revoke_locked(port, message);
	if (state == MOTET_MESSAGE_LEASED)
		list_add(&message->link, &ending->leases);
	else if (state == MOTET_MESSAGE_RECEIVED)
		list_add(&message->link, &ending->lost);
}

/* Returns false when there are no more. */
static bool motet_port_end_some(struct motet_port *port,
				struct motet_ending *ending)
{
	struct motet_message *message;
	struct rb_node *previous;
	unsigned int i;

	spin_lock(&port->queue.lock);
	message = motet_port_find_before(port, ending->before);
	for (i = 0; i < MOTET_BATCH && message; i++) {
		previous = rb_prev(&message->id_node);
		ending->before = message->id;
		motet_port_end_lease_locked(port, message, ending);
		message = rb_entry_safe(previous, struct motet_message,
					id_node);
	}
	spin_unlock(&port->queue.lock);
	return message;
}

/**
 * motet_port_end_leases() - a receiver is gone, and with it what it had
 * @port: the port
 * @handle: the receiver's handle, which receives no more; or NULL for all
 *
 * Leases are given back in the order of the queue; calls that were received
 * without one fail with ECONNRESET.
 *
 * Context: may sleep; no lock held.
 */
void motet_port_end_leases(struct motet_port *port,
			   const struct motet_handle *handle)
{
	struct motet_message *request, *next;
	struct motet_ending ending = {
		.handle = handle,
		.before = U64_MAX,
	};

	INIT_LIST_HEAD(&ending.leases);
	INIT_LIST_HEAD(&ending.lost);
	while (motet_port_end_some(port, &ending))
		cond_resched();
	list_for_each_entry_safe(request, next, &ending.lost, link) {
		list_del_init(&request->link);
		motet_call_lost(port, request);
		cond_resched();
	}
	motet_port_give_back_all(port, &ending.leases);
}
