// SPDX-License-Identifier: GPL-2.0-only
/* The device node, and what open files answer to. */

#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/file.h>
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
#include "message.h"
#include "node.h"
#include "port.h"

static const struct file_operations motet_fops;

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
	info->actor = actor->object.id;
	info->port = actor->default_port->id;
	return motet_ioctl_return(call, info);
}

/* The handle is the file's if this succeeds. */
static struct file *motet_file_new(struct motet_handle *handle, u32 fd_flags)
{
	int flags = O_RDWR;

	if (fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;
	return anon_inode_getfile("[motet-port]", &motet_fops, handle, flags);
}

static struct motet_name *motet_get_name(u64 address, u32 len)
{
	return motet_name_new(u64_to_user_ptr(address), len);
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
		name = motet_get_name(arg->name, arg->name_len);
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
	name = motet_get_name(address, len);
	if (IS_ERR(name))
		return ERR_CAST(name);
	object = motet_domain_find_name(domain, name, class);
	kfree(name);
	return object ?: ERR_PTR(-ENOENT);
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

#define MOTET_ON_ACTOR		BIT(MOTET_ROLE_ACTOR)
/* what holds a port, held it, or will: the roles change, the file does not */
#define MOTET_ON_MOVABLE						\
	(BIT(MOTET_ROLE_HOLDER) | BIT(MOTET_ROLE_STANDBY) |		\
	 BIT(MOTET_ROLE_FORMER))
#define MOTET_ON_HOLDER		(MOTET_ON_MOVABLE | BIT(MOTET_ROLE_ACTOR))
#define MOTET_ON_SENDER		BIT(MOTET_ROLE_SENDER)
#define MOTET_ON_GROUP		BIT(MOTET_ROLE_GROUP)
#define MOTET_ON_DOOR		(MOTET_ON_SENDER | MOTET_ON_GROUP)
#define MOTET_ON_ANY		(MOTET_ON_HOLDER | MOTET_ON_SENDER)

/**
 * struct motet_ioctl - an ioctl
 * @cmd: its number [const]
 * @size: size of its argument as this kernel knows it [const]
 * @min: size of its argument when it was first published [const]
 * @roles: on which files, bits of &enum motet_role [const]
 * @handler: carries it out [const]
 */
struct motet_ioctl {
	unsigned int cmd;
	u32 size;
	u32 min;
	u32 roles;
	int (*handler)(struct motet_ioctl_call *call, void *data);
};

#define MOTET_IOCTL(_cmd, _type, _min, _roles, _handler) {		\
	.cmd = _cmd,							\
	.size = sizeof(_type),						\
	.min = _min,							\
	.roles = _roles,						\
	.handler = _handler,						\
}

static const struct motet_ioctl motet_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_RECV, struct motet_msg, MOTET_MSG_SIZE_VER0,
		    MOTET_ON_HOLDER, motet_ioctl_recv),
	MOTET_IOCTL(MOTET_IOC_SEND, struct motet_msg, MOTET_MSG_SIZE_VER0,
		    MOTET_ON_DOOR, motet_ioctl_send),
	MOTET_IOCTL(MOTET_IOC_CALL, struct motet_call_arg,
		    MOTET_CALL_ARG_SIZE_VER0, MOTET_ON_DOOR,
		    motet_ioctl_call),
	MOTET_IOCTL(MOTET_IOC_REPLY, struct motet_msg, MOTET_MSG_SIZE_VER0,
		    MOTET_ON_HOLDER, motet_ioctl_reply),
	MOTET_IOCTL(MOTET_IOC_REPLY_RECV, struct motet_reply_recv,
		    MOTET_REPLY_RECV_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_reply_recv),
	MOTET_IOCTL(MOTET_IOC_CANCEL, struct motet_cancel,
		    MOTET_CANCEL_SIZE_VER0, MOTET_ON_DOOR,
		    motet_ioctl_cancel),
	MOTET_IOCTL(MOTET_IOC_LEASE, struct motet_lease,
		    MOTET_LEASE_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_lease),
	MOTET_IOCTL(MOTET_IOC_SEND_MANY, struct motet_batch,
		    MOTET_BATCH_SIZE_VER0, MOTET_ON_DOOR,
		    motet_ioctl_send_many),
	MOTET_IOCTL(MOTET_IOC_RECV_MANY, struct motet_batch,
		    MOTET_BATCH_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_recv_many),
	MOTET_IOCTL(MOTET_IOC_INFO, struct motet_info, MOTET_INFO_SIZE_VER0,
		    MOTET_ON_ACTOR, motet_ioctl_info),
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
		    MOTET_PORT_ENABLE_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_port_enable),
	MOTET_IOCTL(MOTET_IOC_PORT_CHANGE, struct motet_port_change,
		    MOTET_PORT_CHANGE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_port_change),
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

