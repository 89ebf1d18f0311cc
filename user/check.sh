#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh TOP BUILD TEST...: run tests that speak TAP, and count.
#
# A test is told by its environment where the sources and the results are.

TOP=$1
BUILD=$2
shift 2
export TOP BUILD
export CMOCKA_MESSAGE_OUTPUT=TAP

output=$(mktemp) || exit
trap 'rm -f "$output"' EXIT
passed=0
failed=0
skipped=0

for test; do
	echo "# $(basename "$test")"
	"$test" >"$output" 2>&1
	status=$?
	cat "$output"

	bad=$(grep -c '^not ok' "$output")
	skip=$(grep -c '^ok.*# SKIP' "$output")
	good=$(grep -c '^ok' "$output")
	# It ended badly, and no test of it says so: a crash, or a sanitizer
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
		echo "not ok - $(basename "$test") ended with $status"
		bad=1
	fi
	passed=$((passed + good - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
