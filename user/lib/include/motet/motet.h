/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: the operations of Motet as C functions.
 */
#ifndef MOTET_MOTET_H
#define MOTET_MOTET_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/motet.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: libmotet
 *
 * One function for each operation of the kernel, and a few helpers. The
 * library starts no thread, keeps no state, prints nothing and never retries:
 * each function may be called from any thread.
 *
 * Functions return 0 or a new file descriptor, or on failure a negative errno;
 * what the variable errno says is of no use. An error means the same
 * everywhere, see <linux/motet.h> and motet_strerror(). Besides the errors
 * that are named at each function all can fail with -EBADF, -ENOTTY (the file
 * descriptor is not of the right kind), -EINVAL and -EFAULT.
 *
 * Structures of <linux/motet.h> begin with their size, which the program sets,
 * not the library: so a program and a library of different age agree on how
 * much of a structure there is. The initialisers here are inline for that
 * reason.
 *
 * Deadlines are absolute, in nanoseconds of CLOCK_MONOTONIC; 0 waits for ever.
 * See motet_deadline().
 */

/** define MOTET_ID_TEXT_SIZE - room for an identifier as text, with its NUL */
#define MOTET_ID_TEXT_SIZE	33

/** define MOTET_CAP_TEXT_SIZE - room for a capability as text, with its NUL */
#define MOTET_CAP_TEXT_SIZE	65

/** define MOTET_MODE_DEFAULT - the owner may do all, everybody may send */
#define MOTET_MODE_DEFAULT	0722

/* --- actor --------------------------------------------------------------- */

/**
 * motet_actor_open() - become an actor
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * Opens %MOTET_DEVICE. The file descriptor is also the holder handle of the
 * actor's default port, where exceptions arrive. Close it with close(2); what
 * was opened through it lives on. It is close-on-exec, and of no use to a
 * child after fork(2).
 *
 * Return: the file descriptor; or -ENOENT or -ENXIO (the module isn't loaded),
 * -EACCES (no permission on the device), -EDQUOT (too many actors), -EMFILE,
 * -ENFILE, -ENOMEM.
 */
int motet_actor_open(unsigned int fd_flags);

/**
 * motet_info_get() - ask what this kernel offers
 * @actor: an actor
 * @info: in: its size; out: all else
 *
 * Return: 0, or -EINVAL if @info's size is not set.
 */
int motet_info_get(int actor, struct motet_info *info);

/* --- port ---------------------------------------------------------------- */

/**
 * motet_port_create_init() - describe a port with defaults
 * @create: what to initialise
 * @name: its name, 1 to %MOTET_NAME_MAX bytes, which must stay where it is
 *	until the port is created; or NULL for an anonymous port
 *
 * Mode %MOTET_MODE_DEFAULT, the kernel's default bounds, no retention. Change
 * the fields of @create as needed, and give it to motet_port_create_full().
 */
static inline void
motet_port_create_init(struct motet_port_create *create, const char *name)
{
	memset(create, 0, sizeof(*create));
	create->size = sizeof(*create);
	create->mode = MOTET_MODE_DEFAULT;
	if (name) {
		create->name = (uintptr_t)name;
		create->name_len = (__u32)strlen(name);
	}
}

/**
 * motet_port_create_full() - create a port with all that can be chosen
 * @actor: an actor of this process
 * @create: the port, see motet_port_create_init(); out: its identifier
 *
 * Return: the holder handle; or -EDQUOT (a limit of ports or bytes of the user
 * or the domain), -EEXIST (the name is in use), -EPERM (another process opened
 * the actor; or a node without %CAP_NET_ADMIN), -EACCES (the mode of the
 * dead-letter port), -ESRCH (no such dead-letter port or node), -EMFILE,
 * -ENFILE, -ENOMEM.
 */
int motet_port_create_full(int actor, struct motet_port_create *create);

/**
 * motet_port_create() - create a port and hold it
 * @actor: an actor of this process
 * @name: name, 1 to %MOTET_NAME_MAX bytes; or NULL for an anonymous port
 * @mode: mode bits, for example %MOTET_MODE_DEFAULT
 * @id: out: its identifier; may be NULL
 *
 * Return: the holder handle, or an error of motet_port_create_full().
 */
int motet_port_create(int actor, const char *name, unsigned int mode,
		      struct motet_id *id);

