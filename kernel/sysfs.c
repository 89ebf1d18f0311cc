// SPDX-License-Identifier: GPL-2.0-only
/* The view of a domain in sysfs. */

#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/netdevice.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "domain.h"
#include "port.h"
#include "sysfs.h"

/**
 * struct motet_sysfs_domain - the device of a domain
 * @device: the device; this is freed with its last reference [own]
 * @domain: the domain; outlives every reader [const]
 * @ports: the directory of ports [const once published]
 * @entries: those of the ports that should have one, by the port's serial
 *	[domain.mutex]
 * @pending: entries to make or to remove [domain.mutex]
 * @work: makes and removes them [own]
 */
struct motet_sysfs_domain {
	struct device device;
	struct motet_domain *domain;
	struct kobject *ports;
	struct xarray entries;
	struct list_head pending;
	struct work_struct work;
};

/**
 * struct motet_sysfs_port - the entry of a named port
 * @kobject: its directory; this is freed with its last reference [own]
 * @domain: where the port lives; outlives every reader [const]
 * @id: identifier of the port [const]
 * @link: among the pending entries, or empty [domain.mutex]
 * @unwanted: the port died or lost its name [domain.mutex]
 * @added: the directory was made [own]
 */
struct motet_sysfs_port {
	struct kobject kobject;
	struct motet_domain *domain;
	struct motet_id id;
	struct list_head link;
	bool unwanted;
	bool added;
};

/**
 * struct motet_sysfs_attribute - a file of a port
 * @attribute: its name and mode [const]
 * @show: prints its value from the port and what it looked like [const]
 */
struct motet_sysfs_attribute {
	struct attribute attribute;
	ssize_t (*show)(const struct motet_object *object,
			const struct motet_port_view *view, char *buf);
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

static struct motet_sysfs_port *motet_sysfs_port_of(struct kobject *kobject)
{
	return container_of(kobject, struct motet_sysfs_port, kobject);
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
MOTET_SYSFS_DOMAIN_FILE(named_ports, domain->named);
MOTET_SYSFS_DOMAIN_FILE(retained_ports, domain->retained);
MOTET_SYSFS_DOMAIN_FILE(ports_max, domain->ports_max);
MOTET_SYSFS_DOMAIN_FILE(sequence, domain->sequence);

static struct attribute *motet_sysfs_domain_attrs[] = {
	&dev_attr_actors.attr,
	&dev_attr_total_ports.attr,
	&dev_attr_named_ports.attr,
	&dev_attr_retained_ports.attr,
	&dev_attr_ports_max.attr,
	&dev_attr_sequence.attr,
	NULL,
};
ATTRIBUTE_GROUPS(motet_sysfs_domain);

/* Files of a port. */

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
static struct motet_sysfs_attribute motet_sysfs_attr_##_name = {	\
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

static struct attribute *motet_sysfs_port_attrs[] = {
	&motet_sysfs_attr_state.attribute,
	&motet_sysfs_attr_mode.attribute,
	&motet_sysfs_attr_uid.attribute,
	&motet_sysfs_attr_gid.attribute,
	&motet_sysfs_attr_retention_ns.attribute,
	&motet_sysfs_attr_messages.attribute,
	&motet_sysfs_attr_bytes.attribute,
	&motet_sysfs_attr_messages_max.attribute,
	&motet_sysfs_attr_bytes_max.attribute,
	&motet_sysfs_attr_sent.attribute,
	&motet_sysfs_attr_received.attribute,
	&motet_sysfs_attr_refused.attribute,
	&motet_sysfs_attr_suspended.attribute,
	&motet_sysfs_attr_calls.attribute,
	NULL,
};

/* The port of an entry with a reference, while it has a name, else NULL. */
static struct motet_object *motet_sysfs_find(const struct motet_sysfs_port *entry)
{
	struct motet_object *object = motet_domain_find(entry->domain,
							&entry->id,
							MOTET_CLASS_PORT);

	if (object && !rcu_access_pointer(object->name)) {
		motet_object_put(object);
		return NULL;
	}
	return object;
}

static ssize_t motet_sysfs_port_show(struct kobject *kobject,
				     struct attribute *attribute, char *buf)
{
	const struct motet_sysfs_attribute *file =
		container_of(attribute, struct motet_sysfs_attribute, attribute);
	struct motet_port_view view;
	struct motet_object *object;
	ssize_t len;

