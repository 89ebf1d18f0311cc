// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random operations of one process on a checkpoint, compared with a model of what
 * they do, byte for byte; and two readers, on the other processor, who see what
 * is of one moment, of several sections too, all the while.
 *
 * MOTET_OPERATIONS says how many changes there are to be, MOTET_SECONDS how long
 * it may take, MOTET_SEED repeats a choice.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "checkpoint_model.h"

#define POOL		(256 << 10)
#define PATIENCE	(60 * MT_SECOND)
#define FAR		(100000 * MT_SECOND)

static int actor, checkpoint;
static struct motet_id id;
static __u64 pool[POOL / 8];
static char text[512];
static jmp_buf failed;

static __attribute__((noreturn, format(printf, 1, 2)))
void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	longjmp(failed, 1);
}

static void expect(const char *what, long long expected, long long actual)
{
	if (expected != actual)
		fail("%s: %lld, and should be %lld", what, actual, expected);
}

/* Until nobody else has it open. */
static void readers_pause(void)
{
	__u64 end = mt_after(PATIENCE);
	int i;

	__atomic_store_n(&shared->pause, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < READERS; i++)
		while (__atomic_load_n(&shared->open[i], __ATOMIC_SEQ_CST)) {
			if (mt_now() > end)
				fail("reader %d does not pause", i);
			sched_yield();
		}
}

static void readers_go_on(void)
{
	__atomic_store_n(&shared->pause, 0, __ATOMIC_SEQ_CST);
}

/*
 * What is done to the checkpoint and to the model.
 */

static struct motet_checkpoint_element element_of(const struct change *change)
{
	const struct m_section *section = &model.section[change->slot];
	struct motet_checkpoint_element element =
		mc_element("", change->offset, change->data, change->len);

	element.section = mt_ptr(section->id);
	element.section_len = section->id_len;
	if (change->overwrite)
		element.flags = MOTET_ELEMENT_OVERWRITE;
	return element;
}

static const void *anything(void)
{
	return (__u8 *)pool + below(POOL - SECTION_BYTES - 8);
}

/* Mostly small, sometimes as much as there may be, and sometimes nothing. */
static __u64 random_len(void)
{
	switch (below(16)) {
	case 0:
		return 0;
	case 1:
		return below(SECTION_BYTES + 1);
	case 2 ... 5:
		return below(6000);
	default:
		return below(200);
	}
}

/* One that was never made has no id. */
static int random_section(void)
{
	int slot = 1 + below(SLOTS - 1);

	return model.section[slot].id_len ? slot : 1;
}

static struct change random_change(void)
{
	struct change change = {
		.slot = random_section(),
		.overwrite = !below(4),
		.len = random_len(),
		.data = anything(),
	};

	/* most of those that can't be are of no use */
	if (!model.section[change.slot].exists && below(10))
		change.slot = 0;
	if (!change.slot)
		change = (struct change){ .data = pool };
	if (!change.overwrite && change.slot)
		change.offset = below(4) ? below(below(SECTION_BYTES) + 1) : 0;
	if (change.offset + change.len > SECTION_BYTES && below(50))
		change.len = SECTION_BYTES - change.offset;
	return change;
}

