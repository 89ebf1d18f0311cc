// SPDX-License-Identifier: GPL-2.0-only
/* Sending to ports and receiving from them. */

#include <linux/cred.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

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

/**
 * motet_handle_init_transient() - make a sender handle for one message
 * @handle: on the stack of the caller, who has references to actor and port
 * @actor: who sends
 * @port: where to
 *
 * It is good for motet_port_send_begin(), and needs no end.
 */
void motet_handle_init_transient(struct motet_handle *handle,
				 struct motet_actor *actor,
				 struct motet_port *port)
{
	memset(handle, 0, sizeof(*handle));
	handle->role = MOTET_ROLE_SENDER;
	handle->actor = actor;
	handle->port = port;
	INIT_LIST_HEAD(&handle->link);
	INIT_LIST_HEAD(&handle->calls);
}

static u32 motet_lane_fill(const struct motet_lane *lane)
{
	u64 messages = (u64)lane->used.messages * 1000;
	u64 bytes = lane->used.bytes * 1000;

	if (!list_empty(&lane->waiting))
		return 1000;
	return max(div_u64(messages, max(lane->limit.messages, 1U)),
		   div64_u64(bytes, max(lane->limit.bytes, 1ULL)));
}

/**
 * motet_port_fill() - how full a port is
 * @port: the port
 * @priority: which of its priorities
 *
 * Return: 0 to 1000, the larger of the parts of messages and bytes that are
 * used; 1000 also while senders are suspended, or if the port is dead.
 */
u32 motet_port_fill(struct motet_port *port, unsigned int priority)
{
	u32 fill;

	spin_lock(&port->queue.lock);
	fill = port->queue.closed ? 1000 :
	       motet_lane_fill(&port->queue.lanes[priority]);
	spin_unlock(&port->queue.lock);
	return fill;
}

/**
 * motet_port_commit_locked() - queue a message whose room is reserved
 * @port: the port; its queue is locked
 * @message: not a call's; the port's from now on if this succeeds
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 *
 * Return: 0, or -EOWNERDEAD if the port is dead.
 */
int motet_port_commit_locked(struct motet_port *port,
			     struct motet_message *message)
{
	int err = motet_queue_commit_locked(&port->queue, message);

	if (!err)
		motet_port_enlist_locked(port, message, false);
	return err;
}

/**
 * motet_port_queue_message() - queue a message whose room is reserved, and wake
 * @port: the port
 * @message: not a call's; the port's from now on if this succeeds
 *
 * Context: any but hard interrupt; the queue's lock is not held.
 * Return: 0, or -EOWNERDEAD if the port is dead; message and room are still the
 * caller's then.
 */
int motet_port_queue_message(struct motet_port *port,
			     struct motet_message *message)
{
	int err;

	spin_lock(&port->queue.lock);
	err = motet_port_commit_locked(port, message);
	spin_unlock(&port->queue.lock);
	if (!err)
		motet_queue_wake(&port->queue);
	return err;
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

/* No room there is no reason to wait for, or try, another receiver. */
static int motet_reserve_return(struct motet_handle *handle,
				struct motet_share **share,
				const struct motet_msg *msg)
{
	struct motet_port *port = motet_port_of(handle->actor->default_port);
	const struct motet_wait now = { .nonblock = true };
	int err;

	if (!motet_actor_is_current(handle->actor))
		return -EPERM;
	/* it is the actor's own file that is closed then, not the port */
	if (READ_ONCE(port->queue.closed))
		return -EPERM;
	err = motet_reserve(&port->queue, share, msg, &now);
	return err == -EAGAIN ? -ENOBUFS : err;
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
		.deadline = min_not_zero(msg->deadline, msg->expires),
		.nonblock = nonblock,
		.suspended = &handle->suspended,
	};
	struct motet_queue *queue = &handle->port->queue;
	int err;

	if (handle->share && uid_eq(current_uid(), handle->share->uid)) {
		*share = handle->share;
		err = motet_queue_reserve(queue, *share, msg->priority,
					  (u64)msg->body_len + msg->annex_len,
					  &wait);
	} else {
		err = motet_reserve(queue, share, msg, &wait);
	}
	if (handle->share && (!err || err == -EAGAIN))
		motet_handle_note_refusal(handle, msg, err);
	return err;
}

static int motet_send_check(struct motet_handle *handle,
			    const struct motet_msg *msg)
{
	if (msg->body_len > motet_body_limit())
		return -EMSGSIZE;
	if ((msg->flags & MOTET_MSG_CANCELABLE) &&
	    !motet_actor_is_current(handle->actor))
		return -EPERM;
	if (motet_has_expired(motet_monotonic_from_user(msg->expires)))
		return -ETIMEDOUT;
	return 0;
}

