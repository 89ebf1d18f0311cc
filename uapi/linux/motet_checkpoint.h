/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: checkpoints, which hold the state of processes, and outlive them.
 *
 * The ioctl interface to checkpoints.
 */
#ifndef _UAPI_LINUX_MOTET_CHECKPOINT_H
#define _UAPI_LINUX_MOTET_CHECKPOINT_H

#include <linux/motet.h>

/**
 * DOC: checkpoint
 *
 * A checkpoint is a set of *sections*, each a string of bytes under an id. It
 * has a name by which processes open it; what they write is there for whoever
 * opens it after them. It stays while it is open anywhere, and after that for
 * its retention time; without one it is gone when its last opener has closed it.
 *
 * A call that writes changes all that it says, in several sections too, or
 * nothing, and at one moment: no reader sees a part of it, wherever the writer
 * is killed. A call that reads sees one moment, also of several sections. None
 * waits for the memory of another: what is to be written is copied in before
 * anything is changed, and what was read is copied out after that is over.
 *
 * If a replicator follows the checkpoint (linux/motet_replicator.h), whatever
 * changes sections waits until it has room for that; interrupted meanwhile it is
 * EINTR, and nothing is changed.
 *
 * Conventions and errors are those of linux/motet.h. Further
 *
 * ======= ==========================================================
 * EACCES  the file descriptor was not opened for this
 * EDQUOT  it would keep more than the user may have
 *	   (user_checkpoint_bytes_max)
 * ENOENT  no section has this id
 * ENOSPC  the checkpoint is full: its sections_max or its bytes_max
 * ======= ==========================================================
 */

/** define MOTET_SECTION_ID_MAX - longest id of a section, in bytes; any bytes */
#define MOTET_SECTION_ID_MAX		128

/** define MOTET_SECTION_ID_MADE - length of an id that the kernel makes */
#define MOTET_SECTION_ID_MADE		8

/** define MOTET_CHECKPOINT_VECTOR_MAX - most elements in one call */
#define MOTET_CHECKPOINT_VECTOR_MAX	1024

/**
 * struct motet_checkpoint_attributes - what a checkpoint is created with
 * @kind: what it is to its users; the kernel only compares it
 * @sections_max: sections that it may have. With 1 it has one, the *default
 *	section*, from the beginning and for good; its id has no bytes
 * @bytes_max: bytes of all sections together
 * @section_bytes_max: bytes of one section
 * @section_id_max: length of ids of sections, at most %MOTET_SECTION_ID_MAX; 0
 *	only if there is but the default section
 * @pad: 0
 * @retention: how long it is to stay when nobody has it open, nanoseconds of
 *	CLOCK_BOOTTIME. The largest is until it is unlinked
 *
 * @bytes_max is at most @sections_max times @section_bytes_max.
 */
struct motet_checkpoint_attributes {
	__u32 kind;
	__u32 sections_max;
	__aligned_u64 bytes_max;
	__aligned_u64 section_bytes_max;
	__u32 section_id_max;
	__u32 pad;
	__aligned_u64 retention;
};

/**
 * DOC: flags of opening
 *
 * MOTET_CHECKPOINT_READ
 *	To read. Asks for the right to receive.
 * MOTET_CHECKPOINT_WRITE
 *	To write, to create and delete sections, and to change. Asks for the right
 *	to send.
 * MOTET_CHECKPOINT_CREATE
 *	Create it if none has the name. Whoever creates it needs no right on it.
 */
#define MOTET_CHECKPOINT_READ		(1U << 0)
#define MOTET_CHECKPOINT_WRITE		(1U << 1)
#define MOTET_CHECKPOINT_CREATE		(1U << 2)

