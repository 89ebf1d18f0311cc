// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dump says the same whatever the size of the receive buffer is.
 *
 * The kernel makes the parts of a dump as large as the largest buffer that was
 * ever received into. So with a buffer that is four bytes larger each time, the
 * end of the first part is at each attribute of a record once, and the second
 * must begin with that very record.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "kselftest_harness.h"
#include "channel_test.h"
#include "lock_test.h"
#include "replicator_test.h"
#include "watch_test.h"

/* The smallest buffer, and what is dumped at least: three parts with each. */
#define FIRST	4096
#define ENOUGH	(3 * FIRST)

/* For all in one part, as large as they get. */
#define WHOLE	32768

/* Objects that are made between two looks whether they are enough. */
#define BATCH	16

/**
 * struct world - what records are made in
 * @actor: in a network namespace of its own
 * @fd: whatever the records are part of
 * @pid: a process that does nothing
 * @opening: of a lock
 * @cap: of a group
 * @id: of what they are part of
 * @nl: for what is made by netlink
 */
struct world {
	int actor;
	int fd;
	pid_t pid;
	__u64 opening;
	struct motet_cap cap;
	struct motet_id id;
	struct mt_nl nl;
};

FIXTURE(dump) {
	struct world world;
	struct mt_dump *whole;
	struct mt_dump *parts;
	__u64 limit;
};

/**
 * struct _fixture_variant_dump - one kind of records
 * @command: asks for them
 * @of: the attribute that says of what, the world's identifier; or 0
 * @limit: a limit of the module that has to be higher for that; or NULL
 * @begin: what is to be there first; or NULL
 * @make: one more of them
 */
FIXTURE_VARIANT(dump) {
	__u8 command;
	__u16 of;
	const char *limit;
	int (*begin)(struct world *world);
	int (*make)(struct world *world, unsigned int index);
};

static void name_of(char *name, size_t size, unsigned int index)
{
	snprintf(name, size, "dump-%05u", index);
}

static int make_actor(struct world *world, unsigned int index)
{
	(void)world;
	(void)index;
	return mt_actor();
}

FIXTURE_VARIANT_ADD(dump, actors) {
	.command = MOTET_CMD_ACTOR_GET, .make = make_actor,
};

FIXTURE_VARIANT_ADD(dump, default_ports) {
	.command = MOTET_CMD_PORT_GET, .make = make_actor,
};

/* Its process is gone, and the file is here. */
static int make_dead_actor(struct world *world, unsigned int index)
{
	int socks[2], fd;
	pid_t pid;

	(void)world;
	(void)index;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, socks))
		return -errno;
	pid = mt_fork();
	if (!pid)
		_exit(-mt_send_fd(socks[1], mt_actor()));
	fd = mt_recv_fd(socks[0]);
	close(socks[0]);
	close(socks[1]);
	return mt_wait(pid) ? -ECHILD : fd;
}

FIXTURE_VARIANT_ADD(dump, dead_actors) {
	.command = MOTET_CMD_ACTOR_GET, .make = make_dead_actor,
};

/* One that has all there is to be told of one. */
static int make_port(struct world *world, unsigned int index)
{
	struct motet_port_create create = {
		.mode = 0600, .limits[0].messages = 2, .redeliveries_max = 3,
	};
	struct motet_info info;
	char name[32];
	int fd, ret = mt_info(world->actor, &info);

	name_of(name, sizeof(name), index);
	create.dead_letter = info.port;
	fd = mt_create(world->actor, &create, name);
	if (fd < 0)
		return fd;
	return ret ?: mt_enable(fd, 0, index);
}

FIXTURE_VARIANT_ADD(dump, ports) {
	.command = MOTET_CMD_PORT_GET, .make = make_port,
};

