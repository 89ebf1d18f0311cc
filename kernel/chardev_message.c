// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls that carry messages. */

#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "chardev_internal.h"
#include "message.h"
#include "port.h"

/**
 * motet_nonblock() - whether an ioctl is not to wait
 * @call: the ioctl
 * @msg: its message
 *
 * Return: true if the file or the message says so.
 */
bool motet_nonblock(struct motet_ioctl_call *call, const struct motet_msg *msg)
{
	return (msg->flags & MOTET_MSG_DONTWAIT) ||
	       (READ_ONCE(call->file->f_flags) & O_NONBLOCK);
}

static bool motet_id_is_set(const struct motet_id *id)
{
	return memchr_inv(id, 0, sizeof(*id));
}

/* What says where in a group a message goes, and what it is there. */
static bool motet_msg_names_member(const struct motet_msg *msg)
{
	return msg->session || msg->address || msg->node || msg->job_class ||
	       msg->weight || msg->delivered;
}

static int motet_msg_check_flags(struct motet_msg *msg, u32 allowed)
{
	msg->flags &= ~(MOTET_MSG_CALL | MOTET_MSG_LEASED);
	return (msg->flags & ~allowed) || msg->pad || msg->pad2 ? -EINVAL : 0;
}

/* What is out only when receiving, and has no place in what is sent. */
static int motet_msg_check_out(struct motet_msg *msg, u32 allowed)
{
	if (motet_msg_check_flags(msg, allowed) ||
	    msg->body_cap || msg->annex_cap || msg->redelivered ||
	    msg->exception || msg->error || msg->count || msg->stamp ||
	    msg->lease || msg->cookie || motet_id_is_set(&msg->to))
		return -EINVAL;
	return msg->annex_len > MOTET_ANNEX_MAX ? -EMSGSIZE : 0;
}

static int motet_msg_check_send(struct motet_ioctl_call *call,
				struct motet_msg *msg, u32 allowed)
{
	if (msg->token || msg->priority >= MOTET_PRIORITIES)
		return -EINVAL;
	if (!call->group &&
	    (motet_msg_names_member(msg) || motet_id_is_set(&msg->at)))
		return -EINVAL;
	msg->priority = array_index_nospec(msg->priority, MOTET_PRIORITIES);
	return motet_msg_check_out(msg, allowed);
}

static int motet_msg_check_reply(struct motet_msg *msg)
{
	if (msg->priority || msg->deadline || msg->id || msg->expires ||
	    motet_msg_names_member(msg) || motet_id_is_set(&msg->at))
		return -EINVAL;
	return motet_msg_check_out(msg, 0);
}

static int motet_msg_check_receive(struct motet_msg *msg)
{
	if (motet_msg_check_flags(msg, MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE |
				  MOTET_MSG_ANY))
		return -EINVAL;
	if (msg->lease && !(msg->flags & MOTET_MSG_LEASE))
		return -EINVAL;
	return msg->expires || motet_msg_names_member(msg) ? -EINVAL : 0;
}

/* The answer to a call is received, too, but neither waited for nor leased. */
static int motet_msg_check_answer(struct motet_msg *msg)
{
	if (msg->flags & (MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE | MOTET_MSG_ANY))
		return -EINVAL;
	return motet_msg_check_receive(msg);
}

/**
 * motet_msg_get() - copy a message's struct from the user
 * @msg: the struct
 * @address: the user's
 * @usize: out: its size there
 *
 * Return: as motet_copy_from_user().
 */
int motet_msg_get(struct motet_msg *msg, u64 address, u32 *usize)
{
	return motet_copy_from_user(msg, sizeof(*msg), MOTET_MSG_SIZE_VER0,
				    u64_to_user_ptr(address), usize);
}

/**
 * motet_msg_put() - copy a message's struct to the user
 * @msg: the struct
 * @address: the user's
 * @usize: its size there
 *
 * Return: 0 or -EFAULT.
 */
int motet_msg_put(const struct motet_msg *msg, u64 address, u32 usize)
{
	return motet_copy_to_user(u64_to_user_ptr(address), usize, msg,
				  sizeof(*msg));
}

static int motet_hand_over(const struct motet_message *message,
			   struct motet_msg *msg, u64 address, u32 usize)
{
	int err;

	motet_message_describe(message, msg);
	err = motet_message_copy_out(message, msg);
	if (!err)
		err = motet_message_copy_stamp(message,
					       u64_to_user_ptr(msg->stamp));
	if (!err)
		err = motet_msg_put(msg, address, usize);
	return err;
}

