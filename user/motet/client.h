/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink family of Motet, asked by commands.
 */
#ifndef MOTET_CLIENT_H
#define MOTET_CLIENT_H

#include <netlink/msg.h>
#include <netlink/socket.h>

#include "record.h"
#include "target.h"

/**
 * struct client - a connection
 * @socket: its socket
 * @family: number of the family
 * @message: what the kernel says to an error, or ""
 */
struct client {
	struct nl_sock *socket;
	int family;
	char message[256];
};

void cleanup_client(struct client *client);

DEFINE_CLEANUP(nl_msg, struct nl_msg, nlmsg_free)
DEFINE_CLEANUP(nl_cb, struct nl_cb, nl_cb_put)

/*
 * Connect; 0, or how the command ends: it has said then what is wrong. The
 * client is to be cleaned up in any case.
 */
int client_open(struct client *client);

/* A request for a client; NULL if there is no memory. */
struct nl_msg *client_request(const struct client *client, int command,
			      int flags);

/*
 * Send a request and add what answers it to records, which may be NULL. A
 * dump that changed while it was read is asked for again.
 * Return: 0 or a negative errno.
 */
int client_exchange(struct client *client, struct nl_msg *request,
		    struct records *records);

/* The two in one, for a request without attributes. */
int client_get(struct client *client, int command, int flags,
	       struct records *records);

/* One port or group, by its name or identifier; 0 or a negative errno */
int client_get_one(struct client *client, const struct target *target,
		   struct records *found);

/* Say that a request failed; how the command ends. */
int client_fail(const struct client *client, int error, const char *what);

/*
 * Listen to the events of a multicast group; 0, or how the command ends: it has
 * said what is wrong.
 */
int client_listen(struct client *client, const char *mcgrp);

/*
 * Read events until none is there; on_event sees each.
 * Return: 0, or a negative errno: -ENOBUFS if some were lost. They were lost
 * before the end of the reading, so a dump from now on has all they told.
 */
int client_read(struct client *client,
		int (*on_event)(struct nl_msg *msg, void *arg), void *arg);

#endif /* MOTET_CLIENT_H */
