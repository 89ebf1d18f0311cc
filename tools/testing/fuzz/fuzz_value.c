// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The values of fields: those that are set, and those that are chosen.
 */
#include <string.h>

#include <linux/motet.h>

#include "fuzz.h"

static __u64 state = 1;

void fz_seed(__u64 seed)
{
	state = seed * 0x9e3779b97f4a7c15ULL ?: 1;
}

__u64 fz_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

__u32 fz_below(__u32 limit)
{
	return limit ? (fz_random() >> 32) % limit : 0;
}

bool fz_chance(__u32 percent)
{
	return fz_below(100) < percent;
}

/* What a field is: set, or as it is by itself. */
__u64 fz_value(const struct fz_op *op, unsigned int field)
{
	unsigned int i;

	for (i = 0; i < op->count; i++)
		if (op->field[i] == field)
			return op->value[i];
	return fz_doors[op->door].fields[field]->value;
}

void fz_set(struct fz_op *op, unsigned int field, __u64 value)
{
	unsigned int i, j;

	for (i = 0; i < op->count && op->field[i] < field; i++)
		;
	if (i < op->count && op->field[i] == field) {
		op->value[i] = value;
		return;
	}
	if (op->count == FZ_SETS)
		return;
	for (j = op->count; j > i; j--) {
		op->field[j] = op->field[j - 1];
		op->value[j] = op->value[j - 1];
	}
	op->field[i] = field;
	op->value[i] = value;
	op->count++;
}

void fz_set_by_name(struct fz_op *op, const char *name, __u64 value)
{
	const struct fz_door *door = &fz_doors[op->door];
	unsigned int i;

	for (i = 0; i < door->count; i++)
		if (!door->part[i] && !strcmp(door->fields[i]->name, name))
			fz_set(op, i, value);
}

void fz_unset(struct fz_op *op, unsigned int index)
{
	for (op->count--; index < op->count; index++) {
		op->field[index] = op->field[index + 1];
		op->value[index] = op->value[index + 1];
	}
}

/* Numbers at which something may change. */
static __u64 border(void)
{
	static const __u64 borders[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 63, 64, 119, 120, 121, 127,
		128, 129, 255, 256, 1023, 1024, 1025, 2047, 2048, 2049, 4032,
		4095, 4096, 4097, 65535, 65536, 1 << 20, 0x7fffffff,
		0x80000000, 0xfffffffe, 0xffffffff, 0x100000000,
		0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe,
	};

	return borders[fz_below(FZ_COUNT(borders))];
}

static __u64 pointer(__u32 evil)
{
	if (!fz_chance(evil))
		return FZ_AUTO;
	return FZ_BAD + fz_below(FZ_POINTERS - FZ_BAD);
}

static __u64 size(const struct fz_field *field)
{
	__u64 size = fz_chance(50) ? border() % 4200 : fz_below(256);

	(void)field;
	return fz_chance(30) ? size | 1 << 16 : size;
}

static __u64 flags(const struct fz_field *field, __u32 evil)
{
	__u64 value = 0;

	if (field->arg)
		value = fz_random() & field->arg;
	if (field->arg && fz_chance(50))
		value = 1ULL << fz_below(32) & field->arg;
	if (fz_chance(evil))
		value |= 1ULL << fz_below(32);
	return value;
}

static __u64 until(__u32 evil)
{
	static const __u64 times[] = { 0, 1, 100, 500, 1000, 2000, 5000, 20000 };

	return fz_chance(evil) ? border() : times[fz_below(FZ_COUNT(times))];
}

static __u64 number(__u64 most, __u32 evil)
{
	if (fz_chance(evil))
		return border();
	if (fz_chance(60))
		return fz_below(most < 8 ? most + 1 : 9);
	return most < 0xffffffff ? fz_below(most + 1) : fz_random();
}

/* A value for a field; in so many cases of a hundred one that is no good. */
__u64 fz_choose(const struct fz_field *field, __u32 evil)
{
	switch (field->kind) {
	case FZ_SIZE:
		return fz_chance(evil) ? size(field) : FZ_AUTO;
	case FZ_FLAGS:
		return flags(field, evil / 2);
	case FZ_ENUM:
		return fz_chance(evil) ? border() : fz_below(field->arg + 1);
	case FZ_ZERO:
		return fz_chance(evil) ? border() : 0;
	case FZ_MODE:
		return fz_chance(50) ? 0777 : fz_below(01001);
	case FZ_NAME:
	case FZ_SECTION:
	case FZ_ATTR_NAME:
		if (fz_chance(evil))
			return pointer(100);
		return fz_chance(90) ? fz_below(6) : fz_below(12);
	case FZ_PATTERNS:
	case FZ_EVENT_BODY:
	case FZ_STEP:
		return fz_chance(evil) ? pointer(100) : fz_below(20);
	case FZ_IN:
	case FZ_ROOM:
	case FZ_STEP_ROOM:
	case FZ_STAMP:
	case FZ_PART:
	case FZ_ARG:
		return pointer(evil);
	case FZ_FITS:
	case FZ_FITS_COUNT:
		return fz_chance(evil) ? border() : FZ_AUTO;
	case FZ_ID:
	case FZ_CAP:
	case FZ_ATTR_ID:
		if (fz_chance(evil))
			return FZ_BAD + fz_below(8);
		return fz_chance(60) ? fz_below(4) : 16 + fz_below(8);
	case FZ_RESULT:
		return fz_chance(evil) ? 65536 + fz_below(12) : fz_below(4);
	case FZ_UNTIL:
		return until(evil / 2);
	case FZ_PID:
		return fz_chance(evil) ? border() : fz_below(3);
	case FZ_ATTR_NUMBER:
		return fz_chance(20) ? FZ_AUTO : number(field->arg, evil);
	case FZ_MALFORM:
		return fz_chance(evil) ? fz_below(field->arg + 1) : 0;
	case FZ_STRIDE:
		return fz_chance(evil) ? border() : field->value;
	default:
		return number(field->arg, evil);
	}
}
