// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages: send, receive, call, reply; cancel, leases, batches.
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

int motet_msg_cancel(int sender, __u64 id)
{
	struct motet_cancel cancel = {
		.size = sizeof(cancel),
		.flags = MOTET_CANCEL_MESSAGE,
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

static int motet__lease(int port, enum motet_lease_op op, __u64 id,
			__u64 deadline)
{
	struct motet_lease lease = {
		.size = sizeof(lease),
		.op = op,
		.id = id,
		.deadline = deadline,
	};

	return motet__ioctl(port, MOTET_IOC_LEASE, &lease);
}

int motet_lease_acknowledge(int port, __u64 id)
{
	return motet__lease(port, MOTET_LEASE_ACKNOWLEDGE, id, 0);
}

int motet_lease_give_back(int port, __u64 id)
{
	return motet__lease(port, MOTET_LEASE_GIVE_BACK, id, 0);
}

int motet_lease_extend(int port, __u64 id, __u64 deadline)
{
	return motet__lease(port, MOTET_LEASE_EXTEND, id, deadline);
}

/*
 * The distance between the messages is the program's, which may be of another
 * age than the library: the first of them says it.
 */
static int motet__batch(int fd, unsigned long request, struct motet_msg *msgs,
			unsigned int count, int *error)
{
	struct motet_batch batch = {
		.size = sizeof(batch),
		.msgs = (uintptr_t)msgs,
		.msg_size = count ? msgs->size : 0,
		.count = count,
	};
	int ret = motet__ioctl(fd, request, &batch);

	if (error)
		*error = ret < 0 ? ret : -(int)batch.error;
	return ret < 0 ? ret : (int)batch.done;
}

int motet_msg_send_many(int sender, struct motet_msg *msgs, unsigned int count,
			int *error)
{
	return motet__batch(sender, MOTET_IOC_SEND_MANY, msgs, count, error);
}

int motet_recv_many(int port, struct motet_msg *msgs, unsigned int count,
		    int *error)
{
	return motet__batch(port, MOTET_IOC_RECV_MANY, msgs, count, error);
}
