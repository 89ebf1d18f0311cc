/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: views of checkpoints, by which sections are read in mapped memory.
 */
#ifndef _UAPI_LINUX_MOTET_CHECKPOINT_VIEW_H
#define _UAPI_LINUX_MOTET_CHECKPOINT_VIEW_H

#include <linux/motet_checkpoint.h>

/**
 * DOC: view
 *
 * A *view* shows one section of a checkpoint in memory that a process maps, so
 * that it reads without a system call. What it reads is of one moment, as by a
 * call; it is told in the same memory when the section grows beyond it, or ends.
 * A view ends then; whoever wants to go on makes another. Nothing is ever taken
 * away from under a reader.
 */

/**
 * struct motet_view_open - MOTET_IOC_CHECKPOINT_VIEW: read a section in memory
 * @size: size of this struct
 * @flags: 0
 * @section: pointer to the id of the section
 * @section_len: length of the id
 * @fd_flags: 0
 * @room: bytes that there is to be room for, at least, as the section may grow;
 *	it has room for what the section has now in any case
 * @length: out: bytes to map
 * @fd: out: the view
 * @pad: 0
 *
 * On a checkpoint that is open for reading. The file descriptor is good for
 * mmap() only: PROT_READ (or PROT_NONE), MAP_SHARED, from offset 0, at most
 * @length bytes. What is mapped begins with a &struct motet_view_header.
 *
 * A view does not keep its checkpoint open, and ends with it. But its memory is
 * there until it is closed and unmapped everywhere: it can be read whatever
 * happens, and never faults. A child inherits the mapping, and whoever the file
 * descriptor is passed to may read as well. Whoever makes a view is charged for
 * its memory, @length bytes. Who writes the section copies what is written into
 * each of its views.
 *
 * ======= ==========================================================
 * EACCES  it is not open for reading; mmap: to write or to execute
 * EDQUOT  the user has as many bytes as it may; or the checkpoint has as many
 *	   views as it may (module parameter checkpoint_views_max)
 * EINVAL  @room is beyond section_bytes_max; mmap: MAP_PRIVATE, or a part that
 *	   does not begin at 0 or is too long
 * ENOENT  no section has this id
 * EMFILE  no file descriptor is left (or ENFILE)
 * ======= ==========================================================
 */
struct motet_view_open {
	__u32 size;
	__u32 flags;
	__aligned_u64 section;
	__u32 section_len;
	__u32 fd_flags;
	__aligned_u64 room;
	__aligned_u64 length;
	__s32 fd;
	__u32 pad;
};

#define MOTET_VIEW_OPEN_SIZE_VER0	48

/**
 * DOC: flags of a view
 *
 * MOTET_VIEW_RESIZED
 *	The section has more bytes than there is room for. A new view has room.
 * MOTET_VIEW_DELETED, MOTET_VIEW_EXPIRED
 *	That happened to the section.
 * MOTET_VIEW_GONE
 *	The checkpoint is gone.
 * MOTET_VIEW_UNLINKED
 *	The checkpoint has no name any more; its sections are written and read on.
 *
 * With one of %MOTET_VIEW_ENDED the view has ended: what it has is what the
 * section had last (before it grew), and will not change any more. A flag that is
 * set stays set.
 */
#define MOTET_VIEW_RESIZED		(1U << 0)
#define MOTET_VIEW_DELETED		(1U << 1)
#define MOTET_VIEW_EXPIRED		(1U << 2)
#define MOTET_VIEW_GONE			(1U << 3)
#define MOTET_VIEW_UNLINKED		(1U << 4)

#define MOTET_VIEW_ENDED						\
	(MOTET_VIEW_RESIZED | MOTET_VIEW_DELETED | MOTET_VIEW_EXPIRED |	\
	 MOTET_VIEW_GONE)

/**
 * struct motet_view_header - what a view begins with
 * @size: size of this struct
 * @sequence: counts the changes of the view, by two; odd while it is changed
 * @flags: see flags of a view
 * @state: &enum motet_section_state
 * @data: where the data is, bytes from here
 * @room: bytes that there is room for
 * @bytes: bytes that the section has
 * @generation: number of the change of its data that is the last in here
 * @updated: when that was, CLOCK_REALTIME
 *
 * To read: load @sequence with acquire semantics, and begin again if it is odd;
 * read what is wanted, of the header too; then an acquire fence; if @sequence is
 * not the same now, what was read is of no use, begin again. Before that @bytes
 * can't be relied on either: take no more than @room. A writer may be preempted
 * while it is odd: after some tries read by MOTET_IOC_CHECKPOINT_READ, which
 * waits. The count starts over after 2^32; @generation, read with the rest, does
 * not. All writes of one call are one change of a view; changes of several
 * sections are one for MOTET_IOC_CHECKPOINT_READ, but not for several views.
 * @size, @data and @room never change.
 */
struct motet_view_header {
	__u32 size;
	__u32 sequence;
	__u32 flags;
	__u32 state;
	__aligned_u64 data;
	__aligned_u64 room;
	__aligned_u64 bytes;
	__aligned_u64 generation;
	__aligned_u64 updated;
};

#define MOTET_VIEW_HEADER_SIZE_VER0	56

/**
 * define MOTET_IOC_CHECKPOINT_VIEW - &struct motet_view_open; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_VIEW	_IO(MOTET_IOC_MAGIC, 0x5c)

#endif /* _UAPI_LINUX_MOTET_CHECKPOINT_VIEW_H */
