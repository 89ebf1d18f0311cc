// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of the model test on messages and leases.
 */
#include <errno.h>

#include "model.h"

/* Messages of one helper that may come back, all priorities. */
#define RETURNS_MAX	12

/* A time in which nothing can be received before it is over, mostly. */
#define SHORT		(4 * MT_MS)

static void fill_body(__u64 *body, __u64 value)
{
	int i;

	for (i = 0; i < BODY_WORDS; i++)
		body[i] = value;
}

/* Prepares what is to be sent, in the model and in memory. */
static struct m_message *prepare(int helper, int port, __u32 n,
				 struct motet_msg *msg, __u64 *body)
{
	struct m_message *message;

	message = m_message_new(helper, n % MOTET_PRIORITIES,
				8 * (1 + (n >> 2) % BODY_WORDS));
	message->to = model.port[port].id;
	fill_body(body, message->value);
	*msg = MT(motet_msg, .priority = message->priority,
		  .body = mt_ptr(body), .body_len = message->len,
		  .flags = MOTET_MSG_DONTWAIT);
	return message;
}

/* What a send has to end with that does not wait. */
static int send_result(struct m_port *port, struct m_message *message)
{
	if (port->state == MOTET_PORT_STATE_DEAD)
		return -EOWNERDEAD;
	if (!m_fits(port, message->priority, message->len))
		return -EMSGSIZE;
	return m_room(port, message->priority, message->len) ? 0 : -EAGAIN;
}

static void choose_flags(struct m_helper *self, struct m_port *port, __u32 n,
			 struct m_message *message, struct motet_msg *msg)
{
	/* to come back from a dead-letter port is left to another test */
	if (n & 1 && port->dead_letter < 0 && !port->redeliveries_max &&
	    self->returns < RETURNS_MAX) {
		msg->flags |= MOTET_MSG_RETURN;
		message->returns = true;
	}
	if (n & 2 && model.parts & MODEL_LEASES) {
		msg->flags |= MOTET_MSG_CANCELABLE;
		message->cancelable = true;
	}
}

bool op_send(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct stage *stage;
	int expected;

	if (self->sender[op->x] < 0)
		return false;
	stage = run_stage(op->helper, 0);
	message = prepare(op->helper, op->x, op->n, &stage->arg.msg,
			  stage->body[0]);
	choose_flags(self, port, op->n >> 8, message, &stage->arg.msg);
	expected = send_result(port, message);
	expect("send", expected,
	       run_ioctl(op->helper, self->sender[op->x], MOTET_IOC_SEND));
	if (expected)
		return true;
	message->id = stage->arg.msg.id;
	self->returns += message->returns;
	m_commit(port, message);
	return true;
}

/* A sender that is suspended, if there is no room. */
bool op_send_wait(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int thread = run_free_stage(op->helper), expected;
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct m_call *call;
	struct stage *stage;

	/* whose message comes first of two is not said */
	if (self->sender[op->x] < 0 || !thread || port->suspended >= 0)
		return false;
	stage = run_stage(op->helper, thread);
	message = prepare(op->helper, op->x, op->n, &stage->arg.msg,
			  stage->body[0]);
	stage->arg.msg.flags = 0;
	expected = send_result(port, message);
	call = &self->call[thread];
	*call = (struct m_call){
		.sending = true, .state = CALL_QUEUED, .port = op->x,
		.server = -1,
	};
	run_thread(op->helper, thread, self->sender[op->x], MOTET_IOC_SEND);
	if (expected != -EAGAIN) {
		m_call_done(call, expected);
		if (!expected)
			m_commit(port, message);
		return true;
	}
	call->message = message;
	port->suspended = op->helper;
	port->suspended_stage = thread;
	run_until_suspended(op->x);
	return true;
}

/* Waits until it has expired, so that it is known. */
bool op_send_expiring(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct stage *stage;
	int expected, ret;

	if (self->sender[op->x] < 0)
		return false;
	stage = run_stage(op->helper, 0);
	message = prepare(op->helper, op->x, op->n, &stage->arg.msg,
			  stage->body[0]);
	choose_flags(self, port, op->n >> 8 & 1, message, &stage->arg.msg);
	expected = send_result(port, message);
	stage->arg.msg.expires = mt_after(SHORT);
	ret = run_ioctl(op->helper, self->sender[op->x], MOTET_IOC_SEND);
	/* on a slow machine it had expired before */
	if (ret != -ETIMEDOUT)
		expect("send what expires", expected, ret);
	if (ret)
		return true;
	message->id = stage->arg.msg.id;
	self->returns += message->returns;
	m_commit(port, message);
	m_take(port, message);
	m_give_up(port, message, ETIMEDOUT);
	return true;
}

