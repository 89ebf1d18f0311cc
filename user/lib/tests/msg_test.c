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

static void cancel_message_check(void *arg)
{
	struct motet_cancel *cancel = arg;

	assert_int_equal(cancel->size, sizeof(*cancel));
	assert_int_equal(cancel->flags, MOTET_CANCEL_MESSAGE);
	assert_int_equal(cancel->id, 34);
}

static void test_motet_msg_cancel(void **state)
{
	(void)state;
	fake_expect(MOTET_IOC_CANCEL, cancel_message_check, 0);
	assert_int_equal(motet_msg_cancel(FAKE_FD, 34), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_CANCEL, NULL, -ENOENT);
	assert_int_equal(motet_msg_cancel(FAKE_FD, 34), -ENOENT);
}

static struct motet_lease lease_want;

static void lease_check(void *arg)
{
	assert_memory_equal(arg, &lease_want, sizeof(lease_want));
}

static void expect_lease(enum motet_lease_op op, __u64 deadline)
{
	memset(&lease_want, 0, sizeof(lease_want));
	lease_want.size = sizeof(lease_want);
	lease_want.op = op;
	lease_want.id = 8;
	lease_want.deadline = deadline;
	fake_expect(MOTET_IOC_LEASE, lease_check, 0);
}

static void test_motet_lease_acknowledge(void **state)
{
	(void)state;
	expect_lease(MOTET_LEASE_ACKNOWLEDGE, 0);
	assert_int_equal(motet_lease_acknowledge(FAKE_FD, 8), 0);
	fake_assert_done();
	fake_expect(MOTET_IOC_LEASE, NULL, -ENOENT);
	assert_int_equal(motet_lease_acknowledge(FAKE_FD, 8), -ENOENT);
}

static void test_motet_lease_give_back(void **state)
{
	(void)state;
	expect_lease(MOTET_LEASE_GIVE_BACK, 0);
	assert_int_equal(motet_lease_give_back(FAKE_FD, 8), 0);
	fake_assert_done();
}

static void test_motet_lease_extend(void **state)
{
	(void)state;
	expect_lease(MOTET_LEASE_EXTEND, 1234567);
	assert_int_equal(motet_lease_extend(FAKE_FD, 8, 1234567), 0);
	fake_assert_done();
}

static struct motet_msg batch_msgs[3];
static unsigned int batch_msg_size;
static unsigned int batch_done;
static unsigned int batch_error;

static void batch_check(void *arg)
{
	struct motet_batch *batch = arg;

	assert_int_equal(batch->size, sizeof(*batch));
	assert_int_equal(batch->flags, 0);
	assert_ptr_equal(fake_pointer(batch->msgs), batch_msgs);
	assert_int_equal(batch->msg_size, batch_msg_size);
	assert_int_equal(batch->count, 3);
	assert_int_equal(batch->done, 0);
	assert_int_equal(batch->error, 0);
	batch->done = batch_done;
	batch->error = batch_error;
}

static void expect_batch(unsigned long request, unsigned int done,
			 unsigned int error, int ret)
{
	motet_msg_init(&batch_msgs[0]);
	batch_msg_size = sizeof(struct motet_msg);
	batch_done = done;
	batch_error = error;
	fake_expect(request, batch_check, ret);
}

