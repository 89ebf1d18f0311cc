// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model: what ports, messages, calls and groups do, as the interface says.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "model.h"

#define MESSAGES	8192

static struct m_message pool[MESSAGES];
static unsigned int pooled;

void m_clear_port(struct m_port *port)
{
	int i;

	*port = (struct m_port){
		.holder = -1, .offered = -1, .dead_letter = -1, .suspended = -1,
	};
	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_INIT(&port->lane[i].messages);
	TAILQ_INIT(&port->leases);
}

void m_clear_helper(struct m_helper *helper)
{
	int i, j;

	memset(helper, 0, sizeof(*helper));
	for (i = 0; i < PORTS; i++) {
		helper->receiver[i].fd = -1;
		helper->sender[i] = -1;
	}
	for (i = 0; i < GROUPS; i++) {
		helper->group[i] = -1;
		for (j = 0; j < SESSIONS; j++)
			helper->session[i][j] = -1;
	}
}

/* Nothing exists but the helpers, and those have only an actor. */
void m_begin(void)
{
	int i;

	pooled = 0;
	for (i = 0; i < HELPERS; i++)
		m_clear_helper(&model.helper[i]);
	for (i = 0; i < PORTS; i++)
		m_clear_port(&model.port[i]);
	for (i = 0; i < GROUPS; i++) {
		memset(&model.group[i], 0, sizeof(model.group[i]));
		m_clear_port(&model.group[i].backlog);
	}
}

/* --- messages -------------------------------------------------------------- */

struct m_message *m_message_new(int helper, __u32 priority, __u32 len)
{
	struct m_message *message;

	if (pooled == MESSAGES)
		fail("too many messages for one sequence");
	message = &pool[pooled++];
	*message = (struct m_message){
		.value = ++model.serial, .priority = priority, .len = len,
		.sender = helper, .pid = model.helper[helper].pid,
		.lessee = -1, .job = -1, .load = -1,
	};
	return message;
}

static int index_of(const struct m_port *port)
{
	return port - model.port;
}

/* Whose room it takes: a job takes that of the backlog wherever it is. */
static struct m_port *home_of(struct m_port *port, struct m_message *message)
{
	return message->job < 0 ? port : &model.group[message->job].backlog;
}

/* The message that is to be received next. */
struct m_message *m_first(struct m_port *port)
{
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		if (!TAILQ_EMPTY(&port->lane[i].messages))
			return TAILQ_FIRST(&port->lane[i].messages);
	return NULL;
}

struct m_message *m_find_value(struct m_port *port, __u64 value)
{
	struct m_message *message;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &port->lane[i].messages, link)
			if (message->value == value)
				return message;
	return NULL;
}

bool m_fits(struct m_port *port, __u32 priority, __u32 len)
{
	return len <= port->lane[priority].limit.bytes;
}

static bool has_room(struct m_port *port, __u32 priority, __u32 len)
{
	struct m_lane *lane = &port->lane[priority];

	return lane->used < lane->limit.messages &&
	       lane->bytes + len <= lane->limit.bytes;
}

/* Nobody gets room while another of his waits for it. */
bool m_room(struct m_port *port, __u32 priority, __u32 len)
{
	struct m_call *call;

	if (port->suspended >= 0) {
		call = &model.helper[port->suspended]
				.call[port->suspended_stage];
		if (call->message->priority == priority)
			return false;
	}
	return has_room(port, priority, len);
}

void m_reserve(struct m_port *port, struct m_message *message)
{
	struct m_lane *lane = &port->lane[message->priority];

	lane->used++;
	lane->bytes += message->len;
}

void m_queue(struct m_port *port, struct m_message *message)
{
	message->sequence = ++port->sequence;
	message->epoch = port->epoch;
	TAILQ_INSERT_TAIL(&port->lane[message->priority].messages, message,
			  link);
	port->dirty = true;
}

void m_commit(struct m_port *port, struct m_message *message)
{
	m_reserve(port, message);
	if (message->call) {
		message->call->state = CALL_QUEUED;
		message->call->message = message;
	}
	m_queue(port, message);
}

/* Out of the queue; it keeps its room. */
void m_take(struct m_port *port, struct m_message *message)
{
	TAILQ_REMOVE(&port->lane[message->priority].messages, message, link);
	port->dirty = true;
}

static void serve_suspended(struct m_port *port)
{
	struct m_message *message;
	struct m_call *call;

	if (port->suspended < 0)
		return;
	call = &model.helper[port->suspended].call[port->suspended_stage];
	message = call->message;
	if (!has_room(port, message->priority, message->len))
		return;
	port->suspended = -1;
	call->message = NULL;
	m_call_done(call, 0);
	m_commit(port, message);
}

