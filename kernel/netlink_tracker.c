// SPDX-License-Identifier: GPL-2.0-only
/* Showing which ports are told of what becomes of an object. */

#include <net/genetlink.h>
#include <net/sock.h>

#include "checkpoint.h"
#include "domain.h"
#include "group_view.h"
#include "netlink_internal.h"

/**
 * struct motet_netlink_tracked - a class of objects that ports can track
 * @class: the class [const]
 * @look: the tracker with this index, which stays one as long as the mutex of
 *	the domain is held; or NULL [const]
 */
struct motet_netlink_tracked {
	enum motet_class class;
	const struct motet_object *(*look)(struct motet_object *object,
					   unsigned int index);
};

static const struct motet_object *
motet_netlink_look_group_tracker(struct motet_object *object,
				 unsigned int index)
{
	return motet_group_look_tracker(motet_group_of(object), index);
}

static const struct motet_object *
motet_netlink_look_checkpoint_tracker(struct motet_object *object,
				      unsigned int index)
{
	return motet_checkpoint_look_tracker(motet_checkpoint_of(object),
					     index);
}

static const struct motet_netlink_tracked motet_netlink_tracked[] = {
	{ MOTET_CLASS_GROUP, motet_netlink_look_group_tracker },
	{ MOTET_CLASS_CHECKPOINT, motet_netlink_look_checkpoint_tracker },
};

/* As with members: the owner of what is tracked knows of it anyway. */
static int motet_netlink_fill_tracker(struct sk_buff *skb,
				      const struct motet_netlink_asker *asker,
				      const struct motet_object *object,
				      const struct motet_object *port)
{
	bool may_see = motet_netlink_may_see(asker, port) ||
		       uid_eq(asker->uid, object->uid);

	if (nla_put(skb, MOTET_A_TRACKER_OBJECT, sizeof(object->id),
		    &object->id) ||
	    (may_see && nla_put(skb, MOTET_A_TRACKER_PORT, sizeof(port->id),
				&port->id)) ||
	    nla_put_u64_64bit(skb, MOTET_A_TRACKER_SEQUENCE,
			      asker->domain->sequence, MOTET_A_TRACKER_PAD))
		return -EMSGSIZE;
	return 0;
}

static int motet_netlink_dump_tracker(struct sk_buff *skb,
				      struct netlink_callback *cb,
				      const struct motet_netlink_asker *asker,
				      const struct motet_object *object,
				      const struct motet_object *port)
{
	void *header = motet_netlink_record(skb, cb, MOTET_CMD_TRACKER_GET);
	int err = -EMSGSIZE;

	if (header)
		err = motet_netlink_fill_tracker(skb, asker, object, port);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/* The position is how many are in the answer. */
static int
motet_netlink_dump_trackers_locked(struct sk_buff *skb,
				   struct netlink_callback *cb,
				   const struct motet_netlink_asker *asker,
				   const struct motet_netlink_tracked *tracked,
				   struct motet_object *object)
{
	const struct motet_object *port;
	int err;

	lockdep_assert_held(&object->domain->mutex);
	if (!motet_netlink_may_see(asker, object)) {
		NL_SET_ERR_MSG(cb->extack, "anonymous, and of another user");
		return -EACCES;
	}
	while ((port = tracked->look(object, cb->args[0]))) {
		err = motet_netlink_dump_tracker(skb, cb, asker, object, port);
		if (err)
			return skb->len ?: err;
		cb->args[0]++;
	}
	return skb->len;
}

static struct motet_object *
motet_netlink_find_tracked(struct motet_domain *domain, const struct nlattr *id,
			   const struct motet_netlink_tracked **tracked)
{
	struct motet_object *object = NULL;
	unsigned int i;

	for (i = 0; !object && i < ARRAY_SIZE(motet_netlink_tracked); i++) {
		*tracked = &motet_netlink_tracked[i];
		object = motet_domain_find(domain, nla_data(id),
					   (*tracked)->class);
	}
	return object;
}

/**
 * motet_nl_tracker_get_dumpit() - show the ports that track an object
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Trackers that come and go between the parts of the answer may be missing, or
 * twice.
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, -EINVAL if no object is named,
 * -ESRCH if there is no such object, or none that can be tracked, -EACCES if it
 * may not be shown, or another negative error.
 */
int motet_nl_tracker_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	const struct nlattr *id = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						  MOTET_A_TRACKER_OBJECT);
	const struct motet_netlink_tracked *tracked;
	struct motet_netlink_asker asker;
	struct motet_object *object;
	int err;

	if (!id) {
		NL_SET_ERR_MSG(cb->extack, "no identifier of an object");
		return -EINVAL;
	}
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	object = motet_netlink_find_tracked(asker.domain, id, &tracked);
	if (!object) {
		/* gone in the middle of a dump it is tracked no more */
		if (cb->args[0])
			return 0;
		NL_SET_ERR_MSG_ATTR(cb->extack, id,
				    "no group or checkpoint has this identifier");
		return -ESRCH;
	}
	mutex_lock(&asker.domain->mutex);
	err = motet_netlink_dump_trackers_locked(skb, cb, &asker, tracked,
						 object);
	mutex_unlock(&asker.domain->mutex);
	motet_object_put(object);
	return err;
}
