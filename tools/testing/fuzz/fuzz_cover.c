// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which edges of the module a program runs through, by kcov.
 *
 * Only the module has the calls of kcov in it. An edge is a pair of blocks that
 * follow one another, hashed. Blocks that other threads or works run are not
 * seen, but for those of the thread that does calls aside.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kcov.h>

#include "fuzz_worker.h"

#define KCOV		"/sys/kernel/debug/kcov"
#define BLOCKS		(64U << 10)

/* of this thread, and of the one aside */
static unsigned long *blocks[2];
static __u32 found[FZ_NEW_EDGES];
static unsigned int found_count;

/* For the thread that calls; the first or the other. */
int fz_cover_open(unsigned int thread)
{
	int fd = open(KCOV, O_RDWR | O_CLOEXEC);
	void *memory;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, KCOV_INIT_TRACE, BLOCKS)) {
		close(fd);
		return -errno;
	}
	memory = mmap(NULL, BLOCKS * sizeof(*blocks[0]),
		      PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		close(fd);
		return -errno;
	}
	blocks[thread] = memory;
	return 0;
}

bool fz_cover_has(void)
{
	return blocks[0];
}

void fz_cover_begin(void)
{
	unsigned int thread;

	for (thread = 0; thread < 2; thread++)
		if (blocks[thread])
			__atomic_store_n(blocks[thread], 0, __ATOMIC_RELAXED);
}

static unsigned long blocks_of(unsigned int thread)
{
	unsigned long count = 0;

	if (blocks[thread])
		count = __atomic_load_n(blocks[thread], __ATOMIC_RELAXED);
	return count < BLOCKS ? count : BLOCKS - 1;
}

static __u32 edge(unsigned long from, unsigned long to)
{
	__u64 hash = (from * 0x9e3779b97f4a7c15ULL) ^ to;

	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93ULL;
	return (hash >> 32) % FZ_EDGES;
}

static bool seen(__u32 edge)
{
	return __atomic_load_n(&fz_shared->seen[edge / 64], __ATOMIC_RELAXED) &
	       1ULL << edge % 64;
}

/* A set of edges, so small that it is cheap to clear. */
#define PLACES	2048

static __u16 places[PLACES];

/* Where an edge of @edges is in the set, or where it would be. */
static __u16 *place(const __u32 *edges, __u32 edge)
{
	__u32 at = edge * 2654435761U % PLACES;

	while (places[at] && edges[places[at] - 1] != edge)
		at = (at + 1) % PLACES;
	return &places[at];
}

static void find_new(unsigned int thread)
{
	unsigned long i, count = blocks_of(thread), last = 0;
	__u16 *at;
	__u32 one;

	for (i = 1; i <= count; i++) {
		one = edge(last, blocks[thread][i]);
		last = blocks[thread][i];
		if (seen(one) || found_count == FZ_NEW_EDGES)
			continue;
		at = place(found, one);
		if (*at)
			continue;
		found[found_count++] = one;
		*at = found_count;
	}
}

/* How many edges were new since fz_cover_begin(); which, is remembered. */
unsigned int fz_cover_new(void)
{
	found_count = 0;
	memset(places, 0, sizeof(places));
	find_new(0);
	find_new(1);
	return found_count;
}

/* The new edges that were remembered, at most FZ_NEW_EDGES. */
unsigned int fz_cover_take(__u32 *edges)
{
	memcpy(edges, found, found_count * sizeof(*edges));
	return found_count;
}

static void meet(const __u32 *edges, unsigned int thread, __u8 *met)
{
	unsigned long i, count = blocks_of(thread), last = 0;
	__u16 *at;

	for (i = 1; i <= count; i++) {
		at = place(edges, edge(last, blocks[thread][i]));
		last = blocks[thread][i];
		if (*at)
			met[*at - 1] = 1;
	}
}

/* How many of @edges were run through since fz_cover_begin(): these come first. */
unsigned int fz_cover_again(__u32 *edges, unsigned int edge_count)
{
	__u8 met[FZ_NEW_EDGES] = { 0 };
	unsigned int i, kept = 0;
	__u32 one;

	memset(places, 0, sizeof(places));
	for (i = 0; i < edge_count; i++)
		*place(edges, edges[i]) = i + 1;
	meet(edges, 0, met);
	meet(edges, 1, met);
	for (i = 0; i < edge_count; i++)
		if (met[i]) {
			one = edges[kept];
			edges[kept++] = edges[i];
			edges[i] = one;
		}
	return kept;
}

/* Of now on these are known. */
unsigned int fz_cover_known(const __u32 *edges, unsigned int count)
{
	unsigned int i, added = 0;
	__u64 bit;

	for (i = 0; i < count; i++) {
		bit = 1ULL << edges[i] % 64;
		if (!(__atomic_fetch_or(&fz_shared->seen[edges[i] / 64], bit,
					__ATOMIC_RELAXED) & bit))
			added++;
	}
	__atomic_fetch_add(&fz_shared->edges, added, __ATOMIC_RELAXED);
	return added;
}
