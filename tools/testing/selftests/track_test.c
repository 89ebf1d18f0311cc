// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tracking a group's members: who is there first, then each change, without a
 * gap and without loss however late it is read.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "group_test.h"

#define PORTS		4

FIXTURE(track) {
	int actor;
	int group;
	int tracker;
	struct motet_cap cap;
	int ports[PORTS];
	struct motet_id ids[PORTS];
};

/* A group, a port to track it with room for one message, others to insert. */
FIXTURE_SETUP(track)
{
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->group = mt_group(self->actor, MOTET_ADDRESS_ANY, &self->cap);
	ASSERT_LE(0, self->group);
	self->tracker = mt_port(self->actor, NULL, 1, NULL);
	ASSERT_LE(0, self->tracker);
	for (i = 0; i < PORTS; i++) {
		self->ports[i] = mt_port(self->actor, NULL, 2, &self->ids[i]);
		ASSERT_LE(0, self->ports[i]);
	}
}

FIXTURE_TEARDOWN(track)
{
}

/* Which port this is about, or -1; what else is told of it is right. */
static int about(int port, const struct motet_id *ids, unsigned int count,
		 __u32 event, __u32 members)
{
	struct motet_group_change change;
	struct motet_msg msg;
	unsigned int i;

	if (mt_told(port, &msg, &change) || msg.count != 1 ||
	    msg.exception != MOTET_EXCEPTION_MEMBER || change.node ||
	    change.event != event)
		return -1;
	if (event != MOTET_MEMBER_PRESENT && change.members != members)
		return -1;
	for (i = 0; i < count; i++)
		if (mt_id_equal(&ids[i], &change.port))
			return i;
	return -1;
}

