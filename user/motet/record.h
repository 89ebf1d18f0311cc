/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records: what netlink tells of an object, as a struct.
 *
 * A table for each kind of record says which attribute goes where; reading a
 * message and writing JSON need nothing else. Attributes of a newer kernel
 * are passed over, and what an older one doesn't tell is not present.
 */
#ifndef MOTET_RECORD_H
#define MOTET_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <linux/motet.h>
#include <linux/motet_netlink.h>
#include <linux/netlink.h>

#include "cleanup.h"

/**
 * struct record_bytes - a name: any bytes but NUL
 * @bytes: they; owned
 * @len: how many
 */
struct record_bytes {
	unsigned char *bytes;
	size_t len;
};

/*
 * The members are as in the netlink specification. present has a bit for each
 * attribute that came, and is first in all of them.
 */
struct domain_record {
	unsigned long present;
	unsigned long long sequence;
	unsigned int actors;
	unsigned int ports;
	unsigned int named_ports;
	unsigned int retained_ports;
	unsigned int ports_max;
	unsigned int purged;
	unsigned int groups;
	unsigned int nodes;
	unsigned int node;
	unsigned long long view;
	unsigned int locks;
	unsigned int watches;
	unsigned int channels;
	unsigned int checkpoints;
};

struct actor_record {
	unsigned long present;
	struct motet_id id;
	struct motet_id port;
	unsigned int pid;
	unsigned int uid;
	unsigned int ports;
	bool dead;
	unsigned long long sequence;
};

struct port_record {
	unsigned long present;
	struct motet_id id;
	struct record_bytes name;
	unsigned int state;
	struct motet_id holder;
	unsigned int pid;
	unsigned int uid;
	unsigned int gid;
	unsigned int mode;
	bool is_default;
	unsigned long long retention;
	unsigned long long epoch;
	unsigned int messages;
	unsigned long long bytes;
	unsigned int messages_peak;
	unsigned long long bytes_peak;
	unsigned long long sent;
	unsigned long long received;
	unsigned long long refused;
	unsigned int suspended;
	unsigned long long suspended_total;
	unsigned long long longest_wait;
	unsigned int calls;
	unsigned int handles;
	unsigned long long bytes_max;
	unsigned int messages_max;
	unsigned long long sequence;
	unsigned int node;
	unsigned int standbys;
	bool enabled;
	unsigned int leased;
	unsigned long long redelivered;
	unsigned long long expired;
	unsigned long long dead_letters;
	unsigned long long returned;
	unsigned long long dropped;
	unsigned long long cancelled;
	struct motet_id dead_letter;
	unsigned int redeliveries_max;
};

struct user_record {
	unsigned long present;
	unsigned int uid;
	unsigned int actors;
	unsigned int ports;
	unsigned long long bytes;
	unsigned int locks;
	unsigned int watches;
	unsigned int channels;
	unsigned int checkpoints;
	unsigned long long checkpoint_bytes;
};

struct group_record {
	unsigned long present;
	struct motet_id id;
	struct record_bytes name;
	unsigned int uid;
	unsigned int gid;
	unsigned int mode;
	unsigned long long retention;
	unsigned int address;
	unsigned int members;
	unsigned int sessions;
	unsigned int sessions_max;
	unsigned int trackers;
	unsigned int handles;
	bool retained;
	unsigned int idle;
	unsigned int leased;
	unsigned int backlog;
	unsigned long long backlog_bytes;
	unsigned int backlog_max;
	unsigned long long backlog_bytes_max;
	unsigned int suspended;
	unsigned long long sent;
	unsigned long long redelivered;
	unsigned long long expired;
	unsigned long long dead_letters;
	unsigned long long sequence;
};

struct member_record {
	unsigned long present;
	struct motet_id group;
	struct motet_id port;
	unsigned int node;
	unsigned long long load;
	unsigned int sessions;
	unsigned int report;
	bool stale;
	unsigned int busy;
	unsigned long long since;
	unsigned long long sequence;
};

struct channel_record {
	unsigned long present;
	struct motet_id id;
	struct record_bytes name;
	unsigned int uid;
	unsigned int gid;
	unsigned int mode;
	unsigned long long retention;
	bool kept;
	unsigned int openers;
	unsigned int subscribers;
	unsigned int subscriptions;
	unsigned int retained;
	unsigned long long retained_bytes;
	unsigned int retained_max;
	unsigned long long retained_bytes_max;
	unsigned long long published;
	unsigned long long delivered;
	unsigned long long lost;
	unsigned long long sequence;
};

struct lock_record {
	unsigned long present;
	struct motet_id id;
	struct record_bytes name;
	unsigned int uid;
	unsigned int gid;
	unsigned int mode;
	unsigned int openings;
	unsigned int shared;
	unsigned int exclusive;
	unsigned int orphans;
	unsigned int waiting;
	unsigned int waiting_peak;
	unsigned long long granted;
	unsigned long long queued;
	unsigned long long refused;
	unsigned long long timeouts;
	unsigned long long deadlocks;
	unsigned long long orphaned;
	unsigned long long longest_wait;
	unsigned long long sequence;
	unsigned int purged;
};

