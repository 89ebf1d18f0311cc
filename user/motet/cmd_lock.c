// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet lock ls, status, purge: locks as they are.
 */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>

#include "client.h"
#include "command.h"
#include "lock.h"
#include "table.h"

struct lock_args {
	bool json;
	bool names;
	struct target lock;
};

static error_t lock_parse(int key, char *arg, struct argp_state *state)
{
	struct lock_args *args = state->input;

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

static error_t lock_one_parse(int key, char *arg, struct argp_state *state)
{
	struct lock_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one lock, please");
		if (!target_parse(&args->lock, arg))
			command_bad_argument(state, "LOCK", arg,
					     "a name or id:HEX");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which lock?");
		return 0;
	default:
		return lock_parse(key, arg, state);
	}
}

static const struct argp_child lock_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

/* What to do about an error; %s is the lock */
static const struct {
	int error;
	const char *text;
} lock_errors[] = {
	{ -EACCES,
	  "lock \"%s\": its mode doesn't allow it; see \"motet lock ls\"" },
	{ -EAGAIN, "lock \"%s\": it would have to wait" },
	{ -EDQUOT,
	  "lock \"%s\": a limit is reached; see \"motet info\" and \"motet user ls\"" },
	{ -ENOENT, "no lock is named \"%s\"; see \"motet lock ls\"" },
	{ -ENOTRECOVERABLE,
	  "lock \"%s\": an orphan is in the way; see \"motet lock status\"" },
	{ -EPERM, "lock \"%s\": that needs CAP_NET_ADMIN in the domain" },
	{ -ESRCH,
	  "no lock has the identifier \"%s\"; see \"motet lock ls\"" },
	{ -ETIMEDOUT, "lock \"%s\": the time is up" },
};

int lock_fail(const char *text, int error)
{
	__cleanup(text) char *which = text_escape(text, strlen(text), false);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lock_errors); i++)
		if (lock_errors[i].error == error)
			return command_fail(error, lock_errors[i].text, which);
	return command_fail(error, "lock \"%s\": %s", which,
			    motet_strerror(error));
}

/* Ask about one lock */
static int lock_ask(struct client *client, const struct target *lock,
		    int command, struct records *records)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;
	int ret;

	request = client_request(client, command, 0);
	if (!request)
		return -ENOMEM;
	if (lock->name)
		ret = nla_put(request, MOTET_A_LOCK_NAME,
			      (int)strlen(lock->name), lock->name);
	else
		ret = nla_put(request, MOTET_A_LOCK_ID, sizeof(lock->id),
			      &lock->id);
	if (ret)
		return -ENOMEM;
	ret = client_exchange(client, request, records);
	return ret || records->n ? ret : -ENOMSG;
}

/* --- ls ------------------------------------------------------------------ */

static const struct argp_option lock_ls_options[] = {
	{ "names", 'n', NULL, 0, "Names only, one on a line", 0 },
	{ 0 },
};

static const struct argp lock_ls_argp = {
	.options = lock_ls_options,
	.parser = lock_parse,
	.children = lock_children,
	.doc = "List locks. In names \\xHH is a byte that can't be shown.",
};

static char *lock_held(const struct lock_record *lock)
{
	if (lock->exclusive)
		return text_format("exclusive");
	if (lock->shared)
		return text_format("shared %u", lock->shared);
	return text_format("-");
}

