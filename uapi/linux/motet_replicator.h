/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: replicators, which keep copies of checkpoints elsewhere.
 *
 * The ioctl interface to replicators, and the steps that they are given.
 */
#ifndef _UAPI_LINUX_MOTET_REPLICATOR_H
#define _UAPI_LINUX_MOTET_REPLICATOR_H

#include <linux/motet_checkpoint.h>

/**
 * DOC: replicator
 *
 * A *replicator* is given all that changes in a checkpoint, in the order of the
 * generations, as *steps*: one change is one step, also of several sections. What
 * is there already comes first, section by section, while others go on to write;
 * with %MOTET_STEP_END the copy is as the checkpoint was at that generation, and
 * with each step after that. There is no gap and nothing comes twice.
 *
 * Another replicator applies such steps to another checkpoint: of another
 * domain, or of another machine. Each is applied as a whole, or not at all.
 *
 * Steps that were not taken yet are in the *window*. It is bounded; a change that
 * finds no room in it waits before it is made, in its turn, or is EAGAIN if the
 * file descriptor is O_NONBLOCK. A change that was made is in the window, whatever
 * becomes of the process that made it. One may wait until the replicator has
 * acknowledged it: %MOTET_CHECKPOINT_SYNC, MOTET_IOC_CHECKPOINT_SYNC. If the
 * replicator is closed before, that is ENOLINK. A checkpoint without a replicator
 * has all the copies that it is to have: nobody waits.
 *
 * A copy has the same sections, but those that were created before it was
 * complete may be in another order than there.
 *
 * A replicator does not keep a checkpoint open: it is told its end.
 *
 * Conventions and errors are those of linux/motet.h and linux/motet_checkpoint.h.
 */

/**
 * DOC: flags of replication
 *
 * MOTET_REPLICATE_STREAM
 *	To be given steps. The checkpoint must be open for reading.
 * MOTET_REPLICATE_APPLY
 *	To apply steps. The checkpoint must be open for writing. What is applied is
 *	not given back as a step. Without %MOTET_REPLICATE_STREAM the checkpoint is a
 *	copy, and no section of it expires by itself as long as this is open:
 *	whoever made the steps tells it.
 */
#define MOTET_REPLICATE_STREAM		(1U << 0)
#define MOTET_REPLICATE_APPLY		(1U << 1)

/**
 * struct motet_checkpoint_replicate - MOTET_IOC_CHECKPOINT_REPLICATE: attach
 * @size: size of this struct
 * @flags: see flags of replication; at least one
 * @fd_flags: see flags of a new file descriptor
 * @steps_max: stream: steps that the window has room for, at least 1; else 0
 * @bytes_max: stream: bytes that the window has room for, at least 1; a step that
 *	is larger has room when nothing else is in it; else 0
 * @fd: out: the replicator
 * @pad: 0
 *
 * On a checkpoint, with CAP_NET_ADMIN in the user namespace of the domain. A
 * checkpoint has at most one replicator. Whoever opened the checkpoint is charged
 * for what the replicator may hold: @bytes_max, and what one call may write and
 * one section may have. The file descriptor may be passed on and inherited; poll
 * says POLLIN when there is a step, POLLHUP when there will be none.
 *
 * ======= ==========================================================
 * EACCES  it is not open for this
 * EBUSY   it has a replicator
 * EDQUOT  the user may not be charged for that
 * EINVAL  the window is larger than it may be (module parameters
 *	   replicator_steps_max, replicator_bytes_max)
 * EMFILE  no file descriptor is left (or ENFILE)
 * EPERM   the caller has not the capability
 * ======= ==========================================================
 */
struct motet_checkpoint_replicate {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 steps_max;
	__aligned_u64 bytes_max;
	__s32 fd;
	__u32 pad;
};

#define MOTET_CHECKPOINT_REPLICATE_SIZE_VER0 32

/**
 * enum motet_step_kind - what a step does
 * @MOTET_STEP_BEGIN: the first: there are no sections but the default one, and
 *	the retention is @retention
 * @MOTET_STEP_SECTION: a section that was there, one part. Of the default section
 *	what it has; else a new one
 * @MOTET_STEP_END: all sections that were there have come
 * @MOTET_STEP_CREATE: a new section, one part
 * @MOTET_STEP_DELETE: a section was deleted, one part
 * @MOTET_STEP_CHANGE: of a section what is not its data, one part, whose flags are
 *	those of a changed section
 * @MOTET_STEP_WRITE: sections were written, in the order of the parts, whose flags
 *	are those of an element. Before %MOTET_STEP_END parts are left out whose
 *	sections are yet to come
 * @MOTET_STEP_RETENTION: the retention of the checkpoint is @retention; the last
 *	of several that were not taken
 * @MOTET_STEP_UNLINK: the checkpoint has no name any more
 * @MOTET_STEP_GONE: the checkpoint is gone; the last
 */