/**
 * struct motet_checkpoint_open - MOTET_IOC_CHECKPOINT_OPEN: open, perhaps create
 * @size: size of this struct
 * @flags: see flags of opening; at least one
 * @fd_flags: see flags of a new file descriptor
 * @mode: create: mode bits: read, write, unlink; else 0
 * @name: pointer to the name
 * @name_len: length of the name in bytes
 * @fd: out: the checkpoint
 * @attributes: create: what it is to be; else 0
 * @created: out: 1 if it was created
 * @pad: 0
 * @id: out: its identifier
 *
 * On an actor, by the process that opened it. The file descriptor may be passed
 * on and inherited, and does what it was opened for in any process; the
 * checkpoint is open until it is closed everywhere. One that is created is
 * charged to the user of the caller until it is gone: @bytes_max, and for each
 * section a page more.
 *
 * ======= ==========================================================
 * EACCES  the checkpoint's mode
 * EDQUOT  the user or the domain has as many checkpoints, or bytes, as it may
 * EEXIST  create: one has this name, and was created with other attributes
 * EINVAL  the attributes contradict each other, or are beyond the limits
 *	   (MOTET_IOC_CHECKPOINT_LIMITS)
 * ENOENT  no checkpoint has this name
 * EPERM   another process opened the actor
 * EMFILE  no file descriptor is left (or ENFILE)
 * ======= ==========================================================
 */
struct motet_checkpoint_open {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 mode;
	__aligned_u64 name;
	__u32 name_len;
	__s32 fd;
	struct motet_checkpoint_attributes attributes;
	__u32 created;
	__u32 pad;
	struct motet_id id;
};

#define MOTET_CHECKPOINT_OPEN_SIZE_VER0	96

/**
 * struct motet_checkpoint_name - MOTET_IOC_CHECKPOINT_UNLINK: take the name away
 * @size: size of this struct
 * @flags: 0
 * @name: pointer to the name
 * @name_len: length of the name in bytes
 * @pad: 0
 * @id: out: its identifier
 *
 * On an actor, by the process that opened it. Another one may have the name at
 * once. Whoever has the checkpoint open goes on; it is gone with the last of
 * them, at once if there is none.
 *
 * ======= ==========================================================
 * EACCES  the checkpoint's mode: administer
 * ENOENT  no checkpoint has this name
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_checkpoint_name {
	__u32 size;
	__u32 flags;
	__aligned_u64 name;
	__u32 name_len;
	__u32 pad;
	struct motet_id id;
};

#define MOTET_CHECKPOINT_NAME_SIZE_VER0	40

/**
 * struct motet_checkpoint_limits - MOTET_IOC_CHECKPOINT_LIMITS: what there may be
 * @size: size of this struct
 * @flags: out: 0
 * @sections_max: out: largest &motet_checkpoint_attributes.sections_max
 * @section_id_max: out: %MOTET_SECTION_ID_MAX
 * @bytes_max: out: largest &motet_checkpoint_attributes.bytes_max
 * @section_bytes_max: out: largest
 *	&motet_checkpoint_attributes.section_bytes_max
 * @call_bytes_max: out: bytes that one call may read or write
 * @vector_max: out: %MOTET_CHECKPOINT_VECTOR_MAX
 * @user_checkpoints_max: out: checkpoints that one user may own on this machine
 * @user_bytes_max: out: bytes that they may be charged for together
 * @domain_checkpoints_max: out: checkpoints that the domain may have
 * @pad: out: 0
 *
 * On an actor, by the process that opened it; else EPERM. They are parameters
 * of the module: checkpoint_sections_max and so on.
 */
struct motet_checkpoint_limits {
	__u32 size;
	__u32 flags;
	__u32 sections_max;
	__u32 section_id_max;
	__aligned_u64 bytes_max;
	__aligned_u64 section_bytes_max;
	__aligned_u64 call_bytes_max;
	__u32 vector_max;
	__u32 user_checkpoints_max;
	__aligned_u64 user_bytes_max;
	__u32 domain_checkpoints_max;
	__u32 pad;
};

#define MOTET_CHECKPOINT_LIMITS_SIZE_VER0 64

