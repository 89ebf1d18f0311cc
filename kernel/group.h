/* SPDX-License-Identifier: GPL-2.0-only */
/* A group: ports that are sent to as one. */
#ifndef _MOTET_GROUP_H
#define _MOTET_GROUP_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "actor.h"
#include "object.h"
#include "queue.h"
#include "quota.h"
#include "retention.h"

struct motet_message;
struct motet_record;

/**
 * DOC: group
 *
 * A group is a set of ports, its *members*, and a rule which of them a message
 * goes to. It has no queue of its own: what is sent to it is delivered to
 * members (deliver.h), or, in a *work* group, to a backlog, from which members
 * that are idle are lent one job each.
 *
 * A group lives while it has a member, while a handle on it is open and while
 * its retention runs, until it is deleted. Its death is final: it is found no
 * more, its members leave it, its trackers are told, and whoever waits is woken.
 * Whoever knows the key may insert and remove members; the key can be changed,
 * and whoever inserted a member is told of that.
 *
 * Ports and groups do not know each other's insides. A member refers to its
 * port's object and queue; what ties a port to groups, as a member or as a
 * tracker, is a *bond* in the port's object. When the port is unpublished its
 * bonds are ended. A member refers to the group only while it is in it, and the
 * group to the member; a port never refers to a group, so there is no cycle.
 *
 * Each *tracker* is a port that is told of every member that comes and goes.
 * For each member it has a *notice*: two records, made when both came together,
 * one for coming and one for going. Telling can't fail, then; and if the
 * member goes while its coming is unread, that is withdrawn and nothing is told.
 *
 * A *session* belongs to the handle that has sent with its number, and stays
 * with one member until that leaves; then the next message finds another one.
 *
 * The load of a member is the number of its sessions, the weights of the
 * messages that it has and has not finished, and what it reports itself. A
 * finished message finds the member by its number, which is not used again.
 *
 * Whoever found no member with room waits at @room. Each member has an entry in
 * the queue of waiters for room of its port (motet_queue.writable), by which
 * room that is freed there wakes the first sender at @room that it suits.
 *
 * Locks: the domain's mutex is taken first wherever a group may begin or cease
 * to live, then the group's mutex, under which members, trackers and sessions
 * change and broadcasts are ordered, then a queue's lock. @lock is innermost; it
 * guards the weights, which change where nobody may sleep. Nothing is copied
 * from or to a user under any of them.
 */

/**
 * struct motet_inserter - an actor that inserted members
 * @link: among those of the group [group.mutex]
 * @port: its default port, referenced [const]
 * @revoked: tells it that the key has changed [const]
 * @members: how many members it inserted [group.mutex]
 */
struct motet_inserter {
	struct list_head link;
	struct motet_object *port;
	struct motet_record *revoked;
	u32 members;
};

/**
 * enum motet_work_state - what a member of a work group does
 * @MOTET_WORK_NONE: it is in no work group, or has left it
 * @MOTET_WORK_IDLE: it waits for a job
 * @MOTET_WORK_BUSY: it has one
 */
enum motet_work_state {
	MOTET_WORK_NONE,
	MOTET_WORK_IDLE,
	MOTET_WORK_BUSY,
};

/**
 * struct motet_member - a port in a group
 * @bond: ties the port to it [domain.mutex]
 * @group: the group [const]
 * @port: the port, referenced [const]
 * @queue: its queue [const]
 * @number: identifies the member in the group; in the order of coming [const]
 * @room: in the port's queue of waiters for room [own]
 * @inserter: who inserted it [const]
 * @notices: what trackers are told of it [group.mutex]
 * @sessions: its sessions [group.mutex]
 * @session_count: how many; read without the mutex to see whether to wake a
 *	sender [group.mutex]
 * @weight: of the messages that it has not finished; read without the lock to
 *	compare loads, where one that is torn does no harm [group.lock]
 * @report: load that it says it has [group.mutex]
 * @stale: when that is too old, CLOCK_MONOTONIC in nanoseconds; 0 is never. Read
 *	without the mutex to see whether to wake a sender, where one that is torn
 *	does no harm: all are woken after it has changed [group.mutex]
 * @pending: its copy of a broadcast that is being delivered [group.mutex]
 * @work: &enum motet_work_state [group.mutex]
 * @since: when it became that, CLOCK_MONOTONIC in nanoseconds [group.mutex]
 * @work_link: among the idle, the busy, or those who left with a job
 *	[group.mutex]
 */
