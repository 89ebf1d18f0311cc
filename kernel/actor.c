// SPDX-License-Identifier: GPL-2.0-only
/* An actor: one open of the device by one process. */

#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "actor.h"
#include "domain.h"
#include "quota.h"
#include "record.h"
#include "trace.h"

static const int motet_fault_signals[MOTET_ACTOR_FAULTS] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
};

static struct kmem_cache *motet_actor_cache;

static const struct motet_charge motet_actor_charge = {
	.amount[MOTET_QUOTA_ACTORS] = 1,
};

static int motet_actor_make_faults(struct motet_actor *actor,
				   struct motet_queue *queue)
{
	struct motet_record *record;
	unsigned int i;

	for (i = 0; i < MOTET_ACTOR_FAULTS; i++) {
		record = motet_record_new(queue, MOTET_EXCEPTION_FAULT,
					  &actor->default_port->id);
		if (!record)
			return -ENOMEM;
		/* another thread may have a fault already */
		smp_store_release(&actor->faults[i].record, record);
	}
	return 0;
}

/* The queue is the default port's, which is there but dead. */
static void motet_actor_drop_faults(struct motet_actor *actor)
{
	unsigned int i;

	for (i = 0; i < MOTET_ACTOR_FAULTS; i++)
		motet_record_drop(actor->faults[i].record);
}

static void motet_actor_tell_faults(struct work_struct *work)
{
	struct motet_actor *actor = container_of(work, struct motet_actor,
						 fault_work);
	struct motet_record *record;
	unsigned int i;
	int count;

	/* whoever counts from here on queues the work again */
	clear_bit(MOTET_ACTOR_FAULTY, &actor->flags);
	for (i = 0; i < MOTET_ACTOR_FAULTS; i++) {
		count = atomic_xchg(&actor->faults[i].count, 0);
		/* pairs with the release of whoever made the record */
		record = smp_load_acquire(&actor->faults[i].record);
		if (count && record)
			motet_record_tell_times(record, motet_fault_signals[i],
						count);
	}
	motet_actor_put(actor);
}

static void motet_actor_free_rcu(struct rcu_head *rcu)
{
	struct motet_object *object = container_of(rcu, struct motet_object,
						   rcu);

	kmem_cache_free(motet_actor_cache, motet_actor_of(object));
}

static void motet_actor_release(struct motet_object *object)
{
	struct motet_actor *actor = motet_actor_of(object);
	struct motet_domain *domain = object->domain;
	struct net *net = domain->net;

	trace_motet_actor_close(&object->id, pid_nr(actor->interest.pid));
	mutex_lock(&domain->mutex);
	motet_domain_unpublish_locked(object);
	mutex_unlock(&domain->mutex);
	motet_interest_withdraw(&actor->interest);
	WARN_ON_ONCE(!list_empty(&actor->held));
	motet_actor_drop_faults(actor);
	motet_object_put(actor->default_port);
	motet_quota_uncharge(actor->payer, &motet_actor_charge);
	motet_payer_put(actor->payer);
	put_pid(actor->interest.pid);
	call_rcu(&object->rcu, motet_actor_free_rcu);
	put_net(net);
}

static const struct motet_object_ops motet_actor_ops = {
	.class = MOTET_CLASS_ACTOR,
	.silent = true,
	.release = motet_actor_release,
};

static struct motet_object *motet_actor_first_held(struct motet_actor *actor)
{
	struct motet_object *object = NULL;
	struct motet_holding *holding;

	spin_lock(&actor->lock);
	holding = list_first_entry_or_null(&actor->held, struct motet_holding,
					   link);
	if (holding)
		object = motet_object_get(holding->object);
	spin_unlock(&actor->lock);
	return object;
}

static void motet_actor_die(struct work_struct *work)
{
	struct motet_actor *actor = container_of(work, struct motet_actor,
						 death_work);
	struct motet_object *object;

	trace_motet_actor_dead(&actor->object.id, motet_actor_cause(actor));
	while ((object = motet_actor_first_held(actor))) {
		object->ops->holder_gone(object, actor);
		motet_object_put(object);
	}
	set_bit(MOTET_ACTOR_SETTLED, &actor->flags);
	/* whoever is not found by this finds it settled: see there */
	smp_mb__after_atomic();
	motet_process_settled(actor->interest.pid);
	motet_actor_put(actor);
}

