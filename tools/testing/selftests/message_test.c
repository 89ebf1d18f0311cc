// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One message on its way in and out: contents, order, errors, stamps.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>

#include "kselftest_harness.h"
#include "motet_test.h"

FIXTURE(message) {
	int actor;
	int holder;
	int sender;
	struct motet_id id;
	struct motet_info info;
	__u8 *body;		/* body_max + 1 bytes */
	__u8 *seen;
};

FIXTURE_SETUP(message)
{
	struct motet_port_create create = { .mode = 0777 };
	__u32 i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_EQ(0, mt_info(self->actor, &self->info));
	for (i = 0; i < MOTET_PRIORITIES; i++)
		create.limits[i].bytes = self->info.port_bytes_max;
	self->holder = mt_create(self->actor, &create, NULL);
	ASSERT_LE(0, self->holder);
	self->id = create.id;
	self->sender = mt_sender(self->actor, &self->id);
	ASSERT_LE(0, self->sender);
	self->body = malloc(self->info.body_max + 1);
	self->seen = malloc(self->info.body_max + 1);
	ASSERT_TRUE(self->body && self->seen);
	/* no two places alike for a page and more */
	for (i = 0; i < self->info.body_max; i++)
		self->body[i] = i ^ (i >> 8) ^ (i >> 16) * 5;
}

FIXTURE_TEARDOWN(message)
{
	free(self->body);
	free(self->seen);
}

static int send_with_annex(int sender, const void *body, __u32 len,
			   const void *annex, __u32 annex_len)
{
	struct motet_msg msg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
				  .body = mt_ptr(body), .body_len = len,
				  .annex = mt_ptr(annex),
				  .annex_len = annex_len);

	return mt_ioctl(sender, MOTET_IOC_SEND, &msg);
}

static int recv_with_annex(int holder, struct motet_msg *msg, void *body,
			   __u32 cap, void *annex, __u32 annex_cap)
{
	*msg = MT(motet_msg, .annex = mt_ptr(annex), .annex_cap = annex_cap);
	return mt_try_recv_msg(holder, msg, body, cap);
}

TEST_F_TIMEOUT(message, bodies_of_all_sizes, 600)
{
	const __u32 lens[] = {
		0, 1, 7, 8, 119, 120, 121, 135, 136, 137, 255, 256, 257, 4095,
		4096, 4097, 8191, 8192, 8193, 65535, 65536, 65537,
		self->info.body_max - 1, self->info.body_max,
	};
	struct motet_msg msg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		if (lens[i] > self->info.body_max)
			continue;
		ASSERT_EQ(0, send_with_annex(self->sender, self->body, lens[i],
					     NULL, 0));
		memset(self->seen, 0xee, self->info.body_max + 1);
		ASSERT_EQ(0, recv_with_annex(self->holder, &msg, self->seen,
					     self->info.body_max + 1, NULL, 0));
		EXPECT_EQ(lens[i], msg.body_len);
		EXPECT_EQ(0, msg.annex_len);
		EXPECT_EQ(0, memcmp(self->body, self->seen, lens[i]));
		EXPECT_EQ(0xee, self->seen[lens[i]]);
	}
	EXPECT_EQ(-EMSGSIZE, send_with_annex(self->sender, self->body,
					     self->info.body_max + 1, NULL, 0));
	EXPECT_EQ(-EMSGSIZE, send_with_annex(self->sender, self->body, ~0U,
					     NULL, 0));
}

