// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every limit: reached, refused with its error, and free again afterwards.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "motet_test.h"

static const char *const params[] = {
	"body_max", "port_messages_max", "port_bytes_max", "retention_max",
	"domain_ports_max", "user_ports_max", "user_bytes_max",
	"user_actors_max", "handle_calls_max",
};

FIXTURE(limit) {
	int actor;
	__u64 before[ARRAY_SIZE(params)];
};

FIXTURE_SETUP(limit)
{
	unsigned int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* what the test before had is given back */
	ASSERT_EQ(0, mt_until_charged(MT_USER_A, MOTET_A_USER_ACTORS, 0));
	ASSERT_EQ(0, mt_until_charged(MT_USER_A, MOTET_A_USER_PORTS, 0));
	for (i = 0; i < ARRAY_SIZE(params); i++) {
		self->before[i] = mt_param(params[i]);
		ASSERT_NE(0, self->before[i]);
	}
}

/* Run by the parent: a test may have given its rights away, or failed. */
FIXTURE_TEARDOWN_PARENT(limit)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params); i++)
		EXPECT_EQ(0, mt_param_set(params[i], self->before[i]));
	EXPECT_LE(0, mt_purge());
}

static int create(int actor, __u32 messages, __u64 bytes, __u64 retention)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = retention,
	};
	int i, fd;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		create.limits[i].messages = messages;
		create.limits[i].bytes = bytes;
	}
	fd = mt_create(actor, &create, retention ? "limit" : NULL);
	return fd;
}

TEST_F(limit, body_max)
{
	int holder = create(self->actor, 4, 10000, 0), sender;
	struct motet_port_status status;
	struct motet_info info;
	char body[1001];

	ASSERT_EQ(0, mt_status(holder, &status));
	sender = mt_sender(self->actor, &status.id);
	ASSERT_EQ(0, mt_param_set("body_max", 1000));
	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_EQ(1000, info.body_max);
	EXPECT_EQ(-EMSGSIZE, mt_send_flags(sender, 0, 0, body, 1001));
	EXPECT_EQ(0, mt_send_flags(sender, 0, 0, body, 1000));
	ASSERT_EQ(0, mt_param_set("body_max", 1001));
	EXPECT_EQ(0, mt_send_flags(sender, 0, 0, body, 1001));
}

TEST_F(limit, bounds_of_a_port)
{
	struct motet_info info;
	int fd;

	ASSERT_EQ(0, mt_param_set("port_messages_max", 100));
	ASSERT_EQ(0, mt_param_set("port_bytes_max", 5000));
	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_EQ(100, info.port_messages_max);
	EXPECT_EQ(5000, info.port_bytes_max);
	EXPECT_EQ(-EINVAL, create(self->actor, 101, 0, 0));
	EXPECT_EQ(-EINVAL, create(self->actor, 100, 5001, 0));
	fd = create(self->actor, 100, 5000, 0);
	EXPECT_LE(0, fd);
	close(fd);
	/* a lower limit bounds the defaults, too */
	ASSERT_EQ(0, mt_param_set("port_messages_max", 1));
	ASSERT_EQ(0, mt_param_set("port_bytes_max", 1));
	EXPECT_LE(0, create(self->actor, 0, 0, 0));
}

TEST_F(limit, retention_max)
{
	struct motet_info info;

	ASSERT_EQ(0, mt_param_set("retention_max", MT_SECOND));
	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_EQ(MT_SECOND, info.retention_max);
	EXPECT_EQ(-EINVAL, create(self->actor, 1, 1, MT_SECOND + 1));
	EXPECT_LE(0, create(self->actor, 1, 1, MT_SECOND));
}