/* Accounts are those of all namespaces, and of those that are just ending. */
static int begin_users(struct world *world)
{
	__u64 end = mt_after(MT_SOON);
	struct mt_attrs root;
	int ret;

	do {
		ret = mt_user_get(0, &root);
		if (ret)
			return ret;
		if (mt_nl_count(&world->nl, MOTET_CMD_USER_GET) == 1 &&
		    mt_attr_number(&root, MOTET_A_USER_ACTORS) == 1)
			return 0;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIMEDOUT;
}

static int make_user(struct world *world, unsigned int index)
{
	int fd;

	(void)world;
	if (setresuid(MT_USER_A + index, MT_USER_A + index, 0))
		return -errno;
	fd = mt_actor();
	return setresuid(0, 0, 0) ? -errno : fd;
}

FIXTURE_VARIANT_ADD(dump, users) {
	.command = MOTET_CMD_USER_GET,
	.begin = begin_users, .make = make_user,
};

/* The own one is there. */
#define FIRST_NODE	2

static int make_node(struct world *world, unsigned int index)
{
	char name[32];

	name_of(name, sizeof(name), index);
	return mt_node_set_named(&world->nl, FIRST_NODE + index, 1, name);
}

FIXTURE_VARIANT_ADD(dump, nodes) {
	.command = MOTET_CMD_NODE_GET, .make = make_node,
};

/* Retained, and with a backlog. */
static int make_group(struct world *world, unsigned int index)
{
	struct motet_group_create create = {
		.mode = 0600, .address = MOTET_ADDRESS_WORK,
		.retention = ~0ULL,
	};
	char name[32];
	int fd;

	name_of(name, sizeof(name), index);
	fd = mt_group_create(world->actor, &create, name);
	return fd < 0 ? fd : close(fd);
}

FIXTURE_VARIANT_ADD(dump, groups) {
	.command = MOTET_CMD_GROUP_GET, .make = make_group,
};

static int begin_group(struct world *world)
{
	world->fd = mt_group(world->actor, MOTET_ADDRESS_WORK, &world->cap);
	world->id = world->cap.id;
	return world->fd;
}

static int make_member(struct world *world, unsigned int index)
{
	struct motet_id id;
	int fd = mt_member(world->actor, &world->cap, 1, &id);

	return fd < 0 ? fd : mt_report(fd, &world->id, index, 0);
}

FIXTURE_VARIANT_ADD(dump, members) {
	.command = MOTET_CMD_GROUP_MEMBER_GET, .of = MOTET_A_MEMBER_GROUP,
	.begin = begin_group, .make = make_member,
};

static int make_group_tracker(struct world *world, unsigned int index)
{
	int fd = mt_port(world->actor, NULL, 1, NULL);

	(void)index;
	return fd < 0 ? fd : mt_track(fd, &world->id);
}

FIXTURE_VARIANT_ADD(dump, group_trackers) {
	.command = MOTET_CMD_TRACKER_GET, .of = MOTET_A_TRACKER_OBJECT,
	.limit = "group_trackers_max", .begin = begin_group,
	.make = make_group_tracker,
};

static int make_checkpoint(struct world *world, unsigned int index)
{
	char name[32];
	int fd;

	name_of(name, sizeof(name), index);
	fd = mc_create(world->actor, name);
	return fd < 0 ? fd : mr_attach(fd, MR_STREAM);
}

FIXTURE_VARIANT_ADD(dump, checkpoints) {
	.command = MOTET_CMD_CHECKPOINT_GET, .make = make_checkpoint,
};

static int begin_checkpoint(struct world *world)
{
	struct motet_checkpoint_status status;

	world->fd = mc_create(world->actor, "dump");
	if (world->fd < 0)
		return world->fd;
	if (mc_status(world->fd, &status))
		return -EPROTO;
	world->id = status.id;
	return 0;
}

static int make_checkpoint_tracker(struct world *world, unsigned int index)
{
	int fd = mt_port(world->actor, NULL, 1, NULL);

	(void)index;
	return fd < 0 ? fd : mc_track(fd, &world->id, NULL, 0);
}

FIXTURE_VARIANT_ADD(dump, checkpoint_trackers) {
	.command = MOTET_CMD_TRACKER_GET, .of = MOTET_A_TRACKER_OBJECT,
	.limit = "checkpoint_trackers_max", .begin = begin_checkpoint,
	.make = make_checkpoint_tracker,
};

/* Nobody has it open, and it is kept. */
static int make_channel(struct world *world, unsigned int index)
{
	struct motet_channel_open create = {
		.flags = MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
		.mode = 0600, .retention = ~0ULL,
	};
	char name[32];
	int fd;

	name_of(name, sizeof(name), index);
	fd = mt_channel_open(world->actor, &create, name);
	return fd < 0 ? fd : close(fd);
}

FIXTURE_VARIANT_ADD(dump, channels) {
	.command = MOTET_CMD_CHANNEL_GET, .make = make_channel,
};

static int begin_channel(struct world *world)
{
	world->fd = mt_channel(world->actor, "dump",
			       MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
			       0, NULL);
	return world->fd;
}

static int make_subscriber(struct world *world, unsigned int index)
{
	(void)index;
	return mt_channel(world->actor, "dump", MOTET_CHANNEL_SUBSCRIBER, 1,
			  NULL);
}

FIXTURE_VARIANT_ADD(dump, subscribers) {
	.command = MOTET_CMD_HANDLE_GET,
	.begin = begin_channel, .make = make_subscriber,
};

static int begin_port(struct world *world)
{
	world->fd = mt_port(world->actor, NULL, 1, &world->id);
	return world->fd;
}

static int make_sender(struct world *world, unsigned int index)
{
	(void)index;
	return mt_sender(world->actor, &world->id);
}

FIXTURE_VARIANT_ADD(dump, senders) {
	.command = MOTET_CMD_HANDLE_GET,
	.begin = begin_port, .make = make_sender,
};

static int make_lock(struct world *world, unsigned int index)
{
	char name[32];
	__u64 opening;

	name_of(name, sizeof(name), index);
	return mt_lock_new(world->actor, name, &opening);
}

FIXTURE_VARIANT_ADD(dump, locks) {
	.command = MOTET_CMD_LOCK_GET, .make = make_lock,
};

/* Another actor has it, and never lets it go. */
static int begin_lock(struct world *world)
{
	struct motet_lock_status status;
	int ret, other = mt_actor();
	__u64 opening;

	ret = mt_lock_new(other, "dump", &opening);
	ret = ret ?: mt_lock(other, opening, 0, EXCLUSIVE, 0);
	ret = ret ?: mt_lock_status(other, opening, &status);
	world->id = status.id;
	return ret ?: mt_lock_open(world->actor, 0, "dump", &world->opening);
}

static void *sleeper(void *arg)
{
	struct world *world = arg;

	mt_lock(world->actor, world->opening, gettid(), SHARED, 0);
	return NULL;
}

/* A thread that sleeps in it until the test ends. */
static int make_request(struct world *world, unsigned int index)
{
	pthread_t thread;
	int ret = pthread_create(&thread, NULL, sleeper, world);

	return ret ? -ret : mt_until_waiting(world->actor, world->opening,
					     index + 1);
}

FIXTURE_VARIANT_ADD(dump, requests) {
	.command = MOTET_CMD_LOCK_REQUEST_GET, .of = MOTET_A_LOCK_REQUEST_LOCK,
	.begin = begin_lock, .make = make_request,
};

static int begin_process(struct world *world)
{
	int ret = begin_port(world);

	world->pid = mt_fork_idle();
	return ret;
}

static int make_process_watch(struct world *world, unsigned int index)
{
	(void)index;
	return mt_watch_process(world->fd, world->pid, NULL);
}

FIXTURE_VARIANT_ADD(dump, watches_of_processes) {
	.command = MOTET_CMD_WATCH_GET,
	.begin = begin_process, .make = make_process_watch,
};

static int begin_node(struct world *world)
{
	int ret = begin_port(world);

	return ret < 0 ? ret : make_node(world, 0);
}

static int make_node_watch(struct world *world, unsigned int index)
{
	(void)index;
	return mt_watch_node(world->fd, FIRST_NODE, NULL);
}

FIXTURE_VARIANT_ADD(dump, watches_of_nodes) {
	.command = MOTET_CMD_WATCH_GET,
	.begin = begin_node, .make = make_node_watch,
};

static int make_port_watch(struct world *world, unsigned int index)
{
	(void)index;
	return mt_watch_object(world->fd, MOTET_WATCH_PORT, &world->id, NULL);
}

FIXTURE_VARIANT_ADD(dump, watches_of_ports) {
	.command = MOTET_CMD_WATCH_GET,
	.begin = begin_port, .make = make_port_watch,
};

/* Alone in a network namespace. */
FIXTURE_SETUP(dump)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->world.actor = mt_actor();
	ASSERT_LE(0, self->world.actor);
	ASSERT_EQ(0, mt_nl_open(&self->world.nl));
	self->whole = calloc(1, sizeof(*self->whole));
	self->parts = calloc(1, sizeof(*self->parts));
	ASSERT_TRUE(self->whole && self->parts);
	if (variant->limit) {
		self->limit = mt_param(variant->limit);
		ASSERT_EQ(0, mt_param_set(variant->limit, 1024));
	}
}

