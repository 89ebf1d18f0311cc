// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that are killed at any moment. Nothing is lost, doubled or
 * reordered, and nothing is left behind.
 *
 * MOTET_ROUNDS says how many rounds, MOTET_SEED repeats a choice of victims.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include <linux/membarrier.h>

#include "kselftest_harness.h"
#include "motet_test.h"

#define HOURS		(4 * 3600)
#define RETENTION	(300 * MT_SECOND)
#define CGROUP		"/sys/fs/cgroup/motet_kill"

/**
 * struct inventory - what there is of Motet on this machine
 * @ports: what a dump says, without sequence numbers
 * @actors: the same
 * @charges: of root: actors, ports, bytes
 * @objects: in the slab caches of the module, or -1
 * @slab: bytes of slabs that are charged to the test's cgroup, or -1
 */
struct inventory {
	struct mt_dump ports;
	struct mt_dump actors;
	__u64 charges[3];
	long objects;
	long slab;
};

static __u64 random_state;

static unsigned int random_below(unsigned int bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

/* A different choice for each process and round, all from one seed. */
static void random_seed(__u64 salt)
{
	const char *seed = getenv("MOTET_SEED");

	random_state = (seed ? strtoull(seed, NULL, 10) : 1) *
		       0x9e3779b97f4a7c15ULL + salt * 0xd1342543de82ef95ULL + 1;
}

static void pause_random(unsigned int microseconds)
{
	struct timespec time = {
		.tv_nsec = 1000L * random_below(microseconds),
	};

	nanosleep(&time, NULL);
}

/* Objects of one cache; shrinking makes the number exact. */
static long cache_objects(const char *name)
{
	char path[512], text[64];

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
	mt_write_file(path, "1");
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", name);
	if (mt_read_file(path, text, sizeof(text)) < 0)
		return -1;
	return atol(text);
}

static long slab_objects(void)
{
	DIR *dir = opendir("/sys/kernel/slab");
	long objects, sum = -1;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "motet_", 6))
			continue;
		objects = cache_objects(entry->d_name);
		if (objects >= 0)
			sum = sum < 0 ? objects : sum + objects;
	}
	if (dir)
		closedir(dir);
	return sum;
}

static long cgroup_slab(void)
{
	char text[8192], *at;

	if (mt_read_file(CGROUP "/memory.stat", text, sizeof(text)) < 0)
		return -1;
	at = strstr(text, "slab_unreclaimable ");
	return at ? atol(at + strlen("slab_unreclaimable ")) : -1;
}

static int take_inventory(struct inventory *inventory)
{
	struct mt_attrs user;
	struct mt_nl nl;
	int ret = mt_nl_open(&nl);

	if (ret < 0)
		return ret;
	ret = mt_nl_dump(&nl, MOTET_CMD_PORT_GET, &inventory->ports);
	if (!ret)
		ret = mt_nl_dump(&nl, MOTET_CMD_ACTOR_GET, &inventory->actors);
	mt_nl_close(&nl);
	if (!ret)
		ret = mt_user_get(0, &user);
	if (ret)
		return ret;
	mt_dump_clear(&inventory->ports, MOTET_A_PORT_SEQUENCE);
	mt_dump_clear(&inventory->actors, MOTET_A_ACTOR_SEQUENCE);
	inventory->charges[0] = mt_attr_number(&user, MOTET_A_USER_ACTORS);
	inventory->charges[1] = mt_attr_number(&user, MOTET_A_USER_PORTS);
	inventory->charges[2] = mt_attr_number(&user, MOTET_A_USER_BYTES);
	inventory->objects = slab_objects();
	inventory->slab = cgroup_slab();
	return 0;
}

/* Is @b what @a was, and no more? */
static bool inventory_equal(const struct inventory *a,
			    const struct inventory *b)
{
	return mt_dump_equal(&a->ports, &b->ports) &&
	       mt_dump_equal(&a->actors, &b->actors) &&
	       !memcmp(a->charges, b->charges, sizeof(a->charges)) &&
	       a->objects >= b->objects &&
	       /* charges are kept in batches, and partial slabs stay */
	       labs(a->slab - b->slab) < 512 * 1024;
}

