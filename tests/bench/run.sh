#!/bin/bash
# run.sh O: the figures of docs/BENCH.md. O is the build folder. Needs root; runs in a private world.
# PEOPLE, ROUNDS, FEW (logins of one process), MANY (of 32) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
O=$(readlink -f "$1")
if [ -z "${BENCH_INSIDE:-}" ]; then
	BENCH_INSIDE=1 exec tests/support/pamns "$0" "$O"
fi
PEOPLE=${PEOPLE:-2000}
ROUNDS=${ROUNDS:-5}
FEW=${FEW:-400}
MANY=${MANY:-1600}
STORM=8
password=Bench-1
work=$(mktemp -d "$O/bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
socket=$work/sluisd.sock
google=$work/google
them=$work/others
daemon=

make_accounts() {
	local hash i
	hash=$(hash_of_password)
	for ((i = 0; i < PEOPLE; i++)); do
		printf 'u%05d:x:%d:100::/nonexistent:/bin/sh\n' "$i" $((10000 + i)) >&3
		printf 'u%05d:%s:19000:0:99999:7:::\n' "$i" "$hash" >&4
	done 3>>/etc/passwd 4>>/etc/shadow
}

# As libcrypt writes it, by chpasswd.
hash_of_password() {
	echo 'bench:x:9999:100::/nonexistent:/bin/sh' >>/etc/passwd
	echo 'bench:*:19000:0:99999:7:::' >>/etc/shadow
	echo "bench:$password" | chpasswd -c SHA512 -s 1000
	sed -n 's/^bench:\([^:]*\):.*/\1/p' /etc/shadow
}

write_stacks() {
	local modules=$O/pam_modules
	mkdir "$work/pam"
	cat >"$work/pam/sluis" <<-E
		auth [success=3 ignore=ignore default=die] $modules/pam_sluis_gate.so socket=$socket
		auth [success=2 default=ignore] pam_unix.so try_first_pass nodelay
		auth [default=ignore] $modules/pam_sluis_gate.so failed socket=$socket
		auth requisite pam_deny.so
		auth requisite $modules/pam_sluis_mfa.so socket=$socket
		auth required pam_permit.so
		account [success=ignore ignore=ignore default=die] $modules/pam_sluis_gate.so socket=$socket
		account [success=ignore ignore=ignore default=die] $modules/pam_sluis_mfa.so socket=$socket
		account required pam_unix.so
	E
	cat >"$work/pam/others" <<-E
		auth requisite pam_faillock.so preauth silent deny=5 dir=$them
		auth [success=1 default=ignore] pam_unix.so nodelay
		auth [default=die] pam_faillock.so authfail deny=5 dir=$them
		auth [success=1 default=ignore] pam_google_authenticator.so user=root secret=$google/\${USER}
		auth [default=die] pam_faillock.so authfail deny=5 dir=$them
		auth required pam_faillock.so authsucc deny=5 dir=$them
		auth required pam_permit.so
		account required pam_faillock.so dir=$them
		account required pam_unix.so
	E
	printf '%s required pam_unix.so nodelay\n' auth account >"$work/pam/unix"
	cp "$work/pam/unix" "$work/pam/other"
}

start_sluisd() {
	mkdir -p "$work/state"
	head -c 32 /dev/urandom >"$work/key"
	chmod 400 "$work/key"
	cat >"$work/sluis.conf" <<-E
		[policy]
		preset = $PWD/conf/presets/municipal.conf
		[server]
		state_dir = $work/state
		socket = $socket
		key_file = $work/key
	E
	"$O/sluisd" -c "$work/sluis.conf" 2>"$work/log" &
	daemon=$!
	for _ in $(seq 100); do
		[ ! -S "$socket" ] || return 0
		sleep 0.05
	done
	cat "$work/log" >&2
	return 1
}

enrol() {
	seq -f 'u%05g' 0 $((PEOPLE - 1)) | xargs -n 50 -P 8 "$O/tests/enroll" "$socket" >"$work/people.raw"
	sort "$work/people.raw" | shuf --random-source="$O/sluisd" >"$work/people"
	[ "$(wc -l <"$work/people")" -eq "$PEOPLE" ]
}

# Before each run: nobody is locked out, and the codes of the run before are good again, on both sides.
renew() {
	sqlite3 "$work/state/state.db" "PRAGMA busy_timeout = 5000; UPDATE token SET step = -1, drift = 0;
		DELETE FROM attempt" >/dev/null
	rm -rf "$them" "$google"
	mkdir -m 700 "$them" "$google"
	awk -v dir="$google" '{
		file = dir "/" $1
		printf "%s\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n", $2 > file
		close(file)
	}' "$work/people"
	chmod 400 "$google"/*
	sync -f "$work"
}

# A run may see one change of the code, not two.
await_step() {
	local left=$((30 - $(date +%s) % 30))
	[ "$left" -gt 10 ] || sleep "$left"
}

# Processor time of sluisd so far, in ms.
spent() {
	awk '{ print ($14 + $15) * 10 }' "/proc/$daemon/stat"
}

# one STACK PROCESSES LOGINS STORM: "rate p50 p99 good others guesses ms-of-processor"
one() {
	local before module modules=()
	for module in "$O"/pam_modules/pam_sluis_{gate,mfa}.so \
		"$security"/pam_{google_authenticator,faillock,unix,permit,deny}.so; do
		modules+=(-m "$module")
	done
	renew
	await_step
	before=$(spent)
	"$O/tests/bench/bench" "${modules[@]}" -s "$4" "$work/pam" "$1" "$password" "$work/people" \
		"$2" "$3" >"$work/line"
	awk -v daemon=$(($(spent) - before)) -v logins="$3" \
		'{ $7 = sprintf("%.2f", $7 + daemon / logins); print }' "$work/line"
}

round() {
	local case stack processes logins storm line
	for case in "1 $FEW 0" "32 $MANY 0" "1 $FEW $STORM" "32 $MANY $STORM"; do
		read -r processes logins storm <<<"$case"
		for stack in sluis others unix; do
			line="$stack $processes $storm $(one "$stack" "$processes" "$logins" "$storm")"
			echo "round $1: $line" >&2
			[ "$1" -eq 0 ] || echo "$line" >>"$work/results"
		done
	done
}

# median STACK PROCESSES STORM COLUMN
median() {
	awk -v s="$1" -v p="$2" -v t="$3" -v c="$4" '$1 == s && $2 == p && $3 == t { print $(c + 3) }' \
		"$work/results" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() {
	local stack=$1 name=$2 processes=$3 storm=$4 column
	printf '%-44s %3d %5d' "$name" "$processes" "$storm"
	for column in 1 2 3 7 6; do
		printf ' %9.2f' "$(median "$stack" "$processes" "$storm" "$column")"
	done
	echo
}

table() {
	local processes storm
	printf '%-44s %3s %5s %9s %9s %9s %9s %9s\n' stack at storm good/s 'p50 ms' 'p99 ms' 'cpu ms' guesses/s
	for storm in 0 "$STORM"; do
		for processes in 1 32; do
			row sluis "gate, pam_unix, mfa: sluis" "$processes" "$storm"
			row others "faillock, pam_unix, google_authenticator" "$processes" "$storm"
			row unix "pam_unix alone" "$processes" "$storm"
		done
	done
}

# target TEXT VALUE RELATION WANTED
target() {
	awk -v text="$1" -v value="$2" -v relation="$3" -v wanted="$4" 'BEGIN {
		met = relation == ">=" ? value >= wanted : value <= wanted
		printf "%-58s %8.2f, wanted %s %g: %s\n", text, value, relation, wanted, met ? "met" : "missed"
	}'
}

# What a stack whose other modules cost nothing would reach.
ceiling() {
	printf '%-58s %8.2f\n' "the same, if all but pam_unix were free, $1 at a time" \
		"$(ratio "$(median unix "$1" 0 1)" "$(median others "$1" 0 1)")"
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

targets() {
	local processes wanted=3
	for processes in 1 32; do
		target "good logins a second, $processes at a time: ours to theirs" \
			"$(ratio "$(median sluis "$processes" 0 1)" "$(median others "$processes" 0 1)")" ">=" $wanted
		ceiling "$processes"
		wanted=6
	done
	for processes in 1 32; do
		target "p99, $processes at a time: ours in a storm to theirs without" \
			"$(ratio "$(median sluis "$processes" "$STORM" 3)" "$(median others "$processes" 0 3)")" "<=" 1
	done
	target "memory of sluisd, MB (VmHWM)" \
		"$(awk '/VmHWM/ { print $2 / 1024 }' "/proc/$daemon/status")" "<=" 16
}

machine() {
	echo "$(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(uname -sr)," \
		"$(stat -f -c %T "$work") on disk, load $(cut -d' ' -f1 /proc/loadavg)"
	echo "$PEOPLE people, $ROUNDS rounds after one of warm-up, $FEW logins at 1 process, $MANY at 32;" \
		"SHA-512 of 1000 rounds; fsync: yes; storm: $STORM processes"
}

security=$(dirname "$(find /lib /usr/lib -path '*/security/pam_unix.so' | head -n 1)")
make_accounts
write_stacks
start_sluisd
enrol
for ((i = 0; i <= ROUNDS; i++)); do
	round "$i"
done
machine
table
targets
bad=$(awk '{ bad += $8 } END { print bad + 0 }' "$work/results")
kill "$daemon"
wait "$daemon" || true
if [ "$bad" -ne 0 ]; then
	echo "$bad logins were not as they should be" >&2
	tr '<' '\n' </run/syslog | tail -n 20 >&2
	exit 1
fi
