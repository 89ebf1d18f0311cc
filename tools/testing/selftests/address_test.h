/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A group of a few members, and messages of which one is to get each.
 */
#ifndef ADDRESS_TEST_H
#define ADDRESS_TEST_H

#include "kselftest_harness.h"
#include "group_test.h"

#define MEMBERS		3
#define ROOM		4

FIXTURE(address) {
	int actor;
	int group;
	struct motet_cap cap;
	int ports[MEMBERS];
	struct motet_id ids[MEMBERS];
};

/* A group of three members with room for four messages of each priority. */
FIXTURE_SETUP(address)
{
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->group = mt_group(self->actor, MOTET_ADDRESS_ANY, &self->cap);
	ASSERT_LE(0, self->group);
	for (i = 0; i < MEMBERS; i++) {
		self->ports[i] = mt_member(self->actor, &self->cap, ROOM,
					   &self->ids[i]);
		ASSERT_LE(0, self->ports[i]);
	}
}

FIXTURE_TEARDOWN(address)
{
}

/* Sends at once or not at all: the number of the member, or an error. */
#define TO(...)								\
	to_member(self->group, self->ids,				\
		  (struct motet_msg){ .flags = MOTET_MSG_DONTWAIT,	\
				      ##__VA_ARGS__ })

/* The same with other flags. */
#define FLAGS(bits, ...)						\
	to_member(self->group, self->ids,				\
		  (struct motet_msg){ .flags = (bits), ##__VA_ARGS__ })

static inline int to_member(int group, const struct motet_id *ids,
			    struct motet_msg msg)
{
	int i, ret = mt_to_group(group, &msg, 1);

	if (ret)
		return ret;
	if (msg.delivered != 1)
		return -EPROTO;
	for (i = 0; i < MEMBERS; i++)
		if (mt_id_equal(&msg.at, &ids[i]))
			return i;
	return -ERANGE;
}

static inline int receive(int port)
{
	return mt_try_recv(port, &(__u64){ 0 });
}

/* Fills a member, whoever else is in the group. */
static inline int fill(int actor, const struct motet_id *id)
{
	int sender = mt_sender(actor, id), ret;

	do {
		ret = mt_try_send(sender, 0, 0);
	} while (!ret);
	close(sender);
	return ret == -EAGAIN ? 0 : ret;
}

static inline int fill_all(int actor, const struct motet_id *ids)
{
	int i, ret = 0;

	for (i = 0; i < MEMBERS && !ret; i++)
		ret = fill(actor, &ids[i]);
	return ret;
}

#endif /* ADDRESS_TEST_H */
