// SPDX-License-Identifier: GPL-2.0-only
/* What is told of requests: results, and that others wait. */

#include <linux/slab.h>

#include "domain.h"
#include "lock_internal.h"
#include "record.h"

/**
 * motet_lock_request_equip() - charge a request, and make what it may tell
 * @request: the request; freed if this fails
 * @actor: who makes it
 * @queue: of its default port
 * @id: identifier of the lock
 * @tell: tell of those who will wait for it
 *
 * Context: may sleep.
 * Return: the request, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_lock_request *
motet_lock_request_equip(struct motet_lock_request *request,
			 struct motet_actor *actor, struct motet_queue *queue,
			 const struct motet_id *id, bool tell)
{
	int err;

	err = motet_quota_charge(actor->payer, &motet_lock_charge);
	if (err) {
		kfree(request);
		return ERR_PTR(err);
	}
	request->payer = motet_payer_get(actor->payer);
	if (request->flags & MOTET_LOCK_ASYNC) {
		request->result =
			motet_record_new_charged(queue, MOTET_EXCEPTION_LOCK, id,
						 request->payer,
						 &motet_lock_charge);
		if (IS_ERR(request->result)) {
			err = PTR_ERR(request->result);
			request->result = NULL;
			goto err_free;
		}
	}
	if (tell) {
		err = -ENOMEM;
		request->notice = motet_record_new(queue,
						   MOTET_EXCEPTION_LOCK_WAITER,
						   id);
		if (!request->notice)
			goto err_free;
	}
	return request;

err_free:
	motet_lock_request_free(request);
	return ERR_PTR(err);
}

/**
 * motet_lock_request_strip() - nobody is told of a request any more
 * @request: the request; if its result is unread it still will be read
 */
void motet_lock_request_strip(struct motet_lock_request *request)
{
	motet_record_drop(request->result);
	request->result = NULL;
	if (request->notice)
		motet_record_withdraw(request->notice);
	motet_record_drop(request->notice);
	request->notice = NULL;
}

/**
 * motet_lock_request_free() - free a request
 * @request: nobody has it any more
 */
void motet_lock_request_free(struct motet_lock_request *request)
{
	motet_lock_request_strip(request);
	motet_quota_uncharge(request->payer, &motet_lock_charge);
	motet_payer_put(request->payer);
	kfree(request);
}

/**
 * motet_lock_tell_result() - tell what became of an asynchronous request
 * @request: the request
 * @err: 0 or a negative error
 */
void motet_lock_tell_result(struct motet_lock_request *request, int err)
{
	const struct motet_lock_result result = {
		.size = sizeof(result),
		.error = -err,
		.opening = request->opening->number,
		.lock_id = request->lock_id,
		.mode = request->mode,
	};

	if (request->result)
		motet_record_tell_about(request->result, request->lock_id,
					&result, sizeof(result));
}

static void motet_lock_tell_holder(struct motet_lock_request *holder,
				   const struct motet_lock_request *request)
{
	const struct motet_lock_waiter waiter = {
		.size = sizeof(waiter),
		.opening = holder->opening->number,
		.lock_id = holder->lock_id,
		.granted = holder->mode,
		.wanted = request->mode,
		.signal = request->signal,
	};

	if (holder->notice)
		motet_record_tell_about(holder->notice, holder->lock_id,
					&waiter, sizeof(waiter));
}

/**
 * motet_lock_tell_holders() - a request has begun to wait
 * @request: the request; whoever shares the lock is not in the way of others who
 *	will
 */
void motet_lock_tell_holders(struct motet_lock_request *request)
{
	struct motet_lock_request *holder;

	list_for_each_entry(holder, &request->lock->grants, link)
		if (holder->mode == MOTET_LOCK_EXCLUSIVE ||
		    request->mode == MOTET_LOCK_EXCLUSIVE)
			motet_lock_tell_holder(holder, request);
}

/**
 * motet_lock_tell_served() - a lock was granted while others wait
 * @lock: the lock
 * @served: to how many: the last of its grants
 */
void motet_lock_tell_served(struct motet_lock *lock, u32 served)
{
	struct motet_lock_request *first, *holder;

	first = list_first_entry(&lock->waiting, struct motet_lock_request,
				 link);
	list_for_each_entry_reverse(holder, &lock->grants, link) {
		if (!served--)
			break;
		motet_lock_tell_holder(holder, first);
	}
}
