/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the device share among themselves. */
#ifndef _MOTET_CHARDEV_INTERNAL_H
#define _MOTET_CHARDEV_INTERNAL_H

#include <linux/types.h>

#include <uapi/linux/motet.h>

struct file;
struct motet_group_call;
struct motet_group_file;
struct motet_handle;
struct motet_message;
struct motet_object;

/**
 * struct motet_ioctl_call - one ioctl being carried out
 * @file: on which file [const]
 * @handle: what the file is, if it is not a group's; else by which handle a call
 *	is made [own]
 * @group: what the file is, if it is a group's; else NULL [const]
 * @made: the call to a group's member that is being made or waited for, or NULL
 *	[own]
 * @uarg: the user's argument [const]
 * @usize: its size there [const]
 * @size: its size here [const]
 */
struct motet_ioctl_call {
	struct file *file;
	struct motet_handle *handle;
	struct motet_group_file *group;
	struct motet_group_call *made;
	void __user *uarg;
	u32 usize;
	u32 size;
};

/* chardev.c */
int motet_copy_from_user(void *to, u32 size, u32 min, const void __user *from,
			 u32 *usize);
int motet_copy_to_user(void __user *to, u32 usize, const void *from, u32 size);
long motet_ioctl_run(struct motet_ioctl_call *call, unsigned int cmd, u32 role);
struct motet_object *motet_find_object(struct motet_ioctl_call *call,
				       u64 address, u32 len,
				       const struct motet_id *id,
				       enum motet_class class);
int motet_ioctl_return(struct motet_ioctl_call *call, const void *arg);

/* chardev_message.c */
bool motet_nonblock(struct motet_ioctl_call *call, const struct motet_msg *msg);
int motet_msg_put(const struct motet_msg *msg, u64 address, u32 usize);
int motet_msg_get(struct motet_msg *msg, u64 address, u32 *usize);
int motet_send(struct motet_ioctl_call *call, struct motet_msg *msg,
	       u64 address, u32 usize);
int motet_receive(struct motet_ioctl_call *call, struct motet_msg *msg,
		  bool wait, u64 address, u32 usize);
int motet_ioctl_send(struct motet_ioctl_call *call, void *data);
int motet_ioctl_recv(struct motet_ioctl_call *call, void *data);
int motet_ioctl_call(struct motet_ioctl_call *call, void *data);
int motet_ioctl_reply(struct motet_ioctl_call *call, void *data);
int motet_ioctl_reply_recv(struct motet_ioctl_call *call, void *data);
int motet_ioctl_cancel(struct motet_ioctl_call *call, void *data);
int motet_ioctl_lease(struct motet_ioctl_call *call, void *data);

/* chardev_batch.c */
int motet_ioctl_send_many(struct motet_ioctl_call *call, void *data);
int motet_ioctl_recv_many(struct motet_ioctl_call *call, void *data);

/* chardev_deliver.c */
int motet_group_send(struct motet_ioctl_call *call, struct motet_msg *msg,
		     u64 address, u32 usize);
struct motet_message *motet_group_request(struct motet_ioctl_call *call,
					  const struct motet_msg *msg,
					  u32 body_cap);
int motet_group_request_commit(struct motet_ioctl_call *call,
			       struct motet_message *request);
void motet_group_request_abort(struct motet_ioctl_call *call,
			       struct motet_message *request);
int motet_group_cancel(struct motet_ioctl_call *call,
		       const struct motet_cancel *arg);
bool motet_group_lives(const struct motet_ioctl_call *call);
int motet_group_resume(struct motet_ioctl_call *call, u64 id);
void motet_group_call_over(struct motet_ioctl_call *call, bool over);
/* chardev_group.c */
int motet_ioctl_group_create(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_open(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_insert(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_remove(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_rekey(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_delete(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_track(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_report(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_session_end(struct motet_ioctl_call *call, void *data);
int motet_ioctl_group_status(struct motet_ioctl_call *call, void *data);

#endif /* _MOTET_CHARDEV_INTERNAL_H */
