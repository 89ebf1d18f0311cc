# SPDX-License-Identifier: GPL-2.0-or-later
#
# Motet.
#
#   make                  the module (for KDIR) and the userspace
#   make install          both, with headers and manuals (DESTDIR, PREFIX)
#   make modules_install  the module alone
#
#   make demo             the main job, in a guest, on real input
#   make check            the tests
#   make check-all        everything on every kernel
#   make soak             the long forms: MINUTES=60
#   make coverage         which lines of the module the tests run
#
# demo and check install what they need (Debian 12, root): tools/setup.

KDIR ?= /lib/modules/$(shell uname -r)/build
MINUTES ?= 60

.PHONY: all module user install modules_install demo check check-all soak \
	coverage generate clean help

all: module user

module:
	tools/build-module -d $(KDIR)

user:
	$(MAKE) -C user

install: modules_install
	$(MAKE) -C user install
	@echo "installed; load the module with: modprobe motet"

modules_install:
	ko=$$(tools/build-module -d $(KDIR)) && \
	$(MAKE) -C $(KDIR) modules_install INSTALL_MOD_DIR=updates \
		INSTALL_MOD_PATH=$(DESTDIR) M=$$(dirname "$$ko")

demo:
	tools/setup demo
	tools/demo/run

check:
	tools/setup check
	tools/testing/check

check-all:
	tools/setup all
	tools/testing/check --all

soak:
	tools/setup check
	tools/testing/check --soak $(MINUTES)

coverage:
	tools/setup check
	tools/testing/vm/kernels/build coverage >/dev/null
	tools/testing/coverage

generate:
	tools/generate

clean:
	rm -rf build

help:
	@sed -n '3,16s/^# \{0,2\}//p' $(firstword $(MAKEFILE_LIST))
