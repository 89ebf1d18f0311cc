// SPDX-License-Identifier: GPL-2.0-only
/* The life of channels. */

#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "channel_internal.h"
#include "domain.h"
#include "message.h"
#include "trace.h"

#define MOTET_CHANNEL_RETAINED		256
#define MOTET_CHANNEL_RETAINED_BYTES	(128U << 10)

/* The most that fits into the array of patterns, all of them empty. */
#define MOTET_PATTERNS_CEILING	\
	(MOTET_PATTERN_BYTES_MAX / (u32)sizeof(struct motet_pattern))

static unsigned int motet_channel_patterns_max = 64;
module_param_named(channel_patterns_max, motet_channel_patterns_max, uint,
		   0644);
MODULE_PARM_DESC(channel_patterns_max,
		 "patterns of one event, filters of one subscription");

static unsigned int motet_channel_pattern_bytes_max = MOTET_PATTERN_BYTES_MAX;
module_param_named(channel_pattern_bytes_max, motet_channel_pattern_bytes_max,
		   uint, 0644);
MODULE_PARM_DESC(channel_pattern_bytes_max,
		 "patterns of one event, filters of one subscription, bytes");

static unsigned int motet_channel_event_max = 1U << 20;
module_param_named(channel_event_max, motet_channel_event_max, uint, 0644);
MODULE_PARM_DESC(channel_event_max,
		 "largest event, bytes; no larger than body_max");

static unsigned int motet_channel_subscriptions_max = 1024;
module_param_named(channel_subscriptions_max, motet_channel_subscriptions_max,
		   uint, 0644);
MODULE_PARM_DESC(channel_subscriptions_max, "subscriptions of one opener");

static unsigned int motet_channel_openers_max = 16384;
module_param_named(channel_openers_max, motet_channel_openers_max, uint, 0644);
MODULE_PARM_DESC(channel_openers_max, "openers of one channel");

static unsigned int motet_channel_retained_max = 1U << 16;
module_param_named(channel_retained_max, motet_channel_retained_max, uint,
		   0644);
MODULE_PARM_DESC(channel_retained_max,
		 "largest bound of the events that a channel retains");

static unsigned long long motet_channel_retained_bytes_max = 64ULL << 20;
module_param_named(channel_retained_bytes_max,
		   motet_channel_retained_bytes_max, ullong, 0644);
MODULE_PARM_DESC(channel_retained_bytes_max,
		 "largest bound of the events that a channel retains, bytes");

static unsigned long long motet_channel_retention_max = KTIME_MAX;
module_param_named(channel_retention_max, motet_channel_retention_max, ullong,
		   0644);
MODULE_PARM_DESC(channel_retention_max,
		 "longest retention of an event, nanoseconds");

/**
 * motet_channel_limits() - say what bounds channels
 * @limits: filled in but for its size and flags
 */
void motet_channel_limits(struct motet_channel_limits *limits)
{
	limits->patterns_max = min(READ_ONCE(motet_channel_patterns_max),
				   MOTET_PATTERNS_CEILING);
	limits->pattern_bytes_max =
		min_t(u32, READ_ONCE(motet_channel_pattern_bytes_max),
		      MOTET_PATTERN_BYTES_MAX);
	limits->event_max = READ_ONCE(motet_channel_event_max);
	limits->subscriptions_max = READ_ONCE(motet_channel_subscriptions_max);
	limits->openers_max = motet_channel_openers_limit();
	limits->user_channels_max = motet_quota_limit(MOTET_QUOTA_CHANNELS);
	limits->retained_max = READ_ONCE(motet_channel_retained_max);
	limits->retained_bytes_max =
		READ_ONCE(motet_channel_retained_bytes_max);
	limits->retention_max =
		min_t(u64, READ_ONCE(motet_channel_retention_max), KTIME_MAX);
}

/**
 * motet_channel_openers_limit() - how many openers a channel may have
 *
 * Return: the limit in force now.
 */
u32 motet_channel_openers_limit(void)
{
	return READ_ONCE(motet_channel_openers_max);
}

static void motet_channel_free_rcu(struct rcu_head *rcu)
{
	struct motet_object *object = container_of(rcu, struct motet_object,
						   rcu);

	kfree(motet_channel_of(object));
}

/* Once, when the channel is dead: a reference to it may be kept for longer. */
static void motet_channel_uncharge(struct motet_channel *channel)
{
	struct motet_payer *payer = channel->payer;

	channel->payer = NULL;
	if (payer)
		motet_quota_uncharge(payer, &channel->charge);
	motet_payer_put(payer);
}

static void motet_channel_release(struct motet_object *object)
{
	struct motet_channel *channel = motet_channel_of(object);

	WARN_ON_ONCE(channel->opener_count || channel->subscription_count ||
		     channel->used.messages);
	motet_channel_uncharge(channel);
	rhltable_destroy(&channel->exact);
	call_rcu(&object->rcu, motet_channel_free_rcu);
}

