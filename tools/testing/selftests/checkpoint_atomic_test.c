// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Readers see complete updates only, of several sections at once, whoever writes
 * and wherever a writer is killed; and none waits for the memory of another.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

#define SECTIONS	3
#define NAME		"atomic"

/* in one page, across two, and in many, none of them at the edge of one */
static const struct {
	const char *id;
	__u64 offset;
	__u64 len;
} parts[SECTIONS] = {
	{ "small", 24, 64 },
	{ "across", 4000, 1000 },
	{ "many", 1000, 24000 },
};

/* A room for all parts, one behind the other. */
struct update {
	__u8 bytes[25064] __attribute__((aligned(8)));
};

static void elements_of(struct update *update,
			struct motet_checkpoint_element *elements)
{
	__u8 *at = update->bytes;
	int i;

	for (i = 0; i < SECTIONS; i++) {
		elements[i] = mc_element(parts[i].id, parts[i].offset, at,
					 parts[i].len);
		at += parts[i].len;
	}
}

static int write_update(int fd, struct update *update, __u64 value)
{
	struct motet_checkpoint_element elements[SECTIONS];

	mc_fill(update->bytes, sizeof(update->bytes), value);
	elements_of(update, elements);
	return mc_io(fd, MOTET_IOC_CHECKPOINT_WRITE, elements, SECTIONS, NULL);
}

/* -EPROTO for one that is not whole. */
static int read_update(int fd, struct update *update, __u64 *value)
{
	struct motet_checkpoint_element elements[SECTIONS];
	int i, ret;

	elements_of(update, elements);
	ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, elements, SECTIONS, NULL);
	if (ret)
		return ret;
	for (i = 0; i < SECTIONS; i++)
		if (elements[i].done != parts[i].len)
			return -EMSGSIZE;
	if (!mc_whole(update->bytes, sizeof(update->bytes)))
		return -EPROTO;
	*value = *(__u64 *)update->bytes;
	return 0;
}

static void on_processor(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

FIXTURE(atomic) {
	int actor;
	int fd;
	struct update *update;
	__u64 *stop;
};

FIXTURE_SETUP(atomic)
{
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, self->fd);
	self->update = mt_shared(sizeof(*self->update));
	self->stop = mt_shared(sizeof(*self->stop));
	ASSERT_NE(NULL, self->update);
	for (i = 0; i < SECTIONS; i++)
		ASSERT_EQ(0, mc_section(self->fd, parts[i].id, NULL, 0));
	ASSERT_EQ(0, write_update(self->fd, self->update, 0));
}

FIXTURE_TEARDOWN(atomic)
{
}

/* Reads until it is stopped; values never go back. 0, or why not. */
static int reader(int fd, const __u64 *stop, bool rising)
{
	static struct update update;
	__u64 value, last = 0;
	int ret;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		ret = read_update(fd, &update, &value);
		if (ret)
			return -ret;
		if (rising && value < last)
			return 255;
		last = value;
	}
	return 0;
}

TEST_F(atomic, readers_on_the_other_processor)
{
	unsigned int round, rounds = 400 * mt_rounds(5);
	pid_t child = mt_fork();

	if (!child) {
		on_processor(1);
		_exit(reader(self->fd, self->stop, true));
	}
	on_processor(0);
	for (round = 1; round <= rounds; round++)
		ASSERT_EQ(0, write_update(self->fd, self->update, round));
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

TEST_F(atomic, several_writers)
{
	static struct update update;
	pid_t writers[3], child;
	__u64 value, i, round;

	child = mt_fork();
	if (!child)
		_exit(reader(self->fd, self->stop, false));
	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		writers[i] = mt_fork();
		if (writers[i])
			continue;
		for (round = 0; round < 50 * mt_rounds(5); round++)
			if (write_update(self->fd, &update, round << 8 | i))
				_exit(1);
		_exit(0);
	}
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		EXPECT_EQ(0, mt_wait(writers[i]));
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
	EXPECT_EQ(0, read_update(self->fd, self->update, &value));
}

