// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks whose owners die, and the orphans that they leave.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "lock_test.h"

FIXTURE(death) {
	int actor;
	__u64 opening;
	struct peer *peer;
	__u64 of_peer;
};

/* An actor of the test, and a peer, have the same lock open. */
FIXTURE_SETUP(death)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_EQ(0, mt_lock_new(self->actor, "death", &self->opening));
	self->peer = peer_new();
	ASSERT_NE(NULL, self->peer);
	ASSERT_EQ(0, peer_lock_open(self->peer, "death", &self->of_peer));
}

FIXTURE_TEARDOWN(death)
{
	peers_end();
	close(self->actor);
	EXPECT_LE(0, mt_purge());
}

/* The result of an asynchronous request, or a negative errno. */
static int result(int actor, __u64 lock_id)
{
	struct motet_lock_result told;
	int ret = mt_lock_result(actor, &told);

	if (ret != 1 || told.lock_id != lock_id)
		return ret < 0 ? ret : -EPROTO;
	return -(int)told.error;
}

static int die_by_kill(struct peer *peer)
{
	return peer_kill(peer) == SIGKILL ? 0 : -EPROTO;
}

static int die_by_exit(struct peer *peer)
{
	return peer_exit(peer, 3) == 3 << 8 ? 0 : -EPROTO;
}

static int die_by_exec(struct peer *peer)
{
	return peer_exec(peer);
}

/* A child goes on with the file, and has no right to it. */
static int die_forked(struct peer *peer)
{
	int ret = peer_do(peer, 0, PEER_FORK);

	return ret < 0 ? ret : die_by_kill(peer);
}

static int die_by_close(struct peer *peer)
{
	return peer_close(peer, peer->actor);
}

static const struct {
	const char *name;
	int (*die)(struct peer *peer);
} deaths[] = {
	{ "killed", die_by_kill },
	{ "exited", die_by_exit },
	{ "another program", die_by_exec },
	{ "a child has the file", die_forked },
	{ "closed", die_by_close },
};

FIXTURE_VARIANT(death) {
	unsigned int death;
};

FIXTURE_VARIANT_ADD(death, killed)
{
	.death = 0,
};

FIXTURE_VARIANT_ADD(death, exited)
{
	.death = 1,
};

FIXTURE_VARIANT_ADD(death, exec)
{
	.death = 2,
};

FIXTURE_VARIANT_ADD(death, forked)
{
	.death = 3,
};

FIXTURE_VARIANT_ADD(death, closed)
{
	.death = 4,
};

TEST_F(death, passes_on)
{
	EXPECT_EQ(0, peer_lock(self->peer, self->of_peer, 1, EXCLUSIVE, 0));
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 1, EXCLUSIVE, ASYNC));
	EXPECT_TRUE(mt_not_told(self->actor));
	EXPECT_EQ(0, deaths[variant->death].die(self->peer));
	EXPECT_EQ(0, result(self->actor, 1));
	EXPECT_EQ(0, mt_until_openings(self->actor, self->opening, 1));
}

TEST_F(death, of_one_who_waits)
{
	__u64 second;

	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 1, SHARED, 0));
	EXPECT_EQ(0, peer_lock(self->peer, self->of_peer, 1, EXCLUSIVE, ASYNC));
	ASSERT_EQ(0, mt_lock_new(self->actor, "death", &second));
	EXPECT_EQ(0, mt_lock(self->actor, second, 2, SHARED, ASYNC));
	EXPECT_TRUE(mt_not_told(self->actor));
	EXPECT_EQ(0, deaths[variant->death].die(self->peer));
	EXPECT_EQ(0, result(self->actor, 2));
	EXPECT_EQ(0, mt_until_waiting(self->actor, self->opening, 0));
}

TEST_F(death, leaves_an_orphan)
{
	struct motet_lock_status status;

	EXPECT_EQ(0, peer_lock(self->peer, self->of_peer, 1, EXCLUSIVE,
			       ORPHAN));
	/* one who would wait for an owner, but not for an orphan */
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 1, SHARED,
			     ASYNC | ORPHAN));
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 2, SHARED, ASYNC));
	EXPECT_EQ(0, deaths[variant->death].die(self->peer));
	EXPECT_EQ(-ENOTRECOVERABLE, result(self->actor, 1));
	ASSERT_EQ(0, mt_until_openings(self->actor, self->opening, 1));
	ASSERT_EQ(0, mt_lock_status(self->actor, self->opening, &status));
	EXPECT_EQ(1, status.orphans);
	EXPECT_EQ(1, status.exclusive);
	EXPECT_EQ(1, status.waiting);
	/* not queuing comes before orphans */
	EXPECT_EQ(-EAGAIN, mt_lock(self->actor, self->opening, 3, SHARED,
				   NO_QUEUE | ORPHAN));
	EXPECT_EQ(-ENOTRECOVERABLE, mt_lock(self->actor, self->opening, 3,
					    SHARED, ORPHAN));
	EXPECT_EQ(-ETIMEDOUT, mt_lock_until(self->actor, self->opening, 3,
					    SHARED, mt_after(20 * MT_MS)));
	EXPECT_TRUE(mt_not_told(self->actor));
	EXPECT_EQ(1, mt_lock_purge(self->actor, self->opening));
	EXPECT_EQ(0, result(self->actor, 2));
	EXPECT_EQ(0, mt_lock_purge(self->actor, self->opening));
}