/**
 * struct motet_checkpoint_change - MOTET_IOC_CHECKPOINT_CHANGE: its retention
 * @size: size of this struct
 * @flags: 0
 * @retention: as when it was created; counts from the next time that nobody has
 *	the checkpoint open
 *
 * On a checkpoint that is open for writing. It still is the same to whoever
 * creates it with the attributes that it was created with.
 *
 * ======= ==========================================================
 * EACCES  it is not open for writing
 * ENOENT  it has no name any more
 * ======= ==========================================================
 */
struct motet_checkpoint_change {
	__u32 size;
	__u32 flags;
	__aligned_u64 retention;
};

#define MOTET_CHECKPOINT_CHANGE_SIZE_VER0 16

/**
 * DOC: states of a checkpoint
 *
 * MOTET_CHECKPOINT_EXHAUSTED
 *	It has all the sections, or all the bytes, that it may have.
 * MOTET_CHECKPOINT_UNLINKED
 *	It has no name any more.
 */
#define MOTET_CHECKPOINT_EXHAUSTED	(1U << 0)
#define MOTET_CHECKPOINT_UNLINKED	(1U << 1)

/**
 * struct motet_checkpoint_status - MOTET_IOC_CHECKPOINT_STATUS: what it is
 * @size: size of this struct
 * @flags: out: see states of a checkpoint
 * @attributes: out: what it was created with
 * @mode: out: mode bits
 * @sections: out: sections that it has
 * @bytes: out: bytes of them together
 * @memory: out: memory that their content takes, in bytes
 * @retention: out: nanoseconds
 * @generation: out: number of the last change
 * @reads: out: how many calls have read
 * @writes: out: how many have written
 * @handles: out: how often it is open
 * @pad: out: 0
 * @id: out: its identifier
 *
 * On a checkpoint, by whoever has it.
 */
struct motet_checkpoint_status {
	__u32 size;
	__u32 flags;
	struct motet_checkpoint_attributes attributes;
	__u32 mode;
	__u32 sections;
	__aligned_u64 bytes;
	__aligned_u64 memory;
	__aligned_u64 retention;
	__aligned_u64 generation;
	__aligned_u64 reads;
	__aligned_u64 writes;
	__u32 handles;
	__u32 pad;
	struct motet_id id;
};

#define MOTET_CHECKPOINT_STATUS_SIZE_VER0 128

/**
 * DOC: flags of a new section
 *
 * MOTET_SECTION_MAKE_ID
 *	The kernel makes an id that no section has; the checkpoint must allow ids
 *	of %MOTET_SECTION_ID_MADE bytes.
 */
#define MOTET_SECTION_MAKE_ID		(1U << 0)

/**
 * struct motet_section_create - MOTET_IOC_SECTION_CREATE: a new section
 * @size: size of this struct
 * @flags: see flags of a new section
 * @section: pointer to its id; 0 with %MOTET_SECTION_MAKE_ID
 * @section_len: length of its id; 0 with %MOTET_SECTION_MAKE_ID
 * @pad: 0
 * @data: pointer to what it has in the beginning
 * @data_len: length of that
 * @expires: when it is to be deleted, CLOCK_BOOTTIME; 0 is never
 * @made: out: with %MOTET_SECTION_MAKE_ID its id, else 0
 *
 * On a checkpoint that is open for writing. A time that has passed is EINVAL. If
 * this struct could be written at the beginning, but at the end it can't, that
 * is EFAULT, and the section is there.
 *
 * ======== =========================================================
 * EACCES   it is not open for writing
 * EEXIST   a section has this id; or there is but the default section
 * EMSGSIZE the data is more than one call may write
 * ENOSPC   there is no room for one more section, or for its data
 * ======== =========================================================
 */
struct motet_section_create {
	__u32 size;
	__u32 flags;
	__aligned_u64 section;
	__u32 section_len;
	__u32 pad;
	__aligned_u64 data;
	__aligned_u64 data_len;
	__aligned_u64 expires;
	__u8 made[MOTET_SECTION_ID_MADE];
};

