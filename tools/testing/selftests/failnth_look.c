// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel shows of a domain, as text that can be compared.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/netlink.h>

#include "channel_test.h"
#include "failnth.h"
#include "replicator_test.h"

/* Files of a scenario are looked for among so many. */
#define FN_FILES	64

static struct mt_nl nl;
static struct mt_dump dump;

int fn_look_open(void)
{
	return mt_nl_open(&nl);
}

static void __attribute__((format(printf, 2, 3)))
add(struct fn_look *look, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	look->len += vsnprintf(look->text + look->len,
			       FN_TEXT_MAX - look->len, format, args);
	va_end(args);
	if (look->len >= FN_TEXT_MAX) {
		printf("# the look is too long\n");
		abort();
	}
}

static int id_index(struct fn_look *look, const void *bytes, bool new)
{
	static const struct motet_id none;
	int i;

	for (i = 0; i < look->count; i++)
		if (!memcmp(&look->ids[i], bytes, sizeof(none)))
			return i;
	if (!new || !memcmp(&none, bytes, sizeof(none)) ||
	    look->count == FN_IDS_MAX)
		return -1;
	memcpy(&look->ids[look->count], bytes, sizeof(none));
	return look->count++;
}

/* In hexadecimal, but for identifiers that were seen in a dump. */
static void add_bytes(struct fn_look *look, const void *value, size_t len)
{
	const __u8 *bytes = value;
	size_t i = 0;
	int id;

	while (i < len) {
		id = -1;
		if (!look->plain && i + sizeof(struct motet_id) <= len)
			id = id_index(look, bytes + i,
				      len == sizeof(struct motet_id));
		if (id >= 0) {
			add(look, "<%d>", id);
			i += sizeof(struct motet_id);
		} else {
			add(look, "%02x", bytes[i++]);
		}
	}
}

