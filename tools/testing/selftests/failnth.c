// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine of the fail-the-nth sweep.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "failnth.h"

#define FN_DEBUG	"/sys/kernel/debug/"

/* How long to wait for what must come: only a bound against hanging. */
#define FN_PATIENCE	(30 * MT_SECOND)

/* No operation has as many places, so its faults did not count. */
#define FN_PLACES_MAX	2000

/* How often to look for the least number of places of an operation. */
#define FN_COUNTED_MAX	8

/* of this thread: how many places are passed before one fails */
static int fail_nth = -1;

/* the first file that belongs to a scenario */
static int first_file;

static int set(const char *attr, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), FN_DEBUG "%s/%s", attr, name);
	return mt_write_file(path, value);
}

/**
 * struct range - addresses in the kernel, as text
 * @start: of the first
 * @end: behind the last
 */
struct range {
	char start[32];
	char end[32];
};

/*
 * Only what the module does is to fail, but nothing that watches over memory; in
 * this task by the number, or when it asks that all of it fails.
 */
static int set_up_fault(const char *attr, const struct range *module,
			const struct range *kmemleak)
{
	int ret = set(attr, "verbose", "0");

	ret = ret ?: set(attr, "task-filter", "Y");
	ret = ret ?: set(attr, "times", "-1");
	ret = ret ?: set(attr, "probability", "0");
	ret = ret ?: set(attr, "stacktrace-depth", "32");
	ret = ret ?: set(attr, "reject-start", kmemleak->start);
	ret = ret ?: set(attr, "reject-end", kmemleak->end);
	ret = ret ?: set(attr, "require-start", module->start);
	return ret ?: set(attr, "require-end", module->end);
}

/* Functions of one file are as near to one another. */
#define FN_NEAR		0x10000

/* What allocates an object for each object of others, and can do without. */
static bool is_kmemleak(const char *name)
{
	static const char *const names[] = {
		"kmemleak_scan", "create_object", "__create_object",
		"__alloc_object", "mem_pool_alloc",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Some of these names there are elsewhere, too. */
static int read_kmemleak(unsigned long long *addresses, int max,
			 unsigned long long *anchor)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[512], name[256];
	int count = 0;

	if (!file)
		return -errno;
	while (count < max && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %*c %255s", &addresses[count],
			   name) != 2 || !is_kmemleak(name))
			continue;
		/* those that others call lie elsewhere */
		if (!strcmp(name, "kmemleak_scan"))
			*anchor = addresses[count];
		count++;
	}
	fclose(file);
	return count;
}

static int kmemleak_range(struct range *range)
{
	unsigned long long addresses[64], anchor = 0, start, end;
	int count = read_kmemleak(addresses, 64, &anchor), i;

	if (count < 0)
		return count;
	start = anchor;
	end = anchor;
	for (i = 0; i < count; i++) {
		if (addresses[i] + FN_NEAR < anchor ||
		    addresses[i] > anchor + FN_NEAR)
			continue;
		start = addresses[i] < start ? addresses[i] : start;
		end = addresses[i] > end ? addresses[i] : end;
	}
	/* the last of them has its length, too */
	end += anchor ? 0x400 : 0;
	snprintf(range->start, sizeof(range->start), "%#llx", start);
	snprintf(range->end, sizeof(range->end), "%#llx", end);
	printf("# not in %s to %s\n", range->start, range->end);
	return 0;
}

/* Where the module is, from a line of /proc/modules. */
static int module_range(struct range *range)
{
	unsigned long long address, length;
	FILE *file = fopen("/proc/modules", "re");
	char line[256];
	int ret = -ENOENT;

	if (!file)
		return -errno;
	while (ret && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "motet %llu %*s %*s %*s %llx", &length,
			   &address) != 2)
			continue;
		snprintf(range->start, sizeof(range->start), "%#llx", address);
		snprintf(range->end, sizeof(range->end), "%#llx",
			 address + length);
		ret = 0;
	}
	fclose(file);
	return ret;
}

