// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Views: what they show, how they may be mapped, what they tell when they end,
 * and that their memory is there whatever has happened.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"

#define NAME	"viewed"
#define SIZE	20000
#define MAX	65536

FIXTURE(view) {
	int actor;
	int fd;
	struct mc_view view;
	struct motet_view_header seen;
	__u8 data[MAX] __attribute__((aligned(8)));
	__u8 back[MAX] __attribute__((aligned(8)));
	__u64 bytes_max;
	__u64 views_max;
};

FIXTURE_SETUP(view)
{
	self->bytes_max = mt_param("user_checkpoint_bytes_max");
	self->views_max = mt_param("checkpoint_views_max");
	ASSERT_NE(0, self->views_max);
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	self->fd = mc_create(self->actor, NAME);
	ASSERT_LE(0, self->fd);
	mc_fill(self->data, MAX, 1);
	ASSERT_EQ(0, mc_section(self->fd, "a", self->data, SIZE));
}

/* Run by the parent: a test may have given its rights away, or failed. */
FIXTURE_TEARDOWN_PARENT(view)
{
	EXPECT_EQ(0, mt_param_set("user_checkpoint_bytes_max",
				  self->bytes_max));
	EXPECT_EQ(0, mt_param_set("checkpoint_views_max", self->views_max));
	EXPECT_LE(0, mt_purge());
}

static bool zero(const void *data, size_t len)
{
	const __u8 *bytes = data;

	while (len--)
		if (*bytes++)
			return false;
	return true;
}

/* What is behind the data, to the end of the room. */
static bool rest_is_zero(const struct motet_view_header *header)
{
	return zero((const __u8 *)header + header->data + header->bytes,
		    header->room - header->bytes);
}

/* Touches every page of a view in a process of its own: its wait status. */
static int touch(const struct mc_view *view)
{
	const __u8 *bytes = (const __u8 *)view->header;
	pid_t child = mt_fork();
	__u64 at;

	if (child)
		return mt_wait(child);
	for (at = 0; at < view->length; at += 512)
		(void)__atomic_load_n(&bytes[at], __ATOMIC_RELAXED);
	_exit(0);
}

TEST_F(view, shows_the_section)
{
	struct motet_checkpoint_status status;
	__u64 page = sysconf(_SC_PAGESIZE);

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	ASSERT_EQ(0, mc_status(self->fd, &status));
	ASSERT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	EXPECT_EQ(sizeof(self->seen), self->seen.size);
	EXPECT_EQ(0, self->seen.flags);
	EXPECT_EQ(MOTET_SECTION_VALID, self->seen.state);
	EXPECT_EQ(page, self->seen.data);
	EXPECT_EQ(self->view.length, page + self->seen.room);
	EXPECT_LE(SIZE, self->seen.room);
	EXPECT_GT(SIZE + page, self->seen.room);
	EXPECT_EQ(status.generation, self->seen.generation);
	EXPECT_NE(0, self->seen.updated);
	EXPECT_TRUE(rest_is_zero(self->view.header));
	mc_unview(&self->view);
}

TEST_F(view, shows_changes)
{
	__u32 sequence;

	ASSERT_EQ(0, mc_view(self->fd, "a", MAX, &self->view));
	sequence = self->view.header->sequence;
	/* across pages */
	memset(self->data + 4000, 'x', 5000);
	EXPECT_EQ(0, mc_write(self->fd, "a", 4000, self->data + 4000, 5000));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	EXPECT_EQ(sequence + 2, self->seen.sequence);
	EXPECT_EQ(2, self->seen.generation);
	/* it grows, with a hole */
	EXPECT_EQ(0, mc_write(self->fd, "a", 40000, "end", 3));
	EXPECT_EQ(40003, mc_look(self->view.header, self->back, MAX,
				 &self->seen));
	EXPECT_TRUE(zero(self->back + SIZE, 40000 - SIZE));
	EXPECT_EQ(0, memcmp(self->back + 40000, "end", 3));
	/* it shrinks */
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", "less", 4));
	EXPECT_EQ(4, mc_look(self->view.header, self->back, MAX, &self->seen));
	EXPECT_EQ(0, memcmp(self->back, "less", 4));
	EXPECT_TRUE(rest_is_zero(self->view.header));
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", NULL, 0));
	EXPECT_EQ(0, mc_look(self->view.header, self->back, MAX, &self->seen));
	EXPECT_TRUE(rest_is_zero(self->view.header));
	/* to the brim */
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", self->data, MAX));
	EXPECT_EQ(MAX, mc_look(self->view.header, self->back, MAX,
			       &self->seen));
	EXPECT_EQ(0, memcmp(self->back, self->data, MAX));
	EXPECT_EQ(0, self->seen.flags);
	mc_unview(&self->view);
}

