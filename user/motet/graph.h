/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph of a domain, in the language of Graphviz.
 *
 * Processes are nodes, and so are all objects. What a process has opened is an
 * edge, in the direction in which messages go: to those who receive, and from
 * those who send. A lock goes to those who have it, and is what others wait for.
 */
#ifndef MOTET_GRAPH_H
#define MOTET_GRAPH_H

#include <stdio.h>

#include "record.h"

/**
 * struct graph - what is drawn
 * @actors: all of them
 * @ports: all of them
 * @groups: all of them
 * @members: those of all groups
 * @trackers: those of all groups and checkpoints
 * @channels: all of them
 * @checkpoints: all of them
 * @locks: all of them
 * @requests: those on all locks
 * @handles: all of them
 * @all: also ports that only their own process knows, and locks that nobody has
 */
struct graph {
	struct records actors;
	struct records ports;
	struct records groups;
	struct records members;
	struct records trackers;
	struct records channels;
	struct records checkpoints;
	struct records locks;
	struct records requests;
	struct records handles;
	bool all;
};

struct graph graph_new(void);
void cleanup_graph(struct graph *graph);

/* Whether somebody has the lock, or waits for it, or all are to be drawn */
bool graph_shows_lock(const struct graph *graph,
		      const struct lock_record *lock);

void graph_write(const struct graph *graph, FILE *out);

#endif /* MOTET_GRAPH_H */
