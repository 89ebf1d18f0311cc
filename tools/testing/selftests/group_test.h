/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of groups share: the calls of groups in one line each, and
 * children that send or call while the test does something else.
 *
 * Every function returns a negative errno if it fails.
 */
#ifndef GROUP_TEST_H
#define GROUP_TEST_H

#include "motet_test.h"

/* How long to wait for what must come: only a bound against hanging. */
#define MT_SOON		(20 * MT_SECOND)

/* groups */
int mt_group_create(int actor, struct motet_group_create *create,
		    const char *name);
int mt_group(int actor, __u32 address, struct motet_cap *cap);
int mt_group_open(int actor, const struct motet_id *id);
int mt_group_named(int actor, const char *name, struct motet_id *id);
int mt_insert(int actor, const struct motet_cap *cap,
	      const struct motet_id *port);
int mt_remove(int actor, const struct motet_cap *cap,
	      const struct motet_id *port);
int mt_rekey(int actor, struct motet_cap *cap);
int mt_delete(int actor, const struct motet_cap *cap);
int mt_track(int holder, const struct motet_id *group);
int mt_track_stop(int holder, const struct motet_id *group);
int mt_report(int holder, const struct motet_id *group, __u32 load,
	      __u64 period);
int mt_session_end(int group, __u64 session);
int mt_group_status(int group, struct motet_group_status *status);
int mt_member(int actor, const struct motet_cap *cap, __u32 messages,
	      struct motet_id *id);

/* messages */
int mt_to_group(int group, struct motet_msg *msg, __u64 value);
int mt_call_interrupted(int group, __u64 value, __u64 *id);
int mt_soon(int holder, __u64 *value);
int mt_soon_msg(int holder, struct motet_msg *msg, __u32 flags, __u64 *value);
int mt_lease_op(int holder, __u32 op, __u64 id);
int mt_told(int port, struct motet_msg *msg, struct motet_group_change *change);
int mt_not_told(int port);

/* waiting */
int mt_until_members(int group, __u32 members);
int mt_until_gone(int actor, const struct motet_id *group);

/**
 * struct mt_child - a child that sends a message, or calls
 * @pid: the child
 * @result: of its call; it is there when the child has ended
 * @value: body of the message
 * @answer: body of the answer
 * @id: of the call
 * @msg: the message
 */
struct mt_child {
	pid_t pid;
	int result;
	__u64 value;
	__u64 answer;
	__u64 id;
	struct motet_msg msg;
};

struct mt_child *mt_child_send(int fd, const struct motet_msg *msg,
			       __u64 value);
struct mt_child *mt_child_call(int fd, const struct motet_msg *msg,
			       __u64 value);
int mt_child_end(struct mt_child *child);

#endif /* GROUP_TEST_H */
