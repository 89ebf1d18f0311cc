// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channels under load: many subscribers, of which one is stopped; several
 * publishers; those who come, go and are killed meanwhile.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "channel_test.h"

#define SUBSCRIBERS	50
#define PUBLISHERS	2
#define MAX_EVENTS	20000

/* What the processes tell each other. */
struct board {
	__u32 ready;
	__u32 go;
	__u64 received[SUBSCRIBERS];
	__u64 lost[SUBSCRIBERS];
	__u64 marks[SUBSCRIBERS];
	__u32 wrong[SUBSCRIBERS];
	__u64 last_id[SUBSCRIBERS];
	__u64 digest[SUBSCRIBERS];
	__u64 published;
	__u64 longest;
};

FIXTURE(load) {
	int actor;
	int fd;
	struct board *board;
	pid_t pids[SUBSCRIBERS];
};

FIXTURE_SETUP(load)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_EQ(0, mt_until_no_channel("load"));
	self->fd = mt_channel(self->actor, "load",
			      MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
			      0, NULL);
	ASSERT_LE(0, self->fd);
	self->board = mt_shared(sizeof(*self->board));
	ASSERT_NE(NULL, self->board);
}

FIXTURE_TEARDOWN(load)
{
	mt_channel_unlink(self->actor, "load");
}

static void say(__u32 *what)
{
	__atomic_add_fetch(what, 1, __ATOMIC_SEQ_CST);
}

static bool await(__u32 *what, __u32 value)
{
	__u64 end = mt_after(3 * MT_SOON);

	while (__atomic_load_n(what, __ATOMIC_SEQ_CST) < value) {
		if (mt_now() > end)
			return false;
		mt_breathe();
	}
	return true;
}

/*
 * Receives until the value ~0 comes. In one priority the identifiers ascend, and
 * what is between the first and the last was received or is in a mark.
 */
static void subscribe(struct board *board, int i, __u32 messages)
{
	int actor = mt_actor();
	int fd = mt_channel(actor, "load", MOTET_CHANNEL_SUBSCRIBER, messages,
			    NULL);
	struct motet_msg msg;
	__u64 value;

	if (fd < 0 || mt_subscribe(fd, i, i % 2 ? MOTET_FILTER_EXACT :
				   MOTET_FILTER_PREFIX, "load"))
		_exit(1);
	say(&board->ready);
	for (;;) {
		memset(&msg, 0, sizeof(msg));
		msg.deadline = mt_after(6 * MT_SOON);
		if (mt_event(fd, &msg, &value))
			_exit(2);
		if (msg.exception) {
			board->lost[i] += msg.count;
			board->marks[i]++;
			board->wrong[i] += msg.exception !=
				MOTET_EXCEPTION_EVENTS_LOST;
			continue;
		}
		if (msg.priority)
			_exit(0);
		board->wrong[i] += msg.id <= board->last_id[i] ||
				   msg.token != (__u64)i;
		board->last_id[i] = msg.id;
		board->digest[i] = board->digest[i] * 31 + value;
		board->received[i]++;
	}
}

