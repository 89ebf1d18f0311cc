/* SPDX-License-Identifier: GPL-2.0-only */
/* A channel: events go from publishers to whoever has subscribed to them. */
#ifndef _MOTET_CHANNEL_H
#define _MOTET_CHANNEL_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rhashtable-types.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <uapi/linux/motet_channel.h>

#include "actor.h"
#include "object.h"
#include "queue.h"
#include "quota.h"

struct motet_message;
struct motet_record;

/**
 * DOC: channel
 *
 * A channel is where events of one kind of interest are published, and where
 * those who have subscribed get them. It has no queue of its own: each *opener*
 * that subscribes has a port that nobody finds and that only it holds, and
 * delivery (deliver_publish.h) clones an event into the queues of those that it
 * is for. What goes out, goes out by the port's code.
 *
 * An opener is what an open file is to the channel. It has *subscriptions*, each
 * with a number of the opener's choosing and with filters. A subscription whose
 * first filter is exact is in a table by that; publishing looks the first pattern
 * up there, and goes through the list of all others.
 *
 * *Publishing* is one step under the channel's mutex, so that all subscribers see
 * one order. First all that may fail is done: the event is checked, room for
 * retaining it is found, and each subscription that matches gets room in its
 * opener's queue and a clone, or is marked to lose the event; a failure undoes
 * it all. Then the clones are queued, which can't fail but where an opener has
 * just died. Nothing of that waits for anybody: room is only asked for.
 *
 * A *lost mark* is a record (record.h), one for each priority, that is made with
 * the opener. It is told at the end of the lane in which there was no room. That
 * is the place of the loss: nothing else comes into the lane but under the mutex.
 * It counts up what else is lost in the lane until it is read. So each time that
 * an event matches a subscription it is received, or counted by a mark.
 *
 * A *retained* event is the original, of which the clones were made, with an end
 * on CLOCK_BOOTTIME. It is replayed to a new subscription in the same step that
 * makes it known to publishers, so that there is neither a gap nor anything twice.
 * Their number and bytes are bounded, and the bounds charged to who creates the
 * channel; the events themselves are charged as all messages are, to the cgroup
 * of who published them.
 *
 * A channel is *used* while an opener is attached. Unused, it lives while it has
 * a name and either its retention runs or it retains an event. It dies when the
 * last of these ends, in the step that ends it or, by time, in its work. Death
 * is final: it is found no more and what it retains is gone. One timer goes off
 * at whichever of these times is next.
 *
 * When the process of an opener is dead its subscriptions end, and its port
 * closes with everything in it. The file may be with another process, and stays
 * what it is for that: it publishes.
 *
 * Locks: the domain's mutex is taken first wherever a channel may begin or cease
 * to live, then the channel's mutex, then a queue's lock. Nothing is copied from
 * or to a user under any of them.
 */

/**
 * struct motet_channel - a channel
 * @object: the object [own]
 * @mutex: guards what follows, and orders what is published [own]
 * @dead: it has no life any more [domain.mutex and channel.mutex]
 * @openers: those that are attached [channel.mutex]
 * @opener_count: how many [domain.mutex and channel.mutex]
 * @subscriber_count: how many of them may subscribe, and live [channel.mutex]
 * @exact: subscriptions whose first filter is exact, by its bytes
 *	[channel.mutex, rcu]
 * @others: all other subscriptions [channel.mutex]
 * @subscription_count: subscriptions of all openers [channel.mutex]
 * @retained: events that are retained, by identifier, which is their order
 *	[channel.mutex]
 * @expiries: when they end [channel.mutex]
 * @limit: bound of what is retained [const]
 * @used: what is retained [channel.mutex]
 * @kept: its own retention runs [channel.mutex]
 * @kept_until: until when, CLOCK_BOOTTIME [channel.mutex]
 * @timer: goes off at the next of these times [own]
 * @work: ends what is over; has a reference while it is queued or runs [own]
 * @published: events that were published [channel.mutex]
 * @delivered: events that subscriptions got [channel.mutex]
 * @lost: events that subscriptions lost [channel.mutex]
 * @payer: who is charged for it, NULL once it is dead [own]
 * @charge: how much [const]
 */
struct motet_channel {
	struct motet_object object;
	struct mutex mutex;
	bool dead;
	struct list_head openers;
	u32 opener_count;
	u32 subscriber_count;
	struct rhltable exact;
	struct list_head others;
	u32 subscription_count;
	struct rb_root retained;
	struct timerqueue_head expiries;
	struct motet_room limit;
	struct motet_room used;
	bool kept;
	u64 kept_until;
	struct hrtimer timer;
	struct work_struct work;
	u64 published;
	u64 delivered;
	u64 lost;
	struct motet_payer *payer;
	struct motet_charge charge;
};

