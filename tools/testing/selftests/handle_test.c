// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who has opened what, as netlink shows it: roles, who waits, who may see it.
 */
#include <poll.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "channel_test.h"
#include "checkpoint_test.h"
#include "peer.h"

/* As many as are shown of one object, and more */
#define SHOWN	512
#define OPEN	600

FIXTURE(handle) {
	int actor;
	int holder;
	struct motet_id id;
	struct mt_nl nl;
};

static struct mt_dump dump;

FIXTURE_SETUP(handle)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_port(self->actor, NULL, 1, &self->id);
	ASSERT_LE(0, self->holder);
	ASSERT_EQ(0, mt_nl_open(&self->nl));
}

FIXTURE_TEARDOWN(handle)
{
	mt_nl_close(&self->nl);
	peers_end();
}

static bool is_of(const struct mt_attrs *attrs, const struct motet_id *object)
{
	size_t len;
	const void *id = mt_attr(attrs, MOTET_A_HANDLE_OBJECT, &len);

	return id && len == sizeof(*object) && !memcmp(id, object, len);
}

/* How many handles of an object are in the dump, with this role */
static int count(const struct motet_id *object, __u32 role)
{
	struct mt_attrs attrs;
	__u32 offset = 0;
	int n = 0;

	while (mt_dump_next(&dump, &offset, &attrs))
		n += is_of(&attrs, object) &&
		     mt_attr_number(&attrs, MOTET_A_HANDLE_ROLE) == role;
	return n;
}

/* The sum of an attribute over all handles of an object that have it */
static __u64 sum(const struct motet_id *object, __u16 attribute)
{
	struct mt_attrs attrs;
	__u32 offset = 0;
	__u64 all = 0;
	size_t len;

	while (mt_dump_next(&dump, &offset, &attrs))
		if (is_of(&attrs, object) && mt_attr(&attrs, attribute, &len))
			all += mt_attr_number(&attrs, attribute);
	return all;
}

TEST_F(handle, roles)
{
	struct motet_group_create create = {
		.mode = 0700, .address = MOTET_ADDRESS_ANY,
	};
	struct peer *peer = peer_new();
	struct motet_info info;
	int sender, group;

	ASSERT_NE(NULL, peer);
	ASSERT_EQ(0, mt_info(self->actor, &info));
	sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, sender);
	ASSERT_LE(0, peer_open(peer, MOTET_ROLE_STANDBY, &self->id));
	ASSERT_LE(0, peer_open(peer, MOTET_ROLE_SENDER, &self->id));
	create.size = sizeof(create);
	ASSERT_EQ(0, mt_ioctl(self->actor, MOTET_IOC_GROUP_CREATE, &create));
	group = create.fd;

	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(1, count(&self->id, MOTET_ROLE_HOLDER));
	EXPECT_EQ(1, count(&self->id, MOTET_ROLE_STANDBY));
	EXPECT_EQ(2, count(&self->id, MOTET_ROLE_SENDER));
	EXPECT_EQ(2 * getpid() + 2 * peer->pid,
		  sum(&self->id, MOTET_A_HANDLE_PID));
	EXPECT_EQ(1, count(&info.port, MOTET_ROLE_ACTOR));
	EXPECT_EQ(1, count(&create.cap.id, MOTET_ROLE_GROUP));

	/* what is closed is not open any more */
	close(sender);
	close(group);
	EXPECT_EQ(SIGKILL, peer_kill(peer));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(1, count(&self->id, MOTET_ROLE_HOLDER));
	EXPECT_EQ(0, count(&self->id, MOTET_ROLE_SENDER));
	EXPECT_EQ(0, count(&create.cap.id, MOTET_ROLE_GROUP));
}

