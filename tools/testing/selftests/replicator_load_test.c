// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A copy in another domain follows whatever is written, by several and at once,
 * wherever writers and replicators are killed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kselftest_harness.h"
#include "replicator_test.h"

#define NAME		"followed"
#define SECTIONS	3
#define WRITERS		3
#define PART		1704

static struct mr_step step;

/* What is said among the processes of a test. */
struct shared {
	__u32 complete;	/* the copy */
	__u32 stop;	/* when all is copied */
	__u32 over;	/* at once */
};

FIXTURE(load) {
	int actor;
	int fd;
	int copy;
	struct shared *shared;
};

static void elements_of(__u8 *bytes, struct motet_checkpoint_element *elements)
{
	static const char *const ids[SECTIONS] = { "x", "y", "z" };
	int i;

	for (i = 0; i < SECTIONS; i++)
		elements[i] = mc_element(ids[i], 3000 * i, bytes + i * PART,
					 PART);
}

static int write_update(int fd, __u64 value)
{
	static __u8 bytes[SECTIONS * PART] __attribute__((aligned(8)));
	struct motet_checkpoint_element elements[SECTIONS];

	mc_fill(bytes, sizeof(bytes), value);
	elements_of(bytes, elements);
	return mc_io(fd, MOTET_IOC_CHECKPOINT_WRITE, elements, SECTIONS, NULL);
}

/* -EPROTO for one that is not whole. */
static int read_update(int fd)
{
	static __u8 bytes[SECTIONS * PART] __attribute__((aligned(8)));
	struct motet_checkpoint_element elements[SECTIONS];
	int ret;

	elements_of(bytes, elements);
	ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, elements, SECTIONS, NULL);
	return ret ?: mc_whole(bytes, sizeof(bytes)) ? 0 : -EPROTO;
}

FIXTURE_SETUP(load)
{
	static const char *const ids[SECTIONS] = { "x", "y", "z" };
	int there = mr_other_domain(), i;

	self->actor = mt_actor();
	self->fd = mc_create(self->actor, NAME);
	self->copy = mc_create(there, NAME);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->copy);
	for (i = 0; i < SECTIONS; i++)
		ASSERT_EQ(0, mc_section(self->fd, ids[i], NULL, 0));
	ASSERT_EQ(0, write_update(self->fd, 1));
	self->shared = mt_shared(sizeof(*self->shared));
}

FIXTURE_TEARDOWN(load)
{
	mc_unlink(self->actor, NAME);
}

