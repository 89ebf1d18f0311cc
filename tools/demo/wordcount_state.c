// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Word count: the table of counts, and the checkpoint that keeps it.
 *
 * The checkpoint has three sections: what the state is and how far each client
 * has come, the counts, and the words. They are read, and what has changed of
 * them is written, by one call: whenever its keeper is killed there is the whole
 * state, as it was before the call or after it.
 */

#include <err.h>
#include <errno.h>
#include <motet/motet.h>
#include <stdlib.h>
#include <string.h>

#include "wordcount.h"

#define WC_STATE_MAGIC	0x31746e756f636477ULL

/* Bytes of a section, and of all of them. */
#define WC_SECTION_MAX	(4U << 20)
#define WC_TABLE_MAX	(8U << 20)

/**
 * struct wc_head - what the first section has
 * @magic: WC_STATE_MAGIC
 * @lines: of &struct wc_state
 * @words: the same
 * @pool_len: the same
 * @last: the same
 */
struct wc_head {
	uint64_t magic;
	uint64_t lines;
	uint32_t words;
	uint32_t pool_len;
	struct wc_last last[WC_CLIENTS_MAX];
};

/**
 * enum wc_section - the sections
 * @WC_HEAD: &struct wc_head
 * @WC_COUNTS: the counts, by word
 * @WC_POOL: the words, each with a NUL
 * @WC_SECTIONS: how many there are
 */
enum wc_section {
	WC_HEAD,
	WC_COUNTS,
	WC_POOL,
	WC_SECTIONS,
};

static const char * const wc_section_ids[WC_SECTIONS] = {
	[WC_HEAD] = "head",
	[WC_COUNTS] = "counts",
	[WC_POOL] = "words",
};

static void wc_part(struct motet_checkpoint_element *part,
		    enum wc_section section, uint64_t offset, const void *data,
		    size_t len)
{
	const char *id = wc_section_ids[section];

	motet_checkpoint_element_init(part, id, strlen(id), offset, data, len);
}

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
	state->checkpoint = -1;
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
	if (words > WC_BLOCKS * WC_BLOCK || pool > WC_SECTION_MAX)
		errx(1, "too many words");
	if (words > state->room) {
		state->room = words * 2;
		state->counts = wc_resize(state->counts, state->room,
					  sizeof(*state->counts));
		state->offsets = wc_resize(state->offsets, state->room,
					   sizeof(*state->offsets));
	}
	if (pool > state->pool_room) {
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
	state->changed[(*slot - 1) / WC_BLOCK] = true;
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

/* What is there already has the same attributes, and perhaps not all sections. */
static int wc_open(int actor, const char *name)
{
	struct motet_checkpoint_attributes attributes;
	int fd, i, ret;

	motet_checkpoint_attributes_init(&attributes, WC_SECTIONS,
					 WC_SECTION_MAX);
	attributes.bytes_max = WC_TABLE_MAX;
	attributes.retention = UINT64_MAX;
	fd = motet_checkpoint_create(actor, name, 0700, &attributes);
	if (fd < 0)
		errx(1, "%s: %s", name, motet_strerror(fd));
	for (i = 0; i < WC_SECTIONS; i++) {
		ret = motet_section_create(fd, wc_section_ids[i],
					   strlen(wc_section_ids[i]), NULL, 0,
					   0);
		if (ret && ret != -EEXIST)
			errx(1, "%s: %s", name, motet_strerror(ret));
	}
	return fd;
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
			errx(1, "the table has a word twice");
		*slot = i + 1;
		offset += (uint32_t)len + 1;
	}
	if (i != state->words || offset != state->pool_len)
		errx(1, "the words of the table are damaged");
	for (i = 0; i < WC_CLIENTS_MAX; i++)
		lines += state->last[i].sequence;
	if (lines != state->lines)
		errx(1, "lines and clients of the table don't agree");
}

static void wc_load_head(struct wc_state *state, const struct wc_head *head)
{
	if (head->magic != WC_STATE_MAGIC)
		errx(1, "the checkpoint is not that of a word count");
	state->lines = head->lines;
	state->words = head->words;
	state->pool_len = head->pool_len;
	state->saved_pool_len = head->pool_len;
	memcpy(state->last, head->last, sizeof(state->last));
}

static void wc_load_table(struct wc_state *state)
{
	struct motet_checkpoint_element part[WC_SECTIONS];
	struct wc_head head;
	int ret;

	/* one byte more, so that the last word ends even if it is damaged */
	wc_reserve(state, WC_BLOCKS * WC_BLOCK / 2, WC_SECTION_MAX / 2 + 1);
	wc_part(&part[WC_HEAD], WC_HEAD, 0, &head, sizeof(head));
	wc_part(&part[WC_COUNTS], WC_COUNTS, 0, state->counts,
		state->room * sizeof(*state->counts));
	wc_part(&part[WC_POOL], WC_POOL, 0, state->pool, state->pool_room - 1);
	ret = motet_checkpoint_read(state->checkpoint, part, WC_SECTIONS, NULL);
	if (ret)
		errx(1, "read the table: %s", motet_strerror(ret));
	if (!part[WC_HEAD].done)
		return;
	wc_load_head(state, &head);
	if (part[WC_HEAD].done != sizeof(head) ||
	    part[WC_COUNTS].done != state->words * sizeof(*state->counts) ||
	    part[WC_POOL].done != state->pool_len)
		errx(1, "the sections of the table don't agree");
	state->pool[state->pool_len] = 0;
	wc_index(state);
}

/**
 * wc_state_open() - load the state; the program ends if that fails
 * @state: the state, as wc_state_init() left it
 * @actor: an actor of this process
 * @name: of the checkpoint; it is created if it is not there
 *
 * It stays as it is if nothing was ever saved.
 */
void wc_state_open(struct wc_state *state, int actor, const char *name)
{
	state->checkpoint = wc_open(actor, name);
	wc_load_table(state);
}

static unsigned int wc_changes(struct wc_state *state,
			       struct motet_checkpoint_element *part)
{
	unsigned int count = 0;
	uint32_t i, first, len;

	for (i = 0; i * WC_BLOCK < state->words; i++) {
		if (!state->changed[i])
			continue;
		first = i * WC_BLOCK;
		len = state->words - first;
		if (len > WC_BLOCK)
			len = WC_BLOCK;
		wc_part(&part[count++], WC_COUNTS,
			first * sizeof(*state->counts), state->counts + first,
			len * sizeof(*state->counts));
	}
	return count;
}

/**
 * wc_state_save() - save what has changed; the program ends if that fails
 * @state: the state
 *
 * All at one moment: the blocks of counts that changed, the new words, and how
 * far the clients have come.
 */
void wc_state_save(struct wc_state *state)
{
	static struct motet_checkpoint_element part[WC_BLOCKS + 2];
	struct wc_head head = {
		.magic = WC_STATE_MAGIC,
		.lines = state->lines,
		.words = state->words,
		.pool_len = state->pool_len,
	};
	unsigned int count;
	int ret;

	memcpy(head.last, state->last, sizeof(head.last));
	wc_part(&part[0], WC_HEAD, 0, &head, sizeof(head));
	wc_part(&part[1], WC_POOL, state->saved_pool_len,
		state->pool + state->saved_pool_len,
		state->pool_len - state->saved_pool_len);
	count = wc_changes(state, part + 2);
	ret = motet_checkpoint_write(state->checkpoint, part, count + 2, NULL);
	if (ret)
		errx(1, "save the table: %s", motet_strerror(ret));
	state->saved_pool_len = state->pool_len;
	memset(state->changed, 0, sizeof(state->changed));
}
