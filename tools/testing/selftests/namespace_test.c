// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Network, user and pid namespaces: what is seen from one in another.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "kselftest_harness.h"
#include "motet_test.h"

FIXTURE(namespace) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
	struct mt_dump *dump;
};

FIXTURE_SETUP(namespace)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_port(self->actor, "here", 4, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
	self->dump = malloc(sizeof(*self->dump));
	ASSERT_TRUE(self->dump);
}

FIXTURE_TEARDOWN(namespace)
{
	free(self->dump);
}

static __u64 references(void)
{
	char text[32];

	if (mt_read_file("/sys/module/motet/refcnt", text, sizeof(text)) < 0)
		return ~0ULL;
	return strtoull(text, NULL, 10);
}

static void let_go(FIXTURE_DATA(namespace) * self)
{
	close(self->sender);
	close(self->holder);
	close(self->actor);
}

/* Of this test, and of those before it, nothing holds the module any more. */
static __u64 until_unused(void)
{
	__u64 end = mt_after(60 * MT_SECOND);

	while (references() && mt_now() < end)
		mt_breathe();
	return references();
}

TEST_F(namespace, network_namespaces_are_apart)
{
	struct motet_id id;
	struct mt_nl nl;
	int actor, holder;
	__u64 value;
	pid_t pid = mt_fork();

	if (pid == 0) {
		EXPECT_EQ(0, unshare(CLONE_NEWNET));
		actor = mt_actor();
		EXPECT_LE(0, actor);
		EXPECT_EQ(-ENOENT, mt_lookup(actor, "here", NULL));
		EXPECT_EQ(-ENOENT, mt_open(actor, MOTET_ROLE_SENDER, "here",
					   NULL));
		EXPECT_EQ(-ESRCH, mt_sender(actor, &self->id));
		/* the same name is another's there */
		holder = mt_port(actor, "here", 4, &id);
		EXPECT_LE(0, holder);
		EXPECT_EQ(0, mt_nl_open(&nl));
		EXPECT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_PORT_GET, self->dump));
		EXPECT_EQ(2, self->dump->count);
		EXPECT_EQ(0, mt_dump_find(self->dump, MOTET_A_PORT_ID,
					  &self->id, 16, NULL));
		EXPECT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_ACTOR_GET, self->dump));
		EXPECT_EQ(1, self->dump->count);
		/* what is open stays open */
		EXPECT_EQ(0, mt_send(self->sender, 0, 5));
		EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(5, value);
}

/* An actor stays where it was opened, wherever its process goes. */
TEST_F(namespace, actor_keeps_its_domain)
{
	struct motet_id id;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(0, mt_lookup(self->actor, "here", &id));
	EXPECT_TRUE(mt_id_equal(&self->id, &id));
	EXPECT_EQ(-ENOENT, mt_lookup(mt_actor(), "here", NULL));
}

TEST_F(namespace, events_are_apart)
{
	struct mt_attrs event;
	struct mt_nl nl;
	pid_t pid;

	ASSERT_EQ(0, mt_nl_open(&nl));
	ASSERT_EQ(0, mt_nl_listen(&nl));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, unshare(CLONE_NEWNET));
		EXPECT_LE(0, mt_port(mt_actor(), "there", 1, NULL));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_LE(0, mt_port(self->actor, "mine", 1, NULL));
	EXPECT_EQ(0, mt_nl_event(&nl, 20000, &event));
	EXPECT_NE(NULL, mt_attr(&event, MOTET_A_PORT_NAME, NULL));
	EXPECT_EQ(0, memcmp(mt_attr(&event, MOTET_A_PORT_NAME, NULL), "mine",
			    4));
}

/* Nobody can reach them any more: they don't hold the namespace. */
TEST_F(namespace, retained_ports_go_with_it)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = 300 * MT_SECOND,
	};
	int i, actor, holder;
	char name[16];
	pid_t pid;

	let_go(self);
	ASSERT_EQ(0, until_unused());
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, unshare(CLONE_NEWNET));
		actor = mt_actor();
		for (i = 0; i < 10; i++) {
			snprintf(name, sizeof(name), "retained %d", i);
			holder = mt_create(actor, &create, name);
			EXPECT_LE(0, holder);
			EXPECT_EQ(0, mt_send(mt_sender(actor, &create.id), 0,
					     i));
			close(holder);
		}
		EXPECT_LE(10, references());
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, until_unused());
}

