// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink family: answers, errors, who may see what, dumps and events.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "group_test.h"

FIXTURE(netlink) {
	int actor;
	struct mt_nl nl;
	struct motet_info info;
	struct mt_dump *dump;
};

FIXTURE_SETUP(netlink)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* those of the test before are gone */
	ASSERT_EQ(0, mt_until_charged(0, MOTET_A_USER_ACTORS, 1));
	ASSERT_EQ(0, mt_until_charged(MT_USER_A, MOTET_A_USER_ACTORS, 0));
	ASSERT_EQ(0, mt_info(self->actor, &self->info));
	ASSERT_EQ(0, mt_nl_open(&self->nl));
	self->dump = malloc(sizeof(*self->dump));
	ASSERT_TRUE(self->dump);
}

FIXTURE_TEARDOWN(netlink)
{
	mt_nl_close(&self->nl);
	free(self->dump);
	/* unless the test has given that right away */
	if (geteuid() == 0)
		EXPECT_LE(0, mt_purge());
}

static __u64 domain(struct mt_nl *nl, __u16 type)
{
	struct mt_attrs answer;

	if (mt_nl_do(nl, MOTET_CMD_DOMAIN_GET, NULL, &answer))
		return ~0ULL;
	return mt_attr_number(&answer, type);
}

static int get_port(struct mt_nl *nl, const struct motet_id *id,
		    const char *name, struct mt_attrs *answer)
{
	struct mt_attrs request = { 0 };

	if (id)
		mt_attr_add(&request, MOTET_A_PORT_ID, id, sizeof(*id));
	if (name)
		mt_attr_add(&request, MOTET_A_PORT_NAME, name, strlen(name));
	return mt_nl_do(nl, MOTET_CMD_PORT_GET, &request, answer);
}

TEST_F(netlink, domain_get)
{
	struct motet_port_create create = {
		.mode = 0700, .retention = 100 * MT_SECOND,
	};
	__u64 actors = domain(&self->nl, MOTET_A_DOMAIN_ACTORS);
	__u64 ports = domain(&self->nl, MOTET_A_DOMAIN_PORTS);
	__u64 named = domain(&self->nl, MOTET_A_DOMAIN_NAMED_PORTS);
	__u64 sequence = domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE);
	int actor = mt_actor(), holder;

	holder = mt_create(actor, &create, "domain");
	ASSERT_LE(0, holder);
	EXPECT_EQ(actors + 1, domain(&self->nl, MOTET_A_DOMAIN_ACTORS));
	EXPECT_EQ(ports + 2, domain(&self->nl, MOTET_A_DOMAIN_PORTS));
	EXPECT_EQ(named + 1, domain(&self->nl, MOTET_A_DOMAIN_NAMED_PORTS));
	EXPECT_EQ(0, domain(&self->nl, MOTET_A_DOMAIN_RETAINED_PORTS));
	/* an event for each port */
	EXPECT_EQ(sequence + 2, domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE));
	EXPECT_EQ(self->info.domain_ports_max,
		  domain(&self->nl, MOTET_A_DOMAIN_PORTS_MAX));
	close(holder);
	EXPECT_EQ(1, domain(&self->nl, MOTET_A_DOMAIN_RETAINED_PORTS));
	EXPECT_EQ(1, mt_purge());
	EXPECT_EQ(0, mt_purge());
	EXPECT_EQ(0, domain(&self->nl, MOTET_A_DOMAIN_RETAINED_PORTS));
	close(actor);
	EXPECT_EQ(ports, domain(&self->nl, MOTET_A_DOMAIN_PORTS));
}

static int set_ports_max(struct mt_nl *nl, __u32 value)
{
	struct mt_attrs request = { 0 };

	mt_attr_add(&request, MOTET_A_DOMAIN_PORTS_MAX, &value, sizeof(value));
	return mt_nl_do(nl, MOTET_CMD_DOMAIN_SET, &request, NULL);
}

