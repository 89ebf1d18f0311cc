// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits of groups: reached, refused with their error, and free again.
 */
#include "kselftest_harness.h"
#include "group_test.h"

static __u32 members(int group)
{
	struct motet_group_status status;

	return mt_group_status(group, &status) ? ~0U : status.members;
}

FIXTURE(group_limit) {
	int actor;
	__u64 members;
	__u64 groups;
	__u64 trackers;
	__u64 ports;
	__u64 bytes;
	__u64 sessions;
	__u64 calls;
	__u64 port_bytes;
};

FIXTURE_SETUP(group_limit)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* what the test before had is given back */
	ASSERT_EQ(0, mt_until_charged(MT_USER_A, MOTET_A_USER_ACTORS, 0));
	ASSERT_EQ(0, mt_until_charged(MT_USER_A, MOTET_A_USER_PORTS, 0));
	self->members = mt_param("group_members_max");
	self->groups = mt_param("port_groups_max");
	self->trackers = mt_param("group_trackers_max");
	self->ports = mt_param("user_ports_max");
	self->bytes = mt_param("user_bytes_max");
	self->sessions = mt_param("handle_sessions_max");
	self->calls = mt_param("handle_calls_max");
	self->port_bytes = mt_param("port_bytes_max");
	ASSERT_NE(0, self->members);
	ASSERT_NE(0, self->groups);
	ASSERT_NE(0, self->trackers);
	ASSERT_NE(0, self->sessions);
}

/* Run by the parent: a test may have given its rights away, or failed. */
FIXTURE_TEARDOWN_PARENT(group_limit)
{
	EXPECT_EQ(0, mt_param_set("group_members_max", self->members));
	EXPECT_EQ(0, mt_param_set("port_groups_max", self->groups));
	EXPECT_EQ(0, mt_param_set("group_trackers_max", self->trackers));
	EXPECT_EQ(0, mt_param_set("user_ports_max", self->ports));
	EXPECT_EQ(0, mt_param_set("user_bytes_max", self->bytes));
	EXPECT_EQ(0, mt_param_set("handle_sessions_max", self->sessions));
	EXPECT_EQ(0, mt_param_set("handle_calls_max", self->calls));
	EXPECT_EQ(0, mt_param_set("port_bytes_max", self->port_bytes));
	EXPECT_LE(0, mt_purge());
}

TEST_F(group_limit, members)
{
	struct motet_id ids[4];
	struct motet_cap cap;
	int group, i;

	ASSERT_EQ(0, mt_param_set("group_members_max", 3));
	group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);
	ASSERT_LE(0, group);
	for (i = 0; i < 3; i++)
		ASSERT_LE(0, mt_member(self->actor, &cap, 1, &ids[i]));
	ASSERT_LE(0, mt_port(self->actor, NULL, 1, &ids[3]));
	EXPECT_EQ(-EDQUOT, mt_insert(self->actor, &cap, &ids[3]));
	EXPECT_EQ(3, members(group));
	EXPECT_EQ(0, mt_remove(self->actor, &cap, &ids[1]));
	EXPECT_EQ(0, mt_insert(self->actor, &cap, &ids[3]));
}

/* Of one user: what others do to the port is not its own matter. */
TEST_F(group_limit, groups_of_a_port)
{
	struct motet_cap caps[4];
	struct motet_id id;
	int port, i;
	pid_t pid;

	ASSERT_EQ(0, mt_param_set("port_groups_max", 3));
	port = mt_port(self->actor, NULL, 1, &id);
	ASSERT_LE(0, port);
	for (i = 0; i < 4; i++)
		ASSERT_LE(0, mt_group(self->actor, MOTET_ADDRESS_ANY,
				      &caps[i]));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &caps[i], &id));
	EXPECT_EQ(-EDQUOT, mt_insert(self->actor, &caps[3], &id));
	EXPECT_EQ(-EEXIST, mt_insert(self->actor, &caps[0], &id));
	/* to be told of a group is something else */
	EXPECT_EQ(0, mt_track(port, &caps[3].id));
	pid = mt_fork();
	if (pid == 0) {
		int actor;

		if (mt_become(MT_USER_A))
			_exit(1);
		actor = mt_actor();
		if (mt_group(actor, MOTET_ADDRESS_ANY, &caps[3]) < 0)
			_exit(2);
		_exit(mt_insert(actor, &caps[3], &id) ? 3 : 0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_remove(self->actor, &caps[1], &id));
	EXPECT_EQ(0, mt_insert(self->actor, &caps[3], &id));
	EXPECT_EQ(-EDQUOT, mt_insert(self->actor, &caps[1], &id));
}

