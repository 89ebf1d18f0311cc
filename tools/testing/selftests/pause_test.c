// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine stands still for a while, and its clocks go on: what was to happen
 * meanwhile happens afterwards, once and in order, and nothing is lost.
 *
 * tools/testing/pause starts a guest that can be asked to do so.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "timed.h"

#define PORTS		"/sys/class/virtio-ports"
#define MESSAGES	16
#define LATE		(60 * MT_SECOND)

FIXTURE(pause) {
	int fd;
	__u64 length;
};

/* The port by which the machine is asked. */
static int open_port(void)
{
	DIR *dir = opendir(PORTS);
	char path[512], name[64];
	struct dirent *entry;
	int fd = -1;

	while (fd < 0 && dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), PORTS "/%s/name", entry->d_name);
		if (mt_read_file(path, name, sizeof(name)) < 0 ||
		    strcmp(name, "motet.pause\n"))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (dir)
		closedir(dir);
	return fd;
}

FIXTURE_SETUP(pause)
{
	const char *seconds = getenv("MOTET_PAUSE");

	self->fd = open_port();
	if (self->fd < 0 || !seconds)
		SKIP(return, "nobody to ask for a pause");
	self->length = atoi(seconds) * MT_SECOND;
	ASSERT_LT(0, self->length);
}

FIXTURE_TEARDOWN(pause)
{
	EXPECT_LE(0, mt_purge());
}

/* Returns after the pause, which shows by a leap of the clock. */
static int pause_now(int fd, __u64 length)
{
	__u64 end = mt_after(length + LATE), last = mt_now(), now;

	if (write(fd, "\n", 1) != 1)
		return -errno;
	do {
		mt_breathe();
		now = mt_now();
		if (now - last > length / 2)
			return 0;
		last = now;
	} while (now < end);
	return -ETIMEDOUT;
}

TEST_F_TIMEOUT(pause, what_happens_meanwhile, 1800)
{
	struct timed_all *all = timed_start(self->length / 2);

	ASSERT_EQ(0, pause_now(self->fd, self->length));
	EXPECT_EQ(0, timed_end(all, self->length + LATE));
	/* and so it goes on */
	all = timed_start(2 * MT_SECOND);
	EXPECT_EQ(0, timed_end(all, LATE));
}

/* What is due later is not early; what was queued is there. */
TEST_F_TIMEOUT(pause, what_comes_later, 1800)
{
	struct timed_all *all = timed_start(self->length + 30 * MT_SECOND);
	int actor = mt_actor(), holder, sender;
	struct motet_id id;
	__u64 i, value;

	holder = mt_port(actor, NULL, MESSAGES, &id);
	sender = mt_sender(actor, &id);
	for (i = 0; i < MESSAGES; i++)
		ASSERT_EQ(0, mt_send(sender, 0, i));
	ASSERT_EQ(0, pause_now(self->fd, self->length));
	EXPECT_EQ(0, timed_early(all));
	for (i = 0; i < MESSAGES; i++) {
		EXPECT_EQ(0, mt_try_recv(holder, &value));
		EXPECT_EQ(i, value);
	}
	EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
	EXPECT_EQ(0, timed_end(all, LATE));
}

TEST_HARNESS_MAIN
