#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_command_test.sh [MOTET]: each command for real. Needs root and the
# module, so it runs in a guest; see tools/testing/vm.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

no_id=id:02000000000000000000000000000000

# --- looking -----------------------------------------------------------------

looking()
{
	tap_check "info" "$motet" info
	tap_check "info --json" json \
		"j[0]['module']['abi_major'] == 1 and
		 j[0]['domain']['actors'] >= 1" "$motet" info --json
	tap_check "domain show" "$motet" domain show
	tap_check "domain show --json" json "j[0]['ports_max'] > 0" \
		"$motet" domain show --json
	tap_check "actor ls" "$motet" actor ls
	tap_check "actor ls --json" json "isinstance(j[0], list)" \
		"$motet" actor ls --json
	tap_check "user ls" "$motet" user ls
	tap_check "user ls --json" json "isinstance(j[0], list)" \
		"$motet" user ls --json
	tap_check "port ls" "$motet" port ls
	tap_check "port ls --all --json" json "isinstance(j[0], list)" \
		"$motet" port ls --all --json
}

# --- retained ports ----------------------------------------------------------

retained()
{
	tap_check "create --no-hold" retain keep
	tap_check "it is retained" port_is retained keep
	tap_check "create it again" ends_with 1 retain keep
	tap_check "show --json" json \
		"j[0]['name'] == 'keep' and j[0]['state'] == 'retained' and
		 j[0]['retention'] == 600000000000" \
		"$motet" port show --json keep
	tap_check "ls --names" prints keep "$motet" port ls --names
	tap_check "send" ends_with 0 "$motet" port send keep hello
	tap_check "send --json" json "j[0]['id'] > 0" \
		"$motet" port send --json -p 0 -a note keep world
	tap_check "recv" prints hello "$motet" port recv keep
	tap_check "recv --json" json \
		"j[0]['body'] == 'world' and j[0]['annex'] == 'note' and
		 j[0]['stamp']['uid'] == 0 and j[0]['stamp']['pid'] > 0 and
		 not j[0]['call']" "$motet" port recv --json keep
	tap_check "it is retained again" port_is retained keep
	tap_check "recv of nothing" \
		ends_with 4 "$motet" port recv --timeout 50ms keep
}

several()
{
	printf 'one\n\ntwo\n' | "$motet" port send --lines keep
	tap_check "send --lines" prints $'one\n\ntwo' \
		"$motet" port recv -n 3 keep
	"$motet" port send -p 3 keep last && "$motet" port send -p 0 keep first
	tap_check "priorities" prints $'first\nlast' \
		"$motet" port recv -n 2 keep
	head -c 20000 /dev/urandom >"$dir/body"
	"$motet" port send keep - <"$dir/body"
	tap_check "a large body as it is" \
		cmp "$dir/body" <("$motet" port recv --raw keep)
	printf '\377\000' | "$motet" port send keep -
	tap_check "a body that is no text" \
		json "j[0]['body_base64'] == '/wA='" \
		"$motet" port recv --json keep
	"$motet" port send keep follow
	tap_check "recv --follow ends with its time" \
		ends_with 4 "$motet" port recv --follow --timeout 50ms keep
}

by_identifier()
{
	local id
	id=$("$motet" port show --json keep |
		python3 -c 'import json,sys;print(json.load(sys.stdin)["id"])')
	tap_check "send by identifier" \
		ends_with 0 "$motet" port send "id:$id" byid
	tap_check "recv by identifier" prints byid \
		"$motet" port recv "id:$id"
	tap_check "show by identifier" "$motet" port show "id:$id"
	tap_check "a name that looks like one" retain name:id:x
	tap_check "send to it" ends_with 0 "$motet" port send name:id:x y
	tap_check "recv from it" prints y "$motet" port recv name:id:x
}

bounds()
{
	retain --messages 1 --bytes 64 small
	tap_check "fill" ends_with 0 "$motet" port send small x
	tap_check "full: dontwait" \
		ends_with 4 "$motet" port send --dontwait small x
	tap_check "full: timeout" \
		ends_with 4 "$motet" port send --timeout 50ms small x
	tap_check "too large" ends_with 1 "$motet" port send small \
		"$(printf '%0100d' 0)"
}

