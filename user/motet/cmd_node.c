// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet node ls, set, delete: the nodes of the cluster, as this one knows them.
 */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>

#include "client.h"
#include "command.h"
#include "table.h"

/* --- ls ------------------------------------------------------------------ */

static error_t node_ls_parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child node_ls_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp node_ls_argp = {
	.parser = node_ls_parse,
	.children = node_ls_children,
	.doc = "List the nodes of the cluster; * is this one.",
};

static char *node_text(const struct record_bytes *bytes)
{
	return bytes->len ? text_escape(bytes->bytes, bytes->len, false) :
		text_format("-");
}

static void node_ls_print(const struct records *nodes)
{
	static const struct table_column columns[] = {
		{ "NODE", 1 }, { "", 0 }, { "NAME", 0 }, { "ADDRESS", 0 },
		{ "STATE", 0 }, { "SINCE VIEW", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < nodes->n; i++) {
		const struct node_record *node = records_at(nodes, i);

		table_put(&table, TABLE_PLAIN, "%u", node->number);
		table_put(&table, TABLE_PLAIN, "%s", node->here ? "*" : "");
		table_put_owned(&table, TABLE_PLAIN, node_text(&node->name));
		table_put_owned(&table, TABLE_PLAIN, node_text(&node->address));
		table_put(&table, node->member ? TABLE_GREEN : TABLE_RED, "%s",
			  node->member ? "member" : "absent");
		table_put(&table, TABLE_PLAIN, "%llu", node->since_view);
	}
	table_print(&table, stdout);
}

int cmd_node_ls(int argc, char **argv)
{
	__cleanup(records) struct records nodes = records_new(&record_node);
	__cleanup(client) struct client client = { 0 };
	bool json = false;
	int ret;

	argp_parse(&node_ls_argp, argc, argv, 0, NULL, &json);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_NODE_GET, NLM_F_DUMP, &nodes);
	if (ret)
		return client_fail(&client, ret, "can't list the nodes");
	if (json)
		command_print_json(records_json(&nodes), false);
	else
		node_ls_print(&nodes);
	return command_flush();
}

/* --- set, delete --------------------------------------------------------- */

/**
 * struct node_args - what to set of a node; what isn't given stays
 * @number: its number
 * @name: its name, or NULL
 * @address: its address, or NULL
 * @member: 1 or 0; -1 is not given
 * @here: it is this node
 * @boot_time: when it was booted, nanoseconds; 0 is not given
 * @view: the view that the change belongs to; 0 is not given
 */
struct node_args {
	unsigned int number;
	const char *name;
	const char *address;
	int member;
	bool here;
	unsigned long long boot_time;
	unsigned long long view;
};

enum node_key {
	NODE_ABSENT = 'a',
	NODE_ADDRESS = 'A',
	NODE_BOOT_TIME = 'b',
	NODE_HERE = 'H',
	NODE_MEMBER = 'm',
	NODE_NAME = 'n',
	NODE_VIEW = 'v',
};

static const struct argp_option node_set_options[] = {
	{ "absent", NODE_ABSENT, NULL, 0,
	  "It is no member: what is on it is gone", 0 },
	{ "address", NODE_ADDRESS, "TEXT", 0, "Its address", 0 },
	{ "boot-time", NODE_BOOT_TIME, "NS", 0,
	  "When it was booted, nanoseconds since 1970", 0 },
	{ "here", NODE_HERE, NULL, 0, "It is this node", 0 },
	{ "member", NODE_MEMBER, NULL, 0, "It is a member of the cluster", 0 },
	{ "name", NODE_NAME, "TEXT", 0, "Its name", 0 },
	{ "view", NODE_VIEW, "N", 0, "The view that begins with it", 0 },
	{ 0 },
};

static void node_parse_number(struct node_args *args, const char *arg,
			      struct argp_state *state)
{
	unsigned long long number = 0;

	if (state->arg_num)
		argp_error(state, "one node, please");
	if (!text_to_number(arg, ~0U, &number) || !number)
		command_bad_argument(state, "NODE", arg, "a number from 1 on");
	args->number = (unsigned int)number;
}

static unsigned long long node_parse_u64(const char *option, const char *arg,
					 struct argp_state *state)
{
	unsigned long long number = 0;

