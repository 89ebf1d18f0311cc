// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of the model test on calls. Those that wait are made by
 * threads of the helpers.
 */
#include <errno.h>

#include "model.h"

static void start_call(int helper, int thread, struct m_call *call,
		       struct motet_msg *request)
{
	struct stage *stage = model.helper[helper].stage + thread;

	stage->reply = MT(motet_msg, .body = mt_ptr(&stage->answer),
			  .body_cap = sizeof(stage->answer));
	stage->arg.call = MT(motet_call_arg, .request = mt_ptr(request),
			     .reply = mt_ptr(&stage->reply));
	if (!request) {
		stage->arg.call.flags = MOTET_CALL_RESUME;
		stage->arg.call.id = call->id;
	}
	run_thread(helper, thread, model.helper[helper].sender[call->port],
		   MOTET_IOC_CALL);
}

static int call_result(struct m_port *port, struct m_message *message)
{
	if (port->state == MOTET_PORT_STATE_DEAD)
		return -EOWNERDEAD;
	if (!m_fits(port, message->priority, message->len))
		return -EMSGSIZE;
	return m_room(port, message->priority, message->len) ? 0 : -EAGAIN;
}

bool op_call(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int thread = run_free_stage(op->helper), expected;
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct m_call *call;
	struct stage *stage;

	/* what a call ends with that is given back too often is not said */
	if (self->sender[op->x] < 0 || !thread || port->redeliveries_max)
		return false;
	call = &self->call[thread];
	*call = (struct m_call){ .port = op->x, .server = -1 };
	message = m_message_new(op->helper, op->n % MOTET_PRIORITIES, 8);
	message->to = port->id;
	message->call = call;
	call->answer = ~message->value;
	stage = run_stage(op->helper, thread);
	stage->body[0][0] = message->value;
	stage->msg[0] = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
			   .body = mt_ptr(stage->body), .body_len = 8,
			   .priority = message->priority);
	expected = call_result(port, message);
	if (expected)
		m_call_done(call, expected);
	else
		m_commit(port, message);
	start_call(op->helper, thread, call, &stage->msg[0]);
	return true;
}

/* One of the calls that a helper has received from a port, or NULL. */
static struct m_call *pick_received(int helper, int port, __u32 n)
{
	struct m_call *call, *picked = NULL;
	__u32 count = 0;
	int i, j;

	for (i = 0; i < HELPERS; i++) {
		for (j = 1; j < STAGES; j++) {
			call = &model.helper[i].call[j];
			if (call->state == CALL_RECEIVED &&
			    call->port == port && call->server == helper &&
			    n % ++count == 0)
				picked = call;
		}
	}
	return picked;
}

bool op_reply(const struct operation *op)
{
	struct m_handle *handle = &model.helper[op->helper].receiver[op->x];
	struct m_call *call = pick_received(op->helper, op->x, op->n);
	struct m_port *port = &model.port[op->x];
	struct m_message *message;
	struct stage *stage;

	if (!call || handle->fd < 0 || port->state == MOTET_PORT_STATE_DEAD)
		return false;
	stage = run_stage(op->helper, 0);
	stage->body[0][0] = call->answer;
	stage->arg.msg = MT(motet_msg, .body = mt_ptr(stage->body),
			    .body_len = 8, .token = call->token);
	expect("reply", 0, run_ioctl(op->helper, handle->fd, MOTET_IOC_REPLY));
	message = call->leased ? call->message : NULL;
	m_call_done(call, 0);
	if (message) {
		m_unlease(port, message);
		m_drop(port, message);
	}
	/* it is answered: nobody waits any more */
	stage->arg.msg.token = call->token;
	expect("reply again", -ECONNRESET,
	       run_ioctl(op->helper, handle->fd, MOTET_IOC_REPLY));
	return true;
}

static int pick_thread(int helper, bool parked, __u32 n)
{
	struct m_call *call;
	int i, stage;

	for (i = 0; i < STAGES - 1; i++) {
		stage = 1 + (i + n) % (STAGES - 1);
		call = &model.helper[helper].call[stage];
		if (call->state != CALL_NONE && call->parked == parked)
			return stage;
	}
	return 0;
}

bool op_interrupt(const struct operation *op)
{
	int thread = pick_thread(op->helper, false, op->n);
	struct m_call *call = &model.helper[op->helper].call[thread];

	if (!thread)
		return false;
	if (call->sending) {
		model.port[call->port].suspended = -1;
		m_call_done(call, -EINTR);
	} else {
		call->parked = true;
		call->due = true;
		call->result = -EINTR;
	}
	run_interrupt(op->helper, thread);
	return true;
}

/* A call that was over meanwhile ends at once. */
bool op_resume(const struct operation *op)
{
	int thread = pick_thread(op->helper, true, op->n);
	struct m_call *call = &model.helper[op->helper].call[thread];

	if (!thread)
		return false;
	run_stage(op->helper, thread);
	call->parked = false;
	call->due = call->state == CALL_DONE;
	start_call(op->helper, thread, call, NULL);
	/* until it waits: who is interrupted before does not resume */
	if (!call->due)
		run_until_waiting(op->helper, thread);
	return true;
}

/* An unfinished one that nobody waits for. */
bool op_cancel_call(const struct operation *op)
{
	struct m_helper *self = &model.helper[op->helper];
	int thread = pick_thread(op->helper, true, op->n);
	struct m_call *call = &self->call[thread];
	struct stage *stage;

	if (!thread || call->state == CALL_DONE)
		return false;
	stage = run_stage(op->helper, 0);
	stage->arg.cancel = MT(motet_cancel, .id = call->id);
	expect("cancel a call", 0,
	       run_ioctl(op->helper, self->sender[call->port],
			 MOTET_IOC_CANCEL));
	m_call_abandon(call);
	return true;
}
