/* SPDX-License-Identifier: GPL-2.0-only */
/* What is shown of a lock. */
#ifndef _MOTET_LOCK_VIEW_H
#define _MOTET_LOCK_VIEW_H

#include "lock.h"

/**
 * struct motet_lock_view - what is shown of a lock
 * @openings: how often it is open [own]
 * @shared: how many share it, orphans included [own]
 * @exclusive: how many have it exclusively, orphans included [own]
 * @waiting: requests that wait [own]
 * @orphans: orphans [own]
 * @stats: what happened [own]
 */
struct motet_lock_view {
	u32 openings;
	u32 shared;
	u32 exclusive;
	u32 waiting;
	u32 orphans;
	struct motet_lock_stats stats;
};

/**
 * struct motet_lock_request_view - what is shown of a request
 * @lock_id: number that its owner gave it [own]
 * @number: position in the order of the lock's requests [own]
 * @mode: &enum motet_lock_mode [own]
 * @state: where it is [own]
 * @owner: identifier of the actor that made it [own]
 * @uid: owner of that actor; of an orphan not valid [own]
 * @pid: its process, there while it is shown; of an orphan NULL [own]
 * @since: when it came to its state, CLOCK_MONOTONIC in nanoseconds [own]
 * @sleeping: a thread sleeps in it [own]
 */
struct motet_lock_request_view {
	u64 lock_id;
	u64 number;
	u32 mode;
	enum motet_lock_state state;
	struct motet_id owner;
	kuid_t uid;
	struct pid *pid;
	u64 since;
	bool sleeping;
};

/**
 * typedef motet_lock_show - shows a request
 * @request: what is to be shown
 * @data: the caller's
 *
 * Return: true to go on with the next.
 */
typedef bool (*motet_lock_show)(const struct motet_lock_request_view *request,
				void *data);

int motet_lock_status(struct motet_actor *actor,
		      struct motet_lock_status *status);
void motet_lock_look(struct motet_lock *lock, struct motet_lock_view *view);
void motet_lock_look_requests(struct motet_lock *lock, u64 after,
			      motet_lock_show show, void *data);

#endif /* _MOTET_LOCK_VIEW_H */
