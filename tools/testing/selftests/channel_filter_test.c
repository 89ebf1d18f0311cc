// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters of subscriptions: which events they match, one by one and pair by
 * pair; and events that are retained for those who subscribe later.
 */
#include <errno.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "channel_test.h"

#define ROOM	64

FIXTURE(filter) {
	int actor;
	int fd;
};

FIXTURE_SETUP(filter)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_EQ(0, mt_until_no_channel("filter"));
	self->fd = mt_channel(self->actor, "filter",
			      MOTET_CHANNEL_CREATE | MT_BOTH, ROOM, NULL);
	ASSERT_LE(0, self->fd);
}

/* Nothing that it retains is left behind. */
FIXTURE_TEARDOWN(filter)
{
	mt_channel_unlink(self->actor, "filter");
}

/* Patterns and filters as text: parts between '|'; a filter begins with its kind. */
static void add_parts(struct mt_event *event, const char *text, bool filters)
{
	static const char kinds[] = "-<>=*";
	const char *end;
	__u32 type = 0;

	if (!text)
		return;
	for (;;) {
		end = strchrnul(text, '|');
		if (filters)
			type = strchr(kinds, *text++) - kinds;
		mt_pattern_add(event, type, text, end - text);
		if (!*end)
			return;
		text = end + 1;
	}
}

TEST_F(filter, table)
{
	static const struct {
		const char *filters;	/* NULL: none at all */
		const char *patterns;
		int matches;
	} cases[] = {
		{ NULL, NULL, 1 }, { NULL, "", 1 }, { NULL, "a|b", 1 },
		{ "=", NULL, 1 }, { "=", "", 1 }, { "=", "a", 0 },
		{ "=a", NULL, 0 }, { "=a", "", 0 }, { "=a", "a", 1 },
		{ "=a", "ab", 0 }, { "=ab", "a", 0 }, { "=a", "b", 0 },
		{ "=a", "a|b", 1 }, { "=a", "b|a", 0 },
		{ "<", NULL, 1 }, { "<", "a", 1 }, { "<a", "", 0 },
		{ "<a", "a", 1 }, { "<a", "ab", 1 }, { "<a", "ba", 0 },
		{ "<ab", "a", 0 }, { "<ab", "abab", 1 },
		{ ">", NULL, 1 }, { ">", "a", 1 }, { ">a", "", 0 },
		{ ">a", "a", 1 }, { ">a", "ab", 0 }, { ">a", "ba", 1 },
		{ ">ab", "b", 0 }, { ">ab", "abab", 1 }, { ">ab", "aba", 0 },
		{ "*", NULL, 1 }, { "*", "", 1 }, { "*", "anything", 1 },
		{ "=a|=b", "a|b", 1 }, { "=a|=b", "b|a", 0 },
		{ "=a|=b", "a", 0 }, { "=a|=b", "a|b|c", 1 },
		{ "=a|*", "a", 1 }, { "=a|=", "a", 1 }, { "=a|<", "a", 1 },
		{ "=a|<x", "a", 0 }, { "=a|>x", "a|yx", 1 },
		{ "*|=b", "a|b", 1 }, { "*|=b", "a|c", 0 },
		{ "*|*|=c", "a|b|c", 1 }, { "*|*|=c", "a|b", 0 },
		{ "<a|>b|=c|*", "ax|xb|c|d", 1 },
		{ "<a|>b|=c|*", "ax|xb|cc|d", 0 },
		{ "=a|<b", "a|bb|anything", 1 },
	};
	struct motet_channel_publish arg;
	struct mt_event event, filters;
	struct motet_msg msg;
	unsigned int i;
	__u64 value;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memset(&filters, 0, sizeof(filters));
		add_parts(&filters, cases[i].filters, true);
		mt_event_begin(&event, 0);
		add_parts(&event, cases[i].patterns, false);
		mt_event_end(&event, "12345678", 8, "test");
		ASSERT_EQ(0, mt_subscribe_to(self->fd, i, 0, &filters, NULL));
		ASSERT_EQ(0, mt_publish_event(self->fd, 0, &event, &arg));
		EXPECT_EQ(cases[i].matches, (int)arg.delivered) {
			TH_LOG("filters %s, patterns %s", cases[i].filters,
			       cases[i].patterns);
		}
		while (!mt_try_event(self->fd, &msg, &value))
			EXPECT_EQ(i, msg.token);
		ASSERT_EQ(0, mt_unsubscribe(self->fd, i));
	}
}

/* Any bytes, of any length up to the limit, as first pattern and as later one. */
TEST_F(filter, lengths)
{
	struct motet_channel_publish arg;
	struct mt_event event, filters;
	__u8 bytes[512];
	__u32 len, i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 31;
	for (len = 0; len <= sizeof(bytes); len += len < 40 ? 1 : 37) {
		memset(&filters, 0, sizeof(filters));
		mt_pattern_add(&filters, MOTET_FILTER_EXACT, bytes, len);
		mt_pattern_add(&filters, MOTET_FILTER_SUFFIX, bytes, len);
		mt_pattern_add(&filters, MOTET_FILTER_PREFIX, bytes, len);
		ASSERT_EQ(0, mt_subscribe_to(self->fd, len, 0, &filters,
					     NULL));
		mt_event_begin(&event, 0);
		for (i = 0; i < 3; i++)
			mt_pattern_add(&event, 0, bytes, len);
		mt_event_end(&event, "", 0, "");
		ASSERT_EQ(0, mt_publish_event(self->fd, 0, &event, &arg));
		EXPECT_EQ(1, arg.delivered + arg.lost) {
			TH_LOG("length %u", len);
		}
	}
}

