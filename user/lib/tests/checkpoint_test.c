// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of checkpoints.
 */
#include "fake.h"

static struct motet_checkpoint_attributes attributes;

static void test_motet_checkpoint_attributes_init(void **state)
{
	(void)state;
	memset(&attributes, 0xff, sizeof(attributes));
	motet_checkpoint_attributes_init(&attributes, 3, 1ULL << 40);
	assert_int_equal(attributes.kind, 0);
	assert_int_equal(attributes.sections_max, 3);
	assert_int_equal(attributes.section_bytes_max, 1ULL << 40);
	assert_int_equal(attributes.bytes_max, 3ULL << 40);
	assert_int_equal(attributes.section_id_max, MOTET_SECTION_ID_MAX);
	assert_int_equal(attributes.pad, 0);
	assert_int_equal(attributes.retention, 0);
}

static void test_motet_checkpoint_element_init(void **state)
{
	struct motet_checkpoint_element element;
	char data[5];

	(void)state;
	memset(&element, 0xff, sizeof(element));
	motet_checkpoint_element_init(&element, "id", 2, 9, data, 5);
	assert_int_equal(element.size, sizeof(element));
	assert_int_equal(element.flags, 0);
	assert_int_equal(element.section_len, 2);
	assert_memory_equal(fake_pointer(element.section), "id", 2);
	assert_int_equal(element.pad, 0);
	assert_int_equal(element.offset, 9);
	assert_ptr_equal(fake_pointer(element.data), data);
	assert_int_equal(element.data_len, 5);
	assert_int_equal(element.done, 0);
	assert_int_equal(element.bytes, 0);
}

static void open_check(void *arg)
{
	struct motet_checkpoint_open *open = arg;

	assert_int_equal(open->size, sizeof(*open));
	assert_int_equal(open->flags, MOTET_CHECKPOINT_READ);
	assert_int_equal(open->fd_flags, 0);
	assert_int_equal(open->mode, 0);
	assert_int_equal(open->name_len, 5);
	assert_memory_equal(fake_pointer(open->name), "table", 5);
	assert_int_equal(open->attributes.sections_max, 0);
	open->fd = 21;
}

static void test_motet_checkpoint_open(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_OPEN, open_check, 0);
	assert_int_equal(motet_checkpoint_open(FAKE_FD, "table",
					       MOTET_CHECKPOINT_READ), 21);
	fake_assert_done();
	fake_expect(MOTET_IOC_CHECKPOINT_OPEN, NULL, -ENOENT);
	assert_int_equal(motet_checkpoint_open(FAKE_FD, "table",
					       MOTET_CHECKPOINT_READ), -ENOENT);
}

static void open_full_check(void *arg)
{
	struct motet_checkpoint_open *open = arg;

	assert_int_equal(open->fd_flags, MOTET_FD_NONBLOCK);
	open->fd = 22;
	open->created = 1;
}

static void test_motet_checkpoint_open_full(void **state)
{
	struct motet_checkpoint_open open = {
		.size = sizeof(open),
		.fd_flags = MOTET_FD_NONBLOCK,
	};

	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_OPEN, open_full_check, 0);
	assert_int_equal(motet_checkpoint_open_full(FAKE_FD, &open), 22);
	fake_assert_done();
	assert_int_equal(open.created, 1);
}

static void create_check(void *arg)
{
	struct motet_checkpoint_open *open = arg;

	assert_int_equal(open->flags, MOTET_CHECKPOINT_READ |
				      MOTET_CHECKPOINT_WRITE |
				      MOTET_CHECKPOINT_CREATE);
	assert_int_equal(open->mode, 0640);
	assert_memory_equal(&open->attributes, &attributes,
			    sizeof(attributes));
	open->fd = 23;
}

static void test_motet_checkpoint_create(void **state)
{
	(void)state;
	motet_checkpoint_attributes_init(&attributes, 1, 100);
	fake_expect(MOTET_IOC_CHECKPOINT_OPEN, create_check, 0);
	assert_int_equal(motet_checkpoint_create(FAKE_FD, "table", 0640,
						 &attributes), 23);
	fake_assert_done();
}

static void unlink_check(void *arg)
{
	struct motet_checkpoint_name *name = arg;

	assert_int_equal(name->size, sizeof(*name));
	assert_int_equal(name->flags, 0);
	assert_int_equal(name->pad, 0);
	assert_int_equal(name->name_len, 5);
	assert_memory_equal(fake_pointer(name->name), "table", 5);
}

static void test_motet_checkpoint_unlink(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_UNLINK, unlink_check, -EACCES);
	assert_int_equal(motet_checkpoint_unlink(FAKE_FD, "table"), -EACCES);
	fake_assert_done();
}

static void test_motet_checkpoint_limits_get(void **state)
{
	struct motet_checkpoint_limits limits = { .size = sizeof(limits) };

	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_LIMITS, NULL, 0);
	assert_int_equal(motet_checkpoint_limits_get(FAKE_FD, &limits), 0);
	fake_assert_done();
}