/* What is another number each time that the same is made. */
static bool varies(__u8 cmd, __u16 type)
{
	static const struct {
		__u8 cmd;
		__u16 type;
	} varying[] = {
		/* the look reads, too */
		{ MOTET_CMD_CHECKPOINT_GET, MOTET_A_CHECKPOINT_READS },
		/* times */
		{ MOTET_CMD_PORT_GET, MOTET_A_PORT_LONGEST_WAIT },
		{ MOTET_CMD_GROUP_MEMBER_GET, MOTET_A_MEMBER_SINCE },
		{ MOTET_CMD_LOCK_GET, MOTET_A_LOCK_LONGEST_WAIT },
		{ MOTET_CMD_LOCK_REQUEST_GET, MOTET_A_LOCK_REQUEST_SINCE },
		/* counted through */
		{ MOTET_CMD_WATCH_GET, MOTET_A_WATCH_NUMBER },
		/* processes that a scenario starts */
		{ MOTET_CMD_WATCH_GET, MOTET_A_WATCH_PID },
		{ MOTET_CMD_WATCH_GET, MOTET_A_WATCH_COOKIE },
		{ MOTET_CMD_ACTOR_GET, MOTET_A_ACTOR_PID },
		{ MOTET_CMD_PORT_GET, MOTET_A_PORT_PID },
		{ MOTET_CMD_HANDLE_GET, MOTET_A_HANDLE_PID },
		{ MOTET_CMD_LOCK_REQUEST_GET, MOTET_A_LOCK_REQUEST_PID },
		/* only grows */
		{ MOTET_CMD_DOMAIN_GET, MOTET_A_DOMAIN_VIEW },
		{ MOTET_CMD_NODE_GET, MOTET_A_NODE_VIEW },
		{ MOTET_CMD_NODE_GET, MOTET_A_NODE_SINCE_VIEW },
		{ MOTET_CMD_NODE_GET, MOTET_A_NODE_SEQUENCE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(varying); i++)
		if (varying[i].cmd == cmd && varying[i].type == type)
			return true;
	return false;
}

/* What a call that failed may have changed. */
static bool moves(__u8 cmd, __u16 type)
{
	/* the look reads, too */
	if (cmd == MOTET_CMD_CHECKPOINT_GET)
		return type == MOTET_A_CHECKPOINT_READS;
	/* room that was promised and not used counts, too */
	return cmd == MOTET_CMD_PORT_GET && type == MOTET_A_PORT_BYTES_PEAK;
}

/* The number of the last event, in what a command answers. */
static int sequence_of(__u8 cmd)
{
	switch (cmd) {
	case MOTET_CMD_DOMAIN_GET:
		return MOTET_A_DOMAIN_SEQUENCE;
	case MOTET_CMD_ACTOR_GET:
		return MOTET_A_ACTOR_SEQUENCE;
	case MOTET_CMD_PORT_GET:
		return MOTET_A_PORT_SEQUENCE;
	case MOTET_CMD_GROUP_GET:
		return MOTET_A_GROUP_SEQUENCE;
	case MOTET_CMD_GROUP_MEMBER_GET:
		return MOTET_A_MEMBER_SEQUENCE;
	case MOTET_CMD_HANDLE_GET:
		return MOTET_A_HANDLE_SEQUENCE;
	case MOTET_CMD_LOCK_GET:
		return MOTET_A_LOCK_SEQUENCE;
	case MOTET_CMD_LOCK_REQUEST_GET:
		return MOTET_A_LOCK_REQUEST_SEQUENCE;
	case MOTET_CMD_WATCH_GET:
		return MOTET_A_WATCH_SEQUENCE;
	case MOTET_CMD_CHANNEL_GET:
		return MOTET_A_CHANNEL_SEQUENCE;
	case MOTET_CMD_CHECKPOINT_GET:
		return MOTET_A_CHECKPOINT_SEQUENCE;
	case MOTET_CMD_TRACKER_GET:
		return MOTET_A_TRACKER_SEQUENCE;
	default:
		return -1;
	}
}

static void add_attr(struct fn_look *look, __u8 cmd, const struct nlattr *attr)
{
	const void *value = (const __u8 *)attr + NLA_HDRLEN;
	__u16 type = attr->nla_type & NLA_TYPE_MASK;
	size_t len = attr->nla_len - NLA_HDRLEN;
	__u64 number;

	/* alignment only */
	if (!len)
		return;
	add(look, " %u=", type);
	if (look->plain ? moves(cmd, type) : varies(cmd, type)) {
		add(look, "*");
	} else if (!look->plain && type == sequence_of(cmd) &&
		   len == sizeof(number)) {
		memcpy(&number, value, sizeof(number));
		if (look->sequence == ~0ULL)
			number = look->sequence;
		add(look, "+%lld", (long long)(number - look->sequence));
	} else {
		add_bytes(look, value, len);
	}
}

static void add_attrs(struct fn_look *look, __u8 cmd, const char *name,
		      const struct mt_attrs *attrs)
{
	const struct nlattr *attr;
	__u32 offset = 0;

	add(look, "%s", name);
	while (offset + NLA_HDRLEN <= attrs->len) {
		attr = (const void *)(attrs->bytes + offset);
		if (attr->nla_len < NLA_HDRLEN)
			break;
		add_attr(look, cmd, attr);
		offset += NLA_ALIGN(attr->nla_len);
	}
	add(look, "\n");
}

static void add_dump_of(struct fn_look *look, __u8 cmd, const char *name,
			const struct mt_attrs *request)
{
	static struct mt_attrs one;
	int ret = mt_nl_dump_of(&nl, cmd, request, &dump);
	__u32 offset = 0;

	/* it died since it was listed */
	if (ret == -ESRCH)
		return;
	if (ret)
		add(look, "%s: error %d\n", name, ret);
	while (mt_dump_next(&dump, &offset, &one))
		add_attrs(look, cmd, name, &one);
}

/**
 * struct kind - a kind of objects, and what is dumped for each of them
 * @cmd: dumps it
 * @name: for the lines
 * @total: attribute of the domain that counts them; 0 if none does
 * @id: attribute with the identifier
 * @parts: what is dumped for each
 */
static const struct kind {
	__u8 cmd;
	const char *name;
	__u16 total;
	__u16 id;
	struct {
		__u8 cmd;
		const char *name;
		__u16 id;
	} parts[2];
} kinds[] = {
	{ MOTET_CMD_ACTOR_GET, "actor", MOTET_A_DOMAIN_ACTORS, 0, { } },
	{ MOTET_CMD_PORT_GET, "port", MOTET_A_DOMAIN_PORTS, 0, { } },
	{ MOTET_CMD_USER_GET, "user", 0, 0, { } },
	{ MOTET_CMD_NODE_GET, "node", MOTET_A_DOMAIN_NODES, 0, { } },
	{ MOTET_CMD_GROUP_GET, "group", MOTET_A_DOMAIN_GROUPS,
	  MOTET_A_GROUP_ID, {
		{ MOTET_CMD_GROUP_MEMBER_GET, "member", MOTET_A_MEMBER_GROUP },
		{ MOTET_CMD_TRACKER_GET, "tracker", MOTET_A_TRACKER_OBJECT },
	} },
	{ MOTET_CMD_HANDLE_GET, "handle", MOTET_A_DOMAIN_ACTORS, 0, { } },
	{ MOTET_CMD_LOCK_GET, "lock", MOTET_A_DOMAIN_LOCKS, MOTET_A_LOCK_ID, {
		{ MOTET_CMD_LOCK_REQUEST_GET, "request",
		  MOTET_A_LOCK_REQUEST_LOCK },
	} },
	{ MOTET_CMD_WATCH_GET, "watch", MOTET_A_DOMAIN_WATCHES, 0, { } },
	{ MOTET_CMD_CHANNEL_GET, "channel", MOTET_A_DOMAIN_CHANNELS, 0, { } },
	{ MOTET_CMD_CHECKPOINT_GET, "checkpoint", MOTET_A_DOMAIN_CHECKPOINTS,
	  MOTET_A_CHECKPOINT_ID, {
		{ MOTET_CMD_TRACKER_GET, "tracker", MOTET_A_TRACKER_OBJECT },
	} },
};

static void add_parts(struct fn_look *look, const struct kind *kind,
		      const struct motet_id *id)
{
	struct mt_attrs request;
	int i;

	for (i = 0; i < 2 && kind->parts[i].cmd; i++) {
		request.len = 0;
		mt_attr_add(&request, kind->parts[i].id, id, sizeof(*id));
		add_dump_of(look, kind->parts[i].cmd, kind->parts[i].name,
			    &request);
	}
}

/* The identifiers are of the dump that was made last. */
static void add_all_parts(struct fn_look *look, const struct kind *kind)
{
	static struct mt_attrs one;
	struct motet_id ids[16];
	__u32 offset = 0;
	int count = 0, i;
	const void *id;

	while (count < 16 && mt_dump_next(&dump, &offset, &one)) {
		id = mt_attr(&one, kind->id, NULL);
		if (id)
			memcpy(&ids[count++], id, sizeof(*ids));
	}
	for (i = 0; i < count; i++)
		add_parts(look, kind, &ids[i]);
}

static void add_kind(struct fn_look *look, const struct kind *kind)
{
	add_dump_of(look, kind->cmd, kind->name, NULL);
	if (kind->id)
		add_all_parts(look, kind);
}

/* Without the kinds of which there are none: that would take its time. */
static void add_netlink(struct fn_look *look)
{
	static struct mt_attrs domain;
	int ret = mt_nl_do(&nl, MOTET_CMD_DOMAIN_GET, NULL, &domain);
	unsigned int i;

	if (ret)
		add(look, "domain: error %d\n", ret);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!kinds[i].total || mt_attr_number(&domain, kinds[i].total))
			add_kind(look, &kinds[i]);
	add_attrs(look, MOTET_CMD_DOMAIN_GET, "domain", &domain);
}