TEST_F(filter, bad_filters)
{
	struct motet_channel_subscribe arg;
	struct motet_channel_status status;
	struct mt_event filters, good = { 0 };
	struct motet_pattern *first;

	mt_pattern_add(&good, MOTET_FILTER_PREFIX, "filter", 6);
	first = (struct motet_pattern *)filters.bytes;
#define BAD(error, change) do {						\
		filters = good;						\
		change;							\
		EXPECT_EQ(-(error), mt_subscribe_to(self->fd, 1, 0, &filters, \
						    NULL));		\
	} while (0)
	BAD(EINVAL, first->type = MOTET_FILTER_NONE);
	BAD(EINVAL, first->type = MOTET_FILTER_PASS_ALL);
	BAD(EINVAL, first->type = MOTET_FILTER_PASS_ALL + 1);
	BAD(EINVAL, first->type = ~0U);
	BAD(EINVAL, first->len = 5);
	BAD(EINVAL, first->len = 9);
	BAD(EINVAL, first->len = ~0U);
	BAD(EINVAL, filters.len = 15);
	BAD(EINVAL, filters.len = 8);
	BAD(EINVAL, filters.len = 0);
	BAD(EINVAL, filters.len = 24);
	BAD(EINVAL, filters.count = 0);
	BAD(EINVAL, filters.count = 2);
	BAD(EMSGSIZE, filters.count = ~0U);
	BAD(EMSGSIZE, filters.len = ~0U);
#undef BAD
	arg = MT(motet_channel_subscribe, .filters = 8, .filter_len = 16,
		 .filter_count = 1);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->fd, MOTET_IOC_CHANNEL_SUBSCRIBE,
				    &arg));
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(0, status.subscriptions);
}

/* Those that come later get what is retained, in order, then what is new. */
TEST_F(filter, replay)
{
	struct motet_channel_subscribe arg;
	struct motet_channel_publish published[6];
	struct motet_channel_status status;
	struct mt_event filters = { 0 };
	struct motet_stamp stamp, first = MT(motet_stamp);
	struct motet_msg msg;
	__u64 value, last = 0;
	int i, later;

	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	for (i = 0; i < 6; i++)
		ASSERT_EQ(0, mt_publish(self->fd, 1, i % 2 ? "odd" : "even", i,
					i == 4 ? 0 : 1000 * MT_SECOND,
					&published[i]));
	msg = MT(motet_msg, .stamp = mt_ptr(&first),
		 .flags = MOTET_MSG_DONTWAIT);
	{
		__u8 body[256];

		ASSERT_EQ(0, mt_recv_msg(self->fd, &msg, body, sizeof(body)));
	}
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(5, status.retained);
	later = mt_channel(self->actor, "filter", MOTET_CHANNEL_SUBSCRIBER,
			   ROOM, NULL);
	ASSERT_LE(0, later);
	mt_pattern_add(&filters, MOTET_FILTER_EXACT, "even", 4);
	ASSERT_EQ(0, mt_subscribe_to(later, 7, 0, &filters, &arg));
	EXPECT_EQ(2, arg.replayed);
	EXPECT_EQ(0, arg.lost);
	ASSERT_EQ(0, mt_publish(self->fd, 1, "even", 6, 0, NULL));
	/* the time is that of publishing, whenever it was replayed */
	stamp = MT(motet_stamp);
	msg = MT(motet_msg, .stamp = mt_ptr(&stamp),
		 .flags = MOTET_MSG_DONTWAIT);
	{
		__u8 body[256];

		ASSERT_EQ(0, mt_recv_msg(later, &msg, body, sizeof(body)));
	}
	EXPECT_EQ(first.realtime, stamp.realtime);
	EXPECT_EQ(published[0].id, msg.id);
	for (i = 2; i <= 6; i += 4) {
		ASSERT_EQ(0, mt_try_event(later, &msg, &value));
		EXPECT_EQ(i, value);
		EXPECT_LT(last, msg.id);
		last = msg.id;
	}
	EXPECT_EQ(-EAGAIN, mt_try_event(later, &msg, &value));
	/* only what is new, if that is what it wants */
	ASSERT_EQ(0, mt_subscribe_to(later, 8, MOTET_SUBSCRIBE_NEW, &filters,
				     &arg));
	EXPECT_EQ(0, arg.replayed);
	ASSERT_EQ(0, mt_clear(self->fd, published[0].id));
	EXPECT_EQ(-ESRCH, mt_clear(self->fd, published[0].id));
	EXPECT_EQ(-ESRCH, mt_clear(self->fd, published[4].id));
	EXPECT_EQ(-ESRCH, mt_clear(self->fd, 0));
	EXPECT_EQ(-ESRCH, mt_clear(self->fd, ~0ULL));
	ASSERT_EQ(0, mt_subscribe_to(later, 9, 0, &filters, &arg));
	EXPECT_EQ(1, arg.replayed);
	ASSERT_EQ(0, mt_try_event(later, &msg, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(9, msg.token);
}

/* A replay that has no room: the rest of the priority is lost, and told. */
TEST_F(filter, replay_without_room)
{
	struct motet_channel_subscribe arg;
	struct mt_event filters = { 0 };
	struct motet_msg msg;
	__u64 value;
	int i, later;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, mt_publish(self->fd, 0, "", i, 1000 * MT_SECOND,
					NULL));
		ASSERT_EQ(0, mt_publish(self->fd, 3, "", 10 + i,
					i < 2 ? 1000 * MT_SECOND : 0, NULL));
	}
	later = mt_channel(self->actor, "filter", MOTET_CHANNEL_SUBSCRIBER, 3,
			   NULL);
	ASSERT_LE(0, later);
	ASSERT_EQ(0, mt_subscribe_to(later, 1, 0, &filters, &arg));
	EXPECT_EQ(5, arg.replayed);
	EXPECT_EQ(2, arg.lost);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_try_event(later, &msg, &value));
		EXPECT_EQ(i, value);
	}
	ASSERT_EQ(0, mt_try_event(later, &msg, &value));
	EXPECT_EQ(MOTET_EXCEPTION_EVENTS_LOST, msg.exception);
	EXPECT_EQ(2, msg.count);
	for (i = 10; i < 12; i++) {
		ASSERT_EQ(0, mt_try_event(later, &msg, &value));
		EXPECT_EQ(i, value);
	}
	EXPECT_EQ(-EAGAIN, mt_try_event(later, &msg, &value));
}

