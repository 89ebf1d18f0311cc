// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports that move while they are used, and offers that are withdrawn while they
 * are accepted.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "migrate_test.h"

/* Opens the port as often as it can, until it has it or is to stop. */
struct accepter {
	pthread_t thread;
	struct motet_id id;
	int actor;
	int stop;
	int result;
};

static void *accept_soon(void *arg)
{
	struct accepter *accepter = arg;

	do {
		accepter->result = mt_open_id(accepter->actor,
					      MOTET_ROLE_HOLDER, &accepter->id);
	} while (accepter->result < 0 &&
		 !__atomic_load_n(&accepter->stop, __ATOMIC_SEQ_CST));
	return NULL;
}

/* Once an offer is withdrawn, nobody accepts it any more. */
TEST_F(migrate, withdrawn_in_time)
{
	unsigned int round, rounds = mt_rounds(300), kept = 0;
	static const struct motet_id nobody;
	struct accepter accepter = { .actor = mt_actor() };
	struct motet_id id;
	struct motet_port_status status;
	bool in_time;
	int holder;

	for (round = 0; round < rounds; round++) {
		holder = mt_port(self->actor, NULL, BOUND, &accepter.id);
		ASSERT_LE(0, holder);
		ASSERT_EQ(0, mt_actor_id(accepter.actor, &id));
		accepter.stop = 0;
		ASSERT_EQ(0, pthread_create(&accepter.thread, NULL, accept_soon,
					    &accepter));
		ASSERT_EQ(0, mt_offer(holder, 0, &id));
		in_time = !mt_offer(holder, 0, &nobody);
		kept += in_time;
		__atomic_store_n(&accepter.stop, 1, __ATOMIC_SEQ_CST);
		pthread_join(accepter.thread, NULL);
		ASSERT_EQ(0, mt_status(holder, &status));
		ASSERT_EQ(in_time ? MOTET_ROLE_HOLDER : MOTET_ROLE_FORMER,
			  status.role);
		close(holder);
		close(accepter.result);
	}
	TH_LOG("%u of %u offers were withdrawn in time", kept, rounds);
}

#define TENANTS		2
#define SENDERS		2
#define MOST		65536
#define MOVES		1000

/**
 * struct relay - a port that moves while it is used
 * @turn: which tenant may accept it
 * @tenure: how often it was accepted
 * @stop: tenants are to end
 * @done: messages that were received, or acknowledged
 * @sent: how many of them there are, by sender
 * @moves: after how many it stays
 * @actors: of the tenants
 * @ready: tenants that have an actor
 * @id: the port
 * @count: entries of @log by tenant
 * @log: what was received, in order, with the tenure in the uppermost bits
 * @acknowledged: how often, by message
 */
struct relay {
	unsigned int turn;
	unsigned int tenure;
	unsigned int stop;
	unsigned int done;
	unsigned int sent[SENDERS];
	unsigned int moves;
	struct motet_id actors[TENANTS];
	unsigned int ready;
	struct motet_id id;
	unsigned int count[TENANTS];
	__u64 log[TENANTS][MOST];
	__u8 acknowledged[MOST];
};

static struct relay *relay;

#define CALLED		0x10000000000ULL

static unsigned int get(const unsigned int *field)
{
	return __atomic_load_n(field, __ATOMIC_SEQ_CST);
}

static void set(unsigned int *field, unsigned int value)
{
	__atomic_store_n(field, value, __ATOMIC_SEQ_CST);
}

/* What a tenant does with a message: writes it down, and answers calls. */
static void relay_note(unsigned int me, unsigned int tenure, int holder,
		       const struct motet_msg *msg, __u64 value)
{
	unsigned int count = relay->count[me];

	if (msg->flags & MOTET_MSG_CALL) {
		if (mt_reply(holder, msg->token, ~value))
			_exit(10);
		return;
	}
	if (count == MOST)
		_exit(11);
	relay->log[me][count] = (__u64)tenure << 48 | value;
	relay->count[me] = count + 1;
	__atomic_add_fetch(&relay->done, 1, __ATOMIC_SEQ_CST);
}

/* The same under a lease: done with, or given back. */
static void relay_lease(int holder, const struct motet_msg *msg, __u64 value,
			unsigned int *seed)
{
	if (rand_r(seed) % 4 == 0) {
		if (mt_give_back(holder, msg->id))
			_exit(12);
		return;
	}
	if (mt_acknowledge(holder, msg->id))
		_exit(13);
	__atomic_add_fetch(&relay->acknowledged[value & (MOST - 1)], 1,
			   __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&relay->done, 1, __ATOMIC_SEQ_CST);
}

/* From the port's coming to its leaving. */
static void relay_hold(unsigned int me, int holder, __u32 flags,
		       unsigned int *seed)
{
	unsigned int left = rand_r(seed) % 16;
	unsigned int tenure = __atomic_fetch_add(&relay->tenure, 1,
						 __ATOMIC_SEQ_CST);
	struct motet_msg msg;
	__u64 value;
	int ret;

	for (; !get(&relay->stop); left--) {
		if (left == 0 && tenure < relay->moves) {
			if (mt_offer(holder, 0, &relay->actors[1 - me]))
				_exit(14);
			set(&relay->turn, 1 - me);
		}
		msg = MT(motet_msg, .flags = flags,
			 .deadline = mt_after(50 * MT_MS));
		ret = mt_recv_msg(holder, &msg, &value, sizeof(value));
		if (ret == -ESTALE)
			break;
		if (ret && ret != -ETIMEDOUT)
			_exit(15);
		if (ret)
			continue;
		if (flags)
			relay_lease(holder, &msg, value, seed);
		else
			relay_note(me, tenure, holder, &msg, value);
	}
}

