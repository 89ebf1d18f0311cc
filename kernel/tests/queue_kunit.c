// SPDX-License-Identifier: GPL-2.0-only
/* The order of a queue, and the room in it. */

#include "message.h"
#include "queue.h"
#include "tests.h"

#define MOTET_TEST_MESSAGES	48
#define MOTET_TEST_USERS	3
#define MOTET_TEST_LANE		12
#define MOTET_TEST_BYTES	100

/**
 * enum motet_test_place - where a message is
 * @MOTET_TEST_NOWHERE: it has no room
 * @MOTET_TEST_RESERVED: it has room
 * @MOTET_TEST_QUEUED: it lies in its lane
 * @MOTET_TEST_TAKEN: it was taken out, and keeps its room
 */
enum motet_test_place {
	MOTET_TEST_NOWHERE,
	MOTET_TEST_RESERVED,
	MOTET_TEST_QUEUED,
	MOTET_TEST_TAKEN,
};

/**
 * struct motet_test_queue - a queue, and what the suite thinks of it
 * @queue: the queue [own]
 * @id: of its owner [own]
 * @shares: of the users [own]
 * @messages: all there are [own]
 * @places: &enum motet_test_place of each [own]
 * @user: whose it is, of each [own]
 */
struct motet_test_queue {
	struct motet_queue queue;
	struct motet_id id;
	struct motet_share *shares[MOTET_TEST_USERS];
	struct motet_message messages[MOTET_TEST_MESSAGES];
	enum motet_test_place places[MOTET_TEST_MESSAGES];
	unsigned int user[MOTET_TEST_MESSAGES];
};

static const struct motet_wait motet_test_now = { .nonblock = true };

static struct motet_test_queue *motet_test_queue_new(struct kunit *test,
						     u32 messages, u64 bytes)
{
	struct motet_limits limits[MOTET_PRIORITIES] = {};
	struct motet_test_queue *queues;
	unsigned int i;

	queues = kunit_kzalloc(test, sizeof(*queues), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, queues);
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		limits[i].messages = messages;
		limits[i].bytes = bytes;
	}
	motet_queue_init(&queues->queue, limits, false, &queues->id);
	for (i = 0; i < MOTET_TEST_USERS; i++) {
		queues->shares[i] = motet_share_get(&queues->queue,
						    KUIDT_INIT(1000 + i));
		KUNIT_ASSERT_NOT_NULL(test, queues->shares[i]);
	}
	return queues;
}

static void motet_test_queue_end(struct motet_test_queue *queues)
{
	unsigned int i;

	for (i = 0; i < MOTET_TEST_USERS; i++)
		motet_share_put(&queues->queue, queues->shares[i]);
}

static int motet_test_reserve(struct motet_test_queue *queues,
			      unsigned int user, unsigned int priority,
			      u64 bytes)
{
	return motet_queue_reserve(&queues->queue, queues->shares[user],
				   priority, bytes, &motet_test_now);
}

static int motet_test_commit(struct motet_test_queue *queues,
			     struct motet_message *message)
{
	int err;

	spin_lock(&queues->queue.lock);
	err = motet_queue_commit_locked(&queues->queue, message);
	spin_unlock(&queues->queue.lock);
	return err;
}

/* The message that comes next, which is taken out if @take. */
static struct motet_message *motet_test_next(struct motet_test_queue *queues,
					     bool take)
{
	struct motet_message *message;

	spin_lock(&queues->queue.lock);
	message = motet_queue_peek_locked(&queues->queue);
	if (message && take)
		motet_queue_take_locked(&queues->queue, message);
	spin_unlock(&queues->queue.lock);
	return message;
}

static int motet_test_put_back(struct motet_test_queue *queues,
			       struct motet_message *message, bool sorted)
{
	int err;

	spin_lock(&queues->queue.lock);
	err = motet_queue_put_back_locked(&queues->queue, message, sorted);
	spin_unlock(&queues->queue.lock);
	return err;
}

static void motet_test_release(struct motet_test_queue *queues,
			       struct motet_message *message)
{
	spin_lock(&queues->queue.lock);
	motet_queue_release_locked(&queues->queue, message->share,
				   message->priority,
				   motet_message_bytes(message));
	spin_unlock(&queues->queue.lock);
}

