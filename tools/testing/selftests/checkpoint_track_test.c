// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports that track checkpoints: told of every change, by one message that grows
 * while it is unread.
 */
#include "kselftest_harness.h"
#include "checkpoint_test.h"

FIXTURE(track) {
	int actor;
	int fd;
	struct motet_id id;
	struct motet_msg msg;
	struct motet_checkpoint_event event;
};

FIXTURE_SETUP(track)
{
	struct motet_checkpoint_status status;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, "tracked");
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mc_status(self->fd, &status));
	self->id = status.id;
	memset(&self->msg, 0, sizeof(self->msg));
}

FIXTURE_TEARDOWN(track)
{
}

/* The next event, which must be there. */
static int next(int port, struct motet_msg *msg,
		struct motet_checkpoint_event *event)
{
	int ret;

	memset(msg, 0, sizeof(*msg));
	ret = mt_try_recv_msg(port, msg, event, sizeof(*event));
	if (!ret && (msg->exception != MOTET_EXCEPTION_CHECKPOINT ||
		     msg->body_len != sizeof(*event) ||
		     event->size != sizeof(*event)))
		return -EPROTO;
	return ret;
}

/* A port that tracks two sections is there twice. */
TEST_F(track, netlink)
{
	static struct mt_dump dump;
	struct mt_attrs attrs;
	struct motet_id port;
	int tracker;

	tracker = mt_port(self->actor, NULL, 1, &port);
	ASSERT_LE(0, tracker);
	EXPECT_EQ(0, mt_trackers(&dump, &self->id));
	ASSERT_EQ(0, mc_track(self->actor, &self->id, NULL, 0));
	ASSERT_EQ(0, mc_track(tracker, &self->id, "a", 0));
	ASSERT_EQ(0, mc_track(tracker, &self->id, "b", 0));
	EXPECT_EQ(3, mt_trackers(&dump, &self->id));
	EXPECT_TRUE(mt_dump_find(&dump, MOTET_A_TRACKER_PORT, &port,
				 sizeof(port), &attrs));
	close(tracker);
	EXPECT_EQ(1, mt_trackers(&dump, &self->id));
	EXPECT_FALSE(mt_dump_find(&dump, MOTET_A_TRACKER_PORT, &port,
				  sizeof(port), &attrs));
}

TEST_F(track, each_change)
{
	ASSERT_EQ(0, mc_track(self->actor, &self->id, NULL, 0));
	EXPECT_EQ(-EAGAIN, next(self->actor, &self->msg, &self->event));
	ASSERT_EQ(0, mc_section(self->fd, "a", "data", 4));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_TRUE(mt_id_equal(&self->id, &self->msg.to));
	EXPECT_EQ(1, self->msg.count);
	EXPECT_EQ(MOTET_CHECKPOINT_CREATED, self->event.events);
	EXPECT_EQ(MOTET_SCOPE_SECTION, self->event.scope);
	EXPECT_EQ(1, self->event.section_len);
	EXPECT_EQ('a', self->event.section[0]);
	EXPECT_EQ(0, self->event.since);
	EXPECT_EQ(1, self->event.generation);
	ASSERT_EQ(0, mc_write(self->fd, "a", 10, "data", 4));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_CHECKPOINT_WRITTEN, self->event.events);
	EXPECT_EQ(MOTET_SCOPE_RANGE, self->event.scope);
	EXPECT_EQ(10, self->event.offset);
	EXPECT_EQ(4, self->event.len);
	ASSERT_EQ(0, mc_overwrite(self->fd, "a", "data", 4));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_SCOPE_SECTION, self->event.scope);
	ASSERT_EQ(0, mc_change(self->fd, "a", MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_CHECKPOINT_CHANGED, self->event.events);
	ASSERT_EQ(0, mc_delete(self->fd, "a"));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_CHECKPOINT_DELETED, self->event.events);
	EXPECT_EQ(5, self->event.generation);
	EXPECT_EQ(-EAGAIN, next(self->actor, &self->msg, &self->event));
}

