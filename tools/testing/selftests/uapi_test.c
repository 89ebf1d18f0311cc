// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The conventions of the interface, for every call and every struct: sizes,
 * unknown flags, padding, pointers, files. Also built as a 32-bit program.
 */
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>
#include <time.h>

#include "kselftest_harness.h"
#include "motet_test.h"

#define SIZE_OF(type, version)						\
	static_assert(sizeof(struct type) == (version), #type)

SIZE_OF(motet_id, 16);
SIZE_OF(motet_limits, 16);
SIZE_OF(motet_stamp, MOTET_STAMP_SIZE_VER0);
SIZE_OF(motet_msg, MOTET_MSG_SIZE_VER0);
SIZE_OF(motet_info, MOTET_INFO_SIZE_VER0);
SIZE_OF(motet_port_create, MOTET_PORT_CREATE_SIZE_VER0);
SIZE_OF(motet_port_open, MOTET_PORT_OPEN_SIZE_VER0);
SIZE_OF(motet_port_name, MOTET_PORT_NAME_SIZE_VER0);
SIZE_OF(motet_port_status, MOTET_PORT_STATUS_SIZE_VER0);
SIZE_OF(motet_call_arg, MOTET_CALL_ARG_SIZE_VER0);
SIZE_OF(motet_cancel, MOTET_CANCEL_SIZE_VER0);
SIZE_OF(motet_reply_recv, MOTET_REPLY_RECV_SIZE_VER0);
static_assert(offsetof(struct motet_msg, deadline) == 64, "motet_msg");
static_assert(offsetof(struct motet_stamp, cgroup) == 56, "motet_stamp");

/* One of each role, and what the calls of the table work with. */
struct world {
	int fds[3];		/* by role */
	struct motet_id id;
	__u64 value;
	__u64 call;		/* unfinished */
	struct motet_msg msg;
};

static struct world world;

static void on_signal(int signal)
{
	(void)signal;
}

/*
 * A call on one's own port that a signal interrupts: unfinished, and no other
 * thread is needed. The timer goes off again in case it was too early.
 */
static void make_call(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerspec soon = {
		.it_value.tv_nsec = 1000000,
		.it_interval.tv_nsec = 1000000,
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1,
	};
	timer_t timer;
	__u64 answer;

	sigaction(SIGUSR1, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		abort();
	world.call = 0;
	while (!world.call) {
		timer_settime(timer, 0, &soon, NULL);
		mt_call(world.fds[MOTET_ROLE_SENDER], 1, &answer, 0,
			&world.call);
	}
	timer_delete(timer);
}

static void drain(void)
{
	struct motet_msg msg = { 0 };
	__u64 value;

	while (!mt_try_recv_msg(world.fds[MOTET_ROLE_HOLDER], &msg, &value, 8))
		msg = (struct motet_msg){ 0 };
	if (world.call)
		mt_cancel(world.fds[MOTET_ROLE_SENDER], world.call);
	world.call = 0;
	while (!mt_try_recv_msg(world.fds[MOTET_ROLE_ACTOR], &msg, &value, 8))
		msg = (struct motet_msg){ 0 };
}

static void make_info(void *arg)
{
	*(struct motet_info *)arg = MT(motet_info);
}

static void make_create(void *arg)
{
	*(struct motet_port_create *)arg = MT(motet_port_create, .mode = 0777,
					      .name = mt_ptr("created"),
					      .name_len = 7);
}

static void close_created(void *arg)
{
	close(((struct motet_port_create *)arg)->fd);
}

static void make_open(void *arg)
{
	*(struct motet_port_open *)arg = MT(motet_port_open,
					    .role = MOTET_ROLE_SENDER,
					    .name = mt_ptr("uapi"),
					    .name_len = 4);
}

static void close_opened(void *arg)
{
	close(((struct motet_port_open *)arg)->fd);
}

static void make_lookup(void *arg)
{
	*(struct motet_port_name *)arg = MT(motet_port_name,
					    .name = mt_ptr("uapi"),
					    .name_len = 4);
}

/* the port that is unlinked each time */
static int unlinked = -1;

static void make_unlink(void *arg)
{
	if (unlinked < 0)
		unlinked = mt_port(world.fds[MOTET_ROLE_ACTOR], "unlinked", 1,
				   NULL);
	*(struct motet_port_name *)arg = MT(motet_port_name,
					    .name = mt_ptr("unlinked"),
					    .name_len = 8);
}

static void close_unlinked(void *arg)
{
	(void)arg;
	close(unlinked);
	unlinked = -1;
}

static void make_status(void *arg)
{
	*(struct motet_port_status *)arg = MT(motet_port_status);
}

static void make_send(void *arg)
{
	*(struct motet_msg *)arg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
				      .body = mt_ptr(&world.value),
				      .body_len = 8,
				      .annex = mt_ptr(&world.value),
				      .annex_len = 0);
}

static void make_recv(void *arg)
{
	drain();
	mt_try_send(world.fds[MOTET_ROLE_SENDER], 0, 1);
	*(struct motet_msg *)arg = MT(motet_msg, .flags = MOTET_MSG_DONTWAIT,
				      .body = mt_ptr(&world.value),
				      .body_cap = 8);
}

static void make_reply(void *arg)
{
	__u64 token;

	drain();
	make_call();
	mt_recv_call(world.fds[MOTET_ROLE_HOLDER], &token, &world.value);
	*(struct motet_msg *)arg = MT(motet_msg, .body = mt_ptr(&world.value),
				      .body_len = 8, .token = token);
}

/* Fetches the answer of a call that was interrupted. */
static void make_resume(void *arg)
{
	struct motet_msg reply;

	make_reply(&reply);
	mt_ioctl(world.fds[MOTET_ROLE_HOLDER], MOTET_IOC_REPLY, &reply);
	world.msg = MT(motet_msg, .body = mt_ptr(&world.value), .body_cap = 8);
	*(struct motet_call_arg *)arg = MT(motet_call_arg, .id = world.call,
					   .flags = MOTET_CALL_RESUME,
					   .reply = mt_ptr(&world.msg));
}

static void make_cancel(void *arg)
{
	drain();
	make_call();
	*(struct motet_cancel *)arg = MT(motet_cancel, .id = world.call);
}

static void make_reply_recv(void *arg)
{
	make_recv(&world.msg);
	*(struct motet_reply_recv *)arg = MT(motet_reply_recv,
					     .recv = mt_ptr(&world.msg));
}

static void after(void *arg)
{
	(void)arg;
	drain();
}

/* bits by role */
enum {
	ON_HOLDER = 1,
	ON_SENDER = 2,
	ON_ACTOR = 4,
};

static_assert(ON_HOLDER >> MOTET_ROLE_HOLDER == 1, "ON_HOLDER");
static_assert(ON_SENDER >> MOTET_ROLE_SENDER == 1, "ON_SENDER");
static_assert(ON_ACTOR >> MOTET_ROLE_ACTOR == 1, "ON_ACTOR");

struct part {
	size_t offset;
	size_t size;
};

#define FIELD(type, field)						\
	((struct part){							\
		offsetof(struct type, field),				\
		sizeof(((struct type *)0)->field)			\
	})

/**
 * struct door - a call of the interface
 * @name: for messages
 * @number: of the ioctl
 * @role: file that it is tried on
 * @roles: files that know it
 * @size: of its argument
 * @make: sets an argument up with which it succeeds
 * @undo: after it has succeeded
 * @flags: field of flags that are checked
 * @known: flags that it knows or ignores
 * @zero: fields that must be zero
 * @ignored: fields that may be anything
 * @pointers: fields that point to what is read or written
 */
struct door {
	const char *name;
	unsigned int number;
	unsigned int role;
	unsigned int roles;
	size_t size;
	void (*make)(void *arg);
	void (*undo)(void *arg);
	size_t flags;
	__u32 known;
	struct part zero[13];	/* and an end */
	struct part ignored[10];
	struct part pointers[3];
};

static const struct door doors[] = {
	{
		.name = "INFO", .number = MOTET_IOC_INFO,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_info), .make = make_info,
		.flags = offsetof(struct motet_info, flags),
		.ignored = {
			FIELD(motet_info, abi_major),
			FIELD(motet_info, features),
			FIELD(motet_info, body_max),
			FIELD(motet_info, actor), FIELD(motet_info, port),
		},
	}, {
		.name = "PORT_CREATE", .number = MOTET_IOC_PORT_CREATE,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_create), .make = make_create,
		.undo = close_created,
		.flags = offsetof(struct motet_port_create, flags),
		.known = MOTET_PORT_FIFO,
		.zero = {
			FIELD(motet_port_create, limits[0].pad),
			FIELD(motet_port_create, limits[1].pad),
			FIELD(motet_port_create, limits[2].pad),
			FIELD(motet_port_create, limits[3].pad),
		},
		.ignored = {
			FIELD(motet_port_create, fd),
			FIELD(motet_port_create, id),
		},
		.pointers = { FIELD(motet_port_create, name) },
	}, {
		.name = "PORT_OPEN", .number = MOTET_IOC_PORT_OPEN,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_open), .make = make_open,
		.undo = close_opened,
		.flags = offsetof(struct motet_port_open, flags),
		.zero = { FIELD(motet_port_open, id) },
		.ignored = { FIELD(motet_port_open, fd) },
		.pointers = { FIELD(motet_port_open, name) },
	}, {
		.name = "PORT_LOOKUP", .number = MOTET_IOC_PORT_LOOKUP,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_name), .make = make_lookup,
		.flags = offsetof(struct motet_port_name, flags),
		.zero = { FIELD(motet_port_name, pad) },
		.ignored = { FIELD(motet_port_name, id) },
		.pointers = { FIELD(motet_port_name, name) },
	}, {
		.name = "PORT_UNLINK", .number = MOTET_IOC_PORT_UNLINK,
		.role = MOTET_ROLE_ACTOR, .roles = ON_ACTOR,
		.size = sizeof(struct motet_port_name), .make = make_unlink,
		.undo = close_unlinked,
		.flags = offsetof(struct motet_port_name, flags),
		.zero = { FIELD(motet_port_name, pad) },
		.ignored = { FIELD(motet_port_name, id) },
		.pointers = { FIELD(motet_port_name, name) },
	}, {
		.name = "PORT_STATUS", .number = MOTET_IOC_PORT_STATUS,
		.role = MOTET_ROLE_SENDER,
		.roles = ON_ACTOR | ON_HOLDER | ON_SENDER,
		.size = sizeof(struct motet_port_status), .make = make_status,
		/* its flags are out */
		.flags = offsetof(struct motet_port_status, flags),
		.known = ~0U,
		.zero = { FIELD(motet_port_status, pad) },
		.ignored = {
			FIELD(motet_port_status, flags),
			FIELD(motet_port_status, role),
			FIELD(motet_port_status, state),
			FIELD(motet_port_status, mode),
			FIELD(motet_port_status, retention),
			FIELD(motet_port_status, messages),
			FIELD(motet_port_status, bytes),
			FIELD(motet_port_status, id),
		},
	}, {
		.name = "SEND", .number = MOTET_IOC_SEND,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER,
		.size = sizeof(struct motet_msg), .make = make_send,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_DONTWAIT | MOTET_MSG_RETURN | MOTET_MSG_CALL,
		.zero = {
			FIELD(motet_msg, body_cap), FIELD(motet_msg, annex_cap),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count), FIELD(motet_msg, pad),
			FIELD(motet_msg, token),
			FIELD(motet_msg, stamp), FIELD(motet_msg, to),
		},
		.ignored = { FIELD(motet_msg, id) },
		.pointers = { FIELD(motet_msg, body) },
	}, {
		.name = "RECV", .number = MOTET_IOC_RECV,
		.role = MOTET_ROLE_HOLDER, .roles = ON_HOLDER | ON_ACTOR,
		.size = sizeof(struct motet_msg), .make = make_recv,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_DONTWAIT | MOTET_MSG_CALL,
		.zero = { FIELD(motet_msg, pad) },
		.ignored = {
			FIELD(motet_msg, body_len), FIELD(motet_msg, annex_len),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count), FIELD(motet_msg, id),
			FIELD(motet_msg, token), FIELD(motet_msg, to),
		},
		.pointers = {
			FIELD(motet_msg, body), FIELD(motet_msg, stamp),
		},
	}, {
		.name = "REPLY", .number = MOTET_IOC_REPLY,
		.role = MOTET_ROLE_HOLDER, .roles = ON_HOLDER | ON_ACTOR,
		.size = sizeof(struct motet_msg), .make = make_reply,
		.undo = after,
		.flags = offsetof(struct motet_msg, flags),
		.known = MOTET_MSG_CALL,
		.zero = {
			FIELD(motet_msg, body_cap), FIELD(motet_msg, annex_cap),
			FIELD(motet_msg, priority),
			FIELD(motet_msg, redelivered),
			FIELD(motet_msg, exception), FIELD(motet_msg, error),
			FIELD(motet_msg, count),
			FIELD(motet_msg, pad), FIELD(motet_msg, deadline),
			FIELD(motet_msg, id), FIELD(motet_msg, stamp),
			FIELD(motet_msg, to),
		},
		.pointers = { FIELD(motet_msg, body) },
	}, {
		.name = "CALL", .number = MOTET_IOC_CALL,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER,
		.size = sizeof(struct motet_call_arg), .make = make_resume,
		.undo = after,
		.flags = offsetof(struct motet_call_arg, flags),
		.known = MOTET_CALL_RESUME,
		.zero = { FIELD(motet_call_arg, request) },
		.pointers = { FIELD(motet_call_arg, reply) },
	}, {
		.name = "CANCEL", .number = MOTET_IOC_CANCEL,
		.role = MOTET_ROLE_SENDER, .roles = ON_SENDER,
		.size = sizeof(struct motet_cancel), .make = make_cancel,
		.undo = after,
		.flags = offsetof(struct motet_cancel, flags),
	}, {
		.name = "REPLY_RECV", .number = MOTET_IOC_REPLY_RECV,
		.role = MOTET_ROLE_HOLDER, .roles = ON_HOLDER | ON_ACTOR,
		.size = sizeof(struct motet_reply_recv),
		.make = make_reply_recv, .undo = after,
		.flags = offsetof(struct motet_reply_recv, flags),
		.pointers = {
			FIELD(motet_reply_recv, reply),
			FIELD(motet_reply_recv, recv),
		},
	},
};

