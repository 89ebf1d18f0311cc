// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checkpoints, their views and replicators, with each allocation and user copy
 * failing.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "failnth.h"
#include "replicator_test.h"

#define SIZE	20000
#define PARTS	3

static int actor, checkpoint, port, replicator, copy;
static struct motet_id id;
static __u8 data[SIZE], other[SIZE], back[SIZE];
static struct motet_checkpoint_element elements[PARTS];
static struct motet_section_next next_section;
static struct mr_step step;
static struct mc_view view;
static char name[MOTET_SECTION_ID_MAX];

static int with_actor(void)
{
	actor = mt_actor();
	return actor;
}

static int run_create(void)
{
	return mc_create(actor, "made");
}

FN_TEST(create, .setup = with_actor, .run = run_create)

static int run_create_single(void)
{
	return mc_create_one(actor, "made", SIZE);
}

FN_TEST(create_single, .setup = with_actor, .run = run_create_single)

/* Three sections, one of them with several pages. */
static int sections(void)
{
	struct motet_checkpoint_status status;
	int ret;

	memset(data, 1, sizeof(data));
	memset(other, 2, sizeof(other));
	actor = mt_actor();
	checkpoint = mc_create(actor, "checkpoint");
	ret = mc_section(checkpoint, "a", data, sizeof(data));
	ret = ret ?: mc_section(checkpoint, "b", data, 100);
	ret = ret ?: mc_section_until(checkpoint, "c",
				      mc_boottime() + 1000 * MT_SECOND);
	ret = ret ?: mc_status(checkpoint, &status);
	id = status.id;
	return ret;
}

static int run_open(void)
{
	return mc_open(actor, "checkpoint", MC_BOTH);
}

FN_TEST(open_again, .setup = sections, .run = run_open)

static int run_section(void)
{
	return mc_section(checkpoint, "new", data, sizeof(data));
}

FN_TEST(section_create, .setup = sections, .run = run_section,
	.flags = FN_TELLS)

static int run_section_until(void)
{
	return mc_section_until(checkpoint, "new",
				mc_boottime() + 500 * MT_SECOND);
}

FN_TEST(section_expires, .setup = sections, .run = run_section_until,
	.flags = FN_TELLS)

static int run_delete(void)
{
	return mc_delete(checkpoint, "a");
}

FN_TEST(section_delete, .setup = sections, .run = run_delete)

static int run_change(void)
{
	return mc_change(checkpoint, "b",
			 MOTET_SECTION_EXPIRES | MOTET_SECTION_STATE,
			 MOTET_SECTION_CORRUPTED,
			 mc_boottime() + 500 * MT_SECOND);
}

FN_TEST(section_change, .setup = sections, .run = run_change)

/* All of it or nothing: parts of pages, growth, and a hole. */
static int run_write(void)
{
	elements[0] = mc_element("a", 100, other, 5000);
	elements[1] = mc_element("b", 50, other, SIZE - 50);
	elements[2] = mc_element("c", 4096, other, 10);
	return mc_io(checkpoint, MOTET_IOC_CHECKPOINT_WRITE, elements, PARTS,
		     NULL);
}

FN_TEST(write_vector, .setup = sections, .run = run_write,
	.flags = FN_TELLS)

static int run_overwrite(void)
{
	return mc_overwrite(checkpoint, "a", other, 9000);
}

FN_TEST(overwrite, .setup = sections, .run = run_overwrite,
	.flags = FN_TELLS)

static int run_read(void)
{
	elements[0] = mc_element("a", 0, back, sizeof(back));
	elements[1] = mc_element("b", 0, other, 100);
	return mc_io(checkpoint, MOTET_IOC_CHECKPOINT_READ, elements, 2, NULL);
}

static int check_read(void)
{
	return memcmp(data, back, sizeof(back)) || memcmp(data, other, 100);
}

FN_TEST(read_vector, .setup = sections, .run = run_read,
	.check = check_read)

static int run_next(void)
{
	__u64 cursor = 0;

	return mc_next(checkpoint, MOTET_SECTIONS_ANY, 0, &cursor, name,
		       &next_section);
}

FN_TEST(iterate, .setup = sections, .run = run_next)

static int run_unlink(void)
{
	return mc_unlink(actor, "checkpoint");
}

FN_TEST(unlink_open, .setup = sections, .run = run_unlink)

static int run_retention(void)
{
	return mc_retention(checkpoint, 2000 * MT_SECOND);
}

FN_TEST(change_retention, .setup = sections, .run = run_retention)

static int run_close(void)
{
	return close(checkpoint) ? -errno : 0;
}

FN_TEST(close_last, .setup = sections, .run = run_close, .flags = FN_NOTHING)

/* Ports are told: of one section, and of all. */
static int tracked(void)
{
	int ret = sections();

	port = mt_port(actor, NULL, 8, NULL);
	ret = ret ?: mc_track(port, &id, "b", 0);
	port = mt_port(actor, NULL, 8, NULL);
	return ret ?: mc_track(port, &id, NULL, 0);
}

FN_TEST(write_tracked, .setup = tracked, .run = run_write,
	.flags = FN_TELLS)

FN_TEST(create_tracked, .setup = tracked, .run = run_section,
	.flags = FN_TELLS)

FN_TEST(delete_tracked, .setup = tracked, .run = run_delete)

