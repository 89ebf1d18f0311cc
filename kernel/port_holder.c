// SPDX-License-Identifier: GPL-2.0-only
/* Who holds a port: holders, standbys, former holders. */

#include "domain.h"
#include "message.h"
#include "port_internal.h"
#include "trace.h"

/**
 * struct motet_departure - handles of a port that are ending
 * @handles: the handles, each with a reference [own]
 * @unread: exception that was for the holder alone, or NULL [own]
 * @vacant: the holder is among them [own]
 */
struct motet_departure {
	struct list_head handles;
	struct motet_message *unread;
	bool vacant;
};

/* Counts a handle among the standbys or the former holders, or no longer. */
static void motet_port_count(struct motet_port *port,
			     const struct motet_handle *handle, int change)
{
	lockdep_assert_held(&port->queue.lock);
	if (handle->role == MOTET_ROLE_STANDBY)
		port->standby_count += change;
	else if (handle->role == MOTET_ROLE_FORMER)
		port->former_count += change;
}

/* A handle becomes one that ends with its actor. */
static void motet_port_attach_receiver(struct motet_port *port,
				       struct motet_handle *handle)
{
	lockdep_assert_held(&port->queue.lock);
	list_add_tail(&handle->link, &port->receivers);
	motet_port_count(port, handle, 1);
	motet_actor_hold(handle->actor, &handle->holding, &port->object);
}

static void motet_port_detach_receiver(struct motet_port *port,
				       struct motet_handle *handle)
{
	lockdep_assert_held(&port->queue.lock);
	list_del_init(&handle->link);
	motet_port_count(port, handle, -1);
	motet_actor_let_go(handle->actor, &handle->holding);
}

static void motet_port_set_role(struct motet_port *port,
				struct motet_handle *handle,
				enum motet_role role)
{
	lockdep_assert_held(&port->queue.lock);
	motet_port_count(port, handle, -1);
	WRITE_ONCE(handle->role, role);
	motet_port_count(port, handle, 1);
}

/* An attached handle becomes the holder. */
static void motet_port_install(struct motet_port *port,
			       struct motet_handle *handle)
{
	lockdep_assert_held(&port->queue.lock);
	if (handle->role != MOTET_ROLE_ACTOR)
		motet_port_set_role(port, handle, MOTET_ROLE_HOLDER);
	list_move(&handle->link, &port->receivers);
	port->holder = handle;
	port->state = MOTET_PORT_STATE_HELD;
}

/*
 * Nobody holds the port any more. The exception that its holder alone was to
 * read is the caller's to free.
 */
static struct motet_message *motet_port_vacate(struct motet_port *port,
					       int cause)
{
	struct motet_queue *queue = &port->queue;
	struct motet_message *unread;

	lockdep_assert_held(&queue->lock);
	motet_port_disable_locked(port);
	port->holder = NULL;
	port->cause = cause;
	memset(&port->offer, 0, sizeof(port->offer));
	unread = queue->last_forced[MOTET_EXCEPTION_TAKEN_OVER];
	if (unread)
		motet_port_withdraw_locked(port, unread);
	return unread;
}

/* A standby is told, before all else, that it is the holder now. */
static void motet_port_announce(struct motet_port *port,
				struct motet_handle *holder)
{
	struct motet_message *exception = holder->taken_over;

	lockdep_assert_held(&port->queue.lock);
	if (!exception)
		return;
	holder->taken_over = NULL;
	exception->token = port->cause;
	motet_queue_force_first_locked(&port->queue, exception);
	trace_motet_port_take_over(&port->object.id, &holder->actor->object.id,
				   port->cause);
}

/**
 * motet_port_hold_first() - let a handle hold its new port
 * @handle: the handle; nobody else knows the port yet
 */
void motet_port_hold_first(struct motet_handle *handle)
{
	struct motet_port *port = handle->port;

	spin_lock(&port->queue.lock);
	motet_port_attach_receiver(port, handle);
	motet_port_install(port, handle);
	spin_unlock(&port->queue.lock);
}