TEST_F(group_limit, trackers)
{
	struct motet_cap cap;
	int ports[4], i;

	ASSERT_EQ(0, mt_param_set("group_trackers_max", 3));
	ASSERT_LE(0, mt_group(self->actor, MOTET_ADDRESS_ANY, &cap));
	for (i = 0; i < 4; i++)
		ports[i] = mt_port(self->actor, NULL, 1, NULL);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, mt_track(ports[i], &cap.id));
	EXPECT_EQ(-EDQUOT, mt_track(ports[3], &cap.id));
	EXPECT_EQ(0, mt_track_stop(ports[0], &cap.id));
	EXPECT_EQ(0, mt_track(ports[3], &cap.id));
	EXPECT_EQ(-EDQUOT, mt_track(ports[0], &cap.id));
	/* one that dies is one no more, perhaps a little later */
	close(ports[1]);
	while (mt_track(ports[0], &cap.id) == -EDQUOT)
		mt_breathe();
	EXPECT_EQ(-EEXIST, mt_track(ports[0], &cap.id));
}

/* Unfinished ones of a handle, in number and in bytes of their answers. */
TEST_F(group_limit, calls)
{
	__u64 answer, value, first, last;
	struct motet_cap cap;
	struct motet_id id;
	int group, other, member;

	group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);
	other = mt_group_open(self->actor, &cap.id);
	member = mt_member(self->actor, &cap, 8, &id);
	ASSERT_LE(0, member);
	ASSERT_EQ(0, mt_call_interrupted(group, 1, &first));
	ASSERT_EQ(0, mt_call_interrupted(group, 2, &last));
	ASSERT_EQ(0, mt_param_set("handle_calls_max", 2));
	EXPECT_EQ(-EDQUOT, mt_call(group, 3, &answer, 0, NULL));
	EXPECT_EQ(0, mt_call_interrupted(other, 4, &last));
	EXPECT_EQ(0, mt_cancel(group, first));
	EXPECT_EQ(0, mt_call_interrupted(group, 5, &first));
	ASSERT_EQ(0, mt_param_set("handle_calls_max", self->calls));
	/* each answer may have eight */
	ASSERT_EQ(0, mt_param_set("port_bytes_max", 23));
	EXPECT_EQ(-EDQUOT, mt_call(group, 6, &answer, 0, NULL));
	EXPECT_EQ(0, mt_call_interrupted(other, 7, &last));
	EXPECT_EQ(0, mt_cancel(group, first));
	EXPECT_EQ(0, mt_call_interrupted(group, 8, &first));
	/* what was refused is not sent */
	EXPECT_EQ(0, mt_try_recv(member, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(0, mt_try_recv(member, &value));
	EXPECT_EQ(4, value);
	EXPECT_EQ(0, mt_try_recv(member, &value));
	EXPECT_EQ(7, value);
	EXPECT_EQ(0, mt_try_recv(member, &value));
	EXPECT_EQ(8, value);
	EXPECT_EQ(-EAGAIN, mt_try_recv(member, &value));
}

TEST_F(group_limit, sessions)
{
	struct motet_msg msg = { 0 };
	struct motet_cap cap;
	struct motet_id id;
	int group, other;

	ASSERT_EQ(0, mt_param_set("handle_sessions_max", 3));
	group = mt_group(self->actor, MOTET_ADDRESS_STICKY, &cap);
	other = mt_group_open(self->actor, &cap.id);
	ASSERT_LE(0, mt_member(self->actor, &cap, 100, &id));
	for (msg.session = 1; msg.session <= 3; msg.session++)
		EXPECT_EQ(0, mt_to_group(group, &msg, 1));
	EXPECT_EQ(-EDQUOT, mt_to_group(group, &msg, 1));
	/* it is a limit of the handle, and of new ones */
	EXPECT_EQ(0, mt_to_group(other, &msg, 1));
	msg.session = 2;
	EXPECT_EQ(0, mt_to_group(group, &msg, 1));
	EXPECT_EQ(0, mt_session_end(group, 1));
	msg.session = 4;
	EXPECT_EQ(0, mt_to_group(group, &msg, 1));
}

/* What is charged goes by the real user; the saved one leads back. */
static int as_user(uid_t uid)
{
	return seteuid(0) || setresuid(uid, uid, 0) ? -errno : 0;
}

/* A group is charged as a port. */
TEST_F(group_limit, user_ports)
{
	int actor, first, second, port;
	struct motet_cap caps[2], none;
	struct motet_id id;

	ASSERT_EQ(0, mt_param_set("user_ports_max", 3));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	first = mt_group(actor, MOTET_ADDRESS_ANY, &caps[0]);
	EXPECT_LE(0, first);
	second = mt_group(actor, MOTET_ADDRESS_ANY, &caps[1]);
	EXPECT_LE(0, second);
	EXPECT_EQ(-EDQUOT, mt_group(actor, MOTET_ADDRESS_ANY, &none));
	EXPECT_EQ(-EDQUOT, mt_port(actor, NULL, 1, NULL));
	/* deleted, it is paid no more, though its handle is open */
	EXPECT_EQ(0, mt_delete(actor, &caps[0]));
	port = mt_port(actor, NULL, 1, &id);
	EXPECT_LE(0, port);
	EXPECT_EQ(-EDQUOT, mt_port(actor, NULL, 1, NULL));
	/* nor when it ends with its last member */
	EXPECT_EQ(0, mt_insert(actor, &caps[1], &id));
	close(second);
	close(port);
	EXPECT_LE(0, mt_port(actor, NULL, 1, NULL));
	EXPECT_LE(0, mt_port(actor, NULL, 1, NULL));
}

/* Retained, it stays charged. */
TEST_F(group_limit, user_ports_retained)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_ANY,
		.retention = 60 * MT_SECOND,
	};
	int actor;

	ASSERT_EQ(0, mt_param_set("user_ports_max", 2));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	close(mt_group_create(actor, &create, "charged"));
	EXPECT_EQ(-EDQUOT, mt_port(actor, NULL, 1, NULL));
	EXPECT_LE(0, mt_group_named(actor, "charged", NULL));
}

