/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another process that makes the calls a test asks it for, one after the
 * other, so that a test of several processes reads from top to bottom.
 */
#ifndef PEER_H
#define PEER_H

#include <linux/motet_lock.h>

#include "motet_test.h"

/**
 * struct peer - the process, in memory that it shares with the test
 * @pid: the process, 0 once it has been waited for
 * @ask: tells it that there is something to do
 * @done: tells the test that it was done
 * @actor: an actor that it opened
 * @info: of that actor
 * @fd: what is to be called
 * @number: number of the ioctl, or &enum peer_number
 * @result: what it returned, a negative errno or a file descriptor
 * @arg: its argument
 * @msg: a message that it received or sends
 * @request: a call's
 * @reply: a call's
 * @stamp: of @msg
 * @value: body of @msg or @request
 * @answer: body of @reply
 * @annex: of @msg
 * @name: of a port that it made
 * @next: the peer that was made before it
 *
 * Numbers of files are those of the peer. It has none of the test's.
 */
struct peer {
	pid_t pid;
	int ask;
	int done;
	int actor;
	struct motet_info info;
	int fd;
	unsigned int number;
	int result;
	union {
		struct motet_port_create create;
		struct motet_port_open open;
		struct motet_port_offer offer;
		struct motet_port_status status;
		struct motet_port_enable enable;
		struct motet_port_change change;
		struct motet_call_arg call;
		struct motet_lease lease;
		struct motet_cancel cancel;
		struct motet_lock_open lock_open;
		struct motet_lock_acquire lock_acquire;
		struct motet_lock_release lock_release;
	} arg;
	struct motet_msg msg;
	struct motet_msg request;
	struct motet_msg reply;
	struct motet_stamp stamp;
	__u64 value;
	__u64 answer;
	char annex[MOTET_ANNEX_MAX];
	char name[32];
	struct peer *next;
};

/**
 * enum peer_number - what a peer does besides ioctls
 * @PEER_CLOSE: closes the file
 * @PEER_EXEC: runs another program, which waits
 * @PEER_EXIT: exits, with the number of the file as its code
 * @PEER_USER: becomes the user of the file's number, and opens the actor again
 * @PEER_FORK: a child of it keeps its files open
 */
enum peer_number {
	PEER_CLOSE	= 0,
	PEER_EXEC	= 1,
	PEER_EXIT	= 2,
	PEER_USER	= 3,
	PEER_FORK	= 4,
};

struct peer *peer_new(void);
void peers_end(void);

/* any call: begin and wait for its end, or both */
void peer_begin(struct peer *peer, int fd, unsigned int number);
int peer_end(struct peer *peer);
int peer_do(struct peer *peer, int fd, unsigned int number);
bool peer_busy(struct peer *peer);

/* calls; those on ports take the number of the file in the peer */
int peer_port(struct peer *peer, const char *name, __u32 messages,
	      __u64 retention, struct motet_id *id);
int peer_open(struct peer *peer, __u32 role, const struct motet_id *id);
int peer_offer(struct peer *peer, int fd, __u32 flags,
	       const struct motet_id *actor);
int peer_status(struct peer *peer, int fd, struct motet_port_status *status);
int peer_close(struct peer *peer, int fd);
int peer_reply(struct peer *peer, int fd, __u64 token, __u64 value);
int peer_lease(struct peer *peer, int fd, __u32 op, __u64 id);
void peer_recv_begin(struct peer *peer, int fd, __u32 flags);
int peer_recv(struct peer *peer, int fd, __u32 flags);
int peer_exception(struct peer *peer, int fd, __u32 exception);
void peer_send_begin(struct peer *peer, int fd, __u32 flags, __u64 value);
int peer_send(struct peer *peer, int fd, __u32 flags, __u64 value);
void peer_call_begin(struct peer *peer, int fd, __u64 value, __u64 deadline);

/* deaths; what waitpid says */
int peer_wait(struct peer *peer);
int peer_exit(struct peer *peer, int code);
int peer_exec(struct peer *peer);
int peer_kill(struct peer *peer);

#endif /* PEER_H */