/**
 * motet_port_open_full() - open a port with all that can be chosen
 * @actor: an actor of this process
 * @open: which port, and as what; out: its identifier
 *
 * Return: the handle; or -EACCES (the port's mode), -EBUSY (holder: the port
 * has a living holder that does not offer it to @actor), -ENOENT (no such
 * name), -ESRCH (no such identifier), -EPERM (another process opened the
 * actor), -EMFILE, -ENFILE, -ENOMEM.
 */
int motet_port_open_full(int actor, struct motet_port_open *open);

/**
 * motet_port_open() - open a port by name, to send to it
 * @actor: an actor of this process
 * @name: name of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * Return: a sender handle; or -EACCES, -ENOENT, or another error of
 * motet_port_open_full().
 */
int motet_port_open(int actor, const char *name, unsigned int fd_flags);

/**
 * motet_port_open_id() - open a port by identifier, to send to it
 * @actor: an actor of this process
 * @id: identifier of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * Return: a sender handle; or -EACCES, -ESRCH, or another error of
 * motet_port_open_full().
 */
int motet_port_open_id(int actor, const struct motet_id *id,
		       unsigned int fd_flags);

/**
 * motet_port_take() - take over a retained port, or accept an offer, by name
 * @actor: an actor of this process
 * @name: name of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * All that is queued in the port comes with it. If the port has a living
 * holder, that must have offered it to this actor: see motet_port_offer().
 *
 * Return: the holder handle; or -EACCES, -EBUSY (it has a living holder),
 * -ENOENT, or another error of motet_port_open_full().
 */
int motet_port_take(int actor, const char *name, unsigned int fd_flags);

/**
 * motet_port_take_id() - take over a retained port, or accept an offer, by id
 * @actor: an actor of this process
 * @id: identifier of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * Return: the holder handle; or -EACCES, -EBUSY, -ESRCH, or another error of
 * motet_port_open_full().
 */
int motet_port_take_id(int actor, const struct motet_id *id,
		       unsigned int fd_flags);

/**
 * motet_port_standby() - stand by to take over a port by name
 * @actor: an actor of this process
 * @name: name of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * The handle becomes the holder's when the holder dies, with all that is queued
 * and under lease; the first standby comes first. It polls readable then, and
 * the first that is received is %MOTET_EXCEPTION_TAKEN_OVER.
 *
 * Return: the handle; or -EACCES (the port's mode: receive), -ENOENT, or
 * another error of motet_port_open_full().
 */
int motet_port_standby(int actor, const char *name, unsigned int fd_flags);

/**
 * motet_port_standby_id() - stand by to take over a port by identifier
 * @actor: an actor of this process
 * @id: identifier of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * Return: the handle; or -EACCES, -EINVAL (the default port of an actor),
 * -ESRCH, or another error of motet_port_open_full().
 */
int motet_port_standby_id(int actor, const struct motet_id *id,
			  unsigned int fd_flags);

/**
 * motet_port_offer() - offer a port to an actor
 * @port: a holder handle of this process
 * @actor: which actor may take it over: motet_port_take()
 * @flags: %MOTET_OFFER_RETURN, %MOTET_OFFER_DISABLED, or 0
 *
 * The other process is told of it by the program. Once it has the port,
 * receiving from @port fails with -ESTALE and it polls hung up; what was
 * received before can still be answered, acknowledged and given back here.
 *
 * Return: 0; or -EINVAL (@actor is zero), -EPERM (another process holds the
 * port), -ESRCH (no such actor), -ESTALE (the port has moved already).
 */
int motet_port_offer(int port, const struct motet_id *actor,
		     unsigned int flags);

/**
 * motet_port_withdraw() - withdraw the offer of a port
 * @port: a holder handle of this process
 *
 * Return: 0; or -EPERM, -ESTALE (it was accepted before).
 */
int motet_port_withdraw(int port);

/**
 * motet_port_enable() - put a port into the enabled set of its actor
 * @port: a holder handle of this process, or an actor for its default port
 * @priority: 0 (first) to 7
 * @cookie: comes with each message that is received by motet_msg_set_any()
 *
 * Or change its priority and cookie.
 *
 * Return: 0; or -EPERM (another process holds the port), -ESTALE (it has
 * moved).
 */
int motet_port_enable(int port, unsigned int priority, __u64 cookie);

/**
 * motet_port_disable() - take a port out of the enabled set of its actor
 * @port: a holder handle of this process, or an actor for its default port
 *
 * Return: 0; or -EPERM, -ESTALE.
 */
