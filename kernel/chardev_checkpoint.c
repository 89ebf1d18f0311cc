// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of checkpoints. */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "chardev_internal.h"
#include "checkpoint.h"
#include "checkpoint_replicate.h"
#include "domain.h"
#include "port.h"

#define MOTET_CHECKPOINT_FLAGS						\
	(MOTET_CHECKPOINT_READ | MOTET_CHECKPOINT_WRITE |		\
	 MOTET_CHECKPOINT_CREATE)

static long motet_checkpoint_ioctl(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	struct motet_ioctl_call call = {
		.file = file,
		.checkpoint = file->private_data,
		.uarg = (void __user *)arg,
	};

	return motet_ioctl_run(&call, cmd, MOTET_ROLE_CHECKPOINT);
}

static int motet_checkpoint_release_file(struct inode *inode, struct file *file)
{
	motet_checkpoint_detach(file->private_data);
	return 0;
}

static const struct file_operations motet_checkpoint_fops = {
	.owner = THIS_MODULE,
	.release = motet_checkpoint_release_file,
	.unlocked_ioctl = motet_checkpoint_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/* What it is, is the file's from now on; if it can't be made it is closed. */
static struct file *
motet_checkpoint_file(struct motet_checkpoint_handle *handle, u32 fd_flags)
{
	struct file *file;
	int flags = O_RDWR;

	if (IS_ERR(handle))
		return ERR_CAST(handle);
	if (fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;
	file = anon_inode_getfile("[motet-checkpoint]", &motet_checkpoint_fops,
				  handle, flags);
	if (IS_ERR(file))
		motet_checkpoint_detach(handle);
	return file;
}

static int
motet_checkpoint_create_check(const struct motet_checkpoint_open *arg)
{
	const struct motet_checkpoint_attributes *attributes = &arg->attributes;
	struct motet_info max = {};

	if (!(arg->flags & MOTET_CHECKPOINT_CREATE))
		return arg->mode || memchr_inv(attributes, 0,
					       sizeof(*attributes)) ?
			       -EINVAL : 0;
	if (arg->mode & ~MOTET_MODE_MASK)
		return -EINVAL;
	motet_port_limits(&max);
	if (attributes->retention > max.retention_max &&
	    attributes->retention != U64_MAX)
		return -EINVAL;
	return motet_checkpoint_check(attributes);
}

static int motet_checkpoint_open_check(const struct motet_checkpoint_open *arg)
{
	if (!arg->flags || (arg->flags & ~MOTET_CHECKPOINT_FLAGS) ||
	    (arg->fd_flags & ~MOTET_FD_NONBLOCK) || arg->pad)
		return -EINVAL;
	return motet_checkpoint_create_check(arg);
}

static bool motet_checkpoint_may(struct motet_object *object, u32 flags)
{
	if (flags & MOTET_CHECKPOINT_READ &&
	    !motet_domain_may(object, MOTET_MODE_RECEIVE))
		return false;
	return !(flags & MOTET_CHECKPOINT_WRITE) ||
	       motet_domain_may(object, MOTET_MODE_SEND);
}

static bool
motet_checkpoint_matches(const struct motet_checkpoint *checkpoint,
			 const struct motet_checkpoint_open *arg)
{
	return !(arg->flags & MOTET_CHECKPOINT_CREATE) ||
	       !memcmp(&checkpoint->attributes, &arg->attributes,
		       sizeof(arg->attributes));
}

/* Opens what is there. It is -ESRCH if it died meanwhile. */
static struct file *motet_checkpoint_open(struct motet_ioctl_call *call,
					  struct motet_checkpoint_open *arg,
					  struct motet_object *object)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);
	int err;

	if (!motet_checkpoint_may(object, arg->flags))
		return ERR_PTR(-EACCES);
	if (!motet_checkpoint_matches(checkpoint, arg))
		return ERR_PTR(-EEXIST);
	arg->created = 0;
	arg->id = object->id;
	err = motet_ioctl_return(call, arg);
	if (err)
		return ERR_PTR(err);
	return motet_checkpoint_file(motet_checkpoint_attach(call->handle->actor,
							     checkpoint,
							     arg->flags),
				     arg->fd_flags);
}

