/* SPDX-License-Identifier: GPL-2.0-only */
/* A port: a queue that a process holds, and that others send to. */
#ifndef _MOTET_PORT_H
#define _MOTET_PORT_H

#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "actor.h"
#include "object.h"
#include "queue.h"
#include "quota.h"

/**
 * DOC: port
 *
 * A port is an object around a queue. Processes have it by *handles*: the
 * holder's, by which messages are received, and senders'. A handle is what an
 * open file refers to; it refers to the port and to the actor that opened it.
 *
 * States: *held* by a handle whose process lives; *retained*, held by nobody,
 * while its retention runs; *dead*. A port with a name and a retention goes
 * from held to retained when its holder is gone, and back when somebody takes
 * it over; any other port dies then. A retained port dies when its time is
 * over, its name is unlinked, the domain is purged or goes. Death is final:
 * the queue is closed, what was queued is disposed of, whoever waits is woken.
 * Changes of state are made under the domain's mutex and the queue's lock, so
 * that either is enough to read it.
 *
 * A *call* is a request that somebody waits to have answered. It belongs to
 * the sender handle that it was made on, until the caller has the answer or
 * gives up; and to the port, while its request is queued or it waits for its
 * answer. All room for the answer but its body is reserved with the call; and
 * the request, once received, becomes the exception that tells a server that
 * the caller is gone, so that telling can't fail.
 *
 *  ::
 *
 *    queued ---receive---> received ---reply---> answered
 *      |  ^--copy failed---'  |
 *      |                      |
 *      +---- caller gone -----+--> abandoned
 *      `---- port or holder --+--> failed (EOWNERDEAD, or ECONNRESET if it
 *            gone                          was received)
 *
 * A call's state is guarded by the lock of the queue of its port.
 *
 * No two queue locks are ever held: what goes from one port to another (a
 * message that comes back, an exception) is detached under one lock and put
 * into the other queue afterwards.
 */

struct motet_handle;

/**
 * struct motet_port - a port
 * @object: the object [own]
 * @queue: the queue [own]
 * @state: &enum motet_port_state [domain.mutex and queue.lock]
 * @holder: handle of the holder or NULL [queue.lock]
 * @senders: sender handles [queue.lock]
 * @sender_count: how many [queue.lock]
 * @calls: calls that were received and not answered, by id [queue.lock]
 * @call_count: how many [queue.lock]
 * @last_id: of the last message that was built for it [atomic]
 * @payer: who is charged for it [const]
 * @charge: how much [const]
 * @is_default: the default port of its actor [const]
 * @retained_until: when its retention is over, CLOCK_BOOTTIME [domain.mutex]
 * @retention_timer: goes off then [own]
 * @retention_work: lets it die if it is still retained; has a reference while
 *	it is queued or runs [own]
 */
struct motet_port {
	struct motet_object object;
	struct motet_queue queue;
	enum motet_port_state state;
	struct motet_handle *holder;
	struct list_head senders;
	u32 sender_count;
	struct rb_root calls;
	u32 call_count;
	atomic64_t last_id;
	struct motet_payer *payer;
	struct motet_charge charge;
	bool is_default;
	u64 retained_until;
	struct hrtimer retention_timer;
	struct work_struct retention_work;
};

/**
 * struct motet_handle - what an open file is to a port
 * @role: &enum motet_role [const]
 * @actor: who opened it, referenced [const]
 * @port: the port, referenced [const]
 * @share: what its user holds of the port; only of a sender [const]
 * @link: among the port's senders [queue.lock]
 * @refused: a send was refused for want of room [queue.lock]
 * @refused_priority: of that message [queue.lock]
 * @refused_bytes: of that message [queue.lock]
 * @calls: its unfinished calls [queue.lock]
 * @call_count: how many [queue.lock]
 * @answer_bytes: the room that they have for answers [queue.lock]
 * @lost: exception to send when the port is lost, or NULL [queue.lock]
 */
struct motet_handle {
	enum motet_role role;
	struct motet_actor *actor;
	struct motet_port *port;
	struct motet_share *share;
	struct list_head link;
	bool refused;
	unsigned int refused_priority;
	u64 refused_bytes;
	struct list_head calls;
	u32 call_count;
	u64 answer_bytes;
	struct motet_message *lost;
};

/**
 * enum motet_call_state - where a call is
 * @MOTET_CALL_QUEUED: its request is queued
 * @MOTET_CALL_RECEIVED: its request was received
 * @MOTET_CALL_ANSWERED: the answer is there
 * @MOTET_CALL_FAILED: there will be no answer
 * @MOTET_CALL_ABANDONED: nobody waits for an answer
 */
enum motet_call_state {
	MOTET_CALL_QUEUED,
	MOTET_CALL_RECEIVED,
	MOTET_CALL_ANSWERED,
	MOTET_CALL_FAILED,
	MOTET_CALL_ABANDONED,
};

