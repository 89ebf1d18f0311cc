/* SPDX-License-Identifier: GPL-2.0-only */
/* The view of a domain in sysfs. */
#ifndef _MOTET_SYSFS_H
#define _MOTET_SYSFS_H

/**
 * DOC: sysfs
 *
 * The class ``motet`` has one device per domain, visible where sysfs was
 * mounted for its network namespace. Under it are totals, and a directory per
 * named port and group. Documentation/ABI/testing/sysfs-class-motet describes the files.
 *
 * An entry refers to its object by identifier only, and whoever reads a file
 * looks the object up: an entry keeps neither an object nor the module alive,
 * and an entry whose object is gone, or has lost its name, answers ENODEV until
 * it goes too.
 *
 * What happens to objects is noted under the mutex of the domain, and carried out
 * by one work item per domain on motet_workqueue. Nothing in sysfs is made or
 * removed under the mutex, since removing waits for readers, and these take
 * it. An entry is allocated when its object is created, so that noting its
 * removal needs no memory. An entry that can't be made is left out: the object
 * works without it, and netlink shows it.
 *
 * The device comes and goes with the network namespace, after and before the
 * domain. What dies once the device is gone is not noted any more. Unloading
 * waits until the last device and entry is released.
 */

int motet_sysfs_init(void);
void motet_sysfs_exit(void);

#endif /* _MOTET_SYSFS_H */
