#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Loading and unloading: refused while something is open or retained, and
# whole otherwise, whatever else the machine is doing.
#
# The module is loaded at the beginning and at the end.
set -uo pipefail

ko=${MOTET_KO:-}
rounds=$((${MOTET_ROUNDS:-20} / 10))
result=0 number=0

load()
{
	if [[ -n $ko ]]; then
		insmod "$ko"
	else
		modprobe motet
	fi
}

# test_is NAME STATUS: a line of TAP
test_is()
{
	number=$((number + 1))
	if (($2 == 0)); then
		echo "ok $number $1"
	else
		echo "not ok $number $1"
		result=1
	fi
}

in_use()
{
	! LC_ALL=C rmmod motet 2>"$errors" && grep -qi 'in use' "$errors"
}

references()
{
	local count
	read -r count </sys/module/motet/refcnt && [[ $count == "$1" ]]
}

# Deaths are seen at once, and followed by queued work.
until_references()
{
	local tries
	[[ -e /sys/module/motet ]] || return
	for ((tries = 0; tries < 500; tries++)); do
		references "$1" && return
		sleep 0.05
	done
	return 1
}

until_unused()
{
	until_references 0
}

# Unloads a module that will soon be unused.
unload_soon()
{
	local tries
	for ((tries = 0; tries < 500; tries++)); do
		rmmod motet 2>/dev/null && return
		sleep 0.02
	done
	rmmod motet
}

errors=$(mktemp)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${MOTET_TESTS:-$(cd "$here/../../.." && pwd)/build/selftests}
trap 'rm -f "$errors"' EXIT
echo "TAP version 13"
echo "1..12"
if [[ ! -c /dev/motet ]]; then
	echo "Bail out! The module is not loaded."
	exit 1
fi

open_file()
{
	local status=0
	exec 7<>/dev/motet
	in_use || status=1
	exec 7>&-
	until_unused || status=1
	return $status
}
open_file
test_is open_file_holds_the_module $?

# The tool leaves a named port behind that nobody holds.
retained_port()
{
	local status=0
	"$bin/module_helper" retain kept || return
	until_references 1 || status=1
	in_use || status=1
	"$bin/module_helper" purge || status=1
	until_unused || status=1
	rmmod motet || status=1
	load || status=1
	return $status
}
retained_port
test_is retained_port_holds_the_module $?

# One that runs out of time lets go of the module by itself.
expiring_port()
{
	local status=0
	"$bin/module_helper" retain soon 200 || return
	until_unused || status=1
	rmmod motet || status=1
	load || status=1
	return $status
}
expiring_port
test_is expired_port_lets_the_module_go $?

# A named group may be retained as well, and for ever.
retained_group()
{
	local status=0
	"$bin/module_helper" retain-group kept || return
	until_references 1 || status=1
	in_use || status=1
	"$bin/module_helper" purge || status=1
	until_unused || status=1
	rmmod motet || status=1
	load || status=1
	return $status
}
retained_group
test_is retained_group_holds_the_module $?

# An orphan keeps its lock, and so does the lock the module.
orphaned_lock()
{
	local status=0
	"$bin/module_helper" orphan kept || return
	until_references 1 || status=1
	in_use || status=1
	"$bin/module_helper" purge || status=1
	until_unused || status=1
	rmmod motet || status=1
	load || status=1
	return $status
}
orphaned_lock
test_is orphaned_lock_holds_the_module $?

expiring_group()
{
	local status=0
	"$bin/module_helper" retain-group soon 200 || return
	until_unused || status=1
	rmmod motet || status=1
	load || status=1
	return $status
}
expiring_group
test_is expired_group_lets_the_module_go $?

# A view that is mapped and nothing else: no file descriptor is open.
mapped_view()
{
	local status=0 pid
	"$bin/module_helper" map-view >"$errors" &
	pid=$!
	until [[ -s $errors ]]; do
		kill -0 "$pid" || return
		sleep 0.05
	done
	until_references 1 || status=1
	in_use || status=1
	kill -USR1 "$pid"
	wait "$pid" || status=1
	until_unused || status=1
	rmmod motet || status=1
	load || status=1
	return $status
}
mapped_view
test_is mapped_view_holds_the_module $?

reload()
{
	local i
	for ((i = 0; i < 20; i++)); do
		rmmod motet || return
		[[ ! -e /dev/motet && ! -d /sys/class/motet ]] || return
		load || return
		[[ -c /dev/motet ]] || return
	done
}
reload
test_is reload_20_times $?

# The probes of exit and exec go while processes exit and exec.
exit_and_exec()
{
	local i status=0 pids=()
	for ((i = 0; i < 2; i++)); do
		while :; do /bin/true; done &
		pids+=($!)
	done
	for ((i = 0; i < rounds; i++)); do
		rmmod motet || status=1
		load || status=1
	done
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	return $status
}
exit_and_exec
test_is unload_while_others_exit_and_exec $?

# An open either finds the module or doesn't, and unloading waits or is busy.
racing_opens()
{
	local i unloaded=0 status=0 opener
	"$bin/module_helper" open &
	opener=$!
	for ((i = 0; i < 10 * rounds && unloaded < rounds; i++)); do
		if rmmod motet 2>/dev/null; then
			unloaded=$((unloaded + 1))
			load || status=1
		fi
	done
	kill "$opener"
	wait "$opener" 2>/dev/null
	echo "# unloaded $unloaded times"
	until_unused || status=1
	return $status
}
racing_opens
test_is unload_races_with_opens $?

# Deaths are still being worked on when the module goes.
just_killed()
{
	local i status=0 pid
	for ((i = 0; i < 2 * rounds; i++)); do
		"$bin/module_helper" hold 20 >"$errors" &
		pid=$!
		until [[ -s $errors ]]; do
			kill -0 "$pid" || return
			sleep 0.005
		done
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null
		: >"$errors"
		unload_soon && load || return
	done
	return $status
}
just_killed
test_is unload_right_after_deaths $?

# Namespaces have a domain each, and go by work of their own.
namespaces()
{
	local i status=0 pids=()
	for ((i = 0; i < 3; i++)); do
		unshare -n sleep 1000 &
		pids+=($!)
	done
	for ((i = 0; i < 3; i++)); do
		rmmod motet || status=1
		load || status=1
	done
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	rmmod motet || status=1
	load || status=1
	return $status
}
namespaces
test_is unload_with_namespaces $?

exit $result
