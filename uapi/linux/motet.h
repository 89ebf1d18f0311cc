/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: ports that carry messages between the processes of a machine.
 *
 * The ioctl interface of /dev/motet and of the file descriptors it returns.
 */
#ifndef _UAPI_LINUX_MOTET_H
#define _UAPI_LINUX_MOTET_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: conventions
 *
 * Every argument is a struct that begins with its own size. A size below the
 * first published one is EINVAL; a larger one, up to 4096 bytes, is accepted
 * while all bytes that this kernel does not know are zero, else E2BIG. What a call returns is
 * written up to the smaller of both sizes, and what lies beyond in the
 * caller's struct is zeroed. Unknown flags, non-zero padding and non-zero
 * fields that a call does not take are EINVAL. Layouts are the same for 32
 * and 64 bit.
 *
 * A call that fails has changed nothing, with the exceptions that are written
 * at MOTET_IOC_CALL and MOTET_IOC_REPLY_RECV.
 *
 * Deadlines are absolute, in nanoseconds of CLOCK_MONOTONIC; 0 waits for ever.
 * Retention is a time in nanoseconds of CLOCK_BOOTTIME.
 *
 * Errors mean the same everywhere:
 *
 * ========== ==========================================================
 * EACCES     the mode of the object does not allow it
 * EAGAIN     it would have to wait, and the caller asked not to
 * ECONNRESET the peer of a call went away after the request was received
 * EDQUOT     a limit of the user or of the domain is reached
 * EFAULT     a pointer is bad
 * EINTR      a signal came
 * EINVAL     an argument is bad
 * EMSGSIZE   a message is larger than the room it should go into
 * ENOENT     no object has this name
 * ENOMEM     no memory, or the memory cgroup is full
 * ENOTTY     this file descriptor does not know this call
 * EOWNERDEAD the port is gone, its holder dead; the message was not received
 * EPERM      the caller is not the process that holds the object
 * ESRCH      no object has this identifier
 * ETIMEDOUT  the deadline passed
 * ========== ==========================================================
 *
 * Every call can return EINVAL, E2BIG and EFAULT as said above; the tables at
 * the calls name the others.
 */

/** define MOTET_ABI_MAJOR - grows only if an old program can no longer work */
#define MOTET_ABI_MAJOR		1

/** define MOTET_DEVICE - the device node */
#define MOTET_DEVICE		"/dev/motet"

/** define MOTET_NAME_MAX - longest name in bytes; names have no NUL */
#define MOTET_NAME_MAX		2048

/** define MOTET_ANNEX_MAX - longest annex of a message in bytes */
#define MOTET_ANNEX_MAX		120

/** define MOTET_PRIORITIES - priorities of messages: 0 (first) to 3 (last) */
#define MOTET_PRIORITIES	4

/**
 * enum motet_class - what an identifier names (its first byte)
 * @MOTET_CLASS_NONE: no object; the identifier of all zeroes
 * @MOTET_CLASS_ACTOR: an actor: one open of the device
 * @MOTET_CLASS_PORT: a port
 */
enum motet_class {
	MOTET_CLASS_NONE	= 0,
	MOTET_CLASS_ACTOR	= 1,
	MOTET_CLASS_PORT	= 2,
};

/**
 * struct motet_id - unique identifier
 * @bytes: the class (&enum motet_class) and 120 random bits
 *
 * Identifiers are never used again. They may be passed on by any means;
 * knowing one gives the right to send, as far as the object's mode allows.
 * As text: 32 hexadecimal digits.
 */
struct motet_id {
	__u8 bytes[16];
};

/**
 * DOC: mode
 *
 * Objects have an owner (the effective user and group of their creator) and
 * nine mode bits with the meaning of a file's: read is to receive or to take
 * the object over, write is to send, execute is to administer. CAP_NET_ADMIN
 * in the user namespace of the domain overrides them. As with files they count
 * when a handle is opened; what is open stays open.
 */
#define MOTET_MODE_RECEIVE	0444
#define MOTET_MODE_SEND		0222
#define MOTET_MODE_ADMIN	0111
#define MOTET_MODE_MASK		0777

/**
 * enum motet_role - what a file descriptor is to its port
 * @MOTET_ROLE_HOLDER: receives from the port; the process that opened it only
 * @MOTET_ROLE_SENDER: sends to the port; may be passed on and inherited
 * @MOTET_ROLE_ACTOR: an open device: the holder of its default port
 */
