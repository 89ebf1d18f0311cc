// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Actors: opens of the device.
 */
#include <fcntl.h>

#include "internal.h"

int motet_actor_open(unsigned int fd_flags)
{
	int flags = O_RDWR | O_CLOEXEC;
	int fd;

	if (fd_flags & ~MOTET_FD_NONBLOCK)
		return -EINVAL;
	if (fd_flags & MOTET_FD_NONBLOCK)
		flags |= O_NONBLOCK;

	fd = open(MOTET_DEVICE, flags);
	return fd < 0 ? -errno : fd;
}

int motet_info_get(int actor, struct motet_info *info)
{
	return motet__ioctl(actor, MOTET_IOC_INFO, info);
}
