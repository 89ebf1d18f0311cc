/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random programs of calls at every door of the module.
 *
 * A *program* is a list of *operations*. An operation names a door of the table
 * of operations, the file that it is done on, and those of its fields that are
 * not as they would be by themselves: all others get a value with which the call
 * is likely to get far. What an operation needs and what is not there yet - an
 * actor, a port - is made on the way, so that programs are short.
 *
 * The value of a field is a number whose meaning is that of the field's kind: a
 * number, the n-th last result of its sort, a time from now, a way in which a
 * pointer is bad. So programs can be written, read, changed and repeated.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <linux/types.h>

#define FZ_COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* most of each */
enum {
	FZ_OPS		= 160,	/* in the table */
	FZ_PARTS	= 3,	/* structs of an operation */
	FZ_FIELDS	= 80,	/* of an operation */
	FZ_SETS		= 12,	/* fields of an operation that are set */
	FZ_LENGTH	= 24,	/* operations of a program */
	FZ_PROGRAMS	= 4096,	/* in the corpus */
	FZ_WORKERS	= 32,
	FZ_SLOTS	= 8,	/* files of a role, results of a sort */
	FZ_ERRORS	= 134,
};

/* the value of a field that is as it would be by itself */
#define FZ_AUTO		(~0ULL)

/* what a file is to its door; those of the module are enum motet_role */
enum fz_role {
	FZ_HOLDER	= 0,
	FZ_SENDER	= 1,
	FZ_ACTOR	= 2,
	FZ_STANDBY	= 3,
	FZ_GROUP	= 5,
	FZ_CHANNEL	= 6,
	FZ_CHECKPOINT	= 7,
	FZ_REPLICATOR	= 8,
	FZ_VIEW		= 9,
	FZ_NETLINK	= 10,
	FZ_OTHER	= 11,
	FZ_ROLES	= 12,
	FZ_ANY		= 15,	/* whichever there is */
};

/* numbers that calls give and take */
enum fz_sort {
	FZ_TOKEN,
	FZ_LEASE,
	FZ_MESSAGE,
	FZ_CALL,
	FZ_OPENING,
	FZ_LOCK_ID,
	FZ_WATCH,
	FZ_EVENT,
	FZ_SUBSCRIPTION,
	FZ_SESSION,
	FZ_CURSOR,
	FZ_GENERATION,
	FZ_NODE,
	FZ_SORTS,
};

/**
 * enum fz_kind - what the value of a field means
 * @FZ_SIZE: size of the struct: by itself what it has; bit 16: the rest is dirty
 * @FZ_NUMBER: itself; usually up to @arg
 * @FZ_FLAGS: itself; @arg are those that are known
 * @FZ_ENUM: itself; @arg is the largest
 * @FZ_ZERO: itself; anything but 0 is refused
 * @FZ_OUT: itself; ignored
 * @FZ_MODE: itself; mode bits
 * @FZ_NAME: pointer to a name: which one, or enum fz_pointer
 * @FZ_SECTION: pointer to the id of a section: which one, or enum fz_pointer
 * @FZ_IN: pointer to bytes to read, enum fz_pointer
 * @FZ_ROOM: pointer to room for bytes, enum fz_pointer
 * @FZ_PATTERNS: pointer to filters: which, or enum fz_pointer
 * @FZ_EVENT_BODY: pointer to an event: which, or enum fz_pointer
 * @FZ_STEP: pointer to a step: which, or enum fz_pointer
 * @FZ_STEP_ROOM: pointer to room for a step, enum fz_pointer
 * @FZ_STAMP: pointer to room for a stamp, enum fz_pointer
 * @FZ_FITS: length of what the pointer before it points to
 * @FZ_FITS_COUNT: number of its elements
 * @FZ_LENGTH_OF: a length: itself
 * @FZ_ID: identifier of the class @arg: the n-th last one, from 16 on another
 *	worker's; from 32 on none that is good
 * @FZ_CAP: capability, likewise
 * @FZ_RESULT: number of the sort @arg: the n-th last one; from 65536 on itself,
 *	less 65536
 * @FZ_UNTIL: a time: microseconds from now; 0 is 0, 1 is long ago
 * @FZ_PART: pointer to the part @arg of the operation, enum fz_pointer
 * @FZ_COUNT_OF: how many there are at the next part: itself
 * @FZ_STRIDE: bytes from one to the next
 * @FZ_PID: 0 this process, 1 its parent, 2 its last child; else itself
 * @FZ_ATTR_NUMBER: netlink attribute: number of @size bytes, usually up to @arg;
 *	FZ_AUTO leaves it out
 * @FZ_ATTR_FLAG: netlink attribute: there if not 0
 * @FZ_ATTR_ID: netlink attribute: as FZ_ID; FZ_NULL leaves it out
 * @FZ_ATTR_NAME: netlink attribute: as FZ_NAME; FZ_NULL leaves it out
 * @FZ_MALFORM: how a netlink message is malformed; 0 not at all
 * @FZ_ARG: pointer to the argument itself, enum fz_pointer
 */
