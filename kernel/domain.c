// SPDX-License-Identifier: GPL-2.0-only
/* A domain: the objects of one network namespace. */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <uapi/linux/motet_channel.h>

#include "domain.h"

static unsigned int motet_domain_ports_max = 1U << 20;
module_param_named(domain_ports_max, motet_domain_ports_max, uint, 0644);
MODULE_PARM_DESC(domain_ports_max, "ports that a domain may have");

static unsigned int motet_domain_locks_max = 1U << 20;
module_param_named(domain_locks_max, motet_domain_locks_max, uint, 0644);
MODULE_PARM_DESC(domain_locks_max, "locks that a domain may have");

static unsigned int motet_domain_checkpoints_max = 1U << 16;
module_param_named(domain_checkpoints_max, motet_domain_checkpoints_max, uint,
		   0644);
MODULE_PARM_DESC(domain_checkpoints_max, "checkpoints that a domain may have");

struct workqueue_struct *motet_workqueue;
static unsigned int motet_domain_net_id __read_mostly;

/**
 * struct motet_name_key - what is looked up in the table of names
 * @class: class of the object [own]
 * @name: its name [own]
 */
struct motet_name_key {
	enum motet_class class;
	const struct motet_name *name;
};

static u32 motet_name_hash(const struct motet_name *name,
			   enum motet_class class, u32 seed)
{
	return jhash(name->bytes, name->len, seed ^ class);
}

static u32 motet_name_key_hash(const void *data, u32 len, u32 seed)
{
	const struct motet_name_key *key = data;

	return motet_name_hash(key->name, key->class, seed);
}

/* An object is in the table only while it has a name. */
static u32 motet_name_object_hash(const void *data, u32 len, u32 seed)
{
	const struct motet_object *object = data;

	return motet_name_hash(rcu_dereference_raw(object->name),
			       object->ops->class, seed);
}

static int motet_name_compare(struct rhashtable_compare_arg *arg,
			      const void *data)
{
	const struct motet_name_key *key = arg->key;
	const struct motet_object *object = data;
	const struct motet_name *name = rcu_dereference_raw(object->name);

	return !name || key->class != object->ops->class ||
	       key->name->len != name->len ||
	       memcmp(key->name->bytes, name->bytes, name->len);
}

static const struct rhashtable_params motet_id_params = {
	.head_offset = offsetof(struct motet_object, id_node),
	.key_offset = offsetof(struct motet_object, id),
	.key_len = sizeof(struct motet_id),
	.automatic_shrinking = true,
};

static const struct rhashtable_params motet_name_params = {
	.head_offset = offsetof(struct motet_object, name_node),
	.hashfn = motet_name_key_hash,
	.obj_hashfn = motet_name_object_hash,
	.obj_cmpfn = motet_name_compare,
	.automatic_shrinking = true,
};

/**
 * motet_domain_of() - the domain of a network namespace
 * @net: the namespace
 *
 * Return: the domain, which lives as long as the namespace.
 */
struct motet_domain *motet_domain_of(const struct net *net)
{
	return net_generic(net, motet_domain_net_id);
}

/**
 * motet_domain_ports_limit() - how many ports a domain may be given
 *
 * Return: the limit in force now.
 */
u32 motet_domain_ports_limit(void)
{
	return READ_ONCE(motet_domain_ports_max);
}

/**
 * motet_domain_locks_limit() - how many locks a domain may have
 *
 * Return: the limit in force now.
 */
u32 motet_domain_locks_limit(void)
{
	return READ_ONCE(motet_domain_locks_max);
}

/**
 * motet_domain_checkpoints_limit() - how many checkpoints a domain may have
 *
 * Return: the limit in force now.
 */
u32 motet_domain_checkpoints_limit(void)
{
	return READ_ONCE(motet_domain_checkpoints_max);
}

/**
 * motet_domain_ports_max_of() - how many ports a domain may have now
 * @domain: the domain
 *
 * Return: what it was given, or the module's limit if that is lower now.
 */
u32 motet_domain_ports_max_of(const struct motet_domain *domain)
{
	return min(READ_ONCE(domain->ports_max), motet_domain_ports_limit());
}

/**
 * motet_domain_capable() - whether the current task administers a domain
 * @domain: the domain
 *
 * Return: true if it has CAP_NET_ADMIN in the user namespace of the domain.
 */
bool motet_domain_capable(const struct motet_domain *domain)
{
	return ns_capable(domain->net->user_ns, CAP_NET_ADMIN);
}

/**
 * motet_domain_may_locked() - whether the current task has rights on an object
 * @object: the object
 * @rights: bits of %MOTET_MODE_RECEIVE, %MOTET_MODE_SEND, %MOTET_MODE_ADMIN;
 *	one of them is enough
 *
 * Context: may sleep; under the domain's mutex.
 * Return: true if the mode of the object or a capability says so.
 */
