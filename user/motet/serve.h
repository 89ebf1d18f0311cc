/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serving: messages of the ports that a command holds, one after the other.
 *
 * What was received under a lease is acknowledged after it was handled, and
 * given back if it could not be. Meanwhile other motet commands may ask for the
 * ports: see handover.h.
 */
#ifndef MOTET_SERVE_H
#define MOTET_SERVE_H

#include "handover.h"
#include "receive.h"

/**
 * struct serve - the running command
 * @args: how to receive
 * @actor: the actor
 * @ports: the ports that it holds; owned
 * @n_ports: how many
 * @handle: handles a message that was received from a port; COMMAND_OK, or
 *	how the command ends if it was not done
 */
struct serve {
	struct receive_args *args;
	int actor;
	struct handover_port *ports;
	size_t n_ports;
	int (*handle)(const struct serve *serve, int port,
		      const struct message *message);
};

void cleanup_serve(struct serve *serve);

/*
 * Open the actor; from here on a signal ends the command only between two
 * messages. 0, or how the command ends: it has said why.
 */
int serve_begin(struct serve *serve, struct receive_args *args);

/* Add a port that is held; closes it with the rest. As above. */
int serve_add(struct serve *serve, int port, const struct target *target);

/* Serve until all is done; how the command ends */
int serve_all(const struct serve *serve);

/* For @handle: print the message, or run the command with it */
int serve_print(const struct serve *serve, int port,
		const struct message *message);

#endif /* MOTET_SERVE_H */
