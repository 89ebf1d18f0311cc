// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of nodes: who may set it, what it shows and tells, and what becomes
 * of those who deal with ports of a node that leaves. Every test has a network
 * namespace, and so a table, of its own; ports of other nodes are stubs.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>

#include "kselftest_harness.h"
#include "motet_test.h"

FIXTURE(node) {
	int actor;
	struct mt_nl nl;
	struct mt_dump *dump;
};

FIXTURE_SETUP(node)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_EQ(0, mt_nl_open(&self->nl));
	self->dump = malloc(sizeof(*self->dump));
	ASSERT_TRUE(self->dump);
}

FIXTURE_TEARDOWN(node)
{
	mt_nl_close(&self->nl);
	free(self->dump);
}

static void add_u32(struct mt_attrs *request, __u16 type, __u32 value)
{
	mt_attr_add(request, type, &value, sizeof(value));
}

static void add_u64(struct mt_attrs *request, __u16 type, __u64 value)
{
	mt_attr_add(request, type, &value, sizeof(value));
}

static int set(struct mt_nl *nl, struct mt_attrs *request)
{
	int ret = mt_nl_do(nl, MOTET_CMD_NODE_SET, request, NULL);

	request->len = 0;
	return ret;
}

static int delete(struct mt_nl *nl, __u32 number)
{
	struct mt_attrs request = { 0 };

	add_u32(&request, MOTET_A_NODE_NUMBER, number);
	return mt_nl_do(nl, MOTET_CMD_NODE_DELETE, &request, NULL);
}

/* Node 0 is to ask for the own one. */
static int get(struct mt_nl *nl, __u32 number, struct mt_attrs *answer)
{
	struct mt_attrs request = { 0 };

	if (number)
		add_u32(&request, MOTET_A_NODE_NUMBER, number);
	return mt_nl_do(nl, MOTET_CMD_NODE_GET, &request, answer);
}

static __u64 number(struct mt_nl *nl, __u32 node, __u16 type)
{
	struct mt_attrs answer;

	return get(nl, node, &answer) ? ~0ULL : mt_attr_number(&answer, type);
}

static bool has(const struct mt_attrs *attrs, __u16 type, const char *text)
{
	size_t len = 0;
	const void *value = mt_attr(attrs, type, &len);

	return value && len == strlen(text) && !memcmp(value, text, len);
}

static int proxy(int actor, __u32 node, const char *name, struct motet_id *id)
{
	struct motet_port_create create = {
		.mode = MOTET_MODE_MASK, .node = node,
		.limits[0].messages = 1, .limits[1].messages = 1,
		.retention = name ? 100 * MT_SECOND : 0,
	};
	int fd = mt_create(actor, &create, name);

	if (id)
		*id = create.id;
	return fd;
}

/* Until somebody says otherwise a domain is a cluster of one. */
TEST_F(node, alone)
{
	struct mt_attrs answer;

	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_NODE_GET, self->dump));
	EXPECT_EQ(1, self->dump->count);
	ASSERT_EQ(0, get(&self->nl, 0, &answer));
	EXPECT_EQ(MOTET_CMD_NODE_GET, answer.cmd);
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_NODE_NUMBER));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_NODE_MEMBER));
	EXPECT_NE(NULL, mt_attr(&answer, MOTET_A_NODE_HERE, NULL));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_NODE_NAME, NULL));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_NODE_ADDRESS, NULL));
	EXPECT_NE(0, mt_attr_number(&answer, MOTET_A_NODE_BOOT_TIME));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_NODE_VIEW));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_NODE_SINCE_VIEW));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_NODE_SEQUENCE));
	EXPECT_EQ(-ESRCH, get(&self->nl, 2, &answer));
	ASSERT_EQ(0, mt_nl_do(&self->nl, MOTET_CMD_DOMAIN_GET, NULL, &answer));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_DOMAIN_NODES));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_DOMAIN_NODE));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_DOMAIN_VIEW));
}

