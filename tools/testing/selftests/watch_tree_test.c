// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches of processes with their descendants; limits; and watches that come and
 * go while what they watch does.
 */
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "kselftest_harness.h"
#include "watch_test.h"

#define ALL		(~0U)
#define TREE		(MOTET_WATCH_DESCENDANTS | MOTET_WATCH_FORK)

FIXTURE(tree) {
	int actor;
	int port;
	int line[2];
};

FIXTURE_SETUP(tree)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	/* who loses its parent becomes a child of the test */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->port = mt_port(self->actor, NULL, 1, NULL);
	ASSERT_LE(0, self->port);
	ASSERT_EQ(0, pipe(self->line));
}

FIXTURE_TEARDOWN(tree)
{
}

/* Waits until the test closes its end of the line. */
static void stay(const int line[2])
{
	char byte;

	close(line[1]);
	if (read(line[0], &byte, 1) < 0)
		_exit(100);
}

/* A chain: each has one child, waits for it, and ends with its generation. */
static void chain(unsigned int last)
{
	unsigned int generation;
	pid_t pid = 0;

	for (generation = 0; generation < last && !pid; generation++)
		pid = fork();
	if (!pid)
		_exit(last);
	if (waitpid(pid, NULL, 0) != pid)
		_exit(99);
	_exit(generation - 1);
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

TEST_F(tree, chain)
{
	const unsigned int depths[] = { 1, 3, ALL };
	const unsigned int told[] = { 1, 3, 5 };
	struct motet_watch_event event;
	pid_t pid, pids[6];
	unsigned int i, d;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pipe(self->line));
		pid = mt_fork();
		if (pid == 0) {
			stay(self->line);
			chain(5);
		}
		ASSERT_EQ(0, mt_watch_process_flags(self->port, pid, TREE,
						    depths[i], 8, NULL));
		close(self->line[1]);
		pids[0] = pid;
		for (d = 1; d <= told[i]; d++) {
			ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
			EXPECT_EQ(MOTET_WATCHED_FORKED, event.event);
			EXPECT_EQ(d, event.depth);
			EXPECT_EQ(pids[d - 1], event.parent);
			EXPECT_EQ(1000 + pid, event.cookie);
			pids[d] = event.pid;
		}
		/* the last one ends first */
		for (d = told[i] + 1; d--;) {
			ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
			EXPECT_EQ(MOTET_WATCHED_EXITED, event.event);
			EXPECT_EQ(pids[d], event.pid);
			EXPECT_EQ(d, event.depth);
			EXPECT_EQ(d, WEXITSTATUS(event.status));
		}
		EXPECT_TRUE(mt_watch_nothing(self->port));
		EXPECT_EQ(0, mt_wait(pid));
	}
}

/* They are followed when their parent is gone, and killed like others. */
TEST_F(tree, orphans)
{
	struct motet_watch_event event;
	pid_t pid, orphan;
	__u64 watch;

	pid = mt_fork();
	if (pid == 0) {
		stay(self->line);
		if (fork() == 0)
			pause();
		_exit(0);
	}
	ASSERT_EQ(0, mt_watch_process_flags(self->port, pid, TREE, ALL, 1,
					    &watch));
	close(self->line[1]);
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_FORKED, event.event);
	orphan = event.pid;
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(pid, event.pid);
	EXPECT_EQ(0, mt_wait(pid));
	ASSERT_EQ(0, kill(orphan, SIGTERM));
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(orphan, event.pid);
	EXPECT_EQ(MOTET_WATCHED_KILLED, event.event);
	EXPECT_EQ(SIGTERM, WTERMSIG(event.status));
	EXPECT_EQ(-ENOENT, mt_watch_stop(self->port, watch));
	reap_all();
}

/* Without a place they are missed, and it is told how many. */
TEST_F(tree, missed)
{
	unsigned int ended = 0, missed = 0, i;
	struct motet_watch_event event;
	__u32 count;
	pid_t pid;

	pid = mt_fork();
	if (pid == 0) {
		stay(self->line);
		/* none ends before all are there */
		if (pipe(self->line))
			_exit(1);
		for (i = 0; i < 20; i++)
			if (fork() == 0) {
				stay(self->line);
				_exit(0);
			}
		close(self->line[1]);
		reap_all();
		_exit(0);
	}
	ASSERT_EQ(0, mt_watch_process_flags(self->port, pid,
					    MOTET_WATCH_DESCENDANTS, 1, 7, NULL));
	close(self->line[1]);
	do {
		ASSERT_EQ(0, mt_watch_told(self->port, &event, &count));
		if (event.event == MOTET_WATCHED_MISSED)
			missed += count;
		else if (event.depth)
			ended++;
	} while (event.event == MOTET_WATCHED_MISSED || event.pid != pid);
	while (!mt_watch_told_now(self->port, &event))
		ended++;
	EXPECT_EQ(7, ended);
	EXPECT_EQ(13, missed);
	EXPECT_EQ(0, mt_wait(pid));
}

