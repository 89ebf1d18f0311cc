// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family: control and observation. */

#include <linux/capability.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "actor.h"
#include "domain.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "notify.h"
#include "port.h"
#include "quota.h"

/**
 * struct motet_netlink_asker - who asks, and where
 * @domain: the domain of the socket [own]
 * @reader: in whose terms to answer [own]
 * @uid: the user that sent the request [own]
 * @admin: may change and see everything in the domain [own]
 */
struct motet_netlink_asker {
	struct motet_domain *domain;
	struct motet_notify_reader reader;
	kuid_t uid;
	bool admin;
};

/**
 * struct motet_netlink_kind - how objects of a class are dumped
 * @class: the class [const]
 * @command: of the records [const]
 * @fill: puts the record of an object into a message; under the mutex of the
 *	domain [const]
 */
struct motet_netlink_kind {
	enum motet_class class;
	u8 command;
	int (*fill)(struct sk_buff *skb, struct motet_object *object,
		    const struct motet_netlink_asker *asker);
};

/*
 * The user is the one that sent the request. That is its real user: a program
 * with set-user-ID that is made to write to somebody's socket lends it nothing.
 */
static void motet_netlink_ask(struct motet_netlink_asker *asker,
			      struct sk_buff *request, const struct net *net)
{
	asker->domain = motet_domain_of(net);
	asker->reader.user_ns = sk_user_ns(NETLINK_CB(request).sk);
	asker->reader.pid_ns = task_active_pid_ns(current);
	asker->uid = NETLINK_CB(request).creds.uid;
	asker->admin = netlink_ns_capable(request, net->user_ns, CAP_NET_ADMIN);
}

static int motet_netlink_ask_admin(struct motet_netlink_asker *asker,
				   struct sk_buff *request,
				   struct genl_info *info)
{
	motet_netlink_ask(asker, request, genl_info_net(info));
	if (asker->admin)
		return 0;
	GENL_SET_ERR_MSG(info, "needs CAP_NET_ADMIN in the domain");
	return -EPERM;
}

/*
 * Netlink itself ignores attributes where no policy says what they are. What
 * they ask for, perhaps to purge only something, must not be ignored.
 */
static int motet_netlink_no_attributes(const struct nlmsghdr *request,
				       struct netlink_ext_ack *extack)
{
	if (nlmsg_attrlen(request, GENL_HDRLEN) <= 0)
		return 0;
	NL_SET_ERR_MSG(extack, "takes no attributes");
	return -EINVAL;
}

static bool motet_netlink_may_see(const struct motet_netlink_asker *asker,
				  const struct motet_object *object)
{
	lockdep_assert_held(&asker->domain->mutex);
	return rcu_access_pointer(object->name) || asker->admin ||
	       uid_eq(asker->uid, object->uid);
}

static struct sk_buff *motet_netlink_reply_new(struct genl_info *info,
					       size_t size, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &motet_nl_family, 0,
				    info->genlhdr->cmd);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/* Sends a complete answer, or gives it up. */
static int motet_netlink_reply(struct genl_info *info, struct sk_buff *skb,
			       void *header, int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static int motet_netlink_fill_domain(struct sk_buff *skb,
				     struct motet_domain *domain)
{
	int err = 0;

	mutex_lock(&domain->mutex);
	if (nla_put_u64_64bit(skb, MOTET_A_DOMAIN_SEQUENCE, domain->sequence,
			      MOTET_A_DOMAIN_PAD) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_ACTORS, domain->actors) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_PORTS, domain->ports) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_NAMED_PORTS, domain->named) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_RETAINED_PORTS,
			domain->retained) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_PORTS_MAX, domain->ports_max))
		err = -EMSGSIZE;
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_nl_domain_get_doit() - show totals and limits of the domain
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -EINVAL with attributes, -ENOMEM.
 */
int motet_nl_domain_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct motet_domain *domain = motet_domain_of(genl_info_net(info));
	struct sk_buff *reply;
	void *header;
	int err;

	err = motet_netlink_no_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	reply = motet_netlink_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	return motet_netlink_reply(info, reply, header,
				   motet_netlink_fill_domain(reply, domain));
}

/**
 * motet_nl_domain_set_doit() - change the limits of the domain
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -EPERM without privilege, -EINVAL if there is nothing to change,
 * -ERANGE beyond what a domain may be given.
 */
int motet_nl_domain_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MOTET_A_DOMAIN_PORTS_MAX];
	struct motet_netlink_asker asker;
	u32 ports_max;
	int err;

	err = motet_netlink_ask_admin(&asker, skb, info);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, MOTET_A_DOMAIN_PORTS_MAX)) {
		GENL_SET_ERR_MSG(info, "no limit to change");
		return -EINVAL;
	}
	ports_max = nla_get_u32(attr);
	if (ports_max > motet_domain_ports_limit()) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "more than the module's domain_ports_max");
		return -ERANGE;
	}
	mutex_lock(&asker.domain->mutex);
	asker.domain->ports_max = ports_max;
	mutex_unlock(&asker.domain->mutex);
	return 0;
}

