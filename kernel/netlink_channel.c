// SPDX-License-Identifier: GPL-2.0-only
/* Showing channels. */

#include <net/genetlink.h>

#include "channel.h"
#include "domain.h"
#include "netlink_internal.h"
#include "notify.h"

/**
 * motet_nl_channel_get_doit() - show one channel
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: as motet_netlink_get().
 */
int motet_nl_channel_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return motet_netlink_get(skb, info, &motet_notify_channels);
}

/**
 * motet_nl_channel_get_dumpit() - show the channels of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_channel_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return motet_netlink_dump(skb, cb, &motet_notify_channels);
}
