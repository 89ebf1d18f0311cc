/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of watches share among themselves. */
#ifndef _MOTET_WATCH_INTERNAL_H
#define _MOTET_WATCH_INTERNAL_H

#include "watch.h"

/* watch.c */
void motet_watch_remove_locked(struct motet_watch *watch);

/* watch_process.c */
int motet_watch_process(struct motet_watch *watch, pid_t number);
void motet_subject_let_go(struct motet_subject *subject);

/* watch_tell.c */
void motet_watch_note_locked(struct motet_subject *subject, enum motet_news kind,
			     u32 event);
void motet_watch_note_end(struct motet_watch *watch, u32 event);
void motet_watch_queue(struct motet_watch *watch);
void motet_watch_begin(struct motet_subject *subject);
void motet_watch_begin_locked(struct motet_subject *subject);
int motet_watch_make_records(struct motet_watch *watch);
void motet_watch_drop_records(struct motet_watch *watch);
void motet_watch_tell(struct motet_watch *watch);
bool motet_watch_is_over(struct motet_watch *watch);
void motet_watch_work(struct work_struct *work);

#endif /* _MOTET_WATCH_INTERNAL_H */
