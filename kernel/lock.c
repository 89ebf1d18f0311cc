// SPDX-License-Identifier: GPL-2.0-only
/* Locks, openings, and who has them. */

#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "domain.h"
#include "lock_internal.h"
#include "trace.h"

static unsigned int motet_lock_net_id __read_mostly;

const struct motet_charge motet_lock_charge = {
	.amount[MOTET_QUOTA_LOCKS] = 1,
};

/**
 * motet_lock_space_of() - the locks of a domain
 * @domain: the domain
 *
 * Return: the lock space.
 */
struct motet_lock_space *motet_lock_space_of(const struct motet_domain *domain)
{
	return net_generic(domain->net, motet_lock_net_id);
}

static void motet_lock_free_rcu(struct rcu_head *rcu)
{
	struct motet_object *object = container_of(rcu, struct motet_object,
						   rcu);

	kfree(motet_lock_of(object));
}

static void motet_lock_object_release(struct motet_object *object)
{
	struct motet_lock *lock = motet_lock_of(object);

	WARN_ON_ONCE(!list_empty(&lock->requests));
	motet_quota_uncharge(lock->payer, &motet_lock_charge);
	motet_payer_put(lock->payer);
	call_rcu(&object->rcu, motet_lock_free_rcu);
}

/*
 * Whoever could attach to it holds the domain's mutex. The reference that it has
 * while it lives is the caller's to drop.
 */
static bool motet_lock_is_unused_locked(struct motet_lock *lock)
{
	struct motet_domain *domain = lock->object.domain;
	struct motet_lock_space *space = motet_lock_space_of(domain);
	bool unused;

	lockdep_assert_held(&domain->mutex);
	mutex_lock(&space->mutex);
	unused = !lock->opening_count && !lock->orphan_count;
	mutex_unlock(&space->mutex);
	return unused;
}

/* Returns true if it is dead now, and the caller is to drop its reference. */
static bool motet_lock_settle_locked(struct motet_lock *lock)
{
	struct motet_domain *domain = lock->object.domain;

	lockdep_assert_held(&domain->mutex);
	if (!lock->object.published || !motet_lock_is_unused_locked(lock))
		return false;
	trace_motet_lock_delete(&lock->object.id, lock->object.mode);
	motet_domain_unpublish_locked(&lock->object);
	return true;
}

static struct motet_locker *motet_locker_find(struct motet_lock_space *space,
					      const struct motet_actor *actor)
{
	lockdep_assert_held(&space->mutex);
	return xa_load(&space->lockers, actor->object.serial);
}

/**
 * motet_lock_find_opening() - the opening of a number
 * @space: the lock space; its mutex is held
 * @actor: whose opening
 * @number: its number
 *
 * Return: the opening, or NULL if this actor has none of the number.
 */
struct motet_lock_opening *
motet_lock_find_opening(struct motet_lock_space *space,
			const struct motet_actor *actor, u64 number)
{
	struct motet_lock_opening *opening;

	lockdep_assert_held(&space->mutex);
	if ((unsigned long)number != number)
		return NULL;
	opening = xa_load(&space->openings, number);
	return opening && opening->locker->actor == actor ? opening : NULL;
}

/* Made with the first opening of an actor, it goes with the last. */
static struct motet_locker *motet_locker_get(struct motet_lock_space *space,
					     struct motet_actor *actor,
					     struct motet_queue *queue)
{
	struct motet_locker *locker = motet_locker_find(space, actor);

	lockdep_assert_held(&space->mutex);
	if (locker)
		return locker;
	locker = kzalloc(sizeof(*locker), GFP_KERNEL_ACCOUNT);
	if (!locker)
		return NULL;
	if (xa_err(xa_store(&space->lockers, actor->object.serial, locker,
			    GFP_KERNEL_ACCOUNT))) {
		kfree(locker);
		return NULL;
	}
	locker->actor = motet_actor_get(actor);
	locker->queue = queue;
	INIT_LIST_HEAD(&locker->openings);
	INIT_LIST_HEAD(&locker->blocked);
	return locker;
}