struct lock_request_record {
	unsigned long present;
	struct motet_id lock;
	struct motet_id actor;
	unsigned int pid;
	unsigned long long lock_id;
	unsigned int mode;
	unsigned int state;
	unsigned long long since;
	bool sleeping;
	unsigned long long sequence;
};

struct checkpoint_record {
	unsigned long present;
	struct motet_id id;
	struct record_bytes name;
	unsigned int uid;
	unsigned int gid;
	unsigned int mode;
	unsigned long long retention;
	unsigned int kind;
	unsigned int sections;
	unsigned int sections_max;
	unsigned long long bytes;
	unsigned long long bytes_max;
	unsigned long long section_bytes_max;
	unsigned int section_id_max;
	unsigned long long memory;
	unsigned long long generation;
	unsigned long long reads;
	unsigned long long writes;
	unsigned int handles;
	bool retained;
	bool exhausted;
	unsigned int trackers;
	unsigned int replicate;
	unsigned int steps;
	unsigned int waiting;
	unsigned long long acknowledged;
	unsigned int views;
	unsigned long long sequence;
};

struct node_record {
	unsigned long present;
	unsigned int number;
	struct record_bytes name;
	struct record_bytes address;
	unsigned int member;
	bool here;
	unsigned long long boot_time;
	unsigned long long view;
	unsigned long long since_view;
	unsigned long long sequence;
};

struct handle_record {
	unsigned long present;
	struct motet_id object;
	struct motet_id actor;
	unsigned int pid;
	unsigned int uid;
	unsigned int role;
	unsigned int waiting;
	unsigned int calls;
	unsigned long long sequence;
	unsigned int rights;
	unsigned int messages;
	unsigned long long lost;
};

struct tracker_record {
	unsigned long present;
	struct motet_id object;
	struct motet_id port;
	unsigned long long sequence;
};

struct watch_record {
	unsigned long present;
	unsigned long long number;
	unsigned int kind;
	unsigned int flags;
	struct motet_id port;
	unsigned long long cookie;
	unsigned int pid;
	unsigned int node;
	struct motet_id id;
	unsigned int depth;
	unsigned int places;
	unsigned int followed;
	unsigned long long missed;
	bool ended;
	unsigned long long sequence;
};

/* record_type: what there is to know of a kind; see record.c */
struct record_type;

extern const struct record_type record_domain;
extern const struct record_type record_actor;
extern const struct record_type record_port;
extern const struct record_type record_user;
extern const struct record_type record_group;
extern const struct record_type record_member;
extern const struct record_type record_lock;
extern const struct record_type record_lock_request;
extern const struct record_type record_channel;
extern const struct record_type record_checkpoint;
extern const struct record_type record_node;
extern const struct record_type record_handle;
extern const struct record_type record_tracker;
extern const struct record_type record_watch;

/* How long a record of this kind is; none is longer than RECORD_SIZE_MAX */
size_t record_size(const struct record_type *type);

#define RECORD_SIZE_MAX		512

/* Did this attribute come? */
#define record_has(record, attribute)	((record)->present >> (attribute) & 1)

/* Read a generic netlink message; 0 or -EBADMSG. record is to be cleared. */
int record_parse(const struct record_type *type, struct nlmsghdr *message,
		 void *record);

/* Give back what the record owns. */
void record_clear(const struct record_type *type, void *record);

/* As JSON: members are named as in the netlink specification, with _ for - */
json_t *record_json(const struct record_type *type, const void *record);

/* What is wider than jansson's integers is shown as the widest of them. */
json_t *record_json_number(unsigned long long number);

/* Bytes as the member key, or key_base64 if they are not UTF-8 */
void record_json_bytes(json_t *object, const char *key, const void *bytes,
		       size_t len);

/**
 * struct records - an array of records of one kind
 * @type: which
 * @items: the array; owned
 * @n: how many
 */
struct records {
	const struct record_type *type;
	char *items;
	size_t n;
};

struct records records_new(const struct record_type *type);
int records_add(struct records *records, struct nlmsghdr *message);
void *records_at(const struct records *records, size_t i);
json_t *records_json(const struct records *records);
void cleanup_records(struct records *records);

/* "held" and so on */
const char *record_state_name(unsigned int state);

/* An object for people: its name, escaped; or id:HEX. To be freed. */
char *record_port_title(const struct port_record *port);
char *record_channel_title(const struct channel_record *channel);
char *record_group_title(const struct group_record *group);
char *record_lock_title(const struct lock_record *lock);
char *record_checkpoint_title(const struct checkpoint_record *checkpoint);

#endif /* MOTET_RECORD_H */
