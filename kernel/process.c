// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of processes: deaths, programs, children, faults. */

#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>

#include "process.h"

#define MOTET_PROCESS_HASH_BITS	10

static DEFINE_HASHTABLE(motet_interests, MOTET_PROCESS_HASH_BITS);
static DEFINE_RAW_SPINLOCK(motet_interest_lock);

/**
 * motet_interest_register() - begin to be told of a process
 * @interest: its process and operations are set
 *
 * Context: any but interrupt.
 */
void motet_interest_register(struct motet_interest *interest)
{
	raw_spin_lock(&motet_interest_lock);
	hash_add_rcu(motet_interests, &interest->node,
		     (unsigned long)interest->pid);
	raw_spin_unlock(&motet_interest_lock);
}

/**
 * motet_interest_withdraw() - no longer be told of a process
 * @interest: nothing happens if it isn't registered
 *
 * Context: any but interrupt.
 */
void motet_interest_withdraw(struct motet_interest *interest)
{
	raw_spin_lock(&motet_interest_lock);
	hash_del_rcu(&interest->node);
	raw_spin_unlock(&motet_interest_lock);
}

/**
 * motet_process_holds() - whether a process that is gone still holds something
 * @process: the process, which is dead or runs another program
 *
 * Context: any but interrupt. If it does, and the caller has registered an
 * interest before, &motet_interest_ops.settled is called later.
 * Return: true if anything is to be let go of yet.
 */
bool motet_process_holds(struct pid *process)
{
	struct motet_interest *interest;
	bool holds = false;

	/* pairs with what is between settling and calling who is interested */
	smp_mb();
	rcu_read_lock();
	hash_for_each_possible_rcu(motet_interests, interest, node,
				   (unsigned long)process)
		if (interest->pid == process && interest->ops->holds &&
		    interest->ops->holds(interest))
			holds = true;
	rcu_read_unlock();
	return holds;
}

/**
 * motet_process_settled() - tell that a process has let go of something
 * @process: the process, which is dead or runs another program
 *
 * Context: any but interrupt.
 */
void motet_process_settled(struct pid *process)
{
	struct motet_interest *interest;

	rcu_read_lock();
	hash_for_each_possible_rcu(motet_interests, interest, node,
				   (unsigned long)process)
		if (interest->pid == process && interest->ops->settled)
			interest->ops->settled(interest);
	rcu_read_unlock();
}

/**
 * motet_process_is_dead() - whether a process has no thread any more
 * @task: one of its threads
 *
 * Return: true if the last one is past the point of no return.
 */
bool motet_process_is_dead(const struct task_struct *task)
{
	return !atomic_read(&task->signal->live);
}

/**
 * motet_process_status() - what a dead process died of
 * @task: one of its threads; the first to get here is not always the one that
 *	ended the process
 *
 * Return: its wait status.
 */
int motet_process_status(const struct task_struct *task)
{
	if (task->signal->flags & SIGNAL_GROUP_EXIT)
		return task->signal->group_exit_code & 0xffff;
	return task->exit_code & 0xffff;
}

static bool motet_interest_is(const struct motet_interest *interest,
			      const struct pid *process, bool holder)
{
	return interest->pid == process &&
	       (interest->ops->holds ? holder : !holder);
}

static void motet_interests_died(struct task_struct *task, bool holders)
{
	struct pid *process = task_tgid(task);
	struct motet_interest *interest;

	hash_for_each_possible_rcu_notrace(motet_interests, interest, node,
					   (unsigned long)process)
		if (motet_interest_is(interest, process, holders) &&
		    interest->ops->died)
			interest->ops->died(interest, task);
}

static void motet_probe_exit(void *data, struct task_struct *task)
{
	if (!motet_process_is_dead(task))
		return;
	motet_interests_died(task, true);
	motet_interests_died(task, false);
}

static void motet_interests_execed(struct task_struct *task, bool holders)
{
	struct pid *process = task_tgid(task);
	struct motet_interest *interest;

	hash_for_each_possible_rcu_notrace(motet_interests, interest, node,
					   (unsigned long)process)
		if (motet_interest_is(interest, process, holders) &&
		    interest->ops->execed)
			interest->ops->execed(interest, task);
}

static void motet_probe_exec(void *data, struct task_struct *task,
			     pid_t old_pid, struct linux_binprm *bprm)
{
	motet_interests_execed(task, true);
	motet_interests_execed(task, false);
}

static void motet_probe_fork(void *data, struct task_struct *parent,
			     struct task_struct *child)
{
	struct pid *process = task_tgid(parent);
	struct motet_interest *interest;

	if (!thread_group_leader(child))
		return;
	hash_for_each_possible_rcu_notrace(motet_interests, interest, node,
					   (unsigned long)process)
		if (interest->pid == process && interest->ops->forked)
			interest->ops->forked(interest, child);
}

static bool motet_signal_is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
	       signal == SIGILL || signal == SIGTRAP;
}

static void motet_probe_signal(void *data, int signal,
			       struct kernel_siginfo *info,
			       struct k_sigaction *action)
{
	struct pid *process = task_tgid(current);
	struct motet_interest *interest;

	if (!motet_signal_is_fault(signal) ||
	    action->sa.sa_handler == SIG_DFL ||
	    action->sa.sa_handler == SIG_IGN)
		return;
	hash_for_each_possible_rcu_notrace(motet_interests, interest, node,
					   (unsigned long)process)
		if (interest->pid == process && interest->ops->faulted)
			interest->ops->faulted(interest, signal);
}

/**
 * struct motet_probe - a probe and the tracepoint that it belongs to
 * @name: of the tracepoint; it is not exported, so it is looked for [const]
 * @function: the probe [const]
 * @tracepoint: once it is found [const after init]
 */
struct motet_probe {
	const char *name;
	void *function;
	struct tracepoint *tracepoint;
};

static struct motet_probe motet_probes[] = {
	{ .name = "sched_process_exit", .function = motet_probe_exit },
	{ .name = "sched_process_exec", .function = motet_probe_exec },
	{ .name = "sched_process_fork", .function = motet_probe_fork },
	{ .name = "signal_deliver", .function = motet_probe_signal },
};

static void motet_probe_match(struct tracepoint *tracepoint, void *data)
{
	struct motet_probe *probe = data;

	if (!strcmp(tracepoint->name, probe->name))
		probe->tracepoint = tracepoint;
}

static void motet_probes_unregister(unsigned int count)
{
	while (count--)
		tracepoint_probe_unregister(motet_probes[count].tracepoint,
					    motet_probes[count].function, NULL);
	tracepoint_synchronize_unregister();
}

/**
 * motet_process_init() - begin to see what becomes of processes
 *
 * Return: 0 or a negative error.
 */
int motet_process_init(void)
{
	struct motet_probe *probe;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(motet_probes); i++) {
		probe = &motet_probes[i];
		for_each_kernel_tracepoint(motet_probe_match, probe);
		err = -ENOENT;
		if (probe->tracepoint)
			err = tracepoint_probe_register(probe->tracepoint,
							probe->function, NULL);
		if (err) {
			pr_err("motet: no tracepoint %s: deaths and faults of processes can't be seen on this kernel (%d)\n",
			       probe->name, err);
			motet_probes_unregister(i);
			return err;
		}
	}
	return 0;
}

/**
 * motet_process_exit() - no longer see it
 *
 * No probe runs when it returns; the work that they queued may.
 */
void motet_process_exit(void)
{
	motet_probes_unregister(ARRAY_SIZE(motet_probes));
}
