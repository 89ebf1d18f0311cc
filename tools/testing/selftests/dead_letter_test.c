// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dead-letter ports: what was handed out too often, or was left by a port that
 * is gone, goes there.
 */
#include <errno.h>
#include <poll.h>

#include "lease_test.h"
#include "peer.h"

/* A port with a dead-letter port, and a limit. */
FIXTURE(dead_letter) {
	int actor;
	int letters;
	int holder;
	int sender;
	struct motet_id letters_id;
	struct motet_id id;
};

static int port_with(int actor, const struct motet_id *letters, __u32 most,
		     struct motet_id *id)
{
	struct motet_port_create create = {
		.mode = 0777, .dead_letter = *letters,
		.redeliveries_max = most,
		.limits[0].messages = BOUND,
	};
	int fd = mt_create(actor, &create, NULL);

	*id = create.id;
	return fd;
}

FIXTURE_SETUP(dead_letter)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->letters = mt_port(self->actor, NULL, 2, &self->letters_id);
	ASSERT_LE(0, self->letters);
	self->holder = port_with(self->actor, &self->letters_id, 2, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
}

FIXTURE_TEARDOWN(dead_letter)
{
	peers_end();
}

/* Gives the next message back so often that it is too often. */
static int give_up(int holder, __u64 value, __u64 *id)
{
	int i, ret = 0;

	for (i = 0; !ret && i < 3; i++) {
		ret = leased(holder, value, i, id);
		if (!ret)
			ret = mt_give_back(holder, *id);
	}
	return ret;
}

TEST_F(dead_letter, status_tells_it)
{
	struct motet_port_status status;

	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_TRUE(mt_id_equal(&self->letters_id, &status.dead_letter));
	EXPECT_EQ(2, status.redeliveries_max);
	EXPECT_EQ(0, mt_status(self->letters, &status));
	EXPECT_EQ(0, status.redeliveries_max);
	EXPECT_EQ(0, status.dead_letter.bytes[0]);
}

TEST_F(dead_letter, too_many_redeliveries)
{
	struct motet_msg out = { .annex = mt_ptr("annex"), .annex_len = 5 };
	char annex[MOTET_ANNEX_MAX];
	struct motet_msg msg = { .annex = mt_ptr(annex),
				 .annex_cap = sizeof(annex) };
	__u64 id, value = 77;
	int i;

	EXPECT_EQ(0, mt_send_msg(self->sender, &out, &value));
	for (i = 0; i < 3; i++) {
		/* what comes back is not there yet when it is given back */
		struct motet_msg in = MT(motet_msg, .annex = mt_ptr(annex),
					 .flags = MOTET_MSG_LEASE,
					 .annex_cap = sizeof(annex));

		EXPECT_EQ(-EAGAIN, mt_try_recv(self->letters, &value));
		EXPECT_EQ(0, mt_recv_msg(self->holder, &in, &value, 8));
		EXPECT_EQ(i, in.redelivered);
		id = in.id;
		EXPECT_EQ(0, mt_give_back(self->holder, id));
	}
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(POLLIN, mt_poll(self->letters, POLLIN, 20000));
	value = 0;
	memset(annex, 0, sizeof(annex));
	EXPECT_EQ(0, mt_try_recv_msg(self->letters, &msg, &value, 8));
	EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
	EXPECT_EQ(ENOTRECOVERABLE, msg.error);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	EXPECT_EQ(id, msg.token);
	EXPECT_EQ(77, value);
	EXPECT_EQ(8, msg.body_len);
	EXPECT_EQ(5, msg.annex_len);
	EXPECT_EQ(0, memcmp(annex, "annex", 5));
	EXPECT_EQ(1, msg.count);
	/* its room is free again */
	EXPECT_EQ(0, mt_send_all(self->sender, 1, BOUND));
}

