// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of the model test on ports and their holders.
 *
 * An operation that has no meaning as things are returns false, and nothing
 * was done.
 */
#include <errno.h>
#include <stdio.h>

#include "model.h"

/* Longer than any test. */
#define RETENTION	(3600 * MT_SECOND)

static bool still_open(int port)
{
	int i;

	for (i = 0; i < HELPERS; i++)
		if (model.helper[i].receiver[port].fd >= 0 ||
		    model.helper[i].sender[port] >= 0)
			return true;
	return false;
}

static int living_port_for_dead_letters(__u32 n, int not)
{
	int i, port;

	for (i = 0; i < PORTS; i++) {
		port = (n + i) % PORTS;
		if (port != not && model.port[port].exists &&
		    model.port[port].state != MOTET_PORT_STATE_DEAD &&
		    model.port[port].dead_letter < 0)
			return port;
	}
	return -1;
}

/* Something else may be there instead of what was. */
static void forget(int port)
{
	close(model.port[port].watch);
	m_clear_port(&model.port[port]);
}

static void set_limits(struct m_port *port, struct motet_port_create *create,
		       __u32 n)
{
	struct motet_limits *limit;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++) {
		limit = &create->limits[i];
		limit->messages = 1 + (n >> 2 * i) % 4;
		limit->bytes = n & 1 << 8 ? 96 : 4096;
		port->lane[i].limit = *limit;
	}
}

bool op_create(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct motet_port_create *create;
	struct m_port *port = &model.port[op->x];
	struct stage *stage;
	int ret;

	if (port->exists &&
	    (port->state != MOTET_PORT_STATE_DEAD || still_open(op->x)))
		return false;
	if (port->exists)
		forget(op->x);
	stage = run_stage(op->helper, 0);
	create = &stage->arg.create;
	*create = MT(motet_port_create, .mode = 0777);
	set_limits(port, create, op->n);
	port->mode = create->mode;
	if (op->n & 1 << 9) {
		snprintf(stage->name, sizeof(stage->name), "model/%d", op->x);
		memcpy(port->name, stage->name, sizeof(port->name));
		create->name = mt_ptr(stage->name);
		create->name_len = strlen(stage->name);
		create->retention = op->n & 1 << 10 ? RETENTION : 0;
		port->named = true;
		port->retained = create->retention;
	}
	if (model.parts & MODEL_LEASES && op->n & 1 << 11) {
		port->dead_letter =
			living_port_for_dead_letters(op->n >> 12, op->x);
		if (port->dead_letter >= 0) {
			create->dead_letter = model.port[port->dead_letter].id;
			create->redeliveries_max = (op->n >> 16) % 4;
			port->redeliveries_max = create->redeliveries_max;
		}
	}
	ret = run_ioctl(op->helper, self->actor, MOTET_IOC_PORT_CREATE);
	expect("create", 0, ret);
	port->exists = true;
	port->state = MOTET_PORT_STATE_HELD;
	port->id = create->id;
	port->holder = op->helper;
	port->epoch = 1;
	port->dirty = true;
	self->receiver[op->x] = (struct m_handle){
		.fd = create->fd, .role = MOTET_ROLE_HOLDER,
	};
	port->watch = mt_sender(model.actor, &port->id);
	if (port->watch < 0)
		fail("the new port can't be opened: %d", port->watch);
	return true;
}

/* By name or by identifier. */
static int open_port(int helper, int port, __u32 role, bool by_name)
{
	struct stage *stage = run_stage(helper, 0);

	stage->arg.open = MT(motet_port_open, .role = role);
	if (by_name) {
		memcpy(stage->name, model.port[port].name, sizeof(stage->name));
		stage->arg.open.name = mt_ptr(stage->name);
		stage->arg.open.name_len = strlen(stage->name);
	} else {
		stage->arg.open.id = model.port[port].id;
	}
	return run_ioctl(helper, model.helper[helper].actor,
			 MOTET_IOC_PORT_OPEN);
}

static int not_there(int port, bool by_name)
{
	struct m_port *self = &model.port[port];

	if (by_name && !self->named)
		return -ENOENT;
	return self->state == MOTET_PORT_STATE_DEAD ? -ESRCH : 0;
}

