// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Enumerations as text.
 */
#include "internal.h"

#define MOTET__COUNT(names)	(sizeof(names) / sizeof(*(names)))

static const char *motet__name(const char * const *names, size_t n,
			       unsigned int value)
{
	/* numbers are left out where others have them */
	return value < n && names[value] ? names[value] : "unknown";
}

static const char * const motet__exceptions[] = {
	[MOTET_EXCEPTION_NONE] = "none",
	[MOTET_EXCEPTION_UNDELIVERABLE] = "undeliverable",
	[MOTET_EXCEPTION_PORT_LOST] = "port-lost",
	[MOTET_EXCEPTION_CALL_ABANDONED] = "call-abandoned",
	[MOTET_EXCEPTION_TAKEN_OVER] = "taken-over",
	[MOTET_EXCEPTION_DEAD_LETTER] = "dead-letter",
	[MOTET_EXCEPTION_MEMBER] = "member",
	[MOTET_EXCEPTION_GROUP_FULL] = "group-full",
	[MOTET_EXCEPTION_GROUP_LOST] = "group-lost",
	[MOTET_EXCEPTION_REVOKED] = "revoked",
	[MOTET_EXCEPTION_FAULT] = "fault",
	[MOTET_EXCEPTION_LOCK] = "lock",
	[MOTET_EXCEPTION_LOCK_WAITER] = "lock-waiter",
	[MOTET_EXCEPTION_WATCH] = "watch",
	[MOTET_EXCEPTION_EVENTS_LOST] = "events-lost",
	[MOTET_EXCEPTION_CHECKPOINT] = "checkpoint",
};

const char *motet_exception_to_string(unsigned int exception)
{
	return motet__name(motet__exceptions, MOTET__COUNT(motet__exceptions),
			   exception);
}

static const char * const motet__addresses[] = {
	[MOTET_ADDRESS_DEFAULT] = "default",
	[MOTET_ADDRESS_BROADCAST] = "broadcast",
	[MOTET_ADDRESS_ANY] = "any",
	[MOTET_ADDRESS_ON_NODE] = "on-node",
	[MOTET_ADDRESS_EXCEPT_NODE] = "except-node",
	[MOTET_ADDRESS_ROUND_ROBIN] = "round-robin",
	[MOTET_ADDRESS_LOCAL_ROUND_ROBIN] = "local-round-robin",
	[MOTET_ADDRESS_BEST_QUEUE] = "best-queue",
	[MOTET_ADDRESS_LOCAL_BEST_QUEUE] = "local-best-queue",
	[MOTET_ADDRESS_LEAST_LOADED] = "least-loaded",
	[MOTET_ADDRESS_STICKY] = "sticky",
	[MOTET_ADDRESS_WORK] = "work",
};

const char *motet_address_to_string(unsigned int address)
{
	return motet__name(motet__addresses, MOTET__COUNT(motet__addresses),
			   address);
}

int motet_address_from_string(const char *text)
{
	size_t i;

	for (i = 0; i < MOTET__COUNT(motet__addresses); i++)
		if (!strcmp(text, motet__addresses[i]))
			return (int)i;
	return -EINVAL;
}

static const char * const motet__roles[] = {
	[MOTET_ROLE_HOLDER] = "holder",
	[MOTET_ROLE_SENDER] = "sender",
	[MOTET_ROLE_ACTOR] = "actor",
	[MOTET_ROLE_STANDBY] = "standby",
	[MOTET_ROLE_FORMER] = "former",
	[MOTET_ROLE_GROUP] = "group",
	[MOTET_ROLE_CHANNEL] = "channel",
	[MOTET_ROLE_CHECKPOINT] = "checkpoint",
	[MOTET_ROLE_REPLICATOR] = "replicator",
};

const char *motet_role_to_string(unsigned int role)
{
	return motet__name(motet__roles, MOTET__COUNT(motet__roles), role);
}

static const char * const motet__member_events[] = {
	[MOTET_MEMBER_PRESENT] = "present",
	[MOTET_MEMBER_JOINED] = "joined",
	[MOTET_MEMBER_LEFT] = "left",
	[MOTET_MEMBER_DIED] = "died",
};

const char *motet_member_event_to_string(unsigned int event)
{
	return motet__name(motet__member_events,
			   MOTET__COUNT(motet__member_events), event);
}

static const char * const motet__lock_modes[] = {
	[MOTET_LOCK_SHARED] = "shared",
	[MOTET_LOCK_EXCLUSIVE] = "exclusive",
};

const char *motet_lock_mode_to_string(unsigned int mode)
{
	return motet__name(motet__lock_modes, MOTET__COUNT(motet__lock_modes),
			   mode);
}

static const char * const motet__lock_states[] = {
	[MOTET_LOCK_GRANTED] = "granted",
	[MOTET_LOCK_WAITING] = "waiting",
	[MOTET_LOCK_ORPHANED] = "orphaned",
};

const char *motet_lock_state_to_string(unsigned int state)
{
	return motet__name(motet__lock_states, MOTET__COUNT(motet__lock_states),
			   state);
}

/* Their numbers begin at 1. */
static const char * const motet__watched[] = {
	[0] = "unknown",
	[MOTET_WATCHED_EXITED] = "exited",
	[MOTET_WATCHED_KILLED] = "killed",
	[MOTET_WATCHED_DUMPED] = "dumped",
	[MOTET_WATCHED_ENDED] = "ended",
	[MOTET_WATCHED_EXECED] = "execed",
	[MOTET_WATCHED_FORKED] = "forked",
	[MOTET_WATCHED_MISSED] = "missed",
	[MOTET_WATCHED_DEAD] = "dead",
	[MOTET_WATCHED_LEFT] = "left",
};

const char *motet_watched_to_string(unsigned int event)
{
	return motet__name(motet__watched, MOTET__COUNT(motet__watched), event);
}

static const char * const motet__watch_kinds[] = {
	[0] = "unknown",
	[MOTET_WATCH_PROCESS] = "process",
	[MOTET_WATCH_PORT] = "port",
	[MOTET_WATCH_GROUP] = "group",
	[MOTET_WATCH_NODE] = "node",
};

const char *motet_watch_kind_to_string(unsigned int kind)
{
	return motet__name(motet__watch_kinds, MOTET__COUNT(motet__watch_kinds),
			   kind);
}

static const char * const motet__filters[] = {
	[MOTET_FILTER_NONE] = "none",
	[MOTET_FILTER_PREFIX] = "prefix",
	[MOTET_FILTER_SUFFIX] = "suffix",
	[MOTET_FILTER_EXACT] = "exact",
	[MOTET_FILTER_PASS_ALL] = "pass-all",
};

const char *motet_filter_to_string(unsigned int filter)
{
	return motet__name(motet__filters, MOTET__COUNT(motet__filters),
			   filter);
}

int motet_filter_from_string(const char *text)
{
	size_t i;

	for (i = 0; i < MOTET__COUNT(motet__filters); i++)
		if (!strcmp(text, motet__filters[i]))
			return (int)i;
	return -EINVAL;
}
