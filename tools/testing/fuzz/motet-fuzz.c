// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts workers that do random programs at the doors of the module, kills them
 * at random moments, and sees that none of them hangs.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz_worker.h"
#include "../selftests/motet_test.h"

#define SECOND		1000000000ULL
/* between two looks at the workers */
#define TICK_MS		100
#define TICK_NS		(SECOND / 1000 * TICK_MS)
/* whose operation takes longer is not killed: that could hide that it is stuck */
#define SLOW_NS		SECOND
/* most that an operation may take, and the end of somebody who was killed */
#define STUCK_NS	(60 * SECOND)
#define PROGRESS_NS	(10 * SECOND)

/**
 * struct run - what is to be done, and how it goes
 * @operations: at least; 0 is without end
 * @seconds: at most; 0 is without end
 * @seed: of all that is random
 * @workers: how many
 * @kill_ms: how long a worker lives on average; 0 is to the end
 * @out: directory for new programs, or NULL
 * @finds: file there for new programs
 * @log: what the kernel says
 * @began: when
 * @failed: what went wrong
 * @kills: workers that were killed
 */
struct run {
	__u64 operations;
	__u64 seconds;
	__u64 seed;
	unsigned int workers;
	unsigned int kill_ms;
	const char *out;
	FILE *finds;
	int log;
	__u64 began;
	unsigned int failed;
	unsigned int kills;
};

static struct run run = { .workers = 4, .kill_ms = 10000 };

static const char usage[] =
"usage: motet-fuzz [OPTION...]\n"
"\n"
"Does random programs at all doors of the module, which is loaded. As root.\n"
"\n"
"  --operations N   until so many operations are done\n"
"  --seconds N      until so many seconds have passed (default 60)\n"
"  --seed N         of all that is random (default: a new one, printed)\n"
"  --workers N      processes (default 4)\n"
"  --kill MS        how long a worker lives on average; 0: none is killed\n"
"                   (default 10000)\n"
"  --corpus PATH    programs to begin with: a file, or all *.txt of a\n"
"                   directory; repeatable\n"
"  --out DIR        where new programs go (finds.txt)\n"
"  --tell           print each program before it is done: \"@N\", N being the\n"
"                   worker, then its lines, the last of them empty\n"
"  --merge FILE     do the programs of the corpus once; write those that reach\n"
"                   what no shorter one does to FILE. Without kcov: all\n"
"  --replay FILE    do the programs of FILE, once, one after the other\n"
"  --list           print all operations, their numbers and fields\n"
"  --check          hold the table of operations against that of the tests\n";

static void new_shared(void)
{
	fz_shared = mmap(NULL, sizeof(*fz_shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fz_shared == MAP_FAILED) {
		perror("motet-fuzz: memory");
		exit(2);
	}
	fz_self = &fz_shared->workers[0];
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
		       fz_shared->socket)) {
		perror("motet-fuzz: socketpair");
		exit(2);
	}
}

static void fail(const char *what, unsigned int worker)
{
	printf("not ok - worker %u: %s\n", worker, what);
	fz_show_op(&fz_shared->workers[worker]);
	fflush(stdout);
	run.failed++;
}

static void start_worker(unsigned int index)
{
	pid_t pid;

	fflush(NULL);
	fz_shared->workers[index].since = 0;
	pid = fork();
	if (pid < 0) {
		perror("motet-fuzz: fork");
		exit(2);
	}
	if (!pid)
		fz_worker_loop(index, run.seed);
	fz_shared->workers[index].pid = pid;
}

static void worker_ended(pid_t pid, int status)
{
	char text[64];
	unsigned int i;

	for (i = 0; i < run.workers; i++)
		if (fz_shared->workers[i].pid == pid)
			break;
	if (i == run.workers)
		return;
	fz_shared->workers[i].pid = 0;
	if (!(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) &&
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
		snprintf(text, sizeof(text), "ended with status %x", status);
		fail(text, i);
	}
	if (!fz_shared->stop)
		start_worker(i);
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		worker_ended(pid, status);
}

