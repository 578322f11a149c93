#!/bin/bash
# Installs the packages in a throw-away host, with a real sshd, su, sudo, login and a real OpenSSH client,
# and shows what they do: one line a step. Needs root, and build/deb/*.deb.
#	demo.sh		runs all steps; status 0 if all passed
#	demo.sh shell	prepares the same host and leaves it open with a prompt
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
host=demo$$
period=30
hold=20

passed=0
failed=0
declare -A password secret used	# of each person; used: the step of the last code

on_machine() {
	"$top/tests/support/host.sh" "$1" "$host" "${@:2}"
}

inside() {
	on_machine exec "$@"
}

# wait_until SECONDS COMMAND...: polls
wait_until() {
	local end=$((SECONDS + $1))
	until "${@:2}"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# step TEXT EXPECTED GOT
step() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
		echo "ok   $1: expected $2, got $3"
	else
		failed=$((failed + 1))
		echo "FAIL $1: expected $2, got $3"
		tail -n 25 <<<"     | ${said//$'\n'/$'\n     | '}"
	fi
}

# talk ANSWER... -- COMMAND...: what it said and its status
talk() {
	status=0
	said=$(inside /root/talk "$@" 2>&1 | tr -d '\r') || status=$?
}

# What came of a command that prints "in as NAME" when it gets to run.
outcome() {
	grep -o -m 1 'in as [a-z]*' <<<"$said" || echo refused
}

prompts() {
	grep -oiE '(password|code)[^:]*:' <<<"$said" | tr '\n' ' ' || true
}

now_step() {
	echo $(($(date +%s) / period))
}

code_of() { # PERSON STEP
	inside oathtool --totp -b -N "@$(($2 * period))" "${secret[$1]}"
}

step_in_reach() { # STEP: its code is taken from one period early
	[ "$(now_step)" -ge $(($1 - 1)) ]
}

# Sets code: one that PERSON has not used yet. It waits when the next one lies too far ahead.
next_code() {
	local next=$((used[$1] + 1)) now
	now=$(now_step)
	[ "$next" -gt "$now" ] || next=$now
	wait_until 60 step_in_reach "$next"
	code=$(code_of "$1" "$next")
	used[$1]=$next
}

# The last code was not judged: next_code may give it again.
give_back() {
	used[$1]=$((used[$1] - 1))
}

wrong_code() { # PERSON: digits that no step around now has
	local now try near
	now=$(now_step)
	near=$(for try in -2 -1 0 1 2 3; do code_of "$1" $((now + try)); done)
	for try in 111111 222222 333333 444444 555555 666666 777777; do
		grep -q "$try" <<<"$near" || break
	done
	echo "$try"
}

# shellcheck disable=SC2016 # for the shell inside
run='echo in as $(id -un)'
remote=(ssh -o StrictHostKeyChecking=accept-new -o NumberOfPasswordPrompts=1 -o LogLevel=ERROR)
by_password=("${remote[@]}" -o PreferredAuthentications=keyboard-interactive)
by_key=("${remote[@]}" -o "PreferredAuthentications=publickey,keyboard-interactive")

login() { # PERSON PASSWORD CODE
	talk "$2" "$3" -- "${by_password[@]}" "$1@localhost" "$run"
}

as() { # PERSON COMMAND...
	printf '%s\n' runuser -u "$1" -- "${@:2}"
}

boot() {
	vt=$("$here/console" free) || vt=
	trap 'on_machine down' EXIT
	on_machine up ${vt:+--bind=/dev/tty$vt}
	root=$(on_machine root)
	mkdir "$root/root/packages"
	cp "$top"/build/deb/*.deb "$root/root/packages"
	install -m 755 "$here/talk" "$root/root/talk"
}

install_packages() {
	local packages=("$root"/root/packages/*.deb)
	packages=("${packages[@]/#$root/}")
	said=$({ on_machine apt --no-install-recommends install "${packages[@]}" ||
		{ on_machine apt update && on_machine apt --no-install-recommends install "${packages[@]}"; }; } 2>&1)
}

configure() {
	local penalties
	cat >"$root/etc/sluis/conf.d/demo.conf" <<-END
		[policy]
		mode = enforce
		fail_delay = 1s
		[lockout]
		failures = 5
		window = ${hold}s
		hold = ${hold}s
	END
	# newer ones shut an address out for a while after some refusals: here all come from one
	penalties=$(inside sshd -T | sed -n 's/^persourcepenalties .*/PerSourcePenalties no/p' | head -n 1)
	cat >"$root/etc/ssh/sshd_config.d/demo.conf" <<-END
		PasswordAuthentication no
		KbdInteractiveAuthentication yes
		$penalties
		Match User dave
		AuthenticationMethods publickey,keyboard-interactive
	END
	inside systemctl reload ssh sluisd
}

people() {
	local person
	for person in root alice bob carol dave erin frank grace heidi; do
		password[$person]=$person-$RANDOM$RANDOM
		[ "$person" = root ] || inside useradd --create-home --shell /bin/bash "$person"
		inside chpasswd <<<"$person:${password[$person]}"
	done
	inside usermod --append --groups sudo alice
	inside ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
	inside install -d -m 700 -o dave -g dave /home/dave/.ssh
	inside install -m 600 -o dave -g dave /root/.ssh/id_ed25519.pub /home/dave/.ssh/authorized_keys
}

