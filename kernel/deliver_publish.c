// SPDX-License-Identifier: GPL-2.0-only
/* Publishing: how an event gets into the queues of those who subscribed. */

#include <linux/ktime.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "deliver_publish.h"
#include "domain.h"
#include "message.h"
#include "port.h"
#include "record.h"
#include "trace.h"

static int motet_channel_equip(struct motet_channel_file *file,
			       struct motet_handle *actor,
			       struct motet_channel *channel,
			       const struct motet_channel_open *arg)
{
	struct motet_port_create create = {};
	struct motet_port *port;

	memcpy(create.limits, arg->limits, sizeof(create.limits));
	file->receiver = motet_port_create(actor, &create);
	if (IS_ERR(file->receiver))
		return PTR_ERR(file->receiver);
	port = file->receiver->port;
	return motet_opener_equip(&file->opener, &port->object, &port->queue,
				  &channel->object.id);
}

/**
 * motet_channel_open() - make a file of a channel, to be attached next
 * @actor: handle of the actor that opens it
 * @channel: the channel
 * @arg: how; flags are checked
 *
 * Context: may sleep.
 * Return: what the file is, whose opener is not attached; or ERR_PTR() of
 * -EINVAL, -EDQUOT or -ENOMEM.
 */
struct motet_channel_file *
motet_channel_open(struct motet_handle *actor, struct motet_channel *channel,
		   const struct motet_channel_open *arg)
{
	struct motet_channel_file *file;
	int err = 0;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return ERR_PTR(-ENOMEM);
	file->opener.actor = motet_actor_get(actor->actor);
	file->opener.flags = arg->flags;
	INIT_LIST_HEAD(&file->opener.holding.link);
	file->opener.subscriptions = RB_ROOT;
	if (arg->flags & MOTET_CHANNEL_SUBSCRIBER)
		err = motet_channel_equip(file, actor, channel, arg);
	if (err) {
		motet_channel_close(file);
		return ERR_PTR(err);
	}
	return file;
}

/**
 * motet_channel_create() - build a channel, to be published next
 * @actor: handle of the actor that creates it
 * @arg: what it is to be, and how it is opened
 *
 * Context: may sleep.
 * Return: what its first file is; if that is closed without the channel being
 * published the channel dies. Or ERR_PTR() of -EINVAL, -EDQUOT or -ENOMEM.
 */
struct motet_channel_file *
motet_channel_create(struct motet_handle *actor,
		     const struct motet_channel_open *arg)
{
	struct motet_channel_file *file;
	struct motet_channel *channel;
	int err;

	channel = motet_channel_new(actor->actor, arg);
	if (IS_ERR(channel))
		return ERR_CAST(channel);
	file = motet_channel_open(actor, channel, arg);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto err_put_channel;
	}
	err = motet_opener_attach(&file->opener, channel);
	if (err)
		goto err_close;
	return file;

err_close:
	motet_channel_close(file);
err_put_channel:
	motet_object_put(&channel->object);
	return ERR_PTR(err);
}

/**
 * motet_channel_close() - the last reference to the file is gone
 * @file: what it was
 *
 * Context: may sleep.
 */
void motet_channel_close(struct motet_channel_file *file)
{
	if (file->opener.channel)
		motet_opener_detach(&file->opener);
	if (!IS_ERR_OR_NULL(file->receiver))
		motet_handle_close(file->receiver);
	motet_opener_strip(&file->opener);
	motet_actor_put(file->opener.actor);
	kfree(file);
}

/**
 * motet_channel_poll() - poll a channel
 * @file: what the file is
 * @from: the file
 * @table: where to wait
 *
 * Return: as of the queue, if it subscribes; and always writable if it publishes.
 */
__poll_t motet_channel_poll(struct motet_channel_file *file, struct file *from,
			    struct poll_table_struct *table)
{
	__poll_t mask = 0;

