// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the graph that is drawn: nodes, edges, and names that are odd.
 */
#include "graph.h"
#include "replay.h"

static const struct motet_id graph_actor = { { 1, 1 } };
static const struct motet_id graph_sender = { { 1, 2 } };
static const struct motet_id graph_port = { { 2, 1 } };
static const struct motet_id graph_default = { { 2, 2 } };
static const struct motet_id graph_group = { { 3, 1 } };

/* The caller fills in what it makes room for */
static void *graph_add(struct records *records)
{
	size_t size = record_size(records->type);

	records->items = realloc(records->items, (records->n + 1) * size);
	assert_non_null(records->items);
	memset(records->items + records->n * size, 0, size);
	return records->items + records->n++ * size;
}

static void graph_add_actor(struct graph *graph, const struct motet_id *id,
			    const struct motet_id *port, unsigned int pid)
{
	struct actor_record *actor = graph_add(&graph->actors);

	actor->id = *id;
	actor->port = *port;
	actor->pid = pid;
	actor->uid = 7;
}

static struct port_record *graph_add_port(struct graph *graph,
					  const struct motet_id *id,
					  const char *name)
{
	struct port_record *port = graph_add(&graph->ports);

	port->id = *id;
	port->messages_max = 10;
	if (!name)
		return port;
	port->present |= 1UL << MOTET_A_PORT_NAME;
	port->name.bytes = (unsigned char *)strdup(name);
	port->name.len = strlen(name);
	return port;
}

static void graph_add_handle(struct graph *graph, const struct motet_id *object,
			     const struct motet_id *actor, unsigned int role)
{
	struct handle_record *handle = graph_add(&graph->handles);

	handle->object = *object;
	handle->actor = *actor;
	handle->role = role;
}

static void expect_written(const struct graph *graph, const char *const *lines)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	graph_write(graph, out);
	fclose(out);
	for (; *lines; lines++)
		if (!strstr(text, *lines))
			fail_msg("no \"%s\" in:\n%s", *lines, text);
	free(text);
}

static void expect_unwritten(const struct graph *graph, const char *unwanted)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	graph_write(graph, out);
	fclose(out);
	assert_null(strstr(text, unwanted));
	free(text);
}

static void messages_go_along_the_edges(void **state)
{
	static const char *const lines[] = {
		"actor_01010000000000000000000000000000 [shape=ellipse, label=\"user 7\"];",
		"object_02010000000000000000000000000000 [shape=box",
		"label=\"jobs\\n0 of 10\"];",
		"object_02010000000000000000000000000000 -> actor_01010000000000000000000000000000 [color=black",
		"actor_01020000000000000000000000000000 -> object_02010000000000000000000000000000 [color=steelblue",
		NULL,
	};
	struct graph graph = graph_new();

	(void)state;
	graph_add_actor(&graph, &graph_actor, &graph_default, 0);
	graph_add_actor(&graph, &graph_sender, &graph_default, 0);
	graph_add_port(&graph, &graph_port, "jobs");
	graph_add_handle(&graph, &graph_port, &graph_actor, MOTET_ROLE_HOLDER);
	graph_add_handle(&graph, &graph_port, &graph_sender, MOTET_ROLE_SENDER);
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

static void who_waits_is_seen(void **state)
{
	static const char *const lines[] = {
		"color=red, penwidth=2, label=\"3 waiting\"",
		"10 of 10\\n3 waiting", "fillcolor=\"#ffb0a8\"", NULL,
	};
	struct graph graph = graph_new();
	struct handle_record *handle;
	struct port_record *port;

	(void)state;
	port = graph_add_port(&graph, &graph_port, "full");
	port->messages = 10;
	port->suspended = 3;
	graph_add_handle(&graph, &graph_port, &graph_sender, MOTET_ROLE_SENDER);
	handle = records_at(&graph.handles, 0);
	handle->waiting = 3;
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

/* Whatever a name is, it stays inside its label. */
static void odd_names_stay_names(void **state)
{
	static const char *const lines[] = {
		"label=\"a\\\"b\\\\x0a\\\\\\\\c\\n0 of 10\"", NULL,
	};
	struct graph graph = graph_new();

	(void)state;
	graph_add_port(&graph, &graph_port, "a\"b\n\\c");
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

static void default_ports_are_their_processes(void **state)
{
	static const char *const lines[] = { "default port", NULL };
	struct graph graph = graph_new();
	struct port_record *port;

	(void)state;
	port = graph_add_port(&graph, &graph_default, NULL);
	port->is_default = true;
	graph_add_handle(&graph, &graph_default, &graph_actor,
			 MOTET_ROLE_ACTOR);
	expect_unwritten(&graph, "default port");
	expect_unwritten(&graph, "->");
	/* unless somebody sends there */
	port->handles = 1;
	expect_written(&graph, lines);
	port->handles = 0;
	graph.all = true;
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

static void groups_point_to_members(void **state)
{
	static const char *const lines[] = {
		"object_03010000000000000000000000000000 [shape=hexagon",
		"\\nwork, 4 of 8",
		"object_03010000000000000000000000000000 -> object_02010000000000000000000000000000 [color=darkgreen, label=\"busy\"];",
		"actor_01020000000000000000000000000000 -> object_03010000000000000000000000000000",
		NULL,
	};
	struct graph graph = graph_new();
	struct member_record *member;
	struct group_record *group;

	(void)state;
	group = graph_add(&graph.groups);
	group->id = graph_group;
	group->address = MOTET_ADDRESS_WORK;
	group->backlog = 4;
	group->backlog_max = 8;
	group->present = 1UL << MOTET_A_GROUP_BACKLOG;
	member = graph_add(&graph.members);
	member->group = graph_group;
	member->port = graph_port;
	member->busy = 1;
	member->present = 1UL << MOTET_A_MEMBER_PORT |
			  1UL << MOTET_A_MEMBER_BUSY;
	graph_add_handle(&graph, &graph_group, &graph_sender, MOTET_ROLE_GROUP);
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

/* Several actors of a process are one node. */
static void processes_are_drawn_once(void **state)
{
	struct graph graph = graph_new();
	char *text, *first;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	graph_add_actor(&graph, &graph_actor, &graph_default, 1);
	graph_add_actor(&graph, &graph_sender, &graph_default, 1);
	graph_write(&graph, out);
	fclose(out);
	first = strstr(text, "process_1 [");
	assert_non_null(first);
	assert_null(strstr(first + 1, "process_1 ["));
	free(text);
	cleanup_graph(&graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_go_along_the_edges),
		cmocka_unit_test(who_waits_is_seen),
		cmocka_unit_test(odd_names_stay_names),
		cmocka_unit_test(default_ports_are_their_processes),
		cmocka_unit_test(groups_point_to_members),
		cmocka_unit_test(processes_are_drawn_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