/* Annex and body share a place while they are small: every edge of it. */
TEST_F_TIMEOUT(message, annexes_of_all_sizes, 600)
{
	static const __u32 bodies[] = { 0, 1, 136, 256, 4096 };
	__u8 annex[MOTET_ANNEX_MAX + 1], seen[MOTET_ANNEX_MAX + 1];
	struct motet_msg msg;
	unsigned int i, len;

	for (i = 0; i < sizeof(annex); i++)
		annex[i] = 255 - i;
	for (i = 0; i < ARRAY_SIZE(bodies); i++) {
		for (len = 0; len <= MOTET_ANNEX_MAX; len++) {
			ASSERT_EQ(0, send_with_annex(self->sender, self->body,
						     bodies[i], annex, len));
			memset(seen, 0xee, sizeof(seen));
			ASSERT_EQ(0, recv_with_annex(self->holder, &msg,
						     self->seen, 4096, seen,
						     sizeof(seen)));
			EXPECT_EQ(len, msg.annex_len);
			EXPECT_EQ(bodies[i], msg.body_len);
			EXPECT_EQ(0, memcmp(annex, seen, len));
			EXPECT_EQ(0xee, seen[len]);
			EXPECT_EQ(0, memcmp(self->body, self->seen,
					    bodies[i]));
		}
	}
	EXPECT_GT(0, send_with_annex(self->sender, NULL, 0, annex,
				     MOTET_ANNEX_MAX + 1));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &(__u64){ 0 }));
}

TEST_F(message, priority_then_order)
{
	__u64 value, i;
	int priority;

	for (i = 0; i < 12; i++)
		EXPECT_EQ(0, mt_try_send(self->sender, 3 - i % 4, i));
	for (priority = 0; priority < 4; priority++) {
		for (i = 3 - priority; i < 12; i += 4) {
			struct motet_msg msg = { 0 };

			EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg,
						     &value, sizeof(value)));
			EXPECT_EQ(i, value);
			EXPECT_EQ(priority, msg.priority);
		}
	}
	EXPECT_EQ(-EINVAL, mt_try_send(self->sender, 4, 0));
}

/* What is out is written in full, and nothing of the last message is left. */
TEST_F(message, fields_of_a_received_message)
{
	struct motet_msg msg, sent = MT(motet_msg, .priority = 2);
	__u64 first;

	ASSERT_EQ(0, mt_ioctl(self->sender, MOTET_IOC_SEND, &sent));
	EXPECT_NE(0, sent.id);
	first = sent.id;
	memset(&msg, 0xff, sizeof(msg));
	msg.flags = MOTET_MSG_DONTWAIT;
	msg.annex = 0;
	msg.annex_cap = 0;
	msg.pad = 0;
	msg.deadline = 0;
	msg.stamp = 0;
	msg.expires = 0;
	msg.lease = 0;
	memset(&msg.session, 0, offsetof(struct motet_msg, at) -
	       offsetof(struct motet_msg, session));
	ASSERT_EQ(0, mt_recv_msg(self->holder, &msg, NULL, 0));
	EXPECT_EQ(sizeof(msg), msg.size);
	EXPECT_EQ(0, msg.flags & ~MOTET_MSG_DONTWAIT);
	EXPECT_EQ(0, msg.body_len);
	EXPECT_EQ(0, msg.annex_len);
	EXPECT_EQ(2, msg.priority);
	EXPECT_EQ(0, msg.redelivered);
	EXPECT_EQ(MOTET_EXCEPTION_NONE, msg.exception);
	EXPECT_EQ(0, msg.error);
	EXPECT_EQ(0, msg.count);
	EXPECT_EQ(0, msg.pad);
	EXPECT_EQ(first, msg.id);
	EXPECT_EQ(0, msg.token);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.to));
	EXPECT_EQ(0, msg.cookie);
	EXPECT_TRUE(mt_id_equal(&self->id, &msg.at));
	/* what came out may go in again */
	msg.body = 0;
	ASSERT_EQ(0, mt_ioctl(self->sender, MOTET_IOC_SEND, &sent));
	EXPECT_NE(first, sent.id);
	EXPECT_EQ(0, mt_ioctl(self->holder, MOTET_IOC_RECV, &msg));
	EXPECT_EQ(sent.id, msg.id);
}