FIXTURE(uapi) {
	const struct door *door;
	__u8 *arg;		/* two pages, then one that is not there */
};

FIXTURE_VARIANT(uapi) {
	unsigned int door;
};

FIXTURE_VARIANT_ADD(uapi, info)
{
	.door = 0,
};

FIXTURE_VARIANT_ADD(uapi, port_create)
{
	.door = 1,
};

FIXTURE_VARIANT_ADD(uapi, port_open)
{
	.door = 2,
};

FIXTURE_VARIANT_ADD(uapi, port_lookup)
{
	.door = 3,
};

FIXTURE_VARIANT_ADD(uapi, port_unlink)
{
	.door = 4,
};

FIXTURE_VARIANT_ADD(uapi, port_status)
{
	.door = 5,
};

FIXTURE_VARIANT_ADD(uapi, send)
{
	.door = 6,
};

FIXTURE_VARIANT_ADD(uapi, recv)
{
	.door = 7,
};

FIXTURE_VARIANT_ADD(uapi, reply)
{
	.door = 8,
};

FIXTURE_VARIANT_ADD(uapi, call)
{
	.door = 9,
};

FIXTURE_VARIANT_ADD(uapi, cancel)
{
	.door = 10,
};

FIXTURE_VARIANT_ADD(uapi, reply_recv)
{
	.door = 11,
};

