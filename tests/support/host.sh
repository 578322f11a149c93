#!/bin/bash
# Throw-away Debian hosts with systemd as PID 1, on a machine whose own PID 1 may be anything. Needs root.
#
#	host.sh base			makes the pristine file system, when it is missing or out of date
#	host.sh up NAME [ARG...]	boots NAME on a copy of it (ARG: for systemd-nspawn); again after poweroff: a reboot
#	host.sh exec NAME COMMAND...	runs COMMAND inside, as root
#	host.sh apt NAME ARG...		apt-get inside, through this machine's network
#	host.sh root NAME		prints a path to the live file system of NAME
#	host.sh poweroff NAME		stops NAME and keeps its disk
#	host.sh down NAME		stops NAME and forgets it
#
# A host has a network of its own, with nothing in it. SUITE= takes another Debian release than this machine's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../../build/host
mkdir -p "$bed"
cd "$bed"
# shellcheck source=/dev/null
machine_suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
suite=${SUITE:-$machine_suite}
base=base-$suite

fail() {
	echo "host.sh: $*" >&2
	exit 1
}

# This machine's own sources of Debian itself, for the wanted suite: both formats may be in use.
write_sources() {
	local file
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -f "$file" ] || sed -nE "/^deb .*debian.* $machine_suite(-updates|-security)? /p" "$file"
	done >"$base.list"
	for file in /etc/apt/sources.list.d/*.sources; do
		if grep -qsE "^Suites: .*\b$machine_suite\b" "$file" && grep -q '^URIs: .*debian' "$file"; then
			cat "$file"
			echo
		fi
	done >"$base.sources"
	sed -i "s/\b$machine_suite\b/$suite/g" "$base.list" "$base.sources"
}

make_base() {
	local packages recipe file files=()
	packages=$(sed -n 's/^host: *//p' "$here/packages" | tr ' ' ,)
	recipe="$suite $packages"
	exec 9>"$base.lock"
	flock 9
	"$here/apt.sh" demo
	if [ "$(cat "$base.recipe" 2>/dev/null)" != "$recipe" ]; then
		echo "making a file system of Debian $suite, once (half a minute) ..." >&2
		rm -rf --one-file-system "$base" "$base.recipe"
		write_sources
		for file in "$base.list" "$base.sources"; do
			[ ! -s "$file" ] || files+=("$file")
		done
		[ ${#files[@]} -gt 0 ] || fail "no source of Debian $machine_suite in /etc/apt"
		mmdebstrap --quiet --format=directory --variant=minbase --skip=cleanup/apt/lists \
			--include="$packages" "$suite" "$base" "${files[@]}" >&2
		[ ! -d /etc/apt/mirrors ] || cp -a /etc/apt/mirrors "$base/etc/apt/"	# what cloud images name in URIs
		echo "$recipe" >"$base.recipe"
	fi
	exec 9>&-
}

# Every hierarchy in which a systemd inside would place its units. A host needs a cgroup of its own
# there: hosts that share one stop each other's units.
cgroups() {
	findmnt -rn -t cgroup2 -o TARGET | head -n 1
	findmnt -rn -t cgroup -O name=systemd -o TARGET | head -n 1
}

nspawn_pid() {
	local pid
	pid=$(cat "$name/pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = systemd-nspawn ] && echo "$pid"
}

# The systemd inside, as this machine numbers it.
leader() {
	local pid child
	pid=$(nspawn_pid) && child=$(tr -d ' ' <"/proc/$pid/task/$pid/children") && [ -n "$child" ] && echo "$child"
}

inside() {
	local pid
	pid=$(leader) || fail "$name is not up"
	exec nsenter --target "$pid" "$@"
}

mount_disk() {
	if [ ! -d "$name/upper" ]; then
		mkdir -p "$name/upper" "$name/work" "$name/root"
		mkdir "$name/upper/etc"
		echo "$name" >"$name/upper/etc/hostname"
		echo "127.0.0.1 localhost $name" >"$name/upper/etc/hosts"
		: >"$name/upper/etc/machine-id"
	fi
	mount -t overlay overlay -o "lowerdir=$base,upperdir=$name/upper,workdir=$name/work" "$name/root"
}

up() {
	local group state
	! nspawn_pid >/dev/null || fail "$name is up already"
	make_base
	unmount_disk
	mount_disk
	for group in $(cgroups); do
		mkdir -p "$group/sluis-$name"
	done
	(
		for group in $(cgroups); do
			echo "$BASHPID" >"$group/sluis-$name/cgroup.procs"
		done
		# cgroup2 only, as on a real Debian, even where this machine still mixes both kinds
		SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec setsid systemd-nspawn --quiet --directory="$name/root" \
			--machine="$name" --register=no --keep-unit --private-network --console=pipe \
			--kill-signal=SIGRTMIN+3 --boot "$@" </dev/null >"$name/console.log" 2>&1
	) &
	echo $! >"$name/pid"
	for _ in $(seq 600); do
		state=$(nsenter --target "$(leader || echo 0)" --all systemctl is-system-running 2>/dev/null || true)
		case $state in
		running | degraded) return ;;
		esac
		kill -0 $! 2>/dev/null || break
		sleep 0.1
	done
	cat "$name/console.log" >&2
	down
	fail "$name does not come up"
}

unmount_disk() {
	! mountpoint -q "$name/root" || umount "$name/root" || umount --lazy "$name/root"
}

poweroff() {
	local pid group
	if pid=$(nspawn_pid); then
		kill -TERM "$pid"
		timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
		rm -f "$name/pid"
	fi
	unmount_disk
	for group in $(cgroups); do
		find "$group/sluis-$name" -depth -type d -exec rmdir {} \; 2>/dev/null || true
	done
}

down() {
	poweroff
	rm -rf --one-file-system "$name"
}

[ "$(id -u)" -eq 0 ] || fail "needs root"
verb=${1:-}
[ "$verb" = base ] || name=${2:?"a verb and the name of a host, please"}
shift $(($# < 2 ? $# : 2))
case $verb in
base) make_base ;;
up) up "$@" ;;
exec) inside --all env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@" ;;
apt) inside --mount --uts --ipc --pid --cgroup env DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" ;;
root) pid=$(leader) && echo "/proc/$pid/root" ;;
poweroff | down) "$verb" ;;
*) fail "unknown verb $verb" ;;
esac
