// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who writes waits for a replicator: for room in its window, and, if asked to, until
 * it has acknowledged what was written.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "replicator_test.h"

#define NAME	"waited-for"

static struct mr_step step;

static void nothing(int signal)
{
	(void)signal;
}

FIXTURE(replicator) {
	int actor;
	int fd;
};

/* One section, and nothing in it. */
FIXTURE_SETUP(replicator)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mc_section(self->fd, "a", "", 0));
}

FIXTURE_TEARDOWN(replicator)
{
	mc_unlink(self->actor, NAME);
}

/* A process that writes. The replicator is the test's alone, which may close it. */
static pid_t writer_of(int fd, int replicator, const void *data, __u64 len)
{
	pid_t child = mt_fork();

	if (!child) {
		close(replicator);
		_exit(-mc_overwrite(fd, "a", data, len));
	}
	return child;
}

static pid_t sync_writer(int fd, int replicator, const char *text)
{
	pid_t child = mt_fork();

	if (!child) {
		close(replicator);
		_exit(-mr_write_sync(fd, "a", text, 1, 0, NULL));
	}
	return child;
}

/* A replicator whose window has two steps, and room for no more. */
static int full_window(int fd)
{
	int replicator = mr_begin(fd, &step, 2, 20000), ret;

	if (replicator < 0)
		return replicator;
	ret = mc_overwrite(fd, "a", "1", 1);
	ret = ret ?: mc_overwrite(fd, "a", "2", 1);
	return ret ?: replicator;
}

/* The same checkpoint for who never waits. */
static int open_nonblock(int actor)
{
	int fd = mc_open(actor, NAME, MC_BOTH), flags = fcntl(fd, F_GETFL);

	return fd < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ? -1 : fd;
}

/* Nothing was done, whoever gave up. */
TEST_F(replicator, full_window)
{
	int replicator = full_window(self->fd), nonblock;
	char text[8] = "";
	__u64 before;
	pid_t child;

	ASSERT_LE(0, replicator);
	before = mc_generation(self->fd);
	/* interrupted: nobody waits any more */
	child = writer_of(self->fd, replicator, "3", 1);
	ASSERT_EQ(0, mr_until_waiting(replicator, 1));
	mt_kill(child);
	ASSERT_EQ(0, mr_until_waiting(replicator, 0));
	EXPECT_EQ(before, mc_generation(self->fd));
	nonblock = open_nonblock(self->actor);
	ASSERT_LE(0, nonblock);
	EXPECT_EQ(-EAGAIN, mc_overwrite(nonblock, "a", "4", 1));
	EXPECT_EQ(-EAGAIN, mc_section(nonblock, "b", "4", 1));
	EXPECT_EQ(-EAGAIN, mc_delete(nonblock, "a"));
	EXPECT_EQ(-EAGAIN, mc_change(nonblock, "a", MOTET_SECTION_STATE,
				     MOTET_SECTION_CORRUPTED, 0));
	EXPECT_EQ(-ETIMEDOUT, mr_write_sync(self->fd, "a", "5", 1,
					    mt_after(MT_MS), NULL));
	EXPECT_EQ(before, mc_generation(self->fd));
	/* who reads does not wait */
	EXPECT_EQ(1, mc_read(self->fd, "a", 0, text, sizeof(text)));
	EXPECT_EQ('2', text[0]);
}

TEST_F(replicator, room_in_the_window)
{
	int replicator = full_window(self->fd), nonblock;
	static char large[60000];
	char text[8] = "";
	pid_t child;

	ASSERT_LE(0, replicator);
	child = writer_of(self->fd, replicator, "6", 1);
	ASSERT_EQ(0, mr_until_waiting(replicator, 1));
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	EXPECT_EQ(0, mt_wait(child));
	EXPECT_EQ(1, mc_read(self->fd, "a", 0, text, sizeof(text)));
	EXPECT_EQ('6', text[0]);

	/* a large one has room in an empty window, and small ones don't pass it */
	nonblock = open_nonblock(self->actor);
	ASSERT_LE(0, nonblock);
	child = writer_of(self->fd, replicator, large, sizeof(large));
	ASSERT_EQ(0, mr_until_waiting(replicator, 1));
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	EXPECT_EQ(-EAGAIN, mc_overwrite(nonblock, "a", "7", 1));
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	EXPECT_EQ(0, mt_wait(child));

	/* closed: nobody waits for it */
	child = writer_of(self->fd, replicator, "8", 1);
	ASSERT_EQ(0, mr_until_waiting(replicator, 1));
	close(replicator);
	EXPECT_EQ(0, mt_wait(child));
	EXPECT_EQ(1, mc_read(self->fd, "a", 0, text, sizeof(text)));
	EXPECT_EQ('8', text[0]);
}

