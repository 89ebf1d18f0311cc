// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet checkpoint ls, sections, status: checkpoints as they are.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "checkpoint.h"
#include "client.h"
#include "command.h"
#include "table.h"

struct checkpoint_ls_args {
	bool json;
	bool names;
	const char *name;
};

static error_t checkpoint_ls_parse(int key, char *arg, struct argp_state *state)
{
	struct checkpoint_ls_args *args = state->input;

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

static const struct argp_child checkpoint_ls_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

/* --- ls ------------------------------------------------------------------ */

static const struct argp_option checkpoint_ls_options[] = {
	{ "names", 'n', NULL, 0, "Names only, one on a line", 0 },
	{ 0 },
};

static const struct argp checkpoint_ls_argp = {
	.options = checkpoint_ls_options,
	.parser = checkpoint_ls_parse,
	.children = checkpoint_ls_children,
	.doc = "List checkpoints. In names \\xHH is a byte that can't be shown.",
};

static void checkpoint_ls_print(const struct records *checkpoints)
{
	static const struct table_column columns[] = {
		{ "CHECKPOINT", 0 }, { "UID", 1 }, { "MODE", 0 },
		{ "SECTIONS", 1 }, { "OF", 1 }, { "BYTES", 1 }, { "OF", 1 },
		{ "OPEN", 1 }, { "CHANGES", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	enum table_colour colour;
	size_t i;

	for (i = 0; i < checkpoints->n; i++) {
		const struct checkpoint_record *one =
			records_at(checkpoints, i);

		colour = one->exhausted ? TABLE_RED : TABLE_PLAIN;
		table_put_owned(&table, TABLE_PLAIN,
				record_checkpoint_title(one));
		table_put(&table, TABLE_PLAIN, "%u", one->uid);
		table_put(&table, TABLE_PLAIN, "%04o", one->mode);
		table_put(&table, colour, "%u", one->sections);
		table_put(&table, TABLE_PLAIN, "%u", one->sections_max);
		table_put_owned(&table, colour, text_from_size(one->bytes));
		table_put_owned(&table, TABLE_PLAIN,
				text_from_size(one->bytes_max));
		table_put(&table, one->handles ? TABLE_PLAIN : TABLE_YELLOW,
			  "%u", one->handles);
		table_put(&table, TABLE_PLAIN, "%llu", one->generation);
	}
	table_print(&table, stdout);
}

/* For programs: only names that are on a line what they are */
static void checkpoint_ls_print_names(const struct records *checkpoints)
{
	size_t i;

	for (i = 0; i < checkpoints->n; i++) {
		const struct checkpoint_record *one =
			records_at(checkpoints, i);
		__cleanup(text) char *title = record_checkpoint_title(one);

		if (record_has(one, MOTET_A_CHECKPOINT_NAME) &&
		    strlen(title) == one->name.len)
			puts(title);
	}
}

int cmd_checkpoint_ls(int argc, char **argv)
{
	__cleanup(records) struct records found =
		records_new(&record_checkpoint);
	__cleanup(client) struct client client = { 0 };
	struct checkpoint_ls_args args = { 0 };
	int ret;

	argp_parse(&checkpoint_ls_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = client_get(&client, MOTET_CMD_CHECKPOINT_GET, NLM_F_DUMP, &found);
	if (ret)
		return client_fail(&client, ret, "can't list the checkpoints");
	if (args.names)
		checkpoint_ls_print_names(&found);
	else if (args.json)
		command_print_json(records_json(&found), false);
	else
		checkpoint_ls_print(&found);
	return command_flush();
}

static error_t checkpoint_one_parse(int key, char *arg,
				    struct argp_state *state)
{
	struct checkpoint_ls_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one checkpoint, please");
		args->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which checkpoint?");
		return 0;
	default:
		return checkpoint_ls_parse(key, arg, state);
	}
}

/* --- sections ------------------------------------------------------------ */

static const struct argp checkpoint_sections_argp = {
	.parser = checkpoint_one_parse,
	.children = checkpoint_ls_children,
	.args_doc = "NAME",
	.doc = "List the sections of a checkpoint, in the order of their creation.",
};

/* Nanoseconds until a time of CLOCK_BOOTTIME */
static unsigned long long checkpoint_until(unsigned long long time)
{
	struct timespec now;
	unsigned long long ns;

	clock_gettime(CLOCK_BOOTTIME, &now);
	ns = now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec;
	return time > ns ? time - ns : 0;
}

static void checkpoint_section_row(struct table *table, const void *id,
				   const struct motet_section_next *section)
{
	table_put_owned(table, TABLE_PLAIN,
			section_name_title(id, section->section_len));
	table_put(table, TABLE_PLAIN, "%llu",
		  (unsigned long long)section->bytes);
	if (section->state == MOTET_SECTION_VALID)
		table_put(table, TABLE_PLAIN, "valid");
	else
		table_put(table, TABLE_RED, "corrupted");
	if (section->expires)
		table_put_owned(table, TABLE_PLAIN,
				text_from_time_ns(checkpoint_until(section->expires)));
	else
		table_put(table, TABLE_PLAIN, "never");
	table_put(table, TABLE_PLAIN, "%llu",
		  (unsigned long long)section->generation);
}

static json_t *checkpoint_section_json(const void *id,
				       const struct motet_section_next *section)
{
	json_t *object = json_object();

	record_json_bytes(object, "id", id, section->section_len);
	json_object_set_new(object, "bytes",
			    record_json_number(section->bytes));
	json_object_set_new(object, "corrupted",
			    json_boolean(section->state !=
					 MOTET_SECTION_VALID));
	json_object_set_new(object, "expires",
			    record_json_number(section->expires));
	json_object_set_new(object, "updated",
			    record_json_number(section->updated));
	json_object_set_new(object, "generation",
			    record_json_number(section->generation));
	return object;
}

/* Either table or array is filled; 0 or a negative errno. */
static int checkpoint_sections(int fd, struct table *table, json_t *array)
{
	unsigned char id[MOTET_SECTION_ID_MAX];
	struct motet_section_next next = {
		.size = sizeof(next),
		.filter = MOTET_SECTIONS_ANY,
		.section = (uintptr_t)id,
		.section_cap = sizeof(id),
	};
	int ret;

	while (!(ret = motet_section_next(fd, &next))) {
		if (array)
			json_array_append_new(array,
					      checkpoint_section_json(id, &next));
		else
			checkpoint_section_row(table, id, &next);
	}
	return ret == -ENOENT ? 0 : ret;
}

int cmd_checkpoint_sections(int argc, char **argv)
{
	static const struct table_column columns[] = {
		{ "SECTION", 0 }, { "BYTES", 1 }, { "STATE", 0 },
		{ "EXPIRES", 1 }, { "CHANGE", 1 },
	};
	__cleanup(table) struct table table = table_new(columns,
							ARRAY_SIZE(columns));
	struct checkpoint_ls_args args = { 0 };
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int fd = -1;
	json_t *array = NULL;
	int ret;

	argp_parse(&checkpoint_sections_argp, argc, argv, 0, NULL, &args);
	actor = target_actor_open();
	if (actor < 0)
		return -actor;
	fd = checkpoint_open(actor, args.name, MOTET_CHECKPOINT_READ);
	if (fd < 0)
		return -fd;
	if (args.json)
		array = json_array();
	ret = checkpoint_sections(fd, &table, array);
	if (ret) {
		json_decref(array);
		return checkpoint_fail(args.name, NULL, ret);
	}
	if (args.json)
		command_print_json(array, false);
	else
		table_print(&table, stdout);
	return command_flush();
}

/* --- status -------------------------------------------------------------- */

static const struct argp checkpoint_status_argp = {
	.parser = checkpoint_one_parse,
	.children = checkpoint_ls_children,
	.args_doc = "NAME",
	.doc = "Show how full a checkpoint is, and what it was created for.",
};

static void checkpoint_status_row(struct table *table, const char *what,
				  char *value)
{
	table_put(table, TABLE_BOLD, "%s", what);
	table_put_owned(table, TABLE_PLAIN, value);
}

static char *checkpoint_part(unsigned long long part, unsigned long long whole)
{
	__cleanup(text) char *a = text_from_size(part);
	__cleanup(text) char *b = text_from_size(whole);

	return text_format("%s of %s", a, b);
}

static void checkpoint_status_replicator(struct table *t,
					 const struct checkpoint_record *one)
{
	if (!record_has(one, MOTET_A_CHECKPOINT_REPLICATE))
		return;
	if (!(one->replicate & MOTET_REPLICATE_STREAM)) {
		checkpoint_status_row(t, "replicator",
				      text_format("applies changes"));
		return;
	}
	checkpoint_status_row(t, "replicator",
			      text_format("%u changes to take", one->steps));
	checkpoint_status_row(t, "acknowledged",
			      text_format("%llu", one->acknowledged));
	checkpoint_status_row(t, "calls that wait for it",
			      text_format("%u", one->waiting));
}

static void checkpoint_status_print(const struct checkpoint_record *one)
{
	static const struct table_column columns[] = {
		{ NULL, 0 }, { NULL, 0 },
	};
	__cleanup(table) struct table t = table_new(columns,
						    ARRAY_SIZE(columns));
	char id[MOTET_ID_TEXT_SIZE];

	checkpoint_status_row(&t, "identifier",
			      text_format("id:%s",
					  motet_id_to_string(&one->id, id)));
	checkpoint_status_row(&t, "mode", text_format("%04o", one->mode));
	checkpoint_status_row(&t, "retention",
			      one->retention == ~0ULL ?
				      text_format("forever") :
				      text_from_time_ns(one->retention));
	checkpoint_status_row(&t, "sections",
			      text_format("%u of %u", one->sections,
					  one->sections_max));
	checkpoint_status_row(&t, "bytes",
			      checkpoint_part(one->bytes, one->bytes_max));
	checkpoint_status_row(&t, "bytes of a section, at most",
			      text_from_size(one->section_bytes_max));
	checkpoint_status_row(&t, "bytes of an id, at most",
			      text_format("%u", one->section_id_max));
	checkpoint_status_row(&t, "memory", text_from_size(one->memory));
	checkpoint_status_row(&t, "open", text_format("%u", one->handles));
	checkpoint_status_row(&t, "tracked", text_format("%u", one->trackers));
	checkpoint_status_row(&t, "views", text_format("%u", one->views));
	checkpoint_status_row(&t, "changes",
			      text_format("%llu", one->generation));
	checkpoint_status_row(&t, "calls that read",
			      text_format("%llu", one->reads));
	checkpoint_status_row(&t, "calls that wrote",
			      text_format("%llu", one->writes));
	checkpoint_status_replicator(&t, one);
	table_print(&t, stdout);
}

/* By netlink: it shows more than the file descriptor, and opens nothing. */
static int checkpoint_get(struct client *client, const char *name,
			  struct records *found)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;

	request = client_request(client, MOTET_CMD_CHECKPOINT_GET, 0);
	if (!request || nla_put(request, MOTET_A_CHECKPOINT_NAME,
				(int)strlen(name), name))
		return -ENOMEM;
	return client_exchange(client, request, found);
}

int cmd_checkpoint_status(int argc, char **argv)
{
	__cleanup(records) struct records found =
		records_new(&record_checkpoint);
	__cleanup(client) struct client client = { 0 };
	struct checkpoint_ls_args args = { 0 };
	int ret;

	argp_parse(&checkpoint_status_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	ret = checkpoint_get(&client, args.name, &found);
	if (ret || !found.n)
		return checkpoint_fail(args.name, NULL, ret ? ret : -ENOENT);
	if (args.json)
		command_print_json(record_json(&record_checkpoint,
					       found.items), false);
	else
		checkpoint_status_print(records_at(&found, 0));
	return command_flush();
}
