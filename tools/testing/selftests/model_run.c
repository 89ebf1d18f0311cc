// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The helpers of the model: processes that make the calls that they are told.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "model.h"

enum { ORDER_IOCTL, ORDER_THREAD, ORDER_INTERRUPT, ORDER_CLOSE };

/* What the controller says, and what a helper answers. */
struct order {
	int what;
	int stage;
	int fd;
	unsigned int number;
};

struct outcome {
	int stage;
	int result;
};

struct model model;

static struct stage *stages;

/* --- in a helper ---------------------------------------------------------- */

static struct stage *my_stages;
static int my_sock;
static pthread_t threads[STAGES];
static struct order thread_orders[STAGES];

static void answer(int stage, int result)
{
	struct outcome outcome = { stage, result };

	if (write(my_sock, &outcome, sizeof(outcome)) != sizeof(outcome))
		_exit(1);
}

static void *thread_main(void *arg)
{
	struct order *order = arg;

	__atomic_store_n(&my_stages[order->stage].tid,
			 (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	answer(order->stage, mt_ioctl(order->fd, order->number,
				      &my_stages[order->stage].arg));
	return NULL;
}

static int start_thread(const struct order *order)
{
	int n = order->stage;

	/* the last one has answered, and so will end */
	if (threads[n])
		pthread_join(threads[n], NULL);
	thread_orders[n] = *order;
	return -pthread_create(&threads[n], NULL, thread_main,
			       &thread_orders[n]);
}

static int obey(const struct order *order)
{
	switch (order->what) {
	case ORDER_THREAD:
		return start_thread(order);
	case ORDER_INTERRUPT:
		return -pthread_kill(threads[order->stage], SIGUSR1);
	case ORDER_CLOSE:
		return close(order->fd) ? -errno : 0;
	default:
		return mt_ioctl(order->fd, order->number, &my_stages->arg);
	}
}

static void helper_main(int sock, struct stage *stage)
{
	struct order order;

	my_sock = sock;
	my_stages = stage;
	mt_alarm_signal(0);
	answer(0, mt_actor());
	while (read(sock, &order, sizeof(order)) == sizeof(order))
		answer(0, obey(&order));
	_exit(0);
}

/* --- in the controller ---------------------------------------------------- */

/* Something is not as the model has it: the sequence ends here. */
void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(model.text, sizeof(model.text), format, args);
	va_end(args);
	longjmp(model.failed, 1);
}

static const char *name_of(int result)
{
	return result < 0 ? strerrorname_np(-result) : "success";
}

void expect(const char *what, int expected, int actual)
{
	if (expected != actual)
		fail("%s: expected %d (%s), got %d (%s)", what, expected,
		     name_of(expected), actual, name_of(actual));
}

/* Reads what a helper says. Return: false if it says nothing for so long. */
static bool listen_to(int helper, int timeout_ms, struct outcome *outcome)
{
	struct m_helper *self = &model.helper[helper];
	struct m_call *call;

	if (!(mt_poll(self->sock, POLLIN, timeout_ms) & POLLIN))
		return false;
	if (read(self->sock, outcome, sizeof(*outcome)) != sizeof(*outcome))
		fail("helper %d has died by itself", helper);
	if (!outcome->stage)
		return true;
	call = &self->call[outcome->stage];
	call->here = true;
	call->actual = outcome->result;
	return true;
}

static int ask(int helper, const struct order *order)
{
	struct m_helper *self = &model.helper[helper];
	struct outcome outcome;

	if (write(self->sock, order, sizeof(*order)) != sizeof(*order))
		fail("helper %d is not there", helper);
	do {
		if (!listen_to(helper, model.patience / MT_MS, &outcome))
			fail("helper %d hangs in a call that must not wait",
			     helper);
	} while (outcome.stage);
	return outcome.result;
}

struct stage *run_stage(int helper, int stage)
{
	struct stage *self = model.helper[helper].stage + stage;

	memset(self, 0, sizeof(*self));
	return self;
}

int run_ioctl(int helper, int fd, unsigned int number)
{
	return ask(helper, &(struct order){ ORDER_IOCTL, 0, fd, number });
}

/* The thread ends when the model says so. */
void run_thread(int helper, int stage, int fd, unsigned int number)
{
	expect("start of a thread", 0,
	       ask(helper, &(struct order){ ORDER_THREAD, stage, fd, number }));
}

void run_interrupt(int helper, int stage)
{
	ask(helper, &(struct order){ ORDER_INTERRUPT, stage, 0, 0 });
}

void run_close(int helper, int fd)
{
	expect("close", 0, ask(helper, &(struct order){ ORDER_CLOSE, 0, fd, 0 }));
}

/* Return: a thread that has nothing to do, or 0. */
int run_free_stage(int helper)
{
	int i;

	for (i = 1; i < STAGES; i++)
		if (model.helper[helper].call[i].state == CALL_NONE)
			return i;
	return 0;
}

int run_start_helper(int helper)
{
	struct m_helper *self = &model.helper[helper];
	struct outcome outcome;
	int socks[2], i;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks))
		return -errno;
	self->stage = stages + helper * STAGES;
	self->pid = mt_fork();
	if (self->pid == 0) {
		close(socks[0]);
		/* what others have open is not this one's */
		for (i = 0; i < HELPERS; i++)
			if (i != helper && model.helper[i].pid > 0)
				close(model.helper[i].sock);
		close(model.actor);
		for (i = 0; i < PORTS; i++)
			if (model.port[i].exists)
				close(model.port[i].watch);
		helper_main(socks[1], self->stage);
	}
	close(socks[1]);
	self->sock = socks[0];
	if (!listen_to(helper, model.patience / MT_MS, &outcome) || outcome.result < 0)
		return -EIO;
	self->actor = outcome.result;
	run_stage(helper, 0)->arg.info = MT(motet_info);
	i = run_ioctl(helper, self->actor, MOTET_IOC_INFO);
	self->id = self->stage->arg.info.actor;
	return i;
}

