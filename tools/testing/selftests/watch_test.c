// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches: what they tell of processes, ports, groups and nodes, once; who may;
 * and how they end. Descendants are in watch_tree_test.c.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "group_test.h"
#include "lock_test.h"
#include "watch_test.h"

FIXTURE(watch) {
	int actor;
	int port;
	struct motet_id id;
};

/* A domain of one's own, and a port that is told. */
FIXTURE_SETUP(watch)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->port = mt_port(self->actor, NULL, 1, &self->id);
	ASSERT_LE(0, self->port);
}

FIXTURE_TEARDOWN(watch)
{
}

/* A child that waits for a line that is closed, and does what is said then. */
struct child {
	pid_t pid;
	int line;
};

static void child_wait(const int line[2])
{
	char byte;

	close(line[1]);
	if (read(line[0], &byte, 1) < 0)
		_exit(101);
}

/* 0 in the child, once it is let go. */
static pid_t child_new(struct child *child)
{
	int line[2];

	if (pipe(line))
		return -1;
	child->pid = mt_fork();
	if (child->pid == 0) {
		child_wait(line);
		return 0;
	}
	close(line[0]);
	child->line = line[1];
	return child->pid;
}

static void child_go(struct child *child)
{
	close(child->line);
}

TEST_F(watch, exit_status)
{
	struct motet_watch_event event;
	struct child child;
	__u64 watch, before;
	__u32 count;

	if (child_new(&child) == 0)
		_exit(7);
	ASSERT_EQ(0, mt_watch_process(self->port, child.pid, &watch));
	EXPECT_NE(0, watch);
	EXPECT_TRUE(mt_watch_nothing(self->port));
	before = mt_now();
	child_go(&child);
	ASSERT_EQ(0, mt_watch_told(self->port, &event, &count));
	EXPECT_EQ(1, count);
	EXPECT_EQ(MOTET_WATCHED_EXITED, event.event);
	EXPECT_EQ(MOTET_WATCH_PROCESS, event.kind);
	EXPECT_EQ(child.pid, event.pid);
	EXPECT_EQ(0, event.parent);
	EXPECT_EQ(0, event.depth);
	EXPECT_TRUE(WIFEXITED(event.status));
	EXPECT_EQ(7, WEXITSTATUS(event.status));
	EXPECT_EQ(watch, event.watch);
	EXPECT_LE(before, event.time);
	EXPECT_GE(mt_now(), event.time);
	EXPECT_EQ(7, mt_wait(child.pid));
	EXPECT_TRUE(mt_watch_nothing(self->port));
}

TEST_F(watch, signals)
{
	const int signals[] = { SIGKILL, SIGTERM, SIGSEGV, SIGABRT };
	struct motet_watch_event event;
	struct child child;
	unsigned int i;
	int status;

	for (i = 0; i < 4; i++) {
		if (child_new(&child) == 0) {
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			raise(signals[i]);
			_exit(1);
		}
		ASSERT_EQ(0, mt_watch_process(self->actor, child.pid, NULL));
		child_go(&child);
		ASSERT_EQ(0, mt_watch_told(self->actor, &event, NULL));
		EXPECT_EQ(MOTET_WATCHED_KILLED, event.event);
		ASSERT_EQ(child.pid, waitpid(child.pid, &status, 0));
		EXPECT_EQ(signals[i], WTERMSIG(event.status));
		EXPECT_EQ(status, event.status);
	}
}

/* Where the kernel can write a core dump. */
TEST_F(watch, core)
{
	struct motet_watch_event event;
	struct child child;
	char name[64];
	int status;

	if (child_new(&child) == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY,
			  RLIM_INFINITY });
		if (chdir("/dev/shm") && chdir("/tmp"))
			_exit(1);
		abort();
	}
	ASSERT_EQ(0, mt_watch_process(self->port, child.pid, NULL));
	child_go(&child);
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	ASSERT_EQ(child.pid, waitpid(child.pid, &status, 0));
	EXPECT_EQ(status, event.status);
	EXPECT_EQ(WCOREDUMP(status) ? MOTET_WATCHED_DUMPED :
				      MOTET_WATCHED_KILLED, event.event);
	snprintf(name, sizeof(name), "/dev/shm/core.%d", child.pid);
	unlink(name);
	unlink("/dev/shm/core");
	unlink("/tmp/core");
}

