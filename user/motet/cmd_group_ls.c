// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet group ls, members: groups as they are.
 */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>

#include "client.h"
#include "command.h"
#include "table.h"

struct group_ls_args {
	bool json;
	bool names;
	struct target group;
};

static error_t group_ls_parse(int key, char *arg, struct argp_state *state)
{
	struct group_ls_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'n':
		args->names = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child group_ls_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

/* --- ls ------------------------------------------------------------------ */

static const struct argp_option group_ls_options[] = {
	{ "names", 'n', NULL, 0, "Names only, one on a line", 0 },
	{ 0 },
};

static const struct argp group_ls_argp = {
	.options = group_ls_options,
	.parser = group_ls_parse,
	.children = group_ls_children,
	.doc = "List groups. In names \\xHH is a byte that can't be shown.",
};

/* Only work groups have a backlog */
static void group_ls_put(struct table *table, const struct group_record *group,
			 int attribute, unsigned int number)
{
	if (record_has(group, attribute))
		table_put(table, TABLE_PLAIN, "%u", number);
	else
		table_put(table, TABLE_PLAIN, "-");
}

static void group_ls_print(const struct records *groups)
{
	static const struct table_column columns[] = {
		{ "GROUP", 0 }, { "ADDRESS", 0 }, { "UID", 1 }, { "MODE", 0 },
		{ "MEMBERS", 1 }, { "IDLE", 1 }, { "BACKLOG", 1 },
		{ "LEASED", 1 }, { "SUSPENDED", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < groups->n; i++) {
		const struct group_record *group = records_at(groups, i);

		table_put_owned(&table, TABLE_PLAIN, record_group_title(group));
		table_put(&table, TABLE_PLAIN, "%s",
			  motet_address_to_string(group->address));
		table_put(&table, TABLE_PLAIN, "%u", group->uid);
		table_put(&table, TABLE_PLAIN, "%04o", group->mode);
		table_put(&table, group->members ? TABLE_PLAIN : TABLE_YELLOW,
			  "%u", group->members);
		group_ls_put(&table, group, MOTET_A_GROUP_IDLE, group->idle);
		group_ls_put(&table, group, MOTET_A_GROUP_BACKLOG,
			     group->backlog);
		group_ls_put(&table, group, MOTET_A_GROUP_LEASED,
			     group->leased);
		group_ls_put(&table, group, MOTET_A_GROUP_SUSPENDED,
			     group->suspended);
	}
	table_print(&table, stdout);
}

/* For programs: only names that are on a line what they are */
static void group_ls_print_names(const struct records *groups)
{
	size_t i;

	for (i = 0; i < groups->n; i++) {
		const struct group_record *group = records_at(groups, i);
		__cleanup(text) char *title = record_group_title(group);

		if (record_has(group, MOTET_A_GROUP_NAME) &&
		    strlen(title) == group->name.len)
			puts(title);
	}
}

int cmd_group_ls(int argc, char **argv)
{
	__cleanup(records) struct records groups = records_new(&record_group);
	__cleanup(client) struct client client = { 0 };
	struct group_ls_args args = { 0 };
	int ret;

	argp_parse(&group_ls_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_GROUP_GET, NLM_F_DUMP, &groups);
	if (ret)
		return client_fail(&client, ret, "can't list the groups");
	if (args.names)
		group_ls_print_names(&groups);
	else if (args.json)
		command_print_json(records_json(&groups), false);
	else
		group_ls_print(&groups);
	return command_flush();
}

/* --- members ------------------------------------------------------------- */

static error_t group_members_parse(int key, char *arg, struct argp_state *state)
{
	struct group_ls_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one group, please");
		if (!target_parse_group(&args->group, arg))
			command_bad_argument(state, "GROUP", arg,
					     "a name or id:HEX");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which group?");
		return 0;
	default:
		return group_ls_parse(key, arg, state);
	}
}

static const struct argp group_members_argp = {
	.parser = group_members_parse,
	.children = group_ls_children,
	.args_doc = "NAME|id:HEX",
	.doc = "List the members of a group, in the order in which they came.",
};

static const char *group_member_state(const struct member_record *member)
{
	if (member->stale)
		return "stale";
	if (!record_has(member, MOTET_A_MEMBER_BUSY))
		return "-";
	return member->busy ? "busy" : "idle";
}

static void group_members_print(const struct records *members)
{
	static const struct table_column columns[] = {
		{ "PORT", 0 }, { "NODE", 1 }, { "STATE", 0 }, { "LOAD", 1 },
		{ "SESSIONS", 1 }, { "REPORTED", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];
	size_t i;

	for (i = 0; i < members->n; i++) {
		const struct member_record *member = records_at(members, i);

		/* an anonymous port of another user */
		if (record_has(member, MOTET_A_MEMBER_PORT))
			table_put(&table, TABLE_PLAIN, "id:%s",
				  motet_id_to_string(&member->port, id));
		else
			table_put(&table, TABLE_PLAIN, "-");
		table_put(&table, TABLE_PLAIN, "%u", member->node);
		table_put(&table, member->stale ? TABLE_RED : TABLE_PLAIN, "%s",
			  group_member_state(member));
		table_put(&table, TABLE_PLAIN, "%llu", member->load);
		table_put(&table, TABLE_PLAIN, "%u", member->sessions);
		table_put(&table, TABLE_PLAIN, "%u", member->report);
	}
	table_print(&table, stdout);
}

static int group_members_get(struct client *client, const struct target *target,
			     struct records *members)
{
	__cleanup(records) struct records groups = records_new(&record_group);
	__cleanup(nl_msg) struct nl_msg *request = NULL;
	const struct group_record *group;
	int ret = client_get_one(client, target, &groups);

	if (ret)
		return ret;
	group = records_at(&groups, 0);
	request = client_request(client, MOTET_CMD_GROUP_MEMBER_GET,
				 NLM_F_DUMP);
	if (!request || nla_put(request, MOTET_A_MEMBER_GROUP,
				sizeof(group->id), &group->id))
		return -ENOMEM;
	return client_exchange(client, request, members);
}

int cmd_group_members(int argc, char **argv)
{
	__cleanup(records) struct records members = records_new(&record_member);
	__cleanup(client) struct client client = { 0 };
	struct group_ls_args args = { 0 };
	int ret;

	argp_parse(&group_members_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = group_members_get(&client, &args.group, &members);
	if (ret)
		return target_fail(&args.group, ret);
	if (args.json)
		command_print_json(records_json(&members), false);
	else
		group_members_print(&members);
	return command_flush();
}
