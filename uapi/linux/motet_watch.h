/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Motet: watches, which tell of the ends of processes, ports, groups and nodes.
 */
#ifndef _UAPI_LINUX_MOTET_WATCH_H
#define _UAPI_LINUX_MOTET_WATCH_H

#include <linux/motet.h>

/**
 * DOC: watch
 *
 * A watch belongs to a port and has a number. What happens to the watched
 * process, port, group or node is told at that port by %MOTET_EXCEPTION_WATCH,
 * whose body is a &struct motet_watch_event and whose @token is the number. The
 * message is there the moment it happens: the process that dies makes it, and
 * nobody polls. The end of what is watched is told once; the watch is over when
 * that has been received.
 *
 * - A process ends when its last thread has ended. That it runs another program
 *   doesn't end it, and is told only if asked for. A core dump is written before
 *   the process ends. When it is told, the ports of the process have passed on,
 *   its locks are free and its subscriptions over; its other files may be open for
 *   a moment more. Whoever watches a process has the right to send it a
 *   signal: it is of the same user, or he has CAP_KILL. A process that comes to
 *   run as another user meanwhile is still told of, but not what it died of.
 * - A port ends when it dies. One that moves to another process, or is retained,
 *   lives.
 * - A group ends when it is deleted.
 * - A node ends when it ceases to be a member, or comes back with another boot
 *   time. What was on it is gone when it is told.
 *
 * What has ended already, and is known still, is told at once: a process that
 * its parent has not waited for, a node that is absent. For what never was, or
 * is forgotten, the answer is ESRCH.
 *
 * The *descendants* of a process are those that it makes from then on, and those
 * that they make, to a depth. They stay so when their parents end. Each is told
 * of like the process itself, by the same watch; that is over when all of them
 * are. A watch has *places* for them, which are made with it, so that following
 * one can't fail for want of memory; a place is free again a moment after the end
 * of the descendant was received. Descendants that find no place are missed, and
 * so are those that they make: it is told how many were missed, never silently.
 *
 * A watch stays with its port when that moves to another process, and ends with
 * it. Numbers of processes are those that they have in the pid namespace of the
 * process that made the watch; without one there it is 0.
 */

/**
 * enum motet_watch_kind - what is watched
 * @MOTET_WATCH_PROCESS: the process @pid
 * @MOTET_WATCH_PORT: the port @id
 * @MOTET_WATCH_GROUP: the group @id
 * @MOTET_WATCH_NODE: the node @node
 */
enum motet_watch_kind {
	MOTET_WATCH_PROCESS	= 1,
	MOTET_WATCH_PORT	= 2,
	MOTET_WATCH_GROUP	= 3,
	MOTET_WATCH_NODE	= 4,
};

/**
 * DOC: flags of a watch
 *
 * MOTET_WATCH_EXEC
 *	Tell also when the process, or a descendant, runs another program.
 * MOTET_WATCH_DESCENDANTS
 *	Tell also of the descendants of the process, to @depth.
 * MOTET_WATCH_FORK
 *	Tell also when there is a new descendant, before it does anything. With
 *	%MOTET_WATCH_DESCENDANTS only.
 */
#define MOTET_WATCH_EXEC	(1U << 0)
#define MOTET_WATCH_DESCENDANTS	(1U << 1)
#define MOTET_WATCH_FORK	(1U << 2)

/**
 * struct motet_watch_start - MOTET_IOC_WATCH: be told of an end
 * @size: size of this struct
 * @flags: see flags of a watch; 0 but for a process
 * @kind: &enum motet_watch_kind
 * @pid: of a process, in the pid namespace of the caller; else 0
 * @node: number of a node, which is not 0; else 0
 * @depth: with %MOTET_WATCH_DESCENDANTS: down to which generation; 1 for the
 *	children, 0xffffffff for all of them. Else 0
 * @places: with %MOTET_WATCH_DESCENDANTS: descendants at a time, at least 1.
 *	Else 0
 * @pad: 0
 * @id: of a port or a group; else zero
 * @cookie: the caller's own; comes back in each message
 * @watch: out: number of the watch; never used again in the domain
 *
 * On a holder or an actor, by the process that holds the port.
 *
 * ======= ==========================================================
 * EACCES  the mode of the port or the group: receive
 * EDQUOT  the user has as many watches and places as it may (module
 *	   parameter user_watches_max), or @places is more than a watch
 *	   may have (watch_places_max)
 * EPERM   the caller is not the process that holds the port; or the
 *	   process is another user's
 * ESRCH   there is no such process, port, group or node
 * ======= ==========================================================
 */
