#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_move_test.sh [MOTET]: leases, dead letters, standbys, hand-over, changes
# of owner and mode, by the command. Needs root and the module: runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

# queued PORT N: so many messages are queued there
queued()
{
	json "j[0]['messages'] == $2" "$motet" port show --json "$1"
}

held_by()
{
	json "j[0].get('pid') == $2" "$motet" port show --json "$1"
}

# --- leases ------------------------------------------------------------------

leases()
{
	retain leased
	"$motet" port send leased one
	tap_check "a command that fails gives back" \
		ends_with_lines 1 "$motet" port recv --lease --exec false leased
	tap_check "it is queued again" queued leased 1
	tap_check "and was handed out before" json \
		"j[0]['redelivered'] == 1 and j[0]['leased']" \
		"$motet" port recv --lease --json leased
	tap_check "what was printed is acknowledged" queued leased 0

	"$motet" port send leased two
	tap_check "a command that does it acknowledges" prints two \
		"$motet" port recv --lease=10s --exec cat leased
	tap_check "it is gone" queued leased 0
	tap_check "without a lease a failure loses it" lost_without_lease
	tap_check "a lease that is over is told" lease_is_over
}

# As ends_with, and may say more: the handler's end and its own
ends_with_lines()
{
	local want=$1 status
	shift
	"$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	[[ $status -eq $want ]] && return
	cat "$dir/out" "$dir/err"
	return 1
}

lost_without_lease()
{
	"$motet" port send leased three
	ends_with_lines 1 "$motet" port recv --exec false leased &&
		queued leased 0
}

# The handler ends when its message is queued again
lease_is_over()
{
	"$motet" port send leased four
	cat >"$dir/slow" <<-EOF
		#!/bin/bash
		until "$motet" port show --json leased |
			grep -q '"messages": 1'; do :; done
	EOF
	chmod +x "$dir/slow"
	"$motet" port recv --lease=50ms --exec "$dir/slow" leased \
		2>"$dir/err" || return
	grep -q 'lease was over' "$dir/err" || { cat "$dir/err"; return 1; }
	prints four "$motet" port recv leased
}

leases_of_the_killed()
{
	"$motet" port send leased again
	mkfifo "$dir/block"
	"$motet" port recv --lease --exec "exec cat $dir/block" leased &
	local worker=$!
	until_true queued leased 0
	kill -KILL $worker
	wait $worker 2>/dev/null
	tap_check "what a killed receiver had comes back" \
		until_true queued leased 1
	# The handler outlives its parent, until the pipe has had an end
	: <>"$dir/block"
	tap_check "with its count" json "j[0]['redelivered'] == 1" \
		"$motet" port recv --json leased
}

leased_calls()
{
	"$motet" port reply --lease --keep-going --exec "$dir/third" \
		third 2>"$dir/warn" &
	local server=$!
	cat >"$dir/third" <<-EOF
		#!/bin/sh
		echo x >>"$dir/tries"
		[ \$(wc -l <"$dir/tries") -ge 3 ] && echo DONE
	EOF
	chmod +x "$dir/third"
	until_true port_is held third
	tap_check "a call is tried until it is answered" \
		prints DONE "$motet" port call --timeout 20s third x
	tap_check "three times" [ "$(wc -l <"$dir/tries")" -eq 3 ]
	"$motet" port send third x
	until_true grep -c . "$dir/tries"
	kill -TERM $server
	wait $server
	tap_check "reply --lease ends well by a signal" [ $? -eq 0 ]
}

dead_letters()
{
	retain failed
	retain --dead-letter failed --redeliveries 2 strict
	"$motet" port send strict poison
	tap_check "what fails too often is set aside" ends_with_lines 4 \
		"$motet" port recv -F -t 2s --lease --keep-going --exec false \
		strict
	tap_check "in the dead-letter port, with the reason" json \
		"j[0]['exception'] == 'dead-letter' and
		 j[0]['body'] == 'poison' and 'error' in j[0]" \
		"$motet" port recv --json -t 10s failed
	"$motet" port send --expires 20ms strict late
	tap_check "what expires too" prints late \
		"$motet" port recv -t 10s failed
	tap_check "no such dead-letter port" ends_with_lines 1 \
		"$motet" port create --no-hold -r 1m --dead-letter none \
		-D 1 bad
}

cancelling()
{
	tap_check "cancel: not received" ends_with 4 \
		"$motet" port send --cancel-after 50ms leased x
	tap_check "it is withdrawn" queued leased 0
	"$motet" port send --cancel-after 20s leased y &
	local sender=$!
	until_true queued leased 1
	tap_check "cancel: what is received stays" prints y \
		"$motet" port recv leased
	kill -TERM $sender
	wait $sender
	tap_check "cancel: and the sender ends well" [ $? -eq 0 ]
}

any()
{
	retain left
	retain right
	"$motet" port send left 1
	"$motet" port send right 2
	"$motet" port send left 3
	tap_check "recv --any: the one that waits longest first" \
		prints $'1\n2\n3' "$motet" port recv --any -n 3 left right
	"$motet" port send right 4
	tap_check "recv --any --json tells the port" json \
		"j[0]['at'] == '$("$motet" port show --json right |
			json_of id)'" \
		"$motet" port recv --any --json left right
	"$motet" port send right 5
	tap_check "recv --any --lease gives back" ends_with_lines 1 \
		"$motet" port recv --any --lease --exec false left right
	tap_check "to its port" prints 5 "$motet" port recv right
}

# --- who holds it ------------------------------------------------------------

