// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink client: see client.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include <motet/motet.h>

#include "client.h"
#include "command.h"

/* Room for events that come in a burst; more than that is a dump again. */
#define CLIENT_EVENT_ROOM	(4 << 20)

/* How often a dump that changed meanwhile is tried before it is taken as is */
#define CLIENT_DUMP_TRIES	16

/* An exchange while it runs */
struct client_exchange {
	struct client *client;
	struct records *records;
	int error;
	bool done;
	bool changed;
};

void cleanup_client(struct client *client)
{
	if (client->socket)
		nl_socket_free(client->socket);
	client->socket = NULL;
}

static int client_unavailable(int error)
{
	if (error == -NLE_OBJ_NOTFOUND)
		command_fail(0, "the module isn't loaded; try \"modprobe motet\"");
	else
		command_fail(0, "generic netlink can't be used: %s",
			     nl_geterror(error));
	return COMMAND_UNAVAILABLE;
}

int client_open(struct client *client)
{
	int on = 1;
	int ret;

	*client = (struct client){ .socket = nl_socket_alloc() };
	if (!client->socket)
		return command_fail(-ENOMEM, "no memory");
	ret = genl_connect(client->socket);
	if (ret < 0)
		return client_unavailable(ret);
	client->family = genl_ctrl_resolve(client->socket, MOTET_FAMILY_NAME);
	if (client->family < 0)
		return client_unavailable(client->family);

	/* Without it errors are without their text, and nothing else is lost */
	setsockopt(nl_socket_get_fd(client->socket), SOL_NETLINK,
		   NETLINK_EXT_ACK, &on, sizeof(on));
	return 0;
}

struct nl_msg *client_request(const struct client *client, int command,
			      int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family,
				0, flags, (__u8)command,
				MOTET_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int client_on_valid(struct nl_msg *msg, void *arg)
{
	struct client_exchange *exchange = arg;
	int ret = 0;

	if (exchange->records)
		ret = records_add(exchange->records, nlmsg_hdr(msg));
	if (ret)
		exchange->error = ret;
	return NL_OK;
}

static int client_on_end(struct nl_msg *msg, void *arg)
{
	struct client_exchange *exchange = arg;

	(void)msg;
	exchange->done = true;
	return NL_STOP;
}

static int client_on_change(struct nl_msg *msg, void *arg)
{
	struct client_exchange *exchange = arg;

	(void)msg;
	exchange->changed = true;
	return NL_OK;
}

/*
 * Keep the kernel's text to an error. Where it begins depends on whether the
 * request is repeated in front of it.
 */
static void client_keep_message(struct client *client,
				const struct nlmsgerr *error)
{
	const struct nlmsghdr *answer = (const struct nlmsghdr *)error - 1;
	size_t skip = NLMSG_HDRLEN + sizeof(*error);
	struct nlattr *attributes[NLMSGERR_ATTR_MAX + 1];
	const char *text;

	client->message[0] = '\0';
	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		skip += error->msg.nlmsg_len - NLMSG_HDRLEN;
	if (skip >= answer->nlmsg_len ||
	    nla_parse(attributes, NLMSGERR_ATTR_MAX,
		      (struct nlattr *)((char *)answer + NLMSG_ALIGN(skip)),
		      (int)(answer->nlmsg_len - skip), NULL))
		return;
	if (!attributes[NLMSGERR_ATTR_MSG])
		return;
	text = nla_data(attributes[NLMSGERR_ATTR_MSG]);
	snprintf(client->message, sizeof(client->message), "%.*s",
		 nla_len(attributes[NLMSGERR_ATTR_MSG]), text);
}

static int client_on_error(struct sockaddr_nl *from, struct nlmsgerr *error,
			   void *arg)
{
	struct client_exchange *exchange = arg;

	(void)from;
	exchange->error = error->error;
	exchange->done = true;
	client_keep_message(exchange->client, error);
	return NL_STOP;
}

static int client_exchange_once(struct client_exchange *exchange,
				struct nl_msg *request)
{
	__cleanup(nl_cb) struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_sock *socket = exchange->client->socket;
	int ret;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, client_on_valid, exchange);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, client_on_end, exchange);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, client_on_end, exchange);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, client_on_change,
		  exchange);
	nl_cb_err(cb, NL_CB_CUSTOM, client_on_error, exchange);

	/* A number of its own each time it is sent */
	nlmsg_hdr(request)->nlmsg_seq = NL_AUTO_SEQ;
	ret = nl_send_auto(socket, request);
	while (ret >= 0 && !exchange->done)
		ret = nl_recvmsgs(socket, cb);
	if (exchange->error)
		return exchange->error;
	return ret < 0 ? -EIO : 0;
}