/* How long a worker's operation takes by now. */
static __u64 taken(unsigned int worker)
{
	__u64 now = fz_now();
	__u64 since = __atomic_load_n(&fz_shared->workers[worker].since,
				      __ATOMIC_RELAXED);

	return since && since < now ? now - since : 0;
}

/* Kills one now and then; more precisely: each with the same chance. */
static void kill_some(void)
{
	unsigned int i;

	for (i = 0; run.kill_ms && i < run.workers; i++)
		if (fz_shared->workers[i].pid > 0 && taken(i) < SLOW_NS &&
		    fz_below(run.kill_ms) < TICK_MS) {
			kill(fz_shared->workers[i].pid, SIGKILL);
			run.kills++;
		}
}

static void print_file(pid_t pid, const char *name)
{
	char path[64], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	if (mt_read_file(path, text, sizeof(text)) >= 0)
		printf("# %s\n%s\n", path, text);
}

static void fail_stuck(const char *what, unsigned int worker)
{
	fail(what, worker);
	print_file(fz_shared->workers[worker].pid, "stack");
	print_file(fz_shared->workers[worker].pid, "status");
}

/* Fails if an operation doesn't come back. */
static void watch_workers(void)
{
	unsigned int i;

	for (i = 0; i < run.workers; i++)
		if (fz_shared->workers[i].pid > 0 && taken(i) > STUCK_NS)
			fail_stuck("an operation does not come back", i);
}

static void complained(const char *text)
{
	unsigned int i;

	printf("not ok - the kernel complains: %s", text);
	run.failed++;
	for (i = 0; i < run.workers; i++) {
		printf("# worker %u: ", i);
		fz_show_op(&fz_shared->workers[i]);
	}
	fflush(stdout);
}

/*
 * Fails if the kernel has found a bug. The guest's runner knows more of what it may
 * say then; here it is about who did what when it said so.
 */
