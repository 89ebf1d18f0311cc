#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_channel_test.sh [MOTET]: channels, by the command. Needs root and the
# module: runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

status()
{
	json "$2" "$motet" channel status --json "$1"
}

# until N subscriptions are there
subscribed()
{
	until_true status "$1" "j[0]['subscriptions'] == $2"
}

# The command line is wrong
misused()
{
	"$@" >"$dir/out" 2>&1 </dev/null
	[[ $? -eq 2 ]]
}

life()
{
	tap_check "create" "$motet" channel create -r forever news
	tap_check "create it again" ends_with 1 "$motet" channel create \
		-r forever news
	tap_check "status" status news \
		"j[0]['openers'] == 0 and j[0]['kept'] and j[0]['mode'] == '0700'"
	tap_check "status for people" "$motet" channel status news
	tap_check "ls" json "[c['retained_max'] for c in j[0]
			      if c['name'] == 'news'] == [256]" \
		"$motet" channel ls --json
	tap_check "ls for people" "$motet" channel ls
	tap_check "ls --names" grep -qx news <("$motet" channel ls --names)
	tap_check "none of this name" ends_with 1 "$motet" channel publish \
		none text
	tap_check "unlink what isn't there" ends_with 1 "$motet" channel \
		unlink none
}

retained()
{
	local id
	id=$("$motet" channel publish -p weather -r 1h -w me news sunny)
	"$motet" channel publish -p sports -r 1h news won >/dev/null
	"$motet" channel publish -p weather news gone >/dev/null
	tap_check "what is retained is shown later" prints sunny \
		"$motet" channel subscribe -f exact:weather -n 1 -t 20 news
	tap_check "all of it" prints $'sunny\nwon' \
		"$motet" channel subscribe -n 2 -t 20 news
	tap_check "in its parts" json \
		"j[0]['publisher'] == 'me' and j[0]['data'] == 'sunny' and
		 j[0]['patterns'] == [{'pattern': 'weather'}] and
		 j[0]['id'] == $id and j[0]['retention'] == 3600 * 10 ** 9" \
		"$motet" channel subscribe --json -f prefix:we -n 1 -t 20 news
	tap_check "not with --new" ends_with 4 \
		"$motet" channel subscribe --new -n 1 -t 100ms news
	tap_check "clear" ends_with 0 "$motet" channel clear news "$id"
	tap_check "clear it again" ends_with 1 "$motet" channel clear news "$id"
	tap_check "it is not shown any more" prints won \
		"$motet" channel subscribe -n 1 -t 20 news
}

live()
{
	"$motet" channel subscribe --new -f suffix:er -f pass-all -n 3 -t 60 \
		-M 2 news >"$dir/seen" 2>"$dir/err" &
	local pid=$!
	tap_check "a subscription" subscribed news 1
	tap_check "one got it" json "j[0]['delivered'] == 1 and j[0]['lost'] == 0" \
		"$motet" channel publish --json -p weather -p x news one
	tap_check "nobody got it" json "j[0]['delivered'] == 0" \
		"$motet" channel publish --json -p sports news none
	echo -n two | "$motet" channel publish -p water news >/dev/null
	"$motet" channel publish -p over -P 3 news three >/dev/null
	wait "$pid"
	tap_check "all were shown" prints $'one\ntwo\nthree' cat "$dir/seen"
	tap_check "a bad filter" misused "$motet" channel subscribe \
		-f middle:x news
	tap_check "a bad priority" misused "$motet" channel publish -P 4 \
		news x
}

ends()
{
	tap_check "unlink" ends_with 0 "$motet" channel unlink news
	tap_check "it is gone" ends_with 1 "$motet" channel status news
	tap_check "created to publish" json "j[0]['delivered'] == 0" \
		"$motet" channel publish --create --json -r 1h other x
	tap_check "and kept by its event" status other \
		"j[0]['retained'] == 1 and not j[0]['kept']"
	tap_check "until a purge" "$motet" purge
	tap_check "then it is gone" ends_with 1 "$motet" channel status other
}

life
retained
live
ends
tap_end
