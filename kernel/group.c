// SPDX-License-Identifier: GPL-2.0-only
/* The life of groups. */

#include <linux/random.h>
#include <linux/slab.h>

#include "domain.h"
#include "group_internal.h"
#include "trace.h"

static const struct motet_group_hooks *motet_group_hooks;

static const struct motet_charge motet_group_charge = {
	.amount[MOTET_QUOTA_PORTS] = 1,
};

static void motet_group_free_rcu(struct rcu_head *rcu)
{
	struct motet_object *object = container_of(rcu, struct motet_object,
						   rcu);
	struct motet_group *group = motet_group_of(object);

	/* all members have left it, and so it has no memory of its own */
	WARN_ON_ONCE(!xa_empty(&group->members));
	kfree(group);
}

/* Once, when the group is dead: a handle on it may stay open for long. */
static void motet_group_uncharge(struct motet_group *group)
{
	struct motet_payer *payer = group->payer;

	group->payer = NULL;
	if (payer)
		motet_quota_uncharge(payer, &motet_group_charge);
	motet_payer_put(payer);
}

static void motet_group_release(struct motet_object *object)
{
	struct motet_group *group = motet_group_of(object);

	motet_group_uncharge(group);
	motet_object_put(group->backlog);
	call_rcu(&object->rcu, motet_group_free_rcu);
}

/*
 * Nobody finds the group any more before anybody sees that it is dead. The
 * reference that it has while it lives is the caller's to drop.
 */
static void motet_group_kill_locked(struct motet_group *group)
{
	lockdep_assert_held(&group->object.domain->mutex);
	motet_retention_end_locked(&group->retention);
	motet_domain_unpublish_locked(&group->object);
	mutex_lock(&group->mutex);
	trace_motet_group_delete(&group->object.id, group->member_count);
	WRITE_ONCE(group->dead, true);
	motet_group_drop_trackers(group);
	motet_group_drop_members(group);
	motet_group_drop_jobs(group);
	mutex_unlock(&group->mutex);
	motet_group_wake(group, NULL);
}

/* Nothing is locked. Called once, by whoever killed the group. */
static void motet_group_bury(struct motet_group *group)
{
	motet_group_hooks->end(group);
	motet_group_uncharge(group);
	motet_object_put(&group->object);
}

static bool motet_group_is_unused_locked(const struct motet_group *group)
{
	lockdep_assert_held(&group->object.domain->mutex);
	return !group->dead && !group->handles && !group->member_count;
}

/* Nothing but its retention kept it; or it died with a member. */
static void motet_group_retention_over(struct motet_object *object)
{
	struct motet_group *group = motet_group_of(object);
	bool over;

	mutex_lock(&object->domain->mutex);
	over = motet_group_is_unused_locked(group) &&
	       motet_retention_is_over_locked(&group->retention);
	if (over)
		motet_group_kill_locked(group);
	over |= group->unburied;
	group->unburied = false;
	mutex_unlock(&object->domain->mutex);
	if (over)
		motet_group_bury(group);
}

/* A member or a handle has gone. Returns whether the group dies of it. */
static bool motet_group_settle_locked(struct motet_group *group)
{
	if (!motet_group_is_unused_locked(group) ||
	    !motet_retention_settle_locked(&group->retention))
		return false;
	motet_group_kill_locked(group);
	return true;
}

/**
 * motet_group_bereave_locked() - a group has lost a member that died
 * @group: the group; it dies if nothing else keeps it
 *
 * Context: may sleep; under the domain's mutex, while the member is unpublished.
 */
void motet_group_bereave_locked(struct motet_group *group)
{
	if (!motet_group_settle_locked(group))
		return;
	motet_group_uncharge(group);
	group->unburied = true;
	motet_retention_queue(&group->retention);
}

/**
 * motet_group_unlock() - let go of the domain's mutex when something has gone
 * @group: the group; it dies if nothing else keeps it, but the caller has a
 *	reference
 *
 * Context: may sleep; under the domain's mutex, and nothing else is locked.
 */
void motet_group_unlock(struct motet_group *group)
{
	struct motet_domain *domain = group->object.domain;
	bool over;

	lockdep_assert_held(&domain->mutex);
	over = motet_group_settle_locked(group);
	mutex_unlock(&domain->mutex);
	if (over)
		motet_group_bury(group);
}

static bool motet_group_purge(struct motet_object *object)
{
	struct motet_group *group = motet_group_of(object);
	bool unused;

	mutex_lock(&object->domain->mutex);
	unused = motet_group_is_unused_locked(group);
	if (unused)
		motet_group_kill_locked(group);
	mutex_unlock(&object->domain->mutex);
	if (unused)
		motet_group_bury(group);
	return unused;
}

static const struct motet_object_ops motet_group_ops = {
	.class = MOTET_CLASS_GROUP,
	.release = motet_group_release,
	.purge = motet_group_purge,
	.load_ended = motet_group_load_ended,
	.job_ended = motet_group_job_ended,
};