TEST_F(netlink, domain_set)
{
	__u64 limit = mt_param("domain_ports_max");
	__u32 old = self->info.domain_ports_max;

	EXPECT_EQ(-ERANGE, set_ports_max(&self->nl, 0));
	EXPECT_EQ(-ERANGE, set_ports_max(&self->nl, limit + 1));
	EXPECT_EQ(-ERANGE, set_ports_max(&self->nl, ~0U));
	EXPECT_EQ(old, domain(&self->nl, MOTET_A_DOMAIN_PORTS_MAX));
	EXPECT_EQ(0, set_ports_max(&self->nl, limit));
	EXPECT_EQ(0, set_ports_max(&self->nl, 500));
	EXPECT_EQ(500, domain(&self->nl, MOTET_A_DOMAIN_PORTS_MAX));
	EXPECT_EQ(0, mt_info(self->actor, &self->info));
	EXPECT_EQ(500, self->info.domain_ports_max);
	EXPECT_EQ(0, set_ports_max(&self->nl, old));
	/* nothing to set */
	EXPECT_EQ(-EINVAL, mt_nl_do(&self->nl, MOTET_CMD_DOMAIN_SET, NULL,
				    NULL));
}

TEST_F(netlink, requests_are_checked)
{
	struct mt_attrs request = { 0 };
	__u8 cmd;
	int ret;

	/* an identifier of another length, a number of another size */
	mt_attr_add(&request, MOTET_A_PORT_ID, &self->info.port, 15);
	EXPECT_GT(0, mt_nl_do(&self->nl, MOTET_CMD_PORT_GET, &request, NULL));
	request.len = 0;
	mt_attr_add(&request, MOTET_A_DOMAIN_PORTS_MAX, "12", 2);
	EXPECT_GT(0, mt_nl_do(&self->nl, MOTET_CMD_DOMAIN_SET, &request, NULL));
	request.len = 0;
	mt_attr_add(&request, 77, "1234", 4);
	for (cmd = MOTET_CMD_DOMAIN_GET; cmd <= MOTET_CMD_PURGE; cmd++)
		EXPECT_EQ(-EINVAL, mt_nl_do(&self->nl, cmd, &request, NULL));
	EXPECT_EQ(-EINVAL, mt_nl_do(&self->nl, MOTET_CMD_PORT_GET, &request,
				    NULL));
	/* trackers of what? */
	EXPECT_EQ(-EINVAL, mt_nl_dump(&self->nl, MOTET_CMD_TRACKER_GET,
				      self->dump));
	/* what is only dumped, only told, or not there */
	for (cmd = 0; cmd < MOTET_CMD_MAX + 5; cmd++) {
		if (cmd == MOTET_CMD_DOMAIN_GET || cmd == MOTET_CMD_PORT_GET ||
		    cmd == MOTET_CMD_DOMAIN_SET || cmd == MOTET_CMD_PURGE ||
		    cmd == MOTET_CMD_NODE_GET || cmd == MOTET_CMD_NODE_SET ||
		    cmd == MOTET_CMD_NODE_DELETE ||
		    cmd == MOTET_CMD_GROUP_GET || cmd == MOTET_CMD_LOCK_GET ||
		    cmd == MOTET_CMD_LOCK_PURGE ||
		    cmd == MOTET_CMD_CHANNEL_GET ||
		    cmd == MOTET_CMD_CHECKPOINT_GET)
			continue;
		ret = mt_nl_do(&self->nl, cmd, NULL, NULL);
		EXPECT_EQ(-EOPNOTSUPP, ret) {
			TH_LOG("command %u", cmd);
		}
	}
}

