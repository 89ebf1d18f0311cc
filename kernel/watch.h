/* SPDX-License-Identifier: GPL-2.0-only */
/* A watch: tells a port of the end of a process, a port, a group or a node. */
#ifndef _MOTET_WATCH_H
#define _MOTET_WATCH_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

#include <uapi/linux/motet_watch.h>

#include "object.h"
#include "process.h"
#include "quota.h"

struct motet_actor;
struct motet_queue;
struct motet_record;
struct motet_subject;
struct pid;
struct task_struct;

/**
 * DOC: watch
 *
 * A watch belongs to a port, where it tells what happens, and has a number in
 * its domain. It is no object: it ends with its port, to which it has a bond.
 *
 * What is watched is a *subject*. The first subject of a watch is what the user
 * asked for: a process, in which it has an interest, or an object or a node, to
 * which it has a bond. The others are places for descendants of that process;
 * a place without one is *spare*. Each subject has its own records, for what may
 * be told of it, and all of them are made with the watch. So nothing is allocated
 * when a process forks or dies.
 *
 *  ::
 *
 *    spare --forked--> followed --ended--> told --received--> spare
 *      ^                                                        |
 *      `-------------------- a grace period --------------------'
 *
 * Who learns of something, a probe or the end of a bond, *notes* it in a report
 * of the subject, which goes to the end of the watch's news, and queues work. The
 * work tells the news in that order. What happens again before it is told counts
 * the report up; while it is being received it waits, and what happened to the
 * subject later waits behind it: the record calls when it was read.
 *
 * The end of a process, and that it runs another program, are not told before its
 * actors hold nothing any more: whoever hears of it finds its ports retained or
 * passed on, and its locks free. What was noted after waits behind it.
 *
 * A subject is *busy* from when it is followed until its end was received. A watch
 * without a busy subject is over, and removed. Until then its unread messages
 * are part of what its payer is charged with: each subject has one end, and
 * each of them is told however many are unread.
 *
 * Locks. Watches come and go, and their bonds do, under the domain's mutex. The
 * watch's own mutex, inside that, is held while news are told, so that none are
 * told any more once the watch is removed. What the probes touch is guarded by a
 * raw spinlock of the watch, inside the lock of the queue, and outside that of
 * the table of interests. Registering an interest for a child happens under it:
 * so a watch that is *over* gets no new ones.
 *
 * A watch is referred to by the domain's table, by whoever makes it, and by its
 * work while that is queued. It is freed after a grace period, for the probes.
 */

/**
 * enum motet_news - what there may be to tell of a subject, in this order
 * @MOTET_NEWS_NEW: of a descendant, that it is there; of the first subject, that
 *	descendants were missed
 * @MOTET_NEWS_EXEC: it runs another program
 * @MOTET_NEWS_END: it has ended
 * @MOTET_NEWS_KINDS: how many kinds there are
 */
enum motet_news {
	MOTET_NEWS_NEW,
	MOTET_NEWS_EXEC,
	MOTET_NEWS_END,
	MOTET_NEWS_KINDS,
};

/**
 * struct motet_report - what there is to tell of one kind
 * @link: among the watch's news; if it isn't there though it happened, it waits
 *	until something of the subject was received [watch.lock]
 * @subject: of what [const]
 * @kind: which kind [const]
 * @times: how often it happened since it was told [watch.lock]
 * @event: &enum motet_watched [watch.lock]
 * @status: wait status [watch.lock]
 * @time: when it happened last, CLOCK_MONOTONIC [watch.lock]
 */
struct motet_report {
	struct list_head link;
	struct motet_subject *subject;
	enum motet_news kind;
	u32 times;
	u32 event;
	int status;
	u64 time;
};

/**
 * struct motet_subject - what is watched
 * @interest: in the process, if it is one [own]
 * @watch: the watch that it is part of [const]
 * @process: the process, referenced; NULL if it is none, or a spare place
 *	[watch.lock]
 * @link: among the watch's spare places [watch.lock]
 * @records: what tells, by &enum motet_news; NULL if that is never told
 *	[const once published]
 * @reports: what is to be told [watch.lock]
 * @unread: how many records have told something that was not received
 *	[watch.lock]
 * @retry: some of that was received since it was looked at [watch.lock]
 * @busy: there is something that is followed, or was until now [watch.lock]
 * @ended: its end was noted [watch.lock]
 * @pid: number of the process in the watch's pid namespace [watch.lock]
 * @parent: of a descendant, that of the process that made it [watch.lock]
 * @depth: of a descendant, which generation [const while it is followed]
 * @used: there was a process before [watch.lock]
 * @grace: of a spare place that was used: when it may be used again
 *	[watch.lock]
 */
