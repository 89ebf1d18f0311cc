// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Owners and modes of ports, who may change them, and what they say to those
 * who open a port by name or by identifier.
 */
#include <sched.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "motet_test.h"
#include "peer.h"

FIXTURE(change) {
	int actor;
	int holder;
	struct motet_id id;
};

FIXTURE_SETUP(change)
{
	struct motet_port_create create = { .mode = 0700 };

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_create(self->actor, &create, "changed");
	ASSERT_LE(0, self->holder);
	self->id = create.id;
}

FIXTURE_TEARDOWN(change)
{
	peers_end();
	EXPECT_LE(0, mt_purge());
}

static int mode_to(int actor, const struct motet_id *id, __u32 mode)
{
	struct motet_port_change change = {
		.flags = MOTET_CHANGE_MODE, .mode = mode,
	};

	return mt_change(actor, id, &change);
}

static int owner_to(int actor, const struct motet_id *id, uid_t uid)
{
	struct motet_port_change change = {
		.flags = MOTET_CHANGE_UID, .uid = uid,
	};

	return mt_change(actor, id, &change);
}

static int group_to(int actor, const struct motet_id *id, gid_t gid)
{
	struct motet_port_change change = {
		.flags = MOTET_CHANGE_GID, .gid = gid,
	};

	return mt_change(actor, id, &change);
}

static int retention_to(int actor, const struct motet_id *id, __u64 retention)
{
	struct motet_port_change change = {
		.flags = MOTET_CHANGE_RETENTION, .retention = retention,
	};

	return mt_change(actor, id, &change);
}

TEST_F(change, fields)
{
	struct motet_port_change change;
	struct motet_port_status status;

	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0642));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(0642, status.mode);
	EXPECT_EQ(0, status.uid);
	EXPECT_EQ(0, status.gid);
	EXPECT_EQ(0, status.retention);
	EXPECT_EQ(0, owner_to(self->actor, &self->id, MT_USER_A));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(MT_USER_A, status.uid);
	EXPECT_EQ(0, status.gid);
	EXPECT_EQ(0, group_to(self->actor, &self->id, MT_USER_B));
	EXPECT_EQ(0, retention_to(self->actor, &self->id, 5 * MT_SECOND));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(MT_USER_B, status.gid);
	EXPECT_EQ(5 * MT_SECOND, status.retention);
	/* all of them at once */
	change = (struct motet_port_change){
		.flags = MOTET_CHANGE_MODE | MOTET_CHANGE_UID |
			 MOTET_CHANGE_GID | MOTET_CHANGE_RETENTION,
		.mode = 0111, .uid = 1, .gid = 2, .retention = 3,
	};
	EXPECT_EQ(0, mt_change(self->actor, &self->id, &change));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(0111, status.mode);
	EXPECT_EQ(1, status.uid);
	EXPECT_EQ(2, status.gid);
	EXPECT_EQ(3, status.retention);
	/* without one it ends with this process, before the next test */
	EXPECT_EQ(0, retention_to(self->actor, &self->id, 0));
}