/* The domain may have a limit of its own below that of the module. */
TEST_F(limit, domain_ports)
{
	struct mt_attrs request = { 0 }, answer;
	struct mt_nl nl;
	__u32 ports, old;
	int fds[3], i;

	ASSERT_EQ(0, mt_nl_open(&nl));
	ASSERT_EQ(0, mt_nl_do(&nl, MOTET_CMD_DOMAIN_GET, NULL, &answer));
	ports = mt_attr_number(&answer, MOTET_A_DOMAIN_PORTS) + 2;
	old = mt_attr_number(&answer, MOTET_A_DOMAIN_PORTS_MAX);
	mt_attr_add(&request, MOTET_A_DOMAIN_PORTS_MAX, &ports, sizeof(ports));
	ASSERT_EQ(0, mt_nl_do(&nl, MOTET_CMD_DOMAIN_SET, &request, NULL));
	for (i = 0; i < 2; i++) {
		fds[i] = create(self->actor, 1, 1, 0);
		EXPECT_LE(0, fds[i]);
	}
	EXPECT_EQ(-EDQUOT, create(self->actor, 1, 1, 0));
	/* an actor has a port, too */
	EXPECT_EQ(-EDQUOT, mt_actor());
	close(fds[0]);
	fds[0] = create(self->actor, 1, 1, 0);
	EXPECT_LE(0, fds[0]);
	request.len = 0;
	mt_attr_add(&request, MOTET_A_DOMAIN_PORTS_MAX, &old, sizeof(old));
	EXPECT_EQ(0, mt_nl_do(&nl, MOTET_CMD_DOMAIN_SET, &request, NULL));
	EXPECT_LE(0, create(self->actor, 1, 1, 0));
}

/* What is charged goes by the real user; the saved one leads back. */
static int as_user(uid_t uid)
{
	return seteuid(0) || setresuid(uid, uid, 0) ? -errno : 0;
}

/* A user's number of actors. */
TEST_F(limit, user_actors)
{
	int fds[3], i;

	ASSERT_EQ(0, mt_param_set("user_actors_max", 3));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	for (i = 0; i < 3; i++) {
		fds[i] = mt_actor();
		EXPECT_LE(0, fds[i]);
	}
	EXPECT_EQ(-EDQUOT, mt_actor());
	close(fds[1]);
	/* what the file held is let go by work that is queued */
	do {
		fds[1] = mt_actor();
	} while (fds[1] == -EDQUOT);
	EXPECT_LE(0, fds[1]);
	EXPECT_EQ(-EDQUOT, mt_actor());
}

/* Its actors' default ports count as well. */
TEST_F(limit, user_ports)
{
	int actor, first, second;

	ASSERT_EQ(0, mt_param_set("user_ports_max", 3));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	first = create(actor, 1, 1, 0);
	second = create(actor, 1, 1, 0);
	EXPECT_LE(0, first);
	EXPECT_LE(0, second);
	EXPECT_EQ(-EDQUOT, create(actor, 1, 1, 0));
	EXPECT_EQ(-EDQUOT, mt_actor());
	close(first);
	EXPECT_LE(0, create(actor, 1, 1, 0));
}

/* What a port's bounds cost, its messages' own size included. */
TEST_F(limit, user_bytes)
{
	struct mt_attrs before, after;
	int actor, fd, other;
	__u64 cost;

	ASSERT_EQ(0, as_user(MT_USER_A));
	actor = mt_actor();
	fd = create(actor, 1, 1000, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, mt_user_get(MT_USER_A, &before));
	close(fd);
	ASSERT_EQ(0, mt_user_get(MT_USER_A, &after));
	cost = mt_attr_number(&before, MOTET_A_USER_BYTES) -
	       mt_attr_number(&after, MOTET_A_USER_BYTES);
	EXPECT_LE(4 * 1000, cost);
	EXPECT_GE(4 * 3000, cost);
	EXPECT_EQ(1, mt_attr_number(&after, MOTET_A_USER_PORTS));
	EXPECT_EQ(1, mt_attr_number(&after, MOTET_A_USER_ACTORS));
	ASSERT_EQ(0, mt_param_set("user_bytes_max", 2 * cost +
				  mt_attr_number(&after, MOTET_A_USER_BYTES)));
	ASSERT_EQ(0, as_user(MT_USER_A));
	fd = create(actor, 1, 1000, 0);
	other = create(actor, 1, 1000, 0);
	EXPECT_LE(0, fd);
	EXPECT_LE(0, other);
	EXPECT_EQ(-EDQUOT, create(actor, 1, 1, 0));
	close(fd);
	EXPECT_EQ(-EDQUOT, create(actor, 1, 1001, 0));
	EXPECT_LE(0, create(actor, 1, 1000, 0));
	ASSERT_EQ(0, seteuid(0));
}

