// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of channels. */

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "chardev_internal.h"
#include "deliver_publish.h"
#include "domain.h"
#include "message.h"
#include "port.h"

static long motet_channel_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	struct motet_channel_file *channel = file->private_data;
	struct motet_ioctl_call call = {
		.file = file,
		.handle = channel->receiver,
		.channel = channel,
		.uarg = (void __user *)arg,
	};

	return motet_ioctl_run(&call, cmd, MOTET_ROLE_CHANNEL);
}

static int motet_channel_release_file(struct inode *inode, struct file *file)
{
	motet_channel_close(file->private_data);
	return 0;
}

static __poll_t motet_channel_poll_file(struct file *file,
					struct poll_table_struct *table)
{
	return motet_channel_poll(file->private_data, file, table);
}

static const struct file_operations motet_channel_fops = {
	.owner = THIS_MODULE,
	.release = motet_channel_release_file,
	.unlocked_ioctl = motet_channel_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = motet_channel_poll_file,
};

/* What it is, is the file's from now on; if it can't be made it is closed. */
static struct file *motet_channel_file(struct motet_channel_file *channel,
				       u32 fd_flags)
{
	struct file *file;
	int flags = O_RDWR;

	if (IS_ERR(channel))
		return ERR_CAST(channel);
	if (fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;
	file = anon_inode_getfile("[motet-channel]", &motet_channel_fops,
				  channel, flags);
	if (IS_ERR(file))
		motet_channel_close(channel);
	return file;
}

/* What only who creates it, or subscribes, may say. */
static bool motet_channel_open_has(const struct motet_channel_open *arg)
{
	if (!(arg->flags & MOTET_CHANNEL_CREATE) &&
	    (arg->mode || arg->retention ||
	     memchr_inv(&arg->retained, 0, sizeof(arg->retained))))
		return true;
	return !(arg->flags & MOTET_CHANNEL_SUBSCRIBER) &&
	       memchr_inv(arg->limits, 0, sizeof(arg->limits));
}

static int motet_channel_open_check(const struct motet_channel_open *arg)
{
	struct motet_info max = {};

	if ((arg->flags & ~(MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER |
			    MOTET_CHANNEL_SUBSCRIBER)) ||
	    (arg->fd_flags & ~MOTET_FD_NONBLOCK) ||
	    (arg->mode & ~MOTET_MODE_MASK) || arg->pad ||
	    arg->retained.pad || motet_channel_open_has(arg))
		return -EINVAL;
	motet_port_limits(&max);
	if (arg->retention > max.retention_max && arg->retention != U64_MAX)
		return -EINVAL;
	if (arg->name_len)
		return memchr_inv(&arg->id, 0, sizeof(arg->id)) ? -EINVAL : 0;
	return arg->name || (arg->flags & MOTET_CHANNEL_CREATE) ? -EINVAL : 0;
}

/* The last step publishes a new channel, or attaches to another. */
static int motet_channel_open_finish(struct motet_ioctl_call *call,
				     struct motet_channel_open *arg,
				     struct motet_channel_file *opened,
				     struct motet_channel *channel,
				     struct motet_name *name)
{
	struct file *file;
	int err;

	file = motet_channel_file(opened, arg->fd_flags);
	if (IS_ERR(file))
		return PTR_ERR(file);
	arg->id = channel->object.id;
	arg->created = !!name;
	err = motet_ioctl_return(call, arg);
	if (!err)
		err = name ? motet_channel_publish(channel, name) :
			     motet_opener_attach(&opened->opener, channel);
	if (err) {
		fput(file);
		return err;
	}
	fd_install(arg->fd, file);
	return 0;
}

static int motet_channel_open_new(struct motet_ioctl_call *call,
				  struct motet_channel_open *arg,
				  struct motet_name *name)
{
	struct motet_channel_file *opened;

	opened = motet_channel_create(call->handle, arg);
	if (IS_ERR(opened))
		return PTR_ERR(opened);
	return motet_channel_open_finish(call, arg, opened,
					 opened->opener.channel, name);
}

static bool motet_channel_may(const struct motet_object *object, u32 flags)
{
	const u32 both = MOTET_CHANNEL_PUBLISHER | MOTET_CHANNEL_SUBSCRIBER;

	if (!(flags & both))
		return motet_domain_may(object, MOTET_MODE_MASK);
	if ((flags & MOTET_CHANNEL_PUBLISHER) &&
	    !motet_domain_may(object, MOTET_MODE_SEND))
		return false;
	return !(flags & MOTET_CHANNEL_SUBSCRIBER) ||
	       motet_domain_may(object, MOTET_MODE_RECEIVE);
}

static int motet_channel_open_old(struct motet_ioctl_call *call,
				  struct motet_channel_open *arg,
				  struct motet_channel *channel)
{
	struct motet_channel_file *opened;

	if (!motet_channel_may(&channel->object, arg->flags))
		return -EACCES;
	opened = motet_channel_open(call->handle, channel, arg);
	if (IS_ERR(opened))
		return PTR_ERR(opened);
	return motet_channel_open_finish(call, arg, opened, channel, NULL);
}

/* Others may create and unlink it meanwhile: then it is tried again. */
static int motet_channel_open_any(struct motet_ioctl_call *call,
				  struct motet_channel_open *arg,
				  struct motet_name **name)
{
	struct motet_domain *domain = call->handle->actor->object.domain;
	const struct motet_id id = arg->id;
	struct motet_object *object;
	int err;

	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		object = *name ?
			motet_domain_find_name(domain, *name,
					       MOTET_CLASS_CHANNEL) :
			motet_domain_find(domain, &id, MOTET_CLASS_CHANNEL);
		if (object) {
			err = motet_channel_open_old(call, arg,
						     motet_channel_of(object));
			motet_object_put(object);
		} else if (arg->flags & MOTET_CHANNEL_CREATE) {
			err = motet_channel_open_new(call, arg, *name);
			if (!err)
				*name = NULL;
		} else {
			return *name ? -ENOENT : -ESRCH;
		}
	} while (err == -EEXIST || (err == -ESRCH && *name));
	return err;
}

