/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: what happened to the objects of a domain, without a gap.
 *
 * Multicast may lose events. So each has a number, and whoever misses one reads
 * all objects again and works out the difference. This is the part of it that
 * needs no kernel: it is given dumps and events, and tells what is new.
 *
 *              dump                event n+1
 *   (nothing) ------> following n -----------> following n+1
 *                        ^  |
 *                   dump |  | event beyond n+1, or events were lost
 *                        |  v
 *                     behind
 *
 * Each multicast group has its own numbers, and so a struct events of its own.
 */
#ifndef MOTET_EVENTS_H
#define MOTET_EVENTS_H

#include "record.h"

/**
 * enum events_kind - what is told
 * @EVENTS_EXISTS: an object was there from the beginning
 * @EVENTS_CREATED: an object came into being
 * @EVENTS_CHANGED: an object is in another state, or has another name
 * @EVENTS_DELETED: an object is gone
 * @EVENTS_MISSED: events were lost; what follows is the difference
 */
enum events_kind {
	EVENTS_EXISTS,
	EVENTS_CREATED,
	EVENTS_CHANGED,
	EVENTS_DELETED,
	EVENTS_MISSED,
};

/**
 * struct events_class - a kind of objects that events are about
 * @name: what it is called
 * @type: of its records
 * @get: command that dumps them
 * @created: command of the event that one was created
 * @changed: and changed; 0 if nothing about it is told
 * @deleted: and deleted
 * @sequence: where in the record the number of its last event is
 * @key: where in the record what tells it from others is
 * @key_len: how long that is
 * @differ: would an event have told this difference?
 * @state: the state, for people
 * @title: the object, for people; to be freed
 */
struct events_class {
	const char *name;
	const struct record_type *type;
	int get;
	int created;
	int changed;
	int deleted;
	size_t sequence;
	size_t key;
	size_t key_len;
	bool (*differ)(const void *a, const void *b);
	const char *(*state)(const void *record);
	char *(*title)(const void *record);
};

extern const struct events_class events_port;
extern const struct events_class events_group;
extern const struct events_class events_lock;
extern const struct events_class events_channel;
extern const struct events_class events_checkpoint;
extern const struct events_class events_node;

/**
 * struct events_object - an object that is known
 * @class: what it is
 * @record: what is known of it; owned
 */
struct events_object {
	const struct events_class *class;
	void *record;
};

/**
 * struct events - what is known
 * @tell: who is told; object is NULL for EVENTS_MISSED
 * @arg: for @tell
 * @sequence: number of the last event that is reflected
 * @objects: those that are known, in order; owned
 * @n_objects: how many
 * @started: a first dump was there
 */
struct events {
	void (*tell)(void *arg, enum events_kind kind,
		     unsigned long long sequence,
		     const struct events_object *object);
	void *arg;
	unsigned long long sequence;
	struct events_object *objects;
	size_t n_objects;
	bool started;
};

void cleanup_events(struct events *events);

/**
 * struct events_dump - all objects of a class
 * @class: the class
 * @records: they
 */
struct events_dump {
	const struct events_class *class;
	struct records records;
};

/*
 * Take in a dump of all classes. sequence is the number from before it; events
 * up to it are reflected for sure. The objects are moved out of the records.
 */
void events_take_dump(struct events *events, unsigned long long sequence,
		      struct events_dump *dumps, size_t n_dumps);

/*
 * Take in an event; the object is moved out of the record.
 * Return: 0; or -ENOBUFS: events are missing before it, dump again.
 */
int events_feed(struct events *events, const struct events_class *class,
		int command, void *record);

const char *events_kind_name(enum events_kind kind);

/* The number of the last event that a record reflects */
unsigned long long events_sequence_of(const struct events_class *class,
				      const void *record);

#endif /* MOTET_EVENTS_H */
