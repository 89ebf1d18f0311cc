// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that use all of the module until they are killed. Those that look on
 * by netlink, sysfs and tracing do so while it is unloaded, too: none of that
 * holds it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "channel_test.h"
#include "checkpoint_test.h"
#include "lock_test.h"
#include "reload.h"
#include "watch_test.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define KEEP		(60 * MT_SECOND)
#define CLASS		"/sys/class/motet"
#define TRACING		"/sys/kernel/tracing"
#define TRACED		TRACING "/events/motet/motet_message_queue"

/**
 * struct user - one process, from one open of the device to the next
 * @reload: what it shares with the test
 * @index: which process it is
 * @seed: of its choices
 * @actor: the device
 * @holder: a named port, of which the others know
 * @id: of that port
 * @channel: a channel of all
 * @checkpoint: a checkpoint of all
 * @opening: of a lock of all
 * @lock_id: of its last request
 */
struct user {
	struct reload *reload;
	unsigned int index;
	unsigned int seed;
	int actor;
	int holder;
	struct motet_id id;
	int channel;
	int checkpoint;
	__u64 opening;
	__u64 lock_id;
};

static unsigned int below(struct user *user, unsigned int bound)
{
	return rand_r(&user->seed) % bound;
}

void reload_did(struct reload *reload, enum reload_what what)
{
	__atomic_add_fetch(&reload->done[what], 1, __ATOMIC_RELAXED);
}

static void did(struct user *user, enum reload_what what, int ret)
{
	if (ret >= 0)
		reload_did(user->reload, what);
}

/* Counts what an open may say while the module comes and goes. */
static int open_device(struct reload *reload)
{
	int actor = mt_actor();

	if (actor >= 0)
		return actor;
	if (actor == -ENOENT || actor == -ENXIO || actor == -ENODEV) {
		reload_did(reload, RELOAD_ABSENT);
	} else {
		__atomic_store_n(&reload->error, actor, __ATOMIC_RELAXED);
		__atomic_add_fetch(&reload->strange, 1, __ATOMIC_RELAXED);
	}
	mt_breathe();
	return actor;
}

static void port_name(char *name, size_t size, unsigned int index)
{
	snprintf(name, size, "reload-%u", index);
}

/* The port is there still if the process before this one was killed. */
static void hold_port(struct user *user)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = KEEP, .limits[0].messages = 8,
	};
	char name[32];

	port_name(name, sizeof(name), user->index);
	user->holder = mt_create(user->actor, &create, name);
	user->id = create.id;
	if (user->holder == -EEXIST)
		user->holder = mt_open(user->actor, MOTET_ROLE_HOLDER, name,
				       &user->id);
}

static int begin(struct user *user)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();

	user->actor = open_device(user->reload);
	if (user->actor < 0)
		return user->actor;
	hold_port(user);
	user->channel = mt_channel(user->actor, "reload",
				   MT_BOTH | MOTET_CHANNEL_CREATE, 8, NULL);
	mt_subscribe(user->channel, 1, MOTET_FILTER_NONE, "");
	user->checkpoint = mc_open_with(user->actor, "reload", MC_CREATE, 0777,
					&attributes);
	mc_retention(user->checkpoint, KEEP);
	mc_section(user->checkpoint, "section", "data", 4);
	mt_lock_new(user->actor, "reload", &user->opening);
	return 0;
}

static void end(struct user *user)
{
	close(user->checkpoint);
	close(user->channel);
	close(user->holder);
	close(user->actor);
}

static int open_peer(struct user *user, __u32 role)
{
	char name[32];

	port_name(name, sizeof(name), below(user, RELOAD_USERS));
	return mt_open(user->actor, role, name, NULL);
}

static void send(struct user *user)
{
	int sender = open_peer(user, MOTET_ROLE_SENDER);

	if (sender < 0)
		return;
	did(user, RELOAD_SEND, mt_try_send(sender, 0, user->index));
	close(sender);
}

