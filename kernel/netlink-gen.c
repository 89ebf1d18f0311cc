// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/motet.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/motet_netlink.h>
#include <linux/motet.h>
#include <linux/motet.h>
#include <linux/motet.h>
#include <linux/motet_lock.h>
#include <linux/motet_lock.h>

/* MOTET_CMD_DOMAIN_SET - do */
static const struct nla_policy motet_domain_set_nl_policy[MOTET_A_DOMAIN_PORTS_MAX + 1] = {
	[MOTET_A_DOMAIN_PORTS_MAX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* MOTET_CMD_PORT_GET - do */
static const struct nla_policy motet_port_get_nl_policy[MOTET_A_PORT_NAME + 1] = {
	[MOTET_A_PORT_ID] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
	[MOTET_A_PORT_NAME] = { .type = NLA_BINARY, },
};

/* MOTET_CMD_NODE_GET - do */
static const struct nla_policy motet_node_get_nl_policy[MOTET_A_NODE_NUMBER + 1] = {
	[MOTET_A_NODE_NUMBER] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* MOTET_CMD_NODE_SET - do */
static const struct nla_policy motet_node_set_nl_policy[MOTET_A_NODE_VIEW + 1] = {
	[MOTET_A_NODE_NUMBER] = NLA_POLICY_MIN(NLA_U32, 1),
	[MOTET_A_NODE_NAME] = { .type = NLA_BINARY, },
	[MOTET_A_NODE_ADDRESS] = { .type = NLA_BINARY, },
	[MOTET_A_NODE_MEMBER] = NLA_POLICY_MAX(NLA_U32, 1),
	[MOTET_A_NODE_HERE] = { .type = NLA_FLAG, },
	[MOTET_A_NODE_BOOT_TIME] = { .type = NLA_U64, },
	[MOTET_A_NODE_VIEW] = { .type = NLA_U64, },
};

/* MOTET_CMD_NODE_DELETE - do */
static const struct nla_policy motet_node_delete_nl_policy[MOTET_A_NODE_NUMBER + 1] = {
	[MOTET_A_NODE_NUMBER] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* MOTET_CMD_GROUP_GET - do */
static const struct nla_policy motet_group_get_nl_policy[MOTET_A_GROUP_NAME + 1] = {
	[MOTET_A_GROUP_ID] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
	[MOTET_A_GROUP_NAME] = { .type = NLA_BINARY, },
};

/* MOTET_CMD_GROUP_MEMBER_GET - dump */
static const struct nla_policy motet_group_member_get_nl_policy[MOTET_A_MEMBER_GROUP + 1] = {
	[MOTET_A_MEMBER_GROUP] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
};

/* MOTET_CMD_LOCK_GET - do */
static const struct nla_policy motet_lock_get_nl_policy[MOTET_A_LOCK_NAME + 1] = {
	[MOTET_A_LOCK_ID] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
	[MOTET_A_LOCK_NAME] = { .type = NLA_BINARY, },
};

/* MOTET_CMD_LOCK_REQUEST_GET - dump */
static const struct nla_policy motet_lock_request_get_nl_policy[MOTET_A_LOCK_REQUEST_LOCK + 1] = {
	[MOTET_A_LOCK_REQUEST_LOCK] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
};

/* MOTET_CMD_LOCK_PURGE - do */
static const struct nla_policy motet_lock_purge_nl_policy[MOTET_A_LOCK_NAME + 1] = {
	[MOTET_A_LOCK_ID] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
	[MOTET_A_LOCK_NAME] = { .type = NLA_BINARY, },
};

/* MOTET_CMD_CHANNEL_GET - do */
static const struct nla_policy motet_channel_get_nl_policy[MOTET_A_CHANNEL_NAME + 1] = {
	[MOTET_A_CHANNEL_ID] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
	[MOTET_A_CHANNEL_NAME] = { .type = NLA_BINARY, },
};

/* MOTET_CMD_CHECKPOINT_GET - do */
static const struct nla_policy motet_checkpoint_get_nl_policy[MOTET_A_CHECKPOINT_NAME + 1] = {
	[MOTET_A_CHECKPOINT_ID] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
	[MOTET_A_CHECKPOINT_NAME] = { .type = NLA_BINARY, },
};

/* MOTET_CMD_TRACKER_GET - dump */
static const struct nla_policy motet_tracker_get_nl_policy[MOTET_A_TRACKER_OBJECT + 1] = {
	[MOTET_A_TRACKER_OBJECT] = NLA_POLICY_EXACT_LEN(MOTET_ID_LEN),
};

/* Ops table for motet */
static const struct genl_split_ops motet_nl_ops[] = {
	{
		.cmd	= MOTET_CMD_DOMAIN_GET,
		.doit	= motet_nl_domain_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MOTET_CMD_DOMAIN_SET,
		.doit		= motet_nl_domain_set_doit,
		.policy		= motet_domain_set_nl_policy,
		.maxattr	= MOTET_A_DOMAIN_PORTS_MAX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_PURGE,
		.doit	= motet_nl_purge_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_ACTOR_GET,
		.dumpit	= motet_nl_actor_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_PORT_GET,
		.doit		= motet_nl_port_get_doit,
		.policy		= motet_port_get_nl_policy,
		.maxattr	= MOTET_A_PORT_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_PORT_GET,
		.dumpit	= motet_nl_port_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= MOTET_CMD_USER_GET,
		.dumpit	= motet_nl_user_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_NODE_GET,
		.doit		= motet_nl_node_get_doit,
		.policy		= motet_node_get_nl_policy,
		.maxattr	= MOTET_A_NODE_NUMBER,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_NODE_GET,
		.dumpit	= motet_nl_node_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_NODE_SET,
		.doit		= motet_nl_node_set_doit,
		.policy		= motet_node_set_nl_policy,
		.maxattr	= MOTET_A_NODE_VIEW,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MOTET_CMD_NODE_DELETE,
		.doit		= motet_nl_node_delete_doit,
		.policy		= motet_node_delete_nl_policy,
		.maxattr	= MOTET_A_NODE_NUMBER,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= MOTET_CMD_GROUP_GET,
		.doit		= motet_nl_group_get_doit,
		.policy		= motet_group_get_nl_policy,
		.maxattr	= MOTET_A_GROUP_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_GROUP_GET,
		.dumpit	= motet_nl_group_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_GROUP_MEMBER_GET,
		.dumpit		= motet_nl_group_member_get_dumpit,
		.policy		= motet_group_member_get_nl_policy,
		.maxattr	= MOTET_A_MEMBER_GROUP,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= MOTET_CMD_HANDLE_GET,
		.dumpit	= motet_nl_handle_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_LOCK_GET,
		.doit		= motet_nl_lock_get_doit,
		.policy		= motet_lock_get_nl_policy,
		.maxattr	= MOTET_A_LOCK_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_LOCK_GET,
		.dumpit	= motet_nl_lock_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_LOCK_REQUEST_GET,
		.dumpit		= motet_nl_lock_request_get_dumpit,
		.policy		= motet_lock_request_get_nl_policy,
		.maxattr	= MOTET_A_LOCK_REQUEST_LOCK,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_LOCK_PURGE,
		.doit		= motet_nl_lock_purge_doit,
		.policy		= motet_lock_purge_nl_policy,
		.maxattr	= MOTET_A_LOCK_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_WATCH_GET,
		.dumpit	= motet_nl_watch_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_CHANNEL_GET,
		.doit		= motet_nl_channel_get_doit,
		.policy		= motet_channel_get_nl_policy,
		.maxattr	= MOTET_A_CHANNEL_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_CHANNEL_GET,
		.dumpit	= motet_nl_channel_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_CHECKPOINT_GET,
		.doit		= motet_nl_checkpoint_get_doit,
		.policy		= motet_checkpoint_get_nl_policy,
		.maxattr	= MOTET_A_CHECKPOINT_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= MOTET_CMD_CHECKPOINT_GET,
		.dumpit	= motet_nl_checkpoint_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= MOTET_CMD_TRACKER_GET,
		.dumpit		= motet_nl_tracker_get_dumpit,
		.policy		= motet_tracker_get_nl_policy,
		.maxattr	= MOTET_A_TRACKER_OBJECT,
		.flags		= GENL_CMD_CAP_DUMP,
	},
};

static const struct genl_multicast_group motet_nl_mcgrps[] = {
	[MOTET_NLGRP_OBJECT] = { "object", },
	[MOTET_NLGRP_MEMBERSHIP] = { "membership", },
};

struct genl_family motet_nl_family __ro_after_init = {
	.name		= MOTET_FAMILY_NAME,
	.version	= MOTET_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= motet_nl_ops,
	.n_split_ops	= ARRAY_SIZE(motet_nl_ops),
	.mcgrps		= motet_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(motet_nl_mcgrps),
};
