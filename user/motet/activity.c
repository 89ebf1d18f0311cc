// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Activity: see activity.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <motet/motet.h>

#include "activity.h"
#include "text.h"

const char *const activity_order_names[ACTIVITY_ORDERS] = {
	"rate", "queued", "waiting", "lost", "name",
};

/* --- objects ------------------------------------------------------------- */

static char *activity_port_title(const struct port_record *port)
{
	if (port->is_default && port->pid)
		return text_format("(default of %u)", port->pid);
	return record_port_title(port);
}

struct activity_row activity_of_port(const struct port_record *port)
{
	return (struct activity_row){
		.class = "port",
		.id = port->id,
		.title = activity_port_title(port),
		.uid = port->uid,
		.pid = port->pid,
		.state = record_state_name(port->state),
		.depth = port->messages,
		.depth_max = port->messages_max,
		.waiting = port->suspended,
		.leased = port->leased,
		.in = port->sent,
		.out = port->received,
		.lost = port->refused + port->expired + port->dead_letters +
			port->returned + port->dropped,
	};
}

/* What a group other than a work group does, its members' ports do */
struct activity_row activity_of_group(const struct group_record *group)
{
	return (struct activity_row){
		.class = "group",
		.id = group->id,
		.title = record_group_title(group),
		.uid = group->uid,
		.state = motet_address_to_string(group->address),
		.depth = group->backlog,
		.depth_max = group->backlog_max,
		.waiting = group->suspended,
		.leased = group->leased,
		.in = group->sent,
		.out = group->sent - group->backlog,
		.lost = group->expired + group->dead_letters,
	};
}

/* What is published comes in, and goes out as often as it is delivered. */
struct activity_row activity_of_channel(const struct channel_record *channel)
{
	return (struct activity_row){
		.class = "channel",
		.id = channel->id,
		.title = record_channel_title(channel),
		.uid = channel->uid,
		.state = channel->kept ? "kept" : "open",
		.depth = channel->retained,
		.depth_max = channel->retained_max,
		.in = channel->published,
		.out = channel->delivered,
		.lost = channel->lost,
	};
}

static const char *activity_lock_state(const struct lock_record *lock)
{
	if (lock->orphans)
		return "orphaned";
	if (lock->exclusive)
		return "exclusive";
	return lock->shared ? "shared" : "free";
}

/* Requests come in, and go out as grants; what is granted is like a lease. */
struct activity_row activity_of_lock(const struct lock_record *lock)
{
	unsigned long long lost = lock->refused + lock->timeouts +
				  lock->deadlocks;

	return (struct activity_row){
		.class = "lock",
		.id = lock->id,
		.title = record_lock_title(lock),
		.uid = lock->uid,
		.state = activity_lock_state(lock),
		.waiting = lock->waiting,
		.leased = lock->shared + lock->exclusive,
		.in = lock->granted + lock->waiting + lost,
		.out = lock->granted,
		.lost = lost,
	};
}

static const char *
activity_checkpoint_state(const struct checkpoint_record *checkpoint)
{
	if (checkpoint->exhausted)
		return "full";
	return checkpoint->retained ? "retained" : "open";
}

/* What is written comes in, what is read goes out; sections are what it has. */
struct activity_row
activity_of_checkpoint(const struct checkpoint_record *checkpoint)
{
	return (struct activity_row){
		.class = "checkpoint",
		.id = checkpoint->id,
		.title = record_checkpoint_title(checkpoint),
		.uid = checkpoint->uid,
		.state = activity_checkpoint_state(checkpoint),
		.depth = checkpoint->sections,
		.depth_max = checkpoint->sections_max,
		.in = checkpoint->writes,
		.out = checkpoint->reads,
	};
}

static struct activity_row activity_from_port(const void *record)
{
	return activity_of_port(record);
}

static struct activity_row activity_from_group(const void *record)
{
	return activity_of_group(record);
}

static struct activity_row activity_from_channel(const void *record)
{
	return activity_of_channel(record);
}

static struct activity_row activity_from_checkpoint(const void *record)
{
	return activity_of_checkpoint(record);
}

static struct activity_row activity_from_lock(const void *record)
{
	return activity_of_lock(record);
}

/**
 * struct activity_source - where the rows of a class come from
 * @class: which
 * @command: the netlink command that dumps them
 * @type: what it dumps
 * @row: what that says
 */
struct activity_source {
	const char *class;
	int command;
	const struct record_type *type;
	struct activity_row (*row)(const void *record);
};

static const struct activity_source activity_sources[] = {
	{ "port", MOTET_CMD_PORT_GET, &record_port, activity_from_port },
	{ "group", MOTET_CMD_GROUP_GET, &record_group, activity_from_group },
	{ "channel", MOTET_CMD_CHANNEL_GET, &record_channel,
	  activity_from_channel },
	{ "checkpoint", MOTET_CMD_CHECKPOINT_GET, &record_checkpoint,
	  activity_from_checkpoint },
	{ "lock", MOTET_CMD_LOCK_GET, &record_lock, activity_from_lock },
};

const char *activity_class(size_t i)
{
	return i < ARRAY_SIZE(activity_sources) ? activity_sources[i].class :
						  NULL;
}

/* --- samples ------------------------------------------------------------- */

static int activity_add(struct client *client,
			const struct activity_source *source,
			struct activity *now)
{
	__cleanup(records) struct records records = records_new(source->type);
	int ret = client_get(client, source->command, NLM_F_DUMP, &records);
	size_t i;

