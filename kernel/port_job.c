// SPDX-License-Identifier: GPL-2.0-only
/* Backlogs of work groups, and their jobs: lent to members, and back. */

#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "message.h"
#include "port_internal.h"
#include "trace.h"

/**
 * struct motet_backlog - what makes a port the backlog of a work group
 * @group: the group, referenced; NULL once the backlog is killed [queue.lock]
 * @first: place of the job that was last put to the head of a lane [queue.lock]
 * @last: place of the job that was last put to the end of a lane [queue.lock]
 * @jobs: queued jobs by priority and class, in the order of their places
 *	[queue.lock]
 */
struct motet_backlog {
	struct motet_object *group;
	s64 first;
	s64 last;
	struct list_head jobs[MOTET_PRIORITIES][MOTET_JOB_CLASSES];
};

static struct motet_backlog *motet_backlog_alloc(struct motet_object *group)
{
	struct motet_backlog *backlog;
	unsigned int i, j;

	backlog = kzalloc(sizeof(*backlog), GFP_KERNEL_ACCOUNT);
	if (!backlog)
		return NULL;
	backlog->group = motet_object_get(group);
	for (i = 0; i < MOTET_PRIORITIES; i++)
		for (j = 0; j < MOTET_JOB_CLASSES; j++)
			INIT_LIST_HEAD(&backlog->jobs[i][j]);
	return backlog;
}

/**
 * motet_backlog_new() - build the backlog of a work group
 * @actor: who creates the group, and is charged
 * @arg: bounds and dead letters
 * @group: the group; referenced until the backlog is killed
 *
 * Context: may sleep.
 * Return: the port, to be killed with motet_backlog_kill(); or ERR_PTR() of
 * -EINVAL, -ESRCH, -EACCES, -EDQUOT, -ENOMEM.
 */
struct motet_port *motet_backlog_new(struct motet_actor *actor,
				     const struct motet_group_create *arg,
				     struct motet_object *group)
{
	struct motet_port_create create = {
		.mode = arg->mode,
		.dead_letter = arg->dead_letter,
		.redeliveries_max = arg->redeliveries_max,
	};
	struct motet_port *port;

	memcpy(create.limits, arg->limits, sizeof(create.limits));
	port = motet_port_build(actor, &create);
	if (IS_ERR(port))
		return port;
	port->backlog = motet_backlog_alloc(group);
	if (!port->backlog) {
		motet_object_put(&port->object);
		return ERR_PTR(-ENOMEM);
	}
	return port;
}

/**
 * motet_backlog_kill() - the group is gone
 * @backlog: as motet_backlog_new() returned it; the caller's reference is gone
 *
 * What is queued ends as in a port that died. A job that is lent stays with its
 * member, and ends so if it comes back.
 *
 * Context: may sleep; no lock held.
 */
void motet_backlog_kill(struct motet_port *backlog)
{
	struct motet_remains remains;
	struct motet_object *group;

	spin_lock(&backlog->queue.lock);
	group = backlog->backlog->group;
	backlog->backlog->group = NULL;
	spin_unlock(&backlog->queue.lock);
	motet_port_close(backlog, &remains);
	motet_port_bury(backlog, &remains);
	motet_object_put(group);
}

/**
 * motet_job_enlist_locked() - a job was put into a lane of its backlog
 * @backlog: the port; its queue is locked
 * @job: the job
 * @head: it was put to the head
 */
void motet_job_enlist_locked(struct motet_port *backlog,
			     struct motet_message *job, bool head)
{
	struct motet_backlog *jobs = backlog->backlog;
	struct list_head *list = &jobs->jobs[job->priority][job->job_class];

	lockdep_assert_held(&backlog->queue.lock);
	if (head) {
		job->job_place = --jobs->first;
		list_add(&job->job_link, list);
	} else {
		job->job_place = ++jobs->last;
		list_add_tail(&job->job_link, list);
	}
}

static struct motet_message *motet_backlog_first_of(struct motet_backlog *jobs,
						    unsigned int priority,
						    u32 class_mask)
{
	struct motet_message *job, *first = NULL;
	unsigned int i;

	for (i = 0; i < MOTET_JOB_CLASSES; i++) {
		if (!(class_mask & BIT(i)))
			continue;
		job = list_first_entry_or_null(&jobs->jobs[priority][i],
					       struct motet_message, job_link);
		if (job && (!first || job->job_place < first->job_place))
			first = job;
	}
	return first;
}

