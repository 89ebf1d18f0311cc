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
 * at MOTET_IOC_CALL, MOTET_IOC_REPLY_RECV, and calls that say at their end what
 * they have done: &motet_msg.delivered, &struct motet_batch, &struct
 * motet_lock_purge, &struct motet_section_create, &struct motet_checkpoint_io,
 * &struct motet_replicator_apply, &struct motet_channel_publish and &struct
 * motet_channel_subscribe. Their struct is written at the beginning too, so that
 * they fail at the end only if it was made unwritable in between.
 *
 * Deadlines are absolute, in nanoseconds of CLOCK_MONOTONIC; 0 waits for ever.
 * Retention is a time in nanoseconds of CLOCK_BOOTTIME.
 *
 * Errors mean the same everywhere:
 *
 * ============ ========================================================
 * EACCES       the mode of the object does not allow it
 * EAGAIN       it would have to wait, and the caller asked not to
 * ECONNRESET   the peer of a call went away after the request was received
 * ECANCELED    what was waited for was cancelled
 * EDQUOT       a limit of the user or of the domain is reached
 * EFAULT       a pointer is bad
 * EHOSTUNREACH the group has no member that the message could go to
 * EINTR        a signal came
 * EINVAL       an argument is bad
 * EMSGSIZE     a message is larger than the room it should go into
 * ENOENT       no object has this name
 * ENOMEM       no memory, or the memory cgroup is full
 * ENOTTY       this file descriptor does not know this call
 * EOWNERDEAD   the port is gone, its holder dead; the message was not received
 * EPERM        the caller is not the process that holds the object, or is being
 *		killed
 * ESRCH        no object has this identifier
 * ESTALE       the port has moved to another process
 * ETIMEDOUT    the deadline passed
 * ============ ========================================================
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

/** define MOTET_ENABLE_PRIORITIES - priorities of enabled ports: 0 (first) to 7 */
#define MOTET_ENABLE_PRIORITIES	8

/** define MOTET_JOB_CLASSES - classes of the jobs of a work group: 0 to 15 */
#define MOTET_JOB_CLASSES	16

/** define MOTET_BATCH_MAX - most messages in one batch */
#define MOTET_BATCH_MAX		1024

/**
 * enum motet_class - what an identifier names (its first byte)
 * @MOTET_CLASS_NONE: no object; the identifier of all zeroes
 * @MOTET_CLASS_ACTOR: an actor: one open of the device
 * @MOTET_CLASS_PORT: a port
 * @MOTET_CLASS_GROUP: a group of ports
 * @MOTET_CLASS_CHANNEL: a channel of events
 * @MOTET_CLASS_CHECKPOINT: a checkpoint
 * @MOTET_CLASS_LOCK: a lock
 */
