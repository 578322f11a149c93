#!/bin/bash
# summary.sh COMMAND...
# Runs each command and adds up the last count that each prints: a line "N passed, N failed", or Criterion's
# synthesis. Ends with the sum, in the same words. Fails when something failed, and when a command counted
# no test. With REPORTS set, a sanitizer's report (a file whose name starts so) is a failure too.
set -u
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0
failed=0

last_count() {
	sed 's/\x1b\[[0-9;]*m//g' "$log" | awk '
		/^[0-9]+ passed, [0-9]+ failed$/ { passed = $1; failed = $3 }
		/Synthesis: Tested: / { gsub(/[^0-9]+/, " "); passed = $2; failed = $1 - $2 }
		END { print passed + 0, failed + 0 }'
}

reports() {
	[ -n "${REPORTS:-}" ] && compgen -G "$REPORTS*"
}

[ $# -gt 0 ] || echo "there is nothing to run" >&2
for command; do
	[ -z "${REPORTS:-}" ] || rm -f "$REPORTS"*
	bash -c "$command" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	read -r good bad < <(last_count)
	if [ "$bad" -eq 0 ] && reports >/dev/null; then
		reports | xargs head -n 40
		bad=1
	fi
	if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then
		echo "failed with status $status: $command"
		bad=1
	fi
	if [ $((good + bad)) -eq 0 ]; then
		echo "ran no test: $command"
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
