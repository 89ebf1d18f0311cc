// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many messages in one call: how many it says were sent or received, and why
 * not all were.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "kselftest_harness.h"
#include "peer.h"

#define BOUND	8
#define MANY	6

FIXTURE(batch) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
	struct motet_msg msgs[MANY];
	__u64 values[MANY];
	struct motet_batch batch;
	__u8 *pages;		/* two, and one that is not there */
};

FIXTURE_SETUP(batch)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->holder = mt_port(self->actor, NULL, BOUND, &self->id);
	ASSERT_LE(0, self->holder);
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
	self->pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->pages);
	ASSERT_EQ(0, mprotect(self->pages + 8192, 4096, PROT_NONE));
}

FIXTURE_TEARDOWN(batch)
{
	peers_end();
}

/* Messages with the bodies 0, 1, 2, ... */
static void to_send(struct motet_msg *msgs, __u64 *values, __u32 flags)
{
	int i;

	for (i = 0; i < MANY; i++) {
		values[i] = i;
		msgs[i] = MT(motet_msg, .flags = flags, .body_len = 8,
			     .body = mt_ptr(&values[i]));
	}
}

static void to_receive(struct motet_msg *msgs, __u64 *values, __u32 flags)
{
	int i;

	for (i = 0; i < MANY; i++) {
		values[i] = ~0ULL;
		msgs[i] = MT(motet_msg, .flags = flags, .body_cap = 8,
			     .body = mt_ptr(&values[i]));
	}
}

/* Exactly so many are queued: 0, 1, 2, ... */
static int queued(int holder, __u64 count)
{
	__u64 value, i;

	for (i = 0; i < count; i++)
		if (mt_try_recv(holder, &value) || value != i)
			return -1;
	return mt_try_recv(holder, &value) == -EAGAIN ? 0 : 1;
}

static int send_some(int sender, __u64 count)
{
	__u64 i;
	int ret = 0;

	for (i = 0; !ret && i < count; i++)
		ret = mt_try_send(sender, 0, i);
	return ret;
}

