/* SPDX-License-Identifier: GPL-2.0-only */
/* A lock: what actors request, and are granted one after the other. */
#ifndef _MOTET_LOCK_H
#define _MOTET_LOCK_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/timerqueue.h>
#include <linux/types.h>

#include <uapi/linux/motet_lock.h>

#include "actor.h"
#include "object.h"

struct motet_lock_space;
struct motet_payer;
struct motet_queue;
struct motet_record;

/**
 * DOC: lock
 *
 * A lock is a named object that an actor *opens*, and then *requests*. The locks of
 * a domain, and all that there is to them, make up its *lock space*, which has
 * one mutex: each request is granted, queued, refused or ended under it, so they
 * have one order, and a search for circles sees all of them at rest.
 *
 *  ::
 *
 *    request --> granted ---released---> gone
 *      | |          ^   `---owner gone---> orphan ---purged---> gone
 *      | `--> waiting ---withdrawn, timed out, closed--> gone
 *      `--refused--> gone
 *
 * A lock has the requests that it is granted to, those that wait, first come
 * first, and its orphans. What can be granted is granted at once: whenever a
 * request waits, it can't be, or it is behind one that can't. So nobody is
 * overtaken, and nothing has to be looked at again but when a grant, an orphan
 * or the first of those who wait goes.
 *
 * An *opening* is an actor's handle on a lock. It is in the list of what the
 * actor holds, and ends with it: when the actor's own file is closed, when the
 * process dies, or before. With it end its requests; but what was granted with
 * %MOTET_LOCK_ORPHAN becomes an orphan, which belongs to the lock and is charged to
 * whoever made the request. A lock lives while it has openings or orphans. Without
 * openings a purge ends it.
 *
 * All openings of one actor make it a *locker*. This is the node of the graph in
 * which deadlocks are searched: it waits if one of its threads sleeps in a
 * request, for everybody whose request must end before this one is granted.
 * These are the owners of all that the lock is granted to (if one that shares
 * the lock waits, then it is held exclusively, or somebody who wants it so is
 * before it), and of those who wait before it; save that one that is to share the lock
 * does not wait for those who are to share it together with it, behind the last
 * one who wants it exclusively.
 *
 * A circle can close only when a request that sleeps is queued. That is where
 * it is looked for, and the request refused. Nothing else adds an edge: a
 * request that is queued is last, so nobody waits for it yet; whoever is granted
 * the lock from the queue was waited for by the same others before; whoever is
 * granted it at once found nobody waiting; a request that does not sleep
 * makes nobody wait; and everything that ends takes edges away. An orphan has no
 * owner and ends every path.
 *
 * Each locker is visited once in a search and each of the requests of a lock
 * twice at most, however long the chains; there is no recursion.
 *
 * What may have to be told is made with the request: the result of an
 * asynchronous one, and a notice for its owner that others wait. The result has a
 * charge of its own until it is read.
 *
 * Locks: the domain's mutex where a lock or an opening comes or goes, then that of
 * the lock space, then the lock of a queue or of an actor. A lock is unpublished
 * after the mutex of the lock space is dropped, since those who are told look at
 * it. Whoever sleeps in a request takes the mutex before it leaves, so that it
 * is there when it is woken.
 */

/**
 * enum motet_lock_event - what happens to a request
 * @MOTET_LOCK_EVENT_GRANT: it is granted
 * @MOTET_LOCK_EVENT_WAIT: it has to wait
 * @MOTET_LOCK_EVENT_RELEASE: it was granted, and is released
 * @MOTET_LOCK_EVENT_REFUSE: it is not granted, and has ended
 * @MOTET_LOCK_EVENT_ORPHAN: it was granted, and becomes an orphan
 * @MOTET_LOCK_EVENT_PURGE: it was an orphan, and has ended
 */
enum motet_lock_event {
	MOTET_LOCK_EVENT_GRANT,
	MOTET_LOCK_EVENT_WAIT,
	MOTET_LOCK_EVENT_RELEASE,
	MOTET_LOCK_EVENT_REFUSE,
	MOTET_LOCK_EVENT_ORPHAN,
	MOTET_LOCK_EVENT_PURGE,
};

