// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The requests of the netlink family.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/motet_netlink.h>
#include <linux/netlink.h>

#include "fuzz_layout.h"
#include "fuzz_worker.h"
#include "../selftests/motet_test.h"

/* how a message is malformed: FZ_MALFORM */
enum {
	WELL_FORMED,
	SHORT_ATTR,	/* the last attribute lacks a byte */
	LONG_ATTR,	/* says that it is longer than the message */
	UNKNOWN_ATTR,	/* one more, of a type that is not known */
	NESTED_ATTR,	/* all say that they are nests */
	TWICE,		/* all attributes twice */
	NO_ACK,
	WRONG_VERSION,
	SHORT_MESSAGE,	/* only a part of the header */
	TINY_ATTR,	/* says that it is shorter than its head */
	ROOT_FLAG,
	UNKNOWN_COMMAND,
	MALFORMED_MAX,
};

#define ATTR(which, label, bytes, what, extra, otherwise)		\
	{								\
		.name = label, .offset = MOTET_A_##which, .size = bytes, \
		.kind = what, .arg = extra, .value = otherwise,		\
	}
#define ATTR_ID(which, label, class)					\
	ATTR(which, label, 16, FZ_ATTR_ID, class, FZ_AUTO)
#define ATTR_NAME(which)						\
	ATTR(which, "name", 0, FZ_ATTR_NAME, 0, FZ_NULL)
#define ATTR_NUMBER(which, label, bytes, max, otherwise)		\
	ATTR(which, label, bytes, FZ_ATTR_NUMBER, max, otherwise)
#define MALFORM								\
	{								\
		.name = "malform", .kind = FZ_MALFORM,			\
		.arg = MALFORMED_MAX - 1, .value = 0,			\
	}

static const struct fz_field none[] = { MALFORM };

FZ_LIST(none);

static const struct fz_field domain[] = {
	ATTR_NUMBER(DOMAIN_PORTS_MAX, "ports-max", 4, 4096, 65536), MALFORM,
};

FZ_LIST(domain);

static const struct fz_field port[] = {
	ATTR_ID(PORT_ID, "id", MOTET_CLASS_PORT), ATTR_NAME(PORT_NAME), MALFORM,
};

FZ_LIST(port);

static const struct fz_field group[] = {
	ATTR_ID(GROUP_ID, "id", MOTET_CLASS_GROUP), ATTR_NAME(GROUP_NAME),
	MALFORM,
};

FZ_LIST(group);

static const struct fz_field lock[] = {
	ATTR_ID(LOCK_ID, "id", MOTET_CLASS_LOCK), ATTR_NAME(LOCK_NAME), MALFORM,
};

FZ_LIST(lock);

static const struct fz_field channel[] = {
	ATTR_ID(CHANNEL_ID, "id", MOTET_CLASS_CHANNEL), ATTR_NAME(CHANNEL_NAME),
	MALFORM,
};

FZ_LIST(channel);

static const struct fz_field checkpoint[] = {
	ATTR_ID(CHECKPOINT_ID, "id", MOTET_CLASS_CHECKPOINT),
	ATTR_NAME(CHECKPOINT_NAME), MALFORM,
};

FZ_LIST(checkpoint);

static const struct fz_field member[] = {
	ATTR_ID(MEMBER_GROUP, "group", MOTET_CLASS_GROUP), MALFORM,
};

FZ_LIST(member);

static const struct fz_field lock_request[] = {
	ATTR_ID(LOCK_REQUEST_LOCK, "lock", MOTET_CLASS_LOCK), MALFORM,
};

FZ_LIST(lock_request);

static const struct fz_field tracker[] = {
	ATTR_ID(TRACKER_OBJECT, "object", MOTET_CLASS_CHECKPOINT), MALFORM,
};

FZ_LIST(tracker);

static const struct fz_field node[] = {
	ATTR_NUMBER(NODE_NUMBER, "number", 4, 4, 1), MALFORM,
};

FZ_LIST(node);

static const struct fz_field node_set[] = {
	ATTR_NUMBER(NODE_NUMBER, "number", 4, 4, 1),
	ATTR_NAME(NODE_NAME),
	ATTR(NODE_ADDRESS, "address", 0, FZ_ATTR_NAME, 0, FZ_NULL),
	ATTR_NUMBER(NODE_MEMBER, "member", 4, 1, 1),
	ATTR(NODE_HERE, "here", 0, FZ_ATTR_FLAG, 1, 0),
	ATTR_NUMBER(NODE_BOOT_TIME, "boot-time", 8, 8, FZ_AUTO),
	ATTR_NUMBER(NODE_VIEW, "view", 8, 8, FZ_AUTO),
	MALFORM,
};

