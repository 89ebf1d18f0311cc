// SPDX-License-Identifier: GPL-2.0-only
/* Calls: requests that somebody waits to have answered. */

#include <linux/freezer.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "message.h"
#include "port_internal.h"
#include "trace.h"

static unsigned int motet_handle_calls_max = 1024;
module_param_named(handle_calls_max, motet_handle_calls_max, uint, 0644);
MODULE_PARM_DESC(handle_calls_max,
		 "calls that may be unfinished on one sender handle");

static struct kmem_cache *motet_call_cache;

/**
 * motet_call_init() - make the cache of calls
 *
 * Return: 0 or -ENOMEM.
 */
int motet_call_init(void)
{
	motet_call_cache = kmem_cache_create("motet_call",
					     sizeof(struct motet_call), 0,
					     SLAB_ACCOUNT, NULL);
	return motet_call_cache ? 0 : -ENOMEM;
}

/**
 * motet_call_exit() - give the cache of calls back
 */
void motet_call_exit(void)
{
	kmem_cache_destroy(motet_call_cache);
}

/**
 * motet_call_limit() - how many calls may be unfinished on one handle
 *
 * Return: the limit in force now.
 */
u32 motet_call_limit(void)
{
	return READ_ONCE(motet_handle_calls_max);
}

/**
 * motet_call_new() - make a call of a request
 * @request: a message that is not yet committed; it gets a reference
 * @answer: its capacities bound the answer
 *
 * Context: may sleep.
 * Return: the call with a reference for the caller, or ERR_PTR(-ENOMEM).
 */
struct motet_call *motet_call_new(struct motet_message *request,
				  const struct motet_msg *answer)
{
	struct motet_call *call;

	call = kmem_cache_zalloc(motet_call_cache, GFP_KERNEL);
	if (!call)
		return ERR_PTR(-ENOMEM);
	refcount_set(&call->refs, 2);
	call->id = request->id;
	RB_CLEAR_NODE(&call->node);
	INIT_LIST_HEAD(&call->link);
	call->body_cap = min(answer->body_cap, motet_body_limit());
	call->annex_cap = min_t(u32, answer->annex_cap, MOTET_ANNEX_MAX);
	request->call = call;
	return call;
}

static struct motet_call *motet_call_get(struct motet_call *call)
{
	refcount_inc(&call->refs);
	return call;
}

/**
 * motet_call_put() - drop a reference
 * @call: the call
 *
 * Context: any but hard interrupt.
 */
void motet_call_put(struct motet_call *call)
{
	if (!refcount_dec_and_test(&call->refs))
		return;
	motet_message_free(call->answer);
	motet_message_free(call->abandoned);
	kmem_cache_free(motet_call_cache, call);
}

static void motet_call_set_state(struct motet_port *port,
				 struct motet_call *call,
				 enum motet_call_state state)
{
	lockdep_assert_held(&port->queue.lock);
	WRITE_ONCE(call->state, state);
	trace_motet_call_state(&port->object.id, call->id, state, call->error);
	if (call->waiter && state > MOTET_CALL_RECEIVED)
		wake_up_process(call->waiter);
}

/**
 * motet_call_queue_locked() - queue the request of a call
 * @handle: the caller's; its port's queue is locked
 * @request: the request
 *
 * Return: 0; or -EDQUOT or -EOWNERDEAD, and nothing has changed.
 */
int motet_call_queue_locked(struct motet_handle *handle,
			    struct motet_message *request)
{
	struct motet_call *call = request->call;
	int err;

	lockdep_assert_held(&handle->port->queue.lock);
	if (handle->call_count >= motet_call_limit() ||
	    handle->answer_bytes + call->body_cap > motet_answer_limit())
		return -EDQUOT;
	err = motet_queue_commit_locked(&handle->port->queue, request);
	if (err)
		return err;
	call->request = request;
	list_add_tail(&call->link, &handle->calls);
	handle->call_count++;
	handle->answer_bytes += call->body_cap;
	call->waiter = current;
	motet_call_get(call);
	motet_call_set_state(handle->port, call, MOTET_CALL_QUEUED);
	return 0;
}

static void motet_port_add_call(struct motet_port *port,
				struct motet_call *call)
{
	struct rb_node **link = &port->calls.rb_node;
	struct rb_node *parent = NULL;

	lockdep_assert_held(&port->queue.lock);
	while (*link) {
		parent = *link;
		if (call->id < rb_entry(parent, struct motet_call, node)->id)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&call->node, parent, link);
	rb_insert_color(&call->node, &port->calls);
	port->call_count++;
	motet_call_get(call);
}