enum motet_step_kind {
	MOTET_STEP_BEGIN	= 1,
	MOTET_STEP_SECTION	= 2,
	MOTET_STEP_END		= 3,
	MOTET_STEP_CREATE	= 4,
	MOTET_STEP_DELETE	= 5,
	MOTET_STEP_CHANGE	= 6,
	MOTET_STEP_WRITE	= 7,
	MOTET_STEP_RETENTION	= 8,
	MOTET_STEP_UNLINK	= 9,
	MOTET_STEP_GONE		= 10,
};

/**
 * DOC: flags of a step
 *
 * MOTET_STEP_EXPIRED
 *	%MOTET_STEP_DELETE: it was not deleted, it expired.
 */
#define MOTET_STEP_EXPIRED		(1U << 0)

/**
 * struct motet_step - what a step begins with
 * @size: size of this struct
 * @kind: &enum motet_step_kind
 * @flags: see flags of a step
 * @count: parts that follow, at most %MOTET_CHECKPOINT_VECTOR_MAX
 * @len: bytes of the whole step
 * @generation: number of the change; else of the last change before
 * @time: when that was, CLOCK_REALTIME
 * @retention: see the kind; else 0
 *
 * Parts follow, each a &struct motet_step_part and its data, which is filled up
 * with zeros to a multiple of 8 bytes. There are no pointers in it: it may go to
 * another machine of the same byte order.
 */
struct motet_step {
	__u32 size;
	__u32 kind;
	__u32 flags;
	__u32 count;
	__aligned_u64 len;
	__aligned_u64 generation;
	__aligned_u64 time;
	__aligned_u64 retention;
};

#define MOTET_STEP_SIZE_VER0		48

/**
 * struct motet_step_part - a part of a step
 * @size: size of this struct
 * @flags: see the kind of the step
 * @section_len: length of the section's id
 * @state: section, change of the state: &enum motet_section_state; else 0
 * @expires_in: section, create, change of the expiry: nanoseconds until it
 *	expires, from when the step is taken, or from when it is applied; 0 is
 *	never. Else 0
 * @offset: write: where the data begins in the section; else 0
 * @data_len: bytes of data that follow
 * @section: the section's id, the rest zero
 */
struct motet_step_part {
	__u32 size;
	__u32 flags;
	__u32 section_len;
	__u32 state;
	__aligned_u64 expires_in;
	__aligned_u64 offset;
	__aligned_u64 data_len;
	__u8 section[MOTET_SECTION_ID_MAX];
};

#define MOTET_STEP_PART_SIZE_VER0	168

/**
 * struct motet_replicator_next - MOTET_IOC_REPLICATOR_NEXT: take a step
 * @size: size of this struct
 * @flags: 0
 * @step: pointer to room for the step
 * @step_cap: bytes that there is room for
 * @deadline: how long to wait for one
 * @step_len: out: bytes of the step, also with EMSGSIZE
 * @generation: out: its generation
 * @kind: out: &enum motet_step_kind
 * @pad: 0
 *
 * On a replicator with %MOTET_REPLICATE_STREAM. A step that could not be copied
 * whole, or whose length could not be written here, is the next one again.
 *
 * ========= ========================================================
 * EACCES    it has no stream
 * EAGAIN    there is none, and the file descriptor is O_NONBLOCK
 * EINTR     a signal came
 * EMSGSIZE  the step is longer than @step_cap
 * ESRCH     the checkpoint is gone, and %MOTET_STEP_GONE was taken
 * ETIMEDOUT the deadline passed
 * ========= ========================================================
 */
struct motet_replicator_next {
	__u32 size;
	__u32 flags;
	__aligned_u64 step;
	__aligned_u64 step_cap;
	__aligned_u64 deadline;
	__aligned_u64 step_len;
	__aligned_u64 generation;
	__u32 kind;
	__u32 pad;
};

#define MOTET_REPLICATOR_NEXT_SIZE_VER0	56

/**
 * struct motet_replicator_ack - MOTET_IOC_REPLICATOR_ACK: it is at the copies
 * @size: size of this struct
 * @flags: 0
 * @generation: up to which
 *
 * On a replicator with %MOTET_REPLICATE_STREAM. Who waits for this generation or
 * an earlier one goes on. It is at least that of %MOTET_STEP_END, which was
 * taken, and of what was acknowledged before; and at most that of the step taken
 * last; else EINVAL.
 *
 * ======= ==========================================================
 * EACCES  it has no stream
 * ======= ==========================================================
 */
struct motet_replicator_ack {
	__u32 size;
	__u32 flags;
	__aligned_u64 generation;
};

#define MOTET_REPLICATOR_ACK_SIZE_VER0	16