/* Queues a message of @user, which has room. */
static struct motet_message *motet_test_send(struct kunit *test,
					     struct motet_test_queue *queues,
					     unsigned int i,
					     unsigned int priority, u32 bytes)
{
	struct motet_message *message = &queues->messages[i];

	INIT_LIST_HEAD(&message->link);
	message->priority = priority;
	message->body_len = bytes;
	message->share = queues->shares[0];
	KUNIT_ASSERT_EQ(test, motet_test_reserve(queues, 0, priority, bytes),
			0);
	KUNIT_ASSERT_EQ(test, motet_test_commit(queues, message), 0);
	return message;
}

static void motet_test_queue_order(struct kunit *test)
{
	struct motet_test_queue *queues = motet_test_queue_new(test, 10, 1000);
	static const unsigned int priorities[] = { 3, 1, 3, 0, 1, 0, 2 };
	static const unsigned int order[] = { 3, 5, 1, 4, 6, 0, 2 };
	struct motet_message *message;
	unsigned int i;

	KUNIT_EXPECT_NULL(test, motet_test_next(queues, true));
	for (i = 0; i < ARRAY_SIZE(priorities); i++) {
		message = motet_test_send(test, queues, i, priorities[i], 1);
		KUNIT_EXPECT_EQ(test, message->sequence, i + 1);
		KUNIT_EXPECT_EQ(test, message->epoch, 1);
	}
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		message = motet_test_next(queues, true);
		KUNIT_EXPECT_PTR_EQ(test, message,
				    &queues->messages[order[i]]);
		motet_test_release(queues, message);
	}
	KUNIT_EXPECT_EQ(test, queues->queue.depth, 0);
	KUNIT_EXPECT_EQ(test, queues->queue.bytes, 0);
	KUNIT_EXPECT_EQ(test, queues->queue.stats.messages_peak, 7);
	motet_test_queue_end(queues);
}

/* The last message and the last byte fit, and one more of either does not. */
static void motet_test_queue_bounds(struct kunit *test)
{
	struct motet_test_queue *queues = motet_test_queue_new(test, 2, 100);

	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 101), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 100), 0);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 1, 2, 1), 0);
	KUNIT_EXPECT_EQ(test, queues->queue.stats.refused, 2);
	motet_queue_unreserve(&queues->queue, queues->shares[0], 1, 0);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 1), -EAGAIN);
	motet_queue_unreserve(&queues->queue, queues->shares[0], 1, 100);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 1, 50), 0);
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&queues->queue,
						     KUIDT_INIT(7), 1, 50), 0);
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&queues->queue,
						     KUIDT_INIT(7), 1, 51),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&queues->queue,
						     KUIDT_INIT(7), 1, 101),
			-EMSGSIZE);
	motet_queue_unreserve(&queues->queue, queues->shares[0], 1, 50);
	motet_queue_unreserve(&queues->queue, queues->shares[1], 2, 1);
	KUNIT_EXPECT_EQ(test, queues->queue.bytes, 0);
	KUNIT_EXPECT_EQ(test, queues->queue.stats.bytes_peak, 101);
	motet_test_queue_end(queues);
}

static void motet_test_queue_closed(struct kunit *test)
{
	struct motet_test_queue *queues = motet_test_queue_new(test, 9, 100);
	struct motet_message *message = motet_test_send(test, queues, 0, 0, 1);

	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 1, 0, 1), 0);
	motet_queue_close(&queues->queue);
	KUNIT_EXPECT_EQ(test, motet_test_reserve(queues, 0, 0, 1), -EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, motet_queue_check_room(&queues->queue,
						     KUIDT_INIT(7), 0, 1),
			-EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, motet_test_commit(queues, &queues->messages[1]),
			-EOWNERDEAD);
	KUNIT_EXPECT_PTR_EQ(test, motet_test_next(queues, true), message);
	KUNIT_EXPECT_EQ(test, motet_test_put_back(queues, message, true),
			-EOWNERDEAD);
	motet_test_release(queues, message);
	motet_queue_unreserve(&queues->queue, queues->shares[1], 0, 1);
	KUNIT_EXPECT_EQ(test, queues->queue.bytes, 0);
	motet_test_queue_end(queues);
}

