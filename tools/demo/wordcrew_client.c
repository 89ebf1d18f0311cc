// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word crew: a client. Has its part of the lines taken apart by servers, and
 * counts the words itself. It asks once for each line, and never again: that
 * servers die, come, go and move is not its business.
 */

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wordcrew.h"

static int open_actor(void)
{
	int actor = motet_actor_open(0);

	if (actor < 0)
		errx(1, "%s: %s", MOTET_DEVICE, motet_strerror(actor));
	return actor;
}

static int open_service(int actor, unsigned int number)
{
	int service;

	if (number % 2)
		service = motet_port_open(actor, CREW_MOVING, 0);
	else
		service = motet_group_open(actor, CREW_GROUP, 0, NULL);
	if (service < 0)
		errx(1, "open: %s", motet_strerror(service));
	return service;
}

/* Return: length of the answer. */
static size_t call(int service, const char *line, size_t len, char *words)
{
	struct motet_msg request, reply;
	__u64 unfinished;
	int ret;

	motet_msg_init(&request);
	motet_msg_set_body(&request, line, len);
	motet_msg_init(&reply);
	motet_msg_set_body_room(&reply, words, WC_LINE_MAX + 1);
	ret = motet_msg_call(service, &request, &reply, &unfinished);
	while (ret == -EINTR && unfinished)
		ret = motet_msg_call_resume(service, unfinished, &reply);
	if (ret)
		errx(1, "no answer: %s", motet_strerror(ret));
	return reply.body_len;
}

static uint32_t count_words(const char *line, size_t len)
{
	const char *at = line, *word;
	uint32_t words = 0;

	while (wc_word(&at, line + len, &word))
		words++;
	return words;
}

/* What this client counts is nobody else's. */
static void open_table(struct wc_state *state, int actor, unsigned int number)
{
	char *name __cleanup(wc_free) = NULL;

	if (asprintf(&name, CREW_TABLE ".%u", number) < 0)
		err(1, "asprintf");
	wc_state_init(state);
	wc_state_open(state, actor, name);
}

/**
 * crew_ask() - be a client
 * @shared: shared with all
 * @dir: directory of the job
 * @number: which client: every so many-th line is its
 */
void crew_ask(struct crew_shared *shared, const char *dir, unsigned int number)
{
	static char words[WC_LINE_MAX + 1];
	const char *text, *line, *end;
	static struct wc_state state;
	int actor = open_actor(), service = open_service(actor, number);
	unsigned int i;
	size_t size, len;

	open_table(&state, actor, number);
	text = wc_text_open(dir, &size);
	for (i = 0, line = text; line < text + size; i++, line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + size - line));
		if (!end)
			end = text + size;
		if (i % CREW_CLIENTS != number)
			continue;
		len = call(service, line, (size_t)(end - line), words);
		if (wc_state_count_line(&state, words, len) !=
		    count_words(line, (size_t)(end - line)))
			__atomic_add_fetch(&shared->wrong, 1, __ATOMIC_RELAXED);
		state.last[number].sequence++;
		__atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);
	}
	wc_state_save(&state);
	exit(0);
}
