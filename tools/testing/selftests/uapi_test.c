// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The conventions of the interface, for every call and every struct: sizes,
 * unknown flags, padding, pointers, files. Also built as a 32-bit program.
 */
#include <assert.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include <linux/motet_channel.h>
#include <linux/motet_lock.h>

#include "kselftest_harness.h"
#include "checkpoint_test.h"
#include "uapi_doors.h"

SIZE_OF(motet_id, 16);
SIZE_OF(motet_limits, 16);
SIZE_OF(motet_cap, 32);
SIZE_OF(motet_stamp, MOTET_STAMP_SIZE_VER0);
SIZE_OF(motet_msg, MOTET_MSG_SIZE_VER1);
SIZE_OF(motet_info, MOTET_INFO_SIZE_VER1);
SIZE_OF(motet_port_create, MOTET_PORT_CREATE_SIZE_VER1);
SIZE_OF(motet_port_open, MOTET_PORT_OPEN_SIZE_VER0);
SIZE_OF(motet_port_name, MOTET_PORT_NAME_SIZE_VER0);
SIZE_OF(motet_port_status, MOTET_PORT_STATUS_SIZE_VER1);
SIZE_OF(motet_port_offer, MOTET_PORT_OFFER_SIZE_VER0);
SIZE_OF(motet_port_enable, MOTET_PORT_ENABLE_SIZE_VER0);
SIZE_OF(motet_port_change, MOTET_PORT_CHANGE_SIZE_VER0);
SIZE_OF(motet_call_arg, MOTET_CALL_ARG_SIZE_VER0);
SIZE_OF(motet_cancel, MOTET_CANCEL_SIZE_VER0);
SIZE_OF(motet_reply_recv, MOTET_REPLY_RECV_SIZE_VER0);
SIZE_OF(motet_lease, MOTET_LEASE_SIZE_VER0);
SIZE_OF(motet_batch, MOTET_BATCH_SIZE_VER0);
SIZE_OF(motet_group_create, MOTET_GROUP_CREATE_SIZE_VER0);
SIZE_OF(motet_group_open, MOTET_GROUP_OPEN_SIZE_VER0);
SIZE_OF(motet_group_member, MOTET_GROUP_MEMBER_SIZE_VER0);
SIZE_OF(motet_group_cap, MOTET_GROUP_CAP_SIZE_VER0);
SIZE_OF(motet_group_track, MOTET_GROUP_TRACK_SIZE_VER0);
SIZE_OF(motet_group_change, MOTET_GROUP_CHANGE_SIZE_VER0);
SIZE_OF(motet_group_report, MOTET_GROUP_REPORT_SIZE_VER0);
SIZE_OF(motet_group_session, MOTET_GROUP_SESSION_SIZE_VER0);
SIZE_OF(motet_group_status, MOTET_GROUP_STATUS_SIZE_VER0);
SIZE_OF(motet_watch_start, MOTET_WATCH_START_SIZE_VER0);
SIZE_OF(motet_watch_stop, MOTET_WATCH_STOP_SIZE_VER0);
SIZE_OF(motet_watch_event, MOTET_WATCH_EVENT_SIZE_VER0);
static_assert(offsetof(struct motet_msg, deadline) == 64, "motet_msg");
/* where the first versions ended */
static_assert(offsetof(struct motet_msg, expires) == MOTET_MSG_SIZE_VER0,
	      "motet_msg");
static_assert(offsetof(struct motet_port_create, dead_letter) ==
	      MOTET_PORT_CREATE_SIZE_VER0, "motet_port_create");
static_assert(offsetof(struct motet_port_status, dead_letter) ==
	      MOTET_PORT_STATUS_SIZE_VER0, "motet_port_status");
static_assert(offsetof(struct motet_info, user_locks_max) ==
	      MOTET_INFO_SIZE_VER0, "motet_info");
static_assert(offsetof(struct motet_stamp, cgroup) == 56, "motet_stamp");

FIXTURE(uapi) {
	const struct door *door;
	__u8 *arg;		/* two pages, then one that is not there */
};