TEST_F(netlink, port_get)
{
	struct motet_port_create create = {
		.mode = 0640, .retention = 7 * MT_SECOND,
	};
	struct mt_attrs answer;
	int holder, sender, i;
	__u64 value;
	size_t len;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		create.limits[i].messages = 2 + i;
		create.limits[i].bytes = 100 * (i + 1);
	}
	holder = mt_create(self->actor, &create, "shown");
	sender = mt_sender(self->actor, &create.id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(0, mt_send(sender, 0, 2));
	EXPECT_EQ(-EAGAIN, mt_try_send(sender, 0, 3));
	EXPECT_EQ(0, mt_recv(holder, &value));
	ASSERT_EQ(0, get_port(&self->nl, NULL, "shown", &answer));
	EXPECT_EQ(MOTET_CMD_PORT_GET, answer.cmd);
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_PORT_ID, &len),
			    &create.id, 16));
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_PORT_NAME, &len), "shown",
			    5));
	EXPECT_EQ(5, len);
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_PORT_HOLDER, &len),
			    &self->info.actor, 16));
	EXPECT_EQ(MOTET_PORT_STATE_HELD,
		  mt_attr_number(&answer, MOTET_A_PORT_STATE));
	EXPECT_EQ(getpid(), mt_attr_number(&answer, MOTET_A_PORT_PID));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_UID));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_GID));
	EXPECT_EQ(0640, mt_attr_number(&answer, MOTET_A_PORT_MODE));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_PORT_DEFAULT, NULL));
	EXPECT_EQ(7 * MT_SECOND,
		  mt_attr_number(&answer, MOTET_A_PORT_RETENTION));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_EPOCH));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_MESSAGES));
	EXPECT_EQ(8, mt_attr_number(&answer, MOTET_A_PORT_BYTES));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_PORT_MESSAGES_PEAK));
	EXPECT_EQ(16, mt_attr_number(&answer, MOTET_A_PORT_BYTES_PEAK));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_PORT_SENT));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_RECEIVED));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_REFUSED));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_SUSPENDED));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_CALLS));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_HANDLES));
	EXPECT_EQ(1000, mt_attr_number(&answer, MOTET_A_PORT_BYTES_MAX));
	EXPECT_EQ(14, mt_attr_number(&answer, MOTET_A_PORT_MESSAGES_MAX));
	EXPECT_EQ(domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE),
		  mt_attr_number(&answer, MOTET_A_PORT_SEQUENCE));
	close(holder);
}

TEST_F(netlink, port_get_which)
{
	struct motet_port_create create = {
		.mode = 0640, .limits[0].messages = 1,
		.retention = 7 * MT_SECOND,
	};
	struct mt_attrs answer;
	struct motet_id id;
	int holder;

	holder = mt_create(self->actor, &create, "shown");
	ASSERT_LE(0, holder);
	/* the identifier goes before the name */
	EXPECT_EQ(0, get_port(&self->nl, &self->info.port, "shown", &answer));
	EXPECT_NE(NULL, mt_attr(&answer, MOTET_A_PORT_DEFAULT, NULL));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_PORT_NAME, NULL));
	EXPECT_EQ(-ENOENT, get_port(&self->nl, NULL, "hidden", &answer));
	id = create.id;
	id.bytes[7] ^= 1;
	EXPECT_EQ(-ESRCH, get_port(&self->nl, &id, NULL, &answer));
	EXPECT_EQ(-ESRCH, get_port(&self->nl, &self->info.actor, NULL,
				   &answer));
	EXPECT_EQ(-EINVAL, get_port(&self->nl, NULL, NULL, &answer));
	close(holder);
	EXPECT_EQ(0, get_port(&self->nl, NULL, "shown", &answer));
	EXPECT_EQ(MOTET_PORT_STATE_RETAINED,
		  mt_attr_number(&answer, MOTET_A_PORT_STATE));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_PORT_HOLDER, NULL));
}

