// SPDX-License-Identifier: GPL-2.0-only
/* Which member of a group a message goes to, by each way of addressing. */

#include <linux/ktime.h>

#include "deliver_internal.h"
#include "group.h"
#include "port.h"
#include "tests.h"

#define MOTET_TEST_MEMBERS	9
#define MOTET_TEST_BYTES	100

/**
 * struct motet_test_group - a group with members
 * @group: the group [own]
 * @id: of the owner of the queues [own]
 * @ports: of the members [own]
 * @members: the members, by their numbers [own]
 * @handle: by which somebody sends [own]
 * @session: in which [own]
 */
struct motet_test_group {
	struct motet_group group;
	struct motet_id id;
	struct motet_port ports[MOTET_TEST_MEMBERS];
	struct motet_member members[MOTET_TEST_MEMBERS];
	struct motet_group_handle handle;
	struct motet_session session;
};

static void motet_test_group_forget(void *groups)
{
	xa_destroy(&((struct motet_test_group *)groups)->group.members);
}

static struct motet_test_group *motet_test_group_new(struct kunit *test)
{
	struct motet_test_group *groups;

	groups = kunit_kzalloc(test, sizeof(*groups), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, groups);
	mutex_init(&groups->group.mutex);
	xa_init(&groups->group.members);
	groups->handle.group = &groups->group;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action(test, motet_test_group_forget,
					 groups));
	return groups;
}

/* Forgets its members, and has others. */
static void motet_test_group_fill(struct kunit *test,
				  struct motet_test_group *groups,
				  struct rnd_state *random)
{
	struct motet_limits limits[MOTET_PRIORITIES] = {};
	struct motet_member *member;
	struct motet_port *port;
	unsigned long i;

	motet_test_group_forget(groups);
	for (i = 1; i < MOTET_TEST_MEMBERS; i++) {
		port = &groups->ports[i];
		member = &groups->members[i];
		limits[1].messages = 4 + motet_test_below(random, 3);
		limits[1].bytes = MOTET_TEST_BYTES;
		motet_queue_init(&port->queue, limits, false, &groups->id);
		port->queue.lanes[1].used.messages =
			motet_test_below(random, limits[1].messages + 1);
		port->queue.lanes[1].used.bytes = motet_test_below(random, 100);
		port->queue.closed = !motet_test_below(random, 12);
		port->object.node = motet_test_below(random, 3);
		memset(member, 0, sizeof(*member));
		member->group = &groups->group;
		member->port = &port->object;
		member->queue = &port->queue;
		member->number = i;
		member->weight = motet_test_below(random, 4);
		member->session_count = motet_test_below(random, 3);
		member->report = motet_test_below(random, 3);
		member->stale = motet_test_below(random, 3);
		if (member->stale > 1)
			member->stale = U64_MAX;
		if (motet_test_below(random, 4))
			KUNIT_ASSERT_EQ(test,
					xa_err(xa_store(&groups->group.members,
							i, member,
							GFP_KERNEL)), 0);
	}
	groups->group.sessions_max = motet_test_below(random, 3);
}

static void motet_test_want(struct motet_want *want, struct rnd_state *random)
{
	memset(want, 0, sizeof(*want));
	want->address = MOTET_ADDRESS_ANY +
			motet_test_below(random, MOTET_ADDRESS_STICKY -
					 MOTET_ADDRESS_ANY + 1);
	want->node = motet_test_below(random, 3);
	want->priority = 1;
	want->bytes = motet_test_below(random, MOTET_TEST_BYTES + 3);
}

static bool motet_test_meant(const struct motet_member *member,
			     const struct motet_want *want,
			     const struct motet_member *bound)
{
	u32 node = member->port->node;

	switch (want->address) {
	case MOTET_ADDRESS_ON_NODE:
		return node == want->node;
	case MOTET_ADDRESS_EXCEPT_NODE:
		return node != want->node;
	case MOTET_ADDRESS_LOCAL_ROUND_ROBIN:
	case MOTET_ADDRESS_LOCAL_BEST_QUEUE:
		return node == 0;
	case MOTET_ADDRESS_STICKY:
		return !bound || bound == member;
	}
	return true;
}

