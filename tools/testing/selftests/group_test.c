// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups: made, opened, changed by capability, and how long they live.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "group_test.h"

static const struct motet_id no_id;
/* of the class of groups, and no group has it */
static const struct motet_id unknown = { { MOTET_CLASS_GROUP, 1, 2, 3 } };
static const struct motet_id unknown_port = { { MOTET_CLASS_PORT, 1, 2, 3 } };

FIXTURE(group) {
	int actor;
	int group;
	int port;
	struct motet_cap cap;
	struct motet_id id;
};

/* An empty group, and a port that is no member. */
FIXTURE_SETUP(group)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->group = mt_group(self->actor, MOTET_ADDRESS_ANY, &self->cap);
	ASSERT_LE(0, self->group);
	self->port = mt_port(self->actor, NULL, 16, &self->id);
	ASSERT_LE(0, self->port);
}

FIXTURE_TEARDOWN(group)
{
	/* unless the test has given that right away */
	if (geteuid() == 0)
		EXPECT_LE(0, mt_purge());
}

static __u32 members(int group)
{
	struct motet_group_status status;

	return mt_group_status(group, &status) ? ~0U : status.members;
}

static int named(int actor, const char *name, __u32 mode, __u64 retention,
		 struct motet_cap *cap)
{
	struct motet_group_create create = {
		.mode = mode, .address = MOTET_ADDRESS_ANY,
		.retention = retention,
	};
	int fd = mt_group_create(actor, &create, name);

	if (cap)
		*cap = create.cap;
	return fd;
}

TEST_F(group, anonymous)
{
	struct motet_group_status status;
	static const __u8 no_key[16];
	struct motet_cap other;
	int fd;

	EXPECT_EQ(MOTET_CLASS_GROUP, self->cap.id.bytes[0]);
	EXPECT_NE(0, memcmp(no_key, self->cap.key, sizeof(no_key)));
	EXPECT_TRUE(fcntl(self->group, F_GETFD) & FD_CLOEXEC);
	EXPECT_FALSE(fcntl(self->group, F_GETFL) & O_NONBLOCK);
	ASSERT_EQ(0, mt_group_status(self->group, &status));
	EXPECT_EQ(MOTET_ADDRESS_ANY, status.address);
	EXPECT_EQ(0777, status.mode);
	EXPECT_EQ(0, status.members);
	EXPECT_EQ(0, status.sessions);
	EXPECT_EQ(0, status.dead);
	EXPECT_EQ(0, status.retention);
	EXPECT_TRUE(mt_id_equal(&status.id, &self->cap.id));
	/* each has an identifier and a key of its own */
	fd = mt_group(self->actor, MOTET_ADDRESS_ANY, &other);
	EXPECT_LE(0, fd);
	EXPECT_NE(0, memcmp(&other.id, &self->cap.id, sizeof(other.id)));
	EXPECT_NE(0, memcmp(other.key, self->cap.key, sizeof(other.key)));
}

TEST_F(group, named)
{
	struct motet_group_create create = {
		.mode = 0640, .address = MOTET_ADDRESS_STICKY,
		.sessions_max = 7, .retention = 5 * MT_SECOND,
		.fd_flags = MOTET_FD_NONBLOCK,
	};
	struct motet_group_status status;
	struct motet_id id;
	int fd, other;

	fd = mt_group_create(self->actor, &create, "named");
	ASSERT_LE(0, fd);
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ASSERT_EQ(0, mt_group_status(fd, &status));
	EXPECT_EQ(MOTET_ADDRESS_STICKY, status.address);
	EXPECT_EQ(0640, status.mode);
	EXPECT_EQ(7, status.sessions_max);
	EXPECT_EQ(5 * MT_SECOND, status.retention);
	EXPECT_EQ(-EEXIST, named(self->actor, "named", 0777, 0, NULL));
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "name", NULL));
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "named2", NULL));
	other = mt_group_named(self->actor, "named", &id);
	EXPECT_LE(0, other);
	EXPECT_TRUE(mt_id_equal(&id, &create.cap.id));
	/* groups and ports have their own names */
	EXPECT_EQ(-ENOENT, mt_open(self->actor, MOTET_ROLE_SENDER, "named",
				   NULL));
	EXPECT_LE(0, mt_port(self->actor, "named", 1, NULL));
	EXPECT_LE(0, mt_group_named(self->actor, "named", NULL));
}

