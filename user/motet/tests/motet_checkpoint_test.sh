#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_checkpoint_test.sh [MOTET]: checkpoints, by the command. Needs root and
# the module: runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

checkpoint()
{
	"$motet" checkpoint "$@"
}

create()
{
	checkpoint create --retention forever "$@" >/dev/null
}

# by name, as it is listed
listed()
{
	json "[c for c in j[0] if c['name'] == '$1' and c['sections'] == $2]" \
		checkpoint ls --json
}

# --- one section -------------------------------------------------------------

one()
{
	tap_check "create" create one
	tap_check "create it again" create one
	tap_check "create it otherwise" ends_with 1 checkpoint create \
		-r forever -S 8K one
	tap_check "it says whether it did" json "not j[0]['created']" \
		checkpoint create --json -r forever one
	tap_check "write" checkpoint write one "some text"
	tap_check "read" prints "some text" checkpoint read one
	tap_check "write at an offset" checkpoint write -o 5 one TEXT
	tap_check "read a part" prints "e TEXT" checkpoint read -o 3 one
	tap_check "read less" prints "ome" checkpoint read -o 1 -b 3 one
	tap_check "write again: it has just this" checkpoint write one short
	tap_check "read that" prints "short" checkpoint read one
	tap_check "read behind its end" ends_with 1 checkpoint read -o 6 one
	tap_check "write too much" ends_with 1 checkpoint write -o 4K one x
	tap_check "no such checkpoint" ends_with 1 checkpoint read none
	tap_check "no such section" ends_with 1 checkpoint read -s a one
	tap_check "the default section stays" json \
		"[s['id'] for s in j[0]] == ['']" checkpoint sections --json one
	tap_check "unlink" checkpoint unlink one
	tap_check "it is gone" ends_with 1 checkpoint status one
	tap_check "unlink it again" ends_with 1 checkpoint unlink one
}

# --- sections ----------------------------------------------------------------

write_input()
{
	head -c 100000 /dev/urandom >"$dir/data"
	checkpoint write -c -s large many - <"$dir/data"
}

same_output()
{
	checkpoint read -s large many | cmp - "$dir/data"
}

sections()
{
	json "$1" checkpoint sections --json many
}

many()
{
	tap_check "create one with sections" create --sections 3 \
		--section-bytes 1M --id-max 16 --mode 0640 many
	tap_check "no section is created unasked" \
		ends_with 1 checkpoint write -s a many x
	tap_check "create a section" checkpoint write -c -s a many x
	tap_check "from a file" write_input
	tap_check "and back" same_output
	tap_check "ls" listed many 2
	tap_check "ls for people" checkpoint ls
	tap_check "ls --names" grep -qx many <(checkpoint ls --names)
	tap_check "sections" sections \
		"[(s['id'], s['bytes']) for s in j[0]] ==
		 [('a', 1), ('large', 100000)]"
	tap_check "sections for people" checkpoint sections many
	tap_check "an id of bytes" checkpoint write -c -s hex:ff00 many bytes
	tap_check "is shown so" grep -q "^hex:ff00 " <(checkpoint sections many)
	tap_check "status" json "j[0]['exhausted'] and j[0]['mode'] == '0640'" \
		checkpoint status --json many
	tap_check "status for people" checkpoint status many
	tap_check "full" ends_with 1 checkpoint write -c -s more many x
	tap_check "delete" checkpoint delete many hex:ff00
	tap_check "delete it again" ends_with 1 checkpoint delete many hex:ff00
	tap_check "expires" checkpoint write -e 100ms -s a many x
	tap_check "and is gone" until_true sections \
		"[s['id'] for s in j[0]] == ['large']"
	tap_check "unlink" checkpoint unlink many
}

# --- without a retention -----------------------------------------------------

held()
{
	"$motet" checkpoint create held >"$dir/id" &
	local holder=$!
	tap_check "create and hold" until_true checkpoint write held x
	tap_check "another has it open too" listed held 1
	kill "$holder"
	tap_check "gone with whoever held it" until_true ends_with 1 \
		checkpoint status held
}

# --- tracked -----------------------------------------------------------------

trackers()
{
	json "j[0]['trackers'] == $1" checkpoint status --json seen
}

# track OPTION...: in the background; its output is in $dir/lines
track()
{
	"$motet" checkpoint track "$@" seen >"$dir/lines" &
	tracker=$!
	until_true trackers 1
}

# line N TEXT: that it prints
line()
{
	[[ $(sed -n "$1p" "$dir/lines") == "$2" ]]
}

tracked()
{
	create --sections 3 seen
	checkpoint write -c -s a seen some
	track
	tap_check "track" trackers 1
	checkpoint write -s a seen text
	tap_check "a section" until_true line 1 "written  a  change 3"
	checkpoint write -o 1 -s a seen on
	tap_check "a part of it" until_true line 2 \
		"written  a  2 bytes at 1  change 4"
	checkpoint delete seen a
	tap_check "a deletion" until_true line 3 "deleted  a  change 5"
	kill "$tracker"
	wait "$tracker"
	tap_check "ends by a signal" [ $? = 0 ]
	tap_check "time is up" ends_with 4 "$motet" checkpoint track -t 1ms seen
	tap_check "there is none" ends_with 1 "$motet" checkpoint track none
	until_true trackers 0
	track --json -s b
	checkpoint write -c -s a seen text
	checkpoint write -c -s b seen text
	checkpoint unlink seen
	wait "$tracker"
	tap_check "until it is gone" [ $? = 0 ]
	tap_check "only what happens to it" json \
		"'created' in j[0]['events'] and 'gone' in j[-1]['events'] and
		 {e['section'] for e in j if 'section' in e} == {'b'}" \
		cat "$dir/lines"
}

one
many
held
tracked
tap_end
