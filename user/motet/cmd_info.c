// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet info: what the kernel offers, and the totals of the domain.
 */
#include <linux/motet_netlink.h>

#include "client.h"
#include "command.h"
#include "table.h"
#include "target.h"

static error_t cmd_info_parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child cmd_info_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp cmd_info_argp = {
	.parser = cmd_info_parse,
	.children = cmd_info_children,
	.doc = "Show the limits of the module and the totals of the domain.",
};

static json_t *cmd_info_json(const struct motet_info *info)
{
	const struct {
		const char *key;
		unsigned long long value;
	} numbers[] = {
		{ "abi_major", info->abi_major },
		{ "features", info->features },
		{ "priorities", info->priorities },
		{ "name_max", info->name_max },
		{ "annex_max", info->annex_max },
		{ "body_max", info->body_max },
		{ "port_messages_max", info->port_messages_max },
		{ "port_bytes_max", info->port_bytes_max },
		{ "retention_max", info->retention_max },
		{ "domain_ports_max", info->domain_ports_max },
		{ "user_ports_max", info->user_ports_max },
		{ "user_bytes_max", info->user_bytes_max },
		{ "user_actors_max", info->user_actors_max },
		{ "handle_calls_max", info->handle_calls_max },
		{ "user_locks_max", info->user_locks_max },
		{ "domain_locks_max", info->domain_locks_max },
		{ "lock_requests_max", info->lock_requests_max },
	};
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		json_object_set_new(object, numbers[i].key,
				    record_json_number(numbers[i].value));
	return object;
}

static void cmd_info_number(struct table *table, const char *what,
			    unsigned long long number)
{
	table_put(table, TABLE_PLAIN, "%s", what);
	table_put(table, TABLE_PLAIN, "%llu", number);
}

static void cmd_info_size(struct table *table, const char *what,
			  unsigned long long size)
{
	table_put(table, TABLE_PLAIN, "%s", what);
	table_put_owned(table, TABLE_PLAIN, text_from_size(size));
}

static void cmd_info_print(const struct motet_info *info,
			   const struct domain_record *domain)
{
	static const struct table_column columns[] = {
		{ "WHAT", 0 }, { "VALUE", 1 },
	};
	__cleanup(table) struct table t = table_new(columns,
						    ARRAY_SIZE(columns));

	cmd_info_number(&t, "ABI", info->abi_major);
	cmd_info_number(&t, "priorities", info->priorities);
	cmd_info_size(&t, "largest name", info->name_max);
	cmd_info_size(&t, "largest annex", info->annex_max);
	cmd_info_size(&t, "largest body", info->body_max);
	cmd_info_number(&t, "messages of a priority, at most",
			info->port_messages_max);
	cmd_info_size(&t, "bytes of a priority, at most", info->port_bytes_max);
	table_put(&t, TABLE_PLAIN, "longest retention");
	table_put_owned(&t, TABLE_PLAIN,
			text_from_time_ns(info->retention_max));
	cmd_info_number(&t, "ports of a user, at most", info->user_ports_max);
	cmd_info_size(&t, "bytes of a user, at most", info->user_bytes_max);
	cmd_info_number(&t, "actors of a user, at most", info->user_actors_max);
	cmd_info_number(&t, "calls of a handle, at most",
			info->handle_calls_max);
	cmd_info_number(&t, "locks and what belongs to them of a user, at most",
			info->user_locks_max);
	cmd_info_number(&t, "requests of an opening of a lock, at most",
			info->lock_requests_max);
	cmd_info_number(&t, "locks of the domain, at most",
			info->domain_locks_max);
	cmd_info_number(&t, "ports of the domain, at most", domain->ports_max);
	cmd_info_number(&t, "ports of the domain", domain->ports);
	cmd_info_number(&t, "  with a name", domain->named_ports);
	cmd_info_number(&t, "  retained", domain->retained_ports);
	cmd_info_number(&t, "actors of the domain", domain->actors);
	cmd_info_number(&t, "last event", domain->sequence);
	table_print(&t, stdout);
}

int cmd_info(int argc, char **argv)
{
	__cleanup(records) struct records domain = records_new(&record_domain);
	__cleanup(client) struct client client = { 0 };
	__cleanup(fd) int actor = -1;
	struct motet_info info = { .size = sizeof(info) };
	bool json = false;
	int ret;

	argp_parse(&cmd_info_argp, argc, argv, 0, NULL, &json);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	ret = motet_info_get(actor, &info);
	if (ret)
		return command_fail(ret, "%s", motet_strerror(ret));

	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_DOMAIN_GET, 0, &domain);
	if (ret || !domain.n)
		return client_fail(&client, ret, "can't read the domain");

	if (json)
		command_print_json(json_pack("{s:o s:o}",
					     "module", cmd_info_json(&info),
					     "domain",
					     record_json(&record_domain,
							 domain.items)), false);
	else
		cmd_info_print(&info, records_at(&domain, 0));
	return command_flush();
}
