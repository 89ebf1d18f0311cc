// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of the interface in one line each, and waiting for others.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "motet_test.h"

/* How long to wait for what must come: only a bound against hanging. */
#define MT_PATIENCE	(60 * MT_SECOND)

/* What a test may take at least, in a short round on a kernel as it is used. */
#define MT_TEST_SECONDS	120

int mt_ioctl(int fd, unsigned int number, void *arg)
{
	int ret = ioctl(fd, number, arg);

	return ret < 0 ? -errno : ret;
}

int mt_actor(void)
{
	int fd = open(MOTET_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int mt_create(int actor, struct motet_port_create *create, const char *name)
{
	int ret;

	create->size = sizeof(*create);
	if (name) {
		create->name = mt_ptr(name);
		create->name_len = strlen(name);
	}
	ret = mt_ioctl(actor, MOTET_IOC_PORT_CREATE, create);
	return ret < 0 ? ret : create->fd;
}

/* A port that anybody may do anything with, so many messages per priority. */
int mt_port(int actor, const char *name, __u32 messages, struct motet_id *id)
{
	struct motet_port_create create = { .mode = MOTET_MODE_MASK };
	int i, fd;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		create.limits[i].messages = messages;
	fd = mt_create(actor, &create, name);
	if (id)
		*id = create.id;
	return fd;
}

int mt_sender(int actor, const struct motet_id *id)
{
	struct motet_port_open arg = MT(motet_port_open,
					.role = MOTET_ROLE_SENDER, .id = *id);
	int ret = mt_ioctl(actor, MOTET_IOC_PORT_OPEN, &arg);

	return ret < 0 ? ret : arg.fd;
}

int mt_open(int actor, __u32 role, const char *name, struct motet_id *id)
{
	struct motet_port_open arg = MT(motet_port_open, .role = role,
					.name = mt_ptr(name),
					.name_len = strlen(name));
	int ret = mt_ioctl(actor, MOTET_IOC_PORT_OPEN, &arg);

	if (id)
		*id = arg.id;
	return ret < 0 ? ret : arg.fd;
}

int mt_lookup(int actor, const char *name, struct motet_id *id)
{
	struct motet_port_name arg = MT(motet_port_name, .name = mt_ptr(name),
					.name_len = strlen(name));
	int ret = mt_ioctl(actor, MOTET_IOC_PORT_LOOKUP, &arg);

	if (id)
		*id = arg.id;
	return ret;
}

int mt_unlink(int actor, const char *name)
{
	struct motet_port_name arg = MT(motet_port_name, .name = mt_ptr(name),
					.name_len = strlen(name));

	return mt_ioctl(actor, MOTET_IOC_PORT_UNLINK, &arg);
}

int mt_send_flags(int sender, __u32 flags, __u32 priority, const void *body,
		  __u32 len)
{
	struct motet_msg msg = MT(motet_msg, .flags = flags,
				  .priority = priority, .body = mt_ptr(body),
				  .body_len = len);

	return mt_ioctl(sender, MOTET_IOC_SEND, &msg);
}

int mt_send(int sender, __u32 priority, __u64 value)
{
	return mt_send_flags(sender, 0, priority, &value, sizeof(value));
}

int mt_try_send(int sender, __u32 priority, __u64 value)
{
	return mt_send_flags(sender, MOTET_MSG_DONTWAIT, priority, &value,
			     sizeof(value));
}

/* Keeps what else the caller has set in @msg. */
int mt_recv_msg(int holder, struct motet_msg *msg, void *body, __u32 cap)
{
	msg->size = sizeof(*msg);
	msg->body = mt_ptr(body);
	msg->body_cap = cap;
	return mt_ioctl(holder, MOTET_IOC_RECV, msg);
}

int mt_try_recv_msg(int holder, struct motet_msg *msg, void *body, __u32 cap)
{
	msg->flags = MOTET_MSG_DONTWAIT;
	return mt_recv_msg(holder, msg, body, cap);
}

int mt_recv(int holder, __u64 *value)
{
	struct motet_msg msg = { 0 };

	return mt_recv_msg(holder, &msg, value, sizeof(*value));
}

int mt_try_recv(int holder, __u64 *value)
{
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(holder, &msg, value, sizeof(*value));
}

/* The next exception; deaths are told from a work queue, so it waits. */
int mt_exception(int actor, struct motet_msg *msg)
{
	static char body[4096];

	memset(msg, 0, sizeof(*msg));
	msg->deadline = mt_after(MT_PATIENCE);
	return mt_recv_msg(actor, msg, body, sizeof(body));
}

int mt_call(int sender, __u64 value, __u64 *answer, __u64 deadline, __u64 *id)
{
	struct motet_msg request = MT(motet_msg, .body = mt_ptr(&value),
				      .body_len = sizeof(value),
				      .deadline = deadline);
	struct motet_msg reply = MT(motet_msg, .body = mt_ptr(answer),
				    .body_cap = sizeof(*answer));
	struct motet_call_arg call = MT(motet_call_arg, .request = mt_ptr(&request),
				    .reply = mt_ptr(&reply));
	int ret = mt_ioctl(sender, MOTET_IOC_CALL, &call);

	if (id)
		*id = call.id;
	return ret;
}

int mt_resume(int sender, __u64 id, __u64 *answer, __u64 deadline)
{
	struct motet_msg reply = MT(motet_msg, .body = mt_ptr(answer),
				    .body_cap = sizeof(*answer),
				    .deadline = deadline);
	struct motet_call_arg call = MT(motet_call_arg, .flags = MOTET_CALL_RESUME,
				    .reply = mt_ptr(&reply), .id = id);

	return mt_ioctl(sender, MOTET_IOC_CALL, &call);
}

int mt_cancel(int sender, __u64 id)
{
	struct motet_cancel cancel = MT(motet_cancel, .id = id);

	return mt_ioctl(sender, MOTET_IOC_CANCEL, &cancel);
}

int mt_reply(int holder, __u64 token, __u64 value)
{
	struct motet_msg msg = MT(motet_msg, .body = mt_ptr(&value),
				  .body_len = sizeof(value), .token = token);

	return mt_ioctl(holder, MOTET_IOC_REPLY, &msg);
}

int mt_recv_call(int holder, __u64 *token, __u64 *value)
{
	struct motet_msg msg = { 0 };
	int ret = mt_recv_msg(holder, &msg, value, sizeof(*value));

	if (!ret && !(msg.flags & MOTET_MSG_CALL))
		return -EPROTO;
	*token = msg.token;
	return ret;
}

int mt_status(int fd, struct motet_port_status *status)
{
	*status = MT(motet_port_status);
	return mt_ioctl(fd, MOTET_IOC_PORT_STATUS, status);
}

int mt_info(int actor, struct motet_info *info)
{
	*info = MT(motet_info);
	return mt_ioctl(actor, MOTET_IOC_INFO, info);
}

__u64 mt_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MT_SECOND + now.tv_nsec;
}

__u64 mt_after(__u64 ns)
{
	return mt_now() + ns;
}

/* Between two looks at what another is to do: lets it run. */
void mt_breathe(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
}

int mt_poll(int fd, short events, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ret = poll(&pollfd, 1, timeout_ms);

	return ret < 0 ? -errno : pollfd.revents;
}

/* The kernel tells the number of the system call only of a task that sleeps. */
int mt_until_blocked(pid_t tid)
{
	__u64 end = mt_after(MT_PATIENCE);
	char path[64], text[128];

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	while (mt_now() < end) {
		if (mt_read_file(path, text, sizeof(text)) < 0)
			return -ESRCH;
		if (text[0] >= '0' && text[0] <= '9' &&
		    atoi(text) == SYS_ioctl)
			return 0;
		mt_breathe();
	}
	return -ETIMEDOUT;
}

int mt_until_state(int fd, __u32 state)
{
	struct motet_port_status status;
	__u64 end = mt_after(MT_PATIENCE);
	int ret;

	while (mt_now() < end) {
		ret = mt_status(fd, &status);
		if (ret < 0 || status.state == state)
			return ret;
		mt_breathe();
	}
	return -ETIMEDOUT;
}

int mt_until_suspended(const struct motet_id *id, __u32 suspended)
{
	__u64 end = mt_after(MT_PATIENCE);
	struct mt_attrs attrs;
	int ret;

	while (mt_now() < end) {
		ret = mt_port_get(id, &attrs);
		if (ret < 0)
			return ret;
		if (mt_attr_number(&attrs, MOTET_A_PORT_SUSPENDED) == suspended)
			return 0;
		mt_breathe();
	}
	return -ETIMEDOUT;
}

static void mt_nothing(int signal)
{
	(void)signal;
}

/* SIGUSR1 interrupts from now on, or restarts with SA_RESTART. */
int mt_alarm_signal(int flags)
{
	struct sigaction action = {
		.sa_handler = mt_nothing,
		.sa_flags = flags,
	};

	return sigaction(SIGUSR1, &action, NULL) ? -errno : 0;
}

/*
 * The harness's alarm(): it has 30 seconds for a test that says nothing else, and
 * knows nothing of emulated machines, nor of kernels for debugging and of long
 * rounds, for which MOTET_TIMES says how many times as long a test may take.
 */
unsigned int mt_alarm(unsigned int seconds)
{
	const char *times = getenv("MOTET_TIMES");
	struct itimerval value = { 0 };

	if (seconds && seconds < MT_TEST_SECONDS)
		seconds = MT_TEST_SECONDS;
	value.it_value.tv_sec = seconds;
	if (times && atoi(times) > 0)
		value.it_value.tv_sec *= atoi(times);
	return setitimer(ITIMER_REAL, &value, NULL);
}

/* A child that doesn't outlive a test that fails. */
pid_t mt_fork(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* a parent in another pid namespace has no number */
		if (getppid() != parent && getppid() != 0)
			_exit(0);
	}
	return pid;
}

