// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checkpoints: how they come and go, who may use them, and their sections.
 */
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

#define NAME		"checkpoint"
#define SIZE		65536

FIXTURE(checkpoint) {
	int actor;
	int fd;
	char *data;
	char *back;
};

FIXTURE_SETUP(checkpoint)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, self->fd);
	self->data = mt_shared(SIZE);
	self->back = mt_shared(SIZE);
	ASSERT_NE(NULL, self->back);
	mc_fill(self->data, SIZE, 1);
}

FIXTURE_TEARDOWN(checkpoint)
{
}

TEST_F(checkpoint, opened_by_name)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();
	struct motet_checkpoint_status first, second;
	int fd = mc_create(self->actor, NAME);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mc_status(self->fd, &first));
	EXPECT_EQ(0, mc_status(fd, &second));
	EXPECT_TRUE(mt_id_equal(&first.id, &second.id));
	EXPECT_EQ(2, second.handles);
	EXPECT_EQ(0, memcmp(&attributes, &second.attributes,
			    sizeof(attributes)));
	EXPECT_EQ(-ENOENT, mc_open(self->actor, "other", MC_READ));
	attributes.kind = 1;
	EXPECT_EQ(-EEXIST, mc_open_with(self->actor, NAME, MC_CREATE, 0777,
					&attributes));
	close(fd);
	EXPECT_EQ(0, mc_status(self->fd, &first));
	EXPECT_EQ(1, first.handles);
}

/* What can't be told is not opened, be it new or not. */
TEST_F(checkpoint, answer_cannot_be_written)
{
	static const char name[] = "told";
	struct motet_checkpoint_open *arg;
	struct motet_checkpoint_status status;
	int fd;

	arg = mmap(NULL, sizeof(*arg), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, arg);
	*arg = MT(motet_checkpoint_open, .flags = MC_CREATE, .mode = 0777,
		  .name = mt_ptr(name), .name_len = strlen(name),
		  .attributes = mc_attributes());
	ASSERT_EQ(0, mprotect(arg, sizeof(*arg), PROT_READ));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->actor, MOTET_IOC_CHECKPOINT_OPEN,
				    arg));
	EXPECT_EQ(-ENOENT, mc_open(self->actor, name, MC_BOTH));
	fd = mc_create(self->actor, name);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->actor, MOTET_IOC_CHECKPOINT_OPEN,
				    arg));
	ASSERT_EQ(0, mc_status(fd, &status));
	EXPECT_EQ(1, status.handles);
	EXPECT_EQ(0, mc_unlink(self->actor, name));
}

TEST_F(checkpoint, attributes_contradict)
{
	struct motet_checkpoint_attributes bad[9];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = mc_attributes();
	bad[0].bytes_max = 16 * SIZE + 1ULL;
	bad[1].sections_max = 0;
	bad[2].section_bytes_max = 0;
	bad[3].bytes_max = 0;
	bad[4].section_id_max = 0;
	bad[5].section_id_max = MOTET_SECTION_ID_MAX + 1;
	bad[6].sections_max = mt_param("checkpoint_sections_max") + 1;
	bad[7].section_bytes_max = mt_param("checkpoint_section_bytes_max") + 1;
	bad[8].retention = mt_param("retention_max") + 1;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EINVAL, mc_open_with(self->actor, "bad", MC_CREATE,
						0777, &bad[i])) {
			TH_LOG("attributes %u", i);
		}
	EXPECT_EQ(-EINVAL, mc_open_with(self->actor, NAME, MC_READ, 0,
					&bad[0]));
	EXPECT_EQ(-EINVAL, mc_open_with(self->actor, NAME, MC_READ, 0777,
					NULL));
	EXPECT_EQ(-EINVAL, mc_open(self->actor, NAME, 0));
}

