// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another process that makes the calls a test asks it for.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "peer.h"

/* files of the peer that the test has as well */
enum { ASK = 3, DONE = 4 };

static void peer_actor(struct peer *peer)
{
	if (peer->actor > DONE)
		close(peer->actor);
	peer->actor = mt_actor();
	mt_info(peer->actor, &peer->info);
}

static int peer_carry_out(struct peer *peer)
{
	int ret;

	switch (peer->number) {
	case PEER_CLOSE:
		return close(peer->fd) ? -errno : 0;
	case PEER_EXEC:
		execl("/bin/sleep", "sleep", "1000", NULL);
		return -errno;
	case PEER_EXIT:
		_exit(peer->fd);
	case PEER_USER:
		ret = mt_become(peer->fd);
		peer_actor(peer);
		return ret;
	case PEER_FORK:
		ret = mt_fork();
		while (!ret)
			pause();
		return ret < 0 ? -errno : 0;
	case MOTET_IOC_SEND:
	case MOTET_IOC_RECV:
	case MOTET_IOC_REPLY:
		return mt_ioctl(peer->fd, peer->number, &peer->msg);
	default:
		return mt_ioctl(peer->fd, peer->number, &peer->arg);
	}
}

static void peer_main(struct peer *peer)
{
	eventfd_t count;

	/* what the test has open, this must not keep alive */
	if (dup2(peer->ask, 100) < 0 || dup2(peer->done, 101) < 0 ||
	    dup2(100, ASK) < 0 || dup2(101, DONE) < 0 ||
	    syscall(SYS_close_range, DONE + 1, ~0U, 0))
		_exit(100);
	fcntl(ASK, F_SETFD, FD_CLOEXEC);
	fcntl(DONE, F_SETFD, FD_CLOEXEC);
	peer->actor = -1;
	peer_actor(peer);
	for (;;) {
		eventfd_write(DONE, 1);
		eventfd_read(ASK, &count);
		peer->result = peer_carry_out(peer);
	}
}

static struct peer *peers;

struct peer *peer_new(void)
{
	struct peer *peer = mt_shared(sizeof(*peer));
	pid_t pid;

	if (!peer)
		abort();
	peer->ask = eventfd(0, EFD_CLOEXEC);
	peer->done = eventfd(0, EFD_CLOEXEC);
	pid = mt_fork();
	if (pid == 0)
		peer_main(peer);
	peer->pid = pid;
	peer->next = peers;
	peers = peer;
	peer_end(peer);
	return peer;
}

/* At the end of a test: no peer is left, nor a port that one named. */
void peers_end(void)
{
	int actor = mt_actor();

	for (; peers; peers = peers->next) {
		if (peers->name[0])
			mt_unlink(actor, peers->name);
		if (peers->pid)
			peer_kill(peers);
	}
	close(actor);
}

void peer_begin(struct peer *peer, int fd, unsigned int number)
{
	peer->fd = fd;
	peer->number = number;
	peer->result = -EINPROGRESS;
	eventfd_write(peer->ask, 1);
}

/* A peer that dies has no result; nor has one that takes too long. */
int peer_end(struct peer *peer)
{
	eventfd_t count;

	if (mt_poll(peer->done, POLLIN, 60000) != POLLIN)
		return -ETIME;
	eventfd_read(peer->done, &count);
	return peer->result;
}

int peer_do(struct peer *peer, int fd, unsigned int number)
{
	peer_begin(peer, fd, number);
	return peer_end(peer);
}

/* It has been asked and has not done it yet. */
bool peer_busy(struct peer *peer)
{
	return mt_poll(peer->done, POLLIN, 0) == 0;
}

/* Kept for @retention if it has a name. */
int peer_port(struct peer *peer, const char *name, __u32 messages,
	      __u64 retention, struct motet_id *id)
{
	int i, ret;

	peer->arg.create = MT(motet_port_create, .mode = MOTET_MODE_MASK,
			      .retention = retention);
	for (i = 0; i < MOTET_PRIORITIES; i++)
		peer->arg.create.limits[i].messages = messages;
	if (name) {
		snprintf(peer->name, sizeof(peer->name), "%s", name);
		peer->arg.create.name = mt_ptr(peer->name);
		peer->arg.create.name_len = strlen(name);
	}
	ret = peer_do(peer, peer->actor, MOTET_IOC_PORT_CREATE);
	*id = peer->arg.create.id;
	return ret < 0 ? ret : peer->arg.create.fd;
}

int peer_open(struct peer *peer, __u32 role, const struct motet_id *id)
{
	int ret;

	peer->arg.open = MT(motet_port_open, .role = role, .id = *id);
	ret = peer_do(peer, peer->actor, MOTET_IOC_PORT_OPEN);
	return ret < 0 ? ret : peer->arg.open.fd;
}