static bool motet_test_has_room(const struct motet_member *member,
				const struct motet_want *want,
				const struct motet_member *bound)
{
	const struct motet_lane *lane = &member->queue->lanes[1];
	u32 max = member->group->sessions_max;
	bool late = member->stale == 1;

	if (member->queue->closed ||
	    lane->used.messages == lane->limit.messages ||
	    lane->used.bytes + want->bytes > MOTET_TEST_BYTES)
		return false;
	if (want->address == MOTET_ADDRESS_LEAST_LOADED)
		return !late;
	if (want->address == MOTET_ADDRESS_STICKY && !bound)
		return !late && (!max || member->session_count < max);
	return true;
}

/* The order in which members are wanted: the smallest first. */
static u64 motet_test_rank(const struct motet_member *member,
			   const struct motet_want *want, unsigned long turn)
{
	const struct motet_lane *lane = &member->queue->lanes[1];
	u64 load = member->weight + member->session_count + member->report;
	u64 fill = max(lane->used.messages * 1000 / lane->limit.messages,
		       lane->used.bytes * 1000 / lane->limit.bytes);

	switch (want->address) {
	case MOTET_ADDRESS_ROUND_ROBIN:
	case MOTET_ADDRESS_LOCAL_ROUND_ROBIN:
		return member->number > turn ? 0 : 1;
	case MOTET_ADDRESS_BEST_QUEUE:
	case MOTET_ADDRESS_LOCAL_BEST_QUEUE:
		return fill;
	case MOTET_ADDRESS_LEAST_LOADED:
	case MOTET_ADDRESS_STICKY:
		return load;
	}
	return 0;
}

/* The best of those not tried; or why there is none. */
static struct motet_member *
motet_test_expect(struct motet_test_group *groups, const struct motet_want *want,
		  const struct motet_member *bound, unsigned long turn,
		  const bool *tried)
{
	struct motet_member *member, *best = NULL;
	bool any = false, retry = false;
	unsigned long i;
	u64 rank;

	for (i = 1; i < MOTET_TEST_MEMBERS; i++) {
		member = &groups->members[i];
		if (!xa_load(&groups->group.members, i) ||
		    !motet_test_meant(member, want, bound))
			continue;
		if (!member->queue->closed) {
			any = true;
			retry |= want->bytes <= MOTET_TEST_BYTES;
		}
		if (tried[i] || !motet_test_has_room(member, want, bound))
			continue;
		rank = motet_test_rank(member, want, turn);
		if (!best || rank < motet_test_rank(best, want, turn))
			best = member;
	}
	if (best)
		return best;
	return ERR_PTR(!any ? -EHOSTUNREACH : retry ? -EAGAIN : -EMSGSIZE);
}

static struct motet_member *
motet_test_pick(struct motet_test_group *groups, const struct motet_want *want,
		const struct motet_session *session, struct motet_pick *pick)
{
	struct motet_member *member;

	mutex_lock(&groups->group.mutex);
	member = motet_pick_next(&groups->group, want, session, pick);
	mutex_unlock(&groups->group.mutex);
	return member;
}

/* Tries them all, one after the other. */
static void motet_test_pick_all(struct kunit *test,
				struct motet_test_group *groups,
				const struct motet_want *want,
				const struct motet_session *session)
{
	const struct motet_member *bound = session ? session->member : NULL;
	unsigned long turn = groups->group.turn[want->address];
	bool tried[MOTET_TEST_MEMBERS] = {};
	struct motet_member *member, *expect;
	struct motet_pick pick = {};

	do {
		expect = motet_test_expect(groups, want, bound, turn, tried);
		member = motet_test_pick(groups, want, session, &pick);
		KUNIT_ASSERT_PTR_EQ_MSG(test, member, expect,
					"address %u", want->address);
		if (IS_ERR(member))
			break;
		tried[member->number] = true;
		KUNIT_ASSERT_EQ(test, groups->group.turn[want->address],
				member->number);
	} while (true);
}

