// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lays the arguments of a call out in memory.
 *
 * All that is pointed to lies in an arena of a megabyte behind which is nothing,
 * below 4 GiB so that it can be an argument of a 32-bit call too. There are two:
 * a call that is under way in the other thread keeps its own.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/motet_channel.h>
#include <linux/motet_replicator.h>

#include "fuzz_build.h"
#include "fuzz_worker.h"

#define ARENA		0x100000
#define COLD		65536

/* where in the arena what is */
enum {
	AT_PARTS	= 0,
	PART_SIZE	= 0x2000,
	AT_STAMP	= 0x6000,
	AT_NAMES	= 0x8000,
	NAME_SIZE	= 0x1000,
	AT_BUILT	= 0xc000,
	AT_IN		= 0x10000,
	AT_OUT		= 0x40000,
};

/**
 * struct filling - arguments while they are laid out
 * @call: whose
 * @arena: where
 * @names: names and ids that are there already
 * @len: of what the last pointer points to
 * @count: elements of it
 */
struct filling {
	struct fz_call *call;
	__u8 *arena;
	unsigned int names;
	__u64 len;
	__u64 count;
};

static __u8 *arenas[2];
static __u8 *read_only, *cold;

/* the step that was taken last, and its length */
static __u8 *step_room;
__u64 fz_step_len;

