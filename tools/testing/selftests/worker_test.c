// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work groups: no job is lost with the worker that has it, nor a call, whoever
 * leaves, is killed or is deleted.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "work_test.h"

/* It can finish what it has, and gets no more. */
TEST_F(work, member_removed_while_working)
{
	struct motet_group_status status;
	struct motet_msg msg;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 1));
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_group_status(self->group, &status));
	EXPECT_EQ(0, status.members);
	EXPECT_EQ(0, status.idle);
	ASSERT_EQ(0, job(self->group, 2));
	EXPECT_EQ(0, done(self->ports[0], &msg));
	EXPECT_EQ(0, until(self->group, 0, 1, 0));
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(2, lease(self->ports[0], &msg));
	/* or give it back, to whoever comes next */
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(0, give_back(self->ports[0], &msg));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	EXPECT_EQ(2, lease(self->ports[1], &msg));
	EXPECT_EQ(1, msg.redelivered);
	EXPECT_EQ(0, done(self->ports[1], &msg));
}

/* Inserted again with its old job, it is not idle before that is done. */
TEST_F(work, member_comes_back_while_working)
{
	struct motet_msg msg, next;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 1));
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 2));
	/* done with the first, or a second one beside it: neither is lost */
	EXPECT_EQ(0, done(self->ports[0], &msg));
	EXPECT_EQ(2, lease(self->ports[0], &next));
	EXPECT_EQ(0, done(self->ports[0], &next));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

/* Removed with a job that it hasn't received: that is not lost. */
TEST_F(work, member_removed_before_it_receives)
{
	__u64 value = 0;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 1));
	EXPECT_EQ(0, until(self->group, 0, 0, 1));
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	/* the one has it, or the other */
	if (mt_try_recv(self->ports[0], &value))
		ASSERT_EQ(0, mt_soon(self->ports[1], &value));
	EXPECT_EQ(1, value);
	EXPECT_TRUE(mt_not_told(self->ports[0]));
	EXPECT_TRUE(mt_not_told(self->ports[1]));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

/* A worker with a lease or without, received or not, that is gone. */
TEST_F(work, member_port_closed)
{
	struct motet_msg msg;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, job(self->group, 1));
	ASSERT_EQ(0, job(self->group, 2));
	EXPECT_EQ(1, lease(self->ports[0], &msg));
	close(self->ports[0]);
	ASSERT_EQ(0, mt_until_members(self->group, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	EXPECT_EQ(1, lease(self->ports[1], &msg));
	EXPECT_EQ(1, msg.redelivered);
	EXPECT_EQ(0, done(self->ports[1], &msg));
	/* the next one is there, and not received */
	EXPECT_EQ(0, until(self->group, 0, 0, 1));
	close(self->ports[1]);
	ASSERT_EQ(0, mt_until_members(self->group, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[2]));
	EXPECT_EQ(2, lease(self->ports[2], &msg));
	EXPECT_EQ(0, done(self->ports[2], &msg));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

/* A worker that takes a job under a lease, tells so, and does no more. */
static pid_t idle_worker(const struct motet_cap *cap, int ready)
{
	pid_t pid = mt_fork();
	struct motet_msg msg;
	struct motet_id id;
	int port;

	if (pid)
		return pid;
	port = mt_member(mt_actor(), cap, 4, &id);
	if (port < 0 || lease(port, &msg) < 0)
		_exit(1);
	eventfd_write(ready, 1);
	for (;;)
		pause();
}

TEST_F(work, worker_is_killed)
{
	int ready = eventfd(0, 0);
	struct motet_msg msg;
	eventfd_t count;
	pid_t pid;

	ASSERT_EQ(0, job(self->group, 5));
	pid = idle_worker(&self->cap, ready);
	eventfd_read(ready, &count);
	EXPECT_EQ(0, until(self->group, 0, 0, 1));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	EXPECT_EQ(5, lease(self->ports[0], &msg));
	EXPECT_EQ(1, msg.redelivered);
	EXPECT_EQ(0, done(self->ports[0], &msg));
	ASSERT_EQ(0, mt_until_members(self->group, 1));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

TEST_F(work, call)
{
	struct mt_child *child = mt_child_call(self->group,
					       &(struct motet_msg){ 0 }, 5);
	struct motet_msg msg;
	__u64 value = 0;

	/* waits in the backlog as any job */
	EXPECT_EQ(0, until(self->group, 0, 1, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0, &value));
	EXPECT_EQ(5, value);
	EXPECT_TRUE(msg.flags & MOTET_MSG_CALL);
	/* received, it is not done before it is answered */
	EXPECT_EQ(0, until(self->group, 0, 0, 1));
	EXPECT_EQ(0, mt_reply(self->ports[0], msg.token, 6));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(6, child->answer);
	EXPECT_EQ(-ECONNRESET, mt_reply(self->ports[0], msg.token, 7));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

/* The caller notices nothing of a worker that dies with its lease. */
TEST_F(work, call_survives_its_worker)
{
	int ready = eventfd(0, 0), round;
	struct mt_child *child;
	struct motet_msg msg;
	eventfd_t count;
	__u64 value = 0;
	pid_t pid;

	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 5);
	for (round = 0; round < 2; round++) {
		pid = idle_worker(&self->cap, ready);
		eventfd_read(ready, &count);
		EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	}
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, MOTET_MSG_LEASE,
				 &value));
	EXPECT_EQ(5, value);
	EXPECT_EQ(2, msg.redelivered);
	EXPECT_TRUE(msg.flags & MOTET_MSG_CALL);
	/* acknowledged by its answer, and by nothing else */
	EXPECT_EQ(-EINVAL, done(self->ports[0], &msg));
	EXPECT_EQ(0, mt_reply(self->ports[0], msg.token, 6));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(6, child->answer);
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
}

/* Received without one, it dies with the worker. */
TEST_F(work, call_without_lease)
{
	struct mt_child *child;
	struct motet_msg msg;
	__u64 value;

	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 5);
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, 0, &value));
	close(self->ports[0]);
	EXPECT_EQ(-ECONNRESET, mt_child_end(child));
}

