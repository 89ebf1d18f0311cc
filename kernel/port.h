/* SPDX-License-Identifier: GPL-2.0-only */
/* A port: a queue that a process holds, and that others send to. */
#ifndef _MOTET_PORT_H
#define _MOTET_PORT_H

#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "actor.h"
#include "object.h"
#include "queue.h"
#include "quota.h"
#include "ready.h"

/**
 * DOC: port
 *
 * A port is an object around a queue. Processes have it by *handles*: the
 * holder's, by which messages are received, standbys', former holders', and
 * senders'. A handle is what an open file refers to; it refers to the port and
 * to the actor that opened it.
 *
 * States: *held* by a handle whose process lives; *retained*, held by nobody,
 * while its retention runs; *dead*. A port whose holder is gone passes to a
 * standby, if there is one. Else, if it has a name and a retention, it goes
 * from held to retained, and back when somebody takes it over; any other port
 * dies then. A retained port dies when its time is over, its name is unlinked,
 * the domain is purged or goes; any port dies when its node leaves the cluster.
 * Death is final: the queue is closed, what was queued is disposed of, whoever
 * waits is woken. Changes of state are made under the domain's mutex and the
 * queue's lock, so that either is enough to read it.
 *
 * A message that a port has accepted is *queued*, *leased* or finished. It is
 * finished when it was received without a lease and copied out, when its lease
 * is acknowledged, or when it is given up: then it goes to the dead-letter
 * port, comes back to its sender, or is dropped and counted, the first of these
 * that applies. Between two of these states a message is *in hand*: exactly one
 * task has it, found it under the lock of the queue, and nobody else can. So
 * whoever comes second (the deadline of a lease, who acknowledges it, the
 * closing of the handle, the death of the process or of the port) finds nothing.
 *
 *  ::
 *
 *                  receive                acknowledge
 *    send --> queued -----> (in hand) --> leased ---------> finished
 *              | ^  ^          |   |       |  |                ^
 *              | |  `-failed---'   `-------|--|- no lease -----+
 *              | `- given back, deadline, -'  |                |
 *              |    death of the receiver     |                |
 *              `-- expired, cancelled,        |                |
 *                  port gone -----------------+----------------'
 *                               redelivered too often
 *
 * A leased message keeps its room. What goes back goes to the head of its lane;
 * what a dying receiver had, in the order of the queue. All deadlines of a port,
 * of leases and of queued messages that expire, are in one tree with one timer,
 * which queues work. Messages that somebody may ask for by their id are in
 * another: those received and not finished, those that can be cancelled, guests.
 *
 * A *call* is a request that somebody waits to have answered. It belongs to
 * the sender handle that it was made on, until the caller has the answer or
 * gives up; and it has its request as long as that is at the port, until it is
 * answered. All room for the answer but its body is reserved with the call; and
 * the request, once received, becomes the exception that tells a server that
 * the caller is gone, so that telling can't fail.
 *
 *  ::
 *
 *    queued ---receive---> received ---reply---> answered
 *      |  ^--copy failed,--'  |
 *      |     lease ended      |
 *      |                      |
 *      +---- caller gone -----+--> abandoned
 *      +---- expired ---------+--> failed (ETIMEDOUT)
 *      `---- port or receiver +--> failed (EOWNERDEAD, or ECONNRESET if it
 *            gone                          was received without a lease)
 *
 * A call's state is guarded by the lock of the queue of its port. Only the
 * handle that received a request answers it: the *lessee* of the message.
 *
 * A *backlog* is a port that nobody holds and nobody finds: a work group sends
 * its jobs there, and lends them to its members one by one. A lent job is a
 * *guest* in the queue of the member: a message like others, but it has no room
 * there and a new id, and keeps its room in the backlog. When it is finished, or
 * its member can't finish it, it goes *home*. The call of a guest stays with the
 * backlog and under that lock; it knows where its request is lent to.
 *
 * No two queue locks are ever held: what goes from one port to another (a
 * message that comes back, an exception) is detached under one lock and put
 * into the other queue afterwards.
 */

