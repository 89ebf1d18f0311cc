// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writers are killed at random, again and again: readers only ever see complete
 * updates, of all sections that belong together, and after each death what was
 * written is what the call says that it did.
 *
 * How far a call was is seen from its argument, which the kernel writes before
 * anything is done and after all is: see struct call.
 *
 * MOTET_KILLS says how many are killed, MOTET_SEED repeats a choice.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

#define NAME		"killed"
#define WRITERS		3
#define READERS		2
#define SHARED_PARTS	3	/* that every update writes */
#define PARTS		(SHARED_PARTS + WRITERS)
#define PART_MAX	(96 << 10)
#define NEW_BYTES	(24 << 10)
#define PATIENCE	(60 * MT_SECOND)

/* what a call finds where the kernel will say the generation */
#define NOT_BEGUN	(~0ULL)

/* in one page, across several, and as much as the update says */
static const struct {
	const char *id;
	__u64 offset;
	__u64 len;
} parts[SHARED_PARTS] = {
	{ "small", 24, 64 },
	{ "across", 4000, 9000 },
	{ "sized", 0, 0 },
};

static const char *const marks[WRITERS] = { "mark-0", "mark-1", "mark-2" };
static const char *const news[WRITERS] = { "new-0", "new-1", "new-2" };

/**
 * struct call - what a writer does; in shared memory
 * @io: argument of its call. As long as the generation is NOT_BEGUN, the kernel
 *	has not begun; while it is 0, nothing is done; then all is
 * @serial: the update that it writes; it ends in the number of the writer
 * @done: the last that it knows to be written
 * @calls: how often it wrote
 * @error: what must not be
 */
struct call {
	struct motet_checkpoint_io io;
	__u64 serial;
	__u64 done;
	__u64 calls;
	int error;
};

/**
 * struct shared - what all processes know
 * @call: of the writers
 * @stop: the readers are to end
 * @reads: how many there were, of each
 * @text: what they saw and must not
 */
struct shared {
	struct call call[WRITERS];
	int stop;
	__u64 reads[READERS];
	char text[READERS][256];
};

/**
 * struct fates - where the writers were when they were killed
 * @elsewhere: in no call
 * @cut: in a call that has changed nothing
 * @late: in a call that had changed all, and did not come back
 */
struct fates {
	unsigned int elsewhere;
	unsigned int cut;
	unsigned int late;
};

static struct shared *shared;
static __u8 room[PARTS][PART_MAX] __attribute__((aligned(8)));

static __u64 random_state;

static unsigned int below(unsigned int bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % bound;
}

