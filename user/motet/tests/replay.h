/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the command share: messages, and what was printed.
 */
#ifndef MOTET_TESTS_REPLAY_H
#define MOTET_TESTS_REPLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h needs those above */
#include <cmocka.h>

#include <linux/netlink.h>

/*
 * A file of recorded messages: one on a line, in hexadecimal digits; lines that
 * begin with # are comments. Return: the next message, to be freed; or NULL.
 */
static inline struct nlmsghdr *replay_next(FILE *file)
{
	size_t cap = 0, i;
	char *line = NULL;
	unsigned char *message;
	char digits[3] = "";
	ssize_t len;

	do {
		len = getline(&line, &cap, file);
	} while (len > 0 && *line == '#');
	if (len <= 0) {
		free(line);
		return NULL;
	}
	message = malloc((size_t)len / 2);
	assert_non_null(message);
	for (i = 0; i < (size_t)len / 2; i++) {
		digits[0] = line[2 * i];
		digits[1] = line[2 * i + 1];
		message[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	free(line);
	return (struct nlmsghdr *)message;
}

static inline FILE *replay_open(const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/user/motet/tests/recorded/%s",
		 getenv("TOP") ? getenv("TOP") : ".", name);
	file = fopen(path, "r");
	assert_non_null(file);
	return file;
}

#endif /* MOTET_TESTS_REPLAY_H */
