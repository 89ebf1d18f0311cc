// SPDX-License-Identifier: GPL-2.0-only
/* Named ports in sysfs. */

#include <linux/pid.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "domain.h"
#include "port.h"
#include "sysfs_internal.h"

/**
 * struct motet_sysfs_port_file - a file of a port
 * @attribute: its name and mode [const]
 * @show: prints its value from the port and what it looked like [const]
 */
struct motet_sysfs_port_file {
	struct attribute attribute;
	ssize_t (*show)(const struct motet_object *object,
			const struct motet_port_view *view, char *buf);
};

static const char *const motet_sysfs_states[] = {
	[MOTET_PORT_STATE_HELD] = "held",
	[MOTET_PORT_STATE_RETAINED] = "retained",
	[MOTET_PORT_STATE_DEAD] = "dead",
};

#define MOTET_SYSFS_PORT_FILE(_name, _format, _value)			\
static ssize_t motet_sysfs_port_##_name(const struct motet_object *object, \
					const struct motet_port_view *view, \
					char *buf)			\
{									\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
static struct motet_sysfs_port_file motet_sysfs_port_file_##_name = {	\
	.attribute = { .name = __stringify(_name), .mode = 0444 },	\
	.show = motet_sysfs_port_##_name,				\
}

MOTET_SYSFS_PORT_FILE(state, "%s", motet_sysfs_states[view->state]);
MOTET_SYSFS_PORT_FILE(mode, "%04o", object->mode);
MOTET_SYSFS_PORT_FILE(uid, "%u",
		      from_kuid_munged(object->domain->net->user_ns,
				       object->uid));
MOTET_SYSFS_PORT_FILE(gid, "%u",
		      from_kgid_munged(object->domain->net->user_ns,
				       object->gid));
MOTET_SYSFS_PORT_FILE(retention_ns, "%llu", object->retention);
MOTET_SYSFS_PORT_FILE(messages, "%u", view->messages);
MOTET_SYSFS_PORT_FILE(bytes, "%llu", view->bytes);
MOTET_SYSFS_PORT_FILE(messages_max, "%u", view->messages_max);
MOTET_SYSFS_PORT_FILE(bytes_max, "%llu", view->bytes_max);
MOTET_SYSFS_PORT_FILE(sent, "%llu", view->stats.sent);
MOTET_SYSFS_PORT_FILE(received, "%llu", view->stats.received);
MOTET_SYSFS_PORT_FILE(refused, "%llu", view->stats.refused);
MOTET_SYSFS_PORT_FILE(suspended, "%u", view->stats.suspended);
MOTET_SYSFS_PORT_FILE(calls, "%u", view->calls);
MOTET_SYSFS_PORT_FILE(leased, "%u", view->leased);
MOTET_SYSFS_PORT_FILE(standbys, "%u", view->standbys);
MOTET_SYSFS_PORT_FILE(node, "%u", object->node);

static struct attribute *motet_sysfs_port_attrs[] = {
	&motet_sysfs_port_file_state.attribute,
	&motet_sysfs_port_file_mode.attribute,
	&motet_sysfs_port_file_uid.attribute,
	&motet_sysfs_port_file_gid.attribute,
	&motet_sysfs_port_file_retention_ns.attribute,
	&motet_sysfs_port_file_messages.attribute,
	&motet_sysfs_port_file_bytes.attribute,
	&motet_sysfs_port_file_messages_max.attribute,
	&motet_sysfs_port_file_bytes_max.attribute,
	&motet_sysfs_port_file_sent.attribute,
	&motet_sysfs_port_file_received.attribute,
	&motet_sysfs_port_file_refused.attribute,
	&motet_sysfs_port_file_suspended.attribute,
	&motet_sysfs_port_file_calls.attribute,
	&motet_sysfs_port_file_leased.attribute,
	&motet_sysfs_port_file_standbys.attribute,
	&motet_sysfs_port_file_node.attribute,
	NULL,
};

static ssize_t motet_sysfs_port_show(struct kobject *kobject,
				     struct attribute *attribute, char *buf)
{
	const struct motet_sysfs_port_file *file =
		container_of(attribute, struct motet_sysfs_port_file, attribute);
	struct motet_port_view view;
	struct motet_object *object;
	ssize_t len;

	object = motet_sysfs_find(kobject);
	if (!object)
		return -ENODEV;
	motet_port_look(motet_port_of(object), &view);
	mutex_lock(&object->domain->mutex);
	len = file->show(object, &view, buf);
	mutex_unlock(&object->domain->mutex);
	put_pid(view.pid);
	motet_object_put(object);
	return len;
}

static struct bin_attribute *motet_sysfs_port_bin_attrs[] = {
	&motet_sysfs_name,
	NULL,
};

static const struct attribute_group motet_sysfs_port_group = {
	.attrs = motet_sysfs_port_attrs,
	.bin_attrs = motet_sysfs_port_bin_attrs,
};
__ATTRIBUTE_GROUPS(motet_sysfs_port);

static const struct sysfs_ops motet_sysfs_port_ops = {
	.show = motet_sysfs_port_show,
};

/* Their type. */
const struct motet_sysfs_kind motet_sysfs_ports = {
	.class = MOTET_CLASS_PORT,
	.directory = "ports",
	.type = {
		.release = motet_sysfs_entry_release,
		.sysfs_ops = &motet_sysfs_port_ops,
		.default_groups = motet_sysfs_port_groups,
	},
};