#define ABOUT(event, members)						\
	about(self->tracker, self->ids, PORTS, MOTET_MEMBER_##event, members)

static int exception(int port, __u32 *count, struct motet_id *to)
{
	struct motet_group_change change;
	struct motet_msg msg;
	int ret = mt_told(port, &msg, &change);

	if (ret)
		return ret;
	*count = msg.count;
	*to = msg.to;
	return msg.exception;
}

static struct mt_dump dump;

/* The port of a tracker in the dump, if it is shown */
static bool tracks(const struct motet_id *port)
{
	struct mt_attrs attrs;

	return mt_dump_find(&dump, MOTET_A_TRACKER_PORT, port, sizeof(*port),
			    &attrs);
}

TEST_F(track, netlink)
{
	struct motet_id none = self->cap.id, trackers_id[2];
	int more[2], i;

	EXPECT_EQ(0, mt_trackers(&dump, &self->cap.id));
	for (i = 0; i < 2; i++) {
		more[i] = mt_port(self->actor, NULL, 1, &trackers_id[i]);
		ASSERT_LE(0, more[i]);
		ASSERT_EQ(0, mt_track(more[i], &self->cap.id));
	}
	EXPECT_EQ(2, mt_trackers(&dump, &self->cap.id));
	EXPECT_TRUE(tracks(&trackers_id[0]));
	EXPECT_TRUE(tracks(&trackers_id[1]));
	/* a dead port tracks no more */
	close(more[0]);
	EXPECT_EQ(1, mt_trackers(&dump, &self->cap.id));
	EXPECT_TRUE(tracks(&trackers_id[1]));
	/* what can't be tracked, and what isn't */
	EXPECT_EQ(-ESRCH, mt_trackers(&dump, &self->ids[0]));
	none.bytes[MOTET_ID_LEN - 1] ^= 1;
	EXPECT_EQ(-ESRCH, mt_trackers(&dump, &none));
}

/* An anonymous group is its owner's business. */
TEST_F(track, netlink_of_another_user)
{
	pid_t pid;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	pid = mt_fork();
	if (pid == 0) {
		if (mt_become(MT_USER_A))
			_exit(1);
		_exit(mt_trackers(&dump, &self->cap.id) == -EACCES ? 0 : 2);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_F(track, present_and_changes)
{
	struct motet_group_change change;
	bool seen[2] = { 0 };
	struct motet_msg msg;
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(POLLIN, mt_poll(self->tracker, POLLIN, 0));
	for (i = 0; i < 2; i++) {
		int who = ABOUT(PRESENT, 2);

		ASSERT_TRUE(who == 0 || who == 1);
		EXPECT_FALSE(seen[who]);
		seen[who] = true;
	}
	EXPECT_TRUE(mt_not_told(self->tracker));
	EXPECT_EQ(0, mt_poll(self->tracker, POLLIN, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[2]));
	EXPECT_EQ(2, ABOUT(JOINED, 3));
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(0, ABOUT(LEFT, 2));
	close(self->ports[1]);
	EXPECT_EQ(1, ABOUT(DIED, 1));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_told(self->tracker, &msg, &change));
	EXPECT_TRUE(mt_id_equal(&msg.to, &self->cap.id));
	EXPECT_EQ(0, msg.error);
	EXPECT_EQ(MOTET_MEMBER_JOINED, change.event);
	EXPECT_EQ(2, change.members);
	EXPECT_TRUE(mt_not_told(self->tracker));
}

/* At an actor's default port, too, and at a port that is a member itself. */
TEST_F(track, any_port_of_ones_own)
{
	ASSERT_EQ(0, mt_track(self->actor, &self->cap.id));
	ASSERT_EQ(0, mt_track(self->ports[0], &self->cap.id));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(0, about(self->actor, self->ids, PORTS,
			   MOTET_MEMBER_JOINED, 1));
	EXPECT_EQ(0, about(self->ports[0], self->ids, PORTS,
			   MOTET_MEMBER_JOINED, 1));
}

TEST_F(track, errors)
{
	static const struct motet_id none = { { MOTET_CLASS_GROUP, 7 } };
	struct motet_id id;
	int sender;

	EXPECT_EQ(-ESRCH, mt_track(self->tracker, &none));
	EXPECT_EQ(-ESRCH, mt_track(self->tracker, &self->ids[0]));
	EXPECT_EQ(-ENOENT, mt_track_stop(self->tracker, &self->cap.id));
	EXPECT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(-EEXIST, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(-ENOENT, mt_track_stop(self->ports[0], &self->cap.id));
	EXPECT_EQ(-EINVAL, mt_ioctl(self->tracker, MOTET_IOC_GROUP_TRACK,
				    &MT(motet_group_track, .flags = 2,
					.group = self->cap.id)));
	id = self->ids[0];
	sender = mt_sender(self->actor, &id);
	EXPECT_EQ(-ENOTTY, mt_track(sender, &self->cap.id));
}

TEST_F(track, stop)
{
	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	EXPECT_EQ(0, ABOUT(JOINED, 1));
	EXPECT_EQ(0, mt_track_stop(self->tracker, &self->cap.id));
	EXPECT_EQ(-ENOENT, mt_track_stop(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	EXPECT_TRUE(mt_not_told(self->tracker));
	/* begun again, from what there is then */
	EXPECT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(1, ABOUT(PRESENT, 1));
	EXPECT_TRUE(mt_not_told(self->tracker));
	/* stopped with something unread: nothing of it comes twice */
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[2]));
	EXPECT_EQ(0, mt_track_stop(self->tracker, &self->cap.id));
	while (!mt_not_told(self->tracker))
		;
	EXPECT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_LE(1, ABOUT(PRESENT, 2));
	EXPECT_LE(1, ABOUT(PRESENT, 2));
	EXPECT_TRUE(mt_not_told(self->tracker));
}

/* A port that changes hands stays a member, and nobody is told anything. */
TEST_F(track, members_that_change_hands)
{
	struct motet_msg msg = { 0 };
	struct motet_id id;
	int other = mt_actor(), moved, standby;
	__u64 value;

	ASSERT_EQ(0, mt_actor_id(other, &id));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(0, ABOUT(PRESENT, 1));
	ASSERT_EQ(0, mt_offer(self->ports[0], 0, &id));
	moved = mt_open_id(other, MOTET_ROLE_HOLDER, &self->ids[0]);
	ASSERT_LE(0, moved);
	close(self->ports[0]);
	EXPECT_EQ(0, mt_to_group(self->group, &msg, 1));
	EXPECT_EQ(0, mt_try_recv(moved, &value));
	EXPECT_EQ(1, value);
	standby = mt_open_id(self->actor, MOTET_ROLE_STANDBY, &self->ids[0]);
	ASSERT_LE(0, standby);
	EXPECT_EQ(0, mt_to_group(self->group, &msg, 2));
	close(moved);
	ASSERT_EQ(0, mt_exception(standby, &msg));
	EXPECT_EQ(MOTET_EXCEPTION_TAKEN_OVER, msg.exception);
	EXPECT_EQ(0, mt_try_recv(standby, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(0, mt_until_members(self->group, 1));
	EXPECT_TRUE(mt_not_told(self->tracker));
	close(standby);
	EXPECT_EQ(0, ABOUT(DIED, 0));
}

/* What joined and left unread was never there. */
TEST_F(track, joined_and_left_unread)
{
	int i;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[0]));
		ASSERT_EQ(0, mt_remove(self->actor, &self->cap,
				       &self->ids[0]));
	}
	EXPECT_TRUE(mt_not_told(self->tracker));
	EXPECT_EQ(0, mt_poll(self->tracker, POLLIN, 0));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	close(self->ports[0]);
	ASSERT_EQ(0, mt_until_members(self->group, 1));
	/* with the members that there were when it joined */
	EXPECT_EQ(1, ABOUT(JOINED, 2));
	EXPECT_TRUE(mt_not_told(self->tracker));
	/* nor was one that was present, and left before that was read */
	ASSERT_EQ(0, mt_track_stop(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &self->ids[1]));
	EXPECT_TRUE(mt_not_told(self->tracker));
}

/* Neither messages nor other exceptions take their room. */
TEST_F(track, full_queue)
{
	struct motet_port_status status;
	int sender, i;
	__u64 value;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_status(self->tracker, &status));
	sender = mt_sender(self->actor, &status.id);
	for (i = 0; i < MOTET_PRIORITIES; i++)
		ASSERT_EQ(0, mt_try_send(sender, i, i));
	for (i = 0; i < PORTS; i++)
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i]));
	EXPECT_EQ(-EAGAIN, mt_try_send(sender, 0, 9));
	for (i = 0; i < 2 * PORTS; i++) {
		struct motet_group_change change;
		struct motet_msg msg;

		ASSERT_EQ(0, mt_told(self->tracker, &msg, &change));
	}
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->tracker, &value));
	EXPECT_EQ(0, mt_try_send(sender, 0, 9));
}

