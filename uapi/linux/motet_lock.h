/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: locks.
 *
 * The ioctl interface of locks, on /dev/motet. See <linux/motet.h> first.
 */
#ifndef _UAPI_LINUX_MOTET_LOCK_H
#define _UAPI_LINUX_MOTET_LOCK_H

#include <linux/motet.h>

/**
 * DOC: locks
 *
 * A lock has a name, and nothing else: what it protects is a matter of those
 * who use it. An actor *opens* it and gets the number of an *opening*, which is
 * good for this actor only. By the opening it *requests* the lock, shared or
 * exclusively, under a number of its own choosing, the *lock id*. The request is
 * *granted* at once, or waits, or is refused; it ends when it is released.
 *
 * A lock is there while somebody has it open, and while it has orphans, see below.
 *
 * Requests are granted in the order in which they came: a shared one waits behind
 * an exclusive one that waits, though the lock may be held shared now. Locks are
 * not recursive: who holds a lock exclusively, or waits for that, gets EALREADY
 * for another exclusive request. Several shared requests are granted side by
 * side, also to the same actor.
 *
 * A *synchronous* request (MOTET_IOC_LOCK_ACQUIRE without %MOTET_LOCK_ASYNC) waits
 * in the call, until its deadline at the latest. A call whose wait would close
 * a circle of actors that wait for each other is refused with EDEADLK. An
 * actor counts as one that waits as soon as one of its threads does: a program
 * whose threads lock independently of each other opens an actor for each.
 * Asynchronous requests don't close circles, since who made them can go on.
 *
 * The result of an *asynchronous* request is told by one message at the actor's
 * default port, %MOTET_EXCEPTION_LOCK, whatever it is and whenever it comes, and
 * even if it was released before that was read. Each is told by itself, in the order
 * in which the requests ended.
 *
 * Who opens a lock with %MOTET_LOCK_TELL_WAITERS is told there of others that
 * wait for what it was granted: %MOTET_EXCEPTION_LOCK_WAITER.
 *
 * Everything ends when the opening is closed, the actor is closed or its process
 * dies: what it waited for is given up, what it was granted passes on to
 * whoever waits next, at once. The exception is what was requested with
 * %MOTET_LOCK_ORPHAN: once granted it stays as an *orphan* of the lock, since
 * what it protected may be half done. It stands in the way as before, until
 * somebody who has seen to that purges the lock (MOTET_IOC_LOCK_PURGE). A
 * request with %MOTET_LOCK_ORPHAN does not wait for an orphan, but is refused
 * with ENOTRECOVERABLE: so a program learns that there is one.
 *
 * The mode of a lock: read is to request it shared, write is to do so
 * exclusively, execute is to purge. It counts when the lock is opened; whoever
 * created it may do all three.
 *
 * Locks, openings and requests are charged to the user, together; so is a result
 * until it is read, and an orphan until it is purged (module parameter
 * user_locks_max, and EDQUOT).
 */

/**
 * enum motet_lock_mode - how a lock is requested
 * @MOTET_LOCK_SHARED: with others who share it
 * @MOTET_LOCK_EXCLUSIVE: alone
 */
enum motet_lock_mode {
	MOTET_LOCK_SHARED	= 1,
	MOTET_LOCK_EXCLUSIVE	= 2,
};

/**
 * enum motet_lock_state - where a request is, as netlink shows it
 * @MOTET_LOCK_GRANTED: it is granted
 * @MOTET_LOCK_WAITING: it waits
 * @MOTET_LOCK_ORPHANED: it was granted, and its owner is gone
 */
enum motet_lock_state {
	MOTET_LOCK_GRANTED	= 0,
	MOTET_LOCK_WAITING	= 1,
	MOTET_LOCK_ORPHANED	= 2,
};

/**
 * DOC: flags of an opening
 *
 * MOTET_LOCK_CREATE
 *	Create the lock if there is none.
 * MOTET_LOCK_TELL_WAITERS
 *	Tell of others that wait for what is granted by this opening.
 */
#define MOTET_LOCK_CREATE	(1U << 0)
#define MOTET_LOCK_TELL_WAITERS	(1U << 1)

