// SPDX-License-Identifier: GPL-2.0-only
/* Jobs: sent to the backlog of a work group, and lent to its members. */

#include "deliver_internal.h"
#include "message.h"

static bool motet_work_lend(struct motet_group *group, u32 *job_class)
{
	struct motet_member *member;
	bool lent;

	lockdep_assert_held(&group->mutex);
	member = list_first_entry(&group->idle, struct motet_member, work_link);
	motet_group_begin_lending(group);
	lent = motet_backlog_lend(motet_port_of(group->backlog),
				  motet_group_classes(group),
				  motet_port_of(member->port), job_class);
	motet_group_end_lending(group, lent ? member : NULL, *job_class);
	return lent;
}

/**
 * motet_work_dispatch() - lend jobs to those who are idle, longest first
 * @group: a work group; its mutex is held
 */
void motet_work_dispatch(struct motet_group *group)
{
	u32 job_class = 0;

	lockdep_assert_held(&group->mutex);
	while (!list_empty(&group->idle) && motet_work_lend(group, &job_class))
		;
}

/**
 * motet_work_end() - a group is dead: end its backlog, if it has one
 * @group: the group
 *
 * Context: may sleep; nothing is locked.
 */
void motet_work_end(struct motet_group *group)
{
	if (group->backlog)
		motet_backlog_kill(motet_port_of(group->backlog));
}

/**
 * motet_deliver_job() - get room in the backlog, and build a job
 * @file: of a work group
 * @msg: what to send; checked
 * @nonblock: do not wait for room
 *
 * Context: may sleep.
 * Return: the message, to be committed or aborted on the file's @jobs; or
 * ERR_PTR() as motet_port_send_begin().
 */
struct motet_message *motet_deliver_job(struct motet_group_file *file,
					const struct motet_msg *msg,
					bool nonblock)
{
	struct motet_group *group = file->handle.group;
	struct motet_message *message;

	message = motet_port_send_begin(file->jobs, msg, nonblock);
	if (message == ERR_PTR(-EAGAIN)) {
		mutex_lock(&group->mutex);
		motet_group_tell_full(group, MOTET_ADDRESS_WORK);
		mutex_unlock(&group->mutex);
	}
	if (IS_ERR(message))
		return message;
	message->job_class = msg->job_class;
	motet_deliver_address(message, file);
	return message;
}

/**
 * motet_deliver_job_sent() - a job was committed: lend it, if somebody is idle
 * @file: by which it was sent
 *
 * Context: may sleep.
 */
void motet_deliver_job_sent(struct motet_group_file *file)
{
	struct motet_group *group = file->handle.group;

	mutex_lock(&group->mutex);
	if (!group->dead) {
		if (!group->idle_count)
			motet_group_tell_full(group, MOTET_ADDRESS_WORK);
		motet_work_dispatch(group);
	}
	mutex_unlock(&group->mutex);
}

/**
 * motet_deliver_status() - say what a group is
 * @file: one of its files
 * @status: filled in but for its size
 *
 * Context: may sleep.
 */
void motet_deliver_status(struct motet_group_file *file,
			  struct motet_group_status *status)
{
	struct motet_group *group = file->handle.group;
	struct motet_port_view view;

	motet_group_status(group, status);
	if (!group->backlog)
		return;
	motet_port_look(motet_port_of(group->backlog), &view);
	put_pid(view.pid);
	status->backlog = view.messages;
	status->suspended = view.stats.suspended;
}
