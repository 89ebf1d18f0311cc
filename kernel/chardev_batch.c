// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls that carry many messages. */

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "chardev_internal.h"
#include "port.h"

/* Sends or receives one of a batch. */
typedef int (*motet_batch_step)(struct motet_ioctl_call *call,
				struct motet_msg *msg, bool first, u64 address,
				u32 usize);

static int motet_batch_check(const struct motet_batch *batch)
{
	if (batch->flags || !batch->count || batch->count > MOTET_BATCH_MAX ||
	    batch->msg_size < MOTET_MSG_SIZE_VER0 || batch->msg_size % 8)
		return -EINVAL;
	return 0;
}

static int motet_batch_one(struct motet_ioctl_call *call,
			   const struct motet_batch *batch,
			   motet_batch_step step)
{
	u64 address = batch->msgs + (u64)batch->done * batch->msg_size;
	struct motet_msg msg;
	u32 usize;
	int err;

	if (get_user(usize, (const u32 __user *)u64_to_user_ptr(address)))
		return -EFAULT;
	if (usize > batch->msg_size)
		return -EINVAL;
	err = motet_msg_get(&msg, address, &usize);
	/* another thread may have changed it */
	if (!err && usize > batch->msg_size)
		err = -EINVAL;
	if (err)
		return err;
	return step(call, &msg, !batch->done, address, usize);
}

static u32 motet_batch_error(int err)
{
	return err == -ERESTARTSYS ? EINTR : -err;
}

/*
 * The user's struct is written once before, so that it is known to be writable
 * when it has to tell how far this came.
 */
static int motet_batch_run(struct motet_ioctl_call *call,
			   struct motet_batch *batch, motet_batch_step step)
{
	int err;

	batch->done = 0;
	batch->error = 0;
	err = motet_batch_check(batch);
	if (!err)
		err = motet_ioctl_return(call, batch);
	while (!err && batch->done < batch->count) {
		err = motet_batch_one(call, batch, step);
		batch->done += !err;
		cond_resched();
	}
	batch->error = motet_batch_error(err);
	return err;
}

static int motet_batch_end(struct motet_ioctl_call *call,
			   const struct motet_batch *batch, int err)
{
	if (motet_ioctl_return(call, batch))
		return -EFAULT;
	return batch->done ? 0 : err;
}

static int motet_send_step(struct motet_ioctl_call *call, struct motet_msg *msg,
			   bool first, u64 address, u32 usize)
{
	return motet_send(call, msg, address, usize);
}

static int motet_receive_step(struct motet_ioctl_call *call,
			      struct motet_msg *msg, bool first, u64 address,
			      u32 usize)
{
	return motet_receive(call, msg, first, address, usize);
}

/**
 * motet_ioctl_send_many() - MOTET_IOC_SEND_MANY
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_send_many(struct motet_ioctl_call *call, void *data)
{
	struct motet_batch *batch = data;
	int err = motet_batch_run(call, batch, motet_send_step);

	return motet_batch_end(call, batch, err);
}

/**
 * motet_ioctl_recv_many() - MOTET_IOC_RECV_MANY
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_recv_many(struct motet_ioctl_call *call, void *data)
{
	struct motet_batch *batch = data;
	int err = motet_batch_run(call, batch, motet_receive_step);

	if (err == -EAGAIN && batch->done)
		batch->error = 0;
	return motet_batch_end(call, batch, err);
}
