// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls that carry messages. */

#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "chardev_internal.h"
#include "message.h"
#include "port.h"

static bool motet_nonblock(struct motet_ioctl_call *call,
			   const struct motet_msg *msg)
{
	return (msg->flags & MOTET_MSG_DONTWAIT) ||
	       (READ_ONCE(call->file->f_flags) & O_NONBLOCK);
}

static int motet_msg_check_flags(struct motet_msg *msg, u32 allowed)
{
	msg->flags &= ~MOTET_MSG_CALL;
	return (msg->flags & ~allowed) || msg->pad ? -EINVAL : 0;
}

static int motet_msg_check_out(struct motet_msg *msg, u32 allowed)
{
	static const struct motet_id none;

	if (motet_msg_check_flags(msg, allowed) ||
	    msg->body_cap || msg->annex_cap || msg->redelivered ||
	    msg->exception || msg->error || msg->count || msg->stamp ||
	    memcmp(&msg->to, &none, sizeof(none)))
		return -EINVAL;
	return msg->annex_len > MOTET_ANNEX_MAX ? -EMSGSIZE : 0;
}

static int motet_msg_check_send(struct motet_msg *msg, u32 allowed)
{
	if (msg->token || msg->priority >= MOTET_PRIORITIES)
		return -EINVAL;
	msg->priority = array_index_nospec(msg->priority, MOTET_PRIORITIES);
	return motet_msg_check_out(msg, allowed);
}

static int motet_msg_check_reply(struct motet_msg *msg)
{
	if (msg->priority || msg->deadline || msg->id)
		return -EINVAL;
	return motet_msg_check_out(msg, 0);
}

static int motet_msg_get(struct motet_msg *msg, u64 address, u32 *usize)
{
	return motet_copy_from_user(msg, sizeof(*msg), MOTET_MSG_SIZE_VER0,
				    u64_to_user_ptr(address), usize);
}

static int motet_msg_put(const struct motet_msg *msg, u64 address, u32 usize)
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

/**
 * motet_ioctl_send() - MOTET_IOC_SEND
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_send(struct motet_ioctl_call *call, void *data)
{
	struct motet_message *message;
	struct motet_msg *msg = data;
	int err;

	err = motet_msg_check_send(msg, MOTET_MSG_DONTWAIT | MOTET_MSG_RETURN);
	if (err)
		return err;
	message = motet_port_send_begin(call->handle, msg,
					motet_nonblock(call, msg));
	if (IS_ERR(message))
		return PTR_ERR(message);
	msg->id = message->id;
	err = motet_ioctl_return(call, msg);
	if (err) {
		motet_port_send_abort(call->handle, message);
		return err;
	}
	return motet_port_send_commit(call->handle, message);
}

static int motet_receive(struct motet_ioctl_call *call, struct motet_msg *msg,
			 u64 address, u32 usize)
{
	struct motet_message *message;
	int err;

	err = motet_msg_check_flags(msg, MOTET_MSG_DONTWAIT);
	if (err)
		return err;
	message = motet_port_receive_begin(call->handle, msg,
					   motet_nonblock(call, msg));
	if (message == ERR_PTR(-EMSGSIZE))
		return motet_msg_put(msg, address, usize) ?: -EMSGSIZE;
	if (IS_ERR(message))
		return PTR_ERR(message);
	err = motet_hand_over(message, msg, address, usize);
	return motet_port_receive_end(call->handle, message, err);
}

/**
 * motet_ioctl_recv() - MOTET_IOC_RECV
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_recv(struct motet_ioctl_call *call, void *data)
{
	return motet_receive(call, data, (uintptr_t)call->uarg, call->usize);
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

/**
 * motet_ioctl_reply() - MOTET_IOC_REPLY
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_reply(struct motet_ioctl_call *call, void *data)
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

/**
 * motet_ioctl_reply_recv() - MOTET_IOC_REPLY_RECV
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_reply_recv(struct motet_ioctl_call *call, void *data)
{
	struct motet_reply_recv *arg = data;
	struct motet_msg msg;
	u32 usize;
	int err;

	if (arg->flags)
		return -EINVAL;
	err = motet_msg_get(&msg, arg->recv, &usize);
	if (!err)
		err = motet_msg_check_flags(&msg, MOTET_MSG_DONTWAIT);
	if (!err && arg->reply)
		err = motet_reply_first(call, arg);
	return err ?: motet_receive(call, &msg, arg->recv, usize);
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
		err = motet_msg_check_send(&msg, MOTET_MSG_DONTWAIT);
	if (err)
		return ERR_PTR(err);
	*deadline = msg.deadline;
	request = motet_port_send_begin(call->handle, &msg,
					motet_nonblock(call, &msg));
	if (IS_ERR(request))
		return ERR_CAST(request);
	made = motet_call_new(request, answer);
	if (IS_ERR(made)) {
		motet_port_send_abort(call->handle, request);
		return made;
	}
	arg->id = request->id;
	err = motet_ioctl_return(call, arg);
	if (err)
		motet_port_send_abort(call->handle, request);
	else
		err = motet_port_send_commit(call->handle, request);
	if (err) {
		motet_call_put(made);
		return ERR_PTR(err);
	}
	return made;
}

static int motet_call_get_answer(struct motet_ioctl_call *call,
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
		err = motet_hand_over(message, answer, address, usize);
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
		err = motet_msg_check_flags(answer, 0);
	if (!err && !resume && answer->deadline)
		err = -EINVAL;
	return err;
}

/**
 * motet_ioctl_call() - MOTET_IOC_CALL
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_call(struct motet_ioctl_call *call, void *data)
{
	struct motet_call_arg *arg = data;
	struct motet_msg answer;
	struct motet_call *made;
	u64 deadline;
	u32 usize;
	int err;

	err = motet_call_check(arg, &answer, &usize);
	if (err) {
		made = ERR_PTR(err);
	} else if (arg->flags & MOTET_CALL_RESUME) {
		deadline = answer.deadline;
		made = motet_call_claim(call->handle, arg->id);
	} else {
		made = motet_call_begin(call, arg, &answer, &deadline);
	}
	if (IS_ERR(made)) {
		err = PTR_ERR(made);
		/* what could not be resumed may still be unfinished */
		if (!(arg->flags & MOTET_CALL_RESUME) || err == -ENOENT)
			arg->id = 0;
	} else {
		err = motet_call_get_answer(call, made, deadline, &answer,
					    arg->reply, usize);
		if (!motet_call_is_unfinished(call->handle, made))
			arg->id = 0;
		motet_call_put(made);
	}
	/* it is over by now: that the id can't be written changes nothing */
	if (motet_ioctl_return(call, arg) && !err)
		return -EFAULT;
	return err;
}

/**
 * motet_ioctl_cancel() - MOTET_IOC_CANCEL
 * @call: the ioctl
 * @data: its argument
 *
 * Return: 0 or a negative error, as the interface says.
 */
int motet_ioctl_cancel(struct motet_ioctl_call *call, void *data)
{
	const struct motet_cancel *arg = data;

	if (arg->flags)
		return -EINVAL;
	return motet_call_cancel(call->handle, arg->id);
}