FIXTURE_VARIANT(uapi) {
	const char *name;
	const struct door *door;
	int place;		/* in the list, which the compiler counts */
};

#define DOOR(_name, which)						\
	FIXTURE_VARIANT_ADD(uapi, _name) {				\
		.name = #_name, .door = &(which), .place = __COUNTER__,	\
	}

#include "uapi_door_list.h"

FIXTURE_SETUP(uapi)
{
	ASSERT_EQ(0, strcasecmp(variant->name, variant->door->name));
	ASSERT_LE(0, make_world());
	self->door = variant->door;
	self->arg = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->arg);
	ASSERT_EQ(0, mprotect(self->arg + 8192, 4096, PROT_NONE));
}

FIXTURE_TEARDOWN(uapi)
{
}

static int enter(const struct door *door, void *arg)
{
	return mt_ioctl(world.fds[door->role], door->number, arg);
}

/* The call that was refused before works: so nothing had changed. */
static int works(const struct door *door, void *arg)
{
	int ret = enter(door, arg);

	if (!ret && door->undo)
		door->undo(arg);
	return ret;
}

TEST_F(uapi, short_sizes)
{
	__u8 copy[4096];
	__u32 size;

	self->door->make(self->arg);
	for (size = 0; size < self->door->first; size++) {
		memcpy(self->arg, &size, sizeof(size));
		memcpy(copy, self->arg, sizeof(copy));
		EXPECT_EQ(-EINVAL, enter(self->door, self->arg)) {
			TH_LOG("size %u", size);
		}
		EXPECT_EQ(0, memcmp(copy, self->arg, sizeof(copy)));
	}
	memcpy(self->arg, &size, sizeof(size));
	EXPECT_EQ(0, works(self->door, self->arg));
}

/* From the size that was published first: what is beyond is not looked at. */
TEST_F(uapi, older_sizes)
{
	__u8 copy[4096];
	__u32 size, i;

	for (size = self->door->first; size < self->door->size; size++) {
		self->door->make(self->arg);
		memcpy(self->arg, &size, sizeof(size));
		memcpy(copy, self->arg, sizeof(copy));
		memset(copy + size, 0xff, sizeof(copy) - size);
		EXPECT_EQ(0, enter(self->door, copy)) {
			TH_LOG("size %u", size);
		}
		for (i = size; i < self->door->size + 64; i++)
			ASSERT_EQ(0xff, copy[i]);
		memcpy(self->arg, copy, size);
		if (self->door->undo)
			self->door->undo(self->arg);
	}
}

TEST_F(uapi, larger_sizes)
{
	const __u32 sizes[] = {
		self->door->size + 1, self->door->size + 7,
		self->door->size + 8, self->door->size + 64, 1024, 4096,
	};
	unsigned int i;
	__u32 j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(self->arg, 0, 4096);
		self->door->make(self->arg);
		memcpy(self->arg, &sizes[i], sizeof(sizes[i]));
		EXPECT_EQ(0, works(self->door, self->arg)) {
			TH_LOG("size %u", sizes[i]);
		}
		for (j = self->door->size; j < sizes[i]; j++)
			ASSERT_EQ(0, self->arg[j]);
	}
}

TEST_F(uapi, dirty_tails)
{
	__u32 size = self->door->size + 64, real = self->door->size, i;
	__u8 copy[4096];

	self->door->make(self->arg);
	memcpy(self->arg, &size, sizeof(size));
	for (i = self->door->size; i < size; i++) {
		self->arg[i] = 0x80;
		memcpy(copy, self->arg, sizeof(copy));
		EXPECT_EQ(-E2BIG, enter(self->door, self->arg)) {
			TH_LOG("byte %u", i);
		}
		EXPECT_EQ(0, memcmp(copy, self->arg, sizeof(copy)));
		self->arg[i] = 0;
	}
	/* what lies behind the size is not looked at */
	memset(self->arg + real, 0xff, 64);
	memcpy(self->arg, &real, sizeof(real));
	EXPECT_EQ(0, works(self->door, self->arg));
	for (i = real; i < size; i++)
		EXPECT_EQ(0xff, self->arg[i]);
}

