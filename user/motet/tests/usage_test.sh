#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the command says of itself, how it ends, and its completion. Needs no
# module; what needs one is in motet_command_test.sh.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/lib/tests/tap.sh
. "$TOP/user/lib/tests/tap.sh"

motet=$BUILD/motet/motet
commands="info port:ls port:show port:create port:send port:recv port:call
port:reply port:accept port:offer port:standby port:change port:unlink
group:ls group:members group:status group:create group:insert group:remove group:rekey group:delete
group:track group:send group:call
channel:ls channel:status channel:create channel:publish channel:subscribe
channel:clear channel:unlink lock:run lock:ls lock:status lock:purge
checkpoint:ls checkpoint:sections checkpoint:status checkpoint:create
checkpoint:read checkpoint:write checkpoint:delete checkpoint:track
checkpoint:unlink
watch:ls watch:process watch:port watch:group watch:node
node:ls node:set node:delete actor:ls user:ls
domain:show domain:set events top graph purge"

ends_with()
{
	local want=$1 output
	shift
	output=$("$@" 2>&1 </dev/null)
	local status=$?
	[[ $status -eq $want ]] && return
	echo "ended with $status, not $want: $output"
	return 1
}

helps()
{
	local path="motet $*" output
	output=$("$motet" "$@" --help) || return
	[[ $output == "Usage: $path "* ]] &&
		[[ $output == "$("$motet" help "$@")" ]] &&
		[[ $output == *--version* ]] && return
	echo "$output"
	return 1
}