enum motet_role {
	MOTET_ROLE_HOLDER	= 0,
	MOTET_ROLE_SENDER	= 1,
	MOTET_ROLE_ACTOR	= 2,
};

/**
 * enum motet_exception - what the kernel tells a process at its default port
 * @MOTET_EXCEPTION_NONE: an ordinary message
 * @MOTET_EXCEPTION_UNDELIVERABLE: a message that was sent with
 *	%MOTET_MSG_RETURN comes back, body, annex and id as they were sent;
 *	@to is the port that was lost
 * @MOTET_EXCEPTION_PORT_LOST: the port @to, to which this actor has a sender
 *	handle, is gone. Once per handle
 * @MOTET_EXCEPTION_CALL_ABANDONED: the caller of the call @token, received
 *	and not yet answered at the port @to, died, cancelled, or let its
 *	deadline pass
 */
enum motet_exception {
	MOTET_EXCEPTION_NONE		= 0,
	MOTET_EXCEPTION_UNDELIVERABLE	= 1,
	MOTET_EXCEPTION_PORT_LOST	= 2,
	MOTET_EXCEPTION_CALL_ABANDONED	= 3,
};

/**
 * DOC: flags of a message
 *
 * To the kernel:
 *
 * MOTET_MSG_DONTWAIT
 *	EAGAIN instead of waiting, as if the file had O_NONBLOCK.
 * MOTET_MSG_RETURN
 *	MOTET_IOC_SEND only: if the message can't be delivered after all, it
 *	comes back to the sender's default port. The room for it is taken
 *	there now, so that it can't fail.
 *
 * From the kernel:
 *
 * MOTET_MSG_CALL
 *	The sender waits for an answer; see @token.
 */
#define MOTET_MSG_DONTWAIT	(1U << 0)
#define MOTET_MSG_RETURN	(1U << 1)
#define MOTET_MSG_CALL		(1U << 8)

/**
 * struct motet_stamp - what the kernel knows of a message
 * @size: size of this struct
 * @flags: 0, also on the way in
 * @actor: the sending actor; zero if the sender inherited its handle or was
 *	passed it
 * @port: the default port of that actor
 * @pid: the sending process in the receiver's pid namespace, or 0 if it has
 *	no number there
 * @uid: its effective user in the receiver's user namespace, or the overflow
 *	user
 * @gid: its effective group in the receiver's user namespace, or the overflow
 *	group
 * @pad: 0
 * @cgroup: id of its cgroup (version 2 hierarchy), or 0
 * @sequence: number of the message at its port, from 1
 * @epoch: which of the port's sequences this is, from 1
 * @realtime: when it was queued, nanoseconds of CLOCK_REALTIME
 * @monotonic: when it was queued, nanoseconds of CLOCK_MONOTONIC
 *
 * All but the times are zero for messages that the kernel itself sends.
 * An answer to a call has sequence 0 and epoch 0; a message that came back has
 * those of the default port.
 */
struct motet_stamp {
	__u32 size;
	__u32 flags;
	struct motet_id actor;
	struct motet_id port;
	__u32 pid;
	__u32 uid;
	__u32 gid;
	__u32 pad;
	__aligned_u64 cgroup;
	__aligned_u64 sequence;
	__aligned_u64 epoch;
	__aligned_u64 realtime;
	__aligned_u64 monotonic;
};

#define MOTET_STAMP_SIZE_VER0	96

/**
 * struct motet_msg - a message on its way in or out
 * @size: size of this struct
 * @flags: in and out, see the flags of a message
 * @body: pointer to the body
 * @body_len: send: length of the body. Receive: out, also with EMSGSIZE
 * @body_cap: receive: bytes that there is room for at @body. Send: 0
 * @annex: pointer to the annex
 * @annex_len: as @body_len, at most %MOTET_ANNEX_MAX
 * @annex_cap: as @body_cap
 * @priority: 0 (first) to 3; an answer has none
 * @redelivered: out: how many times the message was handed out before
 * @exception: out: &enum motet_exception
 * @error: out: for an undeliverable message why, a positive errno
 * @count: out: how many exceptions this one stands for; 0 for a message. It is
 *	1, unless more than 256 are unread: then those that follow are only
 *	counted, in the last of their kind, and which ones is to be found out
 *	otherwise (MOTET_IOC_PORT_STATUS of one's handles)
 * @pad: 0
 * @deadline: until when the call may wait
 * @id: out: identifies the message at its port. Together with the port's
 *	identifier it is never used again
 * @token: receive: what to answer a call by. Reply: the call to answer
 * @stamp: receive: pointer to a &struct motet_stamp to fill in, or 0
 * @to: out: the port that the message was sent to
 *
 * What is out is ignored on the way in, so that the struct can be used again.
 * What a call neither reads nor writes must be zero: when sending, all but
 * @flags, @body, @body_len, @annex, @annex_len, @priority, @deadline and @id;
 * when answering, all but @flags, @body, @body_len, @annex, @annex_len and
 * @token.
 */
