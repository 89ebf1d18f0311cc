/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: locks. Programs include <motet/motet.h>.
 */
#ifndef MOTET_LOCK_H
#define MOTET_LOCK_H

#include <linux/motet_lock.h>

#include <motet/motet.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: locks
 *
 * An actor opens a lock, and requests it by the number of the opening and a lock
 * id of its own choosing. See <linux/motet_lock.h> for what locks are.
 */

/** define MOTET_LOCK_MODE_DEFAULT - the owner may do all, everybody may lock */
#define MOTET_LOCK_MODE_DEFAULT	0766

/**
 * motet_lock_open() - open a lock
 * @actor: an actor of this process
 * @name: name of the lock, 1 to %MOTET_NAME_MAX bytes
 * @flags: 0, %MOTET_LOCK_CREATE, %MOTET_LOCK_TELL_WAITERS
 * @mode: mode bits if it is created, for example %MOTET_LOCK_MODE_DEFAULT;
 *	without %MOTET_LOCK_CREATE 0
 * @opening: out: number of the opening
 *
 * Return: 0; or -EACCES (its mode), -EDQUOT (a limit of locks), -ENOENT (there
 * is none, and it is not to be created), -EPERM, -EINTR, -ENOMEM.
 */
int motet_lock_open(int actor, const char *name, unsigned int flags,
		    unsigned int mode, __u64 *opening);

/**
 * motet_lock_close() - close an opening, and end all requests by it
 * @actor: the actor
 * @opening: number of the opening
 *
 * Return: 0; or -ENOENT (there is no such opening), -EPERM.
 */
int motet_lock_close(int actor, __u64 opening);

/**
 * motet_lock_acquire_init() - describe a request
 * @acquire: what to initialise
 * @opening: number of the opening
 * @lock_id: any number, by which the request is to be known
 * @mode: %MOTET_LOCK_SHARED or %MOTET_LOCK_EXCLUSIVE
 *
 * No flags, no deadline, 0 as its signal. Change the fields of @acquire as
 * needed, and give it to motet_lock_acquire_full().
 */
static inline void
motet_lock_acquire_init(struct motet_lock_acquire *acquire, __u64 opening,
			__u64 lock_id, unsigned int mode)
{
	memset(acquire, 0, sizeof(*acquire));
	acquire->size = sizeof(*acquire);
	acquire->opening = opening;
	acquire->lock_id = lock_id;
	acquire->mode = mode;
}

/**
 * motet_lock_acquire_full() - request a lock with all that can be chosen
 * @actor: the actor
 * @acquire: the request, see motet_lock_acquire_init()
 *
 * With %MOTET_LOCK_ASYNC the result comes as %MOTET_EXCEPTION_LOCK, with a
 * &struct motet_lock_result as its body.
 *
 * Return: 0 if the lock is granted, or with %MOTET_LOCK_ASYNC if the request is
 * accepted; or an error of motet_lock_acquire().
 */
int motet_lock_acquire_full(int actor,
			    const struct motet_lock_acquire *acquire);

/**
 * motet_lock_acquire() - request a lock, and wait until it is granted
 * @actor: the actor
 * @opening: number of the opening
 * @lock_id: any number, by which the request is to be known
 * @mode: %MOTET_LOCK_SHARED or %MOTET_LOCK_EXCLUSIVE
 * @flags: 0, %MOTET_LOCK_NO_QUEUE, %MOTET_LOCK_ORPHAN, %MOTET_LOCK_ASYNC
 * @deadline: until when to wait, see motet_deadline(); 0 is without end
 *
 * Return: 0; or -EAGAIN (it would have to wait), -EALREADY (this actor has it
 * exclusively, or waits for that), -ECANCELED (it was released or closed
 * meanwhile), -EDEADLK (the wait would close a circle), -ENOTRECOVERABLE (an
 * orphan is in the way), -ETIMEDOUT, -EINTR; -EACCES (the lock's mode), -EDQUOT
 * (a limit of locks), -EEXIST (there is a request with this lock id), -ENOENT
 * (there is no such opening), -EPERM, -ENOMEM.
 */
int motet_lock_acquire(int actor, __u64 opening, __u64 lock_id,
		       unsigned int mode, unsigned int flags, __u64 deadline);

/**
 * motet_lock_release() - end a request, granted or not
 * @actor: the actor
 * @opening: number of the opening
 * @lock_id: number of the request
 *
 * Return: 0; or -ENOENT (there is no such opening or request), -EPERM.
 */
int motet_lock_release(int actor, __u64 opening, __u64 lock_id);

/**
 * motet_lock_purge() - end the orphans of a lock
 * @actor: the actor
 * @opening: number of the opening
 * @purged: out: how many there were; may be NULL
 *
 * Return: 0; or -EACCES (the lock's mode: execute), -ENOENT, -EPERM.
 */
int motet_lock_purge(int actor, __u64 opening, unsigned int *purged);

/**
 * motet_lock_status_get() - ask who has a lock, and who waits
 * @actor: the actor
 * @status: in: its size, and the opening; out: all else
 *
 * Return: 0; or -ENOENT (there is no such opening), -EPERM.
 */
int motet_lock_status_get(int actor, struct motet_lock_status *status);

/**
 * motet_lock_mode_to_string() - name a mode of locking
 * @mode: &enum motet_lock_mode
 *
 * Return: "shared", "exclusive" or "unknown".
 */
const char *motet_lock_mode_to_string(unsigned int mode);

/**
 * motet_lock_state_to_string() - name a state of a request
 * @state: &enum motet_lock_state
 *
 * Return: "granted", "waiting", "orphaned" or "unknown".
 */
const char *motet_lock_state_to_string(unsigned int state);

#ifdef __cplusplus
}
#endif

#endif /* MOTET_LOCK_H */
