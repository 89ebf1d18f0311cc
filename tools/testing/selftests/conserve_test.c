// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing is lost and nothing is done twice, whoever is killed: senders,
 * receivers with messages under lease, standbys, and those that move the port
 * to another process or take it from one.
 *
 * MOTET_KILLS says how many are killed, MOTET_SEED repeats a choice of victims.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kselftest_harness.h"
#include "motet_test.h"

#define PORT		"conserve"
#define RETENTION	(3600 * MT_SECOND)
#define SENDERS		3
#define RECEIVERS	3
#define KILLS		50	/* in one round */
#define SENT_MAX	1024	/* by one sender */
#define ENTRIES		65536

/**
 * struct entry - what came of one attempt to receive
 * @msg: the message; the kernel itself writes it and the body, so that there is
 *	no moment at which something is received and not noted
 * @value: body; 0 if nothing was received
 * @epoch: of the receiver, which has the port for as long as that
 * @received: the call that received it has said so
 * @ending: it is being acknowledged
 * @ended: it is acknowledged
 *
 * None is in two pages, where one could be written and the other not: whoever
 * is killed while a page is made has received nothing.
 */
struct entry {
	struct motet_msg msg;
	__u64 value;
	__u64 epoch;
	int received;
	int ending;
	int ended;
} __attribute__((aligned(256)));

/**
 * struct ledger - what was sent, and what became of it
 * @trying: last message that each sender began to send
 * @accepted: last message that each sender was told is queued
 * @actor: of the receivers
 * @offered: the receiver that the port is offered to, by its number plus one
 * @entries: how many there are
 * @entry: in the order of the attempts of each receiver
 * @stop: senders are to end
 * @moves: how often the port moved, and by what: offers, standbys, retention
 * @refused: receivers that were told that they are being killed
 * @errors: what must never happen, by place: what it was
 */
struct ledger {
	__u32 trying[KILLS + SENDERS];
	__u32 accepted[KILLS + SENDERS];
	struct motet_id actor[RECEIVERS];
	int offered;
	unsigned int entries;
	struct entry entry[ENTRIES];
	int stop;
	unsigned int moves[3];
	int refused[RECEIVERS];
	int errors[8];
};

enum { BY_OFFER, BY_STANDBY, BY_RETENTION };

/**
 * struct fate - what is known of a message in the end
 * @handed_out: how many times it was received, or may have been
 * @received: how many times a receiver lived to say so
 * @redelivered: what it said of that last
 * @over: it was acknowledged, or is a dead letter
 * @perhaps: its receiver died while it acknowledged it
 */
struct fate {
	unsigned int handed_out;
	unsigned int received;
	unsigned int redelivered;
	bool over;
	bool perhaps;
};

static struct ledger *ledger;
static __u64 random_state;

static unsigned int random_below(unsigned int bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % bound;
}

static void random_seed(__u64 salt)
{
	const char *seed = getenv("MOTET_SEED");

	random_state = (seed ? strtoull(seed, NULL, 10) : 1) *
		       0x9e3779b97f4a7c15ULL + salt * 0xd1342543de82ef95ULL + 1;
}

/* of this process, if it is a receiver */
static int receiver;

/*
 * A process that is killed is refused with EPERM from the moment at which it is,
 * and may see that before it is dead. It does not live on: whoever is refused
 * otherwise is found when nobody is being killed.
 */
static void never(int index, int what)
{
	if (what == -EPERM) {
		__atomic_store_n(&ledger->refused[receiver], 1,
				 __ATOMIC_SEQ_CST);
		for (;;)
			pause();
	}
	if (what)
		__atomic_store_n(&ledger->errors[index], what,
				 __ATOMIC_SEQ_CST);
}

/* --- senders --------------------------------------------------------------- */

