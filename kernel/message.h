/* SPDX-License-Identifier: GPL-2.0-only */
/* A message: what is queued, whoever sends it. */
#ifndef _MOTET_MESSAGE_H
#define _MOTET_MESSAGE_H

#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <uapi/linux/motet.h>

struct motet_call;
struct motet_handle;
struct motet_object;
struct motet_share;
struct pid;

/**
 * DOC: message
 *
 * There is one type of message, for what processes send, for the answers to
 * calls and for what the kernel tells a process. A message has exactly one
 * owner at a time: the task that builds it, the queue that it lies in, the
 * call that it answers, the task that has it in hand to move it on, the port
 * that it was received from under a lease. What is sent is never changed, and
 * the rest only by the owner, so no lock of its own is needed.
 *
 * Annex and body lie in the message itself while they are small; a larger body
 * lies in segments of at most a page, so that no size needs a large contiguous
 * allocation. All of it is charged to the memory cgroup of the task that
 * builds it: the sender. Clones, for those who get the same, share the segments.
 *
 * A message that is used again is given back to whoever made it, instead of
 * being freed: see record.h.
 */

/** define MOTET_MESSAGE_INLINE - annex and body together up to this need no segment */
#define MOTET_MESSAGE_INLINE	256

/**
 * define MOTET_MESSAGE_ID_GROUP - bit of identifiers that no port gives
 *
 * What is sent to a group, and is to be found by its identifier whichever member
 * has it, has one of these: they are good for all ports.
 */
#define MOTET_MESSAGE_ID_GROUP	BIT_ULL(63)

/** define MOTET_ARG_SIZE_MAX - no struct of a user is larger */
#define MOTET_ARG_SIZE_MAX	4096

/**
 * enum motet_message_state - where a message is
 * @MOTET_MESSAGE_IN_HAND: with one task, which builds it, hands it over or moves
 *	it on; nobody else may take it away
 * @MOTET_MESSAGE_QUEUED: in a lane of its queue
 * @MOTET_MESSAGE_LEASED: received under a lease, which has not ended
 * @MOTET_MESSAGE_RECEIVED: the request of a call, received for good, and kept
 *	without its content until the call is over
 */
enum motet_message_state {
	MOTET_MESSAGE_IN_HAND,
	MOTET_MESSAGE_QUEUED,
	MOTET_MESSAGE_LEASED,
	MOTET_MESSAGE_RECEIVED,
};

/**
 * struct motet_load - what a message adds to the load of a member of a group
 * @group: the group, referenced, or NULL if it adds nothing [own]
 * @member: number of the member in the group [own]
 * @weight: how much [own]
 */
struct motet_load {
	struct motet_object *group;
	u64 member;
	u32 weight;
};

/**
 * struct motet_payload - a body in segments
 * @refs: messages that have it [atomic]
 * @count: number of segments [const]
 * @segments: all but the last are full pages [const]
 */
struct motet_payload {
	refcount_t refs;
	unsigned int count;
	void *segments[] __counted_by(count);
};

