#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# watch_bench.sh MOTET.KO [N]: what processes cost that nobody watches: without the
# module, with it, and with it while 1,000 others are watched; three times in turn.
# Needs root: runs in a guest, best in one whose clock counts instructions:
#
#   make -C tools/testing/bench
#   tools/testing/vm/run --icount --mem 1536 -- \
#       tools/testing/bench/watch_bench.sh "$(tools/build-module -k 6.12)"
set -euo pipefail

bench=$(cd "$(dirname "$0")/../../.." && pwd)/build/bench/watch_bench
n=${2:-30} others=1000

(($#)) || exit 2
for _ in 1 2 3; do
	"$bench" fork "$n" 0
	"$bench" fork "$n" "$others"
	insmod "$1"
	"$bench" fork "$n" 0
	"$bench" fork "$n" "$others"
	rmmod motet
done