/* A limit of a domain is that domain's. */
TEST_F(namespace, limits_are_apart)
{
	struct mt_attrs request = { 0 };
	struct mt_nl nl;
	__u32 two = 2;
	int actor;
	pid_t pid = mt_fork();

	if (pid == 0) {
		EXPECT_EQ(0, unshare(CLONE_NEWNET));
		EXPECT_EQ(0, mt_nl_open(&nl));
		mt_attr_add(&request, MOTET_A_DOMAIN_PORTS_MAX, &two, 4);
		EXPECT_EQ(0, mt_nl_do(&nl, MOTET_CMD_DOMAIN_SET, &request,
				      NULL));
		actor = mt_actor();
		EXPECT_LE(0, mt_port(actor, NULL, 1, NULL));
		EXPECT_EQ(-EDQUOT, mt_port(actor, NULL, 1, NULL));
		EXPECT_LE(0, mt_port(self->actor, NULL, 1, NULL) < 0);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_LE(0, mt_port(self->actor, NULL, 1, NULL));
	EXPECT_LE(0, mt_port(self->actor, NULL, 1, NULL));
}

/* Root in a user namespace is nobody here, and somebody in its own domain. */
TEST_F(namespace, administrator_of_a_user_namespace)
{
	struct motet_port_create create = { .mode = 0 };
	struct mt_nl nl;
	int actor;
	pid_t pid;

	ASSERT_LE(0, mt_create(self->actor, &create, "closed"));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(0, mt_user_namespace(MT_USER_A));
		actor = mt_actor();
		EXPECT_EQ(-EACCES, mt_open(actor, MOTET_ROLE_SENDER, "closed",
					   NULL));
		EXPECT_EQ(-EACCES, mt_lookup(actor, "closed", NULL));
		EXPECT_EQ(-EACCES, mt_unlink(actor, "closed"));
		EXPECT_EQ(-EPERM, mt_purge());
		EXPECT_EQ(0, mt_nl_open(&nl));
		EXPECT_EQ(-EPERM, mt_nl_listen(&nl));
		mt_nl_close(&nl);
		EXPECT_EQ(0, unshare(CLONE_NEWNET));
		EXPECT_EQ(0, mt_nl_open(&nl));
		EXPECT_EQ(0, mt_nl_listen(&nl));
		EXPECT_EQ(0, mt_purge());
		create.size = 0;
		create.name_len = 0;
		actor = mt_actor();
		EXPECT_LE(0, mt_create(actor, &create, "own"));
		EXPECT_LE(0, mt_open(actor, MOTET_ROLE_SENDER, "own", NULL));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

static void recv_stamp(struct __test_metadata *_metadata, int holder,
		       struct motet_stamp *stamp)
{
	struct motet_msg msg = {
		.stamp = mt_ptr(stamp), .deadline = mt_after(20 * MT_SECOND),
	};
	__u64 value;

	*stamp = MT(motet_stamp);
	EXPECT_EQ(0, mt_recv_msg(holder, &msg, &value, sizeof(value)));
}

/* Users are named as the receiver knows them, or not at all. */
TEST_F(namespace, stamps_in_user_namespaces)
{
	int ready = eventfd(0, 0), go = eventfd(0, 0), other;
	struct motet_stamp stamp;
	eventfd_t count;
	pid_t pid, sender;

	pid = mt_fork();
	if (pid == 0) {
		int holder;

		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(0, mt_user_namespace(MT_USER_A));
		holder = mt_port(mt_actor(), "inside", 4, NULL);
		EXPECT_LE(0, holder);
		eventfd_write(ready, 1);
		recv_stamp(_metadata, holder, &stamp);
		EXPECT_EQ(65534, stamp.uid);
		EXPECT_EQ(65534, stamp.gid);
		EXPECT_EQ(getppid(), stamp.pid);
		eventfd_write(ready, 1);
		recv_stamp(_metadata, holder, &stamp);
		EXPECT_EQ(0, stamp.uid);
		EXPECT_EQ(0, stamp.gid);
		/* and from the inside to the outside */
		EXPECT_EQ(0, mt_send(self->sender, 0, 1));
		eventfd_read(go, &count);
		_exit(0);
	}
	eventfd_read(ready, &count);
	other = mt_open(self->actor, MOTET_ROLE_SENDER, "inside", NULL);
	EXPECT_EQ(0, mt_send(other, 0, 1));
	eventfd_read(ready, &count);
	sender = mt_fork();
	if (sender == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		_exit(mt_send(other, 0, 2) ? 1 : 0);
	}
	EXPECT_EQ(0, mt_wait(sender));
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(MT_USER_A, stamp.uid);
	EXPECT_EQ(MT_USER_A, stamp.gid);
	EXPECT_EQ(pid, stamp.pid);
	eventfd_write(go, 1);
	EXPECT_EQ(0, mt_wait(pid));
}

/* Namespaces come and go with objects in them, on two processors. */
TEST_F_TIMEOUT(namespace, churn, 600)
{
	unsigned int round, i;
	pid_t pids[2];

	let_go(self);
	ASSERT_EQ(0, until_unused());
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 2; i++) {
			pids[i] = mt_fork();
			if (pids[i])
				continue;
			EXPECT_EQ(0, unshare(CLONE_NEWNET));
			EXPECT_LE(0, mt_port(mt_actor(), "churn", 1, NULL));
			_exit(0);
		}
		for (i = 0; i < 2; i++)
			EXPECT_EQ(0, mt_wait(pids[i]));
	}
	EXPECT_EQ(0, until_unused());
}

