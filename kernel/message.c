// SPDX-License-Identifier: GPL-2.0-only
/* A message: what is queued, whoever sends it. */

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "message.h"

static struct kmem_cache *motet_message_cache;

/* Nanoseconds between the clock of the task's time namespace and the kernel's. */
static s64 motet_monotonic_offset(void)
{
	struct timespec64 offset = {};

	timens_add_monotonic(&offset);
	return timespec64_to_ns(&offset);
}

/**
 * motet_monotonic_from_user() - what the current task's time is to the kernel
 * @time: CLOCK_MONOTONIC of the task in nanoseconds, or 0 for never
 *
 * Return: the same in CLOCK_MONOTONIC of the kernel, at least 1; or 0.
 */
u64 motet_monotonic_from_user(u64 time)
{
	s64 kernel;

	if (!time)
		return 0;
	/* with a negative offset never would be long ago */
	if (check_sub_overflow((s64)min_t(u64, time, KTIME_MAX),
			       motet_monotonic_offset(), &kernel))
		return KTIME_MAX;
	return max_t(s64, kernel, 1);
}

/*
 * What is sent to a group and can be found again by its identifier has one that
 * no port gives, and that is good for all members.
 */
static atomic64_t motet_message_last_id;

/**
 * motet_message_new_id() - an identifier for a message to a group
 *
 * Return: one that was never used.
 */
u64 motet_message_new_id(void)
{
	return MOTET_MESSAGE_ID_GROUP |
	       atomic64_inc_return(&motet_message_last_id);
}

/**
 * motet_message_gave_id() - whether an identifier was that of a message to a group
 * @id: the identifier, with MOTET_MESSAGE_ID_GROUP
 *
 * Return: true if it was.
 */
bool motet_message_gave_id(u64 id)
{
	id &= ~MOTET_MESSAGE_ID_GROUP;
	return id && id <= atomic64_read(&motet_message_last_id);
}

/**
 * motet_message_init() - make the cache of messages
 *
 * Return: 0 or -ENOMEM.
 */
int motet_message_init(void)
{
	size_t offset = offsetof(struct motet_message, inline_data);

	motet_message_cache =
		kmem_cache_create_usercopy("motet_message",
					   sizeof(struct motet_message), 0,
					   SLAB_ACCOUNT, offset,
					   MOTET_MESSAGE_INLINE, NULL);
	return motet_message_cache ? 0 : -ENOMEM;
}

/**
 * motet_message_exit() - give the cache of messages back
 */
void motet_message_exit(void)
{
	kmem_cache_destroy(motet_message_cache);
}

static bool motet_message_is_inline(const struct motet_message *message)
{
	return motet_message_bytes(message) <= MOTET_MESSAGE_INLINE;
}

static void motet_payload_free(struct motet_payload *payload)
{
	unsigned int i;

	if (!payload || !refcount_dec_and_test(&payload->refs))
		return;
	for (i = 0; i < payload->count; i++)
		kfree(payload->segments[i]);
	kvfree(payload);
}

static u32 motet_segment_len(u32 len, unsigned int i)
{
	return min_t(u32, len - i * PAGE_SIZE, PAGE_SIZE);
}

static struct motet_payload *motet_payload_new(const void __user *from, u32 len)
{
	unsigned int i, count = DIV_ROUND_UP(len, PAGE_SIZE);
	struct motet_payload *payload;
	int err = -ENOMEM;
	u32 part;

	payload = kvzalloc(struct_size(payload, segments, count),
			   GFP_KERNEL_ACCOUNT);
	if (!payload)
		return ERR_PTR(-ENOMEM);
	refcount_set(&payload->refs, 1);
	payload->count = count;
	for (i = 0; i < count; i++) {
		part = motet_segment_len(len, i);
		payload->segments[i] = kmalloc(part, GFP_KERNEL_ACCOUNT);
		if (!payload->segments[i])
			goto err_free;
		err = -EFAULT;
		if (copy_from_user(payload->segments[i], from + i * PAGE_SIZE,
				   part))
			goto err_free;
		err = -ENOMEM;
	}
	return payload;

err_free:
	motet_payload_free(payload);
	return ERR_PTR(err);
}

static int motet_payload_copy_out(const struct motet_payload *payload,
				  void __user *to, u32 len)
{
	unsigned int i;

	for (i = 0; i < payload->count; i++)
		if (copy_to_user(to + i * PAGE_SIZE, payload->segments[i],
				 motet_segment_len(len, i)))
			return -EFAULT;
	return 0;
}

static int motet_message_copy_in(struct motet_message *message,
				 const struct motet_msg *msg)
{
	const void __user *annex = u64_to_user_ptr(msg->annex);
	const void __user *body = u64_to_user_ptr(msg->body);
	struct motet_payload *payload;

	if (copy_from_user(message->inline_data, annex, message->annex_len))
		return -EFAULT;
	if (motet_message_is_inline(message))
		return copy_from_user(message->inline_data + message->annex_len,
				      body, message->body_len) ? -EFAULT : 0;
	payload = motet_payload_new(body, message->body_len);
	if (IS_ERR(payload))
		return PTR_ERR(payload);
	message->payload = payload;
	return 0;
}

