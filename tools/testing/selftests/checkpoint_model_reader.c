// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Readers of the model's checkpoint, in processes of their own. They know nothing
 * of the model but the ids; what they read they check by its seals.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "checkpoint_model.h"

struct shared *shared;

static int reader_fail(int reader, const char *what, __u32 slot, __u64 serial)
{
	snprintf(shared->text[reader], sizeof(shared->text[reader]),
		 "reader %d: section %u, update %llu: %s", reader, slot,
		 (unsigned long long)serial, what);
	return -EPROTO;
}

/* What is behind the end is zero, as the hash takes whole words. */
static int reader_check(int reader, __u8 *data, __u64 size)
{
	const struct seal *seal = (void *)data;

	shared->sections[reader]++;
	if (!size)
		return 0;
	memset(data + size, 0, -size & 7);
	if (!seal_is_whole(data, size))
		return reader_fail(reader, "not whole", seal->slot,
				   seal->serial);
	return 0;
}

/* The index and what it tells of are of one moment. */
static int reader_check_index(int reader, const __u8 *data)
{
	const struct index *index = (void *)room[0];
	const struct seal *seal = (void *)data;
	__u64 listed;

	if (seal->slot >= SLOTS)
		return reader_fail(reader, "no such section", seal->slot,
				   seal->serial);
	listed = index->serial[seal->slot];
	if (seal->serial == listed ||
	    (seal->fresh && seal->serial > index->seal.serial))
		return 0;
	return reader_fail(reader, "not of the moment of the index",
			   seal->slot, seal->serial);
}

/* Some sections at once, and the index; which of them are there is not known. */
static int read_several(int reader, int fd)
{
	struct motet_checkpoint_element elements[5];
	__u32 count = 1, i, wanted = 1 + below(4);
	int slot, ret;

	elements[0] = mc_element(model.section[0].id, 0, room[0],
				 SECTION_BYTES);
	for (; count <= wanted; count++) {
		slot = 1 + below(MADE - 1);
		elements[count] = mc_element(model.section[slot].id, 0,
					     room[count], SECTION_BYTES);
	}
	ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, elements, count, NULL);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	shared->reads[reader]++;
	for (i = 0; !ret && i < count; i++) {
		ret = reader_check(reader, room[i], elements[i].done);
		if (!ret && elements[i].done)
			ret = reader_check_index(reader, room[i]);
	}
	return ret;
}

/* One in two parts. */
static int read_parts(int reader, int fd, const char *section, __u32 len)
{
	struct motet_checkpoint_element elements[2];
	__u32 cut = below(sizeof(struct seal)), i;
	int ret;

	elements[0] = mc_element("", 0, room[0], cut);
	elements[1] = mc_element("", cut, room[0] + cut, SECTION_BYTES - cut);
	for (i = 0; i < 2; i++) {
		elements[i].section = mt_ptr(section);
		elements[i].section_len = len;
	}
	ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, elements, 2, NULL);
	/* it is gone, or empty */
	if (ret == -ENOENT || ret == -EINVAL)
		return 0;
	shared->reads[reader]++;
	return ret ?: reader_check(reader, room[0],
				   elements[0].done + elements[1].done);
}

/* All that it meets on the way, each once. */
static int read_through(int reader, int fd)
{
	char section[MOTET_SECTION_ID_MAX + 1];
	struct motet_section_next next;
	__u64 cursor = 0, last = 0;
	int ret = 0;

	while (!ret && !mc_next(fd, MOTET_SECTIONS_ANY, 0, &cursor, section,
				&next)) {
		if (cursor <= last)
			return reader_fail(reader, "the cursor goes back", 0,
					   cursor);
		last = cursor;
		ret = read_parts(reader, fd, section, next.section_len);
	}
	return ret;
}

int reader_main(int reader)
{
	int own = mt_actor(), fd, i, ret = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(0, sizeof(set), &set);
	random_begin(reader + 12345);
	while (!ret && !__atomic_load_n(&shared->stop, __ATOMIC_SEQ_CST)) {
		__atomic_store_n(&shared->open[reader], 1, __ATOMIC_SEQ_CST);
		fd = -ENOENT;
		if (!__atomic_load_n(&shared->pause, __ATOMIC_SEQ_CST))
			fd = mc_open(own, NAME, MC_READ);
		for (i = 0; !ret && fd >= 0 && i < 50; i++)
			ret = reader ? read_through(reader, fd) :
				       read_several(reader, fd);
		if (fd >= 0)
			close(fd);
		else if (fd != -ENOENT)
			ret = fd;
		__atomic_store_n(&shared->open[reader], 0, __ATOMIC_SEQ_CST);
		if (fd < 0)
			sched_yield();
	}
	return -ret;
}
