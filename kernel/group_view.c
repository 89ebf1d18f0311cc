// SPDX-License-Identifier: GPL-2.0-only
/* What is shown of a group. */

#include <linux/ktime.h>

#include "domain.h"
#include "group_internal.h"
#include "group_view.h"

/**
 * motet_group_look() - say what is shown of a group
 * @group: the group
 * @view: filled in
 *
 * Context: may sleep; under the mutex of the group's domain.
 */
void motet_group_look(struct motet_group *group, struct motet_group_view *view)
{
	lockdep_assert_held(&group->object.domain->mutex);
	view->address = group->address;
	view->sessions_max = group->sessions_max;
	view->handles = group->handles;
	view->retained = group->retention.running;
	view->backlog = group->backlog;
	mutex_lock(&group->mutex);
	view->members = group->member_count;
	view->idle = group->idle_count;
	view->leased = group->jobs;
	view->sessions = group->session_count;
	view->trackers = group->tracker_count;
	mutex_unlock(&group->mutex);
}

static void motet_member_look(const struct motet_member *member,
			      struct motet_member_view *view)
{
	lockdep_assert_held(&member->group->mutex);
	view->number = member->number;
	view->port = member->port;
	view->node = member->port->node;
	view->load = motet_member_load(member);
	view->sessions = member->session_count;
	view->report = member->report;
	view->stale = motet_member_is_stale(member, ktime_get_ns());
	view->work = member->work;
	view->since = member->since;
}

/**
 * motet_group_look_next() - say what is shown of the members, as they came
 * @group: the group
 * @number: in: of the member seen last, 0 to begin; out: of this one
 * @view: filled in
 *
 * Context: may sleep.
 * Return: true if there is one.
 */
bool motet_group_look_next(struct motet_group *group, unsigned long *number,
			   struct motet_member_view *view)
{
	const struct motet_member *member;

	mutex_lock(&group->mutex);
	member = xa_find_after(&group->members, number, ULONG_MAX, XA_PRESENT);
	if (member)
		motet_member_look(member, view);
	mutex_unlock(&group->mutex);
	return member;
}

/**
 * motet_group_look_handle() - say what is shown of one handle of a group
 * @group: the group
 * @index: which, in the order of opening
 * @view: filled in; the caller puts its pid
 *
 * Context: under the mutex of the group's domain.
 * Return: true if there is one, and not too many before.
 */
bool motet_group_look_handle(struct motet_group *group, unsigned int index,
			     struct motet_handle_view *view)
{
	const struct motet_group_handle *handle;

	lockdep_assert_held(&group->object.domain->mutex);
	if (index >= MOTET_HANDLES_SHOWN)
		return false;
	list_for_each_entry(handle, &group->openers, link) {
		if (index--)
			continue;
		motet_actor_look(handle->actor, view);
		view->role = MOTET_ROLE_GROUP;
		view->rights = MOTET_MODE_SEND;
		return true;
	}
	return false;
}

/**
 * motet_group_look_tracker() - say which ports are told of members
 * @group: the group
 * @index: which, in the order of coming
 *
 * Context: may sleep; under the mutex of the group's domain, and it tracks the
 * group as long as that is held.
 * Return: the port, or NULL if there are no more.
 */
const struct motet_object *motet_group_look_tracker(struct motet_group *group,
						    unsigned int index)
{
	const struct motet_object *port = NULL;
	const struct motet_tracker *tracker;

	lockdep_assert_held(&group->object.domain->mutex);
	mutex_lock(&group->mutex);
	list_for_each_entry(tracker, &group->trackers, link) {
		if (index--)
			continue;
		port = tracker->port;
		break;
	}
	mutex_unlock(&group->mutex);
	return port;
}
