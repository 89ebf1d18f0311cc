// SPDX-License-Identifier: GPL-2.0-only
/* Watches: noting what happens, and telling it. */

#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "domain.h"
#include "record.h"
#include "trace.h"
#include "watch_internal.h"

static void motet_watch_queue_locked(struct motet_watch *watch)
{
	lockdep_assert_held(&watch->lock);
	if (watch->over || watch->queued)
		return;
	watch->queued = true;
	refcount_inc(&watch->refs);
	queue_work(motet_workqueue, &watch->work);
}

/**
 * motet_watch_queue() - see again whether there is anything that can be told
 * @watch: the watch
 *
 * Context: as the probes.
 */
void motet_watch_queue(struct motet_watch *watch)
{
	raw_spin_lock(&watch->lock);
	motet_watch_queue_locked(watch);
	raw_spin_unlock(&watch->lock);
}

static void motet_report_locked(struct motet_report *report)
{
	struct motet_watch *watch = report->subject->watch;

	lockdep_assert_held(&watch->lock);
	if (list_empty(&report->link))
		list_add_tail(&report->link, &watch->news);
	motet_watch_queue_locked(watch);
}

static bool motet_subject_has_news_locked(const struct motet_subject *subject)
{
	unsigned int kind;

	lockdep_assert_held(&subject->watch->lock);
	for (kind = 0; kind < MOTET_NEWS_KINDS; kind++)
		if (subject->reports[kind].times)
			return true;
	return false;
}

/* Something that is told before it is being received. */
static bool motet_report_must_wait_locked(const struct motet_report *report)
{
	const struct motet_report *before = report->subject->reports;

	lockdep_assert_held(&report->subject->watch->lock);
	for (; before < report; before++)
		if (before->times && list_empty(&before->link))
			return true;
	return false;
}

/**
 * motet_watch_begin_locked() - a subject is followed from now on
 * @subject: the subject
 *
 * Context: as the probes; the watch's lock is held.
 */
void motet_watch_begin_locked(struct motet_subject *subject)
{
	lockdep_assert_held(&subject->watch->lock);
	if (subject->busy)
		return;
	subject->busy = true;
	subject->watch->busy++;
}

/* Its end was received, and all that happened before. */
static void motet_subject_settle_locked(struct motet_subject *subject)
{
	struct motet_watch *watch = subject->watch;

	lockdep_assert_held(&watch->lock);
	if (!subject->busy || !subject->ended || subject->unread ||
	    motet_subject_has_news_locked(subject))
		return;
	subject->busy = false;
	watch->busy--;
	if (subject != &watch->subjects[0])
		list_add_tail(&subject->link, &watch->spare);
	if (!watch->busy)
		motet_watch_queue_locked(watch);
}

/**
 * motet_watch_begin() - as motet_watch_begin_locked(), and take the lock
 * @subject: the subject
 */
void motet_watch_begin(struct motet_subject *subject)
{
	raw_spin_lock(&subject->watch->lock);
	motet_watch_begin_locked(subject);
	raw_spin_unlock(&subject->watch->lock);
}

/**
 * motet_watch_note_locked() - something happened that is to be told
 * @subject: to what
 * @kind: of which kind it is; the subject has a record for it
 * @event: &enum motet_watched
 *
 * Context: any but interrupt, as the probes; the watch's lock is held.
 */
void motet_watch_note_locked(struct motet_subject *subject, enum motet_news kind,
			     u32 event)
{
	struct motet_report *report = &subject->reports[kind];

	motet_watch_begin_locked(subject);
	report->times++;
	report->event = event;
	report->time = ktime_get_ns();
	motet_report_locked(report);
}

/**
 * motet_watch_note_end() - what the user asked for has ended
 * @watch: the watch
 * @event: &enum motet_watched
 *
 * Context: any but interrupt. What ended already doesn't end again.
 */
