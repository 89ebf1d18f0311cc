// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does programs, operation by operation.
 *
 * No call waits long: what has a deadline has a short one, and a timer
 * interrupts what has none. An operation that is to be done aside is done by a
 * second thread while the first goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzz_worker.h"

/* a kernel that is slow itself has better things to do than to interrupt */
#define TICK_NS		(fz_shared->cover ? 100000000 : 10000000)

/**
 * struct aside - the other thread
 * @thread: the thread
 * @begin: there is something to do
 * @end: it is done
 * @busy: between them; of the first thread only
 * @op: what
 * @call: how
 */
struct aside {
	pthread_t thread;
	sem_t begin;
	sem_t end;
	bool busy;
	struct fz_op op;
	struct fz_call call;
};

static struct aside aside;
static bool alone;	/* there is no other thread */

static void on_signal(int signal)
{
	(void)signal;
}

/* Interrupts this process again and again, and either thread. */
static int start_timer(void)
{
	struct itimerspec often = {
		.it_value.tv_nsec = TICK_NS,
		.it_interval.tv_nsec = TICK_NS,
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
		._sigev_un._tid = gettid(),
	};
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		return -errno;
	return 0;
}

#ifdef __x86_64__
/* As a 32-bit program calls. */
static long compat_ioctl(int fd, unsigned int number, __u64 arg)
{
	long result;

	asm volatile("int $0x80" : "=a" (result)
		     : "a" (54), "b" (fd), "c" (number), "d" ((__u32)arg)
		     : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int)result;
}
#else
static long compat_ioctl(int fd, unsigned int number, __u64 arg)
{
	long result = syscall(SYS_ioctl, fd, number, arg);

	return result < 0 ? -errno : result;
}
#endif

static long enter(const struct fz_call *call)
{
	long result;

	if (call->op->how & FZ_COMPAT && call->arg <= 0xffffffff)
		return compat_ioctl(call->fd, call->door->number, call->arg);
	result = syscall(SYS_ioctl, call->fd, call->door->number, call->arg);
	return result < 0 ? -errno : result;
}

static void *be_aside(void *unused)
{
	(void)unused;
	if (fz_shared->cover)
		fz_cover_open(1);
	sem_post(&aside.end);
	for (;;) {
		while (sem_wait(&aside.begin))
			;
		aside.call.result = enter(&aside.call);
		sem_post(&aside.end);
	}
	return NULL;
}

static void count(const struct fz_op *op, long result)
{
	struct fz_table *table = &fz_self->table;

	if (fz_is_child())
		return;
	fz_self->operations++;
	table->done[op->door]++;
	if (result >= 0)
		table->good[op->door]++;
	else if (result > -FZ_ERRORS)
		table->errors[op->door][-result]++;
}

/*
 * What the watchdog goes by: since when something is being done. Returns what was
 * being done around it, which is to be said again afterwards.
 */
static __u64 busy(__u64 since)
{
	__u64 was = fz_self->since;

	if (!fz_is_child())
		__atomic_store_n(&fz_self->since, since, __ATOMIC_RELAXED);
	return was;
}

/* Waits for the other thread, whose call may have to be interrupted. */
void fz_aside_join(void)
{
	struct timespec end;
	__u64 was;

	if (!aside.busy)
		return;
	was = busy(fz_now());
	for (;;) {
		clock_gettime(CLOCK_REALTIME, &end);
		end.tv_nsec += 2000000;
		if (end.tv_nsec >= 1000000000) {
			end.tv_nsec -= 1000000000;
			end.tv_sec++;
		}
		if (!sem_timedwait(&aside.end, &end))
			break;
		pthread_kill(aside.thread, SIGALRM);
	}
	busy(was);
	aside.busy = false;
	fz_results_take(&aside.call);
	count(&aside.op, aside.call.result);
}

static bool do_aside(const struct fz_op *op)
{
	return op->how & FZ_ASIDE && !alone && !fz_doors[op->door].run;
}

long fz_op_run(const struct fz_op *op)
{
	struct fz_call call = { .op = op, .door = &fz_doors[op->door] };
	struct fz_op plain = *op;
	__u64 began, was;

	call.fd = fz_file_or_make(op->role, op->file);
	if (do_aside(op)) {
		fz_aside_join();
		aside.op = *op;
		call.op = &aside.op;
		fz_fill(&call);
		aside.call = call;
		aside.busy = true;
		sem_post(&aside.begin);
		return 0;
	}
	plain.how &= ~FZ_ASIDE;
	call.op = &plain;
	if (!call.door->run)
		fz_fill(&call);
	if (!fz_is_child())
		fz_self->op = plain;
	began = fz_now();
	was = busy(began);
	call.result = call.door->run ? call.door->run(&call) : enter(&call);
	busy(was);
	if (!fz_is_child())
		fz_self->table.time[op->door] += fz_now() - began;
	if (!call.door->run)
		fz_results_take(&call);
	count(op, call.result);
	return call.result;
}

/* All that a program has left is gone then. */
void fz_reset(void)
{
	__u64 began = fz_now(), was = busy(began);

	fz_aside_join();
	fz_children_end();
	fz_files_close();
	fz_mappings_end();
	fz_results_clear();
	fz_unlimit(false);
	busy(was);
	fz_self->between += fz_now() - began;
}

/*
 * Told before it is done, by one write, to whoever is at the other end of the
 * standard output: that is what is left of it when the kernel has died.
 */
static void tell(const struct fz_program *program)
{
	static FILE *memory;
	static char *text;
	static size_t size;
	__u64 began = fz_now();

	if (!fz_shared->tell || fz_is_child())
		return;
	if (!memory)
		memory = open_memstream(&text, &size);
	if (!memory)
		return;
	rewind(memory);
	fprintf(memory, "@%u\n", (unsigned int)(fz_self - fz_shared->workers));
	fz_program_write(memory, program);
	fflush(memory);
	while (write(STDOUT_FILENO, text, size) < 0 && errno == EINTR)
		;
	fz_self->telling += fz_now() - began;
}

void fz_program_run(const struct fz_program *program)
{
	unsigned int i, left = 0;
	bool was_child;

	if (!program->keep)
		fz_reset();
	tell(program);
	for (i = 0; i < program->count; i++) {
		was_child = fz_is_child();
		fz_op_run(&program->ops[i]);
		if (fz_is_child() && !was_child)
			left = fz_value(&program->ops[i], 0) % FZ_LENGTH + 1;
		if (fz_is_child() && --left == 0)
			break;
	}
	if (fz_is_child())
		_exit(0);
	fz_aside_join();
	fz_self->programs++;
}

/* A child has neither timer nor other thread, nor what that was doing. */
void fz_run_as_child(void)
{
	alone = true;
	aside.busy = false;
	start_timer();
}

int fz_run_init(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGIO, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (fz_arenas_init() || start_timer())
		return -ENOMEM;
	sem_init(&aside.begin, 0, 0);
	sem_init(&aside.end, 0, 0);
	if (pthread_create(&aside.thread, NULL, be_aside, NULL))
		return -EAGAIN;
	while (sem_wait(&aside.end))
		;
	return 0;
}
