// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of replicators in one line each.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>

#include "replicator_test.h"

int mr_attach_with(int fd, __u32 flags, __u32 fd_flags, __u32 steps,
		   __u64 bytes)
{
	struct motet_checkpoint_replicate arg = MT(motet_checkpoint_replicate,
						   .flags = flags,
						   .fd_flags = fd_flags,
						   .steps_max = steps,
						   .bytes_max = bytes);
	int ret = mt_ioctl(fd, MOTET_IOC_CHECKPOINT_REPLICATE, &arg);

	return ret < 0 ? ret : arg.fd;
}

int mr_attach(int fd, __u32 flags)
{
	bool stream = flags & MR_STREAM;

	return mr_attach_with(fd, flags, 0, stream ? 64 : 0,
			      stream ? 1 << 20 : 0);
}

/* What kind of step it is. */
int mr_next_until(int replicator, struct mr_step *step, __u64 deadline)
{
	struct motet_replicator_next arg = MT(motet_replicator_next,
					      .step = mt_ptr(step),
					      .step_cap = sizeof(*step),
					      .deadline = deadline);
	int ret = mt_ioctl(replicator, MOTET_IOC_REPLICATOR_NEXT, &arg);

	return ret < 0 ? ret : (int)arg.kind;
}

int mr_next(int replicator, struct mr_step *step)
{
	return mr_next_until(replicator, step, mt_after(30 * MT_SECOND));
}

int mr_ack(int replicator, __u64 generation)
{
	struct motet_replicator_ack arg = MT(motet_replicator_ack,
					     .generation = generation);

	return mt_ioctl(replicator, MOTET_IOC_REPLICATOR_ACK, &arg);
}

int mr_apply(int replicator, const struct mr_step *step)
{
	struct motet_replicator_apply arg = MT(motet_replicator_apply,
					       .step = mt_ptr(step),
					       .step_len = step->head.len);

	return mt_ioctl(replicator, MOTET_IOC_REPLICATOR_APPLY, &arg);
}

int mr_status(int replicator, struct motet_replicator_status *status)
{
	*status = MT(motet_replicator_status);
	return mt_ioctl(replicator, MOTET_IOC_REPLICATOR_STATUS, status);
}

int mr_sync(int fd, __u64 generation, __u64 deadline)
{
	struct motet_checkpoint_sync arg = MT(motet_checkpoint_sync,
					      .generation = generation,
					      .deadline = deadline);

	return mt_ioctl(fd, MOTET_IOC_CHECKPOINT_SYNC, &arg);
}

int mr_write_sync(int fd, const char *id, const void *data, __u64 len,
		  __u64 deadline, __u64 *generation)
{
	struct motet_checkpoint_element element = mc_element(id, 0, data, len);
	struct motet_checkpoint_io io = MT(motet_checkpoint_io,
					   .flags = MOTET_CHECKPOINT_SYNC,
					   .elements = mt_ptr(&element),
					   .count = 1,
					   .element_size = sizeof(element),
					   .deadline = deadline);
	int ret = mt_ioctl(fd, MOTET_IOC_CHECKPOINT_WRITE, &io);

	if (generation)
		*generation = io.generation;
	return ret;
}

/* Attached, and up to and with the end of what was there. */
int mr_begin(int fd, struct mr_step *step, __u32 steps, __u64 bytes)
{
	int replicator = mr_attach_with(fd, MR_STREAM, 0, steps, bytes), ret;

	if (replicator < 0)
		return replicator;
	do {
		ret = mr_next(replicator, step);
	} while (ret > 0 && ret != MOTET_STEP_END);
	return ret < 0 ? ret : replicator;
}

/* Takes and acknowledges what there is; how many steps. */
int mr_take_all(int replicator, struct mr_step *step)
{
	struct motet_replicator_status status;
	int ret, count = 0;

	while (mt_poll(replicator, POLLIN, 0) & POLLIN) {
		ret = mr_next(replicator, step);
		if (ret < 0)
			return ret;
		count++;
	}
	ret = mr_status(replicator, &status);
	if (!ret && status.flags & MOTET_REPLICATOR_COMPLETE)
		ret = mr_ack(replicator, status.taken);
	return ret ?: count;
}

/* Until as many changes wait for room in the window. */
int mr_until_waiting(int replicator, __u32 waiting)
{
	struct motet_replicator_status status;
	int ret;

	for (;;) {
		ret = mr_status(replicator, &status);
		if (ret || status.waiting == waiting)
			return ret;
		mt_breathe();
	}
}

/* An actor of a new domain; the caller stays where it is. */
int mr_other_domain(void)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), actor;

	if (here < 0 || unshare(CLONE_NEWNET))
		return -errno;
	actor = mt_actor();
	if (setns(here, CLONE_NEWNET))
		return -errno;
	close(here);
	return actor;
}

struct mr_content {
	struct motet_section_next next;
	char id[MOTET_SECTION_ID_MAX + 1];
	long len;
	__u8 data[1 << 17];
};

/* What the next section has; -ENOENT at the end. */
static long mr_content(int fd, __u64 *cursor, struct mr_content *content)
{
	struct motet_checkpoint_element element;
	int ret = mc_next(fd, MOTET_SECTIONS_ANY, 0, cursor, content->id,
			  &content->next);

	if (ret)
		return ret;
	element = mc_element(NULL, 0, content->data, sizeof(content->data));
	element.section = content->next.section_len ? mt_ptr(content->id) : 0;
	element.section_len = content->next.section_len;
	ret = mc_io(fd, MOTET_IOC_CHECKPOINT_READ, &element, 1, NULL);
	content->len = element.done;
	return ret;
}

static bool mr_content_same(const struct mr_content *a,
			    const struct mr_content *b)
{
	return a->next.section_len == b->next.section_len &&
	       !memcmp(a->id, b->id, a->next.section_len) &&
	       a->next.state == b->next.state &&
	       a->next.updated == b->next.updated &&
	       !a->next.expires == !b->next.expires && a->len == b->len &&
	       !memcmp(a->data, b->data, a->len);
}

static bool mr_has(int fd, const struct mr_content *content)
{
	static struct mr_content other;
	__u64 cursor = 0;

	while (!mr_content(fd, &cursor, &other))
		if (mr_content_same(content, &other))
			return true;
	return false;
}

/* Whether both have the same sections; nobody writes. */
bool mr_same(int one, int other)
{
	struct motet_checkpoint_status status[2];
	static struct mr_content content;
	__u64 cursor = 0;

	if (mc_status(one, &status[0]) || mc_status(other, &status[1]) ||
	    status[0].sections != status[1].sections)
		return false;
	while (!mr_content(one, &cursor, &content))
		if (!mr_has(other, &content))
			return false;
	return true;
}
