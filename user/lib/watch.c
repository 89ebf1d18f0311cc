// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Watches: of processes, ports, groups and nodes.
 */
#include <fcntl.h>
#include <stdio.h>

#include "internal.h"

int motet_watch_start(int port, struct motet_watch_start *start)
{
	start->size = sizeof(*start);
	return motet__ioctl(port, MOTET_IOC_WATCH, start);
}

static int motet__watch(int port, struct motet_watch_start *start,
			__u64 *watch)
{
	int ret = motet_watch_start(port, start);

	if (!ret && watch)
		*watch = start->watch;
	return ret;
}

int motet_watch_process(int port, pid_t pid, unsigned int flags, __u64 cookie,
			__u64 *watch)
{
	struct motet_watch_start start = {
		.kind = MOTET_WATCH_PROCESS,
		.flags = flags,
		.pid = pid,
		.cookie = cookie,
	};

	return motet__watch(port, &start, watch);
}

/* The number of its process, while that has one. */
static int motet__pidfd_number(int pidfd)
{
	char path[40], line[128];
	int pid, ret = -EINVAL;
	FILE *file;

	if (fcntl(pidfd, F_GETFD) < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (ret == -EINVAL && fgets(line, sizeof(line), file))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			ret = pid > 0 ? pid : -ESRCH;
	fclose(file);
	return ret;
}

int motet_watch_pidfd(int port, int pidfd, unsigned int flags, __u64 cookie,
		      __u64 *watch)
{
	int pid = motet__pidfd_number(pidfd);
	__u64 number;
	int ret;

	if (pid < 0)
		return pid;
	ret = motet_watch_process(port, pid, flags, cookie, &number);
	if (ret)
		return ret;
	if (motet__pidfd_number(pidfd) != pid) {
		motet_watch_stop(port, number);
		return -ESRCH;
	}
	if (watch)
		*watch = number;
	return 0;
}

int motet_watch_object(int port, const struct motet_id *id, __u64 cookie,
		       __u64 *watch)
{
	struct motet_watch_start start = { .id = *id, .cookie = cookie };

	switch (id->bytes[0]) {
	case MOTET_CLASS_PORT:
		start.kind = MOTET_WATCH_PORT;
		break;
	case MOTET_CLASS_GROUP:
		start.kind = MOTET_WATCH_GROUP;
		break;
	default:
		return -EINVAL;
	}
	return motet__watch(port, &start, watch);
}

int motet_watch_node(int port, unsigned int node, __u64 cookie, __u64 *watch)
{
	struct motet_watch_start start = {
		.kind = MOTET_WATCH_NODE,
		.node = node,
		.cookie = cookie,
	};

	return motet__watch(port, &start, watch);
}

int motet_watch_stop(int port, __u64 watch)
{
	struct motet_watch_stop stop = { .size = sizeof(stop), .watch = watch };

	return motet__ioctl(port, MOTET_IOC_WATCH_STOP, &stop);
}
