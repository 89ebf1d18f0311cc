/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as lines: for people, or as JSON.
 */
#ifndef MOTET_EVENT_PRINT_H
#define MOTET_EVENT_PRINT_H

#include "events.h"

/**
 * struct event_printer - prints events
 * @json: as JSON?
 * @header: the header is still to be printed
 * @left: how many changes are still to be printed
 */
struct event_printer {
	bool json;
	bool header;
	unsigned long long left;
};

/* count is after how many changes it is done; 0 for never */
void event_printer_init(struct event_printer *printer, bool json,
			unsigned long long count);
bool event_printer_is_done(const struct event_printer *printer);

/* For &events.tell; arg is the printer */
void event_printer_tell(void *arg, enum events_kind kind,
			unsigned long long sequence,
			const struct events_object *object);

#endif /* MOTET_EVENT_PRINT_H */
