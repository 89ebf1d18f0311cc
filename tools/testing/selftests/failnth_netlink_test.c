// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What netlink asks for and changes, and what it tells, with each allocation
 * and user copy failing.
 */
#include <errno.h>
#include <sched.h>

#include "kselftest_harness.h"
#include "failnth.h"
#include "group_test.h"
#include "lock_test.h"
#include "uapi_doors.h"

static struct mt_nl nl;
static struct mt_attrs request, answer;
static struct mt_dump dump;

static int with_world(void)
{
	__u64 opening;
	int ret = make_world();

	ret = ret ?: mt_lock_new(world.fds[MOTET_ROLE_ACTOR], "uapi",
				 &opening);
	ret = ret ?: mt_lock(world.fds[MOTET_ROLE_ACTOR], opening, 1,
			     EXCLUSIVE, 0);
	ret = ret ?: mt_insert(world.fds[MOTET_ROLE_ACTOR], &world.cap,
			       &world.id);
	return ret ?: mt_nl_open(&nl);
}

static int ask(__u8 cmd, __u16 type, const void *value, size_t len)
{
	request.len = 0;
	if (type)
		mt_attr_add(&request, type, value, len);
	return mt_nl_do(&nl, cmd, &request, &answer);
}

/* Everything has the same name. */
static int run_port_get(void)
{
	return ask(MOTET_CMD_PORT_GET, MOTET_A_PORT_NAME, "uapi", 4);
}

FN_TEST(port_get, .setup = with_world, .run = run_port_get)

static int run_group_get(void)
{
	return ask(MOTET_CMD_GROUP_GET, MOTET_A_GROUP_NAME, "uapi", 4);
}

FN_TEST(group_get, .setup = with_world, .run = run_group_get)

static int run_lock_get(void)
{
	return ask(MOTET_CMD_LOCK_GET, MOTET_A_LOCK_NAME, "uapi", 4);
}

FN_TEST(lock_get, .setup = with_world, .run = run_lock_get)

static int run_channel_get(void)
{
	return ask(MOTET_CMD_CHANNEL_GET, MOTET_A_CHANNEL_NAME, "uapi", 4);
}

FN_TEST(channel_get, .setup = with_world, .run = run_channel_get)

static int run_checkpoint_get(void)
{
	return ask(MOTET_CMD_CHECKPOINT_GET, MOTET_A_CHECKPOINT_NAME, "uapi",
		   4);
}

FN_TEST(checkpoint_get, .setup = with_world, .run = run_checkpoint_get)

static int run_domain_get(void)
{
	return ask(MOTET_CMD_DOMAIN_GET, 0, NULL, 0);
}

FN_TEST(domain_get, .setup = with_world, .run = run_domain_get)

static int run_domain_set(void)
{
	__u32 max = 70000;

	return ask(MOTET_CMD_DOMAIN_SET, MOTET_A_DOMAIN_PORTS_MAX, &max, 4);
}

/* The limit stays, and so may nothing be different afterwards. */
static __u32 ports_max;

static int with_limit(void)
{
	int ret = with_world();

	ret = ret ?: run_domain_get();
	ports_max = mt_attr_number(&answer, MOTET_A_DOMAIN_PORTS_MAX);
	return ret;
}

static void old_limit(void)
{
	ask(MOTET_CMD_DOMAIN_SET, MOTET_A_DOMAIN_PORTS_MAX, &ports_max, 4);
}

FN_TEST(domain_set, .setup = with_limit, .run = run_domain_set,
	.undo = old_limit, .flags = FN_NOTHING)

static int run_purge(void)
{
	return ask(MOTET_CMD_PURGE, 0, NULL, 0);
}

static int with_retained(void)
{
	struct motet_port_create create = {
		.mode = MOTET_MODE_MASK, .retention = 1000 * MT_SECOND,
	};
	int ret = with_world(), port;

	port = mt_create(world.fds[MOTET_ROLE_ACTOR], &create, "retained");
	close(port);
	return ret;
}

FN_TEST(purge, .setup = with_retained, .run = run_purge)

static int run_lock_purge(void)
{
	return ask(MOTET_CMD_LOCK_PURGE, MOTET_A_LOCK_NAME, "uapi", 4);
}

FN_TEST(lock_purge, .setup = with_world, .run = run_lock_purge)

/* nodes */
static int run_node_create(void)
{
	return mt_node_set_named(&nl, 7, 1, "node");
}

