// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of ports: names, identifiers, modes, retention.
 */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include "kselftest_harness.h"
#include "motet_test.h"

#define RETENTION	(300 * MT_SECOND)

FIXTURE(port) {
	int actor;
};

FIXTURE_SETUP(port)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
}

FIXTURE_TEARDOWN(port)
{
	close(self->actor);
	/* what a test retained must not stay for the next */
	EXPECT_LE(0, mt_purge());
}

static int name_call(int actor, unsigned int number, const void *name,
		     __u32 len, struct motet_id *id)
{
	struct motet_port_name arg = MT(motet_port_name, .name = mt_ptr(name),
					.name_len = len);
	int ret = mt_ioctl(actor, number, &arg);

	if (id)
		*id = arg.id;
	return ret;
}

static int create_named(int actor, const void *name, __u32 len,
			struct motet_id *id)
{
	struct motet_port_create create = { .mode = MOTET_MODE_MASK };
	int fd;

	create.name = mt_ptr(name);
	create.name_len = len;
	fd = mt_create(actor, &create, NULL);
	*id = create.id;
	return fd;
}

static int create_retained(int actor, const char *name, __u32 mode,
			   __u64 retention, struct motet_id *id)
{
	struct motet_port_create create = {
		.mode = mode,
		.retention = retention,
	};
	int fd = mt_create(actor, &create, name);

	if (id)
		*id = create.id;
	return fd;
}

TEST_F(port, names_of_all_lengths)
{
	static const __u32 lens[] = { 1, 2, 15, 16, 255, 256, 2047, 2048 };
	char name[MOTET_NAME_MAX + 1];
	struct motet_id id, found;
	unsigned int i;
	int fd;

	memset(name, 'n', sizeof(name));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		fd = create_named(self->actor, name, lens[i], &id);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EEXIST, create_named(self->actor, name, lens[i],
						&found));
		EXPECT_EQ(0, name_call(self->actor, MOTET_IOC_PORT_LOOKUP,
				       name, lens[i], &found));
		EXPECT_TRUE(mt_id_equal(&id, &found));
		EXPECT_EQ(0, name_call(self->actor, MOTET_IOC_PORT_UNLINK,
				       name, lens[i], &found));
		EXPECT_TRUE(mt_id_equal(&id, &found));
		EXPECT_EQ(-ENOENT, name_call(self->actor, MOTET_IOC_PORT_LOOKUP,
					     name, lens[i], NULL));
		close(fd);
	}
	EXPECT_EQ(-EINVAL, create_named(self->actor, name, sizeof(name), &id));
	EXPECT_EQ(-EINVAL, create_named(self->actor, name, 0, &id));
	EXPECT_EQ(-EFAULT, create_named(self->actor, NULL, 1, &id));
	EXPECT_EQ(-EINVAL, name_call(self->actor, MOTET_IOC_PORT_LOOKUP, name,
				     sizeof(name), NULL));
	EXPECT_EQ(-EINVAL, name_call(self->actor, MOTET_IOC_PORT_LOOKUP, name,
				     0, NULL));
}

/* Every byte but NUL is as good as another, and all are told apart. */
TEST_F(port, names_of_all_bytes)
{
	struct motet_id ids[256], found;
	int fds[256];
	char name[3] = "x";
	int byte;

	for (byte = 1; byte < 256; byte++) {
		name[1] = byte;
		fds[byte] = create_named(self->actor, name, 2, &ids[byte]);
		ASSERT_LE(0, fds[byte]);
	}
	for (byte = 1; byte < 256; byte++) {
		name[1] = byte;
		EXPECT_EQ(0, name_call(self->actor, MOTET_IOC_PORT_LOOKUP,
				       name, 2, &found));
		EXPECT_TRUE(mt_id_equal(&ids[byte], &found));
		close(fds[byte]);
	}
	EXPECT_EQ(-EINVAL, create_named(self->actor, "\0ab", 3, &found));
	EXPECT_EQ(-EINVAL, create_named(self->actor, "a\0b", 3, &found));
	EXPECT_EQ(-EINVAL, create_named(self->actor, "ab\0", 3, &found));
	/* one name may begin with another */
	fds[0] = create_named(self->actor, "ab", 2, &ids[0]);
	EXPECT_LE(0, fds[0]);
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "a", NULL));
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "abc", NULL));
}

