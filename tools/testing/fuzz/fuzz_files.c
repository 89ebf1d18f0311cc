// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be done with a file whatever it is: and with processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/motet.h>

#include "fuzz_layout.h"
#include "fuzz_worker.h"
#include "../selftests/motet_test.h"

/* what these take: no struct, so that places are only numbers of fields */
#define VALUE(which, label, what, extra, otherwise)			\
	{								\
		.name = label, .offset = which, .size = 8, .kind = what, \
		.arg = extra, .value = otherwise,			\
	}
static long result_of(long result)
{
	return result < 0 ? -errno : result;
}

static long run_open(struct fz_call *call)
{
	int flags = fz_value(call->op, 0) & (O_ACCMODE | O_NONBLOCK);
	int fd = open(MOTET_DEVICE, flags | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	fz_file_add(FZ_ACTOR, fd);
	return 0;
}

static long run_close(struct fz_call *call)
{
	int fd = fz_file_remove(call->op->role, call->op->file);

	return fd < 0 ? -EBADF : result_of(close(fd));
}

static long run_dup(struct fz_call *call)
{
	int fd = fcntl(call->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	fz_file_add(call->op->role < FZ_ROLES ? call->op->role : FZ_OTHER, fd);
	return 0;
}

static long run_read(struct fz_call *call)
{
	size_t size = fz_value(call->op, 1) & 0xffff;
	void *room = fz_room();

	return result_of(read(call->fd, (void *)(uintptr_t)
			      fz_pointer(fz_value(call->op, 0), room, 65536),
			      size));
}

static long run_write(struct fz_call *call)
{
	size_t size = fz_value(call->op, 1) & 0xffff;
	void *room = fz_room();

	return result_of(write(call->fd, (void *)(uintptr_t)
			       fz_pointer(fz_value(call->op, 0), room, 65536),
			       size));
}

static long run_poll(struct fz_call *call)
{
	struct pollfd poll_fd = {
		.fd = call->fd, .events = fz_value(call->op, 0),
	};

	return result_of(poll(&poll_fd, 1, fz_value(call->op, 1) % 3));
}

/* Waited for by an epoll that stays, so that it is told of its end. */
static long run_epoll(struct fz_call *call)
{
	struct epoll_event event = { .events = fz_value(call->op, 0) };
	int fd = fz_file(FZ_OTHER, 0);

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, call->fd, &event)) {
		fd = epoll_create1(EPOLL_CLOEXEC);
		if (fd < 0)
			return -errno;
		fz_file_add(FZ_OTHER, fd);
		if (epoll_ctl(fd, EPOLL_CTL_ADD, call->fd, &event))
			return -errno;
	}
	return result_of(epoll_wait(fd, &event, 1, 0));
}

static long run_mmap(struct fz_call *call)
{
	size_t size = fz_value(call->op, 0);
	int prot = fz_value(call->op, 1) & 7;
	int flags = fz_value(call->op, 2) & (MAP_SHARED | MAP_PRIVATE);
	void *memory = mmap(NULL, size ?: 4096, prot, flags, call->fd,
			    fz_value(call->op, 3) << 12);

	if (memory == MAP_FAILED)
		return -errno;
	fz_mapping_add(memory, size ?: 4096, prot);
	return 0;
}

static long run_munmap(struct fz_call *call)
{
	(void)call;
	return fz_mapping_remove() ? 0 : -ENOENT;
}

static long run_mprotect(struct fz_call *call)
{
	return fz_mapping_protect(fz_value(call->op, 0) & 7);
}

/* Reads what is mapped, which must never fault. */
static long run_look(struct fz_call *call)
{
	const __u8 *view = fz_view();

	if (!view)
		return -ENOENT;
	memcpy(fz_room(), view, 64);
	(void)call;
	return 0;
}

static long run_nonblock(struct fz_call *call)
{
	int flags = fcntl(call->fd, F_GETFL);

	if (flags < 0)
		return -errno;
	if (fz_value(call->op, 0))
		flags |= O_NONBLOCK;
	else
		flags &= ~O_NONBLOCK;
	return result_of(fcntl(call->fd, F_SETFL, flags));
}

static long run_async(struct fz_call *call)
{
	int flags = fcntl(call->fd, F_GETFL);

	fcntl(call->fd, F_SETOWN, getpid());
	return result_of(fcntl(call->fd, F_SETFL, flags | O_ASYNC));
}

static long run_lseek(struct fz_call *call)
{
	return result_of(lseek(call->fd, fz_value(call->op, 0), SEEK_SET));
}

static long run_stat(struct fz_call *call)
{
	struct stat stat;

	return result_of(fstat(call->fd, &stat));
}

static long run_fdinfo(struct fz_call *call)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", call->fd);
	return mt_read_file(path, text, sizeof(text));
}

static long run_ioctl(struct fz_call *call)
{
	unsigned int number = fz_value(call->op, 0);
	void *room = fz_room();

	memset(room, fz_value(call->op, 1), 4096);
	return result_of(ioctl(call->fd, number,
			       fz_pointer(fz_value(call->op, 2), room, 4096)));
}

