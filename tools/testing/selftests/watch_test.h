/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of watches share: the calls in one line each, and children that
 * end as they are told.
 *
 * Every function returns a negative errno if it fails.
 */
#ifndef WATCH_TEST_H
#define WATCH_TEST_H

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include <linux/motet_watch.h>

#include "motet_test.h"

/* How long to wait for what must come: only a bound against hanging. */
#define WATCH_SOON	(20 * MT_SECOND)

static inline int mt_watch_start(int port, struct motet_watch_start *start)
{
	start->size = sizeof(*start);
	return mt_ioctl(port, MOTET_IOC_WATCH, start);
}

static inline int mt_watch_process_flags(int port, pid_t pid, __u32 flags,
					 __u32 depth, __u32 places, __u64 *watch)
{
	struct motet_watch_start start = {
		.kind = MOTET_WATCH_PROCESS, .flags = flags, .pid = pid,
		.depth = depth, .places = places, .cookie = 1000 + pid,
	};
	int ret = mt_watch_start(port, &start);

	if (watch)
		*watch = start.watch;
	return ret;
}

static inline int mt_watch_process(int port, pid_t pid, __u64 *watch)
{
	return mt_watch_process_flags(port, pid, 0, 0, 0, watch);
}

static inline int mt_watch_object(int port, __u32 kind,
				  const struct motet_id *id, __u64 *watch)
{
	struct motet_watch_start start = { .kind = kind, .id = *id };
	int ret = mt_watch_start(port, &start);

	if (watch)
		*watch = start.watch;
	return ret;
}

static inline int mt_watch_node(int port, __u32 node, __u64 *watch)
{
	struct motet_watch_start start = {
		.kind = MOTET_WATCH_NODE, .node = node,
	};
	int ret = mt_watch_start(port, &start);

	if (watch)
		*watch = start.watch;
	return ret;
}

static inline int mt_watch_stop(int port, __u64 watch)
{
	struct motet_watch_stop stop = MT(motet_watch_stop, .watch = watch);

	return mt_ioctl(port, MOTET_IOC_WATCH_STOP, &stop);
}

static inline int mt_watch_check(const struct motet_msg *msg,
				 const struct motet_watch_event *event)
{
	if (msg->exception != MOTET_EXCEPTION_WATCH ||
	    msg->body_len != MOTET_WATCH_EVENT_SIZE_VER0 ||
	    event->size != MOTET_WATCH_EVENT_SIZE_VER0 ||
	    msg->token != event->watch || !msg->count || !event->time)
		return -EPROTO;
	if (event->kind == MOTET_WATCH_PROCESS && !event->depth &&
	    event->event != MOTET_WATCHED_MISSED && event->pid &&
	    event->cookie != 1000ULL + event->pid)
		return -EPROTO;
	return 0;
}

/* What is told next, and how often. */
static inline int mt_watch_told(int port, struct motet_watch_event *event,
				__u32 *count)
{
	struct motet_msg msg = MT(motet_msg, .deadline = mt_after(WATCH_SOON));
	int ret;

	memset(event, 0, sizeof(*event));
	ret = mt_recv_msg(port, &msg, event, sizeof(*event));
	if (ret)
		return ret;
	if (count)
		*count = msg.count;
	return mt_watch_check(&msg, event);
}

/* What is there already. */
static inline int mt_watch_told_now(int port, struct motet_watch_event *event)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT);
	int ret;

	memset(event, 0, sizeof(*event));
	ret = mt_try_recv_msg(port, &msg, event, sizeof(*event));
	return ret ?: mt_watch_check(&msg, event);
}

static inline bool mt_watch_nothing(int port)
{
	struct motet_watch_event event;

	return mt_watch_told_now(port, &event) == -EAGAIN;
}

/* Ends by itself, and stays a zombie. */
static inline int mt_watch_zombie(pid_t pid)
{
	siginfo_t info;

	return waitid(P_PID, pid, &info, WEXITED | WNOWAIT) ? -errno : 0;
}

#endif /* WATCH_TEST_H */
