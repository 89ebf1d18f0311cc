// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The graph of a domain: see graph.h.
 */
#include <string.h>

#include <netlink/attr.h>

#include <motet/motet.h>

#include "graph.h"
#include "text.h"

struct graph graph_new(void)
{
	return (struct graph){
		.actors = records_new(&record_actor),
		.ports = records_new(&record_port),
		.groups = records_new(&record_group),
		.members = records_new(&record_member),
		.trackers = records_new(&record_tracker),
		.channels = records_new(&record_channel),
		.checkpoints = records_new(&record_checkpoint),
		.locks = records_new(&record_lock),
		.requests = records_new(&record_lock_request),
		.handles = records_new(&record_handle),
	};
}

void cleanup_graph(struct graph *graph)
{
	cleanup_records(&graph->actors);
	cleanup_records(&graph->ports);
	cleanup_records(&graph->groups);
	cleanup_records(&graph->members);
	cleanup_records(&graph->trackers);
	cleanup_records(&graph->channels);
	cleanup_records(&graph->checkpoints);
	cleanup_records(&graph->locks);
	cleanup_records(&graph->requests);
	cleanup_records(&graph->handles);
}

/* --- names --------------------------------------------------------------- */

static bool graph_same(const struct motet_id *a, const struct motet_id *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* What is inside quotation marks; the language knows \" and \\ */
static void graph_put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* The actors of a process are one node */
static void graph_put_process(FILE *out, unsigned int pid,
			      const struct motet_id *actor)
{
	char id[MOTET_ID_TEXT_SIZE];

	if (pid)
		fprintf(out, "process_%u", pid);
	else
		fprintf(out, "actor_%s", motet_id_to_string(actor, id));
}

static void graph_put_object(FILE *out, const struct motet_id *object)
{
	char id[MOTET_ID_TEXT_SIZE];

	fprintf(out, "object_%s", motet_id_to_string(object, id));
}

/* The name of a program; "" if it is gone, or in another place */
static void graph_put_program(FILE *out, unsigned int pid)
{
	char path[64], name[64] = "";
	char *escaped;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(name, sizeof(name), file)) {
		name[strcspn(name, "\n")] = '\0';
		escaped = text_escape(name, strlen(name), false);
		graph_put_text(out, escaped);
		fputs("\\n", out);
		free(escaped);
	}
	fclose(file);
}

/* --- what is drawn ------------------------------------------------------- */

static bool graph_is_member(const struct graph *graph,
			    const struct motet_id *port)
{
	size_t i;

	for (i = 0; i < graph->members.n; i++) {
		const struct member_record *member =
			records_at(&graph->members, i);

		if (graph_same(&member->port, port))
			return true;
	}
	return false;
}

static bool graph_is_tracker(const struct graph *graph,
			     const struct motet_id *port)
{
	size_t i;

	for (i = 0; i < graph->trackers.n; i++) {
		const struct tracker_record *tracker =
			records_at(&graph->trackers, i);

		if (graph_same(&tracker->port, port))
			return true;
	}
	return false;
}

/* A default port is part of its process, unless others have to do with it. */
static bool graph_shows_port(const struct graph *graph,
			     const struct port_record *port)
{
	return graph->all || !port->is_default || port->handles ||
	       graph_is_member(graph, &port->id) ||
	       graph_is_tracker(graph, &port->id);
}

static const struct port_record *graph_find_port(const struct graph *graph,
						 const struct motet_id *id)
{
	size_t i;

	for (i = 0; i < graph->ports.n; i++) {
		const struct port_record *port = records_at(&graph->ports, i);

		if (graph_same(&port->id, id))
			return port;
	}
	return NULL;
}

/* On what isn't drawn there are no edges. */
static bool graph_shows_handle(const struct graph *graph,
			       const struct handle_record *handle)
{
	const struct port_record *port;

	if (handle->role == MOTET_ROLE_GROUP ||
	    handle->role == MOTET_ROLE_CHANNEL ||
	    handle->role == MOTET_ROLE_CHECKPOINT)
		return true;
	port = graph_find_port(graph, &handle->object);
	return port && graph_shows_port(graph, port);
}

bool graph_shows_lock(const struct graph *graph, const struct lock_record *lock)
{
	return graph->all || lock->shared || lock->exclusive || lock->waiting;
}