/* One of fifty is stopped: it alone loses, and that exactly; nobody is delayed. */
TEST_F(load, one_is_stopped)
{
	const __u32 events = 40 * (mt_rounds(50) > 500 ? 500 : mt_rounds(50));
	struct motet_channel_publish arg;
	__u64 lost = 0, before, took, longest = 0;
	struct board *board = self->board;
	__u32 i;

	for (i = 0; i < SUBSCRIBERS; i++) {
		self->pids[i] = mt_fork();
		if (!self->pids[i])
			subscribe(board, i, i ? events : 16);
	}
	ASSERT_TRUE(await(&board->ready, SUBSCRIBERS));
	ASSERT_EQ(0, kill(self->pids[0], SIGSTOP));
	for (i = 0; i < events; i++) {
		before = mt_now();
		ASSERT_EQ(0, mt_publish(self->fd, 0, "load", i, 0, &arg));
		took = mt_now() - before;
		longest = took > longest ? took : longest;
		ASSERT_EQ(SUBSCRIBERS, arg.delivered + arg.lost);
		lost += arg.lost;
	}
	ASSERT_EQ(0, mt_publish(self->fd, 3, "load", ~0ULL, 0, NULL));
	for (i = 1; i < SUBSCRIBERS; i++) {
		EXPECT_EQ(0, mt_wait(self->pids[i]));
		EXPECT_EQ(events, board->received[i]);
		EXPECT_EQ(0, board->lost[i]);
		EXPECT_EQ(0, board->wrong[i]);
		EXPECT_EQ(board->digest[1], board->digest[i]);
	}
	/* it was stopped all the time, in which the others were served */
	EXPECT_EQ(0, waitpid(self->pids[0], NULL, WNOHANG));
	ASSERT_EQ(0, kill(self->pids[0], SIGCONT));
	EXPECT_EQ(0, mt_wait(self->pids[0]));
	EXPECT_EQ(events, board->received[0] + board->lost[0]);
	EXPECT_EQ(lost, board->lost[0]);
	/* it may have been about to receive one when it was stopped */
	EXPECT_GE(17, board->received[0]);
	EXPECT_LE(16, board->received[0]);
	EXPECT_EQ(1, board->marks[0]);
	EXPECT_EQ(0, board->wrong[0]);
	TH_LOG("%u events to %u: longest %llu us", events, SUBSCRIBERS,
	       (unsigned long long)longest / 1000);
}

static void publish_all(struct board *board, int actor, __u32 events, __u32 me)
{
	int fd = mt_channel(actor, "load", MOTET_CHANNEL_PUBLISHER, 0, NULL);
	struct motet_channel_publish arg;
	__u32 i;

	if (fd < 0 || !await(&board->go, 1))
		_exit(1);
	for (i = 0; i < events; i++) {
		if (mt_publish(fd, 0, "load", i * PUBLISHERS + me, 0, &arg))
			_exit(2);
		__atomic_add_fetch(&board->published, 1, __ATOMIC_SEQ_CST);
	}
	_exit(0);
}

/* Several publish at once: all subscribers see one order. */
TEST_F(load, one_order)
{
	const __u32 events = 20 * mt_rounds(50);
	struct board *board = self->board;
	pid_t publishers[PUBLISHERS];
	__u32 i;

	for (i = 0; i < 8; i++) {
		self->pids[i] = mt_fork();
		if (!self->pids[i])
			subscribe(board, i, PUBLISHERS * events);
	}
	for (i = 0; i < PUBLISHERS; i++) {
		publishers[i] = mt_fork();
		if (!publishers[i])
			publish_all(board, mt_actor(), events, i);
	}
	ASSERT_TRUE(await(&board->ready, 8));
	say(&board->go);
	for (i = 0; i < PUBLISHERS; i++)
		ASSERT_EQ(0, mt_wait(publishers[i]));
	ASSERT_EQ(0, mt_publish(self->fd, 3, "load", ~0ULL, 0, NULL));
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0, mt_wait(self->pids[i]));
		EXPECT_EQ(PUBLISHERS * events, board->received[i]);
		EXPECT_EQ(0, board->wrong[i]);
		EXPECT_EQ(board->digest[0], board->digest[i]);
	}
}

