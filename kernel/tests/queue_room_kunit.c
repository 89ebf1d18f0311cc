// SPDX-License-Identifier: GPL-2.0-only
/* Whose turn it is when room in a queue is given back. */

#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>

#include "message.h"
#include "queue.h"
#include "tests.h"

/**
 * struct motet_test_sender - a thread that waits for room
 * @queue: where [const]
 * @share: whose [const]
 * @bytes: how much [const]
 * @done: it has an answer [own]
 * @result: that answer [own]
 */
struct motet_test_sender {
	struct motet_queue *queue;
	struct motet_share *share;
	u64 bytes;
	struct completion done;
	int result;
};

/**
 * struct motet_test_rooms - a queue with two users
 * @queue: the queue [own]
 * @id: of its owner [own]
 * @rich: the user who holds more [own]
 * @poor: the one who holds less [own]
 */
struct motet_test_rooms {
	struct motet_queue queue;
	struct motet_id id;
	struct motet_share *rich;
	struct motet_share *poor;
};

static const struct motet_wait motet_test_now = { .nonblock = true };

static int motet_test_send_run(void *data)
{
	static const struct motet_wait forever;
	struct motet_test_sender *sender = data;

	sender->result = motet_queue_reserve(sender->queue, sender->share, 0,
					     sender->bytes, &forever);
	complete(&sender->done);
	return 0;
}

/* Returns once the sender is suspended. */
static void motet_test_suspend(struct kunit *test,
			       struct motet_test_sender *sender,
			       struct motet_test_rooms *rooms,
			       struct motet_share *share, u64 bytes)
{
	u32 before = READ_ONCE(rooms->queue.stats.suspended);
	struct task_struct *task;

	sender->queue = &rooms->queue;
	sender->share = share;
	sender->bytes = bytes;
	init_completion(&sender->done);
	task = kthread_run(motet_test_send_run, sender, "motet-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while (READ_ONCE(rooms->queue.stats.suspended) == before &&
	       !completion_done(&sender->done))
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&sender->done));
}

/* Waits for its answer; one that has none is let go, so that the test ends. */
static void motet_test_answered(struct kunit *test,
				struct motet_test_sender *sender, int result)
{
	if (!wait_for_completion_timeout(&sender->done, 30 * HZ)) {
		motet_queue_close(sender->queue);
		wait_for_completion(&sender->done);
	}
	KUNIT_EXPECT_EQ(test, sender->result, result);
}

/* Three messages are in: two of the rich user, one of the poor. */
static struct motet_test_rooms *motet_test_rooms_new(struct kunit *test,
						     bool fifo)
{
	struct motet_limits limits[MOTET_PRIORITIES] = {
		{ .messages = 3, .bytes = 300 },
	};
	struct motet_test_rooms *rooms;

	rooms = kunit_kzalloc(test, sizeof(*rooms), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rooms);
	motet_queue_init(&rooms->queue, limits, fifo, &rooms->id);
	rooms->rich = motet_share_get(&rooms->queue, KUIDT_INIT(1000));
	rooms->poor = motet_share_get(&rooms->queue, KUIDT_INIT(1001));
	KUNIT_ASSERT_EQ(test, motet_queue_reserve(&rooms->queue, rooms->rich, 0,
						  10, &motet_test_now), 0);
	KUNIT_ASSERT_EQ(test, motet_queue_reserve(&rooms->queue, rooms->rich, 0,
						  10, &motet_test_now), 0);
	KUNIT_ASSERT_EQ(test, motet_queue_reserve(&rooms->queue, rooms->poor, 0,
						  10, &motet_test_now), 0);
	return rooms;
}

static void motet_test_rooms_end(struct motet_test_rooms *rooms)
{
	motet_share_put(&rooms->queue, rooms->rich);
	motet_share_put(&rooms->queue, rooms->poor);
}

static void motet_test_give(struct motet_test_rooms *rooms,
			    struct motet_share *share, u64 bytes)
{
	motet_queue_unreserve(&rooms->queue, share, 0, bytes);
}

