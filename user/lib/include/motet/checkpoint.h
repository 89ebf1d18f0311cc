/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: checkpoints. Programs include <motet/motet.h>.
 */
#ifndef MOTET_CHECKPOINT_H
#define MOTET_CHECKPOINT_H

#include <sys/types.h>

#include <linux/motet_checkpoint.h>
#include <linux/motet_checkpoint_view.h>

#include <motet/motet.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: checkpoints
 *
 * A checkpoint holds sections; a section is bytes under an id, which is bytes
 * too. The id of the default section has none: NULL and 0.
 *
 * What one call reads or writes, of one section or of several, is of one moment.
 */

/**
 * motet_checkpoint_attributes_init() - describe a checkpoint with defaults
 * @attributes: what to initialise
 * @sections: sections that it may have; with 1 it has only the default section
 * @bytes: bytes that each of them may have
 *
 * All sections may be full; ids have up to %MOTET_SECTION_ID_MAX bytes; no
 * retention. Change the fields as needed.
 */
static inline void
motet_checkpoint_attributes_init(struct motet_checkpoint_attributes *attributes,
				 unsigned int sections, __u64 bytes)
{
	memset(attributes, 0, sizeof(*attributes));
	attributes->sections_max = sections;
	attributes->section_bytes_max = bytes;
	attributes->bytes_max = sections * bytes;
	attributes->section_id_max = MOTET_SECTION_ID_MAX;
}

/**
 * motet_checkpoint_element_init() - describe a part of a section
 * @element: what to initialise
 * @id: id of the section
 * @id_len: its length
 * @offset: where the part begins
 * @data: what is to be written, or room for what is read
 * @len: length of that
 */
static inline void
motet_checkpoint_element_init(struct motet_checkpoint_element *element,
			      const void *id, size_t id_len, __u64 offset,
			      const void *data, size_t len)
{
	memset(element, 0, sizeof(*element));
	element->size = sizeof(*element);
	element->section = (uintptr_t)id;
	element->section_len = motet__length(id_len);
	element->offset = offset;
	element->data = (uintptr_t)data;
	element->data_len = len;
}

/**
 * motet_checkpoint_open_full() - open a checkpoint with all that can be chosen
 * @actor: an actor of this process
 * @open: which, what for, and what it is to be if it is created; out: its
 *	identifier, and whether it was created
 *
 * Return: the checkpoint; or -EACCES (its mode), -EDQUOT (a limit of the user or
 * the domain), -EEXIST (it is there with other attributes), -EINVAL (attributes
 * that contradict each other or are beyond the limits), -ENOENT (no such name),
 * -EPERM (another process opened the actor), -EMFILE, -ENFILE, -ENOMEM.
 */
int motet_checkpoint_open_full(int actor, struct motet_checkpoint_open *open);

/**
 * motet_checkpoint_open() - open a checkpoint that is there
 * @actor: an actor of this process
 * @name: its name
 * @flags: %MOTET_CHECKPOINT_READ, %MOTET_CHECKPOINT_WRITE, or both
 *
 * Return: the checkpoint, or an error of motet_checkpoint_open_full().
 */
int motet_checkpoint_open(int actor, const char *name, unsigned int flags);

/**
 * motet_checkpoint_create() - open a checkpoint, and create it if need be
 * @actor: an actor of this process
 * @name: its name, 1 to %MOTET_NAME_MAX bytes
 * @mode: mode bits, for example 0600
 * @attributes: what it is, or is to be
 *
 * To read and to write.
 *
 * Return: the checkpoint, or an error of motet_checkpoint_open_full().
 */
int motet_checkpoint_create(int actor, const char *name, unsigned int mode,
			    const struct motet_checkpoint_attributes *attributes);

/**
 * motet_checkpoint_unlink() - take the name of a checkpoint away
 * @actor: an actor of this process
 * @name: its name
 *
 * It is gone when nobody has it open.
 *
 * Return: 0; or -EACCES (its mode: administer), -ENOENT, -EPERM (another process
 * opened the actor).
 */
int motet_checkpoint_unlink(int actor, const char *name);

/**
 * motet_checkpoint_limits_get() - ask what checkpoints there may be
 * @actor: an actor of this process
 * @limits: in: its size; out: all else
 *
 * Return: 0, or -EPERM (another process opened the actor).
 */
int motet_checkpoint_limits_get(int actor,
				struct motet_checkpoint_limits *limits);

/**
 * motet_checkpoint_retain() - say how long a checkpoint stays unopened
 * @fd: the checkpoint, open for writing
 * @retention: nanoseconds; %UINT64_MAX is until it is unlinked
 *
 * Return: 0; or -EACCES (not open for writing), -ENOENT (it has no name).
 */
