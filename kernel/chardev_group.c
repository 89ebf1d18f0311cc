// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of groups. */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "chardev_internal.h"
#include "deliver.h"
#include "domain.h"
#include "message.h"

static long motet_group_ioctl(struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	struct motet_ioctl_call call = {
		.file = file,
		.group = file->private_data,
		.uarg = (void __user *)arg,
	};

	return motet_ioctl_run(&call, cmd, MOTET_ROLE_GROUP);
}

static int motet_group_release_file(struct inode *inode, struct file *file)
{
	motet_group_close(file->private_data);
	return 0;
}

static __poll_t motet_group_poll_file(struct file *file,
				      struct poll_table_struct *table)
{
	return motet_group_poll(file->private_data, file, table);
}

static const struct file_operations motet_group_fops = {
	.owner = THIS_MODULE,
	.release = motet_group_release_file,
	.unlocked_ioctl = motet_group_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = motet_group_poll_file,
};

/* What it is, is the file's from now on; if it can't be made it is closed. */
static struct file *motet_group_file(struct motet_group_file *group,
				     u32 fd_flags)
{
	struct file *file;
	int flags = O_RDWR;

	if (IS_ERR(group))
		return ERR_CAST(group);
	if (fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;
	file = anon_inode_getfile("[motet-group]", &motet_group_fops, group,
				  flags);
	if (IS_ERR(file))
		motet_group_close(group);
	return file;
}

/* What only work groups have. */
static bool motet_group_create_has_work(const struct motet_group_create *arg)
{
	return memchr_inv(arg->limits, 0, sizeof(arg->limits)) ||
	       memchr_inv(arg->class_members, 0, sizeof(arg->class_members)) ||
	       memchr_inv(&arg->dead_letter, 0, sizeof(arg->dead_letter)) ||
	       arg->redeliveries_max;
}

static int motet_group_create_check(const struct motet_group_create *arg)
{
	struct motet_info max = {};

	if (arg->flags || (arg->fd_flags & ~MOTET_FD_NONBLOCK) ||
	    (arg->mode & ~MOTET_MODE_MASK) || arg->pad)
		return -EINVAL;
	if (!arg->address || arg->address > MOTET_ADDRESS_WORK)
		return -EINVAL;
	if (!arg->name_len && (arg->name || arg->retention))
		return -EINVAL;
	motet_port_limits(&max);
	if (arg->retention > max.retention_max && arg->retention != U64_MAX)
		return -EINVAL;
	if (arg->address != MOTET_ADDRESS_WORK &&
	    motet_group_create_has_work(arg))
		return -EINVAL;
	return 0;
}

static int motet_group_create_finish(struct motet_ioctl_call *call,
				     struct motet_group_create *arg,
				     struct motet_name *name)
{
	struct motet_group_file *group;
	struct motet_group *made;
	struct file *file;
	int err;

	group = motet_group_create(call->handle, arg);
	file = motet_group_file(group, arg->fd_flags);
	if (IS_ERR(file))
		return PTR_ERR(file);
	made = group->handle.group;
	arg->cap.id = made->object.id;
	memcpy(arg->cap.key, made->key, sizeof(arg->cap.key));
	err = motet_ioctl_return(call, arg);
	memzero_explicit(arg->cap.key, sizeof(arg->cap.key));
	if (!err)
		err = motet_group_publish(made, name);
	if (err) {
		fput(file);
		return err;
	}
	fd_install(arg->fd, file);
	return 0;
}

static int motet_ioctl_group_create(struct motet_ioctl_call *call, void *data)
{
	struct motet_group_create *arg = data;
	struct motet_name *name = NULL;
	int err;

	err = motet_group_create_check(arg);
	if (err)
		return err;
	if (arg->name_len) {
		name = motet_name_new(u64_to_user_ptr(arg->name),
				      arg->name_len);
		if (IS_ERR(name))
			return PTR_ERR(name);
	}
	arg->fd = get_unused_fd_flags(O_CLOEXEC);
	if (arg->fd < 0) {
		err = arg->fd;
		goto err_free_name;
	}
	err = motet_group_create_finish(call, arg, name);
	if (err)
		goto err_put_fd;
	return 0;

err_put_fd:
	put_unused_fd(arg->fd);
err_free_name:
	kfree(name);
	return err;
}

static int motet_group_open_check(const struct motet_group_open *arg)
{
	if (arg->flags || (arg->fd_flags & ~MOTET_FD_NONBLOCK) || arg->pad)
		return -EINVAL;
	if (arg->name_len)
		return memchr_inv(&arg->id, 0, sizeof(arg->id)) ? -EINVAL : 0;
	return arg->name ? -EINVAL : 0;
}

static int motet_group_open_finish(struct motet_ioctl_call *call,
				   struct motet_group_open *arg,
				   struct motet_object *object)
{
	struct file *file;
	int err;

	if (!motet_domain_may(object, MOTET_MODE_SEND))
		return -EACCES;
	arg->fd = get_unused_fd_flags(O_CLOEXEC);
	if (arg->fd < 0)
		return arg->fd;
	arg->id = object->id;
	err = motet_ioctl_return(call, arg);
	if (err)
		goto err_put_fd;
	file = motet_group_file(motet_group_open(call->handle, object),
				arg->fd_flags);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		/* it was found by its name, and then it died */
		if (err == -ESRCH && arg->name_len)
			err = -ENOENT;
		goto err_put_fd;
	}
	fd_install(arg->fd, file);
	return 0;

err_put_fd:
	put_unused_fd(arg->fd);
	return err;
}