static pid_t start_sender(unsigned int number, __u64 salt)
{
	pid_t pid = mt_fork();
	int sender;
	__u32 n;

	if (pid)
		return pid;
	random_seed(salt);
	sender = mt_open(mt_actor(), MOTET_ROLE_SENDER, PORT, NULL);
	for (n = 1; n < SENT_MAX; n++) {
		if (__atomic_load_n(&ledger->stop, __ATOMIC_SEQ_CST))
			break;
		__atomic_store_n(&ledger->trying[number], n, __ATOMIC_SEQ_CST);
		if (mt_send(sender, n % MOTET_PRIORITIES,
			    (__u64)(number + 1) << 32 | n))
			_exit(1);
		__atomic_store_n(&ledger->accepted[number], n,
				 __ATOMIC_SEQ_CST);
		/* keep the ledger from filling up on a fast machine */
		if (n % 16 == 0)
			mt_breathe();
	}
	_exit(0);
}

/* --- receivers ------------------------------------------------------------- */

/**
 * struct receiver - a process that receives, or stands by
 * @number: which
 * @actor: its actor
 * @fd: its handle on the port
 * @epoch: of the port while it has it
 * @leased: what it has received and not yet acknowledged, or NULL
 */
struct receiver {
	int number;
	int actor;
	int fd;
	__u64 epoch;
	struct entry *leased;
};

static int end_lease(int fd, __u32 op, __u64 id)
{
	struct motet_lease lease = MT(motet_lease, .op = op, .id = id);

	return mt_ioctl(fd, MOTET_IOC_LEASE, &lease);
}

static struct entry *next_entry(__u64 epoch)
{
	unsigned int n = __atomic_fetch_add(&ledger->entries, 1,
					    __ATOMIC_SEQ_CST);

	/* full: leave the rest to the end of the round */
	while (n >= ENTRIES - 8192)
		pause();
	ledger->entry[n].epoch = epoch;
	return &ledger->entry[n];
}

static int receive(int fd, __u32 flags, struct entry *entry)
{
	int ret;

	entry->msg = MT(motet_msg, .flags = flags,
			.body = mt_ptr(&entry->value), .body_cap = 8,
			.deadline = mt_after(5 * MT_MS));
	ret = mt_ioctl(fd, MOTET_IOC_RECV, &entry->msg);
	if (!ret)
		__atomic_store_n(&entry->received, 1, __ATOMIC_SEQ_CST);
	return ret;
}

static void acknowledge(struct receiver *self)
{
	struct entry *entry = self->leased;

	self->leased = NULL;
	if (!entry)
		return;
	if (random_below(16) == 0) {
		never(0, end_lease(self->fd, MOTET_LEASE_GIVE_BACK,
				   entry->msg.id));
		return;
	}
	__atomic_store_n(&entry->ending, 1, __ATOMIC_SEQ_CST);
	never(1, end_lease(self->fd, MOTET_LEASE_ACKNOWLEDGE, entry->msg.id));
	__atomic_store_n(&entry->ended, 1, __ATOMIC_SEQ_CST);
}

static void begin_to_hold(struct receiver *self, int how)
{
	struct motet_port_status status;

	never(2, mt_status(self->fd, &status));
	self->epoch = status.epoch;
	__atomic_add_fetch(&ledger->moves[how], 1, __ATOMIC_SEQ_CST);
}

static void offer(struct receiver *self)
{
	int to = random_below(RECEIVERS);
	struct motet_port_offer offer = MT(motet_port_offer,
					   .actor = ledger->actor[to]);
	int ret;

	if (to == self->number)
		return;
	ret = mt_ioctl(self->fd, MOTET_IOC_PORT_OFFER, &offer);
	/* that one has died; or this one has the port no more */
	never(3, ret && ret != -ESRCH && ret != -ESTALE ? ret : 0);
	__atomic_store_n(&ledger->offered, to + 1, __ATOMIC_SEQ_CST);
}

