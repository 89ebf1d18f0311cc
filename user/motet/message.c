// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages: see message.h.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "message.h"
#include "record.h"

#define MESSAGE_FIRST_ROOM	4096
#define NS_PER_S		1000000000ULL

/* The signals of the program before message_watch_signals() */
static sigset_t message_signals;

/* Only there to be called: it makes ppoll(2) return. */
static void message_on_signal(int signal)
{
	(void)signal;
}

void message_watch_signals(void)
{
	static const int watched[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = message_on_signal };
	struct sigaction before;
	sigset_t block;
	size_t i;

	sigemptyset(&block);
	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		/* nohup(1) and the like have a say */
		sigaction(watched[i], NULL, &before);
		if (before.sa_handler == SIG_IGN)
			continue;
		sigaddset(&block, watched[i]);
		sigaction(watched[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &block, &message_signals);
}

void message_unwatched_signals(sigset_t *set)
{
	*set = message_signals;
}

void cleanup_message(struct message *message)
{
	free(message->body);
	message->body = NULL;
	message->cap = 0;
}

void message_prepare(struct message *message, size_t len)
{
	if (!message->body || len > message->cap) {
		message->cap = len > MESSAGE_FIRST_ROOM ? len :
			MESSAGE_FIRST_ROOM;
		message->body = text_grow(message->body, message->cap, 1);
	}
	motet_msg_init(&message->msg);
	motet_msg_set_body_room(&message->msg, message->body, message->cap);
	motet_msg_set_annex_room(&message->msg, message->annex,
				 sizeof(message->annex));
	motet_msg_set_stamp(&message->msg, &message->stamp);
}

/* How long until the deadline; NULL if there is none. */
static struct timespec *message_left(__u64 deadline, struct timespec *left)
{
	struct timespec now;
	__u64 now_ns;

	if (!deadline)
		return NULL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (__u64)now.tv_sec * NS_PER_S + (__u64)now.tv_nsec;
	deadline = deadline > now_ns ? deadline - now_ns : 0;
	left->tv_sec = (time_t)(deadline / NS_PER_S);
	left->tv_nsec = (long)(deadline % NS_PER_S);
	return left;
}

int message_try(int port, struct message *message, unsigned int flags,
		__u64 lease)
{
	size_t room = 0;
	int ret;

	do {
		message_prepare(message, room);
		message->msg.flags = flags | MOTET_MSG_DONTWAIT;
		message->msg.lease = lease;
		ret = motet_recv(port, &message->msg);
		room = message->msg.body_len;
	} while (ret == -EMSGSIZE);
	return ret;
}

/*
 * The waiting is ppoll(2)'s: it alone lets a signal in and waits in one step.
 */
int message_wait(struct pollfd *waits, nfds_t n, __u64 deadline)
{
	struct timespec left;
	int ret = ppoll(waits, n, message_left(deadline, &left),
			&message_signals);

	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIMEDOUT;
}

int message_recv(int port, struct message *message, __u64 deadline)
{
	struct pollfd wait = { .fd = port, .events = POLLIN };
	int ret;

	while (1) {
		ret = message_try(port, message, 0, 0);
		if (ret != -EAGAIN)
			return ret;
		ret = message_wait(&wait, 1, deadline);
		if (ret)
			return ret;
	}
}

static char *message_cause_text(__u64 cause)
{
	int status = (int)cause;

	if (!status)
		return text_format("gave it up");
	if (WIFSIGNALED(status))
		return text_format("was ended by signal %d", WTERMSIG(status));
	return text_format("ended with %d", WEXITSTATUS(status));
}

char *message_exception_text(const struct motet_msg *msg)
{
	__cleanup(text) char *cause = NULL;
	char id[MOTET_ID_TEXT_SIZE];

	if (msg->exception == MOTET_EXCEPTION_TAKEN_OVER) {
		cause = message_cause_text(msg->token);
		return text_format("this process holds the port now; the one before %s",
				   cause);
	}
	return text_format("%s: id:%s",
			   motet_exception_to_string(msg->exception),
			   motet_id_to_string(&msg->to, id));
}

static void message_json_id(json_t *object, const char *key,
			    const struct motet_id *id)
{
	char text[MOTET_ID_TEXT_SIZE];

	if (motet_id_is_zero(id))
		return;
	json_object_set_new(object, key,
			    json_string(motet_id_to_string(id, text)));
}

static void message_json_number(json_t *object, const char *key, __u64 number)
{
	json_object_set_new(object, key, record_json_number(number));
}

static json_t *message_json_stamp(const struct motet_stamp *stamp)
{
	json_t *object = json_object();

	message_json_id(object, "actor", &stamp->actor);
	message_json_id(object, "port", &stamp->port);
	message_json_number(object, "pid", stamp->pid);
	message_json_number(object, "uid", stamp->uid);
	message_json_number(object, "gid", stamp->gid);
	message_json_number(object, "cgroup", stamp->cgroup);
	message_json_number(object, "sequence", stamp->sequence);
	message_json_number(object, "epoch", stamp->epoch);
	message_json_number(object, "realtime", stamp->realtime);
	message_json_number(object, "monotonic", stamp->monotonic);
	return object;
}

/* The body of an exception about a member, as what it is; false if it isn't */
static bool message_json_member(json_t *object, const struct message *message)
{
	struct motet_group_change change;
	const char *event;
	json_t *member;

	if (message->msg.exception != MOTET_EXCEPTION_MEMBER ||
	    message->msg.body_len < sizeof(change))
		return false;
	memcpy(&change, message->body, sizeof(change));
	event = motet_member_event_to_string(change.event);
	member = json_pack("{s:s}", "event", event);
	message_json_id(member, "port", &change.port);
	message_json_number(member, "node", change.node);
	message_json_number(member, "members", change.members);
	json_object_set_new(object, "member", member);
	return true;
}

static void message_json_exception(json_t *object, const struct motet_msg *msg)
{
	const char *name = motet_exception_to_string(msg->exception);

	json_object_set_new(object, "exception", json_string(name));
	message_json_number(object, "count", msg->count);
	if (msg->token)
		message_json_number(object, "token", msg->token);
	if (msg->error)
		json_object_set_new(object, "error",
				    json_string(motet_strerror((int)
							       msg->error)));
}

json_t *message_json(const struct message *message)
{
	const struct motet_msg *msg = &message->msg;
	json_t *object = json_object();

	message_json_number(object, "id", msg->id);
	message_json_id(object, "to", &msg->to);
	message_json_id(object, "at", &msg->at);
	message_json_number(object, "priority", msg->priority);
	message_json_number(object, "redelivered", msg->redelivered);
	json_object_set_new(object, "call",
			    json_boolean(msg->flags & MOTET_MSG_CALL));
	json_object_set_new(object, "leased",
			    json_boolean(msg->flags & MOTET_MSG_LEASED));
	if (msg->exception)
		message_json_exception(object, msg);
	if (!message_json_member(object, message))
		record_json_bytes(object, "body", message->body, msg->body_len);
	record_json_bytes(object, "annex", message->annex, msg->annex_len);
	json_object_set_new(object, "stamp",
			    message_json_stamp(&message->stamp));
	return object;
}

static void message_print_text(const struct message *message)
{
	__cleanup(text) char *escaped = NULL;
	size_t len = message->msg.body_len;
	bool ended = len && message->body[len - 1] == '\n';

	if (isatty(STDOUT_FILENO)) {
		escaped = text_escape(message->body, len, true);
		fputs(escaped, stdout);
	} else {
		fwrite(message->body, 1, len, stdout);
	}
	if (!ended)
		putchar('\n');
}

void message_print(const struct message *message, enum message_form form)
{
	switch (form) {
	case MESSAGE_TEXT:
		message_print_text(message);
		break;
	case MESSAGE_RAW:
		fwrite(message->body, 1, message->msg.body_len, stdout);
		break;
	case MESSAGE_JSON:
		command_print_json(message_json(message), true);
		break;
	}
	/* Who reads a pipe wants each message when it comes */
	fflush(stdout);
}

char *message_read_input(size_t *len)
{
	size_t cap = MESSAGE_FIRST_ROOM;
	char *input = text_grow(NULL, cap, 1);
	size_t step;

	*len = 0;
	while (1) {
		step = fread(input + *len, 1, cap - *len, stdin);
		*len += step;
		if (!step)
			break;
		if (*len == cap) {
			input = text_grow(input, cap, 2);
			cap *= 2;
		}
	}
	if (!ferror(stdin))
		return input;
	command_fail(-errno, "can't read the standard input: %s",
		     strerror(errno));
	free(input);
	return NULL;
}
