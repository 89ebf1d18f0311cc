#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_view_test.sh [MOTET]: motet top and motet graph. Needs root and the
# module: runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

# in_terminal COMMAND...: what it shows in one of 24 lines
in_terminal()
{
	TERM=linux COLUMNS=100 LINES=24 \
		script -qec "$(printf '%q ' "$@")" /dev/null </dev/null
}

# shows PATTERN COMMAND...
shows()
{
	local pattern=$1
	shift
	"$@" >"$dir/shown" && grep -q "$pattern" "$dir/shown"
}

drawn()
{
	"$motet" graph -o "$dir/dot" && grep -q "$1" "$dir/dot"
}

top()
{
	retain busy
	retain idle
	"$motet" port send busy 1
	tap_check "top" json "[o['queued'] for o in j[0]['objects']
			       if o['title'] == 'busy'] == [1]" \
		"$motet" top --json -n 1 -d 100ms
	tap_check "a sample on a line" json "len(j) == 3" \
		"$motet" top --json -n 3 -d 100ms
	tap_check "one class" json "all(o['class'] == 'port'
					for o in j[0]['objects'])" \
		"$motet" top --json -n 1 -d 100ms port
	"$motet" channel create -r 10m news >/dev/null
	"$motet" channel publish -r 10m news event >/dev/null
	tap_check "channels" json "[(o['in'], o['out'], o['queued'], o['state'])
			for o in j[0]['objects']
			if o['title'] == 'news'] == [(1, 0, 1, 'kept')]" \
		"$motet" top --json -n 1 -d 100ms channel
	"$motet" checkpoint create -r 10m table >/dev/null
	"$motet" checkpoint write table x
	tap_check "checkpoints" json "[(o['in'], o['queued'], o['state'])
			for o in j[0]['objects']
			if o['title'] == 'table'] == [(1, 1, 'retained')]" \
		"$motet" top --json -n 1 -d 100ms checkpoint
	"$motet" lock run latch -- "$motet" top --json -n 1 -d 100ms lock \
		>"$dir/held"
	tap_check "locks" json "[(o['leased'], o['waiting'], o['state'])
			for o in j[0]['objects']
			if o['title'] == 'latch'] == [(1, 0, 'exclusive')]" \
		cat "$dir/held"
	tap_check "by what is queued" json \
		"j[0]['objects'][0]['title'] == 'busy'" \
		"$motet" top --json -n 1 -d 100ms --sort queued
	tap_check "for people" shows '^CLASS.*NAME$' \
		"$motet" top -n 1 -d 100ms
	tap_check "in a terminal" shows busy \
		in_terminal "$motet" top -n 2 -d 100ms
	tap_check "an order that isn't" ends_with_usage top --sort size
	tap_check "a class that isn't" ends_with_usage top nodes
	tap_check "no time" ends_with_usage top --delay 1ms
	send_on &
	tap_check "rates" json "[o['in_rate'] + o['lost_rate'] > 0
				 for o in j[0]['objects']
				 if o['title'] == 'idle'] == [True]" \
		"$motet" top --json -n 1 -d 3s
	kill $!
}

# Until it is killed; when the port is full it is refused
send_on()
{
	while :; do
		"$motet" port send --timeout 1ms idle x 2>/dev/null
	done
}

ends_with_usage()
{
	"$motet" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	[[ $? -eq 2 ]]
}

graph()
{
	"$motet" port create held >"$dir/held" &
	until_true port_is held held
	"$motet" port standby held >/dev/null &
	tap_check "graph" drawn '^digraph motet {$'
	tap_check "ports" drawn 'label="busy\\n1 of 256"'
	tap_check "retained ports" drawn 'style="filled,dashed".*label="busy'
	tap_check "holders" drawn \
		"^	object_[0-9a-f]* -> process_[0-9]* \\[color=black"
	tap_check "standbys" until_true drawn \
		'style=dashed, color=gray40, label="standby"'
	"$motet" channel subscribe -f pass-all news >/dev/null &
	"$motet" lock run latch -- sleep infinity &
	tap_check "subscribers" until_true drawn \
		"^	object_04[0-9a-f]* -> process_[0-9]* \\[color=black"
	tap_check "channels are drawn" drawn 'shape=cds.*label="news\\n1 retained"'
	"$motet" group create -r 10m --output "$dir/crew.cap" crew >/dev/null
	"$motet" group track crew >/dev/null &
	tap_check "who tracks a group" until_true drawn \
		"^	object_03[0-9a-f]* -> object_.*tracks"
	tap_check "checkpoints are drawn" drawn \
		'shape=cylinder.*label="table\\n1 of 1 sections"'
	tap_check "who has a lock" until_true drawn \
		"^	object_06[0-9a-f]* -> process_[0-9]* .*\"exclusive\""
	"$motet" lock run --shared latch -- true 2>/dev/null &
	tap_check "who waits for it" until_true drawn \
		"^	process_[0-9]* -> object_06.*red.*\"shared, waiting\""
	tap_check "a graph is printed" shows '^}$' "$motet" graph
	tap_check "a file that can't be" ends_with 1 "$motet" graph -o /none/x
	tap_check "without Graphviz" env PATH=/none "$(command -v bash)" -c \
		"\"$motet\" graph --svg 2>&1 | { read -r l; [[ \$l == *graphviz* ]]; }"
}

top
graph
tap_end