TEST_F(group, longest_name)
{
	char name[MOTET_NAME_MAX + 2];

	memset(name, 'x', sizeof(name));
	name[MOTET_NAME_MAX + 1] = 0;
	EXPECT_EQ(-EINVAL, named(self->actor, name, 0777, 0, NULL));
	name[MOTET_NAME_MAX] = 0;
	EXPECT_LE(0, named(self->actor, name, 0777, 0, NULL));
	EXPECT_LE(0, mt_group_named(self->actor, name, NULL));
}

TEST_F(group, open_by_identifier)
{
	int fd = mt_group_open(self->actor, &self->cap.id);
	struct motet_group_status status;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mt_group_status(fd, &status));
	EXPECT_TRUE(mt_id_equal(&status.id, &self->cap.id));
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &unknown));
	/* a port is no group, and a group is no port */
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &self->id));
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &self->cap.id));
}

static int create_bad(int actor, struct motet_group_create create,
		      const char *name)
{
	int fd = mt_group_create(actor, &create, name);

	if (fd >= 0)
		close(fd);
	return fd;
}

#define BAD(name, ...)							\
	EXPECT_EQ(-EINVAL, create_bad(self->actor,			\
				      (struct motet_group_create){	\
				      __VA_ARGS__ }, name))

TEST_F(group, bad_arguments_of_create)
{
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_DEFAULT);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_WORK + 1);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY, .flags = 1);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY, .fd_flags = 2);
	BAD(NULL, .address = MOTET_ADDRESS_ANY, .mode = 01000);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY, .pad = 1);
	/* only a named group is retained */
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY, .retention = 1);
	/* what only work groups have */
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY,
	    .limits[0].messages = 1);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY,
	    .limits[3].bytes = 1);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY,
	    .class_members[15] = 1);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY,
	    .redeliveries_max = 1);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_ANY,
	    .dead_letter = self->id);
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_WORK,
	    .limits[1].pad = 1);
	/* as for a port: nowhere to go */
	BAD(NULL, .mode = 0777, .address = MOTET_ADDRESS_WORK,
	    .redeliveries_max = 1);
	EXPECT_EQ(-ESRCH, create_bad(self->actor, (struct motet_group_create){
				     .mode = 0777,
				     .address = MOTET_ADDRESS_WORK,
				     .dead_letter = unknown_port }, NULL));
	/* a failed call has made nothing */
	EXPECT_EQ(-EINVAL, named(self->actor, "bad", 02000, 0, NULL));
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "bad", NULL));
}

/* Which calls a group and an actor know. */
TEST_F(group, calls_on_the_wrong_file)
{
	struct motet_group_create create = {
		.size = sizeof(create), .mode = 0777,
		.address = MOTET_ADDRESS_ANY,
	};
	struct motet_group_status status;
	struct motet_cap cap = self->cap;

	EXPECT_EQ(-ENOTTY, mt_ioctl(self->group, MOTET_IOC_GROUP_CREATE,
				    &create));
	EXPECT_EQ(-ENOTTY, mt_ioctl(self->port, MOTET_IOC_GROUP_CREATE,
				    &create));
	EXPECT_EQ(-ENOTTY, mt_group_open(self->group, &self->cap.id));
	EXPECT_EQ(-ENOTTY, mt_insert(self->group, &self->cap, &self->id));
	EXPECT_EQ(-ENOTTY, mt_rekey(self->port, &cap));
	EXPECT_EQ(-ENOTTY, mt_delete(self->group, &self->cap));
	EXPECT_EQ(-ENOTTY, mt_group_status(self->actor, &status));
	EXPECT_EQ(-ENOTTY, mt_group_status(self->port, &status));
	EXPECT_EQ(-ENOTTY, mt_recv(self->group, &(__u64){ 0 }));
	EXPECT_EQ(-ENOTTY, mt_session_end(self->port, 1));
	EXPECT_EQ(-ENOTTY, mt_track(self->group, &self->cap.id));
	EXPECT_EQ(-ENOTTY, mt_report(self->group, &self->cap.id, 1, 0));
}

