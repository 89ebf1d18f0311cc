// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of channels in one line each.
 */
#include <errno.h>
#include <stdlib.h>

#include "channel_test.h"

/* Of what is built, that must fit. */
static void mt_append(struct mt_event *event, const void *bytes, __u32 len)
{
	if (len > sizeof(event->bytes) - event->len)
		abort();
	memcpy(event->bytes + event->len, bytes, len);
	event->len += len;
}

/* Filters alone are begun by zeroing it. */
void mt_event_begin(struct mt_event *event, __u64 retention)
{
	struct motet_event_head head = MT(motet_event_head,
					  .retention = retention);

	memset(event, 0, sizeof(*event));
	mt_append(event, &head, sizeof(head));
}

void mt_pattern_add(struct mt_event *event, __u32 type, const void *bytes,
		    __u32 len)
{
	static const __u8 zeroes[8];
	struct motet_pattern pattern = { .len = len, .type = type };

	mt_append(event, &pattern, sizeof(pattern));
	mt_append(event, bytes, len);
	mt_append(event, zeroes,
		  MOTET_PATTERN_SIZE(len) - sizeof(pattern) - len);
	event->count++;
}

void mt_event_end(struct mt_event *event, const void *data, __u32 len,
		  const char *publisher)
{
	struct motet_event_head *head = (struct motet_event_head *)event->bytes;

	head->pattern_count = event->count;
	head->pattern_len = event->len - head->size;
	head->publisher_len = strlen(publisher);
	mt_append(event, data, len);
	mt_append(event, publisher, head->publisher_len);
}

int mt_channel_open(int actor, struct motet_channel_open *arg,
		    const char *name)
{
	int ret;

	arg->size = sizeof(*arg);
	if (name) {
		arg->name = mt_ptr(name);
		arg->name_len = strlen(name);
		memset(&arg->id, 0, sizeof(arg->id));
	}
	ret = mt_ioctl(actor, MOTET_IOC_CHANNEL_OPEN, arg);
	return ret < 0 ? ret : arg->fd;
}

/* Everybody may do anything with it; each lane has room for some messages. */
int mt_channel(int actor, const char *name, __u32 flags, __u32 messages,
	       struct motet_id *id)
{
	struct motet_channel_open arg = { .flags = flags };
	int i, fd;

	if (flags & MOTET_CHANNEL_CREATE)
		arg.mode = MOTET_MODE_MASK;
	for (i = 0; i < MOTET_PRIORITIES && flags & MOTET_CHANNEL_SUBSCRIBER;
	     i++) {
		arg.limits[i].messages = messages;
		arg.limits[i].bytes = messages * 256ULL;
	}
	fd = mt_channel_open(actor, &arg, name);
	if (id)
		*id = arg.id;
	return fd;
}

int mt_channel_unlink(int actor, const char *name)
{
	return mt_ioctl(actor, MOTET_IOC_CHANNEL_UNLINK,
			&MT(motet_channel_name, .name = mt_ptr(name),
			    .name_len = strlen(name)));
}

int mt_publish_event(int channel, __u32 priority, const struct mt_event *event,
		     struct motet_channel_publish *arg)
{
	struct motet_channel_publish own;

	arg = arg ? arg : &own;
	*arg = MT(motet_channel_publish, .body = mt_ptr(event->bytes),
		  .body_len = event->len, .priority = priority);
	return mt_ioctl(channel, MOTET_IOC_CHANNEL_PUBLISH, arg);
}

int mt_publish(int channel, __u32 priority, const char *pattern, __u64 value,
	       __u64 retention, struct motet_channel_publish *arg)
{
	struct mt_event event;

	mt_event_begin(&event, retention);
	mt_pattern_add(&event, MOTET_FILTER_NONE, pattern, strlen(pattern));
	mt_event_end(&event, &value, sizeof(value), "test");
	return mt_publish_event(channel, priority, &event, arg);
}

