// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of leases, batches and holders in one line each.
 */
#include <errno.h>

#include "motet_test.h"

/* How long to wait for what must come: only a bound against hanging. */
#define MT_PATIENCE	(60 * MT_SECOND)

/* Doesn't wait. */
int mt_lease_recv(int holder, struct motet_msg *msg, __u64 *value,
		  __u64 deadline)
{
	*msg = MT(motet_msg, .flags = MOTET_MSG_LEASE | MOTET_MSG_DONTWAIT,
		  .lease = deadline);
	return mt_recv_msg(holder, msg, value, sizeof(*value));
}

int mt_lease(int holder, __u32 op, __u64 id, __u64 deadline)
{
	struct motet_lease lease = MT(motet_lease, .op = op, .id = id,
				      .deadline = deadline);

	return mt_ioctl(holder, MOTET_IOC_LEASE, &lease);
}

int mt_acknowledge(int holder, __u64 id)
{
	return mt_lease(holder, MOTET_LEASE_ACKNOWLEDGE, id, 0);
}

int mt_give_back(int holder, __u64 id)
{
	return mt_lease(holder, MOTET_LEASE_GIVE_BACK, id, 0);
}

/* These numbers, one after the other, at once or not at all. */
int mt_send_all(int sender, __u64 from, __u64 to)
{
	int ret = 0;

	for (; !ret && from <= to; from++)
		ret = mt_try_send(sender, 0, from);
	return ret;
}

/* Keeps what else the caller has set in @msg. */
int mt_send_msg(int sender, struct motet_msg *msg, const __u64 *value)
{
	msg->size = sizeof(*msg);
	msg->body = mt_ptr(value);
	msg->body_len = sizeof(*value);
	return mt_ioctl(sender, MOTET_IOC_SEND, msg);
}

int mt_withdraw(int sender, __u64 id)
{
	struct motet_cancel cancel = MT(motet_cancel, .id = id,
					.flags = MOTET_CANCEL_MESSAGE);

	return mt_ioctl(sender, MOTET_IOC_CANCEL, &cancel);
}

int mt_many(int fd, unsigned int number, struct motet_msg *msgs, __u32 count,
	    struct motet_batch *batch)
{
	*batch = MT(motet_batch, .msgs = mt_ptr(msgs), .count = count,
		    .msg_size = sizeof(*msgs));
	return mt_ioctl(fd, number, batch);
}

int mt_open_id(int actor, __u32 role, const struct motet_id *id)
{
	struct motet_port_open arg = MT(motet_port_open, .role = role,
					.id = *id);
	int ret = mt_ioctl(actor, MOTET_IOC_PORT_OPEN, &arg);

	return ret < 0 ? ret : arg.fd;
}

int mt_actor_id(int actor, struct motet_id *id)
{
	struct motet_info info;
	int ret = mt_info(actor, &info);

	*id = info.actor;
	return ret;
}

/* Without an actor it withdraws the offer. */
int mt_offer(int holder, __u32 flags, const struct motet_id *actor)
{
	struct motet_port_offer offer = MT(motet_port_offer, .flags = flags);

	if (actor)
		offer.actor = *actor;
	return mt_ioctl(holder, MOTET_IOC_PORT_OFFER, &offer);
}

int mt_enable(int holder, __u32 priority, __u64 cookie)
{
	struct motet_port_enable enable = MT(motet_port_enable,
					     .priority = priority,
					     .cookie = cookie);

	return mt_ioctl(holder, MOTET_IOC_PORT_ENABLE, &enable);
}

int mt_disable(int holder)
{
	struct motet_port_enable enable = MT(motet_port_enable,
					     .flags = MOTET_ENABLE_OFF);

	return mt_ioctl(holder, MOTET_IOC_PORT_ENABLE, &enable);
}

int mt_recv_any(int actor, __u32 flags, struct motet_msg *msg, __u64 *value)
{
	*msg = MT(motet_msg, .flags = MOTET_MSG_ANY | flags);
	return mt_recv_msg(actor, msg, value, sizeof(*value));
}

int mt_change(int actor, const struct motet_id *id,
	      struct motet_port_change *change)
{
	change->size = sizeof(*change);
	change->id = *id;
	return mt_ioctl(actor, MOTET_IOC_PORT_CHANGE, change);
}

int mt_until_leased(int fd, __u32 leased)
{
	struct motet_port_status status;
	__u64 end = mt_after(MT_PATIENCE);
	int ret;

	while (mt_now() < end) {
		ret = mt_status(fd, &status);
		if (ret < 0 || status.leased == leased)
			return ret;
		mt_breathe();
	}
	return -ETIMEDOUT;
}

int mt_until_role(int fd, __u32 role)
{
	struct motet_port_status status;
	__u64 end = mt_after(MT_PATIENCE);
	int ret;

	while (mt_now() < end) {
		ret = mt_status(fd, &status);
		if (ret < 0 || status.role == role)
			return ret;
		mt_breathe();
	}
	return -ETIMEDOUT;
}
