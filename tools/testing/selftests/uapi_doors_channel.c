// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of channels, and how to make them succeed.
 */
#include <linux/motet_channel.h>

#include "uapi_doors.h"

SIZE_OF(motet_pattern, 8);
SIZE_OF(motet_event_head, MOTET_EVENT_HEAD_SIZE_VER0);
SIZE_OF(motet_channel_open, MOTET_CHANNEL_OPEN_SIZE_VER0);
SIZE_OF(motet_channel_name, MOTET_CHANNEL_NAME_SIZE_VER0);
SIZE_OF(motet_channel_publish, MOTET_CHANNEL_PUBLISH_SIZE_VER0);
SIZE_OF(motet_channel_subscribe, MOTET_CHANNEL_SUBSCRIBE_SIZE_VER0);
SIZE_OF(motet_channel_unsubscribe, MOTET_CHANNEL_UNSUBSCRIBE_SIZE_VER0);
SIZE_OF(motet_channel_clear, MOTET_CHANNEL_CLEAR_SIZE_VER0);
SIZE_OF(motet_channel_status, MOTET_CHANNEL_STATUS_SIZE_VER0);
SIZE_OF(motet_channel_limits, MOTET_CHANNEL_LIMITS_SIZE_VER0);

/* an event with no patterns, and how long it is retained */
static struct motet_event_head head;

/* one filter: that passes all */
static struct motet_pattern filter = { .type = MOTET_FILTER_PASS_ALL };

static int channel(void)
{
	return world.fds[MOTET_ROLE_CHANNEL];
}

static void make_channel_open(void *arg)
{
	*(struct motet_channel_open *)arg = MT(motet_channel_open,
					       .flags = MOTET_CHANNEL_CREATE,
					       .name = mt_ptr("opened"),
					       .name_len = 6);
}

static void close_channel(void *arg)
{
	close(((struct motet_channel_open *)arg)->fd);
}

/* a channel that is unlinked each time */
static int unlinked = -1;

static void make_channel_unlink(void *arg)
{
	struct motet_channel_open open = MT(motet_channel_open,
					    .flags = MOTET_CHANNEL_CREATE,
					    .name = mt_ptr("unlinked"),
					    .name_len = 8);

	if (unlinked < 0) {
		mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_CHANNEL_OPEN,
			 &open);
		unlinked = open.fd;
	}
	*(struct motet_channel_name *)arg = MT(motet_channel_name,
					       .name = mt_ptr("unlinked"),
					       .name_len = 8);
}

static void close_unlinked(void *arg)
{
	(void)arg;
	close(unlinked);
	unlinked = -1;
}

static void make_limits(void *arg)
{
	*(struct motet_channel_limits *)arg = MT(motet_channel_limits);
}

static void make_publish(void *arg)
{
	head = MT(motet_event_head);
	*(struct motet_channel_publish *)arg = MT(motet_channel_publish,
						  .body = mt_ptr(&head),
						  .body_len = sizeof(head));
}

static void unsubscribe(void *arg)
{
	struct motet_channel_unsubscribe un = MT(motet_channel_unsubscribe,
						 .id = 7);

	(void)arg;
	mt_ioctl(channel(), MOTET_IOC_CHANNEL_UNSUBSCRIBE, &un);
}

static void make_subscribe(void *arg)
{
	unsubscribe(NULL);
	*(struct motet_channel_subscribe *)arg =
		MT(motet_channel_subscribe, .id = 7,
		   .filters = mt_ptr(&filter), .filter_len = sizeof(filter),
		   .filter_count = 1);
}

static void make_unsubscribe(void *arg)
{
	struct motet_channel_subscribe subscribe;

	make_subscribe(&subscribe);
	mt_ioctl(channel(), MOTET_IOC_CHANNEL_SUBSCRIBE, &subscribe);
	*(struct motet_channel_unsubscribe *)arg =
		MT(motet_channel_unsubscribe, .id = 7);
}

static void make_clear(void *arg)
{
	struct motet_channel_publish publish;
	static __u64 id;

	/* that of the time before, if that was not cleared */
	mt_ioctl(channel(), MOTET_IOC_CHANNEL_CLEAR,
		 &MT(motet_channel_clear, .id = id));
	make_publish(&publish);
	head.retention = 1000 * MT_SECOND;
	mt_ioctl(channel(), MOTET_IOC_CHANNEL_PUBLISH, &publish);
	id = publish.id;
	*(struct motet_channel_clear *)arg = MT(motet_channel_clear, .id = id);
}

static void make_channel_status(void *arg)
{
	*(struct motet_channel_status *)arg = MT(motet_channel_status);
}