static_assert(ARRAY_SIZE(doors) == 12, "a variant for each door");

static void make_world(struct __test_metadata *_metadata)
{
	int actor = mt_actor();

	ASSERT_LE(0, actor);
	world.fds[MOTET_ROLE_ACTOR] = actor;
	world.fds[MOTET_ROLE_HOLDER] = mt_port(actor, "uapi", 16, &world.id);
	ASSERT_LE(0, world.fds[MOTET_ROLE_HOLDER]);
	world.fds[MOTET_ROLE_SENDER] = mt_sender(actor, &world.id);
	ASSERT_LE(0, world.fds[MOTET_ROLE_SENDER]);
}

FIXTURE_SETUP(uapi)
{
	make_world(_metadata);
	self->door = &doors[variant->door];
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
	for (size = 0; size < self->door->size; size++) {
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
	for (role = 0; role < 3; role++) {
		if (self->door->roles & 1U << role)
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
	make_world(_metadata);
}

FIXTURE_TEARDOWN(file)
{
}

static bool known(unsigned int number, unsigned int role)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(doors); i++)
		if (doors[i].number == number && doors[i].roles & 1U << role)
			return true;
	return false;
}

TEST_F(file, all_numbers)
{
	unsigned int number, role;
	__u8 arg[4096] = { 0 };
	int fd;

	for (role = 0; role < 3; role++) {
		fd = world.fds[role];
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

	for (i = 0; i < 3; i++) {
		fd = world.fds[i];
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
		EXPECT_EQ(-EINVAL, mt_ioctl(actor, MOTET_IOC_PORT_OPEN, &open));
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
	for (i = 0; i < sizeof(*inner); i++) {
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
}

TEST_HARNESS_MAIN