static int motet_send_to_port(struct motet_ioctl_call *call,
			      struct motet_msg *msg, u64 address, u32 usize)
{
	struct motet_message *message;
	int err;

	message = motet_port_send_begin(call->handle, msg,
					motet_nonblock(call, msg));
	if (IS_ERR(message))
		return PTR_ERR(message);
	msg->id = message->id;
	err = motet_msg_put(msg, address, usize);
	if (err) {
		motet_port_send_abort(call->handle, message);
		return err;
	}
	return motet_port_send_commit(call->handle, message);
}

/**
 * motet_send() - send one message
 * @call: the ioctl
 * @msg: what to send; it gets its id
 * @address: the user's struct
 * @usize: its size there
 *
 * Return: 0 or a negative error, as MOTET_IOC_SEND says.
 */
int motet_send(struct motet_ioctl_call *call, struct motet_msg *msg,
	       u64 address, u32 usize)
{
	u32 allowed = MOTET_MSG_DONTWAIT | MOTET_MSG_RETURN |
		      MOTET_MSG_CANCELABLE;
	int err;

	if (call->group)
		allowed |= MOTET_MSG_EACH;
	err = motet_msg_check_send(call, msg, allowed);
	if (err)
		return err;
	err = call->group ? motet_group_send(call, msg, address, usize) :
			    motet_send_to_port(call, msg, address, usize);
	/* the user tells the two by receiving from the default port */
	return err == -ENOBUFS ? -EAGAIN : err;
}

static int motet_ioctl_send(struct motet_ioctl_call *call, void *data)
{
	return motet_send(call, data, (uintptr_t)call->uarg, call->usize);
}

/**
 * motet_receive() - receive one message
 * @call: the ioctl
 * @msg: where to
 * @wait: for one, if the user says so
 * @address: the user's struct
 * @usize: its size there
 *
 * Return: 0 or a negative error, as MOTET_IOC_RECV says.
 */
int motet_receive(struct motet_ioctl_call *call, struct motet_msg *msg,
		  bool wait, u64 address, u32 usize)
{
	bool nonblock = !wait || motet_nonblock(call, msg);
	struct motet_receipt receipt;
	int err;

	err = motet_msg_check_receive(msg);
	if (err)
		return err;
	err = motet_port_receive_begin(call->handle, msg, nonblock, &receipt);
	if (err == -EMSGSIZE)
		return motet_msg_put(msg, address, usize) ?: err;
	if (err)
		return err;
	msg->at = receipt.port->object.id;
	if (receipt.lease)
		msg->flags |= MOTET_MSG_LEASED;
	err = motet_hand_over(receipt.message, msg, address, usize);
	return motet_port_receive_end(&receipt, err);
}

static int motet_ioctl_recv(struct motet_ioctl_call *call, void *data)
{
	return motet_receive(call, data, true, (uintptr_t)call->uarg,
			     call->usize);
}

static struct motet_message *motet_reply_begin(struct motet_ioctl_call *call,
					       struct motet_msg *msg)
{
	int err = motet_msg_check_reply(msg);

	return err ? ERR_PTR(err) : motet_port_reply_begin(call->handle, msg);
}

static int motet_reply_commit(struct motet_ioctl_call *call,
			      struct motet_message *answer)
{
	int err = motet_port_reply_commit(call->handle, answer);

	if (err)
		motet_message_free(answer);
	return err;
}

static int motet_ioctl_reply(struct motet_ioctl_call *call, void *data)
{
	struct motet_message *answer = motet_reply_begin(call, data);

	return IS_ERR(answer) ? PTR_ERR(answer) :
				motet_reply_commit(call, answer);
}

/*
 * The user's pointer to the answer is cleared before the answer is given. If
 * giving it fails the pointer is put back where it just was writable.
 */
static int motet_reply_first(struct motet_ioctl_call *call,
			     struct motet_reply_recv *arg)
{
	struct motet_message *answer;
	u64 address = arg->reply;
	struct motet_msg msg;
	u32 usize;
	int err;

	err = motet_msg_get(&msg, address, &usize);
	if (err)
		return err;
	answer = motet_reply_begin(call, &msg);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	arg->reply = 0;
	err = motet_ioctl_return(call, arg);
	if (err) {
		motet_message_free(answer);
		return err;
	}
	err = motet_reply_commit(call, answer);
	if (err) {
		arg->reply = address;
		if (motet_ioctl_return(call, arg))
			return -EFAULT;
	}
	return err;
}

