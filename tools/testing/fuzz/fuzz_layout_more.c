// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The structs of locks, watches, channels, checkpoints and replicators, field
 * by field.
 */
#include <linux/motet_channel.h>
#include <linux/motet_checkpoint_view.h>
#include <linux/motet_lock.h>
#include <linux/motet_replicator.h>
#include <linux/motet_watch.h>

#include "fuzz_layout.h"

#define OPENING(type)							\
	FZ(type, opening, FZ_RESULT, FZ_OPENING, FZ_AUTO)

static const struct fz_field lock_open[] = {
	FZ_START(motet_lock_open, MOTET_LOCK_CREATE | MOTET_LOCK_TELL_WAITERS,
		 MOTET_LOCK_CREATE),
	FZ_NAMED(motet_lock_open, FZ_AUTO),
	FZ(motet_lock_open, mode, FZ_MODE, 0, 0777),
	FZ(motet_lock_open, opening, FZ_OUT, 0, 0),
	FZ(motet_lock_open, id, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_lock_open, motet_lock_open, lock_open);

static const struct fz_field lock_close[] = {
	FZ_START(motet_lock_close, 0, 0),
	OPENING(motet_lock_close),
};

FZ_LAYOUT(fz_lock_close, motet_lock_close, lock_close);

static const struct fz_field lock_acquire[] = {
	FZ_START(motet_lock_acquire, MOTET_LOCK_NO_QUEUE | MOTET_LOCK_ORPHAN |
		 MOTET_LOCK_ASYNC, 0),
	OPENING(motet_lock_acquire),
	FZ(motet_lock_acquire, lock_id, FZ_NUMBER, 8, 1),
	FZ(motet_lock_acquire, mode, FZ_ENUM, MOTET_LOCK_EXCLUSIVE,
	   MOTET_LOCK_SHARED),
	FZ(motet_lock_acquire, pad, FZ_ZERO, 0, 0),
	FZ(motet_lock_acquire, deadline, FZ_UNTIL, 0, 300),
	FZ(motet_lock_acquire, signal, FZ_NUMBER, 8, 0),
};

FZ_LAYOUT(fz_lock_acquire, motet_lock_acquire, lock_acquire);

static const struct fz_field lock_release[] = {
	FZ_START(motet_lock_release, 0, 0),
	OPENING(motet_lock_release),
	FZ(motet_lock_release, lock_id, FZ_RESULT, FZ_LOCK_ID, FZ_AUTO),
};

FZ_LAYOUT(fz_lock_release, motet_lock_release, lock_release);

static const struct fz_field lock_purge[] = {
	FZ_START(motet_lock_purge, 0, 0),
	OPENING(motet_lock_purge),
	FZ(motet_lock_purge, purged, FZ_OUT, 0, 0),
	FZ(motet_lock_purge, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_lock_purge, motet_lock_purge, lock_purge);

static const struct fz_field lock_status[] = {
	FZ_START(motet_lock_status, 0, 0),
	OPENING(motet_lock_status),
};

FZ_LAYOUT(fz_lock_status, motet_lock_status, lock_status);

static const struct fz_field watch_start[] = {
	FZ_START(motet_watch_start, MOTET_WATCH_EXEC | MOTET_WATCH_DESCENDANTS |
		 MOTET_WATCH_FORK, 0),
	FZ(motet_watch_start, kind, FZ_ENUM, MOTET_WATCH_NODE,
	   MOTET_WATCH_PORT),
	FZ(motet_watch_start, pid, FZ_PID, 0, FZ_AUTO),
	FZ(motet_watch_start, node, FZ_RESULT, FZ_NODE, 1 << 16),
	FZ(motet_watch_start, depth, FZ_NUMBER, 3, 0),
	FZ(motet_watch_start, places, FZ_NUMBER, 8, 0),
	FZ(motet_watch_start, pad, FZ_ZERO, 0, 0),
	FZ(motet_watch_start, id, FZ_ID, MOTET_CLASS_PORT, FZ_AUTO),
	FZ(motet_watch_start, cookie, FZ_NUMBER, 8, 0),
	FZ(motet_watch_start, watch, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_watch_start, motet_watch_start, watch_start);

static const struct fz_field watch_stop[] = {
	FZ_START(motet_watch_stop, 0, 0),
	FZ(motet_watch_stop, watch, FZ_RESULT, FZ_WATCH, FZ_AUTO),
};

FZ_LAYOUT(fz_watch_stop, motet_watch_stop, watch_stop);

static const struct fz_field channel_open[] = {
	FZ_START(motet_channel_open, MOTET_CHANNEL_CREATE |
		 MOTET_CHANNEL_PUBLISHER | MOTET_CHANNEL_SUBSCRIBER,
		 MOTET_CHANNEL_CREATE | MOTET_CHANNEL_PUBLISHER |
		 MOTET_CHANNEL_SUBSCRIBER),
	FZ_NEW_FILE(motet_channel_open),
	FZ(motet_channel_open, mode, FZ_MODE, 0, 0777),
	FZ_NAMED(motet_channel_open, FZ_AUTO),
	FZ(motet_channel_open, id, FZ_ID, MOTET_CLASS_CHANNEL, FZ_BAD),
	FZ_BOUND(motet_channel_open, limits[0]),
	FZ_BOUND(motet_channel_open, limits[3]),
	FZ_BOUND(motet_channel_open, retained),
	FZ(motet_channel_open, retention, FZ_NUMBER, 50000000, 0),
	FZ(motet_channel_open, created, FZ_OUT, 0, 0),
	FZ(motet_channel_open, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_channel_open, motet_channel_open, channel_open);

static const struct fz_field channel_name[] = {
	FZ_START(motet_channel_name, 0, 0),
	FZ_NAMED(motet_channel_name, FZ_AUTO),
	FZ(motet_channel_name, pad, FZ_ZERO, 0, 0),
	FZ(motet_channel_name, id, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_channel_name, motet_channel_name, channel_name);

static const struct fz_field channel_limits[] = {
	FZ_START(motet_channel_limits, 0, 0),
	FZ(motet_channel_limits, pad, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_channel_limits, motet_channel_limits, channel_limits);

static const struct fz_field channel_publish[] = {
	FZ_START(motet_channel_publish, 0, 0),
	FZ(motet_channel_publish, body, FZ_EVENT_BODY, 0, FZ_AUTO),
	FZ(motet_channel_publish, body_len, FZ_FITS, 0, FZ_AUTO),
	FZ(motet_channel_publish, priority, FZ_ENUM, 3, 1),
	FZ(motet_channel_publish, delivered, FZ_OUT, 0, 0),
	FZ(motet_channel_publish, lost, FZ_OUT, 0, 0),
	FZ(motet_channel_publish, id, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_channel_publish, motet_channel_publish, channel_publish);

static const struct fz_field channel_subscribe[] = {
	FZ_START(motet_channel_subscribe, MOTET_SUBSCRIBE_NEW, 0),
	FZ(motet_channel_subscribe, id, FZ_NUMBER, 8, 1),
	FZ(motet_channel_subscribe, filters, FZ_PATTERNS, 0, FZ_AUTO),
	FZ(motet_channel_subscribe, filter_len, FZ_FITS, 0, FZ_AUTO),
	FZ(motet_channel_subscribe, filter_count, FZ_FITS_COUNT, 0, FZ_AUTO),
	FZ(motet_channel_subscribe, replayed, FZ_OUT, 0, 0),
	FZ(motet_channel_subscribe, lost, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_channel_subscribe, motet_channel_subscribe, channel_subscribe);

static const struct fz_field channel_unsubscribe[] = {
	FZ_START(motet_channel_unsubscribe, 0, 0),
	FZ(motet_channel_unsubscribe, id, FZ_RESULT, FZ_SUBSCRIPTION, FZ_AUTO),
};

FZ_LAYOUT(fz_channel_unsubscribe, motet_channel_unsubscribe,
	  channel_unsubscribe);

static const struct fz_field channel_clear[] = {
	FZ_START(motet_channel_clear, 0, 0),
	FZ(motet_channel_clear, id, FZ_RESULT, FZ_EVENT, FZ_AUTO),
};

FZ_LAYOUT(fz_channel_clear, motet_channel_clear, channel_clear);

static const struct fz_field channel_status[] = {
	FZ_START(motet_channel_status, 0, 0),
	FZ(motet_channel_status, mode, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_channel_status, motet_channel_status, channel_status);

static const struct fz_field checkpoint_open[] = {
	FZ_START(motet_checkpoint_open, MOTET_CHECKPOINT_READ |
		 MOTET_CHECKPOINT_WRITE | MOTET_CHECKPOINT_CREATE,
		 MOTET_CHECKPOINT_READ | MOTET_CHECKPOINT_WRITE |
		 MOTET_CHECKPOINT_CREATE),
	FZ_NEW_FILE(motet_checkpoint_open),
	FZ(motet_checkpoint_open, mode, FZ_MODE, 0, 0777),
	FZ_NAMED(motet_checkpoint_open, FZ_AUTO),
	FZ(motet_checkpoint_open, attributes.kind, FZ_NUMBER, 2, 0),
	FZ(motet_checkpoint_open, attributes.sections_max, FZ_NUMBER, 8, 8),
	FZ(motet_checkpoint_open, attributes.bytes_max, FZ_NUMBER, 65536,
	   16384),
	FZ(motet_checkpoint_open, attributes.section_bytes_max, FZ_NUMBER,
	   65536, 8192),
	FZ(motet_checkpoint_open, attributes.section_id_max, FZ_NUMBER,
	   MOTET_SECTION_ID_MAX, MOTET_SECTION_ID_MAX),
	FZ(motet_checkpoint_open, attributes.pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_open, attributes.retention, FZ_NUMBER, 50000000, 0),
	FZ(motet_checkpoint_open, created, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_open, pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_open, id, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_open, motet_checkpoint_open, checkpoint_open);

static const struct fz_field checkpoint_name[] = {
	FZ_START(motet_checkpoint_name, 0, 0),
	FZ_NAMED(motet_checkpoint_name, FZ_AUTO),
	FZ(motet_checkpoint_name, pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_name, id, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_name, motet_checkpoint_name, checkpoint_name);

static const struct fz_field checkpoint_limits[] = {
	FZ_START(motet_checkpoint_limits, 0, 0),
	FZ(motet_checkpoint_limits, pad, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_limits, motet_checkpoint_limits, checkpoint_limits);

static const struct fz_field checkpoint_change[] = {
	FZ_START(motet_checkpoint_change, 0, 0),
	FZ(motet_checkpoint_change, retention, FZ_NUMBER, 50000000, 1000000),
};

FZ_LAYOUT(fz_checkpoint_change, motet_checkpoint_change, checkpoint_change);

static const struct fz_field checkpoint_status[] = {
	FZ_START(motet_checkpoint_status, 0, 0),
	FZ(motet_checkpoint_status, mode, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_status, motet_checkpoint_status, checkpoint_status);

static const struct fz_field checkpoint_write[] = {
	FZ_START(motet_checkpoint_io, MOTET_CHECKPOINT_SYNC, 0),
	FZ(motet_checkpoint_io, elements, FZ_PART, 1, FZ_AUTO),
	FZ(motet_checkpoint_io, count, FZ_COUNT_OF, 4, 1),
	FZ(motet_checkpoint_io, element_size, FZ_STRIDE, 0,
	   sizeof(struct motet_checkpoint_element)),
	FZ(motet_checkpoint_io, failed, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_io, pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_io, generation, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_io, deadline, FZ_UNTIL, 0, 300),
};

FZ_LAYOUT(fz_checkpoint_write, motet_checkpoint_io, checkpoint_write);

static const struct fz_field checkpoint_read[] = {
	FZ_START(motet_checkpoint_io, 0, 0),
	FZ(motet_checkpoint_io, elements, FZ_PART, 1, FZ_AUTO),
	FZ(motet_checkpoint_io, count, FZ_COUNT_OF, 4, 1),
	FZ(motet_checkpoint_io, element_size, FZ_STRIDE, 0,
	   sizeof(struct motet_checkpoint_element)),
	FZ(motet_checkpoint_io, failed, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_io, pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_io, generation, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_io, deadline, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_read, motet_checkpoint_io, checkpoint_read);

static const struct fz_field element_write[] = {
	FZ_START(motet_checkpoint_element, MOTET_ELEMENT_OVERWRITE, 0),
	FZ_SECTIONED(motet_checkpoint_element, FZ_AUTO),
	FZ(motet_checkpoint_element, pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_element, offset, FZ_NUMBER, 8192, 0),
	FZ(motet_checkpoint_element, data, FZ_IN, 0, FZ_AUTO),
	FZ(motet_checkpoint_element, data_len, FZ_LENGTH_OF, 8192, 16),
	FZ(motet_checkpoint_element, done, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_element, bytes, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_element_write, motet_checkpoint_element, element_write);

static const struct fz_field element_read[] = {
	FZ_START(motet_checkpoint_element, 0, 0),
	FZ_SECTIONED(motet_checkpoint_element, FZ_AUTO),
	FZ(motet_checkpoint_element, pad, FZ_ZERO, 0, 0),
	FZ(motet_checkpoint_element, offset, FZ_NUMBER, 8192, 0),
	FZ(motet_checkpoint_element, data, FZ_ROOM, 0, FZ_AUTO),
	FZ(motet_checkpoint_element, data_len, FZ_LENGTH_OF, 65536, 8192),
	FZ(motet_checkpoint_element, done, FZ_OUT, 0, 0),
	FZ(motet_checkpoint_element, bytes, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_element_read, motet_checkpoint_element, element_read);

static const struct fz_field section_create[] = {
	FZ_START(motet_section_create, MOTET_SECTION_MAKE_ID, 0),
	FZ_SECTIONED(motet_section_create, FZ_AUTO),
	FZ(motet_section_create, pad, FZ_ZERO, 0, 0),
	FZ(motet_section_create, data, FZ_IN, 0, FZ_AUTO),
	FZ(motet_section_create, data_len, FZ_LENGTH_OF, 8192, 64),
	FZ(motet_section_create, expires, FZ_UNTIL, 0, 0),
	FZ(motet_section_create, made, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_section_create, motet_section_create, section_create);

static const struct fz_field section_name[] = {
	FZ_START(motet_section_name, 0, 0),
	FZ_SECTIONED(motet_section_name, FZ_AUTO),
	FZ(motet_section_name, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_section_name, motet_section_name, section_name);

static const struct fz_field section_change[] = {
	FZ_START(motet_section_change, MOTET_SECTION_EXPIRES |
		 MOTET_SECTION_STATE, MOTET_SECTION_STATE),
	FZ_SECTIONED(motet_section_change, FZ_AUTO),
	FZ(motet_section_change, state, FZ_ENUM, MOTET_SECTION_CORRUPTED,
	   MOTET_SECTION_VALID),
	FZ(motet_section_change, expires, FZ_UNTIL, 0, 0),
};

FZ_LAYOUT(fz_section_change, motet_section_change, section_change);

static const struct fz_field section_next[] = {
	FZ_START(motet_section_next, 0, 0),
	FZ(motet_section_next, filter, FZ_ENUM, MOTET_SECTIONS_SINCE,
	   MOTET_SECTIONS_ANY),
	FZ(motet_section_next, section_cap, FZ_LENGTH_OF, 128, 128),
	FZ(motet_section_next, section, FZ_ROOM, 0, FZ_AUTO),
	FZ(motet_section_next, when, FZ_UNTIL, 0, 0),
	FZ(motet_section_next, cursor, FZ_RESULT, FZ_CURSOR, FZ_AUTO),
};

FZ_LAYOUT(fz_section_next, motet_section_next, section_next);

static const struct fz_field checkpoint_track[] = {
	FZ_START(motet_checkpoint_track, MOTET_TRACK_STOP, 0),
	FZ(motet_checkpoint_track, checkpoint, FZ_ID, MOTET_CLASS_CHECKPOINT,
	   FZ_AUTO),
	FZ_SECTIONED(motet_checkpoint_track, FZ_NULL),
	FZ(motet_checkpoint_track, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_track, motet_checkpoint_track, checkpoint_track);

static const struct fz_field view_open[] = {
	FZ_START(motet_view_open, 0, 0),
	FZ_SECTIONED(motet_view_open, FZ_AUTO),
	FZ(motet_view_open, fd_flags, FZ_ZERO, 0, 0),
	FZ(motet_view_open, room, FZ_NUMBER, 8192, 0),
	FZ(motet_view_open, length, FZ_OUT, 0, 0),
	FZ(motet_view_open, fd, FZ_OUT, 0, 0),
	FZ(motet_view_open, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_view_open, motet_view_open, view_open);

static const struct fz_field checkpoint_replicate[] = {
	FZ_START(motet_checkpoint_replicate, MOTET_REPLICATE_STREAM |
		 MOTET_REPLICATE_APPLY, MOTET_REPLICATE_STREAM |
		 MOTET_REPLICATE_APPLY),
	FZ_NEW_FILE(motet_checkpoint_replicate),
	FZ(motet_checkpoint_replicate, steps_max, FZ_NUMBER, 16, 16),
	FZ(motet_checkpoint_replicate, bytes_max, FZ_NUMBER, 65536, 16384),
	FZ(motet_checkpoint_replicate, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_checkpoint_replicate, motet_checkpoint_replicate,
	  checkpoint_replicate);

static const struct fz_field checkpoint_sync[] = {
	FZ_START(motet_checkpoint_sync, 0, 0),
	FZ(motet_checkpoint_sync, generation, FZ_RESULT, FZ_GENERATION,
	   1 << 16),
	FZ(motet_checkpoint_sync, deadline, FZ_UNTIL, 0, 300),
};

FZ_LAYOUT(fz_checkpoint_sync, motet_checkpoint_sync, checkpoint_sync);

static const struct fz_field replicator_next[] = {
	FZ_START(motet_replicator_next, 0, 0),
	FZ(motet_replicator_next, step, FZ_STEP_ROOM, 0, FZ_AUTO),
	FZ(motet_replicator_next, step_cap, FZ_LENGTH_OF, 65536, 65536),
	FZ(motet_replicator_next, deadline, FZ_UNTIL, 0, 300),
	FZ(motet_replicator_next, step_len, FZ_OUT, 0, 0),
	FZ(motet_replicator_next, kind, FZ_OUT, 0, 0),
	FZ(motet_replicator_next, pad, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_replicator_next, motet_replicator_next, replicator_next);

static const struct fz_field replicator_ack[] = {
	FZ_START(motet_replicator_ack, 0, 0),
	FZ(motet_replicator_ack, generation, FZ_RESULT, FZ_GENERATION, FZ_AUTO),
};

FZ_LAYOUT(fz_replicator_ack, motet_replicator_ack, replicator_ack);

static const struct fz_field replicator_apply[] = {
	FZ_START(motet_replicator_apply, 0, 0),
	FZ(motet_replicator_apply, step, FZ_STEP, 0, FZ_AUTO),
	FZ(motet_replicator_apply, step_len, FZ_FITS, 0, FZ_AUTO),
	FZ(motet_replicator_apply, generation, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_replicator_apply, motet_replicator_apply, replicator_apply);

static const struct fz_field replicator_status[] = {
	FZ_START(motet_replicator_status, 0, 0),
	FZ(motet_replicator_status, replicate, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_replicator_status, motet_replicator_status, replicator_status);
