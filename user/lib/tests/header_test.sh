#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The headers compile in what programs are written in.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/lib/tests/tap.sh
. "$TOP/user/lib/tests/tap.sh"

compile()
{
	language=$1
	shift
	printf '#include <%s>\n' "$@" "$@" |
		${COMPILER:-cc} -x "$language" -std="$STD" -Wall -Wextra \
			-Werror -Wno-unused-function -fsyntax-only \
			-I"$TOP/uapi" -I"$TOP/user/lib/include" -
}

for STD in gnu90 c99 c11 gnu17; do
	tap_check "motet/motet.h as $STD" compile c motet/motet.h
done
for STD in c++11 c++17 c++20; do
	tap_check "motet/motet.h as $STD" compile c++ motet/motet.h
done
STD="c99"
for header in "$TOP"/user/lib/include/motet/*.h; do
	header=motet/${header##*/}
	tap_check "$header on its own" compile c "$header"
done
STD="c90"
for header in "$TOP"/uapi/linux/*.h; do
	header=linux/${header##*/}
	tap_check "$header as c90" compile c "$header"
done
STD=c11
if command -v clang >/dev/null; then
	COMPILER=clang
	tap_check "motet/motet.h with clang" compile c motet/motet.h
	STD=c++17
	tap_check "motet/motet.h with clang++" compile c++ motet/motet.h
else
	tap_skip "motet/motet.h with clang" "no clang"
fi
tap_end
