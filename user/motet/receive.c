// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Receiving: see receive.h.
 */
#include <errno.h>
#include <string.h>

#include "receive.h"

void receive_args_init(struct receive_args *args, unsigned long long count)
{
	*args = (struct receive_args){
		.count = count,
		.timeout_ms = -1,
		.lease_ms = -1,
	};
	motet_port_create_init(&args->options, NULL);
}

void cleanup_receive_args(struct receive_args *args)
{
	free(args->ports);
}

/* --- options ------------------------------------------------------------- */

static void receive_parse_limit(struct receive_args *args, int key,
				const char *arg, struct argp_state *state)
{
	unsigned long long number;
	int i;

	if (key == RECEIVE_MESSAGES && !text_to_number(arg, ~0U, &number))
		command_bad_argument(state, "--messages", arg, "a number");
	if (key == RECEIVE_BYTES && !text_to_size(arg, &number))
		command_bad_argument(state, "--bytes", arg,
				     "a size such as 4096 or 64K");
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		if (key == RECEIVE_MESSAGES)
			args->options.limits[i].messages = (__u32)number;
		else
			args->options.limits[i].bytes = number;
	}
}

static void receive_parse_time(struct receive_args *args, int key,
			       const char *arg, struct argp_state *state)
{
	static const char want[] = "a time such as 500ms or 10s";
	unsigned long long ns;

	switch (key) {
	case RECEIVE_RETENTION:
		if (!text_to_time_ns(arg, &ns))
			command_bad_argument(state, "--retention", arg, want);
		args->options.retention = ns;
		break;
	case RECEIVE_TIMEOUT:
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg, want);
		break;
	case RECEIVE_LEASE:
		args->lease = true;
		if (arg && !text_to_timeout_ms(arg, &args->lease_ms))
			command_bad_argument(state, "--lease", arg, want);
		break;
	}
}

static void receive_parse_target(struct receive_args *args, const char *arg,
				 struct argp_state *state)
{
	args->ports = text_grow(args->ports, args->n_ports + 1,
				sizeof(*args->ports));
	if (!target_parse(&args->ports[args->n_ports], arg))
		command_bad_argument(state, "PORT", arg, "a name or id:HEX");
	args->n_ports++;
}

static __u32 receive_parse_number(const char *option, const char *arg,
				  struct argp_state *state)
{
	unsigned long long number;

	if (!text_to_number(arg, ~0U, &number))
		command_bad_argument(state, option, arg, "a number");
	return (__u32)number;
}

/* The options that say what a new port is like */
static error_t receive_parse_port(int key, char *arg, struct argp_state *state)
{
	struct receive_args *args = state->input;
	unsigned int mode;

	switch (key) {
	case RECEIVE_MODE:
		if (!text_to_mode(arg, &mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0722");
		args->options.mode = mode;
		return 0;
	case RECEIVE_FIFO:
		args->options.flags |= MOTET_PORT_FIFO;
		return 0;
	case RECEIVE_MESSAGES:
	case RECEIVE_BYTES:
		receive_parse_limit(args, key, arg, state);
		return 0;
	case RECEIVE_DEAD_LETTER:
		args->dead_letter = arg;
		return 0;
	case RECEIVE_REDELIVERIES:
		args->options.redeliveries_max =
			receive_parse_number("--redeliveries", arg, state);
		return 0;
	case RECEIVE_NODE:
		args->options.node = receive_parse_number("--node", arg, state);
		return 0;
	case RECEIVE_NO_HOLD:
		args->no_hold = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void receive_check(const struct receive_args *args,
			  struct argp_state *state)
{
	if (args->n_ports > 1 && !args->any)
		argp_error(state, "one port, please; or several with --any");
	if (args->no_hold && !args->options.retention)
		argp_error(state, "--no-hold needs --retention: how long to keep the port");
	if (args->options.retention && (!args->n_ports || !args->ports->name))
		argp_error(state, "--retention needs a NAME");
	if (args->options.redeliveries_max && !args->dead_letter)
		argp_error(state, "--redeliveries needs --dead-letter: where messages go then");
	if (args->exec && (args->json || args->raw))
		argp_error(state, "either --exec or --json or --raw");
}

/* The options that say how to receive */
static error_t receive_parse_how(int key, char *arg, struct argp_state *state)
{
	struct receive_args *args = state->input;

	switch (key) {
	case RECEIVE_ANY:
		args->any = true;
		return 0;
	case RECEIVE_KEEP_GOING:
		args->keep_going = true;
		return 0;
	case RECEIVE_RETURN:
		args->return_queued = true;
		return 0;
	case RECEIVE_TIMEOUT:
	case RECEIVE_RETENTION:
	case RECEIVE_LEASE:
		receive_parse_time(args, key, arg, state);
		return 0;
	case RECEIVE_EXEC:
		args->exec = arg;
		return 0;
	case RECEIVE_RAW:
		args->raw = true;
		return 0;
	default:
		return receive_parse_port(key, arg, state);
	}
}

error_t receive_parse(int key, char *arg, struct argp_state *state)
{
	struct receive_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case RECEIVE_CREATE:
		args->create = true;
		return 0;
	case RECEIVE_COUNT:
		if (!text_to_number(arg, ~0ULL >> 1, &args->count) ||
		    !args->count)
			command_bad_argument(state, "--count", arg,
					     "a number from 1 on");
		return 0;
	case RECEIVE_ONCE:
		args->count = 1;
		return 0;
	case RECEIVE_FOLLOW:
		args->count = RECEIVE_FOREVER;
		return 0;
	case ARGP_KEY_ARG:
		receive_parse_target(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		receive_check(args, state);
		return 0;
	default:
		return receive_parse_how(key, arg, state);
	}
}

const struct argp_child receive_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

int receive_need_port(const struct receive_args *args, const char *command)
{
	if (args->n_ports)
		return 0;
	command_fail(0, "which port? see \"motet port %s --help\"", command);
	return COMMAND_USAGE;
}

enum message_form receive_form(const struct receive_args *args)
{
	if (args->json)
		return MESSAGE_JSON;
	return args->raw ? MESSAGE_RAW : MESSAGE_TEXT;
}

/* --- ports --------------------------------------------------------------- */

static int receive_find_dead_letter(struct receive_args *args, int actor)
{
	struct target target;

	if (!args->dead_letter)
		return 0;
	if (!target_parse(&target, args->dead_letter))
		return -EINVAL;
	return target_id(actor, &target, &args->options.dead_letter);
}

int receive_create(struct receive_args *args, int actor,
		   const struct target *port)
{
	const char *name = port->name;
	int ret;

	ret = receive_find_dead_letter(args, actor);
	if (ret) {
		command_warn("--dead-letter: %s; see \"motet port ls\"",
			     motet_strerror(ret));
		return ret;
	}
	args->options.name = (uintptr_t)name;
	args->options.name_len = name ? (__u32)strlen(name) : 0;
	return motet_port_create_full(actor, &args->options);
}

int receive_take(struct receive_args *args, int actor,
		 const struct target *port)
{
	int fd = target_take(actor, port, 0);

	if (fd == -ENOENT && args->create)
		fd = receive_create(args, actor, port);
	return fd;
}
