// SPDX-License-Identifier: GPL-2.0-only
/* What the entries of all objects in sysfs have. */

#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/sysfs.h>

#include "domain.h"
#include "sysfs_internal.h"

/**
 * motet_sysfs_find() - the object of an entry
 * @kobject: directory of the entry
 *
 * Return: the object with a reference, while it has a name, else NULL.
 */
struct motet_object *motet_sysfs_find(struct kobject *kobject)
{
	const struct motet_sysfs_entry *entry =
		container_of(kobject, struct motet_sysfs_entry, kobject);
	struct motet_object *object = motet_domain_find(entry->domain,
							&entry->id,
							entry->kind->class);

	if (object && !rcu_access_pointer(object->name)) {
		motet_object_put(object);
		return NULL;
	}
	return object;
}

static int motet_sysfs_name_escape(const struct motet_object *object,
				   char *text, size_t size)
{
	const struct motet_name *name;
	int len = -ENODEV;

	rcu_read_lock();
	name = rcu_dereference(object->name);
	if (name) {
		len = string_escape_mem(name->bytes, name->len, text, size,
					ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND,
					"\\");
		text[len++] = '\n';
	}
	rcu_read_unlock();
	return len;
}

/*
 * Escaped, a name may be longer than the page that an ordinary attribute has,
 * so it is a binary one: these are read in parts.
 */
static ssize_t motet_sysfs_name_read(struct file *file, struct kobject *kobject,
				     struct bin_attribute *attribute, char *buf,
				     loff_t offset, size_t count)
{
	const size_t size = 4 * MOTET_NAME_MAX + 1;
	struct motet_object *object;
	ssize_t len = -ENODEV;
	char *text;

	text = kmalloc(size, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	object = motet_sysfs_find(kobject);
	if (object) {
		len = motet_sysfs_name_escape(object, text, size);
		motet_object_put(object);
	}
	if (len > 0)
		len = memory_read_from_buffer(buf, count, &offset, text, len);
	kfree(text);
	return len;
}

/* The file that tells the name. */
struct bin_attribute motet_sysfs_name = {
	.attr = { .name = "name", .mode = 0444 },
	.read = motet_sysfs_name_read,
};