static struct motet_message *motet_backlog_first(struct motet_port *backlog,
						 u32 class_mask)
{
	struct motet_message *job = NULL;
	unsigned int i;

	lockdep_assert_held(&backlog->queue.lock);
	for (i = 0; i < MOTET_PRIORITIES && !job; i++)
		job = motet_backlog_first_of(backlog->backlog, i, class_mask);
	return job;
}

/* The job becomes a guest of the member. Its room stays where it is. */
static void motet_job_lend_locked(struct motet_port *backlog,
				  struct motet_message *job,
				  struct motet_port *member)
{
	struct motet_call *call = job->call;

	lockdep_assert_held(&backlog->queue.lock);
	motet_queue_take_locked(&backlog->queue, job);
	motet_port_delist_locked(backlog, job);
	backlog->leased++;
	job->home = motet_object_get(&backlog->object);
	job->home_share = job->share;
	job->home_id = job->id;
	job->home_sequence = job->sequence;
	job->home_epoch = job->epoch;
	job->share = NULL;
	job->id = atomic64_inc_return(&member->last_id);
	trace_motet_job_lend(&backlog->object.id, &member->object.id,
			     job->home_id, job->job_class);
	if (!call)
		return;
	motet_call_receive_locked(backlog, call);
	call->request = NULL;
	motet_object_get(&member->object);
	call->lent_to = member;
	call->lent_id = job->id;
}

/*
 * The job is its backlog's again, and in the hand of the caller. What the call
 * still says of the member is to be put by the caller.
 */
static struct motet_port *motet_job_reclaim_locked(struct motet_port *backlog,
						   struct motet_message *job)
{
	struct motet_call *call = job->call;
	struct motet_port *lent_to;

	lockdep_assert_held(&backlog->queue.lock);
	backlog->leased--;
	job->home = NULL;
	job->share = job->home_share;
	job->id = job->home_id;
	job->sequence = job->home_sequence;
	job->epoch = job->home_epoch;
	if (!call)
		return NULL;
	lent_to = call->lent_to;
	call->lent_to = NULL;
	if (call->state == MOTET_CALL_RECEIVED)
		call->request = job;
	else
		job->abandoned = true;
	return lent_to;
}

/**
 * struct motet_job_end - a member has no job any more
 * @home: the backlog, referenced
 * @group: the group, referenced, or NULL
 * @lent_to: what the call has referred to, or NULL
 * @job_class: of the job
 */
struct motet_job_end {
	struct motet_port *home;
	struct motet_object *group;
	struct motet_port *lent_to;
	u32 job_class;
};

static void motet_job_begin_end_locked(struct motet_message *guest,
				       struct motet_job_end *end)
{
	struct motet_port *home = motet_port_of(guest->home);

	lockdep_assert_held(&home->queue.lock);
	end->home = home;
	end->group = home->backlog->group;
	if (end->group)
		motet_object_get(end->group);
	end->job_class = guest->job_class;
	end->lent_to = motet_job_reclaim_locked(home, guest);
}

static void motet_job_tell_end(struct motet_port *member,
			       struct motet_job_end *end)
{
	if (end->lent_to)
		motet_object_put(&end->lent_to->object);
	if (end->group)
		end->group->ops->job_ended(end->group, &member->object.id,
					   end->job_class);
	motet_object_put(end->group);
	motet_object_put(&end->home->object);
}

/**
 * motet_job_go_home() - a member does not finish its job
 * @member: the port of the member
 * @guest: in the hand of the caller; its redeliveries are counted
 *
 * Context: may sleep; no lock held.
 */
void motet_job_go_home(struct motet_port *member, struct motet_message *guest)
{
	struct motet_port *home = motet_port_of(guest->home);
	struct motet_job_end end;

	spin_lock(&home->queue.lock);
	motet_job_begin_end_locked(guest, &end);
	trace_motet_job_end(&home->object.id, &member->object.id, guest->id, 1);
	spin_unlock(&home->queue.lock);
	motet_port_restore(home, guest);
	motet_job_tell_end(member, &end);
}

/**
 * motet_job_end() - a member has finished its job
 * @member: the port of the member
 * @guest: in the hand of the caller, and no guest any more
 * @error: what its call fails with if that waits on; or 0
 *
 * Context: may sleep; no lock held.
 */