TEST_F(message, too_small_a_buffer)
{
	static const struct {
		__u32 body;
		__u32 annex;
		int result;
	} caps[] = {
		{ 0, 0, -EMSGSIZE }, { 299, 20, -EMSGSIZE },
		{ 300, 19, -EMSGSIZE }, { 0, 20, -EMSGSIZE },
		{ 300, 0, -EMSGSIZE }, { 300, 20, 0 },
	};
	struct motet_port_status status;
	struct motet_msg msg;
	__u8 annex[20];
	unsigned int i;

	ASSERT_EQ(0, send_with_annex(self->sender, self->body, 300,
				     self->body, 20));
	ASSERT_EQ(0, send_with_annex(self->sender, NULL, 0, NULL, 0));
	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		EXPECT_EQ(caps[i].result,
			  recv_with_annex(self->holder, &msg, self->seen,
					  caps[i].body, annex, caps[i].annex));
		EXPECT_EQ(300, msg.body_len);
		EXPECT_EQ(20, msg.annex_len);
		EXPECT_EQ(0, mt_status(self->holder, &status));
		EXPECT_EQ(caps[i].result ? 2 : 1, status.messages);
	}
	EXPECT_EQ(0, msg.redelivered);
}

/* Bad pointers at copy-out: the message is the next again. */
TEST_F(message, bad_pointers_put_back)
{
	struct motet_stamp stamp = MT(motet_stamp);
	void *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	struct {
		void *body;
		void *annex;
		void *stamp;
	} cases[] = {
		{ bad, self->seen + 512, &stamp },
		{ self->seen, bad, &stamp },
		{ self->seen, self->seen + 512, bad },
		/* no page behind the first bytes */
		{ bad - 8, self->seen + 512, &stamp },
	};
	struct motet_port_status status;
	struct motet_msg msg;
	unsigned int i;
	__u64 value;

	ASSERT_NE(MAP_FAILED, bad);
	ASSERT_EQ(0, send_with_annex(self->sender, self->body, 400,
				     self->body, 9));
	ASSERT_EQ(0, mt_try_send(self->sender, 0, 77));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		msg = MT(motet_msg, .annex = mt_ptr(cases[i].annex),
			 .annex_cap = 9, .stamp = mt_ptr(cases[i].stamp));
		EXPECT_EQ(-EFAULT, mt_try_recv_msg(self->holder, &msg,
						   cases[i].body, 400));
		EXPECT_EQ(0, mt_status(self->holder, &status));
		EXPECT_EQ(2, status.messages);
		EXPECT_EQ(417, status.bytes);
	}
	ASSERT_EQ(0, recv_with_annex(self->holder, &msg, self->seen, 400,
				     self->seen + 512, 9));
	EXPECT_EQ(0, memcmp(self->body, self->seen, 400));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(77, value);
}

/* The struct itself can be read but not written. */
TEST_F(message, answer_cannot_be_written)
{
	struct motet_msg *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct motet_msg msg;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, send_with_annex(self->sender, self->body, 10, NULL, 0));
	*page = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
		   .body = mt_ptr(self->seen), .body_cap = 10);
	ASSERT_EQ(0, mprotect(page, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, mt_ioctl(self->holder, MOTET_IOC_RECV, page));
	EXPECT_EQ(0, recv_with_annex(self->holder, &msg, self->seen, 10,
				     NULL, 0));
	EXPECT_EQ(-EAGAIN, mt_try_recv(self->holder, &(__u64){ 0 }));
}

TEST_F(message, bad_pointers_when_sending)
{
	void *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	struct motet_port_status status;
	__u32 lens[] = { 1, 256, 257, 4096, 65536 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		EXPECT_EQ(-EFAULT, send_with_annex(self->sender, bad, lens[i],
						   NULL, 0));
		EXPECT_EQ(-EFAULT, send_with_annex(self->sender, self->body,
						   lens[i], bad, 1));
		EXPECT_EQ(-EFAULT, send_with_annex(self->sender, NULL, lens[i],
						   NULL, 0));
	}
	/* the room that was taken for them is free again */
	EXPECT_EQ(0, mt_status(self->sender, &status));
	EXPECT_EQ(0, status.messages);
	EXPECT_EQ(0, status.bytes);
	/* a pointer without a length is none of the kernel's business */
	EXPECT_EQ(0, send_with_annex(self->sender, bad, 0, bad, 0));
}

