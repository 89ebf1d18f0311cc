/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the device share among themselves. */
#ifndef _MOTET_CHARDEV_INTERNAL_H
#define _MOTET_CHARDEV_INTERNAL_H

#include <linux/types.h>

struct file;
struct motet_handle;

/**
 * struct motet_ioctl_call - one ioctl being carried out
 * @file: on which file [const]
 * @handle: what the file is [const]
 * @uarg: the user's argument [const]
 * @usize: its size there [const]
 * @size: its size here [const]
 */
struct motet_ioctl_call {
	struct file *file;
	struct motet_handle *handle;
	void __user *uarg;
	u32 usize;
	u32 size;
};

/* chardev.c */
int motet_copy_from_user(void *to, u32 size, u32 min, const void __user *from,
			 u32 *usize);
int motet_copy_to_user(void __user *to, u32 usize, const void *from, u32 size);
int motet_ioctl_return(struct motet_ioctl_call *call, const void *arg);

/* chardev_message.c */
int motet_ioctl_send(struct motet_ioctl_call *call, void *data);
int motet_ioctl_recv(struct motet_ioctl_call *call, void *data);
int motet_ioctl_call(struct motet_ioctl_call *call, void *data);
int motet_ioctl_reply(struct motet_ioctl_call *call, void *data);
int motet_ioctl_reply_recv(struct motet_ioctl_call *call, void *data);
int motet_ioctl_cancel(struct motet_ioctl_call *call, void *data);

#endif /* _MOTET_CHARDEV_INTERNAL_H */
