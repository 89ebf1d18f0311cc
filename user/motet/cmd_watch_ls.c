// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet watch ls: who is told of what.
 */
#include <linux/motet_watch.h>

#include "client.h"
#include "command.h"
#include "table.h"

static error_t watch_ls_parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child watch_ls_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp watch_ls_argp = {
	.parser = watch_ls_parse,
	.children = watch_ls_children,
	.doc = "List watches.",
};

static char *watch_ls_target(const struct watch_record *watch)
{
	char id[MOTET_ID_TEXT_SIZE];

	switch (watch->kind) {
	case MOTET_WATCH_PROCESS:
		return text_format("%u", watch->pid);
	case MOTET_WATCH_NODE:
		return text_format("%u", watch->node);
	default:
		return text_format("id:%s", motet_id_to_string(&watch->id, id));
	}
}

static void watch_ls_print(const struct records *watches)
{
	static const struct table_column columns[] = {
		{ "WATCH", 1 }, { "KIND", 0 }, { "WHAT", 0 }, { "STATE", 0 },
		{ "FOLLOWED", 1 }, { "MISSED", 1 }, { "PORT", 0 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];
	size_t i;

	for (i = 0; i < watches->n; i++) {
		const struct watch_record *watch = records_at(watches, i);

		table_put(&table, TABLE_PLAIN, "%llu", watch->number);
		table_put(&table, TABLE_PLAIN, "%s",
			  motet_watch_kind_to_string(watch->kind));
		table_put_owned(&table, TABLE_PLAIN, watch_ls_target(watch));
		table_put(&table, watch->ended ? TABLE_RED : TABLE_GREEN, "%s",
			  watch->ended ? "ended" : "lives");
		table_put(&table, TABLE_PLAIN, "%u", watch->followed);
		table_put(&table, TABLE_PLAIN, "%llu", watch->missed);
		table_put(&table, TABLE_PLAIN, "id:%s",
			  motet_id_to_string(&watch->port, id));
	}
	table_print(&table, stdout);
}

int cmd_watch_ls(int argc, char **argv)
{
	__cleanup(records) struct records watches = records_new(&record_watch);
	__cleanup(client) struct client client = { 0 };
	bool json = false;
	int ret;

	argp_parse(&watch_ls_argp, argc, argv, 0, NULL, &json);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_WATCH_GET, NLM_F_DUMP, &watches);
	if (ret)
		return client_fail(&client, ret, "can't list the watches");
	if (json)
		command_print_json(records_json(&watches), false);
	else
		watch_ls_print(&watches);
	return command_flush();
}
