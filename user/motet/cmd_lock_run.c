// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet lock run: a command while a lock is held.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "command.h"
#include "lock.h"

/* As the shell has it */
#define LOCK_RUN_NOT_EXECUTABLE	126
#define LOCK_RUN_NOT_FOUND	127
#define LOCK_RUN_SIGNAL		128

/**
 * struct lock_run_args - what to run, and under which lock
 * @name: of the lock
 * @command: the command and its arguments, ended by NULL
 * @mode: &enum motet_lock_mode
 * @flags: of the request
 * @create_mode: mode bits of the lock if there is none yet
 * @timeout_ms: how long to wait; negative is for ever
 */
struct lock_run_args {
	const char *name;
	char **command;
	unsigned int mode;
	unsigned int flags;
	unsigned int create_mode;
	long long timeout_ms;
};

static const struct argp_option lock_run_options[] = {
	{ "mode", 'm', "MODE", 0, "Mode of the lock if it is made, octal", 0 },
	{ "nonblock", 'n', NULL, 0, "Don't wait", 0 },
	{ "orphan", 'o', NULL, 0,
	  "If motet is killed the lock stays as an orphan", 0 },
	{ "shared", 's', NULL, 0, "Share the lock with others who do", 0 },
	{ "timeout", 't', "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

/* The lock, and then all that follows is the command's */
static void lock_run_argument(struct lock_run_args *args, char *arg,
			      struct argp_state *state)
{
	size_t len = strlen(arg);

	if (args->name) {
		args->command = &state->argv[state->next - 1];
		state->next = state->argc;
		return;
	}
	if (!len || len > MOTET_NAME_MAX)
		command_bad_argument(state, "LOCK", arg, "a name");
	args->name = arg;
}

static error_t lock_run_parse(int key, char *arg, struct argp_state *state)
{
	struct lock_run_args *args = state->input;

	switch (key) {
	case 'm':
		if (!text_to_mode(arg, &args->create_mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0766");
		return 0;
	case 'n':
		args->flags |= MOTET_LOCK_NO_QUEUE;
		return 0;
	case 'o':
		args->flags |= MOTET_LOCK_ORPHAN;
		return 0;
	case 's':
		args->mode = MOTET_LOCK_SHARED;
		return 0;
	case 't':
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg,
					     "a time such as 500ms or 10s");
		return 0;
	case ARGP_KEY_ARG:
		lock_run_argument(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (!args->command)
			argp_error(state, "which lock, and what to run?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp lock_run_argp = {
	.options = lock_run_options,
	.parser = lock_run_parse,
	.args_doc = "LOCK [--] COMMAND [ARG...]",
	.doc = "Run a command while a lock is held, and end as it does.",
};

static pid_t lock_run_child;

/* What motet is told to end with is for the command: the lock outlives that. */
static void lock_run_pass_on(int signal)
{
	kill(lock_run_child, signal);
}

/* From the terminal the command gets them, too. */
static void lock_run_signals(void)
{
	struct sigaction pass_on = {
		.sa_handler = lock_run_pass_on,
		.sa_flags = SA_RESTART,
	};
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGTERM, &pass_on, NULL);
	sigaction(SIGHUP, &pass_on, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
}

static void lock_run_exec(char **command, const sigset_t *mask, pid_t parent)
{
	int error;

	/* without motet there is no lock */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(LOCK_RUN_SIGNAL + SIGKILL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(command[0], command);
	error = errno;
	command_fail(-error, "can't run \"%s\": %s", command[0],
		     strerror(error));
	_exit(error == ENOENT ? LOCK_RUN_NOT_FOUND : LOCK_RUN_NOT_EXECUTABLE);
}

static int lock_run_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return command_fail(-errno, "can't wait: %s",
					    strerror(errno));
	if (WIFSIGNALED(status))
		return LOCK_RUN_SIGNAL + WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* Signals wait until it is known to whom they are passed on. */
static int lock_run_command(char **command)
{
	pid_t parent = getpid();
	sigset_t all, mask;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	lock_run_child = fork();
	if (lock_run_child < 0)
		return command_fail(-errno, "can't fork: %s", strerror(errno));
	if (!lock_run_child)
		lock_run_exec(command, &mask, parent);
	lock_run_signals();
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return lock_run_wait(lock_run_child);
}

int cmd_lock_run(int argc, char **argv)
{
	struct lock_run_args args = {
		.mode = MOTET_LOCK_EXCLUSIVE,
		.create_mode = MOTET_LOCK_MODE_DEFAULT,
		.timeout_ms = -1,
	};
	__cleanup(fd) int actor = -1;
	__u64 opening;
	int ret;

	argp_parse(&lock_run_argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	ret = motet_lock_open(actor, args.name, MOTET_LOCK_CREATE,
			      args.create_mode, &opening);
	if (!ret)
		ret = motet_lock_acquire(actor, opening, 0, args.mode,
					 args.flags,
					 motet_deadline(args.timeout_ms));
	if (ret)
		return lock_fail(args.name, ret);
	ret = lock_run_command(args.command);
	/* the command has ended: what it did is done, and nothing is orphaned */
	motet_lock_release(actor, opening, 0);
	return ret;
}