bool op_send_many(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct stage *stage;
	int result = 0, ret, i, done = 0;

	if (self->sender[op->x] < 0)
		return false;
	stage = run_stage(op->helper, 0);
	stage->arg.batch = MT(motet_batch, .msgs = mt_ptr(stage->msg),
			      .msg_size = sizeof(stage->msg[0]),
			      .count = BATCH);
	for (i = 0; i < BATCH; i++) {
		message = prepare(op->helper, op->x, op->n >> 6 * i,
				  &stage->msg[i], stage->body[i]);
		if (result)
			continue;
		result = send_result(port, message);
		if (!result) {
			m_commit(port, message);
			done++;
		}
	}
	ret = run_ioctl(op->helper, self->sender[op->x], MOTET_IOC_SEND_MANY);
	expect("send many", done ? 0 : result, ret);
	expect("send many: sent", done, stage->arg.batch.done);
	expect("send many: why not all", -result, stage->arg.batch.error);
	/* their ids are known at the end only */
	for (i = 0; i < done; i++) {
		message = m_find_value(port, stage->body[i][0]);
		message->id = stage->msg[i].id;
	}
	return true;
}

/* --- receiving ------------------------------------------------------------- */

static void want_message(struct stage *stage, int i, __u32 flags)
{
	struct motet_msg *msg = i < 0 ? &stage->arg.msg : &stage->msg[i];

	if (i < 0)
		i = 0;
	*msg = MT(motet_msg, .flags = flags | MOTET_MSG_DONTWAIT,
		  .body = mt_ptr(stage->body[i]),
		  .body_cap = sizeof(stage->body[i]));
	if (i == 0) {
		stage->stamp = MT(motet_stamp);
		msg->stamp = mt_ptr(&stage->stamp);
	}
}

static void check_number(const char *what, __u64 expected, __u64 actual)
{
	if (expected != actual)
		fail("receive: %s: expected %llu, got %llu", what,
		     (unsigned long long)expected, (unsigned long long)actual);
}

static void check_exception(const struct m_message *message,
			    const struct motet_msg *msg)
{
	check_number("exception", message->exception, msg->exception);
	check_number("error", message->error, msg->error);
	check_number("count of exceptions", !!message->exception, msg->count);
	/* of what had to wait for room it is not known */
	if (message->exception && message->token)
		check_number("token", message->token, msg->token);
}

static void check_message(struct m_port *port, struct m_message *message,
			  const struct motet_msg *msg, const __u64 *body,
			  const struct motet_stamp *stamp)
{
	__u32 i;

	check_number("length", message->len, msg->body_len);
	for (i = 0; i < message->len / 8; i++)
		check_number("body", message->value, body[i]);
	check_number("priority", message->priority, msg->priority);
	check_exception(message, msg);
	if (!mt_id_equal(&message->to, &msg->to))
		fail("receive: it was sent to another");
	if (model.parts & MODEL_LEASES &&
	    !mt_id_equal(&port->id, &msg->at))
		fail("receive: it is said to be received elsewhere");
	check_number("call", !!message->call,
		     !!(msg->flags & MOTET_MSG_CALL));
	if (message->exception)
		return;
	check_number("redelivered", message->redelivered, msg->redelivered);
	if (message->id)
		check_number("id", message->id, msg->id);
	message->id = msg->id;
	/* a job gets another number with every member */
	if (!stamp || message->job >= 0)
		return;
	check_number("sequence", message->sequence, stamp->sequence);
	check_number("epoch", message->epoch, stamp->epoch);
	check_number("sender", message->pid, stamp->pid);
}

/* @helper has received it. */
static void received(int helper, struct m_port *port,
		     struct m_message *message, const struct motet_msg *msg,
		     bool lease)
{
	struct m_call *call = message->call;

	lease = lease && !message->exception;
	check_number("leased", lease, !!(msg->flags & MOTET_MSG_LEASED));
	m_take(port, message);
	if (call) {
		call->state = CALL_RECEIVED;
		call->server = helper;
		call->leased = lease;
		call->token = msg->token;
		check_number("token of a call", message->id, msg->token);
	}
	if (lease) {
		m_lease(port, message, helper);
		return;
	}
	if (call)
		call->message = NULL;
	m_drop(port, message);
}

