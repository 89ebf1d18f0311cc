/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that use all of the module, whether it is there or not, for the test
 * that loads and unloads it meanwhile.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "motet_test.h"

/**
 * enum reload_what - what was done, and worked
 * @RELOAD_SEND: a message was sent
 * @RELOAD_RECEIVE: one was received
 * @RELOAD_CALL: a call was answered
 * @RELOAD_GROUP: a message was sent to a group
 * @RELOAD_PUBLISH: an event was published
 * @RELOAD_EVENT: an event was received
 * @RELOAD_WRITE: a checkpoint was written
 * @RELOAD_VIEW: a view was mapped
 * @RELOAD_LOCK: a lock was granted
 * @RELOAD_ORPHAN: one, of which an orphan is to be left
 * @RELOAD_WATCH: a watch was made
 * @RELOAD_DUMP: objects were dumped
 * @RELOAD_HEARD: an event of netlink's multicast was received
 * @RELOAD_SYSFS: a file of sysfs was read
 * @RELOAD_TRACED: a trace of the module was read
 * @RELOAD_ABSENT: the device was not there when it was opened
 * @RELOAD_KINDS: how many there are
 */
enum reload_what {
	RELOAD_SEND,
	RELOAD_RECEIVE,
	RELOAD_CALL,
	RELOAD_GROUP,
	RELOAD_PUBLISH,
	RELOAD_EVENT,
	RELOAD_WRITE,
	RELOAD_VIEW,
	RELOAD_LOCK,
	RELOAD_ORPHAN,
	RELOAD_WATCH,
	RELOAD_DUMP,
	RELOAD_HEARD,
	RELOAD_SYSFS,
	RELOAD_TRACED,
	RELOAD_ABSENT,
	RELOAD_KINDS,
};

/* How many processes use the module at a time. */
#define RELOAD_USERS	4

/**
 * struct reload - what the processes share with the test
 * @done: how often, by &enum reload_what
 * @strange: how often an open failed as it must not
 * @error: how it did so last
 */
struct reload {
	__u64 done[RELOAD_KINDS];
	__u64 strange;
	int error;
};

void reload_did(struct reload *reload, enum reload_what what);
void reload_user(struct reload *reload, unsigned int index, unsigned int seed);
void reload_opener(struct reload *reload);
void reload_netlink(struct reload *reload);
void reload_files(struct reload *reload);

#endif /* RELOAD_H */
