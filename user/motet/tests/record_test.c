// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of reading netlink messages: made here to be odd.
 */
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "record.h"
#include "replay.h"

static const struct motet_id test_id = { { 2, 0, 0, 0, 0, 0, 0, 0,
					   0, 0, 0, 0, 0, 0, 0, 9 } };

static struct nl_msg *message_new(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 1, 30, 0, 0, MOTET_CMD_PORT_GET,
				    MOTET_FAMILY_VERSION));
	return msg;
}

/* Parse, compare the JSON, and forget all */
static void check_json(struct nl_msg *msg, const struct record_type *type,
		       const char *want)
{
	char record[RECORD_SIZE_MAX] __attribute__((aligned));
	json_t *object;
	char *text;

	assert_int_equal(record_parse(type, nlmsg_hdr(msg), record), 0);
	object = record_json(type, record);
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, want);
	free(text);
	json_decref(object);
	record_clear(type, record);
	nlmsg_free(msg);
}

static void ports_are_read(void **state)
{
	struct nl_msg *msg = message_new();
	struct port_record port;
	json_t *want, *object;

	(void)state;
	nla_put(msg, MOTET_A_PORT_ID, sizeof(test_id), &test_id);
	nla_put(msg, MOTET_A_PORT_NAME, 5, "print");
	nla_put_u32(msg, MOTET_A_PORT_STATE, MOTET_PORT_STATE_RETAINED);
	nla_put_u32(msg, MOTET_A_PORT_MODE, 0722);
	nla_put_u64(msg, MOTET_A_PORT_BYTES, 1ULL << 40);
	assert_int_equal(record_parse(&record_port, nlmsg_hdr(msg), &port), 0);
	object = record_json(&record_port, &port);
	want = json_pack("{s:s s:s s:s s:s s:b s:b s:I}",
			 "id", "02000000000000000000000000000009",
			 "name", "print", "state", "retained", "mode", "0722",
			 "default", 0, "enabled", 0, "bytes", (json_int_t)1 << 40);
	assert_true(json_equal(object, want));
	json_decref(object);
	json_decref(want);
	record_clear(&record_port, &port);
	nlmsg_free(msg);
}

static void names_that_json_can_not_have_are_base64(void **state)
{
	struct nl_msg *msg = message_new();

	(void)state;
	nla_put(msg, MOTET_A_PORT_NAME, 2, "\xff\xfe");
	nla_put_flag(msg, MOTET_A_PORT_DEFAULT);
	check_json(msg, &record_port,
		   "{\"name_base64\":\"//4=\",\"default\":true,\"enabled\":false}");
}

static void other_records_are_read(void **state)
{
	struct nl_msg *msg = message_new();

	(void)state;
	nla_put_u32(msg, MOTET_A_DOMAIN_PURGED, 3);
	check_json(msg, &record_domain, "{\"purged\":3}");

	msg = message_new();
	nla_put_u32(msg, MOTET_A_ACTOR_PID, 12);
	nla_put_flag(msg, MOTET_A_ACTOR_DEAD);
	check_json(msg, &record_actor, "{\"pid\":12,\"dead\":true}");

	msg = message_new();
	nla_put_u64(msg, MOTET_A_USER_BYTES, ~0ULL);
	check_json(msg, &record_user, "{\"bytes\":9223372036854775807}");

	msg = message_new();
	nla_put_u32(msg, MOTET_A_GROUP_ADDRESS, MOTET_ADDRESS_WORK);
	nla_put_u32(msg, MOTET_A_GROUP_BACKLOG, 5);
	check_json(msg, &record_group,
		   "{\"address\":\"work\",\"retained\":false,\"backlog\":5}");

	msg = message_new();
	nla_put_u32(msg, MOTET_A_NODE_NUMBER, 3);
	nla_put_flag(msg, MOTET_A_NODE_HERE);
	check_json(msg, &record_node, "{\"number\":3,\"here\":true}");
}

static void attributes_of_a_newer_kernel_are_passed_over(void **state)
{
	struct nl_msg *msg = message_new();

	(void)state;
	nla_put_u32(msg, MOTET_A_PORT_MAX + 5, 1);
	nla_put_u32(msg, MOTET_A_PORT_PID, 7);
	nla_put_u32(msg, MOTET_A_PORT_STATE, 99);
	check_json(msg, &record_port,
		   "{\"state\":\"unknown\",\"pid\":7,\"default\":false,\"enabled\":false}");
}

static void short_attributes_are_refused(void **state)
{
	struct nl_msg *msg = message_new();
	struct port_record port;

	(void)state;
	nla_put(msg, MOTET_A_PORT_NAME, 3, "abc");
	nla_put(msg, MOTET_A_PORT_SENT, 4, "1234");
	assert_int_equal(record_parse(&record_port, nlmsg_hdr(msg), &port),
			 -EBADMSG);
	record_clear(&record_port, &port);
	nlmsg_free(msg);

	msg = message_new();
	nla_put(msg, MOTET_A_PORT_ID, 15, &test_id);
	assert_int_equal(record_parse(&record_port, nlmsg_hdr(msg), &port),
			 -EBADMSG);
	record_clear(&record_port, &port);
	nlmsg_free(msg);
}

static void titles_are_safe(void **state)
{
	struct port_record port = { .id = test_id };
	char *title;

	(void)state;
	title = record_port_title(&port);
	assert_string_equal(title, "id:02000000000000000000000000000009");
	free(title);

	port.present = 1UL << MOTET_A_PORT_NAME;
	port.name.bytes = (unsigned char *)"a\033b";
	port.name.len = 3;
	title = record_port_title(&port);
	assert_string_equal(title, "a\\x1bb");
	free(title);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_read),
		cmocka_unit_test(names_that_json_can_not_have_are_base64),
		cmocka_unit_test(other_records_are_read),
		cmocka_unit_test(attributes_of_a_newer_kernel_are_passed_over),
		cmocka_unit_test(short_attributes_are_refused),
		cmocka_unit_test(titles_are_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