int motet_checkpoint_retain(int fd, __u64 retention);

/**
 * motet_checkpoint_status_get() - ask what a checkpoint is
 * @fd: the checkpoint
 * @status: in: its size; out: all else
 *
 * Return: 0.
 */
int motet_checkpoint_status_get(int fd, struct motet_checkpoint_status *status);

/**
 * motet_checkpoint_write() - write parts of sections, all or nothing
 * @fd: the checkpoint, open for writing
 * @elements: the parts, see motet_checkpoint_element_init()
 * @count: how many, 1 to %MOTET_CHECKPOINT_VECTOR_MAX
 * @failed: out: on an error, which of them was refused; may be NULL
 *
 * Return: 0; or -EACCES (not open for writing), -EINVAL (beyond
 * section_bytes_max), -ENOENT (no such section), -ENOSPC (beyond bytes_max),
 * -EMSGSIZE (too much for one call), -EDQUOT, -ENOMEM.
 */
int motet_checkpoint_write(int fd,
			   const struct motet_checkpoint_element *elements,
			   unsigned int count, unsigned int *failed);

/**
 * motet_checkpoint_read() - read parts of sections, all of one moment
 * @fd: the checkpoint, open for reading
 * @elements: the parts, see motet_checkpoint_element_init(); out: @done and
 *	@bytes
 * @count: how many, 1 to %MOTET_CHECKPOINT_VECTOR_MAX
 * @failed: out: on an error, which of them was refused; may be NULL
 *
 * Return: 0; or -EACCES (not open for reading), -EINVAL (from behind the end of
 * a section), -ENOENT (no such section), -EMSGSIZE (too much for one call),
 * -EDQUOT, -ENOMEM.
 */
int motet_checkpoint_read(int fd, struct motet_checkpoint_element *elements,
			  unsigned int count, unsigned int *failed);

/**
 * motet_checkpoint_track() - be told of the changes of a checkpoint
 * @port: holder of the port that is to be told, or an actor
 * @checkpoint: identifier of the checkpoint
 * @id: id of the section that it is about, or NULL for all of them
 * @id_len: length of that
 *
 * The port gets %MOTET_EXCEPTION_CHECKPOINT with a &struct
 * motet_checkpoint_event, at most one that is unread: what changes then is added
 * to it.
 *
 * Return: 0; or -EACCES (its mode: receive), -EDQUOT (too many trackers),
 * -EEXIST (the port tracks this), -EPERM (this process does not hold the port),
 * -ESRCH (no such checkpoint), -ENOMEM.
 */
int motet_checkpoint_track(int port, const struct motet_id *checkpoint,
			   const void *id, size_t id_len);

/**
 * motet_checkpoint_untrack() - be told no more
 * @port: as it was given to motet_checkpoint_track()
 * @checkpoint: identifier of the checkpoint
 * @id: as it was given
 * @id_len: as it was given
 *
 * Return: 0; or -ENOENT (the port does not track this), -EPERM, -ESRCH.
 */
int motet_checkpoint_untrack(int port, const struct motet_id *checkpoint,
			     const void *id, size_t id_len);

/**
 * motet_section_create() - create a section
 * @fd: the checkpoint, open for writing
 * @id: its id
 * @id_len: length of that
 * @data: what it has in the beginning
 * @len: length of that
 * @expires: when it is to be deleted, nanoseconds of CLOCK_BOOTTIME; 0 is never
 *
 * Return: 0; or -EACCES (not open for writing), -EEXIST (there is one with this
 * id, or only the default section), -ENOSPC (the checkpoint is full), -EMSGSIZE
 * (too much for one call), -EDQUOT, -ENOMEM.
 */
int motet_section_create(int fd, const void *id, size_t id_len,
			 const void *data, size_t len, __u64 expires);

/**
 * motet_section_make() - create a section with an id of the kernel's making
 * @fd: the checkpoint, open for writing
 * @id: out: its id
 * @data: what it has in the beginning
 * @len: length of that
 * @expires: as for motet_section_create()
 *
 * Return: 0 or an error of motet_section_create().
 */
int motet_section_make(int fd, __u8 id[MOTET_SECTION_ID_MADE],
		       const void *data, size_t len, __u64 expires);

/**
 * motet_section_delete() - delete a section
 * @fd: the checkpoint, open for writing
 * @id: its id
 * @id_len: length of that
 *
 * Return: 0; or -EACCES (not open for writing), -EINVAL (the default section),
 * -ENOENT.
 */
int motet_section_delete(int fd, const void *id, size_t id_len);