/* Seals what the changes leave, so that more elements are at their end. */
static __u32 seal_changes(struct change *changes, __u32 count)
{
	static struct m_section after[SLOTS];
	struct index *index = (void *)room[0];
	bool touched[SLOTS] = { false };
	__u32 i, total = count;
	int slot;

	model.serial++;
	for (i = 0; i < count; i++) {
		slot = changes[i].slot;
		if (!touched[slot])
			after[slot] = model.section[slot];
		touched[slot] = true;
		if (changes[i].overwrite) {
			memset(after[slot].data, 0, SECTION_ROOM);
			after[slot].size = changes[i].len;
		}
		memcpy(after[slot].data + changes[i].offset, changes[i].data,
		       changes[i].len);
		if (changes[i].len &&
		    changes[i].offset + changes[i].len > after[slot].size)
			after[slot].size = changes[i].offset + changes[i].len;
	}
	*index = (struct index){ 0 };
	for (slot = 1; slot < SLOTS; slot++) {
		struct seal *old = (void *)model.section[slot].data;

		index->serial[slot] = touched[slot] ? model.serial :
						      old->serial;
		if (!touched[slot] || !model.section[slot].exists)
			continue;
		if (after[slot].size < sizeof(struct seal))
			after[slot].size = sizeof(struct seal);
		seal(after[slot].data, after[slot].size, slot, false);
		changes[total++] = (struct change){
			.slot = slot, .len = sizeof(struct seal),
			.data = after[slot].data,
		};
	}
	index->serial[0] = model.serial;
	seal(index, sizeof(*index), 0, false);
	changes[total++] = (struct change){
		.len = sizeof(*index), .data = index,
	};
	return total;
}

static void op_write(void)
{
	struct motet_checkpoint_element elements[ELEMENTS];
	struct change changes[ELEMENTS];
	struct motet_checkpoint_io io;
	__u32 count = 1 + below(4), i, refused;
	bool sane = true;
	int err;

	for (i = 0; i < count; i++) {
		changes[i] = random_change();
		sane &= changes[i].offset + changes[i].len <= SECTION_BYTES;
	}
	/* what is refused need not be sealed */
	if (sane)
		count = seal_changes(changes, count);
	for (i = 0; i < count; i++)
		elements[i] = element_of(&changes[i]);
	err = m_write(changes, count, &refused);
	expect("write", err, mc_io(checkpoint, MOTET_IOC_CHECKPOINT_WRITE,
				   elements, count, &io));
	if (err == -ENOSPC)
		expect("an element is refused", 1, io.failed < count);
	else
		expect("the refused element", refused, io.failed);
	expect("generation of a write", err == -EINVAL ? 0 : model.generation,
	       io.generation);
}

/* Copies what there would be, with a seal. */
static __u64 fresh(int slot, __u8 *data)
{
	__u64 size = random_len();

	if (!size)
		return 0;
	if (size < sizeof(struct seal))
		size = sizeof(struct seal);
	memset(data, 0, SECTION_ROOM);
	memcpy(data, anything(), size);
	model.serial++;
	seal(data, size, slot, true);
	return size;
}

static void create(int slot)
{
	struct m_section *section = &model.section[slot];
	bool make = slot >= MADE;
	struct motet_section_create arg =
		MT(motet_section_create, .data = mt_ptr(room[0]),
		   .flags = make ? MOTET_SECTION_MAKE_ID : 0);
	int err;

	arg.data_len = slot ? fresh(slot, room[0]) : sizeof(struct index);
	if (!make) {
		arg.section = mt_ptr(section->id);
		arg.section_len = section->id_len;
	}
	if (slot && !below(4))
		arg.expires = mc_boottime() + FAR + below(1000);
	err = mt_ioctl(checkpoint, MOTET_IOC_SECTION_CREATE, &arg);
	if (!err && make) {
		section->id_len = sizeof(arg.made);
		memcpy(section->id, arg.made, sizeof(arg.made));
	}
	expect("create", m_create(slot, room[0], arg.data_len, arg.expires),
	       err);
}

static void op_create(void)
{
	int slot = 1 + below(SLOTS - 1);

	/* another one would be made */
	if (slot < MADE || !model.section[slot].exists)
		create(slot);
}

static int delete(int slot)
{
	struct motet_section_name arg =
		MT(motet_section_name,
		   .section = mt_ptr(model.section[slot].id),
		   .section_len = model.section[slot].id_len);

	return mt_ioctl(checkpoint, MOTET_IOC_SECTION_DELETE, &arg);
}

static void op_delete(void)
{
	int slot = random_section();
	bool exists = model.section[slot].exists;

	expect("delete", exists ? 0 : -ENOENT, delete(slot));
	if (exists)
		m_delete(slot, MOTET_CHECKPOINT_DELETED);
}