FIXTURE_TEARDOWN(dump)
{
	if (variant->limit)
		EXPECT_EQ(0, mt_param_set(variant->limit, self->limit));
	if (self->world.pid > 0)
		mt_kill(self->world.pid);
	mt_nl_close(&self->world.nl);
	free(self->whole);
	free(self->parts);
}

/* Parts are as large as any buffer of the socket was: so it is a new one. */
static int look(const struct _fixture_variant_dump *kind, const struct world *world,
		__u32 room, struct mt_dump *dump, __u32 *longest)
{
	struct mt_attrs request = { 0 };
	struct mt_nl nl;
	int ret = mt_nl_open_room(&nl, room);

	if (ret)
		return ret;
	if (kind->of)
		mt_attr_add(&request, kind->of, &world->id, sizeof(world->id));
	ret = mt_nl_dump_of(&nl, kind->command, &request, dump);
	*longest = nl.longest;
	mt_nl_close(&nl);
	return ret;
}

/* Makes as many as are enough; how many there are more in the dump than that. */
static int fill(const struct _fixture_variant_dump *kind, struct world *world,
		struct mt_dump *dump)
{
	unsigned int made = 0, before;
	__u32 longest;
	int ret = kind->begin ? kind->begin(world) : 0;

	if (ret >= 0)
		ret = look(kind, world, WHOLE, dump, &longest);
	before = dump->count;
	while (ret >= 0 && dump->len < ENOUGH) {
		ret = kind->make(world, made++);
		if (ret >= 0 && made % BATCH == 0)
			ret = look(kind, world, WHOLE, dump, &longest);
	}
	return ret < 0 ? ret : (int)(dump->count - before - made);
}

/* Bytes of the record that a part of that many bytes ends in. */
static __u32 record_at(const struct mt_dump *dump, __u32 place)
{
	__u32 offset = 0, end = 0, size;
	struct mt_attrs one;

	while (mt_dump_next(dump, &offset, &one)) {
		size = NLMSG_SPACE(GENL_HDRLEN + one.len);
		end += size;
		if (end > place)
			return size;
	}
	return 0;
}

TEST_F(dump, says_the_same)
{
	__u32 room, size, longest;

	ASSERT_EQ(0, fill(variant, &self->world, self->whole));
	size = record_at(self->whole, FIRST);
	ASSERT_LT(0, size);
	for (room = FIRST; room <= FIRST + size; room += NLMSG_ALIGNTO) {
		ASSERT_EQ(0, look(variant, &self->world, room, self->parts,
				  &longest));
		EXPECT_TRUE(mt_dump_equal(self->whole, self->parts)) {
			TH_LOG("with room for %u: %u records, not %u", room,
			       self->parts->count, self->whole->count);
		}
		/* a part is as large as it can be */
		EXPECT_LT(room - size, longest);
	}
}

TEST_HARNESS_MAIN