enum motet_class {
	MOTET_CLASS_NONE	= 0,
	MOTET_CLASS_ACTOR	= 1,
	MOTET_CLASS_PORT	= 2,
	MOTET_CLASS_GROUP	= 3,
	MOTET_CLASS_CHANNEL	= 4,
	MOTET_CLASS_CHECKPOINT	= 5,
	MOTET_CLASS_LOCK	= 6,
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
 * when a handle is opened, by name or by identifier; what is open stays open.
 * The owner can change them, and give the object away: MOTET_IOC_PORT_CHANGE.
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
 * @MOTET_ROLE_STANDBY: becomes the holder when the holder dies
 * @MOTET_ROLE_FORMER: was the holder, until the port moved: it can still answer
 *	the calls and end the leases that it has
 * @MOTET_ROLE_GROUP: a group: sends to its members
 * @MOTET_ROLE_CHANNEL: a channel: publishes events, and receives them
 * @MOTET_ROLE_CHECKPOINT: a checkpoint: reads and writes its sections
 * @MOTET_ROLE_REPLICATOR: a replicator: keeps copies of a checkpoint
 */
enum motet_role {
	MOTET_ROLE_HOLDER	= 0,
	MOTET_ROLE_SENDER	= 1,
	MOTET_ROLE_ACTOR	= 2,
	MOTET_ROLE_STANDBY	= 3,
	MOTET_ROLE_FORMER	= 4,
	MOTET_ROLE_GROUP	= 5,
	MOTET_ROLE_CHANNEL	= 6,
	MOTET_ROLE_CHECKPOINT	= 7,
	MOTET_ROLE_REPLICATOR	= 8,
};

/**
 * enum motet_exception - what the kernel tells a process at its default port
 * @MOTET_EXCEPTION_NONE: an ordinary message
 * @MOTET_EXCEPTION_UNDELIVERABLE: a message that was sent with
 *	%MOTET_MSG_RETURN comes back, body, annex and id as they were sent;
 *	@to is the port that was lost
 * @MOTET_EXCEPTION_PORT_LOST: the port @to, to which this actor has a sender
 *	handle, is gone. Once per handle; @token says how many of its threads
 *	were suspended there and were released
 * @MOTET_EXCEPTION_CALL_ABANDONED: the caller of the call @token, received
 *	and not yet answered at the port @to, died, cancelled, or let its
 *	deadline pass
 * @MOTET_EXCEPTION_TAKEN_OVER: at the port itself, before all else: this
 *	standby is the holder now. @token is the wait status of the process that
 *	held it, or 0 if that only closed its handle
 * @MOTET_EXCEPTION_DEAD_LETTER: at a dead-letter port: a message that the port
 *	@to gave up, body and annex as they were sent. @error says why:
 *	ENOTRECOVERABLE after too many redeliveries, ETIMEDOUT if it expired,
 *	EOWNERDEAD if the port is gone, ESTALE if it has moved and left this
 *	behind; @token is its id there
 * @MOTET_EXCEPTION_MEMBER: at a port that tracks the group @to: the body is a
 *	&struct motet_group_change
 * @MOTET_EXCEPTION_GROUP_FULL: at a port that tracks the group @to: no member
 *	had room for a message, or was idle for a job; @count says how often
 *	since this was read last
 * @MOTET_EXCEPTION_GROUP_LOST: at a port that tracks the group @to: it is gone
 * @MOTET_EXCEPTION_REVOKED: the capability of the group @to, by which this
 *	actor inserted a member, was revoked; @count says how often. The member
 *	stays
 * @MOTET_EXCEPTION_FAULT: the process got the signal @token (SIGSEGV, SIGBUS,
 *	SIGFPE, SIGILL, SIGTRAP) for which it has a handler; @count says how
 *	often since this was read last
 * @MOTET_EXCEPTION_LOCK: what became of an asynchronous request on the lock @to:
 *	the body is a &struct motet_lock_result; @token is its lock id
 * @MOTET_EXCEPTION_LOCK_WAITER: others wait for what this actor was granted of the
 *	lock @to: the body is a &struct motet_lock_waiter; @token is the lock id.
 *	@count says how many since this was read last
 * @MOTET_EXCEPTION_WATCH: at a port that has a watch: what happened to what is
 *	watched. @token is the number of the watch, the body a &struct
 *	motet_watch_event (linux/motet_watch.h)
 * @MOTET_EXCEPTION_EVENTS_LOST: on the channel @to, at the place of the first:
 *	events that this opener had no room for; @count says how many, of this
 *	priority, since this was read last
 * @MOTET_EXCEPTION_CHECKPOINT: at a port that tracks the checkpoint @to: the
 *	body is a &struct motet_checkpoint_event, see linux/motet_checkpoint.h;
 *	@count says how many changes it stands for
 */
enum motet_exception {
	MOTET_EXCEPTION_NONE		= 0,
	MOTET_EXCEPTION_UNDELIVERABLE	= 1,
	MOTET_EXCEPTION_PORT_LOST	= 2,
	MOTET_EXCEPTION_CALL_ABANDONED	= 3,
	MOTET_EXCEPTION_TAKEN_OVER	= 4,
	MOTET_EXCEPTION_DEAD_LETTER	= 5,
	MOTET_EXCEPTION_MEMBER		= 6,
	MOTET_EXCEPTION_GROUP_FULL	= 7,
	MOTET_EXCEPTION_GROUP_LOST	= 8,
	MOTET_EXCEPTION_REVOKED		= 9,
	MOTET_EXCEPTION_FAULT		= 10,
	MOTET_EXCEPTION_LOCK		= 12,
	MOTET_EXCEPTION_LOCK_WAITER	= 13,
	MOTET_EXCEPTION_WATCH		= 11,
	MOTET_EXCEPTION_EVENTS_LOST	= 14,
	MOTET_EXCEPTION_CHECKPOINT	= 15,
};

/**
 * enum motet_address - which members of a group a message goes to
 * @MOTET_ADDRESS_DEFAULT: as the group was created
 * @MOTET_ADDRESS_BROADCAST: to all, in one order for all. All or none: while one
 *	has no room, none gets it; with %MOTET_MSG_EACH those that have room
 * @MOTET_ADDRESS_ANY: to the first that has room
 * @MOTET_ADDRESS_ON_NODE: to one on the node @node
 * @MOTET_ADDRESS_EXCEPT_NODE: to one not on the node @node
 * @MOTET_ADDRESS_ROUND_ROBIN: to one after the other
 * @MOTET_ADDRESS_LOCAL_ROUND_ROBIN: to one after the other on this node
 * @MOTET_ADDRESS_BEST_QUEUE: to the one with the largest part of its room free
 * @MOTET_ADDRESS_LOCAL_BEST_QUEUE: to that one on this node
 * @MOTET_ADDRESS_LEAST_LOADED: to the one with the least load: its sessions,
 *	the weights of the messages that it has not finished, and what it
 *	reports. One whose report is older than three of its periods counts as
 *	full
 * @MOTET_ADDRESS_STICKY: to the member that has the session @session; to a new
 *	one, the least loaded, if none has, or if that one is gone
 * @MOTET_ADDRESS_WORK: to the backlog of the group, for the member that is idle
 *	longest. Of work groups, and they know only this and broadcast
 *
 * Members that have no room are passed over, save where only one is meant.
 */
enum motet_address {
	MOTET_ADDRESS_DEFAULT			= 0,
	MOTET_ADDRESS_BROADCAST			= 1,
	MOTET_ADDRESS_ANY			= 2,
	MOTET_ADDRESS_ON_NODE			= 3,
	MOTET_ADDRESS_EXCEPT_NODE		= 4,
	MOTET_ADDRESS_ROUND_ROBIN		= 5,
	MOTET_ADDRESS_LOCAL_ROUND_ROBIN		= 6,
	MOTET_ADDRESS_BEST_QUEUE		= 7,
	MOTET_ADDRESS_LOCAL_BEST_QUEUE		= 8,
	MOTET_ADDRESS_LEAST_LOADED		= 9,
	MOTET_ADDRESS_STICKY			= 10,
	MOTET_ADDRESS_WORK			= 11,
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
 *	there now, so that it can't fail. Not for broadcasts.
 * MOTET_MSG_LEASE
 *	Receiving only: under a lease. The message keeps its room and its place
 *	among what the port has accepted, until it is acknowledged
 *	(MOTET_IOC_LEASE; of a call, the answer does it). It goes back to the
 *	head of its priority, with its count of redeliveries one higher, if it
 *	is given back, if @lease passes, or if the receiver dies or closes its
 *	handle. Exceptions, and the events of channels, are received as without
 *	it.
 * MOTET_MSG_ANY
 *	Receiving on an actor only: from the enabled port of the first priority
 *	that has a message; from the one that has waited longest if there are
 *	several. See MOTET_IOC_PORT_ENABLE.
 * MOTET_MSG_CANCELABLE
 *	Sending only: MOTET_IOC_CANCEL can withdraw the message while it is
 *	queued. Not for broadcasts.
 * MOTET_MSG_EACH
 *	Broadcasts only: to every member that has room, whether all have or not.
 *
 * From the kernel:
 *
 * MOTET_MSG_CALL
 *	The sender waits for an answer; see @token.
 * MOTET_MSG_LEASED
 *	The message is under a lease by its @id.
 */
#define MOTET_MSG_DONTWAIT	(1U << 0)
#define MOTET_MSG_RETURN	(1U << 1)
#define MOTET_MSG_LEASE		(1U << 2)
#define MOTET_MSG_ANY		(1U << 3)
#define MOTET_MSG_CANCELABLE	(1U << 4)
#define MOTET_MSG_EACH		(1U << 5)
#define MOTET_MSG_CALL		(1U << 8)
#define MOTET_MSG_LEASED	(1U << 9)

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
 * @realtime: when it was queued, nanoseconds of CLOCK_REALTIME; of an event, when
 *	it was published
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
 * @to: out: the port or the group that the message was sent to
 * @expires: send: when it is no longer worth delivering, CLOCK_MONOTONIC; 0 is
 *	never. If it is still queued then, it goes to the port's dead-letter
 *	port or, with %MOTET_MSG_RETURN, comes back, with the error ETIMEDOUT;
 *	a call ends with ETIMEDOUT. Under a lease it does not expire
 * @lease: receive with %MOTET_MSG_LEASE: until when; 0 is without end
 * @cookie: out, with %MOTET_MSG_ANY: what the port was enabled with
 * @session: send to a group: which session; ends with the group's handle
 * @address: send to a group: &enum motet_address
 * @node: send to a group by node: which; 0 is this one
 * @job_class: send to a work group: class of the job, 0 to 15
 * @weight: send to a group: what it adds to the load of a member until it is
 *	finished; 0 is 1
 * @delivered: out: how many members of a group got it. If it can't be written
 *	when they have got it, that is EFAULT all the same
 * @pad2: 0
 * @at: out: the port that it was received from; or which member of a group got
 *	it, zero for broadcasts and jobs
 *
 * What is out is ignored on the way in, so that the struct can be used again.
 * What a call neither reads nor writes must be zero: when sending, all but
 * @flags, @body, @body_len, @annex, @annex_len, @priority, @deadline, @expires
 * and @id, and to a group @session, @address, @node, @job_class, @weight,
 * @delivered and @at; when answering, all but @flags, @body, @body_len, @annex,
 * @annex_len and @token; @lease without %MOTET_MSG_LEASE.
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
	__aligned_u64 expires;
	__aligned_u64 lease;
	__aligned_u64 cookie;
	__aligned_u64 session;
	__u32 address;
	__u32 node;
	__u32 job_class;
	__u32 weight;
	__u32 delivered;
	__u32 pad2;
	struct motet_id at;
};

#define MOTET_MSG_SIZE_VER0	112
#define MOTET_MSG_SIZE_VER1	184

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
 * @user_locks_max: out: locks, openings, requests and unread results that one
 *	user may have on this machine, together
 * @domain_locks_max: out: locks that the domain may have
 * @lock_requests_max: out: requests that one opening of a lock may have
 * @pad: out: 0
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
	__u32 user_locks_max;
	__u32 domain_locks_max;
	__u32 lock_requests_max;
	__u32 pad;
};

