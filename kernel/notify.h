/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling listeners what happens to objects. */
#ifndef _MOTET_NOTIFY_H
#define _MOTET_NOTIFY_H

#include <linux/types.h>

struct genl_family;
struct motet_channel;
struct motet_checkpoint;
struct motet_group;
struct motet_lock;
struct motet_node;
struct motet_nodes;
struct motet_port;
struct pid_namespace;
struct sk_buff;
struct user_namespace;

/**
 * DOC: notify
 *
 * Turns the events of objects and of nodes into multicast messages. It knows
 * what a record of a port, a group, a channel, a checkpoint, a lock or a node
 * looks like; answers and dumps are filled with the same functions, so that an
 * event and an answer never differ in what they mean. It does not know the
 * netlink family: the family comes with motet_notify_start(), which the one that
 * registers it calls once that is done, and ends with motet_notify_stop() before
 * it is unregistered.
 *
 * Events come in under the mutex of the domain, or of the table of nodes, in
 * the order of their numbers, and are sent under it, so listeners get them in
 * that order. Nothing is allocated while nobody listens. An event that can't be
 * told for want of memory is reported to all listeners as ENOBUFS, as if their
 * buffers had been full: they dump again.
 *
 * An event has many readers. Users and groups are therefore those of the user
 * namespace of the domain, and processes are left out: there is no pid
 * namespace that is everyone's.
 */

/**
 * struct motet_notify_reader - in whose terms a record is
 * @user_ns: namespace of users and groups [own]
 * @pid_ns: namespace of processes; NULL leaves them out [own]
 */
struct motet_notify_reader {
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
};

int motet_notify_start(const struct genl_family *family, unsigned int objects,
		       unsigned int nodes);
void motet_notify_stop(void);

size_t motet_notify_port_size(struct motet_port *port);
int motet_notify_fill_port(struct sk_buff *skb, struct motet_port *port,
			   const struct motet_notify_reader *reader,
			   u64 sequence);
size_t motet_notify_group_size(struct motet_group *group);
int motet_notify_fill_group(struct sk_buff *skb, struct motet_group *group,
			    const struct motet_notify_reader *reader,
			    u64 sequence);
size_t motet_notify_lock_size(struct motet_lock *lock);
int motet_notify_fill_lock(struct sk_buff *skb, struct motet_lock *lock,
			   const struct motet_notify_reader *reader,
			   u64 sequence);
size_t motet_notify_channel_size(struct motet_channel *channel);
int motet_notify_fill_channel(struct sk_buff *skb,
			      struct motet_channel *channel,
			      const struct motet_notify_reader *reader,
			      u64 sequence);
size_t motet_notify_checkpoint_size(struct motet_checkpoint *checkpoint);
int motet_notify_fill_checkpoint(struct sk_buff *skb,
				 struct motet_checkpoint *checkpoint,
				 const struct motet_notify_reader *reader,
				 u64 sequence);
size_t motet_notify_node_size(const struct motet_node *node);
int motet_notify_fill_node(struct sk_buff *skb, const struct motet_nodes *nodes,
			   const struct motet_node *node);

#endif /* _MOTET_NOTIFY_H */