struct motet_msg {
	__u32 size;
	__u32 flags;
	__aligned_u64 body;
	__u32 body_len;
	__u32 body_cap;
	__aligned_u64 annex;
	__u32 annex_len;
	__u32 annex_cap;
	__u32 priority;
	__u32 redelivered;
	__u32 exception;
	__u32 error;
	__u32 count;
	__u32 pad;
	__aligned_u64 deadline;
	__aligned_u64 id;
	__aligned_u64 token;
	__aligned_u64 stamp;
	struct motet_id to;
};

#define MOTET_MSG_SIZE_VER0	112

/**
 * DOC: features
 *
 * Bits of &motet_info.features. None is defined beyond what ABI major 1 has
 * from its first day.
 */

/**
 * struct motet_info - MOTET_IOC_INFO: what this kernel offers
 * @size: size of this struct
 * @flags: 0
 * @abi_major: out: %MOTET_ABI_MAJOR
 * @priorities: out: %MOTET_PRIORITIES
 * @features: out: see features
 * @name_max: out: %MOTET_NAME_MAX
 * @annex_max: out: %MOTET_ANNEX_MAX
 * @body_max: out: largest body of one message, bytes
 * @port_messages_max: out: largest bound of one priority of a port, messages
 * @port_bytes_max: out: largest bound of one priority of a port, bytes
 * @retention_max: out: longest retention of a port, nanoseconds
 * @domain_ports_max: out: ports that the domain may have
 * @user_ports_max: out: ports that one user may own on this machine
 * @user_bytes_max: out: sum of the bounds of the ports of one user, bytes
 * @user_actors_max: out: actors that one user may have on this machine
 * @handle_calls_max: out: calls that may be unfinished on one sender handle
 * @actor: out: identifier of the actor
 * @port: out: identifier of its default port
 *
 * On an actor, by the process that opened it; else EPERM. Limits may be lowered
 * and raised while the module is loaded (module parameters of the same names,
 * and the domain's own by netlink).
 */
struct motet_info {
	__u32 size;
	__u32 flags;
	__u32 abi_major;
	__u32 priorities;
	__aligned_u64 features;
	__u32 name_max;
	__u32 annex_max;
	__u32 body_max;
	__u32 port_messages_max;
	__aligned_u64 port_bytes_max;
	__aligned_u64 retention_max;
	__u32 domain_ports_max;
	__u32 user_ports_max;
	__aligned_u64 user_bytes_max;
	__u32 user_actors_max;
	__u32 handle_calls_max;
	struct motet_id actor;
	struct motet_id port;
};

#define MOTET_INFO_SIZE_VER0	112

/**
 * DOC: flags of a port
 *
 * MOTET_PORT_FIFO
 *	Suspended senders are served strictly in the order in which they came,
 *	whoever they are (as AIS has it), instead of fairly among users.
 */
#define MOTET_PORT_FIFO		(1U << 0)

/**
 * DOC: flags of a new file descriptor
 *
 * It is always close-on-exec. MOTET_FD_NONBLOCK sets O_NONBLOCK on it.
 */
#define MOTET_FD_NONBLOCK	(1U << 0)

/**
 * struct motet_limits - bounds of one priority of a port
 * @messages: messages
 * @pad: 0
 * @bytes: sum of the lengths of bodies and annexes
 */
struct motet_limits {
	__u32 messages;
	__u32 pad;
	__aligned_u64 bytes;
};

