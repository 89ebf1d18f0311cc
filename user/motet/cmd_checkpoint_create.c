// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet checkpoint create, unlink: checkpoints come and go.
 */
#include <errno.h>
#include <string.h>

#include "checkpoint.h"
#include "command.h"
#include "message.h"
#include "record.h"
#include "target.h"

/**
 * struct checkpoint_create_args - what checkpoint to create
 * @json: print JSON
 * @name: its name
 * @bytes: its bound of bytes was given
 * @open: the checkpoint
 */
struct checkpoint_create_args {
	bool json;
	const char *name;
	bool bytes;
	struct motet_checkpoint_open open;
};

enum checkpoint_create_key {
	CHECKPOINT_BYTES = 'b',
	CHECKPOINT_ID_MAX = 'i',
	CHECKPOINT_KIND = 'k',
	CHECKPOINT_MODE = 'm',
	CHECKPOINT_RETENTION = 'r',
	CHECKPOINT_SECTION_BYTES = 'S',
	CHECKPOINT_SECTIONS = 's',
};

static const struct argp_option checkpoint_create_options[] = {
	{ "bytes", CHECKPOINT_BYTES, "SIZE", 0,
	  "Bytes of all sections (all full)", 0 },
	{ "id-max", CHECKPOINT_ID_MAX, "N", 0,
	  "Length of the ids of sections (128)", 0 },
	{ "kind", CHECKPOINT_KIND, "N", 0,
	  "What it is to its users (0)", 0 },
	{ "mode", CHECKPOINT_MODE, "MODE", 0, "Mode, octal (0600)", 0 },
	{ "retention", CHECKPOINT_RETENTION, "TIME|forever", 0,
	  "End at once; it stays for so long unopened", 0 },
	{ "section-bytes", CHECKPOINT_SECTION_BYTES, "SIZE", 0,
	  "Bytes of one section (4K)", 0 },
	{ "sections", CHECKPOINT_SECTIONS, "N", 0,
	  "Sections that it may have (1, the default section)", 0 },
	{ 0 },
};

static unsigned long long checkpoint_parse_size(const char *option,
						const char *arg,
						struct argp_state *state)
{
	unsigned long long size = 0;

	if (!text_to_size(arg, &size))
		command_bad_argument(state, option, arg,
				     "a size such as 4096 or 64K");
	return size;
}

static __u32 checkpoint_parse_number(const char *option, const char *arg,
				     struct argp_state *state)
{
	unsigned long long number = 0;

	if (!text_to_number(arg, ~0U, &number))
		command_bad_argument(state, option, arg, "a number");
	return (__u32)number;
}

static unsigned long long checkpoint_parse_retention(const char *arg,
						     struct argp_state *state)
{
	unsigned long long ns = ~0ULL;

	if (strcmp(arg, "forever") && !text_to_time_ns(arg, &ns))
		command_bad_argument(state, "--retention", arg,
				     "a time such as 10s or 2h, or forever");
	return ns;
}

static error_t checkpoint_parse_attribute(int key, char *arg,
					  struct argp_state *state)
{
	struct checkpoint_create_args *args = state->input;
	struct motet_checkpoint_attributes *to = &args->open.attributes;

	switch (key) {
	case CHECKPOINT_BYTES:
		to->bytes_max = checkpoint_parse_size("--bytes", arg, state);
		args->bytes = true;
		return 0;
	case CHECKPOINT_ID_MAX:
		to->section_id_max = checkpoint_parse_number("--id-max", arg,
							     state);
		return 0;
	case CHECKPOINT_KIND:
		to->kind = checkpoint_parse_number("--kind", arg, state);
		return 0;
	case CHECKPOINT_RETENTION:
		to->retention = checkpoint_parse_retention(arg, state);
		return 0;
	case CHECKPOINT_SECTION_BYTES:
		to->section_bytes_max =
			checkpoint_parse_size("--section-bytes", arg, state);
		return 0;
	case CHECKPOINT_SECTIONS:
		to->sections_max = checkpoint_parse_number("--sections", arg,
							   state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t checkpoint_create_parse(int key, char *arg,
				       struct argp_state *state)
{
	struct checkpoint_create_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case CHECKPOINT_MODE:
		if (!text_to_mode(arg, &args->open.mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0640");
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one checkpoint, please");
		args->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which name?");
		return 0;
	default:
		return checkpoint_parse_attribute(key, arg, state);
	}
}

static const struct argp_child checkpoint_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp checkpoint_create_argp = {
	.options = checkpoint_create_options,
	.parser = checkpoint_create_parse,
	.children = checkpoint_children,
	.args_doc = "NAME",
	.doc = "Create a checkpoint, or find it as it was created.",
};

static int checkpoint_create_print(const struct checkpoint_create_args *args)
{
	char id[MOTET_ID_TEXT_SIZE];

	motet_id_to_string(&args->open.id, id);
	if (args->json)
		command_print_json(json_pack("{s:s s:b}", "id", id, "created",
					     args->open.created), false);
	else
		printf("id:%s\n", id);
	return command_flush();
}

/* Without a retention it lives for as long as this command does */
static int checkpoint_hold(const struct checkpoint_create_args *args)
{
	int ret = 0;

	if (args->open.attributes.retention)
		return COMMAND_OK;
	message_watch_signals();
	while (!ret)
		ret = message_wait(NULL, 0, 0);
	return COMMAND_OK;
}

int cmd_checkpoint_create(int argc, char **argv)
{
	struct checkpoint_create_args args = {
		.open.size = sizeof(args.open),
		.open.flags = MOTET_CHECKPOINT_READ | MOTET_CHECKPOINT_WRITE |
			      MOTET_CHECKPOINT_CREATE,
		.open.mode = 0600,
	};
	struct motet_checkpoint_attributes *attributes = &args.open.attributes;
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int fd = -1;
	int ret;

	motet_checkpoint_attributes_init(attributes, 1, 4096);
	argp_parse(&checkpoint_create_argp, argc, argv, 0, NULL, &args);
	if (!args.bytes)
		attributes->bytes_max = attributes->sections_max *
					attributes->section_bytes_max;
	args.open.name = (uintptr_t)args.name;
	args.open.name_len = (__u32)strlen(args.name);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	fd = motet_checkpoint_open_full(actor, &args.open);
	if (fd < 0)
		return checkpoint_fail(args.name, NULL, fd);
	ret = checkpoint_create_print(&args);
	return ret ? ret : checkpoint_hold(&args);
}

/* --- unlink -------------------------------------------------------------- */

static error_t checkpoint_unlink_parse(int key, char *arg,
				       struct argp_state *state)
{
	const char **name = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one checkpoint, please");
		*name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which checkpoint?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp checkpoint_unlink_argp = {
	.parser = checkpoint_unlink_parse,
	.args_doc = "NAME",
	.doc = "Take a checkpoint's name away. It is gone when nobody has it open.",
};

int cmd_checkpoint_unlink(int argc, char **argv)
{
	__cleanup(fd) int actor = -1;
	const char *name = NULL;
	int ret;

	argp_parse(&checkpoint_unlink_argp, argc, argv, 0, NULL, &name);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	ret = motet_checkpoint_unlink(actor, name);
	return ret ? checkpoint_fail(name, NULL, ret) : COMMAND_OK;
}