	if (!text_to_number(arg, ~0ULL, &number) || !number)
		command_bad_argument(state, option, arg, "a number from 1 on");
	return number;
}

static const char *node_parse_text(const char *option, const char *arg,
				   size_t max, struct argp_state *state)
{
	if (strlen(arg) > max)
		argp_error(state, "%s: at most %zu bytes", option, max);
	return arg;
}

static error_t node_parse(int key, char *arg, struct argp_state *state)
{
	struct node_args *args = state->input;

	switch (key) {
	case NODE_ABSENT:
	case NODE_MEMBER:
		args->member = key == NODE_MEMBER;
		return 0;
	case NODE_ADDRESS:
		args->address = node_parse_text("--address", arg,
						MOTET_NODE_ADDRESS_MAX, state);
		return 0;
	case NODE_BOOT_TIME:
		args->boot_time = node_parse_u64("--boot-time", arg, state);
		return 0;
	case NODE_HERE:
		args->here = true;
		return 0;
	case NODE_NAME:
		args->name = node_parse_text("--name", arg, MOTET_NODE_NAME_MAX,
					     state);
		return 0;
	case NODE_VIEW:
		args->view = node_parse_u64("--view", arg, state);
		return 0;
	case ARGP_KEY_ARG:
		node_parse_number(args, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which node? its NUMBER");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp node_set_argp = {
	.options = node_set_options,
	.parser = node_parse,
	.args_doc = "NUMBER",
	.doc = "Make a node known, or change what is given of it.",
};

static int node_put_text(struct nl_msg *request, int attribute,
			 const char *text)
{
	return text ? nla_put(request, attribute, (int)strlen(text), text) : 0;
}

static int node_fill(struct nl_msg *request, const struct node_args *args)
{
	int ret = nla_put_u32(request, MOTET_A_NODE_NUMBER, args->number);

	ret |= node_put_text(request, MOTET_A_NODE_NAME, args->name);
	ret |= node_put_text(request, MOTET_A_NODE_ADDRESS, args->address);
	if (args->member >= 0)
		ret |= nla_put_u32(request, MOTET_A_NODE_MEMBER,
				   (unsigned int)args->member);
	if (args->here)
		ret |= nla_put_flag(request, MOTET_A_NODE_HERE);
	if (args->boot_time)
		ret |= nla_put_u64(request, MOTET_A_NODE_BOOT_TIME,
				   args->boot_time);
	if (args->view)
		ret |= nla_put_u64(request, MOTET_A_NODE_VIEW, args->view);
	return ret;
}

/* What to do about an error */
static int node_fail(const struct client *client, const struct node_args *args,
		     int error)
{
	switch (error) {
	case -EBUSY:
		return command_fail(error, "node %u is a member; first \"motet node set --absent\"",
				    args->number);
	case -EEXIST:
		return command_fail(error, "node %u is another; see \"motet node ls\"",
				    args->number);
	case -ESRCH:
		return command_fail(error, "no node has the number %u; see \"motet node ls\"",
				    args->number);
	case -ESTALE:
		return command_fail(error, "view %llu is over; see \"motet domain show\"",
				    args->view);
	default:
		return client_fail(client, error, "refused");
	}
}

static int node_ask(const struct argp *argp, int command, int argc, char **argv)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;
	__cleanup(client) struct client client = { 0 };
	struct node_args args = { .member = -1 };
	int ret;

	argp_parse(argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	request = client_request(&client, command, 0);
	if (!request || node_fill(request, &args))
		return command_fail(-ENOMEM, "no memory");
	ret = client_exchange(&client, request, NULL);
	return ret ? node_fail(&client, &args, ret) : COMMAND_OK;
}

int cmd_node_set(int argc, char **argv)
{
	return node_ask(&node_set_argp, MOTET_CMD_NODE_SET, argc, argv);
}

static const struct argp node_delete_argp = {
	.parser = node_parse,
	.args_doc = "NUMBER",
	.doc = "Forget a node that is no member.",
};

int cmd_node_delete(int argc, char **argv)
{
	return node_ask(&node_delete_argp, MOTET_CMD_NODE_DELETE, argc, argv);
}