void m_release(struct m_port *port, struct m_message *message)
{
	struct m_port *home = home_of(port, message);
	struct m_lane *lane = &home->lane[message->priority];

	/* what the kernel tells has no room */
	if (message->exception == MOTET_EXCEPTION_TAKEN_OVER)
		return;
	lane->used--;
	lane->bytes -= message->len;
	home->dirty = true;
	serve_suspended(home);
}

/* It is over with a message, whatever became of it. */
void m_finish(struct m_message *message)
{
	if (message->returns)
		model.helper[message->sender].returns--;
	message->returns = false;
	if (message->load >= 0)
		model.group[message->load].load[message->member] -=
			message->weight;
	message->load = -1;
}

/* A job has ended at its member, which can have another one. */
static void job_ended(struct m_port *port, struct m_message *message)
{
	struct m_group *group = &model.group[message->job];

	group->lent--;
	m_idle(message->job, index_of(port));
}

/* Out of all: it has been received, acknowledged, answered or cancelled. */
void m_drop(struct m_port *port, struct m_message *message)
{
	int job = message->job;

	m_release(port, message);
	m_finish(message);
	if (job >= 0) {
		job_ended(port, message);
		m_work(job);
	}
}

/* --- leases ---------------------------------------------------------------- */

void m_lease(struct m_port *port, struct m_message *message, int helper)
{
	message->lessee = helper;
	TAILQ_INSERT_TAIL(&port->leases, message, link);
	port->leased++;
}

void m_unlease(struct m_port *port, struct m_message *message)
{
	message->lessee = -1;
	TAILQ_REMOVE(&port->leases, message, link);
	port->leased--;
	port->dirty = true;
}

static struct m_port *dead_letter_of(struct m_port *port,
				     struct m_message *message)
{
	struct m_port *to;

	if (port->dead_letter < 0)
		return NULL;
	to = &model.port[port->dead_letter];
	return m_room(to, message->priority, message->len) ? to : NULL;
}

static void send_dead_letter(struct m_port *from, struct m_port *to,
			     struct m_message *message, int error)
{
	m_finish(message);
	message->exception = MOTET_EXCEPTION_DEAD_LETTER;
	message->error = error;
	message->token = message->id;
	message->to = from->id;
	m_reserve(to, message);
	m_queue(to, message);
}

/*
 * A message that is in no list can't be delivered. Who waits for an answer is
 * told by the call.
 */
void m_give_up(struct m_port *port, struct m_message *message, int error)
{
	struct m_port *to = message->exception ||
			    (error == ESTALE && message->returns) ?
			    NULL : dead_letter_of(port, message);
	int sender = message->sender;

	m_release(port, message);
	if (message->call) {
		/* received once, though given back: not certainly not seen */
		if (error == EOWNERDEAD && message->redelivered)
			error = ECONNRESET;
		m_call_done(message->call, -error);
	} else if (to) {
		send_dead_letter(port, to, message, error);
	} else if (message->returns) {
		m_tell(sender, MOTET_EXCEPTION_UNDELIVERABLE, &message->to, 0,
		       error, message->value);
		/* its room there is taken until that is read */
		message->returns = false;
	}
	m_finish(message);
}

static void go_home(struct m_port *port, struct m_message *message)
{
	struct m_group *group = &model.group[message->job];

	/* this member was the last there was of it: nobody hears of its jobs */
	if (!group->exists) {
		m_finish(message);
		return;
	}
	TAILQ_INSERT_HEAD(&group->backlog.lane[message->priority].messages,
			  message, link);
	job_ended(port, message);
}

/* What a holder is told of its being one stays before all else. */
static void to_the_head(struct m_lane *lane, struct m_message *message)
{
	struct m_message *first = TAILQ_FIRST(&lane->messages);

	if (first && first->exception == MOTET_EXCEPTION_TAKEN_OVER)
		TAILQ_INSERT_AFTER(&lane->messages, first, message, link);
	else
		TAILQ_INSERT_HEAD(&lane->messages, message, link);
}

static bool too_often(struct m_port *port, struct m_message *message)
{
	return message->job < 0 && port->redeliveries_max &&
	       message->redelivered > port->redeliveries_max &&
	       dead_letter_of(port, message);
}

static void come_back(struct m_message *message)
{
	message->redelivered++;
	if (message->call) {
		message->call->state = CALL_QUEUED;
		message->call->leased = false;
		message->call->server = -1;
	}
}

