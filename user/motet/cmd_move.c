// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet port accept, offer, standby, change: who holds a port, and who owns it.
 */
#include <errno.h>
#include <string.h>

#include "serve.h"

/* How long to wait for the holder to offer the port, if nothing else is said */
#define MOVE_TIMEOUT_MS	30000

/* --- accept -------------------------------------------------------------- */

static const struct argp_option accept_options[] = {
	RECEIVE_OPTION_COUNT,
	RECEIVE_OPTION_EXEC,
	RECEIVE_OPTION_KEEP_GOING,
	RECEIVE_OPTION_LEASE,
	RECEIVE_OPTION_RAW,
	RECEIVE_OPTION_RETURN,
	RECEIVE_OPTION_TIMEOUT,
	{ 0 },
};

static const struct argp accept_argp = {
	.options = accept_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Take a port from the motet command that holds it, and go on in its place.",
};

/* Ask the holder to offer the port to this command, and take it */
static int accept_port(struct serve *serve)
{
	struct motet_info info = { .size = sizeof(info) };
	struct handover handover = { .port = serve->args->ports };
	int ret = motet_info_get(serve->actor, &info);

	if (ret)
		return command_fail(ret, "%s", motet_strerror(ret));
	handover.to = info.actor;
	handover.deadline = motet_deadline(MOVE_TIMEOUT_MS);
	if (serve->args->return_queued)
		handover.flags = MOTET_OFFER_RETURN;
	ret = handover_ask(serve->actor, &handover);
	if (ret)
		return ret;
	return serve_add(serve, target_take(serve->actor, handover.port, 0),
			 handover.port);
}

int cmd_port_accept(int argc, char **argv)
{
	__cleanup(receive_args) struct receive_args args;
	__cleanup(serve) struct serve serve = { .actor = -1 };
	int ret;

	receive_args_init(&args, RECEIVE_FOREVER);
	argp_parse(&accept_argp, argc, argv, 0, NULL, &args);
	ret = receive_need_port(&args, "accept");
	if (!ret)
		ret = serve_begin(&serve, &args);
	if (!ret)
		ret = accept_port(&serve);
	return ret ? ret : serve_all(&serve);
}

/* --- offer --------------------------------------------------------------- */

struct offer_args {
	struct handover handover;
	struct target port;
	long long timeout_ms;
};

static const struct argp_option offer_options[] = {
	RECEIVE_OPTION_RETURN,
	RECEIVE_OPTION_TIMEOUT,
	{ 0 },
};

static void offer_parse_arg(struct offer_args *args, const char *arg,
			    struct argp_state *state)
{
	struct target actor;

	if (state->arg_num > 1)
		argp_error(state, "one port and one actor, please");
	if (!state->arg_num) {
		if (!target_parse(&args->port, arg))
			command_bad_argument(state, "PORT", arg,
					     "a name or id:HEX");
		return;
	}
	if (!target_parse(&actor, arg) || actor.name ||
	    actor.id.bytes[0] != MOTET_CLASS_ACTOR)
		command_bad_argument(state, "ACTOR", arg,
				     "the id:HEX of an actor");
	args->handover.to = actor.id;
}

