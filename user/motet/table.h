/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for people: aligned columns with a header.
 */
#ifndef MOTET_TABLE_H
#define MOTET_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "cleanup.h"
#include "text.h"

enum table_colour {
	TABLE_PLAIN,
	TABLE_BOLD,
	TABLE_RED,
	TABLE_GREEN,
	TABLE_YELLOW,
};

/**
 * struct table_column - a column
 * @title: what stands above it; NULL in all columns for no header
 * @right: numbers are aligned at their last digit
 */
struct table_column {
	const char *title;
	int right;
};

struct table_cell {
	char *text;
	enum table_colour colour;
};

/**
 * struct table - a table while it is filled
 * @columns: its columns
 * @n_columns: how many
 * @cells: what was added, row by row
 * @n_cells: how many
 */
struct table {
	const struct table_column *columns;
	size_t n_columns;
	struct table_cell *cells;
	size_t n_cells;
};

/* An empty table */
struct table table_new(const struct table_column *columns, size_t n_columns);

/* Put the next cell of a row; after the last of a row comes the next row. */
void table_put(struct table *table, enum table_colour colour,
	       const char *format, ...) __printf(3, 4);

/* The same, and text is freed with the table. */
void table_put_owned(struct table *table, enum table_colour colour, char *text);

void table_print(const struct table *table, FILE *out);

/* Gives back what a table that is a variable has: __cleanup(table) */
void cleanup_table(struct table *table);

/* What starts and ends a colour on out; "" where there are none */
const char *table_colour_on(enum table_colour colour, FILE *out);
const char *table_colour_off(enum table_colour colour, FILE *out);

#endif /* MOTET_TABLE_H */