static void queue_again(struct m_port *port, struct m_message *message)
{
	if (message->job >= 0) {
		go_home(port, message);
		return;
	}
	to_the_head(&port->lane[message->priority], message);
	port->dirty = true;
}

/* A message that is in no list, and was received, goes back. */
void m_give_back(struct m_port *port, struct m_message *message)
{
	come_back(message);
	if (too_often(port, message))
		m_give_up(port, message, ENOTRECOVERABLE);
	else
		queue_again(port, message);
}

static bool is_before(const struct m_message *message,
		      const struct m_message *other)
{
	return message->epoch != other->epoch ?
	       message->epoch < other->epoch :
	       message->sequence < other->sequence;
}

/* Of what this helper has, or all if it is negative. */
static struct m_message *last_lease(struct m_port *port, int helper)
{
	struct m_message *message, *last = NULL;

	TAILQ_FOREACH(message, &port->leases, link)
		if ((helper < 0 || message->lessee == helper) &&
		    (!last || is_before(last, message)))
			last = message;
	return last;
}

/* What is given up goes in order; of the rest the first is at the head then. */
static void end_leases(struct m_port *port, int helper)
{
	struct m_message *message, *next;
	struct m_list ended;

	TAILQ_INIT(&ended);
	while ((message = last_lease(port, helper))) {
		m_unlease(port, message);
		TAILQ_INSERT_HEAD(&ended, message, link);
	}
	for (message = TAILQ_FIRST(&ended); message; message = next) {
		next = TAILQ_NEXT(message, link);
		come_back(message);
		if (too_often(port, message)) {
			TAILQ_REMOVE(&ended, message, link);
			m_give_up(port, message, ENOTRECOVERABLE);
		}
	}
	while ((message = TAILQ_LAST(&ended, m_list))) {
		TAILQ_REMOVE(&ended, message, link);
		queue_again(port, message);
	}
}

/* --- calls ----------------------------------------------------------------- */

void m_call_done(struct m_call *call, int result)
{
	call->message = NULL;
	call->result = result;
	call->state = CALL_DONE;
	call->due = !call->parked;
}

/* Its caller does not want it any more. */
void m_call_abandon(struct m_call *call)
{
	struct m_port *port = &model.port[call->port];
	struct m_message *message = call->message;

	if (call->sending) {
		port->suspended = -1;
	} else if (call->state == CALL_QUEUED) {
		m_take(port, message);
		m_drop(port, message);
	} else if (call->state == CALL_RECEIVED) {
		m_tell(call->server, MOTET_EXCEPTION_CALL_ABANDONED, &port->id,
		       call->token, 0, 0);
		if (call->leased) {
			m_unlease(port, message);
			m_drop(port, message);
		}
	}
	port->dirty = true;
	*call = (struct m_call){ .server = -1 };
}

static void fail_received(int port, int helper)
{
	struct m_call *call;
	int i, j;

	for (i = 0; i < HELPERS; i++) {
		for (j = 1; j < STAGES; j++) {
			call = &model.helper[i].call[j];
			if (call->state == CALL_RECEIVED &&
			    call->port == port && !call->leased &&
			    (helper < 0 || call->server == helper))
				m_call_done(call, -ECONNRESET);
		}
	}
}

/* --- ports ----------------------------------------------------------------- */

void m_tell(int helper, __u32 exception, const struct motet_id *to,
	    __u64 token, __u32 error, __u64 value)
{
	struct m_helper *self = &model.helper[helper];

	/* nobody is told who is not there any more */
	if (self->pid <= 0)
		return;
	if (self->tolds == EXCEPTIONS)
		fail("too many exceptions for one sequence");
	self->told[self->tolds++] = (struct m_exception){
		.exception = exception, .to = *to, .token = token,
		.error = error, .value = value,
	};
}

/* What is not the port's own, which stays while it lives. */
static struct m_message *first_to_drain(struct m_port *port, int error)
{
	struct m_message *message;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &port->lane[i].messages, link)
			if (error != ESTALE || !message->exception)
				return message;
	return NULL;
}

/* What is there now: senders that get the room of that stay. */
void m_drain(struct m_port *port, int error)
{
	struct m_message *message;
	struct m_list messages;

	TAILQ_INIT(&messages);
	while ((message = first_to_drain(port, error))) {
		m_take(port, message);
		TAILQ_INSERT_TAIL(&messages, message, link);
	}
	while ((message = TAILQ_FIRST(&messages))) {
		TAILQ_REMOVE(&messages, message, link);
		if (message->job < 0) {
			m_give_up(port, message, error);
			continue;
		}
		go_home(port, message);
		m_work(message->job);
	}
}

