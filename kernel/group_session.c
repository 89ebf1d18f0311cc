// SPDX-License-Identifier: GPL-2.0-only
/* Sessions: what stays with one member of a group. */

#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "group_internal.h"
#include "trace.h"

static unsigned int motet_handle_sessions_max = 65536;
module_param_named(handle_sessions_max, motet_handle_sessions_max, uint, 0644);
MODULE_PARM_DESC(handle_sessions_max,
		 "sessions that one handle of a group may have");

/**
 * motet_session_find() - the session of a number
 * @handle: whose session; its group's mutex is held
 * @number: its number
 *
 * Return: the session, or NULL.
 */
struct motet_session *motet_session_find(struct motet_group_handle *handle,
					 u64 number)
{
	struct rb_node *node = handle->sessions.rb_node;
	struct motet_session *session;

	lockdep_assert_held(&handle->group->mutex);
	while (node) {
		session = rb_entry(node, struct motet_session, node);
		if (session->number == number)
			return session;
		node = number < session->number ? node->rb_left :
						  node->rb_right;
	}
	return NULL;
}

static void motet_session_add(struct motet_group_handle *handle,
			      struct motet_session *session)
{
	struct rb_node **link = &handle->sessions.rb_node;
	struct rb_node *parent = NULL;

	lockdep_assert_held(&handle->group->mutex);
	while (*link) {
		parent = *link;
		if (session->number <
		    rb_entry(parent, struct motet_session, node)->number)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&session->node, parent, link);
	rb_insert_color(&session->node, &handle->sessions);
	handle->session_count++;
	handle->group->session_count++;
}

static void motet_session_unbind(struct motet_session *session)
{
	if (!session->member)
		return;
	list_del_init(&session->link);
	WRITE_ONCE(session->member->session_count,
		   session->member->session_count - 1);
	session->member = NULL;
}

/* Whoever is sending in it frees it. */
static void motet_session_remove(struct motet_group_handle *handle,
				 struct motet_session *session)
{
	struct motet_group *group = handle->group;

	lockdep_assert_held(&group->mutex);
	if (session->member)
		trace_motet_session_end(&group->object.id,
					&session->member->port->id,
					session->number);
	motet_session_unbind(session);
	rb_erase(&session->node, &handle->sessions);
	handle->session_count--;
	group->session_count--;
	session->ended = true;
	if (!session->sending)
		kfree(session);
}

/**
 * motet_session_begin() - find or make a session, to send a message in it
 * @handle: whose session
 * @number: its number
 *
 * Context: may sleep; under the group's mutex.
 * Return: the session, for motet_session_sent(); or ERR_PTR() of -EDQUOT or
 * -ENOMEM.
 */
struct motet_session *motet_session_begin(struct motet_group_handle *handle,
					  u64 number)
{
	struct motet_session *session = motet_session_find(handle, number);

	if (!session) {
		if (handle->session_count >=
		    READ_ONCE(motet_handle_sessions_max))
			return ERR_PTR(-EDQUOT);
		session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
		if (!session)
			return ERR_PTR(-ENOMEM);
		session->number = number;
		INIT_LIST_HEAD(&session->link);
		motet_session_add(handle, session);
	}
	session->sending++;
	return session;
}

/**
 * motet_session_bind() - let a session stay with a member
 * @session: a session that has none, or another; the group's mutex is held
 * @member: the member
 */
void motet_session_bind(struct motet_session *session,
			struct motet_member *member)
{
	lockdep_assert_held(&member->group->mutex);
	if (session->member == member)
		return;
	motet_session_unbind(session);
	session->member = member;
	session->settled = false;
	WRITE_ONCE(member->session_count, member->session_count + 1);
	list_add_tail(&session->link, &member->sessions);
	trace_motet_session_begin(&member->group->object.id, &member->port->id,
				  session->number);
}

/**
 * motet_session_sent() - a message was sent in a session, or was not
 * @handle: whose session
 * @session: as motet_session_begin() returned it
 * @sent: it was; else a session that is new was none, and one that was bound to
 *	another member for it is not
 *
 * Context: may sleep; under the group's mutex.
 */
void motet_session_sent(struct motet_group_handle *handle,
			struct motet_session *session, bool sent)
{
	lockdep_assert_held(&handle->group->mutex);
	session->sending--;
	session->begun |= sent;
	session->settled |= sent;
	if (session->sending)
		return;
	if (session->ended)
		kfree(session);
	else if (!session->begun)
		motet_session_remove(handle, session);
	else if (!session->settled)
		motet_session_unbind(session);
}

/**
 * motet_session_end() - a session is over
 * @handle: whose session
 * @number: its number
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int motet_session_end(struct motet_group_handle *handle, u64 number)
{
	struct motet_group *group = handle->group;
	struct motet_session *session;

	mutex_lock(&group->mutex);
	session = motet_session_find(handle, number);
	if (session)
		motet_session_remove(handle, session);
	mutex_unlock(&group->mutex);
	if (!session)
		return -ENOENT;
	motet_group_wake(group, NULL);
	return 0;
}

/**
 * motet_sessions_leave() - a member leaves: its sessions have none
 * @member: the member; the group's mutex is held
 *
 * Context: may sleep.
 */
void motet_sessions_leave(struct motet_member *member)
{
	struct motet_session *session, *next;

	lockdep_assert_held(&member->group->mutex);
	list_for_each_entry_safe(session, next, &member->sessions, link) {
		motet_session_unbind(session);
		cond_resched();
	}
}

/**
 * motet_sessions_close() - a handle is closed, and with it its sessions
 * @handle: the handle
 *
 * Context: may sleep.
 */
void motet_sessions_close(struct motet_group_handle *handle)
{
	struct motet_group *group = handle->group;
	struct rb_node *node;
	bool any = false;

	mutex_lock(&group->mutex);
	while ((node = rb_first(&handle->sessions))) {
		motet_session_remove(handle, rb_entry(node, struct motet_session,
						      node));
		any = true;
		cond_resched();
	}
	mutex_unlock(&group->mutex);
	if (any)
		motet_group_wake(group, NULL);
}
