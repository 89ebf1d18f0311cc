/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages: received with as much room as they need, and printed.
 */
#ifndef MOTET_MESSAGE_H
#define MOTET_MESSAGE_H

#include <poll.h>
#include <signal.h>

#include <motet/motet.h>

#include "cleanup.h"
#include "command.h"

/**
 * struct message - a message and the room for it
 * @msg: as the kernel gave it
 * @stamp: what the kernel knows of it
 * @annex: its annex
 * @body: its body; owned
 * @cap: how much room there is at @body
 */
struct message {
	struct motet_msg msg;
	struct motet_stamp stamp;
	unsigned char annex[MOTET_ANNEX_MAX];
	unsigned char *body;
	size_t cap;
};

void cleanup_message(struct message *message);

/* Make the room ready for the next message, at least len bytes of body. */
void message_prepare(struct message *message, size_t len);

/*
 * From now on a signal that asks to end (INT, TERM, HUP) is seen by
 * message_recv() only, so that no message is received and then not printed.
 */
void message_watch_signals(void);

/* Set the signals of a process to start as they were before that. */
void message_unwatched_signals(sigset_t *set);

/*
 * Receive with room for any size, if something is there; flags are those of
 * the message (MOTET_MSG_LEASE, MOTET_MSG_ANY), and lease is its end.
 * Return: 0 or a negative errno: -EAGAIN if nothing is.
 */
int message_try(int port, struct message *message, unsigned int flags,
		__u64 lease);

/*
 * Wait until one of these has something.
 * Return: 0 or a negative errno: -EINTR when asked to end.
 */
int message_wait(struct pollfd *waits, nfds_t n, __u64 deadline);

/* The two in one: wait for a message of a port, and receive it. */
int message_recv(int port, struct message *message, __u64 deadline);

/**
 * enum message_form - how a message is printed
 * @MESSAGE_TEXT: the body and a line feed; to a terminal without control
 *	characters
 * @MESSAGE_RAW: the body as it is
 * @MESSAGE_JSON: all there is to know, on one line
 */
enum message_form {
	MESSAGE_TEXT,
	MESSAGE_RAW,
	MESSAGE_JSON,
};

void message_print(const struct message *message, enum message_form form);
json_t *message_json(const struct message *message);

/* What the kernel tells by an exception, for people; to be freed. */
char *message_exception_text(const struct motet_msg *msg);

/* All of the standard input, to be freed; or NULL: it has said why. */
char *message_read_input(size_t *len);

#endif /* MOTET_MESSAGE_H */