static int change_section(int slot, __u32 flags, __u32 state, __u64 expires)
{
	struct motet_section_change arg =
		MT(motet_section_change, .flags = flags, .state = state,
		   .section = mt_ptr(model.section[slot].id),
		   .section_len = model.section[slot].id_len,
		   .expires = expires);

	return mt_ioctl(checkpoint, MOTET_IOC_SECTION_CHANGE, &arg);
}

static void op_change(void)
{
	__u32 flags = 1 + below(3), state = 0;
	int slot = random_section();
	__u64 expires = 0;

	if (flags & MOTET_SECTION_STATE)
		state = below(2) ? MOTET_SECTION_VALID :
				   MOTET_SECTION_CORRUPTED;
	if (flags & MOTET_SECTION_EXPIRES && below(2))
		expires = mc_boottime() + FAR + below(1000);
	expect("change a section", model.section[slot].exists ? 0 : -ENOENT,
	       change_section(slot, flags, state, expires));
	if (model.section[slot].exists)
		m_change(slot, flags, state, expires);
}

static void status_is(struct motet_checkpoint_status *status)
{
	expect("status", 0, mc_status(checkpoint, status));
}

/* It expires at once; or it is kept from it, if that is early enough. */
static void op_expire(void)
{
	struct motet_checkpoint_status status;
	__u64 end = mt_after(PATIENCE), soon;
	int slot = random_section(), err;

	if (!model.section[slot].exists)
		return;
	soon = mc_boottime() + 50000 + below(200000);
	err = change_section(slot, MOTET_SECTION_EXPIRES, 0, soon);
	/* the time is over before it is said */
	if (err == -EINVAL && mc_boottime() >= soon)
		return;
	expect("expire", 0, err);
	m_change(slot, MOTET_SECTION_EXPIRES, 0, soon);
	if (below(2)) {
		err = change_section(slot, MOTET_SECTION_EXPIRES, 0, 0);
		if (!err) {
			m_change(slot, MOTET_SECTION_EXPIRES, 0, 0);
			return;
		}
		expect("keep from expiry", -ENOENT, err);
	}
	do {
		status_is(&status);
		if (mt_now() > end)
			fail("a section does not expire");
	} while (status.sections == model.sections);
	m_delete(slot, MOTET_CHECKPOINT_EXPIRED);
}

/* What is there of some parts, or the error. */
static int predict_read(const struct change *parts, __u32 count, __u32 *refused)
{
	for (*refused = 0; *refused < count; ++*refused) {
		const struct change *part = &parts[*refused];

		if (!model.section[part->slot].exists)
			return -ENOENT;
		if (part->offset > model.section[part->slot].size)
			return -EINVAL;
	}
	return 0;
}

static void compare_part(const struct change *part,
			 const struct motet_checkpoint_element *element)
{
	const struct m_section *section = &model.section[part->slot];
	__u64 len = section->size - part->offset;

	if (len > part->len)
		len = part->len;
	expect("bytes of a section", section->size, element->bytes);
	expect("bytes read", len, element->done);
	if (memcmp(section->data + part->offset, part->data, len))
		fail("section %d has other bytes in %llu from %llu",
		     part->slot, (unsigned long long)len,
		     (unsigned long long)part->offset);
}

static void read_compare(struct change *parts, __u32 count)
{
	struct motet_checkpoint_element elements[ELEMENTS];
	struct motet_checkpoint_io io;
	__u32 i, refused;
	int err;

	for (i = 0; i < count; i++) {
		parts[i].data = room[i];
		elements[i] = element_of(&parts[i]);
	}
	err = predict_read(parts, count, &refused);
	expect("read", err, mc_io(checkpoint, MOTET_IOC_CHECKPOINT_READ,
				  elements, count, &io));
	expect("the refused element of a read", refused, io.failed);
	expect("generation of a read", model.generation, io.generation);
	for (i = 0; !err && i < count; i++)
		compare_part(&parts[i], &elements[i]);
}

