#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_lock_test.sh [MOTET]: locks, by the command. Needs root and the module:
# runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

# The lock has so many openings
open_by()
{
	json "[l['openings'] for l in j[0] if l['name'] == '$1'] == $2" \
		"$motet" lock ls --json
}

# A command that has the lock until the file is gone
hold()
{
	local file=$dir/hold.$1
	mkfifo "$file"
	# shellcheck disable=SC2016 # for the shell that is run
	"$motet" lock run "${@:2}" "$1" -- \
		bash -c 'echo held >"$1"; read -r _ <"$1"' - "$file" &
	holder=$!
	read -r _ <"$file"
}

let_go()
{
	echo >"$dir/hold.$1"
	wait "$holder"
}

running()
{
	tap_check "ends as the command does" ends_with 0 \
		"$motet" lock run one -- true
	tap_check "also without --" prints "a -b c" \
		"$motet" lock run one echo a -b c
	"$motet" lock run one -- sh -c 'exit 7' 2>/dev/null
	tap_check "its exit status" [ $? -eq 7 ]
	"$motet" lock run one -- sh -c 'kill -TERM $$' 2>/dev/null
	tap_check "its signal" [ $? -eq 143 ]
	"$motet" lock run one -- /nonexistent 2>/dev/null
	tap_check "it isn't there" [ $? -eq 127 ]
	"$motet" lock run one -- /etc/passwd 2>/dev/null
	tap_check "it can't be run" [ $? -eq 126 ]
	"$motet" lock run one 2>/dev/null
	tap_check "nothing to run" [ $? -eq 2 ]
	tap_check "the lock is gone then" prints "" "$motet" lock ls --names
}

excluding()
{
	hold two
	tap_check "it is held" prints "two" "$motet" lock ls --names
	tap_check "not to wait" ends_with 4 \
		"$motet" lock run --nonblock two -- true
	tap_check "to wait a little" ends_with 4 \
		"$motet" lock run --timeout 100ms --shared two -- true
	tap_check "status" json \
		"j[0]['exclusive'] == 1 and j[0]['timeouts'] == 1 and
		 [r['state'] for r in j[0]['requests']] == ['granted'] and
		 j[0]['requests'][0]['pid'] == $holder" \
		"$motet" lock status --json two
	tap_check "status for people" "$motet" lock status two
	tap_check "ls for people" "$motet" lock ls
	"$motet" lock run two -- touch "$dir/waited" &
	waiter=$!
	until json "j[0]['waiting'] == 1" "$motet" lock status --json two; do
		:
	done >/dev/null
	tap_check "who waits has not run" [ ! -e "$dir/waited" ]
	let_go two
	tap_check "it ends well" [ $? -eq 0 ]
	wait $waiter
	tap_check "who waited has run" [ -e "$dir/waited" ]
	tap_check "no such lock" ends_with 1 "$motet" lock status two
}

sharing()
{
	hold three --shared
	tap_check "share it" ends_with 0 \
		"$motet" lock run --shared --nonblock three -- true
	tap_check "but for oneself" ends_with 4 \
		"$motet" lock run --nonblock three -- true
	tap_check "how often it is open" open_by three "[1]"
	let_go three
	tap_check "and then let it go" [ $? -eq 0 ]
}

# The command is killed with motet, and the lock stays or passes on.
killing()
{
	local child
	hold four
	child=$(pgrep -P "$holder")
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	tap_check "it passes on" ends_with 0 \
		"$motet" lock run --timeout 10s four -- true
	tap_check "the command is dead, too" wait_dead "$child"
	hold five --orphan
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	tap_check "an orphan is not waited for" ends_with 1 \
		"$motet" lock run --orphan five -- true
	tap_check "or for some time" ends_with 4 \
		"$motet" lock run --timeout 100ms five -- true
	tap_check "it is shown" json \
		"[r['state'] for r in j[0]['requests']] == ['orphaned']" \
		"$motet" lock status --json five
	tap_check "purge it" prints "1 orphans purged" "$motet" lock purge five
	tap_check "by then it is gone" ends_with 1 "$motet" lock purge five
	hold six --orphan
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	until json "j[0]['orphans'] == 1" "$motet" lock status --json six; do
		:
	done >/dev/null
	tap_check "by its identifier" json "j[0]['purged'] == 1" \
		"$motet" lock purge --json "id:$("$motet" lock ls --json |
			python3 -c 'import json, sys
print(json.load(sys.stdin)[0]["id"])')"
	tap_check "nothing is left" prints "0 objects removed" \
		"$motet" purge
}

wait_dead()
{
	while kill -0 "$1" 2>/dev/null; do
		:
	done
}

# What is asked to end lets its command end.
ending()
{
	hold seven
	kill -TERM "$holder"
	wait "$holder"
	tap_check "SIGTERM is passed on" [ $? -eq 143 ]
	tap_check "the lock is free" ends_with 0 \
		"$motet" lock run --nonblock seven -- true
}

running
excluding
sharing
killing
ending
tap_end
