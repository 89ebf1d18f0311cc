// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests of loading and unloading do with the module.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpoint_test.h"
#include "lock_test.h"

/* A named port that is left to whoever comes next. */
static int retain(const char *name, __u64 ms)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = ms * MT_MS,
	};
	int actor = mt_actor(), holder = mt_create(actor, &create, name);
	int sender = mt_sender(actor, &create.id);

	if (holder < 0 || sender < 0 || mt_send(sender, 0, 1))
		return 1;
	return 0;
}

/* A named group that nobody has open, of which no port is a member. */
static int retain_group(const char *name, __u64 ms)
{
	struct motet_group_create create = {
		.mode = 0777, .address = MOTET_ADDRESS_WORK,
		.retention = ms ? ms * MT_MS : ~0ULL,
	};
	struct motet_msg msg = { 0 };
	int group = mt_group_create(mt_actor(), &create, name);

	return group < 0 || mt_to_group(group, &msg, 1) ? 1 : 0;
}

/* A lock that nobody has open, and that an orphan keeps. */
static int leave_orphan(const char *name)
{
	int actor = mt_actor();
	__u64 opening;

	return mt_lock_new(actor, name, &opening) ||
	       mt_lock(actor, opening, 1, EXCLUSIVE, ORPHAN);
}

/* Opens the device whenever it is there, and makes a port. */
static int open_often(void)
{
	int actor, holder;

	for (;;) {
		/* now and then it is closed when the other side looks */
		mt_breathe();
		actor = mt_actor();
		if (actor < 0)
			continue;
		holder = mt_port(actor, "open", 1, NULL);
		if (holder < 0)
			return 1;
		close(holder);
		close(actor);
	}
}

/*
 * Holds so many ports, with messages, until it is killed; all are members of
 * one group, and have a group of their own.
 */
static int hold(int count)
{
	int actor = mt_actor(), holder, sender, i;
	struct motet_cap all, own;
	struct motet_id id;

	if (mt_group(actor, MOTET_ADDRESS_BROADCAST, &all) < 0)
		return 1;
	for (i = 0; i < count; i++) {
		holder = mt_member(actor, &all, 4, &id);
		sender = mt_sender(actor, &id);
		if (holder < 0 || sender < 0 || mt_send(sender, 0, i))
			return 1;
		if (mt_group(actor, MOTET_ADDRESS_ANY, &own) < 0 ||
		    mt_insert(actor, &own, &id) || mt_track(holder, &own.id))
			return 1;
	}
	puts("holding");
	fflush(stdout);
	for (;;)
		pause();
}

/* Has a view mapped, and nothing open, until SIGUSR1: then it is as it was. */
static int map_view(void)
{
	int actor = mt_actor(), fd = mc_create_one(actor, "mapped", 1 << 16);
	struct mc_view view;
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (mc_overwrite(fd, NULL, "mapped", 6) || mc_view(fd, NULL, 0, &view))
		return 1;
	close(view.fd);
	close(fd);
	close(actor);
	puts("mapped");
	fflush(stdout);
	sigwait(&set, &signal);
	while (!__atomic_load_n(&view.header->flags, __ATOMIC_ACQUIRE))
		mt_breathe();
	return memcmp((char *)view.header + view.header->data, "mapped", 6);
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "retain"))
		return retain(argv[2], argc > 3 ? atoi(argv[3]) : 300000);
	if (argc >= 3 && !strcmp(argv[1], "retain-group"))
		return retain_group(argv[2], argc > 3 ? atoi(argv[3]) : 0);
	if (argc == 3 && !strcmp(argv[1], "orphan"))
		return leave_orphan(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "hold"))
		return hold(atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[1], "map-view"))
		return map_view();
	if (argc == 2 && !strcmp(argv[1], "open"))
		return open_often();
	if (argc == 2 && !strcmp(argv[1], "purge"))
		return mt_purge() < 0;
	return 2;
}
