/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the channel share among themselves. */
#ifndef _MOTET_CHANNEL_INTERNAL_H
#define _MOTET_CHANNEL_INTERNAL_H

#include "channel.h"

/* channel.c */
u32 motet_channel_openers_limit(void);
void motet_channel_set_timer_locked(struct motet_channel *channel);
bool motet_channel_settle_locked(struct motet_channel *channel);
void motet_channel_bury(struct motet_channel *channel);

/* channel_opener.c */
void motet_channel_holder_gone(struct motet_object *object,
			       struct motet_actor *actor);

/* channel_subscribe.c */
extern const struct rhashtable_params motet_channel_exact_params;
void motet_opener_end_locked(struct motet_opener *opener);

/* channel_event.c */
int motet_patterns_check(const u8 *patterns, u32 len, u32 count, bool filters);
const u8 *motet_pattern_next(const u8 *at, struct motet_pattern *pattern);
const u8 *motet_event_patterns(const struct motet_message *event, u32 *count);
void motet_channel_expire_locked(struct motet_channel *channel);
void motet_channel_drop_retained_locked(struct motet_channel *channel);

#endif /* _MOTET_CHANNEL_INTERNAL_H */