names()
{
	local odd=$'a\nb\033[31m\377'
	tap_check "a name of any bytes" retain "$odd"
	tap_check "it is shown escaped" grep -qF 'a\x0ab\x1b[31m\xff' \
		<("$motet" port ls)
	tap_check "it is in JSON" json \
		"any('name_base64' in p for p in j[0])" \
		"$motet" port ls --json
	tap_check "unlink it" ends_with 0 "$motet" port unlink "$odd"
	tap_check "the longest name" retain "$(printf '%02048d' 0)"
	tap_check "unlink --json" json "len(j[0]['id']) == 32" \
		"$motet" port unlink --json "$(printf '%02048d' 0)"
}

# --- ports that are held -----------------------------------------------------

held()
{
	"$motet" port create --json live >"$dir/live" &
	local holder=$!
	until_true port_is held live
	tap_check "take what is held" ends_with 1 "$motet" port recv live
	"$motet" port send live 1 && "$motet" port send live 2
	until_true grep -q '"body":"2"' "$dir/live"
	kill -TERM $holder
	wait $holder
	tap_check "create ends well by a signal" [ $? -eq 0 ]
	tap_check "create --json" json \
		"len(j[0]['created']) == 32 and j[1]['body'] == '1' and
		 j[2]['body'] == '2'" cat "$dir/live"
	tap_check "it is gone" ends_with 1 "$motet" port show live

	"$motet" port create --once one >"$dir/one" &
	holder=$!
	until_true port_is held one
	"$motet" port send one only
	wait $holder
	tap_check "create --once ends" [ $? -eq 0 ]
	tap_check "create --once prints" [ "$(tail -n 1 "$dir/one")" = only ]
	tap_check "create --timeout" \
		ends_with 4 "$motet" port create --timeout 50ms anon
	tap_check "recv --create" \
		ends_with 4 "$motet" port recv --create -t 50ms new
}

calls()
{
	"$motet" port reply --exec 'tr a-z A-Z' upper 2>"$dir/warn" &
	local server=$!
	until_true port_is held upper
	tap_check "call" prints HELLO "$motet" port call --timeout 20s upper hello
	tap_check "call --json" json "j[0]['body'] == 'HI'" \
		"$motet" port call --json --timeout 20s upper hi
	head -c 20000 /dev/zero | tr '\0' x >"$dir/request"
	tap_check "an answer larger than the first room" \
		cmp <(tr x X <"$dir/request") \
		<("$motet" port call --timeout 20s --raw upper - \
			<"$dir/request")
	kill -TERM $server
	wait $server
	tap_check "reply ends well by a signal" [ $? -eq 0 ]
	retain --mode 0222 mute
	tap_check "call without answer" \
		ends_with 4 "$motet" port call --timeout 50ms mute x
}

# A message that was sent with --return comes back when its port goes
returned()
{
	retain lost
	"$motet" port send --return --timeout 20s lost x 2>"$dir/err" &
	local sender=$!
	until_true json "j[0]['messages'] == 1" "$motet" port show --json lost
	"$motet" port unlink lost
	wait $sender
	tap_check "send --return fails when it comes back" [ $? -eq 1 ]
	tap_check "send --return is quiet when it doesn't" \
		ends_with 0 "$motet" port send --return -t 50ms keep x
}

# --- events, administration, errors ------------------------------------------

events()
{
	"$motet" events --json >"$dir/events" &
	local follower=$!
	until_true grep -q exists "$dir/events"
	retain seen
	"$motet" port unlink seen
	until_true grep -q '"deleted".*"name":"seen"' "$dir/events"
	kill $follower
	wait $follower 2>/dev/null
	tap_check "events" json \
		"[e['event'] for e in j
		  if e.get('port', {}).get('name') == 'seen'][0] == 'created'" \
		cat "$dir/events"
	tap_check "events have numbers without a gap" json \
		"(lambda n: n == list(range(n[0], n[0] + len(n))))(
		 [e['sequence'] for e in j
		  if e['event'] != 'exists' and 'node' not in e])" \
		cat "$dir/events"

	"$motet" events -n 2 >"$dir/events" &
	follower=$!
	until_true grep -q exists "$dir/events"
	retain counted
	wait $follower
	tap_check "events -n ends" [ $? -eq 0 ]
	tap_check "events for people" grep -q created "$dir/events"
}

