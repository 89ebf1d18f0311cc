// SPDX-License-Identifier: GPL-2.0-only
/* Named groups in sysfs. */

#include <linux/pid.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "domain.h"
#include "group_view.h"
#include "port.h"
#include "sysfs_internal.h"

/**
 * struct motet_sysfs_group_file - a file of a group
 * @attribute: its name and mode [const]
 * @show: prints its value from the group, from what it looked like, and from
 *	what its backlog did, all zero if it has none [const]
 */
struct motet_sysfs_group_file {
	struct attribute attribute;
	ssize_t (*show)(const struct motet_object *object,
			const struct motet_group_view *view,
			const struct motet_port_view *jobs, char *buf);
};

static const char *const motet_sysfs_addresses[] = {
	[MOTET_ADDRESS_DEFAULT] = "default",
	[MOTET_ADDRESS_BROADCAST] = "broadcast",
	[MOTET_ADDRESS_ANY] = "any",
	[MOTET_ADDRESS_ON_NODE] = "on-node",
	[MOTET_ADDRESS_EXCEPT_NODE] = "except-node",
	[MOTET_ADDRESS_ROUND_ROBIN] = "round-robin",
	[MOTET_ADDRESS_LOCAL_ROUND_ROBIN] = "local-round-robin",
	[MOTET_ADDRESS_BEST_QUEUE] = "best-queue",
	[MOTET_ADDRESS_LOCAL_BEST_QUEUE] = "local-best-queue",
	[MOTET_ADDRESS_LEAST_LOADED] = "least-loaded",
	[MOTET_ADDRESS_STICKY] = "sticky",
	[MOTET_ADDRESS_WORK] = "work",
};

#define MOTET_SYSFS_GROUP_FILE(_name, _format, _value)			\
static ssize_t motet_sysfs_group_##_name(const struct motet_object *object, \
					 const struct motet_group_view *view, \
					 const struct motet_port_view *jobs, \
					 char *buf)			\
{									\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
static struct motet_sysfs_group_file motet_sysfs_group_file_##_name = {	\
	.attribute = { .name = __stringify(_name), .mode = 0444 },	\
	.show = motet_sysfs_group_##_name,				\
}

MOTET_SYSFS_GROUP_FILE(address, "%s", motet_sysfs_addresses[view->address]);
MOTET_SYSFS_GROUP_FILE(mode, "%04o", object->mode);
MOTET_SYSFS_GROUP_FILE(uid, "%u",
		       from_kuid_munged(object->domain->net->user_ns,
					object->uid));
MOTET_SYSFS_GROUP_FILE(gid, "%u",
		       from_kgid_munged(object->domain->net->user_ns,
					object->gid));
MOTET_SYSFS_GROUP_FILE(retention_ns, "%llu", object->retention);
MOTET_SYSFS_GROUP_FILE(members, "%u", view->members);
MOTET_SYSFS_GROUP_FILE(sessions, "%u", view->sessions);
MOTET_SYSFS_GROUP_FILE(trackers, "%u", view->trackers);
MOTET_SYSFS_GROUP_FILE(idle, "%u", view->idle);
MOTET_SYSFS_GROUP_FILE(leased, "%u", view->leased);
MOTET_SYSFS_GROUP_FILE(backlog, "%u", jobs->messages);
MOTET_SYSFS_GROUP_FILE(backlog_max, "%u", jobs->messages_max);
MOTET_SYSFS_GROUP_FILE(suspended, "%u", jobs->stats.suspended);

static struct attribute *motet_sysfs_group_attrs[] = {
	&motet_sysfs_group_file_address.attribute,
	&motet_sysfs_group_file_mode.attribute,
	&motet_sysfs_group_file_uid.attribute,
	&motet_sysfs_group_file_gid.attribute,
	&motet_sysfs_group_file_retention_ns.attribute,
	&motet_sysfs_group_file_members.attribute,
	&motet_sysfs_group_file_sessions.attribute,
	&motet_sysfs_group_file_trackers.attribute,
	&motet_sysfs_group_file_idle.attribute,
	&motet_sysfs_group_file_leased.attribute,
	&motet_sysfs_group_file_backlog.attribute,
	&motet_sysfs_group_file_backlog_max.attribute,
	&motet_sysfs_group_file_suspended.attribute,
	NULL,
};

static ssize_t motet_sysfs_group_show(struct kobject *kobject,
				      struct attribute *attribute, char *buf)
{
	const struct motet_sysfs_group_file *file =
		container_of(attribute, struct motet_sysfs_group_file,
			     attribute);
	struct motet_port_view jobs = {};
	struct motet_group_view view;
	struct motet_object *object;
	ssize_t len;

	object = motet_sysfs_find(kobject);
	if (!object)
		return -ENODEV;
	mutex_lock(&object->domain->mutex);
	motet_group_look(motet_group_of(object), &view);
	if (view.backlog)
		motet_port_look(motet_port_of(view.backlog), &jobs);
	len = file->show(object, &view, &jobs, buf);
	mutex_unlock(&object->domain->mutex);
	put_pid(jobs.pid);
	motet_object_put(object);
	return len;
}

static struct bin_attribute *motet_sysfs_group_bin_attrs[] = {
	&motet_sysfs_name,
	NULL,
};

static const struct attribute_group motet_sysfs_group_group = {
	.attrs = motet_sysfs_group_attrs,
	.bin_attrs = motet_sysfs_group_bin_attrs,
};
__ATTRIBUTE_GROUPS(motet_sysfs_group);

static const struct sysfs_ops motet_sysfs_group_ops = {
	.show = motet_sysfs_group_show,
};

/* Their type. */
const struct motet_sysfs_kind motet_sysfs_groups = {
	.class = MOTET_CLASS_GROUP,
	.directory = "groups",
	.type = {
		.release = motet_sysfs_entry_release,
		.sysfs_ops = &motet_sysfs_group_ops,
		.default_groups = motet_sysfs_group_groups,
	},
};
