// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of replicators. */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>

#include "chardev_internal.h"
#include "checkpoint.h"
#include "checkpoint_replicate.h"
#include "domain.h"
#include "port.h"

static long motet_replicator_ioctl(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	struct motet_ioctl_call call = {
		.file = file,
		.replicator = file->private_data,
		.uarg = (void __user *)arg,
	};

	return motet_ioctl_run(&call, cmd, MOTET_ROLE_REPLICATOR);
}

static __poll_t motet_replicator_poll(struct file *file,
				      struct poll_table_struct *table)
{
	struct motet_replicator *replicator = file->private_data;
	__poll_t events = 0;
	bool gone;

	poll_wait(file, &replicator->readable, table);
	if (motet_replicator_has_next(replicator, &gone))
		events |= EPOLLIN | EPOLLRDNORM;
	if (gone)
		events |= EPOLLHUP;
	return events;
}

static int motet_replicator_release(struct inode *inode, struct file *file)
{
	motet_replicator_detach(file->private_data);
	return 0;
}

static const struct file_operations motet_replicator_fops = {
	.owner = THIS_MODULE,
	.release = motet_replicator_release,
	.unlocked_ioctl = motet_replicator_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = motet_replicator_poll,
};

static int
motet_replicate_may(const struct motet_ioctl_call *call,
		    const struct motet_checkpoint_replicate *arg)
{
	const struct motet_checkpoint *checkpoint =
		call->checkpoint->checkpoint;
	int err = 0;

	if (arg->flags & MOTET_REPLICATE_STREAM)
		err = motet_checkpoint_need(call, MOTET_CHECKPOINT_READ);
	if (!err && arg->flags & MOTET_REPLICATE_APPLY)
		err = motet_checkpoint_need(call, MOTET_CHECKPOINT_WRITE);
	if (!err && !motet_domain_capable(checkpoint->object.domain))
		err = -EPERM;
	return err;
}

static struct file *
motet_replicator_file(struct motet_checkpoint_handle *handle,
		      const struct motet_checkpoint_replicate *arg)
{
	struct motet_replicator *replicator;
	struct file *file;
	int flags = O_RDWR;

	replicator = motet_replicator_attach(handle, arg);
	if (IS_ERR(replicator))
		return ERR_CAST(replicator);
	if (arg->fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;
	file = anon_inode_getfile("[motet-replicator]", &motet_replicator_fops,
				  replicator, flags);
	if (IS_ERR(file))
		motet_replicator_detach(replicator);
	return file;
}

static int motet_ioctl_checkpoint_replicate(struct motet_ioctl_call *call,
					    void *data)
{
	struct motet_checkpoint_replicate *arg = data;
	struct file *file;
	int err;

	if (arg->fd_flags & ~MOTET_FD_NONBLOCK)
		return -EINVAL;
	err = motet_replicator_check(arg);
	if (!err)
		err = motet_replicate_may(call, arg);
	if (err)
		return err;
	arg->fd = get_unused_fd_flags(O_CLOEXEC);
	if (arg->fd < 0)
		return arg->fd;
	err = motet_ioctl_return(call, arg);
	if (err)
		goto err_put_fd;
	file = motet_replicator_file(call->checkpoint, arg);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto err_put_fd;
	}
	fd_install(arg->fd, file);
	return 0;
err_put_fd:
	put_unused_fd(arg->fd);
	return err;
}

static struct motet_wait motet_replicator_wait_of(const struct motet_ioctl_call *call,
						  u64 deadline)
{
	return (struct motet_wait){
		.deadline = deadline,
		.nonblock = call->file->f_flags & O_NONBLOCK,
	};
}

static int motet_ioctl_checkpoint_sync(struct motet_ioctl_call *call,
				       void *data)
{
	const struct motet_checkpoint_sync *arg = data;
	const struct motet_wait wait = motet_replicator_wait_of(call,
								arg->deadline);

	if (arg->flags)
		return -EINVAL;
	return motet_replicate_sync(call->checkpoint->checkpoint,
				    arg->generation, &wait);
}

