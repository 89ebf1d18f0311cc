// SPDX-License-Identifier: GPL-2.0-only
/* Delivery: how what is sent to a group gets to its members. */

#include <linux/cred.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "deliver_internal.h"
#include "domain.h"
#include "node.h"
#include "message.h"
#include "trace.h"

static struct motet_group_file *motet_group_file_new(void)
{
	struct motet_group_file *file;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return NULL;
	spin_lock_init(&file->lock);
	INIT_LIST_HEAD(&file->calls);
	return file;
}

/* The handle has a reference to the group, and so its end can be waited for. */
static struct motet_group_file *motet_group_file_attach(struct motet_handle *actor,
							struct motet_group *group)
{
	struct motet_group_file *file = motet_group_file_new();
	struct motet_handle *jobs = NULL;
	int err;

	if (!file)
		return ERR_PTR(-ENOMEM);
	if (group->backlog) {
		jobs = motet_port_open(actor, group->backlog,
				       MOTET_ROLE_SENDER);
		if (IS_ERR(jobs)) {
			err = PTR_ERR(jobs);
			goto err_free;
		}
	}
	err = motet_group_attach(&file->handle, actor->actor, group);
	if (err)
		goto err_close_jobs;
	file->jobs = jobs;
	return file;

err_close_jobs:
	if (jobs)
		motet_handle_close(jobs);
err_free:
	kfree(file);
	return ERR_PTR(err);
}

/**
 * motet_group_create() - build a group, to be published next
 * @actor: handle of the actor
 * @arg: what it is to be; checked by the caller
 *
 * Context: may sleep.
 * Return: what its first file is, or ERR_PTR() of -ENOMEM, -EDQUOT or what
 * motet_backlog_new() says. If it is closed without the group being published
 * the group dies.
 */
struct motet_group_file *motet_group_create(struct motet_handle *actor,
					    const struct motet_group_create *arg)
{
	struct motet_group_file *file;
	struct motet_group *group;
	struct motet_port *backlog;
	int err;

	group = motet_group_new(actor->actor, arg);
	if (IS_ERR(group))
		return ERR_CAST(group);
	if (arg->address == MOTET_ADDRESS_WORK) {
		backlog = motet_backlog_new(actor->actor, arg, &group->object);
		if (IS_ERR(backlog)) {
			err = PTR_ERR(backlog);
			goto err_put_group;
		}
		group->backlog = motet_object_get(&backlog->object);
	}
	file = motet_group_file_attach(actor, group);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto err_end_work;
	}
	return file;

err_end_work:
	motet_work_end(group);
err_put_group:
	motet_object_put(&group->object);
	return ERR_PTR(err);
}

/**
 * motet_group_open() - open a group to send to it
 * @actor: handle of the actor that opens it
 * @object: the group; the caller has checked that the actor may
 *
 * Context: may sleep.
 * Return: what the file is, or ERR_PTR() of -ENOMEM, or -ESRCH if it is dead.
 */
struct motet_group_file *motet_group_open(struct motet_handle *actor,
					  struct motet_object *object)
{
	return motet_group_file_attach(actor, motet_group_of(object));
}

/**
 * motet_group_close() - the last reference to the file is gone
 * @file: what it was
 *
 * Context: may sleep.
 */
void motet_group_close(struct motet_group_file *file)
{
	motet_group_calls_end(file);
	if (file->jobs)
		motet_handle_close(file->jobs);
	motet_group_detach(&file->handle);
	kfree(file);
}

/**
 * motet_group_poll() - poll a group
 * @file: what the file is
 * @from: the file
 * @table: where to wait
 *
 * Return: writable if what was refused last would find room now; hang-up if the
 * group is dead.
 */
__poll_t motet_group_poll(struct motet_group_file *file, struct file *from,
			  struct poll_table_struct *table)
{
	struct motet_group *group = file->handle.group;
	__poll_t mask = 0;