static int motet_ioctl_reply_recv(struct motet_ioctl_call *call, void *data)
{
	struct motet_reply_recv *arg = data;
	struct motet_msg msg;
	u32 usize;
	int err;

	if (arg->flags)
		return -EINVAL;
	err = motet_msg_get(&msg, arg->recv, &usize);
	if (!err)
		err = motet_msg_check_receive(&msg);
	if (!err && arg->reply)
		err = motet_reply_first(call, arg);
	return err ?: motet_receive(call, &msg, true, arg->recv, usize);
}

static struct motet_message *motet_request_begin(struct motet_ioctl_call *call,
						 const struct motet_msg *msg,
						 u32 body_cap)
{
	if (call->group)
		return motet_group_request(call, msg, body_cap);
	return motet_port_send_begin(call->handle, msg,
				     motet_nonblock(call, msg));
}

static void motet_request_abort(struct motet_ioctl_call *call,
				struct motet_message *request)
{
	if (call->group)
		motet_group_request_abort(call, request);
	else
		motet_port_send_abort(call->handle, request);
}

static int motet_request_commit(struct motet_ioctl_call *call,
				struct motet_message *request)
{
	return call->group ? motet_group_request_commit(call, request) :
			     motet_port_send_commit(call->handle, request);
}

/* Sends the request, after its id was written to the user. */
static struct motet_call *motet_call_begin(struct motet_ioctl_call *call,
					   struct motet_call_arg *arg,
					   const struct motet_msg *answer,
					   u64 *deadline)
{
	struct motet_message *request;
	struct motet_call *made;
	struct motet_msg msg;
	u32 usize;
	int err;

	err = motet_msg_get(&msg, arg->request, &usize);
	if (!err)
		err = motet_msg_check_send(call, &msg, MOTET_MSG_DONTWAIT);
	if (err)
		return ERR_PTR(err);
	*deadline = msg.deadline;
	request = motet_request_begin(call, &msg, answer->body_cap);
	if (IS_ERR(request))
		return ERR_CAST(request);
	made = motet_call_new(request, answer);
	if (IS_ERR(made)) {
		motet_request_abort(call, request);
		return made;
	}
	arg->id = request->id;
	err = motet_ioctl_return(call, arg);
	if (err)
		motet_request_abort(call, request);
	else
		err = motet_request_commit(call, request);
	if (err) {
		motet_call_put(made);
		return ERR_PTR(err);
	}
	return made;
}

/*
 * The user's id is cleared before the call is over: if it can't be, the call is
 * unfinished, and has its id.
 */
static int motet_call_hand_over(struct motet_ioctl_call *call,
				struct motet_call_arg *arg,
				const struct motet_message *message,
				struct motet_msg *answer, u64 address,
				u32 usize)
{
	u64 id = arg->id;
	int err;

	err = motet_hand_over(message, answer, address, usize);
	if (err)
		return err;
	arg->id = 0;
	err = motet_ioctl_return(call, arg);
	if (err)
		arg->id = id;
	return err;
}

static int motet_call_get_answer(struct motet_ioctl_call *call,
				 struct motet_call_arg *arg,
				 struct motet_call *made, u64 deadline,
				 struct motet_msg *answer, u64 address,
				 u32 usize)
{
	struct motet_message *message;
	int err;

	message = motet_call_await(call->handle, made, deadline);
	if (IS_ERR(message))
		return PTR_ERR(message);
	if (message->body_len > answer->body_cap ||
	    message->annex_len > answer->annex_cap) {
		answer->body_len = message->body_len;
		answer->annex_len = message->annex_len;
		err = motet_msg_put(answer, address, usize) ?: -EMSGSIZE;
	} else {
		err = motet_call_hand_over(call, arg, message, answer, address,
					   usize);
	}
	motet_call_end(call->handle, made, err);
	return err;
}

static int motet_call_check(const struct motet_call_arg *arg,
			    struct motet_msg *answer, u32 *usize)
{
	bool resume = arg->flags & MOTET_CALL_RESUME;
	int err;

	if (arg->flags & ~MOTET_CALL_RESUME)
		return -EINVAL;
	if (resume && arg->request)
		return -EINVAL;
	err = motet_msg_get(answer, arg->reply, usize);
	if (!err)
		err = motet_msg_check_answer(answer);
	if (!err && !resume && answer->deadline)
		err = -EINVAL;
	return err;
}

