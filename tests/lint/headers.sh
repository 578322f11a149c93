#!/bin/sh
# Every header compiles alone.
cd "$(dirname "$0")/../.." || exit 1
failed=0
list=$(find src pam_modules nss -name '*.h' 2>/dev/null | sort)
[ -n "$list" ] || { echo "src: no header found"; exit 1; }
for header in $list; do
	guard=$(echo "${header#src/}" | tr 'a-z/.' 'A-Z__')
	grep -qx "#ifndef $guard" "$header" || { echo "$header: its guard is not $guard"; failed=1; }
	errors=$(${CC:-cc} -std=gnu17 -fsyntax-only -I. -Isrc -Wall -Wextra -Werror -x c "$header" 2>&1) ||
		{ echo "$header: does not compile alone"; echo "$errors"; failed=1; }
done
exit $failed
