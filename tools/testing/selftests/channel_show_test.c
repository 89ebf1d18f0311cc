// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What netlink and sysfs show of channels.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "channel_test.h"

FIXTURE(show) {
	int actor;
	int fd;
	struct motet_id id;
	struct mt_nl nl;
};

/* Two events are retained, of four that one subscription of two has lost. */
FIXTURE_SETUP(show)
{
	struct motet_channel_open arg = {
		.flags = MOTET_CHANNEL_CREATE | MT_BOTH, .mode = 0640,
		.retention = MT_SECOND,
		.retained = { .messages = 5, .bytes = 5000 },
	};
	int i;

	self->actor = mt_actor();
	ASSERT_LE(0, self->actor);
	/* those of the test before are gone */
	ASSERT_EQ(0, mt_until_charged(0, MOTET_A_USER_CHANNELS, 0));
	ASSERT_EQ(0, mt_nl_open(&self->nl));
	for (i = 0; i < MOTET_PRIORITIES; i++)
		arg.limits[i].messages = 3;
	self->fd = mt_channel_open(self->actor, &arg, "show");
	ASSERT_LE(0, self->fd);
	self->id = arg.id;
	ASSERT_EQ(0, mt_subscribe(self->fd, 1, 0, ""));
	ASSERT_EQ(0, mt_subscribe(self->fd, 2, MOTET_FILTER_EXACT, "x"));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mt_publish(self->fd, 0, "", i,
					i % 2 ? 1000 * MT_SECOND : 0, NULL));
}

FIXTURE_TEARDOWN(show)
{
	mt_channel_unlink(self->actor, "show");
}

static int get(struct mt_nl *nl, const struct motet_id *id, const char *name,
	       struct mt_attrs *answer)
{
	struct mt_attrs request = { 0 };

	if (id)
		mt_attr_add(&request, MOTET_A_CHANNEL_ID, id, sizeof(*id));
	if (name)
		mt_attr_add(&request, MOTET_A_CHANNEL_NAME, name,
			    strlen(name));
	return mt_nl_do(nl, MOTET_CMD_CHANNEL_GET, &request, answer);
}

static __u64 domain(struct mt_nl *nl, __u16 type)
{
	struct mt_attrs request = { 0 }, answer;

	if (mt_nl_do(nl, MOTET_CMD_DOMAIN_GET, &request, &answer))
		return ~0ULL;
	return mt_attr_number(&answer, type);
}

TEST_F(show, netlink)
{
	static const struct {
		__u16 type;
		__u64 value;
	} numbers[] = {
		{ MOTET_A_CHANNEL_MODE, 0640 },
		{ MOTET_A_CHANNEL_RETENTION, MT_SECOND },
		{ MOTET_A_CHANNEL_OPENERS, 1 },
		{ MOTET_A_CHANNEL_SUBSCRIBERS, 1 },
		{ MOTET_A_CHANNEL_SUBSCRIPTIONS, 2 },
		{ MOTET_A_CHANNEL_RETAINED, 2 },
		{ MOTET_A_CHANNEL_RETAINED_BYTES, 2 * (32 + 8 + 8 + 4) },
		{ MOTET_A_CHANNEL_RETAINED_MAX, 5 },
		{ MOTET_A_CHANNEL_RETAINED_BYTES_MAX, 5000 },
		{ MOTET_A_CHANNEL_PUBLISHED, 4 },
		{ MOTET_A_CHANNEL_DELIVERED, 3 },
		{ MOTET_A_CHANNEL_LOST, 1 },
	};
	struct motet_id none = { { MOTET_CLASS_CHANNEL, 1 } };
	__u64 channels = domain(&self->nl, MOTET_A_DOMAIN_CHANNELS);
	static struct mt_dump dump;
	struct mt_attrs answer;
	unsigned int i;
	int other;

	ASSERT_EQ(0, get(&self->nl, NULL, "show", &answer));
	EXPECT_EQ(0, memcmp(mt_attr(&answer, MOTET_A_CHANNEL_ID, NULL),
			    &self->id, 16));
	ASSERT_EQ(0, get(&self->nl, &self->id, NULL, &answer));
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		EXPECT_EQ(numbers[i].value,
			  mt_attr_number(&answer, numbers[i].type)) {
			TH_LOG("attribute %u", numbers[i].type);
		}
	EXPECT_EQ(NULL, mt_attr(&answer, MOTET_A_CHANNEL_KEPT, NULL));
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, "none", &answer));
	EXPECT_EQ(-ESRCH, get(&self->nl, &none, NULL, &answer));
	EXPECT_EQ(-EINVAL, get(&self->nl, NULL, NULL, &answer));
	other = mt_channel(self->actor, "other", MOTET_CHANNEL_CREATE, 0, NULL);
	ASSERT_LE(0, other);
	EXPECT_EQ(channels + 1, domain(&self->nl, MOTET_A_DOMAIN_CHANNELS));
	ASSERT_EQ(0, mt_nl_dump(&self->nl, MOTET_CMD_CHANNEL_GET, &dump));
	EXPECT_EQ(channels + 1, dump.count);
	EXPECT_EQ(1, mt_dump_find(&dump, MOTET_A_CHANNEL_ID, &self->id, 16,
				  &answer));
	close(other);
	close(self->fd);
	ASSERT_EQ(0, get(&self->nl, NULL, "show", &answer));
	EXPECT_NE(NULL, mt_attr(&answer, MOTET_A_CHANNEL_KEPT, NULL));
	EXPECT_EQ(0, mt_attr_number(&answer, MOTET_A_CHANNEL_OPENERS));
}

