// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random sequences of all operations, compared with a model of what they do.
 *
 * MOTET_OPERATIONS says how many there are to be, MOTET_SECONDS how long it may
 * take, MOTET_SEED and MOTET_SEQUENCE (the first) repeat a choice, and
 * MOTET_MODEL chooses parts: "ports" and any of "leases", "holders", "groups". A
 * sequence that fails is made shorter as long as it still fails, for at most
 * MOTET_SHRINK seconds, and printed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "model.h"

/* Each sequence begins with nothing, so that a short one can be found. */
#define SEQUENCE	2000

/**
 * struct kind - an operation
 * @name: for who reads the sequence
 * @weight: how often it is done
 * @parts: of the interface that it needs
 * @run: does it
 */
static const struct kind {
	const char *name;
	unsigned int weight;
	unsigned int parts;
	bool (*run)(const struct operation *op);
} kinds[] = {
	{ "create", 12, 0, op_create },
	{ "open-sender", 16, 0, op_open_sender },
	{ "open-holder", 6, 0, op_open_holder },
	{ "open-standby", 4, MODEL_HOLDERS, op_open_standby },
	{ "close-receiver", 2, 0, op_close_receiver },
	{ "close-sender", 3, 0, op_close_sender },
	{ "unlink", 1, 0, op_unlink },
	{ "change", 2, MODEL_HOLDERS, op_change },
	{ "offer", 6, MODEL_HOLDERS, op_offer },
	{ "enable", 8, MODEL_HOLDERS, op_enable },
	{ "die", 2, 0, op_die },
	{ "exceptions", 6, 0, op_exceptions },
	{ "send", 60, 0, op_send },
	{ "send-wait", 4, 0, op_send_wait },
	{ "send-expiring", 1, MODEL_LEASES, op_send_expiring },
	{ "send-many", 6, MODEL_LEASES, op_send_many },
	{ "receive", 60, 0, op_receive },
	{ "receive-any", 12, MODEL_HOLDERS | MODEL_LEASES, op_receive_any },
	{ "receive-many", 6, MODEL_LEASES, op_receive_many },
	{ "acknowledge", 16, MODEL_LEASES, op_acknowledge },
	{ "give-back", 10, MODEL_LEASES, op_give_back },
	{ "extend", 3, MODEL_LEASES, op_extend },
	{ "lease-over", 1, MODEL_LEASES, op_lease_over },
	{ "cancel", 5, MODEL_LEASES, op_cancel },
	{ "call", 24, 0, op_call },
	{ "reply", 24, 0, op_reply },
	{ "interrupt", 4, 0, op_interrupt },
	{ "resume", 4, 0, op_resume },
	{ "cancel-call", 2, 0, op_cancel_call },
	{ "group-create", 8, MODEL_GROUPS, op_group_create },
	{ "group-open", 8, MODEL_GROUPS, op_group_open },
	{ "group-close", 1, MODEL_GROUPS, op_group_close },
	{ "group-insert", 12, MODEL_GROUPS, op_group_insert },
	{ "group-remove", 3, MODEL_GROUPS, op_group_remove },
	{ "group-rekey", 2, MODEL_GROUPS, op_group_rekey },
	{ "group-delete", 1, MODEL_GROUPS, op_group_delete },
	{ "group-send", 30, MODEL_GROUPS, op_group_send },
	{ "session-end", 4, MODEL_GROUPS, op_group_session_end },
	{ "work-send", 16, MODEL_GROUPS, op_work_send },
};

#define KINDS	ARRAY_SIZE(kinds)

static __u64 random_state;

static __u32 random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 16;
}

