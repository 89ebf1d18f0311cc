// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word count: the supervisor. Starts the server, a spare and the clients,
 * kills the server in each of its phases, and tells how it goes.
 *
 * The supervisor runs on the server's processor and before it. So once the
 * server has published a phase that is waited for, the supervisor is the next
 * to run there, and the server dies in that phase. It is looked at again after
 * the death all the same, and only then the kill counts.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <motet/motet.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wordcount.h"

#define TICK		(WC_SECOND / 2)
#define PLAIN_INTERVAL	(5 * WC_SECOND)
#define STALL		(60 * WC_SECOND)

/* Some of the kills come later in the phase: in the midst of a save. */
#define LINGER		(WC_MS / 4)
#define LINGERS		8

/**
 * struct target - a phase to kill in
 * @phase: the phase
 * @linger: the phase is long
 */
static const struct target {
	enum wc_phase phase;
	bool linger;
} targets[] = {
	{ WC_BEFORE, false },
	{ WC_RECEIVED, true },
	{ WC_REPLIED, false },
	{ WC_SAVED, false },
};

#define TARGETS	ARRAY_SIZE(targets)

/**
 * struct child - a process
 * @pid: its number; 0 if there is none
 * @pidfd: to wait for it and to kill it
 */
struct child {
	pid_t pid;
	int pidfd;
};

/**
 * struct supervisor - this process
 * @dir: directory of the job
 * @path: of the programs, without what follows "wordcount-"
 * @pid: its number
 * @tty: the progress is one line
 * @shared: shared with all
 * @actor: its actor
 * @clients: how many
 * @kills_wanted: how many
 * @lines: of the text
 * @everywhere: processors that it was allowed to use
 * @here: the one that it uses
 * @server: the server and the spare, by the parity of their generation
 * @generation: of the server
 * @client: by number
 * @kills: by phase
 * @astray: kills that hit another phase
 * @killed_at: when the last was
 * @take_over: the longest from a kill until the spare had the port
 * @started_at: when it began
 * @shown_at: when the progress was shown
 * @moved_at: when it was last seen to move
 * @moved: how far it was then
 */
struct supervisor {
	const char *dir;
	char path[4096];
	pid_t pid;
	bool tty;
	struct wc_shared *shared;
	int actor;
	uint32_t clients;
	uint32_t kills_wanted;
	uint32_t lines;
	cpu_set_t everywhere;
	cpu_set_t here;
	struct child server[2];
	unsigned int generation;
	struct child client[WC_CLIENTS_MAX];
	unsigned int kills[WC_PHASES];
	unsigned int astray;
	uint64_t killed_at;
	uint64_t take_over;
	uint64_t started_at;
	uint64_t shown_at;
	uint64_t moved_at;
	uint32_t moved;
};

static struct wc_server *slot_of(struct supervisor *self, unsigned int n)
{
	return &self->shared->server[n % 2];
}

static struct child *server_of(struct supervisor *self, unsigned int n)
{
	return &self->server[n % 2];
}

static unsigned int kills(const struct supervisor *self)
{
	unsigned int i, sum = 0;

	for (i = 0; i < WC_PHASES; i++)
		sum += self->kills[i];
	return sum;
}

static uint64_t repeats(const struct supervisor *self)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < self->clients; i++)
		sum += self->shared->client[i].reset +
		       self->shared->client[i].dead;
	return sum;
}

static void show(struct supervisor *self)
{
	uint32_t done = wc_load(&self->shared->done);
	const unsigned int *hit = self->kills;
	uint64_t now = wc_now();

	self->shown_at = now;
	printf("%s%u/%u lines, %llu a second", self->tty ? "\r" : "", done,
	       self->lines, done * WC_SECOND / (now - self->started_at + 1));
	printf("; kills: %u before, %u between, %u after; %llu repeats%s",
	       hit[WC_BEFORE], hit[WC_RECEIVED] + hit[WC_SAVED],
	       hit[WC_REPLIED], (unsigned long long)repeats(self),
	       self->tty ? "\033[K" : "\n");
	fflush(stdout);
}

/* A child that ends by itself before the end is an error. */
static void check_alive(const struct child *child, const char *what)
{
	siginfo_t info = {};

	if (!child->pid)
		return;
	if (waitid(P_PIDFD, (id_t)child->pidfd, &info,
		   WEXITED | WNOHANG | WNOWAIT))
		err(1, "waitid");
	if (info.si_pid && (info.si_code != CLD_EXITED || info.si_status))
		errx(1, "%s died by itself", what);
}

