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
	INIT_LIST_HEAD(&call->link);
	call->body_cap = min(answer->body_cap, motet_body_limit());
	call->annex_cap = min_t(u32, answer->annex_cap, MOTET_ANNEX_MAX);
	request->call = call;
	return call;
}

/**
 * motet_call_get() - take a reference
 * @call: the call
 *
 * Return: @call.
 */
struct motet_call *motet_call_get(struct motet_call *call)
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
	err = motet_port_commit_locked(handle->port, request);
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

/**
 * motet_call_receive_locked() - the request of a call was taken
 * @port: the port; its queue is locked
 * @call: the call, whose request is on its way to a server
 */
void motet_call_receive_locked(struct motet_port *port, struct motet_call *call)
{
	motet_call_set_state(port, call, MOTET_CALL_RECEIVED);
}

/**
 * motet_call_requeue_locked() - the request of a call is queued again
 * @port: the port; its queue is locked
 * @request: the request
 *
 * Return: false if the call is over: it is not to be queued then.
 */
bool motet_call_requeue_locked(struct motet_port *port,
			       struct motet_message *request)
{
	struct motet_call *call = request->call;

	lockdep_assert_held(&port->queue.lock);
	if (call->state != MOTET_CALL_RECEIVED)
		return false;
	motet_call_set_state(port, call, MOTET_CALL_QUEUED);
	return true;
}

/* Whom to tell that the caller is gone: whoever has the request. */
static void motet_request_note_server(struct motet_message *request)
{
	struct motet_actor *server = request->lessee->actor;

	request->return_to = motet_object_get(server->default_port);
}

/**
 * motet_call_received() - a request was handed over for good
 * @port: the port
 * @request: in the hand of the caller. Without its content it is kept until the
 *	call is over, and becomes what tells the server if the caller goes
 *
 * Context: may sleep; no queue lock held.
 */
void motet_call_received(struct motet_port *port, struct motet_message *request)
{
	bool over, stays;

	motet_message_drop_content(request);
	spin_lock(&port->queue.lock);
	motet_queue_release_locked(&port->queue, request->share,
				   request->priority,
				   motet_message_bytes(request));
	request->share = NULL;
	over = request->answered || request->abandoned;
	stays = !over && request->lessee && !port->queue.closed;
	if (stays) {
		request->state = MOTET_MESSAGE_RECEIVED;
	} else if (request->lessee) {
		if (request->abandoned)
			motet_request_note_server(request);
		motet_port_revoke_locked(port, request);
	}
	spin_unlock(&port->queue.lock);
	if (stays)
		return;
	if (request->return_to)
		motet_port_tell_abandoned(port, request);
	else if (over)
		motet_port_finish(port, request);
	else
		motet_call_lost(port, request);
}

/**
 * motet_call_fail_locked() - there will be no answer
 * @port: the port; its queue is locked
 * @request: of a call
 * @error: why, negative; -EOWNERDEAD is -ECONNRESET for one that was handed out
 *	before, as that says that nobody has received it
 *
 * Return: false if the call was over already.
 */
bool motet_call_fail_locked(struct motet_port *port,
			    const struct motet_message *request, int error)
{
	struct motet_call *call = request->call;

	lockdep_assert_held(&port->queue.lock);
	if (error == -EOWNERDEAD && request->redelivered)
		error = -ECONNRESET;
	if (call->state > MOTET_CALL_RECEIVED)
		return false;
	call->request = NULL;
	call->error = error;
	motet_call_set_state(port, call, MOTET_CALL_FAILED);
	return true;
}

/**
 * motet_call_lost() - whoever had received a request is gone
 * @port: the port
 * @request: received for good; in the hand of the caller
 *
 * Context: may sleep; no queue lock held.
 */
void motet_call_lost(struct motet_port *port, struct motet_message *request)
{
	if (request->home) {
		motet_job_end(port, request, -ECONNRESET);
	} else {
		spin_lock(&port->queue.lock);
		motet_call_fail_locked(port, request, -ECONNRESET);
		spin_unlock(&port->queue.lock);
	}
	motet_port_finish(port, request);
}

/**
 * motet_call_answer_locked() - here is the answer
 * @port: the port that the call was made to; its queue is locked
 * @call: the call
 * @answer: the answer; the call's from now on if this succeeds
 *
 * Return: 0, or -ECONNRESET if nobody waits for it.
 */