TEST_F(checkpoint, only_what_it_was_opened_for)
{
	int reader = mc_open(self->actor, NAME, MC_READ);
	int writer = mc_open(self->actor, NAME, MC_WRITE);
	struct motet_section_next next;
	char id[MOTET_SECTION_ID_MAX + 1];
	__u64 cursor = 0;

	ASSERT_LE(0, reader);
	ASSERT_LE(0, writer);
	EXPECT_EQ(0, mc_section(writer, "a", self->data, 100));
	EXPECT_EQ(-EACCES, mc_section(reader, "b", NULL, 0));
	EXPECT_EQ(-EACCES, mc_delete(reader, "a"));
	EXPECT_EQ(-EACCES, mc_write(reader, "a", 0, self->data, 1));
	EXPECT_EQ(-EACCES, mc_change(reader, "a", MOTET_SECTION_STATE,
				     MOTET_SECTION_VALID, 0));
	EXPECT_EQ(-EACCES, mc_retention(reader, 0));
	EXPECT_EQ(100, mc_read(reader, "a", 0, self->back, SIZE));
	EXPECT_EQ(-EACCES, mc_read(writer, "a", 0, self->back, SIZE));
	EXPECT_EQ(-EACCES, mc_next(writer, MOTET_SECTIONS_ANY, 0, &cursor, id,
				   &next));
}

TEST_F(checkpoint, other_users)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();
	int fd = mc_open_with(self->actor, "readable", MC_CREATE, 0744,
			      &attributes);
	pid_t child;
	int actor;

	ASSERT_LE(0, fd);
	child = mt_fork();
	if (!child) {
		if (mt_become(MT_USER_A))
			_exit(1);
		actor = mt_actor();
		if (actor < 0)
			_exit(1);
		if (mc_open(actor, "readable", MC_READ) < 0)
			_exit(2);
		if (mc_open(actor, "readable", MC_BOTH) != -EACCES)
			_exit(3);
		if (mc_open_with(actor, "readable", MC_CREATE, 0777,
				 &attributes) != -EACCES)
			_exit(4);
		if (mc_unlink(actor, "readable") != -EACCES)
			_exit(5);
		/* what was passed on does what it was opened for */
		if (mc_section(fd, "a", "abc", 3))
			_exit(6);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(child));
	EXPECT_EQ(3, mc_read(fd, "a", 0, self->back, SIZE));
}

TEST_F(checkpoint, unlinked_while_open)
{
	struct motet_checkpoint_status status;
	int fd;

	EXPECT_EQ(0, mc_section(self->fd, "a", "old", 3));
	EXPECT_EQ(0, mc_unlink(self->actor, NAME));
	EXPECT_EQ(-ENOENT, mc_unlink(self->actor, NAME));
	EXPECT_EQ(-ENOENT, mc_open(self->actor, NAME, MC_READ));
	EXPECT_EQ(-ENOENT, mc_retention(self->fd, MT_SECOND));
	fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-ENOENT, mc_read(fd, "a", 0, self->back, 3));
	EXPECT_EQ(3, mc_read(self->fd, "a", 0, self->back, 3));
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(MOTET_CHECKPOINT_UNLINKED, status.flags);
}

/* Whether a name becomes free: what keeps it ends a moment after. */
static bool goes(int actor, const char *name)
{
	__u64 end = mt_after(20 * MT_SECOND);
	int fd;

	while (mt_now() < end) {
		fd = mc_open(actor, name, MC_READ);
		if (fd < 0)
			return fd == -ENOENT;
		/* that has ended its retention, which begins again */
		close(fd);
		mt_breathe();
	}
	return false;
}

