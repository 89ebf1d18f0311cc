# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Functions shared by the tools: source this file, don't run it.
#
# Everything a tool downloads or builds once goes below MOTET_CACHE.

MOTET_CACHE=${MOTET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/motet}
export MOTET_CACHE

# All messages of a tool go to standard error: standard output is for results.
say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# motet_need COMMAND PACKAGE: fail early, and name the package that has COMMAND
motet_need()
{
	command -v "$1" >/dev/null ||
		die "$1 is missing: run tools/setup, or install Debian's package $2"
}

# motet_locked NAME COMMAND [ARG...]: run COMMAND while holding the lock NAME.
# A subshell owns the lock, so that it can't outlive the command.
motet_locked()
{
	local name=$1
	shift
	mkdir -p "$MOTET_CACHE/locks"
	(
		exec {motet_lock_fd}>"$MOTET_CACHE/locks/$name"
		if ! flock -n "$motet_lock_fd"; then
			say "waiting for another $name"
			flock "$motet_lock_fd"
		fi
		"$@"
	)
}

# motet_hash FILE...: one key for the contents of all the files
motet_hash()
{
	cat -- "$@" | sha256sum | cut -c1-16
}

# motet_quiet LOG COMMAND [ARG...]: output goes to LOG; shown only on failure
motet_quiet()
{
	local log=$1
	shift
	# a subshell: should the command be a function that ends by die, this
	# one has its say all the same
	("$@") >>"$log" 2>&1 </dev/null && return
	tail -n 20 "$log" >&2
	die "failed: $*"
}

# motet_mirror DIR: read files' names, and have copies of them in DIR. A copy that has
# the same contents stays, so that make builds what has changed and no more. Sources
# that are not named go, with their objects; a build's other products stay.
motet_mirror()
{
	local dir=$1 names path
	names=$(LC_ALL=C sort)
	mkdir -p "$dir"
	while read -r path; do
		cmp -s "$path" "$dir/$path" || cp --parents "$path" "$dir"
	done <<<"$names"
	find "$dir" -type f -name '*.[chS]' ! -name '*.mod.c' -printf '%P\n' |
		LC_ALL=C sort | LC_ALL=C comm -23 - <(echo "$names") |
		while read -r path; do
			rm -f "$dir/$path" "$dir/${path%.*}.o"
		done
}
