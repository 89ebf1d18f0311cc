// SPDX-License-Identifier: GPL-2.0-only
/* What users make the kernel hold, counted and bounded. */

#include <linux/cred.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

#include "quota.h"

static unsigned int motet_user_actors_max = 4096;
module_param_named(user_actors_max, motet_user_actors_max, uint, 0644);
MODULE_PARM_DESC(user_actors_max, "actors that one user may have");

static unsigned int motet_user_ports_max = 16384;
module_param_named(user_ports_max, motet_user_ports_max, uint, 0644);
MODULE_PARM_DESC(user_ports_max, "ports that one user may own");

static unsigned long motet_user_bytes_max = 256UL << 20;
module_param_named(user_bytes_max, motet_user_bytes_max, ulong, 0644);
MODULE_PARM_DESC(user_bytes_max, "sum of the bounds of one user's ports, bytes");

static unsigned int motet_user_locks_max = 1U << 19;
module_param_named(user_locks_max, motet_user_locks_max, uint, 0644);
MODULE_PARM_DESC(user_locks_max,
		 "locks, openings, requests and unread results of one user");

static unsigned int motet_user_watches_max = 16384;
module_param_named(user_watches_max, motet_user_watches_max, uint, 0644);
MODULE_PARM_DESC(user_watches_max, "watches of one user, and places of their descendants");

static unsigned int motet_user_channels_max = 4096;
module_param_named(user_channels_max, motet_user_channels_max, uint, 0644);
MODULE_PARM_DESC(user_channels_max, "channels that one user may own");

static unsigned int motet_user_checkpoints_max = 1024;
module_param_named(user_checkpoints_max, motet_user_checkpoints_max, uint,
		   0644);
MODULE_PARM_DESC(user_checkpoints_max, "checkpoints that one user may own");

static unsigned long motet_user_checkpoint_bytes_max = 256UL << 20;
module_param_named(user_checkpoint_bytes_max, motet_user_checkpoint_bytes_max,
		   ulong, 0644);
MODULE_PARM_DESC(user_checkpoint_bytes_max,
		 "sum of the bounds of one user's checkpoints, bytes");

static DEFINE_SPINLOCK(motet_quota_lock);
static struct rb_root motet_users = RB_ROOT;

/**
 * motet_quota_limit() - how much of a kind one user may have
 * @kind: which kind
 *
 * Return: the limit in force now.
 */
u64 motet_quota_limit(enum motet_quota_kind kind)
{
	switch (kind) {
	case MOTET_QUOTA_ACTORS:
		return READ_ONCE(motet_user_actors_max);
	case MOTET_QUOTA_PORTS:
		return READ_ONCE(motet_user_ports_max);
	case MOTET_QUOTA_BYTES:
		return READ_ONCE(motet_user_bytes_max);
	case MOTET_QUOTA_LOCKS:
		return READ_ONCE(motet_user_locks_max);
	case MOTET_QUOTA_WATCHES:
		return READ_ONCE(motet_user_watches_max);
	case MOTET_QUOTA_CHANNELS:
		return READ_ONCE(motet_user_channels_max);
	case MOTET_QUOTA_CHECKPOINTS:
		return READ_ONCE(motet_user_checkpoints_max);
	case MOTET_QUOTA_CHECKPOINT_BYTES:
		return READ_ONCE(motet_user_checkpoint_bytes_max);
	default:
		return 0;
	}
}

/*
 * Finds the account of @uid, or makes @spare, if there is one, its account.
 */
static struct motet_user *motet_user_lookup(kuid_t uid, struct motet_user *spare)
{
	struct rb_node **link = &motet_users.rb_node;
	struct rb_node *parent = NULL;
	struct motet_user *user;

	lockdep_assert_held(&motet_quota_lock);
	while (*link) {
		parent = *link;
		user = rb_entry(parent, struct motet_user, node);
		if (uid_eq(uid, user->uid))
			return user;
		if (uid_lt(uid, user->uid))
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	if (spare) {
		spare->uid = uid;
		rb_link_node(&spare->node, parent, link);
		rb_insert_color(&spare->node, &motet_users);
	}
	return spare;
}

static bool motet_payer_has(const struct motet_payer *payer,
			    unsigned int count, kuid_t uid)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (uid_eq(payer->users[i]->uid, uid))
			return true;
	return false;
}

static int motet_payer_add(struct motet_payer *payer, unsigned int *count,
			   kuid_t uid)
{
	struct motet_user *spare, *user;

	if (motet_payer_has(payer, *count, uid))
		return 0;
	spare = kzalloc(sizeof(*spare), GFP_KERNEL_ACCOUNT);
	if (!spare)
		return -ENOMEM;
	spin_lock(&motet_quota_lock);
	user = motet_user_lookup(uid, spare);
	user->payers++;
	spin_unlock(&motet_quota_lock);
	if (user != spare)
		kfree(spare);
	payer->users[(*count)++] = user;
	return 0;
}