static int untracked(void)
{
	int ret = sections();

	port = mt_port(actor, NULL, 8, NULL);
	return ret;
}

static int run_track(void)
{
	return mc_track(port, &id, "b", 0);
}

FN_TEST(track, .setup = untracked, .run = run_track)

static int changed(void)
{
	int ret = tracked();

	return ret ?: run_write();
}

static int run_told(void)
{
	struct motet_msg msg = { 0 };

	return mt_try_recv_msg(port, &msg, back, sizeof(back));
}

FN_TEST(recv_event, .setup = changed, .run = run_told)

static int run_view(void)
{
	__u64 length;

	return mc_view_open(checkpoint, "a", 1 << 16, &length);
}

FN_TEST(view_open, .setup = sections, .run = run_view)

static void undo_view(void)
{
	if (view.header)
		mc_unview(&view);
	view.header = NULL;
}

static int viewed(void)
{
	int ret = sections();

	return ret ?: mc_view(checkpoint, "a", 1 << 16, &view);
}

/* Pages are put into the mapping one by one; one that is not, is a signal. */
static sigjmp_buf before_fault;

static void on_fault(int signal)
{
	siglongjmp(before_fault, signal);
}

static int run_look(void)
{
	struct sigaction action = { .sa_handler = on_fault };
	struct motet_view_header seen;
	long ret;

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	if (sigsetjmp(before_fault, 1))
		return -EFAULT;
	madvise((void *)view.header, view.length, MADV_DONTNEED);
	ret = mc_look(view.header, back, sizeof(back), &seen);
	return ret == SIZE ? 0 : -EPROTO;
}

static int check_look(void)
{
	return memcmp(data, back, sizeof(back));
}

FN_TEST(view_look, .setup = viewed, .run = run_look, .check = check_look,
	.undo = undo_view, .flags = FN_NOTHING)

FN_TEST(write_viewed, .setup = viewed, .run = run_write, .undo = undo_view,
	.flags = FN_TELLS)

FN_TEST(delete_viewed, .setup = viewed, .run = run_delete, .undo = undo_view)

/* A replicator that has what there is, and one of another checkpoint. */
static int run_attach(void)
{
	return mr_attach(checkpoint, MR_STREAM);
}

FN_TEST(attach, .setup = sections, .run = run_attach)

static int attached(void)
{
	int ret = sections();

	replicator = run_attach();
	return ret ?: replicator;
}

static int run_step(void)
{
	struct motet_replicator_next arg = MT(motet_replicator_next,
					      .step = mt_ptr(&step),
					      .step_cap = sizeof(step),
					      .deadline = 1);
	int ret = mt_ioctl(replicator, MOTET_IOC_REPLICATOR_NEXT, &arg);

	return ret;
}

FN_TEST(next_of_snapshot, .setup = attached, .run = run_step)

static int streaming(void)
{
	int ret = attached();

	return ret < 0 ? ret : mr_take_all(replicator, &step);
}

FN_TEST(write_streamed, .setup = streaming, .run = run_write,
	.flags = FN_TELLS)

FN_TEST(create_streamed, .setup = streaming, .run = run_section,
	.flags = FN_TELLS)

FN_TEST(delete_streamed, .setup = streaming, .run = run_delete)

static int written(void)
{
	int ret = streaming();

	return ret < 0 ? ret : run_write();
}

FN_TEST(next_of_write, .setup = written, .run = run_step)

static int stepped(void)
{
	int ret = written();

	return ret < 0 ? ret : run_step();
}

static int run_ack(void)
{
	return mr_ack(replicator, step.head.generation);
}

FN_TEST(acknowledge, .setup = stepped, .run = run_ack)

static int acknowledged(void)
{
	int ret = stepped();

	return ret ?: run_ack();
}

static int run_sync(void)
{
	return mr_sync(checkpoint, 0, 0);
}

FN_TEST(sync_with_copy, .setup = acknowledged, .run = run_sync)

static int run_sync_a_while(void)
{
	int ret = mr_sync(checkpoint, 0, mt_after(MT_MS));

	return ret == -ETIMEDOUT ? 0 : ret;
}

FN_TEST(sync_in_vain, .setup = stepped, .run = run_sync_a_while)

/* The first step of a snapshot, or one of a change, for the copy. */
static int to_apply(void)
{
	struct motet_checkpoint_attributes attributes = mc_attributes();
	int ret = attached();

	copy = mc_open_with(actor, "copy", MC_CREATE, 0777, &attributes);
	copy = mr_attach(copy, MR_APPLY);
	if (copy < 0)
		return copy;
	return ret < 0 ? ret : run_step();
}

static int run_apply(void)
{
	return mr_apply(copy, &step);
}

FN_TEST(apply_first, .setup = to_apply, .run = run_apply,
	.flags = FN_TELLS)

static int to_apply_change(void)
{
	int ret = to_apply();

	while (!ret) {
		ret = run_apply();
		if (!ret && !(mt_poll(replicator, 1, 0) & 1))
			break;
		ret = ret ?: run_step();
	}
	return ret ?: run_write() ?: run_step();
}

FN_TEST(apply_write, .setup = to_apply_change, .run = run_apply,
	.flags = FN_TELLS)

FN_LEAKS

TEST_HARNESS_MAIN
