// SPDX-License-Identifier: GPL-2.0-only
/* The device node, and what open files answer to. */

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "chardev.h"
#include "chardev_internal.h"
#include "domain.h"
#include "lock.h"
#include "message.h"
#include "port.h"

/**
 * motet_copy_from_user() - copy a struct that begins with its size
 * @to: the struct
 * @size: its size here
 * @min: its size when it was first published
 * @from: the user's
 * @usize: out: its size there
 *
 * Return: 0, -EFAULT, -EINVAL if it is too short, -E2BIG if it has something
 * where this kernel knows nothing.
 */
int motet_copy_from_user(void *to, u32 size, u32 min, const void __user *from,
			 u32 *usize)
{
	if (get_user(*usize, (const u32 __user *)from))
		return -EFAULT;
	if (*usize < min)
		return -EINVAL;
	if (*usize > MOTET_ARG_SIZE_MAX)
		return -E2BIG;
	return copy_struct_from_user(to, size, from, *usize);
}

/**
 * motet_copy_to_user() - copy a struct to one of another size
 * @to: the user's
 * @usize: its size there
 * @from: the struct
 * @size: its size here
 *
 * Return: 0 or -EFAULT.
 */
int motet_copy_to_user(void __user *to, u32 usize, const void *from, u32 size)
{
	if (copy_to_user(to, from, min(usize, size)))
		return -EFAULT;
	if (usize > size && clear_user(to + size, usize - size))
		return -EFAULT;
	return 0;
}

/**
 * motet_ioctl_return() - copy the argument back
 * @call: the ioctl
 * @arg: its argument
 *
 * Return: 0 or -EFAULT.
 */
int motet_ioctl_return(struct motet_ioctl_call *call, const void *arg)
{
	return motet_copy_to_user(call->uarg, call->usize, arg, call->size);
}

static int motet_ioctl_info(struct motet_ioctl_call *call, void *data)
{
	struct motet_actor *actor = call->handle->actor;
	struct motet_info *info = data;

	if (info->flags)
		return -EINVAL;
	info->abi_major = MOTET_ABI_MAJOR;
	info->priorities = MOTET_PRIORITIES;
	info->features = 0;
	info->name_max = MOTET_NAME_MAX;
	info->annex_max = MOTET_ANNEX_MAX;
	motet_port_limits(info);
	info->domain_ports_max = motet_domain_ports_max_of(actor->object.domain);
	info->user_ports_max = motet_quota_limit(MOTET_QUOTA_PORTS);
	info->user_bytes_max = motet_quota_limit(MOTET_QUOTA_BYTES);
	info->user_actors_max = motet_quota_limit(MOTET_QUOTA_ACTORS);
	info->user_locks_max = motet_quota_limit(MOTET_QUOTA_LOCKS);
	info->domain_locks_max = motet_domain_locks_limit();
	info->lock_requests_max = motet_lock_requests_limit();
	info->pad = 0;
	info->actor = actor->object.id;
	info->port = actor->default_port->id;
	return motet_ioctl_return(call, info);
}

/**
 * motet_find_object() - find an object by name if there is one, else by identifier
 * @call: an ioctl on a handle
 * @address: the user's name
 * @len: its length, or 0
 * @id: its identifier
 * @class: what it must be
 *
 * Return: the object with a reference; or ERR_PTR() of -ENOENT if none has the
 * name, -ESRCH if none has the identifier, or what motet_name_new() says.
 */
struct motet_object *motet_find_object(struct motet_ioctl_call *call,
				       u64 address, u32 len,
				       const struct motet_id *id,
				       enum motet_class class)
{
	struct motet_domain *domain = call->handle->actor->object.domain;
	struct motet_object *object;
	struct motet_name *name;

	if (!len) {
		object = motet_domain_find(domain, id, class);
		return object ?: ERR_PTR(-ESRCH);
	}
	name = motet_name_new(u64_to_user_ptr(address), len);
	if (IS_ERR(name))
		return ERR_CAST(name);
	object = motet_domain_find_name(domain, name, class);
	kfree(name);
	return object ?: ERR_PTR(-ENOENT);
}

static const struct motet_ioctl motet_info_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_INFO, struct motet_info, MOTET_INFO_SIZE_VER0,
		    MOTET_ON_ACTOR, motet_ioctl_info),
};

static const struct motet_ioctl_table motet_info_ioctl_table = {
	.ioctls = motet_info_ioctls,
	.count = ARRAY_SIZE(motet_info_ioctls),
};

