// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a worker does: one program after the other, as one user or another, in
 * this namespace or in one of its own.
 */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fuzz_worker.h"
#include "../selftests/motet_test.h"

/*
 * Most share the domain, as root or as another user; some have one of their own,
 * and of these some are root there only.
 */
static void choose_world(unsigned int index)
{
	__u32 choice = fz_below(100);

	/* one stays what it is: it makes nodes, replicators and the like */
	if (!index || choice < 60)
		return;
	if (choice < 78)
		mt_become(fz_chance(50) ? MT_USER_A : MT_USER_B);
	else if (choice < 90)
		(void)!unshare(CLONE_NEWNET);
	else if (!mt_user_namespace(MT_USER_A))
		(void)!unshare(CLONE_NEWNET);
}

static void one(void)
{
	struct fz_program program;
	const struct fz_program *from = fz_corpus_any();

	if (from && fz_chance(75)) {
		program = *from;
		if (!fz_chance(5))
			fz_program_mutate(&program, fz_corpus_any());
	} else {
		fz_program_random(&program);
	}
	if (fz_cover_has()) {
		fz_corpus_try(&program);
		return;
	}
	/* to make all anew takes more time than to use it; and older things know more */
	program.keep = fz_chance(60);
	fz_program_run(&program);
}

void fz_worker_loop(unsigned int index, __u64 seed)
{
	fz_self = &fz_shared->workers[index];
	fz_self->pid = getpid();
	fz_self->lives++;
	fz_seed(seed + index * 1000003ULL + fz_self->lives * 7919);
	if (fz_run_init())
		_exit(3);
	if (fz_shared->cover && fz_cover_open(0))
		_exit(4);
	choose_world(index);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fz_corpus_replay(false);
	while (!fz_shared->stop)
		one();
	fz_reset();
	_exit(0);
}
