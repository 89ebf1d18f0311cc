// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Going through the sections of a checkpoint, their expiry, and what a user and
 * a call may have.
 */
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

FIXTURE(section) {
	int actor;
	int fd;
	char id[MOTET_SECTION_ID_MAX + 1];
	struct motet_section_next next;
};

FIXTURE_SETUP(section)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, "sections");
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(section)
{
}

/* The first letters of the ids that a filter lets pass. */
static void pass(int fd, __u32 filter, __u64 when, char *text)
{
	char id[MOTET_SECTION_ID_MAX + 1];
	struct motet_section_next next;
	__u64 cursor = 0;

	while (!mc_next(fd, filter, when, &cursor, id, &next))
		*text++ = id[0];
	*text = 0;
}

TEST_F(section, filters)
{
	__u64 soon = mc_boottime() + 1000 * MT_SECOND;
	__u64 later = soon + MT_SECOND;
	struct motet_checkpoint_status status;
	char text[32];

	ASSERT_EQ(0, mc_section(self->fd, "a", "a", 1));
	ASSERT_EQ(0, mc_section_until(self->fd, "b", soon));
	ASSERT_EQ(0, mc_section_until(self->fd, "c", later));
	ASSERT_EQ(0, mc_section(self->fd, "d", NULL, 0));
	EXPECT_EQ(0, mc_change(self->fd, "d", MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	pass(self->fd, MOTET_SECTIONS_ANY, 0, text);
	EXPECT_STREQ("abcd", text);
	pass(self->fd, MOTET_SECTIONS_FOREVER, 0, text);
	EXPECT_STREQ("ad", text);
	pass(self->fd, MOTET_SECTIONS_UNTIL, soon, text);
	EXPECT_STREQ("b", text);
	pass(self->fd, MOTET_SECTIONS_UNTIL, later, text);
	EXPECT_STREQ("bc", text);
	pass(self->fd, MOTET_SECTIONS_FROM, later, text);
	EXPECT_STREQ("acd", text);
	pass(self->fd, MOTET_SECTIONS_CORRUPTED, 0, text);
	EXPECT_STREQ("d", text);
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(0, mc_write(self->fd, "b", 0, "x", 1));
	pass(self->fd, MOTET_SECTIONS_SINCE, status.generation, text);
	EXPECT_STREQ("b", text);
	pass(self->fd, MOTET_SECTIONS_SINCE, status.generation + 1, text);
	EXPECT_STREQ("", text);
	EXPECT_EQ(0, mc_overwrite(self->fd, "d", NULL, 0));
	pass(self->fd, MOTET_SECTIONS_CORRUPTED, 0, text);
	EXPECT_STREQ("", text);
}

TEST_F(section, what_is_said_of_each)
{
	__u64 soon = mc_boottime() + 1000 * MT_SECOND, cursor = 0;

	ASSERT_EQ(0, mc_section_until(self->fd, "first", soon));
	ASSERT_EQ(0, mc_write(self->fd, "first", 10, "x", 1));
	EXPECT_EQ(0, mc_next(self->fd, MOTET_SECTIONS_ANY, 0, &cursor, self->id,
			     &self->next));
	EXPECT_STREQ("first", self->id);
	EXPECT_EQ(11, self->next.bytes);
	EXPECT_EQ(soon, self->next.expires);
	EXPECT_EQ(2, self->next.generation);
	EXPECT_EQ(MOTET_SECTION_VALID, self->next.state);
	EXPECT_NE(0, self->next.updated);
	EXPECT_EQ(-ENOENT, mc_next(self->fd, MOTET_SECTIONS_ANY, 0, &cursor,
				   self->id, &self->next));
	EXPECT_EQ(-EINVAL, mc_next(self->fd, 0, 0, &cursor, self->id,
				   &self->next));
	EXPECT_EQ(-EINVAL, mc_next(self->fd, MOTET_SECTIONS_SINCE + 1, 0,
				   &cursor, self->id, &self->next));
	EXPECT_EQ(-EINVAL, mc_next(self->fd, MOTET_SECTIONS_ANY, 1, &cursor,
				   self->id, &self->next));
}

TEST_F(section, no_room_for_the_id)
{
	struct motet_section_next next = MT(motet_section_next,
					    .filter = MOTET_SECTIONS_ANY,
					    .section_cap = 4);

	ASSERT_EQ(0, mc_section(self->fd, "first", NULL, 0));
	next.section = mt_ptr(self->id);
	EXPECT_EQ(-EMSGSIZE, mt_ioctl(self->fd, MOTET_IOC_SECTION_NEXT, &next));
	EXPECT_EQ(5, next.section_len);
	EXPECT_EQ(0, next.cursor);
	next.section_cap = 5;
	EXPECT_EQ(0, mt_ioctl(self->fd, MOTET_IOC_SECTION_NEXT, &next));
}

/* Whatever comes and goes: those that stay come once, in order. */
TEST_F(section, cursors_stay_good)
{
	unsigned int round, seen, i;
	char id[8], last;
	__u64 cursor;

	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, mc_section(self->fd,
					(char[]){ 'a' + i, 0 }, NULL, 0));
	for (round = 0; round < mt_rounds(20); round++) {
		cursor = 0;
		seen = 0;
		last = 0;
		while (!mc_next(self->fd, MOTET_SECTIONS_ANY, 0, &cursor,
				self->id, &self->next)) {
			snprintf(id, sizeof(id), "%u", seen);
			if (self->next.section_len == 1 &&
			    self->id[0] >= 'a') {
				EXPECT_LT(last, self->id[0]);
				last = self->id[0];
				seen++;
				EXPECT_EQ(0, mc_section(self->fd, id, NULL, 0));
			} else {
				EXPECT_EQ(0, mc_delete(self->fd, self->id));
			}
		}
		EXPECT_EQ(8, seen);
	}
}

static int until_gone(int fd, const char *id)
{
	__u64 end = mt_after(20 * MT_SECOND);
	char byte;

	while (mt_now() < end) {
		if (mc_read(fd, id, 0, &byte, 1) == -ENOENT)
			return 0;
		mt_breathe();
	}
	return -ETIMEDOUT;
}

TEST_F(section, expires)
{
	__u64 now = mc_boottime(), later = now + 1000 * MT_SECOND, due;
	struct motet_checkpoint_status status;

	EXPECT_EQ(-EINVAL, mc_section_until(self->fd, "past", now));
	ASSERT_EQ(0, mc_section_soon(self->fd, "a", &due));
	ASSERT_EQ(0, mc_section_until(self->fd, "b", later));
	ASSERT_EQ(0, mc_section(self->fd, "c", NULL, 0));
	EXPECT_EQ(0, until_gone(self->fd, "a"));
	EXPECT_LE(due, mc_boottime());
	/* sooner, never, and sooner again */
	EXPECT_EQ(0, mc_change_soon(self->fd, "b", &due));
	EXPECT_EQ(0, mc_change(self->fd, "c", MOTET_SECTION_EXPIRES, 0,
			       mc_boottime() + 300 * MT_SECOND));
	EXPECT_EQ(0, mc_change(self->fd, "c", MOTET_SECTION_EXPIRES, 0, 0));
	EXPECT_EQ(0, until_gone(self->fd, "b"));
	EXPECT_LE(due, mc_boottime());
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(1, status.sections);
	EXPECT_EQ(-EINVAL, mc_change(self->fd, "c", MOTET_SECTION_EXPIRES, 0,
				     now));
	EXPECT_EQ(-EINVAL, mc_change(self->fd, "c", 0, 0, 0));
	EXPECT_EQ(-EINVAL, mc_change(self->fd, "c", MOTET_SECTION_STATE, 3, 0));
	EXPECT_EQ(-ENOENT, mc_change(self->fd, "a", MOTET_SECTION_STATE, 1, 0));
}

/* The checkpoint may end at any moment of an expiry. */
TEST_F(section, expires_as_the_checkpoint_ends)
{
	unsigned int round;
	int fd, ret;

	for (round = 0; round < mt_rounds(50); round++) {
		fd = mc_create(self->actor, "short");
		ASSERT_LE(0, fd);
		ret = mc_section_until(fd, "a", mc_boottime() + MT_MS);
		/* a slow machine: that has passed already */
		EXPECT_TRUE(ret == 0 || ret == -EINVAL);
		if (round % 2)
			mt_breathe();
		EXPECT_EQ(0, mc_unlink(self->actor, "short"));
		close(fd);
	}
}

TEST_F(section, more_than_a_call_may_move)
{
	__u64 max = mt_param("checkpoint_call_bytes_max");
	struct motet_checkpoint_element elements[2];
	static char data[8192];
	struct motet_checkpoint_io io;

	ASSERT_EQ(0, mc_section(self->fd, "a", data, sizeof(data)));
	ASSERT_EQ(0, mt_param_set("checkpoint_call_bytes_max", 10000));
	elements[0] = mc_element("a", 0, data, 8000);
	elements[1] = mc_element("a", 0, data, 2001);
	EXPECT_EQ(-EMSGSIZE, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE,
				   elements, 2, &io));
	EXPECT_EQ(1, io.failed);
	EXPECT_EQ(-EMSGSIZE, mc_io(self->fd, MOTET_IOC_CHECKPOINT_READ,
				   elements, 2, &io));
	EXPECT_EQ(1, io.failed);
	elements[1].data_len--;
	EXPECT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 2,
			   &io));
	EXPECT_EQ(-EMSGSIZE, mc_section(self->fd, "b", data, 10001));
	EXPECT_EQ(0, mt_param_set("checkpoint_call_bytes_max", max));
}

