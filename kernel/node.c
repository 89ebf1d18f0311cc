// SPDX-License-Identifier: GPL-2.0-only
/* The nodes of the cluster, as a domain knows them. */

#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "domain.h"
#include "node.h"
#include "object.h"
#include "trace.h"

/* The own node until somebody knows better. */
#define MOTET_NODE_ALONE	1

static BLOCKING_NOTIFIER_HEAD(motet_node_events);
static unsigned int motet_node_net_id __read_mostly;

/**
 * motet_nodes_of() - the nodes of a domain
 * @domain: the domain
 *
 * Return: the table, which lives as long as the domain.
 */
struct motet_nodes *motet_nodes_of(const struct motet_domain *domain)
{
	return net_generic(domain->net, motet_node_net_id);
}

/**
 * motet_node_here() - the number of the own node
 * @domain: the domain
 *
 * Context: any.
 * Return: the number.
 */
u32 motet_node_here(const struct motet_domain *domain)
{
	return READ_ONCE(motet_nodes_of(domain)->here);
}

/**
 * motet_node_is_member() - whether a node is a member of the cluster
 * @domain: the domain
 * @number: number of the node
 *
 * Context: any.
 * Return: false also if there is no such node.
 */
bool motet_node_is_member(const struct motet_domain *domain, u32 number)
{
	const struct motet_node *node;
	bool member;

	rcu_read_lock();
	node = xa_load(&motet_nodes_of(domain)->table, number);
	member = node && READ_ONCE(node->member);
	rcu_read_unlock();
	return member;
}

/**
 * motet_node_is_known() - whether there is a node, member or not
 * @domain: the domain
 * @number: number of the node
 *
 * Context: any.
 * Return: true if there is.
 */
bool motet_node_is_known(const struct motet_domain *domain, u32 number)
{
	return xa_load(&motet_nodes_of(domain)->table, number);
}

/**
 * motet_node_subscribe() - be called with every event of every node
 * @subscriber: its callback gets the &enum motet_node_event and a
 *	&struct motet_node_event_data; under the mutex of the table
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int motet_node_subscribe(struct notifier_block *subscriber)
{
	return blocking_notifier_chain_register(&motet_node_events, subscriber);
}

/**
 * motet_node_unsubscribe() - no longer be called
 * @subscriber: as it was subscribed
 *
 * Context: may sleep. No callback runs any more when it returns.
 */
void motet_node_unsubscribe(struct notifier_block *subscriber)
{
	blocking_notifier_chain_unregister(&motet_node_events, subscriber);
}

static void motet_node_tell(struct motet_domain *domain,
			    enum motet_node_event event,
			    const struct motet_node *node)
{
	struct motet_nodes *nodes = motet_nodes_of(domain);
	struct motet_node_event_data data = {
		.domain = domain,
		.nodes = nodes,
		.node = node,
	};

	lockdep_assert_held(&nodes->mutex);
	nodes->sequence++;
	trace_motet_node(node->number, event, node->member, nodes->view);
	blocking_notifier_call_chain(&motet_node_events, event, &data);
}

/*
 * The own node's objects are on node 0, so it has none to lose. Who makes a
 * proxy after this walk finds out that the node is no member.
 */
static void motet_node_withdraw(struct motet_domain *domain,
				struct motet_node *node)
{
	struct motet_object *object;
	unsigned long serial = 0;

	lockdep_assert_held(&motet_nodes_of(domain)->mutex);
	if (!node->member)
		return;
	WRITE_ONCE(node->member, false);
	/* pairs with motet_port_create_publish(): one of the two sees the other */
	smp_mb();
	while ((object = motet_domain_next(domain, MOTET_CLASS_PORT,
					   &serial))) {
		if (object->node == node->number)
			object->ops->node_gone(object);
		motet_object_put(object);
	}
}

static bool motet_node_has_rebooted(const struct motet_node *old,
				    const struct motet_node *node)
{
	return old->member && node->member && old->boot_time &&
	       old->boot_time != node->boot_time;
}