static bool is_set(const __u32 *flag)
{
	return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

static void set(__u32 *flag, __u32 value)
{
	__atomic_store_n(flag, value, __ATOMIC_SEQ_CST);
}

/* Copies until it is to stop and there is nothing; 0, or why not. */
static int replicate(int fd, int copy, struct shared *shared)
{
	int from = mr_attach_with(fd, MR_STREAM, 0, 16, 1 << 18);
	int to = mr_attach(copy, MR_APPLY), ret;
	bool complete = false, stop;

	if (from < 0 || to < 0)
		return from < 0 ? -from : -to;
	for (;;) {
		stop = is_set(&shared->stop);
		if (!(mt_poll(from, POLLIN, 10) & POLLIN)) {
			if (stop)
				return 0;
			continue;
		}
		ret = mr_next(from, &step);
		if (ret == MOTET_STEP_BEGIN)
			set(&shared->complete, 0);
		if (ret >= 0)
			ret = mr_apply(to, &step);
		if (ret)
			return -ret;
		if (step.head.kind == MOTET_STEP_END) {
			complete = true;
			set(&shared->complete, 1);
		}
		if (complete)
			ret = mr_ack(from, step.head.generation);
		if (ret)
			return -ret;
	}
}

/* One of many: updates, and a section of its own that comes and goes. */
static int change_anything(int fd, unsigned int *seed, unsigned int who)
{
	static __u8 bytes[9000] __attribute__((aligned(8)));
	char id[8];

	snprintf(id, sizeof(id), "w%u", who);
	mc_fill(bytes, sizeof(bytes), *seed);
	switch (rand_r(seed) % 6) {
	case 0:
		return mc_section(fd, id, bytes, rand_r(seed) % 9000);
	case 1:
		return mc_delete(fd, id);
	case 2:
		return mc_overwrite(fd, id, bytes, rand_r(seed) % 9000);
	case 3:
		return mc_change(fd, id, MOTET_SECTION_STATE,
				 1 + rand_r(seed) % 2, 0);
	case 4:
		return mc_change(fd, id, MOTET_SECTION_EXPIRES, 0,
				 mc_boottime() + rand_r(seed) % 20 * MT_MS + 1);
	default:
		return write_update(fd, rand_r(seed));
	}
}

static bool is_expected(int ret)
{
	return !ret || ret == -ENOENT || ret == -EEXIST || ret == -EINVAL;
}

static int writer(int fd, unsigned int who, unsigned int rounds)
{
	unsigned int seed = who;
	int ret;

	while (rounds--) {
		ret = change_anything(fd, &seed, who);
		if (!is_expected(ret))
			return -ret;
	}
	return 0;
}

/* What was acknowledged is in the copy. */
static int sync_writer(int fd, int copy, unsigned int rounds)
{
	char text[16], copied[16] = "";
	unsigned int i;
	int ret;

	ret = mc_section(fd, "sync", "", 0);
	for (i = 0; i < rounds && !ret; i++) {
		snprintf(text, sizeof(text), "%015u", i);
		ret = mr_write_sync(fd, "sync", text, sizeof(text), 0, NULL);
		if (ret)
			break;
		if (mc_read(copy, "sync", 0, copied, sizeof(copied)) !=
			    sizeof(copied) ||
		    memcmp(text, copied, sizeof(text)))
			ret = -EPROTO;
	}
	return -ret;
}

static int reader(int copy, const struct shared *shared)
{
	bool complete;
	int ret;

	while (!is_set(&shared->over)) {
		complete = is_set(&shared->complete);
		ret = read_update(copy);
		if (ret == -EPROTO || (ret && complete &&
				       is_set(&shared->complete)))
			return -ret;
	}
	return 0;
}

/* Until nothing is left that expires: it is in the one domain, then in both. */
static int until_lasting(int fd)
{
	char id[MOTET_SECTION_ID_MAX + 1];
	__u64 end = mt_after(20 * MT_SECOND), cursor;
	struct motet_section_next next;
	int ret;

	do {
		cursor = 0;
		ret = mc_next(fd, MOTET_SECTIONS_UNTIL,
			      mc_boottime() + 1000 * MT_SECOND, &cursor, id,
			      &next);
		if (ret)
			return ret == -ENOENT ? 0 : ret;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIMEDOUT;
}

TEST_F(load, copied_while_written)
{
	unsigned int rounds = 20 * mt_rounds(20), i;
	pid_t writers[WRITERS], sync, copier, follower;

	for (i = 0; i < WRITERS; i++) {
		writers[i] = mt_fork();
		if (!writers[i])
			_exit(writer(self->fd, i + 1, rounds));
	}
	/* in the middle of that */
	copier = mt_fork();
	if (!copier)
		_exit(replicate(self->fd, self->copy, self->shared));
	while (!is_set(&self->shared->complete))
		mt_breathe();
	follower = mt_fork();
	if (!follower)
		_exit(reader(self->copy, self->shared));
	sync = mt_fork();
	if (!sync)
		_exit(sync_writer(self->fd, self->copy, rounds / 4));
	for (i = 0; i < WRITERS; i++)
		EXPECT_EQ(0, mt_wait(writers[i]));
	EXPECT_EQ(0, mt_wait(sync));
	EXPECT_EQ(0, until_lasting(self->fd));
	set(&self->shared->stop, 1);
	EXPECT_EQ(0, mt_wait(copier));
	set(&self->shared->over, 1);
	EXPECT_EQ(0, mt_wait(follower));
	EXPECT_TRUE(mr_same(self->fd, self->copy));
}

static void nap(unsigned int *seed)
{
	nanosleep(&(struct timespec){ .tv_nsec = rand_r(seed) % 3000000 },
		  NULL);
}

static pid_t any_writer(int fd, unsigned int who, unsigned int seed)
{
	pid_t child = mt_fork();
	int ret;

	if (child)
		return child;
	for (;;) {
		if (who)
			ret = change_anything(fd, &seed, who);
		else
			ret = mr_write_sync(fd, "x", &seed, 4, 0, NULL);
		if (!is_expected(ret) && ret != -ENOLINK)
			_exit(-ret);
	}
}

/* Killed: what they did is told, what they did not do is not. */
TEST_F(load, killed)
{
	unsigned int rounds = 2 * mt_rounds(20), round, i, seed = 1;
	pid_t writers[WRITERS], copier;

	for (i = 0; i < WRITERS; i++)
		writers[i] = any_writer(self->fd, i, i);
	for (round = 0; round < rounds; round++) {
		copier = mt_fork();
		if (!copier)
			_exit(replicate(self->fd, self->copy, self->shared));
		for (i = 0; i < WRITERS; i++) {
			nap(&seed);
			mt_kill(writers[i]);
			writers[i] = any_writer(self->fd, i, round);
		}
		mt_kill(copier);
	}
	copier = mt_fork();
	if (!copier)
		_exit(replicate(self->fd, self->copy, self->shared));
	nap(&seed);
	for (i = 0; i < WRITERS; i++)
		mt_kill(writers[i]);
	EXPECT_EQ(0, until_lasting(self->fd));
	set(&self->shared->stop, 1);
	EXPECT_EQ(0, mt_wait(copier));
	EXPECT_TRUE(mr_same(self->fd, self->copy));
}

TEST_HARNESS_MAIN
