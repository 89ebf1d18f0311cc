// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks over netlink: shown, told of, purged; and when their namespace ends.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "lock_test.h"

FIXTURE(lock_netlink) {
	struct mt_nl nl;
	struct mt_dump *dump;
	int actor;
	__u64 opening;
	struct motet_lock_status status;
};

/* A lock with an identifier in its status */
FIXTURE_SETUP(lock_netlink)
{
	ASSERT_EQ(0, mt_nl_open(&self->nl));
	self->dump = calloc(1, sizeof(*self->dump));
	ASSERT_NE(NULL, self->dump);
	self->actor = mt_actor();
	ASSERT_EQ(0, mt_lock_new(self->actor, "netlink", &self->opening));
	ASSERT_EQ(0, mt_lock_status(self->actor, self->opening,
				    &self->status));
}

FIXTURE_TEARDOWN(lock_netlink)
{
	close(self->actor);
	mt_nl_close(&self->nl);
	free(self->dump);
	EXPECT_LE(0, mt_purge());
}

static int ask(struct mt_nl *nl, __u8 cmd, const struct motet_id *id,
	       const char *name, struct mt_attrs *answer)
{
	struct mt_attrs request = { 0 };

	if (id)
		mt_attr_add(&request, MOTET_A_LOCK_ID, id, sizeof(*id));
	if (name)
		mt_attr_add(&request, MOTET_A_LOCK_NAME, name, strlen(name));
	return mt_nl_do(nl, cmd, &request, answer);
}

static int dump_requests(struct mt_nl *nl, const struct motet_id *lock,
			 struct mt_dump *dump)
{
	struct mt_attrs request = { 0 };

	mt_attr_add(&request, MOTET_A_LOCK_REQUEST_LOCK, lock, sizeof(*lock));
	return mt_nl_dump_of(nl, MOTET_CMD_LOCK_REQUEST_GET, &request, dump);
}

TEST_F(lock_netlink, get)
{
	struct mt_attrs answer;
	size_t len;

	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 1, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 2, SHARED, ASYNC));
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 3, EXCLUSIVE, ASYNC));
	EXPECT_EQ(-EAGAIN, mt_lock(self->actor, self->opening, 4, SHARED,
				   NO_QUEUE));
	EXPECT_EQ(-EDEADLK, mt_lock(self->actor, self->opening, 4, SHARED, 0));
	EXPECT_EQ(-ETIMEDOUT, mt_lock_until(self->actor, self->opening, 4,
					    SHARED, 1));
	ASSERT_EQ(0, ask(&self->nl, MOTET_CMD_LOCK_GET, NULL, "netlink",
			 &answer));
	EXPECT_TRUE(mt_id_equal(&self->status.id,
				mt_attr(&answer, MOTET_A_LOCK_ID, NULL)));
	EXPECT_EQ(0, memcmp("netlink", mt_attr(&answer, MOTET_A_LOCK_NAME,
					       &len), 7));
	EXPECT_EQ(7, len);
	EXPECT_EQ(geteuid(), mt_attr_number(&answer, MOTET_A_LOCK_UID));
	EXPECT_EQ(0777, mt_attr_number(&answer, MOTET_A_LOCK_MODE));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_OPENINGS));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_LOCK_SHARED));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_LOCK_EXCLUSIVE));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_LOCK_ORPHANS));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_WAITING));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_WAITING_PEAK));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_LOCK_GRANTED));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_QUEUED));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_REFUSED));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_TIMEOUTS));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_LOCK_DEADLOCKS));
	EXPECT_EQ(0, ask(&self->nl, MOTET_CMD_LOCK_GET, &self->status.id, NULL,
			 &answer));
	EXPECT_EQ(-ENOENT, ask(&self->nl, MOTET_CMD_LOCK_GET, NULL, "none",
			       &answer));
	EXPECT_EQ(-EINVAL, ask(&self->nl, MOTET_CMD_LOCK_GET, NULL, NULL,
			       &answer));
}

TEST_F(lock_netlink, requests)
{
	struct mt_attrs attrs;
	struct motet_id id;
	__u64 lock_id;
	__u32 i;

	ASSERT_EQ(0, mt_actor_id(self->actor, &id));
	for (i = 0; i < 500; i++)
		ASSERT_EQ(0, mt_lock(self->actor, self->opening, i, SHARED, 0));
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, i, EXCLUSIVE, ASYNC));
	ASSERT_EQ(0, dump_requests(&self->nl, &self->status.id, self->dump));
	EXPECT_EQ(501, self->dump->count);
	lock_id = 500;
	ASSERT_EQ(1, mt_dump_find(self->dump, MOTET_A_LOCK_REQUEST_LOCK_ID,
				  &lock_id, 8, &attrs));
	EXPECT_EQ(MOTET_LOCK_WAITING,
		  mt_attr_number(&attrs, MOTET_A_LOCK_REQUEST_STATE));
	EXPECT_EQ(EXCLUSIVE, mt_attr_number(&attrs, MOTET_A_LOCK_REQUEST_MODE));
	EXPECT_EQ(NULL, mt_attr(&attrs, MOTET_A_LOCK_REQUEST_SLEEPING, NULL));
	lock_id = 0;
	ASSERT_EQ(1, mt_dump_find(self->dump, MOTET_A_LOCK_REQUEST_LOCK_ID,
				  &lock_id, 8, &attrs));
	EXPECT_EQ(MOTET_LOCK_GRANTED,
		  mt_attr_number(&attrs, MOTET_A_LOCK_REQUEST_STATE));
	EXPECT_EQ(getpid(), mt_attr_number(&attrs, MOTET_A_LOCK_REQUEST_PID));
	EXPECT_TRUE(mt_id_equal(&id, mt_attr(&attrs, MOTET_A_LOCK_REQUEST_ACTOR,
					     NULL)));
	EXPECT_GE(mt_now(), mt_attr_number(&attrs,
					   MOTET_A_LOCK_REQUEST_SINCE));
	EXPECT_EQ(-ESRCH, dump_requests(&self->nl, &id, self->dump));
	EXPECT_EQ(-EINVAL, mt_nl_dump(&self->nl, MOTET_CMD_LOCK_REQUEST_GET,
				      self->dump));
}