/* What a handle was opened for is told of all alike. */
TEST_F(handle, rights)
{
	struct motet_info info;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	ASSERT_LE(0, mt_sender(self->actor, &self->id));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(MOTET_MODE_RECEIVE + MOTET_MODE_SEND,
		  sum(&self->id, MOTET_A_HANDLE_RIGHTS));
	EXPECT_EQ(MOTET_MODE_RECEIVE, sum(&info.port, MOTET_A_HANDLE_RIGHTS));
}

/* Who publishes, who subscribes, and what became of the events */
TEST_F(handle, channels)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
		.mode = MOTET_MODE_MASK,
	};
	int publisher, subscriber, both;
	struct motet_id id;
	int i;

	publisher = mt_channel_open(self->actor, &arg, "handle");
	ASSERT_LE(0, publisher);
	id = arg.id;
	subscriber = mt_channel(self->actor, "handle", MOTET_CHANNEL_SUBSCRIBER,
				2, NULL);
	both = mt_channel(self->actor, "handle", MT_BOTH, 4, NULL);
	ASSERT_LE(0, subscriber);
	ASSERT_LE(0, both);
	ASSERT_EQ(0, mt_subscribe(subscriber, 1, MOTET_FILTER_EXACT, "a"));
	ASSERT_EQ(0, mt_subscribe(both, 1, MOTET_FILTER_EXACT, "a"));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mt_publish(publisher, 0, "a", i, 0, NULL));

	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(3, count(&id, MOTET_ROLE_CHANNEL));
	EXPECT_EQ(2 * MOTET_MODE_SEND + 2 * MOTET_MODE_RECEIVE,
		  sum(&id, MOTET_A_HANDLE_RIGHTS));
	EXPECT_EQ(3 * getpid(), sum(&id, MOTET_A_HANDLE_PID));
	/* the lost mark of the first subscriber waits there too */
	EXPECT_EQ(2 + 1 + 4, sum(&id, MOTET_A_HANDLE_MESSAGES));
	EXPECT_EQ(2, sum(&id, MOTET_A_HANDLE_LOST));

	close(subscriber);
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(2, count(&id, MOTET_ROLE_CHANNEL));
	EXPECT_EQ(4, sum(&id, MOTET_A_HANDLE_MESSAGES));
	close(publisher);
	close(both);
}

/* Who reads, and who writes; also by a file that was passed on */
TEST_F(handle, checkpoints)
{
	struct motet_checkpoint_status status;
	int creator, reader, copy;

	creator = mc_create(self->actor, "handle");
	ASSERT_LE(0, creator);
	reader = mc_open(self->actor, "handle", MC_READ);
	ASSERT_LE(0, reader);
	ASSERT_EQ(0, mc_status(creator, &status));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(2, count(&status.id, MOTET_ROLE_CHECKPOINT));
	EXPECT_EQ(2 * MOTET_MODE_RECEIVE + MOTET_MODE_SEND,
		  sum(&status.id, MOTET_A_HANDLE_RIGHTS));
	EXPECT_EQ(2 * getpid(), sum(&status.id, MOTET_A_HANDLE_PID));
	/* it has no queue */
	EXPECT_EQ(0, sum(&status.id, MOTET_A_HANDLE_MESSAGES));

	copy = dup(creator);
	close(creator);
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(2, count(&status.id, MOTET_ROLE_CHECKPOINT));
	close(copy);
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(1, count(&status.id, MOTET_ROLE_CHECKPOINT));
	EXPECT_EQ(MOTET_MODE_RECEIVE, sum(&status.id, MOTET_A_HANDLE_RIGHTS));
	close(reader);
}

/* Of one channel not too many */
TEST_F(handle, many_of_a_channel)
{
	struct motet_id id;
	int i;

	ASSERT_LE(0, mt_channel(self->actor, "many", MOTET_CHANNEL_CREATE, 0,
				&id));
	for (i = 1; i < OPEN; i++)
		ASSERT_LE(0, mt_channel(self->actor, "many",
					MOTET_CHANNEL_PUBLISHER, 0, NULL));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(SHOWN, count(&id, MOTET_ROLE_CHANNEL));
}

