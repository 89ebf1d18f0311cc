// SPDX-License-Identifier: GPL-2.0-only
/* Transfers: reading and writing parts of sections, all at one moment. */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>

#include "checkpoint_internal.h"
#include "checkpoint_replicate.h"
#include "trace.h"

/* what a transfer may hold besides the checkpoint without being charged for it */
#define MOTET_TRANSFER_FREE	(64 << 10)

/* pages of most parts */
#define MOTET_PART_FEW		2

/**
 * struct motet_part - a part of a section that is read or written
 * @element: it, as the user says [own]
 * @id: which section [own]
 * @section: that [checkpoint.mutex]
 * @content: what overwrites it; then what was overwritten [own]
 * @target: where room was made for it, or NULL [checkpoint.mutex]
 * @pages: staged, then replaced; or referenced to be read; some are NULL [own]
 * @page_count: how many [own]
 * @few: room for @pages if they are few [own]
 */
struct motet_part {
	struct motet_checkpoint_element element;
	struct motet_section_id id;
	struct motet_section *section;
	struct motet_content *content;
	struct motet_content *target;
	struct page **pages;
	unsigned int page_count;
	struct page *few[MOTET_PART_FEW];
};

/**
 * struct motet_transfer - a call that reads or writes
 * @handle: by which handle [const]
 * @write: which of both [const]
 * @grown: bytes that the sections will have more [own]
 * @charged: what is charged for it [own]
 * @change: how it is offered to the replicator [own]
 * @count: how many parts [const]
 * @parts: the parts [own]
 */
struct motet_transfer {
	struct motet_checkpoint_handle *handle;
	bool write;
	s64 grown;
	u64 charged;
	struct motet_change change;
	u32 count;
	struct motet_part parts[] __counted_by(count);
};

/**
 * motet_transfer_charge() - charge what a large transfer holds while it runs
 * @handle: by which handle; whoever opened it is charged
 * @bytes: in: how much it holds. out: how much was charged
 *
 * Small ones are not charged: they hold no more than any call.
 *
 * Return: 0 or -EDQUOT.
 */
int motet_transfer_charge(struct motet_checkpoint_handle *handle, u64 *bytes)
{
	struct motet_charge charge = {
		.amount[MOTET_QUOTA_CHECKPOINT_BYTES] = *bytes,
	};
	int err = 0;

	if (*bytes > MOTET_TRANSFER_FREE)
		err = motet_quota_charge(handle->actor->payer, &charge);
	if (err || *bytes <= MOTET_TRANSFER_FREE)
		*bytes = 0;
	return err;
}

/**
 * motet_transfer_uncharge() - it is over
 * @handle: by which handle
 * @bytes: what was charged
 */
void motet_transfer_uncharge(struct motet_checkpoint_handle *handle, u64 bytes)
{
	const struct motet_charge charge = {
		.amount[MOTET_QUOTA_CHECKPOINT_BYTES] = bytes,
	};

	if (bytes)
		motet_quota_uncharge(handle->actor->payer, &charge);
}

/**
 * motet_transfer_new() - begin to read or write
 * @handle: by which handle
 * @count: how many elements, at most %MOTET_CHECKPOINT_VECTOR_MAX
 * @write: which of both
 *
 * Context: may sleep.
 * Return: the transfer, or NULL without memory.
 */
struct motet_transfer *
motet_transfer_new(struct motet_checkpoint_handle *handle, u32 count,
		   bool write)
{
	struct motet_transfer *transfer;

	transfer = kvzalloc(struct_size(transfer, parts, count),
			    GFP_KERNEL_ACCOUNT);
	if (!transfer)
		return NULL;
	transfer->handle = handle;
	transfer->count = count;
	transfer->write = write;
	return transfer;
}

static void motet_part_free(struct motet_part *part)
{
	unsigned int i;

	for (i = 0; i < part->page_count; i++)
		if (part->pages[i])
			put_page(part->pages[i]);
	if (part->pages != part->few)
		kvfree(part->pages);
	motet_content_free(part->content);
}

/**
 * motet_transfer_free() - it is over
 * @transfer: the transfer
 *
 * Context: may sleep; nothing is locked.
 */
void motet_transfer_free(struct motet_transfer *transfer)
{
	u32 i;

	for (i = 0; i < transfer->count; i++) {
		motet_part_free(&transfer->parts[i]);
		cond_resched();
	}
	motet_transfer_uncharge(transfer->handle, transfer->charged);
	kvfree(transfer);
}

