// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module is loaded and unloaded while processes use all of it, and are killed:
 * unloading is refused or done, and what was done leaves nothing behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#include "kselftest_harness.h"
#include "reload.h"

/* How long to wait for what must come: only a bound against hanging. */
#define PATIENCE	(60 * MT_SECOND)

/* Those that look on, and are there all the time. */
#define WATCHERS	2

FIXTURE(reload) {
	struct reload *reload;
	pid_t watchers[WATCHERS];
	pid_t users[RELOAD_USERS];
	unsigned int seed;
};

/* The module without what debuggers want, which is most of what is to be read. */
static int open_module(const char *ko)
{
	char stripped[] = "/tmp/motet.XXXXXX";
	char command[1024];
	int fd = mkstemp(stripped);

	if (fd < 0)
		return open(ko, O_RDONLY | O_CLOEXEC);
	close(fd);
	snprintf(command, sizeof(command), "strip -g -o %s '%s'", stripped,
		 ko);
	fd = open(system(command) ? ko : stripped, O_RDONLY | O_CLOEXEC);
	unlink(stripped);
	return fd;
}

static int load(void)
{
	const char *ko = getenv("MOTET_KO");
	static int module = -1;

	if (!ko || !*ko)
		return system("modprobe motet") ? -ENOENT : 0;
	if (module < 0)
		module = open_module(ko);
	return syscall(SYS_finit_module, module, "", 0) ? -errno : 0;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "motet", O_NONBLOCK) ? -errno : 0;
}

/* Refused for no other reason than that it is in use. */
static bool refused(int ret)
{
	return ret == -EWOULDBLOCK || ret == -EBUSY;
}

/* What the dead leave is worked on still; what they made stays, until purged. */
static int unload_soon(void)
{
	__u64 end = mt_after(PATIENCE);
	int ret;

	do {
		ret = mt_purge();
		if (ret < 0)
			return ret;
		ret = unload();
		if (!refused(ret))
			return ret;
		mt_breathe();
	} while (mt_now() < end);
	return ret;
}

static bool has_ours(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool found = false;

	while (dir && (entry = readdir(dir)))
		found |= !strncmp(entry->d_name, "motet", 5);
	if (dir)
		closedir(dir);
	return found;
}

static bool file_says(const char *path, const char *word)
{
	char line[512];
	bool found = false;
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		found = found || strstr(line, word);
	if (file)
		fclose(file);
	return found;
}

/* What is left of the module, or NULL. */
static const char *left_over(void)
{
	static const char *const paths[] = {
		MOTET_DEVICE, "/sys/module/motet", "/sys/class/motet",
		"/sys/class/misc/motet", "/sys/devices/virtual/motet",
		"/sys/kernel/tracing/events/motet",
	};
	struct mt_nl nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paths); i++)
		if (!access(paths[i], F_OK))
			return paths[i];
	if (has_ours("/sys/kernel/slab"))
		return "/sys/kernel/slab";
	if (file_says("/proc/slabinfo", "motet"))
		return "/proc/slabinfo";
	if (file_says("/proc/misc", "motet"))
		return "/proc/misc";
	if (mt_nl_open(&nl) == -ENOENT)
		return NULL;
	return "the family of generic netlink";
}

/* A file of a cache may go a moment after the cache. */
static const char *left_over_soon(void)
{
	__u64 end = mt_after(PATIENCE);
	const char *left;

	do {
		left = left_over();
		if (!left)
			break;
		mt_breathe();
	} while (mt_now() < end);
	return left;
}

static pid_t start(void (*run)(struct reload *reload), struct reload *reload)
{
	pid_t pid = mt_fork();

	if (pid == 0)
		run(reload);
	return pid;
}

FIXTURE_SETUP(reload)
{
	const char *seed = getenv("MOTET_SEED");

	self->seed = seed ? atoi(seed) : 1;
	self->reload = mt_shared(sizeof(*self->reload));
	ASSERT_TRUE(self->reload);
	ASSERT_EQ(0, unload_soon());
	self->watchers[0] = start(reload_netlink, self->reload);
	self->watchers[1] = start(reload_files, self->reload);
}

/* The tests that come next want it loaded. */
FIXTURE_TEARDOWN(reload)
{
	unsigned int i;

	for (i = 0; i < WATCHERS; i++)
		EXPECT_EQ(1000 + SIGKILL, mt_kill(self->watchers[i]));
	EXPECT_EQ(0, load());
}

static void start_user(struct __test_metadata *_metadata,
		       FIXTURE_DATA(reload) * self, unsigned int i)
{
	unsigned int seed = rand_r(&self->seed);

	self->users[i] = mt_fork();
	ASSERT_LE(0, self->users[i]);
	if (self->users[i] == 0)
		reload_user(self->reload, i, seed);
}

static void pause_below(unsigned int *seed, unsigned int us)
{
	const struct timespec time = {
		.tv_nsec = 1000L * (rand_r(seed) % us),
	};

	nanosleep(&time, NULL);
}

