// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ioctls of the module.
 */
#include <linux/motet_channel.h>
#include <linux/motet_checkpoint_view.h>
#include <linux/motet_lock.h>
#include <linux/motet_replicator.h>
#include <linux/motet_watch.h>

#include "fuzz_layout.h"

#define DOOR(which, often, layout, ...)					\
	.name = #which, .number = MOTET_IOC_##which, .weight = often,	\
	.parts = { &(layout), ##__VA_ARGS__ }
#define ON(...)		.roles = { __VA_ARGS__, FZ_ROLES }
#define GIVES(...)	.gives = { __VA_ARGS__ }
#define FILE_AT(type, role)						\
	{ FZ_GIVES_FILE, 0, offsetof(struct type, fd), role }
#define ID_AT(type, class)						\
	{ FZ_GIVES_ID, 0, offsetof(struct type, id), class }
#define RESULT_AT(in, type, field, sort)				\
	{ FZ_GIVES_RESULT, in, offsetof(struct type, field), sort }

#define MSG_RECEIVED(in)						\
	RESULT_AT(in, motet_msg, token, FZ_TOKEN),			\
	RESULT_AT(in, motet_msg, id, FZ_LEASE)

const struct fz_door fz_ioctls[] = {
	{
		DOOR(INFO, 2, fz_info), ON(FZ_ACTOR),
		GIVES({ FZ_GIVES_ID, 0, offsetof(struct motet_info, actor),
			MOTET_CLASS_ACTOR },
		      { FZ_GIVES_ID, 0, offsetof(struct motet_info, port),
			MOTET_CLASS_PORT }),
	}, {
		DOOR(PORT_CREATE, 10, fz_port_create), ON(FZ_ACTOR),
		GIVES(FILE_AT(motet_port_create, FZ_HOLDER),
		      ID_AT(motet_port_create, MOTET_CLASS_PORT)),
	}, {
		DOOR(PORT_OPEN, 10, fz_port_open), ON(FZ_ACTOR),
		GIVES(FILE_AT(motet_port_open, FZ_SENDER),
		      ID_AT(motet_port_open, MOTET_CLASS_PORT)),
	}, {
		DOOR(PORT_LOOKUP, 2, fz_port_name), ON(FZ_ACTOR),
		GIVES(ID_AT(motet_port_name, MOTET_CLASS_PORT)),
	}, {
		DOOR(PORT_UNLINK, 2, fz_port_name), ON(FZ_ACTOR),
	}, {
		DOOR(PORT_STATUS, 2, fz_port_status),
		ON(FZ_HOLDER, FZ_SENDER, FZ_ACTOR, FZ_STANDBY),
		GIVES(ID_AT(motet_port_status, MOTET_CLASS_PORT)),
	}, {
		DOOR(PORT_OFFER, 6, fz_port_offer), ON(FZ_HOLDER),
	}, {
		DOOR(PORT_ENABLE, 5, fz_port_enable),
		ON(FZ_HOLDER, FZ_ACTOR, FZ_CHANNEL),
	}, {
		DOOR(PORT_CHANGE, 3, fz_port_change), ON(FZ_ACTOR),
	}, {
		DOOR(SEND, 20, fz_msg_send), ON(FZ_SENDER, FZ_GROUP),
		GIVES(RESULT_AT(0, motet_msg, id, FZ_MESSAGE),
		      RESULT_AT(0, motet_msg, session, FZ_SESSION)),
	}, {
		DOOR(RECV, 20, fz_msg_recv), ON(FZ_HOLDER, FZ_ACTOR, FZ_CHANNEL),
		GIVES(MSG_RECEIVED(0)),
	}, {
		DOOR(CALL, 12, fz_call_arg, &fz_msg_send, &fz_msg_answer),
		ON(FZ_SENDER, FZ_GROUP),
		.prefix = { NULL, "request.", "reply." },
		GIVES({ FZ_GIVES_ALWAYS, 0,
			offsetof(struct motet_call_arg, id), FZ_CALL }),
	}, {
		DOOR(REPLY, 8, fz_msg_reply), ON(FZ_HOLDER, FZ_ACTOR),
	}, {
		DOOR(REPLY_RECV, 6, fz_reply_recv, &fz_msg_reply, &fz_msg_recv),
		ON(FZ_HOLDER, FZ_ACTOR),
		.prefix = { NULL, "reply.", "recv." },
		GIVES(MSG_RECEIVED(2)),
	}, {
		DOOR(CANCEL, 6, fz_cancel), ON(FZ_SENDER, FZ_GROUP),
	}, {
		DOOR(LEASE, 6, fz_lease), ON(FZ_HOLDER, FZ_ACTOR),
	}, {
		DOOR(SEND_MANY, 8, fz_batch, &fz_msg_send),
		ON(FZ_SENDER, FZ_GROUP),
		.prefix = { NULL, "msgs." },
		GIVES(RESULT_AT(1, motet_msg, id, FZ_MESSAGE)),
	}, {
		DOOR(RECV_MANY, 8, fz_batch, &fz_msg_recv),
		ON(FZ_HOLDER, FZ_ACTOR, FZ_CHANNEL),
		.prefix = { NULL, "msgs." },
		GIVES(MSG_RECEIVED(1)),
	}, {
		DOOR(GROUP_CREATE, 8, fz_group_create), ON(FZ_ACTOR),
		GIVES(FILE_AT(motet_group_create, FZ_GROUP),
		      { FZ_GIVES_CAP, 0,
			offsetof(struct motet_group_create, cap), 0 }),
	}, {
		DOOR(GROUP_OPEN, 4, fz_group_open), ON(FZ_ACTOR),
		GIVES(FILE_AT(motet_group_open, FZ_GROUP),
		      ID_AT(motet_group_open, MOTET_CLASS_GROUP)),
	}, {
		DOOR(GROUP_INSERT, 10, fz_group_member), ON(FZ_ACTOR),
	}, {
		DOOR(GROUP_REMOVE, 4, fz_group_member), ON(FZ_ACTOR),
	}, {
		DOOR(GROUP_REKEY, 2, fz_group_cap), ON(FZ_ACTOR),
		GIVES({ FZ_GIVES_CAP, 0,
			offsetof(struct motet_group_cap, cap), 0 }),
	}, {
		DOOR(GROUP_DELETE, 2, fz_group_cap), ON(FZ_ACTOR),
	}, {
		DOOR(GROUP_TRACK, 5, fz_group_track), ON(FZ_HOLDER, FZ_ACTOR),
	}, {
		DOOR(GROUP_REPORT, 4, fz_group_report), ON(FZ_HOLDER),
	}, {
		DOOR(GROUP_SESSION_END, 3, fz_group_session), ON(FZ_GROUP),
	}, {
		DOOR(GROUP_STATUS, 2, fz_group_status), ON(FZ_GROUP),
		GIVES(ID_AT(motet_group_status, MOTET_CLASS_GROUP)),
	}, {
		DOOR(LOCK_OPEN, 6, fz_lock_open), ON(FZ_ACTOR),
		GIVES(ID_AT(motet_lock_open, MOTET_CLASS_LOCK),
		      RESULT_AT(0, motet_lock_open, opening, FZ_OPENING)),
	}, {
		DOOR(LOCK_CLOSE, 3, fz_lock_close), ON(FZ_ACTOR),
	}, {
		DOOR(LOCK_ACQUIRE, 14, fz_lock_acquire), ON(FZ_ACTOR),
		GIVES(RESULT_AT(0, motet_lock_acquire, lock_id, FZ_LOCK_ID)),
	}, {
		DOOR(LOCK_RELEASE, 6, fz_lock_release), ON(FZ_ACTOR),
	}, {
		DOOR(LOCK_PURGE, 3, fz_lock_purge), ON(FZ_ACTOR),
	}, {
		DOOR(LOCK_STATUS, 2, fz_lock_status), ON(FZ_ACTOR),
	}, {
		DOOR(WATCH, 10, fz_watch_start), ON(FZ_HOLDER, FZ_ACTOR),
		GIVES(RESULT_AT(0, motet_watch_start, watch, FZ_WATCH)),
	}, {
		DOOR(WATCH_STOP, 4, fz_watch_stop), ON(FZ_HOLDER, FZ_ACTOR),
	}, {
		DOOR(CHANNEL_OPEN, 8, fz_channel_open), ON(FZ_ACTOR),
		GIVES(FILE_AT(motet_channel_open, FZ_CHANNEL),
		      ID_AT(motet_channel_open, MOTET_CLASS_CHANNEL)),
	}, {
		DOOR(CHANNEL_UNLINK, 2, fz_channel_name), ON(FZ_ACTOR),
	}, {
		DOOR(CHANNEL_LIMITS, 1, fz_channel_limits), ON(FZ_ACTOR),
	}, {
		DOOR(CHANNEL_PUBLISH, 12, fz_channel_publish), ON(FZ_CHANNEL),
		GIVES(RESULT_AT(0, motet_channel_publish, id, FZ_EVENT)),
	}, {
		DOOR(CHANNEL_SUBSCRIBE, 10, fz_channel_subscribe),
		ON(FZ_CHANNEL),
		GIVES(RESULT_AT(0, motet_channel_subscribe, id,
				FZ_SUBSCRIPTION)),
	}, {
		DOOR(CHANNEL_UNSUBSCRIBE, 3, fz_channel_unsubscribe),
		ON(FZ_CHANNEL),
	}, {
		DOOR(CHANNEL_CLEAR, 3, fz_channel_clear), ON(FZ_CHANNEL),
	}, {
		DOOR(CHANNEL_STATUS, 2, fz_channel_status), ON(FZ_CHANNEL),
		GIVES(ID_AT(motet_channel_status, MOTET_CLASS_CHANNEL)),
	}, {
		DOOR(CHECKPOINT_OPEN, 8, fz_checkpoint_open), ON(FZ_ACTOR),
		GIVES(FILE_AT(motet_checkpoint_open, FZ_CHECKPOINT),
		      ID_AT(motet_checkpoint_open, MOTET_CLASS_CHECKPOINT)),
	}, {
		DOOR(CHECKPOINT_UNLINK, 2, fz_checkpoint_name), ON(FZ_ACTOR),
	}, {
		DOOR(CHECKPOINT_LIMITS, 1, fz_checkpoint_limits), ON(FZ_ACTOR),
	}, {
		DOOR(CHECKPOINT_CHANGE, 2, fz_checkpoint_change),
		ON(FZ_CHECKPOINT),
	}, {
		DOOR(CHECKPOINT_STATUS, 2, fz_checkpoint_status),
		ON(FZ_CHECKPOINT),
		GIVES(ID_AT(motet_checkpoint_status, MOTET_CLASS_CHECKPOINT),
		      RESULT_AT(0, motet_checkpoint_status, generation,
				FZ_GENERATION)),
	}, {
		DOOR(CHECKPOINT_WRITE, 12, fz_checkpoint_write,
		     &fz_element_write),
		ON(FZ_CHECKPOINT), .prefix = { NULL, "element." },
		GIVES(RESULT_AT(0, motet_checkpoint_io, generation,
				FZ_GENERATION)),
	}, {
		DOOR(CHECKPOINT_READ, 8, fz_checkpoint_read, &fz_element_read),
		ON(FZ_CHECKPOINT), .prefix = { NULL, "element." },
		GIVES(RESULT_AT(0, motet_checkpoint_io, generation,
				FZ_GENERATION)),
	}, {
		DOOR(SECTION_CREATE, 12, fz_section_create), ON(FZ_CHECKPOINT),
	}, {
		DOOR(SECTION_DELETE, 4, fz_section_name), ON(FZ_CHECKPOINT),
	}, {
		DOOR(SECTION_CHANGE, 4, fz_section_change), ON(FZ_CHECKPOINT),
	}, {
		DOOR(SECTION_NEXT, 5, fz_section_next), ON(FZ_CHECKPOINT),
		GIVES(RESULT_AT(0, motet_section_next, cursor, FZ_CURSOR),
		      RESULT_AT(0, motet_section_next, generation,
				FZ_GENERATION)),
	}, {
		DOOR(CHECKPOINT_TRACK, 6, fz_checkpoint_track),
		ON(FZ_HOLDER, FZ_ACTOR),
	}, {
		DOOR(CHECKPOINT_VIEW, 6, fz_view_open), ON(FZ_CHECKPOINT),
		GIVES(FILE_AT(motet_view_open, FZ_VIEW)),
	}, {
		DOOR(CHECKPOINT_REPLICATE, 8, fz_checkpoint_replicate),
		ON(FZ_CHECKPOINT),
		GIVES(FILE_AT(motet_checkpoint_replicate, FZ_REPLICATOR)),
	}, {
		DOOR(CHECKPOINT_SYNC, 4, fz_checkpoint_sync), ON(FZ_CHECKPOINT),
	}, {
		DOOR(REPLICATOR_NEXT, 10, fz_replicator_next),
		ON(FZ_REPLICATOR),
		GIVES(RESULT_AT(0, motet_replicator_next, generation,
				FZ_GENERATION)),
	}, {
		DOOR(REPLICATOR_ACK, 4, fz_replicator_ack), ON(FZ_REPLICATOR),
	}, {
		DOOR(REPLICATOR_APPLY, 10, fz_replicator_apply),
		ON(FZ_REPLICATOR),
	}, {
		DOOR(REPLICATOR_STATUS, 2, fz_replicator_status),
		ON(FZ_REPLICATOR),
		GIVES(RESULT_AT(0, motet_replicator_status, taken,
				FZ_GENERATION)),
	},
};

const unsigned int fz_ioctl_count = FZ_COUNT(fz_ioctls);