TEST_F(group, insert_and_remove)
{
	struct motet_msg msg = { 0 };
	__u64 value;

	EXPECT_EQ(-ENOENT, mt_remove(self->actor, &self->cap, &self->id));
	EXPECT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	EXPECT_EQ(1, members(self->group));
	EXPECT_EQ(-EEXIST, mt_insert(self->actor, &self->cap, &self->id));
	EXPECT_EQ(1, members(self->group));
	EXPECT_EQ(0, mt_to_group(self->group, &msg, 5));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->id));
	EXPECT_EQ(0, members(self->group));
	EXPECT_EQ(-ENOENT, mt_remove(self->actor, &self->cap, &self->id));
	EXPECT_EQ(-EHOSTUNREACH, mt_to_group(self->group, &msg, 6));
	/* it leaves with what it has */
	EXPECT_EQ(0, mt_try_recv(self->port, &value));
	EXPECT_EQ(5, value);
	EXPECT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	EXPECT_EQ(1, members(self->group));
}

/* What cannot be inserted. */
TEST_F(group, no_such_port_or_group)
{
	struct motet_cap cap = self->cap;

	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &cap, &unknown_port));
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &cap, &self->cap.id));
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &cap, &no_id));
	EXPECT_EQ(-ESRCH, mt_remove(self->actor, &cap, &unknown_port));
	cap.id = unknown;
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &cap, &self->id));
	EXPECT_EQ(-ESRCH, mt_remove(self->actor, &cap, &self->id));
	EXPECT_EQ(-ESRCH, mt_rekey(self->actor, &cap));
	EXPECT_EQ(-ESRCH, mt_delete(self->actor, &cap));
	cap.id = self->id;
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &cap, &self->id));
	EXPECT_EQ(0, members(self->group));
}

/* The identifier alone changes nothing, nor does any other key. */
TEST_F(group, wrong_key)
{
	struct motet_cap cap = self->cap;
	unsigned int i;

	for (i = 0; i < 8 * sizeof(cap.key); i++) {
		cap.key[i / 8] ^= 1 << i % 8;
		EXPECT_EQ(-EACCES, mt_insert(self->actor, &cap, &self->id));
		cap.key[i / 8] ^= 1 << i % 8;
	}
	memset(cap.key, 0, sizeof(cap.key));
	EXPECT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	EXPECT_EQ(-EACCES, mt_remove(self->actor, &cap, &self->id));
	EXPECT_EQ(-EACCES, mt_rekey(self->actor, &cap));
	EXPECT_EQ(-EACCES, mt_delete(self->actor, &cap));
	EXPECT_EQ(1, members(self->group));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->id));
}

/* The key is the right, whoever has it; the mode and root have no say. */
TEST_F(group, key_overrides_mode)
{
	struct motet_cap cap;
	struct motet_id id;
	int actor, port;

	ASSERT_LE(0, named(self->actor, "mine", 0, 0, &cap));
	ASSERT_EQ(0, mt_become(MT_USER_B));
	actor = mt_actor();
	port = mt_port(actor, NULL, 1, &id);
	ASSERT_LE(0, port);
	EXPECT_EQ(0, mt_insert(actor, &cap, &id));
	EXPECT_EQ(0, mt_remove(actor, &cap, &id));
	EXPECT_EQ(-EACCES, mt_group_open(actor, &cap.id));
	EXPECT_EQ(0, mt_rekey(actor, &cap));
	EXPECT_EQ(0, mt_delete(actor, &cap));
}

/* Whoever inserts a port needs the right to send to it. */
TEST_F(group, insert_needs_the_right_to_send)
{
	struct motet_port_create create = { .mode = 0755 };
	int port = mt_create(self->actor, &create, NULL), actor;

	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_become(MT_USER_B));
	actor = mt_actor();
	EXPECT_EQ(-EACCES, mt_insert(actor, &self->cap, &create.id));
	EXPECT_EQ(0, mt_insert(actor, &self->cap, &self->id));
	EXPECT_EQ(1, members(self->group));
}

/* A group passes on the right to send to its members. */
TEST_F(group, group_passes_on_the_right_to_send)
{
	struct motet_port_create create = { .mode = 0700 };
	int port = mt_create(self->actor, &create, NULL), actor, group;
	struct motet_msg msg = { 0 };
	__u64 value = 0;

	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &create.id));
	ASSERT_EQ(0, mt_become(MT_USER_B));
	actor = mt_actor();
	EXPECT_EQ(-EACCES, mt_sender(actor, &create.id));
	group = mt_group_open(actor, &self->cap.id);
	ASSERT_LE(0, group);
	EXPECT_EQ(0, mt_to_group(group, &msg, 3));
	EXPECT_EQ(0, mt_soon(port, &value));
	EXPECT_EQ(3, value);
}