/* Somebody has it open for certain: it is refused each time. */
static void while_in_use(struct __test_metadata *_metadata,
			 FIXTURE_DATA(reload) * self)
{
	int actor = mt_actor(), i;

	ASSERT_LE(0, actor);
	for (i = 0; i < 4; i++) {
		ASSERT_TRUE(refused(unload()));
		pause_below(&self->seed, 5000);
	}
	close(actor);
}

/* Users are killed and others begin, while unloading is tried: how often it was done. */
static unsigned int while_killed(struct __test_metadata *_metadata,
				 FIXTURE_DATA(reload) * self)
{
	unsigned int unloaded = 0, victim;
	int i, ret;

	for (i = 0; i < 4; i++) {
		pause_below(&self->seed, 30000);
		victim = rand_r(&self->seed) % RELOAD_USERS;
		ASSERT_EQ(1000 + SIGKILL, mt_kill(self->users[victim]));
		ret = unload();
		ASSERT_TRUE(ret == 0 || refused(ret));
		if (ret == 0) {
			unloaded++;
			ASSERT_EQ(0, load());
		}
		start_user(_metadata, self, victim);
	}
	return unloaded;
}

/* What unloads it while it is looked for sees it go, or not come. */
static void round_of(struct __test_metadata *_metadata,
		     FIXTURE_DATA(reload) * self, unsigned int *unloaded)
{
	const char *left;
	unsigned int i;
	int ret;

	ASSERT_EQ(0, load());
	for (i = 0; i < RELOAD_USERS; i++)
		start_user(_metadata, self, i);
	while_in_use(_metadata, self);
	*unloaded += while_killed(_metadata, self);
	for (i = 0; i < RELOAD_USERS; i++)
		ASSERT_EQ(1000 + SIGKILL, mt_kill(self->users[i]));
	ret = unload_soon();
	ASSERT_EQ(0, ret);
	left = left_over_soon();
	ASSERT_EQ(NULL, left) {
		TH_LOG("left: %s", left);
	}
}

/* Each of it was done; the device may have been there whenever it was opened. */
static bool all_done(const struct reload *reload)
{
	unsigned int i;

	for (i = 0; i < RELOAD_KINDS; i++)
		if (i != RELOAD_ABSENT &&
		    !__atomic_load_n(&reload->done[i], __ATOMIC_SEQ_CST))
			return false;
	return true;
}

TEST_F_TIMEOUT(reload, under_load, 8 * 3600)
{
	static const char *const names[RELOAD_KINDS] = {
		"send", "receive", "call", "group", "publish", "event",
		"write", "view", "lock", "orphan", "watch", "dump", "heard",
		"sysfs", "traced", "absent",
	};
	unsigned int rounds = mt_rounds(5), unloaded = 0, i;

	/* how far users get in a round is up to the machine */
	for (i = 0; i < rounds || (!all_done(self->reload) && i < 20 * rounds);
	     i++)
		round_of(_metadata, self, &unloaded);
	printf("# %u rounds, and %u times unloaded in their midst\n", i,
	       unloaded);
	for (i = 0; i < RELOAD_KINDS; i++) {
		printf("# %s %llu\n", names[i],
		       (unsigned long long)self->reload->done[i]);
		/* the device may have been there whenever it was opened */
		if (i != RELOAD_ABSENT)
			EXPECT_LT(0, self->reload->done[i]);
	}
	EXPECT_EQ(0, self->reload->strange) {
		TH_LOG("an open said %d", self->reload->error);
	}
}

/* Nobody but openers: it is unloaded often, and they see it come and go. */
TEST_F_TIMEOUT(reload, races_with_openers, 8 * 3600)
{
	const __u64 *absent = &self->reload->done[RELOAD_ABSENT];
	unsigned int rounds = mt_rounds(5), unloaded = 0;
	__u64 end = mt_after(PATIENCE + rounds * MT_SECOND);
	pid_t opener;
	int ret;

	ASSERT_EQ(0, load());
	opener = start(reload_opener, self->reload);
	while (mt_now() < end &&
	       (unloaded < rounds ||
		!__atomic_load_n(absent, __ATOMIC_SEQ_CST))) {
		pause_below(&self->seed, 1000);
		ret = unload();
		ASSERT_TRUE(ret == 0 || refused(ret));
		if (ret)
			continue;
		unloaded++;
		pause_below(&self->seed, 1000);
		ASSERT_EQ(0, load());
	}
	EXPECT_EQ(1000 + SIGKILL, mt_kill(opener));
	printf("# unloaded %u times, %llu opens found no device\n", unloaded,
	       (unsigned long long)self->reload->done[RELOAD_ABSENT]);
	EXPECT_LT(0, unloaded);
	EXPECT_LT(0, self->reload->done[RELOAD_ABSENT]);
	EXPECT_EQ(0, self->reload->strange) {
		TH_LOG("an open said %d", self->reload->error);
	}
	EXPECT_EQ(0, unload_soon());
	EXPECT_EQ(NULL, left_over_soon());
}

TEST_HARNESS_MAIN
