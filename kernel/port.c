// SPDX-License-Identifier: GPL-2.0-only
/* The life of ports. */

#include <linux/module.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "domain.h"
#include "message.h"
#include "port_internal.h"
#include "trace.h"

#define MOTET_PORT_MESSAGES	64
#define MOTET_PORT_BYTES	(128U << 10)
#define MOTET_DEFAULT_MESSAGES	16
#define MOTET_DEFAULT_BYTES	(16U << 10)

/* Above these the comparison of shares would overflow: motet_share_part(). */
#define MOTET_PORT_MESSAGES_CEILING	0x1000000U
#define MOTET_PORT_BYTES_CEILING	0x1000000000ULL

static unsigned int motet_port_messages_max = 1U << 16;
module_param_named(port_messages_max, motet_port_messages_max, uint, 0644);
MODULE_PARM_DESC(port_messages_max,
		 "largest bound of one priority of a port, messages");

static unsigned long long motet_port_bytes_max = 64ULL << 20;
module_param_named(port_bytes_max, motet_port_bytes_max, ullong, 0644);
MODULE_PARM_DESC(port_bytes_max,
		 "largest bound of one priority of a port, bytes");

static unsigned long long motet_retention_max = KTIME_MAX;
module_param_named(retention_max, motet_retention_max, ullong, 0644);
MODULE_PARM_DESC(retention_max, "longest retention of a port, nanoseconds");

static struct kmem_cache *motet_port_cache;

/**
 * motet_port_limits() - fill in the limits of ports
 * @info: what bounds ports, messages and calls is set
 */
void motet_port_limits(struct motet_info *info)
{
	info->port_messages_max = min(READ_ONCE(motet_port_messages_max),
				      MOTET_PORT_MESSAGES_CEILING);
	info->port_bytes_max = motet_answer_limit();
	info->retention_max = min_t(u64, READ_ONCE(motet_retention_max),
				    KTIME_MAX);
	info->handle_calls_max = motet_call_limit();
	info->body_max = motet_body_limit();
}

/**
 * motet_answer_limit() - room for answers that one handle's calls may have
 *
 * Return: bytes: as much as one priority of a port may have.
 */
u64 motet_answer_limit(void)
{
	return min_t(u64, READ_ONCE(motet_port_bytes_max),
		     MOTET_PORT_BYTES_CEILING);
}

static void motet_port_free_rcu(struct rcu_head *rcu)
{
	struct motet_object *object = container_of(rcu, struct motet_object,
						   rcu);

	kfree(motet_port_of(object)->backlog);
	kmem_cache_free(motet_port_cache, motet_port_of(object));
}

/* Once, when the port is dead: a handle on it may stay open for long. */
static void motet_port_uncharge(struct motet_port *port)
{
	struct motet_payer *payer = port->payer;

	port->payer = NULL;
	if (payer)
		motet_quota_uncharge(payer, &port->charge);
	motet_payer_put(payer);
}

static void motet_port_release(struct motet_object *object)
{
	motet_port_uncharge(motet_port_of(object));
	call_rcu(&object->rcu, motet_port_free_rcu);
}

static void motet_port_tell_senders(struct motet_port *port,
				    struct list_head *exceptions)
{
	struct motet_message *lost;
	struct motet_handle *sender;
	unsigned int i;

	do {
		spin_lock(&port->queue.lock);
		for (i = 0; i < MOTET_BATCH && port->sender_count; i++) {
			sender = list_first_entry(&port->senders,
						  struct motet_handle, link);
			list_del_init(&sender->link);
			port->sender_count--;
			lost = sender->lost;
			sender->lost = NULL;
			lost->token = sender->suspended.released;
			lost->return_to =
				motet_object_get(sender->actor->default_port);
			list_add_tail(&lost->link, exceptions);
		}
		spin_unlock(&port->queue.lock);
		cond_resched();
	} while (i == MOTET_BATCH);
}

static void motet_port_end(struct motet_port *port)
{
	spin_lock(&port->queue.lock);
	port->state = MOTET_PORT_STATE_DEAD;
	port->holder = NULL;
	motet_port_disable_locked(port);
	spin_unlock(&port->queue.lock);
	trace_motet_port_state(&port->object.id, MOTET_PORT_STATE_DEAD);
}

static void motet_port_empty(struct motet_port *port,
			     struct motet_remains *remains)
{
	INIT_LIST_HEAD(&remains->messages);
	INIT_LIST_HEAD(&remains->lost);
	motet_queue_close(&port->queue);
	motet_port_drain_all(port, &remains->messages);
	motet_port_tell_senders(port, &remains->lost);
}

