// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channels: their life and names, who may do what, publishing and subscribing,
 * and what is lost.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "kselftest_harness.h"
#include "channel_test.h"

#define ROOM	4

FIXTURE(channel) {
	int actor;
	int fd;
	struct motet_id id;
};

FIXTURE_SETUP(channel)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* that of the test before may end a moment after its process has */
	ASSERT_EQ(0, mt_until_no_channel("channel"));
	self->fd = mt_channel(self->actor, "channel",
			      MOTET_CHANNEL_CREATE | MT_BOTH, ROOM, &self->id);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(channel)
{
}

TEST_F(channel, event)
{
	static const char name[] = "a publisher";
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_channel_publish arg;
	struct timespec before, after;
	struct motet_info info;
	struct mt_event event;
	struct motet_msg msg = {
		.flags = MOTET_MSG_DONTWAIT, .stamp = mt_ptr(&stamp),
	};
	__u8 body[512];

	ASSERT_EQ(0, mt_subscribe(self->fd, 77, MOTET_FILTER_EXACT, "x"));
	mt_event_begin(&event, 0);
	mt_pattern_add(&event, 0, "x", 1);
	mt_pattern_add(&event, 0, "second", 6);
	mt_event_end(&event, "data", 4, name);
	clock_gettime(CLOCK_REALTIME, &before);
	ASSERT_EQ(0, mt_publish_event(self->fd, 2, &event, &arg));
	clock_gettime(CLOCK_REALTIME, &after);
	EXPECT_EQ(1, arg.delivered);
	EXPECT_EQ(0, arg.lost);
	EXPECT_LE(MOTET_EVENT_ID_MIN, arg.id);
	EXPECT_EQ(POLLIN | POLLOUT, mt_poll(self->fd, POLLIN | POLLOUT, 0));
	ASSERT_EQ(0, mt_recv_msg(self->fd, &msg, body, sizeof(body)));
	EXPECT_EQ(event.len, msg.body_len);
	EXPECT_EQ(0, memcmp(event.bytes, body, event.len));
	EXPECT_EQ(arg.id, msg.id);
	EXPECT_EQ(77, msg.token);
	EXPECT_EQ(2, msg.priority);
	EXPECT_EQ(0, msg.exception);
	EXPECT_EQ(0, msg.count);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	EXPECT_EQ(MOTET_CLASS_CHANNEL, msg.to.bytes[0]);
	EXPECT_LE(before.tv_sec * MT_SECOND + before.tv_nsec, stamp.realtime);
	EXPECT_GE(after.tv_sec * MT_SECOND + after.tv_nsec, stamp.realtime);
	ASSERT_EQ(0, mt_info(self->actor, &info));
	EXPECT_TRUE(mt_id_equal(&info.actor, &stamp.actor));
	EXPECT_EQ((__u32)getpid(), stamp.pid);
	EXPECT_EQ(0, mt_poll(self->fd, POLLIN, 0));
}

/* A body in segments, which all who get it share. */
TEST_F(channel, large_events)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_SUBSCRIBER,
	};
	static __u8 body[70000], got[70000];
	struct motet_event_head head = MT(motet_event_head);
	struct motet_msg msg;
	int others[3], i;
	__u32 len;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		arg.limits[i] = (struct motet_limits){
			.messages = 8, .bytes = 1 << 20,
		};
	for (i = 0; i < 3; i++) {
		others[i] = mt_channel_open(self->actor, &arg, "channel");
		ASSERT_LE(0, others[i]);
		ASSERT_EQ(0, mt_subscribe(others[i], i, 0, ""));
	}
	for (i = 0; i < (int)sizeof(body); i++)
		body[i] = i * 7;
	memcpy(body, &head, sizeof(head));
	for (len = sizeof(head); len <= sizeof(body); len = len * 3 + 1) {
		struct motet_channel_publish publish =
			MT(motet_channel_publish, .body = mt_ptr(body),
			   .body_len = len);

		ASSERT_EQ(0, mt_ioctl(self->fd, MOTET_IOC_CHANNEL_PUBLISH,
				      &publish));
		EXPECT_EQ(3, publish.delivered);
		for (i = 0; i < 3; i++) {
			msg = (struct motet_msg){ 0 };
			ASSERT_EQ(0, mt_try_recv_msg(others[i], &msg, got,
						     sizeof(got)));
			ASSERT_EQ(len, msg.body_len);
			ASSERT_EQ(0, memcmp(body, got, len));
		}
	}
}

