/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of work groups share: a group, ports, and jobs.
 */
#ifndef WORK_TEST_H
#define WORK_TEST_H

#include <errno.h>

#include "kselftest_harness.h"
#include "group_test.h"

#define BACKLOG		8
#define CLASS		5

FIXTURE(work) {
	int actor;
	int group;
	int dead_letter;
	struct motet_cap cap;
	int ports[3];
	struct motet_id ids[3];
};

/*
 * A work group with room for eight jobs of each priority, one member at a time
 * for the class 5, and two redeliveries; and three ports that are no members.
 */
FIXTURE_SETUP(work)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_WORK,
		.redeliveries_max = 2, .class_members[CLASS] = 1,
	};
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->dead_letter = mt_port(self->actor, NULL, 64,
				    &create.dead_letter);
	ASSERT_LE(0, self->dead_letter);
	for (i = 0; i < MOTET_PRIORITIES; i++)
		create.limits[i].messages = BACKLOG;
	self->group = mt_group_create(self->actor, &create, NULL);
	ASSERT_LE(0, self->group);
	self->cap = create.cap;
	for (i = 0; i < 3; i++)
		self->ports[i] = mt_port(self->actor, NULL, 4, &self->ids[i]);
}

FIXTURE_TEARDOWN(work)
{
}

/* Sends a job at once or not at all. */
static inline int job(int group, __u64 value)
{
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };

	return mt_to_group(group, &msg, value);
}

static inline int class_job(int group, __u32 job_class, __u64 value)
{
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT,
				 .job_class = job_class };

	return mt_to_group(group, &msg, value);
}

/* The next job, under a lease: its value, or an error. */
static inline int lease(int port, struct motet_msg *msg)
{
	__u64 value = 0;
	int ret = mt_soon_msg(port, msg, MOTET_MSG_LEASE, &value);

	if (ret)
		return ret;
	return msg->flags & MOTET_MSG_LEASED ? (int)value : -EPROTO;
}

static inline int done(int port, const struct motet_msg *msg)
{
	return mt_lease_op(port, MOTET_LEASE_ACKNOWLEDGE, msg->id);
}

static inline int give_back(int port, const struct motet_msg *msg)
{
	return mt_lease_op(port, MOTET_LEASE_GIVE_BACK, msg->id);
}

/* Until so many members are idle, jobs wait, and jobs are with members. */
static inline int until(int group, __u32 idle, __u32 backlog, __u32 leased)
{
	struct motet_group_status status = { 0 };
	__u64 end = mt_after(MT_SOON);
	int ret;

	do {
		ret = mt_group_status(group, &status);
		if (ret || (status.idle == idle && status.leased == leased &&
			    status.backlog == backlog))
			return ret;
		mt_breathe();
	} while (mt_now() < end);
	return status.idle << 16 | status.backlog << 8 | status.leased;
}

#endif /* WORK_TEST_H */
