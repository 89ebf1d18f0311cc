// SPDX-License-Identifier: GPL-2.0-only
/* What the record of a channel looks like. */

#include <linux/user_namespace.h>
#include <net/netlink.h>

#include <uapi/linux/motet_netlink.h>

#include "channel.h"
#include "domain.h"
#include "notify.h"
#include "notify_internal.h"

/* Attributes that are neither name nor identifier, counted generously. */
#define MOTET_NOTIFY_CHANNEL_NUMBERS	20

static int motet_notify_put_number(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, MOTET_A_CHANNEL_PAD);
}

static int motet_notify_fill_object(struct sk_buff *skb,
				    const struct motet_object *object,
				    struct user_namespace *user_ns)
{
	const struct motet_name *name = motet_notify_name(object);
	uid_t uid = from_kuid_munged(user_ns, object->uid);
	gid_t gid = from_kgid_munged(user_ns, object->gid);

	if (nla_put(skb, MOTET_A_CHANNEL_ID, sizeof(object->id),
		    &object->id) ||
	    (name &&
	     nla_put(skb, MOTET_A_CHANNEL_NAME, name->len, name->bytes)) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_GID, gid) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_MODE, object->mode) ||
	    motet_notify_put_number(skb, MOTET_A_CHANNEL_RETENTION,
				    object->retention))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_openers(struct sk_buff *skb,
				     const struct motet_channel_view *view)
{
	if ((view->kept && nla_put_flag(skb, MOTET_A_CHANNEL_KEPT)) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_OPENERS, view->openers) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_SUBSCRIBERS, view->subscribers) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_SUBSCRIPTIONS,
			view->subscriptions))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_events(struct sk_buff *skb,
				    const struct motet_channel_view *view)
{
	if (nla_put_u32(skb, MOTET_A_CHANNEL_RETAINED,
			view->retained.messages) ||
	    motet_notify_put_number(skb, MOTET_A_CHANNEL_RETAINED_BYTES,
				    view->retained.bytes) ||
	    nla_put_u32(skb, MOTET_A_CHANNEL_RETAINED_MAX,
			view->limit.messages) ||
	    motet_notify_put_number(skb, MOTET_A_CHANNEL_RETAINED_BYTES_MAX,
				    view->limit.bytes) ||
	    motet_notify_put_number(skb, MOTET_A_CHANNEL_PUBLISHED,
				    view->published) ||
	    motet_notify_put_number(skb, MOTET_A_CHANNEL_DELIVERED,
				    view->delivered) ||
	    motet_notify_put_number(skb, MOTET_A_CHANNEL_LOST, view->lost))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_channel(struct sk_buff *skb,
				     struct motet_object *object,
				     const struct motet_notify_reader *reader,
				     u64 sequence)
{
	struct motet_channel *channel = motet_channel_of(object);
	struct motet_channel_view view;
	int err;

	lockdep_assert_held(&object->domain->mutex);
	motet_channel_look(channel, &view);
	err = motet_notify_fill_object(skb, object, reader->user_ns);
	if (!err)
		err = motet_notify_fill_openers(skb, &view);
	if (!err)
		err = motet_notify_fill_events(skb, &view);
	if (!err)
		err = motet_notify_put_number(skb, MOTET_A_CHANNEL_SEQUENCE,
					      sequence);
	return err;
}

const struct motet_notify_kind motet_notify_channels = {
	.class = MOTET_CLASS_CHANNEL,
	.get = MOTET_CMD_CHANNEL_GET,
	.told[MOTET_EVENT_CREATE] = MOTET_CMD_CHANNEL_CREATE_NTF,
	.told[MOTET_EVENT_CHANGE] = MOTET_CMD_CHANNEL_CHANGE_NTF,
	.told[MOTET_EVENT_DELETE] = MOTET_CMD_CHANNEL_DELETE_NTF,
	.id = MOTET_A_CHANNEL_ID,
	.name = MOTET_A_CHANNEL_NAME,
	.ids = 1,
	.numbers = MOTET_NOTIFY_CHANNEL_NUMBERS,
	.fill = motet_notify_fill_channel,
};