static int motet_ioctl_group_open(struct motet_ioctl_call *call, void *data)
{
	struct motet_group_open *arg = data;
	struct motet_object *object;
	int err;

	err = motet_group_open_check(arg);
	if (err)
		return err;
	object = motet_find_object(call, arg->name, arg->name_len, &arg->id,
				   MOTET_CLASS_GROUP);
	if (IS_ERR(object))
		return PTR_ERR(object);
	err = motet_group_open_finish(call, arg, object);
	motet_object_put(object);
	return err;
}

static struct motet_object *motet_find_by_id(struct motet_ioctl_call *call,
					     const struct motet_id *id,
					     enum motet_class class)
{
	return motet_find_object(call, 0, 0, id, class);
}

static int motet_group_change_member(struct motet_ioctl_call *call,
				     const struct motet_group_member *arg,
				     struct motet_group *group,
				     struct motet_object *port, bool insert)
{
	struct motet_port *own = call->handle->port;

	if (!insert)
		return motet_group_remove(group, &arg->cap, port);
	/* a wrong key comes before what it would not open */
	if (!motet_domain_may(port, MOTET_MODE_SEND))
		return motet_group_check(group, &arg->cap) ?: -EACCES;
	return motet_group_insert(group, &arg->cap, port,
				  &motet_port_of(port)->queue, &own->object,
				  &own->queue);
}

static int motet_group_member_ioctl(struct motet_ioctl_call *call,
				    const struct motet_group_member *arg,
				    bool insert)
{
	struct motet_object *group, *port;
	int err;

	if (arg->flags)
		return -EINVAL;
	group = motet_find_by_id(call, &arg->cap.id, MOTET_CLASS_GROUP);
	if (IS_ERR(group))
		return PTR_ERR(group);
	port = motet_find_by_id(call, &arg->port, MOTET_CLASS_PORT);
	if (IS_ERR(port)) {
		err = motet_group_check(motet_group_of(group), &arg->cap) ?:
		      PTR_ERR(port);
	} else {
		err = motet_group_change_member(call, arg,
						motet_group_of(group), port,
						insert);
		motet_object_put(port);
	}
	motet_object_put(group);
	return err;
}

static int motet_ioctl_group_insert(struct motet_ioctl_call *call, void *data)
{
	return motet_group_member_ioctl(call, data, true);
}

static int motet_ioctl_group_remove(struct motet_ioctl_call *call, void *data)
{
	return motet_group_member_ioctl(call, data, false);
}

static int motet_group_rekey_finish(struct motet_ioctl_call *call,
				    struct motet_group_cap *arg,
				    struct motet_group *group)
{
	struct motet_cap old = arg->cap;
	int err;

	err = motet_group_check(group, &old);
	if (err)
		return err;
	get_random_bytes(arg->cap.key, sizeof(arg->cap.key));
	err = motet_ioctl_return(call, arg);
	if (!err)
		err = motet_group_rekey(group, &old, arg->cap.key);
	memzero_explicit(&old, sizeof(old));
	memzero_explicit(arg->cap.key, sizeof(arg->cap.key));
	return err;
}

static int motet_ioctl_group_rekey(struct motet_ioctl_call *call, void *data)
{
	struct motet_group_cap *arg = data;
	struct motet_object *group;
	int err;

	if (arg->flags)
		return -EINVAL;
	group = motet_find_by_id(call, &arg->cap.id, MOTET_CLASS_GROUP);
	if (IS_ERR(group))
		return PTR_ERR(group);
	err = motet_group_rekey_finish(call, arg, motet_group_of(group));
	motet_object_put(group);
	return err;
}

static int motet_ioctl_group_delete(struct motet_ioctl_call *call, void *data)
{
	const struct motet_group_cap *arg = data;
	struct motet_object *group;
	int err;

	if (arg->flags)
		return -EINVAL;
	group = motet_find_by_id(call, &arg->cap.id, MOTET_CLASS_GROUP);
	if (IS_ERR(group))
		return PTR_ERR(group);
	err = motet_group_delete(motet_group_of(group), &arg->cap);
	motet_object_put(group);
	return err;
}

