/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/motet.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_MOTET_GEN_H
#define _LINUX_MOTET_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/motet_netlink.h>
#include <linux/motet.h>
#include <linux/motet.h>
#include <linux/motet.h>
#include <linux/motet_lock.h>
#include <linux/motet_lock.h>

int motet_nl_domain_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_domain_set_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_purge_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_actor_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_user_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_node_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_node_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_node_set_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_node_delete_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_group_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_group_member_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int motet_nl_handle_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int motet_nl_lock_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_lock_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_lock_request_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int motet_nl_lock_purge_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_watch_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int motet_nl_channel_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_channel_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int motet_nl_checkpoint_get_doit(struct sk_buff *skb, struct genl_info *info);
int motet_nl_checkpoint_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int motet_nl_tracker_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);

enum {
	MOTET_NLGRP_OBJECT,
	MOTET_NLGRP_MEMBERSHIP,
};

extern struct genl_family motet_nl_family;

#endif /* _LINUX_MOTET_GEN_H */
