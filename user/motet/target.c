// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device, ports and groups: see target.h.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "command.h"
#include "target.h"

static const char target_id_prefix[] = "id:";
static const char target_name_prefix[] = "name:";

static const char *target_after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

bool target_parse(struct target *target, const char *text)
{
	const char *id = target_after(text, target_id_prefix);
	const char *name = target_after(text, target_name_prefix);
	size_t len;

	*target = (struct target){ .text = text };
	if (id)
		return !motet_id_from_string(&target->id, id);
	target->name = name ? name : text;
	len = strlen(target->name);
	return len && len <= MOTET_NAME_MAX;
}

bool target_parse_group(struct target *target, const char *text)
{
	bool good = target_parse(target, text);

	target->group = true;
	return good;
}

bool target_parse_channel(struct target *target, const char *text)
{
	bool good = target_parse(target, text);

	target->channel = true;
	return good;
}

static const char *target_class(const struct target *target)
{
	if (target->channel)
		return "channel";
	return target->group ? "group" : "port";
}

static void target_actor_fail(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		command_fail(error, "%s: the module isn't loaded; try \"modprobe motet\"",
			     MOTET_DEVICE);
		break;
	case -EACCES:
	case -EPERM:
		command_fail(error, "%s: no permission; see \"ls -l %s\"",
			     MOTET_DEVICE, MOTET_DEVICE);
		break;
	default:
		command_fail(error, MOTET_DEVICE ": %s", motet_strerror(error));
		break;
	}
}

int target_actor_open(void)
{
	int actor = motet_actor_open(0);

	if (actor >= 0)
		return actor;
	target_actor_fail(actor);
	return -COMMAND_UNAVAILABLE;
}

int target_open(int actor, const struct target *target, unsigned int fd_flags)
{
	if (target->group && target->name)
		return motet_group_open(actor, target->name, fd_flags, NULL);
	if (target->group)
		return motet_group_open_id(actor, &target->id, fd_flags);
	if (target->name)
		return motet_port_open(actor, target->name, fd_flags);
	return motet_port_open_id(actor, &target->id, fd_flags);
}

int target_take(int actor, const struct target *target, unsigned int fd_flags)
{
	if (target->name)
		return motet_port_take(actor, target->name, fd_flags);
	return motet_port_take_id(actor, &target->id, fd_flags);
}

int target_standby(int actor, const struct target *target,
		   unsigned int fd_flags)
{
	if (target->name)
		return motet_port_standby(actor, target->name, fd_flags);
	return motet_port_standby_id(actor, &target->id, fd_flags);
}

int target_id(int actor, const struct target *target, struct motet_id *id)
{
	__cleanup(fd) int group = -1;

	if (!target->name) {
		*id = target->id;
		return 0;
	}
	if (!target->group)
		return motet_port_lookup(actor, target->name, id);
	group = motet_group_open(actor, target->name, 0, id);
	return group < 0 ? group : 0;
}

/* What to do about an error; %s are its class, which, and the class again */
static const struct {
	int error;
	const char *text;
} target_errors[] = {
	{ -EACCES,
	  "%s \"%s\": its mode doesn't allow it; see \"motet %s ls\"" },
	{ -EAGAIN, "%s \"%s\": it would have to wait" },
	{ -EBUSY,
	  "%s \"%s\": a living process holds it; see \"motet %s show\"" },
	{ -ECONNRESET,
	  "%s \"%s\": the server ended before it answered the call" },
	{ -EDQUOT,
	  "%s \"%s\": a limit is reached; see \"motet info\" and \"motet user ls\"" },
	{ -EEXIST,
	  "%s \"%s\": the name is in use; see \"motet %s ls\"" },
	{ -EHOSTUNREACH,
	  "%s \"%s\" has no member that it could go to; see \"motet %s members\"" },
	{ -EMSGSIZE,
	  "%s \"%s\": it never has room for a message of this size; see \"motet %s ls\"" },
	{ -ENOENT, "no %s is named \"%s\"; see \"motet %s ls\"" },
	{ -EOWNERDEAD,
	  "%s \"%s\" is gone, and the message was not received" },
	{ -ESRCH, "no %s has the identifier \"%s\"; see \"motet %s ls\"" },
	{ -ESTALE, "%s \"%s\" has moved to another process" },
	{ -ETIMEDOUT, "%s \"%s\": the time is up" },
};

int target_fail(const struct target *target, int error)
{
	const char *what = target_class(target);
	__cleanup(text) char *which = NULL;
	size_t i;

	which = text_escape(target->text, strlen(target->text), false);
	for (i = 0; i < ARRAY_SIZE(target_errors); i++)
		if (target_errors[i].error == error)
			return command_fail(error, target_errors[i].text, what,
					    which, what);
	return command_fail(error, "%s \"%s\": %s", what, which,
			    motet_strerror(error));
}
