#!/bin/sh
# Calls that are made in the named files only ("-": nowhere). Comments and texts do not count.
words='
strto(l|ul|ll|ull|imax|umax|d|f|ld)                         src/base/text.c
ato(i|l|ll|f)|v?f?scanf|v?sscanf                            -
(str|stp)cpy|strn?cat|strncpy|v?sprintf|f?gets              -
system|popen|s?rand|s?random|tmpnam|mktemp                  -
u?sleep|nanosleep|clock_nanosleep|alarm                     -
getenv|setenv|putenv|unsetenv                               -
secure_getenv                                               src/sluisd/*
_?exit|_Exit|quick_exit                                     src/*/main.c
time|clock_gettime|gettimeofday                             src/base/clock.c
get(pw|gr|sp)(nam|uid|gid|ent)(_r)?|getgrouplist|initgroups|getlogin(_r)?  src/cli/* src/hand/*
'
cd "$(dirname "$0")/../.." || exit 1
strip='s{/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])+\x27}{$& =~ tr/\n//cdr}gse'
sources=$(find src pam_modules nss -name '*.[ch]' 2>/dev/null | sort)
offences=$(
	[ -n "$sources" ] || echo "src: no source found"
	for file in $sources; do
		code=$(perl -0777 -pe "$strip" "$file")
		echo "$words" | while read -r word allowed; do
			for where in ${allowed:-"$file"}; do
				[ "$where" = "$file" ] && continue 2
			done
			printf '%s\n' "$code" | grep -noE "(^|[^A-Za-z0-9_.>])($word)[[:space:]]*\(" |
				sed "s|^\([0-9]*\):[^A-Za-z_]*\([A-Za-z0-9_]*\).*|$file: line \1 may not call \2()|"
		done
	done
	grep -rnIwE --exclude-dir=.git --exclude-dir=build 'TO[D]O|FIX[M]E' . | sed 's/:[0-9]*:/: left undone: /'
)
[ -z "$offences" ] || { echo "$offences"; exit 1; }