TEST_F(track, unread_changes_add_up)
{
	ASSERT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	ASSERT_EQ(0, mc_section(self->fd, "b", NULL, 0));
	ASSERT_EQ(0, mc_track(self->actor, &self->id, NULL, 0));
	/* ranges of one section */
	EXPECT_EQ(0, mc_write(self->fd, "a", 100, "data", 4));
	EXPECT_EQ(0, mc_write(self->fd, "a", 50, "data", 4));
	EXPECT_EQ(0, mc_write(self->fd, "a", 120, "data", 4));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(3, self->msg.count);
	EXPECT_EQ(MOTET_SCOPE_RANGE, self->event.scope);
	EXPECT_EQ(50, self->event.offset);
	EXPECT_EQ(74, self->event.len);
	EXPECT_EQ(2, self->event.since);
	EXPECT_EQ(5, self->event.generation);
	/* a range and the whole of it */
	EXPECT_EQ(0, mc_write(self->fd, "a", 100, "data", 4));
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", "data", 4));
	EXPECT_EQ(0, mc_write(self->fd, "a", 1, "data", 4));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_SCOPE_SECTION, self->event.scope);
	EXPECT_EQ(0, self->event.len);
	EXPECT_EQ('a', self->event.section[0]);
	/* another section */
	EXPECT_EQ(0, mc_write(self->fd, "a", 100, "data", 4));
	EXPECT_EQ(0, mc_delete(self->fd, "b"));
	EXPECT_EQ(0, mc_write(self->fd, "a", 100, "data", 4));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_SCOPE_SEVERAL, self->event.scope);
	EXPECT_EQ(0, self->event.section_len);
	EXPECT_EQ(MOTET_CHECKPOINT_WRITTEN | MOTET_CHECKPOINT_DELETED,
		  self->event.events);
	EXPECT_EQ(-EAGAIN, next(self->actor, &self->msg, &self->event));
}

TEST_F(track, one_section)
{
	ASSERT_EQ(0, mc_track(self->actor, &self->id, "b", 0));
	EXPECT_EQ(-EEXIST, mc_track(self->actor, &self->id, "b", 0));
	EXPECT_EQ(0, mc_track(self->actor, &self->id, "c", 0));
	ASSERT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	EXPECT_EQ(-EAGAIN, next(self->actor, &self->msg, &self->event));
	ASSERT_EQ(0, mc_section(self->fd, "b", NULL, 0));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ('b', self->event.section[0]);
	/* what is unread when it is stopped is told no more */
	EXPECT_EQ(0, mc_write(self->fd, "b", 0, "x", 1));
	EXPECT_EQ(0, mc_track(self->actor, &self->id, "b", MOTET_TRACK_STOP));
	EXPECT_EQ(-EAGAIN, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(-ENOENT, mc_track(self->actor, &self->id, "b",
				    MOTET_TRACK_STOP));
	EXPECT_EQ(-ENOENT, mc_track(self->actor, &self->id, NULL,
				    MOTET_TRACK_STOP));
}

TEST_F(track, room_and_end)
{
	__u64 end = mt_after(20 * MT_SECOND);
	char id[8];
	int i, ret;

	ASSERT_EQ(0, mc_track(self->actor, &self->id, "15", 0));
	for (i = 0; i < 16; i++) {
		snprintf(id, sizeof(id), "%d", i);
		ASSERT_EQ(0, mc_section(self->fd, id, NULL, 0));
	}
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_CHECKPOINT_CREATED | MOTET_CHECKPOINT_FULL,
		  self->event.events);
	EXPECT_EQ(0, mc_delete(self->fd, "3"));
	EXPECT_EQ(0, next(self->actor, &self->msg, &self->event));
	EXPECT_EQ(MOTET_CHECKPOINT_ROOM, self->event.events);
	EXPECT_EQ(MOTET_SCOPE_NONE, self->event.scope);
	EXPECT_EQ(0, mc_unlink(self->actor, "tracked"));
	close(self->fd);
	while ((ret = next(self->actor, &self->msg, &self->event)) == -EAGAIN &&
	       mt_now() < end)
		mt_breathe();
	EXPECT_EQ(0, ret);
	EXPECT_EQ(MOTET_CHECKPOINT_GONE, self->event.events);
	EXPECT_EQ(-ESRCH, mc_track(self->actor, &self->id, NULL, 0));
}

