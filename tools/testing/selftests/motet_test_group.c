// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of groups in one line each, and children that use them.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include "group_test.h"

int mt_group_create(int actor, struct motet_group_create *create,
		    const char *name)
{
	int ret;

	create->size = sizeof(*create);
	if (name) {
		create->name = mt_ptr(name);
		create->name_len = strlen(name);
	}
	ret = mt_ioctl(actor, MOTET_IOC_GROUP_CREATE, create);
	return ret < 0 ? ret : create->fd;
}

/* An anonymous group that anybody may do anything with. */
int mt_group(int actor, __u32 address, struct motet_cap *cap)
{
	struct motet_group_create create = {
		.mode = MOTET_MODE_MASK, .address = address,
	};
	int fd = mt_group_create(actor, &create, NULL);

	*cap = create.cap;
	return fd;
}

static int mt_group_open_arg(int actor, struct motet_group_open *arg)
{
	int ret = mt_ioctl(actor, MOTET_IOC_GROUP_OPEN, arg);

	return ret < 0 ? ret : arg->fd;
}

int mt_group_open(int actor, const struct motet_id *id)
{
	return mt_group_open_arg(actor, &MT(motet_group_open, .id = *id));
}

int mt_group_named(int actor, const char *name, struct motet_id *id)
{
	struct motet_group_open arg = MT(motet_group_open,
					 .name = mt_ptr(name),
					 .name_len = strlen(name));
	int ret = mt_group_open_arg(actor, &arg);

	if (id)
		*id = arg.id;
	return ret;
}

static int mt_change_member(int actor, unsigned int number,
			    const struct motet_cap *cap,
			    const struct motet_id *port)
{
	return mt_ioctl(actor, number,
			&MT(motet_group_member, .cap = *cap, .port = *port));
}

int mt_insert(int actor, const struct motet_cap *cap,
	      const struct motet_id *port)
{
	return mt_change_member(actor, MOTET_IOC_GROUP_INSERT, cap, port);
}

int mt_remove(int actor, const struct motet_cap *cap,
	      const struct motet_id *port)
{
	return mt_change_member(actor, MOTET_IOC_GROUP_REMOVE, cap, port);
}

/* @cap is the new one afterwards. */
int mt_rekey(int actor, struct motet_cap *cap)
{
	struct motet_group_cap arg = MT(motet_group_cap, .cap = *cap);
	int ret = mt_ioctl(actor, MOTET_IOC_GROUP_REKEY, &arg);

	*cap = arg.cap;
	return ret;
}

int mt_delete(int actor, const struct motet_cap *cap)
{
	return mt_ioctl(actor, MOTET_IOC_GROUP_DELETE,
			&MT(motet_group_cap, .cap = *cap));
}

int mt_track(int holder, const struct motet_id *group)
{
	return mt_ioctl(holder, MOTET_IOC_GROUP_TRACK,
			&MT(motet_group_track, .group = *group));
}

int mt_track_stop(int holder, const struct motet_id *group)
{
	return mt_ioctl(holder, MOTET_IOC_GROUP_TRACK,
			&MT(motet_group_track, .flags = MOTET_TRACK_STOP,
			    .group = *group));
}

int mt_report(int holder, const struct motet_id *group, __u32 load,
	      __u64 period)
{
	return mt_ioctl(holder, MOTET_IOC_GROUP_REPORT,
			&MT(motet_group_report, .load = load,
			    .period = period, .group = *group));
}

int mt_session_end(int group, __u64 session)
{
	return mt_ioctl(group, MOTET_IOC_GROUP_SESSION_END,
			&MT(motet_group_session, .session = session));
}

int mt_group_status(int group, struct motet_group_status *status)
{
	*status = MT(motet_group_status);
	return mt_ioctl(group, MOTET_IOC_GROUP_STATUS, status);
}

/* A new port that is a member. */
int mt_member(int actor, const struct motet_cap *cap, __u32 messages,
	      struct motet_id *id)
{
	int fd = mt_port(actor, NULL, messages, id), ret;

	if (fd < 0)
		return fd;
	ret = mt_insert(actor, cap, id);
	return ret < 0 ? ret : fd;
}

/* Keeps what else the caller has set in @msg. */
int mt_to_group(int group, struct motet_msg *msg, __u64 value)
{
	msg->size = sizeof(*msg);
	msg->body = mt_ptr(&value);
	msg->body_len = sizeof(value);
	return mt_ioctl(group, MOTET_IOC_SEND, msg);
}

int mt_soon_msg(int holder, struct motet_msg *msg, __u32 flags, __u64 *value)
{
	*msg = MT(motet_msg, .flags = flags, .deadline = mt_after(MT_SOON));
	return mt_recv_msg(holder, msg, value, sizeof(*value));
}

/* The next message, which is on its way. */
int mt_soon(int holder, __u64 *value)
{
	struct motet_msg msg;

	return mt_soon_msg(holder, &msg, 0, value);
}

