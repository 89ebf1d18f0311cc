// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of locks. */

#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "chardev_internal.h"
#include "domain.h"
#include "lock.h"
#include "lock_view.h"
#include "port.h"

/* The lock that has the name; or a new one, which does not have it yet. */
static struct motet_lock *motet_lock_get(struct motet_actor *actor,
					 const struct motet_lock_open *arg,
					 const struct motet_name *name,
					 bool *created)
{
	struct motet_object *object;

	object = motet_domain_find_name(actor->object.domain, name,
					MOTET_CLASS_LOCK);
	*created = !object;
	if (object)
		return motet_lock_of(object);
	if (!(arg->flags & MOTET_LOCK_CREATE))
		return ERR_PTR(-ENOENT);
	return motet_lock_new(actor, arg->mode);
}

/* -ESTALE if the lock went, or one came, while this was done. */
static int motet_lock_open_one(struct motet_ioctl_call *call,
			       struct motet_lock_open *arg,
			       struct motet_lock_opening *opening,
			       struct motet_name **name)
{
	struct motet_actor *actor = call->handle->actor;
	struct motet_lock *lock;
	bool created;
	int err;

	lock = motet_lock_get(actor, arg, *name, &created);
	if (IS_ERR(lock))
		return PTR_ERR(lock);
	arg->id = lock->object.id;
	arg->opening = opening->number;
	err = motet_ioctl_return(call, arg);
	if (err)
		goto out_put_lock;
	if (created) {
		err = motet_lock_publish(lock, *name);
		if (err) {
			err = err == -EEXIST ? -ESTALE : err;
			goto out_put_lock;
		}
		*name = NULL;
	}
	err = motet_lock_attach(lock, opening, actor,
				&call->handle->port->queue, created);
	if (err && created)
		motet_lock_settle(lock);
out_put_lock:
	motet_object_put(&lock->object);
	return err;
}

static int motet_lock_open_check(const struct motet_lock_open *arg)
{
	if (arg->flags & ~(MOTET_LOCK_CREATE | MOTET_LOCK_TELL_WAITERS))
		return -EINVAL;
	if (arg->mode & ~(arg->flags & MOTET_LOCK_CREATE ? MOTET_MODE_MASK : 0))
		return -EINVAL;
	return 0;
}

/* A lock may come and go any number of times while it is being opened. */
static int motet_lock_open_retry(struct motet_ioctl_call *call,
				 struct motet_lock_open *arg,
				 struct motet_lock_opening *opening)
{
	struct motet_name *name = NULL;
	int err;

	do {
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		if (!name)
			name = motet_name_new(u64_to_user_ptr(arg->name),
					      arg->name_len);
		if (IS_ERR(name))
			return PTR_ERR(name);
		err = motet_lock_open_one(call, arg, opening, &name);
		cond_resched();
	} while (err == -ESTALE);
	kfree(name);
	return err;
}

static int motet_ioctl_lock_open(struct motet_ioctl_call *call, void *data)
{
	struct motet_actor *actor = call->handle->actor;
	struct motet_lock_opening *opening;
	struct motet_lock_open *arg = data;
	int err;

	err = motet_lock_open_check(arg);
	if (err)
		return err;
	opening = motet_lock_opening_new(actor,
					 arg->flags & MOTET_LOCK_TELL_WAITERS);
	if (IS_ERR(opening))
		return PTR_ERR(opening);
	err = motet_lock_open_retry(call, arg, opening);
	if (err)
		motet_lock_opening_discard(opening, actor);
	return err;
}

static int motet_ioctl_lock_close(struct motet_ioctl_call *call, void *data)
{
	const struct motet_lock_close *arg = data;

	if (arg->flags)
		return -EINVAL;
	return motet_lock_close(call->handle->actor, arg->opening);
}

static int motet_ioctl_lock_acquire(struct motet_ioctl_call *call, void *data)
{
	const struct motet_lock_acquire *arg = data;
	bool nonblock = arg->flags & MOTET_LOCK_NO_QUEUE;

	if (arg->flags & ~(MOTET_LOCK_NO_QUEUE | MOTET_LOCK_ORPHAN |
			   MOTET_LOCK_ASYNC))
		return -EINVAL;
	if (arg->mode != MOTET_LOCK_SHARED && arg->mode != MOTET_LOCK_EXCLUSIVE)
		return -EINVAL;
	if (arg->pad)
		return -EINVAL;
	if (!(arg->flags & MOTET_LOCK_ASYNC) &&
	    (READ_ONCE(call->file->f_flags) & O_NONBLOCK))
		nonblock = true;
	return motet_lock_acquire(call->handle->actor, arg, nonblock);
}

static int motet_ioctl_lock_release(struct motet_ioctl_call *call, void *data)
{
	const struct motet_lock_release *arg = data;

	if (arg->flags)
		return -EINVAL;
	return motet_lock_release(call->handle->actor, arg->opening,
				  arg->lock_id);
}

static int motet_ioctl_lock_purge(struct motet_ioctl_call *call, void *data)
{
	struct motet_lock_purge *arg = data;
	int err;

	if (arg->flags || arg->pad)
		return -EINVAL;
	arg->purged = 0;
	err = motet_ioctl_return(call, arg);
	if (err)
		return err;
	err = motet_lock_purge_opening(call->handle->actor, arg->opening,
				       &arg->purged);
	return err ?: motet_ioctl_return(call, arg);
}

static int motet_ioctl_lock_status(struct motet_ioctl_call *call, void *data)
{
	struct motet_lock_status *status = data;
	const struct motet_lock_status empty = {
		.size = status->size,
		.opening = status->opening,
	};
	int err;

	*status = empty;
	err = motet_lock_status(call->handle->actor, status);
	return err ?: motet_ioctl_return(call, status);
}

static const struct motet_ioctl motet_lock_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_LOCK_OPEN, struct motet_lock_open,
		    MOTET_LOCK_OPEN_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_lock_open),
	MOTET_IOCTL(MOTET_IOC_LOCK_CLOSE, struct motet_lock_close,
		    MOTET_LOCK_CLOSE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_lock_close),
	MOTET_IOCTL(MOTET_IOC_LOCK_ACQUIRE, struct motet_lock_acquire,
		    MOTET_LOCK_ACQUIRE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_lock_acquire),
	MOTET_IOCTL(MOTET_IOC_LOCK_RELEASE, struct motet_lock_release,
		    MOTET_LOCK_RELEASE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_lock_release),
	MOTET_IOCTL(MOTET_IOC_LOCK_PURGE, struct motet_lock_purge,
		    MOTET_LOCK_PURGE_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_lock_purge),
	MOTET_IOCTL(MOTET_IOC_LOCK_STATUS, struct motet_lock_status,
		    MOTET_LOCK_STATUS_SIZE_VER0, MOTET_ON_ACTOR,
		    motet_ioctl_lock_status),
};

const struct motet_ioctl_table motet_lock_ioctl_table = {
	.ioctls = motet_lock_ioctls,
	.count = ARRAY_SIZE(motet_lock_ioctls),
};