/* By the upper half of their numbers. */
static const struct motet_ioctl_table *const motet_ioctl_tables[] = {
	&motet_info_ioctl_table,
	&motet_port_ioctl_table,
	&motet_message_ioctl_table,
	&motet_group_ioctl_table,
	[4] = &motet_channel_ioctl_table,
	[5] = &motet_checkpoint_ioctl_table,
	[6] = &motet_lock_ioctl_table,
	[7] = &motet_watch_ioctl_table,
	[8] = &motet_replicator_ioctl_table,
};

static const struct motet_ioctl *motet_ioctl_find(unsigned int cmd)
{
	const struct motet_ioctl_table *table;
	unsigned int i = _IOC_NR(cmd) >> MOTET_IOCTL_TABLE_SHIFT;

	if (i >= ARRAY_SIZE(motet_ioctl_tables))
		return NULL;
	i = array_index_nospec(i, ARRAY_SIZE(motet_ioctl_tables));
	table = motet_ioctl_tables[i];
	if (!table)
		return NULL;
	for (i = 0; i < table->count; i++)
		if (table->ioctls[i].cmd == cmd)
			return &table->ioctls[i];
	return NULL;
}

/**
 * motet_ioctl_run() - carry out an ioctl
 * @call: the ioctl; what the file is, and the user's argument, are set
 * @cmd: its number
 * @role: &enum motet_role of the file
 *
 * Return: 0 or a negative error, as the interface says.
 */
long motet_ioctl_run(struct motet_ioctl_call *call, unsigned int cmd, u32 role)
{
	const struct motet_ioctl *ioctl = motet_ioctl_find(cmd);
	u8 data[MOTET_IOCTL_DATA_MAX] __aligned(8);
	int err;

	if (!ioctl || !(ioctl->roles & BIT(role)))
		return -ENOTTY;
	if (ioctl->roles == MOTET_ON_ACTOR &&
	    !motet_actor_is_current(call->handle->actor))
		return -EPERM;
	/* a channel's file that doesn't subscribe */
	if (!call->handle && (ioctl->roles & MOTET_ON_HOLDER))
		return -EACCES;
	call->size = ioctl->size;
	err = motet_copy_from_user(data, ioctl->size, ioctl->min, call->uarg,
				   &call->usize);
	return err ?: ioctl->handler(call, data);
}

static long motet_chardev_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	struct motet_handle *handle = file->private_data;
	struct motet_ioctl_call call = {
		.file = file,
		.handle = handle,
		.uarg = (void __user *)arg,
	};

	return motet_ioctl_run(&call, cmd, READ_ONCE(handle->role));
}

static int motet_chardev_open(struct inode *inode, struct file *file)
{
	struct motet_handle *handle;

	handle = motet_actor_open(current->nsproxy->net_ns);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	file->private_data = handle;
	return nonseekable_open(inode, file);
}

/* A process closes its files before anybody can see that it is gone. */
static int motet_chardev_flush(struct file *file, fl_owner_t id)
{
	struct motet_handle *handle = file->private_data;

	motet_actor_settle(handle->actor);
	return 0;
}

static int motet_chardev_release(struct inode *inode, struct file *file)
{
	struct motet_handle *handle = file->private_data;

	/* or what is to be done here is being done there */
	motet_actor_settle(handle->actor);
	if (READ_ONCE(handle->role) == MOTET_ROLE_ACTOR)
		motet_lock_leave(handle->actor);
	motet_handle_close(handle);
	return 0;
}

static __poll_t motet_chardev_poll(struct file *file,
				   struct poll_table_struct *table)
{
	return motet_handle_poll(file->private_data, file, table);
}

/* of the device, and of the handles of ports */
const struct file_operations motet_fops = {
	.owner = THIS_MODULE,
	.open = motet_chardev_open,
	.flush = motet_chardev_flush,
	.release = motet_chardev_release,
	.unlocked_ioctl = motet_chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = motet_chardev_poll,
};

static struct miscdevice motet_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "motet",
	.fops = &motet_fops,
	.mode = 0666,
};

/**
 * motet_chardev_init() - make the device node
 *
 * Return: 0 or a negative error.
 */
int motet_chardev_init(void)
{
	return misc_register(&motet_device);
}

/**
 * motet_chardev_exit() - remove the device node
 */
void motet_chardev_exit(void)
{
	misc_deregister(&motet_device);
}