/*
 * A place is used again and again: one that makes children one after the other
 * needs few, as long as what is told is read. None is told of twice, and none is
 * neither told of nor missed.
 */
TEST_F_TIMEOUT(tree, places_again, 300)
{
	unsigned int forked = 0, ended = 0, missed = 0, i;
	unsigned int rounds = mt_rounds(1000);
	struct motet_watch_event event;
	pid_t pid, child;
	__u32 count;

	pid = mt_fork();
	if (pid == 0) {
		stay(self->line);
		for (i = 0; i < rounds; i++) {
			child = fork();
			if (child == 0)
				_exit(i & 0x7f);
			if (waitpid(child, NULL, 0) != child)
				_exit(1);
		}
		_exit(0);
	}
	ASSERT_EQ(0, mt_watch_process_flags(self->port, pid, TREE, 1, 16, NULL));
	close(self->line[1]);
	do {
		ASSERT_EQ(0, mt_watch_told(self->port, &event, &count));
		if (event.event == MOTET_WATCHED_MISSED)
			missed += count;
		else if (event.event == MOTET_WATCHED_FORKED)
			forked++;
		else
			ended += event.depth;
	} while (event.event != MOTET_WATCHED_EXITED || event.depth);
	while (!mt_watch_told_now(self->port, &event))
		ended++;
	TH_LOG("%u followed, %u missed", ended, missed);
	EXPECT_EQ(forked, ended);
	EXPECT_EQ(rounds, ended + missed);
	EXPECT_LT(16, ended);
	EXPECT_EQ(0, mt_wait(pid));
}

/* Both are told of programs, whichever thread begins them. */
TEST_F(tree, programs)
{
	struct motet_watch_event event;
	unsigned int execs = 0;
	pid_t pid;

	pid = mt_fork();
	if (pid == 0) {
		stay(self->line);
		pid = fork();
		if (pid == 0)
			execl("/proc/self/exe", "watch_tree_test", "--end",
			      NULL);
		if (waitpid(pid, NULL, 0) != pid)
			_exit(1);
		execl("/proc/self/exe", "watch_tree_test", "--end", NULL);
		_exit(1);
	}
	ASSERT_EQ(0, mt_watch_process_flags(self->port, pid,
					    MOTET_WATCH_DESCENDANTS |
					    MOTET_WATCH_EXEC, 1, 1, NULL));
	close(self->line[1]);
	do {
		ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
		execs += event.event == MOTET_WATCHED_EXECED;
	} while (event.event != MOTET_WATCHED_EXITED || event.depth);
	EXPECT_EQ(2, execs);
	EXPECT_EQ(0, WEXITSTATUS(event.status));
	EXPECT_EQ(0, mt_wait(pid));
}

/* Watches and places are counted per user, and come back when they are over. */
TEST_F(tree, limits)
{
	const __u64 before = mt_param("user_watches_max");
	struct motet_watch_event event;
	pid_t pid, self_pid;
	__u64 first, second;
	int other;

	ASSERT_EQ(0, mt_param_set("user_watches_max", 10));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		self->actor = mt_actor();
		self_pid = mt_fork_idle();
		EXPECT_EQ(0, mt_watch_process_flags(self->actor, self_pid, TREE, 1,
						    8, &first));
		EXPECT_EQ(-EDQUOT, mt_watch_process_flags(self->actor, self_pid,
							  TREE, 1, 1, NULL));
		EXPECT_EQ(0, mt_watch_process(self->actor, self_pid, &second));
		EXPECT_EQ(-EDQUOT, mt_watch_process(self->actor, self_pid, NULL));
		EXPECT_EQ(0, mt_watch_stop(self->actor, second));
		EXPECT_EQ(0, mt_watch_process(self->actor, self_pid, NULL));
		/* until what they have told is read they count */
		EXPECT_EQ(1000 + SIGKILL, mt_kill(self_pid));
		EXPECT_EQ(POLLIN, mt_poll(self->actor, POLLIN, 20000));
		EXPECT_EQ(-EDQUOT, mt_watch_process(self->actor, getpid(), NULL));
		EXPECT_EQ(0, mt_watch_told(self->actor, &event, NULL));
		EXPECT_EQ(0, mt_watch_told(self->actor, &event, NULL));
		while (mt_watch_process_flags(self->actor, getpid(), TREE, 1, 9,
					      NULL) == -EDQUOT)
			mt_breathe();
		/* and they end with the port */
		EXPECT_EQ(-EDQUOT, mt_watch_process(self->actor, getpid(), NULL));
		other = mt_actor();
		close(self->actor);
		while (mt_watch_process(other, getpid(), NULL) == -EDQUOT)
			mt_breathe();
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_param_set("user_watches_max", before));
	EXPECT_EQ(-EDQUOT, mt_watch_process_flags(self->port, getpid(), TREE, 1,
						  mt_param("watch_places_max") + 1,
						  NULL));
	EXPECT_EQ(0, mt_watch_process_flags(self->port, getpid(), TREE, 1,
					    mt_param("watch_places_max"), NULL));
}

