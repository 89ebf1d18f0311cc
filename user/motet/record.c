// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records: see record.h.
 */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include <motet/motet.h>

#include "record.h"
#include "text.h"

enum record_kind {
	RECORD_U32,
	RECORD_U64,
	RECORD_FLAG,
	RECORD_ID,
	RECORD_BYTES,
	RECORD_MODE,
	RECORD_STATE,
	RECORD_ADDRESS,
	RECORD_LOCK_MODE,
	RECORD_LOCK_STATE,
};

struct record_field {
	int attribute;
	enum record_kind kind;
	const char *key;
	size_t offset;
};

struct record_type {
	size_t size;
	int attribute_max;
	const struct record_field *fields;
	size_t n_fields;
};

#define DOMAIN(kind, attribute, member) \
	{ MOTET_A_DOMAIN_##attribute, RECORD_##kind, #member, \
	  offsetof(struct domain_record, member) }

static const struct record_field record_domain_fields[] = {
	DOMAIN(U32, ACTORS, actors),
	DOMAIN(U32, PORTS, ports),
	DOMAIN(U32, NAMED_PORTS, named_ports),
	DOMAIN(U32, RETAINED_PORTS, retained_ports),
	DOMAIN(U32, PORTS_MAX, ports_max),
	DOMAIN(U32, PURGED, purged),
	DOMAIN(U64, SEQUENCE, sequence),
	DOMAIN(U32, GROUPS, groups),
	DOMAIN(U32, NODES, nodes),
	DOMAIN(U32, NODE, node),
	DOMAIN(U64, VIEW, view),
	DOMAIN(U32, LOCKS, locks),
	DOMAIN(U32, WATCHES, watches),
	DOMAIN(U32, CHANNELS, channels),
	DOMAIN(U32, CHECKPOINTS, checkpoints),
};

const struct record_type record_domain = {
	sizeof(struct domain_record), MOTET_A_DOMAIN_MAX,
	record_domain_fields, ARRAY_SIZE(record_domain_fields)
};

#define ACTOR(kind, attribute, member) \
	{ MOTET_A_ACTOR_##attribute, RECORD_##kind, #member, \
	  offsetof(struct actor_record, member) }

static const struct record_field record_actor_fields[] = {
	ACTOR(ID, ID, id),
	ACTOR(ID, PORT, port),
	ACTOR(U32, PID, pid),
	ACTOR(U32, UID, uid),
	ACTOR(U32, PORTS, ports),
	ACTOR(FLAG, DEAD, dead),
	ACTOR(U64, SEQUENCE, sequence),
};

const struct record_type record_actor = {
	sizeof(struct actor_record), MOTET_A_ACTOR_MAX,
	record_actor_fields, ARRAY_SIZE(record_actor_fields)
};

#define PORT(kind, attribute, member) \
	{ MOTET_A_PORT_##attribute, RECORD_##kind, #member, \
	  offsetof(struct port_record, member) }

static const struct record_field record_port_fields[] = {
	PORT(ID, ID, id),
	PORT(BYTES, NAME, name),
	PORT(STATE, STATE, state),
	PORT(ID, HOLDER, holder),
	PORT(U32, PID, pid),
	PORT(U32, UID, uid),
	PORT(U32, GID, gid),
	PORT(MODE, MODE, mode),
	{ MOTET_A_PORT_DEFAULT, RECORD_FLAG, "default",
	  offsetof(struct port_record, is_default) },
	PORT(U64, RETENTION, retention),
	PORT(U64, EPOCH, epoch),
	PORT(U32, MESSAGES, messages),
	PORT(U32, MESSAGES_PEAK, messages_peak),
	PORT(U32, MESSAGES_MAX, messages_max),
	PORT(U64, BYTES, bytes),
	PORT(U64, BYTES_PEAK, bytes_peak),
	PORT(U64, BYTES_MAX, bytes_max),
	PORT(U64, SENT, sent),
	PORT(U64, RECEIVED, received),
	PORT(U64, REFUSED, refused),
	PORT(U32, SUSPENDED, suspended),
	PORT(U64, SUSPENDED_TOTAL, suspended_total),
	PORT(U64, LONGEST_WAIT, longest_wait),
	PORT(U32, CALLS, calls),
	PORT(U32, HANDLES, handles),
	PORT(U64, SEQUENCE, sequence),
	PORT(U32, NODE, node),
	PORT(U32, STANDBYS, standbys),
	PORT(FLAG, ENABLED, enabled),
	PORT(U32, LEASED, leased),
	PORT(U64, REDELIVERED, redelivered),
	PORT(U64, EXPIRED, expired),
	PORT(U64, DEAD_LETTERS, dead_letters),
	PORT(U64, RETURNED, returned),
	PORT(U64, DROPPED, dropped),
	PORT(U64, CANCELLED, cancelled),
	PORT(ID, DEAD_LETTER, dead_letter),
	PORT(U32, REDELIVERIES_MAX, redeliveries_max),
};

