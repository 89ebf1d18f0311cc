/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the group share among themselves. */
#ifndef _MOTET_GROUP_INTERNAL_H
#define _MOTET_GROUP_INTERNAL_H

#include "group.h"

/**
 * struct motet_tracker - a port that is told of the members of a group
 * @bond: ties the port to it [domain.mutex]
 * @link: among those of the group [group.mutex]
 * @group: the group [const]
 * @port: the port, referenced [const]
 * @queue: its queue [const]
 * @notices: what it is told of members [group.mutex]
 * @full: tells it that no member had room [const]
 * @lost: tells it that the group is gone [const]
 */
struct motet_tracker {
	struct motet_bond bond;
	struct list_head link;
	struct motet_group *group;
	struct motet_object *port;
	struct motet_queue *queue;
	struct list_head notices;
	struct motet_record *full;
	struct motet_record *lost;
};

/* group.c */
void motet_group_bereave_locked(struct motet_group *group);
void motet_group_unlock(struct motet_group *group);

/* group_member.c */
int motet_group_check_locked(struct motet_group *group,
			     const struct motet_cap *cap);
void motet_group_drop_members(struct motet_group *group);

/* group_track.c */
int motet_track_join(struct motet_member *member);
void motet_track_tell_joined(struct motet_member *member);
void motet_track_leave(struct motet_member *member, u32 event);
void motet_track_drop(struct motet_member *member);
void motet_group_drop_trackers(struct motet_group *group);

/* group_session.c */
void motet_sessions_leave(struct motet_member *member);
void motet_sessions_close(struct motet_group_handle *handle);

/* group_load.c */
void motet_group_load_ended(struct motet_object *object,
			    const struct motet_load *load);
void motet_group_job_ended(struct motet_object *object,
			   const struct motet_id *port, u32 job_class);
void motet_work_join(struct motet_member *member);
bool motet_work_leave(struct motet_member *member);
void motet_group_drop_jobs(struct motet_group *group);
void motet_group_work(struct motet_group *group);

#endif /* _MOTET_GROUP_INTERNAL_H */