FZ_LIST(node_set);

static __u16 family;

static int resolve(void)
{
	struct mt_nl nl;

	if (family)
		return 0;
	if (mt_nl_open(&nl))
		return -ENOENT;
	family = nl.family;
	mt_nl_close(&nl);
	return 0;
}

/* A name as an attribute; values are those of FZ_NAME. */
static const void *attr_name(__u64 value, size_t *len)
{
	static const char names[][4] = { "n0", "n1", "n2", "n3", "n4", "n5" };
	static __u8 large[4096];

	if (value == FZ_AUTO)
		value = 0;
	*len = 2;
	if (value < FZ_COUNT(names))
		return names[value];
	*len = value == 6 ? 0 : value == 7 ? 2048 : value == 8 ? 2049 : 255;
	memset(large, value, sizeof(large));
	return large;
}

static void add_attr(struct mt_attrs *attrs, const struct fz_field *field,
		     __u64 value)
{
	const void *bytes;
	size_t len;

	switch (field->kind) {
	case FZ_ATTR_NUMBER:
		if (value != FZ_AUTO)
			mt_attr_add(attrs, field->offset, &value, field->size);
		break;
	case FZ_ATTR_FLAG:
		if (value)
			mt_attr_add(attrs, field->offset, "", 0);
		break;
	case FZ_ATTR_ID:
		if (value != FZ_NULL)
			mt_attr_add(attrs, field->offset,
				    fz_id(field->arg, value), 16);
		break;
	case FZ_ATTR_NAME:
		if (value != FZ_NULL && attrs->len < 2048) {
			bytes = attr_name(value, &len);
			mt_attr_add(attrs, field->offset, bytes, len);
		}
		break;
	}
}

static void malform_attrs(struct mt_attrs *attrs, __u64 how)
{
	struct nlattr *attr = (void *)attrs->bytes;

	switch (how) {
	case SHORT_ATTR:
		if (attrs->len >= 5)
			attr->nla_len--;
		break;
	case LONG_ATTR:
		attr->nla_len = 4000;
		break;
	case TINY_ATTR:
		attr->nla_len = 1;
		break;
	case NESTED_ATTR:
		attr->nla_type |= NLA_F_NESTED;
		break;
	case UNKNOWN_ATTR:
		mt_attr_add(attrs, 199, "unknown", 8);
		break;
	case TWICE:
		if (attrs->len * 2 > sizeof(attrs->bytes))
			break;
		memcpy(attrs->bytes + attrs->len, attrs->bytes, attrs->len);
		attrs->len *= 2;
		break;
	}
}

/* Reads all that has come; the last error that was told is what counts. */
static long answers(int fd, bool dump)
{
	static __u8 buffer[32768] __attribute__((aligned(4)));
	struct nlmsghdr *header;
	unsigned int len, rounds;
	long result = dump ? -ENODATA : 0;
	ssize_t got;

	for (rounds = 0; rounds < 64; rounds++) {
		got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (got < 0)
			break;
		len = got;
		header = (struct nlmsghdr *)buffer;
		for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len))
			if (header->nlmsg_type == NLMSG_ERROR ||
			    header->nlmsg_type == NLMSG_DONE)
				result = *(int *)NLMSG_DATA(header);
	}
	return result;
}

static long run_request(struct fz_call *call)
{
	struct {
		struct nlmsghdr header;
		struct genlmsghdr genl;
		__u8 attrs[sizeof(((struct mt_attrs *)0)->bytes)];
	} request = {
		.header.nlmsg_flags = NLM_F_REQUEST |
				      (call->door->dump ? NLM_F_DUMP :
				       NLM_F_ACK),
		.genl.cmd = call->door->number,
		.genl.version = 1,
	};
	struct mt_attrs attrs = { 0 };
	__u64 value, how = 0;
	unsigned int i;

	if (resolve())
		return -ENOENT;
	for (i = 0; i < call->door->count; i++) {
		value = fz_value(call->op, i);
		if (call->door->fields[i]->kind == FZ_MALFORM)
			how = value;
		else
			add_attr(&attrs, call->door->fields[i], value);
	}
	malform_attrs(&attrs, how);
	memcpy(request.attrs, attrs.bytes, attrs.len);
	request.header.nlmsg_type = family;
	request.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + attrs.len;
	if (how == SHORT_MESSAGE)
		request.header.nlmsg_len = NLMSG_LENGTH(2);
	if (how == WRONG_VERSION)
		request.genl.version = 77;
	if (how == NO_ACK)
		request.header.nlmsg_flags &= ~NLM_F_ACK;
	if (how == ROOT_FLAG)
		request.header.nlmsg_flags ^= NLM_F_DUMP;
	if (how == UNKNOWN_COMMAND)
		request.genl.cmd = 200;
	if (send(call->fd, &request, request.header.nlmsg_len,
		 MSG_DONTWAIT) < 0)
		return -errno;
	return answers(call->fd, call->door->dump);
}

