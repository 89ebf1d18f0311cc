// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet port create, recv, reply: ports that this command holds.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "handler.h"
#include "serve.h"

/* --- create -------------------------------------------------------------- */

static const struct argp_option create_options[] = {
	{ "bytes", RECEIVE_BYTES, "SIZE", 0, "Bound of each priority", 0 },
	{ "dead-letter", RECEIVE_DEAD_LETTER, "PORT", 0,
	  "Where messages go that can't be delivered", 0 },
	{ "fifo", RECEIVE_FIFO, NULL, 0,
	  "Serve suspended senders in their order", 0 },
	{ "messages", RECEIVE_MESSAGES, "N", 0, "Bound of each priority", 0 },
	{ "mode", RECEIVE_MODE, "MODE", 0, "Mode, octal (0722)", 0 },
	{ "no-hold", RECEIVE_NO_HOLD, NULL, 0,
	  "Create it and end; it is retained", 0 },
	{ "node", RECEIVE_NODE, "N", 0,
	  "A proxy of a port of another node", 0 },
	{ "once", RECEIVE_ONCE, NULL, 0, "End after one message", 0 },
	{ "redeliveries", RECEIVE_REDELIVERIES, "N", 0,
	  "How often a message may be given back", 0 },
	{ "retention", RECEIVE_RETENTION, "TIME", 0,
	  "How long it outlives its holder", 0 },
	RECEIVE_OPTION_EXEC,
	RECEIVE_OPTION_KEEP_GOING,
	RECEIVE_OPTION_LEASE,
	RECEIVE_OPTION_RAW,
	RECEIVE_OPTION_TIMEOUT,
	{ 0 },
};

static const struct argp create_argp = {
	.options = create_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "[NAME]",
	.doc = "Create a port, print its identifier, and each message that arrives.",
};

static void create_print(const struct receive_args *args)
{
	char id[MOTET_ID_TEXT_SIZE];

	motet_id_to_string(&args->options.id, id);
	if (args->json)
		command_print_json(json_pack("{s:s}", "created", id), true);
	else
		printf("id:%s\n", id);
	fflush(stdout);
}

int cmd_port_create(int argc, char **argv)
{
	__cleanup(receive_args) struct receive_args args;
	__cleanup(serve) struct serve serve = { .actor = -1 };
	static const struct target anonymous = { .text = "" };
	const struct target *target;
	int ret;

	receive_args_init(&args, RECEIVE_FOREVER);
	argp_parse(&create_argp, argc, argv, 0, NULL, &args);
	target = args.n_ports ? args.ports : &anonymous;
	if (args.n_ports && !target->name) {
		command_fail(0, "an identifier can't be chosen, only a name");
		return COMMAND_USAGE;
	}
	ret = serve_begin(&serve, &args);
	if (!ret)
		ret = serve_add(&serve, receive_create(&args, serve.actor,
						       target), target);
	if (ret)
		return ret;
	create_print(&args);
	return args.no_hold ? command_flush() : serve_all(&serve);
}

/* --- recv ---------------------------------------------------------------- */

static const struct argp_option recv_options[] = {
	{ "any", RECEIVE_ANY, NULL, 0, "From any of several ports", 0 },
	{ "create", RECEIVE_CREATE, NULL, 0,
	  "Create the port if there is none", 0 },
	{ "follow", RECEIVE_FOLLOW, NULL, 0, "Go on until ended", 0 },
	RECEIVE_OPTION_COUNT,
	RECEIVE_OPTION_EXEC,
	RECEIVE_OPTION_KEEP_GOING,
	RECEIVE_OPTION_LEASE,
	RECEIVE_OPTION_RAW,
	RECEIVE_OPTION_TIMEOUT,
	{ 0 },
};

static const struct argp recv_argp = {
	.options = recv_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "NAME|id:HEX...",
	.doc = "Take over a port that is retained, and print its messages.",
};

int cmd_port_recv(int argc, char **argv)
{
	__cleanup(receive_args) struct receive_args args;
	__cleanup(serve) struct serve serve = { .actor = -1 };
	size_t i;
	int ret;

	receive_args_init(&args, 1);
	argp_parse(&recv_argp, argc, argv, 0, NULL, &args);
	ret = receive_need_port(&args, "recv");
	if (!ret)
		ret = serve_begin(&serve, &args);
	for (i = 0; !ret && i < args.n_ports; i++)
		ret = serve_add(&serve, receive_take(&args, serve.actor,
						     &args.ports[i]),
				&args.ports[i]);
	return ret ? ret : serve_all(&serve);
}

/* --- reply --------------------------------------------------------------- */

static const struct argp_option reply_options[] = {
	{ "exec", RECEIVE_EXEC, "COMMAND", 0, "What answers", 0 },
	RECEIVE_OPTION_COUNT,
	RECEIVE_OPTION_KEEP_GOING,
	RECEIVE_OPTION_LEASE,
	RECEIVE_OPTION_TIMEOUT,
	{ 0 },
};

static const struct argp reply_argp = {
	.options = reply_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Answer calls: COMMAND reads the request and writes the answer.",
};

/* Answer with what a file in memory has */
static int reply_send(int port, __u64 token, int output)
{
	off_t len = lseek(output, 0, SEEK_END);
	void *answer = (void *)"";
	int ret;

	if (len < 0)
		return -errno;
	if (len)
		answer = mmap(NULL, (size_t)len, PROT_READ, MAP_SHARED, output,
			      0);
	if (answer == MAP_FAILED)
		return -errno;
	ret = motet_reply(port, token, answer, (size_t)len);
	if (len)
		munmap(answer, (size_t)len);
	return ret;
}

/*
 * Who made the call is gone or took too small a room: that is no reason not to
 * serve the next. Under a lease the call ends with its caller's time.
 */
static void reply_give(int port, const struct message *message, int output)
{
	int ret = reply_send(port, message->msg.token, output);

	if (ret)
		command_warn("a call was not answered: %s",
			     motet_strerror(ret));
}

static int reply_answer(const struct serve *serve, int port,
			const struct message *message)
{
	__cleanup(fd) int output = memfd_create("answer", MFD_CLOEXEC);
	int ret;

	if (output < 0)
		return command_fail(-errno, "%s", strerror(errno));
	ret = handler_run(serve->args->exec, message, output);
	if (ret < 0)
		return command_fail(ret, "can't run the command: %s",
				    strerror(-ret));
	/* Somebody else may do better */
	if (ret && message->msg.flags & MOTET_MSG_LEASED)
		return COMMAND_FAILED;
	if (serve->args->json)
		message_print(message, MESSAGE_JSON);
	if (message->msg.flags & MOTET_MSG_CALL)
		reply_give(port, message, output);
	return COMMAND_OK;
}

int cmd_port_reply(int argc, char **argv)
{
	__cleanup(receive_args) struct receive_args args;
	__cleanup(serve) struct serve serve = { .actor = -1 };
	int ret;

	receive_args_init(&args, RECEIVE_FOREVER);
	argp_parse(&reply_argp, argc, argv, 0, NULL, &args);
	if (!args.n_ports || !args.exec) {
		command_fail(0, "which port, and what answers? see \"motet port reply --help\"");
		return COMMAND_USAGE;
	}
	args.create = true;
	ret = serve_begin(&serve, &args);
	if (!ret)
		ret = serve_add(&serve, receive_take(&args, serve.actor,
						     args.ports), args.ports);
	serve.handle = reply_answer;
	return ret ? ret : serve_all(&serve);
}