#define MOTET_INFO_SIZE_VER0	112
#define MOTET_INFO_SIZE_VER1	128

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
 * @dead_letter: where messages go that can't be delivered; zero if nowhere
 * @redeliveries_max: how often a message may come back from a lease before it
 *	goes to the dead-letter port; 0 is without end, and without
 *	@dead_letter it must be 0
 * @node: 0; or for a proxy of a port of another node, which: needs
 *	CAP_NET_ADMIN in the user namespace of the domain
 *
 * On an actor, by the process that opened it. The sum of the bounds is charged
 * to the user of the caller until the port is gone.
 *
 * A message goes to the dead-letter port only if that has room for it at once;
 * else, and if it is gone, a message that expired comes back or is dropped, and
 * one that was redelivered too often is queued again. A message goes through at
 * most 8 dead-letter ports. Who creates the port needs the right to send to
 * its dead-letter port.
 *
 * ======= ==========================================================
 * EACCES  @dead_letter: its mode
 * EDQUOT  the user's or the domain's limit of ports or bytes
 * EEXIST  the name is in use
 * EPERM   another process opened the actor; or @node without the capability
 * ESRCH   @dead_letter is no port; @node is no member of the cluster
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
	struct motet_id dead_letter;
	__u32 redeliveries_max;
	__u32 node;
};

#define MOTET_PORT_CREATE_SIZE_VER0	120
#define MOTET_PORT_CREATE_SIZE_VER1	144

