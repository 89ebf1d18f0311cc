/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands that receive have in common: their options, and the ports
 * that they open.
 */
#ifndef MOTET_RECEIVE_H
#define MOTET_RECEIVE_H

#include "message.h"
#include "target.h"

/**
 * struct receive_args - how to receive
 * @json: print JSON
 * @raw: print bodies as they are
 * @create: create ports that don't exist
 * @no_hold: create, and end
 * @lease: receive under leases
 * @any: from any of several ports
 * @keep_going: go on after a failure
 * @return_queued: what is queued goes back to its senders when the port moves
 * @ports: the ports; owned
 * @n_ports: how many
 * @exec: shell command that handles messages, or NULL
 * @dead_letter: where a new port's dead letters go, or NULL
 * @count: end after so many messages
 * @timeout_ms: wait at most so long in all; -1 is for ever
 * @lease_ms: end of a lease from when it began; -1 is never
 * @options: what a new port is like
 */
struct receive_args {
	bool json;
	bool raw;
	bool create;
	bool no_hold;
	bool lease;
	bool any;
	bool keep_going;
	bool return_queued;
	struct target *ports;
	size_t n_ports;
	const char *exec;
	const char *dead_letter;
	unsigned long long count;
	long long timeout_ms;
	long long lease_ms;
	struct motet_port_create options;
};

#define RECEIVE_FOREVER	(~0ULL)

enum receive_key {
	RECEIVE_ANY = 'A',
	RECEIVE_BYTES = 'b',
	RECEIVE_COUNT = 'n',
	RECEIVE_CREATE = 'c',
	RECEIVE_DEAD_LETTER = 'd',
	RECEIVE_EXEC = 'e',
	RECEIVE_FIFO = 'f',
	RECEIVE_FOLLOW = 'F',
	RECEIVE_KEEP_GOING = 'k',
	RECEIVE_LEASE = 'l',
	RECEIVE_MESSAGES = 'M',
	RECEIVE_MODE = 'm',
	RECEIVE_NODE = 'o',
	RECEIVE_NO_HOLD = 'N',
	RECEIVE_ONCE = '1',
	RECEIVE_RAW = 'R',
	RECEIVE_REDELIVERIES = 'D',
	RECEIVE_RETENTION = 'r',
	RECEIVE_RETURN = 'q',
	RECEIVE_TIMEOUT = 't',
};

/* Options that mean the same in all tables that have them */
#define RECEIVE_OPTION_COUNT \
	{ "count", RECEIVE_COUNT, "N", 0, "End after N messages", 0 }
#define RECEIVE_OPTION_EXEC \
	{ "exec", RECEIVE_EXEC, "COMMAND", 0, \
	  "Don't print bodies, let the shell run COMMAND with them", 0 }
#define RECEIVE_OPTION_KEEP_GOING \
	{ "keep-going", RECEIVE_KEEP_GOING, NULL, 0, \
	  "Go on when a message was not handled", 0 }
#define RECEIVE_OPTION_LEASE \
	{ "lease", RECEIVE_LEASE, "TIME", OPTION_ARG_OPTIONAL, \
	  "Acknowledge what was handled, give back the rest", 0 }
#define RECEIVE_OPTION_RAW \
	{ "raw", RECEIVE_RAW, NULL, 0, "Print bodies as they are", 0 }
#define RECEIVE_OPTION_RETURN \
	{ "return", RECEIVE_RETURN, NULL, 0, \
	  "What is queued goes back to its senders", 0 }
#define RECEIVE_OPTION_TIMEOUT \
	{ "timeout", RECEIVE_TIMEOUT, "TIME", 0, "Wait at most so long", 0 }

void receive_args_init(struct receive_args *args, unsigned long long count);
void cleanup_receive_args(struct receive_args *args);

error_t receive_parse(int key, char *arg, struct argp_state *state);
extern const struct argp_child receive_children[];

/*
 * The one port that was given. 0, or how the command ends: it has said that
 * there is none.
 */
int receive_need_port(const struct receive_args *args, const char *command);

/* Create a port; the holder handle or a negative errno */
int receive_create(struct receive_args *args, int actor,
		   const struct target *port);

/* Take a port over, or create it if that was asked for */
int receive_take(struct receive_args *args, int actor,
		 const struct target *port);

enum message_form receive_form(const struct receive_args *args);

#endif /* MOTET_RECEIVE_H */
