// SPDX-License-Identifier: GPL-2.0-only
/* What the members of a group have to do. */

#include <linux/slab.h>
#include <linux/ktime.h>

#include "group_internal.h"
#include "message.h"

/**
 * motet_member_load() - how much a member has to do
 * @member: the member; the group's mutex is held
 *
 * Return: the sum of its sessions, of the weights of its messages, and of what
 * it reports.
 */
u64 motet_member_load(const struct motet_member *member)
{
	lockdep_assert_held(&member->group->mutex);
	return READ_ONCE(member->weight) + member->session_count +
	       member->report;
}

/**
 * motet_member_is_stale() - whether a report of a member is overdue
 * @member: the member
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Return: true if it is.
 */
bool motet_member_is_stale(const struct motet_member *member, u64 now)
{
	u64 stale = READ_ONCE(member->stale);

	return stale && now > stale;
}

/**
 * motet_member_weigh() - a message goes to a member
 * @member: the member; the group's mutex is held
 * @weight: of the message
 */
void motet_member_weigh(struct motet_member *member, u32 weight)
{
	struct motet_group *group = member->group;

	lockdep_assert_held(&group->mutex);
	spin_lock(&group->lock);
	WRITE_ONCE(member->weight, member->weight + weight);
	spin_unlock(&group->lock);
}

/**
 * motet_group_load_ended() - a message is finished
 * @object: the group that it was sent to
 * @load: what it added, to which member; that may have left
 *
 * Context: any but hard interrupt; no queue lock held.
 */
void motet_group_load_ended(struct motet_object *object,
			    const struct motet_load *load)
{
	struct motet_group *group = motet_group_of(object);
	struct motet_member *member;

	spin_lock(&group->lock);
	member = xa_load(&group->members, load->member);
	if (member)
		WRITE_ONCE(member->weight, member->weight - load->weight);
	spin_unlock(&group->lock);
}

static void motet_member_set_work(struct motet_member *member,
				  enum motet_work_state work)
{
	lockdep_assert_held(&member->group->mutex);
	member->work = work;
	member->since = ktime_get_ns();
}

static void motet_member_set_idle(struct motet_member *member)
{
	struct motet_group *group = member->group;

	lockdep_assert_held(&group->mutex);
	list_move_tail(&member->work_link, &group->idle);
	motet_member_set_work(member, MOTET_WORK_IDLE);
	group->idle_count++;
}

/**
 * motet_group_classes() - of which classes jobs may be lent now
 * @group: a work group; its mutex is held
 *
 * Return: one bit for each class.
 */
u32 motet_group_classes(const struct motet_group *group)
{
	u32 i, mask = 0;

	lockdep_assert_held(&group->mutex);
	for (i = 0; i < MOTET_JOB_CLASSES; i++)
		if (!group->class_members[i] ||
		    group->class_busy[i] < group->class_members[i])
			mask |= BIT(i);
	return mask;
}

static void motet_member_give(struct motet_member *member, u32 job_class)
{
	struct motet_group *group = member->group;

	lockdep_assert_held(&group->mutex);
	list_move_tail(&member->work_link, &group->busy);
	motet_member_set_work(member, MOTET_WORK_BUSY);
	group->idle_count--;
	group->class_busy[job_class]++;
	group->jobs++;
}

static struct motet_member *motet_work_find(struct list_head *members,
					    const struct motet_id *port)
{
	struct motet_member *member;

	list_for_each_entry(member, members, work_link)
		if (!memcmp(&member->port->id, port, sizeof(*port)))
			return member;
	return NULL;
}

static void motet_leaver_free(struct motet_member *member)
{
	list_del(&member->work_link);
	motet_object_put(member->port);
	kfree(member);
}

/**
 * motet_work_join() - a member is there to work
 * @member: the member; the group's mutex is held
 *
 * If it has left with a job that is not over, it still has that.
 */
