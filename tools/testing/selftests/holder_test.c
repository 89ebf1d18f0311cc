// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may receive, and what others are told when that process is gone.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "motet_test.h"

FIXTURE(holder) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
};

FIXTURE_SETUP(holder)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_port(self->actor, NULL, 1000, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(holder)
{
	EXPECT_LE(0, mt_purge());
}

/* All that only the holder's process may do. */
static int holder_calls(int holder)
{
	struct motet_msg recv = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT);
	struct motet_reply_recv both = MT(motet_reply_recv,
					  .recv = mt_ptr(&recv));
	__u64 value;

	if (mt_try_recv(holder, &value) != -EPERM)
		return 1;
	if (mt_reply(holder, 1, 1) != -EPERM)
		return 2;
	if (mt_ioctl(holder, MOTET_IOC_REPLY_RECV, &both) != -EPERM)
		return 3;
	return 0;
}

TEST_F(holder, not_after_fork)
{
	__u64 value;
	pid_t pid;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, holder_calls(self->holder));
		EXPECT_EQ(0, holder_calls(self->actor));
		/* what is inherited may be sent on */
		EXPECT_EQ(0, mt_send(self->sender, 0, 2));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(2, value);
}

/* Children come and go, and the port stays. */
TEST_F(holder, death_of_a_child_is_nothing)
{
	pid_t pid = mt_fork();
	__u64 value;

	if (pid == 0) {
		close(self->holder);
		close(self->actor);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
}

TEST_F(holder, not_after_passing)
{
	int pair[2], fd;
	pid_t pid;
	__u64 value;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = mt_fork();
	if (pid == 0) {
		close(self->holder);
		close(self->sender);
		close(self->actor);
		fd = mt_recv_fd(pair[1]);
		EXPECT_EQ(0, holder_calls(fd));
		fd = mt_recv_fd(pair[1]);
		EXPECT_EQ(0, mt_send(fd, 0, 3));
		fd = mt_recv_fd(pair[1]);
		EXPECT_EQ(-EPERM, mt_port(fd, NULL, 1, NULL));
		_exit(0);
	}
	EXPECT_EQ(0, mt_send_fd(pair[0], self->holder));
	EXPECT_EQ(0, mt_send_fd(pair[0], self->sender));
	EXPECT_EQ(0, mt_send_fd(pair[0], self->actor));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(3, value);
}

static void *try_recv_thread(void *arg)
{
	__u64 value;

	return (void *)(intptr_t)mt_try_recv(*(int *)arg, &value);
}

TEST_F(holder, any_thread_of_the_process)
{
	pthread_t thread;
	void *result;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	ASSERT_EQ(0, pthread_create(&thread, NULL, try_recv_thread,
				    &self->holder));
	pthread_join(thread, &result);
	EXPECT_EQ(0, (intptr_t)result);
}

static int *leader_fds;

/* The first thread has ended when this one goes on. */
static void *outlive_leader(void *arg)
{
	pid_t tid = getpid();
	char path[64], text[64];
	__u64 value;

	(void)arg;
	snprintf(path, sizeof(path), "/proc/%d/wchan", tid);
	eventfd_write(leader_fds[1], 1);
	do {
		/* (program) Z */
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
		if (mt_read_file(path, text, sizeof(text)) < 0)
			break;
	} while (!strstr(text, ") Z"));
	_exit(mt_recv(leader_fds[0], &value) || value != 5);
}

/* A process lives as long as its last thread. */
TEST_F(holder, outlives_its_first_thread)
{
	struct motet_id *id = mt_shared(sizeof(*id));
	int ready = eventfd(0, 0);
	pthread_t thread;
	eventfd_t count;
	pid_t pid;

	leader_fds = mt_shared(2 * sizeof(int));
	pid = mt_fork();
	if (pid == 0) {
		leader_fds[0] = mt_port(mt_actor(), NULL, 1, id);
		leader_fds[1] = ready;
		pthread_create(&thread, NULL, outlive_leader, NULL);
		syscall(SYS_exit, 0);
	}
	eventfd_read(ready, &count);
	EXPECT_EQ(0, mt_send(mt_sender(self->actor, id), 0, 5));
	EXPECT_EQ(0, mt_wait(pid));
}

/* The actor's file may be closed while it holds ports. */
TEST_F(holder, without_the_actors_file)
{
	struct motet_info info;
	__u64 value;
	int sender;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	sender = mt_sender(self->actor, &info.port);
	ASSERT_LE(0, sender);
	close(self->actor);
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(sender, 0, 1));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
}

