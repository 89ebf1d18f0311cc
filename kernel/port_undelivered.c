// SPDX-License-Identifier: GPL-2.0-only
/* The ends of messages: finished, dead letters, returned, dropped. */

#include "domain.h"
#include "message.h"
#include "port_internal.h"
#include "trace.h"

/* How many dead-letter ports a message goes to, one after the other. */
#define MOTET_HOPS_MAX	8

/**
 * motet_load_end() - a message is no load any more
 * @load: its load; empty from now on
 *
 * Context: may sleep; no queue lock held.
 */
void motet_load_end(struct motet_load *load)
{
	struct motet_object *group = load->group;

	if (!group)
		return;
	load->group = NULL;
	group->ops->load_ended(group, load);
	motet_object_put(group);
}

/**
 * struct motet_belongings - what a message has, and lets go when it ends
 * @priority: of the message
 * @bytes: of the message
 * @share: who holds its room in its port, or NULL
 * @return_to: default port of its sender, referenced, or NULL
 * @return_share: who holds the room there
 * @call: its call, referenced, or NULL
 * @load: what it adds to the load of a member
 */
struct motet_belongings {
	unsigned int priority;
	u64 bytes;
	struct motet_share *share;
	struct motet_object *return_to;
	struct motet_share *return_share;
	struct motet_call *call;
	struct motet_load load;
};

static void motet_belongings_take(struct motet_belongings *had,
				  struct motet_message *message)
{
	had->priority = message->priority;
	had->bytes = motet_message_bytes(message);
	had->share = message->share;
	had->return_to = message->return_to;
	had->return_share = message->return_share;
	had->call = message->call;
	had->load = message->load;
	message->share = NULL;
	message->return_to = NULL;
	message->return_share = NULL;
	message->call = NULL;
	message->load.group = NULL;
}

static void motet_belongings_drop(struct motet_belongings *had,
				  struct motet_port *port)
{
	if (had->share)
		motet_queue_unreserve(&port->queue, had->share, had->priority,
				      had->bytes);
	if (had->return_to)
		motet_queue_unreserve(&motet_port_of(had->return_to)->queue,
				      had->return_share, had->priority,
				      had->bytes);
	motet_object_put(had->return_to);
	motet_load_end(&had->load);
	if (had->call)
		motet_call_put(had->call);
}

/* Lets go of everything but the content. */
static void motet_message_strip(struct motet_port *port,
				struct motet_message *message)
{
	struct motet_belongings had;

	if (message->home)
		motet_job_end(port, message, 0);
	motet_belongings_take(&had, message);
	motet_belongings_drop(&had, port);
}

/**
 * motet_port_finish() - nobody needs a message any more
 * @port: the port that it was sent to
 * @message: in the hand of the caller; freed
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_finish(struct motet_port *port, struct motet_message *message)
{
	motet_message_strip(port, message);
	motet_message_free(message);
}

/**
 * motet_port_tell() - send an exception to the default port that it names
 * @exception: its @return_to says where; freed if that is gone
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_tell(struct motet_message *exception)
{
	struct motet_object *object = exception->return_to;

	exception->return_to = NULL;
	motet_queue_force(&motet_port_of(object)->queue, exception);
	motet_object_put(object);
}

/**
 * motet_port_tell_abandoned() - tell a server that a caller is gone
 * @port: the port that the request was received from
 * @request: in the hand of the caller; its @return_to says whom to tell. It
 *	becomes the exception
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_tell_abandoned(struct motet_port *port,
			       struct motet_message *request)
{
	struct motet_object *server = request->return_to;
	u64 id = request->id;

	request->return_to = NULL;
	motet_message_strip(port, request);
	/* what was a guest has the one that it has at home now */
	request->id = id;
	motet_message_recycle(request, MOTET_EXCEPTION_CALL_ABANDONED,
			      &port->object.id);
	request->return_to = server;
	motet_port_tell(request);
}

static struct motet_port *motet_port_find_dead_letter(struct motet_port *port,
						      const struct motet_message *message)
{
	static const struct motet_id none;
	struct motet_object *object;

	if (!memcmp(&port->dead_letter, &none, sizeof(none)) ||
	    message->hops >= MOTET_HOPS_MAX)
		return NULL;
	object = motet_domain_find(port->object.domain, &port->dead_letter,
				   MOTET_CLASS_PORT);
	return object ? motet_port_of(object) : NULL;
}

static struct motet_share *motet_reserve_now(struct motet_queue *queue,
					     const struct motet_message *message)
{
	const struct motet_wait now = { .nonblock = true };
	struct motet_share *share;
	int err;

	share = motet_share_get(queue, message->uid);
	if (!share)
		return NULL;
	err = motet_queue_reserve(queue, share, message->priority,
				  motet_message_bytes(message), &now);
	/* the room that it holds keeps it */
	motet_share_put(queue, share);
	return err ? NULL : share;
}