TEST_F(uapi, unknown_flags)
{
	__u32 flags, old;
	int bit;

	self->door->make(self->arg);
	memcpy(&old, self->arg + self->door->flags, sizeof(old));
	for (bit = 0; bit < 32; bit++) {
		if (self->door->known & 1U << bit)
			continue;
		flags = old | 1U << bit;
		memcpy(self->arg + self->door->flags, &flags, sizeof(flags));
		EXPECT_EQ(-EINVAL, enter(self->door, self->arg)) {
			TH_LOG("bit %d", bit);
		}
	}
	memcpy(self->arg + self->door->flags, &old, sizeof(old));
	EXPECT_EQ(0, works(self->door, self->arg));
}

TEST_F(uapi, fields_that_must_be_zero)
{
	const struct part *field = self->door->zero;
	size_t i;

	self->door->make(self->arg);
	for (; field->size; field++) {
		for (i = 0; i < field->size; i++) {
			self->arg[field->offset + i] = 1;
			EXPECT_EQ(-EINVAL, enter(self->door, self->arg)) {
				TH_LOG("offset %zu", field->offset + i);
			}
			self->arg[field->offset + i] = 0;
		}
	}
	EXPECT_EQ(0, works(self->door, self->arg));
}

TEST_F(uapi, fields_that_are_out)
{
	const struct part *field = self->door->ignored;

	for (; field->size; field++) {
		self->door->make(self->arg);
		memset(self->arg + field->offset, 0xff, field->size);
		EXPECT_EQ(0, works(self->door, self->arg)) {
			TH_LOG("offset %zu", field->offset);
		}
	}
}

TEST_F(uapi, argument_not_there)
{
	const size_t size = self->door->size;
	size_t cuts[] = { 0, 1, 3, 4, 8, size / 2, size - 1 };
	unsigned int i;

	self->door->make(self->arg);
	EXPECT_EQ(-EFAULT, enter(self->door, NULL));
	EXPECT_EQ(-EFAULT, enter(self->door, (void *)1));
	EXPECT_EQ(-EFAULT, enter(self->door, (void *)(intptr_t)-4096));
#ifdef __x86_64__
	EXPECT_EQ(-EFAULT, enter(self->door, (void *)0xffff888000000000));
	EXPECT_EQ(-EFAULT, enter(self->door, (void *)0x7fffffffff00));
#endif
	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		void *end = self->arg + 8192 - cuts[i];

		memcpy(end, self->arg, cuts[i]);
		EXPECT_EQ(-EFAULT, enter(self->door, end)) {
			TH_LOG("only %zu bytes", cuts[i]);
		}
	}
	/* the whole of it, and not a byte more */
	memcpy(self->arg + 8192 - size, self->arg, size);
	EXPECT_EQ(0, works(self->door, self->arg + 8192 - size));
}

/* Wherever it lies; only byte order and layout count. */
TEST_F(uapi, argument_not_aligned)
{
	int i;

	for (i = 1; i < 8; i++) {
		self->door->make(self->arg);
		memmove(self->arg + i, self->arg, self->door->size);
		EXPECT_EQ(0, enter(self->door, self->arg + i));
		if (self->door->undo) {
			memmove(self->arg, self->arg + i, self->door->size);
			self->door->undo(self->arg);
		}
	}
}

TEST_F(uapi, pointers_to_nothing)
{
	const __u64 addresses[] = {
		1, mt_ptr(self->arg + 8192), ~0ULL, ~0ULL << 47, 1ULL << 63,
	};
	const struct part *field = self->door->pointers;
	unsigned int i;
	__u64 old;

	self->door->make(self->arg);
	for (; field->size; field++) {
		memcpy(&old, self->arg + field->offset, sizeof(old));
		for (i = 0; i < ARRAY_SIZE(addresses); i++) {
			memcpy(self->arg + field->offset, &addresses[i], 8);
			EXPECT_EQ(-EFAULT, enter(self->door, self->arg)) {
				TH_LOG("offset %zu, address %llx",
				       field->offset,
				       (unsigned long long)addresses[i]);
			}
		}
		memcpy(self->arg + field->offset, &old, sizeof(old));
	}
	EXPECT_EQ(0, works(self->door, self->arg));
}

