/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of checkpoints share.
 */
#ifndef MOTET_CHECKPOINT_COMMAND_H
#define MOTET_CHECKPOINT_COMMAND_H

#include <stdbool.h>

#include <motet/motet.h>

/**
 * struct section_name - the id of a section as people write it
 * @text: as it was written, or NULL for the default section
 * @bytes: the id
 * @len: its length; 0 is that of the default section
 */
struct section_name {
	const char *text;
	unsigned char bytes[MOTET_SECTION_ID_MAX];
	size_t len;
};

/*
 * hex:HEX is bytes, name:TEXT a text whatever it looks like, and all else a
 * text. Return: is it an id?
 */
bool section_name_parse(struct section_name *name, const char *text);

/* The other way, for people: to be freed. */
char *section_name_title(const void *bytes, size_t len);

/*
 * Open a checkpoint for a command. Return: the file descriptor, or the negative
 * of how the command ends: it has said then what is wrong.
 */
int checkpoint_open(int actor, const char *name, unsigned int flags);

/* Say what failed; how the command ends. section may be NULL. */
int checkpoint_fail(const char *name, const struct section_name *section,
		    int error);

#endif /* MOTET_CHECKPOINT_COMMAND_H */