static void motet_payer_free(struct motet_payer *payer, unsigned int count)
{
	struct motet_user *user;
	unsigned int i;

	for (i = 0; i < count; i++) {
		user = payer->users[i];
		spin_lock(&motet_quota_lock);
		if (--user->payers)
			user = NULL;
		else
			rb_erase(&user->node, &motet_users);
		spin_unlock(&motet_quota_lock);
		kfree(user);
	}
	kfree(payer);
}

/**
 * motet_payer_new() - find out who pays for what the current task creates
 *
 * Context: may sleep.
 * Return: a payer with one reference, or ERR_PTR(-ENOMEM).
 */
struct motet_payer *motet_payer_new(void)
{
	struct user_namespace *ns = current_user_ns();
	unsigned int levels = ns->level + 1;
	struct motet_payer *payer;
	unsigned int count = 0;
	int err;

	payer = kzalloc(struct_size(payer, users, levels), GFP_KERNEL_ACCOUNT);
	if (!payer)
		return ERR_PTR(-ENOMEM);
	refcount_set(&payer->refs, 1);
	payer->count = levels;
	err = motet_payer_add(payer, &count, current_uid());
	for (; !err && ns->parent; ns = ns->parent)
		err = motet_payer_add(payer, &count, ns->owner);
	if (err) {
		motet_payer_free(payer, count);
		return ERR_PTR(err);
	}
	payer->count = count;
	return payer;
}

/**
 * motet_payer_get() - take a reference
 * @payer: the payer
 *
 * Return: @payer.
 */
struct motet_payer *motet_payer_get(struct motet_payer *payer)
{
	refcount_inc(&payer->refs);
	return payer;
}

/**
 * motet_payer_put() - drop a reference
 * @payer: the payer, or NULL
 *
 * Context: any but hard interrupt.
 */
void motet_payer_put(struct motet_payer *payer)
{
	if (payer && refcount_dec_and_test(&payer->refs))
		motet_payer_free(payer, payer->count);
}

static bool motet_user_affords(const struct motet_user *user,
			       const struct motet_charge *charge)
{
	unsigned int kind;
	u64 sum;

	if (uid_eq(user->uid, GLOBAL_ROOT_UID))
		return true;
	for (kind = 0; kind < MOTET_QUOTA_KINDS; kind++) {
		sum = user->used.amount[kind] + charge->amount[kind];
		if (charge->amount[kind] && sum > motet_quota_limit(kind))
			return false;
	}
	return true;
}

/**
 * motet_quota_charge() - charge all users of a payer, or none
 * @payer: who pays
 * @charge: how much
 *
 * Context: any but hard interrupt.
 * Return: 0, or -EDQUOT if one of the users has reached a limit.
 */
int motet_quota_charge(struct motet_payer *payer,
		       const struct motet_charge *charge)
{
	unsigned int i, kind;
	int err = 0;

	spin_lock(&motet_quota_lock);
	for (i = 0; i < payer->count && !err; i++)
		if (!motet_user_affords(payer->users[i], charge))
			err = -EDQUOT;
	for (i = 0; i < payer->count && !err; i++)
		for (kind = 0; kind < MOTET_QUOTA_KINDS; kind++)
			payer->users[i]->used.amount[kind] +=
				charge->amount[kind];
	spin_unlock(&motet_quota_lock);
	return err;
}

/**
 * motet_quota_uncharge() - give back what was charged
 * @payer: who paid
 * @charge: how much
 *
 * Context: any but hard interrupt.
 */
void motet_quota_uncharge(struct motet_payer *payer,
			  const struct motet_charge *charge)
{
	unsigned int i, kind;

	spin_lock(&motet_quota_lock);
	for (i = 0; i < payer->count; i++)
		for (kind = 0; kind < MOTET_QUOTA_KINDS; kind++)
			payer->users[i]->used.amount[kind] -=
				charge->amount[kind];
	spin_unlock(&motet_quota_lock);
}

/**
 * motet_quota_next() - walk the accounts in the order of their uids
 * @after: global uid of the account seen last, or -1 to begin
 * @uid: out: whose account it is
 * @used: out: what is charged to it
 *
 * Return: true if there is one more.
 */
bool motet_quota_next(s64 after, kuid_t *uid, struct motet_charge *used)
{
	struct motet_user *user, *best = NULL;
	struct rb_node *node;

	spin_lock(&motet_quota_lock);
	node = motet_users.rb_node;
	while (node) {
		user = rb_entry(node, struct motet_user, node);
		if (__kuid_val(user->uid) > after) {
			best = user;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	if (best) {
		*uid = best->uid;
		*used = best->used;
	}
	spin_unlock(&motet_quota_lock);
	return best;
}