int client_exchange(struct client *client, struct nl_msg *request,
		    struct records *records)
{
	int tries = CLIENT_DUMP_TRIES;
	int ret;

	while (1) {
		struct client_exchange exchange = {
			.client = client,
			.records = records,
		};

		ret = client_exchange_once(&exchange, request);
		if (ret || !exchange.changed || !--tries)
			return ret;
		if (records)
			cleanup_records(records);
	}
}

int client_get(struct client *client, int command, int flags,
	       struct records *records)
{
	__cleanup(nl_msg) struct nl_msg *request = NULL;

	request = client_request(client, command, flags);
	return request ? client_exchange(client, request, records) : -ENOMEM;
}

int client_get_one(struct client *client, const struct target *target,
		   struct records *found)
{
	int command = target->channel ? MOTET_CMD_CHANNEL_GET :
		target->group ? MOTET_CMD_GROUP_GET : MOTET_CMD_PORT_GET;
	int name = target->channel ? MOTET_A_CHANNEL_NAME :
		target->group ? MOTET_A_GROUP_NAME : MOTET_A_PORT_NAME;
	int id = target->channel ? MOTET_A_CHANNEL_ID :
		target->group ? MOTET_A_GROUP_ID : MOTET_A_PORT_ID;
	__cleanup(nl_msg) struct nl_msg *request = NULL;
	int ret;

	request = client_request(client, command, 0);
	if (!request)
		return -ENOMEM;
	if (target->name)
		ret = nla_put(request, name, (int)strlen(target->name),
			      target->name);
	else
		ret = nla_put(request, id, sizeof(target->id), &target->id);
	if (ret)
		return -ENOMEM;
	ret = client_exchange(client, request, found);
	return !ret && !found->n ? -ENOMSG : ret;
}

int client_fail(const struct client *client, int error, const char *what)
{
	if (error == -EPERM)
		return command_fail(error, "%s: it needs CAP_NET_ADMIN; run it as root",
				    what);
	if (*client->message)
		return command_fail(error, "%s: %s (%s)", what, strerror(-error),
				    client->message);
	return command_fail(error, "%s: %s", what, strerror(-error));
}

int client_listen(struct client *client, const char *mcgrp)
{
	int group = genl_ctrl_resolve_grp(client->socket, MOTET_FAMILY_NAME,
					  mcgrp);
	int room = CLIENT_EVENT_ROOM;
	int fd = nl_socket_get_fd(client->socket);
	int ret;

	if (group < 0)
		return client_unavailable(group);

	/* Beyond what the system allows to all, if we may */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	nl_socket_disable_seq_check(client->socket);
	nl_socket_set_nonblocking(client->socket);
	ret = nl_socket_add_membership(client->socket, group);
	if (ret == -NLE_PERM)
		return client_fail(client, -EPERM, "can't listen to events");
	if (ret < 0)
		return command_fail(0, "can't listen to events: %s",
				    nl_geterror(ret));
	return 0;
}

int client_read(struct client *client,
		int (*on_event)(struct nl_msg *msg, void *arg), void *arg)
{
	bool lost = false;
	int ret;

	nl_socket_modify_cb(client->socket, NL_CB_VALID, NL_CB_CUSTOM, on_event,
			    arg);
	/*
	 * After an overrun the kernel drops events without another word until
	 * all that is queued has been read: so read on before reporting it.
	 * NLE_NOMEM is libnl's word for ENOBUFS.
	 */
	do {
		ret = nl_recvmsgs_default(client->socket);
		lost |= ret == -NLE_NOMEM;
	} while (!ret || ret == -NLE_NOMEM);

	if (ret != -NLE_AGAIN)
		return -EIO;
	return lost ? -ENOBUFS : 0;
}
