/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What clang's analyzer can't find out by itself. Included before each source
 * that it analyzes, and in nothing that is built.
 */
#include <linux/err.h>

/*
 * IS_ERR() recognises what ERR_PTR() makes. The analyzer follows no conversion
 * between numbers and pointers, but one of a constant: any error will do.
 */
#define ERR_PTR(error)	((error) ? (ERR_PTR)(-EIO) : NULL)