/* Retained ports stay charged; a take-over is not refused for a quota. */
TEST_F(limit, take_over_may_exceed_it)
{
	int actor, fd;

	ASSERT_EQ(0, as_user(MT_USER_A));
	actor = mt_actor();
	fd = create(actor, 1, 1, 100 * MT_SECOND);
	ASSERT_LE(0, fd);
	close(fd);
	close(actor);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, mt_param_set("user_ports_max", 2));
	ASSERT_EQ(0, as_user(MT_USER_A));
	do {
		actor = mt_actor();
	} while (actor == -EDQUOT);
	EXPECT_EQ(-EDQUOT, create(actor, 1, 1, 0));
	EXPECT_LE(0, mt_open(actor, MOTET_ROLE_HOLDER, "limit", NULL));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, as_user(MT_USER_B));
	actor = mt_actor();
	EXPECT_LE(0, create(actor, 1, 1, 0));
	fd = mt_open(actor, MOTET_ROLE_SENDER, "limit", NULL);
	EXPECT_LE(0, fd);
	ASSERT_EQ(0, seteuid(0));
}

/* Root is counted, not limited. */
TEST_F(limit, root_is_not_limited)
{
	ASSERT_EQ(0, mt_param_set("user_ports_max", 1));
	ASSERT_EQ(0, mt_param_set("user_actors_max", 1));
	ASSERT_EQ(0, mt_param_set("user_bytes_max", 1));
	EXPECT_LE(0, mt_actor());
	EXPECT_LE(0, mt_actor());
	EXPECT_LE(0, create(self->actor, 1, 1, 0));
	EXPECT_LE(0, create(self->actor, 1, 1, 0));
}

/* Whatever user it is in its own namespaces, its owner pays. */
TEST_F(limit, user_namespaces_gain_nothing)
{
	int actor, fd, depth;

	ASSERT_EQ(0, mt_param_set("user_ports_max", 3));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	EXPECT_LE(0, create(actor, 1, 1, 0));
	/* a namespace in a namespace in a namespace */
	for (depth = 0; depth < 3; depth++)
		ASSERT_EQ(0, mt_user_namespace(depth ? 0 : MT_USER_A));
	fd = mt_actor();
	EXPECT_LE(0, fd);
	EXPECT_EQ(-EDQUOT, create(fd, 1, 1, 0));
	EXPECT_EQ(-EDQUOT, mt_actor());
}

/* An interrupted call each: the signal is always about to come. */
static __u64 unfinished_call(int sender, int *result)
{
	__u64 answer, id = 0;
	pid_t self = getpid(), pid = mt_fork();

	if (pid == 0) {
		/* once it waits: the system call of another process */
		if (!mt_until_blocked(self))
			kill(self, SIGUSR1);
		_exit(0);
	}
	*result = mt_call(sender, 1, &answer, 0, &id);
	mt_kill(pid);
	return id;
}

TEST_F(limit, handle_calls)
{
	struct motet_id id;
	int holder, sender, other, result, i;
	__u64 calls[3], answer;

	ASSERT_EQ(0, mt_param_set("handle_calls_max", 3));
	ASSERT_EQ(0, mt_alarm_signal(0));
	holder = mt_port(self->actor, NULL, 16, &id);
	sender = mt_sender(self->actor, &id);
	other = mt_sender(self->actor, &id);
	ASSERT_LE(0, holder);
	for (i = 0; i < 3; i++) {
		calls[i] = unfinished_call(sender, &result);
		EXPECT_EQ(-EINTR, result);
		EXPECT_NE(0, calls[i]);
	}
	EXPECT_EQ(-EDQUOT, mt_call(sender, 1, &answer, 0, NULL));
	/* it is a limit of the handle */
	EXPECT_EQ(-ETIMEDOUT, mt_call(other, 1, &answer, mt_after(MT_MS),
				      NULL));
	EXPECT_EQ(0, mt_cancel(sender, calls[1]));
	calls[1] = unfinished_call(sender, &result);
	EXPECT_EQ(-EINTR, result);
	EXPECT_NE(0, calls[1]);
}

/* Parameters can be read by all, and written by root. */
TEST_F(limit, parameters)
{
	char path[128];
	struct stat st;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		snprintf(path, sizeof(path),
			 "/sys/module/motet/parameters/%s", params[i]);
		EXPECT_EQ(0, stat(path, &st));
		EXPECT_EQ(0644, st.st_mode & 0777);
		EXPECT_GT(0, mt_write_file(path, "nonsense"));
		EXPECT_GT(0, mt_write_file(path, "-1"));
		EXPECT_EQ(self->before[i], mt_param(params[i]));
	}
}