int motet_port_disable(int port);

/**
 * motet_port_change_init() - begin a change of a port
 * @change: what to initialise
 * @id: identifier of the port
 *
 * Set the fields that are to change, and for each its flag
 * (%MOTET_CHANGE_MODE, and so on).
 */
static inline void
motet_port_change_init(struct motet_port_change *change,
		       const struct motet_id *id)
{
	memset(change, 0, sizeof(*change));
	change->size = sizeof(*change);
	change->id = *id;
}

/**
 * motet_port_change() - change a port's owner, group, mode or retention
 * @actor: an actor of this process
 * @change: what to change, see motet_port_change_init()
 *
 * Return: 0; or -EINVAL (no such user or group, or a retention that the port
 * can't have), -EPERM (the caller is not the owner), -ESRCH.
 */
int motet_port_change(int actor, const struct motet_port_change *change);

/**
 * motet_port_lookup() - find the identifier of a named port
 * @actor: an actor of this process
 * @name: name of the port
 * @id: out: its identifier
 *
 * Return: 0; or -EACCES (no right on the port), -ENOENT, -EPERM.
 */
int motet_port_lookup(int actor, const char *name, struct motet_id *id);

/**
 * motet_port_unlink() - take a port's name away
 * @actor: an actor of this process
 * @name: name of the port
 * @id: out: identifier of the port that had it; may be NULL
 *
 * The port is not retained any more. If nobody holds it, it goes at once, with
 * what is queued in it.
 *
 * Return: 0; or -EACCES (the port's mode: administer), -ENOENT, -EPERM.
 */
int motet_port_unlink(int actor, const char *name, struct motet_id *id);

/**
 * motet_port_status_get() - ask what a handle is and how full its port is
 * @handle: an actor, or a handle of a port
 * @status: in: its size; out: all else
 *
 * Return: 0, or -EINVAL if @status's size is not set.
 */
int motet_port_status_get(int handle, struct motet_port_status *status);

/* --- message ------------------------------------------------------------- */

/**
 * motet_msg_init() - begin a message
 * @msg: what to initialise
 *
 * No body, no annex, no room for either, priority 0, no deadline. One that was
 * received into can be received into again as it is; do it anew before any
 * other use.
 */
static inline void motet_msg_init(struct motet_msg *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->size = sizeof(*msg);
}

/*
 * A length that the kernel's 32 bits can't hold must not come out as a short
 * one: as the largest it is refused with EMSGSIZE.
 */
static inline __u32 motet__length(size_t len)
{
	return len > UINT_MAX ? UINT_MAX : (__u32)len;
}

/**
 * motet_msg_set_body() - give a message to send its body
 * @msg: message
 * @body: body; not copied
 * @len: its length in bytes
 */
static inline void
motet_msg_set_body(struct motet_msg *msg, const void *body, size_t len)
{
	msg->body = (uintptr_t)body;
	msg->body_len = motet__length(len);
}

/**
 * motet_msg_set_annex() - give a message to send its annex
 * @msg: message
 * @annex: annex; not copied
 * @len: its length in bytes, at most %MOTET_ANNEX_MAX
 */
static inline void
motet_msg_set_annex(struct motet_msg *msg, const void *annex, size_t len)
{
	msg->annex = (uintptr_t)annex;
	msg->annex_len = motet__length(len);
}

/**
 * motet_msg_set_body_room() - say where the body of what is received goes
 * @msg: message
 * @body: room for the body
 * @cap: how much, in bytes
 */
static inline void
motet_msg_set_body_room(struct motet_msg *msg, void *body, size_t cap)
{
	msg->body = (uintptr_t)body;
	msg->body_cap = motet__length(cap);
}

/**
 * motet_msg_set_annex_room() - say where the annex of what is received goes
 * @msg: message
 * @annex: room for the annex
 * @cap: how much, in bytes; %MOTET_ANNEX_MAX is enough for all
 */
static inline void
motet_msg_set_annex_room(struct motet_msg *msg, void *annex, size_t cap)
{
	msg->annex = (uintptr_t)annex;
	msg->annex_cap = motet__length(cap);
}

/**
 * motet_msg_set_stamp() - ask for the stamp of what is received
 * @msg: message
 * @stamp: where it goes; need not be initialised
 */