/*
 * Runs in the probes: preemption is off, and the task is not to be delayed.
 * An actor without references holds nothing any more.
 */
static void motet_actor_note_death(struct motet_actor *actor, int cause)
{
	if (atomic_cmpxchg(&actor->death, 0, MOTET_ACTOR_DEAD | (cause & 0xffff)))
		return;
	if (!refcount_inc_not_zero(&actor->object.refs))
		return;
	queue_work(motet_workqueue, &actor->death_work);
}

static struct motet_actor *motet_actor_interested(struct motet_interest *interest)
{
	return container_of(interest, struct motet_actor, interest);
}

static void motet_actor_died(struct motet_interest *interest,
			     struct task_struct *task)
{
	motet_actor_note_death(motet_actor_interested(interest),
			       motet_process_status(task));
}

static void motet_actor_execed(struct motet_interest *interest,
			       struct task_struct *task)
{
	struct motet_actor *actor = motet_actor_interested(interest);

	if (actor->exec_id != task->self_exec_id)
		motet_actor_note_death(actor, 0);
}

/* Without a reference it holds nothing, and its work is not queued. */
static bool motet_actor_holds(struct motet_interest *interest)
{
	struct motet_actor *actor = motet_actor_interested(interest);

	return motet_actor_is_dead(actor) &&
	       !test_bit(MOTET_ACTOR_SETTLED, &actor->flags) &&
	       refcount_read(&actor->object.refs);
}

/* As motet_actor_note_death(); and a lock of the process is held. */
static void motet_actor_note_fault(struct motet_actor *actor, unsigned int i)
{
	atomic_inc(&actor->faults[i].count);
	if (test_and_set_bit(MOTET_ACTOR_FAULTY, &actor->flags))
		return;
	if (refcount_inc_not_zero(&actor->object.refs))
		queue_work(motet_workqueue, &actor->fault_work);
}

static void motet_actor_faulted(struct motet_interest *interest, int signal)
{
	struct motet_actor *actor = motet_actor_interested(interest);
	unsigned int i;

	if (actor->exec_id != current->self_exec_id)
		return;
	for (i = 0; i < MOTET_ACTOR_FAULTS; i++)
		if (motet_fault_signals[i] == signal)
			motet_actor_note_fault(actor, i);
}

static const struct motet_interest_ops motet_actor_interest_ops = {
	.holds = motet_actor_holds,
	.died = motet_actor_died,
	.execed = motet_actor_execed,
	.faulted = motet_actor_faulted,
};

/**
 * motet_actor_new() - make an actor of the current process
 * @net: the namespace that it is opened in
 *
 * Context: may sleep.
 * Return: the actor, not yet published, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_actor *motet_actor_new(struct net *net)
{
	struct motet_actor *actor;
	int err;

	actor = kmem_cache_zalloc(motet_actor_cache, GFP_KERNEL);
	if (!actor)
		return ERR_PTR(-ENOMEM);
	actor->payer = motet_payer_new();
	if (IS_ERR(actor->payer)) {
		err = PTR_ERR(actor->payer);
		goto err_free;
	}
	err = motet_quota_charge(actor->payer, &motet_actor_charge);
	if (err)
		goto err_put_payer;
	motet_object_init(&actor->object, &motet_actor_ops,
			  motet_domain_of(get_net(net)));
	actor->interest.pid = get_pid(task_tgid(current));
	actor->interest.ops = &motet_actor_interest_ops;
	actor->exec_id = current->self_exec_id;
	INIT_WORK(&actor->death_work, motet_actor_die);
	INIT_WORK(&actor->fault_work, motet_actor_tell_faults);
	spin_lock_init(&actor->lock);
	INIT_LIST_HEAD(&actor->held);
	motet_ready_set_init(&actor->ready);
	motet_interest_register(&actor->interest);
	return actor;

err_put_payer:
	motet_payer_put(actor->payer);
err_free:
	kmem_cache_free(motet_actor_cache, actor);
	return ERR_PTR(err);
}

/**
 * motet_actor_publish() - give an actor its default port, and let it be seen
 * @actor: the actor
 * @default_port: the port; the actor takes a reference
 * @queue: its queue
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int motet_actor_publish(struct motet_actor *actor,
			struct motet_object *default_port,
			struct motet_queue *queue)
{
	int err;

	actor->default_port = motet_object_get(default_port);
	err = motet_actor_make_faults(actor, queue);
	if (err)
		return err;
	trace_motet_actor_open(&actor->object.id, pid_nr(actor->interest.pid));
	return motet_domain_publish(&actor->object, NULL);
}

/**
 * motet_actor_get() - take a reference
 * @actor: the actor
 *
 * Return: @actor.
 */