/* What is given is changed, and the rest stays. */
TEST_F(node, set_and_get)
{
	struct mt_attrs request = { 0 }, answer;

	add_u32(&request, MOTET_A_NODE_NUMBER, ~0U);
	mt_attr_add(&request, MOTET_A_NODE_NAME, "far", 3);
	mt_attr_add(&request, MOTET_A_NODE_ADDRESS, "a\0b", 3);
	add_u32(&request, MOTET_A_NODE_MEMBER, 1);
	add_u64(&request, MOTET_A_NODE_BOOT_TIME, 12345);
	add_u64(&request, MOTET_A_NODE_VIEW, 7);
	ASSERT_EQ(0, set(&self->nl, &request));
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
	ASSERT_EQ(0, get(&self->nl, ~0U, &answer));
	EXPECT_EQ(~0U, mt_attr_number(&answer, MOTET_A_NODE_NUMBER));
	EXPECT_TRUE(has(&answer, MOTET_A_NODE_NAME, "far"));
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_NODE_ADDRESS, NULL),
			    "a\0b", 3));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_NODE_MEMBER));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_NODE_HERE, NULL));
	EXPECT_EQ(12345, mt_attr_number(&answer, MOTET_A_NODE_BOOT_TIME));
	EXPECT_EQ(7, mt_attr_number(&answer, MOTET_A_NODE_VIEW));
	EXPECT_EQ(7, mt_attr_number(&answer, MOTET_A_NODE_SINCE_VIEW));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_NODE_SEQUENCE));
	/* without a view, a change of membership begins the next */
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	EXPECT_EQ(8, number(&self->nl, 2, MOTET_A_NODE_SINCE_VIEW));
	EXPECT_EQ(8, number(&self->nl, ~0U, MOTET_A_NODE_VIEW));
	add_u32(&request, MOTET_A_NODE_NUMBER, ~0U);
	mt_attr_add(&request, MOTET_A_NODE_NAME, NULL, 0);
	ASSERT_EQ(0, set(&self->nl, &request));
	ASSERT_EQ(0, get(&self->nl, ~0U, &answer));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_NODE_NAME, NULL));
	EXPECT_NE(NULL, mt_attr(&answer, MOTET_A_NODE_ADDRESS, NULL));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_NODE_MEMBER));
	EXPECT_EQ(8, mt_attr_number(&answer, MOTET_A_NODE_VIEW));
	EXPECT_EQ(7, mt_attr_number(&answer, MOTET_A_NODE_SINCE_VIEW));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_NODE_GET, self->dump));
	EXPECT_EQ(3, self->dump->count);
}

/* A request that fails has changed nothing, and nobody is told of it. */
TEST_F(node, requests_are_checked)
{
	struct mt_attrs request = { 0 };
	char text[256];

	memset(text, 'x', sizeof(text));
	EXPECT_EQ(-EINVAL, set(&self->nl, &request));
	EXPECT_EQ(-EINVAL, mt_nl_do(&self->nl, MOTET_CMD_NODE_DELETE, NULL,
				    NULL));
	EXPECT_EQ(-ERANGE, mt_node_set(&self->nl, 0, 1, 0));
	EXPECT_EQ(-ERANGE, mt_node_set(&self->nl, 2, 2, 0));
	EXPECT_EQ(-ERANGE, delete(&self->nl, 0));
	add_u32(&request, MOTET_A_NODE_NUMBER, 2);
	mt_attr_add(&request, MOTET_A_NODE_NAME, text, 256);
	EXPECT_EQ(-EINVAL, set(&self->nl, &request));
	add_u32(&request, MOTET_A_NODE_NUMBER, 2);
	mt_attr_add(&request, MOTET_A_NODE_NAME, "a\0b", 3);
	EXPECT_EQ(-EINVAL, set(&self->nl, &request));
	add_u32(&request, MOTET_A_NODE_NUMBER, 2);
	mt_attr_add(&request, MOTET_A_NODE_ADDRESS, text, 65);
	EXPECT_EQ(-EINVAL, set(&self->nl, &request));
	EXPECT_EQ(0, number(&self->nl, 0, MOTET_A_NODE_SEQUENCE));
	/* the longest, and a view that is over */
	add_u32(&request, MOTET_A_NODE_NUMBER, 2);
	mt_attr_add(&request, MOTET_A_NODE_NAME, text, 255);
	mt_attr_add(&request, MOTET_A_NODE_ADDRESS, text, 64);
	add_u64(&request, MOTET_A_NODE_VIEW, 10);
	EXPECT_EQ(0, set(&self->nl, &request));
	add_u32(&request, MOTET_A_NODE_NUMBER, 3);
	add_u64(&request, MOTET_A_NODE_VIEW, 9);
	EXPECT_EQ(-ESTALE, set(&self->nl, &request));
	EXPECT_EQ(-ESRCH, delete(&self->nl, 3));
	EXPECT_EQ(1, number(&self->nl, 0, MOTET_A_NODE_SEQUENCE));
}

