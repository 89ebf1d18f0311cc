// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet group status, track: one group as it is, and as its members change.
 */
#include <errno.h>
#include <string.h>

#include "message.h"
#include "record.h"
#include "table.h"
#include "target.h"

struct group_one_args {
	bool json;
	struct target group;
	unsigned long long count;
	long long timeout_ms;
};

static error_t group_one_parse(int key, char *arg, struct argp_state *state)
{
	struct group_one_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'n':
		if (!text_to_number(arg, ~0ULL >> 1, &args->count) ||
		    !args->count)
			command_bad_argument(state, "--count", arg,
					     "a number from 1 on");
		return 0;
	case 't':
		if (!text_to_timeout_ms(arg, &args->timeout_ms))
			command_bad_argument(state, "--timeout", arg,
					     "a time such as 500ms or 10s");
		return 0;
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
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child group_one_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

/* --- status -------------------------------------------------------------- */

static const struct argp group_status_argp = {
	.parser = group_one_parse,
	.children = group_one_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Show how a group does: its members, its backlog, who waits.",
};

static json_t *group_status_json(const struct motet_group_status *status)
{
	const struct {
		const char *key;
		unsigned long long value;
	} numbers[] = {
		{ "members", status->members },
		{ "idle", status->idle },
		{ "backlog", status->backlog },
		{ "leased", status->leased },
		{ "suspended", status->suspended },
		{ "sessions", status->sessions },
		{ "sessions_max", status->sessions_max },
		{ "retention", status->retention },
	};
	char id[MOTET_ID_TEXT_SIZE];
	json_t *object = json_pack("{s:s s:s}",
				   "id", motet_id_to_string(&status->id, id),
				   "address",
				   motet_address_to_string(status->address));
	size_t i;

	json_object_set_new(object, "mode", json_sprintf("%04o", status->mode));
	json_object_set_new(object, "dead", json_boolean(status->dead));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		json_object_set_new(object, numbers[i].key,
				    record_json_number(numbers[i].value));
	return object;
}

static void group_status_row(struct table *table, const char *what,
			     char *value)
{
	table_put(table, TABLE_BOLD, "%s", what);
	table_put_owned(table, TABLE_PLAIN, value);
}

static void group_status_work(struct table *table,
			      const struct motet_group_status *status)
{
	group_status_row(table, "idle members", text_format("%u", status->idle));
	group_status_row(table, "jobs that wait",
			 text_format("%u", status->backlog));
	group_status_row(table, "jobs that members have",
			 text_format("%u", status->leased));
	group_status_row(table, "suspended senders",
			 text_format("%u", status->suspended));
}

static char *group_status_retention(unsigned long long retention)
{
	return retention == ~0ULL ? text_format("forever") :
		text_from_time_ns(retention);
}

static void group_status_print(const struct motet_group_status *status)
{
	static const struct table_column columns[] = {
		{ NULL, 0 }, { NULL, 0 },
	};
	__cleanup(table) struct table t = table_new(columns,
						    ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];

	group_status_row(&t, "identifier",
			 text_format("id:%s",
				     motet_id_to_string(&status->id, id)));
	group_status_row(&t, "address",
			 text_format("%s",
				     motet_address_to_string(status->address)));
	group_status_row(&t, "mode", text_format("%04o", status->mode));
	group_status_row(&t, "retention",
			 group_status_retention(status->retention));
	group_status_row(&t, "members", text_format("%u", status->members));
	group_status_row(&t, "sessions",
			 status->sessions_max ?
			 text_format("%u, of a member at most %u",
				     status->sessions, status->sessions_max) :
			 text_format("%u", status->sessions));
	if (status->address == MOTET_ADDRESS_WORK)
		group_status_work(&t, status);
	table_print(&t, stdout);
}

int cmd_group_status(int argc, char **argv)
{
	struct motet_group_status status = { .size = sizeof(status) };
	struct group_one_args args = { .timeout_ms = -1 };
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int group = -1;
	int ret;

	argp_parse(&group_status_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	group = target_open(actor, &args.group, 0);
	ret = group < 0 ? group : motet_group_status_get(group, &status);
	if (ret)
		return target_fail(&args.group, ret);
	if (args.json)
		command_print_json(group_status_json(&status), false);
	else
		group_status_print(&status);
	return command_flush();
}

/* --- track --------------------------------------------------------------- */

static const struct argp_option group_track_options[] = {
	{ "count", 'n', "N", 0, "End after N lines", 0 },
	{ "timeout", 't', "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp group_track_argp = {
	.options = group_track_options,
	.parser = group_one_parse,
	.children = group_one_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Show the members of a group, and then each change.",
};

/* One line; what isn't about the group is passed over */
static bool group_track_print(const struct message *message)
{
	struct motet_group_change change;
	char id[MOTET_ID_TEXT_SIZE];

	switch (message->msg.exception) {
	case MOTET_EXCEPTION_MEMBER:
		if (message->msg.body_len < sizeof(change))
			return false;
		memcpy(&change, message->body, sizeof(change));
		printf("%-8s  id:%s  node %u  members %u\n",
		       motet_member_event_to_string(change.event),
		       motet_id_to_string(&change.port, id), change.node,
		       change.members);
		return true;
	case MOTET_EXCEPTION_GROUP_FULL:
		printf("%-8s  no member had room, %u times\n", "full",
		       message->msg.count);
		return true;
	case MOTET_EXCEPTION_GROUP_LOST:
		printf("%-8s  the group is gone\n", "lost");
		return true;
	default:
		return false;
	}
}

static bool group_track_tell(const struct group_one_args *args,
			     const struct message *message)
{
	if (!args->json)
		return group_track_print(message);
	if (!message->msg.exception)
		return false;
	message_print(message, MESSAGE_JSON);
	return true;
}

static int group_track_follow(const struct group_one_args *args, int actor)
{
	__cleanup(message) struct message message = { 0 };
	__u64 deadline = motet_deadline(args->timeout_ms);
	unsigned long long n = 0;
	int ret;

	while (!args->count || n < args->count) {
		ret = message_recv(actor, &message, deadline);
		if (ret == -EINTR && !args->count)
			return COMMAND_OK;
		if (ret)
			return target_fail(&args->group, ret);
		if (!group_track_tell(args, &message))
			continue;
		n++;
		ret = command_flush();
		if (ret)
			return ret;
		if (message.msg.exception == MOTET_EXCEPTION_GROUP_LOST)
			break;
	}
	return COMMAND_OK;
}

int cmd_group_track(int argc, char **argv)
{
	struct group_one_args args = { .timeout_ms = -1 };
	__cleanup(fd) int actor = -1;
	struct motet_id id;
	int ret;

	argp_parse(&group_track_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	message_watch_signals();
	ret = target_id(actor, &args.group, &id);
	if (!ret)
		ret = motet_group_track(actor, &id);
	return ret ? target_fail(&args.group, ret) :
		group_track_follow(&args, actor);
}
