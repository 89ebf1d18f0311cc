// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sysfs shows of a domain and of its named ports.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "group_test.h"

#define CLASS	"/sys/class/motet"

FIXTURE(sysfs) {
	int actor;
	char domain[64];
};

FIXTURE_SETUP(sysfs)
{
	struct stat st;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* that of the test before is gone */
	ASSERT_EQ(0, mt_until_charged(0, MOTET_A_USER_ACTORS, 1));
	ASSERT_EQ(0, stat("/proc/self/ns/net", &st));
	snprintf(self->domain, sizeof(self->domain), CLASS "/%lu",
		 (unsigned long)st.st_ino);
}

FIXTURE_TEARDOWN(sysfs)
{
	EXPECT_LE(0, mt_purge());
}

static void entry_path(const char *domain, const struct motet_id *id,
		       const char *file, char *path, size_t size)
{
	const char *class = id->bytes[0] == MOTET_CLASS_GROUP ? "groups" :
								"ports";
	size_t len = snprintf(path, size, "%s/%s/", domain, class);
	int i;

	for (i = 0; i < 16; i++)
		len += snprintf(path + len, size - len, "%02x", id->bytes[i]);
	snprintf(path + len, size - len, "%s%s", *file ? "/" : "", file);
}

/* Entries come and go by work that is queued: soon, not at once. */
static int until_there(const char *path, bool there)
{
	__u64 end = mt_after(20 * MT_SECOND);

	while ((access(path, F_OK) == 0) != there) {
		if (mt_now() > end)
			return -ETIMEDOUT;
		mt_breathe();
	}
	return 0;
}

static long number(const char *domain, const char *file)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "%s/%s", domain, file);
	return mt_read_file(path, text, sizeof(text)) < 0 ? -1 : atol(text);
}

static void check_file(struct __test_metadata *_metadata, const char *domain,
		       const struct motet_id *id, const char *file,
		       const char *expected)
{
	char path[256], text[64];
	int ret;

	entry_path(domain, id, file, path, sizeof(path));
	/* the files come one after the other, from queued work */
	while ((ret = mt_read_file(path, text, sizeof(text))) == -ENOENT)
		mt_breathe();
	EXPECT_LT(0, ret);
	EXPECT_EQ(0, strcmp(expected, text)) {
		TH_LOG("%s is %s", file, text);
	}
}

TEST_F(sysfs, domain)
{
	long ports = number(self->domain, "total_ports");
	long actors = number(self->domain, "actors");
	int actor = mt_actor();

	EXPECT_LE(1, ports);
	EXPECT_EQ(actors + 1, number(self->domain, "actors"));
	EXPECT_EQ(ports + 1, number(self->domain, "total_ports"));
	EXPECT_EQ(0, number(self->domain, "named_ports"));
	EXPECT_EQ(0, number(self->domain, "retained_ports"));
	EXPECT_EQ(mt_param("domain_ports_max"),
		  number(self->domain, "ports_max"));
	EXPECT_LT(0, number(self->domain, "sequence"));
	close(actor);
}

TEST_F(sysfs, named_port)
{
	struct motet_port_create create = {
		.mode = 0640, .retention = 5 * MT_SECOND,
		.limits[0].messages = 2,
	};
	static const struct {
		const char *file;
		const char *text;
	} files[] = {
		{ "name", "sysfs name\\x0a\\xff\\x5c\n" },
		{ "state", "held\n" }, { "mode", "0640\n" },
		{ "uid", "0\n" }, { "gid", "0\n" },
		{ "retention_ns", "5000000000\n" },
		{ "messages", "1\n" }, { "bytes", "8\n" },
		{ "sent", "2\n" }, { "received", "1\n" },
		{ "refused", "1\n" }, { "suspended", "0\n" },
		{ "calls", "0\n" }, { "leased", "0\n" },
		{ "standbys", "0\n" }, { "node", "0\n" },
	};
	char path[256];
	int holder, sender;
	unsigned int i;
	__u64 value;

	holder = mt_create(self->actor, &create, "sysfs name\n\xff\\");
	sender = mt_sender(self->actor, &create.id);
	ASSERT_LE(0, sender);
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(0, mt_send(sender, 0, 1));
	EXPECT_EQ(-EAGAIN, mt_try_send(sender, 0, 1));
	EXPECT_EQ(0, mt_recv(holder, &value));
	entry_path(self->domain, &create.id, "", path, sizeof(path));
	ASSERT_EQ(0, until_there(path, true));
	for (i = 0; i < ARRAY_SIZE(files); i++)
		check_file(_metadata, self->domain, &create.id, files[i].file,
			   files[i].text);
	close(holder);
	check_file(_metadata, self->domain, &create.id, "state", "retained\n");
	EXPECT_EQ(1, number(self->domain, "retained_ports"));
	EXPECT_EQ(1, mt_purge());
	EXPECT_EQ(0, until_there(path, false));
}

