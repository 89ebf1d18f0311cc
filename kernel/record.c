// SPDX-License-Identifier: GPL-2.0-only
/* A record: what the kernel tells again and again, and can't fail to tell. */

#include <linux/slab.h>
#include <linux/string.h>

#include "message.h"
#include "queue.h"
#include "quota.h"
#include "record.h"
#include "trace.h"

/**
 * struct motet_record - a standing exception
 * @message: what is received [own]
 * @queue: where it is told [const]
 * @out: the message is in the queue, or is being received [queue.lock]
 * @again: how often it was told while it was being received [queue.lock]
 * @dropped: its owner is gone [queue.lock]
 * @payer: who is charged for it, referenced, or NULL [const]
 * @charge: how much, if somebody is [const]
 * @read: is called when it was read, or NULL [const once told]
 * @owner: what that is called with [const once told]
 * @add: of one that adds up: adds a body to another, else NULL [const]
 * @next_len: bytes that are noted in @next [queue.lock]
 * @next: what it was told while it was being received; only of one that adds
 *	up [queue.lock]
 */
struct motet_record {
	struct motet_message message;
	struct motet_queue *queue;
	bool out;
	u32 again;
	bool dropped;
	struct motet_payer *payer;
	const struct motet_charge *charge;
	motet_record_read_t read;
	void *owner;
	void (*add)(void *to, const void *body);
	u32 next_len;
	u8 next[];
};

static void motet_record_free(struct motet_record *record)
{
	if (record->payer)
		motet_quota_uncharge(record->payer, record->charge);
	motet_payer_put(record->payer);
	kfree(record);
}

static void motet_record_queue_locked(struct motet_record *record, u32 count)
{
	lockdep_assert_held(&record->queue->lock);
	record->out = true;
	record->again = 0;
	record->message.count = count;
	record->message.redelivered = 0;
	motet_queue_append_locked(record->queue, &record->message);
}

/* What was told while it was being received is what it tells now. */
static void motet_record_take_next_locked(struct motet_record *record)
{
	lockdep_assert_held(&record->queue->lock);
	if (!record->next_len)
		return;
	record->message.body_len = record->next_len;
	memcpy(record->message.inline_data, record->next, record->next_len);
	record->next_len = 0;
}

/* It was handed over, or its queue is gone. */
static void motet_record_finished(struct motet_message *message)
{
	struct motet_record *record = container_of(message, struct motet_record,
						   message);
	struct motet_queue *queue = record->queue;
	bool over = false;

	spin_lock(&queue->lock);
	if (record->again && !queue->closed) {
		motet_record_take_next_locked(record);
		motet_record_queue_locked(record, record->again);
	} else {
		record->out = false;
		over = record->dropped;
		if (record->read && !over)
			record->read(record->owner);
	}
	spin_unlock(&queue->lock);
	motet_queue_wake(queue);
	if (over)
		motet_record_free(record);
}

static struct motet_record *motet_record_alloc(struct motet_queue *queue,
					       u32 exception,
					       const struct motet_id *about,
					       size_t room)
{
	struct motet_record *record;

	record = kzalloc(struct_size(record, next, room), GFP_KERNEL_ACCOUNT);
	if (!record)
		return NULL;
	record->queue = queue;
	motet_exception_init(&record->message, exception, about);
	record->message.finished = motet_record_finished;
	return record;
}

/**
 * motet_record_new() - make a record
 * @queue: where it will be told; it outlives the owner's interest in the record
 * @exception: &enum motet_exception
 * @about: identifier of what it is about
 *
 * Context: may sleep.
 * Return: the record, or NULL without memory.
 */
struct motet_record *motet_record_new(struct motet_queue *queue, u32 exception,
				      const struct motet_id *about)
{
	return motet_record_alloc(queue, exception, about, 0);
}

/**
 * motet_record_new_adding() - make a record that adds up what it is told
 * @queue: as for motet_record_new()
 * @exception: as for motet_record_new()
 * @about: as for motet_record_new()
 * @add: adds a body that is told to one that is unread; under the queue's lock
 *
 * Context: may sleep.
 * Return: the record, or NULL without memory.
 */
