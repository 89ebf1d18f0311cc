// SPDX-License-Identifier: GPL-2.0-only
/* Showing watches. */

#include <linux/pid.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "domain.h"
#include "netlink_internal.h"
#include "watch.h"

static int motet_netlink_fill_target(struct sk_buff *skb,
				     const struct motet_netlink_asker *asker,
				     const struct motet_watch_view *view)
{
	switch (view->kind) {
	case MOTET_WATCH_PROCESS:
		return nla_put_u32(skb, MOTET_A_WATCH_PID,
				   pid_nr_ns(view->pid, asker->reader.pid_ns));
	case MOTET_WATCH_NODE:
		return nla_put_u32(skb, MOTET_A_WATCH_NODE, view->node);
	default:
		return nla_put(skb, MOTET_A_WATCH_ID, sizeof(view->id),
			       &view->id);
	}
}

static int motet_netlink_fill_watch(struct sk_buff *skb,
				    const struct motet_netlink_asker *asker,
				    const struct motet_watch_view *view)
{
	const struct motet_id *port = &view->port->id;

	if (nla_put_u64_64bit(skb, MOTET_A_WATCH_NUMBER, view->number,
			      MOTET_A_WATCH_PAD) ||
	    nla_put_u32(skb, MOTET_A_WATCH_KIND, view->kind) ||
	    nla_put_u32(skb, MOTET_A_WATCH_FLAGS, view->flags) ||
	    nla_put(skb, MOTET_A_WATCH_PORT, sizeof(*port), port) ||
	    nla_put_u64_64bit(skb, MOTET_A_WATCH_COOKIE, view->cookie,
			      MOTET_A_WATCH_PAD) ||
	    motet_netlink_fill_target(skb, asker, view) ||
	    nla_put_u32(skb, MOTET_A_WATCH_DEPTH, view->depth) ||
	    nla_put_u32(skb, MOTET_A_WATCH_PLACES, view->places) ||
	    nla_put_u32(skb, MOTET_A_WATCH_FOLLOWED, view->followed) ||
	    nla_put_u64_64bit(skb, MOTET_A_WATCH_MISSED, view->missed,
			      MOTET_A_WATCH_PAD) ||
	    (view->ended && nla_put_flag(skb, MOTET_A_WATCH_ENDED)) ||
	    nla_put_u64_64bit(skb, MOTET_A_WATCH_SEQUENCE,
			      asker->domain->sequence, MOTET_A_WATCH_PAD))
		return -EMSGSIZE;
	return 0;
}

/* A record is complete, or not there. */
static int motet_netlink_dump_watch(struct sk_buff *skb,
				    struct netlink_callback *cb,
				    const struct motet_netlink_asker *asker,
				    const struct motet_watch_view *view)
{
	void *header;
	int err = -EMSGSIZE;

	if (!motet_netlink_may_see(asker, view->port))
		return 0;
	header = motet_netlink_record(skb, cb, MOTET_CMD_WATCH_GET);
	if (header)
		err = motet_netlink_fill_watch(skb, asker, view);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/* The position is the number of the last watch that was dealt with. */
static int motet_netlink_dump_watches_locked(struct sk_buff *skb,
					     struct netlink_callback *cb,
					     const struct motet_netlink_asker *asker)
{
	unsigned long number = cb->args[0];
	struct motet_watch_view view;
	int err;

	lockdep_assert_held(&asker->domain->mutex);
	while (motet_watch_look_next(asker->domain, &number, &view)) {
		err = motet_netlink_dump_watch(skb, cb, asker, &view);
		put_pid(view.pid);
		if (err)
			return skb->len ?: err;
		cb->args[0] = number;
	}
	return skb->len;
}

/**
 * motet_nl_watch_get_dumpit() - show the watches of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_watch_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct motet_netlink_asker asker;
	int err;

	err = motet_netlink_no_attributes(cb->nlh, cb->extack);
	if (err)
		return err;
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	mutex_lock(&asker.domain->mutex);
	err = motet_netlink_dump_watches_locked(skb, cb, &asker);
	mutex_unlock(&asker.domain->mutex);
	return err;
}