/**
 * struct motet_call - a request that somebody waits to have answered
 * @refs: of the handle's list, of the request, of the port's received calls,
 *	and of whoever looks at it [atomic]
 * @id: of the call and its request; what it is answered by [const]
 * @state: &enum motet_call_state [queue.lock]
 * @error: why it failed, negative [queue.lock]
 * @cancelled: by MOTET_IOC_CANCEL [queue.lock]
 * @node: among the port's received calls [queue.lock]
 * @link: among the unfinished calls of its handle [queue.lock]
 * @request: while it is queued [queue.lock]
 * @answer: once it is answered [queue.lock]
 * @abandoned: exception for the server, once the request is received
 *	[queue.lock]
 * @waiter: the task that waits for the answer, from the commit of the request
 *	on, or NULL: only it may finish the call [queue.lock]
 * @body_cap: largest body of an answer [const]
 * @annex_cap: largest annex of an answer [const]
 */
struct motet_call {
	refcount_t refs;
	u64 id;
	enum motet_call_state state;
	int error;
	bool cancelled;
	struct rb_node node;
	struct list_head link;
	struct motet_message *request;
	struct motet_message *answer;
	struct motet_message *abandoned;
	struct task_struct *waiter;
	u32 body_cap;
	u32 annex_cap;
};

/**
 * motet_port_of() - the port that an object is
 * @object: an object of class %MOTET_CLASS_PORT
 *
 * Return: the port.
 */
static inline struct motet_port *motet_port_of(struct motet_object *object)
{
	return container_of(object, struct motet_port, object);
}

int motet_port_init(void);
void motet_port_exit(void);

/* port.c: life; port_handle.c: handles */
struct motet_handle *motet_actor_open(struct net *net);
struct motet_handle *motet_port_create(struct motet_handle *actor,
				       const struct motet_port_create *arg);
int motet_port_publish(struct motet_handle *holder, struct motet_name *name);
struct motet_handle *motet_port_open(struct motet_handle *actor,
				     struct motet_object *object, u32 role);
int motet_port_attach(struct motet_handle *handle);
void motet_handle_close(struct motet_handle *handle);
int motet_port_unlink(struct motet_object *object);
void motet_port_limits(struct motet_info *info);
void motet_port_status(struct motet_handle *handle,
		       struct motet_port_status *status);
__poll_t motet_handle_poll(struct motet_handle *handle, struct file *file,
			   struct poll_table_struct *table);

/**
 * struct motet_port_view - what is shown of a port
 * @state: &enum motet_port_state [own]
 * @held: whether @holder and @pid are set [own]
 * @holder: the actor that holds it [own]
 * @pid: its process, referenced; the viewer puts it [own]
 * @messages: queued now [own]
 * @bytes: queued or promised now [own]
 * @epoch: which sequence [own]
 * @calls: received and not answered [own]
 * @senders: sender handles [own]
 * @messages_max: sum of the bounds [own]
 * @bytes_max: sum of the bounds [own]
 * @stats: what happened [own]
 */
struct motet_port_view {
	enum motet_port_state state;
	bool held;
	struct motet_id holder;
	struct pid *pid;
	u32 messages;
	u64 bytes;
	u64 epoch;
	u32 calls;
	u32 senders;
	u32 messages_max;
	u64 bytes_max;
	struct motet_queue_stats stats;
};

void motet_port_look(struct motet_port *port, struct motet_port_view *view);

/* port_message.c: sending and receiving */
struct motet_message *motet_port_send_begin(struct motet_handle *handle,
					    const struct motet_msg *msg,
					    bool nonblock);
int motet_port_send_commit(struct motet_handle *handle,
			   struct motet_message *message);
void motet_port_send_abort(struct motet_handle *handle,
			   struct motet_message *message);
struct motet_message *motet_port_receive_begin(struct motet_handle *handle,
					       struct motet_msg *msg,
					       bool nonblock);
int motet_port_receive_end(struct motet_handle *handle,
			   struct motet_message *message, int err);
struct motet_message *motet_port_reply_begin(struct motet_handle *handle,
					     const struct motet_msg *msg);
int motet_port_reply_commit(struct motet_handle *handle,
			    struct motet_message *answer);

/* port_call.c: calls */
struct motet_call *motet_call_new(struct motet_message *request,
				  const struct motet_msg *answer);
struct motet_call *motet_call_claim(struct motet_handle *handle, u64 id);
struct motet_message *motet_call_await(struct motet_handle *handle,
				       struct motet_call *call, u64 deadline);
void motet_call_end(struct motet_handle *handle, struct motet_call *call,
		    int err);
int motet_call_cancel(struct motet_handle *handle, u64 id);
bool motet_call_is_unfinished(struct motet_handle *handle,
			      struct motet_call *call);
void motet_call_put(struct motet_call *call);

#endif /* _MOTET_PORT_H */
