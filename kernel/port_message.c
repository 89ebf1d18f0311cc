// SPDX-License-Identifier: GPL-2.0-only
/* Sending to ports and receiving from them. */

#include <linux/cred.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "message.h"
#include "port_internal.h"
#include "trace.h"

/* So that a list of segments is never large: freeing it must not sleep. */
#define MOTET_BODY_CEILING	(512U * 4096)

static unsigned int motet_body_max = 1U << 20;
module_param_named(body_max, motet_body_max, uint, 0644);
MODULE_PARM_DESC(body_max, "largest body of one message, bytes");

/**
 * motet_body_limit() - largest body of one message
 *
 * Return: the limit in force now.
 */
u32 motet_body_limit(void)
{
	return min(READ_ONCE(motet_body_max), MOTET_BODY_CEILING);
}

/**
 * motet_message_address() - note on a message where it comes from and goes to
 * @message: a new message
 * @handle: the handle that it is sent or answered on
 *
 * Whoever inherited the handle or was passed it is not the actor.
 */
void motet_message_address(struct motet_message *message,
			   struct motet_handle *handle)
{
	struct motet_actor *actor = handle->actor;

	message->to = handle->port->object.id;
	if (motet_actor_is_current(actor)) {
		message->actor = actor->object.id;
		message->port = actor->default_port->id;
	}
}

static struct motet_queue *motet_return_queue(struct motet_message *message)
{
	return &motet_port_of(message->return_to)->queue;
}

/* Gives back the room in the default port: the message won't need it. */
static void motet_message_unreturn(struct motet_message *message)
{
	if (!message->return_to)
		return;
	motet_queue_unreserve(motet_return_queue(message),
			      message->return_share, message->priority,
			      motet_message_bytes(message));
	motet_object_put(message->return_to);
	message->return_share = NULL;
	message->return_to = NULL;
}

static int motet_reserve(struct motet_queue *queue, struct motet_share **share,
			 const struct motet_msg *msg,
			 const struct motet_wait *wait)
{
	int err;

	*share = motet_share_get(queue, current_uid());
	if (!*share)
		return -ENOMEM;
	err = motet_queue_reserve(queue, *share, msg->priority,
				  (u64)msg->body_len + msg->annex_len, wait);
	/* the room that it holds keeps it */
	motet_share_put(queue, *share);
	return err;
}

static int motet_reserve_return(struct motet_handle *handle,
				struct motet_share **share,
				const struct motet_msg *msg)
{
	struct motet_port *port = motet_port_of(handle->actor->default_port);
	const struct motet_wait now = { .nonblock = true };

	if (!motet_actor_is_current(handle->actor))
		return -EPERM;
	/* it is the actor's own file that is closed then, not the port */
	if (READ_ONCE(port->queue.closed))
		return -EPERM;
	return motet_reserve(&port->queue, share, msg, &now);
}

static void motet_handle_note_refusal(struct motet_handle *handle,
				      const struct motet_msg *msg, bool refused)
{
	struct motet_queue *queue = &handle->port->queue;

	if (!refused && !READ_ONCE(handle->refused))
		return;
	spin_lock(&queue->lock);
	WRITE_ONCE(handle->refused, refused);
	handle->refused_priority = msg->priority;
	handle->refused_bytes = (u64)msg->body_len + msg->annex_len;
	if (refused)
		motet_queue_claim_locked(queue, handle->share, msg->priority,
					 handle->refused_bytes);
	spin_unlock(&queue->lock);
}

static int motet_reserve_target(struct motet_handle *handle,
				struct motet_share **share,
				const struct motet_msg *msg, bool nonblock)
{
	const struct motet_wait wait = {
		.deadline = msg->deadline,
		.nonblock = nonblock,
	};
	struct motet_queue *queue = &handle->port->queue;
	int err;

	if (uid_eq(current_uid(), handle->share->uid)) {
		*share = handle->share;
		err = motet_queue_reserve(queue, *share, msg->priority,
					  (u64)msg->body_len + msg->annex_len,
					  &wait);
	} else {
		err = motet_reserve(queue, share, msg, &wait);
	}
	if (!err || err == -EAGAIN)
		motet_handle_note_refusal(handle, msg, err);
	return err;
}

