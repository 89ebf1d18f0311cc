/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain: the objects of one network namespace. */
#ifndef _MOTET_DOMAIN_H
#define _MOTET_DOMAIN_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "object.h"

struct net;
struct workqueue_struct;

/**
 * DOC: domain
 *
 * There is one domain per network namespace; it comes and goes with it. It
 * finds objects by identifier, by class and name, and in the order of their
 * creation (which dumps walk: whatever lives all through a dump is seen once).
 *
 * Actors hold the namespace, and so does what they opened. Retained objects
 * don't: when the namespace goes nobody can reach them any more, and they go
 * with it. Named objects hold the module, so that it is not unloaded from
 * under what is meant to outlive its holder.
 *
 * The mutex orders all changes of the tables, and the events that tell of
 * them. Only the mutex of the nodes is taken before it.
 */

/**
 * struct motet_domain - the objects of one network namespace
 * @net: the namespace [const]
 * @mutex: orders publishing, unpublishing and changes of state [own]
 * @ids: objects by identifier [domain.mutex, rcu]
 * @names: objects by class and name [domain.mutex, rcu]
 * @serials: objects in the order of creation [domain.mutex, rcu]
 * @last_serial: of the object created last [domain.mutex]
 * @sequence: number of the last event [domain.mutex]
 * @actors: actors that are published [domain.mutex]
 * @ports: ports that are published [domain.mutex]
 * @groups: groups that are published [domain.mutex]
 * @channels: channels that are published [domain.mutex]
 * @last_event: identifier of the event that was published last [atomic]
 * @locks: locks that are published [domain.mutex]
 * @checkpoints: checkpoints that are published [domain.mutex]
 * @named: ports that have a name [domain.mutex]
 * @retained: ports that nobody holds [domain.mutex]
 * @watches: watches that are in force [domain.mutex]
 * @watch_table: them, by number [domain.mutex]
 * @last_watch: number of the last one [domain.mutex]
 * @node_bonds: who is told when a node leaves [domain.mutex]
 * @ports_max: limit of @ports, @groups and @channels together [domain.mutex]
 * @gone: the namespace is going away [domain.mutex]
 * @view: what sysfs shows of it, if anything [domain.mutex]
 */
struct motet_domain {
	struct net *net;
	struct mutex mutex;
	struct rhashtable ids;
	struct rhashtable names;
	struct xarray serials;
	unsigned long last_serial;
	u64 sequence;
	u32 actors;
	u32 ports;
	u32 groups;
	u32 channels;
	atomic64_t last_event;
	u32 locks;
	u32 checkpoints;
	u32 named;
	u32 retained;
	u32 watches;
	struct xarray watch_table;
	unsigned long last_watch;
	struct list_head node_bonds;
	u32 ports_max;
	bool gone;
	void *view;
};

/** motet_workqueue - where deaths and what follows from them is carried out */
extern struct workqueue_struct *motet_workqueue;

int motet_domain_init(void);
void motet_domain_exit(void);

struct motet_domain *motet_domain_of(const struct net *net);
u32 motet_domain_ports_limit(void);
u32 motet_domain_locks_limit(void);
u32 motet_domain_checkpoints_limit(void);
u32 motet_domain_ports_max_of(const struct motet_domain *domain);
bool motet_domain_capable(const struct motet_domain *domain);
bool motet_domain_may(const struct motet_object *object, umode_t rights);
bool motet_domain_may_locked(const struct motet_object *object, umode_t rights);
bool motet_domain_owns_locked(const struct motet_object *object);

int motet_domain_publish(struct motet_object *object, struct motet_name *name);
void motet_domain_unpublish_locked(struct motet_object *object);
void motet_domain_unname_locked(struct motet_object *object);
void motet_domain_changed_locked(struct motet_object *object);

struct motet_object *motet_domain_find(struct motet_domain *domain,
				       const struct motet_id *id,
				       enum motet_class class);
struct motet_object *motet_domain_find_name(struct motet_domain *domain,
					    const struct motet_name *name,
					    enum motet_class class);
struct motet_object *motet_domain_next(struct motet_domain *domain,
				       enum motet_class class,
				       unsigned long *serial);
void motet_domain_node_left(struct motet_domain *domain, u32 node);
u32 motet_domain_purge(struct motet_domain *domain);

#endif /* _MOTET_DOMAIN_H */
