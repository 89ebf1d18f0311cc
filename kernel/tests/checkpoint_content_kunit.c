// SPDX-License-Identifier: GPL-2.0-only
/* What sections have: held against plain memory. */

#include <linux/gfp.h>
#include <linux/mm.h>

#include "checkpoint_internal.h"
#include "tests.h"

#define MOTET_TEST_PAGES	12
#define MOTET_TEST_SIZE		(MOTET_TEST_PAGES * PAGE_SIZE)

/**
 * struct motet_test_content - a content, and the same as plain memory
 * @content: the content [own]
 * @plain: %MOTET_TEST_SIZE bytes [own]
 * @size: how many of them there are [own]
 * @written: pages that something was written to [own]
 */
struct motet_test_content {
	struct motet_content *content;
	u8 *plain;
	u64 size;
	bool written[MOTET_TEST_PAGES];
};

static struct motet_test_content *motet_test_content_new(struct kunit *test)
{
	struct motet_test_content *contents;

	contents = kunit_kzalloc(test, sizeof(*contents), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, contents);
	contents->plain = kunit_kzalloc(test, MOTET_TEST_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, contents->plain);
	contents->content = motet_content_new();
	KUNIT_ASSERT_NOT_NULL(test, contents->content);
	return contents;
}

static void motet_test_free_pages(struct page **pages)
{
	unsigned int i;

	for (i = 0; i < MOTET_TEST_PAGES; i++)
		if (pages[i])
			put_page(pages[i]);
}

/* Pages as motet_content_put() wants them, from the plain memory. */
static void motet_test_build_pages(struct kunit *test,
				   struct motet_test_content *contents,
				   struct page **pages, u64 offset, u64 len)
{
	u64 at, end = offset + len, start = round_down(offset, PAGE_SIZE);
	struct page *page = NULL;

	for (at = offset; at < end; at++) {
		if (at == offset || offset_in_page(at) == 0) {
			page = alloc_page(GFP_KERNEL | __GFP_ZERO);
			KUNIT_ASSERT_NOT_NULL(test, page);
			pages[(at - start) / PAGE_SIZE] = page;
		}
		((u8 *)page_address(page))[offset_in_page(at)] =
			contents->plain[at];
	}
}

static void motet_test_write(struct kunit *test,
			     struct motet_test_content *contents, u64 offset,
			     u64 len, u8 fill)
{
	struct page *pages[MOTET_TEST_PAGES] = {};
	u64 at;

	for (at = offset; at < offset + len; at++) {
		contents->plain[at] = fill + at % 31;
		contents->written[at / PAGE_SIZE] = true;
	}
	contents->size = max(contents->size, offset + len);
	motet_test_build_pages(test, contents, pages, offset, len);
	KUNIT_ASSERT_EQ(test, motet_content_reserve(contents->content, offset,
						    len), 0);
	motet_content_put(contents->content, pages, offset, len);
	motet_content_unreserve(contents->content, offset, len);
	motet_test_free_pages(pages);
}

static void motet_test_compare(struct kunit *test,
			       struct motet_test_content *contents, u64 offset,
			       u64 len)
{
	u64 at, start = round_down(offset, PAGE_SIZE);
	struct page *pages[MOTET_TEST_PAGES] = {};
	const struct page *page;
	u8 is;

	motet_content_get(contents->content, pages, offset, len);
	for (at = offset; at < offset + len; at++) {
		page = pages[(at - start) / PAGE_SIZE];
		is = page ? ((u8 *)page_address(page))[offset_in_page(at)] : 0;
		if (is != contents->plain[at])
			break;
	}
	motet_test_free_pages(pages);
	KUNIT_ASSERT_EQ_MSG(test, at, offset + len,
			    "%llu bytes from %llu", len, offset);
}

static void motet_test_content_check(struct kunit *test,
				     struct motet_test_content *contents)
{
	u64 i, count = 0;

	for (i = 0; i < MOTET_TEST_PAGES; i++)
		count += contents->written[i];
	KUNIT_ASSERT_EQ(test, contents->content->size, contents->size);
	KUNIT_ASSERT_EQ(test, contents->content->page_count, count);
	/* behind its size there is nothing but zeroes */
	motet_test_compare(test, contents, 0, MOTET_TEST_SIZE);
}

