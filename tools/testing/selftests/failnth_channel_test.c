// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channels, with each allocation and user copy failing.
 */
#include <errno.h>

#include "kselftest_harness.h"
#include "channel_test.h"
#include "failnth.h"

#define SUBSCRIBERS	3

static int actor, channel, openers[SUBSCRIBERS];
static struct motet_channel_publish published;
static struct motet_msg msg;
static __u64 value;

static int with_actor(void)
{
	actor = mt_actor();
	return actor;
}

static int run_create(void)
{
	return mt_channel(actor, "made", MOTET_CHANNEL_CREATE | MT_BOTH, 8,
			  NULL);
}

FN_TEST(create, .setup = with_actor, .run = run_create)

/* Subscribers with filters: of one, of another, and of all. */
static int subscribed(void)
{
	static const char *const filters[] = { "a", "b", "a" };
	int i, ret = 0;

	actor = mt_actor();
	channel = mt_channel(actor, "channel", MOTET_CHANNEL_CREATE | MT_BOTH,
			     8, NULL);
	for (i = 0; !ret && i < SUBSCRIBERS; i++) {
		openers[i] = mt_channel(actor, "channel",
					MOTET_CHANNEL_SUBSCRIBER, 8, NULL);
		ret = mt_subscribe(openers[i], 1, MOTET_FILTER_PREFIX,
				   filters[i]);
		ret = ret ?: mt_subscribe(openers[i], 2, MOTET_FILTER_PREFIX,
					  "abc");
	}
	return ret;
}

static int run_open(void)
{
	return mt_channel(actor, "channel", MT_BOTH, 8, NULL);
}

FN_TEST(open_again, .setup = subscribed, .run = run_open)

static int run_publish(void)
{
	return mt_publish(channel, 1, "abcd", 7, 0, &published);
}

static int got(void)
{
	int i, ret = 0;

	for (i = 0; !ret && i < SUBSCRIBERS; i++) {
		ret = mt_try_event(openers[i], &msg, &value);
		ret = ret ?: value != 7;
	}
	return ret;
}

FN_TEST(publish, .setup = subscribed, .run = run_publish, .check = got,
	.flags = FN_TELLS)

static int run_publish_retained(void)
{
	return mt_publish(channel, 1, "abcd", 7, 1000 * MT_SECOND,
			  &published);
}

FN_TEST(publish_retained, .setup = subscribed, .run = run_publish_retained,
	.check = got, .flags = FN_TELLS)

/* A large event with many patterns. */
static int run_publish_large(void)
{
	static struct mt_event event;
	static __u8 data[4096];
	int i;

	mt_event_begin(&event, 0);
	for (i = 0; i < 8; i++)
		mt_pattern_add(&event, MOTET_FILTER_NONE, "abcd", 4);
	mt_event_end(&event, data, 1024, "publisher");
	return mt_publish_event(channel, 0, &event, &published);
}

static int roomy(void)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE | MT_BOTH,
		.mode = MOTET_MODE_MASK,
	};

	actor = mt_actor();
	channel = mt_channel_open(actor, &arg, "channel");
	if (channel < 0)
		return channel;
	return mt_subscribe(channel, 1, MOTET_FILTER_PASS_ALL, "");
}

FN_TEST(publish_large, .setup = roomy, .run = run_publish_large,
	.flags = FN_TELLS)

/* No room: the event is lost, which is told at its place. */
static int full(void)
{
	int ret = subscribed(), i;

	for (i = 0; !ret && i < 9; i++)
		ret = mt_publish(channel, 1, "a", i, 0, NULL);
	return ret;
}

FN_TEST(publish_lost, .setup = full, .run = run_publish, .flags = FN_TELLS)

static int run_receive(void)
{
	return mt_try_event(openers[0], &msg, &value);
}

FN_TEST(receive, .setup = full, .run = run_receive)

static int retaining(void)
{
	int i, ret = subscribed();

	for (i = 0; !ret && i < 4; i++)
		ret = mt_publish(channel, i, "xyz", i, 1000 * MT_SECOND,
				 &published);
	return ret;
}

/* It gets what was retained. */
static int run_subscribe(void)
{
	return mt_subscribe(openers[1], 9, MOTET_FILTER_PREFIX, "x");
}

FN_TEST(subscribe_retained, .setup = retaining, .run = run_subscribe,
	.flags = FN_TELLS)

static int run_subscribe_many(void)
{
	static struct mt_event filters;
	int i;

	memset(&filters, 0, sizeof(filters));
	for (i = 0; i < 16; i++)
		mt_pattern_add(&filters, MOTET_FILTER_EXACT, "pattern", 7);
	return mt_subscribe_to(openers[1], 9, 0, &filters, NULL);
}

FN_TEST(subscribe_many, .setup = retaining, .run = run_subscribe_many,
	.flags = FN_TELLS)

static int run_unsubscribe(void)
{
	return mt_unsubscribe(openers[0], 1);
}

FN_TEST(unsubscribe, .setup = full, .run = run_unsubscribe)

static int run_clear(void)
{
	return mt_clear(channel, published.id);
}

FN_TEST(clear_retained, .setup = retaining, .run = run_clear)

static int run_unlink(void)
{
	return mt_channel_unlink(actor, "channel");
}

FN_TEST(unlink_open, .setup = retaining, .run = run_unlink)

static int run_close(void)
{
	return close(openers[0]) ? -errno : 0;
}

FN_TEST(close_subscriber, .setup = full, .run = run_close,
	.flags = FN_NOTHING)

FN_LEAKS

TEST_HARNESS_MAIN
