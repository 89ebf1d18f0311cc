// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A replicator is given what there is and all that changes, in order, and another
 * one applies it in another domain.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "replicator_test.h"

#define NAME	"replicated"

static struct mr_step step, other_step;

static void nothing(int signal)
{
	(void)signal;
}

FIXTURE(replicator) {
	int actor;
	int fd;
	int there;	/* an actor of another domain */
	int copy;
};

FIXTURE_SETUP(replicator)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, self->fd);
	self->there = mr_other_domain();
	ASSERT_LE(0, self->there);
	self->copy = mc_create(self->there, NAME);
	ASSERT_LE(0, self->copy);
}

FIXTURE_TEARDOWN(replicator)
{
	mc_unlink(self->actor, NAME);
}

static const struct motet_step_part *first_part(void)
{
	return (const struct motet_step_part *)step.parts;
}

static const void *first_data(void)
{
	return first_part() + 1;
}

static bool is_of(const char *id)
{
	return first_part()->section_len == strlen(id) &&
	       !memcmp(first_part()->section, id, strlen(id));
}

/* Copies what there is; a negative error, or how many steps. */
static int copy_all(int from, int to)
{
	int ret, count = 0;

	while (mt_poll(from, POLLIN, 0) & POLLIN) {
		ret = mr_next(from, &step);
		if (ret < 0)
			return ret;
		ret = mr_apply(to, &step);
		if (ret < 0)
			return ret;
		count++;
	}
	return count;
}

TEST_F(replicator, who_may)
{
	int reader = mc_open(self->actor, NAME, MC_READ), first;
	int writer = mc_open(self->actor, NAME, MC_WRITE);
	pid_t child;

	EXPECT_EQ(-EACCES, mr_attach(reader, MR_APPLY));
	EXPECT_EQ(-EACCES, mr_attach(writer, MR_STREAM));
	EXPECT_EQ(-EINVAL, mr_attach(self->fd, 0));
	EXPECT_EQ(-EINVAL, mr_attach_with(self->fd, MR_STREAM, 0, 0, 1));
	EXPECT_EQ(-EINVAL, mr_attach_with(self->fd, MR_STREAM, 0, 1, 0));
	EXPECT_EQ(-EINVAL, mr_attach_with(self->fd, MR_APPLY, 0, 1, 1));
	EXPECT_EQ(-EINVAL, mr_attach_with(self->fd, MR_STREAM, 0,
					  mt_param("replicator_steps_max") + 1,
					  1));
	first = mr_attach(reader, MR_STREAM);
	EXPECT_LE(0, first);
	EXPECT_EQ(-EBUSY, mr_attach(self->fd, MR_STREAM));
	EXPECT_EQ(-EBUSY, mr_attach(writer, MR_APPLY));
	EXPECT_EQ(-EACCES, mr_apply(first, &step));
	close(first);
	first = mr_attach(writer, MR_APPLY);
	EXPECT_LE(0, first);
	EXPECT_EQ(-EACCES, mr_next(first, &step));
	EXPECT_EQ(-EACCES, mr_ack(first, 0));
	/* nobody is to acknowledge */
	EXPECT_EQ(0, mr_sync(self->fd, 0, 0));
	close(first);
	child = mt_fork();
	if (!child) {
		mt_become(MT_USER_A);
		_exit(-mr_attach(self->fd, MR_STREAM));
	}
	EXPECT_EQ(EPERM, mt_wait(child));
}

