/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of locks share.
 */
#ifndef MOTET_COMMAND_LOCK_H
#define MOTET_COMMAND_LOCK_H

#include <motet/motet.h>

#include "target.h"

/*
 * Say what failed with a lock, as it was written, and what to do about it; how
 * the command ends.
 */
int lock_fail(const char *text, int error);

#endif /* MOTET_COMMAND_LOCK_H */
