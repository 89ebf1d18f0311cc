// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet group create: a new group and its capability.
 */
#include <errno.h>
#include <string.h>

#include "capability.h"
#include "message.h"
#include "target.h"

/**
 * struct group_create_args - what group to create
 * @json: print JSON
 * @group: its name, if it has one
 * @output: file for the capability, or NULL
 * @dead_letter: port for dead letters, or NULL
 * @create: the group
 */
struct group_create_args {
	bool json;
	struct target group;
	const char *output;
	const char *dead_letter;
	struct motet_group_create create;
};

enum group_create_key {
	GROUP_ADDRESS = 'A',
	GROUP_BYTES = 'b',
	GROUP_CLASS = 'C',
	GROUP_DEAD_LETTER = 'd',
	GROUP_MESSAGES = 'M',
	GROUP_MODE = 'm',
	GROUP_OUTPUT = 'O',
	GROUP_REDELIVERIES = 'D',
	GROUP_RETENTION = 'r',
	GROUP_SESSIONS = 's',
};

static const struct argp_option group_create_options[] = {
	{ "address", GROUP_ADDRESS, "WAY", 0,
	  "To which member messages go (round-robin)", 0 },
	{ "bytes", GROUP_BYTES, "SIZE", 0,
	  "Work: bound of each priority of the backlog", 0 },
	{ "class", GROUP_CLASS, "N=MEMBERS", 0,
	  "Work: how many members may work at jobs of class N", 0 },
	{ "dead-letter", GROUP_DEAD_LETTER, "PORT", 0,
	  "Work: where jobs go that can't be done", 0 },
	{ "messages", GROUP_MESSAGES, "N", 0,
	  "Work: bound of each priority of the backlog", 0 },
	{ "mode", GROUP_MODE, "MODE", 0, "Mode, octal (0722)", 0 },
	{ "output", GROUP_OUTPUT, "FILE", 0,
	  "Write the capability there", 0 },
	{ "redeliveries", GROUP_REDELIVERIES, "N", 0,
	  "Work: how often a job may be given back", 0 },
	{ "retention", GROUP_RETENTION, "TIME|forever", 0,
	  "End at once; it stays for so long without members", 0 },
	{ "sessions", GROUP_SESSIONS, "N", 0,
	  "How many sessions a member may have", 0 },
	{ 0 },
};

static __u32 group_parse_number(const char *option, const char *arg,
				struct argp_state *state)
{
	unsigned long long number = 0;

	if (!text_to_number(arg, ~0U, &number))
		command_bad_argument(state, option, arg, "a number");
	return (__u32)number;
}

static void group_parse_limit(struct motet_group_create *create, int key,
			      const char *arg, struct argp_state *state)
{
	unsigned long long bytes = 0;
	int i;

	if (key == GROUP_BYTES && !text_to_size(arg, &bytes))
		command_bad_argument(state, "--bytes", arg,
				     "a size such as 4096 or 64K");
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		if (key == GROUP_BYTES)
			create->limits[i].bytes = bytes;
		else
			create->limits[i].messages =
				group_parse_number("--messages", arg, state);
	}
}

/* N=MEMBERS */
static void group_parse_class(struct motet_group_create *create,
			      const char *arg, struct argp_state *state)
{
	__cleanup(text) char *class = text_format("%s", arg);
	unsigned long long number, members;
	char *equals = strchr(class, '=');

	if (equals)
		*equals++ = '\0';
	if (!equals || !text_to_number(equals, ~0U, &members) ||
	    !text_to_number(class, MOTET_JOB_CLASSES - 1, &number))
		command_bad_argument(state, "--class", arg,
				     "a class and a number of members, as 3=1");
	else
		create->class_members[number] = (__u32)members;
}

static void group_parse_address(struct motet_group_create *create,
				const char *arg, struct argp_state *state)
{
	int address = motet_address_from_string(arg);

	if (address <= MOTET_ADDRESS_DEFAULT)
		command_bad_argument(state, "--address", arg,
				     "a way to address a group; see motet-group(1)");
	create->address = (__u32)address;
}

