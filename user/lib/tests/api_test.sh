#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The list of public functions is the same wherever there is one: the header,
# the map, the library, the tests, the manual.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/lib/tests/tap.sh
. "$TOP/user/lib/tests/tap.sh"

lib=$TOP/user/lib
headers=$lib/include/motet/

# Without the names that begin motet__: those are internal
declared()
{
	sed -n 's/^[a-z_].*[ *]\(motet_[a-z][a-z_]*\)(.*/\1/p
		s/^\(motet_[a-z][a-z_]*\)(.*/\1/p' "$headers"*.h | sort
}

exported()
{
	sed -n '/^static inline/{N
		s/.*[ \n]\(motet_[a-z][a-z_]*\)(.*/\1/p}' "$headers"*.h |
		sort >"$BUILD/inline"
	declared | comm -23 - "$BUILD/inline"
}

map()
{
	sed -n 's/^\t\(motet_.*\);/\1/p' "$lib/libmotet.map" | sort
}

same()
{
	[ -n "$1" ] && [ "$1" = "$2" ] && return
	echo "$1" >"$BUILD/same.1"
	echo "$2" | diff "$BUILD/same.1" -
	return 1
}

shared_exports()
{
	nm -D --defined-only "$BUILD/lib/libmotet.so.1" |
		sed -n 's/.* T \(.*\)@@MOTET_1$/\1/p' | sort
}

shared_exports_nothing_else()
{
	! nm -D --defined-only "$BUILD/lib/libmotet.so.1" |
		grep -v -e '@@MOTET_1$' -e ' A MOTET_1$'
}

static_exports()
{
	nm -g --defined-only "$BUILD/lib/libmotet.a" |
		sed -n 's/.* [TDBR] \(.*\)/\1/p' | grep -v '^motet__' | sort
}

# each_has BEFORE AFTER FILE...: each function is there, between these
each_has()
{
	before=$1
	after=$2
	shift 2
	for function in $(declared); do
		grep -q -e "$before$function$after" "$@" && continue
		echo "$function: not in $*"
		return 1
	done
}

soname()
{
	readelf -d "$BUILD/lib/libmotet.so.1" |
		grep -q 'SONAME.*\[libmotet.so.1\]'
}

tap_check "the map has the functions of the header" \
	same "$(exported)" "$(map)"
tap_check "the shared library has those of the map" \
	same "$(map)" "$(shared_exports)"
tap_check "the shared library exports nothing else" \
	shared_exports_nothing_else
tap_check "the static library has those of the map" \
	same "$(map)" "$(static_exports)"
tap_check "each function is documented" \
	each_has '^ \* ' '() - ' "$headers"*.h
tap_check "each function has a test" \
	each_has 'cmocka_unit_test(test_' ')' "$lib"/tests/*_test.c
tap_check "each function is in the manual" \
	each_has '' '' "$TOP/Documentation/man/libmotet.3"
tap_check "the library has its name" soname
tap_end