/* The reference of the tree is the caller's to drop. */
static void motet_port_remove_call(struct motet_port *port,
				   struct motet_call *call)
{
	lockdep_assert_held(&port->queue.lock);
	rb_erase(&call->node, &port->calls);
	RB_CLEAR_NODE(&call->node);
	port->call_count--;
}

static struct motet_call *motet_port_find_call(struct motet_port *port, u64 id)
{
	struct rb_node *node = port->calls.rb_node;
	struct motet_call *call;

	lockdep_assert_held(&port->queue.lock);
	while (node) {
		call = rb_entry(node, struct motet_call, node);
		if (call->id == id)
			return call;
		node = id < call->id ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/**
 * motet_call_receive_locked() - the request of a call was taken
 * @port: the port; its queue is locked
 * @request: the request, on its way to the server
 */
void motet_call_receive_locked(struct motet_port *port,
			       struct motet_message *request)
{
	struct motet_call *call = request->call;

	lockdep_assert_held(&port->queue.lock);
	call->request = NULL;
	motet_port_add_call(port, call);
	motet_call_set_state(port, call, MOTET_CALL_RECEIVED);
}

/**
 * motet_call_put_back_locked() - the request could not be handed over
 * @port: the port; its queue is locked
 * @request: the request
 *
 * Return: true if it is queued again; false if nobody waits for an answer any
 * more, or the port is gone: it is the caller's then.
 */
bool motet_call_put_back_locked(struct motet_port *port,
				struct motet_message *request)
{
	struct motet_call *call = request->call;

	lockdep_assert_held(&port->queue.lock);
	if (call->state != MOTET_CALL_RECEIVED ||
	    motet_queue_put_back_locked(&port->queue, request))
		return false;
	motet_port_remove_call(port, call);
	motet_call_put(call);
	call->request = request;
	motet_call_set_state(port, call, MOTET_CALL_QUEUED);
	return true;
}

/**
 * motet_call_received() - the request was handed over
 * @port: the port
 * @request: the request; it becomes what tells the server if the caller goes
 *
 * Context: may sleep; no queue lock held.
 */
void motet_call_received(struct motet_port *port, struct motet_message *request)
{
	struct motet_call *call = request->call;
	struct motet_message *tell = NULL;

	request->call = NULL;
	motet_message_recycle(request, MOTET_EXCEPTION_CALL_ABANDONED);
	spin_lock(&port->queue.lock);
	if (call->state == MOTET_CALL_RECEIVED) {
		call->abandoned = request;
		request = NULL;
	} else if (call->state == MOTET_CALL_ABANDONED && port->holder) {
		tell = request;
		request = NULL;
		tell->return_to =
			motet_object_get(port->holder->actor->default_port);
	}
	spin_unlock(&port->queue.lock);
	if (tell)
		motet_port_tell(tell);
	motet_message_free(request);
	motet_call_put(call);
}

/**
 * motet_call_fail_locked() - there will be no answer
 * @port: the port; its queue is locked
 * @call: a call whose request is queued or received
 * @error: why, negative
 */
void motet_call_fail_locked(struct motet_port *port, struct motet_call *call,
			    int error)
{
	lockdep_assert_held(&port->queue.lock);
	call->request = NULL;
	call->error = error;
	motet_call_set_state(port, call, MOTET_CALL_FAILED);
}

/**
 * motet_port_fail_received() - the holder is gone, and with it its answers
 * @port: the port; nobody receives from it any more
 *
 * Context: may sleep; no queue lock held.
 */
void motet_port_fail_received(struct motet_port *port)
{
	struct motet_call *call;
	unsigned int i;

	do {
		spin_lock(&port->queue.lock);
		for (i = 0; i < MOTET_BATCH && port->call_count; i++) {
			call = rb_entry(rb_first(&port->calls),
					struct motet_call, node);
			motet_port_remove_call(port, call);
			motet_call_fail_locked(port, call, -ECONNRESET);
			motet_call_put(call);
		}
		spin_unlock(&port->queue.lock);
		cond_resched();
	} while (i == MOTET_BATCH);
}

/* The reference of the list is the caller's to drop. */
static void motet_call_unlist(struct motet_handle *handle,
			      struct motet_call *call)
{
	lockdep_assert_held(&handle->port->queue.lock);
	list_del_init(&call->link);
	handle->call_count--;
	handle->answer_bytes -= call->body_cap;
}

/*
 * Nobody waits for the answer any more. What is left over is to be disposed of
 * without the lock: a request that was withdrawn, or an exception to tell.
 */
static struct motet_message *motet_call_abandon_locked(struct motet_handle *handle,
						       struct motet_call *call)
{
	struct motet_port *port = handle->port;
	struct motet_message *left = NULL;
	struct motet_actor *actor;

	lockdep_assert_held(&port->queue.lock);
	if (call->state == MOTET_CALL_QUEUED) {
		left = call->request;
		call->request = NULL;
		motet_queue_withdraw_locked(&port->queue, left);
	} else if (call->state == MOTET_CALL_RECEIVED) {
		motet_port_remove_call(port, call);
		if (port->holder && call->abandoned) {
			left = call->abandoned;
			call->abandoned = NULL;
			actor = port->holder->actor;
			left->return_to = motet_object_get(actor->default_port);
		}
		motet_call_put(call);
	}
	motet_call_unlist(handle, call);
	motet_call_set_state(port, call, MOTET_CALL_ABANDONED);
	return left;
}

static void motet_call_dispose(struct motet_port *port,
			       struct motet_message *left)
{
	if (!left)
		return;
	if (left->return_to)
		motet_port_tell(left);
	else
		motet_port_orphan(port, left);
}

/**
 * motet_handle_abandon_calls() - a handle is closed, and with it its calls
 * @handle: the handle
 *
 * Context: may sleep; no queue lock held.
 */
void motet_handle_abandon_calls(struct motet_handle *handle)
{
	struct motet_queue *queue = &handle->port->queue;
	struct motet_message *left;
	struct motet_call *call;

	for (;;) {
		spin_lock(&queue->lock);
		call = list_first_entry_or_null(&handle->calls,
						struct motet_call, link);
		left = call ? motet_call_abandon_locked(handle, call) : NULL;
		spin_unlock(&queue->lock);
		if (!call)
			return;
		motet_call_dispose(handle->port, left);
		motet_call_put(call);
	}
}

static struct motet_call *motet_call_find_locked(struct motet_handle *handle,
						 u64 id)
{
	struct motet_call *call;

	lockdep_assert_held(&handle->port->queue.lock);
	list_for_each_entry(call, &handle->calls, link)
		if (call->id == id)
			return call;
	return NULL;
}

/**
 * motet_call_claim() - find an unfinished call, and wait for its answer next
 * @handle: the handle that it was made on
 * @id: which call
 *
 * Context: any but hard interrupt.
 * Return: the call with a reference, to be given to motet_call_await(); or
 * ERR_PTR() of -ENOENT, or -EBUSY if another task waits for it.
 */
struct motet_call *motet_call_claim(struct motet_handle *handle, u64 id)
{
	struct motet_queue *queue = &handle->port->queue;
	struct motet_call *call;

	spin_lock(&queue->lock);
	call = motet_call_find_locked(handle, id);
	if (!call) {
		call = ERR_PTR(-ENOENT);
	} else if (call->waiter) {
		call = ERR_PTR(-EBUSY);
	} else {
		call->waiter = current;
		motet_call_get(call);
	}
	spin_unlock(&queue->lock);
	return call;
}

/**
 * motet_call_cancel() - give up an unfinished call
 * @handle: the handle that it was made on
 * @id: which call
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int motet_call_cancel(struct motet_handle *handle, u64 id)
{
	struct motet_queue *queue = &handle->port->queue;
	struct motet_message *left = NULL;
	struct motet_call *call;

	spin_lock(&queue->lock);
	call = motet_call_find_locked(handle, id);
	if (call)
		left = motet_call_abandon_locked(handle, call);
	spin_unlock(&queue->lock);
	if (!call)
		return -ENOENT;
	motet_call_dispose(handle->port, left);
	motet_call_put(call);
	return 0;
}

static int motet_call_sleep(struct motet_call *call, u64 deadline)
{
	int err = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (err || READ_ONCE(call->state) > MOTET_CALL_RECEIVED)
			break;
		if (signal_pending(current))
			err = -EINTR;
		else
			err = motet_sleep_until(deadline);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

static void motet_call_finish_locked(struct motet_handle *handle,
				     struct motet_call *call)
{
	lockdep_assert_held(&handle->port->queue.lock);
	motet_call_unlist(handle, call);
	motet_call_put(call);
}

/**
 * motet_call_await() - wait for the answer to a call
 * @handle: the handle that it was made on
 * @call: a call that the current task has made or claimed
 * @deadline: CLOCK_MONOTONIC in nanoseconds, or 0 for ever
 *
 * Context: may sleep.
 * Return: the answer, which stays the call's and is there until
 * motet_call_end(); or ERR_PTR(): -EINTR leaves the call unfinished,
 * -ECONNRESET, -EOWNERDEAD, -ETIMEDOUT and -ECANCELED have ended it.
 */
struct motet_message *motet_call_await(struct motet_handle *handle,
				       struct motet_call *call, u64 deadline)
{
	struct motet_queue *queue = &handle->port->queue;
	struct motet_message *left = NULL;
	int err;

	err = motet_call_sleep(call, deadline);

	spin_lock(&queue->lock);
	if (call->state == MOTET_CALL_ANSWERED) {
		spin_unlock(&queue->lock);
		return call->answer;
	}
	call->waiter = NULL;
	if (call->state == MOTET_CALL_FAILED) {
		err = call->error;
		motet_call_finish_locked(handle, call);
	} else if (call->state == MOTET_CALL_ABANDONED) {
		err = -ECANCELED;
	} else if (err == -ETIMEDOUT || fatal_signal_pending(current)) {
		left = motet_call_abandon_locked(handle, call);
		motet_call_put(call);
	}
	spin_unlock(&queue->lock);
	motet_call_dispose(handle->port, left);
	return ERR_PTR(err);
}

/**
 * motet_call_end() - the answer was handed to the caller, or was not
 * @handle: the handle that the call was made on
 * @call: a call for which motet_call_await() has returned an answer
 * @err: why it could not be handed over: the call stays unfinished then
 */
void motet_call_end(struct motet_handle *handle, struct motet_call *call,
		    int err)
{
	struct motet_queue *queue = &handle->port->queue;

	spin_lock(&queue->lock);
	call->waiter = NULL;
	if (!err && call->state == MOTET_CALL_ANSWERED)
		motet_call_finish_locked(handle, call);
	spin_unlock(&queue->lock);
}

/**
 * motet_call_is_unfinished() - whether a call can be resumed
 * @handle: the handle that it was made on
 * @call: the call; the caller has a reference
 *
 * Return: true if it can.
 */
bool motet_call_is_unfinished(struct motet_handle *handle,
			      struct motet_call *call)
{
	struct motet_queue *queue = &handle->port->queue;
	bool unfinished;

	spin_lock(&queue->lock);
	unfinished = !list_empty(&call->link);
	spin_unlock(&queue->lock);
	return unfinished;
}

static int motet_reply_check(struct motet_handle *handle,
			     const struct motet_msg *msg)
{
	struct motet_port *port = handle->port;
	struct motet_call *call;
	int err;

	lockdep_assert_held(&port->queue.lock);
	err = motet_port_check_holder_locked(handle);
	if (err)
		return err;
	call = motet_port_find_call(port, msg->token);
	if (!call)
		return msg->token && msg->token <= atomic64_read(&port->last_id) ?
			-ECONNRESET : -ENOENT;
	if (msg->body_len > call->body_cap || msg->annex_len > call->annex_cap)
		return -EMSGSIZE;
	return 0;
}

/**
 * motet_port_reply_begin() - build the answer to a call
 * @handle: a holder's or an actor's
 * @msg: the answer; its flags and lengths are checked
 *
 * Context: may sleep.
 * Return: the answer, to be committed or freed; or ERR_PTR() as
 * MOTET_IOC_REPLY says.
 */
struct motet_message *motet_port_reply_begin(struct motet_handle *handle,
					     const struct motet_msg *msg)
{
	struct motet_queue *queue = &handle->port->queue;
	struct motet_message *answer;
	int err;

	if (msg->body_len > motet_body_limit())
		return ERR_PTR(-EMSGSIZE);
	spin_lock(&queue->lock);
	err = motet_reply_check(handle, msg);
	spin_unlock(&queue->lock);
	if (err)
		return ERR_PTR(err);
	answer = motet_message_new(msg);
	if (IS_ERR(answer))
		return answer;
	answer->id = msg->token;
	motet_message_address(answer, handle);
	return answer;
}

/**
 * motet_port_reply_commit() - answer a call
 * @handle: the handle that the answer was begun on
 * @answer: the answer; the call's from now on if this succeeds
 *
 * Context: any but hard interrupt.
 * Return: 0; or -EPERM or -ECONNRESET.
 */
int motet_port_reply_commit(struct motet_handle *handle,
			    struct motet_message *answer)
{
	struct motet_port *port = handle->port;
	struct motet_call *call = NULL;
	int err;

	spin_lock(&port->queue.lock);
	err = motet_port_check_holder_locked(handle);
	if (!err) {
		call = motet_port_find_call(port, answer->id);
		err = call ? 0 : -ECONNRESET;
	}
	if (!err) {
		motet_port_remove_call(port, call);
		call->answer = answer;
		motet_call_set_state(port, call, MOTET_CALL_ANSWERED);
		motet_call_put(call);
	}
	spin_unlock(&port->queue.lock);
	return err;
}