const struct record_type record_port = {
	sizeof(struct port_record), MOTET_A_PORT_MAX,
	record_port_fields, ARRAY_SIZE(record_port_fields)
};

#define USER(kind, attribute, member) \
	{ MOTET_A_USER_##attribute, RECORD_##kind, #member, \
	  offsetof(struct user_record, member) }

static const struct record_field record_user_fields[] = {
	USER(U32, UID, uid),
	USER(U32, ACTORS, actors),
	USER(U32, PORTS, ports),
	USER(U64, BYTES, bytes),
	USER(U32, LOCKS, locks),
	USER(U32, WATCHES, watches),
	USER(U32, CHANNELS, channels),
	USER(U32, CHECKPOINTS, checkpoints),
	USER(U64, CHECKPOINT_BYTES, checkpoint_bytes),
};

const struct record_type record_user = {
	sizeof(struct user_record), MOTET_A_USER_MAX,
	record_user_fields, ARRAY_SIZE(record_user_fields)
};

#define GROUP(kind, attribute, member) \
	{ MOTET_A_GROUP_##attribute, RECORD_##kind, #member, \
	  offsetof(struct group_record, member) }

static const struct record_field record_group_fields[] = {
	GROUP(ID, ID, id),
	GROUP(BYTES, NAME, name),
	GROUP(U32, UID, uid),
	GROUP(U32, GID, gid),
	GROUP(MODE, MODE, mode),
	GROUP(U64, RETENTION, retention),
	GROUP(ADDRESS, ADDRESS, address),
	GROUP(U32, MEMBERS, members),
	GROUP(U32, SESSIONS, sessions),
	GROUP(U32, SESSIONS_MAX, sessions_max),
	GROUP(U32, TRACKERS, trackers),
	GROUP(U32, HANDLES, handles),
	GROUP(FLAG, RETAINED, retained),
	GROUP(U32, IDLE, idle),
	GROUP(U32, LEASED, leased),
	GROUP(U32, BACKLOG, backlog),
	GROUP(U64, BACKLOG_BYTES, backlog_bytes),
	GROUP(U32, BACKLOG_MAX, backlog_max),
	GROUP(U64, BACKLOG_BYTES_MAX, backlog_bytes_max),
	GROUP(U32, SUSPENDED, suspended),
	GROUP(U64, SENT, sent),
	GROUP(U64, REDELIVERED, redelivered),
	GROUP(U64, EXPIRED, expired),
	GROUP(U64, DEAD_LETTERS, dead_letters),
	GROUP(U64, SEQUENCE, sequence),
};

const struct record_type record_group = {
	sizeof(struct group_record), MOTET_A_GROUP_MAX,
	record_group_fields, ARRAY_SIZE(record_group_fields)
};

#define MEMBER(kind, attribute, member) \
	{ MOTET_A_MEMBER_##attribute, RECORD_##kind, #member, \
	  offsetof(struct member_record, member) }

static const struct record_field record_member_fields[] = {
	MEMBER(ID, GROUP, group),
	MEMBER(ID, PORT, port),
	MEMBER(U32, NODE, node),
	MEMBER(U64, LOAD, load),
	MEMBER(U32, SESSIONS, sessions),
	MEMBER(U32, REPORT, report),
	MEMBER(FLAG, STALE, stale),
	MEMBER(U32, BUSY, busy),
	MEMBER(U64, SINCE, since),
	MEMBER(U64, SEQUENCE, sequence),
};

const struct record_type record_member = {
	sizeof(struct member_record), MOTET_A_MEMBER_MAX,
	record_member_fields, ARRAY_SIZE(record_member_fields)
};

