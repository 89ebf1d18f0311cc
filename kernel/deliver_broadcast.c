// SPDX-License-Identifier: GPL-2.0-only
/* To all members of a group. */

#include <linux/cred.h>

#include "deliver_internal.h"
#include "message.h"
#include "trace.h"

/**
 * struct motet_broadcast - a message on its way to all members
 * @file: by which it is sent [own]
 * @want: what it is [own]
 * @weight: what it adds to the load of each member [own]
 * @message: the original, which is in no queue [own]
 * @full: number of the member that has no room [own]
 * @delivered: how many members got it [own]
 */
struct motet_broadcast {
	struct motet_group_file *file;
	const struct motet_want *want;
	u32 weight;
	struct motet_message *message;
	unsigned long full;
	u32 delivered;
};

/* Room for one message, or why there is none. */
static int motet_broadcast_reserve(struct motet_broadcast *broadcast,
				   struct motet_member *member,
				   struct motet_share **share)
{
	const struct motet_want *want = broadcast->want;
	const struct motet_wait now = { .nonblock = true };
	int err;

	*share = motet_share_get(member->queue, current_uid());
	if (!*share)
		return -ENOMEM;
	err = motet_queue_reserve(member->queue, *share, want->priority,
				  want->bytes, &now);
	/* the room that it holds keeps it */
	motet_share_put(member->queue, *share);
	return err;
}

static int motet_broadcast_prepare(struct motet_broadcast *broadcast,
				   struct motet_member *member)
{
	struct motet_group *group = member->group;
	struct motet_message *copy;
	struct motet_share *share;
	int err;

	err = motet_broadcast_reserve(broadcast, member, &share);
	if (err)
		return err;
	copy = motet_message_clone(broadcast->message);
	if (!copy) {
		motet_queue_unreserve(member->queue, share,
				      broadcast->want->priority,
				      broadcast->want->bytes);
		return -ENOMEM;
	}
	copy->share = share;
	copy->load.group = motet_object_get(&group->object);
	copy->load.member = member->number;
	copy->load.weight = broadcast->weight;
	motet_member_weigh(member, broadcast->weight);
	member->pending = copy;
	return 0;
}

static void motet_broadcast_undo(struct motet_group *group)
{
	struct motet_message *copy;
	struct motet_member *member;
	unsigned long number;

	lockdep_assert_held(&group->mutex);
	xa_for_each(&group->members, number, member) {
		copy = member->pending;
		member->pending = NULL;
		if (copy)
			motet_port_finish(motet_port_of(member->port), copy);
	}
}

/* Whether what one member says ends it for all. */
static bool motet_broadcast_fails(struct motet_broadcast *broadcast, int err)
{
	if (!err || err == -EOWNERDEAD)
		return false;
	return !broadcast->want->each || err == -ENOMEM;
}

/* All, or nothing; or each that has room, if there is one. */
static int motet_broadcast_prepare_all(struct motet_broadcast *broadcast)
{
	struct motet_group *group = broadcast->file->handle.group;
	int err, why = -EHOSTUNREACH;
	struct motet_member *member;
	unsigned long number;
	bool any = false;

	lockdep_assert_held(&group->mutex);
	broadcast->full = 0;
	xa_for_each(&group->members, number, member) {
		err = motet_broadcast_prepare(broadcast, member);
		any |= !err;
		if (err == -EAGAIN && !broadcast->want->each)
			broadcast->full = number;
		if (err && err != -EOWNERDEAD)
			why = why == -EAGAIN ? why : err;
		if (motet_broadcast_fails(broadcast, err)) {
			motet_broadcast_undo(group);
			return err;
		}
	}
	return any ? 0 : why;
}

/* One order for all: what is queued at one before is queued at all before. */
static u32 motet_broadcast_commit_all(struct motet_group *group)
{
	struct motet_message *copy;
	struct motet_member *member;
	unsigned long number;
	struct motet_port *port;
	u32 delivered = 0;

	lockdep_assert_held(&group->mutex);
	xa_for_each(&group->members, number, member) {
		copy = member->pending;
		member->pending = NULL;
		if (!copy)
			continue;
		port = motet_port_of(member->port);
		copy->id = atomic64_inc_return(&port->last_id);
		trace_motet_group_deliver(&group->object.id, &member->port->id,
					  copy->id, MOTET_ADDRESS_BROADCAST);
		if (motet_port_queue_message(port, copy))
			motet_port_finish(port, copy);
		else
			delivered++;
	}
	return delivered;
}

static int motet_broadcast_try_locked(struct motet_broadcast *broadcast)
{
	struct motet_group *group = broadcast->file->handle.group;
	int err;

	lockdep_assert_held(&group->mutex);
	if (group->dead)
		return -EOWNERDEAD;
	err = motet_broadcast_prepare_all(broadcast);
	if (err)
		return err;
	broadcast->delivered = motet_broadcast_commit_all(group);
	/* they have died in between */
	return broadcast->delivered ? 0 : -EHOSTUNREACH;
}

/* The message is built for each try: who waits holds no copy. */
static int motet_broadcast_try(struct motet_room_wait *wait, void *data)
{
	struct motet_broadcast *broadcast = data;
	struct motet_group *group = broadcast->file->handle.group;
	int err;

	/* in each look: it may have waited until then */
	if (motet_has_expired(motet_monotonic_from_user(wait->msg->expires)))
		return -ETIMEDOUT;
	broadcast->message = motet_message_new(wait->msg);
	if (IS_ERR(broadcast->message))
		return PTR_ERR(broadcast->message);
	motet_deliver_address(broadcast->message, broadcast->file);
	mutex_lock(&group->mutex);
	err = motet_broadcast_try_locked(broadcast);
	if (err == -EAGAIN && !wait->told) {
		motet_group_tell_full(group, MOTET_ADDRESS_BROADCAST);
		wait->told = true;
	}
	if (!err || err == -EAGAIN)
		motet_deliver_refused(broadcast->file, broadcast->want,
				      err && wait->nonblock);
	WRITE_ONCE(wait->only, broadcast->full);
	mutex_unlock(&group->mutex);
	motet_message_free(broadcast->message);
	return err;
}

/**
 * motet_deliver_broadcast() - send to all members
 * @file: by which it is sent
 * @want: what it is
 * @msg: what to send; checked
 * @nonblock: do not wait for room
 * @delivered: out: how many members got it
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_SEND says, -ERESTARTSYS for a signal.
 */
int motet_deliver_broadcast(struct motet_group_file *file,
			    const struct motet_want *want,
			    const struct motet_msg *msg, bool nonblock,
			    u32 *delivered)
{
	struct motet_broadcast broadcast = {
		.file = file,
		.want = want,
		.weight = msg->weight ?: 1,
	};
	struct motet_room_wait wait = {
		.group = file->handle.group,
		.msg = msg,
		.want = want,
		.nonblock = nonblock,
	};
	int err;

	err = motet_room_wait_for(&wait, motet_broadcast_try, &broadcast);
	*delivered = broadcast.delivered;
	return err;
}