/* An orphan has no process; and of others' requests it may be unknown. */
static bool graph_shows_request(const struct lock_request_record *request)
{
	return record_has(request, MOTET_A_LOCK_REQUEST_PID) &&
	       (request->pid || record_has(request, MOTET_A_LOCK_REQUEST_ACTOR));
}

/* --- processes ----------------------------------------------------------- */

/* Requests on locks don't tell it; other records of the same actor do. */
#define GRAPH_NO_USER	(~0U)

/**
 * struct graph_process - a process, or an actor whose process has no number here
 * @pid: its number, or 0
 * @actor: the actor
 * @uid: its user, or GRAPH_NO_USER
 */
struct graph_process {
	unsigned int pid;
	struct motet_id actor;
	unsigned int uid;
};

/**
 * struct graph_processes - all that are drawn
 * @items: they, each as often as it was found; owned
 * @n: how many
 */
struct graph_processes {
	struct graph_process *items;
	size_t n;
};

static void graph_found(struct graph_processes *found, unsigned int pid,
			const struct motet_id *actor, unsigned int uid)
{
	found->items = text_grow(found->items, found->n + 1,
				 sizeof(*found->items));
	found->items[found->n++] = (struct graph_process){ pid, *actor, uid };
}

/* Those who may not be listed are found by what they have to do with others. */
static void graph_find(const struct graph *graph, struct graph_processes *found)
{
	size_t i;

	for (i = 0; i < graph->actors.n; i++) {
		const struct actor_record *actor =
			records_at(&graph->actors, i);

		graph_found(found, actor->pid, &actor->id, actor->uid);
	}
	for (i = 0; i < graph->handles.n; i++) {
		const struct handle_record *handle =
			records_at(&graph->handles, i);

		if (graph_shows_handle(graph, handle))
			graph_found(found, handle->pid, &handle->actor,
				    handle->uid);
	}
	for (i = 0; i < graph->requests.n; i++) {
		const struct lock_request_record *request =
			records_at(&graph->requests, i);

		if (graph_shows_request(request))
			graph_found(found, request->pid, &request->actor,
				    GRAPH_NO_USER);
	}
}

/* The actors of a process are one node. */
static bool graph_is_same(const struct graph_process *one,
			  const struct graph_process *other)
{
	return one->pid == other->pid &&
	       (one->pid || graph_same(&one->actor, &other->actor));
}

static int graph_by_process(const void *a, const void *b)
{
	const struct graph_process *one = a, *other = b;
	int ret = memcmp(&one->actor, &other->actor, sizeof(one->actor));

	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	if (ret)
		return ret;
	return one->uid < other->uid ? -1 : one->uid > other->uid;
}

static void graph_put_process_node(const struct graph_process *process,
				   FILE *out)
{
	fputc('\t', out);
	graph_put_process(out, process->pid, &process->actor);
	fputs(" [shape=ellipse, label=\"", out);
	if (process->pid) {
		graph_put_program(out, process->pid);
		fprintf(out, "%u\"];\n", process->pid);
	} else if (process->uid == GRAPH_NO_USER) {
		fputs("?\"];\n", out);
	} else {
		fprintf(out, "user %u\"];\n", process->uid);
	}
}

static void graph_put_processes(const struct graph *graph, FILE *out)
{
	struct graph_processes found = { 0 };
	size_t i;

	graph_find(graph, &found);
	if (found.n)
		qsort(found.items, found.n, sizeof(*found.items),
		      graph_by_process);
	for (i = 0; i < found.n; i++)
		if (!i || !graph_is_same(&found.items[i - 1], &found.items[i]))
			graph_put_process_node(&found.items[i], out);
	free(found.items);
}

/* --- objects ------------------------------------------------------------- */

/* From pale to red, as it fills */
static const char *graph_fill(unsigned int used, unsigned int of)
{
	static const char *const colours[] = {
		"#f4f8fb", "#dbeaf5", "#fff2c8", "#ffd9b0", "#ffb0a8",
	};
	size_t i = of ? (size_t)used * ARRAY_SIZE(colours) / of : 0;

	if (used && !i)
		i = 1;
	return colours[i < ARRAY_SIZE(colours) ? i : ARRAY_SIZE(colours) - 1];
}