TEST_F(batch, all)
{
	int i;

	to_send(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(MANY, self->batch.done);
	EXPECT_EQ(0, self->batch.error);
	for (i = 1; i < MANY; i++)
		EXPECT_LT(self->msgs[i - 1].id, self->msgs[i].id);
	to_receive(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(MANY, self->batch.done);
	EXPECT_EQ(0, self->batch.error);
	for (i = 0; i < MANY; i++) {
		EXPECT_EQ(i, self->values[i]);
		EXPECT_EQ(8, self->msgs[i].body_len);
		EXPECT_TRUE(mt_id_equal(&self->id, &self->msgs[i].to));
	}
	EXPECT_EQ(0, queued(self->holder, 0));
}

/* What is out is ignored on the way in. */
TEST_F(batch, used_again)
{
	int i;

	to_send(self->msgs, self->values, 0);
	for (i = 0; i < 3; i++) {
		self->batch = MT(motet_batch, .msgs = mt_ptr(self->msgs),
				 .msg_size = sizeof(*self->msgs), .count = 2,
				 .done = 77, .error = 88);
		EXPECT_EQ(0, mt_ioctl(self->sender, MOTET_IOC_SEND_MANY,
				      &self->batch));
		EXPECT_EQ(2, self->batch.done);
		EXPECT_EQ(0, self->batch.error);
		EXPECT_EQ(0, queued(self->holder, 2));
	}
}

TEST_F(batch, less_room_than_messages)
{
	EXPECT_EQ(0, send_some(self->sender, BOUND - 2));
	to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(2, self->batch.done);
	EXPECT_EQ(EAGAIN, self->batch.error);
	EXPECT_EQ(-EAGAIN, mt_many(self->sender, MOTET_IOC_SEND_MANY,
				   self->msgs, MANY, &self->batch));
	EXPECT_EQ(0, self->batch.done);
	EXPECT_EQ(EAGAIN, self->batch.error);
}

TEST_F(batch, nonblocking_file)
{
	EXPECT_EQ(0, fcntl(self->sender, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(0, fcntl(self->holder, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(0, send_some(self->sender, BOUND - 1));
	to_send(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(1, self->batch.done);
	EXPECT_EQ(EAGAIN, self->batch.error);
	/* refused once, it polls writable when that would fit */
	EXPECT_EQ(0, mt_poll(self->sender, POLLOUT, 0));
	to_receive(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(MANY, self->batch.done);
	EXPECT_EQ(POLLOUT, mt_poll(self->sender, POLLOUT, 0));
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(BOUND - MANY, self->batch.done);
	EXPECT_EQ(0, self->batch.error);
	EXPECT_EQ(-EAGAIN, mt_many(self->holder, MOTET_IOC_RECV_MANY,
				   self->msgs, MANY, &self->batch));
	EXPECT_EQ(0, self->batch.done);
}

/* Only the first may wait. */
TEST_F(batch, receiving_waits_for_one)
{
	struct peer *peer = peer_new();
	int sender = peer_open(peer, MOTET_ROLE_SENDER, &self->id), i;
	pid_t pid = mt_fork();

	if (pid == 0) {
		EXPECT_EQ(0, mt_until_blocked(getppid()));
		EXPECT_EQ(0, peer_send(peer, sender, 0, 5));
		_exit(0);
	}
	to_receive(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(1, self->batch.done);
	EXPECT_EQ(0, self->batch.error);
	EXPECT_EQ(5, self->values[0]);
	EXPECT_EQ(0, mt_wait(pid));
	/* what the others say of waiting is not wrong, and is not done */
	to_receive(self->msgs, self->values, 0);
	for (i = 0; i < MANY; i++)
		self->msgs[i].deadline = mt_after(50 * MT_SECOND);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(1, self->batch.done);
}

TEST_F(batch, deadlines)
{
	to_receive(self->msgs, self->values, 0);
	self->msgs[0].deadline = mt_after(10 * MT_MS);
	EXPECT_EQ(-ETIMEDOUT, mt_many(self->holder, MOTET_IOC_RECV_MANY,
				      self->msgs, MANY, &self->batch));
	EXPECT_EQ(0, self->batch.done);
	/* sending, each waits in its turn */
	EXPECT_EQ(0, send_some(self->sender, BOUND - 2));
	to_send(self->msgs, self->values, 0);
	self->msgs[2].deadline = mt_after(10 * MT_MS);
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(2, self->batch.done);
	EXPECT_EQ(ETIMEDOUT, self->batch.error);
	self->msgs[0].deadline = 1;
	EXPECT_EQ(-ETIMEDOUT, mt_many(self->sender, MOTET_IOC_SEND_MANY,
				      self->msgs, MANY, &self->batch));
	EXPECT_EQ(0, self->batch.done);
	EXPECT_EQ(ETIMEDOUT, self->batch.error);
}

TEST_F(batch, sending_waits_for_room)
{
	pid_t pid;

	EXPECT_EQ(0, send_some(self->sender, BOUND - 2));
	pid = mt_fork();
	if (pid == 0) {
		struct motet_batch batch;

		to_send(self->msgs, self->values, 0);
		EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY,
				     self->msgs, MANY, &batch));
		EXPECT_EQ(MANY, batch.done);
		EXPECT_EQ(0, batch.error);
		_exit(0);
	}
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	to_receive(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(MANY, self->batch.done);
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, queued(self->holder, MANY));
}

/* Interrupted: what was done is done, and told. */
TEST_F(batch, signal)
{
	pid_t pid;

	int *stage = mt_shared(sizeof(*stage));

	EXPECT_EQ(0, send_some(self->sender, BOUND - 2));
	pid = mt_fork();
	if (pid == 0) {
		struct motet_batch batch;

		mt_alarm_signal(0);
		to_send(self->msgs, self->values, 0);
		EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY,
				     self->msgs, MANY, &batch));
		EXPECT_EQ(2, batch.done);
		EXPECT_EQ(EINTR, batch.error);
		__atomic_store_n(stage, 1, __ATOMIC_SEQ_CST);
		EXPECT_EQ(-EINTR, mt_many(self->sender, MOTET_IOC_SEND_MANY,
					  self->msgs, MANY, &batch));
		EXPECT_EQ(0, batch.done);
		_exit(0);
	}
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	while (!__atomic_load_n(stage, __ATOMIC_SEQ_CST))
		mt_breathe();
	EXPECT_EQ(0, mt_until_suspended(&self->id, 1));
	EXPECT_EQ(0, kill(pid, SIGUSR1));
	EXPECT_EQ(0, mt_wait(pid));
}

static const int places[] = { 0, 2, 5 };

/* One that is refused ends it there. */
TEST_F(batch, bad_message)
{
	unsigned int i;
	int at;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		at = places[i];
		to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
		self->msgs[at].priority = 4;
		EXPECT_EQ(at ? 0 : -EINVAL,
			  mt_many(self->sender, MOTET_IOC_SEND_MANY,
				  self->msgs, MANY, &self->batch));
		EXPECT_EQ(at, self->batch.done);
		EXPECT_EQ(EINVAL, self->batch.error);
		EXPECT_EQ(0, queued(self->holder, at));
		to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
		self->msgs[at].body = 1;
		EXPECT_EQ(at ? 0 : -EFAULT,
			  mt_many(self->sender, MOTET_IOC_SEND_MANY,
				  self->msgs, MANY, &self->batch));
		EXPECT_EQ(at, self->batch.done);
		EXPECT_EQ(EFAULT, self->batch.error);
		EXPECT_EQ(0, queued(self->holder, at));
	}
}

/* A message that can't be received stays, and those before it are received. */
TEST_F(batch, bad_buffer)
{
	unsigned int i;
	int at;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		at = places[i];
		EXPECT_EQ(0, send_some(self->sender, at + 1));
		to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
		self->msgs[at].body_cap = 7;
		EXPECT_EQ(at ? 0 : -EMSGSIZE,
			  mt_many(self->holder, MOTET_IOC_RECV_MANY,
				  self->msgs, MANY, &self->batch));
		EXPECT_EQ(at, self->batch.done);
		EXPECT_EQ(EMSGSIZE, self->batch.error);
		EXPECT_EQ(8, self->msgs[at].body_len);
		to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
		self->msgs[0].body = 1;
		EXPECT_EQ(-EFAULT, mt_many(self->holder, MOTET_IOC_RECV_MANY,
					   self->msgs, MANY, &self->batch));
		EXPECT_EQ(0, self->batch.done);
		EXPECT_EQ(EFAULT, self->batch.error);
		EXPECT_EQ(0, mt_try_recv(self->holder, &self->values[0]));
		EXPECT_EQ(at, self->values[0]);
	}
}

/* The array ends where memory ends. */
TEST_F(batch, array_not_all_there)
{
	struct motet_msg *msgs = (void *)(self->pages + 8192 - 3 *
					  sizeof(*msgs));
	int i;

	to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	memcpy(msgs, self->msgs, 3 * sizeof(*msgs));
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, msgs, MANY,
			     &self->batch));
	EXPECT_EQ(3, self->batch.done);
	EXPECT_EQ(EFAULT, self->batch.error);
	EXPECT_EQ(0, queued(self->holder, 3));
	EXPECT_EQ(-EFAULT, mt_many(self->sender, MOTET_IOC_SEND_MANY, msgs + 3,
				   1, &self->batch));
	EXPECT_EQ(0, self->batch.done);
	EXPECT_EQ(0, send_some(self->sender, 5));
	to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	memcpy(msgs, self->msgs, 3 * sizeof(*msgs));
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, msgs, MANY,
			     &self->batch));
	EXPECT_EQ(3, self->batch.done);
	EXPECT_EQ(EFAULT, self->batch.error);
	for (i = 3; i < 5; i++) {
		EXPECT_EQ(0, mt_try_recv(self->holder, &self->values[0]));
		EXPECT_EQ(i, self->values[0]);
	}
}