const struct door channel_doors[CHANNEL_DOORS] = {
	{
		.name = "CHANNEL_OPEN", .number = MOTET_IOC_CHANNEL_OPEN,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_channel_open),
		.first = MOTET_CHANNEL_OPEN_SIZE_VER0,
		.make = make_channel_open,
		.undo = close_channel,
		.flags = offsetof(struct motet_channel_open, flags),
		.known = MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER |
			 MOTET_CHANNEL_SUBSCRIBER,
		.zero = {
			FIELD(motet_channel_open, id),
			FIELD(motet_channel_open, limits),
			FIELD(motet_channel_open, retained.pad),
			FIELD(motet_channel_open, pad),
		},
		.ignored = {
			FIELD(motet_channel_open, fd),
			FIELD(motet_channel_open, created),
		},
		.pointers = { FIELD(motet_channel_open, name) },
	}, {
		.name = "CHANNEL_UNLINK", .number = MOTET_IOC_CHANNEL_UNLINK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_channel_name),
		.first = MOTET_CHANNEL_NAME_SIZE_VER0,
		.make = make_channel_unlink,
		.undo = close_unlinked,
		.flags = offsetof(struct motet_channel_name, flags),
		.zero = { FIELD(motet_channel_name, pad) },
		.ignored = { FIELD(motet_channel_name, id) },
		.pointers = { FIELD(motet_channel_name, name) },
	}, {
		.name = "CHANNEL_LIMITS", .number = MOTET_IOC_CHANNEL_LIMITS,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_channel_limits),
		.first = MOTET_CHANNEL_LIMITS_SIZE_VER0,
		.make = make_limits,
		.flags = offsetof(struct motet_channel_limits, flags),
		.zero = { FIELD(motet_channel_limits, pad) },
		.ignored = {
			FIELD(motet_channel_limits, patterns_max),
			FIELD(motet_channel_limits, event_max),
			FIELD(motet_channel_limits, retention_max),
		},
	}, {
		.name = "CHANNEL_PUBLISH", .number = MOTET_IOC_CHANNEL_PUBLISH,
		.role = MOTET_ROLE_CHANNEL, .roles = ON_CHANNEL,
		.size = sizeof(struct motet_channel_publish),
		.first = MOTET_CHANNEL_PUBLISH_SIZE_VER0,
		.make = make_publish,
		.flags = offsetof(struct motet_channel_publish, flags),
		.ignored = {
			FIELD(motet_channel_publish, delivered),
			FIELD(motet_channel_publish, lost),
			FIELD(motet_channel_publish, id),
		},
		.pointers = { FIELD(motet_channel_publish, body) },
	}, {
		.name = "CHANNEL_SUBSCRIBE",
		.number = MOTET_IOC_CHANNEL_SUBSCRIBE,
		.role = MOTET_ROLE_CHANNEL, .roles = ON_CHANNEL,
		.size = sizeof(struct motet_channel_subscribe),
		.first = MOTET_CHANNEL_SUBSCRIBE_SIZE_VER0,
		.make = make_subscribe,
		.undo = unsubscribe,
		.flags = offsetof(struct motet_channel_subscribe, flags),
		.known = MOTET_SUBSCRIBE_NEW,
		.ignored = {
			FIELD(motet_channel_subscribe, replayed),
			FIELD(motet_channel_subscribe, lost),
		},
		.pointers = { FIELD(motet_channel_subscribe, filters) },
	}, {
		.name = "CHANNEL_UNSUBSCRIBE",
		.number = MOTET_IOC_CHANNEL_UNSUBSCRIBE,
		.role = MOTET_ROLE_CHANNEL, .roles = ON_CHANNEL,
		.size = sizeof(struct motet_channel_unsubscribe),
		.first = MOTET_CHANNEL_UNSUBSCRIBE_SIZE_VER0,
		.make = make_unsubscribe,
		.flags = offsetof(struct motet_channel_unsubscribe, flags),
	}, {
		.name = "CHANNEL_CLEAR", .number = MOTET_IOC_CHANNEL_CLEAR,
		.role = MOTET_ROLE_CHANNEL, .roles = ON_CHANNEL,
		.size = sizeof(struct motet_channel_clear),
		.first = MOTET_CHANNEL_CLEAR_SIZE_VER0,
		.make = make_clear,
		.flags = offsetof(struct motet_channel_clear, flags),
	}, {
		.name = "CHANNEL_STATUS", .number = MOTET_IOC_CHANNEL_STATUS,
		.role = MOTET_ROLE_CHANNEL, .roles = ON_CHANNEL,
		.size = sizeof(struct motet_channel_status),
		.first = MOTET_CHANNEL_STATUS_SIZE_VER0,
		.make = make_channel_status,
		/* its flags are out */
		.flags = offsetof(struct motet_channel_status, flags),
		.known = ~0U,
		.ignored = {
			FIELD(motet_channel_status, flags),
			FIELD(motet_channel_status, mode),
			FIELD(motet_channel_status, unlinked),
			FIELD(motet_channel_status, openers),
			FIELD(motet_channel_status, retained_bytes),
			FIELD(motet_channel_status, own_messages),
			FIELD(motet_channel_status, own_lost),
			FIELD(motet_channel_status, id),
		},
	},
};