TEST_F(channel, several_subscriptions)
{
	struct motet_channel_publish arg;
	struct motet_msg msg;
	__u64 value, ids = 0;
	int i;

	ASSERT_EQ(0, mt_subscribe(self->fd, 0, MOTET_FILTER_EXACT, "abc"));
	ASSERT_EQ(0, mt_subscribe(self->fd, 1, MOTET_FILTER_PREFIX, "a"));
	ASSERT_EQ(0, mt_subscribe(self->fd, ~0ULL, MOTET_FILTER_SUFFIX, "c"));
	ASSERT_EQ(0, mt_subscribe(self->fd, 3, MOTET_FILTER_EXACT, "ab"));
	EXPECT_EQ(-EEXIST, mt_subscribe(self->fd, 1, MOTET_FILTER_EXACT, "z"));
	ASSERT_EQ(0, mt_publish(self->fd, 0, "abc", 5, 0, &arg));
	EXPECT_EQ(3, arg.delivered);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
		EXPECT_EQ(5, value);
		EXPECT_EQ(arg.id, msg.id);
		ids |= msg.token == ~0ULL ? 4 : 1 << msg.token;
	}
	EXPECT_EQ(7, ids);
	EXPECT_EQ(-EAGAIN, mt_try_event(self->fd, &msg, &value));
	ASSERT_EQ(0, mt_unsubscribe(self->fd, 1));
	ASSERT_EQ(0, mt_unsubscribe(self->fd, 0));
	EXPECT_EQ(-ENOENT, mt_unsubscribe(self->fd, 0));
	ASSERT_EQ(0, mt_publish(self->fd, 0, "abc", 6, 0, &arg));
	EXPECT_EQ(1, arg.delivered);
	ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
	EXPECT_EQ(~0ULL, msg.token);
	/* the number is free again */
	ASSERT_EQ(0, mt_subscribe(self->fd, 1, MOTET_FILTER_EXACT, "z"));
}

TEST_F(channel, priorities_then_order)
{
	static const __u64 order[] = { 3, 7, 2, 6, 1, 5, 0, 4 };
	struct motet_msg msg;
	unsigned int i;
	__u64 value;

	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, mt_publish(self->fd, 3 - i % 4, "", i, 0, NULL));
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
		EXPECT_EQ(order[i], value);
		EXPECT_EQ(3 - value % 4, msg.priority);
	}
}

/* The mark is at the place of the loss, counts up to when it is read. */
TEST_F(channel, lost_in_place)
{
	struct motet_channel_status status;
	struct motet_channel_publish arg;
	struct motet_msg msg;
	__u64 value;
	int i;

	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	for (i = 0; i < ROOM + 3; i++) {
		ASSERT_EQ(0, mt_publish(self->fd, 1, "", i, 0, &arg));
		EXPECT_EQ(i < ROOM, arg.delivered);
		EXPECT_EQ(i >= ROOM, arg.lost);
	}
	/* another priority has its own */
	ASSERT_EQ(0, mt_publish(self->fd, 3, "", 100, 0, &arg));
	EXPECT_EQ(1, arg.delivered);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
		EXPECT_EQ(i, value);
	}
	/* there is room again: behind the mark */
	ASSERT_EQ(0, mt_publish(self->fd, 1, "", 50, 0, &arg));
	ASSERT_EQ(0, mt_publish(self->fd, 1, "", 51, 0, &arg));
	EXPECT_EQ(1, arg.delivered);
	ASSERT_EQ(0, mt_publish(self->fd, 1, "", 52, 0, &arg));
	EXPECT_EQ(1, arg.lost);
	for (i = 2; i < ROOM; i++) {
		ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
		EXPECT_EQ(i, value);
	}
	ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
	EXPECT_EQ(MOTET_EXCEPTION_EVENTS_LOST, msg.exception);
	EXPECT_EQ(4, msg.count);
	EXPECT_EQ(1, msg.priority);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	for (i = 50; i < 52; i++) {
		ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
		EXPECT_EQ(i, value);
	}
	ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
	EXPECT_EQ(100, value);
	EXPECT_EQ(-EAGAIN, mt_try_event(self->fd, &msg, &value));
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(ROOM + 7, status.published);
	EXPECT_EQ(ROOM + 3, status.delivered);
	EXPECT_EQ(4, status.lost);
	EXPECT_EQ(ROOM + 3, status.own_delivered);
	EXPECT_EQ(4, status.own_lost);
}