#define MOTET_SECTION_CREATE_SIZE_VER0	56

/**
 * struct motet_section_name - MOTET_IOC_SECTION_DELETE: delete a section
 * @size: size of this struct
 * @flags: 0
 * @section: pointer to its id
 * @section_len: length of its id
 * @pad: 0
 *
 * On a checkpoint that is open for writing. The default section can't be
 * deleted: EINVAL.
 *
 * ======= ==========================================================
 * EACCES  it is not open for writing
 * ENOENT  no section has this id
 * ======= ==========================================================
 */
struct motet_section_name {
	__u32 size;
	__u32 flags;
	__aligned_u64 section;
	__u32 section_len;
	__u32 pad;
};

#define MOTET_SECTION_NAME_SIZE_VER0	24

/**
 * enum motet_section_state - whether what a section has is as it was written
 * @MOTET_SECTION_VALID: it is
 * @MOTET_SECTION_CORRUPTED: whoever writes it says that it is not; until it is
 *	overwritten
 */
enum motet_section_state {
	MOTET_SECTION_VALID	= 1,
	MOTET_SECTION_CORRUPTED	= 2,
};

/**
 * DOC: flags of a changed section
 *
 * MOTET_SECTION_EXPIRES
 *	It expires at @expires. Not the default section, which never does.
 * MOTET_SECTION_STATE
 *	It is in @state.
 */
#define MOTET_SECTION_EXPIRES		(1U << 0)
#define MOTET_SECTION_STATE		(1U << 1)

/**
 * struct motet_section_change - MOTET_IOC_SECTION_CHANGE: what is not its data
 * @size: size of this struct
 * @flags: see flags of a changed section; at least one
 * @section: pointer to its id
 * @section_len: length of its id
 * @state: &enum motet_section_state; 0 if it is not to be changed
 * @expires: as for a new section; 0 if it is not to be changed
 *
 * On a checkpoint that is open for writing.
 *
 * ======= ==========================================================
 * EACCES  it is not open for writing
 * ENOENT  no section has this id
 * ======= ==========================================================
 */
struct motet_section_change {
	__u32 size;
	__u32 flags;
	__aligned_u64 section;
	__u32 section_len;
	__u32 state;
	__aligned_u64 expires;
};

#define MOTET_SECTION_CHANGE_SIZE_VER0	32

/**
 * enum motet_section_filter - which sections MOTET_IOC_SECTION_NEXT goes through
 * @MOTET_SECTIONS_FOREVER: those that never expire
 * @MOTET_SECTIONS_UNTIL: those that expire at @when or before
 * @MOTET_SECTIONS_FROM: those that expire at @when, after it, or never
 * @MOTET_SECTIONS_CORRUPTED: those that are corrupted
 * @MOTET_SECTIONS_ANY: all
 * @MOTET_SECTIONS_SINCE: those that were created or changed after the
 *	generation @when
 */
enum motet_section_filter {
	MOTET_SECTIONS_FOREVER		= 1,
	MOTET_SECTIONS_UNTIL		= 2,
	MOTET_SECTIONS_FROM		= 3,
	MOTET_SECTIONS_CORRUPTED	= 4,
	MOTET_SECTIONS_ANY		= 5,
	MOTET_SECTIONS_SINCE		= 6,
};

