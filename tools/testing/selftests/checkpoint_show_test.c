// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What netlink and sysfs show of checkpoints.
 */
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "replicator_test.h"

FIXTURE(show) {
	int actor;
	struct mt_nl nl;
	struct mt_attrs answer;
	struct motet_checkpoint_status status;
};

FIXTURE_SETUP(show)
{
	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* those of the test before are gone */
	ASSERT_EQ(0, mt_until_charged(0, MOTET_A_USER_CHECKPOINTS, 0));
	ASSERT_EQ(0, mt_nl_open(&self->nl));
}

FIXTURE_TEARDOWN(show)
{
	mt_nl_close(&self->nl);
}

static int get(struct mt_nl *nl, const struct motet_id *id, const char *name,
	       struct mt_attrs *answer)
{
	struct mt_attrs request = { 0 };

	if (id)
		mt_attr_add(&request, MOTET_A_CHECKPOINT_ID, id, sizeof(*id));
	if (name)
		mt_attr_add(&request, MOTET_A_CHECKPOINT_NAME, name,
			    strlen(name));
	return mt_nl_do(nl, MOTET_CMD_CHECKPOINT_GET, &request, answer);
}

static __u64 checkpoints(struct mt_nl *nl)
{
	struct mt_attrs request = { 0 }, answer;

	if (mt_nl_do(nl, MOTET_CMD_DOMAIN_GET, &request, &answer))
		return ~0ULL;
	return mt_attr_number(&answer, MOTET_A_DOMAIN_CHECKPOINTS);
}

TEST_F(show, get)
{
	__u64 before = checkpoints(&self->nl);
	int fd = mc_create(self->actor, "shown");
	struct mc_view view;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mc_section(fd, "a", "data", 4));
	ASSERT_EQ(0, mc_status(fd, &self->status));
	EXPECT_EQ(before + 1, checkpoints(&self->nl));
	EXPECT_EQ(0, get(&self->nl, NULL, "shown", &self->answer));
	EXPECT_EQ(0, memcmp(mt_attr(&self->answer, MOTET_A_CHECKPOINT_ID, NULL),
			    &self->status.id, 16));
	EXPECT_EQ(0777, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_MODE));
	EXPECT_EQ(1, mt_attr_number(&self->answer,
				    MOTET_A_CHECKPOINT_SECTIONS));
	EXPECT_EQ(16, mt_attr_number(&self->answer,
				     MOTET_A_CHECKPOINT_SECTIONS_MAX));
	EXPECT_EQ(4, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_BYTES));
	EXPECT_EQ(4096, mt_attr_number(&self->answer,
				       MOTET_A_CHECKPOINT_MEMORY));
	EXPECT_EQ(1, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_HANDLES));
	EXPECT_EQ(1, mt_attr_number(&self->answer,
				    MOTET_A_CHECKPOINT_GENERATION));
	EXPECT_EQ(0, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_VIEWS));
	ASSERT_EQ(0, mc_view(fd, "a", 0, &view));
	EXPECT_EQ(0, get(&self->nl, NULL, "shown", &self->answer));
	EXPECT_EQ(1, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_VIEWS));
	EXPECT_EQ(0, mc_unlink(self->actor, "shown"));
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, "shown", &self->answer));
	EXPECT_EQ(0, get(&self->nl, &self->status.id, NULL, &self->answer));
	EXPECT_EQ(NULL, mt_attr(&self->answer, MOTET_A_CHECKPOINT_NAME, NULL));
	EXPECT_EQ(-EINVAL, get(&self->nl, NULL, NULL, &self->answer));
}

TEST_F(show, dump)
{
	static struct mt_dump dump;
	int one = mc_create(self->actor, "dump1");
	int two = mc_create_one(self->actor, "dump2", 10);

	ASSERT_LE(0, one);
	ASSERT_LE(0, two);
	EXPECT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_CHECKPOINT_GET, &dump));
	EXPECT_EQ(1, mt_dump_find(&dump, MOTET_A_CHECKPOINT_NAME, "dump1", 5,
				  &self->answer));
	EXPECT_EQ(1, mt_dump_find(&dump, MOTET_A_CHECKPOINT_NAME, "dump2", 5,
				  &self->answer));
	EXPECT_EQ(1, mt_attr_number(&self->answer,
				    MOTET_A_CHECKPOINT_SECTIONS));
}

