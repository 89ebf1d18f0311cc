#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The unit tests, in motet_kunit.ko beside the module: they run while that is
# loaded. A kernel without KUnit has none.
set -uo pipefail

ko=${MOTET_KO:-}
kunit=${ko%/*}/motet_kunit.ko
results=/sys/kernel/debug/kunit

skip()
{
	echo "1..1"
	echo "ok 1 kunit # SKIP $*"
	exit
}

fail()
{
	echo "# $*"
	echo "1..1"
	echo "not ok 1 kunit"
	exit 1
}

mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug ||
	skip "there is no debugfs"
[[ -d $results ]] || skip "the kernel has no KUnit"
[[ -n $ko && -f $kunit ]] || fail "there is no motet_kunit.ko beside the module"
insmod "$kunit" || fail "motet_kunit.ko can't be loaded"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
cat "$results"/motet-*/results >"$log"
rmmod motet_kunit || fail "motet_kunit.ko can't be unloaded"

# Each case becomes a test, SUITE.CASE; what it says about itself stays with it.
# A suite that has fewer cases than it planned has failed, too.
awk '
	/^ *# Subtest: / { suite = $NF; next }
	/^    1\.\.[0-9]+$/ { sub(/^ *1\.\./, ""); planned += $0; next }
	/^    (not )?ok [0-9]+ / {
		sub(/^ */, "")
		failed += /^not/
		done++
		match($0, /ok [0-9]+ /)
		name = substr($0, RSTART + RLENGTH)
		sub(/^motet_test_/, "", name)
		print substr($0, 1, RSTART + 1), done, suite "." name
		next
	}
	/^    (KTAP version |# module: )/ { next }
	/^    / { sub(/^ */, ""); print /^#/ ? $0 : "#   " $0 }
	END {
		while (done < planned) {
			print "not ok", ++done, "unfinished"
			failed++
		}
		print "1.." (done ? done : 1)
		exit failed || !done
	}' "$log"
