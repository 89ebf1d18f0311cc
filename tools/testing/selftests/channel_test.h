/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of channels share: their calls in one line each.
 *
 * Every function returns a negative errno if it fails.
 */
#ifndef CHANNEL_TEST_H
#define CHANNEL_TEST_H

#include <linux/motet_channel.h>

#include "motet_test.h"

/* How long to wait for what must come: only a bound against hanging. */
#define MT_SOON		(20 * MT_SECOND)

#define MT_BOTH	(MOTET_CHANNEL_PUBLISHER | MOTET_CHANNEL_SUBSCRIBER)

/**
 * struct mt_event - an event, or the filters of a subscription, being built
 * @len: bytes
 * @count: patterns or filters
 * @bytes: the event, or the filters
 */
struct mt_event {
	__u32 len;
	__u32 count;
	__u8 bytes[8192] __attribute__((aligned(8)));
};

/* building */
void mt_event_begin(struct mt_event *event, __u64 retention);
void mt_pattern_add(struct mt_event *event, __u32 type, const void *bytes,
		    __u32 len);
void mt_event_end(struct mt_event *event, const void *data, __u32 len,
		  const char *publisher);

/* calls */
int mt_channel_open(int actor, struct motet_channel_open *arg,
		    const char *name);
int mt_channel(int actor, const char *name, __u32 flags, __u32 messages,
	       struct motet_id *id);
int mt_channel_unlink(int actor, const char *name);
int mt_publish_event(int channel, __u32 priority, const struct mt_event *event,
		     struct motet_channel_publish *arg);
int mt_publish(int channel, __u32 priority, const char *pattern, __u64 value,
	       __u64 retention, struct motet_channel_publish *arg);
int mt_subscribe_to(int channel, __u64 id, __u32 flags,
		    const struct mt_event *filters,
		    struct motet_channel_subscribe *arg);
int mt_subscribe(int channel, __u64 id, __u32 type, const char *filter);
int mt_unsubscribe(int channel, __u64 id);
int mt_clear(int channel, __u64 id);
int mt_channel_status(int channel, struct motet_channel_status *status);
int mt_channel_limits(int actor, struct motet_channel_limits *limits);

/* receiving what mt_publish() has published */
int mt_event(int channel, struct motet_msg *msg, __u64 *value);
int mt_try_event(int channel, struct motet_msg *msg, __u64 *value);

/* waiting */
int mt_until_no_channel(const char *name);
int mt_until_subscribers(int channel, __u32 subscribers);

#endif /* CHANNEL_TEST_H */
