// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word crew: the supervisor. A work group of four servers counts words; each
 * has a guardian that takes its port over. Servers and guardians are killed, a
 * fifth server comes and goes, and a port of another service moves from one
 * process to another while it is called.
 */

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wordcrew.h"

#define INTERVAL	(5 * WC_SECOND)
#define STALL		(60 * WC_SECOND)
#define GLANCE		(WC_MS / 5)
#define PERMANENT	(CREW_POSTS - 1)

/* The fifth one comes or goes each time after so many kills. */
#define SEASON		8

/**
 * struct crew - this process
 * @dir: directory of the job
 * @pid: its number
 * @tty: the progress is one line
 * @shared: shared with all
 * @actor: its actor
 * @lines: of the text
 * @kills_wanted: how many
 * @server: processes of the members, 0 if there is none
 * @client: processes
 * @moving: processes that serve the port that moves, 0 if there is none
 * @servers_killed: how many that served
 * @guardians_killed: how many that did not
 * @both_killed: members of which both were killed, so that they came anew
 * @take_overs: how many
 * @take_over: the longest from a kill until the guardian had the port
 * @joined: how often the fifth came
 * @left: how often it went
 * @moved_at: when it was last seen to move
 * @moved: how far it was then
 * @started_at: when it began
 * @shown_at: when the progress was shown
 */
struct crew {
	const char *dir;
	pid_t pid;
	bool tty;
	struct crew_shared *shared;
	int actor;
	uint32_t lines;
	uint32_t kills_wanted;
	pid_t server[CREW_POSTS][2];
	pid_t client[CREW_CLIENTS];
	pid_t moving[2];
	unsigned int servers_killed;
	unsigned int guardians_killed;
	unsigned int both_killed;
	unsigned int take_overs;
	uint64_t take_over;
	unsigned int joined;
	unsigned int left;
	uint64_t moved_at;
	uint32_t moved;
	uint64_t started_at;
	uint64_t shown_at;
};

static unsigned int kills(const struct crew *self)
{
	return self->servers_killed + self->guardians_killed;
}

static void show(struct crew *self)
{
	uint32_t done = wc_load(&self->shared->done);
	uint64_t now = wc_now();

	self->shown_at = now;
	printf("%s%u/%u lines, %llu a second", self->tty ? "\r" : "", done,
	       self->lines, done * WC_SECOND / (now - self->started_at + 1));
	printf("; kills: %u servers, %u guardians; %u joined, %u left%s",
	       self->servers_killed, self->guardians_killed, self->joined,
	       self->left, self->tty ? "\033[K" : "\n");
	fflush(stdout);
}

/* Whoever waits for something calls this now and then. */
static void tick(struct crew *self)
{
	const struct timespec glance = { .tv_nsec = GLANCE };
	uint32_t done = wc_load(&self->shared->done);
	uint64_t now = wc_now();
	siginfo_t info = {};

	if (now - self->shown_at >= (self->tty ? WC_SECOND / 2 : INTERVAL))
		show(self);
	if (done != self->moved || !self->moved_at) {
		self->moved = done;
		self->moved_at = now;
	}
	if (now - self->moved_at > STALL)
		errx(1, "no line was answered for %llu seconds",
		     STALL / WC_SECOND);
	if (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) &&
	    info.si_pid && (info.si_code != CLD_EXITED || info.si_status))
		errx(1, "process %d died by itself", info.si_pid);
	nanosleep(&glance, NULL);
}

/* --- processes ------------------------------------------------------------- */

/* Return: 0 in the child. */
static pid_t start(struct crew *self)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* it may have died before that */
		if (getppid() != self->pid)
			exit(1);
	}
	return pid;
}

static void start_server(struct crew *self, unsigned int post, unsigned int slot)
{
	pid_t pid = start(self);

	if (!pid)
		crew_serve(self->shared, post, slot);
	self->server[post][slot] = pid;
}

/* Return: its wait status. */
static int reap(pid_t *pid)
{
	int status;

	while (waitpid(*pid, &status, 0) < 0)
		if (errno != EINTR)
			err(1, "waitpid");
	*pid = 0;
	return status;
}