static void add_section(struct fn_look *look, int fd, const char *id,
			const struct motet_section_next *next)
{
	static __u8 data[1 << 16];
	struct motet_checkpoint_element element =
		mc_element("", 0, data, sizeof(data));
	struct motet_checkpoint_io io;

	element.section = mt_ptr(id);
	element.section_len = next->section_len;
	if (mc_io(fd, MOTET_IOC_CHECKPOINT_READ, &element, 1, &io))
		return;
	add(look, "  section ");
	add_bytes(look, id, next->section_len);
	add(look, " state %u %s: ", next->state,
	    next->expires ? "expires" : "stays");
	add_bytes(look, data, element.done < 256 ? element.done : 256);
	add(look, " of %llu\n", (unsigned long long)element.done);
}

/* This reads, and so is looked at before what counts reads. */
static void add_sections(struct fn_look *look, int fd)
{
	struct motet_section_next next;
	char id[MOTET_SECTION_ID_MAX];
	__u64 cursor = 0;

	while (!mc_next(fd, MOTET_SECTIONS_ANY, 0, &cursor, id, &next))
		add_section(look, fd, id, &next);
}

/* It may be gone, and in no dump. */
static void add_struct(struct fn_look *look, const void *value, size_t len,
		       const struct motet_id *id)
{
	id_index(look, id, true);
	add_bytes(look, value, len);
}

