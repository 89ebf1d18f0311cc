// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet port create, recv, reply: ports that this command holds.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "message.h"
#include "target.h"

#define NS_PER_MS	1000000ULL

struct receive_args {
	bool json;
	bool raw;
	bool create;
	bool no_hold;
	bool timed;
	struct target port;
	const char *exec;
	unsigned long long count;
	long long timeout_ms;
	struct motet_port_create options;
};

enum receive_key {
	RECEIVE_BYTES = 'b',
	RECEIVE_COUNT = 'n',
	RECEIVE_CREATE = 'c',
	RECEIVE_EXEC = 'e',
	RECEIVE_FIFO = 'f',
	RECEIVE_FOLLOW = 'F',
	RECEIVE_MESSAGES = 'M',
	RECEIVE_MODE = 'm',
	RECEIVE_NO_HOLD = 'N',
	RECEIVE_ONCE = '1',
	RECEIVE_RAW = 'R',
	RECEIVE_RETENTION = 'r',
	RECEIVE_TIMEOUT = 't',
};

#define RECEIVE_FOREVER	(~0ULL)

static void receive_parse_limit(struct receive_args *args, int key,
				const char *arg, struct argp_state *state)
{
	unsigned long long number;
	int i;

	if (key == RECEIVE_MESSAGES && !text_to_number(arg, ~0U, &number))
		command_bad_argument(state, "--messages", arg, "a number");
	if (key == RECEIVE_BYTES && !text_to_size(arg, &number))
		command_bad_argument(state, "--bytes", arg,
				     "a size such as 4096 or 64K");
	for (i = 0; i < MOTET_PRIORITIES; i++) {
		if (key == RECEIVE_MESSAGES)
			args->options.limits[i].messages = (__u32)number;
		else
			args->options.limits[i].bytes = number;
	}
}

static void receive_parse_time(struct receive_args *args, int key,
			       const char *arg, struct argp_state *state)
{
	unsigned long long ns;

	if (!text_to_time_ns(arg, &ns))
		command_bad_argument(state, key == RECEIVE_TIMEOUT ?
				     "--timeout" : "--retention", arg,
				     "a time such as 500ms or 10s");
	if (key == RECEIVE_RETENTION) {
		args->options.retention = ns;
		return;
	}
	args->timed = true;
	args->timeout_ms = (long long)(ns / NS_PER_MS + !!(ns % NS_PER_MS));
}

