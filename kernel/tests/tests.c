// SPDX-License-Identifier: GPL-2.0-only
/* What the unit tests share. */

#include <linux/module.h>
#include <linux/random.h>

#include "tests.h"

static unsigned int motet_tests_seed;
module_param_named(seed, motet_tests_seed, uint, 0444);
MODULE_PARM_DESC(seed, "repeats random choices; 0 is another one each time");

/**
 * motet_test_seed() - begin a test that chooses at random
 * @test: the test, whose output says the seed
 * @random: set up
 */
void motet_test_seed(struct kunit *test, struct rnd_state *random)
{
	u32 seed = motet_tests_seed ?: get_random_u32() | 1;

	kunit_info(test, "seed=%u", seed);
	prandom_seed_state(random, seed);
}

/**
 * motet_test_below() - choose a number
 * @random: set up
 * @bound: not 0
 *
 * Return: 0 to @bound - 1.
 */
u32 motet_test_below(struct rnd_state *random, u32 bound)
{
	return prandom_u32_state(random) % bound;
}

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("Unit tests of motet");
MODULE_LICENSE("GPL");