/* Nobody waits for a place in the dead-letter port. */
TEST_F(dead_letter, full)
{
	__u64 id, value;
	int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, mt_send(self->sender, 0, i));
		EXPECT_EQ(0, give_up(self->holder, i, &id));
	}
	/* two went there; the third is queued again */
	EXPECT_EQ(0, leased(self->holder, 2, 3, &id));
	EXPECT_EQ(0, mt_give_back(self->holder, id));
	EXPECT_EQ(0, mt_try_recv(self->letters, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(0, leased(self->holder, 2, 4, &id));
	EXPECT_EQ(0, mt_give_back(self->holder, id));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	EXPECT_EQ(0, mt_try_recv(self->letters, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(0, mt_try_recv(self->letters, &value));
	EXPECT_EQ(2, value);
}

TEST_F(dead_letter, gone)
{
	__u64 id;

	close(self->letters);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, give_up(self->holder, 1, &id));
	EXPECT_EQ(0, taken(self->holder, 1, 3));
}

TEST_F(dead_letter, lease_runs_out_too_often)
{
	struct motet_msg msg;
	__u64 value;
	int i;

	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(POLLIN, mt_poll(self->holder, POLLIN, 20000));
		EXPECT_EQ(0, mt_lease_recv(self->holder, &msg, &value,
					   mt_after(20 * MT_MS)));
	}
	EXPECT_EQ(POLLIN, mt_poll(self->letters, POLLIN, 20000));
	EXPECT_EQ(0, mt_exception(self->letters, &msg));
	EXPECT_EQ(ENOTRECOVERABLE, msg.error);
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
}

/* A port that is gone leaves what was in it, queued and leased. */
TEST_F(dead_letter, port_is_gone)
{
	struct motet_msg msg;
	__u64 id, value;
	int i;

	EXPECT_EQ(0, mt_send_all(self->sender, 1, 2));
	EXPECT_EQ(0, leased(self->holder, 1, 0, &id));
	close(self->holder);
	for (i = 1; i <= 2; i++) {
		EXPECT_EQ(POLLIN, mt_poll(self->letters, POLLIN, 20000));
		msg = (struct motet_msg){ 0 };
		EXPECT_EQ(0, mt_try_recv_msg(self->letters, &msg, &value, 8));
		EXPECT_EQ(MOTET_EXCEPTION_DEAD_LETTER, msg.exception);
		EXPECT_EQ(EOWNERDEAD, msg.error);
		EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
		EXPECT_EQ(i, value);
		if (i == 1)
			EXPECT_EQ(id, msg.token);
	}
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->letters, &value));
}

/* What is there is as it was sent: 1 and so on, with this error. */
static int letters_are(int letters, int count, __u32 error)
{
	struct motet_msg msg;
	__u64 value;
	int i, ret;

	for (i = 1; i <= count; i++) {
		if (mt_poll(letters, POLLIN, 20000) != POLLIN)
			return -ETIMEDOUT;
		msg = (struct motet_msg){ 0 };
		ret = mt_try_recv_msg(letters, &msg, &value, 8);
		if (ret)
			return ret;
		if (msg.error != error || value != (__u64)i)
			return i;
	}
	return 0;
}

/* A former holder has some, the port the rest, and the port dies. */
TEST_F(dead_letter, in_order_after_a_move)
{
	int letters, holder, sender, other, next, i;
	struct motet_id letters_id, id;
	struct motet_info info;
	__u64 lease;

	letters = mt_port(self->actor, NULL, 8, &letters_id);
	ASSERT_LE(0, letters);
	holder = port_with(self->actor, &letters_id, 0, &id);
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send_all(sender, 1, BOUND));
	for (i = 1; i < BOUND; i++)
		EXPECT_EQ(0, leased(holder, i, 0, &lease));
	other = mt_actor();
	ASSERT_LE(0, other);
	ASSERT_EQ(0, mt_info(other, &info));
	EXPECT_EQ(0, mt_offer(holder, 0, &info.actor));
	next = mt_open_id(other, MOTET_ROLE_HOLDER, &id);
	ASSERT_LE(0, next);
	close(next);
	EXPECT_EQ(0, letters_are(letters, BOUND, EOWNERDEAD));
}

