/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: channels, on which events go from publishers to subscribers.
 *
 * Part of the ioctl interface of <linux/motet.h>, whose conventions it has.
 */
#ifndef _UAPI_LINUX_MOTET_CHANNEL_H
#define _UAPI_LINUX_MOTET_CHANNEL_H

#include <linux/ioctl.h>
#include <linux/motet.h>
#include <linux/types.h>

/**
 * DOC: channel
 *
 * A channel has a name, and publishers and subscribers who know nothing of each
 * other but that. An *event* is a message whose body begins with a
 * &struct motet_event_head: it carries *patterns*, byte strings that say what it is
 * about. A *subscription* has *filters*; it gets the events whose patterns they
 * match.
 *
 * An opener that subscribes has one queue, bounded as that of a port, and any
 * number of subscriptions with numbers of its own choosing. It receives by
 * MOTET_IOC_RECV and MOTET_IOC_RECV_MANY on the channel's file, which polls as a
 * port's does and can be enabled (MOTET_IOC_PORT_ENABLE). Of a received event
 *
 * - &motet_msg.id is the identifier of the event,
 * - &motet_msg.token is the number of the subscription that it is for,
 * - &motet_msg.to is the channel, and &motet_msg.at the opener's queue,
 * - &motet_stamp.realtime is when it was published.
 *
 * An event that matches several subscriptions of one opener comes once for each.
 * All subscribers see the events of one priority in one order; what is of a
 * higher priority comes first. Events are never under a lease.
 *
 * Publishing never waits. A subscription whose opener has no room for an event
 * loses it; the opener is told by %MOTET_EXCEPTION_EVENTS_LOST at the place, and
 * with the priority, of the first that was lost, with the number that were lost
 * until that is read. What is received and what is told as lost is all that has
 * matched.
 *
 * An event may be retained for a time: then it is also for subscriptions that
 * come later, which get the retained events that they match first, in order.
 *
 * A channel lives while it is open, and a named one while its own retention runs
 * or it has retained events. Unlinking takes the name away: another channel may
 * have it at once; whoever has the old one open goes on with it.
 */

/**
 * DOC: patterns and filters
 *
 * Both are arrays of &struct motet_pattern, each followed by its bytes and by
 * zeroes up to a multiple of 8: MOTET_PATTERN_SIZE(). Lengths may be 0, and bytes
 * are opaque.
 *
 * The first filter is held against the first pattern, the second against the
 * second, and so on; all must match. A filter for which there is no pattern is
 * held against the empty pattern; a pattern for which there is no filter is not
 * looked at. So no filters at all match every event.
 *
 * A first filter that is %MOTET_FILTER_EXACT costs nothing where it doesn't
 * match, however many subscriptions there are; with others publishing takes the
 * longer the more there are.
 */

/**
 * enum motet_filter - how a filter matches a pattern
 * @MOTET_FILTER_NONE: in the patterns of an event, which have no type
 * @MOTET_FILTER_PREFIX: the pattern begins with the bytes of the filter
 * @MOTET_FILTER_SUFFIX: the pattern ends with them
 * @MOTET_FILTER_EXACT: the pattern is the same
 * @MOTET_FILTER_PASS_ALL: any pattern; the filter has no bytes
 */
enum motet_filter {
	MOTET_FILTER_NONE	= 0,
	MOTET_FILTER_PREFIX	= 1,
	MOTET_FILTER_SUFFIX	= 2,
	MOTET_FILTER_EXACT	= 3,
	MOTET_FILTER_PASS_ALL	= 4,
};

/**
 * struct motet_pattern - a pattern or a filter; its bytes follow
 * @len: how many bytes follow, without what fills them up
 * @type: &enum motet_filter
 */
struct motet_pattern {
	__u32 len;
	__u32 type;
};

/**
 * MOTET_PATTERN_SIZE() - bytes that a pattern or filter takes in its array
 * @len: of its bytes
 */
#define MOTET_PATTERN_SIZE(len)	(8U + (((len) + 7U) & ~7U))

/**
 * define MOTET_PATTERN_BYTES_MAX - longest array of patterns or filters in bytes
 */
#define MOTET_PATTERN_BYTES_MAX	4032

/** define MOTET_EVENT_ID_MIN - no event has a smaller identifier */
#define MOTET_EVENT_ID_MIN	1001