/**
 * struct motet_locker - an actor that has locks open
 * @actor: the actor, referenced [const]
 * @queue: of its default port [const]
 * @openings: its openings, as they were made [space.mutex]
 * @opening_count: how many [space.mutex]
 * @blocked: its requests in which a thread sleeps [space.mutex]
 * @search: number of the search that has found it last [space.mutex]
 * @next: found by the search before it, and not visited yet [space.mutex]
 */
struct motet_locker {
	struct motet_actor *actor;
	struct motet_queue *queue;
	struct list_head openings;
	u32 opening_count;
	struct list_head blocked;
	u64 search;
	struct motet_locker *next;
};

/**
 * struct motet_lock_stats - what happened at a lock
 * @granted: requests that were granted [space.mutex]
 * @queued: requests that had to wait [space.mutex]
 * @refused: requests that were not to wait, or not for an orphan [space.mutex]
 * @timeouts: requests whose deadline passed [space.mutex]
 * @deadlocks: requests that would have closed a circle [space.mutex]
 * @orphaned: grants that became orphans [space.mutex]
 * @longest_wait: longest that one waited until it was granted, nanoseconds
 *	[space.mutex]
 * @waiting_peak: most that ever waited [space.mutex]
 */
struct motet_lock_stats {
	u64 granted;
	u64 queued;
	u64 refused;
	u64 timeouts;
	u64 deadlocks;
	u64 orphaned;
	u64 longest_wait;
	u32 waiting_peak;
};

/**
 * struct motet_lock - a lock
 * @object: the object [own]
 * @payer: who is charged for it [const]
 * @openings: its openings [space.mutex]
 * @opening_count: how many; changes under both [domain.mutex and space.mutex]
 * @requests: all its requests, in the order in which they were made
 *	[space.mutex]
 * @grants: those that are granted [space.mutex]
 * @waiting: those that wait, first come first [space.mutex]
 * @orphans: its orphans [space.mutex]
 * @shared: how many share it, orphans included [space.mutex]
 * @exclusive: how many have it exclusively, orphans included: 0 or 1
 *	[space.mutex]
 * @waiting_count: how many wait [space.mutex]
 * @averse_count: how many of these would not wait for an orphan [space.mutex]
 * @orphan_count: how many orphans there are [space.mutex]
 * @last_number: of the request that was made last [space.mutex]
 * @stats: what happened [space.mutex]
 * @search: number of the search that has looked at it last [space.mutex]
 * @seen: how far that has looked at those who wait [space.mutex]
 * @found: up to which their owners are found [space.mutex]
 */
struct motet_lock {
	struct motet_object object;
	struct motet_payer *payer;
	struct list_head openings;
	u32 opening_count;
	struct list_head requests;
	struct list_head grants;
	struct list_head waiting;
	struct list_head orphans;
	u32 shared;
	u32 exclusive;
	u32 waiting_count;
	u32 averse_count;
	u32 orphan_count;
	u64 last_number;
	struct motet_lock_stats stats;
	u64 search;
	struct list_head *seen;
	struct list_head *found;
};

/**
 * struct motet_lock_opening - what an actor has open
 * @number: its number in the lock space [const]
 * @lock: the lock [const]
 * @locker: whose it is [const]
 * @link: among those of the lock [space.mutex]
 * @locker_link: among those of the locker [space.mutex]
 * @peers: others of the same locker on the same lock [space.mutex]
 * @holding: lets it end with its actor [actor.lock]
 * @rights: bits of %MOTET_MODE_RECEIVE to share, %MOTET_MODE_SEND to have it alone,
 *	%MOTET_MODE_ADMIN to purge [const]
 * @tell: tell of those who wait [const]
 * @requests: its requests by lock id [space.mutex]
 * @request_count: how many [space.mutex]
 * @exclusive: how many of them are exclusive: 0 or 1 [space.mutex]
 */
struct motet_lock_opening {
	unsigned long number;
	struct motet_lock *lock;
	struct motet_locker *locker;
	struct list_head link;
	struct list_head locker_link;
	struct list_head peers;
	struct motet_holding holding;
	umode_t rights;
	bool tell;
	struct rb_root requests;
	u32 request_count;
	u32 exclusive;
};