/* To all workers: one of them takes it. */
static long run_pass(struct fz_call *call)
{
	return fz_pass(call->op->role, call->fd);
}

static long run_take(struct fz_call *call)
{
	(void)call;
	return fz_take();
}

/* What follows, up to so many operations, is done by a child as well. */
static long run_fork(struct fz_call *call)
{
	(void)call;
	return fz_fork();
}

static long run_kill(struct fz_call *call)
{
	return fz_kill_child(fz_value(call->op, 0) ? SIGKILL : 0);
}

/* Another program for a moment, and in a child: see to exec and its watchers. */
static long run_exec(struct fz_call *call)
{
	(void)call;
	return fz_exec_child();
}

static long run_join(struct fz_call *call)
{
	(void)call;
	fz_aside_join();
	return 0;
}

static const struct fz_field nothing[] = {
	VALUE(0, "nothing", FZ_NUMBER, 0, 0),
};

FZ_LIST(nothing);

static const struct fz_field number[] = {
	VALUE(0, "value", FZ_NUMBER, 8, 1),
};

FZ_LIST(number);

static const struct fz_field flags[] = {
	VALUE(0, "flags", FZ_FLAGS, O_RDWR | O_WRONLY | O_NONBLOCK, O_RDWR),
};

FZ_LIST(flags);

static const struct fz_field buffer[] = {
	VALUE(0, "buffer", FZ_ROOM, 0, FZ_AUTO),
	VALUE(1, "size", FZ_LENGTH_OF, 4096, 64),
};

FZ_LIST(buffer);

static const struct fz_field events[] = {
	VALUE(0, "events", FZ_FLAGS, 0x7f, POLLIN | POLLOUT),
	VALUE(1, "wait", FZ_NUMBER, 2, 0),
};

FZ_LIST(events);

static const struct fz_field memory[] = {
	VALUE(0, "size", FZ_NUMBER, 16384, 4096),
	VALUE(1, "prot", FZ_FLAGS, 7, PROT_READ),
	VALUE(2, "flags", FZ_FLAGS, MAP_SHARED | MAP_PRIVATE, MAP_SHARED),
	VALUE(3, "page", FZ_NUMBER, 4, 0),
};

FZ_LIST(memory);

static const struct fz_field raw[] = {
	VALUE(0, "number", FZ_NUMBER, 0xbaff, 0xba00),
	VALUE(1, "fill", FZ_NUMBER, 255, 0),
	VALUE(2, "arg", FZ_ROOM, 0, FZ_AUTO),
};

FZ_LIST(raw);

#define ON_ANY	{ FZ_SENDER, FZ_HOLDER, FZ_ACTOR, FZ_CHECKPOINT, FZ_ROLES }
#define ON_VIEW	{ FZ_VIEW, FZ_CHECKPOINT, FZ_ACTOR, FZ_ROLES }
#define ON_NONE	{ FZ_ROLES }
#define OTHER(label, how, often, list, on)				\
	{								\
		.name = label, .run = how, .weight = often,		\
		.parts = { &list##_layout }, .roles = on,		\
	}

const struct fz_door fz_files[] = {
	OTHER("open", run_open, 6, flags, ON_NONE),
	OTHER("close", run_close, 8, nothing, ON_ANY),
	OTHER("dup", run_dup, 3, nothing, ON_ANY),
	OTHER("read", run_read, 2, buffer, ON_ANY),
	OTHER("write", run_write, 2, buffer, ON_ANY),
	OTHER("poll", run_poll, 8, events, ON_ANY),
	OTHER("epoll", run_epoll, 4, events, ON_ANY),
	OTHER("mmap", run_mmap, 6, memory, ON_VIEW),
	OTHER("munmap", run_munmap, 2, nothing, ON_NONE),
	OTHER("mprotect", run_mprotect, 2, number, ON_NONE),
	OTHER("look", run_look, 3, nothing, ON_NONE),
	OTHER("nonblock", run_nonblock, 2, number, ON_ANY),
	OTHER("async", run_async, 1, nothing, ON_ANY),
	OTHER("lseek", run_lseek, 1, number, ON_ANY),
	OTHER("stat", run_stat, 1, nothing, ON_ANY),
	OTHER("fdinfo", run_fdinfo, 1, nothing, ON_ANY),
	OTHER("ioctl", run_ioctl, 3, raw, ON_ANY),
	OTHER("pass", run_pass, 3, nothing, ON_ANY),
	OTHER("take", run_take, 3, nothing, ON_NONE),
	OTHER("fork", run_fork, 1, number, ON_NONE),
	OTHER("kill", run_kill, 1, number, ON_NONE),
	OTHER("exec", run_exec, 1, nothing, ON_NONE),
	OTHER("join", run_join, 4, nothing, ON_NONE),
};

const unsigned int fz_file_count = FZ_COUNT(fz_files);