static void retain_check(void *arg)
{
	struct motet_checkpoint_change *change = arg;

	assert_int_equal(change->size, sizeof(*change));
	assert_int_equal(change->flags, 0);
	assert_true(change->retention == UINT64_MAX);
}

static void test_motet_checkpoint_retain(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_CHANGE, retain_check, 0);
	assert_int_equal(motet_checkpoint_retain(FAKE_FD, UINT64_MAX), 0);
	fake_assert_done();
}

static void test_motet_checkpoint_status_get(void **state)
{
	struct motet_checkpoint_status status = { .size = sizeof(status) };

	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_STATUS, NULL, 0);
	assert_int_equal(motet_checkpoint_status_get(FAKE_FD, &status), 0);
	fake_assert_done();
}

/* Two elements; the second is refused. */
static void io_check(void *arg)
{
	struct motet_checkpoint_io *io = arg;
	struct motet_checkpoint_element *elements = fake_pointer(io->elements);

	assert_int_equal(io->size, sizeof(*io));
	assert_int_equal(io->flags, 0);
	assert_int_equal(io->count, 2);
	assert_int_equal(io->element_size, sizeof(*elements));
	assert_int_equal(elements[1].offset, 3);
	io->failed = 1;
}

static void test_motet_checkpoint_write(void **state)
{
	struct motet_checkpoint_element elements[2];
	unsigned int failed = 9;

	(void)state;
	motet_checkpoint_element_init(&elements[0], "a", 1, 0, "x", 1);
	motet_checkpoint_element_init(&elements[1], "b", 1, 3, "y", 1);
	fake_expect(MOTET_IOC_CHECKPOINT_WRITE, io_check, -ENOENT);
	assert_int_equal(motet_checkpoint_write(FAKE_FD, elements, 2, &failed),
			 -ENOENT);
	fake_assert_done();
	assert_int_equal(failed, 1);
}

static void test_motet_checkpoint_read(void **state)
{
	struct motet_checkpoint_element elements[2];
	char data[2];

	(void)state;
	motet_checkpoint_element_init(&elements[0], "a", 1, 0, data, 1);
	motet_checkpoint_element_init(&elements[1], "b", 1, 3, data + 1, 1);
	fake_expect(MOTET_IOC_CHECKPOINT_READ, io_check, 0);
	assert_int_equal(motet_checkpoint_read(FAKE_FD, elements, 2, NULL), 0);
	fake_assert_done();
}

static const struct motet_id checkpoint_id =
	FAKE_ID(MOTET_CLASS_CHECKPOINT, 5);

static void track_check(void *arg)
{
	struct motet_checkpoint_track *track = arg;

	assert_int_equal(track->size, sizeof(*track));
	assert_int_equal(track->flags, 0);
	assert_true(motet_id_equal(&track->checkpoint, &checkpoint_id));
	assert_int_equal(track->section, 0);
	assert_int_equal(track->section_len, 0);
	assert_int_equal(track->pad, 0);
}

static void test_motet_checkpoint_track(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_TRACK, track_check, 0);
	assert_int_equal(motet_checkpoint_track(FAKE_FD, &checkpoint_id, NULL,
						0), 0);
	fake_assert_done();
}

static void untrack_check(void *arg)
{
	struct motet_checkpoint_track *track = arg;

	assert_int_equal(track->flags, MOTET_TRACK_STOP);
	assert_int_equal(track->section_len, 2);
	assert_memory_equal(fake_pointer(track->section), "id", 2);
}

static void test_motet_checkpoint_untrack(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_TRACK, untrack_check, -ENOENT);
	assert_int_equal(motet_checkpoint_untrack(FAKE_FD, &checkpoint_id, "id",
						  2), -ENOENT);
	fake_assert_done();
}

static void section_create_check(void *arg)
{
	struct motet_section_create *create = arg;

	assert_int_equal(create->size, sizeof(*create));
	assert_int_equal(create->flags, 0);
	assert_int_equal(create->section_len, 2);
	assert_memory_equal(fake_pointer(create->section), "id", 2);
	assert_int_equal(create->data_len, 4);
	assert_memory_equal(fake_pointer(create->data), "data", 4);
	assert_int_equal(create->expires, 77);
}

static void test_motet_section_create(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_SECTION_CREATE, section_create_check, -EEXIST);
	assert_int_equal(motet_section_create(FAKE_FD, "id", 2, "data", 4, 77),
			 -EEXIST);
	fake_assert_done();
}

static void make_check(void *arg)
{
	struct motet_section_create *create = arg;

	assert_int_equal(create->flags, MOTET_SECTION_MAKE_ID);
	assert_int_equal(create->section, 0);
	assert_int_equal(create->section_len, 0);
	memcpy(create->made, "12345678", 8);
}

static void test_motet_section_make(void **state)
{
	__u8 id[MOTET_SECTION_ID_MADE];

	(void)state;
	fake_expect(MOTET_IOC_SECTION_CREATE, make_check, 0);
	assert_int_equal(motet_section_make(FAKE_FD, id, NULL, 0, 0), 0);
	fake_assert_done();
	assert_memory_equal(id, "12345678", 8);
}

