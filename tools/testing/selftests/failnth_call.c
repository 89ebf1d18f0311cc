// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A call that another process answers, for the fail-the-nth sweep.
 */
#include <errno.h>

#include "failnth.h"

#define FN_ASKED	6

static struct motet_call_arg call;
static __u64 asked = FN_ASKED, answer;

static void serve(int out)
{
	int port, actor = mt_actor();
	struct motet_id id;
	__u64 token, value;

	port = mt_port(actor, NULL, 8, &id);
	if (write(out, &id, sizeof(id)) != sizeof(id))
		_exit(1);
	while (!mt_recv_call(port, &token, &value))
		mt_reply(port, token, value + 1);
	_exit(0);
}

/**
 * fn_server() - a process that answers each call by the number after its own
 * @id: where to put that of its port
 *
 * Return: its pid, or a negative error.
 */
pid_t fn_server(struct motet_id *id)
{
	int out[2];
	ssize_t len;
	pid_t pid;

	if (pipe(out))
		return -errno;
	pid = mt_fork();
	if (pid == 0)
		serve(out[1]);
	close(out[1]);
	len = read(out[0], id, sizeof(*id));
	close(out[0]);
	return len == sizeof(*id) ? pid : -EPROTO;
}

static int do_call(int fd, __u32 flags, __u64 id)
{
	struct motet_msg request = MT(motet_msg, .body = mt_ptr(&asked),
				      .body_len = sizeof(asked));
	struct motet_msg reply = MT(motet_msg, .body = mt_ptr(&answer),
				    .body_cap = sizeof(answer));

	call = MT(motet_call_arg, .flags = flags, .id = id,
		  .request = flags ? 0 : mt_ptr(&request),
		  .reply = mt_ptr(&reply));
	answer = 0;
	return mt_ioctl(fd, MOTET_IOC_CALL, &call);
}

/**
 * fn_call() - call such a server
 * @fd: by what it is reached
 *
 * Return: 0 or a negative error.
 */
int fn_call(int fd)
{
	return do_call(fd, 0, 0);
}

/**
 * fn_called() - whether the answer is wrong
 *
 * Return: 0 if the last fn_call() is over and has its answer.
 */
int fn_called(void)
{
	return call.id || answer != FN_ASKED + 1;
}

/**
 * fn_call_failed() - what has an id has its answer when it is resumed
 * @fd: by what it is reached
 *
 * Return: 1 if so, 0 if the last fn_call() has no id, or a negative error.
 */
int fn_call_failed(int fd)
{
	int ret;

	if (!call.id)
		return 0;
	ret = do_call(fd, MOTET_CALL_RESUME, call.id);
	if (ret)
		return ret;
	return answer == FN_ASKED + 1 ? 1 : -EPROTO;
}