/* By the test before, perhaps. */
static bool is_set_up(const struct range *module)
{
	char text[64];

	if (mt_read_file(FN_DEBUG "fail_usercopy/require-end", text,
			 sizeof(text)) < 0)
		return false;
	return strtoull(text, NULL, 16) == strtoull(module->end, NULL, 16);
}

static int set_up(void)
{
	struct range module, kmemleak;
	int ret = module_range(&module);

	if (ret || is_set_up(&module))
		return ret;
	ret = kmemleak_range(&kmemleak);
	ret = ret ?: set("failslab", "ignore-gfp-wait", "N");
	ret = ret ?: set("failslab", "cache-filter", "N");
	ret = ret ?: set("fail_page_alloc", "ignore-gfp-wait", "N");
	ret = ret ?: set("fail_page_alloc", "ignore-gfp-highmem", "N");
	ret = ret ?: set("fail_page_alloc", "min-order", "0");
	ret = ret ?: set_up_fault("failslab", &module, &kmemleak);
	ret = ret ?: set_up_fault("fail_page_alloc", &module, &kmemleak);
	return ret ?: set_up_fault("fail_usercopy", &module, &kmemleak);
}

/* An XArray that gets no node asks again in another way: both have to fail. */
#define FN_NODES	"/sys/kernel/slab/radix_tree_node/failslab"

static int fail_nodes(bool all)
{
	int ret = mt_write_file(FN_NODES, all ? "1" : "0");

	ret = ret ?: set("failslab", "cache-filter", all ? "Y" : "N");
	ret = ret ?: set("failslab", "probability", all ? "100" : "0");
	return ret ?: mt_write_file("/proc/thread-self/make-it-fail",
				    all ? "1" : "0");
}

/**
 * fn_available() - whether this kernel injects faults, for this thread
 *
 * Return: true if it does; all is set up then.
 */
bool fn_available(void)
{
	int ret;

	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0 || access(FN_DEBUG "fail_usercopy", R_OK))
		return false;
	ret = set_up();
	ret = ret ?: fn_look_open();
	if (ret) {
		printf("# faults can't be set up: %s\n", strerror(-ret));
		abort();
	}
	first_file = dup(0);
	close(first_file);
	return true;
}

/* One skipped test for all of a program: they are many, and each a process. */
static void __attribute__((constructor)) skip_all(void)
{
	if (!access("/proc/thread-self/fail-nth", F_OK) &&
	    !access(FN_DEBUG "fail_usercopy", F_OK))
		return;
	printf("TAP version 13\n1..1\n"
	       "ok 1 sweep # SKIP the kernel injects no faults\n");
	exit(0);
}

/**
 * fn_next() - let one of the next allocations and user copies fail
 * @n: which, from 1; 0 is none
 */
void fn_next(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_nth, text, len, 0) != len)
		abort();
}

/**
 * fn_stop() - let none fail any more
 *
 * Return: how many of those of fn_next() were left; 0 if one has failed.
 */
unsigned int fn_stop(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		abort();
	fn_next(0);
	return atoi(text);
}

/**
 * struct fn_run - a sweep that is under way
 * @scenario: over what
 * @empty: the look of the domain without the scenario
 * @before: before the operation
 * @whole: after one that nothing disturbed
 * @now: now
 * @n: which place fails
 * @failed: after how many of them the operation failed
 * @passed: after how many it succeeded
 * @nodes: what it said without nodes of trees
 */
struct fn_run {
	const struct fn_scenario *scenario;
	struct fn_look empty;
	struct fn_look before;
	struct fn_look whole;
	struct fn_look now;
	unsigned int n;
	unsigned int failed;
	unsigned int passed;
	int nodes;
};

static struct fn_run run;

static int bad(const char *what, int ret)
{
	printf("# %s: place %u: %s (%d, %s)\n", run.scenario->name, run.n,
	       what, ret, ret < 0 ? strerror(-ret) : "");
	return -1;
}