/* What one call does to a section is one change, and so is the order in it. */
TEST_F(view, vectors)
{
	struct motet_checkpoint_element elements[3];
	__u32 sequence;

	ASSERT_EQ(0, mc_section(self->fd, "b", "b", 1));
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	sequence = self->view.header->sequence;
	elements[0] = mc_element("a", 10, "12345", 5);
	elements[1] = mc_element("a", 0, "over", 4);
	elements[1].flags = MOTET_ELEMENT_OVERWRITE;
	elements[2] = mc_element("a", 9000, "end", 3);
	ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 3,
			   NULL));
	EXPECT_EQ(9003, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(sequence + 2, self->seen.sequence);
	EXPECT_EQ(0, memcmp(self->back, "over", 4));
	EXPECT_TRUE(zero(self->back + 4, 9000 - 4));
	EXPECT_EQ(0, memcmp(self->back + 9000, "end", 3));
	EXPECT_TRUE(rest_is_zero(self->view.header));
	/* larger than the room, and smaller in the end: nobody saw that */
	elements[0] = mc_element("a", 0, self->data, MAX);
	elements[0].flags = MOTET_ELEMENT_OVERWRITE;
	ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 2,
			   NULL));
	EXPECT_EQ(4, mc_look(self->view.header, self->back, MAX, &self->seen));
	EXPECT_EQ(0, self->seen.flags);
	/* another section is none of its business, nor what is refused */
	elements[0] = mc_element("b", 0, "bb", 2);
	ASSERT_EQ(0, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements, 1,
			   NULL));
	elements[0] = mc_element("a", 0, "refused", 7);
	elements[1] = mc_element("none", 0, "", 1);
	EXPECT_EQ(-ENOENT, mc_io(self->fd, MOTET_IOC_CHECKPOINT_WRITE, elements,
				 2, NULL));
	EXPECT_EQ(sequence + 4, self->view.header->sequence);
	mc_unview(&self->view);
}

TEST_F(view, state)
{
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	EXPECT_EQ(0, mc_change(self->fd, "a", MOTET_SECTION_STATE,
			       MOTET_SECTION_CORRUPTED, 0));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(MOTET_SECTION_CORRUPTED, self->seen.state);
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", "ok", 2));
	EXPECT_EQ(2, mc_look(self->view.header, self->back, MAX, &self->seen));
	EXPECT_EQ(MOTET_SECTION_VALID, self->seen.state);
}

TEST_F(view, default_section)
{
	int fd = mc_create_one(self->actor, "one", MAX);

	ASSERT_LE(0, fd);
	/* nothing in it yet: there is room for something all the same */
	ASSERT_EQ(0, mc_view(fd, NULL, 0, &self->view));
	EXPECT_EQ(0, mc_look(self->view.header, self->back, MAX, &self->seen));
	EXPECT_LT(0, self->seen.room);
	EXPECT_EQ(0, mc_write(fd, NULL, 5, "five", 4));
	EXPECT_EQ(9, mc_look(self->view.header, self->back, MAX, &self->seen));
	EXPECT_EQ(0, memcmp(self->back, "\0\0\0\0\0five", 9));
}

TEST_F(view, refused)
{
	struct motet_view_open arg = MT(motet_view_open, .section = mt_ptr("a"),
					.section_len = 1);
	int fd = mc_open(self->actor, NAME, MC_WRITE);
	__u64 length;

	EXPECT_EQ(-EACCES, mc_view_open(fd, "a", 0, &length));
	EXPECT_EQ(-ENOENT, mc_view_open(self->fd, "b", 0, &length));
	EXPECT_EQ(-EINVAL, mc_view_open(self->fd, "a", MAX + 1, &length));
	EXPECT_EQ(-EINVAL, mc_view_open(self->fd, "a", ~0ULL, &length));
	arg.fd_flags = MOTET_FD_NONBLOCK;
	EXPECT_EQ(-EINVAL, mt_ioctl(self->fd, MOTET_IOC_CHECKPOINT_VIEW, &arg));
	arg.fd_flags = 0;
	arg.section_len = MOTET_SECTION_ID_MAX + 1;
	EXPECT_EQ(-EINVAL, mt_ioctl(self->fd, MOTET_IOC_CHECKPOINT_VIEW, &arg));
	EXPECT_EQ(-ENOTTY, mc_view_open(self->actor, "a", 0, &length));
}

