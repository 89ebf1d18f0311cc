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
/* id: what it is about; value: enum motet_exception */
DEFINE_EVENT(motet_object, motet_exception,
	TP_PROTO(const struct motet_id *id, int value), TP_ARGS(id, value));

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

#endif /* _MOTET_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
