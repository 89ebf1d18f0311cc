/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family: control and observation. */
#ifndef _MOTET_NETLINK_H
#define _MOTET_NETLINK_H

/**
 * DOC: netlink
 *
 * The operations of the family ``motet`` and their attributes are described in
 * Documentation/netlink/specs/motet.yaml, from which tables and policies are
 * generated. Here are their handlers: they find the domain by the network
 * namespace of the socket, check who asks, and do or show. They decide
 * nothing.
 *
 * Who asks is the task that sent the request *and* the one that opened the
 * socket: a privilege counts if both have it. Users and groups are shown in
 * the user namespace of the socket's opener, processes in the pid namespace of
 * the task that sends or reads.
 *
 * Dumps walk the objects in the order of their creation; the position is the
 * number of the last one that is in the answer. Each record is filled under
 * the mutex of the domain and carries the number of the last event that it
 * reflects. An object that dies during the dump is left out, or its end has a
 * larger number. No lock is held from one message of a dump to the next.
 *
 * Handlers run in parallel, in the task that asks; they may sleep.
 */

int motet_netlink_init(void);
void motet_netlink_exit(void);

#endif /* _MOTET_NETLINK_H */