static int map_with(const struct mc_view *view, size_t length, int prot,
		    int flags, off_t offset)
{
	void *memory = mmap(NULL, length, prot, flags, view->fd, offset);

	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, length);
	return 0;
}

TEST_F(view, mapped_in_no_other_way)
{
	size_t page = sysconf(_SC_PAGESIZE), len;
	void *memory;

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	len = self->view.length;
	memory = (void *)self->view.header;
	EXPECT_EQ(0, map_with(&self->view, len, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(0, map_with(&self->view, page, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(-EACCES, map_with(&self->view, len, PROT_READ | PROT_WRITE,
				    MAP_SHARED, 0));
	EXPECT_EQ(-EACCES, map_with(&self->view, len, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE, 0));
	EXPECT_EQ(-EINVAL, map_with(&self->view, len, PROT_READ, MAP_PRIVATE,
				    0));
	EXPECT_NE(0, map_with(&self->view, len, PROT_READ | PROT_EXEC,
			      MAP_SHARED, 0));
	EXPECT_EQ(-EINVAL, map_with(&self->view, page, PROT_READ, MAP_SHARED,
				    page));
	EXPECT_EQ(-EINVAL, map_with(&self->view, len + page, PROT_READ,
				    MAP_SHARED, 0));
	EXPECT_EQ(-1, mprotect(memory, len, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(memory, len, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mremap(memory, len, 2 * len, MREMAP_MAYMOVE));
	EXPECT_EQ(MAP_FAILED, mremap(memory, 0, len, MREMAP_MAYMOVE));
	EXPECT_EQ(0, touch(&self->view));
}

TEST_F(view, written_by_nobody)
{
	struct iovec from = { self->data, 8 }, to;
	int mem, err;
	void *at;

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	at = (__u8 *)self->view.header + self->view.header->data;
	to = (struct iovec){ at, 8 };
	EXPECT_EQ(-1, process_vm_writev(getpid(), &from, 1, &to, 1, 0));
	/* as a debugger does */
	mem = open("/proc/self/mem", O_RDWR);
	ASSERT_LE(0, mem);
	EXPECT_EQ(-1, pwrite(mem, "x", 1, (uintptr_t)at));
	/* a system call that is to fill it */
	EXPECT_EQ(-1, read(open("/dev/zero", O_RDONLY), at, 8));
	EXPECT_EQ(-1, read(self->view.fd, self->back, 8));
	err = errno;
	EXPECT_EQ(EINVAL, err);
	EXPECT_EQ(-1, write(self->view.fd, self->data, 8));
	EXPECT_EQ(-ENOTTY, mt_ioctl(self->view.fd, MOTET_IOC_CHECKPOINT_STATUS,
				    self->back));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
}

/* A program throws its pages out, moves it, or keeps but a part. */
TEST_F(view, memory_calls)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *memory, *moved;

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	memory = (void *)self->view.header;
	EXPECT_EQ(0, madvise(memory, self->view.length, MADV_DONTNEED));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	EXPECT_EQ(0, mlock(memory, self->view.length));
	EXPECT_EQ(0, munlock(memory, self->view.length));
	moved = mmap(NULL, self->view.length, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(moved, mremap(memory, self->view.length, self->view.length,
				MREMAP_MAYMOVE | MREMAP_FIXED, moved));
	self->view.header = moved;
	EXPECT_EQ(0, munmap((__u8 *)moved + page, page));
	EXPECT_EQ(0, mc_write(self->fd, "a", 2 * page, "x", 1));
	EXPECT_EQ('x', ((__u8 *)moved)[3 * page]);
}

TEST_F(view, resized)
{
	struct mc_view other;

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	ASSERT_EQ(0, mc_overwrite(self->fd, "a", self->data, MAX));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(MOTET_VIEW_RESIZED, self->seen.flags);
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	/* that was its last change */
	EXPECT_EQ(0, mc_overwrite(self->fd, "a", "less", 4));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &other));
	EXPECT_EQ(4, mc_look(other.header, self->back, MAX, &self->seen));
	EXPECT_EQ(0, self->seen.flags);
	EXPECT_EQ(0, touch(&self->view));
	mc_unview(&self->view);
	mc_unview(&other);
}

TEST_F(view, deleted)
{
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	ASSERT_EQ(0, mc_delete(self->fd, "a"));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(MOTET_VIEW_DELETED, self->seen.flags);
	/* another of the same id is another */
	ASSERT_EQ(0, mc_section(self->fd, "a", "new", 3));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	EXPECT_EQ(0, touch(&self->view));
}

TEST_F(view, expired)
{
	__u64 due;

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	ASSERT_EQ(0, mc_change_soon(self->fd, "a", &due));
	while (!__atomic_load_n(&self->view.header->flags, __ATOMIC_ACQUIRE))
		mt_breathe();
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(MOTET_VIEW_EXPIRED, self->seen.flags);
	EXPECT_EQ(0, memcmp(self->data, self->back, SIZE));
	EXPECT_EQ(0, touch(&self->view));
}

TEST_F(view, unlinked_and_gone)
{
	__u64 end = mt_after(20 * MT_SECOND);
	struct mc_view other;

	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	ASSERT_EQ(0, mc_unlink(self->actor, NAME));
	EXPECT_EQ(0, mc_write(self->fd, "a", 0, "unlinked", 8));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(MOTET_VIEW_UNLINKED, self->seen.flags);
	EXPECT_EQ(0, memcmp(self->back, "unlinked", 8));
	/* one that is made after that says so too */
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &other));
	EXPECT_EQ(MOTET_VIEW_UNLINKED, other.header->flags);
	/* views keep nothing open; it dies by work that is queued */
	close(self->fd);
	while (!(__atomic_load_n(&self->view.header->flags, __ATOMIC_RELAXED) &
		 MOTET_VIEW_GONE) && mt_now() < end)
		mt_breathe();
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(MOTET_VIEW_UNLINKED | MOTET_VIEW_GONE, self->seen.flags);
	EXPECT_EQ(0, memcmp(self->back, "unlinked", 8));
	close(self->actor);
	close(self->view.fd);
	close(other.fd);
	EXPECT_EQ(0, touch(&self->view));
	EXPECT_EQ(0, touch(&other));
}

TEST_F(view, purged)
{
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	ASSERT_EQ(0, mc_retention(self->fd, ~0ULL));
	close(self->fd);
	EXPECT_EQ(0, self->view.header->flags);
	EXPECT_EQ(1, mt_purge());
	EXPECT_EQ(-ENOENT, mc_open(self->actor, NAME, MC_READ));
	EXPECT_EQ(MOTET_VIEW_GONE, self->view.header->flags);
	EXPECT_EQ(0, touch(&self->view));
}

/* Closed while it is mapped, it goes on: the mapping keeps it. */
TEST_F(view, closed)
{
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	close(self->view.fd);
	EXPECT_EQ(0, mc_write(self->fd, "a", 0, "closed", 6));
	EXPECT_EQ(SIZE, mc_look(self->view.header, self->back, MAX,
				&self->seen));
	EXPECT_EQ(0, memcmp(self->back, "closed", 6));
}

/* A child has the mapping too, and to pass the file on is to let read. */
TEST_F(view, fork_and_passing)
{
	int pair[2], fd;
	pid_t child;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &self->view));
	child = mt_fork();
	if (!child) {
		close(pair[0]);
		/* until the parent has written */
		fd = mt_recv_fd(pair[1]);
		if (mc_look(self->view.header, self->back, MAX, &self->seen) !=
			    SIZE || memcmp(self->back, "forked", 6))
			_exit(1);
		munmap((void *)self->view.header, self->view.length);
		close(self->view.fd);
		self->view.header = mmap(NULL, self->view.length, PROT_READ,
					 MAP_SHARED, fd, 0);
		if (self->view.header == MAP_FAILED ||
		    mc_look(self->view.header, self->back, MAX, &self->seen) !=
			    SIZE || memcmp(self->back, "forked", 6))
			_exit(2);
		_exit(0);
	}
	EXPECT_EQ(0, mc_write(self->fd, "a", 0, "forked", 6));
	EXPECT_EQ(0, mt_send_fd(pair[0], self->view.fd));
	munmap((void *)self->view.header, self->view.length);
	close(self->view.fd);
	EXPECT_EQ(0, mt_wait(child));
}