	if (file->receiver)
		mask = motet_handle_poll(file->receiver, from, table);
	if (file->opener.flags & MOTET_CHANNEL_PUBLISHER)
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

/**
 * motet_publish_begin() - build an event
 * @file: by which it will be published
 * @msg: body and priority, checked
 * @retention: out: how long it is to be retained
 *
 * Context: may sleep.
 * Return: the event, to be committed or freed; or ERR_PTR() of -ENOMEM, -EFAULT,
 * -EINVAL, -E2BIG, -EMSGSIZE.
 */
struct motet_message *motet_publish_begin(struct motet_channel_file *file,
					  const struct motet_msg *msg,
					  u64 *retention)
{
	struct motet_actor *actor = file->opener.actor;
	struct motet_message *event;
	int err;

	event = motet_message_new(msg);
	if (IS_ERR(event))
		return event;
	err = motet_event_check(event, retention);
	if (err) {
		motet_message_free(event);
		return ERR_PTR(err);
	}
	event->to = file->opener.channel->object.id;
	if (motet_actor_is_current(actor)) {
		event->actor = actor->object.id;
		event->port = actor->default_port->id;
	}
	return event;
}

/*
 * The clone that an opener gets; NULL if it has no room, or ERR_PTR(): of
 * -EOWNERDEAD if it is dead, of -ENOMEM.
 */
static struct motet_message *
motet_publish_prepare(const struct motet_subscription *subscription,
		      const struct motet_message *event)
{
	const struct motet_opener *opener = subscription->opener;
	const struct motet_wait now = { .nonblock = true };
	u64 bytes = motet_message_bytes(event);
	struct motet_message *copy;
	int err;

	lockdep_assert_held(&opener->channel->mutex);
	err = motet_queue_reserve(opener->queue, opener->share,
				  event->priority, bytes, &now);
	if (err)
		return err == -EOWNERDEAD ? ERR_PTR(err) : NULL;
	copy = motet_message_clone(event);
	if (!copy) {
		motet_queue_unreserve(opener->queue, opener->share,
				      event->priority, bytes);
		return ERR_PTR(-ENOMEM);
	}
	copy->share = opener->share;
	copy->id = event->id;
	copy->token = subscription->number;
	return copy;
}

static void motet_publish_undo(struct motet_opener *opener,
			       struct motet_message *copy)
{
	if (copy)
		motet_port_finish(motet_port_of(opener->port), copy);
}

/* All that match, or nothing. Openers that died are left out. */
static int motet_publish_prepare_all(const struct motet_message *event,
				     struct list_head *matching)
{
	struct motet_subscription *subscription, *next;

	list_for_each_entry_safe(subscription, next, matching, match) {
		subscription->pending = motet_publish_prepare(subscription,
							      event);
		if (!IS_ERR(subscription->pending))
			continue;
		if (PTR_ERR(subscription->pending) == -ENOMEM)
			goto err_undo;
		list_del(&subscription->match);
	}
	return 0;

err_undo:
	list_for_each_entry_continue_reverse(subscription, matching, match)
		motet_publish_undo(subscription->opener, subscription->pending);
	return -ENOMEM;
}

static bool motet_publish_deliver(struct motet_opener *opener,
				  struct motet_message *copy)
{
	struct motet_port *port = motet_port_of(opener->port);

	lockdep_assert_held(&opener->channel->mutex);
	trace_motet_event_deliver(&copy->to, &port->object.id, copy->id,
				  copy->priority);
	if (motet_port_queue_message(port, copy)) {
		motet_port_finish(port, copy);
		return false;
	}
	opener->delivered++;
	opener->channel->delivered++;
	return true;
}

static void motet_publish_lose(struct motet_opener *opener,
			       unsigned int priority, u32 count)
{
	lockdep_assert_held(&opener->channel->mutex);
	motet_record_tell_times(opener->marks[priority], 0, count);
	opener->lost += count;
	opener->channel->lost += count;
}

static void motet_publish_commit_all(struct motet_message *event,
				     struct list_head *matching,
				     struct motet_publication *publication)
{
	struct motet_subscription *subscription;
	struct motet_opener *opener;

	list_for_each_entry(subscription, matching, match) {
		opener = subscription->opener;
		if (!subscription->pending) {
			trace_motet_event_lose(&event->to, &opener->port->id,
					       event->id, event->priority);
			motet_publish_lose(opener, event->priority, 1);
			publication->lost++;
		} else if (motet_publish_deliver(opener,
						 subscription->pending)) {
			publication->delivered++;
		}
		cond_resched();
	}
}

static int motet_publish_locked(struct motet_channel *channel,
				struct motet_message *event, bool retain,
				struct motet_publication *publication)
{
	LIST_HEAD(matching);
	int err;

	lockdep_assert_held(&channel->mutex);
	err = retain ? motet_channel_check_room_locked(channel, event) : 0;
	if (err)
		return err;
	event->id = atomic64_inc_return(&channel->object.domain->last_event);
	event->published = ktime_get_real_ns();
	motet_channel_match_locked(channel, event, &matching);
	err = motet_publish_prepare_all(event, &matching);
	if (err)
		return err;
	trace_motet_event_publish(&channel->object.id, event->id,
				  event->priority, motet_message_bytes(event));
	motet_publish_commit_all(event, &matching, publication);
	channel->published++;
	publication->id = event->id;
	return 0;
}

/**
 * motet_publish_commit() - publish an event
 * @file: by which it was begun
 * @event: the event; not the caller's any more in any case
 * @retention: how long it is to be retained
 * @publication: zeroed; out: what became of it
 *
 * Context: may sleep.
 * Return: 0, -EDQUOT or -ENOMEM, and nobody has got it.
 */
int motet_publish_commit(struct motet_channel_file *file,
			 struct motet_message *event, u64 retention,
			 struct motet_publication *publication)
{
	struct motet_channel *channel = file->opener.channel;
	int err;

