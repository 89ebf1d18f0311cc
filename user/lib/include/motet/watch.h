/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: watches. Programs include <motet/motet.h>.
 */
#ifndef MOTET_WATCH_H
#define MOTET_WATCH_H

#include <sys/types.h>

#include <linux/motet_watch.h>

#include <motet/motet.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: watches
 *
 * A watch tells a port of the end of a process, a port, a group or a node: by a
 * message that motet_recv() returns like others, with the exception
 * %MOTET_EXCEPTION_WATCH and a &struct motet_watch_event as its body. What
 * has ended already and is known still is told at once.
 */

/**
 * motet_watch_start() - watch with all that can be chosen
 * @port: a holder handle of this process, or an actor for its default port
 * @start: what to watch and how; its @size is set. Out: number of the watch
 *
 * Return: 0; or -EACCES (the mode of the port or group: receive), -EDQUOT (too
 * many watches, or places), -EPERM (not the holder, or another user's process),
 * -ESRCH, -ENOMEM.
 */
int motet_watch_start(int port, struct motet_watch_start *start);

/**
 * motet_watch_process() - be told of the end of a process
 * @port: a holder handle of this process, or an actor for its default port
 * @pid: the process. A number may be used again after its process was waited for:
 *	only for children of one's own, or use motet_watch_pidfd()
 * @flags: 0 or %MOTET_WATCH_EXEC
 * @cookie: comes back in each message
 * @watch: out: number of the watch; may be NULL
 *
 * Return: as motet_watch_start().
 */
int motet_watch_process(int port, pid_t pid, unsigned int flags, __u64 cookie,
			__u64 *watch);

/**
 * motet_watch_pidfd() - be told of the end of a process that a pidfd refers to
 * @port: a holder handle of this process, or an actor for its default port
 * @pidfd: the process
 * @flags: 0 or %MOTET_WATCH_EXEC
 * @cookie: comes back in each message
 * @watch: out: number of the watch; may be NULL
 *
 * The kernel knows processes by number here. So the number is asked for again when
 * the watch is there: as long as the pidfd has it, no other process can. Needs
 * /proc.
 *
 * Return: as motet_watch_start(), with -ESRCH also if the process was waited for
 * meanwhile; or -EBADF, -EINVAL (it is no pidfd), -ENOENT (no /proc).
 */
int motet_watch_pidfd(int port, int pidfd, unsigned int flags, __u64 cookie,
		      __u64 *watch);

/**
 * motet_watch_object() - be told of the end of a port or a group
 * @port: a holder handle of this process, or an actor for its default port
 * @id: identifier of the port or the group, of which it says the class
 * @cookie: comes back in each message
 * @watch: out: number of the watch; may be NULL
 *
 * Return: as motet_watch_start(), or -EINVAL for an identifier of another class.
 */
int motet_watch_object(int port, const struct motet_id *id, __u64 cookie,
		       __u64 *watch);

/**
 * motet_watch_node() - be told when a node ceases to be a member
 * @port: a holder handle of this process, or an actor for its default port
 * @node: number of the node, not 0
 * @cookie: comes back in each message
 * @watch: out: number of the watch; may be NULL
 *
 * Return: as motet_watch_start().
 */
int motet_watch_node(int port, unsigned int node, __u64 cookie, __u64 *watch);

/**
 * motet_watch_stop() - end a watch, and take back what is unread of it
 * @port: the handle
 * @watch: number of the watch
 *
 * Return: 0; or -ENOENT (it is over and was received), -EPERM.
 */
int motet_watch_stop(int port, __u64 watch);

/**
 * motet_watched_to_string() - the name of what happened to what is watched
 * @event: &enum motet_watched
 *
 * Return: as "exited"; "unknown" for what this library doesn't know.
 */
const char *motet_watched_to_string(unsigned int event);

/**
 * motet_watch_kind_to_string() - the name of a kind of what is watched
 * @kind: &enum motet_watch_kind
 *
 * Return: as "process"; "unknown" for what this library doesn't know.
 */
const char *motet_watch_kind_to_string(unsigned int kind);

#ifdef __cplusplus
}
#endif

#endif /* MOTET_WATCH_H */