	if (file->jobs)
		mask = motet_handle_poll(file->jobs, from, table);
	poll_wait(from, &group->writable, table);
	mutex_lock(&group->mutex);
	if (file->refused && !group->dead &&
	    !motet_pick_has_room(&file->handle, &file->want))
		mask &= ~(EPOLLOUT | EPOLLWRNORM);
	else if (!file->jobs)
		mask = EPOLLOUT | EPOLLWRNORM;
	if (group->dead)
		mask |= EPOLLERR | EPOLLHUP;
	mutex_unlock(&group->mutex);
	return mask;
}

/**
 * motet_deliver_refused() - note what found no room, or that it did
 * @file: by which it was sent; the group's mutex is held
 * @want: what it was
 * @refused: it found none, and did not wait
 */
void motet_deliver_refused(struct motet_group_file *file,
			   const struct motet_want *want, bool refused)
{
	lockdep_assert_held(&file->handle.group->mutex);
	file->refused = refused;
	file->want = *want;
}

/* The own node is 0 to objects, by whichever number it is named. */
static u32 motet_deliver_node(const struct motet_group *group, u32 number)
{
	return number == motet_node_here(group->object.domain) ? 0 : number;
}

/**
 * motet_deliver_want() - find out where a message may go
 * @file: by which it is sent
 * @msg: what to send; its priority and lengths are checked
 * @want: out
 *
 * Return: 0, -EINVAL, or -EMSGSIZE if it is too large for any port.
 */
int motet_deliver_want(struct motet_group_file *file,
		       const struct motet_msg *msg, struct motet_want *want)
{
	struct motet_group *group = file->handle.group;
	u32 address = msg->address ?: group->address;
	bool broadcast = address == MOTET_ADDRESS_BROADCAST;
	bool works = address == MOTET_ADDRESS_WORK;
	struct motet_info info = {};

	if (address > MOTET_ADDRESS_WORK || msg->job_class >= MOTET_JOB_CLASSES)
		return -EINVAL;
	motet_port_limits(&info);
	if (msg->body_len > info.body_max)
		return -EMSGSIZE;
	if (!broadcast && works != !!group->backlog)
		return -EINVAL;
	if (broadcast ?
	    msg->flags & (MOTET_MSG_RETURN | MOTET_MSG_CANCELABLE) :
	    msg->flags & MOTET_MSG_EACH)
		return -EINVAL;
	*want = (struct motet_want) {
		.address = array_index_nospec(address, MOTET_ADDRESS_WORK + 1),
		.node = motet_deliver_node(group, msg->node),
		.uid = current_uid(),
		.priority = msg->priority,
		.bytes = (u64)msg->body_len + msg->annex_len,
		.session = msg->session,
		.each = msg->flags & MOTET_MSG_EACH,
	};
	return 0;
}

/**
 * motet_deliver_address() - note on a message where it comes from and goes to
 * @message: a new message
 * @file: by which it is sent
 */
void motet_deliver_address(struct motet_message *message,
			   struct motet_group_file *file)
{
	struct motet_actor *actor = file->handle.actor;

	message->to = file->handle.group->object.id;
	if (motet_actor_is_current(actor)) {
		message->actor = actor->object.id;
		message->port = actor->default_port->id;
	}
}

/**
 * motet_deliver_deadline() - until when a sender may wait
 * @msg: what it wants to send
 *
 * Return: its deadline, or when the message expires, or 0 for ever.
 */
u64 motet_deliver_deadline(const struct motet_msg *msg)
{
	return min_not_zero(msg->deadline, msg->expires);
}

/* What it adds to the load, until the message is finished or was not sent. */
static void motet_deliver_reserve(struct motet_delivery *delivery,
				  struct motet_member *member)
{
	motet_member_weigh(member, delivery->weight);
	delivery->member = member->number;
	if (delivery->session)
		motet_session_bind(delivery->session, member);
	motet_object_get(member->port);
	motet_actor_get(delivery->file->handle.actor);
	motet_handle_init_transient(delivery->sender,
				    delivery->file->handle.actor,
				    motet_port_of(member->port));
}