bool op_open_sender(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	bool by_name = op->n & 1 && port->name[0];
	int expected;

	if (!port->exists || self->sender[op->x] >= 0)
		return false;
	expected = not_there(op->x, by_name);
	expect("open", expected, open_port(op->helper, op->x,
					   MOTET_ROLE_SENDER, by_name));
	if (!expected)
		self->sender[op->x] = self->stage->arg.open.fd;
	return true;
}

/* The handle that had the port keeps what it has received. */
static void accept_offer(int helper, int index)
{
	struct m_port *port = &model.port[index];
	struct m_handle *to = &model.helper[helper].receiver[index];
	struct m_handle *from = &model.helper[port->holder].receiver[index];
	__u32 flags = port->offer_flags;

	from->role = MOTET_ROLE_FORMER;
	if (!(flags & MOTET_OFFER_DISABLED)) {
		to->enabled = from->enabled;
		to->priority = from->priority;
		to->cookie = from->cookie;
	}
	from->enabled = false;
	m_vacate(port);
	port->cause = 0;
	m_new_holder(helper, index);
	if (flags & MOTET_OFFER_RETURN)
		m_drain(port, ESTALE);
}

/*
 * When what is queued does not go along, jobs come again, and a sender gets
 * room: which of them is first is not said.
 */
static bool has_no_order(const struct m_port *port)
{
	struct m_message *message;
	int i;

	if (port->suspended < 0 || !(port->offer_flags & MOTET_OFFER_RETURN))
		return false;
	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &port->lane[i].messages, link)
			if (message->job >= 0)
				return true;
	return false;
}

bool op_open_holder(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	bool by_name = op->n & 1 && port->name[0];
	int expected;

	if (!port->exists || self->receiver[op->x].fd >= 0 ||
	    (port->offered == op->helper && has_no_order(port)))
		return false;
	expected = not_there(op->x, by_name);
	if (!expected && port->state == MOTET_PORT_STATE_HELD &&
	    port->offered != op->helper)
		expected = -EBUSY;
	expect("open as holder", expected,
	       open_port(op->helper, op->x, MOTET_ROLE_HOLDER, by_name));
	if (expected)
		return true;
	self->receiver[op->x] = (struct m_handle){
		.fd = self->stage->arg.open.fd,
	};
	if (port->state == MOTET_PORT_STATE_HELD)
		accept_offer(op->helper, op->x);
	else
		m_new_holder(op->helper, op->x);
	return true;
}

bool op_open_standby(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	int expected;

	if (!port->exists || self->receiver[op->x].fd >= 0)
		return false;
	expected = not_there(op->x, false);
	expect("open as standby", expected,
	       open_port(op->helper, op->x, MOTET_ROLE_STANDBY, false));
	if (expected)
		return true;
	self->receiver[op->x] = (struct m_handle){
		.fd = self->stage->arg.open.fd, .role = MOTET_ROLE_STANDBY,
		.turn = ++model.turns,
	};
	port->dirty = true;
	if (port->state == MOTET_PORT_STATE_RETAINED)
		m_succeed(op->helper, op->x);
	return true;
}

bool op_close_receiver(const struct operation *op)
{
	struct m_handle *handle = &model.helper[op->helper].receiver[op->x];

	if (handle->fd < 0)
		return false;
	run_close(op->helper, handle->fd);
	m_leave(op->helper, op->x, false);
	return true;
}

bool op_close_sender(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_call *call;
	int i;

	if (self->sender[op->x] < 0)
		return false;
	/* the file stays open while a thread uses it */
	for (i = 1; i < STAGES; i++) {
		call = &self->call[i];
		if (call->state != CALL_NONE && call->port == op->x &&
		    !call->parked)
			return false;
	}
	run_close(op->helper, self->sender[op->x]);
	m_close_sender(op->helper, op->x);
	return true;
}

