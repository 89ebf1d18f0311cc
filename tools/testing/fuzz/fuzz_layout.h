/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structs of the interface, field by field.
 */
#ifndef FUZZ_LAYOUT_H
#define FUZZ_LAYOUT_H

#include "fuzz.h"

/* A field of the struct @type. */
#define FZ(type, field, what, extra, otherwise)				\
	{								\
		.name = #field, .offset = offsetof(struct type, field),	\
		.size = sizeof(((struct type *)0)->field),		\
		.kind = what, .arg = extra, .value = otherwise,		\
	}

#define FZ_HEAD(type)							\
	FZ(type, size, FZ_SIZE, 0, FZ_AUTO)
/* what most begin with; the flags that are known, and the usual ones */
#define FZ_START(type, known, usual)					\
	FZ_HEAD(type), FZ(type, flags, FZ_FLAGS, known, usual)
#define FZ_NAMED(type, usual)						\
	FZ(type, name, FZ_NAME, 0, usual),				\
	FZ(type, name_len, FZ_FITS, 0, FZ_AUTO)
#define FZ_SECTIONED(type, usual)					\
	FZ(type, section, FZ_SECTION, 0, usual),			\
	FZ(type, section_len, FZ_FITS, 0, FZ_AUTO)
#define FZ_NEW_FILE(type)						\
	FZ(type, fd_flags, FZ_FLAGS, 1, 0), FZ(type, fd, FZ_OUT, 0, 0)

#define FZ_BOUND(type, field)						\
	FZ(type, field.messages, FZ_NUMBER, 16, 0),			\
	FZ(type, field.pad, FZ_ZERO, 0, 0),				\
	FZ(type, field.bytes, FZ_NUMBER, 65536, 0)
#define FZ_BOUNDS(type, field)						\
	FZ_BOUND(type, field[0]), FZ_BOUND(type, field[1]),		\
	FZ_BOUND(type, field[2]), FZ_BOUND(type, field[3])

#define FZ_LAYOUT(layout, type, list)					\
	const struct fz_layout layout = {				\
		.name = #type, .size = sizeof(struct type),		\
		.fields = list, .count = FZ_COUNT(list),		\
	}

/* What is no struct: the fields are numbered, or are attributes. */
#define FZ_LIST(list)							\
	static const struct fz_layout list##_layout = {			\
		.name = #list, .fields = list, .count = FZ_COUNT(list),	\
	}

/* fuzz_layout.c */
extern const struct fz_layout fz_info, fz_port_create, fz_port_open;
extern const struct fz_layout fz_port_name, fz_port_status, fz_msg_send;
extern const struct fz_layout fz_msg_recv, fz_msg_reply, fz_msg_answer;
extern const struct fz_layout fz_port_offer;
extern const struct fz_layout fz_port_enable, fz_port_change, fz_call_arg;
extern const struct fz_layout fz_cancel, fz_reply_recv, fz_lease, fz_batch;
extern const struct fz_layout fz_group_create, fz_group_open, fz_group_member;
extern const struct fz_layout fz_group_cap, fz_group_track, fz_group_report;
extern const struct fz_layout fz_group_session, fz_group_status;

/* fuzz_layout_more.c */
extern const struct fz_layout fz_lock_open, fz_lock_close, fz_lock_acquire;
extern const struct fz_layout fz_lock_release, fz_lock_purge, fz_lock_status;
extern const struct fz_layout fz_watch_start, fz_watch_stop;
extern const struct fz_layout fz_channel_open, fz_channel_name;
extern const struct fz_layout fz_channel_limits, fz_channel_publish;
extern const struct fz_layout fz_channel_subscribe, fz_channel_unsubscribe;
extern const struct fz_layout fz_channel_clear, fz_channel_status;
extern const struct fz_layout fz_checkpoint_open, fz_checkpoint_name;
extern const struct fz_layout fz_checkpoint_limits, fz_checkpoint_change;
extern const struct fz_layout fz_checkpoint_status, fz_checkpoint_write;
extern const struct fz_layout fz_checkpoint_read, fz_element_write;
extern const struct fz_layout fz_element_read, fz_section_create;
extern const struct fz_layout fz_section_name, fz_section_change;
extern const struct fz_layout fz_section_next, fz_checkpoint_track;
extern const struct fz_layout fz_view_open, fz_checkpoint_replicate;
extern const struct fz_layout fz_checkpoint_sync, fz_replicator_next;
extern const struct fz_layout fz_replicator_ack, fz_replicator_apply;
extern const struct fz_layout fz_replicator_status;

#endif /* FUZZ_LAYOUT_H */
