/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: what happened to the ports of a domain, without a gap.
 *
 * Multicast may lose events. So each has a number, and whoever misses one reads
 * all ports again and works out the difference. This is the part of it that
 * needs no kernel: it is given dumps and events, and tells what is new.
 *
 *              dump                event n+1
 *   (nothing) ------> following n -----------> following n+1
 *                        ^  |
 *                   dump |  | event beyond n+1, or events were lost
 *                        |  v
 *                     behind
 */
#ifndef MOTET_EVENTS_H
#define MOTET_EVENTS_H

#include "record.h"

/**
 * enum events_kind - what is told
 * @EVENTS_EXISTS: a port was there from the beginning
 * @EVENTS_CREATED: a port came into being
 * @EVENTS_CHANGED: a port has another state or lost its name
 * @EVENTS_DELETED: a port is gone
 * @EVENTS_MISSED: events were lost; what follows is the difference
 */
enum events_kind {
	EVENTS_EXISTS,
	EVENTS_CREATED,
	EVENTS_CHANGED,
	EVENTS_DELETED,
	EVENTS_MISSED,
};

/**
 * struct events - what is known
 * @tell: who is told; port is NULL for EVENTS_MISSED
 * @arg: for @tell
 * @sequence: number of the last event that is reflected
 * @ports: the ports that are known, by identifier; owned
 * @n_ports: how many
 * @started: a first dump was there
 */
struct events {
	void (*tell)(void *arg, enum events_kind kind,
		     unsigned long long sequence,
		     const struct port_record *port);
	void *arg;
	unsigned long long sequence;
	struct port_record **ports;
	size_t n_ports;
	bool started;
};

void cleanup_events(struct events *events);

/*
 * Take in a dump. sequence is the domain's number from before it; events up to
 * it are reflected for sure. The ports are moved out of the records.
 */
void events_dump(struct events *events, unsigned long long sequence,
		 struct records *ports);

/*
 * Take in an event; the port is moved out of the record.
 * Return: 0; or -ENOBUFS: events are missing before it, dump again.
 */
int events_feed(struct events *events, int command, struct port_record *port);

const char *events_kind_name(enum events_kind kind);

#endif /* MOTET_EVENTS_H */