/**
 * struct motet_port_create - MOTET_IOC_PORT_CREATE: create a port and hold it
 * @size: size of this struct
 * @flags: see flags of a port
 * @fd_flags: see flags of a new file descriptor
 * @mode: mode bits
 * @name: pointer to the name; 0 for an anonymous port
 * @name_len: length of the name in bytes, 1 to %MOTET_NAME_MAX; 0 if anonymous
 * @fd: out: the holder handle
 * @retention: how long the port is to outlive its holder, nanoseconds; only
 *	for a named port, at most &motet_info.retention_max
 * @limits: bounds by priority; 0 is the default, of messages and of bytes
 *	separately
 * @id: out: the port's identifier
 *
 * On an actor, by the process that opened it. The sum of the bounds is charged
 * to the user of the caller until the port is gone.
 *
 * ======= ==========================================================
 * EDQUOT  the user's or the domain's limit of ports or bytes
 * EEXIST  the name is in use
 * EPERM   another process opened the actor
 * EMFILE  no file descriptor is left (or ENFILE)
 * ======= ==========================================================
 */
struct motet_port_create {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 mode;
	__aligned_u64 name;
	__u32 name_len;
	__s32 fd;
	__aligned_u64 retention;
	struct motet_limits limits[MOTET_PRIORITIES];
	struct motet_id id;
};

#define MOTET_PORT_CREATE_SIZE_VER0	120

/**
 * struct motet_port_open - MOTET_IOC_PORT_OPEN: open a port
 * @size: size of this struct
 * @flags: 0
 * @fd_flags: see flags of a new file descriptor
 * @role: %MOTET_ROLE_SENDER; or %MOTET_ROLE_HOLDER, to take over a retained
 *	port with all that is queued in it
 * @name: pointer to the name; 0 to open by identifier
 * @name_len: length of the name in bytes; 0 to open by identifier
 * @fd: out: the handle
 * @id: in: the identifier if there is no name, else 0. out: the identifier
 *
 * On an actor, by the process that opened it.
 *
 * ======= ==========================================================
 * EACCES  the port's mode: send for a sender, receive for a holder
 * EBUSY   holder: the port has a living holder
 * ENOENT  no port has this name
 * EPERM   another process opened the actor
 * ESRCH   no port has this identifier
 * EMFILE  no file descriptor is left (or ENFILE)
 * ======= ==========================================================
 */
struct motet_port_open {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 role;
	__aligned_u64 name;
	__u32 name_len;
	__s32 fd;
	struct motet_id id;
};

#define MOTET_PORT_OPEN_SIZE_VER0	48

/**
 * struct motet_port_name - MOTET_IOC_PORT_LOOKUP, MOTET_IOC_PORT_UNLINK
 * @size: size of this struct
 * @flags: 0
 * @name: pointer to the name
 * @name_len: length of the name in bytes
 * @pad: 0
 * @id: out: the port's identifier
 *
 * On an actor, by the process that opened it. Lookup asks for any right on the
 * port. Unlink takes the name away: the port is no longer found by it and is
 * not retained; with no living holder it goes at once, and what is queued in
 * it with EOWNERDEAD.
 *
 * ======= ==========================================================
 * EACCES  the port's mode; unlink: administer
 * ENOENT  no port has this name
 * EPERM   another process opened the actor
 * ======= ==========================================================
 */
struct motet_port_name {
	__u32 size;
	__u32 flags;
	__aligned_u64 name;
	__u32 name_len;
	__u32 pad;
	struct motet_id id;
};

#define MOTET_PORT_NAME_SIZE_VER0	40

/**
 * enum motet_port_state - whether a port has a holder
 * @MOTET_PORT_STATE_HELD: a living process holds the port
 * @MOTET_PORT_STATE_RETAINED: nobody holds the port; it waits for the next holder
 *	until its retention has passed
 * @MOTET_PORT_STATE_DEAD: the port is gone
 */
enum motet_port_state {
	MOTET_PORT_STATE_HELD		= 0,
	MOTET_PORT_STATE_RETAINED	= 1,
	MOTET_PORT_STATE_DEAD		= 2,
};

/**
 * struct motet_port_status - MOTET_IOC_PORT_STATUS: what a handle is
 * @size: size of this struct
 * @flags: out: see flags of a port
 * @role: out: &enum motet_role
 * @state: out: &enum motet_port_state
 * @mode: out: mode bits
 * @pad: 0
 * @retention: out: nanoseconds
 * @messages: out: messages queued now, all priorities
 * @bytes: out: bytes queued or promised to senders now, all priorities
 * @limits: out: bounds by priority
 * @id: out: the port's identifier
 *
 * On any handle, by whoever has it.
 */
