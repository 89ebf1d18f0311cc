// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet channel ls, status, create, clear, unlink: channels as they are.
 */
#include <errno.h>
#include <string.h>

#include "client.h"
#include "message.h"
#include "table.h"
#include "target.h"

/**
 * struct channel_args - which channel, and what of it
 * @json: print JSON
 * @names: names only
 * @channel: which
 * @event: identifier of an event
 * @open: how to create it
 */
struct channel_args {
	bool json;
	bool names;
	struct target channel;
	unsigned long long event;
	struct motet_channel_open open;
};

static const struct argp_child channel_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static void channel_parse_target(struct channel_args *args, const char *arg,
				 bool name, struct argp_state *state)
{
	if (!target_parse_channel(&args->channel, arg) ||
	    (name && !args->channel.name))
		command_bad_argument(state, "CHANNEL", arg, name ? "a name" :
				     "a name or id:HEX");
}

static error_t channel_parse(int key, char *arg, struct argp_state *state)
{
	struct channel_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'n':
		args->names = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* One channel, and nothing else */
static error_t channel_one_parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one channel, please");
		channel_parse_target(state->input, arg, false, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which channel?");
		return 0;
	default:
		return channel_parse(key, arg, state);
	}
}

/* --- ls ------------------------------------------------------------------ */

static const struct argp_option channel_ls_options[] = {
	{ "names", 'n', NULL, 0, "Names only, one on a line", 0 },
	{ 0 },
};

static const struct argp channel_ls_argp = {
	.options = channel_ls_options,
	.parser = channel_parse,
	.children = channel_children,
	.doc = "List channels. In names \\xHH is a byte that can't be shown.",
};