static void be_tenant(unsigned int me, __u32 flags)
{
	unsigned int seed = me;
	int actor = mt_actor(), holder;

	if (mt_actor_id(actor, &relay->actors[me]))
		_exit(20);
	holder = me ? -1 : mt_port(actor, NULL, 4, &relay->id);
	__atomic_add_fetch(&relay->ready, 1, __ATOMIC_SEQ_CST);
	while (get(&relay->ready) < TENANTS)
		sched_yield();
	while (!get(&relay->stop)) {
		if (holder < 0) {
			while (get(&relay->turn) != me && !get(&relay->stop))
				sched_yield();
			if (get(&relay->stop))
				break;
			holder = mt_open_id(actor, MOTET_ROLE_HOLDER,
					    &relay->id);
			if (holder < 0)
				_exit(21);
		}
		relay_hold(me, holder, flags, &seed);
		close(holder);
		holder = -1;
	}
	_exit(0);
}

/*
 * How much is sent before the port has moved depends on when the next tenant
 * runs: so the senders go on until it has moved often enough.
 */
static void be_sender(unsigned int me, unsigned int count, bool calls)
{
	int actor = mt_actor(), sender = mt_sender(actor, &relay->id);
	__u64 i, answer;

	for (i = 0; i < count || get(&relay->tenure) < relay->moves; i++) {
		if (i == MOST / SENDERS)
			_exit(32);
		if (mt_send(sender, 0, (__u64)me << 32 | i))
			_exit(30);
		if (!calls || i % 5)
			continue;
		if (mt_call(sender, CALLED | i, &answer, 0, NULL) ||
		    answer != ~(CALLED | i))
			_exit(31);
	}
	relay->sent[me] = i;
	_exit(0);
}

static unsigned int all_sent(void)
{
	unsigned int i, sum = 0;

	for (i = 0; i < SENDERS; i++)
		sum += relay->sent[i];
	return sum;
}

static void run_relay(struct __test_metadata *_metadata, __u32 flags,
		      unsigned int moves, unsigned int count)
{
	pid_t tenants[TENANTS], senders[SENDERS];
	unsigned int i;
	__u64 end;

	relay = mt_shared(sizeof(*relay));
	ASSERT_TRUE(relay);
	relay->moves = moves;
	for (i = 0; i < TENANTS; i++) {
		tenants[i] = mt_fork();
		if (tenants[i] == 0)
			be_tenant(i, flags);
	}
	while (get(&relay->ready) < TENANTS)
		mt_breathe();
	for (i = 0; i < SENDERS; i++) {
		senders[i] = mt_fork();
		if (senders[i] == 0)
			be_sender(i, count, !flags);
	}
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(0, mt_wait(senders[i]));
	for (end = mt_after(60 * MT_SECOND); mt_now() < end; mt_breathe())
		if (get(&relay->done) >= all_sent())
			break;
	EXPECT_EQ(all_sent(), get(&relay->done));
	set(&relay->stop, 1);
	for (i = 0; i < TENANTS; i++)
		EXPECT_EQ(0, mt_wait(tenants[i]));
	TH_LOG("%u tenures, %u messages", relay->tenure, all_sent());
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Nothing is lost, doubled or reordered. */
TEST_F_TIMEOUT(migrate, under_load, 3600)
{
	unsigned int moves = least(mt_rounds(25) * 4, MOVES), count = moves * 8;
	unsigned int at[TENANTS] = { 0 }, tenure, i, received = 0;
	__u64 next[SENDERS] = { 0 }, entry;

	run_relay(_metadata, 0, moves, count);
	for (tenure = 0; tenure <= relay->tenure; tenure++) {
		for (i = 0; i < TENANTS; i++) {
			while (at[i] < relay->count[i]) {
				entry = relay->log[i][at[i]];
				if (entry >> 48 != tenure)
					break;
				entry &= (1ULL << 48) - 1;
				ASSERT_GT(SENDERS, entry >> 32);
				ASSERT_EQ(next[entry >> 32],
					  entry & 0xffffffff);
				next[entry >> 32]++;
				at[i]++;
				received++;
			}
		}
	}
	EXPECT_EQ(all_sent(), received);
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(relay->sent[i], next[i]);
}

/* Under leases that are given back as often as not, each is done with once. */
TEST_F_TIMEOUT(migrate, leases_under_load, 3600)
{
	unsigned int moves = least(mt_rounds(25) * 2, MOVES), count = moves * 8;
	unsigned int i, j, sent;

	run_relay(_metadata, MOTET_MSG_LEASE, moves, count);
	for (i = 0; i < MOST; i++) {
		for (j = 0, sent = 0; j < SENDERS; j++)
			sent += i < relay->sent[j];
		ASSERT_EQ(sent, relay->acknowledged[i]) {
			TH_LOG("message %u", i);
		}
	}
}

TEST_HARNESS_MAIN