TEST_F(replicator, what_was_there)
{
	static __u64 large[6000];
	int replicator;

	mc_fill(large, sizeof(large), 7);
	ASSERT_EQ(0, mc_section(self->fd, "first", "one", 3));
	ASSERT_EQ(0, mc_section(self->fd, "second", large, sizeof(large)));
	ASSERT_EQ(0, mc_section_until(self->fd, "third",
				      mc_boottime() + 1000 * MT_SECOND));
	ASSERT_EQ(0, mc_change(self->fd, "first", MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	replicator = mr_attach(self->fd, MR_STREAM);
	ASSERT_LE(0, replicator);
	EXPECT_EQ(POLLIN, mt_poll(replicator, POLLIN, 0));

	EXPECT_EQ(MOTET_STEP_BEGIN, mr_next(replicator, &step));
	EXPECT_EQ(MOTET_STEP_SECTION, mr_next(replicator, &step));
	EXPECT_TRUE(is_of("first"));
	EXPECT_EQ(MOTET_SECTION_CORRUPTED, first_part()->state);
	EXPECT_EQ(0, first_part()->expires_in);
	EXPECT_EQ(3, first_part()->data_len);
	EXPECT_EQ(0, memcmp("one\0\0\0\0", first_data(), 8));
	EXPECT_EQ(-EINVAL, mr_ack(replicator, step.head.generation));
	EXPECT_EQ(MOTET_STEP_SECTION, mr_next(replicator, &step));
	EXPECT_TRUE(is_of("second"));
	EXPECT_EQ(sizeof(large), first_part()->data_len);
	EXPECT_EQ(0, memcmp(large, first_data(), sizeof(large)));
	EXPECT_EQ(MOTET_STEP_SECTION, mr_next(replicator, &step));
	EXPECT_TRUE(is_of("third"));
	EXPECT_GE(1000 * MT_SECOND, first_part()->expires_in);
	EXPECT_LE(900 * MT_SECOND, first_part()->expires_in);
	EXPECT_EQ(MOTET_STEP_END, mr_next(replicator, &step));
	EXPECT_EQ(mc_generation(self->fd), step.head.generation);
	EXPECT_EQ(0, mt_poll(replicator, POLLIN, 0));
	EXPECT_EQ(-ETIMEDOUT, mr_next_until(replicator, &step, mt_after(1)));
}

TEST_F(replicator, each_kind)
{
	struct motet_checkpoint_element elements[2];
	struct motet_replicator_status status;
	const struct motet_step_part *part;
	int replicator = mr_begin(self->fd, &step, 64, 1 << 20);

	ASSERT_LE(0, replicator);
	ASSERT_EQ(0, mc_section(self->fd, "a", "aaaa", 4));
	ASSERT_EQ(0, mc_section(self->fd, "b", "bbbb", 4));
	elements[0] = mc_element("a", 4094, "wxyz", 4);
	elements[1] = mc_element("b", 1, "BB", 2);
	ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 2,
			   NULL));
	ASSERT_EQ(0, mc_overwrite(self->fd, "a", "over", 4));
	ASSERT_EQ(0, mc_change(self->fd, "b", MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	ASSERT_EQ(0, mc_delete(self->fd, "b"));
	ASSERT_EQ(0, mc_retention(self->fd, 5));
	ASSERT_EQ(0, mc_retention(self->fd, 6));
	ASSERT_EQ(0, mc_unlink(self->actor, NAME));

	EXPECT_EQ(MOTET_STEP_CREATE, mr_next(replicator, &step));
	EXPECT_TRUE(is_of("a"));
	EXPECT_EQ(0, memcmp("aaaa", first_data(), 4));
	EXPECT_EQ(MOTET_STEP_CREATE, mr_next(replicator, &step));
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	EXPECT_EQ(2, step.head.count);
	EXPECT_TRUE(is_of("a"));
	EXPECT_EQ(4094, first_part()->offset);
	EXPECT_EQ(0, memcmp("wxyz", first_data(), 4));
	part = first_data() + 8;
	EXPECT_EQ(1, part->offset);
	EXPECT_EQ(0, memcmp("BB", part + 1, 2));
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(replicator, &step));
	EXPECT_EQ(MOTET_ELEMENT_OVERWRITE, first_part()->flags);
	EXPECT_EQ(MOTET_STEP_CHANGE, mr_next(replicator, &step));
	EXPECT_EQ(MOTET_SECTION_STATE, first_part()->flags);
	EXPECT_EQ(MOTET_SECTION_CORRUPTED, first_part()->state);
	EXPECT_EQ(MOTET_STEP_DELETE, mr_next(replicator, &step));
	EXPECT_TRUE(is_of("b"));
	EXPECT_EQ(0, step.head.flags);
	EXPECT_EQ(MOTET_STEP_RETENTION, mr_next(replicator, &step));
	EXPECT_EQ(6, step.head.retention);
	EXPECT_EQ(MOTET_STEP_UNLINK, mr_next(replicator, &step));
	EXPECT_EQ(0, mt_poll(replicator, POLLIN, 0));
	EXPECT_EQ(0, mr_status(replicator, &status));
	EXPECT_EQ(0, status.flags & MOTET_REPLICATOR_GONE);
	/* it is not kept open by its replicator */
	close(self->fd);
	EXPECT_EQ(MOTET_STEP_GONE, mr_next(replicator, &step));
	EXPECT_EQ(-ESRCH, mr_next(replicator, &step));
	EXPECT_EQ(POLLHUP, mt_poll(replicator, POLLIN, 0));
	EXPECT_EQ(0, mr_status(replicator, &status));
	EXPECT_EQ(MOTET_REPLICATOR_GONE, status.flags & MOTET_REPLICATOR_GONE);
}

/* As it was when the copy began, and as it is changed. */
TEST_F(replicator, retention)
{
	struct motet_checkpoint_status status;
	int from, to;

	ASSERT_EQ(0, mc_retention(self->fd, 5 * MT_SECOND));
	from = mr_attach(self->fd, MR_STREAM);
	to = mr_attach(self->copy, MR_APPLY);
	ASSERT_LE(0, to);
	EXPECT_EQ(2, copy_all(from, to));
	EXPECT_EQ(0, mc_status(self->copy, &status));
	EXPECT_EQ(5 * MT_SECOND, status.retention);
	ASSERT_EQ(0, mc_retention(self->fd, 7 * MT_SECOND));
	EXPECT_EQ(1, copy_all(from, to));
	EXPECT_EQ(0, mc_status(self->copy, &status));
	EXPECT_EQ(7 * MT_SECOND, status.retention);
	/* it takes no more than its own checkpoint may have */
	step.head.retention = ~0ULL - 1;
	EXPECT_EQ(-EINVAL, mr_apply(to, &step));
	EXPECT_EQ(0, mc_status(self->copy, &status));
	EXPECT_EQ(7 * MT_SECOND, status.retention);
}

/* The window is charged to whoever opened the checkpoint. */
static int attach_as_user(void)
{
	struct motet_checkpoint_limits limits = MT(motet_checkpoint_limits);
	int actor, fd, replicator;

	/* only who administers the domain may replicate */
	if (mt_become(MT_USER_A) || mt_user_namespace(MT_USER_A) ||
	    unshare(CLONE_NEWNET))
		return 1;
	actor = mt_actor();
	fd = mc_create_one(actor, "charged", 4096);
	if (fd < 0 || mt_ioctl(actor, MOTET_IOC_CHECKPOINT_LIMITS, &limits))
		return 2;
	if (mr_attach_with(fd, MR_STREAM, 0, 1, 3 << 20) != -EDQUOT)
		return 3;
	/* one that is given nothing has no window */
	replicator = mr_attach(fd, MR_APPLY);
	if (replicator < 0)
		return 4;
	close(replicator);
	replicator = mr_attach_with(fd, MR_STREAM, 0, 1, 1 << 20);
	if (replicator < 0)
		return 5;
	/* it has all that is left */
	return mc_create_one(actor, "other", 3 << 20) == -EDQUOT ? 0 : 6;
}

TEST_F(replicator, quota)
{
	static const char limit[] = "user_checkpoint_bytes_max";
	struct motet_checkpoint_limits limits = MT(motet_checkpoint_limits);
	__u64 before = mt_param(limit);
	pid_t child;

	ASSERT_EQ(0, mt_ioctl(self->actor, MOTET_IOC_CHECKPOINT_LIMITS,
			      &limits));
	ASSERT_EQ(0, mt_param_set(limit, limits.call_bytes_max + (3 << 20)));
	child = mt_fork();
	if (!child)
		_exit(attach_as_user());
	EXPECT_EQ(0, mt_wait(child));
	EXPECT_EQ(0, mt_param_set(limit, before));
}

static pid_t reader_of(int replicator)
{
	pid_t child = mt_fork();

	if (!child) {
		int kind = mr_next_until(replicator, &step, 0);

		_exit(kind < 0 ? -kind : 100 + kind);
	}
	return child;
}

/* One reads at a time; the next one waits for it, or does not. */
TEST_F(replicator, several_readers)
{
	struct sigaction action = { .sa_handler = nothing };
	int replicator = mr_begin(self->fd, &step, 64, 1 << 20), flags;
	pid_t first, second;

	ASSERT_LE(0, replicator);
	sigaction(SIGUSR1, &action, NULL);
	first = reader_of(replicator);
	ASSERT_EQ(0, mt_until_blocked(first));
	second = reader_of(replicator);
	ASSERT_EQ(0, mt_until_blocked(second));
	kill(second, SIGUSR1);
	EXPECT_EQ(EINTR, mt_wait(second));
	flags = fcntl(replicator, F_GETFL);
	ASSERT_EQ(0, fcntl(replicator, F_SETFL, flags | O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mr_next(replicator, &step));
	ASSERT_EQ(0, fcntl(replicator, F_SETFL, flags));
	second = reader_of(replicator);
	ASSERT_EQ(0, mt_until_blocked(second));
	ASSERT_EQ(0, mc_section(self->fd, "a", "1", 1));
	EXPECT_EQ(100 + MOTET_STEP_CREATE, mt_wait(first));
	ASSERT_EQ(0, mt_until_blocked(second));
	ASSERT_EQ(0, mc_delete(self->fd, "a"));
	EXPECT_EQ(100 + MOTET_STEP_DELETE, mt_wait(second));
}

/* What is yet to come is not told before; what came is. */
TEST_F(replicator, changed_meanwhile)
{
	struct motet_checkpoint_element elements[2];
	int from, to, i;
	char id[8];

	for (i = 0; i < 4; i++) {
		snprintf(id, sizeof(id), "s%d", i);
		ASSERT_EQ(0, mc_section(self->fd, id, "old", 3));
	}
	from = mr_attach(self->fd, MR_STREAM);
	to = mr_attach(self->copy, MR_APPLY);
	ASSERT_LE(0, to);
	/* is not to stay */
	ASSERT_EQ(0, mc_section(self->copy, "stale", "x", 1));
	for (i = 0; i < 2; i++) {
		ASSERT_LT(0, mr_next(from, &step));
		ASSERT_EQ(0, mr_apply(to, &step));
	}
	EXPECT_TRUE(is_of("s0"));
	elements[0] = mc_element("s0", 0, "new", 3);
	elements[1] = mc_element("s2", 0, "new", 3);
	ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 2,
			   NULL));
	ASSERT_EQ(0, mc_delete(self->fd, "s1"));
	ASSERT_EQ(0, mc_section(self->fd, "s1", "again", 5));
	ASSERT_EQ(0, mc_delete(self->fd, "s3"));
	EXPECT_EQ(MOTET_STEP_WRITE, mr_next(from, &step));
	EXPECT_EQ(1, step.head.count);
	EXPECT_TRUE(is_of("s0"));
	ASSERT_EQ(0, mr_apply(to, &step));
	EXPECT_LT(0, copy_all(from, to));
	EXPECT_TRUE(mr_same(self->fd, self->copy));
}

