// SPDX-License-Identifier: GPL-2.0-only
/* Retention: an object outlives what keeps it for a while. */

#include <linux/ktime.h>

#include "domain.h"
#include "retention.h"

/**
 * motet_retention_queue() - let work see to an object
 * @retention: of the object, whose own reference is not dropped yet: so none that
 *	this drops is the last
 *
 * Context: any.
 */
void motet_retention_queue(struct motet_retention *retention)
{
	motet_object_get(retention->object);
	if (!queue_work(motet_workqueue, &retention->work))
		motet_object_put(retention->object);
}

static enum hrtimer_restart motet_retention_timer(struct hrtimer *timer)
{
	motet_retention_queue(container_of(timer, struct motet_retention,
					   timer));
	return HRTIMER_NORESTART;
}

static void motet_retention_work(struct work_struct *work)
{
	struct motet_retention *retention =
		container_of(work, struct motet_retention, work);
	struct motet_object *object = retention->object;

	retention->over(object);
	motet_object_put(object);
}

/**
 * motet_retention_init() - begin
 * @retention: zeroed
 * @object: what it is part of
 * @over: see &struct motet_retention
 */
void motet_retention_init(struct motet_retention *retention,
			  struct motet_object *object,
			  void (*over)(struct motet_object *object))
{
	retention->object = object;
	retention->over = over;
	INIT_WORK(&retention->work, motet_retention_work);
	hrtimer_init(&retention->timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
	retention->timer.function = motet_retention_timer;
}

/**
 * motet_retention_end_locked() - it runs no more
 * @retention: the retention of an object that is used again, or dies
 *
 * Context: may sleep; under the mutex of the object's domain.
 */
void motet_retention_end_locked(struct motet_retention *retention)
{
	lockdep_assert_held(&retention->object->domain->mutex);
	if (!retention->running)
		return;
	hrtimer_cancel(&retention->timer);
	retention->running = false;
}

/**
 * motet_retention_settle_locked() - begin, if the object is to be retained
 * @retention: the retention of an object that is not dead and that nothing uses
 *
 * Context: any but hard interrupt; under the mutex of the object's domain.
 * Return: true if nothing keeps the object: the caller lets it die.
 */
bool motet_retention_settle_locked(struct motet_retention *retention)
{
	struct motet_object *object = retention->object;
	u64 now = ktime_get_boottime_ns();
	u64 time = object->retention;

	lockdep_assert_held(&object->domain->mutex);
	if (!time || object->domain->gone || !rcu_access_pointer(object->name))
		return true;
	retention->running = true;
	retention->until = time > KTIME_MAX - now ? KTIME_MAX : now + time;
	hrtimer_start(&retention->timer, ns_to_ktime(retention->until),
		      HRTIMER_MODE_ABS_SOFT);
	return false;
}

/**
 * motet_retention_is_over_locked() - whether it keeps the object no more
 * @retention: the retention of an object
 *
 * Context: under the mutex of the object's domain.
 * Return: true if it does not.
 */
bool motet_retention_is_over_locked(const struct motet_retention *retention)
{
	lockdep_assert_held(&retention->object->domain->mutex);
	return !retention->running ||
	       ktime_get_boottime_ns() >= retention->until;
}
