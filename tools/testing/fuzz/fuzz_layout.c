// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The structs of ports, messages and groups, field by field.
 */
#include <linux/motet.h>

#include "fuzz_layout.h"

static const struct fz_field info[] = {
	FZ_START(motet_info, 0, 0),
	FZ(motet_info, features, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_info, motet_info, info);

static const struct fz_field port_create[] = {
	FZ_START(motet_port_create, MOTET_PORT_FIFO, 0),
	FZ_NEW_FILE(motet_port_create),
	FZ(motet_port_create, mode, FZ_MODE, 0, 0777),
	FZ_NAMED(motet_port_create, FZ_NULL),
	FZ(motet_port_create, retention, FZ_NUMBER, 50000000, 0),
	FZ_BOUNDS(motet_port_create, limits),
	FZ(motet_port_create, id, FZ_OUT, 0, 0),
	FZ(motet_port_create, dead_letter, FZ_ID, MOTET_CLASS_PORT, FZ_BAD),
	FZ(motet_port_create, redeliveries_max, FZ_NUMBER, 3, 0),
	FZ(motet_port_create, node, FZ_RESULT, FZ_NODE, 1 << 16),
};

FZ_LAYOUT(fz_port_create, motet_port_create, port_create);

static const struct fz_field port_open[] = {
	FZ_START(motet_port_open, 0, 0),
	FZ_NEW_FILE(motet_port_open),
	FZ(motet_port_open, role, FZ_ENUM, MOTET_ROLE_STANDBY,
	   MOTET_ROLE_SENDER),
	FZ_NAMED(motet_port_open, FZ_NULL),
	FZ(motet_port_open, id, FZ_ID, MOTET_CLASS_PORT, FZ_AUTO),
};

FZ_LAYOUT(fz_port_open, motet_port_open, port_open);

static const struct fz_field port_name[] = {
	FZ_START(motet_port_name, 0, 0),
	FZ_NAMED(motet_port_name, FZ_AUTO),
	FZ(motet_port_name, pad, FZ_ZERO, 0, 0),
	FZ(motet_port_name, id, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_port_name, motet_port_name, port_name);

static const struct fz_field port_status[] = {
	FZ_START(motet_port_status, 0, 0),
	FZ(motet_port_status, role, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_port_status, motet_port_status, port_status);

static const struct fz_field msg_send[] = {
	FZ_START(motet_msg, MOTET_MSG_DONTWAIT | MOTET_MSG_RETURN |
		 MOTET_MSG_CANCELABLE | MOTET_MSG_EACH | MOTET_MSG_CALL |
		 MOTET_MSG_LEASED, 0),
	FZ(motet_msg, body, FZ_IN, 0, FZ_AUTO),
	FZ(motet_msg, body_len, FZ_LENGTH_OF, 65536, 8),
	FZ(motet_msg, body_cap, FZ_ZERO, 0, 0),
	FZ(motet_msg, annex, FZ_IN, 0, FZ_AUTO),
	FZ(motet_msg, annex_len, FZ_LENGTH_OF, MOTET_ANNEX_MAX, 0),
	FZ(motet_msg, annex_cap, FZ_ZERO, 0, 0),
	FZ(motet_msg, priority, FZ_ENUM, 3, 1),
	FZ(motet_msg, redelivered, FZ_ZERO, 0, 0),
	FZ(motet_msg, exception, FZ_ZERO, 0, 0),
	FZ(motet_msg, error, FZ_ZERO, 0, 0),
	FZ(motet_msg, count, FZ_ZERO, 0, 0),
	FZ(motet_msg, pad, FZ_ZERO, 0, 0),
	FZ(motet_msg, deadline, FZ_UNTIL, 0, 300),
	FZ(motet_msg, id, FZ_OUT, 0, 0),
	FZ(motet_msg, token, FZ_ZERO, 0, 0),
	FZ(motet_msg, stamp, FZ_ZERO, 0, 0),
	FZ(motet_msg, to, FZ_ZERO, 0, 0),
	FZ(motet_msg, expires, FZ_UNTIL, 0, 0),
	FZ(motet_msg, lease, FZ_ZERO, 0, 0),
	FZ(motet_msg, cookie, FZ_ZERO, 0, 0),
	FZ(motet_msg, session, FZ_RESULT, FZ_SESSION, 1 << 16),
	FZ(motet_msg, address, FZ_ENUM, MOTET_ADDRESS_WORK, 0),
	FZ(motet_msg, node, FZ_RESULT, FZ_NODE, 1 << 16),
	FZ(motet_msg, job_class, FZ_ENUM, 15, 0),
	FZ(motet_msg, weight, FZ_NUMBER, 16, 0),
	FZ(motet_msg, delivered, FZ_OUT, 0, 0),
	FZ(motet_msg, pad2, FZ_ZERO, 0, 0),
	FZ(motet_msg, at, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_msg_send, motet_msg, msg_send);

static const struct fz_field msg_recv[] = {
	FZ_START(motet_msg, MOTET_MSG_DONTWAIT | MOTET_MSG_LEASE |
		 MOTET_MSG_ANY | MOTET_MSG_CALL | MOTET_MSG_LEASED, 0),
	FZ(motet_msg, body, FZ_ROOM, 0, FZ_AUTO),
	FZ(motet_msg, body_len, FZ_OUT, 0, 0),
	FZ(motet_msg, body_cap, FZ_LENGTH_OF, 65536, 65536),
	FZ(motet_msg, annex, FZ_ROOM, 0, FZ_AUTO),
	FZ(motet_msg, annex_len, FZ_OUT, 0, 0),
	FZ(motet_msg, annex_cap, FZ_LENGTH_OF, MOTET_ANNEX_MAX,
	   MOTET_ANNEX_MAX),
	FZ(motet_msg, priority, FZ_OUT, 0, 0),
	FZ(motet_msg, pad, FZ_ZERO, 0, 0),
	FZ(motet_msg, deadline, FZ_UNTIL, 0, 300),
	FZ(motet_msg, id, FZ_OUT, 0, 0),
	FZ(motet_msg, token, FZ_OUT, 0, 0),
	FZ(motet_msg, stamp, FZ_STAMP, 0, FZ_AUTO),
	FZ(motet_msg, expires, FZ_ZERO, 0, 0),
	FZ(motet_msg, lease, FZ_UNTIL, 0, 0),
	FZ(motet_msg, cookie, FZ_OUT, 0, 0),
	FZ(motet_msg, session, FZ_ZERO, 0, 0),
	FZ(motet_msg, address, FZ_ZERO, 0, 0),
	FZ(motet_msg, node, FZ_ZERO, 0, 0),
	FZ(motet_msg, pad2, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_msg_recv, motet_msg, msg_recv);

/* as a message that is received, but without a time of its own */
static const struct fz_field msg_answer[] = {
	FZ_START(motet_msg, MOTET_MSG_CALL | MOTET_MSG_LEASED, 0),
	FZ(motet_msg, body, FZ_ROOM, 0, FZ_AUTO),
	FZ(motet_msg, body_cap, FZ_LENGTH_OF, 65536, 256),
	FZ(motet_msg, annex, FZ_ROOM, 0, FZ_AUTO),
	FZ(motet_msg, annex_cap, FZ_LENGTH_OF, MOTET_ANNEX_MAX,
	   MOTET_ANNEX_MAX),
	FZ(motet_msg, pad, FZ_ZERO, 0, 0),
	FZ(motet_msg, deadline, FZ_UNTIL, 0, 0),
	FZ(motet_msg, stamp, FZ_STAMP, 0, FZ_AUTO),
	FZ(motet_msg, expires, FZ_ZERO, 0, 0),
	FZ(motet_msg, lease, FZ_ZERO, 0, 0),
	FZ(motet_msg, session, FZ_ZERO, 0, 0),
	FZ(motet_msg, address, FZ_ZERO, 0, 0),
	FZ(motet_msg, pad2, FZ_ZERO, 0, 0),
};

FZ_LAYOUT(fz_msg_answer, motet_msg, msg_answer);

static const struct fz_field msg_reply[] = {
	FZ_START(motet_msg, MOTET_MSG_CALL | MOTET_MSG_LEASED, 0),
	FZ(motet_msg, body, FZ_IN, 0, FZ_AUTO),
	FZ(motet_msg, body_len, FZ_LENGTH_OF, 65536, 8),
	FZ(motet_msg, body_cap, FZ_ZERO, 0, 0),
	FZ(motet_msg, annex, FZ_IN, 0, FZ_AUTO),
	FZ(motet_msg, annex_len, FZ_LENGTH_OF, MOTET_ANNEX_MAX, 0),
	FZ(motet_msg, priority, FZ_ZERO, 0, 0),
	FZ(motet_msg, deadline, FZ_ZERO, 0, 0),
	FZ(motet_msg, token, FZ_RESULT, FZ_TOKEN, FZ_AUTO),
};

FZ_LAYOUT(fz_msg_reply, motet_msg, msg_reply);

static const struct fz_field port_offer[] = {
	FZ_START(motet_port_offer, MOTET_OFFER_RETURN | MOTET_OFFER_DISABLED,
		 0),
	FZ(motet_port_offer, actor, FZ_ID, MOTET_CLASS_ACTOR, FZ_AUTO),
};

FZ_LAYOUT(fz_port_offer, motet_port_offer, port_offer);

static const struct fz_field port_enable[] = {
	FZ_START(motet_port_enable, MOTET_ENABLE_OFF, 0),
	FZ(motet_port_enable, priority, FZ_ENUM, 7, 0),
	FZ(motet_port_enable, pad, FZ_ZERO, 0, 0),
	FZ(motet_port_enable, cookie, FZ_NUMBER, 8, 0),
};

FZ_LAYOUT(fz_port_enable, motet_port_enable, port_enable);

static const struct fz_field port_change[] = {
	FZ_START(motet_port_change, MOTET_CHANGE_MODE | MOTET_CHANGE_UID |
		 MOTET_CHANGE_GID | MOTET_CHANGE_RETENTION, MOTET_CHANGE_MODE),
	FZ(motet_port_change, mode, FZ_MODE, 0, 0777),
	FZ(motet_port_change, uid, FZ_NUMBER, 2, 0),
	FZ(motet_port_change, gid, FZ_NUMBER, 2, 0),
	FZ(motet_port_change, pad, FZ_ZERO, 0, 0),
	FZ(motet_port_change, retention, FZ_NUMBER, 50000000, 0),
	FZ(motet_port_change, id, FZ_ID, MOTET_CLASS_PORT, FZ_AUTO),
};

FZ_LAYOUT(fz_port_change, motet_port_change, port_change);

static const struct fz_field call_arg[] = {
	FZ_START(motet_call_arg, MOTET_CALL_RESUME, 0),
	FZ(motet_call_arg, request, FZ_PART, 1, FZ_AUTO),
	FZ(motet_call_arg, reply, FZ_PART, 2, FZ_AUTO),
	FZ(motet_call_arg, id, FZ_RESULT, FZ_CALL, FZ_AUTO),
};

FZ_LAYOUT(fz_call_arg, motet_call_arg, call_arg);

static const struct fz_field cancel[] = {
	FZ_START(motet_cancel, MOTET_CANCEL_MESSAGE, 0),
	FZ(motet_cancel, id, FZ_RESULT, FZ_CALL, FZ_AUTO),
};

FZ_LAYOUT(fz_cancel, motet_cancel, cancel);

static const struct fz_field reply_recv[] = {
	FZ_START(motet_reply_recv, 0, 0),
	FZ(motet_reply_recv, reply, FZ_PART, 1, FZ_AUTO),
	FZ(motet_reply_recv, recv, FZ_PART, 2, FZ_AUTO),
};

FZ_LAYOUT(fz_reply_recv, motet_reply_recv, reply_recv);

static const struct fz_field lease[] = {
	FZ_START(motet_lease, 0, 0),
	FZ(motet_lease, op, FZ_ENUM, MOTET_LEASE_EXTEND, 0),
	FZ(motet_lease, pad, FZ_ZERO, 0, 0),
	FZ(motet_lease, id, FZ_RESULT, FZ_LEASE, FZ_AUTO),
	FZ(motet_lease, deadline, FZ_UNTIL, 0, 0),
};

FZ_LAYOUT(fz_lease, motet_lease, lease);

static const struct fz_field batch[] = {
	FZ_START(motet_batch, 0, 0),
	FZ(motet_batch, msgs, FZ_PART, 1, FZ_AUTO),
	FZ(motet_batch, msg_size, FZ_STRIDE, 0, sizeof(struct motet_msg)),
	FZ(motet_batch, count, FZ_COUNT_OF, 8, 2),
	FZ(motet_batch, done, FZ_OUT, 0, 0),
	FZ(motet_batch, error, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_batch, motet_batch, batch);

static const struct fz_field group_create[] = {
	FZ_START(motet_group_create, 0, 0),
	FZ_NEW_FILE(motet_group_create),
	FZ(motet_group_create, mode, FZ_MODE, 0, 0777),
	FZ_NAMED(motet_group_create, FZ_NULL),
	FZ(motet_group_create, retention, FZ_NUMBER, 50000000, 0),
	FZ(motet_group_create, address, FZ_ENUM, MOTET_ADDRESS_WORK,
	   MOTET_ADDRESS_ANY),
	FZ(motet_group_create, sessions_max, FZ_NUMBER, 3, 0),
	FZ_BOUND(motet_group_create, limits[0]),
	FZ_BOUND(motet_group_create, limits[1]),
	FZ(motet_group_create, class_members[0], FZ_NUMBER, 2, 0),
	FZ(motet_group_create, class_members[15], FZ_NUMBER, 2, 0),
	FZ(motet_group_create, dead_letter, FZ_ID, MOTET_CLASS_PORT, FZ_BAD),
	FZ(motet_group_create, redeliveries_max, FZ_NUMBER, 3, 0),
	FZ(motet_group_create, pad, FZ_ZERO, 0, 0),
	FZ(motet_group_create, cap, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_group_create, motet_group_create, group_create);

static const struct fz_field group_open[] = {
	FZ_START(motet_group_open, 0, 0),
	FZ_NEW_FILE(motet_group_open),
	FZ(motet_group_open, pad, FZ_ZERO, 0, 0),
	FZ_NAMED(motet_group_open, FZ_NULL),
	FZ(motet_group_open, id, FZ_ID, MOTET_CLASS_GROUP, FZ_AUTO),
};

FZ_LAYOUT(fz_group_open, motet_group_open, group_open);

static const struct fz_field group_member[] = {
	FZ_START(motet_group_member, 0, 0),
	FZ(motet_group_member, cap, FZ_CAP, 0, FZ_AUTO),
	FZ(motet_group_member, port, FZ_ID, MOTET_CLASS_PORT, FZ_AUTO),
};

FZ_LAYOUT(fz_group_member, motet_group_member, group_member);

static const struct fz_field group_cap[] = {
	FZ_START(motet_group_cap, 0, 0),
	FZ(motet_group_cap, cap, FZ_CAP, 0, FZ_AUTO),
};

FZ_LAYOUT(fz_group_cap, motet_group_cap, group_cap);

static const struct fz_field group_track[] = {
	FZ_START(motet_group_track, MOTET_TRACK_STOP, 0),
	FZ(motet_group_track, group, FZ_ID, MOTET_CLASS_GROUP, FZ_AUTO),
};

FZ_LAYOUT(fz_group_track, motet_group_track, group_track);

static const struct fz_field group_report[] = {
	FZ_START(motet_group_report, 0, 0),
	FZ(motet_group_report, load, FZ_NUMBER, 16, 1),
	FZ(motet_group_report, pad, FZ_ZERO, 0, 0),
	FZ(motet_group_report, period, FZ_NUMBER, 5000000, 0),
	FZ(motet_group_report, group, FZ_ID, MOTET_CLASS_GROUP, FZ_AUTO),
};

FZ_LAYOUT(fz_group_report, motet_group_report, group_report);

static const struct fz_field group_session[] = {
	FZ_START(motet_group_session, 0, 0),
	FZ(motet_group_session, session, FZ_RESULT, FZ_SESSION, FZ_AUTO),
};

FZ_LAYOUT(fz_group_session, motet_group_session, group_session);

static const struct fz_field group_status[] = {
	FZ_START(motet_group_status, 0, 0),
	FZ(motet_group_status, address, FZ_OUT, 0, 0),
};

FZ_LAYOUT(fz_group_status, motet_group_status, group_status);
