// SPDX-License-Identifier: GPL-2.0-only
/* The view of a domain in sysfs. */

#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "domain.h"
#include "node.h"
#include "sysfs.h"
#include "sysfs_internal.h"

static const struct motet_sysfs_kind *const motet_sysfs_kinds[] = {
	&motet_sysfs_ports,
	&motet_sysfs_groups,
	&motet_sysfs_channels,
	&motet_sysfs_checkpoints,
};

/**
 * struct motet_sysfs_domain - the device of a domain
 * @device: the device; this is freed with its last reference [own]
 * @domain: the domain; outlives every reader [const]
 * @directories: those of ports, of groups, of channels, of checkpoints
 *	[const once published]
 * @entries: those of the objects that should have one, by the object's serial
 *	[domain.mutex]
 * @pending: entries to make or to remove [domain.mutex]
 * @work: makes and removes them [own]
 */
struct motet_sysfs_domain {
	struct device device;
	struct motet_domain *domain;
	struct kobject *directories[ARRAY_SIZE(motet_sysfs_kinds)];
	struct xarray entries;
	struct list_head pending;
	struct work_struct work;
};

/* Devices and entries that are not released yet: their release is our code. */
static atomic_t motet_sysfs_unreleased = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(motet_sysfs_released);

static void motet_sysfs_count_released(void)
{
	if (atomic_dec_and_test(&motet_sysfs_unreleased))
		wake_up(&motet_sysfs_released);
}

static struct motet_sysfs_domain *motet_sysfs_domain_of(struct device *device)
{
	return container_of(device, struct motet_sysfs_domain, device);
}

/* Files of a domain. */

#define MOTET_SYSFS_DOMAIN_FILE(_name, _value)				\
static ssize_t motet_sysfs_domain_##_name(struct device *device,	\
					  struct device_attribute *attribute, \
					  char *buf)			\
{									\
	struct motet_domain *domain = motet_sysfs_domain_of(device)->domain; \
	u64 value;							\
									\
	mutex_lock(&domain->mutex);					\
	value = (_value);						\
	mutex_unlock(&domain->mutex);					\
	return sysfs_emit(buf, "%llu\n", value);			\
}									\
static DEVICE_ATTR(_name, 0444, motet_sysfs_domain_##_name, NULL)

MOTET_SYSFS_DOMAIN_FILE(actors, domain->actors);
MOTET_SYSFS_DOMAIN_FILE(total_ports, domain->ports);
MOTET_SYSFS_DOMAIN_FILE(total_groups, domain->groups);
MOTET_SYSFS_DOMAIN_FILE(total_locks, domain->locks);
MOTET_SYSFS_DOMAIN_FILE(total_watches, domain->watches);
MOTET_SYSFS_DOMAIN_FILE(total_channels, domain->channels);
MOTET_SYSFS_DOMAIN_FILE(total_checkpoints, domain->checkpoints);
MOTET_SYSFS_DOMAIN_FILE(node, motet_node_here(domain));
MOTET_SYSFS_DOMAIN_FILE(named_ports, domain->named);
MOTET_SYSFS_DOMAIN_FILE(retained_ports, domain->retained);
MOTET_SYSFS_DOMAIN_FILE(ports_max, domain->ports_max);
MOTET_SYSFS_DOMAIN_FILE(sequence, domain->sequence);

static struct attribute *motet_sysfs_domain_attrs[] = {
	&dev_attr_actors.attr,
	&dev_attr_total_ports.attr,
	&dev_attr_total_groups.attr,
	&dev_attr_total_locks.attr,
	&dev_attr_total_watches.attr,
	&dev_attr_total_channels.attr,
	&dev_attr_total_checkpoints.attr,
	&dev_attr_node.attr,
	&dev_attr_named_ports.attr,
	&dev_attr_retained_ports.attr,
	&dev_attr_ports_max.attr,
	&dev_attr_sequence.attr,
	NULL,
};
ATTRIBUTE_GROUPS(motet_sysfs_domain);

/* Noting, and carrying out. */

/**
 * motet_sysfs_entry_release() - free an entry
 * @kobject: its directory
 */
void motet_sysfs_entry_release(struct kobject *kobject)
{
	kfree(container_of(kobject, struct motet_sysfs_entry, kobject));
	motet_sysfs_count_released();
}

/* Which of the directories an object is to be in; negative if in none. */
static int motet_sysfs_directory(const struct motet_object *object)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(motet_sysfs_kinds); i++)
		if (motet_sysfs_kinds[i]->class == object->ops->class)
			return i;
	return -1;
}

