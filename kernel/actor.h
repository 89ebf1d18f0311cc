/* SPDX-License-Identifier: GPL-2.0-only */
/* An actor: one open of the device by one process. */
#ifndef _MOTET_ACTOR_H
#define _MOTET_ACTOR_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "object.h"

struct motet_payer;
struct net;
struct pid;

/**
 * DOC: actor
 *
 * An actor is a process at Motet: it is made when the device is opened and is
 * bound to the process that opened it, that is, to the thread group and to the
 * program that it runs. Only its threads may create, open and receive by it; a
 * child that inherits the file may not, nor whoever is passed it.
 *
 * An actor lives while a file refers to it: its own, or one that it opened.
 * What it holds is in its list, and is let go when the holder's file is closed
 * for the last time, or when the process dies, whoever else has the file then.
 *
 * Dead is a process whose last thread has given up its memory, or which runs
 * another program now. Two tracepoint probes learn of it. They run with
 * preemption off in the dying task, look the process up in a table under RCU,
 * note the cause, and queue work; the work lets go of what the actor holds.
 * A process that has begun to exit as a whole is refused already.
 */

/** define MOTET_ACTOR_DEAD - bit of @flags: its process is dead */
#define MOTET_ACTOR_DEAD	0

/**
 * struct motet_actor - one open of the device by one process
 * @object: the object [own]
 * @pid_node: in the table of actors by process [motet_actor_lock, rcu]
 * @pid: its thread group, referenced [const]
 * @exec_id: which program of the process opened it [const]
 * @payer: who is charged for what it creates [const]
 * @flags: see %MOTET_ACTOR_DEAD [atomic]
 * @cause: wait status of the process if it is dead [const once work is queued]
 * @death_work: lets go of what a dead process held [own]
 * @lock: guards what it holds; nests inside any queue lock [own]
 * @held: objects that it holds [actor.lock]
 * @held_count: how many [actor.lock]
 * @default_port: its default port, referenced; the actor's own file is that
 *	port's handle [const once published]
 */
struct motet_actor {
	struct motet_object object;
	struct hlist_node pid_node;
	struct pid *pid;
	u64 exec_id;
	struct motet_payer *payer;
	unsigned long flags;
	int cause;
	struct work_struct death_work;
	spinlock_t lock;
	struct list_head held;
	u32 held_count;
	struct motet_object *default_port;
};

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
void motet_actor_exit_cache(void);

struct motet_actor *motet_actor_new(struct net *net);
int motet_actor_publish(struct motet_actor *actor,
			struct motet_object *default_port);
struct motet_actor *motet_actor_get(struct motet_actor *actor);
void motet_actor_put(struct motet_actor *actor);

bool motet_actor_is_current(const struct motet_actor *actor);
bool motet_actor_is_dead(const struct motet_actor *actor);
void motet_actor_hold(struct motet_actor *actor, struct motet_object *object);
void motet_actor_let_go(struct motet_actor *actor,
			struct motet_object *object);

#endif /* _MOTET_ACTOR_H */