TEST_F(track, group_lost)
{
	struct motet_id to;
	__u32 count = 0;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_delete(self->actor, &self->cap));
	EXPECT_EQ(MOTET_EXCEPTION_GROUP_LOST,
		  exception(self->tracker, &count, &to));
	EXPECT_EQ(1, count);
	EXPECT_TRUE(mt_id_equal(&to, &self->cap.id));
	EXPECT_TRUE(mt_not_told(self->tracker));
	EXPECT_EQ(-ESRCH, mt_track_stop(self->tracker, &self->cap.id));
}

/* What lies unread has its bound, though each group that it is about is gone. */
TEST_F(track, many_groups_lost)
{
	struct motet_group_change change;
	struct motet_port_status status;
	struct motet_msg msg = { 0 };
	struct motet_cap cap;
	__u32 told = 0, i;
	int group;

	for (i = 0; i < 400; i++) {
		group = mt_group(self->actor, MOTET_ADDRESS_ANY, &cap);
		ASSERT_LE(0, group);
		ASSERT_EQ(0, mt_track(self->tracker, &cap.id));
		/* those that join and are not read about are not told of */
		ASSERT_EQ(0, mt_insert(self->actor, &cap, &self->ids[0]));
		ASSERT_EQ(0, mt_rekey(self->actor, &cap));
		ASSERT_EQ(0, mt_delete(self->actor, &cap));
		close(group);
	}
	ASSERT_EQ(0, mt_status(self->tracker, &status));
	EXPECT_EQ(256, status.messages);
	ASSERT_EQ(0, mt_status(self->actor, &status));
	EXPECT_EQ(256, status.messages);
	for (i = 0; i < 256; i++) {
		ASSERT_EQ(0, mt_told(self->tracker, &msg, &change));
		ASSERT_EQ(MOTET_EXCEPTION_GROUP_LOST, msg.exception);
		told += msg.count;
	}
	EXPECT_EQ(400, told);
	EXPECT_TRUE(mt_not_told(self->tracker));
	for (told = 0, i = 0; i < 256; i++) {
		ASSERT_EQ(0, mt_told(self->actor, &msg, &change));
		EXPECT_EQ(MOTET_EXCEPTION_REVOKED, msg.exception);
		told += msg.count;
	}
	EXPECT_EQ(400, told);
	EXPECT_TRUE(mt_not_told(self->actor));
}