/**
 * struct motet_port_open - MOTET_IOC_PORT_OPEN: open a port
 * @size: size of this struct
 * @flags: 0
 * @fd_flags: see flags of a new file descriptor
 * @role: %MOTET_ROLE_SENDER; %MOTET_ROLE_HOLDER, to take over a retained port
 *	with all that is queued in it, or to accept one that its holder offers
 *	to this actor (MOTET_IOC_PORT_OFFER); %MOTET_ROLE_STANDBY, to become the
 *	holder when the holder dies
 * @name: pointer to the name; 0 to open by identifier
 * @name_len: length of the name in bytes; 0 to open by identifier
 * @fd: out: the handle
 * @id: in: the identifier if there is no name, else 0. out: the identifier
 *
 * On an actor, by the process that opened it.
 *
 * When a holder dies - the process ends, runs another program, or closes the
 * handle for the last time - the port passes to the standby of a living process
 * that came first, with all that is queued and all that was under lease. Its
 * handle is the holder's from then on, and readable: the first message is
 * %MOTET_EXCEPTION_TAKEN_OVER. Without a standby the port is retained or dies.
 * A process that still has a file of the device is not seen to be gone, by its
 * parent or by its pidfd, before that is done.
 * A standby on a port that is retained becomes its holder at once, in the same
 * way. Whoever becomes the holder begins a new epoch of the sequence.
 *
 * ======= ==========================================================
 * EACCES  the port's mode: send for a sender, receive for a holder or standby;
 *	   an offer overrides it
 * EBUSY   holder: the port has a living holder, and is not offered
 * EDQUOT  standby: the port has 16; holder: 256 handles are open from which the
 *	   port has moved away
 * EINVAL  standby: the port is the default port of an actor
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
 * @messages: out: messages queued now, all priorities; one that is just being
 *	received is neither among these nor @leased, but has its bytes
 * @bytes: out: bytes of messages that are queued, being received or under lease,
 *	and those promised to senders now, all priorities; 0 when all is done
 * @limits: out: bounds by priority
 * @id: out: the port's identifier
 * @dead_letter: out: its dead-letter port, or zero
 * @redeliveries_max: out: as created
 * @node: out: node that it is on, 0 for this one
 * @uid: out: owner in the user namespace of the caller
 * @gid: out: group in the user namespace of the caller
 * @cause: out: wait status of the process that held it before, if that died;
 *	else 0
 * @leased: out: messages under lease now
 * @standbys: out: standby handles
 * @enabled: out: 1 if it is in the enabled set of its holder
 * @epoch: out: which of its sequences it is in, from 1
 *
 * On any handle of a port, by whoever has it.
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
	struct motet_id dead_letter;
	__u32 redeliveries_max;
	__u32 node;
	__u32 uid;
	__u32 gid;
	__u32 cause;
	__u32 leased;
	__u32 standbys;
	__u32 enabled;
	__aligned_u64 epoch;
};

#define MOTET_PORT_STATUS_SIZE_VER0	128
#define MOTET_PORT_STATUS_SIZE_VER1	184

/**
 * DOC: flags of an offer
 *
 * MOTET_OFFER_RETURN
 *	What is queued when the offer is accepted does not go along: it comes
 *	back to its senders where they asked for that, with ESTALE, or else
 *	goes to the dead-letter port, and calls fail with ESTALE. Without it
 *	everything goes along, in order.
 * MOTET_OFFER_DISABLED
 *	The port is in no enabled set after the move. Without it, it is in that
 *	of the new holder if it was in that of the old one.
 */
#define MOTET_OFFER_RETURN	(1U << 0)
#define MOTET_OFFER_DISABLED	(1U << 1)

/**
 * struct motet_port_offer - MOTET_IOC_PORT_OFFER: offer a port to an actor
 * @size: size of this struct
 * @flags: see flags of an offer
 * @actor: which actor may accept; zero withdraws an offer
 *
 * On a holder, by the process that holds the port. The other process is told of
 * it by whatever means, and accepts by opening the port as its holder. The
 * offer is over when the holder changes. Senders notice nothing: those that
 * are suspended stay so, in order. Groups keep the port. What was received
 * before, calls and leases, stays with the process that received it, by the old
 * handle; receiving from that is ESTALE from then on, and it polls POLLHUP.
 *
 * ======= ==========================================================
 * EPERM   the caller is not the process that holds the port
 * ESRCH   no actor has this identifier
 * ESTALE  the port has moved
 * ======= ==========================================================
 */
struct motet_port_offer {
	__u32 size;
	__u32 flags;
	struct motet_id actor;
};

#define MOTET_PORT_OFFER_SIZE_VER0	24

/**
 * DOC: flags of enabling
 *
 * MOTET_ENABLE_OFF
 *	Take the port out of the enabled set. The other fields are 0.
 */
#define MOTET_ENABLE_OFF	(1U << 0)

/**
 * struct motet_port_enable - MOTET_IOC_PORT_ENABLE: receive from any of several
 * @size: size of this struct
 * @flags: see flags of enabling
 * @priority: 0 (first) to 7
 * @pad: 0
 * @cookie: comes with every message that is received from it by
 *	%MOTET_MSG_ANY
 *
 * On a holder or an actor (for its default port), by the process that holds the
 * port. Puts the port into the enabled set of the actor that opened the handle,
 * or changes its priority and cookie. A port that is not enabled is received
 * from by its own handle, and so is one that is.
 *
 * ======= ==========================================================
 * EPERM   the caller is not the process that holds the port
 * ESTALE  the port has moved
 * ======= ==========================================================
 */
struct motet_port_enable {
	__u32 size;
	__u32 flags;
	__u32 priority;
	__u32 pad;
	__aligned_u64 cookie;
};

#define MOTET_PORT_ENABLE_SIZE_VER0	24

/**
 * DOC: flags of a change
 *
 * MOTET_CHANGE_MODE, MOTET_CHANGE_UID, MOTET_CHANGE_GID, MOTET_CHANGE_RETENTION
 *	Which of the fields are to be changed; at least one. The others are 0.
 */
