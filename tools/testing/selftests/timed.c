// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that happens at a time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "channel_test.h"
#include "checkpoint_test.h"
#include "lock_test.h"
#include "timed.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* What happens to many, in order: how many, and how far apart. */
#define MANY		16
#define APART		(20 * MT_MS)

/* All is prepared: waits until all others are, too. Returns when it is due. */
static __u64 begin(struct timed *timed)
{
	__atomic_store_n(&timed->ready, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&timed->go, __ATOMIC_SEQ_CST))
		mt_breathe();
	__atomic_store_n(&timed->due, mt_after(timed->delay), __ATOMIC_SEQ_CST);
	return timed->due;
}

/* What was to happen, and what did. */
static int is(int expected, int ret)
{
	if (ret == expected)
		return 0;
	return ret ? ret : -EPROTO;
}

static int receiver(struct timed *timed)
{
	int actor = mt_actor(), holder = mt_port(actor, NULL, 1, NULL);
	struct motet_msg msg = { .deadline = begin(timed) };
	__u64 value;

	return is(-ETIMEDOUT, mt_recv_msg(holder, &msg, &value, sizeof(value)));
}

static int receiver_of_any(struct timed *timed)
{
	int actor = mt_actor(), holder = mt_port(actor, NULL, 1, NULL);
	struct motet_msg msg = { .flags = MOTET_MSG_ANY };
	__u64 value;

	if (mt_enable(holder, 0, 1))
		return -EPROTO;
	msg.deadline = begin(timed);
	return is(-ETIMEDOUT, mt_recv_msg(actor, &msg, &value, sizeof(value)));
}

static int subscriber(struct timed *timed)
{
	int channel = mt_channel(mt_actor(), "timed-idle",
				 MT_BOTH | MOTET_CHANNEL_CREATE, 1, NULL);
	struct motet_msg msg = { .deadline = begin(timed) };
	__u64 value;

	return is(-ETIMEDOUT, mt_recv_msg(channel, &msg, &value,
					  sizeof(value)));
}

static int suspended_sender(struct timed *timed)
{
	int actor = mt_actor(), sender;
	struct motet_msg msg = { 0 };
	struct motet_id id;
	__u64 value = 1;

	mt_port(actor, NULL, 1, &id);
	sender = mt_sender(actor, &id);
	if (mt_send(sender, 0, 1))
		return -EPROTO;
	msg.deadline = begin(timed);
	return is(-ETIMEDOUT, mt_send_msg(sender, &msg, &value));
}

static int sender_to_group(struct timed *timed, __u32 address)
{
	struct motet_group_create create = {
		.mode = 0777, .address = address,
	};
	int actor = mt_actor(), group;
	struct motet_msg msg = { 0 };
	struct motet_id id;

	if (address == MOTET_ADDRESS_WORK)
		create.limits[0].messages = 1;
	group = mt_group_create(actor, &create, NULL);
	if (address != MOTET_ADDRESS_WORK &&
	    mt_member(actor, &create.cap, 1, &id) < 0)
		return -EPROTO;
	if (mt_to_group(group, &msg, 1))
		return -EPROTO;
	msg = (struct motet_msg){ .deadline = begin(timed) };
	return is(-ETIMEDOUT, mt_to_group(group, &msg, 2));
}

static int sender_to_any(struct timed *timed)
{
	return sender_to_group(timed, MOTET_ADDRESS_ANY);
}

static int sender_to_all(struct timed *timed)
{
	return sender_to_group(timed, MOTET_ADDRESS_BROADCAST);
}

static int sender_to_backlog(struct timed *timed)
{
	return sender_to_group(timed, MOTET_ADDRESS_WORK);
}

static int caller(struct timed *timed)
{
	int actor = mt_actor(), sender;
	struct motet_id id;
	__u64 answer;

	mt_port(actor, NULL, 1, &id);
	sender = mt_sender(actor, &id);
	return is(-ETIMEDOUT, mt_call(sender, 1, &answer, begin(timed), NULL));
}

static int locker(struct timed *timed)
{
	int holder = mt_actor(), actor = mt_actor();
	__u64 first, second;

	if (mt_lock_new(holder, "timed", &first) ||
	    mt_lock(holder, first, 1, EXCLUSIVE, 0) ||
	    mt_lock_new(actor, "timed", &second))
		return -EPROTO;
	return is(-ETIMEDOUT, mt_lock_until(actor, second, 1, SHARED,
					    begin(timed)));
}

/* The last of many is due at the time; those before it were in order. */
static __u64 due_of(__u64 due, int i)
{
	return due - (MANY - 1 - i) * APART;
}

/* Some permutation of many. */
static int shuffled(int i)
{
	return i * 7 % MANY;
}