static void motet_test_content_span(struct kunit *test)
{
	u64 offset, len, at, last, count;

	KUNIT_EXPECT_EQ(test, motet_content_span(0, 0), 0);
	KUNIT_EXPECT_EQ(test, motet_content_span(PAGE_SIZE, 0), 0);
	KUNIT_EXPECT_EQ(test, motet_content_span(PAGE_SIZE - 1, 2), 2);
	KUNIT_EXPECT_EQ(test, motet_content_span(1ULL << 40, PAGE_SIZE), 1);
	for (offset = 0; offset < 3 * PAGE_SIZE; offset += 509) {
		for (len = 1; len < 3 * PAGE_SIZE; len += 1021) {
			last = U64_MAX;
			count = 0;
			for (at = offset; at < offset + len; at++) {
				count += at / PAGE_SIZE != last;
				last = at / PAGE_SIZE;
			}
			KUNIT_ASSERT_EQ(test, motet_content_span(offset, len),
					count);
		}
	}
}

static void motet_test_content_edges(struct kunit *test)
{
	struct motet_test_content *contents = motet_test_content_new(test);

	motet_test_content_check(test, contents);
	motet_test_write(test, contents, 5 * PAGE_SIZE - 1, 2, 1);
	motet_test_content_check(test, contents);
	motet_test_write(test, contents, 0, 0, 2);
	motet_test_content_check(test, contents);
	motet_test_write(test, contents, 5 * PAGE_SIZE, PAGE_SIZE, 3);
	motet_test_content_check(test, contents);
	motet_test_write(test, contents, MOTET_TEST_SIZE - 1, 1, 4);
	motet_test_content_check(test, contents);
	motet_test_write(test, contents, 0, MOTET_TEST_SIZE, 5);
	motet_test_content_check(test, contents);
	motet_content_free(contents->content);
}

/* What was reserved and not needed leaves nothing. */
static void motet_test_content_unreserve(struct kunit *test)
{
	struct motet_test_content *contents = motet_test_content_new(test);

	motet_test_write(test, contents, 2 * PAGE_SIZE, 10, 1);
	KUNIT_EXPECT_EQ(test, motet_content_reserve(contents->content, 0,
						    MOTET_TEST_SIZE), 0);
	motet_test_content_check(test, contents);
	motet_content_unreserve(contents->content, 0, MOTET_TEST_SIZE);
	motet_test_content_check(test, contents);
	motet_content_free(contents->content);
	motet_content_free(NULL);
}

/* Whoever reads keeps the pages that he got, whatever is written then. */
static void motet_test_content_keeps(struct kunit *test)
{
	struct motet_test_content *contents = motet_test_content_new(test);
	struct page *pages[MOTET_TEST_PAGES] = {};
	const u8 *bytes;

	motet_test_write(test, contents, 100, 1, 1);
	motet_content_get(contents->content, pages, 100, 1);
	KUNIT_ASSERT_NOT_NULL(test, pages[0]);
	bytes = page_address(pages[0]);
	motet_test_write(test, contents, 100, 2, 77);
	KUNIT_EXPECT_EQ(test, bytes[100], 1 + 100 % 31);
	KUNIT_EXPECT_EQ(test, bytes[101], 0);
	motet_content_free(contents->content);
	KUNIT_EXPECT_EQ(test, bytes[100], 1 + 100 % 31);
	motet_test_free_pages(pages);
}

static void motet_test_content_random(struct kunit *test)
{
	struct motet_test_content *contents = motet_test_content_new(test);
	struct rnd_state random;
	u32 i, offset, len;

	motet_test_seed(test, &random);
	for (i = 0; i < 60; i++) {
		offset = motet_test_below(&random, MOTET_TEST_SIZE);
		if (motet_test_below(&random, 4) == 0)
			offset = round_down(offset, PAGE_SIZE);
		len = motet_test_below(&random, 3 * PAGE_SIZE);
		len = min_t(u32, len, MOTET_TEST_SIZE - offset);
		motet_test_write(test, contents, offset, len, i);
		motet_test_content_check(test, contents);
		motet_test_compare(test, contents, offset / 2, len);
	}
	motet_content_free(contents->content);
}

static struct kunit_case motet_test_content_cases[] = {
	KUNIT_CASE(motet_test_content_span),
	KUNIT_CASE(motet_test_content_edges),
	KUNIT_CASE(motet_test_content_unreserve),
	KUNIT_CASE(motet_test_content_keeps),
	KUNIT_CASE_SLOW(motet_test_content_random),
	{}
};

static struct kunit_suite motet_test_content_suite = {
	.name = "motet-checkpoint-content",
	.test_cases = motet_test_content_cases,
};

kunit_test_suite(motet_test_content_suite);