/* Whoever waits for something calls this now and then. */
static void tick(struct supervisor *self)
{
	uint32_t i, done = wc_load(&self->shared->done);
	uint64_t now = wc_now();

	if (now - self->shown_at >= (self->tty ? TICK : PLAIN_INTERVAL))
		show(self);
	if (done != self->moved || !self->moved_at) {
		self->moved = done;
		self->moved_at = now;
	}
	if (now - self->moved_at > STALL)
		errx(1, "no line was answered for %llu seconds",
		     STALL / WC_SECOND);
	for (i = 0; i < self->clients; i++)
		check_alive(&self->client[i], "a client");
	check_alive(&self->server[0], "a server");
	check_alive(&self->server[1], "a server");
}

/* --- children ------------------------------------------------------------ */

static void exec_child(struct supervisor *self, const char *what, char **argv,
		       bool here, int pidfd)
{
	char *program __cleanup(wc_free) = NULL;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		err(1, "prctl");
	/* it may have died before that */
	if (getppid() != self->pid)
		exit(1);
	if (sched_setaffinity(0, sizeof(self->here),
			      here ? &self->here : &self->everywhere))
		err(1, "sched_setaffinity");
	if (pidfd >= 0 && fcntl(pidfd, F_SETFD, 0))
		err(1, "fcntl");
	if (asprintf(&program, "%s-%s", self->path, what) < 0)
		err(1, "asprintf");
	argv[0] = program;
	execv(program, argv);
	err(1, "%s", program);
}

static void start(struct supervisor *self, struct child *child,
		  const char *what, unsigned int number, int pidfd)
{
	char number_text[16], pidfd_text[16];
	char *argv[5] = {
		NULL, (char *)self->dir, number_text,
		pidfd >= 0 ? pidfd_text : NULL, NULL,
	};

	snprintf(number_text, sizeof(number_text), "%u", number);
	snprintf(pidfd_text, sizeof(pidfd_text), "%d", pidfd);
	child->pid = fork();
	if (child->pid < 0)
		err(1, "fork");
	if (!child->pid)
		exec_child(self, what, argv, what[0] == 's', pidfd);
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0)
		err(1, "pidfd_open");
}

static void start_server(struct supervisor *self, unsigned int n)
{
	int watch = n ? server_of(self, n - 1)->pidfd : -1;

	*slot_of(self, n) = (struct wc_server){};
	start(self, server_of(self, n), "server", n % 2, watch);
}

static void start_clients(struct supervisor *self)
{
	uint32_t i;

	for (i = 0; i < self->clients; i++)
		start(self, &self->client[i], "client", i, -1);
}

/* Return: its exit code, or -1 if a signal killed it. */
static int reap(struct child *child)
{
	siginfo_t info;

	while (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED))
		if (errno != EINTR)
			err(1, "waitid");
	wc_close(&child->pidfd);
	child->pid = 0;
	return info.si_code == CLD_EXITED ? info.si_status : -1;
}

static void kill_child(const struct child *child)
{
	if (syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0))
		err(1, "kill");
}

/* --- the text ------------------------------------------------------------ */