/**
 * struct motet_opener - what an open file is to a channel
 * @channel: the channel, referenced, or NULL until it is attached [const]
 * @actor: who opened it, referenced [const]
 * @flags: see flags of opening a channel [const]
 * @port: where it receives, referenced; NULL if it doesn't subscribe [const]
 * @queue: of that port [const]
 * @share: what is in that queue [const]
 * @marks: tell it of events that it lost, by priority [const]
 * @link: among those of the channel [channel.mutex]
 * @holding: among what its actor holds, if it subscribes
 *	[channel.mutex and actor.lock]
 * @gone: it doesn't subscribe any more [channel.mutex]
 * @subscriptions: by their numbers [channel.mutex]
 * @subscription_count: how many [channel.mutex]
 * @delivered: events that they got [channel.mutex]
 * @lost: events that they lost [channel.mutex]
 */
struct motet_opener {
	struct motet_channel *channel;
	struct motet_actor *actor;
	u32 flags;
	struct motet_object *port;
	struct motet_queue *queue;
	struct motet_share *share;
	struct motet_record *marks[MOTET_PRIORITIES];
	struct list_head link;
	struct motet_holding holding;
	bool gone;
	struct rb_root subscriptions;
	u32 subscription_count;
	u64 delivered;
	u64 lost;
};

/**
 * struct motet_subscription - what an opener wants to get
 * @rcu: frees it [rcu]
 * @opener: whose it is [const]
 * @number: the opener's number of it [const]
 * @node: among those of the opener [channel.mutex]
 * @exact_node: among those whose first filter is exact [channel.mutex, rcu]
 * @link: among all others, or empty [channel.mutex]
 * @match: among those that match the event that is being published
 *	[channel.mutex]
 * @pending: the clone that it gets, or NULL if it loses that event
 *	[channel.mutex]
 * @filter_count: how many filters [const]
 * @filter_len: their bytes [const]
 * @filters: as the user gave them, checked [const]
 */
struct motet_subscription {
	struct rcu_head rcu;
	struct motet_opener *opener;
	u64 number;
	struct rb_node node;
	struct rhlist_head exact_node;
	struct list_head link;
	struct list_head match;
	struct motet_message *pending;
	u32 filter_count;
	u32 filter_len;
	u8 filters[] __counted_by(filter_len);
};

/**
 * motet_channel_of() - the channel that an object is
 * @object: an object of class %MOTET_CLASS_CHANNEL
 *
 * Return: the channel.
 */
static inline struct motet_channel *
motet_channel_of(struct motet_object *object)
{
	return container_of(object, struct motet_channel, object);
}

/* channel.c: life */
void motet_channel_limits(struct motet_channel_limits *limits);
struct motet_channel *motet_channel_new(struct motet_actor *actor,
					const struct motet_channel_open *arg);
int motet_channel_publish(struct motet_channel *channel,
			  struct motet_name *name);
int motet_channel_unlink(struct motet_object *object);

/* channel_opener.c: openers */
int motet_opener_attach(struct motet_opener *opener,
			struct motet_channel *channel);
void motet_opener_detach(struct motet_opener *opener);
int motet_opener_equip(struct motet_opener *opener, struct motet_object *port,
		       struct motet_queue *queue, const struct motet_id *about);
void motet_opener_strip(struct motet_opener *opener);
bool motet_channel_look_handle(struct motet_channel *channel,
			       unsigned int index,
			       struct motet_handle_view *view);

/**
 * struct motet_channel_view - what is shown of a channel
 * @openers: those that are attached [own]
 * @subscribers: those of them that may subscribe [own]
 * @subscriptions: of all openers [own]
 * @retained: what it retains [own]
 * @limit: bound of that [own]
 * @kept: its own retention runs [own]
 * @published: events that were published [own]
 * @delivered: events that subscriptions got [own]
 * @lost: events that subscriptions lost [own]
 */
struct motet_channel_view {
	u32 openers;
	u32 subscribers;
	u32 subscriptions;
	struct motet_room retained;
	struct motet_room limit;
	bool kept;
	u64 published;
	u64 delivered;
	u64 lost;
};

void motet_channel_look(struct motet_channel *channel,
			struct motet_channel_view *view);

/* channel_subscribe.c: subscriptions, and which an event is for */
struct motet_subscription *
motet_subscription_new(struct motet_opener *opener,
		       const struct motet_channel_subscribe *arg);
int motet_subscription_check_locked(const struct motet_subscription *subscription);
int motet_subscription_add_locked(struct motet_subscription *subscription);
bool motet_subscription_matches(const struct motet_subscription *subscription,
				const struct motet_message *event);
int motet_channel_unsubscribe(struct motet_opener *opener, u64 number);
void motet_channel_match_locked(struct motet_channel *channel,
				const struct motet_message *event,
				struct list_head *matching);

/* channel_event.c: what events are, and retaining them */
int motet_event_check(const struct motet_message *message, u64 *retention);
int motet_channel_check_room_locked(struct motet_channel *channel,
				    const struct motet_message *event);
void motet_channel_retain_locked(struct motet_channel *channel,
				 struct motet_message *event, u64 retention);
struct motet_message *motet_channel_retained_locked(struct motet_channel *channel,
						    struct motet_message *after);
int motet_channel_clear(struct motet_channel *channel, u64 id);

#endif /* _MOTET_CHANNEL_H */