TEST_F(uapi, wrong_role)
{
	unsigned int role;

	self->door->make(self->arg);
	for (role = 0; role < ROLES; role++) {
		if (self->door->roles & 1U << role || world.fds[role] < 0)
			continue;
		EXPECT_EQ(-ENOTTY, mt_ioctl(world.fds[role],
					    self->door->number, self->arg));
		EXPECT_EQ(-ENOTTY, mt_ioctl(world.fds[role],
					    self->door->number, NULL));
	}
	EXPECT_EQ(0, works(self->door, self->arg));
}

FIXTURE(file) {
};

FIXTURE_SETUP(file)
{
	ASSERT_LE(0, make_world());
}

FIXTURE_TEARDOWN(file)
{
}

static bool known_of(const struct door *table, unsigned int count,
		     unsigned int number, unsigned int role)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (table[i].number == number && table[i].roles & 1U << role)
			return true;
	return false;
}

static bool known(unsigned int number, unsigned int role)
{
	return known_of(doors, DOORS, number, role) ||
	       known_of(lock_doors, LOCK_DOORS, number, role) ||
	       known_of(channel_doors, CHANNEL_DOORS, number, role) ||
	       known_of(checkpoint_doors, CHECKPOINT_DOORS, number, role) ||
	       known_of(replicator_doors, REPLICATOR_DOORS, number, role);
}

TEST_F(file, all_numbers)
{
	unsigned int number, role;
	__u8 arg[4096] = { 0 };
	int fd;

	for (role = 0; role < ROLES; role++) {
		fd = world.fds[role];
		if (fd < 0)
			continue;
		for (number = 0; number < 256; number++) {
			/* a known one finds that the argument has no size */
			EXPECT_EQ(known(_IO(MOTET_IOC_MAGIC, number), role) ?
				  -EINVAL : -ENOTTY,
				  mt_ioctl(fd, _IO(MOTET_IOC_MAGIC, number),
					   arg));
			EXPECT_EQ(-ENOTTY,
				  mt_ioctl(fd, _IOWR(MOTET_IOC_MAGIC, number,
						     struct motet_msg), arg));
			EXPECT_EQ(-ENOTTY,
				  mt_ioctl(fd, _IO(MOTET_IOC_MAGIC + 1, number),
					   arg));
		}
	}
}

TEST_F(file, neither_read_nor_written)
{
	char bytes[64] = { 0 };
	struct iovec iov = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	int i, fd;

	for (i = 0; i < ROLES; i++) {
		fd = world.fds[i];
		if (fd < 0)
			continue;
		errno = 0;
		EXPECT_EQ(-1, read(fd, bytes, sizeof(bytes)));
		EXPECT_EQ(EINVAL, errno);
		errno = 0;
		EXPECT_EQ(-1, write(fd, bytes, sizeof(bytes)));
		EXPECT_EQ(EINVAL, errno);
		errno = 0;
		EXPECT_EQ(-1, readv(fd, &iov, 1));
		EXPECT_EQ(EINVAL, errno);
		errno = 0;
		EXPECT_EQ(-1, writev(fd, &iov, 1));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, lseek(fd, 0, SEEK_SET));
		EXPECT_EQ(ESPIPE, errno);
		EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED,
					   fd, 0));
		EXPECT_EQ(ENODEV, errno);
		EXPECT_EQ(-1, ftruncate(fd, 0));
	}
}

static void put(void *arg, size_t offset, __u32 value)
{
	memcpy((__u8 *)arg + offset, &value, sizeof(value));
}