/* Until the port has moved to another. */
static void serve(struct receiver *self)
{
	struct entry *entry;
	int ret;

	for (;;) {
		entry = next_entry(self->epoch);
		ret = receive(self->fd, MOTET_MSG_LEASE, entry);
		if (ret == -ESTALE)
			break;
		never(4, ret && ret != -ETIMEDOUT ? ret : 0);
		if (!ret && entry->msg.exception) {
			never(5, entry->msg.exception !=
			      MOTET_EXCEPTION_TAKEN_OVER);
			begin_to_hold(self, BY_STANDBY);
			continue;
		}
		acknowledge(self);
		if (!ret)
			self->leased = entry;
		if (random_below(16) == 0)
			offer(self);
	}
	/* what was received before is still this one's */
	acknowledge(self);
}

/* Return: true if this one holds the port now. */
static bool accept_offer(struct receiver *self)
{
	int fd, expected = self->number + 1;

	if (!__atomic_compare_exchange_n(&ledger->offered, &expected, 0, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	fd = mt_open(self->actor, MOTET_ROLE_HOLDER, PORT, NULL);
	if (fd < 0)
		return false;
	close(self->fd);
	self->fd = fd;
	begin_to_hold(self, BY_OFFER);
	return true;
}

static void stand_by(struct receiver *self)
{
	self->fd = mt_open(self->actor, MOTET_ROLE_STANDBY, PORT, NULL);
	never(6, self->fd < 0 ? self->fd : 0);
	while (!(mt_poll(self->fd, POLLIN, 2) & POLLIN))
		if (accept_offer(self))
			break;
}

static pid_t start_receiver(int number, __u64 salt)
{
	struct receiver self = { .number = number };
	struct motet_info info;
	pid_t pid = mt_fork();

	if (pid)
		return pid;
	random_seed(salt);
	receiver = number;
	self.actor = mt_actor();
	never(7, mt_info(self.actor, &info));
	ledger->actor[number] = info.actor;
	for (;;) {
		self.fd = mt_open(self.actor, MOTET_ROLE_HOLDER, PORT, NULL);
		if (self.fd < 0)
			stand_by(&self);
		else
			begin_to_hold(&self, BY_RETENTION);
		serve(&self);
		close(self.fd);
	}
}

/* --- the account ----------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
	const struct entry *first = *(const struct entry **)a;
	const struct entry *second = *(const struct entry **)b;

	if (first->epoch != second->epoch)
		return first->epoch < second->epoch ? -1 : 1;
	return first < second ? -1 : first > second;
}

/* What was received, in that order. */
static unsigned int sort_entries(struct entry **sorted)
{
	unsigned int i, count = 0;

	for (i = 0; i < ENTRIES; i++)
		if (ledger->entry[i].value)
			sorted[count++] = &ledger->entry[i];
	qsort(sorted, count, sizeof(*sorted), compare_entries);
	return count;
}

static struct fate fates[KILLS + SENDERS][SENT_MAX];
static __u32 last[KILLS + SENDERS][MOTET_PRIORITIES];

static void log_entries(__u64 value)
{
	const struct entry *entry;

	for (entry = ledger->entry; entry < &ledger->entry[ENTRIES]; entry++)
		if (entry->value == value)
			printf("# epoch %llu, redelivered %u, %s%s%s\n",
			       (unsigned long long)entry->epoch,
			       entry->msg.redelivered,
			       entry->received ? "received" : "perhaps received",
			       entry->ending ? ", acknowledging" : "",
			       entry->ended ? ", acknowledged" : "");
}

static void follow(struct __test_metadata *_metadata, const struct entry *entry)
{
	__u32 sender = (entry->value >> 32) - 1, n = entry->value;
	const struct motet_msg *msg = &entry->msg;
	struct fate *fate;

	ASSERT_GT(KILLS + SENDERS, sender);
	ASSERT_GT(SENT_MAX, n);
	fate = &fates[sender][n];
	/* done once, and never again */
	ASSERT_FALSE(fate->over) {
		TH_LOG("message %u of sender %u", n, sender);
		log_entries(entry->value);
	}
	fate->perhaps = entry->ending;
	if (msg->exception == MOTET_EXCEPTION_DEAD_LETTER) {
		ASSERT_EQ(ENOTRECOVERABLE, msg->error);
		fate->over = true;
		return;
	}
	ASSERT_EQ(0, msg->exception);
	/* one that was killed on its way back may have it or not */
	ASSERT_LE(fate->received, msg->redelivered);
	ASSERT_GE(fate->handed_out, msg->redelivered);
	if (fate->received)
		ASSERT_LT(fate->redelivered, msg->redelivered);
	fate->handed_out++;
	if (!entry->received)
		return;
	fate->received++;
	fate->redelivered = msg->redelivered;
	fate->over = entry->ended;
	if (msg->redelivered)
		return;
	/* what comes for the first time comes in order */
	ASSERT_LT(last[sender][n % MOTET_PRIORITIES], n);
	last[sender][n % MOTET_PRIORITIES] = n;
}

/* Each message once, and in order, and those that the senders know of. */
static unsigned int check_ledger(struct __test_metadata *_metadata,
				 unsigned int senders)
{
	static struct entry *sorted[ENTRIES];
	unsigned int count = sort_entries(sorted), i, messages = 0;
	__u32 n;

	memset(fates, 0, sizeof(fates));
	memset(last, 0, sizeof(last));
	for (i = 0; i < count; i++)
		follow(_metadata, sorted[i]);
	for (i = 0; i < senders; i++) {
		for (n = 1; n <= ledger->accepted[i]; n++, messages++)
			ASSERT_TRUE(fates[i][n].over || fates[i][n].perhaps) {
				TH_LOG("message %u of sender %u is lost, handed out %u times",
				       n, i, fates[i][n].handed_out);
			}
		/* killed before it was told: it may have been queued */
		for (n = ledger->trying[i] + 1; n < SENT_MAX; n++)
			ASSERT_EQ(0, fates[i][n].handed_out);
	}
	for (i = 0; i < ARRAY_SIZE(ledger->errors); i++)
		ASSERT_EQ(0, ledger->errors[i]) {
			TH_LOG("at place %u", i);
		}
	return messages;
}

/* What is left in the port, or in that of the dead letters. */
static void receive_rest(struct __test_metadata *_metadata, int holder,
			 __u64 epoch)
{
	struct entry *entry;
	unsigned int n;
	int ret;

	do {
		n = ledger->entries++;
		ASSERT_GT(ENTRIES, n);
		entry = &ledger->entry[n];
		entry->epoch = epoch;
		ret = receive(holder, MOTET_MSG_DONTWAIT, entry);
		entry->ended = 1;
	} while (!ret);
	ASSERT_EQ(-EAGAIN, ret);
}

/**
 * struct round - a port, and who sends and receives
 * @actor: of the test itself
 * @graves: port for dead letters
 * @sender: processes
 * @senders: how many there ever were
 * @receiver: processes
 * @killed: how many, in all rounds
 */
struct round {
	int actor;
	int graves;
	pid_t sender[SENDERS];
	unsigned int senders;
	pid_t receiver[RECEIVERS];
	unsigned int killed;
};

static void begin_round(struct __test_metadata *_metadata, struct round *round)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = RETENTION, .redeliveries_max = 2,
	};
	int i, holder;

	memset(ledger, 0, sizeof(*ledger));
	random_seed(round->killed);
	round->actor = mt_actor();
	ASSERT_LE(0, round->actor);
	round->graves = mt_port(round->actor, NULL, 4096, &create.dead_letter);
	ASSERT_LE(0, round->graves);
	for (i = 0; i < MOTET_PRIORITIES; i++)
		create.limits[i].messages = 4;
	holder = mt_create(round->actor, &create, PORT);
	ASSERT_LE(0, holder);
	close(holder);
	round->senders = 0;
	for (i = 0; i < RECEIVERS; i++)
		round->receiver[i] = start_receiver(i, round->killed * 7 + i);
	for (i = 0; i < SENDERS; i++, round->senders++)
		round->sender[i] = start_sender(round->senders,
						round->killed * 11 + i);
}