/**
 * struct motet_section_next - MOTET_IOC_SECTION_NEXT: go through sections
 * @size: size of this struct
 * @flags: 0
 * @filter: &enum motet_section_filter
 * @section_cap: bytes that there is room for at @section
 * @section: pointer to room for the id
 * @when: see the filter; else 0
 * @cursor: in: 0 for the first, or what came out before. out: for the next
 * @section_len: out: length of the id, also with EMSGSIZE
 * @state: out: &enum motet_section_state
 * @bytes: out: bytes that it has
 * @expires: out: when it expires, CLOCK_BOOTTIME; 0 is never
 * @updated: out: when it was created or written, CLOCK_REALTIME
 * @generation: out: number of the change that did so
 *
 * On a checkpoint that is open for reading. Sections come in the order of their
 * creation, each once; those that are created while one goes through them come
 * too, those that are deleted do not, and the cursor stays good whatever
 * happens. It keeps nothing in the kernel.
 *
 * ======== =========================================================
 * EACCES   it is not open for reading
 * EMSGSIZE the id is longer than @section_cap; the cursor is unchanged
 * ENOENT   there are no more
 * ======== =========================================================
 */
struct motet_section_next {
	__u32 size;
	__u32 flags;
	__u32 filter;
	__u32 section_cap;
	__aligned_u64 section;
	__aligned_u64 when;
	__aligned_u64 cursor;
	__u32 section_len;
	__u32 state;
	__aligned_u64 bytes;
	__aligned_u64 expires;
	__aligned_u64 updated;
	__aligned_u64 generation;
};

#define MOTET_SECTION_NEXT_SIZE_VER0	80

/**
 * DOC: flags of an element
 *
 * MOTET_ELEMENT_OVERWRITE
 *	Write: the section is to have this and nothing else; @offset is 0. It is
 *	valid then.
 */
#define MOTET_ELEMENT_OVERWRITE		(1U << 0)

/**
 * struct motet_checkpoint_element - a part of a section to read or to write
 * @size: size of this struct
 * @flags: see flags of an element
 * @section: pointer to the id of the section
 * @section_len: length of the id
 * @pad: 0
 * @offset: where the part begins in the section
 * @data: pointer to what is to be written, or to room for what is read
 * @data_len: length of that
 * @done: read: out: bytes read: as many as there is room for, or less at the end
 *	of the section
 * @bytes: read: out: bytes that the section had
 *
 * A section grows when it is written behind its end; between is zero. What was
 * never written takes no memory.
 */
struct motet_checkpoint_element {
	__u32 size;
	__u32 flags;
	__aligned_u64 section;
	__u32 section_len;
	__u32 pad;
	__aligned_u64 offset;
	__aligned_u64 data;
	__aligned_u64 data_len;
	__aligned_u64 done;
	__aligned_u64 bytes;
};

#define MOTET_CHECKPOINT_ELEMENT_SIZE_VER0 64

/**
 * DOC: flags of writing
 *
 * MOTET_CHECKPOINT_SYNC
 *	To return when the replicator has acknowledged it, if there is one; see
 *	linux/motet_replicator.h.
 */
#define MOTET_CHECKPOINT_SYNC		(1U << 0)

/**
 * struct motet_checkpoint_io - MOTET_IOC_CHECKPOINT_WRITE, MOTET_IOC_CHECKPOINT_READ
 * @size: size of this struct
 * @flags: write: see flags of writing; read: 0
 * @elements: pointer to elements: &struct motet_checkpoint_element
 * @count: how many, 1 to %MOTET_CHECKPOINT_VECTOR_MAX
 * @element_size: bytes from one to the next
 * @failed: out, also with an error: which element it is that was refused;
 *	@count if it was none
 * @pad: 0
 * @generation: out: write: number of the change. Read: number of the last one
 *	before it
 * @deadline: write: how long to wait for the replicator; read: 0
 *
 * On a checkpoint that is open for writing, or for reading. All or nothing, at
 * one moment. Elements are written in their order, so that a later one writes
 * over an earlier one. If this struct could be written at the beginning, but at
 * the end it can't, that is EFAULT, and all is written.
 *
 * =========== ======================================================
 * EACCES      it is not open for this
 * EAGAIN      write: the replicator has no room for it yet, and the file
 *	       descriptor is O_NONBLOCK; nothing is written
 * EINPROGRESS sync: it is written, and not acknowledged: a signal came, or the
 *	       deadline passed, or the file descriptor is O_NONBLOCK
 * EINTR       write: a signal came before there was room; nothing is written
 * EINVAL      of an element: what it writes is beyond section_bytes_max; it reads
 *	       from behind the end of the section
 * EMSGSIZE    all together is more than one call may write, or would read
 * ENOENT      no section has this id
 * ENOLINK     sync: it is written, and the replicator was closed before it
 *	       acknowledged
 * ENOSPC      write: the sections would have more than bytes_max
 * ETIMEDOUT   write: the deadline passed before there was room; nothing is
 *	       written
 * =========== ======================================================
 */