/* What can never fit is lost, too, and of one opener all together are. */
TEST_F(channel, lost_too_large)
{
	struct motet_channel_publish arg;
	struct mt_event event;
	struct motet_msg msg;
	__u8 data[4096] = { 0 };
	__u64 value;

	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	ASSERT_EQ(0, mt_subscribe(self->fd, 2, 0, ""));
	mt_event_begin(&event, 0);
	mt_event_end(&event, data, sizeof(data), "");
	ASSERT_EQ(0, mt_publish_event(self->fd, 0, &event, &arg));
	EXPECT_EQ(0, arg.delivered);
	EXPECT_EQ(2, arg.lost);
	ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
	EXPECT_EQ(MOTET_EXCEPTION_EVENTS_LOST, msg.exception);
	EXPECT_EQ(2, msg.count);
	EXPECT_EQ(-EAGAIN, mt_try_event(self->fd, &msg, &value));
}

/* A bad pointer puts back what was taken; a lease is not given. */
TEST_F(channel, receiving)
{
	struct motet_msg msg = { 0 };
	__u64 value;
	int other;

	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	ASSERT_EQ(0, mt_publish(self->fd, 0, "p", 1, 0, NULL));
	ASSERT_EQ(0, mt_publish(self->fd, 0, "p", 2, 0, NULL));
	EXPECT_EQ(-EFAULT, mt_try_recv_msg(self->fd, &msg, (void *)8, 4096));
	EXPECT_EQ(-EMSGSIZE, mt_try_recv_msg(self->fd, &msg, &value, 8));
	EXPECT_EQ(sizeof(struct motet_event_head) + 16 + 8 + 4, msg.body_len);
	msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE);
	{
		__u8 body[256];

		ASSERT_EQ(0, mt_recv_msg(self->fd, &msg, body, sizeof(body)));
	}
	EXPECT_EQ(0, msg.flags & MOTET_MSG_LEASED);
	ASSERT_EQ(0, mt_enable(self->fd, 3, 99));
	{
		__u8 body[256];

		msg = MT(motet_msg,
			 .flags = MOTET_MSG_DONTWAIT | MOTET_MSG_ANY);
		ASSERT_EQ(0, mt_recv_msg(self->actor, &msg, body,
					 sizeof(body)));
	}
	EXPECT_EQ(99, msg.cookie);
	EXPECT_EQ(1, msg.token);
	other = mt_channel(self->actor, "channel", MOTET_CHANNEL_PUBLISHER, 0,
			   NULL);
	ASSERT_LE(0, other);
	EXPECT_EQ(-EACCES, mt_try_event(other, &msg, &value));
	EXPECT_EQ(-EACCES, mt_enable(other, 3, 99));
	EXPECT_EQ(-EACCES, mt_subscribe(other, 1, 0, ""));
	EXPECT_EQ(POLLOUT, mt_poll(other, POLLIN | POLLOUT, 0));
	other = mt_channel(self->actor, "channel", MOTET_CHANNEL_SUBSCRIBER, 1,
			   NULL);
	ASSERT_LE(0, other);
	EXPECT_EQ(-EACCES, mt_publish(other, 0, "", 1, 0, NULL));
	EXPECT_EQ(-EACCES, mt_clear(other, 5000));
	EXPECT_EQ(0, mt_poll(other, POLLIN | POLLOUT, 0));
}

