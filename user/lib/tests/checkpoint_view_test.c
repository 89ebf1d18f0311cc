// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of views of checkpoints. What the kernel maps is a file in memory.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fake.h"

#define PAGE	4096
#define ROOM	(2 * PAGE)

/* What is mapped next, and its room */
static int memory_fd;
static __u64 memory_room;
static __u64 asked_room;

static struct motet_view_header *memory_new(__u64 room, const char *text)
{
	struct motet_view_header *header;

	memory_fd = memfd_create("view", MFD_CLOEXEC);
	assert_true(memory_fd >= 0);
	memory_room = room;
	assert_int_equal(ftruncate(memory_fd, PAGE + room), 0);
	header = mmap(NULL, PAGE + room, PROT_READ | PROT_WRITE, MAP_SHARED,
		      memory_fd, 0);
	assert_ptr_not_equal(header, MAP_FAILED);
	header->size = sizeof(*header);
	header->data = PAGE;
	header->room = room;
	header->bytes = strlen(text);
	header->generation = 1;
	memcpy((char *)header + PAGE, text, strlen(text));
	return header;
}

static void view_check(void *arg)
{
	struct motet_view_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->flags, 0);
	assert_int_equal(open->fd_flags, 0);
	assert_int_equal(open->section_len, 2);
	assert_memory_equal(fake_pointer(open->section), "id", 2);
	assert_int_equal(open->pad, 0);
	assert_int_equal(open->room, asked_room);
	open->fd = memory_fd;
	open->length = PAGE + memory_room;
}

static struct motet_view *view_new(struct motet_view_header **header)
{
	struct motet_view *view = NULL;

	*header = memory_new(ROOM, "text");
	asked_room = 100;
	fake_expect(MOTET_IOC_CHECKPOINT_VIEW, view_check, 0);
	assert_int_equal(motet_checkpoint_view(FAKE_FD, "id", 2, 100, &view),
			 0);
	fake_assert_done();
	/* the mapping is enough */
	assert_int_equal(close(memory_fd), -1);
	return view;
}

static void view_free(struct motet_view *view, struct motet_view_header *header)
{
	motet_view_close(view);
	munmap(header, PAGE + header->room);
}

static void test_motet_checkpoint_view(void **state)
{
	struct motet_view *view = NULL;
	char id[MOTET_SECTION_ID_MAX + 1] = "";

	(void)state;
	asked_room = 0;
	fake_expect(MOTET_IOC_CHECKPOINT_VIEW, view_check, -EDQUOT);
	assert_int_equal(motet_checkpoint_view(FAKE_FD, "id", 2, 0, &view),
			 -EDQUOT);
	fake_assert_done();
	assert_int_equal(motet_checkpoint_view(FAKE_FD, id, sizeof(id), 0,
					       &view), -EINVAL);
	assert_null(view);
}

static void test_motet_view_read(void **state)
{
	struct motet_view_header *header;
	struct motet_view *view = view_new(&header);
	char data[16] = "";

	(void)state;
	assert_int_equal(motet_view_read(view, 0, data, sizeof(data)), 4);
	assert_memory_equal(data, "text", 4);
	assert_int_equal(motet_view_read(view, 2, data, 1), 1);
	assert_memory_equal(data, "x", 1);
	assert_int_equal(motet_view_read(view, 4, data, 1), 0);
	assert_int_equal(motet_view_read(view, 5, data, 1), -EINVAL);
	memcpy((char *)header + PAGE, "next", 4);
	header->sequence += 2;
	assert_int_equal(motet_view_read(view, 0, data, sizeof(data)), 4);
	assert_memory_equal(data, "next", 4);
	/* no call was made since */
	fake_assert_done();
	view_free(view, header);
}

static void read_check(void *arg)
{
	struct motet_checkpoint_io *io = arg;
	struct motet_checkpoint_element *element = fake_pointer(io->elements);

	assert_int_equal(io->count, 1);
	assert_int_equal(element->section_len, 2);
	assert_memory_equal(fake_pointer(element->section), "id", 2);
	assert_int_equal(element->offset, 1);
	assert_int_equal(element->data_len, 16);
	memcpy(fake_pointer(element->data), "called", 6);
	element->done = 6;
}

