/* SPDX-License-Identifier: GPL-2.0-only */
/* What is shown of a group. */
#ifndef _MOTET_GROUP_VIEW_H
#define _MOTET_GROUP_VIEW_H

#include "group.h"

/**
 * struct motet_group_view - what is shown of a group
 * @address: &enum motet_address that is the default [own]
 * @members: members [own]
 * @idle: members without a job [own]
 * @leased: jobs that members have [own]
 * @sessions: sessions of all handles [own]
 * @sessions_max: sessions that a member may have [own]
 * @trackers: ports that are told of members [own]
 * @handles: open handles [own]
 * @retained: nothing but its retention keeps it [own]
 * @backlog: the port of its jobs, or NULL; lives as long as the group [own]
 */
struct motet_group_view {
	u32 address;
	u32 members;
	u32 idle;
	u32 leased;
	u32 sessions;
	u32 sessions_max;
	u32 trackers;
	u32 handles;
	bool retained;
	struct motet_object *backlog;
};

/**
 * struct motet_member_view - what is shown of a member
 * @number: in the order of coming [own]
 * @port: the port, there as long as it is a member [domain.mutex]
 * @node: node that it is on, 0 for this one [own]
 * @load: its sessions, weights and report together [own]
 * @sessions: its sessions [own]
 * @report: load that it says it has [own]
 * @stale: the report is overdue [own]
 * @work: &enum motet_work_state [own]
 * @since: since when it is in that state, CLOCK_MONOTONIC in nanoseconds [own]
 */
struct motet_member_view {
	unsigned long number;
	const struct motet_object *port;
	u32 node;
	u64 load;
	u32 sessions;
	u32 report;
	bool stale;
	enum motet_work_state work;
	u64 since;
};

void motet_group_look(struct motet_group *group, struct motet_group_view *view);
bool motet_group_look_handle(struct motet_group *group, unsigned int index,
			     struct motet_handle_view *view);
const struct motet_object *motet_group_look_tracker(struct motet_group *group,
						    unsigned int index);
bool motet_group_look_next(struct motet_group *group, unsigned long *number,
			   struct motet_member_view *view);

#endif /* _MOTET_GROUP_VIEW_H */
