// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Locks: open, request, release, purge.
 */
#include "internal.h"

int motet_lock_open(int actor, const char *name, unsigned int flags,
		    unsigned int mode, __u64 *opening)
{
	struct motet_lock_open open = {
		.size = sizeof(open),
		.flags = flags,
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
		.mode = mode,
	};
	int ret = motet__ioctl(actor, MOTET_IOC_LOCK_OPEN, &open);

	if (!ret)
		*opening = open.opening;
	return ret;
}

int motet_lock_close(int actor, __u64 opening)
{
	struct motet_lock_close close = {
		.size = sizeof(close),
		.opening = opening,
	};

	return motet__ioctl(actor, MOTET_IOC_LOCK_CLOSE, &close);
}

int motet_lock_acquire_full(int actor,
			    const struct motet_lock_acquire *acquire)
{
	/* the kernel only reads it */
	return motet__ioctl(actor, MOTET_IOC_LOCK_ACQUIRE, (void *)acquire);
}

int motet_lock_acquire(int actor, __u64 opening, __u64 lock_id,
		       unsigned int mode, unsigned int flags, __u64 deadline)
{
	struct motet_lock_acquire acquire;

	motet_lock_acquire_init(&acquire, opening, lock_id, mode);
	acquire.flags = flags;
	acquire.deadline = deadline;
	return motet_lock_acquire_full(actor, &acquire);
}

int motet_lock_release(int actor, __u64 opening, __u64 lock_id)
{
	struct motet_lock_release release = {
		.size = sizeof(release),
		.opening = opening,
		.lock_id = lock_id,
	};

	return motet__ioctl(actor, MOTET_IOC_LOCK_RELEASE, &release);
}

int motet_lock_purge(int actor, __u64 opening, unsigned int *purged)
{
	struct motet_lock_purge purge = {
		.size = sizeof(purge),
		.opening = opening,
	};
	int ret = motet__ioctl(actor, MOTET_IOC_LOCK_PURGE, &purge);

	if (!ret && purged)
		*purged = purge.purged;
	return ret;
}

int motet_lock_status_get(int actor, struct motet_lock_status *status)
{
	return motet__ioctl(actor, MOTET_IOC_LOCK_STATUS, status);
}