bool op_unlink(const struct operation *op)
{
	struct m_port *port = &model.port[op->x];
	struct stage *stage;
	int expected;

	if (!port->exists || !port->name[0])
		return false;
	expected = port->named ? 0 : -ENOENT;
	stage = run_stage(op->helper, 0);
	memcpy(stage->name, port->name, sizeof(stage->name));
	stage->arg.name = MT(motet_port_name, .name = mt_ptr(stage->name),
			     .name_len = strlen(stage->name));
	expect("unlink", expected,
	       run_ioctl(op->helper, model.helper[op->helper].actor,
			 MOTET_IOC_PORT_UNLINK));
	if (expected)
		return true;
	port->named = false;
	if (port->state == MOTET_PORT_STATE_RETAINED)
		m_kill(op->x);
	return true;
}

bool op_change(const struct operation *op)
{
	struct m_port *port = &model.port[op->x];
	struct stage *stage;
	int expected;

	if (!port->exists)
		return false;
	expected = not_there(op->x, false);
	stage = run_stage(op->helper, 0);
	stage->arg.change = MT(motet_port_change, .id = port->id,
			       .flags = MOTET_CHANGE_MODE,
			       .mode = op->n & MOTET_MODE_MASK);
	expect("change", expected,
	       run_ioctl(op->helper, model.helper[op->helper].actor,
			 MOTET_IOC_PORT_CHANGE));
	if (!expected)
		port->mode = op->n & MOTET_MODE_MASK;
	port->dirty = true;
	return true;
}

/*
 * Exceptions that lie in the port would be returned to nobody; and whether what
 * is returned goes to a dead-letter port is not said.
 */
static bool has_exceptions(struct m_port *port)
{
	struct m_message *message;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &port->lane[i].messages, link)
			if (message->exception)
				return true;
	return false;
}

/* What to say to who has no right to the port any more. */
static int not_holder(int helper, int port)
{
	switch (model.helper[helper].receiver[port].role) {
	case MOTET_ROLE_FORMER:
		return -ESTALE;
	case MOTET_ROLE_STANDBY:
		return -EPERM;
	default:
		return 0;
	}
}

bool op_offer(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_port *port = &model.port[op->x];
	int to = op->n % HELPERS, expected;
	__u32 flags = op->n >> 2 & 3;
	struct stage *stage;

	if (self->receiver[op->x].fd < 0 || to == op->helper ||
	    port->state == MOTET_PORT_STATE_DEAD ||
	    (flags & MOTET_OFFER_RETURN && has_exceptions(port)))
		return false;
	expected = not_holder(op->helper, op->x);
	stage = run_stage(op->helper, 0);
	stage->arg.offer = MT(motet_port_offer, .flags = flags,
			      .actor = model.helper[to].id);
	expect("offer", expected,
	       run_ioctl(op->helper, self->receiver[op->x].fd,
			 MOTET_IOC_PORT_OFFER));
	if (expected)
		return true;
	port->offered = to;
	port->offer_flags = flags;
	return true;
}

bool op_enable(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct m_handle *handle = &self->receiver[op->x];
	struct m_port *port = &model.port[op->x];
	bool off = (op->n & 7) == 0;
	struct stage *stage;
	int expected;

	if (handle->fd < 0 || port->state == MOTET_PORT_STATE_DEAD)
		return false;
	expected = not_holder(op->helper, op->x);
	stage = run_stage(op->helper, 0);
	stage->arg.enable = MT(motet_port_enable);
	if (off)
		stage->arg.enable.flags = MOTET_ENABLE_OFF;
	else
		stage->arg.enable.priority =
			op->n >> 3 & (MOTET_ENABLE_PRIORITIES - 1);
	if (!off)
		stage->arg.enable.cookie = op->n;
	expect("enable", expected,
	       run_ioctl(op->helper, handle->fd, MOTET_IOC_PORT_ENABLE));
	if (expected)
		return true;
	handle->enabled = !off;
	handle->priority = stage->arg.enable.priority;
	handle->cookie = stage->arg.enable.cookie;
	port->dirty = true;
	return true;
}

/* --- death ----------------------------------------------------------------- */

/*
 * What of two of its ports goes first is not said, and matters if one has the
 * dead letters of the other, or if both are members of one work group; and so
 * for a thread that waits for room that another of them has.
 */
