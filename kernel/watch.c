// SPDX-License-Identifier: GPL-2.0-only
/* Watches: their life. */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/slab.h>

#include "actor.h"
#include "domain.h"
#include "trace.h"
#include "watch_internal.h"

static unsigned int motet_watch_places_max = 1024;
module_param_named(watch_places_max, motet_watch_places_max, uint, 0644);
MODULE_PARM_DESC(watch_places_max, "descendants that one watch may follow at a time");

/**
 * motet_watch_put() - drop a reference
 * @watch: the watch
 *
 * Context: may sleep; the watch's mutex is not held.
 */
void motet_watch_put(struct motet_watch *watch)
{
	u32 i;

	if (!refcount_dec_and_test(&watch->refs))
		return;
	motet_watch_drop_records(watch);
	for (i = 0; i < watch->count; i++)
		put_pid(watch->subjects[i].process);
	motet_object_put(watch->port);
	put_pid(watch->viewer);
	if (watch->payer)
		motet_quota_uncharge(watch->payer, &watch->charge);
	motet_payer_put(watch->payer);
	kvfree_rcu(watch, rcu);
}

/**
 * motet_watch_remove_locked() - let a watch tell nothing any more
 * @watch: the watch; nothing happens if it was removed
 *
 * Context: may sleep; under the domain's mutex. The caller has a reference.
 */
void motet_watch_remove_locked(struct motet_watch *watch)
{
	struct motet_domain *domain = watch->domain;
	u32 i;

	lockdep_assert_held(&domain->mutex);
	if (!watch->listed)
		return;
	trace_motet_watch_stop(&watch->port->id, watch->number, watch->kind,
			       watch->subjects[0].pid);
	watch->listed = false;
	xa_erase(&domain->watch_table, watch->number);
	domain->watches--;
	list_del_init(&watch->port_bond.link);
	list_del_init(&watch->target.bond.link);
	raw_spin_lock(&watch->lock);
	watch->over = true;
	raw_spin_unlock(&watch->lock);
	mutex_lock(&watch->mutex);
	for (i = 0; i < watch->count; i++)
		motet_subject_let_go(&watch->subjects[i]);
	motet_watch_drop_records(watch);
	mutex_unlock(&watch->mutex);
	motet_watch_put(watch);
}

static void motet_watch_port_ended(struct motet_bond *bond)
{
	motet_watch_remove_locked(container_of(bond, struct motet_watch,
					       port_bond));
}

static void motet_watch_target_ended(struct motet_bond *bond)
{
	struct motet_watch *watch = container_of(bond, struct motet_watch,
						 target.bond);

	list_del_init(&bond->link);
	motet_watch_note_end(watch, watch->kind == MOTET_WATCH_NODE ?
			     MOTET_WATCHED_LEFT : MOTET_WATCHED_DEAD);
}

static void motet_subject_init(struct motet_subject *subject,
			       struct motet_watch *watch)
{
	unsigned int kind;

	subject->watch = watch;
	INIT_LIST_HEAD(&subject->link);
	for (kind = 0; kind < MOTET_NEWS_KINDS; kind++) {
		INIT_LIST_HEAD(&subject->reports[kind].link);
		subject->reports[kind].subject = subject;
		subject->reports[kind].kind = kind;
	}
}

static void motet_watch_init(struct motet_watch *watch,
			     const struct motet_watch_start *arg)
{
	u32 i;

	refcount_set(&watch->refs, 1);
	watch->kind = arg->kind;
	watch->flags = arg->flags;
	watch->depth = arg->depth;
	watch->cookie = arg->cookie;
	watch->id = arg->id;
	watch->uid = current_uid();
	watch->euid = current_euid();
	watch->port_bond.end = motet_watch_port_ended;
	watch->target.bond.end = motet_watch_target_ended;
	watch->target.node = arg->node;
	INIT_LIST_HEAD(&watch->port_bond.link);
	INIT_LIST_HEAD(&watch->target.bond.link);
	mutex_init(&watch->mutex);
	raw_spin_lock_init(&watch->lock);
	INIT_WORK(&watch->work, motet_watch_work);
	INIT_LIST_HEAD(&watch->news);
	INIT_LIST_HEAD(&watch->spare);
	for (i = 0; i < watch->count; i++) {
		motet_subject_init(&watch->subjects[i], watch);
		if (i)
			list_add_tail(&watch->subjects[i].link, &watch->spare);
	}
}

static int motet_watch_equip(struct motet_watch *watch,
			     const struct motet_actor *actor)
{
	int err;

	watch->charge.amount[MOTET_QUOTA_WATCHES] = watch->count;
	err = motet_quota_charge(actor->payer, &watch->charge);
	if (err)
		return err;
	watch->payer = motet_payer_get(actor->payer);
	err = motet_watch_make_records(watch);
	if (err)
		return err;
	mutex_lock(&watch->domain->mutex);
	watch->number = ++watch->domain->last_watch;
	mutex_unlock(&watch->domain->mutex);
	return 0;
}

/**
 * motet_watch_new() - make a watch that watches nothing yet
 * @actor: who makes it
 * @port: where it will tell; held by that actor
 * @queue: of that port
 * @arg: what it will be; its fields fit together
 *
 * Context: may sleep.
 * Return: the watch, or ERR_PTR() of -EDQUOT or -ENOMEM.
 */