static uint32_t count_lines(const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	uint32_t lines = 0;

	for (; at && at < end; lines++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return lines;
}

static void share_out(struct supervisor *self)
{
	struct wc_client *client = self->shared->client;
	uint64_t line = 0, next;
	const char *text, *at;
	size_t size;
	uint32_t i;

	text = wc_text_open(self->dir, &size);
	self->lines = count_lines(text, size);
	if (self->lines < self->clients)
		errx(1, "only %u lines", self->lines);
	at = text;
	for (i = 0; i < self->clients; i++) {
		next = (uint64_t)self->lines * (i + 1) / self->clients;
		client[i].offset = (uint64_t)(at - text);
		client[i].lines = next - line;
		if (i + 1 == self->clients)
			break;
		for (; line < next; line++)
			at = memchr(at, '\n', (size_t)(text + size - at)) + 1;
	}
}

/* --- waiting and killing ------------------------------------------------- */

static void wait_done(struct supervisor *self, uint32_t lines)
{
	struct wc_shared *shared = self->shared;
	uint32_t done;

	wc_store(&shared->wake_at, lines);
	while ((done = wc_load(&shared->done)) < lines) {
		wc_futex_wait(&shared->done, done, TICK);
		tick(self);
	}
}

/* Return: false if all lines were done before. */
static bool wait_phase(struct supervisor *self, unsigned int n,
		       enum wc_phase wanted)
{
	struct wc_server *slot = slot_of(self, n);
	uint32_t phase;

	wc_store(&slot->wanted, wanted);
	while ((phase = wc_load(&slot->phase)) != wanted) {
		if (wc_load(&self->shared->done) == self->lines)
			break;
		wc_futex_wait(&slot->phase, phase, TICK);
		tick(self);
	}
	wc_store(&slot->wanted, WC_STARTING);
	return phase == wanted;
}

/* Waits for a phase, and on until some time of it has passed. */
static bool wait_within(struct supervisor *self, unsigned int n,
			const struct target *target)
{
	unsigned int times = (kills(self) / TARGETS) % LINGERS;
	struct wc_server *slot = slot_of(self, n);

	if (!wait_phase(self, n, target->phase))
		return false;
	if (!target->linger || !times)
		return true;
	wc_futex_wait(&slot->phase, target->phase, times * LINGER);
	/* it may have been over by then: the next one from its start */
	return wait_phase(self, n, target->phase);
}

static void kill_server(struct supervisor *self, enum wc_phase wanted)
{
	const struct wc_server *slot = slot_of(self, self->generation);
	struct child *server = server_of(self, self->generation);

	self->killed_at = wc_now();
	kill_child(server);
	if (reap(server) != -1)
		errx(1, "the server died by itself");
	if (wc_load(&slot->phase) == wanted)
		self->kills[wanted]++;
	else
		self->astray++;
}

/* The spare is the server now, and needs a spare. */
static void promote(struct supervisor *self)
{
	uint64_t time;

	self->generation++;
	if (wait_phase(self, self->generation, WC_BEFORE)) {
		time = slot_of(self, self->generation)->held_at -
		       self->killed_at;
		if (time > self->take_over)
			self->take_over = time;
	}
	start_server(self, self->generation + 1);
}

static void kill_one(struct supervisor *self, const struct target *target)
{
	/* without a spare it would be the last one */
	if (!wait_phase(self, self->generation + 1, WC_SPARE) ||
	    !wait_within(self, self->generation, target))
		return;
	kill_server(self, target->phase);
	promote(self);
}

/* Spreads the kills over the text; those that went astray are made up for. */
static void kill_many(struct supervisor *self)
{
	const struct target *target;
	uint64_t next;
	unsigned int n;

	while ((n = kills(self)) < self->kills_wanted) {
		target = &targets[n % TARGETS];
		next = (uint64_t)self->lines * (n + 1) / (self->kills_wanted + 2);
		wait_done(self, (uint32_t)next);
		if (wc_load(&self->shared->done) == self->lines)
			return;
		kill_one(self, target);
	}
}

/* --- begin and end ------------------------------------------------------- */

/* Without the right to go first, more kills go astray. */
static void go_first(struct supervisor *self)
{
	const struct sched_param first = { .sched_priority = 1 };
	int cpu = sched_getcpu();

	if (cpu < 0 || sched_getaffinity(0, sizeof(self->everywhere),
					 &self->everywhere))
		err(1, "sched_getaffinity");
	CPU_ZERO(&self->here);
	CPU_SET((size_t)cpu, &self->here);
	if (sched_setaffinity(0, sizeof(self->here), &self->here))
		err(1, "sched_setaffinity");
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) &&
	    errno != EPERM)
		err(1, "sched_setscheduler");
}

/* Return: whether all clients are content. */
static bool reap_clients(struct supervisor *self)
{
	bool good = true;
	uint32_t i;

	for (i = 0; i < self->clients; i++)
		if (reap(&self->client[i]))
			good = false;
	return good;
}

/* The port goes with its last holder if it has no name. */
static void stop_servers(struct supervisor *self)
{
	int ret = motet_port_unlink(self->actor, WC_PORT, NULL);

	if (ret)
		errx(1, "unlink: %s", motet_strerror(ret));
	/* the spare first: it must not try to take over */
	kill_child(server_of(self, self->generation + 1));
	reap(server_of(self, self->generation + 1));
	kill_child(server_of(self, self->generation));
	reap(server_of(self, self->generation));
}

