/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: replicators. Programs include <motet/motet.h>.
 */
#ifndef MOTET_REPLICATOR_H
#define MOTET_REPLICATOR_H

#include <sys/types.h>

#include <linux/motet_replicator.h>

#include <motet/motet.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: replicators
 *
 * A replicator is given what a checkpoint has and all that changes in it, as
 * steps; another one applies them to another checkpoint.
 */

/**
 * motet_checkpoint_replicate() - attach a replicator
 * @fd: the checkpoint
 * @flags: %MOTET_REPLICATE_STREAM to be given steps, %MOTET_REPLICATE_APPLY to
 *	apply them
 * @steps: steps that may wait to be taken; 0 without a stream
 * @bytes: bytes of them; 0 without a stream
 *
 * Return: a file descriptor; or -EPERM (not CAP_NET_ADMIN in the domain), -EBUSY
 * (it has one), -EACCES (not open for this), -EDQUOT, -EINVAL, -ENOMEM, -EMFILE.
 */
int motet_checkpoint_replicate(int fd, unsigned int flags, unsigned int steps,
			       __u64 bytes);

/**
 * motet_checkpoint_sync() - wait until a change is acknowledged
 * @fd: the checkpoint
 * @generation: which; 0 is the last
 * @deadline: how long to wait, see motet_deadline(); 0 for ever
 *
 * Return: 0, also if there is no replicator; or -ENOLINK (it was closed before),
 * -EINTR, -ETIMEDOUT, -EAGAIN, -EINVAL (a generation that is yet to come).
 */
int motet_checkpoint_sync(int fd, __u64 generation, __u64 deadline);

/**
 * motet_replicator_next() - take a step
 * @replicator: the replicator
 * @step: room for it: a &struct motet_step and what follows
 * @cap: how much room
 * @deadline: how long to wait, see motet_deadline(); 0 for ever
 * @len: out: its length, also with -EMSGSIZE
 *
 * Return: 0; or -EMSGSIZE (it has not enough room), -ESRCH (the checkpoint is
 * gone), -EINTR, -ETIMEDOUT, -EAGAIN, -EACCES (no stream). It is the next one
 * again then.
 */
int motet_replicator_next(int replicator, void *step, size_t cap,
			  __u64 deadline, size_t *len);

/**
 * motet_replicator_acknowledge() - it is at the copies
 * @replicator: the replicator
 * @generation: up to which
 *
 * Return: 0; or -EINVAL (not taken, or less than before), -EACCES (no stream).
 */
int motet_replicator_acknowledge(int replicator, __u64 generation);

/**
 * motet_replicator_apply() - do what a step says
 * @replicator: the replicator
 * @step: the step
 * @len: its length
 *
 * Return: 0; or -EACCES (it may not apply), -EINVAL (malformed), -EEXIST,
 * -ENOENT, -ENOSPC, -EMSGSIZE, -EDQUOT, -ENOMEM, -ESRCH (the checkpoint is gone).
 */
int motet_replicator_apply(int replicator, const void *step, size_t len);

/**
 * motet_replicator_status_get() - how far a replicator is
 * @replicator: the replicator
 * @status: filled in; its size says how much the caller knows
 *
 * Return: 0.
 */
int motet_replicator_status_get(int replicator,
				struct motet_replicator_status *status);

#ifdef __cplusplus
}
#endif

#endif /* MOTET_REPLICATOR_H */
