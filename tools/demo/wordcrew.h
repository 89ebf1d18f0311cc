/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Word crew: what the supervisor, the servers and the clients share.
 */
#ifndef WORDCREW_H
#define WORDCREW_H

#include <motet/motet.h>

#include "wordcount.h"

#define CREW_GROUP	"demo/crew"
#define CREW_MOVING	"demo/moving"
#define CREW_TABLE	"demo/crew"
#define CREW_POSTS	5	/* the last one comes and goes */
#define CREW_CLIENTS	16	/* every other one calls the port that moves */
#define CREW_HELD	4	/* calls that its server has at a time */

/**
 * enum crew_phase - what a server is doing
 * @CREW_GONE: there is no such process
 * @CREW_STANDBY: it is the guardian of the one that serves
 * @CREW_SERVING: it has the port
 */
enum crew_phase {
	CREW_GONE,
	CREW_STANDBY,
	CREW_SERVING,
};

/**
 * struct crew_server - what a server publishes
 * @phase: &enum crew_phase
 * @held_at: when it got the port, CLOCK_MONOTONIC
 */
struct crew_server {
	uint32_t phase;
	uint32_t pad;
	uint64_t held_at;
};

/**
 * struct crew_post - a member of the group: a server and its guardian
 * @server: both
 * @leave: the one that serves is to leave the group, and end
 */
struct crew_post {
	struct crew_server server[2];
	uint32_t leave;
	uint32_t pad;
};

/**
 * enum crew_move - how far the migration is
 * @CREW_STAYS: nothing has begun
 * @CREW_WANTED: the supervisor wants it
 * @CREW_OFFERED: the port is offered
 * @CREW_MOVED: it has been accepted
 */
enum crew_move {
	CREW_STAYS,
	CREW_WANTED,
	CREW_OFFERED,
	CREW_MOVED,
};

/**
 * struct crew_shared - memory that all of them share
 * @cap: capability of the group
 * @post: the members
 * @done: lines that are answered
 * @wrong: answers with another number of words than the client counts
 * @again: jobs that a server got that another one had before
 * @move: &enum crew_move
 * @moved_to: actor that the port is offered to
 * @queued: calls that were queued when it moved
 * @held: calls that its server had received and not answered
 * @offered_at: when it was offered
 * @accepted_at: when it was accepted
 */
struct crew_shared {
	struct motet_cap cap;
	struct crew_post post[CREW_POSTS];
	uint32_t done;
	uint32_t wrong;
	uint32_t again;
	uint32_t move;
	struct motet_id moved_to;
	uint64_t queued;
	uint64_t held;
	uint64_t offered_at;
	uint64_t accepted_at;
};

/* wordcrew_server.c */
void crew_serve(struct crew_shared *shared, unsigned int post,
		unsigned int slot) __attribute__((noreturn));
void crew_serve_moving(struct crew_shared *shared, bool first)
	__attribute__((noreturn));

/* wordcrew_client.c */
void crew_ask(struct crew_shared *shared, const char *dir, unsigned int number)
	__attribute__((noreturn));

#endif /* WORDCREW_H */