/**
 * motet_check_holds() - whether the current task is of the process that holds a port
 * @handle: a handle of the port
 *
 * Return: 0, or -EPERM also if it is another handle that holds it.
 */
int motet_check_holds(const struct motet_handle *handle)
{
	struct motet_port *port = handle->port;
	bool holds;

	spin_lock(&port->queue.lock);
	holds = port->holder == handle &&
		motet_actor_is_current(handle->actor);
	spin_unlock(&port->queue.lock);
	return holds ? 0 : -EPERM;
}

static int motet_group_track_finish(struct motet_ioctl_call *call,
				    const struct motet_group_track *arg,
				    struct motet_object *group)
{
	struct motet_port *port = call->handle->port;

	if (arg->flags & MOTET_TRACK_STOP)
		return motet_group_untrack(motet_group_of(group),
					   &port->object);
	if (!motet_domain_may(group, MOTET_MODE_RECEIVE))
		return -EACCES;
	return motet_group_track(motet_group_of(group), &port->object,
				 &port->queue);
}

static int motet_ioctl_group_track(struct motet_ioctl_call *call, void *data)
{
	const struct motet_group_track *arg = data;
	struct motet_object *group;
	int err;

	if (arg->flags & ~MOTET_TRACK_STOP)
		return -EINVAL;
	err = motet_check_holds(call->handle);
	if (err)
		return err;
	group = motet_find_by_id(call, &arg->group, MOTET_CLASS_GROUP);
	if (IS_ERR(group))
		return PTR_ERR(group);
	err = motet_group_track_finish(call, arg, group);
	motet_object_put(group);
	return err;
}

static int motet_ioctl_group_report(struct motet_ioctl_call *call, void *data)
{
	const struct motet_group_report *arg = data;
	struct motet_object *group;
	int err;

	if (arg->flags || arg->pad)
		return -EINVAL;
	err = motet_check_holds(call->handle);
	if (err)
		return err;
	group = motet_find_by_id(call, &arg->group, MOTET_CLASS_GROUP);
	if (IS_ERR(group))
		return PTR_ERR(group);
	err = motet_group_report(motet_group_of(group),
				 &call->handle->port->object, arg);
	motet_object_put(group);
	return err;
}

static int motet_ioctl_group_session_end(struct motet_ioctl_call *call, void *data)
{
	const struct motet_group_session *arg = data;

	if (arg->flags)
		return -EINVAL;
	return motet_session_end(&call->group->handle, arg->session);
}

static int motet_ioctl_group_status(struct motet_ioctl_call *call, void *data)
{
	struct motet_group_status *status = data;
	u32 size = status->size;

	memset(status, 0, sizeof(*status));
	status->size = size;
	motet_deliver_status(call->group, status);
	return motet_ioctl_return(call, status);
}

static const struct motet_ioctl motet_group_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_GROUP_CREATE, struct motet_group_create,
		    MOTET_GROUP_CREATE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_group_create),
	MOTET_IOCTL(MOTET_IOC_GROUP_OPEN, struct motet_group_open,
		    MOTET_GROUP_OPEN_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_group_open),
	MOTET_IOCTL(MOTET_IOC_GROUP_INSERT, struct motet_group_member,
		    MOTET_GROUP_MEMBER_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_group_insert),
	MOTET_IOCTL(MOTET_IOC_GROUP_REMOVE, struct motet_group_member,
		    MOTET_GROUP_MEMBER_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_group_remove),
	MOTET_IOCTL(MOTET_IOC_GROUP_REKEY, struct motet_group_cap,
		    MOTET_GROUP_CAP_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_group_rekey),
	MOTET_IOCTL(MOTET_IOC_GROUP_DELETE, struct motet_group_cap,
		    MOTET_GROUP_CAP_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_group_delete),
	MOTET_IOCTL(MOTET_IOC_GROUP_TRACK, struct motet_group_track,
		    MOTET_GROUP_TRACK_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_group_track),
	MOTET_IOCTL(MOTET_IOC_GROUP_REPORT, struct motet_group_report,
		    MOTET_GROUP_REPORT_SIZE_VER0,
		    MOTET_ON_MOVABLE,
		    motet_ioctl_group_report),
	MOTET_IOCTL(MOTET_IOC_GROUP_SESSION_END, struct motet_group_session,
		    MOTET_GROUP_SESSION_SIZE_VER0, MOTET_ON_GROUP,
		    motet_ioctl_group_session_end),
	MOTET_IOCTL(MOTET_IOC_GROUP_STATUS, struct motet_group_status,
		    MOTET_GROUP_STATUS_SIZE_VER0, MOTET_ON_GROUP,
		    motet_ioctl_group_status),
};

const struct motet_ioctl_table motet_group_ioctl_table = {
	.ioctls = motet_group_ioctls,
	.count = ARRAY_SIZE(motet_group_ioctls),
};
