// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Channels: open, publish, subscribe.
 */
#include "internal.h"

int motet_channel_open_full(int actor, struct motet_channel_open *open)
{
	int ret = motet__ioctl(actor, MOTET_IOC_CHANNEL_OPEN, open);

	return ret < 0 ? ret : open->fd;
}

int motet_channel_open(int actor, const char *name, unsigned int flags,
		       struct motet_id *id)
{
	struct motet_channel_open open;
	int fd;

	motet_channel_open_init(&open, name, flags);
	/* To the kernel no name means: by identifier. Here it is a mistake. */
	if (!open.name_len)
		return -EINVAL;
	fd = motet_channel_open_full(actor, &open);
	if (fd >= 0 && id)
		*id = open.id;
	return fd;
}

int motet_channel_unlink(int actor, const char *name)
{
	struct motet_channel_name arg = {
		.size = sizeof(arg),
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
	};

	return motet__ioctl(actor, MOTET_IOC_CHANNEL_UNLINK, &arg);
}

int motet_channel_publish(int channel, unsigned int priority, const void *body,
			  size_t len, struct motet_channel_publish *publish)
{
	struct motet_channel_publish own;

	publish = publish ? publish : &own;
	*publish = (struct motet_channel_publish){
		.size = sizeof(*publish),
		.body = (uintptr_t)body,
		.body_len = motet__length(len),
		.priority = priority,
	};
	return motet__ioctl(channel, MOTET_IOC_CHANNEL_PUBLISH, publish);
}

int motet_channel_subscribe(int channel, __u64 id, unsigned int flags,
			    const struct motet_patterns *filters,
			    struct motet_channel_subscribe *subscribe)
{
	struct motet_channel_subscribe own;

	subscribe = subscribe ? subscribe : &own;
	*subscribe = (struct motet_channel_subscribe){
		.size = sizeof(*subscribe),
		.flags = flags,
		.id = id,
	};
	if (filters) {
		subscribe->filters = (uintptr_t)filters->bytes;
		subscribe->filter_len = motet__length(filters->len);
		subscribe->filter_count = filters->count;
	}
	return motet__ioctl(channel, MOTET_IOC_CHANNEL_SUBSCRIBE, subscribe);
}

int motet_channel_unsubscribe(int channel, __u64 id)
{
	struct motet_channel_unsubscribe arg = {
		.size = sizeof(arg),
		.id = id,
	};

	return motet__ioctl(channel, MOTET_IOC_CHANNEL_UNSUBSCRIBE, &arg);
}

int motet_channel_clear(int channel, __u64 id)
{
	struct motet_channel_clear arg = { .size = sizeof(arg), .id = id };

	return motet__ioctl(channel, MOTET_IOC_CHANNEL_CLEAR, &arg);
}

int motet_channel_status_get(int channel, struct motet_channel_status *status)
{
	return motet__ioctl(channel, MOTET_IOC_CHANNEL_STATUS, status);
}

int motet_channel_limits_get(int actor, struct motet_channel_limits *limits)
{
	*limits = (struct motet_channel_limits){ .size = sizeof(*limits) };
	return motet__ioctl(actor, MOTET_IOC_CHANNEL_LIMITS, limits);
}
