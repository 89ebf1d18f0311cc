// SPDX-License-Identifier: GPL-2.0-only
/* Which member of a group a message goes to. */

#include <linux/ktime.h>

#include "deliver_internal.h"

static bool motet_member_is_on(const struct motet_member *member, u32 node)
{
	return member->port->node == node;
}

/* Whether the way of addressing allows a member at all. */
static bool motet_member_is_meant(const struct motet_member *member,
				  const struct motet_want *want,
				  const struct motet_session *session)
{
	switch (want->address) {
	case MOTET_ADDRESS_ON_NODE:
		return motet_member_is_on(member, want->node);
	case MOTET_ADDRESS_EXCEPT_NODE:
		return !motet_member_is_on(member, want->node);
	case MOTET_ADDRESS_LOCAL_ROUND_ROBIN:
	case MOTET_ADDRESS_LOCAL_BEST_QUEUE:
		return motet_member_is_on(member, 0);
	case MOTET_ADDRESS_STICKY:
		return !session || !session->member ||
		       session->member == member;
	default:
		return true;
	}
}

/* Whether it can take more load, if the message goes by that. */
static bool motet_member_is_able(const struct motet_member *member,
				 const struct motet_want *want, bool bound,
				 u64 now)
{
	u32 max = member->group->sessions_max;

	switch (want->address) {
	case MOTET_ADDRESS_STICKY:
		if (bound)
			return true;
		if (max && READ_ONCE(member->session_count) >= max)
			return false;
		fallthrough;
	case MOTET_ADDRESS_LEAST_LOADED:
		return !motet_member_is_stale(member, now);
	default:
		return true;
	}
}

/* 0, or why it can't have the message now. */
static int motet_member_check(const struct motet_member *member,
			      const struct motet_want *want,
			      const struct motet_session *session, u64 now)
{
	bool bound = session && session->member;
	int err;

	err = motet_queue_check_room(member->queue, want->uid, want->priority,
				     want->bytes);
	if (!err && !motet_member_is_able(member, want, bound, now))
		err = -EAGAIN;
	return err;
}

/**
 * motet_pick_suits() - whether room at a member is what somebody waits for
 * @want: what is to be sent
 * @only: number of the member that alone will do, or 0
 * @member: the member; its queue is locked, or closed
 *
 * Return: true if it is.
 */
bool motet_pick_suits(const struct motet_want *want, unsigned long only,
		      const struct motet_member *member)
{
	if (READ_ONCE(member->queue->closed))
		return true;
	if (only && only != member->number)
		return false;
	return motet_member_is_meant(member, want, NULL) &&
	       motet_member_is_able(member, want, only, ktime_get_ns()) &&
	       !motet_queue_check_room_locked(member->queue, want->uid,
					      want->priority, want->bytes);
}

/* The member with the smallest comes first; among equals who came first. */
static u64 motet_member_key(const struct motet_member *member,
			    const struct motet_want *want,
			    const struct motet_pick *pick)
{
	switch (want->address) {
	case MOTET_ADDRESS_ROUND_ROBIN:
	case MOTET_ADDRESS_LOCAL_ROUND_ROBIN:
		return member->number <= pick->turn;
	case MOTET_ADDRESS_BEST_QUEUE:
	case MOTET_ADDRESS_LOCAL_BEST_QUEUE:
		return motet_port_fill(motet_port_of(member->port),
				       want->priority);
	case MOTET_ADDRESS_LEAST_LOADED:
	case MOTET_ADDRESS_STICKY:
		return motet_member_load(member);
	default:
		return 0;
	}
}

static bool motet_pick_is_past(const struct motet_pick *pick, u64 key,
			       unsigned long number)
{
	return pick->begun && (key < pick->key ||
			       (key == pick->key && number <= pick->number));
}

/* The larger says more of why nobody was found. */
static int motet_pick_why(int why, int err)
{
	if (err == -EAGAIN || why == -EAGAIN)
		return -EAGAIN;
	return err == -EMSGSIZE ? err : why;
}

/**
 * motet_pick_next() - the member that is to be tried next
 * @group: the group; its mutex is held
 * @want: what is to be sent
 * @session: the session that it is sent in, or NULL
 * @pick: those that were tried; zeroed for the first
 *
 * Return: the member; or ERR_PTR() of -EAGAIN if there are some that it could
 * go to but they have no room, -EMSGSIZE if it can never fit, -EHOSTUNREACH if
 * there is none.
 */
struct motet_member *motet_pick_next(struct motet_group *group,
				     const struct motet_want *want,
				     const struct motet_session *session,
				     struct motet_pick *pick)
{
	struct motet_member *member, *best = NULL;
	int err, why = -EHOSTUNREACH;
	u64 now = ktime_get_ns();
	unsigned long number;
	u64 key, best_key = 0;

	lockdep_assert_held(&group->mutex);
	if (!pick->begun)
		pick->turn = group->turn[want->address];
	xa_for_each(&group->members, number, member) {
		if (!motet_member_is_meant(member, want, session))
			continue;
		err = motet_member_check(member, want, session, now);
		why = motet_pick_why(why, err ?: -EAGAIN);
		if (err)
			continue;
		key = motet_member_key(member, want, pick);
		if (motet_pick_is_past(pick, key, number) ||
		    (best && key >= best_key))
			continue;
		best = member;
		best_key = key;
		if (!key)
			break;
	}
	if (!best)
		return ERR_PTR(why);
	pick->begun = true;
	pick->key = best_key;
	pick->number = best->number;
	group->turn[want->address] = best->number;
	return best;
}

static bool motet_pick_all_have_room(struct motet_group *group,
				     const struct motet_want *want)
{
	struct motet_member *member;
	unsigned long number;

	lockdep_assert_held(&group->mutex);
	xa_for_each(&group->members, number, member)
		if (motet_queue_check_room(member->queue, want->uid,
					   want->priority,
					   want->bytes) == -EAGAIN)
			return false;
	return true;
}

/**
 * motet_pick_has_room() - whether a message would find room now
 * @handle: the handle that it is sent by; its group's mutex is held
 * @want: what is to be sent
 *
 * Return: true if it would, or if sending it tells why not.
 */
bool motet_pick_has_room(struct motet_group_handle *handle,
			 const struct motet_want *want)
{
	struct motet_group *group = handle->group;
	unsigned long turn = group->turn[want->address];
	struct motet_session *session = NULL;
	struct motet_member *member;
	struct motet_pick pick = {};

	lockdep_assert_held(&group->mutex);
	if (want->address == MOTET_ADDRESS_STICKY)
		session = motet_session_find(handle, want->session);
	if (group->dead)
		return true;
	if (want->address == MOTET_ADDRESS_BROADCAST && !want->each)
		return motet_pick_all_have_room(group, want);
	member = motet_pick_next(group, want, session, &pick);
	group->turn[want->address] = turn;
	return member != ERR_PTR(-EAGAIN);
}
