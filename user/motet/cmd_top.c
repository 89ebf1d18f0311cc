// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet top: what all objects do, live.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "activity.h"
#include "command.h"
#include "table.h"
#include "top_screen.h"

struct top_args {
	bool json;
	bool batch;
	unsigned long long count;
	struct top_view view;
};

static const struct argp_option top_options[] = {
	{ "batch", 'b', NULL, 0, "Print tables, one after the other", 0 },
	{ "count", 'n', "N", 0, "End after N samples", 0 },
	{ "delay", 'd', "TIME", 0, "From one sample to the next (1s)", 0 },
	{ "sort", 's', "ORDER", 0,
	  "rate, queued, waiting, lost or name (rate)", 0 },
	{ 0 },
};

static bool top_parse_order(const char *arg, enum activity_order *order)
{
	size_t i;

	for (i = 0; i < ACTIVITY_ORDERS; i++) {
		if (strcmp(arg, activity_order_names[i]))
			continue;
		*order = i;
		return true;
	}
	return false;
}

static const char *top_find_class(const char *arg)
{
	const char *class;
	size_t i;

	for (i = 0; (class = activity_class(i)); i++)
		if (!strcmp(arg, class))
			break;
	return class;
}

static void top_parse_delay(struct argp_state *state, const char *arg,
			    struct top_view *view)
{
	long long ms;

	if (!text_to_timeout_ms(arg, &ms) || ms < 100 || ms > 86400000)
		command_bad_argument(state, "--delay", arg,
				     "a time from 100ms to 1d");
	view->delay_ms = (long)ms;
}

