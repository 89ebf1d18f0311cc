// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet events: objects and nodes as they come, change and go.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <netlink/genl/genl.h>

#include "client.h"
#include "command.h"
#include "event_print.h"

struct events_args {
	bool json;
	bool nodes;
	unsigned long long count;
};

static const struct argp_option events_options[] = {
	{ "count", 'n', "N", 0, "End after N changes", 0 },
	{ "nodes", 'N', NULL, 0, "Nodes only; needs no privilege", 0 },
	{ 0 },
};

static error_t events_parse(int key, char *arg, struct argp_state *state)
{
	struct events_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case 'n':
		if (!text_to_number(arg, ~0ULL, &args->count) || !args->count)
			command_bad_argument(state, "--count", arg,
					     "a number from 1 on");
		return 0;
	case 'N':
		args->nodes = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child events_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp events_argp = {
	.options = events_options,
	.parser = events_parse,
	.children = events_children,
	.doc = "Show what exists, and then what happens to it.",
};

/**
 * struct events_source - a multicast group
 * @mcgrp: its name
 * @classes: the classes of its events
 * @n_classes: how many
 * @domain: its numbers are those of the domain
 */
struct events_source {
	const char *mcgrp;
	const struct events_class *classes[5];
	size_t n_classes;
	bool domain;
};

static const struct events_source events_sources[] = {
	{ MOTET_MCGRP_MEMBERSHIP, { &events_node }, 1, false },
	{ MOTET_MCGRP_OBJECT,
	  { &events_port, &events_group, &events_channel, &events_checkpoint,
	    &events_lock }, 5, true },
};

/**
 * struct events_follower - what follows a source
 * @source: which
 * @asker: connection for dumps
 * @listener: connection for events
 * @events: what is known
 * @printer: how it is printed
 * @error: why to dump again or to end, a negative errno
 */
struct events_follower {
	const struct events_source *source;
	struct client asker;
	struct client listener;
	struct events events;
	struct event_printer *printer;
	int error;
};

static void cleanup_follower(struct events_follower *follower)
{
	cleanup_client(&follower->asker);
	cleanup_client(&follower->listener);
	cleanup_events(&follower->events);
}

/* --- dumps --------------------------------------------------------------- */

/* The number of the last event of the domain */
static int events_ask_sequence(struct client *asker,
			       unsigned long long *sequence)
{
	__cleanup(records) struct records domain = records_new(&record_domain);
	const struct domain_record *before;
	int ret = client_get(asker, MOTET_CMD_DOMAIN_GET, 0, &domain);

	if (ret)
		return ret;
	if (!domain.n)
		return -ENOMSG;
	before = records_at(&domain, 0);
	*sequence = before->sequence;
	return 0;
}

/* The number that all records of a dump reflect at least */
static unsigned long long events_least_sequence(const struct events_dump *dump)
{
	unsigned long long least = ~0ULL, sequence;
	size_t i;

	for (i = 0; i < dump->records.n; i++) {
		sequence = events_sequence_of(dump->class,
					      records_at(&dump->records, i));
		least = sequence < least ? sequence : least;
	}
	return i ? least : 0;
}

static int events_ask(struct events_follower *follower,
		      struct events_dump *dumps, unsigned long long *sequence)
{
	const struct events_source *source = follower->source;
	int ret = 0;
	size_t i;

	/* The number first: what happens from here on is told as an event */
	if (source->domain)
		ret = events_ask_sequence(&follower->asker, sequence);
	for (i = 0; !ret && i < source->n_classes; i++)
		ret = client_get(&follower->asker, source->classes[i]->get,
				 NLM_F_DUMP, &dumps[i].records);
	if (!ret && !source->domain)
		*sequence = events_least_sequence(dumps);
	return ret;
}

static int events_read_dump(struct events_follower *follower)
{
	const struct events_source *source = follower->source;
	struct events_dump dumps[ARRAY_SIZE(source->classes)];
	unsigned long long sequence = 0;
	size_t i;
	int ret;

	for (i = 0; i < source->n_classes; i++)
		dumps[i] = (struct events_dump){
			.class = source->classes[i],
			.records = records_new(source->classes[i]->type),
		};
	ret = events_ask(follower, dumps, &sequence);
	if (!ret)
		events_take_dump(&follower->events, sequence, dumps,
				 source->n_classes);
	for (i = 0; i < source->n_classes; i++)
		cleanup_records(&dumps[i].records);
	return ret ? client_fail(&follower->asker, ret,
				 "can't list what exists") : 0;
}

/* --- events -------------------------------------------------------------- */

static const struct events_class *
events_class_of(const struct events_source *source, int command)
{
	size_t i;

	for (i = 0; i < source->n_classes; i++) {
		const struct events_class *class = source->classes[i];

		if (command == class->created || command == class->changed ||
		    command == class->deleted)
			return class;
	}
	return NULL;
}

static int events_on_event(struct nl_msg *msg, void *arg)
{
	char record[RECORD_SIZE_MAX] __attribute__((aligned));
	struct events_follower *follower = arg;
	struct nlmsghdr *header = nlmsg_hdr(msg);
	int command = genlmsg_hdr(header)->cmd;
	const struct events_class *class;

	/* Behind already: the dump that comes has it all */
	if (follower->error)
		return NL_OK;
	class = events_class_of(follower->source, command);
	/* A newer kernel has more classes: their numbers are missing here */
	if (!class)
		return NL_OK;
	follower->error = record_parse(class->type, header, record);
	if (!follower->error && !event_printer_is_done(follower->printer))
		follower->error = events_feed(&follower->events, class, command,
					      record);
	record_clear(class->type, record);
	return NL_OK;
}

/* Take in what is there; 0, or how the command ends */
static int events_step(struct events_follower *follower)
{
	int ret;

	follower->error = 0;
	ret = client_read(&follower->listener, events_on_event, follower);
	if (!ret)
		ret = follower->error;
	if (ret == -ENOBUFS)
		return events_read_dump(follower);
	return ret ? client_fail(&follower->listener, ret,
				 "can't read events") : 0;
}

static int events_begin(struct events_follower *follower,
			const struct events_source *source,
			struct event_printer *printer)
{
	int ret;

	follower->source = source;
	follower->printer = printer;
	follower->events.tell = event_printer_tell;
	follower->events.arg = printer;
	ret = client_open(&follower->asker);
	if (!ret)
		ret = client_open(&follower->listener);
	/* Listen first: nothing can happen between the dump and the events */
	if (!ret)
		ret = client_listen(&follower->listener, source->mcgrp);
	return ret ? ret : events_read_dump(follower);
}

static int events_follow(struct events_follower *followers, size_t n,
			 const struct event_printer *printer)
{
	struct pollfd waits[ARRAY_SIZE(events_sources)];
	size_t i;
	int ret;

	for (i = 0; i < n; i++)
		waits[i] = (struct pollfd){
			nl_socket_get_fd(followers[i].listener.socket), POLLIN,
			0
		};
	while (!event_printer_is_done(printer)) {
		ret = command_flush();
		if (ret)
			return ret;
		if (poll(waits, n, -1) < 0)
			return command_fail(-errno, "%s", strerror(errno));
		for (i = 0; i < n; i++) {
			ret = waits[i].revents ? events_step(&followers[i]) : 0;
			if (ret)
				return ret;
		}
	}
	return command_flush();
}

int cmd_events(int argc, char **argv)
{
	struct events_follower followers[ARRAY_SIZE(events_sources)] = { 0 };
	struct event_printer printer;
	struct events_args args = { 0 };
	int ret = 0;
	size_t i, n;

	argp_parse(&events_argp, argc, argv, 0, NULL, &args);
	event_printer_init(&printer, args.json, args.count);
	n = args.nodes ? 1 : ARRAY_SIZE(followers);
	for (i = 0; !ret && i < n; i++)
		ret = events_begin(&followers[i], &events_sources[i], &printer);
	if (!ret)
		ret = events_follow(followers, n, &printer);
	for (i = 0; i < n; i++)
		cleanup_follower(&followers[i]);
	return ret;
}
