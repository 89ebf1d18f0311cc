/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: one for every transition of an object, a message, a call. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM motet

#if !defined(_MOTET_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MOTET_TRACE_H

#include <linux/tracepoint.h>

#include <uapi/linux/motet.h>

/**
 * DOC: trace
 *
 * The events take plain values, so that this file stands below all others and
 * each of them can use it.
 */

#define MOTET_TRACE_ID(id)						\
	__print_hex_str(__entry->id, sizeof(struct motet_id))

DECLARE_EVENT_CLASS(motet_object,
	TP_PROTO(const struct motet_id *id, int value),
	TP_ARGS(id, value),
	TP_STRUCT__entry(
		__array(u8, id, sizeof(struct motet_id))
		__field(int, value)
	),
	TP_fast_assign(
		memcpy(__entry->id, id, sizeof(struct motet_id));
		__entry->value = value;
	),
	TP_printk("id=%s value=%d", MOTET_TRACE_ID(id), __entry->value)
);

/* value: process id */
DEFINE_EVENT(motet_object, motet_actor_open,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: wait status of the process */
DEFINE_EVENT(motet_object, motet_actor_dead,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: process id */
DEFINE_EVENT(motet_object, motet_actor_close,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: the new enum motet_port_state */
DEFINE_EVENT(motet_object, motet_port_state,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: enum motet_role of the new handle */
DEFINE_EVENT(motet_object, motet_port_open,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: enum motet_role of the closed handle */
DEFINE_EVENT(motet_object, motet_port_close,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: 0 */
DEFINE_EVENT(motet_object, motet_port_unlink,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: the new mode bits */
DEFINE_EVENT(motet_object, motet_port_change,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: enum motet_address that is its default */
DEFINE_EVENT(motet_object, motet_group_create,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: members that it had */
DEFINE_EVENT(motet_object, motet_group_delete,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: members who are told */
DEFINE_EVENT(motet_object, motet_group_rekey,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: enum motet_address of what found no room */
DEFINE_EVENT(motet_object, motet_group_full,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: the mode bits */
DEFINE_EVENT(motet_object, motet_channel_create,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: events that it retained */
DEFINE_EVENT(motet_object, motet_channel_delete,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: openers that it has */
DEFINE_EVENT(motet_object, motet_channel_unlink,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: flags of opening */
DEFINE_EVENT(motet_object, motet_channel_open,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: flags of opening */
DEFINE_EVENT(motet_object, motet_channel_close,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: sections that it may have */
DEFINE_EVENT(motet_object, motet_checkpoint_create,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: sections that it had */
DEFINE_EVENT(motet_object, motet_checkpoint_delete,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: flags of opening of the new handle */
DEFINE_EVENT(motet_object, motet_checkpoint_open,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: flags of opening of the closed handle */
DEFINE_EVENT(motet_object, motet_checkpoint_close,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: open handles */
DEFINE_EVENT(motet_object, motet_checkpoint_unlink,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: flags of replication */
DEFINE_EVENT(motet_object, motet_replicator_attach,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: steps that were in the window */
DEFINE_EVENT(motet_object, motet_replicator_detach,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* id: what it is about; value: enum motet_exception */
DEFINE_EVENT(motet_object, motet_exception,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));

/* value: mode bits */
DEFINE_EVENT(motet_object, motet_lock_create,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));
/* value: mode bits */
DEFINE_EVENT(motet_object, motet_lock_delete,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));

/* id: the checkpoint; number: serial number of the section */
DECLARE_EVENT_CLASS(motet_section,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value),
	TP_STRUCT__entry(
		__array(u8, id, sizeof(struct motet_id))
		__field(u64, number)
		__field(u64, value)
	),
	TP_fast_assign(
		memcpy(__entry->id, id, sizeof(struct motet_id));
		__entry->number = number;
		__entry->value = value;
	),
	TP_printk("id=%s number=%llu value=%llu", MOTET_TRACE_ID(id),
		  __entry->number, __entry->value)
);

/* value: bytes that it has */
DEFINE_EVENT(motet_section, motet_section_create,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* value: bytes that it had */
DEFINE_EVENT(motet_section, motet_section_delete,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* value: when it was to expire */
DEFINE_EVENT(motet_section, motet_section_expire,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* value: flags of a changed section */
DEFINE_EVENT(motet_section, motet_section_change,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* value: bytes that it has room for */
DEFINE_EVENT(motet_section, motet_view_open,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* value: why, flags of a view; 0 if it was closed */
DEFINE_EVENT(motet_section, motet_view_end,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: the generation; value: parts that were read */
DEFINE_EVENT(motet_section, motet_checkpoint_read,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: the generation; value: parts that were written */
DEFINE_EVENT(motet_section, motet_checkpoint_write,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: the generation; value: enum motet_step_kind */
DEFINE_EVENT(motet_section, motet_replicator_offer,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: the generation; value: enum motet_step_kind */
DEFINE_EVENT(motet_section, motet_replicator_take,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: steps in the window; value: bytes in it */
DEFINE_EVENT(motet_section, motet_replicator_full,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: the generation; value: that of the last step */
DEFINE_EVENT(motet_section, motet_replicator_ack,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));
/* number: the generation where it was made; value: error, or 0 */
DEFINE_EVENT(motet_section, motet_replicator_apply,
	TP_PROTO(const struct motet_id *id, u64 number, u64 value),
	TP_ARGS(id, number, value));

DECLARE_EVENT_CLASS(motet_relation,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value),
	TP_STRUCT__entry(
		__array(u8, id, sizeof(struct motet_id))
		__array(u8, other, sizeof(struct motet_id))
		__field(u64, value)
	),
	TP_fast_assign(
		memcpy(__entry->id, id, sizeof(struct motet_id));
		memcpy(__entry->other, other, sizeof(struct motet_id));
		__entry->value = value;
	),
	TP_printk("id=%s other=%s value=%llu", MOTET_TRACE_ID(id),
		  MOTET_TRACE_ID(other), __entry->value)
);

/* other: actor that may accept, zero if none; value: flags of the offer */
DEFINE_EVENT(motet_relation, motet_port_offer,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: actor that holds it now; value: flags of the offer */
DEFINE_EVENT(motet_relation, motet_port_accept,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: actor of the standby; value: wait status of the old holder */
DEFINE_EVENT(motet_relation, motet_port_take_over,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: actor whose set it is in; value: priority */
DEFINE_EVENT(motet_relation, motet_port_enable,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: actor whose set it was in; value: priority */
DEFINE_EVENT(motet_relation, motet_port_disable,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: the port; value: 1 if it tracks, 0 if no more */
DEFINE_EVENT(motet_relation, motet_checkpoint_track,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: the port; value: members with it */
DEFINE_EVENT(motet_relation, motet_group_insert,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: the port; value: members without it */
DEFINE_EVENT(motet_relation, motet_group_remove,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* other: the port that is told; value: 1 from now on, 0 no longer */
DEFINE_EVENT(motet_relation, motet_group_track,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* id: the group; other: the member; value: number of the session */
DEFINE_EVENT(motet_relation, motet_session_begin,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* id: the group; other: the member; value: number of the session */
DEFINE_EVENT(motet_relation, motet_session_end,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));

/* id: the lock; other: the actor; value: number of the opening */
DEFINE_EVENT(motet_relation, motet_lock_open,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* id: the lock; other: the actor; value: number of the opening */
DEFINE_EVENT(motet_relation, motet_lock_close,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));

/* id: the channel; other: the opener's queue; value: number of the subscription */
DEFINE_EVENT(motet_relation, motet_subscribe,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));
/* id: the channel; other: the opener's queue; value: number of the subscription */
DEFINE_EVENT(motet_relation, motet_unsubscribe,
	TP_PROTO(const struct motet_id *id, const struct motet_id *other,
		 u64 value),
	TP_ARGS(id, other, value));

DECLARE_EVENT_CLASS(motet_watch,
	TP_PROTO(const struct motet_id *port, u64 watch, u32 what, int pid),
	TP_ARGS(port, watch, what, pid),
	TP_STRUCT__entry(
		__array(u8, id, sizeof(struct motet_id))
		__field(u64, watch)
		__field(u32, what)
		__field(int, pid)
	),
	TP_fast_assign(
		memcpy(__entry->id, port, sizeof(struct motet_id));
		__entry->watch = watch;
		__entry->what = what;
		__entry->pid = pid;
	),
	TP_printk("port=%s watch=%llu what=%u pid=%d",
		  MOTET_TRACE_ID(id), __entry->watch, __entry->what,
		  __entry->pid)
);

/* what: enum motet_watch_kind */
DEFINE_EVENT(motet_watch, motet_watch_start,
	TP_PROTO(const struct motet_id *port, u64 watch, u32 what, int pid),
	TP_ARGS(port, watch, what, pid));
/* what: enum motet_watched */
DEFINE_EVENT(motet_watch, motet_watch_tell,
	TP_PROTO(const struct motet_id *port, u64 watch, u32 what, int pid),
	TP_ARGS(port, watch, what, pid));
/* what: enum motet_watch_kind */
DEFINE_EVENT(motet_watch, motet_watch_stop,
	TP_PROTO(const struct motet_id *port, u64 watch, u32 what, int pid),
	TP_ARGS(port, watch, what, pid));

DECLARE_EVENT_CLASS(motet_message,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes),
	TP_STRUCT__entry(
		__array(u8, port, sizeof(struct motet_id))
		__field(u64, message)
		__field(unsigned int, priority)
		__field(u64, bytes)
	),
	TP_fast_assign(
		memcpy(__entry->port, port, sizeof(struct motet_id));
		__entry->message = message;
		__entry->priority = priority;
		__entry->bytes = bytes;
	),
	TP_printk("port=%s message=%llu priority=%u bytes=%llu",
		  MOTET_TRACE_ID(port), __entry->message, __entry->priority,
		  __entry->bytes)
);

DEFINE_EVENT(motet_message, motet_message_queue,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
DEFINE_EVENT(motet_message, motet_message_take,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
DEFINE_EVENT(motet_message, motet_message_put_back,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
DEFINE_EVENT(motet_message, motet_message_orphan,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
/* it was given up, and goes nowhere */
DEFINE_EVENT(motet_message, motet_message_drop,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));

/* its time was over while it was queued */
DEFINE_EVENT(motet_message, motet_message_expire,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
/* its sender has withdrawn it */
DEFINE_EVENT(motet_message, motet_message_cancel,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));

/* port: the channel; before it is delivered */
DEFINE_EVENT(motet_message, motet_event_publish,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
/* port: the channel, which keeps it */
DEFINE_EVENT(motet_message, motet_event_retain,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
/* port: the channel, which has kept it for its time */
DEFINE_EVENT(motet_message, motet_event_expire,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));
/* port: the channel, which is not to keep it any more */
DEFINE_EVENT(motet_message, motet_event_clear,
	TP_PROTO(const struct motet_id *port, u64 message,
		 unsigned int priority, u64 bytes),
	TP_ARGS(port, message, priority, bytes));

DECLARE_EVENT_CLASS(motet_lease,
	TP_PROTO(const struct motet_id *port, u64 message, u64 value),
	TP_ARGS(port, message, value),
	TP_STRUCT__entry(
		__array(u8, port, sizeof(struct motet_id))
		__field(u64, message)
		__field(u64, value)
	),
	TP_fast_assign(
		memcpy(__entry->port, port, sizeof(struct motet_id));
		__entry->message = message;
		__entry->value = value;
	),
	TP_printk("port=%s message=%llu value=%llu", MOTET_TRACE_ID(port),
		  __entry->message, __entry->value)
);

/* value: until when, 0 is without end */
DEFINE_EVENT(motet_lease, motet_lease_begin,
	TP_PROTO(const struct motet_id *port, u64 message, u64 value),
	TP_ARGS(port, message, value));
/* value: until when, 0 is without end */
DEFINE_EVENT(motet_lease, motet_lease_extend,
	TP_PROTO(const struct motet_id *port, u64 message, u64 value),
	TP_ARGS(port, message, value));
/* value: how often the message had come back before */
DEFINE_EVENT(motet_lease, motet_lease_end,
	TP_PROTO(const struct motet_id *port, u64 message, u64 value),
	TP_ARGS(port, message, value));
/* value: how often the message had come back before; motet_lease_end follows */
DEFINE_EVENT(motet_lease, motet_lease_expire,
	TP_PROTO(const struct motet_id *port, u64 message, u64 value),
	TP_ARGS(port, message, value));

DECLARE_EVENT_CLASS(motet_transfer,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value),
	TP_STRUCT__entry(
		__array(u8, from, sizeof(struct motet_id))
		__array(u8, to, sizeof(struct motet_id))
		__field(u64, message)
		__field(int, value)
	),
	TP_fast_assign(
		memcpy(__entry->from, from, sizeof(struct motet_id));
		memcpy(__entry->to, to, sizeof(struct motet_id));
		__entry->message = message;
		__entry->value = value;
	),
	TP_printk("from=%s to=%s message=%llu value=%d",
		  MOTET_TRACE_ID(from),
		  MOTET_TRACE_ID(to),
		  __entry->message, __entry->value)
);

/* to: its dead-letter port; message: at the port; value: why, a positive errno */
DEFINE_EVENT(motet_transfer, motet_dead_letter,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value));
/* from: the group; message: at the member; value: enum motet_address */
DEFINE_EVENT(motet_transfer, motet_group_deliver,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value));
/* from: the channel; to: the opener's queue; message: the event; value: priority */
DEFINE_EVENT(motet_transfer, motet_event_deliver,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value));
/* from: the channel; to: the opener's queue; message: the event; value: priority */
DEFINE_EVENT(motet_transfer, motet_event_lose,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value));
/* from: the backlog; message: at the backlog; value: class of the job */
DEFINE_EVENT(motet_transfer, motet_job_lend,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value));
/*
 * from: the backlog; message: at the backlog; value: 1 if it is there again, 0
 * if it is done with
 */
DEFINE_EVENT(motet_transfer, motet_job_end,
	TP_PROTO(const struct motet_id *from, const struct motet_id *to,
		 u64 message, int value),
	TP_ARGS(from, to, message, value));

/* event: enum motet_node_event */
TRACE_EVENT(motet_node,
	TP_PROTO(u32 number, int event, bool member, u64 view),
	TP_ARGS(number, event, member, view),
	TP_STRUCT__entry(
		__field(u32, number)
		__field(int, event)
		__field(bool, member)
		__field(u64, view)
	),
	TP_fast_assign(
		__entry->number = number;
		__entry->event = event;
		__entry->member = member;
		__entry->view = view;
	),
	TP_printk("number=%u event=%s member=%d view=%llu", __entry->number,
		  __print_symbolic(__entry->event, { 0, "created" },
				   { 1, "changed" }, { 2, "deleted" }),
		  __entry->member, __entry->view)
);

TRACE_EVENT(motet_sender_suspend,
	TP_PROTO(const struct motet_id *port, unsigned int priority, u64 bytes),
	TP_ARGS(port, priority, bytes),
	TP_STRUCT__entry(
		__array(u8, port, sizeof(struct motet_id))
		__field(unsigned int, priority)
		__field(u64, bytes)
	),
	TP_fast_assign(
		memcpy(__entry->port, port, sizeof(struct motet_id));
		__entry->priority = priority;
		__entry->bytes = bytes;
	),
	TP_printk("port=%s priority=%u bytes=%llu", MOTET_TRACE_ID(port),
		  __entry->priority, __entry->bytes)
);

TRACE_EVENT(motet_sender_resume,
	TP_PROTO(const struct motet_id *port, u64 waited, int error),
	TP_ARGS(port, waited, error),
	TP_STRUCT__entry(
		__array(u8, port, sizeof(struct motet_id))
		__field(u64, waited)
		__field(int, error)
	),
	TP_fast_assign(
		memcpy(__entry->port, port, sizeof(struct motet_id));
		__entry->waited = waited;
		__entry->error = error;
	),
	TP_printk("port=%s waited=%llu error=%d", MOTET_TRACE_ID(port),
		  __entry->waited, __entry->error)
);

/* state: the new enum motet_call_state; error: if it failed */
TRACE_EVENT(motet_call_state,
	TP_PROTO(const struct motet_id *port, u64 call, int state, int error),
	TP_ARGS(port, call, state, error),
	TP_STRUCT__entry(
		__array(u8, port, sizeof(struct motet_id))
		__field(u64, call)
		__field(int, state)
		__field(int, error)
	),
	TP_fast_assign(
		memcpy(__entry->port, port, sizeof(struct motet_id));
		__entry->call = call;
		__entry->state = state;
		__entry->error = error;
	),
	TP_printk("port=%s call=%llu state=%s error=%d", MOTET_TRACE_ID(port),
		  __entry->call,
		  __print_symbolic(__entry->state, { 0, "queued" },
				   { 1, "received" }, { 2, "answered" },
				   { 3, "failed" }, { 4, "abandoned" }),
		  __entry->error)
);

/* event: enum motet_lock_event; error: why it was refused */
TRACE_EVENT(motet_lock_request,
	TP_PROTO(const struct motet_id *lock, const struct motet_id *actor,
		 u64 lock_id, int event, int error),
	TP_ARGS(lock, actor, lock_id, event, error),
	TP_STRUCT__entry(
		__array(u8, lock, sizeof(struct motet_id))
		__array(u8, actor, sizeof(struct motet_id))
		__field(u64, lock_id)
		__field(int, event)
		__field(int, error)
	),
	TP_fast_assign(
		memcpy(__entry->lock, lock, sizeof(struct motet_id));
		memcpy(__entry->actor, actor, sizeof(struct motet_id));
		__entry->lock_id = lock_id;
		__entry->event = event;
		__entry->error = error;
	),
	TP_printk("lock=%s actor=%s lock_id=%llu event=%s error=%d",
		  MOTET_TRACE_ID(lock), MOTET_TRACE_ID(actor),
		  __entry->lock_id,
		  __print_symbolic(__entry->event, { 0, "grant" },
				   { 1, "wait" }, { 2, "release" },
				   { 3, "refuse" }, { 4, "orphan" },
				   { 5, "purge" }),
		  __entry->error)
);

#endif /* _MOTET_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
