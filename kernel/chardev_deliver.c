// SPDX-License-Identifier: GPL-2.0-only
/* Messages on a group's file. */

#include "chardev_internal.h"
#include "deliver.h"
#include "message.h"

/**
 * motet_group_lives() - whether an ioctl is on a group that is not dead
 * @call: the ioctl
 *
 * Return: true if it is.
 */
bool motet_group_lives(const struct motet_ioctl_call *call)
{
	return call->group && !READ_ONCE(call->group->handle.group->dead);
}

static int motet_group_send_one(struct motet_ioctl_call *call,
				struct motet_delivery *delivery,
				struct motet_msg *msg, u64 address, u32 usize)
{
	int err;

	err = motet_deliver_begin(delivery, msg, motet_nonblock(call, msg));
	if (err)
		return err;
	msg->id = delivery->message->id;
	msg->at = delivery->sender->port->object.id;
	msg->delivered = 1;
	err = motet_msg_put(msg, address, usize);
	if (err)
		motet_deliver_abort(delivery);
	else
		err = motet_deliver_commit(delivery);
	motet_deliver_done(delivery);
	return err;
}

static int motet_group_send_job(struct motet_ioctl_call *call,
				struct motet_msg *msg, u64 address, u32 usize)
{
	struct motet_group_file *file = call->group;
	struct motet_message *job;
	int err;

	job = motet_deliver_job(file, msg, motet_nonblock(call, msg));
	if (IS_ERR(job))
		return PTR_ERR(job);
	msg->id = job->id;
	msg->delivered = 0;
	memset(&msg->at, 0, sizeof(msg->at));
	err = motet_msg_put(msg, address, usize);
	if (err) {
		motet_port_send_abort(file->jobs, job);
		return err;
	}
	err = motet_port_send_commit(file->jobs, job);
	if (!err)
		motet_deliver_job_sent(file);
	return err;
}

/*
 * How many got it is known only when it can't be undone. So the user's struct is
 * written once before.
 */
static int motet_group_send_all(struct motet_ioctl_call *call,
				const struct motet_want *want,
				struct motet_msg *msg, u64 address, u32 usize)
{
	int err;

	msg->id = 0;
	msg->delivered = 0;
	memset(&msg->at, 0, sizeof(msg->at));
	err = motet_msg_put(msg, address, usize);
	if (!err)
		err = motet_deliver_broadcast(call->group, want, msg,
					      motet_nonblock(call, msg),
					      &msg->delivered);
	return err ?: motet_msg_put(msg, address, usize);
}

/**
 * motet_group_send() - send one message to a group
 * @call: the ioctl
 * @msg: what to send; checked as for a port
 * @address: the user's struct
 * @usize: its size there
 *
 * Return: 0 or a negative error, as MOTET_IOC_SEND says; but -ENOBUFS if there
 * is no room for it to come back to.
 */
int motet_group_send(struct motet_ioctl_call *call, struct motet_msg *msg,
		     u64 address, u32 usize)
{
	struct motet_handle sender;
	struct motet_delivery delivery = {
		.file = call->group,
		.weight = msg->weight ?: 1,
		.sender = &sender,
	};
	int err;

	err = motet_deliver_want(call->group, msg, &delivery.want);
	if (err)
		return err;
	if (delivery.want.address == MOTET_ADDRESS_BROADCAST)
		return motet_group_send_all(call, &delivery.want, msg, address,
					    usize);
	if (call->group->jobs)
		return motet_group_send_job(call, msg, address, usize);
	do {
		err = motet_group_send_one(call, &delivery, msg, address,
					   usize);
		/* a member that dies is passed over */
	} while (err == -EOWNERDEAD && motet_group_lives(call));
	return err;
}

static struct motet_message *motet_group_request_job(struct motet_ioctl_call *call,
						     const struct motet_msg *msg)
{
	struct motet_want want;
	int err;

	err = motet_deliver_want(call->group, msg, &want);
	if (!err && want.address == MOTET_ADDRESS_BROADCAST)
		err = -EINVAL;
	if (err)
		return ERR_PTR(err);
	call->handle = call->group->jobs;
	return motet_deliver_job(call->group, msg, motet_nonblock(call, msg));
}

/**
 * motet_group_request() - get room for a request to a group, and build it
 * @call: the ioctl; its @handle is set to that by which the call is made
 * @msg: what to send; checked as for a port
 * @body_cap: room for the answer
 *
 * Return: the request, to be committed or aborted; or ERR_PTR() as
 * MOTET_IOC_CALL says.
 */
struct motet_message *motet_group_request(struct motet_ioctl_call *call,
					  const struct motet_msg *msg,
					  u32 body_cap)
{
	struct motet_group_call *made;
	int err;

	if (call->group->jobs)
		return motet_group_request_job(call, msg);
	made = motet_group_call_new(call->group, body_cap);
	if (IS_ERR(made))
		return ERR_CAST(made);
	err = motet_group_call_begin(made, msg, motet_nonblock(call, msg));
	if (err) {
		motet_group_call_put(call->group, made, true);
		return ERR_PTR(err);
	}
	call->made = made;
	call->handle = &made->sender;
	return made->delivery.message;
}

/**
 * motet_group_call_over() - the ioctl has no more to do with a call
 * @call: the ioctl; it has a call to a group's member
 * @over: the call is not unfinished any more
 */
void motet_group_call_over(struct motet_ioctl_call *call, bool over)
{
	motet_group_call_put(call->group, call->made, over);
	call->made = NULL;
}

/**
 * motet_group_request_commit() - queue a request
 * @call: the ioctl
 * @request: as motet_group_request() returned it
 *
 * Return: 0; or -EOWNERDEAD or -EDQUOT, and the request is gone.
 */
int motet_group_request_commit(struct motet_ioctl_call *call,
			       struct motet_message *request)
{
	int err;

	if (call->made) {
		err = motet_group_call_commit(call->made);
		if (err)
			motet_group_call_over(call, true);
		return err;
	}
	err = motet_port_send_commit(call->handle, request);
	if (!err)
		motet_deliver_job_sent(call->group);
	return err;
}

/**
 * motet_group_request_abort() - do not send a request after all
 * @call: the ioctl
 * @request: as motet_group_request() returned it; freed
 */
void motet_group_request_abort(struct motet_ioctl_call *call,
			       struct motet_message *request)
{
	if (!call->made) {
		motet_port_send_abort(call->handle, request);
		return;
	}
	motet_group_call_abort(call->made);
	motet_group_call_over(call, true);
}

/**
 * motet_group_resume() - find an unfinished call
 * @call: the ioctl; its @handle is set to that by which the call was made
 * @id: which call
 *
 * Return: 0 or -ENOENT.
 */
int motet_group_resume(struct motet_ioctl_call *call, u64 id)
{
	if (call->group->jobs) {
		call->handle = call->group->jobs;
		return 0;
	}
	call->made = motet_group_call_find(call->group, id);
	if (!call->made)
		return -ENOENT;
	call->handle = &call->made->sender;
	return 0;
}

/**
 * motet_group_cancel() - MOTET_IOC_CANCEL on a group
 * @call: the ioctl
 * @arg: its argument; its flags are checked
 *
 * Return: 0, -ENOENT or -EPERM.
 */
int motet_group_cancel(struct motet_ioctl_call *call,
		       const struct motet_cancel *arg)
{
	if (arg->flags & MOTET_CANCEL_MESSAGE)
		return motet_deliver_cancel(call->group, arg->id);
	return motet_group_call_cancel(call->group, arg->id);
}