static void motet_port_take_retained_locked(struct motet_port *port,
					    struct motet_handle *handle)
{
	lockdep_assert_held(&port->object.domain->mutex);
	motet_port_unretain_locked(port);
	spin_lock(&port->queue.lock);
	motet_port_attach_receiver(port, handle);
	motet_port_install(port, handle);
	motet_queue_begin_epoch_locked(&port->queue);
	motet_port_announce(port, handle);
	spin_unlock(&port->queue.lock);
	motet_queue_wake(&port->queue);
	trace_motet_port_state(&port->object.id, MOTET_PORT_STATE_HELD);
	motet_domain_changed_locked(&port->object);
}

static bool motet_port_is_offered_locked(const struct motet_port *port,
					 const struct motet_actor *actor)
{
	lockdep_assert_held(&port->queue.lock);
	return port->holder && !memcmp(&port->offer.to, &actor->object.id,
				       sizeof(port->offer.to));
}

static bool motet_port_is_offered(struct motet_port *port,
				  const struct motet_actor *actor)
{
	bool offered;

	spin_lock(&port->queue.lock);
	offered = motet_port_is_offered_locked(port, actor);
	spin_unlock(&port->queue.lock);
	return offered;
}

/*
 * The former holder leaves, but keeps what it has received. It is -EBUSY if it
 * has gone, or has thought better of it, since it was asked.
 */
static int motet_port_leave_behind(struct motet_port *port,
				   const struct motet_actor *to, u32 *flags,
				   bool *enabled)
{
	struct motet_message *unread = NULL;
	struct motet_handle *former;
	int err = 0;

	lockdep_assert_held(&port->object.domain->mutex);
	spin_lock(&port->queue.lock);
	former = port->holder;
	*flags = port->offer.flags;
	*enabled = port->queue.ready;
	if (!motet_port_is_offered_locked(port, to)) {
		err = -EBUSY;
	} else if (port->former_count >= MOTET_FORMERS_MAX) {
		err = -EDQUOT;
	} else {
		unread = motet_port_vacate(port, 0);
		motet_port_set_role(port, former, MOTET_ROLE_FORMER);
		list_move_tail(&former->link, &port->receivers);
		motet_queue_begin_epoch_locked(&port->queue);
	}
	spin_unlock(&port->queue.lock);
	motet_message_free(unread);
	return err;
}

static int motet_port_move_locked(struct motet_port *port,
				  struct motet_handle *handle,
				  struct list_head *left)
{
	bool enabled;
	u32 flags;
	int err;

	err = motet_port_leave_behind(port, handle->actor, &flags, &enabled);
	if (err)
		return err;
	if (flags & MOTET_OFFER_RETURN)
		motet_port_drain_before_locked(port, left);
	spin_lock(&port->queue.lock);
	motet_port_attach_receiver(port, handle);
	motet_port_install(port, handle);
	if (enabled && !(flags & MOTET_OFFER_DISABLED))
		motet_port_reenable_locked(port, handle->actor);
	spin_unlock(&port->queue.lock);
	motet_queue_wake(&port->queue);
	trace_motet_port_accept(&port->object.id, &handle->actor->object.id,
				flags);
	motet_domain_changed_locked(&port->object);
	return 0;
}

/**
 * motet_port_accept() - become the holder of a port that is retained or offered
 * @handle: a new handle
 *
 * Context: may sleep; nothing is locked.
 * Return: 0, -ESRCH if the port died, -EACCES, -EBUSY if it has a holder,
 * -EDQUOT.
 */
int motet_port_accept(struct motet_handle *handle)
{
	struct motet_port *port = handle->port;
	struct motet_domain *domain = port->object.domain;
	bool offered;
	LIST_HEAD(left);
	int err = 0;

	mutex_lock(&domain->mutex);
	offered = motet_port_is_offered(port, handle->actor);
	if (port->state == MOTET_PORT_STATE_DEAD)
		err = -ESRCH;
	else if (offered)
		err = motet_port_move_locked(port, handle, &left);
	else if (!motet_domain_may_locked(&port->object, MOTET_MODE_RECEIVE))
		err = -EACCES;
	else if (port->state == MOTET_PORT_STATE_RETAINED)
		motet_port_take_retained_locked(port, handle);
	else
		err = -EBUSY;
	mutex_unlock(&domain->mutex);
	motet_port_give_up_all(port, &left, ESTALE);
	return err;
}

