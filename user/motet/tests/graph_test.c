// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the graph that is drawn: nodes, edges, and names that are odd.
 */
#include <linux/motet_lock.h>

#include "graph.h"
#include "replay.h"

static const struct motet_id graph_actor = { { 1, 1 } };
static const struct motet_id graph_sender = { { 1, 2 } };
static const struct motet_id graph_port = { { 2, 1 } };
static const struct motet_id graph_default = { { 2, 2 } };
static const struct motet_id graph_group = { { 3, 1 } };
static const struct motet_id graph_channel = { { 4, 1 } };
static const struct motet_id graph_checkpoint = { { 5, 1 } };
static const struct motet_id graph_lock = { { 6, 1 } };

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

static struct handle_record *graph_add_open(struct graph *graph,
					    const struct motet_id *object,
					    const struct motet_id *actor,
					    unsigned int role,
					    unsigned int rights)
{
	struct handle_record *handle = graph_add(&graph->handles);

	handle->object = *object;
	handle->actor = *actor;
	handle->uid = 7;
	handle->role = role;
	handle->rights = rights;
	return handle;
}

static void graph_add_handle(struct graph *graph, const struct motet_id *object,
			     const struct motet_id *actor, unsigned int role)
{
	bool sends = role == MOTET_ROLE_SENDER || role == MOTET_ROLE_GROUP;

	graph_add_open(graph, object, actor, role, sends ? MOTET_MODE_SEND :
							   MOTET_MODE_RECEIVE);
}

static struct lock_record *graph_add_lock(struct graph *graph)
{
	struct lock_record *lock = graph_add(&graph->locks);

	lock->id = graph_lock;
	return lock;
}

