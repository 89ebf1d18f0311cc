// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables for people: see table.h.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "table.h"

static const char * const table_codes[] = {
	[TABLE_PLAIN] = "",
	[TABLE_BOLD] = "\033[1m",
	[TABLE_RED] = "\033[31m",
	[TABLE_GREEN] = "\033[32m",
	[TABLE_YELLOW] = "\033[33m",
};

static bool table_has_colours(FILE *out)
{
	const char *no = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (no && *no)
		return false;
	if (!terminal || !strcmp(terminal, "dumb"))
		return false;
	return isatty(fileno(out));
}

const char *table_colour_on(enum table_colour colour, FILE *out)
{
	return table_has_colours(out) ? table_codes[colour] : "";
}

const char *table_colour_off(enum table_colour colour, FILE *out)
{
	return colour != TABLE_PLAIN && table_has_colours(out) ? "\033[0m" : "";
}

struct table table_new(const struct table_column *columns, size_t n_columns)
{
	return (struct table){ .columns = columns, .n_columns = n_columns };
}

void table_put_owned(struct table *table, enum table_colour colour, char *text)
{
	table->cells = text_grow(table->cells, table->n_cells + 1,
				 sizeof(*table->cells));
	table->cells[table->n_cells++] = (struct table_cell){ text, colour };
}

void table_put(struct table *table, enum table_colour colour,
	       const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int ret;

	va_start(args, format);
	ret = vasprintf(&text, format, args);
	va_end(args);
	table_put_owned(table, colour, ret < 0 ? text_format("?") : text);
}

void cleanup_table(struct table *table)
{
	size_t i;

	for (i = 0; i < table->n_cells; i++)
		free(table->cells[i].text);
	free(table->cells);
}

/*
 * Columns of a terminal. In a locale that doesn't know the characters there is
 * no better guess than one column for each.
 */
static int table_width(const char *text)
{
	mbstate_t state = { 0 };
	int width = 0;

	while (*text) {
		wchar_t wide;
		size_t step = mbrtowc(&wide, text, strlen(text), &state);

		if (step == (size_t)-1 || step == (size_t)-2) {
			memset(&state, 0, sizeof(state));
			width += (*text & 0xc0) != 0x80;
			text++;
			continue;
		}
		width += wcwidth(wide) < 0 ? 1 : wcwidth(wide);
		text += step;
	}
	return width;
}

static void table_print_cell(const struct table *table, size_t column,
			     const char *text, enum table_colour colour,
			     int width, FILE *out)
{
	bool last = column + 1 == table->n_columns;
	int pad = width - table_width(text);

	if (table->columns[column].right)
		fprintf(out, "%*s", pad, "");
	fprintf(out, "%s%s%s", table_colour_on(colour, out), text,
		table_colour_off(colour, out));
	if (!table->columns[column].right && !last)
		fprintf(out, "%*s", pad, "");
	fputs(last ? "\n" : "  ", out);
}

static int table_column_width(const struct table *table, size_t column)
{
	const char *title = table->columns[column].title;
	int width = title ? table_width(title) : 0;
	size_t i;

	for (i = column; i < table->n_cells; i += table->n_columns) {
		int cell = table_width(table->cells[i].text);

		if (cell > width)
			width = cell;
	}
	return width;
}

void table_print(const struct table *table, FILE *out)
{
	int widths[table->n_columns];
	size_t i, column;

	for (i = 0; i < table->n_columns; i++)
		widths[i] = table_column_width(table, i);

	for (i = 0; table->columns[0].title && i < table->n_columns; i++)
		table_print_cell(table, i, table->columns[i].title, TABLE_BOLD,
				 widths[i], out);

	for (i = 0; i < table->n_cells; i++) {
		column = i % table->n_columns;
		table_print_cell(table, column, table->cells[i].text,
				 table->cells[i].colour, widths[column], out);
	}
}