int motet_call_answer_locked(struct motet_port *port, struct motet_call *call,
			     struct motet_message *answer)
{
	lockdep_assert_held(&port->queue.lock);
	if (call->state != MOTET_CALL_RECEIVED)
		return -ECONNRESET;
	call->request = NULL;
	call->answer = answer;
	motet_call_set_state(port, call, MOTET_CALL_ANSWERED);
	return 0;
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

/**
 * motet_request_abandon_locked() - the caller of a request is gone
 * @port: the port that has the request; its queue is locked
 * @request: the request
 *
 * Return: the request, in the hand of the caller, to be given to
 * motet_request_dispose() without the lock; or NULL if somebody else has it in
 * hand, and will see.
 */
struct motet_message *motet_request_abandon_locked(struct motet_port *port,
						   struct motet_message *request)
{
	lockdep_assert_held(&port->queue.lock);
	request->abandoned = true;
	if (request->state == MOTET_MESSAGE_IN_HAND)
		return NULL;
	if (request->state == MOTET_MESSAGE_QUEUED) {
		motet_port_withdraw_locked(port, request);
		port->queue.stats.cancelled++;
	} else {
		motet_request_note_server(request);
		motet_port_revoke_locked(port, request);
	}
	return request;
}

/**
 * motet_request_dispose() - dispose of a request whose caller is gone
 * @port: the port that had it
 * @request: as motet_request_abandon_locked() returned it
 *
 * Context: may sleep; no queue lock held.
 */
void motet_request_dispose(struct motet_port *port,
			   struct motet_message *request)
{
	if (!request)
		return;
	if (request->return_to)
		motet_port_tell_abandoned(port, request);
	else
		motet_port_finish(port, request);
}

/**
 * struct motet_abandoned - what is left of a call that was given up
 * @request: its request, in hand, or NULL
 * @lent_to: port that the request is lent to, referenced, or NULL
 * @lent_id: id of the request there
 */
struct motet_abandoned {
	struct motet_message *request;
	struct motet_port *lent_to;
	u64 lent_id;
};

/* Nobody waits for the answer any more. */
static void motet_call_abandon_locked(struct motet_handle *handle,
				      struct motet_call *call,
				      struct motet_abandoned *left)
{
	struct motet_port *port = handle->port;

	lockdep_assert_held(&port->queue.lock);
	if (call->request)
		left->request = motet_request_abandon_locked(port,
							     call->request);
	call->request = NULL;
	left->lent_to = call->lent_to;
	left->lent_id = call->lent_id;
	call->lent_to = NULL;
	motet_call_unlist(handle, call);
	motet_call_set_state(port, call, MOTET_CALL_ABANDONED);
}

static void motet_call_dispose(struct motet_port *port,
			       struct motet_abandoned *left)
{
	motet_request_dispose(port, left->request);
	if (!left->lent_to)
		return;
	motet_job_abandon(left->lent_to, left->lent_id);
	motet_object_put(&left->lent_to->object);
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
	struct motet_call *call;

	for (;;) {
		struct motet_abandoned left = {};

		spin_lock(&queue->lock);
		call = list_first_entry_or_null(&handle->calls,
						struct motet_call, link);
		if (call)
			motet_call_abandon_locked(handle, call, &left);
		spin_unlock(&queue->lock);
		if (!call)
			return;
		motet_call_dispose(handle->port, &left);
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
	struct motet_abandoned left = {};
	struct motet_call *call;

	spin_lock(&queue->lock);
	call = motet_call_find_locked(handle, id);
	if (call)
		motet_call_abandon_locked(handle, call, &left);
	spin_unlock(&queue->lock);
	if (!call)
		return -ENOENT;
	motet_call_dispose(handle->port, &left);
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
	struct motet_abandoned left = {};
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
		motet_call_abandon_locked(handle, call, &left);
		motet_call_put(call);
	}
	spin_unlock(&queue->lock);
	motet_call_dispose(handle->port, &left);
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

/* Those of groups may as well have been sent to another port. */
static bool motet_port_gave_id(const struct motet_port *port, u64 id)
{
	if (id & MOTET_MESSAGE_ID_GROUP)
		return motet_message_gave_id(id);
	return id && id <= atomic64_read(&port->last_id);
}

/* The request that a handle has received, and may answer. */
static struct motet_message *motet_reply_find(struct motet_handle *handle,
					      u64 token)
{
	struct motet_port *port = handle->port;
	struct motet_message *request;
	int err;

	lockdep_assert_held(&port->queue.lock);
	err = motet_port_check_receiver_locked(handle);
	if (err)
		return ERR_PTR(err);
	request = motet_port_find_locked(port, token);
	if (!request)
		return ERR_PTR(motet_port_gave_id(port, token) ?
			       -ECONNRESET : -ENOENT);
	if (!request->call || !request->lessee || request->abandoned)
		return ERR_PTR(-ECONNRESET);
	return request->lessee == handle ? request : ERR_PTR(-EPERM);
}

static int motet_reply_check(struct motet_handle *handle,
			     const struct motet_msg *msg)
{
	struct motet_message *request = motet_reply_find(handle, msg->token);

	if (IS_ERR(request))
		return PTR_ERR(request);
	if (msg->body_len > request->call->body_cap ||
	    msg->annex_len > request->call->annex_cap)
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
 * Context: may sleep.
 * Return: 0; or -EPERM or -ECONNRESET.
 */
int motet_port_reply_commit(struct motet_handle *handle,
			    struct motet_message *answer)
{
	struct motet_port *port = handle->port;
	struct motet_message *request;
	struct motet_object *home;
	struct motet_call *call;
	bool in_hand;
	int err = 0;

	spin_lock(&port->queue.lock);
	request = motet_reply_find(handle, answer->id);
	if (IS_ERR(request)) {
		spin_unlock(&port->queue.lock);
		return PTR_ERR(request) == -EPERM ? -EPERM : -ECONNRESET;
	}
	call = motet_call_get(request->call);
	home = request->home ? motet_object_get(request->home) : NULL;
	in_hand = request->state == MOTET_MESSAGE_IN_HAND;
	/* another thread is about to have received it, and finishes it */
	request->answered = true;
	motet_port_revoke_locked(port, request);
	if (!home)
		err = motet_call_answer_locked(port, call, answer);
	spin_unlock(&port->queue.lock);
	if (home)
		err = motet_job_answer(motet_port_of(home), call, answer);
	if (!in_hand)
		motet_port_finish(port, request);
	motet_call_put(call);
	motet_object_put(home);
	return err;
}