bool motet_domain_may_locked(const struct motet_object *object, umode_t rights)
{
	umode_t granted = object->mode & rights;

	lockdep_assert_held(&object->domain->mutex);
	if (uid_eq(current_euid(), object->uid))
		granted &= 0700;
	else if (in_egroup_p(object->gid))
		granted &= 0070;
	else
		granted &= 0007;
	return granted || motet_domain_capable(object->domain);
}

/**
 * motet_domain_may() - whether the current task has rights on an object now
 * @object: the object
 * @rights: as for motet_domain_may_locked()
 *
 * Context: may sleep; the domain's mutex is not held.
 * Return: true if it has.
 */
bool motet_domain_may(const struct motet_object *object, umode_t rights)
{
	bool may;

	mutex_lock(&object->domain->mutex);
	may = motet_domain_may_locked(object, rights);
	mutex_unlock(&object->domain->mutex);
	return may;
}

/**
 * motet_domain_owns_locked() - whether the current task may change an object
 * @object: the object
 *
 * Context: may sleep; under the domain's mutex.
 * Return: true if it is the owner's, or has the capability.
 */
bool motet_domain_owns_locked(const struct motet_object *object)
{
	lockdep_assert_held(&object->domain->mutex);
	return uid_eq(current_euid(), object->uid) ||
	       motet_domain_capable(object->domain);
}

static void motet_domain_event(struct motet_object *object,
			       enum motet_event event)
{
	struct motet_domain *domain = object->domain;

	lockdep_assert_held(&domain->mutex);
	if (object->ops->silent)
		return;
	WRITE_ONCE(domain->sequence, domain->sequence + 1);
	motet_object_event(object, event, domain->sequence);
}

static u32 *motet_domain_count(struct motet_domain *domain,
			       enum motet_class class)
{
	switch (class) {
	case MOTET_CLASS_PORT:
		return &domain->ports;
	case MOTET_CLASS_GROUP:
		return &domain->groups;
	case MOTET_CLASS_LOCK:
		return &domain->locks;
	case MOTET_CLASS_CHANNEL:
		return &domain->channels;
	case MOTET_CLASS_CHECKPOINT:
		return &domain->checkpoints;
	default:
		return &domain->actors;
	}
}

static bool motet_domain_is_full(const struct motet_domain *domain,
				 enum motet_class class)
{
	lockdep_assert_held(&domain->mutex);
	switch (class) {
	case MOTET_CLASS_ACTOR:
		return false;
	case MOTET_CLASS_CHECKPOINT:
		return domain->checkpoints >= motet_domain_checkpoints_limit();
	case MOTET_CLASS_LOCK:
		return domain->locks >= motet_domain_locks_limit();
	default:
		return domain->ports + domain->groups + domain->channels >=
		       motet_domain_ports_max_of(domain);
	}
}

static int motet_domain_name(struct motet_object *object,
			     struct motet_name *name)
{
	struct motet_domain *domain = object->domain;
	struct motet_name_key key = {
		.class = object->ops->class,
		.name = name,
	};
	int err;

	lockdep_assert_held(&domain->mutex);
	rcu_assign_pointer(object->name, name);
	err = rhashtable_lookup_insert_key(&domain->names, &key,
					   &object->name_node,
					   motet_name_params);
	if (err) {
		RCU_INIT_POINTER(object->name, NULL);
		return err == -EEXIST ? err : -ENOMEM;
	}
	__module_get(THIS_MODULE);
	if (object->ops->class == MOTET_CLASS_PORT)
		domain->named++;
	return 0;
}

static void motet_domain_unname(struct motet_object *object)
{
	struct motet_domain *domain = object->domain;
	struct motet_name *name;

	lockdep_assert_held(&domain->mutex);
	name = rcu_dereference_protected(object->name,
					 lockdep_is_held(&domain->mutex));
	if (!name)
		return;
	rhashtable_remove_fast(&domain->names, &object->name_node,
			       motet_name_params);
	RCU_INIT_POINTER(object->name, NULL);
	kfree_rcu(name, rcu);
	if (object->ops->class == MOTET_CLASS_PORT)
		domain->named--;
	module_put(THIS_MODULE);
}

/*
 * The identifier, which nobody can guess, comes first; with the name the
 * object is found, and from then on nothing may fail.
 */
static int motet_domain_publish_locked(struct motet_object *object,
				       struct motet_name *name)
{
	struct motet_domain *domain = object->domain;
	unsigned long serial = domain->last_serial + 1;
	int err;