static void motet_test_pick_random(struct kunit *test)
{
	struct motet_test_group *groups = motet_test_group_new(test);
	struct motet_session *session;
	struct motet_want want;
	struct rnd_state random;
	unsigned int i, j;

	motet_test_seed(test, &random);
	for (i = 0; i < 200; i++) {
		motet_test_group_fill(test, groups, &random);
		for (j = 0; j < 5; j++) {
			motet_test_want(&want, &random);
			session = motet_test_below(&random, 2) ?
				&groups->session : NULL;
			groups->session.member = NULL;
			if (motet_test_below(&random, 2))
				groups->session.member =
					&groups->members[1];
			motet_test_pick_all(test, groups, &want, session);
		}
	}
}

/* Eight messages to members that all have room: each gets one in turn. */
static void motet_test_pick_turns(struct kunit *test)
{
	struct motet_want want = {
		.address = MOTET_ADDRESS_ROUND_ROBIN, .priority = 1,
	};
	struct motet_test_group *groups = motet_test_group_new(test);
	struct motet_member *member;
	struct motet_pick pick;
	struct rnd_state random;
	unsigned long i, j;

	motet_test_seed(test, &random);
	motet_test_group_fill(test, groups, &random);
	for (i = 1; i < MOTET_TEST_MEMBERS; i++) {
		groups->ports[i].queue.closed = false;
		groups->ports[i].queue.lanes[1].used.messages = 0;
		xa_store(&groups->group.members, i, &groups->members[i],
			 GFP_KERNEL);
	}
	for (j = 0; j < 3 * (MOTET_TEST_MEMBERS - 1); j++) {
		memset(&pick, 0, sizeof(pick));
		member = motet_test_pick(groups, &want, NULL, &pick);
		KUNIT_ASSERT_PTR_EQ(test, member,
				    &groups->members[1 + j % (MOTET_TEST_MEMBERS - 1)]);
	}
}

/* Looking for room moves no turn, and says what sending would say. */
static void motet_test_pick_room(struct kunit *test)
{
	struct motet_test_group *groups = motet_test_group_new(test);
	bool tried[MOTET_TEST_MEMBERS] = {};
	struct motet_member *expect;
	struct motet_want want;
	struct rnd_state random;
	unsigned long turn;
	unsigned int i;
	bool room;

	motet_test_seed(test, &random);
	for (i = 0; i < 500; i++) {
		motet_test_group_fill(test, groups, &random);
		motet_test_want(&want, &random);
		turn = motet_test_below(&random, MOTET_TEST_MEMBERS);
		groups->group.turn[want.address] = turn;
		mutex_lock(&groups->group.mutex);
		room = motet_pick_has_room(&groups->handle, &want);
		mutex_unlock(&groups->group.mutex);
		expect = motet_test_expect(groups, &want, NULL, turn, tried);
		KUNIT_ASSERT_EQ(test, room, expect != ERR_PTR(-EAGAIN));
		KUNIT_ASSERT_EQ(test, groups->group.turn[want.address], turn);
	}
}

static void motet_test_member_load(struct kunit *test)
{
	struct motet_test_group *groups = motet_test_group_new(test);
	struct motet_member member = {
		.group = &groups->group,
		.weight = U32_MAX,
		.session_count = U32_MAX,
		.report = U32_MAX,
	};

	mutex_lock(&groups->group.mutex);
	KUNIT_EXPECT_EQ(test, motet_member_load(&member), 3ULL * U32_MAX);
	mutex_unlock(&groups->group.mutex);
	KUNIT_EXPECT_FALSE(test, motet_member_is_stale(&member, U64_MAX));
	member.stale = 100;
	KUNIT_EXPECT_FALSE(test, motet_member_is_stale(&member, 100));
	KUNIT_EXPECT_TRUE(test, motet_member_is_stale(&member, 101));
}

static struct kunit_case motet_test_pick_cases[] = {
	KUNIT_CASE_SLOW(motet_test_pick_random),
	KUNIT_CASE(motet_test_pick_turns),
	KUNIT_CASE(motet_test_pick_room),
	KUNIT_CASE(motet_test_member_load),
	{}
};

static struct kunit_suite motet_test_pick_suite = {
	.name = "motet-deliver-pick",
	.test_cases = motet_test_pick_cases,
};

kunit_test_suite(motet_test_pick_suite);