/**
 * motet_nl_purge_doit() - remove every port that nobody holds
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, or -EPERM without privilege, -EINVAL with attributes, -ENOMEM;
 * nothing is removed then.
 */
int motet_nl_purge_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct motet_netlink_asker asker;
	struct sk_buff *reply;
	void *header;
	int err;

	err = motet_netlink_ask_admin(&asker, skb, info);
	if (!err)
		err = motet_netlink_no_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	reply = motet_netlink_reply_new(info, nla_total_size(sizeof(u32)),
					&header);
	if (!reply)
		return -ENOMEM;
	err = nla_put_u32(reply, MOTET_A_DOMAIN_PURGED,
			  motet_domain_purge(asker.domain));
	return motet_netlink_reply(info, reply, header, err);
}

static int motet_netlink_fill_port(struct sk_buff *skb,
				   struct motet_object *object,
				   const struct motet_netlink_asker *asker)
{
	return motet_notify_fill_port(skb, motet_port_of(object),
				      &asker->reader, asker->domain->sequence);
}

static int motet_netlink_fill_actor(struct sk_buff *skb,
				    struct motet_object *object,
				    const struct motet_netlink_asker *asker)
{
	struct motet_actor *actor = motet_actor_of(object);
	struct motet_id *port = &actor->default_port->id;
	u32 pid = pid_nr_ns(actor->pid, asker->reader.pid_ns);
	u32 uid = from_kuid_munged(asker->reader.user_ns, object->uid);
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
	    nla_put_u64_64bit(skb, MOTET_A_ACTOR_SEQUENCE,
			      asker->domain->sequence, MOTET_A_ACTOR_PAD))
		return -EMSGSIZE;
	return 0;
}

static const struct motet_netlink_kind motet_netlink_ports = {
	.class = MOTET_CLASS_PORT,
	.command = MOTET_CMD_PORT_GET,
	.fill = motet_netlink_fill_port,
};

static const struct motet_netlink_kind motet_netlink_actors = {
	.class = MOTET_CLASS_ACTOR,
	.command = MOTET_CMD_ACTOR_GET,
	.fill = motet_netlink_fill_actor,
};

static void *motet_netlink_record(struct sk_buff *skb,
				  struct netlink_callback *cb, u8 command)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, &motet_nl_family, NLM_F_MULTI,
			   command);
}

/* A record is complete, or not there. */
static int motet_netlink_dump_one(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  const struct motet_netlink_kind *kind,
				  struct motet_object *object,
				  const struct motet_netlink_asker *asker)
{
	void *header;
	int err = 0;

	mutex_lock(&asker->domain->mutex);
	if (!object->published || !motet_netlink_may_see(asker, object))
		goto out_unlock;
	header = motet_netlink_record(skb, cb, kind->command);
	err = header ? kind->fill(skb, object, asker) : -EMSGSIZE;
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
out_unlock:
	mutex_unlock(&asker->domain->mutex);
	return err;
}

/* The position is the serial number of the last object that was dealt with. */
static int motet_netlink_dump(struct sk_buff *skb, struct netlink_callback *cb,
			      const struct motet_netlink_kind *kind)
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
	return motet_netlink_dump(skb, cb, &motet_netlink_ports);
}

static int motet_netlink_no_port(struct genl_info *info)
{
	if (info->attrs[MOTET_A_PORT_ID]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[MOTET_A_PORT_ID],
				    "no port has this identifier");
		return -ESRCH;
	}
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[MOTET_A_PORT_NAME],
			    "no port has this name");
	return -ENOENT;
}

static struct motet_object *motet_netlink_find_name(struct motet_domain *domain,
						    struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[MOTET_A_PORT_NAME];
	struct motet_object *object;
	struct motet_name *name;

	name = motet_name_new_kernel(nla_data(attr), nla_len(attr));
	if (IS_ERR(name)) {
		if (PTR_ERR(name) == -EINVAL)
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "not a name");
		return ERR_CAST(name);
	}
	object = motet_domain_find_name(domain, name, MOTET_CLASS_PORT);
	kfree(name);
	return object ?: ERR_PTR(motet_netlink_no_port(info));
}

static struct motet_object *motet_netlink_find_port(struct motet_domain *domain,
						    struct genl_info *info)
{
	struct motet_object *object;

