// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hand-over: see handover.h.
 */
#include <errno.h>
#include <string.h>

#include "client.h"
#include "handover.h"
#include "message.h"

/* The annex that says what the call is; the body is a struct */
static const char handover_annex[] = "motet.handover";

/**
 * struct handover_request - body of the call
 * @port: identifier of the port
 * @actor: which actor to offer it to
 * @flags: flags of the offer
 */
struct handover_request {
	struct motet_id port;
	struct motet_id actor;
	__u32 flags;
};

/* --- who asks ------------------------------------------------------------ */

static const struct actor_record *
handover_find_actor(const struct records *actors, const struct motet_id *id)
{
	size_t i;

	for (i = 0; i < actors->n; i++) {
		const struct actor_record *actor = records_at(actors, i);

		if (motet_id_equal(&actor->id, id))
			return actor;
	}
	return NULL;
}

/* The port, and the default port of its holder; 0, or how the command ends */
static int handover_find(const struct target *target, struct motet_id *port,
			 struct motet_id *to)
{
	__cleanup(records) struct records actors = records_new(&record_actor);
	__cleanup(records) struct records ports = records_new(&record_port);
	__cleanup(client) struct client client = { 0 };
	const struct actor_record *holder;
	const struct port_record *found;
	int ret;

	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get_one(&client, target, &ports);
	if (ret)
		return target_fail(target, ret);
	found = records_at(&ports, 0);
	*port = found->id;
	if (!record_has(found, MOTET_A_PORT_HOLDER))
		return command_fail(0, "nobody holds the port; use \"motet port recv\"");

	ret = client_get(&client, MOTET_CMD_ACTOR_GET, NLM_F_DUMP, &actors);
	if (ret)
		return client_fail(&client, ret, "can't list the actors");
	holder = handover_find_actor(&actors, &found->holder);
	if (!holder)
		return command_fail(0, "the port is held by another user's process");
	*to = holder->port;
	return 0;
}

static int handover_refused(const struct message *answer)
{
	__cleanup(text) char *why = text_escape(answer->body,
						answer->msg.body_len, false);

	return command_fail(0, "the process that holds the port refuses: %s",
			    why);
}

int handover_ask(int actor, const struct handover *handover)
{
	struct handover_request body = {
		.actor = handover->to,
		.flags = handover->flags,
	};
	__cleanup(message) struct message answer = { 0 };
	__cleanup(fd) int sender = -1;
	struct motet_msg request;
	struct motet_id to;
	__u64 id = 0;
	int ret;

	ret = handover_find(handover->port, &body.port, &to);
	if (ret)
		return ret;
	sender = motet_port_open_id(actor, &to, 0);
	if (sender < 0)
		return target_fail(handover->port, sender);
	motet_msg_init(&request);
	motet_msg_set_body(&request, &body, sizeof(body));
	motet_msg_set_annex(&request, handover_annex, sizeof(handover_annex));
	request.deadline = handover->deadline;
	message_prepare(&answer, 0);
	ret = motet_msg_call(sender, &request, &answer.msg, &id);
	if (ret == -ETIMEDOUT)
		return command_fail(ret, "no answer: its holder is busy, or no motet command");
	if (ret)
		return target_fail(handover->port, ret);
	return answer.msg.body_len ? handover_refused(&answer) : 0;
}

/* --- who is asked -------------------------------------------------------- */

static bool handover_is_request(const struct message *message)
{
	return message->msg.flags & MOTET_MSG_CALL &&
		message->msg.body_len == sizeof(struct handover_request) &&
		message->msg.annex_len == sizeof(handover_annex) &&
		!memcmp(message->annex, handover_annex, sizeof(handover_annex));
}

/* Offer the port; "" or why not */
static const char *handover_offer(const struct message *message,
				  const struct handover_port *ports, size_t n)
{
	struct handover_request request;
	size_t i;
	int ret;

	if (message->stamp.uid != geteuid() && message->stamp.uid)
		return "it does so for its own user and root only";
	memcpy(&request, message->body, sizeof(request));
	for (i = 0; i < n; i++) {
		if (!motet_id_equal(&ports[i].id, &request.port))
			continue;
		ret = motet_port_offer(ports[i].fd, &request.actor,
				       request.flags);
		return ret ? motet_strerror(ret) : "";
	}
	return "it doesn't hold the port any more";
}

void handover_answer(int actor, const struct handover_port *ports, size_t n)
{
	__cleanup(message) struct message message = { 0 };
	const char *text;

	while (!message_try(actor, &message, 0, 0)) {
		if (!handover_is_request(&message))
			continue;
		text = handover_offer(&message, ports, n);
		/* Who asked may be gone: then nobody needs to know */
		motet_reply(actor, message.msg.token, text, strlen(text));
	}
}