/* The next event about a checkpoint must be this one. */
static int next_event(struct mt_nl *nl, __u8 cmd)
{
	struct mt_attrs event;
	int ret;

	do {
		ret = mt_nl_event(nl, 20000, &event);
	} while (!ret && (event.cmd < MOTET_CMD_CHECKPOINT_CREATE_NTF ||
			  event.cmd > MOTET_CMD_CHECKPOINT_DELETE_NTF));
	return ret ?: event.cmd == cmd ? 0 : -EPROTO;
}

TEST_F(show, events)
{
	int fd;

	ASSERT_EQ(0, mt_nl_listen(&self->nl));
	fd = mc_create(self->actor, "told");
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mc_section(fd, "a", NULL, 0));
	EXPECT_EQ(0, mc_retention(fd, MT_SECOND));
	EXPECT_EQ(0, mc_unlink(self->actor, "told"));
	close(fd);
	EXPECT_EQ(0, next_event(&self->nl, MOTET_CMD_CHECKPOINT_CREATE_NTF));
	EXPECT_EQ(0, next_event(&self->nl, MOTET_CMD_CHECKPOINT_CHANGE_NTF));
	EXPECT_EQ(0, next_event(&self->nl, MOTET_CMD_CHECKPOINT_CHANGE_NTF));
	EXPECT_EQ(0, next_event(&self->nl, MOTET_CMD_CHECKPOINT_DELETE_NTF));
}

static __u64 charged(int attribute)
{
	struct mt_attrs attrs;

	return mt_user_get(0, &attrs) ? ~0ULL :
					mt_attr_number(&attrs, attribute);
}

/* Everything that was charged is given back, a moment after the end. */
TEST_F(show, charges)
{
	__u64 number = charged(MOTET_A_USER_CHECKPOINTS);
	__u64 bytes = charged(MOTET_A_USER_CHECKPOINT_BYTES);
	__u64 end = mt_after(20 * MT_SECOND);
	int fd = mc_create(self->actor, "charged");

	ASSERT_LE(0, fd);
	EXPECT_EQ(number + 1, charged(MOTET_A_USER_CHECKPOINTS));
	EXPECT_EQ(bytes + (8 << 16) + 16 * 4096,
		  charged(MOTET_A_USER_CHECKPOINT_BYTES));
	EXPECT_EQ(0, mc_section(fd, "a", NULL, 0));
	close(fd);
	while (charged(MOTET_A_USER_CHECKPOINT_BYTES) != bytes &&
	       mt_now() < end)
		mt_breathe();
	EXPECT_EQ(bytes, charged(MOTET_A_USER_CHECKPOINT_BYTES));
	EXPECT_EQ(number, charged(MOTET_A_USER_CHECKPOINTS));
}

static int entry(const struct motet_id *id, const char *file, char *text,
		 size_t size)
{
	char path[256];
	struct stat st;
	size_t len;
	int i;

	if (stat("/proc/self/ns/net", &st))
		return -errno;
	len = snprintf(path, sizeof(path), "/sys/class/motet/%lu/checkpoints/",
		       (unsigned long)st.st_ino);
	for (i = 0; i < 16; i++)
		len += snprintf(path + len, sizeof(path) - len, "%02x",
				id->bytes[i]);
	snprintf(path + len, sizeof(path) - len, "/%s", file);
	return mt_read_file(path, text, size);
}

