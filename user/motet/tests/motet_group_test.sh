#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# motet_group_test.sh [MOTET]: groups and nodes, by the command. Needs root and
# the module: runs in a guest.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/motet/tests/guest.sh
. "$(dirname "$0")/guest.sh"

# A group that stays, and its capability in a file
group()
{
	"$motet" group create --retention forever --output "$dir/$1.cap" "$@" \
		>/dev/null
}

insert()
{
	local name=$1
	shift
	"$motet" group insert -c "$dir/$name.cap" "$@"
}

queued()
{
	json "j[0]['messages'] == $2" "$motet" port show --json "$1"
}

status()
{
	json "$2" "$motet" group status --json "$1"
}

# --- groups and capabilities -------------------------------------------------

capabilities()
{
	tap_check "create" group team
	tap_check "its capability is a secret" \
		[ "$(stat -c %a "$dir/team.cap")" = 600 ]
	tap_check "and is not printed elsewhere" json \
		"'capability' not in j[0] and len(j[0]['id']) == 32" \
		"$motet" group create --json -r 1m --output "$dir/x.cap" other
	tap_check "create it again" ends_with 1 "$motet" group create \
		-r forever team
	retain m1
	retain m2
	tap_check "insert" ends_with 0 insert team m1 m2
	tap_check "insert it again" ends_with 1 insert team m1
	tap_check "status" status team \
		"j[0]['members'] == 2 and j[0]['address'] == 'round-robin'"
	tap_check "ls" json "[g['members'] for g in j[0]
			      if g['name'] == 'team'] == [2]" \
		"$motet" group ls --json
	tap_check "ls --names" grep -qx team <("$motet" group ls --names)
	tap_check "members" json "len(j[0]) == 2" \
		"$motet" group members --json team
	tap_check "members for people" "$motet" group members team
	tap_check "the wrong capability" \
		ends_with 1 "$motet" group remove -c "$dir/wrong.cap" m1
	cp "$dir/team.cap" "$dir/old.cap"
	tap_check "rekey" ends_with 0 "$motet" group rekey \
		-c "$dir/team.cap" --output "$dir/team.cap"
	tap_check "the old one is revoked" \
		ends_with 1 "$motet" group remove -c "$dir/old.cap" m1
	tap_check "the new one counts" env \
		"MOTET_CAPABILITY=$(cat "$dir/team.cap")" \
		"$motet" group remove m1
	tap_check "remove it again" \
		ends_with 1 "$motet" group remove -c "$dir/team.cap" m1
	insert team m1
}

sending()
{
	local i
	for i in 1 2 3 4; do
		"$motet" group send team "$i"
	done
	tap_check "round robin" queued m1 2
	tap_check "to both" queued m2 2
	tap_check "broadcast" json "j[0]['delivered'] == 2" \
		"$motet" group send --json -A broadcast team all
	tap_check "it is at all" queued m1 3
	printf 'a\nb\nc\n' | "$motet" group send -l -s 7 team
	tap_check "a session has one member" json \
		"sorted(p['messages'] for p in j[0]
			if p.get('name') in ('m1', 'm2')) == [3, 6]" \
		"$motet" port ls --json
	tap_check "any, and which" json "len(j[0]['at']) == 32" \
		"$motet" group send --json --address any team x
	tap_check "a member on another node" ends_with 1 \
		"$motet" group send -A on-node --node 9 -t 50ms team x
	tap_check "no such group" ends_with 1 "$motet" group send none x
	group empty
	tap_check "no member" ends_with 1 "$motet" group send empty x
	tap_check "each" ends_with 0 \
		"$motet" group send -A broadcast --each team x
}

calling()
{
	"$motet" port reply --exec 'tr a-z A-Z' server &
	local server=$!
	until_true port_is held server
	group servers
	insert servers server
	tap_check "call" prints HELLO \
		"$motet" group call -t 20s servers hello
	tap_check "a call to all" ends_with 1 \
		"$motet" group call -A broadcast -t 1s servers hello
	kill $server
	wait $server
}

tracking()
{
	"$motet" group track --json team >"$dir/track" &
	local tracker=$!
	until_true test_lines "$dir/track" 2
	retain m3
	insert team m3
	"$motet" group remove -c "$dir/team.cap" m2
	"$motet" port unlink m3
	until_true test_lines "$dir/track" 5
	"$motet" group delete -c "$dir/team.cap"
	wait $tracker
	tap_check "track ends with the group" [ $? -eq 0 ]
	tap_check "track has all changes" json \
		"[e['member']['event'] for e in j[:-1]] ==
		 ['present', 'present', 'joined', 'left', 'died'] and
		 [e['member']['members'] for e in j[2:-1]] == [3, 2, 1] and
		 j[-1]['exception'] == 'group-lost'" cat "$dir/track"
	tap_check "a deleted group is gone" ends_with 1 \
		"$motet" group status team
	tap_check "track: no such group" ends_with 1 \
		"$motet" group track none
}

