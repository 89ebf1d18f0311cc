// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word count: a client. Asks for its lines one by one, and checks the answers.
 *
 * A call that failed may have been counted or not. The client can't know, and
 * needs not: it asks again with the same id.
 */

#include <err.h>
#include <errno.h>
#include <motet/motet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wordcount.h"

/**
 * struct client - this process
 * @shared: shared with the supervisor
 * @self: its own part of that
 * @actor: its actor
 * @port: sender handle
 * @id: of the present request
 */
struct client {
	struct wc_shared *shared;
	struct wc_client *self;
	int actor;
	int port;
	struct wc_id id;
};

static void open_port(struct client *client)
{
	wc_close(&client->port);
	client->port = motet_port_open(client->actor, WC_PORT, 0);
	if (client->port < 0)
		errx(1, "open: %s", motet_strerror(client->port));
}

/* One attempt. Return: 0 or a negative error. */
static int call(struct client *client, const char *line, size_t len,
		struct wc_answer *answer)
{
	struct motet_msg request, reply;
	__u64 unfinished;
	int ret;

	motet_msg_init(&request);
	motet_msg_set_body(&request, line, len);
	motet_msg_set_annex(&request, &client->id, sizeof(client->id));
	motet_msg_init(&reply);
	motet_msg_set_body_room(&reply, answer, sizeof(*answer));
	wc_add(&client->self->calls, 1);
	ret = motet_msg_call(client->port, &request, &reply, &unfinished);
	while (ret == -EINTR && unfinished)
		ret = motet_msg_call_resume(client->port, unfinished, &reply);
	if (!ret && reply.body_len != sizeof(*answer))
		errx(1, "an answer of %u bytes", reply.body_len);
	return ret;
}

/* Asks until there is an answer. */
static void ask(struct client *client, const char *line, size_t len,
		struct wc_answer *answer)
{
	uint64_t failed_at = 0, outage;
	int ret;

	while ((ret = call(client, line, len, answer))) {
		if (!failed_at)
			failed_at = wc_now();
		if (ret == -ECONNRESET) {
			wc_add(&client->self->reset, 1);
		} else if (ret == -EOWNERDEAD) {
			wc_add(&client->self->dead, 1);
			open_port(client);
		} else if (ret != -EINTR) {
			errx(1, "call: %s", motet_strerror(ret));
		}
	}
	outage = failed_at ? wc_now() - failed_at : 0;
	if (outage > client->self->outage)
		client->self->outage = outage;
}

static uint32_t count_words(const char *line, size_t len)
{
	const char *at = line, *word;
	uint32_t words = 0;

	while (wc_word(&at, line + len, &word))
		words++;
	return words;
}

static void check(struct client *client, const struct wc_answer *answer,
		  uint32_t words)
{
	if (answer->error)
		errx(1, "the server finds fault with a request: %s",
		     strerror((int)answer->error));
	if (answer->sequence == client->id.sequence && answer->words == words)
		return;
	warnx("line %llu: %u words, the answer is %u for line %llu",
	      (unsigned long long)client->id.sequence, words, answer->words,
	      (unsigned long long)answer->sequence);
	wc_add(&client->self->wrong, 1);
}

static void tell_done(struct wc_shared *shared)
{
	uint32_t done = __atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);

	if (done == wc_load(&shared->wake_at))
		wc_futex_wake(&shared->done);
}

int main(int argc, char **argv)
{
	struct client client = { .port = -1 };
	struct wc_answer answer;
	const char *line, *end;
	const char *text;
	size_t size, len;
	uint64_t i;

	if (argc != 3)
		errx(2, "usage: wordcount-client DIR NUMBER");
	client.shared = wc_shared_open(argv[1], false);
	client.id.client = wc_number(argv[2], WC_CLIENTS_MAX - 1);
	client.self = &client.shared->client[client.id.client];
	text = wc_text_open(argv[1], &size);
	client.actor = motet_actor_open(0);
	if (client.actor < 0)
		errx(1, "%s: %s", MOTET_DEVICE, motet_strerror(client.actor));
	open_port(&client);

	line = text + client.self->offset;
	for (i = 0; i < client.self->lines; i++) {
		end = memchr(line, '\n', (size_t)(text + size - line));
		if (!end)
			end = text + size;
		len = (size_t)(end - line);
		client.id.sequence++;
		ask(&client, line, len, &answer);
		check(&client, &answer, count_words(line, len));
		tell_done(client.shared);
		line = end + 1;
	}
}