/**
 * struct motet_message - a message
 * @link: in its queue, or in a private list of its owner [queue.lock]
 * @queued: it lies in a queue [queue.lock]
 * @finished: takes it back instead of its being freed, or NULL; no queue lock
 *	is held [const]
 * @state: &enum motet_message_state [queue.lock]
 * @id_node: among those that its port finds by id [queue.lock]
 * @deadline: when it expires or its lease passes, in the port's order of
 *	deadlines [queue.lock]
 * @lessee: handle that received it, until it is finished [queue.lock]
 * @call: the call that it is the request of, referenced, or NULL [own]
 * @share: who the room is charged to, or NULL if none is [own]
 * @return_to: object that it comes back to if undeliverable, referenced, or
 *	NULL [own]
 * @return_share: who holds the room that is reserved there [own]
 * @load: what it adds to the load of a member of a group [own]
 * @home: of a guest, the backlog that it was lent from, referenced; else NULL
 *	[own]
 * @home_share: of a guest, who holds its room there [own]
 * @home_id: of a guest, its id there [own]
 * @home_sequence: of a guest, its number there [own]
 * @home_epoch: of a guest, of that sequence [own]
 * @job_link: in a backlog, among the jobs of its class [queue.lock]
 * @job_place: in a backlog, its place in its lane [queue.lock]
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
 * @published: when the event that it is was published, CLOCK_REALTIME; 0 if it is
 *	none [const]
 * @token: the call that an exception is about, the subscription that an event is
 *	for [const]
 * @expires: when it is not worth delivering any more, CLOCK_MONOTONIC of the
 *	kernel, or 0 [own]
 * @body_len: bytes of the body [const]
 * @annex_len: bytes of the annex [const]
 * @priority: 0 to 3 [const]
 * @redelivered: how often it was handed out and came back [queue.lock]
 * @exception: &enum motet_exception [own]
 * @error: why it is undeliverable [own]
 * @count: how many exceptions it stands for; 0 for a message [queue.lock]
 * @flags: %MOTET_MSG_CANCELABLE if its sender may withdraw it [own]
 * @hops: dead-letter ports that it went to [own]
 * @job_class: class of a job [const]
 * @answered: it is a request that was answered while it was in hand
 *	[queue.lock]
 * @abandoned: it is a request whose caller went while it was in hand
 *	[queue.lock]
 * @orphan: it is of a record that was dropped, and not read yet [queue.lock]
 * @inline_data: the annex, then the body if both fit [own]
 */
struct motet_message {
	struct list_head link;
	bool queued;
	void (*finished)(struct motet_message *message);
	enum motet_message_state state;
	struct rb_node id_node;
	struct timerqueue_node deadline;
	struct motet_handle *lessee;
	struct motet_call *call;
	struct motet_share *share;
	struct motet_object *return_to;
	struct motet_share *return_share;
	struct motet_load load;
	struct motet_object *home;
	struct motet_share *home_share;
	u64 home_id;
	u64 home_sequence;
	u64 home_epoch;
	struct list_head job_link;
	s64 job_place;
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
	u64 published;
	u64 token;
	u64 expires;
	u32 body_len;
	u16 annex_len;
	u16 priority;
	u32 redelivered;
	u32 exception;
	u32 error;
	u32 count;
	u32 flags;
	u8 hops;
	u8 job_class;
	bool answered;
	bool abandoned;
	bool orphan;
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

/**
 * motet_message_is_before() - the order of a port
 * @message: a message
 * @other: another of the same port
 *
 * Return: true if the first was sent to it before the other.
 */
static inline bool motet_message_is_before(const struct motet_message *message,
					   const struct motet_message *other)
{
	if (message->epoch != other->epoch)
		return message->epoch < other->epoch;
	return message->sequence < other->sequence;
}

/**
 * motet_has_expired() - whether something is not worth delivering any more
 * @expires: when, CLOCK_MONOTONIC of the kernel in nanoseconds, or 0
 *
 * Return: true if it is not.
 */
static inline bool motet_has_expired(u64 expires)
{
	return expires && expires <= ktime_get_ns();
}

u64 motet_monotonic_from_user(u64 time);
u64 motet_message_new_id(void);
bool motet_message_gave_id(u64 id);

int motet_message_init(void);
void motet_message_exit(void);

struct motet_message *motet_message_new(const struct motet_msg *msg);
void motet_exception_init(struct motet_message *message, u32 exception,
			  const struct motet_id *about);
struct motet_message *motet_message_new_exception(u32 exception,
						  const struct motet_id *about);
struct motet_message *motet_message_clone(const struct motet_message *from);
const u8 *motet_message_body(const struct motet_message *message, u32 *len);
void motet_message_drop_content(struct motet_message *message);
void motet_message_recycle(struct motet_message *message, u32 exception,
			   const struct motet_id *about);
void motet_message_free(struct motet_message *message);
int motet_message_copy_out(const struct motet_message *message,
			   const struct motet_msg *msg);
void motet_message_describe(const struct motet_message *message,
			    struct motet_msg *msg);
int motet_message_copy_stamp(const struct motet_message *message,
			     struct motet_stamp __user *to);

#endif /* _MOTET_MESSAGE_H */