/* It is -ESTALE if another has made one of this name meanwhile. */
static struct file *motet_checkpoint_create(struct motet_ioctl_call *call,
					    struct motet_checkpoint_open *arg,
					    struct motet_name **name)
{
	struct motet_actor *actor = call->handle->actor;
	struct motet_checkpoint_handle *handle;
	struct motet_checkpoint *checkpoint;
	struct file *file;
	int err;

	checkpoint = motet_checkpoint_new(actor, &arg->attributes, arg->mode);
	if (IS_ERR(checkpoint))
		return ERR_CAST(checkpoint);
	arg->created = 1;
	arg->id = checkpoint->object.id;
	err = motet_ioctl_return(call, arg);
	handle = err ? ERR_PTR(err) :
		       motet_checkpoint_attach(actor, checkpoint, arg->flags);
	if (IS_ERR(handle)) {
		motet_object_put(&checkpoint->object);
		return ERR_CAST(handle);
	}
	file = motet_checkpoint_file(handle, arg->fd_flags);
	if (IS_ERR(file))
		return file;
	err = motet_checkpoint_publish(checkpoint, *name);
	if (err) {
		fput(file);
		return ERR_PTR(err == -EEXIST ? -ESTALE : err);
	}
	*name = NULL;
	return file;
}

static struct file *motet_checkpoint_get(struct motet_ioctl_call *call,
					 struct motet_checkpoint_open *arg,
					 struct motet_name **name)
{
	struct motet_domain *domain = call->handle->actor->object.domain;
	bool create = arg->flags & MOTET_CHECKPOINT_CREATE;
	struct motet_object *object;
	struct file *file;

	do {
		object = motet_domain_find_name(domain, *name,
						MOTET_CLASS_CHECKPOINT);
		if (object) {
			file = motet_checkpoint_open(call, arg, object);
			motet_object_put(object);
		} else if (create) {
			file = motet_checkpoint_create(call, arg, name);
		} else {
			return ERR_PTR(-ENOENT);
		}
		if (file != ERR_PTR(-ESRCH) && file != ERR_PTR(-ESTALE))
			return file;
		cond_resched();
	} while (!signal_pending(current));
	return ERR_PTR(-EINTR);
}

static int motet_ioctl_checkpoint_open(struct motet_ioctl_call *call,
				       void *data)
{
	struct motet_checkpoint_open *arg = data;
	struct motet_name *name;
	struct file *file;
	int err;

	err = motet_checkpoint_open_check(arg);
	if (err)
		return err;
	name = motet_name_new(u64_to_user_ptr(arg->name), arg->name_len);
	if (IS_ERR(name))
		return PTR_ERR(name);
	arg->fd = get_unused_fd_flags(O_CLOEXEC);
	if (arg->fd < 0) {
		err = arg->fd;
		goto err_free_name;
	}
	file = motet_checkpoint_get(call, arg, &name);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		put_unused_fd(arg->fd);
	} else {
		fd_install(arg->fd, file);
	}
err_free_name:
	kfree(name);
	return err;
}

static int motet_ioctl_checkpoint_unlink(struct motet_ioctl_call *call,
					 void *data)
{
	static const struct motet_id none;
	struct motet_checkpoint_name *arg = data;
	struct motet_object *object;
	int err;

	if (arg->flags || arg->pad || !arg->name_len)
		return -EINVAL;
	object = motet_find_object(call, arg->name, arg->name_len, &none,
				   MOTET_CLASS_CHECKPOINT);
	if (IS_ERR(object))
		return PTR_ERR(object);
	arg->id = object->id;
	err = motet_domain_may(object, MOTET_MODE_ADMIN) ? 0 : -EACCES;
	if (!err)
		err = motet_ioctl_return(call, arg);
	if (!err)
		err = motet_checkpoint_unlink(object, false);
	motet_object_put(object);
	return err;
}

