// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every call of the interface, and how to make it succeed.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "uapi_doors.h"

struct world world;

static void on_signal(int signal)
{
	(void)signal;
}

/*
 * A call on one's own port that a signal interrupts: unfinished, and no other
 * thread is needed. The timer goes off again in case it was too early.
 */
static void make_call(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerspec soon = {
		.it_value.tv_nsec = 1000000,
		.it_interval.tv_nsec = 1000000,
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1,
	};
	timer_t timer;
	__u64 answer;

	sigaction(SIGUSR1, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		abort();
	world.call = 0;
	while (!world.call) {
		timer_settime(timer, 0, &soon, NULL);
		mt_call(world.fds[MOTET_ROLE_SENDER], 1, &answer, 0,
			&world.call);
	}
	timer_delete(timer);
}

static void drain(void)
{
	struct motet_msg msg = { 0 };
	__u64 value;

	while (!mt_try_recv_msg(world.fds[MOTET_ROLE_HOLDER], &msg, &value, 8))
		msg = (struct motet_msg){ 0 };
	if (world.call)
		mt_cancel(world.fds[MOTET_ROLE_SENDER], world.call);
	world.call = 0;
	while (!mt_try_recv_msg(world.fds[MOTET_ROLE_ACTOR], &msg, &value, 8))
		msg = (struct motet_msg){ 0 };
}

static void make_info(void *arg)
{
	*(struct motet_info *)arg = MT(motet_info);
}

void make_create(void *arg)
{
	*(struct motet_port_create *)arg = MT(motet_port_create, .mode = 0777,
					      .name = mt_ptr("created"),
					      .name_len = 7);
}

static void close_created(void *arg)
{
	close(((struct motet_port_create *)arg)->fd);
}

void make_open(void *arg)
{
	*(struct motet_port_open *)arg = MT(motet_port_open,
					    .role = MOTET_ROLE_SENDER,
					    .name = mt_ptr("uapi"),
					    .name_len = 4);
}

static void close_opened(void *arg)
{
	close(((struct motet_port_open *)arg)->fd);
}

static void make_lookup(void *arg)
{
	*(struct motet_port_name *)arg = MT(motet_port_name,
					    .name = mt_ptr("uapi"),
					    .name_len = 4);
}

/* the port that is unlinked each time */
static int unlinked = -1;

static void make_unlink(void *arg)
{
	if (unlinked < 0)
		unlinked = mt_port(world.fds[MOTET_ROLE_ACTOR], "unlinked", 1,
				   NULL);
	*(struct motet_port_name *)arg = MT(motet_port_name,
					    .name = mt_ptr("unlinked"),
					    .name_len = 8);
}

static void close_unlinked(void *arg)
{
	(void)arg;
	close(unlinked);
	unlinked = -1;
}

static void make_status(void *arg)
{
	*(struct motet_port_status *)arg = MT(motet_port_status);
}

static void make_send(void *arg)
{
	*(struct motet_msg *)arg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
				      .body = mt_ptr(&world.value),
				      .body_len = 8,
				      .annex = mt_ptr(&world.value),
				      .annex_len = 0);
}

void make_recv(void *arg)
{
	drain();
	mt_try_send(world.fds[MOTET_ROLE_SENDER], 0, 1);
	*(struct motet_msg *)arg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
				      .body = mt_ptr(&world.value),
				      .body_cap = 8);
}

static void make_reply(void *arg)
{
	__u64 token;

	drain();
	make_call();
	mt_recv_call(world.fds[MOTET_ROLE_HOLDER], &token, &world.value);
	*(struct motet_msg *)arg = MT(motet_msg, .body = mt_ptr(&world.value),
				      .body_len = 8, .token = token);
}

/* Fetches the answer of a call that was interrupted. */
static void make_resume(void *arg)
{
	struct motet_msg reply;

	make_reply(&reply);
	mt_ioctl(world.fds[MOTET_ROLE_HOLDER], MOTET_IOC_REPLY, &reply);
	world.msg = MT(motet_msg, .body = mt_ptr(&world.value), .body_cap = 8);
	*(struct motet_call_arg *)arg = MT(motet_call_arg, .id = world.call,
					   .flags = MOTET_CALL_RESUME,
					   .reply = mt_ptr(&world.msg));
}

static void make_cancel(void *arg)
{
	drain();
	make_call();
	*(struct motet_cancel *)arg = MT(motet_cancel, .id = world.call);
}

static void make_reply_recv(void *arg)
{
	make_recv(&world.msg);
	*(struct motet_reply_recv *)arg = MT(motet_reply_recv,
					     .recv = mt_ptr(&world.msg));
}

static void after(void *arg)
{
	(void)arg;
	drain();
}

