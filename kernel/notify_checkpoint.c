// SPDX-License-Identifier: GPL-2.0-only
/* What the record of a checkpoint looks like. */

#include <linux/user_namespace.h>
#include <net/netlink.h>

#include <uapi/linux/motet_netlink.h>

#include "checkpoint.h"
#include "domain.h"
#include "notify.h"
#include "notify_internal.h"

/* Attributes that are neither name nor identifier, counted generously. */
#define MOTET_NOTIFY_CHECKPOINT_NUMBERS	27

static int motet_notify_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, MOTET_A_CHECKPOINT_PAD);
}

static int motet_notify_fill_owner(struct sk_buff *skb,
				   const struct motet_object *object,
				   struct user_namespace *user_ns)
{
	const struct motet_name *name = motet_notify_name(object);
	uid_t uid = from_kuid_munged(user_ns, object->uid);
	gid_t gid = from_kgid_munged(user_ns, object->gid);

	if (nla_put(skb, MOTET_A_CHECKPOINT_ID, sizeof(object->id),
		    &object->id) ||
	    (name && nla_put(skb, MOTET_A_CHECKPOINT_NAME, name->len,
			     name->bytes)) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_UID, uid) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_GID, gid) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_MODE, object->mode) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_RETENTION,
				 object->retention))
		return -EMSGSIZE;
	return 0;
}

static int
motet_notify_fill_attributes(struct sk_buff *skb,
			     const struct motet_checkpoint_attributes *attributes)
{
	if (nla_put_u32(skb, MOTET_A_CHECKPOINT_KIND, attributes->kind) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_SECTIONS_MAX,
			attributes->sections_max) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_BYTES_MAX,
				 attributes->bytes_max) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_SECTION_BYTES_MAX,
				 attributes->section_bytes_max) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_SECTION_ID_MAX,
			attributes->section_id_max))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_replicator(struct sk_buff *skb,
					const struct motet_checkpoint_view *view)
{
	if (!view->replicate)
		return 0;
	if (nla_put_u32(skb, MOTET_A_CHECKPOINT_REPLICATE, view->replicate) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_STEPS, view->steps) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_WAITING, view->waiting) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_ACKNOWLEDGED,
				 view->acknowledged))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_contents(struct sk_buff *skb,
				      const struct motet_checkpoint_view *view)
{
	if (nla_put_u32(skb, MOTET_A_CHECKPOINT_SECTIONS, view->sections) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_BYTES, view->bytes) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_MEMORY,
				 view->memory) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_GENERATION,
				 view->generation) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_READS, view->reads) ||
	    motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_WRITES,
				 view->writes) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_HANDLES, view->handles) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_TRACKERS, view->trackers) ||
	    nla_put_u32(skb, MOTET_A_CHECKPOINT_VIEWS, view->views) ||
	    (view->retained &&
	     nla_put_flag(skb, MOTET_A_CHECKPOINT_RETAINED)) ||
	    (view->exhausted &&
	     nla_put_flag(skb, MOTET_A_CHECKPOINT_EXHAUSTED)))
		return -EMSGSIZE;
	return 0;
}

static int motet_notify_fill_checkpoint(struct sk_buff *skb,
					struct motet_object *object,
					const struct motet_notify_reader *reader,
					u64 sequence)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);
	struct motet_checkpoint_view view;
	int err;

	lockdep_assert_held(&object->domain->mutex);
	motet_checkpoint_look(checkpoint, &view);
	err = motet_notify_fill_owner(skb, object, reader->user_ns);
	if (!err)
		err = motet_notify_fill_attributes(skb,
						   &checkpoint->attributes);
	if (!err)
		err = motet_notify_fill_contents(skb, &view);
	if (!err)
		err = motet_notify_fill_replicator(skb, &view);
	if (!err)
		err = motet_notify_put_u64(skb, MOTET_A_CHECKPOINT_SEQUENCE,
					   sequence);
	return err;
}

const struct motet_notify_kind motet_notify_checkpoints = {
	.class = MOTET_CLASS_CHECKPOINT,
	.get = MOTET_CMD_CHECKPOINT_GET,
	.told[MOTET_EVENT_CREATE] = MOTET_CMD_CHECKPOINT_CREATE_NTF,
	.told[MOTET_EVENT_CHANGE] = MOTET_CMD_CHECKPOINT_CHANGE_NTF,
	.told[MOTET_EVENT_DELETE] = MOTET_CMD_CHECKPOINT_DELETE_NTF,
	.id = MOTET_A_CHECKPOINT_ID,
	.name = MOTET_A_CHECKPOINT_NAME,
	.ids = 1,
	.numbers = MOTET_NOTIFY_CHECKPOINT_NUMBERS,
	.fill = motet_notify_fill_checkpoint,
};
