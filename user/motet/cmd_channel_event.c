// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet channel publish, subscribe: events.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "record.h"
#include "target.h"

/**
 * struct event_args - what to publish, or to subscribe to
 * @json: print JSON
 * @fresh: only what is published from now on
 * @channel: which channel
 * @open: how to open it
 * @event: the event; its patterns are filters of a subscription
 * @bytes: these
 * @priority: of the event
 * @body: its data, or NULL for the standard input
 * @count: end after so many events, 0 is never
 * @timeout_ms: wait at most so long in all; -1 is for ever
 */
struct event_args {
	bool json;
	bool fresh;
	struct target channel;
	struct motet_channel_open open;
	struct motet_event event;
	unsigned char bytes[MOTET_PATTERN_BYTES_MAX];
	unsigned int priority;
	const char *body;
	unsigned long long count;
	long long timeout_ms;
};

enum event_key {
	EVENT_BYTES = 'b',
	EVENT_COUNT = 'n',
	EVENT_CREATE = 'c',
	EVENT_FILTER = 'f',
	EVENT_MESSAGES = 'M',
	EVENT_NEW = 'N',
	EVENT_PATTERN = 'p',
	EVENT_PRIORITY = 'P',
	EVENT_PUBLISHER = 'w',
	EVENT_RETENTION = 'r',
	EVENT_TIMEOUT = 't',
};

static const struct argp_child event_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static unsigned long long event_parse_number(const char *option,
					     const char *arg,
					     unsigned long long max,
					     struct argp_state *state)
{
	unsigned long long number = 0;

	if (!text_to_number(arg, max, &number))
		command_bad_argument(state, option, arg, "a number in range");
	return number;
}

static void event_add(struct event_args *args, unsigned int type,
		      const char *text, struct argp_state *state)
{
	if (motet_patterns_add(&args->event.patterns, type, text,
			       strlen(text)))
		argp_error(state, "too much to look for");
}

/* KIND:TEXT, or pass-all */
static void event_parse_filter(struct event_args *args, const char *arg,
			       struct argp_state *state)
{
	__cleanup(text) char *kind = text_format("%s", arg);
	char *colon = strchr(kind, ':');
	bool bare;
	int type;

	if (colon)
		*colon++ = '\0';
	type = motet_filter_from_string(kind);
	bare = type == MOTET_FILTER_PASS_ALL;
	if (type <= MOTET_FILTER_NONE || bare == !!colon)
		command_bad_argument(state, "--filter", arg,
				     "prefix:TEXT, suffix:TEXT, exact:TEXT or pass-all");
	else
		event_add(args, (unsigned int)type, colon ? colon : "", state);
}

/* What both have */
static error_t event_parse(int key, char *arg, struct argp_state *state)
{
	struct event_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case EVENT_CREATE:
		args->open.flags |= MOTET_CHANNEL_CREATE;
		args->open.mode = 0700;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return ARGP_ERR_UNKNOWN;
		if (!target_parse_channel(&args->channel, arg))
			command_bad_argument(state, "CHANNEL", arg,
					     "a name or id:HEX");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which channel?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int event_open(struct event_args *args, int actor)
{
	args->open.size = sizeof(args->open);
	if (args->channel.name) {
		args->open.name = (uintptr_t)args->channel.name;
		args->open.name_len = (__u32)strlen(args->channel.name);
	} else {
		args->open.id = args->channel.id;
	}
	return motet_channel_open_full(actor, &args->open);
}

/* --- publish ------------------------------------------------------------- */

static const struct argp_option publish_options[] = {
	{ "create", EVENT_CREATE, NULL, 0, "Create the channel", 0 },
	{ "pattern", EVENT_PATTERN, "TEXT", 0,
	  "What it is about; may be given several times", 0 },
	{ "priority", EVENT_PRIORITY, "N", 0, "0 (first) to 3 (last) (0)", 0 },
	{ "publisher", EVENT_PUBLISHER, "NAME", 0, "Who publishes it", 0 },
	{ "retention", EVENT_RETENTION, "TIME", 0,
	  "Retain it for those who subscribe later", 0 },
	{ 0 },
};

static error_t publish_parse(int key, char *arg, struct argp_state *state)
{
	struct event_args *args = state->input;
	unsigned long long ns = 0;

	switch (key) {
	case EVENT_PATTERN:
		event_add(args, MOTET_FILTER_NONE, arg, state);
		return 0;
	case EVENT_PRIORITY:
		args->priority = (unsigned int)
			event_parse_number("--priority", arg,
					   MOTET_PRIORITIES - 1, state);
		return 0;
	case EVENT_PUBLISHER:
		args->event.publisher = arg;
		args->event.publisher_len = strlen(arg);
		return 0;
	case EVENT_RETENTION:
		if (!text_to_time_ns(arg, &ns))
			command_bad_argument(state, "--retention", arg,
					     "a time such as 10s or 2h");
		args->event.retention = ns;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "one event, please");
		if (state->arg_num == 1) {
			args->body = arg;
			return 0;
		}
		return event_parse(key, arg, state);
	default:
		return event_parse(key, arg, state);
	}
}