struct motet_checkpoint_io {
	__u32 size;
	__u32 flags;
	__aligned_u64 elements;
	__u32 count;
	__u32 element_size;
	__u32 failed;
	__u32 pad;
	__aligned_u64 generation;
	__aligned_u64 deadline;
};

#define MOTET_CHECKPOINT_IO_SIZE_VER0	40
#define MOTET_CHECKPOINT_IO_SIZE_VER1	48

/**
 * struct motet_checkpoint_track - MOTET_IOC_CHECKPOINT_TRACK: be told of changes
 * @size: size of this struct
 * @flags: see flags of tracking
 * @checkpoint: the checkpoint
 * @section: pointer to the id of the section that it is about; 0 for all
 * @section_len: length of the id; 0 for all
 * @pad: 0
 *
 * On a holder or an actor, by the process that holds the port. The port gets
 * %MOTET_EXCEPTION_CHECKPOINT after each change, at most one that is unread:
 * what changes then is added to it, and so nothing is lost, however late it is
 * read. It ends with the port or the checkpoint, or when it is stopped; what is
 * unread is told no more then. One port may track several sections of a
 * checkpoint, also such as are not there yet, and all of it besides.
 *
 * ======= ==========================================================
 * EACCES  the checkpoint's mode: receive
 * EDQUOT  the checkpoint has as many trackers as it may (module parameter
 *	   checkpoint_trackers_max)
 * EEXIST  the port tracks this already
 * ENOENT  stop: it does not track this
 * EPERM   the caller is not the process that holds the port
 * ESRCH   no checkpoint has this identifier
 * ======= ==========================================================
 */
struct motet_checkpoint_track {
	__u32 size;
	__u32 flags;
	struct motet_id checkpoint;
	__aligned_u64 section;
	__u32 section_len;
	__u32 pad;
};

#define MOTET_CHECKPOINT_TRACK_SIZE_VER0 40

/**
 * DOC: what happened to a checkpoint
 *
 * MOTET_CHECKPOINT_CREATED to MOTET_CHECKPOINT_CHANGED
 *	A section was created, written, deleted, has expired, or was changed in
 *	what is not its data.
 * MOTET_CHECKPOINT_FULL, MOTET_CHECKPOINT_ROOM
 *	It became exhausted, or is so no more; the later one counts.
 * MOTET_CHECKPOINT_GONE
 *	It is gone.
 */
#define MOTET_CHECKPOINT_CREATED	(1U << 0)
#define MOTET_CHECKPOINT_WRITTEN	(1U << 1)
#define MOTET_CHECKPOINT_DELETED	(1U << 2)
#define MOTET_CHECKPOINT_EXPIRED	(1U << 3)
#define MOTET_CHECKPOINT_CHANGED	(1U << 4)
#define MOTET_CHECKPOINT_FULL		(1U << 5)
#define MOTET_CHECKPOINT_ROOM		(1U << 6)
#define MOTET_CHECKPOINT_GONE		(1U << 7)

/**
 * enum motet_checkpoint_scope - how much of a checkpoint has changed
 * @MOTET_SCOPE_NONE: no section
 * @MOTET_SCOPE_RANGE: of one section, what lies in a range
 * @MOTET_SCOPE_SECTION: one section
 * @MOTET_SCOPE_SEVERAL: several sections: see %MOTET_SECTIONS_SINCE
 */