static void tell_senders(struct m_port *port, int helper, int threads)
{
	int i;

	for (i = 0; i < HELPERS; i++)
		if (model.helper[i].sender[index_of(port)] >= 0)
			m_tell(i, MOTET_EXCEPTION_PORT_LOST, &port->id,
			       i == helper &&
			       (model.parts & MODEL_HOLDERS) ? threads : 0,
			       0, 0);
}

static void dismiss_suspended(struct m_port *port)
{
	struct m_call *call;
	int helper = port->suspended;

	if (helper < 0)
		return;
	call = &model.helper[helper].call[port->suspended_stage];
	m_finish(call->message);
	m_call_done(call, -EOWNERDEAD);
	port->suspended = -1;
}

void m_kill(int index)
{
	struct m_port *port = &model.port[index];
	int helper = port->suspended, i;

	port->state = MOTET_PORT_STATE_DEAD;
	port->named = false;
	port->offered = -1;
	port->holder = -1;
	port->dirty = true;
	for (i = 0; i < PORTS; i++)
		if (model.port[i].dead_letter == index)
			model.port[i].dead_letter = -1;
	for (i = 0; i < GROUPS; i++)
		if (port->groups & 1U << i)
			m_group_leave(i, index);
	dismiss_suspended(port);
	end_leases(port, -1);
	fail_received(index, -1);
	m_drain(port, EOWNERDEAD);
	tell_senders(port, helper, 1);
	for (i = 0; i < GROUPS; i++)
		if (model.group[i].exists)
			m_work(i);
}

void m_new_holder(int helper, int index)
{
	struct m_handle *handle = &model.helper[helper].receiver[index];
	struct m_port *port = &model.port[index];

	handle->role = MOTET_ROLE_HOLDER;
	port->state = MOTET_PORT_STATE_HELD;
	port->holder = helper;
	port->offered = -1;
	port->epoch++;
	port->sequence = 0;
	port->dirty = true;
}

static int first_standby(int port)
{
	struct m_handle *handle;
	int i, first = -1;

	for (i = 0; i < HELPERS; i++) {
		handle = &model.helper[i].receiver[port];
		if (handle->fd < 0 || handle->role != MOTET_ROLE_STANDBY ||
		    model.helper[i].pid <= 0)
			continue;
		if (first < 0 ||
		    handle->turn < model.helper[first].receiver[port].turn)
			first = i;
	}
	return first;
}

/* A standby becomes the holder. */
void m_succeed(int helper, int index)
{
	struct m_port *port = &model.port[index];
	struct m_message *message = m_message_new(helper, 0, 0);

	m_new_holder(helper, index);
	message->value = 0;
	message->exception = MOTET_EXCEPTION_TAKEN_OVER;
	message->token = port->cause;
	message->to = port->id;
	TAILQ_INSERT_HEAD(&port->lane[0].messages, message, link);
}

/* The holder is none any more: what it alone was to read goes with it. */
void m_vacate(struct m_port *port)
{
	struct m_message *first = TAILQ_FIRST(&port->lane[0].messages);

	port->holder = -1;
	port->offered = -1;
	if (first && first->exception == MOTET_EXCEPTION_TAKEN_OVER)
		TAILQ_REMOVE(&port->lane[0].messages, first, link);
}

/* A handle that may receive is closed, or its process is dead. */
void m_leave(int helper, int index, bool died)
{
	struct m_handle *handle = &model.helper[helper].receiver[index];
	struct m_port *port = &model.port[index];
	bool held = port->holder == helper &&
		    handle->role == MOTET_ROLE_HOLDER;
	int next, i;

	handle->fd = -1;
	handle->enabled = false;
	port->dirty = true;
	if (port->state == MOTET_PORT_STATE_DEAD)
		return;
	end_leases(port, helper);
	for (i = 0; i < GROUPS; i++)
		if (model.group[i].exists)
			m_work(i);
	fail_received(index, helper);
	if (held) {
		m_vacate(port);
		port->cause = died ? SIGKILL : 0;
		next = first_standby(index);
		if (next >= 0)
			m_succeed(next, index);
		else if (port->retained && port->named)
			port->state = MOTET_PORT_STATE_RETAINED;
		else
			m_kill(index);
	}
	for (i = 0; i < GROUPS; i++)
		if (model.group[i].exists)
			m_work(i);
}

/* No thread waits for anything on it. */
void m_close_sender(int helper, int port)
{
	struct m_helper *self = &model.helper[helper];
	int i;

	self->sender[port] = -1;
	for (i = 1; i < STAGES; i++)
		if (self->call[i].state != CALL_NONE &&
		    self->call[i].port == port)
			m_call_abandon(&self->call[i]);
}