/**
 * motet_transfer_element() - where an element goes
 * @transfer: the transfer
 * @index: which element
 *
 * Return: room for it.
 */
struct motet_checkpoint_element *
motet_transfer_element(struct motet_transfer *transfer, u32 index)
{
	return &transfer->parts[index].element;
}

/**
 * motet_transfer_change() - how it is offered to a replicator
 * @transfer: the transfer
 *
 * Return: what it says, to be filled in.
 */
struct motet_change *motet_transfer_change(struct motet_transfer *transfer)
{
	return &transfer->change;
}

/**
 * motet_transfer_checkpoint() - what is read or written
 * @transfer: the transfer
 *
 * Return: the checkpoint.
 */
struct motet_checkpoint *
motet_transfer_checkpoint(const struct motet_transfer *transfer)
{
	return transfer->handle->checkpoint;
}

static int motet_part_check(const struct motet_transfer *transfer,
			    const struct motet_part *part)
{
	u64 max = transfer->handle->checkpoint->attributes.section_bytes_max;
	const struct motet_checkpoint_element *element = &part->element;

	if (element->pad ||
	    element->flags & ~(transfer->write ? MOTET_ELEMENT_OVERWRITE : 0))
		return -EINVAL;
	if (element->flags & MOTET_ELEMENT_OVERWRITE && element->offset)
		return -EINVAL;
	if (!transfer->write)
		return 0;
	return element->data_len > max ||
	       element->offset > max - element->data_len ? -EINVAL : 0;
}

static int motet_part_room(struct motet_part *part, u64 offset, u64 len)
{
	unsigned int count = motet_content_span(offset, len);

	part->pages = part->few;
	if (count > MOTET_PART_FEW)
		part->pages = kvcalloc(count, sizeof(*part->pages),
				       GFP_KERNEL_ACCOUNT);
	if (!part->pages)
		return -ENOMEM;
	part->page_count = count;
	return 0;
}

static int motet_part_stage_pages(struct motet_part *part)
{
	u64 from = part->element.data, offset = part->element.offset;
	u64 left = part->element.data_len;
	unsigned int at, len, i;
	struct page *page;

	for (i = 0; i < part->page_count; i++) {
		at = offset_in_page(offset);
		len = min_t(u64, left, PAGE_SIZE - at);
		page = motet_page_copy_in(u64_to_user_ptr(from), at, len);
		if (IS_ERR(page))
			return PTR_ERR(page);
		part->pages[i] = page;
		from += len;
		offset += len;
		left -= len;
	}
	return 0;
}

static int motet_part_stage(struct motet_part *part)
{
	const struct motet_checkpoint_element *element = &part->element;
	int err;

	if (!(element->flags & MOTET_ELEMENT_OVERWRITE)) {
		err = motet_part_room(part, element->offset,
				      element->data_len);
		return err ?: motet_part_stage_pages(part);
	}
	part->content = motet_content_new();
	if (!part->content)
		return -ENOMEM;
	return motet_content_fill(part->content, u64_to_user_ptr(element->data),
				  element->data_len);
}

static int motet_transfer_check(struct motet_transfer *transfer, u32 *failed)
{
	struct motet_checkpoint_limits limits = {};
	struct motet_part *part;
	u64 bytes = 0;
	int err;

	motet_checkpoint_limits(&limits);
	for (*failed = 0; *failed < transfer->count; (*failed)++) {
		part = &transfer->parts[*failed];
		err = motet_part_check(transfer, part);
		if (!err)
			err = motet_section_id_get(&part->id,
						   part->element.section,
						   part->element.section_len);
		if (err)
			return err;
		if (!transfer->write)
			continue;
		bytes += part->element.data_len;
		if (bytes > limits.call_bytes_max)
			return -EMSGSIZE;
	}
	transfer->charged = bytes;
	return motet_transfer_charge(transfer->handle, &transfer->charged);
}

/**
 * motet_transfer_begin() - check and stage what the user says
 * @transfer: the transfer, with all its elements
 * @failed: out: which element was refused, or their number
 *
 * Context: may sleep; nothing is locked.
 * Return: 0 or an error as MOTET_IOC_CHECKPOINT_WRITE says.
 */