static void motet_message_stamp_sender(struct motet_message *message)
{
	message->pid = get_pid(task_tgid(current));
	message->uid = current_euid();
	message->gid = current_egid();
#ifdef CONFIG_CGROUPS
	rcu_read_lock();
	message->cgroup = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
#endif
}

/* Nobody knows the message, and it has no deadline. */
static void motet_message_init_links(struct motet_message *message)
{
	INIT_LIST_HEAD(&message->link);
	INIT_LIST_HEAD(&message->job_link);
	RB_CLEAR_NODE(&message->id_node);
	timerqueue_init(&message->deadline);
}

static struct motet_message *motet_message_alloc(void)
{
	struct motet_message *message;

	message = kmem_cache_zalloc(motet_message_cache, GFP_KERNEL);
	if (!message)
		return NULL;
	motet_message_init_links(message);
	return message;
}

/**
 * motet_message_new() - build a message from what the current task says
 * @msg: lengths, pointers, priority; checked by the caller
 *
 * Context: may sleep; no locks held.
 * Return: the message, or ERR_PTR(-ENOMEM) or ERR_PTR(-EFAULT).
 */
struct motet_message *motet_message_new(const struct motet_msg *msg)
{
	struct motet_message *message = motet_message_alloc();
	int err;

	if (!message)
		return ERR_PTR(-ENOMEM);
	message->body_len = msg->body_len;
	message->annex_len = msg->annex_len;
	message->priority = msg->priority;
	message->expires = motet_monotonic_from_user(msg->expires);
	message->flags = msg->flags & MOTET_MSG_CANCELABLE;
	err = motet_message_copy_in(message, msg);
	if (err) {
		motet_message_free(message);
		return ERR_PTR(err);
	}
	motet_message_stamp_sender(message);
	return message;
}

static void motet_exception_fill(struct motet_message *message, u32 exception,
				 const struct motet_id *about)
{
	message->exception = exception;
	message->count = 1;
	message->to = *about;
	message->uid = GLOBAL_ROOT_UID;
	message->gid = GLOBAL_ROOT_GID;
}

/**
 * motet_exception_init() - let a message be what the kernel has to tell
 * @message: zeroed
 * @exception: &enum motet_exception
 * @about: identifier of what it is about
 */
void motet_exception_init(struct motet_message *message, u32 exception,
			  const struct motet_id *about)
{
	motet_message_init_links(message);
	motet_exception_fill(message, exception, about);
}

/**
 * motet_message_new_exception() - build what the kernel may have to tell
 * @exception: &enum motet_exception
 * @about: identifier of what it is about
 *
 * It is built when the reason for it comes into being, so that telling can't
 * fail.
 *
 * Context: may sleep.
 * Return: the message, or NULL without memory.
 */
struct motet_message *motet_message_new_exception(u32 exception,
						  const struct motet_id *about)
{
	struct motet_message *message = motet_message_alloc();

	if (message)
		motet_exception_init(message, exception, about);
	return message;
}

/**
 * motet_message_clone() - make another message of the same content
 * @from: a message in the hand of the caller, with no call, room or load
 *
 * A body in segments is not copied, but shared.
 *
 * Context: may sleep.
 * Return: the message, or NULL without memory.
 */
struct motet_message *motet_message_clone(const struct motet_message *from)
{
	struct motet_message *message = motet_message_alloc();

	if (!message)
		return NULL;
	message->payload = from->payload;
	if (message->payload)
		refcount_inc(&message->payload->refs);
	message->pid = get_pid(from->pid);
	message->uid = from->uid;
	message->gid = from->gid;
	message->cgroup = from->cgroup;
	message->actor = from->actor;
	message->port = from->port;
	message->to = from->to;
	message->published = from->published;
	message->expires = from->expires;
	message->body_len = from->body_len;
	message->annex_len = from->annex_len;
	message->priority = from->priority;
	message->job_class = from->job_class;
	memcpy(message->inline_data, from->inline_data,
	       sizeof(message->inline_data));
	return message;
}

/**
 * motet_message_body() - look into the body of a message
 * @message: the message
 * @len: out: how many of its bytes can be looked at: all, or at least %PAGE_SIZE
 *
 * Return: the body's first byte, not aligned.
 */
const u8 *motet_message_body(const struct motet_message *message, u32 *len)
{
	if (!message->payload) {
		*len = message->body_len;
		return message->inline_data + message->annex_len;
	}
	*len = motet_segment_len(message->body_len, 0);
	return message->payload->segments[0];
}

