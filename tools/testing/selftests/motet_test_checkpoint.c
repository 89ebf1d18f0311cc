// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of checkpoints in one line each.
 */
#include <errno.h>
#include <sys/mman.h>
#include <time.h>

#include "checkpoint_test.h"

struct motet_checkpoint_attributes mc_attributes(void)
{
	return (struct motet_checkpoint_attributes){
		.sections_max = 16,
		.bytes_max = 8 << 16,
		.section_bytes_max = 1 << 16,
		.section_id_max = 32,
	};
}

int mc_open_with(int actor, const char *name, __u32 flags, __u32 mode,
		 const struct motet_checkpoint_attributes *attributes)
{
	struct motet_checkpoint_open arg = MT(motet_checkpoint_open,
					      .flags = flags, .mode = mode,
					      .name = mt_ptr(name),
					      .name_len = strlen(name));
	int ret;

	if (attributes)
		arg.attributes = *attributes;
	ret = mt_ioctl(actor, MOTET_IOC_CHECKPOINT_OPEN, &arg);
	return ret < 0 ? ret : arg.fd;
}

int mc_create(int actor, const char *name)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();

	return mc_open_with(actor, name, MC_CREATE, 0777, &attributes);
}

/* One with only the default section. */
int mc_create_one(int actor, const char *name, __u64 bytes)
{
	const struct motet_checkpoint_attributes attributes = {
		.sections_max = 1,
		.bytes_max = bytes,
		.section_bytes_max = bytes,
	};

	return mc_open_with(actor, name, MC_CREATE, 0777, &attributes);
}

int mc_open(int actor, const char *name, __u32 flags)
{
	return mc_open_with(actor, name, flags, 0, NULL);
}

int mc_unlink(int actor, const char *name)
{
	struct motet_checkpoint_name arg = MT(motet_checkpoint_name,
					      .name = mt_ptr(name),
					      .name_len = strlen(name));

	return mt_ioctl(actor, MOTET_IOC_CHECKPOINT_UNLINK, &arg);
}

int mc_status(int fd, struct motet_checkpoint_status *status)
{
	*status = MT(motet_checkpoint_status);
	return mt_ioctl(fd, MOTET_IOC_CHECKPOINT_STATUS, status);
}

__u64 mc_generation(int fd)
{
	struct motet_checkpoint_status status;

	mc_status(fd, &status);
	return status.generation;
}

int mc_retention(int fd, __u64 retention)
{
	struct motet_checkpoint_change arg = MT(motet_checkpoint_change,
						.retention = retention);

	return mt_ioctl(fd, MOTET_IOC_CHECKPOINT_CHANGE, &arg);
}

int mc_track(int port, const struct motet_id *id, const char *section,
	     __u32 flags)
{
	struct motet_checkpoint_track arg =
		MT(motet_checkpoint_track, .flags = flags, .checkpoint = *id,
		   .section = mt_ptr(section),
		   .section_len = section ? strlen(section) : 0);

	return mt_ioctl(port, MOTET_IOC_CHECKPOINT_TRACK, &arg);
}

static int mc_section_with(int fd, const char *id, const void *data, __u64 len,
			   __u64 expires)
{
	struct motet_section_create arg = MT(motet_section_create,
					     .section = mt_ptr(id),
					     .section_len = strlen(id),
					     .data = mt_ptr(data),
					     .data_len = len,
					     .expires = expires);

	return mt_ioctl(fd, MOTET_IOC_SECTION_CREATE, &arg);
}

int mc_section(int fd, const char *id, const void *data, __u64 len)
{
	return mc_section_with(fd, id, data, len, 0);
}

int mc_section_until(int fd, const char *id, __u64 expires)
{
	return mc_section_with(fd, id, NULL, 0, expires);
}

int mc_delete(int fd, const char *id)
{
	struct motet_section_name arg = MT(motet_section_name,
					   .section = mt_ptr(id),
					   .section_len = id ? strlen(id) : 0);

	return mt_ioctl(fd, MOTET_IOC_SECTION_DELETE, &arg);
}

int mc_change(int fd, const char *id, __u32 flags, __u32 state, __u64 expires)
{
	struct motet_section_change arg = MT(motet_section_change,
					     .flags = flags, .state = state,
					     .section = mt_ptr(id),
					     .section_len = id ? strlen(id) : 0,
					     .expires = expires);

	return mt_ioctl(fd, MOTET_IOC_SECTION_CHANGE, &arg);
}

static int mc_change_until(int fd, const char *id, __u64 expires)
{
	return mc_change(fd, id, MOTET_SECTION_EXPIRES, 0, expires);
}

/* What is soon for this machine: a slow one says it when it has passed already. */
static int mc_soon(int (*until)(int fd, const char *id, __u64 expires),
		   int fd, const char *id, __u64 *due)
{
	__u64 delay = 20 * MT_MS;
	int ret;

	do {
		*due = mc_boottime() + delay;
		ret = until(fd, id, *due);
		delay *= 2;
	} while (ret == -EINVAL && *due <= mc_boottime() &&
		 delay < 60 * MT_SECOND);
	return ret;
}

