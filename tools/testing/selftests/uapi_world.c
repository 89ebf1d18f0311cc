// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file of each role, for the calls of the table.
 */
#include <errno.h>

#include <linux/motet_channel.h>

#include "checkpoint_test.h"
#include "uapi_doors.h"

/* What was this process's own port, and is another actor's of it now. */
static int make_former(int actor)
{
	struct motet_id id, to;
	int holder = mt_port(actor, NULL, 1, &id), other = mt_actor(), ret;

	ret = mt_actor_id(other, &to);
	if (!ret)
		ret = mt_offer(holder, 0, &to);
	if (!ret)
		ret = mt_open_id(other, MOTET_ROLE_HOLDER, &id);
	return ret < 0 ? ret : holder;
}

static int make_group(int actor)
{
	struct motet_group_create create =
		MT(motet_group_create, .mode = 0777, .name = mt_ptr("uapi"),
		   .name_len = 4, .address = MOTET_ADDRESS_ANY);
	__u64 end = mt_after(20 * MT_SECOND);
	int ret;

	/* that of the test before may end a moment after its process has */
	while ((ret = mt_ioctl(actor, MOTET_IOC_GROUP_CREATE,
			       &create)) == -EEXIST && mt_now() < end)
		mt_breathe();
	world.cap = create.cap;
	return ret < 0 ? ret : create.fd;
}

static int make_channel(int actor)
{
	struct motet_channel_open open =
		MT(motet_channel_open, .flags = MOTET_CHANNEL_CREATE |
		   MOTET_CHANNEL_PUBLISHER | MOTET_CHANNEL_SUBSCRIBER,
		   .mode = 0777, .name = mt_ptr("uapi"), .name_len = 4);
	int ret = mt_ioctl(actor, MOTET_IOC_CHANNEL_OPEN, &open);

	return ret < 0 ? ret : open.fd;
}

/* In the order of their roles. */
static void open_world(int actor)
{
	int *fds = world.fds;

	fds[MOTET_ROLE_ACTOR] = actor;
	fds[MOTET_ROLE_HOLDER] = mt_port(actor, "uapi", 16, &world.id);
	fds[MOTET_ROLE_SENDER] = mt_sender(actor, &world.id);
	fds[MOTET_ROLE_STANDBY] = mt_open_id(actor, MOTET_ROLE_STANDBY,
					     &world.id);
	fds[MOTET_ROLE_FORMER] = make_former(actor);
	fds[MOTET_ROLE_GROUP] = make_group(actor);
	fds[MOTET_ROLE_CHANNEL] = make_channel(actor);
	fds[MOTET_ROLE_CHECKPOINT] = mc_create(actor, "uapi");
	/* knows no calls */
	fds[MOTET_ROLE_REPLICATOR] = make_replicator(actor);
}

/**
 * make_world() - open a file of each role
 *
 * Return: 0 or a negative error.
 */
int make_world(void)
{
	int actor = mt_actor(), role;

	if (actor < 0)
		return actor;
	open_world(actor);
	for (role = 0; role < ROLES; role++)
		if (world.fds[role] < 0)
			return world.fds[role];
	return 0;
}