#define MOTET_CHANGE_MODE	(1U << 0)
#define MOTET_CHANGE_UID	(1U << 1)
#define MOTET_CHANGE_GID	(1U << 2)
#define MOTET_CHANGE_RETENTION	(1U << 3)

/**
 * struct motet_port_change - MOTET_IOC_PORT_CHANGE: change a port's owner or mode
 * @size: size of this struct
 * @flags: see flags of a change
 * @mode: new mode bits
 * @uid: new owner in the user namespace of the caller
 * @gid: new group in the user namespace of the caller
 * @pad: 0
 * @retention: new retention, from the next time that the port has no holder
 * @id: which port
 *
 * On an actor, by the process that opened it. As with System V queues the owner
 * may do it, and whoever has CAP_NET_ADMIN in the user namespace of the domain.
 * Who was charged for the port stays so.
 *
 * ======= ==========================================================
 * EINVAL  no such user or group in this namespace; a retention for a port
 *	   without a name, or longer than &motet_info.retention_max
 * EPERM   the caller is not the owner; another process opened the actor
 * ESRCH   no port has this identifier
 * ======= ==========================================================
 */
struct motet_port_change {
	__u32 size;
	__u32 flags;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 pad;
	__aligned_u64 retention;
	struct motet_id id;
};

#define MOTET_PORT_CHANGE_SIZE_VER0	48

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
 * ESTALE     the port has moved, and left the request behind
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
 * DOC: flags of cancelling
 *
 * MOTET_CANCEL_MESSAGE
 *	A message that was sent with %MOTET_MSG_CANCELABLE by the same actor, not
 *	a call. It is as if it had never been sent.
 */
#define MOTET_CANCEL_MESSAGE	(1U << 0)

/**
 * struct motet_cancel - MOTET_IOC_CANCEL: give up a call or a queued message
 * @size: size of this struct
 * @flags: see flags of cancelling
 * @id: the call or the message
 *
 * On a sender handle or a group. A request that was not received is withdrawn;
 * a server that has received it is told by an exception. A thread that waits
 * for the call gets ECANCELED.
 *
 * ======= ==========================================================
 * ENOENT  no such call is unfinished on this handle; no such message is
 *	   queued: it was received, or it is under lease. Of a group: or its
 *	   port has left the group since, or, a job, a member has it, read or
 *	   unread
 * EPERM   a message, and the caller is not the process of the actor
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
 * enum motet_lease_op - what to do with a lease
 * @MOTET_LEASE_ACKNOWLEDGE: the message is done with
 * @MOTET_LEASE_GIVE_BACK: somebody else should have it: it goes to the head of
 *	its priority
 * @MOTET_LEASE_EXTEND: it takes until @deadline
 */
enum motet_lease_op {
	MOTET_LEASE_ACKNOWLEDGE	= 0,
	MOTET_LEASE_GIVE_BACK	= 1,
	MOTET_LEASE_EXTEND	= 2,
};

/**
 * struct motet_lease - MOTET_IOC_LEASE: end or extend a lease
 * @size: size of this struct
 * @flags: 0
 * @op: &enum motet_lease_op
 * @pad: 0
 * @id: the message
 * @deadline: extend: the new deadline, CLOCK_MONOTONIC, 0 is without end;
 *	else 0
 *
 * On the handle that received the message, by its process, also after the port
 * has moved; for what was received by %MOTET_MSG_ANY on that of the port. A
 * call is acknowledged by its answer only (EINVAL here), but can be given back
 * and extended.
 *
 * ======= ==========================================================
 * ENOENT  this handle has no such lease (any more)
 * EPERM   the caller is not the process that received it
 * ======= ==========================================================
 */
struct motet_lease {
	__u32 size;
	__u32 flags;
	__u32 op;
	__u32 pad;
	__aligned_u64 id;
	__aligned_u64 deadline;
};

#define MOTET_LEASE_SIZE_VER0	32

/**
 * struct motet_batch - MOTET_IOC_SEND_MANY, MOTET_IOC_RECV_MANY
 * @size: size of this struct
 * @flags: 0
 * @msgs: pointer to an array of &struct motet_msg
 * @msg_size: distance between them in bytes, a multiple of 8; the size that
 *	each names must not be larger
 * @count: how many there are, 1 to %MOTET_BATCH_MAX
 * @done: out, also when the call fails: how many were sent or received
 * @error: out: why not all were, a positive errno; 0 if all were, or when
 *	receiving if there was nothing more to receive
 *
 * Sending: as one MOTET_IOC_SEND after the other, until one fails.
 * Receiving: as one MOTET_IOC_RECV after the other, of which only the first may
 * wait. The call succeeds if at least one message was sent or received; else it
 * fails as the first did. If this struct could be written at the beginning, but
 * at the end it can't, that is EFAULT, whatever was sent or received.
 */
struct motet_batch {
	__u32 size;
	__u32 flags;
	__aligned_u64 msgs;
	__u32 msg_size;
	__u32 count;
	__u32 done;
	__u32 error;
};

#define MOTET_BATCH_SIZE_VER0	32

/**
 * struct motet_cap - capability of a group: the right to change it
 * @id: the group
 * @key: secret
 */
struct motet_cap {
	struct motet_id id;
	__u8 key[16];
};

