// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of locks in one line each.
 */
#include <errno.h>
#include <stdio.h>

#include "lock_test.h"

/* One that is created may be used by anybody for anything. */
static void fill_open(struct motet_lock_open *arg, __u32 flags,
		      const char *name)
{
	*arg = MT(motet_lock_open, .flags = flags, .name = mt_ptr(name),
		  .name_len = strlen(name));
	if (flags & MOTET_LOCK_CREATE)
		arg->mode = MOTET_MODE_MASK;
}

int mt_lock_open(int actor, __u32 flags, const char *name, __u64 *opening)
{
	struct motet_lock_open arg;
	int ret;

	fill_open(&arg, flags, name);
	ret = mt_ioctl(actor, MOTET_IOC_LOCK_OPEN, &arg);
	*opening = arg.opening;
	return ret;
}

int mt_lock_new(int actor, const char *name, __u64 *opening)
{
	return mt_lock_open(actor, MOTET_LOCK_CREATE, name, opening);
}

int mt_lock_close(int actor, __u64 opening)
{
	return mt_ioctl(actor, MOTET_IOC_LOCK_CLOSE,
			&MT(motet_lock_close, .opening = opening));
}

int mt_lock(int actor, __u64 opening, __u64 lock_id, __u32 mode, __u32 flags)
{
	return mt_ioctl(actor, MOTET_IOC_LOCK_ACQUIRE,
			&MT(motet_lock_acquire, .flags = flags,
			    .opening = opening, .lock_id = lock_id,
			    .mode = mode, .signal = lock_id));
}

int mt_lock_until(int actor, __u64 opening, __u64 lock_id, __u32 mode,
		  __u64 deadline)
{
	return mt_ioctl(actor, MOTET_IOC_LOCK_ACQUIRE,
			&MT(motet_lock_acquire, .opening = opening,
			    .lock_id = lock_id, .mode = mode,
			    .deadline = deadline));
}

int mt_unlock(int actor, __u64 opening, __u64 lock_id)
{
	return mt_ioctl(actor, MOTET_IOC_LOCK_RELEASE,
			&MT(motet_lock_release, .opening = opening,
			    .lock_id = lock_id));
}

/* Returns the number of orphans that there were. */
int mt_lock_purge(int actor, __u64 opening)
{
	struct motet_lock_purge arg = MT(motet_lock_purge, .opening = opening);
	int ret = mt_ioctl(actor, MOTET_IOC_LOCK_PURGE, &arg);

	return ret < 0 ? ret : (int)arg.purged;
}

int mt_lock_status(int actor, __u64 opening, struct motet_lock_status *status)
{
	*status = MT(motet_lock_status, .opening = opening);
	return mt_ioctl(actor, MOTET_IOC_LOCK_STATUS, status);
}

/* Waits for the next message, which is to be this exception. */
static int told(int actor, __u32 exception, void *body, __u32 size)
{
	struct motet_msg msg = { .deadline = mt_after(MT_SOON) };
	int ret = mt_recv_msg(actor, &msg, body, size);

	if (ret < 0)
		return ret;
	if (msg.exception != exception || msg.body_len != size)
		return -EPROTO;
	return msg.count;
}

/* Returns 1: each is told by itself. */
int mt_lock_result(int actor, struct motet_lock_result *result)
{
	return told(actor, MOTET_EXCEPTION_LOCK, result, sizeof(*result));
}

/* Returns the number of those who wait that were told of. */
int mt_lock_waiter(int actor, struct motet_lock_waiter *waiter)
{
	return told(actor, MOTET_EXCEPTION_LOCK_WAITER, waiter,
		    sizeof(*waiter));
}

int mt_until_waiting(int actor, __u64 opening, __u32 waiting)
{
	__u64 end = mt_after(MT_SOON);
	struct motet_lock_status status;
	int ret;

	do {
		ret = mt_lock_status(actor, opening, &status);
		if (ret < 0 || status.waiting == waiting)
			return ret;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIME;
}

int mt_until_openings(int actor, __u64 opening, __u32 openings)
{
	__u64 end = mt_after(MT_SOON);
	struct motet_lock_status status;
	int ret;

	do {
		ret = mt_lock_status(actor, opening, &status);
		if (ret < 0 || status.openings == openings)
			return ret;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIME;
}

int peer_lock_open(struct peer *peer, const char *name, __u64 *opening)
{
	int ret;

	snprintf(peer->name, sizeof(peer->name), "%s", name);
	fill_open(&peer->arg.lock_open, MOTET_LOCK_CREATE, peer->name);
	ret = peer_do(peer, peer->actor, MOTET_IOC_LOCK_OPEN);
	*opening = peer->arg.lock_open.opening;
	return ret;
}

void peer_lock_begin(struct peer *peer, __u64 opening, __u64 lock_id,
		     __u32 mode, __u32 flags)
{
	peer->arg.lock_acquire = MT(motet_lock_acquire, .flags = flags,
				    .opening = opening, .lock_id = lock_id,
				    .mode = mode, .signal = lock_id);
	peer_begin(peer, peer->actor, MOTET_IOC_LOCK_ACQUIRE);
}

int peer_lock(struct peer *peer, __u64 opening, __u64 lock_id, __u32 mode,
	      __u32 flags)
{
	peer_lock_begin(peer, opening, lock_id, mode, flags);
	return peer_end(peer);
}

int peer_unlock(struct peer *peer, __u64 opening, __u64 lock_id)
{
	peer->arg.lock_release = MT(motet_lock_release, .opening = opening,
				    .lock_id = lock_id);
	return peer_do(peer, peer->actor, MOTET_IOC_LOCK_RELEASE);
}