TEST_F(group, mode_of_send_and_track)
{
	struct motet_cap none, send, receive;
	int actor, port;

	ASSERT_LE(0, named(self->actor, "none", 0770, 0, &none));
	ASSERT_LE(0, named(self->actor, "send", 0772, 0, &send));
	ASSERT_LE(0, named(self->actor, "receive", 0774, 0, &receive));
	ASSERT_EQ(0, mt_become(MT_USER_B));
	actor = mt_actor();
	port = mt_port(actor, NULL, 1, NULL);
	ASSERT_LE(0, port);
	EXPECT_EQ(-EACCES, mt_group_named(actor, "none", NULL));
	EXPECT_EQ(-EACCES, mt_group_open(actor, &none.id));
	EXPECT_LE(0, mt_group_named(actor, "send", NULL));
	EXPECT_LE(0, mt_group_open(actor, &send.id));
	EXPECT_EQ(-EACCES, mt_group_open(actor, &receive.id));
	EXPECT_EQ(-EACCES, mt_track(port, &none.id));
	EXPECT_EQ(-EACCES, mt_track(port, &send.id));
	EXPECT_EQ(0, mt_track(port, &receive.id));
}

/* The actor's process only; the handle may go where it likes. */
TEST_F(group, other_processes)
{
	struct motet_group_status status;
	struct motet_msg msg = { 0 };
	struct motet_cap other;
	int pair[2], fd;
	__u64 value = 0;
	pid_t pid;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(-EPERM, mt_group(self->actor, MOTET_ADDRESS_ANY,
					   &other));
		EXPECT_EQ(-EPERM, mt_group_open(self->actor, &self->cap.id));
		EXPECT_EQ(-EPERM, mt_insert(self->actor, &self->cap,
					    &self->id));
		EXPECT_EQ(-EPERM, mt_remove(self->actor, &self->cap,
					    &self->id));
		EXPECT_EQ(-EPERM, mt_rekey(self->actor, &self->cap));
		EXPECT_EQ(-EPERM, mt_delete(self->actor, &self->cap));
		EXPECT_EQ(-EPERM, mt_track(self->actor, &self->cap.id));
		EXPECT_EQ(-EPERM, mt_track(self->port, &self->cap.id));
		EXPECT_EQ(-EPERM, mt_report(self->port, &self->cap.id, 1, 0));
		EXPECT_EQ(0, mt_to_group(self->group, &msg, 1));
		EXPECT_EQ(0, mt_group_status(self->group, &status));
		fd = mt_recv_fd(pair[1]);
		EXPECT_EQ(0, mt_to_group(fd, &msg, 2));
		/* what needs the actor's process does so here */
		msg.flags = MOTET_MSG_RETURN;
		EXPECT_EQ(-EPERM, mt_to_group(fd, &msg, 3));
		msg.flags = MOTET_MSG_CANCELABLE;
		EXPECT_EQ(-EPERM, mt_to_group(fd, &msg, 4));
		_exit(_metadata->exit_code);
	}
	fd = mt_group_open(self->actor, &self->cap.id);
	EXPECT_EQ(0, mt_send_fd(pair[0], fd));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_soon(self->port, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_soon(self->port, &value));
	EXPECT_EQ(2, value);
	EXPECT_TRUE(mt_not_told(self->port));
}

TEST_F(group, rekey)
{
	struct motet_cap old = self->cap, new = self->cap;

	ASSERT_EQ(0, mt_rekey(self->actor, &new));
	EXPECT_TRUE(mt_id_equal(&old.id, &new.id));
	EXPECT_NE(0, memcmp(old.key, new.key, sizeof(old.key)));
	EXPECT_EQ(-EACCES, mt_insert(self->actor, &old, &self->id));
	EXPECT_EQ(-EACCES, mt_rekey(self->actor, &old));
	EXPECT_EQ(0, mt_insert(self->actor, &new, &self->id));
	EXPECT_EQ(-EACCES, mt_remove(self->actor, &old, &self->id));
	EXPECT_EQ(0, mt_remove(self->actor, &new, &self->id));
}