TEST_F(channel, bad_events)
{
	struct motet_event_head *head;
	struct motet_pattern *pattern;
	struct mt_event event, good;

	mt_event_begin(&good, 0);
	mt_pattern_add(&good, 0, "pattern", 7);
	mt_event_end(&good, "d", 1, "p");
	ASSERT_EQ(0, mt_publish_event(self->fd, 0, &good, NULL));
	EXPECT_EQ(-EINVAL, mt_publish_event(self->fd, 4, &good, NULL));
	head = (struct motet_event_head *)event.bytes;
	pattern = (struct motet_pattern *)(head + 1);
#define BAD(error, change) do {						\
		event = good;						\
		change;							\
		EXPECT_EQ(-(error), mt_publish_event(self->fd, 0, &event, \
						     NULL));		\
	} while (0)
	BAD(EINVAL, head->size = 31);
	BAD(EINVAL, head->size = 24);
	BAD(EINVAL, head->size = 33);
	BAD(EINVAL, head->flags = 1);
	BAD(EINVAL, head->pad = 1);
	BAD(EINVAL, head->retention = ~0ULL);
	BAD(EINVAL, head->pattern_count = 0);
	BAD(EINVAL, head->pattern_count = 2);
	BAD(EMSGSIZE, head->pattern_count = ~0U);
	BAD(EINVAL, head->pattern_len = 15);
	BAD(EINVAL, head->pattern_len = 8);
	BAD(EINVAL, head->pattern_len = 24);
	BAD(EMSGSIZE, head->pattern_len = MOTET_PATTERN_BYTES_MAX + 1);
	BAD(EMSGSIZE, head->pattern_len = ~0U);
	BAD(EINVAL, head->publisher_len = 3);
	BAD(EINVAL, head->publisher_len = ~0U);
	BAD(EINVAL, pattern->len = 9);
	BAD(EINVAL, pattern->len = ~0U);
	BAD(EINVAL, pattern->len = ~0U - 7);
	BAD(EINVAL, pattern->len = 6);
	BAD(EINVAL, pattern->type = MOTET_FILTER_EXACT);
	BAD(EINVAL, event.bytes[sizeof(*head) + 15] = 1);
	BAD(EINVAL, event.len = sizeof(*head) - 1);
	BAD(EINVAL, event.len = 0);
	BAD(EINVAL, event.len = sizeof(*head) + 15);
	BAD(EMSGSIZE, event.len = 1 << 30);
	BAD(E2BIG, (head->size = 40, event.len += 8));
#undef BAD
}

/* A head that has grown is none that an older kernel refuses if it is zero. */
TEST_F(channel, grown_head)
{
	struct motet_event_head head = MT(motet_event_head, .pattern_len = 16,
					  .pattern_count = 1);
	struct motet_pattern pattern = { .len = 1 };
	struct motet_channel_publish arg;
	struct mt_event event = { .len = 56 };

	head.size = 40;
	memcpy(event.bytes, &head, sizeof(head));
	memcpy(event.bytes + 40, &pattern, sizeof(pattern));
	event.bytes[48] = 'q';
	ASSERT_EQ(0, mt_subscribe(self->fd, 1, MOTET_FILTER_EXACT, "q"));
	ASSERT_EQ(0, mt_publish_event(self->fd, 0, &event, &arg));
	EXPECT_EQ(1, arg.delivered);
}