/**
 * struct motet_group_create - MOTET_IOC_GROUP_CREATE: create an empty group
 * @size: size of this struct
 * @flags: 0
 * @fd_flags: see flags of a new file descriptor
 * @mode: mode bits: send to it; receive is to track it
 * @name: pointer to the name; 0 for an anonymous group
 * @name_len: length of the name in bytes; 0 if anonymous
 * @fd: out: the group
 * @retention: how long the group is to stay when it has no member and nobody
 *	has it open, nanoseconds of CLOCK_BOOTTIME; only for a named group.
 *	The largest is until it is deleted
 * @address: &enum motet_address that is the default; not 0
 * @sessions_max: sessions that a member may have; 0 is without end
 * @limits: work: bounds of the backlog by priority, as those of a port;
 *	else 0
 * @class_members: work: how many members may work at jobs of a class at a
 *	time, by class; 0 is all; else 0
 * @dead_letter: work: as for a port; else 0
 * @redeliveries_max: work: as for a port; else 0
 * @pad: 0
 * @cap: out: the capability
 *
 * On an actor, by the process that opened it. A group lives while it has a
 * member, while a handle on it is open, and while its retention runs; and until
 * it is deleted. Without a retention it is gone when the last handle is closed,
 * or the last member removed or dead. It is charged to the user of the caller as
 * a port is, until then.
 *
 * Errors are those of MOTET_IOC_PORT_CREATE.
 */
struct motet_group_create {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 mode;
	__aligned_u64 name;
	__u32 name_len;
	__s32 fd;
	__aligned_u64 retention;
	__u32 address;
	__u32 sessions_max;
	struct motet_limits limits[MOTET_PRIORITIES];
	__u32 class_members[MOTET_JOB_CLASSES];
	struct motet_id dead_letter;
	__u32 redeliveries_max;
	__u32 pad;
	struct motet_cap cap;
};

#define MOTET_GROUP_CREATE_SIZE_VER0	232

/**
 * struct motet_group_open - MOTET_IOC_GROUP_OPEN: open a group to send to it
 * @size: size of this struct
 * @flags: 0
 * @fd_flags: see flags of a new file descriptor
 * @pad: 0
 * @name: pointer to the name; 0 to open by identifier
 * @name_len: length of the name in bytes; 0 to open by identifier
 * @fd: out: the group
 * @id: in: the identifier if there is no name, else 0. out: the identifier
 *
 * On an actor, by the process that opened it. The handle sends, and may be
 * passed on and inherited, as a sender handle of a port.
 *
 * ======= ==========================================================
 * EACCES  the group's mode: send
 * ENOENT  no group has this name
 * EPERM   another process opened the actor
 * ESRCH   no group has this identifier
 * EMFILE  no file descriptor is left (or ENFILE)
 * ======= ==========================================================
 */
struct motet_group_open {
	__u32 size;
	__u32 flags;
	__u32 fd_flags;
	__u32 pad;
	__aligned_u64 name;
	__u32 name_len;
	__s32 fd;
	struct motet_id id;
};

#define MOTET_GROUP_OPEN_SIZE_VER0	48

/**
 * struct motet_group_member - MOTET_IOC_GROUP_INSERT, MOTET_IOC_GROUP_REMOVE
 * @size: size of this struct
 * @flags: 0
 * @cap: capability of the group
 * @port: the port
 *
 * On an actor, by the process that opened it. To insert a port needs the right
 * to send to it, which the group then passes on. A port may be in several
 * groups. Inserting it twice is EEXIST. A port that dies leaves its groups.
 *
 * ======= ==========================================================
 * EACCES  the key is wrong; or the mode of the port
 * EDQUOT  the group has as many members as it may (module parameter
 *	   group_members_max); or the port is in as many groups of the group's
 *	   owner as it may (port_groups_max)
 * EEXIST  insert: the port is a member
 * ENOENT  remove: the port is no member
 * EPERM   another process opened the actor
 * ESRCH   no group, or no port, has this identifier
 * ======= ==========================================================
 */
struct motet_group_member {
	__u32 size;
	__u32 flags;
	struct motet_cap cap;
	struct motet_id port;
};

#define MOTET_GROUP_MEMBER_SIZE_VER0	56

/**
 * struct motet_group_cap - MOTET_IOC_GROUP_REKEY, MOTET_IOC_GROUP_DELETE
 * @size: size of this struct
 * @flags: 0
 * @cap: capability of the group; rekey: out: the new one
 *
 * On an actor, by the process that opened it. Rekey revokes the capability, and
 * gives another; whoever inserted a member is told. Delete ends the group at
 * once; its members stay what they are, what is in its backlog ends as in a
 * port that died.
 *
 * ======= ==========================================================
 * EACCES  the key is wrong
 * EPERM   another process opened the actor
 * ESRCH   no group has this identifier
 * ======= ==========================================================
 */
struct motet_group_cap {
	__u32 size;
	__u32 flags;
	struct motet_cap cap;
};

#define MOTET_GROUP_CAP_SIZE_VER0	40

/**
 * DOC: flags of tracking
 *
 * MOTET_TRACK_STOP
 *	No longer track the group.
 */
#define MOTET_TRACK_STOP	(1U << 0)

/**
 * struct motet_group_track - MOTET_IOC_GROUP_TRACK: be told of a group's members
 * @size: size of this struct
 * @flags: see flags of tracking
 * @group: the group
 *
 * On a holder or an actor, by the process that holds the port. The port gets
 * %MOTET_EXCEPTION_MEMBER for each member that the group has, and from then on
 * for each change, without a gap and without loss however late it is read: a
 * member that joined and left unread is not told at all. Further
 * %MOTET_EXCEPTION_GROUP_FULL and %MOTET_EXCEPTION_GROUP_LOST. It ends with the
 * port or the group, or when it is stopped; that a member came is told no more
 * then, if it is unread.
 *
 * ======= ==========================================================
 * EACCES  the group's mode: receive
 * EDQUOT  the group has as many trackers as it may (module parameter
 *	   group_trackers_max)
 * EEXIST  the port tracks the group already
 * ENOENT  stop: it does not track it
 * EPERM   the caller is not the process that holds the port
 * ESRCH   no group has this identifier
 * ======= ==========================================================
 */
