// SPDX-License-Identifier: GPL-2.0-only
/* Showing groups and their members. */

#include <net/genetlink.h>
#include <net/sock.h>

#include "domain.h"
#include "group_view.h"
#include "netlink_internal.h"
#include "notify.h"

/**
 * motet_nl_group_get_doit() - show one group
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: as motet_netlink_get().
 */
int motet_nl_group_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return motet_netlink_get(skb, info, &motet_notify_groups);
}

/**
 * motet_nl_group_get_dumpit() - show the groups of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return motet_netlink_dump(skb, cb, &motet_notify_groups);
}

/* The group's owner may track it, and knows its members by that anyway. */
static bool motet_netlink_may_see_member(const struct motet_netlink_asker *asker,
					 const struct motet_group *group,
					 const struct motet_member_view *member)
{
	return motet_netlink_may_see(asker, member->port) ||
	       uid_eq(asker->uid, group->object.uid);
}

static int motet_netlink_fill_member(struct sk_buff *skb,
				     const struct motet_netlink_asker *asker,
				     const struct motet_group *group,
				     const struct motet_member_view *member)
{
	const struct motet_id *id = &group->object.id;

	if (motet_netlink_may_see_member(asker, group, member) &&
	    nla_put(skb, MOTET_A_MEMBER_PORT, sizeof(*id), &member->port->id))
		return -EMSGSIZE;
	if (nla_put(skb, MOTET_A_MEMBER_GROUP, sizeof(*id), id) ||
	    nla_put_u32(skb, MOTET_A_MEMBER_NODE, member->node) ||
	    nla_put_u64_64bit(skb, MOTET_A_MEMBER_LOAD, member->load,
			      MOTET_A_MEMBER_PAD) ||
	    nla_put_u32(skb, MOTET_A_MEMBER_SESSIONS, member->sessions) ||
	    nla_put_u32(skb, MOTET_A_MEMBER_REPORT, member->report) ||
	    (member->stale && nla_put_flag(skb, MOTET_A_MEMBER_STALE)))
		return -EMSGSIZE;
	if (member->work != MOTET_WORK_NONE &&
	    (nla_put_u32(skb, MOTET_A_MEMBER_BUSY,
			 member->work == MOTET_WORK_BUSY) ||
	     nla_put_u64_64bit(skb, MOTET_A_MEMBER_SINCE, member->since,
			       MOTET_A_MEMBER_PAD)))
		return -EMSGSIZE;
	return 0;
}

static int motet_netlink_dump_member(struct sk_buff *skb,
				     struct netlink_callback *cb,
				     const struct motet_netlink_asker *asker,
				     const struct motet_group *group,
				     const struct motet_member_view *member)
{
	void *header = motet_netlink_record(skb, cb,
					    MOTET_CMD_GROUP_MEMBER_GET);
	int err = -EMSGSIZE;

	if (header)
		err = motet_netlink_fill_member(skb, asker, group, member);
	if (!err)
		err = nla_put_u64_64bit(skb, MOTET_A_MEMBER_SEQUENCE,
					group->object.domain->sequence,
					MOTET_A_MEMBER_PAD);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/* The position is the number of the last member that is in the answer. */
static int motet_netlink_dump_members_locked(struct sk_buff *skb,
					     struct netlink_callback *cb,
					     const struct motet_netlink_asker *asker,
					     struct motet_group *group)
{
	unsigned long number = cb->args[0];
	struct motet_member_view member;
	int err;

	lockdep_assert_held(&group->object.domain->mutex);
	while (motet_group_look_next(group, &number, &member)) {
		err = motet_netlink_dump_member(skb, cb, asker, group, &member);
		if (err)
			return skb->len ?: err;
		cb->args[0] = number;
	}
	return skb->len;
}

/* A group that is gone in the middle of a dump has no members any more. */
static int motet_netlink_no_group(const struct netlink_callback *cb,
				  const struct nlattr *id)
{
	if (cb->args[0])
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, id, "no group has this identifier");
	return -ESRCH;
}

/**
 * motet_nl_group_member_get_dumpit() - show the members of a group
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, -EINVAL if no group is named,
 * -ESRCH if there is no such group, -EACCES if it may not be shown, or another
 * negative error.
 */
int motet_nl_group_member_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	const struct nlattr *id = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						  MOTET_A_MEMBER_GROUP);
	struct motet_netlink_asker asker;
	struct motet_object *object;
	int err = -EACCES;

	if (!id) {
		NL_SET_ERR_MSG(cb->extack, "no identifier of a group");
		return -EINVAL;
	}
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	object = motet_domain_find(asker.domain, nla_data(id),
				   MOTET_CLASS_GROUP);
	if (!object)
		return motet_netlink_no_group(cb, id);
	mutex_lock(&asker.domain->mutex);
	if (motet_netlink_may_see(&asker, object))
		err = motet_netlink_dump_members_locked(skb, cb, &asker,
							motet_group_of(object));
	else
		NL_SET_ERR_MSG(cb->extack, "anonymous, and of another user");
	mutex_unlock(&asker.domain->mutex);
	motet_object_put(object);
	return err;
}
