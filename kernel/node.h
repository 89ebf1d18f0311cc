/* SPDX-License-Identifier: GPL-2.0-only */
/* The nodes of the cluster, as a domain knows them. */
#ifndef _MOTET_NODE_H
#define _MOTET_NODE_H

#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <uapi/linux/motet_netlink.h>

struct motet_domain;

/**
 * DOC: node
 *
 * A node is a machine of the cluster, or what plays one. Every domain has a
 * table of nodes. The kernel holds no protocol: a privileged daemon learns from
 * the cluster who is a member, and sets the table by netlink. Until one does,
 * there is one node, number 1, the own one, a member: a cluster of one, in
 * which everything works.
 *
 * A node has a number that is its own for good, a name, an address in whatever
 * form the daemon uses, and the time at which it was booted. It is a *member*,
 * or known and absent. Membership comes in *views*, numbered upwards: the
 * daemon says to which one a change belongs, so that all nodes number them
 * alike; else each change of membership begins the next one.
 *
 * The *own* node is this machine. It can be renumbered, and cease to be a
 * member, but not be deleted; objects of this machine are on node 0, whatever
 * number it has, so neither does anything to them.
 *
 * A port of another node is represented by a *proxy*: a port that the daemon
 * for the network holds, with the number of that node in it. A proxy is made
 * for members only. When a node ceases to be a member, is deleted, or comes
 * with another boot time (it was away, if only for a moment), every port that
 * is on it dies: who waits there is released as by the death of any port, and
 * groups lose it.
 *
 * Records are not changed but replaced, and freed after a grace period; they
 * are read under RCU, or under the mutex of the table. That mutex is held all
 * through a change: membership is withdrawn, the ports die, the record is
 * replaced, subscribers are told, and last whoever has a bond (object.h). So
 * when they are told that a node has gone, nothing of it is left, and they are
 * told in the order of the numbers of the events. The mutex is taken before the
 * domain's. Records are charged to the memory cgroup of the one who sets them,
 * and there are at most
 * %MOTET_NODES_MAX.
 */

/**
 * struct motet_node - a node
 * @rcu: frees it [rcu]
 * @number: its number, not 0 [const]
 * @member: it is a member; withdrawn before its ports die [atomic]
 * @boot_time: when it was booted, nanoseconds of CLOCK_REALTIME, 0 if unknown
 *	[const]
 * @since_view: view in which it became or ceased to be a member [const]
 * @name_len: length of its name in bytes, 0 if it has none [const]
 * @address_len: length of its address in bytes, 0 if it has none [const]
 * @name: name, without NUL [const]
 * @address: address [const]
 */
struct motet_node {
	struct rcu_head rcu;
	u32 number;
	bool member;
	u64 boot_time;
	u64 since_view;
	u32 name_len;
	u32 address_len;
	u8 name[MOTET_NODE_NAME_MAX];
	u8 address[MOTET_NODE_ADDRESS_MAX];
};

/**
 * struct motet_nodes - the nodes of a domain
 * @mutex: orders changes, and the events that tell of them [own]
 * @table: by number [nodes.mutex, rcu]
 * @here: number of the own node [nodes.mutex, atomic]
 * @count: how many there are [nodes.mutex]
 * @view: number of the view [nodes.mutex]
 * @sequence: number of the last event [nodes.mutex]
 */
struct motet_nodes {
	struct mutex mutex;
	struct xarray table;
	u32 here;
	u32 count;
	u64 view;
	u64 sequence;
};

/**
 * enum motet_node_field - what of a node is to be set
 * @MOTET_NODE_SET_NAME: the name
 * @MOTET_NODE_SET_ADDRESS: the address
 * @MOTET_NODE_SET_MEMBER: whether it is a member
 * @MOTET_NODE_SET_BOOT_TIME: the boot time
 * @MOTET_NODE_SET_VIEW: the view is given
 * @MOTET_NODE_SET_HERE: it is the own node
 */
enum motet_node_field {
	MOTET_NODE_SET_NAME		= 1 << 0,
	MOTET_NODE_SET_ADDRESS		= 1 << 1,
	MOTET_NODE_SET_MEMBER		= 1 << 2,
	MOTET_NODE_SET_BOOT_TIME	= 1 << 3,
	MOTET_NODE_SET_VIEW		= 1 << 4,
	MOTET_NODE_SET_HERE		= 1 << 5,
};

/**
 * struct motet_node_change - what to set
 * @number: of which node [own]
 * @fields: bits of &enum motet_node_field; the rest stays as it is [own]
 * @name: name, without NUL [own]
 * @name_len: at most %MOTET_NODE_NAME_MAX [own]
 * @address: address [own]
 * @address_len: at most %MOTET_NODE_ADDRESS_MAX [own]
 * @member: whether it is a member [own]
 * @boot_time: boot time [own]
 * @view: view that the change belongs to [own]
 */
struct motet_node_change {
	u32 number;
	u32 fields;
	const void *name;
	u32 name_len;
	const void *address;
	u32 address_len;
	bool member;
	u64 boot_time;
	u64 view;
};

/**
 * enum motet_node_event - what happened to a node
 * @MOTET_NODE_CREATED: it is known now
 * @MOTET_NODE_CHANGED: its record was replaced
 * @MOTET_NODE_DELETED: it is not known any more
 */
enum motet_node_event {
	MOTET_NODE_CREATED,
	MOTET_NODE_CHANGED,
	MOTET_NODE_DELETED,
};

/**
 * struct motet_node_event_data - what subscribers are called with
 * @domain: where it happened [const]
 * @nodes: the table, locked; its sequence is the event's number [const]
 * @node: what it happened to [const]
 */
struct motet_node_event_data {
	struct motet_domain *domain;
	struct motet_nodes *nodes;
	const struct motet_node *node;
};

int motet_node_init(void);
void motet_node_exit(void);

u32 motet_node_here(const struct motet_domain *domain);
bool motet_node_is_member(const struct motet_domain *domain, u32 number);
bool motet_node_is_known(const struct motet_domain *domain, u32 number);
struct motet_nodes *motet_nodes_of(const struct motet_domain *domain);
int motet_node_set(struct motet_domain *domain,
		   const struct motet_node_change *change);
int motet_node_delete(struct motet_domain *domain, u32 number);

int motet_node_subscribe(struct notifier_block *subscriber);
void motet_node_unsubscribe(struct notifier_block *subscriber);

#endif /* _MOTET_NODE_H */