/**
 * motet_port_close() - let a port be dead
 * @port: a port that was not published
 * @remains: what is left of it, to be given to motet_port_bury()
 *
 * Context: may sleep.
 */
void motet_port_close(struct motet_port *port, struct motet_remains *remains)
{
	motet_port_end(port);
	motet_port_empty(port, remains);
}

/**
 * motet_port_kill_locked() - let a port die
 * @port: a port that lives
 * @remains: filled in, for motet_port_bury()
 *
 * Nobody finds the port any more before anybody sees that it is dead. The
 * reference that it has while it lives is the caller's to drop.
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_port_kill_locked(struct motet_port *port,
			    struct motet_remains *remains)
{
	lockdep_assert_held(&port->object.domain->mutex);
	motet_port_end(port);
	motet_domain_unpublish_locked(&port->object);
	motet_port_empty(port, remains);
}

/**
 * motet_port_bury() - dispose of what a dead port has left, and of its life
 * @port: the port; called once, by whoever closed it
 * @remains: as motet_port_close() filled it in
 *
 * Context: may sleep; no lock held.
 */
void motet_port_bury(struct motet_port *port, struct motet_remains *remains)
{
	struct motet_message *message, *next;

	motet_port_stop_deadlines(port);
	motet_port_end_leases(port, NULL);
	motet_port_dismiss(port);
	motet_port_give_up_all(port, &remains->messages, EOWNERDEAD);
	list_for_each_entry_safe(message, next, &remains->lost, link) {
		list_del_init(&message->link);
		motet_port_tell(message);
		cond_resched();
	}
	motet_port_uncharge(port);
	motet_object_put(&port->object);
}

static enum hrtimer_restart motet_port_retention_over(struct hrtimer *timer)
{
	struct motet_port *port = container_of(timer, struct motet_port,
					       retention_timer);

	/* while the timer is armed the port lives, so none of these is last */
	motet_object_get(&port->object);
	if (!queue_work(motet_workqueue, &port->retention_work))
		motet_object_put(&port->object);
	return HRTIMER_NORESTART;
}

/**
 * motet_port_retain_locked() - let the retention of a port begin
 * @port: a port that nobody holds
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_port_retain_locked(struct motet_port *port)
{
	u64 now = ktime_get_boottime_ns();
	u64 retention = port->object.retention;

	lockdep_assert_held(&port->object.domain->mutex);
	port->retained_until = retention > KTIME_MAX - now ? KTIME_MAX :
							     now + retention;
	spin_lock(&port->queue.lock);
	port->state = MOTET_PORT_STATE_RETAINED;
	spin_unlock(&port->queue.lock);
	port->object.domain->retained++;
	hrtimer_start(&port->retention_timer,
		      ns_to_ktime(port->retained_until), HRTIMER_MODE_ABS_SOFT);
	trace_motet_port_state(&port->object.id, MOTET_PORT_STATE_RETAINED);
	motet_domain_changed_locked(&port->object);
}

/**
 * motet_port_unretain_locked() - end the retention of a port
 * @port: a port that is retained; its next state is the caller's to set
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_port_unretain_locked(struct motet_port *port)
{
	lockdep_assert_held(&port->object.domain->mutex);
	hrtimer_cancel(&port->retention_timer);
	port->object.domain->retained--;
}

/* A retained port dies, for whatever reason. */
static void motet_port_end_retention_locked(struct motet_port *port,
					    struct motet_remains *remains)
{
	motet_port_unretain_locked(port);
	motet_port_kill_locked(port, remains);
}

static void motet_port_retention_work(struct work_struct *work)
{
	struct motet_port *port = container_of(work, struct motet_port,
					       retention_work);
	struct motet_domain *domain = port->object.domain;
	struct motet_remains remains;
	bool over;

	mutex_lock(&domain->mutex);
	over = port->state == MOTET_PORT_STATE_RETAINED &&
	       ktime_get_boottime_ns() >= port->retained_until;
	if (over)
		motet_port_end_retention_locked(port, &remains);
	mutex_unlock(&domain->mutex);
	if (over)
		motet_port_bury(port, &remains);
	motet_object_put(&port->object);
}

static bool motet_port_purge(struct motet_object *object)
{
	struct motet_port *port = motet_port_of(object);
	struct motet_remains remains;
	bool retained;

	mutex_lock(&object->domain->mutex);
	retained = port->state == MOTET_PORT_STATE_RETAINED;
	if (retained)
		motet_port_end_retention_locked(port, &remains);
	mutex_unlock(&object->domain->mutex);
	if (retained)
		motet_port_bury(port, &remains);
	return retained;
}