static void channel_ls_print(const struct records *channels)
{
	static const struct table_column columns[] = {
		{ "CHANNEL", 0 }, { "UID", 1 }, { "MODE", 0 },
		{ "OPENERS", 1 }, { "SUBSCRIPTIONS", 1 }, { "RETAINED", 1 },
		{ "PUBLISHED", 1 }, { "DELIVERED", 1 }, { "LOST", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < channels->n; i++) {
		const struct channel_record *channel = records_at(channels, i);

		table_put_owned(&table, TABLE_PLAIN,
				record_channel_title(channel));
		table_put(&table, TABLE_PLAIN, "%u", channel->uid);
		table_put(&table, TABLE_PLAIN, "%04o", channel->mode);
		table_put(&table, channel->openers ? TABLE_PLAIN : TABLE_YELLOW,
			  "%u", channel->openers);
		table_put(&table, TABLE_PLAIN, "%u", channel->subscriptions);
		table_put(&table, TABLE_PLAIN, "%u", channel->retained);
		table_put(&table, TABLE_PLAIN, "%llu", channel->published);
		table_put(&table, TABLE_PLAIN, "%llu", channel->delivered);
		table_put(&table, channel->lost ? TABLE_RED : TABLE_PLAIN,
			  "%llu", channel->lost);
	}
	table_print(&table, stdout);
}

/* For programs: only names that are on a line what they are */
static void channel_ls_print_names(const struct records *channels)
{
	size_t i;

	for (i = 0; i < channels->n; i++) {
		const struct channel_record *channel = records_at(channels, i);
		__cleanup(text) char *title = record_channel_title(channel);

		if (record_has(channel, MOTET_A_CHANNEL_NAME) &&
		    strlen(title) == channel->name.len)
			puts(title);
	}
}

int cmd_channel_ls(int argc, char **argv)
{
	__cleanup(records) struct records channels =
		records_new(&record_channel);
	__cleanup(client) struct client client = { 0 };
	struct channel_args args = { 0 };
	int ret;

	argp_parse(&channel_ls_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_CHANNEL_GET, NLM_F_DUMP, &channels);
	if (ret)
		return client_fail(&client, ret, "can't list the channels");
	if (args.names)
		channel_ls_print_names(&channels);
	else if (args.json)
		command_print_json(records_json(&channels), false);
	else
		channel_ls_print(&channels);
	return command_flush();
}

/* --- status -------------------------------------------------------------- */

static const struct argp channel_status_argp = {
	.parser = channel_one_parse,
	.children = channel_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Show how a channel does: who has it open, what it retains, what was lost.",
};

static void channel_status_row(struct table *table, const char *what,
			       char *value)
{
	table_put(table, TABLE_BOLD, "%s", what);
	table_put_owned(table, TABLE_PLAIN, value);
}

static void channel_status_events(struct table *table,
				  const struct channel_record *channel)
{
	__cleanup(text) char *bytes = text_from_size(channel->retained_bytes);
	__cleanup(text) char *max = text_from_size(channel->retained_bytes_max);

	channel_status_row(table, "retained",
			   text_format("%u of %u, %s of %s", channel->retained,
				       channel->retained_max, bytes, max));
	channel_status_row(table, "published",
			   text_format("%llu", channel->published));
	channel_status_row(table, "delivered",
			   text_format("%llu", channel->delivered));
	channel_status_row(table, "lost", text_format("%llu", channel->lost));
}

static void channel_status_print(const struct channel_record *channel)
{
	static const struct table_column columns[] = {
		{ NULL, 0 }, { NULL, 0 },
	};
	__cleanup(table) struct table t = table_new(columns,
						    ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];

	channel_status_row(&t, "identifier",
			   text_format("id:%s",
				       motet_id_to_string(&channel->id, id)));
	channel_status_row(&t, "owner", text_format("%u", channel->uid));
	channel_status_row(&t, "mode", text_format("%04o", channel->mode));
	channel_status_row(&t, "retention",
			   channel->retention == ~0ULL ?
			   text_format("forever") :
			   text_from_time_ns(channel->retention));
	channel_status_row(&t, "openers",
			   text_format("%u", channel->openers));
	channel_status_row(&t, "subscribers",
			   text_format("%u", channel->subscribers));
	channel_status_row(&t, "subscriptions",
			   text_format("%u", channel->subscriptions));
	channel_status_events(&t, channel);
	table_print(&t, stdout);
}

int cmd_channel_status(int argc, char **argv)
{
	__cleanup(records) struct records channels =
		records_new(&record_channel);
	__cleanup(client) struct client client = { 0 };
	struct channel_args args = { 0 };
	int ret;

	argp_parse(&channel_status_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get_one(&client, &args.channel, &channels);
	if (ret)
		return target_fail(&args.channel, ret);
	if (args.json)
		command_print_json(record_json(&record_channel,
					       records_at(&channels, 0)),
				   false);
	else
		channel_status_print(records_at(&channels, 0));
	return command_flush();
}

/* --- create -------------------------------------------------------------- */

enum channel_create_key {
	CHANNEL_BYTES = 'b',
	CHANNEL_EVENTS = 'M',
	CHANNEL_MODE = 'm',
	CHANNEL_RETENTION = 'r',
};

static const struct argp_option channel_create_options[] = {
	{ "bytes", CHANNEL_BYTES, "SIZE", 0,
	  "Bound of the events that it retains", 0 },
	{ "events", CHANNEL_EVENTS, "N", 0,
	  "Bound of the events that it retains", 0 },
	{ "mode", CHANNEL_MODE, "MODE", 0, "Mode, octal (0700)", 0 },
	{ "retention", CHANNEL_RETENTION, "TIME|forever", 0,
	  "End at once; it stays for so long when nobody has it open", 0 },
	{ 0 },
};

static void channel_create_parse_bound(struct motet_limits *limits, int key,
				       const char *arg,
				       struct argp_state *state)
{
	unsigned long long number = 0;

	if (key == CHANNEL_BYTES) {
		if (!text_to_size(arg, &number))
			command_bad_argument(state, "--bytes", arg,
					     "a size such as 4096 or 64K");
		limits->bytes = number;
	} else {
		if (!text_to_number(arg, ~0U, &number))
			command_bad_argument(state, "--events", arg,
					     "a number");
		limits->messages = (__u32)number;
	}
}

static error_t channel_create_parse(int key, char *arg,
				    struct argp_state *state)
{
	struct channel_args *args = state->input;
	unsigned long long ns = ~0ULL;

	switch (key) {
	case CHANNEL_BYTES:
	case CHANNEL_EVENTS:
		channel_create_parse_bound(&args->open.retained, key, arg,
					   state);
		return 0;
	case CHANNEL_MODE:
		if (!text_to_mode(arg, &args->open.mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0766");
		return 0;
	case CHANNEL_RETENTION:
		if (strcmp(arg, "forever") && !text_to_time_ns(arg, &ns))
			command_bad_argument(state, "--retention", arg,
					     "a time such as 10s or 2h, or forever");
		args->open.retention = ns;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one channel, please");
		channel_parse_target(args, arg, true, state);
		return 0;
	default:
		return channel_one_parse(key, arg, state);
	}
}

static const struct argp channel_create_argp = {
	.options = channel_create_options,
	.parser = channel_create_parse,
	.children = channel_children,
	.args_doc = "NAME",
	.doc = "Create a channel.",
};

/* Without a retention the channel lives for as long as this command does */
static int channel_hold(const struct channel_args *args)
{
	int ret = 0;

	if (args->open.retention)
		return COMMAND_OK;
	message_watch_signals();
	while (!ret)
		ret = message_wait(NULL, 0, 0);
	return COMMAND_OK;
}

int cmd_channel_create(int argc, char **argv)
{
	struct channel_args args = {
		.open.flags = MOTET_CHANNEL_CREATE,
		.open.mode = 0700,
	};
	char id[MOTET_ID_TEXT_SIZE];
	__cleanup(fd) int channel = -1;
	__cleanup(fd) int actor = -1;
	int ret;

	argp_parse(&channel_create_argp, argc, argv, 0, NULL, &args);
	args.open.size = sizeof(args.open);
	args.open.name = (uintptr_t)args.channel.name;
	args.open.name_len = (__u32)strlen(args.channel.name);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	channel = motet_channel_open_full(actor, &args.open);
	if (channel >= 0 && !args.open.created)
		return target_fail(&args.channel, -EEXIST);
	if (channel < 0)
		return target_fail(&args.channel, channel);
	motet_id_to_string(&args.open.id, id);
	if (args.json)
		command_print_json(json_pack("{s:s}", "id", id), false);
	else
		printf("id:%s\n", id);
	ret = command_flush();
	return ret ? ret : channel_hold(&args);
}

/* --- clear, unlink ------------------------------------------------------- */

static error_t channel_clear_parse(int key, char *arg, struct argp_state *state)
{
	struct channel_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!state->arg_num)
			channel_parse_target(args, arg, true, state);
		else if (state->arg_num > 1)
			argp_error(state, "one event, please");
		else if (!text_to_number(arg, ~0ULL, &args->event))
			command_bad_argument(state, "EVENT", arg, "a number");
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "which channel, and which event?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp channel_clear_argp = {
	.parser = channel_clear_parse,
	.args_doc = "NAME EVENT",
	.doc = "Retain an event no more: those who subscribe later don't get it.",
};

int cmd_channel_clear(int argc, char **argv)
{
	struct channel_args args = { 0 };
	__cleanup(fd) int channel = -1;
	__cleanup(fd) int actor = -1;
	int ret;

	argp_parse(&channel_clear_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	channel = motet_channel_open(actor, args.channel.name,
				     MOTET_CHANNEL_PUBLISHER, NULL);
	if (channel < 0)
		return target_fail(&args.channel, channel);
	ret = motet_channel_clear(channel, args.event);
	if (ret == -ESRCH)
		return command_fail(ret, "no event %llu is retained",
				    args.event);
	return ret ? target_fail(&args.channel, ret) : COMMAND_OK;
}

static error_t channel_unlink_parse(int key, char *arg,
				    struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one channel, please");
		channel_parse_target(state->input, arg, true, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which channel?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp channel_unlink_argp = {
	.parser = channel_unlink_parse,
	.args_doc = "NAME",
	.doc = "Take a channel's name away. Whoever has it open goes on with it.",
};

int cmd_channel_unlink(int argc, char **argv)
{
	struct channel_args args = { 0 };
	__cleanup(fd) int actor = -1;
	int ret;

	argp_parse(&channel_unlink_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	ret = motet_channel_unlink(actor, args.channel.name);
	return ret ? target_fail(&args.channel, ret) : COMMAND_OK;
}