static void op_read(void)
{
	struct change parts[ELEMENTS];
	__u32 count = 1 + below(4), i;

	for (i = 0; i < count; i++) {
		parts[i] = (struct change){
			.slot = random_section(), .len = random_len(),
		};
		if (!model.section[parts[i].slot].exists && below(10))
			parts[i].slot = 0;
		parts[i].offset =
			below(model.section[parts[i].slot].size + 1);
		if (!below(50))
			parts[i].offset += 100;
	}
	read_compare(parts, count);
}

static void compare_next(const struct m_section *section, const char *id_found,
			 const struct motet_section_next *next)
{
	expect("length of an id", section->id_len, next->section_len);
	if (memcmp(section->id, id_found, section->id_len))
		fail("another section comes than %.*s", (int)section->id_len,
		     section->id);
	expect("bytes", section->size, next->bytes);
	expect("state", section->state, next->state);
	expect("expiry", section->expires, next->expires);
	expect("generation of a section", section->generation,
	       next->generation);
}

static void go_through(__u32 filter, __u64 when)
{
	char id_found[MOTET_SECTION_ID_MAX + 1];
	const struct m_section *section;
	struct motet_section_next next;
	__u64 cursor = 0, order = 0;

	while ((section = m_next(order, filter, when))) {
		expect("next", 0, mc_next(checkpoint, filter, when, &cursor,
					  id_found, &next));
		compare_next(section, id_found, &next);
		order = section->order;
	}
	expect("no more", -ENOENT, mc_next(checkpoint, filter, when, &cursor,
					   id_found, &next));
}

static void op_iterate(void)
{
	__u32 filter = 1 + below(MOTET_SECTIONS_SINCE);
	__u64 when = 0;

	if (filter == MOTET_SECTIONS_UNTIL || filter == MOTET_SECTIONS_FROM) {
		when = model.section[random_section()].expires;
		if (!when)
			when = mc_boottime() + FAR;
	} else if (filter == MOTET_SECTIONS_SINCE) {
		when = model.generation - below(20);
		if (when > model.generation)
			when = 0;
	}
	go_through(filter, when);
}

static void op_status(void)
{
	struct motet_checkpoint_status status;

	status_is(&status);
	expect("flags", model.exhausted ? MOTET_CHECKPOINT_EXHAUSTED : 0,
	       status.flags);
	expect("sections", model.sections, status.sections);
	expect("bytes of all", model.bytes, status.bytes);
	expect("memory", m_pages() * 4096, status.memory);
	expect("retention", model.retention, status.retention);
	expect("generation", model.generation, status.generation);
	expect("writes", model.writes, status.writes);
	expect("attributes", 0, memcmp(&attributes, &status.attributes,
				       sizeof(attributes)));
}

static void compare_all(void)
{
	struct change parts[SLOTS];
	__u32 count = 0;
	int slot;

	op_status();
	go_through(MOTET_SECTIONS_ANY, 0);
	for (slot = 0; slot < SLOTS; slot++)
		if (model.section[slot].exists)
			parts[count++] = (struct change){
				.slot = slot, .len = SECTION_BYTES,
			};
	read_compare(parts, count);
}

static const char *tracked(const struct m_tracker *tracker)
{
	return tracker->slot < 0 ? NULL : model.section[tracker->slot].id;
}

static void op_track(void)
{
	struct m_tracker *tracker = &model.tracker[below(TRACKERS)];
	bool stop = below(3) == 0;
	int err = 0;

	if (stop != tracker->tracking)
		err = stop ? -ENOENT : -EEXIST;
	expect(stop ? "track no more" : "track", err,
	       mc_track(actor, &id, tracked(tracker),
			stop ? MOTET_TRACK_STOP : 0));
	if (!err)
		m_track(tracker, !stop);
}

