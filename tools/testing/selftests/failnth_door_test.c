// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every call of the interface, in the form in which it succeeds, fails at each
 * of its allocations and user copies.
 */
#include <linux/motet_channel.h>
#include <linux/motet_checkpoint.h>
#include <linux/motet_lock.h>
#include <linux/motet_replicator.h>

#include "kselftest_harness.h"
#include "failnth.h"
#include "lock_test.h"
#include "uapi_doors.h"

/* What a call is made with: as it was set up, however often it is made. */
static const struct door *door;
static __u8 made[4096] __attribute__((aligned(8)));
static __u8 arg[4096] __attribute__((aligned(8)));

static int set_up(void)
{
	int ret = make_world();

	if (ret < 0)
		return ret;
	memset(made, 0, sizeof(made));
	door->make(made);
	return 0;
}

static int enter(void)
{
	memcpy(arg, made, sizeof(arg));
	return mt_ioctl(world.fds[door->role], door->number, arg);
}

/* Of a call that is resumed: it is unfinished while it has its id. */
static int half(int ret)
{
	const struct motet_call_arg *call = (const void *)arg;

	(void)ret;
	return call->id == ((const struct motet_call_arg *)made)->id ? 0 : -1;
}

/* A new lock may come and go, which is told, before it has its first opening. */
static int half_lock(int ret)
{
	__u64 none;

	if (ret != -ENOMEM)
		return 0;
	return mt_lock_open(world.fds[door->role], 0, "opened", &none) ==
	       -ENOENT;
}

static unsigned int flags(void)
{
	switch (door->number) {
	/* they say at their end what they have done */
	case MOTET_IOC_SEND_MANY:
	case MOTET_IOC_RECV_MANY:
	case MOTET_IOC_LOCK_PURGE:
	case MOTET_IOC_CHANNEL_PUBLISH:
	case MOTET_IOC_CHANNEL_SUBSCRIBE:
	case MOTET_IOC_CHECKPOINT_WRITE:
	case MOTET_IOC_SECTION_CREATE:
	case MOTET_IOC_REPLICATOR_APPLY:
		return FN_TELLS;
	/* the step is that of a retention by the clock */
	case MOTET_IOC_REPLICATOR_NEXT:
		return FN_COUNTS;
	default:
		return 0;
	}
}

static void undo(void)
{
	if (door->undo)
		door->undo(arg);
}

FIXTURE(failnth) {
	struct fn_scenario scenario;
};

FIXTURE_VARIANT(failnth) {
	const char *name;
	const struct door *door;
	int place;		/* in the list, which the compiler counts */
};

#define DOOR(_name, which)						\
	FIXTURE_VARIANT_ADD(failnth, _name) {				\
		.name = #_name, .door = &(which), .place = __COUNTER__,	\
	}

#include "uapi_door_list.h"

FIXTURE_SETUP(failnth)
{
	ASSERT_EQ(0, strcasecmp(variant->name, variant->door->name));
	door = variant->door;
	self->scenario = (struct fn_scenario){
		.name = door->name, .setup = set_up, .run = enter,
		.undo = undo,
		.half = door->number == MOTET_IOC_CALL ? half :
			door->number == MOTET_IOC_LOCK_OPEN ? half_lock : NULL,
		.flags = flags(),
	};
}

FIXTURE_TEARDOWN(failnth)
{
}

TEST_F(failnth, door)
{
	if (!fn_available())
		SKIP(return, "the kernel injects no faults");
	EXPECT_EQ(0, fn_sweep(&self->scenario));
}

FN_LEAKS

TEST_HARNESS_MAIN