static void graph_put_port(const struct port_record *port, FILE *out)
{
	__cleanup(text) char *title = port->is_default ?
		text_format("default port") : record_port_title(port);

	fputc('\t', out);
	graph_put_object(out, &port->id);
	fputs(" [shape=box, style=\"filled", out);
	if (port->state == MOTET_PORT_STATE_RETAINED)
		fputs(",dashed", out);
	fprintf(out, "\", fillcolor=\"%s\", label=\"",
		graph_fill(port->messages, port->messages_max));
	graph_put_text(out, title);
	fprintf(out, "\\n%u of %u", port->messages, port->messages_max);
	if (port->leased)
		fprintf(out, ", %u leased", port->leased);
	if (port->suspended)
		fprintf(out, "\\n%u waiting", port->suspended);
	fputs("\"];\n", out);
}

static void graph_put_group(const struct group_record *group, FILE *out)
{
	__cleanup(text) char *title = record_group_title(group);

	fputc('\t', out);
	graph_put_object(out, &group->id);
	fprintf(out, " [shape=hexagon, style=filled, fillcolor=\"%s\", label=\"",
		graph_fill(group->backlog, group->backlog_max));
	graph_put_text(out, title);
	fprintf(out, "\\n%s", motet_address_to_string(group->address));
	if (record_has(group, MOTET_A_GROUP_BACKLOG))
		fprintf(out, ", %u of %u", group->backlog, group->backlog_max);
	fputs("\"];\n", out);
}

static void graph_put_channel(const struct channel_record *channel, FILE *out)
{
	__cleanup(text) char *title = record_channel_title(channel);

	fputc('\t', out);
	graph_put_object(out, &channel->id);
	fprintf(out, " [shape=cds, style=\"filled%s\", fillcolor=\"%s\", label=\"",
		channel->kept ? ",dashed" : "",
		graph_fill(channel->retained, channel->retained_max));
	graph_put_text(out, title);
	if (channel->retained)
		fprintf(out, "\\n%u retained", channel->retained);
	fputs("\"];\n", out);
}

static void graph_put_checkpoint(const struct checkpoint_record *checkpoint,
				 FILE *out)
{
	__cleanup(text) char *title = record_checkpoint_title(checkpoint);

	fputc('\t', out);
	graph_put_object(out, &checkpoint->id);
	fprintf(out, " [shape=cylinder, style=\"filled%s\", fillcolor=\"%s\", label=\"",
		checkpoint->retained ? ",dashed" : "",
		graph_fill(checkpoint->sections, checkpoint->sections_max));
	graph_put_text(out, title);
	fprintf(out, "\\n%u of %u sections\"];\n", checkpoint->sections,
		checkpoint->sections_max);
}

static void graph_put_lock(const struct lock_record *lock, FILE *out)
{
	__cleanup(text) char *title = record_lock_title(lock);

	fputc('\t', out);
	graph_put_object(out, &lock->id);
	fprintf(out, " [shape=octagon, style=\"filled%s\", fillcolor=\"%s\", label=\"",
		lock->orphans ? ",dashed" : "", graph_fill(0, 0));
	graph_put_text(out, title);
	if (lock->orphans)
		fprintf(out, "\\n%u orphaned", lock->orphans);
	if (lock->waiting)
		fprintf(out, "\\n%u waiting", lock->waiting);
	fputs("\"];\n", out);
}

static void graph_put_objects(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->ports.n; i++) {
		const struct port_record *port = records_at(&graph->ports, i);

		if (graph_shows_port(graph, port))
			graph_put_port(port, out);
	}
	for (i = 0; i < graph->groups.n; i++)
		graph_put_group(records_at(&graph->groups, i), out);
	for (i = 0; i < graph->channels.n; i++)
		graph_put_channel(records_at(&graph->channels, i), out);
	for (i = 0; i < graph->checkpoints.n; i++)
		graph_put_checkpoint(records_at(&graph->checkpoints, i), out);
	for (i = 0; i < graph->locks.n; i++) {
		const struct lock_record *lock = records_at(&graph->locks, i);

		if (graph_shows_lock(graph, lock))
			graph_put_lock(lock, out);
	}
}

/* --- edges --------------------------------------------------------------- */

/* Whoever receives, and is no holder */
static const char *graph_receiver_style(unsigned int role)
{
	switch (role) {
	case MOTET_ROLE_STANDBY:
		return "style=dashed, color=gray40";
	case MOTET_ROLE_FORMER:
		return "style=dotted, color=gray40";
	default:
		return "color=black";
	}
}