/* What can't be told was not received: it is there for the next. */
TEST_F(batch, array_that_cannot_be_written)
{
	struct motet_msg *msgs = (void *)(self->pages + 4096 - 2 *
					  sizeof(*msgs));

	EXPECT_EQ(0, send_some(self->sender, 4));
	to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	memcpy(msgs, self->msgs, 4 * sizeof(*msgs));
	ASSERT_EQ(0, mprotect(self->pages + 4096, 4096, PROT_READ));
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, msgs, 4,
			     &self->batch));
	EXPECT_EQ(2, self->batch.done);
	EXPECT_EQ(EFAULT, self->batch.error);
	EXPECT_EQ(0, mt_try_recv(self->holder, &self->values[0]));
	EXPECT_EQ(2, self->values[0]);
	EXPECT_EQ(0, mt_try_recv(self->holder, &self->values[0]));
	EXPECT_EQ(3, self->values[0]);
}

/* Nobody could be told how many: so there are none. */
TEST_F(batch, argument_that_cannot_be_written)
{
	struct motet_batch *batch = (void *)self->pages;

	to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	*batch = MT(motet_batch, .msgs = mt_ptr(self->msgs), .count = 2,
		    .msg_size = sizeof(*self->msgs));
	ASSERT_EQ(0, mprotect(batch, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->sender, MOTET_IOC_SEND_MANY, batch));
	EXPECT_EQ(0, queued(self->holder, 0));
	EXPECT_EQ(0, send_some(self->sender, 2));
	to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	EXPECT_EQ(-EFAULT, mt_ioctl(self->holder, MOTET_IOC_RECV_MANY, batch));
	EXPECT_EQ(0, queued(self->holder, 2));
}

