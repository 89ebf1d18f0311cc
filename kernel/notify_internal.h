/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the notifications share among themselves. */
#ifndef _MOTET_NOTIFY_INTERNAL_H
#define _MOTET_NOTIFY_INTERNAL_H

struct motet_name;
struct motet_object;

/* notify.c */
const struct motet_name *motet_notify_name(const struct motet_object *object);

#endif /* _MOTET_NOTIFY_INTERNAL_H */