	object = motet_sysfs_find(motet_sysfs_port_of(kobject));
	if (!object)
		return -ENODEV;
	motet_port_look(motet_port_of(object), &view);
	len = file->show(object, &view, buf);
	put_pid(view.pid);
	motet_object_put(object);
	return len;
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
	object = motet_sysfs_find(motet_sysfs_port_of(kobject));
	if (object) {
		len = motet_sysfs_name_escape(object, text, size);
		motet_object_put(object);
	}
	if (len > 0)
		len = memory_read_from_buffer(buf, count, &offset, text, len);
	kfree(text);
	return len;
}

static struct bin_attribute motet_sysfs_name = {
	.attr = { .name = "name", .mode = 0444 },
	.read = motet_sysfs_name_read,
};

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

static void motet_sysfs_port_release(struct kobject *kobject)
{
	kfree(motet_sysfs_port_of(kobject));
	motet_sysfs_count_released();
}

static const struct kobj_type motet_sysfs_port_type = {
	.release = motet_sysfs_port_release,
	.sysfs_ops = &motet_sysfs_port_ops,
	.default_groups = motet_sysfs_port_groups,
};

/* Noting, and carrying out. */

static void motet_sysfs_note(struct motet_sysfs_domain *view,
			     struct motet_sysfs_port *entry)
{
	lockdep_assert_held(&view->domain->mutex);
	if (list_empty(&entry->link))
		list_add_tail(&entry->link, &view->pending);
}

/*
 * That there is no entry is not worth more than a debug message: the port does
 * not need it, and whoever provokes the failure could flood the log.
 */
static void motet_sysfs_want(struct motet_sysfs_domain *view,
			     const struct motet_object *object)
{
	struct motet_sysfs_port *entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		goto out_left_out;
	atomic_inc(&motet_sysfs_unreleased);
	kobject_init(&entry->kobject, &motet_sysfs_port_type);
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
	pr_debug("port %16phN is left out of sysfs\n", &object->id);
}

static void motet_sysfs_unwant(struct motet_sysfs_domain *view,
			       unsigned long serial)
{
	struct motet_sysfs_port *entry = xa_erase(&view->entries, serial);

	entry->unwanted = true;
	motet_sysfs_note(view, entry);
}

static int motet_sysfs_event(struct notifier_block *subscriber,
			     unsigned long event, void *data)
{
	const struct motet_object_event *what = data;
	const struct motet_object *object = what->object;
	struct motet_sysfs_domain *view = object->domain->view;
	bool wanted, known;

	lockdep_assert_held(&object->domain->mutex);
	if (!view || object->ops->class != MOTET_CLASS_PORT)
		return NOTIFY_DONE;
	wanted = event != MOTET_EVENT_DELETE && rcu_access_pointer(object->name);
	known = xa_load(&view->entries, object->serial);
	if (wanted == known)
		return NOTIFY_DONE;
	if (wanted)
		motet_sysfs_want(view, object);
	else
		motet_sysfs_unwant(view, object->serial);
	queue_work(motet_workqueue, &view->work);
	return NOTIFY_OK;
}

static struct notifier_block motet_sysfs_subscriber = {
	.notifier_call = motet_sysfs_event,
};

static struct motet_sysfs_port *
motet_sysfs_next(struct motet_sysfs_domain *view, bool *unwanted)
{
	struct motet_sysfs_port *entry;

	mutex_lock(&view->domain->mutex);
	entry = list_first_entry_or_null(&view->pending,
					 struct motet_sysfs_port, link);
	if (entry) {
		list_del_init(&entry->link);
		*unwanted = entry->unwanted;
	}
	mutex_unlock(&view->domain->mutex);
	return entry;
}

static void motet_sysfs_add(struct motet_sysfs_domain *view,
			    struct motet_sysfs_port *entry)
{
	int err = kobject_add(&entry->kobject, view->ports, "%16phN",
			      &entry->id);

	if (err)
		pr_debug("port %16phN is left out of sysfs: %d\n", &entry->id,
			 err);
	entry->added = !err;
}

/* Once an entry is unwanted nobody but the work knows it. */
static void motet_sysfs_work(struct work_struct *work)
{
	struct motet_sysfs_domain *view =
		container_of(work, struct motet_sysfs_domain, work);
	struct motet_sysfs_port *entry;
	bool unwanted;

	while ((entry = motet_sysfs_next(view, &unwanted))) {
		if (!unwanted) {
			motet_sysfs_add(view, entry);
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

static int motet_sysfs_domain_add(struct motet_sysfs_domain *view)
{
	int err;

	err = dev_set_name(&view->device, "%u", view->domain->net->ns.inum);
	if (err)
		return err;
	err = device_add(&view->device);
	if (err)
		return err;
	view->ports = kobject_create_and_add("ports", &view->device.kobj);
	if (!view->ports) {
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
	struct motet_sysfs_port *entry;
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
	kobject_put(view->ports);
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