static void motet_group_setup(struct motet_group *group)
{
	mutex_init(&group->mutex);
	spin_lock_init(&group->lock);
	xa_init_flags(&group->members, XA_FLAGS_ACCOUNT);
	INIT_LIST_HEAD(&group->openers);
	INIT_LIST_HEAD(&group->inserters);
	INIT_LIST_HEAD(&group->trackers);
	INIT_LIST_HEAD(&group->idle);
	INIT_LIST_HEAD(&group->busy);
	INIT_LIST_HEAD(&group->leavers);
	init_waitqueue_head(&group->room);
	init_waitqueue_head(&group->writable);
	motet_retention_init(&group->retention, &group->object,
			     motet_group_retention_over);
}

/**
 * motet_group_new() - build an empty group
 * @actor: who creates it
 * @arg: what it is to be; checked by the caller
 *
 * It has one reference, which stands for its life once a handle is attached.
 *
 * Context: may sleep.
 * Return: the group, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_group *motet_group_new(struct motet_actor *actor,
				    const struct motet_group_create *arg)
{
	struct motet_group *group;
	int err;

	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		return ERR_PTR(-ENOMEM);
	err = motet_quota_charge(actor->payer, &motet_group_charge);
	if (err) {
		kfree(group);
		return ERR_PTR(err);
	}
	group->payer = motet_payer_get(actor->payer);
	motet_object_init(&group->object, &motet_group_ops,
			  actor->object.domain);
	motet_group_setup(group);
	group->object.mode = arg->mode;
	group->object.retention = arg->retention;
	group->address = arg->address;
	group->sessions_max = arg->sessions_max;
	memcpy(group->class_members, arg->class_members,
	       sizeof(group->class_members));
	get_random_bytes(group->key, sizeof(group->key));
	return group;
}

/**
 * motet_group_publish() - let a group be found
 * @group: the group; it has a handle, whose closing lets it die if this fails
 * @name: its name or NULL; the group's if this succeeds
 *
 * Context: may sleep.
 * Return: 0 or what motet_domain_publish() says.
 */
int motet_group_publish(struct motet_group *group, struct motet_name *name)
{
	int err = motet_domain_publish(&group->object, name);

	if (!err)
		trace_motet_group_create(&group->object.id, group->address);
	return err;
}

/**
 * motet_group_attach() - open a handle
 * @handle: zeroed
 * @actor: who opens it
 * @group: the group
 *
 * Context: may sleep.
 * Return: 0, or -ESRCH if the group is dead.
 */
int motet_group_attach(struct motet_group_handle *handle,
		       struct motet_actor *actor, struct motet_group *group)
{
	struct motet_domain *domain = group->object.domain;
	int err = -ESRCH;

	mutex_lock(&domain->mutex);
	if (!group->dead) {
		motet_object_get(&group->object);
		handle->group = group;
		handle->actor = motet_actor_get(actor);
		handle->sessions = RB_ROOT;
		list_add_tail(&handle->link, &group->openers);
		group->handles++;
		motet_retention_end_locked(&group->retention);
		err = 0;
	}
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_group_detach() - close a handle
 * @handle: the handle; its sessions end
 *
 * Context: may sleep.
 */
void motet_group_detach(struct motet_group_handle *handle)
{
	struct motet_group *group = handle->group;
	struct motet_domain *domain = group->object.domain;

	motet_sessions_close(handle);
	mutex_lock(&domain->mutex);
	list_del(&handle->link);
	group->handles--;
	motet_group_unlock(group);
	motet_object_put(&group->object);
	motet_actor_put(handle->actor);
}

/**
 * motet_group_delete() - end a group
 * @group: the group
 * @cap: its capability
 *
 * Context: may sleep.
 * Return: 0, -EACCES if the key is wrong, -ESRCH if it is dead.
 */
int motet_group_delete(struct motet_group *group, const struct motet_cap *cap)
{
	struct motet_domain *domain = group->object.domain;
	int err;

	mutex_lock(&domain->mutex);
	mutex_lock(&group->mutex);
	err = motet_group_check_locked(group, cap);
	mutex_unlock(&group->mutex);
	if (!err)
		motet_group_kill_locked(group);
	mutex_unlock(&domain->mutex);
	if (!err)
		motet_group_bury(group);
	return err;
}

/**
 * motet_group_status() - say what a group is
 * @group: the group
 * @status: filled in but for its size and what its backlog says
 *
 * Context: may sleep.
 */
void motet_group_status(struct motet_group *group,
			struct motet_group_status *status)
{
	status->address = group->address;
	status->mode = READ_ONCE(group->object.mode);
	status->sessions_max = group->sessions_max;
	status->retention = group->object.retention;
	status->id = group->object.id;
	mutex_lock(&group->mutex);
	status->members = group->member_count;
	status->idle = group->idle_count;
	status->leased = group->jobs;
	status->sessions = group->session_count;
	status->dead = group->dead;
	mutex_unlock(&group->mutex);
}

/**
 * motet_group_work() - give jobs to those who are idle
 * @group: a work group; its mutex is held
 */
void motet_group_work(struct motet_group *group)
{
	lockdep_assert_held(&group->mutex);
	if (group->backlog && !group->dead)
		motet_group_hooks->work(group);
}

/**
 * motet_group_init() - begin
 * @hooks: what is done where messages are known
 */
void motet_group_init(const struct motet_group_hooks *hooks)
{
	motet_group_hooks = hooks;
}