static void graph_put_receiver(const struct handle_record *handle, FILE *out)
{
	fputc('\t', out);
	graph_put_object(out, &handle->object);
	fputs(" -> ", out);
	graph_put_process(out, handle->pid, &handle->actor);
	fprintf(out, " [%s, label=\"", graph_receiver_style(handle->role));
	if (handle->role == MOTET_ROLE_STANDBY ||
	    handle->role == MOTET_ROLE_FORMER)
		fputs(motet_role_to_string(handle->role), out);
	if (handle->messages)
		fprintf(out, "%u queued", handle->messages);
	if (handle->lost)
		fprintf(out, "%s%llu lost", handle->messages ? ", " : "",
			handle->lost);
	fputs("\"];\n", out);
}

static void graph_put_sender(const struct handle_record *handle, FILE *out)
{
	fputc('\t', out);
	graph_put_process(out, handle->pid, &handle->actor);
	fputs(" -> ", out);
	graph_put_object(out, &handle->object);
	fprintf(out, " [%s, label=\"", handle->waiting ?
		"color=red, penwidth=2" : "color=steelblue");
	if (handle->waiting)
		fprintf(out, "%u waiting", handle->waiting);
	else if (handle->calls)
		fprintf(out, "%u calling", handle->calls);
	fputs("\"];\n", out);
}

static void graph_put_handles(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->handles.n; i++) {
		const struct handle_record *handle =
			records_at(&graph->handles, i);

		if (!graph_shows_handle(graph, handle))
			continue;
		if (handle->rights & MOTET_MODE_RECEIVE)
			graph_put_receiver(handle, out);
		if (handle->rights & MOTET_MODE_SEND)
			graph_put_sender(handle, out);
	}
}

/* From a lock to who has it, and to a lock from who waits */
static void graph_put_request(const struct lock_request_record *request,
			      FILE *out)
{
	const char *mode = motet_lock_mode_to_string(request->mode);
	bool waits = request->state == MOTET_LOCK_WAITING;

	fputc('\t', out);
	if (waits)
		graph_put_process(out, request->pid, &request->actor);
	else
		graph_put_object(out, &request->lock);
	fputs(" -> ", out);
	if (waits)
		graph_put_object(out, &request->lock);
	else
		graph_put_process(out, request->pid, &request->actor);
	fprintf(out, " [%s, label=\"%s%s\"];\n",
		waits ? "color=red, penwidth=2" : "color=black", mode,
		waits ? ", waiting" : "");
}

static void graph_put_requests(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->requests.n; i++) {
		const struct lock_request_record *request =
			records_at(&graph->requests, i);

		if (graph_shows_request(request))
			graph_put_request(request, out);
	}
}

static void graph_put_members(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->members.n; i++) {
		const struct member_record *member =
			records_at(&graph->members, i);

		if (!record_has(member, MOTET_A_MEMBER_PORT))
			continue;
		fputc('\t', out);
		graph_put_object(out, &member->group);
		fputs(" -> ", out);
		graph_put_object(out, &member->port);
		fprintf(out, " [color=darkgreen, label=\"%s\"];\n",
			record_has(member, MOTET_A_MEMBER_BUSY) ?
			member->busy ? "busy" : "idle" : "");
	}
}

/* To the ports that are told of what becomes of it */
static void graph_put_trackers(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->trackers.n; i++) {
		const struct tracker_record *tracker =
			records_at(&graph->trackers, i);

		if (!record_has(tracker, MOTET_A_TRACKER_PORT))
			continue;
		fputc('\t', out);
		graph_put_object(out, &tracker->object);
		fputs(" -> ", out);
		graph_put_object(out, &tracker->port);
		fputs(" [style=dashed, color=darkgreen, label=\"tracks\"];\n",
		      out);
	}
}

void graph_write(const struct graph *graph, FILE *out)
{
	fputs("digraph motet {\n"
	      "\trankdir=LR;\n"
	      "\tnode [fontname=\"sans-serif\", fontsize=11];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=9];\n", out);
	graph_put_processes(graph, out);
	graph_put_objects(graph, out);
	graph_put_members(graph, out);
	graph_put_trackers(graph, out);
	graph_put_handles(graph, out);
	graph_put_requests(graph, out);
	fputs("}\n", out);
}
