#!/bin/bash
# run.sh O: the real modules, pam_unix and sluisd, through pam_start_confdir. O is the build folder. Needs root;
# runs in a private world. Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(readlink -f "$1")
if [ -z "${MODULE_INSIDE:-}" ]; then
	MODULE_INSIDE=1 exec tests/support/pamns "tests/module/run.sh" "$O"
fi
# shellcheck source=tests/module/lib.sh
. tests/module/lib.sh
D=/run/module
mkdir -m 755 "$D"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
as=()
options=()
for user in alice bob carol dave erin frank; do
	useradd -m "$user"
	echo "$user:Right-$user" | chpasswd -c SHA512 -s 1000
done
useradd -r machine
services
for part in ${PARTS:-login account conversation fault inject}; do
	# shellcheck source=/dev/null
	. "tests/module/$part.sh"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
