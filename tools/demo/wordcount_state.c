// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word count: the table of counts, and its file.
 *
 * The file is the arrays of the state one after the other, so that saving is
 * a few writes. It is only read by the programs of this build, on this machine.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wordcount.h"

#define WC_STATE_FILE	"state"
#define WC_STATE_NEW	"state.new"
#define WC_STATE_MAGIC	0x31746e756f636477ULL

/**
 * struct wc_head - head of the file
 * @magic: WC_STATE_MAGIC
 * @lines: of &struct wc_state
 * @words: the same
 * @pool_len: the same
 */
struct wc_head {
	uint64_t magic;
	uint64_t lines;
	uint32_t words;
	uint32_t pool_len;
};

static void *wc_resize(void *old, size_t number, size_t size)
{
	void *new = reallocarray(old, number, size);

	if (!new)
		err(1, "reallocarray");
	return new;
}

/**
 * wc_state_init() - begin with nothing
 * @state: to initialise
 */
void wc_state_init(struct wc_state *state)
{
	memset(state, 0, sizeof(*state));
	state->mask = 16383;
	state->slots = calloc(state->mask + 1, sizeof(*state->slots));
	if (!state->slots)
		err(1, "calloc");
}

/* FNV-1a */
static uint32_t wc_hash(const char *word, size_t len)
{
	uint32_t hash = 2166136261U;

	while (len--)
		hash = (hash ^ (unsigned char)*word++) * 16777619U;
	return hash;
}

static uint32_t *wc_find(const struct wc_state *state, const char *word,
			 size_t len)
{
	uint32_t i = wc_hash(word, len) & state->mask;
	const char *known;

	for (; state->slots[i]; i = (i + 1) & state->mask) {
		known = state->pool + state->offsets[state->slots[i] - 1];
		if (!strncmp(known, word, len) && !known[len])
			break;
	}
	return &state->slots[i];
}

static void wc_rehash(struct wc_state *state)
{
	const char *word;
	uint32_t i;

	free(state->slots);
	state->mask = state->mask * 2 + 1;
	state->slots = calloc((size_t)state->mask + 1, sizeof(*state->slots));
	if (!state->slots)
		err(1, "calloc");
	for (i = 0; i < state->words; i++) {
		word = state->pool + state->offsets[i];
		*wc_find(state, word, strlen(word)) = i + 1;
	}
}

static void wc_reserve(struct wc_state *state, uint32_t words, size_t pool)
{
	if (words > state->room) {
		state->room = words * 2;
		state->counts = wc_resize(state->counts, state->room,
					  sizeof(*state->counts));
		state->offsets = wc_resize(state->offsets, state->room,
					   sizeof(*state->offsets));
	}
	if (pool > state->pool_room) {
		if (pool > UINT32_MAX / 2)
			errx(1, "too many words");
		state->pool_room = (uint32_t)pool * 2;
		state->pool = wc_resize(state->pool, state->pool_room, 1);
	}
	while (words > state->mask / 2)
		wc_rehash(state);
}

static void wc_count_word(struct wc_state *state, const char *word, size_t len)
{
	uint32_t *slot;

	wc_reserve(state, state->words + 1, state->pool_len + len + 1);
	slot = wc_find(state, word, len);
	if (!*slot) {
		memcpy(state->pool + state->pool_len, word, len);
		state->pool[state->pool_len + len] = 0;
		state->offsets[state->words] = state->pool_len;
		state->counts[state->words] = 0;
		state->pool_len += (uint32_t)len + 1;
		*slot = ++state->words;
	}
	state->counts[*slot - 1]++;
}

/**
 * wc_state_count_line() - add the words of a line
 * @state: the state
 * @line: at most WC_LINE_MAX bytes
 * @len: how many
 *
 * Return: how many words it has.
 */