/**
 * struct motet_lock_sleeper - a thread that sleeps in a request
 * @task: the thread [const]
 * @done: the request is granted or has ended; read without the mutex to see
 *	whether to sleep on [space.mutex]
 * @error: 0, or why it has ended, negative [space.mutex]
 */
struct motet_lock_sleeper {
	struct task_struct *task;
	bool done;
	int error;
};

/**
 * struct motet_lock_request - a request
 * @node: among those of the opening [space.mutex]
 * @lock_id: number that its owner gave it [const]
 * @number: position in the order of the lock's requests [space.mutex]
 * @mode: &enum motet_lock_mode [const]
 * @flags: %MOTET_LOCK_ORPHAN and the like [const]
 * @state: where it is [space.mutex]
 * @lock: the lock [const]
 * @opening: by which it was made; NULL of an orphan [space.mutex]
 * @owner: identifier of the actor that made it [const]
 * @payer: who is charged for it, referenced [const]
 * @link: among the grants, those who wait, or the orphans [space.mutex]
 * @lock_link: among all of the lock [space.mutex]
 * @blocked: among those of the locker in which a thread sleeps [space.mutex]
 * @sleeper: that thread, or NULL [space.mutex]
 * @result: tells of an asynchronous one, else NULL [const]
 * @notice: tells of those who wait for it, or NULL [const]
 * @since: when it came to its state, CLOCK_MONOTONIC in nanoseconds [space.mutex]
 * @deadline: until when it waits, CLOCK_MONOTONIC of the kernel, or 0 [const]
 * @expiry: of an asynchronous one that waits, in the order of deadlines
 *	[space.mutex]
 * @signal: what those are told for whom it waits [const]
 */
struct motet_lock_request {
	struct rb_node node;
	u64 lock_id;
	u64 number;
	u32 mode;
	u32 flags;
	enum motet_lock_state state;
	struct motet_lock *lock;
	struct motet_lock_opening *opening;
	struct motet_id owner;
	struct motet_payer *payer;
	struct list_head link;
	struct list_head lock_link;
	struct list_head blocked;
	struct motet_lock_sleeper *sleeper;
	struct motet_record *result;
	struct motet_record *notice;
	u64 since;
	u64 deadline;
	struct timerqueue_node expiry;
	u64 signal;
};

/**
 * motet_lock_of() - the lock that an object is
 * @object: an object of class %MOTET_CLASS_LOCK
 *
 * Return: the lock.
 */
static inline struct motet_lock *motet_lock_of(struct motet_object *object)
{
	return container_of(object, struct motet_lock, object);
}

int motet_lock_init(void);
void motet_lock_exit(void);

/* lock.c: locks and openings */
struct motet_lock *motet_lock_new(struct motet_actor *actor, umode_t mode);
struct motet_lock_opening *motet_lock_opening_new(struct motet_actor *actor,
						  bool tell);
void motet_lock_opening_discard(struct motet_lock_opening *opening,
				struct motet_actor *actor);
int motet_lock_attach(struct motet_lock *lock,
		      struct motet_lock_opening *opening,
		      struct motet_actor *actor, struct motet_queue *queue,
		      bool created);
int motet_lock_publish(struct motet_lock *lock, struct motet_name *name);
void motet_lock_settle(struct motet_lock *lock);
int motet_lock_close(struct motet_actor *actor, u64 number);
void motet_lock_leave(struct motet_actor *actor);

/* lock_request.c: requests */
u32 motet_lock_requests_limit(void);
int motet_lock_acquire(struct motet_actor *actor,
		       const struct motet_lock_acquire *arg, bool nonblock);
int motet_lock_release(struct motet_actor *actor, u64 number, u64 lock_id);

/* lock_orphan.c: what outlives its owner */
int motet_lock_purge_opening(struct motet_actor *actor, u64 number,
			     u32 *purged);
u32 motet_lock_purge_orphans(struct motet_lock *lock);

#endif /* _MOTET_LOCK_H */