/*
 * Nobody finds the channel any more before it is dead. The reference that it has
 * while it lives is the caller's to drop.
 */
static void motet_channel_kill_locked(struct motet_channel *channel)
{
	lockdep_assert_held(&channel->object.domain->mutex);
	motet_domain_unpublish_locked(&channel->object);
	mutex_lock(&channel->mutex);
	trace_motet_channel_delete(&channel->object.id,
				   channel->used.messages);
	channel->dead = true;
	hrtimer_cancel(&channel->timer);
	motet_channel_drop_retained_locked(channel);
	mutex_unlock(&channel->mutex);
}

/**
 * motet_channel_bury() - what is left to do when a channel has died
 * @channel: the channel
 *
 * Called once, by whoever let it die.
 *
 * Context: may sleep; nothing is locked.
 */
void motet_channel_bury(struct motet_channel *channel)
{
	motet_channel_uncharge(channel);
	motet_object_put(&channel->object);
}

/**
 * motet_channel_set_timer_locked() - be called when something is over next
 * @channel: the channel, which is not dead; its mutex is held
 */
void motet_channel_set_timer_locked(struct motet_channel *channel)
{
	struct timerqueue_node *first = timerqueue_getnext(&channel->expiries);
	u64 next = first ? first->expires : KTIME_MAX;

	lockdep_assert_held(&channel->mutex);
	if (channel->kept)
		next = min(next, channel->kept_until);
	if (next == KTIME_MAX)
		hrtimer_cancel(&channel->timer);
	else
		hrtimer_start(&channel->timer, ns_to_ktime(next),
			      HRTIMER_MODE_ABS_SOFT);
}

static bool motet_channel_is_kept_locked(struct motet_channel *channel)
{
	lockdep_assert_held(&channel->object.domain->mutex);
	lockdep_assert_held(&channel->mutex);
	if (channel->opener_count)
		return true;
	if (channel->object.domain->gone ||
	    !rcu_access_pointer(channel->object.name))
		return false;
	if (channel->kept && ktime_get_boottime_ns() >= channel->kept_until)
		channel->kept = false;
	return channel->kept || channel->used.messages;
}

/**
 * motet_channel_settle_locked() - let a channel die if nothing keeps it
 * @channel: the channel, which is not dead; the domain's mutex is held
 *
 * Without an opener nothing but time can change what keeps it; and to open it
 * needs the domain's mutex.
 *
 * Context: may sleep; the channel's mutex is not held.
 * Return: true if it is dead now: motet_channel_bury() is to be called when
 * nothing is locked.
 */
bool motet_channel_settle_locked(struct motet_channel *channel)
{
	bool kept;

	lockdep_assert_held(&channel->object.domain->mutex);
	mutex_lock(&channel->mutex);
	motet_channel_expire_locked(channel);
	kept = motet_channel_is_kept_locked(channel);
	if (kept)
		motet_channel_set_timer_locked(channel);
	mutex_unlock(&channel->mutex);
	if (!kept)
		motet_channel_kill_locked(channel);
	return !kept;
}

static enum hrtimer_restart motet_channel_time(struct hrtimer *timer)
{
	struct motet_channel *channel = container_of(timer,
						     struct motet_channel,
						     timer);

	/* while the timer is armed the channel lives: none of these is last */
	motet_object_get(&channel->object);
	if (!queue_work(motet_workqueue, &channel->work))
		motet_object_put(&channel->object);
	return HRTIMER_NORESTART;
}

static void motet_channel_work(struct work_struct *work)
{
	struct motet_channel *channel = container_of(work,
						     struct motet_channel,
						     work);
	struct motet_domain *domain = channel->object.domain;
	bool over;

	mutex_lock(&domain->mutex);
	over = !channel->dead && motet_channel_settle_locked(channel);
	mutex_unlock(&domain->mutex);
	if (over)
		motet_channel_bury(channel);
	motet_object_put(&channel->object);
}

static bool motet_channel_purge(struct motet_object *object)
{
	struct motet_channel *channel = motet_channel_of(object);
	bool unused;

	mutex_lock(&object->domain->mutex);
	unused = !channel->dead && !channel->opener_count;
	if (unused)
		motet_channel_kill_locked(channel);
	mutex_unlock(&object->domain->mutex);
	if (unused)
		motet_channel_bury(channel);
	return unused;
}

static const struct motet_object_ops motet_channel_ops = {
	.class = MOTET_CLASS_CHANNEL,
	.release = motet_channel_release,
	.holder_gone = motet_channel_holder_gone,
	.purge = motet_channel_purge,
};