static unsigned long long number_from(const char *name,
				      unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static unsigned int chosen_parts(void)
{
	const char *text = getenv("MOTET_MODEL");
	unsigned int parts = 0;

	if (!text || !*text)
		return MODEL_LEASES | MODEL_HOLDERS | MODEL_GROUPS;
	if (strstr(text, "leases"))
		parts |= MODEL_LEASES;
	if (strstr(text, "holders"))
		parts |= MODEL_HOLDERS;
	if (strstr(text, "groups"))
		parts |= MODEL_GROUPS;
	return parts;
}

static __u8 random_kind(void)
{
	unsigned int i, sum = 0, n;

	for (i = 0; i < KINDS; i++)
		if (!(kinds[i].parts & ~model.parts))
			sum += kinds[i].weight;
	n = random_number() % sum;
	for (i = 0;; i++) {
		if (kinds[i].parts & ~model.parts)
			continue;
		if (n < kinds[i].weight)
			return i;
		n -= kinds[i].weight;
	}
}

static void choose(struct operation *ops, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		ops[i] = (struct operation){
			.kind = random_kind(),
			.helper = random_number() % HELPERS,
			.x = random_number() % PORTS,
			.n = random_number(),
		};
}

/* Done, and everything is as it should be, also at the end. */
static void do_all(const struct operation *ops, unsigned int count,
		   volatile unsigned int *at, bool *done)
{
	struct operation last = { 0 };

	for (*at = 0; *at < count; ++*at) {
		done[*at] = kinds[ops[*at].kind].run(&ops[*at]);
		if (done[*at])
			run_settle();
		last.helper = ops[*at].helper;
		if (model.helper[last.helper].tolds > EXCEPTIONS / 2)
			op_exceptions(&last);
	}
	for (last.helper = 0; last.helper < HELPERS; last.helper++)
		op_exceptions(&last);
}

/*
 * Return: 0, or the number of operations after which it failed; which of them
 * were possible is said in @done.
 */
static unsigned int run_sequence(const struct operation *ops,
				 unsigned int count, bool *done)
{
	volatile unsigned int at = 0;
	volatile bool failed = false;

	memset(done, 0, count * sizeof(*done));
	if (setjmp(model.failed)) {
		failed = true;
	} else {
		int ret = run_begin();

		if (ret)
			fail("the helpers can't be started: %d", ret);
		do_all(ops, count, &at, done);
	}
	if (failed && at < count)
		done[at] = true;
	run_end();
	return failed ? at + 1 : 0;
}

/* Leaves out what was not possible. Return: how many are left. */
static unsigned int keep_done(struct operation *ops, unsigned int count,
			      const bool *done)
{
	unsigned int i, kept = 0;

	for (i = 0; i < count; i++)
		if (done[i])
			ops[kept++] = ops[i];
	return kept;
}

/* Up to what was expected: another failure is another story. */
static bool is_same_failure(const char *text)
{
	return !strncmp(text, model.text, strcspn(text, ":"));
}

/* Tries without @len of them from @from on. Return: how many are left. */
static unsigned int without(const char *text, struct operation *ops,
			    unsigned int count, unsigned int from,
			    unsigned int len)
{
	struct operation try[SEQUENCE];
	bool done[SEQUENCE];
	unsigned int n = count - len, failed;

	memcpy(try, ops, from * sizeof(*ops));
	memcpy(try + from, ops + from + len, (n - from) * sizeof(*ops));
	failed = run_sequence(try, n, done);
	if (!failed || !is_same_failure(text))
		return count;
	if (failed < n)
		n = failed;
	memcpy(ops, try, n * sizeof(*ops));
	return keep_done(ops, n, done);
}

/* How long to look for a shorter sequence */
static __u64 shrink_time;

static unsigned int shrink(struct operation *ops, unsigned int count)
{
	__u64 end = mt_after(shrink_time);
	unsigned int len, from, left;
	char text[sizeof(model.text)];

	memcpy(text, model.text, sizeof(text));
	/* what comes as it should comes soon */
	model.patience = MT_SECOND / 2;
	for (len = count / 2; len && mt_now() < end;) {
		bool shorter = false;

		for (from = 0; from + len <= count && mt_now() < end;) {
			left = without(text, ops, count, from, len);
			if (left < count)
				shorter = true;
			else
				from += len;
			count = left;
		}
		if (len > 1 || !shorter)
			len /= 2;
	}
	return count;
}

static void print_sequence(struct __test_metadata *_metadata,
			   struct operation *ops, unsigned int count)
{
	bool done[SEQUENCE];
	unsigned int i, failed;

	failed = run_sequence(ops, count, done);
	for (i = 0; i < count && (!failed || i < failed); i++)
		TH_LOG("%3u  helper %u  %-14s  %u  n=%#x", i, ops[i].helper,
		       kinds[ops[i].kind].name, ops[i].x, ops[i].n);
	TH_LOG("%s", failed ? model.text : "it does not fail every time");
}

FIXTURE(model) {
};

FIXTURE_SETUP(model)
{
}

FIXTURE_TEARDOWN(model)
{
}

TEST_F_TIMEOUT(model, as_it_should_be, 4 * 3600)
{
	unsigned long long operations, seed, first, sequence, total = 0;
	unsigned long long possible = 0;
	struct operation ops[SEQUENCE];
	unsigned int failed, i;
	bool done[SEQUENCE];
	__u64 end;

	operations = number_from("MOTET_OPERATIONS", 1000000000);
	end = mt_after(number_from("MOTET_SECONDS", 20) * MT_SECOND);
	seed = number_from("MOTET_SEED", 1);
	model.parts = chosen_parts();
	model.patience = 20 * MT_SECOND;
	shrink_time = number_from("MOTET_SHRINK", 90) * MT_SECOND;
	first = number_from("MOTET_SEQUENCE", 0);
	for (sequence = first; possible < operations && mt_now() < end;
	     sequence++) {
		if (sequence % 50 == 49)
			TH_LOG("%llu operations", possible);
		random_state = (seed << 32) + sequence * 2 + 1;
		random_state *= 0x9e3779b97f4a7c15ULL;
		choose(ops, SEQUENCE);
		failed = run_sequence(ops, SEQUENCE, done);
		if (failed) {
			TH_LOG("seed %llu, sequence %llu, operation %u: %s",
			       seed, sequence, failed - 1, model.text);
			i = keep_done(ops, failed < SEQUENCE ? failed :
				      SEQUENCE, done);
			i = shrink(ops, i);
			print_sequence(_metadata, ops, i);
			ASSERT_EQ(0, failed);
		}
		for (i = 0; i < SEQUENCE; i++)
			possible += done[i];
		total += SEQUENCE;
	}
	TH_LOG("seed %llu: %llu sequences, %llu operations, %llu of them possible",
	       seed, sequence - first, total, possible);
	EXPECT_LT(100, possible);
}

TEST_HARNESS_MAIN
