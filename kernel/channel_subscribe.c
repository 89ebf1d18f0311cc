// SPDX-License-Identifier: GPL-2.0-only
/* Subscriptions, and which of them an event is for. */

#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "channel_internal.h"
#include "message.h"
#include "trace.h"

/**
 * struct motet_exact_key - what is looked up in the table of exact filters
 * @bytes: the pattern, or the filter [own]
 * @len: its length [own]
 */
struct motet_exact_key {
	const u8 *bytes;
	u32 len;
};

static u32 motet_exact_key_hash(const void *data, u32 len, u32 seed)
{
	const struct motet_exact_key *key = data;

	return jhash(key->bytes, key->len, seed);
}

static struct motet_exact_key
motet_exact_key_of(const struct motet_subscription *subscription)
{
	struct motet_pattern filter;

	motet_pattern_next(subscription->filters, &filter);
	return (struct motet_exact_key) {
		.bytes = subscription->filters + sizeof(filter),
		.len = filter.len,
	};
}

static u32 motet_exact_hash(const void *data, u32 len, u32 seed)
{
	const struct motet_exact_key key = motet_exact_key_of(data);

	return motet_exact_key_hash(&key, 0, seed);
}

static int motet_exact_compare(struct rhashtable_compare_arg *arg,
			       const void *data)
{
	const struct motet_exact_key *key = arg->key;
	const struct motet_exact_key other = motet_exact_key_of(data);

	return key->len != other.len ||
	       memcmp(key->bytes, other.bytes, key->len);
}

const struct rhashtable_params motet_channel_exact_params = {
	.head_offset = offsetof(struct motet_subscription, exact_node),
	.hashfn = motet_exact_key_hash,
	.obj_hashfn = motet_exact_hash,
	.obj_cmpfn = motet_exact_compare,
	.automatic_shrinking = true,
};

static bool motet_subscription_is_exact(const struct motet_subscription *subscription)
{
	struct motet_pattern filter;

	if (!subscription->filter_count)
		return false;
	motet_pattern_next(subscription->filters, &filter);
	return filter.type == MOTET_FILTER_EXACT;
}

static int motet_subscription_check_size(const struct motet_channel_subscribe *arg)
{
	struct motet_channel_limits max = {};

	motet_channel_limits(&max);
	return arg->filter_count > max.patterns_max ||
	       arg->filter_len > max.pattern_bytes_max ? -EMSGSIZE : 0;
}

/**
 * motet_subscription_new() - build a subscription of what the current task says
 * @opener: whose it will be
 * @arg: its number and filters
 *
 * Context: may sleep; no locks held.
 * Return: the subscription, to be added or freed with kfree(); or ERR_PTR() of
 * -EMSGSIZE, -ENOMEM, -EFAULT, -EINVAL.
 */
struct motet_subscription *
motet_subscription_new(struct motet_opener *opener,
		       const struct motet_channel_subscribe *arg)
{
	struct motet_subscription *subscription;
	int err;

	err = motet_subscription_check_size(arg);
	if (err)
		return ERR_PTR(err);
	subscription = kzalloc(struct_size(subscription, filters,
					   arg->filter_len),
			       GFP_KERNEL_ACCOUNT);
	if (!subscription)
		return ERR_PTR(-ENOMEM);
	subscription->opener = opener;
	subscription->number = arg->id;
	INIT_LIST_HEAD(&subscription->link);
	subscription->filter_count = arg->filter_count;
	subscription->filter_len = arg->filter_len;
	err = -EFAULT;
	if (!copy_from_user(subscription->filters,
			    u64_to_user_ptr(arg->filters), arg->filter_len))
		err = motet_patterns_check(subscription->filters,
					   arg->filter_len, arg->filter_count,
					   true);
	if (err) {
		kfree(subscription);
		return ERR_PTR(err);
	}
	return subscription;
}

static int motet_subscription_compare(const void *key,
				      const struct rb_node *node)
{
	u64 other = rb_entry(node, struct motet_subscription, node)->number;
	u64 number = *(const u64 *)key;

	return number < other ? -1 : number > other;
}

static struct motet_subscription *
motet_subscription_find(const struct motet_opener *opener, u64 number)
{
	struct rb_node *node;

	lockdep_assert_held(&opener->channel->mutex);
	node = rb_find(&number, &opener->subscriptions,
		       motet_subscription_compare);
	return rb_entry_safe(node, struct motet_subscription, node);
}

/**
 * motet_subscription_check_locked() - whether a subscription can be added
 * @subscription: a new one; its channel's mutex is held
 *
 * Return: 0, -EOWNERDEAD if its opener is gone, -EEXIST, -EDQUOT.
 */
int motet_subscription_check_locked(const struct motet_subscription *subscription)
{
	const struct motet_opener *opener = subscription->opener;
	struct motet_channel_limits max = {};

	lockdep_assert_held(&opener->channel->mutex);
	motet_channel_limits(&max);
	if (opener->gone)
		return -EOWNERDEAD;
	if (motet_subscription_find(opener, subscription->number))
		return -EEXIST;
	return opener->subscription_count >= max.subscriptions_max ? -EDQUOT :
								     0;
}

static bool motet_subscription_less(struct rb_node *node,
				    const struct rb_node *other)
{
	return rb_entry(node, struct motet_subscription, node)->number <
	       rb_entry(other, struct motet_subscription, node)->number;
}

/**
 * motet_subscription_add_locked() - let events be for a subscription
 * @subscription: checked; its channel's mutex is held
 *
 * Return: 0 or -ENOMEM.
 */
