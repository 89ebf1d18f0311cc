// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The classes of objects that events are about: see events.h.
 */
#include <string.h>

#include "events.h"
#include "text.h"

static bool events_bytes_differ(const struct record_bytes *a,
				const struct record_bytes *b)
{
	return a->len != b->len || (a->len && memcmp(a->bytes, b->bytes, a->len));
}

/* --- port ---------------------------------------------------------------- */

static bool events_ports_differ(const void *one, const void *other)
{
	const struct port_record *a = one, *b = other;

	return a->state != b->state || a->name.len != b->name.len ||
		memcmp(&a->holder, &b->holder, sizeof(a->holder));
}

static const char *events_port_state(const void *record)
{
	const struct port_record *port = record;

	return record_state_name(port->state);
}

static char *events_port_title(const void *record)
{
	return record_port_title(record);
}

const struct events_class events_port = {
	.name = "port",
	.type = &record_port,
	.get = MOTET_CMD_PORT_GET,
	.created = MOTET_CMD_PORT_CREATE_NTF,
	.changed = MOTET_CMD_PORT_CHANGE_NTF,
	.deleted = MOTET_CMD_PORT_DELETE_NTF,
	.sequence = offsetof(struct port_record, sequence),
	.key = offsetof(struct port_record, id),
	.key_len = sizeof(struct motet_id),
	.differ = events_ports_differ,
	.state = events_port_state,
	.title = events_port_title,
};

/* --- group --------------------------------------------------------------- */

static bool events_groups_differ(const void *one, const void *other)
{
	const struct group_record *a = one, *b = other;

	return a->members != b->members;
}

static const char *events_group_state(const void *record)
{
	const struct group_record *group = record;

	return group->members ? "in use" : "empty";
}

static char *events_group_title(const void *record)
{
	return record_group_title(record);
}

const struct events_class events_group = {
	.name = "group",
	.type = &record_group,
	.get = MOTET_CMD_GROUP_GET,
	.created = MOTET_CMD_GROUP_CREATE_NTF,
	.changed = MOTET_CMD_GROUP_CHANGE_NTF,
	.deleted = MOTET_CMD_GROUP_DELETE_NTF,
	.sequence = offsetof(struct group_record, sequence),
	.key = offsetof(struct group_record, id),
	.key_len = sizeof(struct motet_id),
	.differ = events_groups_differ,
	.state = events_group_state,
	.title = events_group_title,
};

/* --- lock ---------------------------------------------------------------- */

/* That it is granted and released is not told. */
static bool events_locks_differ(const void *one, const void *other)
{
	(void)one;
	(void)other;
	return false;
}

static const char *events_lock_state(const void *record)
{
	const struct lock_record *lock = record;

	if (lock->exclusive || lock->shared)
		return "held";
	return "free";
}

static char *events_lock_title(const void *record)
{
	return record_lock_title(record);
}

const struct events_class events_lock = {
	.name = "lock",
	.type = &record_lock,
	.get = MOTET_CMD_LOCK_GET,
	.created = MOTET_CMD_LOCK_CREATE_NTF,
	.deleted = MOTET_CMD_LOCK_DELETE_NTF,
	.sequence = offsetof(struct lock_record, sequence),
	.key = offsetof(struct lock_record, id),
	.key_len = sizeof(struct motet_id),
	.differ = events_locks_differ,
	.state = events_lock_state,
	.title = events_lock_title,
};

/* --- channel ------------------------------------------------------------- */

static bool events_channels_differ(const void *one, const void *other)
{
	const struct channel_record *a = one, *b = other;

	return a->name.len != b->name.len;
}

static const char *events_channel_state(const void *record)
{
	const struct channel_record *channel = record;

	if (!record_has(channel, MOTET_A_CHANNEL_NAME))
		return "unlinked";
	return channel->openers ? "open" : "closed";
}

static char *events_channel_title(const void *record)
{
	return record_channel_title(record);
}

const struct events_class events_channel = {
	.name = "channel",
	.type = &record_channel,
	.get = MOTET_CMD_CHANNEL_GET,
	.created = MOTET_CMD_CHANNEL_CREATE_NTF,
	.changed = MOTET_CMD_CHANNEL_CHANGE_NTF,
	.deleted = MOTET_CMD_CHANNEL_DELETE_NTF,
	.sequence = offsetof(struct channel_record, sequence),
	.key = offsetof(struct channel_record, id),
	.key_len = sizeof(struct motet_id),
	.differ = events_channels_differ,
	.state = events_channel_state,
	.title = events_channel_title,
};

/* --- checkpoint ---------------------------------------------------------- */

static bool events_checkpoints_differ(const void *one, const void *other)
{
	const struct checkpoint_record *a = one, *b = other;

	return a->name.len != b->name.len || a->retention != b->retention;
}

static const char *events_checkpoint_state(const void *record)
{
	const struct checkpoint_record *checkpoint = record;

	return checkpoint->handles ? "open" : "retained";
}

static char *events_checkpoint_title(const void *record)
{
	return record_checkpoint_title(record);
}

const struct events_class events_checkpoint = {
	.name = "checkpoint",
	.type = &record_checkpoint,
	.get = MOTET_CMD_CHECKPOINT_GET,
	.created = MOTET_CMD_CHECKPOINT_CREATE_NTF,
	.changed = MOTET_CMD_CHECKPOINT_CHANGE_NTF,
	.deleted = MOTET_CMD_CHECKPOINT_DELETE_NTF,
	.sequence = offsetof(struct checkpoint_record, sequence),
	.key = offsetof(struct checkpoint_record, id),
	.key_len = sizeof(struct motet_id),
	.differ = events_checkpoints_differ,
	.state = events_checkpoint_state,
	.title = events_checkpoint_title,
};

/* --- node ---------------------------------------------------------------- */

static bool events_nodes_differ(const void *one, const void *other)
{
	const struct node_record *a = one, *b = other;

	return a->member != b->member || a->here != b->here ||
		a->since_view != b->since_view ||
		a->boot_time != b->boot_time ||
		events_bytes_differ(&a->name, &b->name) ||
		events_bytes_differ(&a->address, &b->address);
}

static const char *events_node_state(const void *record)
{
	const struct node_record *node = record;

	return node->member ? "member" : "absent";
}

static char *events_node_title(const void *record)
{
	const struct node_record *node = record;
	__cleanup(text) char *name = NULL;

	if (!node->name.len)
		return text_format("%u", node->number);
	name = text_escape(node->name.bytes, node->name.len, false);
	return text_format("%u %s", node->number, name);
}

const struct events_class events_node = {
	.name = "node",
	.type = &record_node,
	.get = MOTET_CMD_NODE_GET,
	.created = MOTET_CMD_NODE_CREATE_NTF,
	.changed = MOTET_CMD_NODE_CHANGE_NTF,
	.deleted = MOTET_CMD_NODE_DELETE_NTF,
	.sequence = offsetof(struct node_record, sequence),
	.key = offsetof(struct node_record, number),
	.key_len = sizeof(unsigned int),
	.differ = events_nodes_differ,
	.state = events_node_state,
	.title = events_node_title,
};