	lockdep_assert_held(&domain->mutex);
	err = xa_reserve(&domain->serials, serial, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	err = rhashtable_insert_fast(&domain->ids, &object->id_node,
				     motet_id_params);
	if (err) {
		err = -ENOMEM;
		goto err_release_serial;
	}
	if (name) {
		err = motet_domain_name(object, name);
		if (err)
			goto err_remove_id;
	}
	object->serial = serial;
	domain->last_serial = serial;
	xa_store(&domain->serials, serial, object, GFP_KERNEL_ACCOUNT);
	object->published = true;
	(*motet_domain_count(domain, object->ops->class))++;
	motet_domain_event(object, MOTET_EVENT_CREATE);
	return 0;

err_remove_id:
	rhashtable_remove_fast(&domain->ids, &object->id_node, motet_id_params);
err_release_serial:
	xa_release(&domain->serials, serial);
	return err;
}

/**
 * motet_domain_publish() - let an object be found
 * @object: complete; the caller keeps its reference, and unpublishes it
 * @name: its name or NULL; the domain's if this succeeds
 *
 * Context: may sleep.
 * Return: 0, or -EEXIST if the name is in use, -EDQUOT if the domain has
 * reached its limit, -ENODEV if it is going away, -ENOMEM.
 */
int motet_domain_publish(struct motet_object *object, struct motet_name *name)
{
	struct motet_domain *domain = object->domain;
	int err;

	mutex_lock(&domain->mutex);
	if (domain->gone)
		err = -ENODEV;
	else if (motet_domain_is_full(domain, object->ops->class))
		err = -EDQUOT;
	else
		err = motet_domain_publish_locked(object, name);
	mutex_unlock(&domain->mutex);
	return err;
}

/**
 * motet_domain_unpublish_locked() - let an object not be found any more
 * @object: the object; nothing happens if it is not published
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_domain_unpublish_locked(struct motet_object *object)
{
	struct motet_domain *domain = object->domain;

	lockdep_assert_held(&domain->mutex);
	if (!object->published)
		return;
	motet_domain_event(object, MOTET_EVENT_DELETE);
	motet_domain_unname(object);
	rhashtable_remove_fast(&domain->ids, &object->id_node, motet_id_params);
	xa_erase(&domain->serials, object->serial);
	object->published = false;
	(*motet_domain_count(domain, object->ops->class))--;
}

/**
 * motet_domain_unname_locked() - take the name of an object away
 * @object: the object
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_domain_unname_locked(struct motet_object *object)
{
	lockdep_assert_held(&object->domain->mutex);
	motet_domain_unname(object);
}

/**
 * motet_domain_changed_locked() - tell that the state of an object changed
 * @object: the object
 *
 * Context: may sleep; under the domain's mutex.
 */
void motet_domain_changed_locked(struct motet_object *object)
{
	motet_domain_event(object, MOTET_EVENT_CHANGE);
}

static struct motet_object *motet_object_try_get(struct motet_object *object,
						 enum motet_class class)
{
	if (!object || object->ops->class != class ||
	    !refcount_inc_not_zero(&object->refs))
		return NULL;
	return object;
}

/**
 * motet_domain_find() - find an object by its identifier
 * @domain: where
 * @id: its identifier
 * @class: what it must be
 *
 * Return: the object with a reference, or NULL.
 */
struct motet_object *motet_domain_find(struct motet_domain *domain,
				       const struct motet_id *id,
				       enum motet_class class)
{
	struct motet_object *object;

	rcu_read_lock();
	object = rhashtable_lookup(&domain->ids, id, motet_id_params);
	object = motet_object_try_get(object, class);
	rcu_read_unlock();
	return object;
}

/**
 * motet_domain_find_name() - find an object by its name
 * @domain: where
 * @name: its name
 * @class: what it must be
 *
 * Return: the object with a reference, or NULL.
 */
struct motet_object *motet_domain_find_name(struct motet_domain *domain,
					    const struct motet_name *name,
					    enum motet_class class)
{
	struct motet_name_key key = { .class = class, .name = name };
	struct motet_object *object;

