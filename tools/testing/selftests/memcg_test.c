// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory cgroups: who is charged for what, and what those see who are at the limit
 * of theirs. That is an error or the kernel's killer, nothing is half done, and
 * others go on.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "channel_test.h"
#include "checkpoint_test.h"
#include "kselftest_harness.h"

#define CGROUPS		"/sys/fs/cgroup/"
#define POOR		CGROUPS "motet_poor"
#define RICH		CGROUPS "motet_rich"

/* What the poor may have, and what they try to have. */
#define LIMIT		"4M"
#define PIECE		65536
#define PIECES		512

/* Charges are kept in batches by each processor, and slabs stay for a while. */
#define SLACK		(2L << 20)

/**
 * struct filler - a process that does the same until it fails
 * @begun: it is doing something just now, or was when it died
 * @done: how often that worked
 * @result: why it did not once more, 0 if it died of it
 */
struct filler {
	unsigned int begun;
	unsigned int done;
	int result;
};

FIXTURE(memcg) {
	int actor;
	long before;
	struct filler *filler;
};

static long charged(const char *cgroup)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "%s/memory.current", cgroup);
	if (mt_read_file(path, text, sizeof(text)) < 0)
		return -1;
	return atol(text);
}

static int write_to(const char *cgroup, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", cgroup, file);
	return mt_write_file(path, text);
}

static int enter(const char *cgroup)
{
	return write_to(cgroup, "cgroup.procs", "0");
}

FIXTURE_SETUP(memcg)
{
	mkdir(POOR, 0755);
	mkdir(RICH, 0755);
	if (access(POOR "/memory.current", F_OK))
		SKIP(return, "the kernel has no memory cgroups");
	ASSERT_EQ(0, write_to(POOR, "memory.max", LIMIT));
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->filler = mt_shared(sizeof(*self->filler));
	self->before = charged(POOR);
}

FIXTURE_TEARDOWN_PARENT(memcg)
{
	EXPECT_LE(0, mt_purge());
	rmdir(POOR);
	rmdir(RICH);
}

/* A whole piece says which it is, all over. */
static void fill(__u64 *piece, __u64 value)
{
	mc_fill(piece, PIECE, value);
}

/* One that is poor does it until it can't: as the kernel has it, or it dies. */
static int run_poor(struct filler *filler, int (*one)(int fd, __u64 index),
		    int fd)
{
	pid_t pid = mt_fork();
	int ret;

	if (pid == 0) {
		if (enter(POOR))
			_exit(1);
		while (filler->begun < PIECES) {
			filler->begun++;
			filler->result = one(fd, filler->done);
			if (filler->result)
				break;
			filler->done++;
		}
		_exit(0);
	}
	ret = mt_wait(pid);
	if (ret == 1000 + SIGKILL)
		return 0;
	if (ret)
		return -EPROTO;
	return filler->result == -ENOMEM ? 0 : filler->result ?: -EPROTO;
}

/* Soon it is charged for nothing any more. */
static int until_free(const char *cgroup, long before)
{
	__u64 end = mt_after(30 * MT_SECOND);

	while (charged(cgroup) > before + SLACK) {
		if (mt_now() > end)
			return -ETIMEDOUT;
		mt_breathe();
	}
	return 0;
}

static int a_port(int actor, struct motet_id *id)
{
	struct motet_port_create create = {
		.mode = 0777, .limits[0] = {
			.messages = 2 * PIECES, .bytes = 2ULL * PIECES * PIECE,
		},
	};
	int fd;

	if (mt_param("port_bytes_max") < create.limits[0].bytes)
		create.limits[0].bytes = mt_param("port_bytes_max");
	fd = mt_create(actor, &create, NULL);
	*id = create.id;
	return fd;
}

static int send_one(int sender, __u64 index)
{
	static __u64 piece[PIECE / 8];

	fill(piece, index);
	return mt_send_flags(sender, MOTET_MSG_DONTWAIT, 0, piece, PIECE);
}

/* The messages that are there, each whole, in order: how many. */
static int take_all(int holder)
{
	static __u64 piece[PIECE / 8];
	struct motet_msg msg;
	int count = 0, ret;

	for (;;) {
		msg = (struct motet_msg){ 0 };
		ret = mt_try_recv_msg(holder, &msg, piece, PIECE);
		if (ret)
			return ret == -EAGAIN ? count : ret;
		if (msg.body_len != PIECE || !mc_whole(piece, PIECE) ||
		    piece[0] != (__u64)count)
			return -EPROTO;
		count++;
	}
}

TEST_F(memcg, sender)
{
	int holder, sender, taken;
	struct motet_id id;

	holder = a_port(self->actor, &id);
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &id);
	EXPECT_EQ(0, run_poor(self->filler, send_one, sender));
	EXPECT_LT(8, self->filler->done);
	EXPECT_GT(64, self->filler->done);
	/* others send on, to the same port */
	EXPECT_EQ(0, send_one(sender, self->filler->done));
	taken = take_all(holder);
	/* one that was killed may have sent what it did not count */
	EXPECT_EQ(self->filler->done + 1, taken);
	EXPECT_EQ(0, until_free(POOR, self->before));
	self->filler->begun = self->filler->done;
	EXPECT_EQ(0, run_poor(self->filler, send_one, sender));
	EXPECT_LT(8, self->filler->done);
}

