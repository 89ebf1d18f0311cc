// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has a form of its own: events, filters and steps. Each number is one of
 * them, good or bad; numbers beyond what is known are the first again.
 */
#include <string.h>

#include <linux/motet_channel.h>
#include <linux/motet_replicator.h>

#include "fuzz_build.h"

/* what has to be zero between that which is put there: the rest is data */
#define CLEAR	0x400

static size_t pattern(__u8 *room, __u32 type, const char *bytes)
{
	struct motet_pattern pattern = { .len = strlen(bytes), .type = type };

	memcpy(room, &pattern, sizeof(pattern));
	memcpy(room + sizeof(pattern), bytes, pattern.len);
	return MOTET_PATTERN_SIZE(pattern.len);
}

/**
 * struct recipe - patterns or filters
 * @count: how many
 * @type: of filters
 * @bytes: of each
 */
struct recipe {
	unsigned int count;
	__u32 type;
	const char *bytes;
};

static const struct recipe recipes[] = {
	{ 0, MOTET_FILTER_PASS_ALL, "" },
	{ 1, MOTET_FILTER_EXACT, "a" },
	{ 1, MOTET_FILTER_PREFIX, "a" },
	{ 1, MOTET_FILTER_SUFFIX, "a" },
	{ 2, MOTET_FILTER_EXACT, "a" },
	{ 3, MOTET_FILTER_PASS_ALL, "" },
	{ 1, MOTET_FILTER_EXACT, "another one" },
	{ 40, MOTET_FILTER_PREFIX, "a" },
	{ 1, MOTET_FILTER_EXACT, "" },
	{ 1, 5, "a" },
	{ 1, MOTET_FILTER_PASS_ALL, "a" },
	{ 2, MOTET_FILTER_SUFFIX, "b" },
};

static size_t patterns(__u8 *room, const struct recipe *recipe, bool filters)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < recipe->count; i++)
		len += pattern(room + len, filters ? recipe->type : 0,
			       recipe->bytes);
	return len;
}

size_t fz_build_filters(__u8 *room, __u64 which, __u64 *count)
{
	const struct recipe *recipe;
	size_t len;

	if (which == FZ_AUTO)
		which = 0;
	recipe = &recipes[which % FZ_COUNT(recipes)];
	memset(room, 0, CLEAR);
	len = patterns(room, recipe, true);
	*count = recipe->count;
	/* lengths that are none, and zeroes that are not */
	if (which == 12)
		memset(room, 0xff, 4);
	if (which == 13)
		room[len - 1] = 1;
	return len;
}

size_t fz_build_event(__u8 *room, __u64 which)
{
	struct motet_event_head head = { .size = sizeof(head) };
	size_t len = sizeof(head);

	memset(room, 0, CLEAR);
	if (which == FZ_AUTO)
		which = 1;
	head.pattern_count = recipes[which % FZ_COUNT(recipes)].count;
	head.pattern_len = patterns(room + len,
				    &recipes[which % FZ_COUNT(recipes)], false);
	len += head.pattern_len + 16;
	switch (which) {
	case 2:
		head.retention = 10000000;
		break;
	case 4:
		head.retention = 1000000000;
		break;
	case 5:
		head.publisher_len = 16;
		break;
	case 9:
		head.publisher_len = 4096;
		break;
	case 12:
		head.pattern_len += 8;
		break;
	case 13:
		head.size = 8;
		break;
	case 14:
		head.size = 512;
		break;
	case 15:
		len = 20;
		break;
	case 16:
		len = 12000;
		break;
	case 17:
		head.retention = ~0ULL;
		break;
	case 18:
		room[sizeof(head) + 4] = 1;
		break;
	case 19:
		head.flags = 1;
		break;
	}
	memcpy(room, &head, sizeof(head));
	return len;
}

static size_t part(__u8 *room, __u32 kind, char number, __u64 which)
{
	struct motet_step_part part = {
		.size = sizeof(part),
		.section_len = 2,
		.section = { 's', number },
	};

	switch (kind) {
	case MOTET_STEP_SECTION:
		part.state = MOTET_SECTION_VALID;
		part.data_len = 32;
		break;
	case MOTET_STEP_CREATE:
		part.data_len = 32;
		break;
	case MOTET_STEP_CHANGE:
		part.flags = MOTET_SECTION_STATE;
		part.state = MOTET_SECTION_CORRUPTED;
		break;
	case MOTET_STEP_WRITE:
		part.data_len = 40;
		part.offset = 8;
		break;
	}
	if (which == 13)
		part.section_len = 200;
	if (which == 14)
		part.data_len = ~0ULL - 100;
	if (which == 15 && kind != MOTET_STEP_WRITE)
		part.expires_in = 3000000;
	memcpy(room, &part, sizeof(part));
	return sizeof(part) + (part.data_len < 64 ? part.data_len : 0);
}

size_t fz_build_step(__u8 *room, __u64 which)
{
	struct motet_step step = { .size = sizeof(step), .generation = 1 };
	size_t len = sizeof(step);
	unsigned int i;

	if (which == FZ_AUTO)
		which = 0;
	memset(room, 0, CLEAR);
	step.kind = which < 10 ? which + 1 : MOTET_STEP_WRITE;
	if (which == 15 || which == 17)
		step.kind = MOTET_STEP_CREATE;
	if (which == 18)
		step.kind = MOTET_STEP_SECTION;
	switch (step.kind) {
	case MOTET_STEP_SECTION:
	case MOTET_STEP_CREATE:
	case MOTET_STEP_DELETE:
	case MOTET_STEP_CHANGE:
		step.count = 1;
		break;
	case MOTET_STEP_WRITE:
		step.count = which == 10 ? 3 : which == 11 ? 2000 : 1;
		break;
	case MOTET_STEP_BEGIN:
	case MOTET_STEP_RETENTION:
		step.retention = 1000000;
		break;
	}
	for (i = 0; i < step.count && len < 4096; i++)
		len += part(room + len, step.kind, which > 16 ? '1' : '0', which);
	step.len = which == 12 ? len + 8 : len;
	if (which == 19)
		step.flags = MOTET_STEP_EXPIRED;
	memcpy(room, &step, sizeof(step));
	return len;
}