	rcu_read_lock();
	object = rhashtable_lookup(&domain->names, &key, motet_name_params);
	object = motet_object_try_get(object, class);
	rcu_read_unlock();
	return object;
}

/**
 * motet_domain_next() - walk the objects of a class as they were created
 * @domain: where
 * @class: which objects
 * @serial: in: of the object seen last, 0 to begin; out: of this one
 *
 * Return: the next object with a reference, or NULL.
 */
struct motet_object *motet_domain_next(struct motet_domain *domain,
				       enum motet_class class,
				       unsigned long *serial)
{
	struct motet_object *object = NULL, *found;
	unsigned long index = *serial;

	do {
		cond_resched();
		rcu_read_lock();
		found = xa_find_after(&domain->serials, &index, ULONG_MAX,
				      XA_PRESENT);
		object = motet_object_try_get(found, class);
		rcu_read_unlock();
	} while (found && !object);
	*serial = index;
	return object;
}

/**
 * motet_domain_node_left() - tell whoever has a bond that a node has left
 * @domain: where
 * @node: number of the node, which is no member now, or was none for a moment
 *
 * Context: may sleep; the domain's mutex is not held.
 */
void motet_domain_node_left(struct motet_domain *domain, u32 node)
{
	struct motet_node_bond *bond, *next;

	mutex_lock(&domain->mutex);
	list_for_each_entry_safe(bond, next, &domain->node_bonds, bond.link)
		if (bond->node == node)
			bond->bond.end(&bond->bond);
	mutex_unlock(&domain->mutex);
}

static u32 motet_domain_purge_class(struct motet_domain *domain,
				    enum motet_class class)
{
	struct motet_object *object;
	unsigned long serial = 0;
	u32 count = 0;

	while ((object = motet_domain_next(domain, class, &serial))) {
		if (object->ops->purge(object))
			count++;
		motet_object_put(object);
		cond_resched();
	}
	return count;
}

/**
 * motet_domain_purge() - let every object die that nobody holds
 * @domain: where
 *
 * Ports go first: a group may be kept by nothing but a member among them.
 *
 * Context: may sleep.
 * Return: how many there were.
 */
u32 motet_domain_purge(struct motet_domain *domain)
{
	u32 count = motet_domain_purge_class(domain, MOTET_CLASS_PORT);

	count += motet_domain_purge_class(domain, MOTET_CLASS_GROUP);
	count += motet_domain_purge_class(domain, MOTET_CLASS_CHANNEL);
	count += motet_domain_purge_class(domain, MOTET_CLASS_CHECKPOINT);
	return count + motet_domain_purge_class(domain, MOTET_CLASS_LOCK);
}

static int __net_init motet_domain_net_init(struct net *net)
{
	struct motet_domain *domain = motet_domain_of(net);
	int err;

	domain->net = net;
	mutex_init(&domain->mutex);
	xa_init(&domain->serials);
	xa_init(&domain->watch_table);
	INIT_LIST_HEAD(&domain->node_bonds);
	atomic64_set(&domain->last_event, MOTET_EVENT_ID_MIN - 1);
	domain->ports_max = motet_domain_ports_limit();
	err = rhashtable_init(&domain->ids, &motet_id_params);
	if (err)
		return err;
	err = rhashtable_init(&domain->names, &motet_name_params);
	if (err)
		rhashtable_destroy(&domain->ids);
	return err;
}

static void __net_exit motet_domain_net_pre_exit(struct net *net)
{
	struct motet_domain *domain = motet_domain_of(net);

	mutex_lock(&domain->mutex);
	domain->gone = true;
	mutex_unlock(&domain->mutex);
}

static void __net_exit motet_domain_net_exit(struct net *net)
{
	motet_domain_purge(motet_domain_of(net));
}

static void __net_exit motet_domain_net_exit_batch(struct list_head *nets)
{
	struct motet_domain *domain;
	struct net *net;

	/* a death may queue the end of a group, which is not waited for then */
	flush_workqueue(motet_workqueue);
	flush_workqueue(motet_workqueue);
	list_for_each_entry(net, nets, exit_list) {
		domain = motet_domain_of(net);
		WARN_ON_ONCE(domain->ports || domain->groups ||
			     domain->channels || domain->checkpoints ||
			     domain->locks || domain->actors ||
			     domain->named || domain->watches);
		rhashtable_destroy(&domain->names);
		rhashtable_destroy(&domain->ids);
		xa_destroy(&domain->serials);
		xa_destroy(&domain->watch_table);
	}
}

static struct pernet_operations motet_domain_net_ops = {
	.init = motet_domain_net_init,
	.pre_exit = motet_domain_net_pre_exit,
	.exit = motet_domain_net_exit,
	.exit_batch = motet_domain_net_exit_batch,
	.id = &motet_domain_net_id,
	.size = sizeof(struct motet_domain),
};

/**
 * motet_domain_init() - make the domains, and the workqueue that serves them
 *
 * Return: 0 or a negative error.
 */
int motet_domain_init(void)
{
	int err;

	motet_workqueue = alloc_workqueue("motet", WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (!motet_workqueue)
		return -ENOMEM;
	err = register_pernet_subsys(&motet_domain_net_ops);
	if (err)
		destroy_workqueue(motet_workqueue);
	return err;
}

/**
 * motet_domain_exit() - the other way round
 */
void motet_domain_exit(void)
{
	unregister_pernet_subsys(&motet_domain_net_ops);
	destroy_workqueue(motet_workqueue);
}
