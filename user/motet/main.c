// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * motet: the command. The tables of what it can do.
 */
#include <locale.h>

#include "command.h"

const char *argp_program_version = "motet " MOTET_VERSION;

static const struct command main_port_commands[] = {
	{ "ls", "List ports", cmd_port_ls, NULL },
	{ "show", "Show all there is to know of a port", cmd_port_show, NULL },
	{ "create", "Create a port and print its messages", cmd_port_create,
	  NULL },
	{ "send", "Send a message to a port", cmd_port_send, NULL },
	{ "recv", "Take over a port and print its messages", cmd_port_recv,
	  NULL },
	{ "call", "Send a request and print the answer", cmd_port_call, NULL },
	{ "reply", "Answer calls by a shell command", cmd_port_reply, NULL },
	{ "unlink", "Take a port's name away", cmd_port_unlink, NULL },
	{ 0 },
};

static const struct command main_actor_commands[] = {
	{ "ls", "List actors", cmd_actor_ls, NULL },
	{ 0 },
};

static const struct command main_user_commands[] = {
	{ "ls", "List what is charged to users", cmd_user_ls, NULL },
	{ 0 },
};

static const struct command main_domain_commands[] = {
	{ "show", "Show totals and limits", cmd_domain_show, NULL },
	{ "set", "Change limits", cmd_domain_set, NULL },
	{ 0 },
};

static const struct command main_commands[] = {
	{ "info", "Show the limits of the module", cmd_info, NULL },
	{ "port", "Ports: list, create, send, receive, call", NULL,
	  main_port_commands },
	{ "actor", "Actors: processes that use Motet", NULL,
	  main_actor_commands },
	{ "user", "Users: what is charged to them", NULL, main_user_commands },
	{ "domain", "The domain: totals and limits", NULL,
	  main_domain_commands },
	{ "events", "Show what happens to ports", cmd_events, NULL },
	{ "purge", "Remove all ports that nobody holds", cmd_purge, NULL },
	{ 0 },
};

static const struct command main_command = {
	"motet", "Ports that carry messages between processes.", NULL,
	main_commands
};

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	return command_run(&main_command, argc, argv);
}