static struct motet_call *motet_call_start(struct motet_ioctl_call *call,
					   struct motet_call_arg *arg,
					   const struct motet_msg *answer,
					   u64 *deadline)
{
	struct motet_call *made;
	int err = 0;

	if (arg->flags & MOTET_CALL_RESUME) {
		*deadline = answer->deadline;
		if (call->group)
			err = motet_group_resume(call, arg->id);
		return err ? ERR_PTR(err) :
			     motet_call_claim(call->handle, arg->id);
	}
	do {
		made = motet_call_begin(call, arg, answer, deadline);
		/* a member that dies is passed over */
	} while (made == ERR_PTR(-EOWNERDEAD) && motet_group_lives(call));
	return made;
}

static int motet_ioctl_call(struct motet_ioctl_call *call, void *data)
{
	struct motet_call_arg *arg = data;
	struct motet_msg answer;
	struct motet_call *made;
	bool over = false;
	u64 deadline;
	u32 usize;
	int err;

	err = motet_call_check(arg, &answer, &usize);
	made = err ? ERR_PTR(err) :
		     motet_call_start(call, arg, &answer, &deadline);
	if (IS_ERR(made)) {
		err = PTR_ERR(made);
		/* what could not be resumed may still be unfinished */
		if (!(arg->flags & MOTET_CALL_RESUME) || err == -ENOENT)
			arg->id = 0;
	} else {
		err = motet_call_get_answer(call, arg, made, deadline,
					    &answer, arg->reply, usize);
		over = !motet_call_is_unfinished(call->handle, made);
		if (over)
			arg->id = 0;
		motet_call_put(made);
	}
	if (call->made)
		motet_group_call_over(call, over);
	/* with the answer it was written; else what failed first is told */
	if (err)
		motet_ioctl_return(call, arg);
	return err;
}

static int motet_ioctl_cancel(struct motet_ioctl_call *call, void *data)
{
	const struct motet_cancel *arg = data;

	if (arg->flags & ~MOTET_CANCEL_MESSAGE)
		return -EINVAL;
	if (call->group)
		return motet_group_cancel(call, arg);
	if (arg->flags & MOTET_CANCEL_MESSAGE)
		return motet_port_cancel_message(call->handle->port,
						 call->handle->actor, arg->id);
	return motet_call_cancel(call->handle, arg->id);
}

static int motet_ioctl_lease(struct motet_ioctl_call *call, void *data)
{
	const struct motet_lease *arg = data;

	if (arg->flags || arg->pad || arg->op > MOTET_LEASE_EXTEND ||
	    (arg->deadline && arg->op != MOTET_LEASE_EXTEND))
		return -EINVAL;
	return motet_port_change_lease(call->handle, arg);
}

static const struct motet_ioctl motet_message_ioctls[] = {
	MOTET_IOCTL(MOTET_IOC_RECV, struct motet_msg, MOTET_MSG_SIZE_VER0,
		    MOTET_ON_QUEUE, motet_ioctl_recv),
	MOTET_IOCTL(MOTET_IOC_SEND, struct motet_msg, MOTET_MSG_SIZE_VER0,
		    MOTET_ON_DOOR, motet_ioctl_send),
	MOTET_IOCTL(MOTET_IOC_CALL, struct motet_call_arg,
		    MOTET_CALL_ARG_SIZE_VER0, MOTET_ON_DOOR,
		    motet_ioctl_call),
	MOTET_IOCTL(MOTET_IOC_REPLY, struct motet_msg, MOTET_MSG_SIZE_VER0,
		    MOTET_ON_HOLDER, motet_ioctl_reply),
	MOTET_IOCTL(MOTET_IOC_REPLY_RECV, struct motet_reply_recv,
		    MOTET_REPLY_RECV_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_reply_recv),
	MOTET_IOCTL(MOTET_IOC_CANCEL, struct motet_cancel,
		    MOTET_CANCEL_SIZE_VER0, MOTET_ON_DOOR,
		    motet_ioctl_cancel),
	MOTET_IOCTL(MOTET_IOC_LEASE, struct motet_lease,
		    MOTET_LEASE_SIZE_VER0, MOTET_ON_HOLDER,
		    motet_ioctl_lease),
	MOTET_IOCTL(MOTET_IOC_SEND_MANY, struct motet_batch,
		    MOTET_BATCH_SIZE_VER0, MOTET_ON_DOOR,
		    motet_ioctl_send_many),
	MOTET_IOCTL(MOTET_IOC_RECV_MANY, struct motet_batch,
		    MOTET_BATCH_SIZE_VER0, MOTET_ON_QUEUE,
		    motet_ioctl_recv_many),
};

const struct motet_ioctl_table motet_message_ioctl_table = {
	.ioctls = motet_message_ioctls,
	.count = ARRAY_SIZE(motet_message_ioctls),
};