test_lines()
{
	[[ $(wc -l <"$1") -ge $2 ]]
}

# The example of motet-group(1), with one worker that fails and one that works
work()
{
	group jobs --address work
	"$motet" group send jobs early
	tap_check "jobs wait for members" status jobs "j[0]['backlog'] == 1"
	"$motet" port create --lease --keep-going --exec false w1 \
		>/dev/null 2>&1 &
	local bad=$!
	"$motet" port create --lease --keep-going \
		--exec "cat >>$dir/done; echo >>$dir/done" w2 >/dev/null &
	local good=$!
	until_true port_is held w1
	until_true port_is held w2
	insert jobs w1 w2
	seq 1 20 | "$motet" group send --lines jobs
	until_true test_lines "$dir/done" 21
	tap_check "every job is done, and once" diff \
		<(sort "$dir/done") <({ echo early; seq 1 20; } | sort)
	until_true status jobs \
		"j[0]['backlog'] == 0 and j[0]['leased'] == 0"
	tap_check "all members are idle" status jobs "j[0]['idle'] == 2"
	kill $bad $good
	wait $bad $good
	"$motet" group delete -c "$dir/jobs.cap"
}

# A worker is killed while it has a job
killed_worker()
{
	group tasks -A work
	mkfifo "$dir/block"
	"$motet" port create --lease --exec "exec cat $dir/block" k1 \
		>/dev/null &
	local worker=$!
	until_true port_is held k1
	insert tasks k1
	"$motet" group send tasks precious
	until_true status tasks "j[0]['leased'] == 1"
	kill -KILL $worker
	wait $worker 2>/dev/null
	tap_check "the job of a killed worker waits again" until_true \
		status tasks "j[0]['backlog'] == 1 and j[0]['members'] == 0"
	: <>"$dir/block"
	"$motet" port create --lease --once k2 >"$dir/k2" &
	worker=$!
	until_true port_is held k2
	insert tasks k2
	wait $worker
	tap_check "and the next one gets it" grep -qx precious "$dir/k2"
	"$motet" group delete -c "$dir/tasks.cap"
}

held_group()
{
	"$motet" group create --json >"$dir/held" &
	local holder=$!
	until_true grep -q capability "$dir/held"
	local id
	id=$(json_of id <"$dir/held")
	tap_check "a group that is held" ends_with 0 \
		"$motet" group status "id:$id"
	kill $holder
	wait $holder
	tap_check "ends with its holder" \
		ends_with 1 "$motet" group status "id:$id"
}

# --- nodes and events --------------------------------------------------------

nodes()
{
	"$motet" events --json --nodes >"$dir/nodes" &
	local follower=$!
	until_true grep -q exists "$dir/nodes"
	tap_check "node set" ends_with 0 \
		"$motet" node set --member --name beta --address 10.0.0.2 2
	tap_check "node ls" json \
		"[(n['number'], n['here']) for n in j[0]] ==
		 [(1, True), (2, False)] and j[0][1]['name'] == 'beta'" \
		"$motet" node ls --json
	tap_check "node ls for people" "$motet" node ls
	"$motet" port create --node 2 proxy >/dev/null 2>&1 &
	local holder=$!
	until_true port_is held proxy
	group far
	insert far proxy
	tap_check "send to a node" ends_with 0 \
		"$motet" group send -A on-node -o 2 far x
	tap_check "send to other nodes" ends_with 1 \
		"$motet" group send -A except-node -o 2 -t 50ms far x
	tap_check "delete a member" ends_with 1 "$motet" node delete 2
	tap_check "a node leaves" ends_with 0 "$motet" node set --absent 2
	tap_check "and its ports are gone" \
		ends_with 1 "$motet" port show proxy
	wait $holder
	tap_check "node delete" ends_with 0 "$motet" node delete 2
	tap_check "node delete: no such node" ends_with 1 "$motet" node delete 2
	until_true grep -q deleted "$dir/nodes"
	kill $follower
	wait $follower 2>/dev/null
	tap_check "events of nodes" json \
		"[e['event'] for e in j] ==
		 ['exists', 'created', 'changed', 'deleted']" cat "$dir/nodes"
}

events()
{
	"$motet" events --json >"$dir/events" &
	local follower=$!
	until_true grep -q exists "$dir/events"
	group seen
	retain member
	insert seen member
	"$motet" group delete -c "$dir/seen.cap"
	until_true grep -q '"deleted".*"group"' "$dir/events"
	kill $follower
	wait $follower 2>/dev/null
	tap_check "events of groups" json \
		"[e['event'] for e in j
		  if e.get('group', {}).get('name') == 'seen'] ==
		 ['created', 'changed', 'deleted']" cat "$dir/events"
}

echo 03000000000000000000000000000000ffffffffffffffffffffffffffffffff \
	>"$dir/wrong.cap"
capabilities
sending
calling
tracking
work
killed_worker
held_group
nodes
events
"$motet" purge >/dev/null
tap_end