# All commands are in the list above, which is the list of what is tested
listed()
{
	local name sub
	for name in $("$motet" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
		sub=$("$motet" "$name" --help |
			sed -n '/^Commands:/,/^$/s/^  \([a-z]*\)  .*/\1/p')
		if [[ -z $sub ]]; then
			echo "$name"
		else
			echo "$name:${sub//$'\n'/$'\n'$name:}"
		fi
	done | sort
}

list_is_complete()
{
	diff <(listed) <(tr ' ' '\n' <<<"$commands" | sort)
}

one_line()
{
	local output
	output=$("$@" 2>&1 >/dev/null </dev/null)
	[[ $output == "motet: "* && $output != *$'\n'* ]] && return
	echo "$output"
	return 1
}

fails_to_write()
{
	ends_with 1 "$motet" help >/dev/full
	"$motet" --version >/dev/full 2>&1
	[[ $? -eq 1 ]]
}

# What may be a secret is in no message
not_shown()
{
	! "$motet" group rekey -c "$1" 2>&1 | grep -F "$(cat "$1")"
}

# complete WORD...: what completes the last one
complete_words()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_motet
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

completes()
{
	local want=$1 got
	shift
	got=$(complete_words "$@")
	[[ $got == "$want " ]] && return
	echo "$* completes to: $got"
	return 1
}

# A motet with ports, for the completion of names
fake_motet()
{
	mkdir -p "$BUILD/fake"
	printf '#!/bin/sh\n%s\n' "
		if [ \"\$*\" = 'port ls --names' ]; then
			printf 'printer\\nprice list\\nother\\n'
		elif [ \"\$*\" = 'group ls --names' ]; then
			printf 'team\\n'
		elif [ \"\$*\" = 'channel ls --names' ]; then
			printf 'news\\n'
		elif [ \"\$*\" = 'checkpoint ls --names' ]; then
			printf 'table\\n'
		else
			exec '$motet' \"\$@\"
		fi" >"$BUILD/fake/motet"
	chmod +x "$BUILD/fake/motet"
}

tap_check "motet --help" "$motet" --help
tap_check "motet --version" "$motet" --version
tap_check "the list of commands is complete" list_is_complete
for command in $commands; do
	IFS=: read -ra words <<<"$command"
	tap_check "motet ${words[*]} --help" helps "${words[@]}"
done

tap_check "no command" ends_with 2 "$motet"
tap_check "no such command" ends_with 2 "$motet" nonsense
tap_check "no such command of a group" ends_with 2 "$motet" port nonsense
tap_check "one line says so" one_line "$motet" port nonsense
tap_check "no such option" ends_with 2 "$motet" port ls --nonsense
tap_check "watch: nothing" ends_with 2 "$motet" watch process
tap_check "watch: no number" ends_with 2 "$motet" watch process init
tap_check "watch: process 0" ends_with 2 "$motet" watch process 0
tap_check "watch: bad depth" ends_with 2 "$motet" watch process -d 0 1
tap_check "watch: two nodes" ends_with 2 "$motet" watch node 1 2
tap_check "watch: bad identifier" ends_with 2 "$motet" watch port id:12
tap_check "send: no port" ends_with 2 "$motet" port send
tap_check "send: no text" ends_with 2 "$motet" port send x
tap_check "send: two texts" ends_with 2 "$motet" port send x y z
tap_check "send: text and lines" ends_with 2 "$motet" port send -l x y
tap_check "send: bad priority" ends_with 2 "$motet" port send -p 4 x y
tap_check "send: bad timeout" ends_with 2 "$motet" port send -t 1y x y
tap_check "send: return without timeout" \
	ends_with 2 "$motet" port send --return x y
tap_check "send: annex too long" \
	ends_with 2 "$motet" port send -a "$(printf '%0121d' 0)" x y
tap_check "send: bad identifier" ends_with 2 "$motet" port send id:12 y
tap_check "show: empty name" ends_with 2 "$motet" port show ""
tap_check "show: name too long" \
	ends_with 2 "$motet" port show "$(printf '%02049d' 0)"
tap_check "create: bad mode" ends_with 2 "$motet" port create -m 8 x
tap_check "create: no-hold without retention" \
	ends_with 2 "$motet" port create --no-hold x
tap_check "create: retention without name" \
	ends_with 2 "$motet" port create --retention 10
tap_check "recv: no port" ends_with 2 "$motet" port recv
tap_check "recv: count of 0" ends_with 2 "$motet" port recv -n 0 x
tap_check "reply: no command" ends_with 2 "$motet" port reply x
tap_check "unlink: identifier" ends_with 2 "$motet" port unlink \
	id:02000000000000000000000000000000
tap_check "recv: several ports" ends_with 2 "$motet" port recv x y
tap_check "recv: bad lease" ends_with 2 "$motet" port recv --lease=1y x
tap_check "recv: exec and raw" ends_with 2 "$motet" port recv -R -e cat x
tap_check "create: redeliveries without dead letter" \
	ends_with 2 "$motet" port create --redeliveries 3 x
tap_check "create: bad node" ends_with 2 "$motet" port create --node x y
tap_check "send: bad expires" ends_with 2 "$motet" port send -e soon x y
tap_check "send: cancel and return" \
	ends_with 2 "$motet" port send -c 1s -r -t 1s x y
tap_check "accept: no port" ends_with 2 "$motet" port accept
tap_check "standby: no port" ends_with 2 "$motet" port standby
tap_check "offer: no actor" ends_with 2 "$motet" port offer x
tap_check "offer: not an actor" ends_with 2 "$motet" port offer x \
	id:02000000000000000000000000000000
tap_check "change: nothing" ends_with 2 "$motet" port change x
tap_check "change: bad mode" ends_with 2 "$motet" port change -m 8 x
tap_check "change: no user" ends_with 2 "$motet" port change -u root x
tap_check "group create: bad address" \
	ends_with 2 "$motet" group create -A nowhere x
tap_check "group create: bad class" ends_with 2 "$motet" group create -C 16=1 x
tap_check "group create: retention without name" \
	ends_with 2 "$motet" group create --retention forever
tap_check "group create: identifier" ends_with 2 "$motet" group create \
	id:03000000000000000000000000000000
tap_check "group send: bad class" ends_with 2 "$motet" group send -C 16 x y
tap_check "group send: bad address" ends_with 2 "$motet" group send -A 1 x y
tap_check "group insert: no port" ends_with 2 "$motet" group insert
tap_check "group insert: no capability" ends_with 2 "$motet" group insert x
tap_check "group delete: a name" ends_with 2 "$motet" group delete x
tap_check "group rekey: no capability" ends_with 2 "$motet" group rekey
echo nonsense >"$BUILD/bad.capability"
tap_check "group rekey: bad capability" \
	ends_with 1 "$motet" group rekey -c "$BUILD/bad.capability"
tap_check "group rekey: no such file" \
	ends_with 1 "$motet" group rekey -c "$BUILD/no.capability"
tap_check "it is not shown" not_shown "$BUILD/bad.capability"
tap_check "checkpoint create: no name" ends_with 2 "$motet" checkpoint create
tap_check "checkpoint create: bad size" \
	ends_with 2 "$motet" checkpoint create -b many x
tap_check "checkpoint create: bad retention" \
	ends_with 2 "$motet" checkpoint create -r soon x
tap_check "checkpoint write: no text" ends_with 2 "$motet" checkpoint write x
tap_check "checkpoint write: two texts" \
	ends_with 2 "$motet" checkpoint write x y z
tap_check "checkpoint write: create the default section" \
	ends_with 2 "$motet" checkpoint write -c x y
tap_check "checkpoint write: bad id" \
	ends_with 2 "$motet" checkpoint write -s hex:1 x y
tap_check "checkpoint read: bad id" \
	ends_with 2 "$motet" checkpoint read -s "hex:+1" x
tap_check "checkpoint track: no name" ends_with 2 "$motet" checkpoint track
tap_check "checkpoint track: bad id" \
	ends_with 2 "$motet" checkpoint track -s hex:1 x
tap_check "checkpoint track: two" ends_with 2 "$motet" checkpoint track x y
tap_check "checkpoint delete: no section" \
	ends_with 2 "$motet" checkpoint delete x
tap_check "checkpoint unlink: two" ends_with 2 "$motet" checkpoint unlink x y
tap_check "node set: no node" ends_with 2 "$motet" node set
tap_check "node set: 0" ends_with 2 "$motet" node set 0
tap_check "node set: name too long" \
	ends_with 2 "$motet" node set --name "$(printf '%0256d' 0)" 1
tap_check "domain set: nothing" ends_with 2 "$motet" domain set
tap_check "domain set: 0" ends_with 2 "$motet" domain set -p 0
tap_check "output that can't be written" fails_to_write

if [[ -e /dev/motet ]]; then
	tap_skip "ends with 3 without the module" "it is loaded"
else
	for command in info "port ls" "port send x y" "port recv x" purge \
		"events" top graph "actor ls" "port create x" "port accept x" \
		"port standby x" "port change -m 0700 x" "group status x" \
		"group create x" "group send x y" "group track x" "node ls" \
		"checkpoint ls" "checkpoint sections x" "checkpoint status x" \
		"checkpoint create x" "checkpoint read x" "checkpoint write x y" \
		"checkpoint delete x y" "checkpoint track x" \
		"checkpoint unlink x" \
		"node set 1"; do
		# shellcheck disable=SC2086
		tap_check "no module: $command" ends_with 3 "$motet" $command
		# shellcheck disable=SC2086
		tap_check "one line: $command" one_line "$motet" $command
	done
fi

completion=$TOP/user/motet/completion/motet.bash
tap_check "completion: syntax" bash -n "$completion"
# shellcheck source=user/motet/completion/motet.bash
. "$completion"
fake_motet
PATH=$BUILD/fake:$PATH
tap_check "completion: commands" completes "port purge" motet p
tap_check "completion: commands of a group" completes "send show standby" motet port s
tap_check "completion: help" completes "domain" motet help d
tap_check "completion: options" \
	completes "--retention" motet port create --ret
tap_check "completion: names" \
	completes "price\\ list printer" motet port send pri
tap_check "completion: names of groups" completes "team" motet group send t
tap_check "completion: names of ports to insert" \
	completes "printer" motet group insert print
tap_check "completion: names of checkpoints" \
	completes "table" motet checkpoint read t
tap_check "completion: nothing after a wrong word" \
	completes "" motet nonsense p
tap_end
