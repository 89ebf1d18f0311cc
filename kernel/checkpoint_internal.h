/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the checkpoint share among themselves. */
#ifndef _MOTET_CHECKPOINT_INTERNAL_H
#define _MOTET_CHECKPOINT_INTERNAL_H

#include <linux/mm_types.h>

#include "checkpoint.h"

/**
 * struct motet_content - what a section has
 * @pages: by their place, none where nothing was written; the bytes behind @size
 *	are zero [checkpoint.mutex]
 * @page_count: how many [checkpoint.mutex]
 * @size: bytes [checkpoint.mutex]
 */
struct motet_content {
	struct xarray pages;
	u64 page_count;
	u64 size;
};

/**
 * struct motet_section_id - the id of a section
 * @len: bytes [const]
 * @bytes: any [const]
 */
struct motet_section_id {
	u32 len;
	u8 bytes[MOTET_SECTION_ID_MAX];
};

/**
 * struct motet_section - a section
 * @node: among those of the checkpoint, by id [checkpoint.mutex]
 * @serial: its serial number [const once it is in]
 * @content: what it has [checkpoint.mutex]
 * @next: what it will have, while a transfer is prepared and applied
 *	[checkpoint.mutex]
 * @next_size: how much that will be [checkpoint.mutex]
 * @expiry: when it expires, CLOCK_BOOTTIME; KTIME_MAX is never, and then it is
 *	in no order [checkpoint.mutex]
 * @updated: when it was created or written, CLOCK_REALTIME [checkpoint.mutex]
 * @generation: number of the change that did so [checkpoint.mutex]
 * @views: its views [checkpoint.mutex]
 * @state: &enum motet_section_state [checkpoint.mutex]
 * @id_len: length of its id [const]
 * @id: its id [const]
 */
struct motet_section {
	struct rb_node node;
	unsigned long serial;
	struct motet_content *content;
	struct motet_content *next;
	u64 next_size;
	struct timerqueue_node expiry;
	u64 updated;
	u64 generation;
	struct hlist_head views;
	u32 state;
	u32 id_len;
	u8 id[] __counted_by(id_len);
};

struct motet_change;
struct motet_replicator;
struct motet_wait;
struct motet_update;
struct motet_update_part;

/* checkpoint_content.c */
unsigned int motet_content_span(u64 offset, u64 len);
struct page *motet_page_copy_in(const void __user *from, unsigned int offset,
				unsigned int len);
struct motet_content *motet_content_new(void);
void motet_content_free(struct motet_content *content);
int motet_content_fill(struct motet_content *content, const void __user *from,
		       u64 len);
int motet_content_reserve(struct motet_content *content, u64 offset, u64 len);
void motet_content_unreserve(struct motet_content *content, u64 offset,
			     u64 len);
void motet_content_put(struct motet_content *content, struct page **pages,
		       u64 offset, u64 len);
void motet_content_get(struct motet_content *content, struct page **pages,
		       u64 offset, u64 len);
int motet_pages_copy_out(void __user *to, struct page *const *pages, u64 offset,
			 u64 len);

/* checkpoint_section.c */
s64 motet_boottime_from_user(u64 time);
u64 motet_boottime_to_user(s64 time);
int motet_section_id_get(struct motet_section_id *id, u64 address, u32 len);
struct motet_section *
motet_section_find_locked(struct motet_checkpoint *checkpoint,
			  const struct motet_section_id *id);
int motet_section_add_default(struct motet_checkpoint *checkpoint);
void motet_sections_init(struct motet_checkpoint *checkpoint);
void motet_sections_stop_locked(struct motet_checkpoint *checkpoint);
void motet_sections_free(struct motet_checkpoint *checkpoint);
void motet_sections_expire_soon(struct motet_checkpoint *checkpoint);
bool motet_checkpoint_has_default(const struct motet_checkpoint *checkpoint);
int motet_section_make(struct motet_checkpoint_handle *handle,
		       struct motet_section_create *arg, s64 expires,
		       u32 state, struct motet_change *change);
int motet_section_alter(struct motet_checkpoint *checkpoint,
			const struct motet_section_change *arg, s64 expires,
			struct motet_change *change);
bool motet_section_delete_first(struct motet_checkpoint *checkpoint,
				struct motet_change *change);

/* checkpoint_track.c */
void motet_track_section_locked(struct motet_checkpoint *checkpoint,
				const struct motet_section *section, u32 events);
void motet_track_range_locked(struct motet_checkpoint *checkpoint,
			      const struct motet_section *section, u64 offset,
			      u64 len);
void motet_track_room_locked(struct motet_checkpoint *checkpoint);
void motet_checkpoint_drop_trackers(struct motet_checkpoint *checkpoint);

/* checkpoint_view.c */
void motet_views_write_locked(struct motet_checkpoint *checkpoint,
			      struct motet_section *section, u64 offset,
			      u64 len);
void motet_views_publish_locked(struct motet_checkpoint *checkpoint,
				struct motet_section *section);
void motet_views_end_locked(struct motet_checkpoint *checkpoint,
			    struct motet_section *section, u32 flag);
void motet_views_unlinked_locked(struct motet_checkpoint *checkpoint);
void motet_views_gone_locked(struct motet_checkpoint *checkpoint);

/* checkpoint_offer.c */
struct motet_update *motet_update_new(u32 kind, unsigned int parts,
				      unsigned int pages);
void motet_update_free(struct motet_update *update);
struct motet_update_part *
motet_update_add_part_locked(struct motet_update *update,
			     const struct motet_section *section, u64 offset,
			     u64 len);
void motet_replicator_add_locked(struct motet_replicator *replicator,
				 struct motet_update *update);
void motet_replicator_turn_locked(struct motet_replicator *replicator);
int motet_replicator_wait(struct motet_replicator *replicator,
			  unsigned int turn, const struct motet_wait *wait);
struct motet_replicator *
motet_replicate_stream_locked(const struct motet_checkpoint *checkpoint);
struct motet_update_part *
motet_change_part_locked(struct motet_checkpoint *checkpoint,
			 struct motet_change *change,
			const struct motet_section *section, u64 offset,
			u64 len);
void motet_change_section_locked(struct motet_checkpoint *checkpoint,
				 struct motet_change *change,
				const struct motet_section *section, u32 flags);

/* checkpoint_replicate.c */
void motet_replicator_put(struct motet_replicator *replicator);
void motet_replicate_retention(struct motet_checkpoint *checkpoint);
void motet_replicate_unlink(struct motet_checkpoint *checkpoint);
void motet_replicate_death_locked(struct motet_checkpoint *checkpoint);
void motet_replicate_look_locked(const struct motet_checkpoint *checkpoint,
				 struct motet_checkpoint_view *view);

/* checkpoint_transfer.c */
int motet_transfer_charge(struct motet_checkpoint_handle *handle, u64 *bytes);
void motet_transfer_uncharge(struct motet_checkpoint_handle *handle, u64 bytes);

#endif /* _MOTET_CHECKPOINT_INTERNAL_H */