/* Distances between messages, and the size that each says it has. */
TEST_F(batch, sizes)
{
	static const struct {
		__u32 msg_size;
		int result;
	} sizes[] = {
		{ 0, -EINVAL }, { 8, -EINVAL }, { 100, -EINVAL },
		{ MOTET_MSG_SIZE_VER0 - 8, -EINVAL },
		{ MOTET_MSG_SIZE_VER0, 0 }, { MOTET_MSG_SIZE_VER0 + 4, -EINVAL },
		{ MOTET_MSG_SIZE_VER0 + 8, 0 }, { MOTET_MSG_SIZE_VER1, 0 },
		{ MOTET_MSG_SIZE_VER1 + 1, -EINVAL },
		{ MOTET_MSG_SIZE_VER1 + 64, 0 }, { 1024, 0 },
	};
	__u8 *bytes = self->pages;
	struct motet_msg *msg;
	unsigned int i, j;

	to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		self->batch = MT(motet_batch, .msgs = mt_ptr(bytes),
				 .msg_size = sizes[i].msg_size, .count = 3);
		memset(bytes, 0xff, 8192);
		for (j = 0; j < 3; j++) {
			msg = (void *)(bytes + j * sizes[i].msg_size);
			memcpy(msg, &self->msgs[j], MOTET_MSG_SIZE_VER0);
			msg->size = MOTET_MSG_SIZE_VER0;
		}
		EXPECT_EQ(sizes[i].result, mt_ioctl(self->sender,
						    MOTET_IOC_SEND_MANY,
						    &self->batch)) {
			TH_LOG("distance %u", sizes[i].msg_size);
		}
		EXPECT_EQ(sizes[i].result ? 0 : 3, self->batch.done);
		EXPECT_EQ((__u32)-sizes[i].result, self->batch.error);
		EXPECT_EQ(0, queued(self->holder, self->batch.done));
	}
	/* larger than the distance, though all that is behind it is zero */
	to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	memset(bytes, 0, 8192);
	memcpy(bytes, self->msgs, 2 * sizeof(*self->msgs));
	msg = (void *)bytes;
	msg[1].size = sizeof(*msg) + 8;
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, msg, 2,
			     &self->batch));
	EXPECT_EQ(1, self->batch.done);
	EXPECT_EQ(EINVAL, self->batch.error);
	EXPECT_EQ(-EINVAL, mt_many(self->sender, MOTET_IOC_SEND_MANY, msg + 1,
				   1, &self->batch));
	EXPECT_EQ(0, self->batch.done);
	EXPECT_EQ(0, queued(self->holder, 1));
}