/**
 * struct motet_lock_open - MOTET_IOC_LOCK_OPEN: open a lock
 * @size: size of this struct
 * @flags: see flags of an opening
 * @name: pointer to the name
 * @name_len: length of the name in bytes, 1 to %MOTET_NAME_MAX
 * @mode: mode bits of the lock if it is created; 0 without
 *	%MOTET_LOCK_CREATE
 * @opening: out: number of the opening, never 0, and never used again
 * @id: out: identifier of the lock
 *
 * On an actor, by the process that opened it. A lock may be open several times.
 *
 * ======= ==========================================================
 * EACCES  the lock's mode allows nothing at all
 * EDQUOT  the user's limit of locks; or the domain's (module parameter
 *	   domain_locks_max)
 * EINTR   the process is being killed
 * ENOENT  no lock has this name, and it is not to be created
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_lock_open {
	__u32 size;
	__u32 flags;
	__aligned_u64 name;
	__u32 name_len;
	__u32 mode;
	__aligned_u64 opening;
	struct motet_id id;
};

#define MOTET_LOCK_OPEN_SIZE_VER0	48

/**
 * struct motet_lock_close - MOTET_IOC_LOCK_CLOSE: close an opening
 * @size: size of this struct
 * @flags: 0
 * @opening: number of the opening
 *
 * On an actor, by the process that opened it. What waits ends with ECANCELED,
 * what was granted is released or becomes an orphan.
 *
 * ======= ==========================================================
 * ENOENT  this actor has no such opening
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_lock_close {
	__u32 size;
	__u32 flags;
	__aligned_u64 opening;
};

#define MOTET_LOCK_CLOSE_SIZE_VER0	16

/**
 * DOC: flags of a request
 *
 * MOTET_LOCK_NO_QUEUE
 *	EAGAIN instead of waiting. O_NONBLOCK on the actor does the same to
 *	synchronous requests.
 * MOTET_LOCK_ORPHAN
 *	What is granted stays when its owner dies or closes the opening without
 *	having released it.
 * MOTET_LOCK_ASYNC
 *	Don't wait in the call: tell the result by a message.
 */
#define MOTET_LOCK_NO_QUEUE	(1U << 0)
#define MOTET_LOCK_ORPHAN	(1U << 1)
#define MOTET_LOCK_ASYNC	(1U << 2)

/**
 * struct motet_lock_acquire - MOTET_IOC_LOCK_ACQUIRE: request a lock
 * @size: size of this struct
 * @flags: see flags of a request
 * @opening: number of the opening
 * @lock_id: what the request is to be known by, any number; unique among those
 *	of the opening that have not ended
 * @mode: &enum motet_lock_mode
 * @pad: 0
 * @deadline: until when to wait, CLOCK_MONOTONIC; 0 is without end
 * @signal: any number, which those are told that it waits for
 *
 * On an actor, by the process that opened it. Returns 0 when the lock is
 * granted; with %MOTET_LOCK_ASYNC when the request is accepted, and what is marked
 * here by a star is told by the message then.
 *
 * ================= ==================================================
 * EACCES            the mode of the lock when it was opened
 * EAGAIN *          NO_QUEUE or O_NONBLOCK, and it would have to wait
 * EALREADY *        exclusive, and this actor has an exclusive request on
 *		     the lock already, granted or not
 * ECANCELED *       it was released, or the opening closed, while it waited
 * EDEADLK           the wait would have closed a circle
 * EDQUOT            the user's limit of locks; or the opening has as many
 *		     requests as it may (module parameter lock_requests_max)
 * EEXIST            the opening has a request with this lock id
 * EINTR             a signal; the request is withdrawn. Restarted, at the
 *		     end of the line, where SA_RESTART says so
 * ENOENT            this actor has no such opening
 * ENOTRECOVERABLE * ORPHAN, and an orphan stands in the way
 * EPERM             another process opened the actor
 * ETIMEDOUT *       the deadline passed; a lock that is free is granted even
 *		     then
 * ================= ==================================================
 *
 * If several apply, it is the first of EALREADY, EAGAIN, ENOTRECOVERABLE,
 * ETIMEDOUT, EDEADLK.
 */
struct motet_lock_acquire {
	__u32 size;
	__u32 flags;
	__aligned_u64 opening;
	__aligned_u64 lock_id;
	__u32 mode;
	__u32 pad;
	__aligned_u64 deadline;
	__aligned_u64 signal;
};

#define MOTET_LOCK_ACQUIRE_SIZE_VER0	48