/* Being changed all the time, it is read by the call. */
static void test_motet_view_read_falls_back(void **state)
{
	struct motet_view_header *header;
	struct motet_view *view = view_new(&header);
	struct motet_view_header seen = { .size = sizeof(seen) };
	char data[16];

	(void)state;
	header->sequence++;
	/* whatever it says then */
	header->bytes = ~0ULL;
	fake_expect(MOTET_IOC_CHECKPOINT_READ, read_check, 0);
	assert_int_equal(motet_view_read(view, 1, data, sizeof(data)), 6);
	assert_memory_equal(data, "called", 6);
	fake_assert_done();
	assert_int_equal(motet_view_status(view, &seen), -EAGAIN);
	view_free(view, header);
}

static void test_motet_view_read_grows(void **state)
{
	struct motet_view_header *header, *next;
	struct motet_view *view = view_new(&header);
	char data[16];

	(void)state;
	header->flags |= MOTET_VIEW_RESIZED | MOTET_VIEW_UNLINKED;
	next = memory_new(2 * ROOM, "longer");
	asked_room = 2 * ROOM;
	fake_expect(MOTET_IOC_CHECKPOINT_VIEW, view_check, 0);
	assert_int_equal(motet_view_read(view, 0, data, sizeof(data)), 6);
	assert_memory_equal(data, "longer", 6);
	fake_assert_done();
	munmap(header, PAGE + ROOM);
	view_free(view, next);
}

static void test_motet_view_read_ended(void **state)
{
	struct motet_view_header *header, *next;
	struct motet_view *view = view_new(&header);
	char data[16];

	(void)state;
	header->flags |= MOTET_VIEW_DELETED;
	asked_room = ROOM;
	fake_expect(MOTET_IOC_CHECKPOINT_VIEW, view_check, -ENOENT);
	assert_int_equal(motet_view_read(view, 0, data, sizeof(data)),
			 -ENOENT);
	fake_assert_done();
	/* there is another under its id */
	next = memory_new(ROOM, "again");
	fake_expect(MOTET_IOC_CHECKPOINT_VIEW, view_check, 0);
	assert_int_equal(motet_view_read(view, 0, data, sizeof(data)), 5);
	assert_memory_equal(data, "again", 5);
	fake_assert_done();
	next->flags |= MOTET_VIEW_GONE;
	assert_int_equal(motet_view_read(view, 0, data, sizeof(data)), -ESRCH);
	fake_assert_done();
	munmap(header, PAGE + ROOM);
	view_free(view, next);
}

static void test_motet_view_status(void **state)
{
	struct motet_view_header *header;
	struct motet_view *view = view_new(&header);
	struct {
		struct motet_view_header header;
		__u64 more;
	} seen = { .header.size = sizeof(seen), .more = 1 };

	(void)state;
	header->flags = MOTET_VIEW_DELETED;
	assert_int_equal(motet_view_status(view, &seen.header), 0);
	assert_int_equal(seen.header.size, sizeof(seen));
	assert_int_equal(seen.header.flags, MOTET_VIEW_DELETED);
	assert_int_equal(seen.header.bytes, 4);
	assert_int_equal(seen.header.generation, 1);
	assert_int_equal(seen.more, 0);
	seen.header.size = offsetof(struct motet_view_header, bytes);
	seen.header.bytes = 77;
	assert_int_equal(motet_view_status(view, &seen.header), 0);
	assert_int_equal(seen.header.room, ROOM);
	assert_int_equal(seen.header.bytes, 77);
	view_free(view, header);
}

static void test_motet_view_close(void **state)
{
	(void)state;
	motet_view_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_checkpoint_view),
		cmocka_unit_test(test_motet_view_read),
		cmocka_unit_test(test_motet_view_read_falls_back),
		cmocka_unit_test(test_motet_view_read_grows),
		cmocka_unit_test(test_motet_view_read_ended),
		cmocka_unit_test(test_motet_view_status),
		cmocka_unit_test(test_motet_view_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
