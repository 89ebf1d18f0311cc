// SPDX-License-Identifier: GPL-2.0-only
/* What every object has: identifier, name, owner, mode, retention, life. */

#include <linux/cred.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "object.h"

static BLOCKING_NOTIFIER_HEAD(motet_object_events);

static void motet_id_new(struct motet_id *id, enum motet_class class)
{
	get_random_bytes(id->bytes, sizeof(id->bytes));
	id->bytes[0] = class;
}

/**
 * motet_object_init() - begin to build an object
 * @object: zeroed; the owner is the current task's effective user and group
 * @ops: what its class does
 * @domain: where it will live
 */
void motet_object_init(struct motet_object *object,
		       const struct motet_object_ops *ops,
		       struct motet_domain *domain)
{
	refcount_set(&object->refs, 1);
	object->ops = ops;
	object->domain = domain;
	object->uid = current_euid();
	object->gid = current_egid();
	motet_id_new(&object->id, ops->class);
	INIT_LIST_HEAD(&object->bonds);
}

/**
 * motet_object_get() - take a reference
 * @object: the object
 *
 * Return: @object.
 */
struct motet_object *motet_object_get(struct motet_object *object)
{
	refcount_inc(&object->refs);
	return object;
}

/**
 * motet_object_put() - drop a reference
 * @object: the object, or NULL
 *
 * Context: may sleep.
 */
void motet_object_put(struct motet_object *object)
{
	if (object && refcount_dec_and_test(&object->refs))
		object->ops->release(object);
}

static struct motet_name *motet_name_alloc(u32 len)
{
	struct motet_name *name;

	if (!len || len > MOTET_NAME_MAX)
		return ERR_PTR(-EINVAL);
	name = kmalloc(struct_size(name, bytes, len), GFP_KERNEL_ACCOUNT);
	if (!name)
		return ERR_PTR(-ENOMEM);
	name->len = len;
	return name;
}

static struct motet_name *motet_name_check(struct motet_name *name)
{
	if (!memchr(name->bytes, 0, name->len))
		return name;
	kfree(name);
	return ERR_PTR(-EINVAL);
}

/**
 * motet_name_new() - copy a name from the current task
 * @bytes: the name
 * @len: its length
 *
 * Context: may sleep.
 * Return: the name, to be freed with kfree() unless it is published; or
 * ERR_PTR() of -EINVAL for a bad length or a NUL, -ENOMEM, -EFAULT.
 */
struct motet_name *motet_name_new(const void __user *bytes, u32 len)
{
	struct motet_name *name = motet_name_alloc(len);

	if (IS_ERR(name))
		return name;
	if (copy_from_user(name->bytes, bytes, len)) {
		kfree(name);
		return ERR_PTR(-EFAULT);
	}
	return motet_name_check(name);
}

/**
 * motet_name_new_kernel() - copy a name from kernel memory
 * @bytes: the name
 * @len: its length
 *
 * Context: may sleep.
 * Return: as motet_name_new().
 */
struct motet_name *motet_name_new_kernel(const void *bytes, u32 len)
{
	struct motet_name *name = motet_name_alloc(len);

	if (IS_ERR(name))
		return name;
	memcpy(name->bytes, bytes, len);
	return motet_name_check(name);
}

/**
 * motet_object_subscribe() - be called with every event of every object
 * @subscriber: its callback gets the &enum motet_event and a
 *	&struct motet_object_event; under the mutex of the object's domain
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int motet_object_subscribe(struct notifier_block *subscriber)
{
	return blocking_notifier_chain_register(&motet_object_events,
						subscriber);
}

/**
 * motet_object_unsubscribe() - no longer be called
 * @subscriber: as it was subscribed
 *
 * Context: may sleep. No callback runs any more when it returns.
 */
void motet_object_unsubscribe(struct notifier_block *subscriber)
{
	blocking_notifier_chain_unregister(&motet_object_events, subscriber);
}

/**
 * motet_object_event() - tell the subscribers, and at its end whoever has a bond
 * @object: what it is about
 * @event: what happened
 * @sequence: number of the event in the domain
 *
 * Context: may sleep; under the mutex of the object's domain.
 */
void motet_object_event(struct motet_object *object, enum motet_event event,
			u64 sequence)
{
	struct motet_object_event data = {
		.object = object,
		.sequence = sequence,
	};
	struct motet_bond *bond;

	blocking_notifier_call_chain(&motet_object_events, event, &data);
	if (event != MOTET_EVENT_DELETE)
		return;
	while ((bond = list_first_entry_or_null(&object->bonds,
						struct motet_bond, link)))
		bond->end(bond);
}