/* The user who makes it is charged, until nobody has it. */
TEST_F(view, quota)
{
	__u64 page = sysconf(_SC_PAGESIZE), room = 3 * page, length;
	struct mc_view other;

	ASSERT_EQ(0, mc_overwrite(self->fd, "a", "small", 5));
	ASSERT_EQ(0, mt_param_set("user_checkpoint_bytes_max",
				  2 * (room + page)));
	/* the checkpoint is root's, and so was opening it */
	ASSERT_EQ(0, mt_become(MT_USER_A));
	ASSERT_EQ(0, mc_view(self->fd, "a", room, &self->view));
	ASSERT_EQ(0, mc_view(self->fd, "a", room, &other));
	EXPECT_EQ(-EDQUOT, mc_view_open(self->fd, "a", 0, &length));
	/* an ended one is charged for as well, and so is one that is closed */
	EXPECT_EQ(0, mc_delete(self->fd, "a"));
	EXPECT_EQ(0, mc_section(self->fd, "a", NULL, 0));
	close(other.fd);
	EXPECT_EQ(-EDQUOT, mc_view_open(self->fd, "a", 0, &length));
	munmap((void *)other.header, other.length);
	ASSERT_EQ(0, mc_view(self->fd, "a", room, &other));
	mc_unview(&self->view);
	mc_unview(&other);
	EXPECT_EQ(-EDQUOT, mc_view_open(self->fd, "a", 2 * (room + page),
					&length));
	EXPECT_EQ(0, mc_view(self->fd, "a", 2 * room + page, &self->view));
}