static int motet_ioctl_checkpoint_limits(struct motet_ioctl_call *call,
					 void *data)
{
	struct motet_checkpoint_limits *limits = data;
	u32 size = limits->size;

	memset(limits, 0, sizeof(*limits));
	limits->size = size;
	motet_checkpoint_limits(limits);
	return motet_ioctl_return(call, limits);
}

/**
 * motet_checkpoint_need() - whether a checkpoint was opened for something
 * @call: an ioctl on it
 * @flag: for what
 *
 * Return: 0 or -EACCES.
 */
int motet_checkpoint_need(const struct motet_ioctl_call *call, u32 flag)
{
	return call->checkpoint->flags & flag ? 0 : -EACCES;
}

static int motet_ioctl_checkpoint_change(struct motet_ioctl_call *call,
					 void *data)
{
	const struct motet_checkpoint_change *arg = data;
	struct motet_info max = {};
	int err;

	motet_port_limits(&max);
	if (arg->flags || (arg->retention > max.retention_max &&
			   arg->retention != U64_MAX))
		return -EINVAL;
	err = motet_checkpoint_need(call, MOTET_CHECKPOINT_WRITE);
	return err ?: motet_checkpoint_change(call->checkpoint->checkpoint,
					      arg->retention, false);
}

static int motet_ioctl_checkpoint_status(struct motet_ioctl_call *call,
					 void *data)
{
	struct motet_checkpoint_status *status = data;
	u32 size = status->size;

	memset(status, 0, sizeof(*status));
	status->size = size;
	motet_checkpoint_status(call->checkpoint->checkpoint, status);
	return motet_ioctl_return(call, status);
}

static void __user *
motet_checkpoint_element(const struct motet_checkpoint_io *io, u32 index)
{
	return u64_to_user_ptr(io->elements + (u64)index * io->element_size);
}

static int motet_checkpoint_io_get(const struct motet_checkpoint_io *io,
				   struct motet_transfer *transfer, u32 *failed)
{
	struct motet_checkpoint_element *element;
	u32 size;
	int err;

	for (*failed = 0; *failed < io->count; (*failed)++) {
		element = motet_transfer_element(transfer, *failed);
		err = motet_copy_from_user(element, sizeof(*element),
					   MOTET_CHECKPOINT_ELEMENT_SIZE_VER0,
					   motet_checkpoint_element(io, *failed),
					   &size);
		if (!err && size > io->element_size)
			err = -EINVAL;
		if (err)
			return err;
		element->size = size;
	}
	return 0;
}

static int motet_checkpoint_io_put(const struct motet_checkpoint_io *io,
				   struct motet_transfer *transfer, u32 *failed)
{
	const struct motet_checkpoint_element *element;
	int err;

	for (*failed = 0; *failed < io->count; (*failed)++) {
		element = motet_transfer_element(transfer, *failed);
		err = motet_copy_to_user(motet_checkpoint_element(io, *failed),
					 element->size, element,
					 sizeof(*element));
		if (err)
			return err;
	}
	return 0;
}

/* That it was interrupted after it was written is another answer. */
static int motet_checkpoint_io_write(struct motet_checkpoint_io *io,
				     struct motet_transfer *transfer)
{
	const struct motet_wait *wait = &motet_transfer_change(transfer)->wait;
	int err;

	err = motet_transfer_write(transfer, &io->failed, &io->generation);
	if (err || !(io->flags & MOTET_CHECKPOINT_SYNC))
		return err;
	err = motet_replicate_sync(motet_transfer_checkpoint(transfer),
				   io->generation, wait);
	return !err || err == -ENOLINK ? err : -EINPROGRESS;
}

