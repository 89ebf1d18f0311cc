// SPDX-License-Identifier: GPL-2.0-only
/* Showing checkpoints. */

#include <net/genetlink.h>

#include "checkpoint.h"
#include "domain.h"
#include "netlink_internal.h"
#include "notify.h"

static size_t motet_netlink_checkpoint_size(struct motet_object *object)
{
	return motet_notify_checkpoint_size(motet_checkpoint_of(object));
}

static int motet_netlink_fill_checkpoint(struct sk_buff *skb,
					 struct motet_object *object,
					 const struct motet_netlink_asker *asker)
{
	return motet_notify_fill_checkpoint(skb, motet_checkpoint_of(object),
					    &asker->reader,
					    asker->domain->sequence);
}

static const struct motet_netlink_kind motet_netlink_checkpoints = {
	.class = MOTET_CLASS_CHECKPOINT,
	.command = MOTET_CMD_CHECKPOINT_GET,
	.id = MOTET_A_CHECKPOINT_ID,
	.name = MOTET_A_CHECKPOINT_NAME,
	.size = motet_netlink_checkpoint_size,
	.fill = motet_netlink_fill_checkpoint,
};

/**
 * motet_nl_checkpoint_get_doit() - show one checkpoint
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: as motet_netlink_get().
 */
int motet_nl_checkpoint_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return motet_netlink_get(skb, info, &motet_netlink_checkpoints);
}

/**
 * motet_nl_checkpoint_get_dumpit() - show the checkpoints of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_checkpoint_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	return motet_netlink_dump(skb, cb, &motet_netlink_checkpoints);
}