/* What is put back comes first; sorted, behind what was sent before it. */
static void motet_test_queue_put_back(struct kunit *test)
{
	struct motet_test_queue *queues = motet_test_queue_new(test, 9, 100);
	struct motet_message *messages[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		motet_test_send(test, queues, i, 2, 1);
	for (i = 0; i < 3; i++)
		messages[i] = motet_test_next(queues, true);
	KUNIT_EXPECT_EQ(test, queues->queue.stats.received, 3);
	KUNIT_EXPECT_EQ(test, motet_test_put_back(queues, messages[1], true),
			0);
	KUNIT_EXPECT_EQ(test, motet_test_put_back(queues, messages[2], true),
			0);
	KUNIT_EXPECT_EQ(test, motet_test_put_back(queues, messages[0], true),
			0);
	KUNIT_EXPECT_EQ(test, queues->queue.stats.received, 0);
	for (i = 0; i < 4; i++) {
		messages[i] = motet_test_next(queues, true);
		KUNIT_EXPECT_PTR_EQ(test, messages[i], &queues->messages[i]);
	}
	for (i = 0; i < 4; i++)
		motet_test_put_back(queues, messages[i], false);
	for (i = 4; i-- > 0;) {
		messages[i] = motet_test_next(queues, true);
		KUNIT_EXPECT_PTR_EQ(test, messages[i], &queues->messages[i]);
		motet_test_release(queues, messages[i]);
	}
	motet_test_queue_end(queues);
}

/* A new epoch begins a new sequence, and comes after all of the old one. */
static void motet_test_queue_epoch(struct kunit *test)
{
	struct motet_test_queue *queues = motet_test_queue_new(test, 9, 100);
	struct motet_message *old, *new;

	motet_test_send(test, queues, 0, 0, 1);
	old = motet_test_send(test, queues, 1, 0, 1);
	spin_lock(&queues->queue.lock);
	motet_queue_begin_epoch_locked(&queues->queue);
	spin_unlock(&queues->queue.lock);
	new = motet_test_send(test, queues, 2, 0, 1);
	KUNIT_EXPECT_EQ(test, new->sequence, 1);
	KUNIT_EXPECT_EQ(test, new->epoch, 2);
	KUNIT_EXPECT_TRUE(test, motet_message_is_before(old, new));
	KUNIT_EXPECT_FALSE(test, motet_message_is_before(new, old));
	KUNIT_EXPECT_FALSE(test, motet_message_is_before(new, new));
	spin_lock(&queues->queue.lock);
	while ((old = motet_queue_peek_locked(&queues->queue)))
		motet_queue_withdraw_locked(&queues->queue, old);
	spin_unlock(&queues->queue.lock);
	KUNIT_EXPECT_EQ(test, queues->queue.bytes, 0);
	motet_test_queue_end(queues);
}

static u32 motet_test_count(const struct motet_test_queue *queues,
			    unsigned int user, unsigned int priority,
			    u64 *bytes)
{
	u32 i, count = 0;

	*bytes = 0;
	for (i = 0; i < MOTET_TEST_MESSAGES; i++) {
		if (queues->places[i] == MOTET_TEST_NOWHERE ||
		    queues->messages[i].priority != priority ||
		    (user < MOTET_TEST_USERS && queues->user[i] != user))
			continue;
		count++;
		*bytes += motet_message_bytes(&queues->messages[i]);
	}
	return count;
}

/* What the queue counts is what is there, for each user and lane. */
static void motet_test_check_room(struct kunit *test,
				  const struct motet_test_queue *queues)
{
	const struct motet_room *room;
	u64 bytes, all = 0;
	unsigned int i, j;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		for (j = 0; j <= MOTET_TEST_USERS; j++) {
			room = j < MOTET_TEST_USERS ?
			       &queues->shares[j]->held[i] :
			       &queues->queue.lanes[i].used;
			KUNIT_ASSERT_EQ(test, room->messages,
					motet_test_count(queues, j, i, &bytes));
			KUNIT_ASSERT_EQ(test, room->bytes, bytes);
		}
		all += bytes;
	}
	KUNIT_ASSERT_EQ(test, queues->queue.bytes, all);
}

/* The first by priority, then by the order of sending. */
static struct motet_message *motet_test_expect(struct motet_test_queue *queues)
{
	struct motet_message *message, *best = NULL;
	unsigned int i;

	for (i = 0; i < MOTET_TEST_MESSAGES; i++) {
		message = &queues->messages[i];
		if (queues->places[i] == MOTET_TEST_QUEUED &&
		    (!best || message->priority < best->priority ||
		     (message->priority == best->priority &&
		      message->sequence < best->sequence)))
			best = message;
	}
	return best;
}