static void recv_stamp(struct __test_metadata *_metadata, int holder,
		       struct motet_stamp *stamp)
{
	struct motet_msg msg = { .stamp = mt_ptr(stamp) };
	__u64 value;

	*stamp = MT(motet_stamp);
	msg.deadline = mt_after(20 * MT_SECOND);
	EXPECT_EQ(0, mt_recv_msg(holder, &msg, &value, sizeof(value)));
	EXPECT_EQ(sizeof(*stamp), stamp->size);
	EXPECT_EQ(0, stamp->flags);
	EXPECT_EQ(0, stamp->pad);
}

TEST_F(message, stamp)
{
	struct motet_stamp stamp;
	struct timespec real;
	__u64 before, after, i;

	for (i = 1; i <= 3; i++) {
		clock_gettime(CLOCK_REALTIME, &real);
		before = mt_now();
		EXPECT_EQ(0, mt_send(self->sender, 0, 1));
		after = mt_now();
		recv_stamp(_metadata, self->holder, &stamp);
		EXPECT_TRUE(mt_id_equal(&self->info.actor, &stamp.actor));
		EXPECT_TRUE(mt_id_equal(&self->info.port, &stamp.port));
		EXPECT_EQ(getpid(), stamp.pid);
		EXPECT_EQ(0, stamp.uid);
		EXPECT_EQ(0, stamp.gid);
		EXPECT_NE(0, stamp.cgroup);
		EXPECT_EQ(i, stamp.sequence);
		EXPECT_EQ(1, stamp.epoch);
		EXPECT_LE(before, stamp.monotonic);
		EXPECT_GE(after, stamp.monotonic);
		EXPECT_LE(real.tv_sec * MT_SECOND, stamp.realtime);
		EXPECT_GT((real.tv_sec + 100) * MT_SECOND, stamp.realtime);
	}
}

/* The sequence numbers are those of the port, not of a sender or priority. */
TEST_F(message, sequence)
{
	struct motet_stamp stamp;
	int other = mt_sender(self->actor, &self->id);

	EXPECT_EQ(0, mt_send(self->sender, 3, 1));
	EXPECT_EQ(0, mt_send(other, 0, 2));
	EXPECT_EQ(0, mt_send(self->sender, 2, 3));
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(2, stamp.sequence);
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(3, stamp.sequence);
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(1, stamp.sequence);
}

/* It is the effective user that counts, at the time of sending. */
TEST_F(message, stamp_of_an_effective_user)
{
	struct motet_stamp stamp;

	ASSERT_EQ(0, setegid(MT_USER_B));
	ASSERT_EQ(0, seteuid(MT_USER_A));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, setegid(0));
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(MT_USER_A, stamp.uid);
	EXPECT_EQ(MT_USER_B, stamp.gid);
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(0, stamp.uid);
	EXPECT_EQ(0, stamp.gid);
}

/* A handle that was inherited: stamped as the child, without an actor. */
TEST_F(message, stamp_of_a_child)
{
	struct motet_id none = { 0 };
	struct motet_stamp stamp;
	pid_t pid = mt_fork();

	if (pid == 0) {
		EXPECT_EQ(0, mt_become(MT_USER_A));
		_exit(mt_send(self->sender, 0, 1) ? 1 : 0);
	}
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(pid, stamp.pid);
	EXPECT_EQ(MT_USER_A, stamp.uid);
	EXPECT_EQ(MT_USER_A, stamp.gid);
	EXPECT_TRUE(mt_id_equal(&none, &stamp.actor));
	EXPECT_TRUE(mt_id_equal(&none, &stamp.port));
	EXPECT_EQ(0, mt_wait(pid));
}

