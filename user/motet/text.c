// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text: see text.h.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/motet.h>

#include "text.h"

static void text_no_memory(void)
{
	fputs("motet: no memory\n", stderr);
	exit(1);
}

char *text_format(const char *format, ...)
{
	va_list args;
	char *text;
	int ret;

	va_start(args, format);
	ret = vasprintf(&text, format, args);
	va_end(args);
	if (ret < 0)
		text_no_memory();
	return text;
}

void *text_grow(void *array, size_t n, size_t size)
{
	array = reallocarray(array, n ? n : 1, size);
	if (!array)
		text_no_memory();
	return array;
}

/*
 * The character at bytes and how long it is; 0 if it isn't UTF-8: cut off,
 * longer than it need be, a surrogate, or beyond Unicode.
 */
static size_t text_utf8_next(const unsigned char *bytes, size_t len,
			     unsigned int *character)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need, i;

	if (bytes[0] < 0x80) {
		*character = bytes[0];
		return 1;
	}
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;

	need = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (need > len)
		return 0;
	*character = bytes[0] & (0xffU >> (need + 1));
	for (i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3f);
	}
	if (*character < least[need] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return need;
}

bool text_is_utf8(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	unsigned int character;
	size_t step;

	while (len) {
		step = text_utf8_next(at, len, &character);
		if (!step || !character)
			return false;
		at += step;
		len -= step;
	}
	return true;
}

static bool text_is_shown(unsigned int c, bool lines)
{
	if (lines && (c == '\n' || c == '\t'))
		return true;
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	/* Line and paragraph ends, and what turns the direction of writing */
	if (c == 0x061c || (c >= 0x200e && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return false;
	return c != '\\';
}

char *text_escape(const void *bytes, size_t len, bool lines)
{
	char *text = text_grow(NULL, len + 1, 4);
	const unsigned char *at = bytes;
	char *out = text;
	unsigned int character;
	size_t step;

	while (len) {
		step = text_utf8_next(at, len, &character);
		if (step && text_is_shown(character, lines)) {
			memcpy(out, at, step);
			out += step;
		} else if (step && character == '\\') {
			memcpy(out, "\\\\", 2);
			out += 2;
		} else {
			/* Byte by byte: the next one is shown if it can be */
			step = 1;
			out += sprintf(out, "\\x%02x", *at);
		}
		at += step;
		len -= step;
	}
	*out = '\0';
	return text;
}

char *text_base64(const void *bytes, size_t len)
{
	static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = text_grow(NULL, len / 3 + 2, 4);
	const unsigned char *at = bytes;
	char *out = text;

	while (len) {
		size_t step = len < 3 ? len : 3;
		unsigned int bits = (unsigned int)at[0] << 16;

		if (step > 1)
			bits |= (unsigned int)at[1] << 8;
		if (step > 2)
			bits |= at[2];
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = step > 1 ? digits[bits >> 6 & 63] : '=';
		*out++ = step > 2 ? digits[bits & 63] : '=';
		at += step;
		len -= step;
	}
	*out = '\0';
	return text;
}

/* A decimal number, and where it ended. No sign, no space, no other base. */
static bool text_digits(const char *text, unsigned long long *number,
			const char **end)
{
	char *rest;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &rest, 10);
	*end = rest;
	return !errno;
}

bool text_to_number(const char *text, unsigned long long max,
		    unsigned long long *number)
{
	const char *end;

	return text_digits(text, number, &end) && !*end && *number <= max;
}

struct text_unit {
	const char *name;
	unsigned long long factor;
};

static const struct text_unit text_times[] = {
	{ "d", 86400000000000 },
	{ "h", 3600000000000 },
	{ "m", 60000000000 },
	{ "s", 1000000000 },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
	{ "", 1000000000 },
	{ NULL, 0 },
};

static const struct text_unit text_sizes[] = {
	{ "G", 1 << 30 },
	{ "M", 1 << 20 },
	{ "K", 1 << 10 },
	{ "", 1 },
	{ NULL, 0 },
};

static bool text_to_units(const char *text, const struct text_unit *unit,
			  unsigned long long *number)
{
	const char *end;

	if (!text_digits(text, number, &end))
		return false;
	for (; unit->name; unit++)
		if (!strcmp(unit->name, end))
			return !__builtin_mul_overflow(*number, unit->factor,
						       number);
	return false;
}

bool text_to_time_ns(const char *text, unsigned long long *ns)
{
	return text_to_units(text, text_times, ns);
}

#define NS_PER_MS	1000000ULL

bool text_to_timeout_ms(const char *text, long long *ms)
{
	unsigned long long ns;

	if (!text_to_time_ns(text, &ns))
		return false;
	*ms = (long long)(ns / NS_PER_MS + !!(ns % NS_PER_MS));
	return true;
}

bool text_to_size(const char *text, unsigned long long *size)
{
	return text_to_units(text, text_sizes, size);
}

bool text_to_mode(const char *text, unsigned int *mode)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '7')
		return false;
	value = strtoul(text, &end, 8);
	if (*end || value > MOTET_MODE_MASK)
		return false;
	*mode = (unsigned int)value;
	return true;
}

/* At most one decimal place, and none where it would be 0 */
static char *text_from_units(unsigned long long number,
			     const struct text_unit *unit)
{
	unsigned long long tenths;

	while (unit->factor > 1 && number < unit->factor)
		unit++;
	/* Round on what is left of the whole units: this can't overflow */
	tenths = (number % unit->factor * 10 + unit->factor / 2) / unit->factor;
	if (tenths == 10 || !tenths)
		return text_format("%llu%s", number / unit->factor +
				   tenths / 10, unit->name);
	return text_format("%llu.%llu%s", number / unit->factor, tenths,
			   unit->name);
}

char *text_from_time_ns(unsigned long long ns)
{
	return ns ? text_from_units(ns, text_times) : text_format("0");
}

char *text_from_size(unsigned long long size)
{
	return text_from_units(size, text_sizes);
}