TEST_F(channel, limits)
{
	struct motet_channel_limits limits;
	struct mt_event event;
	__u64 old;
	__u32 i;

	ASSERT_EQ(0, mt_channel_limits(self->actor, &limits));
	EXPECT_EQ(mt_param("channel_patterns_max"), limits.patterns_max);
	EXPECT_EQ(mt_param("channel_openers_max"), limits.openers_max);
	EXPECT_EQ(mt_param("channel_event_max"), limits.event_max);
	EXPECT_EQ(mt_param("user_channels_max"), limits.user_channels_max);
	EXPECT_EQ(mt_param("channel_subscriptions_max"),
		  limits.subscriptions_max);
	EXPECT_EQ(mt_param("channel_pattern_bytes_max"),
		  limits.pattern_bytes_max);
	mt_event_begin(&event, 0);
	for (i = 0; i < limits.patterns_max; i++)
		mt_pattern_add(&event, 0, "1234567890", 10);
	mt_event_end(&event, "", 0, "");
	EXPECT_EQ(0, mt_publish_event(self->fd, 0, &event, NULL));
	mt_event_begin(&event, 0);
	for (i = 0; i <= limits.patterns_max; i++)
		mt_pattern_add(&event, 0, "", 0);
	mt_event_end(&event, "", 0, "");
	EXPECT_EQ(-EMSGSIZE, mt_publish_event(self->fd, 0, &event, NULL));
	/* as long as they may be */
	mt_event_begin(&event, 0);
	mt_pattern_add(&event, 0, event.bytes,
		       limits.pattern_bytes_max - sizeof(struct motet_pattern));
	mt_event_end(&event, event.bytes, 100, "publisher");
	EXPECT_EQ(0, mt_publish_event(self->fd, 0, &event, NULL));
	for (i = 0; i < limits.subscriptions_max; i++)
		ASSERT_EQ(0, mt_subscribe(self->fd, i, MOTET_FILTER_EXACT,
					  i % 2 ? "x" : ""));
	EXPECT_EQ(-EDQUOT, mt_subscribe(self->fd, i, 0, ""));
	ASSERT_EQ(0, mt_unsubscribe(self->fd, 3));
	EXPECT_EQ(0, mt_subscribe(self->fd, i, 0, ""));
	old = mt_param("channel_openers_max");
	ASSERT_EQ(0, mt_param_set("channel_openers_max", 1));
	EXPECT_EQ(-EDQUOT, mt_channel(self->actor, "channel", 0, 0, NULL));
	/* nor is one made that nobody can open */
	ASSERT_EQ(0, mt_param_set("channel_openers_max", 0));
	EXPECT_EQ(-EDQUOT, mt_channel(self->actor, "closed",
				      MOTET_CHANNEL_CREATE, 0, NULL));
	ASSERT_EQ(0, mt_param_set("channel_openers_max", old));
	EXPECT_EQ(-ENOENT, mt_channel(self->actor, "closed", 0, 0, NULL));
	EXPECT_LE(0, mt_channel(self->actor, "channel", 0, 0, NULL));
}

/* Of a user's channels, and the bounds of what they retain. */
TEST_F(channel, quota)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE, .mode = 0777,
	};
	__u64 old = mt_param("user_channels_max");
	struct mt_attrs attrs;
	pid_t pid;

	ASSERT_EQ(0, mt_until_charged(MT_USER_A, MOTET_A_USER_CHANNELS, 0));
	ASSERT_EQ(0, mt_param_set("user_channels_max", 2));
	pid = mt_fork();
	if (!pid) {
		int actor, one, two;

		if (mt_become(MT_USER_A))
			_exit(1);
		actor = mt_actor();
		one = mt_channel_open(actor, &arg, "one");
		two = mt_channel_open(actor, &arg, "two");
		if (one < 0 || two < 0)
			_exit(2);
		if (mt_channel_open(actor, &arg, "three") != -EDQUOT)
			_exit(3);
		/* one that is there already costs nothing */
		if (mt_channel_open(actor, &arg, "one") < 0)
			_exit(4);
		close(two);
		if (mt_channel_open(actor, &arg, "three") < 0)
			_exit(5);
		arg.retained.bytes = 32ULL << 20;
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	ASSERT_EQ(0, mt_param_set("user_channels_max", old));
	ASSERT_EQ(0, mt_until_no_channel("three"));
	ASSERT_EQ(0, mt_until_no_channel("one"));
	/* an account that nothing is charged to may be gone */
	if (mt_user_get(MT_USER_A, &attrs))
		return;
	EXPECT_EQ(0, mt_attr_number(&attrs, MOTET_A_USER_BYTES));
}

