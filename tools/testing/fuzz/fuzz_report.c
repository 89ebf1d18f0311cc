// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was done, door by door.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz_worker.h"

__u64 fz_operations(void)
{
	__u64 sum = 0;
	unsigned int i;

	for (i = 0; i < FZ_WORKERS; i++)
		sum += fz_shared->workers[i].operations;
	return sum;
}

static void sum_up(struct fz_table *sum)
{
	const struct fz_table *table;
	unsigned int i, door, error;

	for (i = 0; i < FZ_WORKERS; i++) {
		table = &fz_shared->workers[i].table;
		for (door = 0; door < fz_door_count; door++) {
			sum->done[door] += table->done[door];
			sum->good[door] += table->good[door];
			sum->time[door] += table->time[door];
			for (error = 0; error < FZ_ERRORS; error++)
				sum->errors[door][error] +=
					table->errors[door][error];
		}
	}
}

static void report_door(const struct fz_table *sum, unsigned int door)
{
	unsigned int error;

	printf("# %-22s %8llu done, %8llu good, %6llu us each",
	       fz_doors[door].name, (unsigned long long)sum->done[door],
	       (unsigned long long)sum->good[door],
	       (unsigned long long)(sum->time[door] / 1000 /
				    (sum->done[door] ?: 1)));
	for (error = 1; error < FZ_ERRORS; error++)
		if (sum->errors[door][error])
			printf(", %s %u", strerrorname_np(error) ?: "?",
			       sum->errors[door][error]);
	putchar('\n');
}

void fz_report(void)
{
	static struct fz_table sum;
	unsigned int door, i, never = 0;
	__u64 between = 0, telling = 0, programs = 0;

	memset(&sum, 0, sizeof(sum));
	sum_up(&sum);
	for (i = 0; i < FZ_WORKERS; i++) {
		between += fz_shared->workers[i].between;
		telling += fz_shared->workers[i].telling;
		programs += fz_shared->workers[i].programs;
	}
	programs = programs ?: 1;
	printf("# %llu programs, %llu us each to be told, %llu us between\n",
	       (unsigned long long)programs,
	       (unsigned long long)(telling / programs / 1000),
	       (unsigned long long)(between / programs / 1000));
	for (door = 0; door < fz_door_count; door++)
		report_door(&sum, door);
	for (door = 0; door < fz_door_count; door++)
		if (!sum.good[door]) {
			printf("# never passed: %s\n", fz_doors[door].name);
			never++;
		}
	printf("# %u doors, %u never passed\n", fz_door_count, never);
}

void fz_show_op(const struct fz_worker *worker)
{
	struct fz_op op = worker->op;

	/* it may be in the midst of being written */
	if (op.door < fz_door_count && op.count <= FZ_SETS)
		fz_op_write(stdout, &op);
}