/*
 * Waits for what earlier tests have left to be freed: after a grace period,
 * and then by callbacks.
 */
static int settle(struct inventory *inventory)
{
	long before;
	int i, ret;

	ret = take_inventory(inventory);
	for (i = 0; !ret && i < 5; i++) {
		before = inventory->objects;
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
		mt_breathe();
		ret = take_inventory(inventory);
		if (inventory->objects != before)
			i = 0;
	}
	return ret;
}

FIXTURE(killed) {
	int actor;
	struct inventory *before;
	struct inventory *after;
};

/* A bystander with a port that has a message in it, so dumps aren't empty. */
FIXTURE_SETUP(killed)
{
	struct motet_id id;

	mkdir(CGROUP, 0755);
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	ASSERT_LE(0, mt_port(self->actor, "bystander", 4, &id));
	ASSERT_EQ(0, mt_send(mt_sender(self->actor, &id), 0, 1));
	self->before = calloc(2, sizeof(*self->before));
	ASSERT_TRUE(self->before);
	self->after = self->before + 1;
	ASSERT_EQ(0, settle(self->before));
}

/* What is freed after grace periods and by queued work is gone soon. */
FIXTURE_TEARDOWN(killed)
{
	__u64 end = mt_after(30 * MT_SECOND);

	ASSERT_LE(0, mt_purge());
	do {
		ASSERT_EQ(0, take_inventory(self->after));
		if (inventory_equal(self->before, self->after))
			break;
		mt_breathe();
	} while (mt_now() < end);
	EXPECT_TRUE(mt_dump_equal(&self->before->ports, &self->after->ports));
	EXPECT_TRUE(mt_dump_equal(&self->before->actors,
				  &self->after->actors));
	EXPECT_EQ(self->before->charges[0], self->after->charges[0]);
	EXPECT_EQ(self->before->charges[1], self->after->charges[1]);
	EXPECT_EQ(self->before->charges[2], self->after->charges[2]);
	EXPECT_GE(self->before->objects, self->after->objects);
	EXPECT_TRUE(inventory_equal(self->before, self->after));
	free(self->before);
	rmdir(CGROUP);
}

#define CALLERS		2
#define REQUESTS	4096

/**
 * struct chaos - what the processes of a round share
 * @executed: how often the server got a request: at most once
 * @errors: what must never happen, by line
 */
struct chaos {
	__u8 executed[CALLERS][REQUESTS];
	int errors[8];
};

static struct chaos *chaos;

#define NEVER(index, condition)						\
	do {								\
		if (condition)						\
			__atomic_add_fetch(&chaos->errors[index], 1,	\
					   __ATOMIC_SEQ_CST);		\
	} while (0)

/* The port's holder, or the next one; it serves calls until it is killed. */
static void be_server(void)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = RETENTION,
		.limits[0].messages = 3,
	};
	static char body[8192];
	struct motet_msg msg, reply;
	struct motet_reply_recv both;
	int actor = mt_actor(), holder, ret;
	__u64 request, answer;

	do {
		holder = mt_create(actor, &create, "chaos");
		if (holder == -EEXIST)
			holder = mt_open(actor, MOTET_ROLE_HOLDER, "chaos",
					 NULL);
	} while (holder == -EBUSY || holder == -ENOENT);
	NEVER(0, holder < 0);
	both = MT(motet_reply_recv, .recv = mt_ptr(&msg));
	for (;;) {
		msg = MT(motet_msg, .body = mt_ptr(body),
			 .body_cap = sizeof(body));
		ret = mt_ioctl(holder, MOTET_IOC_REPLY_RECV, &both);
		NEVER(1, ret && ret != -EINTR && ret != -ECONNRESET);
		if (ret == -ECONNRESET)
			both.reply = 0;
		if (ret || !(msg.flags & MOTET_MSG_CALL))
			continue;
		memcpy(&request, body, sizeof(request));
		__atomic_add_fetch(&chaos->executed[request / REQUESTS]
				   [request % REQUESTS], 1, __ATOMIC_SEQ_CST);
		answer = ~request;
		reply = MT(motet_msg, .token = msg.token,
			   .body = mt_ptr(&answer), .body_len = 8);
		both.reply = mt_ptr(&reply);
	}
}

