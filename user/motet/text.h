/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text: what people type, and what is safe to show them.
 */
#ifndef MOTET_TEXT_H
#define MOTET_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

#define __printf(which, first)	__attribute__((__format__(printf, which, first)))

/*
 * Names and bodies are bytes that anyone may have chosen. Control characters,
 * those that turn the direction of a line, and what isn't UTF-8 come out as
 * \xHH, and a backslash as two. With lines, line feed and tab are left alone.
 * The result is to be freed.
 */
char *text_escape(const void *bytes, size_t len, bool lines);

/* UTF-8 without a NUL: what JSON can have as a string */
bool text_is_utf8(const void *bytes, size_t len);

/* To be freed */
char *text_base64(const void *bytes, size_t len);

/*
 * Read what people type; false if it is something else or too large.
 *
 * A time is a number with ns, us, ms, s, m, h or d; without, seconds. Of a
 * timeout a part of a millisecond counts as one: a short time isn't none. A size
 * is a number with K, M or G (of 1024); without, bytes. A mode is octal.
 */
bool text_to_number(const char *text, unsigned long long max, unsigned long long *number);
bool text_to_time_ns(const char *text, unsigned long long *ns);
bool text_to_timeout_ms(const char *text, long long *ms);
bool text_to_size(const char *text, unsigned long long *size);
bool text_to_mode(const char *text, unsigned int *mode);

/* The other way, rounded to what tells enough. To be freed. */
char *text_from_time_ns(unsigned long long ns);
char *text_from_size(unsigned long long size);

/* printf(3) to memory, to be freed; ends the program if there is none */
char *text_format(const char *format, ...) __printf(1, 2);

/* realloc(3) for an array; ends the program if there is no memory */
void *text_grow(void *array, size_t n, size_t size);

#endif /* MOTET_TEXT_H */
