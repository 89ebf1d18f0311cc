// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events: see events.h.
 */
#include <errno.h>
#include <string.h>

#include "events.h"
#include "text.h"

static const char * const events_names[] = {
	[EVENTS_EXISTS] = "exists",
	[EVENTS_CREATED] = "created",
	[EVENTS_CHANGED] = "changed",
	[EVENTS_DELETED] = "deleted",
	[EVENTS_MISSED] = "missed",
};

const char *events_kind_name(enum events_kind kind)
{
	return events_names[kind];
}

static void events_free_port(struct port_record *port)
{
	record_clear(&record_port, port);
	free(port);
}

void cleanup_events(struct events *events)
{
	size_t i;

	for (i = 0; i < events->n_ports; i++)
		events_free_port(events->ports[i]);
	free(events->ports);
	events->ports = NULL;
	events->n_ports = 0;
}

/* Move a record to the heap; the one it came from is empty then. */
static struct port_record *events_move(struct port_record *from)
{
	struct port_record *port = text_grow(NULL, 1, sizeof(*port));

	*port = *from;
	memset(from, 0, sizeof(*from));
	return port;
}

static int events_compare(const struct port_record *a,
			  const struct port_record *b)
{
	return memcmp(&a->id, &b->id, sizeof(a->id));
}

static int events_compare_slots(const void *a, const void *b)
{
	return events_compare(*(struct port_record * const *)a,
			      *(struct port_record * const *)b);
}

/* Where the port is, or else where it belongs */
static size_t events_slot(const struct events *events,
			  const struct port_record *port, bool *found)
{
	size_t low = 0, high = events->n_ports;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = events_compare(port, events->ports[middle]);

		if (!order) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*found = false;
	return low;
}

/* Is there a difference that an event would have told? */
static bool events_differ(const struct port_record *a,
			  const struct port_record *b)
{
	return a->state != b->state || a->name.len != b->name.len ||
		memcmp(&a->holder, &b->holder, sizeof(a->holder));
}

/* --- dumps --------------------------------------------------------------- */

/* Both are in the order of identifiers: go through them side by side. */
static void events_tell_difference(struct events *events,
				   struct port_record **now, size_t n_now)
{
	size_t old = 0, new = 0;
	int order;

	while (old < events->n_ports || new < n_now) {
		if (old == events->n_ports)
			order = 1;
		else if (new == n_now)
			order = -1;
		else
			order = events_compare(events->ports[old], now[new]);

		if (order < 0)
			events->tell(events->arg, EVENTS_DELETED,
				     events->sequence, events->ports[old]);
		else if (order > 0)
			events->tell(events->arg, EVENTS_CREATED,
				     events->sequence, now[new]);
		else if (events_differ(events->ports[old], now[new]))
			events->tell(events->arg, EVENTS_CHANGED,
				     events->sequence, now[new]);
		old += order <= 0;
		new += order >= 0;
	}
}

void events_dump(struct events *events, unsigned long long sequence,
		 struct records *ports)
{
	struct port_record **now = text_grow(NULL, ports->n, sizeof(*now));
	size_t i, n = ports->n;

	events->sequence = sequence;
	for (i = 0; i < n; i++) {
		now[i] = events_move(records_at(ports, i));
		/* In the order of the dump, which is that of their creation */
		if (!events->started)
			events->tell(events->arg, EVENTS_EXISTS,
				     now[i]->sequence, now[i]);
	}
	qsort(now, n, sizeof(*now), events_compare_slots);
	if (events->started) {
		events->tell(events->arg, EVENTS_MISSED, sequence, NULL);
		events_tell_difference(events, now, n);
	}

	cleanup_events(events);
	events->ports = now;
	events->n_ports = n;
	events->started = true;
}

/* --- events -------------------------------------------------------------- */

static void events_add(struct events *events, size_t slot,
		       struct port_record *port)
{
	events->ports = text_grow(events->ports, events->n_ports + 1,
				  sizeof(*events->ports));
	memmove(events->ports + slot + 1, events->ports + slot,
		(events->n_ports - slot) * sizeof(*events->ports));
	events->ports[slot] = port;
	events->n_ports++;
}

static void events_remove(struct events *events, size_t slot)
{
	events_free_port(events->ports[slot]);
	events->n_ports--;
	memmove(events->ports + slot, events->ports + slot + 1,
		(events->n_ports - slot) * sizeof(*events->ports));
}

static void events_replace(struct events *events, size_t slot,
			   struct port_record *port)
{
	events_free_port(events->ports[slot]);
	events->ports[slot] = port;
}

/*
 * An event of a port that isn't known, or is newer than what is known of it:
 * a dump may have shown the port as it was after the event.
 */
static void events_apply(struct events *events, int command,
			 struct port_record *from)
{
	struct port_record *port = events_move(from);
	bool found;
	size_t slot = events_slot(events, port, &found);
	bool stale = found && port->sequence <= events->ports[slot]->sequence;

	if (command == MOTET_CMD_PORT_DELETE_NTF) {
		if (found && !stale) {
			events->tell(events->arg, EVENTS_DELETED,
				     port->sequence, events->ports[slot]);
			events_remove(events, slot);
		}
		events_free_port(port);
		return;
	}
	if (stale) {
		events_free_port(port);
		return;
	}
	events->tell(events->arg, command == MOTET_CMD_PORT_CREATE_NTF ?
		     EVENTS_CREATED : EVENTS_CHANGED, port->sequence, port);
	if (found)
		events_replace(events, slot, port);
	else
		events_add(events, slot, port);
}

int events_feed(struct events *events, int command, struct port_record *port)
{
	unsigned long long sequence = port->sequence;

	/* From before the dump, which reflects it */
	if (sequence <= events->sequence)
		return 0;
	if (sequence > events->sequence + 1)
		return -ENOBUFS;
	events->sequence = sequence;
	events_apply(events, command, port);
	return 0;
}
