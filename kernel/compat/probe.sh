#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints, as flags for the compiler, what the kernel's headers have.
# usage: probe.sh SRCTREE
#
# It looks for the things themselves: vendors add to old versions. A header
# that can't be found is an error, not an old kernel; nothing is printed then.
set -eu

include=$1/include

# have FLAG HEADER REGEX
have()
{
	if grep -qE "$3" "$include/$2"; then
		flags="$flags -DMOTET_HAVE_$1"
	elif [ ! -r "$include/$2" ]; then
		exit 1
	fi
}

flags=-DMOTET_COMPAT
have GENL_SPLIT_OPS net/genetlink.h '^struct genl_split_ops \{'
have VM_FLAGS_MOD linux/mm.h '^static inline void vm_flags_mod\('
have CLASS_CONST_DEVICE linux/device/class.h \
	'\(\*namespace\)\(const struct device \*'
[ ! -r "$include/crypto/utils.h" ] || flags="$flags -DMOTET_HAVE_CRYPTO_UTILS"
echo "$flags"
