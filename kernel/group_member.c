// SPDX-License-Identifier: GPL-2.0-only
/* Members of groups, and the capability by which they come and go. */

#include <crypto/utils.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include "domain.h"
#include "group_internal.h"
#include "record.h"
#include "trace.h"

static unsigned int motet_group_members_max = 4096;
module_param_named(group_members_max, motet_group_members_max, uint, 0644);
MODULE_PARM_DESC(group_members_max, "members that a group may have");

static unsigned int motet_port_groups_max = 256;
module_param_named(port_groups_max, motet_port_groups_max, uint, 0644);
MODULE_PARM_DESC(port_groups_max,
		 "groups of one user that a port may be a member of");

/**
 * motet_group_check_locked() - whether a capability gives the right to change
 * @group: the group; its mutex is held
 * @cap: the capability
 *
 * Return: 0, -EACCES if the key is wrong, -ESRCH if the group is dead.
 */
int motet_group_check_locked(struct motet_group *group,
			     const struct motet_cap *cap)
{
	lockdep_assert_held(&group->mutex);
	if (group->dead)
		return -ESRCH;
	return crypto_memneq(group->key, cap->key, sizeof(group->key)) ?
		-EACCES : 0;
}

/**
 * motet_group_check() - whether a capability gives the right to change a group
 * @group: the group
 * @cap: the capability
 *
 * Context: may sleep.
 * Return: as motet_group_check_locked().
 */
int motet_group_check(struct motet_group *group, const struct motet_cap *cap)
{
	int err;

	mutex_lock(&group->mutex);
	err = motet_group_check_locked(group, cap);
	mutex_unlock(&group->mutex);
	return err;
}

/**
 * motet_group_rekey() - revoke the capability
 * @group: the group
 * @cap: the capability
 * @key: the secret of the next one
 *
 * Context: may sleep.
 * Return: as motet_group_check_locked().
 */
int motet_group_rekey(struct motet_group *group, const struct motet_cap *cap,
		      const u8 *key)
{
	struct motet_inserter *inserter;
	int err, told = 0;

	mutex_lock(&group->mutex);
	err = motet_group_check_locked(group, cap);
	if (err)
		goto out_unlock;
	memcpy(group->key, key, sizeof(group->key));
	list_for_each_entry(inserter, &group->inserters, link) {
		motet_record_tell(inserter->revoked);
		told++;
	}
	trace_motet_group_rekey(&group->object.id, told);
out_unlock:
	mutex_unlock(&group->mutex);
	return err;
}

static void motet_group_wake_pollers(struct motet_group *group)
{
	if (wq_has_sleeper(&group->writable))
		wake_up_interruptible_poll(&group->writable,
					   EPOLLOUT | EPOLLWRNORM);
}

/**
 * motet_group_wake() - room may have come for those who wait for it
 * @group: the group
 * @member: where, or NULL if anything has changed for all
 *
 * Context: any but hard interrupt; no queue lock held.
 */
void motet_group_wake(struct motet_group *group, struct motet_member *member)
{
	if (member) {
		spin_lock(&member->queue->lock);
		__wake_up(&group->room, TASK_INTERRUPTIBLE, 1, member);
		spin_unlock(&member->queue->lock);
		motet_group_wake_pollers(group);
	} else {
		wake_up_interruptible_all(&group->room);
		/* also those who poll for nothing but the end of the group */
		wake_up_interruptible_all(&group->writable);
	}
}

/* Room was freed in the port's queue, whose lock is held; or it was closed. */
static int motet_member_room(struct wait_queue_entry *entry, unsigned int mode,
			     int flags, void *key)
{
	struct motet_member *member = container_of(entry, struct motet_member,
						   room);
	struct motet_group *group = member->group;

	if (wq_has_sleeper(&group->room))
		__wake_up(&group->room, TASK_INTERRUPTIBLE, 1, member);
	motet_group_wake_pollers(group);
	return 0;
}

static struct motet_inserter *motet_inserter_get(struct motet_group *group,
						 struct motet_object *port,
						 struct motet_queue *queue)
{
	struct motet_inserter *inserter;

	lockdep_assert_held(&group->mutex);
	list_for_each_entry(inserter, &group->inserters, link) {
		if (inserter->port == port) {
			inserter->members++;
			return inserter;
		}
	}
	inserter = kzalloc(sizeof(*inserter), GFP_KERNEL_ACCOUNT);
	if (!inserter)
		return NULL;
	inserter->revoked = motet_record_new(queue, MOTET_EXCEPTION_REVOKED,
					     &group->object.id);
	if (!inserter->revoked) {
		kfree(inserter);
		return NULL;
	}
	inserter->members = 1;
	inserter->port = motet_object_get(port);
	list_add_tail(&inserter->link, &group->inserters);
	return inserter;
}