TEST_F(sysfs, named_group)
{
	struct motet_group_create create = {
		.mode = 0640, .address = MOTET_ADDRESS_WORK,
		.limits = {
			{ .messages = 3 }, { .messages = 5 },
			{ .messages = 7 }, { .messages = 9 },
		},
	};
	static const struct {
		const char *file;
		const char *text;
	} files[] = {
		{ "name", "sysfs crew\n" }, { "address", "work\n" },
		{ "mode", "0640\n" }, { "uid", "0\n" }, { "gid", "0\n" },
		{ "retention_ns", "0\n" }, { "members", "1\n" },
		{ "sessions", "0\n" }, { "trackers", "0\n" },
		{ "idle", "0\n" }, { "leased", "1\n" },
		{ "backlog", "1\n" }, { "backlog_max", "24\n" },
		{ "suspended", "0\n" },
	};
	struct motet_id member, anonymous;
	struct motet_cap cap;
	char path[256];
	int group;
	unsigned int i;

	ASSERT_LE(0, mt_group(self->actor, MOTET_ADDRESS_ANY, &cap));
	anonymous = cap.id;
	group = mt_group_create(self->actor, &create, "sysfs crew");
	ASSERT_LE(0, group);
	EXPECT_EQ(2, number(self->domain, "total_groups"));
	EXPECT_EQ(0, number(self->domain, "total_watches"));
	EXPECT_EQ(0, number(self->domain, "named_ports"));
	ASSERT_LE(0, mt_member(self->actor, &create.cap, 4, &member));
	ASSERT_EQ(0, mt_to_group(group, &(struct motet_msg){ 0 }, 1));
	ASSERT_EQ(0, mt_to_group(group, &(struct motet_msg){ 0 }, 2));
	for (i = 0; i < ARRAY_SIZE(files); i++)
		check_file(_metadata, self->domain, &create.cap.id,
			   files[i].file, files[i].text);
	entry_path(self->domain, &anonymous, "", path, sizeof(path));
	EXPECT_EQ(-1, access(path, F_OK));
	ASSERT_EQ(0, mt_delete(self->actor, &create.cap));
	entry_path(self->domain, &create.cap.id, "", path, sizeof(path));
	EXPECT_EQ(0, until_there(path, false));
}

/* One without a name is nobody's business; one that loses it is gone. */
TEST_F(sysfs, without_a_name)
{
	struct motet_id anonymous, named;
	char path[256];

	ASSERT_LE(0, mt_port(self->actor, NULL, 1, &anonymous));
	ASSERT_LE(0, mt_port(self->actor, "loses", 1, &named));
	entry_path(self->domain, &named, "", path, sizeof(path));
	EXPECT_EQ(0, until_there(path, true));
	EXPECT_EQ(0, mt_unlink(self->actor, "loses"));
	EXPECT_EQ(0, until_there(path, false));
	entry_path(self->domain, &anonymous, "", path, sizeof(path));
	EXPECT_EQ(-1, access(path, F_OK));
}

/* A file that is open while its port goes: an error, and no more. */
TEST_F(sysfs, file_outlives_the_port)
{
	struct motet_id id;
	char path[256], text[16];
	int holder, fd;

	holder = mt_port(self->actor, "open", 1, &id);
	ASSERT_LE(0, holder);
	entry_path(self->domain, &id, "messages", path, sizeof(path));
	ASSERT_EQ(0, until_there(path, true));
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(2, read(fd, text, sizeof(text)));
	close(holder);
	EXPECT_EQ(0, until_there(path, false));
	EXPECT_EQ(-1, pread(fd, text, sizeof(text), 0));
	EXPECT_EQ(ENODEV, errno);
}

TEST_F(sysfs, longest_name)
{
	static char name[MOTET_NAME_MAX + 1], text[4 * MOTET_NAME_MAX + 8];
	struct motet_id id;
	char path[256];
	FILE *file;

	memset(name, 0xfe, MOTET_NAME_MAX);
	ASSERT_LE(0, mt_port(self->actor, name, 1, &id));
	entry_path(self->domain, &id, "name", path, sizeof(path));
	ASSERT_EQ(0, until_there(path, true));
	file = fopen(path, "r");
	ASSERT_NE(NULL, file);
	EXPECT_EQ(4 * MOTET_NAME_MAX + 1, fread(text, 1, sizeof(text), file));
	fclose(file);
	EXPECT_EQ(0, strncmp("\\xfe\\xfe\\xfe", text, 12));
	EXPECT_EQ('\n', text[4 * MOTET_NAME_MAX]);
}

/* A network namespace sees its own domain. */
TEST_F(sysfs, own_namespace_only)
{
	char other[64];
	struct stat st;

	ASSERT_LE(0, mt_port(self->actor, "outside", 1, NULL));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, stat("/proc/self/ns/net", &st));
	snprintf(other, sizeof(other), CLASS "/%lu", (unsigned long)st.st_ino);
	/* a mount of sysfs belongs to the namespace it was made in */
	EXPECT_EQ(-1, access(other, F_OK));
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("sysfs", "/sys", "sysfs", 0, NULL));
	EXPECT_EQ(0, access(other, F_OK));
	EXPECT_EQ(-1, access(self->domain, F_OK));
	EXPECT_EQ(0, number(other, "named_ports"));
}

TEST_HARNESS_MAIN
