// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ports: create, open, take over, find, unlink, status; offer, enable, change.
 */
#include "internal.h"

int motet_port_create_full(int actor, struct motet_port_create *create)
{
	int ret = motet__ioctl(actor, MOTET_IOC_PORT_CREATE, create);

	return ret < 0 ? ret : create->fd;
}

int motet_port_create(int actor, const char *name, unsigned int mode,
		      struct motet_id *id)
{
	struct motet_port_create create;
	int fd;

	motet_port_create_init(&create, name);
	create.mode = mode;
	fd = motet_port_create_full(actor, &create);
	if (fd >= 0 && id)
		*id = create.id;
	return fd;
}

int motet_port_open_full(int actor, struct motet_port_open *open)
{
	int ret = motet__ioctl(actor, MOTET_IOC_PORT_OPEN, open);

	return ret < 0 ? ret : open->fd;
}

static int motet__port_open_name(int actor, const char *name,
				 unsigned int fd_flags, enum motet_role role)
{
	struct motet_port_open open = {
		.size = sizeof(open),
		.fd_flags = fd_flags,
		.role = role,
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
	};

	/* To the kernel no name means: by identifier. Here it is a mistake. */
	if (!open.name_len)
		return -EINVAL;
	return motet_port_open_full(actor, &open);
}

static int motet__port_open_id(int actor, const struct motet_id *id,
			       unsigned int fd_flags, enum motet_role role)
{
	struct motet_port_open open = {
		.size = sizeof(open),
		.fd_flags = fd_flags,
		.role = role,
		.id = *id,
	};

	return motet_port_open_full(actor, &open);
}

int motet_port_open(int actor, const char *name, unsigned int fd_flags)
{
	return motet__port_open_name(actor, name, fd_flags, MOTET_ROLE_SENDER);
}

int motet_port_open_id(int actor, const struct motet_id *id,
		       unsigned int fd_flags)
{
	return motet__port_open_id(actor, id, fd_flags, MOTET_ROLE_SENDER);
}

int motet_port_take(int actor, const char *name, unsigned int fd_flags)
{
	return motet__port_open_name(actor, name, fd_flags, MOTET_ROLE_HOLDER);
}

int motet_port_take_id(int actor, const struct motet_id *id,
		       unsigned int fd_flags)
{
	return motet__port_open_id(actor, id, fd_flags, MOTET_ROLE_HOLDER);
}

int motet_port_standby(int actor, const char *name, unsigned int fd_flags)
{
	return motet__port_open_name(actor, name, fd_flags, MOTET_ROLE_STANDBY);
}

int motet_port_standby_id(int actor, const struct motet_id *id,
			  unsigned int fd_flags)
{
	return motet__port_open_id(actor, id, fd_flags, MOTET_ROLE_STANDBY);
}

static int motet__port_name(int actor, unsigned long request, const char *name,
			    struct motet_id *id)
{
	struct motet_port_name arg = {
		.size = sizeof(arg),
		.name = (uintptr_t)name,
		.name_len = motet__length(strlen(name)),
	};
	int ret = motet__ioctl(actor, request, &arg);

	if (!ret && id)
		*id = arg.id;
	return ret;
}

int motet_port_lookup(int actor, const char *name, struct motet_id *id)
{
	return motet__port_name(actor, MOTET_IOC_PORT_LOOKUP, name, id);
}

int motet_port_unlink(int actor, const char *name, struct motet_id *id)
{
	return motet__port_name(actor, MOTET_IOC_PORT_UNLINK, name, id);
}

int motet_port_status_get(int handle, struct motet_port_status *status)
{
	return motet__ioctl(handle, MOTET_IOC_PORT_STATUS, status);
}

int motet_port_offer(int port, const struct motet_id *actor, unsigned int flags)
{
	struct motet_port_offer offer = {
		.size = sizeof(offer),
		.flags = flags,
		.actor = *actor,
	};

	/* To the kernel no actor means: withdraw. Here it is a mistake. */
	if (motet_id_is_zero(actor))
		return -EINVAL;
	return motet__ioctl(port, MOTET_IOC_PORT_OFFER, &offer);
}

int motet_port_withdraw(int port)
{
	struct motet_port_offer offer = { .size = sizeof(offer) };

	return motet__ioctl(port, MOTET_IOC_PORT_OFFER, &offer);
}

int motet_port_enable(int port, unsigned int priority, __u64 cookie)
{
	struct motet_port_enable enable = {
		.size = sizeof(enable),
		.priority = priority,
		.cookie = cookie,
	};

	return motet__ioctl(port, MOTET_IOC_PORT_ENABLE, &enable);
}

int motet_port_disable(int port)
{
	struct motet_port_enable enable = {
		.size = sizeof(enable),
		.flags = MOTET_ENABLE_OFF,
	};

	return motet__ioctl(port, MOTET_IOC_PORT_ENABLE, &enable);
}

int motet_port_change(int actor, const struct motet_port_change *change)
{
	return motet__ioctl(actor, MOTET_IOC_PORT_CHANGE, (void *)change);
}