/* Small queues, read as fast as may be: received and lost are all there were. */
TEST_F(load, lost_exactly)
{
	const __u32 events = 40 * mt_rounds(50);
	struct board *board = self->board;
	pid_t publishers[PUBLISHERS];
	__u32 i;

	for (i = 0; i < 4; i++) {
		self->pids[i] = mt_fork();
		if (!self->pids[i])
			subscribe(board, i, 1 + i);
	}
	for (i = 0; i < PUBLISHERS; i++) {
		publishers[i] = mt_fork();
		if (!publishers[i])
			publish_all(board, mt_actor(), events, i);
	}
	ASSERT_TRUE(await(&board->ready, 4));
	say(&board->go);
	for (i = 0; i < PUBLISHERS; i++)
		ASSERT_EQ(0, mt_wait(publishers[i]));
	ASSERT_EQ(0, mt_publish(self->fd, 3, "load", ~0ULL, 0, NULL));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, mt_wait(self->pids[i]));
		EXPECT_EQ(PUBLISHERS * events,
			  board->received[i] + board->lost[i]);
		EXPECT_EQ(0, board->wrong[i]);
	}
}

/*
 * Subscribing while another publishes what is retained: from the first to the
 * last each event comes once. The values ascend by one.
 */
TEST_F(load, replay_without_gap)
{
	const unsigned int rounds = mt_rounds(30);
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
		.retained = { .messages = 1024, .bytes = 1 << 20 },
		.mode = 0777,
	};
	const __u32 events = 200;
	unsigned int round;
	int fd, subscriber;
	pid_t pid;

	for (round = 0; round < rounds; round++) {
		struct motet_msg msg;
		__u64 value, next = 0;

		fd = mt_channel_open(self->actor, &arg, "replay");
		ASSERT_LE(0, fd);
		ASSERT_EQ(1, arg.created);
		subscriber = mt_channel(self->actor, "replay",
					MOTET_CHANNEL_SUBSCRIBER, 2 * events,
					NULL);
		ASSERT_LE(0, subscriber);
		self->board->ready = 0;
		pid = mt_fork();
		if (!pid) {
			for (value = 0; value < events; value++) {
				if (mt_publish(fd, 0, "r", value,
					       1000 * MT_SECOND, NULL))
					_exit(1);
				say(&self->board->ready);
			}
			_exit(0);
		}
		while (__atomic_load_n(&self->board->ready, __ATOMIC_SEQ_CST) <
		       round * 7 % events)
			;
		ASSERT_EQ(0, mt_subscribe(subscriber, round,
					  round % 2 ? MOTET_FILTER_EXACT :
					  MOTET_FILTER_PREFIX, "r"));
		for (next = 0; next < events; next++) {
			ASSERT_EQ(0, mt_event(subscriber, &msg, &value));
			ASSERT_EQ(0, msg.exception);
			ASSERT_EQ(next, value);
		}
		EXPECT_EQ(-EAGAIN, mt_try_event(subscriber, &msg, &value));
		ASSERT_EQ(0, mt_wait(pid));
		close(subscriber);
		ASSERT_EQ(0, mt_channel_unlink(self->actor, "replay"));
		close(fd);
	}
}

static void come_and_go(unsigned int seed)
{
	int actor = mt_actor(), fd;
	struct motet_msg msg;
	unsigned int i;
	__u64 value;

	for (i = 0;; i++) {
		fd = mt_channel(actor, "load", MOTET_CHANNEL_CREATE | MT_BOTH,
				1 + seed % 5, NULL);
		if (fd < 0)
			_exit(1);
		if (mt_subscribe(fd, i, MOTET_FILTER_EXACT, "load") ||
		    mt_subscribe(fd, i + 1, MOTET_FILTER_SUFFIX, "ad"))
			_exit(2);
		if (mt_publish(fd, i % 4, "load", i, i % 8 ? 0 : MT_MS, NULL))
			_exit(3);
		while (rand_r(&seed) % 4)
			mt_try_event(fd, &msg, &value);
		if (rand_r(&seed) % 2)
			mt_unsubscribe(fd, i);
		if (rand_r(&seed) % 8 == 0)
			mt_channel_unlink(actor, "load");
		close(fd);
	}
}

