/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling listeners what happens to objects. */
#ifndef _MOTET_NOTIFY_H
#define _MOTET_NOTIFY_H

#include <linux/types.h>

#include "object.h"

struct genl_family;
struct motet_node;
struct motet_nodes;
struct pid_namespace;
struct sk_buff;
struct user_namespace;

/**
 * DOC: notify
 *
 * Turns the events of objects and of nodes into multicast messages. It knows
 * what a record of a port, a group, a channel, a checkpoint, a lock or a node
 * looks like, by the *kind* of each; answers and dumps are filled by it too, so that an
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

/**
 * struct motet_notify_kind - how objects of a class are told of and shown
 * @class: the class [const]
 * @get: the command of answers and dumps [const]
 * @told: the command that tells of an event [const]
 * @id: attribute of the identifier [const]
 * @name: attribute of the name [const]
 * @ids: identifiers that a record may have [const]
 * @numbers: attributes that are neither, counted generously [const]
 * @fill: puts the record of an object into a message. It is called under the
 *	mutex of the domain; if the record does not fit it says -EMSGSIZE, and part
 *	of it is in the message then [const]
 */
struct motet_notify_kind {
	enum motet_class class;
	u8 get;
	u8 told[MOTET_EVENT_DELETE + 1];
	int id;
	int name;
	unsigned int ids;
	unsigned int numbers;
	int (*fill)(struct sk_buff *skb, struct motet_object *object,
		    const struct motet_notify_reader *reader, u64 sequence);
};

int motet_notify_start(const struct genl_family *family, unsigned int objects,
		       unsigned int nodes);
void motet_notify_stop(void);

/* notify.c */
size_t motet_notify_size(const struct motet_notify_kind *kind,
			 const struct motet_object *object);
extern const struct motet_notify_kind motet_notify_ports;
size_t motet_notify_node_size(const struct motet_node *node);
int motet_notify_fill_node(struct sk_buff *skb, const struct motet_nodes *nodes,
			   const struct motet_node *node);

/* notify_group.c */
extern const struct motet_notify_kind motet_notify_groups;

/* notify_channel.c */
extern const struct motet_notify_kind motet_notify_channels;

/* notify_checkpoint.c */
extern const struct motet_notify_kind motet_notify_checkpoints;

/* notify_lock.c */
extern const struct motet_notify_kind motet_notify_locks;

#endif /* _MOTET_NOTIFY_H */