TEST_F(change, bad_arguments)
{
	struct motet_port_change change = { 0 };
	struct motet_port_status status;
	struct motet_id id, group = self->id;
	__u32 mode;
	int anonymous;

	/* nothing to change */
	EXPECT_EQ(-EINVAL, mt_change(self->actor, &self->id, &change));
	for (mode = 01000; mode; mode <<= 1)
		EXPECT_EQ(-EINVAL, mode_to(self->actor, &self->id, mode));
	/* what is not to be changed is 0 */
	change = (struct motet_port_change){
		.flags = MOTET_CHANGE_MODE, .mode = 0777, .uid = 1,
	};
	EXPECT_EQ(-EINVAL, mt_change(self->actor, &self->id, &change));
	change.uid = 0;
	change.gid = 1;
	EXPECT_EQ(-EINVAL, mt_change(self->actor, &self->id, &change));
	change.gid = 0;
	change.retention = 1;
	EXPECT_EQ(-EINVAL, mt_change(self->actor, &self->id, &change));
	change = (struct motet_port_change){
		.flags = MOTET_CHANGE_UID, .mode = 1,
	};
	EXPECT_EQ(-EINVAL, mt_change(self->actor, &self->id, &change));
	EXPECT_EQ(-EINVAL, owner_to(self->actor, &self->id, -1));
	EXPECT_EQ(-EINVAL, group_to(self->actor, &self->id, -1));
	EXPECT_EQ(-EINVAL, retention_to(self->actor, &self->id,
					mt_param("retention_max") + 1));
	EXPECT_EQ(-EINVAL, retention_to(self->actor, &self->id, ~0ULL));
	anonymous = mt_port(self->actor, NULL, 1, &id);
	ASSERT_LE(0, anonymous);
	EXPECT_EQ(-EINVAL, retention_to(self->actor, &id, MT_SECOND));
	id.bytes[8] ^= 1;
	EXPECT_EQ(-ESRCH, mode_to(self->actor, &id, 0777));
	group.bytes[0] = MOTET_CLASS_GROUP;
	EXPECT_EQ(-ESRCH, mode_to(self->actor, &group, 0777));
	/* an error of one field changes none */
	change = (struct motet_port_change){
		.flags = MOTET_CHANGE_MODE | MOTET_CHANGE_UID,
		.mode = 0777, .uid = -1,
	};
	EXPECT_EQ(-EINVAL, mt_change(self->actor, &self->id, &change));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(0700, status.mode);
	EXPECT_EQ(0, status.uid);
	EXPECT_EQ(0, status.retention);
	EXPECT_EQ(-ENOTTY, mode_to(self->holder, &self->id, 0777));
}

/* Becomes the user, and says how each way to open the port ends. */
static int opens(uid_t uid, const struct motet_id *id, int sending,
		 int standing_by)
{
	pid_t pid = mt_fork();
	int actor;

	if (pid)
		return mt_wait(pid);
	if (mt_become(uid))
		_exit(1);
	actor = mt_actor();
	if (sending ? mt_sender(actor, id) != sending :
	    mt_sender(actor, id) < 0)
		_exit(2);
	if (sending ? mt_open(actor, MOTET_ROLE_SENDER, "changed", NULL) !=
	    sending : mt_open(actor, MOTET_ROLE_SENDER, "changed", NULL) < 0)
		_exit(3);
	if (standing_by ? mt_open_id(actor, MOTET_ROLE_STANDBY, id) !=
	    standing_by : mt_open_id(actor, MOTET_ROLE_STANDBY, id) < 0)
		_exit(4);
	_exit(0);
}

TEST_F(change, mode_counts_when_a_handle_is_opened)
{
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, -EACCES, -EACCES));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0702));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, 0, -EACCES));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0704));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, -EACCES, 0));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0701));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, -EACCES, -EACCES));
	/* the group's bits are for the group, and only they */
	EXPECT_EQ(0, group_to(self->actor, &self->id, MT_USER_A));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0720));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, 0, -EACCES));
	EXPECT_EQ(0, opens(MT_USER_B, &self->id, -EACCES, -EACCES));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0702));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, -EACCES, -EACCES));
	EXPECT_EQ(0, opens(MT_USER_B, &self->id, 0, -EACCES));
	/* and the owner's for the owner */
	EXPECT_EQ(0, owner_to(self->actor, &self->id, MT_USER_B));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0600));
	EXPECT_EQ(0, opens(MT_USER_B, &self->id, 0, 0));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, -EACCES, -EACCES));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0066));
	EXPECT_EQ(0, opens(MT_USER_B, &self->id, -EACCES, -EACCES));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, 0, 0));
}

/* What is open stays open. */
TEST_F(change, open_handles_stay)
{
	struct peer *peer = peer_new();
	int sender;

	EXPECT_EQ(0, peer_do(peer, MT_USER_A, PEER_USER));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0702));
	sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0));
	EXPECT_EQ(-EACCES, peer_open(peer, MOTET_ROLE_SENDER, &self->id));
	EXPECT_EQ(0, peer_send(peer, sender, 0, 5));
	EXPECT_EQ(0, mt_try_recv(self->holder, &(__u64){ 0 }));
}