static int motet_checkpoint_io_run(struct motet_checkpoint_io *io,
				   struct motet_transfer *transfer, bool write)
{
	int err;

	err = motet_checkpoint_io_get(io, transfer, &io->failed);
	if (!err)
		err = motet_transfer_begin(transfer, &io->failed);
	if (!err && write)
		return motet_checkpoint_io_write(io, transfer);
	if (!err)
		err = motet_transfer_read(transfer, &io->failed,
					  &io->generation);
	return err ?: motet_checkpoint_io_put(io, transfer, &io->failed);
}

/*
 * Written once before anything is done, so that what was done is told for
 * certain: nobody but the user can take the argument away after that.
 */
static int motet_checkpoint_io(struct motet_ioctl_call *call,
			       struct motet_checkpoint_io *io, bool write)
{
	struct motet_transfer *transfer;
	int err, err_return;

	if (io->flags & ~(write ? MOTET_CHECKPOINT_SYNC : 0) || io->pad ||
	    (io->deadline && !write) || !io->count ||
	    io->count > MOTET_CHECKPOINT_VECTOR_MAX ||
	    io->element_size < MOTET_CHECKPOINT_ELEMENT_SIZE_VER0)
		return -EINVAL;
	err = motet_checkpoint_need(call, write ? MOTET_CHECKPOINT_WRITE :
						  MOTET_CHECKPOINT_READ);
	if (err)
		return err;
	io->failed = io->count;
	io->generation = 0;
	err = motet_ioctl_return(call, io);
	if (err)
		return err;
	transfer = motet_transfer_new(call->checkpoint, io->count, write);
	if (!transfer)
		return -ENOMEM;
	motet_transfer_change(transfer)->wait = (struct motet_wait){
		.deadline = io->deadline,
		.nonblock = call->file->f_flags & O_NONBLOCK,
	};
	err = motet_checkpoint_io_run(io, transfer, write);
	motet_transfer_free(transfer);
	err_return = motet_ioctl_return(call, io);
	return err ?: err_return;
}

static int motet_ioctl_checkpoint_write(struct motet_ioctl_call *call,
					void *data)
{
	return motet_checkpoint_io(call, data, true);
}

static int motet_ioctl_checkpoint_read(struct motet_ioctl_call *call,
				       void *data)
{
	return motet_checkpoint_io(call, data, false);
}

static struct motet_change motet_checkpoint_by_user(const struct motet_ioctl_call *call)
{
	return (struct motet_change){
		.wait.nonblock = call->file->f_flags & O_NONBLOCK,
	};
}

static int motet_ioctl_section_create(struct motet_ioctl_call *call, void *data)
{
	struct motet_change change = motet_checkpoint_by_user(call);
	struct motet_section_create *arg = data;
	int err;

	err = motet_checkpoint_need(call, MOTET_CHECKPOINT_WRITE);
	/* before it is done, so that it can't fail when it is */
	if (!err)
		err = motet_ioctl_return(call, arg);
	if (!err)
		err = motet_section_create(call->checkpoint, arg, &change);
	return err ?: motet_ioctl_return(call, arg);
}

static int motet_ioctl_section_delete(struct motet_ioctl_call *call, void *data)
{
	struct motet_change change = motet_checkpoint_by_user(call);

	return motet_checkpoint_need(call, MOTET_CHECKPOINT_WRITE) ?:
	       motet_section_delete(call->checkpoint->checkpoint, data, &change);
}

static int motet_ioctl_section_change(struct motet_ioctl_call *call, void *data)
{
	struct motet_change change = motet_checkpoint_by_user(call);

	return motet_checkpoint_need(call, MOTET_CHECKPOINT_WRITE) ?:
	       motet_section_change(call->checkpoint->checkpoint, data, &change);
}