struct motet_member {
	struct motet_bond bond;
	struct motet_group *group;
	struct motet_object *port;
	struct motet_queue *queue;
	unsigned long number;
	struct wait_queue_entry room;
	struct motet_inserter *inserter;
	struct list_head notices;
	struct list_head sessions;
	u32 session_count;
	u64 weight;
	u32 report;
	u64 stale;
	struct motet_message *pending;
	enum motet_work_state work;
	u64 since;
	struct list_head work_link;
};

/**
 * struct motet_group - a group
 * @object: the object [own]
 * @mutex: guards the members and what is done to them all [own]
 * @address: &enum motet_address that is the default [const]
 * @sessions_max: sessions that a member may have, 0 without end [const]
 * @class_members: members that may have jobs of a class, 0 for all [const]
 * @key: the secret of its capability [group.mutex]
 * @dead: it has no life any more [domain.mutex and group.mutex]
 * @unburied: it died with a member; what is left is seen to by the work of its
 *	retention [domain.mutex]
 * @handles: how many handles are open [domain.mutex]
 * @openers: those handles [domain.mutex]
 * @retention: lets it die if its time is over [own]
 * @payer: who is charged for it, NULL once it is dead [own]
 * @lock: guards weights, and the numbers by which messages find them [own]
 * @members: by their numbers [group.mutex and group.lock]
 * @member_count: how many [domain.mutex and group.mutex]
 * @last_number: of the member that came last [group.mutex]
 * @turn: number of the member that had its turn last, by &enum motet_address
 *	[group.mutex]
 * @inserters: actors that inserted members [group.mutex]
 * @trackers: ports that are told of members [group.mutex]
 * @tracker_count: how many [group.mutex]
 * @session_count: sessions of all handles [group.mutex]
 * @room: senders that wait for room at a member [own]
 * @writable: pollers who do [own]
 * @backlog: of a work group, the port of its jobs, referenced; else NULL [const]
 * @idle: members without a job, those who wait longest first [group.mutex]
 * @idle_count: how many [group.mutex]
 * @busy: members that have a job [group.mutex]
 * @leavers: members that left with a job [group.mutex]
 * @class_busy: jobs that are lent, by class [group.mutex]
 * @jobs: jobs that are lent [group.mutex]
 * @lender: the task that lends one now [atomic]
 * @ended_early: that job is over already [group.mutex]
 */
struct motet_group {
	struct motet_object object;
	struct mutex mutex;
	u32 address;
	u32 sessions_max;
	u32 class_members[MOTET_JOB_CLASSES];
	u8 key[sizeof_field(struct motet_cap, key)];
	bool dead;
	bool unburied;
	u32 handles;
	struct list_head openers;
	struct motet_retention retention;
	struct motet_payer *payer;
	spinlock_t lock;
	struct xarray members;
	u32 member_count;
	unsigned long last_number;
	unsigned long turn[MOTET_ADDRESS_WORK + 1];
	struct list_head inserters;
	struct list_head trackers;
	u32 tracker_count;
	u32 session_count;
	wait_queue_head_t room;
	wait_queue_head_t writable;
	struct motet_object *backlog;
	struct list_head idle;
	u32 idle_count;
	struct list_head busy;
	struct list_head leavers;
	u32 class_busy[MOTET_JOB_CLASSES];
	u32 jobs;
	struct task_struct *lender;
	bool ended_early;
};

/**
 * struct motet_session - what stays with one member
 * @node: among the sessions of its handle [group.mutex]
 * @number: its sender's number of it [const]
 * @link: among the sessions of its member [group.mutex]
 * @member: the member, or NULL if that has left [group.mutex]
 * @sending: messages that are being sent in it [group.mutex]
 * @begun: a message was sent in it [group.mutex]
 * @settled: one was sent since it is bound to @member [group.mutex]
 * @ended: its handle has it no more [group.mutex]
 */