/**
 * motet_port_send_begin() - get room, and build the message
 * @handle: a sender handle
 * @msg: what to send; its flags, lengths and priority are checked
 * @nonblock: do not wait for room
 *
 * Context: may sleep.
 * Return: the message, to be committed or aborted; or ERR_PTR() as
 * MOTET_IOC_SEND says, -ERESTARTSYS for a signal; but -ENOBUFS if there is no
 * room for it to come back to.
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

	err = motet_send_check(handle, msg);
	if (err)
		return ERR_PTR(err);
	if (returns) {
		err = motet_reserve_return(handle, &return_share, msg);
		if (err)
			return ERR_PTR(err);
	}
	err = motet_reserve_target(handle, &share, msg, nonblock);
	if (err)
		goto err_unreserve_return;
	err = -ETIMEDOUT;
	if (motet_has_expired(motet_monotonic_from_user(msg->expires)))
		goto err_unreserve_target;
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
	motet_port_finish(handle->port, message);
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
			      motet_port_commit_locked(handle->port, message);
	spin_unlock(&queue->lock);
	if (err)
		motet_port_send_abort(handle, message);
	else
		motet_queue_wake(queue);
	return err;
}

/**
 * motet_port_check_receiver_locked() - whether the current task may have received
 * @handle: a holder's or an actor's, or of who was that; its queue is locked
 *
 * Return: 0 or -EPERM.
 */
int motet_port_check_receiver_locked(const struct motet_handle *handle)
{
	int err;

	lockdep_assert_held(&handle->port->queue.lock);
	err = motet_port_check_holder_locked(handle);
	return err == -EPERM ? -EPERM : 0;
}

/**
 * motet_port_take_locked() - take the next message if there is one that fits
 * @holder: the handle that holds the port; the queue is locked
 * @msg: room; with -EMSGSIZE its lengths are set
 * @receipt: its @lease says what the receiver wants; filled in
 *
 * Return: 0, and the message is in the hand of the caller, who hands it over and
 * calls motet_port_receive_end(); -EAGAIN if there is none; -EMSGSIZE; -ETIME if
 * the next one has expired: call motet_port_do_deadlines() without the lock, and
 * try again.
 */
int motet_port_take_locked(struct motet_handle *holder, struct motet_msg *msg,
			   struct motet_receipt *receipt)
{
	struct motet_port *port = holder->port;
	struct motet_message *message = motet_queue_peek_locked(&port->queue);

	lockdep_assert_held(&port->queue.lock);
	if (!message)
		return -EAGAIN;
	if (!message->home && motet_has_expired(message->expires))
		return -ETIME;
	if (message->body_len > msg->body_cap ||
	    message->annex_len > msg->annex_cap) {
		msg->body_len = message->body_len;
		msg->annex_len = message->annex_len;
		return -EMSGSIZE;
	}
	motet_queue_take_locked(&port->queue, message);
	motet_port_delist_locked(port, message);
	receipt->port = port;
	receipt->message = message;
	receipt->epoch = port->queue.epoch;
	receipt->lease = receipt->lease && !message->exception &&
			 !message->published;
	if (receipt->lease || message->call)
		motet_port_grant_locked(port, message, holder);
	if (message->call && !message->home)
		motet_call_receive_locked(port, message->call);
	return 0;
}

static int motet_port_take(struct motet_handle *handle, struct motet_msg *msg,
			   struct motet_receipt *receipt)
{
	struct motet_port *port = handle->port;
	int err;

	do {
		spin_lock(&port->queue.lock);
		receipt->epoch = port->queue.epoch;
		err = motet_port_check_holder_locked(handle);
		if (!err)
			err = motet_port_take_locked(handle, msg, receipt);
		spin_unlock(&port->queue.lock);
		if (err == -ETIME)
			motet_port_do_deadlines(port);
	} while (err == -ETIME);
	return err;
}

/* Waits, and takes the next message of the handle's own port. */
static int motet_port_await(struct motet_handle *handle, struct motet_msg *msg,
			    const struct motet_wait *wait,
			    struct motet_receipt *receipt)
{
	struct motet_queue *queue = &handle->port->queue;
	int err, waited = 0;

	for (;;) {
		err = motet_port_take(handle, msg, receipt);
		if (!err)
			return 0;
		if (err != -EAGAIN) {
			/* whoever leaves a message wakes the next */
			motet_queue_wake(queue);
			return err;
		}
		if (waited)
			return waited;
		waited = motet_queue_wait(queue, receipt->epoch, wait);
	}
}

/**
 * motet_port_receive_begin() - take the next message, waiting for one
 * @handle: a holder's or an actor's
 * @msg: flags, room and deadlines; with -EMSGSIZE its lengths are set
 * @nonblock: do not wait
 * @receipt: filled in, to be given to motet_port_receive_end()
 *
 * Context: may sleep.
 * Return: 0, or a negative error as MOTET_IOC_RECV says, -ERESTARTSYS for a
 * signal.
 */
int motet_port_receive_begin(struct motet_handle *handle, struct motet_msg *msg,
			     bool nonblock, struct motet_receipt *receipt)
{
	const struct motet_wait wait = {
		.deadline = msg->deadline,
		.nonblock = nonblock,
	};

	memset(receipt, 0, sizeof(*receipt));
	receipt->lease = msg->flags & MOTET_MSG_LEASE;
	receipt->lease_deadline = motet_monotonic_from_user(msg->lease);
	if (!(msg->flags & MOTET_MSG_ANY))
		return motet_port_await(handle, msg, &wait, receipt);
	if (handle->role != MOTET_ROLE_ACTOR)
		return -EINVAL;
	return motet_port_await_any(handle->actor, msg, &wait, receipt);
}