#define LOCK(kind, attribute, member) \
	{ MOTET_A_LOCK_##attribute, RECORD_##kind, #member, \
	  offsetof(struct lock_record, member) }

static const struct record_field record_lock_fields[] = {
	LOCK(ID, ID, id),
	LOCK(BYTES, NAME, name),
	LOCK(U32, UID, uid),
	LOCK(U32, GID, gid),
	LOCK(MODE, MODE, mode),
	LOCK(U32, OPENINGS, openings),
	LOCK(U32, SHARED, shared),
	LOCK(U32, EXCLUSIVE, exclusive),
	LOCK(U32, ORPHANS, orphans),
	LOCK(U32, WAITING, waiting),
	LOCK(U32, WAITING_PEAK, waiting_peak),
	LOCK(U64, GRANTED, granted),
	LOCK(U64, QUEUED, queued),
	LOCK(U64, REFUSED, refused),
	LOCK(U64, TIMEOUTS, timeouts),
	LOCK(U64, DEADLOCKS, deadlocks),
	LOCK(U64, ORPHANED, orphaned),
	LOCK(U64, LONGEST_WAIT, longest_wait),
	LOCK(U64, SEQUENCE, sequence),
	LOCK(U32, PURGED, purged),
};

const struct record_type record_lock = {
	sizeof(struct lock_record), MOTET_A_LOCK_MAX,
	record_lock_fields, ARRAY_SIZE(record_lock_fields)
};

#define LOCK_REQUEST(kind, attribute, member) \
	{ MOTET_A_LOCK_REQUEST_##attribute, RECORD_##kind, #member, \
	  offsetof(struct lock_request_record, member) }

static const struct record_field record_lock_request_fields[] = {
	LOCK_REQUEST(ID, LOCK, lock),
	LOCK_REQUEST(ID, ACTOR, actor),
	LOCK_REQUEST(U32, PID, pid),
	LOCK_REQUEST(U64, LOCK_ID, lock_id),
	LOCK_REQUEST(LOCK_MODE, MODE, mode),
	LOCK_REQUEST(LOCK_STATE, STATE, state),
	LOCK_REQUEST(U64, SINCE, since),
	LOCK_REQUEST(FLAG, SLEEPING, sleeping),
	LOCK_REQUEST(U64, SEQUENCE, sequence),
};

const struct record_type record_lock_request = {
	sizeof(struct lock_request_record), MOTET_A_LOCK_REQUEST_MAX,
	record_lock_request_fields, ARRAY_SIZE(record_lock_request_fields)
};

#define CHANNEL(kind, attribute, member) \
	{ MOTET_A_CHANNEL_##attribute, RECORD_##kind, #member, \
	  offsetof(struct channel_record, member) }

static const struct record_field record_channel_fields[] = {
	CHANNEL(ID, ID, id),
	CHANNEL(BYTES, NAME, name),
	CHANNEL(U32, UID, uid),
	CHANNEL(U32, GID, gid),
	CHANNEL(MODE, MODE, mode),
	CHANNEL(U64, RETENTION, retention),
	CHANNEL(FLAG, KEPT, kept),
	CHANNEL(U32, OPENERS, openers),
	CHANNEL(U32, SUBSCRIBERS, subscribers),
	CHANNEL(U32, SUBSCRIPTIONS, subscriptions),
	CHANNEL(U32, RETAINED, retained),
	CHANNEL(U64, RETAINED_BYTES, retained_bytes),
	CHANNEL(U32, RETAINED_MAX, retained_max),
	CHANNEL(U64, RETAINED_BYTES_MAX, retained_bytes_max),
	CHANNEL(U64, PUBLISHED, published),
	CHANNEL(U64, DELIVERED, delivered),
	CHANNEL(U64, LOST, lost),
	CHANNEL(U64, SEQUENCE, sequence),
};

const struct record_type record_channel = {
	sizeof(struct channel_record), MOTET_A_CHANNEL_MAX,
	record_channel_fields, ARRAY_SIZE(record_channel_fields)
};

#define CHECKPOINT(kind, attribute, member) \
	{ MOTET_A_CHECKPOINT_##attribute, RECORD_##kind, #member, \
	  offsetof(struct checkpoint_record, member) }