static void motet_test_room_order(struct kunit *test, bool fifo)
{
	struct motet_test_rooms *rooms = motet_test_rooms_new(test, fifo);
	struct motet_test_sender first, second;
	struct motet_test_sender *winner = fifo ? &first : &second;
	struct motet_test_sender *loser = fifo ? &second : &first;

	motet_test_suspend(test, &first, rooms, rooms->rich, 10);
	motet_test_suspend(test, &second, rooms, rooms->poor, 10);
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&rooms->queue,
						     rooms->rich->uid, 0, 1),
			-EAGAIN);
	/* now the poor one holds nothing */
	motet_test_give(rooms, rooms->poor, 10);
	motet_test_answered(test, winner, 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&loser->done));
	KUNIT_EXPECT_EQ(test, rooms->queue.stats.suspended_total, 2);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_answered(test, loser, 0);
	KUNIT_EXPECT_EQ(test, rooms->queue.lanes[0].used.messages, 3);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_give(rooms, rooms->poor, 10);
	KUNIT_EXPECT_EQ(test, rooms->queue.bytes, 0);
	motet_test_rooms_end(rooms);
}

static void motet_test_room_fair(struct kunit *test)
{
	motet_test_room_order(test, false);
}

static void motet_test_room_fifo(struct kunit *test)
{
	motet_test_room_order(test, true);
}

/* While one waits for much, nobody passes it but who holds less. */
static void motet_test_room_large(struct kunit *test)
{
	struct motet_test_rooms *rooms = motet_test_rooms_new(test, false);
	struct motet_test_sender large;

	motet_test_suspend(test, &large, rooms, rooms->rich, 290);
	motet_test_give(rooms, rooms->rich, 10);
	KUNIT_EXPECT_FALSE(test, completion_done(&large.done));
	/* equal parts: the one that waits is first */
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&rooms->queue,
						     rooms->poor->uid, 0, 1),
			-EAGAIN);
	/* who holds nothing may pass */
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&rooms->queue,
						     KUIDT_INIT(5), 0, 1), 0);
	motet_test_give(rooms, rooms->poor, 10);
	motet_test_answered(test, &large, 0);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_give(rooms, rooms->rich, 290);
	KUNIT_EXPECT_EQ(test, rooms->queue.bytes, 0);
	motet_test_rooms_end(rooms);
}

/* Room is left once for who was refused and holds less than who waits. */
static void motet_test_room_claim(struct kunit *test)
{
	struct motet_test_rooms *rooms = motet_test_rooms_new(test, false);
	struct motet_test_sender rich;

	motet_test_suspend(test, &rich, rooms, rooms->rich, 10);
	spin_lock(&rooms->queue.lock);
	motet_queue_claim_locked(&rooms->queue, rooms->poor, 0, 10);
	motet_queue_claim_locked(&rooms->queue, rooms->poor, 0, 20);
	spin_unlock(&rooms->queue.lock);
	KUNIT_EXPECT_EQ(test, rooms->queue.lanes[0].claims, 1);
	motet_test_give(rooms, rooms->poor, 10);
	KUNIT_EXPECT_EQ(test, rooms->queue.lanes[0].claims, 0);
	KUNIT_EXPECT_EQ(test, rooms->queue.lanes[0].used.messages, 2);
	KUNIT_EXPECT_FALSE(test, completion_done(&rich.done));
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_answered(test, &rich, 0);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_rooms_end(rooms);
}

static void motet_test_room_close(struct kunit *test)
{
	struct motet_test_rooms *rooms = motet_test_rooms_new(test, false);
	struct motet_test_sender senders[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(senders); i++)
		motet_test_suspend(test, &senders[i], rooms,
				   i ? rooms->rich : rooms->poor, 10);
	motet_queue_close(&rooms->queue);
	for (i = 0; i < ARRAY_SIZE(senders); i++)
		motet_test_answered(test, &senders[i], -EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, rooms->queue.stats.suspended, 0);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_give(rooms, rooms->rich, 10);
	motet_test_give(rooms, rooms->poor, 10);
	KUNIT_EXPECT_EQ(test, rooms->queue.bytes, 0);
	motet_test_rooms_end(rooms);
}

static struct kunit_case motet_test_room_cases[] = {
	KUNIT_CASE(motet_test_room_fair),
	KUNIT_CASE(motet_test_room_fifo),
	KUNIT_CASE(motet_test_room_large),
	KUNIT_CASE(motet_test_room_claim),
	KUNIT_CASE(motet_test_room_close),
	{}
};

static struct kunit_suite motet_test_room_suite = {
	.name = "motet-queue-room",
	.test_cases = motet_test_room_cases,
};

kunit_test_suite(motet_test_room_suite);