TEST_F(node, own_node)
{
	struct mt_attrs answer;

	EXPECT_EQ(-EBUSY, delete(&self->nl, 1));
	EXPECT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	EXPECT_EQ(-EEXIST, mt_node_set_here(&self->nl, 2));
	EXPECT_EQ(0, mt_node_set_here(&self->nl, 5));
	ASSERT_EQ(0, get(&self->nl, 0, &answer));
	EXPECT_EQ(5, mt_attr_number(&answer, MOTET_A_NODE_NUMBER));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_NODE_MEMBER));
	EXPECT_EQ(-ESRCH, get(&self->nl, 1, &answer));
	EXPECT_EQ(0, mt_node_set_here(&self->nl, 5));
	EXPECT_EQ(-EBUSY, delete(&self->nl, 5));
	/* a minority goes on with local work */
	ASSERT_LE(0, mt_port(self->actor, NULL, 1, NULL));
	EXPECT_EQ(0, mt_node_set(&self->nl, 5, 0, 0));
	ASSERT_LE(0, mt_port(self->actor, NULL, 1, NULL));
	EXPECT_EQ(-EBUSY, delete(&self->nl, 5));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_PORT_GET, self->dump));
	EXPECT_EQ(3, self->dump->count);
}

TEST_F(node, delete)
{
	EXPECT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	EXPECT_EQ(-EBUSY, delete(&self->nl, 2));
	EXPECT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
	EXPECT_EQ(0, delete(&self->nl, 2));
	EXPECT_EQ(-ESRCH, delete(&self->nl, 2));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_NODE_GET, self->dump));
	EXPECT_EQ(1, self->dump->count);
}

TEST_F(node, limit)
{
	__u32 i;

	for (i = 2; i <= MOTET_NODES_MAX; i++)
		ASSERT_EQ(0, mt_node_set(&self->nl, i * 1000, i % 2, 0));
	EXPECT_EQ(-EDQUOT, mt_node_set(&self->nl, 2, 1, 0));
	/* what is known can still be changed, renumbered and forgotten */
	EXPECT_EQ(0, mt_node_set(&self->nl, 2000, 1, 0));
	EXPECT_EQ(0, mt_node_set_here(&self->nl, 3));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_NODE_GET, self->dump));
	EXPECT_EQ(MOTET_NODES_MAX, self->dump->count);
	EXPECT_EQ(0, delete(&self->nl, 4000));
	EXPECT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
}

static int next_event(struct mt_nl *nl, __u8 cmd, __u32 node, __u64 *sequence,
		      struct mt_attrs *event)
{
	int ret = mt_nl_event(nl, 20000, event);

	if (ret)
		return ret;
	if (mt_attr_number(event, MOTET_A_NODE_SEQUENCE) != ++*sequence)
		return -EPROTO;
	if (mt_attr_number(event, MOTET_A_NODE_NUMBER) != node)
		return -ESRCH;
	return event->cmd == cmd ? 0 : -EBADMSG;
}