/**
 * struct motet_event_head - what the body of an event begins with
 * @size: size of this struct, a multiple of 8: where the patterns are
 * @flags: 0
 * @retention: how long it is retained for later subscriptions, nanoseconds of
 *	CLOCK_BOOTTIME; 0 is not at all
 * @pattern_count: how many patterns it has
 * @pattern_len: bytes of their array
 * @publisher_len: bytes of the publisher's name, 0 to %MOTET_NAME_MAX
 * @pad: 0
 *
 * The patterns follow, then the data, then the publisher's name, which ends the
 * body. The kernel looks at neither of the last two: the name is what the
 * publisher says, the stamp what the kernel knows.
 */
struct motet_event_head {
	__u32 size;
	__u32 flags;
	__aligned_u64 retention;
	__u32 pattern_count;
	__u32 pattern_len;
	__u32 publisher_len;
	__u32 pad;
};

#define MOTET_EVENT_HEAD_SIZE_VER0	32

/**
 * DOC: flags of opening a channel
 *
 * MOTET_CHANNEL_CREATE
 *	Create the channel if none has the name; else open that one.
 * MOTET_CHANNEL_PUBLISHER
 *	To publish. Needs the right to send.
 * MOTET_CHANNEL_SUBSCRIBER
 *	To subscribe. Needs the right to receive.
 *
 * Without the last two any right is enough, and the file only keeps the channel
 * and answers MOTET_IOC_CHANNEL_STATUS. Who creates it needs no right.
 */
#define MOTET_CHANNEL_CREATE		(1U << 0)
#define MOTET_CHANNEL_PUBLISHER		(1U << 1)
#define MOTET_CHANNEL_SUBSCRIBER	(1U << 2)

/**
 * struct motet_channel_open - MOTET_IOC_CHANNEL_OPEN: open or create a channel
 * @size: size of this struct
 * @flags: see flags of opening a channel; out: %MOTET_CHANNEL_CREATE is left if
 *	it was created
 * @fd_flags: see flags of a new file descriptor
 * @mode: create: mode bits; receive is to subscribe, send to publish,
 *	administer to unlink
 * @name: pointer to the name; 0 to open by identifier
 * @name_len: length of the name in bytes; 0 to open by identifier
 * @fd: out: the channel
 * @id: in: the identifier if there is no name, else 0. out: the identifier
 * @limits: subscriber: bounds of the opener's queue by priority, 0 is the
 *	default as of a port; else 0
 * @retained: create: bounds of the events that are retained, 0 is the default;
 *	else 0
 * @retention: create: how long the channel is to stay when nobody has it open
 *	and no event is retained, nanoseconds of CLOCK_BOOTTIME; the largest
 *	number is until it is unlinked. Else 0
 * @created: out: 1 if there was none
 * @pad: 0
 *
 * On an actor, by the process that opened it. What is for a channel that is
 * created is ignored if there is one already. The channel and the bounds of what
 * it retains are charged to the user of who creates it until it is gone, an
 * opener's queue to the user of the opener.
 *
 * The file may be inherited and passed on: whoever has it may publish by it, as
 * by a sender handle of a port. Only the process that opened it subscribes and
 * receives; its death ends its subscriptions.
 *
 * ======= ==========================================================
 * EACCES  the channel's mode
 * EDQUOT  the user's or the domain's limit of channels, ports or bytes; the
 *	   channel has as many openers as it may (channel_openers_max)
 * EINTR   the process is being killed
 * ENOENT  no channel has this name, and none is to be created
 * EPERM   another process opened the actor
 * ESRCH   no channel has this identifier
 * EMFILE  no file descriptor is left (or ENFILE)
 * ======= ==========================================================
 */
struct motet_channel_open {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 mode;
	__aligned_u64 name;
	__u32 name_len;
	__s32 fd;
	struct motet_id id;
	struct motet_limits limits[MOTET_PRIORITIES];
	struct motet_limits retained;
	__aligned_u64 retention;
	__u32 created;
	__u32 pad;
};

#define MOTET_CHANNEL_OPEN_SIZE_VER0	144

