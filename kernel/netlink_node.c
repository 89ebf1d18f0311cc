// SPDX-License-Identifier: GPL-2.0-only
/* Showing and setting the nodes of the cluster. */

#include <net/genetlink.h>
#include <net/sock.h>

#include "domain.h"
#include "netlink_internal.h"
#include "node.h"
#include "notify.h"

static int motet_netlink_no_node(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[MOTET_A_NODE_NUMBER],
			    "no node has this number");
	return -ESRCH;
}

static int motet_netlink_show_node_locked(struct motet_nodes *nodes,
					  u32 number, struct genl_info *info,
					  struct sk_buff **reply)
{
	const struct motet_node *node = xa_load(&nodes->table, number);
	void *header;
	int err;

	lockdep_assert_held(&nodes->mutex);
	if (!node)
		return motet_netlink_no_node(info);
	*reply = motet_netlink_reply_new(info, motet_notify_node_size(node),
					 &header);
	if (!*reply)
		return -ENOMEM;
	err = motet_notify_fill_node(*reply, nodes, node);
	if (err)
		nlmsg_free(*reply);
	else
		genlmsg_end(*reply, header);
	return err;
}

/**
 * motet_nl_node_get_doit() - show one node
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if no node has the number, -ENOMEM.
 */
int motet_nl_node_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *number = info->attrs[MOTET_A_NODE_NUMBER];
	struct motet_nodes *nodes;
	struct sk_buff *reply;
	int err;

	nodes = motet_nodes_of(motet_domain_of(genl_info_net(info)));
	mutex_lock(&nodes->mutex);
	err = motet_netlink_show_node_locked(nodes,
					     number ? nla_get_u32(number) :
						      nodes->here,
					     info, &reply);
	mutex_unlock(&nodes->mutex);
	return err ?: genlmsg_reply(reply, info);
}

/* A record is complete, or not there. */
static int motet_netlink_dump_node(struct sk_buff *skb,
				   struct netlink_callback *cb,
				   const struct motet_nodes *nodes,
				   const struct motet_node *node)
{
	void *header = motet_netlink_record(skb, cb, MOTET_CMD_NODE_GET);
	int err;

	err = header ? motet_notify_fill_node(skb, nodes, node) : -EMSGSIZE;
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/**
 * motet_nl_node_get_dumpit() - show all nodes
 * @skb: part of the answer
 * @cb: the request, and how far it came: the number of the last node
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_node_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long number = cb->args[0];
	struct motet_nodes *nodes;
	struct motet_node *node;
	int err;

	err = motet_netlink_no_attributes(cb->nlh, cb->extack);
	if (err)
		return err;
	nodes = motet_nodes_of(motet_domain_of(sock_net(skb->sk)));
	mutex_lock(&nodes->mutex);
	while ((node = xa_find_after(&nodes->table, &number, ULONG_MAX,
				     XA_PRESENT))) {
		err = motet_netlink_dump_node(skb, cb, nodes, node);
		if (err)
			break;
		cb->args[0] = number;
	}
	mutex_unlock(&nodes->mutex);
	return skb->len ?: err;
}

static void motet_netlink_take_bytes(const struct nlattr *attr,
				     struct motet_node_change *change,
				     u32 field, const void **bytes, u32 *len)
{
	if (!attr)
		return;
	change->fields |= field;
	*bytes = nla_data(attr);
	*len = nla_len(attr);
}

static void motet_netlink_take_u64(const struct nlattr *attr,
				   struct motet_node_change *change, u32 field,
				   u64 *value)
{
	if (!attr)
		return;
	change->fields |= field;
	*value = nla_get_u64(attr);
}

static void motet_netlink_take_node(struct nlattr *const *attrs,
				    struct motet_node_change *change)
{
	change->number = nla_get_u32(attrs[MOTET_A_NODE_NUMBER]);
	motet_netlink_take_bytes(attrs[MOTET_A_NODE_NAME], change,
				 MOTET_NODE_SET_NAME, &change->name,
				 &change->name_len);
	motet_netlink_take_bytes(attrs[MOTET_A_NODE_ADDRESS], change,
				 MOTET_NODE_SET_ADDRESS, &change->address,
				 &change->address_len);
	motet_netlink_take_u64(attrs[MOTET_A_NODE_BOOT_TIME], change,
			       MOTET_NODE_SET_BOOT_TIME, &change->boot_time);
	motet_netlink_take_u64(attrs[MOTET_A_NODE_VIEW], change,
			       MOTET_NODE_SET_VIEW, &change->view);
	if (attrs[MOTET_A_NODE_MEMBER]) {
		change->fields |= MOTET_NODE_SET_MEMBER;
		change->member = nla_get_u32(attrs[MOTET_A_NODE_MEMBER]);
	}
	if (nla_get_flag(attrs[MOTET_A_NODE_HERE]))
		change->fields |= MOTET_NODE_SET_HERE;
}

static int motet_netlink_set_failed(struct genl_info *info, int err)
{
	switch (err) {
	case -EINVAL:
		GENL_SET_ERR_MSG(info, "not a name or an address of a node");
		break;
	case -EEXIST:
		GENL_SET_ERR_MSG(info, "another node has this number");
		break;
	case -ESTALE:
		GENL_SET_ERR_MSG(info, "this view is over");
		break;
	case -EDQUOT:
		GENL_SET_ERR_MSG(info, "too many nodes");
		break;
	}
	return err;
}

/**
 * motet_nl_node_set_doit() - create or change a node
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -EPERM without privilege, -EINVAL without a number, or what
 * motet_node_set() says.
 */
int motet_nl_node_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct motet_netlink_asker asker;
	struct motet_node_change change = {};
	int err;

	err = motet_netlink_ask_admin(&asker, skb, info);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, MOTET_A_NODE_NUMBER)) {
		GENL_SET_ERR_MSG(info, "no number of a node");
		return -EINVAL;
	}
	motet_netlink_take_node(info->attrs, &change);
	err = motet_node_set(asker.domain, &change);
	return motet_netlink_set_failed(info, err);
}

/**
 * motet_nl_node_delete_doit() - forget a node
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -EPERM without privilege, -EINVAL without a number, -ESRCH if
 * there is no such node, -EBUSY if it is a member or the own one.
 */
int motet_nl_node_delete_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct motet_netlink_asker asker;
	int err;

	err = motet_netlink_ask_admin(&asker, skb, info);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, MOTET_A_NODE_NUMBER)) {
		GENL_SET_ERR_MSG(info, "no number of a node");
		return -EINVAL;
	}
	err = motet_node_delete(asker.domain,
				nla_get_u32(info->attrs[MOTET_A_NODE_NUMBER]));
	if (err == -EBUSY)
		GENL_SET_ERR_MSG(info, "a member, or the own node");
	return err == -ESRCH ? motet_netlink_no_node(info) : err;
}
