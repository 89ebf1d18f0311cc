# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Building the module for the checks: source this file, don't run it.
#
# Each kernel has its own copy of the sources in build/check/module/NAME, so
# that the checks disturb neither the normal build nor one another.
# shellcheck disable=SC2154 # lib.sh sets out, known and check_dir

# module_dir NAME: where the copy for the kernel NAME (6.1, 6.12) is
module_dir()
{
	echo "$out/module/$1"
}

# module_sources: what the module is made from
module_sources()
{
	files Kbuild kernel uapi
}

# module_sum CHECK: one key for all that a build and CHECK depend on
module_sum()
{
	local kernel tool
	{
		module_sources | xargs -d '\n' sha256sum --
		sha256sum -- "$check_dir"/{module,module.sh,lib.sh,../lib.sh,clang*,symbols.conf,"$1"}
		for kernel in 6.1 6.12; do
			"$check_dir/../testing/vm/kernels/get" "$kernel" ||
				die "there is no kernel $kernel to build for"
		done
		# the kernels' headers name their compiler, as gcc-12
		for tool in /usr/bin/gcc-[0-9]* make ld sparse clang; do
			! command -v "$tool" || "$tool" --version
		done
	} | sha256sum
}

# module_new CHECK: fails if CHECK was content with all that a build depends on;
# module_good CHECK remembers that it is, unless that has changed meanwhile
module_new()
{
	module_key=$(module_sum "$1") || exit
	module_key=${module_key%% *}
	[[ ! -e $known/$1/$module_key ]]
}

module_good()
{
	[[ $(module_sum "$1") == "$module_key"* ]] || return 0
	mkdir -p "$known/$1"
	: >"$known/$1/$module_key"
}

# module_make NAME [VARIABLE=VALUE...]: make the module for the kernel NAME with
# all warnings on and fatal
module_make()
{
	mkdir -p "$(module_dir "$1")"
	flock "$(module_dir "$1").lock" "$check_dir/module" "$@"
}

# module_findings LOG: what compilers and checkers say about our files
module_findings()
{
	grep -E '(^|[ /])(kernel|uapi)/[^ ]*\.[ch]:[0-9]+.*(warning|error):|WARNING: modpost|ERROR: modpost' "$1" |
		sed "s|[^ ]*$out/module/||g" | LC_ALL=C sort -u | grep .
}

# module_unchecked NAME LOG: sources that make C=2 gave to no checker
module_unchecked()
{
	local source
	source=$(
		LC_ALL=C comm -23 <(cd "$(module_dir "$1")/kernel" &&
			find . -name '[!.]*.o' ! -name '*.mod.o' ! -name motet.o \
				-printf '%P\n' | sed 's/o$/c/' | LC_ALL=C sort) \
			<(sed -n 's|^ *CHECK .*/kernel/||p; s|^ *CHECK *||p' "$2" |
				LC_ALL=C sort -u)
	)
	[[ -n $source ]] || ! grep -q '^ *CHECK ' "$2" || return 1
	echo "$1: not checked: ${source:-anything}"
}
