// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports and their messages, with each allocation and user copy failing.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>

#include "kselftest_harness.h"
#include "failnth.h"
#include "peer.h"

#define LARGE	100000
/* fits into a default port */
#define SMALL	2000
#define MANY	5

static struct motet_id id, target;
static int actor, holder, sender, other;
static __u8 body[LARGE], back[LARGE];
static char annex[MOTET_ANNEX_MAX] = "annex", annex_back[MOTET_ANNEX_MAX];
static __u64 values[MANY], token, lease;
static struct motet_msg msgs[MANY];

/* A port, and a handle to send to it. */
static int port(void)
{
	struct motet_port_create create = { .mode = MOTET_MODE_MASK };

	actor = mt_actor();
	create.limits[0] = (struct motet_limits){ .messages = 64,
						  .bytes = 4 * LARGE };
	holder = mt_create(actor, &create, "port");
	id = create.id;
	sender = mt_sender(actor, &id);
	memset(body, 0x5a, sizeof(body));
	return sender;
}

static int run_open_device(void)
{
	return mt_actor();
}

FN_TEST(open_device, .run = run_open_device)

/* All that a port can be created with. */
static int run_create(void)
{
	struct motet_port_create create = {
		.flags = MOTET_PORT_FIFO, .mode = 0700,
		.retention = 1000 * MT_SECOND, .dead_letter = id,
		.redeliveries_max = 3,
	};

	return mt_create(actor, &create, "created");
}

FN_TEST(create, .setup = port, .run = run_create)

static int send_body(int to, __u32 flags)
{
	__u32 len = flags & MOTET_MSG_RETURN ? SMALL : LARGE;
	struct motet_msg msg = MT(motet_msg, .body = mt_ptr(body),
				  .body_len = len, .annex = mt_ptr(annex),
				  .annex_len = sizeof(annex), .flags = flags);

	return mt_ioctl(to, MOTET_IOC_SEND, &msg);
}

static int run_send(void)
{
	return send_body(sender, 0);
}

static int recv_body(int from)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_msg msg = {
		.annex = mt_ptr(annex_back), .annex_cap = sizeof(annex_back),
		.stamp = mt_ptr(&stamp),
	};

	memset(back, 0, sizeof(back));
	return mt_try_recv_msg(from, &msg, back, sizeof(back));
}

static int same_body(void)
{
	/* of what is small the rest is not there */
	return memcmp(body, back, back[SMALL] ? sizeof(body) : SMALL) ||
	       memcmp(annex, annex_back, sizeof(annex));
}

static int check_send(void)
{
	return recv_body(holder) ?: same_body();
}

FN_TEST(send_large, .setup = port, .run = run_send, .check = check_send)

/* With all that is kept of a message for its sender. */
static int run_send_return(void)
{
	return send_body(sender, MOTET_MSG_RETURN | MOTET_MSG_CANCELABLE);
}

static int returned(void)
{
	int ret;

	close(holder);
	holder = -1;
	ret = mt_poll(actor, POLLIN, 10000) == POLLIN ? 0 : 1;
	return ret ?: recv_body(actor) ?: same_body();
}

FN_TEST(send_return, .setup = port, .run = run_send_return, .check = returned)

static int sent(void)
{
	int ret = port();

	return ret < 0 ? ret : send_body(sender, 0);
}

static int run_recv(void)
{
	return recv_body(holder);
}

FN_TEST(recv_large, .setup = sent, .run = run_recv, .check = same_body)

static int run_lease(void)
{
	struct motet_msg msg = { .flags = MOTET_MSG_LEASE,
				 .annex = mt_ptr(annex_back),
				 .annex_cap = sizeof(annex_back) };

	return mt_recv_msg(holder, &msg, back, sizeof(back));
}

FN_TEST(recv_lease, .setup = sent, .run = run_lease, .check = same_body)

/* The message stays, and its lengths are told. */
static int run_recv_small(void)
{
	struct motet_msg msg = { 0 };
	int ret = mt_try_recv_msg(holder, &msg, back, 8);

	return ret == -EMSGSIZE && msg.body_len == LARGE ? 0 : ret ?: -EPROTO;
}