/* The bounds of a backlog are charged, and given back. */
TEST_F(group_limit, user_bytes)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_WORK,
	};
	__u64 before, during;
	struct mt_attrs user;
	int actor, fd, i;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		create.limits[i].messages = 1;
		create.limits[i].bytes = 100000;
	}
	ASSERT_EQ(0, as_user(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, mt_user_get(MT_USER_A, &user));
	before = mt_attr_number(&user, MOTET_A_USER_BYTES);
	ASSERT_EQ(0, as_user(MT_USER_A));
	fd = mt_group_create(actor, &create, NULL);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, mt_user_get(MT_USER_A, &user));
	during = mt_attr_number(&user, MOTET_A_USER_BYTES);
	EXPECT_LE(before + 400000, during);
	EXPECT_EQ(0, mt_delete(actor, &create.cap));
	ASSERT_EQ(0, mt_user_get(MT_USER_A, &user));
	EXPECT_EQ(before, mt_attr_number(&user, MOTET_A_USER_BYTES));
	EXPECT_EQ(2, mt_attr_number(&user, MOTET_A_USER_PORTS) +
		     mt_attr_number(&user, MOTET_A_USER_ACTORS));
	ASSERT_EQ(0, mt_param_set("user_bytes_max", during - 1));
	ASSERT_EQ(0, as_user(MT_USER_A));
	EXPECT_EQ(-EDQUOT, mt_group_create(actor, &create, NULL));
	ASSERT_EQ(0, seteuid(0));
}

TEST_HARNESS_MAIN