TEST_F(watch, dead_already)
{
	struct motet_watch_event event;
	pid_t pid = mt_fork();
	__u64 watch;

	if (pid == 0)
		_exit(3);
	ASSERT_EQ(0, mt_watch_zombie(pid));
	ASSERT_EQ(0, mt_watch_process(self->port, pid, &watch));
	EXPECT_EQ(0, mt_watch_told_now(self->port, &event));
	EXPECT_EQ(MOTET_WATCHED_EXITED, event.event);
	EXPECT_EQ(3, WEXITSTATUS(event.status));
	EXPECT_TRUE(mt_watch_nothing(self->port));
	EXPECT_EQ(3, mt_wait(pid));
	EXPECT_EQ(-ESRCH, mt_watch_process(self->port, pid, NULL));
}

static void *leader_gone(void *arg)
{
	char byte;

	if (read(*(int *)arg, &byte, 1) < 0)
		_exit(102);
	_exit(9);
}

/* A process lives while one of its threads does, and a thread is no process. */
TEST_F(watch, threads)
{
	struct motet_watch_event event;
	int line[2], told[2];
	pthread_t thread;
	pid_t pid;

	ASSERT_EQ(0, pipe(line));
	ASSERT_EQ(0, pipe(told));
	pid = mt_fork();
	if (pid == 0) {
		close(line[1]);
		if (pthread_create(&thread, NULL, leader_gone, &line[0]))
			_exit(1);
		close(told[1]);
		close(told[0]);
		syscall(SYS_exit, 4);
	}
	ASSERT_EQ(0, mt_watch_process(self->port, pid, NULL));
	close(told[1]);
	ASSERT_EQ(0, read(told[0], line, 0));
	ASSERT_EQ(0, kill(pid, 0));
	EXPECT_TRUE(mt_watch_nothing(self->port));
	close(line[1]);
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(9, WEXITSTATUS(event.status));
	EXPECT_EQ(9, mt_wait(pid));
}

/* Programs are told of if asked for; what is unread is counted up. */
TEST_F(watch, programs)
{
	struct motet_watch_event event;
	struct child child;
	__u32 count;
	int i;

	for (i = 0; i < 2; i++) {
		if (child_new(&child) == 0) {
			execl("/nowhere", "nowhere", NULL);
			execl("/proc/self/exe", "watch_test", "--exec", "2",
			      NULL);
			_exit(1);
		}
		ASSERT_EQ(0, mt_watch_process_flags(self->port, child.pid,
						    i ? MOTET_WATCH_EXEC : 0, 0, 0,
						    NULL));
		child_go(&child);
		ASSERT_EQ(0, mt_watch_zombie(child.pid));
		ASSERT_EQ(0, mt_watch_told(self->port, &event, &count));
		if (i) {
			EXPECT_EQ(MOTET_WATCHED_EXECED, event.event);
			EXPECT_EQ(3, count);
			EXPECT_EQ(child.pid, event.pid);
			ASSERT_EQ(0, mt_watch_told(self->port, &event, &count));
		}
		EXPECT_EQ(MOTET_WATCHED_EXITED, event.event);
		EXPECT_EQ(33, WEXITSTATUS(event.status));
		EXPECT_EQ(1, count);
		EXPECT_EQ(33, mt_wait(child.pid));
	}
}

TEST_F(watch, rights)
{
	struct motet_watch_event event;
	struct child other, same;
	pid_t pid;

	if (child_new(&other) == 0)
		_exit(mt_become(MT_USER_B) ? 1 : 0);
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		self->actor = mt_actor();
		EXPECT_EQ(-EPERM, mt_watch_process(self->actor, other.pid, NULL));
		EXPECT_EQ(-EPERM, mt_watch_process(self->actor, 1, NULL));
		EXPECT_EQ(-ESRCH, mt_watch_process(self->actor, 4000000, NULL));
		if (child_new(&same) == 0)
			_exit(5);
		EXPECT_EQ(0, mt_watch_process(self->actor, same.pid, NULL));
		child_go(&same);
		EXPECT_EQ(0, mt_watch_told(self->actor, &event, NULL));
		EXPECT_EQ(5, WEXITSTATUS(event.status));
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	EXPECT_EQ(0, mt_wait(pid));
	/* whoever had CAP_KILL when he asked is told all */
	EXPECT_EQ(0, mt_watch_process(self->port, other.pid, NULL));
	child_go(&other);
	EXPECT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_EXITED, event.event);
	EXPECT_EQ(0, mt_wait(other.pid));
}