TEST_F(port, identifiers)
{
	struct motet_id none = { 0 }, a, b, found;
	struct motet_info info;
	int holder, other, sender;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_EQ(MOTET_CLASS_ACTOR, info.actor.bytes[0]);
	EXPECT_EQ(MOTET_CLASS_PORT, info.port.bytes[0]);
	holder = mt_port(self->actor, NULL, 1, &a);
	other = mt_port(self->actor, "identifiers", 1, &b);
	ASSERT_LE(0, holder);
	ASSERT_LE(0, other);
	EXPECT_EQ(MOTET_CLASS_PORT, a.bytes[0]);
	EXPECT_FALSE(mt_id_equal(&a, &b));
	sender = mt_sender(self->actor, &a);
	EXPECT_LE(0, sender);
	EXPECT_LE(0, mt_sender(self->actor, &b));
	EXPECT_LE(0, mt_open(self->actor, MOTET_ROLE_SENDER, "identifiers",
			     &found));
	EXPECT_TRUE(mt_id_equal(&b, &found));
	/* a default port is a port; an actor is none */
	EXPECT_LE(0, mt_sender(self->actor, &info.port));
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &info.actor));
	EXPECT_GT(0, mt_sender(self->actor, &none));
	a.bytes[15] ^= 1;
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &a));
	a.bytes[15] ^= 1;
	close(holder);
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &a));
}

TEST_F(port, open_by_name_and_identifier_is_refused)
{
	struct motet_port_open arg = MT(motet_port_open,
					.role = MOTET_ROLE_SENDER,
					.name = mt_ptr("both"), .name_len = 4);
	int holder = mt_port(self->actor, "both", 1, &arg.id);

	ASSERT_LE(0, holder);
	EXPECT_EQ(-EINVAL, mt_ioctl(self->actor, MOTET_IOC_PORT_OPEN, &arg));
	memset(&arg.id, 0, sizeof(arg.id));
	arg.role = MOTET_ROLE_ACTOR;
	EXPECT_EQ(-EINVAL, mt_ioctl(self->actor, MOTET_IOC_PORT_OPEN, &arg));
	arg.role = MOTET_ROLE_SENDER;
	EXPECT_EQ(0, mt_ioctl(self->actor, MOTET_IOC_PORT_OPEN, &arg));
}

TEST_F(port, file_descriptor_flags)
{
	struct motet_port_create create = { .mode = MOTET_MODE_MASK };
	struct motet_port_open open = MT(motet_port_open,
					 .role = MOTET_ROLE_SENDER);
	int i, flags;

	for (i = 0; i < 2; i++) {
		create.fd_flags = i ? MOTET_FD_NONBLOCK : 0;
		ASSERT_LE(0, mt_create(self->actor, &create, NULL));
		open.fd_flags = create.fd_flags;
		open.id = create.id;
		ASSERT_EQ(0, mt_ioctl(self->actor, MOTET_IOC_PORT_OPEN, &open));
		flags = fcntl(create.fd, F_GETFL);
		EXPECT_EQ(i ? O_NONBLOCK : 0, flags & O_NONBLOCK);
		flags = fcntl(open.fd, F_GETFL);
		EXPECT_EQ(i ? O_NONBLOCK : 0, flags & O_NONBLOCK);
		EXPECT_EQ(FD_CLOEXEC, fcntl(create.fd, F_GETFD));
		EXPECT_EQ(FD_CLOEXEC, fcntl(open.fd, F_GETFD));
	}
}

/* The real and saved users stay root's, so that it can be root again. */
static int as_user(uid_t uid, gid_t gid)
{
	if (seteuid(0) || setegid(gid) || seteuid(uid))
		return -errno;
	return 0;
}

struct viewer {
	uid_t uid;
	gid_t gid;
	unsigned int shift;	/* which three bits of a mode count */
	bool root;
};

static int may(const struct viewer *viewer, __u32 mode, __u32 right)
{
	if (viewer->root)
		return 0;
	return (mode >> viewer->shift) & 7 & right ? 0 : -EACCES;
}

