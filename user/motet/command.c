// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands: see command.h.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "command.h"

/* How the running command was called, for what it says. */
static const char *command_path = "motet";

static int command_exit_of(int error)
{
	switch (error) {
	case -EAGAIN:
	case -ETIMEDOUT:
		return COMMAND_TIMED_OUT;
	default:
		return COMMAND_FAILED;
	}
}

/* "motet port send" is said as "motet: port send", program first. */
static void command_say(const char *format, va_list args)
{
	const char *words = strchr(command_path, ' ');

	/* What is printed already comes first, also where both go to a file */
	fflush(stdout);
	fputs("motet: ", stderr);
	if (words)
		fprintf(stderr, "%s: ", words + 1);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int command_fail(int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	command_say(format, args);
	va_end(args);
	return command_exit_of(error);
}

void command_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	command_say(format, args);
	va_end(args);
}

static void command_print_group(const struct command *group, const char *path)
{
	const struct command *command;

	printf("Usage: %s COMMAND [OPTION...]\n%s\n\nCommands:\n", path,
	       group->summary);
	for (command = group->commands; command->name; command++)
		printf("  %-11s %s\n", command->name, command->summary);
	printf("\n\"%s COMMAND --help\" tells more; so does motet(1).\n", path);
}

static const struct command *command_find(const struct command *group,
					  const char *name)
{
	const struct command *command;

	for (command = group->commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

static int command_unknown(const char *path, const char *name)
{
	__cleanup(text) char *escaped = text_escape(name, strlen(name), false);

	fprintf(stderr, "motet: no command \"%s\"; see \"%s --help\"\n",
		escaped, path);
	return COMMAND_USAGE;
}

static int command_run_in(const struct command *group, const char *path,
			  int argc, char **argv);

/* help [COMMAND...] is the same as [COMMAND...] --help */
static int command_help(const struct command *group, const char *path, int argc,
			char **argv)
{
	char **turned = text_grow(NULL, (size_t)argc + 1, sizeof(*turned));
	int ret;

	memcpy(turned, argv + 1, (size_t)(argc - 1) * sizeof(*turned));
	turned[argc - 1] = (char *)"--help";
	turned[argc] = NULL;
	ret = command_run_in(group, path, argc, turned);
	free(turned);
	return ret;
}

/* argv[0] is the first word after path */
static int command_run_in(const struct command *group, const char *path,
			  int argc, char **argv)
{
	__cleanup(text) char *below = NULL;
	const struct command *command;

	if (!argc) {
		fprintf(stderr, "motet: what? see \"%s --help\"\n", path);
		return COMMAND_USAGE;
	}
	if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-?")) {
		command_print_group(group, path);
		return command_flush();
	}
	if (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-V")) {
		puts(argp_program_version);
		return command_flush();
	}
	if (!strcmp(argv[0], "help"))
		return command_help(group, path, argc, argv);

	command = command_find(group, argv[0]);
	if (!command)
		return command_unknown(path, argv[0]);

	below = text_format("%s %s", path, command->name);
	if (command->commands)
		return command_run_in(command, below, argc - 1, argv + 1);
	command_path = below;
	argv[0] = below;
	return command->run(argc, argv);
}

int command_run(const struct command *group, int argc, char **argv)
{
	argp_err_exit_status = COMMAND_USAGE;
	return command_run_in(group, group->name, argc - 1, argv + 1);
}

static error_t command_parse_output(int key, char *arg,
				    struct argp_state *state)
{
	bool *json = state->input;

	(void)arg;
	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	*json = true;
	return 0;
}

static const struct argp_option command_output_options[] = {
	{ "json", 'j', NULL, 0, "Print JSON", 1 },
	{ 0 },
};

const struct argp command_output_argp = {
	.options = command_output_options,
	.parser = command_parse_output,
};

void command_bad_argument(const struct argp_state *state, const char *option,
			  const char *arg, const char *want)
{
	__cleanup(text) char *escaped = text_escape(arg, strlen(arg), false);

	argp_error(state, "%s: \"%s\" is not %s", option, escaped, want);
}

void command_print_json(json_t *document, bool line)
{
	json_dumpf(document, stdout, line ? JSON_COMPACT : JSON_INDENT(2));
	putchar('\n');
	json_decref(document);
}

int command_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return COMMAND_OK;
	return command_fail(-errno, "can't write the output: %s",
			    strerror(errno));
}
