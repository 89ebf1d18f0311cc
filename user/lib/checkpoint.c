// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Checkpoints: open, create, unlink; their sections, reading and writing.
 */
#include "internal.h"

int motet_checkpoint_open_full(int actor, struct motet_checkpoint_open *open)
{
	int ret = motet__ioctl(actor, MOTET_IOC_CHECKPOINT_OPEN, open);

	return ret < 0 ? ret : open->fd;
}

int motet_checkpoint_open(int actor, const char *name, unsigned int flags)
{
	struct motet_checkpoint_open open = {
		.size = sizeof(open),
		.flags = flags,
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
	};

	return motet_checkpoint_open_full(actor, &open);
}

int motet_checkpoint_create(int actor, const char *name, unsigned int mode,
			    const struct motet_checkpoint_attributes *attributes)
{
	struct motet_checkpoint_open open = {
		.size = sizeof(open),
		.flags = MOTET_CHECKPOINT_READ | MOTET_CHECKPOINT_WRITE |
			 MOTET_CHECKPOINT_CREATE,
		.mode = mode,
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
		.attributes = *attributes,
	};

	return motet_checkpoint_open_full(actor, &open);
}

int motet_checkpoint_unlink(int actor, const char *name)
{
	struct motet_checkpoint_name arg = {
		.size = sizeof(arg),
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
	};

	return motet__ioctl(actor, MOTET_IOC_CHECKPOINT_UNLINK, &arg);
}

int motet_checkpoint_limits_get(int actor,
				struct motet_checkpoint_limits *limits)
{
	return motet__ioctl(actor, MOTET_IOC_CHECKPOINT_LIMITS, limits);
}

int motet_checkpoint_retain(int fd, __u64 retention)
{
	struct motet_checkpoint_change change = {
		.size = sizeof(change),
		.retention = retention,
	};

	return motet__ioctl(fd, MOTET_IOC_CHECKPOINT_CHANGE, &change);
}

int motet_checkpoint_status_get(int fd, struct motet_checkpoint_status *status)
{
	return motet__ioctl(fd, MOTET_IOC_CHECKPOINT_STATUS, status);
}

static int motet__checkpoint_io(int fd, unsigned long request,
				const struct motet_checkpoint_element *elements,
				unsigned int count, unsigned int *failed)
{
	struct motet_checkpoint_io io = {
		.size = sizeof(io),
		.elements = (uintptr_t)elements,
		.count = count,
		.element_size = sizeof(*elements),
	};
	int ret;

	/* the program's elements may be older or newer than the library's */
	if (count)
		io.element_size = elements->size;
	ret = motet__ioctl(fd, request, &io);
	if (failed)
		*failed = io.failed;
	return ret;
}

int motet_checkpoint_write(int fd,
			   const struct motet_checkpoint_element *elements,
			   unsigned int count, unsigned int *failed)
{
	return motet__checkpoint_io(fd, MOTET_IOC_CHECKPOINT_WRITE, elements,
				    count, failed);
}

int motet_checkpoint_read(int fd, struct motet_checkpoint_element *elements,
			  unsigned int count, unsigned int *failed)
{
	return motet__checkpoint_io(fd, MOTET_IOC_CHECKPOINT_READ, elements,
				    count, failed);
}

static int motet__checkpoint_track(int port, unsigned int flags,
				   const struct motet_id *checkpoint,
				   const void *id, size_t id_len)
{
	struct motet_checkpoint_track track = {
		.size = sizeof(track),
		.flags = flags,
		.checkpoint = *checkpoint,
		.section = (uintptr_t)id,
		.section_len = motet__length(id_len),
	};

	return motet__ioctl(port, MOTET_IOC_CHECKPOINT_TRACK, &track);
}

int motet_checkpoint_track(int port, const struct motet_id *checkpoint,
			   const void *id, size_t id_len)
{
	return motet__checkpoint_track(port, 0, checkpoint, id, id_len);
}

int motet_checkpoint_untrack(int port, const struct motet_id *checkpoint,
			     const void *id, size_t id_len)
{
	return motet__checkpoint_track(port, MOTET_TRACK_STOP, checkpoint, id,
				       id_len);
}

int motet_section_create(int fd, const void *id, size_t id_len,
			 const void *data, size_t len, __u64 expires)
{
	struct motet_section_create create = {
		.size = sizeof(create),
		.section = (uintptr_t)id,
		.section_len = motet__length(id_len),
		.data = (uintptr_t)data,
		.data_len = len,
		.expires = expires,
	};

	return motet__ioctl(fd, MOTET_IOC_SECTION_CREATE, &create);
}

int motet_section_make(int fd, __u8 id[MOTET_SECTION_ID_MADE],
		       const void *data, size_t len, __u64 expires)
{
	struct motet_section_create create = {
		.size = sizeof(create),
		.flags = MOTET_SECTION_MAKE_ID,
		.data = (uintptr_t)data,
		.data_len = len,
		.expires = expires,
	};
	int ret = motet__ioctl(fd, MOTET_IOC_SECTION_CREATE, &create);

	if (!ret)
		memcpy(id, create.made, sizeof(create.made));
	return ret;
}

int motet_section_delete(int fd, const void *id, size_t id_len)
{
	struct motet_section_name name = {
		.size = sizeof(name),
		.section = (uintptr_t)id,
		.section_len = motet__length(id_len),
	};

	return motet__ioctl(fd, MOTET_IOC_SECTION_DELETE, &name);
}

static int motet__section_change(int fd, const void *id, size_t id_len,
				 struct motet_section_change *change)
{
	change->size = sizeof(*change);
	change->section = (uintptr_t)id;
	change->section_len = motet__length(id_len);
	return motet__ioctl(fd, MOTET_IOC_SECTION_CHANGE, change);
}

int motet_section_expire(int fd, const void *id, size_t id_len,
			 __u64 expires)
{
	struct motet_section_change change = {
		.flags = MOTET_SECTION_EXPIRES,
		.expires = expires,
	};

	return motet__section_change(fd, id, id_len, &change);
}

int motet_section_mark(int fd, const void *id, size_t id_len,
		       unsigned int state)
{
	struct motet_section_change change = {
		.flags = MOTET_SECTION_STATE,
		.state = state,
	};

	return motet__section_change(fd, id, id_len, &change);
}

int motet_section_next(int fd, struct motet_section_next *next)
{
	return motet__ioctl(fd, MOTET_IOC_SECTION_NEXT, next);
}

int motet_section_write(int fd, const void *id, size_t id_len, __u64 offset,
			const void *data, size_t len)
{
	struct motet_checkpoint_element element;

	motet_checkpoint_element_init(&element, id, id_len, offset, data, len);
	return motet_checkpoint_write(fd, &element, 1, NULL);
}

int motet_section_overwrite(int fd, const void *id, size_t id_len,
			    const void *data, size_t len)
{
	struct motet_checkpoint_element element;

	motet_checkpoint_element_init(&element, id, id_len, 0, data, len);
	element.flags = MOTET_ELEMENT_OVERWRITE;
	return motet_checkpoint_write(fd, &element, 1, NULL);
}

ssize_t motet_section_read(int fd, const void *id, size_t id_len,
			   __u64 offset, void *data, size_t len)
{
	struct motet_checkpoint_element element;
	int ret;

	motet_checkpoint_element_init(&element, id, id_len, offset, data, len);
	ret = motet_checkpoint_read(fd, &element, 1, NULL);
	return ret < 0 ? ret : (ssize_t)element.done;
}
