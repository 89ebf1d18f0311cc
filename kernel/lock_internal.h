/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the lock share among themselves. */
#ifndef _MOTET_LOCK_INTERNAL_H
#define _MOTET_LOCK_INTERNAL_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "lock.h"
#include "quota.h"

/**
 * struct motet_lock_space - the locks of a domain
 * @mutex: guards all of it [own]
 * @openings: by their numbers [space.mutex]
 * @last_opening: number of the opening that was made last [atomic]
 * @lockers: actors that have openings, by the serials of their objects; read
 *	without the mutex to see whether there is one [space.mutex]
 * @deadlines: of asynchronous requests that wait [space.mutex]
 * @deadline_timer: goes off at the first [own]
 * @deadline_work: ends those that are over [own]
 * @search: number of the last search for a circle [space.mutex]
 */
struct motet_lock_space {
	struct mutex mutex;
	struct xarray openings;
	atomic_long_t last_opening;
	struct xarray lockers;
	struct timerqueue_head deadlines;
	struct hrtimer deadline_timer;
	struct work_struct deadline_work;
	u64 search;
};

/** motet_lock_charge - what a lock, an opening, a request and a result each cost */
extern const struct motet_charge motet_lock_charge;

/* lock.c */
struct motet_lock_space *motet_lock_space_of(const struct motet_domain *domain);
struct motet_lock_opening *
motet_lock_find_opening(struct motet_lock_space *space,
			const struct motet_actor *actor, u64 number);

/* lock_request.c */
void motet_lock_serve(struct motet_lock *lock);
void motet_lock_end(struct motet_lock_request *request, int err);
void motet_lock_end_requests(struct motet_lock_opening *opening);

/* lock_tell.c */
struct motet_lock_request *
motet_lock_request_equip(struct motet_lock_request *request,
			 struct motet_actor *actor, struct motet_queue *queue,
			 const struct motet_id *id, bool tell);
void motet_lock_request_strip(struct motet_lock_request *request);
void motet_lock_request_free(struct motet_lock_request *request);
void motet_lock_tell_result(struct motet_lock_request *request, int err);
void motet_lock_tell_holders(struct motet_lock_request *request);
void motet_lock_tell_served(struct motet_lock *lock, u32 served);

/* lock_expiry.c */
void motet_lock_init_deadlines(struct motet_lock_space *space);
void motet_lock_stop_deadlines(struct motet_lock_space *space);
void motet_lock_set_deadline(struct motet_lock_request *request);
void motet_lock_clear_deadline(struct motet_lock_request *request);

/* lock_orphan.c */
void motet_lock_orphan(struct motet_lock_request *request);
u32 motet_lock_take_orphans(struct motet_lock *lock, struct list_head *orphans);
void motet_lock_free_orphans(struct list_head *orphans);

/* lock_deadlock.c */
bool motet_lock_closes_circle(struct motet_lock_request *request);

#endif /* _MOTET_LOCK_INTERNAL_H */
