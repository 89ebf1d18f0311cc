// SPDX-License-Identifier: GPL-2.0-only
/* Calls to a member of a group. */

#include <linux/slab.h>

#include "deliver_internal.h"
#include "message.h"

/**
 * motet_group_call_new() - make room for a call
 * @file: by which it will be made
 * @body_cap: room that the caller has for the answer
 *
 * Context: may sleep.
 * Return: the call with one reference, or ERR_PTR() of -EDQUOT if the file has
 * too many, or -ENOMEM.
 */
struct motet_group_call *motet_group_call_new(struct motet_group_file *file,
					      u32 body_cap)
{
	struct motet_group_call *call;
	struct motet_info max = {};
	bool fits;

	motet_port_limits(&max);
	call = kzalloc(sizeof(*call), GFP_KERNEL_ACCOUNT);
	if (!call)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&call->link);
	call->refs = 1;
	call->body_cap = min(body_cap, max.body_max);
	call->delivery.file = file;
	call->delivery.sender = &call->sender;
	spin_lock(&file->lock);
	fits = file->call_count < max.handle_calls_max &&
	       file->answer_bytes + call->body_cap <= max.port_bytes_max;
	if (fits) {
		file->call_count++;
		file->answer_bytes += call->body_cap;
	}
	spin_unlock(&file->lock);
	if (fits)
		return call;
	kfree(call);
	return ERR_PTR(-EDQUOT);
}

/* The last reference is gone. */
static void motet_group_call_free(struct motet_group_file *file,
				  struct motet_group_call *call)
{
	spin_lock(&file->lock);
	file->call_count--;
	file->answer_bytes -= call->body_cap;
	spin_unlock(&file->lock);
	if (call->sender.port)
		motet_deliver_done(&call->delivery);
	kfree(call);
}

/**
 * motet_group_call_begin() - get room at a member, and build the request
 * @call: as motet_group_call_new() returned it
 * @msg: what to send; checked
 * @nonblock: do not wait for room
 *
 * The call can be found from now on, but has no effect before it is committed.
 * Its handle has its references until the call is freed, whether it is
 * committed or not: whoever has found it may use that.
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_SEND says, -ERESTARTSYS for a signal.
 */
int motet_group_call_begin(struct motet_group_call *call,
			   const struct motet_msg *msg, bool nonblock)
{
	struct motet_group_file *file = call->delivery.file;
	int err;

	call->delivery.weight = msg->weight ?: 1;
	err = motet_deliver_want(file, msg, &call->delivery.want);
	if (!err && call->delivery.want.address == MOTET_ADDRESS_BROADCAST)
		err = -EINVAL;
	if (!err)
		err = motet_deliver_begin(&call->delivery, msg, nonblock);
	if (err) {
		/* the references of what was tried are put */
		call->sender.port = NULL;
		return err;
	}
	call->id = motet_message_new_id();
	call->delivery.message->id = call->id;
	spin_lock(&file->lock);
	list_add_tail(&call->link, &file->calls);
	call->refs++;
	spin_unlock(&file->lock);
	return 0;
}

/**
 * motet_group_call_commit() - queue the request
 * @call: as motet_group_call_begin() left it
 *
 * Context: may sleep.
 * Return: as motet_deliver_commit().
 */
int motet_group_call_commit(struct motet_group_call *call)
{
	return motet_deliver_commit(&call->delivery);
}

/**
 * motet_group_call_abort() - do not send the request after all
 * @call: as motet_group_call_begin() left it
 *
 * Context: may sleep.
 */
void motet_group_call_abort(struct motet_group_call *call)
{
	motet_deliver_abort(&call->delivery);
}

/**
 * motet_group_call_find() - find an unfinished call
 * @file: by which it was made
 * @id: which call
 *
 * Return: the call with a reference, or NULL.
 */
struct motet_group_call *motet_group_call_find(struct motet_group_file *file,
					       u64 id)
{
	struct motet_group_call *call, *found = NULL;

	spin_lock(&file->lock);
	list_for_each_entry(call, &file->calls, link) {
		if (call->id == id) {
			found = call;
			found->refs++;
			break;
		}
	}
	spin_unlock(&file->lock);
	return found;
}

/**
 * motet_group_call_put() - drop a reference
 * @file: by which it was made
 * @call: the call
 * @over: it is not unfinished any more: nobody is to find it
 *
 * Context: may sleep.
 */
void motet_group_call_put(struct motet_group_file *file,
			  struct motet_group_call *call, bool over)
{
	bool last;

	spin_lock(&file->lock);
	if (over && !list_empty(&call->link)) {
		list_del_init(&call->link);
		call->refs--;
	}
	last = !--call->refs;
	spin_unlock(&file->lock);
	if (last)
		motet_group_call_free(file, call);
}

/**
 * motet_group_call_cancel() - give up an unfinished call
 * @file: by which it was made
 * @id: which call
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int motet_group_call_cancel(struct motet_group_file *file, u64 id)
{
	struct motet_group_call *call;
	int err;

	if (file->jobs)
		return motet_call_cancel(file->jobs, id);
	call = motet_group_call_find(file, id);
	if (!call)
		return -ENOENT;
	err = motet_call_cancel(&call->sender, id);
	motet_group_call_put(file, call, !err);
	return err;
}

/**
 * motet_group_calls_end() - a file is closed, and with it its calls
 * @file: what it was; nobody makes a call by it any more
 *
 * Context: may sleep.
 */
void motet_group_calls_end(struct motet_group_file *file)
{
	struct motet_group_call *call;

	while ((call = list_first_entry_or_null(&file->calls,
						struct motet_group_call,
						link))) {
		list_del_init(&call->link);
		motet_call_cancel(&call->sender, call->id);
		motet_group_call_free(file, call);
	}
}
