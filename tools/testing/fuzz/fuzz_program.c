// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs: made up, and changed.
 */
#include <string.h>

#include "fuzz.h"

static const struct fz_door *any_door(void)
{
	static __u32 sum;
	unsigned int i;
	__u32 at;

	if (!sum)
		for (i = 0; i < fz_door_count; i++)
			sum += fz_doors[i].weight;
	at = fz_below(sum);
	for (i = 0; at >= fz_doors[i].weight; i++)
		at -= fz_doors[i].weight;
	return &fz_doors[i];
}

/* Which file: mostly one of those that it is for. */
static void choose_file(struct fz_op *op, const struct fz_door *door)
{
	unsigned int count;

	for (count = 0; door->roles[count] != FZ_ROLES; count++)
		;
	op->role = FZ_ANY;
	if (count && !fz_chance(4))
		op->role = door->roles[fz_chance(60) ? 0 : fz_below(count)];
	op->file = fz_chance(60) ? 0 : fz_below(16);
	if (count && !door->run)
		return;
	/* what can be done with any file is done with any */
	if (count == 4 && fz_chance(60))
		op->role = fz_below(FZ_ROLES);
}

static void choose_field(struct fz_op *op, __u32 evil)
{
	const struct fz_door *door = &fz_doors[op->door];
	unsigned int field;

	if (!door->count)
		return;
	field = fz_below(door->count);
	/* padding and results are many, and say little */
	if (door->fields[field]->kind == FZ_ZERO ||
	    door->fields[field]->kind == FZ_OUT)
		if (!fz_chance(evil))
			field = fz_below(door->count);
	fz_set(op, field, fz_choose(door->fields[field], evil));
}

void fz_op_random(struct fz_op *op, const struct fz_door *door)
{
	__u32 evil = fz_chance(70) ? 2 : 30;
	unsigned int count;

	memset(op, 0, sizeof(*op));
	op->door = door - fz_doors;
	choose_file(op, door);
	if (!door->run && fz_chance(6))
		op->how |= FZ_ASIDE;
	if (!door->run && fz_chance(3))
		op->how |= FZ_COMPAT;
	for (count = fz_below(fz_chance(80) ? 5 : 12); count; count--)
		choose_field(op, evil);
}

void fz_program_random(struct fz_program *program)
{
	const struct fz_door *door = NULL;
	unsigned int i;

	memset(program, 0, sizeof(*program));
	program->count = 4 + fz_below(FZ_LENGTH - 4);
	program->keep = fz_chance(25);
	for (i = 0; i < program->count; i++) {
		/* the same again, or something near it, gets further */
		if (!door || !fz_chance(15))
			door = any_door();
		fz_op_random(&program->ops[i], door);
	}
}

static void insert(struct fz_program *program, struct fz_op op)
{
	unsigned int at = fz_below(program->count + 1);

	if (program->count == FZ_LENGTH)
		return;
	memmove(program->ops + at + 1, program->ops + at,
		(program->count - at) * sizeof(op));
	program->ops[at] = op;
	program->count++;
}

static void splice(struct fz_program *program, const struct fz_program *other)
{
	unsigned int i, from;

	if (!other || !other->count)
		return;
	from = fz_below(other->count);
	for (i = from; i < other->count && program->count < FZ_LENGTH; i++)
		program->ops[program->count++] = other->ops[i];
}

static void change(struct fz_program *program)
{
	struct fz_op *op;

	if (!program->count)
		return;
	op = &program->ops[fz_below(program->count)];
	switch (fz_below(6)) {
	case 0:
		choose_file(op, &fz_doors[op->door]);
		break;
	case 1:
		if (!fz_doors[op->door].run)
			op->how ^= fz_chance(70) ? FZ_ASIDE : FZ_COMPAT;
		break;
	case 2:
		if (op->count)
			fz_unset(op, fz_below(op->count));
		break;
	case 3:
		if (op->count)
			op->value[fz_below(op->count)] ^=
				1ULL << fz_below(fz_chance(80) ? 8 : 64);
		break;
	default:
		choose_field(op, fz_chance(70) ? 4 : 40);
		break;
	}
}

static void drop(struct fz_program *program)
{
	unsigned int at = fz_below(program->count);

	if (program->count < 2)
		return;
	program->count--;
	memmove(program->ops + at, program->ops + at + 1,
		(program->count - at) * sizeof(program->ops[0]));
}

void fz_program_mutate(struct fz_program *program,
		       const struct fz_program *other)
{
	unsigned int rounds = 1 + fz_below(5);
	struct fz_op op;

	program->keep = fz_chance(15);
	while (rounds--) {
		switch (fz_below(10)) {
		case 0:
			drop(program);
			break;
		case 1:
			splice(program, other);
			break;
		case 2:
		case 3:
		case 4:
			fz_op_random(&op, any_door());
			insert(program, op);
			break;
		case 5:
			if (program->count)
				insert(program, program->ops
				       [fz_below(program->count)]);
			break;
		default:
			change(program);
			break;
		}
	}
}
