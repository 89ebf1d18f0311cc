/* SPDX-License-Identifier: GPL-2.0-only */
/* What users make the kernel hold, counted and bounded. */
#ifndef _MOTET_QUOTA_H
#define _MOTET_QUOTA_H

#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/**
 * DOC: quota
 *
 * A *user* is the account of one global uid, whatever namespaces it appears
 * in: the numbers of actors and ports, the sum of the bounds of its ports in
 * bytes, the number of locks and what belongs to them, and so on: see below. A
 * *payer* is the list of users that are charged together for what a task
 * creates: its own uid, and the owner of each user namespace between its own and
 * the initial one, so that making namespaces gains nothing. An actor has one
 * payer for its life, found when it is opened.
 *
 * Message memory is not counted here: a port's bound is charged when the port
 * is created, and the memory itself goes to the sender's memory cgroup.
 *
 * Limits are module parameters; they apply to all users but global root,
 * which is counted only: as the owner of containers it stands for others.
 *
 * All accounts lie in one tree under one spinlock, innermost of all locks.
 * Charges happen when objects come and go and for requests on locks, never for a
 * message, and of what is transferred only for what is large, so one lock is
 * enough, and makes charging all users of a payer one step.
 * An account lives while a payer refers to it.
 */

/**
 * enum motet_quota_kind - what is counted
 * @MOTET_QUOTA_ACTORS: open actors
 * @MOTET_QUOTA_PORTS: ports, default ports included
 * @MOTET_QUOTA_BYTES: bounds of ports and of what channels retain: bytes and the
 *	messages that carry them
 * @MOTET_QUOTA_LOCKS: locks, openings of locks, requests and unread results
 * @MOTET_QUOTA_WATCHES: watches, and the places of their descendants
 * @MOTET_QUOTA_CHANNELS: channels
 * @MOTET_QUOTA_CHECKPOINTS: checkpoints
 * @MOTET_QUOTA_CHECKPOINT_BYTES: bounds of checkpoints, a page for each section
 *	with them; views; and what large transfers hold while they run
 * @MOTET_QUOTA_KINDS: how many kinds there are
 */
enum motet_quota_kind {
	MOTET_QUOTA_ACTORS,
	MOTET_QUOTA_PORTS,
	MOTET_QUOTA_BYTES,
	MOTET_QUOTA_LOCKS,
	MOTET_QUOTA_WATCHES,
	MOTET_QUOTA_CHANNELS,
	MOTET_QUOTA_CHECKPOINTS,
	MOTET_QUOTA_CHECKPOINT_BYTES,
	MOTET_QUOTA_KINDS,
};

/**
 * struct motet_charge - an amount of each kind
 * @amount: by &enum motet_quota_kind [own]
 */
struct motet_charge {
	u64 amount[MOTET_QUOTA_KINDS];
};

/**
 * struct motet_user - account of one global uid
 * @node: in the tree of accounts, by uid [motet_quota_lock]
 * @uid: whose account it is [const]
 * @payers: payers that refer to it [motet_quota_lock]
 * @used: what is charged now [motet_quota_lock]
 */
struct motet_user {
	struct rb_node node;
	kuid_t uid;
	unsigned int payers;
	struct motet_charge used;
};

/**
 * struct motet_payer - users that are charged together
 * @refs: references [atomic]
 * @count: number of users, at least 1 [const]
 * @users: the users, each once; the first is the task's own [const]
 */
struct motet_payer {
	refcount_t refs;
	unsigned int count;
	struct motet_user *users[] __counted_by(count);
};

struct motet_payer *motet_payer_new(void);
struct motet_payer *motet_payer_get(struct motet_payer *payer);
void motet_payer_put(struct motet_payer *payer);

int motet_quota_charge(struct motet_payer *payer,
		       const struct motet_charge *charge);
void motet_quota_uncharge(struct motet_payer *payer,
			  const struct motet_charge *charge);
bool motet_quota_next(s64 after, kuid_t *uid, struct motet_charge *used);
u64 motet_quota_limit(enum motet_quota_kind kind);

#endif /* _MOTET_QUOTA_H */