TEST_F(handle, who_waits)
{
	struct pollfd holder = { .fd = self->holder, .events = POLLIN };
	struct peer *peer = peer_new(), *caller = peer_new();
	int sender, calling;

	ASSERT_NE(NULL, peer);
	ASSERT_NE(NULL, caller);
	sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id);
	calling = peer_open(caller, MOTET_ROLE_SENDER, &self->id);
	ASSERT_LE(0, sender);
	ASSERT_LE(0, calling);
	peer_call_begin(caller, calling, 1, 0);
	EXPECT_EQ(1, poll(&holder, 1, 60000));
	peer_send_begin(peer, sender, 0, 2);
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(1, sum(&self->id, MOTET_A_HANDLE_WAITING));
	EXPECT_EQ(1, sum(&self->id, MOTET_A_HANDLE_CALLS));

	/* room: it waits no more */
	close(self->holder);
	EXPECT_EQ(-EOWNERDEAD, peer_end(peer));
	EXPECT_EQ(-EOWNERDEAD, peer_end(caller));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(0, sum(&self->id, MOTET_A_HANDLE_WAITING));
}

/* Others' handles on others' objects are not shown. */
TEST_F(handle, only_to_those_whose_they_are)
{
	struct motet_id mine;
	pid_t pid;

	ASSERT_LE(0, mt_sender(self->actor, &self->id));
	pid = mt_fork();
	if (pid == 0) {
		int actor, sender, port;

		EXPECT_EQ(0, mt_become(MT_USER_A));
		actor = mt_actor();
		port = mt_port(actor, NULL, 1, &mine);
		sender = mt_sender(actor, &mine);
		EXPECT_LE(0, port);
		EXPECT_LE(0, sender);
		ASSERT_EQ(0, mt_nl_open(&self->nl));
		ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET,
					&dump));
		EXPECT_EQ(1, count(&mine, MOTET_ROLE_HOLDER));
		EXPECT_EQ(1, count(&mine, MOTET_ROLE_SENDER));
		EXPECT_EQ(0, count(&self->id, MOTET_ROLE_HOLDER));
		EXPECT_EQ(0, count(&self->id, MOTET_ROLE_SENDER));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

/* More than fit into a part of an answer; and of one object not too many */
TEST_F(handle, many)
{
	struct motet_id id;
	int i, port;

	for (i = 0; i < OPEN; i++)
		ASSERT_LE(0, mt_sender(self->actor, &self->id));
	port = mt_port(self->actor, NULL, 1, &id);
	ASSERT_LE(0, port);
	ASSERT_LE(0, mt_sender(self->actor, &id));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET, &dump));
	EXPECT_EQ(1, count(&self->id, MOTET_ROLE_HOLDER));
	EXPECT_EQ(SHOWN - 1, count(&self->id, MOTET_ROLE_SENDER));
	EXPECT_EQ(1, count(&id, MOTET_ROLE_HOLDER));
	EXPECT_EQ(1, count(&id, MOTET_ROLE_SENDER));
}

/* Asked for while handles come and go, on the other processor. */
TEST_F(handle, while_they_come_and_go)
{
	unsigned int rounds = mt_rounds(300), i;
	pid_t pid = mt_fork();

	if (pid == 0) {
		int actor = mt_actor(), port, sender;
		struct motet_id id;

		for (;;) {
			port = mt_port(actor, NULL, 1, &id);
			sender = mt_sender(actor, &id);
			close(port);
			close(sender);
		}
	}
	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_HANDLE_GET,
					&dump));
		ASSERT_EQ(1, count(&self->id, MOTET_ROLE_HOLDER));
	}
	kill(pid, SIGKILL);
	EXPECT_EQ(1000 + SIGKILL, mt_wait(pid));
}

TEST_HARNESS_MAIN
