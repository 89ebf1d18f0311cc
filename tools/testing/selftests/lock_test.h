/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of locks share: the calls of locks in one line each.
 *
 * Every function returns a negative errno if it fails.
 */
#ifndef LOCK_TEST_H
#define LOCK_TEST_H

#include <linux/motet_lock.h>

#include "group_test.h"
#include "peer.h"

#define SHARED		MOTET_LOCK_SHARED
#define EXCLUSIVE	MOTET_LOCK_EXCLUSIVE
#define NO_QUEUE	MOTET_LOCK_NO_QUEUE
#define ORPHAN		MOTET_LOCK_ORPHAN
#define ASYNC		MOTET_LOCK_ASYNC

int mt_lock_open(int actor, __u32 flags, const char *name, __u64 *opening);
int mt_lock_new(int actor, const char *name, __u64 *opening);
int mt_lock_close(int actor, __u64 opening);
int mt_lock(int actor, __u64 opening, __u64 lock_id, __u32 mode, __u32 flags);
int mt_lock_until(int actor, __u64 opening, __u64 lock_id, __u32 mode,
		  __u64 deadline);
int mt_unlock(int actor, __u64 opening, __u64 lock_id);
int mt_lock_purge(int actor, __u64 opening);
int mt_lock_status(int actor, __u64 opening, struct motet_lock_status *status);
int mt_lock_result(int actor, struct motet_lock_result *result);
int mt_lock_waiter(int actor, struct motet_lock_waiter *waiter);
int mt_until_waiting(int actor, __u64 opening, __u32 waiting);
int mt_until_openings(int actor, __u64 opening, __u32 openings);

/* the same by a peer; its actor is the one that it opened */
int peer_lock_open(struct peer *peer, const char *name, __u64 *opening);
void peer_lock_begin(struct peer *peer, __u64 opening, __u64 lock_id,
		     __u32 mode, __u32 flags);
int peer_lock(struct peer *peer, __u64 opening, __u64 lock_id, __u32 mode,
	      __u32 flags);
int peer_unlock(struct peer *peer, __u64 opening, __u64 lock_id);

#endif /* LOCK_TEST_H */