/* Watches go with a port that moves; numbers are those of who made them. */
TEST_F(tree, port_moves)
{
	struct motet_watch_event event;
	struct motet_id id, actor_id;
	int port, actor, moved;
	__u64 watch;
	pid_t pid;

	pid = mt_fork_idle();
	port = mt_port(self->actor, NULL, 1, &id);
	ASSERT_EQ(0, mt_watch_process(port, pid, NULL));
	ASSERT_EQ(0, mt_watch_process(port, pid, &watch));
	actor = mt_actor();
	ASSERT_EQ(0, mt_actor_id(actor, &actor_id));
	ASSERT_EQ(0, mt_offer(port, 0, &actor_id));
	moved = mt_open_id(actor, MOTET_ROLE_HOLDER, &id);
	ASSERT_LE(0, moved);
	EXPECT_EQ(-EPERM, mt_watch_process(port, pid, NULL));
	EXPECT_EQ(-EPERM, mt_watch_stop(port, watch));
	EXPECT_EQ(0, mt_watch_stop(moved, watch));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	ASSERT_EQ(0, mt_watch_told(moved, &event, NULL));
	EXPECT_EQ(pid, event.pid);
	EXPECT_TRUE(mt_watch_nothing(moved));
}

/*
 * Many processes that end, each watched by several ports while others stop their
 * watches, and yet others are killed: who keeps a watch is told once.
 */
TEST_F_TIMEOUT(tree, churn, 600)
{
	unsigned int rounds = mt_rounds(300), round, i, told;
	struct motet_watch_event event;
	__u64 watches[8];
	pid_t pids[8], stopper, victim;
	int line[2];

	for (round = 0; round < rounds; round++) {
		ASSERT_EQ(0, pipe(line));
		for (i = 0; i < 8; i++) {
			pids[i] = mt_fork();
			if (pids[i] == 0) {
				if (i & 1)
					stay(line);
				_exit(i);
			}
		}
		victim = mt_fork();
		if (victim == 0) {
			int actor = mt_actor();

			close(line[1]);
			for (;;)
				for (i = 0; i < 8; i++)
					mt_watch_process_flags(actor, pids[i],
							       TREE, 1, 2, NULL);
		}
		stopper = mt_fork();
		if (stopper == 0) {
			int actor = mt_actor();

			for (i = 0; i < 64; i++)
				if (!mt_watch_process(actor, pids[i % 8],
						      &watches[i % 8]))
					mt_watch_stop(actor, watches[i % 8]);
			close(line[0]);
			close(line[1]);
			_exit(0);
		}
		for (i = 0; i < 8; i++)
			ASSERT_EQ(0, mt_watch_process(self->port, pids[i],
						      &watches[i]));
		close(line[0]);
		close(line[1]);
		for (told = 0; told != 0xff;) {
			ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
			for (i = 0; i < 8; i++)
				if (watches[i] == event.watch)
					break;
			ASSERT_GT(8, i);
			EXPECT_EQ(0, told & 1 << i);
			EXPECT_EQ(pids[i], event.pid);
			EXPECT_EQ(i, WEXITSTATUS(event.status));
			told |= 1 << i;
			EXPECT_EQ(i, mt_wait(pids[i]));
		}
		EXPECT_TRUE(mt_watch_nothing(self->port));
		EXPECT_EQ(1000 + SIGKILL, mt_kill(victim));
		EXPECT_EQ(0, mt_wait(stopper));
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--end"))
		return 0;
	return test_harness_run(argc, argv);
}
