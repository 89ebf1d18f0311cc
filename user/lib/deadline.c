// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Deadlines.
 */
#include <time.h>

#include "internal.h"

#define MOTET__NS_PER_MS	1000000LL
#define MOTET__NS_PER_S		1000000000LL

__u64 motet_deadline(long long timeout_ms)
{
	struct timespec now;
	long long now_ns;

	if (timeout_ms < 0)
		return 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = now.tv_sec * MOTET__NS_PER_S + now.tv_nsec;
	if (timeout_ms > (LLONG_MAX - now_ns) / MOTET__NS_PER_MS)
		return 0;
	/* 0 would wait for ever; the clock may say 0 just after the boot. */
	if (now_ns + timeout_ms == 0)
		return 1;
	return (__u64)(now_ns + timeout_ms * MOTET__NS_PER_MS);
}