TEST_F(netlink, longest_name)
{
	static char name[MOTET_NAME_MAX + 2];
	struct mt_attrs answer;
	size_t len;

	memset(name, 0xfe, MOTET_NAME_MAX + 1);
	EXPECT_EQ(-EINVAL, get_port(&self->nl, NULL, name, &answer));
	name[MOTET_NAME_MAX] = 0;
	ASSERT_LE(0, mt_port(self->actor, name, 1, NULL));
	ASSERT_EQ(0, get_port(&self->nl, NULL, name, &answer));
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_PORT_NAME, &len), name,
			    MOTET_NAME_MAX));
	EXPECT_EQ(MOTET_NAME_MAX, len);
}

TEST_F(netlink, actor_dump)
{
	int count, second = mt_actor();
	struct mt_attrs actor;

	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_ACTOR_GET, self->dump));
	EXPECT_EQ(domain(&self->nl, MOTET_A_DOMAIN_ACTORS), self->dump->count);
	count = mt_dump_find(self->dump, MOTET_A_ACTOR_ID, &self->info.actor,
			     16, &actor);
	ASSERT_EQ(1, count);
	EXPECT_EQ(0, memcmp(mt_attr(&actor, MOTET_A_ACTOR_PORT, NULL),
			    &self->info.port, 16));
	EXPECT_EQ(getpid(), mt_attr_number(&actor, MOTET_A_ACTOR_PID));
	EXPECT_EQ(0, mt_attr_number(&actor, MOTET_A_ACTOR_UID));
	EXPECT_EQ(1, mt_attr_number(&actor, MOTET_A_ACTOR_PORTS));
	EXPECT_EQ(NULL, mt_attr(&actor, MOTET_A_ACTOR_DEAD, NULL));
	close(second);
}

TEST_F(netlink, user_dump)
{
	struct mt_attrs before, after;

	ASSERT_EQ(0, mt_user_get(0, &before));
	ASSERT_LE(0, mt_port(self->actor, NULL, 1, NULL));
	ASSERT_LE(0, mt_actor());
	ASSERT_EQ(0, mt_user_get(0, &after));
	EXPECT_EQ(mt_attr_number(&before, MOTET_A_USER_ACTORS) + 1,
		  mt_attr_number(&after, MOTET_A_USER_ACTORS));
	EXPECT_EQ(mt_attr_number(&before, MOTET_A_USER_PORTS) + 2,
		  mt_attr_number(&after, MOTET_A_USER_PORTS));
	EXPECT_LT(mt_attr_number(&before, MOTET_A_USER_BYTES),
		  mt_attr_number(&after, MOTET_A_USER_BYTES));
}

/* What an ordinary user sees of the ports and actors of root, and may do. */
TEST_F(netlink, permissions)
{
	struct motet_id id;
	struct mt_attrs answer;
	struct mt_nl nl;
	__u32 uid = MT_USER_A, root = 0;
	int actor;

	ASSERT_LE(0, mt_port(self->actor, NULL, 1, &id));
	ASSERT_LE(0, mt_port(self->actor, "public", 1, NULL));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	ASSERT_EQ(0, mt_nl_open(&nl));
	actor = mt_actor();
	ASSERT_LE(0, actor);
	EXPECT_EQ(-EPERM, set_ports_max(&nl, 500));
	EXPECT_EQ(-EPERM, mt_nl_do(&nl, MOTET_CMD_PURGE, NULL, NULL));
	EXPECT_EQ(0, mt_nl_do(&nl, MOTET_CMD_DOMAIN_GET, NULL, &answer));
	EXPECT_EQ(-EACCES, get_port(&nl, &id, NULL, &answer));
	EXPECT_EQ(0, get_port(&nl, NULL, "public", &answer));
	EXPECT_EQ(-EPERM, mt_nl_listen(&nl));
	ASSERT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_PORT_GET, self->dump));
	EXPECT_EQ(0, mt_dump_find(self->dump, MOTET_A_PORT_ID, &id, 16, NULL));
	EXPECT_EQ(1, mt_dump_find(self->dump, MOTET_A_PORT_NAME, "public", 6,
				  NULL));
	EXPECT_EQ(1, mt_dump_find(self->dump, MOTET_A_PORT_UID, &uid, 4, NULL));
	ASSERT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_ACTOR_GET, self->dump));
	EXPECT_EQ(1, self->dump->count);
	EXPECT_EQ(0, mt_dump_find(self->dump, MOTET_A_ACTOR_UID, &root, 4,
				  NULL));
	ASSERT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_USER_GET, self->dump));
	EXPECT_EQ(1, self->dump->count);
	EXPECT_EQ(1, mt_dump_find(self->dump, MOTET_A_USER_UID, &uid, 4, NULL));
}

