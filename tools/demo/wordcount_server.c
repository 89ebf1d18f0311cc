// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word count: the server, and the spare that becomes the server.
 *
 * It may die at any instruction. What it answers is saved before; what it
 * has saved and not answered is asked again, and recognised by the last
 * sequence number of each client, which is saved with the counts.
 */

#include <err.h>
#include <errno.h>
#include <motet/motet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "wordcount.h"

/* Between the death of a server and the take-over by its spare. */
#define WC_RETENTION	(60 * WC_SECOND)

/* As many as can be in flight. */
#define WC_BATCH	WC_CLIENTS_MAX

/**
 * struct server - this process
 * @shared: shared with the supervisor
 * @slot: its own part of that
 * @actor: its actor
 * @port: holder handle
 * @state: the state
 * @tokens: of the calls that are not answered
 * @answers: their answers
 * @count: how many
 * @changed: the state has to be saved
 */
struct server {
	struct wc_shared *shared;
	struct wc_server *slot;
	int actor;
	int port;
	struct wc_state state;
	uint64_t tokens[WC_BATCH];
	struct wc_answer answers[WC_BATCH];
	unsigned int count;
	bool changed;
};

/* Nobody is waited for: if the supervisor looks away, this just goes on. */
static void publish(struct server *server, enum wc_phase phase)
{
	wc_store(&server->slot->phase, phase);
	if (wc_load(&server->slot->wanted) == phase)
		wc_futex_wake(&server->slot->phase);
}

static void create_port(struct server *server)
{
	struct motet_port_create create;

	motet_port_create_init(&create, WC_PORT);
	create.mode = 0700;
	create.retention = WC_RETENTION;
	server->port = motet_port_create_full(server->actor, &create);
	if (server->port < 0)
		errx(1, "create: %s", motet_strerror(server->port));
}

/* The port is retained before the death of its holder can be seen. */
static void take_port_over(struct server *server, int pidfd)
{
	struct pollfd death = { .fd = pidfd, .events = POLLIN };

	publish(server, WC_SPARE);
	while (poll(&death, 1, -1) < 0)
		if (errno != EINTR)
			err(1, "poll");
	server->port = motet_port_take(server->actor, WC_PORT, 0);
	if (server->port < 0)
		errx(1, "take over: %s", motet_strerror(server->port));
}

static struct wc_answer apply(struct server *server, const struct wc_id *id,
			      const char *line, size_t len)
{
	struct wc_answer answer = { .sequence = id->sequence };
	struct wc_last *last;

	if (id->client >= WC_CLIENTS_MAX) {
		answer.error = EINVAL;
		return answer;
	}
	last = &server->state.last[id->client];
	if (id->sequence == last->sequence + 1) {
		last->words = wc_state_count_line(&server->state, line, len);
		last->sequence = id->sequence;
		server->changed = true;
	} else if (id->sequence == last->sequence) {
		wc_add(&server->shared->recognised, 1);
	} else {
		answer.error = EPROTO;
	}
	answer.words = last->words;
	return answer;
}

/* Return: false if there is no call, and it was not to be waited for. */
static bool receive(struct server *server, unsigned int flags)
{
	static char line[WC_LINE_MAX];
	struct wc_id id = {};
	struct motet_msg msg;
	int ret;

	do {
		motet_msg_init(&msg);
		msg.flags = flags;
		motet_msg_set_body_room(&msg, line, sizeof(line));
		motet_msg_set_annex_room(&msg, &id, sizeof(id));
		ret = motet_recv(server->port, &msg);
	} while (ret == -EINTR);
	if (ret == -EAGAIN)
		return false;
	if (ret)
		errx(1, "no message: %s", motet_strerror(ret));
	server->tokens[server->count] = msg.token;
	server->answers[server->count] = apply(server, &id, line, msg.body_len);
	server->count++;
	return true;
}

/* All that is queued is saved at once: a save costs more than many calls. */
static void receive_all(struct server *server)
{
	server->count = 0;
	server->changed = false;
	publish(server, WC_RECEIVING);
	receive(server, 0);
	publish(server, WC_RECEIVED);
	while (server->count < WC_BATCH)
		if (!receive(server, MOTET_MSG_DONTWAIT))
			break;
}

static void reply_all(struct server *server)
{
	unsigned int i;
	int ret;

	publish(server, WC_REPLYING);
	for (i = 0; i < server->count; i++) {
		ret = motet_reply(server->port, server->tokens[i],
				  &server->answers[i],
				  sizeof(server->answers[i]));
		/* a client may go as it likes */
		if (ret && ret != -ECONNRESET)
			errx(1, "reply: %s", motet_strerror(ret));
	}
	publish(server, WC_REPLIED);
}

static void serve(struct server *server)
{
	for (;;) {
		publish(server, WC_BEFORE);
		receive_all(server);
		if (server->changed) {
			wc_state_save(&server->state);
			wc_add(&server->shared->saves, 1);
		}
		publish(server, WC_SAVED);
		reply_all(server);
	}
}

int main(int argc, char **argv)
{
	static struct server server;

	if (argc < 3 || argc > 4)
		errx(2, "usage: wordcount-server DIR SLOT [PIDFD]");
	server.shared = wc_shared_open(argv[1], false);
	server.slot = &server.shared->server[wc_number(argv[2], 1)];
	server.actor = motet_actor_open(0);
	if (server.actor < 0)
		errx(1, "%s: %s", MOTET_DEVICE, motet_strerror(server.actor));
	wc_state_init(&server.state);

	if (argc == 4)
		take_port_over(&server, (int)wc_number(argv[3], INT32_MAX));
	else
		create_port(&server);
	server.slot->held_at = wc_now();
	publish(&server, WC_BEFORE);
	wc_state_open(&server.state, server.actor, WC_TABLE);
	serve(&server);
}