static void kill_one(struct round *round)
{
	unsigned int i;

	nanosleep(&(struct timespec){ .tv_nsec = 1000 * random_below(8000) },
		  NULL);
	round->killed++;
	if (random_below(4)) {
		i = random_below(RECEIVERS);
		mt_kill(round->receiver[i]);
		ledger->refused[i] = 0;
		round->receiver[i] = start_receiver(i, round->killed * 13);
	} else {
		i = random_below(SENDERS);
		mt_kill(round->sender[i]);
		round->sender[i] = start_sender(round->senders++,
						round->killed * 17);
	}
}

static unsigned int end_round(struct __test_metadata *_metadata,
			      struct round *round)
{
	struct motet_port_status status;
	int i, holder, sender;

	__atomic_store_n(&ledger->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(0, mt_wait(round->sender[i]));
	for (i = 0; i < RECEIVERS; i++) {
		EXPECT_EQ(0, __atomic_load_n(&ledger->refused[i],
					     __ATOMIC_SEQ_CST));
		mt_kill(round->receiver[i]);
	}
	sender = mt_open(round->actor, MOTET_ROLE_SENDER, PORT, NULL);
	ASSERT_LE(0, sender);
	ASSERT_EQ(0, mt_until_state(sender, MOTET_PORT_STATE_RETAINED));
	holder = mt_open(round->actor, MOTET_ROLE_HOLDER, PORT, NULL);
	ASSERT_LE(0, holder);
	ASSERT_EQ(0, mt_status(holder, &status));
	EXPECT_EQ(0, status.leased);
	receive_rest(_metadata, holder, status.epoch);
	receive_rest(_metadata, round->graves, status.epoch + 1);
	EXPECT_EQ(0, mt_unlink(round->actor, PORT));
	close(sender);
	close(holder);
	close(round->graves);
	close(round->actor);
	return check_ledger(_metadata, round->senders);
}

static unsigned int number_of_kills(void)
{
	const char *kills = getenv("MOTET_KILLS");

	return kills && atoi(kills) > 0 ? (unsigned int)atoi(kills) : 200;
}

FIXTURE(conserve) {
};

FIXTURE_SETUP(conserve)
{
}

FIXTURE_TEARDOWN(conserve)
{
	EXPECT_LE(0, mt_purge());
}

TEST_F_TIMEOUT(conserve, whoever_is_killed, 8 * 3600)
{
	unsigned int kills = number_of_kills(), i, messages = 0;
	unsigned int moves[3] = { 0 };
	struct round round = { 0 };

	ledger = mt_shared(sizeof(*ledger));
	ASSERT_TRUE(ledger);
	/* whatever the scheduler does: on until enough was received and moved */
	while (round.killed < kills || messages <= kills || !moves[BY_OFFER] ||
	       !moves[BY_STANDBY]) {
		ASSERT_GT(20 * kills, round.killed);
		begin_round(_metadata, &round);
		for (i = 0; i < KILLS; i++)
			kill_one(&round);
		messages += end_round(_metadata, &round);
		if (round.killed % 5000 == 0)
			TH_LOG("%u of %u kills", round.killed, kills);
		for (i = 0; i < ARRAY_SIZE(moves); i++)
			moves[i] += ledger->moves[i];
	}
	TH_LOG("%u kills, %u messages", round.killed, messages);
	TH_LOG("moves: %u by an offer, %u to a standby, %u from retention",
	       moves[BY_OFFER], moves[BY_STANDBY], moves[BY_RETENTION]);
}

TEST_HARNESS_MAIN