static void watch_kernel(void)
{
	static const char *const words[] = {
		"BUG: ", "WARNING: ", "UBSAN: ", "INFO: task ",
	};
	char text[8192];
	unsigned int i;
	ssize_t len;

	/* a line at a time; of those that were overwritten nothing is known */
	while ((len = read(run.log, text, sizeof(text) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		text[len > 0 ? len : 0] = 0;
		for (i = 0; i < FZ_COUNT(words) && !run.failed; i++)
			if (strstr(text, words[i]))
				complained(text);
	}
}

/* Programs that are new go to the file. */
static void write_finds(void)
{
	unsigned int i;

	if (!run.finds)
		return;
	for (i = 0; i < FZ_PROGRAMS; i++) {
		if (__atomic_load_n(&fz_shared->ready[i], __ATOMIC_ACQUIRE) != 1)
			continue;
		fz_program_write(run.finds, &fz_shared->corpus[i]);
		fz_shared->ready[i] = 2;
	}
	fflush(run.finds);
}

static void progress(void)
{
	__u64 seconds = (fz_now() - run.began) / SECOND;
	__u64 operations = fz_operations();

	printf("# %llu s: %llu operations (%llu/s), %u edges, %u programs, %u kills\n",
	       (unsigned long long)seconds, (unsigned long long)operations,
	       (unsigned long long)(operations / (seconds ?: 1)),
	       fz_shared->edges, fz_shared->programs, run.kills);
	fflush(stdout);
}

static bool over(void)
{
	__u64 seconds = (fz_now() - run.began) / SECOND;

	return (run.operations && fz_operations() >= run.operations) ||
	       (run.seconds && seconds >= run.seconds);
}

/* Until a worker ends, or until it is so late. */
static void rest(__u64 until)
{
	__u64 now = fz_now();
	struct timespec left = { 0 };
	sigset_t set;

	if (now >= until)
		return;
	left.tv_sec = (until - now) / SECOND;
	left.tv_nsec = (until - now) % SECOND;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &left);
}

/* Waits for all workers to end. Returns how many have not. */
static unsigned int wait_workers(__u64 nanoseconds)
{
	__u64 end = fz_now() + nanoseconds;
	unsigned int i, alive;

	for (;;) {
		reap();
		for (i = 0, alive = 0; i < run.workers; i++)
			alive += fz_shared->workers[i].pid > 0;
		if (!alive || fz_now() > end)
			return alive;
		rest(end);
	}
}

/* Ends all workers: who doesn't end by himself has failed, and is killed. */
static bool end_workers(void)
{
	unsigned int i;

	fz_shared->stop = true;
	if (!wait_workers(STUCK_NS))
		return true;
	for (i = 0; i < run.workers; i++)
		if (fz_shared->workers[i].pid > 0) {
			fail_stuck("does not end", i);
			kill(fz_shared->workers[i].pid, SIGKILL);
		}
	if (!wait_workers(STUCK_NS))
		return true;
	for (i = 0; i < run.workers; i++)
		if (fz_shared->workers[i].pid > 0)
			fail_stuck("does not end, though it was killed", i);
	return false;
}

static void open_out(void)
{
	char path[4096];

	if (!run.out)
		return;
	snprintf(path, sizeof(path), "%s/finds.txt", run.out);
	run.finds = fopen(path, "we");
	if (!run.finds) {
		perror(path);
		exit(2);
	}
	fz_layouts_write(run.finds);
}

static void loaded(void)
{
	fz_shared->loaded = fz_shared->programs;
	memset(fz_shared->ready, 2, fz_shared->loaded);
}

static void start(void)
{
	sigset_t set;
	unsigned int i;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	run.log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(run.log, 0, SEEK_END);
	fz_seed(run.seed);
	run.began = fz_now();
	for (i = 0; i < run.workers; i++)
		start_worker(i);
}

static void tick(unsigned int ticks)
{
	kill_some();
	watch_workers();
	watch_kernel();
	if (ticks % 100 == 0)
		fz_unlimit(true);
	if (ticks * TICK_NS % PROGRESS_NS == 0) {
		write_finds();
		progress();
	}
}

static int fuzz(void)
{
	unsigned int ticks = 0;
	__u64 next;
	bool ended;

	loaded();
	open_out();
	printf("# seed %llu, %u workers, %u programs%s\n",
	       (unsigned long long)run.seed, run.workers, fz_shared->loaded,
	       fz_shared->cover ? "" : ", no kcov");
	start();
	next = run.began;
	while (!over() && !run.failed) {
		rest(next);
		reap();
		if (fz_now() < next)
			continue;
		tick(ticks++);
		next = fz_now() + TICK_NS;
	}
	ended = end_workers();
	watch_kernel();
	write_finds();
	progress();
	fz_report();
	/* what is on its way in the socket ends with it */
	close(fz_shared->socket[0]);
	close(fz_shared->socket[1]);
	printf("# purged %d\n", ended ? mt_purge() : 0);
	printf("# operations done: %llu, edges: %u, programs: %u\n",
	       (unsigned long long)fz_operations(), fz_shared->edges,
	       fz_shared->programs);
	printf("%s - no operation hung, no worker died by itself, no complaint\n",
	       run.failed ? "not ok" : "ok");
	printf("%u passed, %u failed, 0 skipped\n", !run.failed, run.failed);
	return run.failed ? 1 : 0;
}

static int merge(const char *path)
{
	FILE *file __attribute__((cleanup(fz_close_file))) = NULL;
	unsigned int before = fz_shared->programs;

	fz_corpus_sort();
	fz_shared->loaded = before;
	if (fz_run_init())
		return 2;
	if (fz_shared->cover && fz_cover_open(0))
		return 2;
	if (fz_shared->cover)
		fz_corpus_replay(true);
	fz_reset();
	file = fopen(path, "we");
	if (!file) {
		perror(path);
		return 2;
	}
	printf("# %u programs, of which %d stay, %u edges\n", before,
	       fz_corpus_write(file), fz_shared->edges);
	printf("# purged %d\n", mt_purge());
	return 0;
}

static void load(const char *path)
{
	int bad = fz_corpus_load(path);

	if (bad < 0) {
		fprintf(stderr, "motet-fuzz: %s: %s\n", path, strerror(-bad));
		exit(2);
	}
	if (bad)
		printf("# %s: %d programs left out\n", path, bad);
}

static int replay(const char *path)
{
	unsigned int i = fz_shared->programs;

	load(path);
	if (fz_run_init())
		return 2;
	for (; i < fz_shared->programs; i++)
		fz_program_run(&fz_shared->corpus[i]);
	fz_reset();
	fz_report();
	printf("# purged %d\n", mt_purge());
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}

static int list(void)
{
	unsigned int i, j;

	for (i = 0; i < fz_door_count; i++) {
		printf("%s %u %04x", fz_doors[i].name, fz_doors[i].number,
		       fz_doors[i].hash);
		for (j = 0; j < fz_doors[i].count; j++)
			printf(" %s%s", fz_doors[i].prefix[fz_doors[i].part[j]]
			       ?: "", fz_doors[i].fields[j]->name);
		putchar('\n');
	}
	return 0;
}

/* What the doors may make the process need, and what it must not harm. */
static void limits(void)
{
	struct rlimit files = { .rlim_cur = 4096, .rlim_max = 4096 };
	struct rlimit core = { 0 };

	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CORE, &core);
}

