// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word crew: the servers. A request is a line, its answer the line's words in
 * lower case.
 *
 * A server keeps nothing: what it has received and not answered is under a
 * lease, and is given to another one if it dies.
 */

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wordcrew.h"

/* How soon a server sees that it is to leave. */
#define CREW_PATIENCE_MS	20

/**
 * struct crew_self - this process
 * @shared: shared with all
 * @me: its own part of that
 * @name: of its port
 * @actor: its actor
 * @port: holder or standby handle
 */
struct crew_self {
	struct crew_shared *shared;
	struct crew_server *me;
	char name[32];
	int actor;
	int port;
};

static size_t lower_words(const char *line, size_t len, char *words)
{
	const char *at = line, *word;
	size_t n, i, used = 0;

	while ((n = wc_word(&at, line + len, &word))) {
		for (i = 0; i < n; i++)
			words[used++] = word[i] | 0x20;
		words[used++] = ' ';
	}
	return used;
}

static void answer(int port, uint64_t token, const char *line, size_t len)
{
	static char words[WC_LINE_MAX + 1];
	int ret = motet_reply(port, token, words, lower_words(line, len, words));

	if (ret)
		errx(1, "reply: %s", motet_strerror(ret));
}

/* Return: 0, or a negative error of motet_recv(). */
static int receive(int port, struct motet_msg *msg, char *line, __u64 deadline)
{
	int ret;

	do {
		motet_msg_init(msg);
		motet_msg_set_body_room(msg, line, WC_LINE_MAX);
		motet_msg_set_lease(msg, 0);
		msg->deadline = deadline;
		ret = motet_recv(port, msg);
	} while (ret == -EINTR);
	return ret;
}

static void serving(struct crew_self *self)
{
	self->me->held_at = wc_now();
	wc_store(&self->me->phase, CREW_SERVING);
}

static void serve_one(struct crew_self *self, const struct motet_msg *msg,
		      const char *line)
{
	if (msg->exception) {
		serving(self);
		return;
	}
	if (msg->redelivered)
		__atomic_add_fetch(&self->shared->again, 1, __ATOMIC_RELAXED);
	answer(self->port, msg->token, line, msg->body_len);
}

/* Leaves the group first, and then serves what has come before. */
static void leave(struct crew_self *self)
{
	struct motet_port_status status = { .size = sizeof(status) };
	static char line[WC_LINE_MAX];
	struct motet_msg msg;
	int ret;

	ret = motet_port_status_get(self->port, &status);
	if (!ret)
		ret = motet_group_remove(self->actor, &self->shared->cap,
					 &status.id);
	if (ret)
		errx(1, "can't remove the port: %s", motet_strerror(ret));
	while (!receive(self->port, &msg, line, motet_deadline(0)))
		serve_one(self, &msg, line);
	exit(0);
}

/* Return: when the port is gone, to which this was a guardian. */
static void serve(struct crew_self *self, const uint32_t *leaving)
{
	static char line[WC_LINE_MAX];
	struct motet_msg msg;
	int ret;

	for (;;) {
		ret = receive(self->port, &msg, line,
			      motet_deadline(CREW_PATIENCE_MS));
		if (ret == -EOWNERDEAD)
			return;
		if (ret && ret != -ETIMEDOUT)
			errx(1, "receive: %s", motet_strerror(ret));
		if (!ret)
			serve_one(self, &msg, line);
		if (wc_load(leaving))
			leave(self);
	}
}

/* Return: whether it could join; another one may have been faster. */
static bool join(struct crew_self *self)
{
	struct motet_port_create create;
	int ret;

	motet_port_create_init(&create, self->name);
	create.mode = 0700;
	self->port = motet_port_create_full(self->actor, &create);
	if (self->port == -EEXIST)
		return false;
	if (self->port < 0)
		errx(1, "create: %s", motet_strerror(self->port));
	ret = motet_group_insert(self->actor, &self->shared->cap, &create.id);
	if (ret)
		errx(1, "can't insert the port: %s", motet_strerror(ret));
	serving(self);
	return true;
}

/* Return: whether there is anybody to stand by. */
static bool stand_by(struct crew_self *self)
{
	struct pollfd pollfd = { .events = POLLIN };

	self->port = motet_port_standby(self->actor, self->name, 0);
	if (self->port == -ENOENT)
		return false;
	if (self->port < 0)
		errx(1, "stand by: %s", motet_strerror(self->port));
	wc_store(&self->me->phase, CREW_STANDBY);
	pollfd.fd = self->port;
	while (poll(&pollfd, 1, -1) < 0)
		if (errno != EINTR)
			err(1, "poll");
	return true;
}