struct motet_record *
motet_record_new_adding(struct motet_queue *queue, u32 exception,
			const struct motet_id *about,
			void (*add)(void *to, const void *body))
{
	struct motet_record *record;

	record = motet_record_alloc(queue, exception, about,
				    MOTET_MESSAGE_INLINE);
	if (record)
		record->add = add;
	return record;
}

/**
 * motet_record_new_charged() - make a record that has a charge of its own
 * @queue: as motet_record_new()
 * @exception: as motet_record_new()
 * @about: as motet_record_new()
 * @payer: who pays
 * @charge: how much; a constant
 *
 * What it has told when it is dropped is received, however much else is unread.
 *
 * Context: may sleep.
 * Return: the record, or ERR_PTR() of -ENOMEM or -EDQUOT.
 */
struct motet_record *
motet_record_new_charged(struct motet_queue *queue, u32 exception,
			 const struct motet_id *about,
			 struct motet_payer *payer,
			 const struct motet_charge *charge)
{
	struct motet_record *record;
	int err;

	record = motet_record_new(queue, exception, about);
	if (!record)
		return ERR_PTR(-ENOMEM);
	err = motet_quota_charge(payer, charge);
	if (err) {
		kfree(record);
		return ERR_PTR(err);
	}
	record->payer = motet_payer_get(payer);
	record->charge = charge;
	return record;
}

/**
 * motet_record_on_read() - call its owner whenever what a record told was read
 * @record: a new record
 * @read: is called under the lock of the queue; may not sleep, nor tell anything
 * @owner: what it is called with
 *
 * It is called, too, when what was told is lost, since the port died; not when it
 * was withdrawn, nor after the record was dropped.
 */
void motet_record_on_read(struct motet_record *record, motet_record_read_t read,
			  void *owner)
{
	record->read = read;
	record->owner = owner;
}

/**
 * motet_record_set_priority() - tell it among what has another priority
 * @record: a new record, which was not told yet
 * @priority: the priority; without this it is the first
 */
void motet_record_set_priority(struct motet_record *record,
			       unsigned int priority)
{
	record->message.priority = priority;
}

static void motet_record_tell_locked(struct motet_record *record, u32 times)
{
	lockdep_assert_held(&record->queue->lock);
	trace_motet_exception(&record->message.to, record->message.exception);
	if (record->queue->closed)
		return;
	if (!record->out)
		motet_record_queue_locked(record, times);
	else if (record->message.queued)
		record->message.count += times;
	else
		record->again += times;
}

/**
 * motet_record_tell_times() - tell what a record is about, several times
 * @record: the record
 * @token: what the receiver gets as its token: always the same
 * @times: how often
 *
 * Context: any but hard interrupt; no queue lock is held.
 */
void motet_record_tell_times(struct motet_record *record, u64 token, u32 times)
{
	struct motet_queue *queue = record->queue;

	spin_lock(&queue->lock);
	record->message.token = token;
	motet_record_tell_locked(record, times);
	spin_unlock(&queue->lock);
	motet_queue_wake(queue);
}

/**
 * motet_record_tell() - tell what a record is about, once more
 * @record: the record
 *
 * Context: any but hard interrupt; no queue lock is held.
 */
void motet_record_tell(struct motet_record *record)
{
	motet_record_tell_times(record, 0, 1);
}

/**
 * motet_record_tell_about() - tell what a record is about, and say more
 * @record: the record
 * @token: what the receiver gets as its token
 * @body: its body, or NULL
 * @len: bytes of the body, at most %MOTET_MESSAGE_INLINE
 *
 * While it is unread the latest counts. What is being received stays what it
 * is.
 *
 * Context: any but hard interrupt; no queue lock is held.
 */
void motet_record_tell_about(struct motet_record *record, u64 token,
			     const void *body, u32 len)
{
	struct motet_queue *queue = record->queue;

	if (WARN_ON_ONCE(len > MOTET_MESSAGE_INLINE))
		return;
	spin_lock(&queue->lock);
	if (!record->out || record->message.queued) {
		record->message.token = token;
		record->message.body_len = len;
		memcpy(record->message.inline_data, body, len);
	}
	motet_record_tell_locked(record, 1);
	spin_unlock(&queue->lock);
	motet_queue_wake(queue);
}