static void add_status(struct fn_look *look, int fd)
{
	struct motet_checkpoint_status checkpoint =
		MT(motet_checkpoint_status);
	struct motet_replicator_status replicator =
		MT(motet_replicator_status);
	struct motet_channel_status channel = MT(motet_channel_status);
	struct motet_group_status group = MT(motet_group_status);
	struct motet_port_status port = MT(motet_port_status);

	if (!mt_ioctl(fd, MOTET_IOC_PORT_STATUS, &port)) {
		add_struct(look, &port, sizeof(port), &port.id);
	} else if (!mt_ioctl(fd, MOTET_IOC_GROUP_STATUS, &group)) {
		add_struct(look, &group, sizeof(group), &group.id);
	} else if (!mt_ioctl(fd, MOTET_IOC_CHANNEL_STATUS, &channel)) {
		add_struct(look, &channel, sizeof(channel), &channel.id);
	} else if (!mt_ioctl(fd, MOTET_IOC_REPLICATOR_STATUS, &replicator)) {
		add_struct(look, &replicator, sizeof(replicator),
			   &replicator.id);
	} else if (!mt_ioctl(fd, MOTET_IOC_CHECKPOINT_STATUS, &checkpoint)) {
		/* the look counts as well */
		checkpoint.reads = 0;
		add_struct(look, &checkpoint, sizeof(checkpoint),
			   &checkpoint.id);
	}
}

static void add_file(struct fn_look *look, int fd)
{
	add(look, "file %d poll %x ", fd,
	    mt_poll(fd, POLLIN | POLLOUT | POLLPRI, 0));
	add_status(look, fd);
	add(look, "\n");
	add_sections(look, fd);
}

/**
 * fn_look() - look at everything
 * @look: the text
 * @plain: numbers and identifiers as they are
 * @sequence: events are counted from here otherwise
 * @first: the first file that belongs to a scenario
 */
void fn_look(struct fn_look *look, bool plain, __u64 sequence, int first)
{
	int fd, free;

	look->len = 0;
	look->plain = plain;
	look->sequence = sequence;
	look->count = 0;
	add_netlink(look);
	for (fd = first; fd < first + FN_FILES; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			add_file(look, fd);
	free = dup(0);
	close(free);
	add(look, "next file %d\n", free);
}

/**
 * fn_sequence() - the number of the last event
 *
 * Return: it.
 */
__u64 fn_sequence(void)
{
	static struct mt_attrs answer;

	if (mt_nl_do(&nl, MOTET_CMD_DOMAIN_GET, NULL, &answer))
		return 0;
	return mt_attr_number(&answer, MOTET_A_DOMAIN_SEQUENCE);
}

/* What died is uncharged a moment after it is gone. */
static bool is_charged(void)
{
	static struct mt_attrs one;
	__u32 offset = 0;
	__u16 type;

	if (mt_nl_dump(&nl, MOTET_CMD_USER_GET, &dump))
		return true;
	while (mt_dump_next(&dump, &offset, &one))
		for (type = MOTET_A_USER_ACTORS; type <= MOTET_A_USER_MAX;
		     type++)
			if (mt_attr(&one, type, NULL) &&
			    mt_attr_number(&one, type))
				return true;
	return false;
}

/**
 * fn_empty() - whether there is nothing in the domain, and nobody is charged
 *
 * Return: true if there is nothing.
 */
bool fn_empty(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!kinds[i].total || kinds[i].cmd == MOTET_CMD_NODE_GET)
			continue;
		if (mt_nl_dump(&nl, kinds[i].cmd, &dump) || dump.count)
			return false;
	}
	return !is_charged();
}

bool fn_look_equal(const struct fn_look *a, const struct fn_look *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

static int line_len(const char *text)
{
	return strchrnul(text, '\n') - text;
}

/**
 * fn_look_differ() - print the first lines that differ
 * @a: a look
 * @b: what it should be
 */
void fn_look_differ(const struct fn_look *a, const struct fn_look *b)
{
	const char *one = a->text, *other = b->text;
	int left = 3, len;

	while ((*one || *other) && left) {
		len = line_len(one);
		if (len != line_len(other) || memcmp(one, other, len)) {
			printf("#   is:     %.*s\n", len, one);
			printf("#   should: %.*s\n", line_len(other), other);
			left--;
		}
		one += len + !!one[len];
		len = line_len(other);
		other += len + !!other[len];
	}
}