/* What another user's process died of is not told, but that it did is. */
TEST_F(watch, became_another_users)
{
	struct motet_watch_event event;
	struct child child;
	pid_t pid;
	int line[2];
	char byte;

	ASSERT_EQ(0, pipe(line));
	if (child_new(&child) == 0) {
		close(line[1]);
		/* its user is A, and it can become B's */
		if (setresuid(MT_USER_A, 0, MT_USER_A) ||
		    read(line[0], &byte, 1) < 0)
			_exit(1);
		_exit(setresuid(MT_USER_B, MT_USER_B, MT_USER_B) ? 2 : 77);
	}
	close(line[0]);
	child_go(&child);
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		self->actor = mt_actor();
		while (mt_watch_process(self->actor, child.pid, NULL) == -EPERM)
			mt_breathe();
		close(line[1]);
		EXPECT_EQ(0, mt_watch_told(self->actor, &event, NULL));
		EXPECT_EQ(MOTET_WATCHED_ENDED, event.event);
		EXPECT_EQ(0, event.status);
		EXPECT_EQ(child.pid, event.pid);
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	close(line[1]);
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(77, mt_wait(child.pid));
}

TEST_F(watch, port)
{
	struct motet_port_create create = {
		.mode = 0600, .retention = 100 * MT_SECOND,
	};
	struct motet_watch_event event;
	struct motet_id id, other;
	int port, actor, moved;
	__u64 watch;

	port = mt_create(self->actor, &create, "watched");
	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_watch_object(self->port, MOTET_WATCH_PORT, &create.id,
				     &watch));
	/* one that moves lives, and so does one that is retained */
	actor = mt_actor();
	ASSERT_LE(0, actor);
	ASSERT_EQ(0, mt_actor_id(actor, &id));
	ASSERT_EQ(0, mt_offer(port, 0, &id));
	moved = mt_open_id(actor, MOTET_ROLE_HOLDER, &create.id);
	ASSERT_LE(0, moved);
	close(port);
	close(moved);
	EXPECT_TRUE(mt_watch_nothing(self->port));
	ASSERT_EQ(1, mt_purge());
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_DEAD, event.event);
	EXPECT_EQ(MOTET_WATCH_PORT, event.kind);
	EXPECT_TRUE(mt_id_equal(&create.id, &event.id));
	EXPECT_EQ(watch, event.watch);
	EXPECT_EQ(0, event.pid);
	EXPECT_EQ(-ESRCH, mt_watch_object(self->port, MOTET_WATCH_PORT,
					  &create.id, NULL));
	/* of another class, and the port that is told itself */
	port = mt_port(self->actor, NULL, 1, &other);
	EXPECT_EQ(-ESRCH, mt_watch_object(self->port, MOTET_WATCH_GROUP, &other,
					  NULL));
	EXPECT_EQ(0, mt_watch_object(port, MOTET_WATCH_PORT, &other, NULL));
	EXPECT_EQ(0, mt_watch_object(self->port, MOTET_WATCH_PORT, &other, NULL));
	close(port);
	EXPECT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_TRUE(mt_watch_nothing(self->port));
}

/* Who dies with its default port is known by that, too. */
TEST_F(watch, actors_port)
{
	struct motet_watch_event event;
	struct motet_info info;
	int line[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(line));
	pid = mt_fork();
	if (pid == 0) {
		self->actor = mt_actor();
		if (mt_info(self->actor, &info) ||
		    write(line[1], &info.port, sizeof(info.port)) < 0)
			_exit(1);
		pause();
	}
	ASSERT_EQ(sizeof(info.port), read(line[0], &info.port,
					  sizeof(info.port)));
	ASSERT_EQ(0, mt_watch_object(self->port, MOTET_WATCH_PORT, &info.port,
				     NULL));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_DEAD, event.event);
	EXPECT_TRUE(mt_id_equal(&info.port, &event.id));
}

