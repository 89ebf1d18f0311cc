/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simple model of ports, and helpers that do to the real ones what the model
 * does to its own.
 *
 * A controller has one operation done at a time, by one of several helpers
 * (processes of their own, so that they can be killed), and compares what came
 * of it with what the model says. What a helper works on is in shared memory,
 * so that all it has to be told is which call to make on which file. Calls that
 * wait are made by further threads of the helper; the model knows when each of
 * them has to end, and how.
 *
 * Where the interface leaves a choice, the model takes the one that was made,
 * if it was one of those allowed.
 */
#ifndef MODEL_H
#define MODEL_H

#include <setjmp.h>
#include <sys/queue.h>

#include "motet_test.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#define HELPERS		4
#define PORTS		6
#define GROUPS		3
#define STAGES		3	/* of a helper: its first thread, and others */
#define BATCH		4
#define BODY_WORDS	5
#define SESSIONS	3

/* Parts of the interface, to be chosen by MOTET_MODEL. */
enum {
	MODEL_LEASES	= 1,	/* leases, dead letters, expiry, batches */
	MODEL_HOLDERS	= 2,	/* migration, standbys, enabled sets, changes */
	MODEL_GROUPS	= 4,
};

/**
 * struct stage - what one thread of a helper works with; in shared memory
 * @tid: of the thread
 * @arg: argument of the call
 * @msg: messages of it, if they are several
 * @reply: answer of a call
 * @stamp: of the first message
 * @body: of the messages
 * @answer: body of the answer
 * @name: of a port or group
 */
struct stage {
	pid_t tid;
	union {
		struct motet_msg msg;
		struct motet_port_create create;
		struct motet_port_open open;
		struct motet_port_name name;
		struct motet_port_offer offer;
		struct motet_port_enable enable;
		struct motet_port_change change;
		struct motet_cancel cancel;
		struct motet_lease lease;
		struct motet_batch batch;
		struct motet_call_arg call;
		struct motet_info info;
		struct motet_group_create group;
		struct motet_group_open group_open;
		struct motet_group_member member;
		struct motet_group_cap cap;
		struct motet_group_session session;
		struct motet_group_status group_status;
	} arg;
	struct motet_msg msg[BATCH];
	struct motet_msg reply;
	struct motet_stamp stamp;
	__u64 body[BATCH][BODY_WORDS];
	__u64 answer;
	char name[32];
};

struct m_port;

/**
 * struct m_message - a message of the model
 * @link: in a lane, among the leases, or nowhere
 * @value: its body, all words of it; no two are the same
 * @len: of its body
 * @priority: its lane
 * @sender: helper that sent it
 * @pid: of that helper: it may be another one by now
 * @returns: it comes back if it can't be delivered
 * @cancelable: it can be withdrawn
 * @redelivered: how often it came back from a receiver
 * @sequence: number at its port
 * @epoch: of that
 * @id: at its port; 0 if that is not known yet
 * @expires: when it does
 * @call: the call whose request it is, or NULL
 * @lessee: helper that has it under a lease
 * @exception: &enum motet_exception
 * @error: of that
 * @token: of that
 * @to: the port or group that it was sent to
 * @job: group whose job it is, or -1
 * @job_class: of the job
 * @load: group that counts it as load, or -1
 * @weight: how much
 * @member: port that has the load
 */
struct m_message {
	TAILQ_ENTRY(m_message) link;
	__u64 value;
	__u32 len;
	__u32 priority;
	int sender;
	pid_t pid;
	bool returns;
	bool cancelable;
	__u32 redelivered;
	__u64 sequence;
	__u64 epoch;
	__u64 id;
	__u64 expires;
	struct m_call *call;
	int lessee;
	__u32 exception;
	__u32 error;
	__u64 token;
	struct motet_id to;
	int job;
	__u32 job_class;
	int load;
	__u32 weight;
	int member;
};

TAILQ_HEAD(m_list, m_message);

enum m_call_state { CALL_NONE, CALL_QUEUED, CALL_RECEIVED, CALL_DONE };

/**
 * struct m_call - a call, or whatever else a thread waits for
 * @state: how far it is
 * @sending: it is a message that waits for room, not a call
 * @parked: it was interrupted, and no thread waits for it
 * @due: the thread has to end, with @result
 * @here: it has ended, with @actual
 * @result: what it has to end with
 * @actual: what it ended with
 * @answer: the right one
 * @port: where the request is
 * @server: helper that received it, by a handle of @port
 * @leased: under a lease
 * @id: by which the caller knows it, or 0
 * @token: by which the server knows it
 * @message: the request, while it is queued or leased
 * @group: it was made on a group
 */