/* What the program does with the files it got, see the tests of exec. */
static int after_exec(char **argv)
{
	struct motet_port_status status;
	int actor = atoi(argv[2]), holder = atoi(argv[3]);
	int sender = atoi(argv[4]), other = atoi(argv[5]);

	if (mt_port(actor, NULL, 1, NULL) != -EPERM)
		return 1;
	if (holder_calls(holder) || holder_calls(actor))
		return 2;
	if (mt_until_state(holder, atoi(argv[6])) ||
	    mt_until_state(actor, MOTET_PORT_STATE_DEAD))
		return 3;
	if (mt_status(holder, &status) || status.state == MOTET_PORT_STATE_HELD)
		return 4;
	if (status.state == MOTET_PORT_STATE_DEAD &&
	    mt_try_send(sender, 0, 1) != -EOWNERDEAD)
		return 5;
	return mt_send(other, 0, 99) ? 6 : 0;
}

static char *exec_args[8];

static void exec_self(int actor, int holder, int sender, int other,
		      unsigned int state)
{
	const unsigned int numbers[] = {
		dup(actor), dup(holder), dup(sender), dup(other), state,
	};
	static char text[5][12];
	int i;

	exec_args[0] = "holder_test";
	exec_args[1] = "--after-exec";
	for (i = 0; i < 5; i++) {
		snprintf(text[i], sizeof(text[i]), "%u", numbers[i]);
		exec_args[2 + i] = text[i];
	}
}

static void *exec_thread(void *arg)
{
	(void)arg;
	execv("/proc/self/exe", exec_args);
	_exit(100);
}

/* Another program is another process to Motet, whatever its files are. */
TEST_F(holder, not_after_exec)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = 100 * MT_SECOND,
	};
	int actor, holder, sender, i;
	pthread_t thread;
	__u64 value;
	pid_t pid;

	for (i = 0; i < 4; i++) {
		pid = mt_fork();
		if (pid == 0) {
			actor = mt_actor();
			holder = i & 1 ? mt_create(actor, &create, "exec") :
					 mt_port(actor, NULL, 1, &create.id);
			sender = mt_sender(actor, &create.id);
			/* one that fails changes nothing */
			execl("/nowhere", "nowhere", NULL);
			EXPECT_EQ(-EAGAIN, mt_try_recv(holder, &value));
			exec_self(actor, holder, sender, self->sender,
				  i & 1 ? MOTET_PORT_STATE_RETAINED :
					  MOTET_PORT_STATE_DEAD);
			if (i < 2)
				exec_thread(NULL);
			pthread_create(&thread, NULL, exec_thread, NULL);
			pause();
		}
		EXPECT_EQ(0, mt_wait(pid));
		EXPECT_EQ(0, mt_try_recv(self->holder, &value));
		EXPECT_EQ(99, value);
		EXPECT_EQ(i & 1, mt_purge());
	}
}

struct victim {
	pid_t pid;
	struct motet_id id;
	struct motet_id port;
	pid_t heir;
};

/* A process with a port, and a child that keeps all its files open. */
static struct victim *start_victim(bool heir, __u32 messages)
{
	struct victim *victim = mt_shared(sizeof(*victim));
	int ready = eventfd(0, EFD_CLOEXEC), actor;
	struct motet_info info;
	eventfd_t count;
	pid_t pid;

	pid = mt_fork();
	if (pid == 0) {
		actor = mt_actor();
		mt_info(actor, &info);
		victim->port = info.port;
		mt_port(actor, NULL, messages, &victim->id);
		/* the heir is not to die with its parent, as others do */
		pid = heir ? fork() : -1;
		if (pid) {
			victim->heir = pid;
			eventfd_write(ready, 1);
		}
		for (;;)
			pause();
	}
	eventfd_read(ready, &count);
	close(ready);
	victim->pid = pid;
	return victim;
}

TEST_F(holder, death_while_a_child_has_its_files)
{
	struct victim *victim = start_victim(true, 1);
	struct motet_msg msg;
	int sender, other;
	pid_t pid;

	sender = mt_sender(self->actor, &victim->id);
	other = mt_sender(self->actor, &victim->port);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(0, mt_send(other, 0, 1));
	pid = mt_fork();
	if (pid == 0)
		_exit(mt_send(sender, 0, 2) == -EOWNERDEAD ? 0 : 1);
	EXPECT_EQ(0, mt_until_suspended(&victim->id, 1));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(victim->pid));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, kill(victim->heir, 0));
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(sender, 0, 1));
	EXPECT_NE(0, mt_poll(sender, POLLIN, 0) & POLLHUP);
	/* both of its ports, in whatever order */
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_PORT_LOST, msg.exception);
	EXPECT_EQ(0, mt_exception(self->actor, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_PORT_LOST, msg.exception);
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(other, 0, 1));
	kill(victim->heir, SIGKILL);
}