static const struct record_field record_checkpoint_fields[] = {
	CHECKPOINT(ID, ID, id),
	CHECKPOINT(BYTES, NAME, name),
	CHECKPOINT(U32, UID, uid),
	CHECKPOINT(U32, GID, gid),
	CHECKPOINT(MODE, MODE, mode),
	CHECKPOINT(U64, RETENTION, retention),
	CHECKPOINT(U32, KIND, kind),
	CHECKPOINT(U32, SECTIONS, sections),
	CHECKPOINT(U32, SECTIONS_MAX, sections_max),
	CHECKPOINT(U64, BYTES, bytes),
	CHECKPOINT(U64, BYTES_MAX, bytes_max),
	CHECKPOINT(U64, SECTION_BYTES_MAX, section_bytes_max),
	CHECKPOINT(U32, SECTION_ID_MAX, section_id_max),
	CHECKPOINT(U64, MEMORY, memory),
	CHECKPOINT(U64, GENERATION, generation),
	CHECKPOINT(U64, READS, reads),
	CHECKPOINT(U64, WRITES, writes),
	CHECKPOINT(U32, HANDLES, handles),
	CHECKPOINT(FLAG, RETAINED, retained),
	CHECKPOINT(FLAG, EXHAUSTED, exhausted),
	CHECKPOINT(U32, TRACKERS, trackers),
	CHECKPOINT(U32, REPLICATE, replicate),
	CHECKPOINT(U32, STEPS, steps),
	CHECKPOINT(U32, WAITING, waiting),
	CHECKPOINT(U64, ACKNOWLEDGED, acknowledged),
	CHECKPOINT(U32, VIEWS, views),
	CHECKPOINT(U64, SEQUENCE, sequence),
};

const struct record_type record_checkpoint = {
	sizeof(struct checkpoint_record), MOTET_A_CHECKPOINT_MAX,
	record_checkpoint_fields, ARRAY_SIZE(record_checkpoint_fields)
};

#define NODE(kind, attribute, member) \
	{ MOTET_A_NODE_##attribute, RECORD_##kind, #member, \
	  offsetof(struct node_record, member) }

static const struct record_field record_node_fields[] = {
	NODE(U32, NUMBER, number),
	NODE(BYTES, NAME, name),
	NODE(BYTES, ADDRESS, address),
	NODE(U32, MEMBER, member),
	NODE(FLAG, HERE, here),
	NODE(U64, BOOT_TIME, boot_time),
	NODE(U64, VIEW, view),
	NODE(U64, SINCE_VIEW, since_view),
	NODE(U64, SEQUENCE, sequence),
};

const struct record_type record_node = {
	sizeof(struct node_record), MOTET_A_NODE_MAX,
	record_node_fields, ARRAY_SIZE(record_node_fields)
};

#define HANDLE(kind, attribute, member) \
	{ MOTET_A_HANDLE_##attribute, RECORD_##kind, #member, \
	  offsetof(struct handle_record, member) }

static const struct record_field record_handle_fields[] = {
	HANDLE(ID, OBJECT, object),
	HANDLE(ID, ACTOR, actor),
	HANDLE(U32, PID, pid),
	HANDLE(U32, UID, uid),
	HANDLE(U32, ROLE, role),
	HANDLE(U32, WAITING, waiting),
	HANDLE(U32, CALLS, calls),
	HANDLE(U64, SEQUENCE, sequence),
	HANDLE(MODE, RIGHTS, rights),
	HANDLE(U32, MESSAGES, messages),
	HANDLE(U64, LOST, lost),
};

const struct record_type record_handle = {
	sizeof(struct handle_record), MOTET_A_HANDLE_MAX,
	record_handle_fields, ARRAY_SIZE(record_handle_fields)
};

#define TRACKER(kind, attribute, member) \
	{ MOTET_A_TRACKER_##attribute, RECORD_##kind, #member, \
	  offsetof(struct tracker_record, member) }

static const struct record_field record_tracker_fields[] = {
	TRACKER(ID, OBJECT, object),
	TRACKER(ID, PORT, port),
	TRACKER(U64, SEQUENCE, sequence),
};