/* The default section can't be deleted: what it has is replaced. */
TEST_F(replicator, default_section)
{
	int fd = mc_create_one(self->actor, "one", 10000), from;
	int copy = mc_create_one(self->there, "one", 10000), to;

	ASSERT_EQ(0, mc_overwrite(fd, NULL, "here", 4));
	ASSERT_EQ(0, mc_change(fd, NULL, MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	ASSERT_EQ(0, mc_overwrite(copy, NULL, "what was there", 14));
	from = mr_attach(fd, MR_STREAM);
	to = mr_attach(copy, MR_APPLY);
	EXPECT_EQ(3, copy_all(from, to));
	EXPECT_TRUE(mr_same(fd, copy));
	ASSERT_EQ(0, mc_write(fd, NULL, 8000, "there", 5));
	EXPECT_EQ(1, copy_all(from, to));
	EXPECT_TRUE(mr_same(fd, copy));
	mc_unlink(self->actor, "one");
	EXPECT_EQ(1, copy_all(from, to));
	EXPECT_EQ(-ENOENT, mc_open(self->there, "one", MC_READ));
}

TEST_F(replicator, buffers)
{
	struct motet_replicator_next next = MT(motet_replicator_next);
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int replicator, i, flags;

	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_NONE));
	replicator = mr_begin(self->fd, &step, 64, 1 << 20);
	ASSERT_EQ(0, mc_section(self->fd, "a", page, 4096));
	next.step = mt_ptr(page);
	next.step_cap = 4096;
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-EMSGSIZE, mt_ioctl(replicator,
					      MOTET_IOC_REPLICATOR_NEXT, &next));
		EXPECT_EQ(sizeof(struct motet_step) +
			  sizeof(struct motet_step_part) + 4096, next.step_len);
		EXPECT_EQ(MOTET_STEP_CREATE, next.kind);
	}
	next.step_cap = 8192;
	for (i = 0; i < 2; i++)
		EXPECT_EQ(-EFAULT, mt_ioctl(replicator,
					    MOTET_IOC_REPLICATOR_NEXT, &next));
	EXPECT_EQ(MOTET_STEP_CREATE, mr_next(replicator, &step));
	flags = fcntl(replicator, F_GETFL);
	ASSERT_EQ(0, fcntl(replicator, F_SETFL, flags | O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, mr_next(replicator, &step));
	/* applied from memory that is not there: nothing */
	close(replicator);
	replicator = mr_attach(self->copy, MR_APPLY);
	memcpy(page + 4096 - 64, &step, 64);
	EXPECT_EQ(-EFAULT, mr_apply(replicator, (void *)(page + 4096 - 64)));
	EXPECT_EQ(0, mc_generation(self->copy));
}