/* What is queued is charged to who sent it, whoever receives it. */
TEST_F(memcg, receiver)
{
	int ready[2], holder_of, i;
	long before = charged(RICH);
	struct motet_id id;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = mt_fork();
	if (pid == 0) {
		char byte;

		enter(POOR);
		holder_of = a_port(mt_actor(), &id);
		if (holder_of < 0 || write(ready[1], &id, sizeof(id)) < 0)
			_exit(1);
		/* until all are there */
		while (mt_poll(holder_of, POLLIN, 0) != POLLIN)
			mt_breathe();
		while (read(ready[0], &byte, 1) != 1 || byte != 'x')
			mt_breathe();
		_exit(take_all(holder_of) == 128 ? 0 : 2);
	}
	ASSERT_EQ(sizeof(id), read(ready[0], &id, sizeof(id)));
	ASSERT_EQ(0, enter(RICH));
	for (i = 0; i < 128; i++)
		ASSERT_EQ(0, send_one(mt_sender(self->actor, &id), i));
	/* twice as much as who receives it may have */
	EXPECT_LE(before + 128L * PIECE - SLACK, charged(RICH));
	ASSERT_EQ(1, write(ready[1], "x", 1));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, write_to(CGROUPS, "cgroup.procs", "0"));
	EXPECT_EQ(0, until_free(RICH, before));
}

static int write_one(int checkpoint, __u64 index)
{
	static __u64 piece[PIECE / 8];
	char name[32];
	int ret;

	fill(piece, index);
	snprintf(name, sizeof(name), "%llu", (unsigned long long)index);
	ret = mc_section(checkpoint, name, NULL, 0);
	if (ret && ret != -EEXIST)
		return ret;
	return mc_write(checkpoint, name, 0, piece, PIECE);
}

static int read_one(int checkpoint, __u64 index)
{
	static __u64 piece[PIECE / 8];
	char name[32];
	long ret;

	snprintf(name, sizeof(name), "%llu", (unsigned long long)index);
	ret = mc_read(checkpoint, name, 0, piece, PIECE);
	if (ret <= 0)
		return ret < 0 ? (int)ret : -ENODATA;
	return ret == PIECE && mc_whole(piece, PIECE) && piece[0] == index ?
		       0 : -EPROTO;
}

TEST_F(memcg, checkpoint)
{
	const struct motet_checkpoint_attributes attributes = {
		.sections_max = PIECES + 1,
		.bytes_max = (__u64)PIECES * PIECE,
		.section_bytes_max = PIECE, .section_id_max = 32,
	};
	unsigned int i;
	int fd, ret;

	fd = mc_open_with(self->actor, "memcg", MC_CREATE, 0777, &attributes);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mc_unlink(self->actor, "memcg"));
	EXPECT_EQ(0, run_poor(self->filler, write_one, fd));
	EXPECT_LT(8, self->filler->done);
	EXPECT_GT(64, self->filler->done);
	for (i = 0; i < self->filler->done; i++)
		EXPECT_EQ(0, read_one(fd, i));
	/* the last one is as it was: there and empty, or not there */
	ret = read_one(fd, self->filler->done);
	EXPECT_TRUE(ret == -ENODATA || ret == -ENOENT) {
		TH_LOG("%d", ret);
	}
	EXPECT_EQ(0, write_one(fd, self->filler->done));
	EXPECT_EQ(0, read_one(fd, self->filler->done));
	close(fd);
	EXPECT_EQ(0, until_free(POOR, self->before));
}

static int publish_one(int channel, __u64 index)
{
	static __u64 piece[PIECE / 8];
	struct motet_event_head head = MT(motet_event_head,
					  .retention = 600 * MT_SECOND);
	struct motet_channel_publish arg = MT(motet_channel_publish,
					      .body = mt_ptr(piece),
					      .body_len = PIECE);

	fill(piece, index);
	memcpy(piece, &head, sizeof(head));
	return mt_ioctl(channel, MOTET_IOC_CHANNEL_PUBLISH, &arg);
}

TEST_F(memcg, retained_events)
{
	struct motet_channel_open arg = {
		.flags = MT_BOTH | MOTET_CHANNEL_CREATE, .mode = 0777,
		.retained = {
			.messages = 2 * PIECES, .bytes = 32ULL << 20,
		},
	};
	struct motet_channel_status status;
	int fd;

	fd = mt_channel_open(self->actor, &arg, "memcg");
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, run_poor(self->filler, publish_one, fd));
	EXPECT_LT(8, self->filler->done);
	EXPECT_GT(64, self->filler->done);
	ASSERT_EQ(0, mt_channel_status(fd, &status));
	EXPECT_EQ(self->filler->done, status.retained);
	/* others publish on */
	EXPECT_EQ(0, publish_one(fd, 0));
	ASSERT_EQ(0, mt_channel_status(fd, &status));
	EXPECT_EQ(self->filler->done + 1, status.retained);
	ASSERT_EQ(0, mt_channel_unlink(self->actor, "memcg"));
	close(fd);
	EXPECT_EQ(0, until_free(POOR, self->before));
}

/* Objects themselves are charged to who makes them, and gone with him. */
static int port_one(int fd, __u64 index)
{
	int port = mt_port(mt_actor(), NULL, 1, NULL);

	(void)fd;
	(void)index;
	return port < 0 ? port : 0;
}

TEST_F(memcg, objects)
{
	EXPECT_EQ(0, write_to(POOR, "memory.max", "1M"));
	EXPECT_EQ(0, run_poor(self->filler, port_one, -1));
	EXPECT_LT(8, self->filler->done);
	EXPECT_EQ(0, port_one(-1, 0));
	EXPECT_EQ(0, until_free(POOR, self->before));
}

TEST_HARNESS_MAIN
