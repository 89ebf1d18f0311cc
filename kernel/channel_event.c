// SPDX-License-Identifier: GPL-2.0-only
/* What events are, and retaining them. */

#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "channel_internal.h"
#include "message.h"
#include "trace.h"

/* An event's struct and patterns lie in the first segment of its body. */
#define MOTET_EVENT_HEAD_MAX	4096

static_assert(MOTET_EVENT_HEAD_MAX <= PAGE_SIZE);
static_assert(sizeof(struct motet_event_head) + MOTET_PATTERN_BYTES_MAX <=
	      MOTET_EVENT_HEAD_MAX);

/**
 * motet_pattern_next() - read one of an array of patterns or filters
 * @at: where it is; the array is checked
 * @pattern: out: its length and type; its bytes are behind them
 *
 * Return: where the next one is.
 */
const u8 *motet_pattern_next(const u8 *at, struct motet_pattern *pattern)
{
	memcpy(pattern, at, sizeof(*pattern));
	return at + MOTET_PATTERN_SIZE(pattern->len);
}

static bool motet_pattern_type_is_good(const struct motet_pattern *pattern,
				       bool filter)
{
	if (!filter)
		return pattern->type == MOTET_FILTER_NONE;
	if (pattern->type == MOTET_FILTER_PASS_ALL)
		return !pattern->len;
	return pattern->type > MOTET_FILTER_NONE &&
	       pattern->type < MOTET_FILTER_PASS_ALL;
}

/**
 * motet_patterns_check() - whether an array of patterns or filters is one
 * @patterns: the array
 * @len: its bytes
 * @count: how many there should be
 * @filters: they are filters
 *
 * Return: 0 or -EINVAL.
 */
int motet_patterns_check(const u8 *patterns, u32 len, u32 count, bool filters)
{
	struct motet_pattern pattern;
	u32 i, size, used;

	for (i = 0; i < count; i++) {
		if (len < sizeof(pattern))
			return -EINVAL;
		memcpy(&pattern, patterns, sizeof(pattern));
		if (pattern.len > len - sizeof(pattern) ||
		    !motet_pattern_type_is_good(&pattern, filters))
			return -EINVAL;
		used = sizeof(pattern) + pattern.len;
		size = MOTET_PATTERN_SIZE(pattern.len);
		if (size > len || memchr_inv(patterns + used, 0, size - used))
			return -EINVAL;
		patterns += size;
		len -= size;
	}
	return len ? -EINVAL : 0;
}

/* Lengths first; whoever reads on knows that there is something to read. */
static int motet_event_check_head(const struct motet_event_head *event,
				  const u8 *body, u32 visible, u32 body_len)
{
	struct motet_channel_limits max = {};
	u32 head;

	motet_channel_limits(&max);
	if (event->size < MOTET_EVENT_HEAD_SIZE_VER0 || event->size % 8 ||
	    event->flags || event->pad ||
	    event->retention > max.retention_max ||
	    event->publisher_len > MOTET_NAME_MAX)
		return -EINVAL;
	if (event->pattern_count > max.patterns_max ||
	    event->pattern_len > max.pattern_bytes_max ||
	    event->size > MOTET_EVENT_HEAD_MAX - event->pattern_len)
		return -EMSGSIZE;
	head = event->size + event->pattern_len;
	if (head > visible || head + event->publisher_len > body_len)
		return -EINVAL;
	return memchr_inv(body + sizeof(*event), 0,
			  event->size - sizeof(*event)) ? -E2BIG : 0;
}

/**
 * motet_event_check() - whether the body of a message is an event
 * @message: the message
 * @retention: out: how long it is to be retained
 *
 * Return: 0, -EINVAL, -E2BIG or -EMSGSIZE, as MOTET_IOC_CHANNEL_PUBLISH says.
 */
int motet_event_check(const struct motet_message *message, u64 *retention)
{
	struct motet_event_head event;
	const u8 *body;
	u32 visible;
	int err;

	body = motet_message_body(message, &visible);
	if (visible < sizeof(event))
		return -EINVAL;
	memcpy(&event, body, sizeof(event));
	err = motet_event_check_head(&event, body, visible, message->body_len);
	if (err)
		return err;
	*retention = event.retention;
	return motet_patterns_check(body + event.size, event.pattern_len,
				    event.pattern_count, false);
}

/**
 * motet_event_patterns() - the patterns of an event
 * @event: the event, checked
 * @count: out: how many
 *
 * Return: their array.
 */
const u8 *motet_event_patterns(const struct motet_message *event, u32 *count)
{
	struct motet_event_head head;
	const u8 *body;
	u32 visible;

	body = motet_message_body(event, &visible);
	memcpy(&head, body, sizeof(head));
	*count = head.pattern_count;
	return body + head.size;
}

static struct motet_message *motet_event_of(struct rb_node *node)
{
	return rb_entry_safe(node, struct motet_message, id_node);
}

