# sluis. One Makefile; a folder of src/ is a static library. `make help` lists the targets.
all:

MODE    ?= release
O       := build/$(MODE)
CC      ?= gcc
PREFIX  ?= /usr
SYSCONF ?= /etc
SBINDIR ?= $(PREFIX)/sbin
LIBDIR  ?= $(PREFIX)/lib/$(shell $(CC) -print-multiarch)
PAMDIR  ?= $(LIBDIR)/security

mode.release := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
mode.asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
mode.tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer
mode.cov     := -O0 --coverage
mode.fuzz    := $(mode.asan) -fsanitize=fuzzer-no-link

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wundef
HARD := -fstack-protector-strong -fstack-clash-protection -fPIC -fcf-protection
ifneq ($(filter arm% aarch64 riscv%,$(shell uname -m)),)
HARD := $(filter-out -fcf-protection,$(HARD))
endif
CFLAGS ?= -g
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. -Isrc $(WARN) $(HARD) $(CPPFLAGS) $(CFLAGS) $(mode.$(MODE)) \
	$(if $(CI),-Werror) -MMD -MP
ALL_LDFLAGS = -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,--as-needed $(LDFLAGS) $(mode.$(MODE))
MODULE_LDFLAGS = -shared $(ALL_LDFLAGS) -Wl,-z,nodelete -Wl,--no-undefined-version \
	$(if $(filter fuzz,$(MODE)),,-Wl,-z,defs)
pkg = $(shell pkg-config --libs $(1))

FLOORS := base proto config policy crypto client server check store
objects = $(patsubst %.c,$O/%.o,$(wildcard $(1)/*.c))
archive = $(patsubst %,$O/lib%.a,$(1))
define floor
$O/lib$1.a: $$(call objects,src/$1)
endef
$(foreach f,$(FLOORS),$(eval $(call floor,$f)))

CLIENT := $(call archive,client proto base)
DAEMON := $(call archive,server store check crypto policy config proto base)
PAM    := $(patsubst pam_modules/%.c,$O/pam_modules/%.so,$(wildcard pam_modules/pam_*.c))
DAEMON_LIBS = $(call pkg,libsodium sqlite3 liboath libsystemd) -linih -pthread

all: $O/sluisd $O/sluis $(PAM)

$O/sluisd: $(call objects,src/sluisd) $(DAEMON)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(DAEMON_LIBS)

$O/sluis: $(call objects,src/cli) $(CLIENT)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(call pkg,jansson libqrencode liboath)

$O/libpam_modules.a: $(patsubst %.c,$O/%.o,$(filter-out pam_modules/pam_%,$(wildcard pam_modules/*.c)))

$(PAM): $O/pam_modules/%.so: $O/pam_modules/%.o $O/libpam_modules.a $(CLIENT) pam_modules/%.map
	$(CC) $(MODULE_LDFLAGS) -Wl,--version-script=pam_modules/$*.map -o $@ $(filter %.o %.a,$^) -lpam

$O/%.a:
	@rm -f $@
	$(AR) rcsD $@ $^

$O/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The same daemon with a clock that a test moves: never installed.
$O/tests/sluisd-moved: $(call objects,src/sluisd) $O/tests/support/clock_moved.o $(DAEMON)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(DAEMON_LIBS)

$O/tests/crowd: $O/tests/integration/crowd.o $(CLIENT)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(call pkg,liboath) -pthread

$O/tests/forget.so: tests/support/forget.c
	$(CC) -shared -fPIC -O1 $(WARN) -D_GNU_SOURCE -o $@ $<

check-integration: $O/tests/crowd $O/tests/forget.so
include tests/tests.mk
-include tests/module/module.mk tests/bench/bench.mk
include conf/install.mk

# What the targets need of Debian: installed when run as root, else the missing ones are named.
.PHONY: all check demo demo-shell bench fuzz lint deb clean help need-build need-check need-demo need-bench

need-build need-check need-demo need-bench: need-%:
	@tests/support/apt.sh $*

deb: need-build
	tests/support/deb.sh

demo: need-demo
	$(MAKE) deb
	tests/system/demo.sh

demo-shell: need-demo
	$(MAKE) deb
	tests/system/demo.sh shell

lint: all
	tests/lint/run.sh $O

clean:
	rm -rf build/release build/asan build/cov build/fuzz build/deb

help:
	@echo "make                 build into build/release (MODE=asan|cov|fuzz: into build/MODE)"
	@echo "make check           every test: unit, module, integration, corpus replay, system, lint"
	@echo "make demo            the packages in a throw-away host, with a real OpenSSH client"
	@echo "make demo-shell      the same host, left open for you"
	@echo "make bench           figures against pam_faillock and pam_google_authenticator"
	@echo "make fuzz            a minute of libFuzzer for each harness"
	@echo "make lint deb install clean"

.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $O -name '*.d' 2>/dev/null)