int motet_subscription_add_locked(struct motet_subscription *subscription)
{
	struct motet_opener *opener = subscription->opener;
	struct motet_channel *channel = opener->channel;
	struct motet_exact_key key;

	lockdep_assert_held(&channel->mutex);
	if (motet_subscription_is_exact(subscription)) {
		key = motet_exact_key_of(subscription);
		if (rhltable_insert_key(&channel->exact, &key,
					&subscription->exact_node,
					motet_channel_exact_params))
			return -ENOMEM;
	} else {
		list_add_tail(&subscription->link, &channel->others);
	}
	rb_add(&subscription->node, &opener->subscriptions,
	       motet_subscription_less);
	opener->subscription_count++;
	channel->subscription_count++;
	trace_motet_subscribe(&channel->object.id, &opener->port->id,
			      subscription->number);
	return 0;
}

static void motet_subscription_end_locked(struct motet_subscription *subscription)
{
	struct motet_opener *opener = subscription->opener;
	struct motet_channel *channel = opener->channel;

	lockdep_assert_held(&channel->mutex);
	trace_motet_unsubscribe(&channel->object.id, &opener->port->id,
				subscription->number);
	if (list_empty(&subscription->link))
		rhltable_remove(&channel->exact, &subscription->exact_node,
				motet_channel_exact_params);
	else
		list_del(&subscription->link);
	rb_erase(&subscription->node, &opener->subscriptions);
	opener->subscription_count--;
	channel->subscription_count--;
	kfree_rcu(subscription, rcu);
}

/**
 * motet_opener_end_locked() - end all subscriptions of an opener
 * @opener: the opener; its channel's mutex is held
 */
void motet_opener_end_locked(struct motet_opener *opener)
{
	struct rb_node *node;

	lockdep_assert_held(&opener->channel->mutex);
	while ((node = rb_first(&opener->subscriptions))) {
		motet_subscription_end_locked(rb_entry(node,
						       struct motet_subscription,
						       node));
		cond_resched();
	}
}

/**
 * motet_channel_unsubscribe() - end a subscription
 * @opener: whose it is
 * @number: its number
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int motet_channel_unsubscribe(struct motet_opener *opener, u64 number)
{
	struct motet_channel *channel = opener->channel;
	struct motet_subscription *subscription;

	mutex_lock(&channel->mutex);
	subscription = motet_subscription_find(opener, number);
	if (subscription)
		motet_subscription_end_locked(subscription);
	mutex_unlock(&channel->mutex);
	return subscription ? 0 : -ENOENT;
}

static bool motet_filter_matches(const struct motet_pattern *filter,
				 const u8 *bytes,
				 const struct motet_pattern *pattern,
				 const u8 *other)
{
	if (filter->type == MOTET_FILTER_PASS_ALL)
		return true;
	if (filter->len > pattern->len)
		return false;
	if (filter->type == MOTET_FILTER_EXACT && filter->len < pattern->len)
		return false;
	if (filter->type == MOTET_FILTER_SUFFIX)
		other += pattern->len - filter->len;
	return !memcmp(bytes, other, filter->len);
}

/**
 * motet_subscription_matches() - whether an event is for a subscription
 * @subscription: the subscription
 * @event: the event, checked
 *
 * Return: true if each filter matches the pattern at its place, or the empty one
 * where the event has none.
 */
bool motet_subscription_matches(const struct motet_subscription *subscription,
				const struct motet_message *event)
{
	const u8 *filters = subscription->filters, *patterns;
	struct motet_pattern filter, pattern;
	const u8 *bytes, *other;
	u32 i, count;

	patterns = motet_event_patterns(event, &count);
	for (i = 0; i < subscription->filter_count; i++) {
		bytes = filters + sizeof(filter);
		filters = motet_pattern_next(filters, &filter);
		other = patterns + sizeof(pattern);
		if (i < count)
			patterns = motet_pattern_next(patterns, &pattern);
		else
			pattern.len = 0;
		if (!motet_filter_matches(&filter, bytes, &pattern, other))
			return false;
	}
	return true;
}

static struct motet_exact_key motet_event_key(const struct motet_message *event)
{
	struct motet_exact_key key = {};
	struct motet_pattern pattern;
	const u8 *patterns;
	u32 count;

	patterns = motet_event_patterns(event, &count);
	if (count) {
		motet_pattern_next(patterns, &pattern);
		key.bytes = patterns + sizeof(pattern);
		key.len = pattern.len;
	} else {
		key.bytes = patterns;
	}
	return key;
}

static void motet_subscription_try(struct motet_subscription *subscription,
				   const struct motet_message *event,
				   struct list_head *matching)
{
	if (motet_subscription_matches(subscription, event))
		list_add_tail(&subscription->match, matching);
}

/**
 * motet_channel_match_locked() - find the subscriptions that an event is for
 * @channel: the channel; its mutex is held
 * @event: the event, checked
 * @matching: out: the subscriptions, by their @match; good as long as the mutex
 *	is held
 *
 * Context: may sleep.
 */
void motet_channel_match_locked(struct motet_channel *channel,
				const struct motet_message *event,
				struct list_head *matching)
{
	const struct motet_exact_key key = motet_event_key(event);
	struct motet_subscription *subscription;
	struct rhlist_head *list, *at;

	lockdep_assert_held(&channel->mutex);
	rcu_read_lock();
	list = rhltable_lookup(&channel->exact, &key,
			       motet_channel_exact_params);
	rhl_for_each_entry_rcu(subscription, at, list, exact_node)
		motet_subscription_try(subscription, event, matching);
	rcu_read_unlock();
	list_for_each_entry(subscription, &channel->others, link) {
		motet_subscription_try(subscription, event, matching);
		cond_resched();
	}
}
