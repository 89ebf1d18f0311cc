// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What calls leave for later ones: files, identifiers, numbers, mappings.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/motet.h>
#include <linux/netlink.h>

#include "fuzz_worker.h"

/**
 * struct slots - the last of a sort
 * @count: how many there are
 * @value: the last one first
 */
struct slots {
	unsigned int count;
	__u64 value[FZ_SLOTS];
};

struct mapping {
	void *memory;
	size_t size;
	int prot;
};

static struct slots files[FZ_ROLES];
static struct slots results[FZ_SORTS];
static struct fz_shared_id ids[8][FZ_SLOTS];
static unsigned int id_count[8];
static struct mapping mappings[FZ_SLOTS];
static unsigned int mapping_count;

/* Puts one in front; what falls out at the end is returned, or FZ_AUTO. */
static __u64 push(struct slots *slots, __u64 value)
{
	__u64 out = FZ_AUTO;

	if (slots->count == FZ_SLOTS)
		out = slots->value[--slots->count];
	memmove(slots->value + 1, slots->value,
		slots->count * sizeof(slots->value[0]));
	slots->value[0] = value;
	slots->count++;
	return out;
}

void fz_file_add(__u8 role, int fd)
{
	__u64 out = push(&files[role], fd);

	if (out != FZ_AUTO)
		close(out);
}

/* The n-th last file of a role, or a negative number. */
int fz_file(__u8 role, unsigned int index)
{
	unsigned int i;

	if (role < FZ_ROLES)
		return files[role].count ?
		       (int)files[role].value[index % files[role].count] : -1;
	for (i = 0; i < FZ_ROLES; i++) {
		role = (index + i) % FZ_ROLES;
		if (files[role].count)
			return files[role].value[index / FZ_ROLES %
						 files[role].count];
	}
	return -1;
}

int fz_file_remove(__u8 role, unsigned int index)
{
	struct slots *slots;
	int fd;

	if (role >= FZ_ROLES || !files[role].count)
		return -1;
	slots = &files[role];
	index %= slots->count;
	fd = slots->value[index];
	slots->count--;
	memmove(slots->value + index, slots->value + index + 1,
		(slots->count - index) * sizeof(slots->value[0]));
	return fd;
}

void fz_files_close(void)
{
	unsigned int role;

	for (role = 0; role < FZ_ROLES; role++)
		while (files[role].count)
			close(files[role].value[--files[role].count]);
}

/* nothing is made while arguments are laid out, nor deeper than is sensible */
static unsigned int making;

void fz_make_forbid(void)
{
	making += 8;
}

void fz_make_allow(void)
{
	making -= 8;
}

static void make(const char *name, const char *field, __u64 value)
{
	const struct fz_door *door = fz_door_of(name);
	struct fz_op op = {
		.door = door - fz_doors, .role = door->roles[0],
	};

	if (making >= 5)
		return;
	if (field)
		fz_set_by_name(&op, field, value);
	making++;
	fz_op_run(&op);
	making--;
}

static int open_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd >= 0)
		fz_file_add(FZ_NETLINK, fd);
	return fd;
}

/* Makes a file of a role as simply as possible. */
static void make_file(__u8 role)
{
	switch (role) {
	case FZ_ACTOR:
		make("open", NULL, 0);
		make("INFO", NULL, 0);
		break;
	case FZ_HOLDER:
		make("PORT_CREATE", NULL, 0);
		break;
	case FZ_SENDER:
		fz_file_or_make(FZ_HOLDER, 0);
		make("PORT_OPEN", NULL, 0);
		break;
	case FZ_STANDBY:
		fz_file_or_make(FZ_HOLDER, 0);
		make("PORT_OPEN", "role", MOTET_ROLE_STANDBY);
		break;
	case FZ_GROUP:
		make("GROUP_CREATE", NULL, 0);
		break;
	case FZ_CHANNEL:
		make("CHANNEL_OPEN", NULL, 0);
		break;
	case FZ_CHECKPOINT:
		make("CHECKPOINT_OPEN", NULL, 0);
		make("SECTION_CREATE", NULL, 0);
		break;
	case FZ_REPLICATOR:
		make("CHECKPOINT_REPLICATE", NULL, 0);
		break;
	case FZ_VIEW:
		make("CHECKPOINT_VIEW", NULL, 0);
		break;
	case FZ_NETLINK:
		open_netlink();
		break;
	}
}

int fz_file_or_make(__u8 role, unsigned int index)
{
	if (role < FZ_ROLES && !files[role].count)
		make_file(role);
	return fz_file(role, index);
}

void fz_result_add(__u8 sort, __u64 value)
{
	push(&results[sort], value);
}

__u64 fz_result(__u8 sort, __u64 value)
{
	struct slots *slots = &results[sort];

	if (!slots->count && sort == FZ_OPENING)
		make("LOCK_OPEN", NULL, 0);
	return slots->count ? slots->value[value % slots->count] : 0;
}

/* Identifiers and capabilities go to the other workers as well. */
void fz_share_id(__u8 class, const void *bytes)
{
	__u32 next = __atomic_fetch_add(&fz_shared->next_id[class], 1,
					__ATOMIC_RELAXED);

	memcpy(fz_shared->ids[class][next % FZ_SHARED_IDS].bytes, bytes,
	       class ? 16 : 32);
}

