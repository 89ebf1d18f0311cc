// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells again and again. */

#include "message.h"
#include "queue.h"
#include "record.h"
#include "tests.h"

/**
 * struct motet_test_records - a queue that records are told to, and a model
 * @queue: the queue [own]
 * @id: of its owner [own]
 * @taken: the message that is being received, or NULL [own]
 * @taken_count: how often it stands for what it says [own]
 * @taken_sum: what its body says [own]
 * @unread: how often something was told that nobody received [own]
 * @sum: what that adds up to [own]
 * @read: how often the owner was called [own]
 */
struct motet_test_records {
	struct motet_queue queue;
	struct motet_id id;
	struct motet_message *taken;
	u32 taken_count;
	u64 taken_sum;
	u32 unread;
	u64 sum;
	u32 read;
};

static struct motet_test_records *motet_test_records_new(struct kunit *test)
{
	struct motet_limits limits[MOTET_PRIORITIES] = {};
	struct motet_test_records *records;

	records = kunit_kzalloc(test, sizeof(*records), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, records);
	motet_queue_init(&records->queue, limits, false, &records->id);
	return records;
}

static struct motet_message *
motet_test_record_take(struct motet_test_records *records)
{
	struct motet_message *message;

	spin_lock(&records->queue.lock);
	message = motet_queue_peek_locked(&records->queue);
	if (message)
		motet_queue_take_locked(&records->queue, message);
	spin_unlock(&records->queue.lock);
	return message;
}

static void motet_test_record_put_back(struct motet_test_records *records,
				       struct motet_message *message)
{
	spin_lock(&records->queue.lock);
	motet_queue_put_back_locked(&records->queue, message, true);
	spin_unlock(&records->queue.lock);
}

static void motet_test_add(void *to, const void *body)
{
	*(u64 *)to += *(const u64 *)body;
}

static u64 motet_test_body(const struct motet_message *message)
{
	u64 body;

	memcpy(&body, message->inline_data, sizeof(body));
	return body;
}

static struct motet_record *
motet_test_record_new(struct kunit *test, struct motet_test_records *records,
		      bool adding)
{
	struct motet_record *record;

	if (adding)
		record = motet_record_new_adding(&records->queue,
						 MOTET_EXCEPTION_MEMBER,
						 &records->id, motet_test_add);
	else
		record = motet_record_new(&records->queue,
					  MOTET_EXCEPTION_MEMBER, &records->id);
	KUNIT_ASSERT_NOT_NULL(test, record);
	return record;
}

static void motet_test_record_counts(struct kunit *test)
{
	struct motet_test_records *records = motet_test_records_new(test);
	struct motet_record *record = motet_test_record_new(test, records, 0);
	struct motet_message *message;

	motet_record_tell_times(record, 5, 3);
	motet_record_tell_times(record, 6, 2);
	KUNIT_EXPECT_EQ(test, records->queue.depth, 1);
	message = motet_test_record_take(records);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, message->count, 5);
	KUNIT_EXPECT_EQ(test, message->token, 6);
	KUNIT_EXPECT_EQ(test, message->exception, MOTET_EXCEPTION_MEMBER);
	/* told while it is being received: it comes again after that */
	motet_record_tell_times(record, 6, 7);
	KUNIT_EXPECT_EQ(test, records->queue.depth, 0);
	KUNIT_EXPECT_EQ(test, message->count, 5);
	KUNIT_EXPECT_FALSE(test, motet_record_withdraw(record));
	motet_message_free(message);
	KUNIT_EXPECT_PTR_EQ(test, motet_test_record_take(records), message);
	KUNIT_EXPECT_EQ(test, message->count, 7);
	motet_message_free(message);
	KUNIT_EXPECT_EQ(test, records->queue.depth, 0);
	KUNIT_EXPECT_FALSE(test, motet_record_withdraw(record));
	motet_record_drop(record);
}

static void motet_test_record_withdraw(struct kunit *test)
{
	struct motet_test_records *records = motet_test_records_new(test);
	struct motet_record *record = motet_test_record_new(test, records, 0);
	struct motet_message *message;

	motet_record_tell(record);
	KUNIT_EXPECT_TRUE(test, motet_record_withdraw(record));
	KUNIT_EXPECT_NULL(test, motet_test_record_take(records));
	motet_record_tell(record);
	message = motet_test_record_take(records);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, message->count, 1);
	/* dropped while it is being received: freed when that is over */
	motet_record_drop(record);
	motet_message_free(message);
	KUNIT_EXPECT_NULL(test, motet_test_record_take(records));
}

/* What its owner said before it went is received. */
static void motet_test_record_drop_unread(struct kunit *test)
{
	struct motet_test_records *records = motet_test_records_new(test);
	struct motet_record *record = motet_test_record_new(test, records, 0);
	struct motet_message *message;

	motet_record_tell(record);
	motet_record_drop(record);
	message = motet_test_record_take(records);
	KUNIT_ASSERT_NOT_NULL(test, message);
	motet_test_record_put_back(records, message);
	KUNIT_EXPECT_PTR_EQ(test, motet_test_record_take(records), message);
	motet_message_free(message);
}

static void motet_test_record_note_read(void *owner)
{
	struct motet_test_records *records = owner;

	records->read++;
}