static inline void
motet_msg_set_stamp(struct motet_msg *msg, struct motet_stamp *stamp)
{
	memset(stamp, 0, sizeof(*stamp));
	stamp->size = sizeof(*stamp);
	msg->stamp = (uintptr_t)stamp;
}

/**
 * motet_msg_set_lease() - receive under a lease
 * @msg: message to receive into
 * @until: when the lease ends by itself, a deadline; 0 is never
 *
 * What is received then is the receiver's only until the lease ends: by
 * motet_lease_acknowledge(), or for a call by its answer. It goes back to the
 * port otherwise.
 */
static inline void motet_msg_set_lease(struct motet_msg *msg, __u64 until)
{
	msg->flags |= MOTET_MSG_LEASE;
	msg->lease = until;
}

/**
 * motet_msg_set_any() - receive from any enabled port
 * @msg: message to receive into, by motet_recv() on an actor
 *
 * What is received tells the port, @at, and the @cookie of motet_port_enable().
 */
static inline void motet_msg_set_any(struct motet_msg *msg)
{
	msg->flags |= MOTET_MSG_ANY;
}

/**
 * motet_msg_set_session() - send to the member of a group that has a session
 * @msg: message to send to a group
 * @session: which session of the group's handle
 */
static inline void motet_msg_set_session(struct motet_msg *msg, __u64 session)
{
	msg->address = MOTET_ADDRESS_STICKY;
	msg->session = session;
}

/**
 * motet_msg_set_node() - send to a member of a group by node
 * @msg: message to send to a group
 * @address: %MOTET_ADDRESS_ON_NODE or %MOTET_ADDRESS_EXCEPT_NODE
 * @node: which node; 0 is this one
 */
static inline void
motet_msg_set_node(struct motet_msg *msg, unsigned int address,
		   unsigned int node)
{
	msg->address = address;
	msg->node = node;
}

/**
 * motet_send() - send bytes
 * @sender: a sender handle or a group
 * @body: body
 * @len: its length in bytes
 *
 * With priority 0, no annex and no deadline: waits while the port is full,
 * unless @sender has O_NONBLOCK.
 *
 * Return: 0, or an error of motet_msg_send().
 */
int motet_send(int sender, const void *body, size_t len);

/**
 * motet_msg_send() - send a message
 * @sender: a sender handle or a group
 * @msg: message; out: its id, and of a group who got it
 *
 * Return: 0; or -EAGAIN (no room, and not to wait; or %MOTET_MSG_RETURN, and no
 * room in the default port), -EDQUOT (a group: too many sessions),
 * -EHOSTUNREACH (a group: no member that it could go to), -EINTR, -EMSGSIZE (it
 * can never fit), -EOWNERDEAD (the port or the group is gone), -EPERM
 * (%MOTET_MSG_RETURN or %MOTET_MSG_CANCELABLE on a handle of another process),
 * -ETIMEDOUT (the deadline passed, or it had expired), -ENOMEM.
 */
int motet_msg_send(int sender, struct motet_msg *msg);

/**
 * motet_msg_send_many() - send messages, one after the other
 * @sender: a sender handle or a group
 * @msgs: messages; out: as motet_msg_send() for each that was sent
 * @count: how many, 1 to %MOTET_BATCH_MAX
 * @error: out: why not all were sent, a negative errno, or 0; may be NULL
 *
 * Return: how many were sent, at least 1; or the error of motet_msg_send() for
 * the first.
 */
int motet_msg_send_many(int sender, struct motet_msg *msgs, unsigned int count,
			int *error);

/**
 * motet_msg_cancel() - withdraw a message that is still queued
 * @sender: the handle or group that sent it, with %MOTET_MSG_CANCELABLE
 * @id: the message
 *
 * Return: 0; or -ENOENT (it is not queued: it was received), -EPERM (another
 * process opened the handle).
 */
int motet_msg_cancel(int sender, __u64 id);

/**
 * motet_recv() - receive a message or an exception
 * @port: a holder handle, or an actor for its default port
 * @msg: room for the message, and a deadline; out: what was received
 *
 * After -EMSGSIZE the message is where it was, and @msg has its lengths. See
 * motet_msg_set_lease() and motet_msg_set_any().
 *
 * Return: 0; or -EAGAIN (nothing there, and not to wait), -EINTR, -EMSGSIZE,
 * -EPERM (another process holds the port), -ESTALE (the port has moved),
 * -ETIMEDOUT.
 */