static unsigned long long number_from(const char *name,
				      unsigned long long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static __u64 part_len(unsigned int part, __u64 serial)
{
	return parts[part].len ?: serial * 7919 % (PART_MAX / 8) * 8 + 8;
}

static __u32 elements_of(struct motet_checkpoint_element *elements,
			 int writer, __u64 serial)
{
	unsigned int i;
	__u64 len;

	for (i = 0; i < SHARED_PARTS; i++) {
		len = part_len(i, serial);
		mc_fill(room[i], len, serial);
		elements[i] = mc_element(parts[i].id, parts[i].offset, room[i],
					 len);
		if (!parts[i].len)
			elements[i].flags = MOTET_ELEMENT_OVERWRITE;
	}
	mc_fill(room[i], sizeof(serial), serial);
	elements[i] = mc_element(marks[writer], 0, room[i], sizeof(serial));
	return i + 1;
}

static int write_update(int fd, int writer)
{
	struct motet_checkpoint_element elements[PARTS];
	struct call *call = &shared->call[writer];
	__u64 serial = call->serial + WRITERS + 1;
	__u32 count = elements_of(elements, writer, serial);
	int ret;

	__atomic_store_n(&call->io.generation, NOT_BEGUN, __ATOMIC_SEQ_CST);
	call->io.size = sizeof(call->io);
	call->io.elements = mt_ptr(elements);
	call->io.count = count;
	call->io.element_size = sizeof(*elements);
	__atomic_store_n(&call->serial, serial, __ATOMIC_SEQ_CST);
	ret = mt_ioctl(fd, MOTET_IOC_CHECKPOINT_WRITE, &call->io);
	if (ret)
		return ret;
	__atomic_store_n(&call->done, serial, __ATOMIC_SEQ_CST);
	call->calls++;
	return 0;
}

/* One that is there with all that it has, or not at all. */
static int make_or_delete(int fd, int writer)
{
	int ret = mc_delete(fd, news[writer]);

	if (ret != -ENOENT)
		return ret;
	mc_fill(room[0], NEW_BYTES, shared->call[writer].serial);
	return mc_section(fd, news[writer], room[0], NEW_BYTES);
}

static pid_t writer_start(int writer)
{
	pid_t pid = mt_fork();
	int fd, ret;

	if (pid)
		return pid;
	/* whoever kills comes first */
	nice(10);
	random_state += shared->call[writer].serial;
	fd = mc_open(mt_actor(), NAME, MC_WRITE);
	do
		ret = below(8) ? write_update(fd, writer) :
				 make_or_delete(fd, writer);
	while (!ret);
	shared->call[writer].error = ret;
	_exit(1);
}

static int reader_fail(int reader, const char *what, const char *section,
		       __u64 serial)
{
	snprintf(shared->text[reader], sizeof(shared->text[reader]),
		 "reader %d: %s, update %llu: %s", reader, section,
		 (unsigned long long)serial, what);
	return -EPROTO;
}

/* All parts, and what every writer has marked, at one moment. */
static int read_all(int reader, int fd, struct motet_checkpoint_io *io,
		    __u64 *serial)
{
	struct motet_checkpoint_element elements[PARTS];
	unsigned int i;
	int ret;

	for (i = 0; i < SHARED_PARTS; i++)
		elements[i] = mc_element(parts[i].id, parts[i].offset, room[i],
					 parts[i].len ?: PART_MAX);
	for (; i < PARTS; i++)
		elements[i] = mc_element(marks[i - SHARED_PARTS], 0, room[i],
					 sizeof(__u64));
	ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, elements, PARTS, io);
	if (ret)
		return ret;
	*serial = *(__u64 *)room[0];
	for (i = 0; i < SHARED_PARTS; i++) {
		if (elements[i].done != part_len(i, *serial))
			return reader_fail(reader, "another size", parts[i].id,
					   *serial);
		if (*(__u64 *)room[i] != *serial)
			return reader_fail(reader, "another update",
					   parts[i].id, *serial);
		if (!mc_whole(room[i], elements[i].done))
			return reader_fail(reader, "not whole", parts[i].id,
					   *serial);
	}
	i = *serial % (WRITERS + 1);
	if (i >= WRITERS)
		return reader_fail(reader, "no update", parts[0].id, *serial);
	if (*(__u64 *)room[SHARED_PARTS + i] != *serial)
		return reader_fail(reader, "another mark", marks[i], *serial);
	return 0;
}

static int read_new(int reader, int fd)
{
	int writer = below(WRITERS);
	long len = mc_read(fd, news[writer], 0, room[0], PART_MAX);

	if (len == -ENOENT)
		return 0;
	if (len != NEW_BYTES || !mc_whole(room[0], len))
		return reader_fail(reader, "not whole", news[writer], len);
	return 0;
}

/* A generation never goes back, and one without a change has one update. */
static int reader_main(int reader, int fd)
{
	struct motet_checkpoint_io io;
	__u64 serial, last = 0, last_serial = 0;
	cpu_set_t set;
	int ret = 0;

	nice(10);
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	if (!reader)
		sched_setaffinity(0, sizeof(set), &set);
	while (!ret && !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		ret = read_all(reader, fd, &io, &serial);
		if (!ret && (io.generation < last ||
			     (io.generation == last && serial != last_serial)))
			ret = reader_fail(reader, "of another time", "all",
					  serial);
		last = io.generation;
		last_serial = serial;
		if (!ret)
			ret = read_new(reader, fd);
		shared->reads[reader]++;
	}
	return -ret;
}

/* What the writer's own section says it has written last. */
static __u64 marked(int fd, int writer)
{
	__u64 serial = 0;

	return mc_read(fd, marks[writer], 0, &serial, sizeof(serial)) ==
			       sizeof(serial) ? serial : NOT_BEGUN;
}

/* Return: whether what it has written is what its call says. */
static bool settle(int fd, int writer, struct fates *fates)
{
	struct call *call = &shared->call[writer];
	__u64 mark = marked(fd, writer), expected = call->done;

	if (call->io.generation == NOT_BEGUN) {
		fates->elsewhere++;
	} else if (!call->io.generation) {
		fates->cut++;
	} else {
		expected = call->serial;
		if (call->serial == call->done)
			fates->elsewhere++;
		else
			fates->late++;
	}
	call->done = mark;
	return mark == expected;
}

static __u64 charged(void)
{
	struct mt_attrs user;

	return mt_user_get(0, &user) ? 0 :
	       mt_attr_number(&user, MOTET_A_USER_CHECKPOINT_BYTES);
}

