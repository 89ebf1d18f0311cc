// SPDX-License-Identifier: GPL-2.0-only
/* What sections have: pages that are replaced, never changed. */

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "checkpoint_internal.h"

/* The pages of @len bytes from @offset on are from the first to before the end. */
static unsigned long motet_content_first(u64 offset)
{
	return offset >> PAGE_SHIFT;
}

static unsigned long motet_content_end(u64 offset, u64 len)
{
	return len ? (offset + len - 1) / PAGE_SIZE + 1 :
		     motet_content_first(offset);
}

/**
 * motet_content_span() - how many pages a part of a content is in
 * @offset: where it begins
 * @len: its length
 *
 * Return: the number of pages.
 */
unsigned int motet_content_span(u64 offset, u64 len)
{
	return motet_content_end(offset, len) - motet_content_first(offset);
}

/**
 * motet_page_copy_in() - make a page of what the current task says
 * @from: what
 * @offset: where in the page; the rest of it is zero
 * @len: how much
 *
 * Context: may sleep; nothing is locked.
 * Return: the page, or ERR_PTR() of -ENOMEM, -EFAULT, or -EINTR if the task is
 * being killed.
 */
struct page *motet_page_copy_in(const void __user *from, unsigned int offset,
				unsigned int len)
{
	gfp_t zero = len < PAGE_SIZE ? __GFP_ZERO : 0;
	struct page *page;

	cond_resched();
	if (fatal_signal_pending(current))
		return ERR_PTR(-EINTR);
	page = alloc_page(GFP_KERNEL_ACCOUNT | zero);
	if (!page)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(page_address(page) + offset, from, len)) {
		put_page(page);
		return ERR_PTR(-EFAULT);
	}
	return page;
}

/**
 * motet_content_new() - make an empty content
 *
 * Context: may sleep.
 * Return: it, or NULL without memory.
 */
struct motet_content *motet_content_new(void)
{
	struct motet_content *content;

	content = kzalloc(sizeof(*content), GFP_KERNEL_ACCOUNT);
	if (content)
		xa_init_flags(&content->pages, XA_FLAGS_ACCOUNT);
	return content;
}

/**
 * motet_content_free() - free a content that no section has any more
 * @content: the content, or NULL
 *
 * Context: may sleep.
 */
void motet_content_free(struct motet_content *content)
{
	unsigned long index;
	struct page *page;

	if (!content)
		return;
	xa_for_each(&content->pages, index, page) {
		put_page(page);
		cond_resched();
	}
	xa_destroy(&content->pages);
	kfree(content);
}

/**
 * motet_content_fill() - put what the current task says into a new content
 * @content: empty, and nobody else's
 * @from: what
 * @len: how much
 *
 * Context: may sleep; nothing is locked.
 * Return: 0 or what motet_page_copy_in() says; @content is to be freed then.
 */
int motet_content_fill(struct motet_content *content, const void __user *from,
		       u64 len)
{
	struct page *page;
	unsigned int part;
	u64 at;
	int err;

	for (at = 0; at < len; at += part) {
		part = min_t(u64, len - at, PAGE_SIZE);
		page = motet_page_copy_in(from + at, 0, part);
		if (IS_ERR(page))
			return PTR_ERR(page);
		err = xa_err(xa_store(&content->pages, motet_content_first(at),
				      page, GFP_KERNEL_ACCOUNT));
		if (err) {
			put_page(page);
			return err;
		}
		content->page_count++;
	}
	content->size = len;
	return 0;
}

/**
 * motet_content_reserve() - make motet_content_put() unable to fail
 * @content: the content
 * @offset: where
 * @len: how much
 *
 * Context: may sleep; the mutex of the checkpoint is held.
 * Return: 0 or -ENOMEM; also then motet_content_unreserve() is to follow.
 */
int motet_content_reserve(struct motet_content *content, u64 offset, u64 len)
{
	unsigned long index, end = motet_content_end(offset, len);
	int err = 0;

	for (index = motet_content_first(offset); index < end && !err; index++)
		err = xa_reserve(&content->pages, index, GFP_KERNEL_ACCOUNT);
	return err;
}

/**
 * motet_content_unreserve() - give back what was not needed
 * @content: the content
 * @offset: as it was reserved
 * @len: as it was reserved
 *
 * Context: the mutex of the checkpoint is held.
 */
void motet_content_unreserve(struct motet_content *content, u64 offset,
			     u64 len)
{
	unsigned long index, end = motet_content_end(offset, len);

	for (index = motet_content_first(offset); index < end; index++)
		xa_release(&content->pages, index);
}

/* What of a page is written anew, is in @page; it gets the rest from the old. */
static void motet_page_complete(struct page *page, const struct page *old,
				unsigned int from, unsigned int to)
{
	void *bytes = page_address(page);

	memcpy(bytes, page_address(old), from);
	memcpy(bytes + to, page_address(old) + to, PAGE_SIZE - to);
}

/**
 * motet_content_put() - write
 * @content: the content; it has room for this
 * @pages: what is written, each at its place in its page, the rest zero. In
 *	return what was there, with NULL for nothing
 * @offset: where
 * @len: how much
 *
 * Context: the mutex of the checkpoint is held.
 */
void motet_content_put(struct motet_content *content, struct page **pages,
		       u64 offset, u64 len)
{
	unsigned long index = motet_content_first(offset);
	u64 end = offset + len, start;
	struct page *old;

	for (; offset < end; offset = start + PAGE_SIZE, index++, pages++) {
		start = round_down(offset, PAGE_SIZE);
		old = xa_load(&content->pages, index);
		if (old)
			motet_page_complete(*pages, old, offset - start,
					    min_t(u64, end - start, PAGE_SIZE));
		else
			content->page_count++;
		WARN_ON_ONCE(xa_is_err(xa_store(&content->pages, index, *pages,
						GFP_NOWAIT)));
		*pages = old;
	}
	content->size = max(content->size, end);
}

/**
 * motet_content_get() - take references to what is to be read
 * @content: the content
 * @pages: filled in, with NULL for what is all zero
 * @offset: where
 * @len: how much; all of it is there
 *
 * Context: the mutex of the checkpoint is held.
 */
void motet_content_get(struct motet_content *content, struct page **pages,
		       u64 offset, u64 len)
{
	unsigned long index, end = motet_content_end(offset, len);
	struct page *page;

	for (index = motet_content_first(offset); index < end; index++) {
		page = xa_load(&content->pages, index);
		if (page)
			get_page(page);
		*pages++ = page;
	}
}

static int motet_page_copy_out(void __user *to, const struct page *page,
			       unsigned int offset, unsigned int len)
{
	unsigned long left;

	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (page)
		left = copy_to_user(to, page_address(page) + offset, len);
	else
		left = clear_user(to, len);
	return left ? -EFAULT : 0;
}

/**
 * motet_pages_copy_out() - copy to the current task what was read
 * @to: where to
 * @pages: as motet_content_get() gave them
 * @offset: where it begins in the content
 * @len: how much
 *
 * Context: may sleep; nothing is locked.
 * Return: 0, -EFAULT, or -EINTR if the task is being killed.
 */
int motet_pages_copy_out(void __user *to, struct page *const *pages, u64 offset,
			 u64 len)
{
	unsigned int at, part;
	int err = 0;

	for (; len && !err; pages++) {
		at = offset_in_page(offset);
		part = min_t(u64, len, PAGE_SIZE - at);
		err = motet_page_copy_out(to, *pages, at, part);
		to += part;
		offset += part;
		len -= part;
	}
	return err;
}