/**
 * DOC: holders
 *
 * Every handle that holds a port, held it, or may come to hold it is among the
 * *receivers* of the port: the holder first, then the standbys as they came,
 * then the former holders. Each is in the list of what its actor holds, too, so
 * that it ends when the process dies, whoever else has its file. The numbers of
 * standbys and of former holders are bounded, so that the list may be walked
 * under the queue's lock. The role of these handles changes under that lock.
 *
 *  ::
 *
 *    standby ---holder gone, it is next---> holder ---port moved---> former
 *                                             ^
 *    an offer accepted, a retained port ------'
 *    taken over
 *
 * *Gone* is a holder whose process is dead or whose handle is closed. That is
 * carried out in three steps. Its handles leave the receivers, under the queue's
 * lock: from then on the port is held by nobody, though its state is held still,
 * and nobody can receive, accept an offer or take it over. Then, with nothing
 * locked, since that may reach other ports and groups, their leases are given
 * back and the calls that they received fail. Last, under the domain's mutex,
 * the *succession* is decided: the first standby of a living process becomes the
 * holder, or else the port is retained or dies. What comes in between - another
 * standby, an unlink, the death of the port - is seen by that step.
 *
 * So a port that is held by nobody for longer than these steps has no living
 * standby; and who opens a standby handle on a retained port becomes its holder
 * at once, so that it need not know whether the holder died just before.
 *
 * A *move* is one step under the mutex, made by whoever accepts the offer: the
 * former holder keeps what it has received, and nobody else can come between.
 *
 * Every change of holder begins a new epoch of the queue, which wakes all who
 * wait to receive: those of a former holder learn that the port has moved. A
 * message that was taken but not yet handed over when that happens is told from
 * others by the epoch in which it was taken.
 *
 * A standby has the exception that tells it of its luck from the beginning. It
 * lies at the head of the queue then, and is taken out again if the port passes
 * on before it was read: it is for one holder only.
 *
 * A handle is referred to by its file, and by whoever makes it end.
 */

/** define MOTET_STANDBYS_MAX - standbys that a port may have */
#define MOTET_STANDBYS_MAX	16

/** define MOTET_FORMERS_MAX - open handles of former holders */
#define MOTET_FORMERS_MAX	256

struct motet_backlog;
struct motet_handle;

/**
 * struct motet_offer - that an actor may become the holder
 * @to: the actor, or zero [queue.lock]
 * @flags: see flags of an offer [queue.lock]
 */
struct motet_offer {
	struct motet_id to;
	u32 flags;
};

/**
 * struct motet_port - a port
 * @object: the object [own]
 * @queue: the queue [own]
 * @state: &enum motet_port_state [domain.mutex and queue.lock]
 * @holder: handle of the holder or NULL [queue.lock]
 * @receivers: handles of the holder, of standbys, of former holders
 *	[queue.lock]
 * @standby_count: how many of them are standbys [queue.lock]
 * @former_count: how many of them were holders [queue.lock]
 * @offer: who may become the holder [queue.lock]
 * @cause: wait status of the process that held it before, or 0 [queue.lock]
 * @ready: how it is enabled, if its queue refers to this [queue.lock]
 * @senders: sender handles [queue.lock]
 * @sender_count: how many [queue.lock]
 * @known: messages that are found by their id [queue.lock]
 * @leased: messages under lease; of a backlog, jobs that are lent [queue.lock]
 * @call_count: calls that were received and not answered [queue.lock]
 * @deadlines: of messages [queue.lock]
 * @deadline_timer: goes off at the first of them [own]
 * @deadline_work: does what is due; has a reference while it is queued or runs
 *	[own]
 * @dead_letter: port that messages go to that are given up, or zero [const]
 * @redeliveries_max: how often a message may come back from a lease, 0 for ever
 *	[const]
 * @backlog: what makes it the backlog of a work group, or NULL [const]
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
	struct list_head receivers;
	u32 standby_count;
	u32 former_count;
	struct motet_offer offer;
	int cause;
	struct motet_ready ready;
	struct list_head senders;
	u32 sender_count;
	struct rb_root known;
	u32 leased;
	u32 call_count;
	struct timerqueue_head deadlines;
	struct hrtimer deadline_timer;
	struct work_struct deadline_work;
	struct motet_id dead_letter;
	u32 redeliveries_max;
	struct motet_backlog *backlog;
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
 * @refs: of its file, and of whoever makes it end [atomic]
 * @role: &enum motet_role; a sender stays one, and so does an actor
 *	[queue.lock]
 * @actor: who opened it, referenced [const]
 * @port: the port, referenced [const]
 * @share: what its user holds of the port; only of a sender, and NULL of one
 *	that is transient [const]
 * @link: among the port's senders or receivers [queue.lock]
 * @holding: among what its actor holds, while it is among the receivers
 *	[queue.lock and actor.lock]
 * @refused: a send was refused for want of room [queue.lock]
 * @refused_priority: of that message [queue.lock]
 * @refused_bytes: of that message [queue.lock]
 * @calls: its unfinished calls [queue.lock]
 * @call_count: how many [queue.lock]
 * @answer_bytes: the room that they have for answers [queue.lock]
 * @suspended: those of its threads that wait for room [queue.lock]
 * @lost: exception to send when the port is lost, or NULL [queue.lock]
 * @taken_over: exception for a standby when it becomes the holder, or NULL
 *	[queue.lock]
 */
