/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of checkpoints share: its calls in one line each.
 *
 * Ids of sections are texts; NULL is the default section. Every function returns
 * a negative errno if it fails.
 */
#ifndef CHECKPOINT_TEST_H
#define CHECKPOINT_TEST_H

#include <linux/motet_checkpoint.h>
#include <linux/motet_checkpoint_view.h>

#include "motet_test.h"

#define MC_READ		MOTET_CHECKPOINT_READ
#define MC_WRITE	MOTET_CHECKPOINT_WRITE
#define MC_BOTH		(MC_READ | MC_WRITE)
#define MC_CREATE	(MC_BOTH | MOTET_CHECKPOINT_CREATE)

/* 16 sections of at most 64 KiB, half of which they may have together. */
struct motet_checkpoint_attributes mc_attributes(void);

int mc_open_with(int actor, const char *name, __u32 flags, __u32 mode,
		 const struct motet_checkpoint_attributes *attributes);
int mc_create(int actor, const char *name);
int mc_create_one(int actor, const char *name, __u64 bytes);
int mc_open(int actor, const char *name, __u32 flags);
int mc_unlink(int actor, const char *name);
int mc_status(int fd, struct motet_checkpoint_status *status);
__u64 mc_generation(int fd);
int mc_retention(int fd, __u64 retention);
int mc_track(int port, const struct motet_id *id, const char *section,
	     __u32 flags);

int mc_section(int fd, const char *id, const void *data, __u64 len);
int mc_section_until(int fd, const char *id, __u64 expires);
int mc_section_soon(int fd, const char *id, __u64 *due);
int mc_change_soon(int fd, const char *id, __u64 *due);
int mc_delete(int fd, const char *id);
int mc_change(int fd, const char *id, __u32 flags, __u32 state, __u64 expires);
int mc_next(int fd, __u32 filter, __u64 when, __u64 *cursor, char *id,
	    struct motet_section_next *next);

struct motet_checkpoint_element mc_element(const char *id, __u64 offset,
					   const void *data, __u64 len);
int mc_io(int fd, unsigned int number,
	  struct motet_checkpoint_element *elements, __u32 count,
	  struct motet_checkpoint_io *io);
int mc_write(int fd, const char *id, __u64 offset, const void *data, __u64 len);
int mc_overwrite(int fd, const char *id, const void *data, __u64 len);
long mc_read(int fd, const char *id, __u64 offset, void *data, __u64 len);

/**
 * struct mc_view - a view that is mapped
 * @fd: its file
 * @length: of the mapping
 * @header: the mapping
 */
struct mc_view {
	int fd;
	__u64 length;
	const struct motet_view_header *header;
};

int mc_view_open(int fd, const char *id, __u64 room, __u64 *length);
int mc_view(int fd, const char *id, __u64 room, struct mc_view *view);
void mc_unview(struct mc_view *view);
long mc_look(const struct motet_view_header *header, void *data, __u64 cap,
	     struct motet_view_header *seen);

__u64 mc_boottime(void);
void mc_fill(void *data, __u64 len, __u64 value);
bool mc_whole(const void *data, __u64 len);

#endif /* CHECKPOINT_TEST_H */
