// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs that are worth keeping, in memory that all workers share.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz_worker.h"

/* runs that making one program shorter may take */
#define SHORTEN_RUNS	40

bool fz_corpus_add(const struct fz_program *program)
{
	__u32 at = __atomic_fetch_add(&fz_shared->programs, 1,
				      __ATOMIC_RELAXED);

	if (at >= FZ_PROGRAMS) {
		__atomic_fetch_sub(&fz_shared->programs, 1, __ATOMIC_RELAXED);
		return false;
	}
	fz_shared->corpus[at] = *program;
	__atomic_store_n(&fz_shared->ready[at], 1, __ATOMIC_RELEASE);
	return true;
}

static __u32 programs(void)
{
	__u32 count = __atomic_load_n(&fz_shared->programs, __ATOMIC_RELAXED);

	return count < FZ_PROGRAMS ? count : FZ_PROGRAMS;
}

/* One of them; the later ones are tried more often. */
const struct fz_program *fz_corpus_any(void)
{
	__u32 count = programs(), at;

	if (!count)
		return NULL;
	at = fz_chance(30) && count > 32 ? count - 1 - fz_below(32) :
	     fz_below(count);
	if (!__atomic_load_n(&fz_shared->ready[at], __ATOMIC_ACQUIRE))
		return NULL;
	return &fz_shared->corpus[at];
}

static int take(const struct fz_program *program)
{
	return fz_corpus_add(program) ? 0 : -ENOSPC;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* All files *.txt of a directory, or one file. Returns what was refused. */
int fz_corpus_load(const char *path)
{
	struct dirent **entries;
	int count, i, bad = 0, ret;
	char name[4096];
	struct stat stat_buf;

	if (!stat(path, &stat_buf) && !S_ISDIR(stat_buf.st_mode))
		return fz_programs_read(path, take);
	count = scandir(path, &entries, NULL, by_name);
	if (count < 0)
		return -errno;
	for (i = 0; i < count; i++) {
		size_t len = strlen(entries[i]->d_name);

		if (len > 4 && !strcmp(entries[i]->d_name + len - 4, ".txt")) {
			snprintf(name, sizeof(name), "%s/%s", path,
				 entries[i]->d_name);
			ret = fz_programs_read(name, take);
			bad += ret > 0 ? ret : 0;
		}
		free(entries[i]);
	}
	free(entries);
	return bad;
}

/* Does it, with nothing left of what was before. */
static void run_again(const struct fz_program *program)
{
	fz_reset();
	fz_cover_begin();
	fz_program_run(program);
}

/* Makes it shorter as long as it runs through all of @edges. */
static void shorten(struct fz_program *program, __u32 *edges,
		    unsigned int count)
{
	unsigned int runs = 0, i, j;
	struct fz_program less;

	for (i = program->count; i-- && runs < SHORTEN_RUNS;) {
		if (program->count < 2 || fz_shared->stop)
			break;
		less = *program;
		less.count--;
		memmove(less.ops + i, less.ops + i + 1,
			(less.count - i) * sizeof(less.ops[0]));
		run_again(&less);
		runs++;
		if (fz_cover_again(edges, count) == count)
			*program = less;
	}
	for (i = 0; i < program->count && runs < SHORTEN_RUNS; i++)
		for (j = program->ops[i].count; j-- && runs < SHORTEN_RUNS;) {
			if (fz_shared->stop)
				return;
			less = *program;
			fz_unset(&less.ops[i], j);
			run_again(&less);
			runs++;
			if (fz_cover_again(edges, count) == count)
				*program = less;
		}
}

/*
 * Does a program; if it reaches what none has reached, and does so again when it
 * is repeated by itself, it goes into the corpus.
 */
void fz_corpus_try(struct fz_program *program)
{
	__u32 edges[FZ_NEW_EDGES];
	unsigned int all, count;

	fz_cover_begin();
	fz_program_run(program);
	all = fz_cover_new();
	if (!all)
		return;
	fz_cover_take(edges);
	program->keep = false;
	run_again(program);
	count = fz_cover_again(edges, all);
	/* what depends on others is not worth a second time either */
	fz_cover_known(edges, all);
	if (!count)
		return;
	shorten(program, edges, count);
	fz_corpus_add(program);
}

/*
 * Does each program of the corpus once, the workers share them. With @keep those
 * that reach nothing new are left out of it.
 */
void fz_corpus_replay(bool keep)
{
	__u32 edges[FZ_NEW_EDGES], at;
	unsigned int count;

	for (;;) {
		at = __atomic_fetch_add(&fz_shared->replayed, 1,
					__ATOMIC_RELAXED);
		if (at >= fz_shared->loaded || fz_shared->stop)
			return;
		run_again(&fz_shared->corpus[at]);
		count = fz_cover_new();
		fz_cover_take(edges);
		if (keep && !fz_cover_known(edges, count))
			fz_shared->ready[at] = 0;
		else
			fz_cover_known(edges, count);
	}
}

static int longer(const void *a, const void *b)
{
	const struct fz_program *one = a, *other = b;

	return (int)one->count - (int)other->count;
}

/* The short ones first, so that it is they that stay. */
void fz_corpus_sort(void)
{
	qsort(fz_shared->corpus, programs(), sizeof(fz_shared->corpus[0]),
	      longer);
}

static int alphabetic(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Writes the corpus, sorted, each program once. Returns how many there are. */
int fz_corpus_write(FILE *file)
{
	static char *texts[FZ_PROGRAMS];
	unsigned int i, count = 0, written = 0;
	size_t size;
	FILE *memory;

	for (i = 0; i < programs(); i++) {
		if (!fz_shared->ready[i])
			continue;
		memory = open_memstream(&texts[count], &size);
		if (!memory)
			return -ENOMEM;
		fz_program_write(memory, &fz_shared->corpus[i]);
		fclose(memory);
		count++;
	}
	qsort(texts, count, sizeof(texts[0]), alphabetic);
	/* in two parts, since this line is not the licence of this file */
	fputs("# SPDX-License", file);
	fputs("-Identifier: GPL-2.0-or-later\n"
	      "# Programs to begin with: see fuzz_text.c.\n\n",
	      file);
	fz_layouts_write(file);
	for (i = 0; i < count; i++) {
		if (i && !strcmp(texts[i], texts[i - 1]))
			continue;
		fputs(texts[i], file);
		written++;
	}
	while (count)
		free(texts[--count]);
	return written;
}
