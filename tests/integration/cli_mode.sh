#!/bin/bash
# sluis mode and doctor with the real pam-auth-update, in a private world.  cli_mode.sh [BUILD]
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(readlink -f "${1:-build/release}")
if [ "${2:-}" != inside ]; then
	[ "$(id -u)" -eq 0 ] || { echo "ok   skipped: needs root"; echo "1 passed, 0 failed"; exit 0; }
	exec tests/support/pamns "$0" "$O" inside
fi
passed=0 failed=0 rc=0

run() {
	/usr/bin/sluis "$@" >/run/out 2>/run/err </dev/null
	rc=$?
}

is() { # SENTENCE STATUS [PATTERN of what was said]
	if [ "$rc" -eq "$2" ] && { [ -z "${3:-}" ] || cat /run/out /run/err | grep -qE -- "$3"; }; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1 (exit $rc)"
		head -n 30 /run/out /run/err | sed 's/^/     | /'
		failed=$((failed + 1))
	fi
}

ours() { grep -h pam_sluis_ /etc/pam.d/common-* | tr -s '\t' ' ' | sed 's/ $//'; }

same() { # SENTENCE: what is read stands in the common files, and no other line of ours
	cat >/run/out
	ours >/run/err
	cmp -s /run/out /run/err
	rc=$?
	is "$1" 0
}

security=$(dirname "$(find /usr/lib /lib -name pam_unix.so | head -n 1)")
install -m 755 "$O/sluis" /usr/bin/sluis
install -m 755 "$O/sluisd" /usr/sbin/sluisd
install -m 644 conf/pam-configs/* /usr/share/pam-configs/
install -d -m 755 /etc/sluis /run/sluis /usr/share/sluis/presets
install -d -m 700 /var/lib/sluis
install -m 644 conf/sluis.conf /etc/sluis/
install -m 644 conf/presets/* /usr/share/sluis/presets/
(umask 077 && head -c 32 /dev/urandom >/etc/sluis/key)
pam-auth-update --package --force </dev/null 2>/run/err
cp -a /etc/pam.d /run/before

run mode enforce
is "enforce without modules is refused" 4 "pam_sluis_gate.so cannot be read"
install -m 644 "$O"/pam_modules/pam_sluis_*.so "$security/"
run mode enforce
is "enforce without a daemon is refused" 3 "does not answer"
exec {log}< <(exec /usr/sbin/sluisd 2>&1)
daemon=$!
until read -r line <&$log && [[ $line == *ready ]]; do echo "     | $line"; done
run mode enforce
is "enforce without a second factor is refused" 1 "root has no second factor"
diff -r /run/before /etc/pam.d >/run/out
rc=$?
is "and nothing was changed" 0
run doctor
is "the doctor finds the mode" "$rc" "^ok  profiles: the mode is off"
is "and the configuration" "$rc" "^ok  configuration: it loads"
is "and the key" "$rc" "^ok  key: /etc/sluis/key is whole"

run mode observe
is "observe needs no factor" 0 "observed from now on"
same "and its lines stand there, no other" <<-END
	account [default=ignore] pam_sluis_gate.so observe
	auth [default=ignore] pam_sluis_gate.so failed observe
	auth [default=ignore] pam_sluis_mfa.so observe
END
run mode enforce --force
is "from observe to enforce in one call" 0 "guarded from now on"
same "and its lines stand there, no other" <<-END
	account [success=ignore ignore=ignore default=die] pam_sluis_gate.so
	account [success=ignore ignore=ignore default=die] pam_sluis_mfa.so
	auth [success=3 ignore=ignore default=die] pam_sluis_gate.so
	auth [default=ignore] pam_sluis_gate.so failed
	auth requisite pam_sluis_mfa.so
	session optional pam_sluis_gate.so
END
run mode enforce --force
is "once more changes nothing" 0 "guarded"
run doctor
is "the doctor finds it" "$rc" "^ok  profiles: the mode is enforce"
is "and that no administrator can log in" 1 "^BAD administrator: none of 1"
rm "$security/pam_sluis_mfa.so"
run doctor
is "a module that is gone is found" 1 "^BAD modules: pam_sluis_mfa.so of /etc/pam.d/common-(auth|account) is not there"
install -m 644 "$O"/pam_modules/pam_sluis_*.so "$security/"
run mode observe
is "and back" 0 "observed"
run mode off
is "off" 0 "neither"
same "leaves none of our lines" </dev/null
diff -r -x '*.pam-old' /run/before /etc/pam.d >/run/out
rc=$?
is "and all as it was before" 0
run mode enforce --force
is "enforce from off" 0 "guarded"

cp /etc/pam.d/common-auth /run/common-auth
sed -i '/^auth.*pam_sluis_mfa/d' /etc/pam.d/common-auth
run doctor
is "half a set is found" 1 '^BAD profiles: half a set of profiles: "pam_sluis_mfa.so" is missing in /etc/pam.d/common-auth'
cp /run/common-auth /etc/pam.d/common-auth
sed -i '0,/^auth/s//auth sufficient pam_permit.so\nauth/' /etc/pam.d/common-auth
run doctor
is "a line before the gate is found" 1 "^BAD profiles: pam_permit.so stands before the gate"
run mode off
is "files that were edited are not switched, and that is said" 4 "the mode is enforce and not off"
cp /run/common-auth /etc/pam.d/common-auth
rm /usr/share/pam-configs/sluis-mfa
run mode enforce --force
is "a profile that is gone is found" 4 "pam-configs/sluis-mfa cannot be read"
run mode off
is "off works without it" 0 "neither"

echo daemon >/etc/sluis/breakglass
run doctor
is "an account for the console" "$rc" "^ok  breakglass: 1 accounts get in"
echo "daemon # the envelope" >/etc/sluis/breakglass
run doctor
is "a line that names none" 1 "^BAD breakglass: line 1 "
chmod 666 /etc/sluis/breakglass
run doctor
is "a list that others can write" 1 "^BAD breakglass: .* is not root's alone"
chmod 644 /etc/sluis/key
run doctor
is "a key that others can read" 1 "^BAD key: .*chmod 0400"
mkdir -p /etc/sluis/conf.d
printf '[lockout]\nfailures = 65536\n' >/etc/sluis/conf.d/a.conf
run doctor
is "a change that would not load" 1 "^BAD configuration: it does not load, and sluisd goes on .*/etc/sluis/conf.d/a.conf:2.*65536"
kill "$daemon"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
