// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet actor ls, user ls, domain show and set, purge: who is there, and what
 * an administrator does.
 */
#include <errno.h>

#include <netlink/attr.h>

#include <motet/motet.h>

#include "client.h"
#include "command.h"
#include "table.h"

/* --- commands without arguments ------------------------------------------ */

static error_t admin_parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child admin_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

/* Parse, connect and ask: what all of them begin with */
static int admin_get(const char *doc, int argc, char **argv, int command,
		     int flags, struct records *records, bool *json)
{
	__cleanup(client) struct client client = { 0 };
	const struct argp argp = {
		.parser = admin_parse,
		.children = admin_children,
		.doc = doc,
	};
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, json);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, command, flags, records);
	if (!ret && !(flags & NLM_F_DUMP) && !records->n)
		ret = -ENOMSG;
	return ret ? client_fail(&client, ret, "refused") : 0;
}

/* --- actor ls ------------------------------------------------------------ */

static void actor_ls_print(const struct records *actors)
{
	static const struct table_column columns[] = {
		{ "ACTOR", 0 }, { "DEFAULT PORT", 0 }, { "PID", 1 },
		{ "UID", 1 }, { "PORTS", 1 }, { "STATE", 0 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];
	size_t i;

	for (i = 0; i < actors->n; i++) {
		const struct actor_record *actor = records_at(actors, i);

		table_put(&table, TABLE_PLAIN, "id:%s",
			  motet_id_to_string(&actor->id, id));
		table_put(&table, TABLE_PLAIN, "id:%s",
			  motet_id_to_string(&actor->port, id));
		table_put(&table, TABLE_PLAIN, "%u", actor->pid);
		table_put(&table, TABLE_PLAIN, "%u", actor->uid);
		table_put(&table, TABLE_PLAIN, "%u", actor->ports);
		table_put(&table, actor->dead ? TABLE_RED : TABLE_GREEN, "%s",
			  actor->dead ? "dead" : "living");
	}
	table_print(&table, stdout);
}

int cmd_actor_ls(int argc, char **argv)
{
	__cleanup(records) struct records actors = records_new(&record_actor);
	bool json = false;
	int ret;

	ret = admin_get("List actors: the processes that opened the device.",
			argc, argv, MOTET_CMD_ACTOR_GET, NLM_F_DUMP, &actors,
			&json);
	if (ret)
		return ret;
	if (json)
		command_print_json(records_json(&actors), false);
	else
		actor_ls_print(&actors);
	return command_flush();
}

/* --- user ls ------------------------------------------------------------- */

static void user_ls_print(const struct records *users)
{
	static const struct table_column columns[] = {
		{ "UID", 1 }, { "ACTORS", 1 }, { "PORTS", 1 }, { "BYTES", 1 },
		{ "CHANNELS", 1 }, { "LOCKS", 1 }, { "WATCHES", 1 },
		{ "CHECKPOINTS", 1 }, { "BYTES", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < users->n; i++) {
		const struct user_record *user = records_at(users, i);

		table_put(&table, TABLE_PLAIN, "%u", user->uid);
		table_put(&table, TABLE_PLAIN, "%u", user->actors);
		table_put(&table, TABLE_PLAIN, "%u", user->ports);
		table_put_owned(&table, TABLE_PLAIN,
				text_from_size(user->bytes));
		table_put(&table, TABLE_PLAIN, "%u", user->channels);
		table_put(&table, TABLE_PLAIN, "%u", user->locks);
		table_put(&table, TABLE_PLAIN, "%u", user->watches);
		table_put(&table, TABLE_PLAIN, "%u", user->checkpoints);
		table_put_owned(&table, TABLE_PLAIN,
				text_from_size(user->checkpoint_bytes));
	}
	table_print(&table, stdout);
}

int cmd_user_ls(int argc, char **argv)
{
	__cleanup(records) struct records users = records_new(&record_user);
	bool json = false;
	int ret;

	ret = admin_get("List what is charged to users.", argc, argv,
			MOTET_CMD_USER_GET, NLM_F_DUMP, &users, &json);
	if (ret)
		return ret;
	if (json)
		command_print_json(records_json(&users), false);
	else
		user_ls_print(&users);
	return command_flush();
}

/* --- domain show, purge -------------------------------------------------- */

static void domain_show_print(const struct domain_record *domain)
{
	static const struct table_column columns[] = {
		{ "ACTORS", 1 }, { "PORTS", 1 }, { "NAMED", 1 },
		{ "RETAINED", 1 }, { "PORTS MAX", 1 }, { "GROUPS", 1 },
		{ "CHANNELS", 1 }, { "CHECKPOINTS", 1 }, { "LOCKS", 1 },
		{ "WATCHES", 1 }, { "NODE", 1 }, { "NODES", 1 }, { "VIEW", 1 },
		{ "LAST EVENT", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));

	table_put(&table, TABLE_PLAIN, "%u", domain->actors);
	table_put(&table, TABLE_PLAIN, "%u", domain->ports);
	table_put(&table, TABLE_PLAIN, "%u", domain->named_ports);
	table_put(&table, TABLE_PLAIN, "%u", domain->retained_ports);
	table_put(&table, TABLE_PLAIN, "%u", domain->ports_max);
	table_put(&table, TABLE_PLAIN, "%u", domain->groups);
	table_put(&table, TABLE_PLAIN, "%u", domain->channels);
	table_put(&table, TABLE_PLAIN, "%u", domain->checkpoints);
	table_put(&table, TABLE_PLAIN, "%u", domain->locks);
	table_put(&table, TABLE_PLAIN, "%u", domain->watches);
	table_put(&table, TABLE_PLAIN, "%u", domain->node);
	table_put(&table, TABLE_PLAIN, "%u", domain->nodes);
	table_put(&table, TABLE_PLAIN, "%llu", domain->view);
	table_put(&table, TABLE_PLAIN, "%llu", domain->sequence);
	table_print(&table, stdout);
}

int cmd_domain_show(int argc, char **argv)
{
	__cleanup(records) struct records domain = records_new(&record_domain);
	bool json = false;
	int ret;

	ret = admin_get("Show the totals and limits of this domain.", argc,
			argv, MOTET_CMD_DOMAIN_GET, 0, &domain, &json);
	if (ret)
		return ret;
	if (json)
		command_print_json(record_json(&record_domain, domain.items),
				   false);
	else
		domain_show_print(records_at(&domain, 0));
	return command_flush();
}

int cmd_purge(int argc, char **argv)
{
	__cleanup(records) struct records domain = records_new(&record_domain);
	const struct domain_record *purged;
	bool json = false;
	int ret;

	ret = admin_get("Remove every object that nothing but its retention keeps.",
			argc, argv, MOTET_CMD_PURGE, 0, &domain, &json);
	if (ret)
		return ret;
	purged = records_at(&domain, 0);
	if (json)
		command_print_json(record_json(&record_domain, purged), false);
	else
		printf("%u objects removed\n", purged->purged);
	return command_flush();
}

/* --- domain set ---------------------------------------------------------- */

struct domain_set_args {
	unsigned int ports_max;
};

static const struct argp_option domain_set_options[] = {
	{ "ports-max", 'p', "N", 0, "Limit of ports in the domain", 0 },
	{ 0 },
};

static error_t domain_set_parse(int key, char *arg, struct argp_state *state)
{
	struct domain_set_args *args = state->input;
	unsigned long long number;

	switch (key) {
	case 'p':
		if (!text_to_number(arg, ~0U, &number) || !number)
			command_bad_argument(state, "--ports-max", arg,
					     "a number from 1 on");
		args->ports_max = (unsigned int)number;
		return 0;
	case ARGP_KEY_END:
		if (!args->ports_max)
			argp_error(state, "set what? --ports-max N");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp domain_set_argp = {
	.options = domain_set_options,
	.parser = domain_set_parse,
	.doc = "Change the limits of this domain.",
};

int cmd_domain_set(int argc, char **argv)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;
	__cleanup(client) struct client client = { 0 };
	struct domain_set_args args = { 0 };
	int ret;

	argp_parse(&domain_set_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	request = client_request(&client, MOTET_CMD_DOMAIN_SET, 0);
	if (!request ||
	    nla_put_u32(request, MOTET_A_DOMAIN_PORTS_MAX, args.ports_max))
		return command_fail(-ENOMEM, "no memory");
	ret = client_exchange(&client, request, NULL);
	if (ret == -ERANGE)
		return command_fail(ret, "%u is more than domain_ports_max; see \"motet info\"",
				    args.ports_max);
	return ret ? client_fail(&client, ret, "refused") : COMMAND_OK;
}