/* A number that the own node has given up is nobody's. */
static bool motet_node_has_left(const struct motet_node *old,
				const struct motet_node *node, bool rebooted)
{
	return rebooted || (old->member && !node->member) ||
	       old->number != node->number;
}

static void motet_node_apply(struct motet_node *node,
			     const struct motet_node_change *change)
{
	node->number = change->number;
	if (change->fields & MOTET_NODE_SET_NAME) {
		node->name_len = change->name_len;
		memcpy(node->name, change->name, change->name_len);
	}
	if (change->fields & MOTET_NODE_SET_ADDRESS) {
		node->address_len = change->address_len;
		memcpy(node->address, change->address, change->address_len);
	}
	if (change->fields & MOTET_NODE_SET_MEMBER)
		node->member = change->member;
	if (change->fields & MOTET_NODE_SET_BOOT_TIME)
		node->boot_time = change->boot_time;
}

/* The record as it will be; @old is what it will replace, if anything. */
static struct motet_node *motet_node_new(const struct motet_node *old,
					 const struct motet_node_change *change)
{
	struct motet_node *node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);

	if (!node)
		return NULL;
	if (old)
		*node = *old;
	motet_node_apply(node, change);
	return node;
}

static void motet_node_next_view(struct motet_nodes *nodes,
				 struct motet_node *node,
				 const struct motet_node_change *change,
				 bool moved)
{
	lockdep_assert_held(&nodes->mutex);
	if (change->fields & MOTET_NODE_SET_VIEW)
		nodes->view = change->view;
	else if (moved)
		nodes->view++;
	if (moved)
		node->since_view = nodes->view;
}

/* Nothing fails any more: the table has a place for the record. */
static void motet_node_replace(struct motet_domain *domain,
			       struct motet_node *old, struct motet_node *node,
			       const struct motet_node_change *change)
{
	struct motet_nodes *nodes = motet_nodes_of(domain);
	bool rebooted = old && motet_node_has_rebooted(old, node);
	bool moved = old ? old->member != node->member : node->member;
	bool here = old && old->number == nodes->here;
	bool left = old && motet_node_has_left(old, node, rebooted && !here);

	if (old && !here && (rebooted || !node->member))
		motet_node_withdraw(domain, old);
	motet_node_next_view(nodes, node, change, moved || rebooted);
	xa_store(&nodes->table, node->number, node, GFP_KERNEL_ACCOUNT);
	if (here)
		WRITE_ONCE(nodes->here, node->number);
	if (old && old->number == node->number) {
		motet_node_tell(domain, MOTET_NODE_CHANGED, node);
	} else if (old) {
		xa_erase(&nodes->table, old->number);
		motet_node_tell(domain, MOTET_NODE_DELETED, old);
		motet_node_tell(domain, MOTET_NODE_CREATED, node);
	} else {
		nodes->count++;
		motet_node_tell(domain, MOTET_NODE_CREATED, node);
	}
	if (left)
		motet_domain_node_left(domain, old->number);
	if (old)
		kfree_rcu(old, rcu);
}

/* What is to be replaced, or NULL if the node is new. */
static struct motet_node *motet_node_find(struct motet_nodes *nodes,
					  const struct motet_node_change *change)
{
	struct motet_node *node = xa_load(&nodes->table, change->number);

	lockdep_assert_held(&nodes->mutex);
	if ((change->fields & MOTET_NODE_SET_VIEW) &&
	    change->view < nodes->view)
		return ERR_PTR(-ESTALE);
	if ((change->fields & MOTET_NODE_SET_HERE) &&
	    change->number != nodes->here)
		return node ? ERR_PTR(-EEXIST) :
			      xa_load(&nodes->table, nodes->here);
	if (!node && nodes->count >= MOTET_NODES_MAX)
		return ERR_PTR(-EDQUOT);
	return node;
}

