// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch_bench fork [N [OTHERS]]: nanoseconds that making a process costs that ends
 * at once, and is waited for, while so many other processes sleep, each of them
 * watched if the module is loaded. Run it with the module loaded and without.
 *
 * watch_bench death [N]: nanoseconds from just before a process ends until another
 * one, which sleeps in poll(2), knows: by a watch, and by a pidfd.
 *
 * In a guest whose clock counts instructions, nanoseconds are instructions: see
 * watch_bench.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/motet_watch.h>

#define BATCH	64

/* Batches that aren't counted: caches of memory fill */
#define WARM_UP	10

/* Until whoever is to be told sleeps, nanoseconds */
#define GRACE	2000000

static unsigned long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void print(const char *what, unsigned long long *times, unsigned int n)
{
	unsigned long long sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		sum += times[i];
	qsort(times, n, sizeof(*times), compare);
	printf("%s: least %llu, median %llu, mean %llu, 99 of 100 below %llu ns (%u times)\n",
	       what, times[0], times[n / 2], sum / n, times[n * 99ULL / 100],
	       n);
}

static void one_process(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		die("vfork");
}

static int open_actor(void)
{
	return open(MOTET_DEVICE, O_RDWR | O_CLOEXEC);
}

static void watch(int actor, pid_t pid)
{
	struct motet_watch_start start = {
		.size = sizeof(start), .kind = MOTET_WATCH_PROCESS, .pid = pid,
	};

	if (ioctl(actor, MOTET_IOC_WATCH, &start))
		die("watch");
}

static pid_t *begin_others(unsigned int others)
{
	pid_t *pids = calloc(others + 1, sizeof(*pids));
	int actor = open_actor();
	unsigned int i;

	for (i = 0; i < others; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			for (;;)
				pause();
		if (pids[i] < 0)
			die("fork");
		if (actor >= 0)
			watch(actor, pids[i]);
	}
	printf("%u others, %s\n", others, actor < 0 ? "no module" :
	       "each of them watched");
	return pids;
}

static void end_others(pid_t *pids)
{
	unsigned int i;

	for (i = 0; pids[i]; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	free(pids);
}

static void bench_fork(unsigned int n, unsigned int others)
{
	unsigned long long *times = calloc(n, sizeof(*times)), begin;
	pid_t *pids = begin_others(others);
	unsigned int i, j;

	for (j = 0; j < WARM_UP * BATCH; j++)
		one_process();
	for (i = 0; i < n; i++) {
		begin = now();
		for (j = 0; j < BATCH; j++)
			one_process();
		times[i] = (now() - begin) / BATCH;
	}
	print("a process", times, n);
	free(times);
	end_others(pids);
}

/* The child says when it ends; the parent is in poll() by then, or soon. */
static pid_t dying(unsigned long long *when, int line[2])
{
	unsigned long long until;
	pid_t pid;
	char byte;

	if (pipe(line))
		die("pipe");
	pid = fork();
	if (pid)
		return pid;
	close(line[1]);
	if (read(line[0], &byte, 1) < 0)
		_exit(1);
	for (until = now() + GRACE; now() < until;)
		;
	__atomic_store_n(when, now(), __ATOMIC_SEQ_CST);
	_exit(0);
}

static unsigned long long death(int fd, pid_t pid, const int line[2],
				unsigned long long *when)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	unsigned long long time;

	close(line[0]);
	close(line[1]);
	if (poll(&pollfd, 1, -1) != 1)
		die("poll");
	time = now() - __atomic_load_n(when, __ATOMIC_SEQ_CST);
	waitpid(pid, NULL, 0);
	return time;
}

static unsigned long long by_watch(int actor, unsigned long long *when)
{
	struct motet_watch_event event;
	struct motet_msg msg = {
		.size = sizeof(msg), .body = (unsigned long)&event,
		.body_cap = sizeof(event),
	};
	unsigned long long time;
	int line[2];
	pid_t pid;

	pid = dying(when, line);
	watch(actor, pid);
	time = death(actor, pid, line, when);
	if (ioctl(actor, MOTET_IOC_RECV, &msg))
		die("receive");
	return time;
}

static unsigned long long by_pidfd(unsigned long long *when)
{
	unsigned long long time;
	int line[2], pidfd;
	pid_t pid;

	pid = dying(when, line);
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		die("pidfd_open");
	time = death(pidfd, pid, line, when);
	close(pidfd);
	return time;
}

static void bench_death(unsigned int n)
{
	unsigned long long *watches = calloc(n, sizeof(*watches));
	unsigned long long *pidfds = calloc(n, sizeof(*pidfds));
	unsigned long long *when;
	unsigned int i;
	int actor;

	when = mmap(NULL, sizeof(*when), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	actor = open_actor();
	if (actor < 0)
		die(MOTET_DEVICE);
	for (i = 0; i < n; i++) {
		watches[i] = by_watch(actor, when);
		pidfds[i] = by_pidfd(when);
	}
	print("by a watch", watches, n);
	print("by a pidfd", pidfds, n);
	free(watches);
	free(pidfds);
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	unsigned int others = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

	if (argc < 2 || !n)
		return 2;
	if (!strcmp(argv[1], "fork"))
		bench_fork(n, others);
	else if (!strcmp(argv[1], "death"))
		bench_death(n);
	else
		return 2;
	return 0;
}
