// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tracepoints: they are there, and tell of what happens.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"
#include "group_test.h"
#include "lock_test.h"
#include "watch_test.h"

#define TRACING	"/sys/kernel/tracing"
#define EVENTS	TRACING "/events/motet"

static char trace[1 << 20];

FIXTURE(trace) {
	int actor;
};

/* Once, as the kernel's code is patched for each event: that takes its time. */
static __attribute__((constructor)) void enable(void)
{
	mt_write_file(EVENTS "/enable", "1");
}

/* Not at the end of a test's own process, which goes by _exit(). */
static __attribute__((destructor)) void disable(void)
{
	mt_write_file(EVENTS "/enable", "0");
}

FIXTURE_SETUP(trace)
{
	if (access(EVENTS "/enable", F_OK))
		SKIP(return, "the kernel has no tracefs");
	ASSERT_EQ(0, mt_write_file(TRACING "/trace", ""));
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
}

FIXTURE_TEARDOWN(trace)
{
}

/* How often an event is in the trace. */
static int traced(const char *event)
{
	char mark[64];
	const char *at;
	int fd = open(TRACING "/trace", O_RDONLY), count = 0;
	size_t len = 0;
	ssize_t got;

	while (fd >= 0 && len < sizeof(trace) - 1) {
		got = read(fd, trace + len, sizeof(trace) - 1 - len);
		if (got <= 0)
			break;
		len += got;
	}
	close(fd);
	trace[len] = 0;
	snprintf(mark, sizeof(mark), " %s: ", event);
	for (at = trace; (at = strstr(at, mark)); at++)
		count++;
	return count;
}

/* What comes from work that is queued. */
static bool traced_soon(const char *event)
{
	__u64 end = mt_after(20 * MT_SECOND);

	while (!traced(event)) {
		if (mt_now() > end)
			return false;
		mt_breathe();
	}
	return true;
}

TEST_F(trace, all_are_there)
{
	static const char *const names[] = {
		"motet_actor_open", "motet_actor_dead", "motet_actor_close",
		"motet_port_state", "motet_port_open", "motet_port_close",
		"motet_port_unlink", "motet_exception", "motet_message_queue",
		"motet_message_take", "motet_message_put_back",
		"motet_message_orphan", "motet_sender_suspend",
		"motet_sender_resume", "motet_call_state",
		"motet_message_expire", "motet_message_cancel",
		"motet_message_drop", "motet_lease_begin",
		"motet_lease_extend", "motet_lease_end", "motet_lease_expire",
		"motet_dead_letter", "motet_port_offer", "motet_port_accept",
		"motet_port_take_over", "motet_port_enable",
		"motet_port_disable", "motet_port_change",
		"motet_checkpoint_create", "motet_checkpoint_delete",
		"motet_checkpoint_open", "motet_checkpoint_close",
		"motet_checkpoint_unlink", "motet_checkpoint_read",
		"motet_checkpoint_write", "motet_section_create",
		"motet_section_delete", "motet_section_expire",
		"motet_section_change", "motet_checkpoint_track",
		"motet_view_open", "motet_view_end",
		"motet_group_create", "motet_group_delete",
		"motet_group_rekey", "motet_group_full", "motet_group_insert",
		"motet_group_remove", "motet_group_track",
		"motet_group_deliver", "motet_session_begin",
		"motet_session_end", "motet_job_lend", "motet_job_end",
		"motet_node", "motet_watch_start", "motet_watch_tell",
		"motet_watch_stop", "motet_lock_request",
	};
	char path[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), EVENTS "/%s/format", names[i]);
		EXPECT_EQ(0, access(path, F_OK)) {
			TH_LOG("no %s", names[i]);
		}
	}
}