/**
 * motet_port_kill() - let a port die, whoever holds it
 * @object: the port; the caller has a reference
 *
 * Context: may sleep; the domain's mutex is not held.
 */
void motet_port_kill(struct motet_object *object)
{
	struct motet_port *port = motet_port_of(object);
	struct motet_remains remains;
	bool alive;

	mutex_lock(&object->domain->mutex);
	alive = port->state != MOTET_PORT_STATE_DEAD;
	if (port->state == MOTET_PORT_STATE_RETAINED)
		motet_port_end_retention_locked(port, &remains);
	else if (alive)
		motet_port_kill_locked(port, &remains);
	mutex_unlock(&object->domain->mutex);
	if (alive)
		motet_port_bury(port, &remains);
}

static void motet_port_holder_gone(struct motet_object *object,
				   struct motet_actor *actor)
{
	motet_port_leave(motet_port_of(object), NULL, actor);
}

static const struct motet_object_ops motet_port_ops = {
	.class = MOTET_CLASS_PORT,
	.release = motet_port_release,
	.holder_gone = motet_port_holder_gone,
	.purge = motet_port_purge,
	.node_gone = motet_port_kill,
};

static int motet_port_charge(struct motet_port *port, struct motet_actor *actor,
			     const struct motet_limits *limits)
{
	struct motet_charge *charge = &port->charge;
	unsigned int i;
	int err;

	charge->amount[MOTET_QUOTA_PORTS] = 1;
	for (i = 0; i < MOTET_PRIORITIES; i++)
		charge->amount[MOTET_QUOTA_BYTES] += limits[i].bytes +
			(u64)limits[i].messages * sizeof(struct motet_message);
	err = motet_quota_charge(actor->payer, charge);
	if (!err)
		port->payer = motet_payer_get(actor->payer);
	return err;
}

static struct motet_port *motet_port_new(struct motet_actor *actor,
					 const struct motet_limits *limits,
					 bool fifo)
{
	struct motet_port *port;
	int err;

	port = kmem_cache_zalloc(motet_port_cache, GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);
	err = motet_port_charge(port, actor, limits);
	if (err) {
		kmem_cache_free(motet_port_cache, port);
		return ERR_PTR(err);
	}
	motet_object_init(&port->object, &motet_port_ops, actor->object.domain);
	motet_queue_init(&port->queue, limits, fifo, &port->object.id);
	INIT_LIST_HEAD(&port->receivers);
	INIT_LIST_HEAD(&port->ready.link);
	INIT_LIST_HEAD(&port->senders);
	port->known = RB_ROOT;
	motet_port_init_deadlines(port);
	INIT_WORK(&port->retention_work, motet_port_retention_work);
	hrtimer_init(&port->retention_timer, CLOCK_BOOTTIME,
		     HRTIMER_MODE_ABS_SOFT);
	port->retention_timer.function = motet_port_retention_over;
	return port;
}

/* The port's first reference stands for its life from now on. */
static struct motet_handle *motet_port_first_handle(struct motet_actor *actor,
						    struct motet_port *port,
						    u32 role)
{
	struct motet_handle *handle = motet_handle_new(actor, port, role);

	if (IS_ERR(handle)) {
		motet_object_put(&port->object);
		return handle;
	}
	motet_port_hold_first(handle);
	return handle;
}

/**
 * motet_actor_open() - open the device: an actor and its default port
 * @net: the namespace of the opener
 *
 * Context: may sleep.
 * Return: the handle, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_handle *motet_actor_open(struct net *net)
{
	struct motet_limits limits[MOTET_PRIORITIES] = {};
	struct motet_handle *handle;
	struct motet_actor *actor;
	struct motet_port *port;
	unsigned int i;
	int err;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		limits[i].messages = MOTET_DEFAULT_MESSAGES;
		limits[i].bytes = MOTET_DEFAULT_BYTES;
	}
	actor = motet_actor_new(net);
	if (IS_ERR(actor))
		return ERR_CAST(actor);
	port = motet_port_new(actor, limits, false);
	if (IS_ERR(port)) {
		motet_actor_put(actor);
		return ERR_CAST(port);
	}
	port->is_default = true;
	port->object.mode = MOTET_MODE_SEND | 0700;
	handle = motet_port_first_handle(actor, port, MOTET_ROLE_ACTOR);
	motet_actor_put(actor);
	if (IS_ERR(handle))
		return handle;
	err = motet_actor_publish(actor, &port->object, &port->queue);
	/* last, since it is told: a port that can't be had never was */
	if (!err)
		err = motet_domain_publish(&port->object, NULL);
	if (err) {
		motet_handle_close(handle);
		return ERR_PTR(err);
	}
	return handle;
}