struct motet_actor *motet_actor_get(struct motet_actor *actor)
{
	motet_object_get(&actor->object);
	return actor;
}

/**
 * motet_actor_put() - drop a reference
 * @actor: the actor
 *
 * Context: may sleep.
 */
void motet_actor_put(struct motet_actor *actor)
{
	motet_object_put(&actor->object);
}

/**
 * motet_actor_is_current() - whether the current task may use an actor
 * @actor: the actor
 *
 * Return: true for a thread of the process that opened it, if that still runs
 * the same program and has not begun to exit.
 */
bool motet_actor_is_current(const struct motet_actor *actor)
{
	return task_tgid(current) == actor->interest.pid &&
	       current->self_exec_id == actor->exec_id &&
	       !(READ_ONCE(current->signal->flags) & SIGNAL_GROUP_EXIT);
}

/**
 * motet_actor_is_dead() - whether the process of an actor is gone
 * @actor: the actor
 *
 * Return: true if it was seen to exit or to run another program.
 */
bool motet_actor_is_dead(const struct motet_actor *actor)
{
	return atomic_read(&actor->death);
}

/**
 * motet_actor_settle() - wait until a dead process holds nothing any more
 * @actor: an actor of it; nothing happens if its process lives
 *
 * Context: may sleep; nothing of the module's is locked; not on its workqueue.
 */
void motet_actor_settle(struct motet_actor *actor)
{
	if (motet_actor_is_dead(actor))
		flush_work(&actor->death_work);
}

/**
 * motet_actor_cause() - what the process of an actor died of
 * @actor: the actor
 *
 * Return: its wait status; 0 if it lives, or runs another program.
 */
int motet_actor_cause(const struct motet_actor *actor)
{
	return atomic_read(&actor->death) & ~MOTET_ACTOR_DEAD;
}

/**
 * motet_actor_look() - say who has a handle
 * @actor: who
 * @view: zeroed, and filled in as far as it is about the actor; the caller puts
 *	its pid
 */
void motet_actor_look(const struct motet_actor *actor,
		      struct motet_handle_view *view)
{
	memset(view, 0, sizeof(*view));
	view->actor = actor->object.id;
	view->pid = get_pid(actor->interest.pid);
	view->uid = actor->object.uid;
}

/**
 * motet_actor_hold() - note that a handle is to end with its actor
 * @actor: the actor
 * @holding: part of the handle
 * @object: what the handle is on
 *
 * Context: any but hard interrupt; under the lock of the object's queue.
 */
void motet_actor_hold(struct motet_actor *actor, struct motet_holding *holding,
		      struct motet_object *object)
{
	holding->object = object;
	spin_lock(&actor->lock);
	list_add_tail(&holding->link, &actor->held);
	actor->held_count += object->ops->class == MOTET_CLASS_PORT;
	spin_unlock(&actor->lock);
}

/**
 * motet_actor_let_go() - note that a handle has ended
 * @actor: the actor
 * @holding: as it was noted
 *
 * Context: any but hard interrupt; under the lock of the object's queue.
 */
void motet_actor_let_go(struct motet_actor *actor,
			struct motet_holding *holding)
{
	spin_lock(&actor->lock);
	list_del_init(&holding->link);
	actor->held_count -= holding->object->ops->class == MOTET_CLASS_PORT;
	spin_unlock(&actor->lock);
}

/**
 * motet_actor_init() - make the cache of actors
 *
 * Return: 0 or -ENOMEM.
 */
int motet_actor_init(void)
{
	motet_actor_cache = kmem_cache_create("motet_actor",
					      sizeof(struct motet_actor), 0,
					      SLAB_ACCOUNT, NULL);
	return motet_actor_cache ? 0 : -ENOMEM;
}

/**
 * motet_actor_exit() - give the cache of actors back
 *
 * Context: after the workqueue is gone, and after rcu_barrier().
 */
void motet_actor_exit(void)
{
	kmem_cache_destroy(motet_actor_cache);
}