static int next_event(struct mt_nl *nl, __u8 cmd, const struct motet_id *id,
		      __u64 *sequence, struct mt_attrs *event)
{
	size_t len;
	int ret;

	ret = mt_nl_event(nl, 20000, event);
	if (ret)
		return ret;
	if (mt_attr_number(event, MOTET_A_PORT_SEQUENCE) != ++*sequence)
		return -EPROTO;
	if (memcmp(mt_attr(event, MOTET_A_PORT_ID, &len), id, 16))
		return -ESRCH;
	return event->cmd == cmd ? 0 : -EBADMSG;
}

TEST_F(netlink, events)
{
	struct motet_port_create create = {
		.mode = 0700, .retention = 100 * MT_SECOND,
	};
	struct mt_attrs event;
	struct mt_nl nl;
	__u64 sequence;
	int holder;

	ASSERT_EQ(0, mt_nl_open(&nl));
	ASSERT_EQ(0, mt_nl_listen(&nl));
	sequence = domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE);
	holder = mt_create(self->actor, &create, "event");
	EXPECT_EQ(0, next_event(&nl, MOTET_CMD_PORT_CREATE_NTF, &create.id,
				&sequence, &event));
	EXPECT_EQ(MOTET_PORT_STATE_HELD,
		  mt_attr_number(&event, MOTET_A_PORT_STATE));
	close(holder);
	EXPECT_EQ(0, next_event(&nl, MOTET_CMD_PORT_CHANGE_NTF, &create.id,
				&sequence, &event));
	EXPECT_EQ(MOTET_PORT_STATE_RETAINED,
		  mt_attr_number(&event, MOTET_A_PORT_STATE));
	holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "event", NULL);
	EXPECT_EQ(0, next_event(&nl, MOTET_CMD_PORT_CHANGE_NTF, &create.id,
				&sequence, &event));
	EXPECT_EQ(MOTET_PORT_STATE_HELD,
		  mt_attr_number(&event, MOTET_A_PORT_STATE));
	EXPECT_EQ(0, mt_unlink(self->actor, "event"));
	EXPECT_EQ(0, next_event(&nl, MOTET_CMD_PORT_CHANGE_NTF, &create.id,
				&sequence, &event));
	EXPECT_EQ(NULL, mt_attr(&event, MOTET_A_PORT_NAME, NULL));
	close(holder);
	EXPECT_EQ(0, next_event(&nl, MOTET_CMD_PORT_DELETE_NTF, &create.id,
				&sequence, &event));
	EXPECT_EQ(MOTET_PORT_STATE_DEAD,
		  mt_attr_number(&event, MOTET_A_PORT_STATE));
	EXPECT_EQ(sequence, domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE));
	EXPECT_EQ(-EAGAIN, mt_nl_event(&nl, 0, &event));
	mt_nl_close(&nl);
}

/* Ports come and go while others look on. */
static void *churn(void *arg)
{
	const bool *stop = arg;
	int actor = mt_actor(), i, fds[8];

	while (!__atomic_load_n(stop, __ATOMIC_SEQ_CST)) {
		for (i = 0; i < 8; i++)
			fds[i] = mt_port(actor, NULL, 1, NULL);
		for (i = 0; i < 8; i++)
			close(fds[i]);
	}
	close(actor);
	return NULL;
}

#define STEADY	100