/* An event for each step of its life, one number after the other. */
TEST_F(show, events)
{
	static const __u8 commands[] = {
		MOTET_CMD_CHANNEL_CREATE_NTF, MOTET_CMD_CHANNEL_CHANGE_NTF,
		MOTET_CMD_CHANNEL_DELETE_NTF,
	};
	struct motet_id id;
	struct mt_attrs event;
	__u64 sequence;
	unsigned int i;
	int fd;

	ASSERT_EQ(0, mt_nl_listen(&self->nl));
	sequence = domain(&self->nl, MOTET_A_DOMAIN_SEQUENCE);
	fd = mt_channel(self->actor, "lives", MOTET_CHANNEL_CREATE | MT_BOTH, 1,
			&id);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mt_channel_unlink(self->actor, "lives"));
	close(fd);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mt_nl_event(&self->nl, 20000, &event));
		EXPECT_EQ(commands[i], event.cmd);
		EXPECT_EQ(++sequence,
			  mt_attr_number(&event, MOTET_A_CHANNEL_SEQUENCE));
		EXPECT_EQ(0, memcmp(mt_attr(&event, MOTET_A_CHANNEL_ID, NULL),
				    &id, 16));
		EXPECT_EQ(!i, !!mt_attr(&event, MOTET_A_CHANNEL_NAME, NULL));
	}
}

static int read_entry(const struct motet_id *id, const char *file, char *text,
		      size_t size)
{
	char path[256];
	struct stat st;
	size_t len;
	int i;

	if (stat("/proc/self/ns/net", &st))
		return -errno;
	len = snprintf(path, sizeof(path), "/sys/class/motet/%lu/channels/",
		       (unsigned long)st.st_ino);
	for (i = 0; i < 16; i++)
		len += snprintf(path + len, sizeof(path) - len, "%02x",
				id->bytes[i]);
	snprintf(path + len, sizeof(path) - len, "/%s", file);
	return mt_read_file(path, text, size);
}

/* Entries come and go by work that is queued. */
TEST_F(show, sysfs)
{
	static const char * const files[][2] = {
		{ "mode", "0640\n" }, { "uid", "0\n" }, { "gid", "0\n" },
		{ "retention_ns", "1000000000\n" }, { "openers", "1\n" },
		{ "subscribers", "1\n" }, { "subscriptions", "2\n" },
		{ "retained", "2\n" }, { "retained_bytes", "104\n" },
		{ "published", "4\n" }, { "delivered", "3\n" },
		{ "lost", "1\n" }, { "name", "show\n" },
	};
	__u64 end = mt_after(MT_SOON);
	char text[64];
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		while ((ret = read_entry(&self->id, files[i][0], text,
					 sizeof(text))) == -ENOENT &&
		       mt_now() < end)
			mt_breathe();
		EXPECT_LT(0, ret);
		EXPECT_EQ(0, strcmp(files[i][1], text)) {
			TH_LOG("%s is %s", files[i][0], text);
		}
	}
	ASSERT_EQ(0, mt_channel_unlink(self->actor, "show"));
	while ((ret = read_entry(&self->id, "mode", text, sizeof(text))) !=
	       -ENOENT && mt_now() < end)
		mt_breathe();
	EXPECT_EQ(-ENOENT, ret);
}

TEST_HARNESS_MAIN