TEST_F(watch, group)
{
	struct motet_watch_event event;
	struct motet_cap cap;
	int group;

	group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);
	ASSERT_LE(0, group);
	ASSERT_EQ(0, mt_watch_object(self->port, MOTET_WATCH_GROUP, &cap.id,
				     NULL));
	EXPECT_EQ(-ESRCH, mt_watch_object(self->port, MOTET_WATCH_PORT, &cap.id,
					  NULL));
	EXPECT_TRUE(mt_watch_nothing(self->port));
	ASSERT_EQ(0, mt_delete(self->actor, &cap));
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_DEAD, event.event);
	EXPECT_EQ(MOTET_WATCH_GROUP, event.kind);
	EXPECT_TRUE(mt_id_equal(&cap.id, &event.id));
	EXPECT_TRUE(mt_watch_nothing(self->port));
	EXPECT_EQ(-ESRCH, mt_watch_object(self->port, MOTET_WATCH_GROUP, &cap.id,
					  NULL));
}

TEST_F(watch, mode_of_an_object)
{
	struct motet_port_create closed = { .mode = 0622 };
	struct motet_port_create open = { .mode = 0644 };
	pid_t pid;

	ASSERT_LE(0, mt_create(self->actor, &closed, NULL));
	ASSERT_LE(0, mt_create(self->actor, &open, NULL));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		self->actor = mt_actor();
		EXPECT_EQ(-EACCES, mt_watch_object(self->actor, MOTET_WATCH_PORT,
						   &closed.id, NULL));
		EXPECT_EQ(0, mt_watch_object(self->actor, MOTET_WATCH_PORT,
					     &open.id, NULL));
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_F(watch, node)
{
	struct motet_watch_event event;
	struct mt_nl nl;
	__u64 watch;

	ASSERT_EQ(0, mt_nl_open(&nl));
	EXPECT_EQ(-ESRCH, mt_watch_node(self->port, 2, NULL));
	ASSERT_EQ(0, mt_node_set(&nl, 2, 1, 100));
	ASSERT_EQ(0, mt_node_set(&nl, 3, 1, 100));
	ASSERT_EQ(0, mt_watch_node(self->port, 2, &watch));
	ASSERT_EQ(0, mt_node_set(&nl, 3, 0, 0));
	EXPECT_TRUE(mt_watch_nothing(self->port));
	ASSERT_EQ(0, mt_node_set(&nl, 2, 0, 0));
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_LEFT, event.event);
	EXPECT_EQ(MOTET_WATCH_NODE, event.kind);
	EXPECT_EQ(2, event.node);
	EXPECT_EQ(watch, event.watch);
	/* absent already */
	ASSERT_EQ(0, mt_watch_node(self->port, 2, NULL));
	EXPECT_EQ(0, mt_watch_told_now(self->port, &event));
	EXPECT_EQ(MOTET_WATCHED_LEFT, event.event);
	/* away for a moment */
	ASSERT_EQ(0, mt_node_set(&nl, 2, 1, 200));
	ASSERT_EQ(0, mt_watch_node(self->port, 2, NULL));
	ASSERT_EQ(0, mt_node_set(&nl, 2, 1, 300));
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(MOTET_WATCHED_LEFT, event.event);
	EXPECT_TRUE(mt_watch_nothing(self->port));
	/* the own node, which others watch elsewhere */
	ASSERT_EQ(0, mt_watch_node(self->port, 1, NULL));
	ASSERT_EQ(0, mt_node_set(&nl, 1, 1, 12345));
	EXPECT_TRUE(mt_watch_nothing(self->port));
	ASSERT_EQ(0, mt_node_set(&nl, 1, 0, 0));
	ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
	EXPECT_EQ(1, event.node);
	mt_nl_close(&nl);
}

static __u64 listed(struct mt_nl *nl, __u64 watch, __u16 type)
{
	struct mt_dump *dump = malloc(sizeof(*dump));
	struct mt_attrs attrs;
	__u64 value = ~0ULL;

	if (dump && !mt_nl_dump(nl, MOTET_CMD_WATCH_GET, dump) &&
	    mt_dump_find(dump, MOTET_A_WATCH_NUMBER, &watch, sizeof(watch),
			 &attrs) == 1)
		value = mt_attr_number(&attrs, type);
	free(dump);
	return value;
}