/* Whatever lives all through a dump is in it once. */
TEST_F_TIMEOUT(netlink, dump_during_churn, 600)
{
	struct motet_id ids[STEADY];
	bool stop = false;
	unsigned int round;
	pthread_t threads[2];
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, churn, &stop));
	for (i = 0; i < STEADY; i++)
		ASSERT_LE(0, mt_port(self->actor, NULL, 1, &ids[i]));
	for (round = 0; round < 10; round++) {
		ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_PORT_GET,
					self->dump));
		for (i = 0; i < STEADY; i++)
			EXPECT_EQ(1, mt_dump_find(self->dump, MOTET_A_PORT_ID,
						  &ids[i], 16, NULL));
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* No number is missing, however fast they come and from wherever. */
TEST_F_TIMEOUT(netlink, sequence_during_churn, 600)
{
	struct mt_attrs event;
	bool stop = false;
	pthread_t threads[2];
	__u64 last, seen;
	struct mt_nl nl;
	unsigned int i;

	ASSERT_EQ(0, mt_nl_open(&nl));
	ASSERT_EQ(0, mt_nl_listen(&nl));
	last = domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, churn, &stop));
	for (i = 0; i < 1000; i++) {
		int ret = mt_nl_event(&nl, 20000, &event);

		/* who can't follow is told so, and starts again from a dump */
		if (ret == -ENOBUFS) {
			last = 0;
			continue;
		}
		ASSERT_EQ(0, ret);
		seen = mt_attr_number(&event, MOTET_A_PORT_SEQUENCE);
		if (last)
			EXPECT_EQ(last + 1, seen);
		last = seen;
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	mt_nl_close(&nl);
}

static int get_group(struct mt_nl *nl, const struct motet_id *id,
		     const char *name, struct mt_attrs *answer)
{
	struct mt_attrs request = { 0 };

	if (id)
		mt_attr_add(&request, MOTET_A_GROUP_ID, id, sizeof(*id));
	if (name)
		mt_attr_add(&request, MOTET_A_GROUP_NAME, name, strlen(name));
	return mt_nl_do(nl, MOTET_CMD_GROUP_GET, &request, answer);
}

static int dump_members(struct mt_nl *nl, const struct motet_id *group,
			struct mt_dump *dump)
{
	struct mt_attrs request = { 0 };

	mt_attr_add(&request, MOTET_A_MEMBER_GROUP, group, sizeof(*group));
	return mt_nl_dump_of(nl, MOTET_CMD_GROUP_MEMBER_GET, &request, dump);
}

TEST_F(netlink, port_leases)
{
	struct motet_port_create create = { .mode = 0700 };
	struct mt_attrs answer;
	struct motet_id letters;
	int holder, sender;
	struct motet_msg msg;
	__u64 value;

	ASSERT_LE(0, mt_port(self->actor, NULL, 4, &letters));
	create.dead_letter = letters;
	create.redeliveries_max = 1;
	holder = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &create.id);
	ASSERT_EQ(0, mt_send(sender, 0, 1));
	ASSERT_EQ(0, mt_lease_recv(holder, &msg, &value, 0));
	ASSERT_EQ(0, get_port(&self->nl, &create.id, NULL, &answer));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_LEASED));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_REDELIVERED));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_STANDBYS));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_NODE));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_REDELIVERIES_MAX));
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_PORT_ENABLED, NULL));
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_PORT_DEAD_LETTER, NULL),
			    &letters, sizeof(letters)));
	EXPECT_EQ(0, mt_lease(holder, MOTET_LEASE_GIVE_BACK, msg.id, 0));
	ASSERT_EQ(0, mt_lease_recv(holder, &msg, &value, 0));
	EXPECT_EQ(0, mt_lease(holder, MOTET_LEASE_GIVE_BACK, msg.id, 0));
	ASSERT_EQ(0, get_port(&self->nl, &create.id, NULL, &answer));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_LEASED));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_PORT_REDELIVERED));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_PORT_DEAD_LETTERS));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_DROPPED));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_PORT_MESSAGES));
}