/* Nor is it told what was unread when tracking was stopped. */
TEST_F(track, stopped_unread)
{
	int i;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[1]));
		ASSERT_EQ(0, mt_track_stop(self->tracker, &self->cap.id));
		ASSERT_EQ(0, mt_remove(self->actor, &self->cap,
				       &self->ids[1]));
	}
	EXPECT_TRUE(mt_not_told(self->tracker));
	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(0, ABOUT(PRESENT, 1));
	EXPECT_TRUE(mt_not_told(self->tracker));
}

/* Tracking keeps no group alive. */
TEST_F(track, group_ends_by_itself)
{
	struct motet_id to;
	__u32 count;
	int ret;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	close(self->group);
	EXPECT_EQ(0, ABOUT(JOINED, 1));
	close(self->ports[0]);
	/* the death of its last member may be told before, or is its end */
	do {
		ret = exception(self->tracker, &count, &to);
	} while (ret == MOTET_EXCEPTION_MEMBER);
	EXPECT_EQ(MOTET_EXCEPTION_GROUP_LOST, ret);
	EXPECT_TRUE(mt_not_told(self->tracker));
	EXPECT_EQ(-ESRCH, mt_group_open(self->actor, &self->cap.id));
}

/* No room anywhere: told once while unread, with how often. */
TEST_F(track, group_full)
{
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };
	struct mt_child *child;
	struct motet_id to;
	__u32 count = 0;
	__u64 value;
	int i;

	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	EXPECT_EQ(0, ABOUT(PRESENT, 1));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mt_to_group(self->group, &msg, i));
	EXPECT_TRUE(mt_not_told(self->tracker));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-EAGAIN, mt_to_group(self->group, &msg, i));
	EXPECT_EQ(MOTET_EXCEPTION_GROUP_FULL,
		  exception(self->tracker, &count, &to));
	EXPECT_EQ(3, count);
	EXPECT_TRUE(mt_id_equal(&to, &self->cap.id));
	EXPECT_TRUE(mt_not_told(self->tracker));
	/* a sender that waits is another reason */
	child = mt_child_send(self->group, &(struct motet_msg){ 0 }, 1);
	EXPECT_EQ(MOTET_EXCEPTION_GROUP_FULL,
		  exception(self->tracker, &count, &to));
	/* somebody starts another member, and it goes on */
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[1]));
	EXPECT_EQ(0, mt_child_end(child));
	EXPECT_EQ(0, mt_soon(self->ports[1], &value));
	EXPECT_EQ(1, ABOUT(JOINED, 2));
}

/* A tracker that dies is one no more. */
TEST_F(track, tracker_dies)
{
	int i;

	for (i = 0; i < 100; i++) {
		int tracker = mt_port(self->actor, NULL, 1, NULL);

		ASSERT_EQ(0, mt_track(tracker, &self->cap.id));
		ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
				       &self->ids[i % PORTS]));
		if (i % 2)
			EXPECT_LE(0, about(tracker, self->ids, PORTS,
					   MOTET_MEMBER_JOINED, 1));
		close(tracker);
		ASSERT_EQ(0, mt_remove(self->actor, &self->cap,
				       &self->ids[i % PORTS]));
	}
}

/**
 * struct view - what a tracker knows
 * @members: by port, whether it is a member
 * @count: how many are
 * @read: exceptions that it has read
 * @lost: the group is gone
 * @wrong: changes that can't be, of what it knew
 */
struct view {
	bool members[256];
	unsigned int count;
	unsigned int read;
	bool lost;
	unsigned int wrong;
};

static void view_change(struct view *view, unsigned int member, __u32 event)
{
	bool joins = event == MOTET_MEMBER_PRESENT ||
		     event == MOTET_MEMBER_JOINED;

	if (view->members[member] == joins)
		view->wrong++;
	else
		view->count += joins ? 1 : -1;
	view->members[member] = joins;
}

