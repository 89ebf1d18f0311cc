// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet watch process, port, group, node: wait for an end, and say what happened.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "message.h"
#include "record.h"
#include "target.h"

/* Descendants at a time, unless --places says otherwise */
#define WATCH_PLACES	256

/* Added to the signal that ended a process, as shells do */
#define WATCH_SIGNALLED	128

/**
 * struct watch_args - what to watch
 * @json: print JSON
 * @start: as the kernel is to have it
 * @target: the port or group
 * @timeout_ms: how long to wait; -1 is for ever
 */
struct watch_args {
	bool json;
	struct motet_watch_start start;
	struct target target;
	long long timeout_ms;
};

enum watch_key {
	WATCH_DESCENDANTS = 'd',
	WATCH_EXEC = 'e',
	WATCH_PLACES_KEY = 'p',
	WATCH_TIMEOUT = 't',
};

static const struct argp_option watch_process_options[] = {
	{ "descendants", WATCH_DESCENDANTS, "DEPTH", 0,
	  "Also what it makes from now on: 1 is its children, \"all\" all", 0 },
	{ "exec", WATCH_EXEC, NULL, 0, "Show when it runs another program", 0 },
	{ "places", WATCH_PLACES_KEY, "N", 0,
	  "Follow at most N descendants at a time", 0 },
	{ "timeout", WATCH_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp_option watch_options[] = {
	{ "timeout", WATCH_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static unsigned int watch_number(const char *option, const char *arg,
				 unsigned int max, struct argp_state *state)
{
	unsigned long long number = 0;

	if (!text_to_number(arg, max, &number) || !number)
		command_bad_argument(state, option, arg, "a number from 1 on");
	return (unsigned int)number;
}

static void watch_parse_what(struct watch_args *args, char *arg,
			     struct argp_state *state)
{
	if (state->arg_num)
		argp_error(state, "one, please");
	switch (args->start.kind) {
	case MOTET_WATCH_PROCESS:
		args->start.pid = (int)watch_number("PID", arg, ~0U >> 1,
						    state);
		break;
	case MOTET_WATCH_NODE:
		args->start.node = watch_number("NODE", arg, ~0U, state);
		break;
	case MOTET_WATCH_PORT:
		if (!target_parse(&args->target, arg))
			command_bad_argument(state, "PORT", arg,
					     "a name or id:HEX");
		break;
	default:
		if (!target_parse_group(&args->target, arg))
			command_bad_argument(state, "GROUP", arg,
					     "a name or id:HEX");
	}
}

static void watch_parse_depth(struct watch_args *args, const char *arg,
			      struct argp_state *state)
{
	args->start.flags |= MOTET_WATCH_DESCENDANTS | MOTET_WATCH_FORK;
	args->start.depth = ~0U;
	if (strcmp(arg, "all"))
		args->start.depth = watch_number("--descendants", arg, ~0U,
						 state);
}

static error_t watch_parse(int key, char *arg, struct argp_state *state)
{
	struct watch_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case WATCH_DESCENDANTS:
		watch_parse_depth(args, arg, state);
		return 0;
	case WATCH_EXEC:
		args->start.flags |= MOTET_WATCH_EXEC;
		return 0;
	case WATCH_PLACES_KEY:
		args->start.places = watch_number("--places", arg, ~0U, state);
		return 0;
	case WATCH_TIMEOUT:
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg,
					     "a time such as 500ms or 10s");
		return 0;
	case ARGP_KEY_ARG:
		watch_parse_what(args, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "watch what?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child watch_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp watch_process_argp = {
	.options = watch_process_options,
	.parser = watch_parse,
	.children = watch_children,
	.args_doc = "PID",
	.doc = "Wait for the end of a process, and end like it.",
};

static const struct argp watch_port_argp = {
	.options = watch_options,
	.parser = watch_parse,
	.children = watch_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Wait until a port is dead.",
};

static const struct argp watch_group_argp = {
	.options = watch_options,
	.parser = watch_parse,
	.children = watch_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Wait until a group is deleted.",
};

static const struct argp watch_node_argp = {
	.options = watch_options,
	.parser = watch_parse,
	.children = watch_children,
	.args_doc = "NODE",
	.doc = "Wait until a node is no member of the cluster.",
};

/* --- what is told -------------------------------------------------------- */

static bool watch_is_end(const struct motet_watch_event *event)
{
	return event->event != MOTET_WATCHED_EXECED &&
	       event->event != MOTET_WATCHED_FORKED &&
	       event->event != MOTET_WATCHED_MISSED;
}

static void watch_print_process(const struct motet_watch_event *event,
				unsigned int count)
{
	if (event->event == MOTET_WATCHED_MISSED) {
		printf("  %u descendants", count);
		return;
	}
	printf("  pid %d", event->pid);
	if (event->depth)
		printf("  depth %u  parent %d", event->depth, event->parent);
	if (event->event == MOTET_WATCHED_EXITED)
		printf("  status %d", WEXITSTATUS(event->status));
	else if (event->event == MOTET_WATCHED_EXECED && count > 1)
		printf("  %u times", count);
	else if (WIFSIGNALED(event->status))
		printf("  signal %d (%s)", WTERMSIG(event->status),
		       strsignal(WTERMSIG(event->status)));
}

static void watch_print(const struct motet_watch_event *event,
			unsigned int count)
{
	char id[MOTET_ID_TEXT_SIZE];

	printf("%-7s", motet_watched_to_string(event->event));
	if (event->kind == MOTET_WATCH_PROCESS)
		watch_print_process(event, count);
	else if (event->kind == MOTET_WATCH_NODE)
		printf("  node %u", event->node);
	else
		printf("  %s id:%s", motet_watch_kind_to_string(event->kind),
		       motet_id_to_string(&event->id, id));
	putchar('\n');
}

static json_t *watch_json_process(const struct motet_watch_event *event)
{
	json_t *object = json_pack("{s:i s:i s:i}", "pid", event->pid,
				   "depth", (int)event->depth,
				   "parent", event->parent);

	if (event->event == MOTET_WATCHED_EXITED)
		json_object_set_new(object, "status",
				    json_integer(WEXITSTATUS(event->status)));
	else if (watch_is_end(event) && WIFSIGNALED(event->status))
		json_object_set_new(object, "signal",
				    json_integer(WTERMSIG(event->status)));
	return object;
}

static void watch_print_json(const struct motet_watch_event *event,
			     unsigned int count)
{
	json_t *object = event->kind == MOTET_WATCH_PROCESS ?
		watch_json_process(event) : json_object();
	char id[MOTET_ID_TEXT_SIZE];

	json_object_set_new(object, "event",
			    json_string(motet_watched_to_string(event->event)));
	json_object_set_new(object, "kind",
			    json_string(motet_watch_kind_to_string(event->kind)));
	json_object_set_new(object, "count", json_integer(count));
	json_object_set_new(object, "time", record_json_number(event->time));
	if (event->kind == MOTET_WATCH_NODE)
		json_object_set_new(object, "node", json_integer(event->node));
	else if (event->kind != MOTET_WATCH_PROCESS)
		json_object_set_new(object, "id",
				    json_string(motet_id_to_string(&event->id,
								   id)));
	command_print_json(object, true);
}

/* How the command ends when what it watches has ended so */
static int watch_exit(const struct motet_watch_event *event)
{
	if (event->kind != MOTET_WATCH_PROCESS)
		return COMMAND_OK;
	if (WIFSIGNALED(event->status))
		return WATCH_SIGNALLED + WTERMSIG(event->status);
	return WEXITSTATUS(event->status);
}

/**
 * struct watch_state - what is known of a process and its descendants
 * @living: how many live of those that are followed
 * @status: how the command is to end
 */
struct watch_state {
	unsigned long long living;
	int status;
};

static void watch_follow(struct watch_state *state,
			 const struct motet_watch_event *event)
{
	if (event->event == MOTET_WATCHED_FORKED) {
		state->living++;
	} else if (watch_is_end(event)) {
		state->living--;
		if (!event->depth)
			state->status = watch_exit(event);
	}
}

static int watch_fail(const struct watch_args *args, int error)
{
	if (args->target.text)
		return target_fail(&args->target, error);
	if (args->start.kind == MOTET_WATCH_NODE)
		return command_fail(error, "node %u: %s", args->start.node,
				    motet_strerror(error));
	if (error == -ESRCH)
		return command_fail(error, "process %d: there is none",
				    args->start.pid);
	return command_fail(error, "process %d: %s", args->start.pid,
			    motet_strerror(error));
}

static int watch_run(const struct watch_args *args, int actor)
{
	__cleanup(message) struct message message = { 0 };
	__u64 deadline = motet_deadline(args->timeout_ms);
	struct watch_state state = { .living = 1 };
	struct motet_watch_event event;
	int ret;

	while (state.living) {
		ret = message_recv(actor, &message, deadline);
		if (ret)
			return watch_fail(args, ret);
		if (message.msg.exception != MOTET_EXCEPTION_WATCH ||
		    message.msg.body_len < sizeof(event))
			continue;
		memcpy(&event, message.body, sizeof(event));
		if (args->json)
			watch_print_json(&event, message.msg.count);
		else
			watch_print(&event, message.msg.count);
		ret = command_flush();
		if (ret)
			return ret;
		watch_follow(&state, &event);
	}
	return state.status;
}

static int watch_main(int argc, char **argv, unsigned int kind,
		      const struct argp *argp)
{
	struct watch_args args = {
		.start.kind = kind,
		.timeout_ms = -1,
	};
	__cleanup(fd) int actor = -1;
	int ret = 0;

	argp_parse(argp, argc, argv, 0, NULL, &args);
	if ((args.start.flags & MOTET_WATCH_DESCENDANTS) && !args.start.places)
		args.start.places = WATCH_PLACES;
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	message_watch_signals();
	if (args.target.text)
		ret = target_id(actor, &args.target, &args.start.id);
	if (!ret)
		ret = motet_watch_start(actor, &args.start);
	return ret ? watch_fail(&args, ret) : watch_run(&args, actor);
}

int cmd_watch_process(int argc, char **argv)
{
	return watch_main(argc, argv, MOTET_WATCH_PROCESS, &watch_process_argp);
}

int cmd_watch_port(int argc, char **argv)
{
	return watch_main(argc, argv, MOTET_WATCH_PORT, &watch_port_argp);
}

int cmd_watch_group(int argc, char **argv)
{
	return watch_main(argc, argv, MOTET_WATCH_GROUP, &watch_group_argp);
}

int cmd_watch_node(int argc, char **argv)
{
	return watch_main(argc, argv, MOTET_WATCH_NODE, &watch_node_argp);
}