/**
 * motet_port_send_begin() - get room, and build the message
 * @handle: a sender handle
 * @msg: what to send; its flags, lengths and priority are checked
 * @nonblock: do not wait for room
 *
 * Context: may sleep.
 * Return: the message, to be committed or aborted; or ERR_PTR() as
 * MOTET_IOC_SEND says, -ERESTARTSYS for a signal.
 */
struct motet_message *motet_port_send_begin(struct motet_handle *handle,
					    const struct motet_msg *msg,
					    bool nonblock)
{
	struct motet_share *share, *return_share = NULL;
	struct motet_object *return_to = handle->actor->default_port;
	bool returns = msg->flags & MOTET_MSG_RETURN;
	struct motet_port *port = handle->port;
	struct motet_message *message;
	int err;

	if (msg->body_len > motet_body_limit())
		return ERR_PTR(-EMSGSIZE);
	if (returns) {
		err = motet_reserve_return(handle, &return_share, msg);
		if (err)
			return ERR_PTR(err);
	}
	err = motet_reserve_target(handle, &share, msg, nonblock);
	if (err)
		goto err_unreserve_return;
	message = motet_message_new(msg);
	if (IS_ERR(message)) {
		err = PTR_ERR(message);
		goto err_unreserve_target;
	}
	message->share = share;
	message->return_share = return_share;
	message->return_to = returns ? motet_object_get(return_to) : NULL;
	message->id = atomic64_inc_return(&port->last_id);
	motet_message_address(message, handle);
	return message;

err_unreserve_target:
	motet_queue_unreserve(&port->queue, share, msg->priority,
			      (u64)msg->body_len + msg->annex_len);
err_unreserve_return:
	if (returns)
		motet_queue_unreserve(&motet_port_of(return_to)->queue,
				      return_share, msg->priority,
				      (u64)msg->body_len + msg->annex_len);
	return ERR_PTR(err);
}

/**
 * motet_port_send_abort() - do not send a message after all
 * @handle: the handle that it was begun on
 * @message: the message; freed
 *
 * Context: may sleep.
 */
void motet_port_send_abort(struct motet_handle *handle,
			   struct motet_message *message)
{
	motet_queue_unreserve(&handle->port->queue, message->share,
			      message->priority, motet_message_bytes(message));
	message->share = NULL;
	motet_message_unreturn(message);
	if (message->call)
		motet_call_put(message->call);
	message->call = NULL;
	motet_message_free(message);
}

/**
 * motet_port_send_commit() - queue a message
 * @handle: the handle that it was begun on
 * @message: the message; the port's from now on
 *
 * Context: may sleep.
 * Return: 0; or -EOWNERDEAD or -EDQUOT, and the message is gone.
 */
int motet_port_send_commit(struct motet_handle *handle,
			   struct motet_message *message)
{
	struct motet_queue *queue = &handle->port->queue;
	int err;

	spin_lock(&queue->lock);
	err = message->call ? motet_call_queue_locked(handle, message) :
			      motet_queue_commit_locked(queue, message);
	spin_unlock(&queue->lock);
	if (err)
		motet_port_send_abort(handle, message);
	else
		motet_queue_wake(queue);
	return err;
}

/**
 * motet_port_check_holder_locked() - whether the current task may receive
 * @handle: a holder's or an actor's; its port's queue is locked
 *
 * Return: 0 or -EPERM.
 */
int motet_port_check_holder_locked(const struct motet_handle *handle)
{
	lockdep_assert_held(&handle->port->queue.lock);
	if (handle->port->holder != handle ||
	    !motet_actor_is_current(handle->actor))
		return -EPERM;
	return 0;
}

/*
 * Takes the next message if there is one that fits. Tells the lengths of one
 * that does not.
 */
static struct motet_message *motet_port_take(struct motet_handle *handle,
					     struct motet_msg *msg)
{
	struct motet_port *port = handle->port;
	struct motet_message *message;
	int err;

	spin_lock(&port->queue.lock);
	err = motet_port_check_holder_locked(handle);
	message = err ? ERR_PTR(err) : motet_queue_peek_locked(&port->queue);
	if (IS_ERR_OR_NULL(message))
		goto out_unlock;
	if (message->body_len > msg->body_cap ||
	    message->annex_len > msg->annex_cap) {
		msg->body_len = message->body_len;
		msg->annex_len = message->annex_len;
		message = ERR_PTR(-EMSGSIZE);
		goto out_unlock;
	}
	motet_queue_take_locked(&port->queue, message);
	if (message->call)
		motet_call_receive_locked(port, message);
out_unlock:
	spin_unlock(&port->queue.lock);
	return message;
}

