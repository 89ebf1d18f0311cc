// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Groups: create, open, members, capabilities, tracking, load, sessions.
 */
#include "internal.h"

int motet_group_create_full(int actor, struct motet_group_create *create)
{
	int ret = motet__ioctl(actor, MOTET_IOC_GROUP_CREATE, create);

	return ret < 0 ? ret : create->fd;
}

int motet_group_create(int actor, const char *name, unsigned int address,
		       unsigned int mode, struct motet_cap *cap)
{
	struct motet_group_create create;
	int fd;

	motet_group_create_init(&create, name, address);
	create.mode = mode;
	fd = motet_group_create_full(actor, &create);
	if (fd >= 0)
		*cap = create.cap;
	return fd;
}

static int motet__group_open(int actor, struct motet_group_open *open)
{
	int ret = motet__ioctl(actor, MOTET_IOC_GROUP_OPEN, open);

	return ret < 0 ? ret : open->fd;
}

int motet_group_open(int actor, const char *name, unsigned int fd_flags,
		     struct motet_id *id)
{
	struct motet_group_open open = {
		.size = sizeof(open),
		.fd_flags = fd_flags,
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
	};
	int fd;

	/* To the kernel no name means: by identifier. Here it is a mistake. */
	if (!open.name_len)
		return -EINVAL;
	fd = motet__group_open(actor, &open);
	if (fd >= 0 && id)
		*id = open.id;
	return fd;
}

int motet_group_open_id(int actor, const struct motet_id *id,
			unsigned int fd_flags)
{
	struct motet_group_open open = {
		.size = sizeof(open),
		.fd_flags = fd_flags,
		.id = *id,
	};

	return motet__group_open(actor, &open);
}

static int motet__group_member(int actor, unsigned long request,
			       const struct motet_cap *cap,
			       const struct motet_id *port)
{
	struct motet_group_member member = {
		.size = sizeof(member),
		.cap = *cap,
		.port = *port,
	};

	return motet__ioctl(actor, request, &member);
}

int motet_group_insert(int actor, const struct motet_cap *cap,
		       const struct motet_id *port)
{
	return motet__group_member(actor, MOTET_IOC_GROUP_INSERT, cap, port);
}

int motet_group_remove(int actor, const struct motet_cap *cap,
		       const struct motet_id *port)
{
	return motet__group_member(actor, MOTET_IOC_GROUP_REMOVE, cap, port);
}

int motet_group_rekey(int actor, struct motet_cap *cap)
{
	struct motet_group_cap arg = { .size = sizeof(arg), .cap = *cap };
	int ret = motet__ioctl(actor, MOTET_IOC_GROUP_REKEY, &arg);

	if (!ret)
		*cap = arg.cap;
	return ret;
}

int motet_group_delete(int actor, const struct motet_cap *cap)
{
	struct motet_group_cap arg = { .size = sizeof(arg), .cap = *cap };

	return motet__ioctl(actor, MOTET_IOC_GROUP_DELETE, &arg);
}

static int motet__group_track(int port, const struct motet_id *group,
			      unsigned int flags)
{
	struct motet_group_track track = {
		.size = sizeof(track),
		.flags = flags,
		.group = *group,
	};

	return motet__ioctl(port, MOTET_IOC_GROUP_TRACK, &track);
}

int motet_group_track(int port, const struct motet_id *group)
{
	return motet__group_track(port, group, 0);
}

int motet_group_untrack(int port, const struct motet_id *group)
{
	return motet__group_track(port, group, MOTET_TRACK_STOP);
}

int motet_group_report(int port, const struct motet_id *group,
		       unsigned int load, __u64 period)
{
	struct motet_group_report report = {
		.size = sizeof(report),
		.load = load,
		.period = period,
		.group = *group,
	};

	return motet__ioctl(port, MOTET_IOC_GROUP_REPORT, &report);
}

int motet_group_session_end(int group, __u64 session)
{
	struct motet_group_session arg = {
		.size = sizeof(arg),
		.session = session,
	};

	return motet__ioctl(group, MOTET_IOC_GROUP_SESSION_END, &arg);
}

int motet_group_status_get(int group, struct motet_group_status *status)
{
	return motet__ioctl(group, MOTET_IOC_GROUP_STATUS, status);
}