static void kill_server(struct crew *self, unsigned int post, unsigned int slot)
{
	kill(self->server[post][slot], SIGKILL);
	reap(&self->server[post][slot]);
	wc_store(&self->shared->post[post].server[slot].phase, CREW_GONE);
}

static uint32_t phase_of(struct crew *self, unsigned int post,
			 unsigned int slot)
{
	return wc_load(&self->shared->post[post].server[slot].phase);
}

static void wait_for(struct crew *self, unsigned int post, unsigned int slot,
		     enum crew_phase phase)
{
	while (phase_of(self, post, slot) != phase)
		tick(self);
}

static void start_post(struct crew *self, unsigned int post)
{
	memset(&self->shared->post[post], 0, sizeof(self->shared->post[post]));
	start_server(self, post, 0);
	wait_for(self, post, 0, CREW_SERVING);
	start_server(self, post, 1);
	wait_for(self, post, 1, CREW_STANDBY);
}

/* --- what happens to them -------------------------------------------------- */

static void kill_serving(struct crew *self, unsigned int post,
			 unsigned int slot)
{
	struct crew_server *next = &self->shared->post[post].server[!slot];
	uint64_t killed_at = wc_now();

	kill_server(self, post, slot);
	self->servers_killed++;
	wait_for(self, post, !slot, CREW_SERVING);
	self->take_overs++;
	if (next->held_at - killed_at > self->take_over)
		self->take_over = next->held_at - killed_at;
	start_server(self, post, slot);
	wait_for(self, post, slot, CREW_STANDBY);
}

/* Its port is gone, and another member comes instead. */
static void kill_both(struct crew *self, unsigned int post, unsigned int slot)
{
	kill_server(self, post, !slot);
	kill_server(self, post, slot);
	self->guardians_killed++;
	self->servers_killed++;
	self->both_killed++;
	start_post(self, post);
}

static void kill_one(struct crew *self, unsigned int n)
{
	unsigned int post = (unsigned int)random() % PERMANENT;
	unsigned int slot = phase_of(self, post, 1) == CREW_SERVING;

	if (n % 10 == 9) {
		kill_both(self, post, slot);
	} else if (n % 4 == 3) {
		kill_server(self, post, !slot);
		self->guardians_killed++;
		start_server(self, post, !slot);
		wait_for(self, post, !slot, CREW_STANDBY);
	} else {
		kill_serving(self, post, slot);
	}
}

static void come(struct crew *self)
{
	start_post(self, PERMANENT);
	self->joined++;
}

/* The guardian first, or it would stay. */
static void go(struct crew *self)
{
	kill_server(self, PERMANENT, 1);
	wc_store(&self->shared->post[PERMANENT].leave, 1);
	if (reap(&self->server[PERMANENT][0]))
		errx(1, "a server did not leave in peace");
	self->left++;
}

static void move(struct crew *self)
{
	wc_store(&self->shared->move, CREW_WANTED);
	while (wc_load(&self->shared->move) != CREW_MOVED)
		tick(self);
	if (reap(&self->moving[0]))
		errx(1, "the former holder did not end in peace");
}

static void disturb(struct crew *self)
{
	uint32_t i, next;

	for (i = 0; i < self->kills_wanted; i++) {
		next = (uint32_t)((uint64_t)self->lines * (i + 1) /
				  (self->kills_wanted + 4));
		while (wc_load(&self->shared->done) < next)
			tick(self);
		kill_one(self, i);
		if (i % (2 * SEASON) == SEASON - 1)
			come(self);
		else if (i % (2 * SEASON) == 2 * SEASON - 1)
			go(self);
		if (i == self->kills_wanted / 2)
			move(self);
	}
}

/* --- begin and end --------------------------------------------------------- */

static void count_lines(struct crew *self)
{
	const char *text, *at;
	size_t size;

	text = wc_text_open(self->dir, &size);
	for (at = text; at && at < text + size; self->lines++) {
		at = memchr(at, '\n', (size_t)(text + size - at));
		at = at ? at + 1 : NULL;
	}
}