/* A writer is killed wherever it is; what it had begun is there or not. */
TEST_F(atomic, writers_killed)
{
	static struct update update;
	unsigned int round;
	__u64 value = 0;
	pid_t child, writer;

	child = mt_fork();
	if (!child) {
		on_processor(1);
		_exit(reader(self->fd, self->stop, false));
	}
	for (round = 0; round < 5 * mt_rounds(20); round++) {
		writer = mt_fork();
		if (!writer) {
			for (value = round << 16;; value++)
				write_update(self->fd, &update, value);
		}
		nanosleep(&(struct timespec){
			.tv_nsec = (round * 7919) % 700000 }, NULL);
		mt_kill(writer);
		ASSERT_EQ(0, read_update(self->fd, self->update, &value));
	}
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

/* Overwriting with other sizes: a size belongs to its content. */
TEST_F(atomic, sizes)
{
	static struct update update;
	__u64 round, len;
	pid_t child;
	long got;

	ASSERT_EQ(0, mc_section(self->fd, "sized", "", 0));
	child = mt_fork();
	if (!child) {
		while (!__atomic_load_n(self->stop, __ATOMIC_RELAXED)) {
			got = mc_read(self->fd, "sized", 0, update.bytes,
				      sizeof(update.bytes));
			if (got < 0)
				_exit(-got);
			if (got && (*(__u64 *)update.bytes % 3000 * 8 !=
				    (__u64)got ||
				    !mc_whole(update.bytes, got)))
				_exit(EPROTO);
		}
		_exit(0);
	}
	for (round = 1; round < 100 * mt_rounds(5); round++) {
		len = round * 577 % 2999 + 1;
		mc_fill(update.bytes, len * 8, round * 3000 + len);
		ASSERT_EQ(0, mc_overwrite(self->fd, "sized", update.bytes,
					  len * 8));
	}
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

/* Memory that is not there until somebody says so. */
static void *memory_without_end(int *fault, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register region = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*fault = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (*fault < 0 || ioctl(*fault, UFFDIO_API, &api))
		return NULL;
	region.range.start = (uintptr_t)memory;
	region.range.len = size;
	return ioctl(*fault, UFFDIO_REGISTER, &region) ? NULL : memory;
}

struct stuck {
	int fd;
	unsigned int number;
	void *memory;
	int ret;
};

static void *move_stuck(void *data)
{
	struct stuck *stuck = data;
	struct motet_checkpoint_element element =
		mc_element("many", 0, stuck->memory, 20000);

	stuck->ret = mc_io(stuck->fd, stuck->number, &element, 1, NULL);
	return NULL;
}

/* One reads into such memory, one writes from it: nobody waits for them. */
TEST_F(atomic, stuck_in_their_own_memory)
{
	unsigned int numbers[2] = {
		MOTET_IOC_CHECKPOINT_READ, MOTET_IOC_CHECKPOINT_WRITE,
	};
	struct uffdio_zeropage zero = { .range.len = 20480 };
	struct stuck stuck[2];
	struct uffd_msg msg;
	pthread_t threads[2];
	int faults[2], i;
	__u64 value;

	for (i = 0; i < 2; i++) {
		stuck[i].fd = self->fd;
		stuck[i].number = numbers[i];
		stuck[i].memory = memory_without_end(&faults[i], 20480);
		ASSERT_NE(NULL, stuck[i].memory);
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, move_stuck,
					    &stuck[i]));
		/* comes when it is stuck */
		ASSERT_EQ(sizeof(msg), read(faults[i], &msg, sizeof(msg)));
	}
	for (value = 1; value < 100; value++)
		EXPECT_EQ(0, write_update(self->fd, self->update, value));
	EXPECT_EQ(0, read_update(self->fd, self->update, &value));
	EXPECT_EQ(99, value);
	EXPECT_EQ(0, mc_delete(self->fd, "small"));
	for (i = 0; i < 2; i++) {
		zero.range.start = (uintptr_t)stuck[i].memory;
		ASSERT_EQ(0, ioctl(faults[i], UFFDIO_ZEROPAGE, &zero));
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		EXPECT_EQ(0, stuck[i].ret);
	}
	/* the reader has what was there before all that */
	mc_fill(self->update->bytes, sizeof(*self->update), 0);
	EXPECT_EQ(0, memcmp((char *)stuck[0].memory + 1000,
			    self->update->bytes + 1064, 19000));
}

/* Made, opened, unlinked and closed under one name by all at once. */
TEST_F(atomic, one_name)
{
	unsigned int i, round;
	pid_t children[4];
	int fd, actor;

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = mt_fork();
		if (children[i])
			continue;
		actor = mt_actor();
		for (round = 0; round < 10 * mt_rounds(20); round++) {
			fd = mc_create(actor, "contended");
			if (fd < 0)
				_exit(-fd);
			if (round % 3 == i % 3)
				mc_unlink(actor, "contended");
			close(fd);
		}
		_exit(0);
	}
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, mt_wait(children[i]));
}

TEST_HARNESS_MAIN