/* Asks for room of a random size, and compares the answer. */
static void motet_test_try(struct kunit *test, struct motet_test_queue *queues,
			   unsigned int i, struct rnd_state *random)
{
	struct motet_message *message = &queues->messages[i];
	u64 bytes, len = motet_test_below(random, MOTET_TEST_BYTES + 2);
	int expect = 0;
	u32 count;

	memset(message, 0, sizeof(*message));
	INIT_LIST_HEAD(&message->link);
	message->priority = motet_test_below(random, MOTET_PRIORITIES);
	message->annex_len = motet_test_below(random, 2) ? len / 2 : 0;
	message->body_len = len - message->annex_len;
	queues->user[i] = motet_test_below(random, MOTET_TEST_USERS);
	message->share = queues->shares[queues->user[i]];
	count = motet_test_count(queues, MOTET_TEST_USERS, message->priority,
				 &bytes);
	if (len > MOTET_TEST_BYTES)
		expect = -EMSGSIZE;
	else if (count == MOTET_TEST_LANE || bytes + len > MOTET_TEST_BYTES)
		expect = -EAGAIN;
	KUNIT_ASSERT_EQ(test, motet_queue_check_room(&queues->queue,
						     message->share->uid,
						     message->priority, len),
			expect);
	KUNIT_ASSERT_EQ(test, motet_test_reserve(queues, queues->user[i],
						 message->priority, len),
			expect);
	if (!expect)
		queues->places[i] = MOTET_TEST_RESERVED;
}

static void motet_test_withdraw(struct motet_test_queue *queues,
				struct motet_message *message)
{
	spin_lock(&queues->queue.lock);
	motet_queue_withdraw_locked(&queues->queue, message);
	spin_unlock(&queues->queue.lock);
}

static void motet_test_queue_step(struct kunit *test,
				  struct motet_test_queue *queues,
				  struct rnd_state *random)
{
	unsigned int i = motet_test_below(random, MOTET_TEST_MESSAGES);
	bool on = motet_test_below(random, 3);
	struct motet_message *message = &queues->messages[i];
	enum motet_test_place *place = &queues->places[i];

	switch (*place) {
	case MOTET_TEST_NOWHERE:
		motet_test_try(test, queues, i, random);
		break;
	case MOTET_TEST_RESERVED:
		if (on)
			KUNIT_ASSERT_EQ(test,
					motet_test_commit(queues, message), 0);
		else
			motet_test_release(queues, message);
		*place = on ? MOTET_TEST_QUEUED : MOTET_TEST_NOWHERE;
		break;
	case MOTET_TEST_QUEUED:
		if (on) {
			message = motet_test_next(queues, true);
			queues->places[message - queues->messages] =
				MOTET_TEST_TAKEN;
		} else {
			motet_test_withdraw(queues, message);
			*place = MOTET_TEST_NOWHERE;
		}
		break;
	case MOTET_TEST_TAKEN:
		if (on)
			motet_test_release(queues, message);
		else
			motet_test_put_back(queues, message, true);
		*place = on ? MOTET_TEST_NOWHERE : MOTET_TEST_QUEUED;
		break;
	}
}

static void motet_test_queue_random(struct kunit *test)
{
	struct motet_test_queue *queues =
		motet_test_queue_new(test, MOTET_TEST_LANE, MOTET_TEST_BYTES);
	struct rnd_state random;
	unsigned int i;

	motet_test_seed(test, &random);
	for (i = 0; i < 5000; i++) {
		motet_test_queue_step(test, queues, &random);
		motet_test_check_room(test, queues);
		KUNIT_ASSERT_PTR_EQ(test, motet_test_next(queues, false),
				    motet_test_expect(queues));
	}
	for (i = 0; i < MOTET_TEST_MESSAGES; i++) {
		if (queues->places[i] == MOTET_TEST_QUEUED)
			motet_test_withdraw(queues, &queues->messages[i]);
		else if (queues->places[i] != MOTET_TEST_NOWHERE)
			motet_test_release(queues, &queues->messages[i]);
	}
	KUNIT_EXPECT_EQ(test, queues->queue.bytes, 0);
	KUNIT_EXPECT_EQ(test, queues->queue.depth, 0);
	motet_test_queue_end(queues);
}

static struct kunit_case motet_test_queue_cases[] = {
	KUNIT_CASE(motet_test_queue_order),
	KUNIT_CASE(motet_test_queue_bounds),
	KUNIT_CASE(motet_test_queue_closed),
	KUNIT_CASE(motet_test_queue_put_back),
	KUNIT_CASE(motet_test_queue_epoch),
	KUNIT_CASE_SLOW(motet_test_queue_random),
	{}
};

static struct kunit_suite motet_test_queue_suite = {
	.name = "motet-queue",
	.test_cases = motet_test_queue_cases,
};

kunit_test_suite(motet_test_queue_suite);