struct motet_watch_start {
	__u32 size;
	__u32 flags;
	__u32 kind;
	__s32 pid;
	__u32 node;
	__u32 depth;
	__u32 places;
	__u32 pad;
	struct motet_id id;
	__aligned_u64 cookie;
	__aligned_u64 watch;
};

#define MOTET_WATCH_START_SIZE_VER0	64

/**
 * struct motet_watch_stop - MOTET_IOC_WATCH_STOP: be told no more
 * @size: size of this struct
 * @flags: 0
 * @watch: number of the watch
 *
 * On a holder or an actor, by the process that holds the port. What the watch has
 * told and is unread is taken back.
 *
 * ======= ==========================================================
 * ENOENT  the port has no such watch: it is over, and its last message
 *	   was received
 * EPERM   the caller is not the process that holds the port
 * ======= ==========================================================
 */
struct motet_watch_stop {
	__u32 size;
	__u32 flags;
	__aligned_u64 watch;
};

#define MOTET_WATCH_STOP_SIZE_VER0	16

/**
 * enum motet_watched - what happened
 * @MOTET_WATCHED_EXITED: the process has exited; @status says how
 * @MOTET_WATCHED_KILLED: a signal has ended it; @status says which
 * @MOTET_WATCHED_DUMPED: so, and it has left a core dump
 * @MOTET_WATCHED_ENDED: it has ended, having become another user's: how is not
 *	for this user to know
 * @MOTET_WATCHED_EXECED: it runs another program; the count of the message says
 *	how often it did since this was read last
 * @MOTET_WATCHED_FORKED: it is a new descendant of the process
 * @MOTET_WATCHED_MISSED: there were new descendants that found no place; the
 *	count of the message says how many since this was read last
 * @MOTET_WATCHED_DEAD: the port is dead, or the group deleted
 * @MOTET_WATCHED_LEFT: the node is no member any more, or was none for a moment
 */
enum motet_watched {
	MOTET_WATCHED_EXITED	= 1,
	MOTET_WATCHED_KILLED	= 2,
	MOTET_WATCHED_DUMPED	= 3,
	MOTET_WATCHED_ENDED	= 4,
	MOTET_WATCHED_EXECED	= 5,
	MOTET_WATCHED_FORKED	= 6,
	MOTET_WATCHED_MISSED	= 7,
	MOTET_WATCHED_DEAD	= 8,
	MOTET_WATCHED_LEFT	= 9,
};

/**
 * struct motet_watch_event - body of %MOTET_EXCEPTION_WATCH
 * @size: size of this struct
 * @event: &enum motet_watched
 * @kind: &enum motet_watch_kind of the watch
 * @pid: which process; of a port, a group or a node 0
 * @parent: of a descendant, the process that made it; else 0
 * @depth: of a descendant, which generation; of the process itself 0
 * @status: wait status, as waitpid() gives it, of one that has ended
 * @node: which node; else 0
 * @id: which port or group; else zero
 * @watch: number of the watch
 * @cookie: of the watch
 * @time: when it happened, nanoseconds of CLOCK_MONOTONIC
 */
struct motet_watch_event {
	__u32 size;
	__u32 event;
	__u32 kind;
	__s32 pid;
	__s32 parent;
	__u32 depth;
	__s32 status;
	__u32 node;
	struct motet_id id;
	__aligned_u64 watch;
	__aligned_u64 cookie;
	__aligned_u64 time;
};

#define MOTET_WATCH_EVENT_SIZE_VER0	72

/**
 * define MOTET_IOC_WATCH - &struct motet_watch_start; on a holder or an actor
 */
#define MOTET_IOC_WATCH		_IO(MOTET_IOC_MAGIC, 0x70)

/**
 * define MOTET_IOC_WATCH_STOP - &struct motet_watch_stop; on a holder or actor
 */
#define MOTET_IOC_WATCH_STOP	_IO(MOTET_IOC_MAGIC, 0x71)

#endif /* _UAPI_LINUX_MOTET_WATCH_H */