static void motet_message_make_exception(struct motet_message *message,
					 u32 exception, int error)
{
	message->exception = exception;
	message->error = error;
	message->count = 1;
	message->redelivered = 0;
	message->expires = 0;
	message->flags = 0;
}

/* Nobody knows a backlog: its jobs were sent to the group, and say so. */
static void motet_message_say_from(struct motet_message *message,
				   const struct motet_port *port)
{
	if (!port->backlog)
		message->to = port->object.id;
}

static void motet_message_make_dead_letter(struct motet_message *message,
					   const struct motet_port *from,
					   struct motet_port *to, int error)
{
	motet_message_make_exception(message, MOTET_EXCEPTION_DEAD_LETTER,
				     error);
	motet_message_say_from(message, from);
	message->token = message->id;
	message->id = atomic64_inc_return(&to->last_id);
	message->hops++;
}

/*
 * Where its caller waits on, the caller is told. False if it has gone, or has
 * its answer: then there is nothing left to deliver.
 */
static bool motet_port_leave_caller(struct motet_port *port,
				    struct motet_message *message, int error)
{
	bool failed;

	if (!message->call)
		return true;
	spin_lock(&port->queue.lock);
	failed = !message->answered && !message->abandoned &&
		 motet_call_fail_locked(port, message, error);
	spin_unlock(&port->queue.lock);
	return failed;
}

/* False if the port has died, and nothing has changed. */
static bool motet_port_send_letter(struct motet_port *port,
				   struct motet_message *message,
				   struct motet_port *to,
				   struct motet_share *share, int error)
{
	struct motet_belongings had;
	u64 id = message->id;
	bool closed;

	spin_lock(&to->queue.lock);
	closed = to->queue.closed;
	if (!closed) {
		motet_belongings_take(&had, message);
		motet_message_make_dead_letter(message, port, to, error);
		message->share = share;
		motet_port_commit_locked(to, message);
	}
	spin_unlock(&to->queue.lock);
	if (closed)
		return false;
	motet_queue_wake(&to->queue);
	trace_motet_dead_letter(&port->object.id, &to->object.id, id, error);
	motet_belongings_drop(&had, port);
	return true;
}

/**
 * motet_port_tally() - count what happened at a port
 * @port: the port
 * @count: which of the numbers of its queue
 *
 * Context: any but hard interrupt; no queue lock held.
 */
void motet_port_tally(struct motet_port *port, u64 *count)
{
	spin_lock(&port->queue.lock);
	(*count)++;
	spin_unlock(&port->queue.lock);
}

/* As motet_port_dead_letter(), to that port. */
static bool motet_port_try_letter(struct motet_port *port,
				  struct motet_message *message,
				  struct motet_port *to, int error)
{
	struct motet_share *share = motet_reserve_now(&to->queue, message);
	u64 bytes = motet_message_bytes(message);
	unsigned int priority = message->priority;

	if (!share)
		return false;
	if (!motet_port_leave_caller(port, message, -ECONNRESET)) {
		motet_queue_unreserve(&to->queue, share, priority, bytes);
		motet_port_finish(port, message);
		return true;
	}
	if (motet_port_send_letter(port, message, to, share, error)) {
		motet_port_tally(port, &port->queue.stats.dead_letters);
		return true;
	}
	motet_queue_unreserve(&to->queue, share, priority, bytes);
	return false;
}

/**
 * motet_port_dead_letter() - send a message to the dead-letter port
 * @port: the port that gives it up
 * @message: in the hand of the caller; no guest
 * @error: why, a positive errno
 *
 * Context: may sleep; no queue lock held.
 * Return: true if it is gone; false if there is no dead-letter port, or no room
 * there, and nothing has changed.
 */
bool motet_port_dead_letter(struct motet_port *port,
			    struct motet_message *message, int error)
{
	struct motet_port *to = motet_port_find_dead_letter(port, message);
	bool gone;

	if (!to)
		return false;
	gone = motet_port_try_letter(port, message, to, error);
	motet_object_put(&to->object);
	return gone;
}

/* It takes the room that was reserved for it when it was sent. */
static void motet_message_return(struct motet_port *port,
				 struct motet_message *message, int error)
{
	struct motet_object *object = message->return_to;
	struct motet_share *share = message->return_share;
	struct motet_port *to = motet_port_of(object);
	int err;

	message->return_to = NULL;
	message->return_share = NULL;
	motet_message_strip(port, message);
	motet_message_make_exception(message, MOTET_EXCEPTION_UNDELIVERABLE,
				     error);
	motet_message_say_from(message, port);
	message->share = share;
	trace_motet_exception(&message->to, message->exception);
	err = motet_port_queue_message(to, message);
	if (err)
		motet_port_finish(to, message);
	motet_port_tally(port, err ? &port->queue.stats.dropped :
				     &port->queue.stats.returned);
	motet_object_put(object);
}

static void motet_port_drop(struct motet_port *port,
			    struct motet_message *message)
{
	motet_port_tally(port, &port->queue.stats.dropped);
	trace_motet_message_drop(&port->object.id, message->id,
				 message->priority,
				 motet_message_bytes(message));
	motet_port_finish(port, message);
}