static int motet_ioctl_channel_open(struct motet_ioctl_call *call, void *data)
{
	struct motet_channel_open *arg = data;
	struct motet_name *name = NULL;
	int err;

	err = motet_channel_open_check(arg);
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
		goto out_free_name;
	}
	err = motet_channel_open_any(call, arg, &name);
	if (err)
		put_unused_fd(arg->fd);
out_free_name:
	kfree(name);
	return err;
}

static int motet_ioctl_channel_unlink(struct motet_ioctl_call *call, void *data)
{
	struct motet_channel_name *arg = data;
	struct motet_object *object;
	int err = -EACCES;

	if (arg->flags || arg->pad || !arg->name_len)
		return -EINVAL;
	object = motet_find_object(call, arg->name, arg->name_len, NULL,
				   MOTET_CLASS_CHANNEL);
	if (IS_ERR(object))
		return PTR_ERR(object);
	if (motet_domain_may(object, MOTET_MODE_ADMIN)) {
		arg->id = object->id;
		err = motet_ioctl_return(call, arg);
		if (!err)
			err = motet_channel_unlink(object);
	}
	motet_object_put(object);
	return err;
}

static int motet_ioctl_channel_limits(struct motet_ioctl_call *call, void *data)
{
	struct motet_channel_limits *limits = data;

	if (limits->flags || limits->pad)
		return -EINVAL;
	motet_channel_limits(limits);
	return motet_ioctl_return(call, limits);
}

static int motet_publish_check(const struct motet_channel_publish *arg)
{
	struct motet_channel_limits limits = {};
	struct motet_info max = {};

	if (arg->flags || arg->priority >= MOTET_PRIORITIES)
		return -EINVAL;
	motet_port_limits(&max);
	motet_channel_limits(&limits);
	return arg->body_len > min(limits.event_max, max.body_max) ?
		-EMSGSIZE : 0;
}

/*
 * How many got it is known only when it can't be undone. So the user's struct is
 * written once before.
 */
static int motet_publish(struct motet_ioctl_call *call,
			 struct motet_channel_publish *arg,
			 struct motet_message *event, u64 retention)
{
	struct motet_publication publication = {};
	int err;

	arg->delivered = 0;
	arg->lost = 0;
	arg->id = 0;
	err = motet_ioctl_return(call, arg);
	if (err) {
		motet_message_free(event);
		return err;
	}
	err = motet_publish_commit(call->channel, event, retention,
				   &publication);
	if (err)
		return err;
	arg->delivered = publication.delivered;
	arg->lost = publication.lost;
	arg->id = publication.id;
	return motet_ioctl_return(call, arg);
}

