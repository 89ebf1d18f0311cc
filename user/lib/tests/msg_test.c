// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of messages.
 */
#include "fake.h"

static struct motet_msg request_msg;
static struct motet_msg reply_msg;

static void send_check(void *arg)
{
	struct motet_msg *msg = arg;

	assert_int_equal(msg->size, sizeof(*msg));
	assert_int_equal(msg->flags, 0);
	assert_int_equal(msg->body_len, 5);
	assert_memory_equal(fake_pointer(msg->body), "hello", 5);
	assert_int_equal(msg->body_cap, 0);
	assert_int_equal(msg->annex, 0);
	assert_int_equal(msg->deadline, 0);
	assert_int_equal(msg->token, 0);
}

static void test_motet_send(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_SEND, send_check, 0);
	assert_int_equal(motet_send(FAKE_FD, "hello", 5), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_SEND, NULL, -EAGAIN);
	assert_int_equal(motet_send(FAKE_FD, "hello", 5), -EAGAIN);
}

static void same_check(void *arg)
{
	assert_ptr_equal(arg, &request_msg);
	request_msg.id = 77;
}

static void test_motet_msg_send(void **state)
{
	(void)state;
	motet_msg_init(&request_msg);
	fake_expect(MOTET_IOC_SEND, same_check, 0);
	assert_int_equal(motet_msg_send(FAKE_FD, &request_msg), 0);
	fake_assert_done();
	assert_int_equal(request_msg.id, 77);
}

static void test_motet_recv(void **state)
{
	(void)state;
	motet_msg_init(&request_msg);
	fake_expect(MOTET_IOC_RECV, same_check, 0);
	assert_int_equal(motet_recv(FAKE_FD, &request_msg), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_RECV, same_check, -ETIMEDOUT);
	assert_int_equal(motet_recv(FAKE_FD, &request_msg), -ETIMEDOUT);
}

static __u64 call_unfinished;

static void call_check(void *arg)
{
	struct motet_call_arg *call = arg;

	assert_int_equal(call->size, sizeof(*call));
	assert_int_equal(call->flags, 0);
	assert_ptr_equal(fake_pointer(call->request), &request_msg);
	assert_ptr_equal(fake_pointer(call->reply), &reply_msg);
	assert_int_equal(call->id, 0);
	/* As the kernel does: it has an id as long as it is unfinished */
	call->id = call_unfinished;
}

static void test_motet_msg_call(void **state)
{
	__u64 id = 5;

	(void)state;
	call_unfinished = 0;
	fake_expect(MOTET_IOC_CALL, call_check, 0);
	assert_int_equal(motet_msg_call(FAKE_FD, &request_msg, &reply_msg,
					&id), 0);
	fake_assert_done();
	assert_int_equal(id, 0);

	/* An interrupted call tells its id, so that it can go on. */
	call_unfinished = 33;
	fake_expect(MOTET_IOC_CALL, call_check, -EINTR);
	assert_int_equal(motet_msg_call(FAKE_FD, &request_msg, &reply_msg,
					&id), -EINTR);
	assert_int_equal(id, 33);
}

static void resume_check(void *arg)
{
	struct motet_call_arg *call = arg;

	assert_int_equal(call->size, sizeof(*call));
	assert_int_equal(call->flags, MOTET_CALL_RESUME);
	assert_int_equal(call->request, 0);
	assert_ptr_equal(fake_pointer(call->reply), &reply_msg);
	assert_int_equal(call->id, 33);
}

static void test_motet_msg_call_resume(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CALL, resume_check, 0);
	assert_int_equal(motet_msg_call_resume(FAKE_FD, 33, &reply_msg), 0);
	fake_assert_done();
}

static void cancel_check(void *arg)
{
	struct motet_cancel *cancel = arg;

	assert_int_equal(cancel->size, sizeof(*cancel));
	assert_int_equal(cancel->flags, 0);
	assert_int_equal(cancel->id, 33);
}

static void test_motet_call_cancel(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CANCEL, cancel_check, 0);
	assert_int_equal(motet_call_cancel(FAKE_FD, 33), 0);
	fake_assert_done();
}

static void reply_check(void *arg)
{
	struct motet_msg *msg = arg;

	assert_int_equal(msg->size, sizeof(*msg));
	assert_int_equal(msg->token, 4);
	assert_int_equal(msg->body_len, 2);
	assert_memory_equal(fake_pointer(msg->body), "ok", 2);
}

static void test_motet_reply(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_REPLY, reply_check, 0);
	assert_int_equal(motet_reply(FAKE_FD, 4, "ok", 2), 0);
	fake_assert_done();
}