/* The options that say what a new port is like */
static error_t receive_parse_port(int key, char *arg, struct argp_state *state)
{
	struct receive_args *args = state->input;
	unsigned int mode;

	switch (key) {
	case RECEIVE_MODE:
		if (!text_to_mode(arg, &mode))
			command_bad_argument(state, "--mode", arg,
					     "an octal mode such as 0722");
		args->options.mode = mode;
		return 0;
	case RECEIVE_FIFO:
		args->options.flags |= MOTET_PORT_FIFO;
		return 0;
	case RECEIVE_MESSAGES:
	case RECEIVE_BYTES:
		receive_parse_limit(args, key, arg, state);
		return 0;
	case RECEIVE_TIMEOUT:
	case RECEIVE_RETENTION:
		receive_parse_time(args, key, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one port, please");
		if (!target_parse(&args->port, arg))
			command_bad_argument(state, "PORT", arg,
					     "a name or id:HEX");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t receive_parse(int key, char *arg, struct argp_state *state)
{
	struct receive_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->json;
		return 0;
	case RECEIVE_CREATE:
		args->create = true;
		return 0;
	case RECEIVE_COUNT:
		if (!text_to_number(arg, ~0ULL >> 1, &args->count) ||
		    !args->count)
			command_bad_argument(state, "--count", arg,
					     "a number from 1 on");
		return 0;
	case RECEIVE_ONCE:
		args->count = 1;
		return 0;
	case RECEIVE_FOLLOW:
		args->count = RECEIVE_FOREVER;
		return 0;
	case RECEIVE_NO_HOLD:
		args->no_hold = true;
		return 0;
	case RECEIVE_EXEC:
		args->exec = arg;
		return 0;
	case RECEIVE_RAW:
		args->raw = true;
		return 0;
	case ARGP_KEY_END:
		if (args->no_hold && !args->options.retention)
			argp_error(state, "--no-hold needs --retention: how long to keep the port");
		if (args->options.retention && !args->port.name)
			argp_error(state, "--retention needs a NAME");
		return 0;
	default:
		return receive_parse_port(key, arg, state);
	}
}

static const struct argp_child receive_children[] = {
	{ &command_output_argp, 0, NULL, 0 },
	{ 0 },
};

static void receive_args_init(struct receive_args *args,
			      unsigned long long count)
{
	*args = (struct receive_args){ .count = count, .timeout_ms = -1 };
	motet_port_create_init(&args->options, NULL);
}

static enum message_form receive_form(const struct receive_args *args)
{
	if (args->json)
		return MESSAGE_JSON;
	return args->raw ? MESSAGE_RAW : MESSAGE_TEXT;
}

/* Messages one after the other; act() is the command's. */
static int receive_all(const struct receive_args *args, int port,
		       int (*act)(const struct receive_args *args, int port,
				  const struct message *message))
{
	__cleanup(message) struct message message = { 0 };
	__u64 deadline = motet_deadline(args->timeout_ms);
	unsigned long long n;
	int ret;

	for (n = 0; n < args->count; n++) {
		ret = message_recv(port, &message, deadline);
		/* Asked to end: that is no failure of what follows for ever */
		if (ret == -EINTR && args->count == RECEIVE_FOREVER)
			return COMMAND_OK;
		if (ret)
			return target_fail(&args->port, ret);
		ret = act(args, port, &message);
		if (ret)
			return ret;
	}
	return COMMAND_OK;
}

static int receive_print(const struct receive_args *args, int port,
			 const struct message *message)
{
	(void)port;
	message_print(message, receive_form(args));
	return command_flush();
}

/* --- create -------------------------------------------------------------- */

static const struct argp_option create_options[] = {
	{ "bytes", RECEIVE_BYTES, "SIZE", 0, "Bound of each priority", 0 },
	{ "fifo", RECEIVE_FIFO, NULL, 0,
	  "Serve suspended senders in their order", 0 },
	{ "messages", RECEIVE_MESSAGES, "N", 0, "Bound of each priority", 0 },
	{ "mode", RECEIVE_MODE, "MODE", 0, "Mode, octal (0722)", 0 },
	{ "no-hold", RECEIVE_NO_HOLD, NULL, 0,
	  "Create it and end; it is retained", 0 },
	{ "once", RECEIVE_ONCE, NULL, 0, "End after one message", 0 },
	{ "raw", RECEIVE_RAW, NULL, 0, "Print bodies as they are", 0 },
	{ "retention", RECEIVE_RETENTION, "TIME", 0,
	  "How long it outlives its holder", 0 },
	{ "timeout", RECEIVE_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp create_argp = {
	.options = create_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "[NAME]",
	.doc = "Create a port, print its identifier, and each message that arrives.",
};

static int receive_create(struct receive_args *args, int actor)
{
	const char *name = args->port.name;

	args->options.name = (uintptr_t)name;
	args->options.name_len = name ? (__u32)strlen(name) : 0;
	return motet_port_create_full(actor, &args->options);
}

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
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int port = -1;
	struct receive_args args;

	receive_args_init(&args, RECEIVE_FOREVER);
	argp_parse(&create_argp, argc, argv, 0, NULL, &args);
	if (args.port.text && !args.port.name) {
		command_fail(0, "an identifier can't be chosen, only a name");
		return COMMAND_USAGE;
	}
	actor = target_actor_open();
	if (actor < 0)
		return -actor;

	message_watch_signals();
	if (!args.port.text)
		args.port.text = "";
	port = receive_create(&args, actor);
	if (port < 0)
		return target_fail(&args.port, port);
	create_print(&args);
	return args.no_hold ? command_flush() :
		receive_all(&args, port, receive_print);
}

/* --- recv ---------------------------------------------------------------- */

static const struct argp_option recv_options[] = {
	{ "count", RECEIVE_COUNT, "N", 0, "End after N messages (1)", 0 },
	{ "create", RECEIVE_CREATE, NULL, 0,
	  "Create the port if there is none", 0 },
	{ "follow", RECEIVE_FOLLOW, NULL, 0, "Go on until ended", 0 },
	{ "raw", RECEIVE_RAW, NULL, 0, "Print bodies as they are", 0 },
	{ "timeout", RECEIVE_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp recv_argp = {
	.options = recv_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Take over a port that is retained, and print its messages.",
};

/* Take over or create; 0, or how the command ends */
static int receive_open(struct receive_args *args, int *actor, int *port)
{
	*actor = target_actor_open();
	if (*actor < 0)
		return -*actor;

	message_watch_signals();
	*port = target_take(*actor, &args->port, 0);
	if (*port == -ENOENT && args->create)
		*port = receive_create(args, *actor);
	return *port < 0 ? target_fail(&args->port, *port) : 0;
}

int cmd_port_recv(int argc, char **argv)
{
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int port = -1;
	struct receive_args args;
	int ret;

	receive_args_init(&args, 1);
	argp_parse(&recv_argp, argc, argv, 0, NULL, &args);
	if (!args.port.text) {
		command_fail(0, "which port? see \"motet port recv --help\"");
		return COMMAND_USAGE;
	}
	ret = receive_open(&args, &actor, &port);
	return ret ? ret : receive_all(&args, port, receive_print);
}

/* --- reply --------------------------------------------------------------- */

static const struct argp_option reply_options[] = {
	{ "count", RECEIVE_COUNT, "N", 0, "End after N messages", 0 },
	{ "exec", RECEIVE_EXEC, "COMMAND", 0, "What answers", 0 },
	{ "timeout", RECEIVE_TIMEOUT, "TIME", 0, "Wait at most so long", 0 },
	{ 0 },
};

static const struct argp reply_argp = {
	.options = reply_options,
	.parser = receive_parse,
	.children = receive_children,
	.args_doc = "NAME|id:HEX",
	.doc = "Answer calls: COMMAND reads the request and writes the answer.",
};

/* Run the command with these as its input and output; 0 or a negative errno */
static int reply_run(const char *command, int input, int output)
{
	char *argv[4] = { (char *)"sh", (char *)"-c", (char *)command };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int status = 0;
	pid_t pid;
	int ret;

	message_unwatched_signals(&signals);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	ret = posix_spawn(&pid, "/bin/sh", &actions, &attributes,
			  argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (ret)
		return -ret;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		command_warn("the command was ended by signal %d",
			     WTERMSIG(status));
	else if (WEXITSTATUS(status))
		command_warn("the command ended with %d", WEXITSTATUS(status));
	return 0;
}

static int reply_write_all(int fd, const unsigned char *bytes, size_t len)
{
	ssize_t step;

	while (len) {
		step = write(fd, bytes, len);
		if (step < 0)
			return -errno;
		bytes += step;
		len -= (size_t)step;
	}
	return lseek(fd, 0, SEEK_SET) ? -errno : 0;
}

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
 * Request and answer are files in memory, not pipes: the command may read and
 * write in any order and amount, and nobody waits for the other.
 */
static int reply_answer(const struct receive_args *args, int port,
			const struct message *message)
{
	__cleanup(fd) int input = memfd_create("request", MFD_CLOEXEC);
	__cleanup(fd) int output = memfd_create("answer", MFD_CLOEXEC);
	int ret;

	if (input < 0 || output < 0)
		return command_fail(-errno, "%s", strerror(errno));
	ret = reply_write_all(input, message->body, message->msg.body_len);
	if (!ret)
		ret = reply_run(args->exec, input, output);
	if (ret)
		return command_fail(ret, "can't run the command: %s",
				    strerror(-ret));
	if (args->json)
		message_print(message, MESSAGE_JSON);
	if (!(message->msg.flags & MOTET_MSG_CALL))
		return COMMAND_OK;

	ret = reply_send(port, message->msg.token, output);
	/* That one caller is gone, or took too small a room: next please */
	if (ret)
		command_warn("a call was not answered: %s",
			     motet_strerror(ret));
	return COMMAND_OK;
}

int cmd_port_reply(int argc, char **argv)
{
	__cleanup(fd) int actor = -1;
	__cleanup(fd) int port = -1;
	struct receive_args args;
	int ret;

	receive_args_init(&args, RECEIVE_FOREVER);
	argp_parse(&reply_argp, argc, argv, 0, NULL, &args);
	if (!args.port.text || !args.exec) {
		command_fail(0, "which port, and what answers? see \"motet port reply --help\"");
		return COMMAND_USAGE;
	}
	args.create = true;
	ret = receive_open(&args, &actor, &port);
	return ret ? ret : receive_all(&args, port, reply_answer);
}