static void motet_sysfs_note(struct motet_sysfs_domain *view,
			     struct motet_sysfs_entry *entry)
{
	lockdep_assert_held(&view->domain->mutex);
	if (list_empty(&entry->link))
		list_add_tail(&entry->link, &view->pending);
}

/*
 * That there is no entry is not worth more than a debug message: the object does
 * not need it, and whoever provokes the failure could flood the log.
 */
static void motet_sysfs_want(struct motet_sysfs_domain *view,
			     const struct motet_object *object, int directory)
{
	const struct motet_sysfs_kind *kind = motet_sysfs_kinds[directory];
	struct motet_sysfs_entry *entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		goto out_left_out;
	atomic_inc(&motet_sysfs_unreleased);
	kobject_init(&entry->kobject, &kind->type);
	entry->kind = kind;
	entry->directory = view->directories[directory];
	entry->domain = view->domain;
	entry->id = object->id;
	INIT_LIST_HEAD(&entry->link);
	if (xa_insert(&view->entries, object->serial, entry,
		      GFP_KERNEL_ACCOUNT))
		goto err_put_entry;
	motet_sysfs_note(view, entry);
	return;

err_put_entry:
	kobject_put(&entry->kobject);
out_left_out:
	pr_debug("%16phN is left out of sysfs\n", &object->id);
}

static void motet_sysfs_unwant(struct motet_sysfs_domain *view,
			       unsigned long serial)
{
	struct motet_sysfs_entry *entry = xa_erase(&view->entries, serial);

	entry->unwanted = true;
	motet_sysfs_note(view, entry);
}

static int motet_sysfs_event(struct notifier_block *subscriber,
			     unsigned long event, void *data)
{
	const struct motet_object_event *what = data;
	const struct motet_object *object = what->object;
	struct motet_sysfs_domain *view = object->domain->view;
	int directory = motet_sysfs_directory(object);
	bool wanted, known;

	lockdep_assert_held(&object->domain->mutex);
	if (!view || directory < 0)
		return NOTIFY_DONE;
	wanted = event != MOTET_EVENT_DELETE && rcu_access_pointer(object->name);
	known = xa_load(&view->entries, object->serial);
	if (wanted == known)
		return NOTIFY_DONE;
	if (wanted)
		motet_sysfs_want(view, object, directory);
	else
		motet_sysfs_unwant(view, object->serial);
	queue_work(motet_workqueue, &view->work);
	return NOTIFY_OK;
}

static struct notifier_block motet_sysfs_subscriber = {
	.notifier_call = motet_sysfs_event,
};

static struct motet_sysfs_entry *
motet_sysfs_next(struct motet_sysfs_domain *view, bool *unwanted)
{
	struct motet_sysfs_entry *entry;

	mutex_lock(&view->domain->mutex);
	entry = list_first_entry_or_null(&view->pending,
					 struct motet_sysfs_entry, link);
	if (entry) {
		list_del_init(&entry->link);
		*unwanted = entry->unwanted;
	}
	mutex_unlock(&view->domain->mutex);
	return entry;
}

static void motet_sysfs_add(struct motet_sysfs_entry *entry)
{
	int err = kobject_add(&entry->kobject, entry->directory, "%16phN",
			      &entry->id);

	if (err)
		pr_debug("%16phN is left out of sysfs: %d\n", &entry->id, err);
	entry->added = !err;
}

/* Once an entry is unwanted nobody but the work knows it. */
static void motet_sysfs_work(struct work_struct *work)
{
	struct motet_sysfs_domain *view =
		container_of(work, struct motet_sysfs_domain, work);
	struct motet_sysfs_entry *entry;
	bool unwanted;

	while ((entry = motet_sysfs_next(view, &unwanted))) {
		if (!unwanted) {
			motet_sysfs_add(entry);
			continue;
		}
		if (entry->added)
			kobject_del(&entry->kobject);
		kobject_put(&entry->kobject);
	}
}

/* The device. */

static void motet_sysfs_device_release(struct device *device)
{
	kfree(motet_sysfs_domain_of(device));
	motet_sysfs_count_released();
}

static const void *motet_sysfs_namespace(const struct device *device)
{
	const struct motet_sysfs_domain *view =
		container_of(device, const struct motet_sysfs_domain, device);

	return view->domain->net;
}

static struct class motet_sysfs_class = {
	.name = "motet",
	.dev_release = motet_sysfs_device_release,
	.dev_groups = motet_sysfs_domain_groups,
	.ns_type = &net_ns_type_operations,
	.namespace = motet_sysfs_namespace,
};