int motet_recv(int port, struct motet_msg *msg);

/**
 * motet_recv_many() - receive what is there
 * @port: a holder handle, or an actor for its default port
 * @msgs: room for messages; out: those that were received
 * @count: how many at most, 1 to %MOTET_BATCH_MAX
 * @error: out: why not more were received, a negative errno; 0 if all were, or
 *	there was nothing more; may be NULL
 *
 * Waits for the first only.
 *
 * Return: how many were received, at least 1; or the error of motet_recv() for
 * the first.
 */
int motet_recv_many(int port, struct motet_msg *msgs, unsigned int count,
		    int *error);

/**
 * motet_lease_acknowledge() - a message under lease is done with
 * @port: the handle that received it; of motet_msg_set_any() that of its port
 * @id: the message
 *
 * Not for a call: that is acknowledged by its answer.
 *
 * Return: 0; or -EINVAL (a call), -ENOENT (the lease is over), -EPERM (another
 * process received it).
 */
int motet_lease_acknowledge(int port, __u64 id);

/**
 * motet_lease_give_back() - let somebody else have a message under lease
 * @port: the handle that received it; of motet_msg_set_any() that of its port
 * @id: the message or call
 *
 * It goes to the head of its priority; or to the dead-letter port, if it was
 * handed out too often.
 *
 * Return: 0; or -ENOENT (the lease is over), -EPERM.
 */
int motet_lease_give_back(int port, __u64 id);

/**
 * motet_lease_extend() - keep a message under lease for longer
 * @port: the handle that received it; of motet_msg_set_any() that of its port
 * @id: the message or call
 * @deadline: until when; 0 is without end
 *
 * Return: 0; or -ENOENT (the lease is over), -EPERM.
 */
int motet_lease_extend(int port, __u64 id, __u64 deadline);

/**
 * motet_msg_call() - send a message and wait for the answer
 * @sender: a sender handle or a group
 * @request: message to send; its deadline is for the whole call
 * @reply: room for the answer; out: the answer
 * @id: out: the call if it is unfinished, else 0
 *
 * The server can't answer with more than there is room for in @reply.
 *
 * A call that fails with -EINTR or -EFAULT while @id is not 0 is unfinished: go
 * on with motet_msg_call_resume() or end it with motet_call_cancel(). With any
 * other error it is over.
 *
 * Return: 0; or -EAGAIN (no room for the request, and not to wait), -ECANCELED
 * (by another thread), -ECONNRESET (the server died before it answered),
 * -EDQUOT (too many unfinished calls), -EINTR, -EMSGSIZE (the request),
 * -EOWNERDEAD (the port is gone, the request was not received), -ETIMEDOUT,
 * -ENOMEM.
 */
int motet_msg_call(int sender, struct motet_msg *request,
		   struct motet_msg *reply, __u64 *id);

/**
 * motet_msg_call_resume() - wait on for the answer to an unfinished call
 * @sender: the sender handle on which it was made
 * @id: the call
 * @reply: room for the answer, and a new deadline; out: the answer
 *
 * Nothing is sent again.
 *
 * Return: 0; or -EBUSY (another thread waits for it), -ENOENT (no such call is
 * unfinished), -EMSGSIZE (the answer; the call stays unfinished), or an error
 * of motet_msg_call().
 */
int motet_msg_call_resume(int sender, __u64 id, struct motet_msg *reply);

/**
 * motet_call_cancel() - give up an unfinished call
 * @sender: the sender handle on which it was made
 * @id: the call
 *
 * Return: 0, or -ENOENT (no such call is unfinished).
 */
int motet_call_cancel(int sender, __u64 id);

/**
 * motet_reply() - answer a call with bytes
 * @port: the handle that received the call
 * @token: the token of the received message
 * @body: body of the answer
 * @len: its length in bytes
 *
 * Return: 0, or an error of motet_msg_reply().
 */
int motet_reply(int port, __u64 token, const void *body, size_t len);

/**
 * motet_msg_reply() - answer a call
 * @port: the handle that received the call
 * @msg: the answer; its token is that of the received message
 *
 * Never waits.
 *
 * Return: 0; or -ECONNRESET (nobody waits for it any more), -EMSGSIZE (the
 * caller has no room for it; the call can still be answered), -ENOENT (this
 * port never had such a call), -EPERM (another process holds the port),
 * -ENOMEM.
 */
