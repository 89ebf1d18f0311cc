// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events: patterns, filters, bodies.
 */
#include "internal.h"

/* Nothing to copy may be nowhere. */
static void motet__put(unsigned char *to, const void *from, size_t len)
{
	if (len)
		memcpy(to, from, len);
}

int motet_patterns_add(struct motet_patterns *patterns, unsigned int type,
		       const void *bytes, size_t len)
{
	size_t room = patterns->cap - patterns->len;
	unsigned char *at = patterns->bytes + patterns->len;
	struct motet_pattern pattern = { .type = type };
	size_t size;

	if (len > MOTET_PATTERN_BYTES_MAX - sizeof(pattern))
		return -EMSGSIZE;
	pattern.len = (__u32)len;
	size = MOTET_PATTERN_SIZE(pattern.len);
	if (size > room)
		return -EMSGSIZE;
	memset(at, 0, size);
	memcpy(at, &pattern, sizeof(pattern));
	motet__put(at + sizeof(pattern), bytes, len);
	patterns->len += size;
	patterns->count++;
	return 0;
}

const void *motet_patterns_next(const struct motet_patterns *patterns,
				size_t *at, unsigned int *type, size_t *len)
{
	const unsigned char *here = patterns->bytes + *at;
	size_t room = patterns->len - *at;
	struct motet_pattern pattern;

	if (room < sizeof(pattern))
		return NULL;
	memcpy(&pattern, here, sizeof(pattern));
	if (pattern.len > room - sizeof(pattern) ||
	    MOTET_PATTERN_SIZE(pattern.len) > room)
		return NULL;
	*at += MOTET_PATTERN_SIZE(pattern.len);
	*len = pattern.len;
	if (type)
		*type = pattern.type;
	return here + sizeof(pattern);
}

long motet_event_pack(const struct motet_event *event, void *body, size_t cap)
{
	const struct motet_patterns *patterns = &event->patterns;
	struct motet_event_head head = {
		.size = sizeof(head),
		.retention = event->retention,
		.pattern_count = patterns->count,
		.pattern_len = motet__length(patterns->len),
		.publisher_len = motet__length(event->publisher_len),
	};
	unsigned char *to = body;

	if (cap > LONG_MAX)
		cap = LONG_MAX;
	if (cap < sizeof(head) || patterns->len > cap - sizeof(head) ||
	    event->data_len > cap - sizeof(head) - patterns->len ||
	    event->publisher_len > cap - sizeof(head) - patterns->len -
				   event->data_len)
		return -EMSGSIZE;
	motet__put(to, &head, sizeof(head));
	to += sizeof(head);
	motet__put(to, patterns->bytes, patterns->len);
	to += patterns->len;
	motet__put(to, event->data, event->data_len);
	to += event->data_len;
	motet__put(to, event->publisher, event->publisher_len);
	to += event->publisher_len;
	return (long)(to - (unsigned char *)body);
}

int motet_event_parse(struct motet_event *event, const void *body, size_t len)
{
	const unsigned char *from = body;
	struct motet_event_head head;

	if (len < sizeof(head))
		return -EBADMSG;
	memcpy(&head, body, sizeof(head));
	if (head.size < sizeof(head) || head.size > len ||
	    head.pattern_len > len - head.size ||
	    head.publisher_len > len - head.size - head.pattern_len)
		return -EBADMSG;
	event->retention = head.retention;
	event->patterns.bytes = (unsigned char *)(uintptr_t)(from + head.size);
	event->patterns.cap = head.pattern_len;
	event->patterns.len = head.pattern_len;
	event->patterns.count = head.pattern_count;
	event->data = from + head.size + head.pattern_len;
	event->data_len = len - head.size - head.pattern_len -
			  head.publisher_len;
	event->publisher = from + len - head.publisher_len;
	event->publisher_len = head.publisher_len;
	return 0;
}