TEST_F(netlink, group_get)
{
	struct motet_group_create create = {
		.mode = 0640, .address = MOTET_ADDRESS_WORK,
	};
	__u64 groups = domain(&self->nl, MOTET_A_DOMAIN_GROUPS);
	struct mt_attrs answer;
	struct motet_id member;
	int group;

	group = mt_group_create(self->actor, &create, "crew");
	ASSERT_LE(0, group);
	ASSERT_LE(0, mt_member(self->actor, &create.cap, 4, &member));
	EXPECT_EQ(groups + 1, domain(&self->nl, MOTET_A_DOMAIN_GROUPS));
	ASSERT_EQ(0, get_group(&self->nl, NULL, "crew", &answer));
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_GROUP_ID, NULL),
			    &create.cap.id, 16));
	EXPECT_EQ(0640, mt_attr_number(&answer, MOTET_A_GROUP_MODE));
	EXPECT_EQ(MOTET_ADDRESS_WORK,
		  mt_attr_number(&answer, MOTET_A_GROUP_ADDRESS));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_GROUP_MEMBERS));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_GROUP_IDLE));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_GROUP_HANDLES));
	/* one job is lent, one waits */
	ASSERT_EQ(0, mt_to_group(group, &(struct motet_msg){ 0 }, 1));
	ASSERT_EQ(0, mt_to_group(group, &(struct motet_msg){ 0 }, 2));
	ASSERT_EQ(0, get_group(&self->nl, &create.cap.id, NULL, &answer));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_GROUP_IDLE));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_GROUP_LEASED));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_GROUP_BACKLOG));
	EXPECT_EQ(2, mt_attr_number(&answer, MOTET_A_GROUP_SENT));
	ASSERT_EQ(0, dump_members(&self->nl, &create.cap.id, self->dump));
	ASSERT_EQ(1, self->dump->count);
	ASSERT_EQ(1, mt_dump_find(self->dump, MOTET_A_MEMBER_PORT, &member, 16,
				  &answer));
	EXPECT_EQ(1, mt_attr_number(&answer, MOTET_A_MEMBER_BUSY));
	EXPECT_LT(0, mt_attr_number(&answer, MOTET_A_MEMBER_SINCE));
	EXPECT_GE(mt_now(), mt_attr_number(&answer, MOTET_A_MEMBER_SINCE));
	EXPECT_EQ(-ENOENT, get_group(&self->nl, NULL, "none", &answer));
	EXPECT_EQ(-ESRCH, get_group(&self->nl, &member, NULL, &answer));
	EXPECT_EQ(-EINVAL, get_group(&self->nl, NULL, NULL, &answer));
	EXPECT_EQ(-ESRCH, dump_members(&self->nl, &member, self->dump));
	EXPECT_EQ(-EINVAL, mt_nl_dump(&self->nl, MOTET_CMD_GROUP_MEMBER_GET,
				      self->dump));
	close(group);
}

TEST_F(netlink, members_of_a_large_group)
{
	struct motet_id ids[STEADY];
	struct mt_attrs answer;
	struct motet_cap cap;
	__u32 offset = 0;
	int i;

	ASSERT_LE(0, mt_group(self->actor, MOTET_ADDRESS_ANY, &cap));
	for (i = 0; i < STEADY; i++)
		ASSERT_LE(0, mt_member(self->actor, &cap, 1, &ids[i]));
	ASSERT_EQ(0, dump_members(&self->nl, &cap.id, self->dump));
	ASSERT_EQ(STEADY, self->dump->count);
	for (i = 0; mt_dump_next(self->dump, &offset, &answer); i++) {
		EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_MEMBER_PORT, NULL),
				    &ids[i], 16));
		EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_MEMBER_BUSY, NULL));
	}
}