void motet_work_join(struct motet_member *member)
{
	struct motet_group *group = member->group;
	struct motet_member *leaver;

	lockdep_assert_held(&group->mutex);
	if (!group->backlog)
		return;
	leaver = motet_work_find(&group->leavers, &member->port->id);
	if (leaver) {
		motet_leaver_free(leaver);
		list_add_tail(&member->work_link, &group->busy);
		motet_member_set_work(member, MOTET_WORK_BUSY);
		return;
	}
	motet_member_set_idle(member);
	motet_group_work(group);
}

/**
 * motet_work_leave() - a member works no more
 * @member: the member; the group's mutex is held
 *
 * Return: true if it has a job, and is to be kept until that is over.
 */
bool motet_work_leave(struct motet_member *member)
{
	struct motet_group *group = member->group;
	enum motet_work_state work = member->work;

	lockdep_assert_held(&group->mutex);
	member->work = MOTET_WORK_NONE;
	list_del_init(&member->work_link);
	if (work == MOTET_WORK_BUSY)
		list_add_tail(&member->work_link, &group->leavers);
	if (work == MOTET_WORK_IDLE) {
		group->idle_count--;
		/* whom nothing could be lent to, since it was dying */
		motet_group_work(group);
	}
	return work == MOTET_WORK_BUSY;
}

/**
 * motet_group_drop_jobs() - the group is dead: it waits for no job any more
 * @group: the group; its mutex is held
 */
void motet_group_drop_jobs(struct motet_group *group)
{
	struct motet_member *member, *next;

	lockdep_assert_held(&group->mutex);
	list_for_each_entry_safe(member, next, &group->leavers, work_link)
		motet_leaver_free(member);
	group->jobs = 0;
	memset(group->class_busy, 0, sizeof(group->class_busy));
}

static void motet_group_job_ended_locked(struct motet_group *group,
					 const struct motet_id *port,
					 u32 job_class)
{
	struct motet_member *member;

	lockdep_assert_held(&group->mutex);
	group->class_busy[job_class]--;
	group->jobs--;
	member = motet_work_find(&group->leavers, port);
	if (member)
		motet_leaver_free(member);
	member = motet_work_find(&group->busy, port);
	if (member)
		motet_member_set_idle(member);
}

/**
 * motet_group_begin_lending() - a job is about to be lent
 * @group: a work group; its mutex is held until the end of it
 */
void motet_group_begin_lending(struct motet_group *group)
{
	lockdep_assert_held(&group->mutex);
	group->ended_early = false;
	WRITE_ONCE(group->lender, current);
}

/**
 * motet_group_end_lending() - a job was lent, or was not
 * @group: a work group; its mutex is held
 * @member: the member that was idle and has got it, or NULL
 * @job_class: class of the job
 */
void motet_group_end_lending(struct motet_group *group,
			     struct motet_member *member, u32 job_class)
{
	lockdep_assert_held(&group->mutex);
	WRITE_ONCE(group->lender, NULL);
	if (!member)
		return;
	motet_member_give(member, job_class);
	if (group->ended_early)
		motet_group_job_ended_locked(group, &member->port->id,
					     job_class);
}

/**
 * motet_group_job_ended() - a job is done, or is in the backlog again
 * @object: the group
 * @port: port of the member that had it
 * @job_class: its class
 *
 * Whoever lends a job may find that its caller has gone, and end it at once:
 * then this is called by the task that has the mutex, which goes on with it.
 *
 * Context: may sleep; nothing is locked but, by who lends, the group's mutex.
 */
void motet_group_job_ended(struct motet_object *object,
			   const struct motet_id *port, u32 job_class)
{
	struct motet_group *group = motet_group_of(object);

	if (READ_ONCE(group->lender) == current) {
		group->ended_early = true;
		return;
	}
	mutex_lock(&group->mutex);
	if (!group->dead) {
		motet_group_job_ended_locked(group, port, job_class);
		motet_group_work(group);
	}
	mutex_unlock(&group->mutex);
}
