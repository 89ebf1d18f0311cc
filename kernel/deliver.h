/* SPDX-License-Identifier: GPL-2.0-only */
/* Delivery: how what is sent to a group gets to its members. */
#ifndef _MOTET_DELIVER_H
#define _MOTET_DELIVER_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "group.h"
#include "port.h"

struct file;
struct motet_call;
struct poll_table_struct;

/**
 * DOC: deliver
 *
 * Delivery knows groups and ports, and what lies between them.
 *
 * To one member: members that the way of addressing allows and that have room
 * are tried in its order, each by a handle that lives for that message only,
 * without waiting; picking is done under the group's mutex, sending is not. If
 * all are full the trackers are told, and the sender waits at the group for
 * room at any member that would do, and picks again. It holds no copy of its
 * message then. A member that dies before the message is queued is passed over.
 *
 * To all: the message is built once and cloned; the clones share its body. Under
 * the group's mutex room is got at one member after the other, never waiting
 * and with one queue locked at a time, and then all are queued: so all members
 * see all broadcasts in one order. If one has no room, what was got is given
 * back, and the sender waits at the group for room at that one, with nothing in
 * its hands.
 *
 * To a work group: a job is sent to the backlog as any message is to a port,
 * and then lent to the member that is idle longest, if there is one.
 *
 * A call is sent as a message to one member. It has its handle for itself,
 * which lives until the call is over, and is found by the call's identifier.
 * Identifiers of messages and calls that can be found by them are of one
 * sequence for all groups, apart from those that ports give.
 */

/**
 * struct motet_want - where a message may go
 * @address: &enum motet_address, not the default [own]
 * @node: which node, for those that go by it [own]
 * @uid: user that it is from [own]
 * @priority: of the message [own]
 * @bytes: of the message [own]
 * @session: number of the session [own]
 * @each: a broadcast that is for those who have room [own]
 */
struct motet_want {
	u32 address;
	u32 node;
	kuid_t uid;
	unsigned int priority;
	u64 bytes;
	u64 session;
	bool each;
};

/**
 * struct motet_group_file - what an open file of a group is
 * @handle: its handle on the group [own]
 * @jobs: of a work group, its sender handle on the backlog; else NULL [const]
 * @lock: guards what is sent by it [own]
 * @refused: @want was refused for want of room [group.mutex]
 * @want: what was refused last [group.mutex]
 * @calls: unfinished calls [file.lock]
 * @call_count: how many [file.lock]
 * @answer_bytes: room that they have for answers [file.lock]
 */
struct motet_group_file {
	struct motet_group_handle handle;
	struct motet_handle *jobs;
	spinlock_t lock;
	bool refused;
	struct motet_want want;
	struct list_head calls;
	u32 call_count;
	u64 answer_bytes;
};

/**
 * struct motet_delivery - a message on its way to one member
 * @file: by which it is sent [own]
 * @want: where it may go [own]
 * @weight: what it adds to the load of its member [own]
 * @session: the session that it is sent in, or NULL [own]
 * @sender: its handle: has references to the actor and the port once a message
 *	is begun [own]
 * @member: number of the member [own]
 * @message: the message [own]
 */
struct motet_delivery {
	struct motet_group_file *file;
	struct motet_want want;
	u32 weight;
	struct motet_session *session;
	struct motet_handle *sender;
	unsigned long member;
	struct motet_message *message;
};

void motet_deliver_init(void);

/* deliver.c: files of groups, and to one member */
struct motet_group_file *motet_group_create(struct motet_handle *actor,
					    const struct motet_group_create *arg);
struct motet_group_file *motet_group_open(struct motet_handle *actor,
					  struct motet_object *object);
void motet_group_close(struct motet_group_file *file);
__poll_t motet_group_poll(struct motet_group_file *file, struct file *from,
			  struct poll_table_struct *table);
int motet_deliver_want(struct motet_group_file *file,
		       const struct motet_msg *msg, struct motet_want *want);
int motet_deliver_begin(struct motet_delivery *delivery,
			const struct motet_msg *msg, bool nonblock);
int motet_deliver_commit(struct motet_delivery *delivery);
void motet_deliver_abort(struct motet_delivery *delivery);
void motet_deliver_done(struct motet_delivery *delivery);
int motet_deliver_cancel(struct motet_group_file *file, u64 id);

/* deliver_broadcast.c: to all members */
int motet_deliver_broadcast(struct motet_group_file *file,
			    const struct motet_want *want,
			    const struct motet_msg *msg, bool nonblock,
			    u32 *delivered);

/* deliver_work.c: jobs */
struct motet_message *motet_deliver_job(struct motet_group_file *file,
					const struct motet_msg *msg,
					bool nonblock);
void motet_deliver_job_sent(struct motet_group_file *file);
void motet_deliver_status(struct motet_group_file *file,
			  struct motet_group_status *status);

/**
 * struct motet_group_call - a call to one member
 * @link: among those of its file [file.lock]
 * @refs: of the list, and of whoever looks at it [file.lock]
 * @id: of the call [const]
 * @body_cap: room for the answer [const]
 * @sender: its handle; has references once the request is begun, until the
 *	call is freed [own]
 * @delivery: its request, until that is committed [own]
 */
struct motet_group_call {
	struct list_head link;
	u32 refs;
	u64 id;
	u32 body_cap;
	struct motet_handle sender;
	struct motet_delivery delivery;
};

/* deliver_call.c: calls */
struct motet_group_call *motet_group_call_new(struct motet_group_file *file,
					      u32 body_cap);
int motet_group_call_begin(struct motet_group_call *call,
			   const struct motet_msg *msg, bool nonblock);
int motet_group_call_commit(struct motet_group_call *call);
void motet_group_call_abort(struct motet_group_call *call);
struct motet_group_call *motet_group_call_find(struct motet_group_file *file,
					       u64 id);
void motet_group_call_put(struct motet_group_file *file,
			  struct motet_group_call *call, bool over);
int motet_group_call_cancel(struct motet_group_file *file, u64 id);
void motet_group_calls_end(struct motet_group_file *file);

#endif /* _MOTET_DELIVER_H */
