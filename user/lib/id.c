// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Identifiers as text.
 */
#include "internal.h"

char *motet_id_to_string(const struct motet_id *id,
			 char text[MOTET_ID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *out = text;
	size_t i;

	for (i = 0; i < sizeof(id->bytes); i++) {
		*out++ = digits[id->bytes[i] >> 4];
		*out++ = digits[id->bytes[i] & 15];
	}
	*out = '\0';
	return text;
}

/* Not isxdigit(3): the locale has no say in what an identifier is. */
static int motet__hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int motet_id_from_string(struct motet_id *id, const char *text)
{
	struct motet_id parsed;
	size_t i;

	for (i = 0; i < sizeof(parsed.bytes); i++) {
		int high = motet__hex_digit(*text);
		int low = high < 0 ? -1 : motet__hex_digit(text[1]);

		if (low < 0)
			return -EINVAL;
		parsed.bytes[i] = (__u8)(high << 4 | low);
		text += 2;
	}
	if (*text)
		return -EINVAL;

	*id = parsed;
	return 0;
}

int motet_id_is_zero(const struct motet_id *id)
{
	static const struct motet_id zero;

	return motet_id_equal(id, &zero);
}

int motet_id_equal(const struct motet_id *a, const struct motet_id *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
