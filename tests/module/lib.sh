# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# What the parts of the module tests share. Sourced by run.sh, inside a private world; O is the build folder.

PASSWORD_PROMPT='prompt Password: '
CODE_PROMPT='prompt Code (empty if you have none yet): '
BOTH="$PASSWORD_PROMPT|$CODE_PROMPT"
USED='text This code was used already: wait for the next one and try again.'
UNENROLLED='text You have no second factor yet: ask your service desk to enrol you.'
NOBODY='text Nobody can log in here just now: call your administrator.'

passed=0
failed=0
daemon=
fake=
offset=0
declare -A secret recovery

ok() {
	passed=$((passed + 1))
}

not_ok() {
	failed=$((failed + 1))
	echo "FAILED: $1"
	shift
	[ $# -eq 0 ] || printf '        %s\n' "$@"
}

# same NAME WANTED GOT
same() {
	if [ "$2" = "$3" ]; then
		ok
	else
		not_ok "$1" "wanted: $2" "got:    $3"
	fi
}

# under NAME SECONDS BEGAN
under() {
	local took_ms=$(($(date +%s%3N) - $3))
	[ "$took_ms" -lt "$(($2 * 1000))" ] || took_ms="$took_ms: too long"
	same "$1" "${took_ms%: too long}" "$took_ms"
}

# login ARGUMENT...: what the driver prints, as one line
login() {
	timeout 20 "${as[@]}" "$O/tests/login" "${options[@]}" "$D/pam" "$@" 2>&1 | sed 's/^/|/' | tr -d '\n' |
		sed -E 's/^\|//; s/text [a-z_]+=try_again\|([a-z]+) 24/\1 ignored/g'
}

# expect NAME WANTED [-OPTION...] -- SERVICE USER ANSWER...
expect() {
	local name=$1 wanted=$2
	shift 2
	options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	same "$name" "$wanted" "$(login "$@")"
}

# A service file of each stack; $1 is its name, the rest its lines. GATE and MFA stand for the modules.
service() {
	local name=$1 line
	shift
	for line; do
		line=${line//GATE/$O/pam_modules/pam_sluis_gate.so socket=$D/sock}
		echo "${line//MFA/$O/pam_modules/pam_sluis_mfa.so socket=$D/sock}"
	done >"$D/pam/$name"
}

full_stack() {
	local name
	for name; do
		service "$name" \
			'auth [success=3 ignore=ignore default=die] GATE' \
			'auth [success=2 default=ignore] pam_unix.so try_first_pass nodelay' \
			'auth [default=ignore] GATE failed' \
			'auth requisite pam_deny.so' \
			'auth requisite MFA' \
			'auth required pam_permit.so' \
			'account [success=ignore ignore=ignore default=die] GATE' \
			'account [success=ignore ignore=ignore default=die] MFA' \
			'account required pam_unix.so' \
			'session optional GATE' \
			'session required pam_permit.so'
	done
}

# bare NAME LINE: a service that gives the code of one module as it is; PAM_IGNORE reads "ignored".
bare() {
	service "$1" \
		"auth [success=done ignore=ignore default=die] $2" \
		'auth required pam_debug.so auth=try_again cred=try_again' \
		"account [success=done ignore=ignore default=die] $2" \
		'account required pam_debug.so acct=try_again' \
		"session [success=done ignore=ignore default=die] ${2/MFA/GATE}" \
		'session required pam_debug.so open_session=try_again close_session=try_again'
}

services() {
	mkdir -p "$D/pam"
	full_stack login sshd su plain soft one cron systemd-user strict keyed
	bare gate GATE
	bare mfa MFA
	bare failed 'GATE failed'
	service other 'auth required pam_deny.so' 'account required pam_deny.so'
}

# A sluisd whose clock $D/offset moves; fail_delay and limits, lines of [lockout], may be set.
start_daemon() {
	rm -f "$D/sock"
	mkdir -p "$D/state"
	[ -e "$D/key" ] || (umask 377; head -c 32 /dev/urandom >"$D/key")
	cat >"$D/sluis.conf" <<-E
		[policy]
		preset = $PWD/conf/presets/municipal.conf
		fail_delay = ${fail_delay:-0s}
		mode = warn
		mode.services.login = enforce
		mode.services.sshd = enforce
		mode.services.su = enforce
		mode.services.strict = enforce
		[mfa]
		services.plain = password
		services.one = single-prompt
		services.sshd = code
		services.keyed = code
		[lockout]
		${limits:-}
		[server]
		state_dir = $D/state
		socket = $D/sock
		key_file = $D/key
		reserve = 64
	E
	SLUIS_TEST_CLOCK=$D/offset "$O/tests/sluisd-moved" -c "$D/sluis.conf" 2>>"$D/log" &
	daemon=$!
	await_socket
}

await_socket() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ ! -S "$D/sock" ] || return 0
		sleep 0.02
	done
	cat "$D/log" >&2
	echo "0 passed, 1 failed"
	exit 1
}

stop_daemon() {
	kill "$daemon"
	wait "$daemon" 2>/dev/null || true
	daemon=
	rm -f "$D/sock"
}

forget_state() {
	rm -rf "$D/state"
}

# The daemon's clock goes forward.
move() {
	offset=$((offset + $1))
	echo "$offset" >"$D/offset"
}

# A code that was not used yet: the clock goes on to the next but one step.
fresh() {
	move 60
	code=$(code_of "$1")
}

# code_of USER [STEPS]
code_of() {
	oathtool --totp -b "${secret[$1]}" -N "@$(($(date +%s) + offset + 30 * ${2:-0}))"
}

# The code of no step that may be taken now.
wrong_code() {
	local step wrong=
	while
		wrong=$(printf '%06d' $((RANDOM * 32768 % 1000000 + RANDOM % 1000)))
		wrong=${wrong: -6}
		for step in -4 -3 -2 -1 0 1 2 3 4; do
			[ "$wrong" != "$(code_of "$1" "$step")" ] || continue 2
		done
		false
	do :; done
	echo "$wrong"
}

enrol() {
	local user words
	for user; do
		read -r -a words < <("$O/tests/enroll" -o "$offset" "$D/sock" "$user")
		secret[$user]=${words[1]}
		recovery[$user]="${words[*]:2}"
	done
}

sql() {
	sqlite3 "$D/state/state.db" "PRAGMA busy_timeout = 5000; $1" | tail -n +2
}

newest_event() {
	sql 'SELECT event FROM trail ORDER BY seq DESC LIMIT 1'
}

# block USER: a full block, as by order; the daemon is down
block() {
	sqlite3 "$D/state/state.db" "INSERT INTO block (person, scope, reason, actor, from_at)
		VALUES ($1, 'full', 'order', 0, 0)"
}