/* The actor is the caller's to put, with nothing locked. */
static void motet_locker_settle(struct motet_lock_space *space,
				struct motet_locker *locker)
{
	lockdep_assert_held(&space->mutex);
	if (locker->opening_count)
		return;
	WARN_ON_ONCE(!list_empty(&locker->blocked));
	xa_erase(&space->lockers, locker->actor->object.serial);
	kfree(locker);
}

/* Looks where there are fewer: at what the actor has open, or who has the lock. */
static struct motet_lock_opening *
motet_lock_find_peer(const struct motet_lock *lock,
		     const struct motet_locker *locker)
{
	struct motet_lock_opening *opening;

	if (locker->opening_count < lock->opening_count) {
		list_for_each_entry(opening, &locker->openings, locker_link)
			if (opening->lock == lock)
				return opening;
		return NULL;
	}
	list_for_each_entry(opening, &lock->openings, link)
		if (opening->locker == locker)
			return opening;
	return NULL;
}

static int motet_lock_link_opening(struct motet_lock_space *space,
				   struct motet_lock *lock,
				   struct motet_lock_opening *opening,
				   struct motet_actor *actor,
				   struct motet_queue *queue)
{
	struct motet_locker *locker = motet_locker_get(space, actor, queue);
	struct motet_lock_opening *peer;

	lockdep_assert_held(&space->mutex);
	if (!locker)
		return -ENOMEM;
	peer = motet_lock_find_peer(lock, locker);
	if (peer)
		list_add_tail(&opening->peers, &peer->peers);
	opening->lock = lock;
	opening->locker = locker;
	list_add_tail(&opening->link, &lock->openings);
	lock->opening_count++;
	list_add_tail(&opening->locker_link, &locker->openings);
	locker->opening_count++;
	/* there is a place for it since it has its number */
	xa_store(&space->openings, opening->number, opening,
		 GFP_KERNEL_ACCOUNT);
	motet_actor_hold(actor, &opening->holding, &lock->object);
	return 0;
}

/* Returns the actor if it is to be put, since its last opening has gone. */
static struct motet_actor *
motet_lock_unlink_opening(struct motet_lock_space *space,
			  struct motet_lock_opening *opening)
{
	struct motet_locker *locker = opening->locker;
	struct motet_actor *actor = locker->actor;

	lockdep_assert_held(&space->mutex);
	motet_lock_end_requests(opening);
	motet_actor_let_go(actor, &opening->holding);
	list_del(&opening->locker_link);
	locker->opening_count--;
	list_del(&opening->link);
	opening->lock->opening_count--;
	list_del(&opening->peers);
	xa_erase(&space->openings, opening->number);
	if (locker->opening_count)
		actor = NULL;
	motet_locker_settle(space, locker);
	return actor;
}

/*
 * Ends an opening of an actor: the one with the number, or any if that is 0.
 * Returns false if there is none.
 */
static bool motet_lock_end_opening(struct motet_actor *actor, u64 number)
{
	struct motet_domain *domain = actor->object.domain;
	struct motet_lock_space *space = motet_lock_space_of(domain);
	struct motet_lock_opening *opening = NULL;
	struct motet_actor *unused = NULL;
	struct motet_locker *locker;
	bool dead = false;

	mutex_lock(&domain->mutex);
	mutex_lock(&space->mutex);
	locker = motet_locker_find(space, actor);
	if (number)
		opening = motet_lock_find_opening(space, actor, number);
	else if (locker)
		opening = list_first_entry(&locker->openings,
					   struct motet_lock_opening,
					   locker_link);
	if (opening)
		unused = motet_lock_unlink_opening(space, opening);
	mutex_unlock(&space->mutex);
	if (opening) {
		trace_motet_lock_close(&opening->lock->object.id,
				       &actor->object.id, opening->number);
		dead = motet_lock_settle_locked(opening->lock);
	}
	mutex_unlock(&domain->mutex);
	if (!opening)
		return false;
	if (dead)
		motet_object_put(&opening->lock->object);
	motet_lock_opening_discard(opening, actor);
	if (unused)
		motet_actor_put(unused);
	return true;
}

/**
 * motet_lock_close() - close an opening
 * @actor: whose opening
 * @number: its number
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if this actor has no such opening.
 */
int motet_lock_close(struct motet_actor *actor, u64 number)
{
	return number && motet_lock_end_opening(actor, number) ? 0 : -ENOENT;
}

