// SPDX-License-Identifier: GPL-2.0-only
/* What the record of a lock looks like. */

#include <linux/user_namespace.h>
#include <net/netlink.h>

#include <uapi/linux/motet_netlink.h>

#include "domain.h"
#include "lock_view.h"
#include "notify.h"
#include "notify_internal.h"

/* Attributes that are neither name nor identifier, counted generously. */
#define MOTET_NOTIFY_LOCK_NUMBERS	18

static int motet_notify_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, MOTET_A_LOCK_PAD);
}

static int motet_notify_fill_owner(struct sk_buff *skb,
				   const struct motet_object *object,
				   struct user_namespace *user_ns)
{
	const struct motet_name *name = motet_notify_name(object);
	uid_t uid = from_kuid_munged(user_ns, object->uid);
	gid_t gid = from_kgid_munged(user_ns, object->gid);

	if (nla_put(skb, MOTET_A_LOCK_ID, sizeof(object->id), &object->id) ||
	    (name && nla_put(skb, MOTET_A_LOCK_NAME, name->len, name->bytes)) ||
	    nla_put_u32(skb, MOTET_A_LOCK_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_LOCK_GID, gid) ||
	    nla_put_u32(skb, MOTET_A_LOCK_MODE, object->mode))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_state(struct sk_buff *skb,
				   const struct motet_lock_view *view)
{
	if (nla_put_u32(skb, MOTET_A_LOCK_OPENINGS, view->openings) ||
	    nla_put_u32(skb, MOTET_A_LOCK_SHARED, view->shared) ||
	    nla_put_u32(skb, MOTET_A_LOCK_EXCLUSIVE, view->exclusive) ||
	    nla_put_u32(skb, MOTET_A_LOCK_ORPHANS, view->orphans) ||
	    nla_put_u32(skb, MOTET_A_LOCK_WAITING, view->waiting))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_stats(struct sk_buff *skb,
				   const struct motet_lock_stats *stats)
{
	if (nla_put_u32(skb, MOTET_A_LOCK_WAITING_PEAK, stats->waiting_peak) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_GRANTED, stats->granted) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_QUEUED, stats->queued) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_REFUSED, stats->refused) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_TIMEOUTS, stats->timeouts) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_DEADLOCKS,
				 stats->deadlocks) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_ORPHANED, stats->orphaned) ||
	    motet_notify_put_u64(skb, MOTET_A_LOCK_LONGEST_WAIT,
				 stats->longest_wait))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_lock(struct sk_buff *skb,
				  struct motet_object *object,
				  const struct motet_notify_reader *reader,
				  u64 sequence)
{
	struct motet_lock *lock = motet_lock_of(object);
	struct motet_lock_view view;
	int err;

	lockdep_assert_held(&object->domain->mutex);
	motet_lock_look(lock, &view);
	err = motet_notify_fill_owner(skb, object, reader->user_ns);
	if (!err)
		err = motet_notify_fill_state(skb, &view);
	if (!err)
		err = motet_notify_fill_stats(skb, &view.stats);
	if (!err)
		err = motet_notify_put_u64(skb, MOTET_A_LOCK_SEQUENCE,
					   sequence);
	return err;
}

/* A lock is never told to have changed. */
const struct motet_notify_kind motet_notify_locks = {
	.class = MOTET_CLASS_LOCK,
	.get = MOTET_CMD_LOCK_GET,
	.told[MOTET_EVENT_CREATE] = MOTET_CMD_LOCK_CREATE_NTF,
	.told[MOTET_EVENT_DELETE] = MOTET_CMD_LOCK_DELETE_NTF,
	.id = MOTET_A_LOCK_ID,
	.name = MOTET_A_LOCK_NAME,
	.ids = 1,
	.numbers = MOTET_NOTIFY_LOCK_NUMBERS,
	.fill = motet_notify_fill_lock,
};