struct motet_group_track {
	__u32 size;
	__u32 flags;
	struct motet_id group;
};

#define MOTET_GROUP_TRACK_SIZE_VER0	24

/**
 * enum motet_member_event - what happened to a member
 * @MOTET_MEMBER_PRESENT: it was a member when tracking began
 * @MOTET_MEMBER_JOINED: it was inserted
 * @MOTET_MEMBER_LEFT: it was removed
 * @MOTET_MEMBER_DIED: the port is gone
 */
enum motet_member_event {
	MOTET_MEMBER_PRESENT	= 0,
	MOTET_MEMBER_JOINED	= 1,
	MOTET_MEMBER_LEFT	= 2,
	MOTET_MEMBER_DIED	= 3,
};

/**
 * struct motet_group_change - body of %MOTET_EXCEPTION_MEMBER
 * @size: size of this struct
 * @event: &enum motet_member_event
 * @members: members that the group had after it, also those that the port was
 *	not told of since they left before it read that they had come
 * @node: node of the member, 0 for this one
 * @port: the member
 */
struct motet_group_change {
	__u32 size;
	__u32 event;
	__u32 members;
	__u32 node;
	struct motet_id port;
};

#define MOTET_GROUP_CHANGE_SIZE_VER0	32

/**
 * struct motet_group_report - MOTET_IOC_GROUP_REPORT: a member says its load
 * @size: size of this struct
 * @flags: 0
 * @load: what is added to its sessions and weights
 * @pad: 0
 * @period: when the next report is due, nanoseconds from now: without one for
 *	three of these the member counts as full; 0 is never
 * @group: the group
 *
 * On a holder, by the process that holds the port.
 *
 * ======= ==========================================================
 * ENOENT  the port is no member of the group
 * EPERM   the caller is not the process that holds the port
 * ESRCH   no group has this identifier
 * ======= ==========================================================
 */
struct motet_group_report {
	__u32 size;
	__u32 flags;
	__u32 load;
	__u32 pad;
	__aligned_u64 period;
	struct motet_id group;
};

#define MOTET_GROUP_REPORT_SIZE_VER0	40

/**
 * struct motet_group_session - MOTET_IOC_GROUP_SESSION_END: a session is over
 * @size: size of this struct
 * @flags: 0
 * @session: which of this handle's sessions
 *
 * On a group. Closing the handle ends all its sessions.
 *
 * ======= ==========================================================
 * ENOENT  this handle has no such session
 * ======= ==========================================================
 */
struct motet_group_session {
	__u32 size;
	__u32 flags;
	__aligned_u64 session;
};

#define MOTET_GROUP_SESSION_SIZE_VER0	16

/**
 * struct motet_group_status - MOTET_IOC_GROUP_STATUS: what a group is
 * @size: size of this struct
 * @flags: out: 0
 * @address: out: &enum motet_address
 * @mode: out: mode bits
 * @members: out: members
 * @idle: out: work: members without a job
 * @backlog: out: work: jobs that wait for a member
 * @leased: out: work: jobs that members have
 * @suspended: out: work: senders that wait for room in the backlog
 * @sessions: out: sessions of all handles, also those whose member has left
 * @sessions_max: out: sessions that a member may have
 * @dead: out: 1 if the group was deleted
 * @retention: out: nanoseconds
 * @id: out: the group's identifier
 *
 * On a group, by whoever has it.
 */
struct motet_group_status {
	__u32 size;
	__u32 flags;
	__u32 address;
	__u32 mode;
	__u32 members;
	__u32 idle;
	__u32 backlog;
	__u32 leased;
	__u32 suspended;
	__u32 sessions;
	__u32 sessions_max;
	__u32 dead;
	__aligned_u64 retention;
	struct motet_id id;
};

#define MOTET_GROUP_STATUS_SIZE_VER0	72

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
 * define MOTET_IOC_PORT_OFFER - &struct motet_port_offer; on a holder
 */
#define MOTET_IOC_PORT_OFFER	_IO(MOTET_IOC_MAGIC, 0x15)

/**
 * define MOTET_IOC_PORT_ENABLE - &struct motet_port_enable; on a holder or actor
 */
#define MOTET_IOC_PORT_ENABLE	_IO(MOTET_IOC_MAGIC, 0x16)

/**
 * define MOTET_IOC_PORT_CHANGE - &struct motet_port_change; on an actor
 */
#define MOTET_IOC_PORT_CHANGE	_IO(MOTET_IOC_MAGIC, 0x17)

/**
 * define MOTET_IOC_SEND - &struct motet_msg; on a sender handle or a group
 *
 * Queues a copy of the message. While the port has no room for it the sender
 * is suspended. With EAGAIN the handle polls writable as soon as a message of
 * this length and priority would fit.
 *
 * To a group: while no member that it could go to has room, the sender is
 * suspended, and goes on with the first of them that has; it has no place in
 * the line of those who send to that port itself. A broadcast waits for room at
 * one member after the other, and holds none meanwhile: it may starve behind
 * other messages. With %MOTET_MSG_EACH it waits only while nobody has room. A
 * member that dies in the middle is passed over.
 *
 * ============ ========================================================
 * EAGAIN       DONTWAIT or O_NONBLOCK, and no room; or RETURN, and no room in
 *		the default port: receive from that
 * EDQUOT       sticky: the handle has too many sessions (module parameter
 *		handle_sessions_max)
 * EHOSTUNREACH the group has no member that it could go to; a work group
 *		takes jobs without any
 * EINTR        a signal while suspended; restarted where SA_RESTART says so
 * EMSGSIZE     it can never fit, or it is larger than &motet_info.body_max
 * EOWNERDEAD   the port or the group is gone
 * EPERM        RETURN or CANCELABLE, and the caller is not the process of the
 *		actor, or has closed its file
 * ETIMEDOUT    the deadline passed, or it had expired
 * ============ ========================================================
 */
