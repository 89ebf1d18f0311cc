// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups, with each allocation and user copy failing.
 */
#include <errno.h>

#include "kselftest_harness.h"
#include "failnth.h"
#include "group_test.h"
#include "peer.h"

#define MEMBERS	4
#define LARGE	20000
/* fits into a default port */
#define SMALL	2000

static struct motet_group_create create;
static struct motet_cap cap;
static struct motet_id ids[MEMBERS];
static int actor, group, ports[MEMBERS], tracker;
static __u8 body[LARGE], back[LARGE];
static __u64 value, token;
static struct motet_msg msg;

/* A group with members, of which each can be told by its place. */
static int members(__u32 address)
{
	int i, ret;

	memset(body, 0xa5, sizeof(body));
	actor = mt_actor();
	create = (struct motet_group_create){
		.mode = MOTET_MODE_MASK, .address = address,
		.sessions_max = address == MOTET_ADDRESS_STICKY ? 8 : 0,
	};
	group = mt_group_create(actor, &create, "group");
	cap = create.cap;
	if (group < 0)
		return group;
	for (i = 0; i < MEMBERS; i++) {
		ports[i] = mt_port(actor, NULL, 8, &ids[i]);
		ret = mt_insert(actor, &cap, &ids[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int broadcast_members(void)
{
	return members(MOTET_ADDRESS_BROADCAST);
}

static int send_body(__u32 flags)
{
	msg = MT(motet_msg, .flags = flags, .body = mt_ptr(body),
		 .body_len = flags & MOTET_MSG_RETURN ? SMALL : LARGE);
	return mt_ioctl(group, MOTET_IOC_SEND, &msg);
}

static int to_all(__u32 flags)
{
	int ret = send_body(flags);

	return ret ?: msg.delivered == MEMBERS ? 0 : -EPROTO;
}

static int run_broadcast(void)
{
	return to_all(0);
}

static int all_got_it(void)
{
	int i, ret = 0;

	for (i = 0; !ret && i < MEMBERS; i++) {
		msg = (struct motet_msg){ 0 };
		memset(back, 0, sizeof(back));
		ret = mt_try_recv_msg(ports[i], &msg, back, sizeof(back));
		ret = ret ?: memcmp(body, back, sizeof(body));
	}
	return ret;
}

FN_TEST(broadcast, .setup = broadcast_members, .run = run_broadcast,
	.check = all_got_it, .flags = FN_TELLS)

static int run_each(void)
{
	return to_all(MOTET_MSG_EACH | MOTET_MSG_DONTWAIT);
}

FN_TEST(broadcast_each, .setup = broadcast_members, .run = run_each,
	.check = all_got_it, .flags = FN_TELLS)

static int any_members(void)
{
	return members(MOTET_ADDRESS_LEAST_LOADED);
}

static int run_send_return(void)
{
	return send_body(MOTET_MSG_RETURN | MOTET_MSG_CANCELABLE);
}

FN_TEST(send_least_loaded, .setup = any_members, .run = run_send_return)

/* A call that the only member answers, in another process. */
static pid_t server;

static int serving(__u32 address)
{
	server = fn_server(&ids[0]);
	if (server < 0)
		return server;
	actor = mt_actor();
	create = (struct motet_group_create){
		.mode = MOTET_MODE_MASK, .address = address,
	};
	group = mt_group_create(actor, &create, "group");
	cap = create.cap;
	return group < 0 ? group : mt_insert(actor, &cap, &ids[0]);
}

static int serving_member(void)
{
	return serving(MOTET_ADDRESS_LEAST_LOADED);
}

static int serving_worker(void)
{
	return serving(MOTET_ADDRESS_WORK);
}

static void end_server(void)
{
	mt_kill(server);
}

static int run_call(void)
{
	return fn_call(group);
}

static int half_call(int ret)
{
	ret = fn_call_failed(group);
	return ret;
}

FN_TEST(call_member, .setup = serving_member, .run = run_call,
	.check = fn_called, .half = half_call, .undo = end_server)

FN_TEST(call_worker, .setup = serving_worker, .run = run_call,
	.check = fn_called, .half = half_call, .undo = end_server)

static int sticky_members(void)
{
	return members(MOTET_ADDRESS_STICKY);
}

static int run_session(void)
{
	msg = MT(motet_msg, .session = 5, .body = mt_ptr(&value),
		 .body_len = sizeof(value));
	return mt_ioctl(group, MOTET_IOC_SEND, &msg);
}

FN_TEST(new_session, .setup = sticky_members, .run = run_session)

static int with_session(void)
{
	int ret = sticky_members();

	return ret ?: run_session();
}

FN_TEST(old_session, .setup = with_session, .run = run_session)

static int run_session_end(void)
{
	return mt_session_end(group, 5);
}

FN_TEST(session_end, .setup = with_session, .run = run_session_end)

static int with_actor(void)
{
	actor = mt_actor();
	ports[0] = mt_port(actor, NULL, 8, &ids[0]);
	return ports[0];
}

static int run_create(void)
{
	create = (struct motet_group_create){
		.mode = MOTET_MODE_MASK, .address = MOTET_ADDRESS_WORK,
		.redeliveries_max = 2, .dead_letter = ids[0],
		.retention = 1000 * MT_SECOND, .class_members[3] = 1,
	};
	return mt_group_create(actor, &create, "made");
}

FN_TEST(create_work, .setup = with_actor, .run = run_create)

/* Two ports are told of what happens to the members. */
static int tracked(__u32 address)
{
	struct motet_msg told;
	struct motet_group_change change;
	int i, j, ret = members(address);

	for (i = 0; !ret && i < 2; i++) {
		tracker = mt_port(actor, NULL, 8, NULL);
		ret = mt_track(tracker, &cap.id);
		for (j = 0; !ret && j < MEMBERS && i; j++)
			ret = mt_told(tracker, &told, &change);
	}
	return ret;
}

static int tracked_any(void)
{
	return tracked(MOTET_ADDRESS_ANY);
}

static int with_another(void)
{
	int ret = tracked_any();

	ports[0] = mt_port(actor, NULL, 8, &ids[0]);
	return ret;
}

static int run_insert(void)
{
	return mt_insert(actor, &cap, &ids[0]);
}

FN_TEST(insert_tracked, .setup = with_another, .run = run_insert)

static int run_remove(void)
{
	return mt_remove(actor, &cap, &ids[1]);
}

FN_TEST(remove_tracked, .setup = tracked_any, .run = run_remove)

static int run_delete(void)
{
	return mt_delete(actor, &cap);
}

FN_TEST(delete_tracked, .setup = tracked_any, .run = run_delete)

static int run_close_member(void)
{
	return close(ports[1]) ? -errno : 0;
}

FN_TEST(member_dies, .setup = tracked_any, .run = run_close_member,
	.flags = FN_NOTHING)

static int run_rekey(void)
{
	struct motet_cap new = cap;

	return mt_rekey(actor, &new);
}

FN_TEST(rekey_told, .setup = any_members, .run = run_rekey)

static int run_track(void)
{
	return mt_track(tracker, &cap.id);
}

static int untracked(void)
{
	int ret = any_members();

	tracker = mt_port(actor, NULL, 8, NULL);
	return ret;
}

FN_TEST(track, .setup = untracked, .run = run_track)

static int run_told(void)
{
	struct motet_group_change change;

	msg = (struct motet_msg){ 0 };
	return mt_try_recv_msg(tracker, &msg, &change, sizeof(change));
}

static int told_of_members(void)
{
	int ret = untracked();

	return ret ?: run_track();
}

FN_TEST(recv_member, .setup = told_of_members, .run = run_told)

/* Work: who waits for a job is idle, and the backlog has the rest. */
static int workers(void)
{
	return members(MOTET_ADDRESS_WORK);
}

static int run_job(void)
{
	return send_body(MOTET_MSG_RETURN | MOTET_MSG_CANCELABLE);
}

FN_TEST(job_in_backlog, .setup = workers, .run = run_job)

static int run_recv_job(void)
{
	msg = (struct motet_msg){ .flags = MOTET_MSG_LEASE |
				  MOTET_MSG_DONTWAIT };
	return mt_recv_msg(ports[0], &msg, back, sizeof(back));
}

/* The member is idle, so the next job is lent to it. */
static int idle_worker(void)
{
	int ret = workers();

	return ret ?: run_recv_job() == -EAGAIN ? 0 : -EPROTO;
}

FN_TEST(job_to_idle, .setup = idle_worker, .run = run_job)

static int with_jobs(void)
{
	int ret = idle_worker();

	return ret ?: send_body(0) ?: send_body(0) ?: send_body(0);
}

FN_TEST(recv_job, .setup = with_jobs, .run = run_recv_job)

static int leased_job(void)
{
	int ret = with_jobs();

	return ret ?: run_recv_job();
}

static int run_job_done(void)
{
	return mt_lease_op(ports[0], MOTET_LEASE_ACKNOWLEDGE, msg.id);
}

FN_TEST(job_done, .setup = leased_job, .run = run_job_done)

static int run_give_back(void)
{
	return mt_lease_op(ports[0], MOTET_LEASE_GIVE_BACK, msg.id);
}

FN_TEST(job_given_back, .setup = leased_job, .run = run_give_back)

static int run_close_worker(void)
{
	return close(ports[0]) ? -errno : 0;
}

FN_TEST(worker_dies, .setup = leased_job, .run = run_close_worker,
	.flags = FN_NOTHING)

FN_TEST(delete_with_jobs, .setup = leased_job, .run = run_delete)

/* A call that a member of the group has, and answers. */
static struct peer *caller;

static int called(void)
{
	int ret = members(MOTET_ADDRESS_ANY), other;

	if (ret)
		return ret;
	caller = peer_new();
	other = peer_open(caller, MOTET_ROLE_SENDER, &ids[0]);
	peer_call_begin(caller, other, 5, 0);
	ret = mt_recv_call(ports[0], &token, &value);
	return ret;
}

static int run_reply(void)
{
	return mt_reply(ports[0], token, 9);
}

static int answered(void)
{
	return peer_end(caller);
}

FN_TEST(member_replies, .setup = called, .run = run_reply, .check = answered,
	.undo = peers_end)

FN_LEAKS

TEST_HARNESS_MAIN