void motet_job_end(struct motet_port *member, struct motet_message *guest,
		   int error)
{
	struct motet_port *home = motet_port_of(guest->home);
	struct motet_job_end end;

	spin_lock(&home->queue.lock);
	motet_job_begin_end_locked(guest, &end);
	trace_motet_job_end(&home->object.id, &member->object.id, guest->id, 0);
	motet_queue_release_locked(&home->queue, guest->share, guest->priority,
				   motet_message_bytes(guest));
	guest->share = NULL;
	if (guest->call)
		guest->call->request = NULL;
	if (error)
		motet_call_fail_locked(home, guest, error);
	spin_unlock(&home->queue.lock);
	motet_job_tell_end(member, &end);
}

/**
 * motet_job_answer() - a member answers the call of its job
 * @backlog: the backlog
 * @call: the call
 * @answer: the answer; the call's from now on if this succeeds
 *
 * Context: any but hard interrupt; no queue lock held.
 * Return: 0, or -ECONNRESET if nobody waits for it.
 */
int motet_job_answer(struct motet_port *backlog, struct motet_call *call,
		     struct motet_message *answer)
{
	int err;

	spin_lock(&backlog->queue.lock);
	err = motet_call_answer_locked(backlog, call, answer);
	spin_unlock(&backlog->queue.lock);
	return err;
}

/**
 * motet_job_abandon() - the caller of a job that is lent is gone
 * @member: the port that it was lent to
 * @id: of the guest there
 *
 * If it is not there it is on its way home, where it is seen.
 *
 * Context: may sleep; no lock held.
 */
void motet_job_abandon(struct motet_port *member, u64 id)
{
	struct motet_message *guest, *left = NULL;

	spin_lock(&member->queue.lock);
	guest = motet_port_find_locked(member, id);
	if (guest && guest->home && guest->call)
		left = motet_request_abandon_locked(member, guest);
	spin_unlock(&member->queue.lock);
	motet_request_dispose(member, left);
}

/*
 * The caller may have gone while the job was on its way, and have found it
 * nowhere.
 */
static void motet_job_check_caller(struct motet_port *backlog,
				   struct motet_call *call,
				   struct motet_port *member, u64 id)
{
	bool abandoned;

	if (!call)
		return;
	spin_lock(&backlog->queue.lock);
	abandoned = call->state == MOTET_CALL_ABANDONED;
	spin_unlock(&backlog->queue.lock);
	if (abandoned)
		motet_job_abandon(member, id);
	motet_call_put(call);
}

/* The member has died meanwhile, and nobody has seen the job. */
static void motet_job_not_lent(struct motet_port *backlog,
			       struct motet_message *job,
			       struct motet_port *member)
{
	struct motet_object *home = job->home;
	struct motet_port *lent_to;

	spin_lock(&backlog->queue.lock);
	lent_to = motet_job_reclaim_locked(backlog, job);
	trace_motet_job_end(&backlog->object.id, &member->object.id, job->id,
			    1);
	spin_unlock(&backlog->queue.lock);
	if (lent_to)
		motet_object_put(&lent_to->object);
	motet_port_restore(backlog, job);
	motet_object_put(home);
}

static struct motet_message *motet_backlog_take(struct motet_port *backlog,
						u32 class_mask,
						struct motet_port *member)
{
	struct motet_message *job;
	bool expired;

	do {
		spin_lock(&backlog->queue.lock);
		job = motet_backlog_first(backlog, class_mask);
		expired = job && motet_has_expired(job->expires);
		if (job && !expired)
			motet_job_lend_locked(backlog, job, member);
		spin_unlock(&backlog->queue.lock);
		if (expired)
			motet_port_do_deadlines(backlog);
	} while (expired);
	return job;
}

/**
 * motet_backlog_lend() - give a job to a member
 * @backlog: the backlog
 * @class_mask: which classes of jobs it may have, as bits
 * @member: the port of the member
 * @job_class: out: class of the job
 *
 * It is the first of these classes, by priority and then order. When the member
 * has no job any more the group's operation job_ended is called, which may be
 * before this returns.
 *
 * Context: may sleep; no queue lock held.
 * Return: true if the member has a job now; false if there is none, or if its
 * port is dead.
 */
bool motet_backlog_lend(struct motet_port *backlog, u32 class_mask,
			struct motet_port *member, u32 *job_class)
{
	struct motet_message *job;
	struct motet_call *call;
	u64 id;

	job = motet_backlog_take(backlog, class_mask, member);
	if (!job)
		return false;
	*job_class = job->job_class;
	id = job->id;
	call = job->call ? motet_call_get(job->call) : NULL;
	if (motet_port_queue_message(member, job)) {
		motet_job_not_lent(backlog, job, member);
		if (call)
			motet_call_put(call);
		return false;
	}
	motet_job_check_caller(backlog, call, member, id);
	return true;
}