static __u8 *map(size_t size, int prot)
{
	__u8 *memory = mmap(NULL, size + 4096, prot, MAP_PRIVATE |
			    MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	/* nothing behind it, whatever else is mapped */
	mprotect(memory + size, 4096, PROT_NONE);
	return memory;
}

int fz_arenas_init(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		arenas[i] = map(ARENA, PROT_READ | PROT_WRITE);
	read_only = map(COLD, PROT_READ);
	cold = map(COLD, PROT_READ | PROT_WRITE);
	step_room = map(COLD, PROT_READ | PROT_WRITE);
	if (!arenas[0] || !arenas[1] || !read_only || !cold || !step_room)
		return -ENOMEM;
	for (i = 0; i < 65536; i++) {
		arenas[0][AT_IN + i] = i;
		arenas[1][AT_IN + i] = i;
	}
	return 0;
}

void *fz_room(void)
{
	return arenas[0] + AT_OUT;
}

/* Where a pointer points to that should point to @good, of @size bytes. */
__u64 fz_pointer(__u64 value, void *good, size_t size)
{
	__u8 *end = arenas[0] + ARENA;

	switch (value) {
	case FZ_NULL:
		return 0;
	case FZ_UNMAPPED:
		return (uintptr_t)end;
	case FZ_HALF:
		size = size && size < 65536 ? size - 1 : 1;
		memmove(end - size, good, size);
		return (uintptr_t)end - size;
	case FZ_LAST:
		memmove(end - 4, good, 4);
		return (uintptr_t)end - 4;
	case FZ_KERNEL:
		return 0xffff888000000000ULL;
	case FZ_WRAPS:
		return ~0ULL - 7;
	case FZ_READ_ONLY:
		return (uintptr_t)read_only;
	case FZ_COLD:
		madvise(cold, COLD, MADV_DONTNEED);
		return (uintptr_t)cold;
	case FZ_OF_VIEW:
		return (uintptr_t)fz_view();
	default:
		return (uintptr_t)good;
	}
}

__u64 fz_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static __u64 until(__u64 value)
{
	if (value < 2)
		return value;
	return value >= 1ULL << 32 ? value : fz_now() + value * 1000;
}

/* A name, or the id of a section: they differ in their length. */
static __u64 name(struct filling *filling, __u64 value, char letter,
		  unsigned int most)
{
	__u8 *room = filling->arena + AT_NAMES +
		     filling->names++ % 4 * NAME_SIZE;

	if (value == FZ_NULL) {
		filling->len = 0;
		return 0;
	}
	room[0] = letter;
	room[1] = '0' + (value < 6 ? value : 0);
	filling->len = 2;
	if (value >= 6 && value < 12) {
		const unsigned int lens[] = { 0, most, most + 1, 1, 8, 2 };

		memset(room, letter, most + 1);
		filling->len = lens[value - 6];
		if (value == 11)
			room[1] = 0;
	}
	return fz_pointer(value, room, filling->len);
}

static __u64 stamp(struct filling *filling, __u64 value)
{
	struct motet_stamp *stamp = (void *)(filling->arena + AT_STAMP);

	*stamp = (struct motet_stamp){ .size = sizeof(*stamp) };
	return fz_pointer(value, stamp, sizeof(*stamp));
}

static __u64 built(struct filling *filling, const struct fz_field *field,
		   __u64 value)
{
	__u8 *room = filling->arena + AT_BUILT;
	__u64 count = 0;

	if (field->kind == FZ_STEP && value == 16 && fz_step_len) {
		filling->len = fz_step_len;
		return (uintptr_t)step_room;
	}
	if (field->kind == FZ_PATTERNS)
		filling->len = fz_build_filters(room, value, &count);
	else if (field->kind == FZ_EVENT_BODY)
		filling->len = fz_build_event(room, value);
	else
		filling->len = fz_build_step(room, value);
	filling->count = count;
	return fz_pointer(value, room, filling->len);
}

static __u64 result(const struct fz_field *field, __u64 value)
{
	return value >= 65536 && value != FZ_AUTO ? value - 65536 :
	       fz_result(field->arg, value == FZ_AUTO ? 0 : value);
}

/* What a field is to be; ids and capabilities are copied elsewhere. */
static __u64 content(struct filling *filling, const struct fz_field *field,
		     __u64 value)
{
	struct fz_call *call = filling->call;

	switch (field->kind) {
	case FZ_NAME:
		return name(filling, value, 'n', MOTET_NAME_MAX);
	case FZ_SECTION:
		return name(filling, value, 's', MOTET_SECTION_ID_MAX);
	case FZ_IN:
		return fz_pointer(value, filling->arena + AT_IN, 64);
	case FZ_ROOM:
		return fz_pointer(value, filling->arena + AT_OUT, 64);
	case FZ_STEP_ROOM:
		return fz_pointer(value, step_room, 64);
	case FZ_STAMP:
		return stamp(filling, value);
	case FZ_PATTERNS:
	case FZ_EVENT_BODY:
	case FZ_STEP:
		return built(filling, field, value);
	case FZ_FITS:
		return value == FZ_AUTO ? filling->len : value;
	case FZ_FITS_COUNT:
		return value == FZ_AUTO ? filling->count : value;
	case FZ_UNTIL:
		return until(value);
	case FZ_RESULT:
		return result(field, value);
	case FZ_PID:
		return value == FZ_AUTO ? 0 : fz_pid(value);
	case FZ_PART:
		return fz_pointer(value, call->args[field->arg],
				  call->door->parts[field->arg]->size);
	case FZ_COUNT_OF:
		call->elements = value < 8 ? value : 8;
		return value;
	default:
		return value;
	}
}

static void put(struct filling *filling, __u8 *arg,
		const struct fz_field *field, __u64 value)
{
	if (field->kind == FZ_ID) {
		memcpy(arg + field->offset, fz_id(field->arg, value), 16);
		return;
	}
	if (field->kind == FZ_CAP) {
		memcpy(arg + field->offset, fz_cap(value), 32);
		return;
	}
	value = content(filling, field, value);
	memcpy(arg + field->offset, &value,
	       field->size < 8 ? field->size : 8);
}

/* The size that a struct says, and what lies behind what it has. */
static void put_size(__u8 *arg, const struct fz_layout *layout, __u64 value)
{
	__u32 size = layout->size;

	if (value != FZ_AUTO) {
		size = value & 0xffff;
		if (value & 1 << 16 && size < PART_SIZE && size > layout->size)
			memset(arg + layout->size, 0xff, size - layout->size);
	}
	memcpy(arg, &size, sizeof(size));
}

static void fill_part(struct filling *filling, unsigned int part)
{
	const struct fz_door *door = filling->call->door;
	__u8 *arg = filling->call->args[part];
	unsigned int i;
	__u64 value;

	for (i = 0; i < door->count; i++) {
		if (door->part[i] != part)
			continue;
		value = fz_value(filling->call->op, i);
		if (door->fields[i]->kind == FZ_SIZE)
			put_size(arg, door->parts[part], value);
		else if (door->fields[i]->kind != FZ_ARG)
			put(filling, arg, door->fields[i], value);
	}
}

static void need(const struct fz_field *field, __u64 value)
{
	if (field->kind == FZ_ID)
		fz_id(field->arg, value);
	else if (field->kind == FZ_CAP)
		fz_cap(value);
	else if (field->kind == FZ_RESULT && value == FZ_AUTO)
		fz_result(field->arg, 0);
}

/* How much of a part is cleared: all of it takes long, and is seldom looked at. */
static size_t room_of(const struct fz_op *op, unsigned int part)
{
	const struct fz_door *door = &fz_doors[op->door];
	unsigned int i;

	for (i = 0; i < op->count; i++)
		switch (door->fields[op->field[i]]->kind) {
		case FZ_SIZE:
		case FZ_STRIDE:
		case FZ_COUNT_OF:
			return PART_SIZE;
		}
	return door->parts[part]->size;
}

/* Pointers are put before what they point to is: where that is, is known. */
void fz_fill(struct fz_call *call)
{
	const struct fz_door *door = call->door;
	struct filling filling = {
		.call = call,
		.arena = arenas[!!(call->op->how & FZ_ASIDE)],
	};
	unsigned int part, i;
	size_t size;

	/* what is not there yet is made first: that is a call of its own */
	for (i = 0; i < door->count; i++)
		need(door->fields[i], fz_value(call->op, i));
	fz_make_forbid();
	for (part = 0; part < FZ_PARTS; part++)
		call->args[part] = filling.arena + AT_PARTS + part * PART_SIZE;
	call->elements = 1;
	for (part = 0; part < FZ_PARTS && door->parts[part]; part++) {
		size = door->parts[part]->size;
		memset(call->args[part], 0, room_of(call->op, part));
		fill_part(&filling, part);
		for (i = 1; part == 1 && i < call->elements; i++)
			memcpy(call->args[1] + i * size, call->args[1], size);
	}
	/* the last field of all is where the argument itself is */
	call->arg = fz_pointer(fz_value(call->op, door->count - 1),
			       call->args[0], door->parts[0]->size);
	fz_make_allow();
}
