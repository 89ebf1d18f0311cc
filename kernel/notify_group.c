// SPDX-License-Identifier: GPL-2.0-only
/* What the record of a group looks like. */

#include <linux/pid.h>
#include <linux/user_namespace.h>
#include <net/netlink.h>

#include <uapi/linux/motet_netlink.h>

#include "domain.h"
#include "group_view.h"
#include "notify.h"
#include "notify_internal.h"
#include "port.h"

/* Attributes that are neither name nor identifier, counted generously. */
#define MOTET_NOTIFY_GROUP_NUMBERS	26

static int motet_notify_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, MOTET_A_GROUP_PAD);
}

static int motet_notify_fill_owner(struct sk_buff *skb,
				   const struct motet_object *object,
				   struct user_namespace *user_ns)
{
	const struct motet_name *name = motet_notify_name(object);
	uid_t uid = from_kuid_munged(user_ns, object->uid);
	gid_t gid = from_kgid_munged(user_ns, object->gid);

	if (nla_put(skb, MOTET_A_GROUP_ID, sizeof(object->id), &object->id) ||
	    (name &&
	     nla_put(skb, MOTET_A_GROUP_NAME, name->len, name->bytes)) ||
	    nla_put_u32(skb, MOTET_A_GROUP_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_GROUP_GID, gid) ||
	    nla_put_u32(skb, MOTET_A_GROUP_MODE, object->mode) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_RETENTION,
				 object->retention))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_members(struct sk_buff *skb,
				     const struct motet_group_view *view)
{
	if (nla_put_u32(skb, MOTET_A_GROUP_ADDRESS, view->address) ||
	    nla_put_u32(skb, MOTET_A_GROUP_MEMBERS, view->members) ||
	    nla_put_u32(skb, MOTET_A_GROUP_SESSIONS, view->sessions) ||
	    nla_put_u32(skb, MOTET_A_GROUP_SESSIONS_MAX, view->sessions_max) ||
	    nla_put_u32(skb, MOTET_A_GROUP_TRACKERS, view->trackers) ||
	    nla_put_u32(skb, MOTET_A_GROUP_HANDLES, view->handles) ||
	    (view->retained && nla_put_flag(skb, MOTET_A_GROUP_RETAINED)))
		return -EMSGSIZE;
	return 0;
}

/* Only of a work group. */
static int motet_notify_fill_work(struct sk_buff *skb,
				  const struct motet_group_view *group)
{
	struct motet_port_view jobs;

	if (!group->backlog)
		return 0;
	motet_port_look(motet_port_of(group->backlog), &jobs);
	put_pid(jobs.pid);
	if (nla_put_u32(skb, MOTET_A_GROUP_IDLE, group->idle) ||
	    nla_put_u32(skb, MOTET_A_GROUP_LEASED, group->leased) ||
	    nla_put_u32(skb, MOTET_A_GROUP_BACKLOG, jobs.messages) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_BACKLOG_BYTES,
				 jobs.bytes) ||
	    nla_put_u32(skb, MOTET_A_GROUP_BACKLOG_MAX, jobs.messages_max) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_BACKLOG_BYTES_MAX,
				 jobs.bytes_max) ||
	    nla_put_u32(skb, MOTET_A_GROUP_SUSPENDED, jobs.stats.suspended) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_SENT, jobs.stats.sent) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_REDELIVERED,
				 jobs.stats.redelivered) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_EXPIRED,
				 jobs.stats.expired) ||
	    motet_notify_put_u64(skb, MOTET_A_GROUP_DEAD_LETTERS,
				 jobs.stats.dead_letters))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_group(struct sk_buff *skb,
				   struct motet_object *object,
				   const struct motet_notify_reader *reader,
				   u64 sequence)
{
	struct motet_group *group = motet_group_of(object);
	struct motet_group_view view;
	int err;

	lockdep_assert_held(&object->domain->mutex);
	motet_group_look(group, &view);
	err = motet_notify_fill_owner(skb, object, reader->user_ns);
	if (!err)
		err = motet_notify_fill_members(skb, &view);
	if (!err)
		err = motet_notify_fill_work(skb, &view);
	if (!err)
		err = motet_notify_put_u64(skb, MOTET_A_GROUP_SEQUENCE,
					   sequence);
	return err;
}

const struct motet_notify_kind motet_notify_groups = {
	.class = MOTET_CLASS_GROUP,
	.get = MOTET_CMD_GROUP_GET,
	.told[MOTET_EVENT_CREATE] = MOTET_CMD_GROUP_CREATE_NTF,
	.told[MOTET_EVENT_CHANGE] = MOTET_CMD_GROUP_CHANGE_NTF,
	.told[MOTET_EVENT_DELETE] = MOTET_CMD_GROUP_DELETE_NTF,
	.id = MOTET_A_GROUP_ID,
	.name = MOTET_A_GROUP_NAME,
	.ids = 1,
	.numbers = MOTET_NOTIFY_GROUP_NUMBERS,
	.fill = motet_notify_fill_group,
};