/* The next member that may have room; or why there is none. */
static int motet_deliver_pick(struct motet_delivery *delivery,
			      struct motet_pick *pick)
{
	struct motet_group_handle *handle = &delivery->file->handle;
	struct motet_group *group = handle->group;
	struct motet_session *session = NULL;
	struct motet_member *member;

	lockdep_assert_held(&group->mutex);
	if (group->dead)
		return -EOWNERDEAD;
	if (delivery->want.address == MOTET_ADDRESS_STICKY && group->member_count) {
		session = motet_session_begin(handle, delivery->want.session);
		if (IS_ERR(session))
			return PTR_ERR(session);
	}
	member = motet_pick_next(group, &delivery->want, session, pick);
	if (IS_ERR(member)) {
		if (session)
			motet_session_sent(handle, session, false);
		return PTR_ERR(member);
	}
	delivery->session = session;
	motet_deliver_reserve(delivery, member);
	return 0;
}

static void motet_deliver_end(struct motet_delivery *delivery, bool sent)
{
	struct motet_group *group = delivery->file->handle.group;

	if (!delivery->session)
		return;
	mutex_lock(&group->mutex);
	motet_session_sent(&delivery->file->handle, delivery->session, sent);
	mutex_unlock(&group->mutex);
	delivery->session = NULL;
}

/*
 * A session that comes to nothing leaves its place to others. They are woken,
 * since they may have found it taken while there was room.
 */
static void motet_deliver_fail(struct motet_delivery *delivery)
{
	bool session = delivery->session;

	motet_deliver_end(delivery, false);
	if (session)
		motet_group_wake(delivery->file->handle.group, NULL);
}

/**
 * motet_deliver_done() - the handle that a message was sent by is not needed
 * @delivery: its @sender lets its references go
 *
 * Context: may sleep.
 */
void motet_deliver_done(struct motet_delivery *delivery)
{
	motet_object_put(&delivery->sender->port->object);
	motet_actor_put(delivery->sender->actor);
}

static int motet_deliver_build(struct motet_delivery *delivery,
			       const struct motet_msg *msg)
{
	struct motet_group *group = delivery->file->handle.group;
	struct motet_load load = {
		.group = motet_object_get(&group->object),
		.member = delivery->member,
		.weight = delivery->weight,
	};
	struct motet_message *message;

	message = motet_port_send_begin(delivery->sender, msg, true);
	if (IS_ERR(message)) {
		motet_load_end(&load);
		/* without room two would wake each other without end */
		if (message == ERR_PTR(-EAGAIN))
			motet_deliver_end(delivery, false);
		else
			motet_deliver_fail(delivery);
		motet_deliver_done(delivery);
		return PTR_ERR(message);
	}
	motet_deliver_address(message, delivery->file);
	if (msg->flags & MOTET_MSG_CANCELABLE)
		message->id = motet_message_new_id();
	message->load = load;
	delivery->message = message;
	return 0;
}

static void motet_deliver_note(struct motet_delivery *delivery,
			       struct motet_room_wait *wait, int err)
{
	struct motet_group *group = delivery->file->handle.group;
	struct motet_session *session;

	lockdep_assert_held(&group->mutex);
	if (err == -EAGAIN && !wait->told)
		motet_group_tell_full(group, delivery->want.address);
	wait->told |= err == -EAGAIN;
	if (!err || err == -EAGAIN)
		motet_deliver_refused(delivery->file, &delivery->want,
				      err && wait->nonblock);
	if (delivery->want.address != MOTET_ADDRESS_STICKY)
		return;
	session = motet_session_find(&delivery->file->handle,
				     delivery->want.session);
	WRITE_ONCE(wait->only, session && session->member ?
		   session->member->number : 0);
}