/**
 * struct motet_replicator_apply - MOTET_IOC_REPLICATOR_APPLY: do what a step says
 * @size: size of this struct
 * @flags: 0
 * @step: pointer to the step
 * @step_len: bytes of the step
 * @generation: out: number of the change here
 *
 * On a replicator with %MOTET_REPLICATE_APPLY. The step is checked as anything
 * that a user says, and is one change, but for %MOTET_STEP_BEGIN and for the
 * default section by %MOTET_STEP_SECTION. Whoever follows this checkpoint is told.
 * If this struct could be written at the beginning, but at the end it can't, that
 * is EFAULT, and the step is done.
 *
 * ======== =========================================================
 * EACCES   it may not apply
 * EEXIST   a section of this id is there
 * EINVAL   the step is malformed, or does not suit the checkpoint's attributes
 * EMSGSIZE it has more data than one call may write
 * ENOENT   a section of the step is not there; unlink: it has no name any more
 * ENOSPC   the checkpoint is full
 * ESRCH    the checkpoint is gone
 * ======== =========================================================
 */
struct motet_replicator_apply {
	__u32 size;
	__u32 flags;
	__aligned_u64 step;
	__aligned_u64 step_len;
	__aligned_u64 generation;
};

#define MOTET_REPLICATOR_APPLY_SIZE_VER0 32

/**
 * DOC: states of a replicator
 *
 * MOTET_REPLICATOR_COMPLETE
 *	%MOTET_STEP_END was taken.
 * MOTET_REPLICATOR_GONE
 *	The checkpoint is gone.
 */
#define MOTET_REPLICATOR_COMPLETE	(1U << 0)
#define MOTET_REPLICATOR_GONE		(1U << 1)

/**
 * struct motet_replicator_status - MOTET_IOC_REPLICATOR_STATUS: how far it is
 * @size: size of this struct
 * @flags: out: see states of a replicator
 * @replicate: out: flags of replication
 * @steps_max: out: as it was attached
 * @bytes_max: out: as it was attached
 * @steps: out: steps in the window
 * @waiting: out: changes that wait for room in the window
 * @bytes: out: memory that is held for them
 * @offered: out: generation of the last step
 * @taken: out: generation of the step taken last
 * @acknowledged: out: up to which generation
 * @id: out: the checkpoint's identifier
 */
struct motet_replicator_status {
	__u32 size;
	__u32 flags;
	__u32 replicate;
	__u32 steps_max;
	__aligned_u64 bytes_max;
	__u32 steps;
	__u32 waiting;
	__aligned_u64 bytes;
	__aligned_u64 offered;
	__aligned_u64 taken;
	__aligned_u64 acknowledged;
	struct motet_id id;
};

#define MOTET_REPLICATOR_STATUS_SIZE_VER0 80

/**
 * struct motet_checkpoint_sync - MOTET_IOC_CHECKPOINT_SYNC: wait for the copies
 * @size: size of this struct
 * @flags: 0
 * @generation: which change is to be acknowledged, and all before it; 0 is the
 *	last
 * @deadline: how long to wait
 *
 * On a checkpoint, by whoever has it. It may be called again, as often as one
 * likes. EINVAL for a generation that has not come yet.
 *
 * ========= ========================================================
 * EAGAIN    it is not acknowledged, and the file descriptor is O_NONBLOCK
 * EINTR     a signal came
 * ENOLINK   the replicator was closed before it acknowledged; of one that is not
 *	     there any more that is known until another one acknowledges
 * ETIMEDOUT the deadline passed
 * ========= ========================================================
 */
struct motet_checkpoint_sync {
	__u32 size;
	__u32 flags;
	__aligned_u64 generation;
	__aligned_u64 deadline;
};

#define MOTET_CHECKPOINT_SYNC_SIZE_VER0	24

/**
 * define MOTET_IOC_CHECKPOINT_REPLICATE - &struct motet_checkpoint_replicate; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_REPLICATE	_IO(MOTET_IOC_MAGIC, 0x80)

/**
 * define MOTET_IOC_CHECKPOINT_SYNC - &struct motet_checkpoint_sync; on a checkpoint
 */
#define MOTET_IOC_CHECKPOINT_SYNC	_IO(MOTET_IOC_MAGIC, 0x81)

/**
 * define MOTET_IOC_REPLICATOR_NEXT - &struct motet_replicator_next; on a replicator
 */
#define MOTET_IOC_REPLICATOR_NEXT	_IO(MOTET_IOC_MAGIC, 0x82)

/**
 * define MOTET_IOC_REPLICATOR_ACK - &struct motet_replicator_ack; on a replicator
 */
#define MOTET_IOC_REPLICATOR_ACK	_IO(MOTET_IOC_MAGIC, 0x83)

/**
 * define MOTET_IOC_REPLICATOR_APPLY - &struct motet_replicator_apply; on a replicator
 */
#define MOTET_IOC_REPLICATOR_APPLY	_IO(MOTET_IOC_MAGIC, 0x84)

/**
 * define MOTET_IOC_REPLICATOR_STATUS - &struct motet_replicator_status; on a replicator
 */
#define MOTET_IOC_REPLICATOR_STATUS	_IO(MOTET_IOC_MAGIC, 0x85)

#endif /* _UAPI_LINUX_MOTET_REPLICATOR_H */