TEST_F(filter, retention_passes)
{
	struct motet_channel_status status;
	struct motet_channel_publish arg;
	__u64 end = mt_after(MT_SOON);

	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 1, 1000 * MT_SECOND, NULL));
	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 2, 10 * MT_MS, &arg));
	do {
		ASSERT_EQ(0, mt_channel_status(self->fd, &status));
		mt_breathe();
	} while (status.retained != 1 && mt_now() < end);
	EXPECT_EQ(1, status.retained);
	EXPECT_EQ(-ESRCH, mt_clear(self->fd, arg.id));
	/* nobody has it open: it lives as long as what it retains */
	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 2, 50 * MT_MS, &arg));
	close(self->fd);
	self->fd = mt_channel(self->actor, "filter",
			      MOTET_CHANNEL_PUBLISHER, 0, NULL);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_LE(1, status.retained);
	close(self->fd);
	self->fd = mt_channel(self->actor, "filter", MOTET_CHANNEL_PUBLISHER, 0,
			      NULL);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, mt_channel_unlink(self->actor, "filter"));
	close(self->fd);
	self->fd = mt_channel(self->actor, "filter",
			      MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER, 0,
			      NULL);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mt_publish(self->fd, 0, "", 2, 20 * MT_MS, &arg));
	close(self->fd);
	EXPECT_EQ(0, mt_until_no_channel("filter"));
}

TEST_F(filter, retained_bounds)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE | MT_BOTH, .mode = 0777,
		.retained = { .messages = 3, .bytes = 300 },
	};
	struct motet_channel_publish first, publish;
	struct motet_channel_status status;
	struct mt_event event;
	__u8 data[4096] = { 0 };
	int fd, i;

	fd = mt_channel_open(self->actor, &arg, "bounds");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mt_subscribe(fd, 1, 0, ""));
	ASSERT_EQ(0, mt_publish(fd, 0, "", 0, 1000 * MT_SECOND, &first));
	for (i = 1; i < 3; i++)
		ASSERT_EQ(0, mt_publish(fd, 0, "", i, 1000 * MT_SECOND, NULL));
	ASSERT_EQ(-EDQUOT, mt_publish(fd, 0, "", 3, 1000 * MT_SECOND,
				      &publish));
	ASSERT_EQ(0, mt_channel_status(fd, &status));
	/* nobody got it */
	EXPECT_EQ(3, status.published);
	EXPECT_EQ(3, status.own_messages);
	ASSERT_EQ(0, mt_publish(fd, 0, "", 3, 0, NULL));
	ASSERT_EQ(0, mt_clear(fd, first.id));
	ASSERT_EQ(0, mt_publish(fd, 0, "", 4, 1000 * MT_SECOND, NULL));
	mt_event_begin(&event, 1000 * MT_SECOND);
	mt_event_end(&event, data, 300, "");
	EXPECT_EQ(-EDQUOT, mt_publish_event(fd, 0, &event, NULL));
	EXPECT_EQ(0, mt_channel_unlink(self->actor, "bounds"));
	arg.retained.messages = ~0U;
	EXPECT_EQ(-EINVAL, mt_channel_open(self->actor, &arg, "bounds2"));
}

TEST_HARNESS_MAIN