/* Whoever inserted a member is told, and how often; the member stays. */
TEST_F(group, revoked)
{
	struct motet_group_change change;
	struct motet_msg msg;
	int bystander = mt_actor(), i;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	ASSERT_EQ(0, mt_rekey(bystander, &self->cap));
	ASSERT_EQ(0, mt_told(self->actor, &msg, &change));
	EXPECT_EQ(MOTET_EXCEPTION_REVOKED, msg.exception);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
	EXPECT_EQ(1, msg.count);
	EXPECT_TRUE(mt_not_told(self->actor));
	EXPECT_EQ(1, members(self->group));
	/* unread ones are one, that counts */
	for (i = 0; i < 1000; i++)
		ASSERT_EQ(0, mt_rekey(bystander, &self->cap));
	ASSERT_EQ(0, mt_told(self->actor, &msg, &change));
	EXPECT_EQ(MOTET_EXCEPTION_REVOKED, msg.exception);
	EXPECT_EQ(1000, msg.count);
	EXPECT_TRUE(mt_not_told(self->actor));
	/* whoever has inserted none is not */
	EXPECT_TRUE(mt_not_told(bystander));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->id));
}

/* Beyond so many unread ones they are counted in the last: none is lost. */
TEST_F(group, too_many_unread)
{
	struct motet_msg msg = { 0 };
	struct motet_cap cap;
	__u64 id, token, value;
	__u32 told, i;
	int group;

	for (i = 0; i < 300; i++) {
		group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);
		ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->id));
		ASSERT_EQ(0, mt_rekey(self->actor, &cap));
		ASSERT_EQ(0, mt_remove(self->actor, &cap, &self->id));
		close(group);
	}
	/* of another kind, there is at least one */
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_call_interrupted(self->group, 1, &id));
		ASSERT_EQ(0, mt_recv_call(self->port, &token, &value));
		ASSERT_EQ(0, mt_cancel(self->group, id));
	}
	for (told = 0; told < 256; told++) {
		ASSERT_EQ(0, mt_try_recv_msg(self->actor, &msg, NULL, 0));
		EXPECT_EQ(MOTET_EXCEPTION_REVOKED, msg.exception);
		EXPECT_EQ(told < 255 ? 1 : 45, msg.count);
		msg = (struct motet_msg){ 0 };
	}
	ASSERT_EQ(0, mt_try_recv_msg(self->actor, &msg, &value, sizeof(value)));
	EXPECT_EQ(MOTET_EXCEPTION_CALL_ABANDONED, msg.exception);
	EXPECT_EQ(3, msg.count);
	EXPECT_TRUE(mt_not_told(self->actor));
}

TEST_F(group, delete)
{
	int other = mt_group_open(self->actor, &self->cap.id), named_fd;
	struct motet_group_status status;
	struct motet_msg msg = { 0 };
	struct motet_cap cap;
	__u64 value = 0;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 9));
	ASSERT_EQ(0, mt_delete(self->actor, &self->cap));
	EXPECT_EQ(-ESRCH, mt_delete(self->actor, &self->cap));
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &self->cap.id));
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &self->cap, &self->id));
	EXPECT_EQ(-EOWNERDEAD, mt_to_group(self->group, &msg, 1));
	EXPECT_EQ(-EOWNERDEAD, mt_to_group(other, &msg, 1));
	ASSERT_EQ(0, mt_group_status(other, &status));
	EXPECT_EQ(1, status.dead);
	/* the member is what it was, with what it has */
	EXPECT_EQ(0, mt_soon(self->port, &value));
	EXPECT_EQ(9, value);
	EXPECT_EQ(0, mt_send(mt_sender(self->actor, &self->id), 0, 1));
	/* the name is free again */
	ASSERT_LE(0, named(self->actor, "deleted", 0777, 60 * MT_SECOND,
			   &cap));
	ASSERT_EQ(0, mt_delete(self->actor, &cap));
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "deleted", NULL));
	named_fd = named(self->actor, "deleted", 0777, 0, NULL);
	EXPECT_LE(0, named_fd);
}

/* A sender that waits for room is released. */
TEST_F(group, delete_releases_suspended_senders)
{
	struct motet_msg msg = { 0 };
	struct mt_child *child;
	struct motet_id id;

	ASSERT_LE(0, mt_member(self->actor, &self->cap, 1, &id));
	ASSERT_EQ(0, mt_to_group(self->group, &msg, 1));
	child = mt_child_send(self->group, &(struct motet_msg){ 0 }, 2);
	ASSERT_EQ(0, mt_delete(self->actor, &self->cap));
	EXPECT_EQ(-EOWNERDEAD, mt_child_end(child));
}