/* A process that does nothing until it is killed. */
pid_t mt_fork_idle(void)
{
	pid_t pid = mt_fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

/* Exit code of a child, or 1000 and its signal. */
int mt_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	if (WIFSIGNALED(status))
		return 1000 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

int mt_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	return mt_wait(pid);
}

int mt_become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	/* changing the user cleared it, and made /proc/self root's */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 1);
	return 0;
}

/* In a user namespace of its own, where user and group @uid are root. */
int mt_user_namespace(uid_t uid)
{
	char map[32];
	int ret = unshare(CLONE_NEWUSER) ? -errno : 0;

	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!ret)
		ret = mt_write_file("/proc/self/setgroups", "deny");
	if (!ret)
		ret = mt_write_file("/proc/self/uid_map", map);
	if (!ret)
		ret = mt_write_file("/proc/self/gid_map", map);
	return ret;
}

int mt_send_fd(int sock, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	return sendmsg(sock, &msg, 0) < 0 ? -errno : 0;
}

int mt_recv_fd(int sock)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	int fd;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	if (!CMSG_FIRSTHDR(&msg))
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

/* Memory that children share. */
void *mt_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int mt_read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		len = -errno;
	else
		text[len] = 0;
	close(fd);
	return len;
}

int mt_write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(text);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != len)
		ret = errno ? -errno : -EIO;
	close(fd);
	return ret;
}

__u64 mt_param(const char *name)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/sys/module/motet/parameters/%s", name);
	if (mt_read_file(path, text, sizeof(text)) < 0)
		return 0;
	return strtoull(text, NULL, 10);
}

int mt_param_set(const char *name, __u64 value)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/sys/module/motet/parameters/%s", name);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return mt_write_file(path, text);
}

/* How often a race is run: MOTET_ROUNDS, or a few times. */
unsigned int mt_rounds(unsigned int otherwise)
{
	const char *rounds = getenv("MOTET_ROUNDS");

	return rounds && atoi(rounds) > 0 ? (unsigned int)atoi(rounds) :
					    otherwise;
}
