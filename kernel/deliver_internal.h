/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the delivery share among themselves. */
#ifndef _MOTET_DELIVER_INTERNAL_H
#define _MOTET_DELIVER_INTERNAL_H

#include "deliver.h"

/**
 * struct motet_room_wait - a sender that waits for room at a member
 * @entry: among those who wait at the group [own]
 * @task: who waits [const]
 * @want: what it wants to send [const]
 * @looking: it looks for room now, and @only may change [atomic]
 * @only: number of the member that alone will do, or 0 [atomic]
 * @woken: number of a member that has room since the look began, %ULONG_MAX if
 *	anything else has changed, or 0 [atomic]
 * @offered: what @woken was before the look [own]
 */
struct motet_room_wait {
	struct wait_queue_entry entry;
	struct task_struct *task;
	const struct motet_want *want;
	bool looking;
	unsigned long only;
	unsigned long woken;
	unsigned long offered;
};

/**
 * struct motet_pick - how far the members were tried
 * @begun: one was picked [own]
 * @key: what it came by [own]
 * @number: its number [own]
 * @turn: the member that had its turn before the first was picked [own]
 */
struct motet_pick {
	bool begun;
	u64 key;
	unsigned long number;
	unsigned long turn;
};

/* deliver_wait.c */
void motet_room_wait_begin(struct motet_group *group,
			   struct motet_room_wait *wait,
			   const struct motet_want *want);
void motet_room_wait_again(struct motet_room_wait *wait);
int motet_room_wait_sleep(struct motet_group *group,
			  struct motet_room_wait *wait, u64 deadline);
void motet_room_wait_end(struct motet_group *group,
			 struct motet_room_wait *wait);

/* deliver.c */
void motet_deliver_refused(struct motet_group_file *file,
			   const struct motet_want *want, bool refused);
u64 motet_deliver_deadline(const struct motet_msg *msg);
void motet_deliver_address(struct motet_message *message,
			   struct motet_group_file *file);

/* deliver_pick.c */
struct motet_member *motet_pick_next(struct motet_group *group,
				     const struct motet_want *want,
				     const struct motet_session *session,
				     struct motet_pick *pick);
bool motet_pick_suits(const struct motet_want *want, unsigned long only,
		      const struct motet_member *member);
bool motet_pick_has_room(struct motet_group_handle *handle,
			 const struct motet_want *want);

/* deliver_work.c */
void motet_work_dispatch(struct motet_group *group);
void motet_work_end(struct motet_group *group);

#endif /* _MOTET_DELIVER_INTERNAL_H */