/* The other fields that take flags, modes and roles. */
TEST_F(file, more_flags)
{
	struct motet_port_create create;
	struct motet_port_open open;
	int actor = world.fds[MOTET_ROLE_ACTOR], bit;

	for (bit = 0; bit < 32; bit++) {
		make_create(&create);
		put(&create, offsetof(struct motet_port_create, fd_flags),
		    1U << bit);
		EXPECT_EQ(1U << bit == MOTET_FD_NONBLOCK ? 0 : -EINVAL,
			  mt_ioctl(actor, MOTET_IOC_PORT_CREATE, &create));
		if (1U << bit == MOTET_FD_NONBLOCK)
			close(create.fd);
		make_create(&create);
		create.mode |= 1U << bit;
		EXPECT_EQ(bit < 9 ? 0 : -EINVAL,
			  mt_ioctl(actor, MOTET_IOC_PORT_CREATE, &create));
		if (bit < 9)
			close(create.fd);
		make_open(&open);
		open.fd_flags = 1U << bit;
		EXPECT_EQ(1U << bit == MOTET_FD_NONBLOCK ? 0 : -EINVAL,
			  mt_ioctl(actor, MOTET_IOC_PORT_OPEN, &open));
		make_open(&open);
		open.role = bit + 2;
		EXPECT_EQ(open.role == MOTET_ROLE_STANDBY ? 0 : -EINVAL,
			  mt_ioctl(actor, MOTET_IOC_PORT_OPEN, &open));
	}
}

/* Structs in structs follow the conventions, too. */
TEST_F(file, inner_sizes)
{
	__u8 bytes[256] __attribute__((aligned(8))) = { 0 };
	struct motet_msg *inner = (void *)bytes;
	struct motet_reply_recv both = MT(motet_reply_recv,
					  .recv = mt_ptr(bytes));
	int fd = world.fds[MOTET_ROLE_HOLDER];
	__u32 i;

	make_recv(inner);
	for (i = 0; i < MOTET_MSG_SIZE_VER0; i++) {
		inner->size = i;
		EXPECT_EQ(-EINVAL, mt_ioctl(fd, MOTET_IOC_REPLY_RECV, &both));
	}
	inner->size = sizeof(bytes);
	for (i = sizeof(*inner); i < sizeof(bytes); i++) {
		bytes[i] = 1;
		EXPECT_EQ(-E2BIG, mt_ioctl(fd, MOTET_IOC_REPLY_RECV, &both));
		bytes[i] = 0;
	}
	EXPECT_EQ(0, mt_ioctl(fd, MOTET_IOC_REPLY_RECV, &both));
	EXPECT_EQ(sizeof(bytes), inner->size);
	EXPECT_EQ(8, inner->body_len);
}

TEST_F(file, stamp_sizes)
{
	struct {
		struct motet_stamp stamp;
		__u8 tail[32];
	} large = { 0 };
	struct motet_msg msg;
	__u32 i;

	make_recv(&msg);
	msg.stamp = mt_ptr(&large);
	for (i = 0; i < sizeof(large.stamp); i++) {
		large.stamp.size = i;
		EXPECT_EQ(-EINVAL, mt_ioctl(world.fds[MOTET_ROLE_HOLDER],
					    MOTET_IOC_RECV, &msg));
	}
	large.stamp.size = sizeof(large);
	for (i = 0; i < sizeof(large.tail); i++) {
		large.tail[i] = 1;
		EXPECT_EQ(-E2BIG, mt_ioctl(world.fds[MOTET_ROLE_HOLDER],
					   MOTET_IOC_RECV, &msg));
		large.tail[i] = 0;
	}
	EXPECT_EQ(0, mt_ioctl(world.fds[MOTET_ROLE_HOLDER], MOTET_IOC_RECV,
			      &msg));
	EXPECT_EQ(getpid(), large.stamp.pid);
}

#define LOOKS	5

/**
 * struct look - what there is in a domain
 * @dumps: of its objects and handles
 * @user: what root of its namespace is charged for
 */
struct look {
	struct mt_dump dumps[LOOKS];
	struct mt_attrs user;
};

