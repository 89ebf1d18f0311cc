// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet port send, call, motet group send, call: messages on their way in.
 */
#include <errno.h>
#include <string.h>

#include "message.h"
#include "record.h"
#include "target.h"

/**
 * struct send_args - what to send, and how
 * @json: print JSON
 * @lines: each line of the standard input is a message
 * @raw: print the answer as it is
 * @timed: there is a timeout
 * @call: an answer is waited for
 * @to: the port or the group
 * @text: the body, or "-" for the standard input
 * @annex: the annex, or NULL
 * @msg: the fields that need nothing else: flags, priority, those for groups
 * @timeout_ms: wait at most so long; -1 is for ever
 * @expires_ms: the message is worth delivering for so long; -1 is for ever
 * @cancel_ms: withdraw it if it is still queued then; -1 is never
 */
struct send_args {
	bool json;
	bool lines;
	bool raw;
	bool timed;
	bool call;
	struct target to;
	const char *text;
	const char *annex;
	struct motet_msg msg;
	long long timeout_ms;
	long long expires_ms;
	long long cancel_ms;
};

enum send_key {
	SEND_ADDRESS = 'A',
	SEND_ANNEX = 'a',
	SEND_CANCEL_AFTER = 'c',
	SEND_CLASS = 'C',
	SEND_DONTWAIT = 'd',
	SEND_EACH = 'E',
	SEND_EXPIRES = 'e',
	SEND_LINES = 'l',
	SEND_NODE = 'o',
	SEND_PRIORITY = 'p',
	SEND_RAW = 'R',
	SEND_RETURN = 'r',
	SEND_SESSION = 's',
	SEND_TIMEOUT = 't',
	SEND_WEIGHT = 'w',
};

static void send_args_init(struct send_args *args, bool group, bool call)
{
	*args = (struct send_args){
		.to.group = group,
		.call = call,
		.timeout_ms = -1,
		.expires_ms = -1,
		.cancel_ms = -1,
	};
	motet_msg_init(&args->msg);
}

static void send_parse_time(const char *option, const char *arg, long long *ms,
			    struct argp_state *state)
{
	if (!text_to_timeout_ms(arg, ms))
		command_bad_argument(state, option, arg,
				     "a time such as 500ms or 10s");
}

static unsigned long long send_parse_number(const char *option, const char *arg,
					    unsigned long long max,
					    struct argp_state *state)
{
	unsigned long long number = 0;

	if (!text_to_number(arg, max, &number))
		argp_error(state, "%s: a number from 0 to %llu", option, max);
	return number;
}

static void send_parse_arg(struct send_args *args, char *arg,
			   struct argp_state *state)
{
	bool group = args->to.group;