int motet_transfer_begin(struct motet_transfer *transfer, u32 *failed)
{
	struct motet_part *part;
	int err;

	err = motet_transfer_check(transfer, failed);
	if (err || !transfer->write)
		return err;
	transfer->change.kind = MOTET_STEP_WRITE;
	transfer->change.parts = transfer->count;
	for (*failed = 0; *failed < transfer->count; (*failed)++) {
		part = &transfer->parts[*failed];
		err = motet_part_stage(part);
		if (err)
			return err;
		transfer->change.pages +=
			motet_content_span(part->element.offset,
					   part->element.data_len);
	}
	return 0;
}

/* Elements before it count: what the section will have is in @next. */
static int motet_part_prepare_locked(struct motet_transfer *transfer,
				     struct motet_part *part)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	u64 offset = part->element.offset, len = part->element.data_len;
	struct motet_section *section;
	u64 size;

	lockdep_assert_held(&checkpoint->mutex);
	section = motet_section_find_locked(checkpoint, &part->id);
	if (!section)
		return -ENOENT;
	part->section = section;
	if (!section->next) {
		section->next = section->content;
		section->next_size = section->content->size;
	}
	if (part->content) {
		section->next = part->content;
		size = len;
	} else {
		size = max(section->next_size, len ? offset + len : 0);
		part->target = section->next;
	}
	transfer->grown += (s64)(size - section->next_size);
	section->next_size = size;
	return part->target ? motet_content_reserve(part->target, offset, len) :
			      0;
}

static int motet_transfer_prepare_locked(struct motet_transfer *transfer,
					 u32 *failed)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	u64 room = checkpoint->attributes.bytes_max - checkpoint->bytes;
	u32 i, grower = 0;
	s64 grown;
	int err;

	lockdep_assert_held(&checkpoint->mutex);
	for (i = 0; i < transfer->count; i++) {
		grown = transfer->grown;
		err = motet_part_prepare_locked(transfer, &transfer->parts[i]);
		*failed = i;
		if (err)
			return err;
		if (transfer->grown > grown)
			grower = i;
	}
	*failed = grower;
	if (transfer->grown > 0 && transfer->grown > room)
		return -ENOSPC;
	*failed = transfer->count;
	return 0;
}

static void motet_part_offer_locked(struct motet_transfer *transfer,
				    const struct motet_part *part)
{
	struct motet_update_part *offered;

	offered = motet_change_part_locked(transfer->handle->checkpoint,
					   &transfer->change, part->section,
					  part->element.offset,
					  part->element.data_len);
	if (offered)
		offered->head.flags = part->element.flags;
}

static void motet_part_apply_locked(struct motet_checkpoint *checkpoint,
				    struct motet_part *part, u64 now)
{
	struct motet_section *section = part->section;

	lockdep_assert_held(&checkpoint->mutex);
	checkpoint->bytes -= section->content->size;
	checkpoint->pages -= section->content->page_count;
	if (part->content) {
		swap(section->content, part->content);
		section->state = MOTET_SECTION_VALID;
	} else if (part->page_count) {
		motet_content_put(section->content, part->pages,
				  part->element.offset,
				  part->element.data_len);
	}
	checkpoint->bytes += section->content->size;
	checkpoint->pages += section->content->page_count;
	section->generation = checkpoint->generation;
	section->updated = now;
	if (part->element.flags & MOTET_ELEMENT_OVERWRITE)
		motet_track_section_locked(checkpoint, section,
					   MOTET_CHECKPOINT_WRITTEN);
	else
		motet_track_range_locked(checkpoint, section,
					 part->element.offset,
					 part->element.data_len);
}

/* Whether it was applied or not. */
static void motet_transfer_settle_locked(struct motet_transfer *transfer,
					 bool applied)
{
	struct motet_part *part;
	u32 i;

	lockdep_assert_held(&transfer->handle->checkpoint->mutex);
	for (i = 0; i < transfer->count; i++) {
		part = &transfer->parts[i];
		if (part->section)
			part->section->next = NULL;
		if (part->target && !applied)
			motet_content_unreserve(part->target,
						part->element.offset,
						part->element.data_len);
	}
}

/* A section that several parts are in is changed once. */
static void motet_transfer_show_locked(struct motet_transfer *transfer)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	struct motet_checkpoint_element *element;
	struct motet_section *section;
	u64 len;
	u32 i;

	lockdep_assert_held(&checkpoint->mutex);
	for (i = 0; i < transfer->count; i++) {
		element = &transfer->parts[i].element;
		section = transfer->parts[i].section;
		len = element->flags & MOTET_ELEMENT_OVERWRITE ?
			      section->content->size : element->data_len;
		motet_views_write_locked(checkpoint, section, element->offset,
					 len);
	}
	for (i = 0; i < transfer->count; i++)
		motet_views_publish_locked(checkpoint,
					   transfer->parts[i].section);
}

