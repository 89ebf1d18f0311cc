/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the netlink family share among themselves. */
#ifndef _MOTET_NETLINK_INTERNAL_H
#define _MOTET_NETLINK_INTERNAL_H

#include <linux/uidgid.h>

#include "netlink-gen.h"
#include "notify.h"

struct genl_info;
struct motet_domain;
struct motet_object;
struct net;
struct netlink_callback;
struct sk_buff;

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

/* netlink.c */
void motet_netlink_ask(struct motet_netlink_asker *asker,
		       struct sk_buff *request, const struct net *net);
int motet_netlink_ask_admin(struct motet_netlink_asker *asker,
			    struct sk_buff *request, struct genl_info *info);
int motet_netlink_no_attributes(const struct nlmsghdr *request,
				struct netlink_ext_ack *extack);
bool motet_netlink_may_see(const struct motet_netlink_asker *asker,
			   const struct motet_object *object);
struct sk_buff *motet_netlink_reply_new(struct genl_info *info, size_t size,
					void **header);
int motet_netlink_reply(struct genl_info *info, struct sk_buff *skb,
			void *header, int err);
void *motet_netlink_record(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 command);

/* netlink_object.c */
struct motet_object *
motet_netlink_find(struct motet_domain *domain, struct genl_info *info,
		   const struct motet_notify_kind *kind);
int motet_netlink_dump(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct motet_notify_kind *kind);
int motet_netlink_get(struct sk_buff *skb, struct genl_info *info,
		      const struct motet_notify_kind *kind);

#endif /* _MOTET_NETLINK_INTERNAL_H */
