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
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat /proc/lockdep >"$scratch/loaded"
if ! grep -qE '^ debug_locks: +1$' /proc/lockdep_stats; then
	echo "# lockdep has stopped"
	echo "not ok 1 order"
	exit 1
fi

# Deaths are followed by queued work.
tries=0
until rmmod motet 2>"$scratch/errors"; do
	tries=$((tries + 1))
	if ((tries > 100)); then
		sed 's/^/# /' "$scratch/errors"
		echo "not ok 1 order"
		exit 1
	fi
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
	"$scratch/unloaded" >"$scratch/found"
result=$?
sed 's/^[^#]/# &/' "$scratch/found"
if ((result || loaded)); then
	echo "not ok 1 order"
	exit 1
fi
echo "ok 1 order"