TEST_F(watch, shown)
{
	struct motet_watch_event event;
	struct mt_attrs user;
	__u64 watch, other;
	struct mt_nl nl;
	pid_t pid;

	ASSERT_EQ(0, mt_nl_open(&nl));
	pid = mt_fork_idle();
	ASSERT_EQ(0, mt_watch_process_flags(self->port, pid,
					    MOTET_WATCH_DESCENDANTS, 1, 3,
					    &watch));
	ASSERT_EQ(0, mt_watch_object(self->port, MOTET_WATCH_PORT, &self->id,
				     &other));
	EXPECT_EQ(MOTET_WATCH_PROCESS, listed(&nl, watch, MOTET_A_WATCH_KIND));
	EXPECT_EQ(pid, listed(&nl, watch, MOTET_A_WATCH_PID));
	EXPECT_EQ(1000 + pid, listed(&nl, watch, MOTET_A_WATCH_COOKIE));
	EXPECT_EQ(3, listed(&nl, watch, MOTET_A_WATCH_PLACES));
	EXPECT_EQ(MOTET_WATCH_PORT, listed(&nl, other, MOTET_A_WATCH_KIND));
	ASSERT_EQ(0, mt_user_get(0, &user));
	EXPECT_LE(5, mt_attr_number(&user, MOTET_A_USER_WATCHES));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	EXPECT_EQ(POLLIN, mt_poll(self->port, POLLIN, 20000));
	EXPECT_EQ(watch, listed(&nl, watch, MOTET_A_WATCH_NUMBER));
	EXPECT_EQ(0, mt_watch_told(self->port, &event, NULL));
	while (listed(&nl, watch, MOTET_A_WATCH_KIND) != ~0ULL)
		mt_breathe();
	EXPECT_EQ(other, listed(&nl, other, MOTET_A_WATCH_NUMBER));
	/* not to others */
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(0, mt_nl_open(&nl));
		EXPECT_EQ(~0ULL, listed(&nl, other, MOTET_A_WATCH_KIND));
		_exit(_metadata->exit_code != KSFT_PASS);
	}
	EXPECT_EQ(0, mt_wait(pid));
	mt_nl_close(&nl);
}

TEST_F(watch, arguments)
{
	const struct motet_watch_start bad[] = {
		{ .kind = 0, .pid = 1 },
		{ .kind = 5, .pid = 1 },
		{ .kind = MOTET_WATCH_PROCESS },
		{ .kind = MOTET_WATCH_PROCESS, .pid = -1 },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1, .node = 1 },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1, .depth = 1 },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1, .places = 1 },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1, .id.bytes[1] = 1 },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1,
		  .flags = MOTET_WATCH_FORK },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1,
		  .flags = MOTET_WATCH_DESCENDANTS, .depth = 1 },
		{ .kind = MOTET_WATCH_PROCESS, .pid = 1,
		  .flags = MOTET_WATCH_DESCENDANTS, .places = 1 },
		{ .kind = MOTET_WATCH_PORT, .pid = 1, .id = self->id },
		{ .kind = MOTET_WATCH_PORT, .id = self->id,
		  .flags = MOTET_WATCH_EXEC },
		{ .kind = MOTET_WATCH_GROUP, .id = self->id, .node = 1 },
		{ .kind = MOTET_WATCH_NODE },
		{ .kind = MOTET_WATCH_NODE, .node = 1, .id = self->id },
		{ .kind = MOTET_WATCH_NODE, .node = 1, .places = 1 },
	};
	struct motet_watch_start start;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		start = bad[i];
		EXPECT_EQ(-EINVAL, mt_watch_start(self->port, &start)) {
			TH_LOG("case %u", i);
		}
	}
	EXPECT_EQ(-ENOENT, mt_watch_stop(self->port, 0));
	EXPECT_EQ(-ENOENT, mt_watch_stop(self->port, ~0ULL));
}

/* A watch that is stopped tells nothing, and takes back what is unread. */
TEST_F(watch, stop)
{
	struct motet_watch_event event;
	struct child child;
	__u64 watch;
	int i;

	for (i = 0; i < 3; i++) {
		if (child_new(&child) == 0)
			_exit(0);
		ASSERT_EQ(0, mt_watch_process(self->port, child.pid, &watch));
		EXPECT_EQ(-ENOENT, mt_watch_stop(self->actor, watch));
		if (i == 0)
			EXPECT_EQ(0, mt_watch_stop(self->port, watch));
		child_go(&child);
		EXPECT_EQ(0, mt_wait(child.pid));
		if (i == 1) {
			EXPECT_EQ(POLLIN, mt_poll(self->port, POLLIN, 20000));
			EXPECT_EQ(0, mt_watch_stop(self->port, watch));
		}
		if (i == 2)
			EXPECT_EQ(0, mt_watch_told(self->port, &event, NULL));
		EXPECT_TRUE(mt_watch_nothing(self->port));
		EXPECT_EQ(-ENOENT, mt_watch_stop(self->port, watch));
	}
}