/* Anybody may listen. */
TEST_F(node, events)
{
	struct mt_attrs event;
	__u64 sequence = 0;
	struct mt_nl nl;
	pid_t pid;

	pid = mt_fork();
	if (pid == 0) {
		if (mt_become(MT_USER_A) || mt_nl_open(&nl))
			_exit(1);
		_exit(mt_nl_listen_nodes(&nl) ? 2 : 0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	ASSERT_EQ(0, mt_nl_open(&nl));
	ASSERT_EQ(0, mt_nl_listen_nodes(&nl));
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	ASSERT_EQ(0, next_event(&nl, MOTET_CMD_NODE_CREATE_NTF, 2, &sequence,
				&event));
	EXPECT_EQ(1, mt_attr_number(&event, MOTET_A_NODE_VIEW));
	EXPECT_EQ(1, mt_attr_number(&event, MOTET_A_NODE_SINCE_VIEW));
	EXPECT_EQ(1, mt_attr_number(&event, MOTET_A_NODE_MEMBER));
	/* ports have other listeners, and other numbers */
	ASSERT_LE(0, mt_port(self->actor, "unseen", 1, NULL));
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
	ASSERT_EQ(0, next_event(&nl, MOTET_CMD_NODE_CHANGE_NTF, 2, &sequence,
				&event));
	EXPECT_EQ(2, mt_attr_number(&event, MOTET_A_NODE_VIEW));
	EXPECT_EQ(0, mt_attr_number(&event, MOTET_A_NODE_MEMBER));
	ASSERT_EQ(0, delete(&self->nl, 2));
	ASSERT_EQ(0, next_event(&nl, MOTET_CMD_NODE_DELETE_NTF, 2, &sequence,
				&event));
	EXPECT_EQ(2, mt_attr_number(&event, MOTET_A_NODE_VIEW));
	ASSERT_EQ(0, mt_node_set_here(&self->nl, 9));
	ASSERT_EQ(0, next_event(&nl, MOTET_CMD_NODE_DELETE_NTF, 1, &sequence,
				&event));
	EXPECT_EQ(NULL, mt_attr(&event, MOTET_A_NODE_HERE, NULL));
	ASSERT_EQ(0, next_event(&nl, MOTET_CMD_NODE_CREATE_NTF, 9, &sequence,
				&event));
	EXPECT_NE(NULL, mt_attr(&event, MOTET_A_NODE_HERE, NULL));
	EXPECT_EQ(sequence, number(&self->nl, 0, MOTET_A_NODE_SEQUENCE));
	EXPECT_EQ(-EAGAIN, mt_nl_event(&nl, 0, &event));
	mt_nl_close(&nl);
}

TEST_F(node, privileges)
{
	struct mt_attrs answer;
	struct mt_nl nl;
	int actor;

	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	ASSERT_EQ(0, mt_nl_open(&nl));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	EXPECT_EQ(-EPERM, mt_node_set(&nl, 3, 1, 0));
	EXPECT_EQ(-EPERM, mt_node_set_here(&nl, 3));
	EXPECT_EQ(-EPERM, delete(&nl, 2));
	EXPECT_EQ(-EPERM, proxy(actor, 2, NULL, NULL));
	EXPECT_EQ(-EPERM, proxy(actor, 1, NULL, NULL));
	EXPECT_EQ(0, get(&nl, 2, &answer));
	ASSERT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_NODE_GET, self->dump));
	EXPECT_EQ(2, self->dump->count);
	/* root of a user namespace is not root of this domain */
	ASSERT_EQ(0, mt_user_namespace(MT_USER_A));
	ASSERT_EQ(0, mt_nl_open(&nl));
	actor = mt_actor();
	EXPECT_EQ(-EPERM, mt_node_set(&nl, 3, 1, 0));
	EXPECT_EQ(-EPERM, proxy(actor, 2, NULL, NULL));
	/* but of that of a network namespace which it makes itself */
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, mt_nl_open(&nl));
	actor = mt_actor();
	EXPECT_EQ(-ESRCH, get(&nl, 2, &answer));
	EXPECT_EQ(0, mt_node_set(&nl, 3, 1, 0));
	EXPECT_LE(0, proxy(actor, 3, NULL, NULL));
	EXPECT_EQ(-EPERM, mt_node_set(&self->nl, 3, 1, 0));
}

