#!/bin/sh
# Each module exports what its map names, no more and no less.  exports.sh BUILD
cd "$(dirname "$0")/../.." || exit 1
O=${1:?usage: exports.sh BUILD}
failed=0
offence() { echo "$1: $2"; failed=1; }

for map in pam_modules/*.map; do
	so=$O/${map%.map}.so
	[ -f "$so" ] || { offence "$map" "no such module: $so"; continue; }
	names=$(tr '\n\t' '  ' <"$map" | sed 's,/\*[^*]*\*/,,g; s/.*global://; s/local:.*//; s/}.*//' |
		tr ';' '\n' | tr -d ' ' | grep . | sort)
	found=$(nm -D --defined-only "$so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)
	[ -n "$names" ] || offence "$map" "names nothing"
	for name in $names; do
		echo "$found" | grep -qx "$name" || offence "$so" "does not export $name, which its map names"
	done
	for name in $found; do
		echo "$names" | grep -qx "$name" || offence "$so" "exports $name, which its map does not name"
	done
done
for so in "$O"/pam_modules/*.so; do
	[ -f "pam_modules/$(basename "$so" .so).map" ] || offence "$so" "has no map"
done
exit $failed
