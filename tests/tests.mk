# The tests. Included by the Makefile, which gives O, MODE, FLOORS, DAEMON_LIBS and the flags.
FUZZ_SECONDS ?= 60

UNIT    := $O/tests/unit/run
FUZZ    := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(FUZZ:%=$O/tests/fuzz/replay_%)
CLANG    = $(or $(shell command -v clang),$(lastword $(sort $(wildcard /usr/bin/clang-[0-9]*))))
FLOOR_LIBS = -Wl,--start-group $(call archive,$(FLOORS)) -Wl,--end-group $(DAEMON_LIBS)

# Runs each command, adds up what they count, and fails when one counts nothing.
add_up = tests/support/summary.sh
PARTS := unit corpus module integration $(if $(filter release,$(MODE)),system lint)

ifeq ($(MODE),asan)
export REPORTS       := $(abspath $O/report)
export ASAN_OPTIONS  := log_path=$(REPORTS)
export UBSAN_OPTIONS := log_path=$(REPORTS):print_stacktrace=1
endif

.PHONY: check-unit check-corpus check-module check-integration check-system check-lint fuzz-all need-fuzz
.PHONY: $(FUZZ:%=fuzz-%)

check: need-build need-check
	@$(MAKE) --no-print-directory all $(UNIT) $(REPLAYS)
	@$(add_up) $(PARTS:%='$(MAKE) --no-print-directory check-%')

check-unit: $(UNIT)
	@$(add_up) '$(UNIT) --timeout 120'

check-corpus: $(REPLAYS)
	@$(add_up) $(foreach name,$(FUZZ),'$O/tests/fuzz/replay_$(name) tests/fuzz/corpus/$(name)')

check-module: all
	@$(add_up) $(patsubst %,'% $O',$(wildcard tests/module/run.sh))

check-integration: all $O/tests/sluisd-moved
	@$(add_up) $(patsubst %,'% $O',$(sort $(wildcard tests/integration/*.sh)))

check-system: need-demo
	@[ "$$(id -u)" -eq 0 ] || { echo "check-system needs root: it boots a throw-away host" >&2; exit 1; }
	@$(MAKE) --no-print-directory MODE=release deb
	@$(add_up) tests/system/demo.sh

check-lint:
	@$(add_up) '$(MAKE) --no-print-directory lint && echo "1 passed, 0 failed"'

$O/tests/unit/%.o $O/tests/fuzz/%.o: ALL_CFLAGS += -DSLUIS_SOURCE_DIR='"$(CURDIR)"'

$(UNIT): $(call objects,tests/unit) $(call archive,$(FLOORS))
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $(filter %.o,$^) $(FLOOR_LIBS) $(call pkg,criterion)

# A harness has two mains: this one, by any compiler, which replays its corpus ...
$(REPLAYS): $O/tests/fuzz/replay_%: $O/tests/fuzz/fuzz_%.o $O/tests/support/replay.o $(call archive,$(FLOORS))
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $(filter %.o,$^) $(FLOOR_LIBS)

# ... and libFuzzer's, which looks for more: what it finds stays below build/.
fuzz: need-build need-fuzz
	@$(MAKE) --no-print-directory MODE=fuzz CC=$(notdir $(CLANG)) fuzz-all

fuzz-all: $(FUZZ:%=fuzz-%)

$(FUZZ:%=fuzz-%): fuzz-%: $O/tests/fuzz/fuzz_%
	@mkdir -p $O/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 -artifact_prefix=$O/$*- \
		$O/corpus/$* tests/fuzz/corpus/$*

$O/tests/fuzz/fuzz_%: $O/tests/fuzz/fuzz_%.o $(call archive,$(FLOORS))
	$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(FLOOR_LIBS)

need-fuzz:
	@tests/support/apt.sh fuzz
