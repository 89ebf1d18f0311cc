#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages are well formed, and have all commands and options.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/lib/tests/tap.sh
. "$TOP/user/lib/tests/tap.sh"

motet=$BUILD/motet/motet
man=$TOP/Documentation/man

clean()
{
	output=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$1" 2>&1 \
		>/dev/null)
	[ -z "$output" ] && return
	echo "$output"
	return 1
}

# has_options PAGE COMMAND...: each long option of the command is in the page.
# Those that all commands have are in motet(1).
has_options()
{
	page=$1
	shift
	for option in $("$motet" "$@" --help |
		sed -n 's/^ .*--\([a-z-]*\).*/\1/p'); do
		case $page,$option in
		motet.1,*) ;;
		*,json | *,help | *,usage | *,version) continue ;;
		esac
		tr -d '\134' <"$man/$page" | grep -q -e "--$option" && continue
		echo "--$option: not in $page"
		return 1
	done
}

if command -v man >/dev/null; then
	for page in "$man"/*.[1-8]; do
		tap_check "$(basename "$page") has no warnings" clean "$page"
	done
else
	tap_skip "manual pages have no warnings" "no man"
fi
for command in ls show create send recv call reply accept offer standby change \
	unlink; do
	tap_check "options of motet port $command" \
		has_options motet-port.1 port $command
done
for command in ls members status create insert remove rekey delete track send call; do
	tap_check "options of motet group $command" \
		has_options motet-group.1 group $command
done
for command in run ls status purge; do
	tap_check "options of motet lock $command" \
		has_options motet-lock.1 lock $command
done
for command in ls process port group node; do
	tap_check "options of motet watch $command" \
		has_options motet-watch.1 watch $command
done
for command in ls status create publish subscribe clear unlink; do
	tap_check "options of motet channel $command" \
		has_options motet-channel.1 channel $command
done
for command in ls sections status create read write delete track unlink; do
	tap_check "options of motet checkpoint $command" \
		has_options motet-checkpoint.1 checkpoint $command
done
for command in ls set delete; do
	tap_check "options of motet node $command" \
		has_options motet-node.1 node $command
done
tap_check "options of motet events" has_options motet-events.1 events
tap_check "options of motet top" has_options motet-top.1 top
tap_check "options of motet graph" has_options motet-graph.1 graph
tap_check "options of motet domain set" has_options motet.1 domain set
tap_check "options of motet info" has_options motet.1 info
tap_end
