// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages: send, receive, call, reply.
 */
#include "internal.h"

int motet_msg_send(int sender, struct motet_msg *msg)
{
	return motet__ioctl(sender, MOTET_IOC_SEND, msg);
}

int motet_send(int sender, const void *body, size_t len)
{
	struct motet_msg msg;

	motet_msg_init(&msg);
	motet_msg_set_body(&msg, body, len);
	return motet_msg_send(sender, &msg);
}

int motet_recv(int port, struct motet_msg *msg)
{
	return motet__ioctl(port, MOTET_IOC_RECV, msg);
}

int motet_msg_call(int sender, struct motet_msg *request,
		   struct motet_msg *reply, __u64 *id)
{
	struct motet_call_arg call = {
		.size = sizeof(call),
		.request = (uintptr_t)request,
		.reply = (uintptr_t)reply,
	};
	int ret = motet__ioctl(sender, MOTET_IOC_CALL, &call);

	/* Of most use after a failure: it says whether the call goes on. */
	*id = call.id;
	return ret;
}

int motet_msg_call_resume(int sender, __u64 id, struct motet_msg *reply)
{
	struct motet_call_arg call = {
		.size = sizeof(call),
		.flags = MOTET_CALL_RESUME,
		.reply = (uintptr_t)reply,
		.id = id,
	};

	return motet__ioctl(sender, MOTET_IOC_CALL, &call);
}

int motet_call_cancel(int sender, __u64 id)
{
	struct motet_cancel cancel = {
		.size = sizeof(cancel),
		.id = id,
	};

	return motet__ioctl(sender, MOTET_IOC_CANCEL, &cancel);
}

int motet_msg_reply(int port, struct motet_msg *msg)
{
	return motet__ioctl(port, MOTET_IOC_REPLY, msg);
}

int motet_reply(int port, __u64 token, const void *body, size_t len)
{
	struct motet_msg msg;

	motet_msg_init(&msg);
	motet_msg_set_body(&msg, body, len);
	msg.token = token;
	return motet_msg_reply(port, &msg);
}

int motet_msg_reply_recv(int port, struct motet_msg **reply,
			 struct motet_msg *recv)
{
	struct motet_reply_recv arg = {
		.size = sizeof(arg),
		.reply = (uintptr_t)*reply,
		.recv = (uintptr_t)recv,
	};
	int ret = motet__ioctl(port, MOTET_IOC_REPLY_RECV, &arg);

	if (!arg.reply)
		*reply = NULL;
	return ret;
}
