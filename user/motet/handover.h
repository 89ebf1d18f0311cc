/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-over: a port moves from one motet command to another.
 *
 * Only the process that holds a port can offer it. So whoever wants the port
 * asks that process, by a call to its default port, to offer it to an actor.
 * The kernel's stamp on the call says who asks: it is done for the same user,
 * and for root.
 *
 *   motet port accept          kernel            motet port recv, create, ...
 *        | call: offer PORT to me                         |
 *        |----------------------------------------------->|
 *        |                       |<--- offer PORT to it --|
 *        |<-----------------------------------------------|
 *        |-- open PORT as holder |                        |
 *        |                       |-- it has moved ------->|
 */
#ifndef MOTET_HANDOVER_H
#define MOTET_HANDOVER_H

#include <stdbool.h>

#include "target.h"

/**
 * struct handover_port - a port that may be asked for
 * @fd: its holder handle
 * @id: its identifier
 */
struct handover_port {
	int fd;
	struct motet_id id;
};

/**
 * struct handover - what to ask for
 * @port: the port
 * @to: the actor to offer it to
 * @flags: flags of the offer
 * @deadline: until when to wait for the answer
 */
struct handover {
	const struct target *port;
	struct motet_id to;
	unsigned int flags;
	__u64 deadline;
};

/*
 * Ask the process that holds the port; it has offered it when it answers.
 * Return: 0, or how the command ends: it has said why.
 */
int handover_ask(int actor, const struct handover *handover);

/* Do what was asked for at this default port; what else came is dropped. */
void handover_answer(int actor, const struct handover_port *ports, size_t n);

#endif /* MOTET_HANDOVER_H */
