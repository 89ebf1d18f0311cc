/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port with little room, and what fills it.
 */
#ifndef QUEUE_TEST_H
#define QUEUE_TEST_H

#include "kselftest_harness.h"
#include "motet_test.h"

#define BOUND		4
#define BYTES		1000

FIXTURE(queue) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
};

/* BOUND messages and BYTES bytes in each priority */
FIXTURE_SETUP(queue)
{
	struct motet_port_create create = { .mode = 0777 };
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		create.limits[i].messages = BOUND;
		create.limits[i].bytes = BYTES;
	}
	self->holder = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, self->holder);
	self->id = create.id;
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(queue)
{
}

static char bytes[BYTES + 1];

static inline int try_bytes(int sender, __u32 priority, __u32 len)
{
	return mt_send_flags(sender, MOTET_MSG_DONTWAIT, priority, bytes, len);
}

static inline int take(int holder)
{
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(holder, &msg, bytes, sizeof(bytes));
}

static inline int fill(int sender, __u32 priority)
{
	__u64 i;

	for (i = 0; i < BOUND; i++)
		if (mt_try_send(sender, priority, i))
			return -1;
	return 0;
}

/* A child that sends @value and exits with 0 if that worked. */
static inline pid_t sender_process(int sender, __u64 value)
{
	pid_t pid = mt_fork();

	if (pid == 0)
		_exit(-mt_send(sender, 0, value));
	return pid;
}

#endif /* QUEUE_TEST_H */
