// SPDX-License-Identifier: GPL-2.0-only
/* Showing who has handles on what. */

#include <linux/pid.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "channel.h"
#include "checkpoint.h"
#include "domain.h"
#include "group_view.h"
#include "netlink_internal.h"
#include "port.h"

/**
 * struct motet_netlink_opened - a class of objects that there are handles on
 * @class: the class [const]
 * @look: says what is shown of the handle with this index; false if there is
 *	none. Under the mutex of the domain [const]
 */
struct motet_netlink_opened {
	enum motet_class class;
	bool (*look)(struct motet_object *object, unsigned int index,
		     struct motet_handle_view *view);
};

/* Where a dump is, in its args. */
enum {
	MOTET_HANDLES_CLASS,
	MOTET_HANDLES_SERIAL,	/* of the last object that is done */
	MOTET_HANDLES_INDEX,	/* in the one after that */
};

static bool motet_netlink_look_port(struct motet_object *object,
				    unsigned int index,
				    struct motet_handle_view *view)
{
	return motet_port_look_handle(motet_port_of(object), index, view);
}

static bool motet_netlink_look_group(struct motet_object *object,
				     unsigned int index,
				     struct motet_handle_view *view)
{
	return motet_group_look_handle(motet_group_of(object), index, view);
}

static bool motet_netlink_look_channel(struct motet_object *object,
				       unsigned int index,
				       struct motet_handle_view *view)
{
	return motet_channel_look_handle(motet_channel_of(object), index, view);
}

static bool motet_netlink_look_checkpoint(struct motet_object *object,
					  unsigned int index,
					  struct motet_handle_view *view)
{
	return motet_checkpoint_look_handle(motet_checkpoint_of(object), index,
					    view);
}

static const struct motet_netlink_opened motet_netlink_opened[] = {
	{ MOTET_CLASS_PORT, motet_netlink_look_port },
	{ MOTET_CLASS_GROUP, motet_netlink_look_group },
	{ MOTET_CLASS_CHANNEL, motet_netlink_look_channel },
	{ MOTET_CLASS_CHECKPOINT, motet_netlink_look_checkpoint },
};

/* Only whoever subscribes to a channel has a queue that is the handle's own. */
static int motet_netlink_fill_own(struct sk_buff *skb,
				  const struct motet_handle_view *view)
{
	if (view->role != MOTET_ROLE_CHANNEL ||
	    !(view->rights & MOTET_MODE_RECEIVE))
		return 0;
	if (nla_put_u32(skb, MOTET_A_HANDLE_MESSAGES, view->queued) ||
	    nla_put_u64_64bit(skb, MOTET_A_HANDLE_LOST, view->lost,
			      MOTET_A_HANDLE_PAD))
		return -EMSGSIZE;
	return 0;
}

static int motet_netlink_fill_handle(struct sk_buff *skb,
				     const struct motet_netlink_asker *asker,
				     const struct motet_object *object,
				     const struct motet_handle_view *view)
{
	u32 pid = pid_nr_ns(view->pid, asker->reader.pid_ns);
	u32 uid = from_kuid_munged(asker->reader.user_ns, view->uid);

	if (nla_put(skb, MOTET_A_HANDLE_OBJECT, sizeof(object->id),
		    &object->id) ||
	    nla_put(skb, MOTET_A_HANDLE_ACTOR, sizeof(view->actor),
		    &view->actor) ||
	    nla_put_u32(skb, MOTET_A_HANDLE_PID, pid) ||
	    nla_put_u32(skb, MOTET_A_HANDLE_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_HANDLE_ROLE, view->role) ||
	    nla_put_u32(skb, MOTET_A_HANDLE_WAITING, view->waiting) ||
	    nla_put_u32(skb, MOTET_A_HANDLE_CALLS, view->calls) ||
	    nla_put_u32(skb, MOTET_A_HANDLE_RIGHTS, view->rights) ||
	    nla_put_u64_64bit(skb, MOTET_A_HANDLE_SEQUENCE,
			      asker->domain->sequence, MOTET_A_HANDLE_PAD))
		return -EMSGSIZE;
	return motet_netlink_fill_own(skb, view);
}

/* Who opens what is for the two of them to know. */
static bool motet_netlink_may_see_handle(const struct motet_netlink_asker *asker,
					 const struct motet_object *object,
					 const struct motet_handle_view *view)
{
	return asker->admin || uid_eq(asker->uid, view->uid) ||
	       uid_eq(asker->uid, object->uid);
}

static int motet_netlink_dump_handle(struct sk_buff *skb,
				     struct netlink_callback *cb,
				     const struct motet_netlink_asker *asker,
				     const struct motet_object *object,
				     const struct motet_handle_view *view)
{
	void *header;
	int err = -EMSGSIZE;

	if (!motet_netlink_may_see_handle(asker, object, view))
		return 0;
	header = motet_netlink_record(skb, cb, MOTET_CMD_HANDLE_GET);
	if (header)
		err = motet_netlink_fill_handle(skb, asker, object, view);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

static int motet_netlink_dump_handles(struct sk_buff *skb,
				      struct netlink_callback *cb,
				      const struct motet_netlink_asker *asker,
				      const struct motet_netlink_opened *opened,
				      struct motet_object *object)
{
	struct motet_handle_view view;
	int err = 0;

	mutex_lock(&asker->domain->mutex);
	while (!err && object->published &&
	       opened->look(object, cb->args[MOTET_HANDLES_INDEX], &view)) {
		err = motet_netlink_dump_handle(skb, cb, asker, object, &view);
		put_pid(view.pid);
		if (!err)
			cb->args[MOTET_HANDLES_INDEX]++;
	}
	mutex_unlock(&asker->domain->mutex);
	return err;
}

static int motet_netlink_dump_opened(struct sk_buff *skb,
				     struct netlink_callback *cb,
				     const struct motet_netlink_asker *asker,
				     const struct motet_netlink_opened *opened)
{
	unsigned long serial = cb->args[MOTET_HANDLES_SERIAL];
	struct motet_object *object;
	int err;

	while ((object = motet_domain_next(asker->domain, opened->class,
					   &serial))) {
		err = motet_netlink_dump_handles(skb, cb, asker, opened,
						 object);
		motet_object_put(object);
		if (err)
			return err;
		cb->args[MOTET_HANDLES_SERIAL] = serial;
		cb->args[MOTET_HANDLES_INDEX] = 0;
		cond_resched();
	}
	return 0;
}

/**
 * motet_nl_handle_get_dumpit() - show the handles of all objects
 * @skb: part of the answer
 * @cb: the request, and how far it came
 *
 * Handles that come and go between the parts of the answer may be missing, or
 * twice.
 *
 * Context: may sleep.
 * Return: how much is in @skb, 0 at the end, or a negative error.
 */
int motet_nl_handle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct motet_netlink_opened *opened;
	struct motet_netlink_asker asker;
	int err;

	err = motet_netlink_no_attributes(cb->nlh, cb->extack);
	if (err)
		return err;
	motet_netlink_ask(&asker, cb->skb, sock_net(skb->sk));
	while (cb->args[MOTET_HANDLES_CLASS] < ARRAY_SIZE(motet_netlink_opened)) {
		opened = &motet_netlink_opened[cb->args[MOTET_HANDLES_CLASS]];
		err = motet_netlink_dump_opened(skb, cb, &asker, opened);
		if (err)
			return skb->len ?: err;
		cb->args[MOTET_HANDLES_CLASS]++;
		cb->args[MOTET_HANDLES_SERIAL] = 0;
	}
	return skb->len;
}