static int motet_record_try_tell_locked(struct motet_record *record, u64 token,
					u32 times, const void *body, u32 len)
{
	bool out = record->out;

	lockdep_assert_held(&record->queue->lock);
	if (record->queue->closed)
		return -EOWNERDEAD;
	if (out && !record->message.queued)
		return -EBUSY;
	record->message.token = token;
	record->message.body_len = len;
	memcpy(record->message.inline_data, body, len);
	motet_record_tell_locked(record, times);
	return !out;
}

/**
 * motet_record_try_tell() - as motet_record_tell_about(), several times
 * @record: the record
 * @token: what the receiver gets as its token
 * @times: how often
 * @body: its body
 * @len: bytes of the body, at most %MOTET_MESSAGE_INLINE
 *
 * Context: any but hard interrupt; no queue lock is held.
 * Return: 1 if it will be read once more; 0 if it was unread, and was counted up;
 * -EBUSY if it is being received, -EOWNERDEAD if the queue is closed.
 */
int motet_record_try_tell(struct motet_record *record, u64 token, u32 times,
			  const void *body, u32 len)
{
	struct motet_queue *queue = record->queue;
	int ret;

	if (WARN_ON_ONCE(len > MOTET_MESSAGE_INLINE))
		return -EMSGSIZE;
	spin_lock(&queue->lock);
	ret = motet_record_try_tell_locked(record, token, times, body, len);
	spin_unlock(&queue->lock);
	motet_queue_wake(queue);
	return ret;
}

/* What is noted already is added to, so that the order is kept. */
static void motet_record_add_locked(struct motet_record *record,
				    const void *body, u32 len)
{
	lockdep_assert_held(&record->queue->lock);
	if (record->next_len) {
		record->add(record->next, body);
	} else if (record->out && !record->message.queued) {
		memcpy(record->next, body, len);
		record->next_len = len;
	} else if (record->out) {
		record->add(record->message.inline_data, body);
	} else {
		record->message.body_len = len;
		memcpy(record->message.inline_data, body, len);
	}
}

/**
 * motet_record_tell_adding() - tell what a record is about, and say more
 * @record: the record, one that adds up
 * @body: its body; always of the same kind
 * @len: bytes of the body, at most %MOTET_MESSAGE_INLINE; always the same
 *
 * Context: any but hard interrupt; no queue lock is held.
 */
void motet_record_tell_adding(struct motet_record *record, const void *body,
			      u32 len)
{
	struct motet_queue *queue = record->queue;

	if (WARN_ON_ONCE(len > MOTET_MESSAGE_INLINE))
		return;
	spin_lock(&queue->lock);
	motet_record_add_locked(record, body, len);
	motet_record_tell_locked(record, 1);
	spin_unlock(&queue->lock);
	motet_queue_wake(queue);
}

/**
 * motet_record_withdraw() - take back what was told
 * @record: the record
 *
 * Context: any but hard interrupt; no queue lock is held.
 * Return: true if it was unread, and is as if it had never been told.
 */
bool motet_record_withdraw(struct motet_record *record)
{
	struct motet_queue *queue = record->queue;
	bool unread;

	spin_lock(&queue->lock);
	unread = record->out && record->message.queued;
	if (unread) {
		motet_queue_withdraw_locked(queue, &record->message);
		record->out = false;
	}
	spin_unlock(&queue->lock);
	return unread;
}

/*
 * True if it is not out any more. That a member went is told one by one: each of
 * that kind is there because its coming was read. So is what a charge bounds.
 */
static bool motet_record_orphan_locked(struct motet_record *record)
{
	struct motet_message *message = &record->message;

	lockdep_assert_held(&record->queue->lock);
	return message->exception != MOTET_EXCEPTION_MEMBER && !record->payer &&
	       motet_queue_orphan_locked(record->queue, message);
}

/**
 * motet_record_drop() - the owner has no more to tell
 * @record: the record, or NULL; freed now, or when it was received
 *
 * Context: any but hard interrupt; no queue lock is held.
 */
void motet_record_drop(struct motet_record *record)
{
	struct motet_queue *queue;
	bool over;

	if (!record)
		return;
	queue = record->queue;
	spin_lock(&queue->lock);
	record->dropped = true;
	over = !record->out || motet_record_orphan_locked(record);
	spin_unlock(&queue->lock);
	if (over)
		motet_record_free(record);
}