/**
 * struct motet_lock_release - MOTET_IOC_LOCK_RELEASE: end a request
 * @size: size of this struct
 * @flags: 0
 * @opening: number of the opening
 * @lock_id: number of the request
 *
 * On an actor, by the process that opened it. A request that waits ends with
 * ECANCELED. The lock id can be used again at once.
 *
 * ======= ==========================================================
 * ENOENT  this actor has no such opening, or that has no such request
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_lock_release {
	__u32 size;
	__u32 flags;
	__aligned_u64 opening;
	__aligned_u64 lock_id;
};

#define MOTET_LOCK_RELEASE_SIZE_VER0	24

/**
 * struct motet_lock_purge - MOTET_IOC_LOCK_PURGE: end the orphans of a lock
 * @size: size of this struct
 * @flags: 0
 * @opening: number of the opening
 * @purged: out: orphans that there were
 * @pad: 0
 *
 * On an actor, by the process that opened it. Who waits is granted the lock. If
 * this struct could be written at the beginning, but at the end it can't, that
 * is EFAULT, and the orphans are gone.
 *
 * ======= ==========================================================
 * EACCES  the mode of the lock when it was opened: execute
 * ENOENT  this actor has no such opening
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_lock_purge {
	__u32 size;
	__u32 flags;
	__aligned_u64 opening;
	__u32 purged;
	__u32 pad;
};

#define MOTET_LOCK_PURGE_SIZE_VER0	24

/**
 * struct motet_lock_status - MOTET_IOC_LOCK_STATUS: what a lock is
 * @size: size of this struct
 * @flags: out: 0
 * @opening: in: number of the opening
 * @mode: out: mode bits
 * @openings: out: how often it is open, by all actors
 * @shared: out: requests that it is granted to shared, orphans included
 * @exclusive: out: 1 if it is granted exclusively, an orphan included
 * @orphans: out: orphans
 * @waiting: out: requests that wait
 * @requests: out: requests of this opening, granted or not
 * @pad: out: 0
 * @id: out: identifier of the lock
 *
 * On an actor, by the process that opened it.
 *
 * ======= ==========================================================
 * ENOENT  this actor has no such opening
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_lock_status {
	__u32 size;
	__u32 flags;
	__aligned_u64 opening;
	__u32 mode;
	__u32 openings;
	__u32 shared;
	__u32 exclusive;
	__u32 orphans;
	__u32 waiting;
	__u32 requests;
	__u32 pad;
	struct motet_id id;
};

#define MOTET_LOCK_STATUS_SIZE_VER0	64

/**
 * struct motet_lock_result - body of %MOTET_EXCEPTION_LOCK
 * @size: size of this struct
 * @error: 0 if the lock was granted, else why not, a positive errno
 * @opening: number of the opening
 * @lock_id: number of the request
 * @mode: &enum motet_lock_mode
 * @pad: 0
 *
 * If it was granted it is so since the message was queued, which its stamp says.
 */
struct motet_lock_result {
	__u32 size;
	__u32 error;
	__aligned_u64 opening;
	__aligned_u64 lock_id;
	__u32 mode;
	__u32 pad;
};

#define MOTET_LOCK_RESULT_SIZE_VER0	32

/**
 * struct motet_lock_waiter - body of %MOTET_EXCEPTION_LOCK_WAITER
 * @size: size of this struct
 * @pad: 0
 * @opening: number of the opening
 * @lock_id: number of the request that was granted
 * @granted: its &enum motet_lock_mode
 * @wanted: &enum motet_lock_mode of the request that waits
 * @signal: number that came with that
 *
 * Told of each request that begins to wait for this one; and once, of the first
 * that waits, if there are some when this one is granted. What is unread says of
 * the last one, and &motet_msg.count how many there were. It is
 * taken back when the request ends.
 */
struct motet_lock_waiter {
	__u32 size;
	__u32 pad;
	__aligned_u64 opening;
	__aligned_u64 lock_id;
	__u32 granted;
	__u32 wanted;
	__aligned_u64 signal;
};

#define MOTET_LOCK_WAITER_SIZE_VER0	40

/**
 * define MOTET_IOC_LOCK_OPEN - &struct motet_lock_open; on an actor
 */
#define MOTET_IOC_LOCK_OPEN	_IO(MOTET_IOC_MAGIC, 0x60)

/**
 * define MOTET_IOC_LOCK_CLOSE - &struct motet_lock_close; on an actor
 */
#define MOTET_IOC_LOCK_CLOSE	_IO(MOTET_IOC_MAGIC, 0x61)

/**
 * define MOTET_IOC_LOCK_ACQUIRE - &struct motet_lock_acquire; on an actor
 */
#define MOTET_IOC_LOCK_ACQUIRE	_IO(MOTET_IOC_MAGIC, 0x62)

/**
 * define MOTET_IOC_LOCK_RELEASE - &struct motet_lock_release; on an actor
 */
#define MOTET_IOC_LOCK_RELEASE	_IO(MOTET_IOC_MAGIC, 0x63)

/**
 * define MOTET_IOC_LOCK_PURGE - &struct motet_lock_purge; on an actor
 */
#define MOTET_IOC_LOCK_PURGE	_IO(MOTET_IOC_MAGIC, 0x64)

/**
 * define MOTET_IOC_LOCK_STATUS - &struct motet_lock_status; on an actor
 */
#define MOTET_IOC_LOCK_STATUS	_IO(MOTET_IOC_MAGIC, 0x65)

#endif /* _UAPI_LINUX_MOTET_LOCK_H */
