#!/bin/sh
# Runs all the lints and says which failed.  run.sh BUILD
here=$(dirname "$0")
failed=
for lint in "$here"/*.sh; do
	name=$(basename "$lint" .sh)
	[ "$name" = run ] && continue
	sh "$lint" "${1:?usage: run.sh BUILD}" || failed="$failed $name"
done
[ -z "$failed" ] || { echo "lint failed:$failed"; exit 1; }
