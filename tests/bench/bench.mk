# Figures against pam_faillock and pam_google_authenticator: docs/BENCH.md. Included by the Makefile.
bench: need-bench
	@$(MAKE) --no-print-directory all $O/tests/bench/bench $O/tests/enroll
	@tests/bench/run.sh $O

$O/tests/bench/bench: $O/tests/bench/bench.o
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ -lpam $(call pkg,liboath)
