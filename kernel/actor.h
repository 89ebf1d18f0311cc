/* SPDX-License-Identifier: GPL-2.0-only */
/* An actor: one open of the device by one process. */
#ifndef _MOTET_ACTOR_H
#define _MOTET_ACTOR_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "object.h"
#include "process.h"
#include "ready.h"

struct motet_payer;
struct motet_queue;
struct motet_record;
struct net;

/**
 * DOC: actor
 *
 * An actor is a process at Motet: it is made when the device is opened and is
 * bound to the process that opened it, that is, to the thread group and to the
 * program that it runs. Only its threads may create, open and receive by it; a
 * child that inherits the file may not, nor whoever is passed it.
 *
 * An actor lives while a file refers to it: its own, or one that it opened.
 * What it holds is in its list: one *holding* for each handle that receives from
 * a port, did so until the port moved, or will if the holder dies; and one for
 * each lock that it has open. A holding ends when the handle's file is closed for
 * the last time - for a lock the actor's own - or when the process dies, whoever
 * else has the file then.
 *
 * Dead is a process that process.h calls so, or which runs another program now.
 * The actor learns of it by its interest in its process: it notes the cause, and
 * queues work, which lets go of what the actor holds. A process that has begun to
 * exit as a whole is refused already.
 *
 * Nobody is to see that a process is gone and find something held by it still.
 * It is waited for or its pidfd readable only after it has closed its files, and
 * closing one of a dead actor waits until the work is done: in the process itself,
 * whoever else has the file; and when the last reference goes, for a file that is
 * closed because another program is run. Watches tell of the end of the process
 * only when that work is done.
 *
 * Of the faults of its process it counts how many there were, and queues work.
 * That tells the default port by a record for each signal, which was made with
 * the actor.
 */

/** define MOTET_ACTOR_DEAD - in @death, beside the wait status, of the dead */
#define MOTET_ACTOR_DEAD	BIT(30)

/** define MOTET_ACTOR_FAULTS - signals that are faults */
#define MOTET_ACTOR_FAULTS	5

/** define MOTET_ACTOR_FAULTY - bit of @flags: faults are to be told */
#define MOTET_ACTOR_FAULTY	0

/** define MOTET_ACTOR_SETTLED - bit of @flags: it is dead and holds nothing */
#define MOTET_ACTOR_SETTLED	1

/**
 * struct motet_fault - what is to be told of one signal
 * @count: how often it came since it was told [atomic]
 * @record: tells it; NULL until the actor has its default port [set once]
 */
struct motet_fault {
	atomic_t count;
	struct motet_record *record;
};

/**
 * struct motet_holding - that an actor has a handle that is to end with it
 * @link: among the actor's holdings [actor.lock]
 * @object: what the handle is on; it is there while the holding is [const]
 */
struct motet_holding {
	struct list_head link;
	struct motet_object *object;
};

/**
 * struct motet_actor - one open of the device by one process
 * @object: the object [own]
 * @interest: in its process, whose pid it refers to [own]
 * @exec_id: which program of the process opened it [const]
 * @payer: who is charged for what it creates [const]
 * @death: 0 while its process lives, then %MOTET_ACTOR_DEAD and the wait status
 *	[atomic]
 * @death_work: lets go of what a dead process held [own]
 * @flags: see %MOTET_ACTOR_FAULTY, %MOTET_ACTOR_SETTLED [atomic]
 * @faults: by signal [own]
 * @fault_work: tells them; has a reference while it is queued [own]
 * @lock: guards what it holds; nests inside any queue lock [own]
 * @held: its holdings [actor.lock]
 * @held_count: how many of them are on ports [actor.lock]
 * @ready: those of its enabled ports that have a message [own]
 * @default_port: its default port, referenced; the actor's own file is that
 *	port's handle [const once published]
 */
struct motet_actor {
	struct motet_object object;
	struct motet_interest interest;
	u64 exec_id;
	struct motet_payer *payer;
	atomic_t death;
	struct work_struct death_work;
	unsigned long flags;
	struct motet_fault faults[MOTET_ACTOR_FAULTS];
	struct work_struct fault_work;
	spinlock_t lock;
	struct list_head held;
	u32 held_count;
	struct motet_ready_set ready;
	struct motet_object *default_port;
};

/**
 * struct motet_handle_view - what is shown of a handle
 * @actor: who opened it [own]
 * @pid: the process of that actor, referenced [own]
 * @uid: its owner [own]
 * @role: &enum motet_role [own]
 * @waiting: threads that wait for room [own]
 * @calls: calls that are not answered [own]
 * @rights: what it was opened for, of the user's bits of a mode [own]
 * @queued: events that it has not received yet [own]
 * @lost: events that it lost [own]
 */
struct motet_handle_view {
	struct motet_id actor;
	struct pid *pid;
	kuid_t uid;
	u32 role;
	u32 waiting;
	u32 calls;
	umode_t rights;
	u32 queued;
	u64 lost;
};

/** define MOTET_HANDLES_SHOWN - handles of one object that are shown, at most */
#define MOTET_HANDLES_SHOWN	512

/**
 * motet_actor_of() - the actor that an object is
 * @object: an object of class %MOTET_CLASS_ACTOR
 *
 * Return: the actor.
 */
static inline struct motet_actor *motet_actor_of(struct motet_object *object)
{
	return container_of(object, struct motet_actor, object);
}

int motet_actor_init(void);
void motet_actor_exit(void);

struct motet_actor *motet_actor_new(struct net *net);
int motet_actor_publish(struct motet_actor *actor,
			struct motet_object *default_port,
			struct motet_queue *queue);
struct motet_actor *motet_actor_get(struct motet_actor *actor);
void motet_actor_put(struct motet_actor *actor);

bool motet_actor_is_current(const struct motet_actor *actor);
bool motet_actor_is_dead(const struct motet_actor *actor);
void motet_actor_settle(struct motet_actor *actor);
int motet_actor_cause(const struct motet_actor *actor);
void motet_actor_hold(struct motet_actor *actor, struct motet_holding *holding,
		      struct motet_object *object);
void motet_actor_look(const struct motet_actor *actor,
		      struct motet_handle_view *view);
void motet_actor_let_go(struct motet_actor *actor,
			struct motet_holding *holding);

#endif /* _MOTET_ACTOR_H */
