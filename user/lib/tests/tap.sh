# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TAP for test scripts: source it; end with tap_end.

tap_n=0
tap_failed=0

# tap_check NAME COMMAND...: ok if the command succeeds; else its output
tap_check()
{
	tap_n=$((tap_n + 1))
	tap_name=$1
	shift
	if tap_output=$("$@" 2>&1); then
		echo "ok $tap_n - $tap_name"
	else
		echo "not ok $tap_n - $tap_name"
		printf '%s\n' "$tap_output" | sed 's/^/# /'
		tap_failed=$((tap_failed + 1))
	fi
}

# tap_skip NAME WHY
tap_skip()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

tap_end()
{
	echo "1..$tap_n"
	[ $tap_failed -eq 0 ]
	exit
}