static struct lock_request_record *
graph_add_request(struct graph *graph, const struct motet_id *actor,
		  unsigned int mode, unsigned int state)
{
	struct lock_request_record *request = graph_add(&graph->requests);

	request->lock = graph_lock;
	request->actor = *actor;
	request->mode = mode;
	request->state = state;
	request->present = 1UL << MOTET_A_LOCK_REQUEST_PID |
			   1UL << MOTET_A_LOCK_REQUEST_ACTOR;
	return request;
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

/* A default port that tracks something is drawn. */
static void trackers_are_pointed_to(void **state)
{
	static const char *const lines[] = {
		"default port",
		"object_03010000000000000000000000000000 -> object_02020000000000000000000000000000 [style=dashed, color=darkgreen, label=\"tracks\"];",
		NULL,
	};
	struct graph graph = graph_new();
	struct tracker_record *tracker;

	(void)state;
	graph_add_port(&graph, &graph_default, NULL)->is_default = true;
	tracker = graph_add(&graph.trackers);
	tracker->object = graph_group;
	expect_unwritten(&graph, "->");
	tracker->port = graph_default;
	tracker->present = 1UL << MOTET_A_TRACKER_PORT;
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

static void channels_are_between_processes(void **state)
{
	static const char *const lines[] = {
		"object_04010000000000000000000000000000 [shape=cds, style=\"filled\", fillcolor=\"#ffd9b0\", label=\"id:04010000000000000000000000000000\\n5 retained\"];",
		"actor_01010000000000000000000000000000 -> object_04010000000000000000000000000000 [color=steelblue, label=\"\"];",
		"object_04010000000000000000000000000000 -> actor_01020000000000000000000000000000 [color=black, label=\"3 queued, 2 lost\"];",
		/* nobody lists them, but they are seen to have it open */
		"actor_01020000000000000000000000000000 [shape=ellipse, label=\"user 9\"];",
		NULL,
	};
	struct graph graph = graph_new();
	struct channel_record *channel;
	struct handle_record *handle;

	(void)state;
	channel = graph_add(&graph.channels);
	channel->id = graph_channel;
	channel->retained = 5;
	channel->retained_max = 8;
	graph_add_actor(&graph, &graph_actor, &graph_default, 0);
	graph_add_open(&graph, &graph_channel, &graph_actor, MOTET_ROLE_CHANNEL,
		       MOTET_MODE_SEND);
	handle = graph_add_open(&graph, &graph_channel, &graph_sender,
				MOTET_ROLE_CHANNEL, MOTET_MODE_RECEIVE);
	handle->messages = 3;
	handle->lost = 2;
	handle->uid = 9;
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

/* Who does both is seen to do both */
static void publishers_may_subscribe(void **state)
{
	static const char *const lines[] = {
		"actor_01010000000000000000000000000000 -> object_04010000000000000000000000000000",
		"object_04010000000000000000000000000000 -> actor_01010000000000000000000000000000",
		NULL,
	};
	struct graph graph = graph_new();

	(void)state;
	graph_add_open(&graph, &graph_channel, &graph_actor, MOTET_ROLE_CHANNEL,
		       MOTET_MODE_SEND | MOTET_MODE_RECEIVE);
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

static void checkpoints_are_read_and_written(void **state)
{
	static const char *const lines[] = {
		"object_05010000000000000000000000000000 [shape=cylinder, style=\"filled,dashed\", fillcolor=\"#ffb0a8\", label=\"id:05010000000000000000000000000000\\n1 of 1 sections\"];",
		"actor_01010000000000000000000000000000 -> object_05010000000000000000000000000000 [color=steelblue",
		"object_05010000000000000000000000000000 -> actor_01020000000000000000000000000000 [color=black, label=\"\"];",
		NULL,
	};
	struct checkpoint_record *checkpoint;
	struct graph graph = graph_new();

	(void)state;
	checkpoint = graph_add(&graph.checkpoints);
	checkpoint->id = graph_checkpoint;
	checkpoint->sections = 1;
	checkpoint->sections_max = 1;
	checkpoint->retained = true;
	graph_add_open(&graph, &graph_checkpoint, &graph_actor,
		       MOTET_ROLE_CHECKPOINT, MOTET_MODE_SEND);
	graph_add_open(&graph, &graph_checkpoint, &graph_sender,
		       MOTET_ROLE_CHECKPOINT, MOTET_MODE_RECEIVE);
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

/* A circle of these arrows is a deadlock. */
static void locks_point_to_who_has_them(void **state)
{
	static const char *const lines[] = {
		"object_06010000000000000000000000000000 [shape=octagon, style=\"filled\", fillcolor=\"#f4f8fb\", label=\"id:06010000000000000000000000000000\\n1 waiting\"];",
		"object_06010000000000000000000000000000 -> actor_01010000000000000000000000000000 [color=black, label=\"exclusive\"];",
		"actor_01020000000000000000000000000000 -> object_06010000000000000000000000000000 [color=red, penwidth=2, label=\"shared, waiting\"];",
		"actor_01010000000000000000000000000000 [shape=ellipse, label=\"user 7\"];",
		"actor_01020000000000000000000000000000 [shape=ellipse, label=\"?\"];",
		NULL,
	};
	struct graph graph = graph_new();
	struct lock_record *lock = graph_add_lock(&graph);

	(void)state;
	expect_unwritten(&graph, "octagon");
	lock->exclusive = 1;
	lock->waiting = 1;
	graph_add_request(&graph, &graph_actor, MOTET_LOCK_EXCLUSIVE,
			  MOTET_LOCK_GRANTED);
	graph_add_request(&graph, &graph_sender, MOTET_LOCK_SHARED,
			  MOTET_LOCK_WAITING);
	graph_add_actor(&graph, &graph_actor, &graph_default, 0);
	expect_written(&graph, lines);
	cleanup_graph(&graph);
}

/* Nobody has them, and they keep others out. */
static void orphans_have_no_process(void **state)
{
	static const char *const lines[] = {
		"style=\"filled,dashed\"", "\\n1 orphaned\"];", NULL,
	};
	struct graph graph = graph_new();
	struct lock_record *lock = graph_add_lock(&graph);
	struct lock_request_record *request;

	(void)state;
	lock->exclusive = 1;
	lock->orphans = 1;
	request = graph_add_request(&graph, &graph_actor, MOTET_LOCK_EXCLUSIVE,
				    MOTET_LOCK_ORPHANED);
	request->present &= ~(1UL << MOTET_A_LOCK_REQUEST_PID);
	expect_written(&graph, lines);
	expect_unwritten(&graph, "->");
	expect_unwritten(&graph, "ellipse");
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
		cmocka_unit_test(trackers_are_pointed_to),
		cmocka_unit_test(processes_are_drawn_once),
		cmocka_unit_test(channels_are_between_processes),
		cmocka_unit_test(publishers_may_subscribe),
		cmocka_unit_test(checkpoints_are_read_and_written),
		cmocka_unit_test(locks_point_to_who_has_them),
		cmocka_unit_test(orphans_have_no_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