struct motet_session {
	struct rb_node node;
	u64 number;
	struct list_head link;
	struct motet_member *member;
	u32 sending;
	bool begun;
	bool settled;
	bool ended;
};

/**
 * struct motet_group_handle - what an open file is to a group
 * @group: the group, referenced [const]
 * @link: among those of the group [domain.mutex]
 * @actor: who opened it, referenced [const]
 * @sessions: its sessions by number [group.mutex]
 * @session_count: how many [group.mutex]
 */
struct motet_group_handle {
	struct motet_group *group;
	struct list_head link;
	struct motet_actor *actor;
	struct rb_root sessions;
	u32 session_count;
};

/**
 * motet_group_of() - the group that an object is
 * @object: an object of class %MOTET_CLASS_GROUP
 *
 * Return: the group.
 */
static inline struct motet_group *motet_group_of(struct motet_object *object)
{
	return container_of(object, struct motet_group, object);
}

/**
 * struct motet_group_hooks - what is done where messages are known
 * @work: a member has become idle, or a place in a class of jobs free; the
 *	group's mutex is held [const]
 * @end: the group is dead: end its backlog, if it has one; may sleep, nothing is
 *	locked [const]
 */
struct motet_group_hooks {
	void (*work)(struct motet_group *group);
	void (*end)(struct motet_group *group);
};

void motet_group_init(const struct motet_group_hooks *hooks);

/* group.c: life */
struct motet_group *motet_group_new(struct motet_actor *actor,
				    const struct motet_group_create *arg);
int motet_group_publish(struct motet_group *group, struct motet_name *name);
int motet_group_attach(struct motet_group_handle *handle,
		       struct motet_actor *actor, struct motet_group *group);
void motet_group_detach(struct motet_group_handle *handle);
int motet_group_delete(struct motet_group *group, const struct motet_cap *cap);
void motet_group_status(struct motet_group *group,
			struct motet_group_status *status);

/* group_member.c: members and the capability */
int motet_group_check(struct motet_group *group, const struct motet_cap *cap);
int motet_group_rekey(struct motet_group *group, const struct motet_cap *cap,
		      const u8 *key);
int motet_group_insert(struct motet_group *group, const struct motet_cap *cap,
		       struct motet_object *port, struct motet_queue *queue,
		       struct motet_object *inserter,
		       struct motet_queue *inserter_queue);
int motet_group_remove(struct motet_group *group, const struct motet_cap *cap,
		       const struct motet_object *port);
int motet_group_report(struct motet_group *group,
		       const struct motet_object *port,
		       const struct motet_group_report *arg);
struct motet_member *motet_group_member(struct motet_group *group,
					unsigned long number);
void motet_group_wake(struct motet_group *group, struct motet_member *member);

/* group_track.c: trackers */
int motet_group_track(struct motet_group *group, struct motet_object *port,
		      struct motet_queue *queue);
int motet_group_untrack(struct motet_group *group,
			const struct motet_object *port);
void motet_group_tell_full(struct motet_group *group, u32 address);

/* group_session.c: sessions */
struct motet_session *motet_session_find(struct motet_group_handle *handle,
					 u64 number);
struct motet_session *motet_session_begin(struct motet_group_handle *handle,
					  u64 number);
void motet_session_bind(struct motet_session *session,
			struct motet_member *member);
void motet_session_sent(struct motet_group_handle *handle,
			struct motet_session *session, bool sent);
int motet_session_end(struct motet_group_handle *handle, u64 number);

/* group_load.c: load and work */
u64 motet_member_load(const struct motet_member *member);
bool motet_member_is_stale(const struct motet_member *member, u64 now);
void motet_member_weigh(struct motet_member *member, u32 weight);
u32 motet_group_classes(const struct motet_group *group);
void motet_group_begin_lending(struct motet_group *group);
void motet_group_end_lending(struct motet_group *group,
			     struct motet_member *member, u32 job_class);

#endif /* _MOTET_GROUP_H */