#define MANY 100

/* A port in many groups leaves them all when it dies. */
TEST_F(group, port_in_many_groups)
{
	struct motet_cap caps[MANY];
	struct motet_msg msg = { 0 };
	int fds[MANY], i;
	__u64 value;

	for (i = 0; i < MANY; i++) {
		fds[i] = mt_group(self->actor, MOTET_ADDRESS_BROADCAST,
				  &caps[i]);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, mt_insert(self->actor, &caps[i], &self->id));
	}
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, mt_to_group(fds[i], &msg, i));
		ASSERT_EQ(0, mt_soon_msg(self->port, &msg, 0, &value));
		EXPECT_EQ(i, value);
		EXPECT_TRUE(mt_id_equal(&msg.to, &caps[i].id));
		EXPECT_TRUE(mt_id_equal(&msg.at, &self->id));
		msg = (struct motet_msg){ 0 };
	}
	close(self->port);
	for (i = 0; i < MANY; i++)
		EXPECT_EQ(0, mt_until_members(fds[i], 0));
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &caps[0], &self->id));
	EXPECT_EQ(-EHOSTUNREACH, mt_to_group(fds[MANY - 1], &msg, 1));
}

/* So does that of a process that is killed; its groups stay for the others. */
TEST_F(group, members_process_dies)
{
	struct motet_cap *cap = mt_shared(sizeof(*cap));
	int ready = eventfd(0, 0), made;
	eventfd_t count;
	struct motet_id id;
	pid_t pid = mt_fork();

	if (pid == 0) {
		int actor = mt_actor();
		struct motet_cap mine;

		mt_member(actor, &self->cap, 1, &id);
		mt_group(actor, MOTET_ADDRESS_ANY, &mine);
		mt_insert(actor, &mine, &self->id);
		*cap = mine;
		eventfd_write(ready, 1);
		for (;;)
			pause();
	}
	eventfd_read(ready, &count);
	EXPECT_EQ(1, members(self->group));
	/* opened by its identifier, which the creator passed on */
	made = mt_group_open(self->actor, &cap->id);
	ASSERT_LE(0, made);
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	EXPECT_EQ(0, mt_until_members(self->group, 0));
	EXPECT_EQ(1, members(made));
	EXPECT_EQ(0, mt_to_group(made, &(struct motet_msg){ 0 }, 1));
}

/* A retained port without a holder is a member still. */
TEST_F(group, retained_port_stays)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = 60 * MT_SECOND,
	};
	int port = mt_create(self->actor, &create, "stays");
	struct motet_msg msg = { 0 };
	__u64 value = 0;

	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &create.id));
	close(port);
	EXPECT_EQ(1, members(self->group));
	EXPECT_EQ(0, mt_to_group(self->group, &msg, 4));
	port = mt_open(self->actor, MOTET_ROLE_HOLDER, "stays", NULL);
	ASSERT_LE(0, port);
	EXPECT_EQ(0, mt_soon(port, &value));
	EXPECT_EQ(4, value);
	close(port);
	EXPECT_EQ(0, mt_unlink(self->actor, "stays"));
	EXPECT_EQ(0, mt_until_members(self->group, 0));
}

TEST_F(group, lives_by_its_handles)
{
	int other = mt_group_open(self->actor, &self->cap.id);

	ASSERT_LE(0, other);
	close(self->group);
	other = mt_group_open(self->actor, &self->cap.id);
	EXPECT_LE(0, other);
	EXPECT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->id));
}

TEST_F(group, dies_with_the_last_handle)
{
	struct motet_cap cap;

	close(self->group);
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &self->cap.id));
	EXPECT_EQ(-ESRCH, mt_insert(self->actor, &self->cap, &self->id));
	/* a name alone doesn't help it */
	close(named(self->actor, "short", 0777, 0, &cap));
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "short", NULL));
	EXPECT_LE(0, named(self->actor, "short", 0777, 0, NULL));
}

TEST_F(group, lives_by_its_members)
{
	struct motet_msg msg = { 0 };
	int group;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	close(self->group);
	group = mt_group_open(self->actor, &self->cap.id);
	ASSERT_LE(0, group);
	EXPECT_EQ(1, members(group));
	EXPECT_EQ(0, mt_to_group(group, &msg, 1));
	close(group);
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->id));
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &self->cap.id));
}