	mutex_lock(&channel->mutex);
	err = motet_publish_locked(channel, event, retention, publication);
	if (!err && retention)
		motet_channel_retain_locked(channel, event, retention);
	mutex_unlock(&channel->mutex);
	if (err || !retention)
		motet_message_free(event);
	return err;
}

/**
 * struct motet_replay - retained events on their way to a new subscription
 * @subscription: the subscription [own]
 * @copies: what it gets [own]
 * @lost: what it has no room for, by priority [own]
 */
struct motet_replay {
	struct motet_subscription *subscription;
	struct list_head copies;
	u32 lost[MOTET_PRIORITIES];
};

static int motet_replay_prepare(struct motet_replay *replay,
				const struct motet_message *event)
{
	struct motet_message *copy = NULL;

	if (!motet_subscription_matches(replay->subscription, event))
		return 0;
	if (!replay->lost[event->priority])
		copy = motet_publish_prepare(replay->subscription, event);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	if (copy)
		list_add_tail(&copy->link, &replay->copies);
	else
		replay->lost[event->priority]++;
	return 0;
}

static int motet_replay_prepare_all(struct motet_replay *replay)
{
	struct motet_opener *opener = replay->subscription->opener;
	struct motet_message *event = NULL;
	int err = 0;

	while (!err && (event = motet_channel_retained_locked(opener->channel,
							      event))) {
		err = motet_replay_prepare(replay, event);
		cond_resched();
	}
	return err;
}

static void motet_replay_undo(struct motet_replay *replay)
{
	struct motet_message *copy, *next;

	list_for_each_entry_safe(copy, next, &replay->copies, link) {
		list_del_init(&copy->link);
		motet_publish_undo(replay->subscription->opener, copy);
	}
}

static void motet_replay_commit(struct motet_replay *replay,
				struct motet_publication *publication)
{
	struct motet_opener *opener = replay->subscription->opener;
	struct motet_message *copy, *next;
	unsigned int i;

	list_for_each_entry_safe(copy, next, &replay->copies, link) {
		list_del_init(&copy->link);
		publication->delivered += motet_publish_deliver(opener, copy);
		cond_resched();
	}
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		if (!replay->lost[i])
			continue;
		motet_publish_lose(opener, i, replay->lost[i]);
		publication->lost += replay->lost[i];
	}
}

/**
 * motet_publish_subscribe() - let events be for a subscription
 * @subscription: the subscription; the channel's if this succeeds
 * @replay: those that are retained, too
 * @publication: zeroed; out: what became of these
 *
 * Context: may sleep.
 * Return: 0, -EOWNERDEAD, -EEXIST, -EDQUOT or -ENOMEM, and nothing has changed.
 */
int motet_publish_subscribe(struct motet_subscription *subscription,
			    bool replay, struct motet_publication *publication)
{
	struct motet_channel *channel = subscription->opener->channel;
	struct motet_replay events = {
		.subscription = subscription,
		.copies = LIST_HEAD_INIT(events.copies),
	};
	int err;

	mutex_lock(&channel->mutex);
	err = motet_subscription_check_locked(subscription);
	if (!err && replay)
		err = motet_replay_prepare_all(&events);
	if (!err)
		err = motet_subscription_add_locked(subscription);
	if (err)
		motet_replay_undo(&events);
	else
		motet_replay_commit(&events, publication);
	mutex_unlock(&channel->mutex);
	return err;
}

/**
 * motet_channel_status() - say what a channel is, and this opener of it
 * @file: what the file is
 * @status: zeroed but for its size; filled in
 *
 * Context: may sleep.
 */
void motet_channel_status(struct motet_channel_file *file,
			  struct motet_channel_status *status)
{
	struct motet_opener *opener = &file->opener;
	struct motet_channel *channel = opener->channel;
	struct motet_channel_view view;

	motet_channel_look(channel, &view);
	status->flags = opener->flags & ~MOTET_CHANNEL_CREATE;
	status->mode = READ_ONCE(channel->object.mode);
	status->unlinked = !rcu_access_pointer(channel->object.name);
	status->openers = view.openers;
	status->subscribers = view.subscribers;
	status->subscriptions = view.subscriptions;
	status->retained = view.retained.messages;
	status->retained_bytes = view.retained.bytes;
	status->retention = channel->object.retention;
	status->published = view.published;
	status->delivered = view.delivered;
	status->lost = view.lost;
	status->id = channel->object.id;
	mutex_lock(&channel->mutex);
	status->own_subscriptions = opener->subscription_count;
	status->own_delivered = opener->delivered;
	status->own_lost = opener->lost;
	mutex_unlock(&channel->mutex);
	if (opener->queue)
		status->own_messages = READ_ONCE(opener->queue->depth);
}
