/* SPDX-License-Identifier: GPL-2.0-only */
/* Callbacks of a class that take a const device. */
#ifndef MOTET_HAVE_CLASS_CONST_DEVICE

/*
 * Older kernels give struct class a namespace callback that takes a device
 * which is not const. A function that takes a const one can be called just as
 * well, but the types differ. So the member is declared with the newer type;
 * the older one is kept as an array of no elements, which takes no room. What
 * the header includes comes first, as "namespace" is a member elsewhere, too.
 */
#include <linux/device/bus.h>
#include <linux/klist.h>
#include <linux/kobject.h>
#include <linux/pm.h>

#define namespace namespace)(const struct device *dev), \
		  *(*motet_old_struct_class_namespace[0]
#include_next <linux/device/class.h>
#undef namespace

#else
#include_next <linux/device/class.h>
#endif
