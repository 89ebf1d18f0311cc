// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading the module, with each allocation of it failing: then it is not
 * there, and it can be loaded afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "failnth.h"

/* Modules lie in a part of the addresses that begins and ends like this. */
#define MODULES_ALIGN	0x20000000ULL

static const char *const attrs[] = {
	"failslab", "fail_page_alloc", "fail_usercopy",
};

static int set_range(const char *attr, const char *name, __u64 address)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", attr, name);
	snprintf(text, sizeof(text), "%#llx", (unsigned long long)address);
	return mt_write_file(path, text);
}

/* The kernel's own sysfs_slab_add() leaks a name if it can't have all it needs. */
static __u64 leaky(void)
{
	unsigned long long address = 0, at;
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[512], name[256];

	if (!file)
		return 0;
	while (!address && fgets(line, sizeof(line), file))
		if (sscanf(line, "%llx %*c %255s", &at, name) == 2 &&
		    !strcmp(name, "sysfs_slab_add"))
			address = at;
	fclose(file);
	return address;
}

/* Where a module will be is not known before: any, and there is no other. */
static int any_module(void)
{
	__u64 start, reject = leaky();
	char text[64];
	unsigned int i;
	int ret;

	if (!reject)
		return -ENOENT;

	ret = mt_read_file("/sys/kernel/debug/failslab/require-start", text,
			   sizeof(text));
	if (ret < 0)
		return ret;
	start = strtoull(text, NULL, 16) & ~(MODULES_ALIGN - 1);
	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		ret = set_range(attrs[i], "require-start", start);
		ret = ret ?: set_range(attrs[i], "require-end", ~0xffffULL);
		ret = ret ?: set_range(attrs[i], "reject-start", reject);
		ret = ret ?: set_range(attrs[i], "reject-end", reject + 0x200);
		if (ret)
			return ret;
	}
	return 0;
}

static int unload(void)
{
	__u64 end = mt_after(20 * MT_SECOND);

	while (syscall(SYS_delete_module, "motet", O_NONBLOCK)) {
		if (errno != EAGAIN && errno != EBUSY && errno != EWOULDBLOCK)
			return -errno;
		if (mt_now() > end)
			return -ETIMEDOUT;
		mt_breathe();
	}
	return 0;
}

static int load(int fd)
{
	return syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
}

/* There is nothing of it in the places where there should be something. */
static bool absent(void)
{
	return access("/sys/module/motet", F_OK) &&
	       access("/sys/class/motet", F_OK) &&
	       access("/sys/class/misc/motet", F_OK);
}

static bool present(void)
{
	return !access("/sys/module/motet", F_OK) &&
	       !access("/sys/class/motet", F_OK) &&
	       !access("/sys/class/misc/motet", F_OK);
}

/* Is it loaded again, whatever has happened? */
static int last_load(int fd)
{
	fn_next(0);
	return present() ? 0 : load(fd);
}

static int sweep(int fd)
{
	unsigned int n, failed = 0, passed = 0;
	bool fault = true;
	int ret;

	for (n = 1; fault; n++) {
		ret = unload();
		if (ret)
			return ret;
		do {
			fn_next(n);
			ret = load(fd);
			fault = !fn_stop();
			if (ret && !fault)
				return ret;
			if (ret && (ret != -ENOMEM || !absent())) {
				printf("# place %u: %d\n", n, ret);
				return ret;
			}
			failed += ret != 0;
			n += ret != 0;
		} while (ret);
		if (!present()) {
			printf("# place %u: it is loaded and not there\n", n);
			return -ENOENT;
		}
		passed += fault;
	}
	printf("# failed %u times, was loaded %u times all the same\n",
	       failed, passed);
	return failed ? 0 : -ENODATA;
}

FIXTURE(module) {
};

FIXTURE_SETUP(module)
{
}

FIXTURE_TEARDOWN(module)
{
}

/* Each time it is loaded takes about a second. */
TEST_F_TIMEOUT(module, loading, 600)
{
	const char *path = getenv("MOTET_KO");
	int fd;

	if (!fn_available())
		SKIP(return, "the kernel injects no faults");
	if (!path || !*path)
		SKIP(return, "the path of the module is not known");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, any_module());
	EXPECT_EQ(0, sweep(fd));
	ASSERT_EQ(0, last_load(fd));
}

FN_LEAKS

TEST_HARNESS_MAIN