static void op_told(void)
{
	struct motet_checkpoint_event event, expected;
	struct m_tracker *tracker = m_told();
	struct motet_msg msg = { 0 };
	int err;

	err = mt_try_recv_msg(actor, &msg, &event, sizeof(event));
	expect("being told", tracker ? 0 : -EAGAIN, err);
	if (!tracker)
		return;
	m_event(tracker, &expected);
	expect("exception", MOTET_EXCEPTION_CHECKPOINT, msg.exception);
	expect("of this checkpoint", 1, mt_id_equal(&id, &msg.to));
	expect("changes told", tracker->count, msg.count);
	expect("events", expected.events, event.events);
	expect("scope", expected.scope, event.scope);
	expect("since", expected.since, event.since);
	expect("event", 0, memcmp(&expected, &event, sizeof(event)));
	m_read(tracker);
}

static void told_all(void)
{
	while (m_told())
		op_told();
	op_told();
}

static void op_retention(void)
{
	__u64 retention = (1 + below(3600)) * MT_SECOND;

	expect("retention", 0, mc_retention(checkpoint, retention));
	/* it is long enough for whoever closes it next */
	model.retention = retention + 3600 * MT_SECOND;
	expect("retention", 0, mc_retention(checkpoint, model.retention));
}

/*
 * Another one, or the same. The end of the one before was told before another is
 * made, at the latest.
 */
static void open_it(bool made)
{
	struct motet_checkpoint_status status;

	checkpoint = mc_open_with(actor, NAME, MC_CREATE, 0700, &attributes);
	expect("open", 1, checkpoint >= 0);
	if (made)
		told_all();
	status_is(&status);
	expect("another one", made, !mt_id_equal(&id, &status.id));
	id = status.id;
	if (!made)
		return;
	m_begin();
	*(struct index *)room[0] = (struct index){
		.serial[0] = ++model.serial,
	};
	seal(room[0], sizeof(struct index), 0, false);
	create(0);
	compare_all();
}

/* It stays while it is closed. */
static void op_reopen(void)
{
	if (below(2))
		readers_pause();
	close(checkpoint);
	readers_go_on();
	open_it(false);
	compare_all();
}

/* It dies some time after the last has closed it. */
static void until_dead(void)
{
	__u64 end = mt_after(PATIENCE);

	while (mc_track(actor, &id, "nobody", MOTET_TRACK_STOP) != -ESRCH)
		if (mt_now() > end)
			fail("it does not die");
}

/* Without a name it is there for who has it open; then it is gone. */
static void op_unlink(void)
{
	bool readers = below(2);
	int i, old = checkpoint;

	if (!readers)
		readers_pause();
	for (i = 0; readers && i < TRACKERS; i++) {
		if (model.tracker[i].tracking)
			expect("track no more", 0,
			       mc_track(actor, &id, tracked(&model.tracker[i]),
					MOTET_TRACK_STOP));
		m_track(&model.tracker[i], false);
	}
	expect("unlink", 0, mc_unlink(actor, NAME));
	expect("unlink again", -ENOENT, mc_unlink(actor, NAME));
	expect("open without a name", -ENOENT, mc_open(actor, NAME, MC_READ));
	go_through(MOTET_SECTIONS_ANY, 0);
	expect("retention without a name", -ENOENT, mc_retention(old, 0));
	close(old);
	if (!readers)
		until_dead();
	m_die();
	readers_go_on();
	open_it(true);
}

/* A short retention: it is gone soon after it was closed. */
static void op_forget(void)
{
	__u64 end = mt_after(PATIENCE);
	int fd;

	readers_pause();
	expect("short retention", 0, mc_retention(checkpoint, below(300000)));
	close(checkpoint);
	while ((fd = mc_open(actor, NAME, MC_READ)) != -ENOENT) {
		if (fd >= 0)
			close(fd);
		if (mt_now() > end)
			fail("it is not forgotten");
	}
	m_die();
	readers_go_on();
	open_it(true);
}