/* One that has to know is told once it was read, and not while it is taken. */
static void motet_test_record_try(struct kunit *test)
{
	struct motet_test_records *records = motet_test_records_new(test);
	struct motet_record *record = motet_test_record_new(test, records, 0);
	struct motet_message *message;
	u64 body = 17;

	motet_record_on_read(record, motet_test_record_note_read, records);
	KUNIT_EXPECT_EQ(test, motet_record_try_tell(record, 1, 2, &body, 8), 1);
	body = 18;
	KUNIT_EXPECT_EQ(test, motet_record_try_tell(record, 2, 3, &body, 8), 0);
	message = motet_test_record_take(records);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, message->count, 5);
	KUNIT_EXPECT_EQ(test, motet_test_body(message), 18);
	KUNIT_EXPECT_EQ(test, message->body_len, 8);
	KUNIT_EXPECT_EQ(test, motet_record_try_tell(record, 3, 1, &body, 8),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, records->read, 0);
	motet_message_free(message);
	KUNIT_EXPECT_EQ(test, records->read, 1);
	motet_queue_close(&records->queue);
	KUNIT_EXPECT_EQ(test, motet_record_try_tell(record, 3, 1, &body, 8),
			-EOWNERDEAD);
	motet_record_tell(record);
	KUNIT_EXPECT_EQ(test, records->queue.depth, 0);
	motet_record_drop(record);
}

static void motet_test_record_latest(struct kunit *test)
{
	struct motet_test_records *records = motet_test_records_new(test);
	struct motet_record *record = motet_test_record_new(test, records, 0);
	u64 bodies[] = { 1, 2, 3 };
	struct motet_message *message;

	motet_record_tell_about(record, 1, &bodies[0], 8);
	motet_record_tell_about(record, 2, &bodies[1], 8);
	message = motet_test_record_take(records);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, message->token, 2);
	KUNIT_EXPECT_EQ(test, message->count, 2);
	/* what is being received stays what it is */
	motet_record_tell_about(record, 3, &bodies[2], 8);
	KUNIT_EXPECT_EQ(test, message->token, 2);
	KUNIT_EXPECT_EQ(test, motet_test_body(message), 2);
	motet_message_free(message);
	motet_record_drop(record);
	message = motet_test_record_take(records);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, message->count, 1);
	motet_message_free(message);
}

static void motet_test_record_tell_sum(struct motet_test_records *records,
				       struct motet_record *record, u64 what)
{
	motet_record_tell_adding(record, &what, sizeof(what));
	records->unread++;
	records->sum += what;
}

static void motet_test_record_receive(struct kunit *test,
				      struct motet_test_records *records)
{
	struct motet_message *message = motet_test_record_take(records);

	KUNIT_ASSERT_EQ(test, !message, !records->unread);
	if (!message)
		return;
	KUNIT_ASSERT_EQ(test, message->count, records->unread);
	KUNIT_ASSERT_EQ(test, motet_test_body(message), records->sum);
	records->taken = message;
	records->taken_count = records->unread;
	records->taken_sum = records->sum;
	records->unread = 0;
	records->sum = 0;
}

/* The message that is being received is put back, or was received. */
static void motet_test_record_decide(struct kunit *test,
				     struct motet_test_records *records,
				     bool received)
{
	struct motet_message *message = records->taken;

	KUNIT_ASSERT_EQ(test, message->count, records->taken_count);
	KUNIT_ASSERT_EQ(test, motet_test_body(message), records->taken_sum);
	records->taken = NULL;
	if (received) {
		motet_message_free(message);
		return;
	}
	motet_test_record_put_back(records, message);
	/* what was told meanwhile follows when it was received at last */
	KUNIT_ASSERT_PTR_EQ(test, motet_test_record_take(records), message);
	KUNIT_ASSERT_EQ(test, message->count, records->taken_count);
	motet_message_free(message);
}

/* Whatever happens, all that is told is received once: number and sum. */
static void motet_test_record_random(struct kunit *test)
{
	struct motet_test_records *records = motet_test_records_new(test);
	struct motet_record *record = motet_test_record_new(test, records, 1);
	struct rnd_state random;
	unsigned int i;
	bool unread;

	motet_test_seed(test, &random);
	for (i = 0; i < 5000; i++) {
		switch (motet_test_below(&random, 8)) {
		case 0 ... 3:
			motet_test_record_tell_sum(records, record,
						   motet_test_below(&random,
								    1000));
			break;
		case 4:
			unread = !records->taken && records->unread;
			KUNIT_ASSERT_EQ(test, motet_record_withdraw(record),
					unread);
			if (unread) {
				records->unread = 0;
				records->sum = 0;
			}
			break;
		default:
			if (records->taken)
				motet_test_record_decide(test, records,
							 motet_test_below(&random,
									  2));
			else
				motet_test_record_receive(test, records);
			break;
		}
	}
	if (records->taken)
		motet_test_record_decide(test, records, true);
	motet_test_record_receive(test, records);
	motet_record_drop(record);
	if (records->taken)
		motet_message_free(records->taken);
}

static struct kunit_case motet_test_record_cases[] = {
	KUNIT_CASE(motet_test_record_counts),
	KUNIT_CASE(motet_test_record_withdraw),
	KUNIT_CASE(motet_test_record_drop_unread),
	KUNIT_CASE(motet_test_record_try),
	KUNIT_CASE(motet_test_record_latest),
	KUNIT_CASE(motet_test_record_random),
	{}
};

static struct kunit_suite motet_test_record_suite = {
	.name = "motet-record",
	.test_cases = motet_test_record_cases,
};

kunit_test_suite(motet_test_record_suite);