void motet_watch_note_end(struct motet_watch *watch, u32 event)
{
	struct motet_subject *subject = &watch->subjects[0];

	raw_spin_lock(&watch->lock);
	if (!subject->ended) {
		subject->ended = true;
		motet_watch_note_locked(subject, MOTET_NEWS_END, event);
	}
	raw_spin_unlock(&watch->lock);
}

/* Under the lock of the queue. */
static void motet_subject_read(void *owner)
{
	struct motet_subject *subject = owner;
	struct motet_watch *watch = subject->watch;
	unsigned int kind;

	raw_spin_lock(&watch->lock);
	subject->unread--;
	subject->retry = true;
	for (kind = 0; kind < MOTET_NEWS_KINDS; kind++)
		if (subject->reports[kind].times)
			motet_report_locked(&subject->reports[kind]);
	motet_subject_settle_locked(subject);
	raw_spin_unlock(&watch->lock);
}

static bool motet_subject_may_tell(const struct motet_subject *subject,
				   enum motet_news kind)
{
	const struct motet_watch *watch = subject->watch;

	switch (kind) {
	case MOTET_NEWS_NEW:
		if (subject == &watch->subjects[0])
			return watch->flags & MOTET_WATCH_DESCENDANTS;
		return watch->flags & MOTET_WATCH_FORK;
	case MOTET_NEWS_EXEC:
		return watch->flags & MOTET_WATCH_EXEC;
	default:
		return true;
	}
}

static int motet_subject_make_records(struct motet_subject *subject)
{
	struct motet_watch *watch = subject->watch;
	struct motet_record *record;
	unsigned int kind;

	for (kind = 0; kind < MOTET_NEWS_KINDS; kind++) {
		if (!motet_subject_may_tell(subject, kind))
			continue;
		record = motet_record_new(watch->queue, MOTET_EXCEPTION_WATCH,
					  &watch->id);
		if (!record)
			return -ENOMEM;
		motet_record_on_read(record, motet_subject_read, subject);
		subject->records[kind] = record;
	}
	return 0;
}

/**
 * motet_watch_make_records() - make what all subjects of a watch may tell by
 * @watch: the watch
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM; motet_watch_drop_records() drops those that were made.
 */
int motet_watch_make_records(struct motet_watch *watch)
{
	int err = 0;
	u32 i;

	for (i = 0; i < watch->count && !err; i++)
		err = motet_subject_make_records(&watch->subjects[i]);
	return err;
}

/**
 * motet_watch_drop_records() - take back what is unread, and tell no more
 * @watch: the watch, which is removed or was never started; its mutex is held
 *	if others may have it
 *
 * Context: may sleep.
 */
void motet_watch_drop_records(struct motet_watch *watch)
{
	struct motet_subject *subject;
	unsigned int kind;
	u32 i;

	for (i = 0; i < watch->count; i++) {
		subject = &watch->subjects[i];
		for (kind = 0; kind < MOTET_NEWS_KINDS; kind++) {
			if (!subject->records[kind])
				continue;
			motet_record_withdraw(subject->records[kind]);
			motet_record_drop(subject->records[kind]);
			subject->records[kind] = NULL;
		}
	}
}

/* Nobody hears of an end while what the process held seems to be held by it. */
static bool motet_report_is_early_locked(const struct motet_report *report)
{
	const struct motet_subject *subject = report->subject;

	lockdep_assert_held(&subject->watch->lock);
	return report->kind != MOTET_NEWS_NEW && subject->process &&
	       motet_process_holds(subject->process);
}

/*
 * What is to be told next, or NULL; what has to wait until something was received is
 * put aside. All wait for what is early.
 */
static struct motet_report *motet_watch_first_locked(struct motet_watch *watch)
{
	struct motet_report *report;

	lockdep_assert_held(&watch->lock);
	while ((report = list_first_entry_or_null(&watch->news,
						  struct motet_report, link))) {
		if (!motet_report_must_wait_locked(report))
			break;
		list_del_init(&report->link);
	}
	return report && !motet_report_is_early_locked(report) ? report : NULL;
}

