// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet port ls, show, unlink: ports as they are.
 */
#include <errno.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "table.h"
#include "target.h"

/* --- ls ------------------------------------------------------------------ */

struct port_ls_args {
	bool json;
	bool all;
	bool names;
};

static const struct argp_option port_ls_options[] = {
	{ "all", 'a', NULL, 0, "Default ports of actors too", 0 },
	{ "names", 'n', NULL, 0, "Names only, one on a line", 0 },
	{ 0 },
};

static error_t port_ls_parse(int key, char *arg, struct argp_state *state)
{
	struct port_ls_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'a':
		args->all = true;
		return 0;
	case 'n':
		args->names = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child port_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp port_ls_argp = {
	.options = port_ls_options,
	.parser = port_ls_parse,
	.children = port_children,
	.doc = "List ports. In names \\xHH is a byte that can't be shown.",
};

static enum table_colour port_state_colour(unsigned int state)
{
	switch (state) {
	case MOTET_PORT_STATE_HELD:
		return TABLE_GREEN;
	case MOTET_PORT_STATE_RETAINED:
		return TABLE_YELLOW;
	default:
		return TABLE_RED;
	}
}

static void port_ls_row(struct table *table, const struct port_record *port)
{
	table_put_owned(table, TABLE_PLAIN, record_port_title(port));
	table_put(table, port_state_colour(port->state), "%s",
		  record_state_name(port->state));
	if (port->pid)
		table_put(table, TABLE_PLAIN, "%u", port->pid);
	else
		table_put(table, TABLE_PLAIN, "-");
	table_put(table, TABLE_PLAIN, "%u", port->uid);
	table_put(table, TABLE_PLAIN, "%04o", port->mode);
	table_put(table, TABLE_PLAIN, "%u", port->messages);
	table_put_owned(table, TABLE_PLAIN, text_from_size(port->bytes));
	table_put(table, TABLE_PLAIN, "%llu", port->sent);
	table_put(table, TABLE_PLAIN, "%llu", port->received);
	table_put(table, port->suspended ? TABLE_YELLOW : TABLE_PLAIN, "%u",
		  port->suspended);
}

static void port_ls_print(const struct records *ports)
{
	static const struct table_column columns[] = {
		{ "PORT", 0 }, { "STATE", 0 }, { "PID", 1 }, { "UID", 1 },
		{ "MODE", 0 }, { "MSGS", 1 }, { "BYTES", 1 }, { "SENT", 1 },
		{ "RECEIVED", 1 }, { "SUSPENDED", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < ports->n; i++)
		port_ls_row(&table, records_at(ports, i));
	table_print(&table, stdout);
}

/*
 * For programs: only names that are on a line what they are, so without what
 * port_ls_print() has to escape.
 */
static void port_ls_print_names(const struct records *ports)
{
	size_t i;

	for (i = 0; i < ports->n; i++) {
		__cleanup(text) char *title = NULL;
		const struct port_record *port = records_at(ports, i);

		title = record_port_title(port);
		if (record_has(port, MOTET_A_PORT_NAME) &&
		    strlen(title) == port->name.len)
			puts(title);
	}
}

/* Leave out the default ports, of which there is one for each actor. */
static void port_ls_drop_defaults(struct records *ports)
{
	size_t i, kept = 0;

	for (i = 0; i < ports->n; i++) {
		struct port_record *port = records_at(ports, i);

		if (port->is_default)
			record_clear(ports->type, port);
		else if (i != kept++)
			memcpy(records_at(ports, kept - 1), port,
			       sizeof(*port));
	}
	ports->n = kept;
}

int cmd_port_ls(int argc, char **argv)
{
	__cleanup(records) struct records ports = records_new(&record_port);
	__cleanup(client) struct client client = { 0 };
	struct port_ls_args args = { 0 };
	int ret;

	argp_parse(&port_ls_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_PORT_GET, NLM_F_DUMP, &ports);
	if (ret)
		return client_fail(&client, ret, "can't list the ports");

	if (!args.all)
		port_ls_drop_defaults(&ports);
	if (args.names)
		port_ls_print_names(&ports);
	else if (args.json)
		command_print_json(records_json(&ports), false);
	else
		port_ls_print(&ports);
	return command_flush();
}

/* --- one port: show, unlink ---------------------------------------------- */

struct port_one_args {
	bool json;
	struct target port;
};

static error_t port_one_parse(int key, char *arg, struct argp_state *state)
{
	struct port_one_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one port, please");
		if (!target_parse(&args->port, arg))
			command_bad_argument(state, "PORT", arg,
					     "a name or id:HEX");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which port?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp port_show_argp = {
	.parser = port_one_parse,
	.children = port_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Show all there is to know of a port.",
};

static struct table_cell *port_show_row(struct table *table, const char *what,
					char *value)
{
	table_put(table, TABLE_BOLD, "%s", what);
	table_put_owned(table, TABLE_PLAIN, value);
	return &table->cells[table->n_cells - 1];
}

static void port_show_owner(struct table *table, const struct port_record *port)
{
	char id[MOTET_ID_TEXT_SIZE];

	port_show_row(table, "identifier",
		      text_format("id:%s", motet_id_to_string(&port->id, id)));
	if (record_has(port, MOTET_A_PORT_NAME))
		port_show_row(table, "name", record_port_title(port));
	port_show_row(table, "state",
		      text_format("%s", record_state_name(port->state)))
		->colour = port_state_colour(port->state);
	if (port->is_default)
		port_show_row(table, "default port", text_format("yes"));
	if (record_has(port, MOTET_A_PORT_HOLDER))
		port_show_row(table, "held by",
			      text_format("actor %s, process %u",
					  motet_id_to_string(&port->holder, id),
					  port->pid));
	port_show_row(table, "owner",
		      text_format("user %u, group %u", port->uid, port->gid));
	port_show_row(table, "mode", text_format("%04o", port->mode));
	port_show_row(table, "retention", text_from_time_ns(port->retention));
	if (port->node)
		port_show_row(table, "node", text_format("%u", port->node));
	if (record_has(port, MOTET_A_PORT_DEAD_LETTER))
		port_show_row(table, "dead letters to",
			      text_format("id:%s, after %u redeliveries",
					  motet_id_to_string(&port->dead_letter,
							     id),
					  port->redeliveries_max));
	port_show_row(table, "epoch", text_format("%llu", port->epoch));
}

static void port_show_load(struct table *table, const struct port_record *port)
{
	__cleanup(text) char *bytes = text_from_size(port->bytes);
	__cleanup(text) char *peak = text_from_size(port->bytes_peak);
	__cleanup(text) char *max = text_from_size(port->bytes_max);

	port_show_row(table, "messages",
		      text_format("%u, at most so far %u, bound %u",
				  port->messages, port->messages_peak,
				  port->messages_max));
	port_show_row(table, "bytes",
		      text_format("%s, at most so far %s, bound %s",
				  bytes, peak, max));
	port_show_row(table, "sent", text_format("%llu", port->sent));
	port_show_row(table, "received", text_format("%llu", port->received));
	port_show_row(table, "refused", text_format("%llu", port->refused));
	port_show_row(table, "suspended senders",
		      text_format("%u, ever %llu", port->suspended,
				  port->suspended_total));
	port_show_row(table, "longest wait",
		      text_from_time_ns(port->longest_wait));
	if (port->standbys)
		port_show_row(table, "standbys",
			      text_format("%u", port->standbys));
	port_show_row(table, "under lease",
		      text_format("%u, came back %llu", port->leased,
				  port->redelivered));
	port_show_row(table, "not delivered",
		      text_format("%llu expired, %llu dead letters, %llu returned, %llu dropped",
				  port->expired, port->dead_letters,
				  port->returned, port->dropped));
	port_show_row(table, "withdrawn", text_format("%llu", port->cancelled));
	port_show_row(table, "open calls", text_format("%u", port->calls));
	port_show_row(table, "sender handles",
		      text_format("%u", port->handles));
}

static void port_show_print(const struct port_record *port)
{
	static const struct table_column columns[] = {
		{ NULL, 0 }, { NULL, 0 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));

	port_show_owner(&table, port);
	port_show_load(&table, port);
	table_print(&table, stdout);
}

int cmd_port_show(int argc, char **argv)
{
	__cleanup(records) struct records ports = records_new(&record_port);
	__cleanup(client) struct client client = { 0 };
	struct port_one_args args = { 0 };
	int ret;

	argp_parse(&port_show_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get_one(&client, &args.port, &ports);
	if (ret)
		return target_fail(&args.port, ret);

	if (args.json)
		command_print_json(record_json(&record_port, ports.items),
				   false);
	else
		port_show_print(records_at(&ports, 0));
	return command_flush();
}

static const struct argp port_unlink_argp = {
	.parser = port_one_parse,
	.children = port_children,
	.args_doc = "NAME",
	.doc = "Take a port's name away; and the port, if nobody holds it.",
};

int cmd_port_unlink(int argc, char **argv)
{
	__cleanup(fd) int actor = -1;
	struct port_one_args args = { 0 };
	char text[MOTET_ID_TEXT_SIZE];
	struct motet_id id;
	int ret;

	argp_parse(&port_unlink_argp, argc, argv, 0, NULL, &args);
	if (!args.port.name) {
		command_fail(0, "only a name can be taken away, not an identifier");
		return COMMAND_USAGE;
	}
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	ret = motet_port_unlink(actor, args.port.name, &id);
	if (ret)
		return target_fail(&args.port, ret);

	if (args.json)
		command_print_json(json_pack("{s:s}", "id",
					     motet_id_to_string(&id, text)),
				   false);
	return command_flush();
}
