/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of processes: deaths, programs, children, faults. */
#ifndef _MOTET_PROCESS_H
#define _MOTET_PROCESS_H

#include <linux/list.h>
#include <linux/types.h>

struct motet_interest;
struct pid;
struct task_struct;

/**
 * DOC: process
 *
 * A process is a thread group, known by its struct pid; it stays the same when
 * it runs another program. Whoever has to know what becomes of one registers an
 * *interest* in it, which is part of a larger object, and is called:
 *
 * - when it is dead: its last thread has given up its memory, and is past
 *   everything in which it could still do harm;
 * - when it runs another program;
 * - when it makes a child, before that runs;
 * - when a signal that tells of an error of the program is about to be handled
 *   (a *fault*). A fault without a handler ends the process, and is seen as that.
 *
 * Four tracepoint probes learn of these things. They run in the process itself,
 * with preemption off, the last one also with interrupts off and a lock of the
 * process held. They look for interests in a table, under RCU; a process that
 * nobody is interested in has nothing more to do than to find its place in the
 * table empty. What is called notes what it was told, and queues work: it may
 * not sleep, allocate, or take any but a raw lock.
 *
 * An interest is withdrawn at any time. A call that has begun may still be going
 * on then: what the interest is part of lives for a grace period more, and
 * an interest is not registered again before that is over.
 *
 * Interests of those by whom the process holds something are told of its death,
 * or that it runs another program, before all others. When they have let go of it
 * they say so, and the others are called once more: they can wait for that.
 *
 * A process that is dead already may have passed the probe before the interest
 * was there: whoever registers one looks afterwards, and is ready to learn of a
 * death twice.
 *
 * Registering and withdrawing are ordered by a raw spinlock, the innermost lock
 * of all; a probe that was told of a child may register an interest in it.
 */

/**
 * struct motet_interest_ops - what is called, each if it isn't NULL
 * @holds: whether the process, which is gone, still holds something by what the
 *	interest is part of. Who has this is called first [const]
 * @settled: one of those may have let go of all that was held. It is not called
 *	from a probe, but has to do as if it was [const]
 * @died: the process is dead, and this its last thread; or its last thread is
 *	known to be on the way there [const]
 * @execed: it runs another program, this is its only thread [const]
 * @forked: this is a new process that it has made [const]
 * @faulted: its current thread got this signal, for which it has a handler.
 *	Interrupts are off [const]
 */
struct motet_interest_ops {
	bool (*holds)(struct motet_interest *interest);
	void (*settled)(struct motet_interest *interest);
	void (*died)(struct motet_interest *interest, struct task_struct *task);
	void (*execed)(struct motet_interest *interest,
		       struct task_struct *task);
	void (*forked)(struct motet_interest *interest,
		       struct task_struct *child);
	void (*faulted)(struct motet_interest *interest, int signal);
};

/**
 * struct motet_interest - that somebody has to know what becomes of a process
 * @node: in the table by process [motet_interest_lock, rcu]
 * @pid: the process, referenced by the owner [const]
 * @ops: what is called [const]
 */
struct motet_interest {
	struct hlist_node node;
	struct pid *pid;
	const struct motet_interest_ops *ops;
};

int motet_process_init(void);
void motet_process_exit(void);

void motet_interest_register(struct motet_interest *interest);
void motet_interest_withdraw(struct motet_interest *interest);

bool motet_process_holds(struct pid *process);
void motet_process_settled(struct pid *process);

bool motet_process_is_dead(const struct task_struct *task);
int motet_process_status(const struct task_struct *task);

#endif /* _MOTET_PROCESS_H */
