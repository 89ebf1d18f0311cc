// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet checkpoint read, write, delete: what sections have.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "checkpoint.h"
#include "cleanup.h"
#include "command.h"
#include "target.h"

/**
 * struct checkpoint_data_args - which part of which section
 * @name: the checkpoint
 * @section: the section; the default one if none was given
 * @text: write: what, or "-" for the standard input
 * @offset: where it begins
 * @bytes: read: how much, or all
 * @create: write: create the section
 * @at: write: at the offset; else the section is to have just this
 * @expires: write: when it is to be deleted, nanoseconds from now, or 0
 */
struct checkpoint_data_args {
	const char *name;
	struct section_name section;
	const char *text;
	unsigned long long offset;
	unsigned long long bytes;
	bool create;
	bool at;
	unsigned long long expires;
};

static void checkpoint_parse_section(struct checkpoint_data_args *args,
				     const char *arg, struct argp_state *state)
{
	if (!section_name_parse(&args->section, arg))
		command_bad_argument(state, "SECTION", arg,
				     "the id of a section: a text or hex:HEX");
}

static error_t checkpoint_data_parse(int key, char *arg,
				     struct argp_state *state)
{
	struct checkpoint_data_args *args = state->input;

	switch (key) {
	case 'o':
		if (!text_to_size(arg, &args->offset))
			command_bad_argument(state, "--offset", arg,
					     "a number of bytes");
		args->at = true;
		return 0;
	case 'b':
		if (!text_to_size(arg, &args->bytes))
			command_bad_argument(state, "--bytes", arg,
					     "a number of bytes");
		return 0;
	case 's':
		checkpoint_parse_section(args, arg, state);
		return 0;
	case 'c':
		args->create = true;
		return 0;
	case 'e':
		if (!text_to_time_ns(arg, &args->expires) || !args->expires)
			command_bad_argument(state, "--expires", arg,
					     "a time such as 10s or 2h");
		return 0;
	case ARGP_KEY_ARG:
		if (!state->arg_num)
			args->name = arg;
		else
			return ARGP_ERR_UNKNOWN;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which checkpoint?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int checkpoint_data_open(struct checkpoint_data_args *args, int *actor,
				unsigned int flags)
{
	*actor = target_actor_open();
	return *actor < 0 ? *actor : checkpoint_open(*actor, args->name, flags);
}

/* --- read ---------------------------------------------------------------- */

#define CHECKPOINT_OPTION_OFFSET \
	{ "offset", 'o', "N", 0, "Where in the section (0)", 0 }
#define CHECKPOINT_OPTION_SECTION \
	{ "section", 's', "SECTION", 0, "Which section (the default section)", 0 }

static const struct argp_option checkpoint_read_options[] = {
	{ "bytes", 'b', "N", 0, "How much (all)", 0 },
	CHECKPOINT_OPTION_OFFSET,
	CHECKPOINT_OPTION_SECTION,
	{ 0 },
};

static const struct argp checkpoint_read_argp = {
	.options = checkpoint_read_options,
	.parser = checkpoint_data_parse,
	.args_doc = "NAME",
	.doc = "Print what a section has, as it is.",
};

/* There may be more when there is room for it: then again. */
static ssize_t checkpoint_read_all(int fd,
				   const struct checkpoint_data_args *args,
				   char **data)
{
	struct motet_checkpoint_element element;
	unsigned long long room = 0;
	int ret;

	for (;;) {
		*data = text_grow(*data, room + 1, 1);
		motet_checkpoint_element_init(&element, args->section.bytes,
					      args->section.len, args->offset,
					      *data, room);
		if (!args->section.len)
			element.section = 0;
		ret = motet_checkpoint_read(fd, &element, 1, NULL);
		if (ret)
			return ret;
		if (element.bytes - args->offset <= room ||
		    element.done == args->bytes)
			return (ssize_t)element.done;
		room = element.bytes - args->offset;
		if (room > args->bytes)
			room = args->bytes;
	}
}

int cmd_checkpoint_read(int argc, char **argv)
{
	struct checkpoint_data_args args = { .bytes = ~0ULL };
	__cleanup(text) char *data = NULL;
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int fd = -1;
	ssize_t len;

	argp_parse(&checkpoint_read_argp, argc, argv, 0, NULL, &args);
	fd = checkpoint_data_open(&args, &actor, MOTET_CHECKPOINT_READ);
	if (fd < 0)
		return -fd;
	len = checkpoint_read_all(fd, &args, &data);
	if (len < 0)
		return checkpoint_fail(args.name, &args.section, (int)len);
	fwrite(data, 1, (size_t)len, stdout);
	return command_flush();
}

/* --- write --------------------------------------------------------------- */

static const struct argp_option checkpoint_write_options[] = {
	{ "create", 'c', NULL, 0, "Create the section if there is none", 0 },
	{ "expires", 'e', "TIME", 0, "The section is deleted after that", 0 },
	{ "offset", 'o', "N", 0, "Write there, and leave the rest", 0 },
	CHECKPOINT_OPTION_SECTION,
	{ 0 },
};

static error_t checkpoint_write_parse(int key, char *arg,
				      struct argp_state *state)
{
	struct checkpoint_data_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "one text, please");
		if (state->arg_num == 1) {
			args->text = arg;
			return 0;
		}
		break;
	case ARGP_KEY_END:
		if (!args->text)
			argp_error(state, "write what? a TEXT, or - for the standard input");
		if (args->create && !args->section.len)
			argp_error(state, "--create needs a --section");
		return 0;
	}
	return checkpoint_data_parse(key, arg, state);
}

