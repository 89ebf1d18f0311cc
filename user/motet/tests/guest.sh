# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests share that run the command for real, in a guest: source it,
# with the arguments of the script.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=user/lib/tests/tap.sh
. "$here/../../lib/tests/tap.sh"

motet=${1:-$here/../../../build/user/motet/motet}
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"; jobs -p | xargs -r kill 2>/dev/null' EXIT

# ends_with STATUS COMMAND...: ends so, and says one line if it isn't 0
ends_with()
{
	local want=$1 status
	shift
	"$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	if [[ $status -ne $want ]]; then
		echo "ended with $status, not $want:"
		cat "$dir/out" "$dir/err"
		return 1
	fi
	[[ $want -eq 0 || $(wc -l <"$dir/err") -eq 1 ]] && return
	cat "$dir/err"
	return 1
}

# prints TEXT COMMAND...
prints()
{
	local want=$1 got
	shift
	got=$("$@" 2>&1)
	[[ $got == "$want" ]] && return
	printf 'printed: %s\n' "$got"
	return 1
}

# One interpreter for all checks of JSON: it takes long to start in a guest.
# Reads a file's name and an expression, a line each; says "ok" or what is wrong.
coproc checker { exec python3 -uc '
import json, sys
while True:
    path, expression = sys.stdin.readline().strip(), sys.stdin.readline().strip()
    if not path:
        break
    text = open(path).read()
    try:
        try:
            j = [json.loads(text)]
        except ValueError:
            j = [json.loads(line) for line in text.splitlines()]
        good = eval("(" + expression + ")")
    except Exception as error:
        good, text = False, repr(error) + " in " + text
    print("ok" if good else "not " + expression + ": " + repr(text))
'; }

# json EXPRESSION COMMAND...: each line or the whole of what is printed is
# JSON, and the Python expression over the list j of them is true
json()
{
	local expression=$1 result
	shift
	"$@" >"$dir/json" 2>"$dir/err" || { cat "$dir/err"; return 1; }
	printf '%s\n%s\n' "$dir/json" "${expression//$'\n'/ }" \
		>&"${checker[1]}"
	read -r result <&"${checker[0]}"
	[[ $result == ok ]] && return
	echo "$result"
	return 1
}

# until_true COMMAND...: for what another process is about to do
until_true()
{
	local end=$((SECONDS + 100))
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return
	done
}

port_is()
{
	"$motet" port show "$2" 2>/dev/null | grep -q "^state *$1"
}

retain()
{
	"$motet" port create --no-hold --retention 10m "$@" >/dev/null
}

# json_of MEMBER: of the JSON that is read
json_of()
{
	python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' \
		"$1"
}
