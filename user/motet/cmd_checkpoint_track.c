// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet checkpoint track: what changes in a checkpoint.
 */
#include <errno.h>
#include <string.h>

#include "checkpoint.h"
#include "message.h"
#include "record.h"
#include "target.h"

/**
 * struct checkpoint_track_args - what to track
 * @json: print JSON
 * @name: the checkpoint
 * @section: the section; all if none was given
 * @count: end after so many lines; 0 is never
 * @timeout_ms: how long to wait; -1 is for ever
 */
struct checkpoint_track_args {
	bool json;
	const char *name;
	struct section_name section;
	unsigned long long count;
	long long timeout_ms;
};

static const struct argp_option checkpoint_track_options[] = {
	{ "count", 'n', "N", 0, "End after N lines", 0 },
	{ "section", 's', "SECTION", 0, "Only this section", 0 },
	{ "timeout", 't', "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static error_t checkpoint_track_parse(int key, char *arg,
				      struct argp_state *state)
{
	struct checkpoint_track_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'n':
		if (!text_to_number(arg, ~0U, &args->count) || !args->count)
			command_bad_argument(state, "--count", arg,
					     "a number from 1 on");
		return 0;
	case 's':
		if (!section_name_parse(&args->section, arg))
			command_bad_argument(state, "SECTION", arg,
					     "the id of a section: a text or hex:HEX");
		return 0;
	case 't':
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg,
					     "a time such as 500ms or 10s");
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return ARGP_ERR_UNKNOWN;
		args->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which checkpoint?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child checkpoint_track_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp checkpoint_track_argp = {
	.options = checkpoint_track_options,
	.parser = checkpoint_track_parse,
	.children = checkpoint_track_children,
	.args_doc = "NAME",
	.doc = "Show each change of a checkpoint, until it is gone.",
};

/* --- what is told -------------------------------------------------------- */

static const struct {
	__u32 event;
	const char *name;
} checkpoint_events[] = {
	{ MOTET_CHECKPOINT_CREATED, "created" },
	{ MOTET_CHECKPOINT_WRITTEN, "written" },
	{ MOTET_CHECKPOINT_CHANGED, "changed" },
	{ MOTET_CHECKPOINT_DELETED, "deleted" },
	{ MOTET_CHECKPOINT_EXPIRED, "expired" },
	{ MOTET_CHECKPOINT_FULL, "full" },
	{ MOTET_CHECKPOINT_ROOM, "room" },
	{ MOTET_CHECKPOINT_GONE, "gone" },
};

static void checkpoint_track_print(const struct motet_checkpoint_event *event)
{
	__cleanup(text) char *section = NULL;
	const char *comma = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checkpoint_events); i++) {
		if (!(event->events & checkpoint_events[i].event))
			continue;
		printf("%s%s", comma, checkpoint_events[i].name);
		comma = ",";
	}
	if (event->scope == MOTET_SCOPE_SEVERAL) {
		printf("  several sections");
	} else if (event->scope != MOTET_SCOPE_NONE) {
		section = section_name_title(event->section,
					     event->section_len);
		printf("  %s", section);
	}
	if (event->scope == MOTET_SCOPE_RANGE)
		printf("  %llu bytes at %llu", event->len, event->offset);
	if (event->generation > event->since + 1)
		printf("  changes %llu to %llu", event->since + 1,
		       event->generation);
	else if (event->scope != MOTET_SCOPE_NONE)
		printf("  change %llu", event->generation);
	putchar('\n');
}

static json_t *checkpoint_events_json(__u32 events)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checkpoint_events); i++)
		if (events & checkpoint_events[i].event)
			json_array_append_new(array,
					      json_string(checkpoint_events[i].name));
	return array;
}

static void checkpoint_track_json(const struct motet_checkpoint_event *event,
				  unsigned int count)
{
	static const char *const scopes[] = {
		[MOTET_SCOPE_NONE] = "none",
		[MOTET_SCOPE_RANGE] = "range",
		[MOTET_SCOPE_SECTION] = "section",
		[MOTET_SCOPE_SEVERAL] = "several",
	};
	json_t *object = json_object();

	json_object_set_new(object, "events",
			    checkpoint_events_json(event->events));
	if (event->scope < ARRAY_SIZE(scopes))
		json_object_set_new(object, "scope",
				    json_string(scopes[event->scope]));
	if (event->scope == MOTET_SCOPE_RANGE ||
	    event->scope == MOTET_SCOPE_SECTION)
		record_json_bytes(object, "section", event->section,
				  event->section_len);
	if (event->scope == MOTET_SCOPE_RANGE) {
		json_object_set_new(object, "offset",
				    record_json_number(event->offset));
		json_object_set_new(object, "bytes",
				    record_json_number(event->len));
	}
	json_object_set_new(object, "since", record_json_number(event->since));
	json_object_set_new(object, "generation",
			    record_json_number(event->generation));
	json_object_set_new(object, "count", json_integer(count));
	command_print_json(object, true);
}

/* Is it one of a checkpoint? */
static bool checkpoint_track_event(const struct message *message,
				   struct motet_checkpoint_event *event)
{
	if (message->msg.exception != MOTET_EXCEPTION_CHECKPOINT ||
	    message->msg.body_len < sizeof(*event))
		return false;
	memcpy(event, message->body, sizeof(*event));
	return event->section_len <= sizeof(event->section);
}

static int checkpoint_track_follow(const struct checkpoint_track_args *args,
				   int actor)
{
	__cleanup(message) struct message message = { 0 };
	struct motet_checkpoint_event event = { 0 };
	__u64 deadline = motet_deadline(args->timeout_ms);
	unsigned long long n = 0;
	int ret;

	while (!args->count || n < args->count) {
		ret = message_recv(actor, &message, deadline);
		if (ret == -EINTR && !args->count)
			return COMMAND_OK;
		if (ret)
			return checkpoint_fail(args->name, NULL, ret);
		if (!checkpoint_track_event(&message, &event))
			continue;
		n++;
		if (args->json)
			checkpoint_track_json(&event, message.msg.count);
		else
			checkpoint_track_print(&event);
		ret = command_flush();
		if (ret)
			return ret;
		if (event.events & MOTET_CHECKPOINT_GONE)
			break;
	}
	return COMMAND_OK;
}

/* It is not held open: it may end while it is tracked. */
static int checkpoint_track_id(int actor, const char *name, struct motet_id *id)
{
	struct motet_checkpoint_status status = { .size = sizeof(status) };
	__cleanup(fd) int fd = checkpoint_open(actor, name,
					       MOTET_CHECKPOINT_READ);
	int ret;

	if (fd < 0)
		return -fd;
	ret = motet_checkpoint_status_get(fd, &status);
	if (ret)
		return checkpoint_fail(name, NULL, ret);
	*id = status.id;
	return COMMAND_OK;
}

int cmd_checkpoint_track(int argc, char **argv)
{
	struct checkpoint_track_args args = { .timeout_ms = -1 };
	__cleanup(fd) int actor = -1;
	struct motet_id id;
	const void *section;
	int ret;

	argp_parse(&checkpoint_track_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	message_watch_signals();
	ret = checkpoint_track_id(actor, args.name, &id);
	if (ret)
		return ret;
	section = args.section.len ? args.section.bytes : NULL;
	ret = motet_checkpoint_track(actor, &id, section, args.section.len);
	return ret ? checkpoint_fail(args.name, NULL, ret) :
		     checkpoint_track_follow(&args, actor);
}