static void group_parse_retention(struct motet_group_create *create,
				  const char *arg, struct argp_state *state)
{
	unsigned long long ns = ~0ULL;

	if (strcmp(arg, "forever") && !text_to_time_ns(arg, &ns))
		command_bad_argument(state, "--retention", arg,
				     "a time such as 10s or 2h, or forever");
	create->retention = ns;
}

static void group_parse_name(struct group_create_args *args, char *arg,
			     struct argp_state *state)
{
	if (state->arg_num)
		argp_error(state, "one group, please");
	if (!target_parse_group(&args->group, arg) || !args->group.name)
		command_bad_argument(state, "NAME", arg, "a name");
	args->create.name = (uintptr_t)args->group.name;
	args->create.name_len = (__u32)strlen(args->group.name);
}

/* The options that are for work groups */
static error_t group_create_parse_work(int key, char *arg,
				       struct argp_state *state)
{
	struct group_create_args *args = state->input;

	switch (key) {
	case GROUP_BYTES:
	case GROUP_MESSAGES:
		group_parse_limit(&args->create, key, arg, state);
		return 0;
	case GROUP_CLASS:
		group_parse_class(&args->create, arg, state);
		return 0;
	case GROUP_DEAD_LETTER:
		args->dead_letter = arg;
		return 0;
	case GROUP_REDELIVERIES:
		args->create.redeliveries_max =
			group_parse_number("--redeliveries", arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t group_create_parse(int key, char *arg, struct argp_state *state)
{
	struct group_create_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case GROUP_ADDRESS:
		group_parse_address(&args->create, arg, state);
		return 0;
	case GROUP_MODE:
		if (!text_to_mode(arg, &args->create.mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0722");
		return 0;
	case GROUP_OUTPUT:
		args->output = arg;
		return 0;
	case GROUP_RETENTION:
		group_parse_retention(&args->create, arg, state);
		return 0;
	case GROUP_SESSIONS:
		args->create.sessions_max =
			group_parse_number("--sessions", arg, state);
		return 0;
	case ARGP_KEY_ARG:
		group_parse_name(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (args->create.retention && !args->group.name)
			argp_error(state, "--retention needs a NAME");
		return 0;
	default:
		return group_create_parse_work(key, arg, state);
	}
}

static const struct argp_child group_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp group_create_argp = {
	.options = group_create_options,
	.parser = group_create_parse,
	.children = group_children,
	.args_doc = "[NAME]",
	.doc = "Create an empty group, and print the secret by which it can be changed.",
};

static int group_find_dead_letter(struct group_create_args *args, int actor)
{
	struct target port;
	int ret;

	if (!args->dead_letter)
		return 0;
	if (!target_parse(&port, args->dead_letter)) {
		command_fail(0, "--dead-letter: no port is named so");
		return COMMAND_USAGE;
	}
	ret = target_id(actor, &port, &args->create.dead_letter);
	return ret ? target_fail(&port, ret) : 0;
}

/* Without a retention the group lives for as long as this command does */
static int group_hold(const struct group_create_args *args)
{
	int ret = 0;

	if (args->create.retention)
		return COMMAND_OK;
	message_watch_signals();
	while (!ret)
		ret = message_wait(NULL, 0, 0);
	return COMMAND_OK;
}

int cmd_group_create(int argc, char **argv)
{
	__cleanup(capability_file) struct capability_file file = { .fd = -1 };
	struct group_create_args args = { .group.text = "" };
	__cleanup(fd) int group = -1;
	__cleanup(fd) int actor = -1;
	int ret;

	motet_group_create_init(&args.create, NULL, MOTET_ADDRESS_ROUND_ROBIN);
	argp_parse(&group_create_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	ret = group_find_dead_letter(&args, actor);
	if (!ret)
		ret = capability_prepare(&file, args.output);
	if (ret)
		return ret;
	args.group.group = true;
	group = motet_group_create_full(actor, &args.create);
	if (group < 0)
		return target_fail(&args.group, group);
	ret = capability_write(&file, &args.create.cap, args.json);
	return ret ? ret : group_hold(&args);
}