const struct record_type record_tracker = {
	sizeof(struct tracker_record), MOTET_A_TRACKER_MAX,
	record_tracker_fields, ARRAY_SIZE(record_tracker_fields)
};

#define WATCH(kind, attribute, member) \
	{ MOTET_A_WATCH_##attribute, RECORD_##kind, #member, \
	  offsetof(struct watch_record, member) }

static const struct record_field record_watch_fields[] = {
	WATCH(U64, NUMBER, number),
	WATCH(U32, KIND, kind),
	WATCH(U32, FLAGS, flags),
	WATCH(ID, PORT, port),
	WATCH(U64, COOKIE, cookie),
	WATCH(U32, PID, pid),
	WATCH(U32, NODE, node),
	WATCH(ID, ID, id),
	WATCH(U32, DEPTH, depth),
	WATCH(U32, PLACES, places),
	WATCH(U32, FOLLOWED, followed),
	WATCH(U64, MISSED, missed),
	WATCH(FLAG, ENDED, ended),
	WATCH(U64, SEQUENCE, sequence),
};

const struct record_type record_watch = {
	sizeof(struct watch_record), MOTET_A_WATCH_MAX,
	record_watch_fields, ARRAY_SIZE(record_watch_fields)
};

_Static_assert(sizeof(struct port_record) <= RECORD_SIZE_MAX,
	       "RECORD_SIZE_MAX");

size_t record_size(const struct record_type *type)
{
	return type->size;
}

/* All records begin with it. */
static unsigned long *record_present(const void *record)
{
	return (unsigned long *)record;
}

static size_t record_wire_size(enum record_kind kind)
{
	switch (kind) {
	case RECORD_U64:
		return sizeof(unsigned long long);
	case RECORD_ID:
		return sizeof(struct motet_id);
	case RECORD_FLAG:
	case RECORD_BYTES:
		return 0;
	default:
		return sizeof(unsigned int);
	}
}

static void record_store(const struct record_field *field,
			 const struct nlattr *attribute, char *to)
{
	struct record_bytes *bytes;

	switch (field->kind) {
	case RECORD_FLAG:
		*(bool *)to = true;
		break;
	case RECORD_BYTES:
		bytes = (struct record_bytes *)to;
		bytes->len = (size_t)nla_len(attribute);
		bytes->bytes = text_grow(NULL, bytes->len, 1);
		memcpy(bytes->bytes, nla_data(attribute), bytes->len);
		break;
	default:
		memcpy(to, nla_data(attribute), record_wire_size(field->kind));
		break;
	}
}

int record_parse(const struct record_type *type, struct nlmsghdr *message,
		 void *record)
{
	struct nlattr *attributes[type->attribute_max + 1];
	size_t i;

	memset(record, 0, type->size);
	if (!genlmsg_valid_hdr(message, 0) ||
	    genlmsg_parse(message, 0, attributes, type->attribute_max, NULL))
		return -EBADMSG;

	for (i = 0; i < type->n_fields; i++) {
		const struct record_field *field = &type->fields[i];
		const struct nlattr *attribute = attributes[field->attribute];

		if (!attribute)
			continue;
		if ((size_t)nla_len(attribute) < record_wire_size(field->kind))
			return -EBADMSG;
		record_store(field, attribute, (char *)record + field->offset);
		*record_present(record) |= 1UL << field->attribute;
	}
	return 0;
}

void record_clear(const struct record_type *type, void *record)
{
	size_t i;

	for (i = 0; i < type->n_fields; i++) {
		const struct record_field *field = &type->fields[i];
		char *from = (char *)record + field->offset;

		if (field->kind == RECORD_BYTES)
			free(((struct record_bytes *)from)->bytes);
	}
	memset(record, 0, type->size);
}

static const char * const record_states[] = {
	[MOTET_PORT_STATE_HELD] = "held",
	[MOTET_PORT_STATE_RETAINED] = "retained",
	[MOTET_PORT_STATE_DEAD] = "dead",
};

const char *record_state_name(unsigned int state)
{
	if (state >= ARRAY_SIZE(record_states))
		return "unknown";
	return record_states[state];
}

static char *record_title(const struct record_bytes *name, bool named,
			  const struct motet_id *id)
{
	char text[MOTET_ID_TEXT_SIZE];

	if (named)
		return text_escape(name->bytes, name->len, false);
	return text_format("id:%s", motet_id_to_string(id, text));
}