TEST_F(batch, counts)
{
	int holder = mt_port(self->actor, NULL, 2 * MOTET_BATCH_MAX,
			     &self->id);
	int sender = mt_sender(self->actor, &self->id), i;
	struct motet_msg *msgs = calloc(MOTET_BATCH_MAX + 1, sizeof(*msgs));
	struct motet_batch batch;

	ASSERT_TRUE(msgs);
	for (i = 0; i <= MOTET_BATCH_MAX; i++)
		msgs[i] = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT);
	EXPECT_EQ(-EINVAL, mt_many(sender, MOTET_IOC_SEND_MANY, msgs, 0,
				   &batch));
	EXPECT_EQ(-EINVAL, mt_many(sender, MOTET_IOC_SEND_MANY, msgs,
				   MOTET_BATCH_MAX + 1, &batch));
	EXPECT_EQ(-EINVAL, mt_many(sender, MOTET_IOC_SEND_MANY, msgs, ~0U,
				   &batch));
	EXPECT_EQ(0, mt_many(sender, MOTET_IOC_SEND_MANY, msgs,
			     MOTET_BATCH_MAX, &batch));
	EXPECT_EQ(MOTET_BATCH_MAX, batch.done);
	EXPECT_EQ(-EINVAL, mt_many(holder, MOTET_IOC_RECV_MANY, msgs, 0,
				   &batch));
	EXPECT_EQ(-EINVAL, mt_many(holder, MOTET_IOC_RECV_MANY, msgs,
				   MOTET_BATCH_MAX + 1, &batch));
	for (i = 0; i < MOTET_BATCH_MAX; i++)
		msgs[i] = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT);
	EXPECT_EQ(0, mt_many(holder, MOTET_IOC_RECV_MANY, msgs,
			     MOTET_BATCH_MAX, &batch));
	EXPECT_EQ(MOTET_BATCH_MAX, batch.done);
	EXPECT_EQ(0, queued(holder, 0));
	free(msgs);
}

/* One by one, by priority, and each with a lease of its own. */
TEST_F(batch, leases)
{
	int i;

	to_send(self->msgs, self->values, 0);
	for (i = 0; i < MANY; i++)
		self->msgs[i].priority = i % 2;
	EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY, self->msgs,
			     MANY, &self->batch));
	to_receive(self->msgs, self->values, MOTET_MSG_LEASE);
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(MANY, self->batch.done);
	for (i = 0; i < MANY; i++) {
		EXPECT_EQ(i < MANY / 2 ? 2 * i : 2 * i + 1 - MANY,
			  self->values[i]);
		EXPECT_NE(0, self->msgs[i].flags & MOTET_MSG_LEASED);
		EXPECT_EQ(0, i % 2 ? mt_acknowledge(self->holder,
						    self->msgs[i].id) :
				     mt_give_back(self->holder,
						  self->msgs[i].id));
	}
	to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
	EXPECT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_EQ(MANY / 2, self->batch.done);
}