/* Whoever is asked may be killed before it answers, or be asking itself. */
static void call(struct user *user)
{
	int sender = open_peer(user, MOTET_ROLE_SENDER);
	__u64 answer;

	if (sender < 0)
		return;
	did(user, RELOAD_CALL,
	    mt_call(sender, user->index, &answer, mt_after(50 * MT_MS), NULL));
	close(sender);
}

/* Some leases are left to end by themselves. */
static void serve(struct user *user)
{
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };
	__u64 value;

	if (below(user, 2))
		msg.flags |= MOTET_MSG_LEASE;
	while (!mt_recv_msg(user->holder, &msg, &value, sizeof(value))) {
		did(user, RELOAD_RECEIVE, 0);
		if (msg.flags & MOTET_MSG_CALL)
			mt_reply(user->holder, msg.token, ~value);
		else if (below(user, 4))
			mt_acknowledge(user->holder, msg.id);
		msg = (struct motet_msg){ .flags = MOTET_MSG_DONTWAIT };
	}
}

static void in_group(struct user *user)
{
	__u32 address = 1 + below(user, MOTET_ADDRESS_WORK);
	struct motet_msg msg = { .flags = MOTET_MSG_DONTWAIT };
	struct motet_cap cap;
	int group = mt_group(user->actor, address, &cap);

	if (group < 0)
		return;
	mt_insert(user->actor, &cap, &user->id);
	mt_track(user->holder, &cap.id);
	did(user, RELOAD_GROUP, mt_to_group(group, &msg, user->index));
	if (below(user, 2))
		mt_delete(user->actor, &cap);
	close(group);
}

static void with_channel(struct user *user)
{
	struct motet_msg msg;
	__u64 value;

	did(user, RELOAD_PUBLISH,
	    mt_publish(user->channel, below(user, 4), "reload", user->index,
		       below(user, 2) ? KEEP : 0, NULL));
	while (!mt_try_event(user->channel, &msg, &value))
		did(user, RELOAD_EVENT, 0);
}

static void with_checkpoint(struct user *user)
{
	static __u64 data[512];
	struct mc_view view;

	did(user, RELOAD_WRITE,
	    mc_overwrite(user->checkpoint, "section", data,
			 8 * below(user, 512)));
	if (mc_view(user->checkpoint, "section", 0, &view))
		return;
	did(user, RELOAD_VIEW, 0);
	mc_unview(&view);
}

static void with_lock(struct user *user)
{
	__u64 id = ++user->lock_id;
	__u32 mode = below(user, 3) ? SHARED : EXCLUSIVE;
	int ret;

	if (!below(user, 16)) {
		did(user, RELOAD_ORPHAN,
		    mt_lock(user->actor, user->opening, id, SHARED,
			    ORPHAN | NO_QUEUE));
		return;
	}
	ret = mt_lock_until(user->actor, user->opening, id, mode,
			    mt_after(5 * MT_MS));
	did(user, RELOAD_LOCK, ret);
	if (!ret && below(user, 8))
		mt_unlock(user->actor, user->opening, id);
}

static void watch(struct user *user)
{
	__u64 number;
	int ret;

	if (below(user, 2))
		ret = mt_watch_process(user->holder, getppid(), &number);
	else
		ret = mt_watch_object(user->holder, MOTET_WATCH_PORT,
				      &user->id, &number);
	did(user, RELOAD_WATCH, ret);
	if (!ret && below(user, 2))
		mt_watch_stop(user->holder, number);
}

static void stand_by(struct user *user)
{
	int standby = open_peer(user, MOTET_ROLE_STANDBY);

	if (standby >= 0 && below(user, 2))
		close(standby);
}

static void (*const things[])(struct user *user) = {
	send, call, serve, serve, serve, in_group, with_channel, with_checkpoint,
	with_lock, watch, stand_by,
};

/* The last of the users has a domain of its own, which goes with it. */
void reload_user(struct reload *reload, unsigned int index, unsigned int seed)
{
	struct user user = { .reload = reload, .index = index, .seed = seed };
	unsigned int i;

	if (index == RELOAD_USERS - 1)
		unshare(CLONE_NEWNET);
	for (;;) {
		if (begin(&user))
			continue;
		for (i = 10 + below(&user, 100); i; i--)
			things[below(&user, ARRAY_SIZE(things))](&user);
		end(&user);
		/* now and then nobody has it open */
		mt_breathe();
	}
}

