// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handlers: see handler.h.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "handler.h"

static int handler_spawn(const char *command, int input, int output, pid_t *pid)
{
	char *argv[4] = { (char *)"sh", (char *)"-c", (char *)command };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int ret;

	message_unwatched_signals(&signals);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	ret = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -ret;
}

static int handler_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		command_warn("the command was ended by signal %d",
			     WTERMSIG(status));
	else if (WEXITSTATUS(status))
		command_warn("the command ended with %d", WEXITSTATUS(status));
	return !!status;
}

static int handler_write_all(int fd, const unsigned char *bytes, size_t len)
{
	ssize_t step;

	while (len) {
		step = write(fd, bytes, len);
		if (step < 0)
			return -errno;
		bytes += step;
		len -= (size_t)step;
	}
	return lseek(fd, 0, SEEK_SET) ? -errno : 0;
}

/*
 * The input is a file in memory, not a pipe: the command may read as much of it
 * as it likes, when it likes.
 */
int handler_run(const char *command, const struct message *message, int output)
{
	__cleanup(fd) int input = memfd_create("message", MFD_CLOEXEC);
	pid_t pid;
	int ret;

	if (input < 0)
		return -errno;
	ret = handler_write_all(input, message->body, message->msg.body_len);
	if (ret)
		return ret;
	/* What was printed comes before what the command prints */
	fflush(stdout);
	ret = handler_spawn(command, input, output, &pid);
	return ret ? ret : handler_wait(pid);
}