/* Only who asked for a lock and the owner of the lock know who that was. */
static int sees_who(const struct motet_id *lock, uid_t uid)
{
	static struct mt_dump dump;
	struct mt_attrs attrs;
	__u32 offset = 0;
	struct mt_nl nl;
	pid_t pid = mt_fork();

	if (pid)
		return mt_wait(pid);
	if (mt_become(uid) || mt_nl_open(&nl) ||
	    dump_requests(&nl, lock, &dump) ||
	    !mt_dump_next(&dump, &offset, &attrs))
		_exit(2);
	_exit(!!mt_attr(&attrs, MOTET_A_LOCK_REQUEST_ACTOR, NULL));
}

TEST_F(lock_netlink, owner_sees_who)
{
	struct peer *owner = peer_new();
	__u64 opening;

	ASSERT_EQ(0, peer_do(owner, MT_USER_A, PEER_USER));
	ASSERT_EQ(0, peer_lock_open(owner, "owned", &opening));
	ASSERT_EQ(0, mt_lock_open(self->actor, 0, "owned", &opening));
	ASSERT_EQ(0, mt_lock(self->actor, opening, 1, SHARED, 0));
	ASSERT_EQ(0, mt_lock_status(self->actor, opening, &self->status));
	EXPECT_EQ(1, sees_who(&self->status.id, 0));
	EXPECT_EQ(1, sees_who(&self->status.id, MT_USER_A));
	EXPECT_EQ(0, sees_who(&self->status.id, MT_USER_B));
	peers_end();
}

TEST_F(lock_netlink, events)
{
	struct mt_attrs event;
	__u64 sequence, opening;
	struct mt_nl listener;

	ASSERT_EQ(0, mt_nl_open(&listener));
	ASSERT_EQ(0, mt_nl_listen(&listener));
	ASSERT_EQ(0, mt_lock_new(self->actor, "event", &opening));
	ASSERT_EQ(0, mt_nl_event(&listener, 20000, &event));
	EXPECT_EQ(MOTET_CMD_LOCK_CREATE_NTF, event.cmd);
	EXPECT_EQ(0, memcmp("event", mt_attr(&event, MOTET_A_LOCK_NAME, NULL),
			    5));
	sequence = mt_attr_number(&event, MOTET_A_LOCK_SEQUENCE);
	EXPECT_EQ(0, mt_lock(self->actor, opening, 1, EXCLUSIVE, 0));
	EXPECT_EQ(0, mt_lock_close(self->actor, opening));
	ASSERT_EQ(0, mt_nl_event(&listener, 20000, &event));
	EXPECT_EQ(MOTET_CMD_LOCK_DELETE_NTF, event.cmd);
	EXPECT_EQ(sequence + 1, mt_attr_number(&event, MOTET_A_LOCK_SEQUENCE));
	EXPECT_EQ(1, mt_attr_number(&event, MOTET_A_LOCK_GRANTED));
	mt_nl_close(&listener);
}

TEST_F(lock_netlink, purge)
{
	struct mt_attrs answer;
	pid_t pid;

	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 1, SHARED, ORPHAN));
	EXPECT_EQ(0, mt_lock(self->actor, self->opening, 2, SHARED, ORPHAN));
	ASSERT_EQ(0, ask(&self->nl, MOTET_CMD_LOCK_PURGE, NULL, "netlink",
			 &answer));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_LOCK_PURGED));
	EXPECT_EQ(0, mt_lock_close(self->actor, self->opening));
	pid = mt_fork();
	if (!pid) {
		mt_become(MT_USER_A);
		if (mt_nl_open(&self->nl))
			_exit(1);
		_exit(-ask(&self->nl, MOTET_CMD_LOCK_PURGE, NULL, "netlink",
			   &answer));
	}
	EXPECT_EQ(EPERM, mt_wait(pid));
	ASSERT_EQ(0, ask(&self->nl, MOTET_CMD_LOCK_PURGE, NULL, "netlink",
			 &answer));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_LOCK_PURGED));
	/* nobody had it open */
	EXPECT_EQ(-ENOENT, ask(&self->nl, MOTET_CMD_LOCK_PURGE, NULL,
			       "netlink", &answer));
}

/* What orphans keep goes with its namespace, and nothing warns of it. */
TEST(namespace_ends)
{
	unsigned int rounds = mt_rounds(20), i;
	__u64 opening;
	pid_t pid;
	int actor;

	for (i = 0; i < rounds; i++) {
		pid = mt_fork();
		if (!pid) {
			if (unshare(CLONE_NEWNET))
				_exit(1);
			actor = mt_actor();
			if (mt_lock_open(actor, 0, "netlink", &opening) !=
			    -ENOENT)
				_exit(2);
			if (mt_lock_new(actor, "netlink", &opening) ||
			    mt_lock(actor, opening, 1, EXCLUSIVE, ORPHAN) ||
			    mt_lock(actor, opening, 2, SHARED, ASYNC))
				_exit(3);
			_exit(0);
		}
		EXPECT_EQ(0, mt_wait(pid));
	}
}

TEST_HARNESS_MAIN