#define CGROUP		"/sys/fs/cgroup/motet_test"
#define CGROUP_BODY	65536
#define CGROUP_COUNT	64
#define CGROUP_STOCK	0x100000

FIXTURE(cgroup) {
	int actor;
	int holder;
	int sender;
};

FIXTURE_SETUP(cgroup)
{
	struct motet_port_create create = { .mode = 0777 };

	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		SKIP(return, "no version 2 hierarchy of cgroups");
	if (access(CGROUP "/memory.current", F_OK))
		SKIP(return, "the kernel has no memory cgroups");
	self->actor = mt_actor();
	create.limits[0].messages = 1000;
	create.limits[0].bytes = 1 << 26;
	self->holder = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &create.id);
	ASSERT_LE(0, self->sender);
	ASSERT_EQ(0, mt_write_file(CGROUP "/memory.max", "max"));
}

FIXTURE_TEARDOWN_PARENT(cgroup)
{
	rmdir(CGROUP);
}

static __u64 charged(void)
{
	char text[64];

	mt_read_file(CGROUP "/memory.current", text, sizeof(text));
	return strtoull(text, NULL, 10);
}

/* How many messages a child in the group can send; it stays a member. */
static pid_t send_in_cgroup(int sender, int count, int *sent, int *result)
{
	static char body[CGROUP_BODY];
	pid_t pid = mt_fork();

	if (pid)
		return pid;
	if (mt_write_file(CGROUP "/cgroup.procs", "0"))
		_exit(1);
	for (*sent = 0; *sent < count; ++*sent) {
		*result = mt_send_flags(sender, MOTET_MSG_DONTWAIT, 0, body,
					sizeof(body));
		if (*result)
			break;
	}
	_exit(0);
}

static void drain(int holder)
{
	static char body[CGROUP_BODY];
	struct motet_msg msg = { 0 };

	while (!mt_try_recv_msg(holder, &msg, body, sizeof(body)))
		msg = (struct motet_msg){ 0 };
}

/* Who sends pays, even after its death; what is received is paid no more. */
TEST_F(cgroup, messages_are_charged_to_the_sender)
{
	const __u64 bytes = (__u64)CGROUP_COUNT * CGROUP_BODY;
	int *shared = mt_shared(2 * sizeof(int));
	__u64 full, empty, end;
	pid_t pid;

	pid = send_in_cgroup(self->sender, CGROUP_COUNT, &shared[0],
			     &shared[1]);
	EXPECT_EQ(0, mt_wait(pid));
	ASSERT_EQ(CGROUP_COUNT, shared[0]);
	full = charged();
	EXPECT_LE(bytes, full);
	drain(self->holder);
	/* each processor keeps a quarter of a MiB charged for the next */
	empty = full - bytes + CGROUP_STOCK;
	end = mt_after(20 * MT_SECOND);
	while (charged() > empty && mt_now() < end)
		mt_breathe();
	EXPECT_GE(empty, charged());
}

/* At the bound of the group, and nobody else suffers. */
TEST_F(cgroup, full)
{
	int *shared = mt_shared(2 * sizeof(int));
	char body[64];
	pid_t pid;
	int ret;

	ASSERT_EQ(0, mt_write_file(CGROUP "/memory.max", "3M"));
	mt_write_file(CGROUP "/memory.swap.max", "0");
	pid = send_in_cgroup(self->sender, 1000, &shared[0], &shared[1]);
	ret = mt_wait(pid);
	/* an allocation of the kernel fails, or the group's killer comes */
	EXPECT_TRUE(ret == 0 || ret == 1000 + SIGKILL);
	if (ret == 0)
		EXPECT_EQ(-ENOMEM, shared[1]);
	EXPECT_LT(0, shared[0]);
	EXPECT_GT(48, shared[0]);
	EXPECT_EQ(0, mt_send_flags(self->sender, MOTET_MSG_DONTWAIT, 0, body,
				   sizeof(body)));
	drain(self->holder);
	ASSERT_EQ(0, mt_write_file(CGROUP "/memory.max", "max"));
	pid = send_in_cgroup(self->sender, 1, &shared[0], &shared[1]);
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(1, shared[0]);
	drain(self->holder);
}

TEST_HARNESS_MAIN