char *record_port_title(const struct port_record *port)
{
	return record_title(&port->name, record_has(port, MOTET_A_PORT_NAME),
			    &port->id);
}

char *record_channel_title(const struct channel_record *channel)
{
	return record_title(&channel->name,
			    record_has(channel, MOTET_A_CHANNEL_NAME),
			    &channel->id);
}

char *record_group_title(const struct group_record *group)
{
	return record_title(&group->name, record_has(group, MOTET_A_GROUP_NAME),
			    &group->id);
}

char *record_lock_title(const struct lock_record *lock)
{
	return record_title(&lock->name, record_has(lock, MOTET_A_LOCK_NAME),
			    &lock->id);
}

char *record_checkpoint_title(const struct checkpoint_record *checkpoint)
{
	return record_title(&checkpoint->name,
			    record_has(checkpoint, MOTET_A_CHECKPOINT_NAME),
			    &checkpoint->id);
}

void record_json_bytes(json_t *object, const char *key, const void *bytes,
		       size_t len)
{
	__cleanup(text) char *longer = NULL;
	__cleanup(text) char *base64 = NULL;

	if (text_is_utf8(bytes, len)) {
		json_object_set_new(object, key, json_stringn(bytes, len));
		return;
	}
	longer = text_format("%s_base64", key);
	base64 = text_base64(bytes, len);
	json_object_set_new(object, longer, json_string(base64));
}

json_t *record_json_number(unsigned long long number)
{
	const unsigned long long max = ~0ULL >> 1;

	return json_integer((json_int_t)(number > max ? max : number));
}

static void record_json_field(json_t *object, const struct record_field *field,
			      const char *from)
{
	const struct record_bytes *bytes = (const struct record_bytes *)from;
	char id[MOTET_ID_TEXT_SIZE];
	unsigned long long wide;
	unsigned int number;
	json_t *value = NULL;

	switch (field->kind) {
	case RECORD_BYTES:
		record_json_bytes(object, field->key, bytes->bytes, bytes->len);
		return;
	case RECORD_U64:
		memcpy(&wide, from, sizeof(wide));
		value = record_json_number(wide);
		break;
	case RECORD_FLAG:
		value = json_true();
		break;
	case RECORD_ID:
		motet_id_to_string((const struct motet_id *)from, id);
		value = json_string(id);
		break;
	default:
		memcpy(&number, from, sizeof(number));
		if (field->kind == RECORD_STATE)
			value = json_string(record_state_name(number));
		else if (field->kind == RECORD_ADDRESS)
			value = json_string(motet_address_to_string(number));
		else if (field->kind == RECORD_LOCK_MODE)
			value = json_string(motet_lock_mode_to_string(number));
		else if (field->kind == RECORD_LOCK_STATE)
			value = json_string(motet_lock_state_to_string(number));
		else if (field->kind == RECORD_MODE)
			value = json_sprintf("%04o", number);
		else
			value = json_integer(number);
		break;
	}
	json_object_set_new(object, field->key, value);
}

json_t *record_json(const struct record_type *type, const void *record)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < type->n_fields; i++) {
		const struct record_field *field = &type->fields[i];

		if (*record_present(record) >> field->attribute & 1)
			record_json_field(object, field, (const char *)record +
					  field->offset);
		else if (field->kind == RECORD_FLAG)
			json_object_set_new(object, field->key, json_false());
	}
	return object;
}

struct records records_new(const struct record_type *type)
{
	return (struct records){ .type = type };
}

void *records_at(const struct records *records, size_t i)
{
	return records->items + i * records->type->size;
}

int records_add(struct records *records, struct nlmsghdr *message)
{
	records->items = text_grow(records->items, records->n + 1,
				   records->type->size);
	return record_parse(records->type, message,
			    records_at(records, records->n++));
}

json_t *records_json(const struct records *records)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < records->n; i++)
		json_array_append_new(array,
				      record_json(records->type,
						  records_at(records, i)));
	return array;
}

void cleanup_records(struct records *records)
{
	size_t i;

	for (i = 0; i < records->n; i++)
		record_clear(records->type, records_at(records, i));
	free(records->items);
	records->items = NULL;
	records->n = 0;
}