/* It is open for a moment only, with an object of each class of its own. */
void reload_opener(struct reload *reload)
{
	struct motet_cap cap;
	__u64 opening;
	int actor;

	for (;;) {
		actor = open_device(reload);
		if (actor < 0)
			continue;
		close(mt_port(actor, NULL, 4, NULL));
		close(mt_group(actor, MOTET_ADDRESS_WORK, &cap));
		close(mt_channel(actor, "opener",
				 MT_BOTH | MOTET_CHANNEL_CREATE, 4, NULL));
		close(mc_create_one(actor, "opener", 4096));
		mc_unlink(actor, "opener");
		mt_lock_new(actor, "opener", &opening);
		close(actor);
		mt_breathe();
	}
}

static void listen_until_it_goes(struct reload *reload, struct mt_nl *nl,
				 struct mt_dump *dump)
{
	static const __u8 dumps[] = {
		MOTET_CMD_PORT_GET, MOTET_CMD_ACTOR_GET, MOTET_CMD_USER_GET,
		MOTET_CMD_GROUP_GET, MOTET_CMD_GROUP_MEMBER_GET,
		MOTET_CMD_HANDLE_GET, MOTET_CMD_LOCK_GET,
		MOTET_CMD_LOCK_REQUEST_GET, MOTET_CMD_WATCH_GET,
		MOTET_CMD_CHANNEL_GET, MOTET_CMD_CHECKPOINT_GET,
		MOTET_CMD_TRACKER_GET,
	};
	struct mt_attrs event;
	struct mt_nl listener;
	unsigned int i;

	if (mt_nl_open(&listener))
		return;
	mt_nl_listen(&listener);
	for (i = 0; !mt_nl_dump(nl, dumps[i], dump);
	     i = (i + 1) % ARRAY_SIZE(dumps)) {
		if (dump->count)
			reload_did(reload, RELOAD_DUMP);
		while (!mt_nl_event(&listener, 0, &event))
			reload_did(reload, RELOAD_HEARD);
		mt_breathe();
	}
	mt_nl_close(&listener);
}

void reload_netlink(struct reload *reload)
{
	static struct mt_dump dump;
	struct mt_nl nl;

	for (;;) {
		mt_breathe();
		if (mt_nl_open(&nl))
			continue;
		listen_until_it_goes(reload, &nl, &dump);
		mt_nl_close(&nl);
	}
}

static void read_below(struct reload *reload, const char *path, int depth)
{
	DIR *dir = opendir(path);
	char inner[1024], text[4096];
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		/* the others are to get on as well */
		sched_yield();
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (mt_read_file(inner, text, sizeof(text)) >= 0)
			reload_did(reload, RELOAD_SYSFS);
		else if (depth)
			read_below(reload, inner, depth - 1);
	}
	if (dir)
		closedir(dir);
}

/*
 * One event is traced whenever the module is there: to enable all of them takes
 * longer than a round. The scheduler's own code is not patched for it each time,
 * as it would be to keep names of processes: not all emulated machines stand that.
 */
static void trace_on(void)
{
	char text[16];

	if (mt_read_file(TRACED "/enable", text, sizeof(text)) > 0 &&
	    text[0] != '1')
		mt_write_file(TRACED "/enable", "1");
}

void reload_files(struct reload *reload)
{
	char text[4096];
	int traced;

	mt_write_file(TRACING "/options/record-cmd", "0");
	traced = open(TRACING "/trace_pipe",
		      O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	for (;;) {
		mt_breathe();
		trace_on();
		read_below(reload, CLASS, 3);
		read_below(reload, "/sys/module/motet", 1);
		while (traced >= 0 && read(traced, text, sizeof(text)) > 0)
			reload_did(reload, RELOAD_TRACED);
	}
}
