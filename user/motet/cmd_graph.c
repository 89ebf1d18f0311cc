// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet graph: a picture of who holds, sends, subscribes and waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include <netlink/attr.h>

#include "client.h"
#include "command.h"
#include "graph.h"

extern char **environ;

struct graph_args {
	bool svg;
	bool all;
	const char *output;
};

static const struct argp_option graph_options[] = {
	{ "svg", 's', NULL, 0, "A picture (SVG); needs Graphviz", 0 },
	{ "all", 'a', NULL, 0, "Also what only its own process knows, and free locks", 0 },
	{ "output", 'o', "FILE", 0, "Write to a file", 0 },
	{ 0 },
};

static error_t graph_parse(int key, char *arg, struct argp_state *state)
{
	struct graph_args *args = state->input;

	switch (key) {
	case 's':
		args->svg = true;
		return 0;
	case 'a':
		args->all = true;
		return 0;
	case 'o':
		args->output = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp graph_argp = {
	.options = graph_options,
	.parser = graph_parse,
	.doc = "Draw who holds, sends, subscribes and waits, in the language of Graphviz.",
};

/* --- what there is ------------------------------------------------------- */

/* What there is of one object; nothing, if it is gone or not for us to see */
static int graph_get_of(struct client *client, int command, int attribute,
			const struct motet_id *id, struct records *records)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;
	int ret;

	request = client_request(client, command, NLM_F_DUMP);
	if (!request || nla_put(request, attribute, sizeof(*id), id))
		return -ENOMEM;
	ret = client_exchange(client, request, records);
	return ret == -ESRCH || ret == -EACCES ? 0 : ret;
}

static int graph_get_members(struct client *client, struct graph *graph)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < graph->groups.n; i++) {
		const struct group_record *group =
			records_at(&graph->groups, i);

		ret = graph_get_of(client, MOTET_CMD_GROUP_MEMBER_GET,
				   MOTET_A_MEMBER_GROUP, &group->id,
				   &graph->members);
	}
	return ret;
}

static int graph_get_trackers_of(struct client *client, struct graph *graph,
				 const struct motet_id *id, unsigned int count)
{
	return count ? graph_get_of(client, MOTET_CMD_TRACKER_GET,
				    MOTET_A_TRACKER_OBJECT, id,
				    &graph->trackers) : 0;
}

static int graph_get_trackers(struct client *client, struct graph *graph)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < graph->groups.n; i++) {
		const struct group_record *group =
			records_at(&graph->groups, i);

		ret = graph_get_trackers_of(client, graph, &group->id,
					    group->trackers);
	}
	for (i = 0; !ret && i < graph->checkpoints.n; i++) {
		const struct checkpoint_record *checkpoint =
			records_at(&graph->checkpoints, i);

		ret = graph_get_trackers_of(client, graph, &checkpoint->id,
					    checkpoint->trackers);
	}
	return ret;
}

static int graph_get_requests(struct client *client, struct graph *graph)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < graph->locks.n; i++) {
		const struct lock_record *lock = records_at(&graph->locks, i);

		if (graph_shows_lock(graph, lock))
			ret = graph_get_of(client, MOTET_CMD_LOCK_REQUEST_GET,
					   MOTET_A_LOCK_REQUEST_LOCK, &lock->id,
					   &graph->requests);
	}
	return ret;
}

static int graph_get(struct client *client, struct graph *graph)
{
	const struct {
		int command;
		struct records *records;
	} lists[] = {
		{ MOTET_CMD_ACTOR_GET, &graph->actors },
		{ MOTET_CMD_PORT_GET, &graph->ports },
		{ MOTET_CMD_GROUP_GET, &graph->groups },
		{ MOTET_CMD_CHANNEL_GET, &graph->channels },
		{ MOTET_CMD_CHECKPOINT_GET, &graph->checkpoints },
		{ MOTET_CMD_LOCK_GET, &graph->locks },
		{ MOTET_CMD_HANDLE_GET, &graph->handles },
	};
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < ARRAY_SIZE(lists); i++)
		ret = client_get(client, lists[i].command, NLM_F_DUMP,
				 lists[i].records);
	if (!ret)
		ret = graph_get_members(client, graph);
	if (!ret)
		ret = graph_get_trackers(client, graph);
	if (!ret)
		ret = graph_get_requests(client, graph);
	return ret;
}

/* --- the picture --------------------------------------------------------- */

/* Let Graphviz draw what is in a file. */
static int graph_draw(FILE *dot, int out)
{
	char program[] = "dot", format[] = "-Tsvg";
	char *const argv[] = { program, format, NULL };
	posix_spawn_file_actions_t actions;
	int ret, status;
	pid_t pid;

	ret = posix_spawn_file_actions_init(&actions);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, fileno(dot), 0);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!ret)
		ret = posix_spawnp(&pid, *argv, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (ret == ENOENT)
		return command_fail(0, "no program \"dot\"; install graphviz, or do without --svg");
	if (ret)
		return command_fail(-ret, "can't run dot: %s", strerror(ret));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return command_fail(-errno, "dot is lost");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return command_fail(0, "dot has failed");
	return COMMAND_OK;
}

static int graph_put(const struct graph *graph, bool svg, FILE *out)
{
	FILE *dot = svg ? tmpfile() : out;
	int ret = COMMAND_OK;

	if (!dot)
		return command_fail(-errno, "no temporary file: %s",
				    strerror(errno));
	graph_write(graph, dot);
	if (fflush(dot) || ferror(dot))
		ret = command_fail(-errno, "can't write: %s", strerror(errno));
	if (!svg)
		return ret;
	rewind(dot);
	ret = ret ? ret : graph_draw(dot, fileno(out));
	fclose(dot);
	return ret;
}

int cmd_graph(int argc, char **argv)
{
	__cleanup(graph) struct graph graph = graph_new();
	__cleanup(client) struct client client = { 0 };
	struct graph_args args = { 0 };
	FILE *out = stdout;
	int ret;

	argp_parse(&graph_argp, argc, argv, 0, NULL, &args);
	ret = client_open(&client);
	if (ret)
		return ret;
	graph.all = args.all;
	ret = graph_get(&client, &graph);
	if (ret)
		return client_fail(&client, ret, "can't list the objects");
	if (args.output)
		out = fopen(args.output, "we");
	if (!out)
		return command_fail(-errno, "%s: %s", args.output,
				    strerror(errno));
	ret = graph_put(&graph, args.svg, out);
	if (args.output && fclose(out) && !ret)
		ret = command_fail(-errno, "%s: %s", args.output,
				   strerror(errno));
	return ret ? ret : command_flush();
}