/* Whoever works for a caller that is gone is told. */
TEST_F(work, caller_is_killed)
{
	struct mt_child *child;
	struct motet_msg msg;
	__u64 value, token;
	int i;

	/* the job has another number at the member than in the backlog */
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_send(mt_sender(self->actor, &self->ids[0]), 0,
				     i));
		ASSERT_EQ(0, mt_soon(self->ports[0], &value));
	}
	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 5);
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_soon_msg(self->ports[0], &msg, MOTET_MSG_LEASE,
				 &value));
	token = msg.token;
	EXPECT_EQ(1000 + SIGKILL, mt_kill(child->pid));
	ASSERT_EQ(0, mt_soon_msg(self->actor, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_CALL_ABANDONED, msg.exception);
	EXPECT_EQ(token, msg.token);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->ids[0]));
	EXPECT_EQ(-ECONNRESET, mt_reply(self->ports[0], token, 1));
	EXPECT_EQ(0, until(self->group, 1, 0, 0));
	/* one that nobody has received is withdrawn */
	EXPECT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	child = mt_child_call(self->group, &(struct motet_msg){ 0 }, 6);
	EXPECT_EQ(0, until(self->group, 0, 1, 0));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(child->pid));
	EXPECT_EQ(0, until(self->group, 0, 0, 0));
}

TEST_F(work, call_waits_for_nobody)
{
	__u64 answer, deadline = mt_after(20 * MT_MS);

	EXPECT_EQ(-ETIMEDOUT, mt_call(self->group, 1, &answer, deadline,
				      NULL));
	EXPECT_EQ(0, until(self->group, 0, 0, 0));
}

/* The group is deleted with all that is in its backlog. */
TEST_F(work, deleted)
{
	struct motet_msg msg = { .flags = MOTET_MSG_RETURN };
	struct mt_child *call, *sender;
	struct motet_cap cap;
	__u64 value = 0;
	int group;

	group = mt_group(self->actor, MOTET_ADDRESS_WORK, &cap);
	ASSERT_EQ(0, mt_to_group(group, &msg, 31));
	call = mt_child_call(group, &(struct motet_msg){ 0 }, 5);
	while (!job(group, 1))
		;
	sender = mt_child_send(group, &(struct motet_msg){ 0 }, 99);
	ASSERT_EQ(0, mt_delete(self->actor, &cap));
	EXPECT_EQ(-EOWNERDEAD, mt_child_end(call));
	EXPECT_EQ(-EOWNERDEAD, mt_child_end(sender));
	ASSERT_EQ(0, mt_soon_msg(self->actor, &msg, 0, &value));
	EXPECT_EQ(MOTET_EXCEPTION_UNDELIVERABLE, msg.exception);
	EXPECT_EQ(EOWNERDEAD, msg.error);
	EXPECT_EQ(31, value);
	EXPECT_EQ(-EOWNERDEAD, job(group, 1));
}

