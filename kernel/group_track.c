// SPDX-License-Identifier: GPL-2.0-only
/* Trackers: ports that are told of the members of a group. */

#include <linux/module.h>
#include <linux/slab.h>

#include "domain.h"
#include "group_internal.h"
#include "record.h"
#include "trace.h"

static unsigned int motet_group_trackers_max = 64;
module_param_named(group_trackers_max, motet_group_trackers_max, uint, 0644);
MODULE_PARM_DESC(group_trackers_max, "ports that may track a group");

/**
 * struct motet_notice - what one tracker is told of one member
 * @member_link: among those of the member [group.mutex]
 * @tracker_link: among those of the tracker [group.mutex]
 * @came: tells that it came [const]
 * @went: tells that it went [const]
 */
struct motet_notice {
	struct list_head member_link;
	struct list_head tracker_link;
	struct motet_record *came;
	struct motet_record *went;
};

static void motet_notice_drop(struct motet_notice *notice)
{
	list_del(&notice->member_link);
	list_del(&notice->tracker_link);
	motet_record_drop(notice->came);
	motet_record_drop(notice->went);
	kfree(notice);
}

/* Nobody will be told that the member goes: nor, then, that it came. */
static void motet_notice_withdraw(struct motet_notice *notice)
{
	motet_record_withdraw(notice->came);
	motet_notice_drop(notice);
}

static int motet_notice_add(struct motet_tracker *tracker,
			    struct motet_member *member)
{
	const struct motet_id *about = &tracker->group->object.id;
	struct motet_notice *notice;

	lockdep_assert_held(&tracker->group->mutex);
	notice = kzalloc(sizeof(*notice), GFP_KERNEL_ACCOUNT);
	if (!notice)
		return -ENOMEM;
	list_add_tail(&notice->member_link, &member->notices);
	list_add_tail(&notice->tracker_link, &tracker->notices);
	notice->came = motet_record_new(tracker->queue, MOTET_EXCEPTION_MEMBER,
					about);
	notice->went = motet_record_new(tracker->queue, MOTET_EXCEPTION_MEMBER,
					about);
	if (notice->came && notice->went)
		return 0;
	motet_notice_drop(notice);
	return -ENOMEM;
}

static void motet_track_tell(struct motet_record *record,
			     const struct motet_member *member, u32 event,
			     u32 members)
{
	const struct motet_group_change change = {
		.size = sizeof(change),
		.event = event,
		.members = members,
		.node = member->port->node,
		.port = member->port->id,
	};

	motet_record_tell_about(record, 0, &change, sizeof(change));
}

/**
 * motet_track_join() - be able to tell all trackers of a new member
 * @member: the member
 *
 * Context: may sleep; under the mutex of the group.
 * Return: 0 or -ENOMEM.
 */
int motet_track_join(struct motet_member *member)
{
	struct motet_tracker *tracker;
	int err = 0;

	lockdep_assert_held(&member->group->mutex);
	list_for_each_entry(tracker, &member->group->trackers, link) {
		err = motet_notice_add(tracker, member);
		if (err)
			break;
	}
	if (err)
		motet_track_drop(member);
	return err;
}

/**
 * motet_track_tell_joined() - tell all trackers of a new member
 * @member: the member
 */
void motet_track_tell_joined(struct motet_member *member)
{
	struct motet_notice *notice;

	lockdep_assert_held(&member->group->mutex);
	list_for_each_entry(notice, &member->notices, member_link)
		motet_track_tell(notice->came, member, MOTET_MEMBER_JOINED,
				 member->group->member_count);
}

/**
 * motet_track_leave() - tell all trackers that a member has left
 * @member: the member; those who have not read that it came are told nothing
 * @event: %MOTET_MEMBER_LEFT or %MOTET_MEMBER_DIED
 */
void motet_track_leave(struct motet_member *member, u32 event)
{
	struct motet_notice *notice;

	lockdep_assert_held(&member->group->mutex);
	list_for_each_entry(notice, &member->notices, member_link)
		if (!motet_record_withdraw(notice->came))
			motet_track_tell(notice->went, member, event,
					 member->group->member_count);
	motet_track_drop(member);
}

/**
 * motet_track_drop() - no more is told of a member
 * @member: the member
 */
void motet_track_drop(struct motet_member *member)
{
	struct motet_notice *notice, *next;

	lockdep_assert_held(&member->group->mutex);
	list_for_each_entry_safe(notice, next, &member->notices, member_link)
		motet_notice_drop(notice);
}

static void motet_tracker_free(struct motet_tracker *tracker)
{
	struct motet_notice *notice, *next;

	list_for_each_entry_safe(notice, next, &tracker->notices, tracker_link)
		motet_notice_withdraw(notice);
	motet_record_drop(tracker->full);
	motet_record_drop(tracker->lost);
	motet_object_put(tracker->port);
	kfree(tracker);
}

static void motet_tracker_remove(struct motet_tracker *tracker)
{
	struct motet_group *group = tracker->group;

	lockdep_assert_held(&group->object.domain->mutex);
	lockdep_assert_held(&group->mutex);
	trace_motet_group_track(&group->object.id, &tracker->port->id, 0);
	list_del(&tracker->bond.link);
	list_del(&tracker->link);
	group->tracker_count--;
	motet_tracker_free(tracker);
}