/* One viewer does all there is to do to one port that nobody holds. */
static void check_mode(struct __test_metadata *_metadata,
		       const struct viewer *viewer, __u32 mode,
		       const struct motet_id *id)
{
	int actor, fd;

	ASSERT_EQ(0, as_user(viewer->uid, viewer->gid));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	EXPECT_EQ(may(viewer, mode, 7), mt_lookup(actor, "mode", NULL));
	fd = mt_sender(actor, id);
	EXPECT_EQ(may(viewer, mode, 2), fd < 0 ? fd : 0) {
		TH_LOG("send, mode %o, user %d group %d", mode, viewer->uid,
		       viewer->gid);
	}
	close(fd);
	fd = mt_open(actor, MOTET_ROLE_SENDER, "mode", NULL);
	EXPECT_EQ(may(viewer, mode, 2), fd < 0 ? fd : 0);
	close(fd);
	fd = mt_open(actor, MOTET_ROLE_HOLDER, "mode", NULL);
	EXPECT_EQ(may(viewer, mode, 4), fd < 0 ? fd : 0) {
		TH_LOG("receive, mode %o, user %d group %d", mode, viewer->uid,
		       viewer->gid);
	}
	close(fd);
	EXPECT_EQ(may(viewer, mode, 1), mt_unlink(actor, "mode")) {
		TH_LOG("unlink, mode %o, user %d group %d", mode, viewer->uid,
		       viewer->gid);
	}
	close(actor);
	ASSERT_EQ(0, as_user(0, 0));
}

TEST_F_TIMEOUT(port, modes, 600)
{
	static const struct viewer viewers[] = {
		{ .uid = MT_USER_A, .gid = MT_USER_A, .shift = 6 },
		{ .uid = MT_USER_A, .gid = MT_USER_B, .shift = 6 },
		{ .uid = MT_USER_B, .gid = MT_USER_A, .shift = 3 },
		{ .uid = MT_USER_B, .gid = MT_USER_B, .shift = 0 },
		{ .root = true },
	};
	static const __u32 modes[] = {
		0, 0777, 0700, 0070, 0007, 0400, 0200, 0100, 0040, 0020, 0010,
		0004, 0002, 0001, 0444, 0222, 0111, 0077, 0707,
	};
	struct motet_id id;
	unsigned int i, j;
	int actor, fd;

	ASSERT_EQ(0, setgroups(0, NULL));
	for (i = 0; i < ARRAY_SIZE(modes) * ARRAY_SIZE(viewers); i++) {
		j = i % ARRAY_SIZE(viewers);
		ASSERT_EQ(0, as_user(MT_USER_A, MT_USER_A));
		actor = mt_actor();
		fd = create_retained(actor, "mode",
				     modes[i / ARRAY_SIZE(viewers)], RETENTION,
				     &id);
		ASSERT_LE(0, fd);
		close(fd);
		close(actor);
		check_mode(_metadata, &viewers[j],
			   modes[i / ARRAY_SIZE(viewers)], &id);
		ASSERT_LE(0, mt_purge());
	}
}

/* A group that is not the effective one counts as with files. */
TEST_F(port, mode_of_supplementary_group)
{
	gid_t group = MT_USER_A;
	int actor, fd;

	ASSERT_EQ(0, setgroups(1, &group));
	ASSERT_EQ(0, as_user(MT_USER_A, MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, create_retained(actor, "group", 0020, 0, NULL));
	ASSERT_EQ(0, as_user(MT_USER_B, MT_USER_B));
	fd = mt_actor();
	EXPECT_LE(0, mt_open(fd, MOTET_ROLE_SENDER, "group", NULL));
	ASSERT_EQ(0, as_user(0, 0));
	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, as_user(MT_USER_B, MT_USER_B));
	fd = mt_actor();
	EXPECT_EQ(-EACCES, mt_open(fd, MOTET_ROLE_SENDER, "group", NULL));
	ASSERT_EQ(0, as_user(0, 0));
}

static int keep_capability(uid_t uid, int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	data[0].effective = 1U << capability;
	data[0].permitted = 1U << capability;
	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid) || syscall(SYS_capset, &header, data))
		return -errno;
	return 0;
}

TEST_F(port, capability_overrides_modes)
{
	static const struct {
		int capability;
		int result;
	} cases[] = {
		{ CAP_NET_ADMIN, 0 },
		{ CAP_DAC_OVERRIDE, -EACCES },
		{ CAP_SYS_ADMIN, -EACCES },
	};
	unsigned int i;
	int actor;
	pid_t pid;

	ASSERT_LE(0, create_retained(self->actor, "capable", 0, 0, NULL));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		pid = mt_fork();
		if (pid == 0) {
			EXPECT_EQ(0, keep_capability(MT_USER_A,
						     cases[i].capability));
			actor = mt_actor();
			EXPECT_EQ(cases[i].result,
				  mt_lookup(actor, "capable", NULL));
			_exit(0);
		}
		EXPECT_EQ(0, mt_wait(pid));
	}
}