static void test_motet_msg_reply(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_REPLY, same_check, -ECONNRESET);
	assert_int_equal(motet_msg_reply(FAKE_FD, &request_msg), -ECONNRESET);
	fake_assert_done();
}

static void reply_recv_check(void *arg)
{
	struct motet_reply_recv *both = arg;

	assert_int_equal(both->size, sizeof(*both));
	assert_int_equal(both->flags, 0);
	assert_ptr_equal(fake_pointer(both->reply), &reply_msg);
	assert_ptr_equal(fake_pointer(both->recv), &request_msg);
}

static void reply_recv_given_check(void *arg)
{
	struct motet_reply_recv *both = arg;

	reply_recv_check(arg);
	both->reply = 0;
}

static void test_motet_msg_reply_recv(void **state)
{
	struct motet_msg *reply = &reply_msg;

	(void)state;
	/* Refused: the answer is still to be given. */
	fake_expect(MOTET_IOC_REPLY_RECV, reply_recv_check, -EMSGSIZE);
	assert_int_equal(motet_msg_reply_recv(FAKE_FD, &reply, &request_msg),
			 -EMSGSIZE);
	fake_assert_done();
	assert_ptr_equal(reply, &reply_msg);

	/* Given, and then interrupted: must not be given again. */
	fake_expect(MOTET_IOC_REPLY_RECV, reply_recv_given_check, -EINTR);
	assert_int_equal(motet_msg_reply_recv(FAKE_FD, &reply, &request_msg),
			 -EINTR);
	assert_null(reply);
}

static void test_motet_msg_init(void **state)
{
	struct motet_msg msg;

	(void)state;
	memset(&msg, 0xff, sizeof(msg));
	motet_msg_init(&msg);
	assert_int_equal(msg.size, sizeof(msg));
	assert_int_equal(msg.flags, 0);
	assert_int_equal(msg.body, 0);
	assert_int_equal(msg.deadline, 0);
}

static void test_motet_msg_set_body(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_body(&msg, "abc", 3);
	assert_int_equal(msg.body_len, 3);
	assert_int_equal(msg.body_cap, 0);
	/* Not cut to 1 byte: refused by the kernel. */
	motet_msg_set_body(&msg, "abc", (size_t)UINT32_MAX + 2);
	assert_int_equal(msg.body_len, UINT32_MAX);
}

static void test_motet_msg_set_annex(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_annex(&msg, "abc", 3);
	assert_memory_equal(fake_pointer(msg.annex), "abc", 3);
	assert_int_equal(msg.annex_len, 3);
	assert_int_equal(msg.annex_cap, 0);
}

static void test_motet_msg_set_body_room(void **state)
{
	struct motet_msg msg;
	char room[10];

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_body_room(&msg, room, sizeof(room));
	assert_ptr_equal(fake_pointer(msg.body), room);
	assert_int_equal(msg.body_cap, 10);
	assert_int_equal(msg.body_len, 0);
}

static void test_motet_msg_set_annex_room(void **state)
{
	struct motet_msg msg;
	char room[10];

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_annex_room(&msg, room, sizeof(room));
	assert_ptr_equal(fake_pointer(msg.annex), room);
	assert_int_equal(msg.annex_cap, 10);
	assert_int_equal(msg.annex_len, 0);
}

static void test_motet_msg_set_stamp(void **state)
{
	struct motet_stamp stamp;
	struct motet_msg msg;

	(void)state;
	memset(&stamp, 0xff, sizeof(stamp));
	motet_msg_init(&msg);
	motet_msg_set_stamp(&msg, &stamp);
	assert_ptr_equal(fake_pointer(msg.stamp), &stamp);
	assert_int_equal(stamp.size, sizeof(stamp));
	assert_int_equal(stamp.pid, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motet_send),
		cmocka_unit_test(test_motet_msg_send),
		cmocka_unit_test(test_motet_recv),
		cmocka_unit_test(test_motet_msg_call),
		cmocka_unit_test(test_motet_msg_call_resume),
		cmocka_unit_test(test_motet_call_cancel),
		cmocka_unit_test(test_motet_reply),
		cmocka_unit_test(test_motet_msg_reply),
		cmocka_unit_test(test_motet_msg_reply_recv),
		cmocka_unit_test(test_motet_msg_init),
		cmocka_unit_test(test_motet_msg_set_body),
		cmocka_unit_test(test_motet_msg_set_annex),
		cmocka_unit_test(test_motet_msg_set_body_room),
		cmocka_unit_test(test_motet_msg_set_annex_room),
		cmocka_unit_test(test_motet_msg_set_stamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