static int motet_port_add_standby_locked(struct motet_port *port,
					 struct motet_handle *handle)
{
	struct motet_handle *before;
	int err = 0;

	lockdep_assert_held(&port->object.domain->mutex);
	spin_lock(&port->queue.lock);
	if (port->standby_count >= MOTET_STANDBYS_MAX) {
		err = -EDQUOT;
		goto out_unlock;
	}
	motet_port_attach_receiver(port, handle);
	list_for_each_entry(before, &port->receivers, link)
		if (before->role == MOTET_ROLE_FORMER)
			break;
	/* without a former holder, that is the end of the list */
	list_move_tail(&handle->link, &before->link);
out_unlock:
	spin_unlock(&port->queue.lock);
	return err;
}

/**
 * motet_port_stand_by() - become the holder when the holder is gone
 * @handle: a new handle
 *
 * Context: may sleep; nothing is locked.
 * Return: 0, -ESRCH if the port died, -EACCES, -EINVAL if it can't have one,
 * -EDQUOT.
 */
int motet_port_stand_by(struct motet_handle *handle)
{
	struct motet_port *port = handle->port;
	struct motet_domain *domain = port->object.domain;
	int err = 0;

	mutex_lock(&domain->mutex);
	if (port->state == MOTET_PORT_STATE_DEAD)
		err = -ESRCH;
	else if (!motet_domain_may_locked(&port->object, MOTET_MODE_RECEIVE))
		err = -EACCES;
	else if (port->is_default)
		err = -EINVAL;
	else if (port->state == MOTET_PORT_STATE_RETAINED)
		motet_port_take_retained_locked(port, handle);
	else
		err = motet_port_add_standby_locked(port, handle);
	mutex_unlock(&domain->mutex);
	return err;
}

/* The first standby whose process lives becomes the holder. */
static bool motet_port_promote_locked(struct motet_port *port)
{
	struct motet_handle *next, *found = NULL;

	lockdep_assert_held(&port->object.domain->mutex);
	spin_lock(&port->queue.lock);
	list_for_each_entry(next, &port->receivers, link) {
		if (next->role == MOTET_ROLE_STANDBY &&
		    !motet_actor_is_dead(next->actor)) {
			found = next;
			break;
		}
	}
	if (found) {
		motet_port_install(port, found);
		motet_queue_begin_epoch_locked(&port->queue);
		motet_port_announce(port, found);
	}
	spin_unlock(&port->queue.lock);
	if (!found)
		return false;
	motet_queue_wake(&port->queue);
	motet_domain_changed_locked(&port->object);
	return true;
}

/*
 * Decides what becomes of a port whose holder is gone. It may have died since.
 * Between the holder and this nobody can have become the holder: only this
 * makes a standby the holder of a port that is held by nobody.
 */
static void motet_port_succeed(struct motet_port *port)
{
	struct motet_domain *domain = port->object.domain;
	struct motet_remains remains;
	bool killed = false;

	mutex_lock(&domain->mutex);
	if (port->state != MOTET_PORT_STATE_HELD)
		goto out_unlock;
	if (motet_port_promote_locked(port))
		goto out_unlock;
	killed = !port->object.retention || domain->gone ||
		 !rcu_access_pointer(port->object.name);
	if (killed)
		motet_port_kill_locked(port, &remains);
	else
		motet_port_retain_locked(port);
out_unlock:
	mutex_unlock(&domain->mutex);
	if (killed)
		motet_port_bury(port, &remains);
}

/* Nobody can receive by these handles from here on. */
static void motet_port_depart(struct motet_port *port,
			      const struct motet_handle *handle,
			      const struct motet_actor *actor,
			      struct motet_departure *departure)
{
	struct motet_handle *each, *next;