/* Return: wrong answers. */
static unsigned long long sum_up(struct supervisor *self)
{
	unsigned long long calls = 0, reset = 0, dead = 0, wrong = 0;
	double seconds = (double)(wc_now() - self->started_at) / WC_SECOND;
	const struct wc_shared *shared = self->shared;
	const unsigned int *hit = self->kills;
	uint64_t outage = 0;
	uint32_t i;

	for (i = 0; i < self->clients; i++) {
		calls += shared->client[i].calls;
		reset += shared->client[i].reset;
		dead += shared->client[i].dead;
		wrong += shared->client[i].wrong;
		if (shared->client[i].outage > outage)
			outage = shared->client[i].outage;
	}
	printf("time       %.1f s, %.0f lines a second, %u clients\n", seconds,
	       self->lines / seconds, self->clients);
	printf("calls      %llu; the state was saved %llu times\n", calls,
	       (unsigned long long)shared->saves);
	printf("kills      %u before receiving, %u after replying,\n",
	       hit[WC_BEFORE], hit[WC_REPLIED]);
	printf("           %u between them: %u before or in the save, %u after it;\n",
	       hit[WC_RECEIVED] + hit[WC_SAVED], hit[WC_RECEIVED],
	       hit[WC_SAVED]);
	printf("           %u more that hit another phase\n", self->astray);
	printf("repeats    %llu: %llu for ECONNRESET, %llu for EOWNERDEAD; %llu were recognised\n",
	       reset + dead, reset, dead,
	       (unsigned long long)shared->recognised);
	printf("take-overs %u, the longest %.1f ms after the kill\n",
	       self->generation, (double)self->take_over / WC_MS);
	printf("outage     %.1f ms at most from a failed call to its repeat's answer\n",
	       (double)outage / WC_MS);
	printf("answers    %llu of %u wrong\n", wrong, self->lines);
	return wrong;
}

static void write_kills(const struct supervisor *self)
{
	char *path __cleanup(wc_free) = NULL;
	const unsigned int *hit = self->kills;
	FILE *file;

	if (asprintf(&path, "%s/kills", self->dir) < 0)
		err(1, "asprintf");
	file = fopen(path, "we");
	if (!file || fprintf(file, "%u %u %u\n", hit[WC_BEFORE],
			     hit[WC_RECEIVED] + hit[WC_SAVED],
			     hit[WC_REPLIED]) < 0 || fclose(file))
		err(1, "%s", path);
}

static void get_options(struct supervisor *self, int argc, char **argv)
{
	int option;

	self->pid = getpid();
	self->clients = 16;
	self->kills_wanted = 60;
	while ((option = getopt(argc, argv, "c:k:t")) != -1) {
		if (option == 'c')
			self->clients = wc_number(optarg, WC_CLIENTS_MAX);
		else if (option == 'k')
			self->kills_wanted = wc_number(optarg, 100000);
		else if (option == 't')
			self->tty = true;
		else
			optind = argc;
	}
	if (optind != argc - 1 || !self->clients)
		errx(2, "usage: wordcount [-c CLIENTS] [-k KILLS] [-t] DIR");
	self->dir = argv[optind];
	if (readlink("/proc/self/exe", self->path, sizeof(self->path) - 1) < 0)
		err(1, "/proc/self/exe");
}

int main(int argc, char **argv)
{
	static struct supervisor self;
	bool good;

	get_options(&self, argc, argv);
	self.shared = wc_shared_open(self.dir, true);
	share_out(&self);
	self.actor = motet_actor_open(0);
	if (self.actor < 0)
		errx(1, "%s: %s", MOTET_DEVICE, motet_strerror(self.actor));
	go_first(&self);
	self.started_at = wc_now();
	self.shown_at = self.started_at;

	start_server(&self, 0);
	wait_phase(&self, 0, WC_RECEIVING);
	start_server(&self, 1);
	start_clients(&self);
	kill_many(&self);
	wait_done(&self, self.lines);
	good = reap_clients(&self);
	show(&self);
	if (self.tty)
		putchar('\n');
	stop_servers(&self);
	if (sum_up(&self))
		good = false;
	write_kills(&self);
	return !good;
}
