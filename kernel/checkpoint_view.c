// SPDX-License-Identifier: GPL-2.0-only
/* Views: sections that are read in mapped memory. */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "checkpoint_internal.h"
#include "trace.h"

static unsigned int motet_checkpoint_views_max = 64;
module_param_named(checkpoint_views_max, motet_checkpoint_views_max, uint,
		   0644);
MODULE_PARM_DESC(checkpoint_views_max, "views that a checkpoint may have");

/**
 * struct motet_view - a section that is read in mapped memory
 * @link: among those of the checkpoint, while it is of a section
 *	[checkpoint.mutex]
 * @section_link: among those of the section [checkpoint.mutex]
 * @section: the section, or NULL once it has ended [checkpoint.mutex]
 * @checkpoint: the checkpoint, referenced [const]
 * @actor: by which the checkpoint was opened, referenced [const]
 * @payer: who is charged for it [const]
 * @charge: how much [const]
 * @room: bytes that the section may have in it [const]
 * @page_count: its pages [const]
 * @pages: the header, then the data [const]
 */
struct motet_view {
	struct list_head link;
	struct hlist_node section_link;
	struct motet_section *section;
	struct motet_checkpoint *checkpoint;
	struct motet_actor *actor;
	struct motet_payer *payer;
	struct motet_charge charge;
	u64 room;
	unsigned int page_count;
	struct page *pages[] __counted_by(page_count);
};

static struct motet_view_header *motet_view_header(const struct motet_view *view)
{
	return page_address(view->pages[0]);
}

/*
 * The count is odd while a view is changed. A reader that sees anything of a
 * change sees the odd count or a later one, and whoever sees the next even one
 * sees all of it.
 */
static void motet_view_begin(struct motet_view *view)
{
	struct motet_view_header *header = motet_view_header(view);

	if (header->sequence & 1)
		return;
	WRITE_ONCE(header->sequence, header->sequence + 1);
	/* the odd count before what is changed; the reader's is an acquire fence */
	smp_wmb();
}

static void motet_view_commit(struct motet_view *view)
{
	struct motet_view_header *header = motet_view_header(view);

	if (!(header->sequence & 1))
		return;
	/* what was changed before the even count, which is read by acquire */
	smp_store_release(&header->sequence, header->sequence + 1);
}

static void motet_view_copy(struct motet_view *view,
			    struct motet_content *content, u64 from, u64 to)
{
	unsigned int at, len;
	struct page *page;
	void *bytes;

	for (; from < to; from += len) {
		at = offset_in_page(from);
		len = min_t(u64, to - from, PAGE_SIZE - at);
		page = xa_load(&content->pages, from >> PAGE_SHIFT);
		bytes = page_address(view->pages[1 + (from >> PAGE_SHIFT)]);
		if (page)
			memcpy(bytes + at, page_address(page) + at, len);
		else
			memset(bytes + at, 0, len);
		cond_resched();
	}
}

static void motet_view_describe_locked(struct motet_view *view)
{
	struct motet_view_header *header = motet_view_header(view);
	const struct motet_section *section = view->section;

	lockdep_assert_held(&view->checkpoint->mutex);
	header->bytes = section->content->size;
	header->state = section->state;
	header->generation = section->generation;
	header->updated = section->updated;
}

/* Nothing changes in it any more. Its pages are there until it is closed. */
static void motet_view_end_locked(struct motet_view *view, u32 flag)
{
	struct motet_checkpoint *checkpoint = view->checkpoint;

	lockdep_assert_held(&checkpoint->mutex);
	trace_motet_view_end(&checkpoint->object.id, view->section->serial,
			     flag);
	motet_view_begin(view);
	motet_view_header(view)->flags |= flag;
	motet_view_commit(view);
	hlist_del(&view->section_link);
	list_del(&view->link);
	view->section = NULL;
	checkpoint->view_count--;
}

static void motet_view_write_locked(struct motet_view *view, u64 offset,
				    u64 end)
{
	struct motet_content *content = view->section->content;
	u64 had = motet_view_header(view)->bytes;

	lockdep_assert_held(&view->checkpoint->mutex);
	if (content->size > view->room) {
		motet_view_end_locked(view, MOTET_VIEW_RESIZED);
		return;
	}
	motet_view_begin(view);
	motet_view_copy(view, content, offset, min(end, content->size));
	/* behind the end all is zero, in the content too */
	motet_view_copy(view, content, content->size, had);
	motet_view_describe_locked(view);
}

/**
 * motet_views_write_locked() - bring the views of a section up to date
 * @checkpoint: the checkpoint; its mutex is held
 * @section: the section; it has its new content
 * @offset: where it was written
 * @len: how much of it
 *
 * Readers don't take it until motet_views_publish_locked() follows.
 */