TEST_F(trace, messages)
{
	struct motet_id id;
	int holder, sender;
	__u64 value;
	pid_t pid;

	holder = mt_port(self->actor, "traced", 1, &id);
	sender = mt_sender(self->actor, &id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	pid = mt_fork();
	if (pid == 0)
		_exit(mt_send(sender, 0, 2) ? 1 : 0);
	EXPECT_EQ(0, mt_until_suspended(&id, 1));
	EXPECT_EQ(0, mt_recv(holder, &value));
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(-EFAULT, mt_recv_msg(holder, &(struct motet_msg){ 0 },
				       (void *)8, 8));
	EXPECT_EQ(0, mt_unlink(self->actor, "traced"));
	close(holder);
	EXPECT_LE(1, traced("motet_actor_open"));
	EXPECT_LE(1, traced("motet_port_open"));
	EXPECT_LE(2, traced("motet_message_queue"));
	EXPECT_LE(2, traced("motet_message_take"));
	EXPECT_LE(1, traced("motet_message_put_back"));
	EXPECT_LE(1, traced("motet_message_orphan"));
	EXPECT_EQ(1, traced("motet_sender_suspend"));
	EXPECT_EQ(1, traced("motet_sender_resume"));
	EXPECT_EQ(1, traced("motet_port_unlink"));
	EXPECT_LE(1, traced("motet_port_state"));
	EXPECT_LE(1, traced("motet_port_close"));
	EXPECT_LE(1, traced("motet_exception"));
}

TEST_F(trace, calls_and_deaths)
{
	struct motet_id id;
	int holder = mt_port(self->actor, NULL, 4, &id), sender;
	__u64 token, value;
	pid_t pid;

	ASSERT_LE(0, holder);
	pid = mt_fork();
	if (pid == 0) {
		sender = mt_sender(mt_actor(), &id);
		if (!mt_call(sender, 1, &value, 0, NULL))
			mt_call(sender, 1, &value, 0, NULL);
		_exit(1);
	}
	EXPECT_EQ(0, mt_recv_call(holder, &token, &value));
	EXPECT_EQ(0, mt_reply(holder, token, 1));
	EXPECT_EQ(0, mt_recv_call(holder, &token, &value));
	EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
	EXPECT_EQ(0, mt_exception(self->actor, &(struct motet_msg){ 0 }));
	EXPECT_LE(4, traced("motet_call_state"));
	EXPECT_TRUE(traced_soon("motet_actor_dead"));
	EXPECT_TRUE(traced_soon("motet_actor_close"));
	EXPECT_LE(1, traced("motet_exception"));
}

TEST_F(trace, leases)
{
	struct motet_port_create create = {
		.mode = 0700, .redeliveries_max = 1,
	};
	struct motet_msg msg;
	int holder, sender;
	__u64 value;

	ASSERT_LE(0, mt_port(self->actor, NULL, 4, &create.dead_letter));
	holder = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &create.id);
	ASSERT_EQ(0, mt_send(sender, 0, 1));
	ASSERT_EQ(0, mt_lease_recv(holder, &msg, &value, 0));
	/* it is over at once */
	EXPECT_EQ(0, mt_lease(holder, MOTET_LEASE_EXTEND, msg.id, 1));
	EXPECT_EQ(POLLIN, mt_poll(holder, POLLIN, 20000));
	ASSERT_EQ(0, mt_lease_recv(holder, &msg, &value, 0));
	EXPECT_EQ(0, mt_lease(holder, MOTET_LEASE_GIVE_BACK, msg.id, 0));
	EXPECT_EQ(2, traced("motet_lease_begin"));
	EXPECT_EQ(1, traced("motet_lease_extend"));
	EXPECT_EQ(1, traced("motet_lease_expire"));
	EXPECT_EQ(2, traced("motet_lease_end"));
	EXPECT_EQ(1, traced("motet_dead_letter"));
}

