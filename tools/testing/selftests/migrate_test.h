/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port that one peer holds and another is to have.
 */
#ifndef MIGRATE_TEST_H
#define MIGRATE_TEST_H

#include "kselftest_harness.h"
#include "motet_test.h"
#include "peer.h"

#define BOUND		8

/* The test sends; one peer holds the port, and another is to have it. */
FIXTURE(migrate) {
	int actor;
	int sender;
	struct motet_id id;
	struct peer *from;
	int holder;
	struct peer *to;
};

FIXTURE_SETUP(migrate)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->from = peer_new();
	self->to = peer_new();
	self->holder = peer_port(self->from, NULL, BOUND, 0, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(migrate)
{
	peers_end();
	EXPECT_LE(0, mt_purge());
}

#endif /* MIGRATE_TEST_H */