/* It can't wait: it is put off. */
TEST_F(replicator, expiry)
{
	int from = mr_begin(self->fd, &step, 2, 1 << 20), to;
	struct motet_checkpoint_status status;
	char text[1];
	__u64 due;

	ASSERT_EQ(0, mc_section(self->fd, "stays", "1", 1));
	ASSERT_EQ(0, mc_section_soon(self->fd, "soon", &due));
	while (mc_boottime() < due + 50 * MT_MS)
		mt_breathe();
	ASSERT_EQ(0, mc_status(self->fd, &status));
	EXPECT_EQ(2, status.sections);
	EXPECT_EQ(0, mc_read(self->fd, "soon", 0, text, 1));

	to = mr_attach(self->copy, MR_APPLY);
	ASSERT_EQ(MOTET_STEP_CREATE, mr_next(from, &step));
	ASSERT_EQ(0, mr_apply(to, &step));
	ASSERT_EQ(MOTET_STEP_CREATE, mr_next(from, &step));
	EXPECT_NE(0, first_part()->expires_in);
	ASSERT_EQ(0, mr_apply(to, &step));
	ASSERT_EQ(MOTET_STEP_DELETE, mr_next(from, &step));
	EXPECT_EQ(MOTET_STEP_EXPIRED, step.head.flags);
	EXPECT_TRUE(is_of("soon"));
	/* of a copy nothing expires by itself */
	EXPECT_EQ(0, mc_read(self->copy, "soon", 0, text, 1));
	ASSERT_EQ(0, mr_apply(to, &step));
	EXPECT_EQ(-ENOENT, mc_read(self->copy, "soon", 0, text, 1));
	EXPECT_TRUE(mr_same(self->fd, self->copy));

	/* unless it is one no more */
	ASSERT_EQ(0, mc_section_soon(self->fd, "later", &due));
	ASSERT_EQ(MOTET_STEP_CREATE, mr_next(from, &step));
	ASSERT_EQ(0, mr_apply(to, &step));
	ASSERT_EQ(MOTET_STEP_DELETE, mr_next(from, &step));
	EXPECT_EQ(0, mc_read(self->copy, "later", 0, text, 1));
	close(to);
	while (mc_read(self->copy, "later", 0, text, 1) == 0)
		mt_breathe();
}