void motet_views_write_locked(struct motet_checkpoint *checkpoint,
			      struct motet_section *section, u64 offset,
			      u64 len)
{
	struct motet_view *view;
	struct hlist_node *next;

	lockdep_assert_held(&checkpoint->mutex);
	hlist_for_each_entry_safe(view, next, &section->views, section_link)
		motet_view_write_locked(view, offset, offset + len);
}

/**
 * motet_views_publish_locked() - let the views of a section be read
 * @checkpoint: the checkpoint; its mutex is held
 * @section: the section
 */
void motet_views_publish_locked(struct motet_checkpoint *checkpoint,
				struct motet_section *section)
{
	struct motet_view *view;

	lockdep_assert_held(&checkpoint->mutex);
	hlist_for_each_entry(view, &section->views, section_link)
		motet_view_commit(view);
}

/**
 * motet_views_end_locked() - end the views of a section
 * @checkpoint: the checkpoint; its mutex is held
 * @section: the section, which goes
 * @flag: why: see flags of a view
 */
void motet_views_end_locked(struct motet_checkpoint *checkpoint,
			    struct motet_section *section, u32 flag)
{
	struct motet_view *view;
	struct hlist_node *next;

	lockdep_assert_held(&checkpoint->mutex);
	hlist_for_each_entry_safe(view, next, &section->views, section_link)
		motet_view_end_locked(view, flag);
}

/**
 * motet_views_unlinked_locked() - say in all views that the name is gone
 * @checkpoint: the checkpoint; its mutex is held
 */
void motet_views_unlinked_locked(struct motet_checkpoint *checkpoint)
{
	struct motet_view *view;

	lockdep_assert_held(&checkpoint->mutex);
	list_for_each_entry(view, &checkpoint->views, link) {
		motet_view_begin(view);
		motet_view_header(view)->flags |= MOTET_VIEW_UNLINKED;
		motet_view_commit(view);
	}
}

/**
 * motet_views_gone_locked() - end all views: the checkpoint is dead
 * @checkpoint: the checkpoint; its mutex is held
 */
void motet_views_gone_locked(struct motet_checkpoint *checkpoint)
{
	struct motet_view *view, *next;

	lockdep_assert_held(&checkpoint->mutex);
	list_for_each_entry_safe(view, next, &checkpoint->views, link)
		motet_view_end_locked(view, MOTET_VIEW_GONE);
}

static void motet_view_free(struct motet_view *view)
{
	unsigned int i;

	for (i = 0; i < view->page_count; i++) {
		if (view->pages[i])
			put_page(view->pages[i]);
		cond_resched();
	}
	if (view->payer)
		motet_quota_uncharge(view->payer, &view->charge);
	motet_payer_put(view->payer);
	motet_object_put(&view->checkpoint->object);
	motet_actor_put(view->actor);
	kvfree(view);
}

/* Whoever makes a view pays for it, also of a checkpoint that another opened. */
static int motet_view_pay(struct motet_view *view)
{
	struct motet_payer *payer = motet_payer_new();
	int err;

	if (IS_ERR(payer))
		return PTR_ERR(payer);
	view->charge.amount[MOTET_QUOTA_CHECKPOINT_BYTES] =
		(u64)view->page_count * PAGE_SIZE;
	err = motet_quota_charge(payer, &view->charge);
	if (err)
		motet_payer_put(payer);
	else
		view->payer = payer;
	return err;
}

static int motet_view_add_pages(struct motet_view *view)
{
	unsigned int i;

	for (i = 0; i < view->page_count; i++) {
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		view->pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!view->pages[i])
			return -ENOMEM;
	}
	return 0;
}

static struct motet_view *motet_view_alloc(struct motet_checkpoint_handle *handle,
					   u64 room)
{
	unsigned int count = 1 + DIV_ROUND_UP_ULL(room, PAGE_SIZE);
	struct motet_view *view;
	int err;

	view = kvzalloc(struct_size(view, pages, count), GFP_KERNEL_ACCOUNT);
	if (!view)
		return ERR_PTR(-ENOMEM);
	view->page_count = count;
	view->room = (u64)(count - 1) * PAGE_SIZE;
	view->checkpoint = handle->checkpoint;
	motet_object_get(&view->checkpoint->object);
	view->actor = motet_actor_get(handle->actor);
	err = motet_view_pay(view);
	if (!err)
		err = motet_view_add_pages(view);
	if (!err)
		return view;
	motet_view_free(view);
	return ERR_PTR(err);
}

