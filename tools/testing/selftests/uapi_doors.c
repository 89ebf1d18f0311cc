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

static void make_offer(void *arg)
{
	struct motet_info info;

	mt_info(world.fds[MOTET_ROLE_ACTOR], &info);
	*(struct motet_port_offer *)arg = MT(motet_port_offer,
					     .actor = info.actor);
}

static void make_enable(void *arg)
{
	*(struct motet_port_enable *)arg = MT(motet_port_enable,
					      .priority = 3, .cookie = 9);
}

static void make_change(void *arg)
{
	*(struct motet_port_change *)arg = MT(motet_port_change, .mode = 0777,
					      .flags = MOTET_CHANGE_MODE,
					      .id = world.id);
}

static void make_lease(void *arg)
{
	struct motet_msg msg;

	drain();
	mt_try_send(world.fds[MOTET_ROLE_SENDER], 0, 1);
	mt_lease_recv(world.fds[MOTET_ROLE_HOLDER], &msg, &world.value, 0);
	*(struct motet_lease *)arg = MT(motet_lease, .id = msg.id);
}

static void make_send_many(void *arg)
{
	make_send(&world.msg);
	*(struct motet_batch *)arg = MT(motet_batch, .count = 1,
					.msgs = mt_ptr(&world.msg),
					.msg_size = sizeof(world.msg));
}

static void make_recv_many(void *arg)
{
	make_recv(&world.msg);
	*(struct motet_batch *)arg = MT(motet_batch, .count = 1,
					.msgs = mt_ptr(&world.msg),
					.msg_size = sizeof(world.msg));
}

static void make_group_create(void *arg)
{
	*(struct motet_group_create *)arg =
		MT(motet_group_create, .mode = 0777, .name = mt_ptr("made"),
		   .name_len = 4, .address = MOTET_ADDRESS_ANY);
}

static void make_group_open(void *arg)
{
	*(struct motet_group_open *)arg = MT(motet_group_open, .name_len = 4,
					     .name = mt_ptr("uapi"));
}

static void delete_group(void *arg)
{
	struct motet_group_create *create = arg;
	struct motet_group_cap cap = MT(motet_group_cap, .cap = create->cap);

	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_GROUP_DELETE, &cap);
	close(create->fd);
}

static void close_group(void *arg)
{
	close(((struct motet_group_open *)arg)->fd);
}

static int member(unsigned int number)
{
	struct motet_group_member member = MT(motet_group_member,
					      .cap = world.cap,
					      .port = world.id);

	return mt_ioctl(world.fds[MOTET_ROLE_ACTOR], number, &member);
}

static void make_insert(void *arg)
{
	member(MOTET_IOC_GROUP_REMOVE);
	*(struct motet_group_member *)arg = MT(motet_group_member,
					       .cap = world.cap,
					       .port = world.id);
}

static void make_remove(void *arg)
{
	make_insert(arg);
	member(MOTET_IOC_GROUP_INSERT);
}

static void remove_member(void *arg)
{
	(void)arg;
	member(MOTET_IOC_GROUP_REMOVE);
}

static void make_rekey(void *arg)
{
	*(struct motet_group_cap *)arg = MT(motet_group_cap,
					    .cap = world.cap);
}

static void rekeyed(void *arg)
{
	world.cap = ((struct motet_group_cap *)arg)->cap;
}

/* a group that is deleted each time */
static struct motet_group_create deleted = { .fd = -1 };

static void make_delete(void *arg)
{
	if (deleted.fd < 0) {
		make_group_create(&deleted);
		mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_GROUP_CREATE,
			 &deleted);
	}
	*(struct motet_group_cap *)arg = MT(motet_group_cap,
					    .cap = deleted.cap);
}

static void close_deleted(void *arg)
{
	(void)arg;
	close(deleted.fd);
	deleted.fd = -1;
}

static void stop_tracking(void *arg)
{
	struct motet_group_track track = MT(motet_group_track,
					    .flags = MOTET_TRACK_STOP,
					    .group = world.cap.id);

	(void)arg;
	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_GROUP_TRACK, &track);
}

static void make_track(void *arg)
{
	stop_tracking(NULL);
	*(struct motet_group_track *)arg = MT(motet_group_track,
					      .group = world.cap.id);
}

static void stop_watching(void *arg)
{
	struct motet_watch_start *start = arg;
	struct motet_watch_stop stop = MT(motet_watch_stop,
					  .watch = start->watch);

	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_WATCH_STOP, &stop);
}