/**
 * motet_section_expire() - say when a section is to be deleted
 * @fd: the checkpoint, open for writing
 * @id: its id
 * @id_len: length of that
 * @expires: nanoseconds of CLOCK_BOOTTIME; 0 is never
 *
 * Return: 0; or -EACCES (not open for writing), -EINVAL (that has passed, or the
 * default section), -ENOENT.
 */
int motet_section_expire(int fd, const void *id, size_t id_len,
			 __u64 expires);

/**
 * motet_section_mark() - say whether what a section has can be relied on
 * @fd: the checkpoint, open for writing
 * @id: its id
 * @id_len: length of that
 * @state: %MOTET_SECTION_VALID or %MOTET_SECTION_CORRUPTED
 *
 * Return: 0; or -EACCES (not open for writing), -ENOENT.
 */
int motet_section_mark(int fd, const void *id, size_t id_len,
		       unsigned int state);

/**
 * motet_section_next() - go to the next section
 * @fd: the checkpoint, open for reading
 * @next: in: filter, cursor, room for the id; out: what the section is
 *
 * Return: 0; or -EACCES (not open for reading), -EMSGSIZE (no room for the id),
 * -ENOENT (there are no more).
 */
int motet_section_next(int fd, struct motet_section_next *next);

/**
 * motet_section_write() - write a part of one section
 * @fd: the checkpoint, open for writing
 * @id: id of the section
 * @id_len: length of that
 * @offset: where
 * @data: what
 * @len: length of that
 *
 * Return: 0 or an error of motet_checkpoint_write().
 */
int motet_section_write(int fd, const void *id, size_t id_len, __u64 offset,
			const void *data, size_t len);

/**
 * motet_section_overwrite() - let a section have this and nothing else
 * @fd: the checkpoint, open for writing
 * @id: id of the section
 * @id_len: length of that
 * @data: what
 * @len: length of that
 *
 * Return: 0 or an error of motet_checkpoint_write().
 */
int motet_section_overwrite(int fd, const void *id, size_t id_len,
			    const void *data, size_t len);

/**
 * motet_section_read() - read a part of one section
 * @fd: the checkpoint, open for reading
 * @id: id of the section
 * @id_len: length of that
 * @offset: from where
 * @data: room for it
 * @len: how much room
 *
 * Return: how much was read, or an error of motet_checkpoint_read().
 */
ssize_t motet_section_read(int fd, const void *id, size_t id_len,
			   __u64 offset, void *data, size_t len);

/** struct motet_view - a section that is read in mapped memory */
struct motet_view;

/**
 * motet_checkpoint_view() - read a section without a system call from now on
 * @fd: the checkpoint, open for reading; it is to stay open as long as the view
 * @id: id of the section
 * @id_len: length of that
 * @room: how many bytes it may have before memory has to be mapped anew; 0 for
 *	as many as it has now
 * @view: out: the view, for motet_view_close()
 *
 * The memory, @room and a page or two, is charged to this user. A view is for
 * one thread at a time; a child may use it after fork() as its own.
 *
 * Return: 0; or -EACCES (not open for reading), -EDQUOT (too many views, or
 * bytes of this user), -EINVAL (more than section_bytes_max), -ENOENT (no such
 * section), -EMFILE, -ENFILE, -ENOMEM.
 */
int motet_checkpoint_view(int fd, const void *id, size_t id_len, __u64 room,
			  struct motet_view **view);

/**
 * motet_view_read() - read a part of the section of a view
 * @view: the view
 * @offset: from where
 * @data: room for it
 * @len: how much room
 *
 * What motet_section_read() would read, of one moment as there; but without a
 * system call, unless the section is being changed all the time, has grown
 * beyond its room, or is another one under this id. Then it is read by a call,
 * or memory is mapped anew.
 *
 * Return: how much was read; or -EINVAL (from behind its end), -ENOENT (no such
 * section any more), -ESRCH (the checkpoint is gone), or an error of
 * motet_checkpoint_read().
 */
ssize_t motet_view_read(struct motet_view *view, __u64 offset, void *data,
			size_t len);

/**
 * motet_view_status() - ask what the section of a view is
 * @view: the view
 * @header: in: its size; out: all else, of one moment: @generation tells whether
 *	it has been written, @flags whether it has grown, or been deleted
 *
 * Never makes a system call.
 *
 * Return: 0, or -EAGAIN if it is being changed all the time.
 */
int motet_view_status(const struct motet_view *view,
		      struct motet_view_header *header);

/**
 * motet_view_close() - read it no more
 * @view: the view, or NULL
 */
void motet_view_close(struct motet_view *view);

#ifdef __cplusplus
}
#endif

#endif /* MOTET_CHECKPOINT_H */