static bool motet_message_is_notice(const struct motet_message *message)
{
	return message->exception &&
	       message->exception != MOTET_EXCEPTION_DEAD_LETTER;
}

/**
 * motet_port_give_up() - a message will not be received from a port
 * @port: the port
 * @message: in the hand of the caller
 * @error: why, a positive errno
 *
 * A job goes home, and whoever waits for an answer is told. Anything else goes
 * to the dead-letter port or comes back, what applies first; but what a port
 * leaves behind when it moves (ESTALE) is its senders' first.
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_give_up(struct motet_port *port, struct motet_message *message,
			int error)
{
	trace_motet_message_orphan(&port->object.id, message->id,
				   message->priority,
				   motet_message_bytes(message));
	if (message->home) {
		motet_job_go_home(port, message);
	} else if (message->call) {
		motet_port_leave_caller(port, message, -error);
		motet_port_finish(port, message);
	} else if (motet_message_is_notice(message)) {
		motet_port_finish(port, message);
	} else if (message->return_to && error == ESTALE) {
		motet_message_return(port, message, error);
	} else if (!motet_port_dead_letter(port, message, error)) {
		if (message->return_to)
			motet_message_return(port, message, error);
		else
			motet_port_drop(port, message);
	}
}

/**
 * motet_port_give_up_all() - messages will not be received from a port
 * @port: the port
 * @messages: a private list; in the hand of the caller
 * @error: why, a positive errno
 *
 * Context: may sleep; no lock held.
 */
void motet_port_give_up_all(struct motet_port *port,
			    struct list_head *messages, int error)
{
	struct motet_message *message, *next;

	list_for_each_entry_safe(message, next, messages, link) {
		list_del_init(&message->link);
		motet_port_give_up(port, message, error);
		cond_resched();
	}
}

/**
 * struct motet_drain - what is taken out of a port that nobody receives from
 * @epoch: only what was sent before this one began; 0 is whatever there is
 * @error: what calls fail with, negative
 * @messages: they are added to this list
 * @kept: of a lane that is being drained: what stays, as all that was sent
 *	later does
 */
struct motet_drain {
	u64 epoch;
	int error;
	struct list_head *messages;
	struct list_head kept;
};

/* The kernel's exceptions are the port's: they stay while it lives. */
static void motet_drain_take(struct motet_port *port, struct motet_drain *drain,
			     struct motet_message *message)
{
	lockdep_assert_held(&port->queue.lock);
	if (drain->epoch && message->exception) {
		list_move_tail(&message->link, &drain->kept);
		return;
	}
	motet_port_withdraw_locked(port, message);
	/* the call of a guest is its home's */
	if (message->call && !message->home)
		motet_call_fail_locked(port, message, drain->error);
	list_add_tail(&message->link, drain->messages);
}

/* Returns false when the lane has no more of what is meant. */
static bool motet_drain_some(struct motet_port *port, struct motet_drain *drain,
			     struct list_head *lane)
{
	struct motet_message *message;
	unsigned int i;

	lockdep_assert_held(&port->queue.lock);
	for (i = 0; i < MOTET_BATCH; i++) {
		message = list_first_entry_or_null(lane, struct motet_message,
						   link);
		if (!message || (drain->epoch && !message->exception &&
				 message->epoch >= drain->epoch)) {
			list_splice_init(&drain->kept, lane);
			return false;
		}
		motet_drain_take(port, drain, message);
	}
	return true;
}

static void motet_port_drain(struct motet_port *port, struct motet_drain *drain)
{
	struct motet_queue *queue = &port->queue;
	unsigned int i;
	bool more;

	INIT_LIST_HEAD(&drain->kept);
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		do {
			spin_lock(&queue->lock);
			more = motet_drain_some(port, drain,
						&queue->lanes[i].messages);
			spin_unlock(&queue->lock);
			cond_resched();
		} while (more);
	}
}

/**
 * motet_port_drain_all() - take out whatever there is in a port that died
 * @port: the port; its queue is closed
 * @messages: they are added to this list, for motet_port_give_up_all()
 *
 * Context: may sleep.
 */
void motet_port_drain_all(struct motet_port *port, struct list_head *messages)
{
	struct motet_drain drain = {
		.error = -EOWNERDEAD,
		.messages = messages,
	};

	motet_port_drain(port, &drain);
}

/**
 * motet_port_drain_before_locked() - take out what was sent before this epoch
 * @port: the port
 * @messages: they are added to this list, for motet_port_give_up_all()
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_port_drain_before_locked(struct motet_port *port,
				    struct list_head *messages)
{
	struct motet_drain drain = {
		.epoch = port->queue.epoch,
		.error = -ESTALE,
		.messages = messages,
	};

	lockdep_assert_held(&port->object.domain->mutex);
	motet_port_drain(port, &drain);
}