/* Tries one member after the other, once. */
static int motet_deliver_try(struct motet_room_wait *wait, void *data)
{
	struct motet_delivery *delivery = data;
	struct motet_group *group = delivery->file->handle.group;
	struct motet_pick pick = {};
	int err;

	do {
		mutex_lock(&group->mutex);
		err = motet_deliver_pick(delivery, &pick);
		motet_deliver_note(delivery, wait, err);
		mutex_unlock(&group->mutex);
		if (err)
			return err;
		err = motet_deliver_build(delivery, wait->msg);
		cond_resched();
	} while ((err == -EAGAIN && !fatal_signal_pending(current)) ||
		 err == -EOWNERDEAD);
	return err;
}

/**
 * motet_deliver_begin() - get room at a member, and build the message
 * @delivery: its @file, @want, @weight and @sender are set; to be committed or
 *	aborted next
 * @msg: what to send; checked
 * @nonblock: do not wait for room
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_SEND says, -ERESTARTSYS for a signal.
 */
int motet_deliver_begin(struct motet_delivery *delivery,
			const struct motet_msg *msg, bool nonblock)
{
	struct motet_room_wait wait = {
		.group = delivery->file->handle.group,
		.msg = msg,
		.want = &delivery->want,
		.nonblock = nonblock,
	};

	return motet_room_wait_for(&wait, motet_deliver_try, delivery);
}

/**
 * motet_deliver_abort() - do not send a message after all
 * @delivery: as motet_deliver_begin() left it; its @sender is still the
 *	caller's, to be let go by motet_deliver_done()
 *
 * Context: may sleep.
 */
void motet_deliver_abort(struct motet_delivery *delivery)
{
	motet_port_send_abort(delivery->sender, delivery->message);
	motet_deliver_fail(delivery);
}

/**
 * motet_deliver_commit() - queue the message
 * @delivery: as motet_deliver_begin() left it; its @sender is still the
 *	caller's, to be let go by motet_deliver_done(), if this fails, too
 *
 * Context: may sleep.
 * Return: 0; -EOWNERDEAD if the member died; -EDQUOT for a call.
 */
int motet_deliver_commit(struct motet_delivery *delivery)
{
	struct motet_group *group = delivery->file->handle.group;
	u64 id = delivery->message->id;
	int err;

	err = motet_port_send_commit(delivery->sender, delivery->message);
	if (err) {
		motet_deliver_fail(delivery);
		return err;
	}
	motet_deliver_end(delivery, true);
	trace_motet_group_deliver(&group->object.id,
				  &delivery->sender->port->object.id, id,
				  delivery->want.address);
	return 0;
}

static struct motet_object *motet_deliver_next(struct motet_group *group,
					       unsigned long *number)
{
	struct motet_object *port = NULL;
	struct motet_member *member;

	mutex_lock(&group->mutex);
	member = xa_find_after(&group->members, number, ULONG_MAX, XA_PRESENT);
	if (member)
		port = motet_object_get(member->port);
	mutex_unlock(&group->mutex);
	return port;
}

/**
 * motet_deliver_cancel() - withdraw a message that is queued
 * @file: by which it was sent
 * @id: which message
 *
 * Context: may sleep.
 * Return: 0, -ENOENT or -EPERM.
 */
int motet_deliver_cancel(struct motet_group_file *file, u64 id)
{
	struct motet_actor *actor = file->handle.actor;
	struct motet_group *group = file->handle.group;
	struct motet_object *port;
	unsigned long number = 0;
	int err = -ENOENT;

	if (!motet_actor_is_current(actor))
		return -EPERM;
	if (file->jobs)
		return motet_port_cancel_message(file->jobs->port, actor, id);
	while (err == -ENOENT && (port = motet_deliver_next(group, &number))) {
		err = motet_port_cancel_message(motet_port_of(port), actor, id);
		motet_object_put(port);
	}
	return err;
}

static const struct motet_group_hooks motet_deliver_hooks = {
	.work = motet_work_dispatch,
	.end = motet_work_end,
};

/**
 * motet_deliver_init() - begin to deliver to groups
 */
void motet_deliver_init(void)
{
	motet_group_init(&motet_deliver_hooks);
}