void run_kill_helper(int helper)
{
	struct m_helper *self = &model.helper[helper];

	if (self->pid <= 0)
		return;
	mt_kill(self->pid);
	close(self->sock);
	self->pid = 0;
}

int run_begin(void)
{
	int i, ret = 0;

	if (!stages)
		stages = mt_shared(sizeof(*stages) * STAGES * HELPERS);
	if (!stages)
		return -ENOMEM;
	m_begin();
	model.actor = mt_actor();
	if (model.actor < 0)
		return model.actor;
	for (i = 0; !ret && i < HELPERS; i++)
		ret = run_start_helper(i);
	return ret;
}

void run_end(void)
{
	int i;

	for (i = 0; i < HELPERS; i++)
		run_kill_helper(i);
	for (i = 0; i < PORTS; i++)
		if (model.port[i].exists)
			close(model.port[i].watch);
	close(model.actor);
	mt_purge();
}

static void check_ended(int helper, int stage)
{
	struct m_helper *self = &model.helper[helper];
	struct m_call *call = &self->call[stage];
	struct stage *at = self->stage + stage;

	if (!call->due)
		fail("a %s of helper %d ends with %d (%s), and should wait",
		     call->sending ? "send" : "call", helper, call->actual,
		     name_of(call->actual));
	expect(call->sending ? "a waiting send" : "a waiting call",
	       call->result, call->actual);
	call->due = false;
	call->here = false;
	if (call->sending) {
		call->state = CALL_NONE;
		return;
	}
	if (!call->result &&
	    (at->answer != call->answer || at->reply.body_len != 8))
		fail("the answer is %llx, and should be %llx",
		     (unsigned long long)at->answer,
		     (unsigned long long)call->answer);
	if (call->parked)
		call->id = at->arg.call.id;
	else
		call->state = CALL_NONE;
	if (!!at->arg.call.id != call->parked)
		fail("the id of a call is %llu after %s",
		     (unsigned long long)at->arg.call.id,
		     name_of(call->result));
}

/* Threads that have ended by themselves. */
static void look_at_threads(void)
{
	struct outcome outcome;
	int i, j;

	for (i = 0; i < HELPERS; i++) {
		for (j = 1; j < STAGES; j++)
			if (model.helper[i].call[j].state != CALL_NONE)
				break;
		if (j == STAGES || model.helper[i].pid <= 0)
			continue;
		while (listen_to(i, 0, &outcome))
			;
		for (j = 1; j < STAGES; j++)
			if (model.helper[i].call[j].here)
				check_ended(i, j);
	}
}