struct motet_port_status {
	__u32 size;
	__u32 flags;
	__u32 role;
	__u32 state;
	__u32 mode;
	__u32 pad;
	__aligned_u64 retention;
	__aligned_u64 messages;
	__aligned_u64 bytes;
	struct motet_limits limits[MOTET_PRIORITIES];
	struct motet_id id;
};

#define MOTET_PORT_STATUS_SIZE_VER0	128

/**
 * DOC: flags of a call
 *
 * MOTET_CALL_RESUME
 *	Wait on for the answer to the call &motet_call_arg.id, that was interrupted.
 *	Nothing is sent; @request is 0.
 */
#define MOTET_CALL_RESUME	(1U << 0)

/**
 * struct motet_call_arg - MOTET_IOC_CALL: send, and wait for the answer
 * @size: size of this struct
 * @flags: see flags of a call
 * @request: pointer to the &struct motet_msg to send. Its deadline is for the
 *	whole call; DONTWAIT and O_NONBLOCK are for its place in the queue only
 * @reply: pointer to the &struct motet_msg to receive the answer in. Its
 *	capacities, up to &motet_info.body_max, bound the answer. Its deadline is 0, or with
 *	%MOTET_CALL_RESUME the new deadline of the call
 * @id: out, also when the call fails: the call while it is unfinished, else 0.
 *	With %MOTET_CALL_RESUME also in: the call to resume
 *
 * On a sender handle. The room for the answer is reserved now: who answers
 * never waits.
 *
 * Once the request is queued, a call that fails with EINTR, or with EFAULT or
 * EMSGSIZE at the answer, is unfinished: it has its @id, and can be resumed or
 * cancelled; it is never sent twice. With any other error it is over, with
 * ETIMEDOUT too. Closing the handle cancels its calls.
 *
 * ========== ==========================================================
 * EAGAIN     DONTWAIT: there is no room for the request
 * EBUSY      resume: another thread waits for this call
 * ECONNRESET the server received the request and died before it answered
 * EDQUOT     too many unfinished calls on this handle, or too much room for
 *	      their answers: &motet_info.port_bytes_max
 * EINTR      @id is 0: a signal before anything was sent; else unfinished
 * EMSGSIZE   the request can't fit the port; resume: the answer is larger
 *	      than the room for it
 * ENOENT     resume: no such call is unfinished on this handle
 * EOWNERDEAD the port is gone, and the request was not received
 * ETIMEDOUT  the deadline passed; the server may still have received it
 * ========== ==========================================================
 */
struct motet_call_arg {
	__u32 size;
	__u32 flags;
	__aligned_u64 request;
	__aligned_u64 reply;
	__aligned_u64 id;
};

#define MOTET_CALL_ARG_SIZE_VER0	32

/**
 * struct motet_cancel - MOTET_IOC_CANCEL: give up an unfinished call
 * @size: size of this struct
 * @flags: 0
 * @id: the call
 *
 * On a sender handle. A request that was not received is withdrawn; a server
 * that has received it is told by an exception. A thread that waits for the
 * call gets ECANCELED.
 *
 * ======= ==========================================================
 * ENOENT  no such call is unfinished on this handle
 * ======= ==========================================================
 */
struct motet_cancel {
	__u32 size;
	__u32 flags;
	__aligned_u64 id;
};

#define MOTET_CANCEL_SIZE_VER0	16

/**
 * struct motet_reply_recv - MOTET_IOC_REPLY_RECV: answer, and wait for the next
 * @size: size of this struct
 * @flags: 0
 * @reply: pointer to the answer as for MOTET_IOC_REPLY; 0 to receive only
 * @recv: pointer to the message to receive as for MOTET_IOC_RECV
 *
 * On a holder or an actor. If the answer fails, nothing is received. Once it
 * is given @reply is set to 0 here: whatever fails then, failed to receive,
 * and the same call can be made again.
 */
struct motet_reply_recv {
	__u32 size;
	__u32 flags;
	__aligned_u64 reply;
	__aligned_u64 recv;
};

#define MOTET_REPLY_RECV_SIZE_VER0	24

/**
 * DOC: numbers
 *
 * The numbers are made with _IO, not _IOWR: the size of an argument is in the
 * argument, and may grow.
 */
#define MOTET_IOC_MAGIC		0xBA