/* One that expires at @due, which is soon. */
int mc_section_soon(int fd, const char *id, __u64 *due)
{
	return mc_soon(mc_section_until, fd, id, due);
}

/* The same for one that is there. */
int mc_change_soon(int fd, const char *id, __u64 *due)
{
	return mc_soon(mc_change_until, fd, id, due);
}

/* There is room for MOTET_SECTION_ID_MAX bytes and a NUL at @id. */
int mc_next(int fd, __u32 filter, __u64 when, __u64 *cursor, char *id,
	    struct motet_section_next *next)
{
	int ret;

	*next = MT(motet_section_next, .filter = filter, .when = when,
		   .section = mt_ptr(id), .section_cap = MOTET_SECTION_ID_MAX,
		   .cursor = *cursor);
	ret = mt_ioctl(fd, MOTET_IOC_SECTION_NEXT, next);
	if (!ret)
		id[next->section_len] = 0;
	*cursor = next->cursor;
	return ret;
}

struct motet_checkpoint_element mc_element(const char *id, __u64 offset,
					   const void *data, __u64 len)
{
	return MT(motet_checkpoint_element, .section = mt_ptr(id),
		  .section_len = id ? strlen(id) : 0, .offset = offset,
		  .data = mt_ptr(data), .data_len = len);
}

int mc_io(int fd, unsigned int number,
	  struct motet_checkpoint_element *elements, __u32 count,
	  struct motet_checkpoint_io *io)
{
	struct motet_checkpoint_io unseen;

	if (!io)
		io = &unseen;
	*io = MT(motet_checkpoint_io, .elements = mt_ptr(elements),
		 .count = count, .element_size = sizeof(*elements));
	return mt_ioctl(fd, number, io);
}

int mc_write(int fd, const char *id, __u64 offset, const void *data, __u64 len)
{
	struct motet_checkpoint_element element = mc_element(id, offset, data,
							     len);

	return mc_io(fd, MOTET_IOC_CHECKPOINT_WRITE, &element, 1, NULL);
}

int mc_overwrite(int fd, const char *id, const void *data, __u64 len)
{
	struct motet_checkpoint_element element = mc_element(id, 0, data, len);

	element.flags = MOTET_ELEMENT_OVERWRITE;
	return mc_io(fd, MOTET_IOC_CHECKPOINT_WRITE, &element, 1, NULL);
}

/* How many bytes were read. */
long mc_read(int fd, const char *id, __u64 offset, void *data, __u64 len)
{
	struct motet_checkpoint_element element = mc_element(id, offset, data,
							     len);
	int ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, &element, 1, NULL);

	return ret < 0 ? ret : (long)element.done;
}

/* The view. */
int mc_view_open(int fd, const char *id, __u64 room, __u64 *length)
{
	struct motet_view_open arg = MT(motet_view_open, .room = room,
					.section = mt_ptr(id),
					.section_len = id ? strlen(id) : 0);
	int ret = mt_ioctl(fd, MOTET_IOC_CHECKPOINT_VIEW, &arg);

	*length = arg.length;
	return ret < 0 ? ret : arg.fd;
}

int mc_view(int fd, const char *id, __u64 room, struct mc_view *view)
{
	void *memory;

	view->fd = mc_view_open(fd, id, room, &view->length);
	if (view->fd < 0)
		return view->fd;
	memory = mmap(NULL, view->length, PROT_READ, MAP_SHARED, view->fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	view->header = memory;
	return 0;
}

void mc_unview(struct mc_view *view)
{
	munmap((void *)view->header, view->length);
	close(view->fd);
}

/*
 * Reads a view, all that there is room for at @data, without a system call: how
 * many bytes, or -EPROTO if the header contradicts itself.
 */
long mc_look(const struct motet_view_header *header, void *data, __u64 cap,
	     struct motet_view_header *seen)
{
	__u32 sequence;
	__u64 bytes;

	for (;;) {
		sequence = __atomic_load_n(&header->sequence, __ATOMIC_ACQUIRE);
		if (sequence & 1)
			continue;
		*seen = *header;
		bytes = seen->bytes;
		if (bytes > header->room)
			bytes = 0;
		if (bytes > cap)
			bytes = cap;
		memcpy(data, (const char *)header + header->data, bytes);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&header->sequence, __ATOMIC_RELAXED) ==
		    sequence)
			return seen->bytes > seen->room ? -EPROTO : (long)bytes;
	}
}

__u64 mc_boottime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * MT_SECOND + now.tv_nsec;
}

/* Content that follows from its first eight bytes: a part of another shows. */
static __u64 mc_word(__u64 value, __u64 i)
{
	return (value + i) * 0x9e3779b97f4a7c15ULL;
}

void mc_fill(void *data, __u64 len, __u64 value)
{
	__u64 *words = data, i;

	words[0] = value;
	for (i = 1; i < len / 8; i++)
		words[i] = mc_word(value, i);
}

bool mc_whole(const void *data, __u64 len)
{
	const __u64 *words = data;
	__u64 i;

	for (i = 1; i < len / 8; i++)
		if (words[i] != mc_word(words[0], i))
			return false;
	return true;
}