/* Stopped is not dead. */
TEST_F(holder, stopped_is_not_dead)
{
	struct victim *victim = start_victim(false, 2);
	int sender = mt_sender(self->actor, &victim->id), status;

	EXPECT_EQ(0, kill(victim->pid, SIGSTOP));
	EXPECT_EQ(victim->pid, waitpid(victim->pid, &status, WUNTRACED));
	EXPECT_EQ(0, mt_try_send(sender, 0, 1));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(victim->pid));
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
}

static int exceptions(int actor, __u32 exception, const struct motet_id *to)
{
	struct motet_msg msg = { 0 };
	char body[64];
	int count = 0;

	while (mt_try_recv_msg(actor, &msg, body, sizeof(body)) == 0) {
		if (msg.exception != exception ||
		    !mt_id_equal(&msg.to, to) || !msg.count)
			return -1;
		count += msg.count;
		msg = (struct motet_msg){ 0 };
	}
	return count;
}

TEST_F(holder, port_lost_once_per_handle)
{
	struct motet_stamp stamp = MT(motet_stamp);
	struct motet_id none = { 0 };
	struct motet_msg msg = { .stamp = mt_ptr(&stamp) };
	int second = mt_sender(self->actor, &self->id);
	int third = mt_sender(self->actor, &self->id);

	ASSERT_LE(0, second);
	close(third);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 0));
	close(self->holder);
	EXPECT_EQ(POLLIN, mt_poll(self->actor, POLLIN, 20000));
	EXPECT_EQ(0, mt_until_state(second, MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(0, mt_try_recv_msg(self->actor, &msg, NULL, 0));
	EXPECT_EQ(MOTET_EXCEPTION_PORT_LOST, msg.exception);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	EXPECT_EQ(1, msg.count);
	EXPECT_EQ(0, msg.body_len);
	/* nothing but the times of what the kernel sends */
	EXPECT_EQ(0, stamp.pid);
	EXPECT_EQ(0, stamp.cgroup);
	EXPECT_EQ(0, stamp.sequence);
	EXPECT_EQ(0, stamp.epoch);
	EXPECT_TRUE(mt_id_equal(&none, &stamp.actor));
	EXPECT_NE(0, stamp.monotonic);
	EXPECT_NE(0, stamp.realtime);
	EXPECT_EQ(1, exceptions(self->actor, MOTET_EXCEPTION_PORT_LOST,
				&self->id));
	/* nor another when the handles are used or closed */
	EXPECT_EQ(-EOWNERDEAD, mt_try_send(second, 0, 1));
	close(second);
	EXPECT_EQ(0, exceptions(self->actor, MOTET_EXCEPTION_PORT_LOST,
				&self->id));
}

/* A retained port is not lost. */
TEST_F(holder, port_lost_when_no_longer_retained)
{
	struct motet_port_create create = {
		.mode = 0700, .retention = 100 * MT_SECOND,
	};
	int holder = mt_create(self->actor, &create, "lost");
	int sender = mt_sender(self->actor, &create.id);

	ASSERT_LE(0, sender);
	close(holder);
	EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	EXPECT_EQ(0, mt_poll(self->actor, POLLIN, 50));
	EXPECT_EQ(0, mt_unlink(self->actor, "lost"));
	EXPECT_EQ(POLLIN, mt_poll(self->actor, POLLIN, 20000));
	EXPECT_EQ(1, exceptions(self->actor, MOTET_EXCEPTION_PORT_LOST,
				&create.id));
}

static int send_return(int sender, __u32 flags, const void *body, __u32 len,
		       __u64 *id)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_RETURN | flags,
				  .body = mt_ptr(body), .body_len = len,
				  .annex = mt_ptr("annex"), .annex_len = 5);
	int ret = mt_ioctl(sender, MOTET_IOC_SEND, &msg);

	*id = msg.id;
	return ret;
}

/* The next undeliverable message, past all that tells of a lost port. */
static int recv_returned(int actor, struct motet_msg *msg, void *body,
			 __u32 cap, void *annex)
{
	int ret;

	do {
		*msg = MT(motet_msg, .annex = mt_ptr(annex),
			  .annex_cap = annex ? MOTET_ANNEX_MAX : 0,
			  .deadline = mt_after(2 * MT_SECOND));
		ret = mt_recv_msg(actor, msg, body, cap);
	} while (!ret && msg->exception == MOTET_EXCEPTION_PORT_LOST);
	return ret;
}