static int many_lock_requests(struct timed *timed)
{
	int holder = mt_actor(), actor = mt_actor(), i, which;
	struct motet_lock_result result;
	__u64 first, second, due;

	if (mt_lock_new(holder, "timed-many", &first) ||
	    mt_lock(holder, first, 1, EXCLUSIVE, 0) ||
	    mt_lock_new(actor, "timed-many", &second))
		return -EPROTO;
	due = begin(timed);
	for (i = 0; i < MANY; i++) {
		struct motet_lock_acquire arg =
			MT(motet_lock_acquire, .flags = ASYNC,
			   .opening = second, .lock_id = shuffled(i),
			   .mode = SHARED,
			   .deadline = due_of(due, shuffled(i)));

		if (mt_ioctl(actor, MOTET_IOC_LOCK_ACQUIRE, &arg))
			return -EPROTO;
	}
	for (i = 0; i < MANY; i++) {
		struct motet_msg msg = { 0 };

		if (mt_recv_msg(actor, &msg, &result, sizeof(result)))
			return -EPROTO;
		which = result.lock_id;
		if (which != i || result.error != ETIMEDOUT ||
		    mt_now() < due_of(due, i))
			return -EILSEQ;
	}
	return 0;
}

static int many_expiries(struct timed *timed)
{
	struct motet_port_create create = { .mode = 0777 };
	int actor = mt_actor(), letters, sender, i;
	__u64 due, value;

	letters = mt_port(actor, NULL, MANY, &create.dead_letter);
	create.limits[0].messages = MANY;
	if (mt_create(actor, &create, NULL) < 0)
		return -EPROTO;
	sender = mt_sender(actor, &create.id);
	due = begin(timed);
	for (i = 0; i < MANY; i++) {
		struct motet_msg msg = {
			.expires = due_of(due, shuffled(i)),
		};

		value = shuffled(i);
		if (mt_send_msg(sender, &msg, &value))
			return -EPROTO;
	}
	for (i = 0; i < MANY; i++) {
		struct motet_msg msg = { 0 };

		if (mt_recv_msg(letters, &msg, &value, sizeof(value)))
			return -EPROTO;
		if (value != (__u64)i || msg.error != ETIMEDOUT ||
		    mt_now() < due_of(due, i))
			return -EILSEQ;
	}
	return is(-EAGAIN, mt_try_recv(letters, &value));
}

static int lease(struct timed *timed)
{
	int actor = mt_actor(), holder, sender;
	struct motet_msg msg = { 0 };
	struct motet_id id;
	__u64 value;

	holder = mt_port(actor, NULL, 1, &id);
	sender = mt_sender(actor, &id);
	if (mt_send(sender, 0, 1) ||
	    mt_lease_recv(holder, &msg, &value, begin(timed)))
		return -EPROTO;
	msg = (struct motet_msg){ 0 };
	if (mt_recv_msg(holder, &msg, &value, sizeof(value)))
		return -EPROTO;
	return msg.redelivered == 1 ? 0 : -EPROTO;
}

/* Retention begins with the death or the close of the last that keeps it. */
static int port(struct timed *timed)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = timed->delay,
	};
	int actor = mt_actor(), ret;

	close((begin(timed), mt_create(actor, &create, "timed")));
	do {
		mt_breathe();
		ret = mt_lookup(actor, "timed", NULL);
	} while (!ret);
	return is(-ENOENT, ret);
}

static int group(struct timed *timed)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_ANY,
		.retention = timed->delay,
	};
	int actor = mt_actor(), ret;

	begin(timed);
	close(mt_group_create(actor, &create, "timed"));
	memset(create.cap.key, 0, sizeof(create.cap.key));
	/* to open it would let its time begin again */
	do {
		mt_breathe();
		ret = mt_delete(actor, &create.cap);
	} while (ret == -EACCES);
	return is(-ESRCH, ret);
}

/* Asks by netlink, which does not let its time begin again, until it is gone. */
static int until_no(__u8 cmd, __u16 name)
{
	struct mt_attrs request = { 0 }, answer;
	struct mt_nl nl;
	int ret = mt_nl_open(&nl);

	if (ret)
		return ret;
	mt_attr_add(&request, name, "timed", 5);
	do {
		mt_breathe();
		ret = mt_nl_do(&nl, cmd, &request, &answer);
	} while (!ret);
	mt_nl_close(&nl);
	return is(-ENOENT, ret);
}

static int channel(struct timed *timed)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER,
		.mode = 0777, .retention = timed->delay,
	};
	int actor = mt_actor();

	begin(timed);
	close(mt_channel_open(actor, &arg, "timed"));
	return until_no(MOTET_CMD_CHANNEL_GET, MOTET_A_CHANNEL_NAME);
}

