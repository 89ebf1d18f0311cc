/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every call of the interface, and how to make it succeed.
 */
#ifndef UAPI_DOORS_H
#define UAPI_DOORS_H

#include <assert.h>

#include <linux/motet_watch.h>

#include "motet_test.h"

#define SIZE_OF(type, version)						\
	static_assert(sizeof(struct type) == (version), #type)

/* MOTET_ROLE_HOLDER to MOTET_ROLE_REPLICATOR */
#define ROLES	9

/* One of each role, and what the calls of the table work with. */
struct world {
	int fds[ROLES];		/* by role; negative for one that is not there */
	struct motet_id id;
	struct motet_cap cap;	/* of the group */
	__u64 value;
	__u64 call;		/* unfinished */
	struct motet_msg msg;
};

extern struct world world;

/* bits by role */
enum {
	ON_HOLDER = 1,
	ON_SENDER = 2,
	ON_ACTOR = 4,
	ON_STANDBY = 8,
	ON_FORMER = 16,
	ON_GROUP = 32,
	ON_CHANNEL = 64,
	ON_CHECKPOINT = 128,
	ON_REPLICATOR = 256,
	/* all that may be a holder, or was one */
	ON_PORT = ON_HOLDER | ON_STANDBY | ON_FORMER,
};

static_assert(ON_HOLDER >> MOTET_ROLE_HOLDER == 1, "ON_HOLDER");
static_assert(ON_SENDER >> MOTET_ROLE_SENDER == 1, "ON_SENDER");
static_assert(ON_ACTOR >> MOTET_ROLE_ACTOR == 1, "ON_ACTOR");
static_assert(ON_STANDBY >> MOTET_ROLE_STANDBY == 1, "ON_STANDBY");
static_assert(ON_FORMER >> MOTET_ROLE_FORMER == 1, "ON_FORMER");
static_assert(ON_GROUP >> MOTET_ROLE_GROUP == 1, "ON_GROUP");
static_assert(ON_CHANNEL >> MOTET_ROLE_CHANNEL == 1, "ON_CHANNEL");
static_assert(ON_CHECKPOINT >> MOTET_ROLE_CHECKPOINT == 1, "ON_CHECKPOINT");
static_assert(ON_REPLICATOR >> MOTET_ROLE_REPLICATOR == 1, "ON_REPLICATOR");

struct part {
	size_t offset;
	size_t size;
};

#define FIELD(type, field)						\
	((struct part){							\
		offsetof(struct type, field),				\
		sizeof(((struct type *)0)->field)			\
	})

/**
 * struct door - a call of the interface
 * @name: for messages
 * @number: of the ioctl
 * @role: file that it is tried on
 * @roles: files that know it
 * @size: of its argument
 * @first: size that was published first
 * @make: sets an argument up with which it succeeds
 * @undo: after it has succeeded
 * @flags: field of flags that are checked
 * @known: flags that it knows or ignores
 * @zero: fields that must be zero
 * @ignored: fields that may be anything
 * @pointers: fields that point to what is read or written
 */
struct door {
	const char *name;
	unsigned int number;
	unsigned int role;
	unsigned int roles;
	size_t size;
	size_t first;
	void (*make)(void *arg);
	void (*undo)(void *arg);
	size_t flags;
	__u32 known;
	struct part zero[24];	/* and an end */
	struct part ignored[20];
	struct part pointers[3];
};

#define DOORS	30

extern const struct door doors[DOORS];

/* those of locks: uapi_doors_lock.c */
#define LOCK_DOORS	6

extern const struct door lock_doors[LOCK_DOORS];

/* those of channels: uapi_doors_channel.c */
#define CHANNEL_DOORS	8

extern const struct door channel_doors[CHANNEL_DOORS];

/* those of checkpoints: uapi_doors_checkpoint.c */
#define CHECKPOINT_DOORS	13

extern const struct door checkpoint_doors[CHECKPOINT_DOORS];

/* those of replicators: uapi_doors_replicator.c */
#define REPLICATOR_DOORS	6

extern const struct door replicator_doors[REPLICATOR_DOORS];

int make_replicator(int actor);
int make_world(void);

void make_create(void *arg);
void make_open(void *arg);
void make_recv(void *arg);

#endif /* UAPI_DOORS_H */
