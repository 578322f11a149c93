#!/bin/sh
# apt.sh GROUP|PACKAGE...
# Installs the Debian packages that are missing, if root; otherwise names them and fails.
# The groups stand in the file "packages" beside this script; a group may name others.
set -eu
packages=$(dirname "$0")/packages

expand() {
	for word; do
		if grep -q "^$word:" "$packages"; then
			# shellcheck disable=SC2046 # a list of words
			expand $(sed -n "s/^$word://p" "$packages")
		else
			echo "$word"
		fi
	done
}

missing=
for package in $(expand "$@"); do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	"install ok installed") ;;
	*)	missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "These Debian packages are missing; install them, or run as root:$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -qq -y --no-install-recommends $missing >/dev/null