# The code of the step before now, so that now and next stay free; not when that step is about to leave the window.
enroll() {
	local now
	now=$(now_step)
	[ $(($(date +%s) % period)) -ge 20 ] || now=$((now - 1))
	talk "first@$((now * period))" -- sluis enroll "$1"
	secret[$1]=$(sed -n 's/.*Secret: *\([A-Z2-7]*\).*/\1/p' <<<"$said")
	used[$1]=$now
}

what_enrolment_gave() {
	local codes
	codes=$(grep -cE '^ *[A-Z2-7]{4}(-[A-Z2-7]{4}){3} *$' <<<"$said" || true)
	[ "$(grep -c '[▀▄█]' <<<"$said")" -lt 10 ] || printf 'QR, '
	[ -z "${secret[$1]}" ] || printf 'secret, '
	! grep -q '^ *otpauth://totp/' <<<"$said" || printf 'URI, '
	echo "$codes recovery codes, status $status"
}

steps_of_installing() {
	install_packages || true
	step "the packages install" "active" "$(inside systemctl is-active sluisd)"
	step "and change no login" "no profile on" "$(inside grep -rl pam_sluis /etc/pam.d || echo "no profile on")"
	configure
	people
}

steps_of_enrolling() {
	local person
	enroll alice
	step "alice enrols" "QR, secret, URI, 10 recovery codes, status 0" "$(what_enrolment_gave alice)"
	for person in root bob carol dave frank heidi; do
		enroll $person
		step "$person enrols" "status 0" "status $status"
	done
	talk -- sluis mode observe
	talk "${password[alice]}" -- "${by_password[@]}" alice@localhost "$run"
	step "observed: a password is enough" "in as alice" "$(outcome)"
	talk -- sluis trail show
	step "and the trail says what was due" "login.observed code-due" \
		"$(sed -nE 's/.*(login\.observed) +(\S+).*/\1 \2/p' <<<"$said" | tail -n 1)"
	talk -- sluis mode enforce
	step "sluis mode enforce" "status 0" "status $status"
	talk -- sluis doctor
	step "sluis doctor finds nothing to mend" "status 0" "status $status"
}

steps_of_ssh() {
	local asked
	next_code alice
	login alice "${password[alice]}" "$code"
	step "password and code" "in as alice" "$(outcome)"
	asked=$(prompts)
	login alice "${password[alice]}" "$code"
	step "the same code again" refused "$(outcome)"
	login nobody-here "${password[alice]}" "$code"
	step "an unknown user" refused "$(outcome)"
	step "an unknown user's prompts" "$asked" "$(prompts | sed s/nobody-here/alice/g)"

	next_code bob
	login bob wrong "$code"
	step "wrong password, right code" refused "$(outcome)"
	login bob "${password[bob]}" "$code"
	step "that code is still good" "in as bob" "$(outcome)"
	login carol "${password[carol]}" "$(wrong_code carol)"
	step "right password, wrong code" refused "$(outcome)"
	login grace "${password[grace]}" ""
	step "not enrolled" refused "$(outcome)"

	next_code dave
	talk "$(wrong_code dave)" -- "${by_key[@]}" dave@localhost "$run"
	step "public key, wrong code" refused "$(outcome)"
	talk "$code" -- "${by_key[@]}" dave@localhost "$run"
	step "public key and code, no password" "in as dave" "$(outcome)"
}

steps_of_sudo_and_su() {
	local command
	next_code alice
	mapfile -t command < <(as alice sudo sh -c "$run")
	talk "${password[alice]}" "$(wrong_code alice)" "${password[alice]}" "$code" -- "${command[@]}"
	step "sudo with a wrong code, then a right one" "in as root" "$(outcome)"
	next_code carol
	mapfile -t command < <(as erin su carol -c "$run")
	talk "${password[carol]}" "$code" -- "${command[@]}"
	step "su with a code" "in as carol" "$(outcome)"
	talk "${password[carol]}" "$code" -- "${command[@]}"
	step "su with that code again" refused "$(outcome)"
}

frank_gets_in() {
	give_back frank
	next_code frank
	login frank "${password[frank]}" "$code"
	[ "$(outcome)" = "in as frank" ]
}

steps_of_holding() {
	local try wrong
	wrong=$(wrong_code frank)
	next_code frank
	for try in 1 2 3 4 5 6; do
		login frank "${password[frank]}" "$wrong"
		step "wrong try $try" refused "$(outcome)"
	done
	login frank "${password[frank]}" "$code"
	step "held: right password, right code" refused "$(outcome)"
	wait_until $((hold + 20)) frank_gets_in || true
	step "the hold has ended: the same again" "in as frank" "$(outcome)"
}

screen_shows() {
	"$here/console" show "$vt" | grep -q "$1"
}

