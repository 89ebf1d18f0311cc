/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share. */
#ifndef _MOTET_TESTS_H
#define _MOTET_TESTS_H

#include <kunit/test.h>
#include <linux/prandom.h>

void motet_test_seed(struct kunit *test, struct rnd_state *random);
u32 motet_test_below(struct rnd_state *random, u32 bound);

#endif /* _MOTET_TESTS_H */