static int motet_ioctl_channel_publish(struct motet_ioctl_call *call,
				       void *data)
{
	struct motet_channel_publish *arg = data;
	struct motet_message *event;
	struct motet_msg msg = {};
	u64 retention;
	int err;

	if (!(call->channel->opener.flags & MOTET_CHANNEL_PUBLISHER))
		return -EACCES;
	err = motet_publish_check(arg);
	if (err)
		return err;
	msg.body = arg->body;
	msg.body_len = arg->body_len;
	msg.priority = array_index_nospec(arg->priority, MOTET_PRIORITIES);
	event = motet_publish_begin(call->channel, &msg, &retention);
	return IS_ERR(event) ? PTR_ERR(event) :
			       motet_publish(call, arg, event, retention);
}

static int motet_channel_check_subscriber(const struct motet_ioctl_call *call)
{
	const struct motet_opener *opener = &call->channel->opener;

	if (!opener->port)
		return -EACCES;
	return motet_actor_is_current(opener->actor) ? 0 : -EPERM;
}

static int motet_ioctl_channel_subscribe(struct motet_ioctl_call *call,
					 void *data)
{
	struct motet_channel_subscribe *arg = data;
	struct motet_publication publication = {};
	struct motet_subscription *subscription;
	int err;

	err = motet_channel_check_subscriber(call);
	if (!err && (arg->flags & ~MOTET_SUBSCRIBE_NEW))
		err = -EINVAL;
	if (err)
		return err;
	subscription = motet_subscription_new(&call->channel->opener, arg);
	if (IS_ERR(subscription))
		return PTR_ERR(subscription);
	arg->replayed = 0;
	arg->lost = 0;
	err = motet_ioctl_return(call, arg);
	if (!err)
		err = motet_publish_subscribe(subscription,
					      !(arg->flags & MOTET_SUBSCRIBE_NEW),
					      &publication);
	if (err) {
		kfree(subscription);
		return err;
	}
	arg->replayed = publication.delivered;
	arg->lost = publication.lost;
	return motet_ioctl_return(call, arg);
}

static int motet_ioctl_channel_unsubscribe(struct motet_ioctl_call *call,
					   void *data)
{
	const struct motet_channel_unsubscribe *arg = data;
	int err;

	err = motet_channel_check_subscriber(call);
	if (!err && arg->flags)
		err = -EINVAL;
	return err ?: motet_channel_unsubscribe(&call->channel->opener,
						arg->id);
}

static int motet_ioctl_channel_clear(struct motet_ioctl_call *call, void *data)
{
	const struct motet_channel_clear *arg = data;

	if (!(call->channel->opener.flags & MOTET_CHANNEL_PUBLISHER))
		return -EACCES;
	if (arg->flags)
		return -EINVAL;
	return motet_channel_clear(call->channel->opener.channel, arg->id);
}

static int motet_ioctl_channel_status(struct motet_ioctl_call *call, void *data)
{
	struct motet_channel_status *status = data;
	u32 size = status->size;

	memset(status, 0, sizeof(*status));
	status->size = size;
	motet_channel_status(call->channel, status);
	return motet_ioctl_return(call, status);
}

static const struct motet_ioctl motet_channel_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_CHANNEL_OPEN, struct motet_channel_open,
		    MOTET_CHANNEL_OPEN_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_channel_open),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_UNLINK, struct motet_channel_name,
		    MOTET_CHANNEL_NAME_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_channel_unlink),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_LIMITS, struct motet_channel_limits,
		    MOTET_CHANNEL_LIMITS_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_channel_limits),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_PUBLISH, struct motet_channel_publish,
		    MOTET_CHANNEL_PUBLISH_SIZE_VER0, MOTET_ON_CHANNEL,
		    motet_ioctl_channel_publish),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_SUBSCRIBE, struct motet_channel_subscribe,
		    MOTET_CHANNEL_SUBSCRIBE_SIZE_VER0, MOTET_ON_CHANNEL,
		    motet_ioctl_channel_subscribe),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_UNSUBSCRIBE,
		    struct motet_channel_unsubscribe,
		    MOTET_CHANNEL_UNSUBSCRIBE_SIZE_VER0, MOTET_ON_CHANNEL,
		    motet_ioctl_channel_unsubscribe),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_CLEAR, struct motet_channel_clear,
		    MOTET_CHANNEL_CLEAR_SIZE_VER0, MOTET_ON_CHANNEL,
		    motet_ioctl_channel_clear),
	MOTET_IOCTL(MOTET_IOC_CHANNEL_STATUS, struct motet_channel_status,
		    MOTET_CHANNEL_STATUS_SIZE_VER0, MOTET_ON_CHANNEL,
		    motet_ioctl_channel_status),
};

const struct motet_ioctl_table motet_channel_ioctl_table = {
	.ioctls = motet_channel_ioctls,
	.count = ARRAY_SIZE(motet_channel_ioctls),
};