TEST_F(holder, undeliverable_comes_back)
{
	static char bodies[3][5000], seen[5000];
	const __u32 lens[] = { 0, 100, 5000 };
	char annex[MOTET_ANNEX_MAX];
	struct motet_msg msg;
	__u64 ids[3], id;
	int i;

	for (i = 0; i < 3; i++) {
		memset(bodies[i], 'a' + i, sizeof(bodies[i]));
		EXPECT_EQ(0, send_return(self->sender, 0, bodies[i], lens[i],
					 &ids[i]));
	}
	/* one that is received doesn't come back; nor one without the flag */
	EXPECT_EQ(0, mt_send(self->sender, 3, 5));
	msg = (struct motet_msg){ 0 };
	msg.annex = mt_ptr(annex);
	msg.annex_cap = sizeof(annex);
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, seen, sizeof(seen)));
	EXPECT_EQ(ids[0], msg.id);
	EXPECT_EQ(0, send_return(self->sender, 0, bodies[0], 0, &id));
	close(self->holder);
	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(0, recv_returned(self->actor, &msg, seen,
					   sizeof(seen), annex));
		EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
		EXPECT_EQ(EOWNERDEAD, msg.error);
		EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
		EXPECT_EQ(i < 3 ? ids[i] : id, msg.id);
		EXPECT_EQ(i < 3 ? lens[i] : 0, msg.body_len);
		EXPECT_EQ(0, memcmp(bodies[i % 3], seen, msg.body_len));
		EXPECT_EQ(5, msg.annex_len);
		EXPECT_EQ(0, memcmp("annex", annex, 5));
	}
	EXPECT_EQ(0, exceptions(self->actor, MOTET_EXCEPTION_PORT_LOST,
				&self->id) & ~1);
}

/* Room for it is reserved: full is full, and what was promised does fit. */
TEST_F(holder, room_for_what_comes_back)
{
	struct motet_port_status status;
	struct motet_msg msg;
	char body[400], annex[MOTET_ANNEX_MAX];
	__u64 id, first;
	int count, i;

	EXPECT_EQ(0, send_return(self->sender, MOTET_MSG_DONTWAIT, body, 400,
				 &first));
	for (count = 1; count < 1000; count++)
		if (send_return(self->sender, MOTET_MSG_DONTWAIT, body, 400,
				&id))
			break;
	ASSERT_GT(1000, count);
	EXPECT_EQ(-EAGAIN, send_return(self->sender, 0, body, 400, &id));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_LE(count * 405, status.bytes);
	/* received: its place is free again */
	msg = MT(motet_msg, .annex = mt_ptr(annex), .annex_cap = sizeof(annex));
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, body, sizeof(body)));
	EXPECT_EQ(first, msg.id);
	EXPECT_EQ(0, send_return(self->sender, 0, body, 400, &id));
	close(self->holder);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, recv_returned(self->actor, &msg, body,
					   sizeof(body), annex));
		EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	}
	EXPECT_EQ(id, msg.id);
	EXPECT_EQ(0, mt_status(self->actor, &status));
	EXPECT_EQ(0, status.bytes);
}

TEST_F(holder, return_is_for_the_actor_and_for_sending)
{
	struct motet_msg request = MT(motet_msg, .flags = MOTET_MSG_RETURN);
	struct motet_msg reply = MT(motet_msg);
	struct motet_call_arg call = MT(motet_call_arg,
					.request = mt_ptr(&request),
					.reply = mt_ptr(&reply));
	__u64 id;
	pid_t pid = mt_fork();

	if (pid == 0)
		_exit(send_return(self->sender, 0, NULL, 0, &id) == -EPERM ?
		      0 : 1);
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(-EINVAL, mt_ioctl(self->sender, MOTET_IOC_CALL, &call));
	close(self->holder);
	EXPECT_EQ(-EOWNERDEAD, send_return(self->sender, 0, NULL, 0, &id));
	EXPECT_EQ(-ETIMEDOUT, recv_returned(self->actor, &request, NULL, 0,
					    NULL));
}

