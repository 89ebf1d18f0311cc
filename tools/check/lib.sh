# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the checks share: source this file, don't run it.
#
# A check prints what is wrong and exits with 1 (check_end does that). It runs
# in the root of the tree. MOTET_ROOT names another tree to check,
# MOTET_LINUX_SOURCE another kernel source than the one in the cache.

check_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$check_dir/../lib.sh"
# shellcheck disable=SC2034 # for who sources this file
self=$check_dir/${0##*/}

root=${MOTET_ROOT:-$(cd "$check_dir/../.." && pwd)}
cd "$root" || exit
# without git there would be no file to check, and nothing to find
git rev-parse --git-dir >/dev/null ||
	die "$root is not git's"
out=$root/build/check
mkdir -p "$out"

# Where it is noted what was fine before: by content, so that it holds for every
# clone of the tree. What is found in another tree is for that one alone.
known=$MOTET_CACHE/good
[[ -z ${MOTET_ROOT:-} ]] || known=$out/cache

# Exit status of a check that can't be made here; its last line says why.
check_skipped=4

# scratch_dir: a new directory that is removed when the check ends
scratch_dir()
{
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
}

# skip WHY
skip()
{
	echo "$*"
	exit "$check_skipped"
}

# files [PATHSPEC...]: files of the project, tracked or new, not the ignored
files()
{
	local path
	git ls-files --cached --others --exclude-standard -- "$@" |
		LC_ALL=C sort -u | while read -r path; do
		[[ ! -f $path || -L $path ]] || echo "$path"
	done
}

# shellcheck disable=SC2120 # called with arguments elsewhere
# own_files [PATHSPEC...]: the same without generated files and texts of others
own_files()
{
	local path
	files "$@" ':!LICENSES' | while read -r path; do
		[[ $(head -n 6 "$path" | tr -d '\0') == *YNL-GEN* ]] || echo "$path"
	done
}

# scripts: files that a shell runs
scripts()
{
	local path line
	# shellcheck disable=SC2119
	own_files | while read -r path; do
		line=$(head -n 1 "$path" | tr -d '\0')
		[[ $line =~ ^('#!'.*[/ ](ba|da)?sh|'# shellcheck shell=') ]] &&
			echo "$path"
	done
	return 0
}

# linux_source: directory of the kernel's source (scripts and specs of it)
linux_source()
{
	if [[ -n ${MOTET_LINUX_SOURCE:-} ]]; then
		echo "$MOTET_LINUX_SOURCE"
	else
		"$check_dir/../testing/vm/kernels/get" source
	fi
}

# list FILE: entries of a list file, comments and reasons cut off
list()
{
	sed -E 's/[[:space:]]*#.*//; /^$/d' "$check_dir/$1"
}

# need_reasons FILE: each entry of a list file gives its reason after a #
need_reasons()
{
	awk -v name="$1" '/^[^#]/ && !/[^[:space:]][[:space:]]+#[[:space:]]*[^[:space:]]/ {
		print name ":" FNR ": no reason given"; bad = 1 } END { exit bad }' \
		"$check_dir/$1"
}

# notes WHAT: read files' names, print for each the note that says that it is fine,
# and the name. A note is of the contents of the file, of WHAT else the result
# depends on, and of the check itself.
notes()
{
	local key sum path
	key=$({ echo "$1"; cat "$self" "$check_dir/lib.sh"; } | sha256sum | cut -c1-12)
	xargs -r -d '\n' sha256sum -- | while read -r sum path; do
		echo "$sum.$key.${path//\//,} $path"
	done
}

# changed NAME WHAT: read files' names, print those that were not fine before, each
# behind its note
changed()
{
	local note path
	notes "$2" | while read -r note path; do
		[[ -e $known/$1/$note ]] || echo "$note $path"
	done
}

# good NAME WHAT LINES: remember that these files, as changed printed them, are fine;
# but not those that are other ones by now: which of the two the check saw is unknown
good()
{
	local note
	mkdir -p "$known/$1"
	LC_ALL=C comm -12 <(LC_ALL=C sort <<<"$3") \
		<(cut -d ' ' -f 2- <<<"$3" | notes "$2" | LC_ALL=C sort) |
		while read -r note _; do
			: >"$known/$1/$note"
		done
}

# each NAME WHAT COMMAND...: run COMMAND FILE for each file read, on all cores,
# leaving out what was fine before. A file is fine if COMMAND is silent.
each()
{
	local name=$1 what=$2 todo log line path clean='' bad=0
	local -A fine=()
	shift 2
	todo=$(changed "$name" "$what")
	[[ -n $todo ]] || return 0
	log=$(mktemp -d)
	# it tells which are fine: what was not looked at, for whatever reason, is not
	# shellcheck disable=SC2016 # for the inner shell
	while read -r path; do
		fine[$path]=1
	done < <(cut -d ' ' -f 2- <<<"$todo" |
		xargs -d '\n' -P "$(nproc)" -I '{}' bash -c '
			log=$1/${2//\//,} file=$2
			shift 2
			if said=$("$@" "$file" 2>&1) && [[ -z $said ]]; then
				echo "$file"
			else
				echo "${said:-$file: it fails}" >"$log"
			fi' - "$log" '{}' "$@")
	while read -r line; do
		path=${line#* }
		if [[ -n ${fine[$path]:-} ]]; then
			clean+=$line$'\n'
		else
			bad=1
			cat "$log/${path//\//,}"
		fi
	done <<<"$todo"
	rm -rf "$log"
	[[ -z $clean ]] || good "$name" "$what" "${clean%$'\n'}"
	return $bad
}

# check_end BAD WHAT: end of a check; BAD is not 0 if something was found
check_end()
{
	[[ $1 == 0 ]] && exit 0
	echo "wanted: $2"
	exit 1
}
