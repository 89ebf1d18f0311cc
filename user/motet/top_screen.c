// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screen of motet top: see top_screen.h.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "text.h"
#include "top_screen.h"

#define TOP_HEADER_LINES	3
#define TOP_FOOTER_LINES	1
#define TOP_BAR_CELLS		8
#define TOP_NAME_COLUMN		95

enum top_colour {
	TOP_RED = 1,
	TOP_YELLOW,
	TOP_GREEN,
};

bool top_screen_begin(void)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);

	if (!screen)
		return false;
	set_term(screen);
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(TOP_RED, COLOR_RED, -1);
		init_pair(TOP_YELLOW, COLOR_YELLOW, -1);
		init_pair(TOP_GREEN, COLOR_GREEN, -1);
	}
	return true;
}

void top_screen_end(void)
{
	endwin();
}

/* --- drawing ------------------------------------------------------------- */

static size_t top_page(void)
{
	int lines = LINES - TOP_HEADER_LINES - TOP_FOOTER_LINES;

	return lines > 0 ? (size_t)lines : 0;
}

/* Up to the end of the line; what doesn't fit isn't shown. */
static void top_put(const char *text)
{
	wchar_t wide[512];
	size_t n = mbstowcs(wide, text, ARRAY_SIZE(wide) - 1);
	int left = COLS - getcurx(stdscr);
	size_t i;

	if (n == (size_t)-1) {
		addnstr(text, left);
		return;
	}
	for (i = 0; i < n; i++) {
		left -= wcwidth(wide[i]) < 0 ? 1 : wcwidth(wide[i]);
		if (left < 0)
			break;
	}
	addnwstr(wide, (int)i);
}

/* What is used of what there is, in eighths of a cell where they can be shown */
static void top_bar(unsigned int used, unsigned int of)
{
	static const char *const eighths[] = {
		" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█",
	};
	unsigned long long parts = of ? used * 8ULL * TOP_BAR_CELLS / of : 0;
	unsigned int i, part;
	int colour = TOP_GREEN;

	if (parts > 8 * TOP_BAR_CELLS)
		parts = 8 * TOP_BAR_CELLS;
	if (parts >= 4 * TOP_BAR_CELLS)
		colour = TOP_YELLOW;
	if (parts >= 7 * TOP_BAR_CELLS)
		colour = TOP_RED;
	attron(COLOR_PAIR(colour));
	for (i = 0; i < TOP_BAR_CELLS; i++) {
		part = parts > 8 ? 8 : (unsigned int)parts;
		parts -= part;
		if (MB_CUR_MAX > 1)
			top_put(eighths[part]);
		else
			addch(part > 3 ? '#' : ' ');
	}
	attroff(COLOR_PAIR(colour));
}

static void top_draw_header(const struct activity *now,
			    const struct top_view *view)
{
	struct activity_row total = activity_total(now);
	int left = COLS - TOP_NAME_COLUMN;
	time_t clock = time(NULL);
	char when[16];

	strftime(when, sizeof(when), "%T", localtime(&clock));
	move(0, 0);
	attron(A_BOLD);
	printw("motet top");
	attroff(A_BOLD);
	printw("  %s  %zu objects%s%s, by %s, every %g s%s", when, now->n,
	       view->class ? ": " : "", view->class ? view->class : "",
	       activity_order_names[view->order], view->delay_ms / 1e3,
	       view->paused ? "  PAUSED" : "");
	clrtoeol();
	mvprintw(1, 0, "in %.0f/s  out %.0f/s  lost %.0f/s  queued %u  waiting %u  leased %u",
		 total.in_rate, total.out_rate, total.lost_rate, total.depth,
		 total.waiting, total.leased);
	clrtoeol();
	attron(A_REVERSE);
	mvprintw(2, 0, "%-10s %6s %7s %-13s %8s %8s %8s %-*s %4s %6s %6s %-*s",
		 "CLASS", "UID", "PID", "STATE", "IN/S", "OUT/S", "QUEUED",
		 TOP_BAR_CELLS, "FILL", "WAIT", "LEASED", "LOST/S",
		 left > 0 ? left : 0, "NAME");
	attroff(A_REVERSE);
}

static void top_draw_row(const struct activity_row *row)
{
	printw("%-10s %6u %7u %-13.13s %8.0f %8.0f ", row->class, row->uid,
	       row->pid, row->state, row->in_rate, row->out_rate);
	printw("%8u ", row->depth);
	top_bar(row->depth, row->depth_max);
	if (row->waiting)
		attron(COLOR_PAIR(TOP_YELLOW));
	printw(" %4u", row->waiting);
	attroff(COLOR_PAIR(TOP_YELLOW));
	printw(" %6u", row->leased);
	if (row->lost_rate > 0)
		attron(COLOR_PAIR(TOP_RED));
	printw(" %6.0f ", row->lost_rate);
	attroff(COLOR_PAIR(TOP_RED));
	top_put(row->title);
}

void top_screen_draw(const struct activity *now, struct top_view *view)
{
	size_t page = top_page(), i;

	if (view->first + page > now->n)
		view->first = now->n > page ? now->n - page : 0;
	top_draw_header(now, view);
	for (i = 0; i < page; i++) {
		move((int)i + TOP_HEADER_LINES, 0);
		if (view->first + i < now->n)
			top_draw_row(&now->rows[view->first + i]);
		clrtoeol();
	}
	mvaddnstr(LINES - 1, 0,
		  "q quit  s sort  c class  space pause  arrows scroll  + - faster, slower",
		  COLS - 1);
	clrtoeol();
	refresh();
}

/* --- keys ---------------------------------------------------------------- */

static const char *top_next_class(const char *class)
{
	size_t i = 0;

	if (!class)
		return activity_class(0);
	while (strcmp(class, activity_class(i)))
		i++;
	return activity_class(i + 1);
}

static void top_scroll(struct top_view *view, const struct activity *now,
		       long rows)
{
	if (rows < 0)
		view->first -= (size_t)-rows < view->first ?
			       (size_t)-rows : view->first;
	else if (view->first + (size_t)rows < now->n)
		view->first += (size_t)rows;
}

enum top_key top_screen_key(struct top_view *view, const struct activity *now,
			    int timeout_ms)
{
	timeout(timeout_ms);
	switch (getch()) {
	case ERR:
		return TOP_NOTHING;
	case 'q':
		return TOP_QUIT;
	case 's':
		view->order = (view->order + 1) % ACTIVITY_ORDERS;
		return TOP_REDRAW;
	case 'c':
		view->class = top_next_class(view->class);
		view->first = 0;
		return TOP_SAMPLE;
	case ' ':
		view->paused = !view->paused;
		return TOP_REDRAW;
	case '+':
		view->delay_ms = view->delay_ms > 200 ? view->delay_ms / 2 : 100;
		return TOP_REDRAW;
	case '-':
		view->delay_ms = view->delay_ms < 30000 ?
				 view->delay_ms * 2 : 60000;
		return TOP_REDRAW;
	case KEY_UP:
		top_scroll(view, now, -1);
		return TOP_REDRAW;
	case KEY_DOWN:
		top_scroll(view, now, 1);
		return TOP_REDRAW;
	case KEY_PPAGE:
		top_scroll(view, now, -(long)top_page());
		return TOP_REDRAW;
	case KEY_NPAGE:
		top_scroll(view, now, (long)top_page());
		return TOP_REDRAW;
	case KEY_HOME:
		view->first = 0;
		return TOP_REDRAW;
	default:
		return TOP_REDRAW;
	}
}