/**
 * motet_lock_leave() - close all openings of an actor
 * @actor: the actor, which makes no more of them
 *
 * Context: may sleep.
 */
void motet_lock_leave(struct motet_actor *actor)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);

	while (xa_load(&space->lockers, actor->object.serial) &&
	       motet_lock_end_opening(actor, 0))
		cond_resched();
}

/* The first of them that is looked at sees to them all. */
static void motet_lock_holder_gone(struct motet_object *object,
				   struct motet_actor *actor)
{
	motet_lock_leave(actor);
}

static bool motet_lock_purge(struct motet_object *object)
{
	struct motet_domain *domain = object->domain;
	struct motet_lock_space *space = motet_lock_space_of(domain);
	struct motet_lock *lock = motet_lock_of(object);
	LIST_HEAD(orphans);
	bool dead;

	mutex_lock(&domain->mutex);
	mutex_lock(&space->mutex);
	if (!lock->opening_count)
		motet_lock_take_orphans(lock, &orphans);
	mutex_unlock(&space->mutex);
	dead = motet_lock_settle_locked(lock);
	mutex_unlock(&domain->mutex);
	motet_lock_free_orphans(&orphans);
	if (dead)
		motet_object_put(object);
	return dead;
}

static const struct motet_object_ops motet_lock_ops = {
	.class = MOTET_CLASS_LOCK,
	.release = motet_lock_object_release,
	.holder_gone = motet_lock_holder_gone,
	.purge = motet_lock_purge,
};

/**
 * motet_lock_new() - build a lock that nobody has
 * @actor: who creates it
 * @mode: its mode bits
 *
 * Context: may sleep.
 * Return: the lock, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_lock *motet_lock_new(struct motet_actor *actor, umode_t mode)
{
	struct motet_lock *lock;
	int err;

	lock = kzalloc(sizeof(*lock), GFP_KERNEL_ACCOUNT);
	if (!lock)
		return ERR_PTR(-ENOMEM);
	err = motet_quota_charge(actor->payer, &motet_lock_charge);
	if (err) {
		kfree(lock);
		return ERR_PTR(err);
	}
	lock->payer = motet_payer_get(actor->payer);
	motet_object_init(&lock->object, &motet_lock_ops, actor->object.domain);
	lock->object.mode = mode;
	INIT_LIST_HEAD(&lock->openings);
	INIT_LIST_HEAD(&lock->requests);
	INIT_LIST_HEAD(&lock->grants);
	INIT_LIST_HEAD(&lock->waiting);
	INIT_LIST_HEAD(&lock->orphans);
	return lock;
}

/**
 * motet_lock_opening_new() - make an opening that is not attached yet
 * @actor: whose it will be
 * @tell: tell it of those who wait
 *
 * Context: may sleep.
 * Return: the opening, which has its number, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_lock_opening *motet_lock_opening_new(struct motet_actor *actor,
						  bool tell)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);
	struct motet_lock_opening *opening;
	int err;

	opening = kzalloc(sizeof(*opening), GFP_KERNEL_ACCOUNT);
	if (!opening)
		return ERR_PTR(-ENOMEM);
	opening->number = atomic_long_inc_return(&space->last_opening);
	INIT_LIST_HEAD(&opening->peers);
	opening->requests = RB_ROOT;
	opening->tell = tell;
	err = xa_reserve(&space->openings, opening->number, GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_free;
	err = motet_quota_charge(actor->payer, &motet_lock_charge);
	if (err)
		goto err_release_number;
	return opening;

err_release_number:
	xa_release(&space->openings, opening->number);
err_free:
	kfree(opening);
	return ERR_PTR(err);
}

/**
 * motet_lock_opening_discard() - free an opening that is not attached
 * @opening: the opening
 * @actor: whose it was to be, or was
 */
void motet_lock_opening_discard(struct motet_lock_opening *opening,
				struct motet_actor *actor)
{
	struct motet_lock_space *space =
		motet_lock_space_of(actor->object.domain);

	xa_release(&space->openings, opening->number);
	motet_quota_uncharge(actor->payer, &motet_lock_charge);
	kfree(opening);
}