TEST_F(channel, names)
{
	struct motet_channel_open arg = { .flags = MOTET_CHANNEL_CREATE };
	struct motet_id id;
	int fd, other;

	EXPECT_EQ(-ENOENT, mt_channel(self->actor, "none", 0, 0, NULL));
	EXPECT_EQ(-EINVAL, mt_channel_open(self->actor, &arg, NULL));
	/* to create it again is to open it */
	fd = mt_channel(self->actor, "channel", MOTET_CHANNEL_CREATE, 0, &id);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(mt_id_equal(&self->id, &id));
	arg = MT(motet_channel_open, .id = self->id);
	EXPECT_LE(0, mt_channel_open(self->actor, &arg, NULL));
	EXPECT_EQ(0, arg.created);
	arg = MT(motet_channel_open, .id = { { MOTET_CLASS_CHANNEL, 3 } });
	EXPECT_EQ(-ESRCH, mt_channel_open(self->actor, &arg, NULL));
	/* what it is to be says who creates it */
	arg = MT(motet_channel_open, .mode = 0700);
	EXPECT_EQ(-EINVAL, mt_channel_open(self->actor, &arg, "channel"));
	arg = MT(motet_channel_open, .retention = 1);
	EXPECT_EQ(-EINVAL, mt_channel_open(self->actor, &arg, "channel"));
	arg = MT(motet_channel_open, .retained.messages = 1);
	EXPECT_EQ(-EINVAL, mt_channel_open(self->actor, &arg, "channel"));
	/* a port of this name is another thing */
	ASSERT_LE(0, mt_port(self->actor, "channel", 1, NULL));
	arg = MT(motet_channel_open, .flags = MOTET_CHANNEL_CREATE);
	other = mt_channel_open(self->actor, &arg, "other");
	ASSERT_LE(0, other);
	EXPECT_EQ(1, arg.created);
	close(other);
	EXPECT_EQ(-ENOENT, mt_channel(self->actor, "other", 0, 0, NULL));
}

TEST_F(channel, unlink)
{
	struct motet_channel_status status;
	struct motet_channel_publish arg;
	struct motet_id id;
	struct motet_msg msg;
	__u64 value;
	int fd;

	EXPECT_EQ(-ENOENT, mt_channel_unlink(self->actor, "none"));
	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	ASSERT_EQ(0, mt_channel_unlink(self->actor, "channel"));
	EXPECT_EQ(-ENOENT, mt_channel_unlink(self->actor, "channel"));
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(1, status.unlinked);
	fd = mt_channel(self->actor, "channel",
			MOTET_CHANNEL_CREATE | MT_BOTH, ROOM, &id);
	ASSERT_LE(0, fd);
	EXPECT_FALSE(mt_id_equal(&self->id, &id));
	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 5, 0, &arg));
	EXPECT_EQ(1, arg.delivered);
	ASSERT_EQ(0, mt_publish(fd, 0, "", 6, 0, &arg));
	EXPECT_EQ(0, arg.delivered);
	ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
	EXPECT_EQ(5, value);
	/* an event that it retains does not keep it */
	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 5, 1000 * MT_SECOND, NULL));
	close(self->fd);
	EXPECT_EQ(-ESRCH, mt_channel_open(self->actor,
					  &MT(motet_channel_open,
					      .id = self->id), NULL));
	/* with nobody there it is gone at once */
	ASSERT_EQ(0, mt_publish(fd, 0, "", 5, 1000 * MT_SECOND, NULL));
	close(fd);
	fd = mt_channel(self->actor, "channel", 0, 0, NULL);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, mt_channel_unlink(self->actor, "channel"));
	EXPECT_EQ(-ESRCH, mt_channel_open(self->actor,
					  &MT(motet_channel_open, .id = id),
					  NULL));
}

/* Its own retention: until it passes, or until it is unlinked. */
TEST_F(channel, keeps)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE, .mode = 0777,
		.retention = ~0ULL,
	};
	int fd;

	fd = mt_channel_open(self->actor, &arg, "kept");
	ASSERT_LE(0, fd);
	close(fd);
	fd = mt_channel(self->actor, "kept", 0, 0, NULL);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, mt_channel_unlink(self->actor, "kept"));
	EXPECT_EQ(-ENOENT, mt_channel(self->actor, "kept", 0, 0, NULL));
	arg = (struct motet_channel_open){
		.flags = MOTET_CHANNEL_CREATE, .mode = 0777,
		.retention = 20 * MT_MS,
	};
	fd = mt_channel_open(self->actor, &arg, "kept");
	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_EQ(0, mt_until_no_channel("kept"));
	/* and a purge ends it */
	arg.retention = ~0ULL;
	fd = mt_channel_open(self->actor, &arg, "kept");
	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_LE(1, mt_purge());
	EXPECT_EQ(-ENOENT, mt_channel(self->actor, "kept", 0, 0, NULL));
	/* what is open stays */
	EXPECT_LE(0, mt_channel(self->actor, "channel", 0, 0, NULL));
}

