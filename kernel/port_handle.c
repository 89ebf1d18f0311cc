// SPDX-License-Identifier: GPL-2.0-only
/* Handles: what open files are to ports. */

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/slab.h>

#include "domain.h"
#include "message.h"
#include "port_internal.h"
#include "trace.h"

static struct kmem_cache *motet_handle_cache;

/**
 * motet_handle_put() - drop a reference
 * @handle: the handle; it is attached to nothing if this is the last one
 *
 * Context: may sleep; nothing is locked.
 */
void motet_handle_put(struct motet_handle *handle)
{
	if (!refcount_dec_and_test(&handle->refs))
		return;
	motet_share_put(&handle->port->queue, handle->share);
	motet_message_free(handle->lost);
	motet_message_free(handle->taken_over);
	motet_object_put(&handle->port->object);
	motet_actor_put(handle->actor);
	kmem_cache_free(motet_handle_cache, handle);
}

/* What only handles of one role have. */
static int motet_handle_equip(struct motet_handle *handle)
{
	struct motet_port *port = handle->port;

	if (handle->role == MOTET_ROLE_STANDBY) {
		handle->taken_over =
			motet_message_new_exception(MOTET_EXCEPTION_TAKEN_OVER,
						    &port->object.id);
		return handle->taken_over ? 0 : -ENOMEM;
	}
	if (handle->role != MOTET_ROLE_SENDER)
		return 0;
	handle->share = motet_share_get(&port->queue, current_uid());
	handle->lost = motet_message_new_exception(MOTET_EXCEPTION_PORT_LOST,
						   &port->object.id);
	return handle->share && handle->lost ? 0 : -ENOMEM;
}

/**
 * motet_handle_new() - make a handle that is not attached yet
 * @actor: who opens it
 * @port: the port
 * @role: &enum motet_role
 *
 * Context: may sleep.
 * Return: the handle, or ERR_PTR(-ENOMEM).
 */
struct motet_handle *motet_handle_new(struct motet_actor *actor,
				      struct motet_port *port, u32 role)
{
	struct motet_handle *handle;

	handle = kmem_cache_zalloc(motet_handle_cache, GFP_KERNEL);
	if (!handle)
		return ERR_PTR(-ENOMEM);
	refcount_set(&handle->refs, 1);
	handle->role = role;
	handle->actor = motet_actor_get(actor);
	handle->port = port;
	motet_object_get(&port->object);
	INIT_LIST_HEAD(&handle->link);
	INIT_LIST_HEAD(&handle->holding.link);
	INIT_LIST_HEAD(&handle->calls);
	if (motet_handle_equip(handle)) {
		motet_handle_put(handle);
		return ERR_PTR(-ENOMEM);
	}
	return handle;
}

static int motet_port_attach_sender(struct motet_handle *handle)
{
	struct motet_port *port = handle->port;
	int err = 0;

	spin_lock(&port->queue.lock);
	if (port->queue.closed) {
		err = -ESRCH;
	} else {
		list_add_tail(&handle->link, &port->senders);
		port->sender_count++;
	}
	spin_unlock(&port->queue.lock);
	return err;
}

/**
 * motet_port_open() - make a handle on a port, to be attached next
 * @actor: handle of the actor that opens it
 * @object: the port; the caller has checked that the actor may send to it
 * @role: %MOTET_ROLE_SENDER, %MOTET_ROLE_HOLDER or %MOTET_ROLE_STANDBY
 *
 * Context: may sleep.
 * Return: the handle, or ERR_PTR(-ENOMEM).
 */
struct motet_handle *motet_port_open(struct motet_handle *actor,
				     struct motet_object *object, u32 role)
{
	return motet_handle_new(actor->actor, motet_port_of(object), role);
}

/**
 * motet_port_attach() - let a new handle be what it is for
 * @handle: as motet_port_open() returned it
 *
 * The last step of opening, since it can't be undone without a trace.
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if the port died; or what motet_port_accept() and
 * motet_port_stand_by() say, which ask for the right to receive.
 */
int motet_port_attach(struct motet_handle *handle)
{
	int err;

	if (handle->role == MOTET_ROLE_SENDER)
		err = motet_port_attach_sender(handle);
	else if (handle->role == MOTET_ROLE_HOLDER)
		err = motet_port_accept(handle);
	else
		err = motet_port_stand_by(handle);
	if (!err)
		trace_motet_port_open(&handle->port->object.id, handle->role);
	return err;
}

/**
 * motet_handle_close() - the last reference to the file of a handle is gone
 * @handle: the handle
 *
 * Context: may sleep.
 */
void motet_handle_close(struct motet_handle *handle)
{
	struct motet_port *port = handle->port;

	trace_motet_port_close(&port->object.id, handle->role);
	if (handle->role == MOTET_ROLE_SENDER) {
		motet_handle_abandon_calls(handle);
		spin_lock(&port->queue.lock);
		if (!list_empty(&handle->link)) {
			list_del(&handle->link);
			port->sender_count--;
		}
		spin_unlock(&port->queue.lock);
	} else {
		motet_port_leave(port, handle, NULL);
	}
	motet_handle_put(handle);
}

