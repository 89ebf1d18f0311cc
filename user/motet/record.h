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
};

struct user_record {
	unsigned long present;
	unsigned int uid;
	unsigned int actors;
	unsigned int ports;
	unsigned long long bytes;
};

/* record_type: what there is to know of a kind; see record.c */
struct record_type;

extern const struct record_type record_domain;
extern const struct record_type record_actor;
extern const struct record_type record_port;
extern const struct record_type record_user;

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

/* A port for people: its name, escaped; or id:HEX. To be freed. */
char *record_port_title(const struct port_record *port);

#endif /* MOTET_RECORD_H */
