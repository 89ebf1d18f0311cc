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
		.handles = records_new(&record_handle),
	};
}

void cleanup_graph(struct graph *graph)
{
	cleanup_records(&graph->actors);
	cleanup_records(&graph->ports);
	cleanup_records(&graph->groups);
	cleanup_records(&graph->members);
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

/* --- nodes --------------------------------------------------------------- */

static const struct actor_record *graph_actor_at(const struct graph *graph,
						 size_t i)
{
	return records_at(&graph->actors, i);
}

static bool graph_was_drawn(const struct graph *graph, size_t n)
{
	unsigned int pid = graph_actor_at(graph, n)->pid;
	size_t i;

	for (i = 0; pid && i < n; i++)
		if (graph_actor_at(graph, i)->pid == pid)
			return true;
	return false;
}

static void graph_put_actors(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->actors.n; i++) {
		const struct actor_record *actor = graph_actor_at(graph, i);

		if (graph_was_drawn(graph, i))
			continue;
		fputc('\t', out);
		graph_put_process(out, actor->pid, &actor->id);
		fputs(" [shape=ellipse, label=\"", out);
		if (actor->pid) {
			graph_put_program(out, actor->pid);
			fprintf(out, "%u\"];\n", actor->pid);
		} else {
			fprintf(out, "user %u\"];\n", actor->uid);
		}
	}
}


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

/* A default port is part of its process, unless others have to do with it. */
static bool graph_is_shown(const struct graph *graph,
			   const struct port_record *port)
{
	return graph->all || !port->is_default || port->handles ||
	       graph_is_member(graph, &port->id);
}

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

static void graph_put_objects(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->ports.n; i++) {
		const struct port_record *port = records_at(&graph->ports, i);

		if (graph_is_shown(graph, port))
			graph_put_port(port, out);
	}
	for (i = 0; i < graph->groups.n; i++)
		graph_put_group(records_at(&graph->groups, i), out);
}

/* --- edges --------------------------------------------------------------- */

static bool graph_receives(unsigned int role)
{
	return role != MOTET_ROLE_SENDER && role != MOTET_ROLE_GROUP;
}

static const char *graph_style(const struct handle_record *handle)
{
	switch (handle->role) {
	case MOTET_ROLE_STANDBY:
		return "style=dashed, color=gray40";
	case MOTET_ROLE_FORMER:
		return "style=dotted, color=gray40";
	case MOTET_ROLE_SENDER:
	case MOTET_ROLE_GROUP:
		return handle->waiting ? "color=red, penwidth=2" :
					 "color=steelblue";
	default:
		return "color=black";
	}
}

static void graph_put_handle(const struct handle_record *handle, FILE *out)
{
	bool receives = graph_receives(handle->role);

	fputc('\t', out);
	if (receives)
		graph_put_object(out, &handle->object);
	else
		graph_put_process(out, handle->pid, &handle->actor);
	fputs(" -> ", out);
	if (receives)
		graph_put_process(out, handle->pid, &handle->actor);
	else
		graph_put_object(out, &handle->object);
	fprintf(out, " [%s, label=\"", graph_style(handle));
	if (handle->role == MOTET_ROLE_STANDBY ||
	    handle->role == MOTET_ROLE_FORMER)
		fputs(motet_role_to_string(handle->role), out);
	else if (handle->waiting)
		fprintf(out, "%u waiting", handle->waiting);
	else if (handle->calls)
		fprintf(out, "%u calling", handle->calls);
	fputs("\"];\n", out);
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

static void graph_put_handles(const struct graph *graph, FILE *out)
{
	size_t i;

	for (i = 0; i < graph->handles.n; i++) {
		const struct handle_record *handle =
			records_at(&graph->handles, i);
		const struct port_record *port =
			graph_find_port(graph, &handle->object);

		if (port ? graph_is_shown(graph, port) :
			   handle->role == MOTET_ROLE_GROUP)
			graph_put_handle(handle, out);
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

void graph_write(const struct graph *graph, FILE *out)
{
	fputs("digraph motet {\n"
	      "\trankdir=LR;\n"
	      "\tnode [fontname=\"sans-serif\", fontsize=11];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=9];\n", out);
	graph_put_actors(graph, out);
	graph_put_objects(graph, out);
	graph_put_members(graph, out);
	graph_put_handles(graph, out);
	fputs("}\n", out);
}
