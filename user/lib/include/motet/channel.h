/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: channels of events. Programs include <motet/motet.h>.
 */
#ifndef MOTET_CHANNEL_H
#define MOTET_CHANNEL_H

#include <motet/motet.h>

#include <linux/motet_channel.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: channels
 *
 * Events are received by the functions of ports, motet_msg_recv() and
 * motet_recv_many(), on the channel itself, and taken apart by
 * motet_event_parse(). Of an event, &motet_msg.id is its identifier and
 * &motet_msg.token the number of the subscription.
 */

/**
 * struct motet_patterns - the patterns of an event, or filters
 * @bytes: where they are; the caller's
 * @cap: bytes that there is room for
 * @len: bytes that they take
 * @count: how many there are
 */
struct motet_patterns {
	unsigned char *bytes;
	size_t cap;
	size_t len;
	unsigned int count;
};

/**
 * struct motet_event - an event in its parts
 * @retention: how long it is retained, nanoseconds; 0 is not at all
 * @patterns: what it is about
 * @data: what it says; may be NULL if @data_len is 0
 * @data_len: its length
 * @publisher: name of who publishes it; may be NULL if @publisher_len is 0
 * @publisher_len: its length
 */
struct motet_event {
	__u64 retention;
	struct motet_patterns patterns;
	const void *data;
	size_t data_len;
	const void *publisher;
	size_t publisher_len;
};

/**
 * motet_channel_open_init() - describe how to open a channel
 * @open: what to initialise
 * @name: its name, 1 to %MOTET_NAME_MAX bytes, which must stay where it is until
 *	the channel is open
 * @flags: %MOTET_CHANNEL_CREATE, %MOTET_CHANNEL_PUBLISHER,
 *	%MOTET_CHANNEL_SUBSCRIBER
 *
 * One that is created has the mode %MOTET_MODE_DEFAULT and no retention. Change
 * the fields of @open as needed, and give it to motet_channel_open_full().
 */
static inline void
motet_channel_open_init(struct motet_channel_open *open, const char *name,
			unsigned int flags)
{
	memset(open, 0, sizeof(*open));
	open->size = sizeof(*open);
	open->flags = flags;
	if (flags & MOTET_CHANNEL_CREATE)
		open->mode = MOTET_MODE_DEFAULT;
	open->name = (uintptr_t)name;
	open->name_len = motet__length(strlen(name));
}

/**
 * motet_channel_open_full() - open a channel with all that can be chosen
 * @actor: an actor of this process
 * @open: how, see motet_channel_open_init(); out: its identifier, and whether it
 *	was created
 *
 * Return: the channel; or -EACCES, -EDQUOT, -ENOENT, -EPERM, -ESRCH, -EMFILE,
 * -ENFILE, -ENOMEM.
 */
int motet_channel_open_full(int actor, struct motet_channel_open *open);

/**
 * motet_channel_open() - open a channel, or create it
 * @actor: an actor of this process
 * @name: its name
 * @flags: see motet_channel_open_init()
 * @id: out: its identifier; may be NULL
 *
 * Return: the channel, or an error of motet_channel_open_full().
 */
int motet_channel_open(int actor, const char *name, unsigned int flags,
		       struct motet_id *id);

/**
 * motet_channel_unlink() - take the name of a channel away
 * @actor: an actor of this process
 * @name: the name
 *
 * Return: 0; or -EACCES (its mode: administer), -ENOENT, -EPERM.
 */
int motet_channel_unlink(int actor, const char *name);

/**
 * motet_channel_publish() - publish an event
 * @channel: a channel, opened to publish
 * @priority: 0 (first) to 3
 * @body: the event as motet_event_pack() has made it
 * @len: its length
 * @publish: out: its identifier, and how many got it and lost it; may be NULL
 *
 * It never waits.
 *
 * Return: 0; or -EACCES, -EDQUOT (no room to retain it), -EMSGSIZE, -ENOMEM.
 */
int motet_channel_publish(int channel, unsigned int priority, const void *body,
			  size_t len, struct motet_channel_publish *publish);