FIXTURE(killed) {
	int fd;
	__u64 charged;
	pid_t writer[WRITERS];
	pid_t reader[READERS];
};

FIXTURE_SETUP(killed)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();
	struct motet_checkpoint_element elements[PARTS];
	int i;

	attributes.section_bytes_max = PART_MAX;
	shared = mt_shared(sizeof(*shared));
	ASSERT_NE(NULL, shared);
	random_state = number_from("MOTET_SEED", 1) * 0x9e3779b97f4a7c15ULL + 1;
	/* of the test before nothing is to be given back later */
	ASSERT_EQ(0, mt_until_charged(0, MOTET_A_USER_CHECKPOINTS, 0));
	self->fd = mc_open_with(mt_actor(), NAME, MC_CREATE, 0700, &attributes);
	ASSERT_LE(0, self->fd);
	self->charged = charged();
	for (i = 0; i < SHARED_PARTS; i++)
		ASSERT_EQ(0, mc_section(self->fd, parts[i].id, NULL, 0));
	for (i = 0; i < WRITERS; i++) {
		shared->call[i].serial = WRITERS + 1 + i;
		ASSERT_EQ(0, mc_section(self->fd, marks[i], NULL, 0));
		ASSERT_EQ(SHARED_PARTS + 1, elements_of(elements, i,
							WRITERS + 1 + i));
		ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE,
				   elements, SHARED_PARTS + 1, NULL));
		shared->call[i].done = marked(self->fd, i);
	}
	for (i = 0; i < READERS; i++) {
		self->reader[i] = mt_fork();
		if (!self->reader[i])
			_exit(reader_main(i, self->fd));
	}
	for (i = 0; i < WRITERS; i++)
		self->writer[i] = writer_start(i);
}

FIXTURE_TEARDOWN(killed)
{
}

static void pause_random(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000L * below(4000) }, NULL);
}

/* What was charged to them while they wrote is charged no more. */
static __u64 charged_in_the_end(__u64 expected)
{
	__u64 end = mt_after(PATIENCE);

	while (charged() != expected && mt_now() < end)
		mt_breathe();
	return charged();
}

/* Enough were in a call when they were killed, and enough was read meanwhile. */
static bool proven(unsigned long long kills, const struct fates *fates)
{
	int i;

	for (i = 0; i < READERS; i++)
		if (__atomic_load_n(&shared->reads[i], __ATOMIC_RELAXED) <=
		    kills / 10)
			return false;
	return fates->cut > kills / 20;
}

TEST_F_TIMEOUT(killed, only_complete_updates, 4 * 3600)
{
	unsigned long long kills = number_from("MOTET_KILLS", 200), kill;
	struct fates fates = { 0 };
	__u64 begin = mt_now(), calls = 0;
	int writer, i;

	/* where they are then is up to the scheduler: on until that is so */
	for (kill = 0; kill < kills || !proven(kills, &fates); kill++) {
		ASSERT_GT(20 * kills, kill);
		pause_random();
		writer = below(WRITERS);
		ASSERT_EQ(1000 + SIGKILL, mt_kill(self->writer[writer])) {
			TH_LOG("writer %d: %d", writer,
			       shared->call[writer].error);
		}
		ASSERT_TRUE(settle(self->fd, writer, &fates)) {
			TH_LOG("kill %llu, writer %d: generation %lld, update %llu, marked %llu",
			       kill, writer,
			       (long long)shared->call[writer].io.generation,
			       (unsigned long long)shared->call[writer].serial,
			       (unsigned long long)shared->call[writer].done);
		}
		self->writer[writer] = writer_start(writer);
		for (i = 0; i < READERS; i++)
			ASSERT_STREQ("", shared->text[i]);
	}
	shared->stop = 1;
	for (i = 0; i < READERS; i++) {
		EXPECT_EQ(0, mt_wait(self->reader[i]));
		EXPECT_STREQ("", shared->text[i]);
	}
	for (i = 0; i < WRITERS; i++) {
		mt_kill(self->writer[i]);
		calls += shared->call[i].calls;
	}
	EXPECT_EQ(self->charged, charged_in_the_end(self->charged));
	TH_LOG("%llu kills in %llu s: %u in a call that changed nothing,",
	       kill, (mt_now() - begin) / MT_SECOND, fates.cut);
	TH_LOG("%u in one that was done, %u in none; %llu complete updates,",
	       fates.late, fates.elsewhere, (unsigned long long)calls);
	TH_LOG("%llu and %llu reads", (unsigned long long)shared->reads[0],
	       (unsigned long long)shared->reads[1]);
	mc_unlink(mt_actor(), NAME);
}

TEST_HARNESS_MAIN