static bool order_matters(int helper)
{
	struct m_helper *self = &model.helper[helper];
	int i, to, sending = 0, calls = 0;
	__u32 groups = 0;

	for (i = 1; i < STAGES; i++) {
		calls += self->call[i].state != CALL_NONE;
		sending += self->call[i].sending;
	}
	if (sending && calls > 1)
		return true;
	for (i = 0; i < PORTS; i++) {
		if (self->receiver[i].fd < 0 || !model.port[i].exists)
			continue;
		if (groups & model.port[i].groups)
			return true;
		groups |= model.port[i].groups;
		to = model.port[i].dead_letter;
		if (to >= 0)
			return true;
	}
	return false;
}

static void bury(int helper)
{
	struct m_helper *self = &model.helper[helper];
	struct m_message *message;
	int i, j;

	self->tolds = 0;
	self->returns = 0;
	for (i = 1; i < STAGES; i++)
		if (self->call[i].state != CALL_NONE)
			m_call_abandon(&self->call[i]);
	for (i = 0; i < PORTS; i++) {
		self->sender[i] = -1;
		if (model.port[i].offered == helper)
			model.port[i].offered = -1;
	}
	for (i = 0; i < PORTS; i++)
		if (self->receiver[i].fd >= 0)
			m_leave(helper, i, true);
	for (i = 0; i < PORTS; i++) {
		/* to nobody */
		for (j = 0; j < MOTET_PRIORITIES; j++)
			TAILQ_FOREACH(message, &model.port[i].lane[j].messages,
				      link)
				if (message->sender == helper)
					message->returns = false;
		TAILQ_FOREACH(message, &model.port[i].leases, link)
			if (message->sender == helper)
				message->returns = false;
	}
	m_group_close_all(helper);
}

bool op_die(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int ret;

	if (order_matters(op->helper))
		return false;
	run_kill_helper(op->helper);
	bury(op->helper);
	m_clear_helper(self);
	run_settle();
	ret = run_start_helper(op->helper);
	if (ret)
		fail("a helper can't be started: %d", ret);
	return true;
}

static bool is_told(const struct m_exception *told, const struct motet_msg *msg,
		    __u64 value)
{
	return told->exception == msg->exception &&
	       mt_id_equal(&told->to, &msg->to) &&
	       (told->exception == MOTET_EXCEPTION_UNDELIVERABLE ||
		told->token == msg->token) &&
	       told->error == msg->error && (!told->value || told->value == value);
}

static void receive_told(int helper)
{
	struct m_helper *self = &model.helper[helper];
	struct stage *stage = run_stage(helper, 0);
	struct motet_msg *msg = &stage->arg.msg;
	int i;

	/* deaths are told a little later: it waits */
	*msg = MT(motet_msg, .body = mt_ptr(stage->body),
		  .body_cap = sizeof(stage->body),
		  .deadline = mt_after(10 * MT_SECOND));
	expect("receive an exception", 0,
	       run_ioctl(helper, self->actor, MOTET_IOC_RECV));
	for (i = 0; i < self->tolds; i++) {
		if (!is_told(&self->told[i], msg, stage->body[0][0]))
			continue;
		if (msg->exception == MOTET_EXCEPTION_UNDELIVERABLE)
			self->returns--;
		self->told[i] = self->told[--self->tolds];
		return;
	}
	fail("helper %d is told of exception %u, token %llu, error %u, and should not be",
	     helper, msg->exception, (unsigned long long)msg->token,
	     msg->error);
}

/* Takes all that was told; there must not be more. */
bool op_exceptions(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	struct stage *stage;
	struct motet_msg *msg;

	while (self->tolds)
		receive_told(op->helper);
	stage = run_stage(op->helper, 0);
	msg = &stage->arg.msg;
	*msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
		  .body = mt_ptr(stage->body),
		  .body_cap = sizeof(stage->body));
	expect("receive no exception", -EAGAIN,
	       run_ioctl(op->helper, self->actor, MOTET_IOC_RECV));
	return true;
}