static const struct argp publish_argp = {
	.options = publish_options,
	.parser = publish_parse,
	.children = event_children,
	.args_doc = "NAME|id:HEX [TEXT]",
	.doc = "Publish TEXT, or the standard input, as an event, and print its identifier.",
};

static int publish_print(const struct event_args *args,
			 const struct motet_channel_publish *publish)
{
	json_t *object;

	if (!args->json) {
		printf("%llu\n", (unsigned long long)publish->id);
		return command_flush();
	}
	object = json_object();
	json_object_set_new(object, "id", record_json_number(publish->id));
	json_object_set_new(object, "delivered",
			    record_json_number(publish->delivered));
	json_object_set_new(object, "lost", record_json_number(publish->lost));
	command_print_json(object, true);
	return command_flush();
}

static int publish_event(struct event_args *args, int channel)
{
	size_t cap = MOTET_EVENT_HEAD_SIZE_VER0 + args->event.patterns.len +
		     args->event.data_len + args->event.publisher_len;
	__cleanup(text) char *body = text_grow(NULL, cap, 1);
	struct motet_channel_publish publish;
	long len = motet_event_pack(&args->event, body, cap);
	int ret = (int)len;

	if (len >= 0)
		ret = motet_channel_publish(channel, args->priority, body,
					    (size_t)len, &publish);
	return ret ? target_fail(&args->channel, ret) :
		     publish_print(args, &publish);
}

int cmd_channel_publish(int argc, char **argv)
{
	struct event_args args = { .open.flags = MOTET_CHANNEL_PUBLISHER };
	__cleanup(text) char *input = NULL;
	__cleanup(fd) int channel = -1;
	__cleanup(fd) int actor = -1;

	motet_patterns_init(&args.event.patterns, args.bytes,
			    sizeof(args.bytes));
	argp_parse(&publish_argp, argc, argv, 0, NULL, &args);
	args.event.data = args.body;
	args.event.data_len = args.body ? strlen(args.body) : 0;
	if (!args.body) {
		input = message_read_input(&args.event.data_len);
		if (!input)
			return COMMAND_FAILED;
		args.event.data = input;
	}
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	channel = event_open(&args, actor);
	return channel < 0 ? target_fail(&args.channel, channel) :
			     publish_event(&args, channel);
}

/* --- subscribe ----------------------------------------------------------- */

static const struct argp_option subscribe_options[] = {
	{ "bytes", EVENT_BYTES, "SIZE", 0,
	  "Bound of each priority of the queue", 0 },
	{ "count", EVENT_COUNT, "N", 0, "End after N events", 0 },
	{ "create", EVENT_CREATE, NULL, 0, "Create the channel", 0 },
	{ "filter", EVENT_FILTER, "KIND:TEXT", 0,
	  "What the next pattern must be: prefix, suffix, exact; or pass-all",
	  0 },
	{ "messages", EVENT_MESSAGES, "N", 0,
	  "Bound of each priority of the queue", 0 },
	{ "new", EVENT_NEW, NULL, 0, "Not what is retained", 0 },
	{ "timeout", EVENT_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static void subscribe_parse_bound(struct event_args *args, int key,
				  const char *arg, struct argp_state *state)
{
	unsigned long long number = 0;
	int i;

	if (key == EVENT_MESSAGES)
		number = event_parse_number("--messages", arg, ~0U, state);
	else if (!text_to_size(arg, &number))
		command_bad_argument(state, "--bytes", arg,
				     "a size such as 4096 or 64K");
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		if (key == EVENT_BYTES)
			args->open.limits[i].bytes = number;
		else
			args->open.limits[i].messages = (__u32)number;
	}
}

static error_t subscribe_parse(int key, char *arg, struct argp_state *state)
{
	struct event_args *args = state->input;

	switch (key) {
	case EVENT_BYTES:
	case EVENT_MESSAGES:
		subscribe_parse_bound(args, key, arg, state);
		return 0;
	case EVENT_COUNT:
		args->count = event_parse_number("--count", arg, ~0ULL, state);
		return 0;
	case EVENT_FILTER:
		event_parse_filter(args, arg, state);
		return 0;
	case EVENT_NEW:
		args->fresh = true;
		return 0;
	case EVENT_TIMEOUT:
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg,
					     "a time such as 10s");
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one channel, please");
		return event_parse(key, arg, state);
	default:
		return event_parse(key, arg, state);
	}
}