static int open_chaos(int actor)
{
	int sender;

	do {
		sender = mt_open(actor, MOTET_ROLE_SENDER, "chaos", NULL);
	} while (sender == -ENOENT);
	return sender;
}

static void be_sender(void)
{
	static char body[8192];
	int actor = mt_actor(), sender = open_chaos(actor), ret;
	__u32 flags, priority;

	NEVER(2, sender < 0);
	for (;;) {
		flags = random_below(4) ? 0 : MOTET_MSG_RETURN;
		flags |= random_below(4) ? 0 : MOTET_MSG_DONTWAIT;
		priority = random_below(4);
		ret = mt_send_flags(sender, flags, priority, body,
				    random_below(sizeof(body)));
		NEVER(3, ret && ret != -EAGAIN && ret != -EINTR);
	}
}

/* Each request once, whatever happens to it; resumed when interrupted. */
static void be_caller(unsigned int index)
{
	int actor = mt_actor(), sender = open_chaos(actor), ret;
	__u64 request, answer, id;
	unsigned int i;

	for (i = 0; i < REQUESTS; i++) {
		request = index * REQUESTS + i;
		ret = mt_call(sender, request, &answer, 0, &id);
		while (ret == -EINTR && id)
			ret = random_below(8) ?
			      mt_resume(sender, id, &answer, 0) :
			      mt_cancel(sender, id) ? -EINTR : -ECANCELED;
		NEVER(4, !ret && answer != ~request);
		NEVER(5, ret && ret != -EINTR && ret != -ECONNRESET &&
		      ret != -ECANCELED);
	}
	for (;;)
		pause();
}

static void be(unsigned int what, __u64 salt)
{
	cpu_set_t cpus;

	random_seed(salt);
	mt_alarm_signal(random_below(2) ? SA_RESTART : 0);
	CPU_ZERO(&cpus);
	CPU_SET(salt % 2, &cpus);
	/* on one processor it may not */
	sched_setaffinity(0, sizeof(cpus), &cpus);
	mt_write_file(CGROUP "/cgroup.procs", "0");
	if (what < 2)
		be_server();
	if (what < 4)
		be_sender();
	be_caller(what - 4);
}

#define PROCESSES	(4 + CALLERS)

static void chaos_round(unsigned int round)
{
	pid_t pids[PROCESSES];
	unsigned int i, alive = PROCESSES;

	for (i = 0; i < PROCESSES; i++) {
		pids[i] = mt_fork();
		if (pids[i] == 0)
			be(i, (__u64)round * PROCESSES + i);
	}
	while (alive) {
		pause_random(8000);
		i = random_below(alive);
		if (random_below(3)) {
			kill(pids[i], SIGUSR1);
			continue;
		}
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		pids[i] = pids[--alive];
	}
}

TEST_F_TIMEOUT(killed, at_any_moment, HOURS)
{
	unsigned int rounds = mt_rounds(25), round, i, j;
	unsigned long served = 0;

	chaos = mt_shared(sizeof(*chaos));
	ASSERT_TRUE(chaos);
	/* on until they lived long enough to prove anything */
	for (round = 0; round < rounds || served < rounds; round++) {
		ASSERT_GT(20 * rounds, round);
		memset(chaos->executed, 0, sizeof(chaos->executed));
		random_seed(~(__u64)round);
		chaos_round(round);
		ASSERT_LE(0, mt_purge());
		for (i = 0; i < CALLERS; i++) {
			for (j = 0; j < REQUESTS; j++) {
				ASSERT_GE(1, chaos->executed[i][j]);
				served += chaos->executed[i][j];
			}
		}
		for (i = 0; i < ARRAY_SIZE(chaos->errors); i++)
			ASSERT_EQ(0, chaos->errors[i]) {
				TH_LOG("round %u, error %u", round, i);
			}
	}
	TH_LOG("%lu requests in %u rounds", served, round);
}