static error_t offer_parse(int key, char *arg, struct argp_state *state)
{
	struct offer_args *args = state->input;

	switch (key) {
	case RECEIVE_RETURN:
		args->handover.flags = MOTET_OFFER_RETURN;
		return 0;
	case RECEIVE_TIMEOUT:
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg,
					     "a time such as 500ms or 10s");
		return 0;
	case ARGP_KEY_ARG:
		offer_parse_arg(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "which port, and to which actor? see \"motet actor ls\"");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp offer_argp = {
	.options = offer_options,
	.parser = offer_parse,
	.args_doc = "NAME|id:HEX id:ACTOR",
	.doc = "Let the motet command that holds a port offer it to an actor.",
};

int cmd_port_offer(int argc, char **argv)
{
	struct offer_args args = { .timeout_ms = MOVE_TIMEOUT_MS };
	__cleanup(fd) int actor = -1;

	argp_parse(&offer_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	args.handover.port = &args.port;
	args.handover.deadline = motet_deadline(args.timeout_ms);
	return handover_ask(actor, &args.handover);
}

/* --- standby ------------------------------------------------------------- */

static const struct argp_option standby_options[] = {
	RECEIVE_OPTION_COUNT,
	RECEIVE_OPTION_EXEC,
	RECEIVE_OPTION_KEEP_GOING,
	RECEIVE_OPTION_LEASE,
	RECEIVE_OPTION_RAW,
	RECEIVE_OPTION_TIMEOUT,
	{ 0 },
};

static const struct argp standby_argp = {
	.options = standby_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Wait until the process that holds a port is gone, and go on in its place.",
};

/* Until it is readable this handle doesn't hold the port; a negative errno */
static int standby_wait(const struct serve *serve)
{
	struct pollfd wait = { .fd = serve->ports->fd, .events = POLLIN };
	__u64 deadline = motet_deadline(serve->args->timeout_ms);
	int ret = message_wait(&wait, 1, deadline);

	return !ret && !(wait.revents & POLLIN) ? -EOWNERDEAD : ret;
}

static int standby_serve(const struct serve *serve)
{
	int ret = standby_wait(serve);

	switch (ret) {
	case 0:
		return serve_all(serve);
	case -EINTR:
		return COMMAND_OK;
	case -EOWNERDEAD:
		return command_fail(ret, "the port is gone: unlinked, or its node left");
	default:
		return target_fail(serve->args->ports, ret);
	}
}

int cmd_port_standby(int argc, char **argv)
{
	__cleanup(receive_args) struct receive_args args;
	__cleanup(serve) struct serve serve = { .actor = -1 };
	int ret;

	receive_args_init(&args, RECEIVE_FOREVER);
	argp_parse(&standby_argp, argc, argv, 0, NULL, &args);
	ret = receive_need_port(&args, "standby");
	if (!ret)
		ret = serve_begin(&serve, &args);
	if (!ret)
		ret = serve_add(&serve, target_standby(serve.actor, args.ports,
						       0), args.ports);
	return ret ? ret : standby_serve(&serve);
}

/* --- change -------------------------------------------------------------- */

struct change_args {
	struct motet_port_change change;
	struct target port;
};

enum change_key {
	CHANGE_GID = 'g',
	CHANGE_MODE = 'm',
	CHANGE_RETENTION = 'r',
	CHANGE_UID = 'u',
};

static const struct argp_option change_options[] = {
	{ "gid", CHANGE_GID, "N", 0, "Group", 0 },
	{ "mode", CHANGE_MODE, "MODE", 0, "Mode, octal", 0 },
	{ "retention", CHANGE_RETENTION, "TIME", 0,
	  "How long it outlives its holder", 0 },
	{ "uid", CHANGE_UID, "N", 0, "Owner", 0 },
	{ 0 },
};

static __u32 change_parse_id(const char *option, const char *arg,
			     struct argp_state *state)
{
	unsigned long long number;

	if (!text_to_number(arg, ~0U - 1, &number))
		command_bad_argument(state, option, arg, "a number");
	return (__u32)number;
}

static void change_parse_field(struct motet_port_change *change, int key,
			       const char *arg, struct argp_state *state)
{
	unsigned long long retention;

	switch (key) {
	case CHANGE_GID:
		change->flags |= MOTET_CHANGE_GID;
		change->gid = change_parse_id("--gid", arg, state);
		break;
	case CHANGE_UID:
		change->flags |= MOTET_CHANGE_UID;
		change->uid = change_parse_id("--uid", arg, state);
		break;
	case CHANGE_MODE:
		change->flags |= MOTET_CHANGE_MODE;
		if (!text_to_mode(arg, &change->mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0722");
		break;
	case CHANGE_RETENTION:
		change->flags |= MOTET_CHANGE_RETENTION;
		if (!text_to_time_ns(arg, &retention))
			command_bad_argument(state, "--retention", arg,
					     "a time such as 500ms or 10s");
		change->retention = retention;
		break;
	}
}

static error_t change_parse(int key, char *arg, struct argp_state *state)
{
	struct change_args *args = state->input;

	switch (key) {
	case CHANGE_GID:
	case CHANGE_MODE:
	case CHANGE_RETENTION:
	case CHANGE_UID:
		change_parse_field(&args->change, key, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one port, please");
		if (!target_parse(&args->port, arg))
			command_bad_argument(state, "PORT", arg,
					     "a name or id:HEX");
		return 0;
	case ARGP_KEY_END:
		if (!args->port.text)
			argp_error(state, "which port?");
		if (!args->change.flags)
			argp_error(state, "change what? --mode, --uid, --gid or --retention");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp change_argp = {
	.options = change_options,
	.parser = change_parse,
	.args_doc = "NAME|id:HEX",
	.doc = "Change the owner, the group, the mode or the retention of a port.",
};

int cmd_port_change(int argc, char **argv)
{
	__cleanup(fd) int actor = -1;
	struct change_args args = { 0 };
	int ret;

	argp_parse(&change_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	args.change.size = sizeof(args.change);
	ret = target_id(actor, &args.port, &args.change.id);
	if (!ret)
		ret = motet_port_change(actor, &args.change);
	if (ret == -EPERM)
		return command_fail(ret, "only its owner and root may; see \"motet port show\"");
	if (ret == -EINVAL)
		return command_fail(ret, "no such user or group, or too long; see \"motet info\"");
	return ret ? target_fail(&args.port, ret) : COMMAND_OK;
}