/**
 * union motet_ioctl_data - room for any argument
 * @info: MOTET_IOC_INFO [own]
 * @create: MOTET_IOC_PORT_CREATE [own]
 * @open: MOTET_IOC_PORT_OPEN [own]
 * @name: MOTET_IOC_PORT_LOOKUP, MOTET_IOC_PORT_UNLINK [own]
 * @status: MOTET_IOC_PORT_STATUS [own]
 * @offer: MOTET_IOC_PORT_OFFER [own]
 * @enable: MOTET_IOC_PORT_ENABLE [own]
 * @change: MOTET_IOC_PORT_CHANGE [own]
 * @msg: MOTET_IOC_SEND, MOTET_IOC_RECV, MOTET_IOC_REPLY [own]
 * @call: MOTET_IOC_CALL [own]
 * @cancel: MOTET_IOC_CANCEL [own]
 * @reply_recv: MOTET_IOC_REPLY_RECV [own]
 * @lease: MOTET_IOC_LEASE [own]
 * @batch: MOTET_IOC_SEND_MANY, MOTET_IOC_RECV_MANY [own]
 * @group_create: MOTET_IOC_GROUP_CREATE [own]
 * @group_open: MOTET_IOC_GROUP_OPEN [own]
 * @group_member: MOTET_IOC_GROUP_INSERT, MOTET_IOC_GROUP_REMOVE [own]
 * @group_cap: MOTET_IOC_GROUP_REKEY, MOTET_IOC_GROUP_DELETE [own]
 * @group_track: MOTET_IOC_GROUP_TRACK [own]
 * @group_report: MOTET_IOC_GROUP_REPORT [own]
 * @group_session: MOTET_IOC_GROUP_SESSION_END [own]
 * @group_status: MOTET_IOC_GROUP_STATUS [own]
 */
union motet_ioctl_data {
	struct motet_info info;
	struct motet_port_create create;
	struct motet_port_open open;
	struct motet_port_name name;
	struct motet_port_status status;
	struct motet_port_offer offer;
	struct motet_port_enable enable;
	struct motet_port_change change;
	struct motet_msg msg;
	struct motet_call_arg call;
	struct motet_cancel cancel;
	struct motet_reply_recv reply_recv;
	struct motet_lease lease;
	struct motet_batch batch;
	struct motet_group_create group_create;
	struct motet_group_open group_open;
	struct motet_group_member group_member;
	struct motet_group_cap group_cap;
	struct motet_group_track group_track;
	struct motet_group_report group_report;
	struct motet_group_session group_session;
	struct motet_group_status group_status;
};

static const struct motet_ioctl *motet_ioctl_find(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(motet_ioctls); i++)
		if (motet_ioctls[i].cmd == cmd)
			return &motet_ioctls[i];
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
	union motet_ioctl_data data;
	int err;

	if (!ioctl || !(ioctl->roles & BIT(role)))
		return -ENOTTY;
	if (ioctl->roles == MOTET_ON_ACTOR &&
	    !motet_actor_is_current(call->handle->actor))
		return -EPERM;
	call->size = ioctl->size;
	err = motet_copy_from_user(&data, ioctl->size, ioctl->min, call->uarg,
				   &call->usize);
	return err ?: ioctl->handler(call, &data);
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

static int motet_chardev_release(struct inode *inode, struct file *file)
{
	motet_handle_close(file->private_data);
	return 0;
}

static __poll_t motet_chardev_poll(struct file *file,
				   struct poll_table_struct *table)
{
	return motet_handle_poll(file->private_data, file, table);
}

static const struct file_operations motet_fops = {
	.owner = THIS_MODULE,
	.open = motet_chardev_open,
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