static void motet_channel_forget_locked(struct motet_channel *channel,
					struct motet_message *event)
{
	lockdep_assert_held(&channel->mutex);
	rb_erase(&event->id_node, &channel->retained);
	timerqueue_del(&channel->expiries, &event->deadline);
	channel->used.messages--;
	channel->used.bytes -= motet_message_bytes(event);
	motet_message_free(event);
}

/**
 * motet_channel_expire_locked() - let go of what was retained long enough
 * @channel: the channel; its mutex is held
 *
 * Context: may sleep.
 */
void motet_channel_expire_locked(struct motet_channel *channel)
{
	u64 now = ktime_get_boottime_ns();
	struct timerqueue_node *first;
	struct motet_message *event;

	lockdep_assert_held(&channel->mutex);
	while ((first = timerqueue_getnext(&channel->expiries)) &&
	       first->expires <= now) {
		event = container_of(first, struct motet_message, deadline);
		trace_motet_event_expire(&channel->object.id, event->id,
					 event->priority,
					 motet_message_bytes(event));
		motet_channel_forget_locked(channel, event);
		cond_resched();
	}
}

/**
 * motet_channel_drop_retained_locked() - let go of all that is retained
 * @channel: the channel; its mutex is held
 *
 * Context: may sleep.
 */
void motet_channel_drop_retained_locked(struct motet_channel *channel)
{
	struct motet_message *event;

	lockdep_assert_held(&channel->mutex);
	while ((event = motet_event_of(rb_first(&channel->retained)))) {
		motet_channel_forget_locked(channel, event);
		cond_resched();
	}
}

/**
 * motet_channel_check_room_locked() - whether an event can be retained
 * @channel: the channel; its mutex is held
 * @event: the event
 *
 * Context: may sleep.
 * Return: 0 or -EDQUOT.
 */
int motet_channel_check_room_locked(struct motet_channel *channel,
				    const struct motet_message *event)
{
	lockdep_assert_held(&channel->mutex);
	motet_channel_expire_locked(channel);
	return channel->used.messages >= channel->limit.messages ||
	       channel->used.bytes + motet_message_bytes(event) >
		       channel->limit.bytes ? -EDQUOT : 0;
}

static bool motet_event_less(struct rb_node *node, const struct rb_node *other)
{
	return rb_entry(node, struct motet_message, id_node)->id <
	       rb_entry(other, struct motet_message, id_node)->id;
}

/**
 * motet_channel_retain_locked() - keep an event for those who come later
 * @channel: the channel; its mutex is held
 * @event: the event, which is in no queue; the channel's from now on
 * @retention: how long, nanoseconds
 */
void motet_channel_retain_locked(struct motet_channel *channel,
				 struct motet_message *event, u64 retention)
{
	u64 now = ktime_get_boottime_ns();

	lockdep_assert_held(&channel->mutex);
	event->deadline.expires = retention > KTIME_MAX - now ? KTIME_MAX :
								now + retention;
	timerqueue_add(&channel->expiries, &event->deadline);
	rb_add(&event->id_node, &channel->retained, motet_event_less);
	channel->used.messages++;
	channel->used.bytes += motet_message_bytes(event);
	motet_channel_set_timer_locked(channel);
	trace_motet_event_retain(&channel->object.id, event->id,
				 event->priority, motet_message_bytes(event));
}

/**
 * motet_channel_retained_locked() - walk the retained events as they were published
 * @channel: the channel; its mutex is held
 * @after: the last one, or NULL to begin
 *
 * Return: the next event, or NULL.
 */
struct motet_message *motet_channel_retained_locked(struct motet_channel *channel,
						    struct motet_message *after)
{
	lockdep_assert_held(&channel->mutex);
	if (after)
		return motet_event_of(rb_next(&after->id_node));
	motet_channel_expire_locked(channel);
	return motet_event_of(rb_first(&channel->retained));
}

static int motet_event_compare(const void *key, const struct rb_node *node)
{
	u64 other = rb_entry(node, struct motet_message, id_node)->id;
	u64 id = *(const u64 *)key;

	return id < other ? -1 : id > other;
}

/**
 * motet_channel_clear() - retain an event no more
 * @channel: the channel
 * @id: which event
 *
 * Context: may sleep.
 * Return: 0 or -ESRCH.
 */
int motet_channel_clear(struct motet_channel *channel, u64 id)
{
	struct motet_message *event;

	mutex_lock(&channel->mutex);
	motet_channel_expire_locked(channel);
	event = motet_event_of(rb_find(&id, &channel->retained,
				       motet_event_compare));
	if (event) {
		trace_motet_event_clear(&channel->object.id, event->id,
					event->priority,
					motet_message_bytes(event));
		motet_channel_forget_locked(channel, event);
	}
	mutex_unlock(&channel->mutex);
	return event ? 0 : -ESRCH;
}