	if (info->attrs[MOTET_A_PORT_ID]) {
		object = motet_domain_find(domain,
					   nla_data(info->attrs[MOTET_A_PORT_ID]),
					   MOTET_CLASS_PORT);
		return object ?: ERR_PTR(motet_netlink_no_port(info));
	}
	if (info->attrs[MOTET_A_PORT_NAME])
		return motet_netlink_find_name(domain, info);
	GENL_SET_ERR_MSG(info, "neither an identifier nor a name");
	return ERR_PTR(-EINVAL);
}

static int motet_netlink_show_port_locked(struct motet_object *object,
					  const struct motet_netlink_asker *asker,
					  struct genl_info *info,
					  struct sk_buff **reply)
{
	void *header;
	size_t size;
	int err;

	lockdep_assert_held(&asker->domain->mutex);
	if (!object->published)
		return motet_netlink_no_port(info);
	if (!motet_netlink_may_see(asker, object)) {
		GENL_SET_ERR_MSG(info, "an anonymous port of another user");
		return -EACCES;
	}
	size = motet_notify_port_size(motet_port_of(object));
	*reply = motet_netlink_reply_new(info, size, &header);
	if (!*reply)
		return -ENOMEM;
	err = motet_netlink_fill_port(*reply, object, asker);
	if (err)
		nlmsg_free(*reply);
	else
		genlmsg_end(*reply, header);
	return err;
}

/**
 * motet_nl_port_get_doit() - show one port
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if no port has the identifier, -ENOENT if none has the
 * name, -EACCES if it may not be shown, -EINVAL, -ENOMEM.
 */
int motet_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct motet_netlink_asker asker;
	struct motet_object *object;
	struct sk_buff *reply;
	int err;

	motet_netlink_ask(&asker, skb, genl_info_net(info));
	object = motet_netlink_find_port(asker.domain, info);
	if (IS_ERR(object))
		return PTR_ERR(object);
	mutex_lock(&asker.domain->mutex);
	err = motet_netlink_show_port_locked(object, &asker, info, &reply);
	mutex_unlock(&asker.domain->mutex);
	motet_object_put(object);
	return err ?: genlmsg_reply(reply, info);
}

static int motet_netlink_dump_user(struct sk_buff *skb,
				   struct netlink_callback *cb, uid_t uid,
				   const struct motet_charge *used)
{
	void *header = motet_netlink_record(skb, cb, MOTET_CMD_USER_GET);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, MOTET_A_USER_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_USER_ACTORS,
			used->amount[MOTET_QUOTA_ACTORS]) ||
	    nla_put_u32(skb, MOTET_A_USER_PORTS,
			used->amount[MOTET_QUOTA_PORTS]) ||
	    nla_put_u64_64bit(skb, MOTET_A_USER_BYTES,
			      used->amount[MOTET_QUOTA_BYTES],
			      MOTET_A_USER_PAD)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * motet_nl_user_get_dumpit() - show what is charged to users
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Users without a number in the reader's user namespace are not shown.
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_user_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	/* one more than the last uid, so that 0 is the beginning */
	unsigned long next = cb->args[0];
	struct motet_netlink_asker asker;
	struct motet_charge used;
	kuid_t kuid;
	uid_t uid;
	int err;

	err = motet_netlink_no_attributes(cb->nlh, cb->extack);
	if (err)
		return err;
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	while (motet_quota_next((s64)next - 1, &kuid, &used)) {
		next = (unsigned long)__kuid_val(kuid) + 1;
		uid = from_kuid(asker.reader.user_ns, kuid);
		if (uid != (uid_t)-1 &&
		    (asker.admin || uid_eq(kuid, asker.uid))) {
			err = motet_netlink_dump_user(skb, cb, uid, &used);
			if (err)
				return skb->len ?: err;
		}
		cb->args[0] = next;
		cond_resched();
	}
	return skb->len;
}

/* The generator of the tables can't say who may listen. */
static const struct genl_multicast_group motet_netlink_groups[] = {
	[MOTET_NLGRP_OBJECT] = {
		.name = MOTET_MCGRP_OBJECT,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/**
 * motet_netlink_init() - register the family, and begin to tell its listeners
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int __init motet_netlink_init(void)
{
	int err;

	motet_nl_family.mcgrps = motet_netlink_groups;
	motet_nl_family.n_mcgrps = ARRAY_SIZE(motet_netlink_groups);
	err = genl_register_family(&motet_nl_family);
	if (err)
		return err;
	err = motet_notify_start(&motet_nl_family, MOTET_NLGRP_OBJECT);
	if (err)
		genl_unregister_family(&motet_nl_family);
	return err;
}

/**
 * motet_netlink_exit() - the other way round
 *
 * Context: may sleep.
 */
void motet_netlink_exit(void)
{
	motet_notify_stop();
	genl_unregister_family(&motet_nl_family);
}