struct motet_subject {
	struct motet_interest interest;
	struct motet_watch *watch;
	struct pid *process;
	struct list_head link;
	struct motet_record *records[MOTET_NEWS_KINDS];
	struct motet_report reports[MOTET_NEWS_KINDS];
	u32 unread;
	bool retry;
	bool busy;
	bool ended;
	pid_t pid;
	pid_t parent;
	u32 depth;
	bool used;
	unsigned long grace;
};

/**
 * struct motet_watch - a watch
 * @refs: references [atomic]
 * @rcu: frees it [rcu]
 * @domain: where it is; lives as long as the port does [const]
 * @number: its number [const]
 * @kind: &enum motet_watch_kind [const]
 * @flags: see flags of a watch [const]
 * @depth: to which generation descendants are followed [const]
 * @cookie: the user's [const]
 * @id: of the object, or zero [const]
 * @port: where it tells, referenced [const]
 * @queue: of that port [const]
 * @port_bond: to that port [domain.mutex]
 * @target: bond to the object or node that is watched [domain.mutex]
 * @viewer: process in whose pid namespace processes have their numbers,
 *	referenced [const]
 * @uid: real user of whoever made it [const]
 * @euid: its effective user [const]
 * @capable: whoever made it may send signals to all processes [const]
 * @payer: who is charged, referenced [const]
 * @charge: how much [const]
 * @listed: it is in the domain's table [domain.mutex]
 * @mutex: held while news are told [own]
 * @lock: what the probes touch [own]
 * @work: tells the news, and removes the watch when it is over [own]
 * @queued: the work is to run, and has a reference [watch.lock]
 * @over: nothing is noted any more [watch.lock]
 * @news: reports of what is to be told, in the order in which it happened
 *	[watch.lock]
 * @spare: places without a descendant, longest first [watch.lock]
 * @busy: how many subjects are busy [watch.lock]
 * @missed: descendants that found no place, ever [watch.lock]
 * @count: number of subjects [const]
 * @subjects: the first one, then the places [own]
 */
struct motet_watch {
	refcount_t refs;
	struct rcu_head rcu;
	struct motet_domain *domain;
	u64 number;
	u32 kind;
	u32 flags;
	u32 depth;
	u64 cookie;
	struct motet_id id;
	struct motet_object *port;
	struct motet_queue *queue;
	struct motet_bond port_bond;
	struct motet_node_bond target;
	struct pid *viewer;
	kuid_t uid;
	kuid_t euid;
	bool capable;
	struct motet_payer *payer;
	struct motet_charge charge;
	bool listed;
	struct mutex mutex;
	raw_spinlock_t lock;
	struct work_struct work;
	bool queued;
	bool over;
	struct list_head news;
	struct list_head spare;
	u32 busy;
	u64 missed;
	u32 count;
	struct motet_subject subjects[] __counted_by(count);
};

/**
 * struct motet_watch_view - what is shown of a watch
 * @number: its number [own]
 * @kind: &enum motet_watch_kind [own]
 * @flags: see flags of a watch [own]
 * @pid: the process, referenced, or NULL; the viewer puts it [own]
 * @node: the node, or 0 [own]
 * @id: the object, or zero [own]
 * @port: where it tells; valid while the domain's mutex is held [own]
 * @cookie: the user's [own]
 * @depth: to which generation [own]
 * @places: places for descendants [own]
 * @followed: descendants in them [own]
 * @missed: descendants that found none [own]
 * @ended: what the user asked for has ended [own]
 */
struct motet_watch_view {
	u64 number;
	u32 kind;
	u32 flags;
	struct pid *pid;
	u32 node;
	struct motet_id id;
	struct motet_object *port;
	u64 cookie;
	u32 depth;
	u32 places;
	u32 followed;
	u64 missed;
	bool ended;
};

/* watch.c: life */
struct motet_watch *motet_watch_new(const struct motet_actor *actor,
				    struct motet_object *port,
				    struct motet_queue *queue,
				    const struct motet_watch_start *arg);
int motet_watch_start(struct motet_watch *watch,
		      const struct motet_watch_start *arg);
int motet_watch_stop(const struct motet_object *port, u64 number);
void motet_watch_put(struct motet_watch *watch);
bool motet_watch_look_next(struct motet_domain *domain, unsigned long *number,
			   struct motet_watch_view *view);

/* watch_tell.c: news */
void motet_watch_tell_left(struct motet_watch *watch);

#endif /* _MOTET_WATCH_H */
