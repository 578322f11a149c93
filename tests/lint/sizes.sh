#!/bin/sh
# Warns of what has grown too long to read at one sitting; never fails.
cd "$(dirname "$0")/../.." || exit 1
find src pam_modules nss -name '*.[ch]' 2>/dev/null | sort | while read -r file; do
	case $file in pam_modules/pam_*.c) most=200 ;; *) most=400 ;; esac
	awk -v file="$file" -v most="$most" '
	/^[A-Za-z].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
	/^\{/ { start = NR }
	/^\}/ && start { if (NR - start - 1 > 50) print file ": warning: " name "() has " (NR - start - 1) " lines (50)"; start = 0 }
	END { if (NR > most) print file ": warning: " NR " lines (" most ")" }' "$file"
done
exit 0