static void lock_ls_print(const struct records *locks)
{
	static const struct table_column columns[] = {
		{ "LOCK", 0 }, { "UID", 1 }, { "MODE", 0 }, { "OPEN", 1 },
		{ "HELD", 0 }, { "ORPHANS", 1 }, { "WAITING", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	size_t i;

	for (i = 0; i < locks->n; i++) {
		const struct lock_record *lock = records_at(locks, i);

		table_put_owned(&table, TABLE_PLAIN, record_lock_title(lock));
		table_put(&table, TABLE_PLAIN, "%u", lock->uid);
		table_put(&table, TABLE_PLAIN, "%04o", lock->mode);
		table_put(&table, TABLE_PLAIN, "%u", lock->openings);
		table_put_owned(&table, TABLE_PLAIN, lock_held(lock));
		table_put(&table, lock->orphans ? TABLE_RED : TABLE_PLAIN,
			  "%u", lock->orphans);
		table_put(&table, lock->waiting ? TABLE_YELLOW : TABLE_PLAIN,
			  "%u", lock->waiting);
	}
	table_print(&table, stdout);
}

/* For programs: only names that are on a line what they are */
static void lock_ls_print_names(const struct records *locks)
{
	size_t i;

	for (i = 0; i < locks->n; i++) {
		const struct lock_record *lock = records_at(locks, i);
		__cleanup(text) char *title = record_lock_title(lock);

		if (strlen(title) == lock->name.len)
			puts(title);
	}
}

int cmd_lock_ls(int argc, char **argv)
{
	__cleanup(records) struct records locks = records_new(&record_lock);
	__cleanup(client) struct client client = { 0 };
	struct lock_args args = { 0 };
	int ret;

	argp_parse(&lock_ls_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_LOCK_GET, NLM_F_DUMP, &locks);
	if (ret)
		return client_fail(&client, ret, "can't list the locks");
	if (args.names)
		lock_ls_print_names(&locks);
	else if (args.json)
		command_print_json(records_json(&locks), false);
	else
		lock_ls_print(&locks);
	return command_flush();
}

/* --- status -------------------------------------------------------------- */

static const struct argp lock_status_argp = {
	.parser = lock_one_parse,
	.children = lock_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Show who has a lock, who waits, and what happened at it.",
};

static void lock_status_row(struct table *table, const char *what, char *value)
{
	table_put(table, TABLE_BOLD, "%s", what);
	table_put_owned(table, TABLE_PLAIN, value);
}

static void lock_status_numbers(const struct lock_record *lock)
{
	static const struct table_column columns[] = {
		{ NULL, 0 }, { NULL, 0 },
	};
	__cleanup(table) struct table t = table_new(columns,
						    ARRAY_SIZE(columns));
	const struct {
		const char *what;
		unsigned long long number;
	} numbers[] = {
		{ "openings", lock->openings },
		{ "orphans", lock->orphans },
		{ "requests that wait", lock->waiting },
		{ "  at most so far", lock->waiting_peak },
		{ "granted", lock->granted },
		{ "had to wait", lock->queued },
		{ "refused", lock->refused },
		{ "timed out", lock->timeouts },
		{ "circles", lock->deadlocks },
		{ "became orphans", lock->orphaned },
	};
	char id[MOTET_ID_TEXT_SIZE];
	size_t i;

	lock_status_row(&t, "lock", record_lock_title(lock));
	lock_status_row(&t, "identifier",
			text_format("id:%s", motet_id_to_string(&lock->id, id)));
	lock_status_row(&t, "owner", text_format("user %u, group %u", lock->uid,
						 lock->gid));
	lock_status_row(&t, "mode", text_format("%04o", lock->mode));
	lock_status_row(&t, "held", lock_held(lock));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		lock_status_row(&t, numbers[i].what,
				text_format("%llu", numbers[i].number));
	lock_status_row(&t, "longest wait",
			text_from_time_ns(lock->longest_wait));
	table_print(&t, stdout);
}

/* An orphan has no process; and the actor may be none of the reader's business */
static void lock_status_requests(const struct records *requests)
{
	static const struct table_column columns[] = {
		{ "STATE", 0 }, { "MODE", 0 }, { "PID", 1 }, { "LOCK ID", 1 },
		{ "ACTOR", 0 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];
	size_t i;

	for (i = 0; i < requests->n; i++) {
		const struct lock_request_record *request =
			records_at(requests, i);

		table_put(&table, request->state == MOTET_LOCK_ORPHANED ?
			  TABLE_RED : TABLE_PLAIN, "%s",
			  motet_lock_state_to_string(request->state));
		table_put(&table, TABLE_PLAIN, "%s",
			  motet_lock_mode_to_string(request->mode));
		if (record_has(request, MOTET_A_LOCK_REQUEST_PID))
			table_put(&table, TABLE_PLAIN, "%u", request->pid);
		else
			table_put(&table, TABLE_PLAIN, "-");
		table_put(&table, TABLE_PLAIN, "%llu", request->lock_id);
		if (record_has(request, MOTET_A_LOCK_REQUEST_ACTOR))
			table_put(&table, TABLE_PLAIN, "id:%s",
				  motet_id_to_string(&request->actor, id));
		else
			table_put(&table, TABLE_PLAIN, "-");
	}
	table_print(&table, stdout);
}

static int lock_get_requests(struct client *client,
			     const struct lock_record *lock,
			     struct records *requests)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;

	request = client_request(client, MOTET_CMD_LOCK_REQUEST_GET,
				 NLM_F_DUMP);
	if (!request || nla_put(request, MOTET_A_LOCK_REQUEST_LOCK,
				sizeof(lock->id), &lock->id))
		return -ENOMEM;
	return client_exchange(client, request, requests);
}

static void lock_status_print(const struct lock_record *lock,
			      const struct records *requests, bool json)
{
	json_t *object;

	if (json) {
		object = record_json(&record_lock, lock);
		json_object_set_new(object, "requests", records_json(requests));
		command_print_json(object, false);
		return;
	}
	lock_status_numbers(lock);
	if (requests->n) {
		putchar('\n');
		lock_status_requests(requests);
	}
}

int cmd_lock_status(int argc, char **argv)
{
	__cleanup(records) struct records requests =
		records_new(&record_lock_request);
	__cleanup(records) struct records locks = records_new(&record_lock);
	__cleanup(client) struct client client = { 0 };
	struct lock_args args = { 0 };
	int ret;

	argp_parse(&lock_status_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = lock_ask(&client, &args.lock, MOTET_CMD_LOCK_GET, &locks);
	if (!ret)
		ret = lock_get_requests(&client, records_at(&locks, 0),
					&requests);
	if (ret)
		return lock_fail(args.lock.text, ret);
	lock_status_print(records_at(&locks, 0), &requests, args.json);
	return command_flush();
}

/* --- purge --------------------------------------------------------------- */

static const struct argp lock_purge_argp = {
	.parser = lock_one_parse,
	.children = lock_children,
	.args_doc = "NAME|id:HEX",
	.doc = "End the orphans of a lock, and let those who wait have it.",
};

/* By name as the lock's mode allows it */
static int lock_purge_name(const char *name, unsigned int *purged)
{
	__cleanup(fd) int actor = target_actor_open();
	__u64 opening;
	int ret;

	if (actor < 0)
		return -actor;
	ret = motet_lock_open(actor, name, 0, 0, &opening);
	if (!ret)
		ret = motet_lock_purge(actor, opening, purged);
	return ret ? lock_fail(name, ret) : COMMAND_OK;
}

/* By identifier as an administrator */
static int lock_purge_id(const struct target *lock, unsigned int *purged)
{
	__cleanup(records) struct records locks = records_new(&record_lock);
	__cleanup(client) struct client client = { 0 };
	const struct lock_record *found;
	int ret = client_open(&client);

	if (ret)
		return ret;
	ret = lock_ask(&client, lock, MOTET_CMD_LOCK_PURGE, &locks);
	if (ret)
		return lock_fail(lock->text, ret);
	found = records_at(&locks, 0);
	*purged = found->purged;
	return COMMAND_OK;
}

int cmd_lock_purge(int argc, char **argv)
{
	struct lock_args args = { 0 };
	unsigned int purged = 0;
	int ret;

	argp_parse(&lock_purge_argp, argc, argv, 0, NULL, &args);
	if (args.lock.name)
		ret = lock_purge_name(args.lock.name, &purged);
	else
		ret = lock_purge_id(&args.lock, &purged);
	if (ret)
		return ret;
	if (args.json)
		command_print_json(json_pack("{s:i}", "purged", (int)purged),
				   false);
	else
		printf("%u orphans purged\n", purged);
	return command_flush();
}