answer_on_console() { # PROMPT TEXT: no, when the login was refused instead
	wait_until 20 screen_shows "$1\|Login incorrect" && ! screen_shows 'Login incorrect' &&
		"$here/console" type "$vt" "$2"
}

# agetty and login on a virtual terminal of this machine that nobody else uses. Sets came.
console_login() { # PERSON
	local unit=getty@tty$vt.service drop_in=$root/run/systemd/system/getty@tty$vt.service.d
	came="no virtual terminal on this machine"
	[ -n "$vt" ] || return 0
	came=refused
	rm -f "$root/tmp/console"
	mkdir -p "$drop_in"
	printf '[Unit]\nConditionPathExists=\n' >"$drop_in/demo.conf" # it asks for /dev/tty0, which logind would take
	inside systemctl daemon-reload
	printf '\033c' >"/dev/tty$vt"
	inside systemctl start "$unit"
	if answer_on_console "$host login:" "$1" && answer_on_console Password: "${password[$1]}" &&
		answer_on_console "$1@$host" "$run > /tmp/console" && wait_until 20 test -s "$root/tmp/console"; then
		came=$(cat "$root/tmp/console")
	fi
	said=$("$here/console" show "$vt")
	inside systemctl stop "$unit"
}

timed_login() { # SECONDS, then as for login; sets came
	local start limit=$1 took
	start=$(date +%s%N)
	login "${@:2}"
	took=$((($(date +%s%N) - start) / 1000000))
	came="$(outcome) within $limit s"
	[ "$took" -le $((limit * 1000)) ] || came="$(outcome) after $took ms"
}

steps_without_the_daemon() {
	next_code heidi
	inside systemctl stop sluisd.socket sluisd.service
	timed_login 5 heidi "${password[heidi]}" "$code"
	step "sluisd stopped: password and code" "refused within 5 s" "$came"
	console_login root
	step "sluisd stopped: root on the console" "in as root" "$came"
	console_login heidi
	step "sluisd stopped: heidi on the console" refused "$came"
	inside systemctl start sluisd.socket sluisd.service

	give_back heidi
	next_code heidi
	inside systemctl kill --signal=STOP sluisd
	# the modules wait 4 s in all; sshd then doubles a time of its own, 5 to 10 ms, until it is past that
	timed_login 10 heidi "${password[heidi]}" "$code"
	step "sluisd frozen: password and code" "refused within 10 s" "$came"
	inside systemctl kill --signal=KILL sluisd
	give_back heidi
	next_code heidi
	login heidi "${password[heidi]}" "$code"
	step "sluisd killed and back: password and code" "in as heidi" "$(outcome)"
}

flip_one_bit() { # ROW
	inside systemctl stop sluisd.socket sluisd.service
	inside runuser -u sluis -- sqlite3 /var/lib/sluis/state.db \
		"UPDATE trail SET at = (at & ~1) | (1 - (at & 1)) WHERE seq = $1"
	inside systemctl start sluisd.socket sluisd.service
}

steps_of_the_trail() {
	talk -- sluis trail verify
	step "sluis trail verify" "status 0" "status $status"
	flip_one_bit 20
	talk -- sluis trail verify
	step "sluis trail verify, one byte changed" "status 1" "status $status"
	flip_one_bit 20
	talk -- sluis trail verify
	step "sluis trail verify, the byte put back" "status 0" "status $status"
}

steps_of_removing() {
	said=$(on_machine apt -y remove libpam-sluis 2>&1) || true
	step "the modules are removed, and no profile names them" "no profile on" \
		"$(inside grep -rl pam_sluis /etc/pam.d || echo "no profile on")"
	talk "${password[alice]}" -- "${by_password[@]}" alice@localhost "$run"
	step "a password is enough again" "in as alice" "$(outcome)"
}

shell() {
	local person
	echo
	echo "This is a Debian host of its own, named $host; \"exit\" throws it away. Things to try:"
	echo "  ssh alice@localhost        password ${password[alice]}, then a code (below); the same code again is refused"
	echo "  ssh dave@localhost         asks the code alone: the key of root is known"
	echo "  ssh grace@localhost        password ${password[grace]}: not enrolled; sluis enroll grace shows the QR"
	echo "  sluis status alice, sluis trail show, sluis trail verify, sluis policy show, sluis doctor"
	echo "  systemctl stop sluisd.socket sluisd, and try again; journalctl -f in a second shell: tests/support/host.sh exec $host bash"
	echo "Codes, one use each, within half a minute of now:"
	for person in alice bob carol dave; do
		echo "  oathtool --totp -b ${secret[$person]}    $person, password ${password[$person]}"
	done
	inside bash --login || true
}

[ -n "$(ls "$top"/build/deb/*.deb 2>/dev/null)" ] || { echo "demo.sh: no packages in build/deb; run make deb" >&2; exit 1; }
boot
steps_of_installing
steps_of_enrolling
if [ "${1:-}" = shell ]; then
	shell
	exit
fi
steps_of_ssh
steps_of_sudo_and_su
steps_of_holding
steps_without_the_daemon
steps_of_the_trail
steps_of_removing
[ "$failed" -eq 0 ] || inside journalctl --no-pager --lines=60
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