static void motet_view_fill_locked(struct motet_view *view,
				   struct motet_section *section)
{
	struct motet_view_header *header = motet_view_header(view);

	lockdep_assert_held(&view->checkpoint->mutex);
	header->size = sizeof(*header);
	header->data = PAGE_SIZE;
	header->room = view->room;
	/* whoever takes the name away looks at all views after that */
	if (!rcu_access_pointer(view->checkpoint->object.name))
		header->flags = MOTET_VIEW_UNLINKED;
	view->section = section;
	motet_view_copy(view, section->content, 0, section->content->size);
	motet_view_describe_locked(view);
}

/* -EAGAIN if it has too little room. */
static int motet_view_link_locked(struct motet_view *view,
				  const struct motet_section_id *id, u64 *size)
{
	struct motet_checkpoint *checkpoint = view->checkpoint;
	struct motet_section *section;

	lockdep_assert_held(&checkpoint->mutex);
	section = motet_section_find_locked(checkpoint, id);
	if (!section)
		return -ENOENT;
	*size = section->content->size;
	if (*size > view->room)
		return -EAGAIN;
	if (checkpoint->view_count >= READ_ONCE(motet_checkpoint_views_max))
		return -EDQUOT;
	motet_view_fill_locked(view, section);
	hlist_add_head(&view->section_link, &section->views);
	list_add_tail(&view->link, &checkpoint->views);
	checkpoint->view_count++;
	trace_motet_view_open(&checkpoint->object.id, section->serial,
			      view->room);
	return 0;
}

static int motet_view_size(struct motet_checkpoint *checkpoint,
			   const struct motet_section_id *id, u64 *size)
{
	struct motet_section *section;

	mutex_lock(&checkpoint->mutex);
	section = motet_section_find_locked(checkpoint, id);
	if (section)
		*size = section->content->size;
	mutex_unlock(&checkpoint->mutex);
	return section ? 0 : -ENOENT;
}

/* The section may have grown when there is room for what it was. */
static struct motet_view *motet_view_make(struct motet_checkpoint_handle *handle,
					  const struct motet_section_id *id,
					  u64 room)
{
	struct motet_checkpoint *checkpoint = handle->checkpoint;
	struct motet_view *view;
	u64 size;
	int err;

	err = motet_view_size(checkpoint, id, &size);
	if (err)
		return ERR_PTR(err);
	for (;;) {
		view = motet_view_alloc(handle, max3(room, size, (u64)1));
		if (IS_ERR(view))
			return view;
		mutex_lock(&checkpoint->mutex);
		err = motet_view_link_locked(view, id, &size);
		mutex_unlock(&checkpoint->mutex);
		if (!err)
			return view;
		motet_view_free(view);
		if (err != -EAGAIN)
			return ERR_PTR(err);
		if (signal_pending(current))
			return ERR_PTR(-EINTR);
	}
}

/**
 * motet_view_new() - make a view
 * @handle: of which checkpoint; it may read
 * @arg: of which section, as the user says; @length is filled in
 *
 * Context: may sleep.
 * Return: the view, to be closed by motet_view_close(); or ERR_PTR() of an error
 * as MOTET_IOC_CHECKPOINT_VIEW says, -EFAULT, -EINTR, -ENOMEM.
 */
struct motet_view *motet_view_new(struct motet_checkpoint_handle *handle,
				  struct motet_view_open *arg)
{
	u64 max = handle->checkpoint->attributes.section_bytes_max;
	struct motet_section_id id;
	struct motet_view *view;
	int err;

	if (arg->flags || arg->fd_flags || arg->pad || arg->room > max)
		return ERR_PTR(-EINVAL);
	err = motet_section_id_get(&id, arg->section, arg->section_len);
	if (err)
		return ERR_PTR(err);
	view = motet_view_make(handle, &id, arg->room);
	if (!IS_ERR(view))
		arg->length = (u64)view->page_count * PAGE_SIZE;
	return view;
}

/**
 * motet_view_close() - close a view, which is mapped nowhere
 * @view: the view
 *
 * Context: may sleep.
 */
void motet_view_close(struct motet_view *view)
{
	struct motet_checkpoint *checkpoint = view->checkpoint;

	mutex_lock(&checkpoint->mutex);
	if (view->section)
		motet_view_end_locked(view, 0);
	mutex_unlock(&checkpoint->mutex);
	motet_view_free(view);
}

/**
 * motet_view_page() - find a page of a view
 * @view: the view
 * @index: which page
 *
 * Return: the page, which is there as long as the view; or NULL behind its end.
 */
struct page *motet_view_page(const struct motet_view *view, pgoff_t index)
{
	return index < view->page_count ? view->pages[index] : NULL;
}