struct motet_watch *motet_watch_new(const struct motet_actor *actor,
				    struct motet_object *port,
				    struct motet_queue *queue,
				    const struct motet_watch_start *arg)
{
	struct motet_watch *watch;
	u32 count = arg->places + 1;
	int err;

	if (arg->places > READ_ONCE(motet_watch_places_max))
		return ERR_PTR(-EDQUOT);
	watch = kvzalloc(struct_size(watch, subjects, count),
			 GFP_KERNEL_ACCOUNT);
	if (!watch)
		return ERR_PTR(-ENOMEM);
	watch->count = count;
	watch->domain = port->domain;
	watch->port = motet_object_get(port);
	watch->queue = queue;
	watch->viewer = get_pid(actor->interest.pid);
	motet_watch_init(watch, arg);
	err = motet_watch_equip(watch, actor);
	if (!err)
		return watch;
	motet_watch_put(watch);
	return ERR_PTR(err);
}

static int motet_watch_object_locked(struct motet_watch *watch,
				     struct motet_object *object)
{
	lockdep_assert_held(&watch->domain->mutex);
	if (!object->published)
		return -ESRCH;
	if (!motet_domain_may_locked(object, MOTET_MODE_RECEIVE))
		return -EACCES;
	motet_watch_begin(&watch->subjects[0]);
	list_add_tail(&watch->target.bond.link, &object->bonds);
	return 0;
}

static int motet_watch_class_locked(struct motet_watch *watch,
				    enum motet_class class)
{
	struct motet_object *object;
	int err;

	lockdep_assert_held(&watch->domain->mutex);
	object = motet_domain_find(watch->domain, &watch->id, class);
	if (!object)
		return -ESRCH;
	err = motet_watch_object_locked(watch, object);
	motet_object_put(object);
	return err;
}

static int motet_watch_attach_locked(struct motet_watch *watch, pid_t pid)
{
	lockdep_assert_held(&watch->domain->mutex);
	switch (watch->kind) {
	case MOTET_WATCH_PROCESS:
		return motet_watch_process(watch, pid);
	case MOTET_WATCH_PORT:
		return motet_watch_class_locked(watch, MOTET_CLASS_PORT);
	case MOTET_WATCH_GROUP:
		return motet_watch_class_locked(watch, MOTET_CLASS_GROUP);
	default:
		motet_watch_begin(&watch->subjects[0]);
		list_add_tail(&watch->target.bond.link,
			      &watch->domain->node_bonds);
		return 0;
	}
}

static int motet_watch_start_locked(struct motet_watch *watch, pid_t pid)
{
	struct motet_domain *domain = watch->domain;
	int err;

	lockdep_assert_held(&domain->mutex);
	if (!watch->port->published)
		return -EPERM;
	err = xa_err(xa_store(&domain->watch_table, watch->number, watch,
			      GFP_KERNEL_ACCOUNT));
	if (err)
		return err;
	err = motet_watch_attach_locked(watch, pid);
	if (err) {
		xa_erase(&domain->watch_table, watch->number);
		return err;
	}
	refcount_inc(&watch->refs);
	watch->listed = true;
	domain->watches++;
	list_add_tail(&watch->port_bond.link, &watch->port->bonds);
	trace_motet_watch_start(&watch->port->id, watch->number, watch->kind,
				watch->subjects[0].pid);
	return 0;
}

/**
 * motet_watch_start() - begin to watch
 * @watch: as motet_watch_new() returned it; the caller keeps its reference
 * @arg: as it was made
 *
 * What has ended already is told when this returns.
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_WATCH says, or -ENOMEM.
 */
int motet_watch_start(struct motet_watch *watch,
		      const struct motet_watch_start *arg)
{
	int err;

	mutex_lock(&watch->domain->mutex);
	err = motet_watch_start_locked(watch, arg->pid);
	mutex_unlock(&watch->domain->mutex);
	if (!err)
		motet_watch_tell(watch);
	return err;
}

/**
 * motet_watch_stop() - end a watch, and take back what is unread of it
 * @port: the port that it belongs to
 * @number: its number
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if the port has no such watch.
 */
int motet_watch_stop(const struct motet_object *port, u64 number)
{
	struct motet_domain *domain = port->domain;
	struct motet_watch *watch = NULL;
	int err = -ENOENT;

	mutex_lock(&domain->mutex);
	if (number <= domain->last_watch)
		watch = xa_load(&domain->watch_table, number);
	if (watch && watch->port == port) {
		err = motet_watch_is_over(watch) ? -ENOENT : 0;
		motet_watch_remove_locked(watch);
	}
	mutex_unlock(&domain->mutex);
	return err;
}

static void motet_watch_look(struct motet_watch *watch,
			     struct motet_watch_view *view)
{
	struct motet_subject *first = &watch->subjects[0];

	memset(view, 0, sizeof(*view));
	view->number = watch->number;
	view->kind = watch->kind;
	view->flags = watch->flags;
	view->node = watch->target.node;
	view->id = watch->id;
	view->port = watch->port;
	view->cookie = watch->cookie;
	view->depth = watch->depth;
	view->places = watch->count - 1;
	raw_spin_lock(&watch->lock);
	view->pid = get_pid(first->process);
	view->followed = watch->busy - first->busy;
	view->missed = watch->missed;
	view->ended = first->ended;
	raw_spin_unlock(&watch->lock);
}

/**
 * motet_watch_look_next() - look at the next watch of a domain
 * @domain: the domain
 * @number: in: of the watch seen last, 0 to begin; out: of this one
 * @view: filled in
 *
 * Context: under the domain's mutex.
 * Return: true if there is one.
 */
bool motet_watch_look_next(struct motet_domain *domain, unsigned long *number,
			   struct motet_watch_view *view)
{
	struct motet_watch *watch;

	lockdep_assert_held(&domain->mutex);
	watch = xa_find_after(&domain->watch_table, number, ULONG_MAX,
			      XA_PRESENT);
	if (watch)
		motet_watch_look(watch, view);
	return watch;
}
