// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that request, release and close a few locks at random, and are killed
 * at random, against a simple reference: who has what, in shared memory.
 *
 * Nobody has a lock that another has exclusively; no grant is lost, or somebody
 * would wait for ever; and nobody is overtaken by more than those who were before
 * it.
 *
 * MOTET_ROUNDS says how many are killed, MOTET_SEED repeats their choices.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "lock_test.h"

#define LOCKS		3
#define WORKERS		6
/* number of every request: a worker has one per lock at most */
#define ID		1

/**
 * struct reference - what the workers tell
 * @has: mode in which a worker has a lock; set after it was granted, cleared
 *	before it is released
 * @dying: the worker is being killed: what it has, others may get
 * @stop: the workers are to give all up, and to exit
 * @granted: how often a lock was granted
 * @operations: requests that were made
 * @doubles: somebody had a lock that another had
 * @overtaken: more grants than possible came before one that waited
 * @wrong: a call returned what it can't
 * @deadlocks: requests that were refused for a circle
 * @orphans: requests that were refused for an orphan
 */
struct reference {
	atomic_uint has[WORKERS][LOCKS];
	atomic_bool dying[WORKERS];
	atomic_bool stop;
	atomic_uint granted[LOCKS];
	atomic_uint operations;
	atomic_uint doubles;
	atomic_uint overtaken;
	atomic_uint wrong;
	atomic_uint deadlocks;
	atomic_uint orphans;
};

static struct reference *reference;

static __u64 random_state;

static unsigned int random_below(unsigned int bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

/* A different choice for each process and round, all from one seed. */
static void random_seed(__u64 salt)
{
	const char *seed = getenv("MOTET_SEED");

	random_state = (seed ? strtoull(seed, NULL, 10) : 1) *
		       0x9e3779b97f4a7c15ULL + salt * 0xd1342543de82ef95ULL + 1;
}

/**
 * struct worker - one of the processes
 * @number: which
 * @actor: its actor
 * @openings: of the locks
 */
struct worker {
	unsigned int number;
	int actor;
	__u64 openings[LOCKS];
};

/* A lock was granted. */
static void enter(struct worker *worker, unsigned int lock, __u32 mode)
{
	unsigned int i, other;

	atomic_fetch_add(&reference->granted[lock], 1);
	atomic_store(&reference->has[worker->number][lock], mode);
	for (i = 0; i < WORKERS; i++) {
		if (i == worker->number)
			continue;
		other = atomic_load(&reference->has[i][lock]);
		if (!other || (other == SHARED && mode == SHARED))
			continue;
		/* what was read first is not newer than this */
		if (!atomic_load(&reference->dying[i]))
			atomic_fetch_add(&reference->doubles, 1);
	}
}

static void leave(struct worker *worker, unsigned int lock)
{
	atomic_store(&reference->has[worker->number][lock], 0);
	if (mt_unlock(worker->actor, worker->openings[lock], ID))
		atomic_fetch_add(&reference->wrong, 1);
}

static bool has(const struct worker *worker, unsigned int lock)
{
	return atomic_load(&reference->has[worker->number][lock]);
}

static void leave_all(struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < LOCKS; i++)
		if (has(worker, i))
			leave(worker, i);
}

static void note(struct worker *worker, unsigned int lock, __u32 mode, int ret)
{
	switch (ret) {
	case 0:
		enter(worker, lock, mode);
		break;
	case -EDEADLK:
		atomic_fetch_add(&reference->deadlocks, 1);
		leave_all(worker);
		break;
	case -ENOTRECOVERABLE:
		atomic_fetch_add(&reference->orphans, 1);
		break;
	case -EAGAIN:
	case -ETIMEDOUT:
		break;
	default:
		fprintf(stderr, "lock_model_test: %d\n", ret);
		atomic_fetch_add(&reference->wrong, 1);
	}
}

/*
 * Each other one can have been before it: once in the order of the lock, and once
 * with a grant from before that it had not counted yet. Until it is released
 * nobody comes after one that has it exclusively.
 */
static void request_async(struct worker *worker, unsigned int lock, __u32 mode,
			  __u32 flags)
{
	struct motet_msg msg = { .deadline = mt_after(20 * MT_MS) };
	struct motet_lock_result result;
	unsigned int before, ahead;
	int ret;

	ret = mt_lock(worker->actor, worker->openings[lock], ID, mode,
		      flags | ASYNC);
	if (ret) {
		note(worker, lock, mode, ret);
		return;
	}
	before = atomic_load(&reference->granted[lock]);
	ret = mt_recv_msg(worker->actor, &msg, &result, sizeof(result));
	if (ret == -ETIMEDOUT) {
		/* it may be granted in this very moment: the result says so */
		mt_unlock(worker->actor, worker->openings[lock], ID);
		msg = (struct motet_msg){ .deadline = mt_after(MT_SOON) };
		ret = mt_recv_msg(worker->actor, &msg, &result,
				  sizeof(result));
		if (ret || (result.error && result.error != ECANCELED &&
			    result.error != ENOTRECOVERABLE))
			atomic_fetch_add(&reference->wrong, 1);
		return;
	}
	if (ret || result.lock_id != ID ||
	    result.opening != worker->openings[lock]) {
		atomic_fetch_add(&reference->wrong, 1);
		return;
	}
	ahead = atomic_load(&reference->granted[lock]) - before;
	if (!result.error && mode == EXCLUSIVE && ahead > 2 * (WORKERS - 1))
		atomic_fetch_add(&reference->overtaken, 1);
	note(worker, lock, mode, -(int)result.error);
}