static __u32 node_of(int fd)
{
	struct motet_port_status status;

	return mt_status(fd, &status) ? ~0U : status.node;
}

TEST_F(node, proxies)
{
	struct mt_attrs answer;
	struct motet_id id;
	int fd;

	EXPECT_EQ(-ESRCH, proxy(self->actor, 2, NULL, NULL));
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
	EXPECT_EQ(-ESRCH, proxy(self->actor, 2, NULL, NULL));
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	fd = proxy(self->actor, 2, NULL, &id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(2, node_of(fd));
	ASSERT_EQ(0, mt_port_get(&id, &answer));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_PORT_NODE));
	/* the own node is 0, however it is called */
	fd = proxy(self->actor, 1, NULL, &id);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, node_of(fd));
	ASSERT_EQ(0, mt_port_get(&id, &answer));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_NODE));
}

/* What ends with errno N, in a process of its own. */
static pid_t start_sender(const struct motet_id *id)
{
	pid_t pid = mt_fork();

	if (pid == 0)
		_exit(-mt_send(mt_sender(mt_actor(), id), 0, 1));
	return pid;
}

static pid_t start_caller(const struct motet_id *id)
{
	pid_t pid = mt_fork();
	__u64 answer;

	if (pid == 0)
		_exit(-mt_call(mt_sender(mt_actor(), id), 1, &answer, 0, NULL));
	return pid;
}

static pid_t start_receiver(void)
{
	pid_t pid = mt_fork();
	__u64 value;
	int fd;

	if (pid == 0) {
		fd = proxy(mt_actor(), 2, "waits", NULL);
		_exit(-mt_recv(fd, &value));
	}
	return pid;
}

/* Whoever waits for a port of a node that leaves is told, and nobody else. */
TEST_F(node, leaving_ends_waiters)
{
	struct motet_id id, other, called, retained;
	int holder, sender, server, fd;
	pid_t pids[4];
	__u64 token, value;

	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	ASSERT_EQ(0, mt_node_set(&self->nl, 3, 1, 0));
	holder = proxy(self->actor, 2, NULL, &id);
	ASSERT_LE(0, holder);
	server = proxy(self->actor, 2, NULL, &called);
	ASSERT_LE(0, server);
	ASSERT_LE(0, proxy(self->actor, 3, NULL, &other));
	fd = proxy(self->actor, 2, "retained", &retained);
	ASSERT_LE(0, fd);
	close(fd);
	sender = mt_sender(self->actor, &id);
	ASSERT_LE(0, sender);
	ASSERT_EQ(0, mt_send(sender, 0, 1));
	pids[0] = start_sender(&id);
	EXPECT_EQ(0, mt_until_suspended(&id, 1));
	pids[1] = start_caller(&called);
	EXPECT_EQ(0, mt_recv_call(server, &token, &value));
	pids[2] = start_caller(&called);
	EXPECT_EQ(POLLIN, mt_poll(server, POLLIN, 20000));
	pids[3] = start_receiver();
	/* it has its port, and then blocks in what it does next */
	while (mt_lookup(self->actor, "waits", NULL))
		mt_breathe();
	EXPECT_EQ(0, mt_until_blocked(pids[3]));
	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
	EXPECT_EQ(EOWNERDEAD, mt_wait(pids[0]));
	EXPECT_EQ(ECONNRESET, mt_wait(pids[1]));
	EXPECT_EQ(EOWNERDEAD, mt_wait(pids[2]));
	EXPECT_EQ(EOWNERDEAD, mt_wait(pids[3]));
	EXPECT_EQ(-EOWNERDEAD, mt_send(sender, 0, 1));
	EXPECT_EQ(-EOWNERDEAD, mt_try_recv(holder, &value));
	EXPECT_EQ(-ECONNRESET, mt_reply(server, token, 1));
	EXPECT_EQ(POLLHUP, mt_poll(holder, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &id));
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &retained));
	EXPECT_EQ(-ENOENT, mt_lookup(self->actor, "waits", NULL));
	/* node 3 is still there, and so is this one */
	EXPECT_LE(0, mt_sender(self->actor, &other));
	EXPECT_LE(0, mt_port(self->actor, NULL, 1, NULL));
}

