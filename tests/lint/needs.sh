#!/bin/sh
# Each binary links the libraries of its row, no more and no less.  needs.sh BUILD
table='
pam_modules/*.so: libc libpam
sluisd:           libc libinih liboath libsodium libsqlite3 libsystemd
sluis:            libc libjansson libqrencode
'
cd "$(dirname "$0")/../.." || exit 1
O=${1:?usage: needs.sh BUILD}
offences=$(echo "$table" | while IFS=: read -r name wanted; do
	for file in ${name:+"$O"/$name}; do
		[ -f "$file" ] || { echo "$file: is not built"; continue; }
		# sanitisers, and the loader that they need, are not ours
		found=$(objdump -p "$file" | sed -n 's/^ *NEEDED *\(.*\)\.so.*/\1/p' | grep -vE '^(lib(a|l|t|ub)san|ld-linux.*)$' | sort)
		for lib in $found; do
			case "$wanted " in *" $lib "*) ;; *) echo "$file: links $lib, which its row does not name" ;; esac
		done
		for lib in $wanted; do
			echo "$found" | grep -qx "$lib" || echo "$file: does not link $lib, which its row names"
		done
	done
done)
[ -z "$offences" ] || { echo "$offences"; exit 1; }