/* What is open stays open. */
TEST_F(port, modes_count_at_opening)
{
	__u64 value;
	int holder, sender;
	pid_t pid;

	holder = create_retained(self->actor, "opening", 0, 0, NULL);
	sender = mt_open(self->actor, MOTET_ROLE_SENDER, "opening", NULL);
	ASSERT_LE(0, holder);
	ASSERT_LE(0, sender);
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(0, mt_send(sender, 0, 7));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_try_recv(holder, &value));
	EXPECT_EQ(7, value);
}

TEST_F(port, dies_with_its_holder_without_retention)
{
	int holder, sender;

	holder = mt_port(self->actor, "mortal", 4, NULL);
	sender = mt_open(self->actor, MOTET_ROLE_SENDER, "mortal", NULL);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(sender, 0, 1));
	EXPECT_EQ(POLLHUP, mt_poll(sender, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "mortal", NULL));
	EXPECT_LE(0, mt_port(self->actor, "mortal", 4, NULL));
}

TEST_F(port, retained_after_close)
{
	struct motet_port_status status;
	struct motet_id id, found;
	int holder, sender;
	__u64 value, i;

	holder = create_retained(self->actor, "close", 0700, RETENTION, &id);
	sender = mt_open(self->actor, MOTET_ROLE_SENDER, "close", NULL);
	ASSERT_LE(0, sender);
	EXPECT_EQ(-EBUSY, mt_open(self->actor, MOTET_ROLE_HOLDER, "close",
				  NULL));
	EXPECT_EQ(0, mt_send(sender, 1, 1));
	EXPECT_EQ(0, mt_send(sender, 1, 2));
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	EXPECT_EQ(0, mt_lookup(self->actor, "close", &found));
	EXPECT_TRUE(mt_id_equal(&id, &found));
	/* senders notice nothing */
	EXPECT_EQ(0, mt_try_send(sender, 1, 3));
	EXPECT_EQ(0, mt_status(sender, &status));
	EXPECT_EQ(3, status.messages);
	EXPECT_EQ(3 * sizeof(value), status.bytes);
	EXPECT_EQ(RETENTION, status.retention);
	holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "close", NULL);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_status(holder, &status));
	EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
	EXPECT_EQ(MOTET_ROLE_HOLDER, status.role);
	EXPECT_EQ(-EBUSY, mt_open(self->actor, MOTET_ROLE_HOLDER, "close",
				  NULL));
	for (i = 1; i <= 3; i++) {
		EXPECT_EQ(0, mt_try_recv(holder, &value));
		EXPECT_EQ(i, value);
	}
	EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
}

/* Dies while its child still has the holder's handle. */
TEST_F(port, retained_after_death)
{
	struct motet_port_open arg = MT(motet_port_open,
					.role = MOTET_ROLE_HOLDER);
	int ready[2], sender, holder;
	__u64 value;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = mt_fork();
	if (pid == 0) {
		holder = create_retained(mt_actor(), "death", 0700, RETENTION,
					 &arg.id);
		EXPECT_LE(0, holder);
		EXPECT_EQ(sizeof(arg.id),
			  write(ready[1], &arg.id, sizeof(arg.id)));
		pause();
	}
	ASSERT_EQ(sizeof(arg.id), read(ready[0], &arg.id, sizeof(arg.id)));
	sender = mt_open(self->actor, MOTET_ROLE_SENDER, "death", NULL);
	EXPECT_EQ(0, mt_send(sender, 3, 42));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	/* by identifier as well */
	ASSERT_EQ(0, mt_ioctl(self->actor, MOTET_IOC_PORT_OPEN, &arg));
	EXPECT_EQ(0, mt_try_recv(arg.fd, &value));
	EXPECT_EQ(42, value);
}

