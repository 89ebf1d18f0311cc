// SPDX-License-Identifier: GPL-2.0-only
/* Named checkpoints in sysfs. */

#include <linux/stringify.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "checkpoint.h"
#include "domain.h"
#include "sysfs_internal.h"

/**
 * struct motet_sysfs_checkpoint_file - a file of a checkpoint
 * @attribute: its name and mode [const]
 * @show: prints its value from the checkpoint and from what it looked like
 *	[const]
 */
struct motet_sysfs_checkpoint_file {
	struct attribute attribute;
	ssize_t (*show)(const struct motet_checkpoint *checkpoint,
			const struct motet_checkpoint_view *view, char *buf);
};

#define MOTET_SYSFS_CHECKPOINT_FILE(_name, _format, _value)		\
static ssize_t								\
motet_sysfs_checkpoint_##_name(const struct motet_checkpoint *checkpoint, \
			       const struct motet_checkpoint_view *view, \
			       char *buf)				\
{									\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
static struct motet_sysfs_checkpoint_file motet_sysfs_checkpoint_file_##_name = { \
	.attribute = { .name = __stringify(_name), .mode = 0444 },	\
	.show = motet_sysfs_checkpoint_##_name,				\
}

MOTET_SYSFS_CHECKPOINT_FILE(mode, "%04o", checkpoint->object.mode);
MOTET_SYSFS_CHECKPOINT_FILE(uid, "%u",
			    from_kuid_munged(checkpoint->object.domain->net->user_ns,
					     checkpoint->object.uid));
MOTET_SYSFS_CHECKPOINT_FILE(gid, "%u",
			    from_kgid_munged(checkpoint->object.domain->net->user_ns,
					     checkpoint->object.gid));
MOTET_SYSFS_CHECKPOINT_FILE(retention_ns, "%llu", checkpoint->object.retention);
MOTET_SYSFS_CHECKPOINT_FILE(sections, "%u", view->sections);
MOTET_SYSFS_CHECKPOINT_FILE(sections_max, "%u",
			    checkpoint->attributes.sections_max);
MOTET_SYSFS_CHECKPOINT_FILE(bytes, "%llu", view->bytes);
MOTET_SYSFS_CHECKPOINT_FILE(bytes_max, "%llu",
			    checkpoint->attributes.bytes_max);
MOTET_SYSFS_CHECKPOINT_FILE(memory, "%llu", view->memory);
MOTET_SYSFS_CHECKPOINT_FILE(generation, "%llu", view->generation);
MOTET_SYSFS_CHECKPOINT_FILE(handles, "%u", view->handles);
MOTET_SYSFS_CHECKPOINT_FILE(trackers, "%u", view->trackers);
MOTET_SYSFS_CHECKPOINT_FILE(views, "%u", view->views);
MOTET_SYSFS_CHECKPOINT_FILE(replicate, "%u", view->replicate);
MOTET_SYSFS_CHECKPOINT_FILE(steps, "%u", view->steps);
MOTET_SYSFS_CHECKPOINT_FILE(waiting, "%u", view->waiting);
MOTET_SYSFS_CHECKPOINT_FILE(acknowledged, "%llu", view->acknowledged);

static struct attribute *motet_sysfs_checkpoint_attrs[] = {
	&motet_sysfs_checkpoint_file_mode.attribute,
	&motet_sysfs_checkpoint_file_uid.attribute,
	&motet_sysfs_checkpoint_file_gid.attribute,
	&motet_sysfs_checkpoint_file_retention_ns.attribute,
	&motet_sysfs_checkpoint_file_sections.attribute,
	&motet_sysfs_checkpoint_file_sections_max.attribute,
	&motet_sysfs_checkpoint_file_bytes.attribute,
	&motet_sysfs_checkpoint_file_bytes_max.attribute,
	&motet_sysfs_checkpoint_file_memory.attribute,
	&motet_sysfs_checkpoint_file_generation.attribute,
	&motet_sysfs_checkpoint_file_handles.attribute,
	&motet_sysfs_checkpoint_file_trackers.attribute,
	&motet_sysfs_checkpoint_file_views.attribute,
	&motet_sysfs_checkpoint_file_replicate.attribute,
	&motet_sysfs_checkpoint_file_steps.attribute,
	&motet_sysfs_checkpoint_file_waiting.attribute,
	&motet_sysfs_checkpoint_file_acknowledged.attribute,
	NULL,
};

static ssize_t motet_sysfs_checkpoint_show(struct kobject *kobject,
					   struct attribute *attribute,
					   char *buf)
{
	const struct motet_sysfs_checkpoint_file *file =
		container_of(attribute, struct motet_sysfs_checkpoint_file,
			     attribute);
	struct motet_checkpoint_view view;
	struct motet_object *object;
	ssize_t len;

	object = motet_sysfs_find(kobject);
	if (!object)
		return -ENODEV;
	mutex_lock(&object->domain->mutex);
	motet_checkpoint_look(motet_checkpoint_of(object), &view);
	len = file->show(motet_checkpoint_of(object), &view, buf);
	mutex_unlock(&object->domain->mutex);
	motet_object_put(object);
	return len;
}

static struct bin_attribute *motet_sysfs_checkpoint_bin_attrs[] = {
	&motet_sysfs_name,
	NULL,
};

static const struct attribute_group motet_sysfs_checkpoint_group = {
	.attrs = motet_sysfs_checkpoint_attrs,
	.bin_attrs = motet_sysfs_checkpoint_bin_attrs,
};
__ATTRIBUTE_GROUPS(motet_sysfs_checkpoint);

static const struct sysfs_ops motet_sysfs_checkpoint_ops = {
	.show = motet_sysfs_checkpoint_show,
};

/* Their type. */
const struct motet_sysfs_kind motet_sysfs_checkpoints = {
	.class = MOTET_CLASS_CHECKPOINT,
	.directory = "checkpoints",
	.type = {
		.release = motet_sysfs_entry_release,
		.sysfs_ops = &motet_sysfs_checkpoint_ops,
		.default_groups = motet_sysfs_checkpoint_groups,
	},
};