static int look(struct look *look)
{
	static const __u8 cmds[LOOKS] = {
		MOTET_CMD_PORT_GET, MOTET_CMD_GROUP_GET, MOTET_CMD_CHANNEL_GET,
		MOTET_CMD_CHECKPOINT_GET, MOTET_CMD_HANDLE_GET,
	};
	struct mt_nl nl;
	int i, ret = mt_nl_open(&nl);

	for (i = 0; i < LOOKS && !ret; i++)
		ret = mt_nl_dump(&nl, cmds[i], &look->dumps[i]);
	mt_nl_close(&nl);
	return ret ?: mt_user_get(0, &look->user);
}

static bool same_look(const struct look *a, const struct look *b)
{
	int i;

	for (i = 0; i < LOOKS; i++)
		if (!mt_dump_equal(&a->dumps[i], &b->dumps[i]))
			return false;
	return a->user.len == b->user.len &&
	       !memcmp(a->user.bytes, b->user.bytes, a->user.len);
}

/*
 * Every call that makes a file: it makes nothing, and changes nothing. That they
 * work is seen when all have failed: what they make goes by queued work.
 */
TEST(no_file_descriptor_left)
{
	static const struct door *const makers[] = {
		&doors[1], &doors[2], &doors[18], &doors[19],
		&channel_doors[0], &checkpoint_doors[0], &checkpoint_doors[12],
		&replicator_doors[0],
	};
	static struct look before, after;
	__u8 arg[4096] __attribute__((aligned(8)));
	struct rlimit none, old;
	unsigned int i;

	/* where nothing of the tests before is about to end */
	ASSERT_EQ(0, mt_become(MT_USER_A));
	ASSERT_EQ(0, mt_user_namespace(MT_USER_A));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_LE(0, make_world());
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	none = (struct rlimit){ .rlim_max = old.rlim_max };
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		makers[i]->make(arg);
		ASSERT_EQ(0, look(&before));
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
		EXPECT_EQ(-EMFILE, enter(makers[i], arg)) {
			TH_LOG("%s", makers[i]->name);
		}
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
		ASSERT_EQ(0, look(&after));
		EXPECT_TRUE(same_look(&before, &after)) {
			TH_LOG("%s", makers[i]->name);
		}
	}
	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		makers[i]->make(arg);
		EXPECT_EQ(0, works(makers[i], arg)) {
			TH_LOG("%s", makers[i]->name);
		}
	}
}

TEST_F(file, info)
{
	struct motet_info info;

	EXPECT_EQ(0, mt_info(world.fds[MOTET_ROLE_ACTOR], &info));
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(0, info.flags);
	EXPECT_EQ(MOTET_ABI_MAJOR, info.abi_major);
	EXPECT_EQ(MOTET_PRIORITIES, info.priorities);
	EXPECT_EQ(0, info.features);
	EXPECT_EQ(MOTET_NAME_MAX, info.name_max);
	EXPECT_EQ(MOTET_ANNEX_MAX, info.annex_max);
	EXPECT_EQ(mt_param("body_max"), info.body_max);
	EXPECT_EQ(mt_param("port_messages_max"), info.port_messages_max);
	EXPECT_EQ(mt_param("port_bytes_max"), info.port_bytes_max);
	EXPECT_EQ(mt_param("retention_max"), info.retention_max);
	EXPECT_EQ(mt_param("domain_ports_max"), info.domain_ports_max);
	EXPECT_EQ(mt_param("user_ports_max"), info.user_ports_max);
	EXPECT_EQ(mt_param("user_bytes_max"), info.user_bytes_max);
	EXPECT_EQ(mt_param("user_actors_max"), info.user_actors_max);
	EXPECT_EQ(mt_param("handle_calls_max"), info.handle_calls_max);
	EXPECT_EQ(mt_param("user_locks_max"), info.user_locks_max);
	EXPECT_EQ(mt_param("domain_locks_max"), info.domain_locks_max);
	EXPECT_EQ(mt_param("lock_requests_max"), info.lock_requests_max);
	EXPECT_EQ(0, info.pad);
}

TEST_HARNESS_MAIN
