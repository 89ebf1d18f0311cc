// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the kernel complain, for the runner's self-test.
 */
#include <linux/module.h>
#include <linux/slab.h>

static bool leak;
module_param(leak, bool, 0444);
MODULE_PARM_DESC(leak, "leak memory instead of warning");

static int __init motet_vm_warn_init(void)
{
	if (leak)
		return kmalloc(64, GFP_KERNEL) ? 0 : -ENOMEM;
	WARN(1, "motet_vm_warn: on purpose\n");
	return 0;
}
module_init(motet_vm_warn_init);

static void __exit motet_vm_warn_exit(void)
{
}
module_exit(motet_vm_warn_exit);

MODULE_DESCRIPTION("Makes the kernel complain");
MODULE_LICENSE("GPL");
