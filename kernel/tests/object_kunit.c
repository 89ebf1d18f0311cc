// SPDX-License-Identifier: GPL-2.0-only
/* Names, retention, and what becomes of processes. */

#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "domain.h"
#include "object.h"
#include "process.h"
#include "retention.h"
#include "tests.h"

static void motet_test_name(struct kunit *test, const u8 *bytes, u32 len,
			    int error)
{
	struct motet_name *name = motet_name_new_kernel(bytes, len);

	KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(name), error,
			    "%u bytes", len);
	if (IS_ERR(name))
		return;
	KUNIT_EXPECT_EQ(test, name->len, len);
	KUNIT_EXPECT_MEMEQ(test, name->bytes, bytes, len);
	kfree(name);
}

static void motet_test_names(struct kunit *test)
{
	u8 *bytes = kunit_kmalloc(test, MOTET_NAME_MAX + 1, GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (i = 0; i <= MOTET_NAME_MAX; i++)
		bytes[i] = 1 + i % 255;
	motet_test_name(test, bytes, 0, -EINVAL);
	motet_test_name(test, bytes, 1, 0);
	motet_test_name(test, bytes, MOTET_NAME_MAX, 0);
	motet_test_name(test, bytes, MOTET_NAME_MAX + 1, -EINVAL);
	motet_test_name(test, bytes, U32_MAX, -EINVAL);
	/* a NUL may stand behind the name, not in it */
	bytes[10] = 0;
	motet_test_name(test, bytes, 10, 0);
	motet_test_name(test, bytes, 11, -EINVAL);
	motet_test_name(test, bytes, 12, -EINVAL);
	bytes[0] = 0;
	motet_test_name(test, bytes, 1, -EINVAL);
}

/**
 * struct motet_test_retained - an object that may be retained
 * @object: the object [own]
 * @domain: where it is said to be [own]
 * @retention: of it [own]
 * @over: retention asked to let it die [own]
 */
struct motet_test_retained {
	struct motet_object object;
	struct motet_domain domain;
	struct motet_retention retention;
	struct completion over;
};

static void motet_test_over(struct motet_object *object)
{
	complete(&container_of(object, struct motet_test_retained,
			       object)->over);
}

static struct motet_test_retained *motet_test_retained_new(struct kunit *test)
{
	struct motet_test_retained *retained;

	retained = kunit_kzalloc(test, sizeof(*retained), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, retained);
	mutex_init(&retained->domain.mutex);
	refcount_set(&retained->object.refs, 1);
	retained->object.domain = &retained->domain;
	retained->object.name = RCU_INITIALIZER((struct motet_name *)test);
	init_completion(&retained->over);
	motet_retention_init(&retained->retention, &retained->object,
			     motet_test_over);
	return retained;
}

/* Returns whether it keeps the object. */
static bool motet_test_settle(struct motet_test_retained *retained)
{
	bool over;

	mutex_lock(&retained->domain.mutex);
	over = motet_retention_settle_locked(&retained->retention);
	mutex_unlock(&retained->domain.mutex);
	return !over;
}

/* Returns whether it still keeps the object. */
static bool motet_test_use(struct motet_test_retained *retained)
{
	bool over;

	mutex_lock(&retained->domain.mutex);
	motet_retention_end_locked(&retained->retention);
	over = motet_retention_is_over_locked(&retained->retention);
	mutex_unlock(&retained->domain.mutex);
	return !over;
}

static bool motet_test_is_over(struct motet_test_retained *retained)
{
	return wait_for_completion_timeout(&retained->over, 30 * HZ);
}

static void motet_test_retention_end(struct motet_test_retained *retained)
{
	motet_test_use(retained);
	flush_work(&retained->retention.work);
}

static void motet_test_retention_times(struct kunit *test)
{
	static const u64 times[] = { 3600 * NSEC_PER_SEC, KTIME_MAX - 1,
				     KTIME_MAX, U64_MAX };
	struct motet_test_retained *retained = motet_test_retained_new(test);
	u64 before, after, until;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		retained->object.retention = times[i];
		before = ktime_get_boottime_ns();
		KUNIT_EXPECT_TRUE(test, motet_test_settle(retained));
		after = ktime_get_boottime_ns();
		until = retained->retention.until;
		KUNIT_EXPECT_TRUE(test, retained->retention.running);
		if (i == 0) {
			KUNIT_EXPECT_GE(test, until, before + times[0]);
			KUNIT_EXPECT_LE(test, until, after + times[0]);
		} else {
			KUNIT_EXPECT_EQ(test, until, KTIME_MAX);
		}
		/* used again, it runs no more, and keeps nothing by itself */
		KUNIT_EXPECT_FALSE(test, motet_test_use(retained));
		KUNIT_EXPECT_FALSE(test, retained->retention.running);
	}
	KUNIT_EXPECT_FALSE(test, completion_done(&retained->over));
	motet_test_retention_end(retained);
}

