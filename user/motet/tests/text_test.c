// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of what is read from people and shown to them.
 */
#include "replay.h"
#include "table.h"
#include "text.h"

static void check_escape(const char *bytes, size_t len, bool lines,
			 const char *want)
{
	char *text = text_escape(bytes, len, lines);

	assert_string_equal(text, want);
	free(text);
}

static void escape_shows_what_can_be_shown(void **state)
{
	(void)state;
	check_escape("plain name", 10, false, "plain name");
	check_escape("", 0, false, "");
	check_escape("\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xb5", 9, false,
		     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xb5");
	check_escape("a\nb\tc", 5, true, "a\nb\tc");
}

static void escape_hides_what_harms(void **state)
{
	(void)state;
	check_escape("a\nb", 3, false, "a\\x0ab");
	check_escape("\033[2J", 4, true, "\\x1b[2J");
	check_escape("a\0b", 3, false, "a\\x00b");
	check_escape("back\\slash", 10, false, "back\\\\slash");
	check_escape("\x7f", 1, false, "\\x7f");
	/* A C1 control character, and one that turns the line round */
	check_escape("\xc2\x9b", 2, false, "\\xc2\\x9b");
	check_escape("\xe2\x80\xae", 3, false, "\\xe2\\x80\\xae");
}

static void escape_knows_bad_utf8(void **state)
{
	(void)state;
	check_escape("\xffz", 2, false, "\\xffz");
	check_escape("\xc3", 1, false, "\\xc3");
	check_escape("\xc0\xaf", 2, false, "\\xc0\\xaf");
	check_escape("\xe0\x80\xaf", 3, false, "\\xe0\\x80\\xaf");
	check_escape("\xed\xa0\x80", 3, false, "\\xed\\xa0\\x80");
	check_escape("\xf4\x90\x80\x80", 4, false, "\\xf4\\x90\\x80\\x80");
	check_escape("\xe2\x82z", 3, false, "\\xe2\\x82z");
}

static void utf8_is_what_json_takes(void **state)
{
	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("\xc3\xa9", 2));
	assert_false(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xff", 1));
}

static void base64_pads(void **state)
{
	static const char * const want[] = {
		"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
	};
	size_t len;
	char *text;

	(void)state;
	for (len = 0; len < ARRAY_SIZE(want); len++) {
		text = text_base64("foobar", len);
		assert_string_equal(text, want[len]);
		free(text);
	}
}

static void times_have_units(void **state)
{
	unsigned long long ns;

	(void)state;
	assert_true(text_to_time_ns("10", &ns));
	assert_int_equal(ns, 10000000000);
	assert_true(text_to_time_ns("500ms", &ns));
	assert_int_equal(ns, 500000000);
	assert_true(text_to_time_ns("2m", &ns));
	assert_int_equal(ns, 120000000000);
	assert_true(text_to_time_ns("7ns", &ns));
	assert_int_equal(ns, 7);
	assert_false(text_to_time_ns("", &ns));
	assert_false(text_to_time_ns("-1s", &ns));
	assert_false(text_to_time_ns("1 s", &ns));
	assert_false(text_to_time_ns("1x", &ns));
	assert_false(text_to_time_ns("1.5s", &ns));
	assert_false(text_to_time_ns("999999999999d", &ns));
	assert_false(text_to_time_ns("99999999999999999999", &ns));
}

static void sizes_have_units(void **state)
{
	unsigned long long size;

	(void)state;
	assert_true(text_to_size("64K", &size));
	assert_int_equal(size, 65536);
	assert_true(text_to_size("0", &size));
	assert_int_equal(size, 0);
	assert_false(text_to_size("64k", &size));
	assert_false(text_to_size("0x10", &size));
}

static void modes_are_octal(void **state)
{
	unsigned int mode;

	(void)state;
	assert_true(text_to_mode("0722", &mode));
	assert_int_equal(mode, 0722);
	assert_true(text_to_mode("0", &mode));
	assert_false(text_to_mode("8", &mode));
	assert_false(text_to_mode("1777", &mode));
	assert_false(text_to_mode("+7", &mode));
	assert_false(text_to_mode("", &mode));
}

static void check_owned(char *text, const char *want)
{
	assert_string_equal(text, want);
	free(text);
}

static void numbers_are_shown_short(void **state)
{
	(void)state;
	check_owned(text_from_size(0), "0");
	check_owned(text_from_size(1023), "1023");
	check_owned(text_from_size(1024), "1K");
	check_owned(text_from_size(1536), "1.5K");
	check_owned(text_from_size(2047), "2K");
	check_owned(text_from_size(~0ULL), "17179869184G");
	check_owned(text_from_time_ns(0), "0");
	check_owned(text_from_time_ns(10000000000), "10s");
	check_owned(text_from_time_ns(1500000), "1.5ms");
	check_owned(text_from_time_ns(86400000000000), "1d");
}

static void tables_are_aligned(void **state)
{
	static const struct table_column columns[] = {
		{ "NAME", 0 }, { "N", 1 }, { "REST", 0 },
	};
	struct table table = table_new(columns, ARRAY_SIZE(columns));
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	(void)state;
	table_put(&table, TABLE_PLAIN, "a");
	table_put(&table, TABLE_RED, "%d", 1000);
	table_put(&table, TABLE_PLAIN, "x");
	table_put(&table, TABLE_PLAIN, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
	table_put(&table, TABLE_PLAIN, "1");
	table_put(&table, TABLE_PLAIN, "y");
	table_print(&table, out);
	fclose(out);
	assert_string_equal(printed,
			    "NAME      N  REST\n"
			    "a      1000  x\n"
			    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9     1  y\n");
	free(printed);
	cleanup_table(&table);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_shows_what_can_be_shown),
		cmocka_unit_test(escape_hides_what_harms),
		cmocka_unit_test(escape_knows_bad_utf8),
		cmocka_unit_test(utf8_is_what_json_takes),
		cmocka_unit_test(base64_pads),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(modes_are_octal),
		cmocka_unit_test(numbers_are_shown_short),
		cmocka_unit_test(tables_are_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