static umode_t motet_lock_rights_locked(const struct motet_lock *lock)
{
	static const umode_t all[] = {
		MOTET_MODE_RECEIVE, MOTET_MODE_SEND, MOTET_MODE_ADMIN,
	};
	umode_t rights = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (motet_domain_may_locked(&lock->object, all[i]))
			rights |= all[i];
	return rights;
}

/**
 * motet_lock_attach() - let an opening be used
 * @lock: what it opens
 * @opening: the opening
 * @actor: whose it will be
 * @queue: of its default port
 * @created: this actor has just created it
 *
 * The last step of opening: from now on another thread may close it.
 *
 * Context: may sleep.
 * Return: 0, -ESTALE if the lock is dead, -EACCES if the mode allows nothing, or
 * -ENOMEM.
 */
int motet_lock_attach(struct motet_lock *lock,
		      struct motet_lock_opening *opening,
		      struct motet_actor *actor, struct motet_queue *queue,
		      bool created)
{
	struct motet_domain *domain = lock->object.domain;
	struct motet_lock_space *space = motet_lock_space_of(domain);
	int err = -ESTALE;

	mutex_lock(&domain->mutex);
	if (!lock->object.published)
		goto out_unlock;
	err = -EACCES;
	opening->rights = created ? MOTET_MODE_MASK :
				    motet_lock_rights_locked(lock);
	if (!opening->rights)
		goto out_unlock;
	trace_motet_lock_open(&lock->object.id, &actor->object.id,
			      opening->number);
	mutex_lock(&space->mutex);
	err = motet_lock_link_opening(space, lock, opening, actor, queue);
	mutex_unlock(&space->mutex);
out_unlock:
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_lock_publish() - let a lock be found
 * @lock: the lock; it lives while it is used from now on, if this succeeds
 * @name: its name; the lock's if this succeeds
 *
 * Context: may sleep.
 * Return: 0 or what motet_domain_publish() says.
 */
int motet_lock_publish(struct motet_lock *lock, struct motet_name *name)
{
	int err;

	motet_object_get(&lock->object);
	err = motet_domain_publish(&lock->object, name);
	if (err)
		motet_object_put(&lock->object);
	else
		trace_motet_lock_create(&lock->object.id, lock->object.mode);
	return err;
}

/**
 * motet_lock_settle() - let a lock die if nobody uses it
 * @lock: a lock that was published
 *
 * Context: may sleep.
 */
void motet_lock_settle(struct motet_lock *lock)
{
	struct motet_domain *domain = lock->object.domain;
	bool dead;

	mutex_lock(&domain->mutex);
	dead = motet_lock_settle_locked(lock);
	mutex_unlock(&domain->mutex);
	if (dead)
		motet_object_put(&lock->object);
}

static int __net_init motet_lock_net_init(struct net *net)
{
	struct motet_lock_space *space = net_generic(net, motet_lock_net_id);

	mutex_init(&space->mutex);
	xa_init_flags(&space->openings, XA_FLAGS_ACCOUNT);
	xa_init_flags(&space->lockers, XA_FLAGS_ACCOUNT);
	motet_lock_init_deadlines(space);
	return 0;
}

/* Who had a lock open held the namespace. Locks with orphans go with the domain. */
static void __net_exit motet_lock_net_exit(struct net *net)
{
	struct motet_lock_space *space = net_generic(net, motet_lock_net_id);

	WARN_ON_ONCE(!xa_empty(&space->openings));
	WARN_ON_ONCE(!xa_empty(&space->lockers));
	motet_lock_stop_deadlines(space);
}

static struct pernet_operations motet_lock_net_ops = {
	.init = motet_lock_net_init,
	.exit = motet_lock_net_exit,
	.id = &motet_lock_net_id,
	.size = sizeof(struct motet_lock_space),
};

/**
 * motet_lock_init() - let every domain have locks
 *
 * Context: may sleep; after the domains are made.
 * Return: 0 or a negative error.
 */
int motet_lock_init(void)
{
	return register_pernet_subsys(&motet_lock_net_ops);
}

/**
 * motet_lock_exit() - the other way round
 *
 * Context: may sleep; nobody has a lock any more.
 */
void motet_lock_exit(void)
{
	unregister_pernet_subsys(&motet_lock_net_ops);
}
