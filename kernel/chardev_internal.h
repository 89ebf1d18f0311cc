/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the device share among themselves. */
#ifndef _MOTET_CHARDEV_INTERNAL_H
#define _MOTET_CHARDEV_INTERNAL_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include <uapi/linux/motet.h>

struct file;
struct motet_channel_file;
struct motet_checkpoint_handle;
struct motet_group_call;
struct motet_group_file;
struct motet_handle;
struct motet_message;
struct motet_object;
struct motet_replicator;

/**
 * struct motet_ioctl_call - one ioctl being carried out
 * @file: on which file [const]
 * @handle: what the file is, if it is a port's; of a group's, by which handle a
 *	call is made [own]
 * @group: what the file is, if it is a group's; else NULL [const]
 * @channel: what the file is, if it is a channel's; else NULL. Its @handle is that
 *	of its queue then, or NULL if it doesn't subscribe [const]
 * @checkpoint: what the file is, if it is a checkpoint's; else NULL [const]
 * @replicator: what the file is, if it is a replicator's; else NULL [const]
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
	struct motet_channel_file *channel;
	struct motet_checkpoint_handle *checkpoint;
	struct motet_replicator *replicator;
	struct motet_group_call *made;
	void __user *uarg;
	u32 usize;
	u32 size;
};

#define MOTET_ON_ACTOR		BIT(MOTET_ROLE_ACTOR)
/* what holds a port, held it, or will: the roles change, the file does not */
#define MOTET_ON_MOVABLE						\
	(BIT(MOTET_ROLE_HOLDER) | BIT(MOTET_ROLE_STANDBY) |		\
	 BIT(MOTET_ROLE_FORMER))
#define MOTET_ON_HOLDER		(MOTET_ON_MOVABLE | BIT(MOTET_ROLE_ACTOR))
#define MOTET_ON_SENDER		BIT(MOTET_ROLE_SENDER)
#define MOTET_ON_GROUP		BIT(MOTET_ROLE_GROUP)
#define MOTET_ON_CHANNEL	BIT(MOTET_ROLE_CHANNEL)
#define MOTET_ON_QUEUE		(MOTET_ON_HOLDER | MOTET_ON_CHANNEL)
#define MOTET_ON_CHECKPOINT	BIT(MOTET_ROLE_CHECKPOINT)
#define MOTET_ON_REPLICATOR	BIT(MOTET_ROLE_REPLICATOR)
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

/**
 * struct motet_ioctl_table - the ioctls of one kind of object
 * @ioctls: them [const]
 * @count: how many [const]
 *
 * Their numbers have the same upper half: the place of the table among tables.
 */
struct motet_ioctl_table {
	const struct motet_ioctl *ioctls;
	unsigned int count;
};

/** define MOTET_IOCTL_TABLE_SHIFT - numbers of ioctls by this are those of tables */
#define MOTET_IOCTL_TABLE_SHIFT	4

/** define MOTET_IOCTL_DATA_MAX - no argument is larger */
#define MOTET_IOCTL_DATA_MAX	512

#define MOTET_IOCTL(_cmd, _type, _min, _roles, _handler) {		\
	.cmd = _cmd,							\
	.size = sizeof(_type) +						\
		BUILD_BUG_ON_ZERO(sizeof(_type) > MOTET_IOCTL_DATA_MAX), \
	.min = _min,							\
	.roles = _roles,						\
	.handler = _handler,						\
}

/* chardev.c */
extern const struct file_operations motet_fops;
int motet_copy_from_user(void *to, u32 size, u32 min, const void __user *from,
			 u32 *usize);
int motet_copy_to_user(void __user *to, u32 usize, const void *from, u32 size);
long motet_ioctl_run(struct motet_ioctl_call *call, unsigned int cmd, u32 role);
struct motet_object *motet_find_object(struct motet_ioctl_call *call,
				       u64 address, u32 len,
				       const struct motet_id *id,
				       enum motet_class class);
int motet_ioctl_return(struct motet_ioctl_call *call, const void *arg);

/* chardev_port.c */
extern const struct motet_ioctl_table motet_port_ioctl_table;

/* chardev_message.c */
extern const struct motet_ioctl_table motet_message_ioctl_table;
bool motet_nonblock(struct motet_ioctl_call *call, const struct motet_msg *msg);
int motet_msg_put(const struct motet_msg *msg, u64 address, u32 usize);
int motet_msg_get(struct motet_msg *msg, u64 address, u32 *usize);
int motet_send(struct motet_ioctl_call *call, struct motet_msg *msg,
	       u64 address, u32 usize);
int motet_receive(struct motet_ioctl_call *call, struct motet_msg *msg,
		  bool wait, u64 address, u32 usize);

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
extern const struct motet_ioctl_table motet_group_ioctl_table;
int motet_check_holds(const struct motet_handle *handle);

/* chardev_watch.c */
extern const struct motet_ioctl_table motet_watch_ioctl_table;

/* chardev_lock.c */
extern const struct motet_ioctl_table motet_lock_ioctl_table;

/* chardev_channel.c */
extern const struct motet_ioctl_table motet_channel_ioctl_table;

/* chardev_checkpoint.c */
extern const struct motet_ioctl_table motet_checkpoint_ioctl_table;
int motet_checkpoint_need(const struct motet_ioctl_call *call, u32 flag);

/* chardev_replicator.c */
extern const struct motet_ioctl_table motet_replicator_ioctl_table;

/* chardev_checkpoint_view.c */
int motet_ioctl_checkpoint_view(struct motet_ioctl_call *call, void *data);

#endif /* _MOTET_CHARDEV_INTERNAL_H */
