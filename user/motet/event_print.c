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
#define EVENT_LAYOUT	"%-12s  %10s  %s%-8s%s  %-5s  %-8s  %7s  %s\n"

/* Only ports have a process, and only some of them */
static char *event_pid(const struct events_object *object)
{
	const struct port_record *port = object->record;

	if (object->class != &events_port || !port->pid)
		return text_format("-");
	return text_format("%u", port->pid);
}

static void event_print_line(const char *clock, enum events_kind kind,
			     unsigned long long sequence,
			     const struct events_object *object)
{
	__cleanup(text) char *title = object->class->title(object->record);
	__cleanup(text) char *number = text_format("%llu", sequence);
	__cleanup(text) char *pid = event_pid(object);
	enum table_colour colour = event_colour(kind);

	printf(EVENT_LAYOUT, clock, number, table_colour_on(colour, stdout),
	       events_kind_name(kind), table_colour_off(colour, stdout),
	       object->class->name, object->class->state(object->record), pid,
	       title);
}

static void event_clock(char *clock, size_t size)
{
	struct timespec now;
	struct tm local;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	len = strftime(clock, size, "%H:%M:%S",
		       localtime_r(&now.tv_sec, &local));
	snprintf(clock + len, size - len, ".%03ld", now.tv_nsec / 1000000);
}

static void event_print_text(struct event_printer *printer,
			     enum events_kind kind, unsigned long long sequence,
			     const struct events_object *object)
{
	enum table_colour colour = event_colour(kind);
	char clock[32];

	event_clock(clock, sizeof(clock));
	if (printer->header)
		printf("%s" EVENT_LAYOUT "%s",
		       table_colour_on(TABLE_BOLD, stdout), "TIME", "EVENT",
		       "", "WHAT", "", "OF", "STATE", "PID", "WHICH",
		       table_colour_off(TABLE_BOLD, stdout));
	printer->header = false;

	if (object)
		event_print_line(clock, kind, sequence, object);
	else
		printf("%-12s  %10llu  %s%s%s  events were lost; the difference follows\n",
		       clock, sequence, table_colour_on(colour, stdout),
		       events_kind_name(kind),
		       table_colour_off(colour, stdout));
}

static void event_print_json(enum events_kind kind, unsigned long long sequence,
			     const struct events_object *events_object)
{
	json_t *object = json_object();

	json_object_set_new(object, "event",
			    json_string(events_kind_name(kind)));
	json_object_set_new(object, "sequence", record_json_number(sequence));
	if (events_object)
		json_object_set_new(object, events_object->class->name,
				    record_json(events_object->class->type,
						events_object->record));
	command_print_json(object, true);
}

void event_printer_tell(void *arg, enum events_kind kind,
			unsigned long long sequence,
			const struct events_object *object)
{
	struct event_printer *printer = arg;

	if (event_printer_is_done(printer))
		return;
	if (printer->json)
		event_print_json(kind, sequence, object);
	else
		event_print_text(printer, kind, sequence, object);
	if (kind != EVENTS_EXISTS && kind != EVENTS_MISSED)
		printer->left--;
}
