// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events as lines: see event_print.h.
 */
#include <time.h>

#include "command.h"
#include "event_print.h"
#include "table.h"
#include "text.h"

void event_printer_init(struct event_printer *printer, bool json,
			unsigned long long count)
{
	printer->json = json;
	printer->header = !json;
	printer->left = count ? count : ~0ULL;
}

bool event_printer_is_done(const struct event_printer *printer)
{
	return !printer->left;
}

static enum table_colour event_colour(enum events_kind kind)
{
	switch (kind) {
	case EVENTS_CREATED:
		return TABLE_GREEN;
	case EVENTS_CHANGED:
		return TABLE_YELLOW;
	case EVENTS_DELETED:
	case EVENTS_MISSED:
		return TABLE_RED;
	default:
		return TABLE_PLAIN;
	}
}

/* Fixed widths: a line is printed before the next is known. */
#define EVENT_LAYOUT	"%-12s  %10s  %s%-8s%s  %-8s  %7s  %s\n"

static void event_print_line(const char *clock, enum events_kind kind,
			     unsigned long long sequence,
			     const struct port_record *port)
{
	__cleanup(text) char *number = text_format("%llu", sequence);
	__cleanup(text) char *title = record_port_title(port);
	__cleanup(text) char *pid = NULL;
	enum table_colour colour = event_colour(kind);

	pid = port->pid ? text_format("%u", port->pid) : text_format("-");
	printf(EVENT_LAYOUT, clock, number, table_colour_on(colour, stdout),
	       events_kind_name(kind), table_colour_off(colour, stdout),
	       record_state_name(port->state), pid, title);
}

static void event_print_text(struct event_printer *printer,
			     enum events_kind kind, unsigned long long sequence,
			     const struct port_record *port)
{
	enum table_colour colour = event_colour(kind);
	struct timespec now;
	struct tm local;
	char clock[32];
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	len = strftime(clock, sizeof(clock), "%H:%M:%S",
		       localtime_r(&now.tv_sec, &local));
	snprintf(clock + len, sizeof(clock) - len, ".%03ld",
		 now.tv_nsec / 1000000);
	if (printer->header)
		printf("%s" EVENT_LAYOUT "%s",
		       table_colour_on(TABLE_BOLD, stdout), "TIME", "EVENT",
		       "", "WHAT", "", "STATE", "PID", "PORT",
		       table_colour_off(TABLE_BOLD, stdout));
	printer->header = false;

	if (port)
		event_print_line(clock, kind, sequence, port);
	else
		printf("%-12s  %10llu  %s%s%s  events were lost; the difference follows\n",
		       clock, sequence, table_colour_on(colour, stdout),
		       events_kind_name(kind),
		       table_colour_off(colour, stdout));
}

static void event_print_json(enum events_kind kind, unsigned long long sequence,
			     const struct port_record *port)
{
	json_t *object = json_object();

	json_object_set_new(object, "event",
			    json_string(events_kind_name(kind)));
	json_object_set_new(object, "sequence", record_json_number(sequence));
	if (port)
		json_object_set_new(object, "port",
				    record_json(&record_port, port));
	command_print_json(object, true);
}

void event_printer_tell(void *arg, enum events_kind kind,
			unsigned long long sequence,
			const struct port_record *port)
{
	struct event_printer *printer = arg;

	if (event_printer_is_done(printer))
		return;
	if (printer->json)
		event_print_json(kind, sequence, port);
	else
		event_print_text(printer, kind, sequence, port);
	if (kind != EVENTS_EXISTS && kind != EVENTS_MISSED)
		printer->left--;
}