/**
 * define MOTET_IOC_INFO - &struct motet_info; on an actor
 */
#define MOTET_IOC_INFO		_IO(MOTET_IOC_MAGIC, 0x00)

/**
 * define MOTET_IOC_PORT_CREATE - &struct motet_port_create; on an actor
 */
#define MOTET_IOC_PORT_CREATE	_IO(MOTET_IOC_MAGIC, 0x10)

/**
 * define MOTET_IOC_PORT_OPEN - &struct motet_port_open; on an actor
 */
#define MOTET_IOC_PORT_OPEN	_IO(MOTET_IOC_MAGIC, 0x11)

/**
 * define MOTET_IOC_PORT_LOOKUP - &struct motet_port_name; on an actor
 */
#define MOTET_IOC_PORT_LOOKUP	_IO(MOTET_IOC_MAGIC, 0x12)

/**
 * define MOTET_IOC_PORT_UNLINK - &struct motet_port_name; on an actor
 */
#define MOTET_IOC_PORT_UNLINK	_IO(MOTET_IOC_MAGIC, 0x13)

/**
 * define MOTET_IOC_PORT_STATUS - &struct motet_port_status; on any handle
 */
#define MOTET_IOC_PORT_STATUS	_IO(MOTET_IOC_MAGIC, 0x14)

/**
 * define MOTET_IOC_SEND - &struct motet_msg; on a sender handle
 *
 * Queues a copy of the message. While the port has no room for it the sender
 * is suspended. With EAGAIN the handle polls writable as soon as a message of
 * this length and priority would fit.
 *
 * ========== ==========================================================
 * EAGAIN     DONTWAIT or O_NONBLOCK, and no room; or RETURN, and no room in
 *	      the default port: receive from that
 * EINTR      a signal while suspended; restarted where SA_RESTART says so
 * EMSGSIZE   it can never fit, or it is larger than &motet_info.body_max
 * EOWNERDEAD the port is gone
 * EPERM      RETURN, and the caller is not the process of the actor, or has
 *	      closed its file
 * ETIMEDOUT  the deadline passed
 * ========== ==========================================================
 */
#define MOTET_IOC_SEND		_IO(MOTET_IOC_MAGIC, 0x20)

/**
 * define MOTET_IOC_RECV - &struct motet_msg; on a holder or an actor
 *
 * Takes the oldest message of the first priority that has one. A buffer that
 * is too small leaves the message where it is and tells its lengths.
 *
 * ========== ==========================================================
 * EAGAIN     DONTWAIT or O_NONBLOCK, and no message
 * EFAULT     a pointer is bad; the message is at the head of its priority
 *	      again
 * EINTR      a signal; restarted where SA_RESTART says so
 * EMSGSIZE   @body_cap or @annex_cap is too small; see the lengths
 * EPERM      the caller is not the process that holds the port
 * ETIMEDOUT  the deadline passed
 * ========== ==========================================================
 */
#define MOTET_IOC_RECV		_IO(MOTET_IOC_MAGIC, 0x21)

/**
 * define MOTET_IOC_CALL - &struct motet_call_arg; on a sender handle
 */
#define MOTET_IOC_CALL		_IO(MOTET_IOC_MAGIC, 0x22)

/**
 * define MOTET_IOC_REPLY - &struct motet_msg; on a holder or an actor
 *
 * Answers the call @token that was received from this port. Never waits.
 *
 * ========== ==========================================================
 * ECONNRESET nobody waits for the answer: the caller is gone, has given up, or
 *	      has its answer already
 * EMSGSIZE   the answer is larger than the caller has room for; the call
 *	      can still be answered
 * ENOENT     this port never had a message with this token
 * EPERM      the caller is not the process that holds the port
 * ========== ==========================================================
 */
#define MOTET_IOC_REPLY		_IO(MOTET_IOC_MAGIC, 0x23)

/**
 * define MOTET_IOC_REPLY_RECV - &struct motet_reply_recv; on a holder or actor
 */
#define MOTET_IOC_REPLY_RECV	_IO(MOTET_IOC_MAGIC, 0x24)

/**
 * define MOTET_IOC_CANCEL - &struct motet_cancel; on a sender handle
 */
#define MOTET_IOC_CANCEL	_IO(MOTET_IOC_MAGIC, 0x25)

#endif /* _UAPI_LINUX_MOTET_H */
