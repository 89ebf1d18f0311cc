// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet port send, call: messages on their way in.
 */
#include <errno.h>
#include <string.h>

#include "message.h"
#include "target.h"

#define NS_PER_MS	1000000ULL

struct send_args {
	bool json;
	bool lines;
	bool raw;
	bool timed;
	struct target port;
	const char *text;
	const char *annex;
	unsigned int priority;
	unsigned int flags;
	long long timeout_ms;
};

enum send_key {
	SEND_ANNEX = 'a',
	SEND_DONTWAIT = 'd',
	SEND_LINES = 'l',
	SEND_PRIORITY = 'p',
	SEND_RAW = 'R',
	SEND_RETURN = 'r',
	SEND_TIMEOUT = 't',
};

static void send_parse_timeout(struct send_args *args, const char *arg,
			       struct argp_state *state)
{
	unsigned long long ns;

	if (!text_to_time_ns(arg, &ns))
		command_bad_argument(state, "--timeout", arg,
				     "a time such as 500ms or 10s");
	args->timed = true;
	/* Rounded up: a short time isn't none */
	args->timeout_ms = (long long)(ns / NS_PER_MS + !!(ns % NS_PER_MS));
}

static void send_parse_arg(struct send_args *args, char *arg,
			   struct argp_state *state)
{
	switch (state->arg_num) {
	case 0:
		if (!target_parse(&args->port, arg))
			command_bad_argument(state, "PORT", arg,
					     "a name or id:HEX");
		break;
	case 1:
		args->text = arg;
		break;
	default:
		argp_error(state, "one TEXT, please: quote it");
	}
}

static void send_check(const struct send_args *args, struct argp_state *state)
{
	if (!args->port.text)
		argp_error(state, "which port?");
	if (args->lines && args->text)
		argp_error(state, "either TEXT or --lines");
	if (!args->lines && !args->text)
		argp_error(state, "what? TEXT, or - for the standard input");
	if (args->flags & MOTET_MSG_RETURN && !args->timed)
		argp_error(state, "--return needs --timeout: how long to wait for it to come back");
}