struct m_call {
	enum m_call_state state;
	bool sending;
	bool parked;
	bool due;
	bool here;
	int result;
	int actual;
	__u64 answer;
	int port;
	int server;
	bool leased;
	__u64 id;
	__u64 token;
	struct m_message *message;
	int group;
};

/**
 * struct m_exception - what a helper's default port has, in no order
 * @exception: &enum motet_exception
 * @error: of it
 * @token: of it
 * @value: body, or 0
 * @to: what it is about
 */
struct m_exception {
	__u32 exception;
	__u32 error;
	__u64 token;
	__u64 value;
	struct motet_id to;
};

#define EXCEPTIONS	128

/**
 * struct m_handle - a helper's file that may receive
 * @fd: number in the helper, or -1
 * @role: &enum motet_role
 * @turn: standbys: who comes first
 * @enabled: in the enabled set
 * @priority: of that
 * @cookie: of that
 */
struct m_handle {
	int fd;
	__u32 role;
	__u64 turn;
	bool enabled;
	__u32 priority;
	__u64 cookie;
};

/**
 * struct m_helper - a helper process
 * @pid: of it
 * @sock: to talk to it
 * @stage: what it works with
 * @actor: number of its file
 * @id: of its actor
 * @receiver: its handles that may receive, by port
 * @sender: its sender handles by port, or -1
 * @group: its groups, or -1
 * @session: member of each session by group, or -1; -2 if it has gone
 * @call: what its further threads do
 * @told: what is to come at its default port
 * @tolds: how many
 * @returns: messages that may come back
 */
struct m_helper {
	pid_t pid;
	int sock;
	struct stage *stage;
	int actor;
	struct motet_id id;
	struct m_handle receiver[PORTS];
	int sender[PORTS];
	int group[GROUPS];
	int session[GROUPS][SESSIONS];
	struct m_call call[STAGES];
	struct m_exception told[EXCEPTIONS];
	int tolds;
	int returns;
};

/**
 * struct m_lane - messages of one priority
 * @messages: in order
 * @limit: bounds
 * @used: by messages that are queued or under lease
 * @bytes: by those
 */
struct m_lane {
	struct m_list messages;
	struct motet_limits limit;
	__u32 used;
	__u64 bytes;
};

/**
 * struct m_port - a port
 * @exists: it was created, and somebody may still have it open
 * @state: &enum motet_port_state
 * @named: it has its name
 * @retained: it is to be retained
 * @id: of it
 * @name: of it
 * @mode: of it
 * @watch: the controller's sender handle
 * @lane: its lanes
 * @leases: what is under lease, oldest first
 * @leased: how many
 * @holder: helper that holds it, or -1
 * @offered: helper that it is offered to, or -1
 * @offer_flags: how
 * @sequence: of the last message
 * @epoch: of that
 * @dead_letter: index of the port that gets its dead letters, or -1
 * @redeliveries_max: as created
 * @suspended: helper whose thread waits for room, or -1
 * @suspended_stage: which thread
 * @dirty: to be compared
 * @cause: wait status of the process that held it before, if that died
 * @groups: bits of the groups that it is a member of
 */
struct m_port {
	bool exists;
	__u32 state;
	bool named;
	bool retained;
	struct motet_id id;
	char name[32];
	__u32 mode;
	int watch;
	struct m_lane lane[MOTET_PRIORITIES];
	struct m_list leases;
	__u32 leased;
	int holder;
	int offered;
	__u32 offer_flags;
	__u64 sequence;
	__u64 epoch;
	int dead_letter;
	__u32 redeliveries_max;
	int suspended;
	int suspended_stage;
	bool dirty;
	__u32 cause;
	__u32 groups;
};

/**
 * struct m_group - a group
 * @exists: it was created, and somebody may still have it open
 * @dead: it was deleted
 * @cap: its capability
 * @old: the one before, which is revoked
 * @address: its default
 * @member: ports in the order in which they were inserted
 * @members: how many
 * @turn: whose turn it is, of round robin and of local round robin
 * @load: of the members, by port
 * @backlog: work: jobs that wait, with the room of those that are lent
 * @idle: work: members without a job, idle longest first
 * @idles: work: how many
 * @lent: work: jobs that members have
 */
struct m_group {
	bool exists;
	bool dead;
	struct motet_cap cap;
	struct motet_cap old;
	__u32 address;
	int member[PORTS];
	int members;
	int turn[2];
	__u32 load[PORTS];
	struct m_port backlog;
	int idle[PORTS];
	int idles;
	int lent;
};

/**
 * struct model - all of it
 * @helper: the processes
 * @port: the ports
 * @group: the groups
 * @actor: the controller's own
 * @serial: of bodies
 * @turns: of standbys
 * @parts: of the interface that are used
 * @patience: how long to wait for what must come
 * @failed: where to go when something is not as it should be
 * @text: what that was
 */