static int next_group_event(struct mt_nl *nl, __u8 cmd, __u64 *sequence,
			    __u32 members)
{
	struct mt_attrs event;
	int ret = mt_nl_event(nl, 20000, &event);

	if (ret)
		return ret;
	if (mt_attr_number(&event, MOTET_A_GROUP_SEQUENCE) != ++*sequence)
		return -EPROTO;
	if (mt_attr_number(&event, MOTET_A_GROUP_MEMBERS) != members)
		return -ERANGE;
	return event.cmd == cmd ? 0 : -EBADMSG;
}

TEST_F(netlink, group_events)
{
	struct motet_id member;
	struct motet_cap cap;
	__u64 sequence;
	struct mt_nl nl;

	ASSERT_LE(0, mt_port(self->actor, NULL, 1, &member));
	ASSERT_EQ(0, mt_nl_open(&nl));
	ASSERT_EQ(0, mt_nl_listen(&nl));
	sequence = domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE);
	ASSERT_LE(0, mt_group(self->actor, MOTET_ADDRESS_ANY, &cap));
	EXPECT_EQ(0, next_group_event(&nl, MOTET_CMD_GROUP_CREATE_NTF,
				      &sequence, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &cap, &member));
	EXPECT_EQ(0, next_group_event(&nl, MOTET_CMD_GROUP_CHANGE_NTF,
				      &sequence, 1));
	ASSERT_EQ(0, mt_remove(self->actor, &cap, &member));
	EXPECT_EQ(0, next_group_event(&nl, MOTET_CMD_GROUP_CHANGE_NTF,
				      &sequence, 0));
	ASSERT_EQ(0, mt_delete(self->actor, &cap));
	EXPECT_EQ(0, next_group_event(&nl, MOTET_CMD_GROUP_DELETE_NTF,
				      &sequence, 0));
	mt_nl_close(&nl);
}

TEST_F(netlink, group_permissions)
{
	struct motet_group_create create = {
		.mode = 0700, .address = MOTET_ADDRESS_ANY,
	};
	struct motet_port_create known = { .mode = 0600 };
	struct motet_id ids[3];
	struct mt_attrs answer;
	struct motet_cap cap;
	__u32 offset = 0;
	struct mt_nl nl;
	int actor, i;

	ASSERT_LE(0, mt_group(self->actor, MOTET_ADDRESS_ANY, &cap));
	ASSERT_LE(0, mt_group_create(self->actor, &create, "seen"));
	ASSERT_LE(0, mt_member(self->actor, &create.cap, 1, &ids[0]));
	ASSERT_LE(0, mt_create(self->actor, &known, "known"));
	ids[1] = known.id;
	ASSERT_EQ(0, mt_insert(self->actor, &create.cap, &ids[1]));
	ASSERT_EQ(0, mt_become(MT_USER_A));
	actor = mt_actor();
	ASSERT_LE(0, mt_member(actor, &create.cap, 1, &ids[2]));
	ASSERT_EQ(0, mt_nl_open(&nl));
	EXPECT_EQ(-EACCES, get_group(&nl, &cap.id, NULL, &answer));
	EXPECT_EQ(-EACCES, dump_members(&nl, &cap.id, self->dump));
	EXPECT_EQ(0, get_group(&nl, NULL, "seen", &answer));
	EXPECT_EQ(0, dump_members(&nl, &create.cap.id, self->dump));
	/* of the members' ports those that may be seen: by name, or one's own */
	for (i = 0; mt_dump_next(self->dump, &offset, &answer); i++) {
		const void *port = mt_attr(&answer, MOTET_A_MEMBER_PORT, NULL);

		EXPECT_EQ(i != 0, port && !memcmp(port, &ids[i], 16));
		EXPECT_EQ(i == 0, !port);
	}
	EXPECT_EQ(3, i);
	ASSERT_EQ(0, mt_nl_dump(&nl, MOTET_CMD_GROUP_GET, self->dump));
	EXPECT_EQ(1, self->dump->count);
}

TEST_HARNESS_MAIN