#define SENDERS		3
#define INCARNATIONS	200
#define SLOTS		65536

/**
 * struct ledger - what was sent and what was received
 * @trying: last message that each sender began to send
 * @accepted: last message that each sender was told is queued
 * @received: where the kernel itself writes what it hands out, in order; a
 *	slot is zero until then, so there is no moment at which a message is
 *	received and not recorded
 * @stop: senders are to end
 * @errors: receives that failed
 */
struct ledger {
	__u64 trying[INCARNATIONS];
	__u64 accepted[INCARNATIONS];
	__u64 received[SLOTS];
	int stop;
	int errors;
};

static struct ledger *ledger;

static pid_t start_sender(unsigned int incarnation)
{
	pid_t pid = mt_fork();
	__u64 n;
	int sender;

	if (pid)
		return pid;
	sender = mt_open(mt_actor(), MOTET_ROLE_SENDER, "ledger", NULL);
	for (n = 1; !__atomic_load_n(&ledger->stop, __ATOMIC_SEQ_CST); n++) {
		__atomic_store_n(&ledger->trying[incarnation], n,
				 __ATOMIC_SEQ_CST);
		if (mt_send(sender, 0, (__u64)incarnation << 32 | n))
			_exit(1);
		__atomic_store_n(&ledger->accepted[incarnation], n,
				 __ATOMIC_SEQ_CST);
		/* keep the ledger from filling up on a fast machine */
		if (n % 16 == 0)
			mt_breathe();
	}
	_exit(0);
}

/*
 * Receives into the next free slot. All of what the kernel writes to is there
 * (the slots are touched first), so it can't fail half-way for that.
 */
static void receive_all(int holder, __u32 flags)
{
	struct motet_msg msg;
	unsigned int slot = 0;
	int ret = 0;

	while (!ret) {
		while (slot < SLOTS && ledger->received[slot])
			slot++;
		if (slot == SLOTS)
			_exit(2);
		msg = MT(motet_msg, .flags = flags,
			 .body = mt_ptr(&ledger->received[slot]),
			 .body_cap = 8);
		ret = mt_ioctl(holder, MOTET_IOC_RECV, &msg);
	}
	if (ret != -EAGAIN)
		__atomic_add_fetch(&ledger->errors, 1, __ATOMIC_SEQ_CST);
}

static int take_over(int actor)
{
	int holder;

	do {
		holder = mt_open(actor, MOTET_ROLE_HOLDER, "ledger", NULL);
	} while (holder == -EBUSY);
	return holder;
}

static pid_t start_receiver(void)
{
	pid_t pid = mt_fork();

	if (pid == 0) {
		receive_all(take_over(mt_actor()), 0);
		_exit(1);
	}
	return pid;
}

/* Each message of each sender once and in order, and those that it knows of. */
static void check_ledger(struct __test_metadata *_metadata,
			 unsigned int incarnations)
{
	__u64 last[INCARNATIONS] = { 0 }, value;
	unsigned int slot, i;

	for (slot = 0; slot < SLOTS && ledger->received[slot]; slot++) {
		value = ledger->received[slot];
		ASSERT_GT(INCARNATIONS, value >> 32);
		/* neither lost, nor doubled, nor overtaken */
		ASSERT_EQ(last[value >> 32] + 1, value & 0xffffffff);
		last[value >> 32]++;
	}
	for (i = 0; i < incarnations; i++) {
		EXPECT_LE(ledger->accepted[i], last[i]);
		/* killed before it was told: it may have been queued */
		EXPECT_GE(ledger->trying[i], last[i]);
	}
	EXPECT_EQ(0, ledger->errors);
	EXPECT_LE(incarnations, slot);
	TH_LOG("%u messages of %u senders", slot, incarnations);
}

