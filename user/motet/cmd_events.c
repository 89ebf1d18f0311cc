// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet events: ports as they come, change and go.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include <netlink/genl/genl.h>

#include "client.h"
#include "command.h"
#include "event_print.h"

struct events_args {
	bool json;
	unsigned long long count;
};

static const struct argp_option events_options[] = {
	{ "count", 'n', "N", 0, "End after N changes", 0 },
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
	.doc = "Show the ports that exist, and then what happens to ports.",
};

/**
 * struct events_follower - the running command
 * @asker: connection for dumps
 * @listener: connection for events
 * @events: what is known
 * @printer: how it is printed
 * @error: why to dump again or to end, a negative errno
 */
struct events_follower {
	struct client asker;
	struct client listener;
	struct events events;
	struct event_printer printer;
	int error;
};

static void cleanup_follower(struct events_follower *follower)
{
	cleanup_client(&follower->asker);
	cleanup_client(&follower->listener);
	cleanup_events(&follower->events);
}

static int events_read_dump(struct events_follower *follower)
{
	__cleanup(records) struct records domain = records_new(&record_domain);
	__cleanup(records) struct records ports = records_new(&record_port);
	const struct domain_record *before;
	int ret;

	/* The number first: what happens from here on is told as an event */
	ret = client_get(&follower->asker, MOTET_CMD_DOMAIN_GET, 0, &domain);
	if (!ret && !domain.n)
		ret = -ENOMSG;
	if (!ret)
		ret = client_get(&follower->asker, MOTET_CMD_PORT_GET,
				 NLM_F_DUMP, &ports);
	if (ret)
		return client_fail(&follower->asker, ret,
				   "can't list the ports");
	before = records_at(&domain, 0);
	events_dump(&follower->events, before->sequence, &ports);
	return 0;
}

static int events_on_event(struct nl_msg *msg, void *arg)
{
	struct events_follower *follower = arg;
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct port_record port;

	/* Behind already: the dump that comes has it all */
	if (follower->error)
		return NL_OK;
	follower->error = record_parse(&record_port, header, &port);
	if (!follower->error && !event_printer_is_done(&follower->printer))
		follower->error = events_feed(&follower->events,
					      genlmsg_hdr(header)->cmd, &port);
	record_clear(&record_port, &port);
	return NL_OK;
}

/* Wait for events and take them in; 0, or how the command ends */
static int events_step(struct events_follower *follower)
{
	struct pollfd wait = {
		.fd = nl_socket_get_fd(follower->listener.socket),
		.events = POLLIN,
	};
	int ret;

	if (poll(&wait, 1, -1) < 0)
		return command_fail(-errno, "%s", strerror(errno));
	follower->error = 0;
	ret = client_read(&follower->listener, events_on_event, follower);
	if (!ret)
		ret = follower->error;
	if (ret == -ENOBUFS)
		return events_read_dump(follower);
	return ret ? client_fail(&follower->listener, ret,
				 "can't read events") : 0;
}

int cmd_events(int argc, char **argv)
{
	__cleanup(follower) struct events_follower follower = { 0 };
	struct events_args args = { 0 };
	int ret;

	argp_parse(&events_argp, argc, argv, 0, NULL, &args);
	event_printer_init(&follower.printer, args.json, args.count);
	follower.events.tell = event_printer_tell;
	follower.events.arg = &follower.printer;

	ret = client_open(&follower.asker);
	if (!ret)
		ret = client_open(&follower.listener);
	/* Listen first: nothing can happen between the dump and the events */
	if (!ret)
		ret = client_listen(&follower.listener);
	if (!ret)
		ret = events_read_dump(&follower);
	while (!ret && !event_printer_is_done(&follower.printer)) {
		ret = command_flush();
		if (!ret)
			ret = events_step(&follower);
	}
	return ret ? ret : command_flush();
}
