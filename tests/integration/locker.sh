#!/bin/bash
# A real screen locker, xsecurelock, whose PAM runs as the plain user that is locked in, against a real sluisd in
# a private world.  locker.sh BUILD
set -u
build=$(readlink -f "${1:?usage: locker.sh BUILD}")
tree=$(readlink -f "$(dirname "$0")/../..")
if [ "${LOCKER_INSIDE:-}" != 1 ]; then
	exec env LOCKER_INSIDE=1 "$tree/tests/support/pamns" "$0" "$build"
fi
world=/run/locker
ASAN=$(ldd "$build/pam_modules/pam_sluis_gate.so" | awk '/libasan/ { print $3 }')	# it must be loaded first
export ASAN
passed=0 failed=0

is() { # WHAT EXPECTED GOT
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
		echo "ok   $1: $3"
	else
		failed=$((failed + 1))
		echo "FAIL $1: expected $2, got $3"
		tail -n 5 "$world/log" "$world/said"
		"$build/sluis" --socket "$world/socket" trail show | tail -n 3
	fi
}

world_make() {
	mkdir -p "$world/state"
	(umask 077; head -c 32 /dev/urandom >"$world/key")
	cat >"$world/sluis.conf" <<-CONF
		[policy]
		preset = $tree/conf/presets/municipal.conf
		fail_delay = 0s
		[server]
		state_dir = $world/state
		socket = $world/socket
		key_file = $world/key
	CONF
	local gate="$build/pam_modules/pam_sluis_gate.so" mfa="$build/pam_modules/pam_sluis_mfa.so"
	cat >/etc/pam.d/locker <<-PAM
		auth	[success=3 ignore=ignore default=die]	$gate socket=$world/socket
		auth	[success=2 default=ignore]		pam_unix.so try_first_pass nodelay
		auth	[default=ignore]			$gate failed socket=$world/socket
		auth	requisite				pam_deny.so
		auth	required				pam_permit.so
		auth	requisite				$mfa socket=$world/socket
		account	[success=ignore ignore=ignore default=die]	$gate socket=$world/socket
		account	[success=ignore ignore=ignore default=die]	$mfa socket=$world/socket
		account	required				pam_unix.so
	PAM
	useradd --create-home alice
	chpasswd <<<"alice:Right-1"
	"$build/sluisd" -c "$world/sluis.conf" 2>"$world/log" &
	daemon=$!
	for _ in $(seq 200); do
		grep -q ready "$world/log" && return
		sleep 0.02
	done
	cat "$world/log"
	exit 1
}

# Answers the packets of xsecurelock's authproto: "TYPE LENGTH\nTEXT\n". Prints the prompts and how it ended.
cat >/run/answer <<'EXPECT'
set timeout 10
log_user 0
set stty_init {raw -echo}
spawn -noecho setpriv --reuid alice --regid alice --clear-groups env HOME=/home/alice USER=alice \
	LD_PRELOAD=$::env(ASAN) ASAN_OPTIONS=detect_leaks=0 XSECURELOCK_PAM_SERVICE=locker /usr/libexec/xsecurelock/authproto_pam
set prompts {}
set result locked
set gone 0
foreach answer $argv {
	expect {
		-re {P \d+\n([^\n]*)\n} {
			append prompts "$expect_out(1,string)|"
			send -- "p [string length $answer]\n$answer\n"
		}
		timeout { break }
		eof { set gone 1; break }
	}
}
# A locker that refused asks again, and so does one whose PAM could not rule.
if {!$gone} {
	expect {
		-re {P \d+\n} { }
		eof { set gone 1 }
	}
}
if {$gone && [lindex [wait] 3] == 0} { set result unlocked }
puts "$prompts $result"
catch { exec kill -KILL [exp_pid] }
EXPECT

unlock() {
	expect -f /run/answer -- "$@" 2>"$world/said"
}

code() { # STEPS from now
	oathtool --totp -b -N "@$(($(date +%s) + 30 * $1))" "$secret"
}

world_make
mkfifo "$world/answers"
"$build/sluis" --socket "$world/socket" enroll alice <"$world/answers" >"$world/enrolment" &
exec 3>"$world/answers"
for _ in $(seq 200); do
	grep -q '^Secret: ' "$world/enrolment" && break
	sleep 0.02
done
secret=$(sed -n 's/^Secret: //p' "$world/enrolment")
code -1 >&3
exec 3>&-
wait $!
asked="Password: |Code (empty if you have none yet): |"
now=$(code 0) next=$(code 1)
is "password and code unlock the screen" "$asked unlocked" "$(unlock Right-1 "$now")"
is "the same code does not" "$asked locked" "$(unlock Right-1 "$now")"
is "a wrong password with a right code does not" "$asked locked" "$(unlock wrong "$next")"
is "that code is still good" "$asked unlocked" "$(unlock Right-1 "$next")"
kill "$daemon"
wait "$daemon"
is "without sluisd it stays locked" " locked" "$(unlock Right-1 "$now")"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
