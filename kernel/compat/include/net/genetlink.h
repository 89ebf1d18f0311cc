/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of a generic netlink family, one for "do" and one for "dump". */
#include_next <net/genetlink.h>

#ifndef _MOTET_COMPAT_NET_GENETLINK_H
#define _MOTET_COMPAT_NET_GENETLINK_H

#ifndef MOTET_HAVE_GENL_SPLIT_OPS

#include <linux/slab.h>

/**
 * DOC: split operations
 *
 * Kernels without struct genl_split_ops have struct genl_ops, with all the
 * members that we use, but only one entry per command. The table of a family
 * is written as split operations; when the family is registered, the entries
 * of one command are merged into one of a table that is allocated then.
 *
 * A merged entry has one policy, that of "do": a "dump" with a policy of its
 * own would not see it.
 */

#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops

static inline void motet_compat_genl_merge(struct genl_ops *to,
					   const struct genl_ops *from)
{
	const struct genl_ops *dump = from->dumpit ? from : to;
	const struct genl_ops *act = from->dumpit ? to : from;
	struct genl_ops merged = *act;

	merged.start = dump->start;
	merged.dumpit = dump->dumpit;
	merged.done = dump->done;
	merged.flags |= dump->flags;
	*to = merged;
}

static inline int motet_compat_genl_register(struct genl_family *family)
{
	const struct genl_ops *split = family->ops;
	unsigned int i, n = 0, n_split = family->n_ops;
	struct genl_ops *ops;
	int err;

	ops = kcalloc(n_split, sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	for (i = 0; i < n_split; i++) {
		if (n && ops[n - 1].cmd == split[i].cmd)
			motet_compat_genl_merge(&ops[n - 1], &split[i]);
		else
			ops[n++] = split[i];
	}
	family->ops = ops;
	family->n_ops = n;
	err = genl_register_family(family);
	if (err) {
		family->ops = split;
		family->n_ops = n_split;
		kfree(ops);
	}
	return err;
}

static inline int motet_compat_genl_unregister(const struct genl_family *family)
{
	int err = genl_unregister_family(family);

	if (!err)
		kfree(family->ops);
	return err;
}

#define genl_register_family	motet_compat_genl_register
#define genl_unregister_family	motet_compat_genl_unregister

#endif /* MOTET_HAVE_GENL_SPLIT_OPS */

#endif /* _MOTET_COMPAT_NET_GENETLINK_H */