static int motet_node_set_locked(struct motet_domain *domain,
				 const struct motet_node_change *change)
{
	struct motet_nodes *nodes = motet_nodes_of(domain);
	struct motet_node *old, *node;
	int err;

	old = motet_node_find(nodes, change);
	if (IS_ERR(old))
		return PTR_ERR(old);
	node = motet_node_new(old, change);
	if (!node)
		return -ENOMEM;
	err = xa_reserve(&nodes->table, node->number, GFP_KERNEL_ACCOUNT);
	if (err) {
		kfree(node);
		return err;
	}
	motet_node_replace(domain, old, node, change);
	return 0;
}

/**
 * motet_node_set() - create or change a node
 * @domain: where
 * @change: what to set
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for number 0 or a NUL in the name, -EEXIST if the own node
 * can't have that number since another has it, -EDQUOT for too many nodes,
 * -ESTALE for a view that is over, -ENOMEM.
 */
int motet_node_set(struct motet_domain *domain,
		   const struct motet_node_change *change)
{
	struct motet_nodes *nodes = motet_nodes_of(domain);
	int err;

	if (!change->number || change->name_len > MOTET_NODE_NAME_MAX ||
	    change->address_len > MOTET_NODE_ADDRESS_MAX ||
	    memchr(change->name, 0, change->name_len))
		return -EINVAL;
	mutex_lock(&nodes->mutex);
	err = motet_node_set_locked(domain, change);
	mutex_unlock(&nodes->mutex);
	return err;
}

static int motet_node_delete_locked(struct motet_domain *domain, u32 number)
{
	struct motet_nodes *nodes = motet_nodes_of(domain);
	struct motet_node *node = xa_load(&nodes->table, number);

	if (!node)
		return -ESRCH;
	if (node->member || number == nodes->here)
		return -EBUSY;
	xa_erase(&nodes->table, number);
	nodes->count--;
	motet_node_tell(domain, MOTET_NODE_DELETED, node);
	kfree_rcu(node, rcu);
	return 0;
}

/**
 * motet_node_delete() - forget a node
 * @domain: where
 * @number: number of the node
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if there is none, -EBUSY if it is a member or the own node.
 */
int motet_node_delete(struct motet_domain *domain, u32 number)
{
	struct motet_nodes *nodes = motet_nodes_of(domain);
	int err;

	mutex_lock(&nodes->mutex);
	err = motet_node_delete_locked(domain, number);
	mutex_unlock(&nodes->mutex);
	return err;
}

static int __net_init motet_node_net_init(struct net *net)
{
	struct motet_nodes *nodes = net_generic(net, motet_node_net_id);
	struct motet_node *node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	int err;

	if (!node)
		return -ENOMEM;
	node->number = MOTET_NODE_ALONE;
	node->member = true;
	node->boot_time = ktime_get_real_ns() - ktime_get_boottime_ns();
	mutex_init(&nodes->mutex);
	xa_init(&nodes->table);
	nodes->here = node->number;
	nodes->count = 1;
	err = xa_err(xa_store(&nodes->table, node->number, node,
			      GFP_KERNEL_ACCOUNT));
	if (err)
		kfree(node);
	return err;
}

static void __net_exit motet_node_net_exit(struct net *net)
{
	struct motet_nodes *nodes = net_generic(net, motet_node_net_id);
	struct motet_node *node;
	unsigned long number;

	xa_for_each(&nodes->table, number, node)
		kfree(node);
	xa_destroy(&nodes->table);
}

static struct pernet_operations motet_node_net_ops = {
	.init = motet_node_net_init,
	.exit = motet_node_net_exit,
	.id = &motet_node_net_id,
	.size = sizeof(struct motet_nodes),
};

/**
 * motet_node_init() - let every domain have nodes
 *
 * Context: may sleep; after the domains are made.
 * Return: 0 or a negative error.
 */
int motet_node_init(void)
{
	return register_pernet_subsys(&motet_node_net_ops);
}

/**
 * motet_node_exit() - the other way round
 *
 * Context: may sleep; nobody asks for nodes any more.
 */
void motet_node_exit(void)
{
	unregister_pernet_subsys(&motet_node_net_ops);
}
