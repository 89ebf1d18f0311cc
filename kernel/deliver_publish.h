/* SPDX-License-Identifier: GPL-2.0-only */
/* Publishing: how an event gets into the queues of those who subscribed. */
#ifndef _MOTET_DELIVER_PUBLISH_H
#define _MOTET_DELIVER_PUBLISH_H

#include <linux/types.h>

#include "channel.h"

struct file;
struct motet_handle;
struct motet_message;
struct motet_msg;
struct poll_table_struct;

/**
 * DOC: publish
 *
 * Publishing knows channels and ports, and what lies between them: the queue of
 * an opener is a port that is never published, that nobody may send to, and that
 * the opener holds. It ends with the opener's file or its process as any port
 * does.
 *
 * What is published is one message. Under the channel's mutex it is cloned for
 * each subscription that matches, if there is room; the clones share its body.
 * Clones have the event's identifier, and the subscription's number as token.
 *
 * A replay does the same with each retained event for one subscription. The
 * first of a priority that finds no room ends the replay of that priority: it and
 * all that follow it are lost, and so the mark is where the first of them would be.
 */

/**
 * struct motet_channel_file - what an open file of a channel is
 * @opener: what it is to the channel [own]
 * @receiver: its handle on the queue, or NULL if it doesn't subscribe [const]
 */
struct motet_channel_file {
	struct motet_opener opener;
	struct motet_handle *receiver;
};

/**
 * struct motet_publication - how often an event was for somebody
 * @delivered: subscriptions that got it [own]
 * @lost: subscriptions that lost it [own]
 * @id: of the event [own]
 */
struct motet_publication {
	u32 delivered;
	u32 lost;
	u64 id;
};

struct motet_channel_file *
motet_channel_create(struct motet_handle *actor,
		     const struct motet_channel_open *arg);
struct motet_channel_file *
motet_channel_open(struct motet_handle *actor, struct motet_channel *channel,
		   const struct motet_channel_open *arg);
void motet_channel_close(struct motet_channel_file *file);
__poll_t motet_channel_poll(struct motet_channel_file *file, struct file *from,
			    struct poll_table_struct *table);

struct motet_message *motet_publish_begin(struct motet_channel_file *file,
					  const struct motet_msg *msg,
					  u64 *retention);
int motet_publish_commit(struct motet_channel_file *file,
			 struct motet_message *event, u64 retention,
			 struct motet_publication *publication);
int motet_publish_subscribe(struct motet_subscription *subscription,
			    bool replay, struct motet_publication *publication);
void motet_channel_status(struct motet_channel_file *file,
			  struct motet_channel_status *status);

#endif /* _MOTET_DELIVER_PUBLISH_H */
