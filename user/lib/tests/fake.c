// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fake kernel: see fake.h.
 */
#include "fake.h"

static struct {
	unsigned long request;
	void (*check)(void *arg);
	int ret;
	int calls;
} fake;

void fake_expect(unsigned long request, void (*check)(void *arg), int ret)
{
	fake.request = request;
	fake.check = check;
	fake.ret = ret;
	fake.calls = 0;
}

void fake_assert_done(void)
{
	assert_int_equal(fake.calls, 1);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	fake.calls++;
	assert_int_equal(fd, FAKE_FD);
	assert_int_equal(request, fake.request);
	assert_non_null(arg);
	if (fake.check)
		fake.check(arg);
	if (fake.ret < 0) {
		errno = -fake.ret;
		return -1;
	}
	return fake.ret;
}