/* The number of the process is its number where the receiver lives. */
TEST_F(message, stamp_in_a_pid_namespace)
{
	int ready = eventfd(0, 0), go = eventfd(0, 0);
	struct motet_stamp stamp;
	eventfd_t count;
	pid_t pid, inner;

	pid = mt_fork();
	if (pid == 0) {
		EXPECT_EQ(0, unshare(CLONE_NEWPID));
		inner = mt_fork();
		if (inner == 0) {
			/* the parent's number does not exist in here */
			int holder = mt_port(mt_actor(), "inner", 4, NULL);

			eventfd_write(ready, 1);
			recv_stamp(_metadata, holder, &stamp);
			EXPECT_EQ(0, stamp.pid);
			EXPECT_EQ(0, mt_send(self->sender, 0, 1));
			eventfd_read(go, &count);
			_exit(0);
		}
		eventfd_read(ready, &count);
		EXPECT_EQ(0, mt_send(mt_open(mt_actor(), MOTET_ROLE_SENDER,
					     "inner", NULL), 0, 1));
		_exit(mt_wait(inner));
	}
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_LT(1, stamp.pid);
	EXPECT_NE(pid, stamp.pid);
	eventfd_write(go, 1);
	EXPECT_EQ(0, mt_wait(pid));
}

/* A smaller and a larger struct: written up to the smaller of both sizes. */
TEST_F(message, stamp_sizes)
{
	struct {
		struct motet_stamp stamp;
		__u8 more[16];
	} large;
	struct motet_msg msg;
	__u64 value;
	int i;

	memset(&large, 0, sizeof(large));
	large.stamp.size = sizeof(large);
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	msg = MT(motet_msg, .stamp = mt_ptr(&large));
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, &value, 8));
	EXPECT_EQ(1, large.stamp.sequence);
	for (i = 0; i < 16; i++)
		EXPECT_EQ(0, large.more[i]);
	/* too small: refused, and the message is still there */
	EXPECT_EQ(0, mt_send(self->sender, 0, 1));
	large.stamp.size = MOTET_STAMP_SIZE_VER0 - 1;
	EXPECT_EQ(-EINVAL, mt_try_recv_msg(self->holder, &msg, &value, 8));
	large.stamp.size = MOTET_STAMP_SIZE_VER0;
	EXPECT_EQ(0, mt_try_recv_msg(self->holder, &msg, &value, 8));
	EXPECT_EQ(2, large.stamp.sequence);
}

/* The sender of a message may be gone when it is received. */
TEST_F(message, sender_gone)
{
	struct motet_stamp stamp;
	__u64 value;
	pid_t pid = mt_fork();

	if (pid == 0) {
		int sender = mt_sender(mt_actor(), &self->id);

		_exit(mt_send(sender, 0, 5) ? 1 : 0);
	}
	EXPECT_EQ(0, mt_wait(pid));
	EXPECT_EQ(0, mt_send(self->sender, 0, 6));
	recv_stamp(_metadata, self->holder, &stamp);
	EXPECT_EQ(MOTET_CLASS_ACTOR, stamp.actor.bytes[0]);
	EXPECT_FALSE(mt_id_equal(&self->info.actor, &stamp.actor));
	EXPECT_EQ(0, mt_try_recv(self->holder, &value));
	EXPECT_EQ(6, value);
}

/* A message is its sender's until it is sent, and not longer. */
TEST_F(message, body_is_copied)
{
	struct motet_msg msg;

	ASSERT_EQ(0, send_with_annex(self->sender, self->body, 10000, NULL, 0));
	memset(self->seen, 0, 10000);
	memset(self->body, 0x55, 10000);
	ASSERT_EQ(0, recv_with_annex(self->holder, &msg, self->seen, 10000,
				     NULL, 0));
	EXPECT_EQ(1, self->seen[1]);
	EXPECT_EQ(2, self->seen[2]);
}

/* To one's own default port. */
TEST_F(message, default_port)
{
	int sender = mt_sender(self->actor, &self->info.port);
	struct motet_msg msg = { 0 };
	__u64 value;

	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_try_send(sender, 1, 9));
	EXPECT_EQ(0, mt_try_recv_msg(self->actor, &msg, &value, sizeof(value)));
	EXPECT_EQ(9, value);
	EXPECT_EQ(MOTET_EXCEPTION_NONE, msg.exception);
	EXPECT_TRUE(mt_id_equal(&self->info.port, &msg.to));
}

TEST_HARNESS_MAIN