/* Who applies is not given it back; who wrote here is told. */
TEST_F(replicator, both_ways)
{
	int one = mr_attach(self->fd, MR_STREAM | MR_APPLY), ret;
	int other = mr_attach(self->copy, MR_STREAM | MR_APPLY);

	ASSERT_EQ(2, mr_take_all(other, &step));
	EXPECT_EQ(2, copy_all(one, other));
	ASSERT_EQ(0, mc_section(self->fd, "a", "1", 1));
	EXPECT_EQ(1, copy_all(one, other));
	EXPECT_EQ(0, mt_poll(other, POLLIN, 0));
	/* what was applied is not waited for */
	EXPECT_EQ(0, mr_sync(self->copy, 0, 0));
	ASSERT_EQ(0, mc_overwrite(self->copy, "a", "2", 1));
	EXPECT_EQ(1, copy_all(other, one));
	ret = mt_poll(one, POLLIN, 0);
	EXPECT_EQ(0, ret);
	EXPECT_TRUE(mr_same(self->fd, self->copy));
}

/* A step of one part, to be forged. */
static void forge(__u32 kind, const char *id, const char *text)
{
	struct motet_step_part *part = (void *)step.parts;

	memset(&step, 0, 1024);
	step.head.size = sizeof(step.head);
	step.head.kind = kind;
	step.head.count = 1;
	step.head.len = sizeof(step.head) + sizeof(*part) +
			(strlen(text) + 7) / 8 * 8;
	part->size = sizeof(*part);
	part->section_len = strlen(id);
	memcpy(part->section, id, strlen(id));
	part->data_len = strlen(text);
	memcpy(part + 1, text, strlen(text));
}

