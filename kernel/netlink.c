// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family: control and observation. */

#include <linux/capability.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "domain.h"
#include "netlink.h"
#include "netlink_internal.h"
#include "node.h"
#include "notify.h"
#include "quota.h"

/**
 * motet_netlink_ask() - find out who asks
 * @asker: filled in
 * @request: the request
 * @net: namespace of the socket
 *
 * The user is the one that sent the request. That is its real user: a program
 * with set-user-ID that is made to write to somebody's socket lends it nothing.
 */
void motet_netlink_ask(struct motet_netlink_asker *asker,
		       struct sk_buff *request, const struct net *net)
{
	asker->domain = motet_domain_of(net);
	asker->reader.user_ns = sk_user_ns(NETLINK_CB(request).sk);
	asker->reader.pid_ns = task_active_pid_ns(current);
	asker->uid = NETLINK_CB(request).creds.uid;
	asker->admin = netlink_ns_capable(request, net->user_ns, CAP_NET_ADMIN);
}

/**
 * motet_netlink_ask_admin() - find out who asks for what needs privilege
 * @asker: filled in
 * @request: the request
 * @info: the request
 *
 * Return: 0 or -EPERM.
 */
int motet_netlink_ask_admin(struct motet_netlink_asker *asker,
			    struct sk_buff *request, struct genl_info *info)
{
	motet_netlink_ask(asker, request, genl_info_net(info));
	if (asker->admin)
		return 0;
	GENL_SET_ERR_MSG(info, "needs CAP_NET_ADMIN in the domain");
	return -EPERM;
}

/**
 * motet_netlink_no_attributes() - refuse attributes where there are none
 * @request: the request
 * @extack: where to say so
 *
 * Netlink itself ignores attributes where no policy says what they are. What
 * they ask for, perhaps to purge only something, must not be ignored.
 *
 * Return: 0 or -EINVAL.
 */
int motet_netlink_no_attributes(const struct nlmsghdr *request,
				struct netlink_ext_ack *extack)
{
	if (nlmsg_attrlen(request, GENL_HDRLEN) <= 0)
		return 0;
	NL_SET_ERR_MSG(extack, "takes no attributes");
	return -EINVAL;
}

/**
 * motet_netlink_may_see() - whether an object may be shown
 * @asker: to whom
 * @object: the object
 *
 * Context: under the mutex of the domain.
 * Return: true if it has a name, or is the asker's, or the asker has privilege.
 */
bool motet_netlink_may_see(const struct motet_netlink_asker *asker,
			   const struct motet_object *object)
{
	lockdep_assert_held(&asker->domain->mutex);
	return rcu_access_pointer(object->name) || asker->admin ||
	       uid_eq(asker->uid, object->uid);
}

/**
 * motet_netlink_reply_new() - begin an answer
 * @info: the request
 * @size: room for attributes, bytes
 * @header: out: its header
 *
 * Context: may sleep.
 * Return: the answer, or NULL for want of memory.
 */
struct sk_buff *motet_netlink_reply_new(struct genl_info *info, size_t size,
					void **header)
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

/**
 * motet_netlink_reply() - send a complete answer, or give it up
 * @info: the request
 * @skb: the answer
 * @header: its header
 * @err: why to give it up, or 0
 *
 * Return: 0 or a negative error.
 */
int motet_netlink_reply(struct genl_info *info, struct sk_buff *skb,
			void *header, int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/**
 * motet_netlink_record() - begin a record of a dump
 * @skb: part of the answer
 * @cb: the request
 * @command: of the record
 *
 * Return: its header, or NULL if there is no room for it.
 */
void *motet_netlink_record(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 command)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, &motet_nl_family, NLM_F_MULTI,
			   command);
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
	    nla_put_u32(skb, MOTET_A_DOMAIN_GROUPS, domain->groups) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_LOCKS, domain->locks) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_CHECKPOINTS, domain->checkpoints) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_NAMED_PORTS, domain->named) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_RETAINED_PORTS,
			domain->retained) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_PORTS_MAX, domain->ports_max) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_WATCHES, domain->watches) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_CHANNELS, domain->channels))
		err = -EMSGSIZE;
	mutex_unlock(&domain->mutex);
	return err;
}

static int motet_netlink_fill_nodes(struct sk_buff *skb,
				    struct motet_nodes *nodes)
{
	int err = 0;

	mutex_lock(&nodes->mutex);
	if (nla_put_u32(skb, MOTET_A_DOMAIN_NODES, nodes->count) ||
	    nla_put_u32(skb, MOTET_A_DOMAIN_NODE, nodes->here) ||
	    nla_put_u64_64bit(skb, MOTET_A_DOMAIN_VIEW, nodes->view,
			      MOTET_A_DOMAIN_PAD))
		err = -EMSGSIZE;
	mutex_unlock(&nodes->mutex);
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
	err = motet_netlink_fill_domain(reply, domain);
	if (!err)
		err = motet_netlink_fill_nodes(reply, motet_nodes_of(domain));
	return motet_netlink_reply(info, reply, header, err);
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
 * motet_nl_purge_doit() - remove every object that nobody holds
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
			      MOTET_A_USER_PAD) ||
	    nla_put_u32(skb, MOTET_A_USER_LOCKS,
			used->amount[MOTET_QUOTA_LOCKS]) ||
	    nla_put_u32(skb, MOTET_A_USER_WATCHES,
			used->amount[MOTET_QUOTA_WATCHES]) ||
	    nla_put_u32(skb, MOTET_A_USER_CHANNELS,
			used->amount[MOTET_QUOTA_CHANNELS]) ||
	    nla_put_u32(skb, MOTET_A_USER_CHECKPOINTS,
			used->amount[MOTET_QUOTA_CHECKPOINTS]) ||
	    nla_put_u64_64bit(skb, MOTET_A_USER_CHECKPOINT_BYTES,
			      used->amount[MOTET_QUOTA_CHECKPOINT_BYTES],
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
	[MOTET_NLGRP_MEMBERSHIP] = {
		.name = MOTET_MCGRP_MEMBERSHIP,
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
	err = motet_notify_start(&motet_nl_family, MOTET_NLGRP_OBJECT,
				 MOTET_NLGRP_MEMBERSHIP);
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