TEST_F(port, suspended_senders_outlast_a_change_of_holder)
{
	struct motet_port_create create = {
		.mode = 0700, .retention = RETENTION,
		.limits[0].messages = 1,
	};
	int holder, sender;
	__u64 value;
	pid_t pid;

	holder = mt_create(self->actor, &create, "outlast");
	sender = mt_sender(self->actor, &create.id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	pid = mt_fork();
	if (pid == 0) {
		/* a file is closed when the last has closed it */
		close(holder);
		_exit(mt_send(sender, 0, 2) ? 1 : 0);
	}
	EXPECT_EQ(0, mt_until_suspended(&create.id, 1));
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	EXPECT_EQ(0, mt_until_suspended(&create.id, 1));
	holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "outlast", NULL);
	EXPECT_EQ(0, mt_recv(holder, &value));
	EXPECT_EQ(0, mt_recv(holder, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_F(port, retention_passes)
{
	int holder, sender;

	holder = create_retained(self->actor, "short", 0700, 50 * MT_MS, NULL);
	sender = mt_open(self->actor, MOTET_ROLE_SENDER, "short", NULL);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	/* it does not run while there is a holder */
	EXPECT_EQ(0, mt_poll(sender, 0, 200));
	close(holder);
	EXPECT_EQ(POLLHUP, mt_poll(sender, POLLHUP, 20000) & POLLHUP);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(-EOWNERDEAD, mt_send(sender, 0, 1));
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "short", NULL));
}

/* Nor does it go on running under the next holder. */
TEST_F(port, retention_ends_at_take_over)
{
	__u64 delay = 100 * MT_MS, end;
	int holder;

	/* as long as it takes to be there in time */
	do {
		delay *= 2;
		holder = create_retained(self->actor, "taken", 0700, delay,
					 NULL);
		ASSERT_LE(0, holder);
		end = mt_after(delay);
		close(holder);
		holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "taken", NULL);
	} while (holder == -ENOENT && end <= mt_now() &&
		 delay < 20 * MT_SECOND);
	ASSERT_LE(0, holder);
	EXPECT_EQ(0, mt_poll(holder, POLLIN, 2 * delay / MT_MS));
	EXPECT_EQ(0, mt_lookup(self->actor, "taken", NULL));
}

TEST_F(port, retention_is_checked)
{
	struct motet_info info;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_EQ(-EINVAL, create_retained(self->actor, NULL, 0700, 1, NULL));
	EXPECT_EQ(-EINVAL, create_retained(self->actor, "long", 0700,
					   info.retention_max + 1, NULL));
	EXPECT_LE(0, create_retained(self->actor, "long", 0700,
				     info.retention_max, NULL));
}

TEST_F(port, unlink_of_a_retained_port)
{
	struct motet_id id;
	int holder, sender;
	pid_t pid;

	holder = create_retained(self->actor, "unlink", 0700, RETENTION, &id);
	sender = mt_sender(self->actor, &id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	pid = mt_fork();
	if (pid == 0) {
		close(holder);
		_exit(mt_call(sender, 1, &(__u64){ 0 }, 0, NULL) ==
		      -EOWNERDEAD ? 0 : 1);
	}
	EXPECT_EQ(0, mt_until_blocked(pid));
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	EXPECT_EQ(0, mt_unlink(self->actor, "unlink"));
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(sender, 0, 1));
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &id));
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_F(port, unlink_of_a_held_port)
{
	struct motet_id id;
	int holder, sender;
	__u64 value;

	holder = create_retained(self->actor, "held", 0700, RETENTION, &id);
	sender = mt_sender(self->actor, &id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_unlink(self->actor, "held"));
	EXPECT_EQ(-ENOENT, mt_unlink(self->actor, "held"));
	EXPECT_EQ(-ENOENT, mt_open(self->actor, MOTET_ROLE_SENDER, "held",
				   NULL));
	/* the name is free and the port lives on */
	EXPECT_LE(0, mt_port(self->actor, "held", 1, NULL));
	EXPECT_EQ(0, mt_send(sender, 0, 5));
	EXPECT_EQ(0, mt_try_recv(holder, &value));
	EXPECT_LE(0, mt_sender(self->actor, &id));
	/* but it is not retained any more */
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
}

TEST_F(port, status)
{
	struct motet_port_create create = {
		.flags = MOTET_PORT_FIFO, .mode = 0640, .retention = RETENTION,
	};
	struct motet_port_status status;
	int i, holder, sender;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		create.limits[i].messages = 10 + i;
		create.limits[i].bytes = 1000 + i;
	}
	holder = mt_create(self->actor, &create, "status");
	sender = mt_sender(self->actor, &create.id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 2, 1));
	EXPECT_EQ(0, mt_send_flags(sender, 0, 3, "12345", 5));
	EXPECT_EQ(0, mt_status(sender, &status));
	EXPECT_EQ(sizeof(status), status.size);
	EXPECT_EQ(MOTET_PORT_FIFO, status.flags);
	EXPECT_EQ(MOTET_ROLE_SENDER, status.role);
	EXPECT_EQ(MOTET_PORT_STATE_HELD, status.state);
	EXPECT_EQ(0640, status.mode);
	EXPECT_EQ(RETENTION, status.retention);
	EXPECT_EQ(2, status.messages);
	EXPECT_EQ(13, status.bytes);
	EXPECT_EQ(0, memcmp(status.limits, create.limits,
			    sizeof(status.limits)));
	EXPECT_TRUE(mt_id_equal(&create.id, &status.id));
	EXPECT_EQ(0, mt_status(holder, &status));
	EXPECT_EQ(MOTET_ROLE_HOLDER, status.role);
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_EQ(MOTET_ROLE_ACTOR, status.role);
}

