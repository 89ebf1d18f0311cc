/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel made of one answer: the tests of the library link ioctl(2) to it.
 */
#ifndef MOTET_TESTS_FAKE_H
#define MOTET_TESTS_FAKE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
/* cmocka.h needs those above */
#include <cmocka.h>

#include <motet/motet.h>

#define FAKE_FD		7

/*
 * Expect one call with this request on FAKE_FD. check() sees the argument and
 * may write to it; the call returns ret, a negative errno as the kernel has it.
 */
void fake_expect(unsigned long request, void (*check)(void *arg), int ret);

/* The expected call was made, and only once. */
void fake_assert_done(void);

/* What the linker puts in the place of the C library's: see --wrap of ld(1) */
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

#define FAKE_ID(class, last) \
	{ { (class), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (last) } }

static inline void *fake_pointer(uint64_t value)
{
	return (void *)(uintptr_t)value;
}

#endif /* MOTET_TESTS_FAKE_H */
