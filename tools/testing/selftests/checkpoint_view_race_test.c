// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Readers of views see complete updates only, without a system call, whoever
 * writes and wherever readers and writers are killed.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

#define NAME	"raced"
#define WORDS	4096
#define MAX	(WORDS * 8)

static void on_processor(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

FIXTURE(race) {
	int actor;
	int fd;
	struct mc_view view;
	__u64 *stop;
	__u8 data[MAX] __attribute__((aligned(8)));
};

/* A length that belongs to a value, 1 to all words of 8 bytes. */
static __u64 length_of(__u64 value)
{
	return (value * 577 % WORDS + 1) * 8;
}

static int overwrite(int fd, void *data, __u64 value)
{
	mc_fill(data, length_of(value), value);
	return mc_overwrite(fd, "a", data, length_of(value));
}

FIXTURE_SETUP(race)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mc_section(self->fd, "a", "", 0));
	ASSERT_EQ(0, overwrite(self->fd, self->data, 0));
	ASSERT_EQ(0, mc_view(self->fd, "a", MAX, &self->view));
	self->stop = mt_shared(sizeof(*self->stop));
	ASSERT_NE(NULL, self->stop);
}

FIXTURE_TEARDOWN(race)
{
}

/* Reads until it is stopped. 0, or why not. */
static int look(const struct motet_view_header *header, const __u64 *stop,
		bool rising)
{
	static __u8 data[MAX] __attribute__((aligned(8)));
	__u64 value, last = 0, generation = 0;
	struct motet_view_header seen;
	long got;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		got = mc_look(header, data, MAX, &seen);
		if (got < 0)
			return -got;
		value = *(__u64 *)data;
		if ((__u64)got != length_of(value) || !mc_whole(data, got))
			return 101;
		if (seen.generation < generation || (rising && value < last))
			return 102;
		if (seen.flags & MOTET_VIEW_ENDED)
			return 103;
		generation = seen.generation;
		last = value;
	}
	return 0;
}

TEST_F(race, readers_on_the_other_processor)
{
	__u64 round, rounds = 400 * mt_rounds(10);
	pid_t child = mt_fork();

	if (!child) {
		on_processor(1);
		_exit(look(self->view.header, self->stop, true));
	}
	on_processor(0);
	for (round = 1; round <= rounds; round++)
		ASSERT_EQ(0, overwrite(self->fd, self->data, round));
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

/* Nothing but reading and _exit() is allowed. */
TEST_F(race, no_system_call)
{
	__u64 round, rounds = 100 * mt_rounds(10);
	pid_t child = mt_fork();
	int ret;

	if (!child) {
		on_processor(1);
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
			_exit(104);
		ret = look(self->view.header, self->stop, true);
		syscall(SYS_exit, ret);
	}
	on_processor(0);
	for (round = 1; round <= rounds; round++)
		ASSERT_EQ(0, overwrite(self->fd, self->data, round));
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

/*
 * Several parts of one section in a call, each smaller than what is checked:
 * they are never seen one by one.
 */
TEST_F(race, vectors)
{
	__u64 round, rounds = 100 * mt_rounds(10), len = length_of(1), third;
	struct motet_checkpoint_element elements[3];
	pid_t child;
	int i;

	ASSERT_EQ(0, overwrite(self->fd, self->data, 1));
	third = len / 24 * 8;
	child = mt_fork();
	if (!child) {
		on_processor(1);
		_exit(look(self->view.header, self->stop, true));
	}
	on_processor(0);
	for (i = 0; i < 3; i++)
		elements[i] = mc_element("a", i * third,
					 self->data + i * third,
					 i < 2 ? third : len - 2 * third);
	for (round = 1; round <= rounds; round++) {
		mc_fill(self->data, len, 1 + round * WORDS);
		ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE,
				   elements, 3, NULL));
	}
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

/* Readers and writers are killed wherever they are. */
TEST_F(race, killed)
{
	struct motet_view_header seen;
	struct mc_view view;
	pid_t child, writer, reader;
	unsigned int round;
	__u64 value;
	long got;

	child = mt_fork();
	if (!child) {
		on_processor(1);
		_exit(look(self->view.header, self->stop, false));
	}
	for (round = 0; round < 3 * mt_rounds(20); round++) {
		writer = mt_fork();
		if (!writer) {
			for (value = round << 16;; value++)
				overwrite(self->fd, self->data, value);
		}
		reader = mt_fork();
		if (!reader) {
			for (;;) {
				if (mc_view(self->fd, "a", MAX, &view))
					_exit(105);
				mc_look(view.header, self->data, MAX, &seen);
				mc_unview(&view);
			}
		}
		nanosleep(&(struct timespec){
			.tv_nsec = (round * 7919) % 1500000 }, NULL);
		mt_kill(writer);
		mt_kill(reader);
		/* it is not left in the middle of a change */
		got = mc_look(self->view.header, self->data, MAX, &seen);
		ASSERT_EQ(length_of(*(__u64 *)self->data), got);
		ASSERT_TRUE(mc_whole(self->data, got));
	}
	*self->stop = 1;
	EXPECT_EQ(0, mt_wait(child));
}

/* Makes views of a section that comes, goes and grows. */
static int make_views(int fd, const __u64 *stop)
{
	static __u8 data[MAX] __attribute__((aligned(8)));
	struct motet_view_header seen;
	struct mc_view view;
	int ret, i;
	long got;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		ret = mc_view(fd, "b", 0, &view);
		if (ret == -ENOENT)
			continue;
		if (ret)
			return -ret;
		for (i = 0; i < 20; i++) {
			got = mc_look(view.header, data, MAX, &seen);
			if (got < 0)
				return -got;
			if (got && ((__u64)got != length_of(*(__u64 *)data) ||
				    !mc_whole(data, got)))
				return 106;
		}
		mc_unview(&view);
	}
	return 0;
}

TEST_F(race, comes_and_goes)
{
	struct motet_checkpoint_element element;
	__u64 round, rounds = 20 * mt_rounds(10), i;
	pid_t children[3];

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = mt_fork();
		if (!children[i])
			_exit(make_views(self->fd, self->stop));
	}
	for (round = 0; round < rounds; round++) {
		ASSERT_EQ(0, mc_section(self->fd, "b", NULL, 0));
		for (i = 0; i < 5; i++) {
			mc_fill(self->data, length_of(round + i), round + i);
			element = mc_element("b", 0, self->data,
					     length_of(round + i));
			element.flags = MOTET_ELEMENT_OVERWRITE;
			ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE,
					   &element, 1, NULL));
		}
		ASSERT_EQ(0, mc_delete(self->fd, "b"));
	}
	*self->stop = 1;
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, mt_wait(children[i]));
}

/* The checkpoint dies while views of it are made and closed. */
TEST_F(race, dies)
{
	unsigned int round, i;
	pid_t children[2];
	int fd;

	for (round = 0; round < 4 * mt_rounds(10); round++) {
		fd = mc_create_one(self->actor, "mortal", MAX);
		ASSERT_LE(0, fd);
		for (i = 0; i < ARRAY_SIZE(children); i++) {
			children[i] = mt_fork();
			if (children[i])
				continue;
			while (!mc_view(fd, NULL, 0, &self->view))
				if (round % 2)
					mc_unview(&self->view);
			_exit(0);
		}
		nanosleep(&(struct timespec){
			.tv_nsec = (round * 7919) % 1500000 }, NULL);
		mc_unlink(self->actor, "mortal");
		close(fd);
		for (i = 0; i < ARRAY_SIZE(children); i++)
			mt_kill(children[i]);
	}
}

TEST_HARNESS_MAIN