/* Messages and bytes have their defaults separately. */
TEST_F(port, default_bounds)
{
	struct motet_port_create create = {
		.mode = 0700,
		.limits[1].messages = 3, .limits[2].bytes = 100,
	};
	struct motet_port_status status;
	int i, holder;

	holder = mt_create(self->actor, &create, NULL);
	EXPECT_EQ(0, mt_status(holder, &status));
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		EXPECT_LT(0, status.limits[i].messages);
		EXPECT_LT(0, status.limits[i].bytes);
	}
	EXPECT_EQ(3, status.limits[1].messages);
	EXPECT_EQ(100, status.limits[2].bytes);
	EXPECT_EQ(status.limits[0].bytes, status.limits[1].bytes);
	EXPECT_EQ(status.limits[0].messages, status.limits[2].messages);
}

/* A status may be asked for by whoever has the handle, on a dead port too. */
TEST_F(port, status_of_anybody)
{
	struct motet_port_status status;
	struct motet_id id;
	int holder, sender;
	pid_t pid;

	holder = mt_port(self->actor, NULL, 1, &id);
	sender = mt_sender(self->actor, &id);
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_status(holder, &status));
		EXPECT_EQ(0, mt_status(sender, &status));
		EXPECT_EQ(0, mt_status(self->actor, &status));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
}

TEST_F(port, actor_of_another_process)
{
	struct motet_info info;
	struct motet_id id;
	pid_t pid;

	ASSERT_LE(0, mt_port(self->actor, "mine", 1, &id));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(-EPERM, mt_port(self->actor, NULL, 1, NULL));
		EXPECT_EQ(-EPERM, mt_sender(self->actor, &id));
		EXPECT_EQ(-EPERM, mt_open(self->actor, MOTET_ROLE_SENDER,
					  "mine", NULL));
		EXPECT_EQ(-EPERM, mt_lookup(self->actor, "mine", NULL));
		EXPECT_EQ(-EPERM, mt_unlink(self->actor, "mine"));
		EXPECT_EQ(-EPERM, mt_info(self->actor, &info));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_lookup(self->actor, "mine", NULL));
}

static void check_no_fd(struct __test_metadata *_metadata, int actor,
			const struct motet_id *id)
{
	struct rlimit none = { 0, 4096 }, old;

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	none.rlim_max = old.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(-EMFILE, mt_port(actor, "nofd", 1, NULL));
	EXPECT_EQ(-EMFILE, mt_sender(actor, id));
	EXPECT_EQ(-EMFILE, mt_open(actor, MOTET_ROLE_HOLDER, "kept", NULL));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
}

/* No file descriptor: nothing has changed. */
TEST_F(port, no_file_descriptor_left)
{
	struct motet_id id;
	int fd, sender;

	fd = create_retained(self->actor, "kept", 0700, RETENTION, &id);
	sender = mt_sender(self->actor, &id);
	ASSERT_LE(0, sender);
	close(fd);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	check_no_fd(_metadata, self->actor, &id);
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "nofd", NULL));
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	fd = mt_open(self->actor, MOTET_ROLE_HOLDER, "kept", NULL);
	EXPECT_LE(0, fd);
	EXPECT_LE(0, mt_port(self->actor, "nofd", 1, NULL));
}

/* Bad pointers at the end, after all is made: nothing has changed. */
TEST_F(port, answer_cannot_be_written)
{
	struct motet_port_create create = MT(motet_port_create, .mode = 0700,
					     .name = mt_ptr("readonly"),
					     .name_len = 8);
	void *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int before = dup(0), after;

	close(before);
	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_NONE));
	memcpy(page, &create, sizeof(create));
	memset(page + 4092, 'x', 4);
	ASSERT_EQ(0, mprotect(page, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->actor, MOTET_IOC_PORT_CREATE, page));
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "readonly", NULL));
	after = dup(0);
	EXPECT_EQ(before, after);
	close(after);
	create.name = mt_ptr(page) + 4092;
	EXPECT_EQ(-EFAULT, mt_ioctl(self->actor, MOTET_IOC_PORT_CREATE,
				    &create));
}

TEST_HARNESS_MAIN
