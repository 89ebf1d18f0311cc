// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of ports. */

#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "chardev_internal.h"
#include "domain.h"
#include "node.h"
#include "port.h"

/* The handle is the file's if this succeeds. */
static struct file *motet_file_new(struct motet_handle *handle, u32 fd_flags)
{
	int flags = O_RDWR;

	if (fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;
	return anon_inode_getfile("[motet-port]", &motet_fops, handle, flags);
}

static int motet_port_create_check(const struct motet_port_create *arg)
{
	if ((arg->flags & ~MOTET_PORT_FIFO) ||
	    (arg->fd_flags & ~MOTET_FD_NONBLOCK) ||
	    (arg->mode & ~MOTET_MODE_MASK))
		return -EINVAL;
	if (!arg->name_len && (arg->name || arg->retention))
		return -EINVAL;
	return 0;
}

/* Of a proxy. The own node is 0 to objects, by whichever number it is named. */
static int motet_port_create_node(const struct motet_ioctl_call *call,
				  u32 number, u32 *node)
{
	const struct motet_domain *domain = call->handle->actor->object.domain;

	*node = 0;
	if (!number)
		return 0;
	if (!ns_capable(domain->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (number == motet_node_here(domain))
		return 0;
	if (!motet_node_is_member(domain, number))
		return -ESRCH;
	*node = number;
	return 0;
}

/*
 * If its node has left since, nobody has found the port to let it die: it does
 * so as if that had happened a moment later.
 */
static int motet_port_create_publish(struct motet_handle *handle,
				     struct motet_name *name)
{
	struct motet_object *object = &handle->port->object;
	int err = motet_port_publish(handle, name);

	/* pairs with motet_node_withdraw(): one of the two sees the other */
	smp_mb();
	if (!err && object->node &&
	    !motet_node_is_member(object->domain, object->node))
		motet_port_kill(object);
	return err;
}

static int motet_port_create_finish(struct motet_ioctl_call *call,
				    struct motet_port_create *arg,
				    struct motet_name *name)
{
	struct motet_handle *handle;
	struct file *file;
	u32 node;
	int err;

	err = motet_port_create_node(call, arg->node, &node);
	if (err)
		return err;
	handle = motet_port_create(call->handle, arg);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	handle->port->object.node = node;
	file = motet_file_new(handle, arg->fd_flags);
	if (IS_ERR(file)) {
		motet_handle_close(handle);
		return PTR_ERR(file);
	}
	arg->id = handle->port->object.id;
	err = motet_ioctl_return(call, arg);
	if (!err)
		err = motet_port_create_publish(handle, name);
	if (err) {
		fput(file);
		return err;
	}
	fd_install(arg->fd, file);
	return 0;
}

static int motet_ioctl_port_create(struct motet_ioctl_call *call, void *data)
{
	struct motet_port_create *arg = data;
	struct motet_name *name = NULL;
	int err;

	err = motet_port_create_check(arg);
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
	err = motet_port_create_finish(call, arg, name);
	if (err)
		goto err_put_fd;
	return 0;

err_put_fd:
	put_unused_fd(arg->fd);
err_free_name:
	kfree(name);
	return err;
}

static struct motet_object *motet_find_port(struct motet_ioctl_call *call,
					    u64 address, u32 len,
					    const struct motet_id *id)
{
	return motet_find_object(call, address, len, id, MOTET_CLASS_PORT);
}

static int motet_port_open_finish(struct motet_ioctl_call *call,
				  struct motet_port_open *arg,
				  struct motet_object *object)
{
	struct motet_handle *handle;
	struct file *file;
	int err;

	arg->id = object->id;
	err = motet_ioctl_return(call, arg);
	if (err)
		return err;
	handle = motet_port_open(call->handle, object, arg->role);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	file = motet_file_new(handle, arg->fd_flags);
	if (IS_ERR(file)) {
		motet_handle_close(handle);
		return PTR_ERR(file);
	}
	err = motet_port_attach(handle);
	if (err) {
		fput(file);
		/* it was found by its name, and then it died */
		return err == -ESRCH && arg->name_len ? -ENOENT : err;
	}
	fd_install(arg->fd, file);
	return 0;
}

static int motet_port_open_check(const struct motet_port_open *arg)
{
	static const struct motet_id none;

	if (arg->flags || (arg->fd_flags & ~MOTET_FD_NONBLOCK) ||
	    (arg->role != MOTET_ROLE_SENDER &&
	     arg->role != MOTET_ROLE_HOLDER &&
	     arg->role != MOTET_ROLE_STANDBY))
		return -EINVAL;
	if (arg->name_len)
		return memcmp(&arg->id, &none, sizeof(none)) ? -EINVAL : 0;
	return arg->name ? -EINVAL : 0;
}

static int motet_ioctl_port_open(struct motet_ioctl_call *call, void *data)
{
	struct motet_port_open *arg = data;
	struct motet_object *object;
	int err;

	err = motet_port_open_check(arg);
	if (err)
		return err;
	object = motet_find_port(call, arg->name, arg->name_len, &arg->id);
	if (IS_ERR(object))
		return PTR_ERR(object);
	err = -EACCES;
	if (arg->role == MOTET_ROLE_SENDER &&
	    !motet_domain_may(object, MOTET_MODE_SEND))
		goto put_object;
	err = get_unused_fd_flags(O_CLOEXEC);
	if (err < 0)
		goto put_object;
	arg->fd = err;
	err = motet_port_open_finish(call, arg, object);
	if (err)
		put_unused_fd(arg->fd);
put_object:
	motet_object_put(object);
	return err;
}

static struct motet_object *motet_find_named(struct motet_ioctl_call *call,
					     struct motet_port_name *arg,
					     umode_t right)
{
	struct motet_object *object;

	if (arg->flags || arg->pad || !arg->name_len)
		return ERR_PTR(-EINVAL);
	object = motet_find_port(call, arg->name, arg->name_len, NULL);
	if (IS_ERR(object))
		return object;
	if (!motet_domain_may(object, right)) {
		motet_object_put(object);
		return ERR_PTR(-EACCES);
	}
	arg->id = object->id;
	return object;
}

static int motet_ioctl_port_lookup(struct motet_ioctl_call *call, void *data)
{
	struct motet_object *object;

	object = motet_find_named(call, data, MOTET_MODE_MASK);
	if (IS_ERR(object))
		return PTR_ERR(object);
	motet_object_put(object);
	return motet_ioctl_return(call, data);
}

static int motet_ioctl_port_unlink(struct motet_ioctl_call *call, void *data)
{
	struct motet_object *object;
	int err;

	object = motet_find_named(call, data, MOTET_MODE_ADMIN);
	if (IS_ERR(object))
		return PTR_ERR(object);
	err = motet_ioctl_return(call, data);
	if (!err)
		err = motet_port_unlink(object);
	motet_object_put(object);
	return err;
}

static int motet_ioctl_port_status(struct motet_ioctl_call *call, void *data)
{
	struct motet_port_status *status = data;
	u32 size = status->size;

	if (status->pad)
		return -EINVAL;
	memset(status, 0, sizeof(*status));
	status->size = size;
	motet_port_status(call->handle, status);
	return motet_ioctl_return(call, status);
}

static int motet_ioctl_port_offer(struct motet_ioctl_call *call, void *data)
{
	const struct motet_port_offer *arg = data;

	if (arg->flags & ~(MOTET_OFFER_RETURN | MOTET_OFFER_DISABLED))
		return -EINVAL;
	return motet_port_offer(call->handle, arg);
}

static int motet_ioctl_port_enable(struct motet_ioctl_call *call, void *data)
{
	struct motet_port_enable *arg = data;

	if ((arg->flags & ~MOTET_ENABLE_OFF) || arg->pad ||
	    arg->priority >= MOTET_ENABLE_PRIORITIES)
		return -EINVAL;
	if ((arg->flags & MOTET_ENABLE_OFF) && (arg->priority || arg->cookie))
		return -EINVAL;
	arg->priority = array_index_nospec(arg->priority,
					   MOTET_ENABLE_PRIORITIES);
	return motet_port_enable(call->handle, arg);
}

static int motet_port_change_check(const struct motet_port_change *arg)
{
	u32 known = MOTET_CHANGE_MODE | MOTET_CHANGE_UID | MOTET_CHANGE_GID |
		    MOTET_CHANGE_RETENTION;

	if (!arg->flags || (arg->flags & ~known) || arg->pad ||
	    (arg->mode & ~MOTET_MODE_MASK))
		return -EINVAL;
	if ((!(arg->flags & MOTET_CHANGE_MODE) && arg->mode) ||
	    (!(arg->flags & MOTET_CHANGE_UID) && arg->uid) ||
	    (!(arg->flags & MOTET_CHANGE_GID) && arg->gid) ||
	    (!(arg->flags & MOTET_CHANGE_RETENTION) && arg->retention))
		return -EINVAL;
	return 0;
}

static int motet_ioctl_port_change(struct motet_ioctl_call *call, void *data)
{
	const struct motet_port_change *arg = data;
	struct motet_object *object;
	int err;

	err = motet_port_change_check(arg);
	if (err)
		return err;
	object = motet_find_port(call, 0, 0, &arg->id);
	if (IS_ERR(object))
		return PTR_ERR(object);
	err = motet_port_change(object, arg);
	motet_object_put(object);
	return err;
}

static const struct motet_ioctl motet_port_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_PORT_CREATE, struct motet_port_create,
		    MOTET_PORT_CREATE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_port_create),
	MOTET_IOCTL(MOTET_IOC_PORT_OPEN, struct motet_port_open,
		    MOTET_PORT_OPEN_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_port_open),
	MOTET_IOCTL(MOTET_IOC_PORT_LOOKUP, struct motet_port_name,
		    MOTET_PORT_NAME_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_port_lookup),
	MOTET_IOCTL(MOTET_IOC_PORT_UNLINK, struct motet_port_name,
		    MOTET_PORT_NAME_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_port_unlink),
	MOTET_IOCTL(MOTET_IOC_PORT_STATUS, struct motet_port_status,
		    MOTET_PORT_STATUS_SIZE_VER0, MOTET_ON_ANY,
		    motet_ioctl_port_status),
	MOTET_IOCTL(MOTET_IOC_PORT_OFFER, struct motet_port_offer,
		    MOTET_PORT_OFFER_SIZE_VER0, MOTET_ON_MOVABLE,
		    motet_ioctl_port_offer),
	MOTET_IOCTL(MOTET_IOC_PORT_ENABLE, struct motet_port_enable,
		    MOTET_PORT_ENABLE_SIZE_VER0, MOTET_ON_QUEUE,
		    motet_ioctl_port_enable),
	MOTET_IOCTL(MOTET_IOC_PORT_CHANGE, struct motet_port_change,
		    MOTET_PORT_CHANGE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_port_change),
};

const struct motet_ioctl_table motet_port_ioctl_table = {
	.ioctls = motet_port_ioctls,
	.count = ARRAY_SIZE(motet_port_ioctls),
};
