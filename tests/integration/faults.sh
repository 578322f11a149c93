#!/bin/bash
# The faults that sluisd must stand, with a real sluisd in a private world.  faults.sh BUILD
# Rounds can be shortened for a first look: ROUNDS=50 KILLS=20.
set -u
build=$(readlink -f "${1:?usage: faults.sh BUILD}")
tree=$(readlink -f "$(dirname "$0")/../..")
if [ "${FAULTS_INSIDE:-}" != 1 ]; then
	exec env FAULTS_INSIDE=1 "$tree/tests/support/pamns" "$0" "$build"
fi
rounds=${ROUNDS:-1000} kills=${KILLS:-200}
crowd=$build/tests/crowd
daemon=$build/tests/sluisd-moved
asan=$(ldd "$daemon" | awk '/libasan/ { print $3 }')	# it must be loaded first
passed=0 failed=0

# try WHAT COMMAND...: one line a promise
try() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		passed=$((passed + 1))
		echo "ok   $what: $said"
	else
		failed=$((failed + 1))
		echo "FAIL $what: $said"
		tail -n 5 "$world/log"
	fi
}

# A fresh state; more lines for the configuration are read from standard input.
world_make() {
	world=$1
	mkdir -p "$world/state"
	[ -e "$world/key" ] || (umask 077; head -c 32 /dev/urandom >"$world/key")
	cat >"$world/sluis.conf" <<-CONF
		[policy]
		preset = $tree/conf/presets/municipal.conf
		fail_delay = 0s
		[mfa]
		services.plain = password
		[server]
		state_dir = $world/state
		socket = $world/socket
		key_file = $world/key
		reserve = 1024
		[lockout]
	CONF
	cat >>"$world/sluis.conf"
	echo 0 >"$world/clock"
}

daemon_up() {
	SLUIS_TEST_CLOCK=$world/clock "$daemon" -c "$world/sluis.conf" 2>>"$world/log" &
	pid=$!
	for _ in $(seq 200); do
		grep -q ready "$world/log" 2>/dev/null && return
		sleep 0.02
	done
	echo "sluisd does not start:"
	cat "$world/log"
	exit 1
}

daemon_down() {
	kill "$pid"
	wait "$pid"
}

ask() {
	"$crowd" "$world/socket" "$world/clock" "$@"
}

memory() {
	local peak
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
	echo "$peak KiB at its peak"
	[ "$peak" -lt 16384 ]
}

# full DISK: takes all room of the disk, but for what the reserve holds
full() {
	dd if=/dev/zero of="$world/state/filler$1" bs=4096 status=none 2>/dev/null
	return 0
}

disk_full() {
	full 1
	ask login 1 plain || { echo "refused while there is a reserve"; return 1; }
	grep -q "the reserve was released" "$world/log" || { echo "no alarm"; return 1; }
	full 2
	for i in $(seq 60); do		# until the pages that SQLite has left are used up
		ask login "$((i % 30))" plain >/dev/null || break
	done
	ask login 1 plain && { echo "accepted without a record"; return 1; }
	rm -f "$world"/state/filler*
	ask login 1 plain
}

for i in $(seq 0 31); do
	useradd --no-create-home "p$i" || exit 1
done

world_make /run/many <<<"failures = 100"
daemon_up
try "32 logins at once with one code, exactly one passes" ask one-code "$rounds"
try "32 logins at once of 32 people, all pass" ask people
try "jumps of the clock" ask clock
try "240 bad peers cost only their own connection" ask bad-peers
try "uids of nobody hold the places of plain peers" ask unknown-uids "$(id -u p31)"
try "a plain user floods the socket" ask flood "$(id -u p31)" p31
ldd "$daemon" | grep -q 'lib[at]san' || try "memory under 16 MB" memory
daemon_down

world_make /run/few <<<"failures = 5"
daemon_up
try "32 honest logins at once of one person, all pass in waves" ask waves
try "320 wrong guesses 32 at a time, at most 5 judged" ask guesses 5
daemon_down

world_make /run/killed <<<"failures = 5"
try "killed in the middle of a login" ask kill "$daemon" "$world/sluis.conf" "$kills"

world_make /run/cut <<<"failures = 5"
try "killed, and unsynced writes are lost" ask kill "$daemon" "$world/sluis.conf" "$((kills / 2))" \
	"$world/state" "${asan:+$asan:}$build/tests/forget.so"

mkdir -p /run/full/state
mount -t tmpfs -o size=6m tmpfs /run/full/state
world_make /run/full <<<"failures = 5"
daemon_up
try "the disk is full" disk_full
daemon_down

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
