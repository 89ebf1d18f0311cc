// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of operations, put together; and held against that of the tests of
 * the interface.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "../selftests/uapi_doors.h"

struct fz_door fz_doors[FZ_OPS];
unsigned int fz_door_count;

/* of all ioctls, behind all else */
static const struct fz_field argument = {
	.name = "arg", .kind = FZ_ARG, .value = FZ_AUTO,
};

static __u16 hash_of(const struct fz_door *door)
{
	__u32 hash = 2166136261U;
	unsigned int i, j;

	for (i = 0; i < door->count; i++) {
		const struct fz_field *field = door->fields[i];
		const __u32 numbers[] = {
			field->offset, field->size, field->kind, door->part[i],
			field->kind == FZ_ID || field->kind == FZ_RESULT ?
			field->arg : 0,
		};

		for (j = 0; field->name[j]; j++)
			hash = (hash ^ field->name[j]) * 16777619;
		for (j = 0; j < FZ_COUNT(numbers); j++)
			hash = (hash ^ numbers[j]) * 16777619;
	}
	return hash ^ hash >> 16;
}

static int add_field(struct fz_door *door, const struct fz_field *field,
		     unsigned int part)
{
	if (door->count == FZ_FIELDS)
		return -E2BIG;
	door->fields[door->count] = field;
	door->part[door->count++] = part;
	return 0;
}

static int add(const struct fz_door *from)
{
	struct fz_door *door = &fz_doors[fz_door_count];
	unsigned int part, i;
	int ret = 0;

	if (fz_door_count == FZ_OPS)
		return -E2BIG;
	fz_door_count++;
	*door = *from;
	for (part = 0; part < FZ_PARTS && door->parts[part]; part++)
		for (i = 0; i < door->parts[part]->count && !ret; i++)
			ret = add_field(door, &door->parts[part]->fields[i],
					part);
	if (!ret && !door->run)
		ret = add_field(door, &argument, 0);
	door->hash = hash_of(door);
	return ret;
}

int fz_doors_init(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < fz_ioctl_count && !ret; i++)
		ret = add(&fz_ioctls[i]);
	for (i = 0; i < fz_netlink_count && !ret; i++)
		ret = add(&fz_netlinks[i]);
	for (i = 0; i < fz_file_count && !ret; i++)
		ret = add(&fz_files[i]);
	return ret;
}

const struct fz_door *fz_door_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < fz_door_count; i++)
		if (!strcmp(fz_doors[i].name, name))
			return &fz_doors[i];
	return NULL;
}

static __u64 known_flags(const struct fz_door *door, size_t offset)
{
	unsigned int i;

	for (i = 0; i < door->count; i++)
		if (!door->part[i] && door->fields[i]->offset == offset)
			return door->fields[i]->arg;
	return 0;
}

/* What a field of pointers is must be one here as well. */
static bool is_pointer(const struct fz_door *door, size_t offset)
{
	unsigned int i;

	for (i = 0; i < door->count; i++)
		if (!door->part[i] && door->fields[i]->offset == offset)
			switch (door->fields[i]->kind) {
			case FZ_NAME:
			case FZ_SECTION:
			case FZ_IN:
			case FZ_ROOM:
			case FZ_PATTERNS:
			case FZ_EVENT_BODY:
			case FZ_STEP:
			case FZ_STEP_ROOM:
			case FZ_STAMP:
			case FZ_PART:
				return true;
			}
	return false;
}

static int check_one(const struct door *door)
{
	const struct fz_door *own = fz_door_of(door->name);
	const struct part *pointer;
	int bad = 0;

	if (!own || own->run) {
		printf("# no operation for the door %s\n", door->name);
		return 1;
	}
	if (own->number != door->number || own->parts[0]->size != door->size) {
		printf("# %s is another call, or of another size\n",
		       door->name);
		bad++;
	}
	if (door->known != ~0U &&
	    door->known & ~known_flags(own, door->flags)) {
		printf("# %s knows more flags\n", door->name);
		bad++;
	}
	for (pointer = door->pointers; pointer->size; pointer++)
		if (!is_pointer(own, pointer->offset)) {
			printf("# %s has a pointer at %zu\n", door->name,
			       pointer->offset);
			bad++;
		}
	return bad;
}

static int check_table(const struct door *table, unsigned int count)
{
	unsigned int i;
	int bad = 0;

	for (i = 0; i < count; i++)
		bad += check_one(&table[i]);
	return bad;
}

/* How many doors of the tests are not here, or not as they are there. */
int fz_doors_check(void)
{
	int bad = 0;

	bad += check_table(doors, DOORS);
	bad += check_table(lock_doors, LOCK_DOORS);
	bad += check_table(channel_doors, CHANNEL_DOORS);
	bad += check_table(checkpoint_doors, CHECKPOINT_DOORS);
	bad += check_table(replicator_doors, REPLICATOR_DOORS);
	return bad;
}