/* Deaths are followed by queued work: what is seen twice is there to stay. */
static void settle(struct fn_look *look, bool plain, __u64 sequence)
{
	__u64 end = mt_after(FN_PATIENCE);

	fn_look(look, plain, sequence, first_file);
	do {
		fn_look(&run.now, plain, sequence, first_file);
		if (fn_look_equal(look, &run.now))
			return;
		mt_breathe();
		memcpy(look, &run.now, sizeof(*look));
	} while (mt_now() < end);
}

static int expect(const struct fn_look *look, const char *what)
{
	__u64 end = mt_after(FN_PATIENCE);

	do {
		fn_look(&run.now, look->plain, look->sequence, first_file);
		if (fn_look_equal(look, &run.now))
			return 0;
		mt_breathe();
	} while (mt_now() < end);
	bad(what, 0);
	fn_look_differ(&run.now, look);
	return -1;
}

/* Nothing of the scenario is left, and nobody is charged for it. */
static int clear(void)
{
	int ret;

	if (run.scenario->undo)
		run.scenario->undo();
	close_range(first_file, ~0U, 0);
	ret = mt_purge();
	if (ret < 0)
		return bad("purge", ret);
	return run.empty.len ? expect(&run.empty, "something is left") : 0;
}

/* Without what the test before has left to queued work. */
static int begin(void)
{
	__u64 end = mt_after(FN_PATIENCE);
	int ret = mt_purge();

	if (ret < 0)
		return bad("purge", ret);
	while (!fn_empty()) {
		if (mt_now() > end)
			return bad("something is there before", 0);
		mt_breathe();
	}
	settle(&run.empty, false, ~0ULL);
	return 0;
}

static int make(void)
{
	int ret = run.scenario->setup ? run.scenario->setup() : 0;

	return ret < 0 ? bad("it can't be set up", ret) : 0;
}

static int check(int ret)
{
	if (ret < 0)
		return bad("it fails undisturbed", ret);
	ret = run.scenario->check ? run.scenario->check() : 0;
	return ret ? bad("the result is wrong", ret) : 0;
}

static int whole(void)
{
	__u64 sequence = fn_sequence();
	int ret = make();

	if (!ret)
		ret = check(run.scenario->run());
	if (!ret)
		settle(&run.whole, false, sequence);
	return ret ?: clear();
}

/* Nothing was changed, or it will be seen soon. */
static bool unchanged(void)
{
	__u64 end = mt_after(FN_PATIENCE / 10);

	do {
		fn_look(&run.now, true, 0, first_file);
		if (fn_look_equal(&run.before, &run.now))
			return true;
		mt_breathe();
	} while (mt_now() < end);
	return false;
}

/* How many places there are if nothing fails, or a negative error. */
static int count_places(void)
{
	unsigned int left;
	int ret = make();

	if (ret)
		return ret;
	fn_next(FN_PLACES_MAX);
	ret = run.scenario->run();
	left = fn_stop();
	ret = check(ret) ?: clear();
	return ret ?: (int)(FN_PLACES_MAX - left);
}

/*
 * Nothing can fail after the place that has failed. A slab that needs a page
 * first is a place more, by chance: so the least of some numbers counts.
 */
static int was_last(void)
{
	int i, count;

	for (i = 0; i < FN_COUNTED_MAX; i++) {
		count = count_places();
		if (count < 0)
			return count;
		if (count <= (int)run.n)
			return 0;
	}
	return bad("it was done before its last place", count);
}

/* It was done, and could not be told. */
static int done_so(__u64 sequence)
{
	int ret = run.scenario->check ? run.scenario->check() : 0;

	if (ret)
		return bad("it failed, and neither did nothing nor all", ret);
	run.whole.sequence = sequence;
	if (!(run.scenario->flags & FN_COUNTS))
		ret = expect(&run.whole, "it failed when it was done otherwise");
	ret = ret ?: clear();
	return ret ?: was_last();
}