static const struct argp subscribe_argp = {
	.options = subscribe_options,
	.parser = subscribe_parse,
	.children = event_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Show the events that all filters match, as they are published.",
};

static json_t *subscribe_patterns_json(const struct motet_patterns *patterns)
{
	json_t *array = json_array(), *object;
	const void *bytes;
	size_t at = 0, len;

	while ((bytes = motet_patterns_next(patterns, &at, NULL, &len))) {
		object = json_object();
		record_json_bytes(object, "pattern", bytes, len);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *subscribe_json(const struct message *message,
			      const struct motet_event *event)
{
	json_t *object = json_object();

	json_object_set_new(object, "id",
			    record_json_number(message->msg.id));
	json_object_set_new(object, "priority",
			    record_json_number(message->msg.priority));
	json_object_set_new(object, "published",
			    record_json_number(message->stamp.realtime));
	json_object_set_new(object, "pid",
			    record_json_number(message->stamp.pid));
	json_object_set_new(object, "uid",
			    record_json_number(message->stamp.uid));
	json_object_set_new(object, "retention",
			    record_json_number(event->retention));
	json_object_set_new(object, "patterns",
			    subscribe_patterns_json(&event->patterns));
	record_json_bytes(object, "publisher", event->publisher,
			  event->publisher_len);
	record_json_bytes(object, "data", event->data, event->data_len);
	return object;
}

/* Events are counted, and so is nothing else */
static bool subscribe_print(const struct event_args *args,
			    const struct message *message)
{
	__cleanup(text) char *text = NULL;
	struct motet_event event;

	if (message->msg.exception) {
		if (args->json)
			command_print_json(json_pack("{s:I}", "lost",
						     (json_int_t)message->msg.count),
					   true);
		else
			command_warn("%u events were lost", message->msg.count);
		return false;
	}
	if (motet_event_parse(&event, message->body, message->msg.body_len))
		return false;
	if (args->json) {
		command_print_json(subscribe_json(message, &event), true);
		return true;
	}
	text = text_escape(event.data, event.data_len, true);
	puts(text);
	return true;
}

static int subscribe_follow(const struct event_args *args, int channel)
{
	__cleanup(message) struct message message = { 0 };
	__u64 deadline = motet_deadline(args->timeout_ms);
	unsigned long long seen = 0;
	int ret;

	while (!args->count || seen < args->count) {
		ret = message_recv(channel, &message, deadline);
		if (ret == -EINTR)
			break;
		if (ret)
			return target_fail(&args->channel, ret);
		seen += subscribe_print(args, &message);
		ret = command_flush();
		if (ret)
			return ret;
	}
	return COMMAND_OK;
}

int cmd_channel_subscribe(int argc, char **argv)
{
	struct event_args args = {
		.open.flags = MOTET_CHANNEL_SUBSCRIBER,
		.timeout_ms = -1,
	};
	__cleanup(fd) int channel = -1;
	__cleanup(fd) int actor = -1;
	int ret;

	motet_patterns_init(&args.event.patterns, args.bytes,
			    sizeof(args.bytes));
	argp_parse(&subscribe_argp, argc, argv, 0, NULL, &args);
	message_watch_signals();
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	channel = event_open(&args, actor);
	if (channel < 0)
		return target_fail(&args.channel, channel);
	ret = motet_channel_subscribe(channel, 0,
				      args.fresh ? MOTET_SUBSCRIBE_NEW : 0,
				      &args.event.patterns, NULL);
	return ret ? target_fail(&args.channel, ret) :
		     subscribe_follow(&args, channel);
}
