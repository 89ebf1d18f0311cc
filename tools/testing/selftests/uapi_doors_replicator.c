// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every call of replicators, and how to make it succeed.
 */
#include <poll.h>

#include "replicator_test.h"
#include "uapi_doors.h"

SIZE_OF(motet_checkpoint_replicate, MOTET_CHECKPOINT_REPLICATE_SIZE_VER0);
SIZE_OF(motet_checkpoint_sync, MOTET_CHECKPOINT_SYNC_SIZE_VER0);
SIZE_OF(motet_step, MOTET_STEP_SIZE_VER0);
SIZE_OF(motet_step_part, MOTET_STEP_PART_SIZE_VER0);
SIZE_OF(motet_replicator_next, MOTET_REPLICATOR_NEXT_SIZE_VER0);
SIZE_OF(motet_replicator_ack, MOTET_REPLICATOR_ACK_SIZE_VER0);
SIZE_OF(motet_replicator_apply, MOTET_REPLICATOR_APPLY_SIZE_VER0);
SIZE_OF(motet_replicator_status, MOTET_REPLICATOR_STATUS_SIZE_VER0);

static struct mr_step step;
static int replicated;

/* A replicator of a checkpoint of its own. */
int make_replicator(int actor)
{
	int fd;

	replicated = mc_create(actor, "uapi replicated");
	if (replicated < 0)
		return replicated;
	fd = mr_attach(replicated, MR_STREAM | MR_APPLY);
	if (fd >= 0)
		mr_take_all(fd, &step);
	return fd;
}

static void make_replicate(void *arg)
{
	*(struct motet_checkpoint_replicate *)arg =
		MT(motet_checkpoint_replicate, .flags = MR_STREAM | MR_APPLY,
		   .steps_max = 1, .bytes_max = 1);
}

static void close_replicator(void *arg)
{
	close(((struct motet_checkpoint_replicate *)arg)->fd);
}

static void make_sync(void *arg)
{
	*(struct motet_checkpoint_sync *)arg = MT(motet_checkpoint_sync);
}

static void make_next(void *arg)
{
	if (!(mt_poll(world.fds[MOTET_ROLE_REPLICATOR], POLLIN, 0) & POLLIN))
		mc_retention(replicated, mt_now() % 1000);
	*(struct motet_replicator_next *)arg =
		MT(motet_replicator_next, .step = mt_ptr(&step),
		   .step_cap = sizeof(step));
}

static void make_ack(void *arg)
{
	struct motet_replicator_status status;

	mr_status(world.fds[MOTET_ROLE_REPLICATOR], &status);
	*(struct motet_replicator_ack *)arg =
		MT(motet_replicator_ack, .generation = status.taken);
}

static void make_apply(void *arg)
{
	step.head = MT(motet_step, .kind = MOTET_STEP_END,
		       .len = sizeof(step.head));
	*(struct motet_replicator_apply *)arg =
		MT(motet_replicator_apply, .step = mt_ptr(&step),
		   .step_len = sizeof(step.head));
}

static void make_status(void *arg)
{
	*(struct motet_replicator_status *)arg = MT(motet_replicator_status);
}

const struct door replicator_doors[REPLICATOR_DOORS] = {
	{
		.name = "CHECKPOINT_REPLICATE",
		.number = MOTET_IOC_CHECKPOINT_REPLICATE,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_checkpoint_replicate),
		.first = MOTET_CHECKPOINT_REPLICATE_SIZE_VER0,
		.make = make_replicate, .undo = close_replicator,
		.flags = offsetof(struct motet_checkpoint_replicate, flags),
		.known = MR_STREAM | MR_APPLY,
		.zero = { FIELD(motet_checkpoint_replicate, pad) },
		.ignored = { FIELD(motet_checkpoint_replicate, fd) },
	}, {
		.name = "CHECKPOINT_SYNC", .number = MOTET_IOC_CHECKPOINT_SYNC,
		.role = MOTET_ROLE_CHECKPOINT, .roles = ON_CHECKPOINT,
		.size = sizeof(struct motet_checkpoint_sync),
		.first = MOTET_CHECKPOINT_SYNC_SIZE_VER0,
		.make = make_sync,
		.flags = offsetof(struct motet_checkpoint_sync, flags),
	}, {
		.name = "REPLICATOR_NEXT", .number = MOTET_IOC_REPLICATOR_NEXT,
		.role = MOTET_ROLE_REPLICATOR, .roles = ON_REPLICATOR,
		.size = sizeof(struct motet_replicator_next),
		.first = MOTET_REPLICATOR_NEXT_SIZE_VER0,
		.make = make_next,
		.flags = offsetof(struct motet_replicator_next, flags),
		.zero = { FIELD(motet_replicator_next, pad) },
		.ignored = {
			FIELD(motet_replicator_next, step_len),
			FIELD(motet_replicator_next, generation),
			FIELD(motet_replicator_next, kind),
		},
		.pointers = { FIELD(motet_replicator_next, step) },
	}, {
		.name = "REPLICATOR_ACK", .number = MOTET_IOC_REPLICATOR_ACK,
		.role = MOTET_ROLE_REPLICATOR, .roles = ON_REPLICATOR,
		.size = sizeof(struct motet_replicator_ack),
		.first = MOTET_REPLICATOR_ACK_SIZE_VER0,
		.make = make_ack,
		.flags = offsetof(struct motet_replicator_ack, flags),
	}, {
		.name = "REPLICATOR_APPLY",
		.number = MOTET_IOC_REPLICATOR_APPLY,
		.role = MOTET_ROLE_REPLICATOR, .roles = ON_REPLICATOR,
		.size = sizeof(struct motet_replicator_apply),
		.first = MOTET_REPLICATOR_APPLY_SIZE_VER0,
		.make = make_apply,
		.flags = offsetof(struct motet_replicator_apply, flags),
		.ignored = { FIELD(motet_replicator_apply, generation) },
		.pointers = { FIELD(motet_replicator_apply, step) },
	}, {
		.name = "REPLICATOR_STATUS",
		.number = MOTET_IOC_REPLICATOR_STATUS,
		.role = MOTET_ROLE_REPLICATOR, .roles = ON_REPLICATOR,
		.size = sizeof(struct motet_replicator_status),
		.first = MOTET_REPLICATOR_STATUS_SIZE_VER0,
		.make = make_status,
		.flags = offsetof(struct motet_replicator_status, flags),
		.known = ~0U,
		.ignored = {
			FIELD(motet_replicator_status, flags),
			FIELD(motet_replicator_status, id),
		},
	},
};
