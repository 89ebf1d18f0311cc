/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shell command that handles a message.
 */
#ifndef MOTET_HANDLER_H
#define MOTET_HANDLER_H

#include "message.h"

/*
 * Let the shell run the command, with the body as its input and output as its
 * output. How it ended badly is said.
 *
 * Return: 0 if it ended with 0, a positive number if with something else, or a
 * negative errno if it could not be run.
 */
int handler_run(const char *command, const struct message *message, int output);

#endif /* MOTET_HANDLER_H */