enum motet_checkpoint_scope {
	MOTET_SCOPE_NONE	= 0,
	MOTET_SCOPE_RANGE	= 1,
	MOTET_SCOPE_SECTION	= 2,
	MOTET_SCOPE_SEVERAL	= 3,
};

/**
 * struct motet_checkpoint_event - body of %MOTET_EXCEPTION_CHECKPOINT
 * @size: size of this struct
 * @events: all that happened, see what happened to a checkpoint
 * @scope: &enum motet_checkpoint_scope
 * @section_len: length of @section
 * @since: generation before the first of these changes
 * @generation: number of the last of them
 * @offset: where the range begins, else 0
 * @len: length of the range, else 0
 * @section: id of the section, if it is one
 */
struct motet_checkpoint_event {
	__u32 size;
	__u32 events;
	__u32 scope;
	__u32 section_len;
	__aligned_u64 since;
	__aligned_u64 generation;
	__aligned_u64 offset;
	__aligned_u64 len;
	__u8 section[MOTET_SECTION_ID_MAX];
};

#define MOTET_CHECKPOINT_EVENT_SIZE_VER0 176

/**
 * define MOTET_IOC_CHECKPOINT_OPEN - &struct motet_checkpoint_open; on an actor
 */
#define MOTET_IOC_CHECKPOINT_OPEN	_IO(MOTET_IOC_MAGIC, 0x50)

/**
 * define MOTET_IOC_CHECKPOINT_UNLINK - &struct motet_checkpoint_name; on an actor
 */
#define MOTET_IOC_CHECKPOINT_UNLINK	_IO(MOTET_IOC_MAGIC, 0x51)

/**
 * define MOTET_IOC_CHECKPOINT_LIMITS - &struct motet_checkpoint_limits; on an actor
 */
#define MOTET_IOC_CHECKPOINT_LIMITS	_IO(MOTET_IOC_MAGIC, 0x52)

/**
 * define MOTET_IOC_CHECKPOINT_CHANGE - &struct motet_checkpoint_change; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_CHANGE	_IO(MOTET_IOC_MAGIC, 0x53)

/**
 * define MOTET_IOC_CHECKPOINT_STATUS - &struct motet_checkpoint_status; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_STATUS	_IO(MOTET_IOC_MAGIC, 0x54)

/**
 * define MOTET_IOC_CHECKPOINT_WRITE - &struct motet_checkpoint_io; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_WRITE	_IO(MOTET_IOC_MAGIC, 0x55)

/**
 * define MOTET_IOC_CHECKPOINT_READ - &struct motet_checkpoint_io; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_READ	_IO(MOTET_IOC_MAGIC, 0x56)

/**
 * define MOTET_IOC_SECTION_CREATE - &struct motet_section_create; on a checkpoint
 */
#define MOTET_IOC_SECTION_CREATE	_IO(MOTET_IOC_MAGIC, 0x57)

/**
 * define MOTET_IOC_SECTION_DELETE - &struct motet_section_name; on a checkpoint
 */
#define MOTET_IOC_SECTION_DELETE	_IO(MOTET_IOC_MAGIC, 0x58)

/**
 * define MOTET_IOC_SECTION_CHANGE - &struct motet_section_change; on a checkpoint
 */
#define MOTET_IOC_SECTION_CHANGE	_IO(MOTET_IOC_MAGIC, 0x59)

/**
 * define MOTET_IOC_SECTION_NEXT - &struct motet_section_next; on a checkpoint
 */
#define MOTET_IOC_SECTION_NEXT		_IO(MOTET_IOC_MAGIC, 0x5a)

/**
 * define MOTET_IOC_CHECKPOINT_TRACK - &struct motet_checkpoint_track; on a holder or actor
 */
#define MOTET_IOC_CHECKPOINT_TRACK	_IO(MOTET_IOC_MAGIC, 0x5b)

#endif /* _UAPI_LINUX_MOTET_CHECKPOINT_H */