/* What receiving by a handle has to end with. */
static int receive_result(int helper, int port)
{
	struct m_port *self = &model.port[port];

	switch (model.helper[helper].receiver[port].role) {
	case MOTET_ROLE_FORMER:
		return -ESTALE;
	case MOTET_ROLE_STANDBY:
		return -EPERM;
	default:
		return m_first(self) ? 0 : -EAGAIN;
	}
}

bool op_receive(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	bool lease = op->n & 1 && model.parts & MODEL_LEASES;
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct stage *stage;
	int expected;

	if (self->receiver[op->x].fd < 0 ||
	    port->state == MOTET_PORT_STATE_DEAD)
		return false;
	expected = receive_result(op->helper, op->x);
	message = m_first(port);
	stage = run_stage(op->helper, 0);
	want_message(stage, -1, lease ? MOTET_MSG_LEASE : 0);
	expect("receive", expected,
	       run_ioctl(op->helper, self->receiver[op->x].fd,
			 MOTET_IOC_RECV));
	if (expected)
		return true;
	check_message(port, message, &stage->arg.msg, stage->body[0],
		      &stage->stamp);
	received(op->helper, port, message, &stage->arg.msg, lease);
	return true;
}

/* The first priority of enabled ports that have a message, or -1. */
static int enabled_priority(int helper)
{
	struct m_handle *handle;
	int i, first = -1;

	for (i = 0; i < PORTS; i++) {
		handle = &model.helper[helper].receiver[i];
		if (handle->fd < 0 || !handle->enabled ||
		    !m_first(&model.port[i]))
			continue;
		if (first < 0 || (int)handle->priority < first)
			first = handle->priority;
	}
	return first;
}

static int port_by_id(const struct motet_id *id)
{
	int i;

	for (i = 0; i < PORTS; i++)
		if (model.port[i].exists && mt_id_equal(&model.port[i].id, id))
			return i;
	fail("receive: from a port that there is not");
}

bool op_receive_any(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	bool lease = op->n & 1 && model.parts & MODEL_LEASES;
	int priority = enabled_priority(op->helper), port;
	struct m_message *message;
	struct m_handle *handle;
	struct stage *stage;

	stage = run_stage(op->helper, 0);
	want_message(stage, -1, MOTET_MSG_ANY | (lease ? MOTET_MSG_LEASE : 0));
	expect("receive from any", priority < 0 ? -EAGAIN : 0,
	       run_ioctl(op->helper, self->actor, MOTET_IOC_RECV));
	if (priority < 0)
		return true;
	port = port_by_id(&stage->arg.msg.at);
	handle = &self->receiver[port];
	message = m_first(&model.port[port]);
	if (handle->fd < 0 || !handle->enabled || !message)
		fail("receive from any: from port %d, which is not enabled or has nothing",
		     port);
	check_number("priority of the port", priority, handle->priority);
	check_number("cookie", handle->cookie, stage->arg.msg.cookie);
	check_message(&model.port[port], message, &stage->arg.msg,
		      stage->body[0], &stage->stamp);
	received(op->helper, &model.port[port], message, &stage->arg.msg,
		 lease);
	return true;
}

static bool has_jobs(int port)
{
	struct m_message *message;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &model.port[port].lane[i].messages, link)
			if (message->job >= 0)
				return true;
	return false;
}

/* As fast as a job ends the next may come: how many is not said then. */
bool op_receive_many(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	bool lease = op->n & 1;
	struct stage *stage;
	int expected, i;

	if (self->receiver[op->x].fd < 0 || has_jobs(op->x) ||
	    port->state == MOTET_PORT_STATE_DEAD || port->suspended >= 0)
		return false;
	expected = receive_result(op->helper, op->x);
	stage = run_stage(op->helper, 0);
	stage->arg.batch = MT(motet_batch, .msgs = mt_ptr(stage->msg),
			      .msg_size = sizeof(stage->msg[0]),
			      .count = BATCH);
	for (i = 0; i < BATCH; i++)
		want_message(stage, i, lease ? MOTET_MSG_LEASE : 0);
	expect("receive many", expected,
	       run_ioctl(op->helper, self->receiver[op->x].fd,
			 MOTET_IOC_RECV_MANY));
	for (i = 0; !expected && i < BATCH && m_first(port); i++) {
		struct m_message *message = m_first(port);

		check_message(port, message, &stage->msg[i], stage->body[i],
			      i ? NULL : &stage->stamp);
		received(op->helper, port, message, &stage->msg[i], lease);
	}
	expect("receive many: received", i, stage->arg.batch.done);
	return true;
}