static int crew_actor(void)
{
	int actor = motet_actor_open(0);

	if (actor < 0)
		errx(1, "%s: %s", MOTET_DEVICE, motet_strerror(actor));
	return actor;
}

/**
 * crew_serve() - be a member of the group, or the guardian of one
 * @shared: shared with all
 * @post: which member
 * @slot: which of its two processes
 */
void crew_serve(struct crew_shared *shared, unsigned int post,
		unsigned int slot)
{
	struct crew_self self = {
		.shared = shared, .me = &shared->post[post].server[slot],
		.actor = crew_actor(),
	};

	snprintf(self.name, sizeof(self.name), CREW_GROUP "/%u", post);
	for (;;) {
		if (!stand_by(&self) && !join(&self))
			continue;
		serve(&self, &shared->post[post].leave);
		wc_close(&self.port);
	}
}

/* --- the port that moves ---------------------------------------------------- */

/**
 * struct crew_held - calls that are received and not answered
 * @count: how many
 * @tokens: of the calls
 * @lens: of the lines
 * @lines: the lines
 */
struct crew_held {
	unsigned int count;
	uint64_t tokens[CREW_HELD];
	size_t lens[CREW_HELD];
	char lines[CREW_HELD][WC_LINE_MAX];
};

static void hold_some(int port, struct crew_held *held)
{
	struct motet_msg msg;
	int ret;

	for (held->count = 0; held->count < CREW_HELD; held->count++) {
		ret = receive(port, &msg, held->lines[held->count],
			      motet_deadline(held->count ? 0 : -1));
		if (ret == -ETIMEDOUT)
			return;
		if (ret)
			errx(1, "receive: %s", motet_strerror(ret));
		held->tokens[held->count] = msg.token;
		held->lens[held->count] = msg.body_len;
	}
}

static void answer_all(int port, const struct crew_held *held)
{
	unsigned int i;

	for (i = 0; i < held->count; i++)
		answer(port, held->tokens[i], held->lines[i], held->lens[i]);
}

/* With calls in hand, and others in the queue. */
static void move_away(struct crew_shared *shared, int port,
		      const struct crew_held *held)
{
	struct motet_port_status status = { .size = sizeof(status) };
	struct pollfd pollfd = { .fd = port };
	int ret;

	while (!(ret = motet_port_status_get(port, &status)))
		if (status.messages)
			break;
	shared->queued = status.messages;
	shared->held = held->count;
	shared->offered_at = wc_now();
	if (!ret)
		ret = motet_port_offer(port, &shared->moved_to, 0);
	if (ret)
		errx(1, "offer: %s", motet_strerror(ret));
	wc_store(&shared->move, CREW_OFFERED);
	wc_futex_wake(&shared->move);
	while (!(pollfd.revents & POLLHUP))
		if (poll(&pollfd, 1, -1) < 0 && errno != EINTR)
			err(1, "poll");
	answer_all(port, held);
	exit(0);
}

static int take_moving(struct crew_shared *shared, int actor)
{
	struct motet_info info = { .size = sizeof(info) };
	int port, ret = motet_info_get(actor, &info);
	uint32_t move;

	if (ret)
		errx(1, "info: %s", motet_strerror(ret));
	shared->moved_to = info.actor;
	while ((move = wc_load(&shared->move)) != CREW_OFFERED)
		wc_futex_wait(&shared->move, move, WC_SECOND);
	port = motet_port_take(actor, CREW_MOVING, 0);
	if (port < 0)
		errx(1, "accept: %s", motet_strerror(port));
	shared->accepted_at = wc_now();
	wc_store(&shared->move, CREW_MOVED);
	return port;
}

/**
 * crew_serve_moving() - serve the port that moves, without a group
 * @shared: shared with all
 * @first: from the beginning, until it has moved; else from then on
 */
void crew_serve_moving(struct crew_shared *shared, bool first)
{
	static struct crew_held held;
	int actor = crew_actor(), port;

	if (first)
		port = motet_port_create(actor, CREW_MOVING, 0700, 0);
	else
		port = take_moving(shared, actor);
	if (port < 0)
		errx(1, "create: %s", motet_strerror(port));
	for (;;) {
		hold_some(port, &held);
		if (first && wc_load(&shared->move) == CREW_WANTED)
			move_away(shared, port, &held);
		answer_all(port, &held);
	}
}