/* The sender may be gone before its message is known to be undeliverable. */
TEST_F(holder, nobody_to_return_to)
{
	__u64 id;
	pid_t pid = mt_fork();

	if (pid == 0) {
		int actor = mt_actor();
		int sender = mt_sender(actor, &self->id);

		_exit(send_return(sender, 0, "x", 1, &id) ? 1 : 0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	close(self->holder);
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
}

struct relay {
	pthread_t thread;
	char name[16];
	unsigned int rounds;
	unsigned int taken;
	int actor;
	int stop;
};

/* Makes a port that is hardly retained, and lets it go. */
static void *relay_maker(void *arg)
{
	struct relay *relay = arg;
	struct motet_port_create create;
	unsigned int i;
	int fd;

	for (i = 0; i < relay->rounds; i++) {
		create = MT(motet_port_create, .mode = 0700, .retention = 1);
		fd = mt_create(relay->actor, &create, relay->name);
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

static void *relay_taker(void *arg)
{
	struct relay *relay = arg;
	unsigned int i;
	int fd;

	for (i = 0; i < relay->rounds; i++) {
		fd = mt_open(relay->actor, MOTET_ROLE_HOLDER, relay->name,
			     NULL);
		if (fd < 0)
			continue;
		relay->taken++;
		close(fd);
	}
	return NULL;
}

/*
 * A port is taken over and let go while the end of its retention is being
 * carried out, again and again.
 */
TEST_F_TIMEOUT(holder, taken_over_as_retention_ends, 600)
{
	unsigned int rounds = mt_rounds(1000), i;
	struct relay relays[8] = {};
	unsigned int taken = 0;

	for (i = 0; i < 8; i++) {
		relays[i].actor = self->actor;
		relays[i].rounds = rounds;
		snprintf(relays[i].name, sizeof(relays[i].name), "relay%u",
			 i / 4);
		ASSERT_EQ(0, pthread_create(&relays[i].thread, NULL,
					    i % 4 ? relay_taker : relay_maker,
					    &relays[i]));
	}
	for (i = 0; i < 8; i++) {
		pthread_join(relays[i].thread, NULL);
		taken += relays[i].taken;
	}
	TH_LOG("%u take-overs", taken);
	EXPECT_LE(0, mt_purge());
	while (mt_lookup(self->actor, "relay0", NULL) != -ENOENT ||
	       mt_lookup(self->actor, "relay1", NULL) != -ENOENT)
		mt_breathe();
}

/* Changes the domain all the time, so that others have to wait for it. */
static void *relay_crowd(void *arg)
{
	struct relay *relay = arg;
	int fd;

	while (!__atomic_load_n(&relay->stop, __ATOMIC_SEQ_CST)) {
		fd = mt_port(relay->actor, relay->name, 1, NULL);
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

/* An heir has the files as well, and ends a moment after. */
static void be_heard_of(int *ready, bool heir)
{
	struct motet_port_create create = MT(motet_port_create, .mode = 0700,
					     .retention = 1000 * MT_SECOND);

	if (mt_create(mt_actor(), &create, "estate") < 0)
		_exit(1);
	if (!heir || mt_fork() == 0)
		__atomic_store_n(ready, 1, __ATOMIC_SEQ_CST);
	pause();
	_exit(0);
}

/* Whoever has seen the death of the holder finds the port retained. */
TEST_F_TIMEOUT(holder, retained_when_its_death_is_seen, 600)
{
	unsigned int rounds = mt_rounds(25) * 20, i;
	int *ready = mt_shared(sizeof(*ready)), fd;
	struct relay crowd[3] = {};
	pid_t pid;

	ASSERT_TRUE(ready);
	for (i = 0; i < 3; i++) {
		crowd[i].actor = self->actor;
		snprintf(crowd[i].name, sizeof(crowd[i].name), "crowd%u", i);
		ASSERT_EQ(0, pthread_create(&crowd[i].thread, NULL, relay_crowd,
					    &crowd[i]));
	}
	for (i = 0; i < rounds; i++) {
		*ready = 0;
		pid = mt_fork();
		if (pid == 0)
			be_heard_of(ready, i % 2);
		while (!__atomic_load_n(ready, __ATOMIC_SEQ_CST))
			mt_breathe();
		EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
		fd = mt_open(self->actor, MOTET_ROLE_HOLDER, "estate", NULL);
		EXPECT_LE(0, fd) {
			TH_LOG("round %u: %s", i, strerror(-fd));
		}
		ASSERT_EQ(0, mt_unlink(self->actor, "estate"));
		close(fd);
	}
	for (i = 0; i < 3; i++) {
		__atomic_store_n(&crowd[i].stop, 1, __ATOMIC_SEQ_CST);
		pthread_join(crowd[i].thread, NULL);
	}
}

int main(int argc, char **argv)
{
	if (argc == 7 && !strcmp(argv[1], "--after-exec"))
		return after_exec(argv);
	return test_harness_run(argc, argv);
}