/* It has failed: nothing was changed, or what the interface says. */
static int failed_so(int ret, __u64 sequence, bool *made)
{
	const struct fn_scenario *scenario = run.scenario;

	run.failed++;
	if (ret != -ENOMEM && ret != -EFAULT && ret != scenario->error)
		return bad("an error that it may not have", ret);
	if (ret == -EFAULT && (scenario->flags & FN_TELLS) && !unchanged()) {
		*made = false;
		return done_so(sequence);
	}
	if (scenario->half) {
		ret = scenario->half(ret);
		if (ret < 0)
			return bad("not as the interface says", ret);
		if (ret > 0) {
			*made = false;
			return clear();
		}
	}
	return expect(&run.before, "it failed and left traces");
}

/* It has succeeded: as if nothing had happened. */
static int succeeded(int ret, __u64 sequence)
{
	ret = check(ret);
	run.whole.sequence = sequence;
	if (!ret && !(run.scenario->flags & FN_COUNTS))
		ret = expect(&run.whole, "not as without a fault");
	return ret ?: clear();
}

/* One place after the other, until the operation has no more of them. */
static int places(void)
{
	__u64 sequence = 0;
	bool made = false, failed = true;
	int ret;

	for (run.n = 1; failed; run.n++) {
		if (run.n > FN_PLACES_MAX)
			return bad("there is no end", 0);
		if (!made) {
			sequence = fn_sequence();
			ret = make();
			if (ret)
				return ret;
			settle(&run.before, true, 0);
			made = true;
		}
		fn_next(run.n);
		ret = run.scenario->run();
		failed = !fn_stop();
		if (ret >= 0 || !failed) {
			ret = succeeded(ret, sequence);
			run.passed += failed;
			made = false;
		} else {
			ret = failed_so(ret, sequence, &made);
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* No node of a tree is to be had. */
static int without_nodes(void)
{
	__u64 sequence = fn_sequence();
	bool made = true;
	int ret = make();

	run.n = 0;
	if (ret)
		return ret;
	settle(&run.before, true, 0);
	ret = fail_nodes(true);
	run.nodes = run.scenario->run();
	ret = ret ?: fail_nodes(false);
	if (ret)
		return bad("nodes can't be made to fail", ret);
	if (run.nodes >= 0)
		return succeeded(run.nodes, sequence);
	ret = failed_so(run.nodes, sequence, &made);
	return ret ?: made ? clear() : 0;
}

/**
 * fn_sweep() - let an operation fail at each place
 * @scenario: the operation
 *
 * Return: 0 if it was always as it should be; else it was printed.
 */
int fn_sweep(const struct fn_scenario *scenario)
{
	__u64 start = mt_now();
	int ret;

	memset(&run, 0, sizeof(run));
	run.scenario = scenario;
	ret = begin();
	if (!ret)
		ret = whole();
	if (!ret)
		ret = places();
	if (!ret)
		ret = without_nodes();
	if (!ret && !run.failed && !run.passed &&
	    !(scenario->flags & FN_NOTHING))
		ret = bad("nothing in it can fail", 0);
	printf("# %s: failed %u times, succeeded %u all the same, %d without nodes, %llu ms\n",
	       scenario->name, run.failed, run.passed, run.nodes,
	       (unsigned long long)((mt_now() - start) / MT_MS));
	return ret;
}

/**
 * fn_leaks() - look for memory that nothing refers to
 *
 * A second scan, since what is on its way may be missed by the first.
 *
 * Return: 0 if there is none; else it was printed.
 */
int fn_leaks(void)
{
	static char text[16384];
	int i, ret = 0;

	for (i = 0; i < 2 && !ret; i++)
		ret = mt_write_file(FN_DEBUG "kmemleak", "scan");
	if (!ret)
		ret = mt_read_file(FN_DEBUG "kmemleak", text, sizeof(text));
	if (ret > 0)
		printf("# leaked:\n%s\n", text);
	return ret;
}