static int motet_port_take_limits(struct motet_limits *limits,
				  const struct motet_port_create *arg)
{
	struct motet_info max = {};
	unsigned int i;

	motet_port_limits(&max);
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		limits[i] = arg->limits[i];
		if (limits[i].pad ||
		    limits[i].messages > max.port_messages_max ||
		    limits[i].bytes > max.port_bytes_max)
			return -EINVAL;
		if (!limits[i].messages)
			limits[i].messages = min_t(u32, MOTET_PORT_MESSAGES,
						   max.port_messages_max);
		if (!limits[i].bytes)
			limits[i].bytes = min_t(u64, MOTET_PORT_BYTES,
						max.port_bytes_max);
	}
	if (arg->retention > max.retention_max)
		return -EINVAL;
	return 0;
}

/* Whether messages may go there is asked once, now. */
static int motet_port_check_dead_letter(struct motet_actor *actor,
					const struct motet_port_create *arg)
{
	static const struct motet_id none;
	struct motet_object *object;
	int err;

	if (!memcmp(&arg->dead_letter, &none, sizeof(none)))
		return arg->redeliveries_max ? -EINVAL : 0;
	object = motet_domain_find(actor->object.domain, &arg->dead_letter,
				   MOTET_CLASS_PORT);
	if (!object)
		return -ESRCH;
	err = motet_domain_may(object, MOTET_MODE_SEND) ? 0 : -EACCES;
	motet_object_put(object);
	return err;
}

/**
 * motet_port_build() - build a port
 * @actor: who creates it
 * @arg: flags, mode, retention, bounds and dead letters
 *
 * Context: may sleep.
 * Return: the port, whose first reference stands for its life; or ERR_PTR() of
 * -EINVAL, -ESRCH, -EACCES, -EDQUOT, -ENOMEM.
 */
struct motet_port *motet_port_build(struct motet_actor *actor,
				    const struct motet_port_create *arg)
{
	struct motet_limits limits[MOTET_PRIORITIES];
	struct motet_port *port;
	int err;

	err = motet_port_take_limits(limits, arg);
	if (!err)
		err = motet_port_check_dead_letter(actor, arg);
	if (err)
		return ERR_PTR(err);
	port = motet_port_new(actor, limits, arg->flags & MOTET_PORT_FIFO);
	if (IS_ERR(port))
		return port;
	port->object.mode = arg->mode;
	port->object.retention = arg->retention;
	port->dead_letter = arg->dead_letter;
	port->redeliveries_max = arg->redeliveries_max;
	return port;
}

/**
 * motet_port_create() - build a port that an actor holds
 * @actor: handle of the actor
 * @arg: flags, mode, retention, bounds and dead letters
 *
 * Context: may sleep.
 * Return: the holder handle of a port that is to be published next, or
 * ERR_PTR() as motet_port_build().
 */
struct motet_handle *motet_port_create(struct motet_handle *actor,
				       const struct motet_port_create *arg)
{
	struct motet_port *port = motet_port_build(actor->actor, arg);

	if (IS_ERR(port))
		return ERR_CAST(port);
	return motet_port_first_handle(actor->actor, port, MOTET_ROLE_HOLDER);
}

/**
 * motet_port_publish() - let a port be found
 * @holder: as motet_port_create() returned it
 * @name: its name or NULL; the port's if this succeeds
 *
 * Context: may sleep.
 * Return: 0 or what motet_domain_publish() says.
 */
int motet_port_publish(struct motet_handle *holder, struct motet_name *name)
{
	return motet_domain_publish(&holder->port->object, name);
}

/**
 * motet_port_unlink() - take the name of a port away
 * @object: the port; the caller has checked that the current task may
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if it has none any more.
 */
int motet_port_unlink(struct motet_object *object)
{
	struct motet_port *port = motet_port_of(object);
	struct motet_remains remains;
	bool named, retained;

	mutex_lock(&object->domain->mutex);
	named = rcu_access_pointer(object->name);
	retained = named && port->state == MOTET_PORT_STATE_RETAINED;
	if (named)
		trace_motet_port_unlink(&object->id, 0);
	if (retained) {
		motet_port_end_retention_locked(port, &remains);
	} else if (named) {
		motet_domain_unname_locked(object);
		motet_domain_changed_locked(object);
	}
	mutex_unlock(&object->domain->mutex);
	if (retained)
		motet_port_bury(port, &remains);
	return named ? 0 : -ENOENT;
}