/* Reads one exception: 0, or an error. */
static int view_read(struct view *view, int tracker, const struct motet_id *ids,
		     unsigned int ports)
{
	struct motet_group_change change;
	struct motet_msg msg = { 0 };
	unsigned int i;
	int ret = mt_try_recv_msg(tracker, &msg, &change, sizeof(change));

	if (ret)
		return ret;
	view->read++;
	if (msg.exception == MOTET_EXCEPTION_GROUP_LOST) {
		view->lost = true;
		return 0;
	}
	for (i = 0; i < ports; i++)
		if (mt_id_equal(&ids[i], &change.port))
			break;
	if (msg.exception != MOTET_EXCEPTION_MEMBER || i == ports)
		view->wrong++;
	else
		view_change(view, i, change.event);
	return 0;
}

static void view_read_all(struct view *view, int tracker,
			  const struct motet_id *ids, unsigned int ports)
{
	while (!view_read(view, tracker, ids, ports))
		;
}

#define CROWD		64
#define TRACKERS	16

/*
 * Ten thousand changes: a tracker that reads all, one that reads now and then,
 * one that reads nothing before the end. Each knows the members exactly, and
 * the last has no more to read than there are.
 */
TEST_F_TIMEOUT(track, late_readers, 600)
{
	unsigned int rounds = 400 * mt_rounds(25), i, t, count = 0;
	struct motet_id ids[CROWD];
	bool members[CROWD] = { 0 };
	struct view views[3] = { 0 };
	int trackers[3], ports[CROWD];

	for (i = 0; i < CROWD; i++) {
		ports[i] = mt_port(self->actor, NULL, 1, &ids[i]);
		ASSERT_LE(0, ports[i]);
	}
	for (t = 0; t < 3; t++) {
		trackers[t] = mt_port(self->actor, NULL, 1, NULL);
		ASSERT_EQ(0, mt_track(trackers[t], &self->cap.id));
	}
	srandom(1);
	for (i = 0; i < rounds; i++) {
		unsigned int who = random() % CROWD;

		if (members[who]) {
			ASSERT_EQ(0, mt_remove(self->actor, &self->cap,
					       &ids[who]));
		} else {
			ASSERT_EQ(0, mt_insert(self->actor, &self->cap,
					       &ids[who]));
		}
		members[who] = !members[who];
		count += members[who] ? 1 : -1;
		view_read_all(&views[0], trackers[0], ids, CROWD);
		ASSERT_EQ(i + 1, views[0].read);
		ASSERT_EQ(count, views[0].count);
		if (random() % 4 == 0)
			view_read(&views[1], trackers[1], ids, CROWD);
	}
	for (t = 0; t < 3; t++) {
		view_read_all(&views[t], trackers[t], ids, CROWD);
		EXPECT_EQ(0, views[t].wrong);
		EXPECT_EQ(count, views[t].count);
		for (i = 0; i < CROWD; i++)
			EXPECT_EQ(members[i], views[t].members[i]);
	}
	/* as if it had begun now: only those that are there */
	EXPECT_EQ(count, views[2].read);
}

/* Ports are made and die, so there is always a new one: bounded all the same. */
TEST_F_TIMEOUT(track, late_reader_of_many_ports, 600)
{
	unsigned int rounds = 40 * mt_rounds(25), i;
	struct mt_attrs before, after;
	struct view view = { 0 };
	struct motet_id id;
	int port;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	ASSERT_EQ(0, mt_insert(self->actor, &self->cap, &self->ids[0]));
	view_read_all(&view, self->tracker, self->ids, PORTS);
	ASSERT_EQ(1, view.count);
	/* the ports of this test, its group, its actor's, and no older ones */
	ASSERT_EQ(0, mt_until_charged(0, MOTET_A_USER_PORTS, PORTS + 3));
	ASSERT_EQ(0, mt_user_get(0, &before));
	for (i = 0; i < rounds; i++) {
		port = mt_member(self->actor, &self->cap, 1, &id);
		ASSERT_LE(0, port);
		if (i % 2)
			ASSERT_EQ(0, mt_remove(self->actor, &self->cap, &id));
		close(port);
	}
	ASSERT_EQ(0, mt_until_members(self->group, 1));
	/* nothing of them is left, soon */
	EXPECT_EQ(0, mt_until_charged(0, MOTET_A_USER_PORTS, PORTS + 3));
	ASSERT_EQ(0, mt_user_get(0, &after));
	EXPECT_EQ(mt_attr_number(&before, MOTET_A_USER_BYTES),
		  mt_attr_number(&after, MOTET_A_USER_BYTES));
	EXPECT_TRUE(mt_not_told(self->tracker));
}

