/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph of a domain, in the language of Graphviz.
 *
 * Processes are nodes, and so are ports and groups. What a process holds or
 * sends to is an edge, in the direction in which messages go.
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
 * @handles: all of them
 * @all: also ports that only their own process knows
 */
struct graph {
	struct records actors;
	struct records ports;
	struct records groups;
	struct records members;
	struct records handles;
	bool all;
};

struct graph graph_new(void);
void cleanup_graph(struct graph *graph);

void graph_write(const struct graph *graph, FILE *out);

#endif /* MOTET_GRAPH_H */