const struct door doors[DOORS] = {
	{
		.name = "INFO", .number = MOTET_IOC_INFO,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_info), .make = make_info,
		.flags = offsetof(struct motet_info, flags),
		.ignored = {
			FIELD(motet_info, abi_major),
			FIELD(motet_info, features),
			FIELD(motet_info, body_max),
			FIELD(motet_info, actor), FIELD(motet_info, port),
		},
	}, {
		.name = "PORT_CREATE", .number = MOTET_IOC_PORT_CREATE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_create), .make = make_create,
		.undo = close_created,
		.flags = offsetof(struct motet_port_create, flags),
		.known = MOTET_PORT_FIFO,
		.zero = {
			FIELD(motet_port_create, limits[0].pad),
			FIELD(motet_port_create, limits[1].pad),
			FIELD(motet_port_create, limits[2].pad),
			FIELD(motet_port_create, limits[3].pad),
		},
		.ignored = {
			FIELD(motet_port_create, fd),
			FIELD(motet_port_create, id),
		},
		.pointers = { FIELD(motet_port_create, name) },
	}, {
		.name = "PORT_OPEN", .number = MOTET_IOC_PORT_OPEN,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_open), .make = make_open,
		.undo = close_opened,
		.flags = offsetof(struct motet_port_open, flags),
		.zero = { FIELD(motet_port_open, id) },
		.ignored = { FIELD(motet_port_open, fd) },
		.pointers = { FIELD(motet_port_open, name) },
	}, {
		.name = "PORT_LOOKUP", .number = MOTET_IOC_PORT_LOOKUP,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_name), .make = make_lookup,
		.flags = offsetof(struct motet_port_name, flags),
		.zero = { FIELD(motet_port_name, pad) },
		.ignored = { FIELD(motet_port_name, id) },
		.pointers = { FIELD(motet_port_name, name) },
	}, {
		.name = "PORT_UNLINK", .number = MOTET_IOC_PORT_UNLINK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_name), .make = make_unlink,
		.undo = close_unlinked,
		.flags = offsetof(struct motet_port_name, flags),
		.zero = { FIELD(motet_port_name, pad) },
		.ignored = { FIELD(motet_port_name, id) },
		.pointers = { FIELD(motet_port_name, name) },
	}, {
		.name = "PORT_STATUS", .number = MOTET_IOC_PORT_STATUS,
		.role = MOTET_ROLE_SENDER,
		.roles = ON_ACTOR | ON_HOLDER | ON_SENDER,
		.size = sizeof(struct motet_port_status), .make = make_status,
		/* its flags are out */
		.flags = offsetof(struct motet_port_status, flags),
		.known = ~0U,
		.zero = { FIELD(motet_port_status, pad) },
		.ignored = {
			FIELD(motet_port_status, flags),
			FIELD(motet_port_status, role),
			FIELD(motet_port_status, state),
			FIELD(motet_port_status, mode),
			FIELD(motet_port_status, retention),
			FIELD(motet_port_status, messages),
			FIELD(motet_port_status, bytes),
			FIELD(motet_port_status, id),
		},
	}, {
		.name = "SEND", .number = MOTET_IOC_SEND,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER,
		.size = sizeof(struct motet_msg), .make = make_send,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_DONTWAIT | MOTET_MSG_RETURN | MOTET_MSG_CALL,
		.zero = {
			FIELD(motet_msg, body_cap), FIELD(motet_msg, annex_cap),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count), FIELD(motet_msg, pad),
			FIELD(motet_msg, token),
			FIELD(motet_msg, stamp), FIELD(motet_msg, to),
		},
		.ignored = { FIELD(motet_msg, id) },
		.pointers = { FIELD(motet_msg, body) },
	}, {
		.name = "RECV", .number = MOTET_IOC_RECV,
		.role = MOTET_ROLE_HOLDER, .roles = ON_HOLDER | ON_ACTOR,
		.size = sizeof(struct motet_msg), .make = make_recv,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_DONTWAIT | MOTET_MSG_CALL,
		.zero = { FIELD(motet_msg, pad) },
		.ignored = {
			FIELD(motet_msg, body_len), FIELD(motet_msg, annex_len),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count), FIELD(motet_msg, id),
			FIELD(motet_msg, token), FIELD(motet_msg, to),
		},
		.pointers = {
			FIELD(motet_msg, body), FIELD(motet_msg, stamp),
		},
	}, {
		.name = "REPLY", .number = MOTET_IOC_REPLY,
		.role = MOTET_ROLE_HOLDER, .roles = ON_HOLDER | ON_ACTOR,
		.size = sizeof(struct motet_msg), .make = make_reply,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_CALL,
		.zero = {
			FIELD(motet_msg, body_cap), FIELD(motet_msg, annex_cap),
			FIELD(motet_msg, priority),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count),
			FIELD(motet_msg, pad), FIELD(motet_msg, deadline),
			FIELD(motet_msg, id), FIELD(motet_msg, stamp),
			FIELD(motet_msg, to),
		},
		.pointers = { FIELD(motet_msg, body) },
	}, {
		.name = "CALL", .number = MOTET_IOC_CALL,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER,
		.size = sizeof(struct motet_call_arg), .make = make_resume,
		.undo = after,
		.flags = offsetof(struct motet_call_arg, flags),
		.known = MOTET_CALL_RESUME,
		.zero = { FIELD(motet_call_arg, request) },
		.pointers = { FIELD(motet_call_arg, reply) },
	}, {
		.name = "CANCEL", .number = MOTET_IOC_CANCEL,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER,
		.size = sizeof(struct motet_cancel), .make = make_cancel,
		.undo = after,
		.flags = offsetof(struct motet_cancel, flags),
	}, {
		.name = "REPLY_RECV", .number = MOTET_IOC_REPLY_RECV,
		.role = MOTET_ROLE_HOLDER, .roles = ON_HOLDER | ON_ACTOR,
		.size = sizeof(struct motet_reply_recv),
		.make = make_reply_recv, .undo = after,
		.flags = offsetof(struct motet_reply_recv, flags),
		.pointers = {
			FIELD(motet_reply_recv, reply),
			FIELD(motet_reply_recv, recv),
		},
	},
};
