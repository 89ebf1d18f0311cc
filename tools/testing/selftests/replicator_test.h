/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of replicators share: its calls in one line each.
 *
 * Every function returns a negative errno if it fails.
 */
#ifndef REPLICATOR_TEST_H
#define REPLICATOR_TEST_H

#include <linux/motet_replicator.h>

#include "checkpoint_test.h"

#define MR_STREAM	MOTET_REPLICATE_STREAM
#define MR_APPLY	MOTET_REPLICATE_APPLY

/* A step, and room for more. */
struct mr_step {
	struct motet_step head;
	__u8 parts[(1 << 20) - sizeof(struct motet_step)];
};

int mr_attach_with(int fd, __u32 flags, __u32 fd_flags, __u32 steps,
		   __u64 bytes);
int mr_attach(int fd, __u32 flags);
int mr_next_until(int replicator, struct mr_step *step, __u64 deadline);
int mr_next(int replicator, struct mr_step *step);
int mr_ack(int replicator, __u64 generation);
int mr_apply(int replicator, const struct mr_step *step);
int mr_status(int replicator, struct motet_replicator_status *status);
int mr_sync(int fd, __u64 generation, __u64 deadline);
int mr_write_sync(int fd, const char *id, const void *data, __u64 len,
		  __u64 deadline, __u64 *generation);
int mr_begin(int fd, struct mr_step *step, __u32 steps, __u64 bytes);
int mr_take_all(int replicator, struct mr_step *step);
int mr_until_waiting(int replicator, __u32 waiting);
int mr_other_domain(void);
bool mr_same(int one, int other);

#endif /* REPLICATOR_TEST_H */