/* Deadlines and stamps are those of the clock that the process sees. */
TEST(time_namespace)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg = MT(motet_msg, .stamp = mt_ptr(&stamp));
	struct motet_id id;
	int actor, holder;
	__u64 value, before;
	pid_t pid;

	if (unshare(CLONE_NEWTIME))
		SKIP(return, "no time namespaces");
	ASSERT_EQ(0, mt_write_file("/proc/self/timens_offsets",
				   "monotonic 100000 0"));
	pid = mt_fork();
	if (pid == 0) {
		actor = mt_actor();
		holder = mt_port(actor, NULL, 16, &id);
		before = mt_now();
		EXPECT_EQ(0, mt_send(mt_sender(actor, &id), 0, 1));
		EXPECT_EQ(0, mt_recv_msg(holder, &msg, &value, sizeof(value)));
		EXPECT_LE(before, stamp.monotonic);
		EXPECT_GE(mt_now(), stamp.monotonic);
		msg = MT(motet_msg, .deadline = mt_after(200 * MT_MS));
		EXPECT_EQ(-ETIMEDOUT, mt_ioctl(holder, MOTET_IOC_RECV, &msg));
		EXPECT_LE(before + 200 * MT_MS, mt_now());
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

/* In one that began before this machine did, never is not long ago. */
TEST(time_namespace_of_the_past)
{
	struct motet_msg msg;
	struct motet_id id;
	int actor, holder;
	__u64 value = 1;
	pid_t pid;

	if (unshare(CLONE_NEWTIME))
		SKIP(return, "no time namespaces");
	ASSERT_EQ(0, mt_write_file("/proc/self/timens_offsets",
				   "monotonic -1 0"));
	pid = mt_fork();
	if (pid == 0) {
		actor = mt_actor();
		holder = mt_port(actor, NULL, 16, &id);
		msg = MT(motet_msg, .expires = INT64_MAX);
		EXPECT_EQ(0, mt_send_msg(mt_sender(actor, &id), &msg, &value));
		EXPECT_EQ(0, mt_lease_recv(holder, &msg, &value, UINT64_MAX));
		EXPECT_EQ(0, mt_poll(holder, POLLIN, 100));
		EXPECT_EQ(0, mt_acknowledge(holder, msg.id));
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_HARNESS_MAIN
