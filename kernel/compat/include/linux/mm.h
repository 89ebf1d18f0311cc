/* SPDX-License-Identifier: GPL-2.0-only */
/* Changing the flags of a mapping. */
#include_next <linux/mm.h>

#if !defined(MOTET_HAVE_VM_FLAGS_MOD) && !defined(_MOTET_COMPAT_LINUX_MM_H)
#define _MOTET_COMPAT_LINUX_MM_H

/* The mapping is a new one, or locked for writing. */
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
				vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}

#endif