static long run_node_set(struct fz_call *call)
{
	long result = run_request(call);
	__u64 number = fz_value(call->op, 0);

	if (!result && number != FZ_AUTO)
		fz_result_add(FZ_NODE, number);
	return result;
}

static bool limited;

static long run_domain_set(struct fz_call *call)
{
	limited = true;
	return run_request(call);
}

/* The limit of ports is what it was; else nobody would get far for long. */
void fz_unlimit(bool force)
{
	struct mt_attrs request = { 0 };
	struct mt_nl nl;
	__u32 most = 65536;

	if (!limited && !force)
		return;
	limited = false;
	mt_attr_add(&request, MOTET_A_DOMAIN_PORTS_MAX, &most, sizeof(most));
	if (mt_nl_open(&nl))
		return;
	mt_nl_do(&nl, MOTET_CMD_DOMAIN_SET, &request, NULL);
	mt_nl_close(&nl);
}

static long run_listen(struct fz_call *call)
{
	struct mt_nl nl = { .fd = -1 }, probe;
	int ret = mt_nl_open(&probe);

	if (ret)
		return ret;
	nl = probe;
	nl.fd = call->fd;
	ret = call->op->count ? mt_nl_listen_nodes(&nl) : mt_nl_listen(&nl);
	mt_nl_close(&probe);
	return ret;
}

#define GENL(label, cmd, often, list, how)				\
	.name = label, .number = MOTET_CMD_##cmd, .weight = often,	\
	.roles = { FZ_NETLINK, FZ_ROLES },				\
	.parts = { &list##_layout }, .run = how
#define REQUEST(label, cmd, often, list)				\
	{ GENL(label, cmd, often, list, run_request) }
#define DUMP(label, cmd, often, list)					\
	{ GENL(label, cmd, often, list, run_request), .dump = true }

const struct fz_door fz_netlinks[] = {
	REQUEST("domain-get.do", DOMAIN_GET, 1, none),
	{ GENL("domain-set.do", DOMAIN_SET, 1, domain, run_domain_set) },
	REQUEST("purge.do", PURGE, 1, none),
	DUMP("actor-get.dump", ACTOR_GET, 1, none),
	REQUEST("port-get.do", PORT_GET, 2, port),
	DUMP("port-get.dump", PORT_GET, 1, none),
	DUMP("user-get.dump", USER_GET, 1, none),
	REQUEST("node-get.do", NODE_GET, 1, node),
	DUMP("node-get.dump", NODE_GET, 1, none),
	{ GENL("node-set.do", NODE_SET, 4, node_set, run_node_set) },
	REQUEST("node-delete.do", NODE_DELETE, 2, node),
	REQUEST("group-get.do", GROUP_GET, 2, group),
	DUMP("group-get.dump", GROUP_GET, 1, none),
	DUMP("group-member-get.dump", GROUP_MEMBER_GET, 2, member),
	DUMP("handle-get.dump", HANDLE_GET, 2, none),
	REQUEST("lock-get.do", LOCK_GET, 2, lock),
	DUMP("lock-get.dump", LOCK_GET, 1, none),
	DUMP("lock-request-get.dump", LOCK_REQUEST_GET, 2, lock_request),
	REQUEST("lock-purge.do", LOCK_PURGE, 2, lock),
	DUMP("watch-get.dump", WATCH_GET, 2, none),
	REQUEST("channel-get.do", CHANNEL_GET, 2, channel),
	DUMP("channel-get.dump", CHANNEL_GET, 1, none),
	REQUEST("checkpoint-get.do", CHECKPOINT_GET, 2, checkpoint),
	DUMP("checkpoint-get.dump", CHECKPOINT_GET, 1, none),
	DUMP("tracker-get.dump", TRACKER_GET, 2, tracker),
	{
		.name = "listen", .weight = 2,
		.roles = { FZ_NETLINK, FZ_ROLES },
		.parts = { &none_layout }, .run = run_listen,
	},
};

const unsigned int fz_netlink_count = FZ_COUNT(fz_netlinks);