uint32_t wc_state_count_line(struct wc_state *state, const char *line,
			     size_t len)
{
	const char *at = line, *end = line + len, *word;
	char lower[WC_LINE_MAX];
	uint32_t words = 0;
	size_t n, i;

	while ((n = wc_word(&at, end, &word))) {
		for (i = 0; i < n; i++)
			lower[i] = word[i] | 0x20;
		wc_count_word(state, lower, n);
		words++;
	}
	state->lines++;
	return words;
}

static void wc_write(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	while (len) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err(1, WC_STATE_NEW);
		at += n;
		len -= (size_t)n;
	}
}

/**
 * wc_state_save() - save the state; the program ends if that fails
 * @state: the state
 * @dir: directory of the job
 *
 * Whenever it is interrupted there is one file with the whole state, the old
 * or the new one.
 */
void wc_state_save(const struct wc_state *state, int dir)
{
	const struct wc_head head = {
		.magic = WC_STATE_MAGIC,
		.lines = state->lines,
		.words = state->words,
		.pool_len = state->pool_len,
	};
	int fd __cleanup(wc_close) = -1;

	fd = openat(dir, WC_STATE_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    0600);
	if (fd < 0)
		err(1, WC_STATE_NEW);
	wc_write(fd, &head, sizeof(head));
	wc_write(fd, state->last, sizeof(state->last));
	wc_write(fd, state->counts, state->words * sizeof(*state->counts));
	wc_write(fd, state->pool, state->pool_len);
	if (fsync(fd))
		err(1, "fsync");
	if (renameat(dir, WC_STATE_NEW, dir, WC_STATE_FILE))
		err(1, "rename");
	/* a name is safe only with its directory */
	if (fsync(dir))
		err(1, "fsync");
}

static void wc_read(int fd, void *data, size_t len)
{
	char *at = data;
	ssize_t n;

	while (len) {
		n = read(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err(1, WC_STATE_FILE);
		if (!n)
			errx(1, WC_STATE_FILE ": too short");
		at += n;
		len -= (size_t)n;
	}
}

static void wc_index(struct wc_state *state)
{
	uint32_t i, offset = 0;
	uint64_t lines = 0;
	uint32_t *slot;
	size_t len;

	for (i = 0; i < state->words && offset < state->pool_len; i++) {
		len = strlen(state->pool + offset);
		state->offsets[i] = offset;
		slot = wc_find(state, state->pool + offset, len);
		if (*slot)
			errx(1, WC_STATE_FILE ": a word is there twice");
		*slot = i + 1;
		offset += (uint32_t)len + 1;
	}
	if (i != state->words || offset != state->pool_len)
		errx(1, WC_STATE_FILE ": its words are damaged");
	for (i = 0; i < WC_CLIENTS_MAX; i++)
		lines += state->last[i].sequence;
	if (lines != state->lines)
		errx(1, WC_STATE_FILE ": lines and clients don't agree");
}

/**
 * wc_state_load() - load the state; the program ends if that fails
 * @state: the state, as wc_state_init() left it
 * @dir: directory of the job
 *
 * It stays as it is if nothing was ever saved.
 */
void wc_state_load(struct wc_state *state, int dir)
{
	int fd __cleanup(wc_close) = -1;
	struct wc_head head;

	fd = openat(dir, WC_STATE_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0)
		err(1, WC_STATE_FILE);
	wc_read(fd, &head, sizeof(head));
	if (head.magic != WC_STATE_MAGIC)
		errx(1, WC_STATE_FILE ": not the state of a word count");
	wc_reserve(state, head.words, (size_t)head.pool_len + 1);
	state->lines = head.lines;
	state->words = head.words;
	state->pool_len = head.pool_len;
	wc_read(fd, state->last, sizeof(state->last));
	wc_read(fd, state->counts, state->words * sizeof(*state->counts));
	wc_read(fd, state->pool, state->pool_len);
	state->pool[state->pool_len] = 0;
	wc_index(state);
}
