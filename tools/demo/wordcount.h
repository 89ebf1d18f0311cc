/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Word count: what the server, its clients and the supervisor share.
 *
 * What they say to one another by Motet is struct wc_id and struct wc_answer.
 * The memory that they share besides is for the supervisor only: who works
 * knows nothing by it.
 */
#ifndef WORDCOUNT_H
#define WORDCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define WC_PORT		"demo/wordcount"
#define WC_TABLE	"demo/table"
#define WC_CLIENTS_MAX	64
#define WC_LINE_MAX	65536

#define WC_MS		1000000ULL
#define WC_SECOND	1000000000ULL

#define __cleanup(function) __attribute__((cleanup(function)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct wc_id - annex of a request; the body is the line
 * @client: who asks, from 0
 * @pad: 0
 * @sequence: of the request among those of the client, from 1
 *
 * A repeated request has the id of the one that failed.
 */
struct wc_id {
	uint32_t client;
	uint32_t pad;
	uint64_t sequence;
};

/**
 * struct wc_answer - body of an answer
 * @sequence: of the request
 * @words: how many words the line has
 * @error: 0; else the request made no sense, an errno
 */
struct wc_answer {
	uint64_t sequence;
	uint32_t words;
	uint32_t error;
};

/**
 * enum wc_phase - what a server is doing
 * @WC_STARTING: nothing yet
 * @WC_SPARE: waiting for the death of the server
 * @WC_BEFORE: holds the port, and no call: about to receive
 * @WC_RECEIVING: receives; whether it has a call can't be seen from outside
 * @WC_RECEIVED: has calls; what they change isn't saved
 * @WC_SAVED: it is saved; no call is answered
 * @WC_REPLYING: some calls are answered
 * @WC_REPLIED: all are answered
 */
enum wc_phase {
	WC_STARTING,
	WC_SPARE,
	WC_BEFORE,
	WC_RECEIVING,
	WC_RECEIVED,
	WC_SAVED,
	WC_REPLYING,
	WC_REPLIED,
	WC_PHASES,
};

/**
 * struct wc_server - what a server publishes
 * @phase: &enum wc_phase, a futex
 * @wanted: the phase that the supervisor waits for, or WC_STARTING
 * @held_at: when it got the port, CLOCK_MONOTONIC
 */
struct wc_server {
	uint32_t phase;
	uint32_t wanted;
	uint64_t held_at;
};

/**
 * struct wc_client - a client's work, and what became of it
 * @offset: of its first line in the text
 * @lines: how many are its
 * @calls: that it made, repeats too
 * @reset: calls that the server received and died before it answered
 * @dead: calls whose port died
 * @wrong: answers that were not what the client computed itself
 * @outage: longest time from a failed call to its repeat's answer, nanoseconds
 */
struct wc_client {
	uint64_t offset;
	uint64_t lines;
	uint64_t calls;
	uint64_t reset;
	uint64_t dead;
	uint64_t wrong;
	uint64_t outage;
};

/**
 * struct wc_shared - the file DIR/shared
 * @done: lines that are answered, a futex
 * @wake_at: the supervisor wants to be woken when @done is this
 * @recognised: repeats that servers had counted before
 * @saves: of the state
 * @server: the server and the spare, by the parity of their generation
 * @client: by number
 */
struct wc_shared {
	uint32_t done;
	uint32_t wake_at;
	uint64_t recognised;
	uint64_t saves;
	struct wc_server server[2];
	struct wc_client client[WC_CLIENTS_MAX];
};

/* wordcount_common.c */
struct wc_shared *wc_shared_open(const char *dir, bool create);
const char *wc_text_open(const char *dir, size_t *len);
uint64_t wc_now(void);
void wc_add(uint64_t *counter, uint64_t n);
uint32_t wc_load(const uint32_t *word);
void wc_store(uint32_t *word, uint32_t value);
void wc_futex_wait(uint32_t *word, uint32_t value, uint64_t timeout);
void wc_futex_wake(uint32_t *word);
uint32_t wc_number(const char *text, uint32_t max);
void wc_close(int *fd);
void wc_free(void *pointer);
size_t wc_word(const char **at, const char *end, const char **word);

/* wordcount_state.c */

/**
 * struct wc_last - what the server remembers of a client
 * @sequence: the last of its requests that is counted
 * @words: the answer to that
 * @pad: 0
 */
struct wc_last {
	uint64_t sequence;
	uint32_t words;
	uint32_t pad;
};

/* A block of counts is a page; one call can write all of them, and the rest. */
#define WC_BLOCK	1024
#define WC_BLOCKS	1000

/**
 * struct wc_state - all that must outlive a server
 * @lines: counted
 * @last: by client
 * @words: different ones
 * @room: of @counts and @offsets
 * @counts: by word, in the order of their first appearance
 * @offsets: of the words in @pool
 * @pool: the words, each with a NUL
 * @pool_len: bytes used
 * @pool_room: bytes there are
 * @slots: hash table: number of the word plus one, or 0
 * @mask: number of slots less one
 * @checkpoint: what keeps it, or -1
 * @saved_pool_len: bytes of the pool that it has
 * @changed: blocks of counts that it has not as they are
 */
struct wc_state {
	uint64_t lines;
	struct wc_last last[WC_CLIENTS_MAX];
	uint32_t words;
	uint32_t room;
	uint32_t *counts;
	uint32_t *offsets;
	char *pool;
	uint32_t pool_len;
	uint32_t pool_room;
	uint32_t *slots;
	uint32_t mask;
	int checkpoint;
	uint32_t saved_pool_len;
	bool changed[WC_BLOCKS];
};

void wc_state_init(struct wc_state *state);
void wc_state_open(struct wc_state *state, int actor, const char *name);
void wc_state_save(struct wc_state *state);
uint32_t wc_state_count_line(struct wc_state *state, const char *line,
			     size_t len);

#endif /* WORDCOUNT_H */
