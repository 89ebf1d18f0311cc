#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is installed is enough to build programs and to run them.
#
# shellcheck disable=SC2317,SC2329 # functions are called by tap_check

# shellcheck source=user/lib/tests/tap.sh
. "$TOP/user/lib/tests/tap.sh"

root=$BUILD/install
CC=${CC:-cc}
# DESTDIR is where the package manager puts it, not where it thinks it is
export PKG_CONFIG_PATH="$root/usr/lib/pkgconfig"
export PKG_CONFIG_SYSROOT_DIR="$root"
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1

install_all()
{
	rm -rf "$root"
	${MAKE:-make} -C "$TOP/user" BUILD="$BUILD" install DESTDIR="$root" \
		PREFIX=/usr
}

sample()
{
	cat >"$root/sample.c" <<-'EOF'
		#include <motet/motet.h>

		int main(void)
		{
			struct motet_id id;

			return motet_id_from_string(&id, "02") ? 0 : 1;
		}
	EOF
}

link_shared()
{
	# shellcheck disable=SC2046
	$CC -o "$root/shared" "$root/sample.c" \
		$(pkg-config --cflags --libs motet) &&
		LD_LIBRARY_PATH=$root/usr/lib "$root/shared"
}

link_static()
{
	# shellcheck disable=SC2046
	$CC -static -o "$root/static" "$root/sample.c" \
		$(pkg-config --static --cflags --libs motet) && "$root/static"
}

# Paths of the build machine have no business in what is installed
no_build_paths()
{
	! grep -rlI "$TOP" "$root/usr"
}

headers()
{
	cd "$TOP/user/lib" && echo include/motet/*.h
	cd "$TOP/uapi" && printf 'include/%s\n' linux/*.h
}

all_there()
{
	for file in bin/motet lib/libmotet.so lib/libmotet.so.1 \
		lib/libmotet.a lib/pkgconfig/motet.pc $(headers) \
		share/bash-completion/completions/motet \
		share/man/man1/motet.1 share/man/man3/motet_send.3; do
		[ -e "$root/usr/$file" ] && continue
		echo "no $file"
		return 1
	done
}

tap_check "make install" install_all
tap_check "all is there" all_there
sample
tap_check "a program links to the shared library" link_shared
tap_check "a program links to the static library" link_static
tap_check "the installed command runs" "$root/usr/bin/motet" --version
tap_check "no path of the build machine" no_build_paths
tap_end
