// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the commands of checkpoints share: see checkpoint.h.
 */
#include <errno.h>
#include <string.h>

#include "checkpoint.h"
#include "cleanup.h"
#include "command.h"

static bool section_parse_hex(struct section_name *name, const char *text)
{
	size_t digits = strlen(text), i;
	char byte[3] = "";
	char *end;

	name->len = digits / 2;
	if (!digits || digits % 2 || name->len > sizeof(name->bytes))
		return false;
	for (i = 0; i < name->len; i++) {
		memcpy(byte, text + 2 * i, 2);
		name->bytes[i] = (unsigned char)strtoul(byte, &end, 16);
		/* strtoul() takes a sign and blanks too */
		if (end != byte + 2 || strspn(byte, "+- \t"))
			return false;
	}
	return true;
}

bool section_name_parse(struct section_name *name, const char *text)
{
	*name = (struct section_name){ .text = text };
	if (!strncmp(text, "hex:", 4))
		return section_parse_hex(name, text + 4);
	if (!strncmp(text, "name:", 5))
		text += 5;
	name->len = strlen(text);
	if (!name->len || name->len > sizeof(name->bytes))
		return false;
	memcpy(name->bytes, text, name->len);
	return true;
}

char *section_name_title(const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;
	char *text;
	size_t i;

	if (!len)
		return text_format("(default)");
	if (text_is_utf8(bytes, len))
		return text_escape(bytes, len, false);
	text = text_grow(NULL, 4 + 2 * len + 1, 1);
	memcpy(text, "hex:", 4);
	for (i = 0; i < len; i++)
		sprintf(text + 4 + 2 * i, "%02x", byte[i]);
	return text;
}

static const struct {
	int error;
	const char *text;
} checkpoint_errors[] = {
	{ -EACCES, "its mode doesn't allow it; see \"motet checkpoint ls\"" },
	{ -EDQUOT, "a limit is reached; see \"motet user ls\"" },
	{ -EEXIST, "there is one already, and it is not the same" },
	{ -EINVAL, "beyond what it was created for; see \"motet checkpoint status\"" },
	{ -EMSGSIZE, "more than one call can read or write" },
	{ -ENOENT, "there is none; see \"motet checkpoint ls\" and \"sections\"" },
	{ -ENOSPC, "the checkpoint is full; see \"motet checkpoint status\"" },
};

static const char *checkpoint_error(int error)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checkpoint_errors); i++)
		if (checkpoint_errors[i].error == error)
			return checkpoint_errors[i].text;
	return motet_strerror(error);
}

int checkpoint_fail(const char *name, const struct section_name *section,
		    int error)
{
	__cleanup(text) char *which = text_escape(name, strlen(name), false);
	__cleanup(text) char *part = NULL;

	if (!section)
		return command_fail(error, "checkpoint \"%s\": %s", which,
				    checkpoint_error(error));
	part = section_name_title(section->bytes, section->len);
	return command_fail(error, "checkpoint \"%s\", section \"%s\": %s",
			    which, part, checkpoint_error(error));
}

int checkpoint_open(int actor, const char *name, unsigned int flags)
{
	int fd = motet_checkpoint_open(actor, name, flags);

	return fd < 0 ? -checkpoint_fail(name, NULL, fd) : fd;
}