#define FORGED(_error, _change)						\
	do {								\
		struct motet_step *head = &step.head;			\
		struct motet_step_part *part = (void *)step.parts;	\
		forge(MOTET_STEP_WRITE, "a", "forged");			\
		_change;						\
		(void)head;						\
		(void)part;						\
		EXPECT_EQ(_error, mr_apply(to, &step))			\
			TH_LOG(#_change);				\
	} while (0)

TEST_F(replicator, forged)
{
	int to = mr_attach(self->copy, MR_APPLY);
	__u64 before;
	char text[8];

	ASSERT_EQ(0, mc_section(self->copy, "a", "whole", 5));
	before = mc_generation(self->copy);
	FORGED(-EINVAL, head->size = 0);
	FORGED(-EINVAL, head->size = 40);
	FORGED(-EINVAL, head->size = 52);
	FORGED(-EINVAL, head->size = 1 << 30);
	FORGED(-E2BIG, head->size = 56);
	FORGED(-EINVAL, head->kind = 0);
	FORGED(-EINVAL, head->kind = 11);
	FORGED(-EINVAL, head->kind = ~0U);
	FORGED(-EINVAL, head->flags = 1);
	FORGED(-EINVAL, head->count = 0);
	FORGED(-EINVAL, head->count = 2);
	FORGED(-EINVAL, head->count = 1025);
	FORGED(-EINVAL, head->count = ~0U);
	FORGED(-EINVAL, head->len = 0);
	FORGED(-EINVAL, head->len = 16);
	FORGED(-EINVAL, head->len -= 8);
	FORGED(-EINVAL, head->len += 8);
	FORGED(-EINVAL, head->retention = 1);
	FORGED(-EINVAL, part->size = 0);
	FORGED(-EINVAL, part->size -= 8);
	FORGED(-EINVAL, part->size += 4);
	FORGED(-EINVAL, part->size = ~7U);
	FORGED(-EINVAL, part->flags = 2);
	FORGED(-EINVAL, part->section_len = 129);
	FORGED(-EINVAL, part->section_len = ~0U);
	FORGED(-EINVAL, part->section_len = 0);
	FORGED(-EINVAL, part->section[100] = 1);
	FORGED(-ENOENT, part->section[0] = 'b');
	FORGED(-EINVAL, part->state = 1);
	FORGED(-EINVAL, part->expires_in = 1);
	FORGED(-EINVAL, part->data_len = 9);
	FORGED(-EINVAL, part->data_len = ~0ULL);
	FORGED(-EINVAL, part->data_len = ~0ULL - 7);
	FORGED(-EINVAL, part->offset = 1 << 16);
	FORGED(-EINVAL, part->offset = ~0ULL);
	FORGED(-EINVAL, head->kind = MOTET_STEP_BEGIN);
	FORGED(-EINVAL, (head->kind = MOTET_STEP_END, head->count = 0));
	FORGED(-EINVAL, head->kind = MOTET_STEP_SECTION);
	FORGED(-EEXIST, (head->kind = MOTET_STEP_SECTION, part->state = 1));
	FORGED(-EEXIST, head->kind = MOTET_STEP_CREATE);
	FORGED(-EINVAL, (head->kind = MOTET_STEP_CREATE, part->offset = 8));
	FORGED(-EINVAL, head->kind = MOTET_STEP_DELETE);
	FORGED(-EINVAL, head->kind = MOTET_STEP_CHANGE);
	EXPECT_EQ(before, mc_generation(self->copy));
	EXPECT_EQ(5, mc_read(self->copy, "a", 0, text, sizeof(text)));
	EXPECT_EQ(0, memcmp(text, "whole", 5));
	FORGED(0, part->flags = MOTET_ELEMENT_OVERWRITE);
	EXPECT_EQ(6, mc_read(self->copy, "a", 0, text, sizeof(text)));
}

/* Steps with bytes that are not theirs: refused, or done; never worse. */
TEST_F(replicator, noise)
{
	unsigned int i, round, seed = 1, done = 0;
	struct motet_checkpoint_element elements[3];
	int from, to = mr_attach(self->copy, MR_APPLY);

	ASSERT_EQ(0, mc_section(self->fd, "a", "aa", 2));
	ASSERT_EQ(0, mc_section(self->fd, "b", "bb", 2));
	from = mr_attach(self->fd, MR_STREAM);
	ASSERT_LT(0, copy_all(from, to));
	for (i = 0; i < 3; i++)
		elements[i] = mc_element(i % 2 ? "a" : "b", i * 4000, "noise",
					 5);
	ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 3,
			   NULL));
	ASSERT_EQ(MOTET_STEP_WRITE, mr_next(from, &step));
	for (round = 0; round < 100 * mt_rounds(20); round++) {
		memcpy(&other_step, &step, step.head.len);
		for (i = 0; i < 1 + round % 3; i++) {
			seed = seed * 1103515245 + 12345;
			((__u8 *)&other_step)[(seed >> 8) % step.head.len] ^=
				1 << (seed >> 28) % 8;
		}
		other_step.head.len = step.head.len;
		done += !mr_apply(to, &other_step);
	}
	EXPECT_LT(0, done);
	EXPECT_EQ(0, mr_apply(to, &step));
}

TEST_HARNESS_MAIN