static const struct {
	__u32 weight;
	const char *name;
	void (*run)(void);
} operations[] = {
	{ 2400, "write", op_write },
	{ 400, "create", op_create },
	{ 250, "delete", op_delete },
	{ 200, "change", op_change },
	{ 30, "expire", op_expire },
	{ 600, "read", op_read },
	{ 60, "iterate", op_iterate },
	{ 60, "status", op_status },
	{ 40, "track", op_track },
	{ 300, "told", op_told },
	{ 20, "compare", compare_all },
	{ 10, "retention", op_retention },
	{ 10, "reopen", op_reopen },
	{ 3, "unlink", op_unlink },
	{ 3, "forget", op_forget },
};

#define OPERATIONS	ARRAY_SIZE(operations)

static int choose(void)
{
	__u32 sum = 0, n, i;

	for (i = 0; i < OPERATIONS; i++)
		sum += operations[i].weight;
	n = below(sum);
	for (i = 0; n >= operations[i].weight; i++)
		n -= operations[i].weight;
	return i;
}

static unsigned long long number_from(const char *name,
				      unsigned long long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

/**
 * struct progress - how far it is
 * @operations: done
 * @changes: of checkpoints that are gone
 * @operation: the last
 */
struct progress {
	unsigned long long operations;
	unsigned long long changes;
	int operation;
};

static void readers_are_well(void)
{
	int i;

	for (i = 0; i < READERS; i++)
		if (shared->text[i][0])
			fail("%s", shared->text[i]);
}

static void run_all(volatile struct progress *progress)
{
	unsigned long long wanted = number_from("MOTET_OPERATIONS", 1ULL << 60);
	__u64 end = mt_after(number_from("MOTET_SECONDS", 20) * MT_SECOND);
	__u64 before;

	open_it(true);
	while (progress->changes < wanted && mt_now() < end) {
		progress->operation = choose();
		progress->operations++;
		before = model.generation;
		operations[progress->operation].run();
		if (model.generation > before)
			progress->changes += model.generation - before;
		readers_are_well();
	}
	told_all();
	compare_all();
}

FIXTURE(model) {
	pid_t reader[READERS];
};

FIXTURE_SETUP(model)
{
	int i;

	shared = mt_shared(sizeof(*shared));
	ASSERT_NE(NULL, shared);
	m_begin();
	for (i = 0; i < READERS; i++) {
		self->reader[i] = mt_fork();
		if (!self->reader[i])
			_exit(reader_main(i));
	}
}

FIXTURE_TEARDOWN(model)
{
}

TEST_F_TIMEOUT(model, as_it_should_be, 4 * 3600)
{
	volatile unsigned long long seed = number_from("MOTET_SEED", 1);
	volatile struct progress progress = { 0 };
	__u64 begin = mt_now();
	__u32 i;

	actor = mt_actor();
	ASSERT_LE(0, actor);
	random_begin(seed);
	for (i = 0; i < ARRAY_SIZE(pool); i++)
		pool[i] = random_number() * 0x100000001ULL;
	if (setjmp(failed))
		TH_LOG("seed %llu, operation %llu (%s): %s", seed,
		       progress.operations, operations[progress.operation].name,
		       text);
	else
		run_all(&progress);
	EXPECT_STREQ("", text);
	shared->stop = 1;
	for (i = 0; i < READERS; i++) {
		EXPECT_EQ(0, mt_wait(self->reader[i])) {
			TH_LOG("%s", shared->text[i]);
		}
		EXPECT_LT(100, shared->sections[i]);
	}
	TH_LOG("seed %llu: %llu operations, %llu changes, in %llu s",
	       seed, progress.operations, progress.changes,
	       (mt_now() - begin) / MT_SECOND);
	TH_LOG("readers: %llu and %llu reads, of %llu and %llu sections",
	       (unsigned long long)shared->reads[0],
	       (unsigned long long)shared->reads[1],
	       (unsigned long long)shared->sections[0],
	       (unsigned long long)shared->sections[1]);
	EXPECT_LT(100, progress.changes);
	mc_unlink(actor, NAME);
	close(checkpoint);
}

TEST_HARNESS_MAIN