static void motet_transfer_apply_locked(struct motet_transfer *transfer)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	u64 now = transfer->change.time ?: ktime_get_real_ns();
	u32 i;

	lockdep_assert_held(&checkpoint->mutex);
	checkpoint->generation++;
	checkpoint->writes++;
	for (i = 0; i < transfer->count; i++) {
		motet_part_apply_locked(checkpoint, &transfer->parts[i], now);
		motet_part_offer_locked(transfer, &transfer->parts[i]);
	}
	if (checkpoint->view_count)
		motet_transfer_show_locked(transfer);
	trace_motet_checkpoint_write(&checkpoint->object.id,
				     checkpoint->generation, transfer->count);
	motet_track_room_locked(checkpoint);
}

/**
 * motet_transfer_write() - write all, or nothing
 * @transfer: the transfer, begun
 * @failed: out: which element was refused, or their number
 * @generation: out: number of the change
 *
 * Context: may sleep.
 * Return: 0, -ENOENT, -ENOSPC, -ENOMEM, or what motet_change_lock() says.
 */
int motet_transfer_write(struct motet_transfer *transfer, u32 *failed,
			 u64 *generation)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	int err;

	err = motet_change_lock(checkpoint, &transfer->change);
	if (err)
		return err;
	err = motet_transfer_prepare_locked(transfer, failed);
	if (!err)
		motet_transfer_apply_locked(transfer);
	motet_transfer_settle_locked(transfer, !err);
	*generation = checkpoint->generation;
	motet_change_unlock(checkpoint, &transfer->change, !err);
	return err;
}

static int motet_part_take_locked(struct motet_checkpoint *checkpoint,
				  struct motet_part *part)
{
	struct motet_checkpoint_element *element = &part->element;
	struct motet_section *section;
	int err;

	lockdep_assert_held(&checkpoint->mutex);
	section = motet_section_find_locked(checkpoint, &part->id);
	if (!section)
		return -ENOENT;
	element->bytes = section->content->size;
	if (element->offset > element->bytes)
		return -EINVAL;
	element->done = min(element->data_len,
			    element->bytes - element->offset);
	err = motet_part_room(part, element->offset, element->done);
	if (!err)
		motet_content_get(section->content, part->pages,
				  element->offset, element->done);
	return err;
}

static int motet_transfer_take_locked(struct motet_transfer *transfer,
				      u32 *failed)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	struct motet_checkpoint_limits limits = {};
	struct motet_part *part;
	u64 bytes = 0;
	int err;

	lockdep_assert_held(&checkpoint->mutex);
	motet_checkpoint_limits(&limits);
	for (*failed = 0; *failed < transfer->count; (*failed)++) {
		part = &transfer->parts[*failed];
		err = motet_part_take_locked(checkpoint, part);
		if (err)
			return err;
		bytes += part->element.done;
		if (bytes > limits.call_bytes_max)
			return -EMSGSIZE;
	}
	checkpoint->reads++;
	trace_motet_checkpoint_read(&checkpoint->object.id,
				    checkpoint->generation, transfer->count);
	transfer->charged = bytes;
	return motet_transfer_charge(transfer->handle, &transfer->charged);
}

/**
 * motet_transfer_read() - read all
 * @transfer: the transfer, begun
 * @failed: out: which element was refused, or their number
 * @generation: out: number of the last change before
 *
 * Context: may sleep.
 * Return: 0, or an error as MOTET_IOC_CHECKPOINT_READ says; something may have
 * been copied then.
 */
int motet_transfer_read(struct motet_transfer *transfer, u32 *failed,
			u64 *generation)
{
	struct motet_checkpoint *checkpoint = transfer->handle->checkpoint;
	const struct motet_part *part;
	int err;

	mutex_lock(&checkpoint->mutex);
	err = motet_transfer_take_locked(transfer, failed);
	*generation = checkpoint->generation;
	mutex_unlock(&checkpoint->mutex);
	if (err)
		return err;
	for (*failed = 0; *failed < transfer->count; (*failed)++) {
		part = &transfer->parts[*failed];
		err = motet_pages_copy_out(u64_to_user_ptr(part->element.data),
					   part->pages, part->element.offset,
					   part->element.done);
		if (err)
			return err;
	}
	return 0;
}