/**
 * motet_channel_subscribe() - get the events that filters match
 * @channel: a channel, opened to subscribe by this process
 * @id: number of the subscription, the caller's choice
 * @flags: 0 or %MOTET_SUBSCRIBE_NEW
 * @filters: the filters; NULL for all events
 * @subscribe: out: how many retained events it got and lost; may be NULL
 *
 * Return: 0; or -EACCES, -EDQUOT, -EEXIST, -EMSGSIZE, -ENOMEM, -EPERM.
 */
int motet_channel_subscribe(int channel, __u64 id, unsigned int flags,
			    const struct motet_patterns *filters,
			    struct motet_channel_subscribe *subscribe);

/**
 * motet_channel_unsubscribe() - end a subscription
 * @channel: a channel, opened to subscribe by this process
 * @id: number of the subscription
 *
 * What is queued for it is still received.
 *
 * Return: 0; or -EACCES, -ENOENT, -EPERM.
 */
int motet_channel_unsubscribe(int channel, __u64 id);

/**
 * motet_channel_clear() - retain an event no more
 * @channel: a channel, opened to publish
 * @id: identifier of the event
 *
 * Return: 0; or -EACCES, -ESRCH.
 */
int motet_channel_clear(int channel, __u64 id);

/**
 * motet_channel_status_get() - ask what a channel is and what it has done
 * @channel: a channel
 * @status: in: its size; out: all else
 *
 * Return: 0, or -EINVAL if @status's size is not set.
 */
int motet_channel_status_get(int channel, struct motet_channel_status *status);

/**
 * motet_channel_limits_get() - ask what bounds channels
 * @actor: an actor of this process
 * @limits: out
 *
 * Return: 0 or -EPERM.
 */
int motet_channel_limits_get(int actor, struct motet_channel_limits *limits);

/**
 * motet_patterns_init() - begin patterns or filters
 * @patterns: what to initialise
 * @bytes: where to put them
 * @cap: bytes that there is room for; %MOTET_PATTERN_BYTES_MAX is always enough
 */
static inline void motet_patterns_init(struct motet_patterns *patterns,
				       void *bytes, size_t cap)
{
	patterns->bytes = (unsigned char *)bytes;
	patterns->cap = cap;
	patterns->len = 0;
	patterns->count = 0;
}

/**
 * motet_patterns_add() - add a pattern or a filter
 * @patterns: to these
 * @type: &enum motet_filter; %MOTET_FILTER_NONE for a pattern
 * @bytes: its bytes
 * @len: how many
 *
 * Return: 0, or -EMSGSIZE if there is no room for it.
 */
int motet_patterns_add(struct motet_patterns *patterns, unsigned int type,
		       const void *bytes, size_t len);

/**
 * motet_patterns_next() - walk through patterns or filters
 * @patterns: these
 * @at: where to look, 0 to begin; out: where the next one is
 * @type: out: &enum motet_filter; may be NULL
 * @len: out: how many bytes
 *
 * Return: its bytes, or NULL at the end.
 */
const void *motet_patterns_next(const struct motet_patterns *patterns,
				size_t *at, unsigned int *type, size_t *len);

/**
 * motet_event_pack() - make the body of an event
 * @event: its parts
 * @body: where to put it
 * @cap: bytes that there is room for
 *
 * Return: its length, or -EMSGSIZE if there is no room for it.
 */
long motet_event_pack(const struct motet_event *event, void *body, size_t cap);

/**
 * motet_event_parse() - take the body of an event apart
 * @event: out: its parts, which lie in @body
 * @body: the body of a message that was received from a channel
 * @len: its length
 *
 * Return: 0, or -EBADMSG if it is no event.
 */
int motet_event_parse(struct motet_event *event, const void *body, size_t len);

/**
 * motet_filter_to_string() - the name of a kind of filters
 * @filter: &enum motet_filter
 *
 * Return: as "prefix"; "unknown" for what this library doesn't know.
 */
const char *motet_filter_to_string(unsigned int filter);

/**
 * motet_filter_from_string() - read the name of a kind of filters
 * @text: as "prefix"
 *
 * Return: &enum motet_filter, or -EINVAL.
 */
int motet_filter_from_string(const char *text);

#ifdef __cplusplus
}
#endif

#endif /* MOTET_CHANNEL_H */