static void motet_inserter_put(struct motet_inserter *inserter)
{
	if (--inserter->members)
		return;
	list_del(&inserter->link);
	motet_record_drop(inserter->revoked);
	motet_object_put(inserter->port);
	kfree(inserter);
}

static struct motet_member *motet_group_find(struct motet_group *group,
					     const struct motet_object *port)
{
	struct motet_member *member;
	unsigned long number;

	lockdep_assert_held(&group->mutex);
	xa_for_each(&group->members, number, member)
		if (member->port == port)
			return member;
	return NULL;
}

/**
 * motet_group_member() - the member of a number
 * @group: the group; its mutex is held
 * @number: its number
 *
 * Return: the member, or NULL if it has left.
 */
struct motet_member *motet_group_member(struct motet_group *group,
					unsigned long number)
{
	lockdep_assert_held(&group->mutex);
	return xa_load(&group->members, number);
}

/* Takes it out of all that others find it by; what it has is the caller's. */
static void motet_member_unlink(struct motet_member *member)
{
	struct motet_group *group = member->group;

	lockdep_assert_held(&group->object.domain->mutex);
	lockdep_assert_held(&group->mutex);
	list_del_init(&member->bond.link);
	remove_wait_queue(&member->queue->writable, &member->room);
	spin_lock(&group->lock);
	xa_erase(&group->members, member->number);
	spin_unlock(&group->lock);
	group->member_count--;
	motet_sessions_leave(member);
}

/* One that left with a job is kept until the job is over. */
static void motet_member_leave(struct motet_member *member, u32 event)
{
	struct motet_group *group = member->group;

	motet_member_unlink(member);
	trace_motet_group_remove(&group->object.id, &member->port->id,
				 group->member_count);
	motet_track_leave(member, event);
	motet_inserter_put(member->inserter);
	if (motet_work_leave(member))
		return;
	motet_object_put(member->port);
	kfree(member);
}

static void motet_member_died(struct motet_bond *bond)
{
	struct motet_member *member = container_of(bond, struct motet_member,
						   bond);
	struct motet_group *group = member->group;

	lockdep_assert_held(&group->object.domain->mutex);
	mutex_lock(&group->mutex);
	motet_member_leave(member, MOTET_MEMBER_DIED);
	mutex_unlock(&group->mutex);
	motet_group_wake(group, NULL);
	motet_group_bereave_locked(group);
}

static struct motet_member *motet_member_new(struct motet_group *group,
					     struct motet_object *port,
					     struct motet_queue *queue)
{
	struct motet_member *member;

	member = kzalloc(sizeof(*member), GFP_KERNEL_ACCOUNT);
	if (!member)
		return NULL;
	member->group = group;
	member->port = motet_object_get(port);
	member->queue = queue;
	member->bond.end = motet_member_died;
	init_waitqueue_func_entry(&member->room, motet_member_room);
	INIT_LIST_HEAD(&member->bond.link);
	INIT_LIST_HEAD(&member->notices);
	INIT_LIST_HEAD(&member->sessions);
	INIT_LIST_HEAD(&member->work_link);
	return member;
}

/* The number is the last to be got: nothing may fail after it. */
static int motet_member_enter(struct motet_group *group,
			      struct motet_member *member,
			      struct motet_object *inserter,
			      struct motet_queue *inserter_queue)
{
	int err = -ENOMEM;

	lockdep_assert_held(&group->mutex);
	member->inserter = motet_inserter_get(group, inserter, inserter_queue);
	if (!member->inserter)
		return err;
	err = motet_track_join(member);
	if (err)
		goto err_put_inserter;
	member->number = group->last_number + 1;
	err = xa_insert(&group->members, member->number, member,
			GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_leave_trackers;
	group->last_number++;
	group->member_count++;
	return 0;

err_leave_trackers:
	motet_track_drop(member);
err_put_inserter:
	motet_inserter_put(member->inserter);
	return err;
}

/*
 * Each group of a port costs time whenever the port has room again. The port's
 * owner is not asked; but nobody else's groups keep it out of others.
 */
static bool motet_port_has_groups(const struct motet_object *port, kuid_t owner)
{
	u32 left = READ_ONCE(motet_port_groups_max);
	struct motet_member *member;
	struct motet_bond *bond;

	lockdep_assert_held(&port->domain->mutex);
	list_for_each_entry(bond, &port->bonds, link) {
		if (bond->end != motet_member_died)
			continue;
		member = container_of(bond, struct motet_member, bond);
		if (uid_eq(member->group->object.uid, owner) && !left--)
			return true;
	}
	return !left;
}

static int motet_group_insert_locked(struct motet_group *group,
				     const struct motet_cap *cap,
				     struct motet_member *member,
				     struct motet_object *inserter,
				     struct motet_queue *inserter_queue)
{
	struct motet_object *port = member->port;
	int err;

