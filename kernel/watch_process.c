// SPDX-License-Identifier: GPL-2.0-only
/* Watches: processes and their descendants. */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "watch_internal.h"

/* The low bits of a wait status. */
#define MOTET_STATUS_SIGNAL	0x7f
#define MOTET_STATUS_CORE	0x80

/* As kill(2) has it: whoever may send a signal to it now. */
static bool motet_watch_is_same_user(const struct motet_watch *watch,
				     struct task_struct *task)
{
	const struct cred *cred;
	bool same;

	rcu_read_lock();
	cred = __task_cred(task);
	same = uid_eq(watch->euid, cred->suid) ||
	       uid_eq(watch->euid, cred->uid) ||
	       uid_eq(watch->uid, cred->suid) ||
	       uid_eq(watch->uid, cred->uid);
	rcu_read_unlock();
	return same;
}

static bool motet_watch_is_capable(struct task_struct *task)
{
	const struct cred *cred = get_task_cred(task);
	bool capable = ns_capable(cred->user_ns, CAP_KILL);

	put_cred(cred);
	return capable;
}

static struct motet_subject *motet_subject_of(struct motet_interest *interest)
{
	return container_of(interest, struct motet_subject, interest);
}

static void motet_subject_end_locked(struct motet_subject *subject,
				     struct task_struct *task)
{
	int status = motet_process_status(task);
	u32 event = MOTET_WATCHED_EXITED;

	lockdep_assert_held(&subject->watch->lock);
	if (!subject->watch->capable &&
	    !motet_watch_is_same_user(subject->watch, task)) {
		event = MOTET_WATCHED_ENDED;
		status = 0;
	} else if (status & MOTET_STATUS_SIGNAL) {
		event = status & MOTET_STATUS_CORE ? MOTET_WATCHED_DUMPED :
						     MOTET_WATCHED_KILLED;
	}
	subject->ended = true;
	subject->reports[MOTET_NEWS_END].status = status;
	motet_watch_note_locked(subject, MOTET_NEWS_END, event);
}

static void motet_subject_died(struct motet_interest *interest,
			       struct task_struct *task)
{
	struct motet_subject *subject = motet_subject_of(interest);
	struct motet_watch *watch = subject->watch;

	raw_spin_lock(&watch->lock);
	if (!subject->ended && !watch->over)
		motet_subject_end_locked(subject, task);
	raw_spin_unlock(&watch->lock);
}

static void motet_subject_execed(struct motet_interest *interest,
				 struct task_struct *task)
{
	struct motet_subject *subject = motet_subject_of(interest);
	struct motet_watch *watch = subject->watch;

	if (!(watch->flags & MOTET_WATCH_EXEC))
		return;
	raw_spin_lock(&watch->lock);
	if (!subject->ended && !watch->over)
		motet_watch_note_locked(subject, MOTET_NEWS_EXEC,
					MOTET_WATCHED_EXECED);
	raw_spin_unlock(&watch->lock);
}

/* A place in which nobody in a probe can see what was there before. */
static struct motet_subject *motet_watch_place_locked(struct motet_watch *watch)
{
	struct motet_subject *subject;

	lockdep_assert_held(&watch->lock);
	subject = list_first_entry_or_null(&watch->spare, struct motet_subject,
					   link);
	if (!subject ||
	    (subject->used && !poll_state_synchronize_rcu(subject->grace)))
		return NULL;
	list_del_init(&subject->link);
	return subject;
}

static void motet_subject_follow_locked(struct motet_subject *subject,
					const struct motet_subject *parent,
					struct pid *process)
{
	struct motet_watch *watch = subject->watch;

	subject->process = get_pid(process);
	subject->pid = pid_nr_ns(process, ns_of_pid(watch->viewer));
	subject->parent = parent->pid;
	subject->depth = parent->depth + 1;
	subject->ended = false;
	subject->interest.pid = process;
	subject->interest.ops = parent->interest.ops;
	motet_watch_begin_locked(subject);
	if (watch->flags & MOTET_WATCH_FORK)
		motet_watch_note_locked(subject, MOTET_NEWS_NEW,
					MOTET_WATCHED_FORKED);
	motet_interest_register(&subject->interest);
}

static void motet_subject_forked(struct motet_interest *interest,
				 struct task_struct *child)
{
	struct motet_subject *subject = motet_subject_of(interest), *place;
	struct motet_watch *watch = subject->watch;

	if (subject->depth >= watch->depth)
		return;
	raw_spin_lock(&watch->lock);
	if (watch->over)
		goto out_unlock;
	place = motet_watch_place_locked(watch);
	if (place) {
		motet_subject_follow_locked(place, subject, task_tgid(child));
	} else {
		watch->missed++;
		motet_watch_note_locked(&watch->subjects[0], MOTET_NEWS_NEW,
					MOTET_WATCHED_MISSED);
	}
out_unlock:
	raw_spin_unlock(&watch->lock);
}

static void motet_subject_settled(struct motet_interest *interest)
{
	motet_watch_queue(motet_subject_of(interest)->watch);
}

static const struct motet_interest_ops motet_subject_interest_ops = {
	.settled = motet_subject_settled,
	.died = motet_subject_died,
	.execed = motet_subject_execed,
	.forked = motet_subject_forked,
};

/**
 * motet_subject_let_go() - no longer be told of a process
 * @subject: the subject; nothing happens if it is none, or was let go
 *
 * The process that the user asked for is remembered, to be shown.
 *
 * Context: may sleep; under the watch's mutex.
 */
void motet_subject_let_go(struct motet_subject *subject)
{
	struct motet_watch *watch = subject->watch;
	struct pid *process = subject->process;
	unsigned long grace;

	lockdep_assert_held(&watch->mutex);
	if (!process)
		return;
	motet_interest_withdraw(&subject->interest);
	if (subject == &watch->subjects[0])
		return;
	grace = start_poll_synchronize_rcu();
	raw_spin_lock(&watch->lock);
	subject->process = NULL;
	subject->used = true;
	subject->grace = grace;
	raw_spin_unlock(&watch->lock);
	put_pid(process);
}

static int motet_watch_task(struct motet_watch *watch, struct pid *process,
			    struct task_struct *task)
{
	struct motet_subject *subject = &watch->subjects[0];

	watch->capable = motet_watch_is_capable(task);
	if (!watch->capable && !motet_watch_is_same_user(watch, task))
		return -EPERM;
	subject->process = get_pid(process);
	subject->pid = pid_nr_ns(process, ns_of_pid(watch->viewer));
	subject->interest.pid = process;
	subject->interest.ops = &motet_subject_interest_ops;
	motet_watch_begin(subject);
	motet_interest_register(&subject->interest);
	if (motet_process_is_dead(task))
		motet_subject_died(&subject->interest, task);
	return 0;
}

/**
 * motet_watch_process() - let a watch have an interest in a process
 * @watch: the watch, which is not in force yet
 * @number: of the process, in the pid namespace of the current task
 *
 * Context: may sleep.
 * Return: 0, -ESRCH if there is no such process, or it was waited for; -EPERM if
 * it is another user's.
 */
int motet_watch_process(struct motet_watch *watch, pid_t number)
{
	struct pid *process = find_get_pid(number);
	struct task_struct *task = get_pid_task(process, PIDTYPE_TGID);
	int err = -ESRCH;

	if (task) {
		err = motet_watch_task(watch, process, task);
		put_task_struct(task);
	}
	put_pid(process);
	return err;
}
