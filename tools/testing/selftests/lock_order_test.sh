#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Locks nest as Documentation/locking.rst says: compares it with what the kernel
# has seen since the module was loaded. That is unloaded to know its own locks
# from those of others, and loaded again.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ko=${MOTET_KO:-}

echo "1..1"
if [[ ! -r /proc/lockdep ]]; then
	echo "ok 1 order # SKIP the kernel has no lockdep"
	exit
fi

fail()
{
	echo "# $*"
	echo "not ok 1 order"
	exit 1
}

[[ -d /sys/module/motet ]] || fail "the module is not loaded"
grep -qE '^ debug_locks: +1$' /proc/lockdep_stats || fail "lockdep has stopped"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Locks are told apart by their addresses, which are shown as hashes with a
# random key: not before the kernel has random numbers, which this waits for.
head -c 1 /dev/random >"$scratch/random"
cat /proc/lockdep >"$scratch/loaded"

# Deaths are followed by queued work.
tries=0
until rmmod motet 2>"$scratch/errors"; do
	tries=$((tries + 1))
	((tries <= 100)) || fail "$(<"$scratch/errors")"
	sleep 0.1
done
cat /proc/lockdep >"$scratch/unloaded"
if [[ -n $ko ]]; then
	insmod "$ko"
else
	modprobe motet
fi
loaded=$?

cd "$here/../../.." || exit
/usr/bin/python3 tools/check/lock_order.py --lockdep "$scratch/loaded" \
	"$scratch/unloaded" >"$scratch/found" 2>&1
result=$?
sed 's/^[^#]/# &/' "$scratch/found"
((loaded == 0)) || fail "the module can't be loaded again"
((result == 0)) || fail "locks do not nest as the table says"
echo "ok 1 order"