/* Many trackers, while members come and go: no gap at the beginning of any. */
TEST_F_TIMEOUT(track, begun_under_load, 600)
{
	unsigned int rounds = 4 * mt_rounds(25), round, i, t, settled;
	struct view views[TRACKERS];
	struct motet_id ids[CROWD];
	int trackers[TRACKERS];
	pid_t pids[2];
	__u64 end;

	for (i = 0; i < CROWD; i++)
		ASSERT_LE(0, mt_port(self->actor, NULL, 1, &ids[i]));
	for (i = 0; i < 2; i++) {
		pids[i] = mt_fork();
		if (pids[i])
			continue;
		/* each changes its own half */
		int actor = mt_actor();

		for (round = i; ; round = (round + 2) % CROWD)
			if (mt_insert(actor, &self->cap, &ids[round]) &&
			    mt_remove(actor, &self->cap, &ids[round]))
				_exit(1);
	}
	memset(views, 0, sizeof(views));
	for (t = 0; t < TRACKERS; t++)
		trackers[t] = mt_port(self->actor, NULL, 1, NULL);
	for (round = 0; round < rounds; round++) {
		t = round % TRACKERS;
		if (round >= TRACKERS) {
			ASSERT_EQ(0, mt_track_stop(trackers[t],
						   &self->cap.id));
			while (!mt_not_told(trackers[t]))
				;
			EXPECT_EQ(0, views[t].wrong);
		}
		memset(&views[t], 0, sizeof(views[t]));
		ASSERT_EQ(0, mt_track(trackers[t], &self->cap.id));
		for (t = 0; t < TRACKERS; t++)
			for (i = 0; i < 8; i++)
				view_read(&views[t], trackers[t], ids, CROWD);
	}
	for (i = 0; i < 2; i++)
		EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[i]));
	/* in the end they all know the same, as the group itself does */
	end = mt_after(MT_SOON);
	do {
		struct motet_group_status status;

		ASSERT_EQ(0, mt_group_status(self->group, &status));
		for (settled = 0, t = 0; t < TRACKERS; t++) {
			view_read_all(&views[t], trackers[t], ids, CROWD);
			settled += views[t].count == status.members;
		}
	} while (settled < TRACKERS && mt_now() < end);
	EXPECT_EQ(TRACKERS, settled);
	for (t = 0; t < TRACKERS; t++) {
		EXPECT_EQ(0, views[t].wrong);
		EXPECT_EQ(0, memcmp(views[0].members, views[t].members,
				    sizeof(views[0].members)));
	}
}

/* Every member's process is killed: each death is told. */
TEST_F_TIMEOUT(track, deaths, 600)
{
	unsigned int rounds = mt_rounds(25), i;
	struct motet_group_change change;
	struct motet_msg msg;
	struct motet_id id;
	pid_t pid;

	ASSERT_EQ(0, mt_track(self->tracker, &self->cap.id));
	for (i = 0; i < rounds; i++) {
		pid = mt_fork();
		if (pid == 0) {
			if (mt_member(mt_actor(), &self->cap, 1, &id) < 0)
				_exit(1);
			for (;;)
				pause();
		}
		ASSERT_EQ(0, mt_told(self->tracker, &msg, &change));
		EXPECT_EQ(MOTET_MEMBER_JOINED, change.event);
		EXPECT_EQ(1, change.members);
		id = change.port;
		EXPECT_EQ(1000 + SIGKILL, mt_kill(pid));
		ASSERT_EQ(0, mt_told(self->tracker, &msg, &change));
		EXPECT_EQ(MOTET_MEMBER_DIED, change.event);
		EXPECT_EQ(0, change.members);
		EXPECT_TRUE(mt_id_equal(&id, &change.port));
	}
	EXPECT_TRUE(mt_not_told(self->tracker));
}

TEST_HARNESS_MAIN