/*
 * Where the answer goes is written to before, so that a step that was taken is
 * told for certain.
 */
static int motet_ioctl_replicator_next(struct motet_ioctl_call *call,
				       void *data)
{
	struct motet_replicator_next *arg = data;
	const struct motet_wait wait = motet_replicator_wait_of(call,
								arg->deadline);
	struct motet_step_receipt receipt;
	int err;

	if (arg->flags || arg->pad)
		return -EINVAL;
	arg->step_len = 0;
	arg->generation = 0;
	arg->kind = 0;
	err = motet_ioctl_return(call, arg);
	if (err)
		return err;
	err = motet_replicator_next_begin(call->replicator, arg, &wait,
					  &receipt);
	if (err == -EMSGSIZE)
		return motet_ioctl_return(call, arg) ?: err;
	if (err)
		return err;
	err = motet_ioctl_return(call, arg);
	return motet_replicator_next_end(call->replicator, &receipt, err);
}

static int motet_ioctl_replicator_ack(struct motet_ioctl_call *call, void *data)
{
	const struct motet_replicator_ack *arg = data;

	if (arg->flags)
		return -EINVAL;
	return motet_replicator_acknowledge(call->replicator, arg->generation);
}

static int motet_ioctl_replicator_apply(struct motet_ioctl_call *call,
					void *data)
{
	struct motet_replicator_apply *arg = data;
	struct motet_info max = {};
	int err;

	if (arg->flags)
		return -EINVAL;
	arg->generation = 0;
	err = motet_ioctl_return(call, arg);
	if (err)
		return err;
	motet_port_limits(&max);
	err = motet_replicator_apply(call->replicator, arg, max.retention_max);
	return err ?: motet_ioctl_return(call, arg);
}

static int motet_ioctl_replicator_status(struct motet_ioctl_call *call,
					 void *data)
{
	struct motet_replicator_status *status = data;
	u32 size = status->size;

	memset(status, 0, sizeof(*status));
	status->size = size;
	motet_replicator_status(call->replicator, status);
	return motet_ioctl_return(call, status);
}

static const struct motet_ioctl motet_replicator_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_REPLICATE,
		    struct motet_checkpoint_replicate,
		    MOTET_CHECKPOINT_REPLICATE_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_replicate),
	MOTET_IOCTL(MOTET_IOC_CHECKPOINT_SYNC, struct motet_checkpoint_sync,
		    MOTET_CHECKPOINT_SYNC_SIZE_VER0, MOTET_ON_CHECKPOINT,
		    motet_ioctl_checkpoint_sync),
	MOTET_IOCTL(MOTET_IOC_REPLICATOR_NEXT, struct motet_replicator_next,
		    MOTET_REPLICATOR_NEXT_SIZE_VER0, MOTET_ON_REPLICATOR,
		    motet_ioctl_replicator_next),
	MOTET_IOCTL(MOTET_IOC_REPLICATOR_ACK, struct motet_replicator_ack,
		    MOTET_REPLICATOR_ACK_SIZE_VER0, MOTET_ON_REPLICATOR,
		    motet_ioctl_replicator_ack),
	MOTET_IOCTL(MOTET_IOC_REPLICATOR_APPLY, struct motet_replicator_apply,
		    MOTET_REPLICATOR_APPLY_SIZE_VER0, MOTET_ON_REPLICATOR,
		    motet_ioctl_replicator_apply),
	MOTET_IOCTL(MOTET_IOC_REPLICATOR_STATUS, struct motet_replicator_status,
		    MOTET_REPLICATOR_STATUS_SIZE_VER0, MOTET_ON_REPLICATOR,
		    motet_ioctl_replicator_status),
};

const struct motet_ioctl_table motet_replicator_ioctl_table = {
	.ioctls = motet_replicator_ioctls,
	.count = ARRAY_SIZE(motet_replicator_ioctls),
};
