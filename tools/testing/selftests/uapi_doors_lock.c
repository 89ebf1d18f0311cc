// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every call of locks, and how to make it succeed.
 */
#include <linux/motet_lock.h>

#include "uapi_doors.h"

SIZE_OF(motet_lock_open, MOTET_LOCK_OPEN_SIZE_VER0);
SIZE_OF(motet_lock_close, MOTET_LOCK_CLOSE_SIZE_VER0);
SIZE_OF(motet_lock_acquire, MOTET_LOCK_ACQUIRE_SIZE_VER0);
SIZE_OF(motet_lock_release, MOTET_LOCK_RELEASE_SIZE_VER0);
SIZE_OF(motet_lock_purge, MOTET_LOCK_PURGE_SIZE_VER0);
SIZE_OF(motet_lock_status, MOTET_LOCK_STATUS_SIZE_VER0);
SIZE_OF(motet_lock_result, MOTET_LOCK_RESULT_SIZE_VER0);
SIZE_OF(motet_lock_waiter, MOTET_LOCK_WAITER_SIZE_VER0);

#define LOCK_ID		7

static __u64 opening(void)
{
	struct motet_lock_open open = MT(motet_lock_open,
					 .flags = MOTET_LOCK_CREATE,
					 .name = mt_ptr("uapi"),
					 .name_len = 4, .mode = 0700);

	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_LOCK_OPEN, &open);
	return open.opening;
}

static void make_lock_open(void *arg)
{
	*(struct motet_lock_open *)arg = MT(motet_lock_open,
					    .flags = MOTET_LOCK_CREATE,
					    .name = mt_ptr("opened"),
					    .name_len = 6, .mode = 0700);
}

static void close_lock(void *arg)
{
	struct motet_lock_close close = MT(motet_lock_close);

	close.opening = ((struct motet_lock_open *)arg)->opening;
	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_LOCK_CLOSE, &close);
}

static void make_lock_close(void *arg)
{
	*(struct motet_lock_close *)arg = MT(motet_lock_close,
					     .opening = opening());
}

static void make_acquire(void *arg)
{
	*(struct motet_lock_acquire *)arg = MT(motet_lock_acquire,
					       .opening = opening(),
					       .lock_id = LOCK_ID,
					       .mode = MOTET_LOCK_SHARED);
}

static void release(void *arg)
{
	struct motet_lock_release release = MT(motet_lock_release,
					       .lock_id = LOCK_ID);

	release.opening = ((struct motet_lock_acquire *)arg)->opening;
	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_LOCK_RELEASE, &release);
}

static void make_release(void *arg)
{
	struct motet_lock_acquire acquire;

	make_acquire(&acquire);
	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_LOCK_ACQUIRE, &acquire);
	*(struct motet_lock_release *)arg = MT(motet_lock_release,
					       .opening = acquire.opening,
					       .lock_id = LOCK_ID);
}

static void make_purge(void *arg)
{
	*(struct motet_lock_purge *)arg = MT(motet_lock_purge,
					     .opening = opening());
}

static void make_lock_status(void *arg)
{
	*(struct motet_lock_status *)arg = MT(motet_lock_status,
					      .opening = opening());
}

const struct door lock_doors[LOCK_DOORS] = {
	{
		.name = "LOCK_OPEN", .number = MOTET_IOC_LOCK_OPEN,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_lock_open),
		.first = MOTET_LOCK_OPEN_SIZE_VER0,
		.make = make_lock_open, .undo = close_lock,
		.flags = offsetof(struct motet_lock_open, flags),
		.known = MOTET_LOCK_CREATE | MOTET_LOCK_TELL_WAITERS,
		.ignored = {
			FIELD(motet_lock_open, opening),
			FIELD(motet_lock_open, id),
		},
		.pointers = { FIELD(motet_lock_open, name) },
	}, {
		.name = "LOCK_CLOSE", .number = MOTET_IOC_LOCK_CLOSE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_lock_close),
		.first = MOTET_LOCK_CLOSE_SIZE_VER0,
		.make = make_lock_close,
		.flags = offsetof(struct motet_lock_close, flags),
	}, {
		.name = "LOCK_ACQUIRE", .number = MOTET_IOC_LOCK_ACQUIRE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_lock_acquire),
		.first = MOTET_LOCK_ACQUIRE_SIZE_VER0,
		.make = make_acquire, .undo = release,
		.flags = offsetof(struct motet_lock_acquire, flags),
		.known = MOTET_LOCK_NO_QUEUE | MOTET_LOCK_ORPHAN |
			 MOTET_LOCK_ASYNC,
		.zero = { FIELD(motet_lock_acquire, pad) },
	}, {
		.name = "LOCK_RELEASE", .number = MOTET_IOC_LOCK_RELEASE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_lock_release),
		.first = MOTET_LOCK_RELEASE_SIZE_VER0,
		.make = make_release,
		.flags = offsetof(struct motet_lock_release, flags),
	}, {
		.name = "LOCK_PURGE", .number = MOTET_IOC_LOCK_PURGE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_lock_purge),
		.first = MOTET_LOCK_PURGE_SIZE_VER0,
		.make = make_purge,
		.flags = offsetof(struct motet_lock_purge, flags),
		.zero = { FIELD(motet_lock_purge, pad) },
		.ignored = { FIELD(motet_lock_purge, purged) },
	}, {
		.name = "LOCK_STATUS", .number = MOTET_IOC_LOCK_STATUS,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_lock_status),
		.first = MOTET_LOCK_STATUS_SIZE_VER0,
		.make = make_lock_status,
		.flags = offsetof(struct motet_lock_status, flags),
		.known = ~0U,
		.ignored = {
			FIELD(motet_lock_status, flags),
			FIELD(motet_lock_status, mode),
			FIELD(motet_lock_status, openings),
			FIELD(motet_lock_status, shared),
			FIELD(motet_lock_status, exclusive),
			FIELD(motet_lock_status, orphans),
			FIELD(motet_lock_status, waiting),
			FIELD(motet_lock_status, requests),
			FIELD(motet_lock_status, pad),
			FIELD(motet_lock_status, id),
		},
	},
};
