/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the delivery share among themselves. */
#ifndef _MOTET_DELIVER_INTERNAL_H
#define _MOTET_DELIVER_INTERNAL_H

#include "deliver.h"

/**
 * struct motet_room_wait - a sender that waits for room at a member
 * @group: the group [const]
 * @msg: what it wants to send; checked [const]
 * @want: what that needs [const]
 * @nonblock: it looks once [const]
 * @told: the group's trackers know that there was no room [own]
 * @entry: among those who wait at the group [own]
 * @task: who waits [const]
 * @looking: it looks for room now, and @only may change [atomic]
 * @only: number of the member that alone will do, or 0 [atomic]
 * @woken: number of a member that has room since the look began, %ULONG_MAX if
 *	anything else has changed, or 0 [atomic]
 * @offered: what @woken was before the look [own]
 */
struct motet_room_wait {
	struct motet_group *group;
	const struct motet_msg *msg;
	const struct motet_want *want;
	bool nonblock;
	bool told;
	struct wait_queue_entry entry;
	struct task_struct *task;
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
int motet_room_wait_for(struct motet_room_wait *wait,
			int (*look)(struct motet_room_wait *wait, void *data),
			void *data);

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
