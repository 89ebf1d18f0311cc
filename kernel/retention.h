/* SPDX-License-Identifier: GPL-2.0-only */
/* Retention: an object outlives what keeps it for a while. */
#ifndef _MOTET_RETENTION_H
#define _MOTET_RETENTION_H

#include <linux/hrtimer.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct motet_object;

/**
 * DOC: retention
 *
 * An object that lives while it is used, and then for its retention time if it
 * has a name, has one of these. When something uses it, its time ends. When the
 * last that used it has gone it is *settled*: its time begins, or nothing keeps
 * the object. Then whoever settled it lets it die, so that its name is free for
 * whoever comes next. When its time is over it dies by work, which asks the
 * object's class to let it if it is still as it was. The same work sees to what is
 * left of an object that died where something was locked.
 *
 * All of it is under the mutex of the object's domain, but for the timer, which
 * only queues the work. An object that dies ends its retention first: so what
 * the timer and the work use is there, and while the work is queued or runs it
 * has a reference.
 */

/**
 * struct motet_retention - that an object may outlive what keeps it
 * @object: the object, which this is part of [const]
 * @over: lets the object die if nothing uses it and
 *	motet_retention_is_over_locked(); nothing is locked [const]
 * @running: its time runs [domain.mutex]
 * @until: until when, CLOCK_BOOTTIME [domain.mutex]
 * @timer: goes off then [own]
 * @work: calls @over [own]
 */
struct motet_retention {
	struct motet_object *object;
	void (*over)(struct motet_object *object);
	bool running;
	u64 until;
	struct hrtimer timer;
	struct work_struct work;
};

void motet_retention_init(struct motet_retention *retention,
			  struct motet_object *object,
			  void (*over)(struct motet_object *object));
bool motet_retention_settle_locked(struct motet_retention *retention);
void motet_retention_queue(struct motet_retention *retention);
void motet_retention_end_locked(struct motet_retention *retention);
bool motet_retention_is_over_locked(const struct motet_retention *retention);

#endif /* _MOTET_RETENTION_H */