static int run_node_change(void)
{
	return mt_node_set_named(&nl, 7, 0, "node");
}

static int run_node_delete(void)
{
	__u32 number = 7;

	return ask(MOTET_CMD_NODE_DELETE, MOTET_A_NODE_NUMBER, &number, 4);
}

static void no_node(void)
{
	run_node_change();
	run_node_delete();
}

FN_TEST(node_create, .setup = with_world, .run = run_node_create,
	.undo = no_node)

/* A port is on the node, which leaves: the port dies. */
static int with_node(void)
{
	struct motet_port_create create = { .mode = MOTET_MODE_MASK,
					    .node = 7 };
	int ret = with_world();

	ret = ret ?: run_node_create();
	return ret ?: mt_create(world.fds[MOTET_ROLE_ACTOR], &create, NULL);
}

FN_TEST(node_leaves, .setup = with_node, .run = run_node_change,
	.undo = no_node)

static int with_former_node(void)
{
	int ret = with_world();

	return ret ?: run_node_create() ?: run_node_change();
}

FN_TEST(node_delete, .setup = with_former_node, .run = run_node_delete,
	.undo = no_node, .flags = FN_NOTHING)

static int run_node_get(void)
{
	__u32 number = 7;

	return ask(MOTET_CMD_NODE_GET, MOTET_A_NODE_NUMBER, &number, 4);
}

FN_TEST(node_get, .setup = with_node, .run = run_node_get, .undo = no_node)

/* All dumps, one after the other. */
static int run_dumps(void)
{
	static const __u8 cmds[] = {
		MOTET_CMD_ACTOR_GET, MOTET_CMD_PORT_GET, MOTET_CMD_USER_GET,
		MOTET_CMD_NODE_GET, MOTET_CMD_GROUP_GET, MOTET_CMD_HANDLE_GET,
		MOTET_CMD_LOCK_GET, MOTET_CMD_WATCH_GET,
		MOTET_CMD_CHANNEL_GET, MOTET_CMD_CHECKPOINT_GET,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(cmds); i++)
		ret = mt_nl_dump(&nl, cmds[i], &dump);
	return ret;
}

/* The memory for their answers is netlink's own. */
FN_TEST(dumps, .setup = with_world, .run = run_dumps, .flags = FN_NOTHING)

static int run_dumps_of(void)
{
	int ret;

	request.len = 0;
	mt_attr_add(&request, MOTET_A_MEMBER_GROUP, &world.cap.id, 16);
	ret = mt_nl_dump_of(&nl, MOTET_CMD_GROUP_MEMBER_GET, &request, &dump);
	request.len = 0;
	mt_attr_add(&request, MOTET_A_TRACKER_OBJECT, &world.cap.id, 16);
	return ret ?: mt_nl_dump_of(&nl, MOTET_CMD_TRACKER_GET, &request,
				    &dump);
}

FN_TEST(dumps_of_group, .setup = with_world, .run = run_dumps_of,
	.flags = FN_NOTHING)

/* Events: what could not be told is missed by its number. */
static __u64 before;

static int listening(void)
{
	int ret = with_world();

	before = fn_sequence();
	return ret ?: mt_nl_listen(&nl);
}

static int run_create(void)
{
	return mt_port(world.fds[MOTET_ROLE_ACTOR], "told", 1, NULL);
}

/* The number of the next event, or 0 when there is none. */
static __u64 next_event(void)
{
	static struct mt_attrs event;
	int ret;

	/* that one was lost is an error once */
	do {
		ret = mt_nl_event(&nl, 0, &event);
	} while (ret == -ENOBUFS);
	if (ret)
		return 0;
	return mt_attr_number(&event, MOTET_A_PORT_SEQUENCE);
}

/*
 * Each number between was told once, or never; and what comes then, which
 * nothing disturbs, is told with its number.
 */
static int check_events(void)
{
	__u64 last = before, seen;

	if (mt_port(world.fds[MOTET_ROLE_ACTOR], "then", 1, NULL) < 0)
		return 1;
	while ((seen = next_event())) {
		if (seen <= last)
			return 2;
		last = seen;
	}
	return last == fn_sequence() ? 0 : 3;
}

FN_TEST(events, .setup = listening, .run = run_create, .check = check_events)

/* A new namespace has its domain, or is none. */
static int run_unshare(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

FN_TEST(new_namespace, .run = run_unshare, .flags = FN_COUNTS)

FN_LEAKS

TEST_HARNESS_MAIN
