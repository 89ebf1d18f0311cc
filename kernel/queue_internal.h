/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the queue share among themselves. */
#ifndef _MOTET_QUEUE_INTERNAL_H
#define _MOTET_QUEUE_INTERNAL_H

#include "queue.h"

/* queue_room.c */
bool motet_queue_dismiss_locked(struct motet_queue *queue);

#endif /* _MOTET_QUEUE_INTERNAL_H */