/* --- leases ---------------------------------------------------------------- */

/* One of those that a helper has at a port, or NULL. */
static struct m_message *pick_lease(int helper, int port, __u32 n)
{
	struct m_message *message, *picked = NULL;
	__u32 count = 0;

	TAILQ_FOREACH(message, &model.port[port].leases, link)
		if (message->lessee == helper && n % ++count == 0)
			picked = message;
	return picked;
}

/* Return: what it ended with, or 1 if there is nothing to do it to. */
static int do_lease(const struct operation *op, __u32 what, __u64 deadline,
		    struct m_message **message)
{
	struct m_handle *handle = &model.helper[op->helper].receiver[op->x];
	struct stage *stage;

	if (handle->fd < 0 || model.port[op->x].state == MOTET_PORT_STATE_DEAD)
		return 1;
	*message = pick_lease(op->helper, op->x, op->n);
	if (!*message && op->n % 8)
		return 1;
	stage = run_stage(op->helper, 0);
	stage->arg.lease = MT(motet_lease, .op = what, .deadline = deadline,
			      /* and one that it does not have */
			      .id = *message ? (*message)->id : 1ULL << 62);
	return run_ioctl(op->helper, handle->fd, MOTET_IOC_LEASE);
}

bool op_acknowledge(const struct operation *op)
{
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	int ret = do_lease(op, MOTET_LEASE_ACKNOWLEDGE, 0, &message);

	if (ret > 0)
		return false;
	expect("acknowledge", !message ? -ENOENT : message->call ? -EINVAL : 0,
	       ret);
	if (ret)
		return true;
	m_unlease(port, message);
	m_drop(port, message);
	return true;
}

static void give_back(struct m_port *port, struct m_message *message)
{
	int job = message->job;

	m_unlease(port, message);
	m_give_back(port, message);
	if (job >= 0)
		m_work(job);
}

bool op_give_back(const struct operation *op)
{
	struct m_message *message;
	int ret = do_lease(op, MOTET_LEASE_GIVE_BACK, 0, &message);

	if (ret > 0)
		return false;
	expect("give back", message ? 0 : -ENOENT, ret);
	if (message)
		give_back(&model.port[op->x], message);
	return true;
}

bool op_extend(const struct operation *op)
{
	struct m_message *message;
	int ret = do_lease(op, MOTET_LEASE_EXTEND, mt_after(3600 * MT_SECOND),
			   &message);

	if (ret > 0)
		return false;
	expect("extend", message ? 0 : -ENOENT, ret);
	return true;
}

/* A lease is cut short, and waited for. */
bool op_lease_over(const struct operation *op)
{
	struct m_message *message;
	int ret = do_lease(op, MOTET_LEASE_EXTEND, mt_after(SHORT / 4),
			   &message);

	if (ret > 0)
		return false;
	expect("shorten", message ? 0 : -ENOENT, ret);
	if (message)
		give_back(&model.port[op->x], message);
	return true;
}

/* --- cancelling ------------------------------------------------------------ */

static struct m_message *pick_sent(int helper, struct m_port *port, __u32 n)
{
	struct m_message *message, *picked = NULL;
	__u32 count = 0;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &port->lane[i].messages, link)
			if (message->sender == helper && !message->exception &&
			    message->pid == model.helper[helper].pid &&
			    message->id && !message->call &&
			    message->job < 0 && n % ++count == 0)
				picked = message;
	return picked;
}

bool op_cancel(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	struct m_message *message = pick_sent(op->helper, port, op->n);
	struct stage *stage;
	int expected;

	if (self->sender[op->x] < 0 || (!message && op->n % 8) ||
	    port->state == MOTET_PORT_STATE_DEAD)
		return false;
	/* a group's messages are cancelled by the group */
	if (message && !mt_id_equal(&message->to, &port->id))
		return false;
	expected = message && message->cancelable ? 0 : -ENOENT;
	stage = run_stage(op->helper, 0);
	stage->arg.cancel = MT(motet_cancel, .flags = MOTET_CANCEL_MESSAGE,
			       .id = message ? message->id : 1ULL << 62);
	expect("cancel", expected,
	       run_ioctl(op->helper, self->sender[op->x], MOTET_IOC_CANCEL));
	if (expected)
		return true;
	m_take(port, message);
	m_drop(port, message);
	return true;
}
