// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes: children of a worker, and what goes from one worker to another.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz_worker.h"

#define CHILDREN	4

struct fz_shared *fz_shared;
struct fz_worker *fz_self;

static pid_t children[CHILDREN];
static unsigned int child_count;
static bool is_child;

bool fz_is_child(void)
{
	return is_child;
}

static void end(unsigned int index)
{
	kill(children[index], SIGKILL);
	while (waitpid(children[index], NULL, 0) < 0 && errno == EINTR)
		;
	children[index] = children[--child_count];
}

void fz_children_end(void)
{
	while (child_count)
		end(0);
}

static void add_child(pid_t pid)
{
	if (child_count == CHILDREN)
		end(0);
	children[child_count++] = pid;
}

/* The child goes on with the program for a while: see fz_program_run(). */
int fz_fork(void)
{
	pid_t pid;

	if (is_child)
		return -EPERM;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		add_child(pid);
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	is_child = true;
	child_count = 0;
	fz_run_as_child();
	return 0;
}

int fz_kill_child(int signal)
{
	if (!child_count)
		return -ESRCH;
	if (signal)
		kill(children[child_count - 1], SIGKILL);
	while (waitpid(children[child_count - 1], NULL,
		       signal ? 0 : WNOHANG) < 0 && errno == EINTR)
		;
	if (signal)
		child_count--;
	return 0;
}

/* A child that runs another program, this one, which ends at once. */
int fz_exec_child(void)
{
	char *const arguments[] = { "motet-fuzz", "--nothing", NULL };
	char *const none[] = { NULL };
	pid_t pid;
	int ret;

	ret = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, none);
	if (ret)
		return -ret;
	add_child(pid);
	return 0;
}

pid_t fz_pid(__u64 value)
{
	switch (value) {
	case 0:
		return getpid();
	case 1:
		return getppid();
	case 2:
		return child_count ? children[child_count - 1] : getpid();
	default:
		return value;
	}
}

int fz_pass(__u8 role, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec vector = { .iov_base = &role, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(head) = fd;
	if (sendmsg(fz_shared->socket[0], &msg, MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}

int fz_take(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	__u8 role = FZ_OTHER;
	struct iovec vector = { .iov_base = &role, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *head;

	if (recvmsg(fz_shared->socket[1], &msg,
		    MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -EBADMSG;
	fz_file_add(role < FZ_ROLES ? role : FZ_OTHER, *(int *)CMSG_DATA(head));
	return 0;
}