TEST_F(batch, dead_port)
{
	close(self->holder);
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
	to_send(self->msgs, self->values, 0);
	EXPECT_EQ(-EOWNERDEAD, mt_many(self->sender, MOTET_IOC_SEND_MANY,
				       self->msgs, MANY, &self->batch));
	EXPECT_EQ(0, self->batch.done);
	EXPECT_EQ(EOWNERDEAD, self->batch.error);
}

/* The default port is received from as others are. */
TEST_F(batch, default_port)
{
	struct motet_info info;
	int sender;

	ASSERT_EQ(0, mt_info(self->actor, &info));
	sender = mt_sender(self->actor, &info.port);
	EXPECT_EQ(0, send_some(sender, 2));
	close(self->holder);
	EXPECT_EQ(0, mt_until_state(self->sender, MOTET_PORT_STATE_DEAD));
	to_receive(self->msgs, self->values, 0);
	EXPECT_EQ(0, mt_many(self->actor, MOTET_IOC_RECV_MANY, self->msgs,
			     MANY, &self->batch));
	EXPECT_LE(2, self->batch.done);
	EXPECT_EQ(0, self->batch.error);
}

/* Only the holder's process, and a child sends as its parent may. */
TEST_F(batch, other_process)
{
	pid_t pid = mt_fork();

	if (pid == 0) {
		to_receive(self->msgs, self->values, MOTET_MSG_DONTWAIT);
		EXPECT_EQ(-EPERM, mt_many(self->holder, MOTET_IOC_RECV_MANY,
					  self->msgs, 2, &self->batch));
		to_send(self->msgs, self->values, MOTET_MSG_DONTWAIT);
		self->msgs[1].flags |= MOTET_MSG_RETURN;
		EXPECT_EQ(0, mt_many(self->sender, MOTET_IOC_SEND_MANY,
				     self->msgs, 2, &self->batch));
		EXPECT_EQ(1, self->batch.done);
		EXPECT_EQ(EPERM, self->batch.error);
		_exit(0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, queued(self->holder, 1));
}

static void load_sender(int sender, __u64 tag, unsigned int load)
{
	struct motet_msg msgs[16];
	struct motet_batch batch;
	__u64 values[16], next = 0;
	unsigned int i, count;

	while (next < load) {
		count = 1 + next % 16;
		for (i = 0; i < count; i++) {
			values[i] = tag << 32 | (next + i);
			msgs[i] = MT(motet_msg, .body = mt_ptr(&values[i]),
				     .body_len = 8);
		}
		if (mt_many(sender, MOTET_IOC_SEND_MANY, msgs, count, &batch))
			_exit(1);
		next += batch.done;
	}
	_exit(0);
}

/* Batches of several senders: each of them in order, and all of it. */
TEST_F_TIMEOUT(batch, several_senders, 600)
{
	__u64 next[2] = { 0 }, last[2], value;
	unsigned int load = mt_rounds(25) * 40, i, received = 0;
	pid_t pids[2];

	for (i = 0; i < 2; i++) {
		pids[i] = mt_fork();
		if (pids[i] == 0)
			load_sender(self->sender, i, load);
	}
	/* a sender may send a few more than it was to */
	while (received < 2 * load) {
		to_receive(self->msgs, self->values, 0);
		ASSERT_EQ(0, mt_many(self->holder, MOTET_IOC_RECV_MANY,
				     self->msgs, MANY, &self->batch));
		for (i = 0; i < self->batch.done; i++) {
			value = self->values[i];
			ASSERT_GT(2, value >> 32);
			ASSERT_EQ(next[value >> 32], value & 0xffffffff);
			next[value >> 32]++;
			received += (value & 0xffffffff) < load;
		}
	}
	for (i = 0; i < 2; i++) {
		while (waitpid(pids[i], NULL, WNOHANG) == 0)
			mt_try_recv(self->holder, &last[i]);
		EXPECT_LE(load, next[i]);
	}
}

TEST_HARNESS_MAIN
