/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the library share; not installed.
 */
#ifndef MOTET_INTERNAL_H
#define MOTET_INTERNAL_H

#include <errno.h>
#include <sys/ioctl.h>

#include <motet/motet.h>

/*
 * The one door to the kernel, so that all of the library reports errors the
 * same way: none goes through errno.
 */
static inline int motet__ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

#endif /* MOTET_INTERNAL_H */