static void make_watch(void *arg)
{
	*(struct motet_watch_start *)arg = MT(motet_watch_start,
					      .kind = MOTET_WATCH_PORT,
					      .id = world.id);
}

static void make_watch_stop(void *arg)
{
	struct motet_watch_start start;

	make_watch(&start);
	mt_ioctl(world.fds[MOTET_ROLE_ACTOR], MOTET_IOC_WATCH, &start);
	*(struct motet_watch_stop *)arg = MT(motet_watch_stop,
					     .watch = start.watch);
}

static void make_report(void *arg)
{
	member(MOTET_IOC_GROUP_INSERT);
	*(struct motet_group_report *)arg = MT(motet_group_report, .load = 3,
					       .group = world.cap.id);
}

/* One message of a session, so that there is one to end. */
static void make_session(void *arg)
{
	struct motet_msg msg;

	drain();
	member(MOTET_IOC_GROUP_INSERT);
	make_send(&msg);
	msg.address = MOTET_ADDRESS_STICKY;
	msg.session = 7;
	mt_ioctl(world.fds[MOTET_ROLE_GROUP], MOTET_IOC_SEND, &msg);
	*(struct motet_group_session *)arg = MT(motet_group_session,
						.session = 7);
}

static void make_group_status(void *arg)
{
	*(struct motet_group_status *)arg = MT(motet_group_status);
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
		.size = sizeof(struct motet_info),
		.first = MOTET_INFO_SIZE_VER0,
		.make = make_info,
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
		.size = sizeof(struct motet_port_create),
		.first = MOTET_PORT_CREATE_SIZE_VER0,
		.make = make_create,
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
		.size = sizeof(struct motet_port_open),
		.first = MOTET_PORT_OPEN_SIZE_VER0,
		.make = make_open,
		.undo = close_opened,
		.flags = offsetof(struct motet_port_open, flags),
		.zero = { FIELD(motet_port_open, id) },
		.ignored = { FIELD(motet_port_open, fd) },
		.pointers = { FIELD(motet_port_open, name) },
	}, {
		.name = "PORT_LOOKUP", .number = MOTET_IOC_PORT_LOOKUP,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_name),
		.first = MOTET_PORT_NAME_SIZE_VER0,
		.make = make_lookup,
		.flags = offsetof(struct motet_port_name, flags),
		.zero = { FIELD(motet_port_name, pad) },
		.ignored = { FIELD(motet_port_name, id) },
		.pointers = { FIELD(motet_port_name, name) },
	}, {
		.name = "PORT_UNLINK", .number = MOTET_IOC_PORT_UNLINK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_name),
		.first = MOTET_PORT_NAME_SIZE_VER0,
		.make = make_unlink,
		.undo = close_unlinked,
		.flags = offsetof(struct motet_port_name, flags),
		.zero = { FIELD(motet_port_name, pad) },
		.ignored = { FIELD(motet_port_name, id) },
		.pointers = { FIELD(motet_port_name, name) },
	}, {
		.name = "PORT_STATUS", .number = MOTET_IOC_PORT_STATUS,
		.role = MOTET_ROLE_SENDER,
		.roles = ON_ACTOR | ON_PORT | ON_SENDER,
		.size = sizeof(struct motet_port_status),
		.first = MOTET_PORT_STATUS_SIZE_VER0,
		.make = make_status,
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
			FIELD(motet_port_status, dead_letter),
			FIELD(motet_port_status, redeliveries_max),
			FIELD(motet_port_status, node),
			FIELD(motet_port_status, uid),
			FIELD(motet_port_status, gid),
			FIELD(motet_port_status, cause),
			FIELD(motet_port_status, leased),
			FIELD(motet_port_status, standbys),
			FIELD(motet_port_status, enabled),
			FIELD(motet_port_status, epoch),
		},
	}, {
		.name = "SEND", .number = MOTET_IOC_SEND,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER | ON_GROUP,
		.size = sizeof(struct motet_msg),
		.first = MOTET_MSG_SIZE_VER0,
		.make = make_send,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_DONTWAIT | MOTET_MSG_RETURN |
			 MOTET_MSG_CANCELABLE | MOTET_MSG_CALL |
			 MOTET_MSG_LEASED,
		.zero = {
			FIELD(motet_msg, body_cap), FIELD(motet_msg, annex_cap),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count), FIELD(motet_msg, pad),
			FIELD(motet_msg, token),
			FIELD(motet_msg, stamp), FIELD(motet_msg, to),
			FIELD(motet_msg, lease), FIELD(motet_msg, cookie),
			FIELD(motet_msg, session), FIELD(motet_msg, address),
			FIELD(motet_msg, node), FIELD(motet_msg, job_class),
			FIELD(motet_msg, weight), FIELD(motet_msg, delivered),
			FIELD(motet_msg, pad2), FIELD(motet_msg, at),
		},
		.ignored = { FIELD(motet_msg, id) },
		.pointers = { FIELD(motet_msg, body) },
	}, {
		.name = "RECV", .number = MOTET_IOC_RECV,
		.role = MOTET_ROLE_HOLDER,
		.roles = ON_PORT | ON_ACTOR | ON_CHANNEL,
		.size = sizeof(struct motet_msg),
		.first = MOTET_MSG_SIZE_VER0,
		.make = make_recv,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE | MOTET_MSG_CALL |
			 MOTET_MSG_LEASED,
		.zero = {
			FIELD(motet_msg, pad), FIELD(motet_msg, expires),
			/* without the flag of a lease */
			FIELD(motet_msg, lease), FIELD(motet_msg, session),
			FIELD(motet_msg, address), FIELD(motet_msg, node),
			FIELD(motet_msg, weight), FIELD(motet_msg, pad2),
		},
		.ignored = {
			FIELD(motet_msg, body_len), FIELD(motet_msg, annex_len),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count), FIELD(motet_msg, id),
			FIELD(motet_msg, token), FIELD(motet_msg, to),
			FIELD(motet_msg, cookie), FIELD(motet_msg, at),
		},
		.pointers = {
			FIELD(motet_msg, body), FIELD(motet_msg, stamp),
		},
	}, {
		.name = "REPLY", .number = MOTET_IOC_REPLY,
		.role = MOTET_ROLE_HOLDER, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_msg),
		.first = MOTET_MSG_SIZE_VER0,
		.make = make_reply,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_CALL | MOTET_MSG_LEASED,
		.zero = {
			FIELD(motet_msg, body_cap), FIELD(motet_msg, annex_cap),
			FIELD(motet_msg, priority),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count),
			FIELD(motet_msg, pad), FIELD(motet_msg, deadline),
			FIELD(motet_msg, id), FIELD(motet_msg, stamp),
			FIELD(motet_msg, to), FIELD(motet_msg, expires),
			FIELD(motet_msg, lease), FIELD(motet_msg, cookie),
			FIELD(motet_msg, session), FIELD(motet_msg, address),
			FIELD(motet_msg, node), FIELD(motet_msg, weight),
			FIELD(motet_msg, pad2), FIELD(motet_msg, at),
		},
		.pointers = { FIELD(motet_msg, body) },
	}, {
		.name = "CALL", .number = MOTET_IOC_CALL,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER | ON_GROUP,
		.size = sizeof(struct motet_call_arg),
		.first = MOTET_CALL_ARG_SIZE_VER0,
		.make = make_resume,
		.undo = after,
		.flags = offsetof(struct motet_call_arg, flags),
		.known = MOTET_CALL_RESUME,
		.zero = { FIELD(motet_call_arg, request) },
		.pointers = { FIELD(motet_call_arg, reply) },
	}, {
		.name = "CANCEL", .number = MOTET_IOC_CANCEL,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER | ON_GROUP,
		.size = sizeof(struct motet_cancel),
		.first = MOTET_CANCEL_SIZE_VER0,
		.make = make_cancel,
		.undo = after,
		.flags = offsetof(struct motet_cancel, flags),
		/* then it is no such message */
		.known = MOTET_CANCEL_MESSAGE,
	}, {
		.name = "REPLY_RECV", .number = MOTET_IOC_REPLY_RECV,
		.role = MOTET_ROLE_HOLDER, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_reply_recv),
		.first = MOTET_REPLY_RECV_SIZE_VER0,
		.make = make_reply_recv, .undo = after,
		.flags = offsetof(struct motet_reply_recv, flags),
		.pointers = {
			FIELD(motet_reply_recv, reply),
			FIELD(motet_reply_recv, recv),
		},
	}, {
		.name = "PORT_OFFER", .number = MOTET_IOC_PORT_OFFER,
		.role = MOTET_ROLE_HOLDER, .roles = ON_PORT,
		.size = sizeof(struct motet_port_offer),
		.first = MOTET_PORT_OFFER_SIZE_VER0,
		.make = make_offer,
		.flags = offsetof(struct motet_port_offer, flags),
		.known = MOTET_OFFER_RETURN | MOTET_OFFER_DISABLED,
	}, {
		.name = "PORT_ENABLE", .number = MOTET_IOC_PORT_ENABLE,
		.role = MOTET_ROLE_HOLDER,
		.roles = ON_PORT | ON_ACTOR | ON_CHANNEL,
		.size = sizeof(struct motet_port_enable),
		.first = MOTET_PORT_ENABLE_SIZE_VER0,
		.make = make_enable,
		.flags = offsetof(struct motet_port_enable, flags),
		.known = MOTET_ENABLE_OFF,
		.zero = { FIELD(motet_port_enable, pad) },
	}, {
		.name = "PORT_CHANGE", .number = MOTET_IOC_PORT_CHANGE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_change),
		.first = MOTET_PORT_CHANGE_SIZE_VER0,
		.make = make_change,
		.flags = offsetof(struct motet_port_change, flags),
		.known = MOTET_CHANGE_MODE | MOTET_CHANGE_UID |
			 MOTET_CHANGE_GID | MOTET_CHANGE_RETENTION,
		.zero = {
			FIELD(motet_port_change, uid),
			FIELD(motet_port_change, gid),
			FIELD(motet_port_change, pad),
			FIELD(motet_port_change, retention),
		},
	}, {
		.name = "LEASE", .number = MOTET_IOC_LEASE,
		.role = MOTET_ROLE_HOLDER, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_lease),
		.first = MOTET_LEASE_SIZE_VER0,
		.make = make_lease, .undo = after,
		.flags = offsetof(struct motet_lease, flags),
		.zero = {
			FIELD(motet_lease, pad),
			FIELD(motet_lease, deadline),
		},
	}, {
		.name = "SEND_MANY", .number = MOTET_IOC_SEND_MANY,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER | ON_GROUP,
		.size = sizeof(struct motet_batch),
		.first = MOTET_BATCH_SIZE_VER0,
		.make = make_send_many, .undo = after,
		.flags = offsetof(struct motet_batch, flags),
		.ignored = {
			FIELD(motet_batch, done),
			FIELD(motet_batch, error),
		},
		.pointers = { FIELD(motet_batch, msgs) },
	}, {
		.name = "RECV_MANY", .number = MOTET_IOC_RECV_MANY,
		.role = MOTET_ROLE_HOLDER,
		.roles = ON_PORT | ON_ACTOR | ON_CHANNEL,
		.size = sizeof(struct motet_batch),
		.first = MOTET_BATCH_SIZE_VER0,
		.make = make_recv_many, .undo = after,
		.flags = offsetof(struct motet_batch, flags),
		.ignored = {
			FIELD(motet_batch, done),
			FIELD(motet_batch, error),
		},
		.pointers = { FIELD(motet_batch, msgs) },
	}, {
		.name = "GROUP_CREATE", .number = MOTET_IOC_GROUP_CREATE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_group_create),
		.first = MOTET_GROUP_CREATE_SIZE_VER0,
		.make = make_group_create, .undo = delete_group,
		.flags = offsetof(struct motet_group_create, flags),
		.zero = {
			FIELD(motet_group_create, limits),
			FIELD(motet_group_create, class_members),
			FIELD(motet_group_create, dead_letter),
			FIELD(motet_group_create, redeliveries_max),
			FIELD(motet_group_create, pad),
		},
		.ignored = {
			FIELD(motet_group_create, fd),
			FIELD(motet_group_create, cap),
		},
		.pointers = { FIELD(motet_group_create, name) },
	}, {
		.name = "GROUP_OPEN", .number = MOTET_IOC_GROUP_OPEN,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_group_open),
		.first = MOTET_GROUP_OPEN_SIZE_VER0,
		.make = make_group_open, .undo = close_group,
		.flags = offsetof(struct motet_group_open, flags),
		.zero = {
			FIELD(motet_group_open, pad),
			FIELD(motet_group_open, id),
		},
		.ignored = { FIELD(motet_group_open, fd) },
		.pointers = { FIELD(motet_group_open, name) },
	}, {
		.name = "GROUP_INSERT", .number = MOTET_IOC_GROUP_INSERT,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_group_member),
		.first = MOTET_GROUP_MEMBER_SIZE_VER0,
		.make = make_insert, .undo = remove_member,
		.flags = offsetof(struct motet_group_member, flags),
	}, {
		.name = "GROUP_REMOVE", .number = MOTET_IOC_GROUP_REMOVE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_group_member),
		.first = MOTET_GROUP_MEMBER_SIZE_VER0,
		.make = make_remove,
		.flags = offsetof(struct motet_group_member, flags),
	}, {
		.name = "GROUP_REKEY", .number = MOTET_IOC_GROUP_REKEY,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_group_cap),
		.first = MOTET_GROUP_CAP_SIZE_VER0,
		.make = make_rekey, .undo = rekeyed,
		.flags = offsetof(struct motet_group_cap, flags),
	}, {
		.name = "GROUP_DELETE", .number = MOTET_IOC_GROUP_DELETE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_group_cap),
		.first = MOTET_GROUP_CAP_SIZE_VER0,
		.make = make_delete, .undo = close_deleted,
		.flags = offsetof(struct motet_group_cap, flags),
	}, {
		.name = "GROUP_TRACK", .number = MOTET_IOC_GROUP_TRACK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_group_track),
		.first = MOTET_GROUP_TRACK_SIZE_VER0,
		.make = make_track, .undo = stop_tracking,
		.flags = offsetof(struct motet_group_track, flags),
		.known = MOTET_TRACK_STOP,
	}, {
		.name = "WATCH", .number = MOTET_IOC_WATCH,
		.role = MOTET_ROLE_ACTOR, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_watch_start),
		.first = MOTET_WATCH_START_SIZE_VER0,
		.make = make_watch, .undo = stop_watching,
		.flags = offsetof(struct motet_watch_start, flags),
		.zero = {
			FIELD(motet_watch_start, pid),
			FIELD(motet_watch_start, node),
			FIELD(motet_watch_start, depth),
			FIELD(motet_watch_start, places),
			FIELD(motet_watch_start, pad),
		},
		.ignored = { FIELD(motet_watch_start, watch) },
	}, {
		.name = "WATCH_STOP", .number = MOTET_IOC_WATCH_STOP,
		.role = MOTET_ROLE_ACTOR, .roles = ON_PORT | ON_ACTOR,
		.size = sizeof(struct motet_watch_stop),
		.first = MOTET_WATCH_STOP_SIZE_VER0,
		.make = make_watch_stop,
		.flags = offsetof(struct motet_watch_stop, flags),
	}, {
		.name = "GROUP_REPORT", .number = MOTET_IOC_GROUP_REPORT,
		.role = MOTET_ROLE_HOLDER, .roles = ON_PORT,
		.size = sizeof(struct motet_group_report),
		.first = MOTET_GROUP_REPORT_SIZE_VER0,
		.make = make_report,
		.flags = offsetof(struct motet_group_report, flags),
		.zero = { FIELD(motet_group_report, pad) },
	}, {
		.name = "GROUP_SESSION_END", .number = MOTET_IOC_GROUP_SESSION_END,
		.role = MOTET_ROLE_GROUP, .roles = ON_GROUP,
		.size = sizeof(struct motet_group_session),
		.first = MOTET_GROUP_SESSION_SIZE_VER0,
		.make = make_session, .undo = after,
		.flags = offsetof(struct motet_group_session, flags),
	}, {
		.name = "GROUP_STATUS", .number = MOTET_IOC_GROUP_STATUS,
		.role = MOTET_ROLE_GROUP, .roles = ON_GROUP,
		.size = sizeof(struct motet_group_status),
		.first = MOTET_GROUP_STATUS_SIZE_VER0,
		.make = make_group_status,
		.flags = offsetof(struct motet_group_status, flags),
		.known = ~0U,
		.ignored = {
			FIELD(motet_group_status, flags),
			FIELD(motet_group_status, address),
			FIELD(motet_group_status, mode),
			FIELD(motet_group_status, members),
			FIELD(motet_group_status, idle),
			FIELD(motet_group_status, backlog),
			FIELD(motet_group_status, leased),
			FIELD(motet_group_status, suspended),
			FIELD(motet_group_status, sessions),
			FIELD(motet_group_status, sessions_max),
			FIELD(motet_group_status, dead),
			FIELD(motet_group_status, retention),
			FIELD(motet_group_status, id),
		},
	},
};

/* The doors of all headers, one behind the other. */
