/* SPDX-License-Identifier: GPL-2.0-only */
/* The device node, and what open files answer to. */
#ifndef _MOTET_CHARDEV_H
#define _MOTET_CHARDEV_H

/**
 * DOC: chardev
 *
 * Opening the device makes an actor; everything else is an ioctl on that file,
 * or on one that an ioctl has returned. All of them have the same operations;
 * what a file is, its handle says. One table says of each ioctl how large its
 * argument is, where it may be used and by whom.
 *
 * What goes out to the user is written before the step that can't be undone,
 * so that a bad pointer fails a call that has changed nothing. Only messages
 * that are received must be taken first; they are put back.
 */

int motet_chardev_init(void);
void motet_chardev_exit(void);

#endif /* _MOTET_CHARDEV_H */