static void request(struct worker *worker, unsigned int lock)
{
	__u32 mode = random_below(2) ? SHARED : EXCLUSIVE;
	__u32 flags = random_below(8) ? 0 : ORPHAN;
	__u64 opening = worker->openings[lock];

	atomic_fetch_add(&reference->operations, 1);
	switch (random_below(4)) {
	case 0:
		note(worker, lock, mode,
		     mt_lock(worker->actor, opening, ID, mode,
			     flags | NO_QUEUE));
		break;
	case 1:
		note(worker, lock, mode,
		     mt_lock_until(worker->actor, opening, ID, mode,
				   mt_after(random_below(1000) * 1000)));
		break;
	case 2:
		request_async(worker, lock, mode, flags);
		break;
	default:
		note(worker, lock, mode,
		     mt_lock(worker->actor, opening, ID, mode, flags));
	}
}

static void open_all(struct worker *worker)
{
	char name[32];
	unsigned int i;

	worker->actor = mt_actor();
	for (i = 0; i < LOCKS; i++) {
		snprintf(name, sizeof(name), "model-%u", i);
		if (mt_lock_new(worker->actor, name, &worker->openings[i]))
			_exit(1);
	}
}

static pid_t worker_start(unsigned int number, unsigned int salt)
{
	struct worker worker = { .number = number };
	unsigned int lock;
	pid_t pid = mt_fork();

	if (pid)
		return pid;
	random_seed(salt);
	open_all(&worker);
	while (!atomic_load(&reference->stop)) {
		lock = random_below(LOCKS);
		if (has(&worker, lock))
			leave(&worker, lock);
		else
			request(&worker, lock);
		if (!random_below(50)) {
			leave_all(&worker);
			close(worker.actor);
			open_all(&worker);
		}
	}
	leave_all(&worker);
	_exit(0);
}

static void pause_random(unsigned int microseconds)
{
	struct timespec time = {
		.tv_nsec = 1000L * random_below(microseconds),
	};

	nanosleep(&time, NULL);
}

/* Kills one; what it had is free, or an orphan, which is purged. */
static int worker_kill(const struct worker *parent, pid_t pid,
		       unsigned int number)
{
	unsigned int i;
	int status;

	atomic_store(&reference->dying[number], true);
	status = mt_kill(pid);
	for (i = 0; i < LOCKS; i++)
		atomic_store(&reference->has[number][i], 0);
	for (i = 0; i < LOCKS; i++)
		if (mt_lock_purge(parent->actor, parent->openings[i]) < 0)
			atomic_fetch_add(&reference->wrong, 1);
	return status;
}

/* Orphans of one that was killed may come when it has been waited for. */
static int worker_end(const struct worker *parent, pid_t pid)
{
	unsigned int i;
	int status;
	pid_t ret;

	while (!(ret = waitpid(pid, &status, WNOHANG))) {
		for (i = 0; i < LOCKS; i++)
			mt_lock_purge(parent->actor, parent->openings[i]);
		mt_breathe();
	}
	return ret < 0 ? -errno : status;
}

/* Until nobody else has it open; orphans may come until then. */
static int settle(const struct worker *parent, unsigned int lock)
{
	int ret = mt_until_openings(parent->actor, parent->openings[lock], 1);

	if (!ret)
		ret = mt_lock_purge(parent->actor, parent->openings[lock]);
	if (ret < 0)
		return ret;
	return mt_lock(parent->actor, parent->openings[lock], ID, EXCLUSIVE,
		       NO_QUEUE);
}

/* However slow the workers are, they do something between two kills. */
static bool goes_on(unsigned int before)
{
	__u64 end = mt_after(MT_SOON);

	while (atomic_load(&reference->operations) == before) {
		if (mt_now() > end)
			return false;
		mt_breathe();
	}
	return true;
}

TEST(random_operations_and_kills)
{
	unsigned int rounds = mt_rounds(100), i, victim, before;
	struct worker parent = { .number = WORKERS };
	struct motet_lock_status status;
	pid_t pids[WORKERS];

	reference = mt_shared(sizeof(*reference));
	ASSERT_NE(NULL, reference);
	random_seed(0);
	open_all(&parent);
	for (i = 0; i < WORKERS; i++)
		pids[i] = worker_start(i, i + 1);
	for (i = 0; i < rounds; i++) {
		before = atomic_load(&reference->operations);
		pause_random(10000);
		ASSERT_TRUE(goes_on(before));
		victim = random_below(WORKERS);
		ASSERT_EQ(1000 + SIGKILL,
			  worker_kill(&parent, pids[victim], victim));
		atomic_store(&reference->dying[victim], false);
		pids[victim] = worker_start(victim, i + WORKERS + 1);
	}
	atomic_store(&reference->stop, true);
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(0, worker_end(&parent, pids[i]));
	for (i = 0; i < LOCKS; i++) {
		EXPECT_EQ(0, settle(&parent, i));
		EXPECT_EQ(0, mt_lock_status(parent.actor, parent.openings[i],
					    &status));
		EXPECT_EQ(0, status.waiting);
		EXPECT_EQ(0, status.orphans);
		EXPECT_EQ(0, status.shared);
		EXPECT_EQ(1, status.exclusive);
	}
	EXPECT_EQ(0, atomic_load(&reference->doubles));
	EXPECT_EQ(0, atomic_load(&reference->overtaken));
	EXPECT_EQ(0, atomic_load(&reference->wrong));
	TH_LOG("%u requests, %u circles, %u refused for orphans, %u kills",
	       atomic_load(&reference->operations),
	       atomic_load(&reference->deadlocks),
	       atomic_load(&reference->orphans), rounds);
	close(parent.actor);
	EXPECT_EQ(0, mt_purge());
}

TEST_HARNESS_MAIN