/* What members still have then is not the group's any more. */
TEST_F(work, deleted_with_a_job)
{
	struct motet_group_status status;
	struct motet_msg msg, other;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	ASSERT_EQ(0, class_job(self->group, CLASS, 1));
	ASSERT_EQ(1, lease(self->ports[0], &msg));
	ASSERT_EQ(0, job(self->group, 2));
	ASSERT_EQ(2, lease(self->ports[1], &other));
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[1]));
	ASSERT_EQ(0, mt_group_status(self->group, &status));
	EXPECT_EQ(2, status.leased);
	ASSERT_EQ(0, mt_delete(self->actor, &self->cap));
	ASSERT_EQ(0, mt_group_status(self->group, &status));
	EXPECT_EQ(1, status.dead);
	EXPECT_EQ(0, status.leased);
	EXPECT_EQ(0, status.idle);
	EXPECT_EQ(0, done(self->ports[0], &msg));
	EXPECT_EQ(0, give_back(self->ports[1], &other));
	ASSERT_EQ(0, mt_group_status(self->group, &status));
	EXPECT_EQ(0, status.leased);
}

/* With a dead-letter port what is queued is there then. */
TEST_F(work, deleted_with_dead_letter_port)
{
	struct motet_msg msg;
	__u64 value = 0, i;

	for (i = 0; i < BACKLOG; i++)
		ASSERT_EQ(0, job(self->group, i));
	ASSERT_EQ(0, mt_delete(self->actor, &self->cap));
	for (i = 0; i < BACKLOG; i++) {
		ASSERT_EQ(0, mt_soon_msg(self->dead_letter, &msg, 0, &value));
		EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
		EXPECT_EQ(EOWNERDEAD, msg.error);
		EXPECT_EQ(i, value);
	}
}

/* While members have some of it. */
TEST_F(work, deleted_while_working)
{
	struct mt_child *call;
	struct motet_msg first, second;
	__u64 value;
	int i, ret;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
	ASSERT_EQ(0, job(self->group, 1));
	EXPECT_EQ(1, lease(self->ports[0], &first));
	call = mt_child_call(self->group, &(struct motet_msg){ 0 }, 5);
	ASSERT_EQ(0, mt_soon_msg(self->ports[1], &second, MOTET_MSG_LEASE,
				 &value));
	ASSERT_EQ(0, mt_delete(self->actor, &self->cap));
	/* what a member has is its own to end, or it has ended */
	ret = done(self->ports[0], &first);
	EXPECT_TRUE(ret == 0 || ret == -ENOENT);
	ret = mt_reply(self->ports[1], second.token, 6);
	EXPECT_TRUE(ret == 0 || ret == -ECONNRESET);
	EXPECT_EQ(ret, mt_child_end(call));
	/* the members are what they were */
	EXPECT_EQ(0, mt_send(mt_sender(self->actor, &self->ids[0]), 0, 7));
	EXPECT_EQ(0, mt_soon(self->ports[0], &value));
	EXPECT_EQ(7, value);
}

/* Trackers are told when nobody is idle, and how often. */
TEST_F(work, tracker_is_told_of_too_few_members)
{
	struct motet_group_change change;
	struct motet_msg msg, leased;
	int tracker = mt_port(self->actor, NULL, 1, NULL), i;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_track(tracker, &self->cap.id));
	ASSERT_EQ(0, mt_told(tracker, &msg, &change));
	EXPECT_EQ(MOTET_EXCEPTION_MEMBER, msg.exception);
	ASSERT_EQ(0, job(self->group, 1));
	EXPECT_EQ(1, lease(self->ports[0], &leased));
	EXPECT_TRUE(mt_not_told(tracker));
	ASSERT_EQ(0, job(self->group, 2));
	ASSERT_EQ(0, mt_told(tracker, &msg, &change));
	EXPECT_EQ(MOTET_EXCEPTION_GROUP_FULL, msg.exception);
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
	EXPECT_EQ(1, msg.count);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, job(self->group, 3 + i));
	ASSERT_EQ(0, mt_told(tracker, &msg, &change));
	EXPECT_EQ(MOTET_EXCEPTION_GROUP_FULL, msg.exception);
	EXPECT_EQ(3, msg.count);
	EXPECT_TRUE(mt_not_told(tracker));
}

#define WORKERS		4
#define JOBS		2000

/**
 * struct ledger - what workers did, in memory that outlives them
 * @seen: by job, a bit for each count of redeliveries with which it came
 * @done: by job, how often it was acknowledged and that is known
 * @errors: what must never happen
 */
struct ledger {
	__u32 seen[JOBS];
	__u32 done[JOBS];
	int errors;
};

static struct ledger *ledger;

static void never(bool condition)
{
	if (condition)
		__atomic_add_fetch(&ledger->errors, 1, __ATOMIC_SEQ_CST);
}