static int motet_ioctl_section_next(struct motet_ioctl_call *call, void *data)
{
	struct motet_section_next *arg = data;
	u8 id[MOTET_SECTION_ID_MAX];
	int err, err_return;

	err = motet_checkpoint_need(call, MOTET_CHECKPOINT_READ);
	if (!err)
		err = motet_section_next(call->checkpoint->checkpoint, arg, id);
	if (err && err != -EMSGSIZE)
		return err;
	if (!err && copy_to_user(u64_to_user_ptr(arg->section), id,
				 arg->section_len))
		return -EFAULT;
	err_return = motet_ioctl_return(call, arg);
	return err ?: err_return;
}

static int motet_checkpoint_track_finish(struct motet_ioctl_call *call,
					 const struct motet_checkpoint_track *arg,
					 struct motet_object *object)
{
	struct motet_checkpoint *checkpoint = motet_checkpoint_of(object);
	struct motet_port *port = call->handle->port;

	if (arg->flags & MOTET_TRACK_STOP)
		return motet_checkpoint_untrack(checkpoint, arg, &port->object);
	if (!motet_domain_may(object, MOTET_MODE_RECEIVE))
		return -EACCES;
	return motet_checkpoint_track(checkpoint, arg, &port->object,
				      &port->queue);
}

static int motet_ioctl_checkpoint_track(struct motet_ioctl_call *call,
					void *data)
{
	const struct motet_checkpoint_track *arg = data;
	struct motet_object *object;
	int err;

	if ((arg->flags & ~MOTET_TRACK_STOP) || arg->pad)
		return -EINVAL;
	err = motet_check_holds(call->handle);
	if (err)
		return err;
	object = motet_find_object(call, 0, 0, &arg->checkpoint,
				   MOTET_CLASS_CHECKPOINT);
	if (IS_ERR(object))
		return PTR_ERR(object);
	err = motet_checkpoint_track_finish(call, arg, object);
	motet_object_put(object);
	return err;
}

static const struct motet_ioctl motet_checkpoint_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_OPEN, struct motet_checkpoint_open,
		    MOTET_CHECKPOINT_OPEN_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_checkpoint_open),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_UNLINK, struct motet_checkpoint_name,
		    MOTET_CHECKPOINT_NAME_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_checkpoint_unlink),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_LIMITS, struct motet_checkpoint_limits,
		    MOTET_CHECKPOINT_LIMITS_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_checkpoint_limits),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_CHANGE, struct motet_checkpoint_change,
		    MOTET_CHECKPOINT_CHANGE_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_change),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_STATUS, struct motet_checkpoint_status,
		    MOTET_CHECKPOINT_STATUS_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_status),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_WRITE, struct motet_checkpoint_io,
		    MOTET_CHECKPOINT_IO_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_write),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_READ, struct motet_checkpoint_io,
		    MOTET_CHECKPOINT_IO_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_read),
	MOTET_IOCTL(MOTET_IOC_SECTION_CREATE, struct motet_section_create,
		    MOTET_SECTION_CREATE_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_section_create),
	MOTET_IOCTL(MOTET_IOC_SECTION_DELETE, struct motet_section_name,
		    MOTET_SECTION_NAME_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_section_delete),
	MOTET_IOCTL(MOTET_IOC_SECTION_CHANGE, struct motet_section_change,
		    MOTET_SECTION_CHANGE_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_section_change),
	MOTET_IOCTL(MOTET_IOC_SECTION_NEXT, struct motet_section_next,
		    MOTET_SECTION_NEXT_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_section_next),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_TRACK, struct motet_checkpoint_track,
		    MOTET_CHECKPOINT_TRACK_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_checkpoint_track),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_VIEW, struct motet_view_open,
		    MOTET_VIEW_OPEN_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_view),
};

const struct motet_ioctl_table motet_checkpoint_ioctl_table = {
	.ioctls = motet_checkpoint_ioctls,
	.count = ARRAY_SIZE(motet_checkpoint_ioctls),
};