static void wait_for_threads(void)
{
	struct outcome outcome;
	struct m_call *call;
	int i, j;

	for (i = 0; i < HELPERS; i++) {
		for (j = 1; j < STAGES; j++) {
			call = &model.helper[i].call[j];
			while (call->due && !call->here)
				if (!listen_to(i, model.patience / MT_MS, &outcome))
					fail("a %s of helper %d waits, it should have ended: %s",
					     call->sending ? "send" : "call",
					     i, name_of(call->result));
			if (call->here)
				check_ended(i, j);
		}
	}
}

static __u32 count_messages(const struct m_port *port)
{
	struct m_message *message;
	__u32 count = 0;
	int i;

	for (i = 0; i < MOTET_PRIORITIES; i++)
		TAILQ_FOREACH(message, &port->lane[i].messages, link)
			count++;
	return count;
}

static __u32 count_standbys(int port)
{
	__u32 count = 0;
	int i;

	for (i = 0; i < HELPERS; i++)
		count += model.helper[i].receiver[port].fd >= 0 &&
			 model.helper[i].receiver[port].role ==
				 MOTET_ROLE_STANDBY;
	return count;
}

/* Compares a port with the model's. Return: what is different, or NULL. */
static const char *compare(int index, __u64 *expected, __u64 *actual)
{
	struct m_port *port = &model.port[index];
	struct motet_port_status status;

	expect("status", 0, mt_status(port->watch, &status));
#define COMPARE(what, value, should)					\
	do {								\
		*actual = (value);					\
		*expected = (should);					\
		if (*actual != *expected)				\
			return what;					\
	} while (0)
	COMPARE("state", status.state, port->state);
	if (port->state == MOTET_PORT_STATE_DEAD)
		return NULL;
	COMPARE("messages", status.messages, count_messages(port));
	COMPARE("mode", status.mode, port->mode);
	if (model.parts & MODEL_LEASES)
		COMPARE("leased", status.leased, port->leased);
	if (!(model.parts & MODEL_HOLDERS))
		return NULL;
	COMPARE("standbys", status.standbys, count_standbys(index));
	COMPARE("epoch", status.epoch, port->epoch);
	COMPARE("cause", status.cause, port->cause);
	COMPARE("enabled", status.enabled, port->holder >= 0 &&
		model.helper[port->holder].receiver[index].enabled);
#undef COMPARE
	return NULL;
}

static void settle_port(int index)
{
	__u64 end = mt_after(model.patience), expected, actual;
	const char *what;

	while ((what = compare(index, &expected, &actual))) {
		look_at_threads();
		if (mt_now() > end)
			fail("port %d: %s is %llu, and should be %llu", index,
			     what, (unsigned long long)actual,
			     (unsigned long long)expected);
		sched_yield();
	}
	model.port[index].dirty = false;
}

/* After an operation: until everything is as the model has it. */
void run_settle(void)
{
	int i;

	wait_for_threads();
	for (i = 0; i < PORTS; i++)
		if (model.port[i].exists && model.port[i].dirty)
			settle_port(i);
	look_at_threads();
}

void run_until_suspended(int port)
{
	__u64 end = mt_after(model.patience);
	struct mt_attrs attrs;

	for (;;) {
		look_at_threads();
		expect("get a port", 0, mt_port_get(&model.port[port].id,
						    &attrs));
		if (mt_attr_number(&attrs, MOTET_A_PORT_SUSPENDED))
			return;
		if (mt_now() > end)
			fail("port %d has no suspended sender", port);
		sched_yield();
	}
}

/* For threads that nobody can see anything of but that they sleep. */
void run_until_waiting(int helper, int stage)
{
	struct stage *self = model.helper[helper].stage + stage;

	while (!__atomic_load_n(&self->tid, __ATOMIC_SEQ_CST)) {
		look_at_threads();
		sched_yield();
	}
	expect("a thread that waits", 0, mt_until_blocked(self->tid));
}