/* Of the fields that the owner may change. */
static void motet_port_status_object(const struct motet_object *object,
				     struct motet_port_status *status)
{
	struct user_namespace *user_ns = current_user_ns();

	mutex_lock(&object->domain->mutex);
	status->mode = object->mode;
	status->retention = object->retention;
	status->uid = from_kuid_munged(user_ns, object->uid);
	status->gid = from_kgid_munged(user_ns, object->gid);
	mutex_unlock(&object->domain->mutex);
	status->node = object->node;
	status->id = object->id;
}

/**
 * motet_port_status() - say what a handle is
 * @handle: the handle
 * @status: zeroed but for its size; filled in
 *
 * Context: may sleep.
 */
void motet_port_status(struct motet_handle *handle,
		       struct motet_port_status *status)
{
	struct motet_port *port = handle->port;
	unsigned int i;

	motet_port_status_object(&port->object, status);
	status->flags = port->queue.fifo ? MOTET_PORT_FIFO : 0;
	status->dead_letter = port->dead_letter;
	status->redeliveries_max = port->redeliveries_max;
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		status->limits[i].messages = port->queue.lanes[i].limit.messages;
		status->limits[i].bytes = port->queue.lanes[i].limit.bytes;
	}
	spin_lock(&port->queue.lock);
	status->role = handle->role;
	status->state = port->state;
	status->messages = port->queue.depth;
	status->bytes = port->queue.bytes;
	status->cause = port->cause;
	status->standbys = port->standby_count;
	status->enabled = !!port->queue.ready;
	status->epoch = port->queue.epoch;
	status->leased = port->leased;
	spin_unlock(&port->queue.lock);
}

/**
 * motet_handle_poll() - poll a handle
 * @handle: the handle
 * @file: its file
 * @table: where to wait
 *
 * A standby waits where the holder does: it is the holder sooner or later.
 *
 * Return: readable if there is a message and the handle holds the port;
 * writable if what was refused last would fit now; hang-up if the handle is
 * of no use any more.
 */
__poll_t motet_handle_poll(struct motet_handle *handle, struct file *file,
			   struct poll_table_struct *table)
{
	struct motet_queue *queue = &handle->port->queue;
	__poll_t mask = 0;

	if (handle->role == MOTET_ROLE_SENDER)
		poll_wait(file, &queue->writable, table);
	else
		poll_wait(file, &queue->readable, table);
	spin_lock(&queue->lock);
	if (handle->role == MOTET_ROLE_SENDER) {
		if (!handle->refused ||
		    motet_queue_admits_locked(queue, handle->share,
					      handle->refused_priority,
					      handle->refused_bytes))
			mask = EPOLLOUT | EPOLLWRNORM;
		if (queue->closed)
			mask |= EPOLLERR | EPOLLHUP;
	} else if (handle->port->holder == handle) {
		if (queue->depth)
			mask = EPOLLIN | EPOLLRDNORM;
	} else if (handle->role != MOTET_ROLE_STANDBY || queue->closed ||
		   list_empty(&handle->holding.link)) {
		mask = EPOLLHUP;
	}
	spin_unlock(&queue->lock);
	return mask;
}

/**
 * motet_handle_init() - make the cache of handles
 *
 * Return: 0 or -ENOMEM.
 */
int motet_handle_init(void)
{
	motet_handle_cache = kmem_cache_create("motet_handle",
					       sizeof(struct motet_handle), 0,
					       SLAB_ACCOUNT, NULL);
	return motet_handle_cache ? 0 : -ENOMEM;
}

/**
 * motet_handle_exit() - give the cache of handles back
 */
void motet_handle_exit(void)
{
	kmem_cache_destroy(motet_handle_cache);
}

static struct motet_handle *motet_handle_at(struct list_head *handles,
					    unsigned int *index)
{
	struct motet_handle *handle;

	list_for_each_entry(handle, handles, link)
		if (!(*index)--)
			return handle;
	return NULL;
}

/**
 * motet_port_look_handle() - say what is shown of one handle of a port
 * @port: the port
 * @index: which: those that receive come first
 * @view: filled in; the caller puts its pid
 *
 * Return: true if there is one, and not too many before.
 */
bool motet_port_look_handle(struct motet_port *port, unsigned int index,
			    struct motet_handle_view *view)
{
	struct motet_handle *handle;

	if (index >= MOTET_HANDLES_SHOWN)
		return false;
	spin_lock(&port->queue.lock);
	handle = motet_handle_at(&port->receivers, &index) ?:
		 motet_handle_at(&port->senders, &index);
	if (handle) {
		motet_actor_look(handle->actor, view);
		view->role = handle->role;
		view->rights = handle->role == MOTET_ROLE_SENDER ?
			       MOTET_MODE_SEND : MOTET_MODE_RECEIVE;
		view->waiting = handle->suspended.now;
		view->calls = handle->call_count;
	}
	spin_unlock(&port->queue.lock);
	return handle;
}
