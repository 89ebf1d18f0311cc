// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Errors as text.
 */
#include <stdlib.h>

#include "internal.h"

static const struct {
	int error;
	const char *text;
} motet__errors[] = {
	{ EACCES, "the mode of the object does not allow it, or the key is wrong" },
	{ EAGAIN, "it would have to wait" },
	{ EALREADY, "this actor has the lock exclusively, or waits for that" },
	{ EBUSY, "the port has a living holder, or the call a waiting thread" },
	{ ECANCELED, "what was waited for was cancelled" },
	{ ECONNRESET, "the other side of the call went away" },
	{ EDEADLK, "the wait would close a circle of actors that wait" },
	{ EDQUOT, "a limit of the user or of the domain is reached" },
	{ EEXIST, "the name is in use, or it is a member already" },
	{ EHOSTUNREACH, "the group has no member that it could go to" },
	{ EMSGSIZE, "the message is larger than the room it should go into" },
	{ ENOENT, "nothing has this name or number" },
	{ ENOMEM, "no memory, or the memory cgroup is full" },
	{ ENOTTY, "this file descriptor does not know the operation" },
	{ ENOTRECOVERABLE, "an orphan of a dead owner is in the way" },
	{ EOWNERDEAD, "the port is gone; the message was not received" },
	{ EPERM, "this process does not hold the object" },
	{ ESRCH, "no object has this identifier" },
	{ ESTALE, "the port has moved to another process" },
	{ ETIMEDOUT, "the deadline passed" },
};

const char *motet_strerror(int error)
{
	size_t i;

	error = abs(error);
	for (i = 0; i < sizeof(motet__errors) / sizeof(*motet__errors); i++)
		if (motet__errors[i].error == error)
			return motet__errors[i].text;
	return strerror(error);
}