TEST_F(track, expiry)
{
	__u64 end = mt_after(20 * MT_SECOND), due;
	__u32 events = 0;

	ASSERT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	ASSERT_EQ(0, mc_track(self->actor, &self->id, NULL, 0));
	ASSERT_EQ(0, mc_change_soon(self->fd, "a", &due));
	/* by one message or by two */
	while (!(events & MOTET_CHECKPOINT_EXPIRED) && mt_now() < end) {
		if (!next(self->actor, &self->msg, &self->event))
			events |= self->event.events;
		mt_breathe();
	}
	EXPECT_LE(due, mc_boottime());
	EXPECT_EQ(MOTET_CHECKPOINT_CHANGED | MOTET_CHECKPOINT_EXPIRED, events);
	EXPECT_EQ('a', self->event.section[0]);
}

TEST_F(track, limit)
{
	__u64 max = mt_param("checkpoint_trackers_max");
	int port = mt_port(self->actor, NULL, 4, NULL);

	ASSERT_LE(0, port);
	ASSERT_EQ(0, mt_param_set("checkpoint_trackers_max", 1));
	EXPECT_EQ(0, mc_track(self->actor, &self->id, NULL, 0));
	EXPECT_EQ(-EDQUOT, mc_track(port, &self->id, NULL, 0));
	EXPECT_EQ(0, mc_track(self->actor, &self->id, NULL, MOTET_TRACK_STOP));
	EXPECT_EQ(0, mc_track(port, &self->id, NULL, 0));
	/* the port ends while something is unread */
	EXPECT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	close(port);
	while (mc_track(self->actor, &self->id, NULL, 0) == -EDQUOT)
		mt_breathe();
	EXPECT_EQ(0, mt_param_set("checkpoint_trackers_max", max));
}

/*
 * Who is told reads what was written: no change is later than what the last
 * event said, and at the end the last one was told.
 */
TEST_F(track, nothing_is_missed)
{
	__u64 rounds = 500 * mt_rounds(5), value = 0, last = 0, since = 0;
	struct motet_checkpoint_status status;
	__u64 changes = 0;
	pid_t child;

	ASSERT_EQ(0, mc_section(self->fd, "a", &value, sizeof(value)));
	ASSERT_EQ(0, mc_status(self->fd, &status));
	since = status.generation;
	ASSERT_EQ(0, mc_track(self->actor, &self->id, NULL, 0));
	child = mt_fork();
	if (!child) {
		for (value = 1; value <= rounds; value++)
			if (mc_write(self->fd, "a", 0, &value, sizeof(value)))
				_exit(1);
		_exit(0);
	}
	while (last < rounds) {
		memset(&self->msg, 0, sizeof(self->msg));
		self->msg.deadline = mt_after(60 * MT_SECOND);
		ASSERT_EQ(0, mt_recv_msg(self->actor, &self->msg, &self->event,
					 sizeof(self->event)));
		ASSERT_EQ(since, self->event.since);
		since = self->event.generation;
		changes += self->msg.count;
		ASSERT_EQ(8, mc_read(self->fd, "a", 0, &value, sizeof(value)));
		ASSERT_LE(since - status.generation, value);
		last = since - status.generation;
	}
	EXPECT_EQ(rounds, changes);
	EXPECT_EQ(0, mt_wait(child));
}

TEST_HARNESS_MAIN
