// SPDX-License-Identifier: GPL-2.0-only
/* Named channels in sysfs. */

#include <linux/stringify.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "channel.h"
#include "domain.h"
#include "sysfs_internal.h"

/**
 * struct motet_sysfs_channel_file - a file of a channel
 * @attribute: its name and mode [const]
 * @show: prints its value from the channel, and from what it looked like [const]
 */
struct motet_sysfs_channel_file {
	struct attribute attribute;
	ssize_t (*show)(const struct motet_object *object,
			const struct motet_channel_view *view, char *buf);
};

#define MOTET_SYSFS_CHANNEL_FILE(_name, _format, _value)		\
static ssize_t motet_sysfs_channel_##_name(const struct motet_object *object, \
					   const struct motet_channel_view *view, \
					   char *buf)			\
{									\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
static struct motet_sysfs_channel_file motet_sysfs_channel_file_##_name = { \
	.attribute = { .name = __stringify(_name), .mode = 0444 },	\
	.show = motet_sysfs_channel_##_name,				\
}

MOTET_SYSFS_CHANNEL_FILE(mode, "%04o", object->mode);
MOTET_SYSFS_CHANNEL_FILE(uid, "%u",
			 from_kuid_munged(object->domain->net->user_ns,
					  object->uid));
MOTET_SYSFS_CHANNEL_FILE(gid, "%u",
			 from_kgid_munged(object->domain->net->user_ns,
					  object->gid));
MOTET_SYSFS_CHANNEL_FILE(retention_ns, "%llu", object->retention);
MOTET_SYSFS_CHANNEL_FILE(openers, "%u", view->openers);
MOTET_SYSFS_CHANNEL_FILE(subscribers, "%u", view->subscribers);
MOTET_SYSFS_CHANNEL_FILE(subscriptions, "%u", view->subscriptions);
MOTET_SYSFS_CHANNEL_FILE(retained, "%u", view->retained.messages);
MOTET_SYSFS_CHANNEL_FILE(retained_bytes, "%llu", view->retained.bytes);
MOTET_SYSFS_CHANNEL_FILE(published, "%llu", view->published);
MOTET_SYSFS_CHANNEL_FILE(delivered, "%llu", view->delivered);
MOTET_SYSFS_CHANNEL_FILE(lost, "%llu", view->lost);

static struct attribute *motet_sysfs_channel_attrs[] = {
	&motet_sysfs_channel_file_mode.attribute,
	&motet_sysfs_channel_file_uid.attribute,
	&motet_sysfs_channel_file_gid.attribute,
	&motet_sysfs_channel_file_retention_ns.attribute,
	&motet_sysfs_channel_file_openers.attribute,
	&motet_sysfs_channel_file_subscribers.attribute,
	&motet_sysfs_channel_file_subscriptions.attribute,
	&motet_sysfs_channel_file_retained.attribute,
	&motet_sysfs_channel_file_retained_bytes.attribute,
	&motet_sysfs_channel_file_published.attribute,
	&motet_sysfs_channel_file_delivered.attribute,
	&motet_sysfs_channel_file_lost.attribute,
	NULL,
};

static ssize_t motet_sysfs_channel_show(struct kobject *kobject,
					struct attribute *attribute, char *buf)
{
	const struct motet_sysfs_channel_file *file =
		container_of(attribute, struct motet_sysfs_channel_file,
			     attribute);
	struct motet_channel_view view;
	struct motet_object *object;
	ssize_t len;

	object = motet_sysfs_find(kobject);
	if (!object)
		return -ENODEV;
	mutex_lock(&object->domain->mutex);
	motet_channel_look(motet_channel_of(object), &view);
	len = file->show(object, &view, buf);
	mutex_unlock(&object->domain->mutex);
	motet_object_put(object);
	return len;
}

static struct bin_attribute *motet_sysfs_channel_bin_attrs[] = {
	&motet_sysfs_name,
	NULL,
};

static const struct attribute_group motet_sysfs_channel_group = {
	.attrs = motet_sysfs_channel_attrs,
	.bin_attrs = motet_sysfs_channel_bin_attrs,
};
__ATTRIBUTE_GROUPS(motet_sysfs_channel);

static const struct sysfs_ops motet_sysfs_channel_ops = {
	.show = motet_sysfs_channel_show,
};

/* Their type. */
const struct motet_sysfs_kind motet_sysfs_channels = {
	.class = MOTET_CLASS_CHANNEL,
	.directory = "channels",
	.type = {
		.release = motet_sysfs_entry_release,
		.sysfs_ops = &motet_sysfs_channel_ops,
		.default_groups = motet_sysfs_channel_groups,
	},
};
