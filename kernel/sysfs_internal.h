/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the view in sysfs share among themselves. */
#ifndef _MOTET_SYSFS_INTERNAL_H
#define _MOTET_SYSFS_INTERNAL_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/types.h>

#include <uapi/linux/motet.h>

struct bin_attribute;
struct motet_domain;
struct motet_object;

/**
 * struct motet_sysfs_kind - the entries of a class of objects
 * @class: the class [const]
 * @directory: name of the directory that they are in [const]
 * @type: their files [const]
 */
struct motet_sysfs_kind {
	enum motet_class class;
	const char *directory;
	struct kobj_type type;
};

/**
 * struct motet_sysfs_entry - the entry of a named object
 * @kobject: its directory; this is freed with its last reference [own]
 * @kind: what it is an entry of [const]
 * @directory: where its directory is to be [const]
 * @domain: where the object lives; outlives every reader [const]
 * @id: identifier of the object [const]
 * @link: among the pending entries, or empty [domain.mutex]
 * @unwanted: the object died or lost its name [domain.mutex]
 * @added: the directory was made [own]
 */
struct motet_sysfs_entry {
	struct kobject kobject;
	const struct motet_sysfs_kind *kind;
	struct kobject *directory;
	struct motet_domain *domain;
	struct motet_id id;
	struct list_head link;
	bool unwanted;
	bool added;
};

/* sysfs.c */
void motet_sysfs_entry_release(struct kobject *kobject);

/* sysfs_entry.c */
extern struct bin_attribute motet_sysfs_name;
struct motet_object *motet_sysfs_find(struct kobject *kobject);

/* sysfs_port.c */
extern const struct motet_sysfs_kind motet_sysfs_ports;

/* sysfs_group.c */
extern const struct motet_sysfs_kind motet_sysfs_groups;

/* sysfs_channel.c */
extern const struct motet_sysfs_kind motet_sysfs_channels;

/* sysfs_checkpoint.c */
extern const struct motet_sysfs_kind motet_sysfs_checkpoints;

#endif /* _MOTET_SYSFS_INTERNAL_H */
