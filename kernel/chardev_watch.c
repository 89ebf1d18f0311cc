// SPDX-License-Identifier: GPL-2.0-only
/* Watches: the calls that make and end them. */

#include <linux/err.h>
#include <linux/string.h>

#include "actor.h"
#include "chardev_internal.h"
#include "domain.h"
#include "node.h"
#include "port.h"
#include "watch.h"

#define MOTET_WATCH_FLAGS						\
	(MOTET_WATCH_EXEC | MOTET_WATCH_DESCENDANTS | MOTET_WATCH_FORK)

static bool motet_watch_process_fits(const struct motet_watch_start *arg)
{
	bool descendants = arg->flags & MOTET_WATCH_DESCENDANTS;

	if (arg->pid <= 0 || arg->node || (arg->flags & ~MOTET_WATCH_FLAGS))
		return false;
	if ((arg->flags & MOTET_WATCH_FORK) && !descendants)
		return false;
	return descendants == !!arg->depth && descendants == !!arg->places;
}

static bool motet_watch_fits(const struct motet_watch_start *arg)
{
	bool id = memchr_inv(&arg->id, 0, sizeof(arg->id));

	if (arg->pad)
		return false;
	if (arg->kind == MOTET_WATCH_PROCESS)
		return !id && motet_watch_process_fits(arg);
	if (arg->flags || arg->pid || arg->depth || arg->places)
		return false;
	switch (arg->kind) {
	case MOTET_WATCH_PORT:
	case MOTET_WATCH_GROUP:
		return !arg->node;
	case MOTET_WATCH_NODE:
		return arg->node && !id;
	default:
		return false;
	}
}

/* Who makes the watch before it asks is told by one or the other. */
static void motet_watch_check_node(struct motet_watch *watch)
{
	if (watch->kind == MOTET_WATCH_NODE &&
	    !motet_node_is_member(watch->domain, watch->target.node))
		motet_watch_tell_left(watch);
}

static int motet_ioctl_watch(struct motet_ioctl_call *call, void *data)
{
	struct motet_port *port = call->handle->port;
	struct motet_watch_start *arg = data;
	struct motet_watch *watch;
	int err;

	if (!motet_watch_fits(arg))
		return -EINVAL;
	err = motet_check_holds(call->handle);
	if (err)
		return err;
	if (arg->kind == MOTET_WATCH_NODE &&
	    !motet_node_is_known(port->object.domain, arg->node))
		return -ESRCH;
	watch = motet_watch_new(call->handle->actor, &port->object,
				&port->queue, arg);
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	arg->watch = watch->number;
	err = motet_ioctl_return(call, arg);
	if (!err)
		err = motet_watch_start(watch, arg);
	if (!err)
		motet_watch_check_node(watch);
	motet_watch_put(watch);
	return err;
}

static int motet_ioctl_watch_stop(struct motet_ioctl_call *call, void *data)
{
	const struct motet_watch_stop *arg = data;
	int err;

	if (arg->flags)
		return -EINVAL;
	err = motet_check_holds(call->handle);
	if (err)
		return err;
	return motet_watch_stop(&call->handle->port->object, arg->watch);
}

static const struct motet_ioctl motet_watch_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_WATCH, struct motet_watch_start,
		    MOTET_WATCH_START_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_watch),
	MOTET_IOCTL(MOTET_IOC_WATCH_STOP, struct motet_watch_stop,
		    MOTET_WATCH_STOP_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_watch_stop),
};

const struct motet_ioctl_table motet_watch_ioctl_table = {
	.ioctls = motet_watch_ioctls,
	.count = ARRAY_SIZE(motet_watch_ioctls),
};