FN_TEST(recv_small, .setup = sent, .run = run_recv_small)

static int fill_many(__u32 flags, __u32 cap)
{
	int i;

	for (i = 0; i < MANY; i++) {
		values[i] = cap ? 0 : i + 1;
		msgs[i] = MT(motet_msg, .flags = flags, .body_cap = cap,
			     .body = mt_ptr(&values[i]),
			     .body_len = cap ? 0 : 8);
	}
	return 0;
}

static struct motet_batch batch;

static int run_send_many(void)
{
	fill_many(MOTET_MSG_DONTWAIT, 0);
	return mt_many(sender, MOTET_IOC_SEND_MANY, msgs, MANY, &batch);
}

/* What was done is there, and why not the rest. */
static int check_batch(void)
{
	if (batch.done < MANY && batch.error != ENOMEM &&
	    batch.error != EFAULT)
		return 1;
	return batch.done && batch.done <= MANY ? 0 : 2;
}

static int check_send_many(void)
{
	struct motet_port_status status;
	int ret = check_batch();

	ret = ret ?: mt_status(holder, &status);
	return ret ?: status.messages != batch.done;
}

/* The last copy tells how many were sent: each that was has its number. */
static int half_many(int ret)
{
	struct motet_port_status status;
	__u64 i;

	ret = mt_status(holder, &status);
	for (i = 0; !ret && i < status.messages; i++)
		ret = msgs[i].id ? 0 : -EPROTO;
	return ret ?: status.messages > 0;
}

FN_TEST(send_many, .setup = port, .run = run_send_many,
	.check = check_send_many, .half = half_many, .flags = FN_COUNTS)

static int sent_many(void)
{
	int ret = port();

	return ret < 0 ? ret : mt_send_all(sender, 1, MANY);
}

static int run_recv_many(void)
{
	fill_many(MOTET_MSG_DONTWAIT, 8);
	return mt_many(holder, MOTET_IOC_RECV_MANY, msgs, MANY, &batch);
}

static int check_recv_many(void)
{
	struct motet_port_status status;
	int ret = check_batch();
	__u32 i;

	for (i = 0; !ret && i < batch.done; i++)
		ret = values[i] != i + 1;
	ret = ret ?: mt_status(holder, &status);
	return ret ?: status.messages != MANY - batch.done;
}

static int half_recv_many(int ret)
{
	struct motet_port_status status;
	__u64 i, gone;

	ret = mt_status(holder, &status);
	gone = MANY - status.messages;
	for (i = 0; !ret && i < gone; i++)
		ret = values[i] == i + 1 ? 0 : -EPROTO;
	return ret ?: gone > 0;
}

FN_TEST(recv_many, .setup = sent_many, .run = run_recv_many,
	.check = check_recv_many, .half = half_recv_many, .flags = FN_COUNTS)

/* A call that another process answers while one waits for it. */
static pid_t server_pid;

static int with_server(void)
{
	server_pid = fn_server(&id);
	if (server_pid < 0)
		return server_pid;
	actor = mt_actor();
	sender = mt_sender(actor, &id);
	return sender;
}

static void end_server(void)
{
	mt_kill(server_pid);
}

static int run_call(void)
{
	return fn_call(sender);
}

/* What has no id was not sent. */
static int half_call(int ret)
{
	struct motet_port_status status;

	ret = fn_call_failed(sender);
	if (ret)
		return ret;
	ret = mt_status(sender, &status);
	return ret ?: status.messages ? -EPROTO : 0;
}

FN_TEST(make_call, .setup = with_server, .run = run_call, .check = fn_called,
	.half = half_call, .undo = end_server)

static struct peer *server;

/* The call is received; the next request is there when it is answered. */
static int with_request(void)
{
	int ret = port();

	if (ret < 0)
		return ret;
	server = peer_new();
	other = peer_open(server, MOTET_ROLE_SENDER, &id);
	peer_call_begin(server, other, 5, 0);
	ret = mt_recv_call(holder, &token, &values[0]);
	return ret ?: mt_send(sender, 0, 9);
}

static struct motet_reply_recv reply_recv;

