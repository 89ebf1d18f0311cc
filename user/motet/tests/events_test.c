// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of what is made of dumps and events.
 */
#include <errno.h>

#include "events.h"
#include "replay.h"
#include "text.h"

/* What was told: a letter for each, and the last byte of the identifier */
static char told[256];

static void tell(void *arg, enum events_kind kind, unsigned long long sequence,
		 const struct events_object *object)
{
	const struct port_record *port = object ? object->record : NULL;
	size_t len = strlen(told);

	(void)arg;
	(void)sequence;
	snprintf(told + len, sizeof(told) - len, "%c%d ", "ECXDM"[kind],
		 port ? port->id.bytes[15] : 0);
}

static struct port_record port_of(unsigned char id, unsigned int state,
				  unsigned long long sequence)
{
	struct port_record port = { .state = state, .sequence = sequence };

	port.id.bytes[0] = MOTET_CLASS_PORT;
	port.id.bytes[15] = id;
	port.name.len = 3;
	port.name.bytes = (unsigned char *)strdup("abc");
	port.present = 1UL << MOTET_A_PORT_NAME | 1UL << MOTET_A_PORT_ID;
	return port;
}

static void dump(struct events *events, unsigned long long sequence,
		 const struct port_record *ports, size_t n)
{
	struct events_dump dump = {
		.class = &events_port,
		.records = records_new(&record_port),
	};

	dump.records.items = text_grow(NULL, n, sizeof(*ports));
	memcpy(dump.records.items, ports, n * sizeof(*ports));
	dump.records.n = n;
	events_take_dump(events, sequence, &dump, 1);
	cleanup_records(&dump.records);
}

static int feed(struct events *events, int command, unsigned char id,
		unsigned int state, unsigned long long sequence)
{
	struct port_record port = port_of(id, state, sequence);
	int ret = events_feed(events, &events_port, command, &port);

	record_clear(&record_port, &port);
	return ret;
}

static int setup(void **state)
{
	struct events *events = calloc(1, sizeof(*events));
	struct port_record ports[] = { port_of(5, 0, 10), port_of(3, 0, 10) };

	assert_non_null(events);
	events->tell = tell;
	told[0] = '\0';
	dump(events, 10, ports, 2);
	*state = events;
	return 0;
}

static int teardown(void **state)
{
	cleanup_events(*state);
	free(*state);
	return 0;
}

static void dump_is_told_in_its_order(void **state)
{
	(void)state;
	assert_string_equal(told, "E5 E3 ");
}

static void events_are_told(void **state)
{
	struct events *events = *state;

	assert_int_equal(feed(events, MOTET_CMD_PORT_CREATE_NTF, 4, 0, 11), 0);
	assert_int_equal(feed(events, MOTET_CMD_PORT_CHANGE_NTF, 4, 1, 12), 0);
	assert_int_equal(feed(events, MOTET_CMD_PORT_DELETE_NTF, 4, 2, 13), 0);
	assert_int_equal(feed(events, MOTET_CMD_PORT_DELETE_NTF, 5, 2, 14), 0);
	assert_string_equal(told, "E5 E3 C4 X4 D4 D5 ");
	assert_int_equal(events->n_objects, 1);
	assert_int_equal(events->sequence, 14);
}

static void old_events_are_not_told_again(void **state)
{
	assert_int_equal(feed(*state, MOTET_CMD_PORT_CREATE_NTF, 5, 0, 9), 0);
	assert_int_equal(feed(*state, MOTET_CMD_PORT_DELETE_NTF, 5, 0, 10), 0);
	assert_string_equal(told, "E5 E3 ");
}

/* The number was asked for before the dump: events in between are in both. */
static void events_the_dump_reflects_are_not_told_again(void **state)
{
	struct port_record ports[] = { port_of(7, 0, 22) };

	told[0] = '\0';
	dump(*state, 20, ports, 1);
	assert_string_equal(told, "M0 D3 D5 C7 ");
	assert_int_equal(feed(*state, MOTET_CMD_PORT_CREATE_NTF, 7, 0, 21), 0);
	assert_int_equal(feed(*state, MOTET_CMD_PORT_DELETE_NTF, 6, 0, 22), 0);
	assert_string_equal(told, "M0 D3 D5 C7 ");
	assert_int_equal(feed(*state, MOTET_CMD_PORT_CHANGE_NTF, 7, 1, 23), 0);
	assert_string_equal(told, "M0 D3 D5 C7 X7 ");
}

static void gap_asks_for_a_dump(void **state)
{
	struct events *events = *state;
	struct port_record ports[] = {
		port_of(3, 0, 13), port_of(5, 1, 13), port_of(6, 0, 13),
	};

	assert_int_equal(feed(events, MOTET_CMD_PORT_CREATE_NTF, 6, 0, 12),
			 -ENOBUFS);
	assert_string_equal(told, "E5 E3 ");
	dump(events, 13, ports, 3);
	assert_string_equal(told, "E5 E3 M0 X5 C6 ");
	assert_int_equal(feed(events, MOTET_CMD_PORT_DELETE_NTF, 3, 2, 14), 0);
	assert_string_equal(told, "E5 E3 M0 X5 C6 D3 ");
}

static void dump_may_be_empty(void **state)
{
	const struct port_record none[1] = { 0 };

	dump(*state, 30, none, 0);
	assert_string_equal(told, "E5 E3 M0 D3 D5 ");
	assert_int_equal(feed(*state, MOTET_CMD_PORT_CREATE_NTF, 1, 0, 31), 0);
	assert_string_equal(told, "E5 E3 M0 D3 D5 C1 ");
}

static struct node_record node_of(unsigned int number, unsigned int member,
				  unsigned long long sequence)
{
	return (struct node_record){
		.number = number,
		.member = member,
		.sequence = sequence,
	};
}

/* What is told of nodes: a letter for each, and their number */
static void tell_node(void *arg, enum events_kind kind,
		      unsigned long long sequence,
		      const struct events_object *object)
{
	const struct node_record *node = object ? object->record : NULL;
	size_t len = strlen(told);

	(void)arg;
	(void)sequence;
	snprintf(told + len, sizeof(told) - len, "%c%u%s ", "ECXDM"[kind],
		 node ? node->number : 0,
		 object ? object->class->state(node) : "");
}

static void nodes_are_told_too(void **state)
{
	struct events events = { .tell = tell_node };
	struct node_record nodes[] = { node_of(1, 1, 4), node_of(2, 1, 4) };
	struct events_dump dump = {
		.class = &events_node,
		.records = { &record_node, (char *)nodes, 2 },
	};
	struct node_record node = node_of(2, 0, 5);

	(void)state;
	told[0] = '\0';
	events_take_dump(&events, 4, &dump, 1);
	assert_int_equal(events_feed(&events, &events_node,
				     MOTET_CMD_NODE_CHANGE_NTF, &node), 0);
	node = node_of(3, 1, 6);
	assert_int_equal(events_feed(&events, &events_node,
				     MOTET_CMD_NODE_CREATE_NTF, &node), 0);
	assert_string_equal(told,
			    "E1member E2member X2absent C3member ");
	cleanup_events(&events);
}

#define EVENTS_TEST(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		EVENTS_TEST(dump_is_told_in_its_order),
		EVENTS_TEST(events_are_told),
		EVENTS_TEST(old_events_are_not_told_again),
		EVENTS_TEST(events_the_dump_reflects_are_not_told_again),
		EVENTS_TEST(gap_asks_for_a_dump),
		EVENTS_TEST(dump_may_be_empty),
		cmocka_unit_test(nodes_are_told_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