	switch (state->arg_num) {
	case 0:
		if (!target_parse(&args->to, arg))
			command_bad_argument(state, group ? "GROUP" : "PORT",
					     arg, "a name or id:HEX");
		args->to.group = group;
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
	if (!args->to.text)
		argp_error(state, "to which %s?",
			   args->to.group ? "group" : "port");
	if (args->lines && args->text)
		argp_error(state, "either TEXT or --lines");
	if (!args->lines && !args->text)
		argp_error(state, "what? TEXT, or - for the standard input");
	if (args->msg.flags & MOTET_MSG_RETURN && !args->timed)
		argp_error(state, "--return needs --timeout: how long to wait for it to come back");
	if (args->call && args->msg.flags & MOTET_MSG_EACH)
		argp_error(state, "--each is for \"motet group send\"");
	if (args->cancel_ms >= 0 &&
	    (args->lines || args->msg.flags & MOTET_MSG_RETURN))
		argp_error(state, "--cancel-after: neither with --lines nor --return");
}

/* The options that are for groups; its own argp, a child of those */
static error_t send_parse_group(int key, char *arg, struct argp_state *state)
{
	struct send_args *args = state->input;
	int address;

	switch (key) {
	case SEND_ADDRESS:
		address = motet_address_from_string(arg);
		if (address < 0)
			command_bad_argument(state, "--address", arg,
					     "a way to address a group; see motet-group(1)");
		args->msg.address = (__u32)address;
		return 0;
	case SEND_CLASS:
		args->msg.job_class = (__u32)
			send_parse_number("--class", arg, MOTET_JOB_CLASSES - 1,
					  state);
		return 0;
	case SEND_EACH:
		args->msg.flags |= MOTET_MSG_EACH;
		return 0;
	case SEND_NODE:
		args->msg.node = (__u32)send_parse_number("--node", arg, ~0U,
							  state);
		return 0;
	case SEND_SESSION:
		motet_msg_set_session(&args->msg,
				      send_parse_number("--session", arg, ~0ULL,
							state));
		return 0;
	case SEND_WEIGHT:
		args->msg.weight = (__u32)send_parse_number("--weight", arg,
							    ~0U, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The options that say what becomes of the message later */
static error_t send_parse_fate(int key, char *arg, struct argp_state *state)
{
	struct send_args *args = state->input;

	switch (key) {
	case SEND_CANCEL_AFTER:
		args->msg.flags |= MOTET_MSG_CANCELABLE;
		send_parse_time("--cancel-after", arg, &args->cancel_ms, state);
		return 0;
	case SEND_EXPIRES:
		send_parse_time("--expires", arg, &args->expires_ms, state);
		return 0;
	case SEND_RETURN:
		args->msg.flags |= MOTET_MSG_RETURN;
		return 0;
	case SEND_TIMEOUT:
		args->timed = true;
		send_parse_time("--timeout", arg, &args->timeout_ms, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t send_parse(int key, char *arg, struct argp_state *state)
{
	struct send_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		if (args->to.group)
			state->child_inputs[1] = args;
		return 0;
	case SEND_ANNEX:
		if (strlen(arg) > MOTET_ANNEX_MAX)
			command_bad_argument(state, "--annex", arg,
					     "at most 120 bytes");
		args->annex = arg;
		return 0;
	case SEND_DONTWAIT:
		args->msg.flags |= MOTET_MSG_DONTWAIT;
		return 0;
	case SEND_LINES:
		args->lines = true;
		return 0;
	case SEND_PRIORITY:
		args->msg.priority = (__u32)
			send_parse_number("--priority", arg,
					  MOTET_PRIORITIES - 1, state);
		return 0;
	case SEND_RAW:
		args->raw = true;
		return 0;
	case ARGP_KEY_ARG:
		send_parse_arg(args, arg, state);
		return 0;
	case ARGP_KEY_END:
		send_check(args, state);
		return 0;
	default:
		return send_parse_fate(key, arg, state);
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
	*sender = target_open(*actor, &args->to, 0);
	return *sender < 0 ? target_fail(&args->to, *sender) : 0;
}

static void send_fill(struct motet_msg *msg, const struct send_args *args,
		      const void *body, size_t len, __u64 deadline)
{
	*msg = args->msg;
	motet_msg_set_body(msg, body, len);
	if (args->annex)
		motet_msg_set_annex(msg, args->annex, strlen(args->annex));
	msg->deadline = deadline;
	msg->expires = motet_deadline(args->expires_ms);
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
	{ "cancel-after", SEND_CANCEL_AFTER, "TIME", 0,
	  "Withdraw it if it is still queued then", 0 },
	{ "dontwait", SEND_DONTWAIT, NULL, 0, "Fail if there is no room", 0 },
	{ "expires", SEND_EXPIRES, "TIME", 0,
	  "How long it is worth delivering", 0 },
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

static const struct argp_option send_group_options[] = {
	{ "address", SEND_ADDRESS, "WAY", 0,
	  "To which member, as round-robin", 0 },
	{ "class", SEND_CLASS, "N", 0, "Class of the job, 0 to 15", 0 },
	{ "each", SEND_EACH, NULL, 0,
	  "Broadcast to those that have room, even if not all have", 0 },
	{ "node", SEND_NODE, "N", 0,
	  "Which node, if the address is on-node or except-node", 0 },
	{ "session", SEND_SESSION, "N", 0,
	  "To the member that has this session", 0 },
	{ "weight", SEND_WEIGHT, "N", 0,
	  "What it adds to the load of the member", 0 },
	{ 0 },
};

static const struct argp send_group_argp = {
	.options = send_group_options,
	.parser = send_parse_group,
};

static const struct argp_child group_send_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ &send_group_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp group_send_argp = {
	.options = send_options,
	.parser = send_parse,
	.children = group_send_children,
	.args_doc = "NAME|id:HEX TEXT|-",
	.doc = "Send a message to a group: TEXT, or for - the standard input.",
};
static void send_print(const struct send_args *args,
		       const struct motet_msg *msg)
{
	char at[MOTET_ID_TEXT_SIZE];
	json_t *object = json_object();

	json_object_set_new(object, "id", record_json_number(msg->id));
	if (args->to.group)
		json_object_set_new(object, "delivered",
				    json_integer(msg->delivered));
	if (args->to.group && !motet_id_is_zero(&msg->at))
		json_object_set_new(object, "at",
				    json_string(motet_id_to_string(&msg->at,
								   at)));
	command_print_json(object, true);
}

/* Wait as long as was said; withdraw the message unless it was received. */
static int send_cancel(const struct send_args *args, int sender, __u64 id)
{
	int ret;

	message_watch_signals();
	/* Nothing to wait for but the time, or a signal, which is as good */
	message_wait(NULL, 0, motet_deadline(args->cancel_ms));
	ret = motet_msg_cancel(sender, id);
	if (ret == -ENOENT)
		return COMMAND_OK;
	if (ret)
		return target_fail(&args->to, ret);
	return command_fail(-ETIMEDOUT, "the message was not received, and was withdrawn");
}

static int send_one(const struct send_args *args, int sender, const void *body,
		    size_t len, __u64 deadline)
{
	struct motet_msg msg;
	int ret;

	send_fill(&msg, args, body, len, deadline);
	ret = motet_msg_send(sender, &msg);
	if (ret)
		return target_fail(&args->to, ret);
	if (args->json)
		send_print(args, &msg);
	return args->cancel_ms < 0 ? COMMAND_OK :
		send_cancel(args, sender, msg.id);
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
		return target_fail(&args->to, ret);
	if (args->json)
		message_print(&message, MESSAGE_JSON);
	return target_fail(&args->to, -(int)message.msg.error);
}

static int send_run(const struct argp *argp, bool group, int argc, char **argv)
{
	__cleanup(text) char *input = NULL;
	__cleanup(fd) int sender = -1;
	__cleanup(fd) int actor = -1;
	struct send_args args;
	const char *body;
	__u64 deadline;
	size_t len;
	int ret;

	send_args_init(&args, group, false);
	argp_parse(argp, argc, argv, 0, NULL, &args);
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
	if (!ret && args.msg.flags & MOTET_MSG_RETURN)
		ret = send_await_return(&args, actor, deadline);
	return ret ? ret : command_flush();
}

int cmd_port_send(int argc, char **argv)
{
	return send_run(&send_argp, false, argc, argv);
}

int cmd_group_send(int argc, char **argv)
{
	return send_run(&group_send_argp, true, argc, argv);
}

/* --- call ---------------------------------------------------------------- */

static const struct argp_option call_options[] = {
	{ "annex", SEND_ANNEX, "TEXT", 0, "Annex of the request", 0 },
	{ "dontwait", SEND_DONTWAIT, NULL, 0,
	  "Fail if there is no room for the request", 0 },
	{ "expires", SEND_EXPIRES, "TIME", 0,
	  "How long it is worth delivering", 0 },
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

static const struct argp group_call_argp = {
	.options = call_options,
	.parser = send_parse,
	.children = group_send_children,
	.args_doc = "NAME|id:HEX TEXT|-",
	.doc = "Send a request to a member of a group, wait for the answer and print it.",
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

static int call_run(const struct argp *argp, bool group, int argc, char **argv)
{
	__cleanup(message) struct message answer = { 0 };
	__cleanup(text) char *input = NULL;
	__cleanup(fd) int sender = -1;
	__cleanup(fd) int actor = -1;
	struct motet_msg request;
	struct send_args args;
	const char *body;
	__u64 id = 0;
	size_t len;
	int ret;

	send_args_init(&args, group, true);
	argp_parse(argp, argc, argv, 0, NULL, &args);
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
		return target_fail(&args.to, ret);
	message_print(&answer, args.json ? MESSAGE_JSON :
		      args.raw ? MESSAGE_RAW : MESSAGE_TEXT);
	return command_flush();
}

int cmd_port_call(int argc, char **argv)
{
	return call_run(&call_argp, false, argc, argv);
}

int cmd_group_call(int argc, char **argv)
{
	return call_run(&group_call_argp, true, argc, argv);
}
