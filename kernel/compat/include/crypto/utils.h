/* SPDX-License-Identifier: GPL-2.0-only */
/* Comparing in constant time. */
#ifndef MOTET_HAVE_CRYPTO_UTILS
/* older kernels have it among what ciphers need */
#include <crypto/algapi.h>
#else
#include_next <crypto/utils.h>
#endif