static void start_all(struct crew *self)
{
	struct motet_id id;
	unsigned int i;
	pid_t pid;

	for (i = 0; i < PERMANENT; i++)
		start_post(self, i);
	for (i = 0; i < 2; i++) {
		pid = start(self);
		if (!pid)
			crew_serve_moving(self->shared, !i);
		self->moving[i] = pid;
		/* the port is there before anybody calls it */
		while (motet_port_lookup(self->actor, CREW_MOVING, &id))
			tick(self);
	}
	for (i = 0; i < CREW_CLIENTS; i++) {
		pid = start(self);
		if (!pid)
			crew_ask(self->shared, self->dir, i);
		self->client[i] = pid;
	}
}

static bool end_all(struct crew *self)
{
	unsigned int i, slot;
	bool good = true;

	while (wc_load(&self->shared->done) < self->lines)
		tick(self);
	for (i = 0; i < CREW_CLIENTS; i++)
		if (reap(&self->client[i]))
			good = false;
	for (i = 0; i < CREW_POSTS; i++)
		for (slot = 0; slot < 2; slot++)
			if (self->server[i][slot])
				kill_server(self, i, slot);
	kill(self->moving[1], SIGKILL);
	reap(&self->moving[1]);
	return good;
}

static void sum_up(const struct crew *self)
{
	double seconds = (double)(wc_now() - self->started_at) / WC_SECOND;
	const struct crew_shared *shared = self->shared;

	printf("time       %.1f s, %.0f lines a second, %u clients\n", seconds,
	       self->lines / seconds, CREW_CLIENTS);
	printf("crew       %u servers, each with a guardian; ", PERMANENT);
	printf("a fifth joined %u times and left %u times\n", self->joined,
	       self->left);
	printf("kills      %u servers, %u guardians; %u times both, and another member came\n",
	       self->servers_killed, self->guardians_killed,
	       self->both_killed);
	printf("leases     %u lines of dead servers were given to others; 0 repeats by clients\n",
	       shared->again);
	printf("take-overs %u, the longest %.1f ms after the kill\n",
	       self->take_overs, (double)self->take_over / WC_MS);
	printf("migration  with %llu calls queued, ",
	       (unsigned long long)shared->queued);
	printf("and %llu received, which its old holder answered;\n",
	       (unsigned long long)shared->held);
	printf("           %.1f ms from the offer until it was accepted\n",
	       (double)(shared->accepted_at - shared->offered_at) / WC_MS);
	printf("answers    %u of %u wrong\n", shared->wrong, self->lines);
}

static void write_kills(const struct crew *self)
{
	char *path __cleanup(wc_free) = NULL;
	FILE *file;

	if (asprintf(&path, "%s/crew.kills", self->dir) < 0)
		err(1, "asprintf");
	file = fopen(path, "we");
	if (!file || fprintf(file, "%u %u\n", kills(self), CREW_CLIENTS) < 0 ||
	    fclose(file))
		err(1, "%s", path);
}

static void get_options(struct crew *self, int argc, char **argv)
{
	int option;

	self->pid = getpid();
	self->kills_wanted = 100;
	while ((option = getopt(argc, argv, "k:t")) != -1) {
		if (option == 'k')
			self->kills_wanted = wc_number(optarg, 100000);
		else if (option == 't')
			self->tty = true;
		else
			optind = argc;
	}
	if (optind != argc - 1)
		errx(2, "usage: wordcount-crew [-k KILLS] [-t] DIR");
	self->dir = argv[optind];
}

int main(int argc, char **argv)
{
	static struct crew self;
	bool good;
	int group;

	get_options(&self, argc, argv);
	count_lines(&self);
	self.shared = mmap(NULL, sizeof(*self.shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (self.shared == MAP_FAILED)
		err(1, "mmap");
	self.actor = motet_actor_open(0);
	group = self.actor < 0 ? self.actor :
		motet_group_create(self.actor, CREW_GROUP, MOTET_ADDRESS_WORK,
				   0700, &self.shared->cap);
	if (group < 0)
		errx(1, "group: %s", motet_strerror(group));
	self.started_at = wc_now();
	self.shown_at = self.started_at;

	start_all(&self);
	disturb(&self);
	good = end_all(&self);
	show(&self);
	if (self.tty)
		putchar('\n');
	sum_up(&self);
	write_kills(&self);
	return !good || self.shared->wrong;
}
