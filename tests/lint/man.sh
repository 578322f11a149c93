#!/bin/sh
# The manual pages are good mdoc.
cd "$(dirname "$0")/../.." || exit 1
pages=$(find docs/man -name '*.[1-8]' | sort)
[ -n "$pages" ] || { echo "docs/man: no page found"; exit 1; }
failed=0
for page in $pages; do
	said=$(mandoc -Tlint -Wwarning "$page" 2>&1) || { echo "$page: mandoc warns"; echo "$said"; failed=1; }
done
exit $failed
