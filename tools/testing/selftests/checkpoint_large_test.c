// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As many bytes as a checkpoint may have, in sections as large as they may be:
 * written, read back, and given back; charged to whoever writes.
 *
 * MOTET_MIB says how many, in a machine with memory for it: 1024 are all that
 * there may be.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

#define NAME		"large"
#define MIB		(1024 * 1024ULL)
#define SECTION		(64 * MIB)
#define CGROUP		"/sys/fs/cgroup/motet_large"
#define PATIENCE	(60 * MT_SECOND)
#define LIMIT		"user_checkpoint_bytes_max"

FIXTURE(large) {
	int actor;
	int fd;
	__u64 limit;
	__u64 bytes;
	__u32 sections;
	struct motet_checkpoint_attributes attributes;
};

FIXTURE_SETUP(large)
{
	const char *mib = getenv("MOTET_MIB");

	self->bytes = (mib && atoi(mib) > 0 ? atoi(mib) : 256) * MIB;
	self->sections = self->bytes / SECTION;
	ASSERT_LT(0, self->sections);
	self->attributes = (struct motet_checkpoint_attributes){
		.sections_max = self->sections,
		.bytes_max = self->bytes,
		.section_bytes_max = SECTION,
		.section_id_max = 8,
	};
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->limit = mt_param(LIMIT);
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		SKIP(return, "no version 2 hierarchy of cgroups");
}

/* Not by the test's own process, which may have died of a failure. */
FIXTURE_TEARDOWN_PARENT(large)
{
	mt_param_set(LIMIT, self->limit);
	rmdir(CGROUP);
}

static __u64 charged(void)
{
	char text[64];

	mt_read_file(CGROUP "/memory.current", text, sizeof(text));
	return strtoull(text, NULL, 10);
}

/* Bytes of the machine that nobody needs. */
static __u64 unused(void)
{
	char text[4096], *at;

	mt_read_file("/proc/meminfo", text, sizeof(text));
	at = strstr(text, "MemAvailable:");
	return at ? strtoull(at + strlen("MemAvailable:"), NULL, 10) << 10 : 0;
}

static const char *section_id(__u32 section)
{
	static char id[16];

	snprintf(id, sizeof(id), "%u", section);
	return id;
}

/* By a user who may have what an administrator says, unlike root. */
static int open_as_user(const struct motet_checkpoint_attributes *attributes)
{
	int socks[2], fd, ret;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, socks))
		return -errno;
	pid = mt_fork();
	if (!pid) {
		mt_become(MT_USER_A);
		fd = mc_open_with(mt_actor(), NAME, MC_CREATE, 0700,
				  attributes);
		_exit(fd < 0 ? -fd : -mt_send_fd(socks[0], fd));
	}
	ret = mt_wait(pid);
	fd = ret ? -ret : mt_recv_fd(socks[1]);
	close(socks[0]);
	close(socks[1]);
	return fd;
}

static void *buffer(void)
{
	void *memory = mmap(NULL, SECTION, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* In the cgroup; it is charged for them when it is dead, too. */
static pid_t write_all(int fd, __u32 sections, __u64 *took)
{
	pid_t pid = mt_fork();
	void *memory;
	__u64 begin;
	__u32 i;

	if (pid)
		return pid;
	if (mt_write_file(CGROUP "/cgroup.procs", "0"))
		_exit(1);
	memory = buffer();
	if (!memory)
		_exit(2);
	for (i = 0; i < sections; i++) {
		mc_fill(memory, SECTION, i + 1);
		if (mc_section(fd, section_id(i), NULL, 0))
			_exit(3);
		begin = mt_now();
		if (mc_overwrite(fd, section_id(i), memory, SECTION))
			_exit(4);
		*took += mt_now() - begin;
	}
	_exit(0);
}

static pid_t read_all(int fd, __u32 sections, __u64 *took)
{
	pid_t pid = mt_fork();
	__u64 *memory;
	__u64 begin;
	__u32 i;

	if (pid)
		return pid;
	memory = buffer();
	if (!memory)
		_exit(2);
	for (i = 0; i < sections; i++) {
		begin = mt_now();
		if (mc_read(fd, section_id(i), 0, memory, SECTION) != SECTION)
			_exit(3);
		*took += mt_now() - begin;
		if (memory[0] != i + 1 || !mc_whole(memory, SECTION))
			_exit(4);
	}
	_exit(0);
}

/* At least so much is unused; some goes to others meanwhile. */
static __u64 until_unused(__u64 least)
{
	__u64 end = mt_after(PATIENCE);

	while (unused() < least && mt_now() < end)
		mt_breathe();
	return unused();
}

static __u64 until_charged(__u64 most)
{
	__u64 end = mt_after(PATIENCE);

	while (charged() > most && mt_now() < end)
		mt_breathe();
	return charged();
}

TEST_F_TIMEOUT(large, written_read_and_given_back, 1800)
{
	struct motet_checkpoint_status status;
	__u64 *took = mt_shared(2 * sizeof(*took));
	__u64 before, full;

	/* beyond what a user may have until an administrator says otherwise */
	ASSERT_EQ(0, mt_param_set(LIMIT, self->bytes));
	ASSERT_EQ(-EDQUOT, open_as_user(&self->attributes));
	/* a page for each section, and what one call holds */
	ASSERT_EQ(0, mt_param_set(LIMIT, self->bytes + SECTION + MIB));
	self->fd = open_as_user(&self->attributes);
	ASSERT_LE(0, self->fd);
	before = unused();
	ASSERT_EQ(0, mt_wait(write_all(self->fd, self->sections, &took[0])));
	ASSERT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(self->bytes, status.bytes);
	EXPECT_EQ(self->bytes, status.memory);
	EXPECT_EQ(MOTET_CHECKPOINT_EXHAUSTED, status.flags);
	full = charged();
	EXPECT_LE(self->bytes, full);
	EXPECT_GE(self->bytes + self->bytes / 16, full);
	ASSERT_EQ(0, mt_wait(read_all(self->fd, self->sections, &took[1])));
	/* a part of one that there is no room for changes nothing */
	EXPECT_EQ(0, mc_overwrite(self->fd, "0", "x", 1));
	EXPECT_EQ(0, mc_write(self->fd, "0", SECTION - 1, "x", 1));
	EXPECT_EQ(-EINVAL, mc_write(self->fd, "0", SECTION, "x", 1));
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(self->bytes, status.bytes);
	EXPECT_EQ(self->bytes - SECTION + 2 * 4096, status.memory);
	EXPECT_EQ(0, mc_unlink(self->actor, NAME));
	close(self->fd);
	EXPECT_GE(16 * MIB, until_charged(16 * MIB));
	EXPECT_LE(before - self->bytes / 8,
		  until_unused(before - self->bytes / 8));
	TH_LOG("%llu MiB in %u sections: written in %llu ms, read in %llu ms",
	       (unsigned long long)(self->bytes / MIB), self->sections,
	       (unsigned long long)(took[0] / MT_MS),
	       (unsigned long long)(took[1] / MT_MS));
	TH_LOG("charged %llu KiB, then %llu; unused %llu MiB before, %llu after",
	       (unsigned long long)(full >> 10),
	       (unsigned long long)(charged() >> 10),
	       (unsigned long long)(before / MIB),
	       (unsigned long long)(unused() / MIB));
}

TEST_HARNESS_MAIN