static const struct argp checkpoint_write_argp = {
	.options = checkpoint_write_options,
	.parser = checkpoint_write_parse,
	.args_doc = "NAME TEXT|-",
	.doc = "Let a section have this text and nothing else, or write it at an offset.",
};

static int checkpoint_read_input(char **data, size_t *len)
{
	size_t room = 0;

	*len = 0;
	do {
		if (*len == room) {
			room = room ? 2 * room : 65536;
			*data = text_grow(*data, room, 1);
		}
		*len += fread(*data + *len, 1, room - *len, stdin);
	} while (!feof(stdin) && !ferror(stdin));
	return ferror(stdin) ? -EIO : 0;
}

static __u64 checkpoint_after(unsigned long long ns)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + (__u64)now.tv_nsec + ns;
}

static int checkpoint_write_once(int fd,
				 const struct checkpoint_data_args *args,
				 const char *data, size_t len)
{
	const struct section_name *section = &args->section;
	const void *id = section->len ? section->bytes : NULL;

	if (args->at)
		return motet_section_write(fd, id, section->len, args->offset,
					   data, len);
	return motet_section_overwrite(fd, id, section->len, data, len);
}

/* Another may create or delete it at any time. */
static int checkpoint_write(int fd, const struct checkpoint_data_args *args,
			    const char *data, size_t len)
{
	const struct section_name *section = &args->section;
	int ret;

	for (;;) {
		ret = checkpoint_write_once(fd, args, data, len);
		if (ret != -ENOENT || !args->create)
			break;
		ret = motet_section_create(fd, section->bytes, section->len,
					   NULL, 0, 0);
		if (ret && ret != -EEXIST)
			return ret;
	}
	if (!ret && args->expires)
		ret = motet_section_expire(fd, section->bytes, section->len,
					   checkpoint_after(args->expires));
	return ret;
}

int cmd_checkpoint_write(int argc, char **argv)
{
	struct checkpoint_data_args args = { 0 };
	__cleanup(text) char *input = NULL;
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int fd = -1;
	const char *data;
	size_t len;
	int ret;

	argp_parse(&checkpoint_write_argp, argc, argv, 0, NULL, &args);
	fd = checkpoint_data_open(&args, &actor, MOTET_CHECKPOINT_WRITE);
	if (fd < 0)
		return -fd;
	data = args.text;
	len = strlen(args.text);
	if (!strcmp(args.text, "-")) {
		ret = checkpoint_read_input(&input, &len);
		if (ret)
			return command_fail(ret, "can't read the input");
		data = input;
	}
	ret = checkpoint_write(fd, &args, data, len);
	if (ret)
		return checkpoint_fail(args.name, &args.section, ret);
	return COMMAND_OK;
}

/* --- delete -------------------------------------------------------------- */

static error_t checkpoint_delete_parse(int key, char *arg,
				       struct argp_state *state)
{
	struct checkpoint_data_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "one section, please");
		if (state->arg_num == 1) {
			checkpoint_parse_section(args, arg, state);
			return 0;
		}
		break;
	case ARGP_KEY_END:
		if (!args->section.len)
			argp_error(state, "which section?");
		return 0;
	}
	return checkpoint_data_parse(key, arg, state);
}

static const struct argp checkpoint_delete_argp = {
	.parser = checkpoint_delete_parse,
	.args_doc = "NAME SECTION",
	.doc = "Delete a section.",
};

int cmd_checkpoint_delete(int argc, char **argv)
{
	struct checkpoint_data_args args = { 0 };
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int fd = -1;
	int ret;

	argp_parse(&checkpoint_delete_argp, argc, argv, 0, NULL, &args);
	fd = checkpoint_data_open(&args, &actor, MOTET_CHECKPOINT_WRITE);
	if (fd < 0)
		return -fd;
	ret = motet_section_delete(fd, args.section.bytes, args.section.len);
	if (ret)
		return checkpoint_fail(args.name, &args.section, ret);
	return COMMAND_OK;
}
