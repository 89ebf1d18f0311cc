/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libmotet: groups of ports. Programs include <motet/motet.h>.
 */
#ifndef MOTET_GROUP_H
#define MOTET_GROUP_H

#include <motet/motet.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: groups
 *
 * What changes a group needs its capability, what sends to it a handle. Sending
 * is by the functions of ports, motet_msg_send() and motet_msg_call(), with the
 * fields of &struct motet_msg that are for groups.
 */

/**
 * motet_group_create_init() - describe a group with defaults
 * @create: what to initialise
 * @name: its name, 1 to %MOTET_NAME_MAX bytes, which must stay where it is
 *	until the group is created; or NULL for an anonymous group
 * @address: how messages go to its members, &enum motet_address; for
 *	%MOTET_ADDRESS_WORK it is a work group
 *
 * Mode %MOTET_MODE_DEFAULT, no retention, any number of sessions. Change the
 * fields of @create as needed, and give it to motet_group_create_full().
 */
static inline void
motet_group_create_init(struct motet_group_create *create, const char *name,
			unsigned int address)
{
	memset(create, 0, sizeof(*create));
	create->size = sizeof(*create);
	create->mode = MOTET_MODE_DEFAULT;
	create->address = address;
	if (name) {
		create->name = (uintptr_t)name;
		create->name_len = motet__length(strlen(name));
	}
}

/**
 * motet_group_create_full() - create a group with all that can be chosen
 * @actor: an actor of this process
 * @create: the group, see motet_group_create_init(); out: its capability
 *
 * Return: the group; or an error of motet_port_create_full().
 */
int motet_group_create_full(int actor, struct motet_group_create *create);

/**
 * motet_group_create() - create an empty group
 * @actor: an actor of this process
 * @name: name, 1 to %MOTET_NAME_MAX bytes; or NULL for an anonymous group
 * @address: how messages go to its members, &enum motet_address
 * @mode: mode bits, for example %MOTET_MODE_DEFAULT
 * @cap: out: its capability, a secret: whoever has it can change the group. Its
 *	@id is the identifier of the group
 *
 * Return: the group, or an error of motet_port_create_full().
 */
int motet_group_create(int actor, const char *name, unsigned int address,
		       unsigned int mode, struct motet_cap *cap);

/**
 * motet_group_open() - open a group by name, to send to it
 * @actor: an actor of this process
 * @name: name of the group
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 * @id: out: its identifier; may be NULL
 *
 * Send and call as with a sender handle of a port; the fields of &struct
 * motet_msg that are for groups say to whom.
 *
 * Return: the group; or -EACCES (its mode: send), -ENOENT, -EPERM, -EMFILE,
 * -ENFILE, -ENOMEM.
 */
int motet_group_open(int actor, const char *name, unsigned int fd_flags,
		     struct motet_id *id);

/**
 * motet_group_open_id() - open a group by identifier, to send to it
 * @actor: an actor of this process
 * @id: identifier of the group
 * @fd_flags: 0 or %MOTET_FD_NONBLOCK
 *
 * Return: the group; or -ESRCH, or another error of motet_group_open().
 */
int motet_group_open_id(int actor, const struct motet_id *id,
			unsigned int fd_flags);

/**
 * motet_group_insert() - make a port a member of a group
 * @actor: an actor of this process
 * @cap: capability of the group
 * @port: identifier of the port
 *
 * Return: 0; or -EACCES (the key is wrong; or the port's mode: send), -EDQUOT
 * (too many members), -EEXIST (it is a member), -EPERM, -ESRCH (no such group
 * or port), -ENOMEM.
 */
int motet_group_insert(int actor, const struct motet_cap *cap,
		       const struct motet_id *port);

/**
 * motet_group_remove() - take a port out of a group
 * @actor: an actor of this process
 * @cap: capability of the group
 * @port: identifier of the port
 *
 * Return: 0; or -EACCES (the key is wrong), -ENOENT (it is no member), -EPERM,
 * -ESRCH.
 */
int motet_group_remove(int actor, const struct motet_cap *cap,
		       const struct motet_id *port);

/**
 * motet_group_rekey() - revoke the capability of a group, and get another
 * @actor: an actor of this process
 * @cap: capability; out: the new one
 *
 * Return: 0; or -EACCES (the key is wrong), -EPERM, -ESRCH.
 */
int motet_group_rekey(int actor, struct motet_cap *cap);

/**
 * motet_group_delete() - end a group
 * @actor: an actor of this process
 * @cap: capability of the group
 *
 * Its members stay what they are.
 *
 * Return: 0; or -EACCES (the key is wrong), -EPERM, -ESRCH.
 */
int motet_group_delete(int actor, const struct motet_cap *cap);

/**
 * motet_group_track() - be told of the members of a group
 * @port: a holder handle of this process, or an actor for its default port
 * @group: identifier of the group
 *
 * The port gets %MOTET_EXCEPTION_MEMBER, with a &struct motet_group_change as
 * its body, for each member and then for each change; also
 * %MOTET_EXCEPTION_GROUP_FULL and %MOTET_EXCEPTION_GROUP_LOST.
 *
 * Return: 0; or -EACCES (the group's mode: receive), -EDQUOT (too many
 * trackers), -EEXIST (the port tracks it), -EPERM, -ESRCH, -ENOMEM.
 */
int motet_group_track(int port, const struct motet_id *group);

/**
 * motet_group_untrack() - be no longer told of the members of a group
 * @port: the handle
 * @group: identifier of the group
 *
 * Return: 0; or -ENOENT (the port doesn't track it), -EPERM, -ESRCH.
 */
int motet_group_untrack(int port, const struct motet_id *group);

/**
 * motet_group_report() - say the load of a member
 * @port: a holder handle of this process
 * @group: identifier of the group
 * @load: what is added to its sessions and weights
 * @period: when the next report is due, in nanoseconds from now; 0 is never.
 *	Without one for three of these the member counts as full
 *
 * Return: 0; or -ENOENT (the port is no member), -EPERM, -ESRCH.
 */
int motet_group_report(int port, const struct motet_id *group,
		       unsigned int load, __u64 period);

/**
 * motet_group_session_end() - end a session
 * @group: the group
 * @session: which session of this handle
 *
 * Return: 0, or -ENOENT (there is no such session).
 */
int motet_group_session_end(int group, __u64 session);

/**
 * motet_group_status_get() - ask what a group is and how full
 * @group: a group
 * @status: in: its size; out: all else
 *
 * Return: 0, or -EINVAL if @status's size is not set.
 */
int motet_group_status_get(int group, struct motet_group_status *status);

#ifdef __cplusplus
}
#endif

#endif /* MOTET_GROUP_H */
