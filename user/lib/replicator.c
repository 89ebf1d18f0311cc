// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Replicators.
 */
#include <stdint.h>

#include "internal.h"

int motet_checkpoint_replicate(int fd, unsigned int flags, unsigned int steps,
			       __u64 bytes)
{
	struct motet_checkpoint_replicate replicate = {
		.size = sizeof(replicate),
		.flags = flags,
		.steps_max = steps,
		.bytes_max = bytes,
	};
	int ret = motet__ioctl(fd, MOTET_IOC_CHECKPOINT_REPLICATE, &replicate);

	return ret < 0 ? ret : replicate.fd;
}

int motet_checkpoint_sync(int fd, __u64 generation, __u64 deadline)
{
	struct motet_checkpoint_sync sync = {
		.size = sizeof(sync),
		.generation = generation,
		.deadline = deadline,
	};

	return motet__ioctl(fd, MOTET_IOC_CHECKPOINT_SYNC, &sync);
}

int motet_replicator_next(int replicator, void *step, size_t cap,
			  __u64 deadline, size_t *len)
{
	struct motet_replicator_next next = {
		.size = sizeof(next),
		.step = (uintptr_t)step,
		.step_cap = cap,
		.deadline = deadline,
	};
	int ret = motet__ioctl(replicator, MOTET_IOC_REPLICATOR_NEXT, &next);

	*len = next.step_len;
	return ret;
}

int motet_replicator_acknowledge(int replicator, __u64 generation)
{
	struct motet_replicator_ack ack = {
		.size = sizeof(ack),
		.generation = generation,
	};

	return motet__ioctl(replicator, MOTET_IOC_REPLICATOR_ACK, &ack);
}

int motet_replicator_apply(int replicator, const void *step, size_t len)
{
	struct motet_replicator_apply apply = {
		.size = sizeof(apply),
		.step = (uintptr_t)step,
		.step_len = len,
	};

	return motet__ioctl(replicator, MOTET_IOC_REPLICATOR_APPLY, &apply);
}

int motet_replicator_status_get(int replicator,
				struct motet_replicator_status *status)
{
	return motet__ioctl(replicator, MOTET_IOC_REPLICATOR_STATUS, status);
}