/**
 * struct motet_channel_name - MOTET_IOC_CHANNEL_UNLINK: take the name away
 * @size: size of this struct
 * @flags: 0
 * @name: pointer to the name
 * @name_len: length of the name in bytes
 * @pad: 0
 * @id: out: the channel's identifier
 *
 * On an actor, by the process that opened it. The name is free at once. If
 * nobody has the channel open it is gone, with what it retains; else with its
 * last opener.
 *
 * ======= ==========================================================
 * EACCES  the channel's mode: administer
 * ENOENT  no channel has this name
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_channel_name {
	__u32 size;
	__u32 flags;
	__aligned_u64 name;
	__u32 name_len;
	__u32 pad;
	struct motet_id id;
};

#define MOTET_CHANNEL_NAME_SIZE_VER0	40

/**
 * struct motet_channel_publish - MOTET_IOC_CHANNEL_PUBLISH: publish an event
 * @size: size of this struct
 * @flags: 0
 * @body: pointer to the event: a &struct motet_event_head and what follows it
 * @body_len: its length
 * @priority: 0 (first) to 3
 * @delivered: out: subscriptions that got it
 * @lost: out: subscriptions that matched, and whose openers had no room
 * @id: out: identifies the event in the domain; never used again
 *
 * On a channel, by whoever has it. Never waits for subscribers. If this struct
 * could be written at the beginning, but at the end it can't, that is EFAULT, and
 * the event is published.
 *
 * ======== ==========================================================
 * EACCES   the channel was not opened to publish
 * E2BIG    &motet_event_head.size is larger than the kernel knows, and there is something
 * EDQUOT   it is to be retained, and there is no room for that
 * EMSGSIZE the body or its patterns are more or larger than the limits:
 *	    MOTET_IOC_CHANNEL_LIMITS
 * ======== ==========================================================
 */
struct motet_channel_publish {
	__u32 size;
	__u32 flags;
	__aligned_u64 body;
	__u32 body_len;
	__u32 priority;
	__u32 delivered;
	__u32 lost;
	__aligned_u64 id;
};

#define MOTET_CHANNEL_PUBLISH_SIZE_VER0	40

/**
 * DOC: flags of a subscription
 *
 * MOTET_SUBSCRIBE_NEW
 *	Only what is published from now on, not what is retained.
 */
#define MOTET_SUBSCRIBE_NEW	(1U << 0)

/**
 * struct motet_channel_subscribe - MOTET_IOC_CHANNEL_SUBSCRIBE
 * @size: size of this struct
 * @flags: see flags of a subscription
 * @id: number of the subscription, the caller's choice
 * @filters: pointer to an array of filters
 * @filter_len: bytes of that array
 * @filter_count: how many there are; 0 matches every event
 * @replayed: out: retained events that are in the queue now
 * @lost: out: retained events that matched, and for which it had no room; they
 *	are told as those that are lost later
 *
 * On a channel, by the process that opened it. Between the retained events and
 * those that are published from now on is neither a gap nor anything twice. If
 * this struct could be written at the beginning, but at the end it can't, that is
 * EFAULT, and there is the subscription.
 *
 * ======== ==========================================================
 * EACCES   the channel was not opened to subscribe
 * EDQUOT   the opener has as many subscriptions as it may
 * EEXIST   it has one of this number
 * EMSGSIZE the filters are more or larger than the limits
 * EPERM    another process opened it
 * ======== ==========================================================
 */
struct motet_channel_subscribe {
	__u32 size;
	__u32 flags;
	__aligned_u64 id;
	__aligned_u64 filters;
	__u32 filter_len;
	__u32 filter_count;
	__u32 replayed;
	__u32 lost;
};

#define MOTET_CHANNEL_SUBSCRIBE_SIZE_VER0	40

/**
 * struct motet_channel_unsubscribe - MOTET_IOC_CHANNEL_UNSUBSCRIBE
 * @size: size of this struct
 * @flags: 0
 * @id: number of the subscription
 *
 * On a channel, by the process that opened it. What is queued by then is still
 * received, with the number of the subscription as it was.
 *
 * ======= ==========================================================
 * EACCES  the channel was not opened to subscribe
 * ENOENT  the opener has no such subscription
 * EPERM   another process opened it
 * ======= ==========================================================
 */
struct motet_channel_unsubscribe {
	__u32 size;
	__u32 flags;
	__aligned_u64 id;
};

#define MOTET_CHANNEL_UNSUBSCRIBE_SIZE_VER0	16

/**
 * struct motet_channel_clear - MOTET_IOC_CHANNEL_CLEAR: retain an event no more
 * @size: size of this struct
 * @flags: 0
 * @id: the event
 *
 * On a channel, by whoever has it. What is queued at subscribers stays there.
 *
 * ======= ==========================================================
 * EACCES  the channel was not opened to publish
 * ESRCH   it retains no such event (any more)
 * ======= ==========================================================
 */
struct motet_channel_clear {
	__u32 size;
	__u32 flags;
	__aligned_u64 id;
};

#define MOTET_CHANNEL_CLEAR_SIZE_VER0	16