struct motet_handle {
	refcount_t refs;
	enum motet_role role;
	struct motet_actor *actor;
	struct motet_port *port;
	struct motet_share *share;
	struct list_head link;
	struct motet_holding holding;
	bool refused;
	unsigned int refused_priority;
	u64 refused_bytes;
	struct list_head calls;
	u32 call_count;
	u64 answer_bytes;
	struct motet_suspended suspended;
	struct motet_message *lost;
	struct motet_message *taken_over;
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
 * @refs: of the handle's list, of the request, and of whoever looks at it
 *	[atomic]
 * @id: of the call and its request [const]
 * @state: &enum motet_call_state [queue.lock]
 * @error: why it failed, negative [queue.lock]
 * @link: among the unfinished calls of its handle [queue.lock]
 * @request: while it is at the port and not answered; NULL while it is lent
 *	[queue.lock]
 * @lent_to: port of the member that has the request, referenced, or NULL
 *	[queue.lock]
 * @lent_id: id of the request there [queue.lock]
 * @answer: once it is answered [queue.lock]
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
	struct list_head link;
	struct motet_message *request;
	struct motet_port *lent_to;
	u64 lent_id;
	struct motet_message *answer;
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
int motet_port_change(struct motet_object *object,
		      const struct motet_port_change *change);
void motet_port_kill(struct motet_object *object);
void motet_port_limits(struct motet_info *info);
void motet_port_status(struct motet_handle *handle,
		       struct motet_port_status *status);
__poll_t motet_handle_poll(struct motet_handle *handle, struct file *file,
			   struct poll_table_struct *table);

/* port_holder.c: who holds a port */
int motet_port_offer(struct motet_handle *handle,
		     const struct motet_port_offer *offer);

/* port_ready.c: receiving from any of several ports */
int motet_port_enable(struct motet_handle *handle,
		      const struct motet_port_enable *enable);

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
 * @standbys: standby handles [own]
 * @enabled: it is in the enabled set of its holder [own]
 * @leased: messages under lease [own]
 * @dead_letter: its dead-letter port, or zero [own]
 * @redeliveries_max: how often a message may come back [own]
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
	u32 standbys;
	bool enabled;
	u32 leased;
	struct motet_id dead_letter;
	u32 redeliveries_max;
	u32 messages_max;
	u64 bytes_max;
	struct motet_queue_stats stats;
};

void motet_port_look(struct motet_port *port, struct motet_port_view *view);
bool motet_port_look_handle(struct motet_port *port, unsigned int index,
			    struct motet_handle_view *view);

/* port_message.c: sending and receiving */

/**
 * struct motet_receipt - a message on its way to its receiver
 * @port: where it was received; referenced if @any [own]
 * @message: the message, in hand [own]
 * @epoch: of the port's sequence when it was taken; whoever becomes the holder
 *	begins another [own]
 * @lease: it is received under a lease [own]
 * @lease_deadline: until when, CLOCK_MONOTONIC of the kernel, or 0 [own]
 * @any: it came from the enabled set of an actor [own]
 */
struct motet_receipt {
	struct motet_port *port;
	struct motet_message *message;
	u64 epoch;
	bool lease;
	u64 lease_deadline;
	bool any;
};

void motet_handle_init_transient(struct motet_handle *handle,
				 struct motet_actor *actor,
				 struct motet_port *port);
void motet_load_end(struct motet_load *load);
void motet_port_finish(struct motet_port *port, struct motet_message *message);
u32 motet_port_fill(struct motet_port *port, unsigned int priority);
int motet_port_queue_message(struct motet_port *port,
			     struct motet_message *message);
struct motet_message *motet_port_send_begin(struct motet_handle *handle,
					    const struct motet_msg *msg,
					    bool nonblock);
int motet_port_send_commit(struct motet_handle *handle,
			   struct motet_message *message);
void motet_port_send_abort(struct motet_handle *handle,
			   struct motet_message *message);
int motet_port_receive_begin(struct motet_handle *handle, struct motet_msg *msg,
			     bool nonblock, struct motet_receipt *receipt);
int motet_port_receive_end(struct motet_receipt *receipt, int err);
int motet_port_cancel_message(struct motet_port *port,
			      const struct motet_actor *actor, u64 id);

/* port_lease.c: leases */
int motet_port_change_lease(struct motet_handle *handle,
			    const struct motet_lease *arg);
void motet_port_end_leases(struct motet_port *port,
			   const struct motet_handle *handle);

/* port_job.c: work groups */
struct motet_port *motet_backlog_new(struct motet_actor *actor,
				     const struct motet_group_create *arg,
				     struct motet_object *group);
void motet_backlog_kill(struct motet_port *backlog);
bool motet_backlog_lend(struct motet_port *backlog, u32 class_mask,
			struct motet_port *member, u32 *job_class);

/* port_call.c: calls */
struct motet_message *motet_port_reply_begin(struct motet_handle *handle,
					     const struct motet_msg *msg);
int motet_port_reply_commit(struct motet_handle *handle,
			    struct motet_message *answer);

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