static void test_motet_msg_send_many(void **state)
{
	int error = 1;

	(void)state;
	expect_batch(MOTET_IOC_SEND_MANY, 3, 0, 0);
	assert_int_equal(motet_msg_send_many(FAKE_FD, batch_msgs, 3, &error),
			 3);
	fake_assert_done();
	assert_int_equal(error, 0);

	/* Some were sent: how many, and why not the next */
	expect_batch(MOTET_IOC_SEND_MANY, 2, EAGAIN, 0);
	assert_int_equal(motet_msg_send_many(FAKE_FD, batch_msgs, 3, &error),
			 2);
	assert_int_equal(error, -EAGAIN);

	expect_batch(MOTET_IOC_SEND_MANY, 0, EAGAIN, -EAGAIN);
	assert_int_equal(motet_msg_send_many(FAKE_FD, batch_msgs, 3, &error),
			 -EAGAIN);
	assert_int_equal(error, -EAGAIN);

	/* The messages of a program that is older than the library */
	expect_batch(MOTET_IOC_SEND_MANY, 3, 0, 0);
	batch_msg_size = MOTET_MSG_SIZE_VER0;
	batch_msgs[0].size = MOTET_MSG_SIZE_VER0;
	assert_int_equal(motet_msg_send_many(FAKE_FD, batch_msgs, 3, NULL), 3);
}

static void test_motet_recv_many(void **state)
{
	int error = 1;

	(void)state;
	expect_batch(MOTET_IOC_RECV_MANY, 1, 0, 0);
	assert_int_equal(motet_recv_many(FAKE_FD, batch_msgs, 3, &error), 1);
	fake_assert_done();
	assert_int_equal(error, 0);
	expect_batch(MOTET_IOC_RECV_MANY, 0, 0, -ETIMEDOUT);
	assert_int_equal(motet_recv_many(FAKE_FD, batch_msgs, 3, NULL),
			 -ETIMEDOUT);
}

static void test_motet_msg_set_lease(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	msg.flags = MOTET_MSG_DONTWAIT;
	motet_msg_set_lease(&msg, 99);
	assert_int_equal(msg.flags, MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE);
	assert_int_equal(msg.lease, 99);
}

static void test_motet_msg_set_any(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_lease(&msg, 0);
	motet_msg_set_any(&msg);
	assert_int_equal(msg.flags, MOTET_MSG_LEASE | MOTET_MSG_ANY);
}

static void test_motet_msg_set_session(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_session(&msg, 1ULL << 40);
	assert_int_equal(msg.address, MOTET_ADDRESS_STICKY);
	assert_int_equal(msg.session, 1ULL << 40);
}

static void test_motet_msg_set_node(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	motet_msg_set_node(&msg, MOTET_ADDRESS_EXCEPT_NODE, 3);
	assert_int_equal(msg.address, MOTET_ADDRESS_EXCEPT_NODE);
	assert_int_equal(msg.node, 3);
}

/* A program that is built against these headers has all of the structs. */
static void structs_have_the_new_sizes(void **state)
{
	struct motet_msg msg;

	(void)state;
	motet_msg_init(&msg);
	assert_int_equal(msg.size, MOTET_MSG_SIZE_VER1);
	assert_int_equal(sizeof(struct motet_port_create),
			 MOTET_PORT_CREATE_SIZE_VER1);
	assert_int_equal(sizeof(struct motet_port_status),
			 MOTET_PORT_STATUS_SIZE_VER1);
	assert_int_equal(sizeof(struct motet_batch), MOTET_BATCH_SIZE_VER0);
	assert_int_equal(sizeof(struct motet_lease), MOTET_LEASE_SIZE_VER0);
	assert_int_equal(sizeof(struct motet_group_create),
			 MOTET_GROUP_CREATE_SIZE_VER0);
	assert_int_equal(sizeof(struct motet_group_status),
			 MOTET_GROUP_STATUS_SIZE_VER0);
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
		cmocka_unit_test(test_motet_msg_cancel),
		cmocka_unit_test(test_motet_lease_acknowledge),
		cmocka_unit_test(test_motet_lease_give_back),
		cmocka_unit_test(test_motet_lease_extend),
		cmocka_unit_test(test_motet_msg_send_many),
		cmocka_unit_test(test_motet_recv_many),
		cmocka_unit_test(test_motet_msg_set_lease),
		cmocka_unit_test(test_motet_msg_set_any),
		cmocka_unit_test(test_motet_msg_set_session),
		cmocka_unit_test(test_motet_msg_set_node),
		cmocka_unit_test(structs_have_the_new_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
