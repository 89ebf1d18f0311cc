// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Serving: see serve.h.
 */
#include <errno.h>
#include <string.h>

#include "handler.h"
#include "serve.h"

void cleanup_serve(struct serve *serve)
{
	size_t i;

	for (i = 0; i < serve->n_ports; i++)
		close(serve->ports[i].fd);
	free(serve->ports);
	if (serve->actor >= 0)
		close(serve->actor);
}

int serve_begin(struct serve *serve, struct receive_args *args)
{
	*serve = (struct serve){ .args = args, .handle = serve_print };
	serve->actor = target_actor_open();
	if (serve->actor < 0)
		return -serve->actor;
	message_watch_signals();
	return 0;
}

int serve_add(struct serve *serve, int port, const struct target *target)
{
	struct motet_port_status status = { .size = sizeof(status) };
	int ret = port;

	if (port >= 0) {
		serve->ports = text_grow(serve->ports, serve->n_ports + 1,
					 sizeof(*serve->ports));
		ret = motet_port_status_get(port, &status);
		serve->ports[serve->n_ports++] = (struct handover_port){
			.fd = port,
			.id = status.id,
		};
	}
	if (ret >= 0 && serve->args->any)
		ret = motet_port_enable(port, 0, serve->n_ports - 1);
	return ret < 0 ? target_fail(target, ret) : 0;
}

/* --- one message --------------------------------------------------------- */

static int serve_receive(const struct serve *serve, struct message *message)
{
	unsigned int flags = 0;
	__u64 lease = 0;

	if (serve->args->lease) {
		flags |= MOTET_MSG_LEASE;
		lease = motet_deadline(serve->args->lease_ms);
	}
	if (serve->args->any)
		return message_try(serve->actor, message,
				   flags | MOTET_MSG_ANY, lease);
	return message_try(serve->ports->fd, message, flags, lease);
}

/* The handle that a message came from: leases are ended there */
static int serve_handle_of(const struct serve *serve,
			   const struct message *message)
{
	size_t i;

	for (i = 0; serve->args->any && i < serve->n_ports; i++)
		if (motet_id_equal(&serve->ports[i].id, &message->msg.at))
			return serve->ports[i].fd;
	return serve->ports->fd;
}

/* What the kernel tells of the port itself, not a message to handle */
static bool serve_is_note(const struct message *message)
{
	__u32 exception = message->msg.exception;

	return exception && exception != MOTET_EXCEPTION_DEAD_LETTER;
}

static int serve_note(const struct serve *serve, const struct message *message)
{
	__cleanup(text) char *note = NULL;

	if (serve->args->json) {
		message_print(message, MESSAGE_JSON);
		return command_flush();
	}
	note = message_exception_text(&message->msg);
	command_warn("%s", note);
	return COMMAND_OK;
}

/* The message was handled, or not: end its lease. A call's answer did that. */
static void serve_end_lease(int port, const struct message *message, int result)
{
	int ret;

	if (!(message->msg.flags & MOTET_MSG_LEASED))
		return;
	if (!result && message->msg.flags & MOTET_MSG_CALL)
		return;
	ret = result ? motet_lease_give_back(port, message->msg.id) :
		motet_lease_acknowledge(port, message->msg.id);
	if (ret == -ENOENT)
		command_warn("message %llu: its lease was over too soon; see --lease",
			     message->msg.id);
	else if (ret)
		command_warn("message %llu: its lease can't be ended: %s",
			     message->msg.id, motet_strerror(ret));
}

static int serve_message(const struct serve *serve,
			 const struct message *message)
{
	int port = serve_handle_of(serve, message);
	int ret = serve->handle(serve, port, message);

	serve_end_lease(port, message, ret);
	return serve->args->keep_going ? COMMAND_OK : ret;
}

int serve_print(const struct serve *serve, int port,
		const struct message *message)
{
	const struct motet_msg *msg = &message->msg;
	int ret;

	(void)port;
	if (msg->flags & MOTET_MSG_CALL && msg->flags & MOTET_MSG_LEASED)
		return command_fail(0, "call %llu was given back: use \"motet port reply\"",
				    msg->id);
	if (!serve->args->exec) {
		message_print(message, receive_form(serve->args));
		return command_flush();
	}
	ret = handler_run(serve->args->exec, message, STDOUT_FILENO);
	if (ret < 0)
		return command_fail(ret, "can't run the command: %s",
				    strerror(-ret));
	return ret ? COMMAND_FAILED : COMMAND_OK;
}

/* --- all messages -------------------------------------------------------- */

/* How many ports are left that have not moved to another process or gone */
static size_t serve_forget_moved(struct pollfd *waits, size_t n)
{
	size_t i, left = 0;

	for (i = 0; i < n; i++) {
		if (waits[i].revents & POLLHUP)
			waits[i].fd = -1;
		left += waits[i].fd >= 0;
	}
	return left;
}

/*
 * Wait for a message, and answer who asks for a port meanwhile. waits are the
 * ports and, last, the actor.
 */
static int serve_next(const struct serve *serve, struct pollfd *waits,
		      struct message *message, __u64 deadline)
{
	size_t n = serve->n_ports;
	int ret;

	while (1) {
		/* Before the next message: one may always be there */
		handover_answer(serve->actor, serve->ports, n);
		ret = serve_receive(serve, message);
		if (ret != -EAGAIN)
			return ret;
		ret = message_wait(waits, n + 1, deadline);
		if (ret)
			return ret;
		if (!serve_forget_moved(waits, n))
			return -ESTALE;
	}
}

static struct pollfd *serve_waits(const struct serve *serve)
{
	struct pollfd *waits = text_grow(NULL, serve->n_ports + 1,
					 sizeof(*waits));
	size_t i;

	for (i = 0; i < serve->n_ports; i++)
		waits[i] = (struct pollfd){ serve->ports[i].fd, POLLIN, 0 };
	waits[i] = (struct pollfd){ serve->actor, POLLIN, 0 };
	return waits;
}

DEFINE_CLEANUP(pollfds, struct pollfd, free)

/* The port went to whom it was offered, or the command was asked to end */
static int serve_ended(const struct serve *serve, int error)
{
	if (error == -EINTR && serve->args->count == RECEIVE_FOREVER)
		return COMMAND_OK;
	if (error != -ESTALE)
		return target_fail(serve->args->ports, error);
	command_warn("the port has moved to another process");
	return COMMAND_OK;
}

int serve_all(const struct serve *serve)
{
	__cleanup(pollfds) struct pollfd *waits = serve_waits(serve);
	__cleanup(message) struct message message = { 0 };
	__u64 deadline = motet_deadline(serve->args->timeout_ms);
	unsigned long long n = 0;
	int ret;

	while (n < serve->args->count) {
		ret = serve_next(serve, waits, &message, deadline);
		if (ret)
			return serve_ended(serve, ret);
		if (serve_is_note(&message)) {
			ret = serve_note(serve, &message);
		} else {
			ret = serve_message(serve, &message);
			n++;
		}
		if (ret)
			return ret;
	}
	return COMMAND_OK;
}
