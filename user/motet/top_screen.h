/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen of motet top.
 */
#ifndef MOTET_TOP_SCREEN_H
#define MOTET_TOP_SCREEN_H

#include "activity.h"

/**
 * struct top_view - what is shown, and how
 * @class: one class, or NULL for all
 * @order: what the rows are sorted by
 * @delay_ms: from one sample to the next
 * @first: the first row that is seen
 * @paused: nothing new is shown
 */
struct top_view {
	const char *class;
	enum activity_order order;
	long delay_ms;
	size_t first;
	bool paused;
};

/* What a key led to */
enum top_key {
	TOP_NOTHING,
	TOP_REDRAW,
	TOP_SAMPLE,
	TOP_QUIT,
};

/* Begin; false if the terminal can do too little. */
bool top_screen_begin(void);
void top_screen_end(void);

void top_screen_draw(const struct activity *now, struct top_view *view);

/* Wait for a key, at most so long, and change the view as it says. */
enum top_key top_screen_key(struct top_view *view, const struct activity *now,
			    int timeout_ms);

#endif /* MOTET_TOP_SCREEN_H */
