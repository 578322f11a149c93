# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Every call that the modules make fails once, and once with all after it: never a yes that sluisd did not give.
forget_state
move 3600
limits=$'failures = 100\nstranger_failures = 100\nwindow = 1s\nhold = 1s'
start_daemon
enrol alice bob carol
fresh carol
login login carol Right-carol "$code" >/dev/null
person=$(sql "SELECT subject FROM trail WHERE event = 'login.accepted' ORDER BY seq DESC LIMIT 1")
stop_daemon
block "$person"
start_daemon

# inject NAME ARGUMENT...
inject() {
	local name=$1
	shift
	if LSAN_OPTIONS=print_suppressions=0 timeout 500 "$O/tests/inject" -d "$D/state/state.db" -o "$D/offset" -l "$D/sites" "$@" >"$D/said"; then
		ok
	else
		not_ok "injection: $name"
	fi
	cat "$D/said"
	read -r offset <"$D/offset"
}

inject 'a wrong password' -b "${secret[alice]}" "$D/pam" login alice wrong x
same 'memory that fails is PAM_BUF_ERR' 1 "$(grep -c ' auth .*\<5\>.* account ' "$D/said")"
inject 'a wrong code' "$D/pam" login alice Right-alice "$(wrong_code alice)"
inject 'no code' "$D/pam" login alice Right-alice ''
fresh alice
login login alice Right-alice "$code" >/dev/null
inject 'a used code' "$D/pam" login alice Right-alice "$code"
inject 'a used code, in one field' "$D/pam" one alice "Right-alice$code" ''
inject 'nobody' "$D/pam" login nobody-here Right-alice 123456
inject 'unenrolled' "$D/pam" login dave Right-dave ''
inject 'unenrolled, account of sshd' "$D/pam" sshd dave Right-dave '' account
inject 'blocked' -b "${secret[carol]}" "$D/pam" login carol Right-carol x
inject 'blocked, the password alone' "$D/pam" plain carol Right-carol ''
inject 'blocked, account' "$D/pam" cron carol Right-carol '' account
inject 'right' -y -b "${secret[bob]}" "$D/pam" login bob Right-bob x
inject 'right, the password alone' -y "$D/pam" plain bob Right-bob ''
stop_daemon
limits=
echo "$(sort -u "$D/sites" | wc -l) different call sites failed in all"