static int as_user(void)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();
	struct motet_checkpoint_limits limits;
	int actor, first;

	if (mt_become(MT_USER_A))
		return 1;
	actor = mt_actor();
	if (actor < 0)
		return 1;
	limits = MT(motet_checkpoint_limits);
	if (mt_ioctl(actor, MOTET_IOC_CHECKPOINT_LIMITS, &limits) ||
	    limits.user_checkpoints_max != 2 || limits.user_bytes_max != 3 << 20)
		return 2;
	attributes.bytes_max = 1 << 20;
	first = mc_open_with(actor, "1", MC_CREATE, 0777, &attributes);
	if (first < 0)
		return 3;
	attributes.bytes_max = 8 << 16;
	if (mc_open_with(actor, "2", MC_CREATE, 0777, &attributes) < 0)
		return 4;
	if (mc_open_with(actor, "3", MC_CREATE, 0777, &attributes) != -EDQUOT)
		return 5;
	close(first);
	attributes.sections_max = 1 << 10;
	if (mc_open_with(actor, "4", MC_CREATE, 0777, &attributes) != -EDQUOT)
		return 6;
	return 0;
}

TEST_F(section, what_a_user_may_have)
{
	__u64 checkpoints = mt_param("user_checkpoints_max");
	__u64 bytes = mt_param("user_checkpoint_bytes_max");
	pid_t child;

	ASSERT_EQ(0, mt_param_set("user_checkpoints_max", 2));
	ASSERT_EQ(0, mt_param_set("user_checkpoint_bytes_max", 3 << 20));
	child = mt_fork();
	if (!child)
		_exit(as_user());
	EXPECT_EQ(0, mt_wait(child));
	EXPECT_EQ(0, mt_param_set("user_checkpoints_max", checkpoints));
	EXPECT_EQ(0, mt_param_set("user_checkpoint_bytes_max", bytes));
}

/* 64 MiB in one section, written and read in one call. */
TEST_F(section, the_largest)
{
	__u64 size = mt_param("checkpoint_section_bytes_max");
	char *data = mt_shared(size), *back = mt_shared(size);
	int fd = mc_create_one(self->actor, "large", size);
	struct motet_checkpoint_status status;

	ASSERT_LE(0, fd);
	ASSERT_NE(NULL, data);
	ASSERT_NE(NULL, back);
	mc_fill(data, size, 7);
	EXPECT_EQ(0, mc_write(fd, NULL, 0, data, size));
	EXPECT_EQ((long)size, mc_read(fd, NULL, 0, back, size));
	EXPECT_EQ(7, *(__u64 *)back);
	EXPECT_TRUE(mc_whole(back, size));
	EXPECT_EQ(0, mc_status(fd, &status));
	EXPECT_EQ(size, status.memory);
	EXPECT_EQ(MOTET_CHECKPOINT_EXHAUSTED, status.flags);
	EXPECT_EQ(0, mc_overwrite(fd, NULL, data, size));
	EXPECT_EQ(0, mc_write(fd, NULL, 1, data, size - 1));
	munmap(data, size);
	munmap(back, size);
}

TEST_HARNESS_MAIN