int motet_msg_reply(int port, struct motet_msg *msg);

/**
 * motet_msg_reply_recv() - answer a call and receive the next message
 * @port: the handle that received the call
 * @reply: points to the answer, or to NULL to receive only; out: NULL once the
 *	answer was given
 * @recv: room for the next message; out: what was received
 *
 * If *@reply is NULL after an error, the answer was given and the rest failed:
 * the same call can be made again.
 *
 * Return: 0, or an error of motet_msg_reply() or motet_recv().
 */
int motet_msg_reply_recv(int port, struct motet_msg **reply,
			 struct motet_msg *recv);

/* --- identifiers, names, time, errors ------------------------------------ */

/**
 * motet_id_to_string() - write an identifier as text
 * @id: identifier
 * @text: out: 32 lower-case hexadecimal digits and a NUL
 *
 * Return: @text.
 */
char *motet_id_to_string(const struct motet_id *id,
			 char text[MOTET_ID_TEXT_SIZE]);

/**
 * motet_id_from_string() - read an identifier
 * @id: out: identifier; unchanged on failure
 * @text: 32 hexadecimal digits of either case and nothing else
 *
 * Return: 0, or -EINVAL.
 */
int motet_id_from_string(struct motet_id *id, const char *text);

/**
 * motet_id_is_zero() - is this no identifier?
 * @id: identifier
 *
 * Return: 1 if all of its bytes are 0, else 0.
 */
int motet_id_is_zero(const struct motet_id *id);

/**
 * motet_id_equal() - are two identifiers the same?
 * @a: identifier
 * @b: identifier
 *
 * Return: 1 if so, else 0.
 */
int motet_id_equal(const struct motet_id *a, const struct motet_id *b);

/**
 * motet_cap_to_string() - write a capability as text
 * @cap: capability
 * @text: out: 64 lower-case hexadecimal digits and a NUL; the first 32 are the
 *	identifier of the group. A secret: not for logs and command lines
 *
 * Return: @text.
 */
char *motet_cap_to_string(const struct motet_cap *cap,
			  char text[MOTET_CAP_TEXT_SIZE]);

/**
 * motet_cap_from_string() - read a capability
 * @cap: out: capability; unchanged on failure
 * @text: 64 hexadecimal digits of either case and nothing else
 *
 * Return: 0, or -EINVAL.
 */
int motet_cap_from_string(struct motet_cap *cap, const char *text);

/**
 * motet_exception_to_string() - the name of an exception
 * @exception: &enum motet_exception
 *
 * Return: as "port-lost"; "unknown" for what this library doesn't know.
 */
const char *motet_exception_to_string(unsigned int exception);

/**
 * motet_address_to_string() - the name of a way to address a group
 * @address: &enum motet_address
 *
 * Return: as "round-robin"; "unknown" for what this library doesn't know.
 */
const char *motet_address_to_string(unsigned int address);

/**
 * motet_address_from_string() - read the name of a way to address a group
 * @text: as motet_address_to_string() has it
 *
 * Return: &enum motet_address, or -EINVAL.
 */
int motet_address_from_string(const char *text);

/**
 * motet_role_to_string() - the name of a role
 * @role: &enum motet_role
 *
 * Return: as "standby"; "unknown" for what this library doesn't know.
 */
const char *motet_role_to_string(unsigned int role);

/**
 * motet_member_event_to_string() - the name of what happened to a member
 * @event: &enum motet_member_event
 *
 * Return: as "joined"; "unknown" for what this library doesn't know.
 */
const char *motet_member_event_to_string(unsigned int event);

/**
 * motet_deadline() - make a deadline from a time from now
 * @timeout_ms: milliseconds; 0 is now, a negative number never
 *
 * Return: the deadline for a &struct motet_msg. One too far to be expressed is
 * never.
 */
__u64 motet_deadline(long long timeout_ms);

/**
 * motet_strerror() - say what an error of this library means
 * @error: an errno, positive or negative
 *
 * For errors to which Motet gives a meaning of its own, that; for all others
 * what strerror(3) says.
 *
 * Return: the text; not to be changed or freed.
 */
const char *motet_strerror(int error);

#ifdef __cplusplus
}
#endif

#include <motet/channel.h>
#include <motet/checkpoint.h>
#include <motet/replicator.h>
#include <motet/group.h>
#include <motet/lock.h>
#include <motet/watch.h>

#endif /* MOTET_MOTET_H */
