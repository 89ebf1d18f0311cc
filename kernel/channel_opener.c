// SPDX-License-Identifier: GPL-2.0-only
/* What open files are to channels. */

#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include "channel_internal.h"
#include "domain.h"
#include "record.h"
#include "trace.h"

/* Opened again, its retention doesn't run any more. */
static void motet_channel_admit_locked(struct motet_channel *channel,
				       struct motet_opener *opener)
{
	lockdep_assert_held(&channel->mutex);
	opener->channel = channel;
	motet_object_get(&channel->object);
	list_add_tail(&opener->link, &channel->openers);
	channel->opener_count++;
	channel->kept = false;
	if (!opener->port)
		return;
	channel->subscriber_count++;
	motet_actor_hold(opener->actor, &opener->holding, &channel->object);
}

/**
 * motet_opener_attach() - open a channel
 * @opener: what the file will be; not attached yet
 * @channel: the channel
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if the channel is dead, or -EDQUOT.
 */
int motet_opener_attach(struct motet_opener *opener,
			struct motet_channel *channel)
{
	struct motet_domain *domain = channel->object.domain;
	int err = 0;

	mutex_lock(&domain->mutex);
	mutex_lock(&channel->mutex);
	if (channel->dead)
		err = -ESRCH;
	else if (channel->opener_count >= motet_channel_openers_limit())
		err = -EDQUOT;
	else
		motet_channel_admit_locked(channel, opener);
	mutex_unlock(&channel->mutex);
	mutex_unlock(&domain->mutex);
	if (!err)
		trace_motet_channel_open(&channel->object.id, opener->flags);
	return err;
}

/* From here on no event is for it. */
static void motet_opener_leave_locked(struct motet_opener *opener)
{
	lockdep_assert_held(&opener->channel->mutex);
	if (opener->gone || !opener->port)
		return;
	opener->gone = true;
	motet_opener_end_locked(opener);
	opener->channel->subscriber_count--;
	motet_actor_let_go(opener->actor, &opener->holding);
}

static void motet_channel_keep_locked(struct motet_channel *channel)
{
	u64 retention = channel->object.retention;
	u64 now = ktime_get_boottime_ns();

	lockdep_assert_held(&channel->mutex);
	channel->kept = retention;
	channel->kept_until = retention > KTIME_MAX - now ? KTIME_MAX :
							    now + retention;
}

/**
 * motet_opener_detach() - close a channel
 * @opener: the opener, which was attached
 *
 * Context: may sleep.
 */
void motet_opener_detach(struct motet_opener *opener)
{
	struct motet_channel *channel = opener->channel;
	struct motet_domain *domain = channel->object.domain;
	bool last, over = false;

	trace_motet_channel_close(&channel->object.id, opener->flags);
	mutex_lock(&domain->mutex);
	mutex_lock(&channel->mutex);
	motet_opener_leave_locked(opener);
	list_del(&opener->link);
	last = !--channel->opener_count;
	if (last)
		motet_channel_keep_locked(channel);
	mutex_unlock(&channel->mutex);
	if (last)
		over = motet_channel_settle_locked(channel);
	mutex_unlock(&domain->mutex);
	if (over)
		motet_channel_bury(channel);
	motet_object_put(&channel->object);
}

/**
 * motet_channel_holder_gone() - a process that subscribes is dead
 * @object: the channel
 * @actor: an actor of the process
 *
 * Context: may sleep.
 */
void motet_channel_holder_gone(struct motet_object *object,
			       struct motet_actor *actor)
{
	struct motet_channel *channel = motet_channel_of(object);
	struct motet_opener *opener;

	mutex_lock(&channel->mutex);
	list_for_each_entry(opener, &channel->openers, link)
		if (opener->actor == actor)
			motet_opener_leave_locked(opener);
	mutex_unlock(&channel->mutex);
}

/**
 * motet_opener_equip() - give an opener what it needs to subscribe
 * @opener: zeroed but for its actor and flags
 * @port: where it will receive
 * @queue: of that port
 * @about: identifier of the channel
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM; motet_opener_strip() is to be called in any case.
 */
int motet_opener_equip(struct motet_opener *opener, struct motet_object *port,
		       struct motet_queue *queue, const struct motet_id *about)
{
	unsigned int i;

	opener->port = motet_object_get(port);
	opener->queue = queue;
	opener->share = motet_share_get(queue, current_uid());
	if (!opener->share)
		return -ENOMEM;
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		opener->marks[i] = motet_record_new(queue,
						    MOTET_EXCEPTION_EVENTS_LOST,
						    about);
		if (!opener->marks[i])
			return -ENOMEM;
		motet_record_set_priority(opener->marks[i], i);
	}
	return 0;
}

/**
 * motet_opener_strip() - take away what motet_opener_equip() has given
 * @opener: not attached, or not any more; its port is dead
 *
 * Context: may sleep.
 */
void motet_opener_strip(struct motet_opener *opener)
{
	unsigned int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		motet_record_drop(opener->marks[i]);
	if (opener->queue)
		motet_share_put(opener->queue, opener->share);
	motet_object_put(opener->port);
}

static void motet_opener_look_locked(const struct motet_opener *opener,
				     struct motet_handle_view *view)
{
	lockdep_assert_held(&opener->channel->mutex);
	motet_actor_look(opener->actor, view);
	view->role = MOTET_ROLE_CHANNEL;
	if (opener->flags & MOTET_CHANNEL_PUBLISHER)
		view->rights |= MOTET_MODE_SEND;
	if (!opener->port)
		return;
	view->rights |= MOTET_MODE_RECEIVE;
	view->queued = READ_ONCE(opener->queue->depth);
	view->lost = opener->lost;
}

/**
 * motet_channel_look_handle() - say what is shown of one opener of a channel
 * @channel: the channel
 * @index: which, in the order of opening
 * @view: filled in; the caller puts its pid
 *
 * Context: may sleep.
 * Return: true if there is one, and not too many before.
 */
bool motet_channel_look_handle(struct motet_channel *channel,
			       unsigned int index,
			       struct motet_handle_view *view)
{
	const struct motet_opener *opener;
	bool found = false;

	if (index >= MOTET_HANDLES_SHOWN)
		return false;
	mutex_lock(&channel->mutex);
	list_for_each_entry(opener, &channel->openers, link) {
		if (index--)
			continue;
		motet_opener_look_locked(opener, view);
		found = true;
		break;
	}
	mutex_unlock(&channel->mutex);
	return found;
}