	spin_lock(&port->queue.lock);
	list_for_each_entry_safe(each, next, &port->receivers, link) {
		if (each != handle && each->actor != actor)
			continue;
		motet_port_detach_receiver(port, each);
		refcount_inc(&each->refs);
		list_add_tail(&each->link, &departure->handles);
		if (port->holder != each)
			continue;
		departure->unread =
			motet_port_vacate(port, motet_actor_cause(each->actor));
		departure->vacant = true;
	}
	wake_up_interruptible_all(&port->queue.readable);
	spin_unlock(&port->queue.lock);
}

/**
 * motet_port_leave() - handles of a port end
 * @port: the port
 * @handle: the handle that was closed, or NULL
 * @actor: if there is no handle: the actor whose process is dead
 *
 * Whichever comes first does it; for the other nothing is left to do.
 *
 * Context: may sleep; nothing is locked.
 */
void motet_port_leave(struct motet_port *port,
		      const struct motet_handle *handle,
		      const struct motet_actor *actor)
{
	struct motet_departure departure = {
		.handles = LIST_HEAD_INIT(departure.handles),
	};
	struct motet_handle *each, *next;

	motet_port_depart(port, handle, actor, &departure);
	motet_message_free(departure.unread);
	list_for_each_entry(each, &departure.handles, link)
		motet_port_end_leases(port, each);
	if (departure.vacant)
		motet_port_succeed(port);
	list_for_each_entry_safe(each, next, &departure.handles, link) {
		list_del_init(&each->link);
		motet_handle_put(each);
	}
}

/**
 * motet_port_dismiss() - a dead port lets go of those who held it
 * @port: the port
 *
 * Context: any but hard interrupt; nothing is locked.
 */
void motet_port_dismiss(struct motet_port *port)
{
	struct motet_handle *handle, *next;

	spin_lock(&port->queue.lock);
	list_for_each_entry_safe(handle, next, &port->receivers, link)
		motet_port_detach_receiver(port, handle);
	spin_unlock(&port->queue.lock);
}

/**
 * motet_port_check_holder_locked() - whether the current task may receive
 * @handle: no sender's; its port's queue is locked
 *
 * Return: 0; -EPERM, -ESTALE if the port has moved, -EOWNERDEAD if it died.
 */
int motet_port_check_holder_locked(const struct motet_handle *handle)
{
	const struct motet_port *port = handle->port;

	lockdep_assert_held(&port->queue.lock);
	if (!motet_actor_is_current(handle->actor))
		return -EPERM;
	if (handle->role == MOTET_ROLE_FORMER)
		return -ESTALE;
	if (port->state == MOTET_PORT_STATE_DEAD)
		return -EOWNERDEAD;
	return port->holder == handle ? 0 : -EPERM;
}

static bool motet_actor_exists(struct motet_domain *domain,
			       const struct motet_id *id)
{
	struct motet_object *object;
	bool exists;

	object = motet_domain_find(domain, id, MOTET_CLASS_ACTOR);
	exists = object && !motet_actor_is_dead(motet_actor_of(object));
	motet_object_put(object);
	return exists;
}

/**
 * motet_port_offer() - offer a port to an actor, or withdraw the offer
 * @handle: the holder's
 * @offer: to whom, and how; its flags are checked
 *
 * Context: may sleep.
 * Return: 0, or a negative error as MOTET_IOC_PORT_OFFER says.
 */
int motet_port_offer(struct motet_handle *handle,
		     const struct motet_port_offer *offer)
{
	struct motet_port *port = handle->port;
	struct motet_domain *domain = port->object.domain;
	bool withdraw = !memchr_inv(&offer->actor, 0, sizeof(offer->actor));
	int err;

	if (withdraw && offer->flags)
		return -EINVAL;
	if (!withdraw && !motet_actor_exists(domain, &offer->actor))
		return -ESRCH;
	spin_lock(&port->queue.lock);
	err = motet_port_check_holder_locked(handle);
	if (!err) {
		port->offer.to = offer->actor;
		port->offer.flags = offer->flags;
	}
	spin_unlock(&port->queue.lock);
	if (!err)
		trace_motet_port_offer(&port->object.id, &offer->actor,
				       offer->flags);
	return err;
}