static int event(struct timed *timed)
{
	struct motet_channel_status status;
	int fd, ret;

	fd = mt_channel(mt_actor(), "timed-kept",
			MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER, 1,
			NULL);
	begin(timed);
	if (mt_publish(fd, 0, "", 1, timed->delay, NULL))
		return -EPROTO;
	do {
		mt_breathe();
		ret = mt_channel_status(fd, &status);
	} while (!ret && status.retained);
	return ret;
}

static int checkpoint(struct timed *timed)
{
	int fd = mc_create(mt_actor(), "timed");

	if (mc_retention(fd, timed->delay))
		return -EPROTO;
	begin(timed);
	close(fd);
	return until_no(MOTET_CMD_CHECKPOINT_GET, MOTET_A_CHECKPOINT_NAME);
}

static int section(struct timed *timed)
{
	int fd = mc_create(mt_actor(), "timed-parts");
	long ret;

	begin(timed);
	if (mc_section_until(fd, "part", mc_boottime() + timed->delay))
		return -EPROTO;
	do {
		mt_breathe();
		ret = mc_read(fd, "part", 0, NULL, 0);
	} while (ret >= 0);
	return is(-ENOENT, ret);
}

static const struct {
	const char *name;
	int (*run)(struct timed *timed);
} kinds[] = {
	{ "receiver", receiver },
	{ "receiver of any", receiver_of_any },
	{ "subscriber", subscriber },
	{ "suspended sender", suspended_sender },
	{ "sender to any of a group", sender_to_any },
	{ "sender to all of a group", sender_to_all },
	{ "sender to a backlog", sender_to_backlog },
	{ "caller", caller },
	{ "locker", locker },
	{ "many requests on a lock", many_lock_requests },
	{ "many messages that expire", many_expiries },
	{ "lease", lease },
	{ "retention of a port", port },
	{ "retention of a group", group },
	{ "retention of a channel", channel },
	{ "retention of an event", event },
	{ "retention of a checkpoint", checkpoint },
	{ "expiry of a section", section },
};

/* Starts all, and returns when all have begun. */
struct timed_all *timed_start(__u64 delay)
{
	struct timed_all *all = mt_shared(sizeof(*all));
	struct timed *timed;
	unsigned int i;
	pid_t pid;

	if (!all)
		abort();
	all->count = ARRAY_SIZE(kinds);
	for (i = 0; i < all->count; i++) {
		timed = &all->things[i];
		timed->name = kinds[i].name;
		timed->delay = delay;
		pid = mt_fork();
		if (pid) {
			timed->pid = pid;
			continue;
		}
		timed->result = kinds[i].run(timed);
		__atomic_store_n(&timed->fired, mt_now(), __ATOMIC_SEQ_CST);
		_exit(0);
	}
	for (i = 0; i < all->count; i++)
		while (!__atomic_load_n(&all->things[i].ready,
					__ATOMIC_SEQ_CST) &&
		       !__atomic_load_n(&all->things[i].fired,
					__ATOMIC_SEQ_CST))
			mt_breathe();
	for (i = 0; i < all->count; i++)
		__atomic_store_n(&all->things[i].go, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < all->count; i++)
		while (!__atomic_load_n(&all->things[i].due,
					__ATOMIC_SEQ_CST) &&
		       !__atomic_load_n(&all->things[i].fired,
					__ATOMIC_SEQ_CST))
			mt_breathe();
	return all;
}

/* How many have happened before they were due, or without it. */
int timed_early(const struct timed_all *all)
{
	const struct timed *timed;
	int early = 0;
	unsigned int i;
	__u64 fired;

	for (i = 0; i < all->count; i++) {
		timed = &all->things[i];
		fired = __atomic_load_n(&timed->fired, __ATOMIC_SEQ_CST);
		if (!fired || (timed->due && fired >= timed->due))
			continue;
		printf("# %s: too early, result %d\n", timed->name,
		       timed->result);
		early++;
	}
	return early;
}

/* Waits for all; how many were wrong, early, or more than @late nanoseconds late. */
int timed_end(struct timed_all *all, __u64 late)
{
	int wrong = timed_early(all);
	struct timed *timed;
	unsigned int i;
	__u64 end = 0;

	for (i = 0; i < all->count; i++)
		if (end < all->things[i].due + late)
			end = all->things[i].due + late;
	for (i = 0; i < all->count; i++) {
		timed = &all->things[i];
		while (mt_now() < end &&
		       !__atomic_load_n(&timed->fired, __ATOMIC_SEQ_CST))
			mt_breathe();
		if (!timed->fired || timed->fired > timed->due + late) {
			printf("# %s: too late\n", timed->name);
			wrong++;
		} else if (timed->result) {
			printf("# %s: %d\n", timed->name, timed->result);
			wrong++;
		}
		mt_kill(timed->pid);
	}
	return wrong;
}