static int run_reply_recv(void)
{
	struct motet_msg reply = MT(motet_msg, .body = mt_ptr(&values[0]),
				    .body_len = 8, .token = token);

	msgs[0] = MT(motet_msg, .body = mt_ptr(&values[1]), .body_cap = 8);
	reply_recv = MT(motet_reply_recv, .reply = mt_ptr(&reply),
			.recv = mt_ptr(&msgs[0]));
	return mt_ioctl(holder, MOTET_IOC_REPLY_RECV, &reply_recv);
}

/* The answer was given if its pointer is gone; the call can be made again. */
static int half_reply_recv(int ret)
{
	if (reply_recv.reply)
		return 0;
	ret = peer_end(server);
	ret = ret ?: mt_ioctl(holder, MOTET_IOC_REPLY_RECV, &reply_recv);
	return ret ?: values[1] == 9 ? 1 : -EPROTO;
}

static int check_reply_recv(void)
{
	return peer_end(server) ?: values[1] != 9;
}

FN_TEST(reply_and_recv, .setup = with_request, .run = run_reply_recv,
	.check = check_reply_recv, .half = half_reply_recv,
	.undo = peers_end)

/* A port is offered to another actor of the process, with messages. */
static int offered(void)
{
	int ret = sent_many();

	if (ret)
		return ret;
	other = mt_actor();
	ret = mt_actor_id(other, &target);
	return ret ?: mt_offer(holder, 0, &target);
}

static int run_accept(void)
{
	return mt_open_id(other, MOTET_ROLE_HOLDER, &id);
}

FN_TEST(accept, .setup = offered, .run = run_accept)

static int offered_with_return(void)
{
	int ret = port();

	ret = ret < 0 ? ret : send_body(sender, MOTET_MSG_RETURN);
	if (ret)
		return ret;
	other = mt_actor();
	ret = mt_actor_id(other, &target);
	return ret ?: mt_offer(holder, MOTET_OFFER_RETURN, &target);
}

/* What the holder leaves behind comes back. */
FN_TEST(accept_empty, .setup = offered_with_return, .run = run_accept)

static int retained(void)
{
	struct motet_port_create create = {
		.mode = MOTET_MODE_MASK, .retention = 1000 * MT_SECOND,
	};

	actor = mt_actor();
	holder = mt_create(actor, &create, "retained");
	sender = mt_sender(actor, &create.id);
	id = create.id;
	close(holder);
	return mt_until_state(sender, 1) ?: mt_send_all(sender, 1, MANY);
}

static int run_open_retained(void)
{
	return mt_open_id(actor, MOTET_ROLE_HOLDER, &id);
}

FN_TEST(open_retained, .setup = retained, .run = run_open_retained)

static int run_standby(void)
{
	return mt_open_id(actor, MOTET_ROLE_STANDBY, &id);
}

FN_TEST(standby, .setup = sent_many, .run = run_standby)

/* A standby of a port that nobody holds has it at once. */
FN_TEST(standby_retained, .setup = retained, .run = run_standby)

static int with_standby(void)
{
	int ret = sent_many();

	if (ret)
		return ret;
	ret = mt_lease_recv(holder, &msgs[0], &values[0], 0);
	other = ret ?: run_standby();
	return other;
}

/* Nothing can fail when a file is closed: what is to follow, does. */
static int run_close(void)
{
	return close(holder) ? -errno : 0;
}

static int taken_over(void)
{
	struct motet_msg msg = { 0 };
	int ret = mt_until_role(other, MOTET_ROLE_HOLDER);

	ret = ret ?: mt_try_recv_msg(other, &msg, back, sizeof(back));
	return ret ?: msg.exception != MOTET_EXCEPTION_TAKEN_OVER;
}

FN_TEST(close_with_standby, .setup = with_standby, .run = run_close,
	.check = taken_over, .flags = FN_NOTHING)

static int sent_with_return(void)
{
	int ret = port();

	return ret < 0 ? ret : send_body(sender, MOTET_MSG_RETURN);
}

static int came_back(void)
{
	int ret = mt_poll(actor, POLLIN, 10000) == POLLIN ? 0 : 1;

	return ret ?: recv_body(actor) ?: same_body();
}