/**
 * struct estate - a process that has something, and those who are in its way
 * @has: it has it
 * @go: it is to end, or to run another program
 * @stop: those are to end
 * @actor: by which they do what they do
 */
struct estate {
	int has;
	int go;
	int stop;
	int actor;
};

static void *estate_crowd(void *arg)
{
	struct estate *estate = arg;
	int fd;

	while (!__atomic_load_n(&estate->stop, __ATOMIC_SEQ_CST)) {
		fd = mt_port(estate->actor, NULL, 1, NULL);
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

static void estate_have(struct estate *estate, bool exec)
{
	struct motet_port_create create = MT(motet_port_create, .mode = 0700,
					     .retention = 1000 * MT_SECOND);
	int actor = mt_actor();
	__u64 opening;

	if (mt_create(actor, &create, "estate") < 0 ||
	    mt_lock_open(actor, 0, "estate", &opening) ||
	    mt_lock(actor, opening, 1, EXCLUSIVE, NO_QUEUE))
		_exit(1);
	__atomic_store_n(&estate->has, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&estate->go, __ATOMIC_SEQ_CST))
		mt_breathe();
	if (exec)
		execl("/proc/self/exe", "watch_test", "--exec", "0", NULL);
	_exit(0);
}

/* Whoever is told of an end can take over what the process had. */
TEST_F_TIMEOUT(watch, nothing_is_held_when_an_end_is_told, 600)
{
	unsigned int rounds = mt_rounds(25) * 4, i;
	struct estate *estate = mt_shared(sizeof(*estate));
	struct motet_watch_event event;
	pthread_t crowd[3];
	__u64 opening;
	bool exec;
	pid_t pid;
	int fd;

	ASSERT_TRUE(estate);
	estate->actor = self->actor;
	ASSERT_EQ(0, mt_lock_new(self->actor, "estate", &opening));
	for (i = 0; i < ARRAY_SIZE(crowd); i++)
		ASSERT_EQ(0, pthread_create(&crowd[i], NULL, estate_crowd,
					    estate));
	for (i = 0; i < rounds; i++) {
		estate->has = 0;
		estate->go = 0;
		exec = i % 2;
		pid = mt_fork();
		if (pid == 0)
			estate_have(estate, exec);
		while (!__atomic_load_n(&estate->has, __ATOMIC_SEQ_CST))
			mt_breathe();
		ASSERT_EQ(0, mt_watch_process_flags(self->port, pid,
						    exec ? MOTET_WATCH_EXEC : 0,
						    0, 0, NULL));
		__atomic_store_n(&estate->go, 1, __ATOMIC_SEQ_CST);
		ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
		EXPECT_EQ(exec ? MOTET_WATCHED_EXECED : MOTET_WATCHED_EXITED,
			  event.event);
		fd = mt_open(self->actor, MOTET_ROLE_HOLDER, "estate", NULL);
		ASSERT_LE(0, fd) {
			TH_LOG("round %u: %s", i, strerror(-fd));
		}
		ASSERT_EQ(0, mt_lock(self->actor, opening, 1, EXCLUSIVE,
				     NO_QUEUE));
		ASSERT_EQ(0, mt_unlock(self->actor, opening, 1));
		ASSERT_EQ(0, mt_unlink(self->actor, "estate"));
		close(fd);
		if (exec)
			ASSERT_EQ(0, mt_watch_told(self->port, &event, NULL));
		EXPECT_EQ(exec ? 33 : 0, mt_wait(pid));
	}
	__atomic_store_n(&estate->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < ARRAY_SIZE(crowd); i++)
		pthread_join(crowd[i], NULL);
}

int main(int argc, char **argv)
{
	char number[12];
	int left;

	if (argc == 3 && !strcmp(argv[1], "--exec")) {
		left = atoi(argv[2]);
		if (!left)
			_exit(33);
		snprintf(number, sizeof(number), "%d", left - 1);
		execl("/proc/self/exe", argv[0], argv[1], number, NULL);
		_exit(1);
	}
	return test_harness_run(argc, argv);
}