static struct motet_sysfs_domain *
motet_sysfs_domain_new(struct motet_domain *domain)
{
	struct motet_sysfs_domain *view = kzalloc(sizeof(*view), GFP_KERNEL);

	if (!view)
		return NULL;
	atomic_inc(&motet_sysfs_unreleased);
	view->domain = domain;
	xa_init(&view->entries);
	INIT_LIST_HEAD(&view->pending);
	INIT_WORK(&view->work, motet_sysfs_work);
	device_initialize(&view->device);
	device_set_pm_not_required(&view->device);
	view->device.class = &motet_sysfs_class;
	return view;
}

static void motet_sysfs_put_directories(struct motet_sysfs_domain *view)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(view->directories); i++)
		kobject_put(view->directories[i]);
}

static int motet_sysfs_add_directories(struct motet_sysfs_domain *view)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(view->directories); i++) {
		view->directories[i] =
			kobject_create_and_add(motet_sysfs_kinds[i]->directory,
					       &view->device.kobj);
		if (!view->directories[i]) {
			motet_sysfs_put_directories(view);
			return -ENOMEM;
		}
	}
	return 0;
}

static int motet_sysfs_domain_add(struct motet_sysfs_domain *view)
{
	int err;

	err = dev_set_name(&view->device, "%u", view->domain->net->ns.inum);
	if (err)
		return err;
	err = device_add(&view->device);
	if (err)
		return err;
	if (motet_sysfs_add_directories(view)) {
		device_del(&view->device);
		return -ENOMEM;
	}
	return 0;
}

/* A namespace can do without the view. */
static int __net_init motet_sysfs_net_init(struct net *net)
{
	struct motet_domain *domain = motet_domain_of(net);
	struct motet_sysfs_domain *view = motet_sysfs_domain_new(domain);

	if (!view || motet_sysfs_domain_add(view))
		goto err_put_device;
	mutex_lock(&domain->mutex);
	domain->view = view;
	mutex_unlock(&domain->mutex);
	return 0;

err_put_device:
	pr_debug("domain %u is left out of sysfs\n", net->ns.inum);
	if (view)
		put_device(&view->device);
	return 0;
}

/* From here on events are not noted; what is left is removed. */
static struct motet_sysfs_domain *
motet_sysfs_detach(struct motet_domain *domain)
{
	struct motet_sysfs_domain *view;
	struct motet_sysfs_entry *entry;
	unsigned long serial;

	mutex_lock(&domain->mutex);
	view = domain->view;
	domain->view = NULL;
	if (view)
		xa_for_each(&view->entries, serial, entry)
			motet_sysfs_unwant(view, serial);
	mutex_unlock(&domain->mutex);
	return view;
}

static void __net_exit motet_sysfs_net_exit(struct net *net)
{
	struct motet_sysfs_domain *view;

	view = motet_sysfs_detach(motet_domain_of(net));
	if (!view)
		return;
	cancel_work_sync(&view->work);
	motet_sysfs_work(&view->work);
	motet_sysfs_put_directories(view);
	device_unregister(&view->device);
}

static struct pernet_operations motet_sysfs_net_ops = {
	.init = motet_sysfs_net_init,
	.exit = motet_sysfs_net_exit,
};

static void motet_sysfs_wait_released(void)
{
	wait_event(motet_sysfs_released, !atomic_read(&motet_sysfs_unreleased));
}

/**
 * motet_sysfs_init() - show the domains, and begin to show ports
 *
 * Context: may sleep; after the domains are made.
 * Return: 0 or a negative error.
 */
int __init motet_sysfs_init(void)
{
	int err;

	err = class_register(&motet_sysfs_class);
	if (err)
		return err;
	err = register_pernet_subsys(&motet_sysfs_net_ops);
	if (err)
		goto err_unregister_class;
	err = motet_object_subscribe(&motet_sysfs_subscriber);
	if (err)
		goto err_unregister_pernet;
	return 0;

err_unregister_pernet:
	unregister_pernet_subsys(&motet_sysfs_net_ops);
err_unregister_class:
	class_unregister(&motet_sysfs_class);
	motet_sysfs_wait_released();
	return err;
}

/**
 * motet_sysfs_exit() - the other way round
 *
 * Context: may sleep; waits until nothing of this is in use.
 */
void motet_sysfs_exit(void)
{
	motet_object_unsubscribe(&motet_sysfs_subscriber);
	unregister_pernet_subsys(&motet_sysfs_net_ops);
	class_unregister(&motet_sysfs_class);
	motet_sysfs_wait_released();
}
