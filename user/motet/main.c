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
	{ "accept", "Take a port from the command that holds it",
	  cmd_port_accept, NULL },
	{ "offer", "Let the command that holds a port offer it", cmd_port_offer,
	  NULL },
	{ "standby", "Take a port's place when its holder is gone",
	  cmd_port_standby, NULL },
	{ "change", "Change the owner or mode of a port", cmd_port_change,
	  NULL },
	{ "unlink", "Take a port's name away", cmd_port_unlink, NULL },
	{ 0 },
};

static const struct command main_group_commands[] = {
	{ "ls", "List groups", cmd_group_ls, NULL },
	{ "members", "List the members of a group", cmd_group_members, NULL },
	{ "status", "Show how a group does", cmd_group_status, NULL },
	{ "create", "Create a group and print its capability",
	  cmd_group_create, NULL },
	{ "insert", "Make ports members", cmd_group_insert, NULL },
	{ "remove", "Take ports out", cmd_group_remove, NULL },
	{ "rekey", "Revoke the capability, print another", cmd_group_rekey,
	  NULL },
	{ "delete", "End a group", cmd_group_delete, NULL },
	{ "track", "Show members as they come and go", cmd_group_track, NULL },
	{ "send", "Send a message to members", cmd_group_send, NULL },
	{ "call", "Send a request to a member and print the answer",
	  cmd_group_call, NULL },
	{ 0 },
};

static const struct command main_lock_commands[] = {
	{ "run", "Run a command while a lock is held", cmd_lock_run, NULL },
	{ "ls", "List locks", cmd_lock_ls, NULL },
	{ "status", "Show who has a lock and who waits", cmd_lock_status,
	  NULL },
	{ "purge", "End the orphans of a lock", cmd_lock_purge, NULL },
	{ 0 },
};

static const struct command main_channel_commands[] = {
	{ "ls", "List channels", cmd_channel_ls, NULL },
	{ "status", "Show how a channel does", cmd_channel_status, NULL },
	{ "create", "Create a channel", cmd_channel_create, NULL },
	{ "publish", "Publish an event", cmd_channel_publish, NULL },
	{ "subscribe", "Show events as they are published",
	  cmd_channel_subscribe, NULL },
	{ "clear", "Retain an event no more", cmd_channel_clear, NULL },
	{ "unlink", "Take a channel's name away", cmd_channel_unlink, NULL },
	{ 0 },
};

static const struct command main_checkpoint_commands[] = {
	{ "ls", "List checkpoints", cmd_checkpoint_ls, NULL },
	{ "sections", "List the sections of a checkpoint",
	  cmd_checkpoint_sections, NULL },
	{ "status", "Show how full a checkpoint is", cmd_checkpoint_status,
	  NULL },
	{ "create", "Create a checkpoint", cmd_checkpoint_create, NULL },
	{ "read", "Print what a section has", cmd_checkpoint_read, NULL },
	{ "write", "Write to a section", cmd_checkpoint_write, NULL },
	{ "delete", "Delete a section", cmd_checkpoint_delete, NULL },
	{ "track", "Show each change", cmd_checkpoint_track, NULL },
	{ "unlink", "Take a checkpoint's name away", cmd_checkpoint_unlink,
	  NULL },
	{ 0 },
};

static const struct command main_node_commands[] = {
	{ "ls", "List nodes", cmd_node_ls, NULL },
	{ "set", "Make a node known, or change it", cmd_node_set, NULL },
	{ "delete", "Forget a node", cmd_node_delete, NULL },
	{ 0 },
};

static const struct command main_watch_commands[] = {
	{ "ls", "List watches", cmd_watch_ls, NULL },
	{ "process", "Wait for the end of a process", cmd_watch_process, NULL },
	{ "port", "Wait until a port is dead", cmd_watch_port, NULL },
	{ "group", "Wait until a group is deleted", cmd_watch_group, NULL },
	{ "node", "Wait until a node is no member", cmd_watch_node, NULL },
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
	{ "group", "Groups of ports: create, change, send, call", NULL,
	  main_group_commands },
	{ "channel", "Channels of events: publish, subscribe", NULL,
	  main_channel_commands },
	{ "checkpoint", "Checkpoints: create, read, write", NULL,
	  main_checkpoint_commands },
	{ "lock", "Locks: run a command under one, list, purge", NULL,
	  main_lock_commands },
	{ "node", "Nodes of the cluster", NULL, main_node_commands },
	{ "watch", "Watches: wait for an end", NULL, main_watch_commands },
	{ "actor", "Actors: processes that use Motet", NULL,
	  main_actor_commands },
	{ "user", "Users: what is charged to them", NULL, main_user_commands },
	{ "domain", "The domain: totals and limits", NULL,
	  main_domain_commands },
	{ "events", "Show what happens to objects and nodes", cmd_events, NULL },
	{ "top", "Show live what all objects do", cmd_top, NULL },
	{ "graph", "Draw who holds, sends, subscribes and waits", cmd_graph, NULL },
	{ "purge", "Remove what nobody holds", cmd_purge, NULL },
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
