/* SPDX-License-Identifier: GPL-2.0-only */
/* A message: what is queued, whoever sends it. */
#ifndef _MOTET_MESSAGE_H
#define _MOTET_MESSAGE_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <uapi/linux/motet.h>

struct motet_call;
struct motet_object;
struct motet_share;
struct pid;

/**
 * DOC: message
 *
 * There is one type of message, for what processes send, for the answers to
 * calls and for what the kernel tells a process. A message has exactly one
 * owner at a time: the task that builds it, the queue that it lies in, the
 * call that it answers, the task that receives it. It is never changed while
 * it is queued, so no lock of its own is needed.
 *
 * Annex and body lie in the message itself while they are small; a larger body
 * lies in segments of at most a page, so that no size needs a large contiguous
 * allocation. All of it is charged to the memory cgroup of the task that
 * builds it: the sender.
 */

/** define MOTET_MESSAGE_INLINE - annex and body together up to this need no segment */
#define MOTET_MESSAGE_INLINE	256

/** define MOTET_ARG_SIZE_MAX - no struct of a user is larger */
#define MOTET_ARG_SIZE_MAX	4096

/**
 * struct motet_payload - a body in segments
 * @count: number of segments [const]
 * @segments: all but the last are full pages [const]
 */
struct motet_payload {
	unsigned int count;
	void *segments[] __counted_by(count);
};

/**
 * struct motet_message - a message
 * @link: in its queue, or in a private list of its owner [queue.lock]
 * @call: the call that it is the request of, referenced, or NULL [own]
 * @share: who the room is charged to, or NULL if none is [own]
 * @return_to: object that it comes back to if undeliverable, referenced, or
 *	NULL [own]
 * @return_share: who holds the room that is reserved there [own]
 * @payload: the body if it is not inline [own]
 * @pid: the sending process, referenced, or NULL [const]
 * @uid: its effective user [const]
 * @gid: its effective group [const]
 * @cgroup: id of its cgroup [const]
 * @actor: the sending actor or zero [const]
 * @port: its default port or zero [const]
 * @to: the port that it was sent to [const]
 * @id: identifies it at that port [const]
 * @sequence: its number there [queue.lock]
 * @epoch: of the sequence [queue.lock]
 * @realtime: when it was queued [queue.lock]
 * @monotonic: when it was queued [queue.lock]
 * @token: the call that an exception is about [const]
 * @body_len: bytes of the body [const]
 * @annex_len: bytes of the annex [const]
 * @priority: 0 to 3 [const]
 * @redelivered: how often it was handed out and came back [queue.lock]
 * @exception: &enum motet_exception [own]
 * @error: why it is undeliverable [own]
 * @count: how many exceptions it stands for; 0 for a message [queue.lock]
 * @inline_data: the annex, then the body if both fit [own]
 */
struct motet_message {
	struct list_head link;
	struct motet_call *call;
	struct motet_share *share;
	struct motet_object *return_to;
	struct motet_share *return_share;
	struct motet_payload *payload;
	struct pid *pid;
	kuid_t uid;
	kgid_t gid;
	u64 cgroup;
	struct motet_id actor;
	struct motet_id port;
	struct motet_id to;
	u64 id;
	u64 sequence;
	u64 epoch;
	u64 realtime;
	u64 monotonic;
	u64 token;
	u32 body_len;
	u16 annex_len;
	u16 priority;
	u32 redelivered;
	u32 exception;
	u32 error;
	u32 count;
	u8 inline_data[MOTET_MESSAGE_INLINE];
};

/**
 * motet_message_bytes() - what a message counts against the bound of a queue
 * @message: the message
 *
 * Return: bytes.
 */
static inline u64 motet_message_bytes(const struct motet_message *message)
{
	return (u64)message->body_len + message->annex_len;
}

s64 motet_monotonic_offset(void);

int motet_message_init(void);
void motet_message_exit(void);

struct motet_message *motet_message_new(const struct motet_msg *msg);
struct motet_message *motet_message_new_exception(u32 exception,
						  const struct motet_id *about);
void motet_message_recycle(struct motet_message *message, u32 exception);
void motet_message_free(struct motet_message *message);
int motet_message_copy_out(const struct motet_message *message,
			   const struct motet_msg *msg);
void motet_message_describe(const struct motet_message *message,
			    struct motet_msg *msg);
int motet_message_copy_stamp(const struct motet_message *message,
			     struct motet_stamp __user *to);

#endif /* _MOTET_MESSAGE_H */