enum { OPERATIONS = 256, SECONDS, SEED, WORKERS, KILL, CORPUS, OUT, TELL,
	MERGE, REPLAY, LIST, CHECK, NOTHING, HELP };

static const struct option options[] = {
	{ "operations", required_argument, NULL, OPERATIONS },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "seed", required_argument, NULL, SEED },
	{ "workers", required_argument, NULL, WORKERS },
	{ "kill", required_argument, NULL, KILL },
	{ "corpus", required_argument, NULL, CORPUS },
	{ "out", required_argument, NULL, OUT },
	{ "tell", no_argument, NULL, TELL },
	{ "merge", required_argument, NULL, MERGE },
	{ "replay", required_argument, NULL, REPLAY },
	{ "list", no_argument, NULL, LIST },
	{ "check", no_argument, NULL, CHECK },
	{ "nothing", no_argument, NULL, NOTHING },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

static int check(void)
{
	int bad = fz_doors_check();

	printf("%s - the table has all doors of the tests\n",
	       bad ? "not ok" : "ok");
	printf("%d passed, %d failed, 0 skipped\n", !bad, bad);
	return bad ? 1 : 0;
}

/* Returns the option that says what is to be done, or 0. */
static int parse(int argc, char **argv, const char **path)
{
	int option, mode = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPERATIONS:
			run.operations = strtoull(optarg, NULL, 0);
			break;
		case SECONDS:
			run.seconds = strtoull(optarg, NULL, 0);
			break;
		case SEED:
			run.seed = strtoull(optarg, NULL, 0);
			break;
		case WORKERS:
			run.workers = strtoul(optarg, NULL, 0);
			break;
		case KILL:
			run.kill_ms = strtoul(optarg, NULL, 0);
			break;
		case CORPUS:
			load(optarg);
			break;
		case OUT:
			run.out = optarg;
			break;
		case TELL:
			fz_shared->tell = true;
			break;
		case '?':
			fputs(usage, stderr);
			exit(2);
		default:
			mode = option;
			*path = optarg;
			break;
		}
	}
	return mode;
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	int mode;

	/* what a child runs when it is to run another program */
	if (argc == 2 && !strcmp(argv[1], "--nothing"))
		return 0;
	if (fz_doors_init()) {
		fputs("motet-fuzz: the table is too large\n", stderr);
		return 2;
	}
	new_shared();
	mode = parse(argc, argv, &path);
	if (mode == HELP || run.workers < 1 || run.workers > FZ_WORKERS) {
		fputs(usage, stdout);
		return mode == HELP ? 0 : 2;
	}
	if (!run.seed)
		(void)!getrandom(&run.seed, 4, 0);
	if (!run.operations && !run.seconds)
		run.seconds = 60;
	limits();
	if (fz_shared->tell) {
		puts("@layout");
		fz_layouts_write(stdout);
		fflush(stdout);
	}
	fz_shared->cover = !access("/sys/kernel/debug/kcov", R_OK | W_OK);
	switch (mode) {
	case LIST:
		return list();
	case CHECK:
		return check();
	case REPLAY:
		return replay(path);
	case MERGE:
		return merge(path);
	default:
		return fz_doors_check() ? check() : fuzz();
	}
}