/**
 * struct motet_channel_status - MOTET_IOC_CHANNEL_STATUS: what a channel is
 * @size: size of this struct
 * @flags: out: %MOTET_CHANNEL_PUBLISHER, %MOTET_CHANNEL_SUBSCRIBER: how this
 *	file was opened
 * @mode: out: mode bits
 * @unlinked: out: 1 if it has no name any more
 * @openers: out: files that it is open by
 * @subscribers: out: those of them that may subscribe
 * @subscriptions: out: subscriptions of all openers
 * @retained: out: events that are retained
 * @retained_bytes: out: bytes of their bodies
 * @retention: out: as created
 * @published: out: events that were published
 * @delivered: out: events that subscriptions got, retained ones too
 * @lost: out: events that subscriptions lost
 * @id: out: the channel's identifier
 * @own_subscriptions: out: subscriptions of this opener
 * @own_messages: out: what lies in its queue
 * @own_delivered: out: as @delivered, of this opener
 * @own_lost: out: as @lost, of this opener
 *
 * On a channel, by whoever has it.
 */
struct motet_channel_status {
	__u32 size;
	__u32 flags;
	__u32 mode;
	__u32 unlinked;
	__u32 openers;
	__u32 subscribers;
	__u32 subscriptions;
	__u32 retained;
	__aligned_u64 retained_bytes;
	__aligned_u64 retention;
	__aligned_u64 published;
	__aligned_u64 delivered;
	__aligned_u64 lost;
	struct motet_id id;
	__u32 own_subscriptions;
	__u32 own_messages;
	__aligned_u64 own_delivered;
	__aligned_u64 own_lost;
};

#define MOTET_CHANNEL_STATUS_SIZE_VER0	112

/**
 * struct motet_channel_limits - MOTET_IOC_CHANNEL_LIMITS: what bounds channels
 * @size: size of this struct
 * @flags: 0
 * @patterns_max: out: patterns of an event, filters of a subscription
 * @pattern_bytes_max: out: bytes of their array
 * @event_max: out: largest body of an event, bytes
 * @subscriptions_max: out: subscriptions of one opener
 * @openers_max: out: openers of one channel
 * @user_channels_max: out: channels that one user may own on this machine
 * @retained_max: out: largest bound of the events that a channel retains
 * @pad: 0
 * @retained_bytes_max: out: largest bound of their bytes
 * @retention_max: out: longest retention of an event, nanoseconds
 *
 * On an actor, by the process that opened it. They are module parameters
 * channel_patterns_max and so on, which may change while it is loaded.
 */
struct motet_channel_limits {
	__u32 size;
	__u32 flags;
	__u32 patterns_max;
	__u32 pattern_bytes_max;
	__u32 event_max;
	__u32 subscriptions_max;
	__u32 openers_max;
	__u32 user_channels_max;
	__u32 retained_max;
	__u32 pad;
	__aligned_u64 retained_bytes_max;
	__aligned_u64 retention_max;
};

#define MOTET_CHANNEL_LIMITS_SIZE_VER0	56

/**
 * define MOTET_IOC_CHANNEL_OPEN - &struct motet_channel_open; on an actor
 */
#define MOTET_IOC_CHANNEL_OPEN	_IO(MOTET_IOC_MAGIC, 0x40)

/**
 * define MOTET_IOC_CHANNEL_UNLINK - &struct motet_channel_name; on an actor
 */
#define MOTET_IOC_CHANNEL_UNLINK _IO(MOTET_IOC_MAGIC, 0x41)

/**
 * define MOTET_IOC_CHANNEL_LIMITS - &struct motet_channel_limits; on an actor
 */
#define MOTET_IOC_CHANNEL_LIMITS _IO(MOTET_IOC_MAGIC, 0x42)

/**
 * define MOTET_IOC_CHANNEL_PUBLISH - &struct motet_channel_publish; on a channel
 */
#define MOTET_IOC_CHANNEL_PUBLISH _IO(MOTET_IOC_MAGIC, 0x43)

/**
 * define MOTET_IOC_CHANNEL_SUBSCRIBE - &struct motet_channel_subscribe; on a
 * channel
 */
#define MOTET_IOC_CHANNEL_SUBSCRIBE _IO(MOTET_IOC_MAGIC, 0x44)

/**
 * define MOTET_IOC_CHANNEL_UNSUBSCRIBE - &struct motet_channel_unsubscribe; on a
 * channel
 */
#define MOTET_IOC_CHANNEL_UNSUBSCRIBE _IO(MOTET_IOC_MAGIC, 0x45)

/**
 * define MOTET_IOC_CHANNEL_CLEAR - &struct motet_channel_clear; on a channel
 */
#define MOTET_IOC_CHANNEL_CLEAR	_IO(MOTET_IOC_MAGIC, 0x46)

/**
 * define MOTET_IOC_CHANNEL_STATUS - &struct motet_channel_status; on a channel
 */
#define MOTET_IOC_CHANNEL_STATUS _IO(MOTET_IOC_MAGIC, 0x47)

#endif /* _UAPI_LINUX_MOTET_CHANNEL_H */