FN_TEST(close_with_messages, .setup = sent_with_return, .run = run_close,
	.check = came_back, .flags = FN_NOTHING)

static int run_close_actor(void)
{
	return close(actor) ? -errno : 0;
}

FN_TEST(close_actor, .setup = sent_with_return, .run = run_close_actor,
	.flags = FN_NOTHING)

/* A message that may come back once, and a port that it then goes to. */
static int nearly_dead(void)
{
	struct motet_port_create create = {
		.mode = MOTET_MODE_MASK, .redeliveries_max = 1,
	};
	int ret;

	actor = mt_actor();
	other = mt_port(actor, NULL, 8, &create.dead_letter);
	holder = mt_create(actor, &create, NULL);
	sender = mt_sender(actor, &create.id);
	ret = mt_send(sender, 0, 3);
	ret = ret ?: mt_lease_recv(holder, &msgs[0], &values[0], 0);
	ret = ret ?: mt_give_back(holder, msgs[0].id);
	ret = ret ?: mt_lease_recv(holder, &msgs[0], &values[0], 0);
	lease = msgs[0].id;
	return ret;
}

static int run_give_back(void)
{
	return mt_give_back(holder, lease);
}

/* One that can't go there is queued again. */
static int dead_letter(void)
{
	struct motet_msg msg = { 0 };
	int ret = mt_try_recv_msg(other, &msg, &values[0], 8);

	if (ret == -EAGAIN)
		return mt_try_recv(holder, &values[0]) ?: values[0] != 3;
	return ret ?: msg.exception != MOTET_EXCEPTION_DEAD_LETTER;
}

FN_TEST(dead_letter_of_lease, .setup = nearly_dead, .run = run_give_back,
	.check = dead_letter, .flags = FN_COUNTS)

static int with_cancelable(void)
{
	int ret = port();

	msgs[0] = MT(motet_msg, .flags = MOTET_MSG_CANCELABLE);
	ret = ret < 0 ? ret : mt_send_msg(sender, &msgs[0], &values[0]);
	return ret;
}

static int run_withdraw(void)
{
	return mt_withdraw(sender, msgs[0].id);
}

FN_TEST(withdraw, .setup = with_cancelable, .run = run_withdraw)

static int enabled(void)
{
	int ret = sent_many();

	return ret ?: mt_enable(holder, 2, 77);
}

static int run_recv_any(void)
{
	return mt_recv_any(actor, MOTET_MSG_LEASE, &msgs[0], &values[0]);
}

FN_TEST(recv_any, .setup = enabled, .run = run_recv_any)

/* An exception is taken from its port as a message is. */
static int lost_port(void)
{
	int ret = port();

	if (ret < 0)
		return ret;
	close(holder);
	return mt_poll(actor, POLLIN, 10000) == POLLIN ? 0 : -ETIMEDOUT;
}

static int run_recv_exception(void)
{
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(actor, &msg, back, sizeof(back));
}

FN_TEST(recv_exception, .setup = lost_port, .run = run_recv_exception)

/* Room becomes free for one who waits for it. */
static int with_suspended(void)
{
	int ret;

	actor = mt_actor();
	holder = mt_port(actor, NULL, 1, &id);
	sender = mt_sender(actor, &id);
	server = peer_new();
	other = peer_open(server, MOTET_ROLE_SENDER, &id);
	ret = mt_send(sender, 0, 1);
	peer_send_begin(server, other, 0, 2);
	return ret ?: mt_until_suspended(&id, 1);
}

static int run_recv_value(void)
{
	return mt_try_recv(holder, &values[0]);
}

static int check_suspended(void)
{
	return peer_end(server) ?: mt_recv(holder, &values[1]) ?:
	       values[0] != 1 || values[1] != 2;
}

FN_TEST(recv_wakes, .setup = with_suspended, .run = run_recv_value,
	.check = check_suspended, .undo = peers_end)

/* A domain of its own, and a file in it. */
static int run_unshare(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static int check_unshare(void)
{
	return mt_actor() < 0;
}

FN_TEST(network_namespace, .run = run_unshare, .check = check_unshare,
	.flags = FN_COUNTS)

FN_LEAKS

TEST_HARNESS_MAIN
