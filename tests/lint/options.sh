#!/bin/sh
# The option table, conf/sluis.conf (a comment or a value) and sluis.conf(5) name the same keys.
# A row of KIND_MAP or KIND_PEERS stands for all keys that have a name after it.
cd "$(dirname "$0")/../.." || exit 1
table=src/config/options.c conf=conf/sluis.conf page=docs/man/sluis.conf.5
for file in $table $conf $page; do
	[ -f "$file" ] || { echo "$file: is missing"; exit 1; }
done
{
	sed -nE 's/^[[:space:]]*\{ *"([a-z0-9_.]+)", *AT\([^)]*\), *KIND_([A-Z_]*).*/table \1 \2/p' $table
	awk '/^#? ?\[.*\]$/ { section = $0; gsub(/^#? ?\[|\]$/, "", section) }
		/^#? ?[A-Za-z_][A-Za-z0-9_.-]* *=/ { sub(/^#? ?/, ""); sub(/ *=.*/, ""); print "conf", section "." $0 }' $conf
	sed -nE 's/^\.It [A-Z][a-z] ([a-z_]+\.[A-Za-z0-9_.*-]+).*/page \1/p' $page
} | awk -v table=$table -v conf=$conf -v page=$page '
function covers(row, key) { return row == key || (row ~ /\.$/ && index(key, row) == 1) }
$1 == "table" { rows[$2 ($3 ~ /^(MAP|PEERS)$/ ? "." : "")] = 1; next }
{ if ($1 == "conf") in_conf[$2] = 1; else in_page[$2] = 1 }
function compare(keys, file,    row, key, hit) {
	for (row in rows) { hit = 0; for (key in keys) hit += covers(row, key)
		if (!hit) { print file ": " row " is not there; " table " has it"; failed = 1 } }
	for (key in keys) { hit = 0; for (row in rows) hit += covers(row, key)
		if (!hit) { print file ": " key " is no option of " table; failed = 1 } }
}
END { if (NR == 0) { print table ": no row found"; exit 1 } compare(in_conf, conf); compare(in_page, page); exit failed }'
