// SPDX-License-Identifier: GPL-2.0-only
/* Showing locks and their requests, and purging them. */

#include <linux/pid_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "domain.h"
#include "lock_view.h"
#include "netlink_internal.h"
#include "notify.h"

/**
 * motet_nl_lock_get_doit() - show one lock
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: as motet_netlink_get().
 */
int motet_nl_lock_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return motet_netlink_get(skb, info, &motet_notify_locks);
}

/**
 * motet_nl_lock_get_dumpit() - show the locks of the domain
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_lock_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return motet_netlink_dump(skb, cb, &motet_notify_locks);
}

/**
 * struct motet_netlink_requests - a dump of the requests of a lock
 * @skb: part of the answer
 * @cb: the request, and how far it came: number of the last one in the answer
 * @asker: who asks
 * @lock: which lock
 * @err: why the last one is not in the answer, or 0
 */
struct motet_netlink_requests {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	const struct motet_netlink_asker *asker;
	const struct motet_lock *lock;
	int err;
};

/* The owner of a lock may know who keeps others from it. */
static bool motet_netlink_may_see_owner(const struct motet_netlink_requests *dump,
					const struct motet_lock_request_view *view)
{
	const struct motet_netlink_asker *asker = dump->asker;

	return asker->admin || uid_eq(asker->uid, view->uid) ||
	       uid_eq(asker->uid, dump->lock->object.uid);
}

static int motet_netlink_fill_request(struct motet_netlink_requests *dump,
				      const struct motet_lock_request_view *view)
{
	struct pid_namespace *pid_ns = dump->asker->reader.pid_ns;
	const struct motet_id *id = &dump->lock->object.id;
	struct sk_buff *skb = dump->skb;

	if (motet_netlink_may_see_owner(dump, view) &&
	    nla_put(skb, MOTET_A_LOCK_REQUEST_ACTOR, sizeof(view->owner),
		    &view->owner))
		return -EMSGSIZE;
	if (nla_put(skb, MOTET_A_LOCK_REQUEST_LOCK, sizeof(*id), id) ||
	    (view->pid && nla_put_u32(skb, MOTET_A_LOCK_REQUEST_PID,
				      pid_nr_ns(view->pid, pid_ns))) ||
	    nla_put_u64_64bit(skb, MOTET_A_LOCK_REQUEST_LOCK_ID, view->lock_id,
			      MOTET_A_LOCK_REQUEST_PAD) ||
	    nla_put_u32(skb, MOTET_A_LOCK_REQUEST_MODE, view->mode) ||
	    nla_put_u32(skb, MOTET_A_LOCK_REQUEST_STATE, view->state) ||
	    nla_put_u64_64bit(skb, MOTET_A_LOCK_REQUEST_SINCE, view->since,
			      MOTET_A_LOCK_REQUEST_PAD) ||
	    (view->sleeping &&
	     nla_put_flag(skb, MOTET_A_LOCK_REQUEST_SLEEPING)) ||
	    nla_put_u64_64bit(skb, MOTET_A_LOCK_REQUEST_SEQUENCE,
			      dump->asker->domain->sequence,
			      MOTET_A_LOCK_REQUEST_PAD))
		return -EMSGSIZE;
	return 0;
}

static bool motet_netlink_show_request(const struct motet_lock_request_view *view,
				       void *data)
{
	struct motet_netlink_requests *dump = data;
	void *header = motet_netlink_record(dump->skb, dump->cb,
					    MOTET_CMD_LOCK_REQUEST_GET);

	dump->err = header ? motet_netlink_fill_request(dump, view) : -EMSGSIZE;
	if (dump->err) {
		genlmsg_cancel(dump->skb, header);
		return false;
	}
	genlmsg_end(dump->skb, header);
	dump->cb->args[0] = view->number;
	return true;
}

/* A lock that is gone in the middle of a dump has no requests any more. */
static int motet_netlink_no_lock(const struct netlink_callback *cb,
				 const struct nlattr *id)
{
	if (cb->args[0])
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, id, "no lock has this identifier");
	return -ESRCH;
}

/**
 * motet_nl_lock_request_get_dumpit() - show the requests on a lock
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, -EINVAL if no lock is named, -ESRCH
 * if there is no such lock, or another negative error.
 */
int motet_nl_lock_request_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	const struct nlattr *id = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						  MOTET_A_LOCK_REQUEST_LOCK);
	struct motet_netlink_asker asker;
	struct motet_netlink_requests dump = {
		.skb = skb, .cb = cb, .asker = &asker,
	};
	struct motet_object *object;

	if (!id) {
		NL_SET_ERR_MSG(cb->extack, "no identifier of a lock");
		return -EINVAL;
	}
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	object = motet_domain_find(asker.domain, nla_data(id),
				   MOTET_CLASS_LOCK);
	if (!object)
		return motet_netlink_no_lock(cb, id);
	dump.lock = motet_lock_of(object);
	mutex_lock(&asker.domain->mutex);
	motet_lock_look_requests(motet_lock_of(object), cb->args[0],
				 motet_netlink_show_request, &dump);
	mutex_unlock(&asker.domain->mutex);
	motet_object_put(object);
	return skb->len ?: dump.err;
}

/**
 * motet_nl_lock_purge_doit() - end the orphans of a lock
 * @skb: the request
 * @info: the request
 *
 * Context: may sleep.
 * Return: 0, -EPERM without privilege, or as motet_netlink_get(); nothing is
 * ended then.
 */
int motet_nl_lock_purge_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct motet_netlink_asker asker;
	struct motet_object *object;
	struct sk_buff *reply;
	void *header;
	u32 purged;
	int err;

	err = motet_netlink_ask_admin(&asker, skb, info);
	if (err)
		return err;
	object = motet_netlink_find(asker.domain, info, &motet_notify_locks);
	if (IS_ERR(object))
		return PTR_ERR(object);
	reply = motet_netlink_reply_new(info, nla_total_size(sizeof(u32)),
					&header);
	if (!reply) {
		motet_object_put(object);
		return -ENOMEM;
	}
	purged = motet_lock_purge_orphans(motet_lock_of(object));
	motet_object_put(object);
	err = nla_put_u32(reply, MOTET_A_LOCK_PURGED, purged);
	return motet_netlink_reply(info, reply, header, err);
}