#define MOTET_IOC_SEND		_IO(MOTET_IOC_MAGIC, 0x20)

/**
 * define MOTET_IOC_RECV - &struct motet_msg; on a holder, an actor or a channel
 *
 * Takes the oldest message of the first priority that has one. A buffer that
 * is too small leaves the message where it is and tells its lengths.
 *
 * ========== ==========================================================
 * EACCES     the channel was not opened to subscribe
 * EAGAIN     DONTWAIT or O_NONBLOCK, and no message
 * EFAULT     a pointer is bad; the message is at the head of its priority
 *	      again
 * EINTR      a signal; restarted where SA_RESTART says so
 * EMSGSIZE   @body_cap or @annex_cap is too small; see the lengths
 * EOWNERDEAD the port is gone
 * EPERM      the caller is not the process that holds the port
 * ESTALE     the port has moved to another process
 * ETIMEDOUT  the deadline passed
 * ========== ==========================================================
 */
#define MOTET_IOC_RECV		_IO(MOTET_IOC_MAGIC, 0x21)

/**
 * define MOTET_IOC_CALL - &struct motet_call_arg; on a sender handle or a group
 *
 * To a group: a call to several members is EINVAL. A request that was received
 * under a lease and comes back is given to the next receiver; the caller waits
 * on.
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
 * ENOENT     neither this port nor a group had a message with this token
 * EPERM      the caller is not the process that holds the port
 * ========== ==========================================================
 */
#define MOTET_IOC_REPLY		_IO(MOTET_IOC_MAGIC, 0x23)

/**
 * define MOTET_IOC_REPLY_RECV - &struct motet_reply_recv; on a holder or actor
 */
#define MOTET_IOC_REPLY_RECV	_IO(MOTET_IOC_MAGIC, 0x24)

/**
 * define MOTET_IOC_CANCEL - &struct motet_cancel; on a sender handle or a group
 */
#define MOTET_IOC_CANCEL	_IO(MOTET_IOC_MAGIC, 0x25)

/**
 * define MOTET_IOC_LEASE - &struct motet_lease; on a holder or an actor
 */
#define MOTET_IOC_LEASE		_IO(MOTET_IOC_MAGIC, 0x26)

/**
 * define MOTET_IOC_SEND_MANY - &struct motet_batch; as MOTET_IOC_SEND
 */
#define MOTET_IOC_SEND_MANY	_IO(MOTET_IOC_MAGIC, 0x27)

/**
 * define MOTET_IOC_RECV_MANY - &struct motet_batch; as MOTET_IOC_RECV
 */
#define MOTET_IOC_RECV_MANY	_IO(MOTET_IOC_MAGIC, 0x28)

/**
 * define MOTET_IOC_GROUP_CREATE - &struct motet_group_create; on an actor
 */
#define MOTET_IOC_GROUP_CREATE	_IO(MOTET_IOC_MAGIC, 0x30)

/**
 * define MOTET_IOC_GROUP_OPEN - &struct motet_group_open; on an actor
 */
#define MOTET_IOC_GROUP_OPEN	_IO(MOTET_IOC_MAGIC, 0x31)

/**
 * define MOTET_IOC_GROUP_INSERT - &struct motet_group_member; on an actor
 */
#define MOTET_IOC_GROUP_INSERT	_IO(MOTET_IOC_MAGIC, 0x32)

/**
 * define MOTET_IOC_GROUP_REMOVE - &struct motet_group_member; on an actor
 */
#define MOTET_IOC_GROUP_REMOVE	_IO(MOTET_IOC_MAGIC, 0x33)

/**
 * define MOTET_IOC_GROUP_REKEY - &struct motet_group_cap; on an actor
 */
#define MOTET_IOC_GROUP_REKEY	_IO(MOTET_IOC_MAGIC, 0x34)

/**
 * define MOTET_IOC_GROUP_DELETE - &struct motet_group_cap; on an actor
 */
#define MOTET_IOC_GROUP_DELETE	_IO(MOTET_IOC_MAGIC, 0x35)

/**
 * define MOTET_IOC_GROUP_TRACK - &struct motet_group_track; on a holder or actor
 */
#define MOTET_IOC_GROUP_TRACK	_IO(MOTET_IOC_MAGIC, 0x36)

/**
 * define MOTET_IOC_GROUP_REPORT - &struct motet_group_report; on a holder
 */
#define MOTET_IOC_GROUP_REPORT	_IO(MOTET_IOC_MAGIC, 0x37)

/**
 * define MOTET_IOC_GROUP_SESSION_END - &struct motet_group_session; on a group
 */
#define MOTET_IOC_GROUP_SESSION_END _IO(MOTET_IOC_MAGIC, 0x38)

/**
 * define MOTET_IOC_GROUP_STATUS - &struct motet_group_status; on a group
 */
#define MOTET_IOC_GROUP_STATUS	_IO(MOTET_IOC_MAGIC, 0x39)

#endif /* _UAPI_LINUX_MOTET_H */