TEST_F(death, orphan_without_an_opening)
{
	__u64 opening;

	EXPECT_EQ(0, peer_lock(self->peer, self->of_peer, 1, SHARED, ORPHAN));
	EXPECT_EQ(0, peer_lock(self->peer, self->of_peer, 2, SHARED, ORPHAN));
	EXPECT_EQ(0, deaths[variant->death].die(self->peer));
	ASSERT_EQ(0, mt_until_openings(self->actor, self->opening, 1));
	EXPECT_EQ(0, mt_lock_close(self->actor, self->opening));
	/* the lock is still there, and what is compatible is granted */
	ASSERT_EQ(0, mt_lock_open(self->actor, 0, "death", &opening));
	EXPECT_EQ(0, mt_lock(self->actor, opening, 1, SHARED, ORPHAN));
	EXPECT_EQ(-ENOTRECOVERABLE, mt_lock(self->actor, opening, 2, EXCLUSIVE,
					    ORPHAN));
	EXPECT_EQ(0, mt_unlock(self->actor, opening, 1));
	EXPECT_EQ(2, mt_lock_purge(self->actor, opening));
	EXPECT_EQ(0, mt_lock(self->actor, opening, 2, EXCLUSIVE, ORPHAN));
	EXPECT_EQ(0, mt_unlock(self->actor, opening, 2));
	EXPECT_EQ(0, mt_lock_close(self->actor, opening));
	EXPECT_EQ(-ENOENT, mt_lock_open(self->actor, 0, "death", &opening));
}

TEST_F(death, purged_by_an_administrator)
{
	__u64 opening;

	EXPECT_EQ(0, peer_lock(self->peer, self->of_peer, 1, EXCLUSIVE,
			       ORPHAN));
	EXPECT_EQ(0, deaths[variant->death].die(self->peer));
	ASSERT_EQ(0, mt_until_openings(self->actor, self->opening, 1));
	EXPECT_EQ(0, mt_lock_close(self->actor, self->opening));
	EXPECT_LE(1, mt_purge());
	EXPECT_EQ(-ENOENT, mt_lock_open(self->actor, 0, "death", &opening));
}

/* Closing what became an orphan by closing, in a process that lives on. */
TEST(orphan_of_a_living_owner)
{
	struct motet_lock_status status;
	int actor = mt_actor();
	__u64 one, two;

	ASSERT_EQ(0, mt_lock_new(actor, "living", &one));
	ASSERT_EQ(0, mt_lock_new(actor, "living", &two));
	EXPECT_EQ(0, mt_lock(actor, one, 1, EXCLUSIVE, ORPHAN | ASYNC));
	EXPECT_EQ(0, mt_lock_close(actor, one));
	/* what was unread is still told */
	EXPECT_EQ(0, result(actor, 1));
	ASSERT_EQ(0, mt_lock_status(actor, two, &status));
	EXPECT_EQ(1, status.orphans);
	/* it does not hold the lock any more: neither a circle nor a double */
	EXPECT_EQ(-ETIMEDOUT, mt_lock_until(actor, two, 1, EXCLUSIVE,
					    mt_after(20 * MT_MS)));
	EXPECT_EQ(-ENOENT, mt_unlock(actor, two, 1));
	EXPECT_EQ(1, mt_lock_purge(actor, two));
	EXPECT_EQ(0, mt_lock(actor, two, 1, EXCLUSIVE, 0));
	close(actor);
}

/*
 * A child that holds many locks, and sleeps in a request, is killed at any
 * moment; when it is gone nothing of it is left.
 */
static void hold_and_sleep(int round)
{
	__u64 openings[20], common;
	int actor = mt_actor();
	char name[32];
	unsigned int i;

	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		if (mt_lock_new(actor, name, &openings[i]) ||
		    mt_lock(actor, openings[i], i, SHARED, 0))
			_exit(1);
	}
	if (mt_lock_new(actor, "common", &common))
		_exit(2);
	for (;;) {
		if (mt_lock(actor, common, round, EXCLUSIVE, 0) ||
		    mt_unlock(actor, common, round))
			_exit(3);
	}
}

TEST(killed_at_any_moment)
{
	unsigned int rounds = mt_rounds(200), i, j;
	int actor = mt_actor(), status;
	__u64 openings[20], common;
	pid_t pids[3];
	char name[32];

	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		ASSERT_EQ(0, mt_lock_new(actor, name, &openings[i]));
	}
	ASSERT_EQ(0, mt_lock_new(actor, "common", &common));
	for (i = 0; i < rounds; i++) {
		for (j = 0; j < 3; j++) {
			pids[j] = mt_fork();
			if (!pids[j])
				hold_and_sleep(i);
		}
		/* it goes on as long as one of them lives */
		for (j = 0; j < 3; j++) {
			ASSERT_EQ(0, mt_lock_until(actor, common, 1, EXCLUSIVE,
						   mt_after(MT_SOON)));
			ASSERT_EQ(0, mt_unlock(actor, common, 1));
			status = mt_kill(pids[j]);
			ASSERT_EQ(1000 + SIGKILL, status);
		}
		for (j = 0; j < 20; j++) {
			ASSERT_EQ(0, mt_lock_until(actor, openings[j], 1,
						   EXCLUSIVE,
						   mt_after(MT_SOON)));
			ASSERT_EQ(0, mt_unlock(actor, openings[j], 1));
			ASSERT_EQ(0, mt_until_openings(actor, openings[j], 1));
		}
	}
	close(actor);
	EXPECT_EQ(0, mt_purge());
}

TEST_HARNESS_MAIN
