// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet group insert, remove, rekey, delete: what needs the capability.
 */
#include <errno.h>
#include <string.h>

#include "capability.h"
#include "cleanup.h"
#include "command.h"
#include "target.h"

/**
 * struct group_change - a running command
 * @json: print JSON
 * @takes_ports: ports are given
 * @capability: file of the capability, or NULL
 * @output: file for the new one, or NULL
 * @ports: the ports; owned
 * @n_ports: how many
 * @cap: the capability
 * @actor: the actor
 */
struct group_change {
	bool json;
	bool takes_ports;
	const char *capability;
	const char *output;
	struct target *ports;
	size_t n_ports;
	struct motet_cap cap;
	int actor;
};

static void cleanup_group_change(struct group_change *change)
{
	free(change->ports);
	explicit_bzero(&change->cap, sizeof(change->cap));
	if (change->actor >= 0)
		close(change->actor);
}

enum group_change_key {
	GROUP_CAPABILITY = 'c',
	GROUP_OUTPUT = 'O',
};

static void group_parse_port(struct group_change *change, const char *arg,
			     struct argp_state *state)
{
	if (!change->takes_ports)
		argp_error(state, "the capability says which group: nothing else, please");
	change->ports = text_grow(change->ports, change->n_ports + 1,
				  sizeof(*change->ports));
	if (!target_parse(&change->ports[change->n_ports], arg))
		command_bad_argument(state, "PORT", arg, "a name or id:HEX");
	change->n_ports++;
}

static error_t group_change_parse(int key, char *arg, struct argp_state *state)
{
	struct group_change *change = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &change->json;
		return 0;
	case GROUP_CAPABILITY:
		change->capability = arg;
		return 0;
	case GROUP_OUTPUT:
		change->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		group_parse_port(change, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (change->takes_ports && !change->n_ports)
			argp_error(state, "which port?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child group_change_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

#define GROUP_OPTION_CAPABILITY \
	{ "capability", GROUP_CAPABILITY, "FILE", 0, \
	  "Where the capability is ($MOTET_CAPABILITY)", 0 }

static const struct argp_option group_change_options[] = {
	GROUP_OPTION_CAPABILITY,
	{ 0 },
};

/* Parse, read the capability, become an actor; 0, or how the command ends */
static int group_change_begin(struct group_change *change,
			      const struct argp *argp, int argc, char **argv)
{
	int ret;

	argp_parse(argp, argc, argv, 0, NULL, change);
	ret = capability_read(change->capability, &change->cap);
	if (ret)
		return ret;
	change->actor = target_actor_open();
	return change->actor < 0 ? -change->actor : 0;
}

/* Done: say which group it was, to programs */
static int group_change_end(const struct group_change *change)
{
	char id[MOTET_ID_TEXT_SIZE];

	if (change->json)
		command_print_json(json_pack("{s:s}", "id",
					     motet_id_to_string(&change->cap.id,
								id)), true);
	return command_flush();
}

/* --- insert, remove ------------------------------------------------------ */

static int group_insert_fail(const struct target *port, int error)
{
	__cleanup(text) char *name = text_escape(port->text,
						 strlen(port->text), false);

	switch (error) {
	case -EACCES:
		return command_fail(error, "the key was revoked, or you may not send to \"%s\"",
				    name);
	case -EDQUOT:
		return command_fail(error, "too many: see group_members_max, port_groups_max");
	case -EEXIST:
		return command_fail(error, "port \"%s\" is a member already",
				    name);
	case -ESRCH:
		return command_fail(error, "the group or \"%s\" is gone; see \"motet group ls\"",
				    name);
	default:
		return target_fail(port, error);
	}
}

static const struct argp group_insert_argp = {
	.options = group_change_options,
	.parser = group_change_parse,
	.children = group_change_children,
	.args_doc = "NAME|id:HEX...",
	.doc = "Make ports members of a group.",
};

int cmd_group_insert(int argc, char **argv)
{
	__cleanup(group_change) struct group_change change = {
		.takes_ports = true,
		.actor = -1,
	};
	struct motet_id id;
	size_t i;
	int ret;

	ret = group_change_begin(&change, &group_insert_argp, argc, argv);
	if (ret)
		return ret;
	for (i = 0; i < change.n_ports; i++) {
		ret = target_id(change.actor, &change.ports[i], &id);
		if (ret)
			return target_fail(&change.ports[i], ret);
		ret = motet_group_insert(change.actor, &change.cap, &id);
		if (ret)
			return group_insert_fail(&change.ports[i], ret);
	}
	return group_change_end(&change);
}

static int group_remove_fail(const struct target *port, int error)
{
	__cleanup(text) char *name = text_escape(port->text,
						 strlen(port->text), false);

	if (error == -ENOENT)
		return command_fail(error, "port \"%s\" is no member; see \"motet group members\"",
				    name);
	return capability_fail(error);
}

static const struct argp group_remove_argp = {
	.options = group_change_options,
	.parser = group_change_parse,
	.children = group_change_children,
	.args_doc = "NAME|id:HEX...",
	.doc = "Take ports out of a group.",
};

int cmd_group_remove(int argc, char **argv)
{
	__cleanup(group_change) struct group_change change = {
		.takes_ports = true,
		.actor = -1,
	};
	struct motet_id id;
	size_t i;
	int ret;

	ret = group_change_begin(&change, &group_remove_argp, argc, argv);
	if (ret)
		return ret;
	for (i = 0; i < change.n_ports; i++) {
		ret = target_id(change.actor, &change.ports[i], &id);
		if (ret)
			return target_fail(&change.ports[i], ret);
		ret = motet_group_remove(change.actor, &change.cap, &id);
		if (ret)
			return group_remove_fail(&change.ports[i], ret);
	}
	return group_change_end(&change);
}

/* --- rekey, delete ------------------------------------------------------- */

static const struct argp_option group_rekey_options[] = {
	GROUP_OPTION_CAPABILITY,
	{ "output", GROUP_OUTPUT, "FILE", 0,
	  "Write the new capability there", 0 },
	{ 0 },
};

static const struct argp group_rekey_argp = {
	.options = group_rekey_options,
	.parser = group_change_parse,
	.children = group_change_children,
	.doc = "Revoke the capability of a group, and print another.",
};

int cmd_group_rekey(int argc, char **argv)
{
	__cleanup(capability_file) struct capability_file file = { .fd = -1 };
	__cleanup(group_change) struct group_change change = { .actor = -1 };
	int ret;

	ret = group_change_begin(&change, &group_rekey_argp, argc, argv);
	if (!ret)
		ret = capability_prepare(&file, change.output);
	if (ret)
		return ret;
	ret = motet_group_rekey(change.actor, &change.cap);
	if (ret)
		return capability_fail(ret);
	return capability_write(&file, &change.cap, change.json);
}

static const struct argp group_delete_argp = {
	.options = group_change_options,
	.parser = group_change_parse,
	.children = group_change_children,
	.doc = "End a group. Its members stay what they are.",
};

int cmd_group_delete(int argc, char **argv)
{
	__cleanup(group_change) struct group_change change = { .actor = -1 };
	int ret;

	ret = group_change_begin(&change, &group_delete_argp, argc, argv);
	if (ret)
		return ret;
	ret = motet_group_delete(change.actor, &change.cap);
	return ret ? capability_fail(ret) : group_change_end(&change);
}
