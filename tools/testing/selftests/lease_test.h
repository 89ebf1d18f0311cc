/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of leases share: receiving a message with a lease or without.
 */
#ifndef LEASE_TEST_H
#define LEASE_TEST_H

#include "call_test.h"

#define BOUND		4

/* The next message is @value and was handed out so often; keeps its id. */
static inline int leased(int holder, __u64 value, __u32 redelivered, __u64 *id)
{
	struct motet_msg msg;
	__u64 seen = 0;
	int ret = mt_lease_recv(holder, &msg, &seen, 0);

	*id = msg.id;
	if (ret)
		return ret;
	if (!(msg.flags & MOTET_MSG_LEASED))
		return 1;
	return seen == value && msg.redelivered == redelivered ? 0 : 2;
}

/* The same, without a lease. */
static inline int taken(int holder, __u64 value, __u32 redelivered)
{
	struct motet_msg msg = { 0 };
	__u64 seen = 0;
	int ret = mt_try_recv_msg(holder, &msg, &seen, sizeof(seen));

	if (ret)
		return ret;
	if (msg.flags & MOTET_MSG_LEASED)
		return 1;
	return seen == value && msg.redelivered == redelivered ? 0 : 2;
}

#endif /* LEASE_TEST_H */
