// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests with what a kernel said: recorded messages, and what is printed.
 */
#include <unistd.h>

#include <netlink/genl/genl.h>

#include "event_print.h"
#include "replay.h"
#include "text.h"

static void replay_records(const char *name, struct records *records)
{
	FILE *file = replay_open(name);
	struct nlmsghdr *message;

	while ((message = replay_next(file))) {
		assert_int_equal(records_add(records, message), 0);
		free(message);
	}
	fclose(file);
}

static void ports_are_all_there(void **state)
{
	struct records ports = records_new(&record_port);
	char *listed = text_format("%s", "");
	size_t i;

	(void)state;
	replay_records("ports.hex", &ports);
	for (i = 0; i < ports.n; i++) {
		const struct port_record *port = records_at(&ports, i);
		char *title = record_port_title(port);
		char *before = listed;

		listed = text_format("%s%s %s %d %llu\n", before,
				     port->is_default ? "-" : title,
				     record_state_name(port->state),
				     port->messages, port->bytes_max);
		free(before);
		free(title);
	}
	assert_string_equal(listed,
			    "jobs retained 2 16384\n"
			    "odd\\x0a\\xff retained 0 524288\n"
			    "- held 0 65536\n"
			    "live held 0 524288\n");
	free(listed);
	cleanup_records(&ports);
}

static void totals_are_read(void **state)
{
	struct records domain = records_new(&record_domain);
	struct records actors = records_new(&record_actor);
	struct records users = records_new(&record_user);
	const struct domain_record *totals;
	const struct actor_record *actor;
	const struct user_record *user;

	(void)state;
	replay_records("domain.hex", &domain);
	totals = records_at(&domain, 0);
	assert_int_equal(totals->ports, 4);
	assert_int_equal(totals->named_ports, 3);
	assert_int_equal(totals->retained_ports, 2);
	replay_records("actors.hex", &actors);
	actor = records_at(&actors, 0);
	assert_int_equal(actor->id.bytes[0], MOTET_CLASS_ACTOR);
	assert_int_equal(actor->port.bytes[0], MOTET_CLASS_PORT);
	assert_int_equal(actor->ports, 2);
	assert_false(actor->dead);
	replay_records("users.hex", &users);
	user = records_at(&users, 0);
	assert_int_equal(user->uid, 0);
	assert_int_equal(user->actors, 1);
	assert_int_equal(user->ports, 4);
	cleanup_records(&domain);
	cleanup_records(&actors);
	cleanup_records(&users);
}

/* The dump and the events, told to a printer */
static void replay_events(struct event_printer *printer)
{
	struct records domain = records_new(&record_domain);
	struct events_dump dump = {
		.class = &events_port,
		.records = records_new(&record_port),
	};
	struct events events = {
		.tell = event_printer_tell,
		.arg = printer,
	};
	FILE *file = replay_open("events.hex");
	struct nlmsghdr *message;
	struct port_record port;

	replay_records("domain.hex", &domain);
	replay_records("ports.hex", &dump.records);
	events_take_dump(&events,
			 ((struct domain_record *)domain.items)->sequence,
			 &dump, 1);
	while ((message = replay_next(file))) {
		assert_int_equal(record_parse(&record_port, message, &port), 0);
		assert_int_equal(events_feed(&events, &events_port,
					     genlmsg_hdr(message)->cmd,
					     &port), 0);
		record_clear(&record_port, &port);
		free(message);
	}
	fclose(file);
	cleanup_events(&events);
	cleanup_records(&domain);
	cleanup_records(&dump.records);
}

/* What is printed meanwhile, as a file to be read from its beginning */
static FILE *replay_printed(bool json, unsigned long long count)
{
	struct event_printer printer;
	FILE *file = tmpfile();
	int saved;

	assert_non_null(file);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fileno(file), STDOUT_FILENO);
	event_printer_init(&printer, json, count);
	replay_events(&printer);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	return file;
}

/* Event and name of each line; default ports have none */
static const char * const replay_told[][2] = {
	{ "exists", "jobs" }, { "exists", NULL }, { "exists", NULL },
	{ "exists", "live" }, { "created", NULL }, { "changed", "jobs" },
	{ "changed", "jobs" }, { "deleted", NULL }, { "created", NULL },
	{ "deleted", "jobs" }, { "deleted", NULL }, { "created", NULL },
	{ "created", "again" }, { "changed", "again" }, { "deleted", NULL },
	{ "deleted", "live" }, { "deleted", NULL },
};

static void events_are_printed_as_json(void **state)
{
	FILE *file = replay_printed(true, 0);
	const char *event, *name;
	json_t *object;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(replay_told); i++) {
		object = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
		assert_non_null(object);
		event = json_string_value(json_object_get(object, "event"));
		assert_string_equal(event, replay_told[i][0]);
		name = json_string_value(json_object_get(json_object_get(object,
									 "port"),
							 "name"));
		if (replay_told[i][1])
			assert_string_equal(name, replay_told[i][1]);
		else
			assert_null(name);
		json_decref(object);
	}
	assert_int_equal(fgetc(file), '\n');
	assert_int_equal(fgetc(file), EOF);
	fclose(file);
}

/* A header, and as many changes as were asked for after what exists */
static void events_are_printed_for_people(void **state)
{
	static const char * const want[] = {
		"       EVENT  WHAT      OF     STATE         PID  WHICH\n",
		"  exists    port   retained        -  jobs\n",
		"  exists    port   retained        -  odd\\x0a\\xff\n",
		NULL, NULL, NULL,
		"  changed   port   held            -  jobs\n",
	};
	FILE *file = replay_printed(false, 2);
	char line[256];
	size_t i, from;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		assert_non_null(fgets(line, sizeof(line), file));
		/* Without the time and the number */
		from = i ? 24 : 12;
		if (want[i])
			assert_string_equal(line + from, want[i]);
	}
	assert_null(fgets(line, sizeof(line), file));
	fclose(file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_all_there),
		cmocka_unit_test(totals_are_read),
		cmocka_unit_test(events_are_printed_as_json),
		cmocka_unit_test(events_are_printed_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