/**
 * motet_message_drop_content() - free a body that is not needed any more
 * @message: the message, in the hand of the caller or under its queue's lock
 *
 * Context: any but hard interrupt.
 */
void motet_message_drop_content(struct motet_message *message)
{
	motet_payload_free(message->payload);
	put_pid(message->pid);
	message->payload = NULL;
	message->pid = NULL;
}

/**
 * motet_message_recycle() - make an exception of a message that was received
 * @message: its call and its room are let go before
 * @exception: &enum motet_exception
 * @about: identifier of the port that it was received from
 *
 * It is about the port and, by its token, the message that it was.
 *
 * Context: any but hard interrupt.
 */
void motet_message_recycle(struct motet_message *message, u32 exception,
			   const struct motet_id *about)
{
	u64 id = message->id;

	motet_message_drop_content(message);
	memset_startat(message, 0, payload);
	motet_exception_fill(message, exception, about);
	message->token = id;
}

/**
 * motet_message_free() - free a message that nobody else refers to
 * @message: the message, or NULL; its call and its room are let go before
 *
 * One that is used again goes back to whoever made it.
 *
 * Context: any but hard interrupt.
 */
void motet_message_free(struct motet_message *message)
{
	if (!message)
		return;
	WARN_ON_ONCE(message->call || message->share || message->return_to ||
		     message->home || message->load.group);
	if (message->finished) {
		message->finished(message);
		return;
	}
	motet_message_drop_content(message);
	kmem_cache_free(motet_message_cache, message);
}

/**
 * motet_message_copy_out() - copy annex and body to the current task
 * @message: the message
 * @msg: where to; the caller has checked that there is room
 *
 * Context: may sleep; no locks held.
 * Return: 0 or -EFAULT.
 */
int motet_message_copy_out(const struct motet_message *message,
			   const struct motet_msg *msg)
{
	void __user *body = u64_to_user_ptr(msg->body);

	if (copy_to_user(u64_to_user_ptr(msg->annex), message->inline_data,
			 message->annex_len))
		return -EFAULT;
	if (message->payload)
		return motet_payload_copy_out(message->payload, body,
					      message->body_len);
	return copy_to_user(body, message->inline_data + message->annex_len,
			    message->body_len) ? -EFAULT : 0;
}

/**
 * motet_message_describe() - fill in what a receiver is told of a message
 * @message: the message
 * @msg: the receiver's struct; what is in stays as it is
 */
void motet_message_describe(const struct motet_message *message,
			    struct motet_msg *msg)
{
	msg->flags &= MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE |
		      MOTET_MSG_ANY | MOTET_MSG_LEASED;
	if (message->call)
		msg->flags |= MOTET_MSG_CALL;
	msg->body_len = message->body_len;
	msg->annex_len = message->annex_len;
	msg->priority = message->priority;
	msg->redelivered = message->redelivered;
	msg->exception = message->exception;
	msg->error = message->error;
	msg->count = message->count;
	msg->id = message->id;
	msg->token = message->call ? message->id : message->token;
	msg->to = message->to;
	if (!(msg->flags & MOTET_MSG_ANY))
		msg->cookie = 0;
}

/**
 * motet_message_copy_stamp() - copy the stamp of a message to the current task
 * @message: the message
 * @to: a &struct motet_stamp of the user whose size is read, or NULL
 *
 * Context: may sleep; no locks held.
 * Return: 0, -EFAULT, -EINVAL if it is too small, -E2BIG if it is too large or
 * has something where this kernel knows nothing.
 */
int motet_message_copy_stamp(const struct motet_message *message,
			     struct motet_stamp __user *to)
{
	struct motet_stamp stamp = {};
	u32 size, flags;
	int err;

	if (!to)
		return 0;
	if (get_user(size, &to->size) || get_user(flags, &to->flags))
		return -EFAULT;
	if (flags)
		return -EINVAL;
	if (size < MOTET_STAMP_SIZE_VER0)
		return -EINVAL;
	if (size > MOTET_ARG_SIZE_MAX)
		return -E2BIG;
	if (size > sizeof(stamp)) {
		err = check_zeroed_user(to + 1,
					size - sizeof(stamp));
		if (err <= 0)
			return err ?: -E2BIG;
	}
	stamp.size = size;
	stamp.actor = message->actor;
	stamp.port = message->port;
	if (message->pid)
		stamp.pid = pid_nr_ns(message->pid, task_active_pid_ns(current));
	stamp.uid = from_kuid_munged(current_user_ns(), message->uid);
	stamp.gid = from_kgid_munged(current_user_ns(), message->gid);
	stamp.cgroup = message->cgroup;
	stamp.sequence = message->sequence;
	stamp.epoch = message->epoch;
	stamp.realtime = message->realtime;
	stamp.monotonic = message->monotonic + motet_monotonic_offset();
	return copy_to_user(to, &stamp, min_t(u32, size, sizeof(stamp))) ?
		-EFAULT : 0;
}
