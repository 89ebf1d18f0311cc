// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Identifiers and capabilities as text.
 */
#include "internal.h"

/* Writes two digits for each byte; returns where they end. */
static char *motet__hex_write(char *out, const __u8 *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	while (len--) {
		*out++ = digits[*bytes >> 4];
		*out++ = digits[*bytes++ & 15];
	}
	*out = '\0';
	return out;
}

char *motet_id_to_string(const struct motet_id *id,
			 char text[MOTET_ID_TEXT_SIZE])
{
	motet__hex_write(text, id->bytes, sizeof(id->bytes));
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

/* Reads two digits for each byte; returns where they end, or NULL. */
static const char *motet__hex_read(const char *text, __u8 *bytes, size_t len)
{
	while (len--) {
		int high = motet__hex_digit(*text);
		int low = high < 0 ? -1 : motet__hex_digit(text[1]);

		if (low < 0)
			return NULL;
		*bytes++ = (__u8)(high << 4 | low);
		text += 2;
	}
	return text;
}

int motet_id_from_string(struct motet_id *id, const char *text)
{
	struct motet_id parsed;
	const char *end;

	end = motet__hex_read(text, parsed.bytes, sizeof(parsed.bytes));
	if (!end || *end)
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

char *motet_cap_to_string(const struct motet_cap *cap,
			  char text[MOTET_CAP_TEXT_SIZE])
{
	char *out = motet__hex_write(text, cap->id.bytes, sizeof(cap->id.bytes));

	motet__hex_write(out, cap->key, sizeof(cap->key));
	return text;
}

int motet_cap_from_string(struct motet_cap *cap, const char *text)
{
	struct motet_cap parsed;
	const char *end;

	end = motet__hex_read(text, parsed.id.bytes, sizeof(parsed.id.bytes));
	if (end)
		end = motet__hex_read(end, parsed.key, sizeof(parsed.key));
	if (!end || *end)
		return -EINVAL;
	*cap = parsed;
	return 0;
}
