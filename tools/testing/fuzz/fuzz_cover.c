// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which edges of the module a program runs through, by kcov.
 *
 * Only the module has the calls of kcov in it. An edge is a pair of blocks that
 * follow one another, hashed. Blocks that other threads or works run are not
 * seen.
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

static unsigned long *blocks;
static __u32 found[FZ_NEW_EDGES];
static unsigned int found_count;

int fz_cover_open(void)
{
	int fd = open(KCOV, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, KCOV_INIT_TRACE, BLOCKS)) {
		close(fd);
		return -errno;
	}
	blocks = mmap(NULL, BLOCKS * sizeof(*blocks), PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	if (blocks == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		blocks = NULL;
		close(fd);
		return -errno;
	}
	return 0;
}

bool fz_cover_has(void)
{
	return blocks;
}

void fz_cover_begin(void)
{
	if (blocks)
		__atomic_store_n(&blocks[0], 0, __ATOMIC_RELAXED);
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

/* How many edges were new since fz_cover_begin(); which, is remembered. */
unsigned int fz_cover_new(void)
{
	unsigned long i, count, last = 0;
	__u16 *at;
	__u32 one;

	found_count = 0;
	if (!blocks)
		return 0;
	memset(places, 0, sizeof(places));
	count = __atomic_load_n(&blocks[0], __ATOMIC_RELAXED);
	for (i = 1; i <= count && i < BLOCKS; i++) {
		one = edge(last, blocks[i]);
		last = blocks[i];
		if (seen(one) || found_count == FZ_NEW_EDGES)
			continue;
		at = place(found, one);
		if (*at)
			continue;
		found[found_count++] = one;
		*at = found_count;
	}
	return found_count;
}

/* The new edges that were remembered, at most FZ_NEW_EDGES. */
unsigned int fz_cover_take(__u32 *edges)
{
	memcpy(edges, found, found_count * sizeof(*edges));
	return found_count;
}

/* How many of @edges were run through since fz_cover_begin(): these come first. */
unsigned int fz_cover_again(__u32 *edges, unsigned int edge_count)
{
	unsigned long i, count, last = 0;
	__u8 met[FZ_NEW_EDGES] = { 0 };
	unsigned int j, kept = 0;
	__u16 *at;
	__u32 one;

	if (!blocks)
		return 0;
	memset(places, 0, sizeof(places));
	for (j = 0; j < edge_count; j++)
		*place(edges, edges[j]) = j + 1;
	count = __atomic_load_n(&blocks[0], __ATOMIC_RELAXED);
	for (i = 1; i <= count && i < BLOCKS && kept < edge_count; i++) {
		at = place(edges, edge(last, blocks[i]));
		last = blocks[i];
		if (!*at || met[*at - 1])
			continue;
		met[*at - 1] = 1;
		kept++;
	}
	/* those that were met come first */
	for (i = 0, j = 0; i < edge_count; i++)
		if (met[i]) {
			one = edges[j];
			edges[j++] = edges[i];
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
