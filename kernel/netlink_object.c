// SPDX-License-Identifier: GPL-2.0-only
/* Showing objects: one, or all of a class. */

#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "actor.h"
#include "domain.h"
#include "netlink_internal.h"
#include "notify.h"
#include "port.h"

static int motet_netlink_fill_actor(struct sk_buff *skb,
				    struct motet_object *object,
				    const struct motet_notify_reader *reader,
				    u64 sequence)
{
	struct motet_actor *actor = motet_actor_of(object);
	struct motet_id *port = &actor->default_port->id;
	u32 pid = pid_nr_ns(actor->interest.pid, reader->pid_ns);
	u32 uid = from_kuid_munged(reader->user_ns, object->uid);
	u32 held;

	spin_lock(&actor->lock);
	held = actor->held_count;
	spin_unlock(&actor->lock);
	if (nla_put(skb, MOTET_A_ACTOR_ID, sizeof(object->id), &object->id) ||
	    nla_put(skb, MOTET_A_ACTOR_PORT, sizeof(*port), port) ||
	    nla_put_u32(skb, MOTET_A_ACTOR_PID, pid) ||
	    nla_put_u32(skb, MOTET_A_ACTOR_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_ACTOR_PORTS, held) ||
	    (motet_actor_is_dead(actor) &&
	     nla_put_flag(skb, MOTET_A_ACTOR_DEAD)) ||
	    nla_put_u64_64bit(skb, MOTET_A_ACTOR_SEQUENCE, sequence,
			      MOTET_A_ACTOR_PAD))
		return -EMSGSIZE;
	return 0;
}

static const struct motet_notify_kind motet_netlink_actors = {
	.class = MOTET_CLASS_ACTOR,
	.get = MOTET_CMD_ACTOR_GET,
	.fill = motet_netlink_fill_actor,
};

/* A record is complete, or not there. */
static int motet_netlink_dump_one(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  const struct motet_notify_kind *kind,
				  struct motet_object *object,
				  const struct motet_netlink_asker *asker)
{
	void *header;
	int err = 0;

	mutex_lock(&asker->domain->mutex);
	if (!object->published || !motet_netlink_may_see(asker, object))
		goto out_unlock;
	header = motet_netlink_record(skb, cb, kind->get);
	err = header ? kind->fill(skb, object, &asker->reader,
				  asker->domain->sequence) : -EMSGSIZE;
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
out_unlock:
	mutex_unlock(&asker->domain->mutex);
	return err;
}

/**
 * motet_netlink_dump() - show the objects of a class
 * @skb: part of the answer
 * @cb: the request, and how far it came: the serial number of the last object
 *	that was dealt with
 * @kind: which objects, and how
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_netlink_dump(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct motet_notify_kind *kind)
{
	struct motet_netlink_asker asker;
	unsigned long serial = cb->args[0];
	struct motet_object *object;
	int err;

	err = motet_netlink_no_attributes(cb->nlh, cb->extack);
	if (err)
		return err;
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	while ((object = motet_domain_next(asker.domain, kind->class,
					   &serial))) {
		err = motet_netlink_dump_one(skb, cb, kind, object, &asker);
		motet_object_put(object);
		if (err)
			return skb->len ?: err;
		cb->args[0] = serial;
		cond_resched();
	}
	return skb->len;
}

/**
 * motet_nl_actor_get_dumpit() - show the actors of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_actor_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return motet_netlink_dump(skb, cb, &motet_netlink_actors);
}

/**
 * motet_nl_port_get_dumpit() - show the ports of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return motet_netlink_dump(skb, cb, &motet_notify_ports);
}

static int motet_netlink_none(struct genl_info *info,
			      const struct motet_notify_kind *kind)
{
	if (info->attrs[kind->id]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[kind->id],
				    "nothing has this identifier");
		return -ESRCH;
	}
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[kind->name],
			    "nothing has this name");
	return -ENOENT;
}

static struct motet_object *
motet_netlink_find_name(struct motet_domain *domain, struct genl_info *info,
			const struct motet_notify_kind *kind)
{
	const struct nlattr *attr = info->attrs[kind->name];
	struct motet_object *object;
	struct motet_name *name;

	name = motet_name_new_kernel(nla_data(attr), nla_len(attr));
	if (IS_ERR(name)) {
		if (PTR_ERR(name) == -EINVAL)
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "not a name");
		return ERR_CAST(name);
	}
	object = motet_domain_find_name(domain, name, kind->class);
	kfree(name);
	return object ?: ERR_PTR(motet_netlink_none(info, kind));
}

/**
 * motet_netlink_find() - find the object that a request is about
 * @domain: where
 * @info: the request
 * @kind: of which class
 *
 * Return: the object with a reference; or ERR_PTR() of -ESRCH if none has the
 * identifier, -ENOENT if none has the name, -EINVAL, -ENOMEM.
 */
struct motet_object *
motet_netlink_find(struct motet_domain *domain, struct genl_info *info,
		   const struct motet_notify_kind *kind)
{
	const struct nlattr *id = info->attrs[kind->id];
	struct motet_object *object;

	if (id) {
		object = motet_domain_find(domain, nla_data(id), kind->class);
		return object ?: ERR_PTR(motet_netlink_none(info, kind));
	}
	if (info->attrs[kind->name])
		return motet_netlink_find_name(domain, info, kind);
	GENL_SET_ERR_MSG(info, "neither an identifier nor a name");
	return ERR_PTR(-EINVAL);
}

static int motet_netlink_show_locked(struct motet_object *object,
				     const struct motet_netlink_asker *asker,
				     const struct motet_notify_kind *kind,
				     struct genl_info *info,
				     struct sk_buff **reply)
{
	void *header;
	int err;

	lockdep_assert_held(&asker->domain->mutex);
	if (!object->published)
		return motet_netlink_none(info, kind);
	if (!motet_netlink_may_see(asker, object)) {
		GENL_SET_ERR_MSG(info, "anonymous, and of another user");
		return -EACCES;
	}
	*reply = motet_netlink_reply_new(info, motet_notify_size(kind, object), &header);
	if (!*reply)
		return -ENOMEM;
	err = kind->fill(*reply, object, &asker->reader,
			 asker->domain->sequence);
	if (err)
		nlmsg_free(*reply);
	else
		genlmsg_end(*reply, header);
	return err;
}

/**
 * motet_netlink_get() - show one object
 * @skb: the request
 * @info: the request
 * @kind: of which class, and how
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if no object has the identifier, -ENOENT if none has the
 * name, -EACCES if it may not be shown, -EINVAL, -ENOMEM.
 */
int motet_netlink_get(struct sk_buff *skb, struct genl_info *info,
		      const struct motet_notify_kind *kind)
{
	struct motet_netlink_asker asker;
	struct motet_object *object;
	struct sk_buff *reply;
	int err;

	motet_netlink_ask(&asker, skb, genl_info_net(info));
	object = motet_netlink_find(asker.domain, info, kind);
	if (IS_ERR(object))
		return PTR_ERR(object);
	mutex_lock(&asker.domain->mutex);
	err = motet_netlink_show_locked(object, &asker, kind, info, &reply);
	mutex_unlock(&asker.domain->mutex);
	motet_object_put(object);
	return err ?: genlmsg_reply(reply, info);
}

/**
 * motet_nl_port_get_doit() - show one port
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: as motet_netlink_get().
 */
int motet_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return motet_netlink_get(skb, info, &motet_notify_ports);
}
