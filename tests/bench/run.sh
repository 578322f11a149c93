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
	hash=$(mkpasswd_sha512)
	for ((i = 0; i < PEOPLE; i++)); do
		printf 'u%05d:x:%d:100::/nonexistent:/bin/sh\n' "$i" $((10000 + i)) >&3
		printf 'u%05d:%s:19000:0:99999:7:::\n' "$i" "$hash" >&4
	done 3>>/etc/passwd 4>>/etc/shadow
}

# The hash as libcrypt writes it, through chpasswd.
mkpasswd_sha512() {
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
	cp "$work/pam/sluis" "$work/pam/other"
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
	sort "$work/people.raw" >"$work/people"
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

# A run must not see more than one change of the code: it begins at the start of a step.
await_step() {
	local left=$((30 - $(date +%s) % 30))
	[ "$left" -gt 14 ] || sleep "$left"
}

# one STACK PROCESSES LOGINS STORM: a line "rate p50 p99 good bad guesses"
one() {
	renew
	await_step
	"$O/tests/bench/bench" -m "$O/pam_modules/pam_sluis_gate.so" -m "$O/pam_modules/pam_sluis_mfa.so" \
		-m "$security/pam_google_authenticator.so" -m "$security/pam_faillock.so" \
		-m "$security/pam_unix.so" -s "$4" "$work/pam" "$1" "$password" "$work/people" "$2" "$3"
}

round() {
	local case stack processes logins storm
	for case in "1 $FEW 0" "32 $MANY 0" "1 $FEW $STORM" "32 $MANY $STORM"; do
		read -r processes logins storm <<<"$case"
		for stack in sluis others; do
			one "$stack" "$processes" "$logins" "$storm" >"$work/line"
			[ -z "$1" ] || echo "$stack $processes $storm $(cat "$work/line")" | tee -a "$work/results"
		done
	done
}

# median STACK PROCESSES STORM COLUMN
median() {
	awk -v s="$1" -v p="$2" -v t="$3" -v c="$4" '$1 == s && $2 == p && $3 == t { print $(c + 3) }' \
		"$work/results" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

security=$(dirname "$(find /lib /usr/lib -path '*/security/pam_unix.so' | head -n 1)")
make_accounts
write_stacks
start_sluisd
enrol
for ((i = 1; i <= ROUNDS; i++)); do
	round "$i"
done
grep -E 'VmRSS|VmHWM' "/proc/$daemon/status"
kill "$daemon"