int mt_lease_op(int holder, __u32 op, __u64 id)
{
	return mt_ioctl(holder, MOTET_IOC_LEASE,
			&MT(motet_lease, .op = op, .id = id));
}

/* The next exception, with its body if it is about a member. */
int mt_told(int port, struct motet_msg *msg, struct motet_group_change *change)
{
	int ret;

	memset(change, 0, sizeof(*change));
	*msg = MT(motet_msg, .deadline = mt_after(MT_SOON));
	ret = mt_recv_msg(port, msg, change, sizeof(*change));
	if (ret)
		return ret;
	if (msg->exception == MOTET_EXCEPTION_MEMBER &&
	    (msg->body_len != MOTET_GROUP_CHANGE_SIZE_VER0 ||
	     change->size != MOTET_GROUP_CHANGE_SIZE_VER0))
		return -EPROTO;
	return 0;
}

/* Is there nothing to read, neither a message nor an exception? */
int mt_not_told(int port)
{
	struct motet_group_change change;
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(port, &msg, &change, sizeof(change)) == -EAGAIN;
}

/* A port that dies leaves its groups, perhaps a little later. */
int mt_until_members(int group, __u32 members)
{
	__u64 end = mt_after(MT_SOON);
	struct motet_group_status status;
	int ret;

	do {
		ret = mt_group_status(group, &status);
		if (ret < 0 || status.members == members)
			return ret;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIMEDOUT;
}

/* Asks by a key that is wrong, since to open a group makes it live longer. */
int mt_until_gone(int actor, const struct motet_id *group)
{
	const struct motet_cap cap = { .id = *group };
	__u64 end = mt_after(MT_SOON);
	int ret;

	do {
		ret = mt_delete(actor, &cap);
		if (ret != -EACCES)
			return ret == -ESRCH ? 0 : ret;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIMEDOUT;
}

/* A call that a signal interrupts, so that it is unfinished. */
int mt_call_interrupted(int group, __u64 value, __u64 *id)
{
	pid_t self = getpid(), pid;
	__u64 answer;
	int ret;

	*id = 0;
	ret = mt_alarm_signal(0);
	if (ret)
		return ret;
	pid = mt_fork();
	if (pid == 0) {
		/* once it waits: the system call of another process */
		if (!mt_until_blocked(self))
			kill(self, SIGUSR1);
		_exit(0);
	}
	ret = mt_call(group, value, &answer, mt_after(MT_SOON), id);
	return mt_wait(pid) || ret != -EINTR || !*id ? -EPROTO : 0;
}

static struct mt_child *mt_child_new(const struct motet_msg *msg, __u64 value)
{
	struct mt_child *child = mt_shared(sizeof(*child));

	child->value = value;
	child->msg = *msg;
	child->msg.size = sizeof(child->msg);
	child->msg.body = mt_ptr(&child->value);
	child->msg.body_len = sizeof(child->value);
	if (!msg->deadline)
		child->msg.deadline = mt_after(MT_SOON);
	return child;
}

/* A child keeps none of the ports alive that the test closes. */
static pid_t mt_child_fork(unsigned int fd)
{
	pid_t pid = mt_fork();

	if (pid == 0) {
		syscall(SYS_close_range, 3, fd - 1, 0);
		syscall(SYS_close_range, fd + 1, ~0U, 0);
	}
	return pid;
}

/* One that waits, for instance until there is room. */
struct mt_child *mt_child_send(int fd, const struct motet_msg *msg,
			       __u64 value)
{
	struct mt_child *child = mt_child_new(msg, value);
	pid_t pid = mt_child_fork(fd);

	if (pid == 0) {
		child->result = mt_ioctl(fd, MOTET_IOC_SEND, &child->msg);
		/* what is sent at the last look was not woken for its room */
		if (!child->result && mt_now() >= child->msg.deadline)
			child->result = -ETIME;
		_exit(0);
	}
	child->pid = pid;
	mt_until_blocked(pid);
	return child;
}

/* One that waits for the answer. */
struct mt_child *mt_child_call(int fd, const struct motet_msg *msg,
			       __u64 value)
{
	struct mt_child *child = mt_child_new(msg, value);
	struct motet_msg reply = MT(motet_msg, .body = mt_ptr(&child->answer),
				    .body_cap = sizeof(child->answer));
	struct motet_call_arg call = MT(motet_call_arg,
					.request = mt_ptr(&child->msg),
					.reply = mt_ptr(&reply));
	pid_t pid = mt_child_fork(fd);

	if (pid == 0) {
		child->result = mt_ioctl(fd, MOTET_IOC_CALL, &call);
		child->id = call.id;
		_exit(0);
	}
	child->pid = pid;
	mt_until_blocked(pid);
	return child;
}

/* What its call returned. */
int mt_child_end(struct mt_child *child)
{
	int ret = mt_wait(child->pid);

	return ret ? -EPROTO : child->result;
}