/**
 * motet_port_requeue_locked() - put a message back to the head of its lane
 * @port: the port; its queue is locked
 * @message: in the hand of the caller, and without a lessee
 * @sorted: as motet_queue_put_back_locked() has it
 *
 * The caller wakes a receiver after the lock is dropped: motet_queue_wake().
 *
 * Return: true if it is queued again; false if the port is dead, or nobody waits
 * for an answer any more: it is still the caller's then.
 */
bool motet_port_requeue_locked(struct motet_port *port,
			       struct motet_message *message, bool sorted)
{
	lockdep_assert_held(&port->queue.lock);
	if (port->queue.closed || message->answered || message->abandoned)
		return false;
	if (message->call && !message->home &&
	    !motet_call_requeue_locked(port, message))
		return false;
	motet_queue_put_back_locked(&port->queue, message, sorted);
	motet_port_enlist_locked(port, message, true);
	return true;
}

/*
 * What tells a standby that it is the holder is for this holder only, and so it
 * is not put back for another.
 */
static bool motet_receipt_is_stale(const struct motet_receipt *receipt)
{
	const struct motet_queue *queue = &receipt->port->queue;

	lockdep_assert_held(&queue->lock);
	return receipt->message->exception == MOTET_EXCEPTION_TAKEN_OVER &&
	       (queue->epoch != receipt->epoch || !receipt->port->holder);
}

/**
 * motet_port_not_received() - a message could not be handed over
 * @receipt: of the message, which was not handed over
 *
 * That is no redelivery: what failed has changed nothing.
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_not_received(struct motet_receipt *receipt)
{
	struct motet_message *message = receipt->message;
	struct motet_port *port = receipt->port;
	bool queued;

	spin_lock(&port->queue.lock);
	if (message->lessee)
		motet_port_revoke_locked(port, message);
	queued = !motet_receipt_is_stale(receipt) &&
		 motet_port_requeue_locked(port, message, true);
	spin_unlock(&port->queue.lock);
	if (queued)
		motet_queue_wake(&port->queue);
	else
		motet_port_give_up(port, message, EOWNERDEAD);
}

/**
 * motet_port_receive_end() - a message was handed to the receiver, or was not
 * @receipt: as motet_port_receive_begin() filled it in
 * @err: why it could not be handed over, or 0
 *
 * Context: may sleep.
 * Return: @err; or what motet_port_lease() says if it was to be leased.
 */
int motet_port_receive_end(struct motet_receipt *receipt, int err)
{
	struct motet_message *message = receipt->message;
	struct motet_port *port = receipt->port;

	if (err)
		motet_port_not_received(receipt);
	else if (receipt->lease)
		err = motet_port_lease(receipt);
	else if (message->call)
		motet_call_received(port, message);
	else
		motet_port_finish(port, message);
	if (receipt->any)
		motet_object_put(&port->object);
	return err;
}

/**
 * motet_port_withdraw_locked() - take a message out that is not received
 * @port: the port; its queue is locked
 * @message: one that is queued; in the hand of the caller from now on
 */
void motet_port_withdraw_locked(struct motet_port *port,
				struct motet_message *message)
{
	motet_queue_withdraw_locked(&port->queue, message);
	motet_port_delist_locked(port, message);
}

static struct motet_message *motet_port_find_cancelable(struct motet_port *port,
							const struct motet_id *actor,
							u64 id)
{
	struct motet_message *message = motet_port_find_locked(port, id);

	if (!message || message->state != MOTET_MESSAGE_QUEUED ||
	    !(message->flags & MOTET_MSG_CANCELABLE) || message->home ||
	    memcmp(&message->actor, actor, sizeof(*actor)))
		return NULL;
	return message;
}

/**
 * motet_port_cancel_message() - withdraw a message that is queued
 * @port: where it was sent to
 * @actor: who sent it
 * @id: which message
 *
 * Context: may sleep.
 * Return: 0; -ENOENT if it is not queued any more, or can't be cancelled; -EPERM
 * if the current task is not of the actor's process.
 */
int motet_port_cancel_message(struct motet_port *port,
			      const struct motet_actor *actor, u64 id)
{
	struct motet_message *message;

	if (!motet_actor_is_current(actor))
		return -EPERM;
	spin_lock(&port->queue.lock);
	message = motet_port_find_cancelable(port, &actor->object.id, id);
	if (message) {
		motet_port_withdraw_locked(port, message);
		port->queue.stats.cancelled++;
		trace_motet_message_cancel(&port->object.id, id,
					   message->priority,
					   motet_message_bytes(message));
	}
	spin_unlock(&port->queue.lock);
	if (!message)
		return -ENOENT;
	motet_port_finish(port, message);
	return 0;
}