enum fz_kind {
	FZ_SIZE,
	FZ_NUMBER,
	FZ_FLAGS,
	FZ_ENUM,
	FZ_ZERO,
	FZ_OUT,
	FZ_MODE,
	FZ_NAME,
	FZ_SECTION,
	FZ_IN,
	FZ_ROOM,
	FZ_PATTERNS,
	FZ_EVENT_BODY,
	FZ_STEP,
	FZ_STEP_ROOM,
	FZ_STAMP,
	FZ_FITS,
	FZ_FITS_COUNT,
	FZ_LENGTH_OF,
	FZ_ID,
	FZ_CAP,
	FZ_RESULT,
	FZ_UNTIL,
	FZ_PART,
	FZ_COUNT_OF,
	FZ_STRIDE,
	FZ_PID,
	FZ_ATTR_NUMBER,
	FZ_ATTR_FLAG,
	FZ_ATTR_ID,
	FZ_ATTR_NAME,
	FZ_MALFORM,
	FZ_ARG,
	FZ_KINDS,
};

/* pointers that are not the usual one: values from FZ_BAD on */
enum fz_pointer {
	FZ_BAD		= 32,
	FZ_NULL		= 32,
	FZ_UNMAPPED	= 33,
	FZ_HALF		= 34,	/* the last byte is not there */
	FZ_LAST		= 35,	/* four bytes, then nothing */
	FZ_KERNEL	= 36,
	FZ_WRAPS	= 37,
	FZ_READ_ONLY	= 38,
	FZ_COLD		= 39,	/* faults in */
	FZ_OF_VIEW	= 40,	/* a view of a checkpoint */
	FZ_POINTERS	= 41,
};

/**
 * struct fz_field - a field of a struct, or an attribute
 * @name: as in the interface
 * @offset: where it is; of an attribute its type
 * @size: bytes
 * @kind: enum fz_kind
 * @arg: see there
 * @value: what it is by itself
 */
struct fz_field {
	const char *name;
	__u16 offset;
	__u16 size;
	__u8 kind;
	__u64 arg;
	__u64 value;
};

/**
 * struct fz_layout - a struct of the interface, as one call uses it
 * @name: of the struct
 * @size: its size
 * @fields: all fields but padding in nested structs
 * @count: how many
 */
struct fz_layout {
	const char *name;
	size_t size;
	const struct fz_field *fields;
	unsigned int count;
};

enum fz_gift_kind {
	FZ_GIVES_NOTHING,
	FZ_GIVES_FILE,
	FZ_GIVES_ID,
	FZ_GIVES_CAP,
	FZ_GIVES_RESULT,
	FZ_GIVES_ALWAYS,	/* a number, also when the call fails */
};

/**
 * struct fz_gift - what a call leaves for later ones
 * @kind: enum fz_gift_kind
 * @part: in which struct
 * @offset: where in it
 * @what: role, class or sort
 */
struct fz_gift {
	__u8 kind;
	__u8 part;
	__u16 offset;
	__u8 what;
};

struct fz_call;

/**
 * struct fz_door - an operation of the table
 * @name: in programs
 * @number: of the ioctl, or the command of netlink
 * @dump: netlink: a dump
 * @roles: of files it is for, the usual one first; FZ_ROLES ends them
 * @weight: how often it is chosen
 * @parts: structs: the argument first
 * @prefix: of the names of the fields of the other parts
 * @gives: what it leaves
 * @run: does it; not set for ioctls
 * @fields: set when the table is put together: of all parts, one after the other
 * @part: to which part each belongs
 * @count: how many
 * @hash: of names, places and kinds: programs of another layout are refused
 */
struct fz_door {
	const char *name;
	unsigned int number;
	bool dump;
	__u8 roles[5];
	__u8 weight;
	const struct fz_layout *parts[FZ_PARTS];
	const char *prefix[FZ_PARTS];
	struct fz_gift gives[4];
	long (*run)(struct fz_call *call);
	const struct fz_field *fields[FZ_FIELDS];
	__u8 part[FZ_FIELDS];
	unsigned int count;
	__u16 hash;
};