static error_t top_parse(int key, char *arg, struct argp_state *state)
{
	struct top_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'b':
		args->batch = true;
		return 0;
	case 'n':
		if (!text_to_number(arg, ~0ULL, &args->count) || !args->count)
			command_bad_argument(state, "--count", arg,
					     "a number from 1 on");
		return 0;
	case 'd':
		top_parse_delay(state, arg, &args->view);
		return 0;
	case 's':
		if (!top_parse_order(arg, &args->view.order))
			command_bad_argument(state, "--sort", arg,
					     "rate, queued, waiting, lost or name");
		return 0;
	case ARGP_KEY_ARG:
		if (args->view.class)
			argp_error(state, "one class, please");
		args->view.class = top_find_class(arg);
		if (!args->view.class)
			command_bad_argument(state, "CLASS", arg,
					     "port, group, channel, checkpoint or lock");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child top_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp top_argp = {
	.options = top_options,
	.parser = top_parse,
	.children = top_children,
	.args_doc = "[CLASS]",
	.doc = "Show live what all objects do, or those of one class.",
};

static int top_sample(struct client *client, const struct top_args *args,
		      struct activity *now, const struct activity *before)
{
	int ret = activity_sample(client, args->view.class, now);

	if (ret)
		return client_fail(client, ret, "can't list the objects");
	activity_compare(now, before);
	activity_sort(now, args->view.order);
	return COMMAND_OK;
}

/* --- tables -------------------------------------------------------------- */

static void top_print(const struct activity *now)
{
	static const struct table_column columns[] = {
		{ "CLASS", 0 }, { "UID", 1 }, { "PID", 1 }, { "STATE", 0 },
		{ "IN/S", 1 }, { "OUT/S", 1 }, { "QUEUED", 1 }, { "MAX", 1 },
		{ "WAITING", 1 }, { "LEASED", 1 }, { "LOST/S", 1 },
		{ "NAME", 0 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < now->n; i++) {
		const struct activity_row *row = &now->rows[i];

		table_put(&table, TABLE_PLAIN, "%s", row->class);
		table_put(&table, TABLE_PLAIN, "%u", row->uid);
		table_put(&table, TABLE_PLAIN, "%u", row->pid);
		table_put(&table, TABLE_PLAIN, "%s", row->state);
		table_put(&table, TABLE_PLAIN, "%.0f", row->in_rate);
		table_put(&table, TABLE_PLAIN, "%.0f", row->out_rate);
		table_put(&table, TABLE_PLAIN, "%u", row->depth);
		table_put(&table, TABLE_PLAIN, "%u", row->depth_max);
		table_put(&table, row->waiting ? TABLE_YELLOW : TABLE_PLAIN,
			  "%u", row->waiting);
		table_put(&table, TABLE_PLAIN, "%u", row->leased);
		table_put(&table, row->lost_rate > 0 ? TABLE_RED : TABLE_PLAIN,
			  "%.0f", row->lost_rate);
		table_put(&table, TABLE_PLAIN, "%s", row->title);
	}
	table_print(&table, stdout);
}

static void top_put(const struct top_args *args, const struct activity *now,
		    bool first)
{
	if (args->json) {
		command_print_json(activity_json(now), true);
		return;
	}
	if (!first)
		puts("");
	top_print(now);
}

/* Rates need two samples: the first is not printed. */
static int top_batch(struct client *client, struct top_args *args)
{
	__cleanup(activity) struct activity before = { 0 };
	unsigned long long n = 0;
	struct activity now;
	int ret = top_sample(client, args, &before, &before);

	while (!ret && (!args->count || n < args->count)) {
		poll(NULL, 0, (int)args->view.delay_ms);
		now = (struct activity){ 0 };
		ret = top_sample(client, args, &now, &before);
		if (!ret)
			top_put(args, &now, !n++);
		cleanup_activity(&before);
		before = now;
		ret = ret ? ret : command_flush();
	}
	return ret;
}

/* --- the screen ---------------------------------------------------------- */

static long top_left_ms(const struct activity *now, const struct top_view *view)
{
	struct timespec clock;
	long long past;

	clock_gettime(CLOCK_MONOTONIC, &clock);
	past = clock.tv_sec * 1000LL + clock.tv_nsec / 1000000 -
	       (long long)(now->time / 1000000);
	return past < view->delay_ms ? (long)(view->delay_ms - past) : 0;
}

/* Until it is time for the next sample; false at the end */
static bool top_wait(struct activity *now, struct top_view *view)
{
	for (;;) {
		long left = view->paused ? 1000 : top_left_ms(now, view);

		switch (top_screen_key(view, now, (int)left)) {
		case TOP_QUIT:
			return false;
		case TOP_SAMPLE:
			return true;
		case TOP_REDRAW:
			activity_sort(now, view->order);
			top_screen_draw(now, view);
			break;
		case TOP_NOTHING:
			if (!view->paused && !top_left_ms(now, view))
				return true;
			break;
		}
	}
}

static int top_live(struct client *client, struct top_args *args)
{
	__cleanup(activity) struct activity before = { 0 };
	unsigned long long n = 0;
	struct activity now;
	int ret = COMMAND_OK;

	do {
		now = (struct activity){ 0 };
		ret = activity_sample(client, args->view.class, &now);
		activity_compare(&now, &before);
		activity_sort(&now, args->view.order);
		cleanup_activity(&before);
		before = now;
		if (ret)
			break;
		top_screen_draw(&now, &args->view);
		n++;
	} while ((!args->count || n < args->count) &&
		 top_wait(&before, &args->view));
	top_screen_end();
	return ret ? client_fail(client, ret, "can't list the objects") :
	       COMMAND_OK;
}

int cmd_top(int argc, char **argv)
{
	__cleanup(client) struct client client = { 0 };
	struct top_args args = { .view.delay_ms = 1000 };
	int ret;

	argp_parse(&top_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	if (args.json || args.batch || !isatty(STDOUT_FILENO) ||
	    !isatty(STDIN_FILENO))
		return top_batch(&client, &args);
	if (!top_screen_begin())
		return command_fail(0, "this terminal can't be used; try --batch");
	return top_live(&client, &args);
}
