/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests share: the calls of the interface in one line each, waiting
 * for others without sleeping, and a small netlink client.
 *
 * Every function returns a negative errno if it fails.
 */
#ifndef MOTET_TEST_H
#define MOTET_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/motet.h>
#include <linux/motet_netlink.h>

/* A struct of the interface with its size and what else is said. */
#define MT(type, ...) \
	((struct type){ .size = sizeof(struct type), ##__VA_ARGS__ })

#define MT_SECOND	1000000000ULL
#define MT_MS		1000000ULL

/* Users that own nothing but what the tests give them. */
#define MT_USER_A	50001
#define MT_USER_B	50002

static inline __u64 mt_ptr(const void *pointer)
{
	return (uintptr_t)pointer;
}

static inline bool mt_id_equal(const struct motet_id *a,
			       const struct motet_id *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* calls */
int mt_ioctl(int fd, unsigned int number, void *arg);
int mt_actor(void);
int mt_create(int actor, struct motet_port_create *create, const char *name);
int mt_port(int actor, const char *name, __u32 messages, struct motet_id *id);
int mt_sender(int actor, const struct motet_id *id);
int mt_open(int actor, __u32 role, const char *name, struct motet_id *id);
int mt_lookup(int actor, const char *name, struct motet_id *id);
int mt_unlink(int actor, const char *name);
int mt_send_flags(int sender, __u32 flags, __u32 priority, const void *body,
		  __u32 len);
int mt_send(int sender, __u32 priority, __u64 value);
int mt_try_send(int sender, __u32 priority, __u64 value);
int mt_recv_msg(int holder, struct motet_msg *msg, void *body, __u32 cap);
int mt_recv(int holder, __u64 *value);
int mt_try_recv(int holder, __u64 *value);
int mt_try_recv_msg(int holder, struct motet_msg *msg, void *body, __u32 cap);
int mt_exception(int actor, struct motet_msg *msg);
int mt_call(int sender, __u64 value, __u64 *answer, __u64 deadline, __u64 *id);
int mt_resume(int sender, __u64 id, __u64 *answer, __u64 deadline);
int mt_cancel(int sender, __u64 id);
int mt_reply(int holder, __u64 token, __u64 value);
int mt_recv_call(int holder, __u64 *token, __u64 *value);
int mt_status(int fd, struct motet_port_status *status);
int mt_info(int actor, struct motet_info *info);

/* leases, batches, holders: motet_test_port.c */
int mt_lease_recv(int holder, struct motet_msg *msg, __u64 *value,
		  __u64 deadline);
int mt_lease(int holder, __u32 op, __u64 id, __u64 deadline);
int mt_acknowledge(int holder, __u64 id);
int mt_give_back(int holder, __u64 id);
int mt_send_all(int sender, __u64 from, __u64 to);
int mt_send_msg(int sender, struct motet_msg *msg, const __u64 *value);
int mt_withdraw(int sender, __u64 id);
int mt_many(int fd, unsigned int number, struct motet_msg *msgs, __u32 count,
	    struct motet_batch *batch);
int mt_open_id(int actor, __u32 role, const struct motet_id *id);
int mt_actor_id(int actor, struct motet_id *id);
int mt_offer(int holder, __u32 flags, const struct motet_id *actor);
int mt_enable(int holder, __u32 priority, __u64 cookie);
int mt_disable(int holder);
int mt_recv_any(int actor, __u32 flags, struct motet_msg *msg, __u64 *value);
int mt_change(int actor, const struct motet_id *id,
	      struct motet_port_change *change);
int mt_until_leased(int fd, __u32 leased);
int mt_until_role(int fd, __u32 role);

/* time and waiting */
__u64 mt_now(void);
__u64 mt_after(__u64 ns);
void mt_breathe(void);
int mt_poll(int fd, short events, int timeout_ms);
int mt_until_blocked(pid_t tid);
int mt_until_state(int fd, __u32 state);
int mt_until_suspended(const struct motet_id *id, __u32 suspended);
int mt_alarm_signal(int flags);
unsigned int mt_alarm(unsigned int seconds);

/* processes and users */
pid_t mt_fork(void);
pid_t mt_fork_idle(void);
int mt_wait(pid_t pid);
int mt_kill(pid_t pid);
int mt_become(uid_t uid);
int mt_user_namespace(uid_t uid);
int mt_send_fd(int sock, int fd);
int mt_recv_fd(int sock);
void *mt_shared(size_t size);

/* files */
int mt_read_file(const char *path, char *text, size_t size);
int mt_write_file(const char *path, const char *text);
__u64 mt_param(const char *name);
int mt_param_set(const char *name, __u64 value);
unsigned int mt_rounds(unsigned int otherwise);

/**
 * struct mt_nl - a netlink socket
 * @fd: the socket
 * @family: number of the family motet
 * @group: number of its multicast group object
 * @membership: number of its multicast group membership
 * @sequence: of the last request
 * @room: bytes that are received at once, at most
 * @longest: bytes that were
 */
struct mt_nl {
	int fd;
	__u16 family;
	__u32 group;
	__u32 membership;
	__u32 sequence;
	__u32 room;
	__u32 longest;
};

/**
 * struct mt_attrs - attributes of a request or an answer
 * @cmd: of which operation
 * @len: bytes
 * @bytes: the attributes
 */
struct mt_attrs {
	__u8 cmd;
	__u32 len;
	__u8 bytes[8192] __attribute__((aligned(4)));
};

/**
 * struct mt_dump - a dump, one answer behind the other
 * @count: answers
 * @len: bytes
 * @bytes: the answers, each a __u32 length and its attributes
 */
struct mt_dump {
	__u32 count;
	__u32 len;
	__u8 bytes[1 << 20] __attribute__((aligned(4)));
};

int mt_nl_open(struct mt_nl *nl);
int mt_nl_open_room(struct mt_nl *nl, __u32 room);
void mt_nl_close(struct mt_nl *nl);
int mt_nl_do(struct mt_nl *nl, __u8 cmd, const struct mt_attrs *request,
	     struct mt_attrs *answer);
int mt_nl_dump(struct mt_nl *nl, __u8 cmd, struct mt_dump *dump);
int mt_nl_dump_of(struct mt_nl *nl, __u8 cmd, const struct mt_attrs *request,
		  struct mt_dump *dump);
int mt_nl_count(struct mt_nl *nl, __u8 cmd);
int mt_nl_listen(struct mt_nl *nl);
int mt_nl_listen_nodes(struct mt_nl *nl);
int mt_nl_event(struct mt_nl *nl, int timeout_ms, struct mt_attrs *event);
bool mt_dump_next(const struct mt_dump *dump, __u32 *offset,
		  struct mt_attrs *attrs);
bool mt_dump_equal(const struct mt_dump *a, const struct mt_dump *b);
void mt_dump_clear(struct mt_dump *dump, __u16 type);
int mt_dump_find(const struct mt_dump *dump, __u16 type, const void *value,
		 size_t len, struct mt_attrs *attrs);
void mt_attr_add(struct mt_attrs *attrs, __u16 type, const void *value,
		 size_t len);
const void *mt_attr(const struct mt_attrs *attrs, __u16 type, size_t *len);
__u64 mt_attr_number(const struct mt_attrs *attrs, __u16 type);
int mt_port_get(const struct motet_id *id, struct mt_attrs *attrs);
int mt_user_get(uid_t uid, struct mt_attrs *attrs);
int mt_until_charged(uid_t uid, __u16 attribute, __u64 value);
int mt_trackers(struct mt_dump *dump, const struct motet_id *object);
int mt_node_set(struct mt_nl *nl, __u32 node, __u32 member, __u64 boot_time);
int mt_node_set_named(struct mt_nl *nl, __u32 node, __u32 member,
		      const char *name);
int mt_node_set_here(struct mt_nl *nl, __u32 node);
int mt_purge(void);

#endif /* MOTET_TEST_H */