/* Whatever has no time, no name or no domain is to end now. */
static void motet_test_retention_none(struct kunit *test)
{
	struct motet_test_retained *retained = motet_test_retained_new(test);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		retained->object.retention = i == 0 ? 0 : NSEC_PER_SEC * 3600;
		if (i == 1)
			RCU_INIT_POINTER(retained->object.name, NULL);
		if (i == 2)
			retained->object.name =
				RCU_INITIALIZER((struct motet_name *)test);
		retained->domain.gone = i == 2;
		KUNIT_EXPECT_FALSE(test, motet_test_settle(retained));
		KUNIT_EXPECT_FALSE(test, retained->retention.running);
		motet_retention_queue(&retained->retention);
		KUNIT_ASSERT_TRUE(test, motet_test_is_over(retained));
		flush_work(&retained->retention.work);
		KUNIT_EXPECT_EQ(test, refcount_read(&retained->object.refs), 1);
	}
}

static void motet_test_retention_passes(struct kunit *test)
{
	struct motet_test_retained *retained = motet_test_retained_new(test);
	bool over;

	retained->object.retention = NSEC_PER_MSEC;
	KUNIT_EXPECT_TRUE(test, motet_test_settle(retained));
	KUNIT_ASSERT_TRUE(test, motet_test_is_over(retained));
	mutex_lock(&retained->domain.mutex);
	over = motet_retention_is_over_locked(&retained->retention);
	mutex_unlock(&retained->domain.mutex);
	KUNIT_EXPECT_TRUE(test, over);
	motet_test_retention_end(retained);
}

static void motet_test_process(struct kunit *test)
{
	struct signal_struct *signal;
	struct task_struct *task;

	task = kunit_kzalloc(test, sizeof(*task), GFP_KERNEL);
	signal = kunit_kzalloc(test, sizeof(*signal), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, task);
	KUNIT_ASSERT_NOT_NULL(test, signal);
	task->signal = signal;
	atomic_set(&signal->live, 2);
	KUNIT_EXPECT_FALSE(test, motet_process_is_dead(task));
	atomic_set(&signal->live, 0);
	KUNIT_EXPECT_TRUE(test, motet_process_is_dead(task));
	task->exit_code = 3 << 8;
	signal->group_exit_code = 9;
	KUNIT_EXPECT_EQ(test, motet_process_status(task), 3 << 8);
	signal->flags = SIGNAL_GROUP_EXIT;
	KUNIT_EXPECT_EQ(test, motet_process_status(task), 9);
	/* what else the kernel keeps in there is no part of a wait status */
	signal->group_exit_code = 0x12345;
	KUNIT_EXPECT_EQ(test, motet_process_status(task), 0x2345);
	signal->flags = 0;
	task->exit_code = 0x5ff80;
	KUNIT_EXPECT_EQ(test, motet_process_status(task), 0xff80);
}

static struct kunit_case motet_test_object_cases[] = {
	KUNIT_CASE(motet_test_names),
	KUNIT_CASE(motet_test_retention_times),
	KUNIT_CASE(motet_test_retention_none),
	KUNIT_CASE(motet_test_retention_passes),
	KUNIT_CASE(motet_test_process),
	{}
};

static struct kunit_suite motet_test_object_suite = {
	.name = "motet-object",
	.test_cases = motet_test_object_cases,
};

kunit_test_suite(motet_test_object_suite);