# More events than there is room for while the follower is stopped: it must
# notice that it is behind, and find out what it missed. One process makes
# them all: struct motet_port_create of 120 bytes, MOTET_IOC_PORT_CREATE.
burst()
{
	python3 - <<-'EOF'
		import fcntl, os, struct
		actor = os.open("/dev/motet", os.O_RDWR)
		for i in range(12000):
		    port = bytearray(struct.pack("=IIII", 120, 0, 0, 0o700))
		    port += bytes(120 - len(port))
		    fcntl.ioctl(actor, 0xba10, port)
		    os.close(struct.unpack_from("=i", port, 28)[0])
	EOF
}

events_lost()
{
	"$motet" events --json >"$dir/events" &
	local follower=$!
	until_true grep -q exists "$dir/events"
	kill -STOP $follower
	retain before
	burst
	retain while
	kill -CONT $follower
	until_true grep -q '"missed"' "$dir/events"
	retain after
	until_true grep -q '"created".*"name":"after"' "$dir/events"
	kill $follower
	wait $follower 2>/dev/null
	tap_check "lost events are noticed" grep -q '"missed"' "$dir/events"
	tap_check "what they told is found out" json \
		"sorted(e['port']['name'] for e in j
			if e['event'] == 'created' and
			'name' in e.get('port', {})) ==
		 ['after', 'before', 'while']" cat "$dir/events"
}

administration()
{
	local before
	before=$("$motet" domain show --json |
		python3 -c 'import json,sys
print(json.load(sys.stdin)["ports_max"])')
	tap_check "domain set" ends_with 0 "$motet" domain set -p 2000
	tap_check "it is set" json "j[0]['ports_max'] == 2000" \
		"$motet" domain show --json
	tap_check "domain set beyond the module's" \
		ends_with 1 "$motet" domain set -p 4294967295
	"$motet" domain set -p "$before"
	retain purged
	tap_check "purge --json" json "j[0]['purged'] >= 1" \
		"$motet" purge --json
	tap_check "purge of nothing" prints "0 objects removed" "$motet" purge
	tap_check "what was retained is gone" prints "" \
		"$motet" port ls --names
}

errors()
{
	tap_check "send: no such name" ends_with 1 "$motet" port send none x
	tap_check "it says what to do" prints \
		'motet: port send: no port is named "none"; see "motet port ls"' \
		"$motet" port send none x
	tap_check "send: no such identifier" \
		ends_with 1 "$motet" port send "$no_id" x
	tap_check "show: no such name" ends_with 1 "$motet" port show none
	tap_check "show: no such identifier" \
		ends_with 1 "$motet" port show "$no_id"
	tap_check "recv: no such name" ends_with 1 "$motet" port recv none
	tap_check "call: no such name" ends_with 1 "$motet" port call none x
	tap_check "unlink: no such name" ends_with 1 "$motet" port unlink none
}

# As somebody without rights
unprivileged()
{
	local as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	if ! "${as[@]}" true 2>/dev/null; then
		tap_skip "without rights" "no setpriv"
		return
	fi
	chmod 600 /dev/motet
	tap_check "no permission on the device" \
		ends_with 3 "${as[@]}" "$motet" port send x y
	chmod 666 /dev/motet
	retain --mode 0700 private
	tap_check "send against the mode" \
		ends_with 1 "${as[@]}" "$motet" port send private x
	tap_check "take over against the mode" \
		ends_with 1 "${as[@]}" "$motet" port recv private
	tap_check "unlink against the mode" \
		ends_with 1 "${as[@]}" "$motet" port unlink private
	tap_check "purge" ends_with 1 "${as[@]}" "$motet" purge
	tap_check "domain set" ends_with 1 "${as[@]}" "$motet" domain set -p 9
	tap_check "events" ends_with 1 "${as[@]}" timeout 20 "$motet" events
	tap_check "named ports are seen" prints private \
		"${as[@]}" "$motet" port ls --names
	"$motet" purge >/dev/null
}

looking
retained
several
by_identifier
bounds
names
held
calls
returned
events
events_lost
administration
errors
unprivileged
tap_end
