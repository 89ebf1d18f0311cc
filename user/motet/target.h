/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command works on: the device, and the port, group or channel that was
 * named.
 */
#ifndef MOTET_TARGET_H
#define MOTET_TARGET_H

#include <stdbool.h>

#include <motet/motet.h>

/**
 * struct target - a port, a group or a channel as people write it
 * @text: as it was written
 * @name: its name; NULL if it was written id:HEX
 * @id: its identifier if there is no name
 * @group: a group
 * @channel: a channel
 */
struct target {
	const char *text;
	const char *name;
	struct motet_id id;
	bool group;
	bool channel;
};

/*
 * id:HEX is an identifier, name:NAME a name whatever it looks like, and all
 * else a name. Return: is it one of them?
 */
bool target_parse(struct target *target, const char *text);
bool target_parse_group(struct target *target, const char *text);
bool target_parse_channel(struct target *target, const char *text);

/*
 * Open the device; the actor, or the negative of how the command ends: it has
 * said what is wrong.
 */
int target_actor_open(void);

/* Handles; or a negative errno */
int target_open(int actor, const struct target *target, unsigned int fd_flags);
int target_take(int actor, const struct target *target, unsigned int fd_flags);
int target_standby(int actor, const struct target *target,
		   unsigned int fd_flags);

/* The identifier of a port or group; 0 or a negative errno */
int target_id(int actor, const struct target *target, struct motet_id *id);

/*
 * Say what failed with it, and what to do about it; how the command ends.
 */
int target_fail(const struct target *target, int error);

#endif /* MOTET_TARGET_H */