static bool shows(const struct motet_id *id, const char *file,
		  const char *expected)
{
	__u64 end = mt_after(20 * MT_SECOND);
	char text[64];
	int ret;

	/* entries come and go by work that is queued */
	do {
		ret = entry(id, file, text, sizeof(text));
		if (expected ? ret >= 0 : ret == -ENOENT)
			return !expected || !strcmp(text, expected);
		mt_breathe();
	} while (mt_now() < end);
	return false;
}

TEST_F(show, sysfs)
{
	int fd = mc_create(self->actor, "files");

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mc_section(fd, "a", "data", 4));
	ASSERT_EQ(0, mc_status(fd, &self->status));
	EXPECT_TRUE(shows(&self->status.id, "name", "files\n"));
	EXPECT_TRUE(shows(&self->status.id, "mode", "0777\n"));
	EXPECT_TRUE(shows(&self->status.id, "uid", "0\n"));
	EXPECT_TRUE(shows(&self->status.id, "sections", "1\n"));
	EXPECT_TRUE(shows(&self->status.id, "sections_max", "16\n"));
	EXPECT_TRUE(shows(&self->status.id, "bytes", "4\n"));
	EXPECT_TRUE(shows(&self->status.id, "bytes_max", "524288\n"));
	EXPECT_TRUE(shows(&self->status.id, "memory", "4096\n"));
	EXPECT_TRUE(shows(&self->status.id, "generation", "1\n"));
	EXPECT_TRUE(shows(&self->status.id, "handles", "1\n"));
	EXPECT_TRUE(shows(&self->status.id, "views", "0\n"));
	EXPECT_TRUE(shows(&self->status.id, "retention_ns", "0\n"));
	EXPECT_EQ(0, mc_unlink(self->actor, "files"));
	EXPECT_TRUE(shows(&self->status.id, "name", NULL));
}

/* One change fits its window: whoever makes the second waits. */
TEST_F(show, replicator)
{
	static struct mr_step step;
	int fd = mc_create(self->actor, "copied"), replicator;
	pid_t writer;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mc_status(fd, &self->status));
	EXPECT_EQ(0, get(&self->nl, NULL, "copied", &self->answer));
	EXPECT_EQ(NULL, mt_attr(&self->answer, MOTET_A_CHECKPOINT_REPLICATE,
				NULL));
	EXPECT_TRUE(shows(&self->status.id, "replicate", "0\n"));
	replicator = mr_attach_with(fd, MR_STREAM, 0, 1, 1 << 16);
	ASSERT_LE(0, replicator);
	ASSERT_LE(0, mr_take_all(replicator, &step));
	ASSERT_EQ(0, mc_section(fd, "a", "data", 4));
	writer = mt_fork();
	if (!writer)
		_exit(mc_section(fd, "b", "data", 4) ? 1 : 0);
	ASSERT_EQ(0, mr_until_waiting(replicator, 1));
	EXPECT_EQ(0, get(&self->nl, NULL, "copied", &self->answer));
	EXPECT_EQ(MR_STREAM, mt_attr_number(&self->answer,
					    MOTET_A_CHECKPOINT_REPLICATE));
	EXPECT_EQ(1, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_STEPS));
	EXPECT_EQ(1, mt_attr_number(&self->answer, MOTET_A_CHECKPOINT_WAITING));
	EXPECT_EQ(0, mt_attr_number(&self->answer,
				    MOTET_A_CHECKPOINT_ACKNOWLEDGED));
	EXPECT_TRUE(shows(&self->status.id, "replicate", "1\n"));
	EXPECT_TRUE(shows(&self->status.id, "steps", "1\n"));
	EXPECT_TRUE(shows(&self->status.id, "waiting", "1\n"));
	ASSERT_LE(0, mr_next(replicator, &step));
	EXPECT_EQ(0, mt_wait(writer));
	ASSERT_LE(0, mr_next(replicator, &step));
	ASSERT_EQ(0, mr_ack(replicator, step.head.generation));
	EXPECT_TRUE(shows(&self->status.id, "steps", "0\n"));
	EXPECT_TRUE(shows(&self->status.id, "acknowledged", "2\n"));
}

TEST_HARNESS_MAIN
