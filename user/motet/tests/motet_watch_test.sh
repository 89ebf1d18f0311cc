#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_watch_test.sh [MOTET]: watches, by the command. Needs root and the module:
# runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

# until_watched N: there are as many watches
until_watched()
{
	until [[ $("$motet" watch ls --json | grep -c '"number"') -eq $1 ]]; do
		:
	done
}

# watched KIND OPTION... WHAT: the command in the background; its output
# is in $dir/watched, and its end in $dir/status
watched()
{
	{
		"$motet" watch "$@" >"$dir/watched" 2>"$dir/err"
		echo $? >"$dir/status"
	} &
	watcher=$!
	until_watched 1
}

# ended_with STATUS TEXT: so did it, and was waited for
ended_with()
{
	[[ $(<"$dir/status") -eq $1 && $(<"$dir/watched") == "$2" ]] && return
	cat "$dir/status" "$dir/watched" "$dir/err"
	return 1
}

# A process that does what it is told by the file descriptor 8
process()
{
	mkfifo "$dir/line"
	"$@" <"$dir/line" &
	pid=$!
	exec 8>"$dir/line"
	rm "$dir/line"
}

processes()
{
	# shellcheck disable=SC2016 # for that shell
	process sh -c 'read -r status; exit "$status"'
	watched process "$pid"
	tap_check "is listed" json \
		"j[0][0]['pid'] == $pid and j[0][0]['kind'] == 1" \
		"$motet" watch ls --json
	tap_check "time is up" ends_with 4 "$motet" watch process -t 1ms "$pid"
	echo 7 >&8
	wait "$watcher"
	tap_check "exits, and the command as it does" \
		ended_with 7 "exited   pid $pid  status 7"
	process cat
	watched process --json "$pid"
	kill -TERM "$pid"
	wait "$watcher"
	tap_check "is killed" [ "$(<"$dir/status")" = 143 ]
	tap_check "as JSON" json \
		"j[0]['event'] == 'killed' and j[0]['signal'] == 15" \
		cat "$dir/watched"
	process sh -c 'read -r x; sh -c "exit 3"; exec true'
	watched process -d 1 -e "$pid"
	echo >&8
	wait "$watcher"
	tap_check "descendants and programs" \
		[ "$(cut -d' ' -f1 <"$dir/watched" | sort | uniq | tr '\n' ' ')" = \
		"execed exited forked " ]
	tap_check "there is none" ends_with 1 "$motet" watch process 999999
}

objects()
{
	retain port
	watched port port
	"$motet" purge >/dev/null
	wait "$watcher"
	tap_check "a port" grep -q '^dead     port id:' "$dir/watched"
	tap_check "there is none" ends_with 1 "$motet" watch port port
	tap_check "of no group" ends_with 1 "$motet" watch group port
	"$motet" group create -r forever --output "$dir/cap" team >/dev/null
	watched group team
	"$motet" group delete -c "$dir/cap"
	wait "$watcher"
	tap_check "a group" grep -q '^dead     group id:' "$dir/watched"
	"$motet" node set --member 2
	watched node 2
	"$motet" node set --absent 2
	wait "$watcher"
	tap_check "a node" ended_with 0 "left     node 2"
	tap_check "an absent one" prints "left     node 2" "$motet" watch node 2
	"$motet" node delete 2
	tap_check "there is none" ends_with 1 "$motet" watch node 2
}

processes
objects
tap_end