TEST_F(view, as_many_as_may_be)
{
	struct mc_view views[3];
	__u64 length;

	ASSERT_EQ(0, mt_param_set("checkpoint_views_max", 2));
	ASSERT_EQ(0, mc_section(self->fd, "b", NULL, 0));
	ASSERT_EQ(0, mc_view(self->fd, "a", 0, &views[0]));
	ASSERT_EQ(0, mc_view(self->fd, "b", 0, &views[1]));
	EXPECT_EQ(-EDQUOT, mc_view_open(self->fd, "a", 0, &length));
	/* ended ones are no burden to writers */
	ASSERT_EQ(0, mc_delete(self->fd, "a"));
	ASSERT_EQ(0, mc_view(self->fd, "b", 0, &views[2]));
	EXPECT_EQ(-EDQUOT, mc_view_open(self->fd, "b", 0, &length));
	mc_unview(&views[1]);
	ASSERT_EQ(0, mc_view(self->fd, "b", 0, &views[1]));
	/* several of one section are alike */
	EXPECT_EQ(0, mc_overwrite(self->fd, "b", "both", 4));
	EXPECT_EQ(0, memcmp((__u8 *)views[1].header + views[1].header->data,
			    "both", 4));
	EXPECT_EQ(0, memcmp((__u8 *)views[2].header + views[2].header->data,
			    "both", 4));
}

/* As large as a section may be; what was never written is zero. */
TEST_F(view, large)
{
	__u64 size = 64ULL << 20;
	int fd = mc_create_one(self->actor, "large", size);
	const __u8 *data;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mc_write(fd, NULL, size - 4, "last", 4));
	ASSERT_EQ(0, mc_view(fd, NULL, 0, &self->view));
	data = (const __u8 *)self->view.header + self->view.header->data;
	EXPECT_EQ(size, self->view.header->bytes);
	EXPECT_EQ(0, memcmp(data + size - 4, "last", 4));
	EXPECT_EQ(0, mc_write(fd, NULL, size / 2, "half", 4));
	EXPECT_EQ(0, memcmp(data + size / 2, "half", 4));
	EXPECT_TRUE(zero(data, size / 2));
	EXPECT_EQ(0, mc_overwrite(fd, NULL, "small", 5));
	EXPECT_EQ(0, memcmp(data, "small", 5));
	EXPECT_TRUE(rest_is_zero(self->view.header));
	mc_unview(&self->view);
}

TEST_HARNESS_MAIN
