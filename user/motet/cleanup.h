/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a variable owns is given back when it goes out of scope.
 */
#ifndef MOTET_CLEANUP_H
#define MOTET_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* On the declaration of a variable, which must be initialised */
#define __cleanup(name)		__attribute__((cleanup(cleanup_##name)))

/* A cleanup for a pointer type, by what frees it */
#define DEFINE_CLEANUP(name, type, release)				\
	static inline void cleanup_##name(typeof(type) **var)			\
	{								\
		if (*var)						\
			release(*var);					\
	}

DEFINE_CLEANUP(text, char, free)

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif /* MOTET_CLEANUP_H */