TEST_F(replicator, synchronous)
{
	__u64 generation;
	int replicator;
	pid_t child;

	/* without a replicator it is at all the copies that there are */
	EXPECT_EQ(0, mr_write_sync(self->fd, "a", "0", 1, 0, NULL));
	EXPECT_EQ(0, mr_sync(self->fd, 0, 0));
	EXPECT_EQ(-EINVAL, mr_sync(self->fd, 100, 0));
	replicator = mr_attach(self->fd, MR_STREAM);
	/* what there is, is not acknowledged either */
	EXPECT_EQ(-ETIMEDOUT, mr_sync(self->fd, 0, mt_after(MT_MS)));
	ASSERT_EQ(3, mr_take_all(replicator, &step));
	EXPECT_EQ(0, mr_sync(self->fd, 0, 0));

	child = sync_writer(self->fd, replicator, "1");
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	ASSERT_EQ(0, mt_until_blocked(child));
	EXPECT_EQ(-EINVAL, mr_ack(replicator, step.head.generation + 1));
	EXPECT_EQ(-EINVAL, mr_ack(replicator, 1));
	EXPECT_EQ(0, mr_ack(replicator, step.head.generation));
	EXPECT_EQ(0, mt_wait(child));

	/* written, and not acknowledged; it can be waited for on */
	EXPECT_EQ(-ENOENT, mr_write_sync(self->fd, "none", "2", 1, 1, NULL));
	EXPECT_EQ(-EINPROGRESS, mr_write_sync(self->fd, "a", "2", 1,
					      mt_after(MT_MS), &generation));
	EXPECT_EQ(generation, mc_generation(self->fd));
	EXPECT_EQ(-ETIMEDOUT, mr_sync(self->fd, generation, mt_after(MT_MS)));
	EXPECT_EQ(1, mr_take_all(replicator, &step));
	EXPECT_EQ(0, mr_sync(self->fd, generation, 0));
}

/* While somebody waits for it, who is told, and before somebody asks. */
TEST_F(replicator, closed)
{
	const struct motet_step_part *part = (const void *)step.parts;
	int replicator = mr_attach(self->fd, MR_STREAM);
	__u64 generation, before;
	char text[2];
	pid_t child;

	ASSERT_EQ(3, mr_take_all(replicator, &step));
	before = mc_generation(self->fd);
	/* killed while it waits: it is written, and told */
	child = sync_writer(self->fd, replicator, "3");
	while (mc_generation(self->fd) == before)
		mt_breathe();
	mt_kill(child);
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	EXPECT_EQ(0, memcmp("3", part + 1, 1));
	EXPECT_EQ(1, mc_read(self->fd, "a", 0, text, 1));
	EXPECT_EQ('3', text[0]);

	child = sync_writer(self->fd, replicator, "4");
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	close(replicator);
	EXPECT_EQ(ENOLINK, mt_wait(child));
	generation = mc_generation(self->fd);
	EXPECT_EQ(-ENOLINK, mr_sync(self->fd, generation, 0));
	EXPECT_EQ(0, mr_sync(self->fd, before, 0));
	EXPECT_EQ(0, mr_write_sync(self->fd, "a", "5", 1, 0, NULL));
	EXPECT_EQ(-ENOLINK, mr_sync(self->fd, generation, 0));
	/* until another one has it */
	replicator = mr_attach(self->fd, MR_STREAM);
	EXPECT_EQ(-ETIMEDOUT, mr_sync(self->fd, generation, mt_after(MT_MS)));
	ASSERT_EQ(3, mr_take_all(replicator, &step));
	EXPECT_EQ(0, mr_sync(self->fd, generation, 0));
	close(replicator);
	EXPECT_EQ(0, mr_sync(self->fd, generation, 0));
}

TEST_F(replicator, interrupted)
{
	int replicator = mr_begin(self->fd, &step, 1, 1 << 20);
	struct sigaction action = { .sa_handler = nothing };
	pid_t child;

	sigaction(SIGUSR1, &action, NULL);
	child = sync_writer(self->fd, replicator, "1");
	while (!(mt_poll(replicator, POLLIN, 0) & POLLIN))
		mt_breathe();
	ASSERT_EQ(0, mt_until_blocked(child));
	kill(child, SIGUSR1);
	EXPECT_EQ(EINPROGRESS, mt_wait(child));
	/* without room nothing is written */
	child = sync_writer(self->fd, replicator, "2");
	ASSERT_EQ(0, mr_until_waiting(replicator, 1));
	ASSERT_EQ(0, mt_until_blocked(child));
	kill(child, SIGUSR1);
	EXPECT_EQ(EINTR, mt_wait(child));
	EXPECT_EQ(2, mc_generation(self->fd));
}

TEST_HARNESS_MAIN