/* The owner changes it, and gives it away; the holder needn't be. */
TEST_F(change, only_the_owner)
{
	struct motet_port_change change;
	struct peer *a = peer_new(), *b = peer_new();
	int fd;

	EXPECT_EQ(0, peer_do(a, MT_USER_A, PEER_USER));
	EXPECT_EQ(0, peer_do(b, MT_USER_B, PEER_USER));
	change = MT(motet_port_change, .flags = MOTET_CHANGE_MODE,
		    .mode = 0777, .id = self->id);
	a->arg.change = change;
	EXPECT_EQ(-EPERM, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	/* all the bits there are don't help */
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0777));
	EXPECT_EQ(-EPERM, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	EXPECT_EQ(0, group_to(self->actor, &self->id, MT_USER_A));
	EXPECT_EQ(-EPERM, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	EXPECT_EQ(0, owner_to(self->actor, &self->id, MT_USER_A));
	EXPECT_EQ(0, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	a->arg.change.mode = 0;
	EXPECT_EQ(0, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	/* given away, and not got back */
	a->arg.change = MT(motet_port_change, .flags = MOTET_CHANGE_UID,
			   .uid = MT_USER_B, .id = self->id);
	EXPECT_EQ(0, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	EXPECT_EQ(-EPERM, peer_do(a, a->actor, MOTET_IOC_PORT_CHANGE));
	b->arg.change = change;
	EXPECT_EQ(0, peer_do(b, b->actor, MOTET_IOC_PORT_CHANGE));
	fd = peer_open(b, MOTET_ROLE_SENDER, &self->id);
	ASSERT_LE(0, fd);
}

/* One's own actor, and in one's own process. */
TEST_F(change, by_the_process_of_the_actor)
{
	pid_t pid = mt_fork();

	if (pid == 0) {
		EXPECT_EQ(-EPERM, mode_to(self->actor, &self->id, 0777));
		EXPECT_EQ(0, mode_to(mt_actor(), &self->id, 0777));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

/* Root of another user namespace is nobody here, but an owner is one. */
TEST_F(change, user_namespaces)
{
	struct motet_port_status status;
	struct motet_id id;
	pid_t pid;

	pid = mt_fork();
	if (pid == 0) {
		int actor, holder;

		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(0, mt_user_namespace(MT_USER_A));
		actor = mt_actor();
		EXPECT_EQ(-EPERM, mode_to(actor, &self->id, 0777));
		holder = mt_port(actor, NULL, 1, &id);
		ASSERT_LE(0, holder);
		EXPECT_EQ(0, mt_status(holder, &status));
		EXPECT_EQ(0, status.uid);
		EXPECT_EQ(0, status.gid);
		EXPECT_EQ(0, mode_to(actor, &id, 0700));
		/* users who have no number there */
		EXPECT_EQ(-EINVAL, owner_to(actor, &id, MT_USER_A));
		EXPECT_EQ(-EINVAL, group_to(actor, &id, 1));
		EXPECT_EQ(0, owner_to(actor, &id, 0));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	/* with a network of its own it is somebody, in that */
	pid = mt_fork();
	if (pid == 0) {
		int actor, holder;

		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(0, mt_user_namespace(MT_USER_A));
		EXPECT_EQ(0, unshare(CLONE_NEWNET));
		actor = mt_actor();
		holder = mt_port(actor, NULL, 1, &id);
		ASSERT_LE(0, holder);
		EXPECT_EQ(-ESRCH, mode_to(actor, &self->id, 0777));
		EXPECT_EQ(0, mode_to(actor, &id, 0));
		EXPECT_LE(0, mt_sender(actor, &id));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_status(self->holder, &status));
	EXPECT_EQ(0700, status.mode);
}

/* Those of other namespaces have no number here. */
TEST_F(change, status_in_another_namespace)
{
	struct motet_port_status status;
	pid_t pid = mt_fork();

	if (pid == 0) {
		EXPECT_EQ(0, mt_user_namespace(0));
		EXPECT_EQ(0, mt_status(self->holder, &status));
		EXPECT_EQ(0, status.uid);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, owner_to(self->actor, &self->id, MT_USER_A));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_user_namespace(0));
		EXPECT_EQ(0, mt_status(self->holder, &status));
		/* the overflow user */
		EXPECT_EQ(65534, status.uid);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

/* From the next time that nobody holds it. */
TEST_F(change, retention)
{
	int sender = mt_sender(self->actor, &self->id);
	struct motet_port_status status;
	int holder;

	EXPECT_EQ(0, retention_to(self->actor, &self->id, 300 * MT_SECOND));
	close(self->holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	/* now it is another, but not yet */
	EXPECT_EQ(0, retention_to(self->actor, &self->id, 1));
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(0, mt_status(sender, &status));
	EXPECT_EQ(MOTET_PORT_STATE_RETAINED, status.state);
	EXPECT_EQ(1, status.retention);
	holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "changed", NULL);
	ASSERT_LE(0, holder);
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
}

TEST_F(change, no_retention_any_more)
{
	int sender = mt_sender(self->actor, &self->id);

	EXPECT_EQ(0, retention_to(self->actor, &self->id, 300 * MT_SECOND));
	EXPECT_EQ(0, retention_to(self->actor, &self->id, 0));
	close(self->holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
}

/* Whoever paid for it goes on paying. */
TEST_F(change, charge_stays)
{
	struct mt_attrs before, after;

	EXPECT_EQ(0, mt_user_get(0, &before));
	EXPECT_EQ(0, owner_to(self->actor, &self->id, MT_USER_A));
	EXPECT_EQ(0, mt_user_get(0, &after));
	EXPECT_EQ(mt_attr_number(&before, MOTET_A_USER_PORTS),
		  mt_attr_number(&after, MOTET_A_USER_PORTS));
	EXPECT_EQ(mt_attr_number(&before, MOTET_A_USER_BYTES),
		  mt_attr_number(&after, MOTET_A_USER_BYTES));
}

/* Names are looked up by who has any right, and taken away by who may. */
TEST_F(change, names)
{
	pid_t pid;

	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0701));
	pid = mt_fork();
	if (pid == 0) {
		int actor;

		EXPECT_EQ(0, mt_become(MT_USER_A));
		actor = mt_actor();
		EXPECT_EQ(0, mt_lookup(actor, "changed", NULL));
		EXPECT_EQ(0, mt_unlink(actor, "changed"));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "changed", NULL));
	/* it is anonymous now */
	EXPECT_EQ(-EINVAL, retention_to(self->actor, &self->id, MT_SECOND));
	EXPECT_EQ(0, mode_to(self->actor, &self->id, 0777));
}

/* Default ports have an owner and a mode as others have. */
TEST_F(change, default_port)
{
	struct motet_port_status status;
	struct motet_info info;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_EQ(0, mode_to(self->actor, &info.port, 0700));
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_EQ(0700, status.mode);
	EXPECT_EQ(-EINVAL, retention_to(self->actor, &info.port, MT_SECOND));
	EXPECT_EQ(0, opens(MT_USER_A, &self->id, -EACCES, -EACCES));
}

/* Changed and opened at the same time, again and again. */
TEST_F_TIMEOUT(change, while_it_is_opened, 600)
{
	unsigned int rounds = mt_rounds(25) * 40, i;
	int actor, sender;
	pid_t pid = mt_fork();

	if (pid == 0) {
		if (mt_become(MT_USER_A))
			_exit(1);
		actor = mt_actor();
		for (i = 0; i < rounds; i++) {
			sender = mt_sender(actor, &self->id);
			if (sender < 0 && sender != -EACCES)
				_exit(2);
			if (sender >= 0)
				close(sender);
		}
		_exit(0);
	}
	for (i = 0; i < rounds; i++)
		EXPECT_EQ(0, mode_to(self->actor, &self->id,
				     i % 2 ? 0700 : 0702));
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_HARNESS_MAIN
