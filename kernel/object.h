/* SPDX-License-Identifier: GPL-2.0-only */
/* What every object has: identifier, name, owner, mode, retention, life. */
#ifndef _MOTET_OBJECT_H
#define _MOTET_OBJECT_H

#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <uapi/linux/motet.h>

struct motet_actor;
struct motet_domain;
struct motet_object;
struct motet_load;

/**
 * DOC: object
 *
 * Actors, ports and groups are objects. An object is built by its class,
 * *published* in a domain under an identifier that is never used again and
 * perhaps a name, and *unpublished* when it dies. From then on nobody finds
 * it, and it is freed with its last reference, after a grace period, since
 * lookups take their reference under RCU.
 *
 * Publishing, unpublishing and changes that others are told of happen under
 * the mutex of the domain. Each raises an event, to which the upper layers
 * subscribe (multicast, sysfs); they are called under that mutex, in the order
 * of the events, and may sleep.
 *
 * Classes know each other only by references to objects, by these operations, and
 * by *bonds*: whoever has to know when an object of another class ends puts one
 * on it.
 */

/**
 * enum motet_event - what happened to an object
 * @MOTET_EVENT_CREATE: it was published
 * @MOTET_EVENT_CHANGE: its state or name changed
 * @MOTET_EVENT_DELETE: it was unpublished
 */
enum motet_event {
	MOTET_EVENT_CREATE,
	MOTET_EVENT_CHANGE,
	MOTET_EVENT_DELETE,
};

/**
 * struct motet_object_ops - what a class does
 * @class: which class [const]
 * @silent: raises no events [const]
 * @release: the last reference is gone: free it after a grace period; may
 *	sleep [const]
 * @holder_gone: an actor died that has handles by which it holds the object, or
 *	may come to hold it: end them all; may sleep [const]
 * @purge: die if nobody holds the object; true if it did; the domain's mutex
 *	is not held [const]
 * @node_gone: the node that the object is on is no member any more: die; may
 *	sleep, the domain's mutex is not held [const]
 * @load_ended: a message that the group has sent to a member is finished; any
 *	context but hard interrupt, no queue lock held [const]
 * @job_ended: a job of the group is done, or is in the backlog again, and its
 *	member has none any more; may sleep [const]
 */
struct motet_object_ops {
	enum motet_class class;
	bool silent;
	void (*release)(struct motet_object *object);
	void (*holder_gone)(struct motet_object *object,
			    struct motet_actor *actor);
	bool (*purge)(struct motet_object *object);
	void (*node_gone)(struct motet_object *object);
	void (*load_ended)(struct motet_object *group,
			   const struct motet_load *load);
	void (*job_ended)(struct motet_object *group,
			  const struct motet_id *member, u32 job_class);
};

/**
 * struct motet_name - a name
 * @rcu: frees it [rcu]
 * @len: bytes, 1 to %MOTET_NAME_MAX [const]
 * @bytes: not terminated [const]
 */
struct motet_name {
	struct rcu_head rcu;
	u32 len;
	u8 bytes[] __counted_by(len);
};

/**
 * struct motet_bond - what is to be told of the end of an object
 * @link: among the bonds of the object [domain.mutex]
 * @end: the object is gone, and every subscriber knows; takes the bond away. The
 *	domain's mutex is held [const]
 */
struct motet_bond {
	struct list_head link;
	void (*end)(struct motet_bond *bond);
};

/**
 * struct motet_node_bond - what is to be told when a node ceases to be a member
 * @bond: its link is among the bonds of the domain to nodes [domain.mutex]
 * @node: number of the node [const]
 */
struct motet_node_bond {
	struct motet_bond bond;
	u32 node;
};

/**
 * struct motet_object - what every object has
 * @refs: references [atomic]
 * @ops: what its class does [const]
 * @domain: where it lives; valid while it is published or its actor lives
 *	[const]
 * @id: identifier [const]
 * @serial: position in the order of creation [const]
 * @published: the domain knows it [domain.mutex]
 * @id_node: in the domain's table of identifiers [domain.mutex, rcu]
 * @name_node: in the domain's table of names [domain.mutex, rcu]
 * @name: its name or NULL [domain.mutex, rcu]
 * @uid: owner [domain.mutex]
 * @gid: group [domain.mutex]
 * @mode: mode bits [domain.mutex]
 * @retention: how long it outlives its holder, nanoseconds [domain.mutex]
 * @node: number of the node that it is on, 0 for this one [const]
 * @bonds: what is to be told of its end [domain.mutex]
 * @rcu: frees it [rcu]
 */
struct motet_object {
	refcount_t refs;
	const struct motet_object_ops *ops;
	struct motet_domain *domain;
	struct motet_id id;
	unsigned long serial;
	bool published;
	struct rhash_head id_node;
	struct rhash_head name_node;
	struct motet_name __rcu *name;
	kuid_t uid;
	kgid_t gid;
	umode_t mode;
	u64 retention;
	u32 node;
	struct list_head bonds;
	struct rcu_head rcu;
};

void motet_object_init(struct motet_object *object,
		       const struct motet_object_ops *ops,
		       struct motet_domain *domain);
struct motet_object *motet_object_get(struct motet_object *object);
void motet_object_put(struct motet_object *object);

struct motet_name *motet_name_new(const void __user *bytes, u32 len);
struct motet_name *motet_name_new_kernel(const void *bytes, u32 len);

/**
 * struct motet_object_event - what subscribers are called with
 * @object: what it happened to [const]
 * @sequence: number of the event in its domain [const]
 */
struct motet_object_event {
	struct motet_object *object;
	u64 sequence;
};

int motet_object_subscribe(struct notifier_block *subscriber);
void motet_object_unsubscribe(struct notifier_block *subscriber);
void motet_object_event(struct motet_object *object, enum motet_event event,
			u64 sequence);

#endif /* _MOTET_OBJECT_H */