	if (ret || !records.n)
		return ret;
	now->rows = text_grow(now->rows, now->n + records.n,
			      sizeof(*now->rows));
	for (i = 0; i < records.n; i++)
		now->rows[now->n++] = source->row(records_at(&records, i));
	return 0;
}

static unsigned long long activity_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int activity_sample(struct client *client, const char *class,
		    struct activity *now)
{
	size_t i;
	int ret;

	now->time = activity_clock();
	for (i = 0; i < ARRAY_SIZE(activity_sources); i++) {
		if (class && strcmp(class, activity_sources[i].class))
			continue;
		ret = activity_add(client, &activity_sources[i], now);
		if (ret)
			return ret;
	}
	return 0;
}

void cleanup_activity(struct activity *activity)
{
	size_t i;

	for (i = 0; i < activity->n; i++)
		free(activity->rows[i].title);
	free(activity->rows);
	*activity = (struct activity){ 0 };
}

/* --- rates --------------------------------------------------------------- */

static int activity_by_id(const void *a, const void *b)
{
	return memcmp(&((const struct activity_row *)a)->id,
		      &((const struct activity_row *)b)->id,
		      sizeof(struct motet_id));
}

/* Counters don't go back, save where what was undone is taken off again */
static double activity_rate(unsigned long long now, unsigned long long before,
			    double seconds)
{
	return now > before && seconds > 0 ? (now - before) / seconds : 0;
}

void activity_compare(struct activity *now, const struct activity *before)
{
	double seconds = (now->time - before->time) / 1e9;
	const struct activity_row *then;
	struct activity_row *row;
	struct activity sorted;
	size_t i;

	if (!before->n)
		return;
	sorted = (struct activity){
		.rows = text_grow(NULL, before->n, sizeof(*sorted.rows)),
	};
	memcpy(sorted.rows, before->rows, before->n * sizeof(*sorted.rows));
	qsort(sorted.rows, before->n, sizeof(*sorted.rows), activity_by_id);
	for (i = 0; i < now->n; i++) {
		row = &now->rows[i];
		then = bsearch(row, sorted.rows, before->n, sizeof(*row),
			       activity_by_id);
		if (!then)
			continue;
		row->in_rate = activity_rate(row->in, then->in, seconds);
		row->out_rate = activity_rate(row->out, then->out, seconds);
		row->lost_rate = activity_rate(row->lost, then->lost, seconds);
	}
	free(sorted.rows);
}

struct activity_row activity_total(const struct activity *now)
{
	struct activity_row total = { .class = "", .state = "" };
	size_t i;

	for (i = 0; i < now->n; i++) {
		total.depth += now->rows[i].depth;
		total.waiting += now->rows[i].waiting;
		total.leased += now->rows[i].leased;
		total.in_rate += now->rows[i].in_rate;
		total.out_rate += now->rows[i].out_rate;
		total.lost_rate += now->rows[i].lost_rate;
	}
	return total;
}

/* --- order --------------------------------------------------------------- */

static int activity_descending(double a, double b)
{
	return (a < b) - (a > b);
}

static double activity_key(const struct activity_row *row,
			   enum activity_order order)
{
	switch (order) {
	case ACTIVITY_BY_DEPTH:
		return row->depth;
	case ACTIVITY_BY_WAITING:
		return row->waiting;
	case ACTIVITY_BY_LOST:
		return row->lost_rate;
	case ACTIVITY_BY_NAME:
		return 0;
	default:
		return row->in_rate + row->out_rate;
	}
}

static int activity_in_order(const void *a, const void *b, void *order)
{
	const struct activity_row *one = a, *other = b;
	enum activity_order by = *(const enum activity_order *)order;
	int ret = activity_descending(activity_key(one, by),
				      activity_key(other, by));

	if (!ret)
		ret = strcmp(one->title, other->title);
	return ret ? ret : activity_by_id(a, b);
}

void activity_sort(struct activity *now, enum activity_order order)
{
	if (now->n)
		qsort_r(now->rows, now->n, sizeof(*now->rows),
			activity_in_order, &order);
}

/* --- JSON ---------------------------------------------------------------- */

static json_t *activity_row_json(const struct activity_row *row)
{
	json_t *object = json_object();
	char id[MOTET_ID_TEXT_SIZE];
	const struct {
		const char *key;
		unsigned long long number;
	} numbers[] = {
		{ "uid", row->uid }, { "pid", row->pid },
		{ "queued", row->depth }, { "queued_max", row->depth_max },
		{ "waiting", row->waiting }, { "leased", row->leased },
		{ "in", row->in }, { "out", row->out }, { "lost", row->lost },
	};
	size_t i;

	json_object_set_new(object, "class", json_string(row->class));
	json_object_set_new(object, "id",
			    json_string(motet_id_to_string(&row->id, id)));
	json_object_set_new(object, "title", json_string(row->title));
	json_object_set_new(object, "state", json_string(row->state));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		json_object_set_new(object, numbers[i].key,
				    record_json_number(numbers[i].number));
	json_object_set_new(object, "in_rate", json_real(row->in_rate));
	json_object_set_new(object, "out_rate", json_real(row->out_rate));
	json_object_set_new(object, "lost_rate", json_real(row->lost_rate));
	return object;
}

json_t *activity_json(const struct activity *now)
{
	json_t *objects = json_array();
	size_t i;

	for (i = 0; i < now->n; i++)
		json_array_append_new(objects, activity_row_json(&now->rows[i]));
	return json_pack("{s:o, s:o}", "monotonic",
			 record_json_number(now->time), "objects", objects);
}