standbys()
{
	"$motet" port create guarded >"$dir/first" &
	local holder=$!
	until_true port_is held guarded
	"$motet" port standby guarded >"$dir/second" 2>"$dir/note" &
	local spare=$!
	until_true json "j[0].get('standbys') == 1" \
		"$motet" port show --json guarded
	kill -STOP $holder
	"$motet" port send guarded waiting
	kill -KILL $holder
	wait $holder 2>/dev/null
	until_true grep -q waiting "$dir/second"
	tap_check "a standby takes over what waited" \
		grep -q waiting "$dir/second"
	tap_check "and says what happened" grep -q 'signal 9' "$dir/note"
	tap_check "it holds the port" held_by guarded $spare
	kill -TERM $spare
	wait $spare
	tap_check "standby ends well by a signal" [ $? -eq 0 ]
	tap_check "standby: no such port" \
		ends_with 1 "$motet" port standby none

	retain waits
	"$motet" port standby --json -n 1 waits >"$dir/json2" &
	spare=$!
	"$motet" port send waits x
	tap_check "a standby of what nobody holds" until_true \
		grep -q '"body":"x"' "$dir/json2"
	wait $spare
}

# The default port of a process, by its number
default_port_of()
{
	"$motet" actor ls --json | python3 -c 'import json, sys
print(next(a["port"] for a in json.load(sys.stdin) if a["pid"] == int(sys.argv[1])))' \
		"$1"
}

# The first message is handled until somebody has asked for the port, and the
# second, if it comes to that, until the port has moved.
hand_over_handler()
{
	cat >"$dir/handle" <<-EOF
		#!/bin/bash
		cat
		if [[ ! -e $dir/asked ]]; then
			: >"$dir/handling"
			until [[ -e $dir/asked ]]; do :; done
			exit
		fi
		while "$motet" port show --json moving |
			grep -q "\"pid\": \$PPID,"; do :; done
	EOF
	chmod +x "$dir/handle"
}

hand_over()
{
	local i old new default
	retain moving
	for i in 1 2 3; do
		"$motet" port send moving "$i"
	done
	hand_over_handler
	"$motet" port recv --follow --lease --exec "exec $dir/handle" \
		moving >"$dir/old" 2>"$dir/warn" &
	old=$!
	until_true [ -e "$dir/handling" ]
	"$motet" port accept moving >"$dir/new" &
	new=$!
	default=$(default_port_of $old)
	until_true queued "id:$default" 1
	: >"$dir/asked"
	wait $old
	tap_check "who hands over ends well" [ $? -eq 0 ]
	tap_check "and says so" grep -q 'moved' "$dir/warn"
	tap_check "the port is held by the other" held_by moving $new
	"$motet" port send moving 4
	until_true grep -q 4 "$dir/new"
	tap_check "nothing is lost or doubled" \
		[ "$(cat "$dir/old" "$dir/new" | tr -d '\n')" = 1234 ]
	kill -TERM $new
	wait $new
	tap_check "it is retained again" port_is retained moving
	tap_check "accept: nobody holds it" ends_with 1 \
		"$motet" port accept moving
	tap_check "accept: no such port" ends_with 1 "$motet" port accept none
}

# A program that is no motet command, which accepts what is offered to it
offers()
{
	"$motet" port create offered >"$dir/old" 2>/dev/null &
	local old=$!
	until_true port_is held offered
	mkfifo "$dir/go"
	python3 - "$dir/go" >"$dir/actor" <<-'EOF' &
		import fcntl, os, struct, sys
		actor = os.open("/dev/motet", os.O_RDWR)
		info = bytearray(struct.pack("=I", 112) + bytes(108))
		fcntl.ioctl(actor, 0xba00, info)
		print(info[80:96].hex(), flush=True)
		open(sys.argv[1]).read()
		name = bytearray(b"offered")
		import ctypes
		buffer = ctypes.create_string_buffer(bytes(name))
		port = struct.pack("=IIIIQIi16s", 48, 0, 0, 0,
				   ctypes.addressof(buffer), 7, -1, bytes(16))
		fcntl.ioctl(actor, 0xba11, port)
		print("accepted", flush=True)
	EOF
	local other=$!
	until_true grep -q . "$dir/actor"
	tap_check "offer" ends_with 0 "$motet" port offer offered \
		"id:$(head -n 1 "$dir/actor")"
	tap_check "offer to nobody" ends_with 1 "$motet" port offer offered \
		id:01000000000000000000000000000001
	echo >"$dir/go"
	wait $other
	tap_check "it is accepted" grep -q accepted "$dir/actor"
	wait $old
	tap_check "who held it ends well" [ $? -eq 0 ]
}

changes()
{
	retain mine
	tap_check "change" ends_with 0 "$motet" port change --mode 0700 \
		--uid 65534 --gid 65534 --retention 5m mine
	tap_check "it is changed" json \
		"j[0]['mode'] == '0700' and j[0]['uid'] == 65534 and
		 j[0]['gid'] == 65534 and j[0]['retention'] == 300000000000" \
		"$motet" port show --json mine
	tap_check "change: no such port" \
		ends_with 1 "$motet" port change -m 0700 none

	local as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	if ! "${as[@]}" true 2>/dev/null; then
		tap_skip "changes by others" "no setpriv"
		return
	fi
	chmod 666 /dev/motet
	tap_check "change by the new owner" \
		ends_with 0 "${as[@]}" "$motet" port change -m 0722 mine
	retain theirs
	tap_check "change by another" \
		ends_with 1 "${as[@]}" "$motet" port change -m 0722 theirs
	"$motet" port create held >/dev/null &
	local holder=$!
	until_true port_is held held
	tap_check "accept by another" \
		ends_with 1 "${as[@]}" "$motet" port accept held
	kill $holder
	wait $holder
}

leases
leases_of_the_killed
leased_calls
dead_letters
cancelling
any
standbys
hand_over
offers
changes
"$motet" purge >/dev/null
tap_end