/* how an operation is done: bits */
enum {
	FZ_ASIDE	= 1,	/* by the other thread, while this one goes on */
	FZ_COMPAT	= 2,	/* as a 32-bit program does */
};

/**
 * struct fz_op - an operation of a program
 * @door: which
 * @role: role of its file
 * @file: the n-th last one of them
 * @how: bits
 * @count: fields that are set
 * @field: which, ascending
 * @value: to what
 */
struct fz_op {
	__u8 door;
	__u8 role;
	__u8 file;
	__u8 how;
	__u8 count;
	__u8 field[FZ_SETS];
	__u64 value[FZ_SETS];
};

/**
 * struct fz_program - a program
 * @count: of its operations
 * @keep: goes on with what the program before it has left
 * @ops: the operations
 */
struct fz_program {
	__u16 count;
	__u16 keep;
	struct fz_op ops[FZ_LENGTH];
};

/**
 * struct fz_call - an operation while it is done
 * @op: the operation
 * @door: of it
 * @fd: its file
 * @args: where the parts are
 * @arg: what the kernel is told of the first
 * @elements: how many of the second part there are
 * @result: what it returned, or a negative errno
 */
struct fz_call {
	const struct fz_op *op;
	const struct fz_door *door;
	int fd;
	__u8 *args[FZ_PARTS];
	__u64 arg;
	__u32 elements;
	long result;
};

/**
 * struct fz_table - what the doors did, by one worker
 * @done: operations
 * @good: those that succeeded
 * @time: that they took, nanoseconds
 * @errors: by errno
 */
struct fz_table {
	__u64 done[FZ_OPS];
	__u64 good[FZ_OPS];
	__u64 time[FZ_OPS];
	__u32 errors[FZ_OPS][FZ_ERRORS];
};

/* random: fuzz_value.c */
__u64 fz_random(void);
__u32 fz_below(__u32 limit);
bool fz_chance(__u32 percent);
void fz_seed(__u64 seed);

/* the table: fuzz_doors.c and those after it */
extern struct fz_door fz_doors[FZ_OPS];
extern unsigned int fz_door_count;
extern const struct fz_door fz_ioctls[];
extern const unsigned int fz_ioctl_count;
extern const struct fz_door fz_netlinks[];
extern const unsigned int fz_netlink_count;
extern const struct fz_door fz_files[];
extern const unsigned int fz_file_count;
int fz_doors_init(void);
int fz_doors_check(void);
const struct fz_door *fz_door_of(const char *name);

/* values: fuzz_value.c, fuzz_fill.c */
__u64 fz_value(const struct fz_op *op, unsigned int field);
void fz_set(struct fz_op *op, unsigned int field, __u64 value);
void fz_set_by_name(struct fz_op *op, const char *name, __u64 value);
void fz_unset(struct fz_op *op, unsigned int index);
__u64 fz_choose(const struct fz_field *field, __u32 evil);
void fz_fill(struct fz_call *call);
int fz_arenas_init(void);
void *fz_room(void);
__u64 fz_pointer(__u64 value, void *good, size_t size);
extern __u64 fz_step_len;

/* on the declaration of a FILE * */
static inline void fz_close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* programs: fuzz_program.c, fuzz_text.c */
void fz_op_random(struct fz_op *op, const struct fz_door *door);
void fz_program_random(struct fz_program *program);
void fz_program_mutate(struct fz_program *program,
		       const struct fz_program *other);
void fz_op_write(FILE *file, const struct fz_op *op);
void fz_program_write(FILE *file, const struct fz_program *program);
void fz_layouts_write(FILE *file);
int fz_programs_read(const char *path,
		     int (*take)(const struct fz_program *program));

/* doing it: fuzz_run.c, fuzz_result.c */
void fz_program_run(const struct fz_program *program);
long fz_op_run(const struct fz_op *op);
void fz_reset(void);
void fz_results_take(struct fz_call *call);
void fz_results_clear(void);
int fz_file(__u8 role, unsigned int index);
int fz_file_or_make(__u8 role, unsigned int index);
void fz_file_add(__u8 role, int fd);
int fz_file_remove(__u8 role, unsigned int index);
void fz_files_close(void);
const void *fz_id(__u8 class, __u64 value);
const void *fz_cap(__u64 value);
__u64 fz_result(__u8 sort, __u64 value);
void fz_result_add(__u8 sort, __u64 value);
pid_t fz_pid(__u64 value);
void *fz_view(void);
void fz_aside_join(void);

#endif /* FUZZ_H */