/* However slow they are: senders and a receiver are there all the time. */
static void until_received(unsigned int count)
{
	__u64 end = mt_after(60 * MT_SECOND);

	while (!__atomic_load_n(&ledger->received[count - 1],
				__ATOMIC_SEQ_CST) && mt_now() < end)
		mt_breathe();
}

static void run_ledger(struct __test_metadata *_metadata, int actor,
		       unsigned int kills)
{
	pid_t senders[SENDERS], receiver = start_receiver();
	unsigned int incarnations = 0, i;
	int holder;

	for (i = 0; i < SENDERS; i++)
		senders[i] = start_sender(incarnations++);
	while (kills--) {
		pause_random(20000);
		if (random_below(3)) {
			mt_kill(receiver);
			receiver = start_receiver();
		} else if (incarnations < INCARNATIONS) {
			i = random_below(SENDERS);
			mt_kill(senders[i]);
			senders[i] = start_sender(incarnations++);
		}
	}
	until_received(incarnations);
	__atomic_store_n(&ledger->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(0, mt_wait(senders[i]));
	mt_kill(receiver);
	holder = take_over(actor);
	receive_all(holder, MOTET_MSG_DONTWAIT);
	close(holder);
	check_ledger(_metadata, incarnations);
}

/* Receivers and senders die; the retained port keeps the account. */
TEST_F_TIMEOUT(killed, nothing_lost_doubled_or_reordered, HOURS)
{
	struct motet_port_create create = {
		.mode = 0777, .retention = RETENTION,
		.limits[0].messages = 5,
	};
	unsigned int rounds = mt_rounds(50);
	int actor, holder;

	ledger = mt_shared(sizeof(*ledger));
	ASSERT_TRUE(ledger);
	while (rounds) {
		unsigned int kills = rounds < 50 ? rounds : 50;

		memset(ledger, 0, sizeof(*ledger));
		random_seed(rounds);
		actor = mt_actor();
		holder = mt_create(actor, &create, "ledger");
		ASSERT_LE(0, holder);
		close(holder);
		run_ledger(_metadata, actor, kills);
		close(actor);
		ASSERT_LE(0, mt_purge());
		create.name_len = 0;
		rounds -= kills;
	}
}

/* Killed by the signal of a fault, and by exec: as dead as by SIGKILL. */
TEST_F_TIMEOUT(killed, other_deaths, 600)
{
	struct motet_id *id = mt_shared(sizeof(*id));
	/* not the bystander: what is told to it changes its port */
	int actor = mt_actor(), way, sender;
	pid_t pid;

	for (way = 0; way < 4; way++) {
		memset(id, 0, sizeof(*id));
		pid = mt_fork();
		if (pid == 0) {
			struct motet_id made;

			mt_port(mt_actor(), NULL, 1, &made);
			*id = made;
			__atomic_store_n(&id->bytes[0], MOTET_CLASS_PORT,
					 __ATOMIC_SEQ_CST);
			while (way == 0)
				pause();
			if (way == 1)
				raise(SIGSEGV);
			if (way == 2)
				abort();
			_exit(0);
		}
		while (!__atomic_load_n(&id->bytes[0], __ATOMIC_SEQ_CST))
			sched_yield();
		sender = mt_sender(actor, id);
		if (way == 0)
			kill(pid, SIGTERM);
		mt_wait(pid);
		if (sender >= 0) {
			EXPECT_EQ(0, mt_until_state(sender,
						    MOTET_PORT_STATE_DEAD));
			close(sender);
			EXPECT_EQ(0, mt_exception(actor,
						  &(struct motet_msg){ 0 }));
		} else {
			EXPECT_EQ(-ESRCH, sender);
		}
	}
	close(actor);
}

TEST_HARNESS_MAIN