static void id_add(__u8 class, const void *bytes, size_t size)
{
	memmove(ids[class] + 1, ids[class],
		(FZ_SLOTS - 1) * sizeof(ids[class][0]));
	memcpy(ids[class][0].bytes, bytes, size);
	if (id_count[class] < FZ_SLOTS)
		id_count[class]++;
	fz_share_id(class, bytes);
}

static const void *any_id(__u8 class, __u64 value)
{
	static struct fz_shared_id made;

	if (value == FZ_AUTO)
		value = 0;
	if (value < 16 && id_count[class])
		return ids[class][value % id_count[class]].bytes;
	if (value >= 16 && value < 32)
		return fz_shared->ids[class][value % FZ_SHARED_IDS].bytes;
	memset(&made, 0, sizeof(made));
	/* wrong in different ways; 32 is the identifier of nothing */
	if (value == 33 && id_count[class])
		made = ids[class][0];
	if (value > 32) {
		made.bytes[0] = value == 34 ? class + 1 : class;
		made.bytes[31] ^= 1;
		made.bytes[15] ^= value - 33;
	}
	return made.bytes;
}

const void *fz_id(__u8 class, __u64 value)
{
	if (value == FZ_AUTO && !id_count[class & 7]) {
		if (class == MOTET_CLASS_PORT)
			make_file(FZ_HOLDER);
		if (class == MOTET_CLASS_GROUP)
			make_file(FZ_GROUP);
		if (class == MOTET_CLASS_CHANNEL)
			make_file(FZ_CHANNEL);
		if (class == MOTET_CLASS_CHECKPOINT)
			make_file(FZ_CHECKPOINT);
		if (class == MOTET_CLASS_LOCK)
			make("LOCK_OPEN", NULL, 0);
	}
	return any_id(class & 7, value);
}

const void *fz_cap(__u64 value)
{
	if (value == FZ_AUTO && !id_count[0])
		make_file(FZ_GROUP);
	return any_id(0, value);
}

void fz_mapping_add(void *memory, size_t size, int prot)
{
	if (mapping_count == FZ_SLOTS)
		fz_mapping_remove();
	mappings[mapping_count++] = (struct mapping){ memory, size, prot };
}

bool fz_mapping_remove(void)
{
	if (!mapping_count)
		return false;
	munmap(mappings[0].memory, mappings[0].size);
	mapping_count--;
	memmove(mappings, mappings + 1, mapping_count * sizeof(mappings[0]));
	return true;
}

long fz_mapping_protect(int prot)
{
	struct mapping *mapping;

	if (!mapping_count)
		return -ENOENT;
	mapping = &mappings[mapping_count - 1];
	if (mprotect(mapping->memory, mapping->size, prot))
		return -errno;
	mapping->prot = prot;
	return 0;
}

void *fz_view(void)
{
	struct mapping *mapping;

	if (!mapping_count)
		return NULL;
	mapping = &mappings[mapping_count - 1];
	return mapping->prot & PROT_READ ? mapping->memory : NULL;
}

void fz_mappings_end(void)
{
	while (fz_mapping_remove())
		;
}

static void take(struct fz_call *call, const struct fz_gift *gift)
{
	const __u8 *at = call->args[gift->part] + gift->offset;
	__u64 value;
	__s32 fd;

	switch (gift->kind) {
	case FZ_GIVES_FILE:
		memcpy(&fd, at, sizeof(fd));
		if (gift->what == FZ_SENDER)
			value = fz_value(call->op, 4);
		else
			value = gift->what;
		fz_file_add(value < FZ_ROLES ? value : gift->what, fd);
		break;
	case FZ_GIVES_ID:
		id_add(gift->what, at, 16);
		break;
	case FZ_GIVES_CAP:
		id_add(0, at, 32);
		id_add(MOTET_CLASS_GROUP, at, 16);
		break;
	case FZ_GIVES_RESULT:
	case FZ_GIVES_ALWAYS:
		memcpy(&value, at, sizeof(value));
		if (value)
			push(&results[gift->what], value);
		break;
	}
}

/*
 * Takes what a call has left. What it wrote it wrote where the argument was: of
 * one that lay elsewhere nothing is known, and a file that it gave stays open
 * until the process ends.
 */
void fz_results_take(struct fz_call *call)
{
	unsigned int i;

	if (call->arg != (uintptr_t)call->args[0])
		return;
	for (i = 0; i < FZ_COUNT(call->door->gives); i++) {
		const struct fz_gift *gift = &call->door->gives[i];

		if (gift->kind == FZ_GIVES_ALWAYS ||
		    (gift->kind && call->result >= 0))
			take(call, gift);
	}
	if (call->result >= 0 && !strcmp(call->door->name, "REPLICATOR_NEXT"))
		memcpy(&fz_step_len, call->args[0] + 32, sizeof(fz_step_len));
}

void fz_results_clear(void)
{
	memset(results, 0, sizeof(results));
	memset(id_count, 0, sizeof(id_count));
	fz_step_len = 0;
}