static int motet_port_change_check(const struct motet_object *object,
				   const struct motet_port_change *change,
				   kuid_t uid, kgid_t gid)
{
	struct motet_info max = {};

	lockdep_assert_held(&object->domain->mutex);
	if (motet_port_of((struct motet_object *)object)->state ==
	    MOTET_PORT_STATE_DEAD)
		return -ESRCH;
	if (!motet_domain_owns_locked(object))
		return -EPERM;
	motet_port_limits(&max);
	if ((change->flags & MOTET_CHANGE_UID && !uid_valid(uid)) ||
	    (change->flags & MOTET_CHANGE_GID && !gid_valid(gid)) ||
	    (change->flags & MOTET_CHANGE_RETENTION &&
	     (!rcu_access_pointer(object->name) ||
	      change->retention > max.retention_max)))
		return -EINVAL;
	return 0;
}

/**
 * motet_port_change() - change owner, mode or retention of a port
 * @object: the port
 * @change: what to change; its flags and mode are checked
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL, -EPERM or -ESRCH as MOTET_IOC_PORT_CHANGE says.
 */
int motet_port_change(struct motet_object *object,
		      const struct motet_port_change *change)
{
	kuid_t uid = make_kuid(current_user_ns(), change->uid);
	kgid_t gid = make_kgid(current_user_ns(), change->gid);
	int err;

	mutex_lock(&object->domain->mutex);
	err = motet_port_change_check(object, change, uid, gid);
	if (!err) {
		if (change->flags & MOTET_CHANGE_MODE)
			object->mode = change->mode;
		if (change->flags & MOTET_CHANGE_UID)
			object->uid = uid;
		if (change->flags & MOTET_CHANGE_GID)
			object->gid = gid;
		if (change->flags & MOTET_CHANGE_RETENTION)
			object->retention = change->retention;
		trace_motet_port_change(&object->id, object->mode);
		motet_domain_changed_locked(object);
	}
	mutex_unlock(&object->domain->mutex);
	return err;
}

/**
 * motet_port_look() - say what is shown of a port
 * @port: the port
 * @view: filled in; the caller puts its pid
 */
void motet_port_look(struct motet_port *port, struct motet_port_view *view)
{
	const struct motet_handle *holder;
	unsigned int i;

	memset(view, 0, sizeof(*view));
	view->dead_letter = port->dead_letter;
	view->redeliveries_max = port->redeliveries_max;
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		view->messages_max += port->queue.lanes[i].limit.messages;
		view->bytes_max += port->queue.lanes[i].limit.bytes;
	}
	spin_lock(&port->queue.lock);
	holder = port->holder;
	view->state = port->state;
	view->held = holder;
	if (holder) {
		view->holder = holder->actor->object.id;
		view->pid = get_pid(holder->actor->interest.pid);
	}
	view->messages = port->queue.depth;
	view->bytes = port->queue.bytes;
	view->epoch = port->queue.epoch;
	view->calls = port->call_count;
	view->senders = port->sender_count;
	view->standbys = port->standby_count;
	view->enabled = port->queue.ready;
	view->leased = port->leased;
	view->stats = port->queue.stats;
	spin_unlock(&port->queue.lock);
}

/**
 * motet_port_init() - make the caches of ports, handles and calls
 *
 * Return: 0 or -ENOMEM.
 */
int motet_port_init(void)
{
	int err = -ENOMEM;

	motet_port_cache = kmem_cache_create("motet_port",
					     sizeof(struct motet_port), 0,
					     SLAB_ACCOUNT, NULL);
	if (!motet_port_cache)
		return err;
	err = motet_handle_init();
	if (err)
		goto err_destroy_ports;
	err = motet_call_init();
	if (err)
		goto err_exit_handles;
	return 0;

err_exit_handles:
	motet_handle_exit();
err_destroy_ports:
	kmem_cache_destroy(motet_port_cache);
	return err;
}

/**
 * motet_port_exit() - give the caches back
 *
 * Context: after the workqueue is gone, and after rcu_barrier().
 */
void motet_port_exit(void)
{
	motet_call_exit();
	motet_handle_exit();
	kmem_cache_destroy(motet_port_cache);
}
