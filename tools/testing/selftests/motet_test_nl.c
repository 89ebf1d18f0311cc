// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A small generic netlink client: the tests compare what the kernel sent byte
 * by byte, and run as 32-bit programs too, so they use no library.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "motet_test.h"

#define MT_NL_BUFFER	65536

/* answers of the one request that a thread has under way */
static __thread __u8 mt_nl_buffer[MT_NL_BUFFER] __attribute__((aligned(4)));

void mt_attr_add(struct mt_attrs *attrs, __u16 type, const void *value,
		 size_t len)
{
	struct nlattr *attr = (void *)(attrs->bytes + attrs->len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((__u8 *)attr + NLA_HDRLEN, value, len);
	attrs->len += NLA_ALIGN(attr->nla_len);
}

const void *mt_attr(const struct mt_attrs *attrs, __u16 type, size_t *len)
{
	const struct nlattr *attr;
	__u32 offset = 0;

	while (offset + NLA_HDRLEN <= attrs->len) {
		attr = (const void *)(attrs->bytes + offset);
		if (attr->nla_len < NLA_HDRLEN)
			break;
		if ((attr->nla_type & NLA_TYPE_MASK) == type) {
			if (len)
				*len = attr->nla_len - NLA_HDRLEN;
			return (const __u8 *)attr + NLA_HDRLEN;
		}
		offset += NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

/* A number of 2, 4 or 8 bytes; all ones if there is none. */
__u64 mt_attr_number(const struct mt_attrs *attrs, __u16 type)
{
	size_t len = 0;
	const void *value = mt_attr(attrs, type, &len);
	__u16 u16;
	__u32 u32;
	__u64 u64 = ~0ULL;

	if (value && len == sizeof(u64)) {
		memcpy(&u64, value, len);
	} else if (value && len == sizeof(u32)) {
		memcpy(&u32, value, len);
		u64 = u32;
	} else if (value && len == sizeof(u16)) {
		memcpy(&u16, value, len);
		u64 = u16;
	}
	return u64;
}

static int mt_nl_request(struct mt_nl *nl, __u16 type, __u16 flags, __u8 cmd,
			 const struct mt_attrs *attrs)
{
	struct {
		struct nlmsghdr header;
		struct genlmsghdr genl;
		__u8 attrs[sizeof(attrs->bytes)];
	} request = {
		.header.nlmsg_type = type,
		.header.nlmsg_flags = NLM_F_REQUEST | flags,
		.header.nlmsg_seq = ++nl->sequence,
		.genl.cmd = cmd,
		.genl.version = 1,
	};

	request.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	if (attrs) {
		memcpy(request.attrs, attrs->bytes, attrs->len);
		request.header.nlmsg_len += attrs->len;
	}
	if (send(nl->fd, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	return 0;
}

/* The kernel makes parts of a dump as large as what there was ever room for. */
static ssize_t mt_nl_receive(struct mt_nl *nl)
{
	ssize_t got = recv(nl->fd, mt_nl_buffer, nl->room, MSG_TRUNC);

	if (got < 0)
		return -errno;
	if ((size_t)got > nl->room)
		return -EMSGSIZE;
	if ((size_t)got > nl->longest)
		nl->longest = got;
	return got;
}

/* Calls @take with each answer until the request is done. */
static int mt_nl_answers(struct mt_nl *nl,
			 void (*take)(void *arg, __u8 cmd, const void *bytes,
				      __u32 len),
			 void *arg)
{
	struct nlmsghdr *header;
	struct genlmsghdr *genl;
	unsigned int len;
	ssize_t got;

	for (;;) {
		got = mt_nl_receive(nl);
		if (got < 0)
			return got;
		len = got;
		header = (struct nlmsghdr *)mt_nl_buffer;
		for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len)) {
			if (header->nlmsg_seq != nl->sequence)
				continue;
			if (header->nlmsg_flags & NLM_F_DUMP_INTR)
				return -EINTR;
			/* both begin with the error */
			if (header->nlmsg_type == NLMSG_DONE ||
			    header->nlmsg_type == NLMSG_ERROR)
				return *(int *)NLMSG_DATA(header);
			genl = NLMSG_DATA(header);
			if (take)
				take(arg, genl->cmd,
				     (__u8 *)genl + GENL_HDRLEN,
				     NLMSG_PAYLOAD(header, GENL_HDRLEN));
		}
	}
}

static void mt_nl_take_attrs(void *arg, __u8 cmd, const void *bytes, __u32 len)
{
	struct mt_attrs *attrs = arg;

	attrs->cmd = cmd;
	attrs->len = len < sizeof(attrs->bytes) ? len : sizeof(attrs->bytes);
	memcpy(attrs->bytes, bytes, attrs->len);
}

static void mt_nl_take_dump(void *arg, __u8 cmd, const void *bytes, __u32 len)
{
	struct mt_dump *dump = arg;

	(void)cmd;
	if (dump->len + sizeof(len) + len > sizeof(dump->bytes))
		abort();
	memcpy(dump->bytes + dump->len, &len, sizeof(len));
	memcpy(dump->bytes + dump->len + sizeof(len), bytes, len);
	dump->len += NLMSG_ALIGN(sizeof(len) + len);
	dump->count++;
}

/* Groups are nests in a nest, in no order that is promised. */
static __u32 mt_nl_group(const struct mt_attrs *groups, const char *name)
{
	const void *value, *seen;
	struct mt_attrs one;
	__u16 index;
	size_t len;

	for (index = 1; (value = mt_attr(groups, index, &len)); index++) {
		mt_nl_take_attrs(&one, 0, value, len);
		seen = mt_attr(&one, CTRL_ATTR_MCAST_GRP_NAME, &len);
		if (seen && len == strlen(name) + 1 && !memcmp(seen, name, len))
			return mt_attr_number(&one, CTRL_ATTR_MCAST_GRP_ID);
	}
	return 0;
}

static int mt_nl_resolve(struct mt_nl *nl)
{
	struct mt_attrs request = { 0 }, answer = { 0 }, groups = { 0 };
	const void *value;
	size_t len;
	int ret;

	mt_attr_add(&request, CTRL_ATTR_FAMILY_NAME, MOTET_FAMILY_NAME,
		    sizeof(MOTET_FAMILY_NAME));
	ret = mt_nl_request(nl, GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY,
			    &request);
	if (!ret)
		ret = mt_nl_answers(nl, mt_nl_take_attrs, &answer);
	if (ret)
		return ret;
	nl->family = mt_attr_number(&answer, CTRL_ATTR_FAMILY_ID);
	value = mt_attr(&answer, CTRL_ATTR_MCAST_GROUPS, &len);
	if (!value)
		return -ENOENT;
	mt_nl_take_attrs(&groups, 0, value, len);
	nl->group = mt_nl_group(&groups, MOTET_MCGRP_OBJECT);
	nl->membership = mt_nl_group(&groups, MOTET_MCGRP_MEMBERSHIP);
	return nl->group && nl->membership ? 0 : -ENOENT;
}

int mt_nl_open(struct mt_nl *nl)
{
	return mt_nl_open_room(nl, sizeof(mt_nl_buffer));
}

/* Nothing is ever received with room for more; at most MT_NL_BUFFER. */
int mt_nl_open_room(struct mt_nl *nl, __u32 room)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int size = 4 << 20;
	int ret;

	*nl = (struct mt_nl){ .room = room };
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		return -errno;
	/* only root gets it; the others have few messages to receive */
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(nl->fd, (struct sockaddr *)&address, sizeof(address)))
		ret = -errno;
	else
		ret = mt_nl_resolve(nl);
	if (ret < 0)
		close(nl->fd);
	return ret;
}

void mt_nl_close(struct mt_nl *nl)
{
	close(nl->fd);
}

int mt_nl_do(struct mt_nl *nl, __u8 cmd, const struct mt_attrs *request,
	     struct mt_attrs *answer)
{
	int ret = mt_nl_request(nl, nl->family, NLM_F_ACK, cmd, request);

	if (answer)
		answer->len = 0;
	if (!ret)
		ret = mt_nl_answers(nl, answer ? mt_nl_take_attrs : NULL,
				    answer);
	return ret;
}

int mt_nl_dump(struct mt_nl *nl, __u8 cmd, struct mt_dump *dump)
{
	return mt_nl_dump_of(nl, cmd, NULL, dump);
}

int mt_nl_dump_of(struct mt_nl *nl, __u8 cmd, const struct mt_attrs *request,
		  struct mt_dump *dump)
{
	int ret = mt_nl_request(nl, nl->family, NLM_F_DUMP, cmd, request);

	dump->count = 0;
	dump->len = 0;
	if (!ret)
		ret = mt_nl_answers(nl, mt_nl_take_dump, dump);
	return ret;
}

static void mt_nl_take_nothing(void *arg, __u8 cmd, const void *bytes,
			       __u32 len)
{
	unsigned int *count = arg;

	(void)cmd;
	(void)bytes;
	(void)len;
	++*count;
}

/* How many answers a dump has, which may be more than fit into a mt_dump. */
int mt_nl_count(struct mt_nl *nl, __u8 cmd)
{
	int ret = mt_nl_request(nl, nl->family, NLM_F_DUMP, cmd, NULL);
	unsigned int count = 0;

	if (!ret)
		ret = mt_nl_answers(nl, mt_nl_take_nothing, &count);
	return ret < 0 ? ret : (int)count;
}

static int mt_nl_join(struct mt_nl *nl, int group)
{
	if (setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		return -errno;
	return 0;
}

int mt_nl_listen(struct mt_nl *nl)
{
	return mt_nl_join(nl, nl->group);
}

int mt_nl_listen_nodes(struct mt_nl *nl)
{
	return mt_nl_join(nl, nl->membership);
}

int mt_nl_event(struct mt_nl *nl, int timeout_ms, struct mt_attrs *event)
{
	struct nlmsghdr *header = (struct nlmsghdr *)mt_nl_buffer;
	struct genlmsghdr *genl;
	ssize_t got;

	if (mt_poll(nl->fd, POLLIN, timeout_ms) <= 0)
		return -EAGAIN;
	got = mt_nl_receive(nl);
	if (got < 0)
		return got;
	if (!NLMSG_OK(header, (unsigned int)got) ||
	    header->nlmsg_type != nl->family)
		return -EPROTO;
	genl = NLMSG_DATA(header);
	mt_nl_take_attrs(event, genl->cmd, (__u8 *)genl + GENL_HDRLEN,
			 NLMSG_PAYLOAD(header, GENL_HDRLEN));
	return 0;
}

bool mt_dump_next(const struct mt_dump *dump, __u32 *offset,
		  struct mt_attrs *attrs)
{
	__u32 len;

	if (*offset >= dump->len)
		return false;
	memcpy(&len, dump->bytes + *offset, sizeof(len));
	mt_nl_take_attrs(attrs, 0, dump->bytes + *offset + sizeof(len), len);
	*offset += NLMSG_ALIGN(sizeof(len) + len);
	return true;
}

bool mt_dump_equal(const struct mt_dump *a, const struct mt_dump *b)
{
	return a->count == b->count && a->len == b->len &&
	       memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* Dumps are compared without what changes all the time. */
void mt_dump_clear(struct mt_dump *dump, __u16 type)
{
	struct mt_attrs one;
	const __u8 *value;
	__u32 offset = 0, start;
	size_t len;

	for (start = 0; mt_dump_next(dump, &offset, &one); start = offset) {
		value = mt_attr(&one, type, &len);
		if (value)
			memset(dump->bytes + start + sizeof(__u32) +
			       (value - one.bytes), 0, len);
	}
}

/* How many answers have this value of this attribute; @attrs is the last. */
int mt_dump_find(const struct mt_dump *dump, __u16 type, const void *value,
		 size_t len, struct mt_attrs *attrs)
{
	struct mt_attrs one;
	const void *seen;
	__u32 offset = 0;
	size_t seen_len;
	int found = 0;

	while (mt_dump_next(dump, &offset, &one)) {
		seen = mt_attr(&one, type, &seen_len);
		if (!seen || seen_len != len || memcmp(seen, value, len))
			continue;
		found++;
		if (attrs)
			*attrs = one;
	}
	return found;
}

int mt_port_get(const struct motet_id *id, struct mt_attrs *attrs)
{
	struct mt_attrs request = { 0 };
	struct mt_nl nl;
	int ret = mt_nl_open(&nl);

	if (ret < 0)
		return ret;
	mt_attr_add(&request, MOTET_A_PORT_ID, id, sizeof(*id));
	ret = mt_nl_do(&nl, MOTET_CMD_PORT_GET, &request, attrs);
	mt_nl_close(&nl);
	return ret;
}

/* A user to whom nothing is charged need not be listed. */
int mt_user_get(uid_t uid, struct mt_attrs *attrs)
{
	static struct mt_dump dump;
	struct mt_nl nl;
	__u32 u32 = uid;
	int ret = mt_nl_open(&nl);

	if (ret < 0)
		return ret;
	ret = mt_nl_dump(&nl, MOTET_CMD_USER_GET, &dump);
	mt_nl_close(&nl);
	if (ret < 0)
		return ret;
	if (mt_dump_find(&dump, MOTET_A_USER_UID, &u32, sizeof(u32), attrs))
		return 0;
	return -ENOENT;
}

/*
 * Until so much is charged to a user: what the dead had, those of the test before
 * among them, is given back by work that is queued.
 */
int mt_until_charged(uid_t uid, __u16 attribute, __u64 value)
{
	__u64 end = mt_after(60 * MT_SECOND), charged;
	struct mt_attrs attrs;
	int ret;

	do {
		ret = mt_user_get(uid, &attrs);
		if (ret && ret != -ENOENT)
			return ret;
		charged = ret ? 0 : mt_attr_number(&attrs, attribute);
		if (charged == value)
			return 0;
		mt_breathe();
	} while (mt_now() < end);
	return -ETIMEDOUT;
}

int mt_purge(void)
{
	struct mt_attrs answer = { 0 };
	struct mt_nl nl;
	int ret = mt_nl_open(&nl);

	if (ret < 0)
		return ret;
	ret = mt_nl_do(&nl, MOTET_CMD_PURGE, NULL, &answer);
	mt_nl_close(&nl);
	return ret < 0 ? ret : (int)mt_attr_number(&answer,
						   MOTET_A_DOMAIN_PURGED);
}

/* How many ports track an object: what is in the dump then. */
int mt_trackers(struct mt_dump *dump, const struct motet_id *object)
{
	struct mt_attrs request = { 0 };
	struct mt_nl nl;
	int ret;

	mt_attr_add(&request, MOTET_A_TRACKER_OBJECT, object, sizeof(*object));
	ret = mt_nl_open(&nl);
	if (ret)
		return ret;
	ret = mt_nl_dump_of(&nl, MOTET_CMD_TRACKER_GET, &request, dump);
	mt_nl_close(&nl);
	return ret ? ret : (int)dump->count;
}

/* Tells that a node is a member, since its boot at @boot_time if not 0, or is not. */
int mt_node_set(struct mt_nl *nl, __u32 node, __u32 member, __u64 boot_time)
{
	struct mt_attrs request = { 0 };

	mt_attr_add(&request, MOTET_A_NODE_NUMBER, &node, sizeof(node));
	mt_attr_add(&request, MOTET_A_NODE_MEMBER, &member, sizeof(member));
	if (boot_time)
		mt_attr_add(&request, MOTET_A_NODE_BOOT_TIME, &boot_time,
			    sizeof(boot_time));
	return mt_nl_do(nl, MOTET_CMD_NODE_SET, &request, NULL);
}

/* The same with a name, which is its address as well. */
int mt_node_set_named(struct mt_nl *nl, __u32 node, __u32 member,
		      const char *name)
{
	struct mt_attrs request = { 0 };

	mt_attr_add(&request, MOTET_A_NODE_NUMBER, &node, sizeof(node));
	mt_attr_add(&request, MOTET_A_NODE_NAME, name, strlen(name));
	mt_attr_add(&request, MOTET_A_NODE_ADDRESS, name, strlen(name));
	mt_attr_add(&request, MOTET_A_NODE_MEMBER, &member, sizeof(member));
	return mt_nl_do(nl, MOTET_CMD_NODE_SET, &request, NULL);
}

/* Tells the own number. */
int mt_node_set_here(struct mt_nl *nl, __u32 node)
{
	struct mt_attrs request = { 0 };

	mt_attr_add(&request, MOTET_A_NODE_NUMBER, &node, sizeof(node));
	mt_attr_add(&request, MOTET_A_NODE_HERE, NULL, 0);
	return mt_nl_do(nl, MOTET_CMD_NODE_SET, &request, NULL);
}