static void delete_check(void *arg)
{
	struct motet_section_name *name = arg;

	assert_int_equal(name->size, sizeof(*name));
	assert_int_equal(name->flags, 0);
	assert_int_equal(name->section_len, 2);
}

static void test_motet_section_delete(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_SECTION_DELETE, delete_check, 0);
	assert_int_equal(motet_section_delete(FAKE_FD, "id", 2), 0);
	fake_assert_done();
}

static void expire_check(void *arg)
{
	struct motet_section_change *change = arg;

	assert_int_equal(change->size, sizeof(*change));
	assert_int_equal(change->flags, MOTET_SECTION_EXPIRES);
	assert_int_equal(change->expires, 99);
	assert_int_equal(change->state, 0);
}

static void test_motet_section_expire(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_SECTION_CHANGE, expire_check, 0);
	assert_int_equal(motet_section_expire(FAKE_FD, "id", 2, 99), 0);
	fake_assert_done();
}

static void mark_check(void *arg)
{
	struct motet_section_change *change = arg;

	assert_int_equal(change->flags, MOTET_SECTION_STATE);
	assert_int_equal(change->expires, 0);
	assert_int_equal(change->state, MOTET_SECTION_CORRUPTED);
	assert_int_equal(change->section_len, 2);
}

static void test_motet_section_mark(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_SECTION_CHANGE, mark_check, 0);
	assert_int_equal(motet_section_mark(FAKE_FD, "id", 2,
					    MOTET_SECTION_CORRUPTED), 0);
	fake_assert_done();
}

static void test_motet_section_next(void **state)
{
	struct motet_section_next next = { .size = sizeof(next) };

	(void)state;
	fake_expect(MOTET_IOC_SECTION_NEXT, NULL, -ENOENT);
	assert_int_equal(motet_section_next(FAKE_FD, &next), -ENOENT);
	fake_assert_done();
}

static void one_check(void *arg)
{
	struct motet_checkpoint_io *io = arg;
	struct motet_checkpoint_element *element = fake_pointer(io->elements);

	assert_int_equal(io->count, 1);
	assert_int_equal(element->flags, 0);
	assert_int_equal(element->offset, 5);
	assert_int_equal(element->data_len, 4);
	element->done = 3;
}

static void test_motet_section_write(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_WRITE, one_check, 0);
	assert_int_equal(motet_section_write(FAKE_FD, "id", 2, 5, "data", 4),
			 0);
	fake_assert_done();
}

static void overwrite_check(void *arg)
{
	struct motet_checkpoint_io *io = arg;
	struct motet_checkpoint_element *element = fake_pointer(io->elements);

	assert_int_equal(element->flags, MOTET_ELEMENT_OVERWRITE);
	assert_int_equal(element->offset, 0);
}

static void test_motet_section_overwrite(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_WRITE, overwrite_check, 0);
	assert_int_equal(motet_section_overwrite(FAKE_FD, NULL, 0, "data", 4),
			 0);
	fake_assert_done();
}

static void test_motet_section_read(void **state)
{
	char data[4];

	(void)state;
	fake_expect(MOTET_IOC_CHECKPOINT_READ, one_check, 0);
	assert_int_equal(motet_section_read(FAKE_FD, "id", 2, 5, data, 4), 3);
	fake_assert_done();
	fake_expect(MOTET_IOC_CHECKPOINT_READ, NULL, -EINVAL);
	assert_int_equal(motet_section_read(FAKE_FD, "id", 2, 5, data, 4),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_checkpoint_attributes_init),
		cmocka_unit_test(test_motet_checkpoint_element_init),
		cmocka_unit_test(test_motet_checkpoint_open),
		cmocka_unit_test(test_motet_checkpoint_open_full),
		cmocka_unit_test(test_motet_checkpoint_create),
		cmocka_unit_test(test_motet_checkpoint_unlink),
		cmocka_unit_test(test_motet_checkpoint_limits_get),
		cmocka_unit_test(test_motet_checkpoint_retain),
		cmocka_unit_test(test_motet_checkpoint_status_get),
		cmocka_unit_test(test_motet_checkpoint_write),
		cmocka_unit_test(test_motet_checkpoint_read),
		cmocka_unit_test(test_motet_checkpoint_track),
		cmocka_unit_test(test_motet_checkpoint_untrack),
		cmocka_unit_test(test_motet_section_create),
		cmocka_unit_test(test_motet_section_make),
		cmocka_unit_test(test_motet_section_delete),
		cmocka_unit_test(test_motet_section_expire),
		cmocka_unit_test(test_motet_section_mark),
		cmocka_unit_test(test_motet_section_next),
		cmocka_unit_test(test_motet_section_write),
		cmocka_unit_test(test_motet_section_overwrite),
		cmocka_unit_test(test_motet_section_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
