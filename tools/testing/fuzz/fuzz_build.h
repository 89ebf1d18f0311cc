/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has a form of its own: events, filters and steps.
 */
#ifndef FUZZ_BUILD_H
#define FUZZ_BUILD_H

#include "fuzz.h"

size_t fz_build_filters(__u8 *room, __u64 which, __u64 *count);
size_t fz_build_event(__u8 *room, __u64 which);
size_t fz_build_step(__u8 *room, __u64 which);

#endif /* FUZZ_BUILD_H */