static int motet_channel_take_limits(struct motet_channel *channel,
				     const struct motet_channel_open *arg)
{
	struct motet_channel_limits max = {};
	struct motet_limits limit = arg->retained;

	motet_channel_limits(&max);
	if (limit.pad || limit.messages > max.retained_max ||
	    limit.bytes > max.retained_bytes_max)
		return -EINVAL;
	channel->limit.messages = limit.messages ?:
		min_t(u32, MOTET_CHANNEL_RETAINED, max.retained_max);
	channel->limit.bytes = limit.bytes ?:
		min_t(u64, MOTET_CHANNEL_RETAINED_BYTES,
		      max.retained_bytes_max);
	return 0;
}

static int motet_channel_charge(struct motet_channel *channel,
				struct motet_actor *actor)
{
	struct motet_charge *charge = &channel->charge;
	int err;

	charge->amount[MOTET_QUOTA_CHANNELS] = 1;
	charge->amount[MOTET_QUOTA_BYTES] = channel->limit.bytes +
		(u64)channel->limit.messages * sizeof(struct motet_message);
	err = motet_quota_charge(actor->payer, charge);
	if (!err)
		channel->payer = motet_payer_get(actor->payer);
	return err;
}

static void motet_channel_setup(struct motet_channel *channel)
{
	mutex_init(&channel->mutex);
	INIT_LIST_HEAD(&channel->openers);
	INIT_LIST_HEAD(&channel->others);
	channel->retained = RB_ROOT;
	timerqueue_init_head(&channel->expiries);
	INIT_WORK(&channel->work, motet_channel_work);
	hrtimer_init(&channel->timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
	channel->timer.function = motet_channel_time;
}

static int motet_channel_build(struct motet_channel *channel,
			       struct motet_actor *actor,
			       const struct motet_channel_open *arg)
{
	int err;

	err = motet_channel_take_limits(channel, arg);
	if (err)
		return err;
	err = rhltable_init(&channel->exact, &motet_channel_exact_params);
	if (err)
		return err;
	err = motet_channel_charge(channel, actor);
	if (err)
		rhltable_destroy(&channel->exact);
	return err;
}

/**
 * motet_channel_new() - build a channel
 * @actor: who creates it
 * @arg: mode, retention and bounds; the rest is checked by the caller
 *
 * It has one reference, which stands for its life once an opener is attached.
 *
 * Context: may sleep.
 * Return: the channel, or ERR_PTR() of -EINVAL, -ENOMEM or -EDQUOT.
 */
struct motet_channel *motet_channel_new(struct motet_actor *actor,
					const struct motet_channel_open *arg)
{
	struct motet_channel *channel;
	int err;

	channel = kzalloc(sizeof(*channel), GFP_KERNEL_ACCOUNT);
	if (!channel)
		return ERR_PTR(-ENOMEM);
	motet_channel_setup(channel);
	err = motet_channel_build(channel, actor, arg);
	if (err) {
		kfree(channel);
		return ERR_PTR(err);
	}
	motet_object_init(&channel->object, &motet_channel_ops,
			  actor->object.domain);
	channel->object.mode = arg->mode;
	channel->object.retention = arg->retention;
	return channel;
}

/**
 * motet_channel_publish() - let a channel be found
 * @channel: the channel; it has an opener, whose end lets it die if this fails
 * @name: its name; the channel's if this succeeds
 *
 * Context: may sleep.
 * Return: 0 or what motet_domain_publish() says.
 */
int motet_channel_publish(struct motet_channel *channel,
			  struct motet_name *name)
{
	int err = motet_domain_publish(&channel->object, name);

	if (!err)
		trace_motet_channel_create(&channel->object.id,
					   channel->object.mode);
	return err;
}

/**
 * motet_channel_unlink() - take the name of a channel away
 * @object: the channel; the caller has checked that the current task may
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT if it has none any more.
 */
int motet_channel_unlink(struct motet_object *object)
{
	struct motet_channel *channel = motet_channel_of(object);
	bool named, over = false;

	mutex_lock(&object->domain->mutex);
	named = rcu_access_pointer(object->name);
	if (named) {
		trace_motet_channel_unlink(&object->id, channel->opener_count);
		over = !channel->opener_count;
		if (over) {
			motet_channel_kill_locked(channel);
		} else {
			motet_domain_unname_locked(object);
			motet_domain_changed_locked(object);
		}
	}
	mutex_unlock(&object->domain->mutex);
	if (over)
		motet_channel_bury(channel);
	return named ? 0 : -ENOENT;
}

/**
 * motet_channel_look() - say what is shown of a channel
 * @channel: the channel
 * @view: filled in
 *
 * Context: may sleep.
 */
void motet_channel_look(struct motet_channel *channel,
			struct motet_channel_view *view)
{
	mutex_lock(&channel->mutex);
	motet_channel_expire_locked(channel);
	view->openers = channel->opener_count;
	view->subscribers = channel->subscriber_count;
	view->subscriptions = channel->subscription_count;
	view->retained = channel->used;
	view->limit = channel->limit;
	view->kept = channel->kept;
	view->published = channel->published;
	view->delivered = channel->delivered;
	view->lost = channel->lost;
	mutex_unlock(&channel->mutex);
}