TEST_F(trace, work)
{
	struct motet_group_create create = {
		.mode = 0700, .address = MOTET_ADDRESS_WORK,
	};
	struct motet_id id;
	int group, member;
	__u64 value;

	group = mt_group_create(self->actor, &create, NULL);
	ASSERT_LE(0, group);
	member = mt_member(self->actor, &create.cap, 4, &id);
	ASSERT_LE(0, member);
	ASSERT_EQ(0, mt_to_group(group, &(struct motet_msg){ 0 }, 1));
	EXPECT_EQ(0, mt_recv(member, &value));
	EXPECT_EQ(0, mt_remove(self->actor, &create.cap, &id));
	EXPECT_EQ(0, mt_rekey(self->actor, &create.cap));
	EXPECT_EQ(0, mt_delete(self->actor, &create.cap));
	EXPECT_EQ(1, traced("motet_group_create"));
	EXPECT_EQ(1, traced("motet_group_insert"));
	EXPECT_EQ(1, traced("motet_job_lend"));
	EXPECT_EQ(1, traced("motet_job_end"));
	EXPECT_EQ(1, traced("motet_group_remove"));
	EXPECT_EQ(1, traced("motet_group_rekey"));
	EXPECT_EQ(1, traced("motet_group_delete"));
}

TEST_F(trace, watches)
{
	struct motet_watch_event event;
	__u64 watch;
	pid_t pid;

	pid = mt_fork_idle();
	ASSERT_EQ(0, mt_watch_process(self->actor, pid, &watch));
	EXPECT_EQ(1, traced("motet_watch_start"));
	EXPECT_EQ(0, traced("motet_watch_tell"));
	mt_kill(pid);
	EXPECT_EQ(0, mt_watch_told(self->actor, &event, NULL));
	EXPECT_EQ(watch, event.watch);
	EXPECT_EQ(1, traced("motet_watch_tell"));
	EXPECT_EQ(0, mt_watch_process(self->actor, getpid(), &watch));
	EXPECT_EQ(0, mt_watch_stop(self->actor, watch));
	EXPECT_EQ(2, traced("motet_watch_start"));
	EXPECT_LE(1, traced("motet_watch_stop"));
}

TEST_F(trace, locks)
{
	__u64 opening;

	ASSERT_EQ(0, mt_lock_new(self->actor, "traced", &opening));
	EXPECT_EQ(0, mt_lock(self->actor, opening, 1, EXCLUSIVE, 0));
	EXPECT_EQ(1, traced("motet_lock_request"));
	EXPECT_NE(NULL, strstr(trace, "event=grant"));
	EXPECT_EQ(0, mt_unlock(self->actor, opening, 1));
	EXPECT_EQ(2, traced("motet_lock_request"));
	EXPECT_NE(NULL, strstr(trace, "event=release"));
}

TEST_F(trace, nodes)
{
	struct mt_nl nl;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, mt_nl_open(&nl));
	EXPECT_EQ(0, mt_node_set(&nl, 2, 1, 100));
	EXPECT_EQ(0, mt_node_set(&nl, 2, 0, 0));
	EXPECT_LE(2, traced("motet_node"));
	mt_nl_close(&nl);
}

TEST_F(trace, checkpoints)
{
	int fd = mc_create(self->actor, "traced");
	char byte;

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mc_section(fd, "a", "a", 1));
	EXPECT_EQ(0, mc_write(fd, "a", 0, "b", 1));
	EXPECT_EQ(1, mc_read(fd, "a", 0, &byte, 1));
	EXPECT_EQ(0, mc_change(fd, "a", MOTET_SECTION_STATE,
			       MOTET_SECTION_VALID, 0));
	EXPECT_EQ(0, mc_delete(fd, "a"));
	EXPECT_EQ(0, mc_unlink(self->actor, "traced"));
	EXPECT_EQ(1, traced("motet_checkpoint_create"));
	EXPECT_EQ(1, traced("motet_checkpoint_open"));
	EXPECT_EQ(1, traced("motet_checkpoint_unlink"));
	EXPECT_EQ(1, traced("motet_checkpoint_write"));
	EXPECT_EQ(1, traced("motet_checkpoint_read"));
	EXPECT_EQ(1, traced("motet_section_create"));
	EXPECT_EQ(1, traced("motet_section_change"));
	EXPECT_EQ(1, traced("motet_section_delete"));
}

TEST_HARNESS_MAIN