int mt_subscribe_to(int channel, __u64 id, __u32 flags,
		    const struct mt_event *filters,
		    struct motet_channel_subscribe *arg)
{
	struct motet_channel_subscribe own;

	arg = arg ? arg : &own;
	*arg = MT(motet_channel_subscribe, .id = id, .flags = flags,
		  .filters = mt_ptr(filters->bytes),
		  .filter_len = filters->len, .filter_count = filters->count);
	return mt_ioctl(channel, MOTET_IOC_CHANNEL_SUBSCRIBE, arg);
}

/* One filter, or none with the type MOTET_FILTER_NONE. */
int mt_subscribe(int channel, __u64 id, __u32 type, const char *filter)
{
	struct mt_event filters = { 0 };

	if (type != MOTET_FILTER_NONE)
		mt_pattern_add(&filters, type, filter, strlen(filter));
	return mt_subscribe_to(channel, id, 0, &filters, NULL);
}

int mt_unsubscribe(int channel, __u64 id)
{
	return mt_ioctl(channel, MOTET_IOC_CHANNEL_UNSUBSCRIBE,
			&MT(motet_channel_unsubscribe, .id = id));
}

int mt_clear(int channel, __u64 id)
{
	return mt_ioctl(channel, MOTET_IOC_CHANNEL_CLEAR,
			&MT(motet_channel_clear, .id = id));
}

int mt_channel_status(int channel, struct motet_channel_status *status)
{
	*status = MT(motet_channel_status);
	return mt_ioctl(channel, MOTET_IOC_CHANNEL_STATUS, status);
}

int mt_channel_limits(int actor, struct motet_channel_limits *limits)
{
	*limits = MT(motet_channel_limits);
	return mt_ioctl(actor, MOTET_IOC_CHANNEL_LIMITS, limits);
}

static int mt_event_flags(int channel, struct motet_msg *msg, __u64 *value)
{
	const size_t end = sizeof(*value) + strlen("test");
	__u8 body[4096];
	int ret = mt_recv_msg(channel, msg, body, sizeof(body));

	*value = 0;
	if (!ret && msg->exception == MOTET_EXCEPTION_NONE &&
	    msg->body_len >= end)
		memcpy(value, body + msg->body_len - end, sizeof(*value));
	return ret;
}

int mt_event(int channel, struct motet_msg *msg, __u64 *value)
{
	memset(msg, 0, sizeof(*msg));
	msg->deadline = mt_after(MT_SOON);
	return mt_event_flags(channel, msg, value);
}

int mt_try_event(int channel, struct motet_msg *msg, __u64 *value)
{
	memset(msg, 0, sizeof(*msg));
	msg->flags = MOTET_MSG_DONTWAIT;
	return mt_event_flags(channel, msg, value);
}

/* Opening it would let its retention begin again. */
static int channel_get(const char *name)
{
	struct mt_attrs request = { 0 }, answer = { 0 };
	struct mt_nl nl;
	int ret = mt_nl_open(&nl);

	if (ret < 0)
		return ret;
	mt_attr_add(&request, MOTET_A_CHANNEL_NAME, name, strlen(name));
	ret = mt_nl_do(&nl, MOTET_CMD_CHANNEL_GET, &request, &answer);
	mt_nl_close(&nl);
	return ret;
}

int mt_until_no_channel(const char *name)
{
	__u64 end = mt_after(MT_SOON);
	int ret;

	do {
		ret = channel_get(name);
		if (ret)
			return ret == -ENOENT ? 0 : ret;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIMEDOUT;
}

int mt_until_subscribers(int channel, __u32 subscribers)
{
	struct motet_channel_status status;
	__u64 end = mt_after(MT_SOON);
	int ret;

	while (mt_now() < end) {
		ret = mt_channel_status(channel, &status);
		if (ret < 0 || status.subscribers == subscribers)
			return ret;
		mt_breathe();
	}
	return -ETIMEDOUT;
}