struct model {
	struct m_helper helper[HELPERS];
	struct m_port port[PORTS];
	struct m_group group[GROUPS];
	int actor;
	__u64 serial;
	__u64 turns;
	unsigned int parts;
	__u64 patience;
	jmp_buf failed;
	char text[512];
};

extern struct model model;

/**
 * struct operation - a step of a sequence, before it is known what it meets
 * @kind: which
 * @helper: by whom
 * @x: which port or group
 * @n: anything else
 */
struct operation {
	__u8 kind;
	__u8 helper;
	__u8 x;
	__u32 n;
};

/* model.c: the model itself */
void m_begin(void);
void m_clear_port(struct m_port *port);
void m_clear_helper(struct m_helper *helper);
struct m_message *m_message_new(int helper, __u32 priority, __u32 len);
struct m_message *m_first(struct m_port *port);
struct m_message *m_find_value(struct m_port *port, __u64 value);
bool m_room(struct m_port *port, __u32 priority, __u32 len);
bool m_fits(struct m_port *port, __u32 priority, __u32 len);
void m_reserve(struct m_port *port, struct m_message *message);
void m_commit(struct m_port *port, struct m_message *message);
void m_queue(struct m_port *port, struct m_message *message);
void m_take(struct m_port *port, struct m_message *message);
void m_release(struct m_port *port, struct m_message *message);
void m_finish(struct m_message *message);
void m_drop(struct m_port *port, struct m_message *message);
void m_lease(struct m_port *port, struct m_message *message, int helper);
void m_unlease(struct m_port *port, struct m_message *message);
void m_give_back(struct m_port *port, struct m_message *message);
void m_give_up(struct m_port *port, struct m_message *message, int error);
void m_tell(int helper, __u32 exception, const struct motet_id *to,
	    __u64 token, __u32 error, __u64 value);
void m_call_done(struct m_call *call, int result);
void m_call_abandon(struct m_call *call);
void m_vacate(struct m_port *port);
void m_drain(struct m_port *port, int error);
void m_leave(int helper, int port, bool died);
void m_new_holder(int helper, int port);
void m_succeed(int helper, int port);
void m_kill(int port);
void m_close_sender(int helper, int port);
void m_group_leave(int group, int port);
void m_group_close_all(int helper);
void m_work(int group);
void m_idle(int group, int port);

/* model_run.c: the real thing */
void fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
int run_begin(void);
void run_end(void);
int run_start_helper(int helper);
void run_kill_helper(int helper);
struct stage *run_stage(int helper, int stage);
int run_ioctl(int helper, int fd, unsigned int number);
void run_thread(int helper, int stage, int fd, unsigned int number);
void run_interrupt(int helper, int stage);
void run_close(int helper, int fd);
int run_free_stage(int helper);
void run_until_suspended(int port);
void run_until_waiting(int helper, int stage);
void run_settle(void);
void expect(const char *what, int expected, int actual);

/* model_port.c, model_message.c, model_call.c, model_group.c: the operations */
bool op_create(const struct operation *op);
bool op_open_sender(const struct operation *op);
bool op_open_holder(const struct operation *op);
bool op_open_standby(const struct operation *op);
bool op_close_receiver(const struct operation *op);
bool op_close_sender(const struct operation *op);
bool op_unlink(const struct operation *op);
bool op_change(const struct operation *op);
bool op_offer(const struct operation *op);
bool op_enable(const struct operation *op);
bool op_die(const struct operation *op);
bool op_exceptions(const struct operation *op);
bool op_send(const struct operation *op);
bool op_send_wait(const struct operation *op);
bool op_send_expiring(const struct operation *op);
bool op_send_many(const struct operation *op);
bool op_receive(const struct operation *op);
bool op_receive_any(const struct operation *op);
bool op_receive_many(const struct operation *op);
bool op_lease_over(const struct operation *op);
bool op_acknowledge(const struct operation *op);
bool op_give_back(const struct operation *op);
bool op_extend(const struct operation *op);
bool op_cancel(const struct operation *op);
bool op_call(const struct operation *op);
bool op_reply(const struct operation *op);
bool op_interrupt(const struct operation *op);
bool op_resume(const struct operation *op);
bool op_cancel_call(const struct operation *op);
bool op_group_create(const struct operation *op);
bool op_group_open(const struct operation *op);
bool op_group_close(const struct operation *op);
bool op_group_insert(const struct operation *op);
bool op_group_remove(const struct operation *op);
bool op_group_rekey(const struct operation *op);
bool op_group_delete(const struct operation *op);
bool op_group_send(const struct operation *op);
bool op_group_session_end(const struct operation *op);
bool op_work_send(const struct operation *op);

#endif /* MODEL_H */