	lockdep_assert_held(&group->object.domain->mutex);
	lockdep_assert_held(&group->mutex);
	err = motet_group_check_locked(group, cap);
	if (err)
		return err;
	if (!port->published)
		return -ESRCH;
	if (motet_group_find(group, port))
		return -EEXIST;
	if (group->member_count >= READ_ONCE(motet_group_members_max) ||
	    motet_port_has_groups(port, group->object.uid))
		return -EDQUOT;
	err = motet_member_enter(group, member, inserter, inserter_queue);
	if (err)
		return err;
	list_add_tail(&member->bond.link, &port->bonds);
	add_wait_queue(&member->queue->writable, &member->room);
	trace_motet_group_insert(&group->object.id, &port->id,
				 group->member_count);
	motet_track_tell_joined(member);
	motet_work_join(member);
	return 0;
}

/**
 * motet_group_insert() - make a port a member
 * @group: the group
 * @cap: its capability
 * @port: the port; the caller has checked that the current task may send to it
 * @queue: its queue
 * @inserter: default port of the actor that inserts it
 * @inserter_queue: its queue
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_GROUP_INSERT says, or -ENOMEM.
 */
int motet_group_insert(struct motet_group *group, const struct motet_cap *cap,
		       struct motet_object *port, struct motet_queue *queue,
		       struct motet_object *inserter,
		       struct motet_queue *inserter_queue)
{
	struct motet_domain *domain = group->object.domain;
	struct motet_member *member;
	int err;

	member = motet_member_new(group, port, queue);
	if (!member)
		return -ENOMEM;
	mutex_lock(&domain->mutex);
	mutex_lock(&group->mutex);
	err = motet_group_insert_locked(group, cap, member, inserter,
					inserter_queue);
	mutex_unlock(&group->mutex);
	if (!err) {
		motet_domain_changed_locked(&group->object);
		motet_retention_end_locked(&group->retention);
	}
	mutex_unlock(&domain->mutex);
	if (err) {
		motet_object_put(port);
		kfree(member);
	} else {
		motet_group_wake(group, NULL);
	}
	return err;
}

/**
 * motet_group_remove() - make a port no member any more
 * @group: the group
 * @cap: its capability
 * @port: the port
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_GROUP_REMOVE says.
 */
int motet_group_remove(struct motet_group *group, const struct motet_cap *cap,
		       const struct motet_object *port)
{
	struct motet_domain *domain = group->object.domain;
	struct motet_member *member = NULL;
	int err;

	mutex_lock(&domain->mutex);
	mutex_lock(&group->mutex);
	err = motet_group_check_locked(group, cap);
	if (!err) {
		member = motet_group_find(group, port);
		err = member ? 0 : -ENOENT;
	}
	if (!err)
		motet_member_leave(member, MOTET_MEMBER_LEFT);
	mutex_unlock(&group->mutex);
	if (err) {
		mutex_unlock(&domain->mutex);
		return err;
	}
	motet_group_wake(group, NULL);
	motet_domain_changed_locked(&group->object);
	motet_group_unlock(group);
	return 0;
}

/**
 * motet_group_drop_members() - the group is dead: its members leave it
 * @group: the group; its mutex and its domain's are held
 */
void motet_group_drop_members(struct motet_group *group)
{
	struct motet_member *member;
	unsigned long number;

	lockdep_assert_held(&group->mutex);
	group->idle_count = 0;
	xa_for_each(&group->members, number, member) {
		motet_member_unlink(member);
		list_del(&member->work_link);
		motet_track_drop(member);
		motet_inserter_put(member->inserter);
		motet_object_put(member->port);
		kfree(member);
	}
}

/**
 * motet_group_report() - a member says its load
 * @group: the group
 * @port: the member; the caller holds it
 * @arg: load and period
 *
 * Context: may sleep.
 * Return: 0; -ENOENT if it is no member, -ESRCH if the group is dead.
 */
int motet_group_report(struct motet_group *group,
		       const struct motet_object *port,
		       const struct motet_group_report *arg)
{
	u64 now = ktime_get_ns(), due;
	struct motet_member *member;
	int err = 0;

	if (check_mul_overflow(arg->period, 3ULL, &due) ||
	    check_add_overflow(due, now, &due))
		due = U64_MAX;
	mutex_lock(&group->mutex);
	member = motet_group_find(group, port);
	if (member) {
		member->report = arg->load;
		WRITE_ONCE(member->stale, arg->period ? due : 0);
	} else {
		err = group->dead ? -ESRCH : -ENOENT;
	}
	mutex_unlock(&group->mutex);
	if (!err)
		motet_group_wake(group, NULL);
	return err;
}
