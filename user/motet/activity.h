/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Activity: what all objects do, as numbers that can be compared.
 */
#ifndef MOTET_ACTIVITY_H
#define MOTET_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "client.h"

/**
 * struct activity_row - one object in one sample
 * @class: what it is: "port"
 * @id: its identifier
 * @title: its name for people; owned
 * @uid: its owner
 * @pid: the process that holds it, or 0
 * @state: what people call how it is, or ""
 * @depth: what is queued, or retained, or the sections that there are
 * @depth_max: how much may be, or 0
 * @waiting: who waits
 * @leased: what was received and not acknowledged, or is granted
 * @in: what ever came in: was sent, published, written, requested
 * @out: what ever went out: was received, delivered, read, granted
 * @lost: what was ever refused or given up
 * @in_rate: the same in a second, since the sample before; 0 in its first one
 * @out_rate: likewise
 * @lost_rate: likewise
 */
struct activity_row {
	const char *class;
	struct motet_id id;
	char *title;
	unsigned int uid;
	unsigned int pid;
	const char *state;
	unsigned int depth;
	unsigned int depth_max;
	unsigned int waiting;
	unsigned int leased;
	unsigned long long in;
	unsigned long long out;
	unsigned long long lost;
	double in_rate;
	double out_rate;
	double lost_rate;
};

/**
 * struct activity - a sample
 * @time: when it was taken, CLOCK_MONOTONIC in nanoseconds
 * @rows: objects; owned
 * @n: how many
 */
struct activity {
	unsigned long long time;
	struct activity_row *rows;
	size_t n;
};

/* What the rows are sorted by: the busiest, fullest, ... first */
enum activity_order {
	ACTIVITY_BY_RATE,
	ACTIVITY_BY_DEPTH,
	ACTIVITY_BY_WAITING,
	ACTIVITY_BY_LOST,
	ACTIVITY_BY_NAME,
	ACTIVITY_ORDERS,
};

/* "rate" and so on */
extern const char *const activity_order_names[ACTIVITY_ORDERS];

/* The classes that there are, from 0 on; NULL if there are no more */
const char *activity_class(size_t i);

/* What a record says of an object; the title is to be freed */
struct activity_row activity_of_port(const struct port_record *port);
struct activity_row activity_of_group(const struct group_record *group);
struct activity_row activity_of_channel(const struct channel_record *channel);
struct activity_row
activity_of_checkpoint(const struct checkpoint_record *checkpoint);
struct activity_row activity_of_lock(const struct lock_record *lock);

/* Take a sample of one class, or of all: NULL. 0 or a negative errno. */
int activity_sample(struct client *client, const char *class,
		    struct activity *now);

/* Say what has happened since another sample. */
void activity_compare(struct activity *now, const struct activity *before);

void activity_sort(struct activity *now, enum activity_order order);

/* The sum of all rows; it has no title */
struct activity_row activity_total(const struct activity *now);

json_t *activity_json(const struct activity *now);

void cleanup_activity(struct activity *activity);

#endif /* MOTET_ACTIVITY_H */