TEST_F(channel, modes)
{
	static const struct {
		mode_t mode;
		int status, publish, subscribe, both, unlink;
	} cases[] = {
		{ 0700, -EACCES, -EACCES, -EACCES, -EACCES, -EACCES },
		{ 0704, 0, -EACCES, 0, -EACCES, -EACCES },
		{ 0702, 0, 0, -EACCES, -EACCES, -EACCES },
		{ 0706, 0, 0, 0, 0, -EACCES },
		{ 0701, 0, -EACCES, -EACCES, -EACCES, 0 },
	};
	struct motet_channel_open arg;
	unsigned int i;
	pid_t pid;
	int fd;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		arg = MT(motet_channel_open, .flags = MOTET_CHANNEL_CREATE,
			 .mode = cases[i].mode);
		fd = mt_channel_open(self->actor, &arg, "modes");
		ASSERT_LE(0, fd);
		pid = mt_fork();
		if (!pid) {
			int actor, ret;

			if (mt_become(MT_USER_A))
				_exit(1);
			actor = mt_actor();
#define OPEN(flags) (ret = mt_channel(actor, "modes", flags, 1, NULL),	\
		     ret < 0 ? ret : 0)
			if (OPEN(0) != cases[i].status)
				_exit(2);
			if (OPEN(MOTET_CHANNEL_PUBLISHER) != cases[i].publish)
				_exit(3);
			if (OPEN(MOTET_CHANNEL_SUBSCRIBER) !=
			    cases[i].subscribe)
				_exit(4);
			if (OPEN(MT_BOTH) != cases[i].both)
				_exit(5);
#undef OPEN
			ret = mt_channel_unlink(actor, "modes");
			if (ret != cases[i].unlink)
				_exit(6);
			_exit(0);
		}
		EXPECT_EQ(0, mt_wait(pid)) {
			TH_LOG("mode %o", cases[i].mode);
		}
		close(fd);
		ASSERT_EQ(0, mt_until_no_channel("modes"));
	}
}

/* Others may publish by a file that they have, and nothing else. */
TEST_F(channel, inherited)
{
	struct motet_msg msg;
	__u64 value;
	pid_t pid;

	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	pid = mt_fork();
	if (!pid) {
		if (mt_publish(self->fd, 0, "", 8, 0, NULL))
			_exit(1);
		if (mt_subscribe(self->fd, 2, 0, "") != -EPERM)
			_exit(2);
		if (mt_unsubscribe(self->fd, 1) != -EPERM)
			_exit(3);
		_exit(mt_try_event(self->fd, &msg, &value) == -EPERM ? 0 : 4);
	}
	EXPECT_EQ(0, mt_wait(pid));
	ASSERT_EQ(0, mt_try_event(self->fd, &msg, &value));
	EXPECT_EQ(8, value);
}

/* The process that subscribed dies; its file is with another one. */
TEST_F(channel, opener_dies)
{
	struct motet_channel_status status;
	struct motet_channel_publish arg;
	int pair[2], fd;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
	pid = mt_fork();
	if (!pid) {
		int actor = mt_actor();
		int own = mt_channel(actor, "channel", MT_BOTH, ROOM, NULL);

		if (own < 0 || mt_subscribe(own, 5, 0, "") ||
		    mt_subscribe(own, 6, MOTET_FILTER_EXACT, "") ||
		    mt_send_fd(pair[1], own))
			_exit(1);
		pause();
	}
	fd = mt_recv_fd(pair[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(2, status.subscriptions);
	EXPECT_EQ(2, status.subscribers);
	mt_kill(pid);
	ASSERT_EQ(0, mt_until_subscribers(self->fd, 1));
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(0, status.subscriptions);
	EXPECT_EQ(2, status.openers);
	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 1, 0, &arg));
	EXPECT_EQ(0, arg.delivered + arg.lost);
	/* who has it can still publish by it */
	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	ASSERT_EQ(0, mt_publish(fd, 0, "", 1, 0, &arg));
	EXPECT_EQ(1, arg.delivered);
	EXPECT_TRUE(mt_poll(fd, POLLIN, 0) & POLLHUP);
	EXPECT_EQ(-EPERM, mt_subscribe(fd, 9, 0, ""));
	close(fd);
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(1, status.openers);
}

TEST_HARNESS_MAIN