/* A node that was away for a moment has lost what it had. */
TEST_F(node, reboot)
{
	struct mt_attrs request = { 0 };
	struct motet_id id;

	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	ASSERT_LE(0, proxy(self->actor, 2, NULL, &id));
	/* it was not known when the node was booted */
	add_u32(&request, MOTET_A_NODE_NUMBER, 2);
	add_u64(&request, MOTET_A_NODE_BOOT_TIME, 1000);
	ASSERT_EQ(0, set(&self->nl, &request));
	EXPECT_LE(0, mt_sender(self->actor, &id));
	EXPECT_EQ(1, number(&self->nl, 2, MOTET_A_NODE_SINCE_VIEW));
	add_u32(&request, MOTET_A_NODE_NUMBER, 2);
	add_u64(&request, MOTET_A_NODE_BOOT_TIME, 2000);
	ASSERT_EQ(0, set(&self->nl, &request));
	EXPECT_EQ(-ESRCH, mt_sender(self->actor, &id));
	EXPECT_EQ(2, number(&self->nl, 2, MOTET_A_NODE_SINCE_VIEW));
	EXPECT_EQ(1, number(&self->nl, 2, MOTET_A_NODE_MEMBER));
	EXPECT_LE(0, proxy(self->actor, 2, NULL, NULL));
}

static void *make_proxies(void *arg)
{
	const bool *stop = arg;
	int actor = mt_actor(), fds[8], i;

	while (!__atomic_load_n(stop, __ATOMIC_SEQ_CST)) {
		for (i = 0; i < 8; i++)
			fds[i] = proxy(actor, 2, NULL, NULL);
		for (i = 0; i < 8; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
	close(actor);
	return NULL;
}

/* Whenever a node is absent, no port is on it. */
TEST_F_TIMEOUT(node, no_proxy_of_the_absent, 600)
{
	unsigned int round, rounds = mt_rounds(25);
	const __u32 two = 2;
	pthread_t threads[2];
	bool stop = false;
	int i;

	ASSERT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, make_proxies,
					    &stop));
	for (round = 0; round < rounds; round++) {
		EXPECT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
		EXPECT_EQ(0, mt_node_set(&self->nl, 2, 1, 0));
	}
	EXPECT_EQ(0, mt_node_set(&self->nl, 2, 0, 0));
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_PORT_GET, self->dump));
	EXPECT_EQ(0, mt_dump_find(self->dump, MOTET_A_PORT_NODE, &two,
				  sizeof(two), NULL));
}

static void *come_and_go(void *arg)
{
	const bool *stop = arg;
	struct mt_nl nl;
	__u32 i;

	if (mt_nl_open(&nl))
		return arg;
	for (i = 0; !__atomic_load_n(stop, __ATOMIC_SEQ_CST); i++)
		if (mt_node_set(&nl, i % 300 * 10 + 1001, 0, 0) ||
		    delete(&nl, i % 300 * 10 + 1001))
			return arg;
	mt_nl_close(&nl);
	return NULL;
}

/* Whatever lives all through a dump is in it once. */
TEST_F_TIMEOUT(node, dump_during_changes, 600)
{
	unsigned int round;
	bool stop = false;
	pthread_t thread;
	void *failed;
	__u32 i, steady;

	for (i = 1; i <= 300; i++)
		ASSERT_EQ(0, mt_node_set(&self->nl, i * 10, 1, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, come_and_go, &stop));
	for (round = 0; round < 10; round++) {
		ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_NODE_GET,
					self->dump));
		for (i = 1; i <= 300; i++) {
			steady = i * 10;
			EXPECT_EQ(1, mt_dump_find(self->dump,
						  MOTET_A_NODE_NUMBER, &steady,
						  sizeof(steady), NULL));
		}
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	pthread_join(thread, &failed);
	EXPECT_EQ(NULL, failed);
}

TEST_HARNESS_MAIN
