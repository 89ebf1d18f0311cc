/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands: a tree of tables, and what all commands do alike.
 */
#ifndef MOTET_COMMAND_H
#define MOTET_COMMAND_H

#include <argp.h>
#include <stdbool.h>

#include <jansson.h>

#include "text.h"

/**
 * enum command_exit - how the command ends, also in motet(1)
 * @COMMAND_OK: all was done
 * @COMMAND_FAILED: it was not
 * @COMMAND_USAGE: the command line is wrong
 * @COMMAND_UNAVAILABLE: the module isn't loaded, or may not be used
 * @COMMAND_TIMED_OUT: the time was up, or it would have had to wait
 */
enum command_exit {
	COMMAND_OK		= 0,
	COMMAND_FAILED		= 1,
	COMMAND_USAGE		= 2,
	COMMAND_UNAVAILABLE	= 3,
	COMMAND_TIMED_OUT	= 4,
};

/**
 * struct command - a command, or a group of them
 * @name: the word
 * @summary: one line
 * @run: the command; argv[0] is how it was called, as "motet port ls"
 * @commands: of a group: its commands, ended by one without a name
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
	const struct command *commands;
};

/* Find the command that argv names below group, and run it. */
int command_run(const struct command *group, int argc, char **argv);

/*
 * Say what failed, as one line on the standard error output that begins with
 * the command. error is what happened, a negative errno, or 0.
 *
 * Return: how the command ends.
 */
int command_fail(int error, const char *format, ...)
	__printf(2, 3);

/* The same without an end: something is wrong, and the command goes on. */
void command_warn(const char *format, ...)
	__printf(1, 2);

/* The options of all that prints; its input is a bool: JSON? */
extern const struct argp command_output_argp;

/* What a wrong argument of an option leads to; does not return. */
void command_bad_argument(const struct argp_state *state, const char *option,
			  const char *arg, const char *want);

/* Print a document; frees it. A line: without a line feed inside. */
void command_print_json(json_t *document, bool line);

/* The end of a command that printed: a full disk is a failure too. */
int command_flush(void);

/* One for each command, and the table of each group */
int cmd_info(int argc, char **argv);
int cmd_port_ls(int argc, char **argv);
int cmd_port_show(int argc, char **argv);
int cmd_port_create(int argc, char **argv);
int cmd_port_send(int argc, char **argv);
int cmd_port_recv(int argc, char **argv);
int cmd_port_call(int argc, char **argv);
int cmd_port_reply(int argc, char **argv);
int cmd_port_unlink(int argc, char **argv);
int cmd_port_accept(int argc, char **argv);
int cmd_port_offer(int argc, char **argv);
int cmd_port_standby(int argc, char **argv);
int cmd_port_change(int argc, char **argv);
int cmd_group_ls(int argc, char **argv);
int cmd_group_members(int argc, char **argv);
int cmd_group_status(int argc, char **argv);
int cmd_group_create(int argc, char **argv);
int cmd_group_insert(int argc, char **argv);
int cmd_group_remove(int argc, char **argv);
int cmd_group_rekey(int argc, char **argv);
int cmd_group_delete(int argc, char **argv);
int cmd_group_track(int argc, char **argv);
int cmd_group_send(int argc, char **argv);
int cmd_group_call(int argc, char **argv);
int cmd_lock_run(int argc, char **argv);
int cmd_lock_ls(int argc, char **argv);
int cmd_lock_status(int argc, char **argv);
int cmd_lock_purge(int argc, char **argv);
int cmd_watch_ls(int argc, char **argv);
int cmd_watch_process(int argc, char **argv);
int cmd_watch_port(int argc, char **argv);
int cmd_watch_group(int argc, char **argv);
int cmd_watch_node(int argc, char **argv);
int cmd_channel_ls(int argc, char **argv);
int cmd_channel_status(int argc, char **argv);
int cmd_channel_create(int argc, char **argv);
int cmd_channel_publish(int argc, char **argv);
int cmd_channel_subscribe(int argc, char **argv);
int cmd_channel_clear(int argc, char **argv);
int cmd_channel_unlink(int argc, char **argv);
int cmd_checkpoint_ls(int argc, char **argv);
int cmd_checkpoint_sections(int argc, char **argv);
int cmd_checkpoint_status(int argc, char **argv);
int cmd_checkpoint_create(int argc, char **argv);
int cmd_checkpoint_read(int argc, char **argv);
int cmd_checkpoint_write(int argc, char **argv);
int cmd_checkpoint_delete(int argc, char **argv);
int cmd_checkpoint_track(int argc, char **argv);
int cmd_checkpoint_unlink(int argc, char **argv);
int cmd_node_ls(int argc, char **argv);
int cmd_node_set(int argc, char **argv);
int cmd_node_delete(int argc, char **argv);
int cmd_actor_ls(int argc, char **argv);
int cmd_user_ls(int argc, char **argv);
int cmd_domain_show(int argc, char **argv);
int cmd_domain_set(int argc, char **argv);
int cmd_purge(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_graph(int argc, char **argv);

#endif /* MOTET_COMMAND_H */