/* Openers of all kinds are killed at any moment; what is left can be counted. */
TEST_F(load, kills)
{
	const unsigned int rounds = 4 * mt_rounds(50);
	struct motet_channel_status status;
	struct motet_channel_publish arg;
	unsigned int i, seed = 1;
	pid_t pids[4];
	int own;

	for (i = 0; i < 4; i++) {
		pids[i] = mt_fork();
		if (!pids[i])
			come_and_go(i + 1);
	}
	for (i = 0; i < rounds; i++) {
		unsigned int who = rand_r(&seed) % 4;

		ASSERT_EQ(0, mt_publish(self->fd, i % 4, "load", i, 0, &arg));
		if (i % 4 == 0) {
			EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[who]));
			pids[who] = mt_fork();
			if (!pids[who])
				come_and_go(seed);
		}
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(1000 + SIGKILL, mt_kill(pids[i]));
	/* the channel that this process has open is left with it alone */
	ASSERT_EQ(0, mt_until_subscribers(self->fd, 0));
	ASSERT_EQ(0, mt_channel_status(self->fd, &status));
	EXPECT_EQ(1, status.openers);
	EXPECT_EQ(0, status.subscriptions);
	/* and another one of the name goes by itself */
	mt_channel_unlink(self->actor, "load");
	own = mt_channel(self->actor, "load", MOTET_CHANNEL_CREATE, 0, NULL);
	EXPECT_LE(0, own);
}

/* How long publishing to some channels takes: in turn, as the machine is. */
static int times_of(const int *fds, __u64 *best, unsigned int channels)
{
	__u64 before, took;
	unsigned int c;
	__u32 i, j;

	for (c = 0; c < channels; c++)
		best[c] = ~0ULL;
	/* the best of some: others may have the processor now and then */
	for (j = 0; j < 10; j++) {
		for (c = 0; c < channels; c++) {
			before = mt_now();
			for (i = 0; i < 250; i++)
				if (mt_publish(fds[c], 0, "nobody", i, 0, NULL))
					return -1;
			took = mt_now() - before;
			best[c] = took < best[c] ? took : best[c];
		}
	}
	return 0;
}

/* Another channel, and a subscriber of it with all the filters that there may be. */
static int filtered(struct __test_metadata *_metadata, int actor,
		    const char *name, __u32 type, __u32 count)
{
	int fd = mt_channel(actor, name, MOTET_CHANNEL_CREATE | MT_BOTH, 1,
			    NULL);
	char filter[32];
	__u32 i;

	for (i = 0; i < count; i++) {
		snprintf(filter, sizeof(filter), "filter %u", i);
		EXPECT_EQ(0, mt_subscribe(fd, i, type, filter));
	}
	return fd;
}

/*
 * What publishing costs does not grow with exact filters that do not match. It
 * may be a few times as much, not hundreds of times.
 */
TEST_F(load, exact_costs_nothing)
{
	enum { NONE, EXACT, PREFIX, CHANNELS };
	struct motet_channel_limits limits;
	__u64 best[CHANNELS];
	int fds[CHANNELS];

	ASSERT_EQ(0, mt_channel_limits(self->actor, &limits));
	fds[NONE] = self->fd;
	fds[EXACT] = filtered(_metadata, self->actor, "exact",
			      MOTET_FILTER_EXACT, limits.subscriptions_max);
	fds[PREFIX] = filtered(_metadata, self->actor, "prefix",
			       MOTET_FILTER_PREFIX, limits.subscriptions_max);
	ASSERT_EQ(0, times_of(fds, best, CHANNELS));
	EXPECT_GE(4 * best[NONE], best[EXACT]);
	TH_LOG("250 events: nobody %llu us, %u exact %llu us, prefix %llu us",
	       (unsigned long long)best[NONE] / 1000, limits.subscriptions_max,
	       (unsigned long long)best[EXACT] / 1000,
	       (unsigned long long)best[PREFIX] / 1000);
}

TEST_HARNESS_MAIN