/* All of them came back too often at the same time. */
TEST_F(dead_letter, in_order_after_too_many_redeliveries)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = 100 * MT_SECOND,
		.redeliveries_max = 1, .limits[0].messages = BOUND,
	};
	int letters, holder, sender, i, times;
	__u64 lease;

	letters = mt_port(self->actor, NULL, 8, &create.dead_letter);
	ASSERT_LE(0, letters);
	holder = mt_create(self->actor, &create, "often");
	ASSERT_LE(0, holder);
	sender = mt_sender(self->actor, &create.id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send_all(sender, 1, BOUND));
	for (times = 0; times < 2; times++) {
		for (i = 1; i <= BOUND; i++)
			EXPECT_EQ(0, leased(holder, i, times, &lease));
		close(holder);
		holder = mt_open(self->actor, MOTET_ROLE_HOLDER, "often", NULL);
		ASSERT_LE(0, holder);
	}
	EXPECT_EQ(0, letters_are(letters, BOUND, ENOTRECOVERABLE));
	EXPECT_EQ(0, mt_unlink(self->actor, "often"));
}

#define CHAIN	10

/* From one port that dies to the next, and not for ever. */
TEST_F(dead_letter, through_eight_at_most)
{
	struct motet_id ids[CHAIN];
	int holders[CHAIN], i, sender;
	struct motet_msg msg;
	__u64 value;

	holders[CHAIN - 1] = mt_port(self->actor, NULL, 4, &ids[CHAIN - 1]);
	for (i = CHAIN - 2; i >= 0; i--) {
		holders[i] = port_with(self->actor, &ids[i + 1], 0, &ids[i]);
		ASSERT_LE(0, holders[i]);
	}
	sender = mt_sender(self->actor, &ids[0]);
	EXPECT_EQ(0, mt_send(sender, 0, 42));
	for (i = 0; i < 8; i++) {
		close(holders[i]);
		EXPECT_EQ(POLLIN, mt_poll(holders[i + 1], POLLIN, 20000)) {
			TH_LOG("port %d", i + 1);
		}
	}
	close(holders[8]);
	sender = mt_sender(self->actor, &ids[8]);
	if (sender >= 0)
		EXPECT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_DEAD));
	EXPECT_EQ(0, mt_poll(holders[9], POLLIN, 200));
	EXPECT_EQ(-EAGAIN, mt_try_recv(holders[9], &value));
	/* the eighth is as good as the first */
	holders[0] = port_with(self->actor, &ids[9], 0, &ids[0]);
	EXPECT_EQ(0, mt_send(mt_sender(self->actor, &ids[0]), 0, 43));
	close(holders[0]);
	EXPECT_EQ(0, mt_exception(holders[9], &msg));
	EXPECT_EQ(EOWNERDEAD, msg.error);
	EXPECT_TRUE(mt_id_equal(&ids[0], &msg.to));
}

/* A call is not handed out more often, and its caller is told in the end. */
TEST_F(dead_letter, redelivered_call)
{
	struct caller caller = { .sender = self->sender, .value = 9 };
	__u64 id, value;
	int i;

	ASSERT_EQ(0, caller_start(&caller));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, leased(self->holder, 9, i, &id));
		EXPECT_EQ(0, mt_give_back(self->holder, id));
	}
	/* it isn't handed out again and again */
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &value));
	close(self->holder);
	EXPECT_GT(0, caller_end(&caller));
}

TEST_F(dead_letter, creation)
{
	struct motet_id none = { 0 }, id, strange = self->id;
	struct motet_port_create create;
	pid_t pid;
	int fd;

	/* a limit without a dead-letter port */
	EXPECT_EQ(-EINVAL, port_with(self->actor, &none, 1, &id));
	strange.bytes[9] ^= 1;
	EXPECT_EQ(-ESRCH, port_with(self->actor, &strange, 1, &id));
	create = (struct motet_port_create){ .mode = 0700 };
	fd = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, fd);
	/* who may not send there can't have others send there */
	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		EXPECT_EQ(-EACCES, port_with(mt_actor(), &create.id, 0, &id));
		EXPECT_LE(0, port_with(mt_actor(), &self->id, 0, &id));
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
}

TEST_HARNESS_MAIN