int peer_offer(struct peer *peer, int fd, __u32 flags,
	       const struct motet_id *actor)
{
	peer->arg.offer = MT(motet_port_offer, .flags = flags,
			     .actor = *actor);
	return peer_do(peer, fd, MOTET_IOC_PORT_OFFER);
}

int peer_status(struct peer *peer, int fd, struct motet_port_status *status)
{
	int ret;

	peer->arg.status = MT(motet_port_status);
	ret = peer_do(peer, fd, MOTET_IOC_PORT_STATUS);
	*status = peer->arg.status;
	return ret;
}

int peer_close(struct peer *peer, int fd)
{
	return peer_do(peer, fd, PEER_CLOSE);
}

int peer_reply(struct peer *peer, int fd, __u64 token, __u64 value)
{
	peer->value = value;
	peer->msg = MT(motet_msg, .token = token, .body = mt_ptr(&peer->value),
		       .body_len = sizeof(peer->value));
	return peer_do(peer, fd, MOTET_IOC_REPLY);
}

int peer_lease(struct peer *peer, int fd, __u32 op, __u64 id)
{
	peer->arg.lease = MT(motet_lease, .op = op, .id = id);
	return peer_do(peer, fd, MOTET_IOC_LEASE);
}

void peer_recv_begin(struct peer *peer, int fd, __u32 flags)
{
	peer->stamp = MT(motet_stamp);
	peer->msg = MT(motet_msg, .flags = flags, .body = mt_ptr(&peer->value),
		       .body_cap = sizeof(peer->value),
		       .stamp = mt_ptr(&peer->stamp));
	peer_begin(peer, fd, MOTET_IOC_RECV);
}

int peer_recv(struct peer *peer, int fd, __u32 flags)
{
	peer_recv_begin(peer, fd, flags);
	return peer_end(peer);
}

/* Waits for the next message, which is to be this exception. */
int peer_exception(struct peer *peer, int fd, __u32 exception)
{
	int ret;

	peer->stamp = MT(motet_stamp);
	peer->msg = MT(motet_msg, .deadline = mt_after(20 * MT_SECOND),
		       .body = mt_ptr(&peer->value),
		       .body_cap = sizeof(peer->value),
		       .annex = mt_ptr(peer->annex),
		       .annex_cap = sizeof(peer->annex));
	ret = peer_do(peer, fd, MOTET_IOC_RECV);
	if (!ret && peer->msg.exception != exception)
		return -EPROTO;
	return ret;
}

void peer_send_begin(struct peer *peer, int fd, __u32 flags, __u64 value)
{
	peer->value = value;
	peer->msg = MT(motet_msg, .flags = flags, .body = mt_ptr(&peer->value),
		       .body_len = sizeof(peer->value));
	peer_begin(peer, fd, MOTET_IOC_SEND);
}

int peer_send(struct peer *peer, int fd, __u32 flags, __u64 value)
{
	peer_send_begin(peer, fd, flags, value);
	return peer_end(peer);
}

void peer_call_begin(struct peer *peer, int fd, __u64 value, __u64 deadline)
{
	peer->value = value;
	peer->request = MT(motet_msg, .body = mt_ptr(&peer->value),
			   .body_len = sizeof(peer->value),
			   .deadline = deadline);
	peer->reply = MT(motet_msg, .body = mt_ptr(&peer->answer),
			 .body_cap = sizeof(peer->answer));
	peer->arg.call = MT(motet_call_arg, .request = mt_ptr(&peer->request),
			    .reply = mt_ptr(&peer->reply));
	peer_begin(peer, fd, MOTET_IOC_CALL);
}

int peer_wait(struct peer *peer)
{
	int status;

	if (waitpid(peer->pid, &status, 0) != peer->pid)
		return -errno;
	peer->pid = 0;
	return status;
}

int peer_exit(struct peer *peer, int code)
{
	peer_begin(peer, code, PEER_EXIT);
	return peer_wait(peer);
}

/* Returns when the other program runs. */
int peer_exec(struct peer *peer)
{
	__u64 end = mt_after(20 * MT_SECOND);
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/comm", peer->pid);
	peer_begin(peer, -1, PEER_EXEC);
	while (mt_now() < end) {
		if (mt_read_file(path, text, sizeof(text)) < 0)
			return -ESRCH;
		if (!strcmp(text, "sleep\n"))
			return 0;
		mt_breathe();
	}
	return -ETIME;
}

int peer_kill(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	return peer_wait(peer);
}