static pid_t start_worker(const struct motet_cap *cap)
{
	pid_t pid = mt_fork();
	struct motet_msg msg;
	struct motet_id id;
	__u32 bit;
	int port, number;

	if (pid)
		return pid;
	port = mt_member(mt_actor(), cap, 1, &id);
	for (;;) {
		msg = (struct motet_msg){ 0 };
		number = lease(port, &msg);
		if (number == -ETIMEDOUT)
			continue;
		never(number < 0);
		if (number < 0)
			_exit(1);
		bit = 1U << (msg.redelivered & 31);
		/* nobody else has had it this time */
		never(__atomic_fetch_or(&ledger->seen[number], bit,
					__ATOMIC_SEQ_CST) & bit);
		never(ledger->done[number]);
		never(done(port, &msg));
		__atomic_add_fetch(&ledger->done[number], 1, __ATOMIC_SEQ_CST);
	}
}

/* A job that came back did so because a worker died, and came with its count. */
TEST_F_TIMEOUT(work, workers_are_killed_at_random, 1800)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_WORK,
		.limits[0].messages = 16,
	};
	unsigned int rounds = 2 * mt_rounds(25), kills = 0, unknown = 0, i;
	unsigned int number = 0, redelivered = 0;
	int group = mt_group_create(self->actor, &create, NULL);
	const char *seed = getenv("MOTET_SEED");
	pid_t workers[WORKERS];
	struct motet_msg msg;

	ledger = mt_shared(sizeof(*ledger));
	srandom(seed ? atoi(seed) : 1);
	for (i = 0; i < WORKERS; i++)
		workers[i] = start_worker(&create.cap);
	while (kills < rounds && number + 8 < JOBS) {
		for (i = random() % 8; i; i--) {
			msg = (struct motet_msg){ .deadline =
						  mt_after(MT_SOON) };
			ASSERT_EQ(0, mt_to_group(group, &msg, number++));
		}
		i = random() % WORKERS;
		EXPECT_EQ(1000 + SIGKILL, mt_kill(workers[i]));
		workers[i] = start_worker(&create.cap);
		kills++;
	}
	EXPECT_EQ(0, until(group, WORKERS, 0, 0));
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(1000 + SIGKILL, mt_kill(workers[i]));
	EXPECT_EQ(0, ledger->errors);
	for (i = 0; i < number; i++) {
		EXPECT_NE(0, ledger->seen[i]);
		EXPECT_GE(1, ledger->done[i]);
		unknown += !ledger->done[i];
		if (ledger->seen[i])
			redelivered += 31 - __builtin_clz(ledger->seen[i]);
	}
	/* killed between the acknowledgment and the note of it */
	EXPECT_GE(kills, unknown);
	EXPECT_GE(kills, redelivered);
	TH_LOG("%u jobs, %u kills, %u redelivered", number, kills,
	       redelivered);
}

/* The same with calls: each is answered, and its caller knows of no death. */
TEST_F_TIMEOUT(work, calls_survive_random_kills, 1800)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_WORK,
		.limits[0].messages = 16,
	};
	unsigned int rounds = mt_rounds(25), i;
	int group = mt_group_create(self->actor, &create, NULL);
	__u32 *answered = mt_shared(sizeof(*answered));
	int *errors = mt_shared(sizeof(*errors));
	pid_t workers[WORKERS], clients[2];
	__u64 value, answer, end;

	for (i = 0; i < 2; i++) {
		clients[i] = mt_fork();
		for (value = 1; !clients[i]; value++) {
			if (mt_call(group, value, &answer, mt_after(MT_SOON),
				    NULL) || answer != value + 1)
				__atomic_add_fetch(errors, 1, __ATOMIC_SEQ_CST);
			__atomic_add_fetch(answered, 1, __ATOMIC_SEQ_CST);
		}
	}
	memset(workers, 0, sizeof(workers));
	for (i = 0; i < rounds + WORKERS; i++) {
		pid_t *worker = &workers[i % WORKERS];
		struct motet_msg msg;
		struct motet_id id;
		int port;

		if (*worker) {
			EXPECT_EQ(1000 + SIGKILL, mt_kill(*worker));
			mt_breathe();
		}
		*worker = mt_fork();
		if (*worker)
			continue;
		port = mt_member(mt_actor(), &create.cap, 1, &id);
		while (port >= 0) {
			if (mt_soon_msg(port, &msg, MOTET_MSG_LEASE, &value))
				continue;
			mt_reply(port, msg.token, value + 1);
		}
		_exit(1);
	}
	/* every client has had an answer since the last one died */
	i = __atomic_load_n(answered, __ATOMIC_SEQ_CST);
	end = mt_after(2 * MT_SOON);
	while (__atomic_load_n(answered, __ATOMIC_SEQ_CST) < i + 10) {
		ASSERT_GT(end, mt_now());
		mt_breathe();
	}
	for (i = 0; i < 2; i++)
		EXPECT_EQ(1000 + SIGKILL, mt_kill(clients[i]));
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(1000 + SIGKILL, mt_kill(workers[i]));
	EXPECT_EQ(0, *errors);
	TH_LOG("%u calls", *answered);
}

TEST_HARNESS_MAIN
