/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capabilities of groups: secrets, which don't belong on a command line, where
 * ps(1) shows them to all. They are read from files or from the environment,
 * and written to the standard output or to a file of the user's own.
 */
#ifndef MOTET_CAPABILITY_H
#define MOTET_CAPABILITY_H

#include <stdbool.h>

#include <motet/motet.h>

/*
 * Read a capability from a file ("-" is the standard input), or from
 * $MOTET_CAPABILITY if file is NULL. 0, or how the command ends: it has said
 * why.
 */
int capability_read(const char *file, struct motet_cap *cap);

/**
 * struct capability_file - a file that a capability will be written to
 * @name: its name, or NULL for the standard output
 * @made: the name that it has until all of it is there; owned
 * @fd: the file, or -1
 */
struct capability_file {
	const char *name;
	char *made;
	int fd;
};

/*
 * Make the file, before there is a secret that could be lost. What it replaces
 * stays until it is written. 0, or how the command ends.
 */
int capability_prepare(struct capability_file *file, const char *name);

/* Write it, there or as JSON; how the command ends */
int capability_write(struct capability_file *file, const struct motet_cap *cap,
		     bool json);

void cleanup_capability_file(struct capability_file *file);

/* Say what failed with it, and what to do about that; how the command ends */
int capability_fail(int error);

#endif /* MOTET_CAPABILITY_H */