/**
 * motet_port_receive_begin() - take the next message, waiting for one
 * @handle: a holder's or an actor's
 * @msg: room and deadline; with -EMSGSIZE its lengths are set
 * @nonblock: do not wait
 *
 * Context: may sleep.
 * Return: the message, to be given to motet_port_receive_end(); or ERR_PTR()
 * as MOTET_IOC_RECV says, -ERESTARTSYS for a signal.
 */
struct motet_message *motet_port_receive_begin(struct motet_handle *handle,
					       struct motet_msg *msg,
					       bool nonblock)
{
	const struct motet_wait wait = {
		.deadline = msg->deadline,
		.nonblock = nonblock,
	};
	struct motet_queue *queue = &handle->port->queue;
	struct motet_message *message;
	int err = 0;

	for (;;) {
		message = motet_port_take(handle, msg);
		/* whoever leaves a message wakes the next */
		if (IS_ERR(message))
			motet_queue_wake(queue);
		if (message)
			return message;
		if (err)
			return ERR_PTR(err);
		err = motet_queue_wait(queue, &wait);
	}
}

static void motet_message_release_locked(struct motet_queue *queue,
					 struct motet_message *message)
{
	motet_queue_release_locked(queue, message->share, message->priority,
				   motet_message_bytes(message));
	message->share = NULL;
}

/* The message was handed over: nothing of it is needed but its call. */
static void motet_port_received(struct motet_port *port,
				struct motet_message *message)
{
	spin_lock(&port->queue.lock);
	motet_message_release_locked(&port->queue, message);
	spin_unlock(&port->queue.lock);
	motet_message_unreturn(message);
	if (message->call)
		motet_call_received(port, message);
	else
		motet_message_free(message);
}

/**
 * motet_port_receive_end() - a message was handed to the receiver, or was not
 * @handle: the handle that it was taken from
 * @message: the message; freed, or queued again
 * @err: why it could not be handed over, or 0
 *
 * Context: may sleep.
 * Return: @err.
 */
int motet_port_receive_end(struct motet_handle *handle,
			   struct motet_message *message, int err)
{
	struct motet_port *port = handle->port;
	bool back;

	if (!err) {
		motet_port_received(port, message);
		return 0;
	}
	spin_lock(&port->queue.lock);
	if (message->call)
		back = motet_call_put_back_locked(port, message);
	else
		back = !motet_queue_put_back_locked(&port->queue, message);
	if (!back)
		motet_message_release_locked(&port->queue, message);
	spin_unlock(&port->queue.lock);
	if (back)
		motet_queue_wake(&port->queue);
	else
		motet_port_orphan(port, message);
	return err;
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

/* It takes the room that was reserved for it when it was sent. */
static void motet_message_return(struct motet_message *message)
{
	struct motet_object *object = message->return_to;
	struct motet_queue *queue = motet_return_queue(message);

	message->exception = MOTET_EXCEPTION_UNDELIVERABLE;
	message->count = 1;
	message->error = EOWNERDEAD;
	message->share = message->return_share;
	message->return_to = NULL;
	message->return_share = NULL;
	trace_motet_exception(&message->to, message->exception);
	if (motet_queue_commit(queue, message)) {
		motet_queue_unreserve(queue, message->share, message->priority,
				      motet_message_bytes(message));
		message->share = NULL;
		motet_message_free(message);
	}
	motet_object_put(object);
}

/**
 * motet_port_orphan() - dispose of a message whose port is gone
 * @port: the port
 * @message: in no queue; its call, if it has one, was told
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_orphan(struct motet_port *port, struct motet_message *message)
{
	trace_motet_message_orphan(&port->object.id, message->id,
				   message->priority,
				   motet_message_bytes(message));
	if (message->return_to && !message->exception) {
		motet_message_return(message);
		return;
	}
	if (message->call)
		motet_call_put(message->call);
	message->call = NULL;
	motet_message_free(message);
}