TEST_F(checkpoint, retained)
{
	int fd;

	EXPECT_EQ(0, mc_section(self->fd, "a", "kept", 4));
	EXPECT_EQ(0, mc_retention(self->fd, 1000 * MT_SECOND));
	close(self->fd);
	fd = mc_open(self->actor, NAME, MC_BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(4, mc_read(fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(0, memcmp(self->back, "kept", 4));
	close(fd);
	EXPECT_EQ(0, mc_unlink(self->actor, NAME));
	EXPECT_EQ(-ENOENT, mc_open(self->actor, NAME, MC_READ));
}

TEST_F(checkpoint, goes_when_its_time_is_over)
{
	EXPECT_EQ(0, mc_retention(self->fd, MT_MS));
	close(self->fd);
	EXPECT_TRUE(goes(self->actor, NAME));
}

/* Not retained, it is gone when it is closed: its name is free at once. */
TEST_F_TIMEOUT(checkpoint, goes_with_its_last_opener, 600)
{
	unsigned int rounds = mt_rounds(100) * 20, i;
	int fd;

	close(self->fd);
	EXPECT_EQ(-ENOENT, mc_open(self->actor, NAME, MC_READ));
	for (i = 0; i < rounds; i++) {
		fd = mc_create(self->actor, NAME);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, mc_section(fd, "a", NULL, 0)) {
			TH_LOG("round %u", i);
		}
		close(fd);
	}
}

/* Whoever dies has closed it; and what was written stays. */
TEST_F(checkpoint, survives_its_writer)
{
	pid_t child = mt_fork();
	int fd;

	if (!child) {
		int actor = mt_actor();

		fd = mc_create_one(actor, "survivor", 100);
		if (mc_retention(fd, UINT64_MAX) ||
		    mc_write(fd, NULL, 0, "alive", 5))
			_exit(1);
		raise(SIGKILL);
	}
	EXPECT_EQ(1000 + SIGKILL, mt_wait(child));
	fd = mc_open(self->actor, "survivor", MC_READ);
	ASSERT_LE(0, fd);
	EXPECT_EQ(5, mc_read(fd, NULL, 0, self->back, SIZE));
	close(fd);
	EXPECT_EQ(0, mc_unlink(self->actor, "survivor"));
}

TEST_F(checkpoint, purged_when_nobody_has_it)
{
	int fd = mc_create_one(self->actor, "purged", 100);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mc_retention(fd, UINT64_MAX));
	EXPECT_EQ(0, mt_purge());
	close(fd);
	/* its file is let go of when this task is back from a call */
	while (mt_purge() == 0)
		mt_breathe();
	EXPECT_EQ(-ENOENT, mc_open(self->actor, "purged", MC_READ));
}

TEST_F(checkpoint, default_section)
{
	int fd = mc_create_one(self->actor, "one", 100);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mc_read(fd, NULL, 0, self->back, SIZE));
	EXPECT_EQ(-EEXIST, mc_section(fd, "a", NULL, 0));
	EXPECT_EQ(-EINVAL, mc_delete(fd, NULL));
	EXPECT_EQ(-EINVAL, mc_change(fd, NULL, MOTET_SECTION_EXPIRES, 0,
				     mc_boottime() + MT_SECOND));
	EXPECT_EQ(0, mc_write(fd, NULL, 50, self->data, 50));
	EXPECT_EQ(-EINVAL, mc_write(fd, NULL, 51, self->data, 50));
	EXPECT_EQ(100, mc_read(fd, NULL, 0, self->back, SIZE));
	EXPECT_EQ(-ENOENT, mc_read(fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(-ENOENT, mc_read(self->fd, NULL, 0, self->back, SIZE));
}

TEST_F(checkpoint, ids)
{
	struct motet_section_create made =
		MT(motet_section_create, .flags = MOTET_SECTION_MAKE_ID);
	struct motet_section_create again = made;
	char longest[] = "0123456789abcdef0123456789abcdef";

	EXPECT_EQ(0, mc_section(self->fd, longest, NULL, 0));
	EXPECT_EQ(-EEXIST, mc_section(self->fd, longest, NULL, 0));
	EXPECT_EQ(-EINVAL, mc_section(self->fd, "", NULL, 0));
	EXPECT_EQ(-EINVAL, mc_section(self->fd,
				      "0123456789abcdef0123456789abcdef0",
				      NULL, 0));
	EXPECT_EQ(0, mt_ioctl(self->fd, MOTET_IOC_SECTION_CREATE, &made));
	EXPECT_EQ(0, mt_ioctl(self->fd, MOTET_IOC_SECTION_CREATE, &again));
	EXPECT_NE(0, memcmp(made.made, again.made, sizeof(made.made)));
	/* the one that would be made next is taken */
	again.made[7]++;
	again.flags = 0;
	again.section = mt_ptr(again.made);
	again.section_len = sizeof(again.made);
	EXPECT_EQ(0, mt_ioctl(self->fd, MOTET_IOC_SECTION_CREATE, &again));
	EXPECT_EQ(0, mt_ioctl(self->fd, MOTET_IOC_SECTION_CREATE, &made));
	EXPECT_EQ(0, mc_delete(self->fd, longest));
	EXPECT_EQ(-ENOENT, mc_delete(self->fd, longest));
}

TEST_F(checkpoint, full)
{
	struct motet_checkpoint_status status;
	char id[8];
	int i;

	for (i = 0; i < 16; i++) {
		snprintf(id, sizeof(id), "%d", i);
		EXPECT_EQ(0, mc_section(self->fd, id, self->data, SIZE / 2));
	}
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(MOTET_CHECKPOINT_EXHAUSTED, status.flags);
	EXPECT_EQ(16, status.sections);
	EXPECT_EQ(8 * SIZE, status.bytes);
	EXPECT_EQ(-ENOSPC, mc_section(self->fd, "more", NULL, 0));
	EXPECT_EQ(-ENOSPC, mc_write(self->fd, "0", SIZE / 2, self->data, 1));
	EXPECT_EQ(0, mc_write(self->fd, "0", SIZE / 2 - 1, self->data, 1));
	EXPECT_EQ(0, mc_delete(self->fd, "1"));
	EXPECT_EQ(0, mc_write(self->fd, "0", SIZE / 2, self->data, 1));
	EXPECT_EQ(-ENOSPC, mc_section(self->fd, "more", self->data, SIZE / 2));
	EXPECT_EQ(0, mc_section(self->fd, "more", self->data, SIZE / 2 - 1));
}

/* Against memory that has the same done to it. */
TEST_F(checkpoint, bytes_are_where_they_were_written)
{
	static const struct {
		__u32 offset, len;
	} writes[] = {
		{ 0, 1 }, { 5, 100 }, { 4095, 2 }, { 4096, 4096 },
		{ 10000, 1 }, { 8192, 8192 }, { 3000, 20000 }, { 60000, 5536 },
		{ 0, 65536 }, { 12345, 0 },
	};
	char *mirror = mt_shared(SIZE);
	unsigned int i;
	__u32 size = 0;

	ASSERT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		mc_fill(self->data, SIZE, i);
		EXPECT_EQ(0, mc_write(self->fd, "a", writes[i].offset,
				      self->data, writes[i].len));
		memcpy(mirror + writes[i].offset, self->data, writes[i].len);
		if (writes[i].len && writes[i].offset + writes[i].len > size)
			size = writes[i].offset + writes[i].len;
		memset(self->back, 0xff, SIZE);
		EXPECT_EQ((long)size,
			  mc_read(self->fd, "a", 0, self->back, SIZE));
		EXPECT_EQ(0, memcmp(mirror, self->back, size)) {
			TH_LOG("write %u", i);
		}
	}
	EXPECT_EQ(17, mc_read(self->fd, "a", 4090, self->back, 17));
	EXPECT_EQ(0, memcmp(mirror + 4090, self->back, 17));
	EXPECT_EQ(0, mc_read(self->fd, "a", size, self->back, 1));
	EXPECT_EQ(-EINVAL, mc_read(self->fd, "a", size + 1, self->back, 1));
	EXPECT_EQ(-EINVAL, mc_write(self->fd, "a", SIZE, self->data, 1));
}

TEST_F(checkpoint, overwritten)
{
	struct motet_checkpoint_status status;
	static const char zero[2000];

	ASSERT_EQ(0, mc_section(self->fd, "a", self->data, SIZE));
	EXPECT_EQ(0, mc_change(self->fd, "a", MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", "short", 5));
	EXPECT_EQ(5, mc_read(self->fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(5, status.bytes);
	EXPECT_EQ(4096, status.memory);
	/* what was there does not come back */
	EXPECT_EQ(0, mc_write(self->fd, "a", 2005, "x", 1));
	EXPECT_EQ(2006, mc_read(self->fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(0, memcmp(self->back + 5, zero, 2000));
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", NULL, 0));
	EXPECT_EQ(0, mc_read(self->fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(-EINVAL, mc_overwrite(self->fd, "a", self->data, SIZE + 1));
}

/* What was not written takes no memory, and is zero. */
TEST_F(checkpoint, holes)
{
	struct motet_checkpoint_status status;
	int i;

	ASSERT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	EXPECT_EQ(0, mc_write(self->fd, "a", SIZE - 1, "x", 1));
	EXPECT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(SIZE, status.bytes);
	EXPECT_EQ(4096, status.memory);
	memset(self->back, 0xff, SIZE);
	EXPECT_EQ(SIZE, mc_read(self->fd, "a", 0, self->back, SIZE));
	for (i = 0; i < SIZE - 1; i++)
		ASSERT_EQ(0, self->back[i]);
	EXPECT_EQ('x', self->back[SIZE - 1]);
}

static int write_two(int fd, struct motet_checkpoint_element *elements,
		     __u32 *failed)
{
	struct motet_checkpoint_io io;
	int ret = mc_io(fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 2, &io);

	*failed = io.failed;
	return ret;
}

TEST_F(checkpoint, vectors_are_all_or_nothing)
{
	struct motet_checkpoint_element elements[2];
	struct motet_checkpoint_status before, after;
	__u32 failed;

	ASSERT_EQ(0, mc_section(self->fd, "a", "aaaa", 4));
	ASSERT_EQ(0, mc_section(self->fd, "b", "bbbb", 4));
	EXPECT_EQ(0, mc_status(self->fd, &before));
	elements[0] = mc_element("a", 0, "xyz", 3);
	elements[1] = mc_element("none", 0, "xyz", 3);
	EXPECT_EQ(-ENOENT, write_two(self->fd, elements, &failed));
	EXPECT_EQ(1, failed);
	elements[1] = mc_element("b", 0, (void *)1, 3);
	EXPECT_EQ(-EFAULT, write_two(self->fd, elements, &failed));
	EXPECT_EQ(1, failed);
	elements[1] = mc_element("b", SIZE - 2, "xyz", 3);
	EXPECT_EQ(-EINVAL, write_two(self->fd, elements, &failed));
	EXPECT_EQ(1, failed);
	elements[1] = mc_element("b", 0, "xyz", 3);
	elements[1].section = 1;
	EXPECT_EQ(-EFAULT, write_two(self->fd, elements, &failed));
	EXPECT_EQ(1, failed);
	EXPECT_EQ(0, mc_status(self->fd, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(after)));
	EXPECT_EQ(4, mc_read(self->fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(0, memcmp(self->back, "aaaa", 4));
	elements[1] = mc_element("b", 4, "xyz", 3);
	EXPECT_EQ(0, write_two(self->fd, elements, &failed));
	EXPECT_EQ(2, failed);
	EXPECT_EQ(7, mc_read(self->fd, "b", 0, self->back, SIZE));
	EXPECT_EQ(0, memcmp(self->back, "bbbbxyz", 7));
}

TEST_F(checkpoint, elements_in_their_order)
{
	struct motet_checkpoint_element elements[4];

	ASSERT_EQ(0, mc_section(self->fd, "a", self->data, SIZE));
	elements[0] = mc_element("a", 0, "0000", 4);
	elements[1] = mc_element("a", 0, "11111111", 8);
	elements[1].flags = MOTET_ELEMENT_OVERWRITE;
	elements[2] = mc_element("a", 2, "22", 2);
	elements[3] = mc_element("a", 3, "333333", 6);
	EXPECT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 4,
			   NULL));
	EXPECT_EQ(9, mc_read(self->fd, "a", 0, self->back, SIZE));
	EXPECT_EQ(0, memcmp(self->back, "112333333", 9));
}

/* A vector may need room that the same vector makes. */
TEST_F(checkpoint, room_is_counted_at_the_end)
{
	struct motet_checkpoint_element elements[2];
	__u32 failed;
	char id[8];
	int i;

	for (i = 0; i < 8; i++) {
		snprintf(id, sizeof(id), "%d", i);
		ASSERT_EQ(0, mc_section(self->fd, id, self->data, SIZE));
	}
	ASSERT_EQ(0, mc_section(self->fd, "small", NULL, 0));
	elements[0] = mc_element("small", 0, self->data, 101);
	elements[1] = mc_element("0", 0, self->data, SIZE - 100);
	elements[1].flags = MOTET_ELEMENT_OVERWRITE;
	EXPECT_EQ(-ENOSPC, write_two(self->fd, elements, &failed));
	EXPECT_EQ(0, failed);
	EXPECT_EQ(0, mc_read(self->fd, "small", 0, self->back, SIZE));
	elements[0].data_len = 100;
	EXPECT_EQ(0, write_two(self->fd, elements, &failed));
	EXPECT_EQ(100, mc_read(self->fd, "small", 0, self->back, SIZE));
}

TEST_F(checkpoint, vectors_that_read)
{
	struct motet_checkpoint_element elements[3];
	struct motet_checkpoint_io io;

	ASSERT_EQ(0, mc_section(self->fd, "a", self->data, SIZE));
	ASSERT_EQ(0, mc_section(self->fd, "b", "b", 1));
	elements[0] = mc_element("a", 8, self->back, 8);
	elements[1] = mc_element("b", 0, self->back + 8, 8);
	elements[2] = mc_element("none", 0, self->back + 16, 8);
	EXPECT_EQ(-ENOENT, mc_io(self->fd, MOTET_IOC_CHECKPOINT_READ, elements,
				 3, &io));
	EXPECT_EQ(2, io.failed);
	EXPECT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_READ, elements, 2,
			   &io));
	EXPECT_EQ(2, io.failed);
	EXPECT_EQ(2, io.generation);
	EXPECT_EQ(8, elements[0].done);
	EXPECT_EQ(SIZE, elements[0].bytes);
	EXPECT_EQ(1, elements[1].done);
	EXPECT_EQ(0, memcmp(self->back, self->data + 8, 8));
	/* how much there is, for whoever has no room yet */
	elements[0] = mc_element("a", 0, NULL, 0);
	EXPECT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_READ, elements, 1,
			   &io));
	EXPECT_EQ(SIZE, elements[0].bytes);
	elements[1] = mc_element("b", 2, self->back, 8);
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_READ, elements,
				 2, &io));
	EXPECT_EQ(1, io.failed);
}

TEST_F(checkpoint, bad_vectors)
{
	struct {
		struct motet_checkpoint_element element;
		__u64 zero;
	} one = { mc_element("a", 0, "a", 1), 0 };
	struct motet_checkpoint_io io;

	ASSERT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, &one.element,
				 0, &io));
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, &one.element,
				 MOTET_CHECKPOINT_VECTOR_MAX + 1, &io));
	EXPECT_EQ(-EFAULT, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, NULL, 1,
				 &io));
	one.element.pad = 1;
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, &one.element,
				 1, &io));
	EXPECT_EQ(0, io.failed);
	one.element.pad = 0;
	one.element.flags = MOTET_ELEMENT_OVERWRITE;
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_READ, &one.element,
				 1, &io));
	one.element.flags = 0;
	one.element.size--;
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, &one.element,
				 1, &io));
	one.element.size += 2;
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, &one.element,
				 1, &io));
	one.element.size--;
	one.element.offset = ~0ULL;
	EXPECT_EQ(-EINVAL, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, &one.element,
				 1, &io));
	EXPECT_EQ(0, mc_read(self->fd, "a", 0, self->back, 1));
}

TEST_HARNESS_MAIN