static error_t send_parse(int key, char *arg, struct argp_state *state)
{
	struct send_args *args = state->input;
	unsigned long long number;

	switch (key) {
	case ARGP_KEY_INIT:
		args->timeout_ms = -1;
		state->child_inputs[0] = &args->json;
		return 0;
	case SEND_ANNEX:
		if (strlen(arg) > MOTET_ANNEX_MAX)
			command_bad_argument(state, "--annex", arg,
					     "at most 120 bytes");
		args->annex = arg;
		return 0;
	case SEND_DONTWAIT:
		args->flags |= MOTET_MSG_DONTWAIT;
		return 0;
	case SEND_LINES:
		args->lines = true;
		return 0;
	case SEND_PRIORITY:
		if (!text_to_number(arg, MOTET_PRIORITIES - 1, &number))
			command_bad_argument(state, "--priority", arg,
					     "0, 1, 2 or 3");
		args->priority = (unsigned int)number;
		return 0;
	case SEND_RAW:
		args->raw = true;
		return 0;
	case SEND_RETURN:
		args->flags |= MOTET_MSG_RETURN;
		return 0;
	case SEND_TIMEOUT:
		send_parse_timeout(args, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		send_parse_arg(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		send_check(args, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child send_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

/* Open the actor and the sender handle; 0, or how the command ends */
static int send_open(const struct send_args *args, int *actor, int *sender)
{
	*actor = target_actor_open();
	if (*actor < 0)
		return -*actor;
	*sender = target_open(*actor, &args->port, 0);
	return *sender < 0 ? target_fail(&args->port, *sender) : 0;
}

static void send_fill(struct motet_msg *msg, const struct send_args *args,
		      const void *body, size_t len, __u64 deadline)
{
	motet_msg_init(msg);
	motet_msg_set_body(msg, body, len);
	if (args->annex)
		motet_msg_set_annex(msg, args->annex, strlen(args->annex));
	msg->flags = args->flags;
	msg->priority = args->priority;
	msg->deadline = deadline;
}

/* The text of the command line, or the standard input for -; NULL: failed */
static const char *send_body(const struct send_args *args, size_t *len,
			     char **owned)
{
	if (strcmp(args->text, "-")) {
		*len = strlen(args->text);
		return args->text;
	}
	*owned = message_read_input(len);
	return *owned;
}

/* --- send ---------------------------------------------------------------- */

static const struct argp_option send_options[] = {
	{ "annex", SEND_ANNEX, "TEXT", 0, "Annex of the message", 0 },
	{ "dontwait", SEND_DONTWAIT, NULL, 0,
	  "Fail if the port has no room", 0 },
	{ "lines", SEND_LINES, NULL, 0,
	  "Send each line of the standard input as a message", 0 },
	{ "priority", SEND_PRIORITY, "N", 0, "0 (first) to 3 (last)", 0 },
	{ "return", SEND_RETURN, NULL, 0,
	  "Fail if the message comes back within the timeout", 0 },
	{ "timeout", SEND_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp send_argp = {
	.options = send_options,
	.parser = send_parse,
	.children = send_children,
	.args_doc = "NAME|id:HEX TEXT|-",
	.doc = "Send a message: TEXT, or for - the standard input.",
};

static int send_one(const struct send_args *args, int sender, const void *body,
		    size_t len, __u64 deadline)
{
	struct motet_msg msg;
	int ret;

	send_fill(&msg, args, body, len, deadline);
	ret = motet_msg_send(sender, &msg);
	if (ret)
		return target_fail(&args->port, ret);
	if (args->json)
		command_print_json(json_pack("{s:I}", "id",
					     (json_int_t)msg.id), true);
	return COMMAND_OK;
}

static int send_lines(const struct send_args *args, int sender, __u64 deadline)
{
	__cleanup(text) char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int ret;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		if (line[len - 1] == '\n')
			len--;
		ret = send_one(args, sender, line, (size_t)len, deadline);
		if (ret)
			return ret;
	}
	if (ferror(stdin))
		return command_fail(-errno, "can't read the standard input: %s",
				    strerror(errno));
	return COMMAND_OK;
}

/* What comes to the default port; that nothing did is what is wanted. */
static int send_await_return(const struct send_args *args, int actor,
			     __u64 deadline)
{
	__cleanup(message) struct message message = { 0 };
	int ret;

	message_watch_signals();
	do {
		ret = message_recv(actor, &message, deadline);
	} while (!ret &&
		 message.msg.exception != MOTET_EXCEPTION_UNDELIVERABLE);
	if (ret == -ETIMEDOUT)
		return COMMAND_OK;
	if (ret)
		return target_fail(&args->port, ret);
	if (args->json)
		message_print(&message, MESSAGE_JSON);
	return target_fail(&args->port, -(int)message.msg.error);
}

int cmd_port_send(int argc, char **argv)
{
	__cleanup(text) char *input = NULL;
	__cleanup(fd) int sender = -1;
	__cleanup(fd) int actor = -1;
	struct send_args args = { 0 };
	const char *body;
	__u64 deadline;
	size_t len;
	int ret;

	argp_parse(&send_argp, argc, argv, 0, NULL, &args);
	ret = send_open(&args, &actor, &sender);
	if (ret)
		return ret;

	deadline = motet_deadline(args.timeout_ms);
	if (args.lines) {
		ret = send_lines(&args, sender, deadline);
	} else {
		body = send_body(&args, &len, &input);
		if (!body)
			return COMMAND_FAILED;
		ret = send_one(&args, sender, body, len, deadline);
	}
	if (!ret && args.flags & MOTET_MSG_RETURN)
		ret = send_await_return(&args, actor, deadline);
	return ret ? ret : command_flush();
}

/* --- call ---------------------------------------------------------------- */

static const struct argp_option call_options[] = {
	{ "annex", SEND_ANNEX, "TEXT", 0, "Annex of the request", 0 },
	{ "dontwait", SEND_DONTWAIT, NULL, 0,
	  "Fail if the port has no room for the request", 0 },
	{ "priority", SEND_PRIORITY, "N", 0, "0 (first) to 3 (last)", 0 },
	{ "raw", SEND_RAW, NULL, 0, "Print the answer as it is", 0 },
	{ "timeout", SEND_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp call_argp = {
	.options = call_options,
	.parser = send_parse,
	.children = send_children,
	.args_doc = "NAME|id:HEX TEXT|-",
	.doc = "Send a request, wait for the answer and print it.",
};

/*
 * The room for the answer is what the server may fill, and can't grow while the
 * call is under way: so there is as much as any message needs.
 */
static int call_prepare(int actor, struct message *answer)
{
	struct motet_info info = { .size = sizeof(info) };
	int ret = motet_info_get(actor, &info);

	if (ret)
		return command_fail(ret, "%s", motet_strerror(ret));
	message_prepare(answer, info.body_max);
	return 0;
}

int cmd_port_call(int argc, char **argv)
{
	__cleanup(message) struct message answer = { 0 };
	__cleanup(text) char *input = NULL;
	__cleanup(fd) int sender = -1;
	__cleanup(fd) int actor = -1;
	struct send_args args = { 0 };
	struct motet_msg request;
	const char *body;
	__u64 id = 0;
	size_t len;
	int ret;

	argp_parse(&call_argp, argc, argv, 0, NULL, &args);
	ret = send_open(&args, &actor, &sender);
	if (!ret)
		ret = call_prepare(actor, &answer);
	if (ret)
		return ret;
	body = send_body(&args, &len, &input);
	if (!body)
		return COMMAND_FAILED;

	send_fill(&request, &args, body, len, motet_deadline(args.timeout_ms));
	ret = motet_msg_call(sender, &request, &answer.msg, &id);
	if (ret)
		return target_fail(&args.port, ret);
	message_print(&answer, args.json ? MESSAGE_JSON :
		      args.raw ? MESSAGE_RAW : MESSAGE_TEXT);
	return command_flush();
}
