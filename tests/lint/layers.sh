#!/bin/sh
# A floor includes itself and what its row names; a foreign header is included in its one floor only.
all='base proto config policy client server check crypto snapshot store directory'
floors="base:; proto: base; config: base; policy: base; client: proto base; server: proto base;
check: crypto base; crypto: base; snapshot: base; store: policy crypto base; directory: config base; sluisd: $all; directoryd: $all;
hand: $all; cli: $all; pam_modules: client proto base; nss: snapshot base"
foreign='ldap.h: directory; lber.h: directory; liboath/oath.h: check; pwquality.h: check; sqlite3.h: store;
sodium.h: crypto'

cd "$(dirname "$0")/../.." || exit 1
grep -rHE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' src pam_modules nss 2>/dev/null |
awk -v floors="$floors" -v foreign="$foreign" '
function table(text, into,    rows, i, n, half) {
	n = split(text, rows, ";[ \n]*")
	for (i = 1; i <= n; i++) { split(rows[i], half, ":"); into[half[1]] = half[2] " " }
}
function bad(why) { print file ": " why; failed = 1 }
BEGIN { table(floors, may); table(foreign, home) }
{
	file = $0; sub(/:.*/, "", file); name = $0; sub(/^[^<"]*[<"]/, "", name); sub(/[>"].*/, "", name)
	floor = file; sub(/^src\//, "", floor); sub(/\/.*/, "", floor); reach = name; sub(/\/.*/, "", reach)
	if (!(floor in may)) bad("folder " floor " has no row in the table of floors")
	else if (/</) { if ((name in home) && home[name] != " " floor " ") bad("<" name "> is included in" home[name] "only") }
	else if (name !~ /\//) { if (file ~ /^src/) bad("\"" name "\" is not written from src/") }
	else if (reach != floor && index(" " may[floor], " " reach " ") == 0) bad(floor " may not use \"" name "\"")
}
END { if (NR == 0) bad("no source found"); exit failed }'
