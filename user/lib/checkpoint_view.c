// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Views of checkpoints: sections that are read in mapped memory.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

/* How often it is tried while the section is changed, before a call waits. */
#define MOTET__VIEW_TRIES	100

/* How often a view that has ended is replaced in one call. */
#define MOTET__VIEW_RENEWALS	3

struct motet_view {
	int fd;
	const struct motet_view_header *header;
	size_t length;
	size_t id_len;
	unsigned char id[MOTET_SECTION_ID_MAX];
};

/* A part of a section that is read: what of it is there goes to @done. */
struct motet__view_part {
	__u64 offset;
	void *data;
	size_t len;
	size_t done;
};

static void motet__relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield" ::: "memory");
#endif
}

/* What is read here may be of no use, but is never behind the mapping. */
static void motet__view_copy(const struct motet_view *view,
			     struct motet_view_header *seen,
			     struct motet__view_part *part)
{
	__u64 bytes;

	*seen = *view->header;
	if (!part)
		return;
	bytes = seen->bytes < seen->room ? seen->bytes : seen->room;
	part->done = 0;
	if (part->offset >= bytes)
		return;
	bytes -= part->offset;
	part->done = bytes < part->len ? bytes : part->len;
	memcpy(part->data,
	       (const char *)view->header + seen->data + part->offset,
	       part->done);
}

/* -EAGAIN if it is changed all the time. */
static int motet__view_try(const struct motet_view *view,
			   struct motet_view_header *seen,
			   struct motet__view_part *part)
{
	const __u32 *sequence = &view->header->sequence;
	__u32 before;
	int i;

	for (i = 0; i < MOTET__VIEW_TRIES; i++) {
		before = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
		if (!(before & 1)) {
			motet__view_copy(view, seen, part);
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			/* the count may have gone round, the generation not */
			if (__atomic_load_n(sequence, __ATOMIC_RELAXED) ==
				    before &&
			    view->header->generation == seen->generation)
				return 0;
		}
		motet__relax();
	}
	return -EAGAIN;
}

static int motet__view_map(struct motet_view *view, __u64 room)
{
	struct motet_view_open open = {
		.size = sizeof(open),
		.section = view->id_len ? (uintptr_t)view->id : 0,
		.section_len = motet__length(view->id_len),
		.room = room,
	};
	int ret = motet__ioctl(view->fd, MOTET_IOC_CHECKPOINT_VIEW, &open);
	void *memory;

	if (ret < 0)
		return ret;
	memory = mmap(NULL, open.length, PROT_READ, MAP_SHARED | MAP_POPULATE,
		      open.fd, 0);
	ret = memory == MAP_FAILED ? -errno : 0;
	close(open.fd);
	if (ret)
		return ret;
	if (view->header)
		munmap((void *)view->header, view->length);
	view->header = memory;
	view->length = open.length;
	return 0;
}

int motet_checkpoint_view(int fd, const void *id, size_t id_len, __u64 room,
			  struct motet_view **view)
{
	struct motet_view *made;
	int ret;

	if (id_len > MOTET_SECTION_ID_MAX)
		return -EINVAL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->fd = fd;
	made->id_len = id_len;
	if (id_len)
		memcpy(made->id, id, id_len);
	ret = motet__view_map(made, room);
	if (ret)
		free(made);
	else
		*view = made;
	return ret;
}

void motet_view_close(struct motet_view *view)
{
	if (!view)
		return;
	munmap((void *)view->header, view->length);
	free(view);
}

/* One that has grown may grow on: there is twice the room, if it may be. */
static int motet__view_renew(struct motet_view *view, __u32 flags)
{
	__u64 room = view->header->room;
	int ret;

	if (flags & MOTET_VIEW_GONE)
		return -ESRCH;
	if (!(flags & MOTET_VIEW_RESIZED))
		return motet__view_map(view, room);
	ret = motet__view_map(view, 2 * room);
	return ret == -EINVAL || ret == -EDQUOT ? motet__view_map(view, 0) :
						  ret;
}

ssize_t motet_view_read(struct motet_view *view, __u64 offset, void *data,
			size_t len)
{
	struct motet__view_part part = {
		.offset = offset, .data = data, .len = len,
	};
	struct motet_view_header seen;
	int ret, i;

	for (i = 0; i < MOTET__VIEW_RENEWALS; i++) {
		ret = motet__view_try(view, &seen, &part);
		if (ret)
			break;
		if (!(seen.flags & MOTET_VIEW_ENDED))
			return offset > seen.bytes ? -EINVAL :
						     (ssize_t)part.done;
		ret = motet__view_renew(view, seen.flags);
		if (ret == -ENOENT || ret == -ESRCH)
			return ret;
		if (ret)
			break;
	}
	return motet_section_read(view->fd, view->id_len ? view->id : NULL,
				  view->id_len, offset, data, len);
}

int motet_view_status(const struct motet_view *view,
		      struct motet_view_header *header)
{
	struct motet_view_header seen;
	__u32 size = header->size;
	int ret = motet__view_try(view, &seen, NULL);

	if (ret)
		return ret;
	/* the program's may be older or newer than the library's */
	memset(header, 0, size);
	memcpy(header, &seen, size < sizeof(seen) ? size : sizeof(seen));
	header->size = size;
	return 0;
}