static void motet_tracker_died(struct motet_bond *bond)
{
	struct motet_tracker *tracker = container_of(bond, struct motet_tracker,
						     bond);
	struct motet_group *group = tracker->group;

	mutex_lock(&group->mutex);
	motet_tracker_remove(tracker);
	mutex_unlock(&group->mutex);
}

static struct motet_tracker *motet_tracker_new(struct motet_group *group,
					       struct motet_object *port,
					       struct motet_queue *queue)
{
	struct motet_tracker *tracker;

	tracker = kzalloc(sizeof(*tracker), GFP_KERNEL_ACCOUNT);
	if (!tracker)
		return NULL;
	INIT_LIST_HEAD(&tracker->notices);
	tracker->bond.end = motet_tracker_died;
	tracker->group = group;
	tracker->port = motet_object_get(port);
	tracker->queue = queue;
	tracker->full = motet_record_new(queue, MOTET_EXCEPTION_GROUP_FULL,
					 &group->object.id);
	tracker->lost = motet_record_new(queue, MOTET_EXCEPTION_GROUP_LOST,
					 &group->object.id);
	if (tracker->full && tracker->lost)
		return tracker;
	motet_tracker_free(tracker);
	return NULL;
}

static struct motet_tracker *motet_tracker_find(struct motet_group *group,
						const struct motet_object *port)
{
	struct motet_tracker *tracker;

	lockdep_assert_held(&group->mutex);
	list_for_each_entry(tracker, &group->trackers, link)
		if (tracker->port == port)
			return tracker;
	return NULL;
}

/* Nothing is told before everything that may have to be told can be. */
static int motet_track_present(struct motet_tracker *tracker)
{
	struct motet_group *group = tracker->group;
	struct motet_notice *notice;
	struct motet_member *member;
	unsigned long number;
	u32 members = 0;
	int err;

	xa_for_each(&group->members, number, member) {
		err = motet_notice_add(tracker, member);
		if (err)
			return err;
	}
	notice = list_first_entry(&tracker->notices, struct motet_notice,
				  tracker_link);
	xa_for_each(&group->members, number, member) {
		motet_track_tell(notice->came, member, MOTET_MEMBER_PRESENT,
				 ++members);
		notice = list_next_entry(notice, tracker_link);
	}
	return 0;
}

static int motet_group_track_locked(struct motet_group *group,
				    struct motet_tracker *tracker)
{
	int err;

	lockdep_assert_held(&group->object.domain->mutex);
	lockdep_assert_held(&group->mutex);
	if (group->dead)
		return -ESRCH;
	if (!tracker->port->published)
		return -EPERM;
	if (motet_tracker_find(group, tracker->port))
		return -EEXIST;
	if (group->tracker_count >= READ_ONCE(motet_group_trackers_max))
		return -EDQUOT;
	err = motet_track_present(tracker);
	if (err)
		return err;
	list_add_tail(&tracker->bond.link, &tracker->port->bonds);
	list_add_tail(&tracker->link, &group->trackers);
	group->tracker_count++;
	trace_motet_group_track(&group->object.id, &tracker->port->id, 1);
	return 0;
}

/**
 * motet_group_track() - tell a port of the members of a group
 * @group: the group
 * @port: the port; the caller has checked that it may
 * @queue: its queue
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_GROUP_TRACK says, or -ENOMEM.
 */
int motet_group_track(struct motet_group *group, struct motet_object *port,
		      struct motet_queue *queue)
{
	struct motet_domain *domain = group->object.domain;
	struct motet_tracker *tracker;
	int err;

	tracker = motet_tracker_new(group, port, queue);
	if (!tracker)
		return -ENOMEM;
	mutex_lock(&domain->mutex);
	mutex_lock(&group->mutex);
	err = motet_group_track_locked(group, tracker);
	if (err)
		motet_tracker_free(tracker);
	mutex_unlock(&group->mutex);
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_group_untrack() - tell a port no more
 * @group: the group
 * @port: the port
 *
 * Context: may sleep.
 * Return: 0, -ENOENT if it does not track it, -ESRCH if it is dead.
 */
int motet_group_untrack(struct motet_group *group,
			const struct motet_object *port)
{
	struct motet_domain *domain = group->object.domain;
	struct motet_tracker *tracker;
	int err = 0;

	mutex_lock(&domain->mutex);
	mutex_lock(&group->mutex);
	tracker = motet_tracker_find(group, port);
	if (tracker)
		motet_tracker_remove(tracker);
	else
		err = group->dead ? -ESRCH : -ENOENT;
	mutex_unlock(&group->mutex);
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_group_tell_full() - no member had room, or was idle
 * @group: the group; its mutex is held
 * @address: &enum motet_address of what found none
 */
void motet_group_tell_full(struct motet_group *group, u32 address)
{
	struct motet_tracker *tracker;

	lockdep_assert_held(&group->mutex);
	trace_motet_group_full(&group->object.id, address);
	list_for_each_entry(tracker, &group->trackers, link)
		motet_record_tell(tracker->full);
}

/**
 * motet_group_drop_trackers() - the group is dead: tell whoever tracks it
 * @group: the group; its mutex and its domain's are held
 */
void motet_group_drop_trackers(struct motet_group *group)
{
	struct motet_tracker *tracker, *next;

	lockdep_assert_held(&group->mutex);
	list_for_each_entry_safe(tracker, next, &group->trackers, link) {
		motet_record_tell(tracker->lost);
		motet_tracker_remove(tracker);
	}
}