/* Not retained, it is gone when nothing keeps it: its name is free at once. */
TEST_F_TIMEOUT(group, name_is_free_at_once, 600)
{
	unsigned int rounds = mt_rounds(100) * 20, i;
	struct motet_cap cap;
	int fd;

	for (i = 0; i < rounds; i++) {
		fd = named(self->actor, "again", 0777, 0, &cap);
		ASSERT_LE(0, fd) {
			TH_LOG("round %u: %s", i, strerror(-fd));
		}
		if (i % 2)
			ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->id));
		close(fd);
		if (i % 2)
			ASSERT_EQ(0, mt_remove(self->actor, &cap, &self->id));
	}
}

TEST_F(group, dies_with_the_last_member)
{
	struct motet_cap cap;
	int named_group;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->id));
	close(self->group);
	/* a port may be the last member of several */
	named_group = named(self->actor, "last", 0777, 0, &cap);
	ASSERT_LE(0, named_group);
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->id));
	close(named_group);
	EXPECT_LE(0, close(mt_group_named(self->actor, "last", NULL)));
	close(self->port);
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &self->cap.id));
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &cap.id));
	EXPECT_LE(0, named(self->actor, "last", 0777, 0, &cap));
}

/* With a retention it waits so long, and for ever with the largest. */
TEST_F(group, retention)
{
	struct motet_cap cap, ever;
	struct motet_id id;
	__u64 before;
	int fd;

	fd = named(self->actor, "ever", 0777, ~0ULL, &ever);
	ASSERT_LE(0, fd);
	close(fd);
	before = mt_now();
	close(named(self->actor, "while", 0777, 100 * MT_MS, &cap));
	EXPECT_EQ(0, mt_until_gone(self->actor, &cap.id));
	EXPECT_LE(before + 100 * MT_MS, mt_now());
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "while", NULL));
	fd = mt_group_named(self->actor, "ever", &id);
	EXPECT_LE(0, fd);
	EXPECT_TRUE(mt_id_equal(&id, &ever.id));
	close(fd);
	EXPECT_EQ(0, mt_delete(self->actor, &ever));
	EXPECT_EQ(-ENOENT, mt_group_named(self->actor, "ever", NULL));
}

/* It begins anew whenever nobody has it open, and counts not before. */
TEST_F(group, retention_begins_with_nobody)
{
	struct motet_cap cap;
	__u64 end;
	int fd;

	fd = named(self->actor, "begins", 0777, 50 * MT_MS, &cap);
	ASSERT_LE(0, fd);
	/* open, then a member, for longer than it is retained */
	for (end = mt_after(100 * MT_MS); mt_now() < end;)
		mt_breathe();
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->id));
	close(fd);
	for (end = mt_after(100 * MT_MS); mt_now() < end;)
		mt_breathe();
	fd = mt_group_named(self->actor, "begins", NULL);
	EXPECT_LE(0, fd);
	close(fd);
	EXPECT_EQ(0, mt_remove(self->actor, &cap, &self->id));
	EXPECT_EQ(0, mt_until_gone(self->actor, &cap.id));
}

/* Purging takes what is retained, and nothing else. */
TEST_F(group, purge)
{
	struct motet_cap retained, open, member;
	int fd;

	close(named(self->actor, "retained", 0777, 60 * MT_SECOND, &retained));
	fd = named(self->actor, "open", 0777, 60 * MT_SECOND, &open);
	ASSERT_LE(0, fd);
	close(named(self->actor, "member", 0777, 60 * MT_SECOND, &member));
	ASSERT_EQ(0, mt_insert(self->actor, &member, &self->id));
	EXPECT_EQ(1, mt_purge());
	EXPECT_EQ(0, mt_until_gone(self->actor, &retained.id));
	EXPECT_EQ(0, mt_insert(self->actor, &open, &self->id));
	EXPECT_LE(0, mt_group_named(self->actor, "member", NULL));
	EXPECT_EQ(0, mt_purge());
}

/* Its end is told to those, too, who poll for nothing else. */
TEST_F(group, poll_for_its_end)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), group;
	struct motet_cap cap;

	group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);
	ASSERT_LE(0, group);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, group, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	ASSERT_EQ(0, mt_delete(self->actor, &cap));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, 1000));
	EXPECT_EQ(EPOLLERR | EPOLLHUP, event.events);
}

TEST_HARNESS_MAIN
