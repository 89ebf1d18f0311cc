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
 * the actor), -EMFILE, -ENFILE, -ENOMEM.
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
 * has a living holder), -ENOENT (no such name), -ESRCH (no such identifier),
 * -EPERM (another process opened the actor), -EMFILE, -ENFILE, -ENOMEM.
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
 * motet_port_take() - take over a retained port by name
 * @actor: an actor of this process
 * @name: name of the port
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * All that is queued in the port comes with it.
 *
 * Return: the holder handle; or -EACCES, -EBUSY (it has a living holder),
 * -ENOENT, or another error of motet_port_open_full().
 */
int motet_port_take(int actor, const char *name, unsigned int fd_flags);

/**
 * motet_port_take_id() - take over a retained port by identifier
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
 * motet_send() - send bytes
 * @sender: a sender handle
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
 * @sender: a sender handle
 * @msg: message; out: its id
 *
 * Return: 0; or -EAGAIN (no room, and not to wait; or %MOTET_MSG_RETURN, and no
 * room in the default port), -EINTR, -EMSGSIZE (it can never fit), -EOWNERDEAD
 * (the port is gone), -EPERM (%MOTET_MSG_RETURN on a handle of another
 * process), -ETIMEDOUT, -ENOMEM.
 */
int motet_msg_send(int sender, struct motet_msg *msg);

/**
 * motet_recv() - receive a message or an exception
 * @port: a holder handle, or an actor for its default port
 * @msg: room for the message, and a deadline; out: what was received
 *
 * After -EMSGSIZE the message is where it was, and @msg has its lengths.
 *
 * Return: 0; or -EAGAIN (nothing there, and not to wait), -EINTR, -EMSGSIZE,
 * -EPERM (another process holds the port), -ETIMEDOUT.
 */
int motet_recv(int port, struct motet_msg *msg);

/**
 * motet_msg_call() - send a message and wait for the answer
 * @sender: a sender handle
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

/* --- identifiers, time, errors ------------------------------------------- */

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

#endif /* MOTET_MOTET_H */