/* It counts as unread while it is being told; @now is what it is. */
static struct motet_report *motet_watch_next(struct motet_watch *watch,
					     struct motet_report *now)
{
	struct motet_report *report;

	raw_spin_lock(&watch->lock);
	report = motet_watch_first_locked(watch);
	if (report) {
		*now = *report;
		report->subject->unread++;
		report->subject->retry = false;
	}
	raw_spin_unlock(&watch->lock);
	return report;
}

static int motet_report_tell(const struct motet_report *report)
{
	struct motet_subject *subject = report->subject;
	const struct motet_watch *watch = subject->watch;
	const struct motet_watch_event event = {
		.size = sizeof(event),
		.event = report->event,
		.kind = watch->kind,
		.pid = subject->pid,
		.parent = subject->parent,
		.depth = subject->depth,
		.status = report->status,
		.node = watch->target.node,
		.id = watch->id,
		.watch = watch->number,
		.cookie = watch->cookie,
		.time = report->time,
	};

	if (report->kind == MOTET_NEWS_END)
		motet_subject_let_go(subject);
	trace_motet_watch_tell(&watch->port->id, watch->number, report->event,
			       subject->pid);
	return motet_record_try_tell(subject->records[report->kind],
				     watch->number, report->times, &event,
				     sizeof(event));
}

/*
 * What happened once more meanwhile stays where it is. What is being received is
 * put aside, unless that was over meanwhile.
 */
static void motet_report_told(struct motet_report *report, u32 times, int ret)
{
	struct motet_subject *subject = report->subject;
	struct motet_watch *watch = subject->watch;

	raw_spin_lock(&watch->lock);
	if (ret <= 0)
		subject->unread--;
	if (ret != -EBUSY)
		report->times -= times;
	if (ret == -EBUSY ? !subject->retry : !report->times)
		list_del_init(&report->link);
	motet_subject_settle_locked(subject);
	raw_spin_unlock(&watch->lock);
}

/**
 * motet_watch_tell() - tell what there is to tell
 * @watch: the watch
 *
 * Context: may sleep.
 */
void motet_watch_tell(struct motet_watch *watch)
{
	struct motet_report *report, now;
	int ret;

	mutex_lock(&watch->mutex);
	while (!READ_ONCE(watch->over) &&
	       (report = motet_watch_next(watch, &now))) {
		ret = motet_report_tell(&now);
		motet_report_told(report, now.times, ret);
	}
	mutex_unlock(&watch->mutex);
}

/**
 * motet_watch_is_over() - whether all ends have been received
 * @watch: a watch that was started
 *
 * Return: true if nothing will be told any more.
 */
bool motet_watch_is_over(struct motet_watch *watch)
{
	bool over;

	raw_spin_lock(&watch->lock);
	over = !watch->busy;
	raw_spin_unlock(&watch->lock);
	return over;
}

/**
 * motet_watch_work() - tell what there is to tell; a watch that is over is removed
 * @work: part of the watch
 */
void motet_watch_work(struct work_struct *work)
{
	struct motet_watch *watch = container_of(work, struct motet_watch,
						 work);

	raw_spin_lock(&watch->lock);
	watch->queued = false;
	raw_spin_unlock(&watch->lock);
	motet_watch_tell(watch);
	if (motet_watch_is_over(watch)) {
		mutex_lock(&watch->domain->mutex);
		motet_watch_remove_locked(watch);
		mutex_unlock(&watch->domain->mutex);
	}
	motet_watch_put(watch);
}

/**
 * motet_watch_tell_left() - the node was found to be no member
 * @watch: a watch of a node, which was started
 *
 * Context: may sleep. It is told when this returns.
 */
void motet_watch_tell_left(struct motet_watch *watch)
{
	motet_watch_note_end(watch, MOTET_WATCHED_LEFT);
	motet_watch_tell(watch);
}
